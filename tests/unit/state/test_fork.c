/* SPDX-License-Identifier: MIT */
/* What is left in the child of a fork: interpreters, states, gates and guards, as the state layer sees them. */
#include "support/child.h"
#include "support/support.h"

#include "state/fork.h"
#include "state/gate.h"
#include "state/interp.h"
#include "state/lean.h"
#include "state/lock.h"
#include "state/tstate.h"

#include <pthread.h>
#include <sched.h>

static GilThreadState *kept_one, *of_another;
static int ready, over;

static void *
attach_and_stay(void *unused)
{
    GilEval_AcquireThread(of_another);
    GilEval_ReleaseThread(of_another);
    __atomic_store_n(&ready, 1, __ATOMIC_RELEASE);
    while (!__atomic_load_n(&over, __ATOMIC_ACQUIRE))
        sched_yield();
    return unused;
}

static int
is_listed(const GilThreadState *wanted)
{
    for (const GilThreadState *ts = GilInterpreterState_Get()->threads; ts != NULL; ts = ts->next)
        if (ts == wanted)
            return 1;
    return 0;
}

static void
mine_are_left(void *unused)
{
    (void)unused;
    CHILD_CHECK(is_listed(kept_one) && !is_listed(of_another));
    CHILD_CHECK(of_another->id == 0);
    GilThreadState_Delete(kept_one);
    CHILD_CHECK(Gil_FinalizeEx() == 0);
}

START_TEST(test_state_fork__states_of_this_thread_and_of_none_are_left)
{
    pthread_t thread;

    kept_one = GilThreadState_New(GilInterpreterState_Get());
    of_another = GilThreadState_New(GilInterpreterState_Get());
    ck_assert(gil_fork_is_mine(kept_one) && gil_fork_is_mine(of_another) && gil_fork_is_mine(GilThreadState_Get()));
    ck_assert_int_eq(pthread_create(&thread, NULL, attach_and_stay, NULL), 0);
    Gil_BEGIN_ALLOW_THREADS
    while (!__atomic_load_n(&ready, __ATOMIC_ACQUIRE))
        sched_yield();
    Gil_END_ALLOW_THREADS
    ck_assert(!gil_fork_is_mine(of_another));
    child_does(mine_are_left, NULL);
    __atomic_store_n(&over, 1, __ATOMIC_RELEASE);
    pthread_join(thread, NULL);
    GilThreadState_Delete(kept_one);
    GilThreadState_Delete(of_another);
}
END_TEST

static uint32_t wanted_inside;

static void
counts_its_own(void *unused)
{
    struct gil_gate *gate = GilInterpreterState_Get()->gate;

    (void)unused;
    /* What the fork itself took is given back by now. */
    CHILD_CHECK(gil_gate_inside(gate) == wanted_inside && !gil_gate_is_closing(gate));
}

START_TEST(test_state_fork__gate_counts_who_is_left)
{
    GilInterpreterView *view = GilInterpreterView_FromCurrent();
    GilInterpreterGuard *guard = GilInterpreterGuard_FromCurrent();
    struct gil_gate *gate = GilInterpreterState_Get()->gate;

    /* Those of threads that are no more by then, and have no name. */
    ck_assert_int_eq(gil_gate_enter(gate), 0);
    ck_assert_int_eq(gil_gate_enter(gate), 0);
    wanted_inside = 1;
    child_does(counts_its_own, NULL);
    GilThreadStateToken *token = GilThreadState_EnsureFromView(view);
    wanted_inside = 2;
    child_does(counts_its_own, NULL);
    GilThreadState_Release(token);
    gil_gate_leave(gate);
    gil_gate_leave(gate);
    ck_assert_uint_eq(gil_gate_inside(gate), 1);
    GilInterpreterGuard_Close(guard);
    GilInterpreterView_Close(view);
}
END_TEST

/* An interpreter whose end, or whose beginning, was another's business. */
static void
is_one(void *unused)
{
    (void)unused;
    CHILD_CHECK(gil_interp_first() == GilInterpreterState_Main() && gil_interp_first()->next == NULL);
    CHILD_CHECK(Gil_FinalizeEx() == 0);
}

static void
are_two(void *unused)
{
    (void)unused;
    CHILD_CHECK(gil_interp_first()->next == GilInterpreterState_Main());
    CHILD_CHECK(!gil_gate_is_closing(gil_interp_first()->gate));
    CHILD_CHECK(Gil_FinalizeEx() == 0);
}

START_TEST(test_state_fork__interpreters_half_made_or_half_gone_are_lost)
{
    GilThreadState *here = GilThreadState_Get(), *ts = Gil_NewInterpreter();
    GilInterpreterState *interp = ts->interp;
    void *last = interp->pocket[GIL_POCKETS - 1];

    GilThreadState_Swap(here);
    child_does(are_two, NULL);
    ck_assert_int_eq(gil_gate_close(interp->gate), 0);
    child_does(are_two, NULL);
    ck_assert_int_eq(gil_gate_shut(interp->gate, 0), 0);
    child_does(is_one, NULL);
    gil_gate_reopen(interp->gate);
    interp->pocket[GIL_POCKETS - 1] = NULL;
    child_does(is_one, NULL);
    interp->pocket[GIL_POCKETS - 1] = last;
    interp->closed = 1;
    child_does(is_one, NULL);
    interp->closed = 0;
    child_does(are_two, NULL);
}
END_TEST

/* --- interpreters that are lost --- */

/* Whoever had its lock, and whatever that knows of this thread. */
static void
nobody_comes_in(void *lost)
{
    GilThreadState *here = GilEval_SaveThread(), *ts = lost;

    CHILD_CHECK(ts->barred && gil_lock_holder(ts->lock) == NULL);
    for (int i = 0; i < 3; i++)
        CHILD_CHECK(GilEval_TryRestoreThread(ts) == -1 && GilEval_TimedRestoreThread(ts, UINT64_MAX) == -1);
    GilEval_RestoreThread(here);
    CHILD_CHECK(Gil_FinalizeEx() == 0);
}

/* Its lock was free, and this thread had it last: what spares such a one a look at its state is not so any more. */
START_TEST(test_state_fork__a_lost_interpreter_lets_nobody_in_who_was_there_last)
{
    GilThreadState *here = GilThreadState_Get();

    for (int may_lean = 1; may_lean >= 0; may_lean--) {
        GilThreadState *ts = Gil_NewInterpreter();
        struct gil_lock *lock = ts->lock;
        if (!may_lean) {
            gil_mutex_lock(&lock->mu);
            gil_lean_straighten(lock);
            gil_mutex_unlock(&lock->mu);
            lock->may_lean = 0;
        }
        GilThreadState_Swap(here);
        GilThreadState_Swap(ts);
        GilThreadState_Swap(here);
        ck_assert_uint_eq(lock->last, ts->id);
        if (!may_lean)
            ck_assert_uint_eq(lock->again, ts->id);
        ck_assert_int_eq(gil_gate_close(ts->interp->gate), 0);
        ck_assert_int_eq(gil_gate_shut(ts->interp->gate, 0), 0);
        child_does(nobody_comes_in, ts);
        gil_gate_reopen(ts->interp->gate);
    }
}
END_TEST

static void *
attach_until_over(void *ts)
{
    GilEval_AcquireThread(ts);
    __atomic_store_n(&ready, 1, __ATOMIC_RELEASE);
    while (!__atomic_load_n(&over, __ATOMIC_ACQUIRE))
        sched_yield();
    GilEval_ReleaseThread(ts);
    return NULL;
}

/* Its lock was a thread's that is gone, whose state serves others now. */
START_TEST(test_state_fork__the_lock_of_a_lost_interpreter_is_nobodys)
{
    GilThreadState *here = GilThreadState_Get(), *ts = Gil_NewInterpreter();
    pthread_t thread;

    of_another = GilThreadState_New(ts->interp);
    GilThreadState_Swap(here);
    ck_assert_int_eq(pthread_create(&thread, NULL, attach_until_over, of_another), 0);
    while (!__atomic_load_n(&ready, __ATOMIC_ACQUIRE))
        sched_yield();
    child_does(nobody_comes_in, ts);
    __atomic_store_n(&over, 1, __ATOMIC_RELEASE);
    pthread_join(thread, NULL);
    GilThreadState_Delete(of_another);
}
END_TEST

static void
only_this_one_is_left(void *ts)
{
    CHILD_CHECK(gil_interp_first() == GilInterpreterState_Get() && gil_interp_first()->next == NULL);
    nobody_comes_in(ts);
}

/* Two that share it are lost both, whichever of them that thread was in. */
START_TEST(test_state_fork__a_shared_lock_of_a_thread_that_is_gone)
{
    GilThreadState *main_ts = GilThreadState_Get(), *sharer, *here;
    GilInterpreterConfig config;
    pthread_t thread;

    GilInterpreterConfig_Init(&config);
    config.gil = GilInterpreterConfig_SHARED_GIL;
    ck_assert(!GilStatus_Exception(Gil_NewInterpreterFromConfig(&sharer, &config)));
    here = Gil_NewInterpreter();
    ck_assert_ptr_nonnull(here);
    for (int i = 0; i < 2; i++) {
        ready = over = 0;
        of_another = GilThreadState_New(i == 0 ? main_ts->interp : sharer->interp);
        ck_assert_int_eq(pthread_create(&thread, NULL, attach_until_over, of_another), 0);
        while (!__atomic_load_n(&ready, __ATOMIC_ACQUIRE))
            sched_yield();
        child_does(only_this_one_is_left, main_ts);
        child_does(only_this_one_is_left, sharer);
        __atomic_store_n(&over, 1, __ATOMIC_RELEASE);
        pthread_join(thread, NULL);
        GilThreadState_Delete(of_another);
    }
    GilThreadState_Swap(main_ts);
}
END_TEST

START_TEST(test_state_fork__shared_lock_is_this_threads)
{
    GilThreadState *here = GilThreadState_Get(), *ts;
    GilInterpreterConfig config;

    GilInterpreterConfig_Init(&config);
    config.gil = GilInterpreterConfig_SHARED_GIL;
    ck_assert(!GilStatus_Exception(Gil_NewInterpreterFromConfig(&ts, &config)));
    GilThreadState_Swap(here);
    child_does(are_two, NULL);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("state_fork");
    TCase *tc = tcase_create("fork");

    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, test_state_fork__states_of_this_thread_and_of_none_are_left);
    tcase_add_test(tc, test_state_fork__gate_counts_who_is_left);
    tcase_add_test(tc, test_state_fork__interpreters_half_made_or_half_gone_are_lost);
    tcase_add_test(tc, test_state_fork__shared_lock_is_this_threads);
    tcase_add_test(tc, test_state_fork__a_lost_interpreter_lets_nobody_in_who_was_there_last);
    tcase_add_test(tc, test_state_fork__the_lock_of_a_lost_interpreter_is_nobodys);
    tcase_add_test(tc, test_state_fork__a_shared_lock_of_a_thread_that_is_gone);
    suite_add_tcase(s, tc);
    return s;
}
