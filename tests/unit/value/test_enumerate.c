/* SPDX-License-Identifier: MIT */
/* enumerate: numbers of any size, arguments by place and name, and what an iterable may do meanwhile. */
#include "gilrt/typeobject.h"
#include "support/probe.h"
#include "support/support.h"
#include "value/enumerate.h"

#define ENUMERATE ((GilObject *)(void *)&GilEnum_Type)

static void
yields(GilObject *it, const char *text)
{
    ck_assert_ptr_nonnull(it);
    GilObject *items = GilSequence_List(it);
    gil_test_repr(items, text);
    Gil_DECREF(items);
    Gil_DECREF(it);
}

START_TEST(test_value_enumerate__numbers_items)
{
    GilObject *list = Gil_BuildValue("[ss]", "a", "b");
    yields(GilObject_CallFunction(ENUMERATE, "(O)", list), "[(0, 'a'), (1, 'b')]");
    yields(GilObject_CallFunction(ENUMERATE, "(Oi)", list, -1), "[(-1, 'a'), (0, 'b')]");
    yields(GilObject_CallFunction(ENUMERATE, "(OL)", list, 9223372036854775807LL),
           "[(9223372036854775807, 'a'), (9223372036854775808, 'b')]");
    Gil_DECREF(list);
}
END_TEST

/* enumerate(*args, **kwargs), from formats. */
static GilObject *
call(const char *args_format, const char *name, GilObject *list)
{
    GilObject *args = Gil_BuildValue(args_format, list, 1, 2), *kwargs = Gil_BuildValue("{sO}", name, list);
    GilObject *result = GilObject_Call(ENUMERATE, args, kwargs);
    Gil_DECREF(kwargs);
    Gil_DECREF(args);
    return result;
}

START_TEST(test_value_enumerate__arguments)
{
    GilObject *list = Gil_BuildValue("[s]", "a");
    yields(call("()", "iterable", list), "[(0, 'a')]");
    ck_assert_ptr_null(call("(O)", "start", list));
    gil_test_error(GilExc_TypeError, "'list' object cannot be interpreted as an integer");
    ck_assert_ptr_null(call("(O)", "iterable", list));
    gil_test_error(GilExc_TypeError, "argument for enumerate() given by name ('iterable') and position (1)");
    ck_assert_ptr_null(call("(O)", "end", list));
    gil_test_error(GilExc_TypeError, "'end' is an invalid keyword argument for enumerate()");
    ck_assert_ptr_null(call("()", "start", list));
    gil_test_error(GilExc_TypeError, "enumerate() missing required argument 'iterable' (pos 1)");
    ck_assert_ptr_null(GilObject_CallFunction(ENUMERATE, "(Oii)", list, 1, 2));
    gil_test_error(GilExc_TypeError, "enumerate() takes at most 2 arguments (3 given)");
    ck_assert_ptr_null(GilObject_CallFunction(ENUMERATE, "(i)", 1));
    gil_test_error(GilExc_TypeError, "'int' object is not iterable");
    Gil_DECREF(list);
}
END_TEST

START_TEST(test_H2_a_list_changes_while_it_is_numbered)
{
    GilObject *list = gil_test_ints(3, 5, 6, 7), *it = GilObject_CallFunction(ENUMERATE, "(O)", list), *item;
    ck_assert_int_eq(GilIter_NextItem(it, &item), 1);
    Gil_DECREF(item);
    GilList_Clear(list);
    ck_assert_int_eq(GilIter_NextItem(it, &item), 0);
    Gil_DECREF(it);
    Gil_DECREF(list);
}
END_TEST

START_TEST(test_value_enumerate__a_cycle_is_collected)
{
    GilObject *list = GilList_New(0), *inner = GilObject_GetIter(list), *it = GilObject_CallFunction(ENUMERATE, "(O)", inner);
    Gil_DECREF(inner);
    ck_assert_int_eq(GilList_Append(list, it), 0);
    Gil_DECREF(it);
    Gil_DECREF(list);
    ck_assert_int_ge(GilGC_Collect(), 3);
}
END_TEST

static int
walk(void *arg)
{
    GilObject *it = GilObject_CallFunction(ENUMERATE, "(Oi)", arg, 5000), *pair;
    int rc = it == NULL ? -1 : 1;
    while (rc == 1 && (rc = GilIter_NextItem(it, &pair)) == 1)
        Gil_DECREF(pair);
    Gil_XDECREF(it);
    return rc;
}

START_TEST(test_J1_enumerate)
{
    GilObject *list = gil_test_ints(2, 1, 2);
    gil_test_oom_loop(walk, list);
    Gil_DECREF(list);
}
END_TEST

START_TEST(test_value_enumerate__cleared_is_at_its_end)
{
    GilObject *list = gil_test_ints(2, 1, 2), *it = GilObject_CallFunction(ENUMERATE, "(O)", list), *item;
    ck_assert_int_eq(GilEnum_Type.tp_clear(it), 0);
    ck_assert_int_eq(GilIter_NextItem(it, &item), 0);
    Gil_DECREF(it);
    Gil_DECREF(list);
}
END_TEST

/* Iterators of iterators to any depth: an error, and each of them as it was. */
START_TEST(test_G5_enumerate_of_enumerate)
{
    GilObject *list = gil_test_ints(2, 5, 6), *it = GilObject_GetIter(list), *item;
    for (int i = 0; i < 100000; i++) {
        GilObject *outer = GilObject_CallOneArg(ENUMERATE, it);
        ck_assert_ptr_nonnull(outer);
        Gil_DECREF(it);
        it = outer;
    }
    ck_assert_int_eq(GilIter_NextItem(it, &item), -1);
    gil_test_error(GilExc_RecursionError, "maximum recursion depth exceeded in an iterator");
    ck_assert_int_eq(GilIter_NextItem(it, &item), -1);
    gil_test_raised(GilExc_RecursionError);
    Gil_DECREF(it);
    Gil_DECREF(list);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("value/enumerate");
    TCase *tc = tcase_create("enumerate");
    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_value_enumerate__numbers_items);
    tcase_add_test(tc, test_value_enumerate__arguments);
    tcase_add_test(tc, test_H2_a_list_changes_while_it_is_numbered);
    tcase_add_test(tc, test_value_enumerate__a_cycle_is_collected);
    tcase_add_test(tc, test_J1_enumerate);
    tcase_add_test(tc, test_value_enumerate__cleared_is_at_its_end);
    tcase_add_test(tc, test_G5_enumerate_of_enumerate);
    suite_add_tcase(s, tc);
    return s;
}
