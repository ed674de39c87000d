/* SPDX-License-Identifier: MIT */
/* Lock scenarios of one side: the price of leaving the lock, alone and in company. */
#include "lock_side.h"
#include "measure.h"
#include "side.h"
#include "spin.h"

#include <pthread.h>

double
SIDE(pair)(long n)
{
    double start = bench_cpu_ns();
    for (long i = 0; i < n; i++) {
        SIDE_BEGIN_ALLOW_THREADS
        BENCH_KEEP(i);
        SIDE_END_ALLOW_THREADS
    }
    return (bench_cpu_ns() - start) / (double)n;
}

/* A thread that has left the lock and sleeps until it is told to come back. */
struct sleeper {
    side_guard guard;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    int asleep, done, failed;
};

static void *
sleep_outside(void *arg)
{
    struct sleeper *sleeper = arg;
    side_token token = side_enter(sleeper->guard);
    SIDE_BEGIN_ALLOW_THREADS
    pthread_mutex_lock(&sleeper->mutex);
    sleeper->asleep = 1;
    pthread_cond_signal(&sleeper->changed);
    while (!sleeper->done)
        pthread_cond_wait(&sleeper->changed, &sleeper->mutex);
    pthread_mutex_unlock(&sleeper->mutex);
    SIDE_END_ALLOW_THREADS
    side_leave(token);
    return NULL;
}

double
SIDE(pair_sleeper)(long n)
{
    struct sleeper sleeper = {
        .guard = side_guard_open(), .mutex = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};
    pthread_t thread;

    if (pthread_create(&thread, NULL, sleep_outside, &sleeper) != 0)
        return -1.0;
    SIDE_BEGIN_ALLOW_THREADS
    pthread_mutex_lock(&sleeper.mutex);
    while (!sleeper.asleep)
        pthread_cond_wait(&sleeper.changed, &sleeper.mutex);
    pthread_mutex_unlock(&sleeper.mutex);
    SIDE_END_ALLOW_THREADS

    double each = SIDE(pair)(n);

    SIDE_BEGIN_ALLOW_THREADS
    pthread_mutex_lock(&sleeper.mutex);
    sleeper.done = 1;
    pthread_cond_signal(&sleeper.changed);
    pthread_mutex_unlock(&sleeper.mutex);
    pthread_join(thread, NULL);
    SIDE_END_ALLOW_THREADS
    side_guard_close(sleeper.guard);
    return each;
}

/* Two threads that call native code which drops the lock. */
struct caller {
    side_guard guard;
    pthread_barrier_t *start;
    long calls, spins;
};

static void *
call_native(void *arg)
{
    struct caller *caller = arg;
    side_token token = side_enter(caller->guard);
    SIDE_BEGIN_ALLOW_THREADS
    pthread_barrier_wait(caller->start);
    SIDE_END_ALLOW_THREADS
    uint64_t seed = 1;
    for (long i = 0; i < caller->calls; i++) {
        SIDE_BEGIN_ALLOW_THREADS
        seed = bench_spin(caller->spins, seed);
        SIDE_END_ALLOW_THREADS
    }
    side_leave(token);
    return NULL;
}

double
SIDE(native)(long n, long spins)
{
    pthread_barrier_t barrier;
    struct caller caller = {side_guard_open(), &barrier, n, spins};
    pthread_t threads[2];
    double spent = -1.0;

    pthread_barrier_init(&barrier, NULL, 3);
    SIDE_BEGIN_ALLOW_THREADS
    for (int i = 0; i < 2; i++)
        pthread_create(&threads[i], NULL, call_native, &caller);
    pthread_barrier_wait(&barrier);
    double start = bench_wall_ns();
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    spent = bench_wall_ns() - start;
    SIDE_END_ALLOW_THREADS
    pthread_barrier_destroy(&barrier);
    side_guard_close(caller.guard);
    return spent / (double)n;
}

int
SIDE(lock_start)(void)
{
#ifdef SIDE_CPYTHON
    Py_InitializeEx(0);
    return 0;
#else
    GilConfig config;
    GilConfig_Init(&config);
    return GilStatus_Exception(Gil_InitializeFromConfig(&config)) ? -1 : 0;
#endif
}

int
SIDE(lock_stop)(void)
{
    return U(FinalizeEx)();
}

#ifndef SIDE_CPYTHON
const char *
ours_lock_mode(void)
{
    GilLockInfo info;
    GilLockInfo_Init(&info);
    if (GilLock_GetInfo(GilInterpreterState_Get(), &info) < 0)
        return "unknown";
    return info.mode == GIL_LOCK_FENCED ? "fenced" : "asymmetric";
}
#endif
