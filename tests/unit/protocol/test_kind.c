/* SPDX-License-Identifier: MIT */
/* isinstance and issubclass: bases, tuples, and metatypes that decide. */
#include "unit/object/node.h"

#include "protocol/kind.h"

START_TEST(test_protocol_kind__types_and_tuples_of_types)
{
    GilObject *tuple = GilTuple_Pack(2, &GilLong_Type, GilExc_KeyError), *nested = GilTuple_Pack(1, tuple);
    GilObject *five = GilLong_FromLong(5);

    ck_assert_int_eq(GilObject_IsInstance(five, (GilObject *)&GilLong_Type), 1);
    ck_assert_int_eq(GilObject_IsInstance(five, nested), 1);
    ck_assert_int_eq(GilObject_IsInstance(Gil_None, nested), 0);
    ck_assert_int_eq(GilObject_IsInstance(Gil_True, (GilObject *)&GilLong_Type), 1);
    ck_assert_int_eq(GilObject_IsSubclass(GilExc_IndexError, GilExc_LookupError), 1);
    ck_assert_int_eq(GilObject_IsSubclass((GilObject *)&GilLong_Type, tuple), 1);
    ck_assert_int_eq(GilObject_IsInstance(five, five), -1);
    expect_error(GilExc_TypeError, "isinstance() arg 2 must be a type or a tuple of types");
    ck_assert_int_eq(GilObject_IsSubclass(GilExc_KeyError, five), -1);
    expect_error(GilExc_TypeError, "issubclass() arg 2 must be a type or a tuple of types");
    ck_assert_int_eq(GilObject_IsSubclass(five, tuple), -1);
    expect_error(GilExc_TypeError, "issubclass() arg 1 must be a class");
    ck_assert_int_eq(GilObject_IsInstance(NULL, tuple), -1);
    expect_error(GilExc_SystemError, "GilObject_IsInstance: NULL argument");
    ck_assert_int_eq(GilObject_IsSubclass(NULL, tuple), -1);
    expect_error(GilExc_SystemError, "GilObject_IsSubclass: NULL argument");
    Gil_DECREF(five);
    Gil_DECREF(nested);
    Gil_DECREF(tuple);
}
END_TEST

/* What the hooks below answer, and how often they were asked. */
static GilObject *reply;
static int asked;

static GilObject *
hook(GilObject *self, GilObject *arg)
{
    (void)self;
    (void)arg;
    asked++;
    if (reply == NULL)
        GilErr_SetString(GilExc_ValueError, "no answer");
    return Gil_XNewRef(reply);
}

/* Asks type's own method, which does what would be done without a hook. */
static GilObject *
hook_that_asks_on(GilObject *self, GilObject *arg)
{
    GilObject *method = GilObject_GetAttrString((GilObject *)&GilType_Type, "__instancecheck__");
    GilObject *result = GilObject_CallFunctionObjArgs(method, self, arg, NULL);

    asked++;
    Gil_DECREF(method);
    return result;
}

static GilObject *
hook_without_end(GilObject *self, GilObject *arg)
{
    int rc = GilObject_IsInstance(arg, self);
    return rc < 0 ? NULL : GilBool_FromLong(rc);
}

static GilObject *
type_with(GilMethodDef *methods)
{
    GilType_Slot slots[] = {{Gil_tp_methods, methods}, {0, NULL}}, none[] = {{0, NULL}};
    GilType_Spec meta_spec = {.name = "test.Meta", .slots = slots};
    GilType_Spec spec = {.name = "test.Class", .flags = Gil_TPFLAGS_BASETYPE, .slots = none};
    GilObject *meta = GilType_FromSpecWithBases(&meta_spec, (GilObject *)&GilType_Type);
    GilObject *type = GilType_FromMetaclass((GilTypeObject *)meta, NULL, &spec, NULL);

    ck_assert_ptr_nonnull(type);
    Gil_DECREF(meta);
    return type;
}

/* A metatype's hook hears of anything; without one only a class is none or some of others. */
START_TEST(test_protocol_kind__a_hook_is_asked_before_its_argument_is_judged)
{
    static GilMethodDef methods[] = {{"__subclasscheck__", hook, GIL_METH_O, NULL}, {0}};
    GilObject *type = type_with(methods), *five = GilLong_FromLong(5), *nothing = GilTuple_New(0);
    GilObject *tuple = GilTuple_Pack(2, type, &GilLong_Type);

    reply = Gil_True;
    ck_assert_int_eq(GilObject_IsSubclass(five, type), 1);
    ck_assert_int_eq(GilObject_IsSubclass(five, tuple), 1);
    reply = Gil_False;
    ck_assert_int_eq(GilObject_IsSubclass(five, type), 0);
    ck_assert_int_eq(asked, 3);
    ck_assert_int_eq(GilObject_IsSubclass(five, tuple), -1);
    expect_error(GilExc_TypeError, "issubclass() arg 1 must be a class");
    ck_assert_int_eq(GilObject_IsSubclass(five, nothing), 0);
    ck_assert_int_eq(GilObject_IsSubclass(five, five), -1);
    expect_error(GilExc_TypeError, "issubclass() arg 1 must be a class");
    Gil_DECREF(tuple);
    Gil_DECREF(nothing);
    Gil_DECREF(five);
    Gil_DECREF(type);
}
END_TEST

START_TEST(test_protocol_kind__a_metatype_decides)
{
    static GilMethodDef methods[] = {
        {"__instancecheck__", hook, GIL_METH_O, NULL}, {"__subclasscheck__", hook, GIL_METH_O, NULL}, {0}};
    GilObject *type = type_with(methods), *op = GilObject_CallNoArgs(type), *tuple = GilTuple_Pack(1, type);

    reply = Gil_True;
    ck_assert_int_eq(GilObject_IsInstance(Gil_None, type), 1);
    ck_assert_int_eq(GilObject_IsSubclass(GilExc_KeyError, tuple), 1);
    ck_assert_int_eq(asked, 2);
    reply = Gil_None;
    ck_assert_int_eq(GilObject_IsInstance(Gil_None, tuple), 0);
    ck_assert_int_eq(GilObject_IsInstance(op, type), 1); /* an exact instance is one, whatever the hook says */
    ck_assert_int_eq(GilObject_IsSubclass(type, type), 0);
    ck_assert_int_eq(asked, 4);
    reply = NULL;
    ck_assert_int_eq(GilObject_IsInstance(Gil_None, tuple), -1);
    expect_error(GilExc_ValueError, "no answer");
    Gil_DECREF(tuple);
    Gil_DECREF(op);
    Gil_DECREF(type);
}
END_TEST

START_TEST(test_protocol_kind__a_hook_may_ask_on)
{
    static GilMethodDef methods[] = {{"__instancecheck__", hook_that_asks_on, GIL_METH_O, NULL}, {0}};
    GilType_Slot none[] = {{0, NULL}};
    GilType_Spec spec = {.name = "test.Sub", .slots = none};
    GilObject *type = type_with(methods), *sub = GilType_FromSpecWithBases(&spec, type), *op = GilObject_CallNoArgs(sub);

    ck_assert_int_eq(GilObject_IsInstance(op, type), 1);
    ck_assert_int_eq(GilObject_IsInstance(Gil_None, type), 0);
    ck_assert_int_eq(asked, 2);
    ck_assert_int_eq(GilObject_IsSubclass(sub, type), 1); /* no hook for that */
    GilObject *method = GilObject_GetAttrString((GilObject *)&GilLong_Type, "__subclasscheck__"), *answer;
    answer = GilObject_CallOneArg(method, (GilObject *)&GilBool_Type);
    ck_assert_ptr_eq(answer, Gil_True);
    ck_assert_ptr_null(GilObject_CallOneArg(method, Gil_None));
    expect_error(GilExc_TypeError, "issubclass() arg 1 must be a class");
    Gil_DECREF(method);
    Gil_DECREF(op);
    Gil_DECREF(sub);
    Gil_DECREF(type);
}
END_TEST

START_TEST(test_protocol_kind__a_hook_without_end_is_stopped)
{
    static GilMethodDef methods[] = {{"__instancecheck__", hook_without_end, GIL_METH_O, NULL}, {0}};
    GilObject *type = type_with(methods);

    ck_assert_int_eq(GilObject_IsInstance(Gil_None, type), -1);
    ck_assert_int_eq(GilErr_ExceptionMatches(GilExc_RecursionError), 1);
    GilErr_Clear();
    Gil_DECREF(type);
}
END_TEST

static GilObject *
get_class(GilObject *self, void *closure)
{
    (void)self;
    (void)closure;
    asked++;
    if (reply == NULL)
        GilErr_SetString(GilExc_ValueError, "no class");
    return Gil_XNewRef(reply);
}

/* What stands for another object says so by its __class__. */
START_TEST(test_protocol_kind__the_attribute_class)
{
    static GilGetSetDef getset[] = {{"__class__", get_class, NULL, NULL, NULL}, {0}};
    static GilMethodDef methods[] = {{"__instancecheck__", hook_that_asks_on, GIL_METH_O, NULL}, {0}};
    GilType_Slot slots[] = {{Gil_tp_getset, getset}, {0, NULL}};
    GilType_Spec spec = {.name = "test.Poser", .slots = slots};
    GilObject *poser = GilType_FromSpec(&spec), *op = GilObject_CallNoArgs(poser), *type = type_with(methods);
    GilObject *real = GilObject_CallNoArgs(type), *list = (GilObject *)&GilList_Type;

    reply = list;
    ck_assert_int_eq(GilObject_IsInstance(op, list), 1);
    ck_assert_int_eq(GilObject_IsInstance(op, (GilObject *)&GilDict_Type), 0);
    ck_assert_int_eq(asked, 2);
    ck_assert_int_eq(GilObject_IsInstance(op, poser), 1); /* and what it is, it remains */
    ck_assert_int_eq(asked, 2);
    ck_assert_int_eq(GilObject_IsSubclass(poser, list), 0);
    reply = (GilObject *)Gil_TYPE(real);
    ck_assert_int_eq(GilObject_IsInstance(op, type), 1); /* also where a hook asks on */
    reply = Gil_None; /* no class */
    ck_assert_int_eq(GilObject_IsInstance(op, list), 0);
    reply = NULL;
    ck_assert_int_eq(GilObject_IsInstance(op, list), -1);
    expect_error(GilExc_ValueError, "no class");
    ck_assert_int_eq(GilObject_IsInstance(op, type), -1);
    expect_error(GilExc_ValueError, "no class");

    GilObject *plain = GilObject_CallFunction((GilObject *)&GilType_Type, "s(){}", "Plain");
    GilObject *referent = GilObject_CallNoArgs(plain), *proxy = GilWeakref_NewProxy(referent, NULL);
    ck_assert_int_eq(GilObject_IsInstance(proxy, plain), 1);
    ck_assert_int_eq(GilObject_IsInstance(proxy, list), 0);
    Gil_DECREF(referent);
    ck_assert_int_eq(GilObject_IsInstance(proxy, plain), -1);
    expect_error(GilExc_ReferenceError, "weakly-referenced object no longer exists");
    Gil_DECREF(proxy);
    Gil_DECREF(plain);
    Gil_DECREF(real);
    Gil_DECREF(type);
    Gil_DECREF(op);
    Gil_DECREF(poser);
}
END_TEST

static int
check(void *arg)
{
    reply = Gil_True;
    return GilObject_IsInstance(Gil_None, arg) == 1 ? 0 : -1;
}

START_TEST(test_J1_checks_of_types_under_lack_of_memory)
{
    static GilMethodDef methods[] = {{"__instancecheck__", hook, GIL_METH_O, NULL}, {0}};
    GilObject *type = type_with(methods);

    gil_test_oom_loop(check, type);
    Gil_DECREF(type);
}
END_TEST

Suite *
suite(void)
{
    static const TTest *tests[8];
    int n = 0;

    tests[n++] = test_protocol_kind__types_and_tuples_of_types;
    tests[n++] = test_protocol_kind__a_metatype_decides;
    tests[n++] = test_protocol_kind__a_hook_is_asked_before_its_argument_is_judged;
    tests[n++] = test_protocol_kind__a_hook_may_ask_on;
    tests[n++] = test_protocol_kind__a_hook_without_end_is_stopped;
    tests[n++] = test_protocol_kind__the_attribute_class;
    tests[n++] = test_J1_checks_of_types_under_lack_of_memory;
    return suite_of_one("protocol/kind", tests);
}
