/* SPDX-License-Identifier: MIT */
/* Text to bytes and back, as the other files of the value layer need it. */
#ifndef GIL_VALUE_UNICODE_CODEC_H
#define GIL_VALUE_UNICODE_CODEC_H

#include "value/unicode.h"

/* Bytes of the UTF-8 form of one code point; surrogates count as any other, 3. */
static inline unsigned
gil_utf8_size(Gil_UCS4 ch)
{
    return ch < 0x80 ? 1 : ch < 0x800 ? 2 : ch < 0x10000 ? 3 : 4;
}

/* Write them; returns how many. */
unsigned gil_utf8_put(char *to, Gil_UCS4 ch);

/* errors as in the public functions; NULL is strict. text may be NULL when size is 0. */
GilObject *gil_unicode_decode_utf8(GilThreadState *ts, const char *text, size_t size, const char *errors);
/* The other way. */
GilObject *gil_unicode_encode_utf8(GilThreadState *ts, GilObject *op, const char *errors);
/* The UTF-8 form of a str, cached in it; surrogates are in it as code points of three bytes. Borrowed; NULL with
 * MemoryError. */
const char *gil_unicode_text(GilObject *op, size_t *size);
/* Whether the UTF-8 form is text; makes nothing. */
int gil_unicode_equal_utf8(GilObject *op, const char *text, size_t size);

#endif
