/* SPDX-License-Identifier: MIT */
/*
 * Slots as attributes.
 *
 * What a type does by a slot can also be fetched from it by name, as `__len__` or `__add__`: by reflection, by code
 * that calls a base's method on purpose, and by languages whose operators are method calls. CPython puts a descriptor
 * for each filled slot into each type's dict when the type is made ready; that is some twenty entries in each of a
 * hundred types. Here nothing is stored: a name of this form that a type's table lacks is looked for in the constant
 * table below, and stands for the slot where the type fills it itself. The entries are constants, so the attribute
 * cache can point to them like to others.
 *
 * The way back is slotfill.c: an attribute of such a name that is set on a type fills the slots of that name. For a
 * name that stands for a slot there is always the function that the slot has without such attributes, so a class
 * can set `__add__` and call what it covers. Two names have only the way back: `__new__`, which is called with a type
 * and is no method of its instances, and `__getattr__`, which is no slot of its own.
 *
 * `__doc__` is found here as well: it stands for tp_doc, which each type has of its own. It is no slot that an attribute fills.
 *
 * Several slots can have one name (a number's addition, a sequence's concatenation); the first that is filled counts.
 */
#include "object/slotdef.h"

#include "object/error.h"
#include "object/ops.h"
#include "object/slotfill.h"

#include <string.h>

/* --- wrappers --- */

/* The arguments, when there are as many as wanted; NULL with TypeError. *n is how many. */
static GilObject **
take(GilObject *args, Gil_ssize_t least, Gil_ssize_t most, Gil_ssize_t *n)
{
    GilObject **items;

    *n = gil_ops.tuple_items(args, &items);
    if (*n >= least && *n <= most)
        return items;
    Gil_ssize_t bound = *n < least ? least : most;
    GilErr_Format(GilExc_TypeError, "expected %s%zd argument%s, got %zd",
                  least == most ? "" : *n < least ? "at least " : "at most ", bound, bound == 1 ? "" : "s", *n);
    return NULL;
}

static GilObject **
take_exactly(GilObject *args, Gil_ssize_t wanted)
{
    Gil_ssize_t n;
    return take(args, wanted, wanted, &n);
}

static GilObject *
none_unless_failed(int rc)
{
    return rc < 0 ? NULL : Gil_NewRef(Gil_None);
}

#define WRAPPER(name)                                                                            \
    static GilObject *wrap_##name(GilObject *self, GilObject *args,                              \
                                  __attribute__((unused)) GilObject *kwargs, void *slot,         \
                                  __attribute__((unused)) int op)

WRAPPER(unary)
{
    return take_exactly(args, 0) != NULL ? ((unaryfunc)slot)(self) : NULL;
}

WRAPPER(binary)
{
    GilObject **items = take_exactly(args, 1);
    return items != NULL ? ((binaryfunc)slot)(self, items[0]) : NULL;
}

WRAPPER(reflected)
{
    GilObject **items = take_exactly(args, 1);
    return items != NULL ? ((binaryfunc)slot)(items[0], self) : NULL;
}

WRAPPER(power)
{
    Gil_ssize_t n;
    GilObject **items = take(args, 1, 2, &n);
    return items != NULL ? ((ternaryfunc)slot)(self, items[0], n > 1 ? items[1] : Gil_None) : NULL;
}

WRAPPER(reflected_power)
{
    Gil_ssize_t n;
    GilObject **items = take(args, 1, 2, &n);
    return items != NULL ? ((ternaryfunc)slot)(items[0], self, n > 1 ? items[1] : Gil_None) : NULL;
}

WRAPPER(truth)
{
    if (take_exactly(args, 0) == NULL)
        return NULL;
    int truth = ((inquiry)slot)(self);
    return truth < 0 ? NULL : _Gil_RichResult(truth);
}

WRAPPER(length)
{
    if (take_exactly(args, 0) == NULL)
        return NULL;
    Gil_ssize_t length = ((lenfunc)slot)(self);
    return length < 0 ? NULL : gil_ops.int_from_int64(length);
}

WRAPPER(hash)
{
    if (take_exactly(args, 0) == NULL)
        return NULL;
    Gil_hash_t hash = ((hashfunc)slot)(self);
    return hash == -1 ? NULL : gil_ops.int_from_int64(hash);
}

WRAPPER(contains)
{
    GilObject **items = take_exactly(args, 1);
    if (items == NULL)
        return NULL;
    int truth = ((objobjproc)slot)(self, items[0]);
    return truth < 0 ? NULL : _Gil_RichResult(truth);
}

WRAPPER(count)
{
    GilObject **items = take_exactly(args, 1);
    int64_t count;
    if (items == NULL || gil_ops.int_as_int64(items[0], &count) < 0) /* may run anything */
        return NULL;
    return ((ssizeargfunc)slot)(self, (Gil_ssize_t)count);
}

/* Where in self the index is: a negative one counts from the end. 0, or -1 with the error set. */
static int
read_index(GilObject *self, GilObject *index, Gil_ssize_t *i)
{
    const GilSequenceMethods *sq = Gil_TYPE(self)->tp_as_sequence;
    int64_t value;

    if (gil_ops.int_as_int64(index, &value) < 0) /* may run anything */
        return -1;
    if (value < 0 && sq != NULL && sq->sq_length != NULL) {
        Gil_ssize_t length = sq->sq_length(self);
        if (length < 0)
            return -1;
        value += length;
    }
    *i = (Gil_ssize_t)value;
    return 0;
}

WRAPPER(item)
{
    GilObject **items = take_exactly(args, 1);
    Gil_ssize_t i;
    return items != NULL && read_index(self, items[0], &i) == 0 ? ((ssizeargfunc)slot)(self, i) : NULL;
}

WRAPPER(set_item)
{
    GilObject **items = take_exactly(args, 2);
    Gil_ssize_t i;
    if (items == NULL || read_index(self, items[0], &i) < 0)
        return NULL;
    return none_unless_failed(((ssizeobjargproc)slot)(self, i, items[1]));
}

WRAPPER(delete_item)
{
    GilObject **items = take_exactly(args, 1);
    Gil_ssize_t i;
    if (items == NULL || read_index(self, items[0], &i) < 0)
        return NULL;
    return none_unless_failed(((ssizeobjargproc)slot)(self, i, NULL));
}

/* Of an attribute, a key or a descriptor's object alike: they have one signature. */
WRAPPER(setattr)
{
    GilObject **items = take_exactly(args, 2);
    return items != NULL ? none_unless_failed(((objobjargproc)slot)(self, items[0], items[1])) : NULL;
}

WRAPPER(delattr)
{
    GilObject **items = take_exactly(args, 1);
    return items != NULL ? none_unless_failed(((objobjargproc)slot)(self, items[0], NULL)) : NULL;
}

WRAPPER(compare)
{
    GilObject **items = take_exactly(args, 1);
    return items != NULL ? ((richcmpfunc)slot)(self, items[0], op) : NULL;
}

WRAPPER(next)
{
    GilThreadState *ts = gil_tstate_need("__next__");
    if (take_exactly(args, 0) == NULL)
        return NULL;
    GilObject *item = ((iternextfunc)slot)(self);
    if (item == NULL && !gil_err_pending(ts))
        GilErr_SetNone(GilExc_StopIteration);
    return item;
}

WRAPPER(get)
{
    Gil_ssize_t n;
    GilObject **items = take(args, 1, 2, &n);
    if (items == NULL)
        return NULL;
    GilObject *obj = items[0] != Gil_None ? items[0] : NULL, *type = n > 1 && items[1] != Gil_None ? items[1] : NULL;
    if (obj == NULL && type == NULL) {
        GilErr_SetString(GilExc_TypeError, "__get__(None, None) is invalid");
        return NULL;
    }
    return ((descrgetfunc)slot)(self, obj, type);
}

WRAPPER(call)
{
    return ((ternaryfunc)slot)(self, args, kwargs);
}

WRAPPER(init)
{
    return none_unless_failed(((initproc)slot)(self, args, kwargs));
}

WRAPPER(del)
{
    if (take_exactly(args, 0) == NULL)
        return NULL;
    ((destructor)slot)(self);
    return gil_err_pending(gil_tstate_need("__del__")) ? NULL : Gil_NewRef(Gil_None);
}

/* --- the table, by name; of one name: type, number, mapping, sequence --- */

#define SLOT(attribute, place, wrapper, operation)                                             \
    {.name = (attribute), .len = sizeof(attribute) - 1, .kind = GIL_NAME_SLOT,                 \
     .slot = Gil_##place, .op = (operation), .u = {.wrap = wrap_##wrapper}}

/* A name that fills a slot, and does not stand for it. */
#define FILLS(attribute, place) \
    {.name = (attribute), .len = sizeof(attribute) - 1, .kind = GIL_NAME_SLOT, .slot = Gil_##place}

static const struct gil_name_entry entries[] = {
    SLOT("__abs__", nb_absolute, unary, 0),
    SLOT("__add__", nb_add, binary, 0),
    SLOT("__add__", sq_concat, binary, 0),
    SLOT("__and__", nb_and, binary, 0),
    SLOT("__bool__", nb_bool, truth, 0),
    SLOT("__call__", tp_call, call, 0),
    SLOT("__contains__", sq_contains, contains, 0),
    SLOT("__del__", tp_finalize, del, 0),
    SLOT("__delattr__", tp_setattro, delattr, 0),
    SLOT("__delete__", tp_descr_set, delattr, 0),
    SLOT("__delitem__", mp_ass_subscript, delattr, 0),
    SLOT("__delitem__", sq_ass_item, delete_item, 0),
    SLOT("__divmod__", nb_divmod, binary, 0),
    SLOT("__eq__", tp_richcompare, compare, Gil_EQ),
    SLOT("__float__", nb_float, unary, 0),
    SLOT("__floordiv__", nb_floor_divide, binary, 0),
    SLOT("__ge__", tp_richcompare, compare, Gil_GE),
    SLOT("__get__", tp_descr_get, get, 0),
    FILLS("__getattr__", tp_getattro),
    SLOT("__getattribute__", tp_getattro, binary, 0),
    SLOT("__getitem__", mp_subscript, binary, 0),
    SLOT("__getitem__", sq_item, item, 0),
    SLOT("__gt__", tp_richcompare, compare, Gil_GT),
    SLOT("__hash__", tp_hash, hash, 0),
    SLOT("__iadd__", nb_inplace_add, binary, 0),
    SLOT("__iadd__", sq_inplace_concat, binary, 0),
    SLOT("__iand__", nb_inplace_and, binary, 0),
    SLOT("__ifloordiv__", nb_inplace_floor_divide, binary, 0),
    SLOT("__ilshift__", nb_inplace_lshift, binary, 0),
    SLOT("__imatmul__", nb_inplace_matrix_multiply, binary, 0),
    SLOT("__imod__", nb_inplace_remainder, binary, 0),
    SLOT("__imul__", nb_inplace_multiply, binary, 0),
    SLOT("__imul__", sq_inplace_repeat, count, 0),
    SLOT("__index__", nb_index, unary, 0),
    SLOT("__init__", tp_init, init, 0),
    SLOT("__int__", nb_int, unary, 0),
    SLOT("__invert__", nb_invert, unary, 0),
    SLOT("__ior__", nb_inplace_or, binary, 0),
    SLOT("__ipow__", nb_inplace_power, power, 0),
    SLOT("__irshift__", nb_inplace_rshift, binary, 0),
    SLOT("__isub__", nb_inplace_subtract, binary, 0),
    SLOT("__iter__", tp_iter, unary, 0),
    SLOT("__itruediv__", nb_inplace_true_divide, binary, 0),
    SLOT("__ixor__", nb_inplace_xor, binary, 0),
    SLOT("__le__", tp_richcompare, compare, Gil_LE),
    SLOT("__len__", mp_length, length, 0),
    SLOT("__len__", sq_length, length, 0),
    SLOT("__lshift__", nb_lshift, binary, 0),
    SLOT("__lt__", tp_richcompare, compare, Gil_LT),
    SLOT("__matmul__", nb_matrix_multiply, binary, 0),
    SLOT("__mod__", nb_remainder, binary, 0),
    SLOT("__mul__", nb_multiply, binary, 0),
    SLOT("__mul__", sq_repeat, count, 0),
    SLOT("__ne__", tp_richcompare, compare, Gil_NE),
    SLOT("__neg__", nb_negative, unary, 0),
    FILLS("__new__", tp_new),
    SLOT("__next__", tp_iternext, next, 0),
    SLOT("__or__", nb_or, binary, 0),
    SLOT("__pos__", nb_positive, unary, 0),
    SLOT("__pow__", nb_power, power, 0),
    SLOT("__radd__", nb_add, reflected, 0),
    SLOT("__rand__", nb_and, reflected, 0),
    SLOT("__rdivmod__", nb_divmod, reflected, 0),
    SLOT("__repr__", tp_repr, unary, 0),
    SLOT("__rfloordiv__", nb_floor_divide, reflected, 0),
    SLOT("__rlshift__", nb_lshift, reflected, 0),
    SLOT("__rmatmul__", nb_matrix_multiply, reflected, 0),
    SLOT("__rmod__", nb_remainder, reflected, 0),
    SLOT("__rmul__", nb_multiply, reflected, 0),
    SLOT("__rmul__", sq_repeat, count, 0),
    SLOT("__ror__", nb_or, reflected, 0),
    SLOT("__rpow__", nb_power, reflected_power, 0),
    SLOT("__rrshift__", nb_rshift, reflected, 0),
    SLOT("__rshift__", nb_rshift, binary, 0),
    SLOT("__rsub__", nb_subtract, reflected, 0),
    SLOT("__rtruediv__", nb_true_divide, reflected, 0),
    SLOT("__rxor__", nb_xor, reflected, 0),
    SLOT("__set__", tp_descr_set, setattr, 0),
    SLOT("__setattr__", tp_setattro, setattr, 0),
    SLOT("__setitem__", mp_ass_subscript, setattr, 0),
    SLOT("__setitem__", sq_ass_item, set_item, 0),
    SLOT("__str__", tp_str, unary, 0),
    SLOT("__sub__", nb_subtract, binary, 0),
    SLOT("__truediv__", nb_true_divide, binary, 0),
    SLOT("__xor__", nb_xor, binary, 0),
};

/* What a type has whose instances cannot be hashed. */
static const struct gil_name_entry no_hash = {
    .name = "__hash__", .len = 8, .kind = GIL_NAME_VALUE, .u = {.value = Gil_None}};

/* What each type has, though it be None: no instance shows the text of a base, and one that has a dict can have its own. */
static const struct gil_name_entry doc = {.name = "__doc__", .len = 7, .kind = GIL_NAME_DOC};

/* --- looking up --- */

static int
compare_names(const struct gil_name_entry *entry, const struct gil_name *name)
{
    int order = memcmp(entry->name, name->text, entry->len < name->len ? entry->len : name->len);

    return order != 0 ? order : (entry->len > name->len) - (entry->len < name->len);
}

/* The first entry that is not before the name. */
static size_t
first_of(const struct gil_name *name)
{
    size_t low = 0, high = Gil_ARRAY_LENGTH(entries);

    while (low < high) {
        size_t middle = (low + high) / 2;
        if (compare_names(&entries[middle], name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The entry, or what stands for it, where type fills the slot and no base does it by the same function; else NULL. */
static const struct gil_name_entry *
own_entry(const GilTypeObject *type, const struct gil_name_entry *entry)
{
    const void *own = entry->u.wrap != NULL ? gil_slotfill_native(type, entry->slot) : NULL;

    if (own == NULL)
        return NULL;
    for (Gil_ssize_t i = 1; i < type->tp_mro_count; i++)
        if (gil_slotfill_native(type->tp_mro_items[i], entry->slot) == own)
            return NULL;
    return own == (const void *)(uintptr_t)GilObject_HashNotImplemented ? &no_hash : entry;
}

const struct gil_name_entry *
gil_slot_entry(const GilTypeObject *type, const struct gil_name *name)
{
    if (name->len < 5 || name->text[0] != '_' || name->text[1] != '_')
        return NULL;
    for (size_t i = first_of(name); i < Gil_ARRAY_LENGTH(entries) && compare_names(&entries[i], name) == 0; i++) {
        const struct gil_name_entry *entry = own_entry(type, &entries[i]);
        if (entry != NULL)
            return entry;
    }
    return compare_names(&doc, name) == 0 ? &doc : NULL;
}

const struct gil_name_entry *
gil_slot_entry_next(const GilTypeObject *type, size_t *pos)
{
    while (*pos < Gil_ARRAY_LENGTH(entries)) {
        const struct gil_name_entry *entry = own_entry(type, &entries[(*pos)++]);
        if (entry != NULL)
            return entry;
    }
    return (*pos)++ == Gil_ARRAY_LENGTH(entries) ? &doc : NULL;
}

size_t
gil_slots_of_name(const char *name, size_t len, uint8_t slots[GIL_SLOTS_OF_NAME_MAX])
{
    const struct gil_name wanted = {.text = name, .len = len};
    size_t n = 0;

    if (len < 5 || name[0] != '_' || name[1] != '_')
        return 0;
    for (size_t i = first_of(&wanted); i < Gil_ARRAY_LENGTH(entries) && compare_names(&entries[i], &wanted) == 0; i++)
        slots[n++] = entries[i].slot;
    return n;
}

const struct gil_name_entry *
gil_slot_name_next(int slot, size_t *pos)
{
    while (*pos < Gil_ARRAY_LENGTH(entries))
        if (entries[(*pos)++].slot == slot)
            return &entries[*pos - 1];
    return NULL;
}

GilObject *
gil_slot_call(const struct gil_name_entry *entry, const GilTypeObject *owner, GilObject *self, GilObject *args,
              GilObject *kwargs)
{
    if (kwargs != NULL && gil_ops.dict_size(kwargs) == 0)
        kwargs = NULL;
    if (kwargs != NULL && entry->u.wrap != wrap_call && entry->u.wrap != wrap_init) {
        GilErr_Format(GilExc_TypeError, "wrapper %s() takes no keyword arguments", entry->name);
        return NULL;
    }
    return entry->u.wrap(self, args, kwargs, gil_slotfill_native(owner, entry->slot), entry->op);
}
