/* SPDX-License-Identifier: MIT */
/* Mapping proxies: every question reaches the mapping, no change does. */
#include "support/expect.h"
#include "support/probe.h"
#include "support/support.h"
#include "value/dictproxy.h"

START_TEST(test_value_dictproxy__passes_questions_on)
{
    GilObject *dict = Gil_BuildValue("{si}", "a", 1), *proxy = GilDictProxy_New(dict), *key = GilUnicode_FromString("a"),
              *other = GilUnicode_FromString("b"), *item;
    ck_assert(GilDictProxy_Check(proxy));
    gil_test_repr(proxy, "mappingproxy({'a': 1})");
    gil_test_str(proxy, "{'a': 1}");
    ck_assert_int_eq(GilObject_Size(proxy), 1);
    ck_assert_int_eq(GilSequence_Contains(proxy, key), 1);
    ck_assert_int_eq(GilSequence_Contains(proxy, other), 0);
    item = GilObject_GetItem(proxy, key);
    ck_assert_int_eq(GilLong_AsLong(item), 1);
    ck_assert_ptr_null(GilObject_GetItem(proxy, other));
    gil_test_raised(GilExc_KeyError);
    ck_assert_int_eq(GilDict_SetItem(dict, other, Gil_None), 0); /* it is a view, not a copy */
    ck_assert_int_eq(GilObject_Size(proxy), 2);
    GilObject *keys = GilSequence_List(proxy);
    gil_test_repr(keys, "['a', 'b']");
    ck_assert_int_eq(GilObject_RichCompareBool(proxy, dict, Gil_EQ), 1);
    ck_assert_int_eq(GilObject_RichCompareBool(dict, proxy, Gil_NE), 0);
    ck_assert_int_eq(GilObject_Hash(proxy), -1);
    gil_test_raised(GilExc_TypeError);
    Gil_DECREF(keys);
    Gil_DECREF(other);
    Gil_DECREF(key);
    Gil_DECREF(proxy);
    Gil_DECREF(dict);
}
END_TEST

static void
method_is(GilObject *proxy, const char *name, const char *text)
{
    GilObject *result = GilObject_CallMethod(proxy, name, NULL);
    if (result != NULL && GilIter_Check(result))
        Gil_SETREF(result, GilSequence_List(result));
    gil_test_repr(result, text);
    Gil_DECREF(result);
}

START_TEST(test_value_dictproxy__methods)
{
    GilObject *dict = Gil_BuildValue("{sisi}", "a", 1, "b", 2), *proxy = GilDictProxy_New(dict);
    method_is(proxy, "keys", "dict_keys(['a', 'b'])");
    method_is(proxy, "values", "dict_values([1, 2])");
    method_is(proxy, "items", "dict_items([('a', 1), ('b', 2)])");
    method_is(proxy, "copy", "{'a': 1, 'b': 2}");
    gil_expect_repr(GilObject_CallMethod(proxy, "get", "s", "b"), "2");
    gil_expect_repr(GilObject_CallMethod(proxy, "get", "s", "c"), "None");
    gil_expect_repr(GilObject_CallMethod(proxy, "get", "si", "c", 5), "5");
    ck_assert_ptr_null(GilObject_CallMethod(proxy, "get", NULL));
    gil_test_error(GilExc_TypeError, "get expected at least 1 argument, got 0");
    ck_assert_ptr_null(GilObject_CallMethod(proxy, "get", "iii", 1, 2, 3));
    gil_test_error(GilExc_TypeError, "get expected at most 2 arguments, got 3");
    ck_assert_ptr_null(GilObject_CallMethod(proxy, "get", "[]"));
    gil_test_raised(GilExc_TypeError);

    /* A mapping that is no dict is asked by its method. */
    GilObject *outer = GilDictProxy_New(proxy);
    gil_expect_repr(GilObject_CallMethod(outer, "get", "s", "b"), "2");
    gil_expect_repr(GilObject_CallMethod(outer, "get", "si", "c", 5), "5");
    GilObject *key = GilUnicode_FromString("a");
    ck_assert_int_eq(GilSequence_Contains(outer, key), 1);
    Gil_DECREF(key);
    Gil_DECREF(outer);
    Gil_DECREF(proxy);
    Gil_DECREF(dict);
}
END_TEST

START_TEST(test_value_dictproxy__cannot_be_changed)
{
    GilObject *dict = Gil_BuildValue("{si}", "a", 1), *proxy = GilDictProxy_New(dict), *more = Gil_BuildValue("{si}", "b", 2);
    ck_assert_int_eq(GilMapping_SetItemString(proxy, "a", Gil_None), -1);
    gil_test_raised(GilExc_TypeError);
    ck_assert_int_eq(GilMapping_DelItemString(proxy, "a"), -1);
    gil_test_raised(GilExc_TypeError);
    ck_assert_ptr_null(GilNumber_InPlaceOr(proxy, more));
    gil_test_error(GilExc_TypeError, "'|=' is not supported by mappingproxy; use '|' instead");
    GilObject *both = GilNumber_Or(proxy, more), *back = GilNumber_Or(more, proxy);
    gil_test_repr(both, "{'a': 1, 'b': 2}");
    gil_test_repr(back, "{'b': 2, 'a': 1}");
    gil_test_repr(dict, "{'a': 1}");
    Gil_DECREF(back);
    Gil_DECREF(both);
    Gil_DECREF(more);
    Gil_DECREF(proxy);
    Gil_DECREF(dict);
}
END_TEST

START_TEST(test_value_dictproxy__made_of_mappings_only)
{
    GilObject *type = (GilObject *)(void *)&GilDictProxy_Type, *list = GilList_New(0), *dict = GilDict_New();
    ck_assert_ptr_null(GilDictProxy_New(list));
    gil_test_error(GilExc_TypeError, "mappingproxy() argument must be a mapping, not list");
    ck_assert_ptr_null(GilDictProxy_New(Gil_None));
    gil_test_error(GilExc_TypeError, "mappingproxy() argument must be a mapping, not NoneType");
    ck_assert_ptr_null(GilObject_CallNoArgs(type));
    gil_test_error(GilExc_TypeError, "mappingproxy() missing required argument 'mapping' (pos 1)");
    GilObject *args = GilTuple_Pack(1, dict), *kwargs = Gil_BuildValue("{si}", "mapping", 1);
    ck_assert_ptr_null(GilObject_Call(type, args, kwargs));
    gil_test_error(GilExc_TypeError, "mappingproxy() takes at most 1 argument (2 given)");
    GilObject *proxy = GilObject_Call(type, args, NULL);
    gil_test_repr(proxy, "mappingproxy({})");
    Gil_DECREF(proxy);
    Gil_DECREF(kwargs);
    Gil_DECREF(args);
    Gil_DECREF(dict);
    Gil_DECREF(list);
}
END_TEST

START_TEST(test_H6_a_mapping_that_holds_its_proxy_is_shown)
{
    GilObject *dict = GilDict_New(), *proxy = GilDictProxy_New(dict);
    ck_assert_int_eq(GilDict_SetItemString(dict, "me", proxy), 0);
    gil_test_repr(proxy, "mappingproxy({'me': mappingproxy({...})})");
    Gil_DECREF(proxy);
    Gil_DECREF(dict);
    ck_assert_int_ge(GilGC_Collect(), 2);
}
END_TEST

static int
make(void *arg)
{
    GilObject *proxy = GilDictProxy_New(arg), *text = proxy == NULL ? NULL : GilObject_Repr(proxy);
    int rc = text == NULL ? -1 : 0;
    Gil_XDECREF(text);
    Gil_XDECREF(proxy);
    return rc;
}

START_TEST(test_J1_dictproxy)
{
    GilObject *dict = Gil_BuildValue("{si}", "a", 1);
    gil_test_oom_loop(make, dict);
    Gil_DECREF(dict);
}
END_TEST

/* Proxies of proxies to any depth: what is in the middle answers. */
START_TEST(test_G5_proxy_of_proxy)
{
    GilObject *d = GilDict_New(), *p = GilDictProxy_New(d), *q = GilDictProxy_New(d), *keys, *r;
    for (int i = 0; i < 100000; i++) {
        GilObject *outer = GilDictProxy_New(p);
        Gil_DECREF(p);
        p = outer;
    }
    ck_assert_int_eq(GilDict_SetItemString(d, "a", Gil_None), 0);
    ck_assert_int_eq(GilObject_Size(p), 1);
    gil_test_repr(r = GilMapping_GetItemString(p, "a"), "None");
    ck_assert_int_eq(GilSequence_Contains(p, d), -1);
    gil_test_error(GilExc_TypeError, "unhashable type: 'dict'");
    ck_assert_int_eq(GilObject_Hash(p), -1);
    gil_test_error(GilExc_TypeError, "unhashable type: 'dict'");
    ck_assert_int_eq(GilObject_RichCompareBool(p, q, Gil_EQ), 1);
    gil_test_repr(keys = GilSequence_List(p), "['a']");
    gil_test_repr(r = GilNumber_Or(p, q), "{'a': None}");
    Gil_DECREF(r);
    ck_assert_ptr_null(GilObject_Repr(p));
    gil_test_raised(GilExc_RecursionError);
    Gil_DECREF(keys);
    Gil_DECREF(q);
    Gil_DECREF(p);
    Gil_DECREF(d);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("value/dictproxy");
    TCase *tc = tcase_create("dictproxy");
    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_value_dictproxy__passes_questions_on);
    tcase_add_test(tc, test_value_dictproxy__methods);
    tcase_add_test(tc, test_value_dictproxy__cannot_be_changed);
    tcase_add_test(tc, test_value_dictproxy__made_of_mappings_only);
    tcase_add_test(tc, test_H6_a_mapping_that_holds_its_proxy_is_shown);
    tcase_add_test(tc, test_J1_dictproxy);
    tcase_add_test(tc, test_G5_proxy_of_proxy);
    suite_add_tcase(s, tc);
    return s;
}
