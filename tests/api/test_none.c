/* SPDX-License-Identifier: MIT */
/* <gilrt/none.h> as a stranger uses it. */
#include "support/expect.h"
#include "support/support.h"

#include <gilrt.h>

START_TEST(test_api_none__singletons)
{
    ck_assert(Gil_IsNone(Gil_None));
    ck_assert(Gil_IS_TYPE(Gil_None, &_GilNone_Type));
    ck_assert(Gil_IS_TYPE(Gil_NotImplemented, &_GilNotImplemented_Type));
    ck_assert(Gil_IS_TYPE(Gil_Ellipsis, &GilEllipsis_Type));
    Gil_DECREF(Gil_None); /* immortal: counts are left alone */
    ck_assert(GilUnstable_IsImmortal(Gil_None));
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("api/none");
    TCase *tc = tcase_create("none");

    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_api_none__singletons);
    suite_add_tcase(s, tc);
    return s;
}
