/* SPDX-License-Identifier: MIT */
/* The int object: small ones, normal form, subclasses, and the making of results. */
#include "support/expect.h"
#include "support/support.h"

#include "value/long.h"

#include <gilrt.h>

START_TEST(test_value_long__small_ints_are_one_object_each)
{
    for (long i = GIL_SMALL_INT_MIN; i <= GIL_SMALL_INT_MAX; i++) {
        GilObject *a = GilLong_FromLong(i), *b = GilLong_FromLong(i);
        ck_assert_ptr_eq(a, b);
        ck_assert(GilUnstable_IsImmortal(a));
        ck_assert_int_eq(GilLong_AsLong(a), i);
    }
    GilObject *a = GilLong_FromLong(GIL_SMALL_INT_MAX + 1), *b = GilLong_FromLong(GIL_SMALL_INT_MAX + 1);
    ck_assert_ptr_ne(a, b);
    Gil_DECREF(a);
    Gil_DECREF(b);
}
END_TEST

START_TEST(test_value_long__results_are_in_normal_form)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    struct gil_long *v = gil_long_new(ts, 3);
    v->digit[0] = 5, v->digit[1] = 0, v->digit[2] = 0;
    ck_assert_ptr_eq(gil_long_finish(v, 3, 1), gil_small_int(-5));
    v = gil_long_new(ts, 3);
    v->digit[0] = 6, v->digit[1] = 0, v->digit[2] = 0;
    GilObject *op = gil_long_finish(v, 3, 1);
    ck_assert_int_eq(gil_long(op)->size, -1);
    gil_expect_repr(op, "-6");
    ck_assert_ptr_eq(gil_long_finish(gil_long_new(ts, 0), 0, 1), gil_small_int(0));
}
END_TEST

START_TEST(test_value_long__room_beyond_all_memory_is_refused)
{
    ck_assert_ptr_null(gil_long_new(gil_tstate_need(__func__), SIZE_MAX / 8));
    gil_expect_error(GilExc_OverflowError, "too many digits in integer");
}
END_TEST

START_TEST(test_value_long__subclass_keeps_its_type_and_arithmetic_drops_it)
{
    GilType_Slot slots[] = {{Gil_tp_base, &GilLong_Type}, {0, NULL}};
    GilType_Spec spec = {.name = "test.Count", .flags = Gil_TPFLAGS_DEFAULT, .slots = slots};
    GilObject *type = GilType_FromSpec(&spec);
    ck_assert_ptr_nonnull(type);
    GilObject *big = GilLong_FromString("123456789012345678901234567890", NULL, 10);
    GilObject *count = GilObject_CallOneArg(type, big);
    ck_assert_ptr_nonnull(count);
    ck_assert_ptr_eq(Gil_TYPE(count), (GilTypeObject *)(void *)type);
    ck_assert_int_eq(GilObject_RichCompareBool(count, big, Gil_EQ), 1);
    GilObject *exact = GilNumber_Index(count);
    ck_assert(GilLong_CheckExact(exact));
    gil_expect_repr(exact, "123456789012345678901234567890");
    GilObject *sum = GilNumber_Add(count, count);
    ck_assert(GilLong_CheckExact(sum));
    Gil_DECREF(sum);
    Gil_DECREF(count);
    Gil_DECREF(big);
    Gil_DECREF(type);
}
END_TEST

static int
make_large(void *arg)
{
    GilObject *v = gil_long_from_int128(gil_tstate_need(__func__), (__int128)1 << 100);
    (void)arg;
    if (v == NULL)
        return -1;
    Gil_DECREF(v);
    return 0;
}

START_TEST(test_value_long__lack_of_memory_is_an_error)
{
    gil_test_oom_loop(make_large, NULL);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("value/long");
    TCase *tc = tcase_create("long");

    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_value_long__small_ints_are_one_object_each);
    tcase_add_test(tc, test_value_long__results_are_in_normal_form);
    tcase_add_test(tc, test_value_long__room_beyond_all_memory_is_refused);
    tcase_add_test(tc, test_value_long__subclass_keeps_its_type_and_arithmetic_drops_it);
    tcase_add_test(tc, test_value_long__lack_of_memory_is_an_error);
    suite_add_tcase(s, tc);
    return s;
}
