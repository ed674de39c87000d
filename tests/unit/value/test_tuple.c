/* SPDX-License-Identifier: MIT */
/* Tuples from inside. */
#include "support/expect.h"
#include "support/probe.h"
#include "support/support.h"

#include "gilrt/args.h"
#include "gilrt/call.h"
#include "gilrt/number.h"
#include "value/tuple.h"

START_TEST(test_value_tuple__empty_is_one_immortal_object)
{
    GilObject *a = GilTuple_New(0), *b = GilTuple_Pack(0), *c = GilTuple_FromArray(NULL, 0);
    ck_assert_ptr_eq(a, gil_tuple_empty());
    ck_assert_ptr_eq(b, a);
    ck_assert_ptr_eq(c, a);
    ck_assert(GilUnstable_IsImmortal(a));
    ck_assert_int_eq(GilObject_GC_IsTracked(a), 0);
    for (int i = 0; i < 1000; i++)
        Gil_DECREF(a);
    gil_test_repr(a, "()");
}
END_TEST

START_TEST(test_value_tuple__hash_depends_on_items_and_order)
{
    GilObject *list = gil_test_ints(3, 1, 2, 3), *a = GilList_AsTuple(list), *b = GilList_AsTuple(list);
    ck_assert_int_eq(GilList_Reverse(list), 0);
    GilObject *c = GilList_AsTuple(list);
    ck_assert_ptr_ne(a, b);
    ck_assert_int_eq(GilObject_Hash(a), GilObject_Hash(b));
    ck_assert_int_ne(GilObject_Hash(a), GilObject_Hash(c));
    ck_assert_int_ne(GilObject_Hash(gil_tuple_empty()), -1);
    GilObject *bad = GilTuple_Pack(2, a, list);
    ck_assert_int_eq(GilObject_Hash(bad), -1);
    gil_test_error(GilExc_TypeError, "unhashable type: 'list'");
    Gil_DECREF(bad);
    Gil_DECREF(a);
    Gil_DECREF(b);
    Gil_DECREF(c);
    Gil_DECREF(list);
}
END_TEST

START_TEST(test_value_tuple__deep_hash_stops_with_recursion_error)
{
    GilObject *deep = GilTuple_Pack(1, Gil_None);
    for (int i = 0; i < 100000; i++) {
        GilObject *outer = GilTuple_New(1);
        GilTuple_SET_ITEM(outer, 0, deep);
        deep = outer;
    }
    ck_assert_int_eq(GilObject_Hash(deep), -1);
    gil_test_raised(GilExc_RecursionError);
    ck_assert_ptr_null(GilObject_Repr(deep));
    gil_test_raised(GilExc_RecursionError);
    Gil_DECREF(deep);
}
END_TEST

START_TEST(test_value_tuple__from_iterable)
{
    GilObject *list = gil_test_ints(2, 7, 8), *tuple = gil_tuple_from_iterable(list);
    gil_test_repr(tuple, "(7, 8)");
    GilObject *same = gil_tuple_from_iterable(tuple);
    ck_assert_ptr_eq(same, tuple);
    ck_assert_ptr_null(gil_tuple_from_iterable(Gil_None));
    gil_test_raised(GilExc_TypeError);
    Gil_DECREF(same);
    Gil_DECREF(tuple);
    Gil_DECREF(list);
}
END_TEST

/* Made by GilTuple_New() or GilList_New() and handed on before all items were set. */
START_TEST(test_value_tuple__items_that_were_never_set)
{
    GilObject *list = GilList_New(2), *tuple = GilTuple_New(2), *comma = GilUnicode_FromString(",");
    GilObject *format = GilUnicode_FromString("%s"), *octets = GilBytes_FromString(","), *one = GilTuple_New(1);
    GilObject *append = GilObject_GetAttrString(list, "append");
    GilObject *number;
    char *names[] = {"a", "b", NULL};

    gil_expect_failure(GilList_AsTuple(list), GilExc_SystemError, "list item 0 was never set");
    gil_expect_failure(GilUnicode_Join(comma, list), GilExc_SystemError, "sequence item 0 was never set");
    gil_expect_failure(GilUnicode_Join(comma, tuple), GilExc_SystemError, "sequence item 0 was never set");
    gil_expect_failure(GilBytes_Join(octets, tuple), GilExc_SystemError, "sequence item 0 was never set");
    gil_expect_failure(GilNumber_Remainder(format, one), GilExc_SystemError, "tuple item 0 was never set");
    gil_expect_failure(GilObject_Call((GilObject *)&GilList_Type, one, NULL), GilExc_SystemError,
                       "GilObject_Call: argument 1 was never set");
    gil_expect_failure(GilObject_Call(append, one, NULL), GilExc_SystemError, "GilObject_Call: argument 1 was never set");
    GilTuple_SetItem(tuple, 0, Gil_None);
    ck_assert_int_eq(GilArg_ParseTuple(tuple, "Oi", &number, &number), 0);
    gil_expect_error(GilExc_SystemError, "argument 2 (was never set)");
    GilObject *nested = GilTuple_Pack(1, tuple);
    ck_assert_int_eq(GilArg_ParseTuple(nested, "(Oi)", &number, &number), 0);
    gil_expect_error(GilExc_SystemError, "tuple item 1 was never set");
    Gil_DECREF(nested);
    ck_assert_int_eq(GilArg_ParseTupleAndKeywords(tuple, NULL, "Oi", names, &number, &number), 0);
    gil_expect_error(GilExc_TypeError, "function missing required argument 'b' (pos 2)");
    Gil_DECREF(append);
    Gil_DECREF(one);
    Gil_DECREF(octets);
    Gil_DECREF(format);
    Gil_DECREF(comma);
    Gil_DECREF(tuple);
    Gil_DECREF(list);
}
END_TEST

START_TEST(test_value_tuple__resize_moves_items)
{
    GilObject *probe = gil_test_probe(1, 1, NULL), *tuple = GilTuple_Pack(3, probe, probe, probe);
    ck_assert_int_eq(_GilTuple_Resize(&tuple, 2), 0);
    ck_assert_int_eq(GilTuple_GET_SIZE(tuple), 2);
    ck_assert_int_eq(Gil_REFCNT(probe), 3);
    ck_assert_int_eq(_GilTuple_Resize(&tuple, 4), 0);
    ck_assert_ptr_eq(GilTuple_GET_ITEM(tuple, 1), probe);
    ck_assert_ptr_null(GilTuple_GET_ITEM(tuple, 3));
    GilObject *other = Gil_NewRef(tuple);
    ck_assert_int_eq(_GilTuple_Resize(&tuple, 1), -1);
    gil_test_raised(GilExc_SystemError);
    ck_assert_ptr_null(tuple);
    Gil_DECREF(other);
    ck_assert_int_eq(Gil_REFCNT(probe), 1);
    Gil_DECREF(probe);
    tuple = gil_tuple_empty();
    ck_assert_int_eq(_GilTuple_Resize(&tuple, 2), 0);
    ck_assert_int_eq(GilTuple_GET_SIZE(tuple), 2);
    Gil_DECREF(tuple);
}
END_TEST

#define PACKED_MOST 8

/* n items that begin with those. */
static GilObject *
pack(Gil_ssize_t n, GilObject *const *i)
{
    return GilTuple_Pack(n, i[0], i[1], i[2], i[3], i[4], i[5], i[6], i[7]);
}

/* Pairs and triples are made another way than the rest, and beyond five the items come by the stack. */
START_TEST(test_value_tuple__packing_any_number)
{
    GilObject *items[PACKED_MOST];
    for (int i = 0; i < PACKED_MOST; i++)
        items[i] = gil_test_probe(1, 1, NULL);
    for (Gil_ssize_t n = 1; n <= PACKED_MOST; n++) {
        GilObject *tuple = pack(n, items);
        ck_assert_int_eq(GilTuple_GET_SIZE(tuple), n);
        ck_assert_int_eq(GilObject_GC_IsTracked(tuple), 1);
        for (Gil_ssize_t i = 0; i < PACKED_MOST; i++)
            ck_assert_int_eq(Gil_REFCNT(items[i]), i < n ? 2 : 1);
        for (Gil_ssize_t i = 0; i < n; i++)
            ck_assert_ptr_eq(GilTuple_GET_ITEM(tuple, i), items[i]);
        Gil_DECREF(tuple);
        for (Gil_ssize_t i = 0; i < n; i++) {
            GilObject *item = items[i];
            items[i] = NULL;
            ck_assert_ptr_null(pack(n, items));
            gil_test_error(GilExc_SystemError, "GilTuple_Pack: NULL argument");
            items[i] = item;
        }
    }
    for (int i = 0; i < PACKED_MOST; i++) {
        ck_assert_int_eq(Gil_REFCNT(items[i]), 1);
        Gil_DECREF(items[i]);
    }
}
END_TEST

/* One object as each item: it ends with the tuple, once. */
START_TEST(test_value_tuple__packing_the_last_reference)
{
    for (Gil_ssize_t n = 1; n <= PACKED_MOST; n++) {
        GilObject *probe = gil_test_probe(1, 1, NULL), *items[PACKED_MOST];
        for (int i = 0; i < PACKED_MOST; i++)
            items[i] = probe;
        GilObject *tuple = pack(n, items);
        ck_assert_int_eq(Gil_REFCNT(probe), 1 + n);
        Gil_DECREF(probe);
        Gil_DECREF(tuple);
    }
}
END_TEST

static int
make_each(void *arg)
{
    GilObject *items[PACKED_MOST];
    for (int i = 0; i < PACKED_MOST; i++)
        items[i] = arg;
    for (Gil_ssize_t n = 0; n <= PACKED_MOST; n++) {
        GilObject *tuple = pack(n, items);
        if (tuple == NULL)
            return -1;
        Gil_DECREF(tuple);
    }
    return 0;
}

START_TEST(test_J1_packing_tuples)
{
    GilObject *probe = gil_test_probe(1, 1, NULL);
    gil_test_oom_loop(make_each, probe);
    ck_assert_int_eq(Gil_REFCNT(probe), 1);
    Gil_DECREF(probe);
}
END_TEST

static int
make(void *arg)
{
    GilObject *tuple = GilTuple_Pack(3, arg, arg, arg);
    if (tuple == NULL || _GilTuple_Resize(&tuple, 5) < 0)
        return -1;
    Gil_DECREF(tuple);
    return 0;
}

START_TEST(test_J1_tuple)
{
    gil_test_oom_loop(make, Gil_None);
}
END_TEST

static GilObject *
call_type(GilTypeObject *type, GilObject *arg)
{
    return GilObject_CallOneArg((GilObject *)(void *)type, arg);
}

START_TEST(test_value_tuple__type_call_and_subtype)
{
    static GilType_Slot slots[] = {{0, NULL}};
    GilType_Spec spec = {"test.Row", 0, 0, Gil_TPFLAGS_DEFAULT | Gil_TPFLAGS_BASETYPE, slots};
    GilObject *type = GilType_FromSpecWithBases(&spec, (GilObject *)&GilTuple_Type);
    ck_assert_ptr_nonnull(type);
    GilObject *list = gil_test_ints(2, 1, 2), *plain = call_type(&GilTuple_Type, list);
    GilObject *row = call_type((GilTypeObject *)(void *)type, list);
    ck_assert_ptr_nonnull(row);
    gil_test_repr(row, "(1, 2)");
    ck_assert(GilTuple_Check(row) && !GilTuple_CheckExact(row));
    ck_assert_int_eq(GilObject_RichCompareBool(row, plain, Gil_EQ), 1);
    ck_assert_ptr_null(call_type(&GilTuple_Type, Gil_None));
    gil_test_error(GilExc_TypeError, "'NoneType' object is not iterable");
    Gil_DECREF(row);
    Gil_DECREF(plain);
    Gil_DECREF(list);
    Gil_DECREF(type);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("value/tuple");
    TCase *tc = tcase_create("tuple");
    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_value_tuple__empty_is_one_immortal_object);
    tcase_add_test(tc, test_value_tuple__hash_depends_on_items_and_order);
    tcase_add_test(tc, test_value_tuple__deep_hash_stops_with_recursion_error);
    tcase_add_test(tc, test_value_tuple__from_iterable);
    tcase_add_test(tc, test_value_tuple__items_that_were_never_set);
    tcase_add_test(tc, test_value_tuple__resize_moves_items);
    tcase_add_test(tc, test_value_tuple__type_call_and_subtype);
    tcase_add_test(tc, test_value_tuple__packing_any_number);
    tcase_add_test(tc, test_value_tuple__packing_the_last_reference);
    tcase_add_test(tc, test_J1_packing_tuples);
    tcase_add_test(tc, test_J1_tuple);
    suite_add_tcase(s, tc);
    return s;
}
