/* SPDX-License-Identifier: MIT */
/* Which operand is asked, in which order; what is tried after that; and the words of refusal. */
#include "support/expect.h"
#include "support/support.h"

#include "gilrt/typeobject.h"

#include <gilrt.h>
#include <limits.h>
#include <string.h>

/* What was asked, a letter each: the types below are A, B, and C derived from A. */
static char asked[16];

static void
note(char who)
{
    size_t n = strlen(asked);
    asked[n] = who;
    asked[n + 1] = '\0';
}

static GilObject *
a_asked(GilObject *v, GilObject *w)
{
    (void)v, (void)w;
    note('a');
    Gil_RETURN_NOTIMPLEMENTED;
}

static GilObject *
b_asked(GilObject *v, GilObject *w)
{
    (void)v, (void)w;
    note('b');
    Gil_RETURN_NOTIMPLEMENTED;
}

static GilObject *
c_asked(GilObject *v, GilObject *w)
{
    (void)v, (void)w;
    note('c');
    Gil_RETURN_NOTIMPLEMENTED;
}

static GilObject *
a_in_place(GilObject *v, GilObject *w)
{
    (void)v, (void)w;
    note('i');
    Gil_RETURN_NOTIMPLEMENTED;
}

static GilObject *
a_power(GilObject *v, GilObject *w, GilObject *z)
{
    (void)v, (void)w, (void)z;
    note('p');
    Gil_RETURN_NOTIMPLEMENTED;
}

static GilObject *a, *b, *c;

static GilObject *
instance(const char *name, GilType_Slot *slots)
{
    GilType_Spec spec = {.name = name, .basicsize = sizeof(GilObject), .flags = Gil_TPFLAGS_BASETYPE, .slots = slots};
    GilObject *type = GilType_FromSpec(&spec), *op;
    ck_assert_ptr_nonnull(type);
    op = GilObject_CallNoArgs(type);
    Gil_DECREF(type);
    ck_assert_ptr_nonnull(op);
    return op;
}

static void
start(void)
{
    gil_test_start();
    GilType_Slot a_slots[] = {{Gil_nb_subtract, (void *)(uintptr_t)a_asked},
                              {Gil_nb_inplace_subtract, (void *)(uintptr_t)a_in_place},
                              {Gil_nb_power, (void *)(uintptr_t)a_power},
                              {0, NULL}};
    GilType_Slot b_slots[] = {{Gil_nb_subtract, (void *)(uintptr_t)b_asked}, {0, NULL}};
    a = instance("test.A", a_slots);
    b = instance("test.B", b_slots);
    GilType_Slot c_slots[] = {{Gil_tp_base, Gil_TYPE(a)}, {Gil_nb_subtract, (void *)(uintptr_t)c_asked}, {0, NULL}};
    c = instance("test.C", c_slots);
}

static void
stop(void)
{
    Gil_CLEAR(c);
    Gil_CLEAR(b);
    Gil_CLEAR(a);
    gil_test_stop();
}

static void
expect_asked(binaryfunc fn, GilObject *v, GilObject *w, const char *order, const char *message)
{
    asked[0] = '\0';
    gil_expect_failure(fn(v, w), GilExc_TypeError, message);
    ck_assert_str_eq(asked, order);
}

START_TEST(test_protocol_number__order_of_asking)
{
    expect_asked(GilNumber_Subtract, a, b, "ab", "unsupported operand type(s) for -: 'test.A' and 'test.B'");
    expect_asked(GilNumber_Subtract, b, a, "ba", "unsupported operand type(s) for -: 'test.B' and 'test.A'");
    expect_asked(GilNumber_Subtract, a, c, "ca", "unsupported operand type(s) for -: 'test.A' and 'test.C'");
    expect_asked(GilNumber_Subtract, c, a, "ca", "unsupported operand type(s) for -: 'test.C' and 'test.A'");
    expect_asked(GilNumber_Subtract, a, a, "a", "unsupported operand type(s) for -: 'test.A' and 'test.A'");
    expect_asked(GilNumber_Subtract, Gil_None, a, "a", "unsupported operand type(s) for -: 'NoneType' and 'test.A'");
    expect_asked(GilNumber_InPlaceSubtract, a, b, "iab", "unsupported operand type(s) for -=: 'test.A' and 'test.B'");
    expect_asked(GilNumber_Xor, a, b, "", "unsupported operand type(s) for ^: 'test.A' and 'test.B'");
}
END_TEST

START_TEST(test_protocol_number__powers_ask_three)
{
    gil_expect_failure(GilNumber_Power(b, b, Gil_None), GilExc_TypeError,
                       "unsupported operand type(s) for ** or pow(): 'test.B' and 'test.B'");
    gil_expect_failure(GilNumber_Power(Gil_True, b, a), GilExc_TypeError,
                       "unsupported operand type(s) for ** or pow(): 'bool', 'test.B', 'test.A'");
    ck_assert_str_eq(asked, "p");
    gil_expect_failure(GilNumber_InPlacePower(b, b, Gil_None), GilExc_TypeError,
                       "unsupported operand type(s) for **=: 'test.B' and 'test.B'");
}
END_TEST

START_TEST(test_protocol_number__sequences_join_and_repeat)
{
    GilObject *list = Gil_BuildValue("[i]", 7), *two = GilLong_FromLong(2), *half = GilFloat_FromDouble(0.5);
    gil_expect_repr(GilNumber_Add(list, list), "[7, 7]");
    gil_expect_repr(GilNumber_Multiply(list, two), "[7, 7]");
    gil_expect_repr(GilNumber_Multiply(two, list), "[7, 7]");
    gil_expect_failure(GilNumber_Multiply(list, half), GilExc_TypeError,
                       "can't multiply sequence by non-int of type 'float'");
    GilObject *same = GilNumber_InPlaceAdd(list, list);
    ck_assert_ptr_eq(same, list);
    Gil_DECREF(same);
    same = GilNumber_InPlaceMultiply(list, two);
    ck_assert_ptr_eq(same, list);
    gil_expect_repr(same, "[7, 7, 7, 7]");
    gil_expect_failure(GilNumber_InPlaceAdd(two, a), GilExc_TypeError,
                       "unsupported operand type(s) for +=: 'int' and 'test.A'");
    gil_expect_failure(GilNumber_InPlaceMultiply(half, a), GilExc_TypeError,
                       "unsupported operand type(s) for *=: 'float' and 'test.A'");
    Gil_DECREF(half);
    Gil_DECREF(list);
}
END_TEST

START_TEST(test_protocol_number__unary_operations_that_are_missing)
{
    gil_expect_failure(GilNumber_Negative(a), GilExc_TypeError, "bad operand type for unary -: 'test.A'");
    gil_expect_failure(GilNumber_Positive(a), GilExc_TypeError, "bad operand type for unary +: 'test.A'");
    gil_expect_failure(GilNumber_Absolute(Gil_None), GilExc_TypeError, "bad operand type for abs(): 'NoneType'");
    GilObject *half = GilFloat_FromDouble(0.5);
    gil_expect_failure(GilNumber_Invert(half), GilExc_TypeError, "bad operand type for unary ~: 'float'");
    ck_assert_int_eq(GilNumber_Check(half), 1);
    ck_assert_int_eq(GilIndex_Check(half), 0);
    ck_assert_int_eq(GilNumber_Check(a), 0);
    Gil_DECREF(half);
}
END_TEST

static GilObject *
says_less(GilObject *Gil_UNUSED(v), GilObject *Gil_UNUSED(w), int op)
{
    return GilBool_FromLong(op == Gil_LT);
}

/* The type of an int that takes itself for the least. */
static GilObject *
less_type(void)
{
    static GilType_Slot slots[] = {{Gil_tp_base, &GilLong_Type}, {Gil_tp_richcompare, (void *)says_less}, {0, NULL}};
    static GilType_Spec spec = {"test.Less", 0, 0, Gil_TPFLAGS_DEFAULT, slots};

    return GilType_FromSpec(&spec);
}

static int
clip(void *minus)
{
    Gil_ssize_t n = GilNumber_AsSsize_t(minus, NULL);

    if (n == -1)
        return -1;
    ck_assert_int_eq(n, GIL_SSIZE_T_MIN);
    return 0;
}

START_TEST(test_protocol_number__index_clipped_or_refused)
{
    GilObject *huge = GilLong_FromString("10000000000000000000000", NULL, 10), *minus = GilNumber_Negative(huge);
    ck_assert_int_eq(GilNumber_AsSsize_t(Gil_True, NULL), 1);
    ck_assert_int_eq(GilNumber_AsSsize_t(huge, NULL), GIL_SSIZE_T_MAX);
    ck_assert_int_eq(GilNumber_AsSsize_t(minus, NULL), GIL_SSIZE_T_MIN);
    ck_assert_ptr_null(GilErr_Occurred());
    GilObject *above = GilLong_FromUnsignedLong(ULONG_MAX), *less = less_type(), *odd = GilObject_CallOneArg(less, huge);
    ck_assert_int_eq(GilNumber_AsSsize_t(above, NULL), GIL_SSIZE_T_MAX);
    ck_assert_int_eq(GilNumber_AsSsize_t(odd, NULL), GIL_SSIZE_T_MAX); /* whatever it says of itself */
    Gil_DECREF(above);
    Gil_DECREF(less);
    Gil_DECREF(odd);
    ck_assert_int_eq(GilNumber_AsSsize_t(huge, GilExc_IndexError), -1);
    gil_expect_error(GilExc_IndexError, "cannot fit 'int' into an index-sized integer");
    ck_assert_int_eq(GilNumber_AsSsize_t(a, NULL), -1);
    gil_expect_error(GilExc_TypeError, "'test.A' object cannot be interpreted as an integer");
    gil_test_oom_loop(clip, minus);
    Gil_DECREF(huge);
    Gil_DECREF(minus);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("protocol/number");
    TCase *tc = tcase_create("number");

    tcase_add_checked_fixture(tc, start, stop);
    tcase_add_test(tc, test_protocol_number__order_of_asking);
    tcase_add_test(tc, test_protocol_number__powers_ask_three);
    tcase_add_test(tc, test_protocol_number__sequences_join_and_repeat);
    tcase_add_test(tc, test_protocol_number__unary_operations_that_are_missing);
    tcase_add_test(tc, test_protocol_number__index_clipped_or_refused);
    suite_add_tcase(s, tc);
    return s;
}
