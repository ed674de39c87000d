/* SPDX-License-Identifier: MIT */
/* Floors that are no scenario without its lock: what entering and leaving cannot do without. */
#include "lock_side.h"
#include "measure.h"
#include "spin.h"
#include "stint.h"

#include <pthread.h>
#include <stdlib.h>

/* The least that an asymmetric lock can do: two stores, two loads. */
void
floor_pair(long n, double *values)
{
    static struct { volatile int st, brk; } block;
    double start = bench_cpu_ns();
    for (long i = 0; i < n; i++) {
        block.st = 0;
        if (block.brk)
            bench_die("somebody wrote into the floor");
        BENCH_KEEP(i);
        block.st = 1;
        if (block.brk)
            bench_die("somebody wrote into the floor");
    }
    values[0] = (bench_cpu_ns() - start) / (double)n;
}

/* The least that a lock of atomic instructions can do: one to leave, one to return. */
void
floor_pair_fenced(long n, double *values)
{
    static int word = 1;
    double start = bench_cpu_ns();
    for (long i = 0; i < n; i++) {
        int held = 1, free = 0;
        __atomic_compare_exchange_n(&word, &held, 0, 0, __ATOMIC_RELEASE, __ATOMIC_RELAXED);
        BENCH_KEEP(i);
        __atomic_compare_exchange_n(&word, &free, 1, 0, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
    }
    values[0] = (bench_cpu_ns() - start) / (double)n;
}

/* A state is memory, zeroed: 256 bytes got and given back. */
void
floor_attach_new(long n, double *values)
{
    double start = bench_cpu_ns();
    for (long i = 0; i < n; i++) {
        void *block = calloc(1, 256);
        BENCH_KEEP(block);
        free(block);
    }
    values[0] = (bench_cpu_ns() - start) / (double)n;
}

static void *
do_nothing(void *arg)
{
    return arg;
}

/* A thread that visits nobody. */
void
floor_attach_thread(long n, double *values)
{
    uint64_t start = bench_wall_ns();
    for (long i = 0; i < n; i++) {
        pthread_t thread;
        if (pthread_create(&thread, NULL, do_nothing, NULL) != 0)
            bench_die("no thread");
        pthread_join(thread, NULL);
    }
    values[0] = (double)(bench_wall_ns() - start) / 1e3 / (double)n;
}

static void
relax(void)
{
#if defined(__x86_64__)
    __builtin_ia32_pause();
#else
    __asm__ __volatile__("isb" ::: "memory");
#endif
}

/* One of two threads that share the barest lock: a compare-and-exchange to take it, a store to leave it, and no order among who
 * waits. */
static void *
share(void *arg)
{
    struct stint_thread *thread = arg;
    struct stint_share mine = thread->mine;
    long spins = thread->all->spins;
    int *word = &thread->all->word;
    uint64_t seed = 1;

    while (stint_goes_on(thread->all, &mine)) {
        seed = bench_spin(spins, seed);
        for (int is_free = 0; !__atomic_compare_exchange_n(word, &is_free, 1, 0, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED); is_free = 0)
            relax();
        BENCH_KEEP(seed);
        __atomic_store_n(word, 0, __ATOMIC_RELEASE);
    }
    thread->mine = mine;
    return NULL;
}

static double
shared(long spins)
{
    struct stint all = {.spins = spins};

    return stint_run(&all, share);
}

static int
by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double
bench_native_quotient(double (*threads)(long spins), long spins)
{
    enum { TURNS = 5 };
    double quotient[TURNS], before = floor_native(spins);

    for (int i = 0; i < TURNS; i++) {
        double with = threads(spins), after = floor_native(spins);
        quotient[i] = with / ((before + after) / 2);
        before = after;
    }
    qsort(quotient, TURNS, sizeof *quotient, by_value);
    return quotient[TURNS / 2];
}

#define NATIVE(name, us)                                            \
    void floor_native_##name(long n, double *values)                \
    {                                                               \
        (void)n;                                                    \
        values[0] = bench_native_quotient(shared, bench_spins(us)); \
    }
NATIVE(03, 0.3)
NATIVE(1, 1.0)
NATIVE(10, 10.0)
NATIVE(100, 100.0)
NATIVE(1000, 1000.0)
