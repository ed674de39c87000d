/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Iteration: asking an object for its items one after the other.
 *
 *     GilObject *item, *it = GilObject_GetIter(obj);
 *     while (it != NULL && (rc = GilIter_NextItem(it, &item)) == 1) { ...; Gil_DECREF(item); }
 */
#ifndef GILRT_ITER_H
#define GILRT_ITER_H

#include <gilrt/type.h>

GIL_BEGIN_DECLS

/** An iterator over @p o: what its type's tp_iter gives, or one that asks a sequence for item 0, 1, 2 and so on.
 *  @newref
 *  @lock_held
 *  @reenters the type's iter
 *  @return the iterator, or NULL with TypeError where @p o is not iterable */
GIL_API GilObject *GilObject_GetIter(GilObject *o);
/** A tp_iter for iterators: the object itself.
 *  @newref
 *  @lock_held */
GIL_API GilObject *GilObject_SelfIter(GilObject *o);
/** 1 when @p o is an iterator (GilIter_NextItem() can be called), else 0; cannot fail.
 *  @lock_held */
GIL_API int GilIter_Check(GilObject *o);
/** Next item into *@p item (a new reference; NULL unless 1 is returned). Telling the end from an error needs no second
 *  question (CPython 3.14).
 *  @lock_held
 *  @reenters the iterator
 *  @return 1 an item, 0 the end, -1 an error is set */
GIL_API int GilIter_NextItem(GilObject *iter, GilObject **item);
/** Next item, or NULL: at the end without an error, else with one.
 *  @newref
 *  @lock_held
 *  @reenters the iterator */
GIL_API GilObject *GilIter_Next(GilObject *iter);

/** Iterator over anything with sq_item, until that raises IndexError. */
GIL_API extern GilTypeObject GilSeqIter_Type;
#define GilSeqIter_Check(op) Gil_IS_TYPE((op), &GilSeqIter_Type)
/** @newref
 *  @lock_held */
GIL_API GilObject *GilSeqIter_New(GilObject *seq);

/** Iterator over what a callable gives, called without arguments, until that equals a sentinel. */
GIL_API extern GilTypeObject GilCallIter_Type;
#define GilCallIter_Check(op) Gil_IS_TYPE((op), &GilCallIter_Type)
/** @newref
 *  @lock_held
 *  @return NULL with TypeError where @p callable is none, MemoryError */
GIL_API GilObject *GilCallIter_New(GilObject *callable, GilObject *sentinel);

/** enumerate(iterable, start=0): pairs of a number and an item; call the type to make one. */
GIL_API extern GilTypeObject GilEnum_Type;
/** reversed(sequence): its items from the last to the first; call the type to make one. What its type's method
 *  `__reversed__` gives is returned instead where there is one. */
GIL_API extern GilTypeObject GilReversed_Type;

GIL_END_DECLS

#endif
