/* SPDX-License-Identifier: MIT */
/**
 * @file
 * int: whole numbers of any size.
 *
 * The makers return a new reference, or NULL with MemoryError. The readers accept an int or, where nothing else is said,
 * anything with nb_index. They raise SystemError for NULL, TypeError for what is no such object, and OverflowError where the
 * value does not fit, which is none of Mask's business. Those that return a number return -1 then, in the type that they
 * return, so ask GilErr_Occurred() when -1 comes back; those that return 0 have stored the number, and nothing with -1.
 */
#ifndef GILRT_LONG_H
#define GILRT_LONG_H

#include <gilrt/type.h>

GIL_BEGIN_DECLS

typedef struct gil_long GilLongObject;

GIL_API extern GilTypeObject GilLong_Type;
#define GilLong_Check(op) GilType_FastSubclass(Gil_TYPE(op), Gil_TPFLAGS_LONG_SUBCLASS)
#define GilLong_CheckExact(op) Gil_IS_TYPE((op), &GilLong_Type)

/** @name Making
 *  @{ */
/** @newref
 *  @lock_held */
GIL_API GIL_NOPLT GilObject *GilLong_FromLong(long v);
/** @newref
 *  @lock_held */
GIL_API GilObject *GilLong_FromUnsignedLong(unsigned long v);
/** @newref
 *  @lock_held */
GIL_API GilObject *GilLong_FromLongLong(long long v);
/** @newref
 *  @lock_held */
GIL_API GilObject *GilLong_FromUnsignedLongLong(unsigned long long v);
/** @newref
 *  @lock_held */
GIL_API GilObject *GilLong_FromSsize_t(Gil_ssize_t v);
/** @newref
 *  @lock_held */
GIL_API GilObject *GilLong_FromSize_t(size_t v);
/** CPython 3.14.
 *  @newref
 *  @lock_held */
GIL_API GilObject *GilLong_FromInt32(int32_t v);
/** CPython 3.14.
 *  @newref
 *  @lock_held */
GIL_API GilObject *GilLong_FromUInt32(uint32_t v);
/** CPython 3.14.
 *  @newref
 *  @lock_held */
GIL_API GilObject *GilLong_FromInt64(int64_t v);
/** CPython 3.14.
 *  @newref
 *  @lock_held */
GIL_API GilObject *GilLong_FromUInt64(uint64_t v);
/** Integer part of @p v; OverflowError for an infinity, ValueError for a NaN.
 *  @newref
 *  @lock_held */
GIL_API GilObject *GilLong_FromDouble(double v);
/** Address as a number; GilLong_AsVoidPtr() takes it back.
 *  @newref
 *  @lock_held */
GIL_API GilObject *GilLong_FromVoidPtr(void *p);
/** Most digits of an int from or to text, in a base that is no power of 2, unless the configuration says otherwise. */
#define GIL_INT_MAX_STR_DIGITS_DEFAULT 4300
/** The lowest limit that can be set. */
#define GIL_INT_MAX_STR_DIGITS_MIN 640
/**
 * The most digits that an int may have when it is made from text, or text of it, in a base that is no power of 2; more raise
 * ValueError. Such a conversion takes the square of the length while it holds the lock, so that a megabyte of digits from a
 * stranger would stop the interpreter for seconds. Each interpreter has its limit: GIL_INT_MAX_STR_DIGITS_DEFAULT, or what its
 * configuration says. CPython has these as functions of its module sys.
 *
 * @param maxdigits 0: no limit; or GIL_INT_MAX_STR_DIGITS_MIN at least
 * @return 0; -1 with ValueError, and nothing is changed
 * @lock_held
 */
GIL_API int GilLong_SetMaxStrDigits(int maxdigits);
/** The limit as it is; 0: none.
 *  @lock_held */
GIL_API int GilLong_GetMaxStrDigits(void);

/** Number written in @p str: white space, sign, prefix (0x, 0o, 0b) and underscores between digits as in source text.
 *  @p base is 2 to 36, or 0: the prefix decides. *@p pend (unless NULL) gets the end of @p str, or on error the first
 *  character that could not be used. ValueError for what is no number, and for more digits than GilLong_SetMaxStrDigits()
 *  allows in a base that is no power of 2: such texts cost the square of their length.
 *  @newref
 *  @lock_held */
GIL_API GilObject *GilLong_FromString(const char *str, char **pend, int base);
/** As GilLong_FromString() from a str, SystemError for NULL, TypeError for anything else. Digits are those of ASCII.
 *  @newref
 *  @lock_held */
GIL_API GilObject *GilLong_FromUnicodeObject(GilObject *u, int base);
/** @} */

/** @name Reading
 *  @{ */
/** OverflowError for what no long holds, here and below for the type that is returned or stored.
 *  @lock_held
 *  @reenters the type's index */
GIL_API GIL_NOPLT long GilLong_AsLong(GilObject *op);
/** CPython 3.13.
 *  @lock_held
 *  @reenters the type's index */
GIL_API int GilLong_AsInt(GilObject *op);
/** *@p overflow becomes 1 or -1 where the value is too large or too small, and no error is set; else 0.
 *  @lock_held
 *  @reenters the type's index */
GIL_API long GilLong_AsLongAndOverflow(GilObject *op, int *overflow);
/** @lock_held
 *  @reenters the type's index */
GIL_API long long GilLong_AsLongLong(GilObject *op);
/** As GilLong_AsLongAndOverflow().
 *  @lock_held
 *  @reenters the type's index */
GIL_API long long GilLong_AsLongLongAndOverflow(GilObject *op, int *overflow);
/** Only an int: no nb_index, TypeError.
 *  @lock_held */
GIL_API Gil_ssize_t GilLong_AsSsize_t(GilObject *op);
/** Only an int: no nb_index. (size_t)-1 on error.
 *  @lock_held */
GIL_API size_t GilLong_AsSize_t(GilObject *op);
/** Only an int: no nb_index. (unsigned long)-1 on error.
 *  @lock_held */
GIL_API unsigned long GilLong_AsUnsignedLong(GilObject *op);
/** Only an int: no nb_index. (unsigned long long)-1 on error.
 *  @lock_held */
GIL_API unsigned long long GilLong_AsUnsignedLongLong(GilObject *op);
/** Value modulo 2^64: no overflow.
 *  @lock_held
 *  @reenters the type's index */
GIL_API unsigned long GilLong_AsUnsignedLongMask(GilObject *op);
/** Value modulo 2^64: no overflow.
 *  @lock_held
 *  @reenters the type's index */
GIL_API unsigned long long GilLong_AsUnsignedLongLongMask(GilObject *op);
/** Into *@p value: 0, or -1 with the error set (CPython 3.14).
 *  @lock_held
 *  @reenters the type's index */
GIL_API int GilLong_AsInt32(GilObject *op, int32_t *value);
/** Into *@p value: 0, or -1 with the error set (CPython 3.14).
 *  @lock_held
 *  @reenters the type's index */
GIL_API int GilLong_AsUInt32(GilObject *op, uint32_t *value);
/** Into *@p value: 0, or -1 with the error set (CPython 3.14).
 *  @lock_held
 *  @reenters the type's index */
GIL_API int GilLong_AsInt64(GilObject *op, int64_t *value);
/** Into *@p value: 0, or -1 with the error set (CPython 3.14).
 *  @lock_held
 *  @reenters the type's index */
GIL_API int GilLong_AsUInt64(GilObject *op, uint64_t *value);
/** Nearest double, ties to even; only an int. -1.0 on error: OverflowError for what is nearer to no finite one.
 *  @lock_held */
GIL_API double GilLong_AsDouble(GilObject *op);
/** Only what GilLong_FromVoidPtr() can have made. NULL on error.
 *  @lock_held */
GIL_API void *GilLong_AsVoidPtr(GilObject *op);
/** 1, 0 or -1 into *@p sign; only an int. 0, or -1 with the error set (CPython 3.14).
 *  @lock_held */
GIL_API int GilLong_GetSign(GilObject *op, int *sign);
/** 1, 0, or -1 with TypeError for what is no int (CPython 3.14).
 *  @lock_held */
GIL_API int GilLong_IsPositive(GilObject *op);
/** 1, 0, or -1 with TypeError for what is no int (CPython 3.14).
 *  @lock_held */
GIL_API int GilLong_IsNegative(GilObject *op);
/** 1, 0, or -1 with TypeError for what is no int (CPython 3.14).
 *  @lock_held */
GIL_API int GilLong_IsZero(GilObject *op);
/** @} */

/** @name Bytes
 *  Two's complement in either byte order (CPython 3.13).
 *  @{ */
#define Gil_ASNATIVEBYTES_DEFAULTS -1 /**< native order; the highest bit may be sign or value; no nb_index */
#define Gil_ASNATIVEBYTES_BIG_ENDIAN 0
#define Gil_ASNATIVEBYTES_LITTLE_ENDIAN 1
#define Gil_ASNATIVEBYTES_NATIVE_ENDIAN 3
#define Gil_ASNATIVEBYTES_UNSIGNED_BUFFER 4 /**< the highest bit is no sign: it needs no byte more */
#define Gil_ASNATIVEBYTES_REJECT_NEGATIVE 8 /**< ValueError for values below zero */
#define Gil_ASNATIVEBYTES_ALLOW_INDEX 16    /**< accept what has nb_index */

/** Write the value into @p n_bytes bytes at @p buffer, cut or sign-extended to fit.
 *  @lock_held
 *  @reenters the type's index
 *  @return bytes that the value needs (more than @p n_bytes: it was cut; no error), or -1 with the error set. With
 *          @p n_bytes 0 only the answer is given, perhaps larger than needed. */
GIL_API Gil_ssize_t GilLong_AsNativeBytes(GilObject *op, void *buffer, Gil_ssize_t n_bytes, int flags);
/** Signed value of @p n_bytes bytes; SystemError for a NULL @p buffer.
 *  @newref
 *  @lock_held */
GIL_API GilObject *GilLong_FromNativeBytes(const void *buffer, size_t n_bytes, int flags);
/** Unsigned value of @p n_bytes bytes; SystemError for a NULL @p buffer.
 *  @newref
 *  @lock_held */
GIL_API GilObject *GilLong_FromUnsignedNativeBytes(const void *buffer, size_t n_bytes, int flags);
/** @} */

/** @name Digits
 *  For code that computes with ints of any size: digits read where they are, and ints made of digits (CPython 3.14, PEP 757).
 *  @{ */
/** How the digits of an int lie in memory. */
typedef struct GilLongLayout {
    uint8_t bits_per_digit;   /**< bits of a digit that are value */
    uint8_t digit_size;       /**< bytes of a digit */
    int8_t digits_order;      /**< 1: the most significant digit comes first; -1: the least */
    int8_t digit_endianness;  /**< 1: of the bytes of a digit the most significant comes first; -1: the least */
} GilLongLayout;

/** An int as GilLong_Export() shows it. */
typedef struct GilLongExport {
    int64_t value;       /**< the number, when digits is NULL */
    uint8_t negative;    /**< 1 below zero, when digits is not NULL */
    Gil_ssize_t ndigits; /**< at least 1, when digits is not NULL */
    const void *digits;  /**< of the absolute value, laid out as GilLong_GetNativeLayout() says; or NULL */
    uintptr_t _reserved; /**< not to be touched */
} GilLongExport;

/** An int whose digits are being written. */
typedef struct _gillongwriter GilLongWriter;

/** The layout of digits, the same for every int of the process.
 *  @lock_any */
GIL_API const GilLongLayout *GilLong_GetNativeLayout(void);
/** The number as an int64_t, or, where it is none, as digits, which stay in place until GilLong_FreeExport(); the lock may be
 *  left meanwhile.
 *  @lock_held
 *  @return 0; -1 with TypeError for what is no int, SystemError for NULL */
GIL_API int GilLong_Export(GilObject *obj, GilLongExport *export_long);
/** Let go of what GilLong_Export() gave. Nothing is done for NULL, when there are no digits, or a second time.
 *  @lock_held
 *  @reenters finalizers, where the object is of a subclass */
GIL_API void GilLong_FreeExport(GilLongExport *export_long);
/** Begin an int of @p ndigits digits, which are to be written to *@p digits as GilLong_GetNativeLayout() says; they are 0 until
 *  then, and leading zeros do no harm. GilLongWriter_Finish() or GilLongWriter_Discard() must follow.
 *  @lock_held
 *  @return the writer, or NULL with ValueError for ndigits below 1, MemoryError, OverflowError */
GIL_API GilLongWriter *GilLongWriter_Create(int negative, Gil_ssize_t ndigits, void **digits);
/** The int, or NULL with MemoryError or SystemError (NULL). The writer is gone, and so is its memory for digits.
 *  @newref
 *  @lock_held */
GIL_API GilObject *GilLongWriter_Finish(GilLongWriter *writer);
/** Give a writer up; NULL does nothing.
 *  @lock_held */
GIL_API void GilLongWriter_Discard(GilLongWriter *writer);
/** @} */

GIL_END_DECLS

#endif
