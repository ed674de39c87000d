/* SPDX-License-Identifier: MIT */
/* Gates: in or refused, waited for or late. The order of steps is the explorer's (tests/models/lives_model.c). */
#include "support/support.h"

#include "base/atomic.h"
#include "state/gate.h"
#include "sync/machine.h"

#include <pthread.h>
#include <sched.h>

static struct gil_gate gate;

static void
start(void)
{
    gil_machine_start();
    gil_gate_init(&gate, NULL);
}

START_TEST(test_state_gate__counts_who_is_inside)
{
    ck_assert_uint_eq(gil_gate_inside(&gate), 0);
    ck_assert_int_eq(gil_gate_enter(&gate), 0);
    ck_assert_int_eq(gil_gate_enter(&gate), 0);
    ck_assert_uint_eq(gil_gate_inside(&gate), 2);
    gil_gate_leave(&gate);
    gil_gate_leave(&gate);
    ck_assert_uint_eq(gil_gate_inside(&gate), 0);
    ck_assert_int_eq(gil_gate_is_closing(&gate), 0);
}
END_TEST

START_TEST(test_state_gate__one_closes_and_nobody_comes_in)
{
    ck_assert_int_eq(gil_gate_close(&gate), 0);
    ck_assert_int_eq(gil_gate_is_closing(&gate), 1);
    ck_assert_int_eq(gil_gate_close(&gate), -1);
    ck_assert_int_eq(gil_gate_enter(&gate), -1);
    ck_assert_int_eq(gil_gate_enter_late(&gate), 0);
    ck_assert_int_eq(gil_gate_shut(&gate, 0), -1);
    gil_gate_leave(&gate);
    ck_assert_int_eq(gil_gate_shut(&gate, 0), 0);
    ck_assert_int_eq(gil_gate_enter_late(&gate), -1);
    ck_assert_int_eq(gil_gate_close(&gate), -1);
}
END_TEST

START_TEST(test_state_gate__opens_again)
{
    ck_assert_int_eq(gil_gate_enter(&gate), 0);
    ck_assert_int_eq(gil_gate_close(&gate), 0);
    ck_assert_int_eq(gil_gate_shut(&gate, gil_machine_now() + 1000000), -1);
    gil_gate_reopen(&gate);
    ck_assert_uint_eq(gil_gate_inside(&gate), 1);
    ck_assert_int_eq(gil_gate_enter(&gate), 0);
    gil_gate_leave(&gate);
    gil_gate_leave(&gate);
    /* Also after it was shut. */
    ck_assert_int_eq(gil_gate_close(&gate), 0);
    ck_assert_int_eq(gil_gate_shut(&gate, GIL_MACHINE_NEVER), 0);
    gil_gate_reopen(&gate);
    ck_assert_int_eq(gil_gate_enter(&gate), 0);
    gil_gate_leave(&gate);
    ck_assert_int_eq(gil_gate_close(&gate), 0);
    ck_assert_int_eq(gil_gate_shut(&gate, 0), 0);
}
END_TEST

/* A wait for nobody is over before its deadline, also one that is past. */
START_TEST(test_state_gate__an_empty_one_is_shut_at_once)
{
    static const uint64_t limits[] = {0, 1, GIL_MACHINE_NEVER};

    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(gil_gate_close(&gate), 0);
        ck_assert_int_eq(gil_gate_shut(&gate, limits[i]), 0);
        gil_gate_reopen(&gate);
    }
}
END_TEST

static void
count(const struct gil_pass *pass, void *seen)
{
    ck_assert_ptr_nonnull(pass);
    ++*(int *)seen;
}

static int
listed(void)
{
    int seen = 0;

    gil_gate_visit(&gate, count, &seen);
    return seen;
}

START_TEST(test_state_gate__lists_passes)
{
    struct gil_pass passes[3];

    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(gil_gate_enter_with(&gate, &passes[i]), 0);
    ck_assert_int_eq(gil_gate_enter(&gate), 0);
    ck_assert_int_eq(listed(), 3);
    ck_assert_uint_eq(gil_gate_inside(&gate), 4);
    /* From the middle, the end and the beginning. */
    gil_gate_unlist(&gate, &passes[1]);
    ck_assert_int_eq(listed(), 2);
    gil_gate_unlist(&gate, &passes[0]);
    gil_gate_unlist(&gate, &passes[2]);
    ck_assert_int_eq(listed(), 0);
    ck_assert_uint_eq(gil_gate_inside(&gate), 4);
    for (int i = 0; i < 4; i++)
        gil_gate_leave(&gate);
    gil_gate_close(&gate);
    ck_assert_int_eq(gil_gate_enter_with(&gate, &passes[0]), -1);
    ck_assert_int_eq(listed(), 0);
}
END_TEST

START_TEST(test_state_gate__the_last_reference_is_told)
{
    gil_gate_hold(&gate);
    ck_assert_int_eq(gil_gate_drop(&gate), 0);
    ck_assert_int_eq(gil_gate_drop(&gate), 1);
}
END_TEST

enum { VISITORS = 3, ROUNDS = 2000 };
static uint32_t alive;           /* plain sense: written while the gate is shut only */
static long visits[VISITORS];
static int over;

static void *
come_and_go(void *number)
{
    long *mine = number;

    while (!gil_load_acquire(&over)) {
        if (gil_gate_enter(&gate) < 0) {
            sched_yield();
            continue;
        }
        ck_assert_uint_eq(gil_load_relaxed(&alive), 1);
        ++*mine;
        gil_gate_leave(&gate);
    }
    return NULL;
}

START_TEST(test_state_gate__shutting_excludes_visitors)
{
    pthread_t threads[VISITORS];

    alive = 1;
    for (int i = 0; i < VISITORS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, come_and_go, &visits[i]), 0);
    for (int round = 0; round < ROUNDS; round++) {
        ck_assert_int_eq(gil_gate_close(&gate), 0);
        ck_assert_int_eq(gil_gate_shut(&gate, GIL_MACHINE_NEVER), 0);
        gil_store_relaxed(&alive, 0);
        ck_assert_uint_eq(gil_gate_inside(&gate), 0);
        gil_store_relaxed(&alive, 1);
        gil_gate_reopen(&gate);
        if (round % 100 == 0)
            sched_yield();
    }
    gil_store_release(&over, 1);
    for (int i = 0; i < VISITORS; i++)
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
}
END_TEST

static void
leave_without_entering(void *unused)
{
    (void)unused;
    gil_gate_leave(&gate);
}

static void
drop_twice(void *unused)
{
    (void)unused;
    gil_gate_drop(&gate);
    gil_gate_drop(&gate);
}

START_TEST(test_state_gate__misuse_stops_the_process)
{
    gil_test_expect_abort(leave_without_entering, NULL, "a guard is closed that is not open");
    gil_test_expect_abort(drop_twice, NULL, "a view is closed that is not open");
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("state/gate");
    TCase *tc = tcase_create("gate");

    tcase_add_checked_fixture(tc, start, NULL);
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, test_state_gate__counts_who_is_inside);
    tcase_add_test(tc, test_state_gate__one_closes_and_nobody_comes_in);
    tcase_add_test(tc, test_state_gate__opens_again);
    tcase_add_test(tc, test_state_gate__an_empty_one_is_shut_at_once);
    tcase_add_test(tc, test_state_gate__lists_passes);
    tcase_add_test(tc, test_state_gate__the_last_reference_is_told);
    tcase_add_test(tc, test_state_gate__shutting_excludes_visitors);
    tcase_add_test(tc, test_state_gate__misuse_stops_the_process);
    suite_add_tcase(s, tc);
    return s;
}
