/* SPDX-License-Identifier: MIT */
/* <gilrt/pending.h> as a host uses it: calls to threads that run, exceptions for them, references given back. */
#include "support/support.h"

#define GIL_CHECK_REFS
#include <gilrt.h>

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

static char log_text[64];
static int made; /* accessed by __atomic_*, as those below */
static int stop, phase;

static void
reach(int value)
{
    __atomic_store_n(&phase, value, __ATOMIC_RELEASE);
}

static void
await(int value)
{
    while (__atomic_load_n(&phase, __ATOMIC_ACQUIRE) < value)
        sched_yield();
}

/* arg is a letter. */
static int
note(void *arg)
{
    size_t length = strlen(log_text);

    ck_assert_int_eq(GilThreadState_IsAttached(), 1);
    ck_assert_uint_lt(length + 1, sizeof log_text);
    log_text[length] = *(char *)arg;
    return 0;
}

static int
count(void *unused)
{
    (void)unused;
    __atomic_fetch_add(&made, 1, __ATOMIC_SEQ_CST);
    return 0;
}

static int
raise_value_error(void *unused)
{
    (void)unused;
    GilErr_SetString(GilExc_ValueError, "from a call");
    return -1;
}

static int
fail_silently(void *unused)
{
    (void)unused;
    return -1;
}

static void
expect(GilObject *exc)
{
    ck_assert(GilErr_ExceptionMatches(exc));
    GilErr_Clear();
}

static pthread_t
start(void *(*body)(void *), void *arg)
{
    pthread_t thread;

    ck_assert_int_eq(pthread_create(&thread, NULL, body, arg), 0);
    return thread;
}

static void
join(pthread_t thread)
{
    Gil_BEGIN_ALLOW_THREADS
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    Gil_END_ALLOW_THREADS
}

/* --- calls to the main thread --- */

START_TEST(test_api_pending__calls_are_made_in_order_at_a_poll)
{
    static char a = 'a', b = 'b', c = 'c';
    GilPendingNode one = GIL_PENDING_NODE_INIT(note, &a), two;

    GilPendingNode_Init(&two, note, &b);
    errno = 77;
    ck_assert_int_eq(GilPending_PostToMain(&one), 0);
    ck_assert_int_eq(GilPending_PostToMain(&two), 0);
    ck_assert_int_eq(Gil_AddPendingCall(note, &c), 0);
    ck_assert_int_eq(GilPending_PostToMain(&one), 1);
    ck_assert_int_eq(GilPendingNode_IsPosted(&one), 1);
    ck_assert_int_eq(errno, 77);
    ck_assert_str_eq(log_text, "");
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_str_eq(log_text, "abc");
    ck_assert_int_eq(GilPendingNode_IsPosted(&one), 0);
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_str_eq(log_text, "abc");
    ck_assert_int_eq(GilPending_PostToMain(&one), 0);
    ck_assert_int_eq(GilEval_Yield(), 0);
    ck_assert_int_eq(Gil_AddPendingCall(note, &c), 0);
    ck_assert_int_eq(Gil_MakePendingCalls(), 0);
    ck_assert_str_eq(log_text, "abcac");
}
END_TEST

/* A node is its owner's from the beginning of its call: here it goes, or is posted again. */
static int
free_node(void *node)
{
    free(node);
    return count(NULL);
}

static int
post_again(void *node)
{
    ck_assert_int_eq(GilPending_PostToMain(node), 0);
    /* Nothing nests. */
    int before = __atomic_load_n(&made, __ATOMIC_SEQ_CST);
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_eq(Gil_MakePendingCalls(), 0);
    ck_assert_int_eq(made, before);
    return count(NULL);
}

START_TEST(test_E7_a_call_that_posts_another_is_no_loop)
{
    GilPendingNode again = GIL_PENDING_NODE_INIT(post_again, &again);

    ck_assert_int_eq(GilPending_PostToMain(&again), 0);
    for (int round = 1; round < 5; round++) {
        ck_assert_int_eq(Gil_Poll(), 0);
        ck_assert_int_eq(made, round);
    }
    again.func = count;
    ck_assert_int_eq(Gil_Poll(), 0);
    GilPendingNode *gone = malloc(sizeof *gone);
    ck_assert_ptr_nonnull(gone);
    GilPendingNode_Init(gone, free_node, gone);
    ck_assert_int_eq(GilPending_PostToMain(gone), 0);
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_eq(made, 6);
}
END_TEST

static GilThreadState *own[2]; /* of two interpreters */
static GilInterpreterView *views[2];
static GilInterpreterState *made_in;
static int depth;

/* The interpreter that it is made in is not the one that its thread was in before. */
static int
not_within_another(void *unused)
{
    ck_assert_int_eq(depth, 0);
    made_in = GilInterpreterState_Get();
    return count(unused);
}

static int
call_elsewhere(void *how)
{
    GilThreadStateToken *token = NULL;
    GilEvent never = {0};

    depth++;
    if (how == NULL) {
        token = GilThreadState_EnsureFromView(views[1]);
        ck_assert_ptr_nonnull(token);
    }
    else
        GilThreadState_Swap(own[1]);
    ck_assert_int_eq(GilPending_Add(views[1], not_within_another, NULL), 0);
    ck_assert_int_eq(GilPending_AddToThread(GilThreadState_GetID(GilThreadState_Get()), not_within_another, NULL), 0);
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_eq(Gil_MakePendingCalls(), 0);
    /* Nor does what is left keep it from sleeping. */
    ck_assert_int_eq(GilEvent_WaitTimed(&never, 1000000, GIL_WAIT_INTERRUPTIBLE), 0);
    if (token != NULL)
        GilThreadState_Release(token);
    else
        GilThreadState_Swap(own[0]);
    depth--;
    return 0;
}

static int
call_elsewhere_by_a_signal(int signum, void *how)
{
    (void)signum;
    return call_elsewhere(how);
}

/* A call, or a signal's callback, goes to another interpreter: what that is to call waits until it is over. */
START_TEST(test_E7_calls_of_one_thread_do_not_nest_across_interpreters)
{
    static char swap;

    own[0] = GilThreadState_Get();
    views[0] = GilInterpreterView_FromCurrent();
    own[1] = Gil_NewInterpreter();
    ck_assert_ptr_nonnull(own[1]);
    views[1] = GilInterpreterView_FromCurrent();
    GilInterpreterState *other = GilInterpreterState_Get();
    GilThreadState_Swap(own[0]);
    for (int i = 0; i < 4; i++) {
        void *how = i % 2 ? &swap : NULL;
        made_in = NULL;
        made = 0;
        if (i < 2)
            ck_assert_int_eq(Gil_AddPendingCall(call_elsewhere, how), 0);
        else {
            ck_assert_int_eq(GilSignal_Watch(SIGUSR2, call_elsewhere_by_a_signal, how, GIL_SIGNAL_POSTED), 0);
            ck_assert_int_eq(GilErr_SetInterruptEx(SIGUSR2), 0);
        }
        ck_assert_int_eq(Gil_Poll(), 0);
        ck_assert_int_eq(made, 0);
        /* Nothing else asks for them: they were asked for anew. */
        if (how == NULL) {
            GilThreadStateToken *token = GilThreadState_EnsureFromView(views[1]);
            ck_assert_int_eq(Gil_Poll(), 0);
            GilThreadState_Release(token);
        }
        else {
            GilThreadState_Swap(own[1]);
            ck_assert_int_eq(Gil_Poll(), 0);
            GilThreadState_Swap(own[0]);
        }
        ck_assert_int_eq(made, 2);
        ck_assert_ptr_eq(made_in, other);
        ck_assert_int_eq(Gil_Poll(), 0);
    }
    GilThreadState_Swap(own[1]);
    ck_assert_int_eq(Gil_EndInterpreter(own[1]), 0);
    GilThreadState_Swap(own[0]);
    GilInterpreterView_Close(views[0]);
    GilInterpreterView_Close(views[1]);
}
END_TEST

START_TEST(test_E7_a_call_that_fails_leaves_the_rest_to_the_next_poll)
{
    static char a = 'a', b = 'b';

    ck_assert_int_eq(Gil_AddPendingCall(raise_value_error, NULL), 0);
    ck_assert_int_eq(Gil_AddPendingCall(note, &a), 0);
    ck_assert_int_eq(Gil_AddPendingCall(fail_silently, NULL), 0);
    ck_assert_int_eq(Gil_AddPendingCall(note, &b), 0);
    ck_assert_int_eq(Gil_Poll(), -1);
    ck_assert_str_eq(log_text, "");
    /* While that is pending there are no calls. */
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_eq(Gil_MakePendingCalls(), 0);
    ck_assert_str_eq(log_text, "");
    expect(GilExc_ValueError);
    ck_assert_int_eq(Gil_Poll(), -1);
    ck_assert_str_eq(log_text, "a");
    expect(GilExc_SystemError);
    ck_assert_int_eq(Gil_MakePendingCalls(), 0);
    ck_assert_str_eq(log_text, "ab");
}
END_TEST

START_TEST(test_E6_a_ring_that_is_full_says_so)
{
    GilInterpreterView *view = GilInterpreterView_FromCurrent();

    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < GIL_PENDING_ROOM; i++) {
            ck_assert_int_eq(Gil_AddPendingCall(count, NULL), 0);
            ck_assert_int_eq(GilPending_Add(view, count, NULL), 0);
        }
        ck_assert_int_eq(Gil_AddPendingCall(count, NULL), GIL_PENDING_FULL);
        ck_assert_int_eq(GilPending_Add(view, count, NULL), GIL_PENDING_FULL);
        ck_assert_int_eq(Gil_Poll(), 0);
        ck_assert_int_eq(made, (round + 1) * 2 * GIL_PENDING_ROOM);
    }
    GilInterpreterView_Close(view);
}
END_TEST

static void *
post_to_main(void *node)
{
    await(1);
    ck_assert_int_eq(GilPending_PostToMain(node), 0);
    return NULL;
}

static int
set_event(void *event)
{
    GilEvent_Set(event);
    return 0;
}

START_TEST(test_api_pending__a_wait_is_woken_for_a_call)
{
    GilEvent event = {0};
    GilPendingNode node = GIL_PENDING_NODE_INIT(set_event, &event);
    pthread_t thread = start(post_to_main, &node);

    reach(1);
    ck_assert_int_eq(GilEvent_WaitTimed(&event, GIL_WAIT_FOREVER, GIL_WAIT_INTERRUPTIBLE), 1);
    join(thread);
    /* One that raises ends the wait. */
    GilPendingNode_Init(&node, raise_value_error, NULL);
    GilEvent_Clear(&event);
    thread = start(post_to_main, &node);
    ck_assert_int_eq(GilEvent_WaitTimed(&event, GIL_WAIT_FOREVER, GIL_WAIT_INTERRUPTIBLE), -1);
    expect(GilExc_ValueError);
    join(thread);
}
END_TEST

/* Within a call, nothing that is posted makes an interruptible wait turn in circles: it sleeps, and ends by its time.
 * */
static int
wait_inside(void *unused)
{
    GilEvent never = {0};
    GilMutex mutex = {0};
    GilCondition condition = {0};
    int turns = 0;

    (void)unused;
    ck_assert_int_eq(Gil_AddPendingCall(count, NULL), 0);
    ck_assert_int_eq(GilEvent_WaitTimed(&never, 1000000, GIL_WAIT_INTERRUPTIBLE), 0);
    GilMutex_Lock(&mutex);
    while (GilCondition_WaitTimed(&condition, &mutex, 1000000, GIL_WAIT_INTERRUPTIBLE) == 1)
        turns++;
    GilMutex_Unlock(&mutex);
    ck_assert_int_le(turns, 2);
    ck_assert_int_eq(made, 0);
    return 0;
}

START_TEST(test_api_pending__a_call_may_wait)
{
    ck_assert_int_eq(Gil_AddPendingCall(wait_inside, NULL), 0);
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_eq(made, 1);
}
END_TEST

static int
leave_detached(void *unused)
{
    (void)unused;
    GilEval_SaveThread();
    return 0;
}

static void
poll_detaching(void *unused)
{
    (void)unused;
    Gil_AddPendingCall(leave_detached, NULL);
    Gil_Poll();
}

START_TEST(test_api_pending__a_call_that_returns_detached_stops_the_process)
{
    gil_test_expect_abort(poll_detaching, NULL, "a pending call returned detached");
}
END_TEST

static int
try_to_finalize(void *unused)
{
    (void)unused;
    ck_assert_int_eq(Gil_FinalizeEx(), -1);
    return count(NULL);
}

START_TEST(test_C4_the_end_does_not_begin_in_a_pending_call)
{
    ck_assert_int_eq(Gil_AddPendingCall(try_to_finalize, NULL), 0);
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_eq(made, 1);
}
END_TEST

/* --- signal handlers --- */

static GilPendingNode signal_node = GIL_PENDING_NODE_INIT(count, NULL);
static GilInterpreterView *signal_view;
static int signals;

static void
handler(int number)
{
    (void)number;
    signals++;
    GilPending_PostToMain(&signal_node);
    Gil_AddPendingCall(count, NULL);
    GilPending_Add(signal_view, count, NULL);
}

static void *
send_signals(void *target)
{
    for (int i = 0; i < 100 && !__atomic_load_n(&stop, __ATOMIC_ACQUIRE); i++) {
        pthread_kill(*(pthread_t *)target, SIGUSR1);
        sched_yield();
    }
    reach(1);
    return NULL;
}

/* At any time, also asleep. Each kind of post is asked for by each signal. */
START_TEST(test_E5_no_post_of_a_storm_of_signals_is_lost)
{
    pthread_t self = pthread_self();
    GilEvent never = {0};

    signal_view = GilInterpreterView_FromCurrent();
    signal(SIGUSR1, handler);
    pthread_t thread = start(send_signals, &self);
    while (__atomic_load_n(&phase, __ATOMIC_ACQUIRE) < 1) {
        ck_assert_int_eq(Gil_Poll(), 0);
        ck_assert_int_eq(GilEvent_WaitTimed(&never, 1000, GIL_WAIT_INTERRUPTIBLE), 0);
    }
    join(thread);
    /* The last signal may have come after the last poll. */
    made = 0;
    raise(SIGUSR1);
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_ge(made, 3);
    ck_assert_int_eq(GilPendingNode_IsPosted(&signal_node), 0);
    ck_assert_int_gt(signals, 0);
    GilInterpreterView_Close(signal_view);
}
END_TEST

#if defined(__x86_64__) && !defined(__SANITIZE_THREAD__)
#define CAN_STEP 1
/* The processor's trap flag: a signal after each instruction, of which every sixteenth posts. */
#define STRIDE 16
static long step, offset;
static int accepted_there;

static void
on_step(int number)
{
    (void)number;
    if (step++ % STRIDE != offset)
        return;
    accepted_there += GilPending_PostToMain(&signal_node) == 0;
    accepted_there += Gil_AddPendingCall(count, NULL) == 0;
    accepted_there += GilPending_Add(signal_view, count, NULL) == 0;
}

static void
trap(int on)
{
    unsigned long flags;

    __asm__ __volatile__("pushfq\n\tpop %0" : "=r"(flags)::"memory");
    flags = on ? flags | 0x100 : flags & ~0x100ul;
    __asm__ __volatile__("push %0\n\tpopfq" ::"r"(flags) : "memory", "cc");
}

static int
post_and_poll(void)
{
    static GilPendingNode node = GIL_PENDING_NODE_INIT(count, NULL);
    int accepted = GilPending_PostToMain(&node) == 0;

    accepted += Gil_AddPendingCall(count, NULL) == 0;
    accepted += GilPending_Add(signal_view, count, NULL) == 0;
    Gil_Poll();
    accepted += GilPending_Post(signal_view, &node) == 0;
    Gil_Poll();
    return accepted;
}

/* A handler between any two instructions of posting and of making calls: all that was accepted is called, once. */
START_TEST(test_E1_a_handler_may_post_at_any_instruction)
{
    if (gil_test_left_out_under_valgrind("test_E1_a_handler_may_post_at_any_instruction", "it knows no trap flag"))
        return;
    signal_view = GilInterpreterView_FromCurrent();
    signal(SIGTRAP, on_step);
    for (offset = 0; offset < STRIDE; offset += gil_test_plenty(STRIDE) < STRIDE ? STRIDE / 2 : 1) {
        made = accepted_there = 0;
        step = 0;
        trap(1);
        int accepted_here = post_and_poll();
        trap(0);
        ck_assert_int_eq(Gil_Poll(), 0);
        ck_assert_int_gt(accepted_there, 3);
        ck_assert_int_eq(made, accepted_here + accepted_there);
        ck_assert_int_eq(GilPendingNode_IsPosted(&signal_node), 0);
    }
    /* The rings are whole. */
    for (int i = 0; i < GIL_PENDING_ROOM; i++)
        ck_assert_int_eq(Gil_AddPendingCall(count, NULL), 0);
    ck_assert_int_eq(Gil_AddPendingCall(count, NULL), GIL_PENDING_FULL);
    ck_assert_int_eq(Gil_Poll(), 0);
    GilInterpreterView_Close(signal_view);
}
END_TEST
#endif

/* --- calls to an interpreter, and to a thread --- */

static uint64_t made_by;

static int
note_thread(void *unused)
{
    made_by = GilThreadState_GetID(GilThreadState_Get());
    return count(unused);
}

struct sleeper {
    GilInterpreterState *interp;
    GilThreadState *ts;
    GilEvent event;
};

static void *
sleep_inside(void *arg)
{
    struct sleeper *sleeper = arg;

    sleeper->ts = GilThreadState_New(sleeper->interp);
    GilEval_RestoreThread(sleeper->ts);
    reach(1);
    while (GilEvent_WaitTimed(&sleeper->event, GIL_WAIT_FOREVER, GIL_WAIT_INTERRUPTIBLE) != 1) {
        expect(GilExc_KeyboardInterrupt);
        reach(2);
    }
    GilThreadState_Clear(sleeper->ts);
    GilThreadState_DeleteCurrent();
    return NULL;
}

static int
note_thread_and_set(void *event)
{
    note_thread(NULL);
    GilEvent_Set(event);
    return 0;
}

START_TEST(test_api_pending__any_thread_makes_a_call_to_its_interpreter)
{
    struct sleeper sleeper = {.interp = GilInterpreterState_Get()};
    GilInterpreterView *view = GilInterpreterView_FromCurrent();
    GilPendingNode node = GIL_PENDING_NODE_INIT(note_thread_and_set, &sleeper.event);
    pthread_t thread = start(sleep_inside, &sleeper);

    /* This thread does not come to a safe point; the one that sleeps does. */
    Gil_BEGIN_ALLOW_THREADS
    await(1);
    ck_assert_int_eq(GilPending_Post(view, &node), 0);
    pthread_join(thread, NULL);
    Gil_END_ALLOW_THREADS
    ck_assert_int_eq(made, 1);
    ck_assert_uint_ne(made_by, GilThreadState_GetID(GilThreadState_Get()));
    GilPendingNode_Init(&node, note_thread, NULL);
    ck_assert_int_eq(GilPending_Post(view, &node), 0);
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_uint_eq(made_by, GilThreadState_GetID(GilThreadState_Get()));
    GilInterpreterView_Close(view);
}
END_TEST

START_TEST(test_api_pending__a_call_to_a_thread_is_made_by_it)
{
    struct sleeper sleeper = {.interp = GilInterpreterState_Get()};
    GilPendingNode node = GIL_PENDING_NODE_INIT(note_thread, NULL);
    pthread_t thread = start(sleep_inside, &sleeper);

    Gil_BEGIN_ALLOW_THREADS
    await(1);
    Gil_END_ALLOW_THREADS
    uint64_t id = GilThreadState_GetID(sleeper.ts);
    ck_assert_int_eq(GilPending_PostToThread(id, &node), 0);
    ck_assert_int_eq(GilPending_PostToThread(id, &node), 1);
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_eq(made, 0);
    ck_assert_int_eq(GilPending_AddToThread(id, note_thread_and_set, &sleeper.event), 0);
    join(thread);
    ck_assert_int_eq(made, 2);
    ck_assert_uint_eq(made_by, id);
    /* It is gone. */
    ck_assert_int_eq(GilPending_PostToThread(id, &node), GIL_PENDING_ENDED);
    ck_assert_int_eq(GilPendingNode_IsPosted(&node), 0);
    ck_assert_int_eq(GilPending_AddToThread(id, note_thread, NULL), GIL_PENDING_ENDED);
    ck_assert_int_eq(GilPending_PostToThread(0, &node), GIL_PENDING_ENDED);
    id = GilThreadState_GetID(GilThreadState_Get());
    ck_assert_int_eq(GilPending_PostToThread(id, &node), 0);
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_uint_eq(made_by, id);
}
END_TEST

START_TEST(test_api_pending__the_calls_of_a_thread_that_ends_are_made_by_another)
{
    static char a = 'a', b = 'b', c = 'c';
    GilThreadState *ts = GilThreadState_New(GilInterpreterState_Get());
    GilPendingNode one = GIL_PENDING_NODE_INIT(note, &a), two = GIL_PENDING_NODE_INIT(note, &b);

    ck_assert_int_eq(GilPending_PostToThread(GilThreadState_GetID(ts), &one), 0);
    ck_assert_int_eq(GilPending_PostToThread(GilThreadState_GetID(ts), &two), 0);
    ck_assert_int_eq(GilPending_AddToThread(GilThreadState_GetID(ts), note, &c), 0);
    ck_assert_int_eq(GilThreadState_SetAsyncExc(GilThreadState_GetID(ts), GilExc_ValueError), 1);
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_str_eq(log_text, "");
    GilThreadState_Delete(ts);
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_str_eq(log_text, "abc");
}
END_TEST

/* A thread in native code, which waits for its eventfd, and comes to a safe point when that is written. */
struct native {
    GilInterpreterState *interp;
    int wake, calls;
    uint64_t id;
};

static void *
wait_natively(void *arg)
{
    struct native *native = arg;
    GilThreadState *ts = GilThreadState_New(native->interp);
    uint64_t written;

    GilEval_RestoreThread(ts);
    native->id = GilThreadState_GetID(ts);
    reach(1);
    Gil_BEGIN_BLOCKING_CALL_UBF(GilUnblock_Eventfd, &native->wake)
    while (read(native->wake, &written, sizeof written) < 0 && errno == EINTR)
        ;
    Gil_END_BLOCKING_CALL_UBF
    native->calls = made;
    while (Gil_Poll() == 0)
        sched_yield();
    expect(GilExc_KeyboardInterrupt);
    GilThreadState_Clear(ts);
    GilThreadState_DeleteCurrent();
    return NULL;
}

START_TEST(test_api_pending__native_code_is_told_of_what_concerns_its_thread)
{
    struct native native = {.interp = GilInterpreterState_Get(), .wake = eventfd(0, EFD_CLOEXEC)};
    GilInterpreterView *view = GilInterpreterView_FromCurrent();
    struct pollfd ready = {.fd = native.wake, .events = POLLIN};

    ck_assert_int_ge(native.wake, 0);
    pthread_t thread = start(wait_natively, &native);
    Gil_BEGIN_ALLOW_THREADS
    await(1);
    Gil_END_ALLOW_THREADS
    /* Anyone may make that one. */
    ck_assert_int_eq(GilPending_Add(view, count, NULL), 0);
    ck_assert_int_eq(poll(&ready, 1, 0), 0);
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_eq(made, 1);
    ck_assert_int_eq(GilPending_AddToThread(native.id, count, NULL), 0);
    Gil_BEGIN_ALLOW_THREADS
    while (__atomic_load_n(&made, __ATOMIC_SEQ_CST) < 2)
        sched_yield();
    Gil_END_ALLOW_THREADS
    ck_assert_int_eq(native.calls, 1);
    ck_assert_int_eq(GilThreadState_SetAsyncExc(native.id, GilExc_KeyboardInterrupt), 1);
    join(thread);
    close(native.wake);
    GilInterpreterView_Close(view);
}
END_TEST

START_TEST(test_api_pending__what_is_null_is_refused)
{
    GilPendingNode node = GIL_PENDING_NODE_INIT(NULL, NULL);
    GilInterpreterView *view = GilInterpreterView_FromCurrent();
    uint64_t id = GilThreadState_GetID(GilThreadState_Get());

    ck_assert_int_eq(GilPending_PostToMain(NULL), GIL_PENDING_ENDED);
    ck_assert_int_eq(GilPending_PostToMain(&node), GIL_PENDING_ENDED);
    ck_assert_int_eq(GilPending_Post(NULL, &signal_node), GIL_PENDING_ENDED);
    ck_assert_int_eq(GilPending_Post(view, NULL), GIL_PENDING_ENDED);
    ck_assert_int_eq(GilPending_Post(view, &node), GIL_PENDING_ENDED);
    ck_assert_int_eq(GilPending_PostToThread(id, NULL), GIL_PENDING_ENDED);
    ck_assert_int_eq(GilPending_PostToThread(id, &node), GIL_PENDING_ENDED);
    ck_assert_int_eq(Gil_AddPendingCall(NULL, NULL), GIL_PENDING_ENDED);
    ck_assert_int_eq(GilPending_Add(NULL, count, NULL), GIL_PENDING_ENDED);
    ck_assert_int_eq(GilPending_Add(view, NULL, NULL), GIL_PENDING_ENDED);
    ck_assert_int_eq(GilPending_AddToThread(id, NULL, NULL), GIL_PENDING_ENDED);
    ck_assert_int_eq(GilObject_DecrefLater(NULL, Gil_None), GIL_PENDING_ENDED);
    ck_assert_int_eq(GilObject_DecrefLater(view, NULL), 0);
    GilInterpreterView_Close(view);
}
END_TEST

/* --- the end --- */

static GilPendingNode last_node = GIL_PENDING_NODE_INIT(count, NULL);

static int
post_more(void *rest)
{
    int *more = rest;

    if (--*more > 0)
        ck_assert_int_eq(Gil_AddPendingCall(post_more, more), 0);
    else
        ck_assert_int_eq(GilPending_PostToMain(&last_node), 0);
    return count(NULL);
}

static void
post_at_exit(void *view)
{
    ck_assert_int_eq(GilPending_Add(view, count, NULL), 0);
}

START_TEST(test_C5_the_end_makes_every_call_that_was_accepted)
{
    static int rest = 5;
    GilPendingNode node = GIL_PENDING_NODE_INIT(count, NULL);

    ck_assert_int_eq(GilPending_PostToMain(&node), GIL_PENDING_ENDED);
    ck_assert_int_eq(Gil_AddPendingCall(count, NULL), GIL_PENDING_ENDED);
    gil_test_start();
    GilInterpreterView *view = GilInterpreterView_FromCurrent();
    GilThreadState *other = GilThreadState_New(GilInterpreterState_Get());
    uint64_t id = GilThreadState_GetID(other);
    ck_assert_int_eq(GilPending_PostToMain(&node), 0);
    ck_assert_int_eq(GilPending_AddToThread(id, count, NULL), 0);
    ck_assert_int_eq(GilThreadState_SetAsyncExc(id, GilExc_ValueError), 1);
    ck_assert_int_eq(GilPending_Add(view, count, NULL), 0);
    ck_assert_int_eq(Gil_AddPendingCall(post_more, &rest), 0);
    ck_assert_int_eq(GilUnstable_AtExit(GilInterpreterState_Get(), post_at_exit, view), 0);
    /* One that fails is reported, and does not keep the others from being made. */
    ck_assert_int_eq(Gil_AddPendingCall(fail_silently, NULL), 0);
    gil_test_stop();
    ck_assert_int_eq(made, 3 + 5 + 1 + 1);
    ck_assert_int_eq(GilPending_PostToMain(&node), GIL_PENDING_ENDED);
    ck_assert_int_eq(Gil_AddPendingCall(count, NULL), GIL_PENDING_ENDED);
    ck_assert_int_eq(GilPending_Post(view, &node), GIL_PENDING_ENDED);
    ck_assert_int_eq(GilPending_Add(view, count, NULL), GIL_PENDING_ENDED);
    ck_assert_int_eq(GilPending_PostToThread(id, &node), GIL_PENDING_ENDED);
    ck_assert_int_eq(GilObject_DecrefLater(view, Gil_None), GIL_PENDING_ENDED);
    ck_assert_int_eq(GilPendingNode_IsPosted(&node), 0);
    GilInterpreterView_Close(view);
    /* And once more. */
    gil_test_start();
    ck_assert_int_eq(GilPending_PostToMain(&node), 0);
    gil_test_stop();
    ck_assert_int_eq(made, 11);
}
END_TEST

static int accepted;

static void *
post_until_refused(void *view)
{
    GilPendingNode nodes[4];

    for (int i = 0; i < 4; i++)
        GilPendingNode_Init(&nodes[i], count, NULL);
    for (int i = 0;; i = (i + 1) % 4) {
        int rc = i < 2   ? GilPending_Post(view, &nodes[i])
                 : i < 3 ? GilPending_Add(view, count, NULL)
                         : GilPending_PostToMain(&nodes[3]);
        if (rc == GIL_PENDING_ENDED)
            break;
        if (rc == 0)
            __atomic_fetch_add(&accepted, 1, __ATOMIC_SEQ_CST);
        if (i == 0)
            reach(1);
    }
    /* What the end has accepted it makes before it ends. */
    for (int i = 0; i < 4; i++)
        while (GilPendingNode_IsPosted(&nodes[i]))
            sched_yield();
    return NULL;
}

START_TEST(test_F10_a_call_to_an_interpreter_that_ends_is_made_or_refused)
{
    for (long round = gil_test_plenty(100); round > 0; round--) {
        gil_test_start();
        GilInterpreterView *view = GilInterpreterView_FromCurrent();
        reach(0);
        pthread_t one = start(post_until_refused, view), two = start(post_until_refused, view);
        await(1);
        gil_test_stop();
        pthread_join(one, NULL);
        pthread_join(two, NULL);
        GilInterpreterView_Close(view);
        ck_assert_int_eq(made, accepted);
    }
}
END_TEST

/* --- exceptions for other threads --- */

START_TEST(test_api_pending__an_exception_is_raised_at_a_poll)
{
    uint64_t id = GilThreadState_GetID(GilThreadState_Get());
    GilObject *instance = GilObject_CallOneArg(GilExc_KeyError, Gil_None);

    ck_assert_ptr_nonnull(instance);
    ck_assert_int_eq(GilThreadState_HasAsyncExc(), 0);
    ck_assert_int_eq(GilThreadState_SetAsyncExc(id, GilExc_ValueError), 1);
    ck_assert_int_eq(GilThreadState_HasAsyncExc(), 1);
    Gil_BEGIN_ALLOW_THREADS
    Gil_END_ALLOW_THREADS
    ck_assert_ptr_null(GilErr_Occurred());
    ck_assert_int_eq(Gil_Poll(), -1);
    expect(GilExc_ValueError);
    ck_assert_int_eq(Gil_Poll(), 0);
    /* The later one takes the place of the one before. */
    ck_assert_int_eq(GilThreadState_SetAsyncExc(id, GilExc_ValueError), 1);
    ck_assert_int_eq(GilThreadState_SetAsyncExc(id, instance), 1);
    ck_assert_int_eq(Gil_Poll(), -1);
    GilObject *raised = GilErr_GetRaisedException();
    ck_assert_ptr_eq(raised, instance);
    Gil_DECREF(raised);
    ck_assert_int_eq(Gil_Poll(), 0);
    /* None at all. */
    ck_assert_int_eq(GilThreadState_SetAsyncExc(id, instance), 1);
    ck_assert_int_eq(GilThreadState_SetAsyncExc(id, NULL), 1);
    ck_assert_int_eq(GilThreadState_HasAsyncExc(), 0);
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_eq(Gil_REFCNT(instance), 1);
    /* Not while another is pending. */
    ck_assert_int_eq(GilThreadState_SetAsyncExc(id, instance), 1);
    GilErr_SetNone(GilExc_KeyError);
    ck_assert_int_eq(Gil_Poll(), 0);
    expect(GilExc_KeyError);
    ck_assert_int_eq(Gil_Poll(), -1);
    expect(GilExc_KeyError);
    Gil_DECREF(instance);
    /* Nobody; and nothing to be raised. */
    ck_assert_int_eq(GilThreadState_SetAsyncExc(id + 1000, GilExc_ValueError), 0);
    ck_assert_int_eq(GilThreadState_SetAsyncExc(id, Gil_None), -1);
    expect(GilExc_TypeError);
    ck_assert_int_eq(GilThreadState_SetAsyncExc(id, (GilObject *)&GilLong_Type), -1);
    expect(GilExc_TypeError);
}
END_TEST

START_TEST(test_api_pending__a_mask_puts_it_off)
{
    uint64_t id = GilThreadState_GetID(GilThreadState_Get());
    GilEvent event = {0};

    GilThreadState_MaskAsyncExc();
    GilThreadState_MaskAsyncExc();
    ck_assert_int_eq(GilThreadState_SetAsyncExc(id, GilExc_ValueError), 1);
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_eq(GilEvent_WaitTimed(&event, 1000, GIL_WAIT_INTERRUPTIBLE), 0);
    ck_assert_int_eq(GilThreadState_HasAsyncExc(), 1);
    GilThreadState_UnmaskAsyncExc();
    ck_assert_int_eq(Gil_Poll(), 0);
    GilThreadState_UnmaskAsyncExc();
    ck_assert_int_eq(Gil_Poll(), -1);
    expect(GilExc_ValueError);
    GilThreadState_MaskAsyncExc();
    ck_assert_int_eq(GilThreadState_SetAsyncExc(id, GilExc_ValueError), 1);
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_eq(GilThreadState_SetAsyncExc(id, NULL), 1);
    GilThreadState_UnmaskAsyncExc();
    ck_assert_int_eq(Gil_Poll(), 0);
}
END_TEST

static void
unmask(void *unused)
{
    (void)unused;
    GilThreadState_UnmaskAsyncExc();
}

START_TEST(test_api_pending__an_unmask_too_many_stops_the_process)
{
    gil_test_expect_abort(unmask, NULL,
                          "GilThreadState_UnmaskAsyncExc: there is no GilThreadState_MaskAsyncExc() to undo");
}
END_TEST

START_TEST(test_api_pending__an_exception_ends_a_wait)
{
    struct sleeper sleeper = {.interp = GilInterpreterState_Get()};
    pthread_t thread = start(sleep_inside, &sleeper);

    Gil_BEGIN_ALLOW_THREADS
    await(1);
    Gil_END_ALLOW_THREADS
    ck_assert_int_eq(GilThreadState_SetAsyncExc(GilThreadState_GetID(sleeper.ts), GilExc_KeyboardInterrupt), 1);
    Gil_BEGIN_ALLOW_THREADS
    await(2);
    Gil_END_ALLOW_THREADS
    GilEvent_Set(&sleeper.event);
    join(thread);
}
END_TEST

static uint64_t kept_id;

static void *
enter_twice(void *guard)
{
    for (int i = 0; i < 2; i++) {
        GilThreadStateToken *token = GilThreadState_Ensure(guard);
        kept_id = GilThreadState_GetID(GilThreadState_Get());
        if (i == 0) {
            GilThreadState_MaskAsyncExc();
            ck_assert_int_eq(GilThreadState_SetAsyncExc(kept_id, GilExc_ValueError), 1);
        }
        ck_assert_int_eq(GilThreadState_HasAsyncExc(), i == 0);
        ck_assert_int_eq(Gil_Poll(), 0);
        GilThreadState_Release(token);
    }
    return NULL;
}

START_TEST(test_api_pending__an_exception_goes_with_the_stay_that_it_was_meant_for)
{
    GilInterpreterGuard *guard = GilInterpreterGuard_FromCurrent();
    GilThreadState *ts = GilThreadState_New(GilInterpreterState_Get());
    GilObject *instance = GilObject_CallOneArg(GilExc_KeyError, Gil_None);

    join(start(enter_twice, guard));
    GilInterpreterGuard_Close(guard);
    ck_assert_int_eq(GilThreadState_SetAsyncExc(GilThreadState_GetID(ts), instance), 1);
    ck_assert_int_eq(Gil_REFCNT(instance), 2);
    GilThreadState_Clear(ts);
    ck_assert_int_eq(Gil_REFCNT(instance), 1);
    ck_assert_int_eq(GilThreadState_SetAsyncExc(GilThreadState_GetID(ts), instance), 1);
    GilThreadState_Delete(ts);
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_eq(Gil_REFCNT(instance), 1);
    Gil_DECREF(instance);
}
END_TEST

/* --- references given back --- */

struct gift {
    GilInterpreterView *view;
    GilObject *object;
    int times;
};

static void *
give_back(void *arg)
{
    const struct gift *gift = arg;

    for (int i = 0; i < gift->times; i++)
        ck_assert_int_eq(GilObject_DecrefLater(gift->view, gift->object), 0);
    return NULL;
}

START_TEST(test_api_pending__a_reference_is_given_back_without_the_lock)
{
    struct gift gift = {GilInterpreterView_FromCurrent(), GilList_New(0), 1000};

    ck_assert_ptr_nonnull(gift.object);
    for (int i = 0; i < 2 * gift.times; i++)
        Gil_INCREF(gift.object);
    pthread_t one = start(give_back, &gift), two = start(give_back, &gift);
    while (Gil_REFCNT(gift.object) > 1)
        ck_assert_int_eq(Gil_Poll(), 0);
    join(one);
    join(two);
    /* The last one, by the end. */
    ck_assert_int_eq(GilObject_DecrefLater(gift.view, gift.object), 0);
    ck_assert_int_eq(Gil_REFCNT(gift.object), 1);
    GilInterpreterView_Close(gift.view);
}
END_TEST

static void
drop_detached(void *object)
{
    GilEval_SaveThread();
    Gil_DECREF((GilObject *)object);
}

static void
take_detached(void *object)
{
    GilEval_SaveThread();
    Gil_INCREF((GilObject *)object);
}

static void
new_detached(void *object)
{
    GilEval_SaveThread();
    (void)Gil_NewRef((GilObject *)object);
}

static void
xnew_detached(void *object)
{
    GilEval_SaveThread();
    (void)Gil_XNewRef((GilObject *)object);
}

static void
clear_detached(void *object)
{
    GilObject *held = object;
    GilEval_SaveThread();
    Gil_CLEAR(held);
}

static void
set_detached(void *object)
{
    GilObject *held = object;
    GilEval_SaveThread();
    Gil_SETREF(held, NULL);
}

static void
xset_detached(void *object)
{
    GilObject *held = object;
    GilEval_SaveThread();
    Gil_XSETREF(held, NULL);
}

/* Not the last reference: nothing is destroyed, and yet two threads would change one count. */
START_TEST(test_api_pending__a_count_is_not_changed_without_the_lock)
{
    GilObject *list = GilList_New(0);

    ck_assert_ptr_nonnull(list);
    Gil_INCREF(list);
    gil_test_expect_abort(drop_detached, list, "Gil_DecRef: the calling thread is not attached to an interpreter");
    gil_test_expect_abort(take_detached, list, "Gil_IncRef: the calling thread is not attached to an interpreter");
    gil_test_expect_abort(new_detached, list, "Gil_IncRef: the calling thread is not attached to an interpreter");
    gil_test_expect_abort(xnew_detached, list, "Gil_IncRef: the calling thread is not attached to an interpreter");
    gil_test_expect_abort(clear_detached, list, "Gil_DecRef: the calling thread is not attached to an interpreter");
    gil_test_expect_abort(set_detached, list, "Gil_DecRef: the calling thread is not attached to an interpreter");
    gil_test_expect_abort(xset_detached, list, "Gil_DecRef: the calling thread is not attached to an interpreter");
    Gil_DECREF(list);
    Gil_DECREF(list);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("api/pending");
    TCase *tc = tcase_create("pending");

    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, test_api_pending__calls_are_made_in_order_at_a_poll);
    tcase_add_test(tc, test_E7_a_call_that_posts_another_is_no_loop);
    tcase_add_test(tc, test_E7_calls_of_one_thread_do_not_nest_across_interpreters);
    tcase_add_test(tc, test_E7_a_call_that_fails_leaves_the_rest_to_the_next_poll);
    tcase_add_test(tc, test_E6_a_ring_that_is_full_says_so);
    tcase_add_test(tc, test_api_pending__a_wait_is_woken_for_a_call);
    tcase_add_test(tc, test_api_pending__a_call_may_wait);
    tcase_add_test(tc, test_api_pending__a_call_that_returns_detached_stops_the_process);
    tcase_add_test(tc, test_C4_the_end_does_not_begin_in_a_pending_call);
    tcase_add_test(tc, test_E5_no_post_of_a_storm_of_signals_is_lost);
#ifdef CAN_STEP
    tcase_add_test(tc, test_E1_a_handler_may_post_at_any_instruction);
#endif
    tcase_add_test(tc, test_api_pending__any_thread_makes_a_call_to_its_interpreter);
    tcase_add_test(tc, test_api_pending__a_call_to_a_thread_is_made_by_it);
    tcase_add_test(tc, test_api_pending__the_calls_of_a_thread_that_ends_are_made_by_another);
    tcase_add_test(tc, test_api_pending__native_code_is_told_of_what_concerns_its_thread);
    tcase_add_test(tc, test_api_pending__what_is_null_is_refused);
    tcase_add_test(tc, test_api_pending__an_exception_is_raised_at_a_poll);
    tcase_add_test(tc, test_api_pending__a_mask_puts_it_off);
    tcase_add_test(tc, test_api_pending__an_unmask_too_many_stops_the_process);
    tcase_add_test(tc, test_api_pending__an_exception_ends_a_wait);
    tcase_add_test(tc, test_api_pending__an_exception_goes_with_the_stay_that_it_was_meant_for);
    tcase_add_test(tc, test_api_pending__a_reference_is_given_back_without_the_lock);
    tcase_add_test(tc, test_api_pending__a_count_is_not_changed_without_the_lock);
    suite_add_tcase(s, tc);
    TCase *ends = tcase_create("ends");
    tcase_set_timeout(ends, 60);
    tcase_add_test(ends, test_C5_the_end_makes_every_call_that_was_accepted);
    tcase_add_test(ends, test_F10_a_call_to_an_interpreter_that_ends_is_made_or_refused);
    suite_add_tcase(s, ends);
    return s;
}
