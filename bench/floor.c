/* SPDX-License-Identifier: MIT */
/* Floors that are no scenario without its lock: what entering and leaving cannot do without. */
#include "lock_side.h"
#include "measure.h"

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
