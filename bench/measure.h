/* SPDX-License-Identifier: MIT */
/* Measuring: clocks, alternating rounds, medians, and the one line a figure. */
#ifndef BENCH_MEASURE_H
#define BENCH_MEASURE_H

#include <stddef.h>

enum { BENCH_RUNS = 9 }; /* counted rounds, after one that is not */

/* One round of one side: n turns of the scenario, the result in the figure's unit. */
typedef double (*bench_fn)(long n);

struct bench_figure {
    const char *name;   /* "lock.pair" */
    const char *unit;   /* "ns", "us", "ms", "/s", or "" for shares */
    bench_fn ours;
    bench_fn cpython;   /* NULL: this scenario has no other side in this build */
    bench_fn floor;     /* the bare instruction, or raw threads; NULL: the floor is floor_value */
    double floor_value; /* used when floor is NULL */
    int more_is_better; /* rates and shares; times are the other way */
    long turns;         /* n of one round */
};

double bench_cpu_ns(void);  /* CPU time of the calling thread, ns: for scenarios of one thread */
double bench_wall_ns(void); /* monotonic, ns */

/*
 * Keep value alive: the compiler may not drop its computation. A compiler barrier, no instruction.
 */
#define BENCH_KEEP(value) __asm__ volatile("" : : "g"(value) : "memory")

/*
 * Runs the figures whose name contains filter (NULL: all), sides taking turns within a round, and prints
 *
 *     bench NAME ours=V cpython=V ratio=R floor=V runs=9 min=V max=V [extra]
 *
 * on standard output: medians; min and max are those of our side. ratio is above 1 where we are better than CPython.
 * Returns 0, or 1 when filter matched nothing.
 */
int bench_main(const struct bench_figure *figures, size_t count, const char *filter, const char *extra);

#endif
