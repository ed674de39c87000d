/* SPDX-License-Identifier: MIT */
/* The methods of lists. */
#include "support/probe.h"
#include "support/support.h"
#include "value/list.h"

START_TEST(test_value_list_method__take_and_put)
{
    GilObject *list = gil_test_ints(3, 3, 1, 2), *r;
    ck_assert_ptr_nonnull(r = GilObject_CallMethod(list, "append", "i", 9));
    ck_assert_ptr_nonnull(r = GilObject_CallMethod(list, "insert", "ii", -1, 8));
    gil_test_repr(list, "[3, 1, 2, 8, 9]");
    r = GilObject_CallMethod(list, "pop", NULL);
    gil_test_repr(r, "9");
    Gil_DECREF(r);
    r = GilObject_CallMethod(list, "pop", "i", 0);
    gil_test_repr(r, "3");
    Gil_DECREF(r);
    ck_assert_ptr_nonnull(r = GilObject_CallMethod(list, "remove", "i", 2));
    ck_assert_ptr_null(GilObject_CallMethod(list, "remove", "i", 2));
    gil_test_error(GilExc_ValueError, "list.remove(x): x not in list");
    r = GilObject_CallMethod(list, "index", "i", 8);
    gil_test_repr(r, "1");
    Gil_DECREF(r);
    ck_assert_ptr_null(GilObject_CallMethod(list, "index", "i", 77));
    gil_test_error(GilExc_ValueError, "77 is not in list");
    r = GilObject_CallMethod(list, "copy", NULL);
    gil_test_repr(r, "[1, 8]");
    Gil_DECREF(r);
    ck_assert_ptr_nonnull(r = GilObject_CallMethod(list, "reverse", NULL));
    gil_test_repr(list, "[8, 1]");
    ck_assert_ptr_nonnull(r = GilObject_CallMethod(list, "clear", NULL));
    ck_assert_ptr_null(GilObject_CallMethod(list, "pop", NULL));
    gil_test_error(GilExc_IndexError, "pop from empty list");
    Gil_DECREF(list);
}
END_TEST

START_TEST(test_value_list_method__arguments_are_counted)
{
    GilObject *list = gil_test_ints(2, 1, 2);
    ck_assert_ptr_null(GilObject_CallMethod(list, "insert", "i", 1));
    gil_test_error(GilExc_TypeError, "insert expected 2 arguments, got 1");
    ck_assert_ptr_null(GilObject_CallMethod(list, "pop", "ii", 1, 2));
    gil_test_error(GilExc_TypeError, "pop expected at most 1 argument, got 2");
    ck_assert_ptr_null(GilObject_CallMethod(list, "pop", "i", 2));
    gil_test_error(GilExc_IndexError, "pop index out of range");
    ck_assert_ptr_null(GilObject_CallMethod(list, "pop", "N", GilLong_FromString("18446744073709551616", NULL, 10)));
    gil_test_raised(GilExc_OverflowError);
    ck_assert_ptr_null(GilObject_CallMethod(list, "insert", "Ni", GilLong_FromString("18446744073709551616", NULL, 10), 1));
    gil_test_raised(GilExc_OverflowError);
    ck_assert_ptr_null(GilObject_CallMethod(list, "sort", "i", 1));
    gil_test_error(GilExc_TypeError, "sort() takes no positional arguments");
    gil_test_repr(list, "[1, 2]");
    Gil_DECREF(list);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("value/list_method");
    TCase *tc = tcase_create("list_method");
    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_value_list_method__take_and_put);
    tcase_add_test(tc, test_value_list_method__arguments_are_counted);
    suite_add_tcase(s, tc);
    return s;
}
