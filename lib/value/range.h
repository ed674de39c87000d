/* SPDX-License-Identifier: MIT */
/* Ranges from inside: layout, and iterators. */
#ifndef GIL_VALUE_RANGE_H
#define GIL_VALUE_RANGE_H

#include "gilrt/range.h"
#include "value/long.h"

/* All four are exactly ints: so a range refers to nothing that refers back, and asking them runs nothing. */
struct gil_range {
    GilObject_HEAD
    GilObject *start, *stop, *step; /* [const] strong; step is not 0 */
    GilObject *length;              /* [const] strong; not negative */
};

static inline struct gil_range *
gil_range(GilObject *op)
{
    return (struct gil_range *)(void *)op;
}

/* start + i * step; a new reference. */
GilObject *gil_range_at(GilThreadState *ts, const struct gil_range *r, GilObject *i);
/* An iterator over the range, from its end if backward. New reference. */
GilObject *gil_range_iter(GilThreadState *ts, const struct gil_range *r, int backward);

/* Ready the types; once a process. 0, or -1: no memory. */
int gil_range_start(void);
int gil_range_iter_start(void);

#endif
