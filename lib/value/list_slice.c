/* SPDX-License-Identifier: MIT */
/*
 * Parts of a list changed: slices assigned and deleted, items put in and taken out in the middle.
 *
 * Everything ends in one of three moves: a run replaced by another of any length, every n-th item deleted, every n-th
 * replaced. The items of the other side are made a row first, which may run anything, the change itself runs nothing, and
 * the items that left are given back when the list is whole again.
 */
#include "value/list.h"

#include "gilrt/error.h"
#include "gilrt/sequence.h"
#include "gilrt/slice.h"
#include "object/error.h"

#include <string.h>

/* Items moved out by a change of a slice fit here most of the time. */
#define FEW 8

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

GIL_COLD int
gil_list_splice(GilThreadState *ts, GilListObject *list, Gil_ssize_t low, Gil_ssize_t n, GilObject *const *values,
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
    if (count > n && (size - n > GIL_SSIZE_T_MAX - count || gil_list_reserve(ts, list, size - n + count) < 0)) {
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

GIL_COLD int
gil_list_set_slice(GilThreadState *ts, GilListObject *list, Gil_ssize_t low, Gil_ssize_t high, GilObject *values)
{
    GilObject *row = NULL;
    if (values != NULL && (row = row_of(list, values)) == NULL)
        return -1;
    gil_row_clip(Gil_SIZE(list), &low, &high); /* only now: the length may have changed */
    int rc = row == NULL ? gil_list_splice(ts, list, low, high - low, NULL, 0)
                         : gil_list_splice(ts, list, low, high - low, gil_row_items(row), Gil_SIZE(row));
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

GIL_COLD int
gil_list_ass_slice(GilThreadState *ts, GilListObject *list, GilObject *key, GilObject *value)
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
        return gil_list_set_slice(ts, list, start, start + n, value);
    return n == 0 ? 0 : delete_stepped(ts, list, start, step, n);
}
