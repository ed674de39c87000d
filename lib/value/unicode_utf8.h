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
/*
 * The limit of the form that text takes (0xff, 0xffff, 0x10ffff) and, in *length, how many code points it has, when it
 * is well-formed; when it is not, no more than that are read from it before the error, nor wider ones.
 */
Gil_UCS4 gil_utf8_shape(const unsigned char *text, size_t size, Gil_ssize_t *length);
/* Fill op, made to that shape, with what text stands for. 1, or 0: it is ill-formed, and op is useless. */
int gil_utf8_read(GilObject *op, const unsigned char *text, size_t size);

/* Bytes of the UTF-8 form of these code points, or -1: there are surrogates, or it would be longer than an object. */
Gil_ssize_t gil_utf8_measure(int kind, const void *data, Gil_ssize_t length);
/* Write that form, none of them a surrogate, and a NUL. Returns where the NUL is. */
char *gil_utf8_write(char *to, int kind, const void *data, Gil_ssize_t length);

#endif
