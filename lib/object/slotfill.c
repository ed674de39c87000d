/* SPDX-License-Identifier: MIT */
/*
 * Attributes that fill slots.
 *
 * When an attribute `__len__` comes to a type made at run time, the slots of that name get a function that looks the
 * attribute up in the type of the object and calls it (protocol/slotattr.c has one for each slot). When it goes, the
 * slots get back what they had: what the type's spec gave, or what its bases have. Nothing is recorded for each
 * attribute: what stands in a slot follows from the tables alone. It is decided by the first class in the type's order
 * that has an attribute of one of the slot's names, which makes it that function, or that gives the slot itself, which
 * makes it what was given. So the order in which attributes come and go, in the type and in its bases, is of no account,
 * and one function, settled(), says what is right at any time.
 *
 * What a class gives itself: of a type made at run time, what stood in its spec, kept as a set of bits; of a built-in
 * type, what differs from its base's. Slots that are inherited together (inherit.c) are given together. What a spec gave
 * must survive being covered by an attribute, so before the first attribute that covers such a slot all the slots are
 * copied; types that were made by a call of a metatype give nothing and never need that.
 *
 * A change walks the list of all types of the interpreter for those that derive from the changed one, as voiding
 * the attribute cache does. Only names in the table of slotdef.c come here.
 *
 * Four slots of sequences share their names with those of numbers, `__add__`, `__mul__` and their like. Attributes of
 * these names fill the numbers' slots and empty the sequences', as in CPython: operators look at numbers first, and the
 * functions for sequences go by way of them where the slot is empty.
 *
 * Two flags promise more than their slot: that calls may go by vectorcall past tp_call, and that a method may be called
 * unbound past tp_descr_get. They go with the first attribute that covers the slot, and do not come back: without them
 * everything works, only by the longer way.
 */
#include "object/slotfill.h"

#include "object/error.h"
#include "object/slotdef.h"
#include "object/slots.h"

#include <string.h>

/* The function that asks attributes for this slot; NULL: there is none. */
static void *
asking(int id)
{
    return gil_type_hooks.attribute_slots != NULL ? gil_type_hooks.attribute_slots[id] : NULL;
}

/* Slots that attributes empty: those of a number have the same names, and who finds these empty asks them. */
static int
gives_way(int id)
{
    return id == Gil_sq_concat || id == Gil_sq_repeat || id == Gil_sq_inplace_concat || id == Gil_sq_inplace_repeat;
}

/* Whether what stands in the slot follows from attributes. */
static int
is_named(int id)
{
    return asking(id) != NULL || gives_way(id);
}

void
gil_slotfill_own(GilHeapTypeObject *ht, int id)
{
    ht->own_slots[id / 64] |= (uint64_t)1 << id % 64;
}

/* The slot that is inherited together with this one. */
static int
partner(int id)
{
    switch (id) {
    case Gil_tp_hash:
        return Gil_tp_richcompare;
    case Gil_tp_richcompare:
        return Gil_tp_hash;
    case Gil_tp_getattro:
        return Gil_tp_getattr;
    case Gil_tp_setattro:
        return Gil_tp_setattr;
    default:
        return id;
    }
}

static int
gives_alone(const GilTypeObject *type, int id)
{
    const struct gil_slot_place *place = gil_slot_place(id);

    if (gil_type_is_heap(type))
        return ((const GilHeapTypeObject *)(const void *)type)->own_slots[id / 64] >> id % 64 & 1;
    const void *value = gil_slot_read(type, place);
    return value != NULL && (type->tp_base == NULL || gil_slot_read(type->tp_base, place) != value);
}

static int
gives(const GilTypeObject *type, int id)
{
    return gives_alone(type, id) || gives_alone(type, partner(id));
}

void *
gil_slotfill_native(const GilTypeObject *type, int id)
{
    const GilHeapTypeObject *ht = (const GilHeapTypeObject *)(const void *)type;

    if (gil_type_is_heap(type) && ht->covered != NULL && gives(type, id))
        return ht->covered[id];
    void *value = gil_slot_read(type, gil_slot_place(id));
    return value != asking(id) ? value : NULL;
}

/* The attribute that was set in this very class and fills the slot; NULL when there is none. */
static const struct gil_name_entry *
attribute_of(const GilTypeObject *cls, int id)
{
    const struct gil_name_entry *named, *entry;
    size_t pos = 0;

    while (gil_type_is_heap(cls) && (named = gil_slot_name_next(id, &pos)) != NULL) {
        entry = gil_names_find(cls->tp_names, named->name, named->len, gil_names_hash(named->name, named->len));
        if (entry != NULL && entry->kind == GIL_NAME_VALUE)
            return entry;
    }
    return NULL;
}

/* tp_new comes from the base whose layout is extended, since it makes an instance of that layout. */
static void *
native_new(const GilTypeObject *type)
{
    while (type != NULL && !gives(type, Gil_tp_new) && !(type->tp_flags & Gil_TPFLAGS_DISALLOW_INSTANTIATION))
        type = type->tp_base;
    return type != NULL ? gil_slotfill_native(type, Gil_tp_new) : NULL;
}

/* What is to stand in the slot. */
static void *
settled(const GilTypeObject *type, int id)
{
    if (id == Gil_tp_new && (type->tp_flags & Gil_TPFLAGS_DISALLOW_INSTANTIATION))
        return NULL;
    for (Gil_ssize_t i = 0; i < type->tp_mro_count; i++) {
        const GilTypeObject *cls = type->tp_mro_items[i];
        const struct gil_name_entry *entry = attribute_of(cls, id);
        if (entry != NULL)
            return id == Gil_tp_hash && entry->u.value == Gil_None ? (void *)(uintptr_t)GilObject_HashNotImplemented
                                                                  : asking(id);
        if (id != Gil_tp_new && gives(cls, id))
            return gil_slotfill_native(cls, id);
    }
    return id == Gil_tp_new ? native_new(type) : NULL;
}

static void
settle(GilTypeObject *type, int id)
{
    void *value = settled(type, id);

    gil_slot_write(type, gil_slot_place(id), value);
    if (value != asking(id))
        return;
    if (id == Gil_tp_call)
        type->tp_flags &= ~Gil_TPFLAGS_HAVE_VECTORCALL;
    else if (id == Gil_tp_descr_get)
        type->tp_flags &= ~Gil_TPFLAGS_METHOD_DESCRIPTOR;
    else if (id == Gil_tp_new || id == Gil_tp_init)
        type->tp_vectorcall = NULL; /* it does the work of both */
}

/*
 * Whether a base may fill the slot by an attribute. A hash can be such without a sign of it, and goes with the
 * comparison. A slot that a base has emptied was inherited from one behind it; with one base all others are right.
 */
static int
is_asked(const GilTypeObject *type, int id)
{
    if (gives_way(id))
        return gil_slot_read(type, gil_slot_place(id)) != NULL;
    if (gil_heap_type((GilTypeObject *)(uintptr_t)type)->nbases == 1)
        return 0;
    for (Gil_ssize_t i = 1; i < type->tp_mro_count; i++)
        if (gil_slot_read(type->tp_mro_items[i], gil_slot_place(id)) == asking(id))
            return 1;
    return id == Gil_tp_hash || id == Gil_tp_richcompare;
}

void
gil_slotfill_join(GilTypeObject *type)
{
    for (int id = 1; id <= GIL_TYPE_SLOT_MAX; id++)
        if (is_named(id) && is_asked(type, id))
            settle(type, id);
}

int
gil_slotfill_prepare(GilThreadState *ts, GilTypeObject *type, const char *name, size_t len)
{
    GilHeapTypeObject *ht = gil_heap_type(type);
    uint8_t ids[GIL_SLOTS_OF_NAME_MAX];
    int covers = 0;

    for (size_t n = gil_slots_of_name(name, len, ids); n-- > 0;)
        covers |= is_named(ids[n]) && gives(type, ids[n]);
    if (!covers || ht->covered != NULL)
        return 0;
    ht->covered = gil_heap_calloc(ts->heap, GIL_TYPE_SLOT_MAX + 1, sizeof *ht->covered);
    if (ht->covered == NULL) {
        gil_err_no_memory(ts);
        return -1;
    }
    for (int id = 1; id <= GIL_TYPE_SLOT_MAX; id++)
        if (gil_slot_place(id) != NULL)
            ht->covered[id] = gil_slot_read(type, gil_slot_place(id));
    return 0;
}

void
gil_slotfill_follow(GilTypeObject *type, const char *name, size_t len)
{
    uint8_t ids[GIL_SLOTS_OF_NAME_MAX];

    for (size_t n = gil_slots_of_name(name, len, ids); n-- > 0;) {
        if (!is_named(ids[n]))
            continue;
        settle(type, ids[n]);
        if (!(type->tp_flags & Gil_TPFLAGS_READY))
            continue; /* it is being made, and nothing derives from it */
        struct gil_object_pocket *pocket = gil_heap_type(type)->interp->pocket[GIL_POCKET_OBJECT];
        for (GilTypeObject *heir = pocket->types; heir != NULL; heir = gil_heap_type(heir)->older)
            if (heir != type && GilType_IsSubtype(heir, type))
                settle(heir, ids[n]);
    }
}
