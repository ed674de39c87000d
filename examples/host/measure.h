/* SPDX-License-Identifier: MIT */
/* How long the same calls take in each of the ways to make them. */
#ifndef GILHOST_MEASURE_H
#define GILHOST_MEASURE_H

#include <stdint.h>

#include "crew.h"

/* The ways, in the order in which the summary tells them. */
enum way { WAY_ONE, WAY_HOLD, WAY_DROP, WAY_RAW, WAYS };

/* What the lock did during one run in timing mode. */
struct lock_use {
    double share;               /* of the time in which it was held; 0..1 */
    uint64_t voluntary;         /* switches where the holder left it */
    uint64_t forced;            /* switches where the holder was made to leave */
};

struct measurement {
    int threads, rounds;
    size_t call_count, loops;   /* a way makes call_count * loops calls a round */
    int has_raw;                /* every function offers its raw work; without it WAY_RAW is empty */
    double median[WAYS];        /* seconds */
    double low[WAYS], high[WAYS];
    struct lock_use drop, hold; /* N threads, lock dropped and lock held */
};

/*
 * Measure the calls of `work` that did not fail when the table was made. First each way is gone once to compare its
 * results with the table's, which also warms up; then `rounds` times in turns, so that a slow moment of the machine
 * meets all of them. 0, or -1 after saying on stderr why it cannot be. Nothing to measure is no error: rounds is 0
 * then.
 */
int measure(const struct work *work, GilInterpreterGuard *guard, int threads, int rounds, struct measurement *out);

#endif
