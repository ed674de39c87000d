/* SPDX-License-Identifier: MIT */
/*
 * Building a heap type.
 *
 * Order: bases, then the layout that follows from them, then the memory of everything, then what cannot fail, and last
 * the entry into the interpreter's list, which makes the type one that may be used. Until then it is an object whose
 * destructor takes apart whatever there is of it, so each failure simply drops it. Nothing on the way runs foreign
 * code: the bases are looked at, not called. Attributes come last, when the slots are inherited: those of a slot's name
 * fill the slot (slotfill.c).
 */
#include "object/newtype.h"

#include "object/error.h"
#include "object/format.h"
#include "object/inherit.h"
#include "object/instance.h"
#include "object/member.h"
#include "object/metatype.h"
#include "object/ops.h"
#include "object/slotfill.h"
#include "object/slots.h"

/* Room for the bases that a type is made from; one stands in place. */
struct bases {
    GilTypeObject *single;
    GilTypeObject **items; /* borrowed from the plan */
    Gil_ssize_t n;
};

int
gil_slot_is_planned(int id)
{
    switch (id) {
    case Gil_tp_base:
    case Gil_tp_bases:
    case Gil_tp_doc:
    case Gil_tp_members:
    case Gil_tp_methods:
    case Gil_tp_getset:
    case Gil_tp_token:
        return 1;
    default:
        return 0;
    }
}

static int
base_is_acceptable(GilThreadState *ts, const struct gil_type_plan *plan, const struct bases *bases, Gil_ssize_t i)
{
    GilTypeObject *base = bases->items[i];

    if (!gil_is_type((GilObject *)base)) {
        GilErr_Format(GilExc_TypeError, "type '%s': bases must be types, not '%s'", plan->name,
                      Gil_TYPE(base)->tp_name);
        return 0;
    }
    if (!(base->tp_flags & Gil_TPFLAGS_BASETYPE)) {
        GilErr_Format(GilExc_TypeError, "type '%s' is not an acceptable base type", base->tp_name);
        return 0;
    }
    if (gil_type_is_heap(base) && gil_heap_type(base)->interp != ts->interp) {
        GilErr_Format(GilExc_TypeError, "base '%s' of type '%s' belongs to another interpreter", base->tp_name,
                      plan->name);
        return 0;
    }
    if ((plan->flags & Gil_TPFLAGS_IMMUTABLETYPE) && gil_type_is_heap(base) &&
        !(base->tp_flags & Gil_TPFLAGS_IMMUTABLETYPE)) {
        GilErr_Format(GilExc_TypeError, "Creating immutable type %s from mutable base %s", plan->name, base->tp_name);
        return 0;
    }
    for (Gil_ssize_t j = 0; j < i; j++)
        if (bases->items[j] == base) {
            GilErr_Format(GilExc_TypeError, "duplicate base class %s", base->tp_name);
            return 0;
        }
    return 1;
}

static int
read_bases(GilThreadState *ts, const struct gil_type_plan *plan, struct bases *bases)
{
    bases->single = &GilBaseObject_Type;
    bases->items = &bases->single;
    bases->n = 1;
    if (plan->bases != NULL && gil_is_tuple(plan->bases)) {
        GilObject **items;
        bases->n = gil_ops.tuple_items(plan->bases, &items);
        bases->items = (GilTypeObject **)(void *)items;
        if (bases->n == 0) {
            bases->items = &bases->single;
            bases->n = 1;
        }
    }
    else if (plan->bases != NULL)
        bases->single = (GilTypeObject *)(void *)plan->bases;
    for (Gil_ssize_t i = 0; i < bases->n; i++)
        if (!base_is_acceptable(ts, plan, bases, i))
            return -1;
    return 0;
}

/*
 * The type of the new type: the most derived among the wished one and those of the bases. NULL with TypeError when
 * there is none that derives from all, or when it makes its instances by code of its own, which cannot be run here: who
 * called a metatype learns by plan->asks which other one is to be called.
 */
static GilTypeObject *
settle_metatype(GilThreadState *ts, struct gil_type_plan *plan, const struct bases *bases)
{
    GilTypeObject *winner = plan->metatype != NULL ? plan->metatype : &GilType_Type;

    for (Gil_ssize_t i = 0; i < bases->n; i++) {
        GilTypeObject *meta = Gil_TYPE(bases->items[i]);
        if (GilType_IsSubtype(winner, meta))
            continue;
        if (!GilType_IsSubtype(meta, winner)) {
            GilErr_SetString(GilExc_TypeError, "metaclass conflict: the metaclass of a derived class must be a "
                                               "(non-strict) subclass of the metaclasses of all its bases");
            return NULL;
        }
        winner = meta;
    }
    if (winner->tp_new != NULL && winner->tp_new != GilType_Type.tp_new && !(plan->called && winner == plan->metatype)) {
        if (plan->called) {
            plan->asks = winner;
            return NULL;
        }
        GilErr_SetString(GilExc_TypeError, "Metaclasses with custom tp_new are not supported.");
        return NULL;
    }
    if (gil_type_is_heap(winner) && gil_heap_type(winner)->interp != ts->interp) {
        GilErr_Format(GilExc_TypeError, "metaclass '%s' of type '%s' belongs to another interpreter", winner->tp_name,
                      plan->name);
        return NULL;
    }
    return winner;
}

/* Size of an instance without items; -1 with the error set. */
static Gil_ssize_t
plan_size(const struct gil_type_plan *plan, const GilTypeObject *base)
{
    Gil_ssize_t data = (base->tp_basicsize + 15) & ~(Gil_ssize_t)15;
    Gil_ssize_t size = plan->basicsize > 0                   ? plan->basicsize
                       : plan->basicsize == 0                ? base->tp_basicsize
                       : plan->basicsize < -GIL_BASICSIZE_MAX ? GIL_SSIZE_T_MAX
                                                             : data + ((15 - plan->basicsize) & ~(Gil_ssize_t)15);

    if (size > GIL_BASICSIZE_MAX) {
        GilErr_Format(GilExc_SystemError, "type '%s' has instances of more bytes than there are", plan->name);
        return -1;
    }
    if (size < base->tp_basicsize) {
        GilErr_Format(GilExc_TypeError, "tp_basicsize for type '%s' (%zd) is too small for base '%s' (%zd)", plan->name,
                      size, base->tp_name, base->tp_basicsize);
        return -1;
    }
    /* The base's code knows the size of its items. */
    if (plan->itemsize != 0 && base->tp_itemsize != 0 && plan->itemsize != base->tp_itemsize) {
        GilErr_Format(GilExc_TypeError, "tp_itemsize for type '%s' (%zd) differs from that of base '%s' (%zd)", plan->name,
                      plan->itemsize, base->tp_name, base->tp_itemsize);
        return -1;
    }
    /* The number of items stands in the head, behind what an object without items has. */
    if (plan->itemsize != 0 && size < (Gil_ssize_t)sizeof(GilVarObject)) {
        GilErr_Format(GilExc_SystemError, "type '%s' has items, but a basicsize (%zd) below that of GilVarObject (%zu)",
                      plan->name, size, sizeof(GilVarObject));
        return -1;
    }
    if (size > base->tp_basicsize && !gil_type_can_grow(base)) {
        GilErr_Format(GilExc_SystemError,
                      "type '%s': Cannot extend variable-size class without Gil_TPFLAGS_ITEMS_AT_END.", plan->name);
        return -1;
    }
    return size;
}

static int
refuse_member(const char *name, const GilMemberDef *m, const char *why)
{
    GilErr_Format(GilExc_SystemError, "type '%s': member '%s' %s", name, m->name, why);
    return -1;
}

int
gil_check_member(const char *name, const GilMemberDef *m, Gil_ssize_t basicsize)
{
    Gil_ssize_t size = (Gil_ssize_t)gil_member_size(m->type);

    if (m->flags & Gil_RELATIVE_OFFSET)
        return refuse_member(name, m, "has a relative offset, but basicsize is not negative");
    if (size == 0)
        return refuse_member(name, m, "is of unknown type");
    if (m->offset < (Gil_ssize_t)sizeof(GilObject) || m->offset > basicsize - size)
        return refuse_member(name, m, "reaches outside of the instance");
    return 0;
}

int
gil_check_offset(const char *name, unsigned long flags, const GilMemberDef *m, Gil_ssize_t basicsize)
{
    if (gil_check_member(name, m, basicsize) < 0)
        return -1;
    if (m->type != Gil_T_PYSSIZET || !(m->flags & Gil_READONLY))
        return refuse_member(name, m, "must be a read-only Gil_T_PYSSIZET");
    if (m->offset % (Gil_ssize_t)sizeof(GilObject *) != 0)
        return refuse_member(name, m, "is not aligned");
    if ((flags & Gil_TPFLAGS_MANAGED_DICT) && strstr(m->name, "dict") != NULL)
        return refuse_member(name, m, "and Gil_TPFLAGS_MANAGED_DICT ask for two dicts");
    if ((flags & Gil_TPFLAGS_MANAGED_WEAKREF) && strstr(m->name, "weak") != NULL)
        return refuse_member(name, m, "and Gil_TPFLAGS_MANAGED_WEAKREF ask for two lists");
    return 0;
}

/* Fields reserved by name: their offset says where a feature keeps its pointer. NULL: m is an ordinary member. */
static Gil_ssize_t *
offset_field(GilTypeObject *type, const GilMemberDef *m)
{
    return strcmp(m->name, "__vectorcalloffset__") == 0 ? &type->tp_vectorcall_offset
           : strcmp(m->name, "__dictoffset__") == 0     ? &type->tp_dictoffset
           : strcmp(m->name, "__weaklistoffset__") == 0 ? &type->tp_weaklistoffset
                                                        : NULL;
}

/* Make a member's offset absolute, and check it against the layout. */
static int
settle_member(const struct gil_type_plan *plan, GilTypeObject *type, GilMemberDef *m)
{
    if (plan->basicsize < 0) {
        if (!(m->flags & Gil_RELATIVE_OFFSET))
            return refuse_member(plan->name, m, "must have Gil_RELATIVE_OFFSET, because basicsize is negative");
        m->flags &= ~Gil_RELATIVE_OFFSET;
        if (m->offset >= 0 && m->offset <= type->tp_basicsize)
            m->offset += gil_type_data_offset(type);
    }
    return offset_field(type, m) != NULL ? gil_check_offset(plan->name, plan->flags, m, type->tp_basicsize)
                                         : gil_check_member(plan->name, m, type->tp_basicsize);
}

/* The type's own copy of the members, without those reserved. */
static int
copy_members(GilThreadState *ts, const struct gil_type_plan *plan, GilHeapTypeObject *ht)
{
    size_t n = 0, kept = 0;

    while (plan->members != NULL && plan->members[n].name != NULL)
        n++;
    if (n == 0)
        return 0;
    ht->members = gil_heap_calloc(ts->heap, n + 1, sizeof *ht->members);
    if (ht->members == NULL) {
        gil_err_no_memory(ts);
        return -1;
    }
    for (size_t i = 0; i < n; i++) {
        GilMemberDef *m = &ht->members[kept];
        *m = plan->members[i];
        if (settle_member(plan, &ht->type, m) < 0)
            return -1;
        Gil_ssize_t *field = offset_field(&ht->type, m);
        if (field != NULL)
            *field = m->offset;
        else
            kept++;
    }
    ht->members[kept] = (GilMemberDef){.name = NULL};
    ht->type.tp_members = ht->members;
    return 0;
}

static char *
copy_text(GilThreadState *ts, const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = gil_heap_malloc(ts->heap, size);

    return copy != NULL ? memcpy(copy, text, size) : gil_err_no_memory(ts);
}

/* Hold the bases, and put the order of all classes together. */
static int
take_bases(GilThreadState *ts, GilHeapTypeObject *ht, const struct bases *bases)
{
    Gil_ssize_t room = gil_mro_room(bases->items, bases->n), *scratch = NULL, n = -1;

    ht->bases = gil_heap_calloc(ts->heap, (size_t)bases->n, sizeof *ht->bases);
    ht->type.tp_mro_items = gil_heap_calloc(ts->heap, (size_t)room, sizeof *ht->type.tp_mro_items);
    scratch = gil_heap_calloc(ts->heap, (size_t)bases->n, sizeof *scratch);
    if (ht->bases == NULL || ht->type.tp_mro_items == NULL || scratch == NULL)
        gil_err_no_memory(ts);
    else {
        for (Gil_ssize_t i = 0; i < bases->n; i++)
            ht->bases[i] = (GilTypeObject *)(void *)Gil_NewRef(bases->items[i]);
        ht->nbases = bases->n;
        ht->type.tp_mro_items[0] = &ht->type;
        n = gil_mro_merge(ht->bases, ht->nbases, ht->type.tp_mro_items, scratch);
        if (n < 0)
            GilErr_Format(GilExc_TypeError, "Cannot create a consistent method resolution order (MRO) for type '%s'",
                          ht->type.tp_name);
        else
            ht->type.tp_mro_count = n;
    }
    gil_heap_free(scratch);
    return n < 0 ? -1 : 0;
}

static void
write_slots(const struct gil_type_plan *plan, GilHeapTypeObject *ht)
{
    for (const GilType_Slot *slot = plan->slots; slot != NULL && slot->slot != 0; slot++)
        if (!gil_slot_is_planned(slot->slot)) {
            gil_slot_write(&ht->type, gil_slot_place(slot->slot), slot->pfunc);
            gil_slotfill_own(ht, slot->slot);
        }
}

static GilGetSetDef called_getset[] = {
    {"__dict__", GilObject_GenericGetDict, GilObject_GenericSetDict, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

/* Where there is room, instances of a class that a call of a metatype makes have a dict, which is seen, and weak references. */
static void
equip_called(GilTypeObject *type)
{
    const GilTypeObject *base = type->tp_base;

    type->tp_flags |= Gil_TPFLAGS_BASETYPE | Gil_TPFLAGS_HAVE_GC;
    if (gil_type_can_be_managed(base) && !(base->tp_flags & Gil_TPFLAGS_TYPE_SUBCLASS)) {
        type->tp_flags |= GIL_TPFLAGS_MANAGED;
        type->tp_getset = called_getset;
    }
    type->tp_traverse = gil_heap_type_instance_traverse;
    type->tp_clear = gil_heap_type_instance_clear;
}

/* Without the flag a type with functions of its own does not inherit it, so that its instances would lack the head that
 * the base's destructor counts on. */
const char *
gil_gc_fault(const GilTypeObject *type, const GilTypeObject *base)
{
    if (gil_type_has_gc(type))
        return type->tp_traverse != NULL ? NULL : "has the Gil_TPFLAGS_HAVE_GC flag but has no traverse function";
    if (gil_type_has_gc(base) && (type->tp_traverse != NULL || type->tp_clear != NULL))
        return "has a traverse or clear function but not the Gil_TPFLAGS_HAVE_GC flag, which its base has";
    return NULL;
}

/* What can be judged only when all slots stand. */
static int
check_slots(const GilTypeObject *type)
{
    const char *fault;

    if ((type->tp_flags & Gil_TPFLAGS_HAVE_VECTORCALL) && type->tp_vectorcall_offset <= 0)
        fault = "has the Gil_TPFLAGS_HAVE_VECTORCALL flag but no member __vectorcalloffset__";
    else if ((type->tp_flags & Gil_TPFLAGS_HAVE_VECTORCALL) && type->tp_call == NULL)
        fault = "has the Gil_TPFLAGS_HAVE_VECTORCALL flag but no Gil_tp_call";
    else if ((type->tp_flags & Gil_TPFLAGS_MANAGED_DICT) && !gil_type_has_gc(type))
        fault = "has the Gil_TPFLAGS_MANAGED_DICT flag but not Gil_TPFLAGS_HAVE_GC";
    else if ((type->tp_flags & GIL_TPFLAGS_MANAGED) && !gil_type_can_be_managed(type))
        fault = "has a Gil_TPFLAGS_MANAGED flag, but its instances differ in size";
    else
        fault = gil_gc_fault(type, type->tp_base);
    if (fault == NULL)
        return 0;
    GilErr_Format(GilExc_SystemError, "type '%s' %s", type->tp_name, fault);
    return -1;
}

/* The table of attributes: what the plan lists, and the module's name. */
static int
fill_names(GilThreadState *ts, const struct gil_type_plan *plan, GilTypeObject *type)
{
    const char *dot = strrchr(plan->name, '.');

    type->tp_names = gil_names_new(ts->heap);
    if (type->tp_names == NULL || gil_type_add_tables(type) < 0) {
        gil_err_no_memory(ts);
        return -1;
    }
    if (dot == NULL)
        return 0;
    GilObject *module = gil_ops.str_from_utf8(plan->name, (size_t)(dot - plan->name));
    if (module == NULL)
        return -1;
    int rc = gil_type_set_value(ts, type, "__module__", 10, module);
    Gil_DECREF(module);
    return rc;
}

static int
has_name(const GilTypeObject *type, const char *name)
{
    return gil_names_find(type->tp_names, name, strlen(name), gil_names_hash(name, strlen(name))) != NULL;
}

/* A name in a namespace may have null characters. */
static int
is_name(const char *name, size_t len, const char *wanted)
{
    return len == strlen(wanted) && memcmp(name, wanted, len) == 0;
}

/* The items of plan's dict as attributes. Who says what equality is must say what the hash is, or has none. */
static int
add_attributes(GilThreadState *ts, const struct gil_type_plan *plan, GilTypeObject *type)
{
    GilObject *key, *value;
    Gil_ssize_t pos = 0;

    while (plan->dict != NULL && gil_ops.dict_next(plan->dict, &pos, &key, &value)) {
        size_t len;
        const char *name = gil_text_of_str(key, &len);
        if (name == NULL)
            return -1;
        if (plan->called && is_name(name, len, "__slots__")) {
            GilErr_Format(GilExc_TypeError, "type '%s': __slots__ are not supported; members come from a spec", plan->name);
            return -1;
        }
        if (plan->called && is_name(name, len, "__qualname__")) {
            if (!gil_is_str(value)) {
                GilErr_Format(GilExc_TypeError, "type __qualname__ must be a str, not %s", Gil_TYPE(value)->tp_name);
                return -1;
            }
            Gil_XSETREF(gil_heap_type(type)->qualname, Gil_NewRef(value));
        }
        else if (gil_type_set_value(ts, type, name, len, value) < 0)
            return -1;
    }
    if (plan->called && has_name(type, "__eq__") && !has_name(type, "__hash__"))
        return gil_type_set_value(ts, type, "__hash__", 8, Gil_None);
    return 0;
}

static GilHeapTypeObject *
new_empty(GilThreadState *ts, GilTypeObject *metatype)
{
    GilObject *op = gil_object_alloc(ts, metatype, 0);

    if (op == NULL)
        return NULL;
    memset(op + 1, 0, gil_object_size(metatype, 0) - sizeof *op);
    GilHeapTypeObject *ht = gil_heap_type((GilTypeObject *)(void *)op);
    ht->interp = ts->interp;
    ht->type.tp_as_number = &ht->as_number;
    ht->type.tp_as_sequence = &ht->as_sequence;
    ht->type.tp_as_mapping = &ht->as_mapping;
    ht->type.tp_as_buffer = &ht->as_buffer;
    ht->type.tp_flags = Gil_TPFLAGS_HEAPTYPE;
    return ht;
}

/* Everything between an empty type and one that is ready. */
static int
complete(GilThreadState *ts, const struct gil_type_plan *plan, GilHeapTypeObject *ht, const struct bases *bases)
{
    GilTypeObject *type = &ht->type;

    ht->name = copy_text(ts, plan->name);
    if (ht->name == NULL)
        return -1;
    type->tp_name = ht->name;
    if (plan->doc != NULL && (ht->doc = copy_text(ts, plan->doc)) == NULL)
        return -1;
    type->tp_doc = ht->doc;
    if (take_bases(ts, ht, bases) < 0)
        return -1;
    type->tp_base = gil_best_base(ht->bases, ht->nbases);
    if (type->tp_base == NULL) {
        GilErr_Format(GilExc_TypeError, "type '%s': multiple bases have instance lay-out conflict", plan->name);
        return -1;
    }
    type->tp_basicsize = plan_size(plan, type->tp_base);
    if (type->tp_basicsize < 0)
        return -1;
    type->tp_itemsize = plan->itemsize;
    type->tp_flags |= plan->flags;
    type->tp_token = plan->token;
    type->tp_methods = plan->methods;
    type->tp_getset = plan->getset;
    write_slots(plan, ht);
    if (plan->called)
        equip_called(type);
    if (type->tp_dealloc == NULL)
        type->tp_dealloc = gil_heap_type_instance_dealloc;
    if (copy_members(ts, plan, ht) < 0)
        return -1;
    gil_inherit_slots(type);
    if (check_slots(type) < 0 || fill_names(ts, plan, type) < 0)
        return -1;
    gil_slotfill_join(type);
    if (add_attributes(ts, plan, type) < 0)
        return -1;
    ht->module = Gil_XNewRef(plan->module);
    gil_type_find_bare(type);
    return 0;
}

GilTypeObject *
gil_type_build(GilThreadState *ts, struct gil_type_plan *plan)
{
    struct bases bases;

    if (read_bases(ts, plan, &bases) < 0)
        return NULL;
    GilTypeObject *metatype = settle_metatype(ts, plan, &bases);
    GilHeapTypeObject *ht = metatype != NULL ? new_empty(ts, metatype) : NULL;
    if (ht == NULL)
        return NULL;
    if (complete(ts, plan, ht, &bases) < 0) {
        Gil_DECREF(ht);
        return NULL;
    }
    gil_type_link(ts, ht);
    gil_object_track(ts, ht);
    return &ht->type;
}
