/* SPDX-License-Identifier: MIT */
/* Native work of a known length that touches no memory. */
#ifndef BENCH_SPIN_H
#define BENCH_SPIN_H

#include "measure.h"

/* Turns of bench_spin() that take so many microseconds; bench_spin_calibrate() first. */
extern double bench_spins_per_us;
#define bench_spins(us) ((long)((us) * bench_spins_per_us))
void bench_spin_calibrate(void);

/* A chain of multiplications, so that neither the compiler nor the processor can shorten it. */
static inline uint64_t
bench_spin(long turns, uint64_t seed)
{
    for (long i = 0; i < turns; i++)
        seed = seed * 6364136223846793005u + 1442695040888963407u;
    BENCH_KEEP(seed);
    return seed;
}

#endif
