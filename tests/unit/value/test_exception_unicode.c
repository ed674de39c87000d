/* SPDX-License-Identifier: MIT */
/* UnicodeDecodeError and UnicodeEncodeError. */
#include "support/probe.h"
#include "support/support.h"
#include "value/exception.h"

START_TEST(test_value_exception_unicode__texts)
{
    GilObject *exc = GilUnicodeDecodeError_Create("utf-8", "ab\xff", 3, 2, 3, "invalid start byte");
    gil_test_str(exc, "'utf-8' codec can't decode byte 0xff in position 2: invalid start byte");
    gil_test_repr(exc, "UnicodeDecodeError('utf-8', b'ab\\xff', 2, 3, 'invalid start byte')");
    Gil_DECREF(exc);
    exc = GilUnicodeDecodeError_Create("utf-8", "ab\xff", 3, 1, 3, "why");
    gil_test_str(exc, "'utf-8' codec can't decode bytes in position 1-2: why");
    Gil_DECREF(exc);
    struct {
        const char *text, *want;
        int end;
    } cases[] = {
        {"\xc3\xa9", "'ascii' codec can't encode character '\\xe9' in position 0: no", 1},
        {"\xe2\x82\xac", "'ascii' codec can't encode character '\\u20ac' in position 0: no", 1},
        {"\xf0\x9f\x98\x80", "'ascii' codec can't encode character '\\U0001f600' in position 0: no", 1},
        {"\xc3\xa9\xc3\xa9", "'ascii' codec can't encode characters in position 0-1: no", 2},
    };
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(cases); i++) {
        exc = GilObject_CallFunction(GilExc_UnicodeEncodeError, "ssiis", "ascii", cases[i].text, 0, cases[i].end, "no");
        gil_test_str(exc, cases[i].want);
        Gil_DECREF(exc);
    }
}
END_TEST

START_TEST(test_value_exception_unicode__wrong_arguments)
{
    ck_assert_ptr_null(GilObject_CallFunction(GilExc_UnicodeDecodeError, "s", "x"));
    gil_test_error(GilExc_TypeError, "function takes exactly 5 arguments (1 given)");
    ck_assert_ptr_null(GilObject_CallFunction(GilExc_UnicodeDecodeError, "ssiis", "x", "text", 0, 1, "y"));
    gil_test_error(GilExc_TypeError, "argument 2 must be a bytes-like object, not str");
    ck_assert_ptr_null(GilObject_CallFunction(GilExc_UnicodeDecodeError, "s[i]iis", "x", 1, 0, 1, "y"));
    gil_test_error(GilExc_TypeError, "argument 2 must be a bytes-like object, not list");
    ck_assert_ptr_null(GilObject_CallFunction(GilExc_UnicodeEncodeError, "siiis", "x", 1, 0, 1, "y"));
    gil_test_error(GilExc_TypeError, "argument 2 must be str, not int");
}
END_TEST

START_TEST(test_value_exception_unicode__positions_are_cut_to_the_object)
{
    GilObject *exc = GilUnicodeDecodeError_Create("utf-8", "abc", 3, -5, 99, "r");
    Gil_ssize_t start = 7, end = 7;
    ck_assert_int_eq(GilUnicodeDecodeError_GetStart(exc, &start), 0);
    ck_assert_int_eq(GilUnicodeDecodeError_GetEnd(exc, &end), 0);
    ck_assert_int_eq(start, 0);
    ck_assert_int_eq(end, 3);
    gil_test_str(exc, "'utf-8' codec can't decode bytes in position -5-98: r");
    Gil_DECREF(exc);
    exc = GilUnicodeDecodeError_Create("utf-8", "abc", 3, 0, -GIL_SSIZE_T_MAX - 1, "r");
    gil_test_str(exc, "'utf-8' codec can't decode bytes in position 0-9223372036854775807: r"); /* as CPython */
    Gil_DECREF(exc);
}
END_TEST

START_TEST(test_value_exception_unicode__attributes_set_to_anything)
{
    GilObject *exc = GilUnicodeDecodeError_Create("utf-8", "abc", 3, 0, 1, "r");
    ck_assert_int_eq(GilObject_SetAttrString(exc, "object", Gil_None), 0);
    ck_assert_int_eq(GilObject_SetAttrString(exc, "reason", Gil_None), 0);
    gil_test_str(exc, "'utf-8' codec can't decode bytes in position 0-0: None");
    ck_assert_ptr_null(GilUnicodeDecodeError_GetObject(exc));
    gil_test_raised(GilExc_TypeError);
    Gil_DECREF(exc);
}
END_TEST

static int
create(void *Gil_UNUSED(arg))
{
    GilObject *exc = GilUnicodeDecodeError_Create("utf-8", "abc", 3, 0, 1, "r");
    Gil_XDECREF(exc);
    return exc == NULL ? -1 : 0;
}

START_TEST(test_J1_unicode_error)
{
    gil_test_oom_loop(create, NULL);
}
END_TEST

/* Of the five arguments one is wrong, which is told by its number. */
START_TEST(test_value_exception_unicode__each_argument_is_checked)
{
    ck_assert_ptr_null(GilObject_CallFunction(GilExc_UnicodeEncodeError, "isiis", 1, "text", 0, 1, "y"));
    gil_test_error(GilExc_TypeError, "argument 1 must be str, not int");
    ck_assert_ptr_null(GilObject_CallFunction(GilExc_UnicodeEncodeError, "sssis", "x", "text", "0", 1, "y"));
    gil_test_raised(GilExc_TypeError);
    ck_assert_ptr_null(GilObject_CallFunction(GilExc_UnicodeEncodeError, "ssiss", "x", "text", 0, "1", "y"));
    gil_test_raised(GilExc_TypeError);
    ck_assert_ptr_null(GilObject_CallFunction(GilExc_UnicodeEncodeError, "ssiii", "x", "text", 0, 1, 2));
    gil_test_error(GilExc_TypeError, "argument 5 must be str, not int");
    ck_assert_ptr_null(GilObject_CallFunction(GilExc_UnicodeEncodeError, "s", "x"));
    gil_test_error(GilExc_TypeError, "function takes exactly 5 arguments (1 given)");
    ck_assert_ptr_null(GilObject_CallFunction(GilExc_UnicodeDecodeError, "sOiis", "x", Gil_None, 0, 1, "y"));
    gil_test_raised(GilExc_TypeError);
    GilObject *args = Gil_BuildValue("(syiis)", "x", "octets", -1, 1, "y"), *kwargs = Gil_BuildValue("{si}", "key", 1);
    ck_assert_ptr_null(GilObject_Call(GilExc_UnicodeDecodeError, args, kwargs));
    gil_test_raised(GilExc_TypeError);
    ck_assert_ptr_null(GilObject_Call(GilExc_UnicodeEncodeError, args, kwargs));
    gil_test_raised(GilExc_TypeError);
    GilObject *exc = GilObject_Call(GilExc_UnicodeDecodeError, args, NULL); /* -1 is a position as any */
    gil_test_str(exc, "'x' codec can't decode bytes in position -1-0: y");
    Gil_DECREF(exc);
    exc = GilObject_CallFunction(GilExc_UnicodeDecodeError, "sOiis", "x", Gil_None, 0, 1, "y");
    ck_assert_ptr_null(exc);
    gil_test_raised(GilExc_TypeError);
    GilObject *array = GilByteArray_FromStringAndSize("\xff", 1);
    exc = GilObject_CallFunction(GilExc_UnicodeDecodeError, "sOiis", "x", array, 0, 1, "y");
    gil_test_str(exc, "'x' codec can't decode byte 0xff in position 0: y");
    Gil_DECREF(exc);
    Gil_DECREF(array);
    Gil_DECREF(kwargs);
    Gil_DECREF(args);
}
END_TEST

START_TEST(test_value_exception_unicode__never_initialised)
{
    GilObject *classes[] = {GilExc_UnicodeDecodeError, GilExc_UnicodeEncodeError};
    for (int i = 0; i < 2; i++) {
        GilTypeObject *type = (GilTypeObject *)(void *)classes[i];
        GilObject *none = GilTuple_New(0), *exc = type->tp_new(type, none, NULL);
        Gil_ssize_t start;
        gil_test_str(exc, "");
        ck_assert_ptr_null(i == 0 ? GilUnicodeDecodeError_GetEncoding(exc) : GilUnicodeEncodeError_GetEncoding(exc));
        gil_test_raised(GilExc_TypeError);
        ck_assert_int_eq(i == 0 ? GilUnicodeDecodeError_GetStart(exc, &start) : GilUnicodeEncodeError_GetStart(exc, &start), -1);
        gil_test_raised(GilExc_TypeError);
        Gil_DECREF(exc);
        Gil_DECREF(none);
    }
}
END_TEST

/* Positions that point nowhere, and nothing to point into. */
START_TEST(test_value_exception_unicode__positions_outside)
{
    static const int positions[][4] = {{-3, 99, 0, 2}, {7, 8, 1, 2}, {1, -5, 1, 1}};
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(positions); i++) {
        Gil_ssize_t start, end;
        GilObject *exc = GilUnicodeDecodeError_Create("x", "ab", 2, positions[i][0], positions[i][1], "y");
        ck_assert_int_eq(GilUnicodeDecodeError_GetStart(exc, &start), 0);
        ck_assert_int_eq(GilUnicodeDecodeError_GetEnd(exc, &end), 0);
        ck_assert_int_eq(start, positions[i][2]);
        ck_assert_int_eq(end, positions[i][3]);
        Gil_DECREF(exc);
        exc = GilObject_CallFunction(GilExc_UnicodeEncodeError, "ssiis", "x", "ab", positions[i][0], positions[i][1], "y");
        ck_assert_int_eq(GilUnicodeEncodeError_GetStart(exc, &start), 0);
        ck_assert_int_eq(start, positions[i][2]);
        GilObject *text = GilObject_Str(exc);
        ck_assert_ptr_nonnull(text);
        Gil_DECREF(text);
        Gil_DECREF(exc);
    }
    Gil_ssize_t start;
    GilObject *exc = GilUnicodeDecodeError_Create("x", NULL, 0, 0, 0, "y");
    ck_assert_int_eq(GilUnicodeDecodeError_GetStart(exc, &start), 0);
    ck_assert_int_eq(start, 0);
    Gil_DECREF(exc);
    ck_assert_ptr_null(GilUnicodeDecodeError_Create("x", NULL, 1, 0, 0, "y"));
    gil_test_raised(GilExc_SystemError);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("value/exception_unicode");
    TCase *tc = tcase_create("unicode");
    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_value_exception_unicode__texts);
    tcase_add_test(tc, test_value_exception_unicode__wrong_arguments);
    tcase_add_test(tc, test_value_exception_unicode__positions_are_cut_to_the_object);
    tcase_add_test(tc, test_value_exception_unicode__attributes_set_to_anything);
    tcase_add_test(tc, test_J1_unicode_error);
    tcase_add_test(tc, test_value_exception_unicode__each_argument_is_checked);
    tcase_add_test(tc, test_value_exception_unicode__never_initialised);
    tcase_add_test(tc, test_value_exception_unicode__positions_outside);
    suite_add_tcase(s, tc);
    return s;
}
