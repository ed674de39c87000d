/* SPDX-License-Identifier: MIT */
/* Who gets the lock next, and when: the queue alone, with made-up times and without a lock. */
#include "support/support.h"

#include "gilrt/lock.h"
#include "state/habit.h"
#include "state/tstate.h"
#include "state/turn.h"

#include <string.h>

#define US UINT64_C(1000)
#define MS UINT64_C(1000000)
#define INTERVAL (5 * MS)
#define SLICE (50 * US)  /* as turn.c has it: the least that a turn, and the most that a loan lasts */
#define PASSES 8         /* the same: how often a waiter may be passed */
#define LATE (INTERVAL / 16) /* the same: how late a timer may be */
#define PATIENCE (INTERVAL / 8)  /* the same: so much later those look who look for others */
#define DRIFT (INTERVAL / 128)   /* and so much later than it should a turn is reckoned to begin */
#define BEGIN (3600000 * MS)

enum { A, B, C, D, E, F, COUNT = 24 };

static struct gil_turns turns;
static struct {
    GilThreadState ts __attribute__((aligned(64)));
} cell[COUNT];

static GilThreadState *
t(int i)
{
    return &cell[i].ts;
}

static void
start(void)
{
    memset(cell, 0, sizeof cell);
    for (int i = 0; i < COUNT; i++)
        t(i)->id = (uint64_t)i + 1;
    gil_turns_init(&turns, INTERVAL);
}

static void
check(void)
{
#ifdef GIL_DEBUG
    gil_turns_check(&turns);
#endif
}

/* It typically keeps the lock for so long. */
static void
know(int i, uint64_t hold)
{
    t(i)->waiter.hold = (uint16_t)gil_log2(hold);
}

static void
join(int i, int holder, uint64_t now)
{
    gil_turns_join(&turns, t(i), gil_turns_lane(&turns, t(i)), holder >= 0 ? t(holder) : NULL, now, now);
    check();
}

static void
got(int i, uint64_t now)
{
    gil_turns_got(&turns, t(i), now);
    check();
}

/* from, polling, lends the lock to the express waiter `to`. */
static void
lend(int from, int to, uint64_t now)
{
    turns.claimant = t(to);
    ck_assert_int_eq(gil_turns_is_loan(&turns, now), 1);
    gil_turns_lend(&turns, t(from), now);
    check();
    got(to, now);
}

/* The queue from its head, a letter a waiter. */
static const char *
queue(void)
{
    static char text[COUNT + 1];
    int n = 0;

    for (GilThreadState *ts = turns.head; ts != NULL; ts = ts->waiter.next)
        text[n++] = (char)('A' + (int)(ts->id - 1));
    text[n] = '\0';
    return text;
}

/* --- lanes and order --- */

START_TEST(test_state_turn__the_lane_is_by_latency_and_habit)
{
    ck_assert_int_eq(gil_turns_lane(&turns, t(A)), GIL_LANE_TURN); /* nothing is known */
    know(A, 2 * US);
    ck_assert_int_eq(gil_turns_lane(&turns, t(A)), GIL_LANE_EXPRESS);
    know(A, 20 * US);
    ck_assert_int_eq(gil_turns_lane(&turns, t(A)), GIL_LANE_TURN);
    t(A)->waiter.latency = GIL_LATENCY_URGENT;
    ck_assert_int_eq(gil_turns_lane(&turns, t(A)), GIL_LANE_EXPRESS);
    know(A, 2 * US);
    t(A)->waiter.latency = GIL_LATENCY_PATIENT;
    ck_assert_int_eq(gil_turns_lane(&turns, t(A)), GIL_LANE_TURN);
}
END_TEST

START_TEST(test_state_turn__who_had_less_than_its_share_and_wants_little_is_express)
{
    turns.most_used = 20 * MS;
    t(A)->waiter.used = 17 * MS;
    ck_assert_int_eq(gil_turns_lane(&turns, t(A)), GIL_LANE_TURN); /* nobody knows what it wants */
    know(A, INTERVAL / 20);
    ck_assert_int_eq(gil_turns_lane(&turns, t(A)), GIL_LANE_EXPRESS);
    know(A, INTERVAL / 20 + 2 * US);
    ck_assert_int_eq(gil_turns_lane(&turns, t(A)), GIL_LANE_TURN);
    know(A, INTERVAL / 20);
    t(A)->waiter.used = 20 * MS - INTERVAL / 2; /* that is share enough */
    ck_assert_int_eq(gil_turns_lane(&turns, t(A)), GIL_LANE_TURN);
    t(A)->waiter.used--;
    ck_assert_int_eq(gil_turns_lane(&turns, t(A)), GIL_LANE_EXPRESS);
    t(A)->waiter.latency = GIL_LATENCY_PATIENT;
    ck_assert_int_eq(gil_turns_lane(&turns, t(A)), GIL_LANE_TURN);
}
END_TEST

START_TEST(test_state_turn__the_lender_then_express_then_turns)
{
    know(B, US);
    know(D, US);
    know(E, US);
    join(A, F, BEGIN);
    join(B, F, BEGIN);
    join(C, F, BEGIN);
    join(D, F, BEGIN);
    ck_assert_str_eq(queue(), "BDAC");
    lend(F, B, BEGIN + US);
    ck_assert_str_eq(queue(), "FDAC");
    join(E, -1, BEGIN + 2 * US);
    ck_assert_str_eq(queue(), "FDEAC");
    ck_assert_ptr_eq(turns.next, t(A));
    ck_assert_uint_eq(turns.waiters, 5);
    gil_turns_leave(&turns, t(A));
    check();
    ck_assert_str_eq(queue(), "FDEC");
    ck_assert_ptr_eq(turns.next, t(C));
    gil_turns_leave(&turns, t(C));
    gil_turns_leave(&turns, t(E));
    gil_turns_leave(&turns, t(F));
    gil_turns_leave(&turns, t(D));
    check();
    ck_assert_ptr_null(turns.next);
    ck_assert_uint_eq(turns.waiters, 0);
}
END_TEST

START_TEST(test_state_turn__whole_turns_are_first_come_first_served)
{
    /* Accounts settle the length of turns, not the place of those who want whole ones. */
    t(A)->waiter.used = turns.most_used = 4 * MS;
    join(A, F, BEGIN);
    join(B, F, BEGIN);
    know(C, 3 * MS);
    join(C, F, BEGIN);
    ck_assert_str_eq(queue(), "ABC");
}
END_TEST

START_TEST(test_state_turn__a_short_want_goes_before_a_long_one)
{
    know(A, 400 * US);
    know(B, 200 * US);
    know(C, 300 * US);
    know(D, 100 * US);
    t(D)->waiter.used = turns.most_used = MS; /* this one had more already */
    join(A, F, BEGIN);
    join(B, F, BEGIN);
    join(C, F, BEGIN);
    join(D, F, BEGIN);
    ck_assert_str_eq(queue(), "BCAD");
    ck_assert_ptr_eq(turns.next, t(B));
    /* Equal ones stand as they come. */
    know(E, 300 * US);
    join(E, F, BEGIN);
    ck_assert_str_eq(queue(), "BCEAD");
}
END_TEST

START_TEST(test_state_turn__nobody_is_passed_more_than_eight_times)
{
    know(A, 2 * MS);
    join(A, F, BEGIN);
    know(B, MS);
    for (int i = 0; i < PASSES; i++) {
        join(B, F, BEGIN);
        ck_assert_str_eq(queue(), "BA");
        got(B, BEGIN);
    }
    join(B, F, BEGIN);
    ck_assert_str_eq(queue(), "AB");
    /* Nobody passes the one that stands firm, not even to pass others behind. */
    know(C, 500 * US);
    join(C, F, BEGIN);
    ck_assert_str_eq(queue(), "ACB");
    /* The next time counts anew. */
    got(A, BEGIN);
    got(B, BEGIN);
    got(C, BEGIN);
    join(A, F, BEGIN);
    join(B, F, BEGIN);
    ck_assert_str_eq(queue(), "BA");
}
END_TEST

/* --- accounts --- */

START_TEST(test_state_turn__held_time_is_charged_once_and_by_weight)
{
    turns.charged = BEGIN;
    gil_turns_charge(&turns, t(A), BEGIN + 3 * MS);
    ck_assert_uint_eq(t(A)->waiter.used, 3 * MS);
    gil_turns_charge(&turns, t(A), BEGIN + 3 * MS);
    ck_assert_uint_eq(t(A)->waiter.used, 3 * MS);
    gil_turns_charge(&turns, t(A), BEGIN); /* the clock was read earlier, by another thread */
    ck_assert_uint_eq(t(A)->waiter.used, 3 * MS);
    ck_assert_uint_eq(turns.charged, BEGIN + 3 * MS);
    ck_assert_uint_eq(turns.most_used, 3 * MS);

    t(B)->waiter.weight = 200;
    gil_turns_charge(&turns, t(B), BEGIN + 5 * MS);
    ck_assert_uint_eq(t(B)->waiter.used, MS);
    t(C)->waiter.weight = 10;
    gil_turns_charge(&turns, t(C), BEGIN + 6 * MS);
    ck_assert_uint_eq(t(C)->waiter.used, 10 * MS);
    ck_assert_uint_eq(turns.most_used, 10 * MS);
    t(D)->waiter.weight = 100;
    gil_turns_charge(&turns, t(D), BEGIN + 7 * MS);
    ck_assert_uint_eq(t(D)->waiter.used, MS);
    t(E)->waiter.weight = 10000; /* short holds of a heavy thread count, too */
    gil_turns_charge(&turns, t(E), BEGIN + 7 * MS + 9999);
    ck_assert_uint_eq(t(E)->waiter.used, 99);
    turns.charged = 0;
    t(F)->waiter.weight = 200; /* and what no product can hold */
    gil_turns_charge(&turns, t(F), UINT64_MAX / 2);
    ck_assert_uint_eq(t(F)->waiter.used, UINT64_MAX / 2 / 200 * 100);
}
END_TEST

START_TEST(test_state_turn__who_slept_long_is_owed_one_interval_at_most)
{
    turns.most_used = 20 * MS;
    t(A)->waiter.used = MS;
    t(B)->waiter.used = 19 * MS;
    join(A, F, BEGIN);
    join(B, F, BEGIN);
    ck_assert_uint_eq(t(A)->waiter.used, 15 * MS);
    ck_assert_uint_eq(t(B)->waiter.used, 19 * MS);
    turns.most_used = 2 * MS; /* less than an interval: nobody is moved */
    join(C, F, BEGIN);
    ck_assert_uint_eq(t(C)->waiter.used, 0);
}
END_TEST

START_TEST(test_state_turn__a_holder_pays_from_when_it_was_seen)
{
    /* Alone for long, and nobody knows since when: nothing is charged. */
    turns.charged = BEGIN;
    gil_turns_join(&turns, t(A), GIL_LANE_TURN, t(F), BEGIN + MS, BEGIN + MS);
    ck_assert_uint_eq(t(F)->waiter.used, 0);
    ck_assert_uint_eq(turns.charged, BEGIN + MS);
    gil_turns_leave(&turns, t(A));
    /* It has the lock since then. */
    gil_turns_join(&turns, t(A), GIL_LANE_TURN, t(F), BEGIN + 2 * MS, BEGIN + 5 * MS);
    ck_assert_uint_eq(t(F)->waiter.used, 3 * MS);
    /* What is charged is not charged again. */
    gil_turns_join(&turns, t(B), GIL_LANE_TURN, t(F), BEGIN + 2 * MS, BEGIN + 6 * MS);
    ck_assert_uint_eq(t(F)->waiter.used, 4 * MS);
}
END_TEST

/* --- turns --- */

START_TEST(test_state_turn__a_turn_lasts_one_interval)
{
    join(A, F, BEGIN);
    ck_assert_uint_eq(turns.turn_end, BEGIN + INTERVAL);
    join(B, F, BEGIN + MS); /* one more that waits changes nothing */
    ck_assert_uint_eq(turns.turn_end, BEGIN + INTERVAL);
    got(A, BEGIN + 6 * MS);
    ck_assert_uint_eq(turns.turn_end, BEGIN + 11 * MS);
    ck_assert_uint_eq(t(A)->waiter.turn_began, BEGIN + 6 * MS);
    /* A lock that nobody holds: what comes next has an interval from here. */
    start();
    join(A, -1, BEGIN);
    ck_assert_uint_eq(turns.turn_end, BEGIN + INTERVAL);
}
END_TEST

START_TEST(test_state_turn__a_turn_is_by_weight)
{
    t(F)->waiter.weight = 200;
    join(A, F, BEGIN);
    ck_assert_uint_eq(turns.turn_end, BEGIN + 2 * INTERVAL);
    t(A)->waiter.weight = 10;
    join(F, A, BEGIN);
    got(A, BEGIN);
    ck_assert_uint_eq(turns.turn_end, BEGIN + INTERVAL / 10);
}
END_TEST

START_TEST(test_state_turn__what_one_had_too_much_is_taken_off_its_turn)
{
    t(F)->waiter.used = turns.most_used = 10 * MS;
    t(F)->waiter.turn_began = BEGIN;
    t(A)->waiter.used = 8 * MS;
    join(A, F, BEGIN);
    ck_assert_uint_eq(turns.turn_end, BEGIN + INTERVAL - 2 * MS);
    /* The other way round nothing is added. */
    join(F, A, BEGIN);
    got(A, BEGIN);
    ck_assert_uint_eq(turns.turn_end, BEGIN + INTERVAL);
}
END_TEST

START_TEST(test_state_turn__a_turn_lasts_a_slice_at_least)
{
    t(F)->waiter.used = turns.most_used = 20 * MS;
    t(F)->waiter.turn_began = BEGIN;
    t(F)->waiter.weight = 10; /* the least is the least whatever the weight */
    join(A, F, BEGIN);
    ck_assert_uint_eq(turns.turn_end, BEGIN + SLICE);
    /* It counts from when the turn began. */
    gil_turns_leave(&turns, t(A));
    join(A, F, BEGIN + 20 * US);
    ck_assert_uint_eq(turns.turn_end, BEGIN + SLICE);
    gil_turns_leave(&turns, t(A));
    join(A, F, BEGIN + 2 * MS);
    ck_assert_uint_eq(turns.turn_end, BEGIN + 2 * MS);
}
END_TEST

START_TEST(test_state_turn__an_interval_below_a_slice_is_the_turn)
{
    gil_turns_init(&turns, 10 * US);
    t(F)->waiter.used = turns.most_used = 20 * MS;
    join(A, F, BEGIN);
    ck_assert_uint_eq(turns.turn_end, BEGIN + 10 * US);
}
END_TEST

START_TEST(test_state_turn__a_new_next_never_makes_a_turn_longer)
{
    t(F)->waiter.used = turns.most_used = 10 * MS;
    t(F)->waiter.turn_began = BEGIN;
    t(A)->waiter.used = 7 * MS;
    join(A, F, BEGIN);
    ck_assert_uint_eq(turns.turn_end, BEGIN + 2 * MS);
    /* Stands before A, and its account alone would leave the holder more: but A waits still. */
    t(B)->waiter.used = 10 * MS;
    know(A, MS);
    know(B, 10 * US);
    t(A)->waiter.deadline = 12 * MS;
    join(B, F, BEGIN);
    ck_assert_str_eq(queue(), "BA");
    ck_assert_uint_eq(turns.turn_end, BEGIN + 2 * MS);
    /* One who is owed more makes it shorter. */
    t(C)->waiter.used = 6 * MS;
    know(C, 400 * US);
    join(C, F, BEGIN);
    ck_assert_str_eq(queue(), "CBA");
    ck_assert_uint_eq(turns.turn_end, BEGIN + MS);
}
END_TEST

START_TEST(test_state_turn__who_barges_past_the_queue_gets_no_turn)
{
    join(A, F, BEGIN);
    join(B, F, BEGIN);
    got(B, BEGIN + MS); /* it took the lock when it was free; the turn that A waits for goes on */
    ck_assert_uint_eq(turns.turn_end, BEGIN + INTERVAL);
    ck_assert_uint_eq(t(B)->waiter.turn_began, 0);
}
END_TEST

/* --- loans --- */

START_TEST(test_state_turn__a_loan_is_to_an_express_waiter_within_a_turn)
{
    know(B, US);
    join(A, F, BEGIN);
    join(B, F, BEGIN);
    turns.claimant = t(B);
    ck_assert_int_eq(gil_turns_is_loan(&turns, BEGIN + US), 1);
    ck_assert_int_eq(gil_turns_is_loan(&turns, turns.turn_end), 0); /* there is no turn left to lend of */
    turns.claimant = t(A);
    ck_assert_int_eq(gil_turns_is_loan(&turns, BEGIN + US), 0);
    /* One at a time. */
    lend(F, B, BEGIN + US);
    know(C, US);
    join(C, -1, BEGIN + 2 * US);
    turns.claimant = t(C);
    ck_assert_int_eq(gil_turns_is_loan(&turns, BEGIN + 2 * US), 0);
    /* With nobody that waits for a turn there is no end to it. */
    start();
    know(B, US);
    join(B, F, BEGIN);
    turns.claimant = t(B);
    ck_assert_int_eq(gil_turns_is_loan(&turns, BEGIN + 100 * INTERVAL), 1);
}
END_TEST

START_TEST(test_state_turn__the_next_waits_no_longer_for_a_loan)
{
    know(B, US);
    join(A, F, BEGIN);
    join(B, F, BEGIN);
    uint64_t end = turns.turn_end;
    lend(F, B, BEGIN + 100 * US);
    ck_assert_uint_eq(turns.turn_end, end);
    ck_assert_str_eq(queue(), "FA");
    ck_assert_ptr_eq(turns.next, t(A));
    ck_assert_uint_eq(turns.loans, 1);
    got(F, BEGIN + 110 * US); /* the lender has it back */
    ck_assert_uint_eq(turns.turn_end, end);
    ck_assert_ptr_null(turns.lender);
    ck_assert_str_eq(queue(), "A");
}
END_TEST

START_TEST(test_state_turn__the_lender_keeps_seventy_percent)
{
    know(B, US);
    join(B, F, BEGIN);
    lend(F, B, BEGIN);
    got(F, BEGIN + 30 * US); /* it cost 30 µs: 70 µs without a loan follow */
    ck_assert_uint_eq(turns.lend_from, BEGIN + 100 * US);
    join(B, F, BEGIN + 40 * US);
    ck_assert_uint_eq(gil_turns_when(&turns, t(B)), BEGIN + 100 * US);
}
END_TEST

START_TEST(test_state_turn__a_loan_is_charged_to_the_borrower)
{
    know(B, US);
    turns.charged = BEGIN;
    join(B, F, BEGIN);
    uint64_t before = gil_habit_typical(t(B));
    lend(F, B, BEGIN + 2 * MS);
    ck_assert_uint_eq(t(F)->waiter.used, 2 * MS);
    got(F, BEGIN + 2 * MS + 40 * US);
    ck_assert_uint_eq(t(F)->waiter.used, 2 * MS);
    ck_assert_uint_eq(t(B)->waiter.used, 40 * US);
    ck_assert_uint_gt(gil_habit_typical(t(B)), before); /* the lender measures for it */
    ck_assert_uint_eq(turns.charged, BEGIN + 2 * MS + 40 * US);
}
END_TEST

START_TEST(test_state_turn__a_borrower_that_paid_or_is_gone_is_not_charged)
{
    know(B, US);
    join(B, F, BEGIN);
    lend(F, B, BEGIN);
    unsigned hold = t(B)->waiter.hold;
    gil_turns_booked(&turns, t(C)); /* another's payment is no payment of B's */
    ck_assert_uint_eq(turns.borrower_id, t(B)->id);
    gil_turns_booked(&turns, t(B));
    got(F, BEGIN + 40 * US);
    ck_assert_uint_eq(t(B)->waiter.used, 0);
    ck_assert_uint_eq(t(B)->waiter.hold, hold);

    join(B, F, BEGIN + MS);
    lend(F, B, BEGIN + MS);
    t(B)->id = 77; /* the block is another thread's by now */
    got(F, BEGIN + MS + 40 * US);
    ck_assert_uint_eq(t(B)->waiter.used, 0);
    ck_assert_uint_eq(t(B)->waiter.hold, hold);

    t(B)->id = 2;
    join(B, F, BEGIN + 2 * MS);
    lend(F, B, BEGIN + 2 * MS);
    gil_turns_booked(&turns, t(B));
    t(B)->id = 0; /* nobody's */
    got(F, BEGIN + 2 * MS + 40 * US);
    ck_assert_uint_eq(t(B)->waiter.used, 0);
}
END_TEST

START_TEST(test_state_turn__the_lender_claims_the_lock_back_after_the_term)
{
    know(B, US);
    join(B, F, BEGIN);
    lend(F, B, BEGIN);
    ck_assert_uint_eq(gil_turns_when(&turns, t(F)), BEGIN + SLICE);
    ck_assert_ptr_eq(gil_turns_claimant(&turns, t(F), BEGIN + SLICE), t(F));
    got(F, BEGIN + SLICE);

    /* The urgent have an interval. */
    t(C)->waiter.latency = GIL_LATENCY_URGENT;
    join(C, F, BEGIN + MS);
    lend(F, C, BEGIN + MS);
    ck_assert_uint_eq(gil_turns_when(&turns, t(F)), BEGIN + MS + INTERVAL);
    got(F, BEGIN + 2 * MS);

    /* So have they if they are brief; the modest have four times what they want, but no more than that. */
    know(C, US);
    join(C, F, BEGIN + 20 * MS);
    lend(F, C, BEGIN + 20 * MS);
    ck_assert_uint_eq(turns.term, INTERVAL);
    got(F, BEGIN + 21 * MS);
    know(D, 200 * US);
    gil_turns_join(&turns, t(D), GIL_LANE_EXPRESS, t(F), BEGIN + 40 * MS, BEGIN + 40 * MS);
    lend(F, D, BEGIN + 40 * MS);
    ck_assert_uint_eq(turns.term, 4 * gil_habit_typical(t(D)));
    got(F, BEGIN + 41 * MS);
    know(D, 2 * MS);
    gil_turns_join(&turns, t(D), GIL_LANE_EXPRESS, t(F), BEGIN + 60 * MS, BEGIN + 60 * MS);
    lend(F, D, BEGIN + 60 * MS);
    ck_assert_uint_eq(turns.term, INTERVAL);
}
END_TEST

START_TEST(test_state_turn__a_turn_that_ends_while_lent_ends)
{
    know(B, US);
    join(A, F, BEGIN);
    join(B, F, BEGIN);
    lend(F, B, turns.turn_end - 10 * US);
    uint64_t now = turns.turn_end;
    ck_assert_ptr_eq(gil_turns_claimant(&turns, t(A), now), t(A));
    turns.claimant = t(A);
    got(A, now);
    ck_assert_ptr_null(turns.lender);
    ck_assert_str_eq(queue(), "F"); /* it waits for a turn like anybody */
    ck_assert_ptr_eq(turns.next, t(F));
    ck_assert_int_eq(t(F)->waiter.lane, GIL_LANE_TURN);
    ck_assert_uint_eq(t(A)->waiter.turn_began, now);
    ck_assert_uint_eq(turns.lend_from, now + 10 * US / 3 * 7);
}
END_TEST

START_TEST(test_state_turn__a_lender_that_sleeps_learns_that_its_turn_is_over)
{
    know(B, US);
    join(A, F, BEGIN);
    join(B, F, BEGIN);
    lend(F, B, turns.turn_end - 10 * US);
    turns.claimant = t(A);
    t(F)->waiter.looks = gil_turns_when(&turns, t(F));
    ck_assert_uint_eq(t(F)->waiter.looks, GIL_TURN_NEVER); /* as long as the claim stands */
    got(A, turns.turn_end);
    ck_assert_int_eq(gil_turns_overslept(&turns, t(F), 0), 1);
}
END_TEST

START_TEST(test_state_turn__who_could_not_borrow_all_turn_waits_for_one)
{
    know(B, US);
    join(A, F, BEGIN);
    got(A, BEGIN);
    join(B, A, BEGIN + MS);
    join(C, A, BEGIN + MS);
    got(C, BEGIN + INTERVAL); /* nobody polled in time for B */
    join(A, C, BEGIN + INTERVAL);
    ck_assert_str_eq(queue(), "BA");
    ck_assert_int_eq(t(B)->waiter.lane, GIL_LANE_EXPRESS); /* it saw a part of that turn */
    got(A, BEGIN + 2 * INTERVAL);
    ck_assert_int_eq(t(B)->waiter.lane, GIL_LANE_TURN);
    ck_assert_ptr_eq(turns.next, t(B));
    join(C, A, BEGIN + 2 * INTERVAL);
    ck_assert_str_eq(queue(), "BC");
    ck_assert_ptr_eq(gil_turns_claimant(&turns, t(C), turns.turn_end), t(B));
}
END_TEST

START_TEST(test_state_turn__express_while_lent_gets_no_turn)
{
    know(B, US);
    know(C, US);
    join(A, F, BEGIN);
    join(B, F, BEGIN);
    uint64_t end = turns.turn_end;
    lend(F, B, BEGIN);
    join(C, -1, BEGIN);
    got(C, BEGIN + US); /* it came by when the borrower left */
    ck_assert_ptr_eq(turns.lender, t(F));
    ck_assert_uint_eq(turns.turn_end, end);
    ck_assert_uint_eq(t(C)->waiter.turn_began, 0);
}
END_TEST

START_TEST(test_state_turn__who_gives_up_leaves_no_trace)
{
    know(B, US);
    join(A, F, BEGIN);
    join(B, F, BEGIN);
    lend(F, B, BEGIN);
    turns.claimant = t(F);
    gil_turns_leave(&turns, t(A));
    check();
    ck_assert_ptr_eq(turns.claimant, t(F));
    ck_assert_ptr_null(turns.next);
    gil_turns_leave(&turns, t(F));
    check();
    ck_assert_ptr_null(turns.lender);
    ck_assert_ptr_null(turns.head);
    ck_assert_int_eq(t(F)->waiter.queued, 0);
}
END_TEST

START_TEST(test_state_turn__a_claim_to_a_turn_is_inherited)
{
    know(C, US);
    join(A, F, BEGIN);
    join(B, F, BEGIN);
    join(C, F, BEGIN);
    ck_assert_str_eq(queue(), "CAB");
    turns.claimant = t(A);
    gil_turns_leave(&turns, t(A));
    check();
    ck_assert_ptr_eq(turns.claimant, t(B));
    gil_turns_leave(&turns, t(B));
    check();
    ck_assert_ptr_eq(turns.claimant, t(C));
    /* A claim to a loan is not: who waits for turns claims when its time comes. */
    join(A, F, BEGIN);
    gil_turns_leave(&turns, t(C));
    check();
    ck_assert_ptr_null(turns.claimant);
    turns.claimant = t(A);
    gil_turns_leave(&turns, t(A));
    ck_assert_ptr_null(turns.claimant);
}
END_TEST

/* --- who looks after the time --- */

START_TEST(test_state_turn__the_first_two_have_timers_and_no_others)
{
    uint64_t end = BEGIN + INTERVAL;

    join(A, F, BEGIN);
    join(B, F, BEGIN);
    join(C, F, BEGIN);
    ck_assert_uint_eq(gil_turns_when(&turns, t(A)), end);
    ck_assert_uint_eq(gil_turns_when(&turns, t(B)), end + PATIENCE);
    ck_assert_uint_eq(gil_turns_when(&turns, t(C)), GIL_TURN_NEVER);
    /* A claim for a turn stands until it is met. */
    turns.claimant = t(A);
    ck_assert_uint_eq(gil_turns_when(&turns, t(A)), GIL_TURN_NEVER);
    ck_assert_uint_eq(gil_turns_when(&turns, t(B)), GIL_TURN_NEVER);
}
END_TEST

/* So that nobody need be told when turns come and go as they should. */
START_TEST(test_state_turn__a_waiter_near_the_front_sleeps_until_it_may_expect_to_be_second)
{
    for (int i = 0; i < 20; i++)
        join(i, COUNT - 1, BEGIN);
    uint64_t end = BEGIN + INTERVAL;
    ck_assert_uint_eq(gil_turns_timer(&turns, t(0), BEGIN), end);
    for (int i = 1; i <= 16; i++)
        ck_assert_uint_eq(gil_turns_timer(&turns, t(i), BEGIN), end + (uint64_t)(i - 1) * (INTERVAL + DRIFT) + PATIENCE);
    ck_assert_uint_eq(gil_turns_timer(&turns, t(17), BEGIN), GIL_TURN_NEVER);
    /* When that time has passed it will be told. */
    uint64_t second = end + INTERVAL + DRIFT + PATIENCE;
    ck_assert_uint_eq(gil_turns_timer(&turns, t(2), second - 1), second);
    ck_assert_uint_eq(gil_turns_timer(&turns, t(2), second), GIL_TURN_NEVER);
    /* While a claim stands the claimant has nothing to look for. */
    turns.claimant = t(0);
    ck_assert_uint_eq(gil_turns_timer(&turns, t(0), BEGIN), GIL_TURN_NEVER);
    ck_assert_uint_eq(gil_turns_timer(&turns, t(2), BEGIN), second);
}
END_TEST

START_TEST(test_state_turn__an_express_waiter_sleeps_no_longer_than_it_may)
{
    know(B, US);
    know(C, US);
    know(D, US);
    join(A, F, BEGIN);
    join(B, F, BEGIN);
    join(C, F, BEGIN);
    join(D, F, BEGIN);
    ck_assert_uint_eq(gil_turns_timer(&turns, t(B), BEGIN), BEGIN);
    ck_assert_uint_eq(gil_turns_timer(&turns, t(C), BEGIN), gil_turns_when(&turns, t(C)));
    ck_assert_uint_eq(gil_turns_timer(&turns, t(D), BEGIN), GIL_TURN_NEVER);
}
END_TEST

START_TEST(test_state_turn__the_second_is_patient_for_half_a_millisecond)
{
    gil_turns_init(&turns, 10 * US);
    join(A, F, BEGIN);
    join(B, F, BEGIN);
    ck_assert_uint_eq(gil_turns_when(&turns, t(A)), BEGIN + 10 * US);
    ck_assert_uint_eq(gil_turns_when(&turns, t(B)), BEGIN + 10 * US + MS / 2);
}
END_TEST

START_TEST(test_state_turn__express_looks_when_it_may_borrow)
{
    know(B, US);
    know(C, US);
    join(A, F, BEGIN);
    join(B, F, BEGIN);
    join(C, F, BEGIN);
    ck_assert_uint_eq(gil_turns_when(&turns, t(B)), BEGIN); /* at once */
    ck_assert_uint_eq(gil_turns_when(&turns, t(A)), BEGIN + INTERVAL);
    ck_assert_uint_eq(gil_turns_when(&turns, t(C)), BEGIN + INTERVAL + PATIENCE); /* the second of the queue */
    turns.lend_from = BEGIN + MS;
    ck_assert_uint_eq(gil_turns_when(&turns, t(B)), BEGIN + MS);
    /* It looks after the next that waits for a turn at least. */
    turns.lend_from = BEGIN + 100 * INTERVAL;
    ck_assert_uint_eq(gil_turns_when(&turns, t(B)), BEGIN + INTERVAL + PATIENCE);
    /* A claim for a loan gives way to one for a turn, so that timer runs on. */
    turns.claimant = t(B);
    ck_assert_uint_eq(gil_turns_when(&turns, t(A)), BEGIN + INTERVAL);
    ck_assert_uint_eq(gil_turns_when(&turns, t(B)), GIL_TURN_NEVER);
    ck_assert_uint_eq(gil_turns_when(&turns, t(C)), GIL_TURN_NEVER);
}
END_TEST

START_TEST(test_state_turn__express_lets_a_brief_holder_finish)
{
    know(F, US);
    know(A, US);
    join(A, F, BEGIN);
    ck_assert_uint_eq(gil_turns_when(&turns, t(A)), BEGIN + SLICE);
}
END_TEST

START_TEST(test_state_turn__express_waits_while_another_borrows)
{
    know(B, US);
    know(C, US);
    join(B, F, BEGIN);
    lend(F, B, BEGIN);
    join(C, -1, BEGIN + US);
    ck_assert_str_eq(queue(), "FC");
    /* It is the second: it looks should the lender not. */
    ck_assert_uint_eq(gil_turns_when(&turns, t(C)), BEGIN + SLICE + PATIENCE);
    /* With one that waits for a turn, should that one not. */
    join(A, -1, BEGIN + 2 * US);
    ck_assert_uint_eq(gil_turns_when(&turns, t(C)), turns.turn_end + PATIENCE);
}
END_TEST

START_TEST(test_state_turn__the_claimant_is_the_next_once_the_turn_is_over)
{
    know(B, US);
    join(A, F, BEGIN);
    join(B, F, BEGIN);
    join(C, F, BEGIN);
    uint64_t end = turns.turn_end;
    ck_assert_ptr_eq(gil_turns_claimant(&turns, t(B), BEGIN), t(B));   /* a loan */
    ck_assert_ptr_eq(gil_turns_claimant(&turns, t(B), end - 1), t(B));
    ck_assert_ptr_eq(gil_turns_claimant(&turns, t(B), end), t(A));     /* on behalf of the one who should have looked */
    ck_assert_ptr_eq(gil_turns_claimant(&turns, t(C), end), t(A));
    ck_assert_ptr_eq(gil_turns_claimant(&turns, t(C), end - 1), t(A)); /* who looks early claims for the next all the same */
    /* With nobody that waits for a turn: the first. */
    start();
    know(B, US);
    know(C, US);
    join(B, F, BEGIN);
    join(C, F, BEGIN);
    ck_assert_ptr_eq(gil_turns_claimant(&turns, t(C), BEGIN + 100 * INTERVAL), t(B));
}
END_TEST

START_TEST(test_state_turn__a_timer_may_be_late_by_a_sixteenth_of_an_interval)
{
    join(A, F, BEGIN);
    uint64_t when = gil_turns_when(&turns, t(A));
    t(A)->waiter.looks = when + LATE;
    ck_assert_int_eq(gil_turns_overslept(&turns, t(A), 0), 0);
    ck_assert_int_eq(gil_turns_overslept(&turns, t(A), 1), 1); /* it is awake: nothing is lost by telling it */
    t(A)->waiter.looks = when + LATE + 1;
    ck_assert_int_eq(gil_turns_overslept(&turns, t(A), 0), 1);
    t(A)->waiter.looks = when;
    ck_assert_int_eq(gil_turns_overslept(&turns, t(A), 1), 0);
    t(A)->waiter.looks = GIL_TURN_NEVER;
    ck_assert_int_eq(gil_turns_overslept(&turns, t(A), 0), 1);
    turns.claimant = t(A);
    ck_assert_int_eq(gil_turns_overslept(&turns, t(A), 0), 0);
}
END_TEST

START_TEST(test_state_turn__times_at_the_end_of_the_clock_do_not_wrap)
{
    gil_turns_init(&turns, UINT64_C(3600000000000));
    t(F)->waiter.weight = 1000;
    join(A, F, UINT64_MAX - 10);
    join(B, F, UINT64_MAX - 10);
    ck_assert_uint_eq(turns.turn_end, UINT64_MAX);
    ck_assert_uint_eq(gil_turns_when(&turns, t(B)), GIL_TURN_NEVER);
}
END_TEST

Suite *
suite(void)
{
    Suite *suite = suite_create("state/turn");
    TCase *tcase = tcase_create("turn");

    tcase_add_checked_fixture(tcase, start, NULL);
    tcase_add_test(tcase, test_state_turn__the_lane_is_by_latency_and_habit);
    tcase_add_test(tcase, test_state_turn__the_lender_then_express_then_turns);
    tcase_add_test(tcase, test_state_turn__whole_turns_are_first_come_first_served);
    tcase_add_test(tcase, test_state_turn__a_short_want_goes_before_a_long_one);
    tcase_add_test(tcase, test_state_turn__nobody_is_passed_more_than_eight_times);
    tcase_add_test(tcase, test_state_turn__held_time_is_charged_once_and_by_weight);
    tcase_add_test(tcase, test_state_turn__who_slept_long_is_owed_one_interval_at_most);
    tcase_add_test(tcase, test_state_turn__a_holder_pays_from_when_it_was_seen);
    tcase_add_test(tcase, test_state_turn__a_turn_lasts_one_interval);
    tcase_add_test(tcase, test_state_turn__a_turn_is_by_weight);
    tcase_add_test(tcase, test_state_turn__what_one_had_too_much_is_taken_off_its_turn);
    tcase_add_test(tcase, test_state_turn__a_turn_lasts_a_slice_at_least);
    tcase_add_test(tcase, test_state_turn__an_interval_below_a_slice_is_the_turn);
    tcase_add_test(tcase, test_state_turn__a_new_next_never_makes_a_turn_longer);
    tcase_add_test(tcase, test_state_turn__who_barges_past_the_queue_gets_no_turn);
    tcase_add_test(tcase, test_state_turn__a_loan_is_to_an_express_waiter_within_a_turn);
    tcase_add_test(tcase, test_state_turn__the_next_waits_no_longer_for_a_loan);
    tcase_add_test(tcase, test_state_turn__the_lender_keeps_seventy_percent);
    tcase_add_test(tcase, test_state_turn__a_loan_is_charged_to_the_borrower);
    tcase_add_test(tcase, test_state_turn__a_borrower_that_paid_or_is_gone_is_not_charged);
    tcase_add_test(tcase, test_state_turn__the_lender_claims_the_lock_back_after_the_term);
    tcase_add_test(tcase, test_state_turn__a_turn_that_ends_while_lent_ends);
    tcase_add_test(tcase, test_state_turn__a_lender_that_sleeps_learns_that_its_turn_is_over);
    tcase_add_test(tcase, test_state_turn__who_could_not_borrow_all_turn_waits_for_one);
    tcase_add_test(tcase, test_state_turn__express_while_lent_gets_no_turn);
    tcase_add_test(tcase, test_state_turn__who_gives_up_leaves_no_trace);
    tcase_add_test(tcase, test_state_turn__a_claim_to_a_turn_is_inherited);
    tcase_add_test(tcase, test_state_turn__the_first_two_have_timers_and_no_others);
    tcase_add_test(tcase, test_state_turn__the_second_is_patient_for_half_a_millisecond);
    tcase_add_test(tcase, test_state_turn__express_looks_when_it_may_borrow);
    tcase_add_test(tcase, test_state_turn__express_lets_a_brief_holder_finish);
    tcase_add_test(tcase, test_state_turn__express_waits_while_another_borrows);
    tcase_add_test(tcase, test_state_turn__the_claimant_is_the_next_once_the_turn_is_over);
    tcase_add_test(tcase, test_state_turn__a_timer_may_be_late_by_a_sixteenth_of_an_interval);
    tcase_add_test(tcase, test_state_turn__times_at_the_end_of_the_clock_do_not_wrap);
    tcase_add_test(tcase, test_state_turn__who_had_less_than_its_share_and_wants_little_is_express);
    tcase_add_test(tcase, test_state_turn__a_waiter_near_the_front_sleeps_until_it_may_expect_to_be_second);
    tcase_add_test(tcase, test_state_turn__an_express_waiter_sleeps_no_longer_than_it_may);
    suite_add_tcase(suite, tcase);
    return suite;
}
