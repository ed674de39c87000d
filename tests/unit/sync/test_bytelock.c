/* SPDX-License-Identifier: MIT */
/* The mutex of one byte with real threads; its schedules are explored in tests/models/. */
#include "support/support.h"

#include "sync/bytelock.h"
#include "sync/machine.h"
#include "sync/order.h"

#include <pthread.h>
#include <sched.h>
#include <string.h>

#define THREADS 4
#define ROUNDS 50000

static struct {
    uint8_t before, byte, after; /* neighbours belong to others */
} cell;
static long counter; /* [byte] */

static void
lock(uint8_t *byte)
{
    struct gil_wait wait;

    gil_wait_init(&wait, GIL_MACHINE_NEVER);
    while (!gil_bytelock_try(byte) && gil_bytelock_sleep(byte, &wait) != GIL_WAITED_GOT)
        continue;
}

static void *
count_up(void *unused)
{
    (void)unused;
    for (int i = 0; i < ROUNDS; i++) {
        lock(&cell.byte);
        gil_store_relaxed(&counter, gil_load_relaxed(&counter) + 1); /* two steps, on purpose */
        ck_assert_int_eq(gil_bytelock_unlock(&cell.byte), 0);
    }
    return NULL;
}

START_TEST(test_sync_bytelock__excludes_and_leaves_its_neighbours)
{
    pthread_t threads[THREADS];

    memset(&cell, 0xa5, sizeof cell);
    cell.byte = 0;
    gil_machine_start();
    for (int i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, count_up, NULL), 0);
    for (int i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
    ck_assert_int_eq(counter, (long)THREADS * ROUNDS);
    ck_assert_int_eq(gil_bytelock_is_locked(&cell.byte), 0);
    ck_assert_uint_eq(cell.before, 0xa5);
    ck_assert_uint_eq(cell.after, 0xa5);
}
END_TEST

START_TEST(test_sync_bytelock__keeps_its_rank)
{
    uint8_t byte = 5 << GIL_BYTELOCK_RANK_SHIFT;

    ck_assert_int_eq(gil_bytelock_unlock(&byte), -1);
    ck_assert_int_eq(gil_bytelock_try(&byte), 1);
    ck_assert_int_eq(gil_bytelock_try(&byte), 0);
    ck_assert_int_eq(gil_bytelock_is_locked(&byte), 1);
    ck_assert_int_eq(gil_bytelock_unlock(&byte), 0);
    ck_assert_uint_eq(byte, 5 << GIL_BYTELOCK_RANK_SHIFT);
}
END_TEST

static uint8_t ranked;
static int got; /* [atomic] how the sleep ended; 0: not yet */

static void *
sleep_once(void *since)
{
    struct gil_wait wait;

    gil_wait_init(&wait, GIL_MACHINE_NEVER);
    wait.me.fair = *(uint64_t *)since;
    gil_store_release(&got, 10 + (int)gil_bytelock_sleep(&ranked, &wait));
    return NULL;
}

static int
end_of_a_sleep(unsigned rank, uint64_t fair)
{
    pthread_t thread;

    ranked = (uint8_t)(rank << GIL_BYTELOCK_RANK_SHIFT);
    got = 0;
    ck_assert_int_eq(gil_bytelock_try(&ranked), 1);
    ck_assert_int_eq(pthread_create(&thread, NULL, sleep_once, &fair), 0);
    while (!(gil_load_acquire(&ranked) & GIL_BYTELOCK_PARKED))
        sched_yield();
    ck_assert_int_eq(gil_bytelock_unlock(&ranked), 0);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    return got - 10;
}

START_TEST(test_sync_bytelock__is_handed_to_who_has_waited_long)
{
    ck_assert_int_eq(end_of_a_sleep(0, 1), GIL_WAITED_GOT);
    ck_assert_int_eq(gil_bytelock_is_locked(&ranked), 1);
    ck_assert_int_eq(end_of_a_sleep(0, GIL_MACHINE_NEVER), GIL_WAITED_AGAIN);
    ck_assert_int_eq(gil_bytelock_is_locked(&ranked), 0);
}
END_TEST

START_TEST(test_sync_bytelock__of_an_inner_rank_is_never_handed_over)
{
    ck_assert_int_eq(end_of_a_sleep(GIL_ORDER_LOCK - 1, 1), GIL_WAITED_GOT);
    ck_assert_int_eq(end_of_a_sleep(GIL_ORDER_LOCK + 1, 1), GIL_WAITED_AGAIN);
    ck_assert_int_eq(end_of_a_sleep(GIL_ORDER_MAX, 1), GIL_WAITED_AGAIN);
}
END_TEST

START_TEST(test_sync_bytelock__sleep_does_not_sleep_for_an_open_one)
{
    struct gil_wait wait;
    uint8_t byte = 0;

    gil_wait_init(&wait, GIL_MACHINE_NEVER);
    ck_assert_int_eq(gil_bytelock_sleep(&byte, &wait), GIL_WAITED_AGAIN);
}
END_TEST

Suite *
suite(void)
{
    Suite *suite = suite_create("sync/bytelock");
    TCase *tcase = tcase_create("bytelock");

    tcase_add_test(tcase, test_sync_bytelock__excludes_and_leaves_its_neighbours);
    tcase_add_test(tcase, test_sync_bytelock__keeps_its_rank);
    tcase_add_test(tcase, test_sync_bytelock__is_handed_to_who_has_waited_long);
    tcase_add_test(tcase, test_sync_bytelock__of_an_inner_rank_is_never_handed_over);
    tcase_add_test(tcase, test_sync_bytelock__sleep_does_not_sleep_for_an_open_one);
    suite_add_tcase(suite, tcase);
    return suite;
}
