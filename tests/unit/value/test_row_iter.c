/* SPDX-License-Identifier: MIT */
/* Iterators over tuples and lists. */
#include "support/probe.h"
#include "support/support.h"
#include "value/row_iter.h"

/* The items that are left, as text. */
static void
rest_is(GilObject *it, const char *text)
{
    GilObject *rest = GilSequence_List(it);
    gil_test_repr(rest, text);
    Gil_DECREF(rest);
}

START_TEST(test_value_row_iter__gives_items_then_ends_for_ever)
{
    GilObject *list = gil_test_ints(2, 1, 2), *it = GilObject_GetIter(list), *item;
    ck_assert(Gil_IS_TYPE(it, &GilListIter_Type));
    ck_assert_int_eq(GilIter_NextItem(it, &item), 1);
    Gil_DECREF(item);
    ck_assert_int_eq(GilIter_NextItem(it, &item), 1);
    Gil_DECREF(item);
    ck_assert_int_eq(GilIter_NextItem(it, &item), 0);
    ck_assert_int_eq(GilList_Append(list, Gil_None), 0);
    ck_assert_int_eq(GilIter_NextItem(it, &item), 0);
    ck_assert_int_eq(Gil_REFCNT(list), 1); /* an iterator at its end lets go */
    Gil_DECREF(it);
    Gil_DECREF(list);
}
END_TEST

START_TEST(test_H2_list_changes_while_it_is_walked)
{
    GilObject *list = gil_test_ints(4, 1, 2, 3, 4), *it = GilObject_GetIter(list), *item;
    ck_assert_int_eq(GilIter_NextItem(it, &item), 1);
    Gil_DECREF(item);
    ck_assert_int_eq(GilList_SetSlice(list, 0, 2, NULL), 0);
    rest_is(it, "[4]");
    Gil_DECREF(it);
    Gil_DECREF(list);
}
END_TEST

START_TEST(test_value_row_iter__backward)
{
    GilObject *list = gil_test_ints(3, 1, 2, 3), *it = GilObject_CallMethod(list, "__reversed__", NULL);
    ck_assert_ptr_nonnull(it);
    rest_is(it, "[3, 2, 1]");
    Gil_DECREF(it);
    it = GilObject_CallMethod(list, "__reversed__", NULL);
    GilList_Clear(list);
    rest_is(it, "[]");
    Gil_DECREF(it);
    Gil_DECREF(list);
}
END_TEST

START_TEST(test_value_row_iter__tuple_and_length_hint)
{
    GilObject *list = gil_test_ints(3, 1, 2, 3), *tuple = GilList_AsTuple(list), *it = GilObject_GetIter(tuple), *item;
    ck_assert(Gil_IS_TYPE(it, &GilTupleIter_Type));
    ck_assert_int_eq(GilObject_LengthHint(it, 99), 3);
    ck_assert_int_eq(GilIter_NextItem(it, &item), 1);
    Gil_DECREF(item);
    ck_assert_int_eq(GilObject_LengthHint(it, 99), 2);
    rest_is(it, "[2, 3]");
    ck_assert_int_eq(GilObject_LengthHint(it, 99), 0);
    Gil_DECREF(it);
    Gil_DECREF(tuple);
    Gil_DECREF(list);
}
END_TEST

static int
iterate(void *arg)
{
    GilObject *it = GilObject_GetIter(arg), *item;
    if (it == NULL)
        return -1;
    while (GilIter_NextItem(it, &item) == 1)
        Gil_DECREF(item);
    Gil_DECREF(it);
    return 0;
}

START_TEST(test_J1_row_iter)
{
    GilObject *list = gil_test_ints(2, 1, 2);
    gil_test_oom_loop(iterate, list);
    Gil_DECREF(list);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("value/row_iter");
    TCase *tc = tcase_create("row_iter");
    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_value_row_iter__gives_items_then_ends_for_ever);
    tcase_add_test(tc, test_H2_list_changes_while_it_is_walked);
    tcase_add_test(tc, test_value_row_iter__backward);
    tcase_add_test(tc, test_value_row_iter__tuple_and_length_hint);
    tcase_add_test(tc, test_J1_row_iter);
    suite_add_tcase(s, tc);
    return s;
}
