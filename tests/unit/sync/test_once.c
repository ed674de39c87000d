/* SPDX-License-Identifier: MIT */
/* Once with real threads; its schedules are explored in tests/models/. */
#include "support/support.h"

#include "sync/machine.h"
#include "sync/once.h"

#include <pthread.h>
#include <sched.h>

#define THREADS 4

static uint8_t byte;
static int runs; /* [byte] while it is being done */
static int done;        /* [atomic] threads that found it done */

static void *
come(void *unused)
{
    struct gil_wait wait;
    enum gil_once_found found;

    (void)unused;
    gil_wait_init(&wait, GIL_MACHINE_NEVER);
    while ((found = gil_once_begin(&byte)) != GIL_ONCE_FOUND_DONE)
        if (found == GIL_ONCE_FOUND_MINE) {
            runs++;
            sched_yield();
            gil_once_end(&byte, 1);
        }
        else
            ck_assert_int_eq(gil_once_sleep(&byte, &wait), GIL_WAITED_AGAIN);
    gil_fetch_add_seq_cst(&done, 1);
    return NULL;
}

START_TEST(test_sync_once__is_done_once)
{
    for (int round = 1; round <= 200; round++) {
        pthread_t threads[THREADS];
        byte = 0;
        for (int i = 0; i < THREADS; i++)
            ck_assert_int_eq(pthread_create(&threads[i], NULL, come, NULL), 0);
        for (int i = 0; i < THREADS; i++)
            ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
        ck_assert_int_eq(runs, round);
    }
    ck_assert_int_eq(done, 200 * THREADS);
}
END_TEST

START_TEST(test_sync_once__is_tried_again_after_a_failure)
{
    struct gil_wait wait;

    gil_wait_init(&wait, 1); /* long past */
    ck_assert_int_eq(gil_once_begin(&byte), GIL_ONCE_FOUND_MINE);
    ck_assert_int_eq(gil_once_begin(&byte), GIL_ONCE_FOUND_BUSY);
    ck_assert_int_eq(gil_once_sleep(&byte, &wait), GIL_WAITED_LATE);
    gil_once_end(&byte, 0);
    ck_assert_int_eq(gil_once_sleep(&byte, &wait), GIL_WAITED_AGAIN);
    ck_assert_int_eq(gil_once_begin(&byte), GIL_ONCE_FOUND_MINE);
    gil_once_end(&byte, 1);
    ck_assert_int_eq(gil_once_begin(&byte), GIL_ONCE_FOUND_DONE);
    ck_assert_uint_eq(byte, GIL_ONCE_DONE);
}
END_TEST

Suite *
suite(void)
{
    Suite *suite = suite_create("sync/once");
    TCase *tcase = tcase_create("once");

    tcase_add_test(tcase, test_sync_once__is_done_once);
    tcase_add_test(tcase, test_sync_once__is_tried_again_after_a_failure);
    suite_add_tcase(suite, tcase);
    return suite;
}
