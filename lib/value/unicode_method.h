/* SPDX-License-Identifier: MIT */
/* What attribute access finds on a str, its repr, and str() itself. */
#ifndef GIL_VALUE_UNICODE_METHOD_H
#define GIL_VALUE_UNICODE_METHOD_H

#include "value/unicode.h"

extern GilMethodDef gil_unicode_methods[];

/* The tp_repr: quoted, with escapes for what is not printable. */
GilObject *gil_unicode_repr(GilObject *self);
/* The tp_new: str(), str(object), str(bytes, encoding[, errors]). */
GilObject *gil_unicode_new(GilTypeObject *type, GilObject *args, GilObject *kwargs);

/* The tp_alloc, of subtypes: an empty text, which it stays for who overrides tp_new. */
GilObject *gil_unicode_tp_alloc(GilTypeObject *type, Gil_ssize_t nitems);

/* Bytes of the object, head and text; without a UTF-8 form. */
size_t gil_unicode_size(const GilObject *op);

/* Whitespace beyond ASCII. */
int gil_is_wide_space(Gil_UCS4 ch);
/* Whitespace as str.split() and str.strip() see it. */
static inline int
gil_is_space(Gil_UCS4 ch)
{
    const uint64_t spaces = UINT64_C(0x1f0003e00); /* 9 to 13, 28 to 32 */
    if (ch < 0x40)
        return (int)(spaces >> ch & 1);
    return ch >= 0x80 && (ch <= 0xa0 || ch >= 0x1680) && gil_is_wide_space(ch);
}
/* What int() and float() read of a str: without the white space beyond ASCII around it, which they do not know. New. */
GilObject *gil_unicode_number(GilThreadState *ts, GilObject *str);
/* Line ends as str.splitlines() sees them. */
int gil_is_linebreak(Gil_UCS4 ch);

#endif
