/* SPDX-License-Identifier: MIT */
/* UTF-8 that is well-formed, read and written in bulk. */
#ifndef GIL_VALUE_UNICODE_UTF8_H
#define GIL_VALUE_UNICODE_UTF8_H

#include "value/unicode.h"

/* How many bytes at the front are ASCII. */
size_t gil_ascii_prefix(const unsigned char *text, size_t size);

/*
 * How many bytes at the front are well-formed UTF-8 (RFC 3629); what begins there and is cut off by the end is not. The
 * code points in them are added to *length, and or-ed into *bits.
 */
size_t gil_utf8_scan(const unsigned char *text, size_t size, Gil_ssize_t *length, Gil_UCS4 *bits);
/* Fill op with the code points that text, well-formed and of as many as op has room for, stands for. */
void gil_utf8_read(GilObject *op, const unsigned char *text);

/* Bytes of the UTF-8 form of these code points, or -1: there are surrogates, or it would be longer than an object. */
Gil_ssize_t gil_utf8_measure(int kind, const void *data, Gil_ssize_t length);
/* Write that form, none of them a surrogate. Returns the byte behind. */
char *gil_utf8_write(char *to, int kind, const void *data, Gil_ssize_t length);

#endif
