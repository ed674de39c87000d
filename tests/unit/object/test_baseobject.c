/* SPDX-License-Identifier: MIT */
/* object itself: it can be made, compared, hashed and shown, and takes no arguments unless a type asked for some. */
#include "node.h"

static GilObject *
new_any(GilTypeObject *type, GilObject *args, GilObject *kwargs)
{
    (void)args;
    (void)kwargs;
    return GilType_GenericNew(type, NULL, NULL);
}

static int
equals_five(GilObject *self, GilObject *other)
{
    (void)self;
    return GilLong_Check(other) && GilLong_AsLong(other) == 5;
}

static GilObject *
compare_equal_only(GilObject *self, GilObject *other, int op)
{
    if (op == Gil_EQ)
        return GilBool_FromLong(equals_five(self, other));
    /* != is left to object, which turns == round. */
    richcmpfunc compare = (richcmpfunc)GilType_GetSlot(&GilBaseObject_Type, Gil_tp_richcompare);
    return compare(self, other, op);
}

START_TEST(test_object_baseobject__instances_of_object)
{
    GilObject *op = GilObject_CallNoArgs((GilObject *)&GilBaseObject_Type);

    ck_assert_ptr_nonnull(op);
    ck_assert_int_eq(GilObject_RichCompareBool(op, op, Gil_EQ), 1);
    ck_assert_int_eq(GilObject_RichCompareBool(op, Gil_None, Gil_EQ), 0);
    ck_assert_int_eq(GilObject_RichCompareBool(op, Gil_None, Gil_NE), 1);
    ck_assert_int_ne(GilObject_Hash(op), -1);
    GilObject *str = GilObject_Str(op);
    ck_assert_int_eq(strncmp(GilUnicode_AsUTF8AndSize(str, NULL), "<object object at 0x", 20), 0);
    Gil_DECREF(str);
    Gil_DECREF(op);
}
END_TEST

START_TEST(test_object_baseobject__arguments_need_somebody_who_wants_them)
{
    GilType_Slot slots[] = {{Gil_tp_new, (void *)new_any}, {0, NULL}};
    GilTypeObject *type = node_type(slots, 0);

    ck_assert_ptr_null(GilObject_CallOneArg((GilObject *)&GilBaseObject_Type, Gil_None));
    expect_error(GilExc_TypeError, "object() takes no arguments");
    GilObject *op = GilObject_CallOneArg((GilObject *)type, Gil_None);
    ck_assert_ptr_nonnull(op);
    Gil_DECREF(op);
    Gil_DECREF(type);
}
END_TEST

START_TEST(test_object_baseobject__unequal_is_not_equal)
{
    GilType_Slot slots[] = {{Gil_tp_richcompare, (void *)compare_equal_only}, {0, NULL}};
    GilTypeObject *type = node_type(slots, 0);
    GilObject *op = node_new(type, NULL), *five = GilLong_FromLong(5), *six = GilLong_FromLong(6);

    ck_assert_int_eq(GilObject_RichCompareBool(op, five, Gil_NE), 0);
    ck_assert_int_eq(GilObject_RichCompareBool(op, six, Gil_NE), 1);
    Gil_DECREF(five);
    Gil_DECREF(six);
    Gil_DECREF(op);
    Gil_DECREF(type);
}
END_TEST

/* o's attribute `__doc__` is this text, or None for NULL. */
static void
expect_doc(GilObject *o, const char *text)
{
    GilObject *doc = GilObject_GetAttrString(o, "__doc__");

    if (text == NULL)
        ck_assert_ptr_eq(doc, Gil_None);
    else
        expect_text(doc, text);
}

/* Each type has a text of its own, be it None: no base's is shown, and an instance with a dict can have one. */
START_TEST(test_object_baseobject__the_text_of_types_and_of_instances)
{
    GilObject *base = GilObject_CallFunction((GilObject *)&GilType_Type, "s(){ss}", "B", "__doc__", "that of B");
    GilObject *class = GilObject_CallFunction((GilObject *)&GilType_Type, "s(O){}", "C", base);
    GilObject *op = GilObject_CallNoArgs(class);
    GilType_Slot slots[] = {{Gil_tp_doc, (void *)"D(x)\n--\n\nthat of D"}, {0, NULL}};
    GilType_Spec spec = {"test.D", 0, 0, 0, slots};
    GilObject *derived = GilType_FromSpecWithBases(&spec, class), *instance = GilObject_CallNoArgs(derived);
    GilObject *text = GilUnicode_FromString("its own"), *plain = GilObject_CallNoArgs((GilObject *)&GilBaseObject_Type), *dict;

    expect_doc(base, "that of B");
    expect_doc(class, NULL);
    expect_doc(op, NULL);
    expect_doc(derived, "that of D");
    expect_doc(instance, "that of D");
    GilObject *with_dict[] = {op, instance};
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(GilObject_SetAttrString(with_dict[i], "__doc__", text), 0);
        expect_doc(with_dict[i], "its own");
        ck_assert_int_eq(GilObject_DelAttrString(with_dict[i], "__doc__"), 0);
        expect_doc(with_dict[i], i == 0 ? NULL : "that of D");
        ck_assert_int_eq(GilObject_DelAttrString(with_dict[i], "__doc__"), -1);
        GilErr_Clear();
    }
    ck_assert_int_eq(GilObject_SetAttrString(class, "__doc__", text), 0);
    expect_doc(op, "its own");
    expect_doc(instance, "that of D");
    expect_doc(plain, "The base class of the class hierarchy.");
    ck_assert_int_eq(GilObject_SetAttrString(plain, "__doc__", text), -1);
    expect_error(GilExc_AttributeError, "'object' object attribute '__doc__' is read-only");
    GilObject *types[] = {derived, (GilObject *)&GilBaseObject_Type, (GilObject *)&GilLong_Type};
    for (int i = 0; i < 3; i++) {
        dict = GilObject_GetAttrString(types[i], "__dict__");
        GilObject *there = GilMapping_GetItemString(dict, "__doc__"), *shown = GilObject_GetAttrString(types[i], "__doc__");
        ck_assert_ptr_nonnull(there);
        ck_assert_int_eq(GilObject_RichCompareBool(there, shown, Gil_EQ), 1);
        Gil_DECREF(there);
        Gil_DECREF(shown);
        Gil_DECREF(dict);
    }
    GilObject *all[] = {plain, text, instance, derived, op, class, base};
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(all); i++)
        Gil_DECREF(all[i]);
}
END_TEST

/* A metatype's own text does not stand before that of its types. */
START_TEST(test_object_baseobject__the_text_of_types_of_a_metatype)
{
    GilType_Slot none[] = {{0, NULL}}, slots[] = {{Gil_tp_doc, (void *)"that of T"}, {0, NULL}};
    GilType_Spec meta_spec = {"test.Meta", 0, 0, 0, none}, spec = {"test.T", 0, 0, 0, slots};
    GilTypeObject *meta = (GilTypeObject *)(void *)GilType_FromSpecWithBases(&meta_spec, (GilObject *)&GilType_Type);
    GilObject *type = GilType_FromMetaclass(meta, NULL, &spec, NULL), *text = GilUnicode_FromString("another");

    expect_doc((GilObject *)meta, NULL);
    expect_doc(type, "that of T");
    ck_assert_int_eq(GilObject_SetAttrString(type, "__doc__", text), 0);
    expect_doc(type, "another");
    Gil_DECREF(text);
    Gil_DECREF(type);
    Gil_DECREF(meta);
}
END_TEST

Suite *
suite(void)
{
    static const TTest *tests[10];
    int n = 0;

    tests[n++] = test_object_baseobject__instances_of_object;
    tests[n++] = test_object_baseobject__arguments_need_somebody_who_wants_them;
    tests[n++] = test_object_baseobject__unequal_is_not_equal;
    tests[n++] = test_object_baseobject__the_text_of_types_and_of_instances;
    tests[n++] = test_object_baseobject__the_text_of_types_of_a_metatype;
    return suite_of_one("object/baseobject", tests);
}
