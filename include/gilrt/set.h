/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Sets: hashable objects, each once, in no order that can be relied on.
 *
 * A set can change, a frozenset cannot and is hashable itself. Elements are asked for their hash and compared, which
 * may run anything, also what changes the very set: a call then answers for the set as it found it, or raises
 * RuntimeError. Who goes through a set by an iterator gets RuntimeError once it has changed.
 */
#ifndef GILRT_SET_H
#define GILRT_SET_H

#include <gilrt/type.h>

GIL_BEGIN_DECLS

GIL_API extern GilTypeObject GilSet_Type;
GIL_API extern GilTypeObject GilFrozenSet_Type;
GIL_API extern GilTypeObject GilSetIter_Type;

#define GilSet_Check(op) GilObject_TypeCheck((op), &GilSet_Type)
#define GilSet_CheckExact(op) Gil_IS_TYPE((op), &GilSet_Type)
#define GilFrozenSet_Check(op) GilObject_TypeCheck((op), &GilFrozenSet_Type)
#define GilFrozenSet_CheckExact(op) Gil_IS_TYPE((op), &GilFrozenSet_Type)
#define GilAnySet_Check(op) (GilSet_Check(op) || GilFrozenSet_Check(op))
#define GilAnySet_CheckExact(op) (GilSet_CheckExact(op) || GilFrozenSet_CheckExact(op))

/** A new set of what @p iterable gives; NULL: an empty one. TypeError where it is not iterable or an element not
 *  hashable.
 *  @newref
 *  @lock_held
 *  @reenters  the iterator, hashes and comparisons */
GIL_API GilObject *GilSet_New(GilObject *iterable);
/** A frozenset, else the same. One that nobody else has seen may be filled by GilSet_Add().
 *  @newref
 *  @lock_held
 *  @reenters  the iterator, hashes and comparisons */
GIL_API GilObject *GilFrozenSet_New(GilObject *iterable);
/** Number of elements of a set or frozenset; -1 with SystemError for anything else.
 *  @lock_held */
GIL_API Gil_ssize_t GilSet_Size(GilObject *anyset);
#define GilSet_GET_SIZE(op) GilSet_Size(_GilObject_CAST(op))
/** Whether @p key is in a set or frozenset. A set as @p key is TypeError, as all that is not hashable.
 *  @lock_held
 *  @reenters  hash and comparisons
 *  @return 1, 0, or -1 with the error set */
GIL_API int GilSet_Contains(GilObject *anyset, GilObject *key);
/** Put @p key in, unless one that is equal is there. @p set may be a frozenset to which there is one reference.
 *  @lock_held
 *  @reenters  hash and comparisons
 *  @return 0, or -1 with the error set */
GIL_API int GilSet_Add(GilObject *set, GilObject *key);
/** Take @p key out of a set.
 *  @lock_held
 *  @reenters  hash, comparisons, the element's finalizer
 *  @return 1 it was there, 0 it was not, -1 with the error set */
GIL_API int GilSet_Discard(GilObject *set, GilObject *key);
/** Take any element out of a set; KeyError when there is none.
 *  @newref
 *  @lock_held */
GIL_API GilObject *GilSet_Pop(GilObject *set);
/** Take all elements out of a set.
 *  @lock_held
 *  @reenters  the elements' finalizers
 *  @return 0, or -1 with SystemError */
GIL_API int GilSet_Clear(GilObject *set);

GIL_END_DECLS

#endif
