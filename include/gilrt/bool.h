/* SPDX-License-Identifier: MIT */
/**
 * @file
 * bool: True and False, which are the ints 1 and 0 with a type and a name of their own.
 */
#ifndef GILRT_BOOL_H
#define GILRT_BOOL_H

#include <gilrt/long.h>

GIL_BEGIN_DECLS

GIL_API extern GilTypeObject GilBool_Type;
#define GilBool_Check(op) Gil_IS_TYPE((op), &GilBool_Type)

GIL_API extern GilLongObject _Gil_FalseStruct;
GIL_API extern GilLongObject _Gil_TrueStruct;
#define Gil_False _GilObject_CAST(&_Gil_FalseStruct)
#define Gil_True _GilObject_CAST(&_Gil_TrueStruct)
/** Identity with True or False; see GilObject_IsTrue() for truth. */
#define Gil_IsTrue(op) Gil_Is((op), Gil_True)
#define Gil_IsFalse(op) Gil_Is((op), Gil_False)
#define Gil_RETURN_TRUE return Gil_True
#define Gil_RETURN_FALSE return Gil_False

/** True where @p v is not 0. Immortal: the reference may be given back or not.
 *  @newref
 *  @lock_held */
GIL_API GilObject *GilBool_FromLong(long v);

GIL_END_DECLS

#endif
