/* SPDX-License-Identifier: MIT */
/* Many times, kept as a histogram: adding one costs a few instructions and no memory, whatever their number. */
#ifndef BENCH_LATENCY_H
#define BENCH_LATENCY_H

#include <stdint.h>

/*
 * Each power of two is cut into LATENCY_STEPS equal parts, so a time comes back with an error below 1 %. Times of
 * 18 minutes and more count as that.
 */
enum { LATENCY_STEPS = 64, LATENCY_POWERS = 34 };

struct latency {
    uint64_t count;
    uint32_t parts[(LATENCY_POWERS + 1) * LATENCY_STEPS];
};

static inline void
latency_add(struct latency *latency, uint64_t ns)
{
    uint64_t most = (UINT64_C(1) << (LATENCY_POWERS + 6)) - 1;
    uint64_t value = (ns < most ? ns : most) | 1;
    int power = 63 - __builtin_clzll(value);          /* value is in [2^power, 2^(power + 1)) */
    int shift = power > 6 ? power - 6 : 0;            /* so that its first seven bits are left */
    latency->parts[shift * LATENCY_STEPS + (int)(value >> shift)]++;
    latency->count++;
}

static inline void
latency_merge(struct latency *into, const struct latency *from)
{
    into->count += from->count;
    for (unsigned i = 0; i < sizeof into->parts / sizeof *into->parts; i++)
        into->parts[i] += from->parts[i];
}

/* The time, in us, that the given share of all times does not exceed; none when nothing was added. */
static inline double
latency_us(const struct latency *latency, double share, double none)
{
    double rest = share * (double)latency->count;
    if (latency->count == 0)
        return none;
    for (int i = 0; i < (LATENCY_POWERS + 1) * LATENCY_STEPS; i++) {
        rest -= latency->parts[i];
        if (rest <= 0) {
            int shift = i < 2 * LATENCY_STEPS ? 0 : i / LATENCY_STEPS - 1;
            double low = (double)((uint64_t)(i - shift * LATENCY_STEPS) << shift);
            return (low + (double)(UINT64_C(1) << shift) / 2) / 1e3;
        }
    }
    return none;
}

#endif
