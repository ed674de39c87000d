/* SPDX-License-Identifier: MIT */
/* Bound methods. */
#include "gilrt/typeobject.h"
#include "state/tstate.h"
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

/* The text is the function's too, through methods of methods, and not the type's. */
START_TEST(test_value_method__the_text_is_that_of_the_function)
{
    static GilMethodDef told = {"told", _GilCFunction_CAST(collect), GIL_METH_FASTCALL | GIL_METH_KEYWORDS, "What it is told."};
    GilObject *f = GilCFunction_New(&told, NULL), *m = GilMethod_New(f, Gil_None), *outer = GilMethod_New(m, Gil_None), *text;

    gil_test_repr(text = GilObject_GetAttrString(outer, "__doc__"), "'What it is told.'");
    Gil_DECREF(text);
    ck_assert_int_eq(GilObject_SetAttrString(m, "__doc__", Gil_None), -1);
    gil_test_raised(GilExc_AttributeError);
    ck_assert_int_eq(Gil_TYPE(m)->tp_clear(m), 0);
    ck_assert_ptr_eq(GilObject_GetAttrString(outer, "__doc__"), Gil_None);
    Gil_DECREF(outer);
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

static GilObject *
give_none(GilObject *Gil_UNUSED(self), GilObject *Gil_UNUSED(args))
{
    Gil_RETURN_NONE;
}

static GilMethodDef none_def = {"none", give_none, GIL_METH_NOARGS, NULL};

START_TEST(test_value_method__compares_function_and_self)
{
    GilObject *f = GilCFunction_New(&collect_def, NULL), *g = GilCFunction_New(&none_def, NULL);
    GilObject *m = GilMethod_New(f, Gil_None), *of_true = GilMethod_New(f, Gil_True), *other = GilMethod_New(g, Gil_None);
    ck_assert_int_eq(GilObject_RichCompareBool(m, of_true, Gil_EQ), 0);
    ck_assert_int_eq(GilObject_RichCompareBool(m, of_true, Gil_NE), 1);
    ck_assert_int_eq(GilObject_RichCompareBool(m, other, Gil_EQ), 0);
    ck_assert_int_eq(GilObject_RichCompareBool(m, other, Gil_NE), 1);
    ck_assert_int_eq(GilObject_RichCompareBool(m, f, Gil_EQ), 0);
    ck_assert_ptr_null(GilObject_RichCompare(m, other, Gil_LT));
    gil_test_raised(GilExc_TypeError);
    Gil_DECREF(other);
    Gil_DECREF(of_true);
    Gil_DECREF(m);
    Gil_DECREF(g);
    Gil_DECREF(f);
}
END_TEST

/* A callable that has no name, and one whose name is no text. */
static GilObject *
refuse_name(GilObject *Gil_UNUSED(self), GilObject *name)
{
    if (GilUnicode_EqualToUTF8(name, "__qualname__"))
        return GilErr_Format(GilExc_OSError, "the name is written nowhere");
    return GilErr_Format(GilExc_AttributeError, "nothing");
}

static GilObject *
number_for_name(GilObject *Gil_UNUSED(self), GilObject *name)
{
    if (GilUnicode_EqualToUTF8(name, "__name__"))
        return GilLong_FromLong(7);
    return GilErr_Format(GilExc_AttributeError, "nothing");
}

static Gil_hash_t
no_hash(GilObject *Gil_UNUSED(self))
{
    GilErr_SetString(GilExc_OSError, "no hash");
    return -1;
}

static GilObject *
no_comparison(GilObject *Gil_UNUSED(v), GilObject *Gil_UNUSED(w), int Gil_UNUSED(op))
{
    return GilErr_Format(GilExc_OSError, "no comparison");
}

static GilObject *
call_nothing(GilObject *Gil_UNUSED(self), GilObject *Gil_UNUSED(args), GilObject *Gil_UNUSED(kwargs))
{
    Gil_RETURN_NONE;
}

static GilObject *
callable(getattrofunc getattro)
{
    GilType_Slot slots[] = {{Gil_tp_call, (void *)call_nothing},
                            {Gil_tp_getattro, (void *)getattro},
                            {Gil_tp_hash, (void *)no_hash},
                            {Gil_tp_richcompare, (void *)no_comparison},
                            {0, NULL}};
    GilType_Spec spec = {"t.Callable", 0, 0, Gil_TPFLAGS_DEFAULT, slots};
    GilObject *type = GilType_FromSpec(&spec), *op = GilObject_CallNoArgs(type);
    Gil_DECREF(type);
    ck_assert_ptr_nonnull(op);
    return op;
}

START_TEST(test_value_method__of_a_function_that_does_not_answer)
{
    GilObject *f = callable(refuse_name), *m = GilMethod_New(f, Gil_None), *twin = callable(number_for_name),
              *other = GilMethod_New(twin, Gil_None);
    ck_assert_ptr_null(GilObject_Repr(m));
    gil_test_error(GilExc_OSError, "the name is written nowhere");
    gil_test_repr(other, "<bound method ? of None>");
    ck_assert_int_eq(GilObject_Hash(m), -1);
    gil_test_error(GilExc_OSError, "no hash");
    ck_assert_int_eq(GilObject_RichCompareBool(m, other, Gil_EQ), -1);
    gil_test_error(GilExc_OSError, "no comparison");
    Gil_DECREF(other);
    Gil_DECREF(twin);
    Gil_DECREF(m);
    Gil_DECREF(f);
}
END_TEST

START_TEST(test_value_method__bound_it_stays_bound)
{
    GilObject *f = GilCFunction_New(&collect_def, NULL), *m = GilMethod_New(f, Gil_True), *dict = GilDict_New();
    ck_assert_int_eq(GilDict_SetItemString(dict, "m", m), 0);
    GilObject *class = GilObject_CallFunction((GilObject *)(void *)&GilType_Type, "s()O", "C", dict);
    GilObject *op = GilObject_CallNoArgs(class), *found = GilObject_GetAttrString(op, "m");
    ck_assert_ptr_eq(found, m);
    GilObject *r = GilObject_CallNoArgs(found);
    gil_test_repr(r, "(True,)");
    Gil_DECREF(r);
    Gil_DECREF(found);
    Gil_DECREF(op);
    Gil_DECREF(class);
    Gil_DECREF(dict);
    Gil_DECREF(m);
    Gil_DECREF(f);
}
END_TEST

/* What a finalizer finds that looks at a method which is garbage with it: it is whole. Afterwards the method is gone. */
START_TEST(test_value_method__in_a_cycle_is_collected)
{
    GilObject *list = GilList_New(0), *f = GilCFunction_New(&collect_def, NULL), *m = GilMethod_New(f, list);
    GilObject *ref = GilWeakref_NewRef(m, NULL), *alive = NULL;
    ck_assert_int_eq(GilList_Append(list, m), 0);
    Gil_DECREF(m);
    Gil_DECREF(f);
    Gil_DECREF(list);
    ck_assert_int_ge(GilGC_Collect(), 2);
    ck_assert_int_eq(GilWeakref_GetRef(ref, &alive), 0);
    Gil_DECREF(ref);
}
END_TEST

/* tp_clear may leave a method that others still look at, who get errors and no crash. */
START_TEST(test_value_method__taken_apart_it_refuses)
{
    GilObject *f = GilCFunction_New(&collect_def, NULL), *m = GilMethod_New(f, Gil_True), *out = NULL;
    ck_assert_int_eq(Gil_TYPE(m)->tp_clear(m), 0);
    ck_assert_ptr_null(GilObject_CallNoArgs(m));
    gil_test_error(GilExc_RuntimeError, "the method's function is gone");
    ck_assert_ptr_null(GilObject_GetAttrString(m, "__name__"));
    gil_test_raised(GilExc_AttributeError);
    ck_assert_int_eq(GilObject_GetOptionalAttrString(m, "__name__", &out), 0);
    ck_assert_int_eq(GilObject_Hash(m), -1);
    gil_test_raised(GilExc_SystemError);
    GilObject *text = GilObject_Repr(m);
    ck_assert_ptr_nonnull(text);
    Gil_DECREF(text);
    ck_assert_int_eq(Gil_TYPE(m)->tp_clear(m), 0);
    Gil_DECREF(m);
    Gil_DECREF(f);
}
END_TEST

/* Methods of methods to any depth: errors, and no end of the stack. */
START_TEST(test_G5_method_of_method)
{
    GilObject *f = GilCFunction_New(&collect_def, NULL), *m = GilMethod_New(f, Gil_None), *few = NULL, *out;
    for (int i = 0; i < 100000; i++) {
        GilObject *outer = GilMethod_New(m, Gil_True);
        Gil_DECREF(m);
        m = outer;
        if (i == 1)
            few = Gil_NewRef(m);
    }
    gil_test_repr(out = GilObject_CallNoArgs(few), "(None, True, True)");
    Gil_DECREF(out);
    gil_test_repr(out = GilObject_CallOneArg(few, Gil_False), "(None, True, True, False)");
    Gil_DECREF(out);
    gil_test_repr(out = GilObject_GetAttrString(few, "__name__"), "'collect'");
    Gil_DECREF(out);
    ck_assert_int_ne(GilObject_Hash(few), -1);
    ck_assert_ptr_null(GilObject_CallNoArgs(m));
    gil_test_error(GilExc_RecursionError, "maximum recursion depth exceeded while calling a method");
    ck_assert_int_eq(GilObject_Hash(m), -1);
    gil_test_error(GilExc_RecursionError, "maximum recursion depth exceeded while hashing a method");
    ck_assert_ptr_null(GilObject_GetAttrString(m, "__name__"));
    gil_test_error(GilExc_RecursionError, "maximum recursion depth exceeded while asking a method");
    ck_assert_int_eq(GilObject_GetOptionalAttrString(m, "nothing", &out), -1);
    gil_test_raised(GilExc_RecursionError);
    ck_assert_int_eq(GilThreadState_Get()->recursion, 0);
    Gil_DECREF(few);
    Gil_DECREF(m);
    Gil_DECREF(f);
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
    tcase_add_test(tc, test_value_method__the_text_is_that_of_the_function);
    tcase_add_test(tc, test_J1_method);
    tcase_add_test(tc, test_value_method__compares_function_and_self);
    tcase_add_test(tc, test_value_method__of_a_function_that_does_not_answer);
    tcase_add_test(tc, test_value_method__bound_it_stays_bound);
    tcase_add_test(tc, test_value_method__in_a_cycle_is_collected);
    tcase_add_test(tc, test_value_method__taken_apart_it_refuses);
    tcase_add_test(tc, test_G5_method_of_method);
    suite_add_tcase(s, tc);
    return s;
}
