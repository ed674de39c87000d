/* SPDX-License-Identifier: MIT */
/*
 * Tuples.
 *
 * The empty tuple is one constant object of the process: it lies in read-only memory, which proves that nobody stores
 * to an immortal. Its collector's prefix is there like any other's, and says "not tracked" for ever.
 */
#include "value/tuple.h"

#include "base/hash.h"
#include "gilrt/error.h"
#include "gilrt/gc.h"
#include "object/error.h"
#include "object/type.h"
#include "value/list.h"
#include "value/row_iter.h"

#include <stdarg.h>
#include <string.h>

_Static_assert(offsetof(GilTupleObject, ob_item) == offsetof(struct gil_gc_tuple, items), "as the collector sees it");

/* So many that the size in bytes, prefix included, is one that can be asked for. */
#define ITEMS_MAX \
    (((size_t)GIL_SSIZE_T_MAX - sizeof(struct gil_gc_head) - sizeof(GilTupleObject)) / sizeof(GilObject *))

static const struct {
    struct gil_gc_head gc;
    GilTupleObject tuple;
} empty = {.tuple = {.ob_base = GilVarObject_HEAD_INIT(&GilTuple_Type, 0)}};

GilObject *
gil_tuple_empty(void)
{
    return (GilObject *)(uintptr_t)&empty.tuple;
}

static inline GilTupleObject *
tuple_alloc(GilThreadState *ts, Gil_ssize_t n)
{
    if ((size_t)n > ITEMS_MAX)
        return gil_err_no_memory(ts);
    size_t size = offsetof(GilTupleObject, ob_item) + (size_t)n * sizeof(GilObject *);
    GilObject *op = gil_object_alloc_gc(ts, &GilTuple_Type, size);
    if (op == NULL)
        return NULL;
    Gil_SET_SIZE(op, n);
    return (GilTupleObject *)(void *)op;
}

GilTupleObject *
gil_tuple_alloc(GilThreadState *ts, Gil_ssize_t n)
{
    return tuple_alloc(ts, n);
}

GilObject *
gil_tuple_from_array(GilThreadState *ts, GilObject *const *items, Gil_ssize_t n)
{
    if (n == 0)
        return gil_tuple_empty();
    GilTupleObject *tuple = tuple_alloc(ts, n);
    if (tuple == NULL)
        return NULL;
    for (Gil_ssize_t i = 0; i < n; i++)
        tuple->ob_item[i] = Gil_NewRef(items[i]);
    gil_object_track_new(ts, tuple);
    return (GilObject *)(void *)tuple;
}

GilObject *
gil_tuple_from_list(GilThreadState *ts, GilObject *list)
{
    GilObject *const *items = gil_row_items(list);
    Gil_ssize_t n = Gil_SIZE(list), unset = n;

    if (n == 0)
        return gil_tuple_empty();
    GilTupleObject *tuple = tuple_alloc(ts, n);
    if (tuple == NULL)
        return NULL;
    for (Gil_ssize_t i = 0; i < n; i++) {
        GilObject *item = items[i];
        if (GIL_UNLIKELY(item == NULL)) {
            unset = Gil_MIN(unset, i);
            item = Gil_None;
        }
        tuple->ob_item[i] = Gil_NewRef(item);
    }
    gil_object_track_new(ts, tuple);
    if (GIL_LIKELY(unset == n))
        return (GilObject *)(void *)tuple;
    Gil_DECREF((GilObject *)(void *)tuple);
    return gil_row_item(list, unset); /* for the error that it raises */
}

GilObject *
gil_tuple_of1(GilThreadState *ts, GilObject *a)
{
    return gil_tuple_from_array(ts, &a, 1);
}

GilObject *
gil_tuple_of2(GilThreadState *ts, GilObject *a, GilObject *b)
{
    GilObject *items[2] = {a, b};
    return gil_tuple_from_array(ts, items, 2);
}

GilObject *
gil_tuple_from_iterable(GilObject *iterable)
{
    if (GilTuple_CheckExact(iterable))
        return Gil_NewRef(iterable);
    GilObject *list = GilList_New(0);
    if (list == NULL)
        return NULL;
    GilObject *result = GilList_Extend(list, iterable) < 0 ? NULL : GilList_AsTuple(list);
    Gil_DECREF(list);
    return result;
}

GilObject *
gil_tuple_ops_from_array(GilObject *const *items, Gil_ssize_t n)
{
    return gil_tuple_from_array(gil_tstate_need(__func__), items, n);
}

Gil_ssize_t
gil_tuple_ops_items(GilObject *tuple, GilObject ***items)
{
    if (!gil_tuple_check(tuple))
        return -1;
    *items = ((GilTupleObject *)(void *)tuple)->ob_item;
    return Gil_SIZE(tuple);
}

static GIL_HOT void
tuple_dealloc(GilObject *op)
{
    GilObject **items = ((GilTupleObject *)(void *)op)->ob_item, **item = items + Gil_SIZE(op);

    gil_object_untrack_last(op);
    while (item != items)
        Gil_XDECREF(*--item); /* may run anything; nobody can reach the tuple */
    gil_object_free_gc(op);
}

static int
tuple_traverse(GilObject *op, visitproc visit, void *arg)
{
    GilTupleObject *tuple = (GilTupleObject *)(void *)op;
    for (Gil_ssize_t i = Gil_SIZE(op); --i >= 0;)
        Gil_VISIT(tuple->ob_item[i]);
    return 0;
}

static GilObject *
tuple_repr(GilObject *op)
{
    return gil_row_repr(op, "(", Gil_SIZE(op) == 1 ? ",)" : ")");
}

/*
 * Hash of a row of hashes: the 64-bit round of xxHash (Y. Collet), one for each item, without its final mixing; the
 * length goes in last. The same function as CPython's since 3.8, whose measurements it relies on; but each item's hash
 * is mixed with the process's salt first. The rounds can be undone, so who knows the hashes of the items, as everybody does
 * of ints, could choose one to cancel what another changed.
 */
#define XX_PRIME_1 ((Gil_uhash_t)11400714785074694791u)
#define XX_PRIME_2 ((Gil_uhash_t)14029467366897019727u)
#define XX_PRIME_5 ((Gil_uhash_t)2870177450012600261u)

static Gil_hash_t
tuple_hash(GilObject *op)
{
    GilTupleObject *tuple = (GilTupleObject *)(void *)op;
    Gil_uhash_t acc = XX_PRIME_5;
    if (Gil_EnterRecursiveCall(" while hashing a tuple") < 0)
        return -1;
    for (Gil_ssize_t i = 0; i < Gil_SIZE(op); i++) {
        Gil_hash_t lane = GilObject_Hash(tuple->ob_item[i]); /* may run anything; the tuple does not change */
        if (lane == -1) {
            Gil_LeaveRecursiveCall();
            return -1;
        }
        acc += gil_hash_spread((uint64_t)lane) * XX_PRIME_2;
        acc = acc << 31 | acc >> 33;
        acc *= XX_PRIME_1;
    }
    Gil_LeaveRecursiveCall();
    acc += (Gil_uhash_t)Gil_SIZE(op) ^ (XX_PRIME_5 ^ 3527539u);
    return acc == (Gil_uhash_t)-1 ? 1546275796 : (Gil_hash_t)acc;
}

static GilObject *
tuple_richcompare(GilObject *v, GilObject *w, int op)
{
    if (!gil_tuple_check(v) || !gil_tuple_check(w))
        Gil_RETURN_NOTIMPLEMENTED;
    return gil_row_compare(v, w, op);
}

static Gil_ssize_t
tuple_length(GilObject *op)
{
    return Gil_SIZE(op);
}

static GilObject *
tuple_iter(GilObject *op)
{
    return gil_row_iter_new(gil_tstate_need(__func__), &GilTupleIter_Type, op);
}

/* tuple(iterable); for a subtype the items are moved into an instance of it. */
static GilObject *
tuple_new(GilTypeObject *type, GilObject *args, GilObject *kwargs)
{
    GilObject *iterable;
    if (gil_row_argument("tuple", args, type == &GilTuple_Type ? kwargs : NULL, &iterable) < 0)
        return NULL;
    GilObject *items = iterable == NULL ? gil_tuple_empty() : gil_tuple_from_iterable(iterable);
    if (items == NULL || type == &GilTuple_Type)
        return items;
    Gil_ssize_t n = Gil_SIZE(items);
    GilObject *op = type->tp_alloc(type, n);
    for (Gil_ssize_t i = 0; op != NULL && i < n; i++)
        GilTuple_SET_ITEM(op, i, Gil_NewRef(GilTuple_GET_ITEM(items, i)));
    Gil_DECREF(items);
    return op;
}

static GilMethodDef tuple_methods[] = {
    {"index", _GilCFunction_CAST(gil_row_index), GIL_METH_FASTCALL,
     "index($self, value, start=0, stop=sys.maxsize, /)\n--\n\nFirst index of value; ValueError when there is none."},
    {"count", gil_row_count, GIL_METH_O, "count($self, value, /)\n--\n\nNumber of items equal to value."},
    {NULL, NULL, 0, NULL},
};

static GilSequenceMethods tuple_as_sequence = {
    .sq_length = tuple_length,
    .sq_concat = gil_row_concat,
    .sq_repeat = gil_row_repeat,
    .sq_item = gil_row_item,
    .sq_contains = gil_row_contains,
};

static GilMappingMethods tuple_as_mapping = {
    .mp_length = tuple_length,
    .mp_subscript = gil_row_subscript,
};

GilTypeObject GilTuple_Type = {
    .ob_base = GilVarObject_HEAD_INIT(&GilType_Type, 0)
    .tp_name = "tuple",
    .tp_basicsize = offsetof(GilTupleObject, ob_item),
    .tp_itemsize = sizeof(GilObject *),
    .tp_dealloc = tuple_dealloc,
    .tp_repr = tuple_repr,
    .tp_as_sequence = &tuple_as_sequence,
    .tp_as_mapping = &tuple_as_mapping,
    .tp_hash = tuple_hash,
    .tp_flags = Gil_TPFLAGS_STATIC_BUILTIN | Gil_TPFLAGS_HAVE_GC | Gil_TPFLAGS_BASETYPE | Gil_TPFLAGS_TUPLE_SUBCLASS |
                Gil_TPFLAGS_SEQUENCE,
    .tp_doc = "Immutable row of objects.",
    .tp_traverse = tuple_traverse,
    .tp_richcompare = tuple_richcompare,
    .tp_iter = tuple_iter,
    .tp_methods = tuple_methods,
    .tp_new = tuple_new,
};

GIL_HOT GilObject *
GilTuple_New(Gil_ssize_t size)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    if (size <= 0)
        return size == 0 ? gil_tuple_empty() : gil_err_bad_number(__func__, "a size of 0 or more", size);
    GilTupleObject *tuple = gil_tuple_alloc(ts, size);
    if (tuple == NULL)
        return NULL;
    memset(tuple->ob_item, 0, (size_t)size * sizeof(GilObject *));
    gil_object_track_new(ts, tuple); /* NULL items are let through by everything that walks tuples */
    return (GilObject *)(void *)tuple;
}

/* A tuple of which n items are there, and the next is NULL. */
static __attribute__((noinline, cold)) GilObject *
drop_packed(GilTupleObject *tuple, Gil_ssize_t n)
{
    Gil_SET_SIZE(tuple, n);
    Gil_DECREF(tuple);
    return gil_err_null("GilTuple_Pack");
}

#define SIZE_OF(n) (offsetof(GilTupleObject, ob_item) + (n) * sizeof(GilObject *))
_Static_assert((sizeof(struct gil_gc_head) + SIZE_OF(2) + 15) / 16 == (sizeof(struct gil_gc_head) + SIZE_OF(3) + 15) / 16,
               "pairs and triples are blocks of one class");

/* A tuple of n items, 2 or 3, where that needs no function to be called, else NULL. Of two, c is one of them again. */
static inline GilObject *
pack_few(GilThreadState *ts, Gil_ssize_t n, GilObject *a, GilObject *b, GilObject *c)
{
    if (GIL_UNLIKELY(a == NULL) || GIL_UNLIKELY(b == NULL) || GIL_UNLIKELY(c == NULL))
        return NULL;
    GilObject *op = gil_object_alloc_gc_quick(ts, &GilTuple_Type, SIZE_OF(3));
    if (GIL_UNLIKELY(op == NULL))
        return NULL;
    GilObject **items = ((GilTupleObject *)(void *)op)->ob_item;
    Gil_SET_SIZE(op, n);
    items[0] = Gil_NewRef(a);
    items[1] = Gil_NewRef(b);
    if (GIL_LIKELY(n == 3))
        items[2] = Gil_NewRef(c);
    gil_object_track_new(ts, op);
    return op;
}

/*
 * Most are of two or three. In a loop compilers ask for each item whether it is still one in a register; and in both places
 * the list of arguments stays here, for who passes it on must save the registers of floating point, too.
 */
GIL_HOT GilObject *
GilTuple_Pack(Gil_ssize_t n, ...)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    va_list objects;

    if (GIL_LIKELY((size_t)n - 2 < 2)) {
        va_start(objects, n);
        GilObject *a = va_arg(objects, GilObject *), *b = va_arg(objects, GilObject *);
        GilObject *op = pack_few(ts, n, a, b, GIL_LIKELY(n == 3) ? va_arg(objects, GilObject *) : b);
        va_end(objects);
        if (GIL_LIKELY(op != NULL))
            return op;
    }
    if (n <= 0)
        return n == 0 ? gil_tuple_empty() : gil_err_bad_number(__func__, "a size of 0 or more", n);
    GilTupleObject *tuple = gil_tuple_alloc(ts, n);
    if (tuple == NULL)
        return NULL;
    va_start(objects, n);
    for (Gil_ssize_t i = 0; i < n; i++) {
        GilObject *item = va_arg(objects, GilObject *);
        if (GIL_UNLIKELY(item == NULL)) {
            va_end(objects);
            return drop_packed(tuple, i);
        }
        tuple->ob_item[i] = Gil_NewRef(item);
    }
    va_end(objects);
    gil_object_track_new(ts, tuple);
    return (GilObject *)(void *)tuple;
}

GilObject *
GilTuple_FromArray(GilObject *const *array, Gil_ssize_t size)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    if (size < 0)
        return gil_err_bad_number(__func__, "a size of 0 or more", size);
    if (array == NULL && size > 0)
        return gil_err_bad_argument(__func__, "an array", NULL);
    return gil_tuple_from_array(ts, array, size);
}

Gil_ssize_t
GilTuple_Size(GilObject *p)
{
    gil_tstate_need(__func__);
    if (p == NULL || !gil_tuple_check(p)) {
        gil_err_bad_argument(__func__, "tuple", p);
        return -1;
    }
    return Gil_SIZE(p);
}

GilObject *
GilTuple_GetItem(GilObject *p, Gil_ssize_t pos)
{
    gil_tstate_need(__func__);
    if (p == NULL || !gil_tuple_check(p))
        return gil_err_bad_argument(__func__, "tuple", p);
    if (pos < 0 || pos >= Gil_SIZE(p)) {
        GilErr_SetString(GilExc_IndexError, "tuple index out of range");
        return NULL;
    }
    return GilTuple_GET_ITEM(p, pos);
}

GilObject *
GilTuple_GetSlice(GilObject *p, Gil_ssize_t low, Gil_ssize_t high)
{
    gil_tstate_need(__func__);
    if (p == NULL || !gil_tuple_check(p))
        return gil_err_bad_argument(__func__, "tuple", p);
    gil_row_clip(Gil_SIZE(p), &low, &high);
    return gil_row_slice(p, low, high);
}

int
GilTuple_SetItem(GilObject *p, Gil_ssize_t pos, GilObject *o)
{
    gil_tstate_need(__func__);
    int rc = -1;
    if (p == NULL || !gil_tuple_check(p))
        gil_err_bad_argument(__func__, "tuple", p);
    else if (pos < 0 || pos >= Gil_SIZE(p))
        GilErr_SetString(GilExc_IndexError, "tuple assignment index out of range");
    else if (Gil_REFCNT(p) != 1)
        gil_err_bad_argument(__func__, "a tuple that nobody else has", p);
    else {
        GilObject *old = GilTuple_GET_ITEM(p, pos);
        GilTuple_SET_ITEM(p, pos, o);
        o = old;
        rc = 0;
    }
    Gil_XDECREF(o); /* may run anything */
    return rc;
}

/* A new tuple of n items that takes over what fits of tuple's; the rest goes with the old one. */
static GilObject *
move_items(GilObject *tuple, Gil_ssize_t n)
{
    GilObject *result = GilTuple_New(n);
    if (result == NULL)
        return NULL;
    for (Gil_ssize_t i = 0; i < n && i < Gil_SIZE(tuple); i++) {
        GilTuple_SET_ITEM(result, i, GilTuple_GET_ITEM(tuple, i));
        GilTuple_SET_ITEM(tuple, i, NULL);
    }
    return result;
}

GIL_COLD int
_GilTuple_Resize(GilObject **p, Gil_ssize_t newsize)
{
    gil_tstate_need(__func__);
    if (p == NULL) {
        gil_err_null(__func__);
        return -1;
    }
    GilObject *old = *p;
    int usable = old != NULL && GilTuple_CheckExact(old) && newsize >= 0 &&
                 (Gil_SIZE(old) == 0 || Gil_REFCNT(old) == 1);
    if (usable && Gil_SIZE(old) == newsize)
        return 0;
    *p = usable        ? move_items(old, newsize)
         : newsize < 0 ? gil_err_bad_number(__func__, "a size of 0 or more", newsize)
                       : gil_err_bad_argument(__func__, "a tuple that nobody else has", old);
    Gil_XDECREF(old); /* may run anything */
    return *p == NULL ? -1 : 0;
}

int
gil_tuple_start(void)
{
    return gil_type_ready(&GilTuple_Type);
}
