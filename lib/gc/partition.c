/* SPDX-License-Identifier: MIT */
/*
 * Finding garbage: which objects of a list are held by nothing but one another.
 *
 * The idea is CPython's (N. Schemenauer, 2000; T. Peters, T. Wouters): the references that the objects of a list hold to
 * one another are counted; who has more references than that is held from outside; what such objects reach lives; the
 * rest is garbage. The outside is never looked at, so neither stacks nor C variables need be known. How it is done here
 * is different in what is written, because the time goes into cache lines.
 *
 * State. Each object has one word for us, prev of its prefix, and next stays what it is: the list is walked by next. While
 * bit 1 of prev (GIL_GC_BUSY) is set, bits 2 and 3 say what the rest is:
 *
 *     COUNT   the references found so far. 0 after all: it is reached, and will be looked at when its turn comes
 *     PASSED  the link back. Its turn came and nothing had reached it: garbage, as it looks now
 *     LINK    the next one on the stack of those that were reached after their turn
 *     TRASH   the link back. It is in the list of garbage
 *
 * An object without the bit has not been met yet in the first pass; in the second it is done, or no business of ours.
 * Which objects are in the list is known by their generation, or by TRASH when garbage is gone through again; so nothing
 * has to be written to tell them apart, and nothing has to be set before the first pass.
 *
 *  1. Count: each object's tp_traverse, a COUNT for each object of the list that is met. An object that no other of the
 *     list refers to is not written at all.
 *  2. Reach: in the order of the list. An object with more references than COUNT, or with COUNT 0, lives: prev is the link
 *     back again, in the new generation, and its tp_traverse tells what else lives. What is met before its turn gets COUNT
 *     0; what is met after its turn, being PASSED, goes on a stack that is worked off at once. Others become PASSED.
 *  3. Part, only when something is still PASSED, or its link back was lost: from the first PASSED object on, these are
 *     moved to the list of garbage, and the links back of the others set right.
 *
 * A list of live objects thus costs two traversals, without a third pass in most orders, and no object leaves the list
 * that lives. (CPython's passes are four: it sets a count in each, and moves to another list and back what is met before
 * its holder.)
 *
 * The stack: STACKED objects in an array, whose links back stay where they are. Beyond, LINK takes the place of the link
 * back, and pass 3 restores it; so neither memory nor depth is needed. No tp_traverse is called inside of another.
 *
 * The queue: what a tp_traverse visits may lie anywhere, and waiting for memory object by object took three times as long in
 * a heap in no order. So visited objects are asked for (prefetched) when they are met and looked at AWAITED visits later.
 *
 * Lists and tuples, which most of what is traversed are, are gone through here, not by their tp_traverse: two calls an
 * object and pass, one there and one back for its item, took more time than all the rest.
 *
 * Reference counts are read as they are: an immortal object, and one that waits for its destruction (object/dealloc.c),
 * has a negative count and lives. An object without references in the middle of its destruction, still tracked because
 * a finalizer runs, has none that we could count, and lives as well.
 *
 * The debug build looks at what each tp_traverse does; see verify.c.
 *
 * Rejected. A table of counts beside the list: memory, exactly when there is none. Marking from roots: the roots of
 * native code are on its stacks. Recursion in the second pass with a limit: two ways of doing one thing.
 */
#include "gc/partition.h"

#include "base/panic.h"
#include "gc/verify.h"
#include "object/type.h"
#include "object/weakref.h"

#define COUNT GIL_GC_BUSY
#define PASSED (GIL_GC_BUSY | (uintptr_t)1 << GIL_GC_PLACE_SHIFT)
#define LINK (GIL_GC_BUSY | (uintptr_t)2 << GIL_GC_PLACE_SHIFT)
#define TRASH (GIL_GC_BUSY | (uintptr_t)3 << GIL_GC_PLACE_SHIFT)
#define STATE (GIL_GC_BUSY | GIL_GC_PLACE)
/* One reference: the unit of COUNT. */
#define ONE ((uintptr_t)16)

/* Enough for chains and trees, whose objects are worked off as they come. */
#define STACKED 128
/* Visited objects whose memory is on its way: as many as a core can wait for at a time. A power of two. */
#define AWAITED 32

_Static_assert(GIL_GC_FROM_TRASH == 1u << (TRASH >> 1), "bits 1 to 3 of a word are the number of its place");

/*
 * A queue between a visit and the look at the object that was visited: its memory is asked for when it goes in, and has
 * come when it goes out. No order of visits matters to either pass. It is always full: at first of objects that are none
 * of the collector's business.
 */
struct awaited {
    unsigned in; /* how many went in */
    GilObject *object[AWAITED];
};

struct count {
    struct awaited awaited;
    unsigned from;
};

struct reach {
    struct awaited awaited;
    uintptr_t alive;           /* the bits of prev in the new generation */
    size_t passed;             /* objects that are PASSED now */
    int relinked;              /* links back were lost */
    unsigned top;              /* of the array */
    struct gil_gc_head *stack; /* LINK */
    struct gil_gc_head *array[STACKED];
};

static inline uintptr_t
finalized(uintptr_t word)
{
    return word & GIL_GC_FINALIZED;
}

static void
awaited_init(struct awaited *awaited)
{
    awaited->in = 0;
    for (int i = 0; i < AWAITED; i++)
        awaited->object[i] = Gil_None;
}

/* Put op in, and take out what has waited longest. */
static inline GilObject *
await(struct awaited *awaited, GilObject *op)
{
    GilObject **place = &awaited->object[awaited->in++ % AWAITED];
    GilObject *oldest = *place;

    __builtin_prefetch(op, 1);
    *place = op;
    return oldest;
}

/*
 * The items of op where it is a list or tuple and nothing more, and *n, how many; else *n is -1: its tp_traverse knows.
 * A debug build looks at what each tp_traverse does, and so calls them all.
 */
static inline GilObject **
row_of(GilObject *op, Gil_ssize_t *n)
{
#ifndef GIL_DEBUG
    unsigned long flags = Gil_TYPE(op)->tp_flags;

    if ((flags & Gil_TPFLAGS_STATIC_BUILTIN) && (flags & (Gil_TPFLAGS_LIST_SUBCLASS | Gil_TPFLAGS_TUPLE_SUBCLASS))) {
        *n = Gil_SIZE(op);
        return flags & Gil_TPFLAGS_LIST_SUBCLASS ? ((struct gil_gc_list *)(void *)op)->items
                                                 : ((struct gil_gc_tuple *)(void *)op)->items;
    }
#else
    (void)op;
#endif
    *n = -1;
    return NULL;
}

static inline void
count_word(GilObject *op, unsigned from)
{
    struct gil_gc_head *head = gil_gc_head(op);
    uintptr_t word = head->prev;
    if ((word & STATE) == COUNT)
        head->prev = word + ONE;
    else if ((from >> (word >> 1 & 7) & 1) && head->next != NULL)
        head->prev = COUNT | finalized(word) | ONE;
}

/* The type has to be asked. Apart, as the last thing that a visit does: a call in its middle costs every visit registers. */
static __attribute__((noinline)) int
count_asking(GilObject *op, unsigned from)
{
    if (Gil_TYPE(op)->tp_is_gc(op))
        count_word(op, from);
    return 0;
}

static inline int
count_one(GilObject *op, unsigned from)
{
    const GilTypeObject *type = Gil_TYPE(op);

    if (op->ob_refcnt < 0 || !gil_type_has_gc(type))
        return 0;
    if (__builtin_expect(type->tp_is_gc != NULL, 0))
        return count_asking(op, from);
    count_word(op, from);
    return 0;
}

static int
count_visit(GilObject *op, void *arg)
{
    struct count *count = arg;
    gil_gc_verify_visit(op);
    return count_one(await(&count->awaited, op), count->from);
}

static inline void
count_in(GilObject *op, struct count *count)
{
    Gil_ssize_t n;
    GilObject **row = row_of(op, &n);

    if (n < 0)
        Gil_TYPE(op)->tp_traverse(op, count_visit, count);
    while (--n >= 0)
        if (row[n] != NULL)
            count_one(await(&count->awaited, row[n]), count->from);
}

size_t
gil_gc_count_references(struct gil_gc_head *list, unsigned from)
{
    struct count count = {.from = from};
    size_t n = 0;

    awaited_init(&count.awaited);
    for (struct gil_gc_head *head = list->next, *next; head != list; head = next, n++) {
        next = head->next;
        __builtin_prefetch(next->next);
        GilObject *op = gil_gc_object(head);
        gil_gc_verify_begin(op);
        count_in(op, &count);
        gil_gc_verify_end(op);
    }
    for (int i = 0; i < AWAITED; i++)
        count_one(count.awaited.object[i], from);
    return n;
}

static inline void
reach_word(GilObject *op, struct reach *reach)
{
    struct gil_gc_head *head = gil_gc_head(op);
    uintptr_t word = head->prev;
    switch (word & STATE) {
    case COUNT:
        if (word >= ONE)
            head->prev = word & GIL_GC_BITS;
        break;
    case PASSED:
        reach->passed--;
        if (reach->top < STACKED) {
            head->prev = (word & ~STATE) | reach->alive;
            reach->array[reach->top++] = head;
            break;
        }
        head->prev = (uintptr_t)reach->stack | LINK | finalized(word);
        reach->stack = head;
        reach->relinked = 1;
        break;
    default:
        break;
    }
}

static __attribute__((noinline)) int
reach_asking(GilObject *op, struct reach *reach)
{
    if (Gil_TYPE(op)->tp_is_gc(op))
        reach_word(op, reach);
    return 0;
}

static inline int
reach_one(GilObject *op, struct reach *reach)
{
    const GilTypeObject *type = Gil_TYPE(op);

    if (op->ob_refcnt < 0 || !gil_type_has_gc(type))
        return 0;
    if (__builtin_expect(type->tp_is_gc != NULL, 0))
        return reach_asking(op, reach);
    reach_word(op, reach);
    return 0;
}

static int
reach_visit(GilObject *op, void *arg)
{
    struct reach *reach = arg;
    return reach_one(await(&reach->awaited, op), reach);
}

static inline void
reach_from(struct gil_gc_head *head, struct reach *reach)
{
    GilObject *op = gil_gc_object(head);
    Gil_ssize_t n;
    GilObject **row = row_of(op, &n);

    if (n < 0)
        Gil_TYPE(op)->tp_traverse(op, reach_visit, reach);
    while (--n >= 0)
        if (row[n] != NULL)
            reach_one(await(&reach->awaited, row[n]), reach);
}

/* Look at all that were reached after their turn, as far as they are known. */
static void
work_off(struct reach *reach)
{
    for (;;) {
        struct gil_gc_head *head;
        if (reach->top > 0)
            head = reach->array[--reach->top];
        else if (reach->stack != NULL) {
            head = reach->stack;
            reach->stack = gil_gc_prev(head);
            head->prev = finalized(head->prev) | reach->alive; /* the link back comes in the third pass */
        }
        else
            return;
        reach_from(head, reach);
    }
}

/*
 * Look at what is awaited, oldest first, and at all that it reaches. What goes in meanwhile takes out what has been seen;
 * seeing it again changes nothing.
 */
static void
reach_awaited(struct reach *reach)
{
    struct awaited *awaited = &reach->awaited;
    unsigned out = awaited->in - AWAITED;

    while (out != awaited->in) {
        reach_one(awaited->object[out++ % AWAITED], reach);
        work_off(reach);
        if (awaited->in - out > AWAITED)
            out = awaited->in - AWAITED;
    }
}

/* Whether something outside of the list holds the object. */
static inline int
is_held(const struct gil_gc_head *head, uintptr_t word, int keep_del)
{
    const GilObject *op = (const GilObject *)(const void *)(head + 1);

    if ((word & STATE) != COUNT)
        return 1; /* nothing within refers to it */
    return op->ob_refcnt < 0 || (uintptr_t)op->ob_refcnt > word / ONE ||
           (keep_del && op->ob_type->tp_del != NULL);
}

/* The second pass. Returns the last living object before the first that was PASSED, or NULL when none ever was. */
static struct gil_gc_head *
find_reachable(struct gil_gc_head *list, struct reach *reach, int keep_del)
{
    struct gil_gc_head *before_first = NULL, *last = list;

    for (struct gil_gc_head *head = list->next, *next; head != list; last = head, head = next) {
        next = head->next;
        __builtin_prefetch(next->next);
        uintptr_t word = head->prev;
        if (!is_held(head, word, keep_del)) {
            head->prev = (uintptr_t)last | PASSED | finalized(word);
            reach->passed++;
            if (before_first == NULL)
                before_first = last;
            continue;
        }
        uintptr_t linked = (uintptr_t)last | reach->alive | finalized(word);
        if (word != linked)
            head->prev = linked;
        reach_from(head, reach);
        work_off(reach);
    }
    reach_awaited(reach);
    return before_first;
}

static void
note_needs(struct gil_partition *partition, struct gil_gc_head *head)
{
    GilObject *op = gil_gc_object(head);
    const GilTypeObject *type = Gil_TYPE(op);

    if (type->tp_finalize != NULL && !finalized(head->prev))
        partition->has_finalizer = 1;
    if (type->tp_weaklistoffset != 0 || type->tp_dealloc == gil_weakref_dealloc ||
        (gil_type_is_heap(type) && gil_weakref_check(op)))
        partition->has_weakref = 1;
    if (type->tp_del != NULL)
        partition->has_del = 1;
}

/* The third pass, from behind last on. */
static void
part(struct gil_gc_head *list, struct gil_gc_head *trash, struct gil_gc_head *last, struct gil_partition *partition)
{
    struct gil_gc_head *last_trash = gil_gc_prev(trash);

    for (struct gil_gc_head *head = last->next, *next; head != list; head = next) {
        next = head->next;
        __builtin_prefetch(next->next);
        if ((head->prev & STATE) == PASSED) {
            head->prev = (uintptr_t)last_trash | TRASH | finalized(head->prev);
            last_trash->next = head;
            last_trash = head;
            note_needs(partition, head);
        }
        else {
            if (gil_gc_prev(head) != last)
                gil_gc_set_prev(head, last);
            if (last->next != head)
                last->next = head;
            last = head;
        }
    }
    last->next = list;
    list->prev = (uintptr_t)last;
    last_trash->next = trash;
    trash->prev = (uintptr_t)last_trash;
}

void
gil_gc_partition(struct gil_gc_head *list, struct gil_gc_head *trash, struct gil_partition *partition)
{
    struct reach reach;

    awaited_init(&reach.awaited);
    reach.alive = (uintptr_t)partition->to << GIL_GC_PLACE_SHIFT;
    reach.passed = 0;
    reach.relinked = 0;
    reach.top = 0;
    reach.stack = NULL;
    partition->has_finalizer = partition->has_weakref = partition->has_del = 0;
    partition->looked_at = gil_gc_count_references(list, partition->from);
    gil_gc_verify_counts(list);
    struct gil_gc_head *before_first = find_reachable(list, &reach, partition->keep_del);
    partition->trash = reach.passed;
    if (reach.passed > 0 || reach.relinked)
        part(list, trash, before_first, partition);
}

int
gil_gc_is_trash(GilObject *op)
{
    return gil_gc_is_visible(op) && (gil_gc_head(op)->prev & STATE) == TRASH;
}

void
gil_gc_splice(struct gil_gc_head *list, struct gil_gc_head *from)
{
    if (from->next == from)
        return;
    struct gil_gc_head *first = from->next, *last = gil_gc_prev(from), *end = gil_gc_prev(list);
    end->next = first;
    gil_gc_set_prev(first, end);
    last->next = list;
    list->prev = (uintptr_t)last;
    gil_gc_list_init(from);
}

void
gil_gc_rename(struct gil_gc_head *list, unsigned generation)
{
    uintptr_t place = (uintptr_t)generation << GIL_GC_PLACE_SHIFT;
    struct gil_gc_head *last = list;

    for (struct gil_gc_head *head = list->next; head != list; last = head, head = head->next)
        head->prev = (uintptr_t)last | finalized(head->prev) | place;
}

size_t
gil_gc_length(const struct gil_gc_head *list)
{
    size_t n = 0;

    for (const struct gil_gc_head *head = list->next; head != list; head = head->next)
        n++;
    return n;
}
