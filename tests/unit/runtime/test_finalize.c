/* SPDX-License-Identifier: MIT */
/* The end: what can be undone is undone, what is late is told, and nothing depends on a particular thread. */
#include "support/support.h"

#include "base/atomic.h"
#include "gilrt/call.h"
#include "gilrt/config.h"
#include "gilrt/dict.h"
#include "gilrt/error.h"
#include "gilrt/gc.h"
#include "gilrt/guard.h"
#include "gilrt/interp.h"
#include "gilrt/life.h"
#include "gilrt/lock.h"
#include "gilrt/long.h"
#include "gilrt/signal.h"
#include "gilrt/state.h"
#include "gilrt/type.h"
#include "gilrt/unicode.h"
#include "runtime/finalize.h"
#include "state/gate.h"
#include "state/pending.h"
#include "state/tstate.h"
#include "sync/machine.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MS UINT64_C(1000000)

static uint32_t step; /* where a test's threads are */

static void
reach(uint32_t value)
{
    gil_store_release(&step, value);
}

static void
await(uint32_t value)
{
    while (gil_load_acquire(&step) < value)
        sched_yield();
}

static GilFinalizeReport
last_report(void)
{
    GilFinalizeReport report;

    GilFinalizeReport_Init(&report);
    ck_assert_int_eq(Gil_GetFinalizeReport(&report), 0);
    return report;
}

/* Nothing happened: objects, guards, views and threads are as they were. */
static void
everything_works(void)
{
    GilObject *dict = GilDict_New(), *number = GilLong_FromLong(100000);

    ck_assert(dict != NULL && number != NULL);
    ck_assert_int_eq(GilDict_SetItemString(dict, "key", number), 0);
    Gil_DECREF(number);
    Gil_DECREF(dict);
    GilInterpreterGuard *guard = GilInterpreterGuard_FromCurrent();
    ck_assert_ptr_nonnull(guard);
    GilInterpreterGuard_Close(guard);
    ck_assert_int_eq(Gil_IsInitialized(), 1);
    ck_assert_int_eq(Gil_IsFinalizing(), 0);
    ck_assert_int_eq(Gil_Poll(), 0);
}

static void
ignore(const GilLifeEvent *event, void *unused)
{
    (void)event;
    (void)unused;
}

START_TEST(test_C1_a_guard_that_stays_makes_it_busy)
{
    gil_test_start();
    Gil_SetLifeHook(ignore, NULL);
    GilInterpreterGuard *guard = GilInterpreterGuard_FromCurrent();
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(Gil_FinalizeTimed((uint64_t)i * MS), GIL_FINALIZE_BUSY);
        ck_assert_uint_eq(last_report().holders, 1);
        ck_assert_uint_eq(last_report().stops, 0);
        everything_works();
    }
    GilInterpreterGuard_Close(guard);
    ck_assert_int_eq(Gil_FinalizeEx(), 0);
    ck_assert_uint_eq(last_report().holders, 0);
    ck_assert_uint_eq(last_report().stops, 1);
}
END_TEST

START_TEST(test_C1_the_time_is_the_configured_one)
{
    GilConfig config;

    GilConfig_Init(&config);
    config.finalize_timeout_ns = 20 * MS;
    ck_assert(!GilStatus_Exception(Gil_InitializeFromConfig(&config)));
    Gil_SetLifeHook(ignore, NULL);
    GilInterpreterGuard *guard = GilInterpreterGuard_FromCurrent();
    uint64_t before = gil_machine_now();
    ck_assert_int_eq(Gil_FinalizeEx(), GIL_FINALIZE_BUSY);
    ck_assert_uint_ge(gil_machine_now() - before, 20 * MS);
    GilInterpreterGuard_Close(guard);
    ck_assert_int_eq(Gil_FinalizeEx(), 0);
}
END_TEST

/* Without a hook who is inside stands on standard error, with the place. */
static void
be_busy(void *unused)
{
    (void)unused;
    gil_test_start();
    GilInterpreterGuard *guard = GilInterpreterGuard_FromCurrent();
    ck_assert_ptr_nonnull(guard);
    ck_assert_int_eq(Gil_FinalizeTimed(0), GIL_FINALIZE_BUSY);
    abort();
}

START_TEST(test_C1_who_is_inside_is_named)
{
    gil_test_expect_abort(be_busy, NULL, "gilrt: Gil_FinalizeTimed: interpreter 0 does not end: a guard is open for 0.0");
    gil_test_expect_abort(be_busy, NULL, "test_finalize.c:");
}
END_TEST

static GilInterpreterView *view;

/* Inside by a view, detached meanwhile: END finds the interpreter, however long the end has been waiting. */
static void *
stay_in_a_region(void *unused)
{
    GilThreadStateToken *token = GilThreadState_EnsureFromView(view);

    ck_assert_ptr_nonnull(token);
    Gil_BEGIN_ALLOW_THREADS
    reach(1);
    await(2);
    Gil_END_ALLOW_THREADS
    GilObject *text = GilUnicode_FromString("it is there");
    ck_assert_ptr_nonnull(text);
    Gil_DECREF(text);
    /* New ones are refused, for it is closing. */
    ck_assert_ptr_null(GilInterpreterGuard_FromView(view));
    GilThreadState_Release(token);
    return unused;
}

static void
go_on_when_closing(const GilLifeEvent *event, void *unused)
{
    (void)unused;
    if (event->kind == GIL_LIFE_CLOSING)
        reach(2);
}

START_TEST(test_C1_a_region_of_a_visitor_is_waited_for)
{
    pthread_t thread;

    gil_test_start();
    view = GilInterpreterView_FromCurrent();
    ck_assert_int_eq(pthread_create(&thread, NULL, stay_in_a_region, NULL), 0);
    Gil_BEGIN_ALLOW_THREADS
    await(1);
    Gil_END_ALLOW_THREADS
    Gil_SetLifeHook(go_on_when_closing, NULL);
    ck_assert_int_eq(Gil_FinalizeTimed(UINT64_MAX), 0);
    pthread_join(thread, NULL);
    GilInterpreterView_Close(view);
}
END_TEST

/* Runs until its poll is told that the interpreter wants to end; told once. */
static void *
evaluate(void *guard)
{
    GilThreadStateToken *token = GilThreadState_Ensure(guard);

    reach(1);
    while (Gil_Poll() == 0)
        ;
    ck_assert_int_eq(GilErr_ExceptionMatches(GilExc_SystemExit), 1);
    GilErr_Clear();
    ck_assert_int_eq(Gil_Poll(), 0);
    GilThreadState_Release(token);
    GilInterpreterGuard_Close(guard);
    return NULL;
}

START_TEST(test_C1_evaluators_are_asked_to_stop)
{
    pthread_t thread;

    gil_test_start();
    GilInterpreterGuard *guard = GilInterpreterGuard_FromCurrent();
    ck_assert_int_eq(pthread_create(&thread, NULL, evaluate, guard), 0);
    Gil_BEGIN_ALLOW_THREADS
    await(1);
    Gil_END_ALLOW_THREADS
    ck_assert_int_eq(Gil_FinalizeTimed(UINT64_MAX), 0);
    pthread_join(thread, NULL);
}
END_TEST

/* A request that nobody has heeded is taken back when the end gives up. */
START_TEST(test_C1_a_request_is_taken_back)
{
    gil_test_start();
    Gil_SetLifeHook(ignore, NULL);
    GilInterpreterGuard *guard = GilInterpreterGuard_FromCurrent();
    GilThreadState *first = GilThreadState_Get(), *second = GilThreadState_New(first->interp);
    ck_assert_int_eq(Gil_FinalizeTimed(0), GIL_FINALIZE_BUSY);
    GilThreadState_Swap(second);
    ck_assert_int_eq(Gil_Poll(), 0);
    GilThreadState_Clear(second);
    GilThreadState_Swap(first);
    GilThreadState_Delete(second);
    GilInterpreterGuard_Close(guard);
    gil_test_stop();
}
END_TEST

/* While one finalizes, all others are told -1, and so is it by what it runs. */
static int results[4];

static void
finalize_again(void *result)
{
    *(int *)result = Gil_FinalizeEx();
}

static void *
finalize_meanwhile(void *guard)
{
    await(1);
    GilThreadStateToken *token = GilThreadState_Ensure(guard);
    results[0] = Gil_FinalizeEx();
    GilThreadState_Release(token);
    results[1] = Gil_FinalizeEx();
    GilInterpreterGuard_Close(guard);
    return NULL;
}

static void
finalize_in_hook(const GilLifeEvent *event, void *unused)
{
    (void)unused;
    if (event->kind == GIL_LIFE_CLOSING) {
        results[2] = Gil_FinalizeEx();
        reach(1);
    }
}

START_TEST(test_C3_one_finalizes_and_others_are_refused)
{
    pthread_t thread;

    gil_test_start();
    Gil_SetLifeHook(finalize_in_hook, NULL);
    ck_assert_int_eq(GilUnstable_AtExit(GilInterpreterState_Get(), finalize_again, &results[3]), 0);
    GilInterpreterGuard *guard = GilInterpreterGuard_FromCurrent();
    ck_assert_int_eq(pthread_create(&thread, NULL, finalize_meanwhile, guard), 0);
    ck_assert_int_eq(Gil_FinalizeTimed(UINT64_MAX), 0);
    pthread_join(thread, NULL);
    for (int i = 0; i < 4; i++)
        ck_assert_int_eq(results[i], -1);
    ck_assert_int_eq(Gil_FinalizeEx(), 0);
}
END_TEST

/* --- late --- */

static GilLifeEvent late; /* the event */

static void
note_late(const GilLifeEvent *event, void *unused)
{
    (void)unused;
    if (event->kind != GIL_LIFE_LATE)
        return;
    late = *event;
    ck_assert_ptr_null(gil_tstate_attached());
    reach(3);
}

/* In a region without a guard: nobody waits for it. */
static void *
come_back_late(void *ts)
{
    GilEval_RestoreThread(ts);
    Gil_BEGIN_ALLOW_THREADS
    reach(1);
    await(2);
    Gil_END_ALLOW_THREADS
    ck_abort_msg("it came back");
    return NULL;
}

static void
finalize_before_it_comes_back(void)
{
    pthread_t thread;
    GilThreadState *ts = GilThreadState_New(GilInterpreterState_Get());

    ck_assert_int_eq(pthread_create(&thread, NULL, come_back_late, ts), 0);
    Gil_BEGIN_ALLOW_THREADS
    await(1);
    Gil_END_ALLOW_THREADS
    ck_assert_int_eq(Gil_FinalizeEx(), 0);
    reach(2);
    await(3);
}

/* It sleeps, and keeps nothing of the library: all can begin anew. */
START_TEST(test_C11_a_late_thread_keeps_no_lock)
{
    gil_test_start();
    Gil_SetLifeHook(note_late, NULL);
    finalize_before_it_comes_back();
    ck_assert_str_eq(late.func, "Gil_END_ALLOW_THREADS");
    ck_assert_uint_ne(late.state, 0);
    ck_assert_uint_eq(late.size, sizeof late);
    Gil_SetLifeHook(NULL, NULL);
    for (int i = 0; i < 3; i++) {
        gil_test_start();
        everything_works();
        gil_test_stop();
    }
}
END_TEST

#ifdef GIL_DEBUG
static void
sleep_with_a_mutex(void *unused)
{
    struct gil_mutex mutex = GIL_MUTEX_INIT(GIL_RANK_STABLE, "the mutex of the test");
    GilThreadState ts = {.id = 1};

    (void)unused;
    gil_mutex_lock(&mutex);
    gil_tstate_too_late(&ts, "Gil_END_ALLOW_THREADS");
}

START_TEST(test_C11_nobody_goes_to_sleep_with_a_lock)
{
    gil_test_expect_abort(sleep_with_a_mutex, NULL, "the mutex of the test");
}
END_TEST
#endif

static void
come_late_where_that_aborts(void *unused)
{
    GilConfig config;

    (void)unused;
    GilConfig_Init(&config);
    config.late_policy = Gil_LATE_ABORT;
    ck_assert(!GilStatus_Exception(Gil_InitializeFromConfig(&config)));
    finalize_before_it_comes_back();
}

START_TEST(test_runtime_finalize__a_late_thread_may_stop_the_process)
{
    gil_test_expect_abort(come_late_where_that_aborts, NULL,
                          "Gil_END_ALLOW_THREADS: thread state 2 comes back after its interpreter has ended");
}
END_TEST

/* --- what runs at the end --- */

static void
leave_the_lock(void *rounds)
{
    for (int i = 0; i < *(int *)rounds; i++) {
        Gil_BEGIN_ALLOW_THREADS
        sched_yield();
        Gil_END_ALLOW_THREADS
    }
}

/* No guard: it contends as long as it can, and is late in the end. */
static void *
contend(void *ts)
{
    while (GilEval_TimedRestoreThread(ts, UINT64_MAX) == 1) {
        reach(1);
        GilEval_SaveThread();
    }
    reach(2);
    return NULL;
}

START_TEST(test_C13_the_finalizing_thread_may_leave_the_lock)
{
    static int rounds = 200;
    pthread_t thread;

    gil_test_start();
    GilThreadState *ts = GilThreadState_New(GilInterpreterState_Get());
    ck_assert_int_eq(GilUnstable_AtExit(GilInterpreterState_Get(), leave_the_lock, &rounds), 0);
    ck_assert_int_eq(pthread_create(&thread, NULL, contend, ts), 0);
    Gil_BEGIN_ALLOW_THREADS
    await(1);
    Gil_END_ALLOW_THREADS
    ck_assert_int_eq(Gil_FinalizeEx(), 0);
    /* Told, and not asleep: its call can fail. */
    await(2);
    pthread_join(thread, NULL);
}
END_TEST

/* Each that dies leaves another one, in a circle. */
static int deaths;

static int
visit_type(GilObject *self, visitproc visit, void *arg)
{
    Gil_VISIT(Gil_TYPE(self));
    return 0;
}

static void
leave_a_child(GilObject *self)
{
    GilObject *child = GilObject_CallNoArgs((GilObject *)(void *)Gil_TYPE(self)), *circle = GilDict_New();

    deaths++;
    ck_assert(child != NULL && circle != NULL);
    ck_assert_int_eq(GilDict_SetItemString(circle, "child", child), 0);
    ck_assert_int_eq(GilDict_SetItemString(circle, "self", circle), 0);
    Gil_DECREF(child);
    Gil_DECREF(circle);
}

START_TEST(test_C12_finalizers_that_make_new_objects_come_to_an_end)
{
    static GilType_Slot slots[] = {{Gil_tp_finalize, leave_a_child}, {Gil_tp_traverse, visit_type}, {0, NULL}};
    static GilType_Spec spec = {"test.Phoenix", 0, 0, Gil_TPFLAGS_DEFAULT | Gil_TPFLAGS_HAVE_GC, slots};

    gil_test_start();
    GilObject *type = GilType_FromSpec(&spec), *first = GilObject_CallNoArgs(type);
    ck_assert(type != NULL && first != NULL);
    Gil_DECREF(first);
    Gil_DECREF(type);
    ck_assert_int_eq(Gil_FinalizeEx(), 0);
    ck_assert_int_gt(deaths, 2);
    ck_assert_int_lt(deaths, 100);
    /* What the last one made is left, and reported. */
    ck_assert_uint_gt(last_report().objects, 0);
}
END_TEST

/* --- signals while the end waits --- */

enum { INSIDE = 1, HANDLED };

/* Inside until the signal was handled, which comes when the interpreter lets nobody in any more. */
static void *
send_from_inside(void *arg)
{
    GilInterpreterView *mine = arg;
    GilInterpreterGuard *guard = GilInterpreterGuard_FromView(mine), *more;

    reach(INSIDE);
    while ((more = GilInterpreterGuard_FromView(mine)) != NULL) {
        GilInterpreterGuard_Close(more);
        sched_yield();
    }
    ck_assert_int_eq(GilErr_SetInterruptEx(SIGUSR1), 0);
    await(HANDLED);
    GilInterpreterGuard_Close(guard);
    GilInterpreterView_Close(mine);
    return NULL;
}

/* Attached to the main interpreter, whose end is not to be begun anew there. exc: what it raises; NULL: nothing. */
static int
handle(int signum, void *exc)
{
    ck_assert_int_eq(signum, SIGUSR1);
    ck_assert_ptr_eq(GilInterpreterState_Get(), GilInterpreterState_Main());
    ck_assert_int_eq(Gil_FinalizeTimed(0), -1);
    if (exc == NULL)
        reach(HANDLED);
    else
        GilErr_SetNone(exc);
    return exc == NULL ? 0 : -1;
}

/* What is watched, and somebody inside the attached interpreter who sends it. */
static pthread_t
begin_signalled(GilSignal_Func func, void *arg)
{
    GilThreadState *ts = GilThreadState_Get(), *main_ts = gil_main_calls.ts;
    pthread_t thread;

    reach(0);
    GilThreadState_Swap(main_ts);
    ck_assert_int_eq(GilSignal_Watch(SIGUSR1, func, arg, GIL_SIGNAL_POSTED), 0);
    GilThreadState_Swap(ts);
    ck_assert_int_eq(pthread_create(&thread, NULL, send_from_inside, GilInterpreterView_FromCurrent()), 0);
    await(INSIDE);
    return thread;
}

START_TEST(test_E1_a_signal_is_handled_while_the_end_waits)
{
    gil_test_start();
    pthread_t thread = begin_signalled(handle, NULL);
    ck_assert_int_eq(Gil_FinalizeTimed(10000 * MS), 0);
    pthread_join(thread, NULL);
}
END_TEST

/* The main interpreter is shut already. */
START_TEST(test_E1_a_signal_is_handled_while_the_end_waits_for_another_interpreter)
{
    gil_test_start();
    GilThreadState *main_ts = GilThreadState_Get();
    ck_assert_ptr_nonnull(Gil_NewInterpreter());
    pthread_t thread = begin_signalled(handle, NULL);
    GilThreadState_Swap(main_ts);
    ck_assert_int_eq(Gil_FinalizeTimed(10000 * MS), 0);
    pthread_join(thread, NULL);
}
END_TEST

START_TEST(test_E7_a_signal_that_raises_calls_the_end_off)
{
    gil_test_start();
    Gil_SetLifeHook(ignore, NULL);
    pthread_t thread = begin_signalled(handle, GilExc_RuntimeError);
    ck_assert_int_eq(Gil_FinalizeTimed(UINT64_MAX), GIL_FINALIZE_BUSY);
    ck_assert_int_eq(GilErr_ExceptionMatches(GilExc_RuntimeError), 1);
    GilErr_Clear();
    everything_works();
    reach(HANDLED);
    ck_assert_int_eq(Gil_FinalizeTimed(UINT64_MAX), 0);
    pthread_join(thread, NULL);
}
END_TEST

START_TEST(test_E4_a_signal_that_raises_calls_the_end_of_another_interpreter_off)
{
    gil_test_start();
    Gil_SetLifeHook(ignore, NULL);
    GilThreadState *main_ts = GilThreadState_Get(), *other = Gil_NewInterpreter();
    pthread_t thread = begin_signalled(NULL, NULL);
    ck_assert_int_eq(Gil_EndInterpreter(other), GIL_FINALIZE_BUSY);
    ck_assert_int_eq(GilErr_ExceptionMatches(GilExc_KeyboardInterrupt), 1);
    GilErr_Clear();
    everything_works();
    reach(HANDLED);
    pthread_join(thread, NULL);
    ck_assert_int_eq(Gil_EndInterpreter(other), 0);
    GilThreadState_Swap(main_ts);
    gil_test_stop();
}
END_TEST

START_TEST(test_runtime_finalize__limits_do_not_wrap)
{
    ck_assert_uint_eq(gil_limit_in(UINT64_MAX), GIL_MACHINE_NEVER);
    ck_assert_uint_eq(gil_limit_in(UINT64_MAX - 1), GIL_MACHINE_NEVER);
    uint64_t now = gil_machine_now();
    ck_assert_uint_ge(gil_limit_in(0), now);
    ck_assert_uint_lt(gil_limit_in(1000), now + 60000 * MS);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("runtime/finalize");
    TCase *tc = tcase_create("finalize");

    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, test_C1_a_guard_that_stays_makes_it_busy);
    tcase_add_test(tc, test_C1_the_time_is_the_configured_one);
    tcase_add_test(tc, test_C1_who_is_inside_is_named);
    tcase_add_test(tc, test_C1_a_region_of_a_visitor_is_waited_for);
    tcase_add_test(tc, test_C1_evaluators_are_asked_to_stop);
    tcase_add_test(tc, test_C1_a_request_is_taken_back);
    tcase_add_test(tc, test_C3_one_finalizes_and_others_are_refused);
    tcase_add_test(tc, test_C11_a_late_thread_keeps_no_lock);
#ifdef GIL_DEBUG
    tcase_add_test(tc, test_C11_nobody_goes_to_sleep_with_a_lock);
#endif
    tcase_add_test(tc, test_runtime_finalize__a_late_thread_may_stop_the_process);
    tcase_add_test(tc, test_C13_the_finalizing_thread_may_leave_the_lock);
    tcase_add_test(tc, test_C12_finalizers_that_make_new_objects_come_to_an_end);
    tcase_add_test(tc, test_E1_a_signal_is_handled_while_the_end_waits);
    tcase_add_test(tc, test_E1_a_signal_is_handled_while_the_end_waits_for_another_interpreter);
    tcase_add_test(tc, test_E7_a_signal_that_raises_calls_the_end_off);
    tcase_add_test(tc, test_E4_a_signal_that_raises_calls_the_end_of_another_interpreter_off);
    tcase_add_test(tc, test_runtime_finalize__limits_do_not_wrap);
    suite_add_tcase(s, tc);
    return s;
}
