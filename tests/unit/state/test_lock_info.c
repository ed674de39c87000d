/* SPDX-License-Identifier: MIT */
/* Looking at the lock, what it tells by itself, and what it is told of a thread. */
#include "unit/state/world.h"

#include "sync/machine.h"

#include <errno.h>

#define MS UINT64_C(1000000)

static GilLockInfo
info(void)
{
    GilLockInfo result;

    GilLockInfo_Init(&result);
    ck_assert_int_eq(GilLock_GetInfo(world_ts->interp, &result), 0);
    return result;
}

static GilLockStats
stats(GilThreadState *ts)
{
    GilLockStats result;

    GilLockStats_Init(&result);
    ck_assert_int_eq(GilThreadState_GetLockStats(ts, &result), 0);
    return result;
}

static int
is_asked(void)
{
    return (gil_load_relaxed(&world_ts->block.brk) & _Gil_BRK_PREEMPT) != 0;
}

static void
until_asked(void)
{
    while (!is_asked())
        sched_yield();
}

static void
spend(uint64_t ns)
{
    uint64_t until = gil_machine_now() + ns;

    while (gil_machine_now() < until)
        sched_yield();
}

static void
until_at_least(const int *count, int value)
{
    while (gil_load_acquire(count) < value)
        sched_yield();
}

/* A guest: a thread that attaches its state and keeps the lock until it may leave. */
struct guest {
    GilThreadState *ts;
    unsigned long thread;
    int inside, may_leave;
};

static void *
stay(void *arg)
{
    struct guest *guest = (struct guest *)arg;

    guest->thread = gil_machine_thread();
    errno = EDOM;
    GilEval_RestoreThread(guest->ts);
    ck_assert_int_eq(errno, EDOM); /* whatever a hook did there */
    gil_store_release(&guest->inside, 1);
    world_until(&guest->may_leave, 1);
    GilEval_ReleaseThread(guest->ts);
    return NULL;
}

static struct guest
make_guest(int may_leave)
{
    return (struct guest){.ts = GilThreadState_New(world_ts->interp), .may_leave = may_leave};
}

/* --- counters --- */

START_TEST(test_state_lock_info__a_theft_is_counted_as_such)
{
    struct guest guest = make_guest(1);
    uint64_t stolen = (uint64_t)gil_machine_can_fence_all();
    pthread_t thread;

    ck_assert_uint_eq(info().leans_to, stolen ? world_ts->id : 0);
    Gil_BEGIN_ALLOW_THREADS
    ck_assert_uint_eq(info().leans_to, stolen ? world_ts->id : 0);
    thread = world_thread(stay, &guest);
    world_until(&guest.inside, 1);
    ck_assert_uint_eq(info().leans_to, 0);
    Gil_END_ALLOW_THREADS
    world_join(thread);
    ck_assert_uint_eq(info().leans_to, 0);
    ck_assert_uint_eq(info().switches_stolen, stolen);
    ck_assert_uint_eq(info().switches_voluntary, 2); /* there and back: thefts are of them */
    ck_assert_uint_eq(info().membarriers, stolen);
    ck_assert_uint_eq(stats(guest.ts).switches_stolen, stolen);
    ck_assert_uint_eq(stats(guest.ts).switches_voluntary, 1 - stolen);
    ck_assert_uint_eq(stats(world_ts).switches_stolen, 0);
    ck_assert_uint_eq(stats(world_ts).switches_voluntary, 1);
    GilThreadState_Delete(guest.ts);
}
END_TEST

START_TEST(test_state_lock_info__a_forced_switch_is_counted_on_both_sides)
{
    struct guest guest = make_guest(1);
    uint64_t begin = gil_machine_now();
    pthread_t thread = world_thread(stay, &guest);

    GilInterpreterState_SetSwitchInterval(world_ts->interp, GIL_SWITCH_INTERVAL_MIN);
    until_asked();
    ck_assert_uint_eq(stats(world_ts).given_up, 0);
    ck_assert_int_eq(Gil_Poll(), 0);
    world_join(thread);
    ck_assert_uint_eq(info().switches_forced, 1);
    ck_assert_uint_eq(info().loans, 0);
    GilLockStats host = stats(world_ts), other = stats(guest.ts);
    ck_assert_uint_eq(host.given_up, 1);
    ck_assert_uint_eq(host.lent, 0);
    ck_assert_uint_ge(host.waits, 1); /* and for the END of world_join(), perhaps */
    ck_assert_uint_eq(host.switches_forced, 0);
    ck_assert_uint_eq(other.waits, 1);
    ck_assert_uint_eq(other.switches_forced, 1);
    ck_assert_uint_eq(other.switches_voluntary, 0);
    ck_assert_uint_eq(other.given_up, 0);
    ck_assert_uint_gt(other.wait_ns, 0);
    ck_assert_uint_eq(other.wait_max_ns, other.wait_ns); /* it was the only one */
    ck_assert_uint_le(other.wait_ns, gil_machine_now() - begin);
    ck_assert_uint_eq(info().wait_ns, host.wait_ns + other.wait_ns);
    GilThreadState_Delete(guest.ts);
}
END_TEST

START_TEST(test_state_lock_info__a_loan_is_counted_on_both_sides)
{
    struct guest guest = make_guest(1);

    GilInterpreterState_SetSwitchInterval(world_ts->interp, GIL_SWITCH_INTERVAL_MAX);
    ck_assert_int_eq(GilThreadState_SetLatency(guest.ts, GIL_LATENCY_URGENT), 0);
    pthread_t thread = world_thread(stay, &guest);
    until_asked(); /* an hour early */
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_eq(gil_load_acquire(&guest.inside), 1);
    world_join(thread);
    ck_assert_uint_eq(info().loans, 1);
    ck_assert_uint_eq(info().switches_forced, 1);
    ck_assert_uint_eq(stats(world_ts).given_up, 1);
    ck_assert_uint_eq(stats(world_ts).lent, 1);
    ck_assert_uint_eq(stats(guest.ts).switches_forced, 1);
    ck_assert_uint_eq(stats(guest.ts).lent, 0);
    GilThreadState_Delete(guest.ts);
}
END_TEST

START_TEST(test_state_lock_info__the_longest_wait_is_kept)
{
    enum { ROUNDS = 20 };
    struct guest guest = make_guest(1);
    uint64_t longest = 0, all = 0;

    GilInterpreterState_SetSwitchInterval(world_ts->interp, GIL_SWITCH_INTERVAL_MAX);
    for (int i = 0; i < ROUNDS; i++) {
        guest.inside = 0;
        pthread_t thread = world_thread(stay, &guest);
        world_until_waiting(world_ts->interp, 1);
        spend((uint64_t)(i * 7 % ROUNDS) * 50000);
        world_join(thread);
        GilLockStats now = stats(guest.ts);
        ck_assert_uint_eq(now.waits, (uint64_t)i + 1);
        if (longest < now.wait_ns - all)
            longest = now.wait_ns - all;
        all = now.wait_ns;
        ck_assert_uint_eq(now.wait_max_ns, longest);
    }
    GilThreadState_Delete(guest.ts);
}
END_TEST

/* --- held time and since when --- */

START_TEST(test_state_lock_info__since_is_told_of_who_waited_for_the_lock)
{
    struct guest guest = make_guest(0);

    ck_assert_uint_eq(info().since_ns, 0); /* nobody saw it come */
    ck_assert_uint_eq(info().held_ns, 0);
    uint64_t begin = gil_machine_now();
    GilInterpreterState_SetSwitchInterval(world_ts->interp, GIL_SWITCH_INTERVAL_MIN);
    pthread_t thread = world_thread(stay, &guest);
    until_asked();
    Gil_BEGIN_ALLOW_THREADS
    world_until(&guest.inside, 1);
    GilLockInfo seen = info();
    uint64_t end = gil_machine_now();
    ck_assert_uint_eq(seen.timing, 0);
    ck_assert_uint_eq(seen.holder, guest.ts->id);
    ck_assert_uint_ge(seen.since_ns, begin);
    ck_assert_uint_lt(seen.since_ns, end);
    ck_assert_uint_gt(seen.held_ns, 0);
    ck_assert_uint_le(seen.held_ns, end - begin);
    spend(MS);
    ck_assert_uint_ge(info().held_ns, seen.held_ns + MS);
    ck_assert_uint_eq(info().since_ns, seen.since_ns);
    gil_store_release(&guest.may_leave, 1);
    Gil_END_ALLOW_THREADS
    world_join(thread);
    GilThreadState_Delete(guest.ts);
}
END_TEST

/* It leaves the lock to one that waits, so both ends were seen. */
START_TEST(test_state_lock_info__held_time_is_a_lower_bound)
{
    struct guest guest = make_guest(0), second = make_guest(1);
    uint64_t begin = gil_machine_now();
    pthread_t threads[2];

    GilInterpreterState_SetSwitchInterval(world_ts->interp, GIL_SWITCH_INTERVAL_MAX);
    threads[0] = world_thread(stay, &guest);
    world_until_waiting(world_ts->interp, 1);
    Gil_BEGIN_ALLOW_THREADS
    world_until(&guest.inside, 1);
    threads[1] = world_thread(stay, &second);
    world_until_waiting(world_ts->interp, 1);
    spend(2 * MS);
    gil_store_release(&guest.may_leave, 1);
    Gil_END_ALLOW_THREADS
    world_join(threads[0]);
    world_join(threads[1]);
    GilLockStats first = stats(guest.ts);
    ck_assert_uint_eq(first.timing, 0);
    ck_assert_uint_ge(first.held_ns, 2 * MS);
    ck_assert_uint_le(first.held_ns, gil_machine_now() - begin);
    ck_assert_uint_ge(info().held_ns, first.held_ns);
    ck_assert_uint_le(info().held_ns, gil_machine_now() - begin);
    GilThreadState_Delete(guest.ts);
    GilThreadState_Delete(second.ts);
}
END_TEST

START_TEST(test_state_lock_info__leaving_and_returning_forgets_since_when)
{
    struct guest guest = make_guest(1);

    GilInterpreterState_SetSwitchInterval(world_ts->interp, GIL_SWITCH_INTERVAL_MIN);
    pthread_t thread = world_thread(stay, &guest);
    until_asked();
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_uint_gt(info().since_ns, 0); /* it waited to come back */
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    for (int i = 0; i < 100; i++) {
        Gil_BEGIN_ALLOW_THREADS
        ck_assert_uint_eq(info().since_ns, 0);
        Gil_END_ALLOW_THREADS
        ck_assert_uint_eq(info().since_ns, 0); /* by the fast path, which reads no clock */
    }
    GilThreadState_Delete(guest.ts);
}
END_TEST

START_TEST(test_state_lock_info__timing_mode_counts_each_hold_of_each_thread)
{
    struct guest guest = make_guest(0);
    GilThreadState *ts = guest.ts;
    pthread_t thread;
    uint64_t before;

    ck_assert_int_eq(GilLock_SetTiming(world_ts->interp, 1), 0);
    ck_assert_uint_eq(stats(ts).timing, 1);
    Gil_BEGIN_ALLOW_THREADS
    before = stats(world_ts).held_ns;
    thread = world_thread(stay, &guest);
    world_until(&guest.inside, 1);
    uint64_t begin = gil_machine_now();
    spend(MS);
    ck_assert_uint_ge(info().held_ns, before + MS); /* the present hold counts there */
    uint64_t end = gil_machine_now();
    gil_store_release(&guest.may_leave, 1);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    ck_assert_uint_ge(stats(ts).held_ns, end - begin);
    ck_assert_uint_eq(stats(world_ts).held_ns, before); /* it is outside */
    ck_assert_uint_eq(info().held_ns, before + stats(ts).held_ns);
    Gil_END_ALLOW_THREADS
    ck_assert_int_eq(GilLock_SetTiming(world_ts->interp, 0), 0);
    ck_assert_uint_gt(stats(world_ts).held_ns, before);
    ck_assert_uint_eq(info().since_ns, 0);
    GilThreadState_Delete(ts);
}
END_TEST

/* --- long holds --- */

struct told {
    int calls;
    unsigned long thread; /* of the first call */
    GilLongHold first;
};

static struct told told, told_too;

static void
note_hold(const GilLongHold *hold, void *data)
{
    struct told *to = (struct told *)data;

    if (gil_load_relaxed(&to->calls) == 0) {
        to->first = *hold;
        to->thread = gil_machine_thread();
    }
    gil_fetch_add_seq_cst(&to->calls, 1);
}

START_TEST(test_state_lock_info__a_long_hold_is_told_again_and_again)
{
    struct guest guest = make_guest(1);
    uint32_t line;

    GilInterpreterState_SetSwitchInterval(world_ts->interp, GIL_SWITCH_INTERVAL_MIN);
    ck_assert_int_eq(GilLock_SetLongHoldHook(world_ts->interp, 1000, note_hold, &told), 0);
    Gil_BEGIN_ALLOW_THREADS line = __LINE__;
    Gil_END_ALLOW_THREADS
    pthread_t thread = world_thread(stay, &guest);
    until_at_least(&told.calls, 1);
    int calls = gil_load_acquire(&told.calls);
    until_at_least(&told.calls, calls + 3);
    /* Each time as long has passed, and not all the time. */
    uint64_t begin = gil_machine_now();
    ck_assert_int_eq(GilLock_SetLongHoldHook(world_ts->interp, 200000, note_hold, &told_too), 0);
    until_at_least(&told_too.calls, 10);
    ck_assert_uint_ge(gil_machine_now() - begin, 9 * 200000);
    world_join(thread);
    ck_assert_uint_eq(told.thread, guest.thread);
    ck_assert_uint_eq(told.first.size, sizeof told.first);
    ck_assert_int_eq(told.first.interp, GilInterpreterState_GetID(world_ts->interp));
    ck_assert_uint_eq(told.first.holder, world_ts->id);
    ck_assert_uint_eq(told.first.waiter, guest.ts->id);
    ck_assert_uint_eq(told.first.waiters, 1);
    ck_assert_uint_gt(told.first.waited_ns, 1000);
    ck_assert_uint_eq(told.first.held_ns, 0); /* nobody saw it begin */
    ck_assert_str_eq(told.first.file, __FILE__);
    ck_assert_uint_eq(told.first.line, line);
    GilThreadState_Delete(guest.ts);
}
END_TEST

/* The holder waited for the lock, so it is known since when it has it; and it never left it by a BEGIN. */
START_TEST(test_state_lock_info__a_long_hold_by_one_that_waited_has_a_beginning)
{
    struct guest guest = make_guest(0), second = make_guest(1);
    pthread_t threads[2];

    GilInterpreterState_SetSwitchInterval(world_ts->interp, GIL_SWITCH_INTERVAL_MIN);
    threads[0] = world_thread(stay, &guest);
    world_until_waiting(world_ts->interp, 1);
    Gil_BEGIN_ALLOW_THREADS
    world_until(&guest.inside, 1);
    threads[1] = world_thread(stay, &second);
    ck_assert_int_eq(GilLock_SetLongHoldHook(world_ts->interp, 1000, note_hold, &told), 0);
    until_at_least(&told.calls, 1);
    gil_store_release(&guest.may_leave, 1);
    Gil_END_ALLOW_THREADS
    world_join(threads[0]);
    world_join(threads[1]);
    ck_assert_uint_eq(told.first.holder, guest.ts->id);
    ck_assert_uint_eq(told.first.waiter, second.ts->id);
    ck_assert_uint_gt(told.first.held_ns, 0);
    ck_assert_ptr_null(told.first.file);
    ck_assert_uint_eq(told.first.line, 0);
    GilThreadState_Delete(guest.ts);
    GilThreadState_Delete(second.ts);
}
END_TEST

START_TEST(test_state_lock_info__a_holder_that_polls_is_not_told_of)
{
    enum { ROUNDS = 50 };
    struct guest guest = make_guest(1);

    GilInterpreterState_SetSwitchInterval(world_ts->interp, GIL_SWITCH_INTERVAL_MIN);
    ck_assert_int_eq(GilLock_SetLongHoldHook(world_ts->interp, 60000 * MS, note_hold, &told), 0);
    for (int i = 0; i < ROUNDS; i++) {
        guest.inside = 0;
        pthread_t thread = world_thread(stay, &guest);
        until_asked();
        ck_assert_int_eq(Gil_Poll(), 0);
        world_join(thread);
    }
    ck_assert_int_eq(told.calls, 0);
    GilThreadState_Delete(guest.ts);
}
END_TEST

START_TEST(test_state_lock_info__the_long_hold_function_may_change_and_stop)
{
    struct guest guest = make_guest(1);

    GilInterpreterState_SetSwitchInterval(world_ts->interp, GIL_SWITCH_INTERVAL_MIN);
    ck_assert_int_eq(GilLock_SetLongHoldHook(world_ts->interp, 1000, note_hold, &told), 0);
    pthread_t thread = world_thread(stay, &guest);
    until_at_least(&told.calls, 1);
    /* The waiter calls one after the other: once the second was called, the first is not any more. */
    ck_assert_int_eq(GilLock_SetLongHoldHook(world_ts->interp, 1000, note_hold, &told_too), 0);
    until_at_least(&told_too.calls, 1);
    int calls = gil_load_acquire(&told.calls);
    until_at_least(&told_too.calls, 3);
    ck_assert_int_eq(gil_load_acquire(&told.calls), calls);
    ck_assert_int_eq(GilLock_SetLongHoldHook(world_ts->interp, 0, NULL, NULL), 0); /* no time is needed for nobody */
    world_join(thread);
    calls = told_too.calls;

    guest.inside = 0;
    thread = world_thread(stay, &guest);
    until_asked();
    spend(MS);
    world_join(thread);
    ck_assert_int_eq(told_too.calls, calls);
    GilThreadState_Delete(guest.ts);
}
END_TEST

/* Whoever looks for the reason of a hang sets it when the waiter sleeps already. */
START_TEST(test_state_lock_info__a_long_hold_that_has_begun_is_told_too)
{
    struct guest guest = make_guest(1);

    GilInterpreterState_SetSwitchInterval(world_ts->interp, GIL_SWITCH_INTERVAL_MIN);
    pthread_t thread = world_thread(stay, &guest);
    until_asked();
    while (gil_load_relaxed(&guest.ts->waiter.token) != 0) /* it has claimed the lock, and sleeps */
        sched_yield();
    ck_assert_int_eq(GilLock_SetLongHoldHook(world_ts->interp, 1000, note_hold, &told), 0);
    until_at_least(&told.calls, 1);
    world_join(thread);
    GilThreadState_Delete(guest.ts);
}
END_TEST

START_TEST(test_state_lock_info__the_long_hold_function_wants_a_time)
{
    ck_assert_int_eq(GilLock_SetLongHoldHook(NULL, 1000, note_hold, NULL), -1);
    ck_assert_int_eq(GilLock_SetLongHoldHook(NULL, 0, NULL, NULL), -1);
    ck_assert_int_eq(GilLock_SetLongHoldHook(world_ts->interp, 0, note_hold, NULL), -1);
    ck_assert_ptr_null(world_ts->lock->watch.func);
    ck_assert_int_eq(GilLock_SetLongHoldHook(world_ts->interp, 1, note_hold, NULL), 0);
    ck_assert_int_eq(GilLock_SetLongHoldHook(world_ts->interp, UINT64_MAX, note_hold, NULL), 0);
    ck_assert_ptr_eq(world_ts->lock->watch.func, note_hold);
    ck_assert_int_eq(GilLock_SetLongHoldHook(world_ts->interp, 0, note_hold, NULL), -1);
    ck_assert_uint_eq(world_ts->lock->watch.ns, UINT64_MAX); /* as it was */
}
END_TEST

START_TEST(test_state_lock_info__a_shorter_time_counts_for_the_present_hold)
{
    struct guest guest = make_guest(1);

    GilInterpreterState_SetSwitchInterval(world_ts->interp, GIL_SWITCH_INTERVAL_MIN);
    ck_assert_int_eq(GilLock_SetLongHoldHook(world_ts->interp, 3600000 * MS, note_hold, &told), 0);
    pthread_t thread = world_thread(stay, &guest);
    until_asked();
    while (gil_load_relaxed(&guest.ts->waiter.token) != 0)
        sched_yield();
    ck_assert_int_eq(GilLock_SetLongHoldHook(world_ts->interp, 1000, note_hold, &told), 0);
    until_at_least(&told.calls, 1);
    world_join(thread);
    GilThreadState_Delete(guest.ts);
}
END_TEST

/* The longest time is no short one: sums with the clock must not wrap. */
START_TEST(test_state_lock_info__an_endless_long_hold_is_never_told)
{
    struct guest guest = make_guest(1);

    GilInterpreterState_SetSwitchInterval(world_ts->interp, GIL_SWITCH_INTERVAL_MIN);
    ck_assert_int_eq(GilLock_SetLongHoldHook(world_ts->interp, UINT64_MAX, note_hold, &told), 0);
    pthread_t thread = world_thread(stay, &guest);
    until_asked();
    spend(2 * MS);
    world_join(thread);
    ck_assert_int_eq(told.calls, 0);
    GilThreadState_Delete(guest.ts);
}
END_TEST

/* --- the preempt hook --- */

struct bell {
    int rings;
    unsigned long thread;
};

static struct bell bell;

static void
ring(void *data)
{
    struct bell *to = (struct bell *)data;

    errno = ERANGE;
    to->thread = gil_machine_thread();
    gil_fetch_add_seq_cst(&to->rings, 1);
}

START_TEST(test_state_lock_info__the_preempt_hook_rings_once_a_claim_in_the_thread_that_claims)
{
    enum { ROUNDS = 20 };
    struct guest guest = make_guest(1);

    GilInterpreterState_SetSwitchInterval(world_ts->interp, GIL_SWITCH_INTERVAL_MIN);
    ck_assert_int_eq(GilThreadState_SetPreemptHook(ring, &bell), 0);
    for (int i = 1; i <= ROUNDS; i++) {
        guest.inside = 0;
        pthread_t thread = world_thread(stay, &guest);
        world_until(&bell.rings, i);
        ck_assert_int_eq(is_asked(), 1);
        ck_assert_uint_eq(bell.thread, guest.thread);
        spend(100000); /* the claim stands, and does not ring again */
        ck_assert_int_eq(gil_load_acquire(&bell.rings), i);
        ck_assert_int_eq(Gil_Poll(), 0);
        ck_assert_int_eq(gil_load_acquire(&guest.inside), 1);
        Gil_BEGIN_ALLOW_THREADS
        ck_assert_int_eq(pthread_join(thread, NULL), 0);
        Gil_END_ALLOW_THREADS
    }
    ck_assert_uint_eq(info().switches_forced, ROUNDS);
    ck_assert_int_eq(bell.rings, ROUNDS);
    GilThreadState_Delete(guest.ts);
}
END_TEST

static GilThreadState *
claimant(void)
{
    gil_mutex_lock(&world_ts->lock->mu);
    GilThreadState *ts = world_ts->lock->turns.claimant;
    gil_mutex_unlock(&world_ts->lock->mu);
    return ts;
}

/* A claim for a loan that gives way to one for a turn is one claim to the host. */
START_TEST(test_state_lock_info__the_preempt_hook_rings_once_for_claims_that_follow_each_other)
{
    struct guest urgent = make_guest(1), other = make_guest(1);
    pthread_t threads[2];

    GilInterpreterState_SetSwitchInterval(world_ts->interp, 20 * MS);
    ck_assert_int_eq(GilThreadState_SetPreemptHook(ring, &bell), 0);
    ck_assert_int_eq(GilThreadState_SetLatency(urgent.ts, GIL_LATENCY_URGENT), 0);
    threads[0] = world_thread(stay, &urgent);
    threads[1] = world_thread(stay, &other);
    while (info().waiters < 2 || claimant() != other.ts)
        sched_yield();
    ck_assert_int_eq(gil_load_acquire(&bell.rings), 1);
    world_join(threads[0]);
    world_join(threads[1]);
    ck_assert_int_eq(bell.rings, 1);
    GilThreadState_Delete(urgent.ts);
    GilThreadState_Delete(other.ts);
}
END_TEST

START_TEST(test_state_lock_info__the_preempt_hook_is_the_holders)
{
    struct guest guest = make_guest(0), second = make_guest(1);
    pthread_t threads[2];

    GilInterpreterState_SetSwitchInterval(world_ts->interp, GIL_SWITCH_INTERVAL_MIN);
    ck_assert_int_eq(GilThreadState_SetPreemptHook(ring, &bell), 0);
    Gil_BEGIN_ALLOW_THREADS
    threads[0] = world_thread(stay, &guest);
    world_until(&guest.inside, 1);
    threads[1] = world_thread(stay, &second);
    while (!(gil_load_relaxed(&guest.ts->block.brk) & _Gil_BRK_PREEMPT))
        sched_yield();
    gil_store_release(&guest.may_leave, 1);
    Gil_END_ALLOW_THREADS
    world_join(threads[0]);
    world_join(threads[1]);
    ck_assert_int_eq(bell.rings, 0);
    GilThreadState_Delete(guest.ts);
    GilThreadState_Delete(second.ts);
}
END_TEST

START_TEST(test_state_lock_info__without_a_preempt_hook_nothing_rings)
{
    struct guest guest = make_guest(1);

    GilInterpreterState_SetSwitchInterval(world_ts->interp, GIL_SWITCH_INTERVAL_MIN);
    ck_assert_int_eq(GilThreadState_SetPreemptHook(ring, &bell), 0);
    ck_assert_int_eq(GilThreadState_SetPreemptHook(NULL, NULL), 0);
    pthread_t thread = world_thread(stay, &guest);
    until_asked();
    ck_assert_int_eq(Gil_Poll(), 0);
    world_join(thread);
    ck_assert_int_eq(bell.rings, 0);
    GilThreadState_Delete(guest.ts);
}
END_TEST

static int in_hook, clearing, hook_over;

/* Takes its time after it has seen that it is being cleared. */
static void
linger(void *unused)
{
    (void)unused;
    gil_store_release(&in_hook, 1);
    world_until(&clearing, 1);
    spend(MS);
    gil_store_release(&hook_over, 1);
}

START_TEST(test_state_lock_info__after_clearing_no_preempt_hook_is_under_way)
{
    struct guest guest = make_guest(1);

    GilInterpreterState_SetSwitchInterval(world_ts->interp, GIL_SWITCH_INTERVAL_MIN);
    ck_assert_int_eq(GilThreadState_SetPreemptHook(linger, NULL), 0);
    pthread_t thread = world_thread(stay, &guest);
    world_until(&in_hook, 1);
    gil_store_release(&clearing, 1);
    ck_assert_int_eq(GilThreadState_SetPreemptHook(NULL, NULL), 0);
    ck_assert_int_eq(gil_load_acquire(&hook_over), 1);
    world_join(thread);
    GilThreadState_Delete(guest.ts);
}
END_TEST

START_TEST(test_state_lock_info__the_preempt_hook_ends_with_its_state)
{
    struct guest guest = make_guest(1);
    GilThreadState *own = GilThreadState_New(world_ts->interp);

    GilInterpreterState_SetSwitchInterval(world_ts->interp, GIL_SWITCH_INTERVAL_MIN);
    GilThreadState_Swap(own);
    ck_assert_int_eq(GilThreadState_SetPreemptHook(linger, NULL), 0);
    pthread_t thread = world_thread(stay, &guest);
    world_until(&in_hook, 1);
    gil_store_release(&clearing, 1);
    GilThreadState_DeleteCurrent();
    ck_assert_int_eq(gil_load_acquire(&hook_over), 1);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    GilEval_RestoreThread(world_ts);

    /* Nor is it there in the next state of that block. */
    GilThreadState *next = GilThreadState_New(world_ts->interp);
    ck_assert_ptr_null(next->preempt);
    GilThreadState_Delete(next);
    GilThreadState_Delete(guest.ts);
}
END_TEST

/* --- latency and weight --- */

START_TEST(test_state_lock_info__latency_is_one_of_three)
{
    GilThreadState *ts = GilThreadState_New(world_ts->interp);

    ck_assert_int_eq(ts->waiter.latency, GIL_LATENCY_LEARNED);
    ck_assert_int_eq(GilThreadState_SetLatency(ts, GIL_LATENCY_URGENT), 0);
    ck_assert_int_eq(ts->waiter.latency, GIL_LATENCY_URGENT);
    ck_assert_int_eq(GilThreadState_SetLatency(ts, GIL_LATENCY_PATIENT), 0);
    ck_assert_int_eq(ts->waiter.latency, GIL_LATENCY_PATIENT);
    ck_assert_int_eq(GilThreadState_SetLatency(ts, 2), -1);
    ck_assert_int_eq(GilThreadState_SetLatency(ts, -2), -1);
    ck_assert_int_eq(GilThreadState_SetLatency(NULL, GIL_LATENCY_LEARNED), -1);
    ck_assert_int_eq(ts->waiter.latency, GIL_LATENCY_PATIENT);
    ck_assert_int_eq(GilThreadState_SetLatency(ts, GIL_LATENCY_LEARNED), 0);
    ck_assert_int_eq(ts->waiter.latency, GIL_LATENCY_LEARNED);
    GilThreadState_Delete(ts);
}
END_TEST

START_TEST(test_state_lock_info__weight_has_bounds)
{
    GilThreadState *ts = GilThreadState_New(world_ts->interp);

    ck_assert_int_eq(GilThreadState_SetWeight(ts, 10), 0);
    ck_assert_uint_eq(ts->waiter.weight, 10);
    ck_assert_int_eq(GilThreadState_SetWeight(ts, 1000), 0);
    ck_assert_uint_eq(ts->waiter.weight, 1000);
    ck_assert_int_eq(GilThreadState_SetWeight(ts, 9), -1);
    ck_assert_int_eq(GilThreadState_SetWeight(ts, 0), -1);
    ck_assert_int_eq(GilThreadState_SetWeight(ts, 1001), -1);
    ck_assert_int_eq(GilThreadState_SetWeight(ts, UINT32_MAX), -1);
    ck_assert_int_eq(GilThreadState_SetWeight(NULL, 100), -1);
    ck_assert_uint_eq(ts->waiter.weight, 1000);
    GilThreadState_Delete(ts);
}
END_TEST

/* The turns of a holder are by its weight: of ten intervals, or of a tenth. */
START_TEST(test_state_lock_info__weight_sets_the_length_of_turns)
{
    static const unsigned weights[] = {1000, 10};
    struct guest guest = make_guest(1);

    ck_assert_int_eq(GilThreadState_SetWeight(world_ts, weights[_i]), 0);
    GilInterpreterState_SetSwitchInterval(world_ts->interp, 10 * MS);
    pthread_t thread = world_thread(stay, &guest);
    until_asked();
    ck_assert_int_eq(Gil_Poll(), 0);
    world_join(thread);
    uint64_t waited = stats(guest.ts).wait_ns;
    if (weights[_i] == 1000)
        ck_assert_uint_ge(waited, 100 * MS);
    else
        ck_assert_uint_ge(waited, MS);
    /* Its turn ended by then, and none of 10 ms was waited for. */
    ck_assert_uint_le(world_ts->lock->turns.turn_end, gil_machine_now() + 100 * MS);
    GilThreadState_Delete(guest.ts);
}
END_TEST

Suite *
suite(void)
{
    Suite *suite = suite_create("state/lock_info");
    TCase *tcase = tcase_create("lock_info");

    tcase_add_checked_fixture(tcase, world_start, world_stop);
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, test_state_lock_info__a_theft_is_counted_as_such);
    tcase_add_test(tcase, test_state_lock_info__a_forced_switch_is_counted_on_both_sides);
    tcase_add_test(tcase, test_state_lock_info__a_loan_is_counted_on_both_sides);
    tcase_add_test(tcase, test_state_lock_info__the_longest_wait_is_kept);
    tcase_add_test(tcase, test_state_lock_info__since_is_told_of_who_waited_for_the_lock);
    tcase_add_test(tcase, test_state_lock_info__held_time_is_a_lower_bound);
    tcase_add_test(tcase, test_state_lock_info__leaving_and_returning_forgets_since_when);
    tcase_add_test(tcase, test_state_lock_info__timing_mode_counts_each_hold_of_each_thread);
    tcase_add_test(tcase, test_state_lock_info__a_long_hold_is_told_again_and_again);
    tcase_add_test(tcase, test_state_lock_info__a_long_hold_by_one_that_waited_has_a_beginning);
    tcase_add_test(tcase, test_state_lock_info__a_holder_that_polls_is_not_told_of);
    tcase_add_test(tcase, test_state_lock_info__the_long_hold_function_may_change_and_stop);
    tcase_add_test(tcase, test_state_lock_info__a_long_hold_that_has_begun_is_told_too);
    tcase_add_test(tcase, test_state_lock_info__the_long_hold_function_wants_a_time);
    tcase_add_test(tcase, test_state_lock_info__a_shorter_time_counts_for_the_present_hold);
    tcase_add_test(tcase, test_state_lock_info__an_endless_long_hold_is_never_told);
    tcase_add_test(tcase, test_state_lock_info__the_preempt_hook_rings_once_a_claim_in_the_thread_that_claims);
    tcase_add_test(tcase, test_state_lock_info__the_preempt_hook_rings_once_for_claims_that_follow_each_other);
    tcase_add_test(tcase, test_state_lock_info__the_preempt_hook_is_the_holders);
    tcase_add_test(tcase, test_state_lock_info__without_a_preempt_hook_nothing_rings);
    tcase_add_test(tcase, test_state_lock_info__after_clearing_no_preempt_hook_is_under_way);
    tcase_add_test(tcase, test_state_lock_info__the_preempt_hook_ends_with_its_state);
    tcase_add_test(tcase, test_state_lock_info__latency_is_one_of_three);
    tcase_add_test(tcase, test_state_lock_info__weight_has_bounds);
    tcase_add_loop_test(tcase, test_state_lock_info__weight_sets_the_length_of_turns, 0, 2);
    suite_add_tcase(suite, tcase);
    return suite;
}
