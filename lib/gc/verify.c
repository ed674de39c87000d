/* SPDX-License-Identifier: MIT */
/*
 * Looking over the shoulder of every tp_traverse, in a debug build.
 *
 * A tp_traverse that visits what its object does not hold makes the collector destroy what lives; one that visits too
 * little only leaves garbage, which nobody can tell from an object that is held by C code. What an instance's words point to need
 * not be its own, nor does the count of an object that its tp_clear or tp_dealloc brought down prove it: what else ended on the way
 * may have had that reference. In two cases the instance holds an object by construction: its type, if that is a heap
 * type, and what is in a member that programs can set (Gil_T_OBJECT_EX and not read-only), because setting gives the old
 * object's reference back. So these are caught, and a field that is no such member and not visited is not:
 *
 *   - an object is met more often than it has references (the types of all that visit it are told, for one of them lies);
 *   - NULL, a dead object, or freed memory is visited;
 *   - the heap type of the object is not, or what is in such a member and tracked;
 *   - memory is taken or given back, an object tracked, or the pending error changed;
 *   - the result is not 0, although visit gave 0.
 */
#include "gc/verify.h"

#ifdef GIL_DEBUG

#include "gc/generation.h"
#include "gc/track.h"
#include "object/dealloc.h"
#include "object/error.h"
#include "object/type.h"

#include <stdio.h>
#include <string.h>

/* Where memory was freed by the heap of a debug build. */
#define FREED ((uintptr_t)0xDDDDDDDDDDDDDDDDu)

/* The object in a slot that the collector knows, or NULL. */
static GilObject *
known_in(GilObject *const *slot)
{
    return *slot != NULL && GilObject_GC_IsTracked(*slot) ? *slot : NULL;
}

/* Two members may be names of one slot. */
static void
owe(struct gil_gc *gc, GilObject **slot, const char *name)
{
    for (unsigned i = 0; i < gc->owes; i++)
        if (gc->owed[i].slot == slot)
            return;
    if (known_in(slot) != NULL && gc->owes < sizeof gc->owed / sizeof gc->owed[0])
        gc->owed[gc->owes++] = (struct gil_gc_owed){slot, name, 0};
}

static void
owe_members(struct gil_gc *gc, GilObject *op)
{
    gc->owes = 0;
    for (const GilTypeObject *type = Gil_TYPE(op); type != NULL; type = type->tp_base)
        for (const GilMemberDef *m = type->tp_members; m != NULL && m->name != NULL; m++)
            if (m->type == Gil_T_OBJECT_EX && !(m->flags & Gil_READONLY))
                owe(gc, (GilObject **)(void *)((char *)op + m->offset), m->name);
}

/* One visit is for one reference. */
static void
see_member(struct gil_gc *gc, const GilObject *op)
{
    for (unsigned i = 0; i < gc->owes; i++)
        if (!gc->owed[i].seen && *gc->owed[i].slot == op) {
            gc->owed[i].seen = 1;
            return;
        }
}

void
gil_gc_verify_begin(GilObject *op)
{
    const GilThreadState *ts = gil_tstate_attached();
    struct gil_gc *gc = gil_gc(ts);

    gc->traversed = op;
    gc->saw_type = !gil_type_is_heap(Gil_TYPE(op));
    gc->requests = ts->heap->requests;
    gc->tracked = gil_gc_young_count(ts);
    gc->error = ts->err.type;
    owe_members(gc, op);
}

void
gil_gc_verify_visit(GilObject *op)
{
    struct gil_gc *gc = gil_gc(gil_tstate_attached());
    const char *name = Gil_TYPE(gc->traversed)->tp_name;

    GIL_REQUIRE(op != NULL, "the tp_traverse of '%s' visits NULL", name);
    GIL_REQUIRE((uintptr_t)op->ob_type != FREED, "the tp_traverse of '%s' visits freed memory", name);
#ifdef GIL_BURIES
    const char *was = op->ob_refcnt == 0 ? gil_heap_buried(gil_tstate_attached()->heap, op) : NULL;
    GIL_REQUIRE(was == NULL, "the tp_traverse of '%s' visits freed memory: an object of type '%s' that ended", name, was);
#endif
    GIL_REQUIRE(op->ob_refcnt != 0 && gil_object_is_alive(op), "the tp_traverse of '%s' visits a dead object of type '%s'",
                name, Gil_TYPE(op)->tp_name);
    if (op == (GilObject *)Gil_TYPE(gc->traversed))
        gc->saw_type = 1;
    see_member(gc, op);
}

void
gil_gc_verify_end(GilObject *op)
{
    const GilThreadState *ts = gil_tstate_attached();
    struct gil_gc *gc = gil_gc(ts);
    const char *name = Gil_TYPE(op)->tp_name;

    GIL_REQUIRE(gc->requests == ts->heap->requests, "the tp_traverse of '%s' took memory or gave some back", name);
    GIL_REQUIRE(gc->tracked == gil_gc_young_count(ts), "the tp_traverse of '%s' tracked an object", name);
    GIL_REQUIRE(gc->error == ts->err.type, "the tp_traverse of '%s' changed the pending error", name);
    GIL_REQUIRE(gc->saw_type, "the tp_traverse of '%s' does not visit the type: Gil_VISIT(Gil_TYPE(self))", name);
    for (unsigned i = 0; i < gc->owes; i++)
        GIL_REQUIRE(gc->owed[i].seen, "the tp_traverse of '%s' does not visit what is in the member '%s'", name, gc->owed[i].name);
    gc->traversed = NULL;
}

/* Who visits one object. */
struct witness {
    GilObject *visited;
    size_t visits;
};

static int
witness_visit(GilObject *op, void *arg)
{
    struct witness *witness = arg;
    witness->visits += op == witness->visited;
    return 0;
}

/* The types of the objects of a list that visit op, at the end of names. */
static void
find_witnesses(struct gil_gc_head *list, GilObject *op, char *names, size_t size)
{
    const GilTypeObject *last = NULL;

    for (struct gil_gc_head *head = list->next; head != list; head = head->next) {
        struct witness witness = {.visited = op};
        const GilTypeObject *type = Gil_TYPE(gil_gc_object(head));
        type->tp_traverse(gil_gc_object(head), witness_visit, &witness);
        if (witness.visits == 0 || type == last)
            continue;
        last = type;
        size_t used = strlen(names);
        snprintf(names + used, size - used, "%s'%s'", used > 0 ? ", " : "", type->tp_name);
    }
}

void
gil_gc_verify_counts(struct gil_gc_head *list)
{
    const GilThreadState *ts = gil_tstate_attached();
    char names[400] = "";

    for (struct gil_gc_head *head = list->next; head != list; head = head->next) {
        GilObject *op = gil_gc_object(head);
        size_t count = gil_gc_counted(head);
        if (op->ob_refcnt < 0 || count <= (size_t)op->ob_refcnt)
            continue;
        find_witnesses(list, op, names, sizeof names);
        for (unsigned i = GIL_GC_YOUNG; i < GIL_GC_GENERATIONS; i++)
            if (gil_gc_generation(ts, i) != list)
                find_witnesses(gil_gc_generation(ts, i), op, names, sizeof names);
        gil_panic("collector", "an object of type '%s' has %zd references and was visited %zu times: one of these types "
                               "visits in its tp_traverse what it does not hold: %s",
                  Gil_TYPE(op)->tp_name, Gil_REFCNT(op), count, names);
    }
}

void
gil_gc_verify_all(GilThreadState *ts)
{
    struct gil_gc *gc = gil_gc(ts);

    GIL_REQUIRE(gc->traversed == NULL, "the tp_traverse of '%s' tracked an object", Gil_TYPE(gc->traversed)->tp_name);
    gil_gc_check(ts);
    gc->verified = 0;
    for (unsigned i = GIL_GC_YOUNG; i < GIL_GC_GENERATIONS; i++)
        gc->verified += gil_gc_count_references(gil_gc_generation(ts, i), GIL_GC_UP_TO(GIL_GC_FROZEN));
    for (unsigned i = GIL_GC_YOUNG; i < GIL_GC_GENERATIONS; i++)
        gil_gc_verify_counts(gil_gc_generation(ts, i));
    for (unsigned i = GIL_GC_YOUNG; i < GIL_GC_GENERATIONS; i++)
        gil_gc_rename(gil_gc_generation(ts, i), i);
}

#endif
