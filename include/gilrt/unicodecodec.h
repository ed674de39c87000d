/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Text in the forms of others: UTF-16, UTF-32, parts of UTF-8, names of files, and wchar_t.
 *
 * `errors` is what <gilrt/unicode.h> says of its codecs.
 */
#ifndef GILRT_UNICODECODEC_H
#define GILRT_UNICODECODEC_H

#include <wchar.h>

#include <gilrt/unicode.h>

GIL_BEGIN_DECLS

/** @name UTF-8 in parts
 *  @{ */
/**
 * As GilUnicode_DecodeUTF8(), for octets that more will follow: a sequence that is cut off at the end is no error but
 * is left, and *@p consumed tells how many octets were read. With @p consumed NULL it is an error.
 * @newref
 * @lock_held
 */
GIL_API GilObject *GilUnicode_DecodeUTF8Stateful(const char *str, Gil_ssize_t size, const char *errors,
                                                 Gil_ssize_t *consumed);
/** @} */

/** @name UTF-16 and UTF-32
 *
 * *@p byteorder is -1 where the lowest octet of a unit comes first, 1 where the highest does, and 0 (which NULL means
 * too) where a mark in front tells: U+FEFF, which is no part of the text then. Without a mark the order is the
 * machine's. 0 is replaced by what a mark told. UnicodeDecodeError, LookupError for @p errors, SystemError,
 * MemoryError.
 * @{
 */
/** @newref
 *  @lock_held */
GIL_API GilObject *GilUnicode_DecodeUTF16(const char *str, Gil_ssize_t size, const char *errors, int *byteorder);
/** What is cut off at the end is left, as in GilUnicode_DecodeUTF8Stateful().
 *  @newref
 *  @lock_held */
GIL_API GilObject *GilUnicode_DecodeUTF16Stateful(const char *str, Gil_ssize_t size, const char *errors, int *byteorder,
                                                  Gil_ssize_t *consumed);
/** @newref
 *  @lock_held */
GIL_API GilObject *GilUnicode_DecodeUTF32(const char *str, Gil_ssize_t size, const char *errors, int *byteorder);
/** @newref
 *  @lock_held */
GIL_API GilObject *GilUnicode_DecodeUTF32Stateful(const char *str, Gil_ssize_t size, const char *errors, int *byteorder,
                                                  Gil_ssize_t *consumed);
/** bytes: a mark, and the text in the machine's order, strict.
 *  @newref
 *  @lock_held */
GIL_API GilObject *GilUnicode_AsUTF16String(GilObject *unicode);
/** @newref
 *  @lock_held */
GIL_API GilObject *GilUnicode_AsUTF32String(GilObject *unicode);
/** @} */

/** @name Names of files
 *
 * Linux has names of octets; nearly all are UTF-8. Octets that are no text become surrogates, U+DC80 to U+DCFF, and
 * these the octets again (the handler "surrogateescape"): every name comes back as it was. The locale does not matter.
 * @{
 */
/** From a NUL-terminated name. SystemError for NULL, MemoryError.
 *  @newref
 *  @lock_held */
GIL_API GilObject *GilUnicode_DecodeFSDefault(const char *s);
/** @newref
 *  @lock_held */
GIL_API GilObject *GilUnicode_DecodeFSDefaultAndSize(const char *s, Gil_ssize_t size);
/** bytes of a name. TypeError, UnicodeEncodeError for other surrogates.
 *  @newref
 *  @lock_held */
GIL_API GilObject *GilUnicode_EncodeFSDefault(GilObject *unicode);
/**
 * A converter for the unit `O&`: a str or bytes as a new reference to bytes in *@p result, which is a `GilObject **`.
 * The parser gives it back when a later argument is wrong: then @p arg is NULL. TypeError, ValueError for a NUL in the
 * name.
 * @lock_held
 * @return Gil_CLEANUP_SUPPORTED, 1 after it was given back, 0 with the error set
 */
GIL_API int GilUnicode_FSConverter(GilObject *arg, void *result);
/** The same, to a str.
 *  @lock_held
 *  @return as GilUnicode_FSConverter() */
GIL_API int GilUnicode_FSDecoder(GilObject *arg, void *result);
/** @} */

/** @name wchar_t, which is UTF-32 here
 *  @{ */
/** From @p size wide characters, or with -1 up to a NUL. ValueError for one above 0x10FFFF, SystemError, MemoryError.
 *  @newref
 *  @lock_held */
GIL_API GilObject *GilUnicode_FromWideChar(const wchar_t *wstr, Gil_ssize_t size);
/** Copy at most @p size characters to @p wstr, and a NUL behind them where there is room for it. TypeError,
 *  SystemError.
 *  @lock_held
 *  @return characters copied, the NUL not counted; with @p wstr NULL, the room that all need with their NUL; -1 */
GIL_API Gil_ssize_t GilUnicode_AsWideChar(GilObject *unicode, wchar_t *wstr, Gil_ssize_t size);
/** A copy that GilMem_Free() frees, NUL-terminated. The length goes to *@p size; with @p size NULL, text that holds a
 *  NUL raises ValueError. TypeError, MemoryError.
 *  @lock_held */
GIL_API wchar_t *GilUnicode_AsWideCharString(GilObject *unicode, Gil_ssize_t *size);
/** @} */

GIL_END_DECLS

#endif
