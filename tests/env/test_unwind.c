/* SPDX-License-Identifier: MIT */
/* What longjmp() and cancellation across the pairs do: the thread stays where they left it, and its next use of the runtime
 * says so. What C++ exceptions do is the same, and in tests/install/unwind.cpp. */
#include "support/support.h"

#include <gilrt.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdio.h>
#include <unistd.h>

static jmp_buf out;
static int line; /* of the region that was left */

/* The END that follows is never reached. */
static __attribute__((noinline)) void
leave_region(void)
{
    line = __LINE__ + 1;
    Gil_BEGIN_ALLOW_THREADS
    longjmp(out, 1);
    Gil_END_ALLOW_THREADS
}

static __attribute__((noinline)) void
be_thrown_out(void)
{
    if (setjmp(out) == 0)
        leave_region();
}

/* Each is the next use of the runtime by the thread. */
static void
use_an_object(void *unused)
{
    (void)unused;
    be_thrown_out();
    Gil_DECREF(GilLong_FromLong(100000));
}

static void
begin_again(void *unused)
{
    (void)unused;
    be_thrown_out();
    Gil_BEGIN_BLOCKING_CALL
    Gil_END_BLOCKING_CALL
}

static void
detach(void *unused)
{
    (void)unused;
    be_thrown_out();
    (void)GilEval_SaveThread();
}

START_TEST(test_B10_longjmp_out_of_a_region_is_told_at_the_next_use)
{
    static const struct {
        void (*use)(void *);
        const char *name;
    } uses[] = {{use_an_object, "GilLong_FromLong"}, {begin_again, "Gil_BEGIN_ALLOW_THREADS"}, {detach, "GilEval_SaveThread"}};
    char expected[300];

    be_thrown_out();
    ck_assert(!GilThreadState_IsAttached());
    for (size_t i = 0; i < sizeof uses / sizeof uses[0]; i++) {
        GilEval_RestoreThread((GilThreadState *)(void *)_Gil_thread);
        snprintf(expected, sizeof expected,
                 "gilrt: fatal: %s: the calling thread is not attached to an interpreter: it left the lock at %s:%d and has not come "
                 "back",
                 uses[i].name, __FILE__, line);
        gil_test_expect_abort(uses[i].use, NULL, expected);
        be_thrown_out();
    }
    GilEval_RestoreThread((GilThreadState *)(void *)_Gil_thread);
}
END_TEST

/* Who catches it can go on: by attaching the state that was attached before. */
START_TEST(test_B10_thread_that_was_thrown_out_can_attach_again)
{
    GilThreadState *ts = GilThreadState_Get();

    for (int i = 0; i < 3; i++) {
        be_thrown_out();
        ck_assert_ptr_null(GilThreadState_GetUnchecked());
        GilEval_RestoreThread(ts);
        ck_assert_ptr_eq(GilThreadState_Get(), ts);
        Gil_BEGIN_ALLOW_THREADS
        Gil_END_ALLOW_THREADS
        Gil_DECREF(GilLong_FromLong(100000));
    }
}
END_TEST

static GilInterpreterGuard *guard;

static void
visit_and_leave_region(void)
{
    GilThreadStateToken *token = GilThreadState_Ensure(guard);

    leave_region();
    GilThreadState_Release(token);
}

static __attribute__((noinline)) void
be_thrown_out_of_a_visit(void)
{
    if (setjmp(out) == 0)
        visit_and_leave_region();
}

/* A callback within a region is thrown out of, with its own region and its Ensure: the END of the outer region finds the state
 * as it left it. What is missing is the Release. */
static void
miss_a_release(void *unused)
{
    (void)unused;
    GilThreadStateToken *token = GilThreadState_Ensure(guard);
    Gil_BEGIN_ALLOW_THREADS
    be_thrown_out_of_a_visit();
    Gil_END_ALLOW_THREADS
    GilThreadState_Release(token);
}

static void
miss_a_release_and_delete(void *unused)
{
    (void)unused;
    GilThreadState *ts = GilThreadState_New(GilInterpreterState_Get());
    GilThreadState_Swap(ts);
    Gil_BEGIN_ALLOW_THREADS
    be_thrown_out_of_a_visit();
    Gil_END_ALLOW_THREADS
    GilThreadState_DeleteCurrent();
}

START_TEST(test_B10_longjmp_past_a_release_is_told_at_the_next_one)
{
    guard = GilInterpreterGuard_FromCurrent();
    gil_test_expect_abort(miss_a_release, NULL, "GilThreadState_Release: the token is not that of the last GilThreadState_Ensure()");
    gil_test_expect_abort(miss_a_release_and_delete, NULL, "is inside GilThreadState_Ensure(): its Release is yet to come, or was skipped");
    GilInterpreterGuard_Close(guard);
}
END_TEST

/* The end of the runtime refuses, and is not left waiting. */
START_TEST(test_B10_runtime_is_not_ended_by_a_thread_that_was_thrown_out)
{
    GilThreadState *ts = GilThreadState_Get();

    be_thrown_out();
    ck_assert_int_eq(Gil_FinalizeEx(), -1);
    GilEval_RestoreThread(ts);
}
END_TEST

static GilObject *
method_that_returns_outside(GilObject *self, GilObject *unused)
{
    (void)self, (void)unused;
    line = __LINE__ + 1;
    Gil_BEGIN_ALLOW_THREADS
    return NULL;
    Gil_END_ALLOW_THREADS
}

static GilMethodDef method = {"method", method_that_returns_outside, GIL_METH_NOARGS, NULL};

static void
call_method(void *function)
{
    GilObject_CallNoArgs(function);
}

START_TEST(test_B10_return_out_of_a_region_is_told_by_the_call)
{
    char expected[200];
    GilObject *function = GilCFunction_New(&method, NULL);

    method_that_returns_outside(NULL, NULL); /* which line it is */
    GilEval_RestoreThread((GilThreadState *)(void *)_Gil_thread);
    snprintf(expected, sizeof expected, "returned without the lock: the Gil_BEGIN_ALLOW_THREADS at %s:%d has had no", __FILE__, line);
    gil_test_expect_abort(call_method, function, expected);
    Gil_DECREF(function);
}
END_TEST

static int ends[2];

static void *
sleep_in_a_region(void *unused)
{
    char c;

    if (GilThreadState_Ensure(guard) == NULL)
        return unused;
    Gil_BEGIN_BLOCKING_CALL
    if (write(ends[1], "x", 1) != 1)
        return unused;
    for (;;)
        if (read(ends[0] + 100, &c, 1) < 0)
            pthread_testcancel();
    Gil_END_BLOCKING_CALL
    return unused;
}

/* Cancelled within a region a thread is outside, which is where it may end: nothing is left of it, and nobody waits for it. */
START_TEST(test_B10_cancellation_within_a_region_leaves_nothing)
{
    pthread_t thread;
    void *result;
    char c;

    guard = GilInterpreterGuard_FromCurrent();
    ck_assert_int_eq(pipe(ends), 0);
    ck_assert_int_eq(pthread_create(&thread, NULL, sleep_in_a_region, NULL), 0);
    Gil_BEGIN_ALLOW_THREADS
    ck_assert_int_eq(read(ends[0], &c, 1), 1);
    pthread_cancel(thread);
    pthread_join(thread, &result);
    Gil_END_ALLOW_THREADS
    ck_assert_ptr_eq(result, PTHREAD_CANCELED);
    GilInterpreterGuard_Close(guard);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("env/unwind");
    TCase *tc = tcase_create("unwind");

    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_B10_longjmp_out_of_a_region_is_told_at_the_next_use);
    tcase_add_test(tc, test_B10_thread_that_was_thrown_out_can_attach_again);
    tcase_add_test(tc, test_B10_longjmp_past_a_release_is_told_at_the_next_one);
    tcase_add_test(tc, test_B10_runtime_is_not_ended_by_a_thread_that_was_thrown_out);
    tcase_add_test(tc, test_B10_return_out_of_a_region_is_told_by_the_call);
    tcase_add_test(tc, test_B10_cancellation_within_a_region_leaves_nothing);
    suite_add_tcase(s, tc);
    return s;
}
