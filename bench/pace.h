/* SPDX-License-Identifier: MIT */
/* Threads that are due at certain times. */
#ifndef BENCH_PACE_H
#define BENCH_PACE_H

#include "measure.h"

#include <sys/prctl.h>

/* Let the calling thread's timers end when they are due; 50 us later is what Linux allows itself otherwise. */
static inline void
pace_exactly(void)
{
    prctl(PR_SET_TIMERSLACK, 1L);
}

/* When the thread is due next that was due last: a period later; what it has slept through is left out. */
static inline uint64_t
pace_next(uint64_t due, uint64_t period_ns)
{
    uint64_t now = bench_wall_ns();
    due += period_ns;
    return due > now ? due : now - (now - due) % period_ns;
}

#endif
