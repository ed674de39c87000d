/* SPDX-License-Identifier: MIT */
/* Hogs: threads that compute without end, count what they did, and give way only where an evaluator would. */
#ifndef BENCH_HOGS_H
#define BENCH_HOGS_H

#include "side.h"

#include <pthread.h>
#include <stdatomic.h>

enum { HOGS_MAX = 8 };

/* Two cache lines each, so that no hog's counting slows another's, not even through the prefetcher. */
struct hog {
    _Alignas(128) _Atomic uint64_t units; /* units of work done; stored by the hog, read by anybody */
    uint64_t turn_end;                    /* of its present turn by the clock; 0: it had none. [own] */
    uint64_t last_ns, longest_ns;         /* end of its last unit; longest time between two. [own] until joined */
    struct hogs *all;
    pthread_t thread;
};

struct hogs {
    int count;
    side_guard guard;
    pthread_barrier_t start;
    uint64_t turn_ns; /* those of the floor, which have no lock, take turns of so long by the clock; 0: all run at once */
    uint64_t start_ns, stop_ns; /* written before start is passed, and before stop is set */
    _Alignas(128) _Atomic int stop;
    struct hog hog[HOGS_MAX];
};

/*
 * Start and end count hogs; called by a thread that is outside the lock. When start returns they run. A hog that is not
 * let in before the end has its wait counted up to the end.
 */
void SIDE(hogs_start)(struct hogs *hogs, side_guard guard, int count);
void SIDE(hogs_stop)(struct hogs *hogs);

/* What all have done so far. */
static inline uint64_t
hogs_units(struct hogs *hogs)
{
    uint64_t sum = 0;
    for (int i = 0; i < hogs->count; i++)
        sum += atomic_load_explicit(&hogs->hog[i].units, memory_order_relaxed);
    return sum;
}

/* Let them run for so long; units a nanosecond of all together. */
static inline double
hogs_rate(struct hogs *hogs, uint64_t span_ns)
{
    uint64_t start = bench_wall_ns(), units = hogs_units(hogs);
    bench_sleep_until(start + span_ns);
    units = hogs_units(hogs) - units;
    return (double)units / (double)(bench_wall_ns() - start);
}

#endif
