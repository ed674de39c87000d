/* SPDX-License-Identifier: MIT */
/* Telling the host who keeps an interpreter from ending. */
#ifndef GIL_RUNTIME_BUSY_H
#define GIL_RUNTIME_BUSY_H

#include "gilrt/guard.h"

#include <stddef.h>
#include <stdint.h>

/* Of those who are inside, so many are told: who is there longest. */
#define GIL_BUSY_TOLD 8

struct gil_busy {
    int64_t interp;
    size_t inside;                    /* how many were found; those of them that there is room for, the oldest last, are: */
    GilHolder holders[GIL_BUSY_TOLD];
};

/* Who is inside interp, whose end the caller has taken still, and waited for in vain. */
void gil_busy_find(struct gil_busy *busy, GilInterpreterState *interp);
/* Tell that, in the name of func, when the end was given up: the interpreter may be gone. Returns how many were inside, at
 * least 1: the last may have left just then, but too late. May run a hook of the host. */
long gil_busy_tell(const struct gil_busy *busy, const char *func);
/* Tell that ts waits, in the name of func, for its lock, which the state with the number holder has. The same. */
void gil_busy_tell_waiting(const GilThreadState *ts, uint64_t holder, const char *func);

#endif
