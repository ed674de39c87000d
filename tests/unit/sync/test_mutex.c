/* SPDX-License-Identifier: MIT */
/* The internal mutex with real threads; its schedules are explored in tests/models/. */
#include "support/support.h"

#include "base/atomic.h"
#include "sync/mutex.h"

#include <pthread.h>
#include <sched.h>

#define THREADS 4
#define ROUNDS 100000

static struct gil_mutex mutex = GIL_MUTEX_INIT(GIL_RANK_STATES, "the tested mutex");
static long counter; /* [mu] */
static int ready;    /* [atomic] threads that are there: they begin together */

static void *
count_up(void *unused)
{
    (void)unused;
    gil_fetch_add_seq_cst(&ready, 1);
    while (gil_load_acquire(&ready) < THREADS)
        sched_yield();
    for (int i = 0; i < ROUNDS; i++) {
        gil_mutex_lock(&mutex);
        gil_store_relaxed(&counter, gil_load_relaxed(&counter) + 1); /* two steps, on purpose */
        gil_mutex_unlock(&mutex);
    }
    return NULL;
}

START_TEST(test_sync_mutex__excludes)
{
    pthread_t threads[THREADS];

    for (int i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, count_up, NULL), 0);
    for (int i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
    ck_assert_int_eq(counter, (long)THREADS * ROUNDS);
    ck_assert(!gil_mutex_is_locked(&mutex));
}
END_TEST

START_TEST(test_sync_mutex__tells_whether_it_is_held)
{
    struct gil_mutex other;

    gil_mutex_init(&other, GIL_RANK_LOCK, "another mutex");
    ck_assert(!gil_mutex_is_locked(&other));
    gil_mutex_lock(&other);
    ck_assert(gil_mutex_is_locked(&other));
    gil_mutex_unlock(&other);
    ck_assert(!gil_mutex_is_locked(&other));
}
END_TEST

Suite *
suite(void)
{
    Suite *suite = suite_create("sync/mutex");
    TCase *tcase = tcase_create("mutex");

    tcase_add_test(tcase, test_sync_mutex__excludes);
    tcase_add_test(tcase, test_sync_mutex__tells_whether_it_is_held);
    suite_add_tcase(suite, tcase);
    return suite;
}
