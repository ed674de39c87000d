/* SPDX-License-Identifier: MIT */
/* A machine whose time is made up: put in place of Linux by GIL_MACHINE_BACKEND. */
#ifndef TESTS_MODELS_MACHINE_CLOCK_H
#define TESTS_MODELS_MACHINE_CLOCK_H

#include <stdint.h>

/*
 * As many processors as there are threads, and no time passes but what a thread says that it spends, or sleeps.
 * Of all threads one runs at a time; it runs until it spends time or sleeps, and then the one whose time comes
 * first goes on, at its time. So a test of hours takes no time, comes out the same each time, and may ask for
 * the exact nanosecond.
 *
 * Threads are real ones, so that sanitizers and thread-local storage know them; one semaphore each keeps them
 * in turn.
 */
#define CLOCK_THREADS_MAX 256

/* A new machine: what the clock shows, and what gil_machine_spin_ns() says. */
void clock_start(uint64_t now, uint64_t spin_ns);
/* One more thread, which starts now, or when the clock shows that time. From anywhere. */
void clock_thread(void (*body)(void *), void *arg, uint64_t when);
/* Let them run until all have come to their end. Fails the test when all that are left sleep for ever. */
void clock_run(void);

/* For a thread of the machine: be busy for so long. */
void clock_spend(uint64_t ns);
/* For a thread of the machine: from now on its timers ring so late. */
void clock_be_tardy(uint64_t ns);

/* From now on this is the price of a turn of a spin loop, and of being woken. At first 50 ns and nothing. */
void clock_set_prices(uint64_t relax_ns, uint64_t wake_ns);

/* From now on all threads are told that they are on one processor, though each goes on at its time. */
void clock_crowd(void);

/* What was asked of the machine since clock_start(). */
struct clock_counts {
    uint64_t parks;  /* sleeps that began */
    uint64_t wakes;  /* unparks that found a sleeper */
    uint64_t relaxes;
    uint64_t fences;
};
struct clock_counts clock_counts(void);

/* Each turn takes time, so one between two looks at the clock will do. */
#define GIL_MACHINE_SPIN_ROUNDS 1
/* The lock leans again soon. */
#define GIL_MACHINE_FENCE_WORTH 4u

void gil_machine_relax(void);

#endif
