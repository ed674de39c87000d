/* SPDX-License-Identifier: MIT */
/* S6 and S8: threads that are due at certain times, and how late they are. */
#include "hogs.h"
#include "latency.h"
#include "pace.h"
#include "pace_side.h"
#include "spin.h"

#include <string.h>

enum { SLEEPERS_MAX = 100 };
#define AUDIO_PERIOD_NS UINT64_C(2666667) /* 128 frames at 48 kHz */

/* A thread that is due again and again. */
struct clocked {
    side_guard guard;
    pthread_barrier_t *start;
    const _Atomic int *stop;
    uint64_t seed;
    struct latency late;      /* [own] until joined, as are the rest */
    uint64_t periods, missed;
    pthread_t thread;
};

/* Wait for the others outside the lock. */
static side_token
enter_together(struct clocked *clocked)
{
    side_token token = side_enter(clocked->guard);
    pace_exactly();
    SIDE_BEGIN_ALLOW_THREADS
    pthread_barrier_wait(clocked->start);
    SIDE_END_ALLOW_THREADS
    return token;
}

static int
goes_on(const struct clocked *clocked)
{
    return !atomic_load_explicit(clocked->stop, memory_order_relaxed);
}

static void
start(struct clocked *clocked, void *(*run)(void *))
{
    memset(&clocked->late, 0, sizeof clocked->late);
    clocked->periods = clocked->missed = 0;
    if (pthread_create(&clocked->thread, NULL, run, clocked) != 0)
        bench_die("no thread");
}

static void *
sleep_and_come(void *arg)
{
    struct clocked *clocked = arg;
    side_token token = enter_together(clocked);
    while (goes_on(clocked)) {
        clocked->seed = bench_spin(1, clocked->seed); /* the same naps on every side */
        uint64_t due = bench_wall_ns() + 1000000 + (clocked->seed >> 33) % 9000000;
        SIDE_BEGIN_ALLOW_THREADS
        bench_sleep_until(due);
        SIDE_END_ALLOW_THREADS
        latency_add(&clocked->late, bench_wall_ns() - due);
        bench_spin(bench_spins(1), 1);
    }
    side_leave(token);
    return NULL;
}

void
SIDE(sleepers)(long n, double *values)
{
    static struct clocked sleepers[SLEEPERS_MAX];
    static struct latency all;
    side_guard guard = side_guard_open();
    pthread_barrier_t barrier;
    _Atomic int stop = 0;

    memset(&all, 0, sizeof all);
    pthread_barrier_init(&barrier, NULL, (unsigned)n + 1);
    SIDE_BEGIN_ALLOW_THREADS
    for (int i = 0; i < n; i++) {
        sleepers[i].guard = guard;
        sleepers[i].start = &barrier;
        sleepers[i].stop = &stop;
        sleepers[i].seed = (uint64_t)i;
        start(&sleepers[i], sleep_and_come);
    }
    pthread_barrier_wait(&barrier);
    bench_sleep_until(bench_wall_ns() + bench_span(0.4));
    stop = 1;
    for (int i = 0; i < n; i++) {
        pthread_join(sleepers[i].thread, NULL);
        latency_merge(&all, &sleepers[i].late);
    }
    SIDE_END_ALLOW_THREADS
    pthread_barrier_destroy(&barrier);
    side_guard_close(guard);
    values[0] = latency_us(&all, 0.50, 0);
    values[1] = latency_us(&all, 0.99, 0);
}

/*
 * A period counts as missed when its work is not done before the next one is due, so also one that was slept through. The
 * thread never runs behind: it goes on with the period in which it finds itself.
 */
static void *
play(void *arg)
{
    struct clocked *clocked = arg;
    side_token token = enter_together(clocked);
    uint64_t due = bench_wall_ns();
    while (goes_on(clocked)) {
        SIDE_BEGIN_ALLOW_THREADS
        bench_sleep_until(due);
        SIDE_END_ALLOW_THREADS
        bench_spin(bench_spins(100), 1);
        uint64_t took = bench_wall_ns() - due;
        uint64_t missed = took / AUDIO_PERIOD_NS;
        latency_add(&clocked->late, took);
        clocked->missed += missed;
        clocked->periods += missed > 0 ? missed : 1;
        due = pace_next(due, AUDIO_PERIOD_NS);
    }
    side_leave(token);
    return NULL;
}

void
SIDE(audio)(long n, double *values)
{
    static struct hogs hogs;
    static struct clocked audio;
    pthread_barrier_t barrier;
    _Atomic int stop = 0;

    audio.guard = side_guard_open();
    audio.start = &barrier;
    audio.stop = &stop;
    pthread_barrier_init(&barrier, NULL, 2);
    SIDE_BEGIN_ALLOW_THREADS
    start(&audio, play);
    SIDE(hogs_start)(&hogs, audio.guard, (int)n);
    pthread_barrier_wait(&barrier);
    bench_sleep_until(bench_wall_ns() + bench_span(0.6));
    stop = 1;
    pthread_join(audio.thread, NULL);
    SIDE(hogs_stop)(&hogs);
    SIDE_END_ALLOW_THREADS
    pthread_barrier_destroy(&barrier);
    side_guard_close(audio.guard);
    values[0] = latency_us(&audio.late, 0.99, 0);
    values[1] = (double)audio.missed / (double)audio.periods;
}
