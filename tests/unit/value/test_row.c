/* SPDX-License-Identifier: MIT */
/* What tuples and lists have in common. */
#include "support/expect.h"
#include "support/probe.h"
#include "support/support.h"
#include "value/row.h"

#include <string.h>

START_TEST(test_value_row__clip_keeps_bounds_within_size)
{
    struct {
        Gil_ssize_t size, low, high, want_low, want_high;
    } cases[] = {{5, 1, 3, 1, 3}, {5, -2, 9, 0, 5}, {5, 4, 2, 4, 4}, {5, 9, 12, 5, 5}, {0, 0, 0, 0, 0}, {3, -5, -1, 0, 0}};
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(cases); i++) {
        Gil_ssize_t low = cases[i].low, high = cases[i].high;
        gil_row_clip(cases[i].size, &low, &high);
        ck_assert_int_eq(low, cases[i].want_low);
        ck_assert_int_eq(high, cases[i].want_high);
    }
}
END_TEST

START_TEST(test_value_row__repr_of_nested_rows)
{
    GilObject *list = gil_test_ints(3, 1, 2, 3), *tuple = GilTuple_Pack(1, list), *pair = GilTuple_Pack(2, tuple, Gil_None);
    gil_test_repr(list, "[1, 2, 3]");
    gil_test_repr(tuple, "([1, 2, 3],)");
    gil_test_repr(pair, "(([1, 2, 3],), None)");
    Gil_DECREF(pair);
    Gil_DECREF(tuple);
    Gil_DECREF(list);
}
END_TEST

START_TEST(test_H6_list_that_contains_itself)
{
    GilObject *a = GilList_New(0), *b = GilList_New(0);
    ck_assert_int_eq(GilList_Append(a, a), 0);
    ck_assert_int_eq(GilList_Append(b, b), 0);
    gil_test_repr(a, "[[...]]");
    ck_assert_ptr_null(GilObject_RichCompare(a, b, Gil_EQ));
    gil_test_raised(GilExc_RecursionError);
    ck_assert_int_eq(GilObject_RichCompareBool(a, a, Gil_EQ), 1); /* identity is asked first */
    GilList_Clear(a);
    GilList_Clear(b);
    Gil_DECREF(a);
    Gil_DECREF(b);
}
END_TEST

START_TEST(test_value_row__order_is_by_items_then_by_length)
{
    GilObject *a = gil_test_ints(2, 1, 2), *b = gil_test_ints(3, 1, 2, 0), *c = gil_test_ints(1, 2);
    static const int less[] = {[Gil_LT] = 1, [Gil_LE] = 1, [Gil_EQ] = 0, [Gil_NE] = 1, [Gil_GT] = 0, [Gil_GE] = 0};
    for (int op = Gil_LT; op <= Gil_GE; op++) {
        ck_assert_int_eq(GilObject_RichCompareBool(a, b, op), less[op]);
        ck_assert_int_eq(GilObject_RichCompareBool(b, c, op), less[op]);
    }
    GilObject *same = gil_test_ints(2, 1, 2);
    ck_assert_int_eq(GilObject_RichCompareBool(a, same, Gil_EQ), 1);
    ck_assert_int_eq(GilObject_RichCompareBool(a, same, Gil_LE), 1);
    ck_assert_int_eq(GilObject_RichCompareBool(a, same, Gil_LT), 0);
    Gil_DECREF(same);
    Gil_DECREF(a);
    Gil_DECREF(b);
    Gil_DECREF(c);
}
END_TEST

static int
clear_list(void *arg)
{
    return GilList_Clear(arg);
}

/* Every search and comparison of a list whose items clear it when they are asked. */
START_TEST(test_H1_comparison_clears_the_list)
{
    GilObject *list = GilList_New(0), *other = GilList_New(0);
    struct gil_test_probe_hooks hooks = {.on_compare = clear_list, .arg = list};
    for (int round = 0; round < 4; round++) {
        for (int i = 0; i < 5; i++) {
            GilObject *mine = gil_test_probe(i, 0, &hooks), *theirs = gil_test_probe(i, 0, NULL);
            ck_assert_int_eq(GilList_Append(list, mine), 0);
            ck_assert_int_eq(GilList_Append(other, theirs), 0);
            Gil_DECREF(mine);
            Gil_DECREF(theirs);
        }
        GilObject *sought = gil_test_probe(3, 0, NULL);
        if (round == 0)
            ck_assert_int_eq(GilObject_RichCompareBool(list, other, Gil_EQ), 0);
        else if (round == 1)
            ck_assert_int_eq(gil_row_contains(list, sought), 0);
        else if (round == 2) {
            GilObject *n = gil_row_count(list, sought);
            gil_test_repr(n, "0");
            Gil_DECREF(n);
        }
        else {
            ck_assert_ptr_null(gil_row_index(list, &sought, 1));
            gil_test_error(GilExc_ValueError, "<3> is not in list");
        }
        ck_assert_int_eq(GilList_Size(list), 0);
        GilList_Clear(other);
        Gil_DECREF(sought);
        ck_assert_int_eq(gil_test_probes(), 0);
    }
    Gil_DECREF(list);
    Gil_DECREF(other);
}
END_TEST

static void
clear_on_repr(void *arg)
{
    GilList_Clear(arg);
}

static int comparisons, comparison_that_fails;

static int
fail_once(void *Gil_UNUSED(arg))
{
    if (++comparisons != comparison_that_fails)
        return 0;
    GilErr_SetString(GilExc_ArithmeticError, "enough");
    return -1;
}

/* The searches and comparisons of a row with one that is like it, or with value; NULL beyond the last. */
static const char *
search(int which, GilObject *row, GilObject *other, GilObject *value)
{
    GilObject *result = Gil_None;
    int is_list = GilList_Check(row), rc = 0;

    comparisons = 0;
    if (which == 0)
        rc = GilSequence_Contains(row, value);
    else if (which == 1)
        rc = (int)GilSequence_Index(row, value);
    else if (which == 2)
        rc = (int)GilSequence_Count(row, value);
    else if (which == 3)
        rc = GilObject_RichCompareBool(row, other, Gil_EQ);
    else if (which == 4)
        rc = GilObject_RichCompareBool(row, other, Gil_LT);
    else if (which <= 6 || (which == 7 && is_list))
        result = GilObject_CallMethod(row, which == 5 ? "index" : which == 6 ? "count" : "remove", "(O)", value);
    else
        return NULL;
    int failed = rc < 0 || result == NULL;
    Gil_XDECREF(result);
    return failed ? "fails" : "works";
}

/* What a comparison raises is what the search or comparison raises, and the row is as it was. */
START_TEST(test_H5_a_comparison_that_raises_in_a_row)
{
    struct gil_test_probe_hooks hooks = {.on_compare = fail_once};
    GilObject *value = gil_test_probe(9, 9, &hooks), *list = GilList_New(0), *same = GilList_New(0);
    for (int i = 0; i < 3; i++) {
        GilObject *mine = gil_test_probe(i, i, &hooks), *its = gil_test_probe(i, i, &hooks);
        ck_assert_int_eq(GilList_Append(list, mine), 0);
        ck_assert_int_eq(GilList_Append(same, its), 0);
        Gil_DECREF(mine);
        Gil_DECREF(its);
    }
    GilObject *rows[] = {list, GilList_AsTuple(list)}, *others[] = {same, GilList_AsTuple(same)};
    const char *answer = "";
    for (int i = 0; i < 2; i++)
        for (comparison_that_fails = 1; comparison_that_fails <= 3; comparison_that_fails++)
            for (int which = 0; (answer = search(which, rows[i], others[i], value)) != NULL; which++) {
                ck_assert_msg(strcmp(answer, "fails") == 0, "search %d, row %d", which, i);
                gil_test_error(GilExc_ArithmeticError, "enough");
                ck_assert_int_eq(GilSequence_Size(rows[i]), 3);
            }
    Gil_DECREF(rows[1]);
    Gil_DECREF(others[1]);
    Gil_DECREF(list);
    Gil_DECREF(same);
    Gil_DECREF(value);
    ck_assert_int_eq(gil_test_probes(), 0);
}
END_TEST

START_TEST(test_H1_repr_clears_the_list)
{
    GilObject *list = GilList_New(0);
    struct gil_test_probe_hooks hooks = {.on_repr = clear_on_repr, .arg = list};
    for (int i = 0; i < 3; i++) {
        GilObject *probe = gil_test_probe(i, 0, &hooks);
        ck_assert_int_eq(GilList_Append(list, probe), 0);
        Gil_DECREF(probe);
    }
    gil_test_repr(list, "[<0>]");
    ck_assert_int_eq(gil_test_probes(), 0);
    Gil_DECREF(list);
}
END_TEST

START_TEST(test_value_row__subscript_takes_indices_and_slices)
{
    GilObject *list = gil_test_ints(6, 0, 1, 2, 3, 4, 5), *tuple = GilList_AsTuple(list);
    GilObject *rows[] = {list, tuple};
    for (int k = 0; k < 2; k++) {
        GilObject *last = GilLong_FromLong(-1), *step = GilLong_FromLong(-2), *far = GilLong_FromLong(6);
        GilObject *item = gil_row_subscript(rows[k], last);
        gil_test_repr(item, "5");
        Gil_DECREF(item);
        GilObject *slice = GilSlice_New(NULL, NULL, step);
        GilObject *part = gil_row_subscript(rows[k], slice);
        gil_test_repr(part, k == 0 ? "[5, 3, 1]" : "(5, 3, 1)");
        Gil_DECREF(part);
        Gil_DECREF(slice);
        ck_assert_ptr_null(gil_row_subscript(rows[k], far));
        gil_test_error(GilExc_IndexError, k == 0 ? "list index out of range" : "tuple index out of range");
        ck_assert_ptr_null(gil_row_subscript(rows[k], Gil_None));
        gil_test_error(GilExc_TypeError, k == 0 ? "list indices must be integers or slices, not NoneType"
                                                : "tuple indices must be integers or slices, not NoneType");
        Gil_DECREF(last);
        Gil_DECREF(step);
        Gil_DECREF(far);
    }
    Gil_DECREF(tuple);
    Gil_DECREF(list);
}
END_TEST

START_TEST(test_value_row__concat_and_repeat)
{
    GilObject *list = gil_test_ints(2, 1, 2), *tuple = GilList_AsTuple(list);
    GilObject *twice = gil_row_concat(tuple, tuple), *thrice = gil_row_repeat(list, 3), *none = gil_row_repeat(tuple, -1);
    gil_test_repr(twice, "(1, 2, 1, 2)");
    gil_test_repr(thrice, "[1, 2, 1, 2, 1, 2]");
    gil_test_repr(none, "()");
    ck_assert_ptr_null(gil_row_concat(list, tuple));
    gil_test_error(GilExc_TypeError, "can only concatenate list (not \"tuple\") to list");
    ck_assert_ptr_null(gil_row_concat(tuple, list));
    gil_test_error(GilExc_TypeError, "can only concatenate tuple (not \"list\") to tuple");
    Gil_DECREF(twice);
    Gil_DECREF(thrice);
    Gil_DECREF(tuple);
    Gil_DECREF(list);
}
END_TEST

START_TEST(test_H7_repeat_overflow_is_out_of_memory)
{
    GilObject *list = gil_test_ints(2, 1, 2), *tuple = GilList_AsTuple(list);
    ck_assert_ptr_null(gil_row_repeat(list, GIL_SSIZE_T_MAX));
    gil_test_raised(GilExc_MemoryError);
    ck_assert_ptr_null(gil_row_repeat(tuple, GIL_SSIZE_T_MAX / 2));
    gil_test_raised(GilExc_MemoryError);
    Gil_DECREF(tuple);
    Gil_DECREF(list);
}
END_TEST

static int
make_and_print(void *arg)
{
    GilObject *row = arg, *part = gil_row_slice(row, 1, 3), *text = part == NULL ? NULL : GilObject_Repr(part);
    GilObject *whole = text == NULL ? NULL : gil_row_concat(row, row);
    int rc = whole == NULL ? -1 : 0;
    Gil_XDECREF(whole);
    Gil_XDECREF(text);
    Gil_XDECREF(part);
    return rc;
}

START_TEST(test_J1_rows)
{
    GilObject *list = gil_test_ints(3, 1, 2, 3), *tuple = GilList_AsTuple(list);
    gil_test_oom_loop(make_and_print, list);
    gil_test_oom_loop(make_and_print, tuple);
    Gil_DECREF(tuple);
    Gil_DECREF(list);
}
END_TEST

/* What needs no copy is the tuple itself; a list is always a new one. */
START_TEST(test_value_row__what_adds_nothing_copies_no_tuple)
{
    GilObject *tuple = Gil_BuildValue("(ii)", 1, 2), *empty = GilTuple_New(0), *list = Gil_BuildValue("[i]", 1), *none = GilList_New(0);
    GilObject *same[] = {GilSequence_Concat(tuple, empty), GilSequence_Concat(empty, tuple), GilSequence_Repeat(tuple, 1)};
    GilObject *copies[] = {GilSequence_Concat(list, none), GilSequence_Concat(none, list), GilSequence_Repeat(list, 1)};

    for (size_t i = 0; i < Gil_ARRAY_LENGTH(same); i++) {
        ck_assert_ptr_eq(same[i], tuple);
        ck_assert_ptr_ne(copies[i], list);
        ck_assert_int_eq(GilObject_RichCompareBool(copies[i], list, Gil_EQ), 1);
        Gil_DECREF(same[i]);
        Gil_DECREF(copies[i]);
    }
    Gil_DECREF(tuple);
    Gil_DECREF(empty);
    Gil_DECREF(list);
    Gil_DECREF(none);
}
END_TEST

START_TEST(test_value_row__index_says_what_it_wants)
{
    GilObject *tuple = Gil_BuildValue("(iii)", 1, 2, 1), *list = GilSequence_List(tuple), *rows[] = {tuple, list};

    for (size_t i = 0; i < Gil_ARRAY_LENGTH(rows); i++) {
        ck_assert_ptr_null(GilObject_CallMethod(rows[i], "index", NULL));
        gil_expect_error(GilExc_TypeError, "index expected at least 1 argument, got 0");
        ck_assert_ptr_null(GilObject_CallMethod(rows[i], "index", "iiii", 1, 2, 3, 4));
        gil_expect_error(GilExc_TypeError, "index expected at most 3 arguments, got 4");
        ck_assert_ptr_null(GilObject_CallMethod(rows[i], "index", "iO", 1, Gil_None));
        gil_expect_error(GilExc_TypeError, "slice indices must be integers or have an __index__ method");
        GilObject *at = GilObject_CallMethod(rows[i], "index", "ii", 1, -1);
        ck_assert_int_eq(GilLong_AsLong(at), 2);
        Gil_DECREF(at);
        at = GilObject_CallMethod(rows[i], "index", "iii", 1, -99, -2);
        ck_assert_int_eq(GilLong_AsLong(at), 0);
        Gil_DECREF(at);
    }
    ck_assert_ptr_null(GilObject_CallMethod(tuple, "index", "i", 5));
    gil_expect_error(GilExc_ValueError, "tuple.index(x): x not in tuple");
    ck_assert_ptr_null(GilObject_CallMethod(list, "index", "i", 5));
    gil_expect_error(GilExc_ValueError, "5 is not in list");
    Gil_DECREF(tuple);
    Gil_DECREF(list);
}
END_TEST

START_TEST(test_value_row__types_take_one_argument_and_no_names)
{
    GilTypeObject *types[] = {&GilTuple_Type, &GilList_Type};
    GilObject *two = Gil_BuildValue("(()())"), *none = GilTuple_New(0), *named = Gil_BuildValue("{sO}", "a", Gil_None);

    for (size_t i = 0; i < Gil_ARRAY_LENGTH(types); i++) {
        ck_assert_ptr_null(GilObject_Call((GilObject *)types[i], two, NULL));
        gil_expect_error(GilExc_TypeError, i == 0 ? "tuple expected at most 1 argument, got 2" : "list expected at most 1 argument, got 2");
        ck_assert_ptr_null(GilObject_Call((GilObject *)types[i], none, named));
        gil_expect_error(GilExc_TypeError, i == 0 ? "tuple() takes no keyword arguments" : "list() takes no keyword arguments");
    }
    Gil_DECREF(two);
    Gil_DECREF(none);
    Gil_DECREF(named);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("value/row");
    TCase *tc = tcase_create("row");
    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_value_row__clip_keeps_bounds_within_size);
    tcase_add_test(tc, test_value_row__repr_of_nested_rows);
    tcase_add_test(tc, test_H6_list_that_contains_itself);
    tcase_add_test(tc, test_value_row__order_is_by_items_then_by_length);
    tcase_add_test(tc, test_H1_comparison_clears_the_list);
    tcase_add_test(tc, test_H5_a_comparison_that_raises_in_a_row);
    tcase_add_test(tc, test_H1_repr_clears_the_list);
    tcase_add_test(tc, test_value_row__subscript_takes_indices_and_slices);
    tcase_add_test(tc, test_value_row__concat_and_repeat);
    tcase_add_test(tc, test_value_row__what_adds_nothing_copies_no_tuple);
    tcase_add_test(tc, test_value_row__index_says_what_it_wants);
    tcase_add_test(tc, test_value_row__types_take_one_argument_and_no_names);
    tcase_add_test(tc, test_H7_repeat_overflow_is_out_of_memory);
    tcase_add_test(tc, test_J1_rows);
    suite_add_tcase(s, tc);
    return s;
}
