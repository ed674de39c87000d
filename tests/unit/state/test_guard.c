/* SPDX-License-Identifier: MIT */
/* Guards: a guard or an error, and the end waits for guards. */
#include "unit/state/world.h"

#include "base/mem.h"

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
    ck_assert_uint_eq(gil_guard_count(world_ts->interp), 1);
    GilInterpreterGuard *guard = GilInterpreterGuard_FromCurrent();
    ck_assert_uint_eq(gil_guard_count(world_ts->interp), 2);
    GilInterpreterGuard_Close(guard);
    GilInterpreterGuard_Close(NULL);
    ck_assert_uint_eq(gil_guard_count(world_ts->interp), 1);
}
END_TEST

START_TEST(test_state_guard__no_memory_is_an_error)
{
    gil_state_hooks.no_memory = note_no_memory;
    gil_mem_fail_nth(1, 0);
    ck_assert_ptr_null(GilInterpreterGuard_FromCurrent());
    gil_mem_fail_nth(0, 0);
    ck_assert_str_eq(raised, "no memory");
    ck_assert_uint_eq(gil_guard_count(world_ts->interp), 1);
}
END_TEST

START_TEST(test_state_guard__after_admission_closed_is_an_error)
{
    struct gil_mem_stats before, after;

    gil_state_hooks.runtime_error = note_runtime_error;
    gil_guard_close_admission(world_ts->interp);
    gil_raw_stats(&before);
    ck_assert_ptr_null(GilInterpreterGuard_FromCurrent());
    gil_raw_stats(&after);
    ck_assert_uint_eq(after.blocks, before.blocks);
    ck_assert_str_eq(raised, "GilInterpreterGuard_FromCurrent: the interpreter is ending");
    ck_assert_int_eq(gil_guard_take(world_ts->interp), -1);
    ck_assert_uint_eq(gil_guard_count(world_ts->interp), 1);
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

    gil_guard_close_admission(world_ts->interp);
    /* Attached here: the thread cannot work before the wait below leaves the lock. */
    thread = world_thread(work_and_close, NULL);
    world_until_waiting(world_ts->interp, 1);
    gil_guard_wait(world_ts);
    ck_assert_int_eq(worked, 1);
    ck_assert_uint_eq(gil_guard_count(world_ts->interp), 0);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    gil_interp_close(world_ts);
    gil_interp_delete(world_ts);
    ck_assert_uint_eq(gil_tstate_blocks(), 0);
}
END_TEST

enum { TAKERS = 4 };
static int taken[TAKERS], go;

static void *
take_until_refused(void *count)
{
    world_until(&go, 1);
    while (gil_guard_take(world_ts->interp) == 0) {
        ++*(int *)count;
        gil_guard_drop(world_ts->interp);
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
    gil_guard_close_admission(world_ts->interp);
    gil_guard_wait(world_ts);
    ck_assert_uint_eq(gil_guard_count(world_ts->interp), 0);
    for (int i = 0; i < TAKERS; i++)
        world_join(threads[i]);
    ck_assert_uint_eq(gil_guard_count(world_ts->interp), 0);
    gil_interp_close(world_ts);
    gil_interp_delete(world_ts);
}
END_TEST

static void
close_twice(void *unused)
{
    (void)unused;
    gil_guard_drop(world_ts->interp);
    gil_guard_drop(world_ts->interp);
}

static void
ensure_null(void *unused)
{
    (void)unused;
    (void)GilThreadState_Ensure(NULL);
}

START_TEST(test_state_guard__misuse_stops_the_process)
{
    gil_test_expect_abort(close_twice, NULL, "a guard is closed that is not open");
    gil_test_expect_abort(ensure_null, NULL, "GilThreadState_Ensure: the guard is NULL");
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
    tcase_add_checked_fixture(ended, world_start, NULL);
    tcase_add_test(ended, test_state_guard__after_admission_closed_is_an_error);
    tcase_add_test(ended, test_state_guard__the_end_waits_for_open_guards);
    tcase_add_test(ended, test_state_guard__closing_races_with_takers);
    suite_add_tcase(suite, tcase);
    suite_add_tcase(suite, ended);
    return suite;
}
