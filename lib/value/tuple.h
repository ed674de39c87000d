/* SPDX-License-Identifier: MIT */
/* Tuples from inside: constructors for the rest of the layer. */
#ifndef GIL_VALUE_TUPLE_H
#define GIL_VALUE_TUPLE_H

#include "gilrt/tuple.h"
#include "object/alloc.h"
#include "value/row.h"

/* The empty tuple; immortal. */
GilObject *gil_tuple_empty(void);
/* A tuple of n items, uninitialised and not tracked: the caller fills it and calls gil_object_track(). n > 0. */
GilTupleObject *gil_tuple_alloc(GilThreadState *ts, Gil_ssize_t n);
/* A tuple of n items; takes a reference to each. Never NULL items. */
GilObject *gil_tuple_from_array(GilThreadState *ts, GilObject *const *items, Gil_ssize_t n);
/* A tuple of the items of a list. NULL with SystemError for one that was never set, or MemoryError. */
GilObject *gil_tuple_from_list(GilThreadState *ts, GilObject *list);
/* A tuple of one or two objects; takes a reference to each. */
GilObject *gil_tuple_of1(GilThreadState *ts, GilObject *a);
GilObject *gil_tuple_of2(GilThreadState *ts, GilObject *a, GilObject *b);
/* The items of any iterable; an exact tuple itself. May run anything. */
GilObject *gil_tuple_from_iterable(GilObject *iterable);

/* gil_ops.tuple_from_array and gil_ops.tuple_items. */
GilObject *gil_tuple_ops_from_array(GilObject *const *items, Gil_ssize_t n);
Gil_ssize_t gil_tuple_ops_items(GilObject *tuple, GilObject ***items);

/* Readies the types. 0, or -1: no memory. */
int gil_tuple_start(void);

#endif
