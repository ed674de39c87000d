/* SPDX-License-Identifier: MIT */
/* <gilrt/iter.h> as a stranger uses it. */
#include "support/expect.h"
#include "support/support.h"

#include <gilrt.h>

START_TEST(test_api_iter__loop)
{
    GilObject *tuple = Gil_BuildValue("(iii)", 1, 2, 3), *it = GilObject_GetIter(tuple), *item;
    long sum = 0;
    int rc;
    while ((rc = GilIter_NextItem(it, &item)) == 1) {
        sum += GilLong_AsLong(item);
        Gil_DECREF(item);
    }
    ck_assert_int_eq(rc, 0);
    ck_assert_int_eq(sum, 6);
    GilObject *self = GilObject_SelfIter(it);
    ck_assert_ptr_eq(self, it);
    Gil_DECREF(self);
    Gil_DECREF(it);
    it = GilSeqIter_New(tuple);
    gil_expect_repr(GilIter_Next(it), "1");
    Gil_DECREF(it);
    Gil_DECREF(tuple);
}
END_TEST

START_TEST(test_api_iter__null_is_refused)
{
    GilObject *item;
    ck_assert_ptr_null(GilObject_GetIter(NULL));
    GilErr_Clear();
    ck_assert_int_eq(GilIter_NextItem(NULL, &item), -1);
    ck_assert(GilErr_ExceptionMatches(GilExc_SystemError));
    GilErr_Clear();
    ck_assert_int_eq(GilIter_Check(NULL), 0);
}
END_TEST

START_TEST(test_api_iter__calls_numbers_and_ways_back)
{
    GilObject *list = Gil_BuildValue("[iii]", 1, 2, 3), *pop = GilObject_GetAttrString(list, "pop"),
              *two = GilLong_FromLong(2), *it = GilCallIter_New(pop, two), *item;
    ck_assert(GilCallIter_Check(it));
    ck_assert_int_eq(GilIter_NextItem(it, &item), 1);
    gil_expect_repr(item, "3");
    ck_assert_int_eq(GilIter_NextItem(it, &item), 0);
    Gil_DECREF(it);
    it = GilObject_CallFunction((GilObject *)(void *)&GilEnum_Type, "Oi", list, 7);
    gil_expect_repr(GilIter_Next(it), "(7, 1)");
    Gil_DECREF(it);
    it = GilObject_CallFunction((GilObject *)(void *)&GilReversed_Type, "O", list);
    gil_expect_repr(GilIter_Next(it), "1");
    Gil_DECREF(it);
    Gil_DECREF(two);
    Gil_DECREF(pop);
    Gil_DECREF(list);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("api/iter");
    TCase *tc = tcase_create("iter");

    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_api_iter__loop);
    tcase_add_test(tc, test_api_iter__calls_numbers_and_ways_back);
    tcase_add_test(tc, test_api_iter__null_is_refused);
    suite_add_tcase(s, tc);
    return s;
}
