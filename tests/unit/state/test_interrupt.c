/* SPDX-License-Identifier: MIT */
/* Asking threads that are in native code, and what they ask on their way. */
#include "unit/state/world.h"

#include "gilrt/unblock.h"
#include "state/interrupt.h"
#include "state/wait.h"
#include "support/child.h"
#include "sync/machine.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define LONG_ENOUGH UINT64_C(20000000000)

static int met;              /* [atomic] requests that were met at a poll */
static int calls;            /* [atomic] of an unblock function */
static int inside;           /* [atomic] threads that are in their region */
static int over;             /* [atomic] */
static GilThreadState *other; /* [atomic] that of the thread in native code */

/* As the runtime does it, but that there are no exceptions here: raises as often as it meets something. */
static int
meet(GilThreadState *ts, uint64_t Gil_UNUSED(limit))
{
    ck_assert_ptr_eq(gil_tstate_attached(), ts);
    gil_fetch_and_seq_cst(&ts->block.brk, ~(_Gil_BRK_SIGNAL | _Gil_BRK_INTERRUPT));
    gil_fetch_add_seq_cst(&met, 1);
    return -1;
}

static void
start(void)
{
    world_start();
    gil_state_hooks.attend = meet;
}

static void
say(int count)
{
    ck_assert_int_eq(GilThreadState_IsAttached(), 0);
    gil_fetch_add_seq_cst(&calls, 1);
    if (calls >= count)
        gil_store_release(&over, 1);
}

static void
help(void *unused)
{
    (void)unused;
    say(1);
}

static void
help_the_third_time(void *unused)
{
    (void)unused;
    say(3);
}

static void
help_never(void *unused)
{
    (void)unused;
    say(INT32_MAX);
}

/* In a region until it is over; then a poll. */
static void *
be_in_native_code(void *func)
{
    GilThreadStateToken *token = GilThreadState_Ensure(world_guard);
    GilUnblock_Func *unblock = func;

    gil_store_release(&other, GilThreadState_Get());
    Gil_BEGIN_BLOCKING_CALL_UBF(*unblock, NULL)
    gil_fetch_add_seq_cst(&inside, 1);
    while (!gil_load_acquire(&over))
        sched_yield();
    Gil_END_BLOCKING_CALL_UBF
    (void)Gil_Poll();
    GilThreadState_Release(token);
    return NULL;
}

static pthread_t
someone_in_native_code(GilUnblock_Func *func)
{
    pthread_t thread = world_thread(be_in_native_code, func);

    Gil_BEGIN_ALLOW_THREADS
    world_until(&inside, 1);
    Gil_END_ALLOW_THREADS
    return thread;
}

START_TEST(test_state_interrupt__a_thread_is_told_until_it_comes_out)
{
    static GilUnblock_Func func = help_the_third_time;
    pthread_t thread = someone_in_native_code(&func);

    ck_assert_int_eq(GilThreadState_Interrupt(other, LONG_ENOUGH), 1);
    ck_assert_ptr_eq(gil_tstate_attached(), world_ts);
    ck_assert_int_ge(gil_load_acquire(&calls), 3);
    world_join(thread);
    ck_assert_int_eq(met, 1);
}
END_TEST

START_TEST(test_state_interrupt__the_wait_is_bounded_and_the_request_stands)
{
    static GilUnblock_Func func = help_never;
    pthread_t thread = someone_in_native_code(&func);

    errno = ERANGE;
    ck_assert_int_eq(GilThreadState_Interrupt(other, 0), 0);
    ck_assert_int_eq(gil_load_acquire(&calls), 1);
    ck_assert_int_eq(GilThreadState_Interrupt(other, 5000000), 0);
    ck_assert_int_ge(gil_load_acquire(&calls), 3);
    ck_assert_int_eq(errno, ERANGE);
    ck_assert_int_eq(GilErr_AreSignalsPending(other), 1);
    gil_store_release(&over, 1);
    ck_assert_int_eq(GilThreadState_Unblock(other, LONG_ENOUGH), 1);
    world_join(thread);
    /* Twice asked, once met. */
    ck_assert_int_eq(met, 1);
}
END_TEST

START_TEST(test_state_interrupt__nothing_asked_nothing_called)
{
    static GilUnblock_Func func = help_never;
    pthread_t thread = someone_in_native_code(&func);

    ck_assert_int_eq(GilThreadState_Unblock(other, LONG_ENOUGH), 1);
    ck_assert_int_eq(calls, 0);
    gil_store_release(&over, 1);
    world_join(thread);
    ck_assert_int_eq(met, 0);
}
END_TEST

static void
come_and_go(GilThreadState *another, int how)
{
    if (how == 0) {
        GilEval_AcquireThread(another);
        GilEval_ReleaseThread(another);
        return;
    }
    (void)GilThreadState_Swap(another);
    (void)GilThreadState_Swap(NULL);
}

/* What comes after an END that did not know its state any more would be called with an argument that is no more. */
START_TEST(test_B10_a_region_in_which_another_state_came_and_went_is_left)
{
    GilThreadState *another = GilThreadState_New(world_ts->interp);
    struct _GilRegion outer;

    Gil_BEGIN_BLOCKING_CALL_UBF(help_the_third_time, NULL)
    outer = _gil_region;
    come_and_go(another, _i);
    Gil_END_BLOCKING_CALL_UBF
    ck_assert_ptr_eq(gil_tstate_attached(), world_ts);
    ck_assert_uint_eq(outer.bits, 0);
    ck_assert_int_eq(GilThreadState_Interrupt(world_ts, 0), 1);
    ck_assert_int_eq(calls, 0);
    ck_assert_int_eq(Gil_Poll(), -1);
    GilThreadState_Delete(another);
}
END_TEST

static void
region_within(GilThreadState *another, int how)
{
    GilThreadStateToken *token = GilThreadState_Ensure(world_guard);

    Gil_BEGIN_BLOCKING_CALL_UBF(help, NULL)
    come_and_go(another, how);
    Gil_END_BLOCKING_CALL_UBF
    GilThreadState_Release(token);
}

/* One within another, in which that happens: the outer one is in force again, and for no longer than its own END. */
START_TEST(test_B10_the_region_around_one_in_which_another_state_came_and_went_is_left_too)
{
    GilThreadState *another = GilThreadState_New(world_ts->interp);

    Gil_BEGIN_BLOCKING_CALL_UBF(help_the_third_time, NULL)
    region_within(another, _i);
    ck_assert_int_eq(GilThreadState_Interrupt(world_ts, 0), 0);
    ck_assert_int_eq(calls, 1);
    ck_assert_int_eq(over, 0); /* that of the inner one would have said so */
    Gil_END_BLOCKING_CALL_UBF
    ck_assert_int_eq(GilThreadState_Unblock(world_ts, 0), 1);
    ck_assert_int_eq(calls, 1);
    ck_assert_int_eq(Gil_Poll(), -1);
    GilThreadState_Delete(another);
}
END_TEST

START_TEST(test_B8_a_thread_state_that_is_gone_is_not_asked)
{
    GilThreadState *ts = GilThreadState_New(world_ts->interp);

    ck_assert_int_eq(GilThreadState_Interrupt(NULL, 0), -1);
    ck_assert_int_eq(GilThreadState_Unblock(NULL, 0), -1);
    ck_assert_int_eq(GilThreadState_Interrupt(ts, 0), 1);
    ck_assert_int_eq(GilErr_AreSignalsPending(ts), 1);
    GilThreadState_Delete(ts);
    ck_assert_int_eq(GilThreadState_Interrupt(ts, LONG_ENOUGH), -1);
}
END_TEST

START_TEST(test_state_interrupt__who_asks_himself_does_not_wait)
{
    ck_assert_int_eq(GilThreadState_Interrupt(world_ts, LONG_ENOUGH), 1);
    ck_assert_int_eq(Gil_Poll(), -1);
    ck_assert_int_eq(Gil_Poll(), 0);
    gil_store_release(&over, 1);
    Gil_BEGIN_BLOCKING_CALL_UBF(help_never, NULL)
    ck_assert_int_eq(GilThreadState_Interrupt(world_ts, LONG_ENOUGH), 0);
    ck_assert_int_eq(calls, 1);
    Gil_END_BLOCKING_CALL_UBF
    ck_assert_int_eq(GilErr_CheckSignals(), -1);
    ck_assert_int_eq(met, 2);
}
END_TEST

/* By whichever state it asks, and whichever it is: nobody else can answer. */
START_TEST(test_state_interrupt__who_asks_another_state_of_his_does_not_wait)
{
    GilThreadState *second = GilThreadState_New(world_ts->interp);
    uint64_t before = gil_machine_now();

    gil_store_release(&over, 1);
    Gil_BEGIN_BLOCKING_CALL_UBF(help_never, NULL)
    GilEval_AcquireThread(second);
    ck_assert_int_eq(GilThreadState_Interrupt(world_ts, LONG_ENOUGH), 0);
    ck_assert_int_eq(GilThreadState_Unblock(world_ts, LONG_ENOUGH), 0);
    GilEval_ReleaseThread(second);
    Gil_END_BLOCKING_CALL_UBF
    ck_assert_uint_lt(gil_machine_now() - before, LONG_ENOUGH);
    ck_assert_int_eq(GilErr_CheckSignals(), -1);
    GilThreadState_Delete(second);
}
END_TEST

static void *
stay_twice(void *unused)
{
    for (int stay = 0; stay < 2; stay++) {
        GilThreadStateToken *token = GilThreadState_Ensure(world_guard);
        int fd = GilThreadState_GetCancelFD();
        ck_assert_int_eq(poll(&(struct pollfd){.fd = fd, .events = POLLIN}, 1, 0), 0);
        ck_assert_int_eq(Gil_Poll(), 0);
        ck_assert_int_eq(GilThreadState_Interrupt(GilThreadState_Get(), 0), 1);
        ck_assert_int_eq(poll(&(struct pollfd){.fd = fd, .events = POLLIN}, 1, 0), 1);
        GilThreadState_Release(token);
    }
    return unused;
}

START_TEST(test_state_interrupt__a_stay_is_not_interrupted_for_the_one_before)
{
    world_join(world_thread(stay_twice, NULL));
    ck_assert_int_eq(met, 0);
}
END_TEST

#define CROWD 40

static void
tell_to_end(void)
{
    gil_mutex_lock(&gil_states_mutex);
    gil_interp_interrupt(world_ts->interp, world_ts);
    gil_mutex_unlock(&gil_states_mutex);
}

START_TEST(test_state_interrupt__all_of_an_interpreter_are_told)
{
    static GilUnblock_Func func = help_never;
    pthread_t threads[CROWD];

    for (int i = 0; i < CROWD; i++)
        threads[i] = world_thread(be_in_native_code, &func);
    Gil_BEGIN_ALLOW_THREADS
    world_until(&inside, CROWD);
    gil_unblock_all(world_ts->interp);
    ck_assert_int_eq(calls, 0);
    tell_to_end();
    gil_unblock_all(world_ts->interp);
    ck_assert_int_eq(calls, CROWD);
    gil_mutex_lock(&gil_states_mutex);
    gil_interp_calm(world_ts->interp);
    gil_mutex_unlock(&gil_states_mutex);
    gil_store_release(&over, 1);
    Gil_END_ALLOW_THREADS
    for (int i = 0; i < CROWD; i++)
        world_join(threads[i]);
}
END_TEST

static void *
visit_native_code(void *unused)
{
    GilInterpreterView *view = unused;
    GilThreadStateToken *token = GilThreadState_EnsureFromView(view);

    ck_assert_ptr_nonnull(token);
    Gil_BEGIN_BLOCKING_CALL_UBF(help_the_third_time, NULL)
    gil_fetch_add_seq_cst(&inside, 1);
    while (!gil_load_acquire(&over))
        sched_yield();
    Gil_END_BLOCKING_CALL_UBF
    GilThreadState_Release(token);
    return NULL;
}

/* The end waits for whoever is inside, and tells until they come out. */
START_TEST(test_C1_the_end_calls_those_in_native_code)
{
    GilInterpreterView *view = GilInterpreterView_FromCurrent();
    pthread_t thread = world_thread(visit_native_code, view);
    struct gil_gate *gate = world_ts->interp->gate;

    Gil_BEGIN_ALLOW_THREADS
    world_until(&inside, 1);
    Gil_END_ALLOW_THREADS
    GilInterpreterGuard_Close(world_guard);
    ck_assert_int_eq(gil_gate_close(gate), 0);
    tell_to_end();
    world_shut(world_ts);
    ck_assert_int_ge(gil_load_acquire(&calls), 3);
    gil_gate_reopen(gate);
    world_guard = GilInterpreterGuard_FromCurrent();
    GilInterpreterView_Close(view);
    world_join(thread);
}
END_TEST

START_TEST(test_state_interrupt__pauses_grow_and_end_at_the_limit)
{
    uint64_t pause = 0, now = gil_machine_now(), far = now + UINT64_C(3600000000000);
    uint64_t first = gil_unblock_pause(&pause, far) - now;

    ck_assert_uint_ge(first, 1000000);
    for (int i = 0; i < 20; i++)
        (void)gil_unblock_pause(&pause, far);
    ck_assert_uint_eq(pause, 50000000);
    ck_assert_uint_eq(gil_unblock_pause(&pause, now + 1), now + 1);
    ck_assert_uint_lt(gil_unblock_pause(&pause, GIL_MACHINE_NEVER), far);
}
END_TEST

/* --- ready functions --- */

static int pipe_ends[2];
static int wake;

static void *
read_with_a_signal(void *unused)
{
    GilThreadStateToken *token = GilThreadState_Ensure(world_guard);
    GilUnblockSelf self;
    ssize_t n = 0;
    char byte;

    ck_assert_int_eq(GilUnblockSelf_Init(&self), 0);
    gil_store_release(&other, GilThreadState_Get());
    Gil_BEGIN_BLOCKING_CALL_UBF(GilUnblock_Signal, &self)
    gil_store_release(&inside, 1);
    while (!GilErr_AreSignalsPending(NULL) && (n = read(pipe_ends[0], &byte, 1)) < 0 && errno == EINTR)
        continue;
    Gil_END_BLOCKING_CALL_UBF
    ck_assert_int_eq((int)n, -1);
    ck_assert_int_eq(errno, EINTR);
    ck_assert_int_eq(GilErr_CheckSignals(), -1);
    GilThreadState_Release(token);
    return unused;
}

START_TEST(test_E10_a_signal_of_the_host_s_choice_ends_a_system_call)
{
    pthread_t thread;

    ck_assert_int_eq(pipe(pipe_ends), 0);
    ck_assert_int_eq(GilUnblock_UseSignal(SIGUSR2), 0);
    thread = world_thread(read_with_a_signal, NULL);
    Gil_BEGIN_ALLOW_THREADS
    world_until(&inside, 1);
    Gil_END_ALLOW_THREADS
    ck_assert_int_eq(GilThreadState_Interrupt(other, LONG_ENOUGH), 1);
    world_join(thread);
    ck_assert_int_eq(GilUnblock_UseSignal(0), 0);
}
END_TEST

/* --- a signal that is spent before the system call --- */

#define TOO_LONG 20000 /* ms */

/* In its region, asked once, and the signal has come: 0 when what is slept in then comes to an end by itself. */
static int
sleep_too_late(void)
{
    sigset_t pending;

    sigemptyset(&pending);
    ck_assert_int_eq(sigpending(&pending), 0);
    ck_assert_int_eq(sigismember(&pending, SIGUSR2), 0);
    return poll(NULL, 0, TOO_LONG) == -1 && errno == EINTR;
}

START_TEST(test_E10_a_signal_that_comes_too_early_comes_again)
{
    GilUnblockSelf self;

    ck_assert_int_eq(GilUnblock_UseSignal(SIGUSR2), 0);
    ck_assert_int_eq(GilUnblockSelf_Init(&self), 0);
    for (int i = 0; i < 3; i++) {
        Gil_BEGIN_BLOCKING_CALL_UBF(GilUnblock_Signal, &self)
        if (i != 1)
            ck_assert_int_eq(GilThreadState_Interrupt(world_ts, 0), 0);
        else {
            /* As a handler does. */
            gil_fetch_or_seq_cst(&world_ts->block.brk, _Gil_BRK_INTERRUPT);
            gil_wait_rouse(world_ts);
        }
        ck_assert_int_eq(sleep_too_late(), 1);
        ck_assert_int_eq(sleep_too_late(), 1); /* nor was that heeded */
        ck_assert_int_ne(world_ts->unblock.timer, 0);
        ck_assert_int_eq(GilUnblock_UseSignal(0), -1);
        Gil_END_BLOCKING_CALL_UBF
        ck_assert_int_eq(world_ts->unblock.timer, 0);
        ck_assert_int_eq(Gil_Poll(), -1);
    }
    /* Also when it was asked before. */
    ck_assert_int_eq(GilThreadState_Interrupt(world_ts, 0), 1);
    Gil_BEGIN_BLOCKING_CALL_UBF(GilUnblock_Signal, &self)
    ck_assert_int_eq(sleep_too_late(), 1);
    Gil_END_BLOCKING_CALL_UBF
    ck_assert_int_eq(Gil_Poll(), -1);
    ck_assert_int_eq(GilUnblock_UseSignal(0), 0);
}
END_TEST

/* --- a signal that is wanted still --- */

static int tried, enough; /* [atomic] */

static void *
try_to_give_up(void *unused)
{
    while (!gil_load_relaxed(&enough)) {
        ck_assert_int_eq(GilUnblock_UseSignal(0), -1);
        gil_store_relaxed(&tried, 1);
    }
    return unused;
}

/* Whoever tries to give the signal up while it is under way changes nothing about that: it comes again, and again. */
START_TEST(test_E10_a_signal_that_is_not_given_up_comes_again)
{
    GilUnblockSelf self;
    pthread_t thread;

    ck_assert_int_eq(GilUnblock_UseSignal(SIGUSR2), 0);
    ck_assert_int_eq(GilUnblockSelf_Init(&self), 0);
    tried = enough = 0;
    Gil_BEGIN_BLOCKING_CALL_UBF(GilUnblock_Signal, &self)
    ck_assert_int_eq(GilThreadState_Interrupt(world_ts, 0), 0);
    thread = world_thread(try_to_give_up, NULL);
    while (!gil_load_relaxed(&tried))
        sched_yield();
    for (int i = 0; i < 40; i++)
        ck_assert_int_eq(sleep_too_late(), 1);
    gil_store_relaxed(&enough, 1);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    Gil_END_BLOCKING_CALL_UBF
    ck_assert_int_eq(Gil_Poll(), -1);
    ck_assert_int_eq(GilUnblock_UseSignal(0), 0);
}
END_TEST

/* A signal that is sent, and has not come, would end the process if it were given up. */
START_TEST(test_E10_a_signal_on_its_way_is_not_given_up)
{
    GilUnblockSelf self;
    sigset_t one;

    sigemptyset(&one);
    sigaddset(&one, SIGUSR2);
    ck_assert_int_eq(GilUnblock_UseSignal(SIGUSR2), 0);
    ck_assert_int_eq(GilUnblockSelf_Init(&self), 0);
    Gil_BEGIN_BLOCKING_CALL_UBF(GilUnblock_Signal, &self)
    ck_assert_int_eq(pthread_sigmask(SIG_BLOCK, &one, NULL), 0);
    ck_assert_int_eq(GilThreadState_Interrupt(world_ts, 0), 0);
    ck_assert_int_eq(GilUnblock_UseSignal(0), -1);
    ck_assert_int_eq(pthread_sigmask(SIG_UNBLOCK, &one, NULL), 0);
    Gil_END_BLOCKING_CALL_UBF
    ck_assert_int_eq(Gil_Poll(), -1);
    ck_assert_int_eq(GilUnblock_UseSignal(0), 0);
}
END_TEST

/* It has left its region, and blocks what was sent to it: that is discarded, and does not end the process later. */
START_TEST(test_E10_a_signal_that_was_met_is_not_left_to_the_default)
{
    GilUnblockSelf self;
    sigset_t one;

    sigemptyset(&one);
    sigaddset(&one, SIGUSR2);
    ck_assert_int_eq(GilUnblock_UseSignal(SIGUSR2), 0);
    ck_assert_int_eq(GilUnblockSelf_Init(&self), 0);
    Gil_BEGIN_BLOCKING_CALL_UBF(GilUnblock_Signal, &self)
    ck_assert_int_eq(pthread_sigmask(SIG_BLOCK, &one, NULL), 0);
    ck_assert_int_eq(GilThreadState_Interrupt(world_ts, 0), 0);
    Gil_END_BLOCKING_CALL_UBF
    ck_assert_int_eq(Gil_Poll(), -1);
    ck_assert_int_eq(GilUnblock_UseSignal(0), 0);
    ck_assert_int_eq(pthread_sigmask(SIG_UNBLOCK, &one, NULL), 0);
    ck_assert_int_eq(GilUnblock_UseSignal(SIGUSR2), 0);
    ck_assert_int_eq(GilUnblock_UseSignal(0), 0);
}
END_TEST

static void *
come_too_late(void *unused)
{
    GilThreadStateToken *token = GilThreadState_Ensure(world_guard);
    GilUnblockSelf self;

    ck_assert_int_eq(GilUnblockSelf_Init(&self), 0);
    gil_store_release(&other, GilThreadState_Get());
    Gil_BEGIN_BLOCKING_CALL_UBF(GilUnblock_Signal, &self)
    gil_store_release(&inside, 1);
    while (!gil_load_acquire(&over))
        sched_yield();
    ck_assert_int_eq(sleep_too_late(), 1);
    Gil_END_BLOCKING_CALL_UBF
    ck_assert_int_eq(GilErr_CheckSignals(), -1);
    GilThreadState_Release(token);
    return unused;
}

START_TEST(test_E10_who_asks_need_not_wait_for_it)
{
    pthread_t thread;

    ck_assert_int_eq(GilUnblock_UseSignal(SIGUSR2), 0);
    thread = world_thread(come_too_late, NULL);
    Gil_BEGIN_ALLOW_THREADS
    world_until(&inside, 1);
    Gil_END_ALLOW_THREADS
    ck_assert_int_eq(GilThreadState_Interrupt(other, 0), 0);
    gil_store_release(&over, 1);
    world_join(thread);
    ck_assert_int_eq(GilUnblock_UseSignal(0), 0);
}
END_TEST

static int
time_is_running(int timer)
{
    struct itimerspec left;

    ck_assert_int_eq((int)syscall(SYS_timer_gettime, timer, &left), 0);
    return left.it_value.tv_sec != 0 || left.it_value.tv_nsec != 0;
}

/* Nothing comes where nothing is asked, or no longer. */
START_TEST(test_E10_what_is_not_asked_does_not_come_again)
{
    GilUnblockSelf self;

    ck_assert_int_eq(GilUnblock_UseSignal(SIGUSR2), 0);
    ck_assert_int_eq(GilUnblockSelf_Init(&self), 0);
    Gil_BEGIN_BLOCKING_CALL_UBF(GilUnblock_Signal, &self)
    GilUnblock_Signal(&self);
    ck_assert_int_eq(world_ts->unblock.timer, 0);
    ck_assert_int_eq(GilThreadState_Interrupt(world_ts, 0), 0);
    ck_assert_int_ne(world_ts->unblock.timer, 0);
    gil_fetch_and_seq_cst(&world_ts->block.brk, ~_Gil_BRK_INTERRUPT);
    while (time_is_running(world_ts->unblock.timer - 1))
        (void)poll(NULL, 0, 1);
    GilUnblock_Signal(&self);
    ck_assert_int_eq(time_is_running(world_ts->unblock.timer - 1), 0);
    Gil_END_BLOCKING_CALL_UBF
    ck_assert_int_eq(Gil_Poll(), 0);
    GilUnblock_Signal(&self);
    ck_assert_int_eq(world_ts->unblock.timer, 0);
    ck_assert_int_eq(GilUnblock_UseSignal(0), 0);
}
END_TEST

static void
be_in_another(void)
{
    GilThreadStateToken *token = GilThreadState_Ensure(world_guard);

    ck_assert_int_eq(GilThreadState_Interrupt(world_ts, 0), 0);
    Gil_BEGIN_BLOCKING_CALL_UBF(help_never, NULL)
    ck_assert_int_eq(calls, 1);
    ck_assert_int_eq(world_ts->unblock.timer, 0);
    Gil_END_BLOCKING_CALL_UBF
    GilThreadState_Release(token);
}

/* While another region is within it nothing is sent for the one around it; then it begins anew. */
START_TEST(test_E10_the_region_around_another_is_sent_its_signal_when_it_is_back)
{
    GilUnblockSelf self;

    ck_assert_int_eq(GilUnblock_UseSignal(SIGUSR2), 0);
    ck_assert_int_eq(GilUnblockSelf_Init(&self), 0);
    Gil_BEGIN_BLOCKING_CALL_UBF(GilUnblock_Signal, &self)
    be_in_another();
    ck_assert_int_eq(sleep_too_late(), 1);
    Gil_END_BLOCKING_CALL_UBF
    ck_assert_int_eq(Gil_Poll(), -1);
    ck_assert_int_eq(GilUnblock_UseSignal(0), 0);
}
END_TEST

/* Where there is no timer to be had it is sent once, and by who waits. */
START_TEST(test_state_interrupt__without_a_timer_who_waits_sends_it_again)
{
    struct rlimit before, none;
    pthread_t thread;

    ck_assert_int_eq(getrlimit(RLIMIT_SIGPENDING, &before), 0);
    none = before;
    none.rlim_cur = 0;
    ck_assert_int_eq(setrlimit(RLIMIT_SIGPENDING, &none), 0);
    ck_assert_int_eq(GilUnblock_UseSignal(SIGUSR2), 0);
    thread = world_thread(come_too_late, NULL);
    Gil_BEGIN_ALLOW_THREADS
    world_until(&inside, 1);
    Gil_END_ALLOW_THREADS
    ck_assert_int_eq(GilThreadState_Interrupt(other, 0), 0);
    gil_store_release(&over, 1);
    ck_assert_int_eq(GilThreadState_Unblock(other, LONG_ENOUGH), 1);
    world_join(thread);
    ck_assert_int_eq(setrlimit(RLIMIT_SIGPENDING, &before), 0);
    ck_assert_int_eq(GilUnblock_UseSignal(0), 0);
}
END_TEST

static int
has_it_pending(void)
{
    sigset_t pending;

    sigemptyset(&pending);
    sigpending(&pending);
    return sigismember(&pending, SIGUSR2);
}

static void *
send_in_a_child(void *unused)
{
    GilUnblockSelf self;
    sigset_t only;

    ck_assert_int_eq(GilUnblockSelf_Init(&self), 0);
    sigemptyset(&only);
    sigaddset(&only, SIGUSR2);
    ck_assert_int_eq(pthread_sigmask(SIG_BLOCK, &only, NULL), 0);
    pid_t child = fork();
    if (child == 0) {
        GilUnblock_Signal(&self);
        CHILD_CHECK(has_it_pending());
        CHILD_LEAVES(0);
        _exit(0);
    }
    ck_assert_int_eq(child_status(child), 0);
    ck_assert_int_eq(has_it_pending(), 0);
    GilUnblock_Signal(&self);
    ck_assert_int_eq(has_it_pending(), 1);
    return unused;
}

/* A region that goes on in the child of a fork is its thread's there. */
START_TEST(test_E10_a_child_of_a_fork_sends_the_signal_to_itself)
{
    ck_assert_int_eq(GilUnblock_UseSignal(SIGUSR2), 0);
    if (_i)
        world_join(world_thread(send_in_a_child, NULL));
    else
        (void)send_in_a_child(NULL);
    ck_assert_int_eq(GilUnblock_UseSignal(0), 0);
}
END_TEST

static void *
poll_an_eventfd(void *unused)
{
    GilThreadStateToken *token = GilThreadState_Ensure(world_guard);
    struct pollfd look = {.events = POLLIN};

    look.fd = wake;
    gil_store_release(&other, GilThreadState_Get());
    Gil_BEGIN_BLOCKING_CALL_UBF(GilUnblock_Eventfd, &wake)
    ck_assert_int_eq(poll(&look, 1, -1), 1);
    Gil_END_BLOCKING_CALL_UBF
    ck_assert_int_eq(GilErr_CheckSignals(), -1);
    GilThreadState_Release(token);
    return unused;
}

/* Who does not wait has called once: an eventfd keeps that, whenever the thread comes to it. */
START_TEST(test_state_interrupt__an_eventfd_needs_one_call)
{
    pthread_t thread;

    wake = eventfd(0, EFD_CLOEXEC);
    thread = world_thread(poll_an_eventfd, NULL);
    Gil_BEGIN_ALLOW_THREADS
    while (gil_load_acquire(&other) == NULL)
        sched_yield();
    Gil_END_ALLOW_THREADS
    ck_assert_int_ge(GilThreadState_Interrupt(other, 0), 0);
    world_join(thread);
    ck_assert_int_eq(met, 1);
    close(wake);
}
END_TEST

static void
somebody_s(int signum)
{
    (void)signum;
}

START_TEST(test_E9_a_signal_is_used_only_if_it_is_free)
{
    struct sigaction action = {.sa_handler = somebody_s}, now;
    GilUnblockSelf self;
    sigset_t set;

    ck_assert_int_eq(GilUnblockSelf_Init(&self), -1);
    ck_assert_int_eq(sigaction(SIGUSR1, &action, NULL), 0);
    ck_assert_int_eq(GilUnblock_UseSignal(SIGUSR1), -1);
    ck_assert_int_eq(sigaction(SIGUSR1, NULL, &now), 0);
    ck_assert(now.sa_handler == somebody_s);
    ck_assert_int_eq(GilUnblock_UseSignal(SIGKILL), -1);
    ck_assert_int_eq(GilUnblock_UseSignal(4711), -1);
    ck_assert_int_eq(GilUnblock_UseSignal(-1), -1);
    ck_assert_int_eq(GilUnblock_UseSignal(SIGUSR2), 0);
    ck_assert_int_eq(GilUnblock_UseSignal(SIGUSR2), 0);
    ck_assert_int_eq(GilUnblock_UseSignal(SIGWINCH), -1);
    ck_assert_int_eq(sigaction(SIGUSR2, NULL, &now), 0);
    ck_assert_int_eq(now.sa_flags & SA_RESTART, 0);
    ck_assert_int_eq(GilUnblockSelf_Init(&self), 0);
    ck_assert_int_eq(GilUnblockSelf_Init(NULL), -1);
    sigemptyset(&set);
    sigaddset(&set, SIGUSR2);
    ck_assert_int_eq(pthread_sigmask(SIG_BLOCK, &set, NULL), 0);
    ck_assert_int_eq(GilUnblockSelf_Init(&self), -1);
    ck_assert_int_eq(GilUnblock_UseSignal(0), 0);
    ck_assert_int_eq(sigaction(SIGUSR2, NULL, &now), 0);
    ck_assert(now.sa_handler == SIG_DFL);
    /* Given up: nothing is sent, which would end the process. */
    ck_assert_int_eq(pthread_sigmask(SIG_UNBLOCK, &set, NULL), 0);
    GilUnblock_Signal(&self);
}
END_TEST

/* Regions one after the other, and two that ask for each: nobody sleeps for ever, and no function is called outside. */
#define SLEEPERS 3

static struct sleeper {
    GilThreadState *ts; /* [atomic] */
    int wake;
    int open; /* [atomic] */
} sleepers[SLEEPERS];
static int asked; /* [atomic] times that somebody was asked */

static void
wake_in_time(void *arg)
{
    struct sleeper *sleeper = arg;

    ck_assert_int_eq(gil_load_acquire(&sleeper->open), 1);
    GilUnblock_Eventfd(&sleeper->wake);
    ck_assert_int_eq(gil_load_acquire(&sleeper->open), 1);
}

static void *
sleep_again_and_again(void *arg)
{
    struct sleeper *sleeper = arg;
    GilThreadStateToken *token = GilThreadState_Ensure(world_guard);
    uint64_t count;

    gil_store_release(&sleeper->ts, GilThreadState_Get());
    while (!gil_load_acquire(&over)) {
        gil_store_release(&sleeper->open, 1);
        Gil_BEGIN_BLOCKING_CALL_UBF(wake_in_time, sleeper)
        ck_assert_int_eq((int)read(sleeper->wake, &count, sizeof count), (int)sizeof count);
        Gil_END_BLOCKING_CALL_UBF
        gil_store_release(&sleeper->open, 0);
        (void)Gil_Poll();
    }
    gil_store_release(&sleeper->ts, NULL);
    GilThreadState_Release(token);
    return NULL;
}

static void *
ask_again_and_again(void *most)
{
    for (long i = 0; i < *(long *)most; i++) {
        GilThreadState *ts;
        while ((ts = gil_load_acquire(&sleepers[i % SLEEPERS].ts)) == NULL)
            sched_yield();
        ck_assert_int_eq(GilThreadState_Interrupt(ts, LONG_ENOUGH), 1);
        gil_fetch_add_seq_cst(&asked, 1);
    }
    return NULL;
}

START_TEST(test_state_interrupt__regions_in_a_crowd)
{
    long most = gil_test_plenty(3000);
    pthread_t threads[SLEEPERS + 2];

    for (int i = 0; i < SLEEPERS; i++) {
        sleepers[i].wake = eventfd(0, EFD_CLOEXEC);
        threads[i] = world_thread(sleep_again_and_again, &sleepers[i]);
    }
    for (int i = 0; i < 2; i++)
        threads[SLEEPERS + i] = world_thread(ask_again_and_again, &most);
    for (int i = 0; i < 2; i++)
        world_join(threads[SLEEPERS + i]);
    ck_assert_int_eq(asked, 2 * most);
    gil_store_release(&over, 1);
    for (int i = 0; i < SLEEPERS; i++) {
        GilThreadState *ts = gil_load_acquire(&sleepers[i].ts);
        while (ts != NULL && GilThreadState_Interrupt(ts, LONG_ENOUGH) == 1 && gil_load_acquire(&sleepers[i].ts) != NULL)
            (void)Gil_Poll();
        world_join(threads[i]);
        close(sleepers[i].wake);
    }
}
END_TEST

/* --- being asked --- */

START_TEST(test_state_interrupt__a_detached_thread_looks_and_meets)
{
    int fd = GilThreadState_GetCancelFD();

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(GilThreadState_GetCancelFD(), fd);
    ck_assert_int_eq(GilErr_CheckSignals(), 0);
    Gil_BEGIN_BLOCKING_CALL_UBF(help_never, NULL)
    ck_assert_int_eq(GilErr_AreSignalsPending(NULL), 0);
    ck_assert_int_eq(GilErr_CheckSignalsDetached(NULL), 0);
    ck_assert_int_eq(GilThreadState_Interrupt(world_ts, 0), 0);
    ck_assert_int_eq(GilErr_AreSignalsPending(NULL), 1);
    ck_assert_int_eq(poll(&(struct pollfd){.fd = fd, .events = POLLIN}, 1, 0), 1);
    ck_assert_int_eq(GilErr_CheckSignalsDetached(NULL), -1);
    ck_assert_int_eq(met, 1);
    ck_assert_ptr_null(gil_tstate_attached());
    ck_assert_int_eq(GilErr_AreSignalsPending(NULL), 0);
    ck_assert_int_eq(poll(&(struct pollfd){.fd = fd, .events = POLLIN}, 1, 0), 0);
    /* The region is in force again. */
    ck_assert_int_eq(calls, 1);
    ck_assert_int_eq(GilThreadState_Interrupt(world_ts, 0), 0);
    ck_assert_int_eq(calls, 2);
    /* What was asked is taken back: the descriptor is still readable, and one look mends that. */
    gil_fetch_and_seq_cst(&world_ts->block.brk, ~_Gil_BRK_ASKED);
    ck_assert_int_eq(poll(&(struct pollfd){.fd = fd, .events = POLLIN}, 1, 0), 1);
    ck_assert_int_eq(GilErr_CheckSignalsDetached(NULL), 0);
    ck_assert_int_eq(poll(&(struct pollfd){.fd = fd, .events = POLLIN}, 1, 0), 0);
    Gil_END_BLOCKING_CALL_UBF
    GilThreadState *ts = GilEval_SaveThread();
    ck_assert_int_eq(GilErr_AreSignalsPending(NULL), 0);
    ck_assert_int_eq(GilThreadState_Interrupt(ts, 0), 1);
    ck_assert_int_eq(GilErr_AreSignalsPending(ts), 1);
    ck_assert_int_eq(GilErr_CheckSignalsDetached(ts), -1);
    ck_assert_int_eq(met, 2);
    ck_assert_ptr_null(_Gil_thread);
    GilEval_RestoreThread(ts);
}
END_TEST

static int errors;

static void
count_error(GilThreadState *ts)
{
    (void)ts;
    ck_assert_int_eq(errno, EMFILE);
    errors++;
}

START_TEST(test_R9_no_descriptor_for_a_cancel_descriptor)
{
    struct rlimit usual, none;

    gil_state_hooks.os_error = count_error;
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &usual), 0);
    none = (struct rlimit){3, usual.rlim_max};
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
    ck_assert_int_eq(GilThreadState_GetCancelFD(), -1);
    ck_assert_int_eq(errors, 1);
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &usual), 0); /* for a sanitizer that looks at the end */
}
END_TEST

static void
attached_where_it_must_not_be(void *unused)
{
    (void)unused;
    (void)GilErr_CheckSignalsDetached(NULL);
}

static void
nothing_left(void *unused)
{
    (void)unused;
    (void)GilEval_SaveThread();
    (void)GilErr_CheckSignalsDetached(NULL);
}

static void
no_function(void *unused)
{
    (void)unused;
    Gil_BEGIN_BLOCKING_CALL_UBF(NULL, NULL)
    Gil_END_BLOCKING_CALL_UBF
}

static void
region_without_lock(void *unused)
{
    (void)unused;
    (void)GilEval_SaveThread();
    Gil_BEGIN_BLOCKING_CALL_UBF(help, NULL)
    Gil_END_BLOCKING_CALL_UBF
}

static void
unblock_nothing(void *func)
{
    (*(GilUnblock_Func *)func)(NULL);
}

START_TEST(test_L1_misuse_stops_the_process)
{
    GilUnblock_Func ready[] = {GilUnblock_Eventfd, GilUnblock_Signal};

    gil_test_expect_abort(unblock_nothing, &ready[0], "GilUnblock_Eventfd: the descriptor is NULL");
    gil_test_expect_abort(unblock_nothing, &ready[1], "GilUnblock_Signal: the thread is NULL");
    gil_test_expect_abort(attached_where_it_must_not_be, NULL, "GilErr_CheckSignalsDetached: the calling thread is attached");
    gil_test_expect_abort(nothing_left, NULL, "GilErr_CheckSignalsDetached: the calling thread has left no interpreter");
    gil_test_expect_abort(no_function, NULL, "Gil_BEGIN_BLOCKING_CALL_UBF: the function is NULL");
    gil_test_expect_abort(region_without_lock, NULL, "Gil_BEGIN_ALLOW_THREADS: the calling thread is not attached");
}
END_TEST

static pthread_barrier_t both;
static int answers[2];
static int given;        /* [atomic] the late one was */
static long both_or_none; /* rounds in which not one of two was taken */

static void *
give_a_signal(void *number)
{
    long rounds = gil_test_plenty(2000);
    int self = *(int *)number;

    for (long i = 0; i < rounds; i++) {
        pthread_barrier_wait(&both);
        answers[self] = GilUnblock_UseSignal(self ? SIGUSR1 : SIGUSR2);
        pthread_barrier_wait(&both);
        both_or_none += self && answers[0] + answers[1] != -1;
        pthread_barrier_wait(&both);
        if (self)
            (void)GilUnblock_UseSignal(0);
        /* What both had may be the other's still. */
        (void)signal(self ? SIGUSR1 : SIGUSR2, SIG_DFL);
    }
    return NULL;
}

static void *
give_one(void *unused)
{
    ck_assert_int_eq(GilUnblock_UseSignal(SIGUSR2), 0);
    gil_store_release(&given, 1);
    return unused;
}

/* Of two that are given at once, one is taken. */
START_TEST(test_state_interrupt__one_signal_is_given)
{
    int numbers[2] = {0, 1};
    pthread_t threads[2], late;

    ck_assert_int_eq(pthread_barrier_init(&both, NULL, 2), 0);
    for (int i = 0; i < 2; i++)
        threads[i] = world_thread(give_a_signal, &numbers[i]);
    for (int i = 0; i < 2; i++)
        world_join(threads[i]);
    ck_assert_int_eq(both_or_none, 0);
    /* Who comes in the middle of another's waits for that. */
    gil_mutex_lock(&gil_states_mutex);
    late = world_thread(give_one, NULL);
    while (gil_load_acquire(&gil_states_mutex.word) != 2 && !gil_load_acquire(&given))
        sched_yield();
    ck_assert_int_eq(given, 0);
    gil_mutex_unlock(&gil_states_mutex);
    world_join(late);
    ck_assert_int_eq(GilUnblock_UseSignal(0), 0);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("interrupt");
    TCase *tcase = tcase_create("interrupt");

    tcase_add_checked_fixture(tcase, start, world_stop);
    tcase_add_test(tcase, test_state_interrupt__a_thread_is_told_until_it_comes_out);
    tcase_add_test(tcase, test_state_interrupt__the_wait_is_bounded_and_the_request_stands);
    tcase_add_test(tcase, test_state_interrupt__nothing_asked_nothing_called);
    tcase_add_loop_test(tcase, test_B10_a_region_in_which_another_state_came_and_went_is_left, 0, 2);
    tcase_add_loop_test(tcase, test_B10_the_region_around_one_in_which_another_state_came_and_went_is_left_too, 0, 2);
    tcase_add_test(tcase, test_B8_a_thread_state_that_is_gone_is_not_asked);
    tcase_add_test(tcase, test_state_interrupt__who_asks_himself_does_not_wait);
    tcase_add_test(tcase, test_state_interrupt__who_asks_another_state_of_his_does_not_wait);
    tcase_add_test(tcase, test_state_interrupt__a_stay_is_not_interrupted_for_the_one_before);
    tcase_add_test(tcase, test_state_interrupt__all_of_an_interpreter_are_told);
    tcase_add_test(tcase, test_C1_the_end_calls_those_in_native_code);
    tcase_add_test(tcase, test_state_interrupt__pauses_grow_and_end_at_the_limit);
    tcase_add_test(tcase, test_E10_a_signal_of_the_host_s_choice_ends_a_system_call);
    tcase_add_loop_test(tcase, test_E10_a_child_of_a_fork_sends_the_signal_to_itself, 0, 2);
    tcase_add_test(tcase, test_E10_a_signal_that_comes_too_early_comes_again);
    tcase_add_test(tcase, test_E10_a_signal_that_is_not_given_up_comes_again);
    tcase_add_test(tcase, test_E10_a_signal_on_its_way_is_not_given_up);
    tcase_add_test(tcase, test_E10_a_signal_that_was_met_is_not_left_to_the_default);
    tcase_add_test(tcase, test_E10_who_asks_need_not_wait_for_it);
    tcase_add_test(tcase, test_E10_what_is_not_asked_does_not_come_again);
    tcase_add_test(tcase, test_E10_the_region_around_another_is_sent_its_signal_when_it_is_back);
    tcase_add_test(tcase, test_state_interrupt__without_a_timer_who_waits_sends_it_again);
    tcase_add_test(tcase, test_state_interrupt__an_eventfd_needs_one_call);
    tcase_add_test(tcase, test_E9_a_signal_is_used_only_if_it_is_free);
    tcase_add_test(tcase, test_state_interrupt__one_signal_is_given);
    tcase_add_test(tcase, test_state_interrupt__regions_in_a_crowd);
    tcase_add_test(tcase, test_state_interrupt__a_detached_thread_looks_and_meets);
    tcase_add_test(tcase, test_R9_no_descriptor_for_a_cancel_descriptor);
    tcase_add_test(tcase, test_L1_misuse_stops_the_process);
    suite_add_tcase(s, tcase);
    return s;
}
