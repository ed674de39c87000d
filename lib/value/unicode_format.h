/* SPDX-License-Identifier: MIT */
/* Text from templates: the methods format and format_map of str, and its operator %. */
#ifndef GIL_VALUE_UNICODE_FORMAT_H
#define GIL_VALUE_UNICODE_FORMAT_H

#include "value/unicode.h"

/* str.format(*args, **kwargs) */
GilObject *gil_unicode_format_method(GilObject *self, GilObject *args, GilObject *kwargs);
/* str.format_map(mapping) */
GilObject *gil_unicode_format_map(GilObject *self, GilObject *mapping);
/* The nb_remainder of str. */
GilObject *gil_unicode_remainder(GilObject *format, GilObject *args);

#endif
