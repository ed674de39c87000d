/* SPDX-License-Identifier: MIT */
/* The event with real threads; its schedules are explored in tests/models/. */
#include "support/support.h"

#include "sync/event.h"
#include "sync/machine.h"

#include <pthread.h>
#include <sched.h>

#define PARKED 2u

static uint8_t byte;
static int got; /* [atomic] */

static void *
sleep_once(void *unused)
{
    struct gil_wait wait;

    (void)unused;
    gil_wait_init(&wait, GIL_MACHINE_NEVER);
    ck_assert_int_eq(gil_event_sleep(&byte, 0, &wait), GIL_WAITED_GOT);
    gil_fetch_add_seq_cst(&got, 1);
    return NULL;
}

START_TEST(test_sync_event__who_sleeps_goes_on_though_it_is_cleared_at_once)
{
    pthread_t threads[1];

    ck_assert_int_eq(pthread_create(&threads[0], NULL, sleep_once, NULL), 0);
    while (!(gil_load_acquire(&byte) & PARKED))
        sched_yield();
    gil_event_set(&byte);
    gil_event_clear(&byte);
    ck_assert_int_eq(pthread_join(threads[0], NULL), 0);
    ck_assert_int_eq(got, 1);
    ck_assert_int_eq(gil_event_is_set(&byte), 0);
}
END_TEST

START_TEST(test_sync_event__set_stays_until_cleared)
{
    struct gil_wait wait;

    gil_wait_init(&wait, GIL_MACHINE_NEVER);
    gil_event_set(&byte);
    gil_event_set(&byte);
    ck_assert_int_eq(gil_event_is_set(&byte), 1);
    ck_assert_uint_eq(gil_event_times(&byte), 1);
    ck_assert_int_eq(gil_event_sleep(&byte, 1, &wait), GIL_WAITED_AGAIN);
    gil_event_clear(&byte);
    gil_event_clear(&byte);
    ck_assert_int_eq(gil_event_is_set(&byte), 0);
    wait.deadline = 1; /* long past */
    ck_assert_int_eq(gil_event_has_been(&byte, 0), 1);
    ck_assert_int_eq(gil_event_has_been(&byte, 1), 0);
    ck_assert_int_eq(gil_event_sleep(&byte, 0, &wait), GIL_WAITED_AGAIN); /* it was, since */
    ck_assert_int_eq(gil_event_sleep(&byte, 1, &wait), GIL_WAITED_LATE);
    gil_event_clear(&byte); /* the mark of one that gave up is no event */
    ck_assert_int_eq(gil_event_is_set(&byte), 0);
    gil_event_set(&byte);
    ck_assert_int_eq(gil_event_is_set(&byte), 1);
}
END_TEST

Suite *
suite(void)
{
    Suite *suite = suite_create("sync/event");
    TCase *tcase = tcase_create("event");

    tcase_add_test(tcase, test_sync_event__who_sleeps_goes_on_though_it_is_cleared_at_once);
    tcase_add_test(tcase, test_sync_event__set_stays_until_cleared);
    suite_add_tcase(suite, tcase);
    return suite;
}
