/* SPDX-License-Identifier: MIT */
/* Parts of lists: assigned, deleted, by steps, and left alone by what fails. */
#include "support/probe.h"
#include "support/support.h"
#include "value/list.h"

static GilListObject *
list_of(GilObject *op)
{
    return (GilListObject *)(void *)op;
}

/* What is put in may be what leaves, a run longer than the few that need no memory included. */
START_TEST(test_value_list_slice__splice_gives_back_what_left)
{
    GilObject *list = GilList_New(0), *item = gil_test_probe(1, 1, NULL);
    Gil_ssize_t before = Gil_REFCNT(item);
    for (int i = 0; i < 20; i++)
        ck_assert_int_eq(GilList_Append(list, item), 0);
    ck_assert_int_eq(Gil_REFCNT(item), before + 20);
    ck_assert_int_eq(gil_list_splice(gil_tstate_need("test"), list_of(list), 1, 18, &item, 1), 0);
    ck_assert_int_eq(GilList_Size(list), 3);
    ck_assert_int_eq(Gil_REFCNT(item), before + 3);
    ck_assert_int_eq(gil_list_splice(gil_tstate_need("test"), list_of(list), 0, 3, NULL, 0), 0);
    ck_assert_ptr_null(list_of(list)->ob_item);
    ck_assert_int_eq(Gil_REFCNT(item), before);
    Gil_DECREF(item);
    Gil_DECREF(list);
}
END_TEST

START_TEST(test_value_list_slice__set_slice_all_shapes)
{
    struct {
        int low, high, n;
        const char *want;
    } cases[] = {
        {1, 3, 2, "[0, 100, 101, 3, 4]"}, {0, 0, 2, "[100, 101, 0, 1, 2, 3, 4]"}, {5, 5, 1, "[0, 1, 2, 3, 4, 100]"},
        {1, 4, 0, "[0, 4]"},              {0, 5, 0, "[]"},                        {-3, 99, 1, "[100]"},
        {2, 1, 1, "[0, 1, 100, 2, 3, 4]"},
    };
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(cases); i++) {
        GilObject *list = gil_test_ints(5, 0, 1, 2, 3, 4), *values = gil_test_ints(2, 100, 101);
        ck_assert_int_eq(GilList_SetSlice(values, cases[i].n, 2, NULL), 0);
        ck_assert_int_eq(GilList_SetSlice(list, cases[i].low, cases[i].high, values), 0);
        gil_test_repr(list, cases[i].want);
        Gil_DECREF(list);
        Gil_DECREF(values);
    }
    GilObject *list = gil_test_ints(3, 0, 1, 2);
    ck_assert_int_eq(GilList_SetSlice(list, 1, 2, list), 0);
    gil_test_repr(list, "[0, 0, 1, 2, 2]");
    ck_assert_int_eq(GilList_SetSlice(list, 0, 1, Gil_None), -1);
    gil_test_error(GilExc_TypeError, "can only assign an iterable");
    gil_test_repr(list, "[0, 0, 1, 2, 2]");
    Gil_DECREF(list);
}
END_TEST

static GilObject *
slice_of(int start, int stop, int step)
{
    GilObject *a = GilLong_FromLong(start), *b = GilLong_FromLong(stop), *c = GilLong_FromLong(step);
    GilObject *slice = GilSlice_New(a, b, c);
    Gil_DECREF(a);
    Gil_DECREF(b);
    Gil_DECREF(c);
    return slice;
}

START_TEST(test_value_list_slice__stepped_slices)
{
    GilObject *list = gil_test_ints(7, 0, 1, 2, 3, 4, 5, 6), *values = gil_test_ints(2, 100, 101);
    GilObject *up = slice_of(1, 4, 2), *down = slice_of(5, 0, -2), *all = slice_of(0, 7, 3);
    ck_assert_int_eq(GilObject_SetItem(list, up, values), 0);
    gil_test_repr(list, "[0, 100, 2, 101, 4, 5, 6]");
    ck_assert_int_eq(GilObject_DelItem(list, down), 0);
    gil_test_repr(list, "[0, 2, 4, 6]");
    ck_assert_int_eq(GilObject_SetItem(list, all, values), 0);
    gil_test_repr(list, "[100, 2, 4, 101]");
    ck_assert_int_eq(GilObject_SetItem(list, up, list), -1);
    gil_test_error(GilExc_ValueError, "attempt to assign sequence of size 4 to extended slice of size 2");
    Gil_DECREF(up);
    Gil_DECREF(down);
    Gil_DECREF(all);
    Gil_DECREF(values);
    Gil_DECREF(list);
}
END_TEST

START_TEST(test_J1_list_is_unchanged_by_a_failed_change)
{
    GilObject *list = gil_test_ints(4, 1, 2, 3, 4), *values = GilList_New(0);
    for (int i = 0; i < 100; i++)
        GilList_Append(values, Gil_None);
    gil_test_fail_alloc(1, 1);
    int rc = GilList_SetSlice(list, 1, 2, values) | GilList_Extend(list, values);
    gil_test_fail_alloc_off();
    ck_assert_int_eq(rc, -1);
    gil_test_raised(GilExc_MemoryError);
    gil_test_repr(list, "[1, 2, 3, 4]");
    Gil_DECREF(values);
    Gil_DECREF(list);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("value/list_slice");
    TCase *tc = tcase_create("list_slice");
    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_value_list_slice__splice_gives_back_what_left);
    tcase_add_test(tc, test_value_list_slice__set_slice_all_shapes);
    tcase_add_test(tc, test_value_list_slice__stepped_slices);
    tcase_add_test(tc, test_J1_list_is_unchanged_by_a_failed_change);
    suite_add_tcase(s, tc);
    return s;
}
