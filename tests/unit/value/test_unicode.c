/* SPDX-License-Identifier: MIT */
/* str: forms, making and writing, joining two, items and slices. */
#include "support/expect.h"
#include "support/support.h"

#include "gilrt/long.h"
#include "gilrt/mapping.h"
#include "gilrt/sequence.h"
#include "gilrt/slice.h"
#include "value/unicode.h"

static GilObject *
text(const char *utf8)
{
    GilObject *op = GilUnicode_FromString(utf8);
    ck_assert_ptr_nonnull(op);
    return op;
}

START_TEST(test_value_unicode__form_is_the_narrowest)
{
    static const struct {
        const char *utf8;
        int kind, ascii;
    } table[] = {{"plain text", 1, 1},        {"na\xc3\xafve text", 1, 0}, {"\xc3\xbf\xc3\xbf", 1, 0},
                 {"\xc4\x80 above", 2, 0},    {"\xef\xbf\xbf.", 2, 0},     {"\xf0\x90\x80\x80.", 4, 0},
                 {"\xf4\x8f\xbf\xbf.", 4, 0}, {"a\x7f", 1, 1}};

    for (size_t i = 0; i < Gil_ARRAY_LENGTH(table); i++) {
        GilObject *op = text(table[i].utf8);
        ck_assert_int_eq(GilUnicode_KIND(op), table[i].kind);
        ck_assert_int_eq(GilUnicode_IS_ASCII(op), table[i].ascii);
        ck_assert_int_eq(GilUnicode_READ_CHAR(op, GilUnicode_GET_LENGTH(op)), 0);
        gil_expect_text(op, table[i].utf8);
    }
}
END_TEST

START_TEST(test_value_unicode__small_strings_are_process_wide_and_immortal)
{
    ck_assert_ptr_eq(text(""), gil_unicode_empty());
    for (int ch = 0; ch < 256; ch++) {
        Gil_UCS1 c = (Gil_UCS1)ch;
        GilObject *op = GilUnicode_FromOrdinal(ch);
        ck_assert_ptr_eq(op, gil_unicode_latin1(c));
        ck_assert_ptr_eq(op, GilUnicode_FromKindAndData(1, &c, 1));
        ck_assert(GilUnstable_IsImmortal(op));
        ck_assert_int_eq(GilUnicode_GET_LENGTH(op), 1);
        ck_assert_uint_eq(GilUnicode_READ_CHAR(op, 0), (unsigned)ch);
        ck_assert_int_ne(((GilASCIIObject *)(void *)op)->hash, -1);
        if (ch >= 0x80)
            ck_assert_ptr_nonnull(((GilCompactUnicodeObject *)(void *)op)->utf8);
    }
}
END_TEST

START_TEST(test_value_unicode__new_and_write)
{
    GilObject *op = GilUnicode_New(3, 0xffff);
    ck_assert_int_eq(GilUnicode_KIND(op), 2);
    ck_assert_int_eq(GilUnicode_WriteChar(op, 0, 'a'), 0);
    ck_assert_int_eq(GilUnicode_WriteChar(op, 1, 0x20ac), 0);
    ck_assert_int_eq(GilUnicode_WriteChar(op, 2, 'b'), 0);
    ck_assert_int_eq(GilUnicode_WriteChar(op, 3, 'b'), -1);
    gil_expect_error(GilExc_IndexError, "string index out of range");
    ck_assert_int_eq(GilUnicode_WriteChar(op, -1, 'b'), -1);
    gil_expect_error(GilExc_IndexError, "string index out of range");
    ck_assert_int_eq(GilUnicode_WriteChar(op, 0, 0x10000), -1);
    gil_expect_error(GilExc_ValueError, "character out of range");
    Gil_INCREF(op);
    ck_assert_int_eq(GilUnicode_WriteChar(op, 0, 'x'), -1);
    gil_expect_error(GilExc_SystemError, "Cannot modify a string currently used");
    Gil_DECREF(op);
    GilObject_Hash(op);
    ck_assert_int_eq(GilUnicode_WriteChar(op, 0, 'x'), -1);
    gil_expect_error(GilExc_SystemError, "Cannot modify a string currently used");
    gil_expect_text(op, "a\xe2\x82\xac"
                        "b");
    ck_assert_ptr_null(GilUnicode_New(-1, 0));
    gil_expect_error(GilExc_SystemError, "Negative size passed to GilUnicode_New");
    ck_assert_ptr_null(GilUnicode_New(1, 0x110000));
    gil_expect_error(GilExc_SystemError, "invalid maximum character passed to GilUnicode_New");
    ck_assert_ptr_null(GilUnicode_New(GIL_SSIZE_T_MAX, 0x10ffff));
    gil_expect_raised(GilExc_MemoryError);
}
END_TEST

START_TEST(test_value_unicode__from_kind_narrows_and_refuses)
{
    Gil_UCS4 wide[] = {'a', 'b'}, bad[] = {0x110000};
    GilObject *op = GilUnicode_FromKindAndData(4, wide, 2);

    ck_assert_int_eq(GilUnicode_KIND(op), 1);
    gil_expect_text(op, "ab");
    ck_assert_ptr_null(GilUnicode_FromKindAndData(4, bad, 1));
    gil_expect_error(GilExc_ValueError, "character U+110000 is not in range [U+0000; U+10ffff]");
    ck_assert_ptr_null(GilUnicode_FromKindAndData(3, wide, 2));
    gil_expect_error(GilExc_SystemError, "invalid kind");
    ck_assert_ptr_null(GilUnicode_FromKindAndData(1, wide, -1));
    gil_expect_error(GilExc_ValueError, "size must be positive");
    ck_assert_ptr_null(GilUnicode_FromOrdinal(-1));
    gil_expect_error(GilExc_ValueError, "chr() arg not in range(0x110000)");
    ck_assert_ptr_null(GilUnicode_FromOrdinal(0x110000));
    gil_expect_error(GilExc_ValueError, "chr() arg not in range(0x110000)");
}
END_TEST

START_TEST(test_value_unicode__concat_widens)
{
    static const char *const parts[] = {"ab", "\xc3\xa9t\xc3\xa9", "\xe2\x82\xac\xe2\x82\xac", "\xf0\x9f\x98\x80!"};

    for (size_t i = 0; i < 4; i++) {
        for (size_t k = 0; k < 4; k++) {
            char both[32];
            GilObject *a = text(parts[i]), *b = text(parts[k]);
            strcat(strcpy(both, parts[i]), parts[k]);
            gil_expect_text(GilUnicode_Concat(a, b), both);
            Gil_DECREF(a);
            Gil_DECREF(b);
        }
    }
    GilObject *a = text("ab"), *n = GilLong_FromLong(1);
    ck_assert_ptr_null(GilUnicode_Concat(a, n));
    gil_expect_error(GilExc_TypeError, "can only concatenate str (not \"int\") to str");
    Gil_DECREF(a);
}
END_TEST

START_TEST(test_value_unicode__append_grows_in_place_only_when_nobody_else_looks)
{
    GilObject *op = text("abc"), *more = text("defghijklmnopqrstuvwxyz"), *wide = text("\xe2\x82\xac.");
    GilObject *kept = Gil_NewRef(op);

    GilUnicode_Append(&op, more);
    ck_assert_ptr_ne(op, kept);
    gil_expect_text(kept, "abc");
    GilUnicode_Append(&op, more);
    GilUnicode_Append(&op, wide);
    ck_assert_int_eq(GilUnicode_KIND(op), 2);
    ck_assert_ptr_nonnull(GilUnicode_AsUTF8(op));
    GilUnicode_Append(&op, more); /* the UTF-8 form kept so far is that of the shorter text */
    gil_expect_text(Gil_NewRef(op), "abcdefghijklmnopqrstuvwxyzdefghijklmnopqrstuvwxyz\xe2\x82\xac.defghijklmnopqrstuvwxyz");
    GilUnicode_AppendAndDel(&op, Gil_NewRef(wide));
    ck_assert_int_eq(GilUnicode_GET_LENGTH(op), 49 + 2 + 23 + 2);
    GilUnicode_Append(&op, NULL);
    ck_assert_ptr_null(op);
    gil_expect_raised(GilExc_SystemError);
    Gil_DECREF(more);
    Gil_DECREF(wide);
}
END_TEST

START_TEST(test_value_unicode__substring_takes_the_narrowest_form)
{
    GilObject *op = text("\xf0\x9f\x98\x80 b\xc3\xa9te");

    gil_expect_text(GilUnicode_Substring(op, 2, 100), "b\xc3\xa9te");
    GilObject *tail = GilUnicode_Substring(op, 4, 6);
    ck_assert(GilUnicode_IS_ASCII(tail));
    gil_expect_text(tail, "te");
    gil_expect_text(GilUnicode_Substring(op, 3, 3), "");
    gil_expect_text(GilUnicode_Substring(op, 50, 60), "");
    ck_assert_ptr_null(GilUnicode_Substring(op, -1, 2));
    gil_expect_error(GilExc_IndexError, "string index out of range");
    Gil_DECREF(op);
}
END_TEST

START_TEST(test_value_unicode__items_and_slices)
{
    GilObject *op = text("a\xe2\x82\xac"
                         "cd");
    GilObject *minus = GilLong_FromLong(-1), *three = GilLong_FromLong(-3);
    GilObject *backwards = GilSlice_New(NULL, NULL, minus), *middle = GilSlice_New(three, minus, NULL);

    ck_assert_int_eq(GilSequence_Size(op), 4);
    gil_expect_text(GilSequence_GetItem(op, 1), "\xe2\x82\xac");
    gil_expect_text(GilSequence_GetItem(op, -1), "d");
    gil_expect_text(GilObject_GetItem(op, minus), "d");
    gil_expect_text(GilObject_GetItem(op, backwards), "dc\xe2\x82\xac"
                                                      "a");
    gil_expect_text(GilObject_GetItem(op, middle), "\xe2\x82\xac"
                                                   "c");
    ck_assert_ptr_null(GilSequence_GetItem(op, 4));
    gil_expect_error(GilExc_IndexError, "string index out of range");
    ck_assert_ptr_null(GilObject_GetItem(op, op));
    gil_expect_error(GilExc_TypeError, "string indices must be integers, not 'str'");
    gil_expect_text(GilSequence_Repeat(op, 2), "a\xe2\x82\xac"
                                               "cda\xe2\x82\xac"
                                               "cd");
    gil_expect_text(GilSequence_Repeat(op, -1), "");
    ck_assert_int_eq(GilSequence_Contains(op, op), 1);
    ck_assert_int_eq(GilSequence_Contains(op, minus), -1);
    gil_expect_error(GilExc_TypeError, "'in <string>' requires string as left operand, not int");
    Gil_DECREF(backwards);
    Gil_DECREF(middle);
    Gil_DECREF(op);
}
END_TEST

START_TEST(test_value_unicode__from_format)
{
    GilObject *op = text("\xe2\x82\xac");

    gil_expect_text(GilUnicode_FromFormat("%s-%d-%zd-%x-%%-%U-%R-%c", "s", -3, (Gil_ssize_t)7, 255, op, op, 'z'),
                    "s--3-7-ff-%-\xe2\x82\xac-'\xe2\x82\xac'-z");
    ck_assert_ptr_null(GilUnicode_FromFormat("%!"));
    gil_expect_raised(GilExc_SystemError);
    Gil_DECREF(op);
}
END_TEST

START_TEST(test_value_unicode__wrong_arguments_are_named)
{
    GilObject *n = GilLong_FromLong(5);

    ck_assert_int_eq(GilUnicode_GetLength(NULL), -1);
    gil_expect_raised(GilExc_SystemError);
    ck_assert_int_eq(GilUnicode_GetLength(n), -1);
    gil_expect_raised(GilExc_TypeError);
    ck_assert_ptr_null(GilUnicode_FromObject(n));
    gil_expect_error(GilExc_TypeError, "Can't convert 'int' object to str implicitly");
    ck_assert_uint_eq(GilUnicode_ReadChar(gil_unicode_empty(), 0), (Gil_UCS4)-1);
    gil_expect_error(GilExc_IndexError, "string index out of range");
}
END_TEST

static int
step(void *arg)
{
    GilObject *a = GilUnicode_FromString(arg), *b = NULL, *c = NULL, *d = NULL;
    int rc = -1;

    if (a == NULL || (b = GilUnicode_Concat(a, a)) == NULL || (c = GilUnicode_Substring(b, 1, 5)) == NULL)
        goto done;
    d = GilUnicode_FromFormat("%U and %s", c, "more");
    if (d == NULL)
        goto done;
    GilUnicode_Append(&d, c);
    if (d != NULL)
        rc = 0;
done:
    Gil_XDECREF(a);
    Gil_XDECREF(b);
    Gil_XDECREF(c);
    Gil_XDECREF(d);
    return rc;
}

START_TEST(test_value_unicode__every_allocation_may_fail)
{
    gil_test_oom_loop(step, (void *)(uintptr_t) "text of one byte");
    gil_test_oom_loop(step, (void *)(uintptr_t) "\xf0\x9f\x98\x80 text of four");
}
END_TEST

START_TEST(test_value_unicode__positions_that_cannot_be)
{
    GilObject *op = text("abc"), *far = GilLong_FromString("9999999999999999999999", NULL, 10), *zero = GilLong_FromLong(0);
    GilObject *no_step = GilSlice_New(NULL, NULL, zero);

    ck_assert_ptr_null(GilObject_GetItem(op, far));
    gil_expect_error(GilExc_IndexError, "cannot fit 'int' into an index-sized integer");
    ck_assert_ptr_null(GilObject_GetItem(op, no_step));
    gil_expect_error(GilExc_ValueError, "slice step cannot be zero");
    ck_assert_ptr_null(GilSequence_GetItem(op, -4));
    gil_expect_error(GilExc_IndexError, "string index out of range");
    ck_assert_ptr_null(GilSequence_Repeat(op, GIL_SSIZE_T_MAX / 2));
    gil_expect_error(GilExc_OverflowError, "repeated string is too long");
    ck_assert_uint_eq(GilUnicode_ReadChar(op, -1), (Gil_UCS4)-1);
    gil_expect_error(GilExc_IndexError, "string index out of range");
    ck_assert_ptr_null(GilUnicode_FromStringAndSize("x", -1));
    gil_expect_error(GilExc_SystemError, "Negative size passed to GilUnicode_FromStringAndSize");
    Gil_DECREF(op);
    Gil_DECREF(far);
    Gil_DECREF(zero);
    Gil_DECREF(no_step);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("value/unicode");
    TCase *tc = tcase_create("unicode");

    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_value_unicode__form_is_the_narrowest);
    tcase_add_test(tc, test_value_unicode__small_strings_are_process_wide_and_immortal);
    tcase_add_test(tc, test_value_unicode__new_and_write);
    tcase_add_test(tc, test_value_unicode__from_kind_narrows_and_refuses);
    tcase_add_test(tc, test_value_unicode__concat_widens);
    tcase_add_test(tc, test_value_unicode__append_grows_in_place_only_when_nobody_else_looks);
    tcase_add_test(tc, test_value_unicode__substring_takes_the_narrowest_form);
    tcase_add_test(tc, test_value_unicode__items_and_slices);
    tcase_add_test(tc, test_value_unicode__from_format);
    tcase_add_test(tc, test_value_unicode__wrong_arguments_are_named);
    tcase_add_test(tc, test_value_unicode__positions_that_cannot_be);
    tcase_add_test(tc, test_value_unicode__every_allocation_may_fail);
    suite_add_tcase(s, tc);
    return s;
}
