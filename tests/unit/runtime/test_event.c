/* SPDX-License-Identifier: MIT */
/* Events in the life of interpreters: which, in what order, and in what state of the thread. */
#include "support/support.h"

#include "base/atomic.h"
#include "gilrt/config.h"
#include "gilrt/guard.h"
#include "gilrt/lock.h"
#include "gilrt/state.h"
#include "runtime/event.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>

static char seen[64];
static size_t events;
static uint64_t inside;

static void
note(const GilLifeEvent *event, void *data)
{
    ck_assert_str_eq(data, "data");
    ck_assert_uint_eq(event->size, sizeof *event);
    ck_assert_int_eq(event->interp, 0);
    ck_assert_int_eq(GilThreadState_IsAttached(), event->kind != GIL_LIFE_ENDED);
    if (event->kind == GIL_LIFE_BUSY)
        inside = event->count;
    seen[events++] = (char)('0' + event->kind);
    errno = ERANGE;
}

START_TEST(test_runtime_event__tells_each_step)
{
    char data[] = "data";

    Gil_SetLifeHook(note, data);
    gil_test_start();
    ck_assert_str_eq(seen, "1");
    GilInterpreterGuard *guard = GilInterpreterGuard_FromCurrent();
    ck_assert_int_eq(Gil_FinalizeTimed(0), GIL_FINALIZE_BUSY);
    ck_assert_str_eq(seen, "123");
    ck_assert_uint_eq(inside, 1);
    GilInterpreterGuard_Close(guard);
    gil_test_stop();
    ck_assert_str_eq(seen, "1232456");
    Gil_SetLifeHook(NULL, NULL);
    gil_test_start();
    gil_test_stop();
    ck_assert_uint_eq(events, 7);
}
END_TEST

START_TEST(test_runtime_event__keeps_errno_and_says_whether_it_told)
{
    GilLifeEvent event = {.size = sizeof event, .kind = GIL_LIFE_ENDED};
    char data[] = "data";

    ck_assert_int_eq(gil_event_tell(&event), 0);
    Gil_SetLifeHook(note, data);
    errno = EDOM;
    ck_assert_int_eq(gil_event_tell(&event), 1);
    ck_assert_int_eq(errno, EDOM);
}
END_TEST

static void
detach(const GilLifeEvent *event, void *unused)
{
    (void)unused;
    if (event->kind == GIL_LIFE_STARTED)
        GilEval_SaveThread();
}

static void
start_with_a_hook_that_detaches(void *unused)
{
    (void)unused;
    Gil_SetLifeHook(detach, NULL);
    gil_test_start();
}

START_TEST(test_runtime_event__a_hook_that_stays_detached_stops_the_process)
{
    gil_test_expect_abort(start_with_a_hook_that_detaches, NULL, "Gil_SetLifeHook: the hook was called attached and returned detached");
}
END_TEST

/* A hook that is taken back while another thread is in it: that call ends as it began, and no other follows. */
static int in_hook, may_return;

static void
stay(const GilLifeEvent *event, void *data)
{
    ck_assert_str_eq(data, "data");
    ck_assert_int_eq(event->kind, GIL_LIFE_CLOSING);
    events++;
    gil_store_release(&in_hook, 1);
    while (!gil_load_acquire(&may_return))
        sched_yield();
    ck_assert_str_eq(data, "data");
}

static void *
tell_two_steps(void *unused)
{
    gil_event_step(GIL_LIFE_CLOSING, 1);
    gil_event_step(GIL_LIFE_CLOSED, 1);
    return unused;
}

START_TEST(test_runtime_event__a_hook_may_be_taken_back_while_it_runs)
{
    static char data[] = "data";
    pthread_t thread;

    Gil_SetLifeHook(stay, data);
    ck_assert_int_eq(pthread_create(&thread, NULL, tell_two_steps, NULL), 0);
    while (!gil_load_acquire(&in_hook))
        sched_yield();
    Gil_SetLifeHook(NULL, NULL);
    gil_store_release(&may_return, 1);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    ck_assert_uint_eq(events, 1);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("runtime/event");
    TCase *tc = tcase_create("event");

    tcase_add_test(tc, test_runtime_event__tells_each_step);
    tcase_add_test(tc, test_runtime_event__keeps_errno_and_says_whether_it_told);
    tcase_add_test(tc, test_runtime_event__a_hook_that_stays_detached_stops_the_process);
    tcase_add_test(tc, test_runtime_event__a_hook_may_be_taken_back_while_it_runs);
    suite_add_tcase(s, tc);
    return s;
}
