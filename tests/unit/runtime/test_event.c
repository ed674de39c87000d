/* SPDX-License-Identifier: MIT */
/* Events in the life of interpreters: which, in what order, and in what state of the thread. */
#include "support/support.h"

#include "base/atomic.h"
#include "gilrt/config.h"
#include "gilrt/error.h"
#include "gilrt/guard.h"
#include "gilrt/interp.h"
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
    ck_assert_int_eq(GilThreadState_IsAttached(), event->kind != GIL_LIFE_ENDED && event->kind != GIL_LIFE_OPENED);
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
    ck_assert_str_eq(seen, "1293");
    ck_assert_uint_eq(inside, 1);
    GilInterpreterGuard_Close(guard);
    gil_test_stop();
    ck_assert_str_eq(seen, "12932456");
    Gil_SetLifeHook(NULL, NULL);
    gil_test_start();
    gil_test_stop();
    ck_assert_uint_eq(events, 8);
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

static int ends[8];

static void
end_from_inside(const GilLifeEvent *event, void *unused)
{
    (void)unused;
    events++;
    if (GilThreadState_IsAttached())
        ends[event->kind] = Gil_FinalizeEx();
}

/* The runtime goes on where its start or its end was told of, and ends as asked. */
START_TEST(test_runtime_event__a_hook_cannot_end_what_it_is_told_of)
{
    Gil_SetLifeHook(end_from_inside, NULL);
    gil_test_start();
    ck_assert_int_eq(ends[GIL_LIFE_STARTED], -1);
    GilInterpreterGuard *guard = GilInterpreterGuard_FromCurrent();
    ck_assert_int_eq(Gil_FinalizeTimed(0), GIL_FINALIZE_BUSY);
    ck_assert_int_eq(ends[GIL_LIFE_CLOSING], -1);
    ck_assert_int_eq(ends[GIL_LIFE_BUSY], -1);
    GilInterpreterGuard_Close(guard);
    gil_test_stop();
    ck_assert_int_eq(ends[GIL_LIFE_CLOSED], -1);
    ck_assert_int_eq(ends[GIL_LIFE_TEARDOWN], -1);
    ck_assert_uint_eq(events, 8);
}
END_TEST

/* An error of the caller's is neither seen in a hook nor lost by it. */
static void
have_an_own_error(const GilLifeEvent *event, void *unused)
{
    (void)event;
    (void)unused;
    events++;
    ck_assert(GilErr_Occurred() == NULL);
    GilErr_SetString(GilExc_ValueError, "the hook's own");
    GilErr_Clear();
}

START_TEST(test_runtime_event__an_exception_that_was_pending_is_so_afterwards)
{
    gil_test_start();
    GilThreadState *main_ts = GilThreadState_Get(), *ts = Gil_NewInterpreter();
    ck_assert_ptr_nonnull(ts);
    GilInterpreterView *view = GilInterpreterView_FromCurrent();
    Gil_SetLifeHook(have_an_own_error, NULL);
    GilErr_SetString(GilExc_KeyError, "the caller's");
    ck_assert_int_eq(GilInterpreterView_RequestEnd(view), 0);
    ck_assert_uint_eq(events, 1);
    ck_assert_int_eq(GilErr_ExceptionMatches(GilExc_KeyError), 1);
    GilErr_Clear();
    Gil_SetLifeHook(NULL, NULL);
    ck_assert_int_eq(Gil_EndInterpreter(ts), 0);
    GilThreadState_Swap(main_ts);
    GilInterpreterView_Close(view);
    gil_test_stop();
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

/* --- what closes, and lets in again --- */

#define INTERPRETERS 3
static GilThreadState *first[INTERPRETERS];     /* the main one's and those of the others */
static GilInterpreterView *views[INTERPRETERS];
static char heard[INTERPRETERS][32];            /* of each, digit by digit */
static uint32_t hooks;                          /* that are running */

static int
is_open(GilInterpreterView *view)
{
    GilInterpreterGuard *guard = GilInterpreterGuard_FromView(view);

    GilInterpreterGuard_Close(guard);
    return guard != NULL;
}

static void
hear(const GilLifeEvent *event, void *unused)
{
    int i = 0;

    (void)unused;
    while (i < INTERPRETERS && GilInterpreterView_GetID(views[i]) != event->interp)
        i++;
    ck_assert_int_lt(i, INTERPRETERS);
    ck_assert_uint_lt(strlen(heard[i]), sizeof heard[i] - 1);
    heard[i][strlen(heard[i])] = (char)('0' + event->kind);
    /* It is so when it is told. */
    if (event->kind == GIL_LIFE_CLOSING || event->kind == GIL_LIFE_OPENED)
        ck_assert_int_eq(is_open(views[i]), event->kind == GIL_LIFE_OPENED);
}

/* The main interpreter, which the thread is attached to, and others. */
static void
start_several(void)
{
    gil_test_start();
    first[0] = GilThreadState_Get();
    views[0] = GilInterpreterView_FromCurrent();
    for (int i = 1; i < INTERPRETERS; i++) {
        first[i] = Gil_NewInterpreter();
        ck_assert_ptr_nonnull(first[i]);
        views[i] = GilInterpreterView_FromCurrent();
        GilThreadState_Swap(first[0]);
    }
    Gil_SetLifeHook(hear, NULL);
}

static void
stop_several(void)
{
    gil_test_stop();
    for (int i = 0; i < INTERPRETERS; i++)
        GilInterpreterView_Close(views[i]);
    for (int i = 1; i < INTERPRETERS; i++)
        GilThreadState_Delete(first[i]);
}

static void *
keep_the_lock(void *ts)
{
    GilEval_RestoreThread(ts);
    gil_store_release(&in_hook, 1);
    while (!gil_load_acquire(&may_return))
        sched_yield();
    GilEval_SaveThread();
    return NULL;
}

/* The end of the runtime closes all; one of them keeps it, and all are told that they are open again. */
START_TEST(test_runtime_event__all_that_close_are_told_to_be_open_again)
{
    pthread_t keeper;

    start_several();
    ck_assert_int_eq(pthread_create(&keeper, NULL, keep_the_lock, first[1]), 0);
    while (!gil_load_acquire(&in_hook))
        sched_yield();
    for (int i = 0; i < 2; i++)
        ck_assert_int_eq(Gil_FinalizeTimed(1000000), GIL_FINALIZE_BUSY);
    ck_assert_str_eq(heard[0], "2929");
    ck_assert_str_eq(heard[1], "293293");
    ck_assert_str_eq(heard[2], "2929");
    gil_store_release(&may_return, 1);
    ck_assert_int_eq(pthread_join(keeper, NULL), 0);
    stop_several();
    ck_assert_str_eq(heard[0], "29292456");
    ck_assert_str_eq(heard[1], "2932932456");
    ck_assert_str_eq(heard[2], "29292456");
}
END_TEST

/* BUSY alone says nothing of that: an end that was asked for is asked for still. */
START_TEST(test_runtime_event__it_lets_in_again_when_it_is_taken_back)
{
    start_several();
    GilInterpreterGuard *guard = GilInterpreterGuard_FromView(views[1]);
    ck_assert_int_eq(GilInterpreterView_CancelEnd(views[1]), 0);
    ck_assert_str_eq(heard[1], "");
    ck_assert_int_eq(GilInterpreterView_RequestEnd(views[1]), 0);
    ck_assert_int_eq(GilInterpreterView_End(views[1], 0), GIL_FINALIZE_BUSY);
    ck_assert_int_eq(GilInterpreterView_WaitEnd(views[1], 0), GIL_FINALIZE_BUSY);
    ck_assert_str_eq(heard[1], "233");
    ck_assert_int_eq(Gil_FinalizeTimed(0), GIL_FINALIZE_BUSY);
    ck_assert_str_eq(heard[0], "29");
    ck_assert_str_eq(heard[1], "2333");
    ck_assert_str_eq(heard[2], "29");
    ck_assert_int_eq(GilInterpreterView_CancelEnd(views[1]), 0);
    ck_assert_int_eq(GilInterpreterView_CancelEnd(views[1]), 0);
    ck_assert_str_eq(heard[1], "23339");
    ck_assert_int_eq(GilInterpreterView_End(views[1], 0), GIL_FINALIZE_BUSY);
    ck_assert_str_eq(heard[1], "23339293");
    GilInterpreterGuard_Close(guard);
    ck_assert_int_eq(GilInterpreterView_End(views[1], 0), 0);
    ck_assert_str_eq(heard[1], "233392932456");
    stop_several();
}
END_TEST

static int tried;

static void *
try_to_end(void *unused)
{
    GilHolder holder;

    /* Who tells is inside, and named; that it closes, and lets in again, is left to that one, who finds it open. */
    ck_assert_int_eq(GilInterpreterView_End(views[1], 0), GIL_FINALIZE_BUSY);
    ck_assert_uint_eq(GilInterpreterView_GetHolders(views[1], &holder, 1), 1);
    ck_assert_int_eq(holder.kind, GIL_HOLDER_CALL);
    ck_assert_str_eq(holder.file, "GilInterpreterView_CancelEnd");
    ck_assert_int_eq(GilInterpreterView_RequestEnd(views[1]), 0);
    return unused;
}

/* What comes while a step is told is told after it, in the same thread: hooks that are told of this meet in no order. */
static void
ask_anew(const GilLifeEvent *event, void *unused)
{
    pthread_t other;

    if (event->kind != GIL_LIFE_BUSY)
        ck_assert_uint_eq(gil_fetch_add_relaxed(&hooks, 1), 0);
    hear(event, unused);
    if (event->kind == GIL_LIFE_OPENED && ++tried == 1) {
        ck_assert_int_eq(GilInterpreterView_End(views[1], 0), GIL_FINALIZE_BUSY);
        ck_assert_int_eq(GilInterpreterView_RequestEnd(views[1]), 0);
        ck_assert(!is_open(views[1]));
    }
    else if (event->kind == GIL_LIFE_OPENED && tried == 2) {
        ck_assert_int_eq(pthread_create(&other, NULL, try_to_end, NULL), 0);
        ck_assert_int_eq(pthread_join(other, NULL), 0);
    }
    if (event->kind != GIL_LIFE_BUSY)
        gil_fetch_sub_relaxed(&hooks, 1);
}

START_TEST(test_runtime_event__what_closes_and_opens_is_told_by_turns)
{
    start_several();
    Gil_SetLifeHook(ask_anew, NULL);
    ck_assert_int_eq(GilInterpreterView_RequestEnd(views[1]), 0);
    ck_assert_int_eq(GilInterpreterView_CancelEnd(views[1]), 0);
    ck_assert_str_eq(heard[1], "2932");
    ck_assert_int_eq(GilInterpreterView_CancelEnd(views[1]), 0);
    ck_assert_str_eq(heard[1], "2932932");
    ck_assert(!is_open(views[1]));
    ck_assert_int_eq(GilInterpreterView_WaitEnd(views[1], 0), 0);
    ck_assert_str_eq(heard[1], "2932932456");
    stop_several();
}
END_TEST

static char of_new[3]; /* what is heard of the one that is being made */
static int steps;

static void
hear_of_the_new(const GilLifeEvent *event, void *unused)
{
    (void)unused;
    if (event->interp != 0 && event->kind <= GIL_LIFE_CLOSING && steps < 2)
        of_new[steps++] = (char)('0' + event->kind);
}

static int has_lock;

static void *
ask_as_soon_as_it_is_listed(void *view)
{
    GilInterpreterView *both[2];
    GilThreadStateToken *token = GilThreadState_EnsureFromView(view);

    gil_store_release(&has_lock, 1);
    while (GilInterpreterView_List(both, 2) < 2)
        GilInterpreterView_Close(both[0]);
    ck_assert_int_eq(GilInterpreterView_RequestEnd(both[0]), 0);
    GilInterpreterView_Close(both[0]);
    GilInterpreterView_Close(both[1]);
    GilThreadState_Release(token);
    return NULL;
}

/* Who asks has the lock that the maker waits for, and finds the end taken by that one, who then tells, and has to stop as well. */
START_TEST(test_runtime_event__the_end_of_one_that_is_being_made)
{
    GilInterpreterConfig config;
    GilThreadState *made;
    pthread_t asker;

    gil_test_start();
    GilInterpreterView *view = GilInterpreterView_FromCurrent();
    Gil_SetLifeHook(hear_of_the_new, NULL);
    GilInterpreterConfig_Init(&config);
    config.gil = GilInterpreterConfig_SHARED_GIL;
    GilThreadState *main_ts = GilEval_SaveThread();
    ck_assert_int_eq(pthread_create(&asker, NULL, ask_as_soon_as_it_is_listed, view), 0);
    while (!gil_load_acquire(&has_lock))
        sched_yield();
    ck_assert(!GilStatus_IsError(Gil_NewInterpreterFromConfig(&made, &config)));
    ck_assert_str_eq(of_new, "12");
    ck_assert_int_eq(Gil_Poll(), -1);
    GilErr_Clear();
    ck_assert_int_eq(Gil_EndInterpreter(made), 0);
    Gil_SetLifeHook(NULL, NULL);
    GilThreadState_Swap(main_ts);
    ck_assert_int_eq(pthread_join(asker, NULL), 0);
    GilInterpreterView_Close(view);
    gil_test_stop();
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
    tcase_add_test(tc, test_runtime_event__a_hook_cannot_end_what_it_is_told_of);
    tcase_add_test(tc, test_runtime_event__an_exception_that_was_pending_is_so_afterwards);
    tcase_add_test(tc, test_runtime_event__a_hook_may_be_taken_back_while_it_runs);
    tcase_add_test(tc, test_runtime_event__all_that_close_are_told_to_be_open_again);
    tcase_add_test(tc, test_runtime_event__it_lets_in_again_when_it_is_taken_back);
    tcase_add_test(tc, test_runtime_event__what_closes_and_opens_is_told_by_turns);
    tcase_add_test(tc, test_runtime_event__the_end_of_one_that_is_being_made);
    suite_add_tcase(s, tc);
    return s;
}
