/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Properties of characters, from the Unicode Character Database 14.0, and surrogates.
 *
 * These are macros as in CPython; each takes one code point. They ask for no lock.
 */
#ifndef GILRT_UNICODECTYPE_H
#define GILRT_UNICODECTYPE_H

#include <gilrt/base.h>

GIL_BEGIN_DECLS

/** @name What stands behind the macros (ABI)
 *  @{ */
#define _Gil_CTYPE_ALPHA 0x01u
#define _Gil_CTYPE_DECIMAL 0x02u
#define _Gil_CTYPE_DIGIT 0x04u
#define _Gil_CTYPE_NUMERIC 0x08u
#define _Gil_CTYPE_UPPER 0x10u
#define _Gil_CTYPE_LOWER 0x20u
#define _Gil_CTYPE_TITLE 0x40u
#define _Gil_CTYPE_HIDDEN 0x80u
/** The properties of @p ch; 0 above 0x10FFFF.
 *  @lock_any @before_init @after_finalize @tls_destructor @signal_safe */
GIL_API unsigned _GilUnicode_Ctype(Gil_UCS4 ch);
/** @lock_any @before_init @after_finalize @tls_destructor @signal_safe */
GIL_API int _GilUnicode_IsWhitespace(Gil_UCS4 ch);
/** @lock_any @before_init @after_finalize @tls_destructor @signal_safe */
GIL_API int _GilUnicode_IsLinebreak(Gil_UCS4 ch);
/** @lock_any @before_init @after_finalize @tls_destructor @signal_safe */
GIL_API Gil_UCS4 _GilUnicode_ToUppercase(Gil_UCS4 ch);
/** @lock_any @before_init @after_finalize @tls_destructor @signal_safe */
GIL_API Gil_UCS4 _GilUnicode_ToLowercase(Gil_UCS4 ch);
/** @lock_any @before_init @after_finalize @tls_destructor @signal_safe */
GIL_API Gil_UCS4 _GilUnicode_ToTitlecase(Gil_UCS4 ch);
/** @} */

static inline int
_GilUnicode_IsPrintable(Gil_UCS4 ch)
{
    return ch <= 0x10ffff && (_GilUnicode_Ctype(ch) & _Gil_CTYPE_HIDDEN) == 0;
}

/** @name Properties: nonzero or 0
 *  @{ */
#define Gil_UNICODE_ISSPACE(ch) _GilUnicode_IsWhitespace(ch)
#define Gil_UNICODE_ISLINEBREAK(ch) _GilUnicode_IsLinebreak(ch)
#define Gil_UNICODE_ISALPHA(ch) ((_GilUnicode_Ctype(ch) & _Gil_CTYPE_ALPHA) != 0)
#define Gil_UNICODE_ISDECIMAL(ch) ((_GilUnicode_Ctype(ch) & _Gil_CTYPE_DECIMAL) != 0)
#define Gil_UNICODE_ISDIGIT(ch) ((_GilUnicode_Ctype(ch) & _Gil_CTYPE_DIGIT) != 0)
#define Gil_UNICODE_ISNUMERIC(ch) ((_GilUnicode_Ctype(ch) & _Gil_CTYPE_NUMERIC) != 0)
#define Gil_UNICODE_ISALNUM(ch) ((_GilUnicode_Ctype(ch) & (_Gil_CTYPE_ALPHA | _Gil_CTYPE_NUMERIC)) != 0)
#define Gil_UNICODE_ISUPPER(ch) ((_GilUnicode_Ctype(ch) & _Gil_CTYPE_UPPER) != 0)
#define Gil_UNICODE_ISLOWER(ch) ((_GilUnicode_Ctype(ch) & _Gil_CTYPE_LOWER) != 0)
#define Gil_UNICODE_ISTITLE(ch) ((_GilUnicode_Ctype(ch) & _Gil_CTYPE_TITLE) != 0)
#define Gil_UNICODE_ISPRINTABLE(ch) _GilUnicode_IsPrintable(ch)
/** @} */

/** @name Case, by simple mapping: one character to one, itself where there is none
 *  @{ */
#define Gil_UNICODE_TOUPPER(ch) _GilUnicode_ToUppercase(ch)
#define Gil_UNICODE_TOLOWER(ch) _GilUnicode_ToLowercase(ch)
#define Gil_UNICODE_TOTITLE(ch) _GilUnicode_ToTitlecase(ch)
/** @} */

/** @name Surrogates
 *  @{ */
#define Gil_UNICODE_IS_SURROGATE(ch) (0xd800 <= (ch) && (ch) <= 0xdfff)
#define Gil_UNICODE_IS_HIGH_SURROGATE(ch) (0xd800 <= (ch) && (ch) <= 0xdbff)
#define Gil_UNICODE_IS_LOW_SURROGATE(ch) (0xdc00 <= (ch) && (ch) <= 0xdfff)
/** The code point that two surrogates stand for. */
#define Gil_UNICODE_JOIN_SURROGATES(high, low) (((((Gil_UCS4)(high)&0x3ff) << 10) | ((Gil_UCS4)(low)&0x3ff)) + 0x10000)
/** The surrogates that stand for a code point above 0xFFFF. */
#define Gil_UNICODE_HIGH_SURROGATE(ch) (0xd800 - (0x10000 >> 10) + ((ch) >> 10))
#define Gil_UNICODE_LOW_SURROGATE(ch) (0xdc00 + ((ch)&0x3ff))
/** @} */

GIL_END_DECLS

#endif
