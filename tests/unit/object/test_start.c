/* SPDX-License-Identifier: MIT */
/* What the layer keeps for an interpreter and a thread comes and goes whole. */
#include "node.h"

#include "object/alloc.h"
#include "object/error.h"
#include "object/start.h"

START_TEST(test_object_start__starting_again_changes_nothing)
{
    GilTypeObject **order = GilBaseObject_Type.tp_mro_items;

    ck_assert_int_eq(gil_object_start(), 0);
    ck_assert_ptr_eq(GilBaseObject_Type.tp_mro_items, order);
}
END_TEST

START_TEST(test_object_start__the_pocket)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    void *pocket = ts->interp->pocket[GIL_POCKET_OBJECT];

    gil_test_fail_alloc(1, 0);
    ck_assert_int_eq(gil_object_interp_start(ts), -1);
    gil_test_fail_alloc_off();
    ck_assert_ptr_eq(ts->interp->pocket[GIL_POCKET_OBJECT], pocket);
    ck_assert_int_eq(gil_object_interp_start(ts), 0);
    ck_assert_ptr_eq(gil_object_pocket(ts)->tracked.next, &gil_object_pocket(ts)->tracked);
    ck_assert_ptr_null(gil_object_pocket(ts)->types);
    gil_object_interp_stop(ts);
    ck_assert_ptr_null(ts->interp->pocket[GIL_POCKET_OBJECT]);
    ts->interp->pocket[GIL_POCKET_OBJECT] = pocket;
}
END_TEST

START_TEST(test_object_start__a_thread_lets_go_of_its_objects)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    GilObject *list = GilList_New(0);

    GilErr_SetString(GilExc_ValueError, "handled");
    GilObject *exc = GilErr_GetRaisedException();
    GilErr_SetHandledException(exc);
    Gil_DECREF(exc);
    GilErr_SetObject(GilExc_KeyError, list);
    Gil_ReprEnter(list);
    gil_object_tstate_clear(ts);
    ck_assert_ptr_null(ts->handled);
    ck_assert_ptr_null(ts->repr_list);
    ck_assert(!gil_err_pending(ts));
    ck_assert_int_eq(Gil_REFCNT(list), 1);
    Gil_DECREF(list);
}
END_TEST

/* By another thread, which handles something itself. */
START_TEST(test_object_start__a_thread_that_went_while_it_handled_lets_go)
{
    GilThreadState *ts = gil_tstate_need(__func__), *other = GilThreadState_New(ts->interp);
    GilObject *mine = GilObject_CallNoArgs(GilExc_KeyError), *exc = GilObject_CallNoArgs(GilExc_ValueError);

    GilErr_SetHandledException(mine);
    GilThreadState_Swap(other);
    GilErr_SetHandledException(exc);
    GilErr_SetObject(GilExc_ValueError, exc);
    GilThreadState_Swap(ts);
    GilThreadState_Clear(other);
    ck_assert_ptr_null(other->handled);
    ck_assert_ptr_eq(ts->handled, mine);
    ck_assert_int_eq(Gil_REFCNT(exc), 1);
    GilThreadState_Delete(other);
    GilErr_SetHandledException(NULL);
    Gil_DECREF(exc);
    Gil_DECREF(mine);
}
END_TEST

/* An exception that holds an object whose end handles another such. */
static int endings;

static void
handles_another(GilObject *self)
{
    GilObject *next = GilObject_CallNoArgs((GilObject *)Gil_TYPE(self));
    GilObject *exc = GilObject_CallOneArg(GilExc_ValueError, next);

    ck_assert_ptr_nonnull(exc);
    ck_assert_int_le(++endings, 1000);
    GilErr_SetHandledException(exc);
    Gil_DECREF(exc);
    Gil_DECREF(next);
}

START_TEST(test_C6_the_end_of_what_a_thread_handles_is_bounded)
{
    GilType_Slot slots[] = {{Gil_tp_finalize, (void *)handles_another}, {0, NULL}};
    GilType_Spec spec = {.name = "test.Sick", .slots = slots};
    GilObject *sick = GilType_FromSpec(&spec), *op = GilObject_CallNoArgs(sick);
    GilObject *exc = GilObject_CallOneArg(GilExc_ValueError, op);

    GilErr_SetHandledException(exc);
    Gil_DECREF(exc);
    Gil_DECREF(op);
    Gil_DECREF(sick);
    gil_object_tstate_clear(gil_tstate_need(__func__));
    ck_assert_int_ge(endings, 2);
    ck_assert_ptr_null(gil_tstate_need(__func__)->handled);
}
END_TEST

Suite *
suite(void)
{
    static const TTest *tests[10];
    int n = 0;

    tests[n++] = test_object_start__starting_again_changes_nothing;
    tests[n++] = test_object_start__the_pocket;
    tests[n++] = test_object_start__a_thread_lets_go_of_its_objects;
    tests[n++] = test_object_start__a_thread_that_went_while_it_handled_lets_go;
    tests[n++] = test_C6_the_end_of_what_a_thread_handles_is_bounded;
    return suite_of_one("object/start", tests);
}
