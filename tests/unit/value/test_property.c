/* SPDX-License-Identifier: MIT */
/* Properties: the callable that is called, errors where there is none, and copies with another part. */
#include "unit/object/node.h"

static GilObject *
get_number(GilObject *self, GilObject *obj)
{
    (void)self;
    return GilLong_FromLong(((struct node *)obj)->number);
}

static GilObject *
set_number(GilObject *self, GilObject *args)
{
    (void)self;
    ((struct node *)GilTuple_GET_ITEM(args, 0))->number = (int)GilLong_AsLong(GilTuple_GET_ITEM(args, 1));
    Gil_RETURN_NONE;
}

static GilObject *
clear_number(GilObject *self, GilObject *obj)
{
    (void)self;
    ((struct node *)obj)->number = -1;
    Gil_RETURN_NONE;
}

static GilObject *
refuse(GilObject *self, GilObject *args)
{
    (void)self;
    (void)args;
    GilErr_SetString(GilExc_ValueError, "not this");
    return NULL;
}

static GilMethodDef get_def = {"get", get_number, GIL_METH_O, "get($self)\n--\n\nThe number."};
static GilMethodDef set_def = {"set", set_number, GIL_METH_VARARGS, NULL};
static GilMethodDef clear_def = {"clear", clear_number, GIL_METH_O, NULL};
static GilMethodDef refuse_def = {"refuse", refuse, GIL_METH_VARARGS, NULL};

/* property(*args, **kwargs); takes both. */
static GilObject *
property(GilObject *args, GilObject *kwargs)
{
    GilObject *result = GilObject_Call((GilObject *)&GilProperty_Type, args, kwargs);

    Gil_DECREF(args);
    Gil_XDECREF(kwargs);
    return result;
}

START_TEST(test_value_property__calls_its_parts)
{
    GilTypeObject *type = node_type(NULL, 0);
    GilObject *op = node_new(type, NULL), *get = GilCFunction_New(&get_def, NULL), *set = GilCFunction_New(&set_def, NULL);
    GilObject *clear = GilCFunction_New(&clear_def, NULL), *six = GilLong_FromLong(6), *value;
    GilObject *p = property(Gil_BuildValue("(OO)", get, set), Gil_BuildValue("{s:O}", "fdel", clear));

    ck_assert_ptr_nonnull(p);
    ck_assert_int_eq(GilObject_SetAttrString((GilObject *)type, "n", p), 0);
    ck_assert_int_eq(GilObject_SetAttrString(op, "n", six), 0);
    value = GilObject_GetAttrString(op, "n");
    ck_assert_int_eq(GilLong_AsLong(value), 6);
    Gil_DECREF(value);
    ck_assert_int_eq(GilObject_DelAttrString(op, "n"), 0);
    ck_assert_int_eq(((struct node *)op)->number, -1);
    value = GilObject_GetAttrString((GilObject *)type, "n"); /* from the class: itself */
    ck_assert_ptr_eq(value, p);
    Gil_DECREF(value);
    value = GilObject_GetAttrString(p, "fset");
    ck_assert_ptr_eq(value, set);
    Gil_DECREF(value);
    expect_text(GilObject_GetAttrString(p, "__doc__"), "The number.");
    GilObject *all[] = {op, get, set, clear, six, p, (GilObject *)type};
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(all); i++)
        Gil_DECREF(all[i]);
}
END_TEST

START_TEST(test_value_property__missing_and_failing_parts)
{
    GilTypeObject *type = node_type(NULL, 0);
    GilObject *op = node_new(type, NULL), *p = property(GilTuple_New(0), NULL), *bad = GilCFunction_New(&refuse_def, NULL);

    ck_assert_int_eq(GilObject_SetAttrString((GilObject *)type, "n", p), 0);
    ck_assert_ptr_null(GilObject_GetAttrString(op, "n"));
    expect_error(GilExc_AttributeError, "property of 'Node' object has no getter");
    ck_assert_int_eq(GilObject_SetAttrString(op, "n", Gil_None), -1);
    expect_error(GilExc_AttributeError, "property of 'Node' object has no setter");
    ck_assert_int_eq(GilObject_DelAttrString(op, "n"), -1);
    expect_error(GilExc_AttributeError, "property of 'Node' object has no deleter");
    GilObject *doc = GilObject_GetAttrString(p, "__doc__");
    ck_assert_ptr_eq(doc, Gil_None);
    Gil_DECREF(p);
    p = property(Gil_BuildValue("(OOOs)", bad, bad, Gil_None, "text"), NULL);
    ck_assert_int_eq(GilObject_SetAttrString((GilObject *)type, "n", p), 0);
    ck_assert_ptr_null(GilObject_GetAttrString(op, "n"));
    expect_error(GilExc_ValueError, "not this");
    ck_assert_int_eq(GilObject_SetAttrString(op, "n", Gil_None), -1);
    expect_error(GilExc_ValueError, "not this");
    expect_text(GilObject_GetAttrString(p, "__doc__"), "text");
    Gil_DECREF(p);
    p = property(Gil_BuildValue("(O)", Gil_True), NULL); /* a getter whose class has a text */
    expect_text(GilObject_Str((GilObject *)Gil_TYPE(p)), "<class 'property'>");
    Gil_DECREF(p);
    Gil_DECREF(bad);
    Gil_DECREF(op);
    Gil_DECREF(type);
}
END_TEST

START_TEST(test_value_property__copies_with_another_part)
{
    GilObject *p = property(GilTuple_New(0), NULL), *part = GilCFunction_New(&get_def, NULL);
    static const char *const makers[] = {"getter", "setter", "deleter"}, *const parts[] = {"fget", "fset", "fdel"};

    for (int i = 0; i < 3; i++) {
        GilObject *name = GilUnicode_FromString(makers[i]), *copy = GilObject_CallMethodOneArg(p, name, part), *got;
        ck_assert_ptr_ne(copy, p);
        got = GilObject_GetAttrString(copy, parts[i]);
        ck_assert_ptr_eq(got, part);
        Gil_DECREF(got);
        got = GilObject_GetAttrString(p, parts[i]);
        ck_assert_ptr_eq(got, Gil_None);
        Gil_DECREF(copy);
        Gil_DECREF(name);
    }
    Gil_DECREF(part);
    Gil_DECREF(p);
}
END_TEST

START_TEST(test_value_property__arguments_that_do_not_fit)
{
    ck_assert_ptr_null(property(Gil_BuildValue("(iiiii)", 1, 2, 3, 4, 5), NULL));
    expect_error(GilExc_TypeError, "property() takes at most 4 arguments (5 given)");
    ck_assert_ptr_null(property(GilTuple_New(0), Gil_BuildValue("{s:i}", "x", 1)));
    expect_error(GilExc_TypeError, "'x' is an invalid keyword argument for property()");
    ck_assert_ptr_null(property(Gil_BuildValue("(i)", 1), Gil_BuildValue("{s:i}", "fget", 1)));
    expect_error(GilExc_TypeError, "argument for property() given by name ('fget') and position (1)");
}
END_TEST

START_TEST(test_value_property__a_circle_is_collected)
{
    GilObject *list = GilList_New(0), *p = property(GilTuple_Pack(1, list), NULL);

    ck_assert_int_eq(GilList_Append(list, p), 0);
    Gil_DECREF(p);
    Gil_DECREF(list);
    ck_assert_int_eq(GilGC_Collect(), 2);
}
END_TEST

START_TEST(test_value_property__a_class_says_the_name)
{
    GilObject *type = (GilObject *)&GilType_Type, *p = property(GilTuple_New(0), NULL), *none = GilTuple_New(0), *copy;
    GilObject *cls = GilObject_CallFunction(type, "s(){sO}", "X", "p", p), *op = GilObject_CallNoArgs(cls);

    ck_assert_ptr_nonnull(op);
    ck_assert_ptr_null(GilObject_GetAttrString(op, "p"));
    expect_error(GilExc_AttributeError, "property 'p' of 'X' object has no getter");
    ck_assert_int_eq(GilObject_SetAttrString(op, "p", none), -1);
    expect_error(GilExc_AttributeError, "property 'p' of 'X' object has no setter");
    copy = GilObject_CallMethod(p, "getter", "(O)", none); /* of the same name */
    ck_assert_int_eq(GilObject_SetAttrString(cls, "q", copy), 0);
    ck_assert_int_eq(GilObject_DelAttrString(op, "q"), -1);
    expect_error(GilExc_AttributeError, "property 'p' of 'X' object has no deleter");
    ck_assert_ptr_null(GilObject_CallMethod(p, "__set_name__", "(O)", cls));
    expect_error(GilExc_TypeError, "__set_name__() takes 2 positional arguments but 1 were given");
    GilObject *all[] = {copy, op, cls, none, p};
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(all); i++)
        Gil_DECREF(all[i]);
}
END_TEST

START_TEST(test_value_property__a_subtype)
{
    GilObject *type = (GilObject *)&GilType_Type, *get = GilCFunction_New(&get_def, NULL);
    GilObject *sub = GilObject_CallFunction(type, "s(O){}", "P", &GilProperty_Type), *p = GilObject_CallOneArg(sub, get);

    ck_assert_ptr_nonnull(p);
    ck_assert_int_eq(GilObject_SetAttrString(p, "own", get), 0);
    GilObject *ref = GilWeakref_NewRef(p, NULL), *copy = GilObject_CallMethod(p, "setter", "(O)", get);
    ck_assert_ptr_nonnull(ref);
    ck_assert_ptr_eq(Gil_TYPE(copy), sub);
    GilTypeObject *node = node_type(NULL, 0);
    GilObject *op = node_new(node, NULL);
    ck_assert_int_eq(GilObject_SetAttrString((GilObject *)node, "n", copy), 0);
    GilObject *value = GilObject_GetAttrString(op, "n");
    ck_assert_int_eq(GilLong_AsLong(value), 0);
    ck_assert_int_eq(GilObject_SetAttrString(p, "me", p), 0); /* a circle */
    GilObject *all[] = {value, op, (GilObject *)node, ref, copy, p, sub, get};
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(all); i++)
        Gil_DECREF(all[i]);
    ck_assert_int_ge(GilGC_Collect(), 2);
}
END_TEST

/* o.__doc__ is this text, or None for NULL. */
static void
expect_doc(GilObject *o, const char *text)
{
    GilObject *doc = GilObject_GetAttrString(o, "__doc__");

    if (text == NULL)
        ck_assert_ptr_eq(doc, Gil_None);
    else
        expect_text(doc, text);
}

START_TEST(test_value_property__its_text_can_be_set)
{
    GilObject *get = GilCFunction_New(&get_def, NULL), *set = GilCFunction_New(&set_def, NULL);
    GilObject *p = property(GilTuple_Pack(1, get), NULL);
    GilObject *text = GilUnicode_FromString("another"), *copy;

    expect_doc(p, "The number.");
    ck_assert_int_eq(GilObject_SetAttrString(p, "__doc__", text), 0);
    expect_doc(p, "another");
    copy = GilObject_CallMethod(p, "setter", "(O)", set);
    expect_doc(copy, "another");
    Gil_DECREF(copy);
    ck_assert_int_eq(GilObject_DelAttrString(p, "__doc__"), 0);
    expect_doc(p, NULL);
    ck_assert_int_eq(GilObject_SetAttrString(p, "__doc__", text), 0);
    ck_assert_int_eq(GilObject_SetAttrString(p, "__doc__", Gil_None), 0);
    expect_doc(p, NULL); /* not the getter's */
    GilObject *all[] = {text, p, set, get};
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(all); i++)
        Gil_DECREF(all[i]);
}
END_TEST

/* A subtype's own text is that of the subtype, and not of its properties. */
START_TEST(test_value_property__the_text_of_one_of_a_subtype)
{
    GilObject *type = (GilObject *)&GilType_Type;
    GilObject *sub = GilObject_CallFunction(type, "s(O){ss}", "P", &GilProperty_Type, "__doc__", "that of P");
    GilObject *get = GilCFunction_New(&get_def, NULL), *set = GilCFunction_New(&set_def, NULL);
    GilObject *text = GilUnicode_FromString("given"), *p, *copy;

    expect_doc(sub, "that of P");
    p = GilObject_CallOneArg(sub, get);
    expect_doc(p, "The number.");
    copy = GilObject_CallMethod(p, "setter", "(O)", set);
    expect_doc(copy, "The number.");
    Gil_DECREF(copy);
    ck_assert_int_eq(GilObject_SetAttrString(p, "__doc__", text), 0);
    expect_doc(p, "given");
    Gil_DECREF(p);
    p = GilObject_CallOneArg(sub, set); /* has no text */
    expect_doc(p, NULL);
    Gil_DECREF(p);
    p = GilObject_CallNoArgs(sub);
    expect_doc(p, NULL);
    Gil_DECREF(p);
    p = GilObject_CallFunctionObjArgs(sub, get, Gil_None, Gil_None, text, NULL);
    expect_doc(p, "given");
    copy = GilObject_CallMethod(p, "setter", "(O)", set);
    expect_doc(copy, "given");
    GilObject *all[] = {copy, p, text, set, get, sub};
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(all); i++)
        Gil_DECREF(all[i]);
}
END_TEST

/* Without a dict there is no place for it. */
START_TEST(test_value_property__the_text_of_one_without_a_dict)
{
    GilType_Slot none[] = {{0, NULL}};
    GilType_Spec spec = {"test.P", 0, 0, 0, none};
    GilObject *sub = GilType_FromSpecWithBases(&spec, (GilObject *)&GilProperty_Type), *get = GilCFunction_New(&get_def, NULL);
    GilObject *text = GilUnicode_FromString("given"), *p = GilObject_CallOneArg(sub, get);

    expect_doc(p, NULL);
    Gil_DECREF(p);
    p = GilObject_CallFunctionObjArgs(sub, get, Gil_None, Gil_None, text, NULL);
    expect_doc(p, NULL);
    GilObject *all[] = {p, text, get, sub};
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(all); i++)
        Gil_DECREF(all[i]);
}
END_TEST

/* As abc.abstractmethod marks them. */
START_TEST(test_value_property__what_is_abstract)
{
    GilTypeObject *type = node_type((GilType_Slot[]){{Gil_tp_methods, (GilMethodDef[]){{0}}}, {0, NULL}}, 0);
    GilObject *op = node_new(type, NULL), *p = property(GilTuple_Pack(2, Gil_None, op), NULL), *c = GilClassMethod_New(op);
    GilObject *says[] = {p, c};

    for (int i = 0; i < 2; i++)
        for (int round = 0; round < 2; round++) {
            if (round == 0)
                GilObject_DelAttrString((GilObject *)type, "__isabstractmethod__");
            else
                ck_assert_int_eq(GilObject_SetAttrString((GilObject *)type, "__isabstractmethod__", Gil_True), 0);
            GilErr_Clear();
            GilObject *answer = GilObject_GetAttrString(says[i], "__isabstractmethod__");
            ck_assert_ptr_eq(answer, round == 0 ? Gil_False : Gil_True);
        }
    GilObject *all[] = {c, p, op, (GilObject *)type};
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(all); i++)
        Gil_DECREF(all[i]);
}
END_TEST

static const char too_deep[] = "maximum recursion depth exceeded while calling an object";

START_TEST(test_value_property__properties_of_properties)
{
    GilObject *p = GilObject_CallNoArgs((GilObject *)&GilProperty_Type), *chain = Gil_NewRef(p), *answer;

    for (int i = 0; i < 100000; i++) {
        GilObject *outer = GilObject_CallOneArg((GilObject *)&GilProperty_Type, chain);
        Gil_SETREF(chain, outer);
    }
    answer = GilObject_CallMethod(p, "__init__", "O", p); /* the innermost is in itself */
    ck_assert_ptr_eq(answer, Gil_None);
    GilObject *asked[] = {p, chain};
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(asked); i++) {
        ck_assert_ptr_null(GilObject_GetAttrString(asked[i], "__doc__"));
        expect_error(GilExc_RecursionError, too_deep);
        ck_assert_ptr_null(GilObject_GetAttrString(asked[i], "__isabstractmethod__"));
        expect_error(GilExc_RecursionError, too_deep);
    }
    Gil_DECREF(chain);
    Gil_DECREF(p);
    ck_assert_int_eq(GilGC_Collect(), 1);
}
END_TEST

struct made {
    GilObject *type, *get;
};

static int
make_and_ask(void *arg)
{
    const struct made *made = arg;
    GilObject *p = GilObject_CallOneArg(made->type, made->get), *doc = NULL;

    if (p != NULL)
        doc = GilObject_GetAttrString(p, "__doc__");
    Gil_XDECREF(p);
    Gil_XDECREF(doc);
    return doc != NULL ? 0 : -1;
}

START_TEST(test_J1_properties_under_lack_of_memory)
{
    GilObject *get = GilCFunction_New(&get_def, NULL);

    GilObject *sub = GilObject_CallFunction((GilObject *)&GilType_Type, "s(O){}", "P", &GilProperty_Type);

    gil_test_oom_loop(make_and_ask, &(struct made){(GilObject *)&GilProperty_Type, get});
    gil_test_oom_loop(make_and_ask, &(struct made){sub, get});
    Gil_DECREF(sub);
    Gil_DECREF(get);
}
END_TEST

Suite *
suite(void)
{
    static const TTest *tests[15];
    int n = 0;

    tests[n++] = test_value_property__calls_its_parts;
    tests[n++] = test_value_property__missing_and_failing_parts;
    tests[n++] = test_value_property__copies_with_another_part;
    tests[n++] = test_value_property__arguments_that_do_not_fit;
    tests[n++] = test_value_property__a_circle_is_collected;
    tests[n++] = test_value_property__a_class_says_the_name;
    tests[n++] = test_value_property__a_subtype;
    tests[n++] = test_value_property__its_text_can_be_set;
    tests[n++] = test_value_property__the_text_of_one_of_a_subtype;
    tests[n++] = test_value_property__the_text_of_one_without_a_dict;
    tests[n++] = test_value_property__what_is_abstract;
    tests[n++] = test_value_property__properties_of_properties;
    tests[n++] = test_J1_properties_under_lack_of_memory;
    return suite_of_one("value/property", tests);
}
