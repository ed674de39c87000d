/* SPDX-License-Identifier: MIT */
/* <gilrt/signal.h> as a host uses it. */
#include "support/support.h"

#include <gilrt.h>

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int reloads;

static int
reload(int signum, void *arg)
{
    ck_assert_int_eq(signum, SIGHUP);
    ++*(int *)arg;
    return 0;
}

START_TEST(test_api_signal__a_host_reloads_and_is_interrupted)
{
    ck_assert_int_eq(GilSignal_Watch(SIGHUP, reload, &reloads, GIL_SIGNAL_RESTART), 0);
    ck_assert_int_eq(GilSignal_Watch(SIGINT, NULL, NULL, GIL_SIGNAL_REPLACE), 0);
    ck_assert_int_eq(kill(getpid(), SIGHUP), 0);
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_eq(reloads, 1);
    GilErr_SetInterrupt();
    ck_assert_int_eq(GilErr_SetInterruptEx(SIGHUP), 0);
    ck_assert_int_eq(GilErr_CheckSignals(), -1);
    ck_assert_int_eq(GilErr_ExceptionMatches(GilExc_KeyboardInterrupt), 1);
    GilErr_Clear();
    ck_assert_int_eq(reloads, 2);
    ck_assert_int_eq(GilSignal_Unwatch(SIGHUP), 1);
    ck_assert_int_eq(GilSignal_Unwatch(SIGINT), 1);
    GilErr_SetInterrupt();
    ck_assert_int_eq(GilErr_CheckSignals(), 0);
}
END_TEST

START_TEST(test_api_signal__without_a_runtime_nothing_happens)
{
    GilErr_SetInterrupt();
    ck_assert_int_eq(GilErr_SetInterruptEx(SIGTERM), 0);
    ck_assert_int_eq(GilErr_SetInterruptEx(1000), -1);
    ck_assert_int_eq(GilErr_AreSignalsPending(NULL), 0);
}
END_TEST

/* The main thread of a child is the one that forked. */
START_TEST(test_D4_a_child_has_its_own_signals)
{
    int status;

    ck_assert_int_eq(GilSignal_Watch(SIGHUP, reload, &reloads, 0), 0);
    ck_assert_int_eq(raise(SIGHUP), 0);
    pid_t pid = GilOS_Fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        if (Gil_Poll() != 0 || reloads != 0)
            _exit(1);
        _exit(raise(SIGHUP) == 0 && Gil_Poll() == 0 && reloads == 1 ? 0 : 2);
    }
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert_int_eq(status, 0);
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_eq(reloads, 1);
}
END_TEST

static struct {
    GilInterpreterView *main;
    int has_it, over; /* [atomic] */
} hog;

static void *
keep_the_main_lock(void *Gil_UNUSED(unused))
{
    GilThreadStateToken *token = GilThreadState_EnsureFromView(hog.main);

    __atomic_store_n(&hog.has_it, 1, __ATOMIC_RELEASE);
    while (!__atomic_load_n(&hog.over, __ATOMIC_ACQUIRE))
        sched_yield();
    GilThreadState_Release(token);
    return NULL;
}

/* A signal's callback wants the main interpreter's lock, and the end of another one has its time: the signal waits, too. */
START_TEST(test_api_signal__an_end_waits_for_no_callback_beyond_its_time)
{
    GilThreadState *main_ts = GilThreadState_Get(), *ts;
    GilInterpreterConfig config;
    pthread_t thread;

    hog.main = GilInterpreterView_FromMain();
    ck_assert_int_eq(GilSignal_Watch(SIGHUP, reload, &reloads, 0), 0);
    GilInterpreterConfig_Init(&config);
    config.finalize_timeout_ns = 10000000;
    ck_assert(!GilStatus_Exception(Gil_NewInterpreterFromConfig(&ts, &config)));
    GilInterpreterGuard *guard = GilInterpreterGuard_FromCurrent();
    ck_assert_int_eq(pthread_create(&thread, NULL, keep_the_main_lock, NULL), 0);
    while (!__atomic_load_n(&hog.has_it, __ATOMIC_ACQUIRE))
        sched_yield();
    ck_assert_int_eq(raise(SIGHUP), 0);
    ck_assert_int_eq(Gil_EndInterpreter(ts), GIL_FINALIZE_BUSY);
    ck_assert_int_eq(reloads, 0);
    __atomic_store_n(&hog.over, 1, __ATOMIC_RELEASE);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    ck_assert_ptr_eq(GilThreadState_Get(), ts);
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_eq(reloads, 1);
    GilInterpreterGuard_Close(guard);
    ck_assert_int_eq(Gil_EndInterpreter(ts), 0);
    GilThreadState_Swap(main_ts);
    GilInterpreterView_Close(hog.main);
}
END_TEST

static int
leave_and_return(int Gil_UNUSED(signum), void *Gil_UNUSED(arg))
{
    GilEval_SaveThread();
    return 0;
}

static void
exit_if_it_says_so(const char *sentence, void *wanted)
{
    _exit(strstr(sentence, wanted) != NULL ? 0 : 1);
}

/* In a child that is in order: to another one no signal comes. */
START_TEST(test_api_signal__a_callback_that_returns_detached_stops)
{
    static char wanted[] = "GilSignal_Watch: a signal's callback returned detached, or attached elsewhere";
    int status;
    pid_t pid = GilOS_Fork();

    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        Gil_SetFatalHook(exit_if_it_says_so, wanted);
        if (GilSignal_Watch(SIGHUP, leave_and_return, NULL, 0) == 0 && raise(SIGHUP) == 0)
            Gil_Poll();
        _exit(2);
    }
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert_int_eq(status, 0);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("signal");
    TCase *tcase = tcase_create("signal"), *bare = tcase_create("bare");

    tcase_add_checked_fixture(tcase, gil_test_start, gil_test_stop);
    tcase_add_test(tcase, test_api_signal__a_host_reloads_and_is_interrupted);
    tcase_add_test(tcase, test_D4_a_child_has_its_own_signals);
    tcase_add_test(tcase, test_api_signal__an_end_waits_for_no_callback_beyond_its_time);
    tcase_add_test(tcase, test_api_signal__a_callback_that_returns_detached_stops);
    suite_add_tcase(s, tcase);
    tcase_add_test(bare, test_api_signal__without_a_runtime_nothing_happens);
    suite_add_tcase(s, bare);
    return s;
}
