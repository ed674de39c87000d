/* SPDX-License-Identifier: MIT */
/*
 * Sorting of lists: a stable merge sort that survives comparisons which do anything.
 *
 * For the time of the sort the items are taken out of the list, so a comparison that looks at the list sees it empty,
 * and one that changes it changes something else; that it did so is seen afterwards by the mark GIL_LIST_SORTING,
 * which is gone. The references stay with the array: during a comparison each item stands exactly once in the array
 * or in the merge's side room, so none of them can die.
 *
 * Runs of MIN_RUN are sorted by binary insertion, then merged pairwise, with the left half moved aside. A pair whose
 * halves are in order is not touched: sorted input costs one comparison an item. Timsort (T. Peters) finds runs of
 * any length and gallops through them; it saves comparisons on partly sorted input, at four times the code.
 */
#include "value/list.h"

#include "gilrt/error.h"
#include "object/error.h"
#include "value/long.h"
#include "value/unicode.h"

#include <string.h>

#define MIN_RUN 16

/* x < y: 1, 0, or -1 with the error set. May run anything. */
static int
less(GilObject *x, GilObject *y)
{
    if (x == NULL || y == NULL) {
        GilErr_SetString(GilExc_SystemError, "list item was never set");
        return -1;
    }
    GilTypeObject *type = Gil_TYPE(x);
    if (type == Gil_TYPE(y)) {
        if (type == &GilLong_Type)
            return gil_long_cmp(gil_long(x), gil_long(y)) < 0;
        if (type == &GilUnicode_Type)
            return GilUnicode_Compare(x, y) < 0;
    }
    return GilObject_RichCompareBool(x, y, Gil_LT);
}

static void
reverse(GilObject **items, Gil_ssize_t n)
{
    for (Gil_ssize_t i = 0, j = n - 1; i < j; i++, j--) {
        GilObject *item = items[i];
        items[i] = items[j];
        items[j] = item;
    }
}

/* Sort a short run. On an error the items are all there, in some order. */
static int
insertion_sort(GilObject **items, Gil_ssize_t n)
{
    for (Gil_ssize_t i = 1; i < n; i++) {
        GilObject *pivot = items[i];
        Gil_ssize_t low = 0, high = i - 1;
        int lt = less(pivot, items[i - 1]);
        if (lt == 0)
            continue; /* in order already */
        if (lt < 0)
            return -1;
        while (low < high) {
            Gil_ssize_t middle = low + (high - low) / 2;
            lt = less(pivot, items[middle]);
            if (lt < 0)
                return -1;
            if (lt)
                high = middle;
            else
                low = middle + 1;
        }
        memmove(&items[low + 1], &items[low], (size_t)(i - low) * sizeof *items);
        items[low] = pivot;
    }
    return 0;
}

/* Merge the sorted halves items[0:left] and items[left:n]; room holds left items. No error loses an item. */
static int
merge(GilObject **items, Gil_ssize_t left, Gil_ssize_t n, GilObject **room)
{
    int rc = less(items[left], items[left - 1]);
    if (rc <= 0)
        return rc;
    memcpy(room, items, (size_t)left * sizeof *items);

    Gil_ssize_t from_left = 0, from_right = left, to = 0;
    rc = 0;
    while (from_left < left && from_right < n) {
        int lt = less(items[from_right], room[from_left]);
        if (lt < 0) {
            rc = -1;
            break;
        }
        items[to++] = lt ? items[from_right++] : room[from_left++];
    }
    /* What is left of the right half is in its place; the gap before it is as long as what is left aside. */
    memcpy(&items[to], &room[from_left], (size_t)(left - from_left) * sizeof *items);
    return rc;
}

static int
sort(GilObject **items, Gil_ssize_t n, GilObject **room)
{
    for (Gil_ssize_t i = 0; i < n; i += MIN_RUN)
        if (insertion_sort(items + i, Gil_MIN(MIN_RUN, n - i)) < 0)
            return -1;
    for (Gil_ssize_t width = MIN_RUN; width < n; width *= 2)
        for (Gil_ssize_t i = 0; i + width < n; i += 2 * width)
            if (merge(items + i, width, Gil_MIN(2 * width, n - i), room) < 0)
                return -1;
    return 0;
}

/* Items moved aside at most: the longest left half. */
static size_t
room_for(Gil_ssize_t n)
{
    Gil_ssize_t width = MIN_RUN;
    while (width * 2 < n)
        width *= 2;
    return (size_t)(n <= MIN_RUN ? 0 : width);
}

int
gil_list_sort(GilThreadState *ts, GilListObject *list, int backward)
{
    Gil_ssize_t n = Gil_SIZE(list);
    if (n < 2)
        return 0;
    GilObject **room = gil_heap_malloc(ts->heap, room_for(n) * sizeof *room);
    if (room == NULL) {
        gil_err_no_memory(ts);
        return -1;
    }

    GilObject **items = list->ob_item;
    Gil_ssize_t allocated = list->allocated;
    list->ob_item = NULL;
    list->allocated = GIL_LIST_SORTING;
    Gil_SET_SIZE(list, 0);

    /* Reversed before and after, so that equal items keep their order. */
    if (backward)
        reverse(items, n);
    int rc = sort(items, n, room); /* may run anything */
    if (backward)
        reverse(items, n);
    gil_heap_free(room);

    GilListObject intruders = *list;
    list->ob_item = items;
    list->allocated = allocated;
    Gil_SET_SIZE(list, n);
    if (intruders.allocated != GIL_LIST_SORTING) {
        if (rc == 0)
            GilErr_SetString(GilExc_ValueError, "list modified during sort");
        rc = -1;
        for (Gil_ssize_t i = Gil_SIZE(&intruders); --i >= 0;)
            Gil_XDECREF(intruders.ob_item[i]); /* may run anything */
        gil_heap_free(intruders.ob_item);
    }
    return rc;
}
