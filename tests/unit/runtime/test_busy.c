/* SPDX-License-Identifier: MIT */
/* Who keeps an interpreter from ending: a line for each kind, or one event. */
#include "support/support.h"

#include "gilrt/guard.h"
#include "gilrt/life.h"
#include "gilrt/print.h"
#include "gilrt/state.h"
#include "runtime/busy.h"
#include "state/tstate.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char said[4000];
static GilLifeEvent heard;

static void
append(const char *text, size_t size, void *unused)
{
    (void)unused;
    strncat(said, text, size);
}

static void
hear(const GilLifeEvent *event, void *unused)
{
    (void)unused;
    heard = *event;
}

static void
start(void)
{
    said[0] = '\0';
    memset(&heard, 0, sizeof heard);
    Gil_SetErrorPrintHook(append, NULL);
}

static void
stop(void)
{
    Gil_SetLifeHook(NULL, NULL);
    Gil_SetErrorPrintHook(NULL, NULL);
}

static const struct {
    GilHolder holder;
    const char *line;
} kinds[] = {
    {{.kind = GIL_HOLDER_GUARD, .line = 12, .file = "host.c", .thread = 0x1f, .age_ns = 1234567890},
     "a guard is open for 1.234 s, opened by thread 0x1f at host.c:12"},
    {{.kind = GIL_HOLDER_GUARD, .thread = 0x1f}, "a guard is open for 0.000 s, opened by thread 0x1f at an unknown place:0"},
    {{.kind = GIL_HOLDER_VISIT, .thread = 0x1f, .state = 7}, "thread 0x1f is inside by a view (state 7)"},
    {{.kind = GIL_HOLDER_CALL, .file = "GilOS_Fork", .thread = 0x1f, .age_ns = 5000000}, "thread 0x1f is in GilOS_Fork() for 0.005 s"},
    {{.kind = GIL_HOLDER_ENDER, .thread = 0x1f}, "thread 0x1f is ending it"},
    {{.kind = GIL_HOLDER_EXIT, .thread = 0x1f, .age_ns = 61000000000},
     "thread 0x1f exits, and lets go of what it held, for 61.000 s"},
    {{.kind = GIL_HOLDER_LOCK, .thread = 0x1f, .state = 7}, "thread 0x1f does not leave its lock (state 7)"},
};

START_TEST(test_runtime_busy__a_line_for_each_kind)
{
    struct gil_busy busy = {.interp = 3, .inside = 1, .holders = {kinds[_i].holder}};
    char line[300];

    (void)snprintf(line, sizeof line, "gilrt: the_caller: interpreter 3 does not end: %s\n", kinds[_i].line);
    ck_assert_int_eq(gil_busy_tell(&busy, "the_caller"), 1);
    ck_assert_str_eq(said, line);
}
END_TEST

/* More than there is room for are counted. */
START_TEST(test_runtime_busy__so_many_are_told)
{
    struct gil_busy busy = {.inside = GIL_BUSY_TOLD + 3};
    size_t lines = 0;

    ck_assert_int_eq(gil_busy_tell(&busy, "the_caller"), GIL_BUSY_TOLD + 3);
    for (const char *at = said; (at = strchr(at, '\n')) != NULL; at++)
        lines++;
    ck_assert_uint_eq(lines, GIL_BUSY_TOLD + 1);
    ck_assert_ptr_nonnull(strstr(said, "gilrt: the_caller: interpreter 0 does not end: 3 more are inside\n"));
}
END_TEST

/* The last left while this was on its way: still the end was in vain. */
START_TEST(test_runtime_busy__nobody_is_one)
{
    struct gil_busy busy = {.inside = 0};

    ck_assert_int_eq(gil_busy_tell(&busy, "the_caller"), 1);
    ck_assert_str_eq(said, "gilrt: the_caller: interpreter 0 does not end: whoever was inside has left just now\n");
}
END_TEST

START_TEST(test_runtime_busy__a_hook_hears_it_alone)
{
    struct gil_busy busy = {.interp = 3, .inside = 2};
    GilThreadState ts = {.interp_id = 3};

    Gil_SetLifeHook(hear, NULL);
    ck_assert_int_eq(gil_busy_tell(&busy, "the_caller"), 2);
    ck_assert_int_eq(heard.kind, GIL_LIFE_BUSY);
    ck_assert_int_eq(heard.interp, 3);
    ck_assert_uint_eq(heard.count, 2);
    gil_busy_tell_waiting(&ts, 7, "the_caller");
    ck_assert_int_eq(heard.kind, GIL_LIFE_WAITING);
    ck_assert_int_eq(heard.interp, 3);
    ck_assert_uint_eq(heard.state, 7);
    ck_assert_str_eq(heard.func, "the_caller");
    ck_assert_str_eq(said, "");
}
END_TEST

START_TEST(test_runtime_busy__a_wait_without_a_hook_is_a_line)
{
    GilThreadState ts = {.interp_id = 3};

    gil_busy_tell_waiting(&ts, 7, "the_caller");
    ck_assert_str_eq(said, "gilrt: the_caller: waits for the lock of interpreter 3; thread state 7 has it\n");
}
END_TEST

/* A guard of a living interpreter, as it is found. */
START_TEST(test_runtime_busy__finds_who_is_inside)
{
    struct gil_busy busy;

    gil_test_start();
    GilInterpreterGuard *guard = GilInterpreterGuard_FromCurrent();
    gil_busy_find(&busy, GilInterpreterState_Get());
    ck_assert_int_eq(busy.interp, 0);
    ck_assert_uint_eq(busy.inside, 1);
    ck_assert_int_eq(busy.holders[0].kind, GIL_HOLDER_GUARD);
    ck_assert_ptr_nonnull(strstr(busy.holders[0].file, "test_busy.c"));
    GilInterpreterGuard_Close(guard);
    gil_test_stop();
}
END_TEST

static GilInterpreterView *some_view;

static void *
visit_and_exit(void *unused)
{
    (void)GilThreadState_EnsureFromView(some_view);
    Gil_BEGIN_ALLOW_THREADS
    pthread_exit(NULL);
    Gil_END_ALLOW_THREADS
    return unused;
}

/* Where there is no room for all: the guard that is open longest is the likeliest to have been forgotten. */
START_TEST(test_runtime_busy__the_oldest_are_told)
{
    GilInterpreterGuard *guards[GIL_BUSY_TOLD];
    struct gil_busy busy;
    pthread_t thread;
    int first = __LINE__ + 5;

    gil_test_start();
    for (int i = 0; i < GIL_BUSY_TOLD; i++)
        guards[i] = i == 0 ?
                        GilInterpreterGuard_FromCurrent() :
                        GilInterpreterGuard_FromCurrent();
    some_view = GilInterpreterView_FromCurrent();
    Gil_BEGIN_ALLOW_THREADS
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(pthread_create(&thread, NULL, visit_and_exit, NULL), 0);
        ck_assert_int_eq(pthread_join(thread, NULL), 0);
    }
    Gil_END_ALLOW_THREADS
    gil_busy_find(&busy, GilInterpreterState_Get());
    ck_assert_uint_eq(busy.inside, GIL_BUSY_TOLD + 2);
    for (int i = 0; i < GIL_BUSY_TOLD; i++) {
        ck_assert_int_eq(busy.holders[i].kind, GIL_HOLDER_GUARD);
        ck_assert_int_eq(busy.holders[i].line, i == GIL_BUSY_TOLD - 1 ? first : first + 1);
    }
    ck_assert_int_eq(gil_busy_tell(&busy, "the_caller"), GIL_BUSY_TOLD + 2);
    ck_assert_int_eq(atoi(strrchr(strtok(said, "\n"), ':') + 1), first);
    for (int i = 0; i < GIL_BUSY_TOLD; i++)
        GilInterpreterGuard_Close(guards[i]);
    GilInterpreterView_Close(some_view);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("runtime/busy");
    TCase *tc = tcase_create("busy");

    tcase_add_checked_fixture(tc, start, stop);
    tcase_add_loop_test(tc, test_runtime_busy__a_line_for_each_kind, 0, sizeof kinds / sizeof kinds[0]);
    tcase_add_test(tc, test_runtime_busy__so_many_are_told);
    tcase_add_test(tc, test_runtime_busy__nobody_is_one);
    tcase_add_test(tc, test_runtime_busy__a_hook_hears_it_alone);
    tcase_add_test(tc, test_runtime_busy__a_wait_without_a_hook_is_a_line);
    tcase_add_test(tc, test_runtime_busy__finds_who_is_inside);
    tcase_add_test(tc, test_runtime_busy__the_oldest_are_told);
    suite_add_tcase(s, tc);
    return s;
}
