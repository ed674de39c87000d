/* SPDX-License-Identifier: MIT */
/* True and False: their logic, their arithmetic, and that there are no others. */
#include "support/expect.h"
#include "support/support.h"

#include "value/bool.h"
#include "value/long.h"

#include <gilrt.h>

START_TEST(test_value_bool__logic_of_bools_gives_bools)
{
    GilObject *both[] = {Gil_False, Gil_True};
    for (int a = 0; a < 2; a++)
        for (int b = 0; b < 2; b++) {
            ck_assert_ptr_eq(GilNumber_And(both[a], both[b]), both[a & b]);
            ck_assert_ptr_eq(GilNumber_Or(both[a], both[b]), both[a | b]);
            ck_assert_ptr_eq(GilNumber_Xor(both[a], both[b]), both[a ^ b]);
        }
    gil_expect_repr(GilNumber_And(Gil_True, GilLong_FromLong(3)), "1");
    gil_expect_repr(GilNumber_Or(GilLong_FromLong(2), Gil_True), "3");
}
END_TEST

START_TEST(test_value_bool__arithmetic_is_that_of_ints)
{
    ck_assert_int_eq(gil_long(Gil_True)->size, 1);
    ck_assert_uint_eq(gil_long(Gil_False)->digit[0], 0);
    gil_expect_repr(GilNumber_Add(Gil_True, Gil_True), "2");
    gil_expect_repr(GilNumber_Positive(Gil_True), "1");
    ck_assert_int_eq(GilObject_RichCompareBool(Gil_True, GilLong_FromLong(1), Gil_EQ), 1);
    ck_assert_int_eq(GilObject_Hash(Gil_True), 1);
    gil_expect_text(GilObject_Repr(Gil_True), "True");
    gil_expect_text(GilObject_Str(Gil_False), "False");
}
END_TEST

START_TEST(test_value_bool__type_makes_no_third)
{
    GilObject *type = (GilObject *)(void *)&GilBool_Type;
    ck_assert_ptr_eq(GilObject_CallNoArgs(type), Gil_False);
    ck_assert_ptr_eq(GilObject_CallOneArg(type, GilLong_FromLong(-7)), Gil_True);
    ck_assert_ptr_eq(GilObject_CallOneArg(type, Gil_None), Gil_False);
    gil_expect_failure(GilObject_CallFunctionObjArgs(type, Gil_None, Gil_None, NULL), GilExc_TypeError,
                       "bool expected at most 1 argument, got 2");
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("value/bool");
    TCase *tc = tcase_create("bool");

    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_value_bool__logic_of_bools_gives_bools);
    tcase_add_test(tc, test_value_bool__arithmetic_is_that_of_ints);
    tcase_add_test(tc, test_value_bool__type_makes_no_third);
    suite_add_tcase(s, tc);
    return s;
}
