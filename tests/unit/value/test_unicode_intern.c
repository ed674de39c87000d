/* SPDX-License-Identifier: MIT */
/* Interned strings: one object a text, kept as long as somebody wants it. */
#include "support/expect.h"
#include "support/support.h"

#include <stdio.h>

#include "value/unicode_intern.h"

static uint32_t
state(GilObject *op)
{
    return ((GilASCIIObject *)(void *)op)->state;
}

START_TEST(test_value_unicode_intern__one_object_for_one_text)
{
    GilObject *a = GilUnicode_InternFromString("a name of some length");
    GilObject *b = GilUnicode_InternFromString("a name of some length");
    GilObject *c = GilUnicode_FromString("a name of some length"), *first = c;

    ck_assert_ptr_eq(a, b);
    ck_assert_ptr_ne(a, c);
    GilUnicode_InternInPlace(&c);
    ck_assert_ptr_eq(a, c);
    ck_assert_ptr_ne(first, c);
    ck_assert_uint_ne(state(a) & _Gil_STR_INTERNED, 0);
    ck_assert_int_eq(Gil_REFCNT(a), 4); /* three here, one of the table */
    Gil_DECREF(a);
    Gil_DECREF(b);
    Gil_DECREF(c);
}
END_TEST

START_TEST(test_value_unicode_intern__small_strings_need_no_table)
{
    size_t before = gil_intern_count(gil_tstate_attached());
    GilObject *fresh = gil_unicode_alloc(gil_tstate_attached(), 1, 0x7f);

    ((char *)GilUnicode_DATA(fresh))[0] = 'x';
    GilUnicode_InternInPlace(&fresh);
    ck_assert_ptr_eq(fresh, gil_unicode_latin1('x'));
    ck_assert_ptr_eq(GilUnicode_InternFromString(""), gil_unicode_empty());
    ck_assert_uint_eq(gil_intern_count(gil_tstate_attached()), before);
}
END_TEST

START_TEST(test_value_unicode_intern__in_place_lets_others_be)
{
    GilObject *op = Gil_None, *nothing = NULL;

    GilUnicode_InternInPlace(&op);
    ck_assert_ptr_eq(op, Gil_None);
    GilUnicode_InternInPlace(&nothing);
    GilUnicode_InternInPlace(NULL);
    ck_assert_ptr_null(GilErr_Occurred());
}
END_TEST

START_TEST(test_value_unicode_intern__unwanted_names_leave)
{
    GilThreadState *ts = gil_tstate_attached();
    GilObject *kept[300];
    char name[32];

    for (int i = 0; i < 300; i++) {
        snprintf(name, sizeof name, "kept name %d", i);
        kept[i] = GilUnicode_InternFromString(name);
    }
    size_t room = gil_intern_room(ts);
    for (int i = 0; i < 20000; i++) {
        snprintf(name, sizeof name, "passing name %d", i);
        GilObject *op = GilUnicode_InternFromString(name);
        ck_assert_ptr_nonnull(op);
        Gil_DECREF(op);
    }
    ck_assert_uint_le(gil_intern_room(ts), room * 2);
    for (int i = 0; i < 300; i++) {
        snprintf(name, sizeof name, "kept name %d", i);
        GilObject *again = GilUnicode_InternFromString(name);
        ck_assert_ptr_eq(again, kept[i]);
        Gil_DECREF(again);
        Gil_DECREF(kept[i]);
    }
}
END_TEST

START_TEST(test_value_unicode_intern__without_memory_the_string_stays_its_own)
{
    GilThreadState *ts = gil_tstate_attached();
    GilObject *op = NULL;
    char name[32];

    /* Fill up to the edge, so that the next name needs a table. */
    for (int i = 0; gil_intern_room(ts) == 0 || gil_intern_count(ts) < gil_intern_room(ts); i++) {
        snprintf(name, sizeof name, "filling name %d", i);
        ck_assert_ptr_nonnull(GilUnicode_InternFromString(name));
    }
    op = GilUnicode_FromString("one too many");
    GilObject *before = op;
    gil_test_fail_alloc(1, 1);
    GilUnicode_InternInPlace(&op);
    gil_test_fail_alloc_off();
    ck_assert_ptr_eq(op, before);
    ck_assert_ptr_null(GilErr_Occurred());
    ck_assert_uint_eq(state(op) & _Gil_STR_INTERNED, 0);
    GilUnicode_InternInPlace(&op);
    ck_assert_uint_ne(state(op) & _Gil_STR_INTERNED, 0);
    Gil_DECREF(op);
}
END_TEST

START_TEST(test_value_unicode_intern__runtime_can_start_again)
{
    Gil_DECREF(GilUnicode_InternFromString("a name that is left behind"));
    gil_test_stop();
    gil_test_start();
    Gil_DECREF(GilUnicode_InternFromString("a name that is left behind"));
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("value/unicode_intern");
    TCase *tc = tcase_create("unicode_intern");

    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_value_unicode_intern__one_object_for_one_text);
    tcase_add_test(tc, test_value_unicode_intern__small_strings_need_no_table);
    tcase_add_test(tc, test_value_unicode_intern__in_place_lets_others_be);
    tcase_add_test(tc, test_value_unicode_intern__unwanted_names_leave);
    tcase_add_test(tc, test_value_unicode_intern__without_memory_the_string_stays_its_own);
    tcase_add_test(tc, test_value_unicode_intern__runtime_can_start_again);
    suite_add_tcase(s, tc);
    return s;
}
