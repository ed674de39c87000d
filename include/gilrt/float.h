/* SPDX-License-Identifier: MIT */
/**
 * @file
 * float: a C double.
 */
#ifndef GILRT_FLOAT_H
#define GILRT_FLOAT_H

#include <gilrt/type.h>

GIL_BEGIN_DECLS

typedef struct {
    GilObject_HEAD
    double ob_fval;
} GilFloatObject;

GIL_API extern GilTypeObject GilFloat_Type;
#define GilFloat_Check(op) GilObject_TypeCheck((op), &GilFloat_Type)
#define GilFloat_CheckExact(op) Gil_IS_TYPE((op), &GilFloat_Type)

static inline double
_GilFloat_AS_DOUBLE(GilObject *op)
{
    return ((GilFloatObject *)(void *)op)->ob_fval;
}
/** The value of what is known to be a float; unchecked. */
#define GilFloat_AS_DOUBLE(op) _GilFloat_AS_DOUBLE(_GilObject_CAST(op))

/** @newref
 *  @lock_held
 *  @return the float, or NULL with MemoryError */
GIL_API GilObject *GilFloat_FromDouble(double v);
/** A float from the text of a str, bytes or bytearray: decimal point always '.', "inf", "nan", underscores between
 *  digits (PEP 515), white space around; correctly rounded, whatever the locale.
 *  @newref
 *  @lock_held
 *  @return the float, or NULL with ValueError or TypeError */
GIL_API GilObject *GilFloat_FromString(GilObject *v);
/** Value of a float, or of what has nb_float or nb_index.
 *  @lock_held
 *  @reenters the type's float
 *  @return the value, or -1.0 with TypeError or OverflowError: ask GilErr_Occurred() when it is -1.0 */
GIL_API double GilFloat_AsDouble(GilObject *op);

GIL_END_DECLS

#endif
