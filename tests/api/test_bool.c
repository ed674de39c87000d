/* SPDX-License-Identifier: MIT */
/* <gilrt/bool.h> as a stranger uses it. */
#include "support/expect.h"
#include "support/support.h"

#include <gilrt.h>

START_TEST(test_api_bool__true_and_false)
{
    ck_assert_ptr_eq(GilBool_FromLong(-5), Gil_True);
    ck_assert_ptr_eq(GilBool_FromLong(0), Gil_False);
    ck_assert(Gil_IsTrue(Gil_True) && Gil_IsFalse(Gil_False) && !Gil_IsTrue(Gil_None));
    ck_assert(GilBool_Check(Gil_True) && GilLong_Check(Gil_True) && !GilLong_CheckExact(Gil_True));
    ck_assert_int_eq(GilLong_AsLong(Gil_True), 1);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("api/bool");
    TCase *tc = tcase_create("bool");

    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_api_bool__true_and_false);
    suite_add_tcase(s, tc);
    return s;
}
