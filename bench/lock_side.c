/* SPDX-License-Identifier: MIT */
/* S1, S5 and S7 of one side: the price of leaving the lock, alone and in company, and of entering from outside. */
#include "lock_side.h"
#include "side.h"
#include "spin.h"
#include "stint.h"

#include <pthread.h>

#ifndef SIDE_FLOOR

static pthread_t
start_thread(void *(*run)(void *), void *arg)
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, run, arg) != 0)
        bench_die("no thread");
    return thread;
}

/* --- S1 ----------------------------------------------------------------------------------------------------------- */

void
SIDE(pair)(long n, double *values)
{
    double start = bench_cpu_ns();
    for (long i = 0; i < n; i++) {
        SIDE_BEGIN_ALLOW_THREADS
        BENCH_KEEP(i);
        SIDE_END_ALLOW_THREADS
    }
    values[0] = (bench_cpu_ns() - start) / (double)n;
}

/* A thread that has left the lock and sleeps until it is told to come back. */
struct sleeper {
    side_guard guard;
    pthread_barrier_t asleep, awake;
};

static void *
sleep_outside(void *arg)
{
    struct sleeper *sleeper = arg;
    side_token token = side_enter(sleeper->guard);
    SIDE_BEGIN_ALLOW_THREADS
    pthread_barrier_wait(&sleeper->asleep);
    pthread_barrier_wait(&sleeper->awake);
    SIDE_END_ALLOW_THREADS
    side_leave(token);
    return NULL;
}

void
SIDE(pair_sleeper)(long n, double *values)
{
    struct sleeper sleeper = {.guard = side_guard_open()};
    pthread_t thread;

    pthread_barrier_init(&sleeper.asleep, NULL, 2);
    pthread_barrier_init(&sleeper.awake, NULL, 2);
    SIDE_BEGIN_ALLOW_THREADS
    thread = start_thread(sleep_outside, &sleeper);
    pthread_barrier_wait(&sleeper.asleep);
    SIDE_END_ALLOW_THREADS

    SIDE(pair)(n, values);

    SIDE_BEGIN_ALLOW_THREADS
    pthread_barrier_wait(&sleeper.awake);
    pthread_join(thread, NULL);
    SIDE_END_ALLOW_THREADS
    pthread_barrier_destroy(&sleeper.asleep);
    pthread_barrier_destroy(&sleeper.awake);
    side_guard_close(sleeper.guard);
}

/* --- S7 ----------------------------------------------------------------------------------------------------------- */

struct visitor {
    side_guard guard;
    N(InterpreterState) *interp;
    long turns;
    double ns; /* a turn */
};

/* Runs a visitor in a thread of its own while the caller is outside. */
static double
visit(void *(*run)(void *), long turns)
{
    struct visitor visitor = {side_guard_open(), N(InterpreterState_Get)(), turns, 0};
    SIDE_BEGIN_ALLOW_THREADS
    pthread_join(start_thread(run, &visitor), NULL);
    SIDE_END_ALLOW_THREADS
    side_guard_close(visitor.guard);
    return visitor.ns;
}

/* The state is kept because an outer entry of the same thread is open, left by a BEGIN. */
static void *
come_again(void *arg)
{
    struct visitor *visitor = arg;
    side_token outer = side_enter(visitor->guard);
    SIDE_BEGIN_ALLOW_THREADS
    double start = bench_cpu_ns();
    for (long i = 0; i < visitor->turns; i++)
        side_leave(side_enter(visitor->guard));
    visitor->ns = (bench_cpu_ns() - start) / (double)visitor->turns;
    SIDE_END_ALLOW_THREADS
    side_leave(outer);
    return NULL;
}

void
SIDE(attach_kept)(long n, double *values)
{
    values[0] = visit(come_again, n);
}

/* The same five calls on both sides. PyGILState_Ensure() makes them for a thread that has no state; a guard keeps the
 * state it made until the thread exits, so that entering through it would not be the same work twice. */
static void *
come_as_new(void *arg)
{
    struct visitor *visitor = arg;
    double start = bench_cpu_ns();
    for (long i = 0; i < visitor->turns; i++) {
        N(ThreadState) *state = N(ThreadState_New)(visitor->interp);
        if (state == NULL)
            bench_die("no thread state");
        N(Eval_AcquireThread)(state);
        N(ThreadState_Clear)(state);
        N(ThreadState_DeleteCurrent)();
    }
    visitor->ns = (bench_cpu_ns() - start) / (double)visitor->turns;
    return NULL;
}

void
SIDE(attach_new)(long n, double *values)
{
    values[0] = visit(come_as_new, n);
}

static void *
come_once(void *arg)
{
    struct visitor *visitor = arg;
    side_leave(side_enter(visitor->guard));
    return NULL;
}

void
SIDE(attach_thread)(long n, double *values)
{
    uint64_t start = bench_wall_ns();
    for (long i = 0; i < n; i++)
        visit(come_once, 1);
    values[0] = (double)(bench_wall_ns() - start) / 1e3 / (double)n;
}

#endif

/* --- S5 ----------------------------------------------------------------------------------------------------------- */

/* Two threads that call native code which drops the lock. */
static void *
call_native(void *arg)
{
    struct stint_thread *thread = arg;
    struct stint_share mine = thread->mine;
    long spins = thread->all->spins;
    side_token token = side_enter(*(const side_guard *)thread->all->arg);
    uint64_t seed = 1;

    while (stint_goes_on(thread->all, &mine)) {
        SIDE_BEGIN_ALLOW_THREADS
        seed = bench_spin(spins, seed);
        SIDE_END_ALLOW_THREADS
    }
    side_leave(token);
    thread->mine = mine;
    return NULL;
}

double
SIDE(native)(long spins)
{
    side_guard guard = side_guard_open();
    struct stint all = {.spins = spins, .arg = &guard};
    double rate;

    SIDE_BEGIN_ALLOW_THREADS
    rate = stint_run(&all, call_native);
    SIDE_END_ALLOW_THREADS
    side_guard_close(guard);
    return rate;
}

#ifndef SIDE_FLOOR

/* Raw threads run just before and just after, and not as a side of their own, so that what the machine does meanwhile
 * meets both; and the median of some short turns counts, because its pace changes within tenths of a second. */
#define NATIVE(name, us)                                                  \
    void SIDE(native_##name)(long n, double *values)                      \
    {                                                                     \
        (void)n;                                                          \
        values[0] = bench_native_quotient(SIDE(native), bench_spins(us)); \
    }
NATIVE(03, 0.3)
NATIVE(1, 1.0)
NATIVE(10, 10.0)
NATIVE(100, 100.0)
NATIVE(1000, 1000.0)

int
SIDE(lock_stop)(void)
{
    return U(FinalizeEx)();
}

#endif

/* --- start and end ------------------------------------------------------------------------------------------------ */

#if defined SIDE_CPYTHON

void
cpython_lock_start(void)
{
    Py_InitializeEx(0);
}

#elif !defined SIDE_FLOOR

void
ours_lock_start(int fenced)
{
    GilConfig config;
    GilConfig_Init(&config);
    if (fenced)
        config.lock_mode = Gil_LOCK_MODE_FENCED;
    if (GilStatus_Exception(Gil_InitializeFromConfig(&config)))
        bench_die("the runtime does not start");
}

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
