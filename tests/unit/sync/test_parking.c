/* SPDX-License-Identifier: MIT */
/* The parking lot with real threads; its schedules are explored in tests/models/. */
#include "support/support.h"

#include "sync/machine.h"
#include "sync/parking.h"

#include <pthread.h>
#include <sched.h>

/* More than there are buckets, so that some share one. */
#define PLACES 200

static uint8_t places[PLACES];
static struct gil_wait waits[PLACES];
static enum gil_waited ends[PLACES];
static int queued; /* [atomic] */

static void
enqueue(struct gil_wait *wait, const void *address)
{
    struct gil_bucket *bucket = gil_parking_lock(address);

    gil_parking_add(bucket, &wait->me, address);
    gil_parking_unlock(bucket);
    gil_fetch_add_seq_cst(&queued, 1);
}

static void *
sleep_at(void *arg)
{
    struct gil_wait *wait = arg;
    long i = wait - waits;

    enqueue(wait, &places[i / 2]);
    ends[i] = gil_parking_sleep_or_leave(wait);
    return NULL;
}

static void
wake_first(const void *address, uint32_t told)
{
    struct gil_bucket *bucket = gil_parking_lock(address);
    struct gil_parked *first = gil_parking_take(bucket, address);

    gil_parking_unlock(bucket);
    gil_parking_wake(first, told);
}

static void
start(pthread_t *threads, int count, uint64_t deadline)
{
    queued = 0;
    for (int i = 0; i < count; i++) {
        gil_wait_init(&waits[i], deadline);
        ck_assert_int_eq(pthread_create(&threads[i], NULL, sleep_at, &waits[i]), 0);
    }
    while (gil_load_acquire(&queued) < count)
        sched_yield();
}

static void
join(pthread_t *threads, int count)
{
    for (int i = 0; i < count; i++)
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
}

START_TEST(test_sync_parking__each_is_woken_at_its_own_address)
{
    pthread_t threads[PLACES];

    start(threads, PLACES, GIL_MACHINE_NEVER);
    for (int i = PLACES / 2 - 1; i >= 0; i--) {
        wake_first(&places[i], 0);
        wake_first(&places[i], 1);
        wake_first(&places[i], 1); /* nobody is left */
    }
    join(threads, PLACES);
    for (int i = 0; i < PLACES; i += 2)
        ck_assert_int_eq(ends[i] + ends[i + 1], GIL_WAITED_AGAIN + GIL_WAITED_GOT);
}
END_TEST

START_TEST(test_sync_parking__all_are_woken)
{
    pthread_t threads[2];

    start(threads, 2, GIL_MACHINE_NEVER);
    struct gil_bucket *bucket = gil_parking_lock(&places[0]);
    struct gil_parked *first = gil_parking_first(bucket, &places[0]);
    ck_assert_ptr_nonnull(first);
    ck_assert_ptr_nonnull(gil_parking_next(first));
    ck_assert_ptr_null(gil_parking_next(gil_parking_next(first)));
    struct gil_parked *all = gil_parking_take_all(bucket, &places[0]);
    ck_assert_ptr_null(gil_parking_first(bucket, &places[0]));
    gil_parking_unlock(bucket);
    ck_assert_ptr_eq(all, first);
    gil_parking_wake(all, 1);
    join(threads, 2);
    ck_assert(ends[0] == GIL_WAITED_GOT && ends[1] == GIL_WAITED_GOT);
}
END_TEST

START_TEST(test_sync_parking__a_deadline_ends_a_sleep)
{
    struct gil_wait wait;
    uint64_t deadline = gil_machine_now() + 300000;

    gil_wait_init(&wait, deadline);
    enqueue(&wait, &places[0]);
    ck_assert_int_eq(gil_parking_sleep_or_leave(&wait), GIL_WAITED_LATE);
    ck_assert_uint_ge(gil_machine_now(), deadline);
    struct gil_bucket *bucket = gil_parking_lock(&places[0]);
    ck_assert_ptr_null(gil_parking_first(bucket, &places[0]));
    gil_parking_unlock(bucket);
}
END_TEST

START_TEST(test_sync_parking__who_was_taken_is_not_late)
{
    struct gil_wait wait;

    gil_wait_init(&wait, 1); /* long past */
    enqueue(&wait, &places[0]);
    struct gil_bucket *bucket = gil_parking_lock(&places[0]);
    struct gil_parked *first = gil_parking_take(bucket, &places[0]);
    ck_assert_int_eq(gil_parking_leave(bucket, &wait), 0);
    gil_parking_unlock(bucket);
    ck_assert_int_eq(gil_parking_sleep(&wait), 0);
    gil_parking_wake(first, 1);
    gil_parking_await(&wait);
    ck_assert_int_eq(gil_parking_sleep_or_leave(&wait), GIL_WAITED_GOT);
}
END_TEST

START_TEST(test_sync_parking__a_rouse_stays_until_it_is_taken_back)
{
    struct gil_wait wait;

    gil_wait_init(&wait, GIL_MACHINE_NEVER);
    gil_parking_rouse(wait.me.word);
    for (int round = 0; round < 2; round++) {
        enqueue(&wait, &places[0]);
        ck_assert_int_eq(gil_parking_sleep_or_leave(&wait), GIL_WAITED_ROUSED);
    }
    gil_parking_calm(wait.me.word);
    ck_assert_int_eq(gil_parking_reason(&wait), GIL_WAITED_LATE);
}
END_TEST

START_TEST(test_sync_parking__a_rouse_before_the_wait_ends_its_first_sleep)
{
    struct gil_wait wait;
    uint32_t word = 0;

    gil_parking_rouse(&word);
    gil_wait_init_on(&wait, GIL_MACHINE_NEVER, &word);
    enqueue(&wait, &places[0]);
    ck_assert_int_eq(gil_parking_sleep_or_leave(&wait), GIL_WAITED_ROUSED);
}
END_TEST

static void *
lock_and_be_gone(void *address)
{
    (void)gil_parking_lock(address);
    return NULL;
}

START_TEST(test_sync_parking__a_child_forgets_all_sleepers)
{
    struct gil_wait wait;
    pthread_t thread;

    gil_wait_init(&wait, GIL_MACHINE_NEVER);
    enqueue(&wait, &places[0]);
    ck_assert_int_eq(pthread_create(&thread, NULL, lock_and_be_gone, &places[0]), 0);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    gil_parking_forget_all();
    struct gil_bucket *bucket = gil_parking_lock(&places[0]);
    ck_assert_ptr_null(gil_parking_first(bucket, &places[0]));
    gil_parking_unlock(bucket);
}
END_TEST

Suite *
suite(void)
{
    Suite *suite = suite_create("sync/parking");
    TCase *tcase = tcase_create("parking");

    tcase_add_test(tcase, test_sync_parking__each_is_woken_at_its_own_address);
    tcase_add_test(tcase, test_sync_parking__all_are_woken);
    tcase_add_test(tcase, test_sync_parking__a_deadline_ends_a_sleep);
    tcase_add_test(tcase, test_sync_parking__who_was_taken_is_not_late);
    tcase_add_test(tcase, test_sync_parking__a_rouse_stays_until_it_is_taken_back);
    tcase_add_test(tcase, test_sync_parking__a_rouse_before_the_wait_ends_its_first_sleep);
    tcase_add_test(tcase, test_sync_parking__a_child_forgets_all_sleepers);
    suite_add_tcase(suite, tcase);
    return suite;
}
