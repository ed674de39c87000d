/* SPDX-License-Identifier: MIT */
/* Exceptions that other threads want raised. */
#ifndef GIL_OBJECT_ASYNC_H
#define GIL_OBJECT_ASYNC_H

#include "gilrt/pending.h"
#include "state/tstate.h"

/* gil_state_hooks.raise_async: raise what the node holds, and free it. */
void gil_async_raise(GilThreadState *ts, GilPendingNode *node);
/* Let go of what ts is to raise; by an attached thread of its interpreter. Runs anything. */
void gil_async_drop(GilThreadState *ts);

#endif
