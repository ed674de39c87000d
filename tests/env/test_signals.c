/* SPDX-License-Identifier: MIT */
/* A storm of signals: every wait of the runtime is interrupted all the time. */
#include "support/support.h"

#include "env/work.h"
#include "sync/machine.h"

#include <signal.h>
#include <sys/time.h>
#include <time.h>

enum { THREADS = 4, ROUNDS = 3000 };

static long counter;        /* [gil] */
static uint64_t begin, end; /* [gil] */
static long signals;        /* [atomic] that were handled */
static int ready, over;     /* [atomic] */

static void
handle(int Gil_UNUSED(number))
{
    __atomic_fetch_add(&signals, 1, __ATOMIC_RELAXED);
}

static uint64_t
now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* A timer of 5 kHz whose signal goes to any thread; and, from a thread of its own, a signal to each of these by
 * turns. No SA_RESTART: what can be interrupted is. */
struct storm {
    pthread_t thread, *targets;
    int n;
};

static void *
send_signals(void *arg)
{
    struct storm *storm = (struct storm *)arg;

    while (!__atomic_load_n(&over, __ATOMIC_SEQ_CST)) {
        for (int i = 0; i < storm->n; i++)
            pthread_kill(storm->targets[i], SIGUSR1);
        sched_yield();
    }
    return NULL;
}

static void
begin_storm(struct storm *storm)
{
    struct sigaction action = {.sa_handler = handle};
    const struct itimerval timer = {{0, 200}, {0, 200}};

    ck_assert_int_eq(sigaction(SIGUSR1, &action, NULL), 0);
    ck_assert_int_eq(sigaction(SIGALRM, &action, NULL), 0);
    ck_assert_int_eq(pthread_create(&storm->thread, NULL, send_signals, storm), 0);
    ck_assert_int_eq(setitimer(ITIMER_REAL, &timer, NULL), 0);
}

/* After the threads that it aims at have come to their last step, and before they are joined. */
static void
end_storm(struct storm *storm)
{
    const struct itimerval none = {{0, 0}, {0, 0}};

    __atomic_store_n(&over, 1, __ATOMIC_SEQ_CST);
    pthread_join(storm->thread, NULL);
    ck_assert_int_eq(setitimer(ITIMER_REAL, &none, NULL), 0);
}

/* The last step of a thread that signals are sent to: to be there until no more are. */
static void
linger(void)
{
    __atomic_fetch_add(&ready, 1, __ATOMIC_SEQ_CST);
    while (!__atomic_load_n(&over, __ATOMIC_SEQ_CST))
        sched_yield();
}

static void
until_ready(int n)
{
    while (__atomic_load_n(&ready, __ATOMIC_SEQ_CST) != n)
        sched_yield();
}

/* The work of a host under fire. */
static void *
hand_over(void *Gil_UNUSED(arg))
{
    GilThreadStateToken *token = GilThreadState_Ensure(work.guard);

    ck_assert_ptr_nonnull(token);
    for (int i = 0; i < ROUNDS; i++) {
        int kind = i % WORK_KINDS;
        work_alone();
        errno = i;
        work_once(kind, i);
        if (errno != i && kind != WORK_WITH_OBJECTS)
            ck_abort_msg("errno was %d and is %d", i, errno);
    }
    GilThreadState_Release(token);
    linger();
    return NULL;
}

START_TEST(test_E8_a_storm_of_signals_loses_no_wake)
{
    pthread_t threads[THREADS];
    struct storm storm = {.targets = threads, .n = THREADS};
    GilLockInfo info;
    GilFinalizeReport report;

    GilLockInfo_Init(&info);
    GilFinalizeReport_Init(&report);
    gil_test_start();
    work_open();
    GilInterpreterState *interp = GilInterpreterState_Get();
    GilInterpreterState_SetSwitchInterval(interp, 50000);
    /* Main holds the lock until all of them wait for it, under fire. */
    for (int i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, hand_over, NULL), 0);
    begin_storm(&storm);
    do
        ck_assert_int_eq(GilLock_GetInfo(interp, &info), 0);
    while (info.waiters != THREADS || __atomic_load_n(&signals, __ATOMIC_RELAXED) < 100);
    Gil_BEGIN_ALLOW_THREADS
    until_ready(THREADS);
    end_storm(&storm);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    Gil_END_ALLOW_THREADS
    ck_assert_int_eq(work.rounds, THREADS * ROUNDS);
    ck_assert_int_gt(signals, 100);
    work_close(!gil_machine_can_fence_all());
    gil_test_stop();
    ck_assert_int_eq(Gil_GetFinalizeReport(&report), 0);
    ck_assert_uint_eq(report.blocks, 0);
}
END_TEST

static void *
wait_a_turn(void *Gil_UNUSED(arg))
{
    begin = now_ns();
    GilThreadStateToken *token = GilThreadState_Ensure(work.guard);
    end = now_ns();
    counter++;
    GilThreadState_Release(token);
    linger();
    return NULL;
}

/* Interrupted hundreds of times, a waiter asks for the lock when its turn comes, not before, and counts one wait. */
START_TEST(test_E8_a_storm_of_signals_moves_no_deadline)
{
    const uint64_t interval = 100000000;
    pthread_t thread;
    struct storm storm = {.targets = &thread, .n = 1};
    GilLockInfo info;

    GilLockInfo_Init(&info);
    gil_test_start();
    work.guard = GilInterpreterGuard_FromCurrent();
    GilInterpreterState *interp = GilInterpreterState_Get();
    GilInterpreterState_SetSwitchInterval(interp, interval);
    ck_assert_int_eq(pthread_create(&thread, NULL, wait_a_turn, NULL), 0);
    begin_storm(&storm);
    while (counter == 0) /* which changes in the poll alone; and that has to wait until the storm is one */
        if (__atomic_load_n(&signals, __ATOMIC_RELAXED) > 100 && Gil_Poll() < 0)
            ck_abort_msg("a poll failed");
    ck_assert_int_eq(GilLock_GetInfo(interp, &info), 0);
    Gil_BEGIN_ALLOW_THREADS
    until_ready(1);
    end_storm(&storm);
    pthread_join(thread, NULL);
    Gil_END_ALLOW_THREADS
    ck_assert_uint_ge(end - begin, interval);
    ck_assert_uint_eq(info.switches_forced, 1);
    ck_assert_uint_ge(info.wait_ns, interval);
    ck_assert_int_gt(signals, 100);
    GilInterpreterGuard_Close(work.guard);
    gil_test_stop();
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("signals");
    TCase *tc = tcase_create("storm");

    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, test_E8_a_storm_of_signals_loses_no_wake);
    tcase_add_test(tc, test_E8_a_storm_of_signals_moves_no_deadline);
    suite_add_tcase(s, tc);
    return s;
}
