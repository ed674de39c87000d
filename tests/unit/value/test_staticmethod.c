/* SPDX-License-Identifier: MIT */
/* Class methods and static methods: what they are bound to, from a class and from an instance. */
#include "unit/object/node.h"

static GilObject *
give(GilObject *self, GilObject *args)
{
    (void)self;
    return Gil_NewRef(args);
}

static GilMethodDef give_def = {"give", give, GIL_METH_VARARGS, NULL};

START_TEST(test_value_staticmethod__what_they_are_bound_to)
{
    GilTypeObject *type = node_type(NULL, 0);
    GilObject *op = node_new(type, NULL), *f = GilCFunction_New(&give_def, NULL), *t = (GilObject *)type, *got;
    GilObject *c = GilClassMethod_New(f), *s = GilStaticMethod_New(f), *from[] = {op, t};

    ck_assert_int_eq(GilObject_SetAttrString(t, "c", c), 0);
    ck_assert_int_eq(GilObject_SetAttrString(t, "s", s), 0);
    for (int i = 0; i < 2; i++) {
        got = GilObject_CallMethod(from[i], "c", "i", 5);
        ck_assert_int_eq(GilTuple_Size(got), 2);
        ck_assert_ptr_eq(GilTuple_GET_ITEM(got, 0), t);
        Gil_DECREF(got);
        got = GilObject_CallMethod(from[i], "s", "i", 5);
        expect_text(GilObject_Repr(got), "(5,)");
        Gil_DECREF(got);
    }
    got = GilObject_CallNoArgs(s); /* a static method can be called as it is */
    expect_text(GilObject_Repr(got), "()");
    Gil_DECREF(got);
    ck_assert_int_eq(GilCallable_Check(c), 0);
    expect_text(GilObject_Repr(c), "<classmethod(<built-in function give>)>");
    expect_text(GilObject_Repr(s), "<staticmethod(<built-in function give>)>");
    got = GilObject_GetAttrString(c, "__func__");
    ck_assert_ptr_eq(got, f);
    Gil_DECREF(got);
    /* An instance alone says what the class is. */
    descrgetfunc get = (descrgetfunc)GilType_GetSlot(&GilClassMethod_Type, Gil_tp_descr_get);
    GilObject *bound = get(c, op, NULL);
    ck_assert_ptr_eq(GilMethod_Self(bound), t);
    GilObject *all[] = {bound, c, s, f, op, t};
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(all); i++)
        Gil_DECREF(all[i]);
}
END_TEST

START_TEST(test_value_staticmethod__made_by_a_call)
{
    GilObject *kwargs = Gil_BuildValue("{s:i}", "x", 1), *args = GilTuple_Pack(1, Gil_None), *none = GilDict_New();
    GilObject *made = GilObject_Call((GilObject *)&GilStaticMethod_Type, args, none);

    ck_assert_ptr_eq(Gil_TYPE(made), &GilStaticMethod_Type);
    Gil_DECREF(made);
    ck_assert_ptr_null(GilObject_Call((GilObject *)&GilClassMethod_Type, args, kwargs));
    expect_error(GilExc_TypeError, "classmethod() takes no keyword arguments");
    ck_assert_ptr_null(GilObject_CallNoArgs((GilObject *)&GilClassMethod_Type));
    expect_error(GilExc_TypeError, "classmethod expected 1 argument, got 0");
    ck_assert_ptr_null(GilClassMethod_New(NULL));
    expect_error(GilExc_SystemError, "GilClassMethod_New: NULL argument");
    ck_assert_ptr_null(GilStaticMethod_New(NULL));
    expect_error(GilExc_SystemError, "GilStaticMethod_New: NULL argument");
    Gil_DECREF(none);
    Gil_DECREF(args);
    Gil_DECREF(kwargs);
}
END_TEST

START_TEST(test_value_staticmethod__cleared_ones_raise)
{
    GilObject *all[] = {GilClassMethod_New(Gil_None), GilStaticMethod_New(Gil_None)};
    static const char *const texts[] = {"uninitialized classmethod object", "uninitialized staticmethod object"};

    for (int i = 0; i < 2; i++) {
        inquiry clear = (inquiry)GilType_GetSlot(Gil_TYPE(all[i]), Gil_tp_clear);
        descrgetfunc get = (descrgetfunc)GilType_GetSlot(Gil_TYPE(all[i]), Gil_tp_descr_get);
        ck_assert_int_eq(clear(all[i]), 0);
        ck_assert_ptr_null(get(all[i], Gil_None, NULL));
        expect_error(GilExc_RuntimeError, texts[i]);
    }
    ck_assert_ptr_null(GilObject_CallNoArgs(all[1]));
    expect_error(GilExc_RuntimeError, texts[1]);
    Gil_DECREF(all[0]);
    Gil_DECREF(all[1]);
}
END_TEST

START_TEST(test_value_staticmethod__a_circle_is_collected)
{
    GilObject *list = GilList_New(0), *c = GilClassMethod_New(list);

    ck_assert_int_eq(GilList_Append(list, c), 0);
    Gil_DECREF(c);
    Gil_DECREF(list);
    ck_assert_int_eq(GilGC_Collect(), 2);
}
END_TEST

START_TEST(test_value_staticmethod__subtypes)
{
    GilTypeObject *kinds[] = {&GilClassMethod_Type, &GilStaticMethod_Type};
    static const char *const shown[] = {"<classmethod(<built-in function give>)>", "<staticmethod(<built-in function give>)>"};

    for (int i = 0; i < 2; i++) {
        GilObject *sub = GilObject_CallFunction((GilObject *)&GilType_Type, "s(O){}", "Sub", kinds[i]), *got;
        GilObject *f = GilCFunction_New(&give_def, NULL), *op = GilObject_CallOneArg(sub, f);
        GilObject *cls = GilObject_CallFunction((GilObject *)&GilType_Type, "s(){sO}", "X", "f", op);
        ck_assert_ptr_nonnull(cls);
        ck_assert_ptr_eq(Gil_TYPE(op), sub);
        expect_text(GilObject_Repr(op), shown[i]);
        got = GilObject_CallMethod(cls, "f", NULL);
        ck_assert_int_eq(GilTuple_Size(got), 1 - i); /* the class, or nothing */
        Gil_DECREF(got);
        ck_assert_int_eq(GilObject_SetAttrString(op, "me", op), 0);
        ck_assert_ptr_null(GilObject_CallNoArgs(sub));
        expect_error(GilExc_TypeError, i == 0 ? "classmethod expected 1 argument, got 0"
                                              : "staticmethod expected 1 argument, got 0");
        GilObject *all[] = {cls, op, f, sub};
        for (size_t k = 0; k < Gil_ARRAY_LENGTH(all); k++)
            Gil_DECREF(all[k]);
        ck_assert_int_ge(GilGC_Collect(), 2);
    }
}
END_TEST

START_TEST(test_value_staticmethod__one_that_holds_itself_is_asked)
{
    GilObject *all[] = {GilClassMethod_New(Gil_None), GilStaticMethod_New(Gil_None)};

    for (int i = 0; i < 2; i++) {
        GilObject *none = GilObject_CallMethod(all[i], "__init__", "O", all[i]);
        ck_assert_ptr_eq(none, Gil_None);
        ck_assert_ptr_null(GilObject_GetAttrString(all[i], "__isabstractmethod__"));
        expect_error(GilExc_RecursionError, "maximum recursion depth exceeded while calling an object");
        Gil_DECREF(all[i]);
        ck_assert_int_eq(GilGC_Collect(), 1);
    }
}
END_TEST

static int
make(void *arg)
{
    GilObject *c = GilClassMethod_New(arg), *s = c != NULL ? GilStaticMethod_New(arg) : NULL;

    Gil_XDECREF(c);
    Gil_XDECREF(s);
    return s != NULL ? 0 : -1;
}

START_TEST(test_J1_class_methods_under_lack_of_memory)
{
    gil_test_oom_loop(make, Gil_None);
}
END_TEST

Suite *
suite(void)
{
    static const TTest *tests[9];
    int n = 0;

    tests[n++] = test_value_staticmethod__what_they_are_bound_to;
    tests[n++] = test_value_staticmethod__made_by_a_call;
    tests[n++] = test_value_staticmethod__cleared_ones_raise;
    tests[n++] = test_value_staticmethod__a_circle_is_collected;
    tests[n++] = test_value_staticmethod__subtypes;
    tests[n++] = test_value_staticmethod__one_that_holds_itself_is_asked;
    tests[n++] = test_J1_class_methods_under_lack_of_memory;
    return suite_of_one("value/staticmethod", tests);
}
