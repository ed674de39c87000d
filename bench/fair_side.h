/* SPDX-License-Identifier: MIT */
/* S2, once a side. */
#ifndef BENCH_FAIR_SIDE_H
#define BENCH_FAIR_SIDE_H

/* Values: Jain's index of the threads' shares; the longest time that one of them went without running, ms; what all do
 * together by what one does alone. n is the number of threads. */
enum { FAIR_JAIN, FAIR_MAXWAIT, FAIR_TOTAL };

void ours_fair(long n, double *values);
void cpython_fair(long n, double *values);
void floor_fair(long n, double *values);

#endif
