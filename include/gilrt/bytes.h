/* SPDX-License-Identifier: MIT */
/**
 * @file
 * bytes: an immutable array of octets, contiguous, NUL-terminated, 16-byte aligned.
 *
 * One object with its payload behind the head, so that making one is a single allocation. The octets may be written
 * only by the maker, between GilBytes_FromStringAndSize(NULL, n) and the first time anybody else can see the object.
 */
#ifndef GILRT_BYTES_H
#define GILRT_BYTES_H

#include <stdarg.h>

#include <gilrt/type.h>

GIL_BEGIN_DECLS

/** The layout (ABI): the payload stands at offset 32 and is followed by one NUL that ob_size does not count. */
typedef struct {
    GilObject_VAR_HEAD
    Gil_hash_t ob_shash; /**< -1: not computed yet */
    char ob_sval[1];
} GilBytesObject;

/** The type of bytes. */
GIL_API extern GilTypeObject GilBytes_Type;

static inline int
_GilBytes_Check(GilObject *op)
{
    return Gil_IS_TYPE(op, &GilBytes_Type) || GilType_FastSubclass(Gil_TYPE(op), Gil_TPFLAGS_BYTES_SUBCLASS);
}
/** 1 when @p op is a bytes object or an instance of a subtype. */
#define GilBytes_Check(op) _GilBytes_Check(_GilObject_CAST(op))
/** 1 when @p op is a bytes object and no instance of a subtype. */
#define GilBytes_CheckExact(op) Gil_IS_TYPE((op), &GilBytes_Type)
/** The octets, without a check of the type. */
#define GilBytes_AS_STRING(op) (((GilBytesObject *)(op))->ob_sval)
/** Their number, without a check of the type. */
#define GilBytes_GET_SIZE(op) Gil_SIZE(op)

/** A copy of the text @p v, which ends at its first NUL. NULL raises SystemError; MemoryError.
 *  @newref
 *  @lock_held */
GIL_API GilObject *GilBytes_FromString(const char *v);
/**
 * A copy of @p len octets at @p v. With @p v NULL the octets are left uninitialised for the caller to write before
 * anybody else sees the object (the terminating NUL is in place).
 *
 * A negative @p len raises SystemError; one that no object can have, OverflowError; MemoryError. Empty and one-octet
 * results made from a @p v are shared, process-wide objects.
 *
 * @newref
 * @lock_held
 */
GIL_API GilObject *GilBytes_FromStringAndSize(const char *v, Gil_ssize_t len);
/** Bytes from a format with the units of GilUnicode_FromFormat(). The format, C strings and `%c`, one octet, go in as they
 *  are; what is given as an object goes in as UTF-8. Width counts octets, precision octets of C strings and characters of
 *  objects. SystemError for a unit that does not exist, OverflowError for a `%c` beyond 0 to 255, UnicodeEncodeError for a
 *  str with surrogates, MemoryError.
 *  @newref
 *  @lock_held
 *  @reenters str and repr of arguments */
GIL_API GilObject *GilBytes_FromFormat(const char *format, ...);
/** @newref
 *  @lock_held
 *  @reenters str and repr of arguments */
GIL_API GilObject *GilBytes_FromFormatV(const char *format, va_list vargs);
/** Bytes from an object that exports a buffer, or from an iterable of ints 0 to 255. TypeError for others (str among
 *  them), ValueError for an int out of range.
 *  @newref
 *  @lock_held
 *  @reenters the object's buffer export, iteration and index */
GIL_API GilObject *GilBytes_FromObject(GilObject *o);

/** The object as bytes: what its type's method __bytes__ gives, or else as GilBytes_FromObject(). TypeError when that method
 *  returns anything but bytes; b"<NULL>" for NULL.
 *  @newref
 *  @lock_held
 *  @reenters the method, the object's buffer export, iteration and index */
GIL_API GilObject *GilObject_Bytes(GilObject *o);

/** Number of octets; -1 with TypeError when @p o is no bytes object, SystemError when it is NULL.
 *  @lock_held */
GIL_API Gil_ssize_t GilBytes_Size(GilObject *o);
/** The octets, NUL-terminated; they live as long as @p o. NULL with TypeError or SystemError, as GilBytes_Size().
 *  @lock_held */
GIL_API char *GilBytes_AsString(GilObject *o);
/** The octets in *@p buffer and their number in *@p length. With @p length NULL, octets that hold a NUL raise
 *  ValueError "embedded null byte". TypeError, SystemError.
 *  @lock_held
 *  @return 0, or -1 with the error set */
GIL_API int GilBytes_AsStringAndSize(GilObject *o, char **buffer, Gil_ssize_t *length);

/** Put `*bytes + newpart` into *@p bytes and give the old one back. On failure *@p bytes becomes NULL with the error
 *  set. When it is NULL already nothing is done; when @p newpart is NULL, the result of a call that failed, *@p bytes
 *  becomes NULL too. @p newpart is any object that exports a buffer. A bytes object that nobody else has grows where it
 *  is, so that one built of many pieces takes no square of their number.
 *  @lock_held
 *  @reenters the buffer export of newpart, finalizers */
GIL_API void GilBytes_Concat(GilObject **bytes, GilObject *newpart);
/** As GilBytes_Concat(), and gives @p newpart back.
 *  @steals{newpart}
 *  @lock_held
 *  @reenters the buffer export of newpart, finalizers */
GIL_API void GilBytes_ConcatAndDel(GilObject **bytes, GilObject *newpart);
/** The items of the iterable @p iterable with @p sep between them (CPython 3.14). Items export buffers; TypeError
 *  names the first that does not, or a @p sep that is no bytes object.
 *  @newref
 *  @lock_held
 *  @reenters iteration and buffer export of the items */
GIL_API GilObject *GilBytes_Join(GilObject *sep, GilObject *iterable);
/** The text "b'...'" with escapes. With @p smartquotes the quotes are double where that saves escapes.
 *  @newref
 *  @lock_held */
GIL_API GilObject *GilBytes_Repr(GilObject *o, int smartquotes);
/**
 * Change the size of a bytes object that only the caller has, before it is published. The object may move.
 *
 * On failure the object is given back, *@p bytes becomes NULL and MemoryError is set; SystemError when it is no bytes
 * object or is shared, or @p newsize is negative. Octets that are new are uninitialised.
 *
 * @lock_held
 * @return 0, or -1 with the error set
 */
GIL_API int _GilBytes_Resize(GilObject **bytes, Gil_ssize_t newsize);

GIL_END_DECLS

#endif
