/* SPDX-License-Identifier: MIT */
/* What sets do with sets, dicts and any iterable, and which of two equal elements stays. */
#include "support/expect.h"
#include "support/probe.h"
#include "support/support.h"

#include "value/set.h"

#include <stdio.h>

/* The elements of op, which is a set of ints, in order: compared by repr. */
static void
expect_ints(GilObject *op, const char *text)
{
    ck_assert_ptr_nonnull(op);
    gil_set_validate(gil_set(op));
    GilObject *list = GilSequence_List(op);
    ck_assert_int_eq(GilList_Sort(list), 0);
    gil_expect_repr(list, text);
    Gil_DECREF(op);
}

static GilObject *
ints(const char *format, int a, int b, int c)
{
    GilObject *list = Gil_BuildValue(format, a, b, c), *set = GilSet_New(list);
    Gil_DECREF(list);
    return set;
}

/* The operands in each form: set, frozenset, dict, list, iterator; takes set. */
#define FORMS 5
static void
forms_of(GilObject *set, GilObject *forms[FORMS])
{
    GilObject *list = GilSequence_List(set), *item;
    forms[0] = set;
    forms[1] = GilFrozenSet_New(set);
    forms[2] = GilDict_New();
    forms[3] = list;
    for (Gil_ssize_t i = 0; i < GilList_GET_SIZE(list); i++) {
        item = GilList_GetItemRef(list, i);
        GilDict_SetItem(forms[2], item, Gil_None);
        Gil_DECREF(item);
    }
    /* What comes twice counts once. */
    item = GilList_GetItemRef(list, 0);
    GilList_Append(list, item);
    Gil_DECREF(item);
    forms[4] = NULL;
}

static GilObject *
form(GilObject *forms[FORMS], int i)
{
    return i < 4 ? Gil_NewRef(forms[i]) : GilObject_GetIter(forms[3]);
}

START_TEST(test_value_set_algebra__methods_take_any_iterable)
{
    static const struct {
        const char *method, *result;
    } cases[] = {
        {"union", "[1, 2, 3, 4, 5]"},
        {"intersection", "[3]"},
        {"difference", "[1, 2]"},
        {"symmetric_difference", "[1, 2, 4, 5]"},
    };
    GilObject *s = ints("[iii]", 1, 2, 3), *forms[FORMS];
    forms_of(ints("[iii]", 3, 4, 5), forms);
    for (size_t c = 0; c < Gil_ARRAY_LENGTH(cases); c++)
        for (int i = 0; i < FORMS; i++) {
            GilObject *other = form(forms, i);
            expect_ints(GilObject_CallMethod(s, cases[c].method, "O", other), cases[c].result);
            Gil_DECREF(other);
            /* In place, on a copy. */
            other = form(forms, i);
            char name[64];
            snprintf(name, sizeof name, c == 0 ? "update" : "%s_update", cases[c].method);
            GilObject *copy = GilObject_CallMethod(s, "copy", NULL);
            ck_assert_ptr_eq(GilObject_CallMethod(copy, name, "O", other), Gil_None);
            expect_ints(copy, cases[c].result);
            Gil_DECREF(other);
        }
    expect_ints(Gil_NewRef(s), "[1, 2, 3]");
    Gil_DECREF(s);
    for (int i = 0; i < 4; i++)
        Gil_DECREF(forms[i]);
}
END_TEST

static void
expect_truth(GilObject *s, const char *method, GilObject *forms[FORMS], GilObject *truth)
{
    for (int i = 0; i < FORMS; i++) {
        GilObject *other = form(forms, i);
        ck_assert_ptr_eq(GilObject_CallMethod(s, method, "O", other), truth);
        Gil_DECREF(other);
    }
}

START_TEST(test_value_set_algebra__questions_take_any_iterable)
{
    GilObject *small = ints("[iii]", 1, 2, 1), *large = ints("[iii]", 1, 2, 3), *apart = ints("[iii]", 7, 8, 9);
    GilObject *of_small[FORMS], *of_large[FORMS], *of_apart[FORMS];
    forms_of(Gil_NewRef(small), of_small);
    forms_of(Gil_NewRef(large), of_large);
    forms_of(Gil_NewRef(apart), of_apart);
    expect_truth(small, "issubset", of_large, Gil_True);
    expect_truth(large, "issubset", of_small, Gil_False);
    expect_truth(apart, "issubset", of_large, Gil_False);
    expect_truth(large, "issuperset", of_small, Gil_True);
    expect_truth(small, "issuperset", of_large, Gil_False);
    expect_truth(apart, "issuperset", of_small, Gil_False);
    expect_truth(large, "isdisjoint", of_apart, Gil_True);
    expect_truth(large, "isdisjoint", of_small, Gil_False);
    expect_truth(small, "isdisjoint", of_large, Gil_False);
    for (int i = 0; i < 4; i++) {
        Gil_DECREF(of_small[i]);
        Gil_DECREF(of_large[i]);
        Gil_DECREF(of_apart[i]);
    }
    Gil_DECREF(small);
    Gil_DECREF(large);
    Gil_DECREF(apart);
}
END_TEST

START_TEST(test_value_set_algebra__a_set_with_itself)
{
    GilObject *s = ints("[iii]", 1, 2, 3), *e = GilSet_New(NULL);
    expect_ints(GilNumber_Or(s, s), "[1, 2, 3]");
    expect_ints(GilNumber_And(s, s), "[1, 2, 3]");
    expect_ints(GilNumber_Subtract(s, s), "[]");
    expect_ints(GilNumber_Xor(s, s), "[]");
    expect_ints(GilNumber_InPlaceOr(s, s), "[1, 2, 3]");
    expect_ints(GilNumber_InPlaceAnd(s, s), "[1, 2, 3]");
    ck_assert_ptr_eq(GilObject_CallMethod(s, "isdisjoint", "O", s), Gil_False);
    ck_assert_ptr_eq(GilObject_CallMethod(e, "isdisjoint", "O", e), Gil_True);
    ck_assert_ptr_eq(GilObject_CallMethod(s, "issuperset", "O", s), Gil_True);
    GilObject *copy = GilSet_New(s);
    expect_ints(GilNumber_InPlaceXor(copy, copy), "[]");
    Gil_DECREF(copy);
    expect_ints(GilNumber_InPlaceSubtract(s, s), "[]");
    Gil_DECREF(s);
    Gil_DECREF(e);
}
END_TEST

START_TEST(test_value_set_algebra__many_arguments)
{
    GilObject *s = ints("[iii]", 1, 2, 3), *a = ints("[iii]", 2, 3, 4), *b = ints("[iii]", 3, 4, 5);
    expect_ints(GilObject_CallMethod(s, "union", "OO", a, b), "[1, 2, 3, 4, 5]");
    expect_ints(GilObject_CallMethod(s, "intersection", "OO", a, b), "[3]");
    expect_ints(GilObject_CallMethod(s, "difference", "OO", a, b), "[1]");
    expect_ints(GilObject_CallMethod(s, "union", NULL), "[1, 2, 3]");
    expect_ints(GilObject_CallMethod(s, "intersection", NULL), "[1, 2, 3]");
    expect_ints(GilObject_CallMethod(s, "difference", NULL), "[1, 2, 3]");
    ck_assert_ptr_eq(GilObject_CallMethod(s, "intersection_update", "OO", a, b), Gil_None);
    expect_ints(Gil_NewRef(s), "[3]");
    ck_assert_ptr_eq(GilObject_CallMethod(s, "update", "OO", a, b), Gil_None);
    ck_assert_ptr_eq(GilObject_CallMethod(s, "difference_update", "O", b), Gil_None);
    expect_ints(s, "[2]");
    Gil_DECREF(a);
    Gil_DECREF(b);
}
END_TEST

START_TEST(test_value_set_algebra__what_is_no_iterable_or_not_hashable)
{
    static const char *const methods[] = {"union",      "intersection", "difference", "symmetric_difference",
                                          "issubset",   "issuperset",   "isdisjoint", "update",
                                          "difference_update"};
    GilObject *s = ints("[iii]", 1, 2, 3), *list = Gil_BuildValue("[[]]"), *number = GilLong_FromLong(7);
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(methods); i++) {
        gil_expect_failure(GilObject_CallMethod(s, methods[i], "O", number), GilExc_TypeError,
                           "'int' object is not iterable");
        gil_expect_failure(GilObject_CallMethod(s, methods[i], "O", list), GilExc_TypeError, "unhashable type: 'list'");
    }
    gil_expect_failure(GilSet_New(number), GilExc_TypeError, "'int' object is not iterable");
    expect_ints(s, "[1, 2, 3]");
    Gil_DECREF(list);
    Gil_DECREF(number);
}
END_TEST

/* Equal objects that are not the same: an element that is there stays. */
START_TEST(test_value_set_algebra__which_of_two_equals_stays)
{
    GilObject *mine = gil_test_probe(1, 1, NULL), *theirs = gil_test_probe(1, 1, NULL), *left;
    GilObject *a = GilSet_New(NULL), *b = GilSet_New(NULL);
    GilSet_Add(a, mine);
    GilSet_Add(b, theirs);
    ck_assert_int_eq(GilSet_Add(a, theirs), 0);
    GilObject *both = GilNumber_Or(a, b);
    left = GilSet_Pop(both);
    ck_assert_ptr_eq(left, mine);
    Gil_DECREF(left);
    Gil_DECREF(both);
    Gil_DECREF(a);
    Gil_DECREF(b);
    Gil_DECREF(mine);
    Gil_DECREF(theirs);
}
END_TEST

struct operands {
    GilObject *a, *b;
    int which;
};

static int
step(void *arg)
{
    static const binaryfunc operators[] = {GilNumber_Or, GilNumber_And, GilNumber_Subtract, GilNumber_Xor};
    struct operands *o = arg;
    GilObject *result;
    if (o->which < 4)
        result = operators[o->which](o->a, o->b);
    else {
        static const char *const methods[] = {"symmetric_difference", "issubset", "issuperset", "isdisjoint"};
        GilObject *list = GilSequence_List(o->b);
        if (list == NULL)
            return -1;
        result = GilObject_CallMethod(o->a, methods[o->which - 4], "O", list);
        Gil_DECREF(list);
    }
    Gil_XDECREF(result);
    return result == NULL ? -1 : 0;
}

START_TEST(test_J1_set_algebra_without_memory)
{
    struct operands o = {ints("[iii]", 1, 2, 3), ints("[iii]", 3, 4, 5), 0};
    for (; o.which < 8; o.which++)
        gil_test_oom_loop(step, &o);
    expect_ints(o.a, "[1, 2, 3]");
    expect_ints(o.b, "[3, 4, 5]");
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("value/set_algebra");
    TCase *tc = tcase_create("set_algebra");
    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_value_set_algebra__methods_take_any_iterable);
    tcase_add_test(tc, test_value_set_algebra__questions_take_any_iterable);
    tcase_add_test(tc, test_value_set_algebra__a_set_with_itself);
    tcase_add_test(tc, test_value_set_algebra__many_arguments);
    tcase_add_test(tc, test_value_set_algebra__what_is_no_iterable_or_not_hashable);
    tcase_add_test(tc, test_value_set_algebra__which_of_two_equals_stays);
    tcase_add_test(tc, test_J1_set_algebra_without_memory);
    suite_add_tcase(s, tc);
    return s;
}
