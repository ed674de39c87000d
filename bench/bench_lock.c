/* SPDX-License-Identifier: MIT */
/* bench_lock [FIGURE]: what leaving the lock costs, beside CPython and beside threads that have no lock. */
#include "lock_side.h"
#include "measure.h"
#include "spin.h"

#include <pthread.h>
#include <stdio.h>

static double spins_per_us; /* turns of bench_spin() in a microsecond, measured at start */

static void
calibrate(void)
{
    enum { TURNS = 2000000 };
    double best = 0;
    for (int i = 0; i < 5; i++) {
        double start = bench_cpu_ns();
        bench_spin(TURNS, 1);
        double rate = TURNS * 1e3 / (bench_cpu_ns() - start);
        best = rate > best ? rate : best;
    }
    spins_per_us = best;
}

/* The least that an asymmetric lock can do: two stores, two loads. */
static double
floor_pair(long n)
{
    static struct { volatile int st, brk; } block;
    double start = bench_cpu_ns();
    for (long i = 0; i < n; i++) {
        block.st = 0;
        if (block.brk)
            return -1.0;
        BENCH_KEEP(i);
        block.st = 1;
        if (block.brk)
            return -1.0;
    }
    return (bench_cpu_ns() - start) / (double)n;
}

/* Two raw threads, the same work, no lock. */
struct raw {
    pthread_barrier_t *start;
    long calls, spins;
};

static void *
raw_calls(void *arg)
{
    struct raw *raw = arg;
    pthread_barrier_wait(raw->start);
    uint64_t seed = 1;
    for (long i = 0; i < raw->calls; i++)
        seed = bench_spin(raw->spins, seed);
    return NULL;
}

static double
raw_native(long n, long spins)
{
    pthread_barrier_t barrier;
    struct raw raw = {&barrier, n, spins};
    pthread_t threads[2];

    pthread_barrier_init(&barrier, NULL, 3);
    for (int i = 0; i < 2; i++)
        pthread_create(&threads[i], NULL, raw_calls, &raw);
    pthread_barrier_wait(&barrier);
    double start = bench_wall_ns();
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    double spent = bench_wall_ns() - start;
    pthread_barrier_destroy(&barrier);
    return spent / (double)n;
}

/* A share: what raw threads need for the same calls, measured just before, by what this side needs. */
static double
share(double (*side)(long n, long spins), long n, double us)
{
    long spins = (long)(us * spins_per_us);
    double raw = raw_native(n, spins);
    return raw / side(n, spins);
}

#define NATIVE(name, us)                                                        \
    static double ours_native_##name(long n) { return share(ours_native, n, us); } \
    static double cpython_native_##name(long n) { return share(NATIVE_CPYTHON, n, us); }
#ifdef WITH_CPYTHON
#define NATIVE_CPYTHON cpython_native
#define CPYTHON(function) cpython_##function
#else
#define NATIVE_CPYTHON raw_native
#define CPYTHON(function) NULL
#endif
NATIVE(03, 0.3)
NATIVE(1, 1.0)
NATIVE(10, 10.0)
NATIVE(100, 100.0)

#define SHARE(figure, function, turns_)                                                             \
    {.name = "lock." figure, .unit = "", .ours = ours_##function, .cpython = CPYTHON(function),     \
     .floor_value = 1.0, .more_is_better = 1, .turns = turns_}

static const struct bench_figure figures[] = {
    {.name = "lock.pair", .unit = "ns", .ours = ours_pair, .cpython = CPYTHON(pair), .floor = floor_pair, .turns = 2000000},
    {.name = "lock.pair_sleeper", .unit = "ns", .ours = ours_pair_sleeper, .cpython = CPYTHON(pair_sleeper),
     .floor = floor_pair, .turns = 2000000},
    SHARE("native_0.3us", native_03, 200000),
    SHARE("native_1us", native_1, 100000),
    SHARE("native_10us", native_10, 10000),
    SHARE("native_100us", native_100, 1000),
};

int
main(int argc, char **argv)
{
    if (ours_lock_start() < 0) {
        fprintf(stderr, "bench_lock: the runtime did not start\n");
        return 1;
    }
#ifdef WITH_CPYTHON
    if (cpython_lock_start() < 0)
        return 1;
#else
    (void)cpython_native_03, (void)cpython_native_1, (void)cpython_native_10, (void)cpython_native_100;
#endif
    calibrate();
    char mode[32];
    snprintf(mode, sizeof mode, "mode=%s", ours_lock_mode());
    int rc = bench_main(figures, sizeof figures / sizeof *figures, argc > 1 ? argv[1] : NULL, mode);
#ifdef WITH_CPYTHON
    cpython_lock_stop();
#endif
    return ours_lock_stop() < 0 ? 1 : rc;
}
