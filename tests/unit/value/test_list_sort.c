/* SPDX-License-Identifier: MIT */
/* Sorting of lists. */
#include "support/probe.h"
#include "support/support.h"
#include "value/list.h"

#include <stdlib.h>

static GilListObject *
list_of(GilObject *op)
{
    return (GilListObject *)(void *)op;
}

static int
sort(GilObject *list, int reverse)
{
    return gil_list_sort(gil_tstate_need(__func__), list_of(list), NULL, reverse);
}

/* A list of n probes with few distinct values; hash tells the order in which they came. */
static GilObject *
probes(Gil_ssize_t n, int distinct, const struct gil_test_probe_hooks *hooks)
{
    GilObject *list = GilList_New(n);
    for (Gil_ssize_t i = 0; i < n; i++)
        GilList_SET_ITEM(list, i, gil_test_probe(rand() % distinct, i, hooks));
    return list;
}

static void
check_order(GilObject *list, int reverse)
{
    for (Gil_ssize_t i = 1; i < GilList_Size(list); i++) {
        GilObject *a = list_of(list)->ob_item[i - 1], *b = list_of(list)->ob_item[i];
        long x = gil_test_probe_value(a), y = gil_test_probe_value(b);
        ck_assert(reverse ? x >= y : x <= y);
        if (x == y)
            ck_assert_int_lt(GilObject_Hash(a), GilObject_Hash(b));
    }
}

START_TEST(test_value_list_sort__is_stable_at_all_sizes)
{
    static const int sizes[] = {0, 1, 2, 3, 15, 16, 17, 31, 32, 33, 47, 48, 63, 64, 65, 100, 1000, 1025};
    srand(7);
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(sizes); i++)
        for (int reverse = 0; reverse < 2; reverse++) {
            GilObject *list = probes(sizes[i], sizes[i] / 4 + 1, NULL);
            ck_assert_int_eq(sort(list, reverse), 0);
            ck_assert_int_eq(GilList_Size(list), sizes[i]);
            check_order(list, reverse);
            Gil_DECREF(list);
            ck_assert_int_eq(gil_test_probes(), 0);
        }
}
END_TEST

START_TEST(test_value_list_sort__ints_and_strings)
{
    GilObject *ints = gil_test_ints(6, 3, -1, 2, 1000000, 0, -1000000);
    ck_assert_int_eq(GilList_Sort(ints), 0);
    gil_test_repr(ints, "[-1000000, -1, 0, 2, 3, 1000000]");
    Gil_DECREF(ints);
    GilObject *words = GilUnicode_FromString("pear apple fig"), *list = GilUnicode_Split(words, NULL, -1);
    ck_assert_int_eq(sort(list, 1), 0);
    gil_test_repr(list, "['pear', 'fig', 'apple']");
    Gil_DECREF(list);
    Gil_DECREF(words);
}
END_TEST

static long comparisons;

static int
count_comparison(void *Gil_UNUSED(arg))
{
    comparisons++;
    return 0;
}

START_TEST(test_value_list_sort__sorted_input_costs_little)
{
    struct gil_test_probe_hooks hooks = {.on_compare = count_comparison};
    enum { N = 1000 };
    GilObject *list = GilList_New(N);
    for (int i = 0; i < N; i++)
        GilList_SET_ITEM(list, i, gil_test_probe(i, i, &hooks));
    ck_assert_int_eq(GilList_Sort(list), 0);
    ck_assert_int_lt(comparisons, N + N / 8);
    comparisons = 0;
    srand(1);
    for (int i = N - 1; i > 0; i--) {
        int j = rand() % (i + 1);
        GilObject *item = list_of(list)->ob_item[i];
        list_of(list)->ob_item[i] = list_of(list)->ob_item[j];
        list_of(list)->ob_item[j] = item;
    }
    ck_assert_int_eq(GilList_Sort(list), 0);
    ck_assert_int_lt(comparisons, 10500); /* N log2 N is 9966 */
    Gil_DECREF(list);
}
END_TEST

static int
append_to(void *arg)
{
    ck_assert_int_eq(GilList_Size(arg), comparisons > 0 ? 1 : 0); /* it looks empty but for what we put there */
    return comparisons++ > 0 ? 0 : GilList_Append(arg, Gil_None);
}

START_TEST(test_H1_comparison_changes_the_list_being_sorted)
{
    GilObject *list = GilList_New(0);
    struct gil_test_probe_hooks hooks = {.on_compare = append_to, .arg = list};
    for (int i = 0; i < 50; i++) {
        GilObject *probe = gil_test_probe(50 - i, i, &hooks);
        GilList_Append(list, probe);
        Gil_DECREF(probe);
    }
    ck_assert_int_eq(GilList_Sort(list), -1);
    gil_test_error(GilExc_ValueError, "list modified during sort");
    ck_assert_int_eq(GilList_Size(list), 50);
    check_order(list, 0);
    Gil_DECREF(list);
    ck_assert_int_eq(gil_test_probes(), 0);
}
END_TEST

static int
fail_at(void *arg)
{
    if (++comparisons < *(long *)arg)
        return 0;
    GilErr_SetString(GilExc_ArithmeticError, "enough");
    return -1;
}

/* An error at every single comparison: no item is lost, none is there twice. */
START_TEST(test_H5_comparison_raises)
{
    long at;
    struct gil_test_probe_hooks hooks = {.on_compare = fail_at, .arg = &at};
    int done = 0;
    for (at = 1; !done; at++) {
        srand(3);
        comparisons = 0;
        GilObject *list = probes(70, 20, &hooks);
        done = GilList_Sort(list) == 0;
        if (!done)
            gil_test_error(GilExc_ArithmeticError, "enough");
        char seen[70] = {0};
        ck_assert_int_eq(GilList_Size(list), 70);
        for (int i = 0; i < 70; i++)
            ck_assert_int_eq(seen[GilObject_Hash(list_of(list)->ob_item[i])]++, 0);
        Gil_DECREF(list);
        ck_assert_int_eq(gil_test_probes(), 0);
    }
    ck_assert_int_gt(at, 100);
}
END_TEST

/* --- with a key --- */

static GilObject *evil_list;
static int evil_calls;

/* The negated number; what else it does depends on evil_list. */
static GilObject *
negative(GilObject *Gil_UNUSED(self), GilObject *item)
{
    if (evil_list != NULL && ++evil_calls == 2) {
        ck_assert_int_eq(GilList_GET_SIZE(evil_list), 0);
        ck_assert_int_eq(GilList_Append(evil_list, item), 0);
    }
    return GilNumber_Negative(item);
}

/* The number's tens: many are equal. */
static GilObject *
tens(GilObject *Gil_UNUSED(self), GilObject *item)
{
    GilObject *ten = GilLong_FromLong(10), *result = GilNumber_FloorDivide(item, ten);
    Gil_DECREF(ten);
    return result;
}

static GilMethodDef negative_def = {"negative", negative, GIL_METH_O, NULL}, tens_def = {"tens", tens, GIL_METH_O, NULL};

/* list.sort(key=…, reverse=…) */
static GilObject *
sort_by(GilObject *list, GilMethodDef *def, int reverse)
{
    GilObject *method = GilObject_GetAttrString(list, "sort"), *args = GilTuple_New(0);
    GilObject *key = def == NULL ? Gil_None : GilCFunction_New(def, NULL), *kwargs = NULL, *result = NULL;
    if (method != NULL && args != NULL && key != NULL)
        kwargs = Gil_BuildValue("{sOsi}", "key", key, "reverse", reverse);
    if (kwargs != NULL)
        result = GilObject_Call(method, args, kwargs);
    Gil_XDECREF(kwargs);
    Gil_XDECREF(key);
    Gil_XDECREF(args);
    Gil_XDECREF(method);
    return result;
}

START_TEST(test_value_list_sort__by_key)
{
    GilObject *list = gil_test_ints(5, 3, -1, 2, 0, 7);
    ck_assert_ptr_eq(sort_by(list, &negative_def, 0), Gil_None);
    gil_test_repr(list, "[7, 3, 2, 0, -1]");
    ck_assert_ptr_eq(sort_by(list, &negative_def, 1), Gil_None);
    gil_test_repr(list, "[-1, 0, 2, 3, 7]");
    ck_assert_ptr_eq(sort_by(list, NULL, 1), Gil_None);
    gil_test_repr(list, "[7, 3, 2, 0, -1]");
    Gil_DECREF(list);
    list = GilList_New(0);
    ck_assert_ptr_eq(sort_by(list, &negative_def, 0), Gil_None);
    Gil_DECREF(list);
}
END_TEST

START_TEST(test_value_list_sort__items_of_equal_keys_keep_their_order)
{
    for (int reverse = 0; reverse < 2; reverse++) {
        GilObject *list = GilList_New(0), *before = NULL;
        for (long i = 0; i < 300; i++) {
            GilObject *number = GilLong_FromLong(i * 7919 % 1000);
            ck_assert_int_eq(GilList_Append(list, number), 0);
            Gil_DECREF(number);
        }
        before = GilList_GetSlice(list, 0, 300);
        ck_assert_ptr_eq(sort_by(list, &tens_def, reverse), Gil_None);
        for (Gil_ssize_t i = 1; i < 300; i++) {
            GilObject *a = GilList_GetItemRef(list, i - 1), *b = GilList_GetItemRef(list, i);
            long left = GilLong_AsLong(a) / 10, right = GilLong_AsLong(b) / 10;
            if (left == right)
                ck_assert_int_lt(GilSequence_Index(before, a), GilSequence_Index(before, b));
            else
                ck_assert_int_eq(left < right, !reverse);
            Gil_DECREF(b);
            Gil_DECREF(a);
        }
        Gil_DECREF(before);
        Gil_DECREF(list);
    }
}
END_TEST

START_TEST(test_H1_a_key_function_changes_the_list_being_sorted)
{
    evil_list = gil_test_ints(3, 3, 1, 2);
    evil_calls = 0;
    ck_assert_ptr_null(sort_by(evil_list, &negative_def, 0));
    gil_test_error(GilExc_ValueError, "list modified during sort");
    gil_test_repr(evil_list, "[3, 2, 1]");
    Gil_CLEAR(evil_list);
}
END_TEST

START_TEST(test_H5_a_key_function_raises)
{
    GilObject *list = Gil_BuildValue("[iis]", 3, 1, "no number");
    ck_assert_ptr_null(sort_by(list, &negative_def, 0));
    gil_test_raised(GilExc_TypeError);
    gil_test_repr(list, "[3, 1, 'no number']");
    Gil_DECREF(list);
    list = GilList_New(1);
    ck_assert_ptr_null(sort_by(list, &negative_def, 0));
    gil_test_error(GilExc_SystemError, "list item was never set");
    Gil_DECREF(list);
    list = gil_test_ints(1, 1);
    ck_assert_ptr_null(GilObject_CallMethod(list, "sort", "i", 1));
    gil_test_error(GilExc_TypeError, "sort() takes no positional arguments");
    Gil_DECREF(list);
}
END_TEST

static int
sort_by_key(void *arg)
{
    GilObject *list = GilList_GetSlice(arg, 0, GIL_SSIZE_T_MAX);
    GilObject *done = list == NULL ? NULL : sort_by(list, &negative_def, 1);
    if (list != NULL && done == NULL)
        ck_assert_int_eq(GilList_GET_SIZE(list), 40);
    Gil_XDECREF(list);
    return done == NULL ? -1 : 0;
}

START_TEST(test_J1_sort_by_key)
{
    GilObject *list = GilList_New(0);
    for (long i = 0; i < 40; i++) {
        GilObject *number = GilLong_FromLong(i * 7919 % 1000);
        ck_assert_int_eq(GilList_Append(list, number), 0);
        Gil_DECREF(number);
    }
    gil_test_oom_loop(sort_by_key, list);
    Gil_DECREF(list);
}
END_TEST

static int
sort_reversed(void *arg)
{
    return GilList_Reverse(arg) < 0 ? -1 : GilList_Sort(arg);
}

START_TEST(test_J1_sort)
{
    GilObject *list = GilList_New(0);
    for (int i = 0; i < 100; i++) {
        GilObject *n = GilLong_FromLong(i);
        GilList_Append(list, n);
        Gil_DECREF(n);
    }
    gil_test_oom_loop(sort_reversed, list);
    ck_assert_int_eq(GilList_Size(list), 100);
    Gil_DECREF(list);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("value/list_sort");
    TCase *tc = tcase_create("sort");
    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_value_list_sort__is_stable_at_all_sizes);
    tcase_add_test(tc, test_value_list_sort__ints_and_strings);
    tcase_add_test(tc, test_value_list_sort__sorted_input_costs_little);
    tcase_add_test(tc, test_H1_comparison_changes_the_list_being_sorted);
    tcase_add_test(tc, test_H5_comparison_raises);
    tcase_add_test(tc, test_value_list_sort__by_key);
    tcase_add_test(tc, test_value_list_sort__items_of_equal_keys_keep_their_order);
    tcase_add_test(tc, test_H1_a_key_function_changes_the_list_being_sorted);
    tcase_add_test(tc, test_H5_a_key_function_raises);
    tcase_add_test(tc, test_J1_sort_by_key);
    tcase_add_test(tc, test_J1_sort);
    suite_add_tcase(s, tc);
    return s;
}
