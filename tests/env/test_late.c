/* SPDX-License-Identifier: MIT */
/* Dates that are centuries away: the kernel counts in signed numbers, the library in unsigned ones. */
#include "support/support.h"

#include "base/atomic.h"
#include "sync/machine.h"

#include <pthread.h>
#include <time.h>

static const uint64_t dates[] = {INT64_MAX / 2, INT64_MAX - 1, INT64_MAX, INT64_MAX + UINT64_C(1), UINT64_MAX - 1,
                                 GIL_MACHINE_NEVER};

static uint32_t word, parks; /* [atomic] */
static uint64_t date;        /* [const] */

static void *
wait_for_the_word(void *unused)
{
    while (gil_load_acquire(&word) == 0) {
        gil_fetch_add_seq_cst(&parks, 1);
        gil_machine_park(&word, 0, date);
    }
    return unused;
}

/* So much time of this thread's own on a processor, and so at least as much on the clock. */
static void
work_for_a_while(void)
{
    struct timespec t;

    do
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    while (t.tv_sec == 0 && t.tv_nsec < 30000000);
}

/* A wait until then is a sleep, and not a loop of refusals; and a wake ends it. */
START_TEST(test_A11_a_wait_for_a_late_date_is_a_wait)
{
    pthread_t thread;

    date = dates[_i];
    ck_assert_int_eq(pthread_create(&thread, NULL, wait_for_the_word, NULL), 0);
    work_for_a_while();
    ck_assert_uint_lt(gil_load_acquire(&parks), 10);
    gil_store_release(&word, 1);
    gil_machine_unpark(&word);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("late");
    TCase *tc = tcase_create("late");

    tcase_add_loop_test(tc, test_A11_a_wait_for_a_late_date_is_a_wait, 0, (int)(sizeof dates / sizeof dates[0]));
    suite_add_tcase(s, tc);
    return s;
}
