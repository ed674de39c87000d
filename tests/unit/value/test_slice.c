/* SPDX-License-Identifier: MIT */
/* Slices: fitted to lengths as a walk over all indices would, and used by the sequence functions. */
#include "support/expect.h"
#include "support/support.h"

#include "value/slice.h"

#include <gilrt.h>

START_TEST(test_value_slice__count_is_what_a_walk_finds)
{
    for (Gil_ssize_t length = 0; length < 6; length++)
        for (Gil_ssize_t from = -8; from < 9; from++)
            for (Gil_ssize_t to = -8; to < 9; to++)
                for (Gil_ssize_t step = -3; step < 4; step++) {
                    Gil_ssize_t start = from, stop = to, walked = 0;
                    if (step == 0)
                        continue;
                    Gil_ssize_t count = GilSlice_AdjustIndices(length, &start, &stop, step);
                    for (Gil_ssize_t i = start; step > 0 ? i < stop : i > stop; i += step, walked++)
                        ck_assert(i >= 0 && i < length);
                    ck_assert_int_eq(count, walked);
                }
}
END_TEST

START_TEST(test_value_slice__unpack)
{
    Gil_ssize_t start, stop, step, count;
    GilObject *minus = GilLong_FromLong(-1), *zero = GilLong_FromLong(0),
              *huge = GilLong_FromString("1000000000000000000000", NULL, 10);
    GilObject *whole = GilSlice_New(NULL, NULL, minus);
    ck_assert_int_eq(GilSlice_Unpack(whole, &start, &stop, &step), 0);
    ck_assert(start == GIL_SSIZE_T_MAX && stop == GIL_SSIZE_T_MIN && step == -1);
    ck_assert_int_eq(GilSlice_GetIndicesEx(whole, 5, &start, &stop, &step, &count), 0);
    ck_assert(start == 4 && stop == -1 && count == 5);
    Gil_DECREF(whole);
    GilObject *clipped = GilSlice_New(zero, huge, huge);
    ck_assert_int_eq(GilSlice_GetIndicesEx(clipped, 5, &start, &stop, &step, &count), 0);
    ck_assert(start == 0 && stop == 5 && count == 1);
    gil_expect_repr(clipped, "slice(0, 1000000000000000000000, 1000000000000000000000)");
    GilObject *bad = GilSlice_New(NULL, NULL, zero);
    ck_assert_int_eq(GilSlice_Unpack(bad, &start, &stop, &step), -1);
    gil_expect_error(GilExc_ValueError, "slice step cannot be zero");
    Gil_DECREF(bad);
    bad = GilSlice_New(GilExc_TypeError, NULL, NULL);
    ck_assert_int_eq(GilSlice_Unpack(bad, &start, &stop, &step), -1);
    gil_expect_error(GilExc_TypeError, "slice indices must be integers or None or have an __index__ method");
    Gil_DECREF(bad);
    Gil_DECREF(huge);
}
END_TEST

START_TEST(test_value_slice__type)
{
    GilObject *s = GilObject_CallFunction((GilObject *)(void *)&GilSlice_Type, "ii", 1, 5), *t,
              *n = GilLong_FromLong(3);
    gil_expect_repr(GilObject_GetAttrString(s, "start"), "1");
    gil_expect_repr(GilObject_GetAttrString(s, "step"), "None");
    gil_expect_repr(GilObject_CallMethod(s, "indices", "O", n), "(1, 3, 1)");
    t = GilSlice_New(GilLong_FromLong(1), GilLong_FromLong(5), NULL);
    ck_assert_int_eq(GilObject_RichCompareBool(s, t, Gil_EQ), 1);
    ck_assert_int_eq(GilObject_Hash(s), GilObject_Hash(t));
    Gil_DECREF(t);
    Gil_DECREF(s);
    gil_expect_failure(GilObject_CallNoArgs((GilObject *)(void *)&GilSlice_Type), GilExc_TypeError,
                       "slice expected at least 1 argument, got 0");
}
END_TEST

START_TEST(test_value_slice__sequences)
{
    GilObject *list = Gil_BuildValue("[iiiii]", 0, 1, 2, 3, 4), *two = Gil_BuildValue("(ii)", 8, 9);
    gil_expect_repr(GilSequence_GetSlice(list, 1, -1), "[1, 2, 3]");
    ck_assert_int_eq(GilSequence_SetSlice(list, 0, 3, two), 0);
    gil_expect_text(GilObject_Repr(list), "[8, 9, 3, 4]");
    ck_assert_int_eq(GilSequence_DelSlice(list, 1, 100), 0);
    gil_expect_repr(list, "[8]");
    ck_assert_int_eq(GilSequence_DelSlice(two, 0, 1), -1);
    gil_expect_error(GilExc_TypeError, "'tuple' object doesn't support slice deletion");
    gil_expect_failure(GilSequence_GetSlice(Gil_None, 0, 1), GilExc_TypeError, "'NoneType' object is unsliceable");
    Gil_DECREF(two);
}
END_TEST

static int
slice_of_list(void *list)
{
    GilObject *part = GilSequence_GetSlice(list, 2000, 3000);
    if (part == NULL)
        return -1;
    Gil_DECREF(part);
    return 0;
}

START_TEST(test_value_slice__lack_of_memory_is_an_error)
{
    GilObject *list = Gil_BuildValue("[ii]", 1, 2);
    gil_test_oom_loop(slice_of_list, list);
    Gil_DECREF(list);
}
END_TEST

/* slice(): one argument is where it stops. */
START_TEST(test_value_slice__made_by_its_type)
{
    GilObject *type = (GilObject *)&GilSlice_Type, *named = Gil_BuildValue("{sO}", "stop", Gil_None), *none = GilTuple_New(0);

    gil_expect_repr(GilObject_CallFunction(type, "i", 5), "slice(None, 5, None)");
    gil_expect_repr(GilObject_CallFunction(type, "ii", 1, 5), "slice(1, 5, None)");
    gil_expect_repr(GilObject_CallFunction(type, "iii", 1, 5, 2), "slice(1, 5, 2)");
    ck_assert_ptr_null(GilObject_Call(type, none, NULL));
    gil_expect_error(GilExc_TypeError, "slice expected at least 1 argument, got 0");
    ck_assert_ptr_null(GilObject_CallFunction(type, "iiii", 1, 2, 3, 4));
    gil_expect_error(GilExc_TypeError, "slice expected at most 3 arguments, got 4");
    ck_assert_ptr_null(GilObject_Call(type, none, named));
    gil_expect_error(GilExc_TypeError, "slice() takes no keyword arguments");
    Gil_DECREF(named);
    Gil_DECREF(none);
}
END_TEST

START_TEST(test_value_slice__compares_with_slices_only)
{
    GilObject *one = GilLong_FromLong(1), *s = GilSlice_New(NULL, one, NULL), *same = GilSlice_New(NULL, one, NULL);
    Gil_ssize_t start, stop, step;

    ck_assert_int_eq(GilObject_RichCompareBool(s, same, Gil_EQ), 1);
    ck_assert_int_eq(GilObject_RichCompareBool(s, one, Gil_EQ), 0);
    ck_assert_ptr_null(GilObject_RichCompare(s, one, Gil_LT));
    gil_expect_error(GilExc_TypeError, "'<' not supported between instances of 'slice' and 'int'");
    Gil_DECREF(s);
    Gil_DECREF(same);
    Gil_DECREF(one);
    /* Its sign can be changed. */
    GilObject *least = GilLong_FromSsize_t(GIL_SSIZE_T_MIN);
    s = GilSlice_New(NULL, NULL, least);
    ck_assert_int_eq(GilSlice_Unpack(s, &start, &stop, &step), 0);
    ck_assert_int_eq(step, -GIL_SSIZE_T_MAX);
    Gil_DECREF(s);
    Gil_DECREF(least);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("value/slice");
    TCase *tc = tcase_create("slice");

    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_value_slice__count_is_what_a_walk_finds);
    tcase_add_test(tc, test_value_slice__unpack);
    tcase_add_test(tc, test_value_slice__type);
    tcase_add_test(tc, test_value_slice__made_by_its_type);
    tcase_add_test(tc, test_value_slice__compares_with_slices_only);
    tcase_add_test(tc, test_value_slice__sequences);
    tcase_add_test(tc, test_value_slice__lack_of_memory_is_an_error);
    suite_add_tcase(s, tc);
    return s;
}
