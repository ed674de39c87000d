/* SPDX-License-Identifier: MIT */
/* The barrier with real threads; its schedules are explored in tests/models/. */
#include "support/support.h"

#include "sync/barrier.h"
#include "sync/machine.h"

#include <pthread.h>

#define THREADS 3
#define ROUNDS 5000

static struct gil_barrier barrier = {THREADS, 0};
static int rounds[THREADS]; /* [atomic] where each thread is */
static int lasts;           /* [atomic] */

static void *
meet(void *arg)
{
    int self = *(int *)arg;

    for (int round = 1; round <= ROUNDS; round++) {
        struct gil_wait wait;
        gil_wait_init(&wait, GIL_MACHINE_NEVER);
        gil_store_relaxed(&rounds[self], round);
        if (gil_barrier_arrive(&barrier, &wait))
            gil_fetch_add_seq_cst(&lasts, 1);
        else
            ck_assert_int_eq(gil_barrier_sleep(&barrier, &wait), GIL_WAITED_GOT);
        for (int other = 0; other < THREADS; other++) {
            int there = gil_load_relaxed(&rounds[other]);
            ck_assert(there == round || there == round + 1);
        }
    }
    return NULL;
}

START_TEST(test_sync_barrier__nobody_is_a_round_ahead)
{
    pthread_t threads[THREADS];
    int numbers[THREADS];

    for (int i = 0; i < THREADS; i++) {
        numbers[i] = i;
        ck_assert_int_eq(pthread_create(&threads[i], NULL, meet, &numbers[i]), 0);
    }
    for (int i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
    ck_assert_int_eq(lasts, ROUNDS);
    ck_assert_uint_eq(barrier.arrived, 0);
}
END_TEST

START_TEST(test_sync_barrier__who_gives_up_was_not_there)
{
    struct gil_barrier two = {2, 0};
    struct gil_wait wait;

    gil_wait_init(&wait, 1); /* long past */
    ck_assert_int_eq(gil_barrier_arrive(&two, &wait), 0);
    ck_assert_uint_eq(two.arrived, 1);
    ck_assert_int_eq(gil_barrier_sleep(&two, &wait), GIL_WAITED_LATE);
    ck_assert_uint_eq(two.arrived, 0);
}
END_TEST

/* In the child nobody is there of those that had come. */
START_TEST(test_D4_barrier_does_not_count_who_is_gone)
{
    struct gil_barrier two = {2, 0};
    struct gil_wait gone, wait;

    gil_wait_init(&gone, GIL_MACHINE_NEVER);
    ck_assert_int_eq(gil_barrier_arrive(&two, &gone), 0);
    gil_parking_forget_all();
    gil_wait_init(&wait, 1);
    ck_assert_int_eq(gil_barrier_arrive(&two, &wait), 0);
    ck_assert_int_eq(gil_barrier_sleep(&two, &wait), GIL_WAITED_LATE);
    ck_assert_uint_eq(two.arrived, 0);
}
END_TEST

START_TEST(test_sync_barrier__of_one_lets_through)
{
    struct gil_barrier one = {1, 0};
    struct gil_wait wait;

    gil_wait_init(&wait, GIL_MACHINE_NEVER);
    for (int round = 0; round < 3; round++)
        ck_assert_int_eq(gil_barrier_arrive(&one, &wait), 1);
}
END_TEST

Suite *
suite(void)
{
    Suite *suite = suite_create("sync/barrier");
    TCase *tcase = tcase_create("barrier");

    tcase_add_test(tcase, test_sync_barrier__nobody_is_a_round_ahead);
    tcase_add_test(tcase, test_sync_barrier__who_gives_up_was_not_there);
    tcase_add_test(tcase, test_D4_barrier_does_not_count_who_is_gone);
    tcase_add_test(tcase, test_sync_barrier__of_one_lets_through);
    suite_add_tcase(suite, tcase);
    return suite;
}
