/* SPDX-License-Identifier: MIT */
/* <gilrt/list.h> as its users see it. */
#include "support/probe.h"
#include "support/support.h"

START_TEST(test_api_list__new_fill_and_read)
{
    GilObject *list = GilList_New(2), *item;
    ck_assert_ptr_null(GilList_GetItemRef(list, 0));
    gil_test_error(GilExc_SystemError, "list item 0 was never set");
    ck_assert_int_eq(GilList_SetItem(list, 0, Gil_NewRef(Gil_None)), 0);
    GilList_SET_ITEM(list, 1, GilLong_FromLong(7));
    item = GilList_GetItemRef(list, 1);
    gil_test_repr(item, "7");
    Gil_DECREF(item);
    ck_assert_int_eq(GilList_Size(list), 2);
    ck_assert_int_eq(GilList_GET_SIZE(list), 2);
    ck_assert(GilList_Check(list) && GilList_CheckExact(list) && !GilList_Check(Gil_None));
    Gil_DECREF(list);
}
END_TEST

START_TEST(test_G9_getter_gives_a_reference_of_its_own)
{
    GilObject *list = GilList_New(0), *probe = gil_test_probe(1, 1, NULL), *item;
    GilList_Append(list, probe);
    Gil_DECREF(probe);
    item = GilList_GetItemRef(list, 0);
    GilList_Clear(list);
    ck_assert_int_eq(gil_test_probe_value(item), 1);
    Gil_DECREF(item);
    ck_assert_int_eq(gil_test_probes(), 0);
    Gil_DECREF(list);
}
END_TEST

START_TEST(test_api_list__bounds)
{
    GilObject *list = gil_test_ints(2, 1, 2);
    ck_assert_ptr_null(GilList_GetItemRef(list, 2));
    gil_test_error(GilExc_IndexError, "list index out of range");
    ck_assert_ptr_null(GilList_GetItemRef(list, -1));
    gil_test_error(GilExc_IndexError, "list index out of range");
    ck_assert_int_eq(GilList_SetItem(list, 2, Gil_NewRef(Gil_None)), -1);
    gil_test_error(GilExc_IndexError, "list assignment index out of range");
    ck_assert_ptr_null(GilList_New(-1));
    gil_test_raised(GilExc_SystemError);
    ck_assert_ptr_null(GilList_New(GIL_SSIZE_T_MAX));
    gil_test_raised(GilExc_MemoryError);
    Gil_DECREF(list);
}
END_TEST

START_TEST(test_api_list__every_change)
{
    GilObject *list = GilList_New(0), *three = gil_test_ints(3, 3, 1, 2);
    ck_assert_int_eq(GilList_Append(list, Gil_None), 0);
    ck_assert_int_eq(GilList_Extend(list, three), 0);
    ck_assert_int_eq(GilList_Insert(list, -1, Gil_None), 0);
    ck_assert_int_eq(GilList_Insert(list, -100, three), 0);
    ck_assert_int_eq(GilList_Insert(list, 100, three), 0);
    gil_test_repr(list, "[[3, 1, 2], None, 3, 1, None, 2, [3, 1, 2]]");
    ck_assert_int_eq(GilList_SetSlice(list, 0, 2, NULL), 0);
    ck_assert_int_eq(GilList_SetSlice(list, 2, 3, NULL), 0);
    ck_assert_int_eq(GilList_SetSlice(list, 3, 4, NULL), 0);
    ck_assert_int_eq(GilList_Reverse(list), 0);
    gil_test_repr(list, "[2, 1, 3]");
    ck_assert_int_eq(GilList_Sort(list), 0);
    gil_test_repr(list, "[1, 2, 3]");
    GilObject *tuple = GilList_AsTuple(list), *part = GilList_GetSlice(list, 1, 99);
    gil_test_repr(tuple, "(1, 2, 3)");
    gil_test_repr(part, "[2, 3]");
    ck_assert_int_eq(GilList_Clear(list), 0);
    gil_test_repr(list, "[]");
    Gil_DECREF(tuple);
    Gil_DECREF(part);
    Gil_DECREF(three);
    Gil_DECREF(list);
}
END_TEST

START_TEST(test_api_list__through_the_protocols)
{
    GilObject *list = gil_test_ints(2, 1, 2), *more = gil_test_ints(1, 3), *sum = GilSequence_Concat(list, more);
    gil_test_repr(sum, "[1, 2, 3]");
    GilObject *same = GilSequence_InPlaceConcat(list, more), *thrice = GilSequence_Repeat(more, 3);
    ck_assert_ptr_eq(same, list);
    gil_test_repr(list, "[1, 2, 3]");
    gil_test_repr(thrice, "[3, 3, 3]");
    ck_assert_int_eq(GilSequence_SetItem(list, -1, Gil_None), 0);
    ck_assert_int_eq(GilSequence_DelItem(list, 0), 0);
    gil_test_repr(list, "[2, None]");
    ck_assert_int_eq(GilSequence_Contains(list, Gil_None), 1);
    ck_assert_int_eq(GilObject_IsTrue(list), 1);
    Gil_DECREF(thrice);
    Gil_DECREF(same);
    Gil_DECREF(sum);
    Gil_DECREF(more);
    Gil_DECREF(list);
}
END_TEST

START_TEST(test_G13_list_calls_refuse_other_types)
{
    GilObject *wrong[] = {NULL, Gil_None};
    for (int i = 0; i < 2; i++) {
        GilObject *op = wrong[i];
        ck_assert_int_eq(GilList_Size(op), -1);
        gil_test_raised(GilExc_SystemError);
        ck_assert_int_eq(GilList_SetItem(op, 0, Gil_NewRef(Gil_None)), -1);
        gil_test_raised(GilExc_SystemError);
        ck_assert_int_eq(GilList_Insert(op, 0, Gil_None), -1);
        gil_test_raised(GilExc_SystemError);
        ck_assert_int_eq(GilList_Append(op, Gil_None), -1);
        gil_test_raised(GilExc_SystemError);
        ck_assert_int_eq(GilList_Extend(op, Gil_None), -1);
        gil_test_raised(GilExc_SystemError);
        ck_assert_int_eq(GilList_Clear(op), -1);
        gil_test_raised(GilExc_SystemError);
        ck_assert_ptr_null(GilList_GetSlice(op, 0, 1));
        gil_test_raised(GilExc_SystemError);
        ck_assert_int_eq(GilList_SetSlice(op, 0, 1, NULL), -1);
        gil_test_raised(GilExc_SystemError);
        ck_assert_int_eq(GilList_Sort(op), -1);
        gil_test_raised(GilExc_SystemError);
        ck_assert_int_eq(GilList_Reverse(op), -1);
        gil_test_raised(GilExc_SystemError);
        ck_assert_ptr_null(GilList_AsTuple(op));
        gil_test_raised(GilExc_SystemError);
        ck_assert_ptr_null(GilList_GetItemRef(op, 0));
        gil_test_raised(op == NULL ? GilExc_SystemError : GilExc_TypeError);
    }
    GilObject *list = GilList_New(0);
    ck_assert_int_eq(GilList_Append(list, NULL), -1);
    gil_test_raised(GilExc_SystemError);
    Gil_DECREF(list);
}
END_TEST

/* It is a macro over an inline function; who wants its address gets the library's. */
START_TEST(test_api_list__append_is_a_function_too)
{
    int (*append)(GilObject *, GilObject *) = GilList_Append;
    GilObject *list = GilList_New(0);
    /* A compiler that sees what this is warns of the inline function's other branch. */
    GilObject *volatile no_list = Gil_None;
    for (int i = 0; i < 20; i++)
        ck_assert_int_eq(i % 2 ? append(list, Gil_None) : GilList_Append(list, Gil_None), 0);
    ck_assert_int_eq(GilList_Size(list), 20);
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(i ? append(no_list, list) : GilList_Append(no_list, list), -1);
        ck_assert(GilErr_ExceptionMatches(GilExc_SystemError));
        GilErr_Clear();
        ck_assert_int_eq(i ? append(list, NULL) : GilList_Append(list, NULL), -1);
        ck_assert(GilErr_ExceptionMatches(GilExc_SystemError));
        GilErr_Clear();
    }
    Gil_DECREF(list);
}
END_TEST

static void
append_detached(void *list)
{
    Gil_BEGIN_ALLOW_THREADS
    GilList_Append((GilObject *)list, Gil_None);
    Gil_END_ALLOW_THREADS
}

/* Also where there is room, and the inline half would do. */
START_TEST(test_L1_appending_while_detached_stops_the_process)
{
    GilObject *list = GilList_New(0);
    ck_assert_int_eq(GilList_Append(list, Gil_None), 0);
    ck_assert_int_gt(((GilListObject *)(void *)list)->allocated, GilList_GET_SIZE(list));
    gil_test_expect_abort(append_detached, list, "GilList_Append:");
    Gil_DECREF(list);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("api/list");
    TCase *tc = tcase_create("list");
    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_api_list__new_fill_and_read);
    tcase_add_test(tc, test_G9_getter_gives_a_reference_of_its_own);
    tcase_add_test(tc, test_api_list__bounds);
    tcase_add_test(tc, test_api_list__every_change);
    tcase_add_test(tc, test_api_list__through_the_protocols);
    tcase_add_test(tc, test_G13_list_calls_refuse_other_types);
    tcase_add_test(tc, test_api_list__append_is_a_function_too);
    tcase_add_test(tc, test_L1_appending_while_detached_stops_the_process);
    suite_add_tcase(s, tc);
    return s;
}
