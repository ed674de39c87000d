/* SPDX-License-Identifier: MIT */
/* The public ways to wait for each other from inside: what attached threads do while one waits. */
#include "unit/state/world.h"

#include "gilrt/sync.h"

#include <pthread.h>

static GilMutex mutex;
static GilCondition there, taken;
static int items;    /* [mutex] */
static long fetched; /* [mutex] */

enum { ITEMS = 3000, CONSUMERS = 3 };

static void *
consume(void *unused)
{
    (void)unused;
    GilThreadStateToken *token = GilThreadState_Ensure(world_guard);
    ck_assert_ptr_nonnull(token);
    GilMutex_Lock(&mutex);
    for (int i = 0; i < ITEMS; i++) {
        while (items == 0)
            GilCondition_Wait(&there, &mutex);
        items--;
        fetched++;
        GilCondition_Notify(&taken);
    }
    GilMutex_Unlock(&mutex);
    GilThreadState_Release(token);
    return NULL;
}

START_TEST(test_state_meeting__attached_threads_wait_for_each_other)
{
    pthread_t threads[CONSUMERS];

    for (int i = 0; i < CONSUMERS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, consume, NULL), 0);
    for (int i = 0; i < CONSUMERS * ITEMS; i++) {
        GilMutex_Lock(&mutex);
        while (items == 10)
            GilCondition_Wait(&taken, &mutex);
        items++;
        GilMutex_Unlock(&mutex);
        GilCondition_Notify(&there);
    }
    Gil_BEGIN_BLOCKING_CALL
    for (int i = 0; i < CONSUMERS; i++)
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
    Gil_END_BLOCKING_CALL
    ck_assert_int_eq(fetched, CONSUMERS * ITEMS);
}
END_TEST

static GilOnce once;
static int runs;
static int inside; /* [atomic] */

/* Leaves the interpreter's lock in the middle, as an initializer that imports or reads a file does. */
static int
initialize(void *unused)
{
    (void)unused;
    ck_assert_ptr_nonnull(gil_tstate_attached());
    gil_store_release(&inside, 1);
    for (int i = 0; i < 100; i++) {
        Gil_BEGIN_BLOCKING_CALL
        sched_yield();
        Gil_END_BLOCKING_CALL
    }
    runs++;
    return 0;
}

static void *
call_once(void *unused)
{
    (void)unused;
    GilThreadStateToken *token = GilThreadState_Ensure(world_guard);
    ck_assert_ptr_nonnull(token);
    ck_assert_int_eq(GilOnce_Call(&once, initialize, NULL), 0);
    ck_assert_int_eq(runs, 1);
    ck_assert_int_eq(GilOnce_IsDone(&once), 1);
    GilThreadState_Release(token);
    return NULL;
}

/* What a static variable of C++ in attached code does: the second thread waits attached, and the first never gets
 * the lock back. */
START_TEST(test_state_meeting__a_call_once_may_leave_the_lock)
{
    enum { THREADS = 4 };
    pthread_t threads[THREADS];

    for (int i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, call_once, NULL), 0);
    Gil_BEGIN_BLOCKING_CALL
    for (int i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
    Gil_END_BLOCKING_CALL
    ck_assert_int_eq(runs, 1);
}
END_TEST

static GilBarrier barrier = GilBarrier_INIT(3);

static void *
come(void *unused)
{
    (void)unused;
    GilThreadStateToken *token = GilThreadState_Ensure(world_guard);
    ck_assert_ptr_nonnull(token);
    int rc = GilBarrier_Wait(&barrier);
    GilThreadState_Release(token);
    return (void *)(intptr_t)rc;
}

START_TEST(test_state_meeting__attached_threads_meet)
{
    pthread_t threads[2];
    void *rc[2];

    for (int i = 0; i < 2; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, come, NULL), 0);
    int mine = GilBarrier_Wait(&barrier);
    Gil_BEGIN_BLOCKING_CALL
    for (int i = 0; i < 2; i++)
        ck_assert_int_eq(pthread_join(threads[i], &rc[i]), 0);
    Gil_END_BLOCKING_CALL
    ck_assert_int_eq(mine + (int)(intptr_t)rc[0] + (int)(intptr_t)rc[1], 2 + 1 + 1);
}
END_TEST

Suite *
suite(void)
{
    Suite *suite = suite_create("state/meeting");
    TCase *tcase = tcase_create("meeting");

    tcase_add_checked_fixture(tcase, world_start, world_stop);
    tcase_add_test(tcase, test_state_meeting__attached_threads_wait_for_each_other);
    tcase_add_test(tcase, test_state_meeting__a_call_once_may_leave_the_lock);
    tcase_add_test(tcase, test_state_meeting__attached_threads_meet);
    suite_add_tcase(suite, tcase);
    return suite;
}
