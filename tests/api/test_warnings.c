/* SPDX-License-Identifier: MIT */
/* <gilrt/warnings.h> as a host and an extension use it. */
#include "support/expect.h"
#include "support/support.h"

#include <gilrt.h>

static int
count(const GilWarning *warning, void *arg)
{
    ck_assert_ptr_eq(warning->category, GilExc_DeprecationWarning);
    ++*(int *)arg;
    return 0;
}

START_TEST(test_api_warnings__the_host_decides)
{
    int calls = 0;

    GilErr_SetWarningHook(count, &calls);
    ck_assert_int_eq(GilErr_WarnEx(GilExc_DeprecationWarning, "use the other one", 1), 0);
    ck_assert_int_eq(GilErr_WarnFormat(GilExc_DeprecationWarning, 1, "use %s", "the other one"), 0);
    ck_assert_int_eq(calls, 2);
    ck_assert_int_eq(GilErr_WarnEx(GilExc_TypeError, "no warning", 1), -1);
    gil_expect_raised(GilExc_TypeError);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("api/warnings");
    TCase *tc = tcase_create("warnings");

    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_api_warnings__the_host_decides);
    suite_add_tcase(s, tc);
    return s;
}
