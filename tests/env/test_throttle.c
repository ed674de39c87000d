/* SPDX-License-Identifier: MIT */
/*
 * One thread that is not run for a while, as by a quota of processor time, while the others are.
 *
 * It stands in a signal handler that waits for a pipe: to all others that is a thread which stopped at an instruction that it
 * did not choose, and goes on there later. How long it stands is the scenario; nothing waits for that time in the hope of
 * something else.
 */
#include "support/support.h"

#include "env/work.h"
#include "sync/machine.h"

#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { OTHERS = 8, ROUNDS_AFTER = 100 };

/* As long as a quota of 100 ms takes to be filled again, and 30 turns. */
#define STANDS_NS 150000000

/* --- to stand still --- */

static int stands[2], goes_on[2]; /* [const] pipes */

static void
stand_still(int Gil_UNUSED(number))
{
    int saved = errno;
    char byte = 0;

    if (write(stands[1], &byte, 1) != 1 || read(goes_on[0], &byte, 1) != 1)
        _exit(2);
    errno = saved;
}

static void
may_stop_threads(void)
{
    struct sigaction action = {.sa_handler = stand_still, .sa_flags = SA_RESTART};

    ck_assert_int_eq(pipe(stands), 0);
    ck_assert_int_eq(pipe(goes_on), 0);
    ck_assert_int_eq(sigaction(SIGUSR1, &action, NULL), 0);
}

static void
stop(pthread_t thread)
{
    char byte;

    ck_assert_int_eq(pthread_kill(thread, SIGUSR1), 0);
    ck_assert_int_eq(read(stands[0], &byte, 1), 1);
}

static void
let_go_on(void)
{
    ck_assert_int_eq(write(goes_on[1], "", 1), 1);
}

/* --- the threads --- */

struct person {
    pthread_t thread;
    uint64_t id;    /* [atomic] of its state; 0: it has not been in yet */
    long done;      /* [atomic] rounds */
    int pairs;      /* [const] so often it leaves the lock and returns, before it stays */
    int stays_out;  /* [const] and then it is outside until everybody goes home */
    int outside;    /* [atomic] */
};

static GilInterpreterState *interp; /* [const] */
static long counter;                /* [gil] */
static int over;                    /* [atomic] */
static struct person holder, other[OTHERS];

static void *
work_until_over(void *arg)
{
    struct person *p = (struct person *)arg;
    GilThreadStateToken *token = GilThreadState_Ensure(work.guard);
    struct timespec t;

    work_must(token != NULL);
    for (int i = 0; i < p->pairs; i++) {
        Gil_BEGIN_ALLOW_THREADS
        Gil_END_ALLOW_THREADS
    }
    __atomic_store_n(&p->id, GilThreadState_GetID(GilThreadState_Get()), __ATOMIC_SEQ_CST);
    while (!__atomic_load_n(&over, __ATOMIC_SEQ_CST)) {
        if (p->stays_out) {
            Gil_BEGIN_ALLOW_THREADS
            __atomic_store_n(&p->outside, 1, __ATOMIC_SEQ_CST);
            while (!__atomic_load_n(&over, __ATOMIC_SEQ_CST))
                clock_gettime(CLOCK_MONOTONIC, &t);
            Gil_END_ALLOW_THREADS
        }
        counter++;
        __atomic_fetch_add(&p->done, 1, __ATOMIC_SEQ_CST);
        clock_gettime(CLOCK_MONOTONIC, &t);
        work_must(Gil_Poll() == 0);
    }
    GilThreadState_Release(token);
    return NULL;
}

static void
begin(struct person *p)
{
    ck_assert_int_eq(pthread_create(&p->thread, NULL, work_until_over, p), 0);
}

static long
rounds(const struct person *p)
{
    return __atomic_load_n(&p->done, __ATOMIC_SEQ_CST);
}

static GilLockInfo
look(void)
{
    GilLockInfo info;

    GilLockInfo_Init(&info);
    ck_assert_int_eq(GilLock_GetInfo(interp, &info), 0);
    return info;
}

static void
until_waiting(uint64_t waiters)
{
    while (look().waiters != waiters)
        sched_yield();
}

/* Each of them has done so many rounds more. */
static void
until_all_proceed(struct person **all, int n)
{
    long before[OTHERS + 1];

    for (int i = 0; i < n; i++)
        before[i] = rounds(all[i]);
    for (int i = 0; i < n; i++)
        while (rounds(all[i]) - before[i] < ROUNDS_AFTER)
            sched_yield();
}

/* How often threads of this process went to sleep so far. */
static long
sleeps(void)
{
    struct rusage usage;

    ck_assert_int_eq(getrusage(RUSAGE_SELF, &usage), 0);
    return usage.ru_nvcsw;
}

/* --- the host --- */

static int reports;           /* [atomic] */
static GilLongHold last_hold; /* the second that was told of: one waiter tells at a time */

static void
note_hold(const GilLongHold *hold, void *Gil_UNUSED(unused))
{
    /* Later ones may be of others, on a machine that is busy. */
    if (__atomic_load_n(&reports, __ATOMIC_SEQ_CST) < 2)
        last_hold = *hold;
    __atomic_fetch_add(&reports, 1, __ATOMIC_SEQ_CST);
}

/* Who holds the lock is told of after so long. */
static void
open_house(uint64_t long_hold)
{
    may_stop_threads();
    gil_test_start();
    interp = GilInterpreterState_Get();
    work.guard = GilInterpreterGuard_FromCurrent();
    ck_assert_ptr_nonnull(work.guard);
    ck_assert_int_eq(GilLock_SetLongHoldHook(interp, long_hold, note_hold, NULL), 0);
}

/* Attached. All have come to their end. */
static void
close_house(int others, int fenced)
{
    long sum = rounds(&holder);

    for (int i = 0; i < others; i++)
        sum += rounds(&other[i]);
    ck_assert_int_eq(counter, sum);
    ck_assert_uint_eq(look().waiters, 0);
    ck_assert_uint_eq(look().mode, fenced ? GIL_LOCK_FENCED : GIL_LOCK_ASYMMETRIC);
    ck_assert_uint_eq(look().membarriers > 0, !fenced);
    ck_assert_int_eq(GilLock_SetLongHoldHook(interp, 0, NULL, NULL), 0);
    GilInterpreterGuard_Close(work.guard);
    gil_test_stop();
}

static void
go_home(int others)
{
    __atomic_store_n(&over, 1, __ATOMIC_SEQ_CST);
    ck_assert_int_eq(pthread_join(holder.thread, NULL), 0);
    for (int i = 0; i < others; i++)
        ck_assert_int_eq(pthread_join(other[i].thread, NULL), 0);
}

/* With the lock that leans to it, and with one that does not. While it stands nobody is in, nobody is woken for nothing, nobody
 * is told of a long hold that is none; then all go on, and turns end by the clock as before. */
START_TEST(test_R4_a_throttled_holder_is_waited_for)
{
    struct person *all[OTHERS + 1] = {&holder};

    holder.pairs = _i ? 10 * (int)GIL_MACHINE_FENCE_WORTH : 0;
    open_house(UINT64_C(60000000000));
    int fenced = !gil_machine_can_fence_all();
    Gil_BEGIN_ALLOW_THREADS
    begin(&holder);
    while (rounds(&holder) == 0)
        sched_yield();
    stop(holder.thread);
    long had = rounds(&holder);
    uint64_t membarriers = look().membarriers;
    for (int i = 0; i < OTHERS; i++) {
        begin(&other[i]);
        all[i + 1] = &other[i];
    }
    until_waiting(OTHERS);
    long before = sleeps();
    work_until_the_clock_is_further(STANDS_NS);
    long after = sleeps();
    ck_assert_uint_eq(look().holder, holder.id);
    ck_assert_uint_eq(look().waiters, OTHERS);
    ck_assert_uint_le(look().membarriers, membarriers + 1);
    for (int i = 0; i < OTHERS; i++)
        ck_assert_int_eq(rounds(&other[i]), 0);
    ck_assert_int_eq(rounds(&holder), had);
    printf("# %ld sleeps of %d that waited\n", after - before, OTHERS);
    fflush(stdout);
    ck_assert_int_le(after - before, 3L * OTHERS);
    let_go_on();
    uint64_t forced = look().switches_forced;
    until_all_proceed(all, OTHERS + 1);
    ck_assert_uint_gt(look().switches_forced, forced);
    go_home(OTHERS);
    Gil_END_ALLOW_THREADS
    ck_assert_int_eq(reports, 0);
    close_house(OTHERS, fenced);
}
END_TEST

/* Where that is a long hold, it is told of, with the name of the thread that stands. */
START_TEST(test_R4_a_throttled_holder_is_told_of_where_that_is_long)
{
    open_house(STANDS_NS / 10);
    int fenced = !gil_machine_can_fence_all();
    Gil_BEGIN_ALLOW_THREADS
    begin(&holder);
    while (rounds(&holder) == 0)
        sched_yield();
    stop(holder.thread);
    begin(&other[0]);
    while (__atomic_load_n(&reports, __ATOMIC_SEQ_CST) < 2)
        sched_yield();
    ck_assert_int_eq(rounds(&other[0]), 0);
    let_go_on();
    while (rounds(&other[0]) == 0)
        sched_yield();
    go_home(1);
    Gil_END_ALLOW_THREADS
    ck_assert_uint_eq(last_hold.holder, holder.id);
    ck_assert_uint_ge(last_hold.waited_ns, 2 * STANDS_NS / 10);
    close_house(1, fenced);
}
END_TEST

/* One that is outside when it stops: the lock may lean to it, and nobody waits for it all the same. */
START_TEST(test_R4_a_thread_that_is_throttled_outside_is_not_waited_for)
{
    struct person *all[OTHERS];

    holder.pairs = 10 * (int)GIL_MACHINE_FENCE_WORTH;
    holder.stays_out = 1;
    open_house(UINT64_C(60000000000));
    int fenced = !gil_machine_can_fence_all();
    Gil_BEGIN_ALLOW_THREADS
    begin(&holder);
    while (!__atomic_load_n(&holder.outside, __ATOMIC_SEQ_CST))
        sched_yield();
    stop(holder.thread);
    for (int i = 0; i < OTHERS; i++) {
        begin(&other[i]);
        all[i] = &other[i];
    }
    until_all_proceed(all, OTHERS);
    ck_assert_int_eq(rounds(&holder), 0);
    let_go_on();
    go_home(OTHERS);
    Gil_END_ALLOW_THREADS
    ck_assert_int_eq(rounds(&holder), 1);
    ck_assert_int_eq(reports, 0);
    close_house(OTHERS, fenced);
}
END_TEST

/* The first of the queue stops in its sleep, long before its turn: the one behind it looks after the time for it, and the holder
 * gives the lock up. That it goes to the one that stands is what the queue promised; then all wait for it. */
START_TEST(test_R4_the_first_that_waits_may_be_throttled)
{
    struct person *all[3] = {&holder, &other[0], &other[1]};

    open_house(UINT64_C(60000000000));
    int fenced = !gil_machine_can_fence_all();
    GilInterpreterState_SetSwitchInterval(interp, 50000000);
    Gil_BEGIN_ALLOW_THREADS
    begin(&holder);
    while (rounds(&holder) == 0)
        sched_yield();
    begin(&other[0]);
    until_waiting(1);
    stop(other[0].thread);
    begin(&other[1]);
    while (look().holder == holder.id)
        sched_yield();
    until_waiting(2);
    ck_assert_int_eq(rounds(&other[0]) + rounds(&other[1]), 0);
    let_go_on();
    until_all_proceed(all, 3);
    go_home(2);
    Gil_END_ALLOW_THREADS
    ck_assert_int_eq(reports, 0);
    close_house(2, fenced);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("throttle");
    TCase *tc = tcase_create("throttle");

    tcase_set_timeout(tc, 60);
    tcase_add_loop_test(tc, test_R4_a_throttled_holder_is_waited_for, 0, 2);
    tcase_add_test(tc, test_R4_a_throttled_holder_is_told_of_where_that_is_long);
    tcase_add_test(tc, test_R4_a_thread_that_is_throttled_outside_is_not_waited_for);
    tcase_add_test(tc, test_R4_the_first_that_waits_may_be_throttled);
    suite_add_tcase(s, tc);
    return s;
}
