/* SPDX-License-Identifier: MIT */
/* Bound methods. */
#include "support/probe.h"
#include "support/support.h"
#include "value/function.h"

/* The arguments as a tuple; keywords' values behind them. */
static GilObject *
collect(GilObject *Gil_UNUSED(self), GilObject *const *args, Gil_ssize_t nargs, GilObject *kwnames)
{
    return GilTuple_FromArray(args, nargs + (kwnames == NULL ? 0 : GilTuple_GET_SIZE(kwnames)));
}

static GilMethodDef collect_def = {"collect", _GilCFunction_CAST(collect), GIL_METH_FASTCALL | GIL_METH_KEYWORDS, "Doc."};

START_TEST(test_value_method__puts_self_first)
{
    GilObject *f = GilCFunction_New(&collect_def, NULL), *self = GilUnicode_FromString("self"), *m = GilMethod_New(f, self);
    GilObject *numbers[10], *r = GilObject_CallNoArgs(m);
    gil_test_repr(r, "('self',)");
    Gil_DECREF(r);
    numbers[0] = Gil_None;
    for (int i = 1; i < 10; i++)
        numbers[i] = GilLong_FromLong(i);
    r = GilObject_Vectorcall(m, numbers + 1, 3, NULL);
    gil_test_repr(r, "('self', 1, 2, 3)");
    Gil_DECREF(r);
    r = GilObject_Vectorcall(m, numbers + 1, 3 | GIL_VECTORCALL_ARGUMENTS_OFFSET, NULL);
    gil_test_repr(r, "('self', 1, 2, 3)");
    ck_assert_ptr_eq(numbers[0], Gil_None); /* the lent place is as it was */
    Gil_DECREF(r);
    GilObject *names = GilTuple_Pack(1, self);
    r = GilObject_Vectorcall(m, numbers + 1, 8, names);
    gil_test_repr(r, "('self', 1, 2, 3, 4, 5, 6, 7, 8, 9)");
    Gil_DECREF(r);
    Gil_DECREF(names);
    Gil_DECREF(m);
    Gil_DECREF(self);
    Gil_DECREF(f);
}
END_TEST

START_TEST(test_value_method__attributes_are_those_of_the_function)
{
    GilObject *f = GilCFunction_New(&collect_def, NULL), *m = GilMethod_New(f, Gil_None);
    GilObject *name = GilObject_GetAttrString(m, "__name__"), *func = GilObject_GetAttrString(m, "__func__");
    gil_test_repr(name, "'collect'");
    ck_assert_ptr_eq(func, f);
    ck_assert_ptr_eq(GilMethod_Function(m), f);
    ck_assert_ptr_eq(GilMethod_Self(m), Gil_None);
    gil_test_repr(m, "<bound method collect of None>");
    GilObject *same = GilMethod_New(f, Gil_None);
    ck_assert_int_eq(GilObject_RichCompareBool(m, same, Gil_EQ), 1);
    ck_assert_int_eq(GilObject_Hash(m), GilObject_Hash(same));
    Gil_DECREF(same);
    Gil_DECREF(name);
    Gil_DECREF(func);
    Gil_DECREF(m);
    Gil_DECREF(f);
}
END_TEST

static int
make_and_call(void *arg)
{
    GilObject *args[9] = {arg, arg, arg, arg, arg, arg, arg, arg, arg};
    GilObject *f = GilCFunction_New(&collect_def, NULL), *m = f == NULL ? NULL : GilMethod_New(f, arg);
    GilObject *r = m == NULL ? NULL : GilObject_Vectorcall(m, args, 9, NULL);
    Gil_XDECREF(r);
    Gil_XDECREF(m);
    Gil_XDECREF(f);
    return r == NULL ? -1 : 0;
}

START_TEST(test_J1_method)
{
    gil_test_oom_loop(make_and_call, Gil_None);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("value/method");
    TCase *tc = tcase_create("method");
    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_value_method__puts_self_first);
    tcase_add_test(tc, test_value_method__attributes_are_those_of_the_function);
    tcase_add_test(tc, test_J1_method);
    suite_add_tcase(s, tc);
    return s;
}
