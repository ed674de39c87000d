/* SPDX-License-Identifier: MIT */
/* Writing to a str of one's own: runs and parts. Errors are worded as in CPython 3.11 where it has them. */
#include "support/expect.h"
#include "support/support.h"

#include <gilrt.h>

START_TEST(test_value_unicode_write__runs_of_one_character)
{
    GilObject *op = GilUnicode_New(5, 0x20ac);

    ck_assert_int_eq(GilUnicode_Fill(op, 0, 5, '-'), 5);
    ck_assert_int_eq(GilUnicode_Fill(op, 1, 2, 0x20ac), 2);
    ck_assert_int_eq(GilUnicode_Fill(op, 4, GIL_SSIZE_T_MAX, 'z'), 1);
    ck_assert_int_eq(GilUnicode_Fill(op, 7, 1, 'z'), 0);
    ck_assert_int_eq(GilUnicode_Fill(op, 0, -1, 'z'), 0);
    ck_assert_int_eq(GilUnicode_Fill(op, -1, 1, 'z'), -1);
    gil_expect_error(GilExc_IndexError, "string index out of range");
    ck_assert_int_eq(GilUnicode_Fill(op, 0, 1, 0x1f600), -1);
    gil_expect_error(GilExc_ValueError, "fill character is bigger than the string maximum character");
    Gil_INCREF(op);
    ck_assert_int_eq(GilUnicode_Fill(op, 0, 1, 'x'), -1);
    gil_expect_error(GilExc_SystemError, "Cannot modify a string currently used");
    Gil_DECREF(op);
    gil_expect_text(op, "-\xe2\x82\xac\xe2\x82\xac-z");
}
END_TEST

START_TEST(test_value_unicode_write__parts_of_others)
{
    GilObject *op = GilUnicode_New(6, 0x20ac), *ascii = GilUnicode_FromString("abcdef");
    GilObject *wide = GilUnicode_FromString("\xf0\x9f\x98\x80xyz");

    ck_assert_int_eq(GilUnicode_CopyCharacters(op, 0, ascii, 0, 6), 6);
    ck_assert_int_eq(GilUnicode_CopyCharacters(op, 4, wide, 2, 100), 2);
    ck_assert_int_eq(GilUnicode_CopyCharacters(op, 6, wide, 0, 0), 0);
    ck_assert_int_eq(GilUnicode_CopyCharacters(op, 1, op, 0, 4), 4); /* "abcdyz", and over itself */
    ck_assert_int_eq(GilUnicode_CopyCharacters(op, 0, wide, 0, 2), -1);
    gil_expect_error(GilExc_ValueError, "a character to be copied is bigger than the string maximum character");
    ck_assert_int_eq(GilUnicode_CopyCharacters(op, 5, ascii, 0, 2), -1);
    gil_expect_error(GilExc_SystemError, "Cannot write 2 characters at 5 in a string of 6 characters");
    ck_assert_int_eq(GilUnicode_CopyCharacters(op, 7, ascii, 0, 0), -1);
    gil_expect_error(GilExc_IndexError, "string index out of range");
    ck_assert_int_eq(GilUnicode_CopyCharacters(op, 0, ascii, -1, 1), -1);
    gil_expect_error(GilExc_IndexError, "string index out of range");
    ck_assert_int_eq(GilUnicode_CopyCharacters(op, 0, ascii, 0, -1), -1);
    gil_expect_error(GilExc_SystemError, "how_many cannot be negative");
    ck_assert_int_eq(GilUnicode_CopyCharacters(ascii, 0, Gil_None, 0, 1), -1);
    gil_expect_raised(GilExc_TypeError);
    GilObject_Hash(ascii);
    ck_assert_int_eq(GilUnicode_CopyCharacters(ascii, 0, wide, 1, 1), -1);
    gil_expect_error(GilExc_SystemError, "Cannot modify a string currently used");
    gil_expect_text(op, "aabcdz");
    Gil_DECREF(ascii);
    Gil_DECREF(wide);
}
END_TEST

static void
refused(GilObject *op, GilObject *from, const char *text)
{
    ck_assert_int_eq(GilUnicode_Fill(op, 0, 1, 'x'), -1);
    gil_expect_error(GilExc_SystemError, "Cannot modify a string currently used");
    ck_assert_int_eq(GilUnicode_WriteChar(op, 0, 'x'), -1);
    gil_expect_error(GilExc_SystemError, "Cannot modify a string currently used");
    ck_assert_int_eq(GilUnicode_CopyCharacters(op, 0, from, 0, 1), -1);
    gil_expect_error(GilExc_SystemError, "Cannot modify a string currently used");
    ck_assert(GilUnicode_EqualToUTF8(op, text));
    ck_assert_str_eq(GilUnicode_AsUTF8(op), text);
}

START_TEST(test_value_unicode_write__not_behind_the_back_of_what_was_derived)
{
    GilObject *from = GilUnicode_FromString("z"), *op = GilUnicode_New(2, 0xe9);

    ck_assert_int_eq(GilUnicode_Fill(op, 0, 2, 0xe9), 2);
    ck_assert(GilUnicode_EqualToUTF8(op, "\xc3\xa9\xc3\xa9")); /* keeps nothing, so */
    ck_assert_int_eq(GilUnicode_WriteChar(op, 1, 'a'), 0);
    ck_assert_str_eq(GilUnicode_AsUTF8(op), "\xc3\xa9" "a");
    refused(op, from, "\xc3\xa9" "a");
    GilUnicode_Append(&op, from); /* drops that form */
    ck_assert_int_eq(GilUnicode_WriteChar(op, 0, 0xe8), 0);
    gil_expect_text(op, "\xc3\xa8" "az");

    op = GilUnicode_FromString("ab"); /* ASCII is its own UTF-8 */
    ck_assert_str_eq(GilUnicode_AsUTF8(op), "ab");
    ck_assert_int_eq(GilUnicode_Fill(op, 1, 1, 'c'), 1);
    ck_assert_str_eq(GilUnicode_AsUTF8(op), "ac");
    Gil_DECREF(op);

    op = GilUnicode_InternFromString("test_unicode_write");
    refused(op, from, "test_unicode_write");
    Gil_DECREF(op);
    op = GilUnicode_FromOrdinal('q'); /* one for the whole process */
    refused(op, from, "q");
    Gil_DECREF(op);
    op = GilUnicode_FromOrdinal(0xe9);
    refused(op, from, "\xc3\xa9");
    Gil_DECREF(op);
    Gil_DECREF(from);
}
END_TEST

START_TEST(test_value_unicode_write__one_character)
{
    GilObject *op = GilUnicode_New(2, 127);

    ck_assert_int_eq(GilUnicode_WriteChar(op, 0, 'a'), 0);
    ck_assert_int_eq(GilUnicode_WriteChar(op, 1, 0x80), -1);
    gil_expect_error(GilExc_ValueError, "character out of range");
    ck_assert_int_eq(GilUnicode_WriteChar(op, 2, 'b'), -1);
    gil_expect_error(GilExc_IndexError, "string index out of range");
    ck_assert_int_eq(GilUnicode_WriteChar(op, 1, 'b'), 0);
    gil_expect_text(op, "ab");
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("value/unicode_write");
    TCase *tc = tcase_create("write");

    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_value_unicode_write__runs_of_one_character);
    tcase_add_test(tc, test_value_unicode_write__parts_of_others);
    tcase_add_test(tc, test_value_unicode_write__one_character);
    tcase_add_test(tc, test_value_unicode_write__not_behind_the_back_of_what_was_derived);
    suite_add_tcase(s, tc);
    return s;
}
