/* SPDX-License-Identifier: MIT */
/* format(): any object as text by a specification. */
#ifndef GIL_VALUE_FORMAT_OBJECT_H
#define GIL_VALUE_FORMAT_OBJECT_H

#include "value/format_spec.h"

/* Write obj by the specification spec[start:end]; spec may be NULL, for an empty one. 0, or -1 with the error set. May
 * run anything, but for exact int, float and str. */
int gil_format_write(struct gil_writer *writer, GilObject *obj, GilObject *spec, Gil_ssize_t start, Gil_ssize_t end);

/* The method __format__ of int, float and str. */
GilObject *gil_format_method(GilObject *self, GilObject *spec);
#define GIL_FORMAT_METHOD                                                   \
    {"__format__", gil_format_method, GIL_METH_O,                           \
     "__format__($self, format_spec, /)\n--\n\nText by a specification."}

#endif
