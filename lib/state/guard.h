/* SPDX-License-Identifier: MIT */
/* Guards, and calls with a place, as a fork sees them. */
#ifndef GIL_STATE_GUARD_H
#define GIL_STATE_GUARD_H

#include "gilrt/guard.h"
#include "state/gate.h"

/*
 * In the child of a fork: the guards of other threads, or all of them if the interpreter does not live on, are no guards any more,
 * but handles that let in as a view does; and the calls of the library that such threads had under way have no place any more.
 * Returns how many of both are left.
 */
uint32_t gil_guard_fork_child(struct gil_gate *gate, int lives);

/* GilInterpreterState_GetHolders(), and where there is no room for all those that are there longest, oldest last: guards and calls before
 * who is inside by a view, of whom nobody knows since when. */
size_t gil_guard_oldest(GilInterpreterState *interp, GilHolder *holders, size_t count);

#endif
