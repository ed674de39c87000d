/* SPDX-License-Identifier: MIT */
/* <gilrt/sequence.h> as a stranger uses it. */
#include "support/expect.h"
#include "support/support.h"

#include <gilrt.h>

START_TEST(test_api_sequence__a_list_through_the_protocol)
{
    GilObject *list = Gil_BuildValue("[iii]", 3, 1, 2), *one = GilLong_FromLong(1);
    ck_assert_int_eq(GilSequence_Check(list), 1);
    ck_assert_int_eq(GilSequence_Size(list), 3);
    gil_expect_repr(GilSequence_GetItem(list, 0), "3");
    ck_assert_int_eq(GilSequence_Index(list, one), 1);
    ck_assert_int_eq(GilSequence_Contains(list, one), 1);
    ck_assert_int_eq(GilSequence_Count(list, one), 1);
    ck_assert_int_eq(GilSequence_SetItem(list, 0, one), 0);
    ck_assert_int_eq(GilSequence_DelItem(list, 2), 0);
    gil_expect_repr(GilSequence_Concat(list, list), "[1, 1, 1, 1]");
    gil_expect_repr(GilSequence_Repeat(list, 1), "[1, 1]");
    gil_expect_repr(GilSequence_GetSlice(list, 0, 1), "[1]");
    gil_expect_repr(GilSequence_Tuple(list), "(1, 1)");
    GilObject *fast = GilSequence_Fast(list, "no sequence");
    for (Gil_ssize_t i = 0; i < GilSequence_Fast_GET_SIZE(fast); i++)
        ck_assert_ptr_eq(GilSequence_Fast_GET_ITEM(fast, i), one);
    Gil_DECREF(fast);
    Gil_DECREF(list);
}
END_TEST

START_TEST(test_api_sequence__null_is_refused)
{
    ck_assert_int_eq(GilSequence_Check(NULL), 0);
    ck_assert_int_eq(GilSequence_Size(NULL), -1);
    ck_assert(GilErr_ExceptionMatches(GilExc_SystemError));
    GilErr_Clear();
    ck_assert_int_eq(GilSequence_SetItem(Gil_None, 0, NULL), -1);
    ck_assert(GilErr_ExceptionMatches(GilExc_SystemError));
    GilErr_Clear();
    ck_assert_ptr_null(GilSequence_List(NULL));
    ck_assert(GilErr_ExceptionMatches(GilExc_SystemError));
    GilErr_Clear();
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("api/sequence");
    TCase *tc = tcase_create("sequence");

    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_api_sequence__a_list_through_the_protocol);
    tcase_add_test(tc, test_api_sequence__null_is_refused);
    suite_add_tcase(s, tc);
    return s;
}
