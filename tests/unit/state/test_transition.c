/* SPDX-License-Identifier: MIT */
/* The inline transitions and their slow halves, over the state layer alone; their schedules are in tests/models/lock_model.c. */
#include "unit/state/world.h"

#include "sync/machine.h"

#include <errno.h>

START_TEST(test_state_transition__begin_and_end)
{
    Gil_BEGIN_ALLOW_THREADS
    ck_assert_int_eq(GilThreadState_IsAttached(), 0);
    ck_assert_ptr_null(GilThreadState_GetUnchecked());
    ck_assert_ptr_eq(_Gil_thread, &world_ts->block);
    ck_assert_str_eq(_Gil_thread->site->file, __FILE__);
    Gil_BLOCK_THREADS
    ck_assert_ptr_eq(GilThreadState_Get(), world_ts);
    Gil_UNBLOCK_THREADS
    ck_assert_int_eq(GilThreadState_IsAttached(), 0);
    Gil_END_ALLOW_THREADS
    ck_assert_ptr_eq(GilThreadState_Get(), world_ts);
}
END_TEST

static int collections;

static int
note_collection(GilThreadState *ts)
{
    ck_assert_ptr_eq(gil_tstate_attached(), ts);
    ck_assert(gil_lock_is_owner(ts->lock, ts));
    gil_fetch_and_seq_cst(&ts->block.brk, ~_Gil_BRK_COLLECT);
    collections++;
    /* A finalizer may leave and come back elsewhere. */
    Gil_BEGIN_ALLOW_THREADS
    Gil_END_ALLOW_THREADS
    errno = EDOM;
    return 0;
}

static void *
enter_once(void *unused)
{
    GilThreadState_Release(GilThreadState_Ensure(world_guard));
    return unused;
}

/* Another thread gets the lock between such a BEGIN and its END, and the site is that BEGIN. */
static void
collect_at_begin(void)
{
    int before = collections;
    unsigned line;

    gil_fetch_or_seq_cst(&world_ts->block.brk, _Gil_BRK_COLLECT);
    errno = ERANGE;
    Gil_BEGIN_ALLOW_THREADS line = __LINE__;
    ck_assert_int_eq(errno, ERANGE);
    ck_assert_int_eq(collections, before + 1);
    ck_assert_int_eq(GilThreadState_IsAttached(), 0);
    ck_assert_uint_eq(_Gil_thread->site->line, line);
    ck_assert(!gil_lock_is_owner(world_ts->lock, world_ts));
    ck_assert_int_eq(pthread_join(world_thread(enter_once, NULL), NULL), 0);
    Gil_END_ALLOW_THREADS
    ck_assert_int_eq(collections, before + 1);
    ck_assert_int_eq(errno, ERANGE);
}

/* The lock leans to the thread the first time, and goes by its word the second. */
START_TEST(test_state_transition__garbage_is_collected_at_a_begin)
{
    gil_state_hooks.collect = note_collection;
    collect_at_begin();
    ck_assert_uint_ne(world_ts->block.brk & _Gil_BRK_FENCED, 0);
    collect_at_begin();
}
END_TEST

/* Without finalizers: these may leave the lock, and wait for it. */
static int
collect_quietly(GilThreadState *ts)
{
    gil_fetch_and_seq_cst(&ts->block.brk, ~_Gil_BRK_COLLECT);
    collections++;
    return 0;
}

static int is_outside;

/* Keeps the lock until the other thread has left it. */
static void *
hold_until_it_is_outside(void *unused)
{
    GilThreadStateToken *token = GilThreadState_Ensure(world_guard);

    world_until(&is_outside, 1);
    GilThreadState_Release(token);
    return unused;
}

START_TEST(test_state_transition__a_begin_that_collects_waits_for_nobody)
{
    gil_state_hooks.collect = collect_quietly;
    pthread_t other = world_thread(hold_until_it_is_outside, NULL);
    /* It has claimed the lock: it is the next that has it. */
    while (!(gil_load_relaxed(&world_ts->block.brk) & _Gil_BRK_PREEMPT))
        sched_yield();
    gil_fetch_or_seq_cst(&world_ts->block.brk, _Gil_BRK_COLLECT);
    Gil_BEGIN_ALLOW_THREADS
    gil_store_release(&is_outside, 1);
    Gil_END_ALLOW_THREADS
    world_join(other);
    ck_assert_int_eq(collections, 1);
}
END_TEST

START_TEST(test_state_transition__other_requests_wait_for_a_poll)
{
    gil_state_hooks.collect = note_collection;
    gil_fetch_or_seq_cst(&world_ts->block.brk, _Gil_BRK_ASYNC);
    Gil_BEGIN_ALLOW_THREADS
    ck_assert_int_eq(GilThreadState_IsAttached(), 0);
    Gil_END_ALLOW_THREADS
    ck_assert_int_eq(GilThreadState_IsAttached(), 1);
    ck_assert_int_eq(collections, 0);
    ck_assert_uint_ne(world_ts->block.brk & _Gil_BRK_ASYNC, 0);
    gil_fetch_and_seq_cst(&world_ts->block.brk, ~_Gil_BRK_ASYNC);
}
END_TEST

static void
block_without_a_begin(void *nothing)
{
    GilThreadState *_save = (GilThreadState *)nothing; /* as the conditional pair leaves it */
    Gil_BLOCK_THREADS
}

START_TEST(test_state_transition__there_is_nothing_to_return_to)
{
    gil_test_expect_abort(block_without_a_begin, NULL, "Gil_END_ALLOW_THREADS: there is no state to return to");
}
END_TEST

Suite *
suite(void)
{
    Suite *suite = suite_create("state/transition");
    TCase *tcase = tcase_create("transition");

    tcase_add_checked_fixture(tcase, world_start, world_stop);
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, test_state_transition__begin_and_end);
    tcase_add_test(tcase, test_state_transition__garbage_is_collected_at_a_begin);
    tcase_add_test(tcase, test_state_transition__a_begin_that_collects_waits_for_nobody);
    tcase_add_test(tcase, test_state_transition__other_requests_wait_for_a_poll);
    tcase_add_test(tcase, test_state_transition__there_is_nothing_to_return_to);
    suite_add_tcase(suite, tcase);
    return suite;
}
