/* SPDX-License-Identifier: MIT */
/* Finding, counting, splitting, joining, replacing: in each form of string. */
#include "support/expect.h"
#include "support/support.h"

#include "gilrt/call.h"
#include "gilrt/list.h"
#include "gilrt/long.h"
#include "gilrt/sequence.h"
#include "gilrt/tuple.h"
#include "value/unicode_search.h"

#define ALL GIL_SSIZE_T_MAX

static GilObject *
text(const char *utf8)
{
    GilObject *op = GilUnicode_FromString(utf8);
    ck_assert_ptr_nonnull(op);
    return op;
}

/* A tail that gives a text another form without holding what is looked for. */
static const char *const tails[] = {"", "\xc3\xbf", "\xe2\x82\xac", "\xf0\x9f\x98\x80"};

START_TEST(test_value_unicode_search__find_in_every_form)
{
    char utf8[64];
    GilObject *needle = text("ana"), *wide = text("\xe2\x82\xac."), *empty = text("");

    GilObject *str = text(strcat(strcpy(utf8, "banananas."), tails[_i]));
    ck_assert_int_eq(GilUnicode_Find(str, needle, 0, ALL, 1), 1);
    ck_assert_int_eq(GilUnicode_Find(str, needle, 2, ALL, 1), 3);
    ck_assert_int_eq(GilUnicode_Find(str, needle, 0, ALL, -1), 5);
    ck_assert_int_eq(GilUnicode_Find(str, needle, 0, 7, -1), 3);
    ck_assert_int_eq(GilUnicode_Find(str, needle, 6, ALL, 1), -1);
    ck_assert_int_eq(GilUnicode_Find(str, needle, 0, 3, 1), -1);
    ck_assert_int_eq(GilUnicode_Find(str, wide, 0, ALL, 1), -1);
    ck_assert_int_eq(GilUnicode_Find(str, empty, 3, ALL, 1), 3);
    ck_assert_int_eq(GilUnicode_Find(str, empty, 0, 5, -1), 5);
    ck_assert_int_eq(GilUnicode_Find(str, empty, 50, ALL, 1), -1);
    ck_assert_int_eq(GilUnicode_Count(str, needle, 0, ALL), 2);
    ck_assert_int_eq(GilUnicode_Count(str, empty, 0, 3), 4);
    ck_assert_int_eq(GilUnicode_FindChar(str, 'n', 0, ALL, 1), 2);
    ck_assert_int_eq(GilUnicode_FindChar(str, 'n', 0, ALL, -1), 6);
    ck_assert_int_eq(GilUnicode_FindChar(str, 0x1f600, 0, ALL, 1), _i == 3 ? 10 : -1);
    ck_assert_int_eq(GilUnicode_Contains(str, needle), 1);
    ck_assert_int_eq(GilUnicode_Contains(str, wide), 0);
    ck_assert_int_eq(GilUnicode_Tailmatch(str, needle, 1, ALL, -1), 1);
    ck_assert_int_eq(GilUnicode_Tailmatch(str, needle, 0, ALL, -1), 0);
    ck_assert_int_eq(GilUnicode_Tailmatch(str, needle, 0, 8, 1), 1);
    ck_assert_int_eq(GilUnicode_Tailmatch(str, needle, 0, 9, 1), 0);
    Gil_DECREF(str);
    Gil_DECREF(needle);
    Gil_DECREF(wide);
}
END_TEST

START_TEST(test_value_unicode_search__wrong_arguments)
{
    GilObject *str = text("text"), *n = GilLong_FromLong(1);

    ck_assert_int_eq(GilUnicode_Find(str, n, 0, 1, 1), -2);
    gil_expect_raised(GilExc_TypeError);
    ck_assert_int_eq(GilUnicode_Find(NULL, str, 0, 1, 1), -2);
    gil_expect_raised(GilExc_SystemError);
    ck_assert_int_eq(GilUnicode_FindChar(n, 'x', 0, 1, 1), -2);
    gil_expect_raised(GilExc_TypeError);
    Gil_DECREF(str);
}
END_TEST

START_TEST(test_value_unicode_search__bounds_of_one_character)
{
    char utf8[64];
    static const int directions[] = {1, -1};

    GilObject *str = text(strcat(strcpy(utf8, "abcabcab"), tails[_i]));
    Gil_ssize_t length = GilUnicode_GetLength(str);
    for (int i = 0; i < 2; i++) {
        int direction = directions[i];
        for (Gil_ssize_t start = ALL; start > ALL - 9; start--) { /* 'x': nothing is found outside either */
            ck_assert_int_eq(GilUnicode_FindChar(str, 'x', start, ALL, direction), -1);
            ck_assert_int_eq(GilUnicode_FindChar(str, 'x', start, start - 1, direction), -1);
        }
        for (Gil_ssize_t start = 0; start < 4; start++)
            ck_assert_int_eq(GilUnicode_FindChar(str, 'a', length + start, ALL, direction), -1);
        ck_assert_int_eq(GilUnicode_FindChar(str, 'c', 5, 5, direction), -1);
        ck_assert_int_eq(GilUnicode_FindChar(str, 'c', 5, 2, direction), -1);
        ck_assert_int_eq(GilUnicode_FindChar(str, 'c', 3 - length, ALL, direction), 5);
        ck_assert_int_eq(GilUnicode_FindChar(str, 'c', -ALL, 4 - length, direction), 2);
        ck_assert_int_eq(GilUnicode_FindChar(str, 'c', -ALL - 1, -ALL - 1, direction), -1);
    }
    Gil_DECREF(str);
}
END_TEST

START_TEST(test_value_unicode_search__join)
{
    GilObject *comma = text(", "), *items = GilTuple_New(3), *one = GilTuple_Pack(1, comma);

    GilTuple_SET_ITEM(items, 0, text("a"));
    GilTuple_SET_ITEM(items, 1, text("\xe2\x82\xac"));
    GilTuple_SET_ITEM(items, 2, text("bc"));
    gil_expect_text(GilUnicode_Join(comma, items), "a, \xe2\x82\xac, bc");
    gil_expect_text(GilUnicode_Join(NULL, items), "a \xe2\x82\xac bc");
    GilObject *same = GilUnicode_Join(comma, one);
    ck_assert_ptr_eq(same, comma);
    Gil_DECREF(same);
    GilObject *none = GilTuple_New(0);
    gil_expect_text(GilUnicode_Join(comma, none), "");
    Gil_DECREF(one);
    one = GilTuple_Pack(2, comma, Gil_None);
    ck_assert_ptr_null(GilUnicode_Join(comma, one));
    gil_expect_error(GilExc_TypeError, "sequence item 1: expected str instance, NoneType found");
    ck_assert_ptr_null(GilUnicode_Join(Gil_None, one));
    gil_expect_error(GilExc_TypeError, "separator: expected str instance, NoneType found");
    ck_assert_ptr_null(GilUnicode_Join(comma, Gil_None));
    gil_expect_error(GilExc_TypeError, "can only join an iterable");
    Gil_DECREF(one);
    Gil_DECREF(items);
    Gil_DECREF(comma);
}
END_TEST

/* The list's parts are those, '|' between them; takes the list. */
static void
expect_parts(GilObject *list, const char *parts)
{
    GilObject *bar = text("|");

    ck_assert_ptr_nonnull(list);
    gil_expect_text(GilUnicode_Join(bar, list), parts);
    Gil_DECREF(list);
}

START_TEST(test_value_unicode_search__split)
{
    GilObject *str = text("  one \t two\xe2\x80\x83three  "), *sep = text("--"), *dashes = text("a--b----c");

    expect_parts(GilUnicode_Split(str, NULL, -1), "one|two|three");
    expect_parts(GilUnicode_Split(str, NULL, 1), "one|two\xe2\x80\x83three  ");
    expect_parts(GilUnicode_Split(str, NULL, 0), "one \t two\xe2\x80\x83three  ");
    expect_parts(GilUnicode_Split(dashes, sep, -1), "a|b||c");
    expect_parts(GilUnicode_Split(dashes, sep, 1), "a|b----c");
    expect_parts(GilUnicode_Split(dashes, sep, 0), "a--b----c");
    GilObject *nothing = text("");
    expect_parts(GilUnicode_Split(nothing, sep, -1), "");
    GilObject *none = GilUnicode_Split(nothing, NULL, -1);
    ck_assert_int_eq(GilList_GET_SIZE(none), 0);
    Gil_DECREF(none);
    ck_assert_ptr_null(GilUnicode_Split(str, nothing, -1));
    gil_expect_error(GilExc_ValueError, "empty separator");
    Gil_DECREF(str);
    Gil_DECREF(sep);
    Gil_DECREF(dashes);
}
END_TEST

START_TEST(test_value_unicode_search__splitlines)
{
    GilObject *str = text("a\nb\r\nc\rd\xe2\x80\xa8\n");

    expect_parts(GilUnicode_Splitlines(str, 0), "a|b|c|d|");
    expect_parts(GilUnicode_Splitlines(str, 1), "a\n|b\r\n|c\r|d\xe2\x80\xa8|\n");
    Gil_DECREF(str);
}
END_TEST

START_TEST(test_value_unicode_search__replace)
{
    GilObject *str = text("banana"), *an = text("an"), *euro = text("\xe2\x82\xac"), *empty = text("");

    gil_expect_text(GilUnicode_Replace(str, an, euro, -1), "b\xe2\x82\xac\xe2\x82\xac"
                                                           "a");
    gil_expect_text(GilUnicode_Replace(str, an, euro, 1), "b\xe2\x82\xac"
                                                          "ana");
    gil_expect_text(GilUnicode_Replace(str, an, empty, -1), "ba");
    gil_expect_text(GilUnicode_Replace(str, str, empty, -1), "");
    gil_expect_text(GilUnicode_Replace(str, empty, an, -1), "anbanaannanaannanaan");
    GilObject *same = GilUnicode_Replace(str, euro, an, -1);
    ck_assert_ptr_eq(same, str);
    Gil_DECREF(same);
    GilObject *wide = GilUnicode_Replace(str, an, euro, -1), *narrow = GilUnicode_Replace(wide, euro, an, -1);
    ck_assert(GilUnicode_IS_ASCII(narrow)); /* what was wide is gone */
    gil_expect_text(narrow, "banana");
    Gil_DECREF(wide);
    Gil_DECREF(str);
    Gil_DECREF(an);
    Gil_DECREF(euro);
}
END_TEST

static int
step(void *Gil_UNUSED(arg))
{
    GilObject *str = GilUnicode_FromString("one two \xe2\x82\xac"), *parts = NULL, *back = NULL, *other = NULL;
    int rc = -1;

    if (str != NULL && (parts = GilUnicode_Split(str, NULL, -1)) != NULL
        && (back = GilUnicode_Join(NULL, parts)) != NULL
        && (other = GilUnicode_Replace(back, GilList_GET_SIZE(parts) > 0 ? str : back, back, -1)) != NULL)
        rc = 0;
    Gil_XDECREF(str);
    Gil_XDECREF(parts);
    Gil_XDECREF(back);
    Gil_XDECREF(other);
    return rc;
}

START_TEST(test_value_unicode_search__every_allocation_may_fail)
{
    gil_test_oom_loop(step, NULL);
}
END_TEST

START_TEST(test_value_unicode_search__split_from_the_end)
{
    GilObject *text = GilUnicode_FromString(" a  b c "), *wide = GilUnicode_FromString("\xe2\x82\xac,x,,\xe2\x82\xac");
    GilObject *comma = GilUnicode_FromString(","), *empty = GilUnicode_FromString("");

    gil_expect_repr(GilUnicode_RSplit(text, NULL, -1), "['a', 'b', 'c']");
    gil_expect_repr(GilUnicode_RSplit(text, NULL, 1), "[' a  b', 'c']");
    gil_expect_repr(GilUnicode_RSplit(text, NULL, 0), "[' a  b c']");
    gil_expect_repr(GilUnicode_RSplit(empty, NULL, -1), "[]");
    gil_expect_repr(GilUnicode_RSplit(empty, comma, -1), "['']");
    gil_expect_repr(GilUnicode_RSplit(wide, comma, -1), "['\xe2\x82\xac', 'x', '', '\xe2\x82\xac']");
    gil_expect_repr(GilUnicode_RSplit(wide, comma, 2), "['\xe2\x82\xac,x', '', '\xe2\x82\xac']");
    gil_expect_repr(GilUnicode_RSplit(text, comma, 2), "[' a  b c ']");
    ck_assert_ptr_null(GilUnicode_RSplit(text, empty, -1));
    gil_expect_error(GilExc_ValueError, "empty separator");
    ck_assert_ptr_null(GilUnicode_RSplit(text, Gil_None, -1));
    gil_expect_raised(GilExc_TypeError);
    gil_expect_repr(GilObject_CallMethod(wide, "rsplit", "si", ",", 1), "['\xe2\x82\xac,x,', '\xe2\x82\xac']");
    Gil_DECREF(text);
    Gil_DECREF(wide);
    Gil_DECREF(comma);
}
END_TEST

START_TEST(test_value_unicode_search__partition)
{
    GilObject *text = GilUnicode_FromString("a=b=c"), *sep = GilUnicode_FromString("="), *none = GilUnicode_FromString("x");
    GilObject *empty = GilUnicode_FromString("");

    gil_expect_repr(GilUnicode_Partition(text, sep), "('a', '=', 'b=c')");
    gil_expect_repr(GilUnicode_RPartition(text, sep), "('a=b', '=', 'c')");
    gil_expect_repr(GilUnicode_Partition(text, none), "('a=b=c', '', '')");
    gil_expect_repr(GilUnicode_RPartition(text, none), "('', '', 'a=b=c')");
    gil_expect_repr(GilUnicode_Partition(text, text), "('', 'a=b=c', '')");
    ck_assert_ptr_null(GilUnicode_Partition(text, empty));
    gil_expect_error(GilExc_ValueError, "empty separator");
    ck_assert_ptr_null(GilUnicode_RPartition(text, NULL));
    gil_expect_raised(GilExc_SystemError);
    gil_expect_repr(GilObject_CallMethod(text, "partition", "s", "="), "('a', '=', 'b=c')");
    gil_expect_repr(GilObject_CallMethod(text, "rpartition", "s", "="), "('a=b', '=', 'c')");
    ck_assert_ptr_null(GilObject_CallMethod(text, "partition", "i", 1));
    gil_expect_error(GilExc_TypeError, "must be str, not int");
    ck_assert_ptr_null(GilObject_CallMethod(text, "rpartition", "i", 1));
    gil_expect_raised(GilExc_TypeError);
    gil_expect_text(GilObject_CallMethod(text, "removeprefix", "s", "a="), "b=c");
    gil_expect_text(GilObject_CallMethod(text, "removeprefix", "s", "b"), "a=b=c");
    gil_expect_text(GilObject_CallMethod(text, "removesuffix", "s", "=c"), "a=b");
    gil_expect_text(GilObject_CallMethod(text, "removesuffix", "s", "longer than it"), "a=b=c");
    ck_assert_ptr_null(GilObject_CallMethod(text, "removeprefix", "i", 1));
    gil_expect_raised(GilExc_TypeError);
    ck_assert_ptr_null(GilObject_CallMethod(text, "removesuffix", "i", 1));
    gil_expect_raised(GilExc_TypeError);
    Gil_DECREF(text);
    Gil_DECREF(sep);
}
END_TEST

/* Against a slow search, on text that has many false starts. */
START_TEST(test_value_unicode_search__many_false_starts)
{
    static const Gil_UCS4 letters[] = {'a', 0xe4, 0x20ac, 0x1f600};

    for (size_t k = 0; k < Gil_ARRAY_LENGTH(letters); k++) {
        GilObject *text = GilUnicode_New(200, letters[k]);
        for (Gil_ssize_t i = 0; i < 200; i++)
            GilUnicode_WriteChar(text, i, i % 5 == 3 || i == 150 ? 'b' : letters[k]);
        for (Gil_ssize_t start = 0; start < 190; start += 7) {
            for (Gil_ssize_t length = 1; length < 12; length++) {
                GilObject *sub = GilUnicode_Substring(text, start, start + length);
                Gil_ssize_t first = 0, last = 200 - length, found = 0;
                while (!gil_unicode_match(text, first, sub))
                    first++;
                while (!gil_unicode_match(text, last, sub))
                    last--;
                for (Gil_ssize_t at = 0; at + length <= 200;) {
                    int match = gil_unicode_match(text, at, sub);
                    found += match;
                    at += match ? length : 1;
                }
                ck_assert_int_eq(GilUnicode_Find(text, sub, 0, 200, 1), first);
                ck_assert_int_eq(GilUnicode_Find(text, sub, 0, 200, -1), last);
                ck_assert_int_eq(GilUnicode_Count(text, sub, 0, 200), found);
                Gil_DECREF(sub);
            }
        }
        GilObject *missing = GilUnicode_FromString("bbbb"), *wider = GilUnicode_FromString("\xf0\x9f\x98\x81");
        ck_assert_int_eq(GilUnicode_Find(text, missing, 0, 200, 1), -1);
        ck_assert_int_eq(GilUnicode_Find(text, missing, 0, 200, -1), -1);
        ck_assert_int_eq(GilUnicode_Find(text, wider, 0, 200, 1), -1);
        ck_assert_int_eq(GilUnicode_FindChar(text, 0x10ffff, 0, 200, 1), -1);
        ck_assert_int_eq(GilUnicode_FindChar(text, 'b', 0, 200, -1), 198);
        Gil_DECREF(missing);
        Gil_DECREF(wider);
        Gil_DECREF(text);
    }
}
END_TEST

/* n times a, then b, then a tail. */
static GilObject *
many(Gil_ssize_t n, const char *tail)
{
    GilObject *a = text("a"), *op = GilSequence_Repeat(a, n), *behind = text("b");

    GilUnicode_AppendAndDel(&behind, text(tail));
    Gil_SETREF(op, GilUnicode_Concat(op, behind));
    Gil_DECREF(a);
    Gil_DECREF(behind);
    return op;
}

/* Text that a search from character to character would take the square of its length for: minutes. */
START_TEST(test_value_unicode_search__time_is_linear)
{
    const Gil_ssize_t n = 1 << 19;
    GilObject *str = many(2 * n, tails[_i]), *sub = many(n, ""), *found = many(n / 2, tails[_i]), *narrow = text("a");

    ck_assert_int_eq(GilUnicode_Find(str, sub, 0, ALL, 1), n);
    ck_assert_int_eq(GilUnicode_Find(str, sub, 0, 2 * n, 1), -1);
    ck_assert_int_eq(GilUnicode_Find(str, found, 0, ALL, 1), 2 * n - n / 2);
    Gil_SETREF(sub, GilUnicode_Substring(sub, n - 1, n + 1)); /* "ab" */
    Gil_SETREF(narrow, GilSequence_Repeat(narrow, n));
    Gil_SETREF(sub, GilUnicode_Concat(sub, narrow));
    ck_assert_int_eq(GilUnicode_Find(str, sub, 0, ALL, -1), -1);
    Gil_SETREF(str, GilUnicode_Concat(sub, str));
    ck_assert_int_eq(GilUnicode_Find(str, sub, 0, ALL, -1), 0);
    ck_assert_int_eq(GilUnicode_Count(str, narrow, 0, ALL), 3);
    Gil_DECREF(str);
    Gil_DECREF(sub);
    Gil_DECREF(found);
    Gil_DECREF(narrow);
}
END_TEST

/* Against a slow search, where so much is compared in vain that the hash goes on. */
START_TEST(test_value_unicode_search__much_compared_in_vain)
{
    static const Gil_UCS4 letters[] = {'a', 0x20ac, 0x1f600};
    const Gil_ssize_t n = 3000;

    GilObject *str = GilUnicode_New(n, letters[_i]);
    for (Gil_ssize_t i = 0; i < n; i++)
        GilUnicode_WriteChar(str, i, i * i % 211 == 3 ? 'b' : letters[_i]);
    for (Gil_ssize_t start = 0; start < n - 300; start += 61) {
        Gil_ssize_t length = 20 + start % 280, first = 0, last = n - length;
        GilObject *sub = GilUnicode_Substring(str, start, start + length);
        while (!gil_unicode_match(str, first, sub))
            first++;
        while (!gil_unicode_match(str, last, sub))
            last--;
        ck_assert_int_eq(GilUnicode_Find(str, sub, 0, ALL, 1), first);
        ck_assert_int_eq(GilUnicode_Find(str, sub, 0, ALL, -1), last);
        ck_assert_int_eq(GilUnicode_Find(str, sub, 0, first + length - 1, 1), -1);
        ck_assert_int_eq(GilUnicode_Find(str, sub, last + 1, ALL, -1), -1);
        Gil_DECREF(sub);
    }
    Gil_DECREF(str);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("value/unicode_search");
    TCase *tc = tcase_create("unicode_search");

    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_loop_test(tc, test_value_unicode_search__find_in_every_form, 0, (int)Gil_ARRAY_LENGTH(tails));
    tcase_add_test(tc, test_value_unicode_search__wrong_arguments);
    tcase_add_loop_test(tc, test_value_unicode_search__bounds_of_one_character, 0, (int)Gil_ARRAY_LENGTH(tails));
    tcase_add_test(tc, test_value_unicode_search__join);
    tcase_add_test(tc, test_value_unicode_search__split);
    tcase_add_test(tc, test_value_unicode_search__splitlines);
    tcase_add_test(tc, test_value_unicode_search__replace);
    tcase_add_test(tc, test_value_unicode_search__every_allocation_may_fail);
    tcase_add_test(tc, test_value_unicode_search__split_from_the_end);
    tcase_add_test(tc, test_value_unicode_search__partition);
    tcase_add_test(tc, test_value_unicode_search__many_false_starts);
    tcase_add_loop_test(tc, test_value_unicode_search__time_is_linear, 0, (int)Gil_ARRAY_LENGTH(tails));
    tcase_add_loop_test(tc, test_value_unicode_search__much_compared_in_vain, 0, 3);
    suite_add_tcase(s, tc);
    return s;
}
