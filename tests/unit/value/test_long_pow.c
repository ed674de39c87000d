/* SPDX-License-Identifier: MIT */
/* Powers, inverses, and quotients as floats. */
#include "support/expect.h"
#include "support/support.h"

#include "value/long.h"

#include <gilrt.h>
#include <math.h>

static GilObject *
parse(const char *text)
{
    GilObject *op = GilLong_FromString(text, NULL, 0);
    ck_assert_ptr_nonnull(op);
    return op;
}

static GilObject *
power(const char *v, const char *w, const char *z)
{
    GilObject *a = parse(v), *b = parse(w), *c = z == NULL ? Gil_None : parse(z), *result = GilNumber_Power(a, b, c);
    Gil_DECREF(a);
    Gil_DECREF(b);
    Gil_DECREF(c);
    return result;
}

START_TEST(test_value_long_pow__powers)
{
    gil_expect_repr(power("0", "0", NULL), "1");
    gil_expect_repr(power("-3", "3", NULL), "-27");
    gil_expect_repr(power("10", "30", NULL), "1000000000000000000000000000000");
    gil_expect_repr(power("2", "128", NULL), "340282366920938463463374607431768211456");
    gil_expect_repr(power("2", "-2", NULL), "0.25");
    gil_expect_failure(power("0", "-1", NULL), GilExc_ZeroDivisionError, "zero to a negative power");
}
END_TEST

START_TEST(test_value_long_pow__modulus)
{
    gil_expect_repr(power("3", "1000000000000000000000", "1000000007"), "526304509");
    gil_expect_repr(power("3", "200", "-50"), "-49");
    gil_expect_repr(power("-5", "3", "7"), "1");
    gil_expect_repr(power("5", "0", "1"), "0");
    gil_expect_repr(power("38", "-1", "97"), "23");
    gil_expect_repr(power("-38", "-1", "97"), "74");
    gil_expect_failure(power("2", "-1", "4"), GilExc_ValueError, "base is not invertible for the given modulus");
    gil_expect_failure(power("2", "3", "0"), GilExc_ValueError, "pow() 3rd argument cannot be 0");
    gil_expect_repr(GilNumber_Power(GilLong_FromLong(5), GilLong_FromLong(0), Gil_True), "0");
}
END_TEST

static void
expect_quotient(const char *a, const char *b, double want)
{
    GilObject *x = parse(a), *y = parse(b), *q = GilNumber_TrueDivide(x, y);
    ck_assert_ptr_nonnull(q);
    double got = GilFloat_AsDouble(q);
    ck_assert_msg(got == want && signbit(got) == signbit(want), "%s / %s: %a, not %a", a, b, got, want);
    Gil_DECREF(q);
    Gil_DECREF(x);
    Gil_DECREF(y);
}

START_TEST(test_value_long_pow__quotients_are_rounded_once)
{
    expect_quotient("1", "3", 1.0 / 3.0);
    expect_quotient("0", "-5", -0.0);
    expect_quotient("0", "-18446744073709551616", -0.0);
    expect_quotient("9007199254740993", "1", 9007199254740992.0); /* a tie: to even */
    expect_quotient("9007199254740995", "1", 9007199254740996.0);
    expect_quotient("90071992547409930000000000000000001", "10000000000000000000", 9007199254740994.0);
    expect_quotient("-18446744073709551615", "18446744073709551615", -1.0);
    expect_quotient("1", "0x100000000000000000000000000000000", 0x1p-128);
}
END_TEST

START_TEST(test_value_long_pow__quotients_at_the_ends_of_the_range)
{
    GilObject *one = GilLong_FromLong(1), *three = GilLong_FromLong(3), *n = GilLong_FromLong(1075),
              *m = GilLong_FromLong(1024);
    GilObject *p1075 = GilNumber_Lshift(one, n), *p1024 = GilNumber_Lshift(one, m), *q;
    q = GilNumber_TrueDivide(one, p1075);
    ck_assert(GilFloat_AsDouble(q) == 0.0); /* half of the least: to even */
    Gil_DECREF(q);
    q = GilNumber_TrueDivide(three, p1075);
    ck_assert(GilFloat_AsDouble(q) == 0x1p-1073);
    Gil_DECREF(q);
    gil_expect_failure(GilNumber_TrueDivide(p1024, one), GilExc_OverflowError,
                       "integer division result too large for a float");
    gil_expect_failure(GilNumber_TrueDivide(one, GilLong_FromLong(0)), GilExc_ZeroDivisionError, "division by zero");
    q = GilNumber_TrueDivide(p1075, p1024);
    ck_assert(GilFloat_AsDouble(q) == 0x1p51);
    Gil_DECREF(q);
    Gil_DECREF(p1075);
    Gil_DECREF(p1024);
    Gil_DECREF(n);
}
END_TEST

static int
powers(void *arg)
{
    GilObject *a = GilLong_FromLong(1000003), *b = GilLong_FromLong(100), *c = NULL, *inverse = NULL, *result = NULL;
    (void)arg;
    if (a != NULL)
        result = GilNumber_Power(a, b, Gil_None);
    if (result != NULL)
        c = GilNumber_Power(result, b, a);
    if (c != NULL)
        inverse = GilNumber_Power(a, GilLong_FromLong(-1), GilLong_FromLong(1000));
    int failed = inverse == NULL;
    Gil_XDECREF(inverse);
    Gil_XDECREF(c);
    Gil_XDECREF(result);
    Gil_XDECREF(a);
    return -failed;
}

START_TEST(test_value_long_pow__lack_of_memory_is_an_error)
{
    gil_test_oom_loop(powers, NULL);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("value/long_pow");
    TCase *tc = tcase_create("long_pow");

    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_value_long_pow__powers);
    tcase_add_test(tc, test_value_long_pow__modulus);
    tcase_add_test(tc, test_value_long_pow__quotients_are_rounded_once);
    tcase_add_test(tc, test_value_long_pow__quotients_at_the_ends_of_the_range);
    tcase_add_test(tc, test_value_long_pow__lack_of_memory_is_an_error);
    suite_add_tcase(s, tc);
    return s;
}
