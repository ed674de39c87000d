/* SPDX-License-Identifier: MIT */
/* Signals: where they land, who handles them, and what the host had before. */
#include "support/child.h"
#include "support/support.h"

#include "base/atomic.h"
#include "gilrt.h"
#include "runtime/signal.h"
#include "state/tstate.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/time.h>
#include <unistd.h>

static int count[65];       /* [atomic] calls for each signal */
static pthread_t main_pthread;
static int former_calls;    /* [atomic] of a handler that the host had */
static pthread_t former_in; /* [atomic] thread of the last */
static int over;            /* [atomic] */

static int
note(int signum, void *arg)
{
    ck_assert_ptr_eq(arg, count);
    ck_assert(pthread_equal(pthread_self(), main_pthread));
    ck_assert_ptr_eq(GilInterpreterState_Get(), GilInterpreterState_Main());
    gil_fetch_add_seq_cst(&count[signum], 1);
    return 0;
}

static int
refuse(int signum, void *arg)
{
    (void)note(signum, arg);
    GilErr_SetString(GilExc_ValueError, "refused");
    return -1;
}

static int
fail_in_silence(int signum, void *arg)
{
    (void)note(signum, arg);
    return -1;
}

static void
start(void)
{
    gil_test_start();
    main_pthread = pthread_self();
}

/* The test's runner has handlers of its own. */
static int
watch_interrupts(void)
{
    return GilSignal_Watch(SIGINT, NULL, NULL, GIL_SIGNAL_REPLACE);
}

static void
expect(GilObject *class)
{
    ck_assert_int_eq(GilErr_ExceptionMatches(class), 1);
    GilErr_Clear();
}

static void
host_handler(int signum)
{
    (void)signum;
    gil_store_seq_cst(&former_in, pthread_self());
    gil_fetch_add_seq_cst(&former_calls, 1);
}

static void
host_handler_with_info(int signum, siginfo_t *info, void *context)
{
    if (context != NULL && info->si_signo == signum)
        host_handler(signum);
}

START_TEST(test_runtime_signal__a_callback_runs_at_the_next_poll)
{
    ck_assert_int_eq(GilSignal_Watch(SIGUSR1, note, count, 0), 0);
    ck_assert_int_eq(raise(SIGUSR1), 0);
    ck_assert_int_eq(count[SIGUSR1], 0);
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_eq(count[SIGUSR1], 1);
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_eq(raise(SIGUSR1), 0);
    ck_assert_int_eq(raise(SIGUSR1), 0);
    ck_assert_int_eq(GilErr_CheckSignals(), 0);
    ck_assert_int_eq(count[SIGUSR1], 2);
    /* Without a callback it is Ctrl-C's exception. */
    ck_assert_int_eq(watch_interrupts(), 0);
    ck_assert_int_eq(raise(SIGINT), 0);
    ck_assert_int_eq(Gil_Poll(), -1);
    expect(GilExc_KeyboardInterrupt);
    ck_assert_int_eq(Gil_Poll(), 0);
}
END_TEST

/* The same signal comes while its callback polls: it is met when that has returned, not within. */
static int
raise_again(int signum, void *arg)
{
    static int depth;

    (void)note(signum, arg);
    ck_assert_int_eq(depth++, 0);
    if (count[signum] < 3)
        ck_assert_int_eq(raise(signum), 0);
    ck_assert_int_eq(raise(SIGUSR2), 0);
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_eq(count[SIGUSR2], count[signum]);
    ck_assert_int_eq(GilErr_AreSignalsPending(NULL), 0);
    depth--;
    return 0;
}

START_TEST(test_runtime_signal__a_callback_is_not_interrupted_by_its_own_signal)
{
    ck_assert_int_eq(GilSignal_Watch(SIGUSR1, raise_again, count, 0), 0);
    ck_assert_int_eq(GilSignal_Watch(SIGUSR2, note, count, 0), 0);
    ck_assert_int_eq(raise(SIGUSR1), 0);
    for (int calls = 1; calls <= 3; calls++) {
        ck_assert_int_eq(Gil_Poll(), 0);
        ck_assert_int_eq(count[SIGUSR1], calls);
    }
    ck_assert_int_eq(GilErr_AreSignalsPending(NULL), 0);
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_eq(count[SIGUSR1], 3);
}
END_TEST

/* Nothing is left to be met behind an exception that was the only one. */
START_TEST(test_runtime_signal__one_that_raises_alone_leaves_nothing)
{
    struct pollfd look = {.fd = GilThreadState_GetCancelFD(), .events = POLLIN};

    ck_assert_int_ge(look.fd, 0);
    ck_assert_int_eq(GilSignal_Watch(SIGUSR1, refuse, count, 0), 0);
    ck_assert_int_eq(raise(SIGUSR1), 0);
    ck_assert_int_eq(poll(&look, 1, 0), 1);
    ck_assert_int_eq(Gil_Poll(), -1);
    expect(GilExc_ValueError);
    ck_assert_int_eq(GilErr_AreSignalsPending(NULL), 0);
    ck_assert_int_eq(poll(&look, 1, 0), 0);
}
END_TEST

static int made; /* calls to main */

static int
count_call(void *unused)
{
    (void)unused;
    made++;
    return 0;
}

static GilPendingNode call = GIL_PENDING_NODE_INIT(count_call, NULL);

static int
post_and_poll(int signum, void *arg)
{
    (void)note(signum, arg);
    ck_assert_int_eq(GilPending_PostToMain(&call), 0);
    ck_assert_int_eq(GilErr_AreSignalsPending(NULL), 1);
    ck_assert_int_eq(Gil_Poll(), 0);
    /* It is not made here, and nothing that blocks ends for it. */
    ck_assert_int_eq(made, 0);
    ck_assert_int_eq(GilErr_AreSignalsPending(NULL), 0);
    return 0;
}

START_TEST(test_E2_a_call_that_is_posted_while_a_callback_polls_is_made)
{
    ck_assert_int_eq(GilSignal_Watch(SIGUSR1, post_and_poll, count, 0), 0);
    ck_assert_int_eq(raise(SIGUSR1), 0);
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_eq(count[SIGUSR1], 1);
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_eq(made, 1);
    ck_assert_int_eq(GilPending_PostToMain(&call), 0);
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_eq(made, 2);
}
END_TEST

/* What is pending stays that, and the rest waits. */
START_TEST(test_E10_calls_that_are_made_without_a_poll_are_met)
{
    struct pollfd look = {.fd = GilThreadState_GetCancelFD(), .events = POLLIN};

    ck_assert_int_eq(GilPending_PostToMain(&call), 0);
    ck_assert_int_eq(poll(&look, 1, 0), 1);
    ck_assert_int_eq(Gil_MakePendingCalls(), 0);
    ck_assert_int_eq(made, 1);
    ck_assert_int_eq(poll(&look, 1, 0), 0);
}
END_TEST

START_TEST(test_runtime_signal__nothing_is_raised_over_an_exception)
{
    ck_assert_int_eq(GilSignal_Watch(SIGUSR1, note, count, 0), 0);
    ck_assert_int_eq(watch_interrupts(), 0);
    GilErr_SetString(GilExc_ValueError, "the first");
    ck_assert_int_eq(raise(SIGINT), 0);
    ck_assert_int_eq(raise(SIGUSR1), 0);
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_eq(count[SIGUSR1], 0);
    expect(GilExc_ValueError);
    ck_assert_int_eq(Gil_Poll(), -1);
    expect(GilExc_KeyboardInterrupt);
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_eq(count[SIGUSR1], 1);
}
END_TEST

START_TEST(test_runtime_signal__one_that_raises_leaves_the_others_for_later)
{
    ck_assert_int_eq(GilSignal_Watch(SIGUSR1, refuse, count, 0), 0);
    ck_assert_int_eq(GilSignal_Watch(SIGUSR2, note, count, 0), 0);
    ck_assert_int_eq(GilSignal_Watch(SIGHUP, fail_in_silence, count, 0), 0);
    ck_assert_int_eq(raise(SIGUSR2), 0);
    ck_assert_int_eq(raise(SIGUSR1), 0);
    ck_assert_int_eq(raise(SIGHUP), 0);
    /* SIGHUP has the lowest number. */
    ck_assert_int_eq(Gil_Poll(), -1);
    expect(GilExc_SystemError);
    ck_assert_int_eq(Gil_Poll(), -1);
    expect(GilExc_ValueError);
    ck_assert_int_eq(count[SIGUSR2], 0);
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_eq(count[SIGUSR2], 1);
    /* An interrupt behind one that raises is not lost. */
    ck_assert_int_eq(raise(SIGUSR1), 0);
    ck_assert_int_eq(GilThreadState_Interrupt(GilThreadState_Get(), 0), 1);
    ck_assert_int_eq(Gil_Poll(), -1);
    expect(GilExc_ValueError);
    ck_assert_int_eq(Gil_Poll(), -1);
    expect(GilExc_KeyboardInterrupt);
}
END_TEST

static void *
signal_oneself(void *unused)
{
    errno = ERANGE;
    ck_assert_int_eq(pthread_kill(pthread_self(), SIGUSR1), 0);
    ck_assert_int_eq(errno, ERANGE);
    return unused;
}

static void
in_another_thread(void *(*func)(void *))
{
    pthread_t thread;

    Gil_BEGIN_ALLOW_THREADS
    ck_assert_int_eq(pthread_create(&thread, NULL, func, NULL), 0);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    Gil_END_ALLOW_THREADS
}

START_TEST(test_E3_a_signal_in_another_thread_is_the_main_thread_s)
{
    struct sigaction action = {.sa_handler = host_handler};
    sigset_t set, pending;

    ck_assert_int_eq(sigaction(SIGUSR1, &action, NULL), 0);
    ck_assert_int_eq(GilSignal_Watch(SIGUSR1, note, count, 0), 0);
    in_another_thread(signal_oneself);
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_eq(count[SIGUSR1], 1);
    /* The host's own handler was called where the signal came, and only there. */
    ck_assert_int_eq(former_calls, 1);
    ck_assert(!pthread_equal(former_in, main_pthread));
    /* Blocked in the main thread, it is noted all the same. */
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    ck_assert_int_eq(pthread_sigmask(SIG_BLOCK, &set, NULL), 0);
    in_another_thread(signal_oneself);
    ck_assert_int_eq(former_calls, 1);
    ck_assert_int_eq(sigpending(&pending), 0);
    ck_assert_int_eq(pthread_sigmask(SIG_UNBLOCK, &set, NULL), 0);
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_le(count[SIGUSR1], 2);
}
END_TEST

static void *
signal_unblocked(void *unused)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    ck_assert_int_eq(pthread_sigmask(SIG_UNBLOCK, &set, NULL), 0);
    return signal_oneself(unused);
}

START_TEST(test_E3_a_signal_that_the_main_thread_blocks_is_met)
{
    sigset_t set, after;

    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    ck_assert_int_eq(pthread_sigmask(SIG_BLOCK, &set, NULL), 0);
    ck_assert_int_eq(GilSignal_Watch(SIGUSR1, note, count, 0), 0);
    in_another_thread(signal_unblocked);
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_eq(count[SIGUSR1], 1);
    ck_assert_int_eq(pthread_sigmask(SIG_SETMASK, NULL, &after), 0);
    ck_assert_int_eq(sigismember(&after, SIGUSR1), 1);
    /* What was sent on comes now, and is nothing new. */
    ck_assert_int_eq(pthread_sigmask(SIG_UNBLOCK, &set, NULL), 0);
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_eq(count[SIGUSR1], 1);
}
END_TEST

static void *
signal_of_real_time_often(void *Gil_UNUSED(unused))
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGRTMIN);
    ck_assert_int_eq(pthread_sigmask(SIG_UNBLOCK, &set, NULL), 0);
    for (int i = 0; i < 100; i++)
        pthread_kill(pthread_self(), SIGRTMIN);
    return NULL;
}

/* Of which the system keeps each: the queue of the user's processes would be full of what says nothing new. */
START_TEST(test_E3_one_of_real_time_that_the_main_thread_blocks_is_sent_on_once)
{
    static const struct timespec at_once;
    pthread_t thread;
    sigset_t set;
    int kept = 0;

    ck_assert_int_eq(GilSignal_Watch(SIGRTMIN, note, count, 0), 0);
    ck_assert_int_eq(pthread_create(&thread, NULL, signal_of_real_time_often, NULL), 0);
    pthread_join(thread, NULL);
    ck_assert_int_eq(Gil_Poll(), 0);
    sigemptyset(&set);
    sigaddset(&set, SIGRTMIN);
    for (int round = 0; round < 2; round++) {
        ck_assert_int_eq(pthread_sigmask(SIG_BLOCK, &set, NULL), 0);
        ck_assert_int_eq(pthread_create(&thread, NULL, signal_of_real_time_often, NULL), 0);
        pthread_join(thread, NULL);
        if (round == 0)
            ck_assert_int_eq(pthread_sigmask(SIG_UNBLOCK, &set, NULL), 0);
    }
    while (sigtimedwait(&set, NULL, &at_once) > 0)
        kept++;
    ck_assert_int_eq(kept, 1);
    /* That went another way than by the handler: whoever polls finds out. */
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_eq(pthread_create(&thread, NULL, signal_of_real_time_often, NULL), 0);
    pthread_join(thread, NULL);
    ck_assert_int_eq(sigtimedwait(&set, NULL, &at_once), SIGRTMIN);
}
END_TEST

/* In the main thread runs another interpreter, when the signal comes there, or to a stranger. */
START_TEST(test_E4_another_interpreter_runs_in_the_main_thread)
{
    GilThreadState *main_ts = GilThreadState_Get(), *ts = NULL;
    GilInterpreterConfig config;

    GilInterpreterConfig_Init(&config);
    ck_assert_int_eq(GilSignal_Watch(SIGUSR1, note, count, 0), 0);
    ck_assert_int_eq(watch_interrupts(), 0);
    ck_assert_int_eq(GilSignal_Watch(SIGUSR2, refuse, count, 0), 0);
    ck_assert_int_eq(GilStatus_Exception(Gil_NewInterpreterFromConfig(&ts, &config)), 0);
    ck_assert_ptr_eq(GilThreadState_Get(), ts);
    ck_assert_int_eq(raise(SIGUSR1), 0);
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_eq(count[SIGUSR1], 1);
    ck_assert_ptr_eq(GilThreadState_Get(), ts);
    in_another_thread(signal_oneself);
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_eq(count[SIGUSR1], 2);
    ck_assert_int_eq(raise(SIGINT), 0);
    ck_assert_int_eq(Gil_Poll(), -1);
    expect(GilExc_KeyboardInterrupt);
    /* Another exception is not for this interpreter's code: it is reported there. */
    ck_assert_int_eq(raise(SIGUSR2), 0);
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_eq(count[SIGUSR2], 1);
    /* Signals are the main interpreter's matter. */
    ck_assert_int_eq(GilSignal_Watch(SIGHUP, note, count, 0), -1);
    expect(GilExc_RuntimeError);
    ck_assert_int_eq(GilSignal_Unwatch(SIGUSR1), -1);
    expect(GilExc_RuntimeError);
    Gil_EndInterpreter(ts);
    GilEval_RestoreThread(main_ts);
    ck_assert_int_eq(Gil_Poll(), 0);
}
END_TEST

static void *
post_one(void *unused)
{
    ck_assert_int_eq(GilErr_SetInterruptEx(SIGUSR1), 0);
    return unused;
}

/* What a thread with a signalfd posts is met in whatever interpreter the main thread has been in, or comes to. */
START_TEST(test_E4_what_is_posted_elsewhere_is_met_in_another_interpreter)
{
    GilThreadState *main_ts = GilThreadState_Get(), *ts = Gil_NewInterpreter(), *late;
    int signals;

    ck_assert_ptr_nonnull(ts);
    late = GilThreadState_New(GilThreadState_GetInterpreter(ts));
    GilThreadState_Swap(main_ts);
    ck_assert_int_eq(GilSignal_Watch(SIGUSR1, note, count, GIL_SIGNAL_POSTED), 0);
    GilThreadState_Swap(ts);
    in_another_thread(post_one);
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_eq(count[SIGUSR1], 1);
    ck_assert_ptr_eq(GilThreadState_Get(), ts);
    /* In a blocking call there. */
    Gil_BEGIN_ALLOW_THREADS
    ck_assert_int_eq(GilErr_SetInterruptEx(SIGUSR1), 0);
    signals = GilErr_AreSignalsPending(NULL);
    ck_assert_int_eq(GilErr_CheckSignalsDetached(NULL), 0);
    Gil_END_ALLOW_THREADS
    ck_assert_int_eq(signals, 1);
    ck_assert_int_eq(count[SIGUSR1], 2);
    /* It comes to a state that nobody had attached. */
    in_another_thread(post_one);
    GilThreadState_Swap(late);
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_eq(count[SIGUSR1], 3);
    GilThreadState_Swap(ts);
    GilThreadState_Delete(late);
    Gil_EndInterpreter(ts);
    GilEval_RestoreThread(main_ts);
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_eq(count[SIGUSR1], 3);
}
END_TEST

static int
note_and_set(int signum, void *event)
{
    GilEvent_Set(event);
    return note(signum, count);
}

/* The main thread, by its own doing or another's, gets the signal itself while it is asleep. */
static void *
kill_when_asleep(void *event)
{
    while (!(gil_load_acquire(&((GilEvent *)event)->_bits) & 2u))
        sched_yield();
    ck_assert_int_eq(pthread_kill(main_pthread, SIGUSR1), 0);
    return NULL;
}

/* The state in which the main thread is detached then is not the one that it has started with: of another interpreter, or not. */
START_TEST(test_E4_a_signal_comes_to_the_main_thread_detached_in_another_state)
{
    GilThreadState *main_ts = GilThreadState_Get(), *ts = _i ? GilThreadState_New(main_ts->interp) : Gil_NewInterpreter();
    GilEvent event = {0};
    pthread_t thread;

    ck_assert_ptr_nonnull(ts);
    GilThreadState_Swap(main_ts);
    ck_assert_int_eq(GilSignal_Watch(SIGUSR1, note_and_set, &event, 0), 0);
    GilThreadState_Swap(ts);
    ck_assert_int_eq(Gil_Poll(), 0);
    /* In a wait, which the callback ends. */
    ck_assert_int_eq(pthread_create(&thread, NULL, kill_when_asleep, &event), 0);
    ck_assert_int_eq(GilEvent_WaitTimed(&event, UINT64_C(3000000000), GIL_WAIT_INTERRUPTIBLE), 1);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    ck_assert_int_eq(count[SIGUSR1], 1);
    /* In native code, left by a function. */
    ck_assert_ptr_eq(GilEval_SaveThread(), ts);
    ck_assert_int_eq(raise(SIGUSR1), 0);
    GilEval_RestoreThread(ts);
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_eq(count[SIGUSR1], 2);
    /* As a host's own handler. */
    GilThreadState_Swap(NULL);
    ck_assert_int_eq(GilErr_SetInterruptEx(SIGUSR1), 0);
    GilThreadState_Swap(ts);
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_eq(count[SIGUSR1], 3);
    if (_i)
        GilThreadState_DeleteCurrent();
    else
        ck_assert_int_eq(Gil_EndInterpreter(ts), 0);
    GilEval_RestoreThread(main_ts);
}
END_TEST

/* Two come, and the callback of the first fails: the second is met there, too, at once in a wait. */
START_TEST(test_E4_one_that_raises_in_another_interpreter_leaves_the_others_there)
{
    GilThreadState *main_ts = GilThreadState_Get(), *ts = Gil_NewInterpreter();
    GilEvent event = {0};

    ck_assert_ptr_nonnull(ts);
    GilThreadState_Swap(main_ts);
    ck_assert_int_eq(watch_interrupts(), 0);
    ck_assert_int_eq(GilSignal_Watch(SIGHUP, refuse, count, 0), 0);
    ck_assert_int_eq(GilSignal_Watch(SIGUSR1, note_and_set, &event, 0), 0);
    GilThreadState_Swap(ts);
    ck_assert_int_eq(raise(SIGINT), 0);
    ck_assert_int_eq(raise(SIGUSR1), 0);
    ck_assert_int_eq(Gil_Poll(), -1);
    expect(GilExc_KeyboardInterrupt);
    ck_assert_int_eq(count[SIGUSR1], 0);
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_eq(count[SIGUSR1], 1);
    /* An exception that is reported there ends no wait, so the others must. */
    GilEvent_Clear(&event);
    ck_assert_int_eq(raise(SIGHUP), 0);
    ck_assert_int_eq(raise(SIGUSR1), 0);
    ck_assert_int_eq(GilEvent_WaitTimed(&event, UINT64_C(3000000000), GIL_WAIT_INTERRUPTIBLE), 1);
    ck_assert_int_eq(count[SIGHUP], 1);
    ck_assert_int_eq(count[SIGUSR1], 2);
    ck_assert_int_eq(Gil_EndInterpreter(ts), 0);
    GilEval_RestoreThread(main_ts);
}
END_TEST

/* The host ends the state that it got by the start, and its block serves another interpreter: that is not the main thread's. */
START_TEST(test_runtime_signal__without_its_state_nobody_is_called)
{
    GilThreadState *main_ts = GilThreadState_Get(), *ts = Gil_NewInterpreter(), *again;

    GilThreadState_Swap(main_ts);
    ck_assert_int_eq(GilSignal_Watch(SIGUSR1, note, count, 0), 0);
    GilThreadState_DeleteCurrent();
    again = GilThreadState_New(GilThreadState_GetInterpreter(ts));
    ck_assert_ptr_eq(again, main_ts);
    GilEval_RestoreThread(again);
    ck_assert_int_eq(raise(SIGUSR1), 0);
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_eq(count[SIGUSR1], 0);
    ck_assert_ptr_eq(GilThreadState_Get(), again);
    /* Nor does it end the runtime; a state of the main interpreter does. */
    ck_assert_int_eq(Gil_FinalizeEx(), -1);
    GilThreadState_Swap(GilThreadState_New(GilInterpreterState_Main()));
    ck_assert_int_eq(Gil_FinalizeEx(), 0);
    ck_assert_ptr_null(GilInterpreterState_Main());
}
END_TEST

static void *
storm(void *most)
{
    for (long i = 0; i < *(long *)most; i++)
        ck_assert_int_eq(pthread_kill(main_pthread, i & 1 ? SIGUSR1 : SIGUSR2), 0);
    gil_store_release(&over, 1);
    return NULL;
}

/* At least once for each, after it came last; and the host's handler every time that the system called it. */
START_TEST(test_E5_a_storm_of_two_signals)
{
    long most = gil_test_plenty(20000);
    pthread_t thread;
    int before[2];

    ck_assert_int_eq(GilSignal_Watch(SIGUSR1, note, count, 0), 0);
    ck_assert_int_eq(GilSignal_Watch(SIGUSR2, note, count, 0), 0);
    ck_assert_int_eq(pthread_create(&thread, NULL, storm, &most), 0);
    while (!gil_load_acquire(&over))
        ck_assert_int_eq(Gil_Poll(), 0);
    Gil_BEGIN_ALLOW_THREADS
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    Gil_END_ALLOW_THREADS
    ck_assert_int_eq(Gil_Poll(), 0);
    before[0] = count[SIGUSR1];
    before[1] = count[SIGUSR2];
    ck_assert(before[0] > 0 && before[0] <= most && before[1] > 0 && before[1] <= most);
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(raise(i ? SIGUSR1 : SIGUSR2), 0);
        ck_assert_int_eq(raise(i ? SIGUSR2 : SIGUSR1), 0);
        ck_assert_int_eq(Gil_Poll(), 0);
        ck_assert_int_eq(count[SIGUSR1], before[0] + i + 1);
        ck_assert_int_eq(count[SIGUSR2], before[1] + i + 1);
    }
}
END_TEST

/* A thousand times a second, and every wait is as long as it was to be. */
START_TEST(test_E8_waits_go_on_while_callbacks_run)
{
    struct itimerval fast = {{0, 1000}, {0, 1000}}, none = {{0, 0}, {0, 0}};
    GilEvent event = {0};
    struct timespec from, to;

    ck_assert_int_eq(GilSignal_Watch(SIGALRM, note, count, GIL_SIGNAL_REPLACE), 0);
    ck_assert_int_eq(setitimer(ITIMER_REAL, &fast, NULL), 0);
    clock_gettime(CLOCK_MONOTONIC, &from);
    ck_assert_int_eq(GilEvent_WaitTimed(&event, 50000000, GIL_WAIT_INTERRUPTIBLE), 0);
    clock_gettime(CLOCK_MONOTONIC, &to);
    ck_assert_int_eq(setitimer(ITIMER_REAL, &none, NULL), 0);
    ck_assert_int_gt(count[SIGALRM], 0);
    ck_assert_int_ge((to.tv_sec - from.tv_sec) * 1000 + (to.tv_nsec - from.tv_nsec) / 1000000, 49);
}
END_TEST

static void *
interrupt_when_asleep(void *event)
{
    while (!(gil_load_acquire(&((GilEvent *)event)->_bits) & 2u))
        sched_yield();
    ck_assert_int_eq(raise(SIGINT), 0);
    return NULL;
}

START_TEST(test_runtime_signal__a_wait_of_the_main_thread_ends)
{
    GilEvent event = {0};
    pthread_t thread;

    ck_assert_int_eq(watch_interrupts(), 0);
    ck_assert_int_eq(pthread_create(&thread, NULL, interrupt_when_asleep, &event), 0);
    ck_assert_int_eq(GilEvent_WaitTimed(&event, GIL_WAIT_FOREVER, GIL_WAIT_INTERRUPTIBLE), -1);
    expect(GilExc_KeyboardInterrupt);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
}
END_TEST

static void *
interrupt_a_read(void *unused)
{
    while (!gil_load_acquire(&over)) {
        ck_assert_int_eq(raise(SIGINT), 0);
        (void)poll(NULL, 0, 1);
    }
    return unused;
}

/* The signal comes to another thread, and the main one is in a system call, in a region or a plain BEGIN. */
START_TEST(test_E10_a_system_call_of_the_main_thread_ends)
{
    pthread_t thread;
    int ends[2], error = 0;
    ssize_t n = 0;
    char byte;

    ck_assert_int_eq(pipe(ends), 0);
    ck_assert_int_eq(watch_interrupts(), 0);
    ck_assert_int_eq(pthread_create(&thread, NULL, interrupt_a_read, NULL), 0);
    Gil_BEGIN_BLOCKING_CALL
    do {
        n = read(ends[0], &byte, 1);
        error = errno;
    } while (!GilErr_AreSignalsPending(NULL) && n < 0 && error == EINTR);
    gil_store_release(&over, 1);
    ck_assert_int_eq(GilErr_CheckSignalsDetached(NULL), -1);
    Gil_END_BLOCKING_CALL
    ck_assert_int_eq((int)n, -1);
    ck_assert_int_eq(error, EINTR);
    expect(GilExc_KeyboardInterrupt);
    Gil_BEGIN_ALLOW_THREADS
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    Gil_END_ALLOW_THREADS
}
END_TEST

static void *
interrupt_unblocked(void *unused)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    ck_assert_int_eq(pthread_sigmask(SIG_UNBLOCK, &set, NULL), 0);
    while (!gil_load_acquire(&over))
        sched_yield();
    ck_assert_int_eq(raise(SIGINT), 0);
    return unused;
}

/* The main thread blocks the signal, so no system call ends by it; but the handler calls the region's function. */
START_TEST(test_E10_a_region_of_the_main_thread_is_left)
{
    int wake = eventfd(0, EFD_CLOEXEC);
    struct pollfd look = {.fd = wake, .events = POLLIN};
    pthread_t thread;
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    ck_assert_int_eq(pthread_sigmask(SIG_BLOCK, &set, NULL), 0);
    ck_assert_int_eq(watch_interrupts(), 0);
    ck_assert_int_eq(pthread_create(&thread, NULL, interrupt_unblocked, NULL), 0);
    Gil_BEGIN_BLOCKING_CALL_UBF(GilUnblock_Eventfd, &wake)
    gil_store_release(&over, 1);
    ck_assert_int_eq(poll(&look, 1, -1), 1);
    Gil_END_BLOCKING_CALL_UBF
    ck_assert_int_eq(Gil_Poll(), -1);
    expect(GilExc_KeyboardInterrupt);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    close(wake);
}
END_TEST

static int
is_same_action(const struct sigaction *was, const struct sigaction *is)
{
    const int told = SA_RESTART | SA_ONSTACK | SA_NODEFER | SA_RESETHAND;

    if (was->sa_handler != is->sa_handler)
        return 0;
    return was->sa_handler == SIG_DFL || was->sa_handler == SIG_IGN ||
           (((was->sa_flags ^ is->sa_flags) & told) == 0 && memcmp(&was->sa_mask, &is->sa_mask, 8) == 0);
}

START_TEST(test_E9_what_the_host_had_is_called_and_comes_back)
{
    struct sigaction action = {.sa_sigaction = host_handler_with_info, .sa_flags = SA_SIGINFO | SA_RESTART}, now, other;
    sigset_t before, after;

    sigaddset(&action.sa_mask, SIGHUP);
    ck_assert_int_eq(pthread_sigmask(SIG_SETMASK, NULL, &before), 0);
    ck_assert_int_eq(sigaction(SIGUSR1, &action, NULL), 0);
    ck_assert_int_eq(GilSignal_Watch(SIGUSR1, note, count, 0), 0);
    ck_assert_int_eq(sigaction(SIGUSR1, NULL, &now), 0);
    ck_assert_int_eq(now.sa_flags & (SA_ONSTACK | SA_RESTART | SA_SIGINFO), SA_ONSTACK | SA_SIGINFO);
    ck_assert_int_eq(sigismember(&now.sa_mask, SIGHUP), 1);
    ck_assert_int_eq(raise(SIGUSR1), 0);
    ck_assert_int_eq(former_calls, 1);
    /* Watched anew: the one before is still the host's. */
    ck_assert_int_eq(GilSignal_Watch(SIGUSR1, note, count, GIL_SIGNAL_REPLACE | GIL_SIGNAL_RESTART), 0);
    ck_assert_int_eq(sigaction(SIGUSR1, NULL, &now), 0);
    ck_assert_int_eq(now.sa_flags & SA_RESTART, SA_RESTART);
    ck_assert_int_eq(raise(SIGUSR1), 0);
    ck_assert_int_eq(former_calls, 1);
    ck_assert_int_eq(GilSignal_Unwatch(SIGUSR1), 1);
    ck_assert_int_eq(GilSignal_Unwatch(SIGUSR1), 0);
    ck_assert_int_eq(sigaction(SIGUSR1, NULL, &now), 0);
    ck_assert_int_eq(is_same_action(&action, &now), 1);
    /* What came before is forgotten. */
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_eq(count[SIGUSR1], 0);
    /* Somebody has set another handler meanwhile, and calls ours as the one that he found: it is left, and leads on. */
    ck_assert_int_eq(GilSignal_Watch(SIGUSR1, note, count, 0), 0);
    other = (struct sigaction){.sa_handler = SIG_IGN};
    ck_assert_int_eq(sigaction(SIGUSR1, &other, &now), 0);
    ck_assert_int_eq(GilSignal_Unwatch(SIGUSR1), 1);
    ck_assert_int_eq(sigaction(SIGUSR1, &now, &other), 0);
    ck_assert(other.sa_handler == SIG_IGN);
    ck_assert_int_eq(raise(SIGUSR1), 0);
    ck_assert_int_eq(former_calls, 2);
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_eq(count[SIGUSR1], 0);
    ck_assert_int_eq(pthread_sigmask(SIG_SETMASK, NULL, &after), 0);
    ck_assert_int_eq(memcmp(&before, &after, 8), 0);
}
END_TEST

/* The signal that breaks system calls, watched as well: whichever is given up first, the default is back. */
START_TEST(test_E9_a_signal_that_is_given_up_while_it_is_watched)
{
    struct sigaction now;

    ck_assert_int_eq(GilUnblock_UseSignal(SIGUSR1), 0);
    ck_assert_int_eq(GilSignal_Watch(SIGUSR1, note, count, 0), 0);
    if (_i == 0)
        ck_assert_int_eq(GilUnblock_UseSignal(0), 0);
    ck_assert_int_eq(GilSignal_Unwatch(SIGUSR1), 1);
    if (_i == 1) {
        ck_assert_int_eq(sigaction(SIGUSR1, NULL, &now), 0);
        ck_assert(now.sa_handler != SIG_DFL);
        ck_assert_int_eq(GilUnblock_UseSignal(0), 0);
    }
    ck_assert_int_eq(sigaction(SIGUSR1, NULL, &now), 0);
    ck_assert(now.sa_handler == SIG_DFL);
}
END_TEST

static struct sigaction covered; /* what was there before the handler below */
static int covering_calls;

static void
covering_handler(int signum, siginfo_t *info, void *context)
{
    covering_calls++;
    if ((covered.sa_flags & SA_SIGINFO) && covering_calls < 100)
        covered.sa_sigaction(signum, info, context);
}

/* One who has set his handler over ours, and calls it: watched anew, neither calls the other for ever. */
START_TEST(test_E9_a_handler_over_ours_is_no_former_one)
{
    struct sigaction action = {.sa_handler = host_handler};
    struct sigaction cover = {.sa_sigaction = covering_handler, .sa_flags = SA_SIGINFO}, now;

    ck_assert_int_eq(sigaction(SIGUSR1, &action, NULL), 0);
    for (int round = 0; round < 3; round++) {
        ck_assert_int_eq(GilSignal_Watch(SIGUSR1, note, count, 0), 0);
        if (round == 0)
            ck_assert_int_eq(sigaction(SIGUSR1, &cover, &covered), 0);
        ck_assert_int_eq(raise(SIGUSR1), 0);
        ck_assert_int_eq(Gil_Poll(), 0);
        ck_assert_int_eq(count[SIGUSR1], round + 1);
        ck_assert_int_eq(former_calls, round + 1);
        ck_assert_int_eq(covering_calls, 1);
        if (round == 1)
            ck_assert_int_eq(GilSignal_Unwatch(SIGUSR1), 1);
    }
    ck_assert_int_eq(GilSignal_Unwatch(SIGUSR1), 1);
    ck_assert_int_eq(sigaction(SIGUSR1, NULL, &now), 0);
    ck_assert(now.sa_sigaction == covering_handler);
    ck_assert_int_eq(raise(SIGUSR1), 0);
    ck_assert_int_eq(covering_calls, 2);
    ck_assert_int_eq(former_calls, 4);
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_eq(count[SIGUSR1], 3);
}
END_TEST

/* When the signal had no handler in between, nobody can be calling ours: whoever comes then is a former one as any other. */
START_TEST(test_E9_a_handler_that_comes_after_the_default_is_a_former_one)
{
    struct sigaction action = {.sa_handler = host_handler}, none = {.sa_handler = SIG_DFL};
    struct sigaction cover = {.sa_sigaction = covering_handler, .sa_flags = SA_SIGINFO};

    ck_assert_int_eq(GilSignal_Watch(SIGUSR1, note, count, 0), 0);
    ck_assert_int_eq(sigaction(SIGUSR1, &cover, &covered), 0);
    ck_assert_int_eq(GilSignal_Unwatch(SIGUSR1), 1);
    ck_assert_int_eq(sigaction(SIGUSR1, _i ? &none : &action, NULL), 0);
    ck_assert_int_eq(GilSignal_Watch(SIGUSR1, note, count, 0), 0);
    ck_assert_int_eq(GilSignal_Unwatch(SIGUSR1), 1);
    ck_assert_int_eq(sigaction(SIGUSR1, &action, NULL), 0);
    ck_assert_int_eq(GilSignal_Watch(SIGUSR1, note, count, 0), 0);
    ck_assert_int_eq(raise(SIGUSR1), 0);
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_eq(count[SIGUSR1], 1);
    ck_assert_int_eq(former_calls, _i);
}
END_TEST

/* Nothing is taken that nobody asked for, and the end gives all back. */
START_TEST(test_E9_dispositions_are_as_before)
{
    struct sigaction before[65], now;

    for (int signum = 1; signum < 65; signum++)
        if (sigaction(signum, NULL, &before[signum]) != 0)
            before[signum].sa_flags = -1;
    start();
    for (int round = 0; round < 2; round++) {
        for (int signum = 1; signum < 65; signum++)
            ck_assert(before[signum].sa_flags == -1 ||
                      (sigaction(signum, NULL, &now) == 0 && is_same_action(&before[signum], &now)));
        if (round == 0) {
            ck_assert_int_eq(GilSignal_Watch(SIGUSR1, note, count, 0), 0);
            ck_assert_int_eq(GilSignal_Watch(SIGINT, NULL, NULL, GIL_SIGNAL_RESTART | GIL_SIGNAL_REPLACE), 0);
            ck_assert_int_eq(raise(SIGUSR1), 0);
            gil_test_stop();
        }
    }
    ck_assert_int_eq(GilErr_SetInterruptEx(SIGINT), 0);
    start();
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_eq(count[SIGUSR1], 0);
    gil_test_stop();
}
END_TEST

static int
end_the_runtime(int signum, void *arg)
{
    (void)note(signum, arg);
    ck_assert_int_eq(Gil_FinalizeEx(), -1);
    return 0;
}

START_TEST(test_C4_the_end_from_a_signal_s_callback)
{
    ck_assert_int_eq(GilSignal_Watch(SIGUSR1, end_the_runtime, count, 0), 0);
    ck_assert_int_eq(raise(SIGUSR1), 0);
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_eq(count[SIGUSR1], 1);
    ck_assert_int_eq(Gil_IsInitialized(), 1);
}
END_TEST

/* In the handler no callback runs, however long nobody polls. */
START_TEST(test_E11_a_handler_runs_no_code_of_the_host_s)
{
    ck_assert_int_eq(GilSignal_Watch(SIGUSR1, note, count, 0), 0);
    for (int i = 0; i < 1000; i++)
        ck_assert_int_eq(raise(SIGUSR1), 0);
    Gil_BEGIN_BLOCKING_CALL
    ck_assert_int_eq(raise(SIGUSR1), 0);
    ck_assert_int_eq(count[SIGUSR1], 0);
    Gil_END_BLOCKING_CALL
    ck_assert_int_eq(count[SIGUSR1], 0);
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_eq(count[SIGUSR1], 1);
}
END_TEST

static void
post_it(int signum)
{
    (void)GilErr_SetInterruptEx(signum);
}

START_TEST(test_runtime_signal__a_host_with_its_own_handler_posts)
{
    struct sigaction action = {.sa_handler = post_it}, now;

    ck_assert_int_eq(sigaction(SIGSEGV, &action, NULL), 0);
    ck_assert_int_eq(GilSignal_Watch(SIGSEGV, note, count, 0), -1);
    expect(GilExc_ValueError);
    ck_assert_int_eq(GilSignal_Watch(SIGSEGV, note, count, GIL_SIGNAL_POSTED), 0);
    ck_assert_int_eq(sigaction(SIGSEGV, NULL, &now), 0);
    ck_assert(now.sa_handler == post_it);
    ck_assert_int_eq(raise(SIGSEGV), 0);
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_eq(count[SIGSEGV], 1);
    /* Not watched: nothing comes of it. */
    GilErr_SetInterrupt();
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_eq(GilSignal_Watch(SIGINT, NULL, NULL, GIL_SIGNAL_POSTED), 0);
    GilErr_SetInterrupt();
    ck_assert_int_eq(Gil_Poll(), -1);
    expect(GilExc_KeyboardInterrupt);
    ck_assert_int_eq(GilErr_SetInterruptEx(0), -1);
    ck_assert_int_eq(GilErr_SetInterruptEx(65), -1);
    ck_assert_int_eq(GilErr_SetInterruptEx(-1), -1);
}
END_TEST

START_TEST(test_L1_what_cannot_be_watched)
{
    const int wrong[] = {0, -1, 65, SIGKILL, SIGSTOP, SIGFPE, SIGILL, SIGBUS};

    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        ck_assert_int_eq(GilSignal_Watch(wrong[i], note, count, 0), -1);
        expect(GilExc_ValueError);
        ck_assert_int_eq(GilSignal_Unwatch(wrong[i]), 0);
    }
    ck_assert_int_eq(GilSignal_Watch(SIGUSR1, note, count, 8u), -1);
    expect(GilExc_ValueError);
    /* The C library keeps these two for itself. */
    ck_assert_int_eq(GilSignal_Watch(33, note, count, 0), -1);
    expect(GilExc_OSError);
}
END_TEST

/* A late handler marks a state that is not the main thread's. */
START_TEST(test_runtime_signal__a_stray_mark_is_taken_back)
{
    GilThreadState *ts = GilThreadState_Get();

    gil_store_seq_cst(&gil_main_calls.ts, NULL);
    gil_fetch_or_seq_cst(&ts->block.brk, _Gil_BRK_SIGNAL);
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_eq(GilErr_AreSignalsPending(ts), 0);
}
END_TEST

START_TEST(test_D4_a_child_leaves_the_parent_s_signals_to_it)
{
    GilThreadState *ts = GilThreadState_Get();

    ck_assert_int_eq(GilSignal_Watch(SIGUSR1, note, count, 0), 0);
    ck_assert_int_eq(GilSignal_Watch(SIGUSR2, note, count, 0), 0);
    ck_assert_int_eq(raise(SIGUSR1), 0);
    gil_signal_fork_child(ts, 1);
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_eq(raise(SIGUSR2), 0);
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_eq(count[SIGUSR1], 0);
    ck_assert_int_eq(count[SIGUSR2], 1);
}
END_TEST

/* --- children, and what is still under way --- */

static int
is_readable(int fd)
{
    struct pollfd look = {.fd = fd, .events = POLLIN};

    return poll(&look, 1, 0);
}

static void
raise_in_a_child(int child)
{
    if (child == 0) {
        (void)raise(SIGUSR1);
        (void)GilErr_SetInterruptEx(SIGUSR2);
        _exit(0);
    }
    ck_assert_int_eq(child_status(child), 0);
}

/* The descriptor is one file with the parent's there, and in a child of vfork() all of the memory is the parent's. */
START_TEST(test_D4_a_signal_in_a_child_is_nothing_to_the_parent)
{
    int fd = GilThreadState_GetCancelFD();
    pid_t child = -1;

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(GilSignal_Watch(SIGUSR1, note, count, 0), 0);
    ck_assert_int_eq(GilSignal_Watch(SIGUSR2, note, count, GIL_SIGNAL_POSTED), 0);
    if (_i == 0)
        raise_in_a_child(fork());
    else if (_i == 1) {
        ck_assert_int_eq(GilOS_BeforeFork(), 0);
        child = fork();
        if (child == 0)
            raise_in_a_child(0);
        GilOS_AfterFork_Parent();
        raise_in_a_child(child);
    }
    else
        raise_in_a_child(vfork());
    ck_assert_int_eq(is_readable(fd), 0);
    ck_assert_int_eq(GilErr_AreSignalsPending(NULL), 0);
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_eq(count[SIGUSR1] + count[SIGUSR2], 0);
    /* Its own are, as ever. */
    ck_assert_int_eq(raise(SIGUSR1), 0);
    ck_assert_int_eq(is_readable(fd), 1);
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_eq(count[SIGUSR1], 1);
    ck_assert_int_eq(is_readable(fd), 0);
}
END_TEST

/* Nor is what a handler of the host's posts there; a child that is put in order meets it. */
START_TEST(test_D4_a_call_that_is_posted_in_a_child_is_nothing_to_the_parent)
{
    int fd = GilThreadState_GetCancelFD();

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(GilOS_BeforeFork(), 0);
    pid_t child = fork();
    if (child == 0) {
        CHILD_CHECK(GilPending_PostToMain(&call) == 0);
        if (_i)
            _exit(0);
        GilOS_AfterFork_Child();
        CHILD_CHECK(is_readable(fd) == 1);
        CHILD_CHECK(Gil_Poll() == 0 && made == 1 && is_readable(fd) == 0);
        _exit(0);
    }
    GilOS_AfterFork_Parent();
    ck_assert_int_eq(child_status(child), 0);
    ck_assert_int_eq(is_readable(fd), 0);
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_eq(made, 0);
}
END_TEST

/* What comes to a child before it is in order is the child's, and met when it can be. */
START_TEST(test_D4_a_signal_that_comes_early_to_a_child_is_kept)
{
    int fd = GilThreadState_GetCancelFD();

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(GilSignal_Watch(SIGUSR1, note, count, 0), 0);
    ck_assert_int_eq(GilSignal_Watch(SIGUSR2, note, count, 0), 0);
    ck_assert_int_eq(raise(SIGUSR2), 0);
    ck_assert_int_eq(GilOS_BeforeFork(), 0);
    pid_t child = fork();
    if (child == 0) {
        CHILD_CHECK(raise(SIGUSR1) == 0);
        CHILD_CHECK(count[SIGUSR1] == 0);
        GilOS_AfterFork_Child();
        CHILD_CHECK(is_readable(fd) == 1);
        CHILD_CHECK(Gil_Poll() == 0 && count[SIGUSR1] == 1 && count[SIGUSR2] == 0);
        CHILD_CHECK(is_readable(fd) == 0);
        /* Once; and what comes later as ever, also to a child of its own. */
        CHILD_CHECK(Gil_Poll() == 0 && raise(SIGUSR1) == 0 && Gil_Poll() == 0 && count[SIGUSR1] == 2);
        pid_t next = GilOS_Fork();
        if (next == 0) {
            CHILD_CHECK(Gil_Poll() == 0 && count[SIGUSR1] == 2);
            _exit(0);
        }
        CHILD_CHECK(child_status(next) == 0);
        _exit(0);
    }
    GilOS_AfterFork_Parent();
    ck_assert_int_eq(child_status(child), 0);
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_eq(count[SIGUSR1], 0);
    ck_assert_int_eq(count[SIGUSR2], 1);
}
END_TEST

static GilInterpreterGuard *guard;

static void *
watch_no_more(void *rc)
{
    GilThreadStateToken *token = GilThreadState_Ensure(guard);

    *(int *)rc = GilSignal_Unwatch(SIGUSR1);
    GilThreadState_Release(token);
    return NULL;
}

/* What was sent on to the main thread, which blocks it, is not left to the default action: by the main thread itself, by another, by the
 * end of the runtime. */
START_TEST(test_E3_what_was_sent_on_does_not_outlive_the_watch)
{
    sigset_t set;

    start();
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    ck_assert_int_eq(pthread_sigmask(SIG_BLOCK, &set, NULL), 0);
    ck_assert_int_eq(GilSignal_Watch(SIGUSR1, note, count, 0), 0);
    in_another_thread(signal_unblocked);
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_eq(count[SIGUSR1], 1);
    if (_i == 0)
        ck_assert_int_eq(GilSignal_Unwatch(SIGUSR1), 1);
    else if (_i == 1) {
        pthread_t thread;
        int rc = 0;

        guard = GilInterpreterGuard_FromCurrent();
        Gil_BEGIN_ALLOW_THREADS
        ck_assert_int_eq(pthread_create(&thread, NULL, watch_no_more, &rc), 0);
        ck_assert_int_eq(pthread_join(thread, NULL), 0);
        Gil_END_ALLOW_THREADS
        GilInterpreterGuard_Close(guard);
        ck_assert_int_eq(rc, 1);
    }
    gil_test_stop();
    ck_assert_int_eq(pthread_sigmask(SIG_UNBLOCK, &set, NULL), 0);
    ck_assert_int_eq(pthread_sigmask(SIG_BLOCK, NULL, &set), 0);
    ck_assert_int_eq(sigismember(&set, SIGUSR1), 0);
}
END_TEST

/* What is pending beside it is the host's, and its former handler gets that alone. */
START_TEST(test_E9_what_is_pending_is_left_to_the_former_handler)
{
    struct sigaction action = {.sa_handler = host_handler};
    sigset_t set, after;

    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    ck_assert_int_eq(sigaction(SIGUSR1, &action, NULL), 0);
    ck_assert_int_eq(pthread_sigmask(SIG_BLOCK, &set, NULL), 0);
    ck_assert_int_eq(GilSignal_Watch(SIGUSR1, note, count, 0), 0);
    in_another_thread(signal_unblocked);
    ck_assert_int_eq(former_calls, 1);
    if (_i)
        ck_assert_int_eq(kill(getpid(), SIGUSR1), 0);
    ck_assert_int_eq(GilSignal_Unwatch(SIGUSR1), 1);
    ck_assert_int_eq(pthread_sigmask(SIG_SETMASK, NULL, &after), 0);
    ck_assert_int_eq(sigismember(&after, SIGUSR1), 1);
    ck_assert_int_eq(former_calls, 1);
    ck_assert_int_eq(pthread_sigmask(SIG_UNBLOCK, &set, NULL), 0);
    ck_assert_int_eq(former_calls, 1 + _i);
    ck_assert_int_eq(count[SIGUSR1], 0);
}
END_TEST

static void *
send_for_long(void *unused)
{
    while (!gil_load_acquire(&over))
        sched_yield();
    return unused;
}

/* The watch ends just when the signal was noted, in a thread that is about to send it on. */
START_TEST(test_E3_nothing_is_sent_on_behind_the_watch)
{
    pthread_t thread;

    ck_assert_int_eq(pthread_create(&thread, NULL, send_for_long, NULL), 0);
    for (long i = gil_test_plenty(3000); i > 0; i--) {
        int before = gil_load_seq_cst(&count[SIGUSR1]);

        ck_assert_int_eq(GilSignal_Watch(SIGUSR1, note, count, 0), 0);
        ck_assert_int_eq(pthread_kill(thread, SIGUSR1), 0);
        while (gil_load_seq_cst(&count[SIGUSR1]) == before)
            ck_assert_int_eq(Gil_Poll(), 0);
        ck_assert_int_eq(GilSignal_Unwatch(SIGUSR1), 1);
    }
    gil_store_release(&over, 1);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
}
END_TEST

/* The signal that breaks system calls is under way to a thread that has left its region, was given up, and is watched no more. */
START_TEST(test_E10_a_signal_that_was_given_up_is_not_left_to_the_default)
{
    GilUnblockSelf self;
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    ck_assert_int_eq(GilUnblock_UseSignal(SIGUSR1), 0);
    ck_assert_int_eq(GilSignal_Watch(SIGUSR1, note, count, 0), 0);
    ck_assert_int_eq(GilUnblockSelf_Init(&self), 0);
    ck_assert_int_eq(pthread_sigmask(SIG_BLOCK, &set, NULL), 0);
    GilUnblock_Signal(&self);
    ck_assert_int_eq(GilUnblock_UseSignal(0), 0);
    ck_assert_int_eq(GilSignal_Unwatch(SIGUSR1), 1);
    ck_assert_int_eq(pthread_sigmask(SIG_UNBLOCK, &set, NULL), 0);
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_eq(count[SIGUSR1], 0);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("signal");
    TCase *tcase = tcase_create("signal"), *bare = tcase_create("bare"), *left = tcase_create("left");

    tcase_add_checked_fixture(tcase, start, gil_test_stop);
    tcase_add_test(tcase, test_runtime_signal__a_callback_runs_at_the_next_poll);
    tcase_add_test(tcase, test_runtime_signal__a_callback_is_not_interrupted_by_its_own_signal);
    tcase_add_test(tcase, test_runtime_signal__one_that_raises_alone_leaves_nothing);
    tcase_add_test(tcase, test_E10_calls_that_are_made_without_a_poll_are_met);
    tcase_add_test(tcase, test_runtime_signal__one_that_raises_leaves_the_others_for_later);
    tcase_add_test(tcase, test_E2_a_call_that_is_posted_while_a_callback_polls_is_made);
    tcase_add_test(tcase, test_runtime_signal__nothing_is_raised_over_an_exception);
    tcase_add_test(tcase, test_E3_a_signal_in_another_thread_is_the_main_thread_s);
    tcase_add_test(tcase, test_E3_a_signal_that_the_main_thread_blocks_is_met);
    tcase_add_test(tcase, test_E3_one_of_real_time_that_the_main_thread_blocks_is_sent_on_once);
    tcase_add_test(tcase, test_E4_another_interpreter_runs_in_the_main_thread);
    tcase_add_test(tcase, test_E4_what_is_posted_elsewhere_is_met_in_another_interpreter);
    tcase_add_loop_test(tcase, test_E4_a_signal_comes_to_the_main_thread_detached_in_another_state, 0, 2);
    tcase_add_test(tcase, test_E4_one_that_raises_in_another_interpreter_leaves_the_others_there);
    tcase_add_test(tcase, test_E5_a_storm_of_two_signals);
    tcase_add_test(tcase, test_E8_waits_go_on_while_callbacks_run);
    tcase_add_test(tcase, test_runtime_signal__a_wait_of_the_main_thread_ends);
    tcase_add_test(tcase, test_E10_a_system_call_of_the_main_thread_ends);
    tcase_add_test(tcase, test_E10_a_region_of_the_main_thread_is_left);
    tcase_add_test(tcase, test_E9_what_the_host_had_is_called_and_comes_back);
    tcase_add_loop_test(tcase, test_E9_a_signal_that_is_given_up_while_it_is_watched, 0, 2);
    tcase_add_test(tcase, test_E9_a_handler_over_ours_is_no_former_one);
    tcase_add_loop_test(tcase, test_E9_a_handler_that_comes_after_the_default_is_a_former_one, 0, 2);
    tcase_add_test(tcase, test_C4_the_end_from_a_signal_s_callback);
    tcase_add_test(tcase, test_E11_a_handler_runs_no_code_of_the_host_s);
    tcase_add_test(tcase, test_runtime_signal__a_host_with_its_own_handler_posts);
    tcase_add_test(tcase, test_L1_what_cannot_be_watched);
    tcase_add_test(tcase, test_runtime_signal__a_stray_mark_is_taken_back);
    tcase_add_test(tcase, test_D4_a_child_leaves_the_parent_s_signals_to_it);
    tcase_add_loop_test(tcase, test_D4_a_signal_in_a_child_is_nothing_to_the_parent, 0, 3);
    tcase_add_loop_test(tcase, test_D4_a_call_that_is_posted_in_a_child_is_nothing_to_the_parent, 0, 2);
    tcase_add_test(tcase, test_D4_a_signal_that_comes_early_to_a_child_is_kept);
    tcase_add_loop_test(tcase, test_E9_what_is_pending_is_left_to_the_former_handler, 0, 2);
    tcase_add_test(tcase, test_E3_nothing_is_sent_on_behind_the_watch);
    tcase_add_test(tcase, test_E10_a_signal_that_was_given_up_is_not_left_to_the_default);
    suite_add_tcase(s, tcase);
    tcase_add_checked_fixture(left, start, NULL);
    tcase_add_test(left, test_runtime_signal__without_its_state_nobody_is_called);
    suite_add_tcase(s, left);
    tcase_add_test(bare, test_E9_dispositions_are_as_before);
    tcase_add_loop_test(bare, test_E3_what_was_sent_on_does_not_outlive_the_watch, 0, 3);
    suite_add_tcase(s, bare);
    return s;
}
