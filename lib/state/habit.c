/* SPDX-License-Identifier: MIT */
/* What is learnt of threads and call sites: how long they hold the lock, how long they leave it. */
#include "state/habit.h"

#include "state/lock.h"
#include "state/tstate.h"
#include "state/turn.h"
#include "sync/machine.h"

/*
 * The clock is read on slow paths only, so a hold is measured when both its ends passed one: it began with a wait, and ends under the
 * mutex. In between the thread may have left the lock and come back by the fast paths, which read no clock: that return clears
 * the `stamp`, and nothing is learnt. A borrower leaves by a fast path, as it should; the lender measures
 * the loan for it (turn.c).
 *
 * Averages are of logarithms. A thread that holds the lock for a microsecond, and once lost its processor for
 * milliseconds in the middle of that, is still known as brief; an average of times would take long to forget. Who was
 * interrupted would have gone on: so much it wants at least, and that counts at once.
 *
 * A call site learns how long its calls take, from a slow release to the return. The record is the site's, shared by all threads, written without care: it decides about speed only.
 */
#define BRIEF_NS UINT64_C(5000)      /* so long a moment is */
#define LONG_CALL_NS UINT64_C(50000) /* whose calls take so long hands the lock over */

unsigned
gil_log2(uint64_t ns)
{
    if (ns == 0)
        return 0;
    int whole = 63 - __builtin_clzll(ns);
    /* The line between two powers is straight here: 0.09 too low at most. */
    unsigned part = (unsigned)((ns << (63 - whole) >> 55) & 255u);
    return (unsigned)whole * 256u + part;
}

void
gil_log2_learn(uint16_t *average, uint64_t sample)
{
    int was = *average, is = (int)gil_log2(sample);

    if (was != 0)
        is = was + (is - was) / 8;
    gil_store_relaxed(average, (uint16_t)(is > 0 ? is : 1));
}

static uint64_t
time_of(unsigned hold)
{
    unsigned whole = hold / 256u;

    return hold != 0 && whole < 55 ? (UINT64_C(256) + hold % 256u) << whole >> 8 : UINT64_MAX;
}

uint64_t
gil_habit_typical(const GilThreadState *ts)
{
    return time_of(ts->waiter.hold);
}

int
gil_habit_is_brief(const GilThreadState *ts)
{
    return ts->waiter.hold != 0 && gil_habit_typical(ts) <= BRIEF_NS;
}

int
gil_habit_is_long(const GilThreadState *ts)
{
    unsigned hold = gil_load_relaxed(&ts->waiter.hold);

    return hold != 0 && time_of(hold) > BRIEF_NS;
}

/* --- holds --- */

uint64_t
gil_habit_known_since(const GilThreadState *holder)
{
    uint64_t stamp = gil_load_relaxed(&holder->waiter.stamp);

    return stamp & 1 ? 0 : stamp;
}

void
gil_lock_count_held(struct gil_lock *lock, GilThreadState *ts)
{
    uint64_t held = gil_machine_now() - lock->held_since;

    gil_count(&lock->held_ns, held);
    gil_count(&ts->stats.held_ns, held);
    gil_store_relaxed(&lock->held_since, 0);
}

/* The hold of ts ends at now, for the time being or for good: what it adds up to so far; 0: nobody knows. */
static uint64_t
measure_hold(struct gil_lock *lock, GilThreadState *ts, uint64_t now)
{
    struct gil_waiter *w = &ts->waiter;
    uint64_t began = gil_habit_known_since(ts);

    gil_store_relaxed(&w->stamp, 0);
    if (began == 0 || began >= now) {
        w->stretch = 0;
        return began != 0;
    }
    if (!lock->timing) {
        gil_count(&lock->held_ns, now - began);
        gil_count(&ts->stats.held_ns, now - began);
    }
    w->stretch += now - began;
    return w->stretch;
}

void
gil_habit_released(struct gil_lock *lock, GilThreadState *ts, uint64_t now)
{
    uint64_t held = measure_hold(lock, ts, now);

    if (held != 0)
        gil_log2_learn(&ts->waiter.hold, held);
    ts->waiter.stretch = 0;
    gil_turns_charge(&lock->turns, ts, now);
    gil_turns_booked(&lock->turns, ts);
}

void
gil_habit_interrupted(struct gil_lock *lock, GilThreadState *ts, int over, uint64_t now)
{
    struct gil_waiter *w = &ts->waiter;
    unsigned least = gil_log2(measure_hold(lock, ts, now));

    if (w->hold < least)
        gil_store_relaxed(&w->hold, (uint16_t)least);
    if (!over)
        return;
    w->stretch = 0;
    gil_turns_charge(&lock->turns, ts, now);
    gil_turns_booked(&lock->turns, ts);
}

void
gil_habit_came_back(GilThreadState *ts, uint64_t now)
{
    struct _GilCallSite *site = ts->block.site;
    uint64_t stamp = ts->waiter.stamp;

    gil_store_relaxed(&ts->waiter.stamp, 0);
    if (!(stamp & 1) || site == NULL)
        return;
    /* Several threads may learn at once; one sample is lost then. */
    uint16_t average = (uint16_t)gil_load_relaxed(&site->learned[0]);
    gil_log2_learn(&average, now - stamp + 1);
    gil_store_relaxed(&site->learned[0], average);
    gil_store_relaxed(&site->learned[1], gil_load_relaxed(&site->learned[1]) + 1);
}

int
gil_habit_leaves_for_long(const GilThreadState *ts)
{
    struct _GilCallSite *site = ts->block.site;

    return site != NULL && (site->kind == _Gil_SITE_BLOCKING || gil_load_relaxed(&site->learned[0]) > gil_log2(LONG_CALL_NS));
}

