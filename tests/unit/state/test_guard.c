/* SPDX-License-Identifier: MIT */
/* Guards: a guard or an error, and the end waits for guards. */
#include "unit/state/world.h"

#include "base/mem.h"
#include "gilrt/interp.h"

#include <string.h>

static const char *raised;

static void
note_runtime_error(GilThreadState *ts, const char *why)
{
    (void)ts;
    raised = why;
}

static void
note_no_memory(GilThreadState *ts)
{
    (void)ts;
    raised = "no memory";
}

START_TEST(test_state_guard__counts)
{
    ck_assert_uint_eq(gil_gate_inside(world_ts->interp->gate), 1);
    GilInterpreterGuard *guard = GilInterpreterGuard_FromCurrent();
    ck_assert_uint_eq(gil_gate_inside(world_ts->interp->gate), 2);
    GilInterpreterGuard_Close(guard);
    GilInterpreterGuard_Close(NULL);
    ck_assert_uint_eq(gil_gate_inside(world_ts->interp->gate), 1);
}
END_TEST

START_TEST(test_state_guard__no_memory_is_an_error)
{
    gil_state_hooks.no_memory = note_no_memory;
    gil_mem_fail_nth(1, 0);
    ck_assert_ptr_null(GilInterpreterGuard_FromCurrent());
    gil_mem_fail_nth(0, 0);
    ck_assert_str_eq(raised, "no memory");
    ck_assert_uint_eq(gil_gate_inside(world_ts->interp->gate), 1);
}
END_TEST

START_TEST(test_state_guard__after_admission_closed_is_an_error)
{
    struct gil_mem_stats before, after;

    gil_state_hooks.runtime_error = note_runtime_error;
    gil_gate_close(world_ts->interp->gate);
    gil_raw_stats(&before);
    ck_assert_ptr_null(GilInterpreterGuard_FromCurrent());
    gil_raw_stats(&after);
    ck_assert_uint_eq(after.blocks, before.blocks);
    ck_assert_str_eq(raised, "GilInterpreterGuard_FromCurrent: the interpreter is ending");
    ck_assert_int_eq(gil_gate_enter(world_ts->interp->gate), -1);
    ck_assert_uint_eq(gil_gate_inside(world_ts->interp->gate), 1);
}
END_TEST

static int worked;

/* Works under the guard while the end waits for it: closing is its last act. */
static void *
work_and_close(void *unused)
{
    (void)unused;
    GilThreadStateToken *token = GilThreadState_Ensure(world_guard);
    worked = 1;
    GilThreadState_Release(token);
    GilInterpreterGuard_Close(world_guard);
    return NULL;
}

START_TEST(test_state_guard__the_end_waits_for_open_guards)
{
    pthread_t thread;

    gil_gate_close(world_ts->interp->gate);
    /* Attached here: the thread cannot work before the wait below leaves the lock. */
    thread = world_thread(work_and_close, NULL);
    world_until_waiting(world_ts->interp, 1);
    world_shut(world_ts);
    ck_assert_int_eq(worked, 1);
    ck_assert_uint_eq(gil_gate_inside(world_ts->interp->gate), 0);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    gil_interp_close(world_ts);
    gil_interp_delete(world_ts);
    ck_assert_uint_eq(gil_tstate_blocks(), 0);
}
END_TEST

/* --- holders --- */

START_TEST(test_state_guard__says_where_it_was_opened)
{
    GilHolder holders[4];
    int line = __LINE__ + 1;
    GilInterpreterGuard *here = GilInterpreterGuard_FromCurrent();
    GilInterpreterGuard *nowhere = (GilInterpreterGuard_FromCurrent)();

    ck_assert_uint_eq(GilInterpreterState_GetHolders(world_ts->interp, holders, 4), 3);
    ck_assert_int_eq(holders[0].kind, GIL_HOLDER_GUARD);
    ck_assert_str_eq(holders[0].file, "");
    ck_assert_int_eq(holders[0].line, 0);
    ck_assert_ptr_nonnull(strstr(holders[1].file, "test_guard.c"));
    ck_assert_int_eq(holders[1].line, line);
    ck_assert_uint_eq(holders[1].thread, (uint64_t)pthread_self());
    ck_assert_uint_ge(holders[2].age_ns, holders[1].age_ns);
    /* As many as fit, and none beyond; and how many there are. */
    memset(holders, 0x55, sizeof holders);
    ck_assert_uint_eq(GilInterpreterState_GetHolders(world_ts->interp, holders, 1), 3);
    ck_assert_int_eq(holders[1].kind, 0x55555555);
    ck_assert_uint_eq(GilInterpreterState_GetHolders(world_ts->interp, NULL, 0), 3);
    ck_assert_uint_eq(GilInterpreterState_GetHolders(NULL, holders, 1), 0);
    GilInterpreterGuard_Close(here);
    GilInterpreterGuard_Close(nowhere);
    ck_assert_uint_eq(GilInterpreterState_GetHolders(world_ts->interp, holders, 4), 1);
}
END_TEST

/* A program that knows a larger struct gets zeros beyond; a smaller one than any is none. */
START_TEST(test_state_guard__holders_keep_to_their_size)
{
    struct {
        GilHolder known;
        char more[16];
    } holders[2];

    memset(holders, 0x55, sizeof holders);
    ck_assert_uint_eq(_GilInterpreterState_GetHoldersSized(world_ts->interp, &holders[0].known, 2, sizeof holders[0]), 1);
    ck_assert_int_eq(holders[0].known.kind, GIL_HOLDER_GUARD);
    ck_assert_int_eq(holders[0].more[0], 0);
    ck_assert_int_eq(holders[1].known.kind, 0x55555555);
    ck_assert_uint_eq(_GilInterpreterState_GetHoldersSized(world_ts->interp, &holders[0].known, 2, 8), 0);
}
END_TEST

START_TEST(test_state_guard__keeps_the_end_of_a_long_name)
{
    GilHolder holder;
    GilInterpreterGuard *guard = _GilInterpreterGuard_FromCurrentAt(
        "/a/very/long/name/of/a/directory/that/nobody/wants/to/read/to/its/end/engine.c", 7);

    ck_assert_uint_eq(GilInterpreterState_GetHolders(world_ts->interp, &holder, 1), 2);
    ck_assert_uint_eq(strlen(holder.file), sizeof holder.file - 1);
    ck_assert_str_eq(holder.file + strlen(holder.file) - 9, "/engine.c");
    GilInterpreterGuard_Close(guard);
}
END_TEST

/* --- views --- */

START_TEST(test_state_guard__a_view_outlives_its_interpreter)
{
    int64_t id = world_ts->interp->id;
    GilInterpreterView *view = GilInterpreterView_FromCurrent(), *main_view = GilInterpreterView_FromMain();

    ck_assert_ptr_nonnull(view);
    ck_assert_ptr_nonnull(main_view);
    ck_assert_int_eq(GilInterpreterView_GetID(view), id);
    GilInterpreterGuard *guard = GilInterpreterGuard_FromView(view);
    ck_assert_ptr_nonnull(guard);
    GilInterpreterGuard_Close(guard);
    GilInterpreterGuard_Close(world_guard);
    world_interp_end(world_ts);
    ck_assert_ptr_null(GilInterpreterGuard_FromView(view));
    ck_assert_ptr_null(GilThreadState_EnsureFromView(main_view));
    ck_assert_ptr_null(GilInterpreterView_FromMain());
    ck_assert_int_eq(GilInterpreterView_GetID(view), id);
    /* Another interpreter is not taken for it. */
    world_start();
    ck_assert_ptr_null(GilInterpreterGuard_FromView(view));
    ck_assert_ptr_null(GilInterpreterGuard_FromView(main_view));
    GilInterpreterView_Close(view);
    GilInterpreterView_Close(main_view);
    GilInterpreterView_Close(NULL);
    ck_assert_ptr_null(GilInterpreterGuard_FromView(NULL));
    ck_assert_int_eq(GilInterpreterView_GetID(NULL), -1);
    world_stop();
}
END_TEST

START_TEST(test_state_guard__a_visit_is_counted_once_a_thread)
{
    GilInterpreterView *view = GilInterpreterView_FromCurrent();
    GilHolder holders[2];

    GilThreadStateToken *outer = GilThreadState_EnsureFromView(view);
    ck_assert_ptr_nonnull(outer);
    ck_assert_uint_eq(gil_gate_inside(world_ts->interp->gate), 2);
    GilThreadStateToken *inner = GilThreadState_EnsureFromView(view);
    ck_assert_ptr_nonnull(inner);
    ck_assert_uint_eq(gil_gate_inside(world_ts->interp->gate), 2);
    ck_assert_uint_eq(GilInterpreterState_GetHolders(world_ts->interp, holders, 2), 2);
    ck_assert_int_eq(holders[1].kind, GIL_HOLDER_VISIT);
    ck_assert_uint_eq(holders[1].state, world_ts->id);
    ck_assert_uint_eq(holders[1].thread, (uint64_t)pthread_self());
    /* The inner pair needs no leave of the gate, also when that is closing. */
    gil_gate_close(world_ts->interp->gate);
    GilThreadStateToken *third = GilThreadState_EnsureFromView(view);
    ck_assert_ptr_nonnull(third);
    GilThreadState_Release(third);
    gil_gate_reopen(world_ts->interp->gate);
    GilThreadState_Release(inner);
    ck_assert_uint_eq(gil_gate_inside(world_ts->interp->gate), 2);
    GilThreadState_Release(outer);
    ck_assert_uint_eq(gil_gate_inside(world_ts->interp->gate), 1);
    ck_assert_ptr_eq(gil_tstate_attached(), world_ts);
    GilInterpreterView_Close(view);
}
END_TEST

static void *
visit(void *view)
{
    GilThreadState_Release(GilThreadState_EnsureFromView(view));
    return NULL;
}

/* It has its place before it has the lock, so it is named before. */
START_TEST(test_state_guard__a_visitor_that_waits_for_the_lock_is_named)
{
    GilInterpreterView *view = GilInterpreterView_FromCurrent();
    GilHolder holders[2];
    GilThreadInfo threads[2];

    pthread_t visitor = world_thread(visit, view);
    world_until_waiting(world_ts->interp, 1);
    ck_assert_uint_eq(GilInterpreterState_GetHolders(world_ts->interp, holders, 2), 2);
    ck_assert_int_eq(holders[1].kind, GIL_HOLDER_VISIT);
    ck_assert_uint_eq(holders[1].thread, (uint64_t)visitor);
    ck_assert_uint_eq(GilInterpreterView_ListThreads(view, threads, 2), 2);
    ck_assert(threads[0].inside && !threads[0].attached && threads[0].state == holders[1].state);
    world_join(visitor);
    ck_assert_uint_eq(GilInterpreterState_GetHolders(world_ts->interp, holders, 2), 1);
    GilInterpreterView_Close(view);
}
END_TEST

START_TEST(test_state_guard__a_visit_without_memory_is_none)
{
    GilInterpreterView *view = GilInterpreterView_FromCurrent();
    GilThreadState *ts = world_interp_new();

    /* Another interpreter is attached, so this thread needs a new state. */
    GilThreadState_Swap(ts);
    gil_mem_fail_nth(1, 1);
    GilInterpreterGuard *guard = GilInterpreterGuard_FromView(view);
    gil_mem_fail_nth(0, 0);
    ck_assert_ptr_null(guard);
    ck_assert_uint_eq(gil_gate_inside(world_ts->interp->gate), 1);
    world_interp_end(ts);
    GilThreadState_Swap(world_ts);
    GilInterpreterView_Close(view);
}
END_TEST

static void *
visit_across(void *view)
{
    GilThreadStateToken *token = GilThreadState_EnsureFromView(view);
    ck_assert_ptr_nonnull(token);
    GilThreadState *outer = GilThreadState_Get();
    GilThreadState *ts = world_interp_new();
    GilInterpreterView *other;

    GilThreadState_Swap(ts);
    other = GilInterpreterView_FromCurrent();
    GilThreadState_Swap(outer);
    GilThreadStateToken *across = GilThreadState_EnsureFromView(other);
    ck_assert_ptr_eq(GilInterpreterState_Get(), ts->interp);
    ck_assert_uint_eq(gil_gate_inside(ts->interp->gate), 1);
    /* Back to the first, which is between: a nested pair finds that this thread is inside already. */
    GilThreadStateToken *back = GilThreadState_EnsureFromView(view);
    ck_assert_ptr_nonnull(back);
    ck_assert_ptr_eq(GilInterpreterState_Get(), outer->interp);
    GilThreadState_Release(back);
    GilThreadState_Release(across);
    ck_assert_uint_eq(gil_gate_inside(ts->interp->gate), 0);
    ck_assert_ptr_eq(GilThreadState_Get(), outer);
    GilThreadState_Swap(ts);
    world_interp_end(ts);
    GilThreadState_Swap(outer);
    GilThreadState_Release(token);
    GilInterpreterView_Close(other);
    return NULL;
}

START_TEST(test_state_guard__visits_nest_across_interpreters)
{
    GilInterpreterView *view = GilInterpreterView_FromCurrent();

    world_join(world_thread(visit_across, view));
    ck_assert_uint_eq(gil_gate_inside(world_ts->interp->gate), 1);
    GilInterpreterView_Close(view);
}
END_TEST

enum { TAKERS = 4 };
static int taken[TAKERS], go;

static void *
take_until_refused(void *count)
{
    world_until(&go, 1);
    while (gil_gate_enter(world_ts->interp->gate) == 0) {
        ++*(int *)count;
        gil_gate_leave(world_ts->interp->gate);
    }
    return NULL;
}

START_TEST(test_state_guard__closing_races_with_takers)
{
    pthread_t threads[TAKERS];

    for (int i = 0; i < TAKERS; i++)
        threads[i] = world_thread(take_until_refused, &taken[i]);
    gil_store_release(&go, 1);
    GilInterpreterGuard_Close(world_guard);
    gil_gate_close(world_ts->interp->gate);
    world_shut(world_ts);
    ck_assert_uint_eq(gil_gate_inside(world_ts->interp->gate), 0);
    for (int i = 0; i < TAKERS; i++)
        world_join(threads[i]);
    ck_assert_uint_eq(gil_gate_inside(world_ts->interp->gate), 0);
    gil_interp_close(world_ts);
    gil_interp_delete(world_ts);
}
END_TEST

static void
close_twice(void *unused)
{
    (void)unused;
    gil_gate_leave(world_ts->interp->gate);
    gil_gate_leave(world_ts->interp->gate);
}

static void
close_guard_twice(void *unused)
{
    (void)unused;
    GilInterpreterGuard *guard = GilInterpreterGuard_FromCurrent();
    (void)GilInterpreterGuard_FromCurrent();
    GilInterpreterGuard_Close(guard);
    GilInterpreterGuard_Close(guard);
}

static void
ensure_null(void *unused)
{
    (void)unused;
    (void)GilThreadState_Ensure(NULL);
}

static void
visit_null(void *unused)
{
    (void)unused;
    (void)GilThreadState_EnsureFromView(NULL);
}

static void
close_view_twice(void *unused)
{
    (void)unused;
    GilInterpreterView *view = GilInterpreterView_FromCurrent();
    GilInterpreterView_Close(view);
    GilInterpreterView_Close(view);
}

static void
close_view_twice_after_the_end(void *unused)
{
    (void)unused;
    GilThreadState *ts = GilEval_SaveThread(), *other = world_interp_new();
    GilEval_RestoreThread(other);
    GilInterpreterView *view = GilInterpreterView_FromCurrent();
    (void)world_interp_end(other);
    GilEval_RestoreThread(ts);
    GilInterpreterView_Close(view);
    GilInterpreterView_Close(view);
}

START_TEST(test_state_guard__misuse_stops_the_process)
{
    gil_test_expect_abort(close_twice, NULL, "a guard is closed that is not open");
#ifndef __SANITIZE_ADDRESS__ /* which says so itself, of the look at what is freed */
    gil_test_expect_abort(close_guard_twice, NULL, "GilInterpreterGuard_Close: the guard was closed before");
#else
    (void)close_guard_twice;
#endif
    gil_test_expect_abort(close_view_twice, NULL, "GilInterpreterView_Close: the view is not open");
    gil_test_expect_abort(close_view_twice_after_the_end, NULL, "GilInterpreterView_Close: the view is not open");
    gil_test_expect_abort(ensure_null, NULL, "GilThreadState_Ensure: the guard is NULL");
    gil_test_expect_abort(visit_null, NULL, "GilThreadState_EnsureFromView: the view is NULL");
}
END_TEST

Suite *
suite(void)
{
    Suite *suite = suite_create("state/guard");
    TCase *tcase = tcase_create("guard"), *ended = tcase_create("ended");

    tcase_add_checked_fixture(tcase, world_start, world_stop);
    tcase_add_test(tcase, test_state_guard__counts);
    tcase_add_test(tcase, test_state_guard__no_memory_is_an_error);
    tcase_add_test(tcase, test_state_guard__misuse_stops_the_process);
    tcase_add_test(tcase, test_state_guard__says_where_it_was_opened);
    tcase_add_test(tcase, test_state_guard__holders_keep_to_their_size);
    tcase_add_test(tcase, test_state_guard__keeps_the_end_of_a_long_name);
    tcase_add_test(tcase, test_state_guard__a_visit_is_counted_once_a_thread);
    tcase_add_test(tcase, test_state_guard__a_visitor_that_waits_for_the_lock_is_named);
    tcase_add_test(tcase, test_state_guard__a_visit_without_memory_is_none);
    tcase_add_test(tcase, test_state_guard__visits_nest_across_interpreters);
    tcase_add_checked_fixture(ended, world_start, NULL);
    tcase_add_test(ended, test_state_guard__after_admission_closed_is_an_error);
    tcase_add_test(ended, test_state_guard__a_view_outlives_its_interpreter);
    tcase_add_test(ended, test_state_guard__the_end_waits_for_open_guards);
    tcase_add_test(ended, test_state_guard__closing_races_with_takers);
    suite_add_tcase(suite, tcase);
    suite_add_tcase(suite, ended);
    return suite;
}
