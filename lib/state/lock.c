/* SPDX-License-Identifier: MIT */
/* The interpreter's lock: a word that threads compete for, and that leans to a thread which uses it alone. */
#include "state/lock.h"

#include "base/panic.h"
#include "state/habit.h"
#include "state/lean.h"
#include "sync/machine.h"

/*
 * STATE. One word, `owner`: the holder's address and flags in the bits that its alignment leaves free. A queue of
 * waiters under the internal mutex `mu`; who stands where in it, whose turn it is and for how long is the business of turn.c. Each
 * waiter sleeps on a word of its own, `token`.
 *
 *     QUEUED   the queue is not empty. Set and cleared under mu; exact whenever mu is free.
 *     WAKING   the first waiter is awake on behalf of a free lock and will look at the word once more before it sleeps.
 *              Never set while it sleeps with nobody on the way to wake it; may be clear though it is awake.
 *     HANDOFF  a waiter, the claimant, is owed the lock: the holder may only give it to that one. Set under mu,
 *              while the lock is held; never stands on a free lock.
 *     LEANS    the lock leans to the thread that the word names, whether that is inside or not. Set and cleared under mu; no
 *              other flag stands beside it, so nobody is queued.
 *
 * LEANING. A lock that one thread uses alone leans to it: its transitions leave the word alone, until another wants the lock, and
 * revokes that under mu. How this excludes, lean.c says. Nobody sleeps while the lock leans, so leaning can lose no wake-up.
 *
 * WHO MAY CHANGE THE WORD. Without mu: from free to held by a compare-and-exchange; from held to
 * free, by the holder alone, by one that finds either no flag at all, or QUEUED and WAKING and no other.
 * All else happens under mu. So once HANDOFF stands, the holder cannot leave without mu, and anybody under mu may read its block
 * and set PREEMPT in its brk.
 *
 * LEAVING with nobody queued, and taking a free lock, are one compare-and-exchange each. Leaving with waiters makes the
 * lock free, wakes the first one, and sets WAKING: further releases until it has looked are short again. Whoever comes by
 * meanwhile may take it (barging): two threads that leave the lock for a microsecond each would otherwise go through a
 * futex at every turn, a hundred times the price of the call. A thread that leaves in order to sleep, as its call site says or
 * has shown, does not come by again soon: it gives the lock to the first waiter, if that one wants a turn. One that wants a
 * moment takes longer to wake up than it will have the lock; were it the holder meanwhile, a hundred threads of that kind would
 * queue behind each wake-up for milliseconds (S6).
 *
 * CLAIMS. Barging and long holds are bounded by the clock. A waiter whose time has come (turn.c) sets HANDOFF, and PREEMPT in the
 * holder's brk. From there the lock goes straight to the claimant: at the holder's next release or
 * poll, by a store of the next owner into the word, so that nobody can pass. A holder that polled goes back to the queue. A claim for a
 * loan gives way to a claim for a turn, and to nothing else.
 *
 * LOANS. The lender does not sleep at once: what it waits for takes a microsecond. It is the first waiter and awake, so WAKING
 * stands, the borrower leaves by one compare-and-exchange, and the lender takes the free lock like anybody who spins.
 *
 * WAITING. A waiter spins, or sleeps until its own timer, or until told. Its token says which (AWAKE, ASLEEP), and is written under mu
 * only, so that who tells it something knows whether to wake it. No waiter depends on one particular other: the two
 * first have timers, see turn.c; leave_mu() sees to it that whoever should have one has it.
 * A waiter may give up (time limit, barred): under mu it leaves the queue, and takes back what it was awake for. Its claim to a
 * turn goes to whose turn it is without it: were it taken back, waiters that claim and give up, each before the holder polls,
 * could keep those behind them from claiming for ever. The heir sleeps on; it is told if it has to watch the hold.
 *
 * BARRED. The end of an interpreter bars its other thread states from the lock. The one who bars holds the lock, so the
 * next holder finds another name in `last` and goes through came_in(), where the state is looked at: the fast paths need not. The child
 * of a fork bars the states of interpreters that it has lost, without the lock: it clears `last` and `again` instead.
 *
 * brk. Every thread has FENCED from birth, which sends the inline transitions of <gilrt/lock.h> here; it is cleared and set
 * under mu, see lean.c. PREEMPT is set under mu, on the holder only and together with HANDOFF, and cleared under mu by that
 * holder before it gives the lock up, or by a claimant that gives up and leaves nobody its claim.
 *
 * THE AWKWARD MOMENT is a waiter that decides to sleep while the lock is being left. It queues, sets QUEUED, and looks at
 * the word in the same instruction: held means that the holder must come through mu, where it will find the waiter;
 * free means that it tries to take it. A woken waiter that found the lock taken by another clears WAKING, again in
 * one instruction with the look: had it cleared the flag and looked before, a release in between would have
 * trusted the flag and woken nobody. While WAKING stands for one waiter, the lock can come free under the hands of another that is about
 * to claim it: so a claim is a compare-and-exchange that finds a holder. The mutants in tests/models/ split these steps, and
 * the explorer finds the hang.
 *
 * MEMORY. The releasing thread's last look at anything is at mu and at the address of a token, after the word has let the next
 * in; that one may finalize at once. Where the lock leaned, it also reads its own brk and the word, after st has let the
 * next in. So locks and thread blocks are type-stable (state/stable.h), a lock is put back only when no block points to
 * it, and a block only by the thread that used it last, or once that thread's call has returned. A block that is put back is
 * forgotten first: the word must not name it. In the child of a fork it may have been the holder's, who is gone: the lock is nobody's then.
 *
 * ORDER. A theft reads st with acquire, leaving stores it with release. Else taking is an acquire, leaving a release
 * of the same word, also when the lock is handed over: the grantee reads its token, written after the word, with
 * acquire. Taking it without mu is a release besides: who finds a holder in the word sets bits in that holder's brk,
 * and must find the block as its maker left it. The counters are [gil]: stored relaxed by the holder so that others
 * may read.
 *
 * WHY NOT a mutex and a condition with a flag, the usual shape: a thread that waits for "somebody else had a turn" hangs
 * when the only other one leaves its wait, and who returns from its release first decides who is next. Why not FIFO
 * hand-off always: every short release would cost two context switches. Why not lean always, and steal each time: two
 * threads that leave the lock for 0.3 µs each would issue a fence of 10 µs at every turn.
 */
#define QUEUED ((uintptr_t)1)
#define WAKING ((uintptr_t)2)
#define HANDOFF ((uintptr_t)4)
#define LEANS GIL_LOCK_LEANS
#define FLAGS GIL_LOCK_FLAGS

/* Two threads that leave the lock for moments pay for each line that goes from one processor to the other: 60 to 100 ns, as much as all else. */
_Static_assert(offsetof(struct gil_lock, held_since) == 64 && offsetof(struct gil_lock, mu) % 64 == 0, "a transition touches one line");

/* Values of a waiter's token. */
enum {
    ASLEEP,  /* nothing to tell; who changes it wakes the waiter */
    AWAKE,   /* nothing to tell, and nobody to wake: it looks here itself */
    NUDGED,  /* look again: the lock may be free, or the timer is yours */
    GRANTED, /* the lock is yours, left by its holder */
    FORCED,  /* the lock is yours, taken from its holder in a poll */
    SHUT,    /* the lock is barred to you, and you are out of the queue */
};

/* How a holder came by the lock when another had it before. */
enum how { LEFT, GIVEN, STOLEN };

/* What is left to do once mu is dropped. Who is to be woken stands here by address, because a granted thread may be gone by
 * then. */
struct after {
    uint32_t *wake[8];
    int wakes;
    GilThreadState *preempted; /* its hook is to be called */
    void (*preempt)(void *);
    void *preempt_data;
};

static GilThreadState *
owner_of(uintptr_t word)
{
    return (GilThreadState *)(word & ~FLAGS);
}

/* Under mu: the flags and the queue agree. */
static void
check(struct gil_lock *lock)
{
#ifdef GIL_DEBUG
    uintptr_t word = gil_load_relaxed(&lock->owner);

    GIL_ASSERT(gil_mutex_is_locked(&lock->mu));
    GIL_ASSERT(((word & QUEUED) != 0) == (lock->turns.head != NULL));
    GIL_ASSERT(!(word & (WAKING | HANDOFF)) || (word & QUEUED));
    GIL_ASSERT(!(word & HANDOFF) || owner_of(word) != NULL);
    GIL_ASSERT(((word & HANDOFF) != 0) == (lock->turns.claimant != NULL));
    GIL_ASSERT(!(word & LEANS) || (word & FLAGS) == LEANS);
    GIL_ASSERT(!(word & WAKING) || gil_load_relaxed(&lock->turns.head->waiter.token) != ASLEEP);
    gil_turns_check(&lock->turns);
#else
    (void)lock;
#endif
}

/* Under mu: what is new for ts. It is woken after mu, unless it is on its way to look here anyhow. */
static void
tell(GilThreadState *ts, uint32_t token, struct after *after)
{
    uint32_t was = gil_load_relaxed(&ts->waiter.token);

    GIL_ASSERT((size_t)after->wakes < sizeof after->wake / sizeof *after->wake);
    ts->waiter.looks = 0;
    /* Release: pairs with the acquire of who waits for it; from here on ts may be gone. */
    gil_store_release(&ts->waiter.token, token);
    if (was != AWAKE)
        after->wake[after->wakes++] = &ts->waiter.token;
}

static void
nudge_if_overslept(struct gil_lock *lock, GilThreadState *ts, struct after *after)
{
    if (ts != NULL && gil_turns_overslept(&lock->turns, ts, gil_load_relaxed(&ts->waiter.token) == AWAKE))
        tell(ts, NUDGED, after);
}

/* Whoever has to look after the time does, from here on. */
static void
set_timers(struct gil_lock *lock, struct after *after)
{
    GilThreadState *first = lock->turns.head;

    nudge_if_overslept(lock, first, after);
    if (first != NULL)
        nudge_if_overslept(lock, first->waiter.next, after);
    nudge_if_overslept(lock, lock->turns.next, after);
}

static void
leave_mu(struct gil_lock *lock, struct after *after)
{
    set_timers(lock, after);
    check(lock);
    gil_mutex_unlock(&lock->mu);
    /* The last first: whoever gets the lock was told first, and may take this processor from who wakes it. */
    while (after->wakes > 0)
        gil_machine_unpark(after->wake[--after->wakes]);
    if (after->preempted != NULL) {
        int before = gil_machine_enter_host();
        after->preempt(after->preempt_data);
        gil_machine_leave_host(before);
        /* Release: pairs with gil_lock_set_preempt_hook(), which waits for the end of the call. */
        if (gil_fetch_sub_acq_rel(&after->preempted->preempt_calls, 1) == 1)
            gil_machine_unpark(&after->preempted->preempt_calls);
    }
    *after = (struct after){0};
}

/* --- taking --- */

/* What every new holder does first, without mu: GIL_LOCK_GOT, or GIL_LOCK_BARRED and it has left it again. */
static int
came_in(struct gil_lock *lock, GilThreadState *ts, enum how how)
{
    if (lock->last != ts->id) {
        if (ts->barred) {
            gil_lock_release(lock, ts, __func__);
            return GIL_LOCK_BARRED;
        }
        if (lock->last != 0) {
            gil_count(how == GIVEN ? &lock->switches_forced : &lock->switches_left, 1);
            gil_count(how == GIVEN ? &ts->stats.forced : how == STOLEN ? &ts->stats.stolen : &ts->stats.voluntary, 1);
        }
        lock->last = ts->id;
        lock->until_lean = GIL_MACHINE_FENCE_WORTH;
    }
    lock->again = lock->timing || lock->may_lean ? 0 : ts->id;
    if (lock->timing)
        gil_store_relaxed(&lock->held_since, gil_machine_now());
    return GIL_LOCK_GOT;
}

/* It took a free lock. */
static int
entered(struct gil_lock *lock, GilThreadState *ts)
{
    int first = lock->last == 0, again = lock->last == ts->id;

    if (ts->waiter.stamp & 1)
        gil_habit_came_back(ts, gil_machine_now());
    gil_store_relaxed(&ts->waiter.stamp, 0);
    if (came_in(lock, ts, LEFT) != GIL_LOCK_GOT)
        return GIL_LOCK_BARRED;
    /* In timing mode the count stands still. */
    if (!lock->may_lean || lock->timing)
        return GIL_LOCK_GOT;
    if (first || (again && --lock->until_lean == 0)) {
        lock->until_lean = GIL_MACHINE_FENCE_WORTH;
        gil_lean(lock, ts);
    }
    return GIL_LOCK_GOT;
}

/* Take a free lock past the queue, if that is allowed. */
static int
barge(struct gil_lock *lock, GilThreadState *ts)
{
    uintptr_t word = gil_load_relaxed(&lock->owner);

    return owner_of(word) == NULL && gil_cas_acq_rel(&lock->owner, &word, word | (uintptr_t)ts);
}

/* barge() until the clock says end, but once at least, or until the token says something else. */
static int
spin(struct gil_lock *lock, GilThreadState *ts, uint32_t token, uint64_t end)
{
    /* Where the holder cannot move meanwhile, one look is all. */
    int pays = gil_machine_spin_ns() > 0, rounds = pays ? GIL_MACHINE_SPIN_ROUNDS : 1;

    do {
        for (int i = 0; i < rounds; i++) {
            if (barge(lock, ts))
                return 1;
            if (gil_load_relaxed(&ts->waiter.token) != token)
                return 0;
            if (pays)
                gil_machine_relax();
        }
    } while (!(gil_load_relaxed(&lock->owner) & LEANS) && gil_machine_now() < end);
    return 0;
}

/* Under mu, ts queued and holder: out of the queue, and the word says so. */
static void
settle(struct gil_lock *lock, GilThreadState *ts, uint64_t now)
{
    GilThreadState *first = lock->turns.head;

    gil_turns_got(&lock->turns, ts, now);
    /* WAKING stood for the one that was first. It may be ts, or a lender whose turn is over by this. */
    uintptr_t drop = lock->turns.head != first ? WAKING : 0;
    if (lock->turns.head == NULL)
        drop |= QUEUED | WAKING;
    gil_fetch_and_seq_cst(&lock->owner, ~drop);
}

/*
 * Under mu, ts queued: take the lock if it is free, else make sure that whoever holds it will come by the queue.
 * Returns whether it was taken.
 */
static int
take_or_rest(struct gil_lock *lock, GilThreadState *ts)
{
    uintptr_t word = gil_fetch_or_seq_cst(&lock->owner, QUEUED) | QUEUED;

    for (;;) {
        if (owner_of(word) != NULL) {
            /* WAKING stands for the first waiter; another's word is as good without it and with it. */
            if (!(word & WAKING) || lock->turns.head != ts)
                return 0;
            word = gil_fetch_and_seq_cst(&lock->owner, ~WAKING);
            if (owner_of(word) != NULL)
                return 0;
            word &= ~WAKING;
        }
        if (gil_cas_acq_rel(&lock->owner, &word, word | (uintptr_t)ts))
            return 1;
    }
}

/* Under mu: a holder that took the lock past others and still stands in the queue is taken out of it. 1 if there was one. */
static int
settle_holder(struct gil_lock *lock, uint64_t now)
{
    GilThreadState *holder = owner_of(gil_load_relaxed(&lock->owner));

    if (holder == NULL || !holder->waiter.queued)
        return 0;
    settle(lock, holder, now);
    return 1;
}

/*
 * Under mu, the time of ts has come: the holder can leave the lock only through mu from here on, and only to the claimant.
 * Returns 0 when it has to look again: the lock is free, or has another holder than the queue knew of.
 */
static int
claim(struct gil_lock *lock, GilThreadState *ts, uint64_t now, struct after *after)
{
    GilThreadState *claimant = gil_turns_claimant(&lock->turns, ts, now), *before = lock->turns.claimant;
    uintptr_t word = gil_load_relaxed(&lock->owner);

    do
        if (owner_of(word) == NULL || settle_holder(lock, now))
            return 0;
    while (!gil_cas_acq_rel(&lock->owner, &word, word | HANDOFF));
    lock->turns.claimant = claimant;
    if (before != NULL)
        tell(before, NUDGED, after);
    GilThreadState *holder = owner_of(word);
    uint32_t had = gil_fetch_or_seq_cst(&holder->block.brk, _Gil_BRK_PREEMPT);
    if (!(had & _Gil_BRK_PREEMPT) && holder->preempt != NULL) {
        gil_fetch_add_relaxed(&holder->preempt_calls, 1);
        after->preempted = holder;
        after->preempt = holder->preempt;
        after->preempt_data = holder->preempt_data;
    }
    return 1;
}

/* --- waiting --- */

/* Before a wait: a signal handler that asks learns that this thread is not attached. */
static void
waiting(GilThreadState *ts, uint64_t now)
{
    ts->waiter.since = now;
    gil_store_relaxed(&ts->block.st, _Gil_LAZY);
}

/* The end of a wait: ts holds the lock and is in no queue. */
static int
waited(struct gil_lock *lock, GilThreadState *ts, enum how how)
{
    uint64_t now = gil_machine_now(), spent = now - ts->waiter.since;

    gil_store_relaxed(&ts->block.st, _Gil_ATTACHED);
    if (came_in(lock, ts, how) != GIL_LOCK_GOT)
        return GIL_LOCK_BARRED;
    gil_store_relaxed(&ts->waiter.processor, gil_machine_processor());
    gil_count(&lock->wait_ns, spent);
    gil_count(&ts->stats.waits, 1);
    gil_count(&ts->stats.wait_ns, spent);
    if (spent > ts->stats.wait_max)
        gil_store_relaxed(&ts->stats.wait_max, spent);
    gil_store_relaxed(&ts->waiter.stamp, gil_habit_got_at(now));
    return GIL_LOCK_GOT;
}

/* The wait of ts ended by this word of another. taken: ts took the lock before it heard that: then it holds it, also if barred. */
static int
told(struct gil_lock *lock, GilThreadState *ts, uint32_t token, int taken)
{
    if (token == SHUT && !taken)
        return GIL_LOCK_BARRED;
    return waited(lock, ts, token == FORCED ? GIVEN : LEFT);
}

/* Under mu, ts queued: out of the queue without the lock, and what it stood for passes to others. */
static void
give_up(struct gil_lock *lock, GilThreadState *ts, struct after *after)
{
    int claimed = lock->turns.claimant == ts, was_first = lock->turns.head == ts;
    uintptr_t drop = was_first ? WAKING : 0;

    gil_turns_leave(&lock->turns, ts);
    if (lock->turns.head == NULL)
        drop |= QUEUED | WAKING;
    if (claimed && lock->turns.claimant == NULL) {
        drop |= HANDOFF;
        /* While the claim stands the holder cannot leave without mu. */
        gil_fetch_and_seq_cst(&owner_of(gil_load_relaxed(&lock->owner))->block.brk, ~_Gil_BRK_PREEMPT);
    }
    else if (claimed && lock->watch.func != NULL)
        tell(lock->turns.claimant, NUDGED, after);
    /* Nobody has left it and trusts ts to look: ts has just looked, or the holder bars it. */
    GIL_ASSERT(!was_first || owner_of(gil_load_relaxed(&lock->owner)) != NULL);
    gil_fetch_and_seq_cst(&lock->owner, ~drop);
}

/* Whether the holder seems to be of this processor: then it does not run now, and who spins keeps it from running. */
static int
is_here(struct gil_lock *lock)
{
    return gil_load_relaxed(&owner_of(gil_load_relaxed(&lock->owner))->waiter.processor) == gil_machine_processor();
}

/* What a waiter goes by between two looks at the lock. */
struct vigil {
    uint64_t limit;      /* when it gives up */
    uint64_t spin_until; /* it spins until then, if it does */
    int spins;
    uint64_t told_at;    /* the claimant: when it last told of the hold, or began to watch it; 0: it does not watch */
    struct gil_long_hold watch; /* whom to tell now; func NULL: nobody */
    GilLongHold report;
};

/* Under mu, ts queued, the lock may be free: whether its wait is over, and then mu is dropped and *got says how it ended. */
static int
look_again(struct gil_lock *lock, GilThreadState *ts, uint64_t now, struct vigil *vigil, struct after *after, int *got)
{
    do {
        if (take_or_rest(lock, ts)) {
            settle(lock, ts, now);
            leave_mu(lock, after);
            *got = waited(lock, ts, LEFT);
            return 1;
        }
        if (now >= vigil->limit) {
            give_up(lock, ts, after);
            leave_mu(lock, after);
            *got = GIL_LOCK_LATE;
            return 1;
        }
        if (gil_turns_when(&lock->turns, ts) > now)
            return 0;
    } while (!claim(lock, ts, now, after));
    /* A holder that computes polls soon, if only it is let. */
    if (lock->turns.claimant == ts && !vigil->spins && !is_here(lock)) {
        vigil->spins = 1;
        vigil->spin_until = now + 2 * gil_machine_spin_ns();
    }
    return 0;
}

/* Under mu: when ts has to tell of the hold, it being the claimant, or else to look after the time of somebody. */
static uint64_t
next_look(struct gil_lock *lock, GilThreadState *ts, uint64_t now, struct vigil *vigil)
{
    const struct gil_long_hold *watch = &lock->watch;

    vigil->watch.func = NULL;
    if (lock->turns.claimant != ts || watch->func == NULL) {
        vigil->told_at = 0;
        return gil_turns_timer(&lock->turns, ts, now);
    }
    if (vigil->told_at == 0)
        vigil->told_at = now; /* there is nothing to tell yet */
    else if (now - vigil->told_at >= watch->ns) {
        vigil->watch = *watch;
        gil_lock_describe_hold(lock, ts, now, &vigil->report);
        vigil->told_at = now;
    }
    return watch->ns < GIL_LOCK_WAIT - vigil->told_at ? vigil->told_at + watch->ns : GIL_LOCK_WAIT;
}

static void
tell_of_hold(const struct vigil *vigil)
{
    if (vigil->watch.func == NULL)
        return;
    int before = gil_machine_enter_host();
    vigil->watch.func(&vigil->report, vigil->watch.data);
    gil_machine_leave_host(before);
}

/* Under mu, which is dropped: ts is in the queue and stays there until it has the lock, or is barred, or limit has come. look:
 * the lock may be free; else ts was the holder until now. */
static int
wait(struct gil_lock *lock, GilThreadState *ts, uint64_t now, uint64_t limit, int look, struct after *after)
{
    struct gil_waiter *w = &ts->waiter;
    struct vigil vigil = {.limit = limit, .spin_until = now + 2 * gil_machine_spin_ns(), .spins = w->lane != GIL_LANE_TURN};

    for (;; look = 1) {
        int got;

        if (look && look_again(lock, ts, now, &vigil, after, &got))
            return got;
        int spins = vigil.spins;
        uint64_t until = next_look(lock, ts, now, &vigil);
        if (spins && until > vigil.spin_until)
            until = vigil.spin_until;
        if (until > limit)
            until = limit;
        w->looks = until;
        gil_store_relaxed(&w->token, spins ? AWAKE : ASLEEP);
        leave_mu(lock, after);

        int taken = spins ? spin(lock, ts, AWAKE, until) : 0;
        if (!taken)
            tell_of_hold(&vigil);
        if (!spins)
            gil_machine_park(&w->token, ASLEEP, until);

        /* Acquire: pairs with the store of the token, after which the thread that stored it touches ts no more. */
        uint32_t token = gil_load_acquire(&w->token);
        if (token > NUDGED)
            return told(lock, ts, token, taken);
        now = gil_machine_now();
        if (!spins && token == NUDGED) {
            taken = spin(lock, ts, NUDGED, now + gil_machine_spin_ns());
            now = gil_machine_now();
        }
        vigil.spins = spins && now < vigil.spin_until;
        gil_mutex_lock(&lock->mu);
        w->looks = 0;
        if (!w->queued) {
            token = gil_load_relaxed(&w->token);
            leave_mu(lock, after);
            return told(lock, ts, token, taken);
        }
        if (taken) {
            settle(lock, ts, now);
            leave_mu(lock, after);
            return waited(lock, ts, LEFT);
        }
        gil_store_relaxed(&w->token, AWAKE);
    }
}

static void __attribute__((noreturn, cold))
twice(const GilThreadState *ts, const char *does, const char *func)
{
    gil_panic(func, "thread state %llu %s already, for thread %#lx, and thread %#lx attaches it again",
              (unsigned long long)ts->id, does, ts->os_thread, gil_machine_thread());
}

void
gil_lock_twice(const GilThreadState *ts, const char *func)
{
    twice(ts, "holds the lock", func);
}

/* Whether the lock is likely to come free soon, by what is known of the holder, if that much is known. */
static int
pays_to_spin(struct gil_lock *lock)
{
    GilThreadState *holder = owner_of(gil_load_relaxed(&lock->owner));

    return holder == NULL || !gil_habit_is_long(holder);
}

static int
acquire_slow(struct gil_lock *lock, GilThreadState *ts, uint64_t limit, const char *func)
{
    struct after after = {0};

    if (ts->leaning && gil_lean_came_in_time(lock, ts))
        return GIL_LOCK_GOT;
    if (owner_of(gil_load_relaxed(&lock->owner)) == ts)
        twice(ts, "holds the lock", func);
    gil_rank_waiting(func);
    uint64_t now = gil_machine_now();
    gil_habit_came_back(ts, now);
    waiting(ts, now);
    gil_store_relaxed(&ts->waiter.token, AWAKE);
    if (pays_to_spin(lock)) {
        uint64_t end = now + gil_machine_spin_ns();
        if (spin(lock, ts, AWAKE, end < limit ? end : limit))
            return waited(lock, ts, LEFT);
        now = gil_machine_now();
    }
    gil_mutex_lock(&lock->mu);
    if (ts->waiter.queued)
        twice(ts, "waits for the lock", func);
    if ((gil_load_relaxed(&lock->owner) & LEANS) && gil_lean_revoke(lock, ts)) {
        leave_mu(lock, &after);
        return waited(lock, ts, STOLEN);
    }
    if (ts->barred) {
        leave_mu(lock, &after);
        return GIL_LOCK_BARRED;
    }
    settle_holder(lock, now);
    GilThreadState *holder = owner_of(gil_load_relaxed(&lock->owner));
    uint64_t since = holder != NULL ? gil_habit_known_since(holder) : 0;
    gil_turns_join(&lock->turns, ts, gil_turns_lane(&lock->turns, ts), holder, since != 0 ? since : now, now);
    return wait(lock, ts, now, limit, 1, &after);
}

int
gil_lock_return_slow(struct gil_lock *lock, GilThreadState *ts, int found, const char *func)
{
    return found == GIL_LOCK_TAKEN ? entered(lock, ts) : acquire_slow(lock, ts, GIL_LOCK_WAIT, func);
}

int
gil_lock_stay(struct gil_lock *lock, GilThreadState *ts)
{
    gil_store_relaxed(&ts->block.st, _Gil_ATTACHED);
    gil_compiler_barrier();
    /* By the word it is the holder until it stores something else there. */
    if (!(gil_load_acquire(&ts->block.brk) & _Gil_BRK_FENCED) || !ts->leaning || gil_lean_came_in_time(lock, ts))
        return 1;
    gil_store_relaxed(&ts->block.st, _Gil_LAZY);
    return 0;
}

/* Take it if that can be done at once. */
static int
try_slow(struct gil_lock *lock, GilThreadState *ts, const char *func)
{
    struct after after = {0};
    int stolen = 0;

    if (ts->leaning && gil_lean_came_in_time(lock, ts))
        return GIL_LOCK_GOT;
    if (owner_of(gil_load_relaxed(&lock->owner)) == ts)
        twice(ts, "holds the lock", func);
    gil_store_relaxed(&ts->block.st, _Gil_LAZY);
    if (!barge(lock, ts)) {
        if (!(gil_load_relaxed(&lock->owner) & LEANS) || !gil_mutex_try(&lock->mu))
            return GIL_LOCK_LATE;
        stolen = (gil_load_relaxed(&lock->owner) & LEANS) && gil_lean_revoke(lock, ts);
        leave_mu(lock, &after);
        if (!stolen)
            return GIL_LOCK_LATE;
    }
    gil_store_relaxed(&ts->block.st, _Gil_ATTACHED);
    gil_store_relaxed(&ts->waiter.stamp, 0);
    return came_in(lock, ts, stolen ? STOLEN : LEFT);
}

int
gil_lock_acquire_until(struct gil_lock *lock, GilThreadState *ts, uint64_t limit, const char *func)
{
    if (gil_load_relaxed(&ts->block.st) == _Gil_ATTACHED)
        twice(ts, "holds the lock", func);
    gil_store_relaxed(&ts->block.st, _Gil_ATTACHED);
    gil_compiler_barrier();
    if (!(gil_load_acquire(&ts->block.brk) & _Gil_BRK_FENCED))
        return GIL_LOCK_GOT;
    int found = gil_lock_take_free(lock, ts);
    if (found != GIL_LOCK_LATE)
        return found == GIL_LOCK_GOT ? found : entered(lock, ts);
    return limit != 0 ? acquire_slow(lock, ts, limit, func) : try_slow(lock, ts, func);
}

/* --- leaving --- */

/*
 * Under mu, ts the holder: `to`, which is queued, is the holder. Its token is stored last: once it is, that thread
 * may run, and the word must say so by then.
 */
static void
hand_over(struct gil_lock *lock, GilThreadState *ts, GilThreadState *to, uint64_t now, uint32_t token, struct after *after)
{
    GIL_ASSERT(to != NULL);
    gil_turns_got(&lock->turns, to, now);
    /* A lender stands first, and is awake. */
    uintptr_t flags = lock->turns.head == NULL ? 0 : lock->turns.head == ts ? QUEUED | WAKING : QUEUED;
    gil_store_release(&lock->owner, (uintptr_t)to | flags);
    tell(to, token, after);
}

void
gil_lock_release_slow(struct gil_lock *lock, GilThreadState *ts, const char *func)
{
    struct after after = {0};
    uintptr_t word = gil_load_relaxed(&lock->owner);

    if (ts->leaning) {
        /* Revoked while ts was inside, or just outside: then there is nothing left to do. */
        if (!gil_lean_came_in_time(lock, ts))
            return;
        word = gil_load_relaxed(&lock->owner);
    }
    if (owner_of(word) != ts)
        gil_panic(func, "the lock is not held by thread state %llu, which leaves it", (unsigned long long)ts->id);
    if (lock->timing && lock->held_since != 0)
        gil_lock_count_held(lock, ts);
    /* Nobody is queued, or somebody is awake already on behalf of the queue: be quick, without mu. */
    if (((word & FLAGS) == 0 || (word & FLAGS) == (QUEUED | WAKING)) &&
        gil_cas_acq_rel(&lock->owner, &word, word & FLAGS))
        return;

    uint64_t now = gil_machine_now();
    gil_mutex_lock(&lock->mu);
    gil_habit_released(lock, ts, now);
    gil_store_relaxed(&ts->waiter.stamp, gil_habit_left_at(now));
    word = gil_load_relaxed(&lock->owner);
    GilThreadState *first = lock->turns.head;
    if (word & HANDOFF) {
        gil_fetch_and_seq_cst(&ts->block.brk, ~_Gil_BRK_PREEMPT);
        hand_over(lock, ts, lock->turns.claimant, now, GRANTED, &after);
    }
    else if (first != NULL && first->waiter.lane != GIL_LANE_EXPRESS && gil_habit_leaves_for_long(ts))
        hand_over(lock, ts, first, now, GRANTED, &after);
    else if (first != NULL) {
        /* Had it been awake, the release above had done; and what stood in its way was a claim, which stands. */
        GIL_ASSERT(!(word & WAKING));
        tell(first, NUDGED, &after);
        gil_store_release(&lock->owner, QUEUED | WAKING);
    }
    else
        gil_store_release(&lock->owner, 0);
    leave_mu(lock, &after);
}

/* Under mu, ts the holder wants to go on, and first lets `to` have the lock; mu is dropped. */
static int
step_aside(struct gil_lock *lock, GilThreadState *ts, GilThreadState *to, uint64_t now, struct after *after)
{
    int loan = lock->turns.claimant != NULL && gil_turns_is_loan(&lock->turns, now);

    if (lock->timing)
        gil_lock_count_held(lock, ts);
    gil_count(&ts->stats.given, 1);
    gil_count(&ts->stats.lent, (uint64_t)loan);
    waiting(ts, now);
    gil_store_relaxed(&ts->waiter.token, AWAKE);
    gil_fetch_and_seq_cst(&ts->block.brk, ~_Gil_BRK_PREEMPT);
    gil_habit_interrupted(lock, ts, !loan, now);
    if (loan)
        gil_turns_lend(&lock->turns, ts, now);
    hand_over(lock, ts, to, now, FORCED, after);
    if (!loan)
        gil_turns_join(&lock->turns, ts, GIL_LANE_TURN, to, now, now);
    return wait(lock, ts, now, GIL_LOCK_WAIT, !loan, after);
}

int
gil_lock_poll(struct gil_lock *lock, GilThreadState *ts)
{
    struct after after = {0};

    gil_rank_waiting(__func__);
    uint64_t now = gil_machine_now();
    gil_mutex_lock(&lock->mu);
    GIL_ASSERT(gil_lock_is_owner(lock, ts));
    if (!(gil_load_relaxed(&lock->owner) & HANDOFF)) {
        leave_mu(lock, &after);
        return GIL_LOCK_GOT;
    }
    return step_aside(lock, ts, lock->turns.claimant, now, &after);
}

int
gil_lock_yield(struct gil_lock *lock, GilThreadState *ts)
{
    struct after after = {0};

    gil_rank_waiting(__func__);
    if (!(gil_load_relaxed(&lock->owner) & QUEUED))
        return GIL_LOCK_GOT;
    uint64_t now = gil_machine_now();
    gil_mutex_lock(&lock->mu);
    GilThreadState *to = lock->turns.claimant != NULL ? lock->turns.claimant : lock->turns.head;
    if (to == NULL) {
        leave_mu(lock, &after);
        return GIL_LOCK_GOT;
    }
    return step_aside(lock, ts, to, now, &after);
}

/* --- its life --- */

void
gil_lock_init(struct gil_lock *lock, uint64_t interval, int may_lean)
{
    *lock = (struct gil_lock){.may_lean = may_lean, .refs = 1};
    gil_turns_init(&lock->turns, interval);
    gil_mutex_init(&lock->mu, GIL_RANK_LOCK, "the inside of an interpreter's lock");
}

void
gil_lock_bar(struct gil_lock *lock, GilThreadState *ts)
{
    struct after after = {0};

    gil_mutex_lock(&lock->mu);
    ts->barred = 1;
    if (ts->waiter.queued) {
        give_up(lock, ts, &after);
        tell(ts, SHUT, &after);
    }
    leave_mu(lock, &after);
}

void
gil_lock_set_long_hold(struct gil_lock *lock, const struct gil_long_hold *watch)
{
    struct after after = {0};

    gil_mutex_lock(&lock->mu);
    lock->watch = *watch;
    /* Who is to tell of the present hold may sleep without a limit, or until it would have told by the former time. */
    if (lock->turns.claimant != NULL)
        tell(lock->turns.claimant, NUDGED, &after);
    leave_mu(lock, &after);
}

void
gil_lock_forget(struct gil_lock *lock, GilThreadState *ts)
{
    gil_mutex_lock(&lock->mu);
    /* Held in the child of a fork alone, by one that is gone, and then without a queue. */
    if ((gil_load_relaxed(&lock->owner) & ~LEANS) == (uintptr_t)ts)
        gil_store_release(&lock->owner, 0);
    gil_turns_booked(&lock->turns, ts);
    gil_mutex_unlock(&lock->mu);
}
