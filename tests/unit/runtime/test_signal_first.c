/* SPDX-License-Identifier: MIT */
/* A signal that comes between two steps of GilSignal_Watch(): sigaction() is one of this program. */
#include "support/support.h"

#include "gilrt.h"

#include <dlfcn.h>
#include <errno.h>
#include <signal.h>

static int armed; /* of the next action that is set for SIGUSR1 */
enum { RAISE = 1, REFUSE };
static int first_calls, second_calls;

int
sigaction(int signum, const struct sigaction *action, struct sigaction *before)
{
    static int (*real)(int, const struct sigaction *, struct sigaction *);
    int now = signum == SIGUSR1 && action != NULL ? armed : 0;

    if (real == NULL)
        *(void **)&real = dlsym(RTLD_NEXT, "sigaction");
    if (now == REFUSE) {
        armed = 0;
        errno = EINVAL;
        return -1;
    }
    int rc = real(signum, action, before);
    if (now == RAISE) {
        armed = 0;
        ck_assert_int_eq(raise(signum), 0);
    }
    return rc;
}

static int
first(int signum, void *arg)
{
    ck_assert_int_eq(signum, SIGUSR1);
    ck_assert_ptr_eq(arg, &first_calls);
    first_calls++;
    return 0;
}

static int
second(int signum, void *arg)
{
    ck_assert_int_eq(signum, SIGUSR1);
    ck_assert_ptr_eq(arg, &second_calls);
    second_calls++;
    return 0;
}

/* Nobody else is called for it any more. */
START_TEST(test_E3_the_first_one_is_noted)
{
    armed = RAISE;
    ck_assert_int_eq(GilSignal_Watch(SIGUSR1, first, &first_calls, 0), 0);
    ck_assert_int_eq(armed, 0);
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_eq(first_calls, 1);
    armed = RAISE;
    ck_assert_int_eq(GilSignal_Watch(SIGUSR1, second, &second_calls, 0), 0);
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_eq(second_calls, 1);
    ck_assert_int_eq(first_calls, 1);
}
END_TEST

/* What cannot be had leaves what was there. */
START_TEST(test_L1_a_watch_that_fails_changes_nothing)
{
    armed = REFUSE;
    ck_assert_int_eq(GilSignal_Watch(SIGUSR1, first, &first_calls, 0), -1);
    ck_assert_int_eq(GilErr_ExceptionMatches(GilExc_OSError), 1);
    GilErr_Clear();
    ck_assert_int_eq(GilSignal_Unwatch(SIGUSR1), 0);
    ck_assert_int_eq(GilSignal_Watch(SIGUSR1, first, &first_calls, 0), 0);
    armed = REFUSE;
    ck_assert_int_eq(GilSignal_Watch(SIGUSR1, second, &second_calls, 0), -1);
    GilErr_Clear();
    ck_assert_int_eq(raise(SIGUSR1), 0);
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_eq(first_calls, 1);
    ck_assert_int_eq(second_calls, 0);
    ck_assert_int_eq(GilSignal_Unwatch(SIGUSR1), 1);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("runtime/signal_first");
    TCase *tc = tcase_create("signal_first");

    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_E3_the_first_one_is_noted);
    tcase_add_test(tc, test_L1_a_watch_that_fails_changes_nothing);
    suite_add_tcase(s, tc);
    return s;
}
