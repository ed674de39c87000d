/* SPDX-License-Identifier: MIT */
/* <gilrt/unicode.h> as a program uses it. */
#include "support/expect.h"
#include "support/support.h"

#include <gilrt.h>

START_TEST(test_api_unicode__macros_look_inside)
{
    GilObject *op = GilUnicode_FromString("a\xe2\x82\xacz");

    ck_assert(GilUnicode_Check(op) && GilUnicode_CheckExact(op) && !GilUnicode_Check(Gil_None));
    ck_assert_int_eq(GilUnicode_GET_LENGTH(op), 3);
    ck_assert_int_eq(GilUnicode_KIND(op), GilUnicode_2BYTE_KIND);
    ck_assert(!GilUnicode_IS_ASCII(op));
    ck_assert_uint_eq(GilUnicode_READ(GilUnicode_KIND(op), GilUnicode_DATA(op), 1), 0x20ac);
    ck_assert_uint_eq(GilUnicode_READ_CHAR(op, 2), 'z');
    ck_assert_uint_eq(GilUnicode_2BYTE_DATA(op)[1], 0x20ac);
    ck_assert_ptr_eq(GilUnicode_1BYTE_DATA(op), GilUnicode_4BYTE_DATA(op));
    ck_assert_uint_eq(GilUnicode_MAX_CHAR_VALUE(op), 0xffff);
    ck_assert_uint_eq(GilUnicode_ReadChar(op, 1), 0x20ac);
    Gil_DECREF(op);
}
END_TEST

START_TEST(test_api_unicode__built_by_its_maker)
{
    GilObject *op = GilUnicode_New(4, 0x10ffff);
    int kind = GilUnicode_KIND(op);
    void *data = GilUnicode_DATA(op);

    for (Gil_ssize_t i = 0; i < 4; i++)
        GilUnicode_WRITE(kind, data, i, 0x1f600u + (Gil_UCS4)i);
    gil_expect_text(op, "\xf0\x9f\x98\x80\xf0\x9f\x98\x81\xf0\x9f\x98\x82\xf0\x9f\x98\x83");
}
END_TEST

START_TEST(test_api_unicode__read_in_one_way_and_another)
{
    GilObject *op = GilUnicode_FromString("one,two"), *comma = GilUnicode_InternFromString(",");
    GilObject *parts = GilUnicode_Split(op, comma, -1), *first = GilList_GetItemRef(parts, 0);

    ck_assert_int_eq(GilList_Size(parts), 2);
    ck_assert_int_eq(GilUnicode_CompareWithASCIIString(first, "one"), 0);
    ck_assert_int_eq(GilUnicode_EqualToUTF8(first, "one"), 1);
    gil_expect_text(GilUnicode_Join(comma, parts), "one,two");
    gil_expect_text(GilUnicode_Replace(op, comma, first, -1), "oneonetwo");
    ck_assert_int_eq(GilUnicode_Find(op, comma, 0, 7, 1), 3);
    ck_assert_int_eq(GilUnicode_Contains(op, first), 1);
    gil_expect_octets(GilUnicode_AsUTF8String(op), "one,two", 7);
    Gil_DECREF(first);
    Gil_DECREF(parts);
    Gil_DECREF(comma);
    Gil_DECREF(op);
}
END_TEST

START_TEST(test_api_unicode__is_a_dict_key_in_every_form)
{
    GilObject *dict = GilDict_New(), *value = NULL;
    GilObject *narrow = GilUnicode_FromString("key \xc3\xa9"), *same = GilUnicode_DecodeLatin1("key \xe9", 5, NULL);

    ck_assert_int_eq(GilDict_SetItem(dict, narrow, Gil_None), 0);
    ck_assert_int_eq(GilDict_GetItemRef(dict, same, &value), 1);
    ck_assert_ptr_eq(value, Gil_None);
    Gil_DECREF(dict);
    Gil_DECREF(narrow);
    Gil_DECREF(same);
}
END_TEST

static void
detached(void *Gil_UNUSED(arg))
{
    GilEval_SaveThread();
    GilUnicode_FromString("text");
}

START_TEST(test_L1_unicode_detached)
{
    gil_test_expect_abort(detached, NULL, "GilUnicode_FromString");
}
END_TEST

START_TEST(test_api_unicode__macros_evaluate_their_argument_once)
{
    GilObject *str = GilUnicode_FromString("ab");
    int calls = 0;

    ck_assert_int_eq(GilUnicode_Check((calls++, str)), 1);
    ck_assert_int_eq(calls, 1);
    ck_assert_int_eq(GilUnicode_Check((calls++, Gil_None)), 0);
    ck_assert_int_eq(calls, 2);
    ck_assert_uint_eq(GilUnicode_READ_CHAR((calls++, str), 1), 'b');
    ck_assert_int_eq(calls, 3);
    ck_assert_uint_eq(GilUnicode_MAX_CHAR_VALUE((calls++, str)), 127);
    ck_assert_int_eq(calls, 4);
    Gil_DECREF(str);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("api/unicode");
    TCase *tc = tcase_create("unicode");

    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_api_unicode__macros_look_inside);
    tcase_add_test(tc, test_api_unicode__built_by_its_maker);
    tcase_add_test(tc, test_api_unicode__read_in_one_way_and_another);
    tcase_add_test(tc, test_api_unicode__is_a_dict_key_in_every_form);
    tcase_add_test(tc, test_L1_unicode_detached);
    tcase_add_test(tc, test_api_unicode__macros_evaluate_their_argument_once);
    suite_add_tcase(s, tc);
    return s;
}
