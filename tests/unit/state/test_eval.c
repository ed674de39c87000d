/* SPDX-License-Identifier: MIT */
/* The public transitions over the state layer alone; with a whole runtime: tests/api/test_lock.c. */
#include "unit/state/world.h"

START_TEST(test_state_eval__begin_and_end)
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

START_TEST(test_state_eval__timing_sets_the_bit_of_every_thread)
{
    GilThreadState *before = GilThreadState_New(world_ts->interp);

    ck_assert_int_eq(GilLock_SetTiming(world_ts->interp, 1), 0);
    GilThreadState *after = GilThreadState_New(world_ts->interp);
    ck_assert_uint_ne(before->block.brk & _Gil_BRK_TIMED, 0);
    ck_assert_uint_ne(after->block.brk & _Gil_BRK_TIMED, 0);
    ck_assert_int_eq(GilLock_SetTiming(world_ts->interp, 0), 0);
    ck_assert_uint_eq(before->block.brk & _Gil_BRK_TIMED, 0);
    ck_assert_uint_eq(after->block.brk & _Gil_BRK_TIMED, 0);
    GilThreadState_Delete(before);
    GilThreadState_Delete(after);
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

START_TEST(test_A9_taking_a_lock_that_one_holds_stops_the_process)
{
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
    tcase_add_test(tcase, test_state_eval__begin_and_end);
    tcase_add_test(tcase, test_state_eval__another_state_may_come_and_go_inside);
    tcase_add_test(tcase, test_state_eval__poll_without_a_request_is_nothing);
    tcase_add_test(tcase, test_state_eval__info_wants_its_size);
    tcase_add_test(tcase, test_state_eval__timing_is_for_the_attached_interpreter);
    tcase_add_test(tcase, test_state_eval__timing_sets_the_bit_of_every_thread);
    tcase_add_test(tcase, test_B3_unbalanced_calls_stop_the_process);
    tcase_add_test(tcase, test_A9_taking_a_lock_that_one_holds_stops_the_process);
    tcase_add_test(tcase, test_A10_leaving_a_lock_that_one_does_not_hold_stops_the_process);
    suite_add_tcase(suite, tcase);
    return suite;
}
