/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Building a str piece by piece (CPython 3.14).
 *
 *     GilUnicodeWriter *writer = GilUnicodeWriter_Create(0);
 *     if (writer == NULL)
 *         return NULL;
 *     if (GilUnicodeWriter_WriteASCII(writer, "size=", 5) < 0 || GilUnicodeWriter_WriteRepr(writer, size) < 0) {
 *         GilUnicodeWriter_Discard(writer);
 *         return NULL;
 *     }
 *     return GilUnicodeWriter_Finish(writer);
 *
 * Pieces are written to where they stay: the text is not copied at the end. A writer belongs to the
 * interpreter that made it.
 */
#ifndef GILRT_UNICODEWRITER_H
#define GILRT_UNICODEWRITER_H

#include <wchar.h>

#include <gilrt/unicode.h>

GIL_BEGIN_DECLS

/** Text under construction. */
typedef struct _GilUnicodeWriter GilUnicodeWriter;

/** A writer with room for about @p length characters. ValueError for a negative length, MemoryError.
 *  @lock_held */
GIL_API GilUnicodeWriter *GilUnicodeWriter_Create(Gil_ssize_t length);
/** The text; ends the writer, also on failure.
 *  @newref
 *  @lock_held */
GIL_API GilObject *GilUnicodeWriter_Finish(GilUnicodeWriter *writer);
/** End the writer without a result; NULL is allowed.
 *  @lock_held */
GIL_API void GilUnicodeWriter_Discard(GilUnicodeWriter *writer);

/** @name Writing
 *
 * All return 0, or -1 with the error set; the text is then as before, and the writer still has to be ended. SystemError
 * for a NULL, MemoryError, OverflowError for text that no str can hold.
 * @{
 */
/** ValueError above 0x10FFFF.
 *  @lock_held */
GIL_API int GilUnicodeWriter_WriteChar(GilUnicodeWriter *writer, Gil_UCS4 ch);
/** UTF-8, strict; @p size -1: up to its NUL.
 *  @lock_held */
GIL_API int GilUnicodeWriter_WriteUTF8(GilUnicodeWriter *writer, const char *str, Gil_ssize_t size);
/** Text that is ASCII: the caller answers for that. @p size -1: up to its NUL.
 *  @lock_held */
GIL_API int GilUnicodeWriter_WriteASCII(GilUnicodeWriter *writer, const char *str, Gil_ssize_t size);
/** @p size code points; ValueError for one above 0x10FFFF.
 *  @lock_held */
GIL_API int GilUnicodeWriter_WriteUCS4(GilUnicodeWriter *writer, const Gil_UCS4 *str, Gil_ssize_t size);
/** @p size wide characters; -1: up to the NUL. ValueError for one above 0x10FFFF.
 *  @lock_held */
GIL_API int GilUnicodeWriter_WriteWideChar(GilUnicodeWriter *writer, const wchar_t *str, Gil_ssize_t size);
/** UTF-8, with the handlers of GilUnicode_DecodeUTF8(); @p length -1: up to its NUL. With @p consumed what is cut off at the
 *  end is left, and *@p consumed is how many octets were taken; it is written on success alone.
 *  @lock_held */
GIL_API int GilUnicodeWriter_DecodeUTF8Stateful(GilUnicodeWriter *writer, const char *string, Gil_ssize_t length,
                                                const char *errors, Gil_ssize_t *consumed);
/** str() of @p obj.
 *  @lock_held
 *  @reenters its str */
GIL_API int GilUnicodeWriter_WriteStr(GilUnicodeWriter *writer, GilObject *obj);
/** repr() of @p obj.
 *  @lock_held
 *  @reenters its repr */
GIL_API int GilUnicodeWriter_WriteRepr(GilUnicodeWriter *writer, GilObject *obj);
/** str[start:end]; ValueError for positions out of range or in the wrong order, TypeError when @p str is no str.
 *  @lock_held */
GIL_API int GilUnicodeWriter_WriteSubstring(GilUnicodeWriter *writer, GilObject *str, Gil_ssize_t start,
                                            Gil_ssize_t end);
/** Units are those of GilUnicode_FromFormat().
 *  @lock_held
 *  @reenters str and repr of arguments */
GIL_API int GilUnicodeWriter_Format(GilUnicodeWriter *writer, const char *format, ...);
/** @} */

GIL_END_DECLS

#endif
