/* SPDX-License-Identifier: MIT */
/* <gilrt/long.h> as a stranger uses it. */
#include "support/expect.h"
#include "support/support.h"

#include <gilrt.h>

START_TEST(test_api_long__there_and_back)
{
    GilObject *op = GilLong_FromLong(-70000);
    ck_assert(GilLong_Check(op) && GilLong_CheckExact(op));
    ck_assert_int_eq(GilLong_AsLong(op), -70000);
    ck_assert_int_eq(GilLong_AsInt(op), -70000);
    ck_assert_int_eq(GilLong_AsLongLong(op), -70000);
    ck_assert_int_eq(GilLong_AsSsize_t(op), -70000);
    ck_assert(GilLong_AsDouble(op) == -70000.0);
    Gil_DECREF(op);
    op = GilLong_FromSize_t(SIZE_MAX);
    ck_assert_uint_eq(GilLong_AsSize_t(op), SIZE_MAX);
    Gil_DECREF(op);
    op = GilLong_FromString("100000000000000000000", NULL, 10);
    gil_expect_text(GilObject_Str(op), "100000000000000000000");
    Gil_DECREF(op);
}
END_TEST

START_TEST(test_api_long__null_is_refused)
{
    int overflow;
    ck_assert_int_eq(GilLong_AsLong(NULL), -1);
    ck_assert(GilErr_ExceptionMatches(GilExc_SystemError));
    GilErr_Clear();
    ck_assert_int_eq(GilLong_AsLongAndOverflow(NULL, &overflow), -1);
    GilErr_Clear();
    ck_assert_int_eq(GilLong_AsInt64(Gil_True, NULL), -1);
    ck_assert(GilErr_ExceptionMatches(GilExc_SystemError));
    GilErr_Clear();
    ck_assert_ptr_null(GilLong_FromString(NULL, NULL, 10));
    GilErr_Clear();
    ck_assert_ptr_null(GilLong_FromUnicodeObject(Gil_None, 10));
    ck_assert(GilErr_ExceptionMatches(GilExc_TypeError));
    GilErr_Clear();
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("api/long");
    TCase *tc = tcase_create("long");

    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_api_long__there_and_back);
    tcase_add_test(tc, test_api_long__null_is_refused);
    suite_add_tcase(s, tc);
    return s;
}
