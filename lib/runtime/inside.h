/* SPDX-License-Identifier: MIT */
/* What the calling thread is in the middle of, in whichever interpreter. */
#ifndef GIL_RUNTIME_INSIDE_H
#define GIL_RUNTIME_INSIDE_H

#include "gilrt/base.h"

struct gil_gate;

/*
 * A thread may leave an interpreter in the middle of something, enter another, and do there what takes the ground from under the
 * first. So these ask all states that it attached last. A state that another thread attaches just now may be taken for either's.
 */

/* Whether there is one in which something would find its interpreter gone, or itself doubled, when it comes back: a destruction, a call that
 * the runtime makes in between. */
int gil_inside_served(void);
/* The same, or what may be forked from, but not ended: a collection, an import, a recursion, GilThreadState_Ensure() in it or from it
 * into another, a BEGIN whose END is to come. */
int gil_inside_anything(void);
/* The same of the interpreter with that gate, which may be gone; the reserve for its end is not looked at. */
int gil_inside_interp(const struct gil_gate *gate);
/* Whether the thread is in a function of the library that has a place inside that interpreter, and runs functions of the host's in
 * the middle: it makes or ends one, forks, exits. NULL: inside any. */
int gil_inside_call(struct gil_gate *gate);

#endif
