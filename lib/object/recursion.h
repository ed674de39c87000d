/* SPDX-License-Identifier: MIT */
/* How deep a thread may go: levels counted, and the native stack measured. */
#ifndef GIL_OBJECT_RECURSION_H
#define GIL_OBJECT_RECURSION_H

#include "gilrt/object.h"
#include "state/tstate.h"

/* Levels of Gil_EnterRecursiveCall(). CPython's default. */
#define GIL_RECURSION_LIMIT 1000

/* Learn the bounds of the calling thread's stack; see recursion.c. Never NULL. */
char *gil_stack_measure(GilThreadState *ts);

/* The most that is kept below stack_limit. */
#define GIL_STACK_MARGIN ((uintptr_t)64 << 10)

/*
 * Whether what is left of the calling thread's stack is kept for leaving, not for going deeper. A frame farther below
 * the limit than any margin is none of this stack: a host that switches stacks (fibres) goes by the count of levels
 * alone.
 */
static inline int
gil_stack_is_low(GilThreadState *ts)
{
    char *limit = ts->stack_limit;
    if (GIL_UNLIKELY(limit == NULL))
        limit = gil_stack_measure(ts);
    return (uintptr_t)limit - _Gil_StackHere() - 1 < GIL_STACK_MARGIN;
}

/* RecursionError; always -1. */
int gil_recursion_refuse(const char *where) __attribute__((cold));

/*
 * Whether gil_recursion_enter() would do no more than count, as nearly always: calls nothing, for who would otherwise
 * save registers for a call that is not made.
 */
static inline int
gil_recursion_may_enter(const GilThreadState *ts)
{
    char *limit = ts->stack_limit;
    return ts->recursion < GIL_RECURSION_LIMIT && limit != NULL &&
           (uintptr_t)limit - _Gil_StackHere() - 1 >= GIL_STACK_MARGIN;
}

/* Gil_EnterRecursiveCall() for callers that have the thread state. */
static inline int
gil_recursion_enter(GilThreadState *ts, const char *where)
{
    if (GIL_UNLIKELY(ts->recursion >= GIL_RECURSION_LIMIT || gil_stack_is_low(ts)))
        return gil_recursion_refuse(where);
    ts->recursion++;
    return 0;
}

static inline void
gil_recursion_leave(GilThreadState *ts)
{
    ts->recursion--;
}

/* Forget what the thread is printing: its state is about to go. */
void gil_repr_clear(GilThreadState *ts);

#endif
