/* SPDX-License-Identifier: MIT */
/* Linux with delays at random: put in place of it by GIL_MACHINE_BACKEND. */
#ifndef TESTS_MODELS_MACHINE_CHAOS_H
#define TESTS_MODELS_MACHINE_CHAOS_H

#include "base/atomic.h"

#include <stdint.h>

/*
 * The machine is the real one, lib/sync/machine_linux.c; but before each atomic access, and around each call of
 * the machine, the thread may pause: for some turns of a loop, for the rest of its time slice, or asleep. So
 * windows of a few instructions stand open for as long as other threads need to come in. The explorer tries all
 * schedules of few steps on one processor; this tries few schedules of many steps, on real processors with
 * their own order of memory.
 *
 * chaos_step() is the program's; it decides by a generator of its thread.
 */
void chaos_step(void);

/* A macro's own name is not expanded again: what is left is the compiler's builtin. */
#define __atomic_load_n(p, order) (chaos_step(), __atomic_load_n((p), (order)))
#define __atomic_store_n(p, v, order) (chaos_step(), __atomic_store_n((p), (v), (order)))
#define __atomic_exchange_n(p, v, order) (chaos_step(), __atomic_exchange_n((p), (v), (order)))
#define __atomic_fetch_add(p, v, order) (chaos_step(), __atomic_fetch_add((p), (v), (order)))
#define __atomic_fetch_sub(p, v, order) (chaos_step(), __atomic_fetch_sub((p), (v), (order)))
#define __atomic_fetch_or(p, v, order) (chaos_step(), __atomic_fetch_or((p), (v), (order)))
#define __atomic_fetch_and(p, v, order) (chaos_step(), __atomic_fetch_and((p), (v), (order)))
#define __atomic_compare_exchange_n(p, expected, v, weak, success, failure) \
    (chaos_step(), __atomic_compare_exchange_n((p), (expected), (v), (weak), (success), (failure)))

/* Does as machine.h says, and now and then returns early, as that allows. */
void chaos_park(uint32_t *word, uint32_t expected, uint64_t deadline);
void chaos_unpark(uint32_t *word);
void chaos_fence_all(void);
#define gil_machine_park chaos_park
#define gil_machine_unpark chaos_unpark
#define gil_machine_fence_all chaos_fence_all

/* A spin loop comes to its look at the clock, and so to the end, sooner: its turns take longer. */
#define GIL_MACHINE_SPIN_ROUNDS 4
/* The lock leans again soon, so that it is revoked often. */
#define GIL_MACHINE_FENCE_WORTH 20u

static inline void
gil_machine_relax(void)
{
    gil_cpu_relax();
}

#endif
