/* SPDX-License-Identifier: MIT */
/* reversed: kinds that know their way back, and those that are asked by number. */
#include "gilrt/typeobject.h"
#include "support/probe.h"
#include "support/support.h"
#include "value/enumerate.h"

#define REVERSED ((GilObject *)(void *)&GilReversed_Type)

static GilObject *
reversed(GilObject *seq)
{
    return GilObject_CallFunction(REVERSED, "(O)", seq);
}

START_TEST(test_value_reversed__asks_by_number)
{
    GilObject *tuple = Gil_BuildValue("(iii)", 1, 2, 3), *it = reversed(tuple), *item;
    ck_assert(Gil_IS_TYPE(it, &GilReversed_Type));
    ck_assert_int_eq(GilObject_LengthHint(it, 99), 3);
    ck_assert_int_eq(GilIter_NextItem(it, &item), 1);
    ck_assert_int_eq(GilLong_AsLong(item), 3);
    ck_assert_int_eq(GilObject_LengthHint(it, 99), 2);
    GilObject *rest = GilSequence_List(it);
    gil_test_repr(rest, "[2, 1]");
    ck_assert_int_eq(GilIter_NextItem(it, &item), 0);
    ck_assert_int_eq(GilObject_LengthHint(it, 99), 0);
    ck_assert_int_eq(Gil_REFCNT(tuple), 1);
    Gil_DECREF(rest);
    Gil_DECREF(it);
    Gil_DECREF(tuple);
}
END_TEST

START_TEST(test_value_reversed__kinds_that_know_their_way_back)
{
    GilObject *list = gil_test_ints(2, 1, 2), *it = reversed(list);
    ck_assert(Gil_IS_TYPE(it, &GilListRevIter_Type));
    Gil_DECREF(it);
    Gil_DECREF(list);
}
END_TEST

START_TEST(test_value_reversed__what_has_no_way_back)
{
    GilObject *set = GilSet_New(NULL);
    ck_assert_ptr_null(reversed(set));
    gil_test_error(GilExc_TypeError, "'set' object is not reversible");
    Gil_DECREF(set);
    ck_assert_ptr_null(GilObject_CallNoArgs(REVERSED));
    gil_test_error(GilExc_TypeError, "reversed expected 1 argument, got 0");
    GilObject *args = GilTuple_New(0), *kwargs = Gil_BuildValue("{si}", "sequence", 1);
    ck_assert_ptr_null(GilObject_Call(REVERSED, args, kwargs));
    gil_test_error(GilExc_TypeError, "reversed() takes no keyword arguments");
    Gil_DECREF(kwargs);
    Gil_DECREF(args);
}
END_TEST

/* A sequence of which a test says how long it is, and what is wrong with its items. */
static Gil_ssize_t length;
static GilObject **item_error;
static GilObject *way_back;

static Gil_ssize_t
odd_length(GilObject *Gil_UNUSED(op))
{
    if (length < 0)
        GilErr_SetString(GilExc_OSError, "no length");
    return length;
}

static GilObject *
odd_item(GilObject *Gil_UNUSED(op), Gil_ssize_t i)
{
    if (item_error == NULL)
        return GilLong_FromSsize_t(i);
    GilErr_SetString(*item_error, "no item");
    return NULL;
}

static GilObject *
get_way_back(GilObject *Gil_UNUSED(op), void *Gil_UNUSED(closure))
{
    if (way_back == NULL)
        GilErr_SetString(GilExc_AttributeError, "__reversed__");
    return Gil_XNewRef(way_back);
}

static GilGetSetDef odd_getset[] = {{"__reversed__", get_way_back, NULL, NULL, NULL}, {NULL, NULL, NULL, NULL, NULL}};

/* With getset the type has a __reversed__, or fails to give it. */
static GilObject *
odd_new(GilGetSetDef *getset)
{
    GilType_Slot slots[] = {{Gil_sq_length, (void *)odd_length},
                            {Gil_sq_item, (void *)odd_item},
                            {getset != NULL ? Gil_tp_getset : 0, getset},
                            {0, NULL}};
    GilType_Spec spec = {"test.Odd", 0, 0, Gil_TPFLAGS_DEFAULT, slots};
    GilObject *type = GilType_FromSpec(&spec), *op = GilObject_CallNoArgs(type);
    ck_assert_ptr_nonnull(op);
    Gil_DECREF(type);
    return op;
}

START_TEST(test_value_reversed__errors_of_the_sequence)
{
    GilObject *seq = odd_new(NULL), *item;
    length = -1;
    ck_assert_ptr_null(reversed(seq));
    gil_test_raised(GilExc_OSError);
    length = 2;
    item_error = NULL;
    GilObject *it = reversed(seq);
    length = -1;
    ck_assert_int_eq(GilObject_LengthHint(it, 99), -1);
    gil_test_raised(GilExc_OSError);
    item_error = &GilExc_OSError; /* is passed on, and the next step asks again */
    ck_assert_int_eq(GilIter_NextItem(it, &item), -1);
    gil_test_raised(GilExc_OSError);
    item_error = NULL;
    ck_assert_int_eq(GilIter_NextItem(it, &item), 1);
    ck_assert_int_eq(GilLong_AsLong(item), 1);
    item_error = &GilExc_IndexError; /* is the end */
    ck_assert_int_eq(GilIter_NextItem(it, &item), 0);
    item_error = NULL;
    ck_assert_int_eq(GilIter_NextItem(it, &item), 0);
    Gil_DECREF(it);
    Gil_DECREF(seq);
    seq = odd_new(odd_getset);
    way_back = Gil_None;
    ck_assert_ptr_null(reversed(seq));
    gil_test_error(GilExc_TypeError, "'test.Odd' object is not reversible");
    way_back = (GilObject *)(void *)&GilList_Type;
    it = reversed(seq);
    ck_assert(GilList_Check(it));
    Gil_DECREF(it);
    way_back = seq;
    ck_assert_ptr_null(reversed(seq));
    gil_test_raised(GilExc_TypeError);
    way_back = NULL; /* fails itself, which is not to have none */
    ck_assert_ptr_null(reversed(seq));
    gil_test_error(GilExc_AttributeError, "__reversed__");
    Gil_DECREF(seq);
}
END_TEST

/* A type has the method for its instances, and has none itself; nor has an instance one of its own. */
START_TEST(test_value_reversed__the_type_is_asked)
{
    ck_assert_ptr_null(reversed((GilObject *)(void *)&GilList_Type));
    gil_test_error(GilExc_TypeError, "'type' object is not reversible");
    GilObject *type = GilObject_CallFunction((GilObject *)(void *)&GilType_Type, "s(O){}", "Row", &GilList_Type);
    GilObject *seq = GilObject_CallFunction(type, "((ii))", 1, 2);
    ck_assert_int_eq(GilObject_SetAttrString(seq, "__reversed__", Gil_None), 0);
    GilObject *it = reversed(seq);
    ck_assert(Gil_IS_TYPE(it, &GilListRevIter_Type));
    Gil_DECREF(it);
    Gil_DECREF(seq);
    Gil_DECREF(type);
}
END_TEST

static int
walk(void *arg)
{
    GilObject *it = reversed(arg), *item, *hint = it == NULL ? NULL : GilObject_CallMethod(it, "__length_hint__", NULL);
    int rc = hint == NULL ? -1 : 1;
    Gil_XDECREF(hint);
    while (rc == 1 && (rc = GilIter_NextItem(it, &item)) == 1)
        Gil_DECREF(item);
    Gil_XDECREF(it);
    return rc;
}

START_TEST(test_J1_reversed)
{
    GilObject *tuple = Gil_BuildValue("(ii)", 5000, 6000);
    gil_test_oom_loop(walk, tuple);
    Gil_DECREF(tuple);
}
END_TEST

START_TEST(test_value_reversed__a_cycle_is_collected)
{
    GilObject *list = GilList_New(0), *tuple = GilTuple_Pack(1, list), *it = reversed(tuple), *item;
    ck_assert_int_eq(GilList_Append(list, it), 0);
    Gil_DECREF(tuple);
    Gil_DECREF(list);
    /* The collector may clear an iterator that somebody still gets hold of: it is at its end then. */
    ck_assert_int_eq(GilReversed_Type.tp_clear(it), 0);
    ck_assert_int_eq(GilIter_NextItem(it, &item), 0);
    Gil_DECREF(it);

    list = GilList_New(0);
    tuple = GilTuple_Pack(1, list);
    it = reversed(tuple);
    ck_assert_int_eq(GilList_Append(list, it), 0);
    Gil_DECREF(it);
    Gil_DECREF(tuple);
    Gil_DECREF(list);
    ck_assert_int_ge(GilGC_Collect(), 3);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("value/reversed");
    TCase *tc = tcase_create("reversed");
    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_value_reversed__asks_by_number);
    tcase_add_test(tc, test_value_reversed__kinds_that_know_their_way_back);
    tcase_add_test(tc, test_value_reversed__what_has_no_way_back);
    tcase_add_test(tc, test_value_reversed__errors_of_the_sequence);
    tcase_add_test(tc, test_value_reversed__the_type_is_asked);
    tcase_add_test(tc, test_J1_reversed);
    tcase_add_test(tc, test_value_reversed__a_cycle_is_collected);
    suite_add_tcase(s, tc);
    return s;
}
