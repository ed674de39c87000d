/* SPDX-License-Identifier: MIT */
/* Views of keys and items as sets, against sets of the same items. */
#include "support/expect.h"
#include "support/probe.h"
#include "support/support.h"
#include "value/dict.h"

/* A dict of the numbers whose bit is set in mask, each with its square. */
static GilObject *
dict_of(unsigned mask)
{
    GilObject *d = GilDict_New();
    for (int i = 0; i < 5; i++) {
        GilObject *n = GilLong_FromLong(i), *square = GilLong_FromLong(i * i);
        if (mask & 1u << i)
            ck_assert_int_eq(GilDict_SetItem(d, n, square), 0);
        Gil_DECREF(n);
        Gil_DECREF(square);
    }
    return d;
}

static GilObject *
view_of(GilObject *d, const char *name)
{
    GilObject *view = GilObject_CallMethod(d, name, NULL);
    ck_assert_ptr_nonnull(view);
    return view;
}

typedef GilObject *(*operation)(GilObject *, GilObject *);
static const operation operations[] = {GilNumber_And, GilNumber_Or, GilNumber_Xor, GilNumber_Subtract};

/* v op w is the set that the sets of both give. */
static void
same_result(GilObject *v, GilObject *w, operation operate)
{
    GilObject *result = operate(v, w), *left = GilSet_New(v), *right = GilSet_New(w), *expected = operate(left, right);
    ck_assert(GilSet_CheckExact(result));
    ck_assert_int_eq(GilObject_RichCompareBool(result, expected, Gil_EQ), 1);
    Gil_DECREF(expected);
    Gil_DECREF(right);
    Gil_DECREF(left);
    Gil_DECREF(result);
}

static void
same_answers(GilObject *v, GilObject *w)
{
    static const int ops[] = {Gil_LT, Gil_LE, Gil_EQ, Gil_NE, Gil_GT, Gil_GE};
    GilObject *left = GilSet_New(v), *right = GilSet_New(w);
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(ops); i++) {
        int expected = GilObject_RichCompareBool(left, right, ops[i]);
        ck_assert_int_eq(GilObject_RichCompareBool(v, w, ops[i]), expected);
        ck_assert_int_eq(GilObject_RichCompareBool(v, right, ops[i]), expected);
        ck_assert_int_eq(GilObject_RichCompareBool(left, w, ops[i]), expected);
    }
    GilObject *expected = GilObject_CallMethod(left, "isdisjoint", "O", right), *found = GilObject_CallMethod(v, "isdisjoint", "O", w);
    ck_assert_ptr_eq(found, expected);
    Gil_DECREF(right);
    Gil_DECREF(left);
}

START_TEST(test_value_dict_view_set__answers_as_sets_do)
{
    static const char *const names[] = {"keys", "items"};
    static const unsigned masks[] = {0, 1, 3, 6, 14, 17, 31};
    for (size_t name = 0; name < 2; name++)
        for (size_t a = 0; a < Gil_ARRAY_LENGTH(masks); a++)
            for (size_t b = 0; b < Gil_ARRAY_LENGTH(masks); b++) {
                GilObject *d = dict_of(masks[a]), *e = dict_of(masks[b]), *v = view_of(d, names[name]), *w = view_of(e, names[name]);
                ck_assert(GilDictViewSet_Check(v));
                same_answers(v, w);
                same_answers(v, v);
                GilObject *list = GilSequence_List(w);
                for (size_t i = 0; i < Gil_ARRAY_LENGTH(operations); i++) {
                    same_result(v, w, operations[i]);
                    same_result(v, list, operations[i]);
                    same_result(list, v, operations[i]);
                    same_result(v, v, operations[i]);
                }
                Gil_DECREF(list);
                Gil_DECREF(w);
                Gil_DECREF(v);
                Gil_DECREF(e);
                Gil_DECREF(d);
            }
}
END_TEST

START_TEST(test_value_dict_view_set__what_is_no_set)
{
    GilObject *d = dict_of(3), *keys = view_of(d, "keys"), *values = view_of(d, "values"), *list = GilSequence_List(keys);
    ck_assert(!GilDictViewSet_Check(values));
    ck_assert_int_eq(GilObject_RichCompareBool(keys, list, Gil_EQ), 0);
    ck_assert_int_eq(GilObject_RichCompareBool(keys, list, Gil_LT), -1);
    gil_test_raised(GilExc_TypeError);
    ck_assert_ptr_null(GilNumber_And(keys, Gil_None));
    gil_test_error(GilExc_TypeError, "'NoneType' object is not iterable");
    ck_assert_ptr_null(GilNumber_And(Gil_None, keys));
    gil_test_raised(GilExc_TypeError);
    ck_assert_ptr_null(GilNumber_And(values, values));
    gil_test_raised(GilExc_TypeError);
    ck_assert_ptr_null(GilObject_CallMethod(keys, "isdisjoint", "O", Gil_None));
    gil_test_raised(GilExc_TypeError);
    ck_assert_int_eq(GilObject_Hash(keys), -1);
    gil_test_raised(GilExc_TypeError);
    ck_assert_int_ne(GilObject_Hash(values), -1);
    Gil_DECREF(list);
    Gil_DECREF(values);
    Gil_DECREF(keys);
    Gil_DECREF(d);
}
END_TEST

/* v & w, a set, is written so. */
static void
same_and(GilObject *v, GilObject *w, const char *expected)
{
    GilObject *result = GilNumber_And(v, w);
    ck_assert_ptr_nonnull(result);
    ck_assert(GilSet_CheckExact(result));
    GilObject *repr = GilObject_Repr(result);
    ck_assert(GilUnicode_EqualToUTF8(repr, expected));
    Gil_DECREF(repr);
    Gil_DECREF(result);
}

/* {1: [2], 3: 4}.items(): what is asked for is looked up, and no item is hashed that was not asked for. */
START_TEST(test_value_dict_view_set__unhashable_items_are_met_by_hashable_ones)
{
    GilObject *d = Gil_BuildValue("{i[i]ii}", 1, 2, 3, 4), *items = view_of(d, "items");
    GilObject *list = Gil_BuildValue("[(ii)(ii)]", 3, 4, 1, 5), *set = GilSet_New(NULL), *pair = Gil_BuildValue("(ii)", 3, 4);
    same_and(items, list, "{(3, 4)}");
    same_and(list, items, "{(3, 4)}");
    ck_assert_int_eq(GilSet_Add(set, pair), 0);
    same_and(items, set, "{(3, 4)}");
    same_and(set, items, "{(3, 4)}");
    GilObject *e = Gil_BuildValue("{ii}", 3, 4), *others = view_of(e, "items");
    same_and(items, others, "{(3, 4)}");
    same_and(others, items, "{(3, 4)}");
    GilObject *found = Gil_BuildValue("[(i[i])]", 1, 2);
    ck_assert_ptr_null(GilNumber_And(items, found)); /* this one is in both, and would be in the result */
    gil_test_raised(GilExc_TypeError);
    ck_assert_ptr_null(GilNumber_Or(items, list));
    gil_test_raised(GilExc_TypeError);
    Gil_DECREF(found);
    Gil_DECREF(others);
    Gil_DECREF(e);
    Gil_DECREF(pair);
    Gil_DECREF(set);
    Gil_DECREF(list);
    Gil_DECREF(items);
    Gil_DECREF(d);
}
END_TEST

static GilObject *evil_dict;

static int
clear_dict(void *Gil_UNUSED(arg))
{
    GilDict_Clear(evil_dict);
    return 0;
}

/* Each operation, while a comparison clears the dict that is looked at. */
START_TEST(test_H1_every_view_operation_while_the_dict_is_cleared)
{
    struct gil_test_probe_hooks hooks = {.on_compare = clear_dict};
    for (int op = 0; op < 12; op++) {
        GilObject *other = GilDict_New(), *probes[4];
        evil_dict = GilDict_New();
        for (long i = 0; i < 4; i++) {
            probes[i] = gil_test_probe(i / 2, 1, &hooks);
            ck_assert_int_eq(GilDict_SetItem(i % 2 ? other : evil_dict, probes[i], Gil_None), 0);
            GilErr_Clear();
        }
        GilObject *v = view_of(evil_dict, op % 2 ? "items" : "keys"), *w = view_of(other, op % 2 ? "items" : "keys");
        GilObject *result = op < 8    ? operations[op / 2](v, w)
                            : op < 10 ? GilObject_RichCompare(v, w, Gil_LE)
                                      : GilObject_CallMethod(v, "isdisjoint", "O", w);
        if (result == NULL)
            gil_test_raised(GilExc_RuntimeError);
        Gil_XDECREF(result);
        Gil_DECREF(w);
        Gil_DECREF(v);
        for (int i = 0; i < 4; i++)
            Gil_DECREF(probes[i]);
        Gil_DECREF(other);
        Gil_CLEAR(evil_dict);
        ck_assert_int_eq(gil_test_probes(), 0);
    }
}
END_TEST

/* The steps for each operation without memory: arg is a pair of views. */
static int
use_views(void *arg)
{
    GilObject **views = arg;
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(operations); i++) {
        GilObject *result = operations[i](views[0], views[1]);
        if (result == NULL)
            return -1;
        Gil_DECREF(result);
    }
    return GilObject_RichCompareBool(views[0], views[1], Gil_LE) < 0 ? -1 : 0;
}

START_TEST(test_J1_views_as_sets)
{
    GilObject *d = dict_of(7), *e = dict_of(30), *views[] = {view_of(d, "items"), view_of(e, "items")};
    gil_test_oom_loop(use_views, views);
    Gil_DECREF(views[1]);
    Gil_DECREF(views[0]);
    Gil_DECREF(e);
    Gil_DECREF(d);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("value/dict_view_set");
    TCase *tc = tcase_create("dict_view_set");
    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_value_dict_view_set__answers_as_sets_do);
    tcase_add_test(tc, test_value_dict_view_set__what_is_no_set);
    tcase_add_test(tc, test_value_dict_view_set__unhashable_items_are_met_by_hashable_ones);
    tcase_add_test(tc, test_H1_every_view_operation_while_the_dict_is_cleared);
    tcase_add_test(tc, test_J1_views_as_sets);
    suite_add_tcase(s, tc);
    return s;
}
