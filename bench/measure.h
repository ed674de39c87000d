/* SPDX-License-Identifier: MIT */
/* Measuring: clocks, alternating rounds, medians, and the one line a figure. */
#ifndef BENCH_MEASURE_H
#define BENCH_MEASURE_H

#include <stdint.h>

enum {
    BENCH_RUNS = 9,   /* counted rounds, after one that is not */
    BENCH_FIGURES = 4 /* that one scenario yields at most */
};

/*
 * One round of one side. n is the scenario's size, see struct bench_scenario; values gets one value a figure, in the
 * figure's unit. A round that cannot be run ends the program with bench_die(): no figure is made of a failure.
 */
typedef void (*bench_fn)(long n, double *values);

struct bench_figure {
    const char *name;   /* "lock.pair"; NULL ends the list */
    const char *unit;   /* "ns", "us", "ms", "/s", or "" for shares */
    int more_is_better; /* rates and shares; times are the other way */
};

/* What is run together: a convoy's rate, its median and the share of its hog come from the same rounds. */
struct bench_scenario {
    struct bench_figure figures[BENCH_FIGURES + 1];
    bench_fn ours;
    bench_fn cpython; /* NULL: there is no other side in this build */
    bench_fn floor;   /* the bare instruction, or threads without a lock; NULL: every figure's floor is 1 */
    long n;           /* turns of one round, or threads, as the scenario has it */
    int extra;        /* run only when asked for: not among the names that other programs read */
};

struct bench_wish {
    const char *filter; /* figures whose name contains this; NULL: all */
    const char *remark; /* ends every line, "mode=fenced"; NULL: none */
    int extra;          /* the extra scenarios too */
};

double bench_cpu_ns(void);    /* CPU time of the calling thread, ns: for scenarios of one thread */
uint64_t bench_wall_ns(void); /* monotonic, ns */
void bench_sleep_until(uint64_t wall_ns);
/* So long a scenario may take, in ns, that is made to take this many seconds: less under BENCH_QUICK. */
uint64_t bench_span(double seconds);
void bench_die(const char *what) __attribute__((noreturn));

/*
 * Keep value alive: the compiler may not drop its computation. A compiler barrier, no instruction.
 */
#define BENCH_KEEP(value) __asm__ volatile("" : : "g"(value) : "memory")

/*
 * Runs the scenarios that have a figure that is wished for, sides taking turns within a round, and prints for each such
 * figure
 *
 *     bench NAME ours=V cpython=V ratio=R floor=V runs=9 min=V max=V floor_min=V floor_max=V of_floor=R others=C [remark]
 *
 * on standard output: medians; min and max are those of our side. ratio is above 1 where we are better than CPython.
 * of_floor is the median of the rounds' quotients ours / floor. others is how many processors other programs used
 * meanwhile: above 0.1 the figures are to be taken again on a quieter machine.
 *
 * With BENCH_QUICK=1 in the environment there is one round of a tenth of the length, to see that it works, and the lines
 * say quick=1. A round that does not end within a minute has lost a wake-up: the program says so and stops.
 * Returns 0, or 1 when the filter matched nothing.
 */
int bench_main(const struct bench_scenario *scenarios, int count, const struct bench_wish *wish);

#endif
