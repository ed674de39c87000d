/* SPDX-License-Identifier: MIT */
/* Doubles as text and from text, independent of the process's locale and of its rounding. */
#ifndef GIL_VALUE_FLOAT_TEXT_H
#define GIL_VALUE_FLOAT_TEXT_H

#include <fenv.h>
#include <stddef.h>

struct _gilts;

/* How many of the len bytes at text are "infinity", "inf" or "nan", in any case and whatever the locale; 0 for none. */
size_t gil_double_word(const char *text, size_t len);

/* Room for any result of gil_double_repr(), its NUL included. */
#define GIL_DOUBLE_REPR 32

/* The shortest text that reads back as v ("0.1", "1e+16", "inf", "nan"); returns its length. */
size_t gil_double_repr(double v, char text[GIL_DOUBLE_REPR]);

/*
 * The double that len bytes of text stand for: CPython's grammar for float(), white space and underscores included,
 * correctly rounded. 1, 0 where the text is no number (no error set), -1 with MemoryError.
 */
int gil_double_parse(struct _gilts *ts, const char *text, size_t len, double *v);

/* Text and double are rounded to the nearest, however the host has set the processor: around a call of the C library that
 * rounds as it is set. */
static inline int
gil_round_to_nearest(void)
{
    int was = fegetround();

    if (was != FE_TONEAREST)
        fesetround(FE_TONEAREST);
    return was;
}

static inline void
gil_round_as(int was)
{
    if (was != FE_TONEAREST)
        fesetround(was);
}

/* Make the locale that parsing needs; once a process. 0, or -1: no memory. */
int gil_double_text_start(void);

#endif
