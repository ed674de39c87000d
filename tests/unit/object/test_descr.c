/* SPDX-License-Identifier: MIT */
/* Asking a type gives descriptors: they can be called or shown, and hold the type. */
#include "node.h"

#include "object/descr.h"

static GilObject *
self_of(GilObject *self, GilObject *args)
{
    (void)args;
    return Gil_NewRef(self);
}

static GilObject *
get_answer(GilObject *self, void *closure)
{
    (void)self;
    (void)closure;
    return GilLong_FromLong(42);
}

static GilMethodDef methods[] = {{"me", self_of, GIL_METH_NOARGS, "me()\n--\n\nThe object."}, {0}};
static GilMemberDef members[] = {{"number", Gil_T_INT, offsetof(struct node, number), 0, "a number"}, {0}};
static GilGetSetDef getset[] = {{"answer", get_answer, NULL, NULL, NULL}, {0}};

static GilTypeObject *
made_type(void)
{
    GilType_Slot slots[] = {{Gil_tp_methods, methods}, {Gil_tp_members, members}, {Gil_tp_getset, getset}, {0, NULL}};
    return node_type(slots, 0);
}

START_TEST(test_object_descr__methods_are_called_with_their_object)
{
    GilTypeObject *type = made_type();
    GilObject *op = node_new(type, NULL), *descr = GilObject_GetAttrString((GilObject *)type, "me");

    expect_text(GilObject_Repr(descr), "<method 'me' of 'test.Node' objects>");
    GilObject *result = GilObject_CallOneArg(descr, op);
    ck_assert_ptr_eq(result, op);
    Gil_DECREF(result);
    ck_assert_ptr_null(GilObject_CallNoArgs(descr));
    expect_error(GilExc_TypeError, "unbound method test.Node.me() needs an argument");
    ck_assert_ptr_null(GilObject_CallOneArg(descr, Gil_None));
    expect_error(GilExc_TypeError, "descriptor 'me' for 'test.Node' objects doesn't apply to a 'NoneType' object");
    ck_assert_ptr_null(GilObject_CallFunctionObjArgs(descr, op, op, NULL));
    ck_assert_int_eq(GilErr_ExceptionMatches(GilExc_TypeError), 1);
    GilErr_Clear();
    Gil_DECREF(op);
    Gil_DECREF(descr);
    Gil_DECREF(type);
}
END_TEST

START_TEST(test_object_descr__what_they_tell)
{
    GilTypeObject *type = made_type();
    GilObject *method = GilObject_GetAttrString((GilObject *)type, "me");
    GilObject *member = GilObject_GetAttrString((GilObject *)type, "number");
    GilObject *computed = GilObject_GetAttrString((GilObject *)type, "answer");

    expect_text(GilObject_Repr(member), "<member 'number' of 'test.Node' objects>");
    expect_text(GilObject_Repr(computed), "<attribute 'answer' of 'test.Node' objects>");
    expect_text(GilObject_GetAttrString(method, "__name__"), "me");
    expect_text(GilObject_GetAttrString(method, "__doc__"), "The object.");
    expect_text(GilObject_GetAttrString(method, "__text_signature__"), "()");
    expect_text(GilObject_GetAttrString(member, "__doc__"), "a number");
    ck_assert_int_eq(GilObject_HasAttrStringWithError(member, "__text_signature__"), 0);
    GilObject *none = GilObject_GetAttrString(computed, "__doc__");
    ck_assert_ptr_eq(none, Gil_None);
    GilObject *owner = GilObject_GetAttrString(member, "__objclass__");
    ck_assert_ptr_eq(owner, type);
    Gil_DECREF(owner);
    GilObject *wrapper = GilObject_GetAttrString((GilObject *)&GilLong_Type, "__add__");
    expect_text(GilObject_GetAttrString(wrapper, "__qualname__"), "int.__add__");
    Gil_DECREF(wrapper);
    expect_text(GilObject_GetAttrString(method, "__qualname__"), "Node.me");
    expect_text(GilObject_GetAttrString(computed, "__qualname__"), "Node.answer");
    GilObject *renamed = GilUnicode_FromString("A.B");
    ck_assert_int_eq(GilObject_SetAttrString((GilObject *)type, "__qualname__", renamed), 0);
    Gil_DECREF(renamed);
    expect_text(GilObject_GetAttrString(member, "__qualname__"), "A.B.number");
    /* Each holds the type. */
    Gil_DECREF(type);
    ck_assert_int_eq(Gil_REFCNT(type), 3);
    Gil_DECREF(method);
    Gil_DECREF(member);
    Gil_DECREF(computed);
}
END_TEST

START_TEST(test_object_descr__as_attributes_of_another_class)
{
    GilTypeObject *type = made_type();
    GilType_Slot none[] = {{0, NULL}};
    GilType_Spec spec = {.name = "test.Other", .slots = none};
    GilTypeObject *other = (GilTypeObject *)GilType_FromSpec(&spec);
    GilObject *member = GilObject_GetAttrString((GilObject *)type, "number"), *op = GilObject_CallNoArgs((GilObject *)other);

    ck_assert_int_eq(GilObject_SetAttrString((GilObject *)other, "borrowed", member), 0);
    ck_assert_ptr_null(GilObject_GetAttrString(op, "borrowed"));
    expect_error(GilExc_TypeError, "descriptor 'number' for 'test.Node' objects doesn't apply to a 'test.Other' object");
    ck_assert_int_eq(GilObject_SetAttrString(op, "borrowed", Gil_None), -1);
    expect_error(GilExc_TypeError, "descriptor 'number' for 'test.Node' objects doesn't apply to a 'test.Other' object");
    GilObject *same = GilObject_GetAttrString((GilObject *)other, "borrowed");
    ck_assert_ptr_eq(same, member);
    Gil_DECREF(same);
    Gil_DECREF(op);
    Gil_DECREF(member);
    Gil_DECREF(other);
    Gil_DECREF(type);
}
END_TEST

static int
ask_qualname(void *arg)
{
    GilObject *name = GilObject_GetAttrString(arg, "__qualname__");

    Gil_XDECREF(name);
    return name != NULL ? 0 : -1;
}

START_TEST(test_J1_names_of_descriptors_under_lack_of_memory)
{
    GilTypeObject *type = made_type();
    GilObject *method = GilObject_GetAttrString((GilObject *)type, "me");

    gil_test_oom_loop(ask_qualname, method);
    Gil_DECREF(method);
    Gil_DECREF(type);
}
END_TEST

Suite *
suite(void)
{
    static const TTest *tests[10];
    int n = 0;

    tests[n++] = test_object_descr__methods_are_called_with_their_object;
    tests[n++] = test_object_descr__what_they_tell;
    tests[n++] = test_object_descr__as_attributes_of_another_class;
    tests[n++] = test_J1_names_of_descriptors_under_lack_of_memory;
    return suite_of_one("object/descr", tests);
}
