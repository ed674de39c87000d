/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Tuples: fixed rows of objects that do not change once they are shared.
 *
 * A tuple is filled by the one who made it, before anybody else can see it, with GilTuple_SetItem() or
 * GilTuple_SET_ITEM(). Because it never changes afterwards, its getters may lend references.
 */
#ifndef GILRT_TUPLE_H
#define GILRT_TUPLE_H

#include <gilrt/type.h>

GIL_BEGIN_DECLS

/** The layout, for the inline functions below. */
typedef struct {
    GilObject_VAR_HEAD
    GilObject *ob_item[1]; /**< ob_size of them */
} GilTupleObject;

GIL_API extern GilTypeObject GilTuple_Type;
GIL_API extern GilTypeObject GilTupleIter_Type;

#define GilTuple_Check(op) GilType_FastSubclass(Gil_TYPE(op), Gil_TPFLAGS_TUPLE_SUBCLASS)
#define GilTuple_CheckExact(op) Gil_IS_TYPE((op), &GilTuple_Type)

/** A tuple of @p size items, all NULL, for the caller to fill. The empty tuple is one immortal object.
 *  @newref
 *  @lock_held
 *  @return NULL with SystemError for a negative size, MemoryError */
GIL_API GIL_NOPLT GilObject *GilTuple_New(Gil_ssize_t size);
/** A tuple of the @p n objects that follow, each taken with a new reference.
 *  @newref
 *  @lock_held */
GIL_API GIL_NOPLT GilObject *GilTuple_Pack(Gil_ssize_t n, ...);
/** A tuple of the @p size objects at @p array, each taken with a new reference (CPython 3.15). @p array may be
 *  NULL when @p size is 0.
 *  @newref
 *  @lock_held */
GIL_API GilObject *GilTuple_FromArray(GilObject *const *array, Gil_ssize_t size);
/** Number of items; -1 with SystemError when @p p is no tuple.
 *  @lock_held */
GIL_API Gil_ssize_t GilTuple_Size(GilObject *p);
/** Item @p pos, counted from 0; IndexError outside.
 *  @borrowed  lives as long as the tuple
 *  @lock_held */
GIL_API GilObject *GilTuple_GetItem(GilObject *p, Gil_ssize_t pos);
/** Items from @p low up to, not including, @p high; both are cut to the tuple's bounds.
 *  @newref
 *  @lock_held */
GIL_API GilObject *GilTuple_GetSlice(GilObject *p, Gil_ssize_t low, Gil_ssize_t high);
/** Put @p o at @p pos of a tuple that nobody else refers to yet.
 *  @steals{o}  also on failure
 *  @lock_held
 *  @reenters the old item's finalizer
 *  @return 0, or -1: IndexError outside, SystemError when @p p is no tuple or is shared */
GIL_API int GilTuple_SetItem(GilObject *p, Gil_ssize_t pos, GilObject *o);
/** Change the length of a tuple that nobody else refers to yet; *@p p may be another object afterwards. On failure the
 *  tuple is given back and *@p p is NULL.
 *  @lock_held
 *  @reenters finalizers of items cut off
 *  @return 0, or -1: SystemError when *@p p is no exact tuple or is shared, MemoryError */
GIL_API int _GilTuple_Resize(GilObject **p, Gil_ssize_t newsize);

/** As GilTuple_Size() without looking whether @p op is a tuple. */
#define GilTuple_GET_SIZE(op) Gil_SIZE(op)

static inline GilObject *
_GilTuple_GET_ITEM(GilObject *op, Gil_ssize_t i)
{
    return ((GilTupleObject *)(void *)op)->ob_item[i];
}
/** As GilTuple_GetItem() without any check; borrowed. */
#define GilTuple_GET_ITEM(op, i) _GilTuple_GET_ITEM(_GilObject_CAST(op), (i))

static inline void
_GilTuple_SET_ITEM(GilObject *op, Gil_ssize_t i, GilObject *value)
{
    ((GilTupleObject *)(void *)op)->ob_item[i] = value;
}
/** Put @p v (a reference that is given away) into an item of a new tuple that is still NULL; checks nothing. */
#define GilTuple_SET_ITEM(op, i, v) _GilTuple_SET_ITEM(_GilObject_CAST(op), (i), _GilObject_CAST(v))

GIL_END_DECLS

#endif
