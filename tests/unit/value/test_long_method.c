/* SPDX-License-Identifier: MIT */
/* int() and the methods of ints. */
#include "support/expect.h"
#include "support/support.h"

#include <gilrt.h>

/* type(args...) with arguments by format. */
#define MAKE(type, ...) GilObject_CallFunction((GilObject *)(void *)&(type), __VA_ARGS__)

START_TEST(test_value_long_method__int_of_anything)
{
    gil_expect_repr(MAKE(GilLong_Type, NULL), "0");
    gil_expect_repr(MAKE(GilLong_Type, "s", " -12 "), "-12");
    gil_expect_repr(MAKE(GilLong_Type, "d", 2.75), "2");
    gil_expect_repr(MAKE(GilLong_Type, "O", Gil_True), "1");
    gil_expect_repr(MAKE(GilLong_Type, "y", "77"), "77");
    gil_expect_repr(MAKE(GilLong_Type, "si", "ff", 16), "255");
    gil_expect_repr(MAKE(GilLong_Type, "si", "0b11", 0), "3");
    gil_expect_failure(MAKE(GilLong_Type, "s", "x"), GilExc_ValueError, "invalid literal for int() with base 10: 'x'");
    gil_expect_failure(MAKE(GilLong_Type, "si", "1", 1), GilExc_ValueError, "int() base must be >= 2 and <= 36, or 0");
    gil_expect_failure(MAKE(GilLong_Type, "ii", 1, 10), GilExc_TypeError,
                       "int() can't convert non-string with explicit base");
    gil_expect_failure(MAKE(GilLong_Type, "O", Gil_None), GilExc_TypeError,
                       "int() argument must be a string, a bytes-like object or a real number, not 'NoneType'");
    gil_expect_failure(MAKE(GilLong_Type, "iii", 1, 2, 3), GilExc_TypeError,
                       "int() takes at most 2 arguments (3 given)");
}
END_TEST

START_TEST(test_value_long_method__base_by_keyword)
{
    GilObject *args = Gil_BuildValue("(s)", "z"), *kwargs = Gil_BuildValue("{s:i}", "base", 36);
    gil_expect_repr(GilObject_Call((GilObject *)(void *)&GilLong_Type, args, kwargs), "35");
    Gil_DECREF(kwargs);
    kwargs = Gil_BuildValue("{s:i}", "bas", 36);
    gil_expect_failure(GilObject_Call((GilObject *)(void *)&GilLong_Type, args, kwargs), GilExc_TypeError,
                       "'bas' is an invalid keyword argument for int()");
    Gil_DECREF(kwargs);
    Gil_DECREF(args);
}
END_TEST

START_TEST(test_value_long_method__bits)
{
    GilObject *v = GilLong_FromString("-0x1ffffffffffffffff", NULL, 16);
    gil_expect_repr(GilObject_CallMethod(v, "bit_length", NULL), "65");
    gil_expect_repr(GilObject_CallMethod(v, "bit_count", NULL), "65");
    gil_expect_repr(GilObject_CallMethod(v, "is_integer", NULL), "True");
    gil_expect_repr(GilObject_CallMethod(v, "as_integer_ratio", NULL), "(-36893488147419103231, 1)");
    gil_expect_repr(GilObject_GetAttrString(v, "denominator"), "1");
    gil_expect_repr(GilObject_GetAttrString(v, "imag"), "0");
    gil_expect_repr(GilObject_GetAttrString(v, "real"), "-36893488147419103231");
    gil_expect_repr(GilObject_CallMethod(GilLong_FromLong(0), "bit_length", NULL), "0");
    Gil_DECREF(v);
}
END_TEST

START_TEST(test_value_long_method__to_bytes)
{
    GilObject *v = GilLong_FromLong(1024), *minus = GilLong_FromLong(-128),
              *signed_ = Gil_BuildValue("{s:O}", "signed", Gil_True);
    gil_expect_repr(GilObject_CallMethod(v, "to_bytes", "i", 4), "b'\\x00\\x00\\x04\\x00'");
    gil_expect_repr(GilObject_CallMethod(v, "to_bytes", "is", 2, "little"), "b'\\x00\\x04'");
    gil_expect_failure(GilObject_CallMethod(v, "to_bytes", "i", 1), GilExc_OverflowError, "int too big to convert");
    gil_expect_failure(GilObject_CallMethod(minus, "to_bytes", "i", 1), GilExc_OverflowError,
                       "can't convert negative int to unsigned");
    gil_expect_failure(GilObject_CallMethod(v, "to_bytes", "i", -1), GilExc_ValueError,
                       "length argument must be non-negative");
    gil_expect_failure(GilObject_CallMethod(v, "to_bytes", "is", 2, "middle"), GilExc_ValueError,
                       "byteorder must be either 'little' or 'big'");
    GilObject *method = GilObject_GetAttrString(minus, "to_bytes"), *none = GilTuple_New(0);
    gil_expect_repr(GilObject_Call(method, none, signed_), "b'\\x80'");
    Gil_DECREF(method);
    Gil_DECREF(none);
    Gil_DECREF(signed_);
    Gil_DECREF(minus);
}
END_TEST

static GilObject *
two_octets(GilObject *Gil_UNUSED(self), GilObject *Gil_UNUSED(args))
{
    return GilBytes_FromString("\x01\x02");
}

START_TEST(test_value_long_method__from_bytes_of_any_object)
{
    static GilMethodDef methods[] = {{"__bytes__", two_octets, GIL_METH_NOARGS, ""}, {NULL, NULL, 0, NULL}};
    GilType_Slot slots[] = {{Gil_tp_methods, methods}, {0, NULL}};
    GilType_Spec spec = {"t.Octets", 0, 0, Gil_TPFLAGS_DEFAULT, slots};
    GilObject *type = (GilObject *)(void *)&GilLong_Type, *octets_type = GilType_FromSpec(&spec);
    GilObject *octets = GilObject_CallNoArgs(octets_type);
    gil_expect_repr(GilObject_CallMethod(type, "from_bytes", "O", octets), "258");
    gil_expect_failure(GilObject_CallMethod(type, "from_bytes", "i", 5), GilExc_TypeError,
                       "cannot convert 'int' object to bytes");
    gil_expect_failure(GilObject_CallMethod(type, "from_bytes", "s", "x"), GilExc_TypeError,
                       "cannot convert 'str' object to bytes");
    Gil_DECREF(octets);
    Gil_DECREF(octets_type);
}
END_TEST

START_TEST(test_value_long_method__from_bytes)
{
    GilObject *type = (GilObject *)(void *)&GilLong_Type, *signed_ = Gil_BuildValue("{s:O}", "signed", Gil_True);
    gil_expect_repr(GilObject_CallMethod(type, "from_bytes", "y", "\xff\xfe"), "65534");
    gil_expect_repr(GilObject_CallMethod(type, "from_bytes", "ys", "\xff\xfe", "little"), "65279");
    gil_expect_repr(GilObject_CallMethod(type, "from_bytes", "([ii])", 1, 2), "258");
    GilObject *method = GilObject_GetAttrString(type, "from_bytes"), *args = Gil_BuildValue("(y)", "\xff\xfe");
    gil_expect_repr(GilObject_Call(method, args, signed_), "-2");
    Gil_DECREF(args);
    Gil_DECREF(method);
    Gil_DECREF(signed_);
    gil_expect_failure(GilObject_CallMethod(type, "from_bytes", NULL), GilExc_TypeError,
                       "from_bytes() missing required argument 'bytes' (pos 1)");
}
END_TEST

/* int.from_bytes() and to_bytes() with a positional argument (or none) and a keyword of that name. */
static GilObject *
with_keyword(GilObject *op, const char *method, GilObject *first, const char *name, GilObject *value)
{
    GilObject *f = GilObject_GetAttrString(op, method), *args = first != NULL ? GilTuple_Pack(1, first) : GilTuple_New(0);
    GilObject *kwargs = GilDict_New();
    ck_assert_int_eq(GilDict_SetItemString(kwargs, name, value), 0);
    GilObject *result = GilObject_Call(f, args, kwargs);
    Gil_DECREF(kwargs);
    Gil_DECREF(args);
    Gil_DECREF(f);
    return result;
}

static int
no_truth(GilObject *Gil_UNUSED(self))
{
    GilErr_SetString(GilExc_OSError, "neither true nor false");
    return -1;
}

START_TEST(test_value_long_method__octets_by_keyword)
{
    GilObject *n = GilLong_FromLong(258), *two = GilLong_FromLong(2), *little = GilUnicode_FromString("little"),
              *octets = GilBytes_FromString("\x02\x01"), *type = (GilObject *)(void *)&GilLong_Type, *odd = GilUnicode_FromString("odd"),
              *minus = GilLong_FromLong(-128);
    GilType_Slot slots[] = {{Gil_nb_bool, (void *)no_truth}, {0, NULL}};
    GilType_Spec spec = {"t.Maybe", 0, 0, Gil_TPFLAGS_DEFAULT, slots};
    GilObject *maybe_type = GilType_FromSpec(&spec), *maybe = GilObject_CallNoArgs(maybe_type);
    gil_expect_repr(with_keyword(n, "to_bytes", two, "byteorder", little), "b'\\x02\\x01'");
    gil_expect_repr(with_keyword(n, "to_bytes", NULL, "length", two), "b'\\x01\\x02'");
    gil_expect_repr(with_keyword(minus, "to_bytes", NULL, "signed", Gil_True), "b'\\x80'");
    GilObject *zero = GilLong_FromLong(0), *all = GilLong_FromLong(-1);
    gil_expect_repr(with_keyword(all, "to_bytes", zero, "signed", Gil_True), "b''"); /* as in CPython */
    gil_expect_repr(with_keyword(zero, "to_bytes", zero, "signed", Gil_True), "b''");
    gil_expect_failure(with_keyword(minus, "to_bytes", zero, "signed", Gil_True), GilExc_OverflowError, "int too big to convert");
    gil_expect_failure(with_keyword(n, "to_bytes", zero, "signed", Gil_True), GilExc_OverflowError, "int too big to convert");
    Gil_DECREF(all);
    Gil_DECREF(zero);
    gil_expect_repr(with_keyword(type, "from_bytes", octets, "byteorder", little), "258");
    gil_expect_repr(with_keyword(type, "from_bytes", NULL, "bytes", octets), "513");
    gil_expect_failure(with_keyword(n, "to_bytes", two, "length", two), GilExc_TypeError,
                       "argument for to_bytes() given by name ('length') and position (1)");
    GilObject *f = GilObject_GetAttrString(n, "to_bytes"), *args = Gil_BuildValue("(is)", 2, "big");
    GilObject *kwargs = Gil_BuildValue("{s:O}", "byteorder", little);
    gil_expect_failure(GilObject_Call(f, args, kwargs), GilExc_TypeError,
                       "argument for to_bytes() given by name ('byteorder') and position (2)");
    Gil_DECREF(kwargs);
    Gil_DECREF(args);
    Gil_DECREF(f);
    gil_expect_failure(with_keyword(n, "to_bytes", two, "size", two), GilExc_TypeError,
                       "'size' is an invalid keyword argument for to_bytes()");
    gil_expect_failure(with_keyword(n, "to_bytes", two, "byteorder", two), GilExc_TypeError,
                       "to_bytes() argument 'byteorder' must be str, not int");
    gil_expect_failure(with_keyword(n, "to_bytes", two, "byteorder", odd), GilExc_ValueError,
                       "byteorder must be either 'little' or 'big'");
    gil_expect_failure(with_keyword(n, "to_bytes", two, "signed", maybe), GilExc_OSError, "neither true nor false");
    gil_expect_failure(with_keyword(type, "from_bytes", NULL, "byteorder", little), GilExc_TypeError,
                       "from_bytes() missing required argument 'bytes' (pos 1)");
    gil_expect_failure(GilObject_CallMethod(n, "to_bytes", "iii", 1, 2, 3), GilExc_TypeError,
                       "to_bytes() takes at most 2 positional arguments (3 given)");
    gil_expect_failure(GilObject_CallMethod(n, "to_bytes", "s", "x"), GilExc_TypeError,
                       "'str' object cannot be interpreted as an integer");
    gil_expect_failure(GilObject_CallMethod(n, "to_bytes", "is", 2, "huge"), GilExc_ValueError,
                       "byteorder must be either 'little' or 'big'");
    gil_expect_failure(GilObject_CallMethod(type, "from_bytes", "O", Gil_None), GilExc_TypeError,
                       "cannot convert 'NoneType' object to bytes");
    Gil_DECREF(maybe);
    Gil_DECREF(maybe_type);
    Gil_DECREF(octets);
    Gil_DECREF(n);
}
END_TEST

/* A class derived from int makes its own of them. */
START_TEST(test_value_long_method__octets_of_a_subclass)
{
    GilType_Slot slots[] = {{Gil_tp_base, &GilLong_Type}, {0, NULL}};
    GilType_Spec spec = {"t.Int", 0, 0, Gil_TPFLAGS_DEFAULT, slots};
    GilObject *class = GilType_FromSpec(&spec), *made = GilObject_CallMethod(class, "from_bytes", "y", "\x01\x02");
    ck_assert_ptr_eq(Gil_TYPE(made), class);
    ck_assert_int_eq(GilLong_AsLong(made), 258);
    Gil_DECREF(made);
    Gil_DECREF(class);
}
END_TEST

START_TEST(test_value_long_method__text_in_a_base)
{
    GilObject *type = (GilObject *)(void *)&GilLong_Type, *octets = GilByteArray_FromStringAndSize("ff", 2),
              *text = GilUnicode_FromString("12"), *sixteen = GilLong_FromLong(16), *none = GilTuple_New(0), *empty = GilDict_New();
    gil_expect_repr(GilObject_CallFunction(type, "Oi", octets, 16), "255");
    gil_expect_failure(GilObject_CallFunction(type, "Os", octets, "x"), GilExc_TypeError,
                       "'str' object cannot be interpreted as an integer");
    GilObject *wrong = GilByteArray_FromStringAndSize("\xffz", 2);
    gil_expect_failure(GilObject_CallOneArg(type, wrong), GilExc_ValueError, "invalid literal for int() with base 10: b'\\xffz'");
    Gil_DECREF(wrong);
    gil_expect_failure(GilObject_CallFunction(type, "Oi", text, 37), GilExc_ValueError, "int() base must be >= 2 and <= 36, or 0");
    gil_expect_failure(GilObject_CallFunction(type, "Oi", text, -1), GilExc_ValueError, "int() base must be >= 2 and <= 36, or 0");
    gil_expect_repr(GilObject_Call(type, none, empty), "0");
    GilObject *kwargs = GilDict_New(), *args = GilTuple_Pack(1, text);
    ck_assert_int_eq(GilDict_SetItemString(kwargs, "base", sixteen), 0);
    gil_expect_failure(GilObject_Call(type, none, kwargs), GilExc_TypeError, "int() missing string argument");
    gil_expect_repr(GilObject_Call(type, args, kwargs), "18");
    ck_assert_int_eq(GilDict_SetItemString(kwargs, "bass", sixteen), 0);
    gil_expect_failure(GilObject_Call(type, args, kwargs), GilExc_TypeError, "int() takes at most 2 arguments (3 given)");
    Gil_DECREF(args);
    Gil_DECREF(kwargs);
    Gil_DECREF(empty);
    Gil_DECREF(none);
    Gil_DECREF(text);
    Gil_DECREF(octets);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("value/long_method");
    TCase *tc = tcase_create("long_method");

    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_value_long_method__int_of_anything);
    tcase_add_test(tc, test_value_long_method__base_by_keyword);
    tcase_add_test(tc, test_value_long_method__bits);
    tcase_add_test(tc, test_value_long_method__to_bytes);
    tcase_add_test(tc, test_value_long_method__from_bytes_of_any_object);
    tcase_add_test(tc, test_value_long_method__from_bytes);
    tcase_add_test(tc, test_value_long_method__octets_by_keyword);
    tcase_add_test(tc, test_value_long_method__octets_of_a_subclass);
    tcase_add_test(tc, test_value_long_method__text_in_a_base);
    suite_add_tcase(s, tc);
    return s;
}
