/* SPDX-License-Identifier: MIT */
/* Built-in functions and methods. */
#include "support/probe.h"
#include "support/support.h"
#include "value/function.h"

static GilObject *
give_self(GilObject *self, GilObject *Gil_UNUSED(args))
{
    return Gil_NewRef(self == NULL ? Gil_None : self);
}

static GilObject *
count_arguments(GilObject *Gil_UNUSED(self), GilObject *const *Gil_UNUSED(args), Gil_ssize_t nargs, GilObject *kwnames)
{
    Gil_ssize_t n = kwnames == NULL ? 0 : GilTuple_GET_SIZE(kwnames);
    GilObject *a = GilLong_FromSsize_t(nargs), *b = GilLong_FromSsize_t(n), *pair = GilTuple_Pack(2, a, b);
    Gil_DECREF(a);
    Gil_DECREF(b);
    return pair;
}

static GilObject *
give_class(GilObject *Gil_UNUSED(self), GilTypeObject *cls, GilObject *const *Gil_UNUSED(args), size_t Gil_UNUSED(nargs),
           GilObject *Gil_UNUSED(kwnames))
{
    return Gil_NewRef(cls);
}

static GilMethodDef self_def = {"me", give_self, GIL_METH_NOARGS, "me($self)\n--\n\nGives itself."};
static GilMethodDef count_def = {"count", _GilCFunction_CAST(count_arguments), GIL_METH_FASTCALL | GIL_METH_KEYWORDS, NULL};
static GilMethodDef class_def = {"cls", _GilCFunction_CAST(give_class),
                                 GIL_METH_METHOD | GIL_METH_FASTCALL | GIL_METH_KEYWORDS, NULL};
static GilMethodDef bad_def = {"bad", give_self, GIL_METH_NOARGS | GIL_METH_O, NULL};

START_TEST(test_value_function__calls_with_self)
{
    GilObject *list = GilList_New(0), *f = GilCFunction_New(&self_def, list), *r = GilObject_CallNoArgs(f);
    ck_assert_ptr_eq(r, list);
    Gil_DECREF(r);
    ck_assert_ptr_null(GilObject_CallOneArg(f, list));
    gil_test_error(GilExc_TypeError, "me() takes no arguments (1 given)");
    Gil_DECREF(f);
    ck_assert_int_eq(Gil_REFCNT(list), 1);
    Gil_DECREF(list);
}
END_TEST

START_TEST(test_value_function__keywords_arrive)
{
    GilObject *f = GilCFunction_New(&count_def, NULL), *args = GilTuple_Pack(2, Gil_None, Gil_None), *kwargs = GilDict_New();
    GilDict_SetItemString(kwargs, "k", Gil_None);
    GilObject *r = GilObject_Call(f, args, kwargs);
    gil_test_repr(r, "(2, 1)");
    Gil_DECREF(r);
    Gil_DECREF(kwargs);
    Gil_DECREF(args);
    Gil_DECREF(f);
}
END_TEST

START_TEST(test_value_function__defining_class_arrives)
{
    GilObject *f = GilCMethod_New(&class_def, Gil_None, NULL, &GilList_Type), *r = GilObject_CallNoArgs(f);
    ck_assert_ptr_eq(r, (GilObject *)&GilList_Type);
    ck_assert(GilCMethod_Check(f) && GilCFunction_Check(f) && !GilCFunction_CheckExact(f));
    Gil_DECREF(f);
    ck_assert_ptr_null(GilCFunction_New(&class_def, NULL));
    gil_test_error(GilExc_SystemError, "cls() method: GIL_METH_METHOD without a class");
    ck_assert_ptr_null(GilCMethod_New(&self_def, NULL, NULL, &GilList_Type));
    gil_test_error(GilExc_SystemError, "me() method: a class without GIL_METH_METHOD");
    ck_assert_ptr_null(GilCFunction_New(&bad_def, NULL));
    gil_test_error(GilExc_SystemError, "bad() method: bad call flags");
}
END_TEST

static void
attribute_is(GilObject *op, const char *name, const char *repr)
{
    GilObject *value = GilObject_GetAttrString(op, name);
    gil_test_repr(value, repr);
    Gil_XDECREF(value);
}

START_TEST(test_value_function__attributes_and_repr)
{
    GilObject *list = GilList_New(0), *name = GilUnicode_FromString("mod"), *f = GilCFunction_NewEx(&self_def, list, name);
    gil_test_repr(f, "<built-in function me>");
    attribute_is(f, "__name__", "'me'");
    attribute_is(f, "__qualname__", "'me'");
    attribute_is(f, "__doc__", "'Gives itself.'");
    attribute_is(f, "__module__", "'mod'");
    attribute_is(f, "__self__", "[]");
    Gil_DECREF(f);
    GilObject *method = GilObject_GetAttrString(list, "append"), *text = GilObject_Repr(method);
    GilObject *want = GilUnicode_FromFormat("<built-in method append of list object at %p>", (void *)list);
    ck_assert_int_eq(GilUnicode_Equal(text, want), 1);
    attribute_is(method, "__qualname__", "'list.append'");
    attribute_is(method, "__module__", "None");
    Gil_DECREF(want);
    Gil_DECREF(text);
    Gil_DECREF(method);
    Gil_DECREF(name);
    Gil_DECREF(list);
}
END_TEST

START_TEST(test_value_function__methods_of_one_object_are_equal)
{
    GilObject *a = GilList_New(0), *b = GilList_New(0);
    GilObject *m = GilObject_GetAttrString(a, "append"), *same = GilObject_GetAttrString(a, "append");
    GilObject *other = GilObject_GetAttrString(b, "append"), *pop = GilObject_GetAttrString(a, "pop");
    ck_assert_int_eq(GilObject_RichCompareBool(m, same, Gil_EQ), 1);
    ck_assert_int_eq(GilObject_Hash(m), GilObject_Hash(same));
    ck_assert_int_eq(GilObject_RichCompareBool(m, other, Gil_EQ), 0);
    ck_assert_int_eq(GilObject_RichCompareBool(m, pop, Gil_NE), 1);
    Gil_DECREF(m);
    Gil_DECREF(same);
    Gil_DECREF(other);
    Gil_DECREF(pop);
    Gil_DECREF(a);
    Gil_DECREF(b);
}
END_TEST

static int
make_and_call(void *arg)
{
    GilObject *f = GilCFunction_New(&self_def, arg), *r = f == NULL ? NULL : GilObject_CallNoArgs(f);
    Gil_XDECREF(r);
    Gil_XDECREF(f);
    return r == NULL ? -1 : 0;
}

START_TEST(test_J1_function)
{
    gil_test_oom_loop(make_and_call, Gil_None);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("value/function");
    TCase *tc = tcase_create("function");
    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_value_function__calls_with_self);
    tcase_add_test(tc, test_value_function__keywords_arrive);
    tcase_add_test(tc, test_value_function__defining_class_arrives);
    tcase_add_test(tc, test_value_function__attributes_and_repr);
    tcase_add_test(tc, test_value_function__methods_of_one_object_are_equal);
    tcase_add_test(tc, test_J1_function);
    suite_add_tcase(s, tc);
    return s;
}
