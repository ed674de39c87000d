/* SPDX-License-Identifier: MIT */
/* The machine under Linux, where it is inline: the pause of a spin loop. The rest is in machine_linux.c. */
#ifndef GIL_SYNC_MACHINE_LINUX_H
#define GIL_SYNC_MACHINE_LINUX_H

#include "base/atomic.h"

/* Turns of a spin loop between two looks at the clock, which costs as much as several. */
#define GIL_MACHINE_SPIN_ROUNDS 16

/* So many pairs of transitions by plain stores, instead of by read-modify-writes, save what a heavy fence costs: some 10 ns each,
 * against some 10 µs for the one that issues it and the one that is interrupted. */
#define GIL_MACHINE_FENCE_WORTH 1000u

/* One turn of a spin loop. */
static inline void
gil_machine_relax(void)
{
    gil_cpu_relax();
}

#endif
