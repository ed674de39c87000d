/* SPDX-License-Identifier: MIT */
/* The public transitions over the state layer alone; with a whole runtime: tests/api/test_lock.c. */
#include "unit/state/world.h"

#include "sync/machine.h"

#include <errno.h>

START_TEST(test_state_eval__another_state_may_come_and_go_inside)
{
    GilThreadState *other = GilThreadState_New(world_ts->interp);

    Gil_BEGIN_ALLOW_THREADS
    GilEval_AcquireThread(other);
    ck_assert_ptr_eq(GilThreadState_Get(), other);
    GilEval_ReleaseThread(other);
    Gil_END_ALLOW_THREADS
    ck_assert_ptr_eq(GilThreadState_Get(), world_ts);
    GilThreadState_Delete(other);
}
END_TEST

START_TEST(test_state_eval__poll_without_a_request_is_nothing)
{
    GilLockInfo before, after;

    GilLockInfo_Init(&before);
    GilLockInfo_Init(&after);
    ck_assert_int_eq(GilLock_GetInfo(world_ts->interp, &before), 0);
    for (int i = 0; i < 1000; i++) {
        ck_assert_int_eq(Gil_Poll(), 0);
        ck_assert_int_eq(Gil_PollThread(world_ts), 0);
    }
    ck_assert_int_eq(GilLock_GetInfo(world_ts->interp, &after), 0);
    ck_assert_mem_eq(&before, &after, sizeof before);
    ck_assert_uint_eq(after.mode, gil_machine_can_fence_all() ? GIL_LOCK_ASYMMETRIC : GIL_LOCK_FENCED);
    ck_assert_uint_eq(after.membarriers, 0);
}
END_TEST

START_TEST(test_state_eval__info_wants_its_size)
{
    GilLockInfo info;

    GilLockInfo_Init(&info);
    ck_assert_int_eq(GilLock_GetInfo(NULL, &info), -1);
    ck_assert_int_eq(GilLock_GetInfo(world_ts->interp, NULL), -1);
    info.size = 4;
    ck_assert_int_eq(GilLock_GetInfo(world_ts->interp, &info), -1);
    ck_assert_int_eq(GilInterpreterState_SetSwitchInterval(NULL, 1000), -1);
    ck_assert_uint_eq(GilInterpreterState_GetSwitchInterval(NULL), 0);
}
END_TEST

static const char *raised;

static void
note_system_error(GilThreadState *ts, const char *why)
{
    (void)ts;
    raised = why;
}

START_TEST(test_state_eval__timing_is_for_the_attached_interpreter)
{
    gil_state_hooks.system_error = note_system_error;
    ck_assert_int_eq(GilLock_SetTiming(NULL, 1), -1);
    ck_assert_ptr_nonnull(raised);
}
END_TEST

START_TEST(test_state_eval__timing_is_exact_for_every_thread)
{
    GilThreadState *before = GilThreadState_New(world_ts->interp);
    GilLockStats stats;

    ck_assert_int_eq(GilLock_SetTiming(world_ts->interp, 1), 0);
    GilThreadState *after = GilThreadState_New(world_ts->interp), *each[] = {before, after, world_ts};
    for (int i = 0; i < 3; i++) {
        (void)GilThreadState_Swap(each[i]);
        uint64_t start = gil_machine_now();
        while (gil_machine_now() == start)
            ;
        Gil_BEGIN_ALLOW_THREADS
        Gil_END_ALLOW_THREADS
        GilLockStats_Init(&stats);
        ck_assert_int_eq(GilThreadState_GetLockStats(each[i], &stats), 0);
        ck_assert_uint_eq(stats.timing, 1);
        ck_assert_uint_gt(stats.held_ns, 0);
    }
    ck_assert_int_eq(GilLock_SetTiming(world_ts->interp, 0), 0);
    ck_assert_int_eq(GilThreadState_GetLockStats(world_ts, &stats), 0);
    ck_assert_uint_eq(stats.timing, 0);
    GilThreadState_Delete(before);
    GilThreadState_Delete(after);
}
END_TEST

/* --- the other kinds of leaving --- */

START_TEST(test_state_eval__a_blocking_call_leaves_and_returns)
{
    errno = EDOM;
    Gil_BEGIN_BLOCKING_CALL
    ck_assert_int_eq(GilThreadState_IsAttached(), 0);
    ck_assert_str_eq(_Gil_thread->site->file, __FILE__);
    ck_assert_uint_eq(_Gil_thread->site->line, __LINE__ - 3);
    ck_assert_uint_eq(_Gil_thread->site->kind, _Gil_SITE_BLOCKING);
    Gil_BLOCK_THREADS
    ck_assert_ptr_eq(GilThreadState_Get(), world_ts);
    Gil_UNBLOCK_THREADS
    Gil_END_BLOCKING_CALL
    ck_assert_ptr_eq(GilThreadState_Get(), world_ts);
    ck_assert_int_eq(errno, EDOM);
}
END_TEST

static int evaluated;

static int
evaluate(int result)
{
    ck_assert_ptr_eq(GilThreadState_Get(), world_ts);
    evaluated++;
    return result;
}

START_TEST(test_state_eval__the_conditional_form_leaves_if_it_is_told_to)
{
    errno = EDOM;
    Gil_BEGIN_ALLOW_THREADS_COND(evaluate(0))
    ck_assert_ptr_eq(GilThreadState_Get(), world_ts);
    Gil_END_ALLOW_THREADS_COND
    ck_assert_int_eq(evaluated, 1);
    ck_assert_ptr_eq(GilThreadState_Get(), world_ts);
    Gil_BEGIN_ALLOW_THREADS_COND(evaluate(7))
    ck_assert_int_eq(GilThreadState_IsAttached(), 0);
    ck_assert_uint_eq(_Gil_thread->site->kind, _Gil_SITE_ALLOW);
    Gil_END_ALLOW_THREADS_COND
    ck_assert_int_eq(evaluated, 2);
    ck_assert_ptr_eq(GilThreadState_Get(), world_ts);
    ck_assert_int_eq(errno, EDOM);
}
END_TEST

/* A guest: a thread that attaches its state, tells who gave it the lock, and keeps it until it may leave. */
struct guest {
    GilThreadState *ts;
    int inside, may_leave, over;
    int result;
    uint64_t ns;
};

static void *
stay(void *arg)
{
    struct guest *guest = (struct guest *)arg;

    GilEval_RestoreThread(guest->ts);
    gil_store_release(&guest->inside, 1);
    world_until(&guest->may_leave, 1);
    GilEval_ReleaseThread(guest->ts);
    gil_store_release(&guest->over, 1);
    return NULL;
}

static struct guest
make_guest(int may_leave)
{
    return (struct guest){.ts = GilThreadState_New(world_ts->interp), .may_leave = may_leave};
}

static GilLockInfo
info(void)
{
    GilLockInfo result;

    GilLockInfo_Init(&result);
    ck_assert_int_eq(GilLock_GetInfo(world_ts->interp, &result), 0);
    return result;
}

/* Nobody can take the lock in between: right after the BEGIN it is the waiter's. */
START_TEST(test_state_eval__a_blocking_call_gives_the_lock_to_the_first_waiter)
{
    struct guest guest = make_guest(0);

    GilInterpreterState_SetSwitchInterval(world_ts->interp, GIL_SWITCH_INTERVAL_MAX);
    pthread_t thread = world_thread(stay, &guest);
    world_until_waiting(world_ts->interp, 1);
    Gil_BEGIN_BLOCKING_CALL
    GilLockInfo now = info();
    ck_assert_uint_eq(now.holder, guest.ts->id);
    ck_assert_uint_eq(now.waiters, 0);
    gil_store_release(&guest.may_leave, 1);
    Gil_END_BLOCKING_CALL
    world_join(thread);
    ck_assert_uint_eq(info().switches_forced, 0);
    GilThreadState_Delete(guest.ts);
}
END_TEST

START_TEST(test_state_eval__a_call_site_that_takes_long_becomes_one)
{
    enum { ROUNDS = 3 };
    struct _GilCallSite *site = NULL;

    GilInterpreterState_SetSwitchInterval(world_ts->interp, GIL_SWITCH_INTERVAL_MAX);
    for (int i = 0; i < ROUNDS; i++) {
        struct guest guest = make_guest(0);
        pthread_t thread = world_thread(stay, &guest);
        world_until_waiting(world_ts->interp, 1);
        Gil_BEGIN_ALLOW_THREADS
        site = _Gil_thread->site;
        if (i > 0)
            ck_assert_uint_eq(info().holder, guest.ts->id);
        uint64_t until = gil_machine_now() + 1000000;
        while (gil_machine_now() < until)
            sched_yield();
        gil_store_release(&guest.may_leave, 1);
        Gil_END_ALLOW_THREADS
        world_join(thread);
        ck_assert_uint_eq(site->learned[1], (uint64_t)i + 1);
        GilThreadState_Delete(guest.ts);
    }
}
END_TEST

/* --- yield --- */

START_TEST(test_state_eval__yield_alone_is_nothing)
{
    GilLockInfo before = info(), after;

    errno = EDOM;
    for (int i = 0; i < 1000; i++)
        ck_assert_int_eq(GilEval_Yield(), 0);
    ck_assert_int_eq(errno, EDOM);
    after = info();
    ck_assert_mem_eq(&before, &after, sizeof before);
}
END_TEST

START_TEST(test_state_eval__yield_lets_a_waiter_run_first)
{
    enum { ROUNDS = 100 };
    struct guest guest = make_guest(1);

    GilInterpreterState_SetSwitchInterval(world_ts->interp, GIL_SWITCH_INTERVAL_MAX);
    for (uint64_t i = 1; i <= ROUNDS; i++) {
        guest.inside = 0;
        pthread_t thread = world_thread(stay, &guest);
        world_until_waiting(world_ts->interp, 1);
        ck_assert_int_eq(gil_load_acquire(&guest.inside), 0);
        errno = EDOM;
        ck_assert_int_eq(GilEval_Yield(), 0);
        ck_assert_int_eq(errno, EDOM);
        ck_assert_int_eq(gil_load_acquire(&guest.inside), 1);
        ck_assert_uint_eq(info().switches_forced, i);
        ck_assert_int_eq(pthread_join(thread, NULL), 0);
    }
    GilThreadState_Delete(guest.ts);
}
END_TEST

static int collections, collect_result;

static int
note_collection(GilThreadState *ts)
{
    ck_assert_ptr_eq(ts, world_ts);
    collections++;
    return collect_result;
}

START_TEST(test_state_eval__yield_is_a_safe_point)
{
    gil_state_hooks.collect = note_collection;
    gil_fetch_or_seq_cst(&world_ts->block.brk, _Gil_BRK_COLLECT);
    ck_assert_int_eq(GilEval_Yield(), 0);
    ck_assert_int_eq(collections, 1);
    collect_result = -1;
    ck_assert_int_eq(GilEval_Yield(), -1);
    ck_assert_int_eq(collections, 2);
    gil_fetch_and_seq_cst(&world_ts->block.brk, ~_Gil_BRK_COLLECT);
}
END_TEST

/* --- ticks --- */

START_TEST(test_state_eval__a_ticker_polls_in_every_so_many_calls)
{
    GilTicker ticker = GIL_TICKER_INIT(7), each = GIL_TICKER_INIT(1);

    gil_state_hooks.collect = note_collection;
    gil_fetch_or_seq_cst(&world_ts->block.brk, _Gil_BRK_COLLECT);
    for (int i = 1; i <= 1000; i++) {
        ck_assert_int_eq(Gil_PollTick(world_ts, &ticker), 0);
        ck_assert_int_eq(collections, i / 7);
    }
    collections = 0;
    for (int i = 1; i <= 10; i++) {
        ck_assert_int_eq(Gil_PollTick(world_ts, &each), 0);
        ck_assert_int_eq(collections, i);
    }
    collect_result = -1;
    ck_assert_int_eq(Gil_PollTick(world_ts, &each), -1);
    ticker = (GilTicker)GIL_TICKER_INIT(3);
    ck_assert_int_eq(Gil_PollTick(world_ts, &ticker), 0);
    ck_assert_int_eq(Gil_PollTick(world_ts, &ticker), 0);
    ck_assert_int_eq(Gil_PollTick(world_ts, &ticker), -1);
    ck_assert_int_eq(Gil_PollTick(world_ts, &ticker), 0);
    gil_fetch_and_seq_cst(&world_ts->block.brk, ~_Gil_BRK_COLLECT);
}
END_TEST

START_TEST(test_state_eval__a_tick_gives_way_to_who_is_owed_the_lock)
{
    struct guest guest = make_guest(1);
    GilTicker ticker = GIL_TICKER_INIT(100);

    GilInterpreterState_SetSwitchInterval(world_ts->interp, GIL_SWITCH_INTERVAL_MIN);
    pthread_t thread = world_thread(stay, &guest);
    while (!gil_load_acquire(&guest.inside))
        ck_assert_int_eq(Gil_PollTick(world_ts, &ticker), 0);
    world_join(thread);
    ck_assert_uint_ge(info().switches_forced, 1);
    GilThreadState_Delete(guest.ts);
}
END_TEST

/* --- try and timed --- */

static int
try_or_timed(int timed, GilThreadState *ts)
{
    return timed ? GilEval_TimedRestoreThread(ts, 1000) : GilEval_TryRestoreThread(ts);
}

START_TEST(test_state_eval__a_free_lock_is_had_at_once)
{
    static const uint64_t times[] = {0, 1, 1000, UINT64_MAX};
    GilThreadState *other = GilThreadState_New(world_ts->interp);

    errno = EDOM;
    ck_assert_ptr_eq(GilEval_SaveThread(), world_ts);
    for (int i = 0; i < 100; i++) {
        ck_assert_int_eq(GilEval_TryRestoreThread(i % 2 ? world_ts : other), 1);
        ck_assert_ptr_eq(GilEval_SaveThread(), i % 2 ? world_ts : other);
        ck_assert_int_eq(GilEval_TimedRestoreThread(i % 3 ? world_ts : other, times[i % 4]), 1);
        ck_assert_ptr_eq(GilEval_SaveThread(), i % 3 ? world_ts : other);
    }
    ck_assert_int_eq(errno, EDOM);
    GilEval_RestoreThread(world_ts);
    ck_assert_uint_eq(info().waiters, 0);
    GilThreadState_Delete(other);
}
END_TEST

static void *
take_for_a_time(void *arg)
{
    struct guest *guest = (struct guest *)arg;

    errno = EDOM;
    guest->result = GilEval_TimedRestoreThread(guest->ts, guest->ns);
    ck_assert_int_eq(errno, EDOM);
    if (guest->result == 1) {
        ck_assert_ptr_eq(GilThreadState_Get(), guest->ts);
        GilEval_ReleaseThread(guest->ts);
    }
    else
        ck_assert_ptr_null(_Gil_thread);
    gil_store_release(&guest->over, 1);
    return NULL;
}

static void *
take_at_once(void *arg)
{
    struct guest *guest = (struct guest *)arg;

    errno = EDOM;
    guest->result = GilEval_TryRestoreThread(guest->ts);
    ck_assert_int_eq(errno, EDOM);
    if (guest->result == 1)
        GilEval_ReleaseThread(guest->ts);
    else
        ck_assert_ptr_null(_Gil_thread);
    gil_store_release(&guest->over, 1);
    return NULL;
}

/* The holder does not move until they are through: so they did not wait for it. */
START_TEST(test_state_eval__a_held_lock_is_not_waited_for)
{
    struct guest guest = make_guest(0);

    for (int i = 0; i < 10; i++) {
        pthread_t thread = world_thread(i % 2 ? take_at_once : take_for_a_time, &guest);
        world_until(&guest.over, 1);
        guest.over = 0;
        ck_assert_int_eq(guest.result, 0);
        ck_assert_int_eq(pthread_join(thread, NULL), 0);
    }
    ck_assert_uint_eq(info().waiters, 0);
    ck_assert_uint_le(info().membarriers, 1); /* it leans no more after the first who asked */
    ck_assert_ptr_eq(GilThreadState_Get(), world_ts);
    /* Nothing is left over: the state that was refused can be had. */
    GilThreadState_Swap(guest.ts);
    GilThreadState_Swap(world_ts);
    GilThreadState_Delete(guest.ts);
}
END_TEST

START_TEST(test_state_eval__a_lock_that_leans_to_one_outside_is_had)
{
    for (int timed = 0; timed <= 1; timed++) {
        struct guest guest = make_guest(0);
        pthread_t thread;

        guest.ns = UINT64_MAX;
        Gil_BEGIN_ALLOW_THREADS
        thread = world_thread(timed ? take_for_a_time : take_at_once, &guest);
        ck_assert_int_eq(pthread_join(thread, NULL), 0);
        Gil_END_ALLOW_THREADS
        ck_assert_int_eq(guest.result, 1);
        GilThreadState_Delete(guest.ts);
    }
    ck_assert_uint_eq(info().switches_stolen, (uint64_t)gil_machine_can_fence_all());
}
END_TEST

START_TEST(test_state_eval__a_timed_attach_gives_up_when_its_time_is_over)
{
    struct guest guest = make_guest(0);

    GilInterpreterState_SetSwitchInterval(world_ts->interp, GIL_SWITCH_INTERVAL_MAX);
    guest.ns = 2000000;
    uint64_t begin = gil_machine_now();
    pthread_t thread = world_thread(take_for_a_time, &guest);
    world_until(&guest.over, 1);
    ck_assert_uint_ge(gil_machine_now() - begin, guest.ns);
    ck_assert_int_eq(guest.result, 0);
    ck_assert_uint_eq(info().waiters, 0);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    GilThreadState_Delete(guest.ts);
}
END_TEST

/* Also when it was owed the lock by then: the holder is not asked any more, and the next in the queue is. */
START_TEST(test_state_eval__who_gives_up_takes_its_claim_back)
{
    struct guest guest = make_guest(0), second = make_guest(1);

    GilInterpreterState_SetSwitchInterval(world_ts->interp, GIL_SWITCH_INTERVAL_MIN);
    guest.ns = 5000000;
    pthread_t thread = world_thread(take_for_a_time, &guest);
    while (!(gil_load_relaxed(&world_ts->block.brk) & _Gil_BRK_PREEMPT) && !gil_load_acquire(&guest.over))
        sched_yield();
    world_until(&guest.over, 1);
    ck_assert_int_eq(guest.result, 0);
    ck_assert_uint_eq(world_ts->block.brk & _Gil_BRK_PREEMPT, 0);
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_uint_eq(info().switches_forced, 0);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);

    thread = world_thread(stay, &second);
    while (!(gil_load_relaxed(&world_ts->block.brk) & _Gil_BRK_PREEMPT))
        sched_yield();
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_eq(gil_load_acquire(&second.inside), 1);
    world_join(thread);
    GilThreadState_Delete(guest.ts);
    GilThreadState_Delete(second.ts);
}
END_TEST

START_TEST(test_state_eval__the_longest_time_is_no_limit)
{
    static const uint64_t times[] = {UINT64_MAX, UINT64_MAX - 1, UINT64_C(3600000000000)};
    struct guest guest = make_guest(0);

    GilInterpreterState_SetSwitchInterval(world_ts->interp, GIL_SWITCH_INTERVAL_MAX);
    guest.ns = times[_i];
    pthread_t thread = world_thread(take_for_a_time, &guest);
    world_until_waiting(world_ts->interp, 1);
    ck_assert_int_eq(gil_load_acquire(&guest.over), 0);
    world_join(thread);
    ck_assert_int_eq(guest.result, 1);
    GilThreadState_Delete(guest.ts);
}
END_TEST

/* What a slow release noted for one call site is not taken for the time of another. */
START_TEST(test_state_eval__a_try_teaches_no_call_site)
{
    struct guest guest = make_guest(0), second = make_guest(0);
    struct _GilCallSite *site;
    pthread_t threads[2];

    GilInterpreterState_SetSwitchInterval(world_ts->interp, GIL_SWITCH_INTERVAL_MAX);
    threads[0] = world_thread(stay, &guest);
    world_until_waiting(world_ts->interp, 1);
    (void)GilEval_SaveThread(); /* past a waiter: the time is noted */
    world_until(&guest.inside, 1);
    gil_store_release(&guest.may_leave, 1);
    ck_assert_int_eq(pthread_join(threads[0], NULL), 0);
    /* It leans to another meanwhile, and is stolen by the try. */
    GilEval_RestoreThread(guest.ts);
    for (unsigned i = 0; i <= GIL_MACHINE_FENCE_WORTH; i++)
        GilEval_RestoreThread(GilEval_SaveThread());
    (void)GilEval_SaveThread();
    uint64_t stolen = info().switches_stolen;
    ck_assert_int_eq(GilEval_TryRestoreThread(world_ts), 1);
    ck_assert_uint_eq(info().switches_stolen, stolen + (uint64_t)gil_machine_can_fence_all());
    Gil_BEGIN_ALLOW_THREADS
    site = _Gil_thread->site;
    threads[1] = world_thread(stay, &second);
    world_until(&second.inside, 1);
    gil_store_release(&second.may_leave, 1);
    ck_assert_int_eq(pthread_join(threads[1], NULL), 0);
    Gil_END_ALLOW_THREADS
    ck_assert_uint_eq(site->learned[1], 0);
    GilThreadState_Delete(guest.ts);
    GilThreadState_Delete(second.ts);
}
END_TEST

/* The interpreter is at its end, and its last state still there: a thread that comes back is told, and may go on. */
START_TEST(test_state_eval__an_ended_interpreter_is_told_by_try_and_timed)
{
    GilThreadState *ts = world_interp_new(), *late = GilThreadState_New(ts->interp);
    struct guest waits = {.ts = GilThreadState_New(ts->interp), .ns = UINT64_MAX};

    ck_assert_ptr_eq(GilThreadState_Swap(ts), world_ts);
    pthread_t thread = world_thread(take_for_a_time, &waits);
    world_until_waiting(ts->interp, 1);
    gil_gate_close(ts->interp->gate);
    gil_interp_close(ts);
    ck_assert_int_eq(pthread_join(thread, NULL), 0); /* while the lock is held: the bar sent it away */
    ck_assert_int_eq(waits.result, -1);
    (void)GilEval_SaveThread();
    errno = EDOM;
    for (int timed = 0; timed <= 1; timed++) {
        ck_assert_int_eq(try_or_timed(timed, late), -1);
        ck_assert_ptr_null(_Gil_thread);
    }
    GilEval_RestoreThread(ts);
    gil_interp_delete(ts);
    for (int timed = 0; timed <= 1; timed++)
        ck_assert_int_eq(try_or_timed(timed, late), -1);
    ck_assert_int_eq(errno, EDOM);
    gil_tstate_delete(late);
    gil_tstate_delete(waits.ts);
    GilEval_RestoreThread(world_ts);
}
END_TEST

/* --- what is told of a thread --- */

START_TEST(test_state_eval__stats_want_their_size)
{
    struct {
        GilLockStats known;
        uint64_t later[2];
    } larger;
    GilLockStats stats;

    GilLockStats_Init(&stats);
    ck_assert_uint_eq(stats.size, sizeof stats);
    ck_assert_int_eq(GilThreadState_GetLockStats(NULL, &stats), -1);
    ck_assert_int_eq(GilThreadState_GetLockStats(world_ts, NULL), -1);
    stats.size--;
    stats.waits = 77;
    ck_assert_int_eq(GilThreadState_GetLockStats(world_ts, &stats), -1);
    ck_assert_uint_eq(stats.waits, 77);

    memset(&larger, 0xff, sizeof larger);
    larger.known.size = sizeof larger;
    ck_assert_int_eq(GilThreadState_GetLockStats(world_ts, &larger.known), 0);
    ck_assert_uint_eq(larger.known.size, sizeof larger);
    ck_assert_uint_eq(larger.known.waits, 0);
    ck_assert(larger.later[0] == 0 && larger.later[1] == 0);
}
END_TEST

/* --- what stops the process --- */

static void
begin_twice(void *unused)
{
    (void)unused;
    Gil_BEGIN_ALLOW_THREADS
    Gil_UNBLOCK_THREADS
    Gil_END_ALLOW_THREADS
}

static void
end_while_attached(void *unused)
{
    (void)unused;
    Gil_BEGIN_ALLOW_THREADS
    Gil_BLOCK_THREADS
    Gil_END_ALLOW_THREADS
}

static void
end_with_another_attached(void *unused)
{
    (void)unused;
    Gil_BEGIN_ALLOW_THREADS
    GilEval_AcquireThread(GilThreadState_New(world_ts->interp));
    Gil_END_ALLOW_THREADS
}

/* The inner BEGIN: from this file, or from code that names no place. */
static void
end_of_the_outer_first(void *inner)
{
    GilThreadState *outer = GilThreadState_Get();

    Gil_BEGIN_ALLOW_THREADS
    GilEval_AcquireThread(GilThreadState_New(outer->interp));
    (void)_GilEval_Leave((struct _GilCallSite *)inner);
    Gil_END_ALLOW_THREADS
}

static void
end_of_a_deleted_state(void *unused)
{
    GilThreadState *other = GilThreadState_New(world_ts->interp);

    (void)unused;
    Gil_BEGIN_ALLOW_THREADS
    GilEval_AcquireThread(other);
    GilThreadState_Delete(world_ts);
    GilEval_ReleaseThread(other);
    Gil_END_ALLOW_THREADS
}

static void
release_without_ensure(void *token)
{
    GilThreadState_Release(token);
}

static void
release_out_of_order(void *unused)
{
    (void)unused;
    GilThreadStateToken *first = GilThreadState_Ensure(world_guard);
    (void)GilThreadState_Ensure(world_guard);
    GilThreadState_Release(first);
}

static void
release_detached(void *unused)
{
    (void)unused;
    GilThreadStateToken *token = GilThreadState_Ensure(world_guard);
    (void)GilEval_SaveThread();
    GilThreadState_Release(token);
}

START_TEST(test_B3_unbalanced_calls_stop_the_process)
{
    gil_test_expect_abort(begin_twice, NULL, "Gil_BEGIN_ALLOW_THREADS: the calling thread is not attached");
    gil_test_expect_abort(end_while_attached, NULL, "Gil_END_ALLOW_THREADS: the calling thread is attached already");
    gil_test_expect_abort(end_with_another_attached, NULL, "Gil_END_ALLOW_THREADS: the calling thread is attached");
    struct _GilCallSite inner = {"inner.c", 7, _Gil_SITE_ALLOW, {0}};
    gil_test_expect_abort(end_of_the_outer_first, &inner, "another BEGIN of the calling thread has had no END, at inner.c:7");
    gil_test_expect_abort(end_of_the_outer_first, NULL, "another BEGIN of the calling thread has had no END, at ?:0");
    gil_test_expect_abort(end_of_a_deleted_state, NULL, "Gil_END_ALLOW_THREADS: the thread state is deleted");
    gil_test_expect_abort(release_without_ensure, NULL, "GilThreadState_Release: there is no GilThreadState_Ensure()");
    gil_test_expect_abort(release_out_of_order, NULL, "GilThreadState_Release: the token is not that of the last");
    gil_test_expect_abort(release_detached, NULL, "GilThreadState_Release: the calling thread is not attached");
}
END_TEST

static void
restore_attached(void *unused)
{
    (void)unused;
    GilEval_RestoreThread(world_ts);
}

static void
acquire_other_while_attached(void *unused)
{
    (void)unused;
    GilEval_AcquireThread(GilThreadState_New(world_ts->interp));
}

static void
lock_twice(void *unused)
{
    (void)unused;
    gil_lock_acquire(world_ts->lock, world_ts, "lock_twice");
}

static void
try_attached(void *unused)
{
    (void)unused;
    (void)GilEval_TryRestoreThread(world_ts);
}

static void
timed_other_while_attached(void *unused)
{
    (void)unused;
    (void)GilEval_TimedRestoreThread(GilThreadState_New(world_ts->interp), 1000);
}

static void *
try_for_another(void *ts)
{
    (void)GilEval_TryRestoreThread((GilThreadState *)ts);
    return NULL;
}

static void
try_in_another_thread_while_held(void *unused)
{
    (void)unused;
    pthread_join(world_thread(try_for_another, world_ts), NULL);
}

static void
try_deleted(void *unused)
{
    (void)unused;
    GilThreadState *ts = GilThreadState_New(world_ts->interp);
    GilThreadState_Delete(ts);
    (void)GilEval_SaveThread();
    (void)GilEval_TryRestoreThread(ts);
}

static void
end_of_a_blocking_call_while_attached(void *unused)
{
    (void)unused;
    Gil_BEGIN_BLOCKING_CALL
    Gil_BLOCK_THREADS
    Gil_END_BLOCKING_CALL
}

START_TEST(test_A9_taking_a_lock_that_one_holds_stops_the_process)
{
    gil_test_expect_abort(try_attached, NULL, "GilEval_TryRestoreThread: thread state");
    gil_test_expect_abort(timed_other_while_attached, NULL, "GilEval_TimedRestoreThread: thread state");
    gil_test_expect_abort(try_in_another_thread_while_held, NULL, "GilEval_TryRestoreThread: thread state");
    gil_test_expect_abort(try_deleted, NULL, "GilEval_TryRestoreThread: the thread state is deleted");
    gil_test_expect_abort(end_of_a_blocking_call_while_attached, NULL, "END without BEGIN");
    gil_test_expect_abort(restore_attached, NULL, "GilEval_RestoreThread: thread state");
    gil_test_expect_abort(acquire_other_while_attached, NULL, "GilEval_AcquireThread: thread state");
    gil_test_expect_abort(lock_twice, NULL, "holds the lock already");
}
END_TEST

static void
save_twice(void *unused)
{
    (void)unused;
    (void)GilEval_SaveThread();
    (void)GilEval_SaveThread();
}

static void
release_another(void *unused)
{
    (void)unused;
    GilEval_ReleaseThread(GilThreadState_New(world_ts->interp));
}

static void
unlock_unheld(void *unused)
{
    (void)unused;
    gil_lock_release(world_ts->lock, GilThreadState_New(world_ts->interp), "unlock_unheld");
}

static void
poll_with_a_request_while_detached(void *unused)
{
    (void)unused;
    (void)GilEval_SaveThread();
    world_ts->block.brk |= _Gil_BRK_PREEMPT;
    (void)!Gil_PollThread(world_ts);
}

#define TAKES_A_STATE(use)                                                                                  \
    use(restore_null, GilEval_RestoreThread(NULL), "GilEval_RestoreThread: the thread state is NULL")       \
    use(acquire_null, GilEval_AcquireThread(NULL), "GilEval_AcquireThread: the thread state is NULL")       \
    use(release_null, GilEval_ReleaseThread(NULL), "GilEval_ReleaseThread: the thread state is not the one") \
    use(try_null, GilEval_TryRestoreThread(NULL), "GilEval_TryRestoreThread: the thread state is NULL")     \
    use(timed_null, GilEval_TimedRestoreThread(NULL, 1), "GilEval_TimedRestoreThread: the thread state is NULL")

#define DEFINE(name, call, message) \
    static void                     \
    name(void *unused)              \
    {                               \
        (void)unused;               \
        (void)GilEval_SaveThread(); \
        (void)(call);               \
    }
TAKES_A_STATE(DEFINE)

START_TEST(test_state_eval__no_state_stops_the_process)
{
#define EXPECT(name, call, message) gil_test_expect_abort(name, NULL, message);
    TAKES_A_STATE(EXPECT)
}
END_TEST

/* Whoever asked has taken it back meanwhile. */
START_TEST(test_state_eval__a_request_that_was_taken_back_raises_nothing)
{
    gil_fetch_or_seq_cst(&world_ts->block.brk, _Gil_BRK_ASYNC);
    ck_assert_int_eq(Gil_Poll(), 0);
}
END_TEST

START_TEST(test_A10_leaving_a_lock_that_one_does_not_hold_stops_the_process)
{
    gil_test_expect_abort(save_twice, NULL, "GilEval_SaveThread: the calling thread is not attached");
    gil_test_expect_abort(release_another, NULL, "GilEval_ReleaseThread: the thread state is not the one");
    gil_test_expect_abort(unlock_unheld, NULL, "unlock_unheld: the lock is not held by thread state");
    gil_test_expect_abort(poll_with_a_request_while_detached, NULL, "Gil_Poll: the calling thread is not attached");
}
END_TEST

Suite *
suite(void)
{
    Suite *suite = suite_create("state/eval");
    TCase *tcase = tcase_create("eval");

    tcase_add_checked_fixture(tcase, world_start, world_stop);
    tcase_add_test(tcase, test_state_eval__another_state_may_come_and_go_inside);
    tcase_add_test(tcase, test_state_eval__poll_without_a_request_is_nothing);
    tcase_add_test(tcase, test_state_eval__info_wants_its_size);
    tcase_add_test(tcase, test_state_eval__timing_is_for_the_attached_interpreter);
    tcase_add_test(tcase, test_state_eval__timing_is_exact_for_every_thread);
    tcase_add_test(tcase, test_B3_unbalanced_calls_stop_the_process);
    tcase_add_test(tcase, test_A9_taking_a_lock_that_one_holds_stops_the_process);
    tcase_add_test(tcase, test_A10_leaving_a_lock_that_one_does_not_hold_stops_the_process);
    tcase_add_test(tcase, test_state_eval__a_blocking_call_leaves_and_returns);
    tcase_add_test(tcase, test_state_eval__the_conditional_form_leaves_if_it_is_told_to);
    tcase_add_test(tcase, test_state_eval__a_blocking_call_gives_the_lock_to_the_first_waiter);
    tcase_add_test(tcase, test_state_eval__a_call_site_that_takes_long_becomes_one);
    tcase_add_test(tcase, test_state_eval__yield_alone_is_nothing);
    tcase_add_test(tcase, test_state_eval__yield_lets_a_waiter_run_first);
    tcase_add_test(tcase, test_state_eval__yield_is_a_safe_point);
    tcase_add_test(tcase, test_state_eval__a_ticker_polls_in_every_so_many_calls);
    tcase_add_test(tcase, test_state_eval__a_tick_gives_way_to_who_is_owed_the_lock);
    tcase_add_test(tcase, test_state_eval__a_free_lock_is_had_at_once);
    tcase_add_test(tcase, test_state_eval__a_held_lock_is_not_waited_for);
    tcase_add_test(tcase, test_state_eval__a_lock_that_leans_to_one_outside_is_had);
    tcase_add_test(tcase, test_state_eval__a_timed_attach_gives_up_when_its_time_is_over);
    tcase_add_test(tcase, test_state_eval__who_gives_up_takes_its_claim_back);
    tcase_add_loop_test(tcase, test_state_eval__the_longest_time_is_no_limit, 0, 3);
    tcase_add_test(tcase, test_state_eval__a_try_teaches_no_call_site);
    tcase_add_test(tcase, test_state_eval__an_ended_interpreter_is_told_by_try_and_timed);
    tcase_add_test(tcase, test_state_eval__stats_want_their_size);
    tcase_add_test(tcase, test_state_eval__no_state_stops_the_process);
    tcase_add_test(tcase, test_state_eval__a_request_that_was_taken_back_raises_nothing);
    suite_add_tcase(suite, tcase);
    return suite;
}
