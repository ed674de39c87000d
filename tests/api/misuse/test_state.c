/* SPDX-License-Identifier: MIT */
/* Wrong use of the lock, of thread states and of guards stops the process, in every build, with a sentence that names the
 * function. */
#include "support/support.h"

#include <gilrt.h>

#include <pthread.h>
#include <stdio.h>

/* Calls that need an attached thread, each in a process without a runtime, then in a thread that is detached. */
static void
call_save(void)
{
    (void)GilEval_SaveThread();
}

static void
call_get(void)
{
    (void)GilThreadState_Get();
}

static void
call_interp(void)
{
    (void)GilInterpreterState_Get();
}

static void
call_guard(void)
{
    (void)GilInterpreterGuard_FromCurrent();
}

static void
call_timing(void)
{
    (void)GilLock_SetTiming(NULL, 1);
}

static void
call_delete_current(void)
{
    GilThreadState_DeleteCurrent();
}

static void
call_clear(void)
{
    GilThreadState_Clear(NULL);
}

static void
call_release(void)
{
    GilThreadState_Release(NULL);
}

static void
call_begin(void)
{
    Gil_BEGIN_ALLOW_THREADS
    Gil_END_ALLOW_THREADS
}

static void
call_begin_blocking(void)
{
    Gil_BEGIN_BLOCKING_CALL
    Gil_END_BLOCKING_CALL
}

static void
call_begin_cond(void)
{
    Gil_BEGIN_ALLOW_THREADS_COND(1)
    Gil_END_ALLOW_THREADS_COND
}

static void
call_yield(void)
{
    (void)GilEval_Yield();
}

static void
call_preempt_hook(void)
{
    (void)GilThreadState_SetPreemptHook(NULL, NULL);
}

static const struct {
    void (*call)(void);
    const char *name;
} need_attached[] = {
    {call_save, "GilEval_SaveThread"},
    {call_get, "GilThreadState_Get"},
    {call_interp, "GilInterpreterState_Get"},
    {call_guard, "GilInterpreterGuard_FromCurrent"},
    {call_timing, "GilLock_SetTiming"},
    {call_delete_current, "GilThreadState_DeleteCurrent"},
    {call_clear, "GilThreadState_Clear"},
    {call_release, "GilThreadState_Release"},
    {call_begin, "Gil_BEGIN_ALLOW_THREADS"},
    {call_begin_blocking, "Gil_BEGIN_ALLOW_THREADS"},
    {call_begin_cond, "Gil_BEGIN_ALLOW_THREADS"},
    {call_yield, "GilEval_Yield"},
    {call_preempt_hook, "GilThreadState_SetPreemptHook"},
};

static void
call_detached(void *which)
{
    need_attached[*(int *)which].call();
}

static void
call_after_leaving(void *which)
{
    gil_test_start();
    (void)GilEval_SaveThread();
    need_attached[*(int *)which].call();
}

START_TEST(test_L1_calls_that_need_the_lock_stop_a_thread_without)
{
    char needle[128];

    snprintf(needle, sizeof needle, "gilrt: fatal: %s: the calling thread is not attached", need_attached[_i].name);
    gil_test_expect_abort(call_detached, &_i, needle);
    gil_test_expect_abort(call_after_leaving, &_i, needle);
}
END_TEST

/* --- NULL where a state or a guard must be --- */

static void
null_restore(void)
{
    GilEval_RestoreThread(NULL);
}

static void
null_acquire(void)
{
    GilEval_AcquireThread(NULL);
}

static void
null_try(void)
{
    (void)GilEval_TryRestoreThread(NULL);
}

static void
null_timed(void)
{
    (void)GilEval_TimedRestoreThread(NULL, 1000);
}

static void
null_release(void)
{
    GilEval_ReleaseThread(NULL);
}

static void
null_id(void)
{
    (void)GilThreadState_GetID(NULL);
}

static void
null_interp(void)
{
    (void)GilThreadState_GetInterpreter(NULL);
}

static void
null_delete(void)
{
    GilThreadState_Delete(NULL);
}

static void
null_ensure(void)
{
    (void)GilThreadState_Ensure(NULL);
}

static const struct {
    void (*call)(void);
    const char *name;
} need_argument[] = {
    {null_restore, "GilEval_RestoreThread"},
    {null_acquire, "GilEval_AcquireThread"},
    {null_release, "GilEval_ReleaseThread"},
    {null_try, "GilEval_TryRestoreThread"},
    {null_timed, "GilEval_TimedRestoreThread"},
    {null_id, "GilThreadState_GetID"},
    {null_interp, "GilThreadState_GetInterpreter"},
    {null_delete, "GilThreadState_Delete"},
    {null_ensure, "GilThreadState_Ensure"},
};

static void
call_null(void *which)
{
    need_argument[*(int *)which].call();
}

START_TEST(test_L4_null_states_and_guards_stop_the_process)
{
    char needle[64];

    snprintf(needle, sizeof needle, "gilrt: fatal: %s: ", need_argument[_i].name);
    gil_test_expect_abort(call_null, &_i, needle);
}
END_TEST

/* --- wrong order --- */

static void
delete_attached(void *unused)
{
    (void)unused;
    GilThreadState_Delete(GilThreadState_Get());
}

static void
delete_uncleared(void *unused)
{
    (void)unused;
    GilThreadState *ts = GilThreadState_New(GilInterpreterState_Get());
    GilThreadState *before = GilThreadState_Swap(ts);
    GilErr_SetString(GilExc_ValueError, "still here");
    GilThreadState_Swap(before);
    GilThreadState_Delete(ts);
}

static void
delete_between_begin_and_end(void *unused)
{
    (void)unused;
    GilThreadState *ts = GilThreadState_Get();
    Gil_BEGIN_ALLOW_THREADS
    GilThreadState_Delete(ts);
    Gil_END_ALLOW_THREADS
}

static void
clear_detached(void *unused)
{
    (void)unused;
    GilThreadState *ts = GilEval_SaveThread();
    GilThreadState_Clear(ts);
}

START_TEST(test_B8_deleting_too_early_stops_the_process)
{
    gil_test_expect_abort(delete_attached, NULL, "GilThreadState_Delete: thread state 1 is attached");
    gil_test_expect_abort(delete_uncleared, NULL, "GilThreadState_Delete: thread state 2 is not cleared");
    gil_test_expect_abort(delete_between_begin_and_end, NULL, "is between BEGIN and END");
    gil_test_expect_abort(clear_detached, NULL, "GilThreadState_Clear: the calling thread is not attached");
}
END_TEST

static void
end_twice(void *unused)
{
    (void)unused;
    Gil_BEGIN_ALLOW_THREADS
    Gil_BLOCK_THREADS
    Gil_END_ALLOW_THREADS
}

static void
release_twice(void *unused)
{
    (void)unused;
    GilInterpreterGuard *guard = GilInterpreterGuard_FromCurrent();
    GilThreadStateToken *token = GilThreadState_Ensure(guard);
    GilThreadState_Release(token);
    GilThreadState_Release(token);
}

START_TEST(test_B3_unbalanced_pairs_stop_the_process)
{
    gil_test_expect_abort(end_twice, NULL, "Gil_END_ALLOW_THREADS: the calling thread is attached already");
    gil_test_expect_abort(release_twice, NULL, "GilThreadState_Release: there is no GilThreadState_Ensure() to undo");
}
END_TEST

static void
restore_twice(void *unused)
{
    (void)unused;
    GilEval_RestoreThread(GilThreadState_Get());
}

static void
try_twice(void *unused)
{
    (void)unused;
    (void)GilEval_TryRestoreThread(GilThreadState_Get());
}

static void
timed_twice(void *unused)
{
    (void)unused;
    (void)GilEval_TimedRestoreThread(GilThreadState_Get(), UINT64_MAX);
}

START_TEST(test_A9_attaching_twice_stops_the_process)
{
    gil_test_expect_abort(restore_twice, NULL, "GilEval_RestoreThread: thread state 1 is attached to the calling thread");
    gil_test_expect_abort(try_twice, NULL, "GilEval_TryRestoreThread: thread state 1 is attached to the calling thread");
    gil_test_expect_abort(timed_twice, NULL, "GilEval_TimedRestoreThread: thread state 1 is attached to the calling thread");
}
END_TEST

static void
save_in_the_wrong_thread(void *unused)
{
    (void)unused;
    GilThreadState *ts = GilThreadState_New(GilInterpreterState_Get());
    GilEval_ReleaseThread(ts);
}

START_TEST(test_A10_leaving_with_the_wrong_state_stops_the_process)
{
    gil_test_expect_abort(save_in_the_wrong_thread, NULL, "GilEval_ReleaseThread: the thread state is not the one");
}
END_TEST

static void *
exit_attached(void *guard)
{
    (void)GilThreadState_Ensure(guard);
    return NULL;
}

static void
thread_exits_attached(void *unused)
{
    (void)unused;
    pthread_t thread;
    GilInterpreterGuard *guard = GilInterpreterGuard_FromCurrent();

    ck_assert_int_eq(pthread_create(&thread, NULL, exit_attached, guard), 0);
    Gil_BEGIN_ALLOW_THREADS
    pthread_join(thread, NULL);
    Gil_END_ALLOW_THREADS
}

START_TEST(test_B4_exiting_attached_stops_the_process)
{
    gil_test_expect_abort(thread_exits_attached, NULL, "exits while thread state 2 is attached to it");
}
END_TEST

Suite *
suite(void)
{
    Suite *suite = suite_create("api/misuse/state");
    TCase *without = tcase_create("without a runtime"), *with = tcase_create("with a runtime");

    tcase_add_loop_test(without, test_L1_calls_that_need_the_lock_stop_a_thread_without, 0,
                        (int)Gil_ARRAY_LENGTH(need_attached));
    tcase_add_loop_test(without, test_L4_null_states_and_guards_stop_the_process, 0,
                        (int)Gil_ARRAY_LENGTH(need_argument));
    tcase_add_checked_fixture(with, gil_test_start, gil_test_stop);
    tcase_add_test(with, test_B8_deleting_too_early_stops_the_process);
    tcase_add_test(with, test_B3_unbalanced_pairs_stop_the_process);
    tcase_add_test(with, test_A9_attaching_twice_stops_the_process);
    tcase_add_test(with, test_A10_leaving_with_the_wrong_state_stops_the_process);
    tcase_add_test(with, test_B4_exiting_attached_stops_the_process);
    suite_add_tcase(suite, without);
    suite_add_tcase(suite, with);
    return suite;
}
