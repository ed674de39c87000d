/* SPDX-License-Identifier: MIT */
/* <gilrt/sync.h> as hosts and extensions use it. */
#include "support/support.h"

#include <gilrt.h>

#include <pthread.h>
#include <sched.h>

static GilMutex mutex;
static GilCondition condition;
static GilEvent event;
static GilSemaphore semaphore = GilSemaphore_INIT(2);
static GilBarrier barrier = GilBarrier_INIT(2);
static GilOnce once;
static int ready; /* [mutex] */
static int runs;

static void *
get_ready(void *unused)
{
    (void)unused;
    GilMutex_Lock(&mutex);
    ready = 1;
    GilMutex_Unlock(&mutex);
    GilCondition_Notify(&condition);
    GilCondition_NotifyAll(&condition);
    return NULL;
}

START_TEST(test_api_sync__a_condition_is_waited_for)
{
    pthread_t thread;

    GilMutex_Lock(&mutex);
    ck_assert_int_eq(GilCondition_WaitTimed(&condition, &mutex, 1000000, 0), 0);
    ck_assert_int_eq(GilMutex_IsLocked(&mutex), 1);
    ck_assert_int_eq(pthread_create(&thread, NULL, get_ready, NULL), 0);
    while (!ready)
        GilCondition_Wait(&condition, &mutex);
    GilMutex_Unlock(&mutex);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
}
END_TEST

static void *
set_event(void *unused)
{
    (void)unused;
    ready = 1; /* seen by who finds the event set */
    GilEvent_Set(&event);
    return NULL;
}

START_TEST(test_api_sync__an_event_is_waited_for)
{
    pthread_t thread;

    ck_assert_int_eq(GilEvent_IsSet(&event), 0);
    ck_assert_int_eq(GilEvent_WaitTimed(&event, 1000000, 0), 0);
    ck_assert_int_eq(pthread_create(&thread, NULL, set_event, NULL), 0);
    GilEvent_Wait(&event);
    ck_assert_int_eq(ready, 1);
    ck_assert_int_eq(GilEvent_IsSet(&event), 1);
    ck_assert_int_eq(GilEvent_WaitTimed(&event, 0, 0), 1);
    GilEvent_Clear(&event);
    ck_assert_int_eq(GilEvent_IsSet(&event), 0);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
}
END_TEST

static int
pulse(void *unused)
{
    (void)unused;
    GilEvent_Set(&event);
    GilEvent_Clear(&event);
    return 0;
}

/* Who waits goes on, though it has not slept: it made a call that its wait found. What was before the wait is none of its business. */
START_TEST(test_api_sync__an_event_that_comes_and_goes_in_a_call_is_not_missed)
{
    for (int i = 0; i < 70; i++) {
        ck_assert_int_eq(Gil_AddPendingCall(pulse, NULL), 0);
        ck_assert_int_eq(GilEvent_WaitTimed(&event, UINT64_C(20000000000), GIL_WAIT_INTERRUPTIBLE), 1);
        ck_assert_int_eq(GilEvent_IsSet(&event), 0);
    }
    ck_assert_int_eq(GilEvent_WaitTimed(&event, 1000000, GIL_WAIT_INTERRUPTIBLE), 0);
    ck_assert_int_eq(GilEvent_WaitTimed(&event, 0, 0), 0);
}
END_TEST

static int
raises(void *unused)
{
    (void)unused;
    GilErr_SetString(GilExc_RuntimeError, "asked");
    return -1;
}

static GilMutex taken;
static GilRecursiveMutex taken_twice;
static GilRWMutex written;

static void *
take_them(void *unused)
{
    GilMutex_Lock(&taken);
    GilRecursiveMutex_Lock(&taken_twice);
    GilRWMutex_Lock(&written);
    return unused;
}

static int
wait_for_nothing(int which)
{
    static GilEvent never;
    static GilSemaphore none;
    static GilBarrier two = GilBarrier_INIT(2);
    const unsigned flags = GIL_WAIT_INTERRUPTIBLE;

    switch (which) {
    case 0:
        return GilMutex_LockTimed(&taken, 0, flags);
    case 1:
        return GilRecursiveMutex_LockTimed(&taken_twice, 0, flags);
    case 2:
        return GilRWMutex_RLockTimed(&written, 0, flags);
    case 3:
        return GilRWMutex_LockTimed(&written, 0, flags);
    case 4:
        GilMutex_Lock(&mutex);
        return GilCondition_WaitTimed(&condition, &mutex, 0, flags);
    case 5:
        return GilEvent_WaitTimed(&never, 0, flags);
    case 6:
        return GilSemaphore_AcquireTimed(&none, 0, flags);
    default:
        return GilBarrier_WaitTimed(&two, 0, flags);
    }
}

/* A time of 0 is no wait: nothing is run in it, and what was asked before is met at the next poll. */
START_TEST(test_api_sync__who_does_not_wait_is_not_interrupted)
{
    pthread_t thread;

    ck_assert_int_eq(pthread_create(&thread, NULL, take_them, NULL), 0);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    ck_assert_int_eq(Gil_AddPendingCall(raises, NULL), 0);
    ck_assert_int_eq(wait_for_nothing(_i), 0);
    ck_assert_ptr_null(GilErr_Occurred());
    ck_assert_int_eq(Gil_Poll(), -1);
    ck_assert_int_eq(GilErr_ExceptionMatches(GilExc_RuntimeError), 1);
    GilErr_Clear();
}
END_TEST

START_TEST(test_api_sync__permits_are_counted)
{
    GilSemaphore_Acquire(&semaphore);
    ck_assert_int_eq(GilSemaphore_TryAcquire(&semaphore), 1);
    ck_assert_int_eq(GilSemaphore_TryAcquire(&semaphore), 0);
    ck_assert_int_eq(GilSemaphore_AcquireTimed(&semaphore, 1000000, 0), 0);
    ck_assert_int_eq(GilSemaphore_Release(&semaphore, 3), 0);
    ck_assert_int_eq(GilSemaphore_Release(&semaphore, INT32_MAX), -1);
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(GilSemaphore_AcquireTimed(&semaphore, 0, 0), 1);
    ck_assert_int_eq(GilSemaphore_TryAcquire(&semaphore), 0);
}
END_TEST

static void *
meet(void *result)
{
    *(int *)result = GilBarrier_Wait(&barrier);
    return NULL;
}

START_TEST(test_api_sync__threads_meet)
{
    pthread_t thread;
    int other;

    ck_assert_int_eq(GilBarrier_WaitTimed(&barrier, 1000000, 0), 0);
    for (int round = 0; round < 100; round++) {
        ck_assert_int_eq(pthread_create(&thread, NULL, meet, &other), 0);
        int mine = GilBarrier_WaitTimed(&barrier, GIL_WAIT_FOREVER, 0);
        ck_assert_int_eq(pthread_join(thread, NULL), 0);
        ck_assert_int_eq(mine + other, 3);
    }
}
END_TEST

static int
do_it(void *result)
{
    runs++;
    ck_assert_int_eq(GilOnce_IsDone(&once), 0);
    return *(int *)result;
}

START_TEST(test_api_sync__what_is_done_once)
{
    int result = 5;

    ck_assert_int_eq(GilOnce_Call(&once, do_it, &result), 5);
    ck_assert_int_eq(GilOnce_IsDone(&once), 0);
    result = -1;
    ck_assert_int_eq(GilOnce_Call(&once, do_it, &result), -1);
    result = 0;
    ck_assert_int_eq(GilOnce_Call(&once, do_it, &result), 0);
    ck_assert_int_eq(GilOnce_IsDone(&once), 1);
    ck_assert_int_eq(GilOnce_Call(&once, do_it, &result), 0);
    ck_assert_int_eq(runs, 3);
}
END_TEST

/* Waits for what never comes, with a guard in hand. */
static void *
wait_until_the_end(void *guard)
{
    GilThreadStateToken *token = GilThreadState_Ensure(guard);

    ck_assert_ptr_nonnull(token);
    ck_assert_int_eq(GilEvent_WaitTimed(&event, GIL_WAIT_FOREVER, GIL_WAIT_INTERRUPTIBLE), -1);
    ck_assert_int_eq(GilErr_ExceptionMatches(GilExc_SystemExit), 1);
    GilErr_Clear();
    GilThreadState_Release(token);
    GilInterpreterGuard_Close(guard);
    return NULL;
}

START_TEST(test_C1_the_end_of_the_runtime_interrupts_waits)
{
    pthread_t thread;
    GilInterpreterGuard *guard = GilInterpreterGuard_FromCurrent();

    ck_assert_ptr_nonnull(guard);
    ck_assert_int_eq(pthread_create(&thread, NULL, wait_until_the_end, guard), 0);
    Gil_BEGIN_BLOCKING_CALL
    while (!(__atomic_load_n(&event._bits, __ATOMIC_ACQUIRE) & 2)) /* it sleeps, or is about to */
        sched_yield();
    Gil_END_BLOCKING_CALL
    ck_assert_int_eq(Gil_FinalizeEx(), 0);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
}
END_TEST

/* --- misuse --- */

static int
do_it_again(void *data)
{
    return GilOnce_Call(&once, do_it_again, data);
}

static void
once_within_itself(void *unused)
{
    (void)GilOnce_Call(&once, do_it_again, unused);
}

static void
once_of_nothing(void *unused)
{
    (void)GilOnce_Call(&once, NULL, unused);
}

static void
wait_without_the_mutex(void *unused)
{
    (void)unused;
    GilCondition_Wait(&condition, &mutex);
}

static void
wait_for_nobody(void *unused)
{
    GilBarrier nobody = {0, 0};

    (void)unused;
    (void)GilBarrier_Wait(&nobody);
}

START_TEST(test_api_sync__misuse_stops_the_process)
{
    gil_test_expect_abort(once_within_itself, NULL, "GilOnce_Call: called from within the function that it calls");
    gil_test_expect_abort(once_of_nothing, NULL, "GilOnce_Call: the function is NULL");
    gil_test_expect_abort(wait_without_the_mutex, NULL, "GilCondition_Wait: the mutex is not locked");
    gil_test_expect_abort(wait_for_nobody, NULL, "GilBarrier_Wait: the barrier is for nobody");
}
END_TEST

Suite *
suite(void)
{
    Suite *suite = suite_create("api/sync");
    TCase *tcase = tcase_create("sync");
    TCase *running = tcase_create("running");

    /* Without a runtime, and in a thread that is attached. */
    tcase_add_checked_fixture(running, gil_test_start, gil_test_stop);
    for (int i = 0; i < 2; i++) {
        TCase *each = i == 0 ? tcase : running;
        tcase_add_test(each, test_api_sync__a_condition_is_waited_for);
        tcase_add_test(each, test_api_sync__an_event_is_waited_for);
        tcase_add_test(each, test_api_sync__permits_are_counted);
        tcase_add_test(each, test_api_sync__threads_meet);
        tcase_add_test(each, test_api_sync__what_is_done_once);
        suite_add_tcase(suite, each);
    }
    tcase_add_test(running, test_api_sync__an_event_that_comes_and_goes_in_a_call_is_not_missed);
    tcase_add_loop_test(running, test_api_sync__who_does_not_wait_is_not_interrupted, 0, 8);
    tcase_add_test(tcase, test_api_sync__misuse_stops_the_process);
    TCase *ending = tcase_create("ending");
    tcase_add_checked_fixture(ending, gil_test_start, NULL);
    tcase_add_test(ending, test_C1_the_end_of_the_runtime_interrupts_waits);
    suite_add_tcase(suite, ending);
    return suite;
}
