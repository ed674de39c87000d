/* SPDX-License-Identifier: MIT */
/* Lists from inside: constructors and steps for the rest of the layer. */
#ifndef GIL_VALUE_LIST_H
#define GIL_VALUE_LIST_H

#include "gilrt/list.h"
#include "object/alloc.h"
#include "value/row.h"

/*
 * While a list is being sorted its items are elsewhere: it is empty, ob_item is NULL, and allocated has this value. Any
 * change leaves another value there.
 */
#define GIL_LIST_SORTING ((Gil_ssize_t)-1)

/* A list of n items; takes a reference to each. */
GilObject *gil_list_from_array(GilThreadState *ts, GilObject *const *items, Gil_ssize_t n);
/* Make room for size items; the length stays. 0, or -1 with MemoryError and nothing changed. */
int gil_list_reserve(GilThreadState *ts, GilListObject *list, Gil_ssize_t size);
/* Put item at the end; takes a reference. 0, or -1 with MemoryError and the list as before. */
int gil_list_append(GilThreadState *ts, GilListObject *list, GilObject *item);
/* Append all of an iterable. 0, or -1 with the error set. May run anything. */
int gil_list_extend(GilThreadState *ts, GilListObject *list, GilObject *iterable);
/* Empty the list, then give the items back. May run anything. */
void gil_list_clear(GilListObject *list);
/* Put count items at values (NULL: none, count 0) in place of n from low; all lies within the list. Takes references. 0, or
 * -1 with MemoryError and nothing changed. May run anything, afterwards. */
GIL_COLD int gil_list_splice(GilThreadState *ts, GilListObject *list, Gil_ssize_t low, Gil_ssize_t n, GilObject *const *values,
                             Gil_ssize_t count);
/* list[low:high] = values, or del for NULL; bounds are cut to the list. 0, or -1 with the error set. May run anything. */
GIL_COLD int gil_list_set_slice(GilThreadState *ts, GilListObject *list, Gil_ssize_t low, Gil_ssize_t high, GilObject *values);
/* list[key] = value, or del for NULL, for a key that is a slice; TypeError for any other. 0, or -1. May run anything. */
GIL_COLD int gil_list_ass_slice(GilThreadState *ts, GilListObject *list, GilObject *key, GilObject *value);
/* list.sort(): stable, by what key gives for an item (NULL: the item itself); with reverse, from the largest down, equal
 * items still in their order. 0, or -1 with the error set. May run anything. */
int gil_list_sort(GilThreadState *ts, GilListObject *list, GilObject *key, int reverse);

/* The method append: in list.c, where what it does is compiled into it. */
GilObject *gil_list_method_append(GilObject *op, GilObject *item);
extern GilMethodDef gil_list_methods[];

/* gil_ops.list_of_names. */
GilObject *gil_list_ops_of_names(GilObject *const *names, Gil_ssize_t n);

/* Readies the types. 0, or -1: no memory. */
int gil_list_start(void);

#endif
