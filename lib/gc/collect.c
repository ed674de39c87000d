/* SPDX-License-Identifier: MIT */
/*
 * A collection.
 *
 * State. gc->collector says who collects; it is the only lock that collections need besides the interpreter's, for
 * a second one finds it taken and does nothing. The objects in question are in lists of the interpreter, not of the
 * caller, so that they can be found by others when the collecting thread never comes back.
 *
 * Order.
 *  1. The generations to collect become one list, the oldest objects first, and partition.c finds the garbage in it. What
 *     lives is in the next generation from here on. Nothing but tp_traverse has run.
 *  2. Garbage that tp_del would have to destroy is put back, with all it reaches: such destructors want to know an order,
 *     and in a circle there is none. It is counted as uncollectable.
 *  3. Weak references to garbage forget it, all of them, before anything runs that could ask them; callbacks of those that
 *     are no garbage themselves are called.
 *  4. Finalizers, each once in an object's life. All objects are whole.
 *  5. If anything ran, it may have brought garbage back to life: the garbage is gone through like a generation, and what
 *     is held from outside returns, with all it reaches. Weak references that finalizers made to the rest forget it.
 *  6. tp_clear of each object that is left; the counts do the rest. What is still there after its own tp_clear, because
 *     others hold it or because the type has none, goes to the next generation.
 * When no object of the garbage has a finalizer or weak references, steps 3 to 5 are one look at two flags.
 *
 * The awkward moments. From step 3 on everything runs the objects' code, which may do anything: destroy objects of
 * the garbage (they unlink themselves; every loop takes the first of its list until there is none), make new ones (they are
 * young, and in no list of ours), leave the lock (other threads find generations that are in order, and cannot
 * reach the garbage), ask for a collection (it is put off to the next safe point after this one), or end the
 * interpreter from another thread: then this one sleeps for ever, and gil_gc_collect_last() takes its lists over.
 * An exception that is pending is put aside for the whole collection.
 *
 * Safe points. A collection runs finalizers, so it may only run where the code that called knows that anything may run:
 *
 *   - Gil_Poll(), and Gil_BEGIN_ALLOW_THREADS, between which and its END other threads could do the same;
 *   - when a call of an object through the call protocol comes back (gil_call_result());
 *   - GilGC_Collect() and GilGC_CollectGeneration().
 *
 * Not in an allocation: it would make borrowed pointers die in every function that makes an object, which is the mistake
 * that CPython corrected in 3.12. A host that only builds data, without a call, a region or a poll, collects by calling
 * GilGC_Collect().
 *
 * No memory is needed from beginning to end.
 */
#include "gc/collect.h"

#include "base/clock.h"
#include "gc/callback.h"
#include "gc/verify.h"
#include "object/dealloc.h"
#include "object/error.h"
#include "object/weakref.h"
#include "state/fork.h"

#include <errno.h>
#include <string.h>

/* The structure of the first version; it never gets smaller. */
#define STATS_SIZE_FIRST (offsetof(GilGCStats, longest_ns) + sizeof(uint64_t))

/* Finalizers may leave new garbage behind, whose finalizers may do so again; not for ever. */
#define LAST_ROUNDS 8

/* What one collection knows. */
struct collection {
    GilThreadState *ts;
    struct gil_gc *gc;
    unsigned to;          /* the generation that living objects go to */
    size_t survivors;     /* objects there, of those looked at */
    size_t unreachable;   /* garbage found, without the uncollectable */
    size_t uncollectable;
    size_t looked_at;     /* objects, each as often as it was gone through */
    int ran;              /* code of objects ran: garbage may live again */
};

/* Step 1. */
static struct gil_partition
find_garbage(struct collection *c, unsigned generation)
{
    struct gil_gc_head list;
    struct gil_partition partition = {.from = GIL_GC_UP_TO(generation), .to = c->to};

    gil_gc_list_init(&list);
    for (unsigned i = generation + 1; i-- > 0;)
        gil_gc_splice(&list, gil_gc_generation(c->ts, i));
    gil_gc_partition(&list, &c->gc->trash, &partition);
    gil_gc_splice(gil_gc_generation(c->ts, c->to), &list);
    c->looked_at = partition.looked_at;
    c->survivors = partition.looked_at - partition.trash;
    c->unreachable = partition.trash;
    return partition;
}

/* Look at the garbage again, and give back what is not. */
static struct gil_partition
rescue(struct collection *c, int keep_del)
{
    struct gil_gc_head list;
    struct gil_partition partition = {.from = GIL_GC_FROM_TRASH, .to = c->to, .keep_del = keep_del};

    gil_gc_list_init(&list);
    gil_gc_splice(&list, &c->gc->trash);
    gil_gc_partition(&list, &c->gc->trash, &partition);
    gil_gc_splice(gil_gc_generation(c->ts, c->to), &list);
    c->looked_at += partition.looked_at;
    c->survivors += partition.looked_at - partition.trash;
    return partition;
}

/* Step 2. */
static void
put_back_undeletable(struct collection *c)
{
    struct gil_partition partition = rescue(c, 1);

    c->uncollectable = partition.looked_at - partition.trash;
    c->unreachable = partition.trash;
}

static int
is_trash(GilObject *op, void *arg)
{
    (void)arg;
    return gil_gc_is_trash(op);
}

/* Step 3. */
static void
clear_weakrefs(struct collection *c)
{
    struct gil_weakref_queue queue;

    gil_weakref_queue_init(&queue);
    for (struct gil_gc_head *head = c->gc->trash.next; head != &c->gc->trash; head = head->next)
        gil_weakref_clear_garbage(gil_gc_object(head), is_trash, NULL, &queue);
    if (queue.first == NULL)
        return;
    c->ran = 1;
    gil_weakref_run_callbacks(c->ts, &queue); /* may run anything */
}

/* Step 4. Objects go to the list of seen ones before their finalizers run, so that each is met once, whatever is unlinked. */
static void
call_finalizers(struct collection *c)
{
    struct gil_gc *gc = c->gc;

    c->ran = 1;
    while (gc->trash.next != &gc->trash) {
        struct gil_gc_head *head = gc->trash.next, *last = gil_gc_prev(&gc->seen);
        GilObject *op = gil_gc_object(head);
        gc->trash.next = head->next;
        gil_gc_set_prev(head->next, &gc->trash);
        gil_gc_set_prev(head, last);
        head->next = &gc->seen;
        last->next = head;
        gc->seen.prev = (uintptr_t)head;
        if (Gil_TYPE(op)->tp_finalize != NULL && !(head->prev & GIL_GC_FINALIZED)) {
            Gil_INCREF(op);
            GilObject_CallFinalizer(op); /* may run anything */
            Gil_DECREF(op);
        }
    }
    gil_gc_splice(&gc->trash, &gc->seen);
}

/* Step 5. */
static void
rescue_resurrected(struct collection *c)
{
    struct gil_partition partition = rescue(c, 0);

    if (partition.has_weakref)
        for (struct gil_gc_head *head = c->gc->trash.next; head != &c->gc->trash; head = head->next)
            gil_weakref_clear_silently(gil_gc_object(head));
}

/* An object of the garbage lives on. */
static void
keep(struct collection *c, struct gil_gc_head *head)
{
    struct gil_gc_head *list = gil_gc_generation(c->ts, c->to), *last = gil_gc_prev(list), *next = head->next;
    struct gil_gc_head *prev = gil_gc_prev(head);

    prev->next = next;
    gil_gc_set_prev(next, prev);
    head->prev = (uintptr_t)last | (head->prev & GIL_GC_FINALIZED) | (uintptr_t)c->to << GIL_GC_PLACE_SHIFT;
    head->next = list;
    last->next = head;
    list->prev = (uintptr_t)head;
    c->survivors++;
}

/* Step 6. */
static void
take_apart(struct collection *c)
{
    struct gil_gc_head *trash = &c->gc->trash;

    while (trash->next != trash) {
        struct gil_gc_head *head = trash->next;
        GilObject *op = gil_gc_object(head);
        inquiry clear = Gil_TYPE(op)->tp_clear;
        __builtin_prefetch(head->next->next);
        if (clear != NULL && gil_object_is_alive(op)) {
            Gil_INCREF(op);
            clear(op); /* may run anything */
            if (__builtin_expect(gil_err_pending(c->ts), 0))
                GilErr_FormatUnraisable("Exception ignored in tp_clear of '%s'", Gil_TYPE(op)->tp_name);
            Gil_DECREF(op);
        }
        if (trash->next == head)
            keep(c, head);
    }
}

static void
run(struct collection *c, unsigned generation)
{
    struct gil_partition partition = find_garbage(c, generation);

    if (partition.has_del)
        put_back_undeletable(c);
    if (partition.has_weakref)
        clear_weakrefs(c);
    if (partition.has_finalizer)
        call_finalizers(c);
    if (c->ran)
        rescue_resurrected(c);
    take_apart(c);
}

static void
sum_up(const struct collection *c, unsigned generation, uint64_t ns)
{
    GilGCStats *stats = &c->gc->stats;

    stats->generation[generation].collections++;
    stats->generation[generation].collected += c->unreachable;
    stats->generation[generation].uncollectable += c->uncollectable;
    stats->looked_at += c->looked_at;
    stats->duration_ns += ns;
    if (ns > stats->longest_ns)
        stats->longest_ns = ns;
}

void
gil_gc_leave(GilThreadState *ts)
{
    struct gil_gc *gc = gil_gc(ts);

    gc->collector = NULL;
    if (gc->asked_meanwhile) {
        gc->asked_meanwhile = 0;
        gil_gc_ask(ts);
    }
}

size_t
gil_gc_collect(GilThreadState *ts, unsigned generation)
{
    struct gil_gc *gc = gil_gc(ts);
    struct collection c = {.ts = ts, .gc = gc, .to = generation < GIL_GC_OLD ? generation + 1 : GIL_GC_OLD};
    GilGCInfo info = {.size = sizeof info, .phase = GilGC_PHASE_START, .generation = (int)generation};

    if (gc->collector != NULL)
        return 0;
    gc->collector = ts;
    ts->within++;
    struct gil_indicator saved = gil_err_save(ts);
    gil_gc_call_back(ts, &info); /* may run anything */
    uint64_t began = gil_clock_ns();
    run(&c, generation); /* may run anything */
    gil_gc_collected(ts, generation, c.survivors);
    info.phase = GilGC_PHASE_STOP;
    info.collected = (Gil_ssize_t)c.unreachable;
    info.uncollectable = (Gil_ssize_t)c.uncollectable;
    info.duration_ns = gil_clock_ns() - began;
    sum_up(&c, generation, info.duration_ns);
    gil_gc_call_back(ts, &info); /* may run anything */
    gil_err_restore(ts, saved);
    ts->within--;
    gil_gc_leave(ts);
    return c.unreachable + c.uncollectable;
}

int
gil_gc_serve(GilThreadState *ts)
{
    struct gil_gc *gc = gil_gc(ts);
    int saved_errno = errno;

    gil_fetch_and_seq_cst(&ts->block.brk, ~_Gil_BRK_COLLECT);
    if (gc == NULL)
        return 0; /* the interpreter has ended but for its last words */
    if (gc->collector != NULL)
        gc->asked_meanwhile = 1;
    else {
        int generation = gil_gc_due(ts);
        if (generation >= 0)
            gil_gc_collect(ts, (unsigned)generation); /* may run anything */
    }
    errno = saved_errno;
    return 0;
}

int
gil_gc_is_active(const GilThreadState *ts)
{
    return gil_gc(ts)->collector == ts;
}

/* The thread that collects will not come back. */
static void
take_over(GilThreadState *ts, struct gil_gc *gc)
{
    gil_gc_splice(&gc->trash, &gc->seen);
    gil_gc_rename(&gc->trash, GIL_GC_OLD);
    gil_gc_splice(gil_gc_generation(ts, GIL_GC_OLD), &gc->trash);
    gc->collector = NULL;
}

void
gil_gc_fork_child(GilInterpreterState *interp)
{
    struct gil_gc *gc = interp->pocket[GIL_POCKET_GC];

    if (gc->collector != NULL && !gil_fork_is_mine(gc->collector))
        take_over(gc->collector, gc);
}

void
gil_gc_collect_last(GilThreadState *ts)
{
    struct gil_gc *gc = gil_gc(ts);

    if (gc->collector != NULL)
        take_over(ts, gc);
    GilGC_Unfreeze();
    for (int round = 0; round < LAST_ROUNDS && gil_gc_collect(ts, GIL_GC_OLD) > 0; round++)
        ;
}

Gil_ssize_t
GilGC_Collect(void)
{
    GilThreadState *ts = gil_tstate_need(__func__);

    return gil_gc(ts)->enabled ? (Gil_ssize_t)gil_gc_collect(ts, GIL_GC_OLD) : 0;
}

Gil_ssize_t
GilGC_CollectGeneration(int generation)
{
    GilThreadState *ts = gil_tstate_need(__func__);

    if (generation < GIL_GC_YOUNG || generation > GIL_GC_OLD) {
        GilErr_Format(GilExc_ValueError, "%s: there is no generation %d", __func__, generation);
        return -1;
    }
    return (Gil_ssize_t)gil_gc_collect(ts, (unsigned)generation);
}

GIL_COLD int
GilGC_GetStats(GilGCStats *stats)
{
    GilThreadState *ts = gil_tstate_need(__func__);

    if (stats == NULL) {
        gil_err_null(__func__);
        return -1;
    }
    if (stats->size < STATS_SIZE_FIRST) {
        GilErr_Format(GilExc_SystemError, "%s: stats->size is %zu, smaller than any version of the structure", __func__,
                      stats->size);
        return -1;
    }
    size_t size = stats->size, known = sizeof *stats < size ? sizeof *stats : size;
    memset(stats, 0, size);
    memcpy(stats, &gil_gc(ts)->stats, known);
    stats->size = size;
    return 0;
}
