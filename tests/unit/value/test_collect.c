/* SPDX-License-Identifier: MIT */
/* Lists and tuples made of any iterable. */
#include "support/expect.h"
#include "support/support.h"

#include <gilrt.h>

START_TEST(test_value_collect__lists_and_tuples)
{
    GilObject *tuple = Gil_BuildValue("(ii)", 1, 2), *list = GilSequence_List(tuple),
              *bytes = GilBytes_FromString("ab");
    gil_expect_text(GilObject_Repr(list), "[1, 2]");
    GilObject *same = GilSequence_Tuple(tuple);
    ck_assert_ptr_eq(same, tuple);
    Gil_DECREF(same);
    gil_expect_repr(GilSequence_Tuple(list), "(1, 2)");
    gil_expect_repr(GilSequence_Tuple(bytes), "(97, 98)");
    gil_expect_failure(GilSequence_List(Gil_None), GilExc_TypeError, "'NoneType' object is not iterable");
    gil_expect_failure(GilSequence_Tuple(Gil_None), GilExc_TypeError, "'NoneType' object is not iterable");
    Gil_DECREF(bytes);
    Gil_DECREF(list);
    Gil_DECREF(tuple);
}
END_TEST

START_TEST(test_value_collect__fast)
{
    GilObject *bytes = GilBytes_FromString("ab"), *tuple = Gil_BuildValue("(ii)", 1, 2);
    GilObject *fast = GilSequence_Fast(bytes, "no"), *same = GilSequence_Fast(tuple, "no");
    ck_assert_ptr_eq(same, tuple);
    ck_assert_int_eq(GilSequence_Fast_GET_SIZE(fast), 2);
    ck_assert_int_eq(GilLong_AsLong(GilSequence_Fast_GET_ITEM(fast, 1)), 98);
    ck_assert_int_eq(GilLong_AsLong(GilSequence_Fast_GET_ITEM(same, 0)), 1);
    gil_expect_failure(GilSequence_Fast(Gil_None, "want a sequence"), GilExc_TypeError, "want a sequence");
    Gil_DECREF(same);
    Gil_DECREF(fast);
    Gil_DECREF(tuple);
    Gil_DECREF(bytes);
}
END_TEST

START_TEST(test_value_collect__mappings)
{
    GilObject *dict = Gil_BuildValue("{s:i,s:i}", "a", 1, "b", 2);
    gil_expect_repr(GilMapping_Keys(dict), "['a', 'b']");
    gil_expect_repr(GilMapping_Values(dict), "[1, 2]");
    gil_expect_repr(GilMapping_Items(dict), "[('a', 1), ('b', 2)]");
    Gil_DECREF(dict);
    ck_assert_ptr_null(GilMapping_Keys(Gil_None));
    ck_assert(GilErr_ExceptionMatches(GilExc_AttributeError));
    GilErr_Clear();
}
END_TEST

static GilObject *
none_of(GilObject *self, GilObject *Gil_UNUSED(args))
{
    (void)self;
    Gil_RETURN_NONE;
}

START_TEST(test_value_collect__keys_must_be_iterable)
{
    GilMethodDef methods[] = {{"keys", none_of, GIL_METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}};
    GilType_Slot slots[] = {{Gil_tp_methods, methods}, {0, NULL}};
    GilType_Spec spec = {.name = "test.Odd", .basicsize = sizeof(GilObject), .slots = slots};
    GilObject *type = GilType_FromSpec(&spec), *op = GilObject_CallNoArgs(type);
    gil_expect_failure(GilMapping_Keys(op), GilExc_TypeError, "test.Odd.keys() must return an iterable, not NoneType");
    Gil_DECREF(op);
    Gil_DECREF(type);
}
END_TEST

static int
collect(void *bytes)
{
    GilObject *tuple = GilSequence_Tuple(bytes);
    if (tuple == NULL)
        return -1;
    Gil_DECREF(tuple);
    return 0;
}

START_TEST(test_value_collect__lack_of_memory_is_an_error)
{
    GilObject *bytes = GilBytes_FromString("a longer text than that");
    gil_test_oom_loop(collect, bytes);
    Gil_DECREF(bytes);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("value/collect");
    TCase *tc = tcase_create("collect");

    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_value_collect__lists_and_tuples);
    tcase_add_test(tc, test_value_collect__fast);
    tcase_add_test(tc, test_value_collect__mappings);
    tcase_add_test(tc, test_value_collect__keys_must_be_iterable);
    tcase_add_test(tc, test_value_collect__lack_of_memory_is_an_error);
    suite_add_tcase(s, tc);
    return s;
}
