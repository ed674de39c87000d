/* SPDX-License-Identifier: MIT */
/* The table of interned strings of an interpreter. */
#ifndef GIL_VALUE_UNICODE_INTERN_H
#define GIL_VALUE_UNICODE_INTERN_H

#include "value/unicode.h"

/* The interned string of that text; takes op's reference and gives one. Without memory: op itself, no error set. */
GilObject *gil_intern(GilThreadState *ts, GilObject *op);
/* Strings in the table, and how many it has room for before it is swept: for tests. */
size_t gil_intern_count(const GilThreadState *ts);
size_t gil_intern_room(const GilThreadState *ts);

int gil_intern_start(GilThreadState *ts);
void gil_intern_stop(GilThreadState *ts);

#endif
