/* SPDX-License-Identifier: MIT */
/*
 * What a type has from its bases.
 *
 * The order in which bases are asked is C3 (Barrett et al., "A monotonic superclass linearization for Dylan"): a class
 * comes before its bases, bases keep the order in which they were written, and every base's own order is respected.
 *
 * A slot is inherited from the first class in that order which defines it itself. "Itself" means that it differs from
 * the slot of that class's own base: an inherited copy must not win over a class that comes earlier in the order than
 * the one where it really stands. Slots that make sense only together (getattr with getattro, comparison with hash)
 * are taken together, from the first class that defines one of them, and only when the type has none of them.
 *
 * A slot that is filled by an attribute goes alone, and in all classes that fill it so stands the same function, by which
 * they cannot be told apart. So the slots of a type with more than one base are settled once more by what the classes
 * say (slotfill.c) when all of this is done.
 */
#include "object/inherit.h"

#include "object/alloc.h"
#include "object/instance.h"
#include "object/type.h"

#include <string.h>

Gil_ssize_t
gil_mro_room(GilTypeObject *const *bases, Gil_ssize_t nbases)
{
    Gil_ssize_t room = 1;

    for (Gil_ssize_t i = 0; i < nbases; i++)
        room += bases[i]->tp_mro_count;
    return room;
}

static int
stands_in(GilTypeObject *const *list, Gil_ssize_t from, Gil_ssize_t n, const GilTypeObject *type)
{
    for (Gil_ssize_t i = from; i < n; i++)
        if (list[i] == type)
            return 1;
    return 0;
}

/* Whether a list has type behind its head, so that others must come first. */
static int
must_wait(GilTypeObject *const *bases, Gil_ssize_t nbases, const Gil_ssize_t *heads, Gil_ssize_t head,
          const GilTypeObject *type)
{
    if (stands_in(bases, head + 1, nbases, type))
        return 1;
    for (Gil_ssize_t i = 0; i < nbases; i++)
        if (stands_in(bases[i]->tp_mro_items, heads[i] + 1, bases[i]->tp_mro_count, type))
            return 1;
    return 0;
}

/* The next class of the merge, NULL when there is none: *done says whether because the lists are empty. */
static GilTypeObject *
next_of_merge(GilTypeObject *const *bases, Gil_ssize_t nbases, const Gil_ssize_t *heads, Gil_ssize_t head, int *done)
{
    *done = 1;
    for (Gil_ssize_t i = 0; i <= nbases; i++) {
        GilTypeObject *candidate;
        if (i < nbases && heads[i] < bases[i]->tp_mro_count)
            candidate = bases[i]->tp_mro_items[heads[i]];
        else if (i == nbases && head < nbases)
            candidate = bases[head];
        else
            continue;
        *done = 0;
        if (!must_wait(bases, nbases, heads, head, candidate))
            return candidate;
    }
    return NULL;
}

Gil_ssize_t
gil_mro_merge(GilTypeObject *const *bases, Gil_ssize_t nbases, GilTypeObject **order, Gil_ssize_t *scratch)
{
    Gil_ssize_t n = 1, *heads = scratch, head = 0; /* heads of the bases' orders, and of the list of bases */
    int done;

    memset(heads, 0, (size_t)nbases * sizeof *heads);
    for (;;) {
        GilTypeObject *type = next_of_merge(bases, nbases, heads, head, &done);
        if (type == NULL)
            return done ? n : -1;
        order[n++] = type;
        for (Gil_ssize_t i = 0; i < nbases; i++)
            if (heads[i] < bases[i]->tp_mro_count && bases[i]->tp_mro_items[heads[i]] == type)
                heads[i]++;
        if (head < nbases && bases[head] == type)
            head++;
    }
}

/* The class among type and its bases that last changed the layout. */
static GilTypeObject *
layout_of(GilTypeObject *type)
{
    while (type->tp_base != NULL && type->tp_basicsize == type->tp_base->tp_basicsize &&
           type->tp_itemsize == type->tp_base->tp_itemsize)
        type = type->tp_base;
    return type;
}

GilTypeObject *
gil_best_base(GilTypeObject *const *bases, Gil_ssize_t nbases)
{
    GilTypeObject *best = bases[0], *layout = layout_of(best);

    for (Gil_ssize_t i = 1; i < nbases; i++) {
        GilTypeObject *other = layout_of(bases[i]);
        if (GilType_IsSubtype(layout, other))
            continue;
        if (!GilType_IsSubtype(other, layout))
            return NULL;
        best = bases[i];
        layout = other;
    }
    return best;
}

#define SUBCLASS_FLAGS                                                                                            \
    (Gil_TPFLAGS_LONG_SUBCLASS | Gil_TPFLAGS_LIST_SUBCLASS | Gil_TPFLAGS_TUPLE_SUBCLASS |                         \
     Gil_TPFLAGS_BYTES_SUBCLASS | Gil_TPFLAGS_UNICODE_SUBCLASS | Gil_TPFLAGS_DICT_SUBCLASS |                      \
     Gil_TPFLAGS_BASE_EXC_SUBCLASS | Gil_TPFLAGS_TYPE_SUBCLASS)
#define KIND_FLAGS (Gil_TPFLAGS_SEQUENCE | Gil_TPFLAGS_MAPPING)

/*
 * The dict and the list of weak references that the library finds room for stand behind the struct, anew in each
 * derived type. What a base has as a field of its own is enough.
 */
static void
place_managed(GilTypeObject *type, const GilTypeObject *base)
{
    Gil_ssize_t at = (type->tp_basicsize + 7) & ~(Gil_ssize_t)7;

    type->tp_flags |= base->tp_flags & GIL_TPFLAGS_MANAGED;
    if (base->tp_dictoffset != 0 && !(base->tp_flags & Gil_TPFLAGS_MANAGED_DICT))
        type->tp_flags &= ~Gil_TPFLAGS_MANAGED_DICT;
    if (base->tp_weaklistoffset != 0 && !(base->tp_flags & Gil_TPFLAGS_MANAGED_WEAKREF))
        type->tp_flags &= ~Gil_TPFLAGS_MANAGED_WEAKREF;
    if (type->tp_flags & Gil_TPFLAGS_MANAGED_DICT) {
        type->tp_dictoffset = at;
        at += (Gil_ssize_t)sizeof(GilObject *);
    }
    if (type->tp_flags & Gil_TPFLAGS_MANAGED_WEAKREF)
        type->tp_weaklistoffset = at;
}

/* What comes from the base whose layout is extended, and from no other. */
static void
inherit_layout(GilTypeObject *type, const GilTypeObject *base)
{
    if (!gil_type_has_gc(type) && gil_type_has_gc(base) && type->tp_traverse == NULL && type->tp_clear == NULL) {
        type->tp_flags |= Gil_TPFLAGS_HAVE_GC;
        type->tp_traverse = gil_type_is_heap(type) ? gil_heap_type_instance_traverse : base->tp_traverse;
        type->tp_clear = gil_type_is_heap(type) ? gil_heap_type_instance_clear : base->tp_clear;
    }
    if (type->tp_basicsize == 0)
        type->tp_basicsize = base->tp_basicsize;
    if (type->tp_itemsize == 0)
        type->tp_itemsize = base->tp_itemsize;
    if (type->tp_vectorcall_offset == 0)
        type->tp_vectorcall_offset = base->tp_vectorcall_offset;
    if (type->tp_weaklistoffset == 0)
        type->tp_weaklistoffset = base->tp_weaklistoffset;
    if (type->tp_dictoffset == 0)
        type->tp_dictoffset = base->tp_dictoffset;
    place_managed(type, base);
    type->tp_flags |= base->tp_flags & (SUBCLASS_FLAGS | Gil_TPFLAGS_ITEMS_AT_END);
}

/* A struct of function pointers, slot by slot: mine gets what base has of its own. basebase may be NULL. */
static void
inherit_table(void *mine, const void *base, const void *basebase, size_t size)
{
    _Gil_funcptr_t own, from_base, inherited = NULL;

    for (size_t at = 0; at < size; at += sizeof own) {
        memcpy(&own, (char *)mine + at, sizeof own);
        memcpy(&from_base, (const char *)base + at, sizeof own);
        if (basebase != NULL)
            memcpy(&inherited, (const char *)basebase + at, sizeof own);
        if (own == NULL && from_base != NULL && from_base != inherited)
            memcpy((char *)mine + at, &from_base, sizeof own);
    }
}

#define INHERIT_TABLE(field)                                                                              \
    do {                                                                                                  \
        if (type->field != NULL && base->field != NULL && type->field != base->field)                     \
            inherit_table(type->field, base->field, basebase != NULL ? basebase->field : NULL, sizeof *type->field); \
    } while (0)

#define OWN(slot) (base->slot != NULL && (basebase == NULL || base->slot != basebase->slot))
#define INHERIT(slot)                              \
    do {                                           \
        if (type->slot == NULL && OWN(slot))       \
            type->slot = base->slot;               \
    } while (0)

#define INHERIT_PAIR(one, other)                                                              \
    do {                                                                                     \
        if (type->one == NULL && type->other == NULL && (OWN(one) || OWN(other))) {          \
            type->one = base->one;                                                           \
            type->other = base->other;                                                       \
        }                                                                                    \
    } while (0)

static void
inherit_from(GilTypeObject *type, const GilTypeObject *base)
{
    const GilTypeObject *basebase = base->tp_base;

    if (!(type->tp_flags & KIND_FLAGS))
        type->tp_flags |= base->tp_flags & KIND_FLAGS;
    INHERIT_TABLE(tp_as_number);
    INHERIT_TABLE(tp_as_sequence);
    INHERIT_TABLE(tp_as_mapping);
    INHERIT_TABLE(tp_as_buffer);
    INHERIT_PAIR(tp_getattr, tp_getattro);
    INHERIT_PAIR(tp_setattr, tp_setattro);
    INHERIT_PAIR(tp_richcompare, tp_hash);
    INHERIT(tp_repr);
    INHERIT(tp_str);
    if (type->tp_call == NULL && (base->tp_flags & Gil_TPFLAGS_HAVE_VECTORCALL))
        type->tp_flags |= Gil_TPFLAGS_HAVE_VECTORCALL;
    INHERIT(tp_call);
    INHERIT(tp_iter);
    INHERIT(tp_iternext);
    if (type->tp_descr_get == NULL && (base->tp_flags & Gil_TPFLAGS_METHOD_DESCRIPTOR) && OWN(tp_descr_get))
        type->tp_flags |= Gil_TPFLAGS_METHOD_DESCRIPTOR;
    INHERIT(tp_descr_get);
    INHERIT(tp_descr_set);
    INHERIT(tp_init);
    /* Who names the default wishes for nothing; built-in types with another fill in what their instances cannot be without. */
    if (type->tp_alloc == GilType_GenericAlloc && (base->tp_flags & Gil_TPFLAGS_STATIC_BUILTIN))
        type->tp_alloc = NULL;
    INHERIT(tp_alloc);
    INHERIT(tp_is_gc);
    INHERIT(tp_finalize);
    INHERIT(tp_del);
    INHERIT(tp_dealloc);
    if (gil_type_has_gc(type) == gil_type_has_gc(base))
        INHERIT(tp_free);
    else if (type->tp_free == NULL)
        type->tp_free = gil_object_tp_free; /* the base's may not know where the memory begins */
}

/* Static types need not have a table to have what their base has in it. */
static void
share_tables(GilTypeObject *type, const GilTypeObject *base)
{
    if (type->tp_as_number == NULL)
        type->tp_as_number = base->tp_as_number;
    if (type->tp_as_sequence == NULL)
        type->tp_as_sequence = base->tp_as_sequence;
    if (type->tp_as_mapping == NULL)
        type->tp_as_mapping = base->tp_as_mapping;
    if (type->tp_as_buffer == NULL)
        type->tp_as_buffer = base->tp_as_buffer;
}

/* A static type that derives from object and has no tp_new has instances that only C code makes. */
static void
settle_new(GilTypeObject *type)
{
    if (type->tp_new == NULL && type->tp_base == &GilBaseObject_Type && !gil_type_is_heap(type))
        type->tp_flags |= Gil_TPFLAGS_DISALLOW_INSTANTIATION;
    if (type->tp_flags & Gil_TPFLAGS_DISALLOW_INSTANTIATION)
        type->tp_new = NULL;
    else if (type->tp_new == NULL)
        type->tp_new = type->tp_base->tp_new;
}

void
gil_inherit_slots(GilTypeObject *type)
{
    if (type->tp_base == NULL)
        return; /* object itself */
    inherit_layout(type, type->tp_base);
    for (Gil_ssize_t i = 1; i < type->tp_mro_count; i++)
        inherit_from(type, type->tp_mro_items[i]);
    share_tables(type, type->tp_base);
    settle_new(type);
    if (type->tp_hash == NULL)
        type->tp_hash = GilObject_HashNotImplemented;
}
