/* SPDX-License-Identifier: MIT */
/* Weak proxies: every operation reaches the referent, on either side, and the dead answer with ReferenceError. */
#include "support/expect.h"
#include "support/support.h"

#include <gilrt.h>

#include "gilrt/typeobject.h"
#include "object/weakref.h"

#include <stddef.h>
#include <stdio.h>

/* A number that can be referred to: it says which operation it was asked for. */
struct speaker {
    GilObject_HEAD
    GilObject *weaklist;
    GilObject *attr;
    int steps;
};

static char last[64];

static GilObject *
say(const char *what)
{
    snprintf(last, sizeof last, "%s", what);
    return GilUnicode_FromString(what);
}

#define SAY1(name)                                \
    static GilObject *                            \
    say_##name(GilObject *Gil_UNUSED(op))         \
    {                                             \
        return say(#name);                        \
    }
#define SAY2(name)                                                    \
    static GilObject *                                                \
    say_##name(GilObject *v, GilObject *w)                            \
    {                                                                 \
        if (GilWeakref_CheckProxy(v) || GilWeakref_CheckProxy(w))     \
            return say("a proxy");                                    \
        return say(#name);                                            \
    }
#define SAY3(name)                                                    \
    static GilObject *                                                \
    say_##name(GilObject *u, GilObject *v, GilObject *w)              \
    {                                                                 \
        if (GilWeakref_CheckProxy(u) || GilWeakref_CheckProxy(v) || GilWeakref_CheckProxy(w)) \
            return say("a proxy");                                    \
        return say(#name);                                            \
    }
SAY1(negative) SAY1(positive) SAY1(absolute) SAY1(invert) SAY1(str)
SAY2(add) SAY2(subtract) SAY2(multiply) SAY2(remainder) SAY2(divmod) SAY2(lshift) SAY2(rshift) SAY2(and) SAY2(xor)
SAY2(or) SAY2(floor_divide) SAY2(true_divide) SAY2(matrix_multiply) SAY2(subscript)
SAY2(iadd) SAY2(isubtract) SAY2(imultiply) SAY2(iremainder) SAY2(ilshift) SAY2(irshift) SAY2(iand) SAY2(ixor)
SAY2(ior) SAY2(ifloor_divide) SAY2(itrue_divide) SAY2(imatrix_multiply)
SAY3(power) SAY3(ipower)

static GilObject *
say_call(GilObject *Gil_UNUSED(op), GilObject *Gil_UNUSED(args), GilObject *Gil_UNUSED(kwargs))
{
    return say("call");
}

static GilObject *
number_one(GilObject *Gil_UNUSED(op))
{
    return GilLong_FromLong(1);
}

static GilObject *
number_half(GilObject *Gil_UNUSED(op))
{
    return GilFloat_FromDouble(0.5);
}

static int
is_false(GilObject *Gil_UNUSED(op))
{
    return 0;
}

static Gil_ssize_t
length_3(GilObject *Gil_UNUSED(op))
{
    return 3;
}

static int
contains_text(GilObject *Gil_UNUSED(op), GilObject *value)
{
    return GilUnicode_Check(value);
}

static int
ass_subscript(GilObject *Gil_UNUSED(op), GilObject *Gil_UNUSED(key), GilObject *value)
{
    snprintf(last, sizeof last, value != NULL ? "set" : "deleted");
    return 0;
}

static GilObject *
compare(GilObject *v, GilObject *w, int op)
{
    if (GilWeakref_CheckProxy(v) || GilWeakref_CheckProxy(w))
        return say("a proxy");
    return _Gil_RichResult(op == Gil_EQ ? v == w : op == Gil_LT);
}

static GilObject *
next_of_two(GilObject *op)
{
    struct speaker *s = (struct speaker *)(void *)op;
    return s->steps < 2 ? GilLong_FromLong(s->steps++) : NULL;
}

static GilMemberDef members[] = {
    {"__weaklistoffset__", Gil_T_PYSSIZET, offsetof(struct speaker, weaklist), Gil_READONLY, NULL},
    {"attr", Gil_T_OBJECT_EX, offsetof(struct speaker, attr), 0, NULL},
    {NULL, 0, 0, 0, NULL},
};

static GilType_Slot slots[] = {
    {Gil_tp_members, members},
    {Gil_nb_negative, (void *)say_negative},
    {Gil_nb_positive, (void *)say_positive},
    {Gil_nb_absolute, (void *)say_absolute},
    {Gil_nb_invert, (void *)say_invert},
    {Gil_nb_int, (void *)number_one},
    {Gil_nb_index, (void *)number_one},
    {Gil_nb_float, (void *)number_half},
    {Gil_nb_bool, (void *)is_false},
    {Gil_nb_add, (void *)say_add},
    {Gil_nb_subtract, (void *)say_subtract},
    {Gil_nb_multiply, (void *)say_multiply},
    {Gil_nb_remainder, (void *)say_remainder},
    {Gil_nb_divmod, (void *)say_divmod},
    {Gil_nb_power, (void *)say_power},
    {Gil_nb_lshift, (void *)say_lshift},
    {Gil_nb_rshift, (void *)say_rshift},
    {Gil_nb_and, (void *)say_and},
    {Gil_nb_xor, (void *)say_xor},
    {Gil_nb_or, (void *)say_or},
    {Gil_nb_floor_divide, (void *)say_floor_divide},
    {Gil_nb_true_divide, (void *)say_true_divide},
    {Gil_nb_matrix_multiply, (void *)say_matrix_multiply},
    {Gil_nb_inplace_add, (void *)say_iadd},
    {Gil_nb_inplace_subtract, (void *)say_isubtract},
    {Gil_nb_inplace_multiply, (void *)say_imultiply},
    {Gil_nb_inplace_remainder, (void *)say_iremainder},
    {Gil_nb_inplace_power, (void *)say_ipower},
    {Gil_nb_inplace_lshift, (void *)say_ilshift},
    {Gil_nb_inplace_rshift, (void *)say_irshift},
    {Gil_nb_inplace_and, (void *)say_iand},
    {Gil_nb_inplace_xor, (void *)say_ixor},
    {Gil_nb_inplace_or, (void *)say_ior},
    {Gil_nb_inplace_floor_divide, (void *)say_ifloor_divide},
    {Gil_nb_inplace_true_divide, (void *)say_itrue_divide},
    {Gil_nb_inplace_matrix_multiply, (void *)say_imatrix_multiply},
    {Gil_mp_length, (void *)length_3},
    {Gil_mp_subscript, (void *)say_subscript},
    {Gil_mp_ass_subscript, (void *)ass_subscript},
    {Gil_sq_contains, (void *)contains_text},
    {Gil_tp_str, (void *)say_str},
    {Gil_tp_richcompare, (void *)compare},
    {Gil_tp_call, (void *)say_call},
    {Gil_tp_iter, (void *)GilObject_SelfIter},
    {Gil_tp_iternext, (void *)next_of_two},
    {0, NULL},
};
static GilType_Spec spec = {"test.Speaker", sizeof(struct speaker), 0, Gil_TPFLAGS_BASETYPE, slots};

static GilObject *ob, *proxy;

static void
start(void)
{
    gil_test_start();
    GilObject *type = GilType_FromSpec(&spec);
    if (type == NULL)
        GilErr_Print();
    ob = GilObject_CallNoArgs(type);
    Gil_DECREF(type);
    proxy = GilWeakref_NewProxy(ob, NULL);
    ck_assert_ptr_nonnull(proxy);
}

static void
stop(void)
{
    Gil_XDECREF(ob);
    Gil_XDECREF(proxy);
    gil_test_stop();
}

static const struct {
    unaryfunc f;
    const char *says;
} unary[] = {
    {GilNumber_Negative, "negative"}, {GilNumber_Positive, "positive"}, {GilNumber_Absolute, "absolute"},
    {GilNumber_Invert, "invert"},     {GilObject_Str, "str"},
};

static const struct {
    binaryfunc f;
    const char *says;
} binary[] = {
    {GilNumber_Add, "add"},
    {GilNumber_Subtract, "subtract"},
    {GilNumber_Multiply, "multiply"},
    {GilNumber_Remainder, "remainder"},
    {GilNumber_Divmod, "divmod"},
    {GilNumber_Lshift, "lshift"},
    {GilNumber_Rshift, "rshift"},
    {GilNumber_And, "and"},
    {GilNumber_Xor, "xor"},
    {GilNumber_Or, "or"},
    {GilNumber_FloorDivide, "floor_divide"},
    {GilNumber_TrueDivide, "true_divide"},
    {GilNumber_MatrixMultiply, "matrix_multiply"},
    {GilNumber_InPlaceAdd, "iadd"},
    {GilNumber_InPlaceSubtract, "isubtract"},
    {GilNumber_InPlaceMultiply, "imultiply"},
    {GilNumber_InPlaceRemainder, "iremainder"},
    {GilNumber_InPlaceLshift, "ilshift"},
    {GilNumber_InPlaceRshift, "irshift"},
    {GilNumber_InPlaceAnd, "iand"},
    {GilNumber_InPlaceXor, "ixor"},
    {GilNumber_InPlaceOr, "ior"},
    {GilNumber_InPlaceFloorDivide, "ifloor_divide"},
    {GilNumber_InPlaceTrueDivide, "itrue_divide"},
    {GilNumber_InPlaceMatrixMultiply, "imatrix_multiply"},
    {GilObject_GetItem, "subscript"},
};

START_TEST(test_value_weakproxy__operators_reach_the_referent)
{
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(unary); i++)
        gil_expect_text(unary[i].f(proxy), unary[i].says);
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(binary); i++) {
        gil_expect_text(binary[i].f(proxy, proxy), binary[i].says);
        gil_expect_text(binary[i].f(proxy, ob), binary[i].says);
        gil_expect_text(binary[i].f(proxy, Gil_None), binary[i].says);
    }
    gil_expect_text(GilNumber_Add(Gil_None, proxy), "add");
    gil_expect_text(GilNumber_Power(proxy, proxy, proxy), "power");
    gil_expect_text(GilNumber_InPlacePower(proxy, proxy, Gil_None), "ipower");
    gil_expect_repr(GilNumber_Long(proxy), "1");
    gil_expect_repr(GilNumber_Index(proxy), "1");
    gil_expect_repr(GilNumber_Float(proxy), "0.5");
    ck_assert_int_eq(Gil_REFCNT(ob), 1);
}
END_TEST

START_TEST(test_value_weakproxy__the_rest_reaches_the_referent)
{
    ck_assert_int_eq(GilObject_IsTrue(proxy), 0);
    ck_assert_int_eq(GilObject_Size(proxy), 3);
    GilObject *key = GilUnicode_FromString("key");
    ck_assert_int_eq(GilSequence_Contains(proxy, key), 1);
    ck_assert_int_eq(GilSequence_Contains(proxy, Gil_None), 0);
    ck_assert_int_eq(GilObject_SetItem(proxy, key, key), 0);
    ck_assert_str_eq(last, "set");
    ck_assert_int_eq(GilObject_DelItem(proxy, key), 0);
    ck_assert_str_eq(last, "deleted");
    ck_assert_int_eq(GilObject_SetAttrString(proxy, "attr", key), 0);
    ck_assert_ptr_eq(((struct speaker *)(void *)ob)->attr, key);
    GilObject *found = GilObject_GetAttrString(proxy, "attr");
    ck_assert_ptr_eq(found, key);
    Gil_DECREF(found);
    ck_assert_int_eq(GilObject_DelAttrString(proxy, "attr"), 0);
    Gil_DECREF(key);
    ck_assert_int_eq(GilObject_RichCompareBool(proxy, ob, Gil_EQ), 1);
    ck_assert_int_eq(GilObject_RichCompareBool(ob, proxy, Gil_EQ), 1);
    ck_assert_int_eq(GilObject_RichCompareBool(proxy, Gil_None, Gil_LT), 1);
    gil_expect_text(GilObject_CallNoArgs(proxy), "call");
    GilObject *it = GilObject_GetIter(proxy);
    ck_assert_ptr_eq(it, ob);
    Gil_DECREF(it);
    gil_expect_repr(GilIter_Next(proxy), "0");
    gil_expect_repr(GilIter_Next(proxy), "1");
    ck_assert_ptr_null(GilIter_Next(proxy));
    ck_assert_ptr_null(GilErr_Occurred());
    ck_assert_int_eq(GilObject_Hash(proxy), -1);
    gil_expect_error(GilExc_TypeError, "unhashable type: 'weakref.CallableProxyType'");
}
END_TEST

static void
expect_gone(int failed)
{
    ck_assert(failed);
    gil_expect_error(GilExc_ReferenceError, "weakly-referenced object no longer exists");
}

START_TEST(test_value_weakproxy__the_dead_raise_referenceerror)
{
    GilObject *other = GilLong_FromLong(1);
    Gil_CLEAR(ob);
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(unary); i++)
        expect_gone(unary[i].f(proxy) == NULL);
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(binary); i++) {
        expect_gone(binary[i].f(proxy, other) == NULL);
        if (binary[i].f != GilObject_GetItem)
            expect_gone(binary[i].f(other, proxy) == NULL);
    }
    expect_gone(GilNumber_Power(other, proxy, Gil_None) == NULL);
    expect_gone(GilNumber_Long(proxy) == NULL);
    expect_gone(GilNumber_Float(proxy) == NULL);
    expect_gone(GilObject_IsTrue(proxy) < 0);
    expect_gone(GilObject_Size(proxy) < 0);
    expect_gone(GilSequence_Contains(proxy, other) < 0);
    expect_gone(GilObject_SetItem(proxy, other, other) < 0);
    expect_gone(GilObject_DelItem(proxy, other) < 0);
    expect_gone(GilObject_SetAttrString(proxy, "attr", other) < 0);
    expect_gone(GilObject_GetAttrString(proxy, "attr") == NULL);
    expect_gone(GilObject_RichCompare(proxy, other, Gil_LT) == NULL);
    expect_gone(GilObject_CallNoArgs(proxy) == NULL);
    expect_gone(GilObject_GetIter(proxy) == NULL);
    expect_gone(GilIter_Next(proxy) == NULL);
    ck_assert_int_eq(GilWeakref_IsDead(proxy), 1);
    char text[80];
    snprintf(text, sizeof text, "<weakproxy at %p; dead>", (void *)proxy);
    gil_expect_text(GilObject_Repr(proxy), text);
    Gil_DECREF(other);
}
END_TEST

static void
note(GilObject *Gil_UNUSED(ref), void *arg)
{
    ++*(int *)arg;
}

static GilObject *
note_object(GilObject *self, GilObject *Gil_UNUSED(ref))
{
    note(NULL, GilCapsule_GetPointer(self, NULL));
    Gil_RETURN_NONE;
}
static GilMethodDef note_def = {"note", note_object, GIL_METH_O, NULL};

START_TEST(test_value_weakproxy__is_shared_unless_it_has_a_callback)
{
    int called = 0;
    GilObject *capsule = GilCapsule_New(&called, NULL, NULL), *function = GilCFunction_New(&note_def, capsule);
    GilObject *same = GilWeakref_NewProxy(ob, Gil_None), *other = GilWeakref_NewProxy(ob, function);
    GilObject *ref = GilWeakref_NewRef(ob, NULL), *found;

    ck_assert_ptr_eq(proxy, same);
    ck_assert_ptr_ne(proxy, other);
    ck_assert_ptr_ne(proxy, ref);
    ck_assert(GilWeakref_CheckProxy(proxy) && !GilWeakref_CheckRef(proxy) && GilWeakref_Check(ref));
    ck_assert(!GilWeakref_CheckProxy(ref));
    gil_weakref_validate(ob);
    ck_assert_int_eq(GilWeakref_GetRef(proxy, &found), 1);
    Gil_DECREF(found);
    Gil_CLEAR(ob);
    ck_assert_int_eq(called, 1);
    GilObject *all[] = {capsule, function, same, other, ref};
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(all); i++)
        Gil_DECREF(all[i]);
}
END_TEST

START_TEST(test_value_weakproxy__of_what_cannot_be_called_cannot_be_called)
{
    GilObject *module = GilModule_New("m"), *p = GilWeakref_NewProxy(module, NULL);
    char text[120];

    ck_assert(Gil_IS_TYPE(p, &_GilWeakref_ProxyType));
    ck_assert(Gil_IS_TYPE(proxy, &_GilWeakref_CallableProxyType));
    ck_assert(!GilCallable_Check(p));
    snprintf(text, sizeof text, "<weakproxy at %p; to 'module' at %p>", (void *)p, (void *)module);
    gil_expect_text(GilObject_Repr(p), text);
    gil_expect_failure(GilIter_Next(p), GilExc_TypeError, "Weakref proxy referenced a non-iterator 'module' object");
    gil_expect_failure(GilWeakref_NewProxy(Gil_None, NULL), GilExc_TypeError,
                       "cannot create weak reference to 'NoneType' object");
    Gil_DECREF(module);
    Gil_DECREF(p);
}
END_TEST

static int
make(void *arg)
{
    GilObject *p = GilWeakref_NewProxy(arg, Gil_NotImplemented);
    Gil_XDECREF(p);
    return p != NULL ? 0 : -1;
}

START_TEST(test_J1_proxies_without_memory)
{
    gil_test_oom_loop(make, ob);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("value/weakproxy");
    TCase *tc = tcase_create("weakproxy");

    tcase_add_checked_fixture(tc, start, stop);
    tcase_add_test(tc, test_value_weakproxy__operators_reach_the_referent);
    tcase_add_test(tc, test_value_weakproxy__the_rest_reaches_the_referent);
    tcase_add_test(tc, test_value_weakproxy__the_dead_raise_referenceerror);
    tcase_add_test(tc, test_value_weakproxy__is_shared_unless_it_has_a_callback);
    tcase_add_test(tc, test_value_weakproxy__of_what_cannot_be_called_cannot_be_called);
    tcase_add_test(tc, test_J1_proxies_without_memory);
    suite_add_tcase(s, tc);
    return s;
}
