/* SPDX-License-Identifier: MIT */
/* What a thread is in the middle of: an end and a fork are refused there, whichever of its states is attached. */
#include "support/child.h"
#include "support/support.h"

#include "runtime/inside.h"
#include "state/interp.h"
#include "state/tstate.h"

static GilThreadState *main_ts, *other; /* of two interpreters, both this thread's */
static GilInterpreterView *view;        /* of the other one */
static int tried;

static void
start(void)
{
    gil_test_start();
    main_ts = GilThreadState_Get();
    other = Gil_NewInterpreter();
    ck_assert_ptr_nonnull(other);
    view = GilInterpreterView_FromCurrent();
}

static void
stop(void)
{
    GilThreadState_Swap(main_ts);
    ck_assert_int_eq(gil_inside_anything(), 0);
    ck_assert_int_eq(gil_inside_call(NULL), 0);
    gil_test_stop();
    GilInterpreterView_Close(view);
    ck_assert_int_eq(tried, 1);
}

/* In the middle of something of the other interpreter: attached to main, where nothing is going on. */
static void
is_refused(int may_fork)
{
    GilThreadState *was = GilThreadState_Swap(main_ts);

    tried++;
    ck_assert_int_eq(gil_inside_interp(main_ts->interp->gate), 0);
    ck_assert_int_eq(gil_inside_interp(other->interp->gate), 1);
    ck_assert_int_eq(GilInterpreterView_End(view, UINT64_MAX), -1);
    ck_assert_int_eq(GilInterpreterView_RequestEnd(view), 0);
    ck_assert_int_eq(GilInterpreterView_WaitEnd(view, UINT64_MAX), -1);
    ck_assert_int_eq(GilInterpreterView_CancelEnd(view), 0);
    GilThreadState *another = GilThreadState_New(other->interp);
    ck_assert_ptr_nonnull(another);
    GilThreadState_Swap(another);
    ck_assert_int_eq(Gil_EndInterpreter(another), -1);
    ck_assert_int_eq(GilErr_ExceptionMatches(GilExc_SystemError), 1);
    GilErr_Clear();
    GilThreadState_DeleteCurrent();
    GilThreadState_Swap(main_ts);
    ck_assert_int_eq(gil_inside_anything(), 1);
    ck_assert_int_eq(gil_inside_served(), !may_fork);
    ck_assert_int_eq(Gil_FinalizeTimed(UINT64_MAX), -1);
    ck_assert(!Gil_IsFinalizing());
    if (!may_fork) {
        errno = 0;
        ck_assert_int_eq(GilOS_Fork(), -1);
        ck_assert_int_eq(errno, EBUSY);
    }
    GilThreadState_Swap(was);
}

static int
call(void *unused)
{
    (void)unused;
    is_refused(0);
    return 0;
}

START_TEST(test_runtime_inside__a_pending_call_of_another_interpreter)
{
    ck_assert_int_eq(GilPending_AddToThread(GilThreadState_GetID(other), call, NULL), 0);
    ck_assert_int_eq(Gil_Poll(), 0);
}
END_TEST

static void
destroy(GilObject *capsule)
{
    (void)capsule;
    is_refused(0);
}

START_TEST(test_runtime_inside__a_destructor_of_another_interpreter)
{
    GilObject *capsule = GilCapsule_New(&tried, NULL, destroy);

    ck_assert_ptr_nonnull(capsule);
    Gil_DECREF(capsule);
}
END_TEST

static void
look_on(const GilGCInfo *info, void *unused)
{
    (void)unused;
    if (info->phase == GilGC_PHASE_STOP)
        is_refused(1);
}

START_TEST(test_runtime_inside__a_collection_of_another_interpreter)
{
    ck_assert_int_eq(GilGC_AddCallback(look_on, NULL), 0);
    GilGC_Collect();
    ck_assert_int_eq(GilGC_RemoveCallback(look_on, NULL), 1);
}
END_TEST

static int
visit_one(GilObject *object, void *unused)
{
    (void)object;
    (void)unused;
    is_refused(1);
    return 0;
}

START_TEST(test_runtime_inside__a_walk_of_another_interpreters_objects)
{
    GilObject *list = GilList_New(0);

    ck_assert_ptr_nonnull(list);
    GilUnstable_GC_VisitObjects(visit_one, NULL);
    Gil_DECREF(list);
}
END_TEST

START_TEST(test_runtime_inside__a_stay_in_another_interpreter)
{
    GilThreadState_Swap(NULL);
    GilThreadStateToken *token = GilThreadState_EnsureFromView(view);
    ck_assert_ptr_nonnull(token);
    is_refused(1);
    GilThreadState_Release(token);
}
END_TEST

/* It comes back from there. */
START_TEST(test_runtime_inside__a_stay_elsewhere_that_began_in_another_interpreter)
{
    GilInterpreterView *of_main = GilInterpreterView_FromMain();
    GilThreadStateToken *token = GilThreadState_EnsureFromView(of_main);

    ck_assert_ptr_nonnull(token);
    tried++;
    ck_assert_int_eq(gil_inside_interp(other->interp->gate), 1);
    ck_assert_int_eq(GilInterpreterView_End(view, UINT64_MAX), -1);
    GilThreadState *there = GilThreadState_Swap(other);
    ck_assert_int_eq(Gil_EndInterpreter(other), -1);
    ck_assert_int_eq(GilErr_ExceptionMatches(GilExc_SystemError), 1);
    GilErr_Clear();
    GilThreadState_Swap(there);
    GilThreadState_Release(token);
    GilInterpreterView_Close(of_main);
    ck_assert_ptr_eq(GilThreadState_Get(), other);
    ck_assert_int_eq(gil_inside_anything(), 0);
}
END_TEST

/* It comes back to the region there, whose END wants that interpreter. */
START_TEST(test_runtime_inside__a_stay_elsewhere_that_began_in_a_region_of_another_interpreter)
{
    GilInterpreterView *of_main = GilInterpreterView_FromMain();

    Gil_BEGIN_ALLOW_THREADS
    GilThreadStateToken *token = GilThreadState_EnsureFromView(of_main);
    ck_assert_ptr_nonnull(token);
    tried++;
    ck_assert_int_eq(gil_inside_interp(other->interp->gate), 1);
    ck_assert_int_eq(GilInterpreterView_End(view, UINT64_MAX), -1);
    ck_assert_int_eq(Gil_FinalizeTimed(UINT64_MAX), -1);
    GilThreadState_Release(token);
    Gil_END_ALLOW_THREADS
    GilInterpreterView_Close(of_main);
    ck_assert_ptr_eq(GilThreadState_Get(), other);
    ck_assert_int_eq(gil_inside_anything(), 0);
}
END_TEST

/* A region is left standing by who attaches another state in its midst; also one in which its own state came and went, and one that
 * begins after a visit elsewhere. */
START_TEST(test_runtime_inside__a_region_of_another_interpreter)
{
    if (_i == 2) {
        GilInterpreterView *of_main = GilInterpreterView_FromMain();
        GilThreadStateToken *token = GilThreadState_EnsureFromView(of_main);
        ck_assert_ptr_nonnull(token);
        GilThreadState_Release(token);
        GilInterpreterView_Close(of_main);
    }
    Gil_BEGIN_ALLOW_THREADS
    if (_i == 1) {
        GilThreadStateToken *token = GilThreadState_EnsureFromView(view);
        ck_assert_ptr_eq(GilThreadState_Get(), other);
        GilThreadState_Release(token);
    }
    is_refused(1);
    Gil_END_ALLOW_THREADS
    ck_assert_ptr_eq(GilThreadState_Get(), other);
    ck_assert_int_eq(gil_inside_anything(), 0);
}
END_TEST

/* The look is the first that this thread has to do with it. */
START_TEST(test_runtime_inside__no_region_where_a_new_state_was_looked_at)
{
    GilThreadState *fresh = GilThreadState_New(other->interp);

    ck_assert_ptr_nonnull(fresh);
    tried++;
    ck_assert_int_eq(GilThreadState_Interrupt(fresh, 0), 1);
    GilThreadState *was = GilEval_SaveThread();
    ck_assert_int_eq(GilErr_CheckSignalsDetached(fresh), -1);
    GilEval_RestoreThread(was);
    ck_assert_int_eq(gil_inside_anything(), 0);
    GilThreadState_Swap(main_ts);
    ck_assert_int_eq(GilInterpreterView_End(view, UINT64_MAX), 0);
    GilThreadState_Delete(fresh);
    GilThreadState_Delete(other);
}
END_TEST

static int
signal_in_main(int signum, void *unused)
{
    (void)signum;
    (void)unused;
    ck_assert_ptr_eq(GilThreadState_Get(), main_ts);
    tried++;
    ck_assert_int_eq(GilInterpreterView_End(view, UINT64_MAX), -1);
    return 0;
}

/* The poll that makes the callback is in another interpreter. */
START_TEST(test_C4_the_end_of_the_interpreter_that_a_callback_comes_back_to)
{
    GilThreadState_Swap(main_ts);
    ck_assert_int_eq(GilSignal_Watch(SIGUSR1, signal_in_main, NULL, GIL_SIGNAL_POSTED), 0);
    GilThreadState_Swap(other);
    ck_assert_int_eq(GilErr_SetInterruptEx(SIGUSR1), 0);
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_ptr_eq(GilThreadState_Get(), other);
}
END_TEST

/* Here its own place is in the way, which would be waited for. */
static void
at_exit(void *unused)
{
    GilThreadState *was = GilThreadState_Swap(main_ts);

    (void)unused;
    tried++;
    ck_assert_int_eq(gil_inside_call(NULL), 1);
    ck_assert_int_eq(gil_inside_call(main_ts->interp->gate), 1);
    ck_assert_int_eq(gil_inside_call(was->interp->gate), 0);
    ck_assert_int_eq(Gil_FinalizeTimed(UINT64_MAX), -1);
    errno = 0;
    ck_assert_int_eq(GilOS_Fork(), -1);
    ck_assert_int_eq(errno, EBUSY);
    GilThreadState_Swap(was);
}

START_TEST(test_runtime_inside__a_call_at_exit_of_another_interpreter)
{
    ck_assert_int_eq(GilUnstable_AtExit(other->interp, at_exit, NULL), 0);
    ck_assert_int_eq(Gil_EndInterpreter(other), 0);
}
END_TEST

static void
asked_to_end(const GilLifeEvent *event, void *unused)
{
    (void)unused;
    if (event->kind != GIL_LIFE_CLOSING)
        return;
    tried++;
    ck_assert_int_eq(gil_inside_call(other->interp->gate), 1);
    ck_assert_int_eq(Gil_EndInterpreter(other), -1);
    ck_assert(GilErr_ExceptionMatches(GilExc_SystemError));
    GilErr_Clear();
    GilThreadState_Swap(main_ts);
    ck_assert_int_eq(Gil_FinalizeTimed(UINT64_MAX), -1);
    GilThreadState_Swap(other);
}

START_TEST(test_runtime_inside__the_hook_of_a_request)
{
    Gil_SetLifeHook(asked_to_end, NULL);
    ck_assert_int_eq(GilInterpreterView_RequestEnd(view), 0);
    Gil_SetLifeHook(NULL, NULL);
    ck_assert_int_eq(Gil_EndInterpreter(other), 0);
}
END_TEST

static void
hear_of_an_error(const GilUnraisable *error, void *unused)
{
    (void)error;
    (void)unused;
    is_refused(1);
}

static int
hear_of_a_warning(const GilWarning *warning, void *unused)
{
    (void)warning;
    (void)unused;
    is_refused(1);
    return 0;
}

/* Who has an error or a warning to tell comes back from the host's hook. */
START_TEST(test_runtime_inside__the_hook_for_unraisable_errors)
{
    GilErr_SetUnraisableHook(hear_of_an_error, NULL);
    GilErr_SetString(GilExc_ValueError, "nobody's");
    GilErr_WriteUnraisable(NULL);
    GilErr_SetUnraisableHook(NULL, NULL);
    ck_assert_int_eq(gil_inside_interp(other->interp->gate), 0);
}
END_TEST

START_TEST(test_runtime_inside__the_hook_for_warnings)
{
    GilErr_SetWarningHook(hear_of_a_warning, NULL);
    ck_assert_int_eq(GilErr_WarnEx(NULL, "old", 1), 0);
    GilErr_SetWarningHook(NULL, NULL);
    ck_assert_int_eq(gil_inside_interp(other->interp->gate), 0);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("runtime/inside");
    TCase *tc = tcase_create("inside");

    tcase_add_checked_fixture(tc, start, stop);
    tcase_add_test(tc, test_runtime_inside__a_pending_call_of_another_interpreter);
    tcase_add_test(tc, test_runtime_inside__a_destructor_of_another_interpreter);
    tcase_add_test(tc, test_runtime_inside__a_collection_of_another_interpreter);
    tcase_add_test(tc, test_runtime_inside__a_walk_of_another_interpreters_objects);
    tcase_add_test(tc, test_runtime_inside__a_stay_in_another_interpreter);
    tcase_add_test(tc, test_runtime_inside__a_stay_elsewhere_that_began_in_another_interpreter);
    tcase_add_test(tc, test_runtime_inside__a_stay_elsewhere_that_began_in_a_region_of_another_interpreter);
    tcase_add_loop_test(tc, test_runtime_inside__a_region_of_another_interpreter, 0, 3);
    tcase_add_test(tc, test_runtime_inside__no_region_where_a_new_state_was_looked_at);
    tcase_add_test(tc, test_C4_the_end_of_the_interpreter_that_a_callback_comes_back_to);
    tcase_add_test(tc, test_runtime_inside__a_call_at_exit_of_another_interpreter);
    tcase_add_test(tc, test_runtime_inside__the_hook_of_a_request);
    tcase_add_test(tc, test_runtime_inside__the_hook_for_unraisable_errors);
    tcase_add_test(tc, test_runtime_inside__the_hook_for_warnings);
    suite_add_tcase(s, tc);
    return s;
}
