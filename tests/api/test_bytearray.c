/* SPDX-License-Identifier: MIT */
/* <gilrt/bytearray.h> as a program uses it. */
#include "support/expect.h"
#include "support/support.h"

#include <gilrt.h>

START_TEST(test_api_bytearray__holds_numbers)
{
    GilObject *op = GilByteArray_FromStringAndSize(NULL, 100 * (Gil_ssize_t)sizeof(double));
    double *numbers = (double *)(void *)GilByteArray_AS_STRING(op), sum = 0;

    ck_assert(GilByteArray_Check(op) && GilByteArray_CheckExact(op) && !GilByteArray_Check(Gil_None));
    ck_assert_int_eq(GilByteArray_GET_SIZE(op), 800);
    for (int i = 0; i < 100; i++)
        numbers[i] = i;
    ck_assert_int_eq(GilByteArray_Resize(op, 50 * (Gil_ssize_t)sizeof(double)), 0);
    numbers = (double *)(void *)GilByteArray_AsString(op);
    for (int i = 0; i < 50; i++)
        sum += numbers[i];
    ck_assert(sum == 1225);
    Gil_DECREF(op);
}
END_TEST

START_TEST(test_api_bytearray__view_pins_it)
{
    GilObject *op = GilByteArray_FromStringAndSize("abc", 3), *both;
    Gil_buffer view;

    ck_assert_int_eq(GilObject_GetBuffer(op, &view, GilBUF_WRITABLE), 0);
    ck_assert_int_eq(GilByteArray_Resize(op, 4), -1);
    gil_expect_error(GilExc_BufferError, "Existing exports of data: object cannot be re-sized");
    GilBuffer_Release(&view);
    both = GilByteArray_Concat(op, op);
    ck_assert_str_eq(GilByteArray_AsString(both), "abcabc");
    Gil_DECREF(both);
    Gil_DECREF(op);
}
END_TEST

static void
detached(void *arg)
{
    GilEval_SaveThread();
    GilByteArray_Resize(arg, 5);
}

START_TEST(test_L1_bytearray_detached)
{
    GilObject *op = GilByteArray_FromStringAndSize("abc", 3);

    gil_test_expect_abort(detached, op, "GilByteArray_Resize");
    Gil_DECREF(op);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("api/bytearray");
    TCase *tc = tcase_create("bytearray");

    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_api_bytearray__holds_numbers);
    tcase_add_test(tc, test_api_bytearray__view_pins_it);
    tcase_add_test(tc, test_L1_bytearray_detached);
    suite_add_tcase(s, tc);
    return s;
}
