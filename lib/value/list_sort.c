/* SPDX-License-Identifier: MIT */
/*
 * Sorting of lists: a stable merge sort that survives comparisons which do anything.
 *
 * For the time of the sort the items are taken out of the list, so a comparison that looks at the list sees it empty,
 * and one that changes it changes something else; that it did so is seen afterwards by the mark GIL_LIST_SORTING,
 * which is gone. The references stay with the array: during a comparison each item stands exactly once in the array
 * or in the merge's side room, so none of them can die.
 *
 * With a key function the keys are made first, all of them, and the items move as their keys do.
 *
 * Runs of MIN_RUN are sorted by binary insertion, then merged pairwise, with the left half moved aside. A pair whose
 * halves are in order is not touched: sorted input costs one comparison an item. Timsort (T. Peters) finds runs of
 * any length and gallops through them; it saves comparisons on partly sorted input, at four times the code.
 */
#include "value/list.h"

#include "gilrt/call.h"
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

/* What is sorted: the keys decide, and values, unless NULL, move along. Without a key function the items are the keys. */
struct rows {
    GilObject **keys, **values;
};

static inline struct rows
from(struct rows r, Gil_ssize_t i)
{
    return (struct rows){r.keys + i, r.values == NULL ? NULL : r.values + i};
}

/* n places of one to the other, which may overlap. */
static inline void
move(struct rows to, struct rows what, Gil_ssize_t n)
{
    memmove(to.keys, what.keys, (size_t)n * sizeof *to.keys);
    if (what.values != NULL)
        memmove(to.values, what.values, (size_t)n * sizeof *to.values);
}

static inline void
move_one(struct rows to, Gil_ssize_t i, struct rows what, Gil_ssize_t j)
{
    to.keys[i] = what.keys[j];
    if (what.values != NULL)
        to.values[i] = what.values[j];
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

static void
reverse_rows(struct rows r, Gil_ssize_t n)
{
    reverse(r.keys, n);
    if (r.values != NULL)
        reverse(r.values, n);
}

/* Sort a short run. On an error the items are all there, in some order. */
static int
insertion_sort(struct rows r, Gil_ssize_t n)
{
    for (Gil_ssize_t i = 1; i < n; i++) {
        GilObject *pivot = r.keys[i], *value = r.values != NULL ? r.values[i] : NULL;
        Gil_ssize_t low = 0, high = i - 1;
        int lt = less(pivot, r.keys[i - 1]);
        if (lt == 0)
            continue; /* in order already */
        if (lt < 0)
            return -1;
        while (low < high) {
            Gil_ssize_t middle = low + (high - low) / 2;
            lt = less(pivot, r.keys[middle]);
            if (lt < 0)
                return -1;
            if (lt)
                high = middle;
            else
                low = middle + 1;
        }
        move(from(r, low + 1), from(r, low), i - low);
        r.keys[low] = pivot;
        if (r.values != NULL)
            r.values[low] = value;
    }
    return 0;
}

/* Merge the sorted halves [0:left] and [left:n]; room holds left items. No error loses an item. */
static int
merge(struct rows r, Gil_ssize_t left, Gil_ssize_t n, struct rows room)
{
    int rc = less(r.keys[left], r.keys[left - 1]);
    if (rc <= 0)
        return rc;
    move(room, r, left);

    Gil_ssize_t from_left = 0, from_right = left, to = 0;
    rc = 0;
    while (from_left < left && from_right < n) {
        int lt = less(r.keys[from_right], room.keys[from_left]);
        if (lt < 0) {
            rc = -1;
            break;
        }
        if (lt)
            move_one(r, to++, r, from_right++);
        else
            move_one(r, to++, room, from_left++);
    }
    /* What is left of the right half is in its place; the gap before it is as long as what is left aside. */
    move(from(r, to), from(room, from_left), left - from_left);
    return rc;
}

static int
sort(struct rows r, Gil_ssize_t n, struct rows room)
{
    for (Gil_ssize_t i = 0; i < n; i += MIN_RUN)
        if (insertion_sort(from(r, i), Gil_MIN(MIN_RUN, n - i)) < 0)
            return -1;
    for (Gil_ssize_t width = MIN_RUN; width < n; width *= 2)
        for (Gil_ssize_t i = 0; i + width < n; i += 2 * width)
            if (merge(from(r, i), width, Gil_MIN(2 * width, n - i), room) < 0)
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

/* Sort n items, from the largest down if backward. May run anything. */
static int
sort_rows(GilThreadState *ts, struct rows r, Gil_ssize_t n, int backward)
{
    size_t width = room_for(n);
    GilObject **room = gil_heap_malloc(ts->heap, (r.values != NULL ? 2 : 1) * width * sizeof *room);
    if (room == NULL) {
        gil_err_no_memory(ts);
        return -1;
    }
    /* Reversed before and after, so that equal items keep their order. */
    if (backward)
        reverse_rows(r, n);
    int rc = sort(r, n, (struct rows){room, r.values != NULL ? room + width : NULL});
    if (backward)
        reverse_rows(r, n);
    gil_heap_free(room);
    return rc;
}

/* Drop n keys and their array. May run anything. */
static void
drop_keys(GilObject **keys, Gil_ssize_t n)
{
    while (--n >= 0)
        Gil_DECREF(keys[n]);
    gil_heap_free(keys);
}

/* What key gives for each item; NULL with the error set. May run anything. */
static GilObject **
make_keys(GilThreadState *ts, GilObject *key, GilObject *const *items, Gil_ssize_t n)
{
    GilObject **keys = gil_heap_malloc(ts->heap, (size_t)n * sizeof *keys);
    if (keys == NULL) {
        gil_err_no_memory(ts);
        return NULL;
    }
    for (Gil_ssize_t i = 0; i < n; i++) {
        keys[i] = items[i] != NULL ? GilObject_CallOneArg(key, items[i]) : NULL;
        if (keys[i] == NULL) {
            if (items[i] == NULL)
                GilErr_SetString(GilExc_SystemError, "list item was never set");
            drop_keys(keys, i);
            return NULL;
        }
    }
    return keys;
}

int
gil_list_sort(GilThreadState *ts, GilListObject *list, GilObject *key, int backward)
{
    Gil_ssize_t n = Gil_SIZE(list), allocated = list->allocated;
    GilObject **items = list->ob_item, **keys = NULL;
    int rc;
    list->ob_item = NULL;
    list->allocated = GIL_LIST_SORTING;
    Gil_SET_SIZE(list, 0);

    if (key != NULL && n > 0)
        rc = (keys = make_keys(ts, key, items, n)) == NULL ? -1
                                                           : sort_rows(ts, (struct rows){keys, items}, n, backward);
    else
        rc = n < 2 ? 0 : sort_rows(ts, (struct rows){items, NULL}, n, backward);

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
    if (keys != NULL)
        drop_keys(keys, n); /* may run anything */
    return rc;
}
