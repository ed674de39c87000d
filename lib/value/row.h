/* SPDX-License-Identifier: MIT */
/* Rows: what tuples and lists have in common, written once for both. */
#ifndef GIL_VALUE_ROW_H
#define GIL_VALUE_ROW_H

#include "gilrt/list.h"
#include "gilrt/tuple.h"
#include "gilrt/typeobject.h"

/*
 * A row is a tuple or a list. Each function below that runs foreign code (comparisons, reprs) holds the item it hands
 * out and reads length and items of a list again after every such call: a list may have changed, and then the answer
 * is that for the list as it is found on the way.
 */

static inline int
gil_tuple_check(const GilObject *op)
{
    return op->ob_type == &GilTuple_Type || (op->ob_type->tp_flags & Gil_TPFLAGS_TUPLE_SUBCLASS) != 0;
}

static inline int
gil_list_check(const GilObject *op)
{
    return op->ob_type == &GilList_Type || (op->ob_type->tp_flags & Gil_TPFLAGS_LIST_SUBCLASS) != 0;
}

/* The items of a row; valid until anything else runs when the row is a list. */
static inline GilObject **
gil_row_items(GilObject *row)
{
    if (gil_tuple_check(row))
        return ((GilTupleObject *)(void *)row)->ob_item;
    return ((GilListObject *)(void *)row)->ob_item;
}

/* low and high cut to 0..size, high not below low. */
static inline void
gil_row_clip(Gil_ssize_t size, Gil_ssize_t *low, Gil_ssize_t *high)
{
    *low = *low < 0 ? 0 : *low > size ? size : *low;
    *high = *high < *low ? *low : *high > size ? size : *high;
}

/* open, the items' reprs with ", " between them, close. A cycle shows as "open...close". New reference. */
GilObject *gil_row_repr(GilObject *row, const char *open, const char *close);
/* Compare by items, then by length; both rows are of the same kind. New reference. */
GilObject *gil_row_compare(GilObject *v, GilObject *w, int op);
/* row[key] for an index or a slice; TypeError for anything else. New reference. */
GilObject *gil_row_subscript(GilObject *row, GilObject *key);
/* row[i] with a reference; IndexError outside. i is not counted from the end. */
GilObject *gil_row_item(GilObject *row, Gil_ssize_t i);
/* Items from low up to high, which lie within the row; a new row of the same kind, or an exact tuple itself for all. */
GilObject *gil_row_slice(GilObject *row, Gil_ssize_t low, Gil_ssize_t high);
/* row + other, TypeError when other is of another kind; row * n. A new row. */
GilObject *gil_row_concat(GilObject *row, GilObject *other);
GilObject *gil_row_repeat(GilObject *row, Gil_ssize_t n);
/* 1 when an item equals value, 0, or -1 with the error set. */
int gil_row_contains(GilObject *row, GilObject *value);
/* The bodies of the methods index(value[, start[, stop]]) and count(value). */
GilObject *gil_row_index(GilObject *row, GilObject *const *args, Gil_ssize_t nargs);
GilObject *gil_row_count(GilObject *row, GilObject *value);

/* The argument of tuple(…) or list(…), borrowed; NULL when there is none. 0, or -1 with TypeError. */
int gil_row_argument(const char *what, GilObject *args, GilObject *kwargs, GilObject **iterable);

#endif
