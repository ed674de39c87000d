/* SPDX-License-Identifier: MIT */
/* The semaphore with real threads; its schedules are explored in tests/models/. */
#include "support/support.h"

#include "sync/machine.h"
#include "sync/semaphore.h"

#include <pthread.h>
#include <sched.h>

#define THREADS 4
#define ROUNDS 20000
#define PERMITS 2

static uint32_t word;
static int inside; /* [atomic] */

static void
acquire(void)
{
    struct gil_wait wait;

    gil_wait_init(&wait, GIL_MACHINE_NEVER);
    while (!gil_semaphore_try(&word) && gil_semaphore_sleep(&word, &wait) != GIL_WAITED_GOT)
        continue;
}

static void *
come_and_go(void *unused)
{
    (void)unused;
    for (int i = 0; i < ROUNDS; i++) {
        acquire();
        ck_assert_int_lt(gil_fetch_add_seq_cst(&inside, 1), PERMITS);
        gil_fetch_sub_seq_cst(&inside, 1);
        ck_assert_int_eq(gil_semaphore_release(&word, 1), 0);
    }
    return NULL;
}

START_TEST(test_sync_semaphore__no_more_are_in_than_there_are_permits)
{
    pthread_t threads[THREADS];

    word = PERMITS * GIL_SEMAPHORE_PERMIT;
    for (int i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, come_and_go, NULL), 0);
    for (int i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
    ck_assert_uint_eq(word, PERMITS * GIL_SEMAPHORE_PERMIT);
}
END_TEST

START_TEST(test_sync_semaphore__has_a_bound)
{
    ck_assert_int_eq(gil_semaphore_release(&word, GIL_SEMAPHORE_MAX), 0);
    ck_assert_int_eq(gil_semaphore_release(&word, 1), -1);
    ck_assert_int_eq(gil_semaphore_release(&word, UINT32_MAX), -1);
    ck_assert_uint_eq(word / GIL_SEMAPHORE_PERMIT, GIL_SEMAPHORE_MAX);
    ck_assert_int_eq(gil_semaphore_try(&word), 1);
    ck_assert_int_eq(gil_semaphore_release(&word, 1), 0);
}
END_TEST

static void *
acquire_one(void *unused)
{
    (void)unused;
    acquire();
    return NULL;
}

START_TEST(test_sync_semaphore__what_sleepers_leave_lies_there)
{
    pthread_t thread;
    struct gil_wait wait;

    gil_wait_init(&wait, 1); /* long past */
    ck_assert_int_eq(gil_semaphore_sleep(&word, &wait), GIL_WAITED_LATE);
    ck_assert_int_eq(pthread_create(&thread, NULL, acquire_one, NULL), 0);
    struct gil_parked *first = NULL;
    while (first == NULL) {
        struct gil_bucket *bucket = gil_parking_lock(&word);
        first = gil_parking_first(bucket, &word);
        gil_parking_unlock(bucket);
        sched_yield();
    }
    ck_assert_int_eq(gil_semaphore_release(&word, 3), 0);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    ck_assert_uint_eq(word, 2 * GIL_SEMAPHORE_PERMIT);
}
END_TEST

Suite *
suite(void)
{
    Suite *suite = suite_create("sync/semaphore");
    TCase *tcase = tcase_create("semaphore");

    tcase_add_test(tcase, test_sync_semaphore__no_more_are_in_than_there_are_permits);
    tcase_add_test(tcase, test_sync_semaphore__has_a_bound);
    tcase_add_test(tcase, test_sync_semaphore__what_sleepers_leave_lies_there);
    suite_add_tcase(suite, tcase);
    return suite;
}
