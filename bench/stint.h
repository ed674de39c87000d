/* SPDX-License-Identifier: MIT */
/*
 * Two threads that do the same again and again, and how often once they go at their pace: threads that have just been woken may
 * share a processor for 15 ms, until the system spreads them, and that is no matter of what they do.
 */
#ifndef BENCH_STINT_H
#define BENCH_STINT_H

#include "measure.h"
#include "spin.h"

#include <pthread.h>

#define STINT_WARM_NS UINT64_C(30000000)
#define STINT_SPAN_NS UINT64_C(60000000)

struct stint {
    long spins;        /* turns of bench_spin() each time */
    const void *arg;
    uint64_t begin;    /* when both count */
    int word __attribute__((aligned(64))); /* whatever they share */
};

/* What one thread has done of it. */
struct stint_share {
    long every, left;  /* so often it looks at the clock; turns until then */
    long turns;
    uint64_t began;    /* when it began to count them; 0: not yet */
    double rate;       /* turns a nanosecond */
};

/* What is started by pthread_create() with a struct stint_thread. */
struct stint_thread {
    struct stint *all;
    struct stint_share mine;
};

/* Look at the clock: whether to go on. */
static inline int
stint_looks(const struct stint *all, struct stint_share *mine)
{
    uint64_t now = bench_wall_ns();

    mine->turns += mine->every;
    mine->left = mine->every - 1;
    if (mine->began == 0) {
        if (now >= all->begin) {
            mine->began = now;
            mine->turns = 0;
        }
        return 1;
    }
    mine->rate = (double)mine->turns / (double)(now - mine->began);
    return now < all->begin + STINT_SPAN_NS;
}

/* Whether to do it once more. Nobody tells the threads: whoever did would wake up, and take a processor from one of them. */
static inline int
stint_goes_on(const struct stint *all, struct stint_share *mine)
{
    return __builtin_expect(mine->left-- > 0, 1) || stint_looks(all, mine);
}

/* Run two such threads; what they did in a nanosecond, together. The caller waits, and holds no lock. */
static inline double
stint_run(struct stint *all, void *(*start)(void *))
{
    long every = bench_spins(20.0) / all->spins;
    struct stint_share fresh = {.every = every > 0 ? every : 1};
    struct stint_thread thread[2] = {{all, fresh}, {all, fresh}};
    pthread_t id[2];

    all->begin = bench_wall_ns() + STINT_WARM_NS;
    for (int i = 0; i < 2; i++)
        if (pthread_create(&id[i], NULL, start, &thread[i]) != 0)
            bench_die("no thread");
    for (int i = 0; i < 2; i++)
        pthread_join(id[i], NULL);
    return thread[0].mine.rate + thread[1].mine.rate;
}

#endif
