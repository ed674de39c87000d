/* SPDX-License-Identifier: MIT */
/* Arguments of methods: their number, an index, and a range. */
#include "support/expect.h"
#include "support/support.h"

#include "gilrt/long.h"
#include "value/text_args.h"

START_TEST(test_value_text_args__number)
{
    ck_assert_int_eq(gil_need_args("f", 2, 1, 3), 0);
    ck_assert_int_eq(gil_need_args("f", 0, 1, 3), -1);
    gil_expect_error(GilExc_TypeError, "f expected at least 1 argument, got 0");
    ck_assert_int_eq(gil_need_args("f", 4, 1, 3), -1);
    gil_expect_error(GilExc_TypeError, "f expected at most 3 arguments, got 4");
    ck_assert_int_eq(gil_need_args("f", 1, 2, 2), -1);
    gil_expect_error(GilExc_TypeError, "f expected 2 arguments, got 1");
}
END_TEST

START_TEST(test_value_text_args__index)
{
    GilObject *big = GilLong_FromString("1000000000000000000000", NULL, 10), *minus = GilLong_FromLong(-1);
    Gil_ssize_t value = 7;

    ck_assert_int_eq(gil_get_index(minus, NULL, &value), 0);
    ck_assert_int_eq(value, -1);
    ck_assert_int_eq(gil_get_index(big, NULL, &value), 0);
    ck_assert_int_eq(value, GIL_SSIZE_T_MAX);
    ck_assert_int_eq(gil_get_index(big, GilExc_IndexError, &value), -1);
    gil_expect_raised(GilExc_IndexError);
    ck_assert_int_eq(gil_get_index(Gil_None, NULL, &value), -1);
    gil_expect_raised(GilExc_TypeError);
    Gil_DECREF(big);
}
END_TEST

START_TEST(test_value_text_args__range)
{
    GilObject *args[] = {Gil_None, GilLong_FromLong(-3), GilLong_FromLong(-1), Gil_None};
    Gil_ssize_t start, end;

    ck_assert_int_eq(gil_get_range("f", 10, args, 1, &start, &end), 0);
    ck_assert(start == 0 && end == 10);
    ck_assert_int_eq(gil_get_range("f", 10, args, 3, &start, &end), 0);
    ck_assert(start == 7 && end == 9);
    ck_assert_int_eq(gil_get_range("f", 2, args, 3, &start, &end), 0);
    ck_assert(start == 0 && end == 1);
    ck_assert_int_eq(gil_get_range("f", 10, args, 4, &start, &end), -1);
    gil_expect_raised(GilExc_TypeError);
    args[2] = Gil_None;
    ck_assert_int_eq(gil_get_range("f", 10, args, 3, &start, &end), 0);
    ck_assert(start == 7 && end == 10);
    args[1] = GilUnicode_FromString("1");
    ck_assert_int_eq(gil_get_range("f", 10, args, 2, &start, &end), -1);
    gil_expect_error(GilExc_TypeError, "slice indices must be integers or None or have an __index__ method");
    Gil_DECREF(args[1]);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("value/text_args");
    TCase *tc = tcase_create("text_args");

    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_value_text_args__number);
    tcase_add_test(tc, test_value_text_args__index);
    tcase_add_test(tc, test_value_text_args__range);
    suite_add_tcase(s, tc);
    return s;
}
