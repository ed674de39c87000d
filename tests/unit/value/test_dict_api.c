/* SPDX-License-Identifier: MIT */
/* Dicts: merging, lists of items, keyword dicts. */
#include "support/probe.h"
#include "support/support.h"
#include "value/dict.h"

static GilObject *
dict_of(const char *a, int x, const char *b, int y)
{
    GilObject *d = GilDict_New(), *v = GilLong_FromLong(x), *w = GilLong_FromLong(y);
    ck_assert_int_eq(GilDict_SetItemString(d, a, v), 0);
    ck_assert_int_eq(GilDict_SetItemString(d, b, w), 0);
    Gil_DECREF(v);
    Gil_DECREF(w);
    return d;
}

START_TEST(test_value_dict_api__lists_of_parts)
{
    GilObject *d = dict_of("a", 1, "b", 2), *keys = GilDict_Keys(d), *values = GilDict_Values(d), *items = GilDict_Items(d);
    gil_test_repr(keys, "['a', 'b']");
    gil_test_repr(values, "[1, 2]");
    gil_test_repr(items, "[('a', 1), ('b', 2)]");
    Gil_DECREF(keys);
    Gil_DECREF(values);
    Gil_DECREF(items);
    Gil_DECREF(d);
}
END_TEST

START_TEST(test_value_dict_api__merge_and_override)
{
    GilObject *d = dict_of("a", 1, "b", 2), *other = dict_of("b", 20, "c", 30);
    ck_assert_int_eq(GilDict_Merge(d, other, 0), 0);
    gil_test_repr(d, "{'a': 1, 'b': 2, 'c': 30}");
    ck_assert_int_eq(GilDict_Update(d, other), 0);
    gil_test_repr(d, "{'a': 1, 'b': 20, 'c': 30}");
    ck_assert_int_eq(GilDict_Update(d, d), 0);
    ck_assert_int_eq(GilDict_Update(d, Gil_None), -1);
    gil_test_raised(GilExc_AttributeError);
    Gil_DECREF(other);
    Gil_DECREF(d);
}
END_TEST

START_TEST(test_value_dict_api__merge_from_pairs)
{
    GilObject *d = GilDict_New(), *other = dict_of("a", 1, "b", 2), *pairs = GilDict_Items(other);
    ck_assert_int_eq(GilDict_MergeFromSeq2(d, pairs, 1), 0);
    ck_assert_int_eq(GilObject_RichCompareBool(d, other, Gil_EQ), 1);
    GilObject *three = gil_test_ints(3, 1, 2, 3);
    ck_assert_int_eq(GilList_Append(pairs, three), 0);
    ck_assert_int_eq(GilDict_MergeFromSeq2(d, pairs, 1), -1);
    gil_test_error(GilExc_ValueError, "dictionary update sequence element #2 has length 3; 2 is required");
    ck_assert_int_eq(GilList_SetSlice(pairs, 0, 3, NULL), 0);
    ck_assert_int_eq(GilList_Append(pairs, Gil_None), 0);
    ck_assert_int_eq(GilDict_MergeFromSeq2(d, pairs, 1), -1);
    gil_test_error(GilExc_TypeError, "cannot convert dictionary update sequence element #0 to a sequence");
    Gil_DECREF(three);
    Gil_DECREF(pairs);
    Gil_DECREF(other);
    Gil_DECREF(d);
}
END_TEST

static int
clear_other(void *arg)
{
    GilDict_Clear(arg);
    return 0;
}

START_TEST(test_H1_source_changes_during_merge)
{
    GilObject *d = GilDict_New(), *other = GilDict_New();
    struct gil_test_probe_hooks hooks = {.on_compare = clear_other, .arg = other};
    for (int i = 0; i < 4; i++) {
        GilObject *mine = gil_test_probe(i, 1, &hooks), *theirs = gil_test_probe(i, 1, NULL);
        if (i == 0)
            ck_assert_int_eq(GilDict_SetItem(d, mine, Gil_None), 0);
        ck_assert_int_eq(GilDict_SetItem(other, theirs, Gil_None), 0);
        Gil_DECREF(mine);
        Gil_DECREF(theirs);
    }
    ck_assert_int_eq(GilDict_Update(d, other), -1);
    gil_test_error(GilExc_RuntimeError, "dict mutated during update");
    gil_dict_validate(gil_dict(d));
    gil_dict_validate(gil_dict(other));
    Gil_DECREF(d);
    Gil_DECREF(other);
    ck_assert_int_eq(gil_test_probes(), 0);
}
END_TEST

START_TEST(test_value_dict_api__key_error_keeps_a_tuple_whole)
{
    GilObject *d = GilDict_New(), *key = GilTuple_Pack(2, Gil_None, Gil_None);
    ck_assert_int_eq(GilDict_DelItem(d, key), -1);
    GilObject *exc = GilErr_GetRaisedException(), *args = GilException_GetArgs(exc);
    gil_test_repr(args, "((None, None),)");
    gil_test_str(exc, "(None, None)");
    Gil_DECREF(args);
    Gil_DECREF(exc);
    Gil_DECREF(key);
    Gil_DECREF(d);
}
END_TEST

START_TEST(test_value_dict_api__next_survives_replaced_values)
{
    GilObject *d = dict_of("a", 1, "b", 2), *key, *value;
    Gil_ssize_t pos = 0;
    int steps = 0;
    while (GilDict_Next(d, &pos, &key, &value)) {
        ck_assert_int_eq(GilDict_SetItem(d, key, Gil_None), 0);
        steps++;
    }
    ck_assert_int_eq(steps, 2);
    gil_test_repr(d, "{'a': None, 'b': None}");
    Gil_DECREF(d);
}
END_TEST

static int
all_kinds(void *arg)
{
    GilObject *d = GilDict_Copy(arg), *items = NULL, *result = NULL;
    int rc = -1;
    if (d == NULL)
        return -1;
    if (GilDict_SetItemString(d, "new", Gil_None) == 0 && GilDict_SetDefaultRef(d, Gil_None, d, NULL) == 0 &&
        GilDict_Pop(d, Gil_None, NULL) == 1 && GilDict_PopString(d, "new", &result) == 1 &&
        (items = GilDict_Items(d)) != NULL && GilDict_MergeFromSeq2(d, items, 0) == 0)
        rc = 0;
    Gil_XDECREF(result);
    Gil_XDECREF(items);
    Gil_DECREF(d);
    return rc;
}

START_TEST(test_J1_dict_calls)
{
    GilObject *d = GilDict_New();
    for (int i = 0; i < 9; i++) {
        GilObject *n = GilLong_FromLong(i);
        GilDict_SetItem(d, n, n);
        Gil_DECREF(n);
    }
    gil_test_oom_loop(all_kinds, d);
    Gil_DECREF(d);
}
END_TEST

START_TEST(test_value_dict_api__from_kwnames)
{
    GilObject *name = GilUnicode_FromString("x"), *other = GilUnicode_FromString("y");
    GilObject *names = GilTuple_Pack(2, name, other), *values[] = {Gil_None, name};
    GilObject *d = gil_dict_ops_from_kwnames(values, names);
    gil_test_repr(d, "{'x': None, 'y': 'x'}");
    ck_assert_int_eq(gil_dict_ops_size(d), 2);
    ck_assert_int_eq(gil_dict_ops_size(names), -1);
    Gil_DECREF(d);
    Gil_DECREF(names);
    Gil_DECREF(name);
    Gil_DECREF(other);
}
END_TEST

static GilObject *
own_iter(GilObject *Gil_UNUSED(self))
{
    GilObject *list = gil_test_ints(1, 7), *it = GilObject_GetIter(list);
    Gil_DECREF(list);
    return it;
}

static GilObject *
own_keys(GilObject *Gil_UNUSED(self), GilObject *Gil_UNUSED(arg))
{
    return gil_test_ints(1, 7);
}

static GilObject *
own_item(GilObject *Gil_UNUSED(self), GilObject *Gil_UNUSED(key))
{
    return GilLong_FromLong(77);
}

/* A subclass with an iterator of its own is a mapping like another; one without is read as the dict that it is. */
START_TEST(test_value_dict_api__subclass_with_items_of_its_own)
{
    static GilMethodDef methods[] = {{"keys", own_keys, GIL_METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}};
    for (int own = 0; own < 2; own++) {
        GilType_Slot slots[] = {{Gil_tp_methods, methods}, {Gil_mp_subscript, (void *)own_item},
                                {own ? Gil_tp_iter : 0, (void *)own_iter}, {0, NULL}};
        GilType_Spec spec = {"test.Dict", 0, 0, Gil_TPFLAGS_DEFAULT, slots};
        GilObject *type = GilType_FromSpecWithBases(&spec, (GilObject *)&GilDict_Type);
        GilObject *d = GilObject_CallNoArgs(type), *to = GilDict_New(), *copy;
        const char *text = own ? "{7: 77}" : "{1: None}";
        ck_assert_int_eq(GilDict_SetItem(d, GilLong_FromLong(1), Gil_None), 0);
        ck_assert_int_eq(GilDict_Update(to, d), 0);
        gil_test_repr(to, text);
        gil_test_repr(copy = GilDict_Copy(d), text);
        ck_assert(GilDict_CheckExact(copy));
        Gil_DECREF(copy);
        gil_test_repr(copy = GilObject_CallMethod(d, "copy", NULL), text);
        Gil_DECREF(copy);
        gil_test_repr(copy = GilObject_CallOneArg((GilObject *)&GilDict_Type, d), text);
        Gil_DECREF(copy);
        GilDict_Clear(to);
        gil_test_repr(copy = GilNumber_Or(to, d), text);
        Gil_DECREF(copy);
        GilDict_Clear(d);
        gil_test_repr(copy = GilDict_Copy(d), "{}"); /* one that is empty is not asked, as in CPython */
        Gil_DECREF(copy);
        Gil_DECREF(to);
        Gil_DECREF(d);
        Gil_DECREF(type);
    }
}
END_TEST

/* Where nothing is, no key is looked for: it may be of any kind. */
START_TEST(test_value_dict_api__pop_from_nothing)
{
    GilObject *d = GilDict_New(), *list = GilList_New(0), *value = Gil_None;
    ck_assert_int_eq(GilDict_Pop(d, list, &value), 0);
    ck_assert_ptr_null(value);
    ck_assert_ptr_eq(GilObject_CallMethod(d, "pop", "OO", list, Gil_True), Gil_True);
    ck_assert_ptr_null(GilObject_CallMethod(d, "pop", "(O)", list));
    gil_test_error(GilExc_KeyError, "[]");
    ck_assert_int_eq(GilDict_SetItemString(d, "a", list), 0);
    ck_assert_int_eq(GilDict_Pop(d, list, &value), -1);
    gil_test_error(GilExc_TypeError, "unhashable type: 'list'");
    Gil_DECREF(list);
    Gil_DECREF(d);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("value/dict_api");
    TCase *tc = tcase_create("dict_api");
    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_value_dict_api__lists_of_parts);
    tcase_add_test(tc, test_value_dict_api__merge_and_override);
    tcase_add_test(tc, test_value_dict_api__merge_from_pairs);
    tcase_add_test(tc, test_H1_source_changes_during_merge);
    tcase_add_test(tc, test_value_dict_api__key_error_keeps_a_tuple_whole);
    tcase_add_test(tc, test_value_dict_api__next_survives_replaced_values);
    tcase_add_test(tc, test_J1_dict_calls);
    tcase_add_test(tc, test_value_dict_api__from_kwnames);
    tcase_add_test(tc, test_value_dict_api__subclass_with_items_of_its_own);
    tcase_add_test(tc, test_value_dict_api__pop_from_nothing);
    suite_add_tcase(s, tc);
    return s;
}
