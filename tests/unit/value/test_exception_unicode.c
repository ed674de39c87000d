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
    suite_add_tcase(s, tc);
    return s;
}
