/* SPDX-License-Identifier: MIT */
/* The end of an interpreter that is asked for here and waited for there. */
#include "support/support.h"

#include "base/atomic.h"
#include "gilrt/error.h"
#include "gilrt/fork.h"
#include "gilrt/interp.h"
#include "gilrt/life.h"
#include "gilrt/list.h"
#include "gilrt/lock.h"
#include "gilrt/print.h"
#include "gilrt/state.h"
#include "state/closing.h"
#include "state/gate.h"
#include "state/interp.h"
#include "state/tstate.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>

static GilThreadState *main_ts;
static GilInterpreterView *view; /* of the interpreter that ends */
static uint32_t events[GIL_LIFE_OPENED + 1];

static struct gil_gate *
gate(void)
{
    return (struct gil_gate *)(void *)view;
}

static void
count_events(const GilLifeEvent *event, void *unused)
{
    (void)unused;
    if (event->interp == gate()->id)
        gil_fetch_add_relaxed(&events[event->kind], 1);
}

/* The runtime, and an interpreter that nobody is attached to. */
static void
start(void)
{
    gil_test_start();
    main_ts = GilThreadState_Get();
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
}

static void
use(void)
{
    GilObject *list = GilList_New(3);

    ck_assert_ptr_nonnull(list);
    Gil_DECREF(list);
}

static int
is_open(void)
{
    GilInterpreterGuard *guard = GilInterpreterGuard_FromView(view);

    GilInterpreterGuard_Close(guard);
    return guard != NULL;
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

static void *
wait_for_ever(void *unused)
{
    ck_assert_int_eq(GilInterpreterView_WaitEnd(view, UINT64_MAX), 0);
    ck_assert_ptr_null(GilThreadState_GetUnchecked());
    return unused;
}

static void
until_waiting(uint32_t waiters, int taken)
{
    int there = 0;

    while (!there) {
        sched_yield();
        gil_mutex_lock(&gil_states_mutex);
        there = gate()->waiters == waiters && gate()->taken == taken;
        gil_mutex_unlock(&gil_states_mutex);
    }
}

START_TEST(test_runtime_ending__nobody_comes_in_and_who_is_in_goes_on)
{
    GilInterpreterGuard *guard = GilInterpreterGuard_FromView(view);
    GilHolder holder;

    ck_assert_ptr_nonnull(guard);
    ck_assert_int_eq(GilInterpreterView_RequestEnd(view), 0);
    ck_assert_int_eq(GilInterpreterView_RequestEnd(view), 0);
    ck_assert_uint_eq(events[GIL_LIFE_CLOSING], 1);
    ck_assert_ptr_null(GilThreadState_EnsureFromView(view));
    ck_assert(!is_open());
    /* By the guard that is open still. */
    GilThreadStateToken *token = GilThreadState_Ensure(guard);
    ck_assert_ptr_nonnull(token);
    use();
    GilThreadState_Release(token);
    ck_assert_int_eq(GilInterpreterView_WaitEnd(view, 0), GIL_FINALIZE_BUSY);
    ck_assert_uint_eq(events[GIL_LIFE_BUSY], 1);
    ck_assert_uint_eq(GilInterpreterView_GetHolders(view, &holder, 1), 1);
    ck_assert_int_eq(holder.kind, GIL_HOLDER_GUARD);
    ck_assert_int_gt(holder.line, 0);
    /* It stays so. */
    ck_assert(!is_open());
    GilInterpreterGuard_Close(guard);
    ck_assert_uint_eq(GilInterpreterView_GetHolders(view, NULL, 0), 0);
    ck_assert_int_eq(GilInterpreterView_WaitEnd(view, 0), 0);
    ck_assert_ptr_eq(GilThreadState_GetUnchecked(), main_ts);
    ck_assert_uint_eq(events[GIL_LIFE_ENDED], 1);
    ck_assert_uint_eq(events[GIL_LIFE_CLOSING], 1);
    /* Gone is gone, for all of them. */
    ck_assert_int_eq(GilInterpreterView_WaitEnd(view, 0), 0);
    ck_assert_int_eq(GilInterpreterView_RequestEnd(view), 0);
    ck_assert_int_eq(GilInterpreterView_CancelEnd(view), -1);
    ck_assert_int_eq(GilInterpreterView_End(view, 0), 0);
    ck_assert_uint_eq(GilInterpreterView_GetHolders(view, &holder, 1), 0);
}
END_TEST

/* A thread of its own asks, is not disturbed itself, and leaves; others are asked to stop. */
static int evaluating;

static void *
evaluate(void *unused)
{
    GilThreadStateToken *token = GilThreadState_EnsureFromView(view);

    ck_assert_ptr_nonnull(token);
    gil_store_release(&evaluating, 1);
    while (Gil_Poll() == 0)
        ;
    ck_assert(GilErr_ExceptionMatches(GilExc_SystemExit));
    GilErr_Clear();
    GilThreadState_Release(token);
    return unused;
}

START_TEST(test_runtime_ending__a_thread_of_its_own_asks)
{
    pthread_t other = thread(evaluate, NULL);

    while (!gil_load_acquire(&evaluating))
        sched_yield();
    GilThreadStateToken *token = GilThreadState_EnsureFromView(view);
    ck_assert_ptr_nonnull(token);
    ck_assert_int_eq(GilInterpreterView_RequestEnd(view), 0);
    ck_assert_int_eq(Gil_Poll(), 0);
    /* It would wait for itself. */
    ck_assert_int_eq(GilInterpreterView_WaitEnd(view, 0), -1);
    GilThreadStateToken *nested = GilThreadState_EnsureFromView(view);
    ck_assert_ptr_nonnull(nested);
    use();
    GilThreadState_Release(nested);
    GilThreadState_Release(token);
    ck_assert_int_eq(GilInterpreterView_WaitEnd(view, UINT64_MAX), 0);
    join(other);
}
END_TEST

START_TEST(test_runtime_ending__all_who_wait_see_one_end)
{
    enum { WAITERS = 4 };
    pthread_t waiters[WAITERS];
    GilInterpreterGuard *guard = GilInterpreterGuard_FromView(view);

    /* Before anybody asks, all sleep; then one is at it. */
    for (int i = 0; i < WAITERS; i++)
        waiters[i] = thread(wait_for_ever, NULL);
    until_waiting(WAITERS, 0);
    ck_assert_int_eq(GilInterpreterView_WaitEnd(view, 0), GIL_END_UNASKED);
    ck_assert(is_open());
    ck_assert_int_eq(GilInterpreterView_RequestEnd(view), 0);
    until_waiting(WAITERS - 1, 1);
    /* Another is at it: so this one is told at once, and nothing can be taken back. */
    ck_assert_int_eq(GilInterpreterView_WaitEnd(view, 0), GIL_FINALIZE_BUSY);
    ck_assert_int_eq(GilInterpreterView_End(view, 0), GIL_FINALIZE_BUSY);
    ck_assert_int_eq(GilInterpreterView_CancelEnd(view), GIL_FINALIZE_BUSY);
    GilInterpreterGuard_Close(guard);
    for (int i = 0; i < WAITERS; i++)
        join(waiters[i]);
    ck_assert_uint_eq(events[GIL_LIFE_ENDED], 1);
    ck_assert_uint_eq(events[GIL_LIFE_BUSY], 0);
}
END_TEST

static int moment_over;

static void *
wait_a_moment(void *ns)
{
    ck_assert_int_eq(GilInterpreterView_WaitEnd(view, *(const uint64_t *)ns), GIL_FINALIZE_BUSY);
    gil_store_release(&moment_over, 1);
    return NULL;
}

/* A thread that is at it, for a moment that is as long as it takes to be seen. Returns how many it took. */
static uint32_t
somebody_hasty(pthread_t *hasty, uint64_t *moment)
{
    for (uint32_t tried = 1;; tried++, *moment *= 2) {
        int there = 0;
        gil_store_relaxed(&moment_over, 0);
        *hasty = thread(wait_a_moment, moment);
        while (!there && !gil_load_acquire(&moment_over)) {
            sched_yield();
            gil_mutex_lock(&gil_states_mutex);
            there = gate()->taken;
            gil_mutex_unlock(&gil_states_mutex);
        }
        if (there)
            return tried;
        join(*hasty);
    }
}

/* Who is at it has less time than another who waits: that one takes it on. */
START_TEST(test_runtime_ending__the_next_takes_on_what_one_gives_up)
{
    GilInterpreterGuard *guard = GilInterpreterGuard_FromView(view);

    ck_assert_int_eq(GilInterpreterView_RequestEnd(view), 0);
    pthread_t hasty;
    uint64_t moment = 20000000;
    uint32_t tried = somebody_hasty(&hasty, &moment);
    pthread_t patient = thread(wait_for_ever, NULL);
    join(hasty);
    until_waiting(0, 1);
    ck_assert_uint_eq(events[GIL_LIFE_BUSY], tried);
    GilInterpreterGuard_Close(guard);
    join(patient);
    ck_assert_uint_eq(events[GIL_LIFE_ENDED], 1);
}
END_TEST

START_TEST(test_runtime_ending__what_is_asked_can_be_taken_back)
{
    GilInterpreterGuard *guard = GilInterpreterGuard_FromView(view);
    GilThreadState *ts;

    ck_assert_int_eq(GilInterpreterView_CancelEnd(view), 0);
    ck_assert_int_eq(GilInterpreterView_RequestEnd(view), 0);
    ck_assert_int_eq(GilInterpreterView_CancelEnd(view), 0);
    ck_assert_int_eq(GilInterpreterView_WaitEnd(view, 0), GIL_END_UNASKED);
    GilThreadStateToken *token = GilThreadState_EnsureFromView(view);
    ck_assert_ptr_nonnull(token);
    ts = GilThreadState_Get();
    ck_assert_int_eq(Gil_Poll(), 0);
    GilThreadState_Release(token);
    /* An attempt that fails leaves it asked for; and one that fails unasked leaves it open. */
    ck_assert_int_eq(GilInterpreterView_RequestEnd(view), 0);
    ck_assert_uint_ne(gil_load_relaxed(&ts->block.brk) & _Gil_BRK_ENDING, 0);
    ck_assert_int_eq(GilInterpreterView_End(view, 0), GIL_FINALIZE_BUSY);
    ck_assert_int_eq(Gil_FinalizeTimed(0), GIL_FINALIZE_BUSY);
    ck_assert(!is_open());
    ck_assert_uint_ne(gil_load_relaxed(&ts->block.brk) & _Gil_BRK_ENDING, 0);
    ck_assert_int_eq(GilInterpreterView_CancelEnd(view), 0);
    ck_assert_uint_eq(gil_load_relaxed(&ts->block.brk) & _Gil_BRK_ENDING, 0);
    ck_assert_int_eq(GilInterpreterView_End(view, 0), GIL_FINALIZE_BUSY);
    ck_assert(is_open());
    GilInterpreterGuard_Close(guard);
}
END_TEST

START_TEST(test_runtime_ending__is_refused_where_it_must_be)
{
    GilInterpreterView *of_main = GilInterpreterView_FromMain();

    ck_assert_int_eq(GilInterpreterView_RequestEnd(of_main), -1);
    ck_assert_int_eq(GilInterpreterView_WaitEnd(of_main, 0), -1);
    ck_assert_int_eq(GilInterpreterView_CancelEnd(of_main), 0);
    ck_assert_int_eq(GilInterpreterView_RequestEnd(NULL), -1);
    ck_assert_int_eq(GilInterpreterView_WaitEnd(NULL, 0), -1);
    ck_assert_int_eq(GilInterpreterView_CancelEnd(NULL), -1);
    ck_assert_uint_eq(GilInterpreterView_GetHolders(NULL, NULL, 0), 0);
    GilInterpreterView_Close(of_main);
    Gil_BEGIN_ALLOW_THREADS
    ck_assert_int_eq(GilInterpreterView_WaitEnd(view, 0), -1);
    ck_assert_int_eq(GilInterpreterView_RequestEnd(view), 0);
    Gil_END_ALLOW_THREADS
    ck_assert_int_eq(GilInterpreterView_CancelEnd(view), 0);
}
END_TEST

/* The runtime's end ends it, too; and who waits for it sees that, also when the first attempt fails. */
START_TEST(test_runtime_ending__the_end_of_the_runtime_is_one)
{
    GilInterpreterView *of_main = GilInterpreterView_FromMain();
    GilInterpreterGuard *guard = GilInterpreterGuard_FromView(of_main);

    GilInterpreterView_Close(of_main);
    pthread_t waiter = thread(wait_for_ever, NULL);
    until_waiting(1, 0);
    ck_assert_int_eq(Gil_FinalizeTimed(0), GIL_FINALIZE_BUSY);
    until_waiting(1, 0);
    ck_assert(is_open());
    GilInterpreterGuard_Close(guard);
    gil_test_stop();
    ck_assert_int_eq(pthread_join(waiter, NULL), 0);
    ck_assert_uint_eq(events[GIL_LIFE_ENDED], 1);
    ck_assert_int_eq(GilInterpreterView_WaitEnd(view, 0), 0);
    ck_assert_int_eq(GilInterpreterView_End(view, 0), 0);
    GilInterpreterView_Close(view);
}
END_TEST

static void
wait_for_itself(void *unused)
{
    (void)unused;
    ck_assert_int_eq(GilInterpreterView_WaitEnd(view, UINT64_MAX), -1);
    events[0]++;
}

/* Who ends it, or them all, would wait for what comes after. */
START_TEST(test_runtime_ending__who_ends_it_does_not_wait_for_it)
{
    GilThreadState *ts = Gil_NewInterpreter();

    ck_assert_ptr_nonnull(ts);
    ck_assert_int_eq(GilUnstable_AtExit(ts->interp, wait_for_itself, NULL), 0);
    GilThreadState_Swap(main_ts);
    gil_test_stop();
    ck_assert_uint_eq(events[0], 1);
    ck_assert_int_eq(GilInterpreterView_WaitEnd(view, UINT64_MAX), 0);
    GilInterpreterView_Close(view);
}
END_TEST

/* The first who keeps what a view names from ending. */
static void
expect_holder(GilInterpreterView *of, int kind, pthread_t who, const char *file)
{
    GilHolder holder;

    ck_assert_uint_ge(GilInterpreterView_GetHolders(of, &holder, 1), 1);
    ck_assert_int_eq(holder.kind, kind);
    ck_assert_uint_eq(holder.thread, (uint64_t)who);
    ck_assert_str_eq(holder.file, file);
    ck_assert(kind == GIL_HOLDER_CALL ? holder.age_ns > 0 : holder.age_ns == 0);
    ck_assert(kind == GIL_HOLDER_LOCK ? holder.state != 0 : holder.state == 0);
}

static void *
end_it(void *unused)
{
    ck_assert_int_eq(GilInterpreterView_End(view, UINT64_MAX), 0);
    return unused;
}

/* An end that is under way keeps the runtime from ending, another from ending the same interpreter, and a request from being taken
 * back: each is told who it is. */
START_TEST(test_runtime_ending__who_ends_another_is_named)
{
    GilInterpreterView *of_main = GilInterpreterView_FromMain();
    GilInterpreterGuard *guard = GilInterpreterGuard_FromView(view);
    pthread_t ender = thread(end_it, NULL);
    GilHolder holders[3];

    until_waiting(0, 1);
    ck_assert_int_eq(Gil_FinalizeTimed(0), GIL_FINALIZE_BUSY);
    expect_holder(of_main, GIL_HOLDER_CALL, ender, "GilInterpreterView_End");
    ck_assert_uint_eq(GilInterpreterView_GetHolders(of_main, NULL, 0), 1);
    ck_assert_int_eq(GilInterpreterView_End(view, 0), GIL_FINALIZE_BUSY);
    ck_assert_int_eq(GilInterpreterView_CancelEnd(view), GIL_FINALIZE_BUSY);
    ck_assert_uint_eq(GilInterpreterView_GetHolders(view, holders, 3), 2);
    ck_assert_int_eq(holders[0].kind, GIL_HOLDER_GUARD);
    ck_assert_int_eq(holders[1].kind, GIL_HOLDER_ENDER);
    ck_assert_uint_eq(holders[1].thread, (uint64_t)ender);
    GilInterpreterGuard_Close(guard);
    join(ender);
    ck_assert_uint_eq(GilInterpreterView_GetHolders(of_main, NULL, 0), 0);
    GilInterpreterView_Close(of_main);
}
END_TEST

static void *
wait_in_vain(void *ender)
{
    ck_assert_int_eq(GilInterpreterView_WaitEnd(view, 0), GIL_FINALIZE_BUSY);
    expect_holder(view, GIL_HOLDER_ENDER, *(pthread_t *)ender, "");
    return NULL;
}

/* A call at exit of that interpreter, which the end of the runtime makes. */
static void
wait_beside(void *ender)
{
    join(thread(wait_in_vain, ender));
}

START_TEST(test_runtime_ending__who_ends_the_runtime_is_named)
{
    static pthread_t self;
    GilThreadStateToken *token = GilThreadState_EnsureFromView(view);

    self = pthread_self();
    ck_assert_int_eq(GilUnstable_AtExit(GilInterpreterState_Get(), wait_beside, &self), 0);
    GilThreadState_Release(token);
    gil_test_stop();
    GilInterpreterView_Close(view);
}
END_TEST

static void
fork_here(const GilLifeEvent *event, void *errors)
{
    if (event->kind != GIL_LIFE_CLOSING)
        return;
    ck_assert_int_eq(GilOS_Fork(), -1);
    *(int *)errors = errno;
}

/* The hook of an end by a view is called detached, in the middle of what no child could go on with. */
START_TEST(test_runtime_ending__no_fork_in_the_middle_of_it)
{
    int error = 0;

    Gil_SetLifeHook(fork_here, &error);
    ck_assert_int_eq(GilInterpreterView_End(view, 0), 0);
    Gil_SetLifeHook(NULL, NULL);
    ck_assert_int_eq(error, EBUSY);
}
END_TEST

/* Nobody holds a guard, but a thread does not leave the lock: the time is kept. */
static int may_leave;

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

static void
append(const char *text, size_t size, void *to)
{
    strncat(to, text, size);
}

START_TEST(test_runtime_ending__a_thread_that_keeps_the_lock_does_not_keep_the_time)
{
    char said[2000] = "";

    GilThreadStateToken *token = GilThreadState_EnsureFromView(view);
    GilThreadState *ts = GilThreadState_New(GilInterpreterState_Get());

    GilThreadState_Release(token);
    pthread_t keeper = thread(hold_the_lock, ts);
    while (!gil_load_acquire(&evaluating))
        sched_yield();
    ck_assert_int_eq(GilInterpreterView_End(view, 1000000), GIL_FINALIZE_BUSY);
    expect_holder(view, GIL_HOLDER_LOCK, keeper, "");
    ck_assert(is_open());
    ck_assert_uint_eq(events[GIL_LIFE_BUSY], 1);
    /* Without a hook it is printed. */
    Gil_SetLifeHook(NULL, NULL);
    Gil_SetErrorPrintHook(append, said);
    ck_assert_int_eq(GilInterpreterView_End(view, 1000000), GIL_FINALIZE_BUSY);
    Gil_SetErrorPrintHook(NULL, NULL);
    ck_assert_msg(strstr(said, "does not leave its lock") != NULL, "%s", said);
    gil_store_release(&may_leave, 1);
    join(keeper);
    ck_assert_int_eq(GilInterpreterView_End(view, 0), 0);
}
END_TEST

START_TEST(test_runtime_ending__threads_are_listed)
{
    struct {
        GilThreadInfo known;
        uint64_t later;
    } larger[2];
    GilThreadInfo infos[3];

    GilThreadStateToken *token = GilThreadState_EnsureFromView(view);
    GilThreadState *other = GilThreadState_New(GilInterpreterState_Get());
    ck_assert_uint_eq(GilInterpreterView_ListThreads(view, NULL, 3), 2);
    ck_assert_uint_eq(GilInterpreterView_ListThreads(view, infos, 3), 2);
    ck_assert_uint_eq(infos[0].state, GilThreadState_GetID(other));
    ck_assert_uint_eq(infos[0].thread, 0);
    ck_assert_int_eq(infos[0].attached, 0);
    ck_assert_int_eq(infos[0].inside, 0);
    ck_assert_uint_eq(infos[1].state, GilThreadState_GetID(GilThreadState_Get()));
    ck_assert_uint_eq(infos[1].thread, (uint64_t)pthread_self());
    ck_assert_int_ne(infos[1].attached, 0);
    ck_assert_int_ne(infos[1].inside, 0);
    ck_assert_uint_eq(_GilInterpreterView_ListThreadsSized(view, &larger[0].known, 2, sizeof larger[0]), 2);
    ck_assert_uint_eq(larger[1].known.state, infos[1].state);
    ck_assert_uint_eq(larger[1].later, 0);
    ck_assert_uint_eq(_GilInterpreterView_ListThreadsSized(view, &larger[0].known, 2, 8), 0);
    GilThreadState_Release(token);
    ck_assert_uint_eq(GilInterpreterView_ListThreads(view, infos, 1), 2);
    GilThreadState_Delete(other);
    ck_assert_uint_eq(GilInterpreterView_ListThreads(view, infos, 1), 1);
    ck_assert_int_eq(infos[0].attached, 0);
    ck_assert_int_eq(infos[0].inside, 0);
    ck_assert_int_eq(GilInterpreterView_End(view, 0), 0);
    ck_assert_uint_eq(GilInterpreterView_ListThreads(view, infos, 3), 0);
    ck_assert_uint_eq(GilInterpreterView_ListThreads(NULL, infos, 3), 0);
}
END_TEST

/* Everybody does everything, in an order that nobody has chosen: it ends once, and nobody is left waiting. */
enum { ROUNDS = 40, CREW = 4 };

static void *
anything(void *seed)
{
    uintptr_t next = (uintptr_t)seed;
    int rc;

    do {
        next = next * 1103515245 + 12345;
        GilThreadStateToken *token = NULL;
        rc = GIL_FINALIZE_BUSY;
        switch (next >> 16 & 7) {
        case 0:
        case 1:
            ck_assert_int_eq(GilInterpreterView_RequestEnd(view), 0);
            break;
        case 2:
            (void)GilInterpreterView_CancelEnd(view);
            break;
        case 3:
        case 4:
            token = GilThreadState_EnsureFromView(view);
            if (token != NULL) {
                use();
                GilThreadState_Release(token);
            }
            break;
        case 5:
            (void)GilInterpreterView_ListThreads(view, NULL, 0);
            break;
        default:
            rc = GilInterpreterView_WaitEnd(view, next >> 20 & 0xffff);
            ck_assert_int_ne(rc, -1);
        }
    } while (rc != 0);
    return NULL;
}

START_TEST(test_F2_asking_waiting_taking_back_and_entering_at_once)
{
    pthread_t crew[CREW];

    for (int round = 0; round < ROUNDS; round++) {
        GilInterpreterView_Close(view);
        GilThreadState *ts = Gil_NewInterpreter();
        ck_assert_ptr_nonnull(ts);
        view = GilInterpreterView_FromCurrent();
        GilThreadState_Swap(main_ts);
        gil_store_relaxed(&events[GIL_LIFE_ENDED], 0);
        for (int i = 0; i < CREW; i++)
            crew[i] = thread(anything, (void *)(uintptr_t)(round * CREW + i + 1));
        for (int i = 0; i < CREW; i++)
            join(crew[i]);
        ck_assert_uint_eq(events[GIL_LIFE_ENDED], 1);
        GilThreadState_Delete(ts);
    }
}
END_TEST

/* Who hears that it closes finds it there, whoever waits for its end already: each step is told before the next. */
static GilHolder in_the_hook;
static int found_in_the_hook;

static void *
wait_not_at_all(void *unused)
{
    found_in_the_hook = GilInterpreterView_WaitEnd(view, 0);
    GilInterpreterView_GetHolders(view, &in_the_hook, 1);
    return unused;
}

static void
try_when_it_closes(const GilLifeEvent *event, void *unused)
{
    pthread_t other;

    count_events(event, unused);
    if (event->kind != GIL_LIFE_CLOSING || event->interp != gate()->id)
        return;
    ck_assert_int_eq(pthread_create(&other, NULL, wait_not_at_all, NULL), 0);
    ck_assert_int_eq(pthread_join(other, NULL), 0);
}

START_TEST(test_runtime_ending__closing_is_told_before_what_comes_of_it)
{
    Gil_SetLifeHook(try_when_it_closes, NULL);
    ck_assert_int_eq(GilInterpreterView_RequestEnd(view), 0);
    ck_assert_int_eq(found_in_the_hook, GIL_FINALIZE_BUSY);
    ck_assert_int_eq(in_the_hook.kind, GIL_HOLDER_CALL);
    ck_assert_str_eq(in_the_hook.file, "GilInterpreterView_RequestEnd");
    ck_assert_uint_eq(events[GIL_LIFE_CLOSING], 1);
    ck_assert_uint_eq(events[GIL_LIFE_CLOSED], 0);
    ck_assert_int_eq(GilInterpreterView_WaitEnd(view, 0), 0);
    ck_assert_uint_eq(events[GIL_LIFE_ENDED], 1);
}
END_TEST

static int polls_at_the_end, told_at_the_end;

static void
poll_at_the_end(void *unused)
{
    (void)unused;
    polls_at_the_end++;
    told_at_the_end += Gil_Poll() < 0;
}

/* Who ends an interpreter is not asked to come to an end, whoever asked for it before: finalizers and calls at exit may poll. */
START_TEST(test_C6_calls_at_exit_may_poll)
{
    GilThreadState *ts;

    for (int how = 0; how < 4; how++) {
        ts = Gil_NewInterpreter();
        ck_assert_ptr_nonnull(ts);
        GilInterpreterView *its = GilInterpreterView_FromCurrent();
        ck_assert_int_eq(GilUnstable_AtExit(GilInterpreterState_Get(), poll_at_the_end, NULL), 0);
        if (how != 0)
            GilThreadState_Swap(main_ts);
        if (how == 1)
            ck_assert_int_eq(GilInterpreterView_RequestEnd(its), 0);
        if (how == 1)
            GilThreadState_Swap(ts);
        if (how < 2)
            ck_assert_int_eq(Gil_EndInterpreter(ts), 0);
        if (how < 2)
            GilThreadState_Swap(main_ts);
        if (how == 2)
            ck_assert_int_eq(GilInterpreterView_End(its, UINT64_MAX), 0);
        if (how == 3)
            ck_assert_int_eq(Gil_FinalizeEx(), 0);
        GilInterpreterView_Close(its);
        ck_assert_int_eq(polls_at_the_end, how + 1);
        ck_assert_int_eq(told_at_the_end, 0);
    }
    GilInterpreterView_Close(view);
}
END_TEST

static int polls_to_be_told;

static void *
enter_and_poll(void *guard)
{
    GilThreadStateToken *token = GilThreadState_Ensure(guard);

    for (polls_to_be_told = 0; Gil_Poll() == 0 && polls_to_be_told < 100; polls_to_be_told++)
        ;
    ck_assert_int_eq(GilErr_ExceptionMatches(GilExc_SystemExit), 1);
    GilErr_Clear();
    /* Once. */
    ck_assert_int_eq(Gil_Poll(), 0);
    GilThreadState_Release(token);
    return NULL;
}

START_TEST(test_runtime_ending__who_comes_later_by_a_guard_is_asked_too)
{
    GilInterpreterGuard *guard = GilInterpreterGuard_FromView(view);

    ck_assert_int_eq(GilInterpreterView_RequestEnd(view), 0);
    join(thread(enter_and_poll, guard));
    ck_assert_int_eq(polls_to_be_told, 0);
    GilInterpreterGuard_Close(guard);
    ck_assert_int_eq(GilInterpreterView_WaitEnd(view, UINT64_MAX), 0);
}
END_TEST

static void
polls_at_exit(void *unused)
{
    (void)unused;
    ck_assert_int_eq(Gil_Poll(), 0);
    polls_to_be_told = 1;
}

/* Who has heeded the request, and cleans up, is not told again by each attempt; who carries the end out is not told at all. */
START_TEST(test_runtime_ending__each_is_told_once_whatever_is_tried)
{
    GilInterpreterGuard *guard = GilInterpreterGuard_FromView(view);
    GilThreadState *one = GilThreadState_New(gate()->interp), *ender = GilThreadState_New(gate()->interp);

    ck_assert(one != NULL && ender != NULL);
    ck_assert_int_eq(GilInterpreterView_RequestEnd(view), 0);
    GilThreadState_Swap(one);
    ck_assert_int_eq(Gil_Poll(), -1);
    GilErr_Clear();
    GilThreadState_Swap(main_ts);
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(i ? GilInterpreterView_WaitEnd(view, 0) : GilInterpreterView_End(view, 0), GIL_FINALIZE_BUSY);
        GilThreadState_Swap(one);
        ck_assert_int_eq(Gil_Poll(), 0);
        GilThreadState_Swap(main_ts);
    }
    ck_assert_uint_ne(gil_load_relaxed(&ender->block.brk) & _Gil_BRK_ENDING, 0);
    GilInterpreterGuard_Close(guard);
    GilThreadState_Delete(one);
    GilThreadState_Swap(ender);
    ck_assert_int_eq(GilUnstable_AtExit(GilInterpreterState_Get(), polls_at_exit, NULL), 0);
    ck_assert_int_eq(Gil_EndInterpreter(ender), 0);
    GilThreadState_Swap(main_ts);
    ck_assert_int_eq(polls_to_be_told, 1);
}
END_TEST

static void *
request(void *unused)
{
    ck_assert_int_eq(GilInterpreterView_RequestEnd(view), 0);
    return unused;
}

static void
request_when_it_closes(const GilLifeEvent *event, void *unused)
{
    pthread_t other;

    (void)unused;
    if (event->kind != GIL_LIFE_CLOSING)
        return;
    ck_assert_int_eq(pthread_create(&other, NULL, request, NULL), 0);
    ck_assert_int_eq(pthread_join(other, NULL), 0);
}

/* Attached to ender: its end is in vain, and what somebody has asked for stays; so it is told of that, unless it was before. */
static void
is_told_after_it_gave_up(GilThreadState *ender)
{
    for (int told = 0; told < 2; told++) {
        ck_assert_int_eq(Gil_EndInterpreter(ender), GIL_FINALIZE_BUSY);
        ck_assert(!is_open());
        ck_assert_int_eq(Gil_Poll(), told ? 0 : -1);
        ck_assert_int_eq(GilErr_ExceptionMatches(GilExc_SystemExit), !told);
        GilErr_Clear();
        ck_assert_int_eq(Gil_Poll(), 0);
    }
}

START_TEST(test_runtime_ending__who_gives_up_is_told_of_the_request)
{
    GilInterpreterGuard *guard = GilInterpreterGuard_FromView(view);
    GilThreadState *ender = GilThreadState_New(gate()->interp);

    ck_assert_ptr_nonnull(ender);
    gate()->interp->end_timeout = 1;
    /* It comes before, and was not heard of; and meanwhile, which is news whatever was heard of earlier. */
    ck_assert_int_eq(GilInterpreterView_RequestEnd(view), 0);
    GilThreadState_Swap(ender);
    is_told_after_it_gave_up(ender);
    ck_assert_int_eq(GilInterpreterView_CancelEnd(view), 0);
    Gil_SetLifeHook(request_when_it_closes, NULL);
    is_told_after_it_gave_up(ender);
    Gil_SetLifeHook(count_events, NULL);
    /* Nobody asks: it goes on. One's own request is no news. */
    ck_assert_int_eq(GilInterpreterView_CancelEnd(view), 0);
    for (int asked = 0; asked < 2; asked++) {
        ck_assert_int_eq(Gil_EndInterpreter(ender), GIL_FINALIZE_BUSY);
        ck_assert_int_eq(is_open(), !asked);
        ck_assert_int_eq(Gil_Poll(), 0);
        ck_assert_int_eq(GilInterpreterView_RequestEnd(view), 0);
    }
    GilInterpreterGuard_Close(guard);
    ck_assert_int_eq(Gil_EndInterpreter(ender), 0);
    GilThreadState_Swap(main_ts);
}
END_TEST

START_TEST(test_runtime_ending__a_request_replaces_no_exception)
{
    GilThreadState *ts = GilThreadState_New(((struct gil_gate *)(void *)view)->interp);

    GilThreadState_Swap(ts);
    GilErr_SetString(GilExc_ValueError, "the first");
    GilThreadState_Swap(main_ts);
    ck_assert_int_eq(GilInterpreterView_RequestEnd(view), 0);
    GilThreadState_Swap(ts);
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_eq(GilErr_ExceptionMatches(GilExc_ValueError), 1);
    GilErr_Clear();
    ck_assert_int_eq(Gil_Poll(), -1);
    ck_assert_int_eq(GilErr_ExceptionMatches(GilExc_SystemExit), 1);
    GilErr_Clear();
    GilThreadState_DeleteCurrent();
    GilThreadState_Swap(main_ts);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("runtime/ending");
    TCase *tc = tcase_create("ending"), *alone = tcase_create("alone");

    tcase_add_checked_fixture(tc, start, stop);
    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, test_runtime_ending__nobody_comes_in_and_who_is_in_goes_on);
    tcase_add_test(tc, test_runtime_ending__closing_is_told_before_what_comes_of_it);
    tcase_add_test(tc, test_runtime_ending__who_comes_later_by_a_guard_is_asked_too);
    tcase_add_test(tc, test_runtime_ending__each_is_told_once_whatever_is_tried);
    tcase_add_test(tc, test_runtime_ending__who_gives_up_is_told_of_the_request);
    tcase_add_test(tc, test_runtime_ending__a_request_replaces_no_exception);
    tcase_add_test(tc, test_runtime_ending__a_thread_of_its_own_asks);
    tcase_add_test(tc, test_runtime_ending__all_who_wait_see_one_end);
    tcase_add_test(tc, test_runtime_ending__the_next_takes_on_what_one_gives_up);
    tcase_add_test(tc, test_runtime_ending__what_is_asked_can_be_taken_back);
    tcase_add_test(tc, test_runtime_ending__is_refused_where_it_must_be);
    tcase_add_test(tc, test_runtime_ending__a_thread_that_keeps_the_lock_does_not_keep_the_time);
    tcase_add_test(tc, test_runtime_ending__who_ends_another_is_named);
    tcase_add_test(tc, test_runtime_ending__no_fork_in_the_middle_of_it);
    tcase_add_test(tc, test_runtime_ending__threads_are_listed);
    tcase_add_test(tc, test_F2_asking_waiting_taking_back_and_entering_at_once);
    tcase_add_checked_fixture(alone, start, NULL);
    tcase_add_test(alone, test_C6_calls_at_exit_may_poll);
    tcase_add_test(alone, test_runtime_ending__the_end_of_the_runtime_is_one);
    tcase_add_test(alone, test_runtime_ending__who_ends_it_does_not_wait_for_it);
    tcase_add_test(alone, test_runtime_ending__who_ends_the_runtime_is_named);
    suite_add_tcase(s, tc);
    suite_add_tcase(s, alone);
    return s;
}
