/* SPDX-License-Identifier: MIT */
/**
 * @file
 * bytearray: an array of octets that can be written and resized.
 *
 * The octets are contiguous, NUL-terminated and aligned to 16 bytes, so that numbers can be kept in them. While a
 * buffer of the object is exported its size cannot change, so the address that the view holds stays valid until it is
 * released; the content may change any time.
 *
 * They begin where the block does, for the alignment: deleting octets at the front moves all that stand behind them. Who
 * takes a queue from one reads on at a position, and deletes what was read when it has become half of the whole.
 */
#ifndef GILRT_BYTEARRAY_H
#define GILRT_BYTEARRAY_H

#include <gilrt/type.h>

GIL_BEGIN_DECLS

/** The type of bytearray. */
GIL_API extern GilTypeObject GilByteArray_Type;

/** 1 when @p op is a bytearray or an instance of a subtype. */
#define GilByteArray_Check(op) GilObject_TypeCheck((op), &GilByteArray_Type)
/** 1 when @p op is a bytearray and no instance of a subtype. */
#define GilByteArray_CheckExact(op) Gil_IS_TYPE((op), &GilByteArray_Type)
/** The octets; they stay in place until the size changes. */
#define GilByteArray_AS_STRING(op) GilByteArray_AsString((GilObject *)(op))
/** Their number. */
#define GilByteArray_GET_SIZE(op) Gil_SIZE(op)

/** A bytearray with a copy of what @p o gives: a buffer, or an iterable of ints 0 to 255. TypeError (also for
 *  an int), ValueError.
 *  @newref
 *  @lock_held
 *  @reenters the object's buffer export, iteration and index */
GIL_API GilObject *GilByteArray_FromObject(GilObject *o);
/** A copy of @p len octets at @p bytes; with @p bytes NULL they are zero. A negative @p len raises SystemError, one
 *  that no object can have MemoryError.
 *  @newref
 *  @lock_held */
GIL_API GilObject *GilByteArray_FromStringAndSize(const char *bytes, Gil_ssize_t len);
/** A new bytearray with the octets of @p a and then those of @p b; both export buffers, else TypeError.
 *  @newref
 *  @lock_held
 *  @reenters the buffer exports */
GIL_API GilObject *GilByteArray_Concat(GilObject *a, GilObject *b);
/** Number of octets; -1 with TypeError when @p bytearray is none, SystemError when it is NULL.
 *  @lock_held */
GIL_API Gil_ssize_t GilByteArray_Size(GilObject *bytearray);
/** The octets, NUL-terminated and writable; the address holds until the size changes. NULL with TypeError or
 *  SystemError.
 *  @lock_held */
GIL_API char *GilByteArray_AsString(GilObject *bytearray);
/** Change the number of octets to @p len; octets that are new are zero.
 *  @lock_held
 *  @return 0, or -1 and nothing changed: BufferError while a buffer is exported, ValueError for a negative @p len,
 *          MemoryError, TypeError, SystemError */
GIL_API int GilByteArray_Resize(GilObject *bytearray, Gil_ssize_t len);

GIL_END_DECLS

#endif
