/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Sequences: items by number, joining, repeating, searching, and turning iterables into tuples and lists.
 *
 * Indices below zero count from the end where the type knows its length. Every function raises TypeError where the
 * object does not support the operation, SystemError where an argument is NULL.
 */
#ifndef GILRT_SEQUENCE_H
#define GILRT_SEQUENCE_H

#include <gilrt/type.h>

GIL_BEGIN_DECLS

/** 1 when @p o can be asked for item i (dicts excepted), else 0; cannot fail.
 *  @lock_held */
GIL_API int GilSequence_Check(GilObject *o);
/** Number of items, or -1 with the error set.
 *  @lock_held
 *  @reenters the type's length */
GIL_API Gil_ssize_t GilSequence_Size(GilObject *o);
/** The same as GilSequence_Size().
 *  @lock_held
 *  @reenters the type's length */
GIL_API Gil_ssize_t GilSequence_Length(GilObject *o);
/** o1 + o2 for sequences.
 *  @newref
 *  @lock_held
 *  @reenters the type's concat */
GIL_API GilObject *GilSequence_Concat(GilObject *o1, GilObject *o2);
/** o * count.
 *  @newref
 *  @lock_held
 *  @reenters the type's repeat */
GIL_API GilObject *GilSequence_Repeat(GilObject *o, Gil_ssize_t count);
/** o1 += o2, in place where the type can: the result replaces @p o1.
 *  @newref
 *  @lock_held
 *  @reenters the type's concat */
GIL_API GilObject *GilSequence_InPlaceConcat(GilObject *o1, GilObject *o2);
/** o *= count, in place where the type can.
 *  @newref
 *  @lock_held
 *  @reenters the type's repeat */
GIL_API GilObject *GilSequence_InPlaceRepeat(GilObject *o, Gil_ssize_t count);
/** o[i].
 *  @newref
 *  @lock_held
 *  @reenters the type's item */
GIL_API GilObject *GilSequence_GetItem(GilObject *o, Gil_ssize_t i);
/** o[i] = v.
 *  @lock_held
 *  @reenters the type's item
 *  @return 0, or -1 with the error set */
GIL_API int GilSequence_SetItem(GilObject *o, Gil_ssize_t i, GilObject *v);
/** del o[i].
 *  @lock_held
 *  @reenters the type's item
 *  @return 0, or -1 with the error set */
GIL_API int GilSequence_DelItem(GilObject *o, Gil_ssize_t i);
/** o[i1:i2].
 *  @newref
 *  @lock_held
 *  @reenters the type's subscript */
GIL_API GilObject *GilSequence_GetSlice(GilObject *o, Gil_ssize_t i1, Gil_ssize_t i2);
/** o[i1:i2] = v.
 *  @lock_held
 *  @reenters the type's subscript
 *  @return 0, or -1 with the error set */
GIL_API int GilSequence_SetSlice(GilObject *o, Gil_ssize_t i1, Gil_ssize_t i2, GilObject *v);
/** del o[i1:i2].
 *  @lock_held
 *  @reenters the type's subscript
 *  @return 0, or -1 with the error set */
GIL_API int GilSequence_DelSlice(GilObject *o, Gil_ssize_t i1, Gil_ssize_t i2);
/** How many items equal @p value; -1 with the error set.
 *  @lock_held
 *  @reenters the items' comparisons */
GIL_API Gil_ssize_t GilSequence_Count(GilObject *o, GilObject *value);
/** value in o: 1, 0, or -1 with the error set.
 *  @lock_held
 *  @reenters the items' comparisons */
GIL_API int GilSequence_Contains(GilObject *o, GilObject *value);
/** First i with o[i] == value; -1 with ValueError where there is none.
 *  @lock_held
 *  @reenters the items' comparisons */
GIL_API Gil_ssize_t GilSequence_Index(GilObject *o, GilObject *value);
/** A new list of the items of any iterable.
 *  @newref
 *  @lock_held
 *  @reenters the iterator */
GIL_API GilObject *GilSequence_List(GilObject *o);
/** A tuple of the items of any iterable; a tuple is returned as it is.
 *  @newref
 *  @lock_held
 *  @reenters the iterator */
GIL_API GilObject *GilSequence_Tuple(GilObject *o);
/** The items as something GilSequence_Fast_GET_ITEM() can read: a tuple or list as it is, else a new list. TypeError
 *  with the text @p m where @p o is not iterable.
 *  @newref
 *  @lock_held
 *  @reenters the iterator */
GIL_API GilObject *GilSequence_Fast(GilObject *o, const char *m);
/** Number of items of what GilSequence_Fast() gave; only for that.
 *  @lock_held */
GIL_API Gil_ssize_t _GilSequence_FastSize(GilObject *fast);
/** Its items, as an array that lives as long as nobody changes the list.
 *  @lock_held */
GIL_API GilObject **_GilSequence_FastItems(GilObject *fast);
#define GilSequence_Fast_GET_SIZE(o) _GilSequence_FastSize(_GilObject_CAST(o))
#define GilSequence_Fast_ITEMS(o) _GilSequence_FastItems(_GilObject_CAST(o))
/** Item @p i, borrowed, unchecked. */
#define GilSequence_Fast_GET_ITEM(o, i) (GilSequence_Fast_ITEMS(o)[(i)])

GIL_END_DECLS

#endif
