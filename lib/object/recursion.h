/* SPDX-License-Identifier: MIT */
/* How deep a thread may go: levels counted, and the native stack measured. */
#ifndef GIL_OBJECT_RECURSION_H
#define GIL_OBJECT_RECURSION_H

#include "state/tstate.h"

/* Levels of Gil_EnterRecursiveCall(). CPython's default. */
#define GIL_RECURSION_LIMIT 1000

/* Learn the bounds of the calling thread's stack; see recursion.c. Never NULL. */
char *gil_stack_measure(GilThreadState *ts);

/* Whether what is left of the calling thread's stack is kept for leaving, not for going deeper. */
static inline int
gil_stack_is_low(GilThreadState *ts)
{
    char *limit = ts->stack_limit;
    if (limit == NULL)
        limit = gil_stack_measure(ts);
    return (char *)__builtin_frame_address(0) < limit;
}

/* Gil_EnterRecursiveCall() for callers that have the thread state. */
int gil_recursion_enter(GilThreadState *ts, const char *where);

static inline void
gil_recursion_leave(GilThreadState *ts)
{
    ts->recursion--;
}

#endif
