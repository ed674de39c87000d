/* SPDX-License-Identifier: MIT */
/* Names of files that are no text come back as they were; converters; wchar_t. */
#include "support/expect.h"
#include "support/support.h"

#include "gilrt/args.h"
#include "gilrt/long.h"
#include "gilrt/mem.h"
#include "gilrt/tuple.h"
#include "gilrt/unicodecodec.h"

START_TEST(test_value_unicode_host__every_name_comes_back)
{
    for (unsigned first = 1; first < 256; first++) {
        for (unsigned second = 1; second < 256; second += second < 0x7e ? 13 : 1) {
            const char name[] = {'n', (char)first, (char)second, '.', '\0'};
            GilObject *text = GilUnicode_DecodeFSDefault(name);
            ck_assert_ptr_nonnull(text);
            gil_expect_octets(GilUnicode_EncodeFSDefault(text), name, 4);
            Gil_DECREF(text);
        }
    }
    GilObject *text = GilUnicode_DecodeFSDefaultAndSize("\xe2\x82\xac\xff", 4);
    ck_assert_int_eq(GilUnicode_GET_LENGTH(text), 2);
    ck_assert_uint_eq(GilUnicode_ReadChar(text, 1), 0xdcff);
    ck_assert_ptr_null(GilUnicode_AsUTF8(text)); /* it is no text that others should see */
    gil_expect_raised(GilExc_UnicodeEncodeError);
    Gil_DECREF(text);
    GilObject *other = GilUnicode_FromOrdinal(0xd800);
    ck_assert_ptr_null(GilUnicode_EncodeFSDefault(other));
    gil_expect_raised(GilExc_UnicodeEncodeError);
    Gil_DECREF(other);
}
END_TEST

START_TEST(test_value_unicode_host__converters)
{
    GilObject *text = GilUnicode_FromString("n\xc3\xa4me"), *bytes = GilBytes_FromString("n\xc3\xa4me"), *result = NULL;

    ck_assert_int_eq(GilUnicode_FSConverter(text, &result), Gil_CLEANUP_SUPPORTED);
    ck_assert_str_eq(GilBytes_AS_STRING(result), "n\xc3\xa4me");
    ck_assert_int_eq(GilUnicode_FSConverter(NULL, &result), 1);
    ck_assert_ptr_null(result);
    ck_assert_int_eq(GilUnicode_FSConverter(bytes, &result), Gil_CLEANUP_SUPPORTED);
    ck_assert_ptr_eq(result, bytes);
    Gil_CLEAR(result);
    ck_assert_int_eq(GilUnicode_FSDecoder(bytes, &result), Gil_CLEANUP_SUPPORTED);
    ck_assert_int_eq(GilUnicode_Equal(result, text), 1);
    Gil_CLEAR(result);
    ck_assert_int_eq(GilUnicode_FSDecoder(text, &result), Gil_CLEANUP_SUPPORTED);
    ck_assert_ptr_eq(result, text);
    Gil_CLEAR(result);
    ck_assert_int_eq(GilUnicode_FSConverter(Gil_None, &result), 0);
    gil_expect_error(GilExc_TypeError, "expected str or bytes, not NoneType");
    GilObject *nul = GilUnicode_FromStringAndSize("a\0b", 3), *nul_bytes = GilBytes_FromStringAndSize("a\0b", 3);
    ck_assert_int_eq(GilUnicode_FSConverter(nul, &result), 0);
    gil_expect_error(GilExc_ValueError, "embedded null byte");
    ck_assert_int_eq(GilUnicode_FSDecoder(nul_bytes, &result), 0);
    gil_expect_error(GilExc_ValueError, "embedded null character");
    ck_assert_ptr_null(result);
    Gil_DECREF(nul_bytes);
    Gil_DECREF(nul);
    Gil_DECREF(bytes);
    Gil_DECREF(text);
}
END_TEST

START_TEST(test_value_unicode_host__the_parser_gives_back)
{
    GilObject *name = NULL, *args = Gil_BuildValue("(ss)", "name", "no number");
    int number;

    ck_assert_int_eq(GilArg_ParseTuple(args, "O&i", GilUnicode_FSConverter, &name, &number), 0);
    gil_expect_raised(GilExc_TypeError);
    ck_assert_ptr_null(name);
    Gil_DECREF(args);
}
END_TEST

START_TEST(test_value_unicode_host__wide_characters)
{
    static const wchar_t wide[] = L"a\u20ac\U0001f600";
    wchar_t room[8];
    Gil_ssize_t size = 0;

    GilObject *text = GilUnicode_FromWideChar(wide, -1);
    ck_assert_int_eq(GilUnicode_EqualToUTF8(text, "a\xe2\x82\xac\xf0\x9f\x98\x80"), 1);
    gil_expect_text(GilUnicode_FromWideChar(wide, 2), "a\xe2\x82\xac");
    gil_expect_text(GilUnicode_FromWideChar(NULL, 0), "");
    ck_assert_ptr_null(GilUnicode_FromWideChar((const wchar_t[]){0x110000}, 1));
    gil_expect_raised(GilExc_ValueError);
    ck_assert_int_eq(GilUnicode_AsWideChar(text, NULL, 0), 4);
    room[3] = L'x';
    ck_assert_int_eq(GilUnicode_AsWideChar(text, room, 3), 3);
    ck_assert_int_eq(room[3], L'x'); /* no room for the NUL */
    ck_assert_int_eq(GilUnicode_AsWideChar(text, room, 8), 3);
    ck_assert_int_eq(wcscmp(room, wide), 0);
    ck_assert_int_eq(GilUnicode_AsWideChar(text, room, 1), 1);
    wchar_t *copy = GilUnicode_AsWideCharString(text, &size);
    ck_assert_int_eq(size, 3);
    ck_assert_int_eq(wcscmp(copy, wide), 0);
    GilMem_Free(copy);
    GilObject *nul = GilUnicode_FromStringAndSize("a\0b", 3);
    ck_assert_ptr_null(GilUnicode_AsWideCharString(nul, NULL));
    gil_expect_error(GilExc_ValueError, "embedded null character");
    copy = GilUnicode_AsWideCharString(nul, &size);
    ck_assert_int_eq(size, 3);
    ck_assert_int_eq(copy[2], L'b');
    GilMem_Free(copy);
    Gil_DECREF(nul);
    Gil_DECREF(text);
}
END_TEST

static int
step(void *Gil_UNUSED(arg))
{
    GilObject *text = GilUnicode_DecodeFSDefault("name\xff and more"), *name = NULL, *back = NULL;
    int rc = -1;

    if (text != NULL && GilUnicode_FSConverter(text, &name) != 0 && GilUnicode_FSDecoder(name, &back) != 0) {
        wchar_t *wide = GilUnicode_AsWideCharString(back, NULL);
        GilObject *again = wide == NULL ? NULL : GilUnicode_FromWideChar(wide, -1);
        rc = again == NULL ? -1 : 0;
        Gil_XDECREF(again);
        GilMem_Free(wide);
    }
    Gil_XDECREF(back);
    Gil_XDECREF(name);
    Gil_XDECREF(text);
    return rc;
}

START_TEST(test_value_unicode_host__every_allocation_may_fail)
{
    gil_test_oom_loop(step, NULL);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("value/unicode_host");
    TCase *tc = tcase_create("unicode_host");

    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_value_unicode_host__every_name_comes_back);
    tcase_add_test(tc, test_value_unicode_host__converters);
    tcase_add_test(tc, test_value_unicode_host__the_parser_gives_back);
    tcase_add_test(tc, test_value_unicode_host__wide_characters);
    tcase_add_test(tc, test_value_unicode_host__every_allocation_may_fail);
    suite_add_tcase(s, tc);
    return s;
}
