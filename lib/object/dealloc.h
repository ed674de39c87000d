/* SPDX-License-Identifier: MIT */
/* Dead objects that wait for their destruction. */
#ifndef GIL_OBJECT_DEALLOC_H
#define GIL_OBJECT_DEALLOC_H

#include "state/tstate.h"

/*
 * Destroy, in the calling thread, what ts put off: for a thread that sleeps for ever in the middle of a destructor, and
 * so never will. ts is not the calling thread's state. Runs anything.
 */
void gil_dealloc_put_off(GilThreadState *ts);

#endif
