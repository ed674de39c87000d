/* SPDX-License-Identifier: MIT */
/* A machine that misbehaves on command, within its contract: put in place of Linux by GIL_MACHINE_BACKEND. */
#ifndef TESTS_MODELS_MACHINE_FAULT_H
#define TESTS_MODELS_MACHINE_FAULT_H

#include "base/atomic.h"

#include <stdint.h>

/*
 * Threads and processors are the real ones, sleeping is real futexes. What goes wrong is what sync/machine.h
 * allows and what happens: waits that end for no reason (signals, stray wakes), a clock that stands or jumps (a
 * machine that was stopped), no heavy fence (a sandbox).
 */
enum fault {
    FAULT_NONE,
    FAULT_WAIT_ENDS,    /* a call of park returns at once */
    FAULT_WAKE_STRAYS,  /* a call of unpark also wakes all who sleep, whatever they wait for */
    FAULT_CLOCK_JUMPS,  /* a look at the clock finds it hours later */
    FAULT_CLOCK_STANDS, /* from a look at the clock on it stands, until it is moved */
};

#define FAULT_JUMP_NS UINT64_C(18000000000000)

/* The nth of the calls concerned from now on goes wrong (1 is the next), and with forever set all that follow too. The
 * machine is as new: a heavy fence if Linux has one, the counts below at 0. */
void fault_start(enum fault what, uint64_t nth, int forever);
/* From now on there is no heavy fence; to ask for one stops the process. */
void fault_refuse_fence(void);
/* The clock stands at that time, until it is moved again. */
void fault_set_clock(uint64_t now);

/* Calls so far. */
uint64_t fault_parks(void);
uint64_t fault_fences(void);

#define GIL_MACHINE_SPIN_ROUNDS 4
/* The lock leans again soon. */
#define GIL_MACHINE_FENCE_WORTH 4u

static inline void
gil_machine_relax(void)
{
    gil_cpu_relax();
}

#endif
