/* SPDX-License-Identifier: MIT */
/* Leaning step by step, with states that no thread has; what threads make of it is in test_lock.c, its schedules in tests/models/. */
#include "support/support.h"

#include "state/lean.h"
#include "sync/machine.h"

static struct gil_lock lock;
static struct {
    GilThreadState ts __attribute__((aligned(64)));
} cells[3];
#define STATE(i) (&cells[i].ts)

/* A lock that leans to the first state, which is inside; 0: there is no heavy fence. */
static int
setup(void)
{
    gil_machine_start();
    if (!gil_machine_can_fence_all())
        return 0;
    gil_lock_init(&lock, 1000000, 1);
    for (int i = 0; i < 3; i++)
        cells[i].ts = (GilThreadState){.id = (uint64_t)i + 1, .lock = &lock, .block.brk = _Gil_BRK_FENCED};
    lock.owner = (uintptr_t)STATE(0);
    STATE(0)->block.st = _Gil_ATTACHED;
    gil_lean(&lock, STATE(0));
    ck_assert_uint_eq(lock.owner, (uintptr_t)STATE(0) | GIL_LOCK_LEANS);
    ck_assert_int_eq(STATE(0)->leaning, 1);
    ck_assert_uint_eq(STATE(0)->block.brk, 0);
    return 1;
}

static int
revoke(GilThreadState *ts)
{
    gil_mutex_lock(&lock.mu);
    int stolen = gil_lean_revoke(&lock, ts);
    gil_mutex_unlock(&lock.mu);
    return stolen;
}

START_TEST(test_state_lean__not_where_somebody_waits)
{
    if (!setup())
        return;
    for (uintptr_t flags = 1; flags < GIL_LOCK_LEANS; flags *= 2) {
        lock.owner = (uintptr_t)STATE(1) | flags;
        gil_lean(&lock, STATE(1));
        ck_assert_uint_eq(lock.owner, (uintptr_t)STATE(1) | flags);
        ck_assert_int_eq(STATE(1)->leaning, 0);
        ck_assert_uint_eq(STATE(1)->block.brk, _Gil_BRK_FENCED);
    }
}
END_TEST

START_TEST(test_state_lean__who_is_inside_holds_it_by_the_word)
{
    if (!setup())
        return;
    ck_assert_int_eq(revoke(STATE(1)), 0);
    ck_assert_uint_eq(lock.owner, (uintptr_t)STATE(0));
    ck_assert_uint_eq(STATE(0)->block.brk, _Gil_BRK_FENCED);
    ck_assert_uint_eq(lock.fences, gil_machine_is_alone() ? 0 : 1);
    ck_assert_uint_eq(lock.stolen, 0);
    ck_assert_int_eq(gil_lean_came_in_time(&lock, STATE(0)), 1);
    ck_assert_int_eq(STATE(0)->leaning, 0);
}
END_TEST

START_TEST(test_state_lean__who_is_outside_is_robbed_and_learns_it)
{
    if (!setup())
        return;
    STATE(0)->block.st = _Gil_LAZY;
    ck_assert_int_eq(revoke(STATE(1)), 1);
    ck_assert_uint_eq(lock.owner, (uintptr_t)STATE(1));
    ck_assert_uint_eq(lock.stolen, 1);
    STATE(0)->block.st = _Gil_ATTACHED; /* too late */
    ck_assert_int_eq(gil_lean_came_in_time(&lock, STATE(0)), 0);
    ck_assert_uint_eq(lock.owner, (uintptr_t)STATE(1));
}
END_TEST

START_TEST(test_state_lean__a_request_is_no_revocation)
{
    if (!setup())
        return;
    gil_fetch_or_seq_cst(&STATE(0)->block.brk, _Gil_BRK_CALLS);
    gil_lock_release(&lock, STATE(0), __func__);
    ck_assert_uint_eq(STATE(0)->block.st, _Gil_LAZY);
    ck_assert_int_eq(gil_lock_acquire(&lock, STATE(0), __func__), GIL_LOCK_GOT);
    ck_assert_uint_eq(lock.owner, (uintptr_t)STATE(0) | GIL_LOCK_LEANS);
    ck_assert_uint_eq(lock.fences, 0);
}
END_TEST

START_TEST(test_state_lean__straightened_by_its_holder)
{
    if (!setup())
        return;
    gil_mutex_lock(&lock.mu);
    gil_lean_straighten(&lock);
    ck_assert_uint_eq(lock.owner, (uintptr_t)STATE(0));
    ck_assert_uint_eq(STATE(0)->block.brk, _Gil_BRK_FENCED);
    gil_lean_straighten(&lock); /* nothing left to do */
    ck_assert_uint_eq(lock.owner, (uintptr_t)STATE(0));
    gil_mutex_unlock(&lock.mu);
    ck_assert_uint_eq(lock.fences, 0);
}
END_TEST

Suite *
suite(void)
{
    Suite *suite = suite_create("state/lean");
    TCase *tcase = tcase_create("lean");

    tcase_add_test(tcase, test_state_lean__not_where_somebody_waits);
    tcase_add_test(tcase, test_state_lean__who_is_inside_holds_it_by_the_word);
    tcase_add_test(tcase, test_state_lean__who_is_outside_is_robbed_and_learns_it);
    tcase_add_test(tcase, test_state_lean__a_request_is_no_revocation);
    tcase_add_test(tcase, test_state_lean__straightened_by_its_holder);
    suite_add_tcase(suite, tcase);
    return suite;
}
