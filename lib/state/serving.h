/* SPDX-License-Identifier: MIT */
/* A thread's pending calls and signals' callbacks: one within the other, whatever interpreters it enters, there are none. */
#ifndef GIL_STATE_SERVING_H
#define GIL_STATE_SERVING_H

#include "gilrt/base.h"

#include <stdint.h>

/* Bits of a state's serving. */
#define GIL_SERVING 1u      /* it is in a call, or in a callback */
#define GIL_SERVING_LEFT 2u /* and because of that calls were left with another state of the thread */

/* Around a call, or a callback, by the attached state ts; what the first returns is the second's. */
uint32_t gil_serving_begin(GilThreadState *ts);
void gil_serving_end(GilThreadState *ts, uint32_t was);
/* The calling thread's state that is in a call; NULL: none. */
GilThreadState *gil_serving_find(void);
/* Leave to the end of what that state is in that all of its thread look for calls anew. */
void gil_serving_leave(GilThreadState *serving);

#endif
