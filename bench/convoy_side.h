/* SPDX-License-Identifier: MIT */
/* S3 and S4, once a side. */
#ifndef BENCH_CONVOY_SIDE_H
#define BENCH_CONVOY_SIDE_H

/*
 * A thread that needs the lock often and for moments, beside n hogs. Values: how many rounds it gets done, /s; the median
 * of a round, us, and its 99th percentile; the hogs' pace beside it by their pace without it, 1 where there are none.
 *
 * convoy: a round is one byte to an echo process and back, as often as possible. convoy_1k: the same, asked for 1000
 * times a second; a round begins when it was due. tinyrelease: a round is 0.1 us inside the lock and 0.3 us outside.
 */
enum { CONVOY_RATE, CONVOY_P50, CONVOY_P99, CONVOY_HOG };

#define CONVOY_SIDE(side)                              \
    void side##_convoy(long n, double *values);        \
    void side##_convoy_1k(long n, double *values);     \
    void side##_tinyrelease(long n, double *values);

CONVOY_SIDE(ours)
CONVOY_SIDE(cpython)
CONVOY_SIDE(floor)

#endif
