/* SPDX-License-Identifier: MIT */
/* Asking threads to come out of what they wait for, by who waits for them. */
#ifndef GIL_STATE_INTERRUPT_H
#define GIL_STATE_INTERRUPT_H

#include "state/unblock.h"

/* Call the function of every thread of interp that is in a region and of which something is asked. Not attached, without any
 * mutex; interp stays alive meanwhile. */
void gil_unblock_all(GilInterpreterState *interp);
/* When to do so again, at the latest at limit; *pause begins with 0. */
uint64_t gil_unblock_pause(uint64_t *pause, uint64_t limit);

/* What a poll does, but for giving way. In eval.c. */
int gil_eval_attend(GilThreadState *ts);

#endif
