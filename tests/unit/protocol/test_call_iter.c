/* SPDX-License-Identifier: MIT */
/* The iterator that calls: its end, its errors, and callables that drive it themselves. */
#include "protocol/iter.h"
#include "support/probe.h"
#include "support/support.h"

/* What the callable gives next: numbers from 0, until something else is to happen. */
static long next_number, raise_at;
static GilObject **raised;
static GilObject *driven; /* the iterator that the callable ends */

static GilObject *
give(GilObject *Gil_UNUSED(self), GilObject *Gil_UNUSED(args))
{
    if (driven != NULL) {
        GilObject *it = driven, *item;
        driven = NULL;
        while (GilIter_NextItem(it, &item) == 1)
            Gil_DECREF(item);
    }
    if (raised != NULL && next_number == raise_at) {
        GilErr_SetString(*raised, "no more");
        return NULL;
    }
    return GilLong_FromLong(next_number++);
}

static GilMethodDef give_def = {"give", give, GIL_METH_NOARGS, NULL};

/* An iterator over what give() gives until sentinel. */
static GilObject *
iterate(long sentinel)
{
    GilObject *callable = GilCFunction_New(&give_def, NULL), *end = GilLong_FromLong(sentinel);
    GilObject *it = callable == NULL || end == NULL ? NULL : GilCallIter_New(callable, end);
    Gil_XDECREF(end);
    Gil_XDECREF(callable);
    next_number = 0;
    raised = NULL;
    return it;
}

START_TEST(test_protocol_call_iter__until_the_sentinel)
{
    GilObject *it = iterate(3), *item;
    ck_assert(GilCallIter_Check(it));
    GilObject *items = GilSequence_List(it);
    gil_test_repr(items, "[0, 1, 2]");
    ck_assert_int_eq(GilIter_NextItem(it, &item), 0);
    ck_assert_int_eq(next_number, 4); /* nobody asks again */
    Gil_DECREF(items);
    Gil_DECREF(it);
}
END_TEST

START_TEST(test_protocol_call_iter__errors_and_stop_iteration)
{
    GilObject *it = iterate(9), *item;
    raised = &GilExc_OSError;
    raise_at = 0;
    ck_assert_int_eq(GilIter_NextItem(it, &item), -1);
    gil_test_raised(GilExc_OSError);
    raised = NULL; /* an error is not the end */
    ck_assert_int_eq(GilIter_NextItem(it, &item), 1);
    raised = &GilExc_StopIteration;
    raise_at = 1;
    ck_assert_int_eq(GilIter_NextItem(it, &item), 0);
    raised = NULL;
    ck_assert_int_eq(GilIter_NextItem(it, &item), 0);
    Gil_DECREF(it);
}
END_TEST

START_TEST(test_H1_the_callable_ends_its_own_iterator)
{
    GilObject *it = iterate(3), *item;
    driven = it;
    ck_assert_int_eq(GilIter_NextItem(it, &item), 1);
    ck_assert_int_eq(GilLong_AsLong(item), 4);
    ck_assert_int_eq(GilIter_NextItem(it, &item), 0);
    Gil_DECREF(it);
}
END_TEST

static int
raise_error(void *Gil_UNUSED(arg))
{
    GilErr_SetString(GilExc_OSError, "not to be compared");
    return -1;
}

START_TEST(test_H5_the_sentinel_raises)
{
    struct gil_test_probe_hooks hooks = {.on_compare = raise_error};
    GilObject *probe = gil_test_probe(1, 1, &hooks), *other = gil_test_probe(1, 1, NULL), *list = GilList_New(0), *item;
    ck_assert_int_eq(GilList_Append(list, other), 0);
    GilObject *pop = GilObject_GetAttrString(list, "pop"), *it = GilCallIter_New(pop, probe);
    ck_assert_int_eq(GilIter_NextItem(it, &item), -1);
    gil_test_raised(GilExc_OSError);
    Gil_DECREF(it);
    Gil_DECREF(pop);
    Gil_DECREF(list);
    Gil_DECREF(other);
    Gil_DECREF(probe);
    ck_assert_int_eq(gil_test_probes(), 0);
}
END_TEST

START_TEST(test_protocol_call_iter__wants_a_callable)
{
    ck_assert_ptr_null(GilCallIter_New(Gil_None, Gil_None));
    gil_test_raised(GilExc_TypeError);
    ck_assert_ptr_null(GilCallIter_New(NULL, Gil_None));
    gil_test_raised(GilExc_SystemError);
}
END_TEST

START_TEST(test_protocol_call_iter__a_cycle_is_collected)
{
    GilObject *list = GilList_New(0), *pop = GilObject_GetAttrString(list, "pop"), *it = GilCallIter_New(pop, list);
    ck_assert_int_eq(GilList_Append(list, it), 0);
    Gil_DECREF(it);
    Gil_DECREF(pop);
    Gil_DECREF(list);
    ck_assert_int_ge(GilGC_Collect(), 3);
}
END_TEST

static int
walk(void *Gil_UNUSED(arg))
{
    GilObject *it = iterate(2), *item;
    int rc = it == NULL ? -1 : 1;
    while (rc == 1 && (rc = GilIter_NextItem(it, &item)) == 1)
        Gil_DECREF(item);
    Gil_XDECREF(it);
    return rc;
}

START_TEST(test_J1_call_iter)
{
    gil_test_oom_loop(walk, NULL);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("protocol/call_iter");
    TCase *tc = tcase_create("call_iter");
    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_protocol_call_iter__until_the_sentinel);
    tcase_add_test(tc, test_protocol_call_iter__errors_and_stop_iteration);
    tcase_add_test(tc, test_H1_the_callable_ends_its_own_iterator);
    tcase_add_test(tc, test_H5_the_sentinel_raises);
    tcase_add_test(tc, test_protocol_call_iter__wants_a_callable);
    tcase_add_test(tc, test_protocol_call_iter__a_cycle_is_collected);
    tcase_add_test(tc, test_J1_call_iter);
    suite_add_tcase(s, tc);
    return s;
}
