/* SPDX-License-Identifier: MIT */
/* Encodings, and what is wrong in them, for the files of the topic. */
#ifndef GIL_VALUE_UNICODE_ENCODING_H
#define GIL_VALUE_UNICODE_ENCODING_H

#include "value/unicode.h"

/* An encoding; what there is of it only unicode_encoding.c knows. */
struct gil_codec;
extern const struct gil_codec *const gil_utf8_codec;

/*
 * Octets to text, character by character; errors as in the public functions. With consumed, what is cut off at the end
 * is left, and *consumed tells how many octets were read. NULL with the error set.
 */
GilObject *gil_unicode_decode(GilThreadState *ts, const struct gil_codec *codec, const char *text, size_t size,
                              const char *errors, Gil_ssize_t *consumed);
/* For errors: UTF-8 in which surrogates may stand, strict in all else. */
extern const char gil_surrogates_pass[];
/* Text to bytes, the same way. */
GilObject *gil_unicode_encode(GilThreadState *ts, const struct gil_codec *codec, GilObject *op, const char *errors);
/* The name of an encoding or handler that a str is; NULL with the error set: it has surrogates or NUL. */
const char *gil_codec_name(GilObject *str);
/* 0 when there are size octets at text; else -1 with SystemError, which names func. */
int gil_need_octets(const char *func, const char *text, Gil_ssize_t size);

#endif
