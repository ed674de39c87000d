/* SPDX-License-Identifier: MIT */
/*
 * The tracked objects of an interpreter.
 *
 * An object of a type with GC has 16 bytes in front of it (object/gchead.h) that link it, from when it is complete
 * until its destruction begins, into one of its interpreter's lists: a generation, or the garbage of a collection.
 * Invariant: every object there has a type with GC and fields that its tp_traverse may look at; its links agree with
 * those of its neighbours; its prefix names the list. gil_gc_check() says so.
 *
 * The lists also serve the report of what is left when an interpreter ends, after the last collection: objects whose
 * references were lost, and what these hold. They are given back with the interpreter's heap.
 */
#include "gc/track.h"

#include "gc/generation.h"
#include "object/error.h"
#include "object/type.h"

static inline int
makes_gc(const GilTypeObject *type)
{
    return type != NULL && gil_type_has_gc(type);
}

/* Says why not: instances of this type cannot be made here. Always NULL. */
static __attribute__((noinline, cold)) void *
refuse_type(const char *func, GilTypeObject *type)
{
    if (type == NULL)
        return gil_err_null(func);
    return GilErr_Format(GilExc_SystemError, "%s: type '%s' has no Gil_TPFLAGS_HAVE_GC", func, type->tp_name);
}

/* Whether that follows from op's type alone; else it must be asked. */
static inline int
has_gc_for_certain(GilObject *op)
{
    return GIL_LIKELY(op != NULL) && GIL_LIKELY(gil_type_has_gc(Gil_TYPE(op))) && GIL_LIKELY(Gil_TYPE(op)->tp_is_gc == NULL);
}

/* Apart, because what asks may call a function, and a frame for that would cost those that need not ask. */
static __attribute__((noinline, cold)) void
track_asked(GilThreadState *ts, GilObject *op, const char *func)
{
    if (op == NULL)
        gil_panic(func, "called with NULL");
    if (!GilObject_IS_GC(op))
        gil_panic(func, "object of type '%s' has no GC", Gil_TYPE(op)->tp_name);
    if (gil_gc_is_tracked(op))
        gil_panic(func, "object of type '%s' is tracked already", Gil_TYPE(op)->tp_name);
    gil_object_track(ts, op);
}

static __attribute__((noinline, cold)) void
untrack_asked(GilObject *op)
{
    if (GilObject_IS_GC(op))
        gil_object_untrack(op);
}

GIL_HOT GilObject *
_GilObject_GC_New(GilTypeObject *type)
{
    GilThreadState *ts = gil_tstate_need(__func__);

    if (GIL_UNLIKELY(!makes_gc(type)))
        return refuse_type(__func__, type);
    GilObject *op = gil_object_alloc_quick(ts, type, 1);
    return GIL_LIKELY(op != NULL) ? op : gil_object_alloc(ts, type, 0);
}

GilVarObject *
_GilObject_GC_NewVar(GilTypeObject *type, Gil_ssize_t size)
{
    GilThreadState *ts = gil_tstate_need(__func__);

    if (!makes_gc(type))
        return refuse_type(__func__, type);
    GilVarObject *op = (GilVarObject *)(void *)gil_object_alloc(ts, type, size);
    if (op != NULL)
        op->ob_size = size;
    return op;
}

GIL_COLD GilVarObject *
_GilObject_GC_Resize(GilVarObject *op, Gil_ssize_t size)
{
    GilThreadState *ts = gil_tstate_need(__func__);

    if (op == NULL)
        return gil_err_null(__func__);
    if (!makes_gc(Gil_TYPE(op)))
        return refuse_type(__func__, Gil_TYPE(op));
    GIL_REQUIRE(!gil_gc_is_tracked(op), "object of type '%s' is tracked", Gil_TYPE(op)->tp_name);
    size_t bytes = gil_object_size(Gil_TYPE(op), size);
    struct gil_gc_head *head = NULL;
    if (bytes != 0)
        head = gil_heap_realloc(ts->heap, gil_gc_head(op), sizeof *head + bytes);
    if (head == NULL)
        return gil_err_no_memory(ts);
    op = (GilVarObject *)(void *)gil_gc_object(head);
    op->ob_size = size;
    return op;
}

GIL_HOT void
GilObject_GC_Track(void *op)
{
    GilThreadState *ts = gil_tstate_need(__func__);

    if (has_gc_for_certain(op) && GIL_LIKELY(!gil_gc_is_tracked(op)))
        gil_object_track(ts, op);
    else
        track_asked(ts, op, __func__);
}

GIL_COLD void
(GilObject_GC_UnTrack)(void *op)
{
    gil_tstate_need(__func__);
    if (has_gc_for_certain(op))
        gil_object_untrack(op);
    else
        untrack_asked(op);
}

GIL_HOT void
GilObject_GC_Del(void *op)
{
    gil_tstate_need(__func__);
    if (GIL_LIKELY(op != NULL) && GIL_UNLIKELY(!gil_object_free_gc_quick(op)))
        gil_object_free(op);
}

GIL_COLD int
GilObject_GC_IsTracked(GilObject *op)
{
    gil_tstate_need(__func__);
    return op != NULL && GilObject_IS_GC(op) && gil_gc_is_tracked(op);
}

GIL_COLD int
GilObject_GC_IsFinalized(GilObject *op)
{
    gil_tstate_need(__func__);
    return op != NULL && GilObject_IS_GC(op) && (gil_gc_head(op)->prev & GIL_GC_FINALIZED) != 0;
}

int
GilObject_IS_GC(GilObject *op)
{
    return op != NULL && gil_type_has_gc(Gil_TYPE(op)) &&
           (Gil_TYPE(op)->tp_is_gc == NULL || Gil_TYPE(op)->tp_is_gc(op));
}

size_t
gil_gc_count(const GilThreadState *ts)
{
    size_t n = gil_gc_length(&gil_gc(ts)->trash) + gil_gc_length(&gil_gc(ts)->seen);

    for (unsigned i = GIL_GC_YOUNG; i < GIL_GC_GENERATIONS; i++)
        n += gil_gc_length(gil_gc_generation(ts, i));
    return n;
}

struct tally {
    const GilTypeObject *type; /* NULL: all that found no line of their own */
    size_t count, size;
};

/* The line of a type, a new one while there is room; the last one takes the rest. */
static GIL_COLD struct tally *
line_of(struct tally *lines, size_t *n, const GilTypeObject *type)
{
    for (size_t i = 0; i < *n; i++)
        if (lines[i].type == type || lines[i].type == NULL)
            return &lines[i];
    struct tally *line = &lines[(*n)++];
    *line = (struct tally){.type = *n < GIL_GC_REPORT_TYPES ? type : NULL};
    return line;
}

/* Most frequent first, the rest last. */
static GIL_COLD void
sort_lines(struct tally *lines, size_t n)
{
    for (size_t i = 1; i < n && lines[i].type != NULL; i++) {
        struct tally line = lines[i];
        size_t at = i;
        for (; at > 0 && lines[at - 1].count < line.count; at--)
            lines[at] = lines[at - 1];
        lines[at] = line;
    }
}

struct report {
    struct tally lines[GIL_GC_REPORT_TYPES];
    size_t n;
};

static GIL_COLD void
tally_object(GilObject *op, struct report *report)
{
    const GilTypeObject *type = Gil_TYPE(op);
    struct tally *tally = line_of(report->lines, &report->n, type);
    Gil_ssize_t items = type->tp_itemsize > 0 ? Gil_SIZE(op) : 0; /* below 0: an int's sign is there */

    tally->count++;
    tally->size += gil_is_str(op) ? gil_type_hooks.str_size(op) : gil_object_size(type, items < 0 ? -items : items);
}

/* Count the objects of one list. */
static GIL_COLD void
tally_list(const struct gil_gc_head *list, struct report *report)
{
    for (struct gil_gc_head *head = list->next; head != list; head = head->next)
        tally_object(gil_gc_object(head), report);
}

#ifdef GIL_DEBUG
/* The debug build knows each object. */
static void
tally_untracked(void *op, void *arg)
{
    if (!gil_type_has_gc(Gil_TYPE(op)) || !gil_gc_is_tracked(op))
        tally_object(op, arg);
}
#endif

GIL_COLD size_t
gil_gc_report(const GilThreadState *ts, void (*line)(const char *type, size_t count, size_t size, void *arg), void *arg)
{
    struct report report = {.n = 0};
    const struct tally *lines = report.lines;

    for (unsigned i = GIL_GC_YOUNG; i < GIL_GC_GENERATIONS; i++)
        tally_list(gil_gc_generation(ts, i), &report);
#ifdef GIL_DEBUG
    gil_census_take(ts->heap, tally_untracked, &report);
#endif
    sort_lines(report.lines, report.n);
    for (size_t i = 0; i < report.n; i++)
        line(lines[i].type != NULL ? lines[i].type->tp_name : "(other types)", lines[i].count, lines[i].size, arg);
    return gil_gc_count(ts);
}

/*
 * Check a list whose objects have these bits in prev besides that of the finalizer. Some may be dead, and wait for their
 * end or be in the middle of it.
 */
static GIL_COLD void
check_list(struct gil_gc_head *list, uintptr_t bits)
{
    GIL_REQUIRE((list->prev & GIL_GC_BITS) == 0, "the head of a list of tracked objects has bits");
    for (struct gil_gc_head *head = list->next; head != list; head = head->next) {
        GIL_REQUIRE(head != NULL && gil_gc_prev(head)->next == head && gil_gc_prev(head->next) == head,
                    "a list of tracked objects is broken");
        const GilTypeObject *type = Gil_TYPE(gil_gc_object(head));
        GIL_REQUIRE(gil_type_has_gc(type), "a tracked object of type '%s' has no GC", type->tp_name);
        GIL_REQUIRE((head->prev & GIL_GC_BITS & ~GIL_GC_FINALIZED) == bits,
                    "a tracked object of type '%s' is in another list than its prefix says", type->tp_name);
    }
}

GIL_COLD void
gil_gc_check(const GilThreadState *ts)
{
    for (unsigned i = GIL_GC_YOUNG; i < GIL_GC_GENERATIONS; i++)
        check_list(gil_gc_generation(ts, i), (uintptr_t)i << GIL_GC_PLACE_SHIFT);
    check_list(&gil_gc(ts)->trash, GIL_GC_BUSY | GIL_GC_PLACE);
    check_list(&gil_gc(ts)->seen, GIL_GC_BUSY | GIL_GC_PLACE);
}
