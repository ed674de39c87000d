/* SPDX-License-Identifier: MIT */
/* Values of the built-in kinds as text, laid out by a format specification. */
#ifndef GIL_VALUE_FORMAT_NUMBER_H
#define GIL_VALUE_FORMAT_NUMBER_H

#include "value/format_spec.h"

/* What a double is written with beyond its type of presentation. */
#define GIL_DOUBLE_ALTERNATE 1 /* always a point, and no zeros cut off */
#define GIL_DOUBLE_POINT_ZERO 2 /* ".0" where nothing tells it from an int */

struct gil_text;

/*
 * Append |v| as text: type is e f g, their capitals, or r (the shortest that reads back; precision is not looked at).
 * 0, or -1 with MemoryError, or ValueError for a precision that is too big.
 */
int gil_double_write(GilThreadState *ts, struct gil_text *text, double v, char type, Gil_ssize_t precision, int flags);

/* Write a value by a specification. 0, or -1 with the error set. obj is an int, a float, a str, or of a subtype. */
int gil_format_int(struct gil_writer *writer, struct gil_spec *spec, GilObject *obj);
int gil_format_float(struct gil_writer *writer, struct gil_spec *spec, GilObject *obj);
int gil_format_str(struct gil_writer *writer, struct gil_spec *spec, GilObject *obj);

#endif
