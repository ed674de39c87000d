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

/** The largest finite value: DBL_MAX.
 *  @lock_any */
GIL_API double GilFloat_GetMax(void);
/** The smallest positive value that is not denormal: DBL_MIN.
 *  @lock_any */
GIL_API double GilFloat_GetMin(void);

/** @newref
 *  @lock_held
 *  @return the float, or NULL with MemoryError */
GIL_API GIL_NOPLT GilObject *GilFloat_FromDouble(double v);
/* What GilFloat_FromDouble() does where it is called. */
static inline GilObject *
_GilFloat_Make(double v)
{
    GilFloatObject *self = (GilFloatObject *)_Gil_Room(sizeof(GilFloatObject));

    if (GIL_UNLIKELY(self == NULL))
        return GilFloat_FromDouble(v);
    self->ob_base.ob_refcnt = 1;
    self->ob_base.ob_type = &GilFloat_Type;
    self->ob_fval = v;
    return (GilObject *)self;
}
#define GilFloat_FromDouble(v) _GilFloat_Make(v)
/** A float from the text of a str, bytes or bytearray: decimal point always '.', "inf", "nan", underscores between
 *  digits (PEP 515), white space around; digits are those of ASCII; correctly rounded, whatever the locale.
 *  @newref
 *  @lock_held
 *  @return the float, or NULL with ValueError or TypeError */
GIL_API GilObject *GilFloat_FromString(GilObject *v);
/** Value of a float, or of what has nb_float or nb_index.
 *  @lock_held
 *  @reenters the type's float
 *  @return the value, or -1.0 with TypeError or OverflowError: ask GilErr_Occurred() when it is -1.0 */
GIL_API GIL_NOPLT double GilFloat_AsDouble(GilObject *op);

/** @name Doubles and text
 *  For C code: as strtod() and printf(), but whatever the locale, and correctly rounded.
 *  @{ */
/** The number that @p s begins with: a sign, digits with a '.', an exponent; or "inf", "infinity", "nan", in any case.
 *  No white space. With @p endptr NULL it must be all of @p s, else *@p endptr gets its end, @p s where there is no
 *  number. What is too large raises @p overflow_exception, or is an infinity when that is NULL.
 *  @lock_held
 *  @return the number, or -1.0 with ValueError, @p overflow_exception, MemoryError, SystemError for NULL */
GIL_API double GilOS_string_to_double(const char *s, char **endptr, GilObject *overflow_exception);
#define Gil_DTSF_SIGN 1      /**< '+' in front of what is not negative */
#define Gil_DTSF_ADD_DOT_0 2 /**< ".0" behind what looks like an int */
#define Gil_DTSF_ALT 4       /**< always a '.', and zeros stay, as with '#' */
#define Gil_DTSF_NO_NEG_0 8  /**< no '-' in front of what was rounded to 0 */
#define Gil_DTST_FINITE 0
#define Gil_DTST_INFINITE 1
#define Gil_DTST_NAN 2
/** @p val as text: @p format_code and @p precision as in printf() (e E f F g G), or 'r' and 0 for the shortest text
 *  that reads back as the same number. *@p ptype, unless NULL, gets one of Gil_DTST_FINITE, Gil_DTST_INFINITE and
 *  Gil_DTST_NAN.
 *  @lock_held
 *  @return the text, to be freed with GilMem_Free(), or NULL with MemoryError, SystemError for another format,
 *          ValueError for a precision that is too big */
GIL_API char *GilOS_double_to_string(double val, char format_code, int precision, int flags, int *ptype);
/** @} */

/** @name Floats as bytes
 *  In the formats binary16, binary32 and binary64 of IEEE 754: 2, 4 or 8 bytes at @p p, not aligned, the lowest first
 *  when @p le is not 0.
 *  @{ */
/** Write the value next to @p x, halves to even.
 *  @lock_held
 *  @return 0, or -1 with OverflowError when @p x is finite and beyond the format */
GIL_API int GilFloat_Pack2(double x, char *p, int le);
/** As GilFloat_Pack2(); rounded as the processor's mode says.
 *  @lock_held */
GIL_API int GilFloat_Pack4(double x, char *p, int le);
/** As GilFloat_Pack2(), exactly.
 *  @lock_held */
GIL_API int GilFloat_Pack8(double x, char *p, int le);
/** Read such a value. Cannot fail, unless @p p is NULL: -1.0 with SystemError.
 *  @lock_held */
GIL_API double GilFloat_Unpack2(const char *p, int le);
/** @lock_held */
GIL_API double GilFloat_Unpack4(const char *p, int le);
/** @lock_held */
GIL_API double GilFloat_Unpack8(const char *p, int le);
/** @} */

GIL_END_DECLS

#endif
