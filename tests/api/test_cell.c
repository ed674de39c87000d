/* SPDX-License-Identifier: MIT */
/* <gilrt/cell.h> as a stranger uses it. */
#include "support/expect.h"
#include "support/support.h"

#include <gilrt.h>

START_TEST(test_api_cell__two_share_a_variable)
{
    GilObject *cell = GilCell_New(NULL), *value = GilUnicode_FromString("shared");
    ck_assert(GilCell_Check(cell));
    ck_assert_ptr_null(GilCell_Get(cell));
    ck_assert_ptr_null(GilErr_Occurred());
    ck_assert_int_eq(GilCell_Set(cell, value), 0);
    Gil_DECREF(value);
    gil_expect_text(GilCell_Get(cell), "shared");
    ck_assert_int_eq(GilCell_Set(NULL, NULL), -1);
    gil_expect_raised(GilExc_SystemError);
    ck_assert_int_eq(GilCell_Set(Gil_None, NULL), -1);
    gil_expect_raised(GilExc_TypeError);
    Gil_DECREF(cell);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("api/cell");
    TCase *tc = tcase_create("cell");

    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_api_cell__two_share_a_variable);
    suite_add_tcase(s, tc);
    return s;
}
