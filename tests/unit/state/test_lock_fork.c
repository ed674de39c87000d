/* SPDX-License-Identifier: MIT */
/* An interpreter's lock before a fork, in its child, and in the child of a plain one. */
#include "support/support.h"

#include "state/lean.h"
#include "state/lock.h"

#include <string.h>

static struct cell {
    GilThreadState ts __attribute__((aligned(64)));
} cells[3];
static struct gil_lock lock __attribute__((aligned(64)));

static GilThreadState *
state(int i)
{
    GilThreadState *ts = &cells[i].ts;

    ts->block.brk = _Gil_BRK_FENCED;
    ts->lock = &lock;
    ts->id = (uint64_t)i + 1;
    return ts;
}

static void
setup(int may_lean)
{
    memset(cells, 0, sizeof cells);
    gil_machine_start();
    gil_lock_init(&lock, 1000000, may_lean && gil_machine_can_fence_all());
}

static void
take(GilThreadState *ts)
{
    ck_assert_int_eq(gil_lock_acquire(&lock, ts, __func__), GIL_LOCK_GOT);
}

static int
leans_to(const GilThreadState *ts)
{
    return lock.owner == ((uintptr_t)ts | GIL_LOCK_LEANS);
}

START_TEST(test_state_lock_fork__holder_is_who_has_it_or_to_whom_it_leans)
{
    for (int may_lean = 0; may_lean < 2; may_lean++) {
        setup(may_lean);
        GilThreadState *ts = state(0);
        ck_assert_ptr_null(gil_lock_holder(&lock));
        take(ts);
        ck_assert_ptr_eq(gil_lock_holder(&lock), ts);
        gil_lock_release(&lock, ts, __func__);
        ck_assert_ptr_eq(gil_lock_holder(&lock), leans_to(ts) ? ts : NULL);
    }
}
END_TEST

START_TEST(test_state_lock_fork__upright_says_by_the_word_who_is_inside)
{
    setup(1);
    GilThreadState *ts = state(0), *other = state(1);
    take(ts);
    if (!leans_to(ts))
        return; /* there is no heavy fence */
    gil_mutex_lock(&lock.mu);
    gil_lean_upright(&lock, ts);
    ck_assert(leans_to(ts));
    gil_lean_upright(&lock, other);
    ck_assert_uint_eq(lock.owner, (uintptr_t)ts);
    gil_mutex_unlock(&lock.mu);
    gil_lock_release(&lock, ts, __func__);
    ck_assert_uint_eq(lock.owner, 0);

    setup(1);
    ts = state(0);
    take(ts);
    gil_lock_release(&lock, ts, __func__);
    ck_assert(leans_to(ts));
    gil_mutex_lock(&lock.mu);
    gil_lean_upright(&lock, NULL);
    gil_mutex_unlock(&lock.mu);
    ck_assert_uint_eq(lock.owner, 0);
    take(ts);
    ck_assert_uint_eq(lock.owner, (uintptr_t)ts);
}
END_TEST

/* With a queue behind it whose threads are gone. */
START_TEST(test_state_lock_fork__child_has_the_lock_and_no_queue)
{
    setup(0);
    GilThreadState *ts = state(0), *waiter = state(1), *lender = state(2);
    take(ts);
    gil_mutex_lock(&lock.mu);
    gil_turns_join(&lock.turns, waiter, GIL_LANE_TURN, ts, 1, 1);
    gil_turns_join(&lock.turns, lender, GIL_LANE_TURN, ts, 1, 1);
    lock.turns.claimant = waiter;
    lock.owner |= GIL_LOCK_FLAGS & ~GIL_LOCK_LEANS;
    gil_mutex_unlock(&lock.mu);
    waiter->waiter.queued = lender->waiter.queued = 0;

    gil_lock_fork_child(&lock);
    ck_assert_uint_eq(lock.owner, (uintptr_t)ts);
    ck_assert_uint_eq(lock.turns.waiters, 0);
    gil_lock_release(&lock, ts, __func__);
    ck_assert_uint_eq(lock.owner, 0);

    lock.owner = 0;
    gil_lock_fork_child(&lock);
    ck_assert_uint_eq(lock.owner, 0);
    take(ts);
    gil_lock_fork_child(&lock);
    gil_lock_release(&lock, ts, __func__);
}
END_TEST

static void
leave_stranded(void *unused)
{
    (void)unused;
    gil_rank_all(1);
    gil_lock_strand(&lock, state(2));
    gil_machine_strand(1);
    gil_lock_release(&lock, state(0), "test");
}

static void
take_stranded(void *unused)
{
    (void)unused;
    gil_lock_release(&lock, &cells[0].ts, "test");
    gil_rank_all(1);
    gil_lock_strand(&lock, state(2));
    gil_machine_strand(1);
    take(&cells[1].ts);
}

START_TEST(test_state_lock_fork__stranded_lets_nobody_in_or_out)
{
    for (int may_lean = 0; may_lean < 2; may_lean++) {
        setup(may_lean);
        (void)state(1);
        take(state(0));
        gil_test_expect_abort(leave_stranded, NULL, "the child of a plain fork()");
        gil_test_expect_abort(take_stranded, NULL, "the child of a plain fork()");
    }
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("state_lock_fork");
    TCase *tc = tcase_create("lock_fork");

    tcase_add_test(tc, test_state_lock_fork__holder_is_who_has_it_or_to_whom_it_leans);
    tcase_add_test(tc, test_state_lock_fork__upright_says_by_the_word_who_is_inside);
    tcase_add_test(tc, test_state_lock_fork__child_has_the_lock_and_no_queue);
    tcase_add_test(tc, test_state_lock_fork__stranded_lets_nobody_in_or_out);
    suite_add_tcase(s, tc);
    return s;
}
