/* SPDX-License-Identifier: MIT */
/* Guards: who holds one keeps an interpreter from ending. */
#ifndef GIL_STATE_GUARD_H
#define GIL_STATE_GUARD_H

#include "gilrt/guard.h"
#include "state/interp.h"

/* Count one guard more; 0, or -1 when admission is closed. Any thread that knows the interpreter to be alive. */
int gil_guard_take(GilInterpreterState *interp);
/* One less; the interpreter may be gone when this returns. */
void gil_guard_drop(GilInterpreterState *interp);

/* From here on gil_guard_take() fails. Those that succeeded before are counted. */
void gil_guard_close_admission(GilInterpreterState *interp);
/* Wait, detached, until no guard is open; ts is attached, before and after. After gil_guard_close_admission(). */
void gil_guard_wait(GilThreadState *ts);
/* Open guards. */
uint32_t gil_guard_count(GilInterpreterState *interp);

#endif
