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

Suite *
suite(void)
{
    static const TTest *tests[10];
    int n = 0;

    tests[n++] = test_object_baseobject__instances_of_object;
    tests[n++] = test_object_baseobject__arguments_need_somebody_who_wants_them;
    tests[n++] = test_object_baseobject__unequal_is_not_equal;
    return suite_of_one("object/baseobject", tests);
}
