/* SPDX-License-Identifier: MIT */
/* S6 and S8, once a side. */
#ifndef BENCH_PACE_SIDE_H
#define BENCH_PACE_SIDE_H

/*
 * sleepers: n threads that each sleep 1 to 10 ms outside the lock, come back for 1 us, and so on. Values: median and 99th
 * percentile of how much later than asked for they are inside, us.
 *
 * audio: a thread that is due every 2.67 ms and then works 100 us inside, beside n hogs. Values: 99th percentile of the
 * time from when it was due until it is done, us; the share of periods in which it was not done before the next.
 */
#define PACE_SIDE(side)                             \
    void side##_sleepers(long n, double *values);   \
    void side##_audio(long n, double *values);

PACE_SIDE(ours)
PACE_SIDE(cpython)
PACE_SIDE(floor)

#endif
