/* SPDX-License-Identifier: MIT */
/* What any object can be asked: answers are checked, and the slots of broken types become errors that name them. */
#include "node.h"

#include "object/object.h"

static GilObject *
repr_none(GilObject *self)
{
    (void)self;
    return Gil_NewRef(Gil_None);
}

static GilObject *
repr_nothing(GilObject *self)
{
    (void)self;
    return NULL;
}

static GilObject *
repr_accent(GilObject *self)
{
    (void)self;
    return GilUnicode_FromString("a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80");
}

static GilObject *
with(const GilType_Slot *slots)
{
    GilTypeObject *type = node_type(slots, Gil_TPFLAGS_BASETYPE);
    GilObject *op = node_new(type, NULL);

    Gil_DECREF(type);
    return op;
}

#define WITH(...) with((GilType_Slot[]){__VA_ARGS__, {0, NULL}})

START_TEST(test_object_object__repr_and_str_must_be_text)
{
    GilObject *none = WITH({Gil_tp_repr, (void *)repr_none}), *nothing = WITH({Gil_tp_str, (void *)repr_nothing});

    ck_assert_ptr_null(GilObject_Repr(none));
    expect_error(GilExc_TypeError, "__repr__ returned non-string (type NoneType)");
    ck_assert_ptr_null(GilObject_Str(none));
    expect_error(GilExc_TypeError, "__str__ returned non-string (type NoneType)");
    ck_assert_ptr_null(GilObject_Str(nothing));
    expect_error(GilExc_SystemError, "__str__ of 'test.Node' returned NULL without setting an exception");
    expect_text(GilObject_Repr(NULL), "<NULL>");
    expect_text(GilObject_Str(NULL), "<NULL>");
    expect_text(GilObject_ASCII(NULL), "<NULL>");
    GilObject *repr = GilObject_Repr(nothing);
    ck_assert_int_eq(strncmp(GilUnicode_AsUTF8AndSize(repr, NULL), "<test.Node object at 0x", 23), 0);
    Gil_DECREF(repr);
    Gil_DECREF(none);
    Gil_DECREF(nothing);
}
END_TEST

START_TEST(test_object_object__ascii_escapes_the_rest)
{
    GilObject *op = WITH({Gil_tp_repr, (void *)repr_accent});

    expect_text(GilObject_ASCII(op), "a\\xe9\\u20ac\\U0001f600");
    expect_text(GilObject_ASCII(Gil_None), "None");
    Gil_DECREF(op);
}
END_TEST

static GilObject *
less_only(GilObject *a, GilObject *b, int op)
{
    (void)a;
    (void)b;
    if (op == Gil_LT)
        return Gil_NewRef(Gil_True);
    if (op == Gil_GE)
        return NULL;
    Gil_RETURN_NOTIMPLEMENTED;
}

START_TEST(test_object_object__comparison)
{
    GilObject *a = WITH({Gil_tp_richcompare, (void *)less_only}), *b = WITH({Gil_tp_doc, NULL});

    ck_assert_int_eq(GilObject_RichCompareBool(a, b, Gil_LT), 1);
    /* b > a is asked of a as a < b. */
    ck_assert_int_eq(GilObject_RichCompareBool(b, a, Gil_GT), 1);
    ck_assert_int_eq(GilObject_RichCompareBool(a, b, Gil_LE), -1);
    expect_error(GilExc_TypeError, "'<=' not supported between instances of 'test.Node' and 'test.Node'");
    ck_assert_int_eq(GilObject_RichCompareBool(a, b, Gil_GE), -1);
    expect_error(GilExc_SystemError, "comparison of 'test.Node' returned NULL without setting an exception");
    ck_assert_int_eq(GilObject_RichCompareBool(a, b, Gil_EQ), 0);
    ck_assert_int_eq(GilObject_RichCompareBool(a, b, Gil_NE), 1);
    ck_assert_int_eq(GilObject_RichCompareBool(a, a, Gil_EQ), 1);
    ck_assert_int_eq(GilObject_RichCompareBool(b, b, Gil_NE), 0);
    ck_assert_ptr_null(GilObject_RichCompare(a, b, 6));
    expect_error(GilExc_SystemError, "GilObject_RichCompare: there is no operator 6");
    ck_assert_ptr_null(GilObject_RichCompare(NULL, b, Gil_EQ));
    expect_error(GilExc_SystemError, "GilObject_RichCompare: NULL argument");
    ck_assert_int_eq(GilObject_RichCompareBool(NULL, NULL, Gil_EQ), -1);
    expect_error(GilExc_SystemError, "GilObject_RichCompareBool: NULL argument");
    Gil_DECREF(a);
    Gil_DECREF(b);
}
END_TEST

static GilObject *
always_true(GilObject *a, GilObject *b, int op)
{
    (void)a;
    (void)b;
    (void)op;
    return Gil_NewRef(Gil_True);
}

START_TEST(test_object_object__a_subclass_is_asked_first)
{
    GilObject *base = WITH({Gil_tp_richcompare, (void *)less_only});
    GilType_Slot slots[] = {{Gil_tp_richcompare, (void *)always_true}, {0, NULL}};
    GilType_Spec spec = {.name = "test.Sub", .slots = slots};
    GilObject *type = GilType_FromSpecWithBases(&spec, (GilObject *)Gil_TYPE(base)), *sub = GilObject_CallNoArgs(type);

    ck_assert_int_eq(GilObject_RichCompareBool(base, sub, Gil_GE), 1);
    ck_assert_int_eq(GilObject_RichCompareBool(base, sub, Gil_EQ), 1);
    Gil_DECREF(sub);
    Gil_DECREF(type);
    Gil_DECREF(base);
}
END_TEST

static int
truth_fails(GilObject *self)
{
    (void)self;
    GilErr_SetString(GilExc_ValueError, "who knows");
    return -1;
}

static Gil_ssize_t
empty(GilObject *self)
{
    (void)self;
    return 0;
}

START_TEST(test_object_object__truth)
{
    GilObject *bad = WITH({Gil_nb_bool, (void *)truth_fails}), *plain = WITH({Gil_tp_doc, NULL});
    GilObject *mapping = WITH({Gil_mp_length, (void *)empty}), *sequence = WITH({Gil_sq_length, (void *)empty});

    ck_assert_int_eq(GilObject_IsTrue(bad), -1);
    expect_error(GilExc_ValueError, "who knows");
    ck_assert_int_eq(GilObject_Not(bad), -1);
    GilErr_Clear();
    ck_assert_int_eq(GilObject_IsTrue(plain), 1);
    ck_assert_int_eq(GilObject_IsTrue(mapping), 0);
    ck_assert_int_eq(GilObject_Not(sequence), 1);
    ck_assert_int_eq(GilObject_IsTrue(Gil_None), 0);
    ck_assert_int_eq(GilObject_IsTrue(NULL), -1);
    expect_error(GilExc_SystemError, "GilObject_IsTrue: NULL argument");
    Gil_DECREF(bad);
    Gil_DECREF(plain);
    Gil_DECREF(mapping);
    Gil_DECREF(sequence);
}
END_TEST

START_TEST(test_object_object__kinds)
{
    GilObject *five = GilLong_FromLong(5);

    GilObject *type = GilObject_Type(five);
    ck_assert_ptr_eq(type, &GilLong_Type);
    ck_assert_ptr_null(GilObject_Type(NULL));
    expect_error(GilExc_SystemError, "GilObject_Type: NULL argument");
    ck_assert_int_eq(GilCallable_Check(type), 1);
    ck_assert_int_eq(GilCallable_Check(five), 0);
    ck_assert_int_eq(GilCallable_Check(NULL), 0);
    Gil_DECREF(type);
    Gil_DECREF(five);
}
END_TEST

START_TEST(test_object_object__identity_hashes_differ)
{
    GilObject *a = WITH({Gil_tp_doc, NULL}), *b = WITH({Gil_tp_doc, NULL});

    ck_assert_int_ne(GilObject_Hash(a), GilObject_Hash(b));
    ck_assert_int_eq(GilObject_Hash(a), gil_object_hash_identity(a));
    ck_assert_int_eq(gil_object_hash_identity((GilObject *)UINTPTR_MAX), -2);
    GilObject *list = GilList_New(0);
    ck_assert_int_eq(GilObject_Hash(list), -1);
    expect_error(GilExc_TypeError, "unhashable type: 'list'");
    ck_assert_int_eq(GilObject_Hash(NULL), -1);
    expect_error(GilExc_SystemError, "GilObject_Hash: NULL argument");
    Gil_DECREF(list);
    Gil_DECREF(a);
    Gil_DECREF(b);
}
END_TEST

/* Printing that never comes to an end by itself. */
static GilObject *
repr_again(GilObject *self)
{
    return GilObject_Repr(self);
}

START_TEST(test_H6_endless_repr_is_a_recursion_error)
{
    GilObject *op = WITH({Gil_tp_repr, (void *)repr_again});

    ck_assert_ptr_null(GilObject_Repr(op));
    expect_error(GilExc_RecursionError, "maximum recursion depth exceeded while getting the repr of an object");
    expect_text(GilObject_Repr(Gil_None), "None");
    Gil_DECREF(op);
}
END_TEST

Suite *
suite(void)
{
    static const TTest *tests[20];
    int n = 0;

    tests[n++] = test_object_object__repr_and_str_must_be_text;
    tests[n++] = test_object_object__ascii_escapes_the_rest;
    tests[n++] = test_object_object__comparison;
    tests[n++] = test_object_object__a_subclass_is_asked_first;
    tests[n++] = test_object_object__truth;
    tests[n++] = test_object_object__kinds;
    tests[n++] = test_object_object__identity_hashes_differ;
    tests[n++] = test_H6_endless_repr_is_a_recursion_error;
    return suite_of_one("object/object", tests);
}
