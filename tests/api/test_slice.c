/* SPDX-License-Identifier: MIT */
/* <gilrt/slice.h> as a stranger uses it. */
#include "support/expect.h"
#include "support/support.h"

#include <gilrt.h>

START_TEST(test_api_slice__of_a_list)
{
    Gil_ssize_t start, stop, step, count;
    GilObject *list = Gil_BuildValue("[iiii]", 0, 1, 2, 3), *two = GilLong_FromLong(2),
              *slice = GilSlice_New(NULL, NULL, two);
    ck_assert(GilSlice_Check(slice));
    gil_expect_repr(GilObject_GetItem(list, slice), "[0, 2]");
    ck_assert_int_eq(GilSlice_GetIndicesEx(slice, 4, &start, &stop, &step, &count), 0);
    ck_assert(start == 0 && stop == 4 && step == 2 && count == 2);
    ck_assert_int_eq(GilSlice_Unpack(Gil_None, &start, &stop, &step), -1);
    ck_assert(GilErr_ExceptionMatches(GilExc_TypeError));
    GilErr_Clear();
    ck_assert_int_eq(GilSlice_Unpack(slice, NULL, &stop, &step), -1);
    ck_assert(GilErr_ExceptionMatches(GilExc_SystemError));
    GilErr_Clear();
    Gil_DECREF(slice);
    Gil_DECREF(list);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("api/slice");
    TCase *tc = tcase_create("slice");

    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_api_slice__of_a_list);
    suite_add_tcase(s, tc);
    return s;
}
