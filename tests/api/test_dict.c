/* SPDX-License-Identifier: MIT */
/* <gilrt/dict.h> as its users see it. */
#include "support/probe.h"
#include "support/support.h"

START_TEST(test_api_dict__put_look_up_and_remove)
{
    GilObject *d = GilDict_New(), *key = GilLong_FromLong(5), *value;
    ck_assert_int_eq(GilDict_SetItem(d, key, Gil_None), 0);
    ck_assert_int_eq(GilDict_SetItemString(d, "name", key), 0);
    ck_assert_int_eq(GilDict_Size(d), 2);
    ck_assert_int_eq(GilDict_GET_SIZE(d), 2);
    ck_assert_int_eq(GilDict_GetItemRef(d, key, &value), 1);
    ck_assert_ptr_eq(value, Gil_None);
    ck_assert_int_eq(GilDict_GetItemStringRef(d, "name", &value), 1);
    ck_assert_ptr_eq(value, key);
    Gil_DECREF(value);
    ck_assert_int_eq(GilDict_GetItemStringRef(d, "other", &value), 0);
    ck_assert_ptr_null(value);
    ck_assert_int_eq(GilDict_Contains(d, key), 1);
    ck_assert_int_eq(GilDict_ContainsString(d, "other"), 0);
    ck_assert_int_eq(GilDict_DelItem(d, key), 0);
    ck_assert_int_eq(GilDict_DelItem(d, key), -1);
    gil_test_error(GilExc_KeyError, "5");
    ck_assert_int_eq(GilDict_DelItemString(d, "name"), 0);
    ck_assert_int_eq(GilDict_DelItemString(d, "name"), -1);
    gil_test_error(GilExc_KeyError, "'name'");
    ck_assert_int_eq(GilDict_Size(d), 0);
    Gil_DECREF(key);
    Gil_DECREF(d);
}
END_TEST

START_TEST(test_api_dict__equal_numbers_are_one_key)
{
    GilObject *d = GilDict_New(), *i = GilLong_FromLong(1), *f = GilFloat_FromDouble(1.0), *value;
    ck_assert_int_eq(GilDict_SetItem(d, i, Gil_None), 0);
    ck_assert_int_eq(GilDict_SetItem(d, f, f), 0);
    ck_assert_int_eq(GilDict_SetItem(d, Gil_True, i), 0);
    ck_assert_int_eq(GilDict_Size(d), 1);
    gil_test_repr(d, "{1: 1}");
    ck_assert_int_eq(GilDict_GetItemRef(d, f, &value), 1);
    ck_assert_ptr_eq(value, i);
    Gil_DECREF(value);
    Gil_DECREF(i);
    Gil_DECREF(f);
    Gil_DECREF(d);
}
END_TEST

START_TEST(test_api_dict__order_is_that_of_insertion)
{
    GilObject *d = GilDict_New(), *other;
    static const char *const names[] = {"z", "a", "m", "b"};
    for (int i = 0; i < 4; i++)
        GilDict_SetItemString(d, names[i], Gil_None);
    GilDict_DelItemString(d, "a");
    GilDict_SetItemString(d, "z", Gil_True); /* stays where it is */
    GilDict_SetItemString(d, "a", Gil_None); /* goes to the end */
    gil_test_repr(d, "{'z': True, 'm': None, 'b': None, 'a': None}");
    other = GilDict_Copy(d);
    gil_test_repr(other, "{'z': True, 'm': None, 'b': None, 'a': None}");
    Gil_DECREF(other);
    Gil_DECREF(d);
}
END_TEST

START_TEST(test_api_dict__pop_and_set_default)
{
    GilObject *d = GilDict_New(), *key = GilUnicode_FromString("k"), *value = gil_test_probe(1, 1, NULL), *result;
    ck_assert_int_eq(GilDict_SetDefaultRef(d, key, value, &result), 0);
    ck_assert_ptr_eq(result, value);
    Gil_DECREF(result);
    ck_assert_int_eq(GilDict_SetDefaultRef(d, key, Gil_None, &result), 1);
    ck_assert_ptr_eq(result, value);
    Gil_DECREF(result);
    ck_assert_int_eq(GilDict_SetDefaultRef(d, key, Gil_None, NULL), 1);
    ck_assert_int_eq(GilDict_Pop(d, key, &result), 1);
    ck_assert_ptr_eq(result, value);
    Gil_DECREF(result);
    ck_assert_int_eq(GilDict_Pop(d, key, &result), 0);
    ck_assert_ptr_null(result);
    ck_assert_int_eq(GilDict_PopString(d, "k", NULL), 0);
    GilDict_SetItem(d, key, value);
    ck_assert_int_eq(GilDict_PopString(d, "k", NULL), 1);
    ck_assert_int_eq(Gil_REFCNT(value), 1);
    Gil_DECREF(value);
    Gil_DECREF(key);
    Gil_DECREF(d);
}
END_TEST

START_TEST(test_api_dict__unhashable_keys)
{
    GilObject *d = GilDict_New(), *list = GilList_New(0), *value = Gil_None;
    ck_assert_int_eq(GilDict_SetItem(d, list, Gil_None), -1);
    gil_test_error(GilExc_TypeError, "unhashable type: 'list'");
    ck_assert_int_eq(GilDict_GetItemRef(d, list, &value), -1);
    gil_test_raised(GilExc_TypeError);
    ck_assert_ptr_null(value);
    ck_assert_int_eq(GilDict_Pop(d, list, NULL), 0); /* nothing is in it, whatever the key */
    ck_assert_int_eq(GilDict_SetItem(d, Gil_None, Gil_None), 0);
    ck_assert_int_eq(GilDict_Pop(d, list, NULL), -1);
    gil_test_raised(GilExc_TypeError);
    ck_assert_int_eq(GilDict_Size(d), 1);
    Gil_DECREF(list);
    Gil_DECREF(d);
}
END_TEST

START_TEST(test_api_dict__next_walks_all)
{
    GilObject *d = GilDict_New(), *key, *value;
    Gil_ssize_t pos = 0;
    long sum = 0;
    for (int i = 0; i < 100; i++) {
        GilObject *n = GilLong_FromLong(i);
        GilDict_SetItem(d, n, n);
        if (i % 3 == 0)
            GilDict_DelItem(d, n);
        Gil_DECREF(n);
    }
    while (GilDict_Next(d, &pos, &key, &value)) {
        ck_assert_ptr_eq(key, value);
        sum += GilLong_AsLong(key);
    }
    ck_assert_int_eq(sum, 4950 - 1683);
    pos = 0;
    ck_assert_int_eq(GilDict_Next(d, &pos, NULL, NULL), 1);
    ck_assert_int_eq(GilDict_Next(Gil_None, &pos, &key, &value), 0);
    ck_assert_ptr_null(GilErr_Occurred());
    GilDict_Clear(d);
    GilDict_Clear(Gil_None);
    ck_assert_int_eq(GilDict_Size(d), 0);
    Gil_DECREF(d);
}
END_TEST

START_TEST(test_api_dict__update)
{
    GilObject *d = GilDict_New(), *other = GilDict_New(), *items;
    GilDict_SetItemString(other, "a", Gil_None);
    ck_assert_int_eq(GilDict_Update(d, other), 0);
    GilDict_SetItemString(other, "a", Gil_True);
    ck_assert_int_eq(GilDict_Merge(d, other, 0), 0);
    gil_test_repr(d, "{'a': None}");
    items = GilDict_Items(other);
    ck_assert_int_eq(GilDict_MergeFromSeq2(d, items, 1), 0);
    gil_test_repr(d, "{'a': True}");
    Gil_DECREF(items);
    GilObject *keys = GilDict_Keys(d), *values = GilDict_Values(d);
    gil_test_repr(keys, "['a']");
    gil_test_repr(values, "[True]");
    Gil_DECREF(keys);
    Gil_DECREF(values);
    Gil_DECREF(other);
    Gil_DECREF(d);
}
END_TEST

START_TEST(test_G13_dict_calls_refuse_other_types)
{
    GilObject *wrong[] = {NULL, Gil_None}, *result;
    for (int i = 0; i < 2; i++) {
        GilObject *op = wrong[i];
        ck_assert_int_eq(GilDict_Size(op), -1);
        gil_test_raised(GilExc_SystemError);
        ck_assert_int_eq(GilDict_SetItem(op, Gil_None, Gil_None), -1);
        gil_test_raised(GilExc_SystemError);
        ck_assert_int_eq(GilDict_SetItemString(op, "x", Gil_None), -1);
        gil_test_raised(GilExc_SystemError);
        ck_assert_int_eq(GilDict_GetItemRef(op, Gil_None, &result), -1);
        gil_test_raised(GilExc_SystemError);
        ck_assert_int_eq(GilDict_GetItemStringRef(op, "x", &result), -1);
        gil_test_raised(GilExc_SystemError);
        ck_assert_int_eq(GilDict_Contains(op, Gil_None), -1);
        gil_test_raised(GilExc_SystemError);
        ck_assert_int_eq(GilDict_ContainsString(op, "x"), -1);
        gil_test_raised(GilExc_SystemError);
        ck_assert_int_eq(GilDict_DelItem(op, Gil_None), -1);
        gil_test_raised(GilExc_SystemError);
        ck_assert_int_eq(GilDict_DelItemString(op, "x"), -1);
        gil_test_raised(GilExc_SystemError);
        ck_assert_int_eq(GilDict_Pop(op, Gil_None, &result), -1);
        gil_test_raised(GilExc_SystemError);
        ck_assert_int_eq(GilDict_PopString(op, "x", &result), -1);
        gil_test_raised(GilExc_SystemError);
        ck_assert_int_eq(GilDict_SetDefaultRef(op, Gil_None, Gil_None, &result), -1);
        gil_test_raised(GilExc_SystemError);
        ck_assert_ptr_null(GilDict_Keys(op));
        gil_test_raised(GilExc_SystemError);
        ck_assert_ptr_null(GilDict_Values(op));
        gil_test_raised(GilExc_SystemError);
        ck_assert_ptr_null(GilDict_Items(op));
        gil_test_raised(GilExc_SystemError);
        ck_assert_ptr_null(GilDict_Copy(op));
        gil_test_raised(GilExc_SystemError);
        ck_assert_int_eq(GilDict_Update(op, Gil_None), -1);
        gil_test_raised(GilExc_SystemError);
        ck_assert_int_eq(GilDict_Merge(op, Gil_None, 0), -1);
        gil_test_raised(GilExc_SystemError);
        ck_assert_int_eq(GilDict_MergeFromSeq2(op, Gil_None, 0), -1);
        gil_test_raised(GilExc_SystemError);
    }
    GilObject *d = GilDict_New();
    ck_assert_int_eq(GilDict_SetItem(d, NULL, Gil_None), -1);
    gil_test_raised(GilExc_SystemError);
    ck_assert_int_eq(GilDict_SetItem(d, Gil_None, NULL), -1);
    gil_test_raised(GilExc_SystemError);
    ck_assert_int_eq(GilDict_GetItemRef(d, Gil_None, NULL), -1);
    gil_test_raised(GilExc_SystemError);
    ck_assert_int_eq(GilDict_SetItemString(d, NULL, Gil_None), -1);
    gil_test_raised(GilExc_SystemError);
    Gil_DECREF(d);
}
END_TEST

START_TEST(test_api_dict__views_are_sets)
{
    GilObject *a = Gil_BuildValue("{sisi}", "x", 1, "y", 2), *b = Gil_BuildValue("{si}", "y", 3);
    GilObject *keys = GilObject_CallMethod(a, "keys", NULL), *others = GilObject_CallMethod(b, "keys", NULL);
    ck_assert(GilDictViewSet_Check(keys));
    GilObject *common = GilNumber_And(keys, others), *back = GilObject_CallMethod(a, "__reversed__", NULL), *item;
    ck_assert_int_eq(GilSet_Size(common), 1);
    ck_assert(Gil_IS_TYPE(back, &GilDictRevIterKey_Type));
    ck_assert_int_eq(GilIter_NextItem(back, &item), 1);
    ck_assert_int_eq(GilSet_Contains(common, item), 1);
    GilObject *owned[] = {item, back, common, others, keys, b, a};
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(owned); i++)
        Gil_DECREF(owned[i]);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("api/dict");
    TCase *tc = tcase_create("dict");
    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_api_dict__put_look_up_and_remove);
    tcase_add_test(tc, test_api_dict__equal_numbers_are_one_key);
    tcase_add_test(tc, test_api_dict__order_is_that_of_insertion);
    tcase_add_test(tc, test_api_dict__pop_and_set_default);
    tcase_add_test(tc, test_api_dict__unhashable_keys);
    tcase_add_test(tc, test_api_dict__next_walks_all);
    tcase_add_test(tc, test_api_dict__update);
    tcase_add_test(tc, test_G13_dict_calls_refuse_other_types);
    tcase_add_test(tc, test_api_dict__views_are_sets);
    suite_add_tcase(s, tc);
    return s;
}
