/* SPDX-License-Identifier: MIT */
/*
 * Lists.
 *
 * A list owns an array with room to spare at its end, so that appending is a store most of the time. A short array grows
 * by an eighth, so that it wastes little; the longer it is the larger the step, since growing mostly means moving here; and
 * a large one doubles, because of its new pages those that nobody touched cost nothing. An empty list has no array.
 *
 * The rule for every change: memory first, then only steps that cannot fail; and items that leave are given back last,
 * when the list is whole again, because their finalizers may do anything with it.
 */
#include "value/list.h"

#include "gilrt/error.h"
#include "gilrt/gc.h"
#include "gilrt/iter.h"
#include "gilrt/number.h"
#include "gilrt/sequence.h"
#include "gilrt/slice.h"
#include "gilrt/unicode.h"
#include "object/error.h"
#include "object/type.h"
#include "value/row_iter.h"
#include "value/tuple.h"

#include <string.h>

_Static_assert(offsetof(GilListObject, ob_item) == offsetof(struct gil_gc_list, items), "as the collector sees it");

/* By which part of its size an array grows, as a power of two: see above. */
static inline int
growth(Gil_ssize_t size)
{
    return size < 64 ? 3 : size < 1024 ? 2 : size < 8192 ? 1 : 0;
}

/* Items moved out by a change of a slice fit here most of the time. */
#define FEW 8

/* Make room for size items; the length stays. 0, or -1 with MemoryError and nothing changed. */
static int
reserve(GilThreadState *ts, GilListObject *list, Gil_ssize_t size)
{
    if (list->allocated >= size)
        return 0;
    if (size > (Gil_ssize_t)(GIL_SSIZE_T_MAX / (2 * sizeof(GilObject *)))) {
        gil_err_no_memory(ts);
        return -1;
    }
    /* Nothing to spare where the step is larger than the spare room: then the size was known beforehand. */
    Gil_ssize_t room = (size + (size >> growth(size)) + 6) & ~(Gil_ssize_t)3;
    if (size - Gil_SIZE(list) > room - size)
        room = (size + 3) & ~(Gil_ssize_t)3;
    GilObject **items = gil_heap_realloc(ts->heap, list->ob_item, (size_t)room * sizeof *items);
    if (items == NULL) {
        gil_err_no_memory(ts);
        return -1;
    }
    list->ob_item = items;
    list->allocated = room;
    return 0;
}

/* Give room back when less than a quarter of it is used: a list that just grew, and shrinks and grows by one, must not move
 * each time. A list that cannot shrink keeps its room. */
static GIL_COLD void
shrink(GilThreadState *ts, GilListObject *list)
{
    Gil_ssize_t size = Gil_SIZE(list);
    if (size >= list->allocated / 4)
        return;
    if (size == 0) {
        gil_heap_free(list->ob_item);
        list->ob_item = NULL;
        list->allocated = 0;
        return;
    }
    Gil_ssize_t room = (size + (size >> 3) + 6) & ~(Gil_ssize_t)3;
    if (room >= list->allocated)
        return;
    GilObject **items = gil_heap_realloc(ts->heap, list->ob_item, (size_t)room * sizeof *items);
    if (items != NULL) {
        list->ob_item = items;
        list->allocated = room;
    }
}

GilObject *
gil_list_from_array(GilThreadState *ts, GilObject *const *items, Gil_ssize_t n)
{
    GilObject *op = GilList_New(n);
    if (op == NULL)
        return NULL;
    GilListObject *list = (GilListObject *)(void *)op;
    GIL_ASSERT(list->allocated >= n);
    (void)ts;
    for (Gil_ssize_t i = 0; i < n; i++)
        list->ob_item[i] = Gil_NewRef(items[i]);
    return op;
}

GIL_COLD GilObject *
gil_list_ops_of_names(GilObject *const *names, Gil_ssize_t n)
{
    return gil_list_from_array(gil_tstate_need(__func__), names, n);
}

int
gil_list_append(GilThreadState *ts, GilListObject *list, GilObject *item)
{
    Gil_ssize_t size = Gil_SIZE(list);
    if (GIL_UNLIKELY(size >= list->allocated) && reserve(ts, list, size + 1) < 0)
        return -1;
    list->ob_item[size] = Gil_NewRef(item);
    Gil_SET_SIZE(list, size + 1);
    return 0;
}

/* Append the items of a tuple or list, itself included. Runs nothing. */
static int
extend_by_row(GilThreadState *ts, GilListObject *list, GilObject *row)
{
    Gil_ssize_t size = Gil_SIZE(list), n = Gil_SIZE(row);
    if (n == 0)
        return 0;
    if (size > GIL_SSIZE_T_MAX - n) {
        gil_err_no_memory(ts);
        return -1;
    }
    if (reserve(ts, list, size + n) < 0)
        return -1;
    GilObject **from = gil_row_items(row);
    for (Gil_ssize_t i = 0; i < n; i++)
        list->ob_item[size + i] = Gil_XNewRef(from[i]);
    Gil_SET_SIZE(list, size + n);
    return 0;
}

int
gil_list_extend(GilThreadState *ts, GilListObject *list, GilObject *iterable)
{
    if (GilList_CheckExact(iterable) || GilTuple_CheckExact(iterable))
        return extend_by_row(ts, list, iterable);
    GilObject *it = GilObject_GetIter(iterable), *item; /* may run anything */
    if (it == NULL)
        return -1;
    int rc;
    while ((rc = GilIter_NextItem(it, &item)) == 1) { /* may run anything */
        rc = gil_list_append(ts, list, item);
        Gil_DECREF(item); /* may run anything where the append failed */
        if (rc < 0)
            break;
    }
    Gil_DECREF(it);
    return rc;
}

void
gil_list_clear(GilListObject *list)
{
    GilObject **items = list->ob_item;
    if (items == NULL)
        return;
    Gil_ssize_t n = Gil_SIZE(list);
    Gil_SET_SIZE(list, 0);
    list->ob_item = NULL;
    list->allocated = 0;
    while (--n >= 0)
        Gil_XDECREF(items[n]); /* may run anything; sees an empty list */
    gil_heap_free(items);
}

/* Put count items at values (NULL: none, count 0) in place of n from low; all lies within the list. Steals nothing. */
static GIL_COLD int
splice(GilThreadState *ts, GilListObject *list, Gil_ssize_t low, Gil_ssize_t n, GilObject *const *values,
       Gil_ssize_t count)
{
    GilObject *few[FEW], **leaving = few;
    Gil_ssize_t size = Gil_SIZE(list);
    if (n == 0 && count == 0)
        return 0; /* ob_item may be NULL, which no position can be added to */
    if (n > FEW && (leaving = gil_heap_malloc(ts->heap, (size_t)n * sizeof *leaving)) == NULL) {
        gil_err_no_memory(ts);
        return -1;
    }
    if (count > n && (size - n > GIL_SSIZE_T_MAX - count || reserve(ts, list, size - n + count) < 0)) {
        if (!gil_err_pending(ts))
            gil_err_no_memory(ts);
        if (leaving != few)
            gil_heap_free(leaving);
        return -1;
    }

    GilObject **at = list->ob_item + low;
    if (n > 0)
        memcpy(leaving, at, (size_t)n * sizeof *at);
    if (count != n && low + n < size)
        memmove(at + count, at + n, (size_t)(size - low - n) * sizeof *at);
    for (Gil_ssize_t i = 0; i < count; i++)
        at[i] = Gil_XNewRef(values[i]);
    Gil_SET_SIZE(list, size - n + count);
    shrink(ts, list);

    while (--n >= 0)
        Gil_XDECREF(leaving[n]); /* may run anything */
    if (leaving != few)
        gil_heap_free(leaving);
    return 0;
}

/* values as a row that is not the list itself: new reference, or NULL with the error set. May run anything. */
static GIL_COLD GilObject *
row_of(GilListObject *list, GilObject *values)
{
    if (values == (GilObject *)(void *)list)
        return gil_row_slice(values, 0, Gil_SIZE(values));
    return GilSequence_Fast(values, "can only assign an iterable");
}

static GIL_COLD int
set_slice(GilThreadState *ts, GilListObject *list, Gil_ssize_t low, Gil_ssize_t high, GilObject *values)
{
    GilObject *row = NULL;
    if (values != NULL && (row = row_of(list, values)) == NULL)
        return -1;
    gil_row_clip(Gil_SIZE(list), &low, &high); /* only now: the length may have changed */
    int rc = row == NULL ? splice(ts, list, low, high - low, NULL, 0)
                         : splice(ts, list, low, high - low, gil_row_items(row), Gil_SIZE(row));
    Gil_XDECREF(row);
    return rc;
}

/* del list[start:…:step], n items of it, by moving those that stay over those that leave. */
static GIL_COLD int
delete_stepped(GilThreadState *ts, GilListObject *list, Gil_ssize_t start, Gil_ssize_t step, Gil_ssize_t n)
{
    if (step < 0) {
        start += step * (n - 1);
        step = -step;
    }
    GilObject **leaving = gil_heap_malloc(ts->heap, (size_t)n * sizeof *leaving);
    if (leaving == NULL) {
        gil_err_no_memory(ts);
        return -1;
    }
    Gil_ssize_t size = Gil_SIZE(list), to = start, gone = 0;
    for (Gil_ssize_t i = start; i < size; i++)
        if (gone < n && i == start + gone * step)
            leaving[gone++] = list->ob_item[i];
        else
            list->ob_item[to++] = list->ob_item[i];
    Gil_SET_SIZE(list, to);
    shrink(ts, list);
    while (--gone >= 0)
        Gil_XDECREF(leaving[gone]); /* may run anything */
    gil_heap_free(leaving);
    return 0;
}

/* list[slice] = values, step not 1. */
static GIL_COLD int
assign_stepped(GilThreadState *ts, GilListObject *list, GilObject *values, Gil_ssize_t start, Gil_ssize_t stop,
               Gil_ssize_t step)
{
    GilObject *row = row_of(list, values); /* may run anything: the slice is fitted to the list only afterwards */
    if (row == NULL)
        return -1;
    Gil_ssize_t n = GilSlice_AdjustIndices(Gil_SIZE(list), &start, &stop, step);
    if (n != Gil_SIZE(row)) {
        GilErr_Format(GilExc_ValueError, "attempt to assign sequence of size %zd to extended slice of size %zd",
                      Gil_SIZE(row), n);
        Gil_DECREF(row);
        return -1;
    }
    GilObject **leaving = gil_heap_malloc(ts->heap, (size_t)n * sizeof *leaving);
    if (leaving == NULL) {
        gil_err_no_memory(ts);
        Gil_DECREF(row);
        return -1;
    }
    for (Gil_ssize_t i = 0; i < n; i++) {
        GilObject **slot = &list->ob_item[start + i * step];
        leaving[i] = *slot;
        *slot = Gil_XNewRef(gil_row_items(row)[i]);
    }
    while (--n >= 0)
        Gil_XDECREF(leaving[n]); /* may run anything */
    gil_heap_free(leaving);
    Gil_DECREF(row);
    return 0;
}

/* --- slots --- */

/* The rest of list_dealloc(), apart: an empty list pays for no frame. */
static __attribute__((noinline)) void
dealloc_filled(GilObject *op)
{
    gil_list_clear((GilListObject *)(void *)op);
    gil_object_free_gc(op);
}

static GIL_HOT void
list_dealloc(GilObject *op)
{
    gil_object_untrack_last(op);
    if (((GilListObject *)(void *)op)->ob_item != NULL)
        dealloc_filled(op);
    else
        gil_object_free_gc(op);
}

static int
list_traverse(GilObject *op, visitproc visit, void *arg)
{
    GilListObject *list = (GilListObject *)(void *)op;
    for (Gil_ssize_t i = Gil_SIZE(op); --i >= 0;)
        Gil_VISIT(list->ob_item[i]);
    return 0;
}

static int
list_clear(GilObject *op)
{
    gil_list_clear((GilListObject *)(void *)op);
    return 0;
}

static GIL_COLD GilObject *
list_repr(GilObject *op)
{
    return gil_row_repr(op, "[", "]");
}

static GilObject *
list_richcompare(GilObject *v, GilObject *w, int op)
{
    if (!gil_list_check(v) || !gil_list_check(w))
        Gil_RETURN_NOTIMPLEMENTED;
    return gil_row_compare(v, w, op);
}

static Gil_ssize_t
list_length(GilObject *op)
{
    return Gil_SIZE(op);
}

static GilObject *
list_iter(GilObject *op)
{
    return gil_row_iter_new(gil_tstate_need(__func__), &GilListIter_Type, op);
}

static int
list_ass_item(GilObject *op, Gil_ssize_t i, GilObject *value)
{
    GilListObject *list = (GilListObject *)(void *)op;
    if (i < 0 || i >= Gil_SIZE(op)) {
        GilErr_SetString(GilExc_IndexError, "list assignment index out of range");
        return -1;
    }
    if (value == NULL)
        return splice(gil_tstate_need(__func__), list, i, 1, NULL, 0);
    GilObject *old = list->ob_item[i];
    list->ob_item[i] = Gil_NewRef(value);
    Gil_XDECREF(old); /* may run anything */
    return 0;
}

static GIL_COLD int
ass_slice(GilThreadState *ts, GilListObject *list, GilObject *key, GilObject *value)
{
    if (!GilSlice_Check(key)) {
        GilErr_Format(GilExc_TypeError, "list indices must be integers or slices, not %.200s", Gil_TYPE(key)->tp_name);
        return -1;
    }
    Gil_ssize_t start, stop, step;
    if (GilSlice_Unpack(key, &start, &stop, &step) < 0) /* may run anything */
        return -1;
    if (value != NULL && step != 1)
        return assign_stepped(ts, list, value, start, stop, step);
    Gil_ssize_t n = GilSlice_AdjustIndices(Gil_SIZE(list), &start, &stop, step);
    if (step == 1)
        return set_slice(ts, list, start, start + n, value);
    return n == 0 ? 0 : delete_stepped(ts, list, start, step, n);
}

static int
list_ass_subscript(GilObject *op, GilObject *key, GilObject *value)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    GilListObject *list = (GilListObject *)(void *)op;
    if (GilIndex_Check(key)) {
        Gil_ssize_t i = GilNumber_AsSsize_t(key, GilExc_IndexError); /* may run anything */
        if (i == -1 && gil_err_pending(ts))
            return -1;
        return list_ass_item(op, i < 0 ? i + Gil_SIZE(op) : i, value);
    }
    return ass_slice(ts, list, key, value);
}

static GilObject *
list_inplace_concat(GilObject *op, GilObject *other)
{
    if (gil_list_extend(gil_tstate_need(__func__), (GilListObject *)(void *)op, other) < 0)
        return NULL;
    return Gil_NewRef(op);
}

static GIL_COLD GilObject *
list_inplace_repeat(GilObject *op, Gil_ssize_t n)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    GilListObject *list = (GilListObject *)(void *)op;
    Gil_ssize_t size = Gil_SIZE(op);
    if (n <= 0) {
        gil_list_clear(list);
        return Gil_NewRef(op);
    }
    if (size > 0 && n > GIL_SSIZE_T_MAX / size)
        return gil_err_no_memory(ts);
    if (reserve(ts, list, size * n) < 0)
        return NULL;
    for (Gil_ssize_t i = size; i < size * n; i++)
        list->ob_item[i] = Gil_XNewRef(list->ob_item[i - size]);
    Gil_SET_SIZE(list, size * n);
    return Gil_NewRef(op);
}

static GIL_COLD int
list_init(GilObject *op, GilObject *args, GilObject *kwargs)
{
    GilObject *iterable;
    if (gil_row_argument("list", args, GilList_CheckExact(op) ? kwargs : NULL, &iterable) < 0)
        return -1;
    gil_list_clear((GilListObject *)(void *)op);
    return iterable == NULL ? 0 : gil_list_extend(gil_tstate_need(__func__), (GilListObject *)(void *)op, iterable);
}

/* --- methods --- */

static GilObject *
none_unless(int rc)
{
    return rc < 0 ? NULL : Gil_None;
}

static GilObject *
list_append(GilObject *op, GilObject *item)
{
    return none_unless(gil_list_append(gil_tstate_need(__func__), (GilListObject *)(void *)op, item));
}

static GilObject *
list_extend(GilObject *op, GilObject *iterable)
{
    return none_unless(gil_list_extend(gil_tstate_need(__func__), (GilListObject *)(void *)op, iterable));
}

/* An index given to insert or pop. 0, or -1 with the error set. May run anything. */
static GIL_COLD int
index_argument(GilObject *arg, Gil_ssize_t *i)
{
    *i = GilNumber_AsSsize_t(arg, GilExc_IndexError);
    return *i == -1 && GilErr_Occurred() ? -1 : 0;
}

static GIL_COLD GilObject *
list_insert(GilObject *op, GilObject *const *args, Gil_ssize_t nargs)
{
    Gil_ssize_t i;
    if (nargs != 2) {
        GilErr_Format(GilExc_TypeError, "insert expected 2 arguments, got %zd", nargs);
        return NULL;
    }
    return index_argument(args[0], &i) < 0 ? NULL : none_unless(GilList_Insert(op, i, args[1]));
}

static GilObject *
list_pop(GilObject *op, GilObject *const *args, Gil_ssize_t nargs)
{
    Gil_ssize_t i = -1;
    if (nargs > 1) {
        GilErr_Format(GilExc_TypeError, "pop expected at most 1 argument, got %zd", nargs);
        return NULL;
    }
    if (nargs == 1 && index_argument(args[0], &i) < 0)
        return NULL;
    Gil_ssize_t size = Gil_SIZE(op);
    if (i < 0)
        i += size;
    if (i < 0 || i >= size) {
        GilErr_SetString(GilExc_IndexError, size == 0 ? "pop from empty list" : "pop index out of range");
        return NULL;
    }
    GilObject *item = gil_row_item(op, i);
    if (item != NULL && splice(gil_tstate_need(__func__), (GilListObject *)(void *)op, i, 1, NULL, 0) < 0)
        Gil_CLEAR(item);
    return item;
}

static GIL_COLD GilObject *
list_remove(GilObject *op, GilObject *value)
{
    for (Gil_ssize_t i = 0; i < Gil_SIZE(op); i++) {
        GilObject *item = Gil_XNewRef(gil_row_items(op)[i]);
        int equal = GilObject_RichCompareBool(item, value, Gil_EQ); /* may run anything */
        Gil_XDECREF(item);
        if (equal < 0)
            return NULL;
        if (equal)
            return none_unless(set_slice(gil_tstate_need(__func__), (GilListObject *)(void *)op, i, i + 1, NULL));
    }
    GilErr_SetString(GilExc_ValueError, "list.remove(x): x not in list");
    return NULL;
}

static GIL_COLD GilObject *
list_clear_method(GilObject *op, GilObject *Gil_UNUSED(args))
{
    gil_list_clear((GilListObject *)(void *)op);
    Gil_RETURN_NONE;
}

static GIL_COLD GilObject *
list_copy(GilObject *op, GilObject *Gil_UNUSED(args))
{
    return gil_row_slice(op, 0, Gil_SIZE(op));
}

static GIL_COLD GilObject *
list_reverse(GilObject *op, GilObject *Gil_UNUSED(args))
{
    return none_unless(GilList_Reverse(op));
}

static GIL_COLD GilObject *
list_reversed(GilObject *op, GilObject *Gil_UNUSED(args))
{
    return gil_row_iter_new(gil_tstate_need(__func__), &GilListRevIter_Type, op);
}

static GIL_COLD GilObject *
list_sort(GilObject *op, GilObject *const *args, Gil_ssize_t nargs, GilObject *kwnames)
{
    GilObject *key = NULL;
    int reverse = 0;
    if (nargs > 0) {
        GilErr_SetString(GilExc_TypeError, "sort() takes no positional arguments");
        return NULL;
    }
    for (Gil_ssize_t i = 0; kwnames != NULL && i < GilTuple_GET_SIZE(kwnames); i++) {
        GilObject *name = GilTuple_GET_ITEM(kwnames, i);
        if (GilUnicode_EqualToUTF8(name, "key"))
            key = Gil_IsNone(args[i]) ? NULL : args[i];
        else if (!GilUnicode_EqualToUTF8(name, "reverse")) {
            GilErr_Format(GilExc_TypeError, "sort() got an unexpected keyword argument '%U'", name);
            return NULL;
        }
        else if ((reverse = GilObject_IsTrue(args[i])) < 0) /* may run anything */
            return NULL;
    }
    return none_unless(gil_list_sort(gil_tstate_need(__func__), (GilListObject *)(void *)op, key, reverse));
}

static GilMethodDef list_methods[] = {
    {"append", list_append, GIL_METH_O, "append($self, object, /)\n--\n\nPut object at the end."},
    {"extend", list_extend, GIL_METH_O, "extend($self, iterable, /)\n--\n\nPut the items of iterable at the end."},
    {"insert", _GilCFunction_CAST(list_insert), GIL_METH_FASTCALL,
     "insert($self, index, object, /)\n--\n\nPut object before index."},
    {"pop", _GilCFunction_CAST(list_pop), GIL_METH_FASTCALL,
     "pop($self, index=-1, /)\n--\n\nTake an item out and return it; IndexError when there is none."},
    {"remove", list_remove, GIL_METH_O,
     "remove($self, value, /)\n--\n\nTake the first item equal to value out; ValueError when there is none."},
    {"clear", list_clear_method, GIL_METH_NOARGS, "clear($self, /)\n--\n\nTake all items out."},
    {"copy", list_copy, GIL_METH_NOARGS, "copy($self, /)\n--\n\nA new list of the same items."},
    {"reverse", list_reverse, GIL_METH_NOARGS, "reverse($self, /)\n--\n\nReverse in place."},
    {"sort", _GilCFunction_CAST(list_sort), GIL_METH_FASTCALL | GIL_METH_KEYWORDS,
     "sort($self, /, *, key=None, reverse=False)\n--\n\nSort in place by key(item); equal items keep their order."},
    {"index", _GilCFunction_CAST(gil_row_index), GIL_METH_FASTCALL,
     "index($self, value, start=0, stop=sys.maxsize, /)\n--\n\nFirst index of value; ValueError when there is none."},
    {"count", gil_row_count, GIL_METH_O, "count($self, value, /)\n--\n\nNumber of items equal to value."},
    {"__reversed__", list_reversed, GIL_METH_NOARGS, "An iterator from the last item to the first."},
    {NULL, NULL, 0, NULL},
};

static GilSequenceMethods list_as_sequence = {
    .sq_length = list_length,
    .sq_concat = gil_row_concat,
    .sq_repeat = gil_row_repeat,
    .sq_item = gil_row_item,
    .sq_ass_item = list_ass_item,
    .sq_contains = gil_row_contains,
    .sq_inplace_concat = list_inplace_concat,
    .sq_inplace_repeat = list_inplace_repeat,
};

static GilMappingMethods list_as_mapping = {
    .mp_length = list_length,
    .mp_subscript = gil_row_subscript,
    .mp_ass_subscript = list_ass_subscript,
};

GilTypeObject GilList_Type = {
    .ob_base = GilVarObject_HEAD_INIT(&GilType_Type, 0),
    .tp_name = "list",
    .tp_basicsize = sizeof(GilListObject),
    .tp_dealloc = list_dealloc,
    .tp_repr = list_repr,
    .tp_as_sequence = &list_as_sequence,
    .tp_as_mapping = &list_as_mapping,
    .tp_hash = GilObject_HashNotImplemented,
    .tp_flags = Gil_TPFLAGS_STATIC_BUILTIN | Gil_TPFLAGS_HAVE_GC | Gil_TPFLAGS_BASETYPE | Gil_TPFLAGS_LIST_SUBCLASS |
                Gil_TPFLAGS_SEQUENCE,
    .tp_doc = "Row of objects that grows and changes.",
    .tp_traverse = list_traverse,
    .tp_clear = list_clear,
    .tp_richcompare = list_richcompare,
    .tp_iter = list_iter,
    .tp_methods = list_methods,
    .tp_init = list_init,
    .tp_new = GilType_GenericNew,
};

/* --- public --- */

static inline GilObject *
start_list(GilThreadState *ts, GilObject *op, GilObject **items, Gil_ssize_t size)
{
    GilListObject *list = (GilListObject *)(void *)op;
    list->ob_item = items;
    list->allocated = size;
    Gil_SET_SIZE(list, size);
    gil_object_track_new(ts, op); /* NULL items are let through by everything that walks lists */
    return op;
}

/* GilList_New() of any size, and where memory must be looked for. */
static __attribute__((noinline)) GilObject *
list_new(GilThreadState *ts, Gil_ssize_t size)
{
    GilObject **items = NULL;
    if (size < 0)
        return gil_err_bad_argument("GilList_New", "a size of 0 or more", NULL);
    if (size > 0 && (items = gil_heap_calloc(ts->heap, (size_t)size, sizeof *items)) == NULL)
        return gil_err_no_memory(ts);
    GilObject *op = gil_object_alloc_gc(ts, &GilList_Type, sizeof(GilListObject));
    if (op == NULL) {
        gil_heap_free(items);
        return NULL;
    }
    return start_list(ts, op, items, size);
}

GIL_HOT GilObject *
GilList_New(Gil_ssize_t size)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    GilObject *op = NULL;
    if (size == 0)
        op = gil_object_alloc_gc_quick(ts, &GilList_Type, sizeof(GilListObject));
    return GIL_LIKELY(op != NULL) ? start_list(ts, op, NULL, 0) : list_new(ts, size);
}

Gil_ssize_t
GilList_Size(GilObject *list)
{
    gil_tstate_need(__func__);
    if (list == NULL || !gil_list_check(list)) {
        gil_err_bad_argument(__func__, "list", list);
        return -1;
    }
    return Gil_SIZE(list);
}

GilObject *
GilList_GetItemRef(GilObject *list, Gil_ssize_t index)
{
    gil_tstate_need(__func__);
    if (list == NULL)
        return gil_err_null(__func__);
    if (!gil_list_check(list))
        return gil_err_type(__func__, "list", list);
    return gil_row_item(list, index);
}

int
GilList_SetItem(GilObject *list, Gil_ssize_t index, GilObject *item)
{
    gil_tstate_need(__func__);
    int rc = -1;
    if (list == NULL || !gil_list_check(list))
        gil_err_bad_argument(__func__, "list", list);
    else if (index < 0 || index >= Gil_SIZE(list))
        GilErr_SetString(GilExc_IndexError, "list assignment index out of range");
    else {
        GilObject **slot = &((GilListObject *)(void *)list)->ob_item[index];
        GilObject *old = *slot;
        *slot = item;
        item = old;
        rc = 0;
    }
    Gil_XDECREF(item); /* may run anything */
    return rc;
}

static __attribute__((cold)) int
refuse(const char *func, GilObject *list)
{
    if (list == NULL || gil_list_check(list))
        gil_err_null(func);
    else
        gil_err_bad_argument(func, "list", list);
    return -1;
}

/* What most calls below begin with: 0, or -1 with SystemError. */
static inline int
need_list(const char *func, GilObject *list)
{
    return GIL_LIKELY(list != NULL && gil_list_check(list)) ? 0 : refuse(func, list);
}

static inline int
need_list_and(const char *func, GilObject *list, GilObject *other)
{
    return GIL_LIKELY(list != NULL && gil_list_check(list) && other != NULL) ? 0 : refuse(func, list);
}

GIL_COLD int
GilList_Insert(GilObject *list, Gil_ssize_t index, GilObject *item)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    if (need_list_and(__func__, list, item) < 0)
        return -1;
    Gil_ssize_t size = Gil_SIZE(list);
    if (index < 0)
        index += size;
    index = index < 0 ? 0 : index > size ? size : index;
    return splice(ts, (GilListObject *)(void *)list, index, 0, &item, 1);
}

/* In parentheses, for it is a macro too: the common case is inline in the header. */
int
(GilList_Append)(GilObject *list, GilObject *item)
{
    static const char func[] = "GilList_Append";
    GilThreadState *ts = gil_tstate_need(func);
    if (need_list_and(func, list, item) < 0)
        return -1;
    return gil_list_append(ts, (GilListObject *)(void *)list, item);
}

int
GilList_Extend(GilObject *list, GilObject *iterable)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    if (need_list_and(__func__, list, iterable) < 0)
        return -1;
    return gil_list_extend(ts, (GilListObject *)(void *)list, iterable);
}

GIL_COLD int
GilList_Clear(GilObject *list)
{
    gil_tstate_need(__func__);
    if (need_list(__func__, list) < 0)
        return -1;
    gil_list_clear((GilListObject *)(void *)list);
    return 0;
}

GIL_COLD GilObject *
GilList_GetSlice(GilObject *list, Gil_ssize_t low, Gil_ssize_t high)
{
    gil_tstate_need(__func__);
    if (need_list(__func__, list) < 0)
        return NULL;
    gil_row_clip(Gil_SIZE(list), &low, &high);
    return gil_row_slice(list, low, high);
}

GIL_COLD int
GilList_SetSlice(GilObject *list, Gil_ssize_t low, Gil_ssize_t high, GilObject *itemlist)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    if (need_list(__func__, list) < 0)
        return -1;
    return set_slice(ts, (GilListObject *)(void *)list, low, high, itemlist);
}

GIL_COLD int
GilList_Sort(GilObject *list)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    if (need_list(__func__, list) < 0)
        return -1;
    return gil_list_sort(ts, (GilListObject *)(void *)list, NULL, 0);
}

GIL_COLD int
GilList_Reverse(GilObject *list)
{
    gil_tstate_need(__func__);
    if (need_list(__func__, list) < 0)
        return -1;
    GilObject **items = gil_row_items(list);
    for (Gil_ssize_t i = 0, j = Gil_SIZE(list) - 1; i < j; i++, j--) {
        GilObject *item = items[i];
        items[i] = items[j];
        items[j] = item;
    }
    return 0;
}

GilObject *
GilList_AsTuple(GilObject *list)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    if (need_list(__func__, list) < 0)
        return NULL;
    return gil_tuple_from_array(ts, gil_row_items(list), Gil_SIZE(list));
}

GIL_COLD int
gil_list_start(void)
{
    return gil_type_ready(&GilList_Type);
}
