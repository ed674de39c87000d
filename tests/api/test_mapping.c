/* SPDX-License-Identifier: MIT */
/* <gilrt/mapping.h> as a stranger uses it. */
#include "support/expect.h"
#include "support/support.h"

#include <gilrt.h>

START_TEST(test_api_mapping__a_dict_through_the_protocol)
{
    GilObject *dict = GilDict_New(), *one = GilLong_FromLong(1), *found;
    ck_assert_int_eq(GilMapping_SetItemString(dict, "x", one), 0);
    ck_assert_int_eq(GilObject_SetItem(dict, one, Gil_None), 0);
    ck_assert_int_eq(GilMapping_Length(dict), 2);
    ck_assert_int_eq(GilMapping_HasKeyWithError(dict, one), 1);
    ck_assert_int_eq(GilMapping_GetOptionalItem(dict, Gil_None, &found), 0);
    ck_assert_ptr_null(found);
    gil_expect_repr(GilMapping_Keys(dict), "['x', 1]");
    gil_expect_repr(GilMapping_Values(dict), "[1, None]");
    gil_expect_repr(GilMapping_Items(dict), "[('x', 1), (1, None)]");
    ck_assert_int_eq(GilObject_DelItem(dict, one), 0);
    ck_assert_int_eq(GilObject_DelItemString(dict, "x"), 0);
    ck_assert_int_eq(GilObject_Length(dict), 0);
    Gil_DECREF(dict);
}
END_TEST

START_TEST(test_api_mapping__null_is_refused)
{
    GilObject *found = Gil_None;
    ck_assert_int_eq(GilMapping_Check(NULL), 0);
    ck_assert_ptr_null(GilObject_GetItem(Gil_None, NULL));
    ck_assert(GilErr_ExceptionMatches(GilExc_SystemError));
    GilErr_Clear();
    ck_assert_int_eq(GilMapping_GetOptionalItem(NULL, Gil_None, &found), -1);
    ck_assert_ptr_null(found);
    ck_assert(GilErr_ExceptionMatches(GilExc_SystemError));
    GilErr_Clear();
    ck_assert_int_eq(GilMapping_SetItemString(Gil_None, NULL, Gil_None), -1);
    ck_assert(GilErr_ExceptionMatches(GilExc_SystemError));
    GilErr_Clear();
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("api/mapping");
    TCase *tc = tcase_create("mapping");

    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_api_mapping__a_dict_through_the_protocol);
    tcase_add_test(tc, test_api_mapping__null_is_refused);
    suite_add_tcase(s, tc);
    return s;
}
