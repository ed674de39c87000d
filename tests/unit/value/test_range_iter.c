/* SPDX-License-Identifier: MIT */
/* Iterators over ranges: in 64 bits, at their edge, and beyond. */
#include "support/probe.h"
#include "support/support.h"
#include "value/range.h"

/* range(*args), args in the form of a tuple format of texts: each is an int. */
static GilObject *
range(const char *start, const char *stop, const char *step)
{
    GilObject *args = Gil_BuildValue("(NNN)", GilLong_FromString(start, NULL, 10), GilLong_FromString(stop, NULL, 10),
                                     GilLong_FromString(step, NULL, 10));
    GilObject *r = GilObject_Call((GilObject *)(void *)&GilRange_Type, args, NULL);
    ck_assert_ptr_nonnull(r);
    Gil_DECREF(args);
    return r;
}

/* The numbers of an iterator of that type, as text; gives it back. */
static void
yields(GilObject *it, GilTypeObject *type, Gil_ssize_t n, const char *text)
{
    GilObject *item;
    ck_assert(Gil_IS_TYPE(it, type));
    ck_assert_int_eq(GilObject_LengthHint(it, 99), n);
    GilObject *items = GilSequence_List(it);
    gil_test_repr(items, text);
    ck_assert_int_eq(GilObject_LengthHint(it, 99), 0);
    ck_assert_int_eq(GilIter_NextItem(it, &item), 0);
    ck_assert_int_eq(GilIter_NextItem(it, &item), 0);
    Gil_DECREF(items);
    Gil_DECREF(it);
}

START_TEST(test_value_range_iter__in_64_bits)
{
    GilObject *r = range("3", "12", "4");
    yields(GilObject_GetIter(r), &GilRangeIter_Type, 3, "[3, 7, 11]");
    yields(GilObject_CallMethod(r, "__reversed__", NULL), &GilRangeIter_Type, 3, "[11, 7, 3]");
    Gil_DECREF(r);
    r = range("3", "3", "1");
    yields(GilObject_GetIter(r), &GilRangeIter_Type, 0, "[]");
    yields(GilObject_CallMethod(r, "__reversed__", NULL), &GilRangeIter_Type, 0, "[]");
    Gil_DECREF(r);
}
END_TEST

START_TEST(test_value_range_iter__at_the_edge_of_64_bits)
{
    /* The last number fits, the one after it does not. */
    GilObject *r = range("9223372036854775804", "9223372036854775808", "3");
    yields(GilObject_GetIter(r), &GilRangeIter_Type, 2, "[9223372036854775804, 9223372036854775807]");
    yields(GilObject_CallMethod(r, "__reversed__", NULL), &GilRangeIter_Type, 2,
           "[9223372036854775807, 9223372036854775804]");
    Gil_DECREF(r);
    /* The step fits, its opposite does not. */
    r = range("0", "-9223372036854775809", "-9223372036854775808");
    yields(GilObject_GetIter(r), &GilRangeIter_Type, 2, "[0, -9223372036854775808]");
    yields(GilObject_CallMethod(r, "__reversed__", NULL), &GilLongRangeIter_Type, 2, "[-9223372036854775808, 0]");
    Gil_DECREF(r);
}
END_TEST

START_TEST(test_value_range_iter__beyond_64_bits)
{
    GilObject *r = range("9223372036854775807", "9223372036854775810", "1");
    yields(GilObject_GetIter(r), &GilLongRangeIter_Type, 3,
           "[9223372036854775807, 9223372036854775808, 9223372036854775809]");
    yields(GilObject_CallMethod(r, "__reversed__", NULL), &GilLongRangeIter_Type, 3,
           "[9223372036854775809, 9223372036854775808, 9223372036854775807]");
    Gil_DECREF(r);
    r = range("0", "99999999999999999999999", "1");
    GilObject *it = GilObject_GetIter(r), *item;
    ck_assert_int_eq(GilIter_NextItem(it, &item), 1);
    ck_assert_int_eq(GilLong_AsLong(item), 0);
    Gil_DECREF(it);
    Gil_DECREF(r);
}
END_TEST

static int
walk(void *arg)
{
    GilObject *it = GilObject_GetIter(arg), *back = it == NULL ? NULL : GilObject_CallMethod(arg, "__reversed__", NULL);
    GilObject *item;
    int rc = back == NULL ? -1 : 1;
    while (rc == 1 && (rc = GilIter_NextItem(it, &item)) == 1)
        Gil_DECREF(item);
    Gil_XDECREF(back);
    Gil_XDECREF(it);
    return rc;
}

START_TEST(test_J1_range_iter)
{
    GilObject *narrow = range("4000", "4002", "1"), *wide = range("9223372036854775806", "9223372036854775809", "2");
    gil_test_oom_loop(walk, narrow);
    gil_test_oom_loop(walk, wide);
    Gil_DECREF(wide);
    Gil_DECREF(narrow);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("value/range_iter");
    TCase *tc = tcase_create("range_iter");
    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_value_range_iter__in_64_bits);
    tcase_add_test(tc, test_value_range_iter__at_the_edge_of_64_bits);
    tcase_add_test(tc, test_value_range_iter__beyond_64_bits);
    tcase_add_test(tc, test_J1_range_iter);
    suite_add_tcase(s, tc);
    return s;
}
