/* SPDX-License-Identifier: MIT */
/* Digits of ints: exported, and written. */
#include "support/expect.h"
#include "support/support.h"

#include "value/long.h"

#include <gilrt.h>
#include <string.h>

START_TEST(test_value_long_native__layout)
{
    const GilLongLayout *layout = GilLong_GetNativeLayout();

    ck_assert_int_eq(layout->bits_per_digit, 64);
    ck_assert_int_eq(layout->digit_size, 8);
    ck_assert_int_eq(layout->digits_order, -1);
    ck_assert_int_eq(layout->digit_endianness, __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? -1 : 1);
    ck_assert_ptr_eq(layout, GilLong_GetNativeLayout());
}
END_TEST

START_TEST(test_value_long_native__what_fits_is_a_value)
{
    static const int64_t values[] = {0, 1, -1, 1024, 1025, INT64_MAX, INT64_MIN};
    GilLongExport export;

    for (size_t i = 0; i < Gil_ARRAY_LENGTH(values); i++) {
        GilObject *op = GilLong_FromInt64(values[i]);
        memset(&export, 0xff, sizeof export);
        ck_assert_int_eq(GilLong_Export(op, &export), 0);
        ck_assert_ptr_null(export.digits);
        ck_assert_int_eq(export.value, values[i]);
        GilLong_FreeExport(&export);
        Gil_DECREF(op);
    }
}
END_TEST

/* The int of that text is exported as digits, and made of them again. */
static void
there_and_back(const char *text, int negative, Gil_ssize_t ndigits)
{
    GilObject *op = GilLong_FromString(text, NULL, 16);
    GilLongExport export;
    void *digits;
    Gil_ssize_t before = Gil_REFCNT(op);

    ck_assert_int_eq(GilLong_Export(op, &export), 0);
    ck_assert_ptr_nonnull(export.digits);
    ck_assert_int_eq(export.negative, negative);
    ck_assert_int_eq(export.ndigits, ndigits);
    ck_assert_int_eq(Gil_REFCNT(op), before + 1);
    GilLongWriter *writer = GilLongWriter_Create(negative, ndigits, &digits);
    ck_assert_ptr_nonnull(writer);
    memcpy(digits, export.digits, (size_t)ndigits * 8);
    GilObject *copy = GilLongWriter_Finish(writer);
    ck_assert_int_eq(GilObject_RichCompareBool(copy, op, Gil_EQ), 1);
    GilLong_FreeExport(&export);
    GilLong_FreeExport(&export);
    ck_assert_int_eq(Gil_REFCNT(op), before);
    ck_assert_ptr_null(export.digits);
    Gil_DECREF(copy);
    Gil_DECREF(op);
}

START_TEST(test_value_long_native__what_does_not_fit_is_digits)
{
    there_and_back("8000000000000000", 0, 1);
    there_and_back("-8000000000000001", 1, 1);
    there_and_back("ffffffffffffffff", 0, 1);
    there_and_back("-10000000000000000", 1, 2);
    there_and_back("123456789abcdef0123456789abcdef0123456789abcdef", 0, 3);
}
END_TEST

START_TEST(test_value_long_native__writers_cut_zeros_and_keep_small_ints_single)
{
    void *digits;
    GilLongWriter *writer = GilLongWriter_Create(1, 4, &digits);

    ((uint64_t *)digits)[0] = 5;
    GilObject *op = GilLongWriter_Finish(writer);
    ck_assert_ptr_eq(op, gil_small_int(-5));
    writer = GilLongWriter_Create(1, 4, &digits);
    op = GilLongWriter_Finish(writer); /* nothing was written: 0, without a sign */
    ck_assert_ptr_eq(op, gil_small_int(0));
    GilLongWriter_Discard(GilLongWriter_Create(0, 1000, &digits));
    GilLongWriter_Discard(NULL);
}
END_TEST

START_TEST(test_value_long_native__errors)
{
    GilLongExport export = {.digits = &export};
    GilObject *str = GilUnicode_FromString("1");
    void *digits = &digits;

    ck_assert_int_eq(GilLong_Export(str, &export), -1);
    gil_expect_error(GilExc_TypeError, "GilLong_Export: expected int, got str");
    ck_assert_ptr_null(export.digits);
    GilLong_FreeExport(&export);
    GilLong_FreeExport(NULL);
    ck_assert_int_eq(GilLong_Export(NULL, &export), -1);
    gil_expect_raised(GilExc_SystemError);
    ck_assert_int_eq(GilLong_Export(Gil_None, NULL), -1);
    gil_expect_raised(GilExc_SystemError);
    ck_assert_ptr_null(GilLongWriter_Create(0, 0, &digits));
    gil_expect_error(GilExc_ValueError, "ndigits must be positive");
    ck_assert_ptr_null(digits);
    ck_assert_ptr_null(GilLongWriter_Create(0, -1, &digits));
    gil_expect_raised(GilExc_ValueError);
    ck_assert_ptr_null(GilLongWriter_Create(0, GIL_SSIZE_T_MAX, &digits));
    gil_expect_raised(GilExc_OverflowError);
    ck_assert_ptr_null(GilLongWriter_Create(0, 1, NULL));
    gil_expect_raised(GilExc_SystemError);
    ck_assert_ptr_null(GilLongWriter_Finish(NULL));
    gil_expect_raised(GilExc_SystemError);
    Gil_DECREF(str);
}
END_TEST

static int
write_one(void *Gil_UNUSED(arg))
{
    void *digits;
    GilLongWriter *writer = GilLongWriter_Create(0, 5, &digits);

    if (writer == NULL)
        return -1;
    memset(digits, 0xff, 40);
    Gil_DECREF(GilLongWriter_Finish(writer));
    return 0;
}

START_TEST(test_J1_long_writer)
{
    gil_test_oom_loop(write_one, NULL);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("value/long_native");
    TCase *tc = tcase_create("long_native");

    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_value_long_native__layout);
    tcase_add_test(tc, test_value_long_native__what_fits_is_a_value);
    tcase_add_test(tc, test_value_long_native__what_does_not_fit_is_digits);
    tcase_add_test(tc, test_value_long_native__writers_cut_zeros_and_keep_small_ints_single);
    tcase_add_test(tc, test_value_long_native__errors);
    tcase_add_test(tc, test_J1_long_writer);
    suite_add_tcase(s, tc);
    return s;
}
