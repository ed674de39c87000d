/* SPDX-License-Identifier: MIT */
/* Ranges against rows that are written out, and ranges of large numbers. */
#include "support/expect.h"
#include "support/probe.h"
#include "support/support.h"
#include "value/range.h"
#include "value/slice.h"

static GilObject *
evaluate(GilTypeObject *type, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    GilObject *args = Gil_VaBuildValue(format, values), *result = NULL;
    va_end(values);
    ck_assert_ptr_nonnull(args);
    result = GilObject_Call((GilObject *)(void *)type, args, NULL);
    Gil_DECREF(args);
    return result;
}

static GilObject *
range(long start, long stop, long step)
{
    GilObject *r = evaluate(&GilRange_Type, "(lll)", start, stop, step);
    ck_assert_ptr_nonnull(r);
    return r;
}

/* The same numbers, written out by a loop that knows nothing of lengths. */
static GilObject *
row(long start, long stop, long step)
{
    GilObject *list = GilList_New(0);
    for (long i = start; step > 0 ? i < stop : i > stop; i += step) {
        GilObject *number = GilLong_FromLong(i);
        ck_assert_int_eq(GilList_Append(list, number), 0);
        Gil_DECREF(number);
    }
    return list;
}

static void
same(GilObject *range, GilObject *list)
{
    GilObject *items = GilSequence_List(range);
    ck_assert_ptr_nonnull(items);
    ck_assert_int_eq(GilObject_RichCompareBool(items, list, Gil_EQ), 1);
    ck_assert_int_eq(GilObject_Size(range), GilObject_Size(list));
    ck_assert_int_eq(GilObject_IsTrue(range), GilObject_Size(list) > 0);
    Gil_DECREF(items);
}

/* Every number near the range: is it in, and where; every position, from both ends and outside. */
static void
same_answers(GilObject *r, GilObject *list, long low, long high)
{
    Gil_ssize_t n = GilList_GET_SIZE(list);
    for (long i = low; i <= high; i++) {
        GilObject *number = GilLong_FromLong(i);
        int in = GilSequence_Contains(list, number);
        ck_assert_int_eq(GilSequence_Contains(r, number), in);
        GilObject *count = GilObject_CallMethod(r, "count", "O", number);
        ck_assert_int_eq(GilLong_AsLong(count), in);
        GilObject *index = GilObject_CallMethod(r, "index", "O", number);
        if (in)
            ck_assert_int_eq(GilLong_AsSsize_t(index), GilSequence_Index(list, number));
        else
            gil_test_raised(GilExc_ValueError);
        Gil_XDECREF(index);
        Gil_DECREF(count);
        Gil_DECREF(number);
    }
    for (Gil_ssize_t i = -n - 2; i < n + 2; i++) {
        GilObject *key = GilLong_FromSsize_t(i), *a = GilObject_GetItem(r, key), *b = NULL;
        if (i < -n || i >= n) {
            ck_assert_ptr_null(a);
            gil_test_error(GilExc_IndexError, "range object index out of range");
        }
        else {
            b = GilObject_GetItem(list, key);
            ck_assert_int_eq(GilObject_RichCompareBool(a, b, Gil_EQ), 1);
        }
        Gil_XDECREF(a);
        Gil_XDECREF(b);
        Gil_DECREF(key);
    }
}

START_TEST(test_value_range__is_what_it_stands_for)
{
    static const long steps[] = {1, -1, 2, -3, 5, -40};
    for (long start = -7; start <= 7; start += 2)
        for (long stop = -8; stop <= 8; stop += 3)
            for (size_t i = 0; i < Gil_ARRAY_LENGTH(steps); i++) {
                GilObject *r = range(start, stop, steps[i]), *list = row(start, stop, steps[i]);
                same(r, list);
                same_answers(r, list, -10, 10);
                Gil_DECREF(list);
                Gil_DECREF(r);
            }
}
END_TEST

static GilObject *
bound(long i)
{
    return i == 99 ? Gil_None : GilLong_FromLong(i);
}

START_TEST(test_value_range__slices_are_ranges)
{
    static const long bounds[] = {99, -9, -3, -1, 0, 1, 4, 9}, steps[] = {99, 1, 2, -1, -2, 7, -7};
    GilObject *r = range(10, 35, 4), *list = row(10, 35, 4); /* 7 items */
    for (size_t a = 0; a < Gil_ARRAY_LENGTH(bounds); a++)
        for (size_t b = 0; b < Gil_ARRAY_LENGTH(bounds); b++)
            for (size_t c = 0; c < Gil_ARRAY_LENGTH(steps); c++) {
                GilObject *slice = GilSlice_New(bound(bounds[a]), bound(bounds[b]), bound(steps[c]));
                GilObject *part = GilObject_GetItem(r, slice), *expected = GilObject_GetItem(list, slice);
                ck_assert(GilRange_Check(part));
                same(part, expected);
                Gil_DECREF(expected);
                Gil_DECREF(part);
                Gil_DECREF(slice);
            }
    GilObject *zero = GilSlice_New(NULL, NULL, bound(0)), *text = GilUnicode_FromString("1");
    GilObject *odd = GilSlice_New(NULL, text, NULL);
    ck_assert_ptr_null(GilObject_GetItem(r, zero));
    gil_test_error(GilExc_ValueError, "slice step cannot be zero");
    ck_assert_ptr_null(GilObject_GetItem(r, odd));
    gil_test_raised(GilExc_TypeError);
    ck_assert_ptr_null(GilObject_GetItem(r, text));
    gil_test_error(GilExc_TypeError, "range indices must be integers or slices, not str");
    Gil_DECREF(odd);
    Gil_DECREF(zero);
    Gil_DECREF(text);
    Gil_DECREF(list);
    Gil_DECREF(r);
}
END_TEST

/* The int written there. */
static GilObject *
number(const char *text)
{
    GilObject *op = GilLong_FromString(text, NULL, 10);
    ck_assert_ptr_nonnull(op);
    return op;
}

START_TEST(test_value_range__of_large_numbers)
{
    GilObject *r = evaluate(&GilRange_Type, "(NN)", number("1000000000000000000000"), number("3000000000000000000000"));
    gil_test_repr(r, "range(1000000000000000000000, 3000000000000000000000)");
    ck_assert_int_eq(GilObject_Size(r), -1);
    gil_test_raised(GilExc_OverflowError);
    ck_assert_int_eq(GilObject_IsTrue(r), 1);

    GilObject *in = number("1999999999999999999999"), *out = number("3000000000000000000000");
    ck_assert_int_eq(GilSequence_Contains(r, in), 1);
    ck_assert_int_eq(GilSequence_Contains(r, out), 0);
    gil_expect_repr(GilObject_CallMethod(r, "index", "O", in), "999999999999999999999");
    GilObject *last = number("-1"), *item = GilObject_GetItem(r, last);
    gil_test_repr(item, "2999999999999999999999");

    GilObject *step = number("-1000000000000000000000"), *slice = GilSlice_New(bound(-2), NULL, step);
    GilObject *part = GilObject_GetItem(r, slice);
    gil_test_repr(part, "range(2999999999999999999998, 999999999999999999999, -1000000000000000000000)");
    ck_assert_int_eq(GilObject_Size(part), 2);
    GilObject *items = GilSequence_List(part);
    gil_test_repr(items, "[2999999999999999999998, 1999999999999999999998]");

    Gil_DECREF(items);
    Gil_DECREF(part);
    Gil_DECREF(slice);
    Gil_DECREF(step);
    Gil_DECREF(item);
    Gil_DECREF(last);
    Gil_DECREF(out);
    Gil_DECREF(in);
    Gil_DECREF(r);
}
END_TEST

START_TEST(test_value_range__arguments)
{
    static const struct {
        const char *format, *repr;
        GilObject **error;
        const char *text;
    } cases[] = {
        {"(i)", "range(0, 4)", NULL, NULL},
        {"(ii)", "range(4, 5)", NULL, NULL},
        {"(iii)", "range(4, 5, 6)", NULL, NULL},
        {"()", NULL, &GilExc_TypeError, "range expected at least 1 argument, got 0"},
        {"(iiii)", NULL, &GilExc_TypeError, "range expected at most 3 arguments, got 4"},
        {"(s)", NULL, &GilExc_TypeError, "'str' object cannot be interpreted as an integer"},
    };
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(cases); i++) {
        GilObject *r = cases[i].format[1] == 's' ? evaluate(&GilRange_Type, "(s)", "4")
                                                 : evaluate(&GilRange_Type, cases[i].format, 4, 5, 6, 7);
        if (cases[i].repr != NULL)
            gil_test_repr(r, cases[i].repr);
        else
            gil_test_error(*cases[i].error, cases[i].text);
        Gil_XDECREF(r);
    }
    ck_assert_ptr_null(evaluate(&GilRange_Type, "(iii)", 1, 2, 0));
    gil_test_error(GilExc_ValueError, "range() arg 3 must not be zero");

    GilObject *args = Gil_BuildValue("(i)", 1), *kwargs = Gil_BuildValue("{si}", "stop", 1);
    ck_assert_ptr_null(GilObject_Call((GilObject *)(void *)&GilRange_Type, args, kwargs));
    gil_test_error(GilExc_TypeError, "range() takes no keyword arguments");
    Gil_DECREF(kwargs);
    Gil_DECREF(args);
}
END_TEST

START_TEST(test_value_range__equal_when_the_numbers_are)
{
    GilObject *a = range(0, 3, 2), *b = range(0, 4, 2), *c = range(0, 4, 3), *none = range(5, 5, 1), *empty = range(7, 1, 2);
    GilObject *single = range(4, 5, 1), *alone = range(4, 1, -9);
    ck_assert_int_eq(GilObject_RichCompareBool(a, b, Gil_EQ), 1);
    ck_assert_int_eq(GilObject_Hash(a) == GilObject_Hash(b), 1);
    ck_assert_int_eq(GilObject_RichCompareBool(b, c, Gil_EQ), 0);
    ck_assert_int_eq(GilObject_RichCompareBool(b, c, Gil_NE), 1);
    ck_assert_int_eq(GilObject_RichCompareBool(none, empty, Gil_EQ), 1);
    ck_assert_int_eq(GilObject_Hash(none) == GilObject_Hash(empty), 1);
    ck_assert_int_eq(GilObject_RichCompareBool(single, alone, Gil_EQ), 1);
    ck_assert_int_eq(GilObject_Hash(single) == GilObject_Hash(alone), 1);
    ck_assert_int_eq(GilObject_RichCompareBool(single, a, Gil_EQ), 0);
    ck_assert_int_eq(GilObject_RichCompareBool(a, Gil_None, Gil_EQ), 0);
    ck_assert_int_eq(GilObject_RichCompareBool(a, b, Gil_LT), -1);
    gil_test_raised(GilExc_TypeError);

    GilObject *start = GilObject_GetAttrString(c, "start"), *stop = GilObject_GetAttrString(c, "stop"),
              *step = GilObject_GetAttrString(c, "step");
    ck_assert(GilLong_AsLong(start) == 0 && GilLong_AsLong(stop) == 4 && GilLong_AsLong(step) == 3);
    Gil_DECREF(alone);
    Gil_DECREF(single);
    Gil_DECREF(empty);
    Gil_DECREF(none);
    Gil_DECREF(c);
    Gil_DECREF(b);
    Gil_DECREF(a);
}
END_TEST

START_TEST(test_value_range__what_is_no_int_is_compared)
{
    GilObject *r = range(0, 10, 1), *f = GilFloat_FromDouble(3.0), *half = GilFloat_FromDouble(3.5);
    ck_assert_int_eq(GilSequence_Contains(r, f), 1);
    ck_assert_int_eq(GilSequence_Contains(r, half), 0);
    ck_assert_int_eq(GilSequence_Contains(r, Gil_True), 1);
    GilObject *index = GilObject_CallMethod(r, "index", "O", f), *count = GilObject_CallMethod(r, "count", "O", f);
    ck_assert(GilLong_AsLong(index) == 3 && GilLong_AsLong(count) == 1);
    ck_assert_ptr_null(GilObject_CallMethod(r, "index", "O", half));
    gil_test_raised(GilExc_ValueError);
    Gil_DECREF(half);
    Gil_DECREF(f);
    Gil_DECREF(r);
}
END_TEST

START_TEST(test_value_range__slice_indices_of_large_lengths)
{
    GilObject *slice = GilSlice_New(bound(-5), NULL, NULL), *length = number("100000000000000000000");
    gil_expect_repr(GilObject_CallMethod(slice, "indices", "O", length), "(99999999999999999995, 100000000000000000000, 1)");
    ck_assert_ptr_null(GilObject_CallMethod(slice, "indices", "i", -1));
    gil_test_error(GilExc_ValueError, "length should not be negative");
    ck_assert_ptr_null(GilObject_CallMethod(slice, "indices", "s", "4"));
    gil_test_raised(GilExc_TypeError);
    Gil_DECREF(length);
    Gil_DECREF(slice);
}
END_TEST

static int
use_range(void *arg)
{
    GilObject *r = GilObject_Call((GilObject *)(void *)&GilRange_Type, arg, NULL), *item = NULL, *part = NULL, *text = NULL;
    GilObject *slice = r == NULL ? NULL : GilSlice_New(NULL, NULL, NULL), *third = NULL;
    int rc = -1;
    if (slice != NULL && (item = GilSequence_GetItem(r, 2)) != NULL && (part = GilObject_GetItem(r, slice)) != NULL &&
        (text = GilObject_Repr(part)) != NULL && GilObject_Hash(r) != -1 && GilSequence_Contains(r, item) == 1 &&
        (third = GilObject_CallMethod(r, "index", "O", item)) != NULL)
        rc = 0;
    Gil_XDECREF(third);
    Gil_XDECREF(text);
    Gil_XDECREF(part);
    Gil_XDECREF(item);
    Gil_XDECREF(slice);
    Gil_XDECREF(r);
    return rc;
}

START_TEST(test_J1_ranges)
{
    GilObject *small = Gil_BuildValue("(ii)", 2000, 9000),
              *large = Gil_BuildValue("(NNi)", number("100000000000000000000"), number("-100000000000000000000"), -2000);
    gil_test_oom_loop(use_range, small);
    gil_test_oom_loop(use_range, large);
    Gil_DECREF(large);
    Gil_DECREF(small);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("value/range");
    TCase *tc = tcase_create("range");
    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_value_range__is_what_it_stands_for);
    tcase_add_test(tc, test_value_range__slices_are_ranges);
    tcase_add_test(tc, test_value_range__of_large_numbers);
    tcase_add_test(tc, test_value_range__arguments);
    tcase_add_test(tc, test_value_range__equal_when_the_numbers_are);
    tcase_add_test(tc, test_value_range__what_is_no_int_is_compared);
    tcase_add_test(tc, test_value_range__slice_indices_of_large_lengths);
    tcase_add_test(tc, test_J1_ranges);
    suite_add_tcase(s, tc);
    return s;
}
