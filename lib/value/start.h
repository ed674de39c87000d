/* SPDX-License-Identifier: MIT */
/* Start and stop of the value layer, and what it keeps for each interpreter. */
#ifndef GIL_VALUE_START_H
#define GIL_VALUE_START_H

#include "state/interp.h"
#include "state/tstate.h"

struct gil_intern_table; /* value/unicode.c knows what is in it */

/* [gil] The value layer's pocket (GIL_POCKET_VALUE). */
struct gil_value_pocket {
    struct gil_intern_table *interned; /* interned str, or NULL: none yet; gil_unicode_interp_start/stop own it */
    GilObject *memory_error;           /* strong; gil_exception_interp_start/stop own it */
    int max_str_digits;                /* see GilLong_SetMaxStrDigits(); 0: no limit */
};

static inline struct gil_value_pocket *
gil_value_pocket(const GilThreadState *ts)
{
    return ts->interp->pocket[GIL_POCKET_VALUE];
}

/* Readies the static types of every kind and fills gil_ops. Once a process, never undone. 0, or -1: no memory. */
int gil_value_start(void);
/* Makes the pocket of ts's interpreter; ts is attached. 0, or -1: no memory, nothing is kept. */
int gil_value_interp_start(GilThreadState *ts);
/* Gives the pocket's objects back, then the pocket; may run finalizers. */
void gil_value_interp_stop(GilThreadState *ts);

#endif
