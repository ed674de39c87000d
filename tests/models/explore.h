/* SPDX-License-Identifier: MIT */
/* A systematic explorer of schedules: runs a scenario in every order of its steps, up to a bound. */
#ifndef TESTS_MODELS_EXPLORE_H
#define TESTS_MODELS_EXPLORE_H

#include <stddef.h>
#include <stdint.h>

/*
 * A scenario is a setup and a body for each thread. Threads are contexts of one OS thread; at each atomic access on an
 * address of interest, and at each park, the explorer chooses who goes on. It runs the scenario from the start again and again, depth
 * first through the tree of choices, until every schedule within the bounds was seen:
 *
 *     preemptions  switches away from a thread that could go on
 *     timeouts     sleeps with a deadline that end by it; each moves the clock there
 *     spurious     sleeps that end for no reason
 *
 * When no thread can go on and one has not ended, somebody was forgotten: timeouts are no way out, since a lock
 * that lives on them has lost a wake-up. Only in a scenario marked time_passes a timeout comes to the rescue, for what
 * timers are there to do.
 *
 * MEMORY ORDER is that of x86 (TSO): a plain store to an address of interest goes into a buffer of its thread, first in, first out, where that
 * thread alone sees it. A read-modify-write, a fence, a sleep, a wake and the thread's end empty it; the heavy fence empties
 * all. Otherwise a store reaches memory at some moment of its own. When is not chosen step by step: leaving the buffer
 * concerns nobody until another thread touches the address, so the choice is made there, among as many as there
 * are stores to that address in the buffer, and one. No order that can be told from another is left out by that.
 */
struct explore_bounds {
    int preemptions, timeouts, spurious;
};

struct scenario {
    const char *name;
    int threads;
    int time_passes;
    void (*setup)(void);                               /* plain stores only */
    void (*body)(int thread);
    int (*of_interest)(const void *address);           /* other atomic accesses are no points */
    void (*wrote)(const void *address, uint64_t was, uint64_t is); /* checks a step of cur; may be NULL */
    void (*finish)(void);                              /* all threads ended; may be NULL */
};

struct explore_result {
    long schedules; /* runs */
    long contended; /* of these, in which a thread slept or lost a compare-and-exchange */
    long fences;    /* heavy fences issued, all runs together */
    long points;    /* choices made, all runs together */
    int deepest;    /* most choices in a run */
    const char *failure; /* NULL: none */
    char replay[4096];   /* the failing run */
};

/* Try all schedules, or limit many if limit is not 0. */
void explore(const struct scenario *scenario, const struct explore_bounds *bounds, long limit,
             struct explore_result *result);
/* Run the one schedule that replay names (what stands after the last '@'), telling each step on stderr. */
void explore_replay(const struct scenario *scenario, const struct explore_bounds *bounds, const char *replay,
                    struct explore_result *result);

/* --- for the scenarios, inside a run --- */

/* The run ends here; does not return. */
void explore_fail(const char *why) __attribute__((noreturn));
#define EXPLORE_CHECK(condition) \
    do {                         \
        if (!(condition))        \
            explore_fail(#condition); \
    } while (0)
/* Let another thread run, if the explorer likes. */
void explore_point(const char *what);
/* Go on once ready() says so; what it reads is no access. */
void explore_until(int (*ready)(void));
/* The running thread; in wrote(), the one whose store it is. */
int explore_self(void);
/* From now on a touch of this memory is a failure, until the run ends. Its contents become rubbish. */
void explore_poison(void *memory, size_t size);

#endif
