/* SPDX-License-Identifier: MIT */
/* float: arithmetic with floats and ints, exact order, hashes that agree with ints. */
#include "support/expect.h"
#include "support/support.h"

#include "value/float.h"

#include <gilrt.h>
#include <gilrt/typeobject.h>
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

static GilObject *
number(double value)
{
    return GilFloat_FromDouble(value);
}

START_TEST(test_value_float__signs)
{
    GilObject *minus = number(-2.5), *plus = number(2.5), *r = GilNumber_Negative(plus);
    ck_assert_double_eq(GilFloat_AS_DOUBLE(r), -2.5);
    Gil_SETREF(r, GilNumber_Negative(minus));
    ck_assert_double_eq(GilFloat_AS_DOUBLE(r), 2.5);
    Gil_SETREF(r, GilNumber_Absolute(minus));
    ck_assert_double_eq(GilFloat_AS_DOUBLE(r), 2.5);
    Gil_SETREF(r, GilNumber_Positive(minus));
    ck_assert_ptr_eq(r, minus);
    Gil_DECREF(r);
    Gil_DECREF(minus);
    Gil_DECREF(plus);
}
END_TEST

START_TEST(test_value_float__refuses_what_is_no_number)
{
    static binaryfunc const operations[] = {GilNumber_Subtract, GilNumber_TrueDivide, GilNumber_FloorDivide, GilNumber_Remainder,
                                            GilNumber_Divmod};
    GilObject *f = number(1.5), *text = GilUnicode_FromString("x"), *zero = number(0.0);
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(operations); i++) {
        ck_assert_ptr_null(operations[i](f, text));
        ck_assert(GilErr_ExceptionMatches(GilExc_TypeError));
        GilErr_Clear();
        if (i > 0) {
            ck_assert_ptr_null(operations[i](f, zero));
            ck_assert(GilErr_ExceptionMatches(GilExc_ZeroDivisionError));
            GilErr_Clear();
        }
    }
    ck_assert_int_eq(GilObject_RichCompareBool(f, text, Gil_EQ), 0);
    ck_assert_ptr_null(GilObject_RichCompare(f, text, Gil_LT));
    ck_assert(GilErr_ExceptionMatches(GilExc_TypeError));
    GilErr_Clear();
    Gil_DECREF(zero);
    Gil_DECREF(text);
    Gil_DECREF(f);
}
END_TEST

/* Where the quotient is not the next integer but one: rounding is mended. */
START_TEST(test_value_float__quotients_are_floors)
{
    static const double pairs[][3] = {{7.5, 2, 3}, {-7.5, 2, -4}, {7.5, -2, -4}, {1, 0.1, 9}, {-1, 0.1, -10}, {1e18 + 256, 0.7, 0}};
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(pairs); i++) {
        GilObject *a = number(pairs[i][0]), *b = number(pairs[i][1]), *q = GilNumber_FloorDivide(a, b), *r = GilNumber_Remainder(a, b);
        if (pairs[i][2] != 0)
            ck_assert_double_eq(GilFloat_AS_DOUBLE(q), pairs[i][2]);
        ck_assert(fabs(GilFloat_AS_DOUBLE(r)) < fabs(pairs[i][1]));
        ck_assert(signbit(GilFloat_AS_DOUBLE(r)) == signbit(pairs[i][1]));
        Gil_DECREF(r);
        Gil_DECREF(q);
        Gil_DECREF(b);
        Gil_DECREF(a);
    }
}
END_TEST

START_TEST(test_value_float__powers_at_the_edges)
{
    GilObject *zero = number(0.0), *minus = number(-8.0), *third = number(1.0 / 3), *large = number(1e300), *inf = number(INFINITY);
    ck_assert_ptr_null(GilNumber_Power(zero, minus, Gil_None));
    ck_assert(GilErr_ExceptionMatches(GilExc_ZeroDivisionError));
    GilErr_Clear();
    ck_assert_ptr_null(GilNumber_Power(large, large, Gil_None));
    ck_assert(GilErr_ExceptionMatches(GilExc_OverflowError));
    GilErr_Clear();
    GilObject *r = GilNumber_Power(inf, large, Gil_None);
    ck_assert(isinf(GilFloat_AS_DOUBLE(r)));
    Gil_SETREF(r, GilNumber_Power(large, inf, Gil_None));
    ck_assert(isinf(GilFloat_AS_DOUBLE(r)));
    Gil_DECREF(r);
    r = GilNumber_Power(minus, inf, Gil_None);
    ck_assert_ptr_nonnull(r);
    Gil_DECREF(r);
    GilObject *negative = number(-INFINITY), *none = GilLong_FromLong(0);
    gil_expect_repr(GilNumber_Power(zero, negative, Gil_None), "inf"); /* nothing is divided by: pow() has an answer */
    gil_expect_repr(GilNumber_Power(none, negative, Gil_None), "inf");
    Gil_DECREF(none);
    Gil_DECREF(negative);
    r = GilNumber_Power(minus, third, Gil_None); /* there are no complex numbers */
    ck_assert_ptr_null(r);
    GilErr_Clear();
    Gil_DECREF(inf);
    Gil_DECREF(large);
    Gil_DECREF(third);
    Gil_DECREF(minus);
    Gil_DECREF(zero);
}
END_TEST

START_TEST(test_value_float__nan_hashes_and_differs_from_all)
{
    GilObject *nan = number(NAN), *other = number(NAN);
    ck_assert_int_ne(GilObject_Hash(nan), -1);
    ck_assert_int_ne(GilObject_Hash(nan), GilObject_Hash(other)); /* one hash for all would make them collide */
    GilObject *unequal = GilObject_RichCompare(nan, nan, Gil_NE);
    ck_assert_ptr_eq(unequal, Gil_True);
    Gil_DECREF(other);
    Gil_DECREF(nan);
}
END_TEST

START_TEST(test_value_float__constructor_arguments)
{
    GilObject *type = (GilObject *)(void *)&GilFloat_Type, *none = GilTuple_New(0), *empty = GilDict_New(),
              *kwargs = Gil_BuildValue("{si}", "x", 1), *zero = GilObject_Call(type, none, empty);
    ck_assert_double_eq(GilFloat_AS_DOUBLE(zero), 0.0);
    ck_assert_ptr_null(GilObject_Call(type, none, kwargs));
    ck_assert(GilErr_ExceptionMatches(GilExc_TypeError));
    GilErr_Clear();
    ck_assert_ptr_null(GilObject_CallFunction(type, "ii", 1, 2));
    ck_assert(GilErr_ExceptionMatches(GilExc_TypeError));
    GilErr_Clear();
    Gil_DECREF(zero);
    Gil_DECREF(kwargs);
    Gil_DECREF(empty);
    Gil_DECREF(none);
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
    tcase_add_test(tc, test_value_float__signs);
    tcase_add_test(tc, test_value_float__refuses_what_is_no_number);
    tcase_add_test(tc, test_value_float__quotients_are_floors);
    tcase_add_test(tc, test_value_float__powers_at_the_edges);
    tcase_add_test(tc, test_value_float__nan_hashes_and_differs_from_all);
    tcase_add_test(tc, test_value_float__constructor_arguments);
    suite_add_tcase(s, tc);
    return s;
}
