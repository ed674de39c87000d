/* SPDX-License-Identifier: MIT */
/* How the lock is shared: loans, classes, weights, limits to a wait, long holds; on the machine whose time is made up. */
#include "models/clock_crew.h"
#include "state/habit.h"

#define SLICE (50 * US) /* the term of a loan */

/* ts is known to hold the lock typically for so long. */
static void
is_known_for(struct player *p, uint64_t ns)
{
    p->ts->waiter.hold = (uint16_t)gil_log2(ns);
}

/* A look at the lock costs nothing here, so that times are exact. */
static void
start(void)
{
    start_at(BEGIN, INTERVAL, 0);
    clock_set_prices(0, 0);
}

/* --- loans --- */

START_TEST(test_state_lock_share__a_brief_thread_is_lent_the_lock_at_the_next_poll)
{
    start();
    struct player *greedy = add(hog, (struct player){.step = 20 * US, .until = BEGIN + 4 * MS}, 0);
    struct player *brief = add(visitor, (struct player){.step = 3 * US, .visits = 1}, MS + US);
    is_known_for(brief, 3 * US);
    clock_run();
    ck_assert_uint_eq(brief->got_at, BEGIN + MS + 20 * US);
    ck_assert_uint_eq(greedy->asked_at, brief->got_at);
    /* And has it back the moment that the borrower leaves it. */
    ck_assert_uint_eq(greedy->longest, 3 * US);
    ck_assert_uint_eq(greedy->ts->stats.lent, 1);
    ck_assert_uint_eq(info().loans, 1);
    ck_assert_uint_eq(info().switches_forced, 1);
    ck_assert_uint_eq(info().switches_voluntary, 1);
}
END_TEST

/* After a loan that cost so much, the lender lends no more for 7/3 of that, to the nanosecond; then at its next poll. */
START_TEST(test_state_lock_share__between_two_loans_the_lender_has_its_part)
{
    start();
    struct player *greedy = add(hog, (struct player){.step = 1, .until = BEGIN + 2 * MS}, 0);
    struct player *one = add(visitor, (struct player){.step = 3 * US, .visits = 1}, MS);
    struct player *two = add(visitor, (struct player){.step = 3 * US, .visits = 1}, MS + 4 * US);
    is_known_for(one, 3 * US);
    is_known_for(two, 3 * US);
    clock_run();
    ck_assert_uint_le(one->got_at, BEGIN + MS + 1);
    ck_assert_uint_ge(two->got_at, one->got_at + 3 * US + 7 * US);
    ck_assert_uint_le(two->got_at, one->got_at + 3 * US + 7 * US + 1);
    ck_assert_int_eq(greedy->asked, 2);
}
END_TEST

/* Any number of brief threads that want the lock all the time leave 70 % to the one that computes. */
START_TEST(test_state_lock_share__a_lender_keeps_most_of_its_time)
{
    enum { BRIEF = 6, VISITS = 3750 };
    uint64_t whole = 10 * INTERVAL;

    start();
    struct player *greedy = add(hog, (struct player){.step = US, .until = BEGIN + whole}, 0);
    for (uint64_t i = 1; i <= BRIEF; i++)
        is_known_for(add(visitor, (struct player){.step = 4 * US, .apart = US, .visits = VISITS}, i * 10 * US), 4 * US);
    clock_run();
    ck_assert_uint_ge(greedy->held, whole * 69 / 100);
    ck_assert_uint_ge(info().loans, 1000);
    for (int i = 1; i <= BRIEF; i++)
        ck_assert_uint_le(player[i].longest, SLICE + BRIEF * 10 * 5 * US);
}
END_TEST

/* A borrower that turns out to compute gives the lock back when the term is over, and waits for a turn. */
START_TEST(test_state_lock_share__a_loan_has_a_term)
{
    start();
    struct player *greedy = add(hog, (struct player){.step = US, .until = BEGIN + 30 * MS}, 0);
    struct player *liar = add(hog, (struct player){.step = US, .until = BEGIN + 30 * MS}, MS);
    is_known_for(liar, 3 * US);
    clock_run();
    ck_assert_uint_le(liar->got_at, BEGIN + MS + US);
    ck_assert_uint_eq(liar->asked_at, liar->got_at + SLICE);
    ck_assert_uint_eq(greedy->first, SLICE);
    ck_assert_uint_ge(liar->first, INTERVAL - 2 * SLICE);
    ck_assert_uint_eq(info().loans, 1);
}
END_TEST

/* One that neither polls nor leaves is not interrupted; the lender is the next all the same. */
START_TEST(test_state_lock_share__a_loan_to_native_code_ends_with_it)
{
    start();
    struct player *greedy = add(hog, (struct player){.step = US, .until = BEGIN + 30 * MS}, 0);
    struct player *native = add(visitor, (struct player){.step = 2 * MS, .visits = 1}, MS);
    struct player *other = add(hog, (struct player){.step = US, .until = BEGIN + 30 * MS}, MS + 10 * US);
    is_known_for(native, 3 * US);
    clock_run();
    ck_assert_uint_eq(greedy->first, 2 * MS);
    /* The turn ends as if nothing had been lent. */
    ck_assert_uint_ge(other->got_at, BEGIN + MS + INTERVAL);
    ck_assert_uint_le(other->got_at, BEGIN + MS + 10 * US + INTERVAL + US);
}
END_TEST

/* However many loans there are, who waits for a turn waits no longer. */
START_TEST(test_state_lock_share__loans_lengthen_no_turn)
{
    start();
    add(hog, (struct player){.step = US, .until = BEGIN + 4 * INTERVAL}, 0);
    struct player *next = add(hog, (struct player){.step = US, .until = BEGIN + 4 * INTERVAL}, US);
    for (uint64_t i = 0; i < 4; i++)
        is_known_for(add(visitor, (struct player){.step = 4 * US, .apart = 10 * US, .visits = 200}, (i + 1) * 10 * US),
                     4 * US);
    clock_run();
    ck_assert_uint_ge(next->got_at, BEGIN + US + INTERVAL);
    ck_assert_uint_le(next->got_at, BEGIN + US + INTERVAL + 5 * US);
    ck_assert_uint_ge(info().loans, 100);
}
END_TEST

/* --- classes --- */

START_TEST(test_state_lock_share__the_urgent_waits_for_a_poll_and_keeps_the_lock_for_an_interval)
{
    start();
    struct player *greedy = add(hog, (struct player){.step = 20 * US, .until = BEGIN + 30 * MS}, 0);
    struct player *urgent = add(hog, (struct player){.step = US, .until = BEGIN + 30 * MS}, MS + US);
    gil_lock_set_latency(&crew.lock, urgent->ts, GIL_LATENCY_URGENT);
    clock_run();
    ck_assert_uint_eq(urgent->got_at, BEGIN + MS + 20 * US);
    ck_assert_uint_eq(urgent->asked_at, urgent->got_at + INTERVAL);
    ck_assert_uint_eq(greedy->first, INTERVAL);
}
END_TEST

START_TEST(test_state_lock_share__the_patient_waits_for_a_turn_however_brief)
{
    start();
    add(hog, (struct player){.step = 20 * US, .until = BEGIN + 30 * MS}, 0);
    struct player *patient = add(visitor, (struct player){.step = US, .visits = 1}, MS);
    gil_lock_set_latency(&crew.lock, patient->ts, GIL_LATENCY_PATIENT);
    is_known_for(patient, US);
    clock_run();
    ck_assert_uint_ge(patient->got_at, BEGIN + MS + INTERVAL);
    ck_assert_uint_le(patient->got_at, BEGIN + MS + INTERVAL + 20 * US);
    ck_assert_uint_eq(info().loans, 0);
}
END_TEST

static void
learn_again(void *arg)
{
    struct player *p = (struct player *)arg;

    gil_lock_set_latency(&crew.lock, p->ts, GIL_LATENCY_LEARNED);
}

/* The class changes while the thread waits for a loan, and nothing is known of it: the loan has an end all the same. */
START_TEST(test_state_lock_share__a_loan_to_the_unknown_has_a_term)
{
    start();
    struct player *greedy = add(hog, (struct player){.step = 20 * US, .until = BEGIN + 30 * MS}, 0);
    struct player *p = add(hog, (struct player){.step = US, .until = BEGIN + 30 * MS}, MS + US);
    gil_lock_set_latency(&crew.lock, p->ts, GIL_LATENCY_URGENT);
    clock_thread(learn_again, p, BEGIN + MS + 2 * US);
    clock_run();
    ck_assert_uint_eq(p->got_at, BEGIN + MS + 20 * US);
    ck_assert_uint_le(greedy->first, INTERVAL + US);
}
END_TEST

/* --- weights --- */

/* Threads that compute share by weight. */
static void
share_by_weight(const uint32_t *weights, int hogs)
{
    uint64_t whole = 220 * INTERVAL, weight = 0;

    start();
    for (int i = 0; i < hogs; i++) {
        add(hog, (struct player){.step = 10 * US, .until = BEGIN + whole}, 0);
        gil_lock_set_weight(&crew.lock, player[i].ts, weights[i]);
        weight += weights[i];
    }
    clock_run();
    for (int i = 0; i < hogs; i++) {
        uint64_t share = whole * weights[i] / weight;
        uint64_t turn = INTERVAL * weights[i] / 100; /* may be missing at the end */
        ck_assert_uint_ge(player[i].held, share - share / 100 - turn);
        ck_assert_uint_le(player[i].held, share + share / 100 + turn);
    }
}

START_TEST(test_state_lock_share__weights_divide_the_time)
{
    static const uint32_t two[] = {200, 100}, three[] = {300, 100, 50}, extreme[] = {1000, 100};

    share_by_weight(two, 2);
    share_by_weight(three, 3);
    share_by_weight(extreme, 2);
}
END_TEST

START_TEST(test_state_lock_share__a_turn_lasts_an_interval_by_weight)
{
    start();
    struct player *heavy = add(hog, (struct player){.step = US, .until = BEGIN + 4 * INTERVAL}, 0);
    add(hog, (struct player){.step = US, .until = BEGIN + 4 * INTERVAL}, MS);
    gil_lock_set_weight(&crew.lock, heavy->ts, 200);
    clock_run();
    ck_assert_uint_ge(heavy->asked_at, BEGIN + MS + 2 * INTERVAL);
    ck_assert_uint_le(heavy->asked_at, BEGIN + MS + 2 * INTERVAL + US);
}
END_TEST

/* --- limits to a wait --- */

/* Waits once, for `until` ns at most: 0 is a try. got_at is the time of the end, place is 1 if it got the lock. */
static void
timed(void *arg)
{
    struct player *p = (struct player *)arg;
    uint64_t limit = p->until != 0 ? gil_machine_now() + p->until : 0;
    int rc = gil_lock_acquire_until(&crew.lock, p->ts, limit, "test");

    p->got_at = gil_machine_now();
    p->place = rc == GIL_LOCK_GOT;
    if (rc == GIL_LOCK_GOT) {
        must(crew_enter(p->ts));
        clock_spend(p->step);
        give(p);
    }
    else
        must(rc == GIL_LOCK_LATE && p->ts->block.st == _Gil_LAZY && !p->ts->waiter.queued);
}

static const uint64_t limits[] = {0, 1, US, INTERVAL - 1, INTERVAL, INTERVAL + 1, 1000 * MS, 3 * HOUR - 1};

/* Native code has the lock; whoever does not get it in time is back at the nanosecond, and nobody is asked any more. */
START_TEST(test_state_lock_share__a_limit_is_met_to_the_nanosecond)
{
    for (int brief = 0; brief <= 1; brief++) {
        start();
        struct player *native = add(visitor, (struct player){.step = 4 * HOUR, .visits = 1}, 0);
        struct player *late = add(timed, (struct player){.until = limits[_i]}, US);
        if (brief)
            is_known_for(late, US);
        clock_run();
        ck_assert_int_eq(late->place, 0);
        ck_assert_uint_eq(late->got_at, BEGIN + US + limits[_i]);
        ck_assert_uint_eq(late->ts->stats.waits, 0);
        ck_assert(!crew_is_asked(native->ts));
        ck_assert_uint_eq(info().waiters, 0);
        ck_assert_uint_eq(info().switches_forced, 0);
    }
}
END_TEST

/* The lock comes free a moment before, at, or after the limit. */
START_TEST(test_A13_a_limit_may_come_while_the_lock_is_left)
{
    for (uint64_t when = MS - 3; when <= MS + 3; when++)
        for (uint64_t wake = 0; wake <= 4; wake++) {
            start();
            clock_set_prices(1, wake);
            add(visitor, (struct player){.step = MS + US, .visits = 1}, 0);
            struct player *first = add(timed, (struct player){.until = when, .step = US}, US);
            struct player *second = add(visitor, (struct player){.step = 1, .visits = 1}, US + 1);
            clock_run();
            ck_assert_uint_le(first->got_at, BEGIN + US + when + 5);
            ck_assert(when <= MS - 1 ? !first->place : when >= MS + 1 ? first->place || wake > 0 : 1);
            ck_assert_uint_le(second->got_at, BEGIN + US + MS + (first->place ? US : 0) + 20);
            ck_assert_uint_eq(info().waiters, 0);
        }
}
END_TEST

/* The first waiter gives up, before or after it has claimed the lock: the next one looks after the time instead. */
START_TEST(test_A4_who_gives_up_leaves_nobody_asleep)
{
    static const uint64_t steps[] = {US, 20 * US, MS};

    for (int i = 0; i < 3; i++)
        for (uint64_t limit = INTERVAL - 3; limit <= INTERVAL + 3; limit++)
            for (int brief = 0; brief <= 1; brief++) {
                uint64_t step = steps[i];
                start();
                struct player *greedy = add(hog, (struct player){.step = step, .until = BEGIN + 12 * MS}, 0);
                struct player *first = add(timed, (struct player){.until = limit, .step = 1}, MS / 2);
                struct player *second = add(visitor, (struct player){.step = 1, .visits = 1}, MS / 2 + 1);
                if (brief)
                    is_known_for(first, US);
                clock_run();
                ck_assert_uint_le(first->got_at, BEGIN + MS / 2 + limit);
                ck_assert_uint_ge(second->got_at, BEGIN + MS / 2 + INTERVAL - 10 * US);
                ck_assert_uint_le(second->got_at, BEGIN + MS / 2 + INTERVAL + INTERVAL / 32 + 2 * step + US);
                ck_assert_int_le(greedy->asked, 2 + brief);
                ck_assert(!crew_is_asked(greedy->ts));
            }
}
END_TEST

/* Ends the interpreter of the first waiter at a moment of its own turn, and computes on. */
static void
ender(void *arg)
{
    struct player *p = (struct player *)arg;

    take(p);
    clock_spend(p->apart);
    gil_lock_bar(&crew.lock, player[1].ts);
    while (gil_machine_now() < p->until)
        step(p);
    give(p);
}

static void
barred(void *arg)
{
    struct player *p = (struct player *)arg;

    must(gil_lock_acquire(&crew.lock, p->ts, "test") == GIL_LOCK_BARRED);
    must(p->ts->block.st == _Gil_LAZY && !p->ts->waiter.queued);
    p->got_at = gil_machine_now();
}

static const uint64_t ends[] = {2 * MS, MS + INTERVAL - 1, MS + INTERVAL, MS + INTERVAL + 1, 2 * INTERVAL, 4 * INTERVAL};

/* The interpreter of the first waiter ends, before or after that one has claimed the lock: the next one has its claim. */
START_TEST(test_A4_a_claimant_may_be_barred)
{
    uint64_t end = ends[_i], claim = MS + INTERVAL;

    for (int last = 0; last <= 1; last++) {
        start();
        struct player *ending = add(ender, (struct player){.step = 20 * US, .apart = end, .until = BEGIN + 10 * INTERVAL}, 0);
        struct player *first = add(barred, (struct player){0}, MS);
        struct player *second = last ? NULL : add(visitor, (struct player){.step = US, .visits = 1}, MS + US);
        clock_run();
        ck_assert_uint_eq(first->got_at, BEGIN + end);
        ck_assert(!crew_is_asked(ending->ts) && !crew_is_asked(first->ts));
        ck_assert_int_eq(ending->asked, last ? 0 : 1);
        if (second != NULL)
            ck_assert_uint_le(second->got_at, BEGIN + (end > claim ? end : claim) + INTERVAL / 32 + 2 * 20 * US);
        ck_assert_uint_eq(info().waiters, 0);
    }
}
END_TEST

/* Alone with the holder: a claim that is taken back asks nobody any more. */
START_TEST(test_A4_a_claim_ends_with_who_made_it)
{
    start();
    struct player *greedy = add(hog, (struct player){.step = 8 * MS, .until = BEGIN + 100 * MS}, 0);
    struct player *late = add(timed, (struct player){.until = 6 * MS}, MS);
    clock_run();
    ck_assert_int_eq(late->place, 0);
    ck_assert_uint_eq(late->got_at, BEGIN + 7 * MS);
    ck_assert_int_eq(greedy->asked, 0);
    ck_assert_uint_eq(crew.switches, 0);
}
END_TEST

/* A lender gives up nothing by lending to one that gives up: nobody waits for the loan any more. */
START_TEST(test_state_lock_share__a_loan_may_come_too_late)
{
    start();
    struct player *greedy = add(hog, (struct player){.step = 20 * US, .until = BEGIN + 10 * MS}, 0);
    struct player *late = add(timed, (struct player){.until = 5 * US}, MS + US);
    is_known_for(late, US);
    clock_run();
    ck_assert_int_eq(late->place, 0);
    ck_assert_int_eq(greedy->asked, 0);
    ck_assert_uint_eq(info().loans, 0);
}
END_TEST

/* --- who is passed by whom --- */

/* Threads that want less than a turn stand before one that wants a whole one, but not for ever. */
START_TEST(test_A15_modest_threads_pass_eight_times_at_most)
{
    enum { MODEST = 12, PASSES = 8 };

    start();
    add(visitor, (struct player){.step = 5 * MS, .visits = 1}, 0);
    struct player *whole = add(hog, (struct player){.step = 100 * US, .until = BEGIN + 200 * MS}, US);
    for (uint64_t i = 1; i <= MODEST; i++) {
        struct player *modest = add(visitor, (struct player){.step = MS, .visits = 20}, i * 100 * US);
        gil_lock_set_latency(&crew.lock, modest->ts, GIL_LATENCY_PATIENT);
        is_known_for(modest, MS);
    }
    clock_run();
    ck_assert_int_ge(whole->passed, PASSES / 2);
    ck_assert_int_le(whole->passed, MODEST + PASSES);
    ck_assert_uint_le(whole->longest, (MODEST + PASSES + 1) * (MS + US));
    ck_assert_uint_le(whole->ts->waiter.passed, PASSES);
}
END_TEST

/* --- long holds --- */

#define REPORTS_MAX 200

static struct report {
    uint64_t at;
    GilLongHold hold;
} reports[REPORTS_MAX];
static int reported;

static void
report(const GilLongHold *hold, void *arg)
{
    must(arg == &reports);
    must(reported < REPORTS_MAX);
    reports[reported++] = (struct report){gil_machine_now(), *hold};
}

static void
watch(uint64_t ns)
{
    gil_lock_set_long_hold(&crew.lock, &(struct gil_long_hold){ns, report, &reports});
}

static void
watch_from_now(void *arg)
{
    watch(*(uint64_t *)arg);
}

static void
watch_no_more(void *arg)
{
    gil_lock_set_long_hold(&crew.lock, (struct gil_long_hold *)arg);
}

/* Once in every so many ns from the claim on, to the nanosecond, until the holder leaves. */
START_TEST(test_A14_a_long_hold_is_told_once_a_period)
{
    static struct _GilCallSite site = {.file = "native.c", .line = 42};
    uint64_t claimed = BEGIN + US + INTERVAL, period = 10 * MS;

    start();
    reported = 0;
    watch(period);
    struct player *native = add(visitor, (struct player){.step = 1000 * MS, .visits = 1}, 0);
    struct player *first = add(visitor, (struct player){.step = US, .visits = 1}, US);
    add(visitor, (struct player){.step = US, .visits = 1}, 2 * US);
    native->ts->block.site = &site;
    clock_run();
    ck_assert_int_eq(reported, (int)((BEGIN + 1000 * MS - claimed) / period));
    for (int i = 0; i < reported; i++) {
        const GilLongHold *hold = &reports[i].hold;
        ck_assert_uint_eq(reports[i].at, claimed + (uint64_t)(i + 1) * period);
        ck_assert_uint_eq(hold->size, sizeof *hold);
        ck_assert_uint_eq(hold->holder, native->ts->id);
        ck_assert_uint_eq(hold->waiter, first->ts->id);
        ck_assert_uint_eq(hold->waiters, 2);
        ck_assert_uint_eq(hold->waited_ns, reports[i].at - BEGIN - US);
        ck_assert_str_eq(hold->file, "native.c");
        ck_assert_uint_eq(hold->line, 42);
    }
}
END_TEST

/* One that was seen to begin is told with its age. */
START_TEST(test_A14_the_age_of_a_hold_is_told_where_it_was_seen)
{
    start();
    reported = 0;
    watch(10 * MS);
    add(visitor, (struct player){.step = 2 * US, .visits = 1}, 0);
    struct player *native = add(visitor, (struct player){.step = 20 * MS, .visits = 1}, US);
    add(visitor, (struct player){.step = US, .visits = 1}, MS);
    clock_run();
    ck_assert_int_ge(reported, 1);
    ck_assert_uint_eq(reports[0].hold.holder, native->ts->id);
    ck_assert_uint_eq(reports[0].hold.held_ns, reports[0].at - BEGIN - 2 * US);
}
END_TEST

/* Who polls in time holds nothing for long. */
START_TEST(test_A14_a_holder_that_polls_is_not_told_of)
{
    start();
    reported = 0;
    watch(MS);
    for (int i = 0; i < 3; i++)
        add(hog, (struct player){.step = MS - US, .until = BEGIN + 50 * INTERVAL}, 0);
    clock_run();
    ck_assert_int_eq(reported, 0);
}
END_TEST

/* The function comes, goes, and has another period, all during one hold. */
START_TEST(test_A14_the_watch_may_change_during_a_hold)
{
    uint64_t slow = 10 * MS, quick = 3 * MS, claimed = BEGIN + US + INTERVAL;
    struct gil_long_hold none = {0};

    start();
    reported = 0;
    add(visitor, (struct player){.step = 100 * MS, .visits = 1}, 0);
    add(visitor, (struct player){.step = US, .visits = 1}, US);
    clock_thread(watch_from_now, &slow, claimed + 2 * MS);
    clock_thread(watch_from_now, &quick, claimed + 24 * MS);
    clock_thread(watch_no_more, &none, claimed + 28 * MS);
    clock_run();
    ck_assert_int_eq(reported, 3);
    ck_assert_uint_eq(reports[0].at, claimed + 12 * MS);
    ck_assert_uint_eq(reports[1].at, claimed + 22 * MS);
    ck_assert_uint_eq(reports[2].at, claimed + 25 * MS);
}
END_TEST

/* --- giving way, and the call that tells of it --- */

static uint64_t called_at;
static int calls;

static void
note_call(void *arg)
{
    must(arg == &called_at);
    if (calls++ == 0)
        called_at = gil_machine_now();
}

/* The call comes when the time does, and once, however long the holder takes to poll, and whoever else claims meanwhile. */
START_TEST(test_state_lock_share__the_preempt_hook_is_called_once_a_claim)
{
    start();
    calls = 0;
    struct player *greedy = add(hog, (struct player){.step = 2 * MS, .until = BEGIN + 9 * MS}, 0);
    add(visitor, (struct player){.step = US, .visits = 1}, MS);
    gil_lock_set_preempt_hook(&crew.lock, greedy->ts, note_call, &called_at);
    clock_run();
    ck_assert_int_eq(calls, 1);
    ck_assert_uint_eq(called_at, BEGIN + MS + INTERVAL);
    ck_assert_uint_eq(greedy->asked_at, BEGIN + 6 * MS);

    start();
    calls = 0;
    greedy = add(hog, (struct player){.step = 8 * MS, .until = BEGIN + 9 * MS}, 0);
    struct player *turn = add(visitor, (struct player){.step = US, .visits = 1}, MS);
    struct player *brief = add(visitor, (struct player){.step = US, .visits = 1}, 2 * MS);
    is_known_for(brief, US);
    gil_lock_set_preempt_hook(&crew.lock, greedy->ts, note_call, &called_at);
    clock_run();
    ck_assert_int_eq(calls, 1);
    ck_assert_uint_eq(called_at, BEGIN + 2 * MS);
    ck_assert_uint_eq(turn->got_at, BEGIN + 8 * MS); /* its claim came before the poll, and goes before the loan */
}
END_TEST

static void
yielder(void *arg)
{
    struct player *p = (struct player *)arg;

    take(p);
    clock_spend(p->apart);
    must(crew_leave(p->ts));
    must(gil_lock_yield(&crew.lock, p->ts) == GIL_LOCK_GOT);
    must(crew_enter(p->ts));
    p->longest = gil_machine_now() - BEGIN - p->apart;
    give(p);
}

/* Long before the turn ends, and at no price when nobody waits. */
START_TEST(test_state_lock_share__a_yield_lets_the_first_waiter_in)
{
    for (int waiters = 0; waiters <= 2; waiters++) {
        start();
        struct player *p = add(yielder, (struct player){.apart = MS}, 0);
        for (int i = 0; i < waiters; i++)
            add(visitor, (struct player){.step = 100 * US, .visits = 1}, (uint64_t)(i + 1) * US);
        clock_run();
        ck_assert_uint_eq(p->longest, (uint64_t)waiters * 100 * US);
        for (int i = 1; i <= waiters; i++)
            ck_assert_uint_eq(player[i].got_at, BEGIN + MS + (uint64_t)(i - 1) * 100 * US);
        ck_assert_uint_eq(p->ts->stats.given, waiters > 0);
    }
}
END_TEST

/* --- the lock is barred --- */

static int outcome[3];

static void
comer(void *arg)
{
    struct player *p = (struct player *)arg;
    int *rc = &outcome[p->visits];

    *rc = gil_lock_acquire(&crew.lock, p->ts, "test");
    p->got_at = gil_machine_now();
    if (*rc == GIL_LOCK_GOT)
        gil_lock_release(&crew.lock, p->ts, "test");
}

static void
barrer(void *arg)
{
    struct player *p = (struct player *)arg;

    take(p);
    clock_spend(p->step);
    gil_lock_bar(&crew.lock, player[1].ts);
    clock_spend(p->apart);
    give(p);
}

/* Whether the thread sleeps, spins or is yet to come: it is refused, at once if it waits; and the next is served. */
START_TEST(test_state_lock_share__who_is_barred_leaves_the_queue_and_the_lock)
{
    static const uint64_t comes[] = {1, MS - 15 * US, MS - 8 * US, MS - 50, MS, MS + 50, MS + 200 * US, 2 * MS};

    for (size_t i = 0; i < sizeof comes / sizeof comes[0]; i++)
        for (uint64_t spin = 0; spin <= 20 * US; spin += 5 * US)
            for (uint64_t apart = 0; apart <= 1; apart++) {
                start();
                clock_start(BEGIN, spin); /* instead of a machine that does not spin */
                clock_set_prices(50, 5 * US);
                add(barrer, (struct player){.step = MS, .apart = apart * 100 * US}, 0);
                struct player *barred = add(comer, (struct player){.visits = 1}, comes[i]);
                struct player *other = add(comer, (struct player){.visits = 2}, comes[i] + 1);
                is_known_for(barred, US);
                clock_run();
                ck_assert_int_eq(outcome[1], GIL_LOCK_BARRED);
                ck_assert_int_eq(outcome[2], GIL_LOCK_GOT);
                ck_assert_uint_le(barred->got_at, BEGIN + MS + 100 * US + comes[i]);
                ck_assert_uint_le(other->got_at, BEGIN + (comes[i] > MS ? comes[i] : MS) + apart * 100 * US + 10 * US);
                ck_assert_uint_eq(info().holder, 0);
            }
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("state/lock_share");
    TCase *tc = tcase_create("share");

    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, test_state_lock_share__a_brief_thread_is_lent_the_lock_at_the_next_poll);
    tcase_add_test(tc, test_state_lock_share__between_two_loans_the_lender_has_its_part);
    tcase_add_test(tc, test_state_lock_share__a_lender_keeps_most_of_its_time);
    tcase_add_test(tc, test_state_lock_share__a_loan_has_a_term);
    tcase_add_test(tc, test_state_lock_share__a_loan_to_native_code_ends_with_it);
    tcase_add_test(tc, test_state_lock_share__loans_lengthen_no_turn);
    tcase_add_test(tc, test_state_lock_share__the_urgent_waits_for_a_poll_and_keeps_the_lock_for_an_interval);
    tcase_add_test(tc, test_state_lock_share__the_patient_waits_for_a_turn_however_brief);
    tcase_add_test(tc, test_state_lock_share__a_loan_to_the_unknown_has_a_term);
    tcase_add_test(tc, test_state_lock_share__weights_divide_the_time);
    tcase_add_test(tc, test_state_lock_share__a_turn_lasts_an_interval_by_weight);
    tcase_add_loop_test(tc, test_state_lock_share__a_limit_is_met_to_the_nanosecond, 0,
                        (int)(sizeof limits / sizeof limits[0]));
    tcase_add_test(tc, test_A13_a_limit_may_come_while_the_lock_is_left);
    tcase_add_test(tc, test_A4_who_gives_up_leaves_nobody_asleep);
    tcase_add_loop_test(tc, test_A4_a_claimant_may_be_barred, 0, (int)(sizeof ends / sizeof ends[0]));
    tcase_add_test(tc, test_A4_a_claim_ends_with_who_made_it);
    tcase_add_test(tc, test_state_lock_share__a_loan_may_come_too_late);
    tcase_add_test(tc, test_A15_modest_threads_pass_eight_times_at_most);
    tcase_add_test(tc, test_A14_a_long_hold_is_told_once_a_period);
    tcase_add_test(tc, test_A14_the_age_of_a_hold_is_told_where_it_was_seen);
    tcase_add_test(tc, test_A14_a_holder_that_polls_is_not_told_of);
    tcase_add_test(tc, test_A14_the_watch_may_change_during_a_hold);
    tcase_add_test(tc, test_state_lock_share__the_preempt_hook_is_called_once_a_claim);
    tcase_add_test(tc, test_state_lock_share__a_yield_lets_the_first_waiter_in);
    tcase_add_test(tc, test_state_lock_share__who_is_barred_leaves_the_queue_and_the_lock);
    suite_add_tcase(s, tc);
    return s;
}
