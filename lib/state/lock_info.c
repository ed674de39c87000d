/* SPDX-License-Identifier: MIT */
/* Looking at the lock, and setting what it goes by. */
#include "state/lock.h"

#include "state/habit.h"
#include "state/lean.h"
#include "sync/machine.h"

static GilThreadState *
holder_of(struct gil_lock *lock)
{
    uintptr_t word = gil_load_acquire(&lock->owner);
    GilThreadState *holder = (GilThreadState *)(word & ~GIL_LOCK_FLAGS);

    return (word & GIL_LOCK_LEANS) && gil_load_relaxed(&holder->block.st) == _Gil_LAZY ? NULL : holder;
}

int
gil_lock_is_owner(struct gil_lock *lock, const GilThreadState *ts)
{
    return holder_of(lock) == ts;
}

void
gil_lock_set_timing(struct gil_lock *lock, GilThreadState *ts, int on)
{
    gil_mutex_lock(&lock->mu);
    gil_lean_straighten(lock);
    gil_mutex_unlock(&lock->mu);
    if (lock->timing && !on)
        gil_lock_count_held(lock, ts);
    else if (!lock->timing && on)
        gil_store_relaxed(&lock->held_since, gil_machine_now());
    gil_store_relaxed(&lock->timing, on != 0);
    lock->again = 0;
    /* What was held before is not counted by the other way. */
    gil_store_relaxed(&ts->waiter.stamp, 0);
}

void
gil_lock_set_interval(struct gil_lock *lock, uint64_t interval)
{
    gil_store_relaxed(&lock->turns.interval, interval);
}

uint64_t
gil_lock_interval(struct gil_lock *lock)
{
    return gil_load_relaxed(&lock->turns.interval);
}

void
gil_lock_set_weight(struct gil_lock *lock, GilThreadState *ts, uint32_t weight)
{
    gil_mutex_lock(&lock->mu);
    ts->waiter.weight = weight;
    gil_mutex_unlock(&lock->mu);
}

void
gil_lock_set_latency(struct gil_lock *lock, GilThreadState *ts, int latency)
{
    gil_mutex_lock(&lock->mu);
    ts->waiter.latency = latency;
    gil_mutex_unlock(&lock->mu);
}

void
gil_lock_set_preempt_hook(struct gil_lock *lock, GilThreadState *ts, void (*func)(void *), void *data)
{
    uint32_t calls;

    gil_mutex_lock(&lock->mu);
    ts->preempt = func;
    ts->preempt_data = data;
    gil_mutex_unlock(&lock->mu);
    /* Acquire: pairs with the end of a call. None begins any more with what was there before. */
    while ((calls = gil_load_acquire(&ts->preempt_calls)) != 0)
        gil_machine_park(&ts->preempt_calls, calls, GIL_MACHINE_NEVER);
}

void
gil_lock_describe_hold(struct gil_lock *lock, GilThreadState *ts, uint64_t now, GilLongHold *report)
{
    GilThreadState *holder = (GilThreadState *)(gil_load_relaxed(&lock->owner) & ~GIL_LOCK_FLAGS);
    uint64_t since = gil_habit_known_since(holder);
    struct _GilCallSite *site = gil_load_relaxed(&holder->block.site);

    *report = (GilLongHold){
        .size = sizeof *report,
        .interp = holder->interp_id,
        .holder = gil_load_relaxed(&holder->id),
        .waiter = ts->id,
        .waiters = lock->turns.waiters,
        .waited_ns = now - ts->waiter.since,
        .held_ns = since != 0 && since < now ? now - since : 0,
        .file = site != NULL ? site->file : NULL,
        .line = site != NULL ? site->line : 0,
    };
}

/* Under mu. */
static uint64_t
leans_to(struct gil_lock *lock)
{
    uintptr_t word = gil_load_acquire(&lock->owner);
    const GilThreadState *ts = (const GilThreadState *)(word & ~GIL_LOCK_FLAGS);

    return word & GIL_LOCK_LEANS ? gil_load_relaxed(&ts->id) : 0;
}

void
gil_lock_info(struct gil_lock *lock, GilLockInfo *info)
{
    /* Under mu a holder's block cannot come to its end unseen: its thread leaves the lock first, perhaps without mu, but
     * the block is type-stable, and its number is that of a thread that was the holder a moment ago. */
    gil_mutex_lock(&lock->mu);
    GilThreadState *holder = holder_of(lock);
    info->holder = holder != NULL ? gil_load_relaxed(&holder->id) : 0;
    info->leans_to = leans_to(lock);
    info->waiters = lock->turns.waiters;
    info->loans = lock->turns.loans;
    info->membarriers = lock->fences;
    info->switches_stolen = lock->stolen;
    uint64_t seen = holder != NULL ? gil_habit_known_since(holder) : 0;
    gil_mutex_unlock(&lock->mu);
    info->mode = lock->may_lean ? GIL_LOCK_ASYMMETRIC : GIL_LOCK_FENCED;
    info->timing = gil_load_relaxed(&lock->timing);
    info->switches_voluntary = gil_load_relaxed(&lock->switches_left);
    info->switches_forced = gil_load_relaxed(&lock->switches_forced);
    info->wait_ns = gil_load_relaxed(&lock->wait_ns);
    info->held_ns = gil_load_relaxed(&lock->held_ns);
    info->since_ns = info->timing ? gil_load_relaxed(&lock->held_since) : seen;
    if (info->since_ns != 0) {
        uint64_t now = gil_machine_now();
        info->held_ns += now > info->since_ns ? now - info->since_ns : 0;
    }
}

void
gil_lock_stats(struct gil_lock *lock, GilThreadState *ts, GilLockStats *stats)
{
    const struct gil_lock_stats *own = &ts->stats;

    stats->timing = gil_load_relaxed(&lock->timing);
    stats->waits = gil_load_relaxed(&own->waits);
    stats->wait_ns = gil_load_relaxed(&own->wait_ns);
    stats->wait_max_ns = gil_load_relaxed(&own->wait_max);
    stats->switches_voluntary = gil_load_relaxed(&own->voluntary);
    stats->switches_forced = gil_load_relaxed(&own->forced);
    stats->switches_stolen = gil_load_relaxed(&own->stolen);
    stats->given_up = gil_load_relaxed(&own->given);
    stats->lent = gil_load_relaxed(&own->lent);
    stats->held_ns = gil_load_relaxed(&own->held_ns);
}
