/* SPDX-License-Identifier: MIT */
/* Doubles as text and from text, independent of the process's locale. */
#ifndef GIL_VALUE_FLOAT_TEXT_H
#define GIL_VALUE_FLOAT_TEXT_H

#include <stddef.h>

struct _gilts;

/* Room for any result of gil_double_repr(), its NUL included. */
#define GIL_DOUBLE_REPR 32

/* The shortest text that reads back as v ("0.1", "1e+16", "inf", "nan"); returns its length. */
size_t gil_double_repr(double v, char text[GIL_DOUBLE_REPR]);

/*
 * The double that len bytes of text stand for: CPython's grammar for float(), white space and underscores included,
 * correctly rounded. 1, 0 where the text is no number (no error set), -1 with MemoryError.
 */
int gil_double_parse(struct _gilts *ts, const char *text, size_t len, double *v);

/* Make the locale that parsing needs; once a process. 0, or -1: no memory. */
int gil_double_text_start(void);

#endif
