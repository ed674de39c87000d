/* SPDX-License-Identifier: MIT */
/* <gilrt/number.h> as a stranger uses it: each operation on ints, and what it says of NULL. */
#include "support/expect.h"
#include "support/support.h"

#include <gilrt.h>

static const struct {
    GilObject *(*fn)(GilObject *, GilObject *);
    const char *text; /* of 13 op 5 */
} binary[] = {
    {GilNumber_Add, "18"},
    {GilNumber_Subtract, "8"},
    {GilNumber_Multiply, "65"},
    {GilNumber_FloorDivide, "2"},
    {GilNumber_TrueDivide, "2.6"},
    {GilNumber_Remainder, "3"},
    {GilNumber_Divmod, "(2, 3)"},
    {GilNumber_Lshift, "416"},
    {GilNumber_Rshift, "0"},
    {GilNumber_And, "5"},
    {GilNumber_Xor, "8"},
    {GilNumber_Or, "13"},
    {GilNumber_InPlaceAdd, "18"},
    {GilNumber_InPlaceSubtract, "8"},
    {GilNumber_InPlaceMultiply, "65"},
    {GilNumber_InPlaceFloorDivide, "2"},
    {GilNumber_InPlaceTrueDivide, "2.6"},
    {GilNumber_InPlaceRemainder, "3"},
    {GilNumber_InPlaceLshift, "416"},
    {GilNumber_InPlaceRshift, "0"},
    {GilNumber_InPlaceAnd, "5"},
    {GilNumber_InPlaceXor, "8"},
    {GilNumber_InPlaceOr, "13"},
    {GilNumber_MatrixMultiply, NULL},
    {GilNumber_InPlaceMatrixMultiply, NULL},
};

static void
expect_null_refused(GilObject *result)
{
    ck_assert_ptr_null(result);
    ck_assert(GilErr_ExceptionMatches(GilExc_SystemError));
    GilErr_Clear();
}

START_TEST(test_api_number__binary_operations)
{
    GilObject *a = GilLong_FromLong(13), *b = GilLong_FromLong(5);
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(binary); i++) {
        GilObject *result = binary[i].fn(a, b);
        if (binary[i].text != NULL)
            gil_expect_repr(result, binary[i].text);
        else {
            ck_assert_ptr_null(result);
            ck_assert(GilErr_ExceptionMatches(GilExc_TypeError));
            GilErr_Clear();
        }
        expect_null_refused(binary[i].fn(a, NULL));
        expect_null_refused(binary[i].fn(NULL, b));
    }
}
END_TEST

START_TEST(test_api_number__the_rest)
{
    GilObject *a = GilLong_FromLong(13), *b = GilLong_FromLong(5);
    gil_expect_repr(GilNumber_Power(a, b, Gil_None), "371293");
    gil_expect_repr(GilNumber_InPlacePower(a, b, GilLong_FromLong(100)), "93");
    gil_expect_repr(GilNumber_Negative(a), "-13");
    gil_expect_repr(GilNumber_Positive(a), "13");
    gil_expect_repr(GilNumber_Absolute(GilLong_FromLong(-5)), "5");
    gil_expect_repr(GilNumber_Invert(a), "-14");
    gil_expect_repr(GilNumber_Long(a), "13");
    gil_expect_repr(GilNumber_Float(a), "13.0");
    gil_expect_repr(GilNumber_Index(a), "13");
    gil_expect_text(GilNumber_ToBase(a, 16), "0xd");
    ck_assert_int_eq(GilNumber_AsSsize_t(a, GilExc_OverflowError), 13);
    ck_assert_int_eq(GilNumber_Check(a), 1);
    ck_assert_int_eq(GilNumber_Check(NULL), 0);
    ck_assert_int_eq(GilIndex_Check(a), 1);
    expect_null_refused(GilNumber_Power(a, b, NULL));
    expect_null_refused(GilNumber_Negative(NULL));
    expect_null_refused(GilNumber_Long(NULL));
    expect_null_refused(GilNumber_ToBase(NULL, 10));
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("api/number");
    TCase *tc = tcase_create("number");

    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_api_number__binary_operations);
    tcase_add_test(tc, test_api_number__the_rest);
    suite_add_tcase(s, tc);
    return s;
}
