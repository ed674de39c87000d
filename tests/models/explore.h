/* SPDX-License-Identifier: MIT */
/* A systematic explorer of schedules: runs a scenario in every order of its steps, up to a bound. */
#ifndef TESTS_MODELS_EXPLORE_H
#define TESTS_MODELS_EXPLORE_H

#include <stddef.h>
#include <stdint.h>

/*
 * A scenario is a setup and a body for each thread. Threads are contexts of one OS thread; at each atomic access on
 * an address of interest, and at each park, the explorer chooses who goes on. It goes depth first through the tree of
 * choices, each time back to the last choice that has another option, until every schedule within the bounds was seen:
 *
 *     preemptions  switches away from a thread that could go on; EXPLORE_ANY: as many as there can be
 *     timeouts     sleeps with a deadline that end by it; each moves the clock there
 *     spurious     sleeps that end for no reason
 *
 * When no thread can go on and one has not ended, somebody was forgotten: timeouts are no way out, since a lock
 * that lives on them has lost a wake-up. Only in a scenario in which time_passes a timeout comes to the rescue, for what
 * timers are there to do; and there the timers of some threads may never fire, as if these were stopped for ever.
 *
 * MEMORY ORDER is that of x86 (TSO): a plain store to an address of interest goes into a buffer of its thread, first
 * in, first out, where that thread alone sees it. A read-modify-write, a store with seq_cst, a full fence, a sleep
 * and a wake empty it; the heavy fence empties all, and so does a moment in which nobody can go on. Otherwise a store
 * reaches memory at some moment of its own. When is not chosen step by step: leaving the buffer concerns nobody until
 * somebody else touches the address in memory, be it to read it or by a store of his own that leaves; so the choice
 * is made there: which of the stores to that address came first, and in which order. What a chosen store has to
 * follow comes before it, each a touch of its own address. No order that can be told from another is left out by
 * that: take any run, and let each store leave as late as this rule lets it; then no store has changed places with
 * another touch of its address, nor with a store that it follows.
 *
 * EXPLORE_PSO reorders the stores of a thread as well: it follows only those to its own address, and a store with
 * release or stronger follows all before it. (It may be overtaken by later ones.) Of a read-modify-write, one with
 * release or stronger empties the buffer, any other only of stores to its own address; a compare-and-exchange that
 * fails is a load. Loads stay in program order, and before the stores that come after them. That is part of what
 * AArch64 does: it finds a store that is relaxed and had to be a release, in publishing and in leaving. It does not
 * find a load that had to be an acquire, a store that passes an earlier load, a load that passes a read-modify-write
 * or a seq_cst store, nor a store that passes the store of an earlier read-modify-write. And it knows only of
 * addresses of interest: data that a scenario wants to see published must be among them.
 *
 * STATES. Two schedules that lead to the same state go on alike, so the second is not followed: what lies below was
 * seen when the search came there first. The state is all that decides how a run can go on: the memory of the
 * program, static and thread-local; of each thread its registers, its stack, its stores on their way and what it
 * waits for; the clock; how much of the bounds is used up. It is taken as it is, bit by bit, so whatever a scenario
 * keeps there is part of it unasked; what is left over from calls that returned may make two of one state, which
 * costs time and hides nothing. Hence the two rules for a scenario: no heap, for it is neither told apart nor put back;
 * and setup() sets all that bodies change, or else a replay shows another run; the second is checked. A state keeps the number of schedules below it, so that the sum is the number
 * that a search without this would have run; the test compares them. A state that is met again below itself, with no
 * bound used in between, is a loop that need not end: a failure.
 */
enum explore_memory { EXPLORE_TSO, EXPLORE_PSO };

struct explore_bounds {
    int preemptions, timeouts, spurious;
};

#define EXPLORE_ANY 999
/* Choices in a run; a run with more does not end. */
#define EXPLORE_DEPTH_MAX 4096
/* For time_passes: everybody's timers fire. */
#define EXPLORE_ALL (~0u)

struct scenario {
    const char *name;
    int threads;
    unsigned time_passes;                              /* whose timers fire when nobody can go on, as bits; 0: nobody's */
    void (*setup)(void);                               /* what it touches is touched at once; it may not wait */
    void (*body)(int thread);
    int (*of_interest)(const void *address);           /* other atomic accesses are no points */
    void (*wrote)(const void *address, uint64_t was, uint64_t is); /* checks a step of cur; may be NULL */
    void (*finish)(void);                              /* all threads ended; as in setup(). May be NULL */
};

struct explore_result {
    double schedules; /* that this was shown for; exact up to 2^53 */
    double contended; /* of these, in which a thread slept or lost a compare-and-exchange */
    long runs;      /* ways on from a choice; fewer: one ends early in a state that another one has been in */
    long states;    /* remembered for that */
    long fences;    /* heavy fences issued, all runs together */
    long points;    /* choices made, all runs together */
    int deepest;    /* most choices in a run that went to its end */
    int fits;       /* of one schedule: each choice of the string was offered, and none was left over */
    const char *failure; /* NULL: none */
    char replay[3 * EXPLORE_DEPTH_MAX + 16]; /* the failing run */
};

/* The memory of the searches from now on; EXPLORE_TSO at first. A replay string has its own. */
void explore_memory(enum explore_memory memory);

/* Whether to run every schedule, also those that go on from a state that is known. */
void explore_every(int on);

/* Try all schedules, or limit many runs if limit is not 0. */
void explore(const struct scenario *scenario, const struct explore_bounds *bounds, long limit,
             struct explore_result *result);
/* Run the one schedule that replay names (what stands after the last '@'), telling each step on stderr. A choice that is not
 * offered is a failure. */
void explore_replay(const struct scenario *scenario, const struct explore_bounds *bounds, const char *replay,
                    struct explore_result *result);
/* The same in silence, and for sources that may have changed since: from a choice on that is not offered, the first option is
 * taken each time, and the result says that the string does not fit. */
void explore_rerun(const struct scenario *scenario, const struct explore_bounds *bounds, const char *replay,
                   struct explore_result *result);

/* --- for the scenarios, inside a run --- */

/* What setup() may set: each thread has thread-local variables of its own, and so has finish(); they begin as zeros. Only their
 * addresses are the same for all: what a source makes of such an address it says by GIL_MACHINE_MARK(). */
extern int explore_locals;

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
/*
 * From here on the run is the child of a fork by the running thread: no other thread does anything any more, wherever it is. Of its
 * stores that are on their way to memory, those up to some one are there; which, is a choice. What it slept on or held is as it
 * was.
 */
void explore_fork(void);
/* From now on there is no heavy fence, and whoever asks is told so; until the run ends. */
void explore_refuse_fences(void);
/* The running thread; in wrote(), the one whose store it is; -1 in setup() and finish(). */
int explore_self(void);
/* From now on a touch of this memory is a failure, until the run ends. Its contents become rubbish. */
void explore_poison(void *memory, size_t size);

#endif
