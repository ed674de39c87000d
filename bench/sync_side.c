/* SPDX-License-Identifier: MIT */
/* Locks for users: the library's beside CPython's PyThread locks, and beside libc's as the floor. */
#include "side.h"
#include "sync_side.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>

#if defined SIDE_CPYTHON
#include <pythread.h>
typedef PyThread_type_lock mutex_type, permit_type;
#define MUTEX_MAKE(m) ((m) = PyThread_allocate_lock())
#define MUTEX_END(m) PyThread_free_lock(m)
#define MUTEX_LOCK(m) PyThread_acquire_lock((m), WAIT_LOCK)
#define MUTEX_UNLOCK(m) PyThread_release_lock(m)
/* A lock may be given back by another thread: so it is a permit too. */
#define PERMIT_MAKE(p) (MUTEX_MAKE(p), MUTEX_LOCK(p))
#define PERMIT_END(p) MUTEX_END(p)
#define PERMIT_TAKE(p) MUTEX_LOCK(p)
#define PERMIT_GIVE(p) MUTEX_UNLOCK(p)
typedef Py_tss_t key_type;
#define KEY_MAKE(k) ((k) = (Py_tss_t)Py_tss_NEEDS_INIT, PyThread_tss_create(&(k)))
#define KEY_END(k) PyThread_tss_delete(&(k))
#define KEY_SET(k, v) PyThread_tss_set(&(k), (v))
#define KEY_GET(k) PyThread_tss_get(&(k))
#elif defined SIDE_FLOOR
typedef pthread_mutex_t mutex_type;
#define MUTEX_MAKE(m) pthread_mutex_init(&(m), NULL)
#define MUTEX_END(m) pthread_mutex_destroy(&(m))
#define MUTEX_LOCK(m) pthread_mutex_lock(&(m))
#define MUTEX_UNLOCK(m) pthread_mutex_unlock(&(m))
typedef sem_t permit_type;
#define PERMIT_MAKE(p) sem_init(&(p), 0, 0)
#define PERMIT_END(p) sem_destroy(&(p))
#define PERMIT_TAKE(p) sem_wait(&(p))
#define PERMIT_GIVE(p) sem_post(&(p))
typedef pthread_key_t key_type;
#define KEY_MAKE(k) pthread_key_create(&(k), NULL)
#define KEY_END(k) pthread_key_delete(k)
#define KEY_SET(k, v) pthread_setspecific((k), (v))
#define KEY_GET(k) pthread_getspecific(k)
#else
typedef GilMutex mutex_type;
#define MUTEX_MAKE(m) ((m) = (GilMutex){0})
#define MUTEX_END(m) ((void)0)
#define MUTEX_LOCK(m) GilMutex_Lock(&(m))
#define MUTEX_UNLOCK(m) GilMutex_Unlock(&(m))
typedef GilSemaphore permit_type;
#define PERMIT_MAKE(p) ((p) = (GilSemaphore){0})
#define PERMIT_END(p) ((void)0)
#define PERMIT_TAKE(p) GilSemaphore_Acquire(&(p))
#define PERMIT_GIVE(p) GilSemaphore_Release(&(p), 1)
typedef Gil_tss_t key_type;
#define KEY_MAKE(k) ((k) = (Gil_tss_t)Gil_tss_NEEDS_INIT, GilThread_tss_create(&(k)))
#define KEY_END(k) GilThread_tss_delete(&(k))
#define KEY_SET(k, v) GilThread_tss_set(&(k), (v))
#define KEY_GET(k) GilThread_tss_get(&(k))
#endif

static mutex_type mutex;
static permit_type ping, pong;
static volatile long shared; /* [mutex] */
static key_type key;

/* Nobody else wants it: take and give back. */
void
SIDE(mutex)(long n, double *values)
{
    (void)MUTEX_MAKE(mutex);
    double start = bench_cpu_ns();
    for (long i = 0; i < n; i++) {
        MUTEX_LOCK(mutex);
        BENCH_KEEP(i);
        MUTEX_UNLOCK(mutex);
    }
    values[0] = (bench_cpu_ns() - start) / (double)n;
    MUTEX_END(mutex);
}

static void
spin(int turns)
{
    for (int i = 0; i < turns; i++)
        BENCH_KEEP(i);
}

static void *
count_up(void *turns)
{
    for (long i = 0; i < *(long *)turns; i++) {
        MUTEX_LOCK(mutex);
        shared = shared + 1;
        spin(50);
        MUTEX_UNLOCK(mutex);
        spin(200);
    }
    return NULL;
}

/* Two threads that want it for a moment: time for each section. */
void
SIDE(contended)(long n, double *values)
{
    pthread_t other;

    shared = 0;
    (void)MUTEX_MAKE(mutex);
    uint64_t start = bench_wall_ns();
    if (pthread_create(&other, NULL, count_up, &n) != 0)
        bench_die("no thread");
    count_up(&n);
    pthread_join(other, NULL);
    values[0] = (double)(bench_wall_ns() - start) / (double)(2 * n);
    if (shared != 2 * n)
        bench_die("the mutex does not exclude");
    MUTEX_END(mutex);
}

static void *
answer(void *turns)
{
    for (long i = 0; i < *(long *)turns; i++) {
        PERMIT_TAKE(ping);
        PERMIT_GIVE(pong);
    }
    return NULL;
}

/* Two threads that wake each other in turn: time for there and back. */
void
SIDE(pingpong)(long n, double *values)
{
    pthread_t other;

    (void)PERMIT_MAKE(ping);
    (void)PERMIT_MAKE(pong);
    if (pthread_create(&other, NULL, answer, &n) != 0)
        bench_die("no thread");
    uint64_t start = bench_wall_ns();
    for (long i = 0; i < n; i++) {
        PERMIT_GIVE(ping);
        PERMIT_TAKE(pong);
    }
    values[0] = (double)(bench_wall_ns() - start) / (double)n / 1000;
    pthread_join(other, NULL);
    PERMIT_END(ping);
    PERMIT_END(pong);
}

/* The thread's value under a key. */
void
SIDE(tss)(long n, double *values)
{
    (void)KEY_MAKE(key);
    (void)KEY_SET(key, &key);
    double start = bench_cpu_ns();
    for (long i = 0; i < n; i++) {
        void *value = KEY_GET(key);
        BENCH_KEEP(value);
    }
    values[0] = (bench_cpu_ns() - start) / (double)n;
    KEY_END(key);
}
