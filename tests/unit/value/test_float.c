/* SPDX-License-Identifier: MIT */
/* float: arithmetic with floats and ints, exact order, hashes that agree with ints. */
#include "support/expect.h"
#include "support/support.h"

#include "value/float.h"

#include <gilrt.h>
#include <math.h>

static void
expect_op(binaryfunc fn, double a, double b, const char *want)
{
    GilObject *x = GilFloat_FromDouble(a), *y = GilFloat_FromDouble(b);
    gil_expect_repr(fn(x, y), want);
    Gil_DECREF(x);
    Gil_DECREF(y);
}

START_TEST(test_value_float__arithmetic)
{
    expect_op(GilNumber_Add, 0.1, 0.2, "0.30000000000000004");
    expect_op(GilNumber_Subtract, 0.5, 0.75, "-0.25");
    expect_op(GilNumber_Multiply, 1e200, 1e200, "inf");
    expect_op(GilNumber_TrueDivide, 1.0, -4.0, "-0.25");
    expect_op(GilNumber_FloorDivide, -7.5, 2.0, "-4.0");
    expect_op(GilNumber_FloorDivide, 1.0, 0.1, "9.0");
    expect_op(GilNumber_Remainder, -7.5, 2.0, "0.5");
    expect_op(GilNumber_Remainder, -0.0, 5.0, "0.0");
    expect_op(GilNumber_Remainder, 4.0, -2.0, "-0.0");
    expect_op(GilNumber_Divmod, 7.5, -2.0, "(-4.0, -0.5)");
}
END_TEST

START_TEST(test_value_float__powers)
{
    GilObject *two = GilFloat_FromDouble(2.0), *minus = GilFloat_FromDouble(-8.0),
              *third = GilFloat_FromDouble(1.0 / 3.0);
    GilObject *zero = GilFloat_FromDouble(0.0), *big = GilFloat_FromDouble(1e200);
    gil_expect_repr(GilNumber_Power(two, GilLong_FromLong(-1), Gil_None), "0.5");
    gil_expect_repr(GilNumber_Power(GilLong_FromLong(2), third, Gil_None), "1.2599210498948732");
    gil_expect_failure(GilNumber_Power(zero, minus, Gil_None), GilExc_ZeroDivisionError, "zero to a negative power");
    gil_expect_failure(GilNumber_Power(minus, third, Gil_None), GilExc_ValueError,
                       "negative number cannot be raised to a fractional power");
    gil_expect_failure(GilNumber_Power(big, two, Gil_None), GilExc_OverflowError, "Numerical result out of range");
    gil_expect_failure(GilNumber_Power(two, two, two), GilExc_TypeError,
                       "pow() 3rd argument not allowed unless all arguments are integers");
    Gil_DECREF(two);
    Gil_DECREF(minus);
    Gil_DECREF(third);
    Gil_DECREF(zero);
    Gil_DECREF(big);
}
END_TEST

START_TEST(test_value_float__mixed_with_ints)
{
    GilObject *half = GilFloat_FromDouble(0.5), *three = GilLong_FromLong(3), *text = GilUnicode_FromString("x");
    gil_expect_repr(GilNumber_Add(three, half), "3.5");
    gil_expect_repr(GilNumber_Multiply(half, three), "1.5");
    gil_expect_failure(GilNumber_Add(half, text), GilExc_TypeError,
                       "unsupported operand type(s) for +: 'float' and 'str'");
    GilObject *n = GilLong_FromLong(2000), *huge = GilNumber_Lshift(three, n);
    gil_expect_failure(GilNumber_Add(half, huge), GilExc_OverflowError, "int too large to convert to float");
    gil_expect_failure(GilNumber_TrueDivide(half, GilLong_FromLong(0)), GilExc_ZeroDivisionError, "division by zero");
    Gil_DECREF(n);
    Gil_DECREF(huge);
    Gil_DECREF(text);
    Gil_DECREF(half);
}
END_TEST

START_TEST(test_value_float__order_and_hash_agree_with_ints)
{
    GilObject *f = GilFloat_FromDouble(0x1p53), *v = GilLong_FromInt64(((int64_t)1 << 53) + 1);
    ck_assert_int_eq(GilObject_RichCompareBool(f, v, Gil_LT), 1);
    ck_assert_int_eq(GilObject_RichCompareBool(v, f, Gil_EQ), 0);
    ck_assert_int_eq(GilObject_RichCompareBool(v, f, Gil_GT), 1);
    for (int e = -3; e < 900; e += 7) {
        GilObject *x = GilFloat_FromDouble(-ldexp(0x1.8p3, e)), *whole = GilNumber_Long(x);
        if (e >= 0) {
            ck_assert_int_eq(GilObject_RichCompareBool(x, whole, Gil_EQ), 1);
            ck_assert_int_eq(GilObject_Hash(x), GilObject_Hash(whole));
        }
        Gil_DECREF(whole);
        Gil_DECREF(x);
    }
    GilObject *nan = GilFloat_FromDouble((double)NAN), *inf = GilFloat_FromDouble(-HUGE_VAL);
    GilObject *equal = GilObject_RichCompare(nan, nan, Gil_EQ);
    ck_assert_ptr_eq(equal, Gil_False);
    ck_assert_ptr_eq(GilObject_RichCompare(nan, v, Gil_NE), Gil_True);
    ck_assert_int_ne(GilObject_Hash(inf), -1);
    GilObject *minus_zero = GilFloat_FromDouble(-0.0), *half = GilFloat_FromDouble(0.5), *edge = GilFloat_FromDouble(0x1p60);
    GilObject *below = GilFloat_FromDouble(-(0x1p60 - 128)), *int_below = GilNumber_Long(below), *int_edge = GilNumber_Long(edge);
    ck_assert_int_eq(GilObject_Hash(minus_zero), 0);
    ck_assert_int_ne(GilObject_Hash(half), 0);
    ck_assert_int_eq(GilObject_Hash(below), GilObject_Hash(int_below));
    ck_assert_int_eq(GilObject_Hash(edge), GilObject_Hash(int_edge));
    GilObject *made[] = {minus_zero, half, edge, below, int_below, int_edge};
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(made); i++)
        Gil_DECREF(made[i]);
    Gil_DECREF(nan);
    Gil_DECREF(inf);
    Gil_DECREF(f);
    Gil_DECREF(v);
}
END_TEST

START_TEST(test_value_float__value_of_what_is_no_float)
{
    GilObject *three = GilLong_FromLong(3);
    ck_assert(GilFloat_AsDouble(three) == 3.0);
    ck_assert(GilFloat_AsDouble(Gil_True) == 1.0);
    ck_assert(GilFloat_AsDouble(Gil_None) == -1.0);
    gil_expect_error(GilExc_TypeError, "must be real number, not NoneType");
    ck_assert(GilFloat_AsDouble(NULL) == -1.0);
    ck_assert(GilErr_ExceptionMatches(GilExc_SystemError));
    GilErr_Clear();
}
END_TEST

START_TEST(test_value_float__subclass)
{
    GilType_Slot slots[] = {{Gil_tp_base, &GilFloat_Type}, {0, NULL}};
    GilType_Spec spec = {.name = "test.Metre", .flags = Gil_TPFLAGS_DEFAULT, .slots = slots};
    GilObject *type = GilType_FromSpec(&spec), *metre = GilObject_CallFunction(type, "d", 2.5);
    ck_assert_ptr_nonnull(metre);
    ck_assert(GilFloat_Check(metre) && !GilFloat_CheckExact(metre));
    GilObject *exact = GilNumber_Float(metre);
    ck_assert(GilFloat_CheckExact(exact));
    gil_expect_repr(exact, "2.5");
    Gil_DECREF(metre);
    Gil_DECREF(type);
}
END_TEST

static int
one_float(void *arg)
{
    GilObject *pair, *x = GilFloat_FromDouble(7.5);
    (void)arg;
    if (x == NULL)
        return -1;
    pair = GilNumber_Divmod(x, x);
    Gil_DECREF(x);
    if (pair == NULL)
        return -1;
    Gil_DECREF(pair);
    return 0;
}

START_TEST(test_value_float__lack_of_memory_is_an_error)
{
    gil_test_oom_loop(one_float, NULL);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("value/float");
    TCase *tc = tcase_create("float");

    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_value_float__arithmetic);
    tcase_add_test(tc, test_value_float__powers);
    tcase_add_test(tc, test_value_float__mixed_with_ints);
    tcase_add_test(tc, test_value_float__order_and_hash_agree_with_ints);
    tcase_add_test(tc, test_value_float__value_of_what_is_no_float);
    tcase_add_test(tc, test_value_float__subclass);
    tcase_add_test(tc, test_value_float__lack_of_memory_is_an_error);
    suite_add_tcase(s, tc);
    return s;
}
