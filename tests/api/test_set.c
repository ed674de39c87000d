/* SPDX-License-Identifier: MIT */
/* <gilrt/set.h> as an extension uses it. */
#include "support/expect.h"
#include "support/support.h"

#include <gilrt.h>

START_TEST(test_api_set__counts_what_is_different)
{
    GilObject *words = Gil_BuildValue("[ssss]", "a", "b", "a", "c"), *set = GilSet_New(words), *word;

    ck_assert(GilSet_CheckExact(set) && GilAnySet_Check(set) && !GilFrozenSet_Check(set));
    ck_assert_int_eq(GilSet_GET_SIZE(set), 3);
    word = GilUnicode_FromString("b");
    ck_assert_int_eq(GilSet_Contains(set, word), 1);
    ck_assert_int_eq(GilSet_Discard(set, word), 1);
    ck_assert_int_eq(GilSet_Discard(set, word), 0);
    ck_assert_int_eq(GilSet_Add(set, word), 0);
    ck_assert_int_eq(GilSet_Add(set, word), 0);
    ck_assert_int_eq(GilSet_Size(set), 3);
    Gil_DECREF(word);
    word = GilSet_Pop(set);
    ck_assert(GilUnicode_Check(word));
    Gil_DECREF(word);
    ck_assert_int_eq(GilSet_Clear(set), 0);
    ck_assert_int_eq(GilSet_Size(set), 0);
    Gil_DECREF(set);
    Gil_DECREF(words);
}
END_TEST

START_TEST(test_api_set__a_frozenset_is_a_key)
{
    GilObject *words = Gil_BuildValue("(ss)", "a", "b"), *swapped = Gil_BuildValue("(ss)", "b", "a");
    GilObject *key = GilFrozenSet_New(words), *same = GilFrozenSet_New(swapped), *dict = GilDict_New();

    ck_assert_int_eq(GilDict_SetItem(dict, key, Gil_True), 0);
    ck_assert_int_eq(GilDict_Contains(dict, same), 1);
    ck_assert_int_eq(GilSet_Add(key, Gil_None), -1);
    gil_expect_raised(GilExc_SystemError);
    GilObject *all[] = {words, swapped, key, same, dict};
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(all); i++)
        Gil_DECREF(all[i]);
}
END_TEST

START_TEST(test_api_set__operators_work_on_both_kinds)
{
    GilObject *a = Gil_BuildValue("[ii]", 1, 2), *b = Gil_BuildValue("[ii]", 2, 3);
    GilObject *set = GilSet_New(a), *frozen = GilFrozenSet_New(b);

    gil_expect_repr(GilNumber_And(set, frozen), "{2}");
    gil_expect_repr(GilNumber_And(frozen, set), "frozenset({2})");
    gil_expect_repr(GilNumber_Subtract(set, frozen), "{1}");
    ck_assert_int_eq(GilObject_RichCompareBool(set, frozen, Gil_LE), 0);
    GilObject *all[] = {a, b, set, frozen};
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(all); i++)
        Gil_DECREF(all[i]);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("api/set");
    TCase *tc = tcase_create("set");

    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_api_set__counts_what_is_different);
    tcase_add_test(tc, test_api_set__a_frozenset_is_a_key);
    tcase_add_test(tc, test_api_set__operators_work_on_both_kinds);
    suite_add_tcase(s, tc);
    return s;
}
