/* SPDX-License-Identifier: MIT */
/* What the code of an interpreter may do to the process. */
#ifndef GIL_STATE_MAY_H
#define GIL_STATE_MAY_H

#include "gilrt/interp.h"
#include "state/interp.h"

/* Whether all of what, GIL_MAY_…, is allowed. */
static inline int
gil_interp_may(const GilInterpreterState *interp, unsigned what)
{
    return (interp->forbidden & what) == 0;
}

/* The same for the interpreter of ts, which is attached: 0; -1 with RuntimeError in the name of func. */
int gil_may(GilThreadState *ts, unsigned what, const char *func);

#endif
