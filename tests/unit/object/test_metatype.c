/* SPDX-License-Identifier: MIT */
/* Types as objects: calling them, showing them, what they tell, and how their tables are cleared at the end. */
#include "node.h"

#include "object/alloc.h"
#include "object/type.h"

static GilObject *
new_none(GilTypeObject *type, GilObject *args, GilObject *kwargs)
{
    (void)type;
    (void)args;
    (void)kwargs;
    return Gil_NewRef(Gil_None);
}

static GilObject *
new_nothing(GilTypeObject *type, GilObject *args, GilObject *kwargs)
{
    (void)type;
    (void)args;
    (void)kwargs;
    return NULL;
}

static int
init_fails(GilObject *self, GilObject *args, GilObject *kwargs)
{
    (void)self;
    (void)args;
    (void)kwargs;
    return -1;
}

static int
init_counts(GilObject *self, GilObject *args, GilObject *kwargs)
{
    (void)kwargs;
    ((struct node *)self)->number = (int)GilTuple_Size(args);
    return 0;
}

#define TYPE(...) node_type((GilType_Slot[]){__VA_ARGS__, {0, NULL}}, 0)

START_TEST(test_object_metatype__calling_makes_and_initialises)
{
    GilTypeObject *counts = TYPE({Gil_tp_init, (void *)init_counts}), *none = TYPE({Gil_tp_new, (void *)new_none});
    GilTypeObject *nothing = TYPE({Gil_tp_new, (void *)new_nothing}), *fails = TYPE({Gil_tp_init, (void *)init_fails});
    GilTypeObject *plain = TYPE({Gil_tp_doc, NULL});
    GilObject *op = GilObject_CallFunctionObjArgs((GilObject *)counts, Gil_None, Gil_None, NULL);

    ck_assert_int_eq(((struct node *)op)->number, 2);
    Gil_DECREF(op);
    op = GilObject_CallNoArgs((GilObject *)none);
    ck_assert_ptr_eq(op, Gil_None);
    ck_assert_ptr_null(GilObject_CallNoArgs((GilObject *)nothing));
    expect_error(GilExc_SystemError, "tp_new of 'test.Node' returned NULL without setting an exception");
    ck_assert_ptr_null(GilObject_CallNoArgs((GilObject *)fails));
    expect_error(GilExc_SystemError, "tp_init of 'test.Node' failed without setting an exception");
    ck_assert_ptr_null(GilObject_CallOneArg((GilObject *)plain, Gil_None));
    expect_error(GilExc_TypeError, "Node() takes no arguments");
    GilTypeObject *all[] = {counts, none, nothing, fails, plain};
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(all); i++) {
        ck_assert_int_eq(Gil_REFCNT(all[i]), 1);
        Gil_DECREF(all[i]);
    }
}
END_TEST

START_TEST(test_object_metatype__type_of_an_object)
{
    GilObject *type = GilObject_CallOneArg((GilObject *)&GilType_Type, Gil_None);

    ck_assert_ptr_eq(type, Gil_TYPE(Gil_None));
    Gil_DECREF(type);
    ck_assert_ptr_null(GilObject_CallNoArgs((GilObject *)&GilType_Type));
    expect_error(GilExc_TypeError, "type() takes 1 argument");
}
END_TEST

START_TEST(test_object_metatype__what_types_tell)
{
    GilTypeObject *type = TYPE({Gil_tp_doc, (void *)"Node(x)\n--\n\nA node."});
    GilObject *t = (GilObject *)type;

    expect_text(GilObject_Repr(t), "<class 'test.Node'>");
    expect_text(GilObject_Str((GilObject *)&GilLong_Type), "<class 'int'>");
    expect_text(GilObject_GetAttrString(t, "__name__"), "Node");
    expect_text(GilObject_GetAttrString(t, "__qualname__"), "Node");
    expect_text(GilObject_GetAttrString(t, "__module__"), "test");
    expect_text(GilObject_GetAttrString(t, "__doc__"), "A node.");
    GilObject *base = GilObject_GetAttrString(t, "__base__"), *bases = GilObject_GetAttrString(t, "__bases__");
    GilObject *mro = GilObject_GetAttrString(t, "__mro__");
    ck_assert_ptr_eq(base, &GilBaseObject_Type);
    expect_text(GilObject_Repr(bases), "(<class 'object'>,)");
    expect_text(GilObject_Repr(mro), "(<class 'test.Node'>, <class 'object'>)");
    Gil_DECREF(mro);
    Gil_DECREF(bases);
    Gil_DECREF(base);
    base = GilObject_GetAttrString((GilObject *)&GilBaseObject_Type, "__base__");
    ck_assert_ptr_eq(base, Gil_None);
    bases = GilObject_GetAttrString((GilObject *)&GilBaseObject_Type, "__bases__");
    ck_assert_int_eq(GilTuple_Size(bases), 0);
    Gil_DECREF(bases);
    Gil_DECREF(type);
}
END_TEST

START_TEST(test_object_metatype__what_may_be_set)
{
    GilTypeObject *type = TYPE({Gil_tp_doc, NULL});
    GilObject *t = (GilObject *)type, *text = GilUnicode_FromString("elsewhere");

    ck_assert_int_eq(GilObject_SetAttrString(t, "__module__", text), 0);
    expect_text(GilObject_GetAttrString(t, "__module__"), "elsewhere");
    ck_assert_int_eq(GilObject_DelAttrString(t, "__module__"), -1);
    expect_error(GilExc_TypeError, "cannot delete '__module__' attribute of type 'test.Node'");
    ck_assert_int_eq(GilObject_SetAttrString(t, "__name__", text), -1);
    expect_error(GilExc_AttributeError, "attribute '__name__' of 'type' objects is not writable");
    ck_assert_int_eq(GilObject_SetAttrString((GilObject *)&GilLong_Type, "__doc__", text), -1);
    expect_error(GilExc_TypeError, "cannot set '__doc__' attribute of immutable type 'int'");
    Gil_DECREF(text);
    Gil_DECREF(type);
}
END_TEST

START_TEST(test_object_metatype__clearing_gives_tables_back_newest_first)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    GilTypeObject *old = node_type(NULL, 0), *new = node_type(NULL, 0);
    GilObject *op = node_new(old, NULL);

    /* A circle: the type holds its own instance. */
    ck_assert_int_eq(GilObject_SetAttrString((GilObject *)old, "it", op), 0);
    ck_assert_int_eq(GilObject_SetAttrString((GilObject *)new, "other", (GilObject *)old), 0);
    ck_assert_ptr_eq(gil_object_pocket(ts)->types, new);
    Gil_DECREF(op);
    Gil_DECREF(old);
    ck_assert_int_eq(nodes_gone, 0);
    gil_types_clear(ts);
    ck_assert_int_eq(nodes_gone, 1);
    ck_assert_int_eq(GilObject_HasAttrStringWithError((GilObject *)new, "other"), 0);
    Gil_DECREF(new);
}
END_TEST

Suite *
suite(void)
{
    static const TTest *tests[10];
    int n = 0;

    tests[n++] = test_object_metatype__calling_makes_and_initialises;
    tests[n++] = test_object_metatype__type_of_an_object;
    tests[n++] = test_object_metatype__what_types_tell;
    tests[n++] = test_object_metatype__what_may_be_set;
    tests[n++] = test_object_metatype__clearing_gives_tables_back_newest_first;
    return suite_of_one("object/metatype", tests);
}
