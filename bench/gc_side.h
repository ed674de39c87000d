/* SPDX-License-Identifier: MIT */
/* The collector's scenarios, once a side. Each takes a number of objects. */
#ifndef BENCH_GC_SIDE_H
#define BENCH_GC_SIDE_H

#define GC_SIDE(side)                                \
    int side##_gc_start(void);                       \
    int side##_gc_stop(void);                        \
    void side##_live(long n, double *values);        \
    void side##_garbage(long n, double *values);     \
    void side##_pause_max(long n, double *values);

GC_SIDE(ours)
GC_SIDE(cpython)

#endif
