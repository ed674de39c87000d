/* SPDX-License-Identifier: MIT */
/* The public mutexes from inside: what a debug build says of the order in which they are taken. */
#include "unit/state/world.h"

#include "gilrt/mutex.h"
#include "sync/order.h"

#include <pthread.h>

static GilMutex low = GilMutex_INIT_RANKED(3), high = GilMutex_INIT_RANKED(4);
static GilMutex inner = GilMutex_INIT_RANKED(GIL_ORDER_LOCK + 1);
static GilMutex mutex;

START_TEST(test_state_locking__ranks_in_order_pass_in_every_build)
{
    GilRecursiveMutex recursive = {._mutex = GilMutex_INIT_RANKED(9)};

    GilMutex_Lock(&low);
    GilMutex_Lock(&high);
    GilRecursiveMutex_Lock(&recursive);
    GilRecursiveMutex_Lock(&recursive);
    Gil_BEGIN_ALLOW_THREADS
    Gil_END_ALLOW_THREADS
    GilMutex_Lock(&inner);
    GilMutex_Unlock(&inner);
    GilRecursiveMutex_Unlock(&recursive);
    GilRecursiveMutex_Unlock(&recursive);
    GilMutex_Unlock(&low); /* in any order */
    GilMutex_Unlock(&high);
    /* Who only tries does not wait, and cannot be part of a ring. */
    GilMutex_Lock(&high);
    ck_assert_int_eq(GilMutex_TryLock(&low), 1);
    GilMutex_Unlock(&low);
    GilMutex_Unlock(&high);
}
END_TEST

#ifdef GIL_DEBUG
static void
falling(void *unused)
{
    (void)unused;
    GilMutex_Lock(&high);
    GilMutex_Lock(&low);
}

static void
falling_recursive(void *unused)
{
    GilRecursiveMutex recursive = {._mutex = GilMutex_INIT_RANKED(2)};

    (void)unused;
    GilMutex_Lock(&low);
    GilRecursiveMutex_Lock(&recursive);
}

static void
twice(void *unused)
{
    (void)unused;
    GilMutex_Lock(&mutex);
    GilMutex_Lock(&mutex);
}

static void
lock_inside(void *unused)
{
    GilThreadState *ts = world_ts;

    (void)unused;
    gil_tstate_detach(ts, "test");
    GilMutex_Lock(&inner);
    gil_tstate_attach(ts, "test");
}

START_TEST(test_state_locking__wrong_orders_stop_a_debug_build)
{
    gil_test_expect_abort(falling, NULL, "GilMutex_Lock: lock order: mutex");
    gil_test_expect_abort(falling_recursive, NULL, "GilRecursiveMutex_Lock: lock order: mutex");
    gil_test_expect_abort(twice, NULL, "GilMutex_Lock: mutex");
    gil_test_expect_abort(lock_inside, NULL, "the interpreter's lock (rank 32) is waited for while mutex");
}
END_TEST
#endif

static void *
count_up(void *counter)
{
    GilThreadStateToken *token = GilThreadState_Ensure(world_guard);

    ck_assert_ptr_nonnull(token);
    for (int i = 0; i < 5000; i++) {
        GilMutex_Lock(&mutex);
        gil_store_relaxed((long *)counter, gil_load_relaxed((long *)counter) + 1);
        if (i % 10 == 0) {
            /* A holder may lose the interpreter's lock and wants it back. */
            Gil_BEGIN_ALLOW_THREADS
            Gil_END_ALLOW_THREADS
        }
        GilMutex_Unlock(&mutex);
    }
    GilThreadState_Release(token);
    return NULL;
}

/* The rule that waiting for a mutex with the interpreter's lock in hand breaks: this would not end. */
START_TEST(test_L9_a_holder_of_a_mutex_gets_the_interpreters_lock)
{
    enum { THREADS = 4 };
    pthread_t threads[THREADS];
    long counter = 0;

    for (int i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, count_up, &counter), 0);
    Gil_BEGIN_BLOCKING_CALL
    for (int i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
    Gil_END_BLOCKING_CALL
    ck_assert_int_eq(counter, THREADS * 5000);
}
END_TEST

Suite *
suite(void)
{
    Suite *suite = suite_create("state/locking");
    TCase *tcase = tcase_create("locking");

    tcase_add_checked_fixture(tcase, world_start, world_stop);
    tcase_add_test(tcase, test_state_locking__ranks_in_order_pass_in_every_build);
#ifdef GIL_DEBUG
    tcase_add_test(tcase, test_state_locking__wrong_orders_stop_a_debug_build);
#endif
    tcase_add_test(tcase, test_L9_a_holder_of_a_mutex_gets_the_interpreters_lock);
    suite_add_tcase(suite, tcase);
    return suite;
}
