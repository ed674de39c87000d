/* SPDX-License-Identifier: MIT */
/* Who gets the lock next, and when: the queue of waiters, their accounts, turns and loans. */
#include "state/turn.h"

#include "base/atomic.h"
#include "base/panic.h"
#include "gilrt/lock.h"
#include "state/habit.h"
#include "state/tstate.h"

/*
 * Everything here happens under the mutex of the lock, on plain data: times come in as arguments, and what is decided is carried
 * out by lock.c. The words used:
 *
 * TURN. A thread that computes has the lock for a turn: one interval, by its weight. `turn_end` is when the next in the queue
 * may claim it. It counts from when somebody began to wait for a turn, or got one.
 *
 * ACCOUNT. Each thread has an account of the time for which it held the lock in competition with others. A thread that comes back
 * finds it at most one interval below the highest: who slept long is not owed the past. A turn lasts one interval, less
 * what the holder's account is above that of the next, but not less than SLICE_NS. So who wants the lock now and then waits
 * SLICE_NS at most for a thread that had more than its share.
 *
 * ORDER. Those who wait for a turn stand by virtual deadline: the account as it will be when the thread has had what it
 * typically wants. A short want so goes before a long one of an equal account. Threads that want whole turns take them round and
 * round; what one had too much is taken off its next turn, not off its place. Nobody is passed more often than
 * PASSES_MAX times, whatever the accounts say; with k before it a thread gets its turn after k + 1 + PASSES_MAX turns at most.
 *
 * LOAN. A thread that typically keeps the lock for a moment only (habit.h) need not wait for a turn; nor one that wants a
 * twentieth of an interval at most and had less than its share. It borrows: the holder
 * hands the lock over at its next poll, stands first in the queue, and takes it back when the borrower leaves. The
 * turn goes on meanwhile and ends when it would have ended: who waits for a turn does not wait longer for any number of loans. The
 * lender keeps 70 % of its time: after a loan that cost it d, it lends no more for d * 7 / 3. One loan at a time; when it
 * lasts much longer than it should the lender claims the lock back. Where holders poll less often than turns end, a claim to a
 * loan is never met, for one to a turn goes before it: who wanted to borrow all through a turn joins those who wait for turns.
 *
 * WHO LOOKS AFTER THE TIME. No helper thread: waiters have timers. The first of the queue and the first that waits for a turn look
 * when the turn ends, an express waiter when it may borrow. The second of the queue looks a little later (patience()), and then
 * claims on behalf of the first, which should have: a scheduler may wake a thread on the processor of the one that computes, and
 * let it wait there for the next tick, 4 ms. Those behind them sleep until they are told (gil_turns_overslept()); but when turns
 * come and go as they should, nobody need be told: a waiter near the front sets its timer for when it will be second.
 *
 * WHY NOT one order for all by deadline, with preemption of any later one: a loan must not end the lender's turn, else every
 * message that an I/O thread handles would send the computing thread to the end of the queue, and wake another one.
 */
#define SLICE_NS UINT64_C(50000)
#define PASSES_MAX 8u
#define FORESIGHT 16u                /* so many places from the front a waiter reckons when it will be second */
#define PATIENCE_NS UINT64_C(500000) /* so long the second waits at least for the first to look */

static struct gil_waiter *
w_of(GilThreadState *ts)
{
    return &ts->waiter;
}

void
gil_turns_init(struct gil_turns *turns, uint64_t interval)
{
    *turns = (struct gil_turns){.interval = interval};
}

static uint64_t
by_weight(const GilThreadState *ts, uint64_t ns)
{
    uint32_t weight = ts->waiter.weight;

    return weight == 0 || weight == 100 ? ns : ns / 100 * weight;
}

static uint64_t
sum(uint64_t a, uint64_t b)
{
    return a < UINT64_MAX - b ? a + b : UINT64_MAX;
}

/* Whether ts had less than its share lately, and wants little now. */
static int
is_modest(const struct gil_turns *turns, const GilThreadState *ts)
{
    uint64_t interval = gil_load_relaxed(&turns->interval);

    return gil_habit_typical(ts) <= interval / 20 && sum(ts->waiter.used, interval / 2) < turns->most_used;
}

enum gil_lane
gil_turns_lane(const struct gil_turns *turns, const GilThreadState *ts)
{
    if (ts->waiter.latency == GIL_LATENCY_PATIENT)
        return GIL_LANE_TURN;
    return ts->waiter.latency == GIL_LATENCY_URGENT || gil_habit_is_brief(ts) || is_modest(turns, ts) ? GIL_LANE_EXPRESS
                                                                                                     : GIL_LANE_TURN;
}

/* --- accounts --- */

/* What a thread of that weight is charged for so long; to the nanosecond, but for what lasted years. */
static uint64_t
weighed(uint64_t spent, unsigned weight)
{
    return spent < UINT64_MAX / 100 ? spent * 100 / weight : spent / weight * 100;
}

void
gil_turns_charge(struct gil_turns *turns, GilThreadState *ts, uint64_t now)
{
    struct gil_waiter *w = w_of(ts);

    /* The clock was read before mu was had, here and there. */
    if (now > turns->charged) {
        uint64_t spent = now - turns->charged;
        w->used += w->weight == 0 || w->weight == 100 ? spent : weighed(spent, w->weight);
        turns->charged = now;
    }
    if (turns->most_used < w->used)
        turns->most_used = w->used;
}

static void
forget_credit(struct gil_turns *turns, GilThreadState *ts)
{
    uint64_t interval = gil_load_relaxed(&turns->interval);
    uint64_t least = turns->most_used > interval ? turns->most_used - interval : 0;

    if (ts->waiter.used < least)
        ts->waiter.used = least;
}

/* --- turns --- */

/* From now on the next waits for the turn that holder has; NULL: nobody, or nobody knows. */
static void
begin_turn(struct gil_turns *turns, const GilThreadState *holder, uint64_t now)
{
    uint64_t interval = gil_load_relaxed(&turns->interval), length = interval;
    uint64_t slice = interval < SLICE_NS ? interval : SLICE_NS;
    const GilThreadState *next = turns->next;

    if (holder != NULL && next != NULL && holder->waiter.used > next->waiter.used) {
        uint64_t ahead = holder->waiter.used - next->waiter.used;
        length = ahead < interval - slice ? interval - ahead : slice;
    }
    if (holder != NULL && length > slice)
        length = by_weight(holder, length);
    turns->turn_end = sum(now, length);
    /* The least that a turn lasts counts from its beginning, which may be long ago. */
    if (holder != NULL && length == slice && slice < interval) {
        uint64_t least = sum(holder->waiter.turn_began, slice);
        turns->turn_end = least > now ? least : now;
    }
}

/* The loan is over, or its term is. */
static void
end_loan(struct gil_turns *turns, uint64_t now)
{
    uint64_t cost = now > turns->lent_at ? now - turns->lent_at : 0;
    GilThreadState *borrower = turns->borrower;

    /* The borrower may be gone by now: its block is a thread's block still, and only its number tells whose. If it left
     * under mu, it has seen to its account itself. */
    if (turns->borrower_id != 0 && gil_load_relaxed(&borrower->id) == turns->borrower_id) {
        gil_turns_charge(turns, borrower, now);
        gil_log2_learn(&borrower->waiter.hold, cost);
    }
    turns->charged = now;
    turns->lend_from = sum(now, cost / 3 * 7);
    turns->lender = NULL;
    turns->borrower = NULL;
}

/* --- the queue --- */

static void
insert_after(struct gil_turns *turns, GilThreadState *at, GilThreadState *ts)
{
    struct gil_waiter *w = w_of(ts);
    GilThreadState *after = at != NULL ? at->waiter.next : turns->head;

    w->prev = at;
    w->next = after;
    if (at != NULL)
        at->waiter.next = ts;
    else
        turns->head = ts;
    if (after != NULL)
        after->waiter.prev = ts;
    else
        turns->tail = ts;
    w->queued = 1;
    gil_store_relaxed(&turns->waiters, turns->waiters + 1);
}

static void
insert_by_deadline(struct gil_turns *turns, GilThreadState *ts)
{
    uint64_t interval = gil_load_relaxed(&turns->interval), want = gil_habit_typical(ts);
    struct gil_waiter *w = w_of(ts);
    GilThreadState *at = turns->tail;

    int modest = interval > SLICE_NS && want < interval / 2;
    w->deadline = sum(w->used, want < interval ? want : interval);
    w->passed = 0;
    while (modest && at != NULL && at->waiter.lane == GIL_LANE_TURN && at->waiter.passed < PASSES_MAX &&
           at->waiter.deadline > w->deadline) {
        at->waiter.passed++;
        at = at->waiter.prev;
    }
    insert_after(turns, at, ts);
    if (at == NULL || at->waiter.lane != GIL_LANE_TURN)
        turns->next = ts;
}

static void
insert(struct gil_turns *turns, GilThreadState *ts, enum gil_lane lane)
{
    ts->waiter.lane = (uint8_t)lane;
    if (lane == GIL_LANE_LENDER)
        insert_after(turns, NULL, ts);
    else if (lane == GIL_LANE_EXPRESS)
        insert_after(turns, turns->next != NULL ? turns->next->waiter.prev : turns->tail, ts);
    else
        insert_by_deadline(turns, ts);
}

static void
take_out(struct gil_turns *turns, GilThreadState *ts)
{
    struct gil_waiter *w = w_of(ts);

    GIL_ASSERT(ts != NULL);
    if (turns->next == ts)
        turns->next = w->next;
    if (w->prev != NULL)
        w->prev->waiter.next = w->next;
    else
        turns->head = w->next;
    if (w->next != NULL)
        w->next->waiter.prev = w->prev;
    else
        turns->tail = w->prev;
    w->queued = 0;
    gil_store_relaxed(&turns->waiters, turns->waiters - 1);
}

static GilThreadState *
whose_turn(const struct gil_turns *turns)
{
    return turns->next != NULL ? turns->next : turns->head;
}

void
gil_turns_join(struct gil_turns *turns, GilThreadState *ts, enum gil_lane lane, GilThreadState *holder, uint64_t since,
               uint64_t now)
{
    GilThreadState *had = turns->next;

    if (turns->lender == NULL && holder != NULL && since < now) {
        if (turns->charged < since)
            turns->charged = since;
        gil_turns_charge(turns, holder, now);
    }
    else if (turns->head == NULL)
        turns->charged = now;
    forget_credit(turns, ts);
    ts->waiter.asked_from = holder != NULL && gil_habit_is_brief(holder) ? sum(now, SLICE_NS) : now;
    ts->waiter.looks = 0;
    insert(turns, ts, lane);
    if (turns->next == had && turns->waiters > 1)
        return;
    /* Somebody waits for a turn who did not, or somebody more modest. */
    uint64_t end = had != NULL ? turns->turn_end : UINT64_MAX;
    begin_turn(turns, turns->lender != NULL ? turns->lender : holder, now);
    if (turns->turn_end > end)
        turns->turn_end = end;
}

void
gil_turns_booked(struct gil_turns *turns, const GilThreadState *ts)
{
    if (turns->borrower == ts)
        turns->borrower_id = 0;
}

void
gil_turns_leave(struct gil_turns *turns, GilThreadState *ts)
{
    take_out(turns, ts);
    if (turns->claimant == ts)
        turns->claimant = ts->waiter.lane == GIL_LANE_TURN ? whose_turn(turns) : NULL;
    if (turns->lender == ts) {
        turns->lender = NULL;
        turns->borrower = NULL;
    }
}

/* A turn has ended. Who wanted to borrow all through it, and could not, waits for one of its own from now on. */
static void
admit_the_late(struct gil_turns *turns)
{
    GilThreadState *ts = turns->head, *after;

    for (; ts != NULL && ts->waiter.lane == GIL_LANE_EXPRESS; ts = after) {
        after = ts->waiter.next;
        if (ts->waiter.asked_from > turns->began)
            continue;
        take_out(turns, ts);
        insert(turns, ts, GIL_LANE_TURN);
    }
}

void
gil_turns_got(struct gil_turns *turns, GilThreadState *ts, uint64_t now)
{
    int claimed = turns->claimant == ts && ts->waiter.lane != GIL_LANE_EXPRESS;
    int is_turn = claimed || whose_turn(turns) == ts;
    GilThreadState *lender = turns->lender;

    take_out(turns, ts);
    if (turns->claimant == ts)
        turns->claimant = NULL;
    if (lender == ts) {
        end_loan(turns, now);
        return;
    }
    if (!is_turn)
        return;
    if (lender != NULL) {
        /* Its turn is over. Who would borrow too had to stand before it. */
        GIL_ASSERT(ts->waiter.lane != GIL_LANE_EXPRESS);
        end_loan(turns, now);
        take_out(turns, lender);
        insert(turns, lender, GIL_LANE_TURN);
    }
    if (ts->waiter.lane == GIL_LANE_TURN) {
        admit_the_late(turns);
        turns->began = now;
    }
    ts->waiter.turn_began = now;
    turns->charged = now;
    begin_turn(turns, ts, now);
}

/* --- who looks after the time --- */

/* What a timer may be late without being set anew, which costs two switches of context. */
static uint64_t
tolerance(const struct gil_turns *turns)
{
    return gil_load_relaxed(&turns->interval) / 16;
}

/* So long after the end of a turn the second gives the first up for late: a fraction of a turn, but more than a wake-up takes. */
static uint64_t
patience(const struct gil_turns *turns)
{
    uint64_t part = gil_load_relaxed(&turns->interval) / 8;

    return part > PATIENCE_NS ? part : PATIENCE_NS;
}

/* When the second looks. When nobody waits for a turn, turn_end is that of a turn long ago, and the first waits for something else. */
static uint64_t
after_turn(const struct gil_turns *turns)
{
    return sum(turns->next != NULL ? turns->turn_end : gil_turns_when(turns, turns->head), patience(turns));
}

uint64_t
gil_turns_when(const struct gil_turns *turns, const GilThreadState *ts)
{
    const GilThreadState *claimant = turns->claimant;

    /* A claim to a turn stands until it is met; one for a loan gives way to it. */
    if (claimant == ts || (claimant != NULL && claimant->waiter.lane != GIL_LANE_EXPRESS))
        return GIL_TURN_NEVER;
    if (whose_turn(turns) == ts && ts->waiter.lane == GIL_LANE_TURN)
        return turns->turn_end;
    if (claimant != NULL)
        return GIL_TURN_NEVER;
    if (turns->lender == ts)
        return sum(turns->lent_at, turns->term);
    /* Who stands first and is neither lender nor next would borrow. */
    if (turns->head == ts) {
        uint64_t from = ts->waiter.asked_from, late = turns->next != NULL ? after_turn(turns) : GIL_TURN_NEVER;
        if (from < turns->lend_from)
            from = turns->lend_from;
        return from < late ? from : late;
    }
    return turns->head->waiter.next == ts ? after_turn(turns) : GIL_TURN_NEVER;
}

uint64_t
gil_turns_timer(const struct gil_turns *turns, const GilThreadState *ts, uint64_t now)
{
    uint64_t when = gil_turns_when(turns, ts), interval = gil_load_relaxed(&turns->interval);
    unsigned before = 0;

    if (when != GIL_TURN_NEVER || turns->claimant == ts || ts->waiter.lane != GIL_LANE_TURN)
        return when;
    for (const GilThreadState *at = ts; at != turns->next; at = at->waiter.prev)
        if (++before > FORESIGHT)
            return GIL_TURN_NEVER;
    /* It is second one turn before it is first. A claim comes a little after the end of a turn: timers of Linux are 50 us late by
     * default. */
    uint64_t expected = sum(turns->turn_end, sum((before - 1) * sum(interval, interval / 128), patience(turns)));
    /* It should be second by now: it will be told. */
    return expected > now ? expected : GIL_TURN_NEVER;
}

GilThreadState *
gil_turns_claimant(const struct gil_turns *turns, GilThreadState *ts, uint64_t now)
{
    if (turns->next != NULL && now >= turns->turn_end)
        return turns->next;
    return turns->head == ts ? ts : whose_turn(turns);
}

int
gil_turns_is_loan(const struct gil_turns *turns, uint64_t now)
{
    return turns->claimant->waiter.lane == GIL_LANE_EXPRESS && turns->lender == NULL &&
           (now < turns->turn_end || turns->next == NULL);
}

void
gil_turns_lend(struct gil_turns *turns, GilThreadState *from, uint64_t now)
{
    GilThreadState *to = turns->claimant;

    gil_turns_charge(turns, from, now);
    turns->lender = from;
    turns->borrower = to;
    turns->borrower_id = to->id;
    turns->lent_at = now;
    uint64_t interval = gil_load_relaxed(&turns->interval), typical = gil_habit_typical(to);
    if (gil_habit_is_brief(to) && to->waiter.latency != GIL_LATENCY_URGENT)
        turns->term = SLICE_NS;
    else
        turns->term = to->waiter.latency == GIL_LATENCY_URGENT || typical > interval / 4 ? interval : 4 * typical;
    gil_store_relaxed(&turns->loans, turns->loans + 1);
    from->waiter.looks = 0;
    insert(turns, from, GIL_LANE_LENDER);
}

int
gil_turns_overslept(const struct gil_turns *turns, const GilThreadState *ts, int awake)
{
    uint64_t when = gil_turns_when(turns, ts), looks = ts->waiter.looks;

    return when < looks && looks - when > (awake ? 0 : tolerance(turns));
}

void
gil_turns_forget(struct gil_turns *turns)
{
    turns->head = turns->tail = turns->next = NULL;
    turns->lender = turns->borrower = turns->claimant = NULL;
    turns->borrower_id = turns->waiters = 0;
}

#ifdef GIL_DEBUG
void
gil_turns_check(const struct gil_turns *turns)
{
    uint64_t count = 0;
    int lane = GIL_LANE_LENDER;
    GilThreadState *next = NULL;

    for (GilThreadState *ts = turns->head, *prev = NULL; ts != NULL; prev = ts, ts = ts->waiter.next) {
        GIL_ASSERT(ts->waiter.queued && ts->waiter.prev == prev);
        GIL_ASSERT(ts->waiter.lane >= lane);
        GIL_ASSERT((ts->waiter.lane == GIL_LANE_LENDER) == (turns->lender == ts));
        lane = ts->waiter.lane;
        if (next == NULL && lane == GIL_LANE_TURN)
            next = ts;
        GIL_ASSERT(ts->waiter.next != NULL || turns->tail == ts);
        count++;
    }
    GIL_ASSERT(next == turns->next && count == turns->waiters);
    GIL_ASSERT(turns->lender == NULL || turns->lender == turns->head);
    GIL_ASSERT(turns->claimant == NULL || turns->claimant->waiter.queued);
    GIL_ASSERT((turns->head == NULL) == (turns->tail == NULL));
}
#endif
