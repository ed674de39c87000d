/* SPDX-License-Identifier: MIT */
/* The lock with real threads; its schedules are explored in tests/models/. */
#include "unit/state/world.h"

#include "sync/machine.h"

#include <errno.h>
#include <sched.h>
#include <sys/resource.h>
#include <time.h>

static long counter; /* [gil] */

enum { CROWD = 4 };
static int come;                     /* [atomic] threads of the crowd that have been inside */
static uint32_t *crowd_token[CROWD]; /* [atomic] what they sleep on; memory of the pool, and so never gone */

static void *
count_up(void *rounds)
{
    errno = ERANGE;
    GilThreadStateToken *token = GilThreadState_Ensure(world_guard);

    if (errno != ERANGE)
        ck_abort_msg("errno is %d", errno);
    gil_store_release(&crowd_token[come], &GilThreadState_Get()->waiter.token);
    gil_fetch_add_seq_cst(&come, 1);
    for (int i = 0; i < *(int *)rounds; i++) {
        gil_store_relaxed(&counter, gil_load_relaxed(&counter) + 1); /* two steps, on purpose */
        errno = i;
        Gil_BEGIN_ALLOW_THREADS
        Gil_END_ALLOW_THREADS
        if (i % 16 == 0 && Gil_Poll() != 0)
            ck_abort_msg("a poll failed");
        if (errno != i)
            ck_abort_msg("errno was %d and is %d", i, errno);
    }
    GilThreadState_Release(token);
    return NULL;
}

static void
crowd(void)
{
    pthread_t threads[CROWD];
    int rounds = 20000;

    GilInterpreterState_SetSwitchInterval(world_ts->interp, 1000);
    for (int i = 0; i < CROWD; i++)
        threads[i] = world_thread(count_up, &rounds);
    world_until_waiting(world_ts->interp, CROWD);
    for (int i = 0; i < CROWD; i++)
        world_join(threads[i]);
    ck_assert_int_eq(counter, (long)CROWD * rounds);
}

START_TEST(test_state_lock__excludes)
{
    crowd();
}
END_TEST

/* The slow paths ask the system for sleep, wakes and fences, any of which may fail; what the thread had in errno stays. Each of
 * the crowd waits at least once. */
START_TEST(test_B9_errno_survives_waits_and_wakes)
{
    GilLockInfo info;

    crowd();
    GilLockInfo_Init(&info);
    ck_assert_int_eq(GilLock_GetInfo(world_ts->interp, &info), 0);
    ck_assert_uint_gt(info.wait_ns, 0);
    ck_assert_uint_ge(info.switches_voluntary + info.switches_forced, CROWD);
}
END_TEST

static int visits_done;

/* Comes now and then, so that the lock leans, is revoked at any step of a transition, and leans again. */
static void *
visit(void *rounds)
{
    for (int i = 0; i < *(int *)rounds; i++) {
        uint64_t until = gil_machine_now() + 20000 + (uint64_t)i % 64 * 1000;
        while (gil_machine_now() < until)
            ;
        GilThreadStateToken *token = GilThreadState_Ensure(world_guard);
        gil_store_relaxed(&counter, gil_load_relaxed(&counter) + 1);
        GilThreadState_Release(token);
    }
    gil_store_release(&visits_done, 1);
    return NULL;
}

START_TEST(test_state_lock__excludes_while_it_leans)
{
    int rounds = 300 + (int)gil_test_plenty(2700);
    long own = 0;
    pthread_t thread = world_thread(visit, &rounds);

    while (!gil_load_acquire(&visits_done)) {
        gil_store_relaxed(&counter, gil_load_relaxed(&counter) + 1);
        own++;
        Gil_BEGIN_ALLOW_THREADS
        Gil_END_ALLOW_THREADS
    }
    world_join(thread);
    ck_assert_int_eq(counter, own + rounds);
}
END_TEST

/* --- turns --- */

enum { YIELDERS = 4, YIELDS = 2000 };
static int turn[YIELDERS * YIELDS], turns; /* [gil] who had the lock, one entry a turn */
static int yields;                         /* [const] of each */

/* Writes the turn down, holds the lock until somebody is owed it, or nobody waits any more, and polls. */
static void *
yielder(void *self)
{
    GilThreadStateToken *token = GilThreadState_Ensure(world_guard);
    GilThreadState *ts = GilThreadState_Get();

    for (int i = 0; i < yields; i++) {
        turn[turns++] = *(int *)self;
        while (!(gil_load_relaxed(&ts->block.brk) & _Gil_BRK_PREEMPT) && gil_load_relaxed(&ts->lock->turns.waiters) > 0)
            sched_yield();
        ck_assert_int_eq(Gil_PollThread(ts), 0);
    }
    GilThreadState_Release(token);
    return NULL;
}

/* After OCaml's testyield: while others wait, nobody has two turns in a row. */
START_TEST(test_A3_an_accepted_request_lets_another_thread_run_first)
{
    pthread_t threads[YIELDERS];
    int ids[YIELDERS], had[YIELDERS] = {0};

    yields = (int)gil_test_plenty(YIELDS);
    GilInterpreterState_SetSwitchInterval(world_ts->interp, GIL_SWITCH_INTERVAL_MIN);
    for (int i = 0; i < YIELDERS; i++) {
        ids[i] = i;
        threads[i] = world_thread(yielder, &ids[i]);
    }
    world_until_waiting(world_ts->interp, YIELDERS);
    for (int i = 0; i < YIELDERS; i++)
        world_join(threads[i]);
    ck_assert_int_eq(turns, YIELDERS * yields);
    /* Until the first of them is through, all wait, and first come is first served: round robin. */
    int all = 0;
    while (had[turn[all]]++ < yields - 1)
        all++;
    ck_assert_int_gt(all, YIELDERS * (yields - 2));
    for (int i = YIELDERS; i < all; i++)
        ck_assert_int_eq(turn[i], turn[i - YIELDERS]);
}
END_TEST

enum { RUN_YIELDS = 50000, RUN_THREADS = 3 };
static int run_owner, run_length, run_longest, run_finished; /* [gil] */

static void *
yield_on(void *self)
{
    GilThreadStateToken *token = GilThreadState_Ensure(world_guard);

    for (long i = gil_test_plenty(RUN_YIELDS) / RUN_THREADS; i > 0; i--) {
        run_length = run_owner == *(int *)self ? run_length + 1 : 1;
        run_owner = *(int *)self;
        /* Before all have come, and once one has gone, the last may be alone. */
        if (run_finished == 0 && run_longest < run_length)
            run_longest = run_length;
        ck_assert_int_eq(GilEval_Yield(), 0);
    }
    run_finished++;
    GilThreadState_Release(token);
    return NULL;
}

/* The same by GilEval_Yield(), which needs no request: each yield is a switch, however short the turns. */
START_TEST(test_A3_each_yield_lets_another_thread_run_first)
{
    pthread_t threads[RUN_THREADS];
    int ids[RUN_THREADS];

    GilInterpreterState_SetSwitchInterval(world_ts->interp, _i ? GIL_SWITCH_INTERVAL_MAX : GIL_SWITCH_INTERVAL_MIN);
    for (int i = 0; i < RUN_THREADS; i++) {
        ids[i] = i + 1;
        threads[i] = world_thread(yield_on, &ids[i]);
    }
    world_until_waiting(world_ts->interp, RUN_THREADS);
    for (int i = 0; i < RUN_THREADS; i++)
        world_join(threads[i]);
    ck_assert_int_eq(run_finished, RUN_THREADS);
    ck_assert_int_ge(run_longest, 1);
    ck_assert_int_le(run_longest, 3);
}
END_TEST

static int got_it, may_go;
static uint64_t waits_of_the_last; /* [gil] that it counted itself */

static void *
enter_once(void *unused)
{
    (void)unused;
    GilThreadStateToken *token = GilThreadState_Ensure(world_guard);
    waits_of_the_last = GilThreadState_Get()->stats.waits;
    gil_fetch_add_seq_cst(&got_it, 1);
    GilThreadState_Release(token);
    return NULL;
}

/* How long the thread has been running so far, all together. */
static uint64_t
cpu_time(pthread_t thread)
{
    struct timespec t;
    clockid_t clock;

    ck_assert_int_eq(pthread_getcpuclockid(thread, &clock), 0);
    ck_assert_int_eq(clock_gettime(clock, &t), 0);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* A sleeper is woken for nothing until it has been awake for a millisecond, which takes hundreds of times: it has the lock no
 * sooner, asks for nothing, keeps its place, and counts one wait. */
START_TEST(test_A7_who_is_woken_for_nothing_sleeps_on)
{
    GilInterpreterState_SetSwitchInterval(world_ts->interp, GIL_SWITCH_INTERVAL_MAX);
    pthread_t thread = world_thread(enter_once, NULL);
    world_until_waiting(world_ts->interp, 1);
    GilThreadState *waiter = world_ts->lock->turns.head;
    for (uint64_t before = cpu_time(thread); cpu_time(thread) - before < 1000000;)
        gil_machine_unpark(&waiter->waiter.token);
    ck_assert_ptr_eq(world_ts->lock->turns.head, waiter);
    ck_assert_int_eq(gil_load_acquire(&got_it), 0);
    ck_assert_int_eq(gil_load_relaxed(&world_ts->block.brk) & _Gil_BRK_PREEMPT, 0);
    world_until_waiting(world_ts->interp, 1);
    world_join(thread);
    ck_assert_int_eq(got_it, 1);
    ck_assert_uint_eq(waits_of_the_last, 1);
}
END_TEST

static int strays_over;  /* [atomic] */
static uint64_t strays; /* [atomic] */

/* Wakes each of the crowd all the time: asleep, on its way to sleep, woken in earnest, inside, or gone. */
static void *
wake_for_nothing(void *unused)
{
    while (!gil_load_acquire(&strays_over)) {
        for (int i = 0; i < CROWD; i++)
            gil_machine_unpark(gil_load_acquire(&crowd_token[i]));
        gil_fetch_add_relaxed(&strays, 1);
    }
    return unused;
}

START_TEST(test_A7_wakes_for_nothing_race_with_those_in_earnest)
{
    for (int i = 0; i < CROWD; i++)
        crowd_token[i] = &world_ts->waiter.token;
    pthread_t thread = world_thread(wake_for_nothing, NULL);
    while (gil_load_relaxed(&strays) == 0)
        sched_yield();
    crowd();
    ck_assert_int_eq(come, CROWD);
    uint64_t seen = gil_load_relaxed(&strays);
    while (gil_load_relaxed(&strays) == seen) /* once more, now that they are gone */
        sched_yield();
    gil_store_release(&strays_over, 1);
    world_join(thread);
    world_until_waiting(world_ts->interp, 0);
    ck_assert_int_eq(gil_load_relaxed(&world_ts->block.brk) & _Gil_BRK_PREEMPT, 0);
}
END_TEST

START_TEST(test_A12_the_interval_is_clamped_and_may_change_while_threads_wait)
{
    GilInterpreterState *interp = world_ts->interp;

    ck_assert_uint_eq(GilInterpreterState_GetSwitchInterval(interp), GIL_SWITCH_INTERVAL_DEFAULT);
    ck_assert_int_eq(GilInterpreterState_SetSwitchInterval(interp, 0), 0);
    ck_assert_uint_eq(GilInterpreterState_GetSwitchInterval(interp), GIL_SWITCH_INTERVAL_MIN);
    ck_assert_int_eq(GilInterpreterState_SetSwitchInterval(interp, UINT64_MAX), 0);
    ck_assert_uint_eq(GilInterpreterState_GetSwitchInterval(interp), GIL_SWITCH_INTERVAL_MAX);

    /* This one's turn comes in an hour, unless the lock is left. */
    pthread_t thread = world_thread(enter_once, NULL);
    world_until_waiting(interp, 1);
    ck_assert_int_eq(GilInterpreterState_SetSwitchInterval(interp, 1000), 0);
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_eq(got_it, 0);
    world_join(thread);

    /* This one's comes at once. */
    thread = world_thread(enter_once, NULL);
    while (!(gil_load_relaxed(&world_ts->block.brk) & _Gil_BRK_PREEMPT))
        sched_yield();
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_eq(got_it, 2);
    world_join(thread);
}
END_TEST

static long sleeps; /* [gil] */

static void *
enter_and_count_sleeps(void *unused)
{
    struct rusage before, after;

    (void)unused;
    getrusage(RUSAGE_THREAD, &before);
    GilThreadStateToken *token = GilThreadState_Ensure(world_guard);
    getrusage(RUSAGE_THREAD, &after);
    sleeps += after.ru_nvcsw - before.ru_nvcsw;
    GilThreadState_Release(token);
    return NULL;
}

/* Were all woken at each release, they would sleep about WAITERS * WAITERS / 2 times. */
START_TEST(test_A17_two_hundred_waiters_are_no_herd)
{
    enum { WAITERS = 200 };
    pthread_t threads[WAITERS];

    GilInterpreterState_SetSwitchInterval(world_ts->interp, GIL_SWITCH_INTERVAL_MAX);
    for (int i = 0; i < WAITERS; i++)
        threads[i] = world_thread(enter_and_count_sleeps, NULL);
    world_until_waiting(world_ts->interp, WAITERS);
    for (int i = 0; i < WAITERS; i++)
        world_join(threads[i]);
    ck_assert_int_ge(sleeps, WAITERS / 2);
    ck_assert_int_le(sleeps, 6 * WAITERS);
}
END_TEST

/* They are all in the queue when the lock is left: each has it once, and between two of them there is one switch and nothing
 * else. What that takes in time is in test_lock_clock.c. */
START_TEST(test_B15_a_burst_is_served_by_one_switch_each)
{
    enum { BURST = 100 };
    pthread_t threads[BURST];
    GilLockInfo info;

    GilInterpreterState_SetSwitchInterval(world_ts->interp, GIL_SWITCH_INTERVAL_MAX);
    for (int i = 0; i < BURST; i++)
        threads[i] = world_thread(enter_once, NULL);
    world_until_waiting(world_ts->interp, BURST);
    ck_assert_int_eq(got_it, 0);
    Gil_BEGIN_ALLOW_THREADS
    for (int i = 0; i < BURST; i++)
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
    Gil_END_ALLOW_THREADS
    ck_assert_int_eq(got_it, BURST);
    GilLockInfo_Init(&info);
    ck_assert_int_eq(GilLock_GetInfo(world_ts->interp, &info), 0);
    ck_assert_uint_eq(info.waiters, 0);
    ck_assert_uint_eq(info.switches_voluntary, BURST + 1);
    ck_assert_uint_eq(info.switches_forced, 0);
}
END_TEST

enum { ENTRIES = 100, POLLS_BETWEEN = 1000 };
#define MODEST_INTERVAL UINT64_C(50000000)
static int entries, soon; /* [atomic] times that the other one got in; and in less than half an interval */
static uint64_t polls;    /* [atomic] what the thread that computes has done */

static void *
enter_now_and_then(void *unused)
{
    (void)unused;
    for (int i = 0; i < ENTRIES; i++) {
        uint64_t seen = gil_load_relaxed(&polls);
        while (gil_load_relaxed(&polls) - seen < POLLS_BETWEEN)
            sched_yield();
        uint64_t begin = gil_machine_now();
        enter_once(NULL);
        gil_fetch_add_seq_cst(&soon, gil_machine_now() - begin < MODEST_INTERVAL / 2);
        gil_fetch_add_seq_cst(&entries, 1);
    }
    return NULL;
}

/* Beside a thread that only computes, one that wants the lock for a moment now and then waits no interval each time; what a busy
 * machine adds now and then is no matter. To the nanosecond it is shown in test_lock_clock.c. */
START_TEST(test_state_lock__a_modest_thread_is_let_in_soon)
{
    GilLockInfo info;

    GilInterpreterState_SetSwitchInterval(world_ts->interp, MODEST_INTERVAL);
    pthread_t thread = world_thread(enter_now_and_then, NULL);
    while (gil_load_acquire(&entries) < ENTRIES) {
        if (Gil_Poll() < 0)
            ck_abort_msg("a poll failed");
        gil_fetch_add_relaxed(&polls, 1);
    }
    world_join(thread);
    GilLockInfo_Init(&info);
    ck_assert_int_eq(GilLock_GetInfo(world_ts->interp, &info), 0);
    ck_assert_uint_ge(info.wait_ns, MODEST_INTERVAL); /* the first time: the accounts were equal */
    ck_assert_int_ge(soon, ENTRIES / 2);
}
END_TEST

/* --- leaning --- */

static uint64_t
membarriers(void)
{
    GilLockInfo info;

    GilLockInfo_Init(&info);
    ck_assert_int_eq(GilLock_GetInfo(world_ts->interp, &info), 0);
    return info.membarriers;
}

static int
leans(const GilThreadState *ts)
{
    return !(gil_load_relaxed(&ts->block.brk) & _Gil_BRK_FENCED);
}

START_TEST(test_state_lock__a_lock_of_one_thread_leans_and_issues_no_membarrier)
{
    ck_assert_int_eq(leans(world_ts), gil_machine_can_fence_all());
    for (int i = 0; i < 10000; i++) {
        Gil_BEGIN_ALLOW_THREADS
        ck_assert_int_eq(GilThreadState_IsAttached(), 0);
        Gil_END_ALLOW_THREADS
        ck_assert_int_eq(GilThreadState_IsAttached(), 1);
    }
    GilEval_RestoreThread(GilEval_SaveThread());
    ck_assert_int_eq(leans(world_ts), gil_machine_can_fence_all());
    ck_assert_uint_eq(membarriers(), 0);
}
END_TEST

/* Each leans in turn and is robbed by the other; membarrier(2) is refused by now, and would stop the process. */
START_TEST(test_state_lock__a_process_of_one_thread_issues_no_membarrier_between_its_states)
{
#if __has_include(<sys/single_threaded.h>)
    GilThreadState *other = GilThreadState_New(world_ts->interp);

    if (gil_machine_can_fence_all())
        gil_test_refuse_membarrier(EPERM);
    for (int i = 0; i < 6; i++) {
        ck_assert_int_eq(leans(GilThreadState_Get()), gil_machine_can_fence_all());
        GilThreadState_Swap(i % 2 == 0 ? other : world_ts);
        for (unsigned n = 0; n <= GIL_MACHINE_FENCE_WORTH; n++) {
            Gil_BEGIN_ALLOW_THREADS
            Gil_END_ALLOW_THREADS
        }
    }
    ck_assert_uint_eq(membarriers(), 0);
    GilThreadState_Delete(other);
#endif
}
END_TEST

START_TEST(test_state_lock__one_membarrier_makes_it_a_word_and_use_makes_it_lean_again)
{
    uint64_t one = (uint64_t)gil_machine_can_fence_all();

    for (uint64_t round = 1; round <= 3; round++) {
        pthread_t thread = world_thread(enter_once, NULL);
        Gil_BEGIN_ALLOW_THREADS /* the other one steals it from here */
        world_until(&got_it, (int)round);
        Gil_END_ALLOW_THREADS
        world_join(thread);
        ck_assert_int_eq(leans(world_ts), 0);
        ck_assert_uint_eq(membarriers(), round * one);
        for (unsigned i = 0; i <= GIL_MACHINE_FENCE_WORTH; i++) {
            Gil_BEGIN_ALLOW_THREADS
            Gil_END_ALLOW_THREADS
        }
        ck_assert_int_eq(leans(world_ts), gil_machine_can_fence_all());
    }
}
END_TEST

START_TEST(test_state_lock__a_holder_inside_is_not_robbed)
{
    GilInterpreterState_SetSwitchInterval(world_ts->interp, GIL_SWITCH_INTERVAL_MAX);
    pthread_t thread = world_thread(enter_once, NULL);
    world_until_waiting(world_ts->interp, 1);
    ck_assert_int_eq(leans(world_ts), 0);
    ck_assert(gil_lock_is_owner(world_ts->lock, world_ts));
    ck_assert_int_eq(gil_load_acquire(&got_it), 0);
    world_join(thread);
    ck_assert_int_eq(got_it, 1);
}
END_TEST

START_TEST(test_state_lock__a_state_that_ends_is_forgotten)
{
    GilThreadState *other = GilThreadState_New(world_ts->interp);

    GilThreadState_Swap(other);
    for (unsigned i = 0; i <= GIL_MACHINE_FENCE_WORTH; i++) {
        Gil_BEGIN_ALLOW_THREADS
        Gil_END_ALLOW_THREADS
    }
    ck_assert_int_eq(leans(other), gil_machine_can_fence_all());
    uint64_t before = membarriers();
    GilThreadState_DeleteCurrent();
    GilThreadState_Swap(world_ts);
    ck_assert_uint_eq(membarriers(), before); /* nobody was there to be asked */
}
END_TEST

START_TEST(test_state_lock__timing_mode_does_not_lean)
{
    ck_assert_int_eq(GilLock_SetTiming(world_ts->interp, 1), 0);
    for (unsigned i = 0; i <= 2 * GIL_MACHINE_FENCE_WORTH; i++) {
        ck_assert_int_eq(leans(world_ts), 0);
        Gil_BEGIN_ALLOW_THREADS
        Gil_END_ALLOW_THREADS
    }
    ck_assert_int_eq(GilLock_SetTiming(world_ts->interp, 0), 0);
}
END_TEST

static const int refusals[] = {ENOSYS, EPERM, EINVAL};

START_TEST(test_R1_without_membarrier_the_lock_works_and_says_so)
{
    GilLockInfo info;

    gil_test_refuse_membarrier(refusals[_i]);
    world_start();
    crowd();
    ck_assert_int_eq(gil_machine_can_fence_all(), 0);
    GilLockInfo_Init(&info);
    ck_assert_int_eq(GilLock_GetInfo(world_ts->interp, &info), 0);
    ck_assert_uint_eq(info.mode, GIL_LOCK_FENCED);
    ck_assert_uint_eq(info.membarriers, 0);
    ck_assert_int_eq(leans(world_ts), 0);
    world_stop();
}
END_TEST

/* What the tests of this file ran in. */
START_TEST(test_state_lock__the_mode_is_told)
{
    GilLockInfo info;

    GilLockInfo_Init(&info);
    ck_assert_int_eq(GilLock_GetInfo(world_ts->interp, &info), 0);
    ck_assert_uint_eq(info.mode, gil_machine_can_fence_all() ? GIL_LOCK_ASYMMETRIC : GIL_LOCK_FENCED);
    if (gil_test_refuses_membarrier())
        ck_assert_uint_eq(info.mode, GIL_LOCK_FENCED);
}
END_TEST

START_TEST(test_state_lock__fenced_by_wish)
{
    struct gil_interp_config config = {.fenced = 1};
    GilThreadState *ts;
    GilLockInfo info;

    ck_assert_int_eq(gil_interp_new(&config, &ts), 0);
    GilThreadState_Swap(ts);
    GilLockInfo_Init(&info);
    ck_assert_int_eq(GilLock_GetInfo(ts->interp, &info), 0);
    ck_assert_uint_eq(info.mode, GIL_LOCK_FENCED);
    ck_assert_int_eq(leans(ts), 0);
    world_interp_end(ts);
    GilThreadState_Swap(world_ts);
}
END_TEST

/* A lock that leans, and a sandbox entered too late: the first who would have to ask stops the process. */
static void
refuse_late(void *error)
{
    world_start();
    gil_test_refuse_membarrier(*(const int *)error);
    pthread_t thread = world_thread(enter_once, NULL);
    world_join(thread);
}

START_TEST(test_R2_a_sandbox_entered_too_late_stops_the_process)
{
    gil_machine_start();
    if (gil_machine_can_fence_all())
        gil_test_expect_abort(refuse_late, (void *)(uintptr_t)&refusals[_i], "enter a seccomp sandbox before the runtime");
}
END_TEST

/* --- counters --- */

static void *
enter_in_turn(void *rounds)
{
    for (int i = 0; i < *(int *)rounds; i++) {
        world_until(&may_go, 2 * i + 1);
        GilThreadStateToken *token = GilThreadState_Ensure(world_guard);
        GilThreadState_Release(token);
        gil_store_release(&may_go, 2 * i + 2);
    }
    return NULL;
}

START_TEST(test_state_lock__voluntary_switches_are_counted_exactly)
{
    int rounds = 100;
    GilLockInfo info;
    pthread_t thread = world_thread(enter_in_turn, &rounds);

    for (int i = 0; i < rounds; i++) {
        Gil_BEGIN_ALLOW_THREADS
        gil_store_release(&may_go, 2 * i + 1);
        world_until(&may_go, 2 * i + 2);
        Gil_END_ALLOW_THREADS
    }
    world_join(thread);
    GilLockInfo_Init(&info);
    ck_assert_int_eq(GilLock_GetInfo(world_ts->interp, &info), 0);
    ck_assert_uint_eq(info.switches_voluntary, 2 * (uint64_t)rounds);
    ck_assert_uint_eq(info.switches_forced, 0);
}
END_TEST

START_TEST(test_state_lock__forced_switches_and_waits_are_counted)
{
    GilLockInfo info;
    pthread_t thread = world_thread(enter_once, NULL);

    GilLockInfo_Init(&info);
    while (!(gil_load_relaxed(&world_ts->block.brk) & _Gil_BRK_PREEMPT))
        sched_yield();
    ck_assert_int_eq(GilLock_GetInfo(world_ts->interp, &info), 0);
    ck_assert_uint_eq(info.switches_forced, 0);
    ck_assert_uint_eq(info.waiters, 1);
    ck_assert_uint_eq(info.holder, GilThreadState_GetID(world_ts));
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_eq(GilLock_GetInfo(world_ts->interp, &info), 0);
    ck_assert_uint_eq(info.switches_forced, 1);
    ck_assert_uint_eq(info.switches_voluntary, 1); /* the way back */
    ck_assert_uint_ge(info.wait_ns, GIL_SWITCH_INTERVAL_DEFAULT);
    world_join(thread);
}
END_TEST

START_TEST(test_state_lock__timing_mode_counts_held_time)
{
    GilLockInfo before, after;
    uint64_t begin = gil_machine_now();

    GilLockInfo_Init(&before);
    GilLockInfo_Init(&after);
    ck_assert_int_eq(GilLock_SetTiming(world_ts->interp, 1), 0);
    uint64_t until = gil_machine_now() + 1000000;
    while (gil_machine_now() < until)
        ;
    ck_assert_int_eq(GilLock_GetInfo(world_ts->interp, &before), 0);
    ck_assert_uint_eq(before.timing, 1);
    ck_assert_uint_ge(before.held_ns, 1000000);
    ck_assert_uint_ge(before.since_ns, begin);
    Gil_BEGIN_ALLOW_THREADS
    ck_assert_int_eq(GilLock_GetInfo(world_ts->interp, &before), 0);
    ck_assert_uint_eq(before.holder, 0);
    ck_assert_uint_eq(before.since_ns, 0);
    ck_assert_int_eq(GilLock_GetInfo(world_ts->interp, &after), 0);
    ck_assert_uint_eq(after.held_ns, before.held_ns); /* nobody holds it, nothing is added */
    Gil_END_ALLOW_THREADS
    ck_assert_int_eq(GilLock_SetTiming(world_ts->interp, 0), 0);
    ck_assert_int_eq(GilLock_GetInfo(world_ts->interp, &before), 0);
    ck_assert_uint_eq(before.timing, 0);
    ck_assert_uint_eq(before.since_ns, 0);
    ck_assert_uint_ge(before.held_ns, after.held_ns);
    ck_assert_uint_le(before.held_ns, gil_machine_now() - begin);
}
END_TEST

START_TEST(test_state_lock__a_barred_state_is_refused)
{
    GilThreadState *other = gil_tstate_new(world_ts->interp);
    struct gil_lock *lock = world_ts->lock;

    gil_lock_bar(lock, other);
    ck_assert_int_eq(gil_lock_acquire(lock, other, "test"), GIL_LOCK_BARRED);
    ck_assert_int_eq(gil_lock_acquire_until(lock, other, 0, "test"), GIL_LOCK_LATE);
    gil_lock_release(lock, world_ts, "test");
    ck_assert_int_eq(gil_lock_acquire(lock, other, "test"), GIL_LOCK_BARRED);
    ck_assert_int_eq(gil_lock_acquire_until(lock, other, 0, "test"), GIL_LOCK_BARRED);
    ck_assert(!gil_lock_is_owner(lock, other));
    ck_assert_int_eq(gil_lock_acquire(lock, world_ts, "test"), GIL_LOCK_GOT);
    gil_tstate_delete(other);
}
END_TEST

/* --- one state, attached twice --- */

static struct gil_lock own_lock;
static struct {
    GilThreadState ts __attribute__((aligned(64)));
} own[2];

static void
start_own(void)
{
    gil_lock_init(&own_lock, 1000000, 0);
    for (int i = 0; i < 2; i++)
        own[i].ts = (GilThreadState){.id = (uint64_t)i + 1, .lock = &own_lock, .block.brk = _Gil_BRK_FENCED};
    ck_assert_int_eq(gil_lock_acquire(&own_lock, &own[0].ts, "test"), GIL_LOCK_GOT);
}

/* As a second thread finds it while the holder is on its way out or in. */
static void
take_what_it_holds(void *limit)
{
    start_own();
    own[0].ts.block.st = _Gil_LAZY;
    ck_assert_int_eq(gil_lock_acquire_until(&own_lock, &own[0].ts, *(uint64_t *)limit, "test"), GIL_LOCK_LATE);
}

START_TEST(test_state_lock__who_holds_the_lock_does_not_take_it_again)
{
    uint64_t at_once = 0, for_ever = GIL_LOCK_WAIT;

    gil_test_expect_abort(take_what_it_holds, &at_once, "test: thread state 1 holds the lock already, for thread");
    gil_test_expect_abort(take_what_it_holds, &for_ever, "test: thread state 1 holds the lock already, for thread");
}
END_TEST

static void *
wait_for_own(void *unused)
{
    (void)gil_lock_acquire(&own_lock, &own[1].ts, "test");
    return unused;
}

static void
wait_for_it_twice(void *unused)
{
    GilLockInfo info;

    start_own();
    (void)world_thread(wait_for_own, NULL);
    do
        gil_lock_info(&own_lock, &info);
    while (info.waiters != 1);
    (void)wait_for_own(unused);
}

START_TEST(test_state_lock__who_waits_for_the_lock_does_not_wait_again)
{
    gil_test_expect_abort(wait_for_it_twice, NULL, "test: thread state 2 waits for the lock already, for thread");
}
END_TEST

Suite *
suite(void)
{
    Suite *suite = suite_create("state/lock");
    TCase *tcase = tcase_create("lock");

    tcase_add_checked_fixture(tcase, world_start, world_stop);
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, test_state_lock__excludes);
    tcase_add_test(tcase, test_state_lock__excludes_while_it_leans);
    tcase_add_test(tcase, test_A3_an_accepted_request_lets_another_thread_run_first);
    tcase_add_loop_test(tcase, test_A3_each_yield_lets_another_thread_run_first, 0, 2);
    tcase_add_test(tcase, test_B9_errno_survives_waits_and_wakes);
    tcase_add_test(tcase, test_A7_who_is_woken_for_nothing_sleeps_on);
    tcase_add_test(tcase, test_A7_wakes_for_nothing_race_with_those_in_earnest);
    tcase_add_test(tcase, test_A12_the_interval_is_clamped_and_may_change_while_threads_wait);
    tcase_add_test(tcase, test_state_lock__a_modest_thread_is_let_in_soon);
    tcase_add_test(tcase, test_A17_two_hundred_waiters_are_no_herd);
    tcase_add_test(tcase, test_B15_a_burst_is_served_by_one_switch_each);
    tcase_add_test(tcase, test_state_lock__voluntary_switches_are_counted_exactly);
    tcase_add_test(tcase, test_state_lock__forced_switches_and_waits_are_counted);
    tcase_add_test(tcase, test_state_lock__timing_mode_counts_held_time);
    tcase_add_test(tcase, test_state_lock__a_barred_state_is_refused);
    tcase_add_test(tcase, test_state_lock__a_lock_of_one_thread_leans_and_issues_no_membarrier);
    GIL_TEST_ADD_UNLESS_EMULATED(tcase, test_state_lock__a_process_of_one_thread_issues_no_membarrier_between_its_states, 0, 1,
                                 "it has no seccomp");
    tcase_add_test(tcase, test_state_lock__one_membarrier_makes_it_a_word_and_use_makes_it_lean_again);
    tcase_add_test(tcase, test_state_lock__a_holder_inside_is_not_robbed);
    tcase_add_test(tcase, test_state_lock__a_state_that_ends_is_forgotten);
    tcase_add_test(tcase, test_state_lock__timing_mode_does_not_lean);
    tcase_add_test(tcase, test_state_lock__the_mode_is_told);
    tcase_add_test(tcase, test_state_lock__fenced_by_wish);
    tcase_add_test(tcase, test_state_lock__who_holds_the_lock_does_not_take_it_again);
    tcase_add_test(tcase, test_state_lock__who_waits_for_the_lock_does_not_wait_again);
    suite_add_tcase(suite, tcase);

    tcase = tcase_create("sandbox");
    tcase_set_timeout(tcase, 60);
    GIL_TEST_ADD_UNLESS_EMULATED(tcase, test_R1_without_membarrier_the_lock_works_and_says_so, 0, 3, "it has no seccomp");
    GIL_TEST_ADD_UNLESS_EMULATED(tcase, test_R2_a_sandbox_entered_too_late_stops_the_process, 0, 3, "it has no seccomp");
    suite_add_tcase(suite, tcase);
    return suite;
}
