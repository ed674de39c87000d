/* SPDX-License-Identifier: MIT */
/* <gilrt/signal.h> as a host uses it. */
#include "support/support.h"

#include <gilrt.h>

#include <signal.h>
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

Suite *
suite(void)
{
    Suite *s = suite_create("signal");
    TCase *tcase = tcase_create("signal"), *bare = tcase_create("bare");

    tcase_add_checked_fixture(tcase, gil_test_start, gil_test_stop);
    tcase_add_test(tcase, test_api_signal__a_host_reloads_and_is_interrupted);
    tcase_add_test(tcase, test_D4_a_child_has_its_own_signals);
    suite_add_tcase(s, tcase);
    tcase_add_test(bare, test_api_signal__without_a_runtime_nothing_happens);
    suite_add_tcase(s, bare);
    return s;
}
