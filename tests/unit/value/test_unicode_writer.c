/* SPDX-License-Identifier: MIT */
/* Text under construction: forms that widen, room, and what stays when a write fails. */
#include "support/expect.h"
#include "support/support.h"

#include "gilrt/list.h"
#include "gilrt/long.h"
#include "value/unicode_writer.h"

START_TEST(test_value_unicode_writer__pieces_become_one_text)
{
    static const Gil_UCS4 points[] = {'x', 0x20ac, 0x1f600};
    GilObject *number = GilLong_FromLong(12), *word = GilUnicode_FromString("w\xc3\xb6rd");
    GilUnicodeWriter *writer = GilUnicodeWriter_Create(3);

    ck_assert_ptr_nonnull(writer);
    ck_assert_int_eq(GilUnicodeWriter_WriteASCII(writer, "ascii!", 5), 0);
    ck_assert_int_eq(GilUnicodeWriter_WriteASCII(writer, ",", -1), 0);
    ck_assert_int_eq(GilUnicodeWriter_WriteChar(writer, 0xe4), 0);
    ck_assert_int_eq(GilUnicodeWriter_WriteUTF8(writer, "\xe2\x82\xac,", -1), 0);
    ck_assert_int_eq(GilUnicodeWriter_WriteUTF8(writer, "ab", 1), 0);
    ck_assert_int_eq(GilUnicodeWriter_WriteUCS4(writer, points, 3), 0);
    ck_assert_int_eq(GilUnicodeWriter_WriteStr(writer, number), 0);
    ck_assert_int_eq(GilUnicodeWriter_WriteRepr(writer, word), 0);
    ck_assert_int_eq(GilUnicodeWriter_WriteSubstring(writer, word, 1, 3), 0);
    ck_assert_int_eq(GilUnicodeWriter_WriteSubstring(writer, word, 2, 2), 0);
    ck_assert_int_eq(GilUnicodeWriter_Format(writer, "%d%%", 7), 0);
    gil_expect_text(GilUnicodeWriter_Finish(writer), "ascii,\xc3\xa4\xe2\x82\xac,ax\xe2\x82\xac\xf0\x9f\x98\x80"
                                                     "12'w\xc3\xb6rd'\xc3\xb6r7%");
    Gil_DECREF(number);
    Gil_DECREF(word);
}
END_TEST

START_TEST(test_value_unicode_writer__the_result_is_as_narrow_as_its_text)
{
    static const Gil_UCS4 widest[] = {0x7f, 0xff, 0xffff, 0x10ffff};
    GilObject *wide = GilUnicode_FromString("\xf0\x9f\x98\x80 narrow");

    for (size_t i = 0; i < Gil_ARRAY_LENGTH(widest); i++) {
        GilUnicodeWriter *writer = GilUnicodeWriter_Create(0);
        for (int n = 0; n < 1000; n++)
            ck_assert_int_eq(GilUnicodeWriter_WriteChar(writer, n == 500 ? widest[i] : 'a'), 0);
        GilObject *op = GilUnicodeWriter_Finish(writer);
        ck_assert_int_eq(GilUnicode_GET_LENGTH(op), 1000);
        ck_assert_uint_eq(GilUnicode_MAX_CHAR_VALUE(op), widest[i]);
        ck_assert_uint_eq(GilUnicode_READ_CHAR(op, 500), widest[i]);
        ck_assert_uint_eq(GilUnicode_READ_CHAR(op, 999), 'a');
        ck_assert_uint_eq(GilUnicode_READ_CHAR(op, 1000), 0);
        Gil_DECREF(op);
    }
    GilUnicodeWriter *writer = GilUnicodeWriter_Create(0);
    ck_assert_int_eq(GilUnicodeWriter_WriteSubstring(writer, wide, 1, 8), 0);
    GilObject *op = GilUnicodeWriter_Finish(writer);
    ck_assert(GilUnicode_IS_ASCII(op));
    gil_expect_text(op, " narrow");
    Gil_DECREF(wide);
}
END_TEST

START_TEST(test_value_unicode_writer__short_results_are_shared)
{
    GilUnicodeWriter *writer = GilUnicodeWriter_Create(100);
    ck_assert_ptr_eq(GilUnicodeWriter_Finish(writer), gil_unicode_empty());
    writer = GilUnicodeWriter_Create(0);
    ck_assert_int_eq(GilUnicodeWriter_WriteASCII(writer, "", 0), 0);
    ck_assert_ptr_eq(GilUnicodeWriter_Finish(writer), gil_unicode_empty());
    writer = GilUnicodeWriter_Create(0);
    ck_assert_int_eq(GilUnicodeWriter_WriteChar(writer, 0xe4), 0);
    ck_assert_ptr_eq(GilUnicodeWriter_Finish(writer), gil_unicode_latin1(0xe4));
    writer = GilUnicodeWriter_Create(0);
    ck_assert_int_eq(GilUnicodeWriter_WriteChar(writer, 0x20ac), 0);
    gil_expect_text(GilUnicodeWriter_Finish(writer), "\xe2\x82\xac");
    GilUnicodeWriter_Discard(NULL);
    GilUnicodeWriter_Discard(GilUnicodeWriter_Create(5));
}
END_TEST

START_TEST(test_value_unicode_writer__a_write_that_fails_leaves_the_text)
{
    static const Gil_UCS4 bad[] = {'a', 0x110000};
    GilUnicodeWriter *writer = GilUnicodeWriter_Create(0);
    GilObject *text = GilUnicode_FromString("text");

    ck_assert_int_eq(GilUnicodeWriter_WriteASCII(writer, "as before", -1), 0);
    ck_assert_int_eq(GilUnicodeWriter_WriteChar(writer, 0x110000), -1);
    gil_expect_error(GilExc_ValueError, "character must be in range(0x110000)");
    ck_assert_int_eq(GilUnicodeWriter_WriteUCS4(writer, bad, 2), -1);
    gil_expect_raised(GilExc_ValueError);
    ck_assert_int_eq(GilUnicodeWriter_WriteUCS4(writer, bad, -1), -1);
    gil_expect_raised(GilExc_ValueError);
    ck_assert_int_eq(GilUnicodeWriter_WriteUTF8(writer, "x\xff", -1), -1);
    gil_expect_raised(GilExc_UnicodeDecodeError);
    ck_assert_int_eq(GilUnicodeWriter_WriteSubstring(writer, text, 2, 1), -1);
    gil_expect_raised(GilExc_ValueError);
    ck_assert_int_eq(GilUnicodeWriter_WriteSubstring(writer, text, -1, 1), -1);
    gil_expect_raised(GilExc_ValueError);
    ck_assert_int_eq(GilUnicodeWriter_WriteSubstring(writer, text, 0, 5), -1);
    gil_expect_raised(GilExc_ValueError);
    ck_assert_int_eq(GilUnicodeWriter_WriteSubstring(writer, Gil_None, 0, 1), -1);
    gil_expect_raised(GilExc_TypeError);
    Gil_ssize_t consumed = 77;
    ck_assert_int_eq(GilUnicodeWriter_DecodeUTF8Stateful(writer, "a\xff", 2, NULL, &consumed), -1);
    gil_expect_raised(GilExc_UnicodeDecodeError);
    ck_assert_int_eq(consumed, 77);
    ck_assert_int_eq(GilUnicodeWriter_DecodeUTF8Stateful(writer, "\xe2\x82", 2, NULL, NULL), -1);
    gil_expect_raised(GilExc_UnicodeDecodeError);
    ck_assert_int_eq(GilUnicodeWriter_WriteWideChar(writer, L"\x110000", 1), -1);
    gil_expect_raised(GilExc_ValueError);
    ck_assert_int_eq(GilUnicodeWriter_WriteWideChar(writer, NULL, 1), -1);
    gil_expect_raised(GilExc_SystemError);
    ck_assert_int_eq(GilUnicodeWriter_Format(writer, "%y"), -1);
    gil_expect_raised(GilExc_SystemError);
    gil_expect_text(GilUnicodeWriter_Finish(writer), "as before");
    Gil_DECREF(text);
}
END_TEST

START_TEST(test_value_unicode_writer__decoded_as_it_comes)
{
    GilUnicodeWriter *writer = GilUnicodeWriter_Create(0);
    Gil_ssize_t consumed;

    ck_assert_int_eq(GilUnicodeWriter_DecodeUTF8Stateful(writer, "a\xe2\x82", -1, NULL, &consumed), 0);
    ck_assert_int_eq(consumed, 1);
    ck_assert_int_eq(GilUnicodeWriter_DecodeUTF8Stateful(writer, "\xe2\x82\xac|", 3, NULL, &consumed), 0);
    ck_assert_int_eq(consumed, 3);
    ck_assert_int_eq(GilUnicodeWriter_DecodeUTF8Stateful(writer, "\xff", 1, "ignore", NULL), 0);
    ck_assert_int_eq(GilUnicodeWriter_WriteWideChar(writer, L"wide\x20ac", -1), 0);
    ck_assert_int_eq(GilUnicodeWriter_WriteWideChar(writer, L"xyz", 1), 0);
    gil_expect_text(GilUnicodeWriter_Finish(writer), "a\xe2\x82\xacwide\xe2\x82\xacx");
}
END_TEST

START_TEST(test_H7_text_that_no_str_can_hold_is_refused)
{
    struct gil_writer writer;

    ck_assert_ptr_null(GilUnicodeWriter_Create(-1));
    gil_expect_error(GilExc_ValueError, "length must be positive");
    ck_assert_ptr_null(GilUnicodeWriter_Create(GIL_SSIZE_T_MAX));
    gil_expect_raised(GilExc_MemoryError);
    gil_writer_init(&writer, gil_tstate_attached());
    ck_assert_int_eq(gil_writer_char(&writer, 'a'), 0);
    ck_assert_int_eq(gil_writer_fill(&writer, 'b', GIL_SSIZE_T_MAX), -1);
    gil_expect_error(GilExc_OverflowError, "string is too long");
    ck_assert_int_eq(gil_writer_fill(&writer, 'b', GIL_SSIZE_T_MAX - 1), -1);
    gil_expect_raised(GilExc_MemoryError);
    ck_assert_int_eq(gil_writer_fill(&writer, 0x10000, GIL_SSIZE_T_MAX / 2), -1);
    gil_expect_raised(GilExc_MemoryError);
    ck_assert_int_eq(gil_writer_fill(&writer, 'b', -5), 0);
    ck_assert_int_eq(gil_writer_fill(&writer, 'b', 3), 0);
    gil_expect_text(gil_writer_finish(&writer), "abbb");
}
END_TEST

static int
build(void *arg)
{
    GilUnicodeWriter *writer = GilUnicodeWriter_Create(2);
    if (writer == NULL)
        return -1;
    for (int i = 0; i < 100; i++) {
        if (GilUnicodeWriter_WriteRepr(writer, arg) < 0 || GilUnicodeWriter_WriteChar(writer, 'a' + (Gil_UCS4)i * 700) < 0) {
            GilUnicodeWriter_Discard(writer);
            return -1;
        }
    }
    GilObject *op = GilUnicodeWriter_Finish(writer);
    Gil_XDECREF(op);
    return op == NULL ? -1 : 0;
}

START_TEST(test_value_unicode_writer__without_memory)
{
    GilObject *list = GilList_New(0);

    gil_test_oom_loop(build, list);
    Gil_DECREF(list);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("value/unicode_writer");
    TCase *tc = tcase_create("writer");

    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_value_unicode_writer__pieces_become_one_text);
    tcase_add_test(tc, test_value_unicode_writer__the_result_is_as_narrow_as_its_text);
    tcase_add_test(tc, test_value_unicode_writer__short_results_are_shared);
    tcase_add_test(tc, test_value_unicode_writer__a_write_that_fails_leaves_the_text);
    tcase_add_test(tc, test_value_unicode_writer__decoded_as_it_comes);
    tcase_add_test(tc, test_H7_text_that_no_str_can_hold_is_refused);
    tcase_add_test(tc, test_value_unicode_writer__without_memory);
    suite_add_tcase(s, tc);
    return s;
}
