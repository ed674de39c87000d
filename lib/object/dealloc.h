/* SPDX-License-Identifier: MIT */
/* Dead objects that wait for their destruction. */
#ifndef GIL_OBJECT_DEALLOC_H
#define GIL_OBJECT_DEALLOC_H

#include "gilrt/object.h"
#include "state/tstate.h"

/*
 * A count of this and below is immortality: what was born so, and what a count saturated into, is far below it. Between
 * it and zero stand the dead that were put off, whose count is the link to the next, complemented.
 */
#define GIL_DEAD_REFCNT_MIN (-((Gil_ssize_t)1 << 60))

/*
 * Whether references to op may still be made. An object whose destructor runs, or that waits for it, is dead: whoever
 * finds it by a pointer that is not counted (a weak reference, a list of objects) must leave it alone.
 */
static inline int
gil_object_is_alive(const GilObject *op)
{
    return op->ob_refcnt > 0 || op->ob_refcnt < GIL_DEAD_REFCNT_MIN;
}

/*
 * Around a call that a destructor makes with its own object (finalize.c): the object has one reference meanwhile, and no error
 * is pending. What the call leaves behind is reported as ignored in what ("tp_clear"), and the error from before is back. 0: the
 * object is dead again. -1: the call kept a reference, and the object lives on; the destructor must leave it alone.
 */
struct gil_indicator gil_dying_lend(GilThreadState *ts, GilObject *self);
int gil_dying_take_back(GilThreadState *ts, GilObject *self, struct gil_indicator saved, const char *what);

/* tp_dealloc of the plain types (GIL_TPFLAGS_PLAIN), which only their subclasses come to. */
void gil_plain_dealloc(GilObject *self);

/*
 * Destroy, in the calling thread, what ts put off: for a thread that sleeps for ever in the middle of a destructor, and
 * so never will. ts is not the calling thread's state. Runs anything.
 */
void gil_dealloc_put_off(GilThreadState *ts);

#endif
