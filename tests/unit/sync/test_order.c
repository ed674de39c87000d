/* SPDX-License-Identifier: MIT */
/* The checker of the order of users' mutexes: what is in order passes, what is not stops a debug build. */
#include "support/support.h"

#include "base/atomic.h"
#include "sync/order.h"
#include "sync/rank.h"

#include <pthread.h>
#include <sched.h>

static char first, second, third; /* mutexes, as far as the checker is concerned */

static void
take(const void *address, unsigned rank)
{
    gil_order_wants(address, rank, "test");
    gil_order_took(address, rank);
}

START_TEST(test_sync_order__rising_ranks_pass_and_those_without)
{
    take(&first, 1);
    take(&second, 0);
    take(&third, GIL_ORDER_LOCK);
    gil_rank_waiting("test");
    gil_order_gives(&first);
    gil_order_gives(&third);
    take(&first, 1);
    gil_order_gives(&second);
    gil_order_waits(&second, "test");
    gil_order_waits_no_more();
    gil_order_gives(&first);
    gil_order_gives(&first); /* by another that has no mutex of ours */
}
END_TEST

static char stack[4 << 20] __attribute__((aligned(4096)));

static void *
take_first(void *unused)
{
    (void)unused;
    take(&first, 7);
    return (void *)pthread_self(); /* NOLINT: to be compared */
}

static void *
want_first(void *unused)
{
    (void)unused;
    take(&second, 6);
    gil_rank_waiting("test");
    gil_order_wants(&first, 0, "test");
    gil_order_waits(&first, "test");
    gil_order_waits_no_more();
    gil_order_gives(&second);
    return (void *)pthread_self(); /* NOLINT: to be compared */
}

/* A mutex may be given back by another thread than took it, also by one that comes when that is over, and bears its name. */
START_TEST(test_sync_order__a_thread_is_not_taken_for_one_that_had_its_place)
{
    pthread_attr_t attr;
    pthread_t thread;
    void *before, *after;

    ck_assert_int_eq(pthread_attr_init(&attr), 0);
    ck_assert_int_eq(pthread_attr_setstack(&attr, stack, sizeof stack), 0);
    ck_assert_int_eq(pthread_create(&thread, &attr, take_first, NULL), 0);
    ck_assert_int_eq(pthread_join(thread, &before), 0);
    ck_assert_int_eq(pthread_create(&thread, &attr, want_first, NULL), 0);
    ck_assert_int_eq(pthread_join(thread, &after), 0);
    ck_assert_ptr_eq(before, after);
    gil_order_gives(&first);
    pthread_attr_destroy(&attr);
}
END_TEST

#ifdef GIL_DEBUG
static void
falling(void *unused)
{
    (void)unused;
    take(&first, 7);
    take(&second, 6);
}

static void
same(void *unused)
{
    (void)unused;
    take(&first, 7);
    take(&second, 7);
}

static void
twice(void *unused)
{
    (void)unused;
    take(&first, 0);
    gil_order_waits(&first, "GilMutex_Lock");
}

static void
lock_inside(void *unused)
{
    (void)unused;
    take(&first, GIL_ORDER_LOCK + 1);
    gil_rank_waiting("GilEval_RestoreThread");
}

static int taken; /* [atomic] */

static void *
hold_second_and_wait_for_first(void *unused)
{
    (void)unused;
    take(&second, 0);
    gil_order_waits(&first, "GilMutex_Lock");
    gil_store_release(&taken, 1);
    for (;;)
        sched_yield();
    return NULL;
}

static void
ring(void *unused)
{
    pthread_t thread;

    (void)unused;
    take(&first, 0);
    if (pthread_create(&thread, NULL, hold_second_and_wait_for_first, NULL) != 0)
        return;
    while (!gil_load_acquire(&taken))
        sched_yield();
    gil_order_waits(&second, "GilMutex_Lock");
}

START_TEST(test_sync_order__wrong_orders_stop_the_process)
{
    gil_test_expect_abort(falling, NULL, "(rank 6) is wanted while mutex");
    gil_test_expect_abort(same, NULL, "(rank 7) is wanted while mutex");
    gil_test_expect_abort(twice, NULL, "is wanted by the thread that holds it");
    gil_test_expect_abort(lock_inside, NULL,
                          "GilEval_RestoreThread: lock order: the interpreter's lock (rank 32) is waited for");
    gil_test_expect_abort(ring, NULL, "GilMutex_Lock: deadlock: this thread holds mutex");
}
END_TEST
#endif

Suite *
suite(void)
{
    Suite *suite = suite_create("sync/order");
    TCase *tcase = tcase_create("order");

    tcase_add_test(tcase, test_sync_order__rising_ranks_pass_and_those_without);
    tcase_add_test(tcase, test_sync_order__a_thread_is_not_taken_for_one_that_had_its_place);
#ifdef GIL_DEBUG
    tcase_add_test(tcase, test_sync_order__wrong_orders_stop_the_process);
#endif
    suite_add_tcase(suite, tcase);
    return suite;
}
