/* SPDX-License-Identifier: MIT */
/* S1, S5 and S7, once a side; and the two runtimes' start and end. */
#ifndef BENCH_LOCK_SIDE_H
#define BENCH_LOCK_SIDE_H

/*
 * pair: a BEGIN/END pair of a thread alone, n times. pair_sleeper: the same beside a thread that sleeps between its BEGIN
 * and END. attach_kept: a foreign thread enters and leaves, having a thread state. attach_new: it makes the state,
 * enters, leaves, and ends the state. All four ns of CPU time a turn.
 *
 * attach_thread: the whole life of a foreign thread that enters and leaves once, us of wall time.
 *
 * native_03 to native_1000: two threads call native code of 0.3, 1, 10, 100, 1000 us that leaves the lock; n is not used. How often they do
 * in a while, by how often threads without a lock do just before and after. The floor is the barest lock there is:
 * what threads that share a word in memory cannot do without.
 */
#define LOCK_SIDE(side)                                \
    void side##_pair(long n, double *values);          \
    void side##_pair_sleeper(long n, double *values);  \
    void side##_attach_kept(long n, double *values);   \
    void side##_attach_new(long n, double *values);    \
    void side##_attach_thread(long n, double *values); \
    void side##_native_03(long n, double *values);     \
    void side##_native_1(long n, double *values);      \
    void side##_native_10(long n, double *values);     \
    void side##_native_100(long n, double *values);    \
    void side##_native_1000(long n, double *values);

LOCK_SIDE(ours)
LOCK_SIDE(cpython)
void floor_native_03(long n, double *values);
void floor_native_1(long n, double *values);
void floor_native_10(long n, double *values);
void floor_native_100(long n, double *values);
void floor_native_1000(long n, double *values);

/* The floors: bare instructions, see floor.c. */
void floor_pair(long n, double *values);
void floor_pair_fenced(long n, double *values);
void floor_attach_new(long n, double *values);
void floor_attach_thread(long n, double *values);

/* Two threads that make calls of so many turns of bench_spin(): calls a nanosecond; see stint.h. */
double ours_native(long spins);
double cpython_native(long spins);
double floor_native(long spins);

/* What these threads do of that, by what raw threads do: the median of some turns about. */
double bench_native_quotient(double (*threads)(long spins), long spins);

void ours_lock_start(int fenced);
int ours_lock_stop(void);
void cpython_lock_start(void);
int cpython_lock_stop(void);
/* Which mode the lock runs in: "fenced" or "asymmetric". */
const char *ours_lock_mode(void);

#endif
