/* SPDX-License-Identifier: MIT */
/* The lock scenarios, once a side. */
#ifndef BENCH_LOCK_SIDE_H
#define BENCH_LOCK_SIDE_H

/*
 * pair: ns a BEGIN/END pair of a thread alone. pair_sleeper: the same beside a thread that sleeps between its BEGIN
 * and END. native: two threads make n calls each of spins turns of bench_spin() outside the lock; ns of wall time a
 * call of one thread.
 */
#define LOCK_SIDE(side)                          \
    int side##_lock_start(void);                 \
    int side##_lock_stop(void);                  \
    double side##_pair(long n);                  \
    double side##_pair_sleeper(long n);          \
    double side##_native(long n, long spins);

LOCK_SIDE(ours)
LOCK_SIDE(cpython)

/* Which mode the lock ran in, for the report: "fenced" or "asymmetric". */
const char *ours_lock_mode(void);

#endif
