/* SPDX-License-Identifier: MIT */
/* <gilrt/tuple.h> as its users see it. */
#include "support/probe.h"
#include "support/support.h"

START_TEST(test_api_tuple__new_fill_and_read)
{
    GilObject *t = GilTuple_New(2), *one = GilLong_FromLong(1);
    ck_assert_int_eq(GilTuple_SetItem(t, 0, Gil_NewRef(one)), 0);
    GilTuple_SET_ITEM(t, 1, Gil_NewRef(Gil_None));
    ck_assert_int_eq(GilTuple_Size(t), 2);
    ck_assert_int_eq(GilTuple_GET_SIZE(t), 2);
    ck_assert_ptr_eq(GilTuple_GetItem(t, 0), one);
    ck_assert_ptr_eq(GilTuple_GET_ITEM(t, 1), Gil_None);
    ck_assert(GilTuple_Check(t) && GilTuple_CheckExact(t) && !GilTuple_Check(one));
    Gil_DECREF(one);
    Gil_DECREF(t);
}
END_TEST

START_TEST(test_api_tuple__bounds)
{
    GilObject *t = GilTuple_Pack(1, Gil_None);
    ck_assert_ptr_null(GilTuple_GetItem(t, 1));
    gil_test_error(GilExc_IndexError, "tuple index out of range");
    ck_assert_ptr_null(GilTuple_GetItem(t, -1));
    gil_test_error(GilExc_IndexError, "tuple index out of range");
    ck_assert_int_eq(GilTuple_SetItem(t, 5, Gil_NewRef(Gil_None)), -1);
    gil_test_error(GilExc_IndexError, "tuple assignment index out of range");
    ck_assert_ptr_null(GilTuple_New(-1));
    gil_test_raised(GilExc_SystemError);
    ck_assert_ptr_null(GilTuple_New(GIL_SSIZE_T_MAX));
    gil_test_raised(GilExc_MemoryError);
    Gil_DECREF(t);
}
END_TEST

START_TEST(test_api_tuple__set_item_steals_even_on_failure)
{
    GilObject *t = GilTuple_New(1), *probe = gil_test_probe(1, 1, NULL);
    ck_assert_int_eq(GilTuple_SetItem(t, 7, Gil_NewRef(probe)), -1);
    GilErr_Clear();
    ck_assert_int_eq(GilTuple_SetItem(Gil_None, 0, Gil_NewRef(probe)), -1);
    gil_test_raised(GilExc_SystemError);
    GilObject *other = Gil_NewRef(t);
    ck_assert_int_eq(GilTuple_SetItem(t, 0, Gil_NewRef(probe)), -1);
    gil_test_raised(GilExc_SystemError);
    Gil_DECREF(other);
    ck_assert_int_eq(Gil_REFCNT(probe), 1);
    Gil_DECREF(probe);
    Gil_DECREF(t);
}
END_TEST

START_TEST(test_api_tuple__slices)
{
    GilObject *list = gil_test_ints(4, 0, 1, 2, 3), *t = GilList_AsTuple(list);
    GilObject *part = GilTuple_GetSlice(t, 1, 3), *all = GilTuple_GetSlice(t, -5, 99), *none = GilTuple_GetSlice(t, 3, 1);
    gil_test_repr(part, "(1, 2)");
    ck_assert_ptr_eq(all, t);
    gil_test_repr(none, "()");
    Gil_DECREF(part);
    Gil_DECREF(all);
    Gil_DECREF(t);
    Gil_DECREF(list);
}
END_TEST

START_TEST(test_api_tuple__from_array)
{
    GilObject *items[] = {Gil_None, Gil_None}, *t = GilTuple_FromArray(items, 2);
    gil_test_repr(t, "(None, None)");
    Gil_DECREF(t);
    ck_assert_ptr_null(GilTuple_FromArray(NULL, 1));
    gil_test_raised(GilExc_SystemError);
    ck_assert_ptr_null(GilTuple_FromArray(items, -1));
    gil_test_raised(GilExc_SystemError);
    ck_assert_ptr_null(GilTuple_Pack(2, Gil_None, NULL));
    gil_test_raised(GilExc_SystemError);
}
END_TEST

START_TEST(test_G13_tuple_calls_refuse_other_types)
{
    GilObject *wrong[] = {NULL, Gil_None};
    for (int i = 0; i < 2; i++) {
        GilObject *op = wrong[i];
        ck_assert_int_eq(GilTuple_Size(op), -1);
        gil_test_raised(GilExc_SystemError);
        ck_assert_ptr_null(GilTuple_GetItem(op, 0));
        gil_test_raised(GilExc_SystemError);
        ck_assert_ptr_null(GilTuple_GetSlice(op, 0, 1));
        gil_test_raised(GilExc_SystemError);
        ck_assert_int_eq(_GilTuple_Resize(&op, 1), -1);
        gil_test_raised(GilExc_SystemError);
    }
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("api/tuple");
    TCase *tc = tcase_create("tuple");
    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_api_tuple__new_fill_and_read);
    tcase_add_test(tc, test_api_tuple__bounds);
    tcase_add_test(tc, test_api_tuple__set_item_steals_even_on_failure);
    tcase_add_test(tc, test_api_tuple__slices);
    tcase_add_test(tc, test_api_tuple__from_array);
    tcase_add_test(tc, test_G13_tuple_calls_refuse_other_types);
    suite_add_tcase(s, tc);
    return s;
}
