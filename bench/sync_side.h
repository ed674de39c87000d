/* SPDX-License-Identifier: MIT */
/* The scenarios of locks for users, as bench_sync.c calls each side. No side needs a runtime. */
#ifndef BENCH_SYNC_SIDE_H
#define BENCH_SYNC_SIDE_H

#define SYNC_SIDE(side)                              \
    void side##_mutex(long n, double *values);       \
    void side##_contended(long n, double *values);   \
    void side##_pingpong(long n, double *values);    \
    void side##_tss(long n, double *values);

SYNC_SIDE(ours)
SYNC_SIDE(cpython)
SYNC_SIDE(floor)

#endif
