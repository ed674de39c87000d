/* SPDX-License-Identifier: MIT */
/* The condition with real threads; its schedules are explored in tests/models/. */
#include "support/support.h"

#include "sync/condition.h"
#include "sync/machine.h"

#include <pthread.h>
#include <sched.h>

#define THREADS 3

static uint8_t byte;
static int waiting, woken; /* [atomic] */

static void *
wait_once(void *unused)
{
    struct gil_wait wait;

    (void)unused;
    gil_wait_init(&wait, GIL_MACHINE_NEVER);
    gil_condition_enter(&byte, &wait);
    gil_fetch_add_seq_cst(&waiting, 1);
    ck_assert_int_eq(gil_parking_sleep_or_leave(&wait), GIL_WAITED_GOT);
    gil_fetch_add_seq_cst(&woken, 1);
    return NULL;
}

static void
start(pthread_t *threads)
{
    for (int i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, wait_once, NULL), 0);
    while (gil_load_acquire(&waiting) < THREADS)
        sched_yield();
}

static void
join(pthread_t *threads)
{
    for (int i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
}

START_TEST(test_sync_condition__each_notification_wakes_one)
{
    pthread_t threads[THREADS];

    start(threads);
    for (int i = 1; i <= THREADS; i++) {
        ck_assert_uint_ne(byte, 0);
        gil_condition_notify(&byte);
        while (gil_load_acquire(&woken) < i)
            sched_yield();
        ck_assert_int_eq(gil_load_acquire(&woken), i);
    }
    join(threads);
    ck_assert_uint_eq(byte, 0);
}
END_TEST

START_TEST(test_sync_condition__all_are_woken)
{
    pthread_t threads[THREADS];

    start(threads);
    gil_condition_notify_all(&byte);
    join(threads);
    ck_assert_uint_eq(byte, 0);
}
END_TEST

START_TEST(test_sync_condition__nobody_is_remembered)
{
    struct gil_wait wait;

    gil_condition_notify(&byte);
    gil_condition_notify_all(&byte);
    gil_wait_init(&wait, 1); /* long past */
    gil_condition_enter(&byte, &wait);
    ck_assert_int_eq(gil_parking_sleep_or_leave(&wait), GIL_WAITED_LATE);
    gil_condition_notify(&byte); /* the mark of one that gave up */
    ck_assert_uint_eq(byte, 0);
}
END_TEST

Suite *
suite(void)
{
    Suite *suite = suite_create("sync/condition");
    TCase *tcase = tcase_create("condition");

    tcase_add_test(tcase, test_sync_condition__each_notification_wakes_one);
    tcase_add_test(tcase, test_sync_condition__all_are_woken);
    tcase_add_test(tcase, test_sync_condition__nobody_is_remembered);
    suite_add_tcase(suite, tcase);
    return suite;
}
