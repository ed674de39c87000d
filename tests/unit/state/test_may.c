/* SPDX-License-Identifier: MIT */
/* What the code of an interpreter may do to the process, as the state layer keeps and enforces it. */
#include "state/may.h"

#include "world.h"

#include <stdio.h>
#include <string.h>

static char said[200];

static void
note_error(GilThreadState *ts, const char *why)
{
    (void)ts;
    snprintf(said, sizeof said, "%s", why);
}

static GilThreadState *
strict_interp(unsigned forbidden)
{
    struct gil_interp_config config = {.forbidden = forbidden, .ender = 1};
    GilThreadState *ts = NULL;

    ck_assert_int_eq(gil_interp_new(&config, &ts), 0);
    return ts;
}

static void
end(GilThreadState *ts)
{
    gil_tstate_attach(ts, "test");
    world_interp_end(ts);
}

START_TEST(test_state_may__each_thing_is_refused_by_itself)
{
    static const struct {
        unsigned what;
        const char *words;
    } things[] = {
        {GIL_MAY_FORK, "may not fork"},
        {GIL_MAY_EXEC, "may not execute another program"},
        {GIL_MAY_THREADS, "may not run in several threads"},
    };

    gil_state_hooks.runtime_error = note_error;
    for (int i = 0; i < 3; i++) {
        GilThreadState *ts = strict_interp(things[i].what);
        for (int k = 0; k < 3; k++) {
            said[0] = '\0';
            ck_assert_int_eq(GilInterpreterState_May(ts->interp, things[k].what), i != k);
            ck_assert_int_eq(gil_may(ts, things[k].what, "f"), i != k ? 0 : -1);
            ck_assert((strstr(said, things[i].words) != NULL) == (i == k));
        }
        ck_assert_int_eq(GilInterpreterState_May(ts->interp, ~0u), 0);
        gil_tstate_detach(world_ts, "test");
        end(ts);
        gil_tstate_attach(world_ts, "test");
    }
}
END_TEST

START_TEST(test_state_may__the_main_one_may_do_all)
{
    ck_assert_int_eq(GilInterpreterState_May(world_ts->interp, GIL_MAY_FORK | GIL_MAY_EXEC | GIL_MAY_THREADS), 1);
    ck_assert_int_eq(GilInterpreterState_CheckMay(GIL_MAY_FORK), 0);
    ck_assert_int_eq(GilInterpreterState_May(NULL, 0), 0);
}
END_TEST

static void *
cannot_enter(void *guard)
{
    ck_assert_ptr_null(GilThreadState_Ensure(guard));
    ck_assert_ptr_null(gil_tstate_attached());
    return NULL;
}

/* The thread that has the one state enters by it; another gets none; and when that one is gone another may be made. */
START_TEST(test_state_may__where_threads_are_forbidden_there_is_one_state)
{
    GilThreadState *ts = strict_interp(GIL_MAY_THREADS);

    ck_assert_ptr_null(GilThreadState_New(ts->interp));
    gil_tstate_detach(world_ts, "test");
    gil_tstate_attach(ts, "test");
    GilInterpreterGuard *guard = GilInterpreterGuard_FromCurrent();
    GilInterpreterView *view = GilInterpreterView_FromCurrent();
    ck_assert(guard != NULL && view != NULL);
    world_join(world_thread(cannot_enter, guard));
    gil_tstate_detach(ts, "test");
    GilThreadStateToken *token = GilThreadState_EnsureFromView(view);
    ck_assert_ptr_nonnull(token);
    ck_assert_ptr_eq(gil_tstate_attached(), ts);
    GilThreadState_Release(token);
    GilThreadState_Delete(ts);
    token = GilThreadState_Ensure(guard);
    ck_assert_ptr_nonnull(token);
    ts = gil_tstate_attached();
    ck_assert_ptr_null(GilThreadState_New(ts->interp));
    GilThreadState_Release(token);
    GilInterpreterGuard_Close(guard);
    GilInterpreterView_Close(view);
    end(ts);
    gil_tstate_attach(world_ts, "test");
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("state/may");
    TCase *tc = tcase_create("may"), *states = tcase_create("states");

    tcase_add_checked_fixture(tc, world_start, world_stop);
    tcase_add_test(tc, test_state_may__each_thing_is_refused_by_itself);
    tcase_add_test(tc, test_state_may__the_main_one_may_do_all);
    tcase_add_checked_fixture(states, world_start, NULL);
    tcase_add_test(states, test_state_may__where_threads_are_forbidden_there_is_one_state);
    suite_add_tcase(s, tc);
    suite_add_tcase(s, states);
    return s;
}
