/* SPDX-License-Identifier: MIT */
/* <gilrt/interp.h> as a host uses it: an interpreter for a tenant, with its limit and its end. */
#include "support/support.h"

#include <gilrt.h>

static GilThreadState *before;

static void
start(void)
{
    gil_test_start();
    before = GilThreadState_Get();
}

static void
stop(void)
{
    GilThreadState_Swap(before);
    gil_test_stop();
}

START_TEST(test_api_interp__a_tenant_has_its_own)
{
    GilInterpreterConfig config;
    GilMemoryStats stats;
    GilThreadState *ts;

    GilInterpreterConfig_Init(&config);
    config.memory_limit = 8 << 20;
    ck_assert(!GilStatus_Exception(Gil_NewInterpreterFromConfig(&ts, &config)));
    ck_assert_int_gt(GilInterpreterState_GetID(GilInterpreterState_Get()), 0);
    ck_assert_ptr_null(GilBytes_FromStringAndSize(NULL, 9 << 20));
    ck_assert(GilErr_ExceptionMatches(GilExc_MemoryError));
    GilErr_Clear();
    GilMemoryStats_Init(&stats);
    ck_assert_int_eq(GilInterpreterState_GetMemoryStats(GilInterpreterState_Get(), &stats), 0);
    ck_assert_uint_eq(stats.limit, 8 << 20);
    ck_assert_int_eq(Gil_EndInterpreter(ts), 0);
    ck_assert_int_eq(GilThreadState_IsAttached(), 0);
}
END_TEST

START_TEST(test_api_interp__is_ended_from_elsewhere)
{
    GilInterpreterView *views[2];

    ck_assert_ptr_nonnull(Gil_NewInterpreter());
    GilThreadState_Swap(before);
    ck_assert_uint_eq(GilInterpreterView_List(views, 2), 2);
    ck_assert_int_eq(GilInterpreterView_End(views[0], 1000000000), 0);
    ck_assert_uint_eq(GilInterpreterView_List(NULL, 0), 1);
    ck_assert_ptr_null(GilThreadState_EnsureFromView(views[0]));
    GilInterpreterView_Close(views[0]);
    GilInterpreterView_Close(views[1]);
}
END_TEST

START_TEST(test_api_interp__the_end_is_asked_for_and_waited_for)
{
    GilThreadInfo threads[2];
    GilHolder holder;

    ck_assert_ptr_nonnull(Gil_NewInterpreter());
    GilInterpreterView *view = GilInterpreterView_FromCurrent();
    GilInterpreterGuard *guard = GilInterpreterGuard_FromCurrent();
    ck_assert_uint_eq(GilInterpreterView_ListThreads(view, threads, 2), 1);
    ck_assert_int_ne(threads[0].attached, 0);
    ck_assert_int_eq(GilInterpreterView_RequestEnd(view), 0);
    ck_assert_ptr_null(GilInterpreterGuard_FromCurrent());
    ck_assert(GilErr_ExceptionMatches(GilExc_RuntimeError));
    GilErr_Clear();
    ck_assert_int_eq(GilInterpreterView_CancelEnd(view), 0);
    GilInterpreterGuard_Close(GilInterpreterGuard_FromCurrent());
    ck_assert_int_eq(GilInterpreterView_RequestEnd(view), 0);
    GilThreadState_Swap(before);
    ck_assert_int_eq(GilInterpreterView_WaitEnd(view, 1000), GIL_FINALIZE_BUSY);
    ck_assert_uint_eq(GilInterpreterView_GetHolders(view, &holder, 1), 1);
    ck_assert_int_eq(holder.kind, GIL_HOLDER_GUARD);
    GilInterpreterGuard_Close(guard);
    ck_assert_int_eq(GilInterpreterView_WaitEnd(view, GIL_WAIT_FOREVER), 0);
    GilInterpreterView_Close(view);
}
END_TEST

START_TEST(test_api_interp__may_not_do_what_is_forbidden)
{
    GilInterpreterConfig config;
    GilThreadState *ts;

    GilInterpreterConfig_Init(&config);
    config.forbid_exec = 1;
    ck_assert(!GilStatus_Exception(Gil_NewInterpreterFromConfig(&ts, &config)));
    ck_assert_int_eq(GilInterpreterState_May(GilInterpreterState_Get(), GIL_MAY_FORK | GIL_MAY_THREADS), 1);
    ck_assert_int_eq(GilInterpreterState_May(GilInterpreterState_Get(), GIL_MAY_FORK | GIL_MAY_EXEC), 0);
    ck_assert_int_eq(GilInterpreterState_CheckMay(GIL_MAY_EXEC), -1);
    ck_assert(GilErr_ExceptionMatches(GilExc_RuntimeError));
    GilErr_Clear();
    ck_assert_int_eq(Gil_EndInterpreter(ts), 0);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("api/interp");
    TCase *tc = tcase_create("interp");

    tcase_add_checked_fixture(tc, start, stop);
    tcase_add_test(tc, test_api_interp__a_tenant_has_its_own);
    tcase_add_test(tc, test_api_interp__is_ended_from_elsewhere);
    tcase_add_test(tc, test_api_interp__the_end_is_asked_for_and_waited_for);
    tcase_add_test(tc, test_api_interp__may_not_do_what_is_forbidden);
    suite_add_tcase(s, tc);
    return s;
}
