/* SPDX-License-Identifier: MIT */
/* A thread that somebody has cancelled (pthread_cancel()) is not ended within the library, nor in what the library calls while it is
 * in the middle of something: here each function of the host's is a cancellation point. */
#include "support/support.h"

#include <gilrt.h>
#include <pthread.h>
#include <poll.h>
#include <semaphore.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <unistd.h>

static int went_through;    /* [atomic] what was done, before the thread was ended */
static int host_calls;      /* [atomic] of functions of the host's */
static sem_t host_called;   /* up at each of them */
static int wrong;           /* [atomic] the line of a check that failed */
static GilThreadState *main_ts;
static uint64_t main_id;
static GilInterpreterView *view;
static GilInterpreterGuard *guard;

/* In a thread that is cancelled: Check writes a file at each of its own, which is a cancellation point. */
#define EXPECT(condition) ((void)((condition) || (__atomic_store_n(&wrong, __LINE__, __ATOMIC_SEQ_CST), 0)))

static void
start(void)
{
    gil_test_start();
    ck_assert_int_eq(sem_init(&host_called, 0, 0), 0);
    main_ts = GilThreadState_Get();
    main_id = GilThreadState_GetID(main_ts);
    view = GilInterpreterView_FromCurrent();
    guard = GilInterpreterGuard_FromCurrent();
}

static void
stop(void)
{
    GilInterpreterGuard_Close(guard);
    GilInterpreterView_Close(view);
    gil_test_stop();
}

static void
host_function(void)
{
    __atomic_fetch_add(&host_calls, 1, __ATOMIC_SEQ_CST);
    sem_post(&host_called);
    pthread_testcancel();
}

static void *
do_it_cancelled(void *func)
{
    void (**what)(void) = func;

    pthread_cancel(pthread_self());
    (*what)();
    __atomic_store_n(&went_through, 1, __ATOMIC_SEQ_CST);
    pthread_testcancel();
    return NULL;
}

/* In a thread that was cancelled before; the caller is attached. */
static void
cancelled(void (*func)(void))
{
    static void (*what)(void);
    pthread_t thread;
    void *result;

    what = func;
    went_through = 0;
    ck_assert_int_eq(pthread_create(&thread, NULL, do_it_cancelled, &what), 0);
    Gil_BEGIN_BLOCKING_CALL
    pthread_join(thread, &result);
    Gil_END_BLOCKING_CALL
    ck_assert_ptr_eq(result, PTHREAD_CANCELED);
    ck_assert_int_eq(went_through, 1);
    ck_assert_int_eq(wrong, 0);
}

static int
pending_call(void *unused)
{
    (void)unused;
    return 0;
}

static GilPendingNode node = GIL_PENDING_NODE_INIT(pending_call, NULL);

static void
post(void)
{
    EXPECT(GilPending_PostToThread(main_id, &node) == 0);
}

/* It would die with the library's mutex in hand. */
START_TEST(test_B10_who_writes_to_a_cancel_descriptor_is_not_cancelled)
{
    int fd = GilThreadState_GetCancelFD();
    struct pollfd look = {.fd = fd, .events = POLLIN};

    ck_assert_int_ge(fd, 0);
    cancelled(post);
    ck_assert_int_eq(poll(&look, 1, 0), 1);
    GilThreadState *another = GilThreadState_New(GilInterpreterState_Get());
    ck_assert_ptr_nonnull(another);
    GilThreadState_Delete(another);
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_eq(poll(&look, 1, 0), 0);
}
END_TEST

static void
interrupt(void)
{
    EXPECT(GilThreadState_Interrupt(main_ts, 0) >= 0);
}

static void
unblock(void *unused)
{
    (void)unused;
    host_function();
}

/* The END would wait for ever for the end of the call. */
START_TEST(test_B10_who_calls_an_unblock_function_is_not_cancelled)
{
    static void *(*const body)(void *) = do_it_cancelled;
    static void (*what)(void) = interrupt;
    int wake = eventfd(0, EFD_CLOEXEC);
    pthread_t thread;
    void *result;

    Gil_BEGIN_BLOCKING_CALL_UBF(_i ? unblock : GilUnblock_Eventfd, &wake)
    ck_assert_int_eq(pthread_create(&thread, NULL, body, &what), 0);
    pthread_join(thread, &result);
    Gil_END_BLOCKING_CALL_UBF
    ck_assert_ptr_eq(result, PTHREAD_CANCELED);
    ck_assert_int_eq(went_through, 1);
    ck_assert_int_eq(wrong, 0);
    ck_assert_int_eq(host_calls, _i);
    ck_assert_int_eq(Gil_Poll(), -1);
    GilErr_Clear();
    close(wake);
}
END_TEST

/* --- the end of an interpreter --- */

static GilInterpreterView *tenant;

static void
hear(const GilLifeEvent *event, void *unused)
{
    (void)event, (void)unused;
    host_function();
}

static void
print(const char *text, size_t size, void *unused)
{
    (void)text, (void)size, (void)unused;
    host_function();
}

static void
fail_to_end_it(void)
{
    EXPECT(GilInterpreterView_End(tenant, 0) == GIL_FINALIZE_BUSY);
}

static void
end_it(void)
{
    EXPECT(GilInterpreterView_End(tenant, 0) == 0);
}

static void
make_and_end(void)
{
    GilThreadState *ts = Gil_NewInterpreter();

    EXPECT(ts != NULL);
    EXPECT(Gil_EndInterpreter(ts) == 0);
}

static void
at_exit(void *unused)
{
    (void)unused;
    host_function();
}

/* It would be inside the main interpreter for ever, by a pass on a stack that is no more. */
START_TEST(test_B10_who_ends_an_interpreter_is_not_cancelled)
{
    GilHolder holder;

    (void)Gil_NewInterpreter();
    tenant = GilInterpreterView_FromCurrent();
    GilInterpreterGuard *keeps = GilInterpreterGuard_FromCurrent();
    ck_assert_int_eq(GilUnstable_AtExit(GilInterpreterState_Get(), at_exit, NULL), 0);
    (void)GilThreadState_Swap(main_ts);
    if (_i == 0)
        Gil_SetLifeHook(hear, NULL);
    if (_i == 1)
        Gil_SetErrorPrintHook(print, NULL);
    cancelled(fail_to_end_it);
    ck_assert_int_eq(host_calls > 0, _i < 2);
    GilInterpreterGuard_Close(keeps);
    host_calls = 0;
    cancelled(end_it);
    cancelled(make_and_end);
    ck_assert_int_ge(host_calls, 1);
    Gil_SetLifeHook(NULL, NULL);
    Gil_SetErrorPrintHook(NULL, NULL);
    GilInterpreterView_Close(tenant);
    GilInterpreterGuard_Close(guard);
    ck_assert_uint_eq(GilInterpreterState_GetHolders(GilInterpreterState_Get(), &holder, 1), 0);
    guard = GilInterpreterGuard_FromCurrent();
}
END_TEST

static void
at_last(void)
{
    host_function();
}

/* By the test's own thread, which is the one that may. */
START_TEST(test_B10_who_ends_the_runtime_is_not_cancelled)
{
    int rc, state;

    ck_assert_int_eq(GilUnstable_AtExit(GilInterpreterState_Get(), at_exit, NULL), 0);
    ck_assert_int_eq(Gil_AtExit(at_last), 0);
    GilInterpreterGuard_Close(guard);
    pthread_cancel(pthread_self());
    rc = Gil_FinalizeEx();
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
    ck_assert_int_eq(rc, 0);
    ck_assert_int_eq(state, PTHREAD_CANCEL_ENABLE);
    ck_assert_int_eq(host_calls, 2);
    GilInterpreterView_Close(view);
}
END_TEST

/* --- forks --- */

static int
before_a_fork(void *unused)
{
    (void)unused;
    host_function();
    return 0;
}

static void
after_a_fork(void *unused)
{
    (void)unused;
    host_function();
}

static void
fork_it(void)
{
    int status;
    pid_t child = GilOS_Fork();

    if (child == 0)
        _exit(0);
    EXPECT(child > 0);
    int state;
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
    EXPECT(state == PTHREAD_CANCEL_ENABLE);
    EXPECT(waitpid(child, &status, 0) == child);
    pthread_setcancelstate(state, &state);
    EXPECT(status == 0);
}

START_TEST(test_B10_who_forks_is_not_cancelled)
{
    static const GilForkCalls calls = {before_a_fork, after_a_fork, after_a_fork};

    ck_assert_int_eq(GilOS_AtFork(&calls, NULL), 0);
    cancelled(fork_it);
    ck_assert_int_eq(host_calls, 2);
    fork_it();
    ck_assert_int_eq(host_calls, 4);
    ck_assert_int_eq(wrong, 0);
}
END_TEST

/* --- others --- */

static GilOnce once;
static int preempted; /* [atomic] */

static int
do_once(void *unused)
{
    (void)unused;
    host_function();
    return 0;
}

static void
call_once(void)
{
    EXPECT(GilOnce_Call(&once, do_once, NULL) == 0);
}

START_TEST(test_B10_who_does_something_once_is_not_cancelled)
{
    cancelled(call_once);
    ck_assert_int_eq(GilOnce_IsDone(&once), 1);
    ck_assert_int_eq(host_calls, 1);
}
END_TEST

static void
claimed(void *unused)
{
    (void)unused;
    __atomic_store_n(&preempted, 1, __ATOMIC_SEQ_CST);
    host_function();
}

static void
held_for_long(const GilLongHold *hold, void *unused)
{
    (void)hold, (void)unused;
    host_function();
}

static void
come_in(void)
{
    GilThreadStateToken *token = GilThreadState_EnsureFromView(view);

    EXPECT(token != NULL);
    GilThreadState_Release(token);
}

/* It stands in the lock's queue meanwhile. */
START_TEST(test_B10_who_waits_for_the_lock_is_not_cancelled)
{
    static void (*what)(void) = come_in;
    pthread_t thread;
    void *result;

    if (_i)
        ck_assert_int_eq(GilLock_SetLongHoldHook(GilInterpreterState_Get(), 1000000, held_for_long, NULL), 0);
    else
        ck_assert_int_eq(GilThreadState_SetPreemptHook(claimed, NULL), 0);
    ck_assert_int_eq(pthread_create(&thread, NULL, do_it_cancelled, &what), 0);
    ck_assert_int_eq(sem_wait(&host_called), 0);
    ck_assert_int_eq(GilThreadState_SetPreemptHook(NULL, NULL), 0);
    Gil_BEGIN_BLOCKING_CALL
    pthread_join(thread, &result);
    Gil_END_BLOCKING_CALL
    ck_assert_ptr_eq(result, PTHREAD_CANCELED);
    ck_assert_int_eq(went_through, 1);
    ck_assert_int_eq(wrong, 0);
    GilLock_SetLongHoldHook(GilInterpreterState_Get(), 0, NULL, NULL);
}
END_TEST

static GilMutex mutex;
static GilEvent event;
static int null_fd;

/* None of these is a cancellation point. */
static void
wait_and_tell(void)
{
    EXPECT(GilMutex_LockTimed(&mutex, 1000000, 0) == 0);
    EXPECT(GilEvent_WaitTimed(&event, 1000000, 0) == 0);
    GilThreadState_DumpAll(null_fd);
    EXPECT(GilThreadState_Unblock(main_ts, 1000000) == 1);
    come_in();
}

START_TEST(test_B10_waits_of_the_library_are_no_cancellation_points)
{
    int ends[2];

    ck_assert_int_eq(pipe(ends), 0);
    null_fd = ends[1];
    GilMutex_Lock(&mutex);
    cancelled(wait_and_tell);
    GilMutex_Unlock(&mutex);
    close(ends[0]);
    close(ends[1]);
}
END_TEST

/* --- a thread's end --- */

static int comes_in;

static void
come_in_and_be_cancelled(void *unused)
{
    (void)unused;
    host_function();
    if (comes_in)
        come_in();
    __atomic_store_n(&went_through, 1, __ATOMIC_SEQ_CST);
}

static void *
ask_for_a_call_at_the_end(void *result)
{
    if (comes_in)
        come_in();
    EXPECT(GilThread_AtExit(come_in_and_be_cancelled, NULL) == 0);
    pthread_cancel(pthread_self());
    return result;
}

/* It has returned, which is what the one who joins it sees; whether the library knew it as one that came in, or not. */
START_TEST(test_B10_a_thread_at_its_end_is_not_cancelled)
{
    pthread_t thread;
    void *result;

    comes_in = _i;
    ck_assert_int_eq(pthread_create(&thread, NULL, ask_for_a_call_at_the_end, &wrong), 0);
    Gil_BEGIN_BLOCKING_CALL
    pthread_join(thread, &result);
    Gil_END_BLOCKING_CALL
    ck_assert_int_eq(host_calls, 1);
    ck_assert_int_eq(went_through, 1);
    ck_assert_int_eq(wrong, 0);
    ck_assert_ptr_eq(result, &wrong);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("env/cancelled");
    TCase *tc = tcase_create("cancelled");

    tcase_add_checked_fixture(tc, start, stop);
    tcase_add_test(tc, test_B10_who_writes_to_a_cancel_descriptor_is_not_cancelled);
    tcase_add_loop_test(tc, test_B10_who_calls_an_unblock_function_is_not_cancelled, 0, 2);
    tcase_add_loop_test(tc, test_B10_who_ends_an_interpreter_is_not_cancelled, 0, 3);
    tcase_add_test(tc, test_B10_who_forks_is_not_cancelled);
    tcase_add_test(tc, test_B10_who_does_something_once_is_not_cancelled);
    tcase_add_loop_test(tc, test_B10_who_waits_for_the_lock_is_not_cancelled, 0, 2);
    tcase_add_test(tc, test_B10_waits_of_the_library_are_no_cancellation_points);
    tcase_add_loop_test(tc, test_B10_a_thread_at_its_end_is_not_cancelled, 0, 2);
    suite_add_tcase(s, tc);
    tc = tcase_create("to the end");
    tcase_add_checked_fixture(tc, start, NULL);
    tcase_add_test(tc, test_B10_who_ends_the_runtime_is_not_cancelled);
    suite_add_tcase(s, tc);
    return s;
}
