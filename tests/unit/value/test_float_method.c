/* SPDX-License-Identifier: MIT */
/* float() of text, and the methods of floats. */
#include "support/expect.h"
#include "support/support.h"

#include <gilrt.h>
#include <float.h>
#include <math.h>

static GilObject *
make(const char *text)
{
    return GilObject_CallFunction((GilObject *)(void *)&GilFloat_Type, "s", text);
}

START_TEST(test_value_float_method__from_text)
{
    gil_expect_repr(make(" 1_0.5e1\n"), "105.0");
    gil_expect_repr(make("-inf"), "-inf");
    gil_expect_failure(make("1,5"), GilExc_ValueError, "could not convert string to float: '1,5'");
    GilObject *bytes = GilBytes_FromString("2.5"), *odd = GilBytes_FromString("2.5x");
    gil_expect_repr(GilFloat_FromString(bytes), "2.5");
    gil_expect_failure(GilFloat_FromString(odd), GilExc_ValueError, "could not convert string to float: b'2.5x'");
    gil_expect_failure(GilFloat_FromString(Gil_None), GilExc_TypeError,
                       "float() argument must be a string or a real number, not 'NoneType'");
    Gil_DECREF(bytes);
    Gil_DECREF(odd);
    gil_expect_repr(GilObject_CallNoArgs((GilObject *)(void *)&GilFloat_Type), "0.0");
}
END_TEST

static GilObject *
call(double v, const char *method)
{
    GilObject *x = GilFloat_FromDouble(v), *result = GilObject_CallMethod(x, method, NULL);
    Gil_DECREF(x);
    return result;
}

START_TEST(test_value_float_method__methods)
{
    gil_expect_repr(call(4.0, "is_integer"), "True");
    gil_expect_repr(call(4.5, "is_integer"), "False");
    gil_expect_repr(call(HUGE_VAL, "is_integer"), "False");
    gil_expect_repr(call(-0.75, "as_integer_ratio"), "(-3, 4)");
    gil_expect_repr(call(0.0, "as_integer_ratio"), "(0, 1)");
    gil_expect_repr(call(0x1.8p65, "as_integer_ratio"), "(55340232221128654848, 1)");
    gil_expect_failure(call(HUGE_VAL, "as_integer_ratio"), GilExc_OverflowError,
                       "cannot convert Infinity to integer ratio");
    gil_expect_failure(call((double)NAN, "as_integer_ratio"), GilExc_ValueError, "cannot convert NaN to integer ratio");
    GilObject *x = GilFloat_FromDouble(2.5);
    gil_expect_repr(GilObject_GetAttrString(x, "real"), "2.5");
    gil_expect_repr(GilObject_GetAttrString(x, "imag"), "0.0");
    Gil_DECREF(x);
}
END_TEST

START_TEST(test_value_float_method__bounds)
{
    ck_assert(GilFloat_GetMax() == DBL_MAX && GilFloat_GetMin() == DBL_MIN);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("value/float_method");
    TCase *tc = tcase_create("float_method");

    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_value_float_method__from_text);
    tcase_add_test(tc, test_value_float_method__methods);
    tcase_add_test(tc, test_value_float_method__bounds);
    suite_add_tcase(s, tc);
    return s;
}
