/* SPDX-License-Identifier: MIT */
/* The scenarios of starting and ending, once a side. Nothing of the side may run before. */
#ifndef BENCH_RUNTIME_SIDE_H
#define BENCH_RUNTIME_SIDE_H

#define RUNTIME_SIDE(side)                                    \
    void side##_start_stop(long n, double *values);           \
    void side##_runtime_rss(long n, double *values);          \
    void side##_create_destroy(long n, double *values);       \
    void side##_interp_rss(long n, double *values);           \
    void side##_interp_left(long n, double *values);          \
    void side##_scaling(long n, double *values);

RUNTIME_SIDE(ours)
RUNTIME_SIDE(cpython)

#endif
