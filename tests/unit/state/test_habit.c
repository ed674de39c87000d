/* SPDX-License-Identifier: MIT */
/* What is learnt of threads and call sites, with made-up times and without threads. */
#include "support/support.h"

#include "gilrt/lock.h"
#include "state/habit.h"
#include "state/lock.h"
#include "state/tstate.h"

#include <string.h>

#define US UINT64_C(1000)
#define MS UINT64_C(1000000)
#define BEGIN (3600000 * MS)

static struct gil_lock lock;
static struct {
    GilThreadState ts __attribute__((aligned(64)));
} cell;
static GilThreadState *const ts = &cell.ts;

static void
start(void)
{
    memset(&cell, 0, sizeof cell);
    ts->id = 1;
    ts->lock = &lock;
    gil_lock_init(&lock, GIL_SWITCH_INTERVAL_DEFAULT, 0);
    lock.turns.charged = BEGIN;
}

/* It got the lock at `from` after a wait, and leaves it at `to`. */
static void
hold(uint64_t from, uint64_t to)
{
    gil_store_relaxed(&ts->waiter.stamp, gil_habit_got_at(from));
    gil_habit_released(&lock, ts, to);
}

static int
is_about(uint64_t value, uint64_t wanted)
{
    return value >= wanted - wanted / 100 && value <= wanted + wanted / 100;
}

/* --- logarithms --- */

START_TEST(test_state_habit__log2_is_exact_for_powers_and_never_falls)
{
    unsigned before = 0;

    ck_assert_uint_eq(gil_log2(0), 0);
    for (unsigned i = 0; i < 64; i++)
        ck_assert_uint_eq(gil_log2(UINT64_C(1) << i), i * 256);
    ck_assert_uint_eq(gil_log2(3), 256 + 128); /* 0.085 below the curve */
    ck_assert_uint_eq(gil_log2(UINT64_MAX), 63 * 256 + 255);
    for (uint64_t ns = 1; ns < 100000; ns++) {
        unsigned is = gil_log2(ns);
        if (is < before)
            ck_abort_msg("log2 falls at %llu", (unsigned long long)ns);
        before = is;
    }
}
END_TEST

START_TEST(test_state_habit__the_first_sample_counts_whole_and_others_an_eighth)
{
    uint16_t average = 0;

    gil_log2_learn(&average, UINT64_C(1) << 10);
    ck_assert_uint_eq(average, 10 * 256);
    gil_log2_learn(&average, UINT64_C(1) << 18);
    ck_assert_uint_eq(average, 11 * 256);
    gil_log2_learn(&average, UINT64_C(1) << 3);
    ck_assert_uint_eq(average, 10 * 256);
    for (int i = 0; i < 200; i++)
        gil_log2_learn(&average, UINT64_C(1) << 20);
    ck_assert_uint_gt(average, 20 * 256 - 8);
    ck_assert_uint_le(average, 20 * 256);
}
END_TEST

START_TEST(test_state_habit__a_known_average_is_never_unknown_again)
{
    uint16_t average = 0;

    gil_log2_learn(&average, 1);
    ck_assert_uint_eq(average, 1);
    for (int i = 0; i < 100; i++)
        gil_log2_learn(&average, 0);
    ck_assert_uint_eq(average, 1);
}
END_TEST

/* A holder that once lost its processor for milliseconds is still known as what it is. */
START_TEST(test_state_habit__one_outlier_changes_little)
{
    for (int i = 0; i < 50; i++)
        hold(BEGIN, BEGIN + US);
    ck_assert_int_eq(gil_habit_is_brief(ts), 1);
    hold(BEGIN, BEGIN + 10 * MS);
    ck_assert_int_eq(gil_habit_is_brief(ts), 1);
}
END_TEST

/* --- holds --- */

START_TEST(test_state_habit__typical_undoes_the_logarithm)
{
    static const uint64_t times[] = {1, 7, 100, 4999, 50 * US, 5 * MS, 3600000 * MS};

    ck_assert_uint_eq(gil_habit_typical(ts), UINT64_MAX); /* nobody knows */
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(times); i++) {
        ts->waiter.hold = 0;
        gil_log2_learn(&ts->waiter.hold, times[i]);
        ck_assert(is_about(gil_habit_typical(ts), times[i]));
    }
    ts->waiter.hold = 55 * 256; /* beyond a year there is no number */
    ck_assert_uint_eq(gil_habit_typical(ts), UINT64_MAX);
    ts->waiter.hold = 55 * 256 - 1;
    ck_assert_uint_lt(gil_habit_typical(ts), UINT64_C(1) << 55);
}
END_TEST

START_TEST(test_state_habit__brief_is_five_microseconds)
{
    ck_assert_int_eq(gil_habit_is_brief(ts), 0);
    ck_assert_int_eq(gil_habit_is_long(ts), 0); /* nobody knows: neither */
    ts->waiter.hold = (uint16_t)gil_log2(5 * US);
    ck_assert_int_eq(gil_habit_is_brief(ts), 1);
    ck_assert_int_eq(gil_habit_is_long(ts), 0);
    ts->waiter.hold = (uint16_t)gil_log2(5 * US + 50);
    ck_assert_int_eq(gil_habit_is_brief(ts), 0);
    ck_assert_int_eq(gil_habit_is_long(ts), 1);
}
END_TEST

START_TEST(test_state_habit__a_stamp_says_when_it_got_or_left_the_lock)
{
    ck_assert_uint_eq(gil_habit_known_since(ts), 0);
    for (uint64_t now = BEGIN; now < BEGIN + 4; now++) {
        gil_store_relaxed(&ts->waiter.stamp, gil_habit_got_at(now));
        ck_assert_uint_eq(gil_habit_known_since(ts), now / 2 * 2);
        gil_store_relaxed(&ts->waiter.stamp, gil_habit_left_at(now));
        ck_assert_uint_eq(gil_habit_known_since(ts), 0);
    }
}
END_TEST

START_TEST(test_state_habit__a_hold_seen_at_both_ends_is_learnt_and_counted)
{
    hold(BEGIN, BEGIN + 40 * US);
    ck_assert(is_about(gil_habit_typical(ts), 40 * US));
    ck_assert_uint_eq(lock.held_ns, 40 * US);
    ck_assert_uint_eq(ts->stats.held_ns, 40 * US);
    ck_assert_uint_eq(ts->waiter.used, 40 * US); /* and charged */
    hold(BEGIN + 50 * US, BEGIN + 60 * US);
    ck_assert_uint_eq(lock.held_ns, 50 * US);
    ck_assert_uint_eq(ts->stats.held_ns, 50 * US);
}
END_TEST

START_TEST(test_state_habit__a_hold_whose_beginning_was_not_seen_teaches_nothing)
{
    gil_habit_released(&lock, ts, BEGIN + MS);
    ck_assert_uint_eq(ts->waiter.hold, 0);
    ck_assert_uint_eq(lock.held_ns, 0);
    ck_assert_uint_eq(ts->waiter.used, MS); /* others waited meanwhile: it is charged all the same */
    gil_habit_interrupted(&lock, ts, 1, BEGIN + 2 * MS);
    ck_assert_uint_eq(ts->waiter.hold, 0);
    ck_assert_uint_eq(lock.held_ns, 0);
}
END_TEST

START_TEST(test_state_habit__in_timing_mode_holds_are_counted_by_the_other_way)
{
    lock.timing = 1;
    hold(BEGIN, BEGIN + 40 * US);
    ck_assert(is_about(gil_habit_typical(ts), 40 * US)); /* learnt still */
    ck_assert_uint_eq(lock.held_ns, 0);
    ck_assert_uint_eq(ts->stats.held_ns, 0);
}
END_TEST

START_TEST(test_state_habit__clocks_of_two_processors_may_disagree)
{
    hold(BEGIN + 100, BEGIN); /* it left before it came */
    ck_assert_uint_eq(lock.held_ns, 0);
    ck_assert_uint_le(ts->waiter.hold, 1); /* a moment */
}
END_TEST

START_TEST(test_state_habit__an_interruption_raises_at_once_and_never_lowers)
{
    hold(BEGIN, BEGIN + US);
    gil_store_relaxed(&ts->waiter.stamp, gil_habit_got_at(BEGIN));
    gil_habit_interrupted(&lock, ts, 1, BEGIN + 5 * MS);
    ck_assert(is_about(gil_habit_typical(ts), 5 * MS));
    gil_store_relaxed(&ts->waiter.stamp, gil_habit_got_at(BEGIN));
    gil_habit_interrupted(&lock, ts, 1, BEGIN + US);
    ck_assert(is_about(gil_habit_typical(ts), 5 * MS));
}
END_TEST

START_TEST(test_state_habit__pieces_of_one_turn_add_up)
{
    gil_store_relaxed(&ts->waiter.stamp, gil_habit_got_at(BEGIN));
    gil_habit_interrupted(&lock, ts, 0, BEGIN + 4 * US); /* lent for a moment */
    ck_assert(is_about(gil_habit_typical(ts), 4 * US));
    ck_assert_uint_eq(ts->waiter.used, 0); /* the loan charges the lender itself */
    gil_store_relaxed(&ts->waiter.stamp, gil_habit_got_at(BEGIN + 5 * US));
    gil_habit_interrupted(&lock, ts, 0, BEGIN + 9 * US);
    ck_assert(is_about(gil_habit_typical(ts), 8 * US));
    gil_store_relaxed(&ts->waiter.stamp, gil_habit_got_at(BEGIN + 10 * US));
    gil_habit_interrupted(&lock, ts, 1, BEGIN + 18 * US); /* the turn is over */
    ck_assert(is_about(gil_habit_typical(ts), 16 * US));
    ck_assert_uint_eq(lock.held_ns, 16 * US);
    /* The next begins anew. */
    gil_store_relaxed(&ts->waiter.stamp, gil_habit_got_at(BEGIN + MS));
    gil_habit_interrupted(&lock, ts, 1, BEGIN + MS + 10 * US);
    ck_assert(is_about(gil_habit_typical(ts), 16 * US));
}
END_TEST

/* The rest of a hold of which a piece was not seen is no measure of it. */
START_TEST(test_state_habit__a_piece_that_was_not_seen_spoils_the_sum)
{
    gil_store_relaxed(&ts->waiter.stamp, gil_habit_got_at(BEGIN));
    gil_habit_interrupted(&lock, ts, 0, BEGIN + 100 * US);
    gil_store_relaxed(&ts->waiter.stamp, 0);
    gil_habit_interrupted(&lock, ts, 0, BEGIN + 200 * US);
    gil_store_relaxed(&ts->waiter.stamp, gil_habit_got_at(BEGIN + 300 * US));
    gil_habit_interrupted(&lock, ts, 0, BEGIN + 350 * US);
    ck_assert(is_about(gil_habit_typical(ts), 100 * US));
}
END_TEST

/* --- call sites --- */

static struct _GilCallSite site = {"here.c", 7, _Gil_SITE_ALLOW, {0, 0, 0, 0}};

/* Leaves at that site while others wait, and is away for so long. */
static void
leave_for(uint64_t ns)
{
    ts->block.site = &site;
    gil_store_relaxed(&ts->waiter.stamp, gil_habit_left_at(BEGIN));
    gil_habit_came_back(ts, BEGIN + ns);
}

START_TEST(test_state_habit__a_call_site_learns_how_long_its_calls_take)
{
    ts->block.site = &site;
    ck_assert_int_eq(gil_habit_leaves_for_long(ts), 0);
    leave_for(200 * US);
    ck_assert_uint_eq(site.learned[1], 1);
    ck_assert_uint_le(gil_log2(200 * US) - site.learned[0], 1);
    ck_assert_int_eq(gil_habit_leaves_for_long(ts), 1);
    for (int i = 0; i < 40; i++)
        leave_for(US);
    ck_assert_uint_eq(site.learned[1], 41);
    ck_assert_int_eq(gil_habit_leaves_for_long(ts), 0);
    ck_assert(site.learned[2] == 0 && site.learned[3] == 0);
}
END_TEST

START_TEST(test_state_habit__long_is_fifty_microseconds)
{
    ts->block.site = &site;
    site.learned[0] = gil_log2(50 * US);
    ck_assert_int_eq(gil_habit_leaves_for_long(ts), 0);
    site.learned[0]++;
    ck_assert_int_eq(gil_habit_leaves_for_long(ts), 1);
}
END_TEST

START_TEST(test_state_habit__a_blocking_call_is_long_from_the_first)
{
    static struct _GilCallSite blocking = {"here.c", 8, _Gil_SITE_BLOCKING, {0, 0, 0, 0}};

    ts->block.site = &blocking;
    ck_assert_int_eq(gil_habit_leaves_for_long(ts), 1);
    leave_for(US);
    ts->block.site = &blocking;
    ck_assert_int_eq(gil_habit_leaves_for_long(ts), 1);
}
END_TEST

START_TEST(test_state_habit__without_a_site_or_a_slow_release_nothing_is_learnt)
{
    ck_assert_int_eq(gil_habit_leaves_for_long(ts), 0); /* GilEval_SaveThread() has no site */
    gil_store_relaxed(&ts->waiter.stamp, gil_habit_left_at(BEGIN));
    gil_habit_came_back(ts, BEGIN + MS);
    ck_assert_uint_eq(ts->waiter.stamp, 0);

    ts->block.site = &site;
    gil_habit_came_back(ts, BEGIN + MS); /* it left by the fast path */
    gil_store_relaxed(&ts->waiter.stamp, gil_habit_got_at(BEGIN));
    gil_habit_came_back(ts, BEGIN + MS); /* the stamp tells of an earlier hold */
    ck_assert_uint_eq(ts->waiter.stamp, 0);
    ck_assert_uint_eq(site.learned[1], 0);
    /* What was learnt once is not learnt again. */
    leave_for(200 * US);
    gil_habit_came_back(ts, BEGIN + MS);
    ck_assert_uint_eq(site.learned[1], 1);
}
END_TEST

Suite *
suite(void)
{
    Suite *suite = suite_create("state/habit");
    TCase *tcase = tcase_create("habit");

    tcase_add_checked_fixture(tcase, start, NULL);
    tcase_add_test(tcase, test_state_habit__log2_is_exact_for_powers_and_never_falls);
    tcase_add_test(tcase, test_state_habit__the_first_sample_counts_whole_and_others_an_eighth);
    tcase_add_test(tcase, test_state_habit__a_known_average_is_never_unknown_again);
    tcase_add_test(tcase, test_state_habit__one_outlier_changes_little);
    tcase_add_test(tcase, test_state_habit__typical_undoes_the_logarithm);
    tcase_add_test(tcase, test_state_habit__brief_is_five_microseconds);
    tcase_add_test(tcase, test_state_habit__a_stamp_says_when_it_got_or_left_the_lock);
    tcase_add_test(tcase, test_state_habit__a_hold_seen_at_both_ends_is_learnt_and_counted);
    tcase_add_test(tcase, test_state_habit__a_hold_whose_beginning_was_not_seen_teaches_nothing);
    tcase_add_test(tcase, test_state_habit__in_timing_mode_holds_are_counted_by_the_other_way);
    tcase_add_test(tcase, test_state_habit__clocks_of_two_processors_may_disagree);
    tcase_add_test(tcase, test_state_habit__an_interruption_raises_at_once_and_never_lowers);
    tcase_add_test(tcase, test_state_habit__pieces_of_one_turn_add_up);
    tcase_add_test(tcase, test_state_habit__a_piece_that_was_not_seen_spoils_the_sum);
    tcase_add_test(tcase, test_state_habit__a_call_site_learns_how_long_its_calls_take);
    tcase_add_test(tcase, test_state_habit__long_is_fifty_microseconds);
    tcase_add_test(tcase, test_state_habit__a_blocking_call_is_long_from_the_first);
    tcase_add_test(tcase, test_state_habit__without_a_site_or_a_slow_release_nothing_is_learnt);
    suite_add_tcase(suite, tcase);
    return suite;
}
