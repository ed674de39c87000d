/* SPDX-License-Identifier: MIT */
/* The order of mutexes: right orders pass in every build, wrong ones stop a debug build. */
#include "support/support.h"

#include "sync/mutex.h"

static struct gil_mutex low = GIL_MUTEX_INIT(GIL_RANK_STATES, "the low mutex");
static struct gil_mutex high = GIL_MUTEX_INIT(GIL_RANK_LOCK, "the high mutex");

START_TEST(test_sync_rank__rising_order_passes)
{
    gil_mutex_lock(&low);
    gil_mutex_lock(&high);
    gil_mutex_unlock(&low);
    gil_mutex_unlock(&high);
    gil_mutex_lock(&low);
    gil_mutex_unlock(&low);
    gil_rank_waiting("test");
}
END_TEST

START_TEST(test_sync_rank__start_may_be_held_while_waiting)
{
    struct gil_mutex start = GIL_MUTEX_INIT(GIL_RANK_START, "the start mutex");

    gil_mutex_lock(&start);
    gil_rank_waiting("test");
    gil_mutex_unlock(&start);
}
END_TEST

#ifdef GIL_DEBUG
static void
falling(void *unused)
{
    (void)unused;
    gil_mutex_lock(&high);
    gil_mutex_lock(&low);
}

static void
twice(void *unused)
{
    (void)unused;
    gil_mutex_lock(&low);
    gil_mutex_lock(&low);
}

static void
wait_with_one(void *unused)
{
    (void)unused;
    gil_mutex_lock(&low);
    gil_rank_waiting("wait_with_one");
}

static void
drop_unheld(void *unused)
{
    (void)unused;
    gil_mutex_unlock(&low);
}

START_TEST(test_sync_rank__wrong_orders_stop_the_process)
{
    gil_test_expect_abort(falling, NULL, "the low mutex (rank 3) is wanted while the high mutex");
    gil_test_expect_abort(twice, NULL, "the low mutex (rank 3) is wanted while the low mutex");
    gil_test_expect_abort(wait_with_one, NULL, "wait_with_one: lock order: waiting while the low mutex is held");
    gil_test_expect_abort(drop_unheld, NULL, "the low mutex is dropped by a thread that does not hold it");
}
END_TEST
#endif

Suite *
suite(void)
{
    Suite *suite = suite_create("sync/rank");
    TCase *tcase = tcase_create("rank");

    tcase_add_test(tcase, test_sync_rank__rising_order_passes);
    tcase_add_test(tcase, test_sync_rank__start_may_be_held_while_waiting);
#ifdef GIL_DEBUG
    tcase_add_test(tcase, test_sync_rank__wrong_orders_stop_the_process);
#endif
    suite_add_tcase(suite, tcase);
    return suite;
}
