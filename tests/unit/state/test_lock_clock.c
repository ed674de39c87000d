/* SPDX-License-Identifier: MIT */
/* The lock as it ships, and time: on a machine whose time is made up (tests/models/machine_clock.h), so that
 * hours take none and each nanosecond can be asked for. What the lock makes of classes, weights and limits is in
 * test_lock_share.c. */
#include "models/clock_crew.h"

static void
set_interval(void *arg)
{
    gil_lock_set_interval(&crew.lock, *(uint64_t *)arg);
}

/* --- turns --- */

START_TEST(test_state_lock_clock__a_turn_ends_when_the_clock_says_so)
{
    start_at(BEGIN, INTERVAL, 0);
    add(hog, (struct player){.step = 7 * US, .until = BEGIN + 20 * MS}, 0);
    struct player *late = add(visitor, (struct player){.step = 1, .visits = 1}, MS);
    clock_run();
    ck_assert_uint_ge(late->got_at, BEGIN + MS + INTERVAL);
    ck_assert_uint_lt(late->got_at, BEGIN + MS + INTERVAL + 7 * US);
    ck_assert_uint_eq(info().switches_forced, 1);
    ck_assert_uint_eq(late->ts->stats.wait_ns, late->got_at - BEGIN - MS);
    ck_assert_uint_eq(info().wait_ns, late->ts->stats.wait_ns + player[0].ts->stats.wait_ns);
}
END_TEST

START_TEST(test_state_lock_clock__a_lock_that_is_left_is_had_at_once)
{
    start_at(BEGIN, INTERVAL, _i);
    add(visitor, (struct player){.step = 100 * US, .visits = 1}, 0);
    struct player *late = add(visitor, (struct player){.step = 1, .visits = 1}, 50 * US);
    clock_run();
    ck_assert_uint_eq(late->got_at, BEGIN + 100 * US);
    ck_assert_uint_eq(info().wait_ns, 50 * US);
    ck_assert_uint_eq(info().switches_forced, 0);
    ck_assert_uint_eq(info().switches_voluntary, 1);
}
END_TEST

START_TEST(test_state_lock_clock__first_come_first_served)
{
    enum { COMERS = 50 };

    start_at(BEGIN, HOUR, 0);
    add(visitor, (struct player){.step = MS, .visits = 1}, 0);
    for (uint64_t i = 1; i <= COMERS; i++)
        add(visitor, (struct player){.step = 10 * US, .visits = 1}, i * US);
    clock_run();
    for (int i = 0; i <= COMERS; i++)
        ck_assert_int_eq(player[i].place, i + 1);
}
END_TEST

START_TEST(test_state_lock_clock__a_wait_may_take_hours)
{
    start_at(BEGIN, INTERVAL, 0);
    add(visitor, (struct player){.step = 3 * HOUR, .visits = 1}, 0); /* native code that never polls */
    add(visitor, (struct player){.step = US, .visits = 1}, HOUR);
    add(hog, (struct player){.step = US, .until = BEGIN + 3 * HOUR + MS}, 2 * HOUR);
    clock_run();
    ck_assert_uint_eq(player[1].got_at, BEGIN + 3 * HOUR);
    ck_assert_uint_eq(player[1].longest, 2 * HOUR);
    ck_assert_uint_eq(player[2].got_at, BEGIN + 3 * HOUR + US);
    ck_assert_uint_eq(info().wait_ns, 3 * HOUR + US);
    ck_assert_int_eq(player[0].asked + player[1].asked + player[2].asked, 0);
}
END_TEST

/* Threads that always want the lock: equal shares, and nobody waits longer than a turn of each of the others. */
#define TURNS UINT64_C(60) /* of each */

static void
hogs_take_turns(uint64_t begin, int hogs)
{
    uint64_t whole = TURNS * (uint64_t)hogs * INTERVAL;

    start_at(begin, INTERVAL, 0);
    for (int i = 0; i < hogs; i++)
        add(hog, (struct player){.step = 50 * US, .until = begin + whole}, 0);
    clock_run();
    for (int i = 0; i < hogs; i++) {
        ck_assert_uint_ge(player[i].held, whole / (uint64_t)hogs - 2 * INTERVAL);
        ck_assert_uint_le(player[i].held, whole / (uint64_t)hogs + 2 * INTERVAL);
        ck_assert_uint_le(player[i].longest, (uint64_t)hogs * (INTERVAL + 50 * US));
    }
    ck_assert_uint_eq(crew.switches, info().switches_forced + info().switches_voluntary);
    ck_assert_uint_ge(info().switches_forced, (TURNS - 2) * (uint64_t)hogs);
    ck_assert_uint_le(info().switches_forced, (TURNS + 2) * (uint64_t)hogs);
}

START_TEST(test_state_lock_clock__hogs_take_turns_of_an_interval)
{
    hogs_take_turns(BEGIN, 2);
    hogs_take_turns(BEGIN, 8);
}
END_TEST

/* Beside a thread that only computes, one that wants the lock for a moment now and then waits no interval. */
START_TEST(test_state_lock_clock__a_modest_thread_waits_no_interval)
{
    enum { VISITS = 300 };

    start_at(BEGIN, INTERVAL, 0);
    struct player *greedy = add(hog, (struct player){.step = 10 * US, .until = BEGIN + VISITS * MS}, 0);
    struct player *modest = add(visitor, (struct player){.step = 5 * US, .apart = MS, .visits = VISITS - 30}, 0);
    clock_run();
    ck_assert_uint_le(modest->longest, INTERVAL + 10 * US);
    /* Until it is known for that; then for the next poll. */
    ck_assert_uint_le(modest->ts->stats.wait_ns, INTERVAL + VISITS * 11 * US);
    ck_assert_uint_ge(info().loans, VISITS - 40);
    ck_assert_uint_ge(greedy->held, VISITS * MS * 95 / 100);
}
END_TEST

/* What had happened at a moment. */
struct moment {
    struct clock_counts counts;
    long entries;
};

static void
note_moment(void *arg)
{
    *(struct moment *)arg = (struct moment){clock_counts(), crew.entries};
}

static void
tardy_visitor(void *arg)
{
    clock_be_tardy(4 * MS);
    visitor(arg);
}

/* Schedulers wake a thread where another computes, and let it wait there for a tick. The second of the queue does not. */
START_TEST(test_state_lock_clock__a_turn_does_not_last_until_a_late_thread_looks)
{
    start_at(BEGIN, INTERVAL, 0);
    add(hog, (struct player){.step = 7 * US, .until = BEGIN + 30 * MS}, 0);
    struct player *first = add(tardy_visitor, (struct player){.step = US, .visits = 1}, MS);
    add(visitor, (struct player){.step = US, .visits = 1}, 2 * MS);
    clock_run();
    ck_assert_int_eq(first->place, 2);
    ck_assert_uint_gt(first->got_at, BEGIN + MS + INTERVAL);
    ck_assert_uint_lt(first->got_at, BEGIN + MS + INTERVAL + INTERVAL / 8 + 7 * US);
}
END_TEST

/* Nor is it woken for that: its timer is right when it becomes the second. */
START_TEST(test_state_lock_clock__turns_that_come_and_go_cost_two_timers_and_a_wake)
{
    struct moment before, after;

    start_at(BEGIN, INTERVAL, 0);
    for (int i = 0; i < 8; i++)
        add(hog, (struct player){.step = 10 * US, .until = BEGIN + 400 * MS}, 0);
    clock_thread(note_moment, &before, BEGIN + 100 * MS);
    clock_thread(note_moment, &after, BEGIN + 300 * MS);
    clock_run();
    uint64_t turns = (uint64_t)(after.entries - before.entries);
    ck_assert_uint_ge(turns, 36);
    ck_assert_uint_le(after.counts.wakes - before.counts.wakes, turns + 2);
    ck_assert_uint_le(after.counts.parks - before.counts.parks, 3 * turns + 2);
}
END_TEST

/* --- who is passed by whom --- */

#define WAKE (50 * US) /* what it takes a sleeper to wake up: several visits of those that pass it */

static GilThreadState *owed; /* [gil] who had claimed the lock when it was left */
static int claims;           /* [gil] */

/* Whoever comes in was not passed over: if there was a claim it is the claimant. */
static void
come_by_right(const struct player *p)
{
    must(owed == NULL || owed == p->ts);
    owed = NULL;
}

static void
note_claim(void)
{
    owed = crew.lock.turns.claimant;
    claims += owed != NULL;
}

/* Leaves the lock and takes it again, faster than a sleeper wakes up. */
static void
barger(void *arg)
{
    struct player *p = (struct player *)arg;

    for (int i = 0; i < p->visits; i++) {
        take(p);
        come_by_right(p);
        clock_spend(p->step);
        note_claim();
        give(p);
        clock_spend(p->apart);
    }
}

/* The bound of doc/internals/locking.md with k others that wait: k + 1 turns, each longer by a timer's sixteenth and a step; and
 * the claimant has to wake up. However often the lock was free meanwhile: from the claim on nobody passes. */
START_TEST(test_A15_nobody_waits_longer_than_a_turn_of_each_other)
{
    uint64_t interval = 500 * US, bargers = (uint64_t)_i, step = 10 * US, turn = interval + interval / 16 + step + WAKE;

    start_at(BEGIN, interval, 0);
    clock_set_prices(50, WAKE);
    owed = NULL;
    claims = 0;
    for (uint64_t i = 0; i < bargers; i++)
        add(barger, (struct player){.step = step, .visits = 3000}, 0);
    struct player *modest = add(barger, (struct player){.step = US, .apart = step, .visits = 10}, 15 * US);
    clock_run();
    for (int i = 0; i < players; i++)
        ck_assert_uint_le(player[i].longest, bargers * turn);
    /* Before it claims it is passed, and more often than there are others: the bound is one of time. */
    ck_assert_int_gt(modest->passed, (long)bargers);
    ck_assert_int_gt(claims, 0);
}
END_TEST

/* --- the interval --- */

START_TEST(test_A12_a_changed_interval_is_that_of_the_next_turn)
{
    uint64_t old = 1000 * MS, interval = MS;

    start_at(BEGIN, old, 0);
    struct player *first = add(hog, (struct player){.step = 10 * US, .until = BEGIN + old + 20 * MS}, 0);
    struct player *second = add(hog, (struct player){.step = 10 * US, .until = BEGIN + old + 20 * MS}, MS);
    clock_thread(set_interval, &interval, BEGIN + 10 * MS);
    clock_run();
    /* The turn that had begun kept its length. */
    ck_assert_uint_ge(second->got_at, BEGIN + MS + old);
    ck_assert_uint_le(second->got_at, BEGIN + MS + old + 10 * US);
    /* From there on they take turns of the new one, as soon as the accounts are even. */
    ck_assert_uint_le(first->longest, 20 * MS);
    ck_assert_uint_le(second->longest, old + 10 * US);
    ck_assert_int_ge(first->asked + second->asked, 10);
}
END_TEST

START_TEST(test_A12_an_interval_without_end_and_one_of_a_nanosecond)
{
    start_at(BEGIN, UINT64_MAX, 0);
    add(hog, (struct player){.step = HOUR, .until = BEGIN + 100 * HOUR}, 0);
    struct player *late = add(visitor, (struct player){.step = 1, .visits = 1}, 1);
    clock_run();
    ck_assert_uint_eq(late->got_at, BEGIN + 100 * HOUR); /* when the lock is left */
    ck_assert_int_eq(player[0].asked, 0);

    start_at(BEGIN, 1, 0);
    for (int i = 0; i < 3; i++)
        add(hog, (struct player){.step = US, .until = BEGIN + MS}, 0);
    clock_run();
    for (int i = 0; i < 3; i++)
        ck_assert_int_ge(player[i].asked, 300);
}
END_TEST

/* --- the moment at which a turn ends --- */

/* Leaves the lock so long after it took it, comes back, and polls until nobody can be waiting any more. */
static void
leaver(void *arg)
{
    struct player *p = (struct player *)arg;

    take(p);
    clock_spend(p->apart);
    give(p);
    take(p);
    while (gil_machine_now() < p->until)
        step(p);
    give(p);
}

/* A waiter's time comes just before, while, or just after the holder leaves: a demand that came too late asks
 * nobody. */
START_TEST(test_A13_a_turn_may_end_while_the_lock_is_left)
{
    for (uint64_t when = INTERVAL - 3; when <= INTERVAL + 3; when++)
        for (uint64_t wake = 0; wake <= 4; wake++) {
            start_at(BEGIN, INTERVAL, 0);
            clock_set_prices(1, wake);
            struct player *first =
                add(leaver, (struct player){.step = US, .apart = when, .until = BEGIN + 3 * INTERVAL}, 0);
            struct player *second = add(visitor, (struct player){.step = 50 * US, .visits = 1}, 0);
            clock_run();
            ck_assert_int_eq(second->place, 2);
            ck_assert_uint_le(second->got_at, BEGIN + INTERVAL + US + 10);
            ck_assert_int_le(first->asked, 1);
            ck_assert(!crew_is_asked(first->ts) && !crew_is_asked(second->ts));
            ck_assert_uint_le(crew.switches, 2);
        }
}
END_TEST

/* --- the price --- */

#define WAITERS 200

/* One that has the lock for a millisecond, and so many that come meanwhile and sleep; each wants it for so long. */
static void
gather(uint64_t step)
{
    start_at(BEGIN, HOUR, 0);
    clock_set_prices(50, 20 * US);
    add(visitor, (struct player){.step = MS, .visits = 1}, 0);
    for (uint64_t i = 1; i <= WAITERS; i++)
        add(visitor, (struct player){.step = step, .visits = 1}, i);
}

/* Each is woken for the lock, and before that at most twice to look after the time. */
START_TEST(test_A17_a_crowd_is_served_with_three_wakes_each)
{
    gather(US);
    clock_run();
    ck_assert_uint_ge(clock_counts().parks, WAITERS);
    ck_assert_uint_le(clock_counts().wakes, 3 * WAITERS);
    ck_assert_uint_le(clock_counts().parks, 4 * WAITERS);
}
END_TEST

/* The next has it for a minute, so that there is time for each who was woken to show. */
START_TEST(test_A17_of_one_release_one_wake_is_of_use)
{
    struct moment before, after;

    gather(HOUR / 60);
    clock_thread(note_moment, &before, BEGIN + MS - 1);
    clock_thread(note_moment, &after, BEGIN + MS + HOUR / 120);
    clock_run();
    ck_assert_uint_eq(before.counts.parks, WAITERS);
    ck_assert_int_eq(after.entries - before.entries, 1);
    ck_assert_uint_ge(after.counts.wakes - before.counts.wakes, 1);
    ck_assert_uint_le(after.counts.wakes - before.counts.wakes, 1 + 2);
    ck_assert_uint_eq(after.counts.parks - before.counts.parks, after.counts.wakes - before.counts.wakes - 1);
}
END_TEST

/* The lender L lends to B, whose release tells L to look; but C, for whose turn it is time, is quicker, and D is now the first. Nobody may
 * take L to be awake on its behalf: the lock would be free beside two that sleep. */
START_TEST(test_A1_no_release_is_left_to_a_lender_whose_turn_is_over)
{
    for (uint64_t wake = 25 * US; wake <= 100 * US; wake += 25 * US) {
        start_at(BEGIN, INTERVAL, 0);
        clock_set_prices(50, wake);
        add(hog, (struct player){.step = 10 * US, .until = BEGIN + 30 * MS}, 0);
        struct player *c = add(visitor, (struct player){.step = 200 * US, .visits = 1}, MS);
        struct player *d = add(visitor, (struct player){.step = 10 * US, .visits = 1}, MS + 100 * US);
        struct player *b = add(visitor, (struct player){.step = INTERVAL - MS - 20 * US - wake, .visits = 1}, 2 * MS);
        gil_lock_set_latency(&crew.lock, b->ts, GIL_LATENCY_URGENT);
        clock_run();
        ck_assert_uint_lt(b->got_at, c->got_at);
        ck_assert_uint_le(d->got_at, c->got_at + 200 * US + 2 * wake);
    }
}
END_TEST

/* All at the same moment: the last has the lock when each of the others has had it once, to the nanosecond. */
START_TEST(test_B15_a_burst_is_served_in_as_many_holds_as_there_are_threads)
{
    uint64_t step = 10 * US;

    start_at(BEGIN, INTERVAL, _i);
    clock_set_prices(0, 0);
    for (int i = 0; i < WAITERS; i++)
        add(visitor, (struct player){.step = step, .visits = 1}, 0);
    clock_run();
    for (int i = 0; i < WAITERS; i++)
        ck_assert_uint_eq(player[i].got_at, BEGIN + (uint64_t)(player[i].place - 1) * step);
    ck_assert_int_eq(places, WAITERS);
}
END_TEST

/* spin_ns is 0: the one who would be waited for cannot run meanwhile. A look or two a wait, and no more. */
START_TEST(test_R3_one_processor_does_not_spin)
{
    start_at(BEGIN, INTERVAL, 0);
    for (int i = 0; i < 4; i++)
        add(hog, (struct player){.step = 10 * US, .until = BEGIN + 100 * INTERVAL}, 0);
    clock_run();
    ck_assert_uint_gt(clock_counts().parks, 90);
    ck_assert_uint_eq(clock_counts().relaxes, 0);
}
END_TEST

/* A claimant looks for a while whether the holder polls; not on the holder's own processor, which it would keep busy. */
START_TEST(test_state_lock_clock__no_claimant_spins_where_the_holder_runs)
{
    uint64_t relaxes[2];

    for (int crowded = 0; crowded < 2; crowded++) {
        start_at(BEGIN, INTERVAL, 0);
        clock_start(BEGIN, 10 * US);
        if (crowded)
            clock_crowd();
        for (int i = 0; i < 2; i++)
            add(hog, (struct player){.step = 7 * US, .until = BEGIN + 100 * INTERVAL}, 0);
        clock_run();
        ck_assert_uint_ge(crew.switches, 90);
        relaxes[crowded] = clock_counts().relaxes;
    }
    ck_assert_uint_gt(relaxes[0], 2 * 90);
    ck_assert_uint_lt(relaxes[1], relaxes[0] / 4);
}
END_TEST

START_TEST(test_state_lock_clock__a_spin_has_an_end)
{
    start_at(BEGIN, INTERVAL, 0);
    clock_start(BEGIN, 10 * US); /* instead of a machine that does not spin */
    clock_set_prices(100, 0);
    add(visitor, (struct player){.step = HOUR, .visits = 1}, 0);
    add(visitor, (struct player){.step = 1, .visits = 1}, MS);
    clock_run();
    ck_assert_uint_ge(clock_counts().relaxes, 10);
    ck_assert_uint_le(clock_counts().relaxes, 500);
    ck_assert_uint_eq(player[1].got_at, BEGIN + HOUR);
}
END_TEST

/* --- calls that take their time --- */

static uint64_t first_ring_over, quiet_at;
static int rings, rings_over, still_ringing;

/* The first call takes a hundred turns, the next nothing. */
static void
ring(void *unused)
{
    (void)unused;
    if (rings++ == 0) {
        clock_spend(100 * INTERVAL);
        first_ring_over = gil_machine_now();
    }
    else if (first_ring_over == 0)
        still_ringing++;
    rings_over++;
}

static void
stop_listening(void *holder)
{
    gil_lock_set_preempt_hook(&crew.lock, holder, NULL, NULL);
    quiet_at = gil_machine_now();
}

/* A claim gives way to another's, is met, and is followed by more, all while the first claimant tells the holder: who wants no
 * more of that waits for the last to come back. */
START_TEST(test_state_lock_clock__calls_of_a_preempt_hook_may_overlap)
{
    start_at(BEGIN, INTERVAL, 0);
    struct player *holder = add(hog, (struct player){.step = 2 * INTERVAL, .until = BEGIN + 50 * INTERVAL}, 0);
    add(visitor, (struct player){.step = US, .apart = 5 * INTERVAL, .visits = 3}, MS);
    add(visitor, (struct player){.step = US, .visits = 1}, 2 * MS)->ts->waiter.latency = GIL_LATENCY_URGENT;
    gil_lock_set_preempt_hook(&crew.lock, holder->ts, ring, NULL);
    clock_thread(stop_listening, holder->ts, BEGIN + 60 * INTERVAL);
    clock_run();
    ck_assert_int_ge(still_ringing, 1);
    ck_assert_int_eq(rings, rings_over);
    ck_assert_uint_eq(first_ring_over, BEGIN + 2 * MS + 100 * INTERVAL);
    ck_assert_uint_eq(quiet_at, first_ring_over);
    ck_assert_uint_eq(holder->ts->preempt_calls, 0);
}
END_TEST

static GilLockInfo seen;

static void
look_when_it_begins(void *arg)
{
    take((struct player *)arg);
    seen = info();
    give((struct player *)arg);
}

/* Nothing is added to what was held by a hold that begins this very moment. */
START_TEST(test_state_lock_clock__a_hold_that_begins_has_lasted_no_time)
{
    start_at(BEGIN, INTERVAL, 0);
    clock_set_prices(0, 0);
    add(visitor, (struct player){.step = MS, .visits = 1}, 0);
    add(look_when_it_begins, (struct player){.step = US}, US);
    clock_run();
    ck_assert_uint_eq(seen.since_ns, BEGIN + MS);
    ck_assert_uint_eq(seen.held_ns, info().held_ns);
}
END_TEST

/* --- late clocks, old accounts --- */

static const uint64_t late_clocks[] = {1, INT64_MAX - 3 * INTERVAL, INT64_MAX + UINT64_C(1), UINT64_MAX - HOUR};

START_TEST(test_A11_turns_go_on_however_late_it_is)
{
    hogs_take_turns(late_clocks[_i], 4);
}
END_TEST

/* Everything that counts up as long as a process lives wraps during the run, and the differences are right. */
START_TEST(test_A11_counters_wrap)
{
    const uint64_t late = UINT64_MAX - 3;
    struct gil_lock *lock = &crew.lock;
    uint64_t wait_ns = 0;

    start_at(BEGIN, INTERVAL, 1);
    lock->switches_left = lock->switches_forced = lock->wait_ns = lock->held_ns = lock->fences = late;
    crew.next_id = late;
    for (int i = 0; i < 4; i++)
        crew_birth(i);
    for (int i = 0; i < 2; i++)
        add(hog, (struct player){.step = 50 * US, .until = BEGIN + 20 * INTERVAL}, 0);
    for (int i = 0; i < 2; i++)
        add(visitor, (struct player){.step = US, .apart = INTERVAL, .visits = 40}, MS);
    clock_run();
    for (int i = 0; i < 4; i++)
        wait_ns += player[i].ts->stats.wait_ns;
    ck_assert_uint_lt(info().switches_forced, crew.switches);
    ck_assert_uint_lt(info().switches_voluntary, crew.switches);
    ck_assert_uint_eq(info().switches_forced + info().switches_voluntary, crew.switches - 8);
    ck_assert_uint_eq(info().wait_ns, wait_ns - 4);
    ck_assert_uint_eq(info().membarriers, clock_counts().fences - 4);
}
END_TEST

/* The lock's own accounts of time start as if it had been fought for since for ever. */
START_TEST(test_A11_accounts_of_time_wrap)
{
    start_at(BEGIN, INTERVAL, 0);
    crew.lock.turns.most_used = UINT64_MAX - 3;
    for (int i = 0; i < 4; i++) {
        add(hog, (struct player){.step = 50 * US, .until = BEGIN + 100 * INTERVAL}, 0);
        player[i].ts->waiter.used = UINT64_MAX - 3;
    }
    clock_run();
    for (int i = 0; i < 4; i++) {
        ck_assert_uint_le(player[i].longest, 4 * (INTERVAL + 50 * US));
        ck_assert_uint_ge(player[i].held, 10 * INTERVAL);
    }
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("state/lock_clock");
    TCase *tc = tcase_create("clock");

    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, test_state_lock_clock__a_turn_ends_when_the_clock_says_so);
    tcase_add_loop_test(tc, test_state_lock_clock__a_lock_that_is_left_is_had_at_once, 0, 2);
    tcase_add_test(tc, test_state_lock_clock__first_come_first_served);
    tcase_add_test(tc, test_state_lock_clock__a_wait_may_take_hours);
    tcase_add_test(tc, test_state_lock_clock__hogs_take_turns_of_an_interval);
    tcase_add_test(tc, test_state_lock_clock__a_modest_thread_waits_no_interval);
    tcase_add_test(tc, test_state_lock_clock__a_turn_does_not_last_until_a_late_thread_looks);
    tcase_add_test(tc, test_state_lock_clock__turns_that_come_and_go_cost_two_timers_and_a_wake);
    tcase_add_loop_test(tc, test_A15_nobody_waits_longer_than_a_turn_of_each_other, 1, 6);
    tcase_add_test(tc, test_A12_a_changed_interval_is_that_of_the_next_turn);
    tcase_add_test(tc, test_A12_an_interval_without_end_and_one_of_a_nanosecond);
    tcase_add_test(tc, test_A13_a_turn_may_end_while_the_lock_is_left);
    tcase_add_test(tc, test_A17_a_crowd_is_served_with_three_wakes_each);
    tcase_add_test(tc, test_A17_of_one_release_one_wake_is_of_use);
    tcase_add_test(tc, test_A1_no_release_is_left_to_a_lender_whose_turn_is_over);
    tcase_add_loop_test(tc, test_B15_a_burst_is_served_in_as_many_holds_as_there_are_threads, 0, 2);
    tcase_add_test(tc, test_R3_one_processor_does_not_spin);
    tcase_add_test(tc, test_state_lock_clock__no_claimant_spins_where_the_holder_runs);
    tcase_add_test(tc, test_state_lock_clock__a_spin_has_an_end);
    tcase_add_test(tc, test_state_lock_clock__calls_of_a_preempt_hook_may_overlap);
    tcase_add_test(tc, test_state_lock_clock__a_hold_that_begins_has_lasted_no_time);
    tcase_add_loop_test(tc, test_A11_turns_go_on_however_late_it_is, 0, 4);
    tcase_add_test(tc, test_A11_counters_wrap);
    tcase_add_test(tc, test_A11_accounts_of_time_wrap);
    suite_add_tcase(s, tc);
    return s;
}
