/* SPDX-License-Identifier: MIT */
/* <gilrt/object.h> as a stranger uses it. */
#include "unit/object/node.h"

START_TEST(test_api_object__macros_count)
{
    GilObject *list = GilList_New(0), *slot = NULL, *none = NULL;

    ck_assert_int_eq(Gil_REFCNT(list), 1);
    slot = Gil_NewRef(list);
    ck_assert_int_eq(Gil_REFCNT(list), 2);
    Gil_CLEAR(slot);
    ck_assert_ptr_null(slot);
    ck_assert_int_eq(Gil_REFCNT(list), 1);
    Gil_CLEAR(slot);
    Gil_XINCREF(none);
    Gil_XDECREF(none);
    ck_assert_ptr_null(Gil_XNewRef(none));
    slot = Gil_NewRef(list);
    Gil_SETREF(slot, Gil_None);
    ck_assert_ptr_eq(slot, Gil_None);
    ck_assert_int_eq(Gil_REFCNT(list), 1);
    slot = NULL;
    Gil_XSETREF(slot, Gil_NewRef(list));
    ck_assert_int_eq(Gil_REFCNT(list), 2);
    Gil_DECREF(slot);
    ck_assert(Gil_IS_TYPE(list, &GilList_Type));
    ck_assert(Gil_Is(list, list));
    ck_assert(Gil_IsNone(Gil_None));
    ck_assert(GilUnstable_IsImmortal(Gil_None));
    ck_assert(!GilUnstable_IsImmortal(list));
    Gil_DECREF(list);
}
END_TEST

START_TEST(test_api_object__singletons_and_types_outlive_any_number_of_decrefs)
{
    for (int i = 0; i < 1000; i++) {
        Gil_DECREF(Gil_None);
        Gil_DECREF(Gil_True);
        Gil_DECREF(&GilLong_Type);
        Gil_DECREF(GilExc_ValueError);
    }
    expect_text(GilObject_Repr(Gil_None), "None");
    GilErr_SetString(GilExc_ValueError, "still there");
    expect_error(GilExc_ValueError, "still there");
}
END_TEST

static GilObject *
node_compare(GilObject *v, GilObject *w, int op)
{
    if (!Gil_IS_TYPE(w, Gil_TYPE(v)))
        Gil_RETURN_NOTIMPLEMENTED;
    Gil_RETURN_RICHCOMPARE(((struct node *)v)->number, ((struct node *)w)->number, op);
}

START_TEST(test_api_object__comparison_of_ones_own)
{
    GilType_Slot slots[] = {{Gil_tp_richcompare, (void *)node_compare}, {0, NULL}};
    GilTypeObject *type = node_type(slots, 0);
    GilObject *a = node_new(type, NULL), *b = node_new(type, NULL);
    static const int wanted[] = {1, 1, 0, 1, 0, 0}; /* a < b */

    ((struct node *)b)->number = 1;
    for (int op = Gil_LT; op <= Gil_GE; op++)
        ck_assert_int_eq(GilObject_RichCompareBool(a, b, op), wanted[op]);
    ck_assert_int_eq(GilObject_RichCompareBool(a, Gil_None, Gil_EQ), 0);
    ck_assert_int_eq(GilObject_RichCompareBool(a, Gil_None, Gil_LT), -1);
    expect_error(GilExc_TypeError, "'<' not supported between instances of 'test.Node' and 'NoneType'");
    Gil_DECREF(a);
    Gil_DECREF(b);
    Gil_DECREF(type);
}
END_TEST

static void
use_detached(void *arg)
{
    (void)arg;
    GilEval_SaveThread();
    GilObject_Repr(Gil_None);
}

START_TEST(test_L1_asking_objects_while_detached_stops_the_process)
{
    gil_test_expect_abort(use_detached, NULL, "GilObject_Repr");
}
END_TEST

START_TEST(test_api_object__recursion_and_printing)
{
    GilObject *list = GilList_New(1);

    GilList_SetItem(list, 0, Gil_NewRef(list));
    expect_text(GilObject_Repr(list), "[[...]]");
    GilList_SetItem(list, 0, Gil_None);
    Gil_DECREF(list);
    ck_assert_int_eq(Gil_EnterRecursiveCall(" while testing"), 0);
    Gil_LeaveRecursiveCall();
}
END_TEST

Suite *
suite(void)
{
    static const TTest *tests[10];
    int n = 0;

    tests[n++] = test_api_object__macros_count;
    tests[n++] = test_api_object__singletons_and_types_outlive_any_number_of_decrefs;
    tests[n++] = test_api_object__comparison_of_ones_own;
    tests[n++] = test_L1_asking_objects_while_detached_stops_the_process;
    tests[n++] = test_api_object__recursion_and_printing;
    return suite_of_one("api/object", tests);
}
