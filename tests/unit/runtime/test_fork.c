/* SPDX-License-Identifier: MIT */
/* The child of a fork against what other threads were in the middle of: mutexes, imports, collections, the end. */
#include "support/child.h"
#include "support/support.h"

#include "base/mem.h"
#include "gc/generation.h"
#include "runtime/fork.h"
#include "state/interp.h"
#include "state/lock.h"
#include "state/tstate.h"
#include "sync/machine.h"
#include "sync/mutex.h"

#include <dlfcn.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>

enum { MOST = 256 };

static struct gil_mutex *found[MOST];
static int count;

static void
collect(struct gil_mutex *mutex)
{
    ck_assert_int_lt(count, MOST);
    found[count++] = mutex;
}

static void
wait_for(int *flag)
{
    while (!__atomic_load_n(flag, __ATOMIC_ACQUIRE))
        sched_yield();
}

static void
set(int *flag)
{
    __atomic_store_n(flag, 1, __ATOMIC_RELEASE);
}

static void
works(void *unused)
{
    (void)unused;
    Gil_BEGIN_ALLOW_THREADS
    Gil_END_ALLOW_THREADS
    CHILD_CHECK(GilImport_ImportModule("nowhere") == NULL && GilErr_ExceptionMatches(GilExc_ImportError));
    GilErr_Clear();
    GilObject *list = GilList_New(1);
    CHILD_CHECK(list != NULL);
    Gil_DECREF(list);
    CHILD_CHECK(Gil_FinalizeEx() == 0);
}

/* --- mutexes --- */

static int held, forked;

/* Until somebody waits for it. The thread ends after the fork: for ThreadSanitizer one that ended before and is joined in the parent
 * only would be forgotten in the child. */
static void *
hold(void *mutex)
{
    struct gil_mutex *mu = mutex;

    gil_mutex_lock(mu);
    set(&held);
    while (__atomic_load_n(&mu->word, __ATOMIC_ACQUIRE) != 2)
        sched_yield();
    gil_mutex_unlock(mu);
    wait_for(&forked);
    return NULL;
}

START_TEST(test_D1_fork_while_another_thread_holds_any_lock)
{
    pthread_t thread;

    gil_fork_mutexes(collect);
    for (int i = 0; i < count; i++) {
        /* Of the many buckets of the parking lot a few will do. */
        if (found[i]->rank == GIL_RANK_PARKING && i % 16 != 0)
            continue;
        held = forked = 0;
        ck_assert_int_eq(pthread_create(&thread, NULL, hold, found[i]), 0);
        wait_for(&held);
        child_does(works, NULL);
        set(&forked);
        Gil_BEGIN_ALLOW_THREADS
        pthread_join(thread, NULL);
        Gil_END_ALLOW_THREADS
    }
}
END_TEST

START_TEST(test_D2_every_lock_is_in_the_list)
{
    unsigned seen = 0;

    gil_fork_mutexes(collect);
    for (int i = 0; i < count; i++) {
        ck_assert_int_ge((int)found[i]->rank, i > 0 ? (int)found[i - 1]->rank : GIL_RANK_START);
        for (int j = 0; j < i; j++)
            ck_assert_ptr_ne(found[i], found[j]);
        seen |= 1u << found[i]->rank;
    }
    for (unsigned rank = GIL_RANK_START; rank < GIL_RANK_END; rank++)
        if (rank != GIL_RANK_OUTSIDE && rank != GIL_RANK_ORDER)
            ck_assert_msg(seen & 1u << rank, "no mutex of rank %u is taken", rank);
}
END_TEST

/* --- thread states --- */

static int ready[3], over, destroyed;

static void
count_destroyed(GilObject *capsule)
{
    (void)capsule;
    destroyed++;
}

/* Detached, with an object in its state. */
static void *
stay(void *view)
{
    static int threads;
    int mine = __atomic_fetch_add(&threads, 1, __ATOMIC_RELAXED);
    GilThreadStateToken *token = GilThreadState_EnsureFromView(view);
    GilObject *capsule = GilCapsule_New(&over, NULL, count_destroyed);

    GilErr_SetObject(GilExc_ValueError, capsule);
    Gil_DECREF(capsule);
    Gil_BEGIN_ALLOW_THREADS
    set(&ready[mine]);
    wait_for(&over);
    Gil_END_ALLOW_THREADS
    GilErr_Clear();
    GilThreadState_Release(token);
    return NULL;
}

static int
states_of(GilInterpreterState *interp)
{
    int states = 0;

    for (GilThreadState *ts = interp->threads; ts != NULL; ts = ts->next)
        states++;
    return states;
}

static void
is_alone(void *unused)
{
    (void)unused;
    CHILD_CHECK(states_of(GilInterpreterState_Get()) == 1);
    CHILD_CHECK(gil_tstate_blocks() == 1);
    GilGC_Collect();
    CHILD_CHECK(destroyed == 0);
    /* Nobody is inside but this thread. */
    CHILD_CHECK(Gil_FinalizeTimed(0) == 0);
    CHILD_CHECK(destroyed == 0);
}

/* The kernel has given the thread another number: of the state that it has, and of those that it makes. */
static void
is_renumbered(void *unused)
{
    GilThreadState *current = GilThreadState_Get();
    uint32_t native = (uint32_t)GilThread_get_thread_native_id();

    (void)unused;
    CHILD_CHECK(current->native == native);
    GilThreadState *made = GilThreadState_New(current->interp);
    CHILD_CHECK(made != NULL);
    (void)GilThreadState_Swap(made);
    CHILD_CHECK(made->native == native);
    (void)GilThreadState_Swap(current);
    GilThreadState_Delete(made);
}

static void *
fork_from_a_kept_state(void *guard)
{
    GilThreadStateToken *token = GilThreadState_Ensure(guard);

    child_does(is_renumbered, NULL);
    GilThreadState_Release(token);
    return NULL;
}

static void
is_renumbered_at_its_start(void *unused)
{
    CHILD_CHECK(Gil_Initialize() == 0);
    is_renumbered(unused);
}

START_TEST(test_runtime_fork__a_thread_that_was_inside_once_is_renumbered)
{
    gil_test_start();
    gil_test_stop();
    child_does(is_renumbered_at_its_start, NULL);
}
END_TEST

START_TEST(test_runtime_fork__the_thread_is_renumbered)
{
    GilInterpreterGuard *guard = GilInterpreterGuard_FromCurrent();
    pthread_t thread;

    child_does(is_renumbered, NULL);
    ck_assert_int_eq(pthread_create(&thread, NULL, fork_from_a_kept_state, guard), 0);
    Gil_BEGIN_ALLOW_THREADS
    pthread_join(thread, NULL);
    Gil_END_ALLOW_THREADS
    GilInterpreterGuard_Close(guard);
}
END_TEST

/* Of each state that is left, and the calls that wait still. */
static void
has_to_call(void *which)
{
    GilThreadState *mine = GilThreadState_GetUnchecked(), **calls = which;

    for (GilInterpreterState *interp = gil_interp_newest(); interp != NULL; interp = interp->next)
        for (GilThreadState *ts = interp->threads; ts != NULL; ts = ts->next)
            CHILD_CHECK(!(ts->block.brk & (_Gil_BRK_CALLS | _Gil_BRK_SHARED)) == (ts != *calls));
    CHILD_CHECK(mine != NULL && Gil_Poll() == 0);
}

static int
succeed(void *unused)
{
    (void)unused;
    return 0;
}

START_TEST(test_runtime_fork__who_has_no_calls_to_make_is_asked_for_none)
{
    GilThreadState *none = NULL, *here = GilThreadState_Get(), *other = Gil_NewInterpreter();

    GilThreadState_Swap(here);
    child_does(has_to_call, &none);
    ck_assert_int_eq(Gil_AddPendingCall(succeed, NULL), 0);
    here->block.brk &= ~_Gil_BRK_CALLS;
    child_does(has_to_call, &here);
    ck_assert_int_eq(Gil_MakePendingCalls(), 0);
    GilThreadState_Swap(other);
    ck_assert_int_eq(Gil_EndInterpreter(other), 0);
    GilThreadState_Swap(here);
}
END_TEST

START_TEST(test_D3_states_of_threads_that_are_gone)
{
    GilInterpreterView *view = GilInterpreterView_FromCurrent();
    pthread_t threads[3];

    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, stay, view), 0);
    Gil_BEGIN_ALLOW_THREADS
    for (int i = 0; i < 3; i++)
        wait_for(&ready[i]);
    Gil_END_ALLOW_THREADS
    child_does(is_alone, NULL);
    set(&over);
    Gil_BEGIN_ALLOW_THREADS
    for (int i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
    Gil_END_ALLOW_THREADS
    ck_assert_int_eq(destroyed, 3);
    GilInterpreterView_Close(view);
}
END_TEST

/* --- the main thread --- */

static int calls_made, callbacks_made;

static int
count_call(void *unused)
{
    (void)unused;
    calls_made++;
    return 0;
}

static int
count_callback(int signum, void *unused)
{
    (void)signum;
    (void)unused;
    callbacks_made++;
    return 0;
}

/* Calls to main, and signals' callbacks, are made by the attached thread. */
static void
is_main_thread(void *unused)
{
    (void)unused;
    calls_made = callbacks_made = 0;
    for (int i = 1; i <= 2; i++) {
        CHILD_CHECK(Gil_AddPendingCall(count_call, NULL) == 0);
        CHILD_CHECK(raise(SIGUSR1) == 0);
        CHILD_CHECK(Gil_Poll() == 0);
        CHILD_CHECK(calls_made == i && callbacks_made == i);
    }
}

static GilInterpreterView *main_view, *other_view;
static GilThreadState *never_attached;

/* Attached to the other interpreter: that lives on alone, so it is the main one. What the lost one watched went with it. */
static void
is_heir(void *unused)
{
    struct sigaction now;

    CHILD_CHECK(GilInterpreterState_Get() == GilInterpreterState_Main());
    CHILD_CHECK(sigaction(SIGUSR1, NULL, &now) == 0 && now.sa_handler == SIG_DFL);
    CHILD_CHECK(GilSignal_Watch(SIGUSR1, count_callback, NULL, 0) == 0);
    is_main_thread(unused);
}

/* It has its state in the main interpreter as before. */
static void
is_abroad(void *here)
{
    calls_made = callbacks_made = 0;
    CHILD_CHECK(raise(SIGUSR1) == 0);
    CHILD_CHECK(Gil_Poll() == 0 && callbacks_made == 1);
    GilThreadState_Swap(here);
    is_main_thread(NULL);
    CHILD_CHECK(Gil_FinalizeEx() == 0);
}

/* A kept state is attached to the main interpreter, and nobody has attached the newest. */
static void
is_visitor(void *unused)
{
    CHILD_CHECK(gil_interp_first()->threads == never_attached);
    is_main_thread(unused);
}

/* Attached to another interpreter, without a state in the main one: what comes waits for that. */
static void
is_stranger(void *token)
{
    calls_made = callbacks_made = 0;
    CHILD_CHECK(Gil_AddPendingCall(count_call, NULL) == 0);
    CHILD_CHECK(raise(SIGUSR1) == 0);
    CHILD_CHECK(Gil_Poll() == 0 && calls_made == 0 && callbacks_made == 0);
    GilThreadState_Release(token);
    GilEval_RestoreThread(GilThreadState_New(GilInterpreterState_Main()));
    CHILD_CHECK(Gil_Poll() == 0 && calls_made == 1 && callbacks_made == 1);
    is_main_thread(NULL);
    CHILD_CHECK(Gil_FinalizeEx() == 0);
}

static void *
fork_from_a_visit(void *unused)
{
    GilThreadStateToken *token = GilThreadState_EnsureFromView(main_view);
    GilThreadState_Release(token);
    set(&ready[0]);
    wait_for(&ready[1]);
    token = GilThreadState_EnsureFromView(main_view);
    child_does(is_visitor, NULL);
    GilThreadState_Release(token);
    return unused;
}

static void *
fork_from_elsewhere(void *unused)
{
    GilThreadStateToken *token = GilThreadState_EnsureFromView(other_view);

    child_does(is_stranger, token);
    GilThreadState_Release(token);
    return unused;
}

static void *
hold_main(void *unused)
{
    GilThreadStateToken *token = GilThreadState_EnsureFromView(main_view);

    set(&ready[2]);
    wait_for(&over);
    GilThreadState_Release(token);
    return unused;
}

/* --- a fork in the middle of GilSignal_Watch() --- */

#ifndef __SANITIZE_THREAD__ /* which has a sigaction() of its own */
static int cut_at; /* [atomic] the call of sigaction() that sets a handler and after which a thread waits; 0: none */

/* In front of the C library's. */
int
sigaction(int signum, const struct sigaction *new, struct sigaction *old)
{
    static int (*real)(int, const struct sigaction *, struct sigaction *);

    if (real == NULL)
        *(void **)&real = dlsym(RTLD_NEXT, "sigaction");
    int rc = real(signum, new, old);
    if (new != NULL && signum == SIGUSR1 && __atomic_exchange_n(&cut_at, 0, __ATOMIC_SEQ_CST)) {
        set(&ready[2]);
        wait_for(&over);
    }
    return rc;
}

static void *
watch_in_main(void *unused)
{
    GilThreadStateToken *token = GilThreadState_EnsureFromView(main_view);

    __atomic_store_n(&cut_at, 1, __ATOMIC_SEQ_CST);
    ck_assert_int_eq(GilSignal_Watch(SIGUSR1, count_callback, NULL, 0), 0);
    GilThreadState_Release(token);
    return unused;
}

static void *
unwatch_in_main(void *unused)
{
    GilThreadStateToken *token = GilThreadState_EnsureFromView(main_view);

    ck_assert_int_eq(GilSignal_Watch(SIGUSR1, count_callback, NULL, 0), 0);
    __atomic_store_n(&cut_at, 1, __ATOMIC_SEQ_CST);
    ck_assert_int_eq(GilSignal_Unwatch(SIGUSR1), 1);
    GilThreadState_Release(token);
    return unused;
}

static int host_calls, others_calls;

static void
count_host(int signum)
{
    (void)signum;
    host_calls++;
}

static void
count_others(int signum)
{
    (void)signum;
    others_calls++;
}

/* The host's handler is there again, and is not taken for one that was set over the library's: the next is called as well. */
static void
is_heir_of_the_host(void *unused)
{
    struct sigaction now, others = {.sa_handler = count_others};
    (void)unused;

    CHILD_CHECK(sigaction(SIGUSR1, &others, &now) == 0 && now.sa_handler == count_host);
    CHILD_CHECK(GilSignal_Watch(SIGUSR1, count_callback, NULL, 0) == 0);
    callbacks_made = 0;
    CHILD_CHECK(raise(SIGUSR1) == 0 && Gil_Poll() == 0);
    CHILD_CHECK(host_calls == 0 && others_calls == 1 && callbacks_made == 1);
}

START_TEST(test_E2_a_signal_that_is_just_given_up_is_the_host_s_in_the_child)
{
    GilThreadState *here = GilThreadState_Get();
    struct sigaction host = {.sa_handler = count_host};
    pthread_t thread;

    main_view = GilInterpreterView_FromCurrent();
    ck_assert_int_eq(sigaction(SIGUSR1, &host, NULL), 0);
    ck_assert_ptr_nonnull(Gil_NewInterpreter());
    ck_assert_int_eq(pthread_create(&thread, NULL, unwatch_in_main, NULL), 0);
    wait_for(&ready[2]);
    child_does(is_heir_of_the_host, NULL);
    set(&over);
    Gil_BEGIN_ALLOW_THREADS
    pthread_join(thread, NULL);
    Gil_END_ALLOW_THREADS
    ck_assert_int_eq(Gil_EndInterpreter(GilThreadState_Get()), 0);
    GilInterpreterView_Close(main_view);
    GilEval_RestoreThread(here);
    host.sa_handler = SIG_DFL;
    ck_assert_int_eq(sigaction(SIGUSR1, &host, NULL), 0);
}
END_TEST

/* What that would have watched is watched by nobody, as before. */
START_TEST(test_E2_a_signal_that_is_about_to_be_watched_is_nobody_s_in_the_child)
{
    GilThreadState *here = GilThreadState_Get();
    pthread_t thread;

    main_view = GilInterpreterView_FromCurrent();
    ck_assert_ptr_nonnull(Gil_NewInterpreter());
    ck_assert_int_eq(pthread_create(&thread, NULL, watch_in_main, NULL), 0);
    wait_for(&ready[2]);
    child_does(is_heir, NULL);
    set(&over);
    Gil_BEGIN_ALLOW_THREADS
    pthread_join(thread, NULL);
    Gil_END_ALLOW_THREADS
    ck_assert_int_eq(Gil_EndInterpreter(GilThreadState_Get()), 0);
    GilInterpreterView_Close(main_view);
    GilEval_RestoreThread(here);
}
END_TEST
#endif

START_TEST(test_E2_calls_and_signals_have_a_main_thread_in_the_child)
{
    GilThreadState *here = GilThreadState_Get(), *there;
    pthread_t thread;

    main_view = GilInterpreterView_FromCurrent();
    ck_assert_int_eq(GilSignal_Watch(SIGUSR1, count_callback, NULL, 0), 0);
    child_does(is_main_thread, NULL);
    /* By a visitor. */
    ck_assert_int_eq(pthread_create(&thread, NULL, fork_from_a_visit, NULL), 0);
    Gil_BEGIN_ALLOW_THREADS
    wait_for(&ready[0]);
    Gil_END_ALLOW_THREADS
    never_attached = GilThreadState_New(GilInterpreterState_Get());
    Gil_BEGIN_ALLOW_THREADS
    set(&ready[1]);
    pthread_join(thread, NULL);
    Gil_END_ALLOW_THREADS
    GilThreadState_Delete(never_attached);
    /* By a thread of another interpreter. */
    there = Gil_NewInterpreter();
    other_view = GilInterpreterView_FromCurrent();
    Gil_BEGIN_ALLOW_THREADS
    ck_assert_int_eq(pthread_create(&thread, NULL, fork_from_elsewhere, NULL), 0);
    pthread_join(thread, NULL);
    Gil_END_ALLOW_THREADS
    /* By the main thread, there; and while the main interpreter is another's. */
    child_does(is_abroad, here);
    ck_assert_int_eq(pthread_create(&thread, NULL, hold_main, NULL), 0);
    wait_for(&ready[2]);
    child_does(is_heir, NULL);
    set(&over);
    Gil_BEGIN_ALLOW_THREADS
    pthread_join(thread, NULL);
    Gil_END_ALLOW_THREADS
    Gil_EndInterpreter(there);
    GilThreadState_Swap(here);
    GilInterpreterView_Close(main_view);
    GilInterpreterView_Close(other_view);
}
END_TEST

/* --- the lock --- */

static void *
come_in(void *view)
{
    GilThreadStateToken *token = GilThreadState_EnsureFromView(view);
    GilThreadState_Release(token);
    return NULL;
}

static void
nobody_waits(void *unused)
{
    GilLockInfo info = {.size = sizeof info};

    CHILD_CHECK(GilLock_GetInfo(GilInterpreterState_Get(), &info) == 0);
    CHILD_CHECK(info.waiters == 0);
    works(unused);
}

START_TEST(test_D4_waiters_that_are_gone)
{
    GilInterpreterView *view = GilInterpreterView_FromCurrent();
    GilThreadState *ts = GilThreadState_Get();
    pthread_t threads[2];

    /* As soon as they wait, and when one has asked for the lock. */
    for (int asked = 0; asked < 2; asked++) {
        GilLockInfo info = {.size = sizeof info};
        for (int i = 0; i < 2; i++)
            ck_assert_int_eq(pthread_create(&threads[i], NULL, come_in, view), 0);
        do
            ck_assert_int_eq(GilLock_GetInfo(ts->interp, &info), 0);
        while (info.waiters < 2 || (asked && !(gil_load_relaxed(&ts->block.brk) & _Gil_BRK_PREEMPT)));
        child_does(nobody_waits, NULL);
        Gil_BEGIN_ALLOW_THREADS
        for (int i = 0; i < 2; i++)
            pthread_join(threads[i], NULL);
        Gil_END_ALLOW_THREADS
    }
    GilInterpreterView_Close(view);
}
END_TEST

static void *
come_often(void *view)
{
    for (int i = 0; i < 100; i++)
        come_in(view);
    return NULL;
}

START_TEST(test_D5_membarrier_is_refused_in_the_child)
{
    GilThreadState *ts = GilThreadState_Get();

    if (!gil_machine_can_fence_all())
        return;
    for (unsigned i = 0; i < 10 * GIL_MACHINE_FENCE_WORTH && !(ts->lock->owner & GIL_LOCK_LEANS); i++) {
        Gil_BEGIN_ALLOW_THREADS
        Gil_END_ALLOW_THREADS
    }
    ck_assert(ts->lock->owner & GIL_LOCK_LEANS);
    for (int refuse = 0; refuse < 2; refuse++) {
        ck_assert_int_eq(GilOS_BeforeFork(), 0);
        pid_t child = fork();
        if (child == 0) {
            pthread_t thread;
            if (refuse)
                gil_test_refuse_membarrier(EPERM);
            GilOS_AfterFork_Child();
            CHILD_CHECK((ts->lock->owner & GIL_LOCK_LEANS) == 0 || !refuse);
            GilInterpreterView *view = GilInterpreterView_FromCurrent();
            CHILD_CHECK(pthread_create(&thread, NULL, come_often, view) == 0);
            for (int i = 0; i < 1000; i++) {
                Gil_BEGIN_ALLOW_THREADS
                Gil_END_ALLOW_THREADS
                CHILD_CHECK(Gil_Poll() == 0);
            }
            Gil_BEGIN_ALLOW_THREADS
            pthread_join(thread, NULL);
            Gil_END_ALLOW_THREADS
            GilInterpreterView_Close(view);
            _exit(Gil_FinalizeEx() != 0);
        }
        GilOS_AfterFork_Parent();
        ck_assert_int_eq(child_status(child), 0);
    }
}
END_TEST

/* Nobody but those that wait sees to it that each has its turn. */
static void *
compute_in_turns(void *view)
{
    GilThreadStateToken *token = GilThreadState_EnsureFromView(view);
    GilThreadState *ts = GilThreadState_Get();

    while (gil_load_relaxed(&ts->stats.given) < 2)
        CHILD_CHECK(Gil_Poll() == 0);
    GilThreadState_Release(token);
    return NULL;
}

static void
takes_turns(void *unused)
{
    GilInterpreterView *view = GilInterpreterView_FromCurrent();
    pthread_t threads[2];

    GilInterpreterState_SetSwitchInterval(GilInterpreterState_Get(), 200000);
    for (int i = 0; i < 2; i++)
        CHILD_CHECK(pthread_create(&threads[i], NULL, compute_in_turns, view) == 0);
    /* One of them is left alone at the end: this thread wants a turn then, too. */
    for (int i = 0; i < 2; i++) {
        Gil_BEGIN_ALLOW_THREADS
        while (pthread_tryjoin_np(threads[i], NULL) != 0) {
            GilThreadStateToken *token = GilThreadState_EnsureFromView(view);
            GilThreadState_Release(token);
        }
        Gil_END_ALLOW_THREADS
    }
    GilInterpreterView_Close(view);
    works(unused);
}

START_TEST(test_D9_turns_in_the_child)
{
    child_does(takes_turns, NULL);
}
END_TEST

/* --- memory --- */

START_TEST(test_D10_nothing_is_allocated_in_the_child)
{
    GilInterpreterView *view = GilInterpreterView_FromCurrent();
    pthread_t thread;

    ck_assert_int_eq(pthread_create(&thread, NULL, stay, view), 0);
    Gil_BEGIN_ALLOW_THREADS
    wait_for(&ready[0]);
    Gil_END_ALLOW_THREADS
    ck_assert_int_eq(GilOS_BeforeFork(), 0);
    pid_t child = fork();
    if (child == 0) {
        gil_test_fail_alloc(1, 1);
        GilOS_AfterFork_Child();
        long asked = gil_mem_fail_count();
        gil_test_fail_alloc_off();
        _exit(asked != 0);
    }
    GilOS_AfterFork_Parent();
    ck_assert_int_eq(child_status(child), 0);
    set(&over);
    Gil_BEGIN_ALLOW_THREADS
    pthread_join(thread, NULL);
    Gil_END_ALLOW_THREADS
    GilInterpreterView_Close(view);
}
END_TEST

START_TEST(test_runtime_fork__without_memory_registers_nothing)
{
    static const GilForkCalls calls = {NULL, NULL, NULL};

    gil_test_fail_alloc(1, 0);
    errno = 0;
    ck_assert_int_eq(GilOS_AtFork(&calls, NULL), -1);
    ck_assert_int_eq(errno, ENOMEM);
    gil_test_fail_alloc_off();
    ck_assert_int_eq(GilOS_CancelAtFork(&calls, NULL), 0);
}
END_TEST

/* --- what others had begun --- */

static int in_the_middle, go_on, hook_calls;

static GilSlot *
slow_hook(void)
{
    GilABIInfo_VAR(abi);
    static GilSlot slots[] = {GilSlot_DATA(Gil_mod_abi, &abi), GilSlot_DATA(Gil_mod_name, "slow"), GilSlot_END};

    if (hook_calls++ == 0) {
        Gil_BEGIN_ALLOW_THREADS
        set(&in_the_middle);
        wait_for(&go_on);
        Gil_END_ALLOW_THREADS
    }
    return slots;
}

static void *
import_slowly(void *view)
{
    GilThreadStateToken *token = GilThreadState_EnsureFromView(view);
    GilObject *module = GilImport_ImportModule("slow");

    CHILD_CHECK(module != NULL);
    Gil_DECREF(module);
    GilThreadState_Release(token);
    return NULL;
}

static void
imports_it_itself(void *unused)
{
    GilObject *module = GilImport_ImportModule("slow");

    if (module == NULL)
        GilErr_Print();
    CHILD_CHECK(module != NULL && hook_calls == 2);
    Gil_DECREF(module);
    works(unused);
}

static void
fork_in_the_middle(void *(*begin)(void *), void (*then)(void *))
{
    GilInterpreterView *view = GilInterpreterView_FromCurrent();
    pthread_t thread;

    ck_assert_int_eq(pthread_create(&thread, NULL, begin, view), 0);
    Gil_BEGIN_ALLOW_THREADS
    wait_for(&in_the_middle);
    Gil_END_ALLOW_THREADS
    child_does(then, NULL);
    set(&go_on);
    Gil_BEGIN_ALLOW_THREADS
    pthread_join(thread, NULL);
    Gil_END_ALLOW_THREADS
    GilInterpreterView_Close(view);
}

START_TEST(test_runtime_fork__import_of_a_thread_that_is_gone)
{
    ck_assert_int_eq(GilImport_AppendInittab("slow", slow_hook), 0);
    gil_test_start();
    fork_in_the_middle(import_slowly, imports_it_itself);
    gil_test_stop();
}
END_TEST

static void
pause_in_collection(const GilGCInfo *info, void *unused)
{
    (void)unused;
    if (info->phase != GilGC_PHASE_START || in_the_middle)
        return;
    Gil_BEGIN_ALLOW_THREADS
    set(&in_the_middle);
    wait_for(&go_on);
    Gil_END_ALLOW_THREADS
}

static void *
collect_slowly(void *view)
{
    GilThreadStateToken *token = GilThreadState_EnsureFromView(view);

    GilGC_Collect();
    GilThreadState_Release(token);
    return NULL;
}

static void
collects(void *unused)
{
    GilObject *list = GilList_New(0);

    CHILD_CHECK(gil_gc(GilThreadState_Get())->collector == NULL);
    GilList_Append(list, list);
    Gil_DECREF(list);
    CHILD_CHECK(GilGC_Collect() >= 1);
    works(unused);
}

START_TEST(test_runtime_fork__collection_of_a_thread_that_is_gone)
{
    unsetenv("GIL_GC_STRESS"); /* it asks which thread collects */
    gil_test_start();
    ck_assert_int_eq(GilGC_AddCallback(pause_in_collection, NULL), 0);
    fork_in_the_middle(collect_slowly, collects);
    gil_test_stop();
}
END_TEST

/* A region whose signal is on its way again: a child has no timer of its parent's, and the request is its thread's there as well. */
static int
is_woken(GilUnblockSelf *self)
{
    int woken;
    pid_t child;

    Gil_BEGIN_BLOCKING_CALL_UBF(GilUnblock_Signal, self)
    (void)GilThreadState_Interrupt((GilThreadState *)(void *)_Gil_thread, 0);
    child = GilOS_Fork();
    woken = poll(NULL, 0, 20000) == -1 && errno == EINTR;
    Gil_END_BLOCKING_CALL_UBF
    if (child == 0)
        _exit(!woken || Gil_Poll() == 0 || GilUnblock_UseSignal(0) < 0);
    ck_assert_int_eq(child_status(child), 0);
    return woken;
}

START_TEST(test_D4_a_signal_that_is_sent_again_is_so_in_the_child)
{
    GilUnblockSelf self;

    gil_test_start();
    ck_assert_int_eq(GilUnblock_UseSignal(SIGUSR2), 0);
    ck_assert_int_eq(GilUnblockSelf_Init(&self), 0);
    ck_assert_int_eq(is_woken(&self), 1);
    ck_assert_int_eq(Gil_Poll(), -1);
    GilErr_Clear();
    ck_assert_int_eq(GilUnblock_UseSignal(0), 0);
    gil_test_stop();
}
END_TEST

/* The main thread stops the runtime and waits for a guard, whose thread forks. */
static int refused;

static void *
fork_while_it_waits(void *guard)
{
    GilThreadStateToken *token = GilThreadState_Ensure(guard);

    Gil_BEGIN_ALLOW_THREADS
    while (!Gil_IsFinalizing())
        sched_yield();
    Gil_END_ALLOW_THREADS
    /* Before the gate closes it may work; afterwards it is refused. */
    for (;;) {
        pid_t child = GilOS_Fork();
        if (child < 0)
            break;
        if (child == 0)
            _exit(!Gil_IsInitialized() || Gil_IsFinalizing());
        ck_assert_int_eq(child_status(child), 0);
    }
    refused = errno;
    GilErr_Clear();
    GilThreadState_Release(token);
    GilInterpreterGuard_Close(guard);
    return NULL;
}

START_TEST(test_runtime_fork__while_another_thread_ends_the_runtime)
{
    pthread_t thread;

    gil_test_start();
    GilInterpreterGuard *guard = GilInterpreterGuard_FromCurrent();
    ck_assert_int_eq(pthread_create(&thread, NULL, fork_while_it_waits, guard), 0);
    gil_test_stop();
    pthread_join(thread, NULL);
    ck_assert_int_eq(refused, EBUSY);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("runtime_fork");
    TCase *tc = tcase_create("running"), *alone = tcase_create("alone");

    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, test_D1_fork_while_another_thread_holds_any_lock);
    tcase_add_test(tc, test_D2_every_lock_is_in_the_list);
    tcase_add_test(tc, test_E2_calls_and_signals_have_a_main_thread_in_the_child);
#ifndef __SANITIZE_THREAD__
    tcase_add_test(tc, test_E2_a_signal_that_is_about_to_be_watched_is_nobody_s_in_the_child);
    tcase_add_test(tc, test_E2_a_signal_that_is_just_given_up_is_the_host_s_in_the_child);
#endif
    tcase_add_test(tc, test_runtime_fork__who_has_no_calls_to_make_is_asked_for_none);
    tcase_add_test(tc, test_D3_states_of_threads_that_are_gone);
    tcase_add_test(tc, test_D4_waiters_that_are_gone);
    GIL_TEST_ADD_UNLESS_EMULATED(tc, test_D5_membarrier_is_refused_in_the_child, 0, 1, "it has no seccomp");
    tcase_add_test(tc, test_D9_turns_in_the_child);
    tcase_add_test(tc, test_D10_nothing_is_allocated_in_the_child);
    tcase_add_test(tc, test_runtime_fork__the_thread_is_renumbered);
    tcase_add_test(tc, test_runtime_fork__without_memory_registers_nothing);
    suite_add_tcase(s, tc);
    tcase_set_timeout(alone, 60);
    tcase_add_test(alone, test_runtime_fork__import_of_a_thread_that_is_gone);
    tcase_add_test(alone, test_runtime_fork__collection_of_a_thread_that_is_gone);
    tcase_add_test(alone, test_D4_a_signal_that_is_sent_again_is_so_in_the_child);
    tcase_add_test(alone, test_runtime_fork__while_another_thread_ends_the_runtime);
    tcase_add_test(alone, test_runtime_fork__a_thread_that_was_inside_once_is_renumbered);
    suite_add_tcase(s, alone);
    return s;
}
