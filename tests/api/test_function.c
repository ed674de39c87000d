/* SPDX-License-Identifier: MIT */
/* <gilrt/function.h> as its users see it. */
#include "support/probe.h"
#include "support/support.h"

static GilObject *
twice(GilObject *Gil_UNUSED(self), GilObject *arg)
{
    return GilTuple_Pack(2, arg, arg);
}

static GilMethodDef twice_def = {"twice", twice, GIL_METH_O, "twice(x)"};
static GilMethodDef static_def = {"twice", twice, GIL_METH_O | GIL_METH_STATIC, NULL};

START_TEST(test_api_function__made_and_called)
{
    GilObject *f = GilCFunction_New(&twice_def, NULL), *r = GilObject_CallOneArg(f, Gil_None);
    gil_test_repr(r, "(None, None)");
    ck_assert(GilCFunction_Check(f) && GilCFunction_CheckExact(f) && !GilCMethod_Check(f));
    ck_assert_int_eq(GilCallable_Check(f), 1);
    ck_assert(GilCFunction_GetFunction(f) == twice);
    ck_assert_int_eq(GilCFunction_GetFlags(f), GIL_METH_O);
    ck_assert_ptr_null(GilCFunction_GetSelf(f));
    ck_assert_ptr_null(GilErr_Occurred());
    Gil_DECREF(r);
    Gil_DECREF(f);
}
END_TEST

START_TEST(test_api_function__self)
{
    GilObject *list = GilList_New(0), *f = GilCFunction_NewEx(&twice_def, list, NULL), *s = GilCFunction_New(&static_def, list);
    ck_assert_ptr_eq(GilCFunction_GetSelf(f), list);
    ck_assert_ptr_null(GilCFunction_GetSelf(s));
    Gil_DECREF(s);
    Gil_DECREF(f);
    Gil_DECREF(list);
}
END_TEST

START_TEST(test_api_function__bound_method)
{
    GilObject *f = GilCFunction_New(&twice_def, NULL), *m = GilMethod_New(f, Gil_None), *r = GilObject_CallNoArgs(m);
    gil_test_repr(r, "(None, None)");
    ck_assert(GilMethod_Check(m));
    ck_assert_ptr_eq(GilMethod_Function(m), f);
    ck_assert_ptr_eq(GilMethod_Self(m), Gil_None);
    Gil_DECREF(r);
    Gil_DECREF(m);
    Gil_DECREF(f);
}
END_TEST

START_TEST(test_api_function__class_attributes_that_hold_callables)
{
    GilType_Slot none[] = {{0, NULL}};
    GilType_Spec spec = {.name = "api.Holder", .slots = none};
    GilObject *type = GilType_FromSpec(&spec), *op = GilObject_CallNoArgs(type), *f = GilCFunction_New(&twice_def, NULL);
    GilObject *property = GilObject_CallOneArg((GilObject *)&GilProperty_Type, f), *s = GilStaticMethod_New(f);
    GilObject *c = GilClassMethod_New(f), *r;
    ck_assert_int_eq(GilObject_SetAttrString(type, "p", property), 0);
    ck_assert_int_eq(GilObject_SetAttrString(type, "s", s), 0);
    ck_assert_int_eq(GilObject_SetAttrString(type, "c", c), 0);
    r = GilObject_GetAttrString(op, "p");
    ck_assert_ptr_eq(GilTuple_GET_ITEM(r, 0), op);
    Gil_DECREF(r);
    r = GilObject_CallMethod(op, "s", "i", 1);
    gil_test_repr(r, "(1, 1)");
    Gil_DECREF(r);
    r = GilObject_CallMethod(op, "c", NULL);
    ck_assert_ptr_eq(GilTuple_GET_ITEM(r, 0), type);
    ck_assert(Gil_IS_TYPE(s, &GilStaticMethod_Type) && Gil_IS_TYPE(c, &GilClassMethod_Type));
    GilObject *all[] = {r, c, s, property, f, op, type};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        Gil_DECREF(all[i]);
}
END_TEST

START_TEST(test_G13_function_calls_refuse_other_types)
{
    GilObject *wrong[] = {NULL, Gil_None};
    for (int i = 0; i < 2; i++) {
        GilObject *op = wrong[i];
        ck_assert(GilCFunction_GetFunction(op) == NULL);
        gil_test_raised(GilExc_SystemError);
        ck_assert_ptr_null(GilCFunction_GetSelf(op));
        gil_test_raised(GilExc_SystemError);
        ck_assert_int_eq(GilCFunction_GetFlags(op), -1);
        gil_test_raised(GilExc_SystemError);
        ck_assert_ptr_null(GilMethod_Function(op));
        gil_test_raised(GilExc_SystemError);
        ck_assert_ptr_null(GilMethod_Self(op));
        gil_test_raised(GilExc_SystemError);
    }
    ck_assert_ptr_null(GilCFunction_New(NULL, NULL));
    gil_test_raised(GilExc_SystemError);
    ck_assert_ptr_null(GilMethod_New(NULL, Gil_None));
    gil_test_raised(GilExc_SystemError);
    ck_assert_ptr_null(GilMethod_New(Gil_None, NULL));
    gil_test_raised(GilExc_SystemError);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("api/function");
    TCase *tc = tcase_create("function");
    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_api_function__made_and_called);
    tcase_add_test(tc, test_api_function__self);
    tcase_add_test(tc, test_api_function__bound_method);
    tcase_add_test(tc, test_api_function__class_attributes_that_hold_callables);
    tcase_add_test(tc, test_G13_function_calls_refuse_other_types);
    suite_add_tcase(s, tc);
    return s;
}
