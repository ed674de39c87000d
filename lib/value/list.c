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
 *
 * Here are the array, the type and the public calls; changes of a part of a list are in list_slice.c, methods in
 * list_method.c.
 */
#include "value/list.h"

#include "gilrt/error.h"
#include "gilrt/gc.h"
#include "gilrt/iter.h"
#include "gilrt/number.h"
#include "gilrt/sequence.h"
#include "gilrt/slice.h"
#include "object/error.h"
#include "object/type.h"
#include "value/row_iter.h"
#include "value/tuple.h"

_Static_assert(offsetof(GilListObject, ob_item) == offsetof(struct gil_gc_list, items), "as the collector sees it");

/* By which part of its size an array grows, as a power of two: see above. */
static inline int
growth(Gil_ssize_t size)
{
    return size < 64 ? 3 : size < 1024 ? 2 : size < 8192 ? 1 : 0;
}

int
gil_list_reserve(GilThreadState *ts, GilListObject *list, Gil_ssize_t size)
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
    if (GIL_UNLIKELY(size >= list->allocated) && gil_list_reserve(ts, list, size + 1) < 0)
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
    if (gil_list_reserve(ts, list, size + n) < 0)
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
    int rc;
    if (iterable == (GilObject *)(void *)list) { /* of a subclass; followed by its iterator it would never end */
        GilObject *items = GilSequence_List(iterable); /* may run anything */
        rc = items == NULL ? -1 : extend_by_row(ts, list, items);
        Gil_XDECREF(items);
        return rc;
    }
    GilObject *it = GilObject_GetIter(iterable), *item; /* may run anything */
    if (it == NULL)
        return -1;
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
        return gil_list_splice(gil_tstate_need(__func__), list, i, 1, NULL, 0);
    GilObject *old = list->ob_item[i];
    list->ob_item[i] = Gil_NewRef(value);
    Gil_XDECREF(old); /* may run anything */
    return 0;
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
    return gil_list_ass_slice(ts, list, key, value);
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
    if (gil_list_reserve(ts, list, size * n) < 0)
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

/* The method append: here, where what it does is compiled into it. */
GilObject *
gil_list_method_append(GilObject *op, GilObject *item)
{
    return gil_list_append(gil_tstate_need("list.append"), (GilListObject *)(void *)op, item) < 0 ? NULL : Gil_None;
}

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
    .ob_base = GilVarObject_HEAD_INIT(&GilType_Type, 0)
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
    .tp_methods = gil_list_methods,
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
        return gil_err_bad_number("GilList_New", "a size of 0 or more", size);
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
    return gil_list_splice(ts, (GilListObject *)(void *)list, index, 0, &item, 1);
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
    return gil_list_set_slice(ts, (GilListObject *)(void *)list, low, high, itemlist);
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
    return gil_tuple_from_list(ts, list);
}

GIL_COLD int
gil_list_start(void)
{
    return gil_type_ready(&GilList_Type);
}
