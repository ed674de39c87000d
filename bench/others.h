/* SPDX-License-Identifier: MIT */
/* What other programs did to a measurement. */
#ifndef BENCH_OTHERS_H
#define BENCH_OTHERS_H

#include <sys/types.h>

/* A process whose time is part of the benchmark's. One at most. */
void others_except(pid_t pid);

/*
 * CPU time, in ns and since some moment, that went to anybody else: busy time of all processors, with what the hypervisor
 * stole, less our own. Good to some 10 ms a second, for the system samples it. Negative where it does not tell.
 */
double others_cpu_ns(void);

#endif
