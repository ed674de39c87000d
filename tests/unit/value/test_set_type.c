/* SPDX-License-Identifier: MIT */
/* The types set and frozenset as their users see them: made, shown, hashed, compared, gone through, derived from. */
#include "support/expect.h"
#include "support/probe.h"
#include "support/support.h"

#include "gilrt/typeobject.h"
#include "value/set.h"

#include <stdio.h>

static GilObject *
call(GilTypeObject *type, GilObject *arg)
{
    return arg != NULL ? GilObject_CallOneArg((GilObject *)(void *)type, arg)
                       : GilObject_CallNoArgs((GilObject *)(void *)type);
}

START_TEST(test_value_set_type__calls_and_their_errors)
{
    GilObject *list = gil_test_ints(2, 1, 1), *kwargs = Gil_BuildValue("{si}", "a", 1), *none = GilTuple_New(0);
    GilTypeObject *types[] = {&GilSet_Type, &GilFrozenSet_Type};
    for (int i = 0; i < 2; i++) {
        char text[80];
        GilObject *type = (GilObject *)(void *)types[i];
        gil_expect_repr(call(types[i], NULL), i == 0 ? "set()" : "frozenset()");
        gil_expect_repr(call(types[i], list), i == 0 ? "{1}" : "frozenset({1})");
        snprintf(text, sizeof text, "%s expected at most 1 argument, got 2", types[i]->tp_name);
        gil_expect_failure(GilObject_CallFunction(type, "OO", list, list), GilExc_TypeError, text);
        snprintf(text, sizeof text, "%s() takes no keyword arguments", types[i]->tp_name);
        gil_expect_failure(GilObject_Call(type, none, kwargs), GilExc_TypeError, text);
    }
    GilObject *f = call(&GilFrozenSet_Type, list), *same = call(&GilFrozenSet_Type, f);
    ck_assert_ptr_eq(f, same);
    GilObject *copy = GilObject_CallMethod(f, "copy", NULL);
    ck_assert_ptr_eq(copy, f);
    GilObject *all[] = {f, same, copy, list, kwargs, none};
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(all); i++)
        Gil_DECREF(all[i]);
}
END_TEST

START_TEST(test_value_set_type__methods_and_their_errors)
{
    GilObject *list = gil_test_ints(2, 1, 2), *s = GilSet_New(list), *n = GilLong_FromLong(3);
    ck_assert_ptr_eq(GilObject_CallMethod(s, "add", "O", n), Gil_None);
    ck_assert_ptr_eq(GilObject_CallMethod(s, "remove", "O", n), Gil_None);
    gil_expect_failure(GilObject_CallMethod(s, "remove", "O", n), GilExc_KeyError, "3");
    ck_assert_ptr_eq(GilObject_CallMethod(s, "discard", "O", n), Gil_None);
    gil_expect_failure(GilObject_CallMethod(s, "add", "O", list), GilExc_TypeError, "unhashable type: 'list'");
    gil_expect_failure(GilNumber_Or(s, list), GilExc_TypeError, "unsupported operand type(s) for |: 'set' and 'list'");
    gil_expect_failure(GilNumber_InPlaceAnd(s, list), GilExc_TypeError,
                       "unsupported operand type(s) for &=: 'set' and 'list'");
    gil_expect_failure(GilObject_RichCompare(s, list, Gil_LT), GilExc_TypeError,
                       "'<' not supported between instances of 'set' and 'list'");
    ck_assert_int_eq(GilObject_RichCompareBool(s, list, Gil_EQ), 0);
    ck_assert_int_eq(GilObject_Hash(s), -1);
    gil_expect_error(GilExc_TypeError, "unhashable type: 'set'");
    ck_assert_int_eq(GilObject_Size(s), 2);
    ck_assert_int_eq(GilObject_IsTrue(s), 1);
    GilObject *popped = GilObject_CallMethod(s, "pop", NULL);
    ck_assert(GilLong_Check(popped));
    Gil_DECREF(popped);
    ck_assert_ptr_eq(GilObject_CallMethod(s, "clear", NULL), Gil_None);
    gil_expect_failure(GilObject_CallMethod(s, "pop", NULL), GilExc_KeyError, "'pop from an empty set'");
    ck_assert_int_eq(GilObject_IsTrue(s), 0);
    Gil_DECREF(s);
    Gil_DECREF(list);
    Gil_DECREF(n);
}
END_TEST

START_TEST(test_value_set_type__a_set_stands_for_its_frozenset_as_a_key)
{
    GilObject *list = gil_test_ints(1, 2), *inner = GilSet_New(list), *frozen = GilFrozenSet_New(list);
    GilObject *s = GilSet_New(NULL);
    GilSet_Add(s, frozen);
    ck_assert_int_eq(GilSequence_Contains(s, inner), 1);
    ck_assert_int_eq(GilSet_Contains(s, inner), -1);
    gil_expect_error(GilExc_TypeError, "unhashable type: 'set'");
    ck_assert_int_eq(GilSequence_Contains(s, list), -1);
    gil_expect_error(GilExc_TypeError, "unhashable type: 'list'");
    ck_assert_ptr_eq(GilObject_CallMethod(s, "remove", "O", inner), Gil_None);
    gil_expect_failure(GilObject_CallMethod(s, "remove", "O", inner), GilExc_KeyError, "{2}");
    ck_assert_ptr_eq(GilObject_CallMethod(s, "discard", "O", inner), Gil_None);
    ck_assert_int_eq(GilSequence_Contains(s, inner), 0);
    Gil_DECREF(s);
    Gil_DECREF(frozen);
    Gil_DECREF(inner);
    Gil_DECREF(list);
}
END_TEST

START_TEST(test_value_set_type__hashes_do_not_depend_on_order)
{
    GilObject *a = gil_test_ints(4, 1, 2, 3, 4), *b = gil_test_ints(5, 4, 3, 2, 1, 1);
    GilObject *other = gil_test_ints(4, 1, 2, 3, 5);
    GilObject *fa = GilFrozenSet_New(a), *fb = GilFrozenSet_New(b), *fo = GilFrozenSet_New(other);
    ck_assert_int_eq(GilObject_Hash(fa), GilObject_Hash(fb));
    ck_assert_int_ne(GilObject_Hash(fa), GilObject_Hash(fo));
    ck_assert_int_eq(GilObject_RichCompareBool(fa, fo, Gil_EQ), 0);
    ck_assert_int_eq(GilObject_RichCompareBool(fa, fb, Gil_EQ), 1);
    GilObject *all[] = {a, b, other, fa, fb, fo};
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(all); i++)
        Gil_DECREF(all[i]);
}
END_TEST

/* All subsets of 12 numbers: 4096 frozensets, and no two share a hash. */
START_TEST(test_H8_hashes_of_subsets_are_apart)
{
    GilObject *seen = GilSet_New(NULL);
    for (int bits = 0; bits < 4096; bits++) {
        GilObject *f = GilFrozenSet_New(NULL);
        for (int i = 0; i < 12; i++)
            if (bits & 1 << i) {
                GilObject *n = GilLong_FromLong(i);
                GilSet_Add(f, n);
                Gil_DECREF(n);
            }
        GilObject *hash = GilLong_FromSsize_t(GilObject_Hash(f));
        GilSet_Add(seen, hash);
        Gil_DECREF(hash);
        Gil_DECREF(f);
    }
    ck_assert_int_eq(GilSet_Size(seen), 4096);
    Gil_DECREF(seen);
}
END_TEST

/* A probe whose repr shows the set that it is in. */
static GilObject *within;

static void
show_again(void *Gil_UNUSED(arg))
{
    gil_expect_text(GilObject_Repr(within), Gil_IS_TYPE(within, &GilSet_Type) ? "set(...)" : "frozenset(...)");
}

START_TEST(test_H6_a_set_that_is_in_itself_is_shown)
{
    struct gil_test_probe_hooks hooks = {.on_repr = show_again};
    GilObject *p = gil_test_probe(1, 1, &hooks), *list = Gil_BuildValue("[O]", p);
    within = GilSet_New(list);
    gil_expect_text(GilObject_Repr(within), "{<1>}");
    Gil_DECREF(within);
    within = GilFrozenSet_New(list);
    gil_expect_text(GilObject_Repr(within), "frozenset({<1>})");
    Gil_DECREF(within);
    Gil_DECREF(list);
    Gil_DECREF(p);
}
END_TEST

static void
empty_it(void *Gil_UNUSED(arg))
{
    GilSet_Clear(within);
}

START_TEST(test_H1_a_set_that_is_emptied_while_it_is_shown)
{
    struct gil_test_probe_hooks hooks = {.on_repr = empty_it};
    within = GilSet_New(NULL);
    for (int i = 0; i < 3; i++) {
        GilObject *p = gil_test_probe(7, i, &hooks);
        GilSet_Add(within, p);
        Gil_DECREF(p);
    }
    ck_assert_int_eq(GilSet_Size(within), 3);
    gil_expect_text(GilObject_Repr(within), "{<7>, <7>, <7>}");
    ck_assert_int_eq(GilSet_Size(within), 0);
    Gil_DECREF(within);
}
END_TEST

/* Two towers of frozensets, equal and not the same: compared without end of the stack. */
START_TEST(test_H6_deep_frozensets_compare_within_the_recursion_limit)
{
    GilObject *towers[2];
    for (int t = 0; t < 2; t++) {
        towers[t] = GilFrozenSet_New(NULL);
        for (int i = 0; i < 100000; i++) {
            GilObject *outer = GilFrozenSet_New(NULL);
            ck_assert_int_eq(GilSet_Add(outer, towers[t]), 0);
            Gil_DECREF(towers[t]);
            towers[t] = outer;
        }
    }
    ck_assert_int_eq(GilObject_RichCompareBool(towers[0], towers[1], Gil_EQ), -1);
    gil_expect_raised(GilExc_RecursionError);
    Gil_DECREF(towers[0]);
    Gil_DECREF(towers[1]);
}
END_TEST

START_TEST(test_value_set_type__iterators_say_how_much_is_to_come)
{
    GilObject *list = gil_test_ints(3, 1, 2, 3), *s = GilSet_New(list), *it = GilObject_GetIter(s), *n;
    ck_assert_int_eq(GilObject_LengthHint(it, 99), 3);
    long sum = 0;
    while ((n = GilIter_Next(it)) != NULL) {
        sum += GilLong_AsLong(n);
        Gil_DECREF(n);
    }
    ck_assert_ptr_null(GilErr_Occurred());
    ck_assert_int_eq(sum, 6);
    ck_assert_int_eq(GilObject_LengthHint(it, 99), 0);
    ck_assert_int_eq(Gil_REFCNT(s), 1);
    ck_assert_ptr_null(GilIter_Next(it));
    Gil_DECREF(it);
    Gil_DECREF(s);
    Gil_DECREF(list);
}
END_TEST

START_TEST(test_value_set_type__derived_types)
{
    GilTypeObject *bases[] = {&GilSet_Type, &GilFrozenSet_Type};
    static const char *const shown[][2] = {{"S()", "S({1})"}, {"S()", "S({1})"}};
    for (int i = 0; i < 2; i++) {
        GilType_Slot slots[] = {{Gil_tp_base, bases[i]}, {0, NULL}};
        GilType_Spec spec = {"test.S", 0, 0, 0, slots};
        GilTypeObject *type = (GilTypeObject *)(void *)GilType_FromSpec(&spec);
        GilObject *list = gil_test_ints(1, 1), *s = call(type, list), *plain = call(&GilSet_Type, list);
        gil_expect_repr(call(type, NULL), shown[i][0]);
        gil_expect_repr(Gil_NewRef(s), shown[i][1]);
        ck_assert(i == 0 ? GilSet_Check(s) && !GilFrozenSet_Check(s) : GilFrozenSet_Check(s) && !GilSet_Check(s));
        ck_assert(GilAnySet_Check(s) && !GilAnySet_CheckExact(s));
        ck_assert_int_eq(GilObject_RichCompareBool(s, plain, Gil_EQ), 1);
        /* What is computed is of the built-in type. */
        GilObject *copy = GilObject_CallMethod(s, "copy", NULL), *both = GilNumber_Or(s, plain);
        ck_assert_ptr_eq(Gil_TYPE(copy), bases[i]);
        ck_assert_ptr_eq(Gil_TYPE(both), bases[i]);
        gil_expect_failure(GilObject_CallFunction((GilObject *)(void *)type, "OO", s, s), GilExc_TypeError,
                           "S expected at most 1 argument, got 2");
        GilObject *ref = GilWeakref_NewRef(s, NULL);
        Gil_DECREF(s);
        ck_assert_int_eq(GilWeakref_IsDead(ref), 1);
        GilObject *all[] = {ref, list, plain, copy, both, (GilObject *)(void *)type};
        for (size_t k = 0; k < Gil_ARRAY_LENGTH(all); k++)
            Gil_DECREF(all[k]);
    }
}
END_TEST

static int
count(GilObject *Gil_UNUSED(op), void *arg)
{
    ++*(int *)arg;
    return 0;
}

START_TEST(test_value_set_type__the_collector_sees_all_elements)
{
    GilObject *list = gil_test_ints(3, 1, 2, 3), *s = GilSet_New(list), *it = GilObject_GetIter(s);
    int visits = 0;
    ck_assert(GilObject_GC_IsTracked(s) && GilObject_GC_IsTracked(it));
    Gil_TYPE(s)->tp_traverse(s, count, &visits);
    ck_assert_int_eq(visits, 3);
    Gil_TYPE(it)->tp_traverse(it, count, &visits);
    ck_assert_int_eq(visits, 4);
    Gil_TYPE(it)->tp_clear(it);
    ck_assert_ptr_null(GilIter_Next(it));
    Gil_TYPE(s)->tp_clear(s);
    ck_assert_int_eq(GilSet_Size(s), 0);
    gil_set_validate(gil_set(s));
    Gil_DECREF(it);
    Gil_DECREF(s);
    Gil_DECREF(list);
}
END_TEST

static int
show_and_walk(void *arg)
{
    GilObject *text = GilObject_Repr(arg), *it = text != NULL ? GilObject_GetIter(arg) : NULL;
    int found = it != NULL ? GilSequence_Contains(arg, arg) : -1; /* a set looked for in itself becomes a frozenset */
    Gil_XDECREF(text);
    Gil_XDECREF(it);
    return found < 0 ? -1 : 0;
}

START_TEST(test_J1_set_methods_without_memory)
{
    GilObject *list = gil_test_ints(3, 1, 2, 3), *s = GilSet_New(list);
    gil_test_oom_loop(show_and_walk, s);
    Gil_DECREF(s);
    Gil_DECREF(list);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("value/set_type");
    TCase *tc = tcase_create("set_type");
    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, test_value_set_type__calls_and_their_errors);
    tcase_add_test(tc, test_value_set_type__methods_and_their_errors);
    tcase_add_test(tc, test_value_set_type__a_set_stands_for_its_frozenset_as_a_key);
    tcase_add_test(tc, test_value_set_type__hashes_do_not_depend_on_order);
    tcase_add_test(tc, test_H8_hashes_of_subsets_are_apart);
    tcase_add_test(tc, test_H6_a_set_that_is_in_itself_is_shown);
    tcase_add_test(tc, test_H1_a_set_that_is_emptied_while_it_is_shown);
    tcase_add_test(tc, test_H6_deep_frozensets_compare_within_the_recursion_limit);
    tcase_add_test(tc, test_value_set_type__iterators_say_how_much_is_to_come);
    tcase_add_test(tc, test_value_set_type__derived_types);
    tcase_add_test(tc, test_value_set_type__the_collector_sees_all_elements);
    tcase_add_test(tc, test_J1_set_methods_without_memory);
    suite_add_tcase(s, tc);
    return s;
}
