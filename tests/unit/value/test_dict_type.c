/* SPDX-License-Identifier: MIT */
/* The type dict: slots and methods. */
#include "support/expect.h"
#include "support/probe.h"
#include "support/support.h"
#include "value/dict.h"

static GilObject *
sample(void)
{
    GilObject *d = GilDict_New(), *one = GilLong_FromLong(1);
    ck_assert_int_eq(GilDict_SetItemString(d, "a", one), 0);
    ck_assert_int_eq(GilDict_SetItem(d, one, Gil_None), 0);
    Gil_DECREF(one);
    return d;
}

START_TEST(test_value_dict_type__repr_and_compare)
{
    GilObject *d = sample(), *other = GilDict_Copy(d);
    gil_test_repr(d, "{'a': 1, 1: None}");
    ck_assert_int_eq(GilObject_RichCompareBool(d, other, Gil_EQ), 1);
    ck_assert_int_eq(GilDict_SetItemString(other, "a", Gil_None), 0);
    ck_assert_int_eq(GilObject_RichCompareBool(d, other, Gil_EQ), 0);
    ck_assert_int_eq(GilObject_RichCompareBool(d, other, Gil_NE), 1);
    ck_assert_int_eq(GilObject_RichCompareBool(d, other, Gil_LT), -1);
    gil_test_error(GilExc_TypeError, "'<' not supported between instances of 'dict' and 'dict'");
    ck_assert_int_eq(GilObject_Hash(d), -1);
    gil_test_error(GilExc_TypeError, "unhashable type: 'dict'");
    Gil_DECREF(other);
    Gil_DECREF(d);
}
END_TEST

START_TEST(test_H6_dict_that_contains_itself)
{
    GilObject *a = GilDict_New(), *b = GilDict_New();
    GilDict_SetItem(a, Gil_None, a);
    GilDict_SetItem(b, Gil_None, b);
    gil_test_repr(a, "{None: {...}}");
    ck_assert_int_eq(GilObject_RichCompareBool(a, b, Gil_EQ), -1);
    gil_test_raised(GilExc_RecursionError);
    GilDict_Clear(a);
    GilDict_Clear(b);
    Gil_DECREF(a);
    Gil_DECREF(b);
}
END_TEST

START_TEST(test_value_dict_type__subscript)
{
    GilObject *d = sample(), *key = GilUnicode_FromString("a"), *value = GilObject_GetItem(d, key);
    gil_test_repr(value, "1");
    Gil_DECREF(value);
    ck_assert_int_eq(GilObject_DelItem(d, key), 0);
    ck_assert_ptr_null(GilObject_GetItem(d, key));
    gil_test_error(GilExc_KeyError, "'a'");
    ck_assert_int_eq(GilObject_Size(d), 1);
    ck_assert_int_eq(GilSequence_Contains(d, key), 0);
    Gil_DECREF(key);
    Gil_DECREF(d);
}
END_TEST

START_TEST(test_value_dict_type__methods)
{
    GilObject *d = sample(), *r = GilObject_CallMethod(d, "get", "s", "a");
    gil_test_repr(r, "1");
    Gil_DECREF(r);
    r = GilObject_CallMethod(d, "get", "si", "zz", 5);
    gil_test_repr(r, "5");
    Gil_DECREF(r);
    ck_assert_ptr_null(GilObject_CallMethod(d, "get", NULL));
    gil_test_error(GilExc_TypeError, "get expected at least 1 argument, got 0");
    r = GilObject_CallMethod(d, "setdefault", "si", "b", 2);
    gil_test_repr(r, "2");
    Gil_DECREF(r);
    r = GilObject_CallMethod(d, "popitem", NULL);
    gil_test_repr(r, "('b', 2)");
    Gil_DECREF(r);
    r = GilObject_CallMethod(d, "pop", "s", "a");
    gil_test_repr(r, "1");
    Gil_DECREF(r);
    ck_assert_ptr_null(GilObject_CallMethod(d, "pop", "s", "a"));
    gil_test_error(GilExc_KeyError, "'a'");
    r = GilObject_CallMethod(d, "copy", NULL);
    gil_test_repr(r, "{1: None}");
    Gil_DECREF(r);
    ck_assert_ptr_nonnull(GilObject_CallMethod(d, "clear", NULL));
    ck_assert_ptr_null(GilObject_CallMethod(d, "popitem", NULL));
    gil_test_error(GilExc_KeyError, "'popitem(): dictionary is empty'");
    Gil_DECREF(d);
}
END_TEST

START_TEST(test_value_dict_type__popitem_to_the_end_keeps_the_table_whole)
{
    GilObject *d = GilDict_New();
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 40; i++) {
            GilObject *n = GilLong_FromLong(i);
            ck_assert_int_eq(GilDict_SetItem(d, n, n), 0);
            Gil_DECREF(n);
        }
        for (int i = 39; i >= 0; i--) {
            GilObject *pair = GilObject_CallMethod(d, "popitem", NULL);
            ck_assert_int_eq(GilLong_AsLong(GilTuple_GET_ITEM(pair, 0)), i);
            Gil_DECREF(pair);
            gil_dict_validate(gil_dict(d));
        }
    }
    Gil_DECREF(d);
}
END_TEST

START_TEST(test_value_dict_type__made_by_call)
{
    GilObject *d = sample(), *copy = GilObject_CallOneArg((GilObject *)&GilDict_Type, d);
    ck_assert_int_eq(GilObject_RichCompareBool(d, copy, Gil_EQ), 1);
    GilObject *items = GilDict_Items(d), *from_pairs = GilObject_CallOneArg((GilObject *)&GilDict_Type, items);
    ck_assert_int_eq(GilObject_RichCompareBool(d, from_pairs, Gil_EQ), 1);
    GilObject *args = GilTuple_New(0), *kwargs = GilDict_New();
    GilDict_SetItemString(kwargs, "k", Gil_None);
    GilObject *from_keywords = GilObject_Call((GilObject *)&GilDict_Type, args, kwargs);
    gil_test_repr(from_keywords, "{'k': None}");
    ck_assert_ptr_ne(from_keywords, kwargs);
    GilObject *both = GilNumber_Or(d, kwargs);
    gil_test_repr(both, "{'a': 1, 1: None, 'k': None}");
    Gil_DECREF(both);
    Gil_DECREF(from_keywords);
    Gil_DECREF(kwargs);
    Gil_DECREF(args);
    Gil_DECREF(from_pairs);
    Gil_DECREF(items);
    Gil_DECREF(copy);
    Gil_DECREF(d);
}
END_TEST

static GilObject *
say_missing(GilObject *Gil_UNUSED(self), GilObject *key)
{
    return GilTuple_Pack(1, key);
}

START_TEST(test_value_dict_type__subtype_with_missing)
{
    static GilMethodDef methods[] = {{"__missing__", say_missing, GIL_METH_O, NULL}, {NULL, NULL, 0, NULL}};
    GilType_Slot slots[] = {{Gil_tp_methods, methods}, {0, NULL}};
    GilType_Spec spec = {"test.Default", 0, 0, Gil_TPFLAGS_DEFAULT, slots};
    GilObject *type = GilType_FromSpecWithBases(&spec, (GilObject *)&GilDict_Type);
    ck_assert_ptr_nonnull(type);
    GilObject *d = GilObject_CallNoArgs(type), *value = GilObject_GetItem(d, Gil_None);
    gil_test_repr(value, "(None,)");
    gil_test_repr(d, "{}");
    ck_assert(GilDict_Check(d) && !GilDict_CheckExact(d));
    Gil_DECREF(value);
    Gil_DECREF(d);
    Gil_DECREF(type);

    /* A method is the type's: an attribute of that name in an instance is none. */
    type = GilObject_CallFunction((GilObject *)&GilType_Type, "s(O){}", "Named", &GilDict_Type);
    d = GilObject_CallNoArgs(type);
    ck_assert_int_eq(GilObject_SetAttrString(d, "__missing__", (GilObject *)&GilList_Type), 0);
    ck_assert_ptr_null(GilObject_GetItem(d, Gil_None));
    gil_test_error(GilExc_KeyError, "None");
    Gil_DECREF(d);
    Gil_DECREF(type);
}
END_TEST

static void
clear_on_repr(void *arg)
{
    GilDict_Clear(arg);
}

static int
clear_on_compare(void *arg)
{
    GilDict_Clear(arg);
    return 0;
}

START_TEST(test_H1_repr_and_compare_clear_the_dict)
{
    for (int round = 0; round < 2; round++) {
        GilObject *d = GilDict_New(), *other = GilDict_New();
        struct gil_test_probe_hooks hooks = {.on_repr = clear_on_repr, .on_compare = clear_on_compare, .arg = d};
        for (int i = 0; i < 5; i++) {
            GilObject *key = GilLong_FromLong(i), *mine = gil_test_probe(i, i, &hooks), *theirs = gil_test_probe(i, i, NULL);
            GilDict_SetItem(d, key, mine);
            GilDict_SetItem(other, key, theirs);
            Gil_DECREF(key);
            Gil_DECREF(mine);
            Gil_DECREF(theirs);
        }
        if (round == 0)
            gil_test_repr(d, "{0: <0>}");
        else
            ck_assert_int_eq(GilObject_RichCompareBool(d, other, Gil_EQ), 1); /* as far as there was something to compare */
        Gil_DECREF(d);
        Gil_DECREF(other);
        ck_assert_int_eq(gil_test_probes(), 0);
    }
}
END_TEST

static int
print(void *arg)
{
    GilObject *text = GilObject_Repr(arg);
    Gil_XDECREF(text);
    return text == NULL ? -1 : 0;
}

START_TEST(test_J1_dict_repr)
{
    GilObject *d = sample();
    gil_test_oom_loop(print, d);
    Gil_DECREF(d);
}
END_TEST

START_TEST(test_value_dict_type__methods_say_what_they_want)
{
    GilObject *d = sample(), *copy = GilDict_Copy(d), *two = Gil_BuildValue("({}{})");

    ck_assert_ptr_null(GilObject_Call((GilObject *)&GilDict_Type, two, NULL));
    gil_expect_error(GilExc_TypeError, "dict expected at most 1 argument, got 2");
    ck_assert_ptr_null(GilObject_CallMethod(d, "update", "ii", 1, 2));
    gil_expect_error(GilExc_TypeError, "update expected at most 1 argument, got 2");
    ck_assert_ptr_null(GilObject_CallMethod(d, "pop", NULL));
    gil_expect_error(GilExc_TypeError, "pop expected at least 1 argument, got 0");
    ck_assert_ptr_null(GilObject_CallMethod(d, "pop", "iii", 1, 2, 3));
    gil_expect_error(GilExc_TypeError, "pop expected at most 2 arguments, got 3");
    ck_assert_ptr_null(GilObject_CallMethod(d, "setdefault", NULL));
    gil_expect_error(GilExc_TypeError, "setdefault expected at least 1 argument, got 0");
    ck_assert_ptr_null(GilObject_CallMethod(d, "pop", "s", "none"));
    gil_expect_error(GilExc_KeyError, "'none'");
    GilObject *instead = GilObject_CallMethod(d, "pop", "si", "none", 7);
    ck_assert_int_eq(GilLong_AsLong(instead), 7);
    Gil_DECREF(instead);
    instead = GilObject_CallMethod(d, "get", "si", "none", 7);
    ck_assert_int_eq(GilLong_AsLong(instead), 7);
    Gil_DECREF(instead);
    ck_assert_ptr_null(GilNumber_Or(Gil_None, d));
    gil_expect_raised(GilExc_TypeError);
    ck_assert_ptr_null(GilNumber_Or(d, Gil_None));
    gil_expect_raised(GilExc_TypeError);
    ck_assert_int_eq(GilObject_RichCompareBool(d, copy, Gil_EQ), 1);
    Gil_DECREF(d);
    Gil_DECREF(copy);
    Gil_DECREF(two);
}
END_TEST

START_TEST(test_value_dict_type__keywords_are_texts)
{
    GilObject *args = GilTuple_New(0), *kwargs = sample(), *d = GilDict_New();
    GilObject *update = GilObject_GetAttrString(d, "update");
    ck_assert_ptr_null(GilObject_Call((GilObject *)&GilDict_Type, args, kwargs));
    gil_test_error(GilExc_TypeError, "keywords must be strings");
    ck_assert_ptr_null(GilObject_Call(update, args, kwargs));
    gil_test_error(GilExc_TypeError, "keywords must be strings");
    gil_test_repr(d, "{}");
    Gil_DECREF(update);
    Gil_DECREF(d);
    Gil_DECREF(kwargs);
    Gil_DECREF(args);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("value/dict_type");
    TCase *tc = tcase_create("dict_type");
    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_value_dict_type__repr_and_compare);
    tcase_add_test(tc, test_H6_dict_that_contains_itself);
    tcase_add_test(tc, test_value_dict_type__subscript);
    tcase_add_test(tc, test_value_dict_type__methods);
    tcase_add_test(tc, test_value_dict_type__popitem_to_the_end_keeps_the_table_whole);
    tcase_add_test(tc, test_value_dict_type__made_by_call);
    tcase_add_test(tc, test_value_dict_type__methods_say_what_they_want);
    tcase_add_test(tc, test_value_dict_type__subtype_with_missing);
    tcase_add_test(tc, test_H1_repr_and_compare_clear_the_dict);
    tcase_add_test(tc, test_J1_dict_repr);
    tcase_add_test(tc, test_value_dict_type__keywords_are_texts);
    suite_add_tcase(s, tc);
    return s;
}
