/* SPDX-License-Identifier: MIT */
/* <gilrt/unblock.h> as a host uses it. */
#include "support/support.h"

#include <gilrt.h>

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define LONG_ENOUGH UINT64_C(20000000000)

static GilInterpreterView *view;
static GilThreadState *other;
static int there; /* [atomic] how many have come to their wait */

static void
start(void)
{
    gil_test_start();
    view = GilInterpreterView_FromCurrent();
}

static void
stop(void)
{
    GilInterpreterView_Close(view);
    gil_test_stop();
}

static void
wait_for_others(int count)
{
    Gil_BEGIN_ALLOW_THREADS
    while (__atomic_load_n(&there, __ATOMIC_ACQUIRE) < count)
        sched_yield();
    Gil_END_ALLOW_THREADS
}

static void
join(pthread_t thread)
{
    Gil_BEGIN_ALLOW_THREADS
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    Gil_END_ALLOW_THREADS
}

static void
expect(GilObject *class)
{
    ck_assert_int_eq(GilErr_ExceptionMatches(class), 1);
    GilErr_Clear();
}

static void
come(void)
{
    __atomic_store_n(&other, GilThreadState_Get(), __ATOMIC_RELEASE);
}

static void
be_there(void)
{
    __atomic_fetch_add(&there, 1, __ATOMIC_ACQ_REL);
}

/* --- one function a kind of wait --- */

static void *
wait_for_an_eventfd(void *class)
{
    GilThreadStateToken *token = GilThreadState_EnsureFromView(view);
    int wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), never = eventfd(0, EFD_CLOEXEC), n = 0;
    struct pollfd look[] = {{.fd = never, .events = POLLIN}, {.fd = wake, .events = POLLIN}};

    come();
    Gil_BEGIN_BLOCKING_CALL_UBF(GilUnblock_Eventfd, &wake)
    be_there();
    while (!GilErr_AreSignalsPending(NULL))
        n = poll(look, 2, -1);
    Gil_END_BLOCKING_CALL_UBF
    ck_assert_int_eq(n, 1);
    ck_assert_int_eq(Gil_Poll(), -1);
    expect(*(GilObject **)class);
    close(wake);
    close(never);
    GilThreadState_Release(token);
    return NULL;
}

static void *
wait_for_a_cancel_descriptor(void *unused)
{
    GilThreadStateToken *token = GilThreadState_EnsureFromView(view);
    int cancel = GilThreadState_GetCancelFD(), set = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event event = {.events = EPOLLIN};

    ck_assert_int_ge(cancel, 0);
    ck_assert_int_eq(epoll_ctl(set, EPOLL_CTL_ADD, cancel, &event), 0);
    come();
    Gil_BEGIN_BLOCKING_CALL
    be_there();
    ck_assert_int_eq(epoll_wait(set, &event, 1, -1), 1);
    ck_assert_int_eq(GilErr_AreSignalsPending(NULL), 1);
    ck_assert_int_eq(GilErr_CheckSignalsDetached(NULL), -1);
    ck_assert_int_eq(epoll_wait(set, &event, 1, 0), 0);
    Gil_END_BLOCKING_CALL
    expect(GilExc_KeyboardInterrupt);
    close(set);
    GilThreadState_Release(token);
    return unused;
}

static void
shut_socket_down(void *arg)
{
    (void)shutdown(*(int *)arg, SHUT_RDWR);
}

static void *
wait_for_a_socket(void *pair)
{
    GilThreadStateToken *token = GilThreadState_EnsureFromView(view);
    ssize_t n;
    char byte;

    come();
    Gil_BEGIN_BLOCKING_CALL_UBF(shut_socket_down, pair)
    be_there();
    n = recv(*(int *)pair, &byte, 1, 0);
    Gil_END_BLOCKING_CALL_UBF
    ck_assert_int_eq((int)n, 0);
    ck_assert_int_eq(GilErr_CheckSignals(), -1);
    expect(GilExc_KeyboardInterrupt);
    GilThreadState_Release(token);
    return NULL;
}

static void *
wait_for_an_event(void *event)
{
    GilThreadStateToken *token = GilThreadState_EnsureFromView(view);

    come();
    be_there();
    ck_assert_int_eq(GilEvent_WaitTimed(event, GIL_WAIT_FOREVER, GIL_WAIT_INTERRUPTIBLE), -1);
    expect(GilExc_KeyboardInterrupt);
    GilThreadState_Release(token);
    return NULL;
}

START_TEST(test_api_unblock__a_thread_is_interrupted_wherever_it_waits)
{
    GilEvent event = {0};
    int pair[2];
    const struct {
        void *(*func)(void *);
        void *arg;
    } waits[] = {
        {wait_for_an_eventfd, &GilExc_KeyboardInterrupt},
        {wait_for_a_cancel_descriptor, NULL},
        {wait_for_a_socket, pair},
        {wait_for_an_event, &event},
    };

    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    for (int i = 0; i < 4; i++) {
        pthread_t thread;
        ck_assert_int_eq(pthread_create(&thread, NULL, waits[i].func, waits[i].arg), 0);
        wait_for_others(i + 1);
        ck_assert_int_eq(GilThreadState_Interrupt(other, LONG_ENOUGH), 1);
        ck_assert_ptr_nonnull(GilThreadState_GetUnchecked());
        join(thread);
    }
}
END_TEST

static int calls_made;

static int
make_a_call(void *unused)
{
    (void)unused;
    calls_made++;
    return 0;
}

/* In a region that ends each time that somebody wants the thread; until something raises. */
static void *
wait_until_it_raises(void *class)
{
    GilThreadStateToken *token = GilThreadState_EnsureFromView(view);
    int wake = eventfd(0, EFD_CLOEXEC), rc = 0;
    uint64_t count;
    ssize_t n = 0;

    come();
    while (rc == 0) {
        Gil_BEGIN_BLOCKING_CALL_UBF(GilUnblock_Eventfd, &wake)
        be_there();
        n = read(wake, &count, sizeof count);
        Gil_END_BLOCKING_CALL_UBF
        ck_assert_int_eq((int)n, (int)sizeof count);
        rc = GilErr_CheckSignals();
    }
    expect(*(GilObject **)class);
    close(wake);
    GilThreadState_Release(token);
    return NULL;
}

START_TEST(test_api_unblock__calls_and_exceptions_reach_a_region)
{
    pthread_t thread;

    ck_assert_int_eq(pthread_create(&thread, NULL, wait_until_it_raises, &GilExc_ValueError), 0);
    wait_for_others(1);
    ck_assert_int_eq(GilPending_AddToThread(GilThreadState_GetID(other), make_a_call, NULL), 0);
    wait_for_others(2);
    ck_assert_int_eq(calls_made, 1);
    ck_assert_int_eq(GilThreadState_SetAsyncExc(GilThreadState_GetID(other), GilExc_ValueError), 1);
    join(thread);
}
END_TEST

/* Those who are inside are interrupted, and the end waits until they have left. */
START_TEST(test_C1_the_end_interrupts_who_is_in_a_system_call)
{
    pthread_t thread;

    ck_assert_int_eq(pthread_create(&thread, NULL, wait_for_an_eventfd, &GilExc_SystemExit), 0);
    wait_for_others(1);
    ck_assert_int_eq(Gil_FinalizeTimed(LONG_ENOUGH), 0);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    ck_assert_int_eq(Gil_IsInitialized(), 0);
    GilInterpreterView_Close(view);
    start();
}
END_TEST

START_TEST(test_api_unblock__errno_is_kept)
{
    int wake = eventfd(0, EFD_CLOEXEC);

    errno = ERANGE;
    ck_assert_int_eq(GilThreadState_Interrupt(GilThreadState_Get(), 0), 1);
    Gil_BEGIN_BLOCKING_CALL_UBF_EX(GilUnblock_Eventfd, &wake, GIL_UNBLOCK_SIGNAL_SAFE)
    ck_assert_int_eq(errno, ERANGE);
    ck_assert_int_eq(GilThreadState_IsAttached(), 0);
    Gil_END_BLOCKING_CALL_UBF
    ck_assert_int_eq(errno, ERANGE);
    ck_assert_int_eq(Gil_Poll(), -1);
    expect(GilExc_KeyboardInterrupt);
    close(wake);
}
END_TEST

static int
child_has_its_own(int fd)
{
    struct pollfd look = {.fd = fd, .events = POLLIN};

    if (poll(&look, 1, 0) != 0 || GilThreadState_GetCancelFD() != fd)
        return 1;
    if (GilThreadState_Interrupt(GilThreadState_Get(), 0) != 1 || poll(&look, 1, 0) != 1)
        return 2;
    if (Gil_Poll() != -1 || poll(&look, 1, 0) != 0)
        return 3;
    /* Readable at the end: that is not the parent's to see. */
    return GilThreadState_Interrupt(GilThreadState_Get(), 0) == 1 ? 0 : 4;
}

START_TEST(test_D4_a_child_has_a_cancel_descriptor_of_its_own)
{
    int fd = GilThreadState_GetCancelFD(), status;
    struct pollfd look = {.fd = fd, .events = POLLIN};
    pid_t pid = GilOS_Fork();

    ck_assert_int_ge(pid, 0);
    if (pid == 0)
        _exit(child_has_its_own(fd));
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert_int_eq(status, 0);
    ck_assert_int_eq(poll(&look, 1, 0), 0);
    ck_assert_int_eq(Gil_Poll(), 0);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("unblock");
    TCase *tcase = tcase_create("unblock");

    tcase_add_checked_fixture(tcase, start, stop);
    tcase_add_test(tcase, test_api_unblock__a_thread_is_interrupted_wherever_it_waits);
    tcase_add_test(tcase, test_api_unblock__calls_and_exceptions_reach_a_region);
    tcase_add_test(tcase, test_C1_the_end_interrupts_who_is_in_a_system_call);
    tcase_add_test(tcase, test_api_unblock__errno_is_kept);
    tcase_add_test(tcase, test_D4_a_child_has_a_cancel_descriptor_of_its_own);
    suite_add_tcase(s, tcase);
    return s;
}
