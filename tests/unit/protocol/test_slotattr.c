/* SPDX-License-Identifier: MIT */
/* Slots that attributes fill: each operation finds its attribute, with the arguments that the slot has. */
#include "unit/object/node.h"

#include <stdio.h>

/* What an attribute was called with, as text; and what it gives. */
static char said[256];
static GilObject *answer; /* borrowed from the test; NULL: the number of arguments */

/* Takes the place of any method: writes down its arguments. */
static GilObject *
note(GilObject *self, GilObject *args, const char *name)
{
    GilObject *repr = GilObject_Repr(args);
    (void)self;

    ck_assert_ptr_nonnull(repr);
    snprintf(said, sizeof said, "%s%s", name, GilUnicode_AsUTF8AndSize(repr, NULL));
    Gil_DECREF(repr);
    return answer != NULL ? Gil_NewRef(answer) : GilLong_FromSsize_t(GilTuple_Size(args));
}

#define METHOD(name)                                   \
    static GilObject *                                 \
    on_##name(GilObject *self, GilObject *args)        \
    {                                                  \
        return note(self, args, #name);                \
    }                                                  \
    static GilMethodDef def_##name = {"__" #name "__", on_##name, GIL_METH_VARARGS, NULL};

METHOD(add)
METHOD(radd)
METHOD(sub)
METHOD(pow)
METHOD(rpow)
METHOD(ipow)
METHOD(iadd)
METHOD(neg)
METHOD(bool)
METHOD(len)
METHOD(getitem)
METHOD(setitem)
METHOD(delitem)
METHOD(contains)
METHOD(iter)
METHOD(next)
METHOD(repr)
METHOD(str)
METHOD(hash)
METHOD(eq)
METHOD(lt)
METHOD(get)
METHOD(set)
METHOD(delete)
METHOD(getattr)
METHOD(getattribute)
METHOD(setattr)
METHOD(delattr)
METHOD(del)
METHOD(int)
METHOD(index)
METHOD(float)

static GilObject *
on_call(GilObject *self, GilObject *args, GilObject *kwargs)
{
    ck_assert_ptr_nonnull(kwargs);
    return note(self, args, GilDict_Contains(kwargs, GilTuple_GET_ITEM(args, 0)) == 1 ? "call with " : "call ");
}

static GilMethodDef def_call = {"__call__", (GilCFunction)(void (*)(void))on_call, GIL_METH_VARARGS | GIL_METH_KEYWORDS, NULL};
static GilMethodDef def_init = {"__init__", (GilCFunction)(void (*)(void))on_call, GIL_METH_VARARGS | GIL_METH_KEYWORDS, NULL};

static GilObject *
on_new(GilObject *Gil_UNUSED(self), GilObject *args)
{
    return note(NULL, args, "new");
}

/* type(name, (base,), {}) */
static GilTypeObject *
make_class(const char *name, GilObject *base)
{
    GilObject *type = GilObject_CallFunction((GilObject *)&GilType_Type, "s(O){}", name, base);

    if (type == NULL)
        GilErr_Print();
    ck_assert_ptr_nonnull(type);
    return (GilTypeObject *)type;
}

static GilTypeObject *
plain_class(void)
{
    return make_class("C", (GilObject *)&GilBaseObject_Type);
}

static void
set(GilTypeObject *type, const char *name, GilObject *value)
{
    if (GilObject_SetAttrString((GilObject *)type, name, value) < 0)
        GilErr_Print();
    ck_assert_ptr_null(GilErr_Occurred());
}

static void
fill(GilTypeObject *type, GilMethodDef *def)
{
    GilObject *descr = GilDescr_NewMethod(type, def);

    ck_assert_ptr_nonnull(descr);
    set(type, def->ml_name, descr);
    Gil_DECREF(descr);
}

static GilObject *
instance_of(GilTypeObject *type)
{
    GilObject *op = GilObject_CallNoArgs((GilObject *)type);

    if (op == NULL)
        GilErr_Print();
    ck_assert_ptr_nonnull(op);
    return op;
}

/* The result is this number, and the attribute said this. Takes result. */
static void
expect_number(GilObject *result, long value, const char *text)
{
    if (result == NULL)
        GilErr_Print();
    ck_assert_ptr_nonnull(result);
    ck_assert_int_eq(GilLong_AsLong(result), value);
    ck_assert_str_eq(said, text);
    Gil_DECREF(result);
    said[0] = '\0';
}

START_TEST(test_protocol_slotattr__numbers)
{
    GilTypeObject *type = plain_class();
    GilObject *op = instance_of(type), *one = GilLong_FromLong(1);

    ck_assert_ptr_null(GilNumber_Add(op, one));
    expect_error(GilExc_TypeError, "unsupported operand type(s) for +: 'C' and 'int'");
    fill(type, &def_add);
    expect_number(GilNumber_Add(op, one), 1, "add(1,)");
    ck_assert_ptr_null(GilNumber_Add(one, op));
    expect_error(GilExc_TypeError, "unsupported operand type(s) for +: 'int' and 'C'");
    fill(type, &def_radd);
    expect_number(GilNumber_Add(one, op), 1, "radd(1,)");
    expect_number(GilNumber_InPlaceAdd(op, one), 1, "add(1,)");
    fill(type, &def_iadd);
    expect_number(GilNumber_InPlaceAdd(op, one), 1, "iadd(1,)");
    fill(type, &def_sub);
    expect_number(GilNumber_Subtract(op, one), 1, "sub(1,)");
    fill(type, &def_pow);
    fill(type, &def_rpow);
    expect_number(GilNumber_Power(op, one, Gil_None), 1, "pow(1,)");
    expect_number(GilNumber_Power(one, op, Gil_None), 1, "rpow(1,)");
    expect_number(GilNumber_Power(op, one, one), 2, "pow(1, 1)");
    ck_assert_ptr_null(GilNumber_Power(one, op, one));
    expect_error(GilExc_TypeError, "unsupported operand type(s) for ** or pow(): 'int', 'C', 'int'");
    fill(type, &def_ipow);
    expect_number(GilNumber_InPlacePower(op, one, Gil_None), 1, "ipow(1,)");
    fill(type, &def_neg);
    expect_number(GilNumber_Negative(op), 0, "neg()");
    fill(type, &def_int);
    expect_number(GilNumber_Long(op), 0, "int()");
    fill(type, &def_index);
    expect_number(GilNumber_Index(op), 0, "index()");
    fill(type, &def_float);
    ck_assert_ptr_null(GilNumber_Float(op));
    expect_error(GilExc_TypeError, "C.__float__() must return a float, not int");
    Gil_DECREF(op);
    Gil_DECREF(one);
    Gil_DECREF(type);
}
END_TEST

static GilObject *
on_any(GilObject *Gil_UNUSED(self), GilObject *args)
{
    GilObject *repr = GilObject_Repr(args);

    snprintf(said, sizeof said, "any%s", GilUnicode_AsUTF8AndSize(repr, NULL));
    Gil_DECREF(repr);
    return GilLong_FromLong(1);
}

static GilMethodDef def_any = {"any", on_any, GIL_METH_VARARGS, NULL};

/* Each operator's slot, forwards, backwards and in place, and without an attribute. */
START_TEST(test_protocol_slotattr__every_operator)
{
    static const struct {
        const char *name;
        binaryfunc both, in_place;
    } operators[] = {
        {"add", GilNumber_Add, GilNumber_InPlaceAdd},
        {"sub", GilNumber_Subtract, GilNumber_InPlaceSubtract},
        {"mul", GilNumber_Multiply, GilNumber_InPlaceMultiply},
        {"matmul", GilNumber_MatrixMultiply, GilNumber_InPlaceMatrixMultiply},
        {"truediv", GilNumber_TrueDivide, GilNumber_InPlaceTrueDivide},
        {"floordiv", GilNumber_FloorDivide, GilNumber_InPlaceFloorDivide},
        {"mod", GilNumber_Remainder, GilNumber_InPlaceRemainder},
        {"divmod", GilNumber_Divmod, NULL},
        {"lshift", GilNumber_Lshift, GilNumber_InPlaceLshift},
        {"rshift", GilNumber_Rshift, GilNumber_InPlaceRshift},
        {"and", GilNumber_And, GilNumber_InPlaceAnd},
        {"xor", GilNumber_Xor, GilNumber_InPlaceXor},
        {"or", GilNumber_Or, GilNumber_InPlaceOr},
    };
    static const struct {
        const char *name;
        unaryfunc call;
    } signs[] = {{"__neg__", GilNumber_Negative}, {"__pos__", GilNumber_Positive}, {"__abs__", GilNumber_Absolute},
                 {"__invert__", GilNumber_Invert}};
    GilTypeObject *type = plain_class();
    GilObject *op = instance_of(type), *five = GilLong_FromLong(5), *any = GilDescr_NewMethod(type, &def_any);
    char name[32];

    for (size_t i = 0; i < Gil_ARRAY_LENGTH(operators); i++) {
        ck_assert_ptr_null(operators[i].both(op, five));
        ck_assert(GilErr_ExceptionMatches(GilExc_TypeError));
        GilErr_Clear();
        snprintf(name, sizeof name, "__%s__", operators[i].name);
        set(type, name, any);
        expect_number(operators[i].both(op, five), 1, "any(5,)");
        snprintf(name, sizeof name, "__r%s__", operators[i].name);
        set(type, name, any);
        expect_number(operators[i].both(five, op), 1, "any(5,)");
        if (operators[i].in_place == NULL)
            continue;
        snprintf(name, sizeof name, "__i%s__", operators[i].name);
        set(type, name, any);
        expect_number(operators[i].in_place(op, five), 1, "any(5,)");
    }
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(signs); i++) {
        set(type, signs[i].name, any);
        expect_number(signs[i].call(op), 1, "any()");
    }
    Gil_DECREF(any);
    Gil_DECREF(five);
    Gil_DECREF(op);
    Gil_DECREF(type);
}
END_TEST

static GilObject *
fails(GilObject *Gil_UNUSED(self), GilObject *Gil_UNUSED(args))
{
    GilErr_SetString(GilExc_KeyError, "no");
    return NULL;
}

static GilMethodDef def_fails = {"fails", fails, GIL_METH_VARARGS, NULL};

/* The error of an attribute is that of the operation, in each form of result that a slot has. */
START_TEST(test_protocol_slotattr__errors_pass)
{
    static const char *const names[] = {
        "__len__",     "__bool__", "__contains__", "__iter__", "__next__",    "__hash__", "__repr__",    "__getitem__",
        "__setitem__", "__eq__",   "__call__",     "__init__", "__setattr__", "__pow__",  "__getattr__", "__new__"};
    GilTypeObject *type = plain_class();
    GilObject *op = instance_of(type), *bad = GilDescr_NewMethod(&GilBaseObject_Type, &def_fails);
    GilObject *one = GilLong_FromLong(1);

    for (size_t i = 0; i < Gil_ARRAY_LENGTH(names); i++)
        set(type, names[i], bad);
    int failed = GilObject_IsTrue(op) == -1;
    GilErr_Clear();
    failed += GilObject_Size(op) == -1;
    GilErr_Clear();
    failed += GilSequence_Contains(op, one) == -1;
    GilErr_Clear();
    failed += GilObject_GetIter(op) == NULL;
    GilErr_Clear();
    failed += GilIter_Next(op) == NULL;
    GilErr_Clear();
    failed += GilObject_Hash(op) == -1;
    GilErr_Clear();
    failed += GilObject_Repr(op) == NULL;
    GilErr_Clear();
    failed += GilSequence_GetItem(op, 0) == NULL;
    GilErr_Clear();
    failed += GilSequence_SetItem(op, 0, one) == -1;
    GilErr_Clear();
    failed += GilObject_RichCompareBool(op, one, Gil_EQ) == -1;
    GilErr_Clear();
    failed += GilObject_CallNoArgs(op) == NULL;
    GilErr_Clear();
    failed += GilObject_CallNoArgs((GilObject *)type) == NULL;
    GilErr_Clear();
    failed += GilObject_SetAttrString(op, "x", one) == -1;
    GilErr_Clear();
    failed += GilNumber_Power(op, one, one) == NULL;
    GilErr_Clear();
    failed += GilObject_GetAttrString(op, "x") == NULL;
    ck_assert(GilErr_ExceptionMatches(GilExc_KeyError));
    GilErr_Clear();
    ck_assert_int_eq(failed, 15);
    Gil_DECREF(one);
    Gil_DECREF(bad);
    Gil_DECREF(op);
    Gil_DECREF(type);
}
END_TEST

/* One function stands for both operands' attributes; it must ask them in the order of the rule. */
START_TEST(test_protocol_slotattr__two_classes_that_both_know)
{
    GilTypeObject *left = plain_class(), *right = plain_class(), *heir = make_class("D", (GilObject *)left);
    GilObject *l = instance_of(left), *r = instance_of(right), *h = instance_of(heir);

    answer = Gil_NotImplemented;
    fill(left, &def_add);
    fill(right, &def_radd);
    fill(right, &def_add);
    ck_assert_ptr_null(GilNumber_Add(l, r));
    ck_assert_int_eq(strncmp(said, "radd(", 5), 0); /* the last one that was asked */
    GilErr_Clear();
    ck_assert_ptr_null(GilNumber_Add(r, l)); /* left has no reflected one */
    ck_assert_int_eq(strncmp(said, "add(", 4), 0);
    GilErr_Clear();
    answer = Gil_None;
    ck_assert_ptr_eq(GilNumber_Add(l, h), Gil_None);
    ck_assert_int_eq(strncmp(said, "add(", 4), 0); /* the heir has nothing of its own */
    fill(heir, &def_radd);
    ck_assert_ptr_eq(GilNumber_Add(l, h), Gil_None);
    ck_assert_int_eq(strncmp(said, "radd(", 5), 0); /* the heir's comes first */
    ck_assert_ptr_eq(GilNumber_Add(h, l), Gil_None);
    ck_assert_int_eq(strncmp(said, "add(", 4), 0);
    answer = Gil_NotImplemented;
    ck_assert_ptr_null(GilNumber_Add(l, h)); /* and is not asked twice */
    ck_assert_int_eq(strncmp(said, "add(", 4), 0);
    GilErr_Clear();
    answer = NULL;
    Gil_DECREF(l);
    Gil_DECREF(r);
    Gil_DECREF(h);
    Gil_DECREF(heir);
    Gil_DECREF(left);
    Gil_DECREF(right);
}
END_TEST

/* A class derived from int that sets one direction alone keeps the other. */
START_TEST(test_protocol_slotattr__what_is_not_set_is_the_base_s)
{
    GilTypeObject *type = make_class("I", (GilObject *)&GilLong_Type);
    GilObject *op = GilObject_CallFunction((GilObject *)type, "i", 5), *one = GilLong_FromLong(1);

    ck_assert_ptr_nonnull(op);
    fill(type, &def_radd);
    GilObject *sum = GilNumber_Add(op, one);
    ck_assert_int_eq(GilLong_AsLong(sum), 6);
    Gil_DECREF(sum);
    expect_number(GilNumber_Add(one, op), 1, "radd(1,)");
    Gil_DECREF(op);
    Gil_DECREF(one);
    Gil_DECREF(type);
}
END_TEST

START_TEST(test_protocol_slotattr__containers)
{
    GilTypeObject *type = plain_class();
    GilObject *op = instance_of(type), *seven = GilLong_FromLong(7);

    ck_assert_int_eq(GilObject_Size(op), -1);
    GilErr_Clear();
    fill(type, &def_len);
    ck_assert_int_eq(GilObject_Size(op), 0);
    ck_assert_int_eq(GilSequence_Size(op), 0);
    ck_assert_int_eq(GilMapping_Size(op), 0);
    ck_assert_int_eq(GilObject_IsTrue(op), 0);
    fill(type, &def_getitem);
    expect_number(GilObject_GetItem(op, seven), 1, "getitem(7,)");
    expect_number(GilSequence_GetItem(op, 3), 1, "getitem(3,)");
    fill(type, &def_setitem);
    ck_assert_int_eq(GilObject_SetItem(op, seven, Gil_None), 0);
    ck_assert_str_eq(said, "setitem(7, None)");
    ck_assert_int_eq(GilSequence_SetItem(op, 2, Gil_None), 0);
    ck_assert_str_eq(said, "setitem(2, None)");
    ck_assert_int_eq(GilObject_DelItem(op, seven), -1);
    expect_error(GilExc_AttributeError, "'C' object has no attribute '__delitem__'");
    fill(type, &def_delitem);
    ck_assert_int_eq(GilObject_DelItem(op, seven), 0);
    ck_assert_str_eq(said, "delitem(7,)");
    fill(type, &def_contains);
    ck_assert_int_eq(GilSequence_Contains(op, seven), 1);
    ck_assert_str_eq(said, "contains(7,)");
    set(type, "__contains__", Gil_None);
    ck_assert_int_eq(GilSequence_Contains(op, seven), -1);
    expect_error(GilExc_TypeError, "'C' object is not a container");
    answer = op;
    fill(type, &def_iter);
    ck_assert_ptr_null(GilObject_GetIter(op));
    expect_error(GilExc_TypeError, "C.__iter__() must return an iterator, not C");
    fill(type, &def_next);
    GilObject *iter = GilObject_GetIter(op);
    ck_assert_ptr_eq(iter, op);
    answer = NULL;
    expect_number(GilIter_Next(iter), 0, "next()");
    Gil_DECREF(iter);
    set(type, "__iter__", Gil_None);
    ck_assert_ptr_null(GilObject_GetIter(op));
    expect_error(GilExc_TypeError, "'C' object is not iterable");
    Gil_DECREF(op);
    Gil_DECREF(seven);
    Gil_DECREF(type);
}
END_TEST

START_TEST(test_protocol_slotattr__results_are_checked)
{
    GilTypeObject *type = plain_class();
    GilObject *op = instance_of(type), *minus = GilLong_FromLong(-1), *text = GilUnicode_FromString("x");
    GilObject *args = GilTuple_New(0);

    fill(type, &def_len);
    answer = minus;
    ck_assert_int_eq(GilObject_Size(op), -1);
    expect_error(GilExc_ValueError, "__len__() should return >= 0");
    answer = GilLong_FromString("-100000000000000000000000000", NULL, 10);
    ck_assert_int_eq(GilObject_Size(op), -1);
    expect_error(GilExc_ValueError, "__len__() should return >= 0");
    Gil_SETREF(answer, GilNumber_Negative(answer));
    ck_assert_int_eq(GilObject_Size(op), -1);
    expect_error(GilExc_OverflowError, "cannot fit 'int' into an index-sized integer");
    Gil_SETREF(answer, GilLong_FromSsize_t(GIL_SSIZE_T_MAX));
    ck_assert_int_eq(GilObject_Size(op), GIL_SSIZE_T_MAX);
    Gil_DECREF(answer);
    answer = text;
    ck_assert_int_eq(GilObject_Size(op), -1);
    expect_error(GilExc_TypeError, "'str' object cannot be interpreted as an integer");
    fill(type, &def_bool);
    ck_assert_int_eq(GilObject_IsTrue(op), -1);
    expect_error(GilExc_TypeError, "__bool__ should return bool, returned str");
    answer = Gil_True;
    ck_assert_int_eq(GilObject_IsTrue(op), 1);
    answer = Gil_False;
    ck_assert_int_eq(GilObject_IsTrue(op), 0);
    fill(type, &def_hash);
    answer = text;
    ck_assert_int_eq(GilObject_Hash(op), -1);
    expect_error(GilExc_TypeError, "__hash__ method should return an integer");
    answer = minus;
    ck_assert_int_eq(GilObject_Hash(op), -2);
    answer = NULL;
    ck_assert_int_eq(GilObject_Hash(op), 0);
    fill(type, &def_repr);
    ck_assert_ptr_null(GilObject_Repr(op));
    expect_error(GilExc_TypeError, "__repr__ returned non-string (type int)");
    answer = text;
    expect_text(GilObject_Str(op), "x"); /* that of object asks the repr */
    fill(type, &def_str);
    expect_text(GilObject_Str(op), "x");
    ck_assert_str_eq(said, "str()");
    answer = Gil_None;
    set(type, "__init__", Gil_None);
    ck_assert_ptr_null(GilObject_CallNoArgs((GilObject *)type));
    expect_error(GilExc_TypeError, "'NoneType' object is not callable");
    answer = NULL;
    Gil_DECREF(args);
    Gil_DECREF(text);
    Gil_DECREF(minus);
    Gil_DECREF(op);
    Gil_DECREF(type);
}
END_TEST

/* The number itself, whatever its size and its class; what is too great for a hash is hashed as an int. */
START_TEST(test_protocol_slotattr__a_hash_is_the_number_that_the_attribute_gives)
{
    static const long long numbers[] = {5, -2, (1LL << 60) + 3, (1LL << 61) - 1, INT64_MAX, INT64_MIN};
    GilTypeObject *type = plain_class(), *sub = make_class("I", (GilObject *)&GilLong_Type);
    GilObject *op = instance_of(type), *great = GilLong_FromString("-1267650600228229401496703205376", NULL, 10);

    fill(type, &def_hash);
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(numbers); i++) {
        answer = GilLong_FromLongLong(numbers[i]);
        ck_assert_int_eq(GilObject_Hash(op), numbers[i]);
        Gil_DECREF(answer);
    }
    answer = great;
    ck_assert_int_eq(GilObject_Hash(op), GilObject_Hash(great));
    /* An int whose class has a hash of its own, which is not asked. */
    answer = GilObject_CallFunction((GilObject *)sub, "i", 5);
    fill(sub, &def_hash);
    ck_assert_int_eq(GilObject_Hash(op), 5);
    ck_assert_int_eq(GilObject_Hash(answer), 5);
    Gil_SETREF(answer, GilObject_CallOneArg((GilObject *)sub, great));
    ck_assert_int_eq(GilObject_Hash(op), GilObject_Hash(great));
    Gil_DECREF(answer);
    answer = NULL;
    Gil_DECREF(great);
    Gil_DECREF(op);
    Gil_DECREF(sub);
    Gil_DECREF(type);
}
END_TEST

START_TEST(test_protocol_slotattr__comparisons)
{
    GilTypeObject *type = plain_class();
    GilObject *op = instance_of(type), *seven = GilLong_FromLong(7);

    answer = Gil_True;
    fill(type, &def_eq);
    ck_assert_int_eq(GilObject_RichCompareBool(op, seven, Gil_EQ), 1);
    ck_assert_str_eq(said, "eq(7,)");
    ck_assert_int_eq(GilObject_RichCompareBool(op, seven, Gil_NE), 0); /* object's __ne__ asks __eq__ */
    ck_assert_int_eq(GilObject_RichCompareBool(op, seven, Gil_LT), -1);
    expect_error(GilExc_TypeError, "'<' not supported between instances of 'C' and 'int'");
    fill(type, &def_lt);
    ck_assert_int_eq(GilObject_RichCompareBool(op, seven, Gil_LT), 1);
    ck_assert_int_eq(GilObject_RichCompareBool(seven, op, Gil_GT), 1);
    ck_assert_str_eq(said, "lt(7,)");
    answer = NULL;
    Gil_DECREF(op);
    Gil_DECREF(seven);
    Gil_DECREF(type);
}
END_TEST

START_TEST(test_protocol_slotattr__calls_and_construction)
{
    GilTypeObject *type = plain_class();
    GilObject *op = instance_of(type), *args = Gil_BuildValue("(si)", "a", 2), *kwargs = Gil_BuildValue("{s:i}", "a", 1);
    GilMethodDef make = {"make", on_new, GIL_METH_VARARGS, NULL};

    ck_assert_int_eq(GilCallable_Check(op), 0);
    fill(type, &def_call);
    ck_assert_int_eq(GilCallable_Check(op), 1);
    expect_number(GilObject_Call(op, args, kwargs), 2, "call with ('a', 2)");
    answer = Gil_None;
    fill(type, &def_init);
    GilObject *made = GilObject_Call((GilObject *)type, args, kwargs);
    ck_assert(Gil_IS_TYPE(made, type));
    ck_assert_str_eq(said, "call with ('a', 2)");
    Gil_DECREF(made);
    answer = NULL;
    ck_assert_ptr_null(GilObject_Call((GilObject *)type, args, kwargs));
    expect_error(GilExc_TypeError, "__init__() should return None, not 'int'");
    GilObject *function = GilCFunction_New(&make, NULL);
    set(type, "__new__", function);
    expect_number(GilObject_CallObject((GilObject *)type, args), 3, "new(<class 'C'>, 'a', 2)");
    ck_assert_int_eq(GilObject_DelAttrString((GilObject *)type, "__new__"), 0);
    answer = Gil_None;
    made = GilObject_Call((GilObject *)type, args, kwargs);
    ck_assert(Gil_IS_TYPE(made, type));
    answer = NULL;
    Gil_DECREF(made);
    Gil_DECREF(function);
    Gil_DECREF(args);
    Gil_DECREF(kwargs);
    Gil_DECREF(op);
    Gil_DECREF(type);
}
END_TEST

START_TEST(test_protocol_slotattr__descriptors)
{
    GilTypeObject *type = plain_class(), *owner = plain_class();
    GilObject *descr = instance_of(type), *op = instance_of(owner), *got;

    set(owner, "x", descr);
    got = GilObject_GetAttrString(op, "x");
    ck_assert_ptr_eq(got, descr);
    Gil_DECREF(got);
    fill(type, &def_get);
    expect_number(GilObject_GetAttrString((GilObject *)owner, "x"), 2, "get(None, <class 'C'>)");
    answer = Gil_NotImplemented; /* an answer like any other */
    got = GilObject_GetAttrString(op, "x");
    ck_assert_ptr_eq(got, Gil_NotImplemented);
    answer = NULL;
    ck_assert_int_eq(GilDescr_IsData(descr), 0);
    fill(type, &def_set);
    ck_assert_int_eq(GilDescr_IsData(descr), 1);
    answer = Gil_None;
    ck_assert_int_eq(GilObject_SetAttrString(op, "x", Gil_True), 0);
    ck_assert_int_eq(strncmp(said, "set(<C object at ", 17), 0);
    fill(type, &def_delete);
    ck_assert_int_eq(GilObject_DelAttrString(op, "x"), 0);
    ck_assert_int_eq(strncmp(said, "delete(<C object at ", 20), 0);
    answer = NULL;
    Gil_DECREF(descr);
    Gil_DECREF(op);
    Gil_DECREF(owner);
    Gil_DECREF(type);
}
END_TEST

START_TEST(test_protocol_slotattr__attributes)
{
    GilTypeObject *type = plain_class();
    GilObject *op = instance_of(type);

    ck_assert_int_eq(GilObject_SetAttrString(op, "there", Gil_None), 0);
    fill(type, &def_getattr);
    GilObject *there = GilObject_GetAttrString(op, "there");
    ck_assert_ptr_eq(there, Gil_None);
    expect_number(GilObject_GetAttrString(op, "missing"), 1, "getattr('missing',)");
    fill(type, &def_getattribute);
    expect_number(GilObject_GetAttrString(op, "there"), 1, "getattribute('there',)");
    ck_assert_int_eq(GilObject_DelAttrString((GilObject *)type, "__getattribute__"), 0);
    ck_assert_int_eq(GilObject_DelAttrString((GilObject *)type, "__getattr__"), 0);
    ck_assert_ptr_null(GilObject_GetAttrString(op, "missing"));
    expect_error(GilExc_AttributeError, "'C' object has no attribute 'missing'");
    fill(type, &def_setattr);
    ck_assert_int_eq(GilObject_SetAttrString(op, "y", Gil_None), 0);
    ck_assert_str_eq(said, "setattr('y', None)");
    fill(type, &def_delattr);
    ck_assert_int_eq(GilObject_DelAttrString(op, "y"), 0);
    ck_assert_str_eq(said, "delattr('y',)");
    Gil_DECREF(op);
    Gil_DECREF(type);
}
END_TEST

START_TEST(test_protocol_slotattr__finalizers)
{
    GilTypeObject *type = plain_class();

    fill(type, &def_del);
    said[0] = '\0';
    Gil_DECREF(instance_of(type));
    ck_assert_str_eq(said, "del()");
    ck_assert_int_eq(GilObject_DelAttrString((GilObject *)type, "__del__"), 0);
    said[0] = '\0';
    Gil_DECREF(instance_of(type));
    ck_assert_str_eq(said, "");
    Gil_DECREF(type);
}
END_TEST

static GilObject *
fail_today(GilObject *Gil_UNUSED(self), GilObject *Gil_UNUSED(args))
{
    GilErr_SetString(GilExc_ValueError, "not today");
    return NULL;
}

static GilMethodDef def_fail = {"fail_today", fail_today, GIL_METH_VARARGS, NULL};

struct told {
    GilObject *object; /* borrowed */
    GilObject *class;
    int times;
};

static void
remember(const GilUnraisable *error, void *arg)
{
    struct told *told = arg;

    told->object = error->object;
    told->class = (GilObject *)Gil_TYPE(error->exc_value);
    told->times++;
}

/* Who is told of an error in a finalizer gets what failed, and not the object. */
START_TEST(test_protocol_slotattr__finalizers_that_fail)
{
    GilTypeObject *type = plain_class();
    GilObject *function = GilCFunction_New(&def_fail, NULL), *five = GilLong_FromLong(5);
    struct told told = {0};

    GilErr_SetUnraisableHook(remember, &told);
    set(type, "__del__", function);
    Gil_DECREF(instance_of(type));
    ck_assert_int_eq(told.times, 1);
    ck_assert_ptr_eq(told.object, function);
    ck_assert_ptr_eq(told.class, GilExc_ValueError);
    set(type, "__del__", five);
    GilObject *op = instance_of(type);
    GilErr_SetNone(GilExc_KeyError); /* pending meanwhile, and afterwards */
    Gil_DECREF(op);
    ck_assert_int_eq(GilErr_ExceptionMatches(GilExc_KeyError), 1);
    GilErr_Clear();
    ck_assert_int_eq(told.times, 2);
    ck_assert_ptr_eq(told.object, five);
    ck_assert_ptr_eq(told.class, GilExc_TypeError);
    GilErr_SetUnraisableHook(NULL, NULL);
    Gil_DECREF(five);
    Gil_DECREF(function);
    Gil_DECREF(type);
}
END_TEST

/* An attribute that is found through itself ends at the limit of recursion. */
START_TEST(test_protocol_slotattr__circles_end)
{
    GilTypeObject *type = plain_class();
    GilObject *op = instance_of(type);

    set(type, "__call__", op);
    ck_assert_ptr_null(GilObject_CallNoArgs(op));
    ck_assert(GilErr_ExceptionMatches(GilExc_RecursionError));
    GilErr_Clear();
    set(type, "__get__", op);
    ck_assert_ptr_null(GilObject_GetAttrString(op, "__call__"));
    ck_assert(GilErr_ExceptionMatches(GilExc_RecursionError));
    GilErr_Clear();
    ck_assert_int_eq(GilObject_DelAttrString((GilObject *)type, "__get__"), 0);
    ck_assert_int_eq(GilObject_DelAttrString((GilObject *)type, "__call__"), 0);
    Gil_DECREF(op);
    Gil_DECREF(type);
}
END_TEST

static int
use_slots(void *arg)
{
    GilObject *op = arg, *one = GilLong_FromLong(1), *sum = NULL, *item = NULL;
    int rc = -1;

    if (one != NULL && (sum = GilNumber_Add(one, op)) != NULL && (item = GilSequence_GetItem(op, 5000)) != NULL &&
        GilObject_Size(op) >= 0)
        rc = 0;
    Gil_XDECREF(one);
    Gil_XDECREF(sum);
    Gil_XDECREF(item);
    return rc;
}

static GilObject *
quiet(GilObject *Gil_UNUSED(self), GilObject *Gil_UNUSED(args))
{
    return GilLong_FromLong(0);
}

START_TEST(test_J1_protocol_slotattr)
{
    static GilMethodDef defs[] = {{"__radd__", quiet, GIL_METH_VARARGS, NULL},
                                  {"__getitem__", quiet, GIL_METH_VARARGS, NULL},
                                  {"__len__", quiet, GIL_METH_VARARGS, NULL}};
    GilTypeObject *type = plain_class();
    GilObject *op = instance_of(type);

    for (size_t i = 0; i < Gil_ARRAY_LENGTH(defs); i++)
        fill(type, &defs[i]);
    gil_test_oom_loop(use_slots, op);
    Gil_DECREF(op);
    Gil_DECREF(type);
}
END_TEST

Suite *
suite(void)
{
    const TTest *tests[] = {test_protocol_slotattr__numbers,
                                   test_protocol_slotattr__every_operator,
                                   test_protocol_slotattr__errors_pass,
                                   test_protocol_slotattr__two_classes_that_both_know,
                                   test_protocol_slotattr__what_is_not_set_is_the_base_s,
                                   test_protocol_slotattr__containers,
                                   test_protocol_slotattr__results_are_checked,
                                   test_protocol_slotattr__a_hash_is_the_number_that_the_attribute_gives,
                                   test_protocol_slotattr__comparisons,
                                   test_protocol_slotattr__calls_and_construction,
                                   test_protocol_slotattr__descriptors,
                                   test_protocol_slotattr__attributes,
                                   test_protocol_slotattr__finalizers,
                                   test_protocol_slotattr__finalizers_that_fail,
                                   test_protocol_slotattr__circles_end,
                                   test_J1_protocol_slotattr,
                                   NULL};
    return suite_of_one("protocol/slotattr", tests);
}
