/* SPDX-License-Identifier: MIT */
/* Finding text in text, for the files of the topic: arguments are known to be str and positions to be clipped. */
#ifndef GIL_VALUE_UNICODE_SEARCH_H
#define GIL_VALUE_UNICODE_SEARCH_H

#include "value/unicode.h"

/* Index of the first (direction >= 0) or last occurrence in str[start:end], or -1. */
Gil_ssize_t gil_unicode_find(GilObject *str, GilObject *substr, Gil_ssize_t start, Gil_ssize_t end, int direction);
/* The same of one code point among those at data; start is not above end. */
Gil_ssize_t gil_find_char(int kind, const void *data, Gil_UCS4 ch, Gil_ssize_t start, Gil_ssize_t end, int direction);
/* Whether str has substr at position at, where there is room for it. */
int gil_unicode_match(GilObject *str, Gil_ssize_t at, GilObject *substr);

#endif
