/* SPDX-License-Identifier: MIT */
/* <gilrt/state.h> as a host uses it. */
#include "support/support.h"

#include <gilrt.h>

#include <pthread.h>

START_TEST(test_api_state__the_main_thread)
{
    GilThreadState *ts = GilThreadState_Get();

    ck_assert_ptr_nonnull(ts);
    ck_assert_ptr_eq(GilThreadState_GetUnchecked(), ts);
    ck_assert_uint_gt(GilThreadState_GetID(ts), 0);
    ck_assert_ptr_eq(GilThreadState_GetInterpreter(ts), GilInterpreterState_Get());
    ck_assert_ptr_eq(GilInterpreterState_Main(), GilInterpreterState_Get());
    ck_assert_int_eq(GilInterpreterState_GetID(GilInterpreterState_Get()), 0);
}
END_TEST

static void *
work_with(void *arg)
{
    GilThreadState *ts = arg;

    GilEval_AcquireThread(ts);
    GilErr_SetString(GilExc_ValueError, "left behind");
    GilEval_ReleaseThread(ts);
    return NULL;
}

START_TEST(test_api_state__a_state_of_ones_own)
{
    GilThreadState *main_ts = GilThreadState_Get();
    GilThreadState *ts = GilThreadState_New(GilInterpreterState_Get());
    pthread_t thread;

    ck_assert_ptr_nonnull(ts);
    ck_assert_uint_ne(GilThreadState_GetID(ts), GilThreadState_GetID(main_ts));
    ck_assert_int_eq(pthread_create(&thread, NULL, work_with, ts), 0);
    Gil_BEGIN_ALLOW_THREADS
    pthread_join(thread, NULL);
    Gil_END_ALLOW_THREADS

    /* The error is the other state's. */
    ck_assert_ptr_null(GilErr_Occurred());
    ck_assert_ptr_eq(GilThreadState_Swap(ts), main_ts);
    ck_assert_ptr_nonnull(GilErr_Occurred());
    ck_assert_ptr_eq(GilThreadState_Swap(main_ts), ts);
    GilThreadState_Clear(ts);
    GilThreadState_Delete(ts);
}
END_TEST

START_TEST(test_api_state__delete_current)
{
    GilThreadState *main_ts = GilThreadState_Get();
    GilThreadState *ts = GilThreadState_New(GilInterpreterState_Get());

    GilThreadState_Swap(ts);
    GilThreadState_Clear(ts);
    GilThreadState_DeleteCurrent();
    ck_assert_ptr_null(GilThreadState_GetUnchecked());
    GilEval_RestoreThread(main_ts);
}
END_TEST

START_TEST(test_B1_no_interpreter_is_an_error)
{
    ck_assert_ptr_null(GilInterpreterState_Main());
    ck_assert_int_eq(GilInterpreterState_GetID(NULL), -1);
    ck_assert_ptr_null(GilThreadState_New(NULL));
    ck_assert_ptr_null(GilThreadState_GetUnchecked());
    ck_assert_int_eq(GilThreadState_IsAttached(), 0);

    gil_test_start();
    GilInterpreterState *interp = GilInterpreterState_Get();
    gil_test_stop();
    ck_assert_ptr_null(GilInterpreterState_Main());
    ck_assert_ptr_null(GilThreadState_New(interp));
}
END_TEST

Suite *
suite(void)
{
    Suite *suite = suite_create("api/state");
    TCase *tcase = tcase_create("state"), *without = tcase_create("without");

    tcase_add_checked_fixture(tcase, gil_test_start, gil_test_stop);
    tcase_add_test(tcase, test_api_state__the_main_thread);
    tcase_add_test(tcase, test_api_state__a_state_of_ones_own);
    tcase_add_test(tcase, test_api_state__delete_current);
    tcase_add_test(without, test_B1_no_interpreter_is_an_error);
    suite_add_tcase(suite, tcase);
    suite_add_tcase(suite, without);
    return suite;
}
