/* SPDX-License-Identifier: MIT */
/* The end of the runtime beside threads that no guard tells of: they have a lock, want one, or exit. */
#include "support/support.h"

#include "base/atomic.h"
#include "gilrt/call.h"
#include "gilrt/error.h"
#include "gilrt/interp.h"
#include "gilrt/life.h"
#include "gilrt/list.h"
#include "gilrt/lock.h"
#include "gilrt/print.h"
#include "gilrt/state.h"
#include "gilrt/type.h"
#include "state/interp.h"
#include "state/tstate.h"

#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

static GilThreadState *main_ts;
static GilInterpreterView *of_main, *view; /* view: of another interpreter, which nobody is attached to */
static uint32_t events[GIL_LIFE_OPENED + 1]; /* of that */
static uint64_t waited_for;                   /* whose lock was waited for: the state */
static int evaluating, may_leave;

static void
count_events(const GilLifeEvent *event, void *unused)
{
    (void)unused;
    if (event->kind == GIL_LIFE_WAITING) {
        ck_assert(!GilThreadState_IsAttached());
        ck_assert_ptr_nonnull(event->func);
        gil_store_relaxed(&waited_for, event->state);
        gil_store_release(&may_leave, 1);
    }
    if (event->interp == GilInterpreterView_GetID(view))
        gil_fetch_add_relaxed(&events[event->kind], 1);
}

static void
start(void)
{
    gil_test_start();
    main_ts = GilThreadState_Get();
    of_main = GilInterpreterView_FromMain();
    ck_assert_ptr_nonnull(Gil_NewInterpreter());
    view = GilInterpreterView_FromCurrent();
    GilThreadState_Swap(main_ts);
    Gil_SetLifeHook(count_events, NULL);
}

static void
stop(void)
{
    ck_assert_ptr_eq(GilThreadState_GetUnchecked(), main_ts);
    gil_test_stop();
    GilInterpreterView_Close(view);
    GilInterpreterView_Close(of_main);
}

static pthread_t
thread(void *(*body)(void *), void *arg)
{
    pthread_t made;

    ck_assert_int_eq(pthread_create(&made, NULL, body, arg), 0);
    return made;
}

static void
join(pthread_t one)
{
    Gil_BEGIN_ALLOW_THREADS
    ck_assert_int_eq(pthread_join(one, NULL), 0);
    Gil_END_ALLOW_THREADS
}

/* Until ts owes its lock to the other thread: that has it as soon as ts is left, however late a busy machine runs it, and the limit of
 * an end cannot pass before. */
static void
until_claimed(GilThreadState *ts)
{
    while (!(gil_load_relaxed(&ts->block.brk) & _Gil_BRK_PREEMPT))
        sched_yield();
}

static int
is_open(void)
{
    GilInterpreterGuard *guard = GilInterpreterGuard_FromView(view);

    GilInterpreterGuard_Close(guard);
    return guard != NULL;
}

/* The only one who keeps what a view names from ending. */
static void
expect_holder(GilInterpreterView *of, int kind, pthread_t who)
{
    GilHolder holder;

    ck_assert_uint_eq(GilInterpreterView_GetHolders(of, &holder, 1), 1);
    ck_assert_int_eq(holder.kind, kind);
    ck_assert_uint_eq(holder.thread, (uint64_t)who);
    ck_assert(kind == GIL_HOLDER_EXIT ? holder.age_ns > 0 : holder.age_ns == 0);
    ck_assert(kind == GIL_HOLDER_LOCK ? holder.state != 0 : holder.state == 0);
}

static void
append(const char *text, size_t size, void *to)
{
    strncat(to, text, size);
}

/* --- a lock that is kept --- */

static void *
hold_the_lock(void *ts)
{
    GilEval_RestoreThread(ts);
    gil_store_release(&evaluating, 1);
    while (!gil_load_acquire(&may_leave))
        sched_yield();
    GilThreadState_DeleteCurrent();
    return NULL;
}

/* Nothing has begun that would wait for that thread, however long. */
START_TEST(test_C1_a_lock_that_is_kept_does_not_keep_the_end_of_the_runtime)
{
    GilThreadStateToken *token = GilThreadState_EnsureFromView(view);
    GilThreadState *ts = GilThreadState_New(GilInterpreterState_Get());

    GilThreadState_Release(token);
    pthread_t keeper = thread(hold_the_lock, ts);
    while (!gil_load_acquire(&evaluating))
        sched_yield();
    ck_assert_int_eq(Gil_FinalizeTimed(1000000), GIL_FINALIZE_BUSY);
    ck_assert_ptr_eq(GilThreadState_GetUnchecked(), main_ts);
    expect_holder(view, GIL_HOLDER_LOCK, keeper);
    ck_assert_uint_eq(events[GIL_LIFE_BUSY], 1);
    ck_assert_uint_eq(events[GIL_LIFE_CLOSED], 0);
    ck_assert(is_open());
    ck_assert_uint_eq(GilInterpreterView_GetHolders(of_main, NULL, 0), 0);
    gil_store_release(&may_leave, 1);
    join(keeper);
    /* The reserve was tried, and is not what this thread left last. */
    token = GilThreadState_EnsureFromView(view);
    ck_assert_ptr_ne(GilThreadState_Get(), GilInterpreterState_Get()->ender);
    GilThreadState_Release(token);
}
END_TEST

static void
append_and_tell(const char *text, size_t size, void *to)
{
    append(text, size, to);
    gil_store_release(&may_leave, 1);
}

/* Takes the main lock while its end is waited for, and keeps it until the runtime lets in again, and says whom it waits for. */
static void *
keep_until_open(void *ts)
{
    GilInterpreterGuard *guard;

    GilEval_RestoreThread(ts);
    while ((guard = GilInterpreterGuard_FromView(of_main)) == NULL)
        sched_yield();
    GilInterpreterGuard_Close(guard);
    while (!gil_load_acquire(&may_leave))
        sched_yield();
    GilThreadState_DeleteCurrent();
    return NULL;
}

/* Whom it is waited for stands in an event, and only if nobody hears that in a line. */
START_TEST(test_C1_admission_opens_before_the_lock_is_had)
{
    GilInterpreterGuard *guard = GilInterpreterGuard_FromCurrent();
    GilThreadState *ts = GilThreadState_New(GilInterpreterState_Get());
    uint64_t number = GilThreadState_GetID(ts);
    pthread_t keeper = thread(keep_until_open, ts);
    char said[2000] = "", needle[100];

    (void)snprintf(needle, sizeof needle, "waits for the lock of interpreter 0; thread state %llu has it",
                   (unsigned long long)number);
    if (_i)
        Gil_SetLifeHook(NULL, NULL);
    Gil_SetErrorPrintHook(append_and_tell, said);
    until_claimed(main_ts);
    ck_assert_int_eq(Gil_FinalizeTimed(20000000), GIL_FINALIZE_BUSY);
    Gil_SetErrorPrintHook(NULL, NULL);
    ck_assert_msg((strstr(said, needle) != NULL) == _i && (said[0] != '\0') == _i, "%s", said);
    ck_assert_uint_eq(waited_for, _i ? 0 : number);
    ck_assert_ptr_eq(GilThreadState_GetUnchecked(), main_ts);
    GilInterpreterGuard_Close(guard);
    join(keeper);
}
END_TEST

/* What has the lock until somebody is let in again, and closes a guard before. */
struct keeping {
    GilThreadState *ts;
    GilInterpreterView *view;
    GilInterpreterGuard *guard;
};

static void *
keep_and_close(void *arg)
{
    struct keeping *keeping = arg;
    GilInterpreterGuard *guard;

    GilEval_RestoreThread(keeping->ts);
    GilInterpreterGuard_Close(keeping->guard);
    while ((guard = GilInterpreterGuard_FromView(keeping->view)) == NULL)
        sched_yield();
    GilInterpreterGuard_Close(guard);
    GilThreadState_DeleteCurrent();
    return NULL;
}

/* They are all out, but the caller's lock is not to be had: that belongs to what can be undone, in the main interpreter as in
 * another one. */
START_TEST(test_C1_the_way_back_to_the_lock_has_the_limit_too)
{
    GilInterpreterConfig config;
    GilThreadState *own = main_ts;
    char said[2000] = "";

    Gil_SetLifeHook(NULL, NULL);
    GilInterpreterConfig_Init(&config);
    config.finalize_timeout_ns = 300000000;
    if (_i)
        ck_assert(!GilStatus_Exception(Gil_NewInterpreterFromConfig(&own, &config)));
    struct keeping keeping = {GilThreadState_New(GilInterpreterState_Get()), GilInterpreterView_FromCurrent(),
                              GilInterpreterGuard_FromCurrent()};
    pthread_t keeper = thread(keep_and_close, &keeping);
    Gil_SetErrorPrintHook(append, said);
    until_claimed(own);
    ck_assert_int_eq(_i ? Gil_EndInterpreter(own) : Gil_FinalizeTimed(300000000), GIL_FINALIZE_BUSY);
    Gil_SetErrorPrintHook(NULL, NULL);
    ck_assert_ptr_eq(GilThreadState_GetUnchecked(), own);
    ck_assert_msg(strstr(said, "does not leave its lock") != NULL, "%s", said);
    join(keeper);
    ck_assert_uint_eq(GilInterpreterView_GetHolders(keeping.view, NULL, 0), 0);
    if (_i) {
        ck_assert_int_eq(Gil_EndInterpreter(own), 0);
        GilThreadState_Swap(main_ts);
    }
    GilInterpreterView_Close(keeping.view);
}
END_TEST

/* The caller waits for the guard, so he has seen what he wanted to see of the other lock: now it is taken, and the guard closed. */
static void *
hold_the_lock_late(void *arg)
{
    struct keeping *keeping = arg;
    GilThreadState *own = GilThreadState_New(GilInterpreterState_Main());

    GilEval_RestoreThread(own);
    GilThreadState_DeleteCurrent();
    GilEval_RestoreThread(keeping->ts);
    gil_store_release(&evaluating, 1);
    GilInterpreterGuard_Close(keeping->guard);
    while (!gil_load_acquire(&may_leave))
        sched_yield();
    GilThreadState_DeleteCurrent();
    return NULL;
}

START_TEST(test_C1_a_lock_that_is_taken_during_the_wait_does_not_keep_the_end)
{
    GilInterpreterConfig config;
    GilThreadState *newest;

    /* Another whose lock is looked at before that of the older one, where the guard is. */
    GilThreadStateToken *token = GilThreadState_EnsureFromView(view);
    struct keeping keeping = {.guard = GilInterpreterGuard_FromCurrent()};
    GilThreadState_Release(token);
    GilInterpreterConfig_Init(&config);
    ck_assert(!GilStatus_Exception(Gil_NewInterpreterFromConfig(&newest, &config)));
    keeping.view = GilInterpreterView_FromCurrent();
    keeping.ts = GilThreadState_New(GilInterpreterState_Get());
    GilThreadState_Swap(main_ts);
    pthread_t keeper = thread(hold_the_lock_late, &keeping);
    until_claimed(main_ts);
    ck_assert_int_eq(Gil_FinalizeTimed(300000000), GIL_FINALIZE_BUSY);
    ck_assert_ptr_eq(GilThreadState_GetUnchecked(), main_ts);
    ck_assert(gil_load_acquire(&evaluating));
    expect_holder(keeping.view, GIL_HOLDER_LOCK, keeper);
    ck_assert_uint_eq(events[GIL_LIFE_CLOSED], 0);
    ck_assert(is_open());
    gil_store_release(&may_leave, 1);
    join(keeper);
    GilInterpreterView_Close(keeping.view);
}
END_TEST

/* --- a thread that exits --- */

/* An object whose end takes its time, outside. */
static void
end_slowly(GilObject *self)
{
    GilTypeObject *type = Gil_TYPE(self);

    Gil_BEGIN_ALLOW_THREADS
    gil_store_release(&evaluating, 1);
    while (!gil_load_acquire(&may_leave))
        sched_yield();
    Gil_END_ALLOW_THREADS
    ((freefunc)GilType_GetSlot(type, Gil_tp_free))(self);
    Gil_DECREF(type);
}

static GilType_Slot slow_slots[] = {{Gil_tp_dealloc, (void *)end_slowly}, {0, NULL}};
static GilType_Spec slow_spec = {"test.Slow", 0, 0, Gil_TPFLAGS_DEFAULT, slow_slots};

/* Ends between BEGIN and END, with such an object as what it has raised. */
static void *
exit_with_an_object(void *ts)
{
    GilEval_RestoreThread(ts);
    GilObject *type = GilType_FromSpec(&slow_spec), *object = GilObject_CallNoArgs(type);
    ck_assert_ptr_nonnull(object);
    GilErr_SetObject(GilExc_ValueError, object);
    Gil_DECREF(object);
    Gil_DECREF(type);
    Gil_BEGIN_ALLOW_THREADS
    pthread_exit(NULL);
    Gil_END_ALLOW_THREADS
}

START_TEST(test_runtime_finalize_lock__who_exits_is_named)
{
    pthread_t leaving = thread(exit_with_an_object, GilThreadState_New(GilInterpreterState_Get()));
    char said[2000] = "";

    Gil_BEGIN_ALLOW_THREADS
    while (!gil_load_acquire(&evaluating))
        sched_yield();
    Gil_END_ALLOW_THREADS
    Gil_SetLifeHook(NULL, NULL);
    Gil_SetErrorPrintHook(append, said);
    ck_assert_int_eq(Gil_FinalizeTimed(1000000), GIL_FINALIZE_BUSY);
    Gil_SetErrorPrintHook(NULL, NULL);
    ck_assert_msg(strstr(said, "exits, and lets go of what it held") != NULL, "%s", said);
    expect_holder(of_main, GIL_HOLDER_EXIT, leaving);
    gil_store_release(&may_leave, 1);
    join(leaving);
    ck_assert_uint_eq(GilInterpreterView_GetHolders(of_main, NULL, 0), 0);
}
END_TEST

/* --- threads that come and go --- */

/* Comes and goes without a guard, in an interpreter of its own or the main one, until that has ended. */
static void *
come_and_go(void *ts)
{
    int rc;

    while ((rc = GilEval_TimedRestoreThread(ts, 1000000)) >= 0)
        if (rc == 1) {
            GilObject *list = GilList_New(3);
            ck_assert_ptr_nonnull(list);
            Gil_DECREF(list);
            GilEval_SaveThread();
        }
    GilThreadState_Delete(ts);
    return NULL;
}

START_TEST(test_C10_all_end_beside_threads_without_a_guard)
{
    enum { INTERPRETERS = 3, ROUNDS = 10 };
    pthread_t crew[2 * INTERPRETERS];

    Gil_SetLifeHook(count_events, NULL);
    for (int round = 0; round < ROUNDS; round++) {
        gil_test_start();
        main_ts = GilThreadState_Get();
        for (int i = 0; i < 2 * INTERPRETERS; i++) {
            if (i % 2 == 0 && i > 0) {
                GilThreadState_Swap(main_ts);
                ck_assert_ptr_nonnull(Gil_NewInterpreter());
            }
            crew[i] = thread(come_and_go, GilThreadState_New(GilInterpreterState_Get()));
        }
        GilThreadState_Swap(main_ts);
        /* In good time or not, and then all is as it was. */
        if (Gil_FinalizeTimed((uint64_t)round * 1000) == GIL_FINALIZE_BUSY) {
            ck_assert_ptr_eq(GilThreadState_GetUnchecked(), main_ts);
            ck_assert_uint_eq(GilInterpreterView_List(NULL, 0), INTERPRETERS);
            ck_assert_int_eq(Gil_FinalizeEx(), 0);
        }
        ck_assert(!Gil_IsInitialized());
        for (int i = 0; i < 2 * INTERPRETERS; i++)
            ck_assert_int_eq(pthread_join(crew[i], NULL), 0);
    }
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("runtime/finalize_lock");
    TCase *tc = tcase_create("kept"), *bare = tcase_create("all");

    tcase_add_checked_fixture(tc, start, stop);
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, test_C1_a_lock_that_is_kept_does_not_keep_the_end_of_the_runtime);
    tcase_add_loop_test(tc, test_C1_admission_opens_before_the_lock_is_had, 0, 2);
    tcase_add_loop_test(tc, test_C1_the_way_back_to_the_lock_has_the_limit_too, 0, 2);
    tcase_add_test(tc, test_C1_a_lock_that_is_taken_during_the_wait_does_not_keep_the_end);
    tcase_add_test(tc, test_runtime_finalize_lock__who_exits_is_named);
    suite_add_tcase(s, tc);
    tcase_set_timeout(bare, 60);
    tcase_add_test(bare, test_C10_all_end_beside_threads_without_a_guard);
    suite_add_tcase(s, bare);
    return s;
}
