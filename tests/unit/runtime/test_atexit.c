/* SPDX-License-Identifier: MIT */
/* Calls at exit: order, rounds, and what they must not do. */
#include "support/support.h"

#include "base/mem.h"
#include "gilrt/config.h"
#include "gilrt/error.h"
#include "gilrt/guard.h"
#include "gilrt/life.h"
#include "gilrt/list.h"
#include "gilrt/lock.h"
#include "gilrt/long.h"
#include "gilrt/pending.h"
#include "gilrt/state.h"
#include "runtime/atexit.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static GilFinalizeReport
last_report(void)
{
    GilFinalizeReport report;

    GilFinalizeReport_Init(&report);
    ck_assert_int_eq(Gil_GetFinalizeReport(&report), 0);
    return report;
}

static size_t
raw_blocks(void)
{
    struct gil_mem_stats stats;

    gil_raw_stats(&stats);
    return stats.blocks;
}

static int
at_exit(void (*func)(void *), void *data)
{
    return GilUnstable_AtExit(GilInterpreterState_Get(), func, data);
}

static char order[4096];
static size_t calls;

static void
note(void *name)
{
    ck_assert_int_eq(GilThreadState_IsAttached(), 1);
    order[calls++ % sizeof order] = *(char *)name;
}

START_TEST(test_runtime_atexit__the_last_comes_first_and_there_is_no_bound)
{
    static char names[] = "abc";

    gil_test_start();
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(at_exit(note, &names[i]), 0);
    for (int i = 0; i < 1000; i++)
        ck_assert_int_eq(at_exit(note, &names[0]), 0);
    gil_test_stop();
    ck_assert_uint_eq(calls, 1003);
    ck_assert_str_eq(order + 1000, "cba");
    ck_assert_uint_eq(last_report().exit_rounds, 1);
    ck_assert_uint_eq(last_report().exit_dropped, 0);
    /* Each is made once: the next end makes none. */
    gil_test_start();
    gil_test_stop();
    ck_assert_uint_eq(calls, 1003);
}
END_TEST

/* All is there: objects, exceptions; guards are not. */
static void
use_everything(void *unused)
{
    GilObject *list = GilList_New(0), *number = GilLong_FromLong(500000);

    (void)unused;
    ck_assert_int_eq(GilList_Append(list, number), 0);
    Gil_DECREF(number);
    Gil_DECREF(list);
    ck_assert_ptr_null(GilInterpreterGuard_FromCurrent());
    ck_assert_int_eq(GilErr_ExceptionMatches(GilExc_RuntimeError), 1);
    GilErr_Clear();
    calls++;
}

START_TEST(test_runtime_atexit__finds_the_interpreter_whole)
{
    gil_test_start();
    ck_assert_int_eq(at_exit(use_everything, NULL), 0);
    gil_test_stop();
    ck_assert_uint_eq(calls, 1);
    ck_assert_uint_eq(last_report().objects, 0);
    ck_assert_uint_eq(last_report().blocks, 0);
}
END_TEST

static void
again(void *left)
{
    calls++;
    if (--*(int *)left > 0)
        ck_assert_int_eq(at_exit(again, left), 0);
}

START_TEST(test_C6_calls_that_register_calls_get_rounds)
{
    int left = 10;

    gil_test_start();
    ck_assert_int_eq(at_exit(again, &left), 0);
    gil_test_stop();
    ck_assert_uint_eq(calls, 10);
    ck_assert_uint_eq(last_report().exit_rounds, 10);
    ck_assert_uint_eq(last_report().exit_dropped, 0);
}
END_TEST

static uint64_t dropped;

static void
note_dropped(const GilLifeEvent *event, void *unused)
{
    (void)unused;
    if (event->kind == GIL_LIFE_TEARDOWN)
        dropped = event->count;
}

START_TEST(test_C6_rounds_without_end_are_cut_and_reported)
{
    int left = 1000000;
    size_t before;

    gil_test_start();
    gil_test_stop();
    before = raw_blocks();
    gil_test_start();
    Gil_SetLifeHook(note_dropped, NULL);
    ck_assert_int_eq(at_exit(again, &left), 0);
    gil_test_stop();
    ck_assert_uint_eq(calls, 16);
    ck_assert_uint_eq(last_report().exit_rounds, 16);
    ck_assert_uint_eq(last_report().exit_dropped, 1);
    ck_assert_uint_eq(dropped, 1);
    ck_assert_uint_eq(raw_blocks(), before);
}
END_TEST

/* Objects and states that the calls make go with the rest. */
static void
make_things(void *unused)
{
    (void)unused;
    GilObject *list = GilList_New(0);
    ck_assert_int_eq(GilList_Append(list, list), 0);
    Gil_DECREF(list);
    ck_assert_ptr_nonnull(GilThreadState_New(GilInterpreterState_Get()));
}

START_TEST(test_C6_what_calls_make_goes_with_the_rest)
{
    gil_test_start();
    ck_assert_int_eq(at_exit(make_things, NULL), 0);
    gil_test_stop();
    ck_assert_uint_eq(last_report().objects, 0);
}
END_TEST

static void
raise_error(void *unused)
{
    (void)unused;
    GilErr_SetString(GilExc_ValueError, "nobody can take it");
}

static void
raise_and_say_so(void *unused)
{
    static char name = 'x';

    (void)unused;
    gil_test_start();
    ck_assert_int_eq(at_exit(note, &name), 0);
    ck_assert_int_eq(at_exit(raise_error, NULL), 0);
    gil_test_stop();
    ck_assert_uint_eq(calls, 1);
    abort();
}

START_TEST(test_runtime_atexit__an_exception_is_reported_and_the_rest_goes_on)
{
    gil_test_expect_abort(raise_and_say_so, NULL, "nobody can take it");
}
END_TEST

static int calls_made, reports;

static int
made_at_the_end(void *unused)
{
    (void)unused;
    ck_assert_ptr_null(GilErr_Occurred());
    calls_made++;
    return 0;
}

static void
poll_at_exit(void *unused)
{
    ck_assert_ptr_null(GilErr_Occurred());
    ck_assert_int_eq(Gil_AddPendingCall(made_at_the_end, unused), 0);
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_eq(calls_made, 2);
    calls_made++;
}

static void
count_report(const GilUnraisable *error, void *unused)
{
    (void)error;
    (void)unused;
    reports++;
}

/* What the host had pending is its own: no call finds it, and none is told to have raised it. */
START_TEST(test_C6_calls_at_the_end_find_no_exception)
{
    gil_test_start();
    ck_assert_int_eq(at_exit(poll_at_exit, NULL), 0);
    ck_assert_int_eq(Gil_AddPendingCall(made_at_the_end, NULL), 0);
    GilErr_SetUnraisableHook(count_report, NULL);
    GilErr_SetString(GilExc_ValueError, "the host's own");
    ck_assert_int_eq(Gil_FinalizeEx(), 0);
    ck_assert_int_eq(calls_made, 3);
    ck_assert_int_eq(reports, 0);
}
END_TEST

static void
stay_detached(void *unused)
{
    (void)unused;
    GilEval_SaveThread();
}

static void
end_with_a_call_that_detaches(void *unused)
{
    (void)unused;
    gil_test_start();
    ck_assert_int_eq(at_exit(stay_detached, NULL), 0);
    gil_test_stop();
}

START_TEST(test_runtime_atexit__a_call_that_stays_detached_stops_the_process)
{
    gil_test_expect_abort(end_with_a_call_that_detaches, NULL, "a call at exit returned detached");
}
END_TEST

START_TEST(test_runtime_atexit__errors)
{
    static char name = 'x';

    gil_test_start();
    ck_assert_int_eq(at_exit(NULL, NULL), -1);
    ck_assert_int_eq(GilErr_ExceptionMatches(GilExc_SystemError), 1);
    GilErr_Clear();
    ck_assert_int_eq(GilUnstable_AtExit(NULL, note, &name), -1);
    ck_assert_int_eq(GilErr_ExceptionMatches(GilExc_SystemError), 1);
    GilErr_Clear();
    gil_mem_fail_nth(1, 0);
    ck_assert_int_eq(at_exit(note, &name), -1);
    gil_mem_fail_nth(0, 0);
    ck_assert_int_eq(GilErr_ExceptionMatches(GilExc_MemoryError), 1);
    GilErr_Clear();
    gil_atexit_over(GilThreadState_Get());
    ck_assert_int_eq(at_exit(note, &name), -1);
    ck_assert_int_eq(GilErr_ExceptionMatches(GilExc_RuntimeError), 1);
    GilErr_Clear();
    gil_test_stop();
    ck_assert_uint_eq(calls, 0);
}
END_TEST

/* --- of the process --- */

static void
first(void)
{
    order[calls++] = '1';
}

static void
second(void)
{
    order[calls++] = '2';
    ck_assert_int_eq(GilThreadState_IsAttached(), 0);
    ck_assert_ptr_null(GilInterpreterState_Main());
    ck_assert_int_eq(Gil_AtExit(first), 0);
}

START_TEST(test_runtime_atexit__the_process_has_calls_of_its_own)
{
    ck_assert_int_eq(Gil_AtExit(NULL), -1);
    gil_mem_fail_nth(1, 0);
    ck_assert_int_eq(Gil_AtExit(first), -1);
    gil_mem_fail_nth(0, 0);
    ck_assert_int_eq(Gil_AtExit(first), 0);
    gil_test_start();
    ck_assert_int_eq(Gil_AtExit(second), 0);
    gil_test_stop();
    ck_assert_str_eq(order, "211");
    gil_test_start();
    gil_test_stop();
    ck_assert_uint_eq(calls, 3);
}
END_TEST

static int counted;

static void
count(void)
{
    counted++;
}

static void *
register_many(void *unused)
{
    for (int i = 0; i < 500; i++)
        ck_assert_int_eq(Gil_AtExit(count), 0);
    return unused;
}

START_TEST(test_runtime_atexit__any_thread_may_register)
{
    pthread_t threads[4];

    for (int i = 0; i < 4; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, register_many, NULL), 0);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    gil_atexit_process();
    ck_assert_int_eq(counted, 2000);
}
END_TEST

static void
again_and_more(void)
{
    ck_assert_int_lt(++counted, 1000000);
    ck_assert_int_eq(Gil_AtExit(again_and_more), 0);
    ck_assert_int_eq(Gil_AtExit(count), 0);
}

START_TEST(test_C6_calls_of_the_process_without_end_are_cut_and_reported)
{
    GilFinalizeReport report;

    GilFinalizeReport_Init(&report);
    ck_assert_int_eq(Gil_AtExit(again_and_more), 0);
    gil_test_start();
    gil_test_stop();
    /* 16 rounds of the one, 15 of the other. */
    ck_assert_int_eq(counted, 31);
    ck_assert_int_eq(Gil_GetFinalizeReport(&report), 0);
    ck_assert_uint_eq(report.exit_dropped, 2);
    gil_test_start();
    gil_test_stop();
    ck_assert_int_eq(counted, 31);
    ck_assert_int_eq(Gil_GetFinalizeReport(&report), 0);
    ck_assert_uint_eq(report.exit_dropped, 0);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("runtime/atexit");
    TCase *tc = tcase_create("atexit");

    tcase_add_test(tc, test_runtime_atexit__the_last_comes_first_and_there_is_no_bound);
    tcase_add_test(tc, test_runtime_atexit__finds_the_interpreter_whole);
    tcase_add_test(tc, test_C6_calls_that_register_calls_get_rounds);
    tcase_add_test(tc, test_C6_rounds_without_end_are_cut_and_reported);
    tcase_add_test(tc, test_C6_what_calls_make_goes_with_the_rest);
    tcase_add_test(tc, test_runtime_atexit__an_exception_is_reported_and_the_rest_goes_on);
    tcase_add_test(tc, test_C6_calls_at_the_end_find_no_exception);
    tcase_add_test(tc, test_runtime_atexit__a_call_that_stays_detached_stops_the_process);
    tcase_add_test(tc, test_runtime_atexit__errors);
    tcase_add_test(tc, test_runtime_atexit__the_process_has_calls_of_its_own);
    tcase_add_test(tc, test_runtime_atexit__any_thread_may_register);
    tcase_add_test(tc, test_C6_calls_of_the_process_without_end_are_cut_and_reported);
    suite_add_tcase(s, tc);
    return s;
}
