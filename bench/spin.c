/* SPDX-License-Identifier: MIT */
/* How fast this processor spins. */
#include "spin.h"

double bench_spins_per_us;

void
bench_spin_calibrate(void)
{
    enum { TURNS = 2000000 };
    for (int i = 0; i < 5; i++) {
        double start = bench_cpu_ns();
        bench_spin(TURNS, 1);
        double rate = TURNS * 1e3 / (bench_cpu_ns() - start);
        bench_spins_per_us = rate > bench_spins_per_us ? rate : bench_spins_per_us;
    }
}
