/* SPDX-License-Identifier: MIT */
/* The interpreter's lock: a word that threads compete for, and that leans to a thread which uses it alone. */
#include "state/lock.h"

#include "base/panic.h"
#include "sync/machine.h"

/*
 * STATE. One word, `owner`: the holder's address and five flags in the bits that its alignment leaves free. A queue of
 * waiters, first come first, under the internal mutex `mu`. Each waiter sleeps on a word of its own, `token`.
 *
 *     QUEUED   the queue is not empty. Set and cleared under mu; exact whenever mu is free.
 *     WAKING   the first waiter is awake on behalf of a free lock and will look at the word once more before it sleeps.
 *              Never set while it sleeps with nobody on the way to wake it; may be clear though it is awake.
 *     HANDOFF  the first waiter's time has come: the holder may only give the lock to the first waiter. Set under mu,
 *              while the lock is held; never stands on a free lock.
 *     CLOSED   nobody gets it but `closer`. Set for good.
 *     LEANS    the lock leans to the thread that the word names, whether that is inside or not. Set and cleared under mu; no
 *              other flag stands beside it, so nobody is queued.
 *
 * HOW LONG A TURN IS. Each thread has an account of the time for which it held the lock while others waited; a thread that comes
 * back to the queue finds its account at most one interval below the highest. A turn lasts one interval, less what
 * the holder's account is above that of the first waiter, but not less than MIN_SLICE_NS from when the holder got
 * the lock. So threads that always want the lock take turns of an interval, and one that wants it now and then,
 * for a moment, gets it after 50 µs; if it takes more than its share, its account rises and it waits like the others.
 * The accounts decide how long turns are, never who is next: all bounds hold whatever they say.
 *
 * LEANING. A thread that took the lock many times with nobody else in between makes it lean to itself, under mu: from then on its
 * transitions leave the word alone. They store st, then load brk of the thread's own block: zero means done. No atomic
 * instruction, no fence. FENCED in brk is clear exactly on the thread to which a lock leans; any other thread
 * goes by the word. (A thread that finds other bits of brk, but not FENCED, is done as well: they ask for a poll.)
 *
 * REVOKING. Whoever else wants the lock finds LEANS and asks, under mu: set FENCED in that thread's brk; heavy fence, which makes every
 * thread pass a full fence; read its st. LAZY: it is outside, the lock is stolen. ATTACHED: it is inside, and
 * holds the lock by the word like any holder. One store to the word says which. Why that excludes: let the heavy fence
 * fall, in the other thread, before its load of brk: then that load sees FENCED. Or after it: then the store of st before that load
 * has reached memory, and the revoker sees it. So a thread that found brk zero on its way in is seen inside, and one that
 * is not seen inside finds FENCED on its way in. A thread that finds FENCED takes mu, that is, waits until the
 * revocation is over, and reads its fate from the word (came_in_time()).
 * Then it is a lock by the word, until a thread has used it alone again for so long that a heavy fence is worth it
 * (GIL_MACHINE_FENCE_WORTH): so leaning costs at most twice what the better of the two ways would have cost.
 * Nobody sleeps while the lock leans, so leaning can lose no wake-up.
 *
 * WHO MAY CHANGE THE WORD. Without mu: from free to held by a compare-and-exchange that does not find CLOSED; from held to
 * free, by the holder alone, by one that finds either no flag at all, or QUEUED and WAKING and no other.
 * All else happens under mu. So under mu the holder may store the word plainly, and anybody may read a holder's block once
 * HANDOFF stands: that holder cannot leave without mu.
 *
 * LEAVING with nobody queued, and taking a free lock, are one compare-and-exchange each. Leaving with waiters makes the
 * lock free, wakes the first one, and sets WAKING: further releases until it has looked are short again. Whoever comes by
 * meanwhile may take it (barging): two threads that leave the lock for a microsecond each would otherwise go through a
 * futex at every turn, a hundred times the price of the call.
 *
 * TURNS. Barging and long holds are bounded by the clock. `turn_end` is set at most one switch interval ahead when the queue
 * begins and each time a waiter got the lock. The first waiter sleeps until then, at most; if it has not got the lock it
 * sets HANDOFF, and PREEMPT in the holder's brk. From there the lock goes straight to it: at the holder's next release or
 * poll, by a store of the next owner into the word, so that nobody can pass. The holder queues behind the others. Hence:
 * a waiter with k before it waits at most k + 1 intervals, and as many times the longest hold without a poll; once its
 * own demand stands it is passed over by nobody. Only the first waiter has a timer: when it leaves the queue, the next is woken
 * to set its own (a nudge). No helper thread, and no wait that depends on one particular other waiter.
 *
 * brk. Every thread has FENCED from birth, which sends the inline transitions of <gilrt/lock.h> here; it is cleared and set
 * under mu, see above. PREEMPT is set under mu, on the holder only and together with HANDOFF, and cleared under mu by that
 * holder before it gives the lock up.
 *
 * THE AWKWARD MOMENT is a waiter that decides to sleep while the lock is being left. It queues, sets QUEUED, and looks at
 * the word in the same instruction: held means that the holder must come through mu, where it will find the waiter;
 * free means that it tries to take it. A woken waiter that found the lock taken by another clears WAKING, again in
 * one instruction with the look: had it cleared the flag and looked before, a release in between would have
 * trusted the flag and woken nobody. The mutants in tests/models/ split both steps, and the explorer finds the hang.
 *
 * MEMORY. The releasing thread's last look at anything is at mu and at the address of a token, after the word has let the next
 * in; that one may finalize at once. Where the lock leaned, it also reads its own brk and the word, after st has let the
 * next in. So locks and thread blocks are type-stable (state/stable.h), a lock is put back only when no block points to
 * it, and a block only by the thread that used it last, or once that thread's call has returned. A block that is put back is
 * forgotten first: the word must not name it.
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
#define CLOSED ((uintptr_t)8)
#define LEANS ((uintptr_t)16)
#define FLAGS ((uintptr_t)31)

/* So long a thread that waited for the lock keeps it at least, if it wants: some ten times the price of a switch. */
#define MIN_SLICE_NS UINT64_C(50000)


/* Values of a waiter's token. */
enum {
    ASLEEP,  /* nothing to tell */
    NUDGED,  /* look again: the lock may be free, or the timer is yours */
    GRANTED, /* the lock is yours, left by its holder */
    FORCED,  /* the lock is yours, taken from its holder in a poll */
    SHUT,    /* the lock is closed and you are out of the queue */
};

/* Who must be woken once mu is dropped; by address, because a granted thread may be gone by then. */
struct wakes {
    uint32_t *granted, *nudged;
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
    GIL_ASSERT((lock->head != NULL) == ((word & QUEUED) != 0));
    GIL_ASSERT((lock->head != NULL) == (lock->waiters != 0));
    GIL_ASSERT(!(word & (WAKING | HANDOFF)) || (word & QUEUED));
    GIL_ASSERT(!(word & HANDOFF) || owner_of(word) != NULL);
    GIL_ASSERT(!(word & CLOSED) || !(word & QUEUED));
    GIL_ASSERT(!(word & LEANS) || (word & FLAGS) == LEANS);
#else
    (void)lock;
#endif
}

static void
leave_mu(struct gil_lock *lock, struct wakes *wakes)
{
    check(lock);
    gil_mutex_unlock(&lock->mu);
    if (wakes->granted != NULL)
        gil_machine_unpark(wakes->granted);
    if (wakes->nudged != NULL)
        gil_machine_unpark(wakes->nudged);
    *wakes = (struct wakes){NULL, NULL};
}

/* A counter with one writer, the holder, and readers that hold nothing. */
static void
count(uint64_t *counter, uint64_t by)
{
    gil_store_relaxed(counter, *counter + by);
}

/* --- the queue, under mu --- */

/* Does not touch the word: the caller sets QUEUED in the instruction that also looks at the owner. */
static void
enqueue(struct gil_lock *lock, GilThreadState *ts)
{
    struct gil_waiter *w = &ts->waiter;

    gil_store_relaxed(&w->token, ASLEEP);
    w->queued = 1;
    w->next = NULL;
    w->prev = lock->tail;
    if (lock->tail != NULL)
        lock->tail->waiter.next = ts;
    else
        lock->head = ts;
    lock->tail = ts;
    gil_store_relaxed(&lock->waiters, lock->waiters + 1);
}

/* Does not touch the word either. If the first one left, the next inherits the timer. */
static void
dequeue(struct gil_lock *lock, GilThreadState *ts, struct wakes *wakes)
{
    struct gil_waiter *w = &ts->waiter;
    int was_first = lock->head == ts;

    if (w->prev != NULL)
        w->prev->waiter.next = w->next;
    else
        lock->head = w->next;
    if (w->next != NULL)
        w->next->waiter.prev = w->prev;
    else
        lock->tail = w->prev;
    w->queued = 0;
    gil_store_relaxed(&lock->waiters, lock->waiters - 1);
    if (was_first && lock->head != NULL) {
        gil_store_release(&lock->head->waiter.token, NUDGED);
        wakes->nudged = &lock->head->waiter.token;
    }
}

/* ts comes to the queue of its own accord: what it did not use while it was away is forgotten but for one interval. */
static void
forget_credit(struct gil_lock *lock, GilThreadState *ts)
{
    uint64_t interval = gil_load_relaxed(&lock->interval);
    uint64_t least = lock->most_used > interval ? lock->most_used - interval : 0;

    if (ts->waiter.used < least)
        ts->waiter.used = least;
}

/* The time since the last charge goes to the account of ts, which held the lock and gives it away. */
static void
charge(struct gil_lock *lock, GilThreadState *ts, uint64_t now)
{
    struct gil_waiter *w = &ts->waiter;

    /* The clock was read before mu was had, here and there. */
    if (now > lock->charged) {
        w->used += now - lock->charged;
        lock->charged = now;
    }
    if (lock->most_used < w->used)
        lock->most_used = w->used;
}

/* From now on the first waiter waits for its turn, which holder has; NULL: nobody, or nobody knows. */
static void
begin_turn(struct gil_lock *lock, const GilThreadState *holder, uint64_t now)
{
    uint64_t interval = gil_load_relaxed(&lock->interval), length = interval;
    uint64_t slice = interval < MIN_SLICE_NS ? interval : MIN_SLICE_NS;

    lock->charged = now;
    if (holder != NULL && lock->head != NULL && holder->waiter.used > lock->head->waiter.used) {
        uint64_t owed = holder->waiter.used - lock->head->waiter.used;
        length = owed < interval - slice ? interval - owed : slice;
    }
    lock->turn_end = length > UINT64_MAX - now ? UINT64_MAX : now + length;
    if (length == slice && slice < interval)
        lock->turn_end = holder->waiter.began + slice > now ? holder->waiter.began + slice : now;
}

/* --- taking --- */

/* --- leaning, under mu --- */

/* ts holds the lock: lean to it if nobody waits. The bit is cleared before LEANS is set, so a revocation comes after. */
static void
lean(struct gil_lock *lock, GilThreadState *ts)
{
    gil_mutex_lock(&lock->mu);
    if (gil_load_relaxed(&lock->owner) == (uintptr_t)ts) {
        ts->leaning = 1;
        gil_fetch_and_seq_cst(&ts->block.brk, ~_Gil_BRK_FENCED);
        gil_store_relaxed(&lock->owner, (uintptr_t)ts | LEANS);
    }
    gil_mutex_unlock(&lock->mu);
}

/*
 * Under mu, the lock leans to another: from here on that thread goes by the word. Returns whether ts has stolen the lock. One
 * store decides, because a word that says "free" for a moment would be taken.
 */
static int
revoke(struct gil_lock *lock, GilThreadState *ts)
{
    GilThreadState *other = owner_of(gil_load_relaxed(&lock->owner));

    gil_fetch_or_seq_cst(&other->block.brk, _Gil_BRK_FENCED);
    gil_machine_fence_all();
    gil_store_relaxed(&lock->fences, lock->fences + 1);
    /* Acquire: pairs with the release of st by which the other left. */
    int outside = gil_load_acquire(&other->block.st) == _Gil_LAZY;
    gil_store_release(&lock->owner, (uintptr_t)(outside ? ts : other));
    return outside;
}

/* Under mu, by the holder: if the lock leans to it, no more. */
static void
straighten(struct gil_lock *lock)
{
    uintptr_t word = gil_load_relaxed(&lock->owner);

    if (word & LEANS) {
        gil_fetch_or_seq_cst(&owner_of(word)->block.brk, _Gil_BRK_FENCED);
        gil_store_relaxed(&lock->owner, word & ~LEANS);
    }
}

/* What every new holder does first, without mu. */
static void
enter(struct gil_lock *lock, GilThreadState *ts, int forced)
{
    if (lock->last != ts->id) {
        if (lock->last != 0)
            count(forced ? &lock->switches_forced : &lock->switches_left, 1);
        lock->last = ts->id;
        lock->until_lean = GIL_MACHINE_FENCE_WORTH;
    }
    if (lock->timing)
        gil_store_relaxed(&lock->held_since, gil_machine_now());
}

void
gil_lock_entered(struct gil_lock *lock, GilThreadState *ts)
{
    int first = lock->last == 0;

    enter(lock, ts, 0);
    /* In timing mode the count stands still. */
    if (!first && lock->until_lean != 0)
        return;
    lock->until_lean = GIL_MACHINE_FENCE_WORTH;
    if (lock->may_lean)
        lean(lock, ts);
}

/* Take a free lock past the queue, if that is allowed. */
static int
barge(struct gil_lock *lock, GilThreadState *ts)
{
    uintptr_t word = gil_load_relaxed(&lock->owner);

    return owner_of(word) == NULL && !(word & CLOSED) && gil_cas_acq_rel(&lock->owner, &word, word | (uintptr_t)ts);
}

/* barge() for as long as sleeping and waking would take, or until the token tells how the wait ended. */
static int
spin(struct gil_lock *lock, GilThreadState *ts, uint64_t now)
{
    uint64_t end = now + gil_machine_spin_ns();

    do {
        for (int i = 0; i < GIL_MACHINE_SPIN_ROUNDS; i++) {
            if (barge(lock, ts))
                return 1;
            if (gil_load_relaxed(&ts->waiter.token) > NUDGED)
                return 0;
            gil_machine_relax();
        }
    } while (!(gil_load_relaxed(&lock->owner) & (CLOSED | LEANS)) && gil_machine_now() < end);
    return 0;
}

/* Under mu, ts queued and holder: out of the queue, and the word says so. */
static void
settle(struct gil_lock *lock, GilThreadState *ts, uint64_t now, struct wakes *wakes)
{
    int was_first = lock->head == ts;
    uintptr_t drop = was_first ? WAKING | HANDOFF : 0;

    dequeue(lock, ts, wakes);
    ts->waiter.began = now;
    if (was_first)
        begin_turn(lock, ts, now);
    if (lock->head == NULL)
        drop |= QUEUED;
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
            if (!(word & WAKING) || lock->head != ts)
                return 0;
            word = gil_fetch_and_seq_cst(&lock->owner, ~WAKING);
            if (owner_of(word) != NULL)
                return 0;
            word &= ~WAKING;
        }
        if (gil_cas_acquire(&lock->owner, &word, word | (uintptr_t)ts))
            return 1;
    }
}

/*
 * Under mu, ts first in the queue and its time come, after take_or_rest() found the lock held: the holder can leave it only
 * through mu from here on, and only to ts.
 */
static void
demand(struct gil_lock *lock)
{
    uintptr_t word = gil_fetch_or_seq_cst(&lock->owner, HANDOFF);

    GIL_ASSERT(owner_of(word) != NULL);
    gil_fetch_or_seq_cst(&owner_of(word)->block.brk, _Gil_BRK_PREEMPT);
}

/* Before a wait: a signal handler that asks learns that this thread is not attached. */
static void
waiting(GilThreadState *ts, uint64_t now)
{
    ts->waiter.since = now;
    gil_store_relaxed(&ts->block.st, _Gil_LAZY);
}

/* The end of a wait: ts holds the lock and is in no queue. */
static int
waited(struct gil_lock *lock, GilThreadState *ts, int forced)
{
    uint64_t spent = gil_machine_now() - ts->waiter.since;

    count(&lock->wait_ns, spent);
    count(&ts->wait_ns, spent);
    enter(lock, ts, forced);
    gil_store_relaxed(&ts->block.st, _Gil_ATTACHED);
    return 0;
}

/* Under mu, which is dropped: ts is in the queue and stays there until it has the lock. */
static int
wait(struct gil_lock *lock, GilThreadState *ts, uint64_t now, struct wakes *wakes)
{
    struct gil_waiter *w = &ts->waiter;

    for (;;) {
        uint64_t deadline = GIL_MACHINE_NEVER;
        int taken = take_or_rest(lock, ts);

        gil_store_relaxed(&w->token, ASLEEP);
        if (!taken && lock->head == ts && !(gil_load_relaxed(&lock->owner) & HANDOFF)) {
            if (now >= lock->turn_end)
                demand(lock);
            else
                deadline = lock->turn_end;
        }
        if (taken) {
            settle(lock, ts, now, wakes);
            leave_mu(lock, wakes);
            return waited(lock, ts, 0);
        }
        leave_mu(lock, wakes);

        gil_machine_park(&w->token, ASLEEP, deadline);

        /* Acquire: pairs with the store of the token, after which the thread that stored it touches ts no more. */
        uint32_t token = gil_load_acquire(&w->token);
        if (token > NUDGED)
            return token == SHUT ? -1 : waited(lock, ts, token == FORCED);
        now = gil_machine_now();
        int barged = token == NUDGED && spin(lock, ts, now);
        gil_mutex_lock(&lock->mu);
        if (!w->queued) {
            token = gil_load_relaxed(&w->token);
            leave_mu(lock, wakes);
            return token == SHUT ? -1 : waited(lock, ts, token == FORCED);
        }
        if (barged) {
            settle(lock, ts, now, wakes);
            leave_mu(lock, wakes);
            return waited(lock, ts, 0);
        }
    }
}

/* The wait is over before it began: ts, not queued, holds the lock by now. */
static int
spared(struct gil_lock *lock, GilThreadState *ts, struct wakes *wakes)
{
    leave_mu(lock, wakes);
    return waited(lock, ts, 0);
}

static void __attribute__((noreturn, cold))
twice(const GilThreadState *ts, const char *does, const char *func)
{
    gil_panic(func, "thread state %llu %s already, for thread %#lx, and thread %#lx attaches it again",
              (unsigned long long)ts->id, does, ts->os_thread, gil_machine_thread());
}

void
gil_lock_twice(struct gil_lock *lock, GilThreadState *ts, const char *func)
{
    (void)lock;
    twice(ts, "holds the lock", func);
}

/*
 * ts came back, and the lock that leaned to it was or is being revoked. Whether it came in time only the revoker knows, and
 * says by the word.
 */
static int
came_in_time(struct gil_lock *lock, GilThreadState *ts)
{
    ts->leaning = 0;
    if (owner_of(gil_load_relaxed(&lock->owner)) != ts)
        return 0;
    gil_mutex_lock(&lock->mu);
    int inside = owner_of(gil_load_relaxed(&lock->owner)) == ts;
    gil_mutex_unlock(&lock->mu);
    return inside;
}

int
gil_lock_acquire_slow(struct gil_lock *lock, GilThreadState *ts, const char *func)
{
    struct wakes wakes = {NULL, NULL};

    if (ts->leaning && came_in_time(lock, ts))
        return 0;
    if (owner_of(gil_load_relaxed(&lock->owner)) == ts)
        twice(ts, "holds the lock", func);
    gil_rank_waiting(func);
    uint64_t now = gil_machine_now();
    waiting(ts, now);
    gil_store_relaxed(&ts->waiter.token, ASLEEP);
    if (spin(lock, ts, now))
        return waited(lock, ts, 0);

    now = gil_machine_now();
    gil_mutex_lock(&lock->mu);
    if (ts->waiter.queued)
        twice(ts, "waits for the lock", func);
    if (gil_load_relaxed(&lock->owner) & CLOSED) {
        int mine = lock->closer == ts;
        if (mine) {
            gil_store_release(&lock->owner, CLOSED | (uintptr_t)ts);
            return spared(lock, ts, &wakes);
        }
        leave_mu(lock, &wakes);
        return -1;
    }
    if ((gil_load_relaxed(&lock->owner) & LEANS) && revoke(lock, ts))
        return spared(lock, ts, &wakes);
    forget_credit(lock, ts);
    enqueue(lock, ts);
    if (lock->head == ts)
        begin_turn(lock, owner_of(gil_load_relaxed(&lock->owner)), now);
    return wait(lock, ts, now, &wakes);
}

/* --- leaving --- */

/*
 * Under mu, ts the holder and somebody queued: the first waiter is the holder. Its token is stored last: once it is, that thread
 * may run, and the word must say so by then.
 */
static void
hand_over(struct gil_lock *lock, GilThreadState *ts, uint64_t now, uint32_t token, struct wakes *wakes)
{
    GilThreadState *next = lock->head;

    charge(lock, ts, now);
    dequeue(lock, next, wakes);
    next->waiter.began = now;
    begin_turn(lock, next, now);
    gil_store_release(&lock->owner, (uintptr_t)next | (lock->head != NULL ? QUEUED : 0));
    gil_store_release(&next->waiter.token, token);
    wakes->granted = &next->waiter.token;
}

/* Charge the time held, before the word that lets the next in. */
static void
leaving(struct gil_lock *lock)
{
    count(&lock->held_ns, gil_machine_now() - lock->held_since);
    gil_store_relaxed(&lock->held_since, 0);
}

void
gil_lock_release_slow(struct gil_lock *lock, GilThreadState *ts, const char *func)
{
    struct wakes wakes = {NULL, NULL};
    uintptr_t word = gil_load_relaxed(&lock->owner);

    if (ts->leaning) {
        /* Revoked while ts was inside, or just outside: then there is nothing left to do. */
        if (!came_in_time(lock, ts))
            return;
        word = gil_load_relaxed(&lock->owner);
    }
    if (owner_of(word) != ts)
        gil_panic(func, "the lock is not held by thread state %llu, which leaves it", (unsigned long long)ts->id);
    if (lock->timing)
        leaving(lock);
    /* Nobody is queued, or somebody is awake already on behalf of the queue: be quick, without mu. */
    if (((word & FLAGS) == 0 || (word & FLAGS) == (QUEUED | WAKING)) &&
        gil_cas_acq_rel(&lock->owner, &word, word & FLAGS))
        return;

    gil_mutex_lock(&lock->mu);
    word = gil_load_relaxed(&lock->owner);
    if (word & HANDOFF) {
        gil_fetch_and_seq_cst(&ts->block.brk, ~_Gil_BRK_PREEMPT);
        hand_over(lock, ts, gil_machine_now(), GRANTED, &wakes);
    }
    else if (lock->head != NULL) {
        charge(lock, ts, gil_machine_now());
        gil_store_release(&lock->head->waiter.token, NUDGED);
        wakes.nudged = &lock->head->waiter.token;
        gil_store_release(&lock->owner, QUEUED | WAKING);
    }
    else
        gil_store_release(&lock->owner, word & CLOSED);
    leave_mu(lock, &wakes);
}

int
gil_lock_poll(struct gil_lock *lock, GilThreadState *ts)
{
    struct wakes wakes = {NULL, NULL};

    gil_rank_waiting(__func__);
    uint64_t now = gil_machine_now();
    gil_mutex_lock(&lock->mu);
    GIL_ASSERT(gil_lock_is_owner(lock, ts));
    if (!(gil_load_relaxed(&lock->owner) & HANDOFF)) {
        leave_mu(lock, &wakes);
        return 0;
    }
    if (lock->timing)
        leaving(lock);
    waiting(ts, now);
    gil_fetch_and_seq_cst(&ts->block.brk, ~_Gil_BRK_PREEMPT);
    hand_over(lock, ts, now, FORCED, &wakes);
    enqueue(lock, ts);
    return wait(lock, ts, now, &wakes);
}

/* --- its life --- */

void
gil_lock_init(struct gil_lock *lock, uint64_t interval, int may_lean)
{
    *lock = (struct gil_lock){.interval = interval, .may_lean = may_lean, .refs = 1};
    gil_mutex_init(&lock->mu, GIL_RANK_LOCK, "the inside of an interpreter's lock");
}

void
gil_lock_close(struct gil_lock *lock, GilThreadState *ts)
{
    struct wakes wakes = {NULL, NULL};

    gil_mutex_lock(&lock->mu);
    GIL_ASSERT(gil_lock_is_owner(lock, ts));
    straighten(lock);
    ts->leaning = 0;
    lock->closer = ts;
    while (lock->head != NULL) {
        GilThreadState *waiter = lock->head;
        dequeue(lock, waiter, &wakes);
        gil_store_release(&waiter->waiter.token, SHUT);
        gil_machine_unpark(&waiter->waiter.token);
    }
    gil_fetch_and_seq_cst(&ts->block.brk, ~_Gil_BRK_PREEMPT);
    gil_store_release(&lock->owner, CLOSED | (uintptr_t)ts);
    wakes = (struct wakes){NULL, NULL};
    leave_mu(lock, &wakes);
}

void
gil_lock_forget(struct gil_lock *lock, GilThreadState *ts)
{
    gil_mutex_lock(&lock->mu);
    if (gil_load_relaxed(&lock->owner) == ((uintptr_t)ts | LEANS))
        gil_store_release(&lock->owner, 0);
    gil_mutex_unlock(&lock->mu);
}

void
gil_lock_hold(struct gil_lock *lock)
{
    gil_fetch_add_relaxed(&lock->refs, 1);
}

int
gil_lock_drop(struct gil_lock *lock)
{
    /* Acquire and release: what each user did to the lock comes before its next life. */
    return gil_fetch_sub_acq_rel(&lock->refs, 1) == 1;
}

/* --- looking at it --- */

int
gil_lock_is_owner(struct gil_lock *lock, const GilThreadState *ts)
{
    uintptr_t word = gil_load_relaxed(&lock->owner);

    return owner_of(word) == ts && (!(word & LEANS) || gil_load_relaxed(&ts->block.st) == _Gil_ATTACHED);
}

void
gil_lock_set_timing(struct gil_lock *lock, int on)
{
    gil_mutex_lock(&lock->mu);
    straighten(lock);
    gil_mutex_unlock(&lock->mu);
    if (lock->timing && !on)
        leaving(lock);
    else if (!lock->timing && on)
        gil_store_relaxed(&lock->held_since, gil_machine_now());
    gil_store_relaxed(&lock->timing, on != 0);
}

void
gil_lock_set_interval(struct gil_lock *lock, uint64_t interval)
{
    gil_store_relaxed(&lock->interval, interval);
}

uint64_t
gil_lock_interval(struct gil_lock *lock)
{
    return gil_load_relaxed(&lock->interval);
}

void
gil_lock_info(struct gil_lock *lock, GilLockInfo *info)
{
    /* Under mu a holder's block cannot come to its end unseen: its thread leaves the lock first, perhaps without mu, but
     * the block is type-stable, and its number is that of a thread that was the holder a moment ago. */
    gil_mutex_lock(&lock->mu);
    uintptr_t word = gil_load_acquire(&lock->owner);
    GilThreadState *holder = owner_of(word);
    if ((word & LEANS) && gil_load_relaxed(&holder->block.st) == _Gil_LAZY)
        holder = NULL;
    info->holder = holder != NULL ? gil_load_relaxed(&holder->id) : 0;
    info->waiters = lock->waiters;
    info->membarriers = lock->fences;
    gil_mutex_unlock(&lock->mu);
    info->mode = lock->may_lean ? GIL_LOCK_ASYMMETRIC : GIL_LOCK_FENCED;
    info->timing = gil_load_relaxed(&lock->timing);
    info->switches_voluntary = gil_load_relaxed(&lock->switches_left);
    info->switches_forced = gil_load_relaxed(&lock->switches_forced);
    info->wait_ns = gil_load_relaxed(&lock->wait_ns);
    info->since_ns = gil_load_relaxed(&lock->held_since);
    info->held_ns = gil_load_relaxed(&lock->held_ns);
    if (info->since_ns != 0)
        info->held_ns += gil_machine_now() - info->since_ns;
}
