/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Building bytes piece by piece (PEP 782, CPython 3.15).
 *
 *     GilBytesWriter *writer = GilBytesWriter_Create(0);
 *     if (writer == NULL)
 *         return NULL;
 *     if (GilBytesWriter_WriteBytes(writer, "size=", 5) < 0 || GilBytesWriter_Format(writer, "%zd", size) < 0) {
 *         GilBytesWriter_Discard(writer);
 *         return NULL;
 *     }
 *     return GilBytesWriter_Finish(writer);
 *
 * Or ask for the room, write to what GilBytesWriter_GetData() gives, and finish with the size that it came to. Octets
 * are written to where they stay: what is finished is not copied. A writer belongs to the interpreter that made it.
 */
#ifndef GILRT_BYTESWRITER_H
#define GILRT_BYTESWRITER_H

#include <gilrt/bytes.h>

GIL_BEGIN_DECLS

/** Octets under construction. */
typedef struct GilBytesWriter GilBytesWriter;

/** A writer of @p size octets, which are uninitialised. ValueError for a negative size, MemoryError,
 *  OverflowError for one that no bytes object can have.
 *  @lock_held */
GIL_API GilBytesWriter *GilBytesWriter_Create(Gil_ssize_t size);
/** End the writer without a result; NULL is allowed.
 *  @lock_held */
GIL_API void GilBytesWriter_Discard(GilBytesWriter *writer);
/** The octets; ends the writer, also on failure: MemoryError, SystemError for NULL.
 *  @newref
 *  @lock_held */
GIL_API GilObject *GilBytesWriter_Finish(GilBytesWriter *writer);
/** The first @p size octets; ends the writer, also on failure. ValueError when there are not so many.
 *  @newref
 *  @lock_held */
GIL_API GilObject *GilBytesWriter_FinishWithSize(GilBytesWriter *writer, Gil_ssize_t size);
/** The octets in front of @p buf, which points into the data or behind its end; ends the writer, also on failure.
 *  ValueError when it does not.
 *  @newref
 *  @lock_held */
GIL_API GilObject *GilBytesWriter_FinishWithPointer(GilBytesWriter *writer, void *buf);

/** The octets: until the next call that writes, resizes or ends. NULL with SystemError for NULL.
 *  @lock_held */
GIL_API void *GilBytesWriter_GetData(GilBytesWriter *writer);
/** How many there are; -1 with SystemError for NULL.
 *  @lock_held */
GIL_API Gil_ssize_t GilBytesWriter_GetSize(GilBytesWriter *writer);

/** @name Writing
 *
 * All return 0, or -1 with the error set; the octets are then as before, and the writer still has to be ended.
 * SystemError for a NULL, MemoryError, OverflowError for a size that no bytes object can have.
 * @{
 */
/** Add @p size octets at the end; -1: up to the NUL of @p bytes.
 *  @lock_held */
GIL_API int GilBytesWriter_WriteBytes(GilBytesWriter *writer, const void *bytes, Gil_ssize_t size);
/** Add what GilBytes_FromFormat() makes of the format, with its errors.
 *  @lock_held
 *  @reenters str and repr of arguments */
GIL_API int GilBytesWriter_Format(GilBytesWriter *writer, const char *format, ...);
/** Have @p size octets from now on; those that are new are uninitialised. ValueError for a negative size.
 *  @lock_held */
GIL_API int GilBytesWriter_Resize(GilBytesWriter *writer, Gil_ssize_t size);
/** Have @p size octets more, or less where it is negative; ValueError when there are not so many.
 *  @lock_held */
GIL_API int GilBytesWriter_Grow(GilBytesWriter *writer, Gil_ssize_t size);
/** The same, and give where @p buf, which points into the data, stands after that; NULL on failure.
 *  @lock_held */
GIL_API void *GilBytesWriter_GrowAndUpdatePointer(GilBytesWriter *writer, Gil_ssize_t size, void *buf);
/** @} */

GIL_END_DECLS

#endif
