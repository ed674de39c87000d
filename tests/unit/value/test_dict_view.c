/* SPDX-License-Identifier: MIT */
/* Views of dicts and the iterators over them. */
#include "support/probe.h"
#include "support/support.h"
#include "value/dict.h"

static GilObject *
sample(void)
{
    GilObject *d = GilDict_New();
    for (int i = 0; i < 3; i++) {
        GilObject *n = GilLong_FromLong(i), *square = GilLong_FromLong(i * i);
        ck_assert_int_eq(GilDict_SetItem(d, n, square), 0);
        Gil_DECREF(n);
        Gil_DECREF(square);
    }
    return d;
}

START_TEST(test_value_dict_view__views_follow_the_dict)
{
    GilObject *d = sample(), *keys = GilObject_CallMethod(d, "keys", NULL), *values = GilObject_CallMethod(d, "values", NULL);
    GilObject *items = GilObject_CallMethod(d, "items", NULL);
    gil_test_repr(keys, "dict_keys([0, 1, 2])");
    gil_test_repr(values, "dict_values([0, 1, 4])");
    gil_test_repr(items, "dict_items([(0, 0), (1, 1), (2, 4)])");
    GilObject *four = GilLong_FromLong(4), *two = GilLong_FromLong(2), *pair = GilTuple_Pack(2, two, four);
    ck_assert_int_eq(GilSequence_Contains(keys, two), 1);
    ck_assert_int_eq(GilSequence_Contains(keys, four), 0);
    ck_assert_int_eq(GilSequence_Contains(values, four), 1);
    ck_assert_int_eq(GilSequence_Contains(items, pair), 1);
    ck_assert_int_eq(GilSequence_Contains(items, two), 0);
    GilDict_Clear(d);
    ck_assert_int_eq(GilObject_Size(keys), 0);
    ck_assert_int_eq(GilSequence_Contains(items, pair), 0);
    GilObject *list = GilSequence_List(values);
    gil_test_repr(list, "[]");
    Gil_DECREF(list);
    Gil_DECREF(four);
    Gil_DECREF(two);
    Gil_DECREF(pair);
    Gil_DECREF(keys);
    Gil_DECREF(values);
    Gil_DECREF(items);
    Gil_DECREF(d);
}
END_TEST

START_TEST(test_H2_keys_come_or_go_while_the_dict_is_walked)
{
    GilObject *d = sample(), *it = GilObject_GetIter(d), *item;
    ck_assert_int_eq(GilIter_NextItem(it, &item), 1);
    ck_assert_int_eq(GilDict_SetItem(d, item, Gil_None), 0); /* a value may be replaced */
    Gil_DECREF(item);
    ck_assert_int_eq(GilIter_NextItem(it, &item), 1);
    ck_assert_int_eq(GilObject_LengthHint(it, 9), 1);
    Gil_DECREF(item);
    ck_assert_int_eq(GilDict_SetItemString(d, "new", Gil_None), 0);
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(GilIter_NextItem(it, &item), -1);
        gil_test_error(GilExc_RuntimeError, "dictionary changed size during iteration");
    }
    Gil_DECREF(it);
    it = GilObject_GetIter(d);
    ck_assert_int_eq(GilDict_DelItemString(d, "new"), 0);
    ck_assert_int_eq(GilDict_SetItemString(d, "newer", Gil_None), 0);
    ck_assert_int_eq(GilIter_NextItem(it, &item), -1);
    gil_test_error(GilExc_RuntimeError, "dictionary keys changed during iteration");
    Gil_DECREF(it);
    Gil_DECREF(d);
}
END_TEST

START_TEST(test_value_dict_view__iterators_end_for_ever)
{
    GilObject *d = sample(), *items = GilObject_CallMethod(d, "items", NULL), *it = GilObject_GetIter(items), *item;
    ck_assert_int_eq(GilObject_LengthHint(it, 9), 3);
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(GilIter_NextItem(it, &item), 1);
        ck_assert_int_eq(GilLong_AsLong(GilTuple_GET_ITEM(item, 0)), i);
        Gil_DECREF(item);
    }
    ck_assert_int_eq(GilIter_NextItem(it, &item), 0);
    GilDict_Clear(d);
    ck_assert_int_eq(GilIter_NextItem(it, &item), 0);
    Gil_DECREF(it);
    Gil_DECREF(items);
    Gil_DECREF(d);
}
END_TEST

static int
walk(void *arg)
{
    static const char *const names[] = {"keys", "values", "items"};
    for (int i = 0; i < 3; i++) {
        GilObject *view = GilObject_CallMethod(arg, names[i], NULL);
        GilObject *list = view == NULL ? NULL : GilSequence_List(view);
        GilObject *text = list == NULL ? NULL : GilObject_Repr(view);
        Gil_XDECREF(text);
        Gil_XDECREF(list);
        Gil_XDECREF(view);
        if (text == NULL)
            return -1;
    }
    return 0;
}

START_TEST(test_J1_dict_views)
{
    GilObject *d = sample();
    gil_test_oom_loop(walk, d);
    Gil_DECREF(d);
}
END_TEST

/* The way back is an iterator of that type with those items. */
static void
backward_is(GilObject *op, GilTypeObject *type, const char *text)
{
    GilObject *it = GilObject_CallMethod(op, "__reversed__", NULL), *item;
    ck_assert(Gil_IS_TYPE(it, type));
    ck_assert_int_eq(GilObject_LengthHint(it, 99), GilObject_Size(op));
    GilObject *items = GilSequence_List(it);
    gil_test_repr(items, text);
    ck_assert_int_eq(GilIter_NextItem(it, &item), 0);
    Gil_DECREF(items);
    Gil_DECREF(it);
}

START_TEST(test_value_dict_view__backward)
{
    GilObject *d = sample(), *one = GilLong_FromLong(1);
    ck_assert_int_eq(GilDict_DelItem(d, one), 0); /* a hole to be passed over */
    GilObject *keys = GilObject_CallMethod(d, "keys", NULL), *values = GilObject_CallMethod(d, "values", NULL),
              *items = GilObject_CallMethod(d, "items", NULL);
    backward_is(d, &GilDictRevIterKey_Type, "[2, 0]");
    backward_is(keys, &GilDictRevIterKey_Type, "[2, 0]");
    backward_is(values, &GilDictRevIterValue_Type, "[4, 0]");
    backward_is(items, &GilDictRevIterItem_Type, "[(2, 4), (0, 0)]");
    GilObject *it = GilObject_CallMethod(keys, "__reversed__", NULL), *item;
    ck_assert_int_eq(GilIter_NextItem(it, &item), 1);
    Gil_DECREF(item);
    ck_assert_int_eq(GilDict_SetItem(d, one, one), 0);
    ck_assert_int_eq(GilIter_NextItem(it, &item), -1);
    gil_test_error(GilExc_RuntimeError, "dictionary changed size during iteration");
    Gil_DECREF(it);
    GilDict_Clear(d);
    backward_is(d, &GilDictRevIterKey_Type, "[]");
    Gil_DECREF(items);
    Gil_DECREF(values);
    Gil_DECREF(keys);
    Gil_DECREF(d);
}
END_TEST

START_TEST(test_value_dict_view__shows_its_mapping)
{
    GilObject *d = sample(), *values = GilObject_CallMethod(d, "values", NULL);
    GilObject *mapping = GilObject_GetAttrString(values, "mapping");
    gil_test_repr(mapping, "mappingproxy({0: 0, 1: 1, 2: 4})");
    Gil_DECREF(mapping);
    Gil_DECREF(values);
    Gil_DECREF(d);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("value/dict_view");
    TCase *tc = tcase_create("dict_view");
    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_value_dict_view__views_follow_the_dict);
    tcase_add_test(tc, test_H2_keys_come_or_go_while_the_dict_is_walked);
    tcase_add_test(tc, test_value_dict_view__iterators_end_for_ever);
    tcase_add_test(tc, test_value_dict_view__backward);
    tcase_add_test(tc, test_value_dict_view__shows_its_mapping);
    tcase_add_test(tc, test_J1_dict_views);
    suite_add_tcase(s, tc);
    return s;
}
