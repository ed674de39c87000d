/* SPDX-License-Identifier: MIT */
/*
 * Looking at tracked objects: for debuggers, leak hunts and tests.
 *
 * What is found is counted first, with tp_traverse alone, then room is made for it, then it is gone through again: between
 * the two nothing runs that could change it, since taking memory runs nothing. Objects that are dead and not yet
 * destroyed are left out, for a new reference to one would be one too many. Garbage is in no generation any more, and
 * cannot be had here while it is being taken apart.
 */
#include "gc/collect.h"

#include "object/dealloc.h"
#include "object/error.h"
#include "object/ops.h"
#include "object/type.h"

/* Objects found; items is NULL while they are only counted. */
struct finds {
    GilObject **items; /* borrowed */
    Gil_ssize_t n;
};

static void
add(struct finds *finds, GilObject *op)
{
    if (finds->items != NULL)
        finds->items[finds->n] = op;
    finds->n++;
}

/* What a search looks for. It adds what it finds to finds. */
struct search {
    void (*run)(GilThreadState *ts, struct search *search);
    struct finds finds;
    GilObject *not_this; /* an object that does not count as found */
    GilObject **wanted;  /* whose referrers or referents */
    Gil_ssize_t nwanted;
    int generation;
    int refers;          /* the object in hand visited a wanted one */
};

/* Run a search twice, and give what it found as a list. */
static GilObject *
list_of(GilThreadState *ts, struct search *search)
{
    search->finds = (struct finds){NULL, 0};
    search->run(ts, search);
    GilObject **room = gil_heap_malloc(ts->heap, (size_t)(search->finds.n + 1) * sizeof *room);
    if (room == NULL)
        return gil_err_no_memory(ts);
    search->finds = (struct finds){room, 0};
    search->run(ts, search);
    GilObject *list = gil_ops.list_of_names(room, search->finds.n);
    gil_heap_free(room);
    return list;
}

static void
search_generation(GilThreadState *ts, struct search *search)
{
    for (int i = GIL_GC_YOUNG; i <= GIL_GC_OLD; i++) {
        if (search->generation >= 0 && search->generation != i)
            continue;
        struct gil_gc_head *list = gil_gc_generation(ts, (unsigned)i);
        for (struct gil_gc_head *head = list->next; head != list; head = head->next)
            if (gil_object_is_alive(gil_gc_object(head)))
                add(&search->finds, gil_gc_object(head));
    }
}

GilObject *
GilGC_GetObjects(int generation)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    struct search search = {.run = search_generation, .generation = generation};

    if (generation < -1 || generation > GIL_GC_OLD)
        return GilErr_Format(GilExc_ValueError, "%s: there is no generation %d", __func__, generation);
    return list_of(ts, &search);
}

static int
is_wanted(const struct search *search, GilObject *op)
{
    for (Gil_ssize_t i = 0; i < search->nwanted; i++)
        if (search->wanted[i] == op)
            return 1;
    return 0;
}

static int
referrer_visit(GilObject *op, void *arg)
{
    struct search *search = arg;
    search->refers = is_wanted(search, op);
    return search->refers;
}

static void
search_referrers(GilThreadState *ts, struct search *search)
{
    for (unsigned i = GIL_GC_YOUNG; i <= GIL_GC_OLD; i++) {
        struct gil_gc_head *list = gil_gc_generation(ts, i);
        for (struct gil_gc_head *head = list->next; head != list; head = head->next) {
            GilObject *op = gil_gc_object(head);
            if (op == search->not_this || !gil_object_is_alive(op))
                continue;
            search->refers = 0;
            Gil_TYPE(op)->tp_traverse(op, referrer_visit, search);
            if (search->refers)
                add(&search->finds, op);
        }
    }
}

static int
referent_visit(GilObject *op, void *arg)
{
    struct search *search = arg;
    add(&search->finds, op);
    return 0;
}

static void
search_referents(GilThreadState *ts, struct search *search)
{
    (void)ts;
    for (Gil_ssize_t i = 0; i < search->nwanted; i++)
        if (GilObject_IS_GC(search->wanted[i]))
            Gil_TYPE(search->wanted[i])->tp_traverse(search->wanted[i], referent_visit, search);
}

static GilObject *
search_relatives(const char *func, GilThreadState *ts, struct search *search, GilObject *objs)
{
    if (objs == NULL)
        return gil_err_null(func);
    if (!gil_is_tuple(objs))
        return gil_err_type(func, "a tuple", objs);
    search->not_this = objs;
    search->nwanted = gil_ops.tuple_items(objs, &search->wanted);
    return list_of(ts, search);
}

GilObject *
GilGC_GetReferrers(GilObject *objs)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    struct search search = {.run = search_referrers};

    return search_relatives(__func__, ts, &search, objs);
}

GilObject *
GilGC_GetReferents(GilObject *objs)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    struct search search = {.run = search_referents};

    return search_relatives(__func__, ts, &search, objs);
}

/* Whether a list ends here, ours or another: what the object in hand is in may have been put into that as a whole. */
static int
is_end(GilThreadState *ts, const struct gil_gc_head *head)
{
    int end = head == NULL || head == &gil_gc(ts)->trash || head == &gil_gc(ts)->seen;

    for (unsigned i = GIL_GC_YOUNG; i < GIL_GC_GENERATIONS; i++)
        end |= head == gil_gc_generation(ts, i);
    return end;
}

/* A new reference to the first living object from head on; NULL: the list ends before. */
static GilObject *
hold_alive(GilThreadState *ts, struct gil_gc_head *head)
{
    for (; !is_end(ts, head); head = head->next)
        if (gil_object_is_alive(gil_gc_object(head)))
            return Gil_NewRef(gil_gc_object(head));
    return NULL;
}

/*
 * The callback may make and drop objects, and nobody collects meanwhile, not even when asked to, for the walk stands as
 * the collection that runs. So a list changes only at the object in hand and behind it: a reference to that object keeps
 * its place, unless it is untracked, and then the walk of its generation ends. The reference to the next one is taken
 * before that one is given back, which may be the last, to the only holder of the next. A thread whose collection ran
 * already may go on when the callback leaves the lock, and lists are moved by GilGC_Freeze() and GilGC_Unfreeze(): then
 * the walk is in another list, and goes to the end of that.
 */
void
GilUnstable_GC_VisitObjects(gcvisitobjects_t callback, void *arg)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    struct gil_gc *gc = gil_gc(ts);

    if (callback == NULL) {
        gil_err_null(__func__);
        return;
    }
    int enabled = gc->enabled, more = 1;
    GilThreadState *other = gc->collector;
    gc->enabled = 0;
    ts->within++;
    for (unsigned i = GIL_GC_YOUNG; i < GIL_GC_GENERATIONS && more; i++) {
        GilObject *op = hold_alive(ts, gil_gc_generation(ts, i)->next);
        while (op != NULL) {
            if (gc->collector == NULL)
                gc->collector = ts;
            more = callback(op, arg); /* may run anything */
            GilObject *next = more ? hold_alive(ts, gil_gc_head(op)->next) : NULL;
            Gil_DECREF(op); /* may run anything */
            op = next;
        }
    }
    ts->within--;
    gc->enabled = enabled;
    if (gc->collector == ts && other != ts)
        gil_gc_leave(ts);
}
