/* SPDX-License-Identifier: MIT */
/* The lock under the explorer: lib/state/lock.c and lib/sync/mutex.c as they ship, every schedule up to a bound. */
#include "models/runner.h"

#include "models/machine_model.h"

#include "state/habit.h"
#include "state/lock.h"
#include "sync/machine.h"

#include <stdio.h>
#include <string.h>

/* Flags of the owner word that the observer below must know; see the essay of lock.c. */
#define HANDOFF ((uintptr_t)4)
#define LEANS ((uintptr_t)16)
#define FLAGS ((uintptr_t)31)
/* What the word of a mutex is while somebody waits for it; see mutex.c. */
#define CONTENDED 2u

#define THREADS_MAX 5

static struct gil_lock lock __attribute__((aligned(64)));
/* As in the pool: the address leaves bits free for flags. */
static struct cell {
    GilThreadState ts __attribute__((aligned(64)));
} cells[THREADS_MAX];
static int inside;                /* threads in the critical section */
static uint32_t written, entries; /* what the lock protects, stored plainly; and what it has to be */
static long turns[THREADS_MAX];   /* entries to it */
static int got_out;               /* thread 0 has passed its BEGIN */
static long got[THREADS_MAX];     /* times the lock became the thread's */
static GilThreadState *claimant;  /* to whom the lock is owed, as of the last step under mu */
static int claims_end;            /* who claims may give up */
static int refused[THREADS_MAX];  /* came for a lock that was barred to it */
static int late[THREADS_MAX];     /* did not get the lock in time */
static struct _GilCallSite site, sleeps; /* an ALLOW_THREADS and a BLOCKING_CALL */
static int tries[THREADS_MAX];    /* must not wait, not even for mu */
static int hook_data;             /* 1 while a preempt hook may be called */
static int reports;               /* long holds told of */
static int others;                /* for whom a patient holder waits */
__thread struct _GilThreadBlock *_Gil_thread;

static void
setup_lock(int may_lean)
{
    memset(cells, 0, sizeof cells);
    site = (struct _GilCallSite){"model", 1, _Gil_SITE_ALLOW, {0}};
    sleeps = (struct _GilCallSite){"model", 2, _Gil_SITE_BLOCKING, {0}};
    _Gil_thread = NULL;
    explore_locals = 1;
    gil_lock_init(&lock, 100, may_lean);
    for (int t = 0; t < THREADS_MAX; t++) {
        cells[t].ts.block.brk = _Gil_BRK_FENCED;
        cells[t].ts.lock = &lock;
        cells[t].ts.id = (uint64_t)t + 1;
        lock.refs++;
        turns[t] = 0;
        got[t] = 0;
        refused[t] = 0;
        late[t] = 0;
        tries[t] = 0;
    }
    inside = got_out = 0;
    written = entries = 0;
    claims_end = 0;
    claimant = NULL;
    hook_data = reports = 0;
    others = 2;
}

static void
setup(void)
{
    setup_lock(0);
}

static void
setup_lean(void)
{
    setup_lock(1);
}

/* The words that threads race for. All else is under mu or under the lock: checked by these. */
static int
of_interest(const void *address)
{
    if (address == &written || address == &lock.owner || address == &lock.mu.word || address == &lock.refs)
        return 1;
    for (int t = 0; t < THREADS_MAX; t++)
        if (address == &cells[t].ts.preempt_calls || address == &cells[t].ts.block.brk || address == &cells[t].ts.block.st || address == &cells[t].ts.waiter.token)
            return 1;
    return 0;
}

static GilThreadState *
holder_in(uint64_t word)
{
    return (GilThreadState *)((uintptr_t)word & ~FLAGS);
}

static long
number_of(const GilThreadState *ts)
{
    return (const struct cell *)(const void *)ts - cells;
}

/* Every change of the owner word is judged. */
static void
wrote(const void *address, uint64_t was, uint64_t is)
{
    /* What a section under mu left behind counts from its end. */
    if (address == &lock.mu.word && is == 0)
        claimant = lock.turns.claimant;
    /* Once it has the lock it may, to have it lean. */
    if (address == &lock.mu.word && is == CONTENDED && tries[explore_self()] &&
        holder_in(lock.owner) != &cells[explore_self()].ts)
        explore_fail("a try waits for the mutex");
    if (address != &lock.owner)
        return;
    GilThreadState *before = holder_in(was), *after = holder_in(is), *self = &cells[explore_self()].ts;
    if (!(was & LEANS) && (is & LEANS) && (after != self || before != self))
        explore_fail("the lock leans to a thread that does not hold it");
    if ((is & LEANS) && (is & FLAGS) != LEANS)
        explore_fail("the lock leans beside another flag");
    if ((is & LEANS) && (!lock.may_lean || lock.timing))
        explore_fail("the lock leans though it must not");
    if (before == after)
        return;
    if (after != NULL)
        got[number_of(after)]++;
    if (before != NULL && before != self && !(was & LEANS))
        explore_fail("the lock is taken away from its holder");
    if ((was & LEANS) && after == NULL && before != self)
        explore_fail("the lock is freed behind the back of the thread that it leans to");
    if ((before == NULL || (was & LEANS)) && after != NULL && after != self)
        explore_fail("a free lock is given to another");
    if ((was & HANDOFF) && after != NULL && after != claimant)
        explore_fail("the waiter that claimed the lock is passed over");
    if ((was & HANDOFF) && after == NULL)
        explore_fail("a lock that is claimed is freed");
}

static void
critical(int self)
{
    EXPLORE_CHECK(inside == 0);
    inside++;
    turns[self]++;
    EXPLORE_CHECK(gil_load_relaxed(&written) == entries);
    gil_store_relaxed(&written, ++entries);
    explore_point("inside");
    EXPLORE_CHECK(inside == 1);
    inside--;
}

static void
take(int self)
{
    EXPLORE_CHECK(gil_lock_acquire(&lock, &cells[self].ts, "model") == 0);
    EXPLORE_CHECK(gil_lock_is_owner(&lock, &cells[self].ts));
}

static void
leave(int self)
{
    gil_lock_release(&lock, &cells[self].ts, "model");
}

/* The inline transitions, as they are compiled into modules. */

struct gil_state_hooks gil_state_hooks;

void
gil_tstate_too_late(GilThreadState *ts, const char *func)
{
    (void)ts;
    (void)func;
    explore_fail("END finds the lock barred");
    __builtin_unreachable();
}

void
_GilEval_LeaveMisuse(void)
{
    explore_fail("BEGIN finds the thread detached");
    __builtin_unreachable();
}

void
_GilEval_ReturnMisuse(struct _GilThreadBlock *block)
{
    (void)block;
    explore_fail("END finds the thread attached");
}

static void
begin(int self)
{
    _Gil_thread = &cells[self].ts.block;
    _GilEval_Leave(&site);
}

static void
end(int self)
{
    _Gil_thread = &cells[self].ts.block;
    _GilEval_Return(&cells[self].ts);
}

/*
 * Give back the thread's block, and the lock with the last: from then on nobody may look. As gil_tstate_put_block() does, whose
 * state is in an interpreter's list, in a pool and on a thread's shelf; to have these here would make a search of the lock's inside
 * one of them, too. That function, and the rest of a state's life, is what threads_model.c runs: with the lock's inside at rest.
 */
static void
give_back(int self)
{
    if (cells[self].ts.leaning)
        gil_lock_forget(&lock, &cells[self].ts);
    explore_poison(&cells[self].ts, sizeof cells[self].ts);
    if (gil_lock_drop(&lock))
        explore_poison(&lock, sizeof lock);
}

static void
all_is_quiet(void)
{
    EXPLORE_CHECK(lock.owner == 0 || (lock.owner & FLAGS) == LEANS);
    EXPLORE_CHECK(lock.turns.head == NULL && lock.turns.tail == NULL && lock.turns.next == NULL && lock.turns.waiters == 0);
    EXPLORE_CHECK(lock.turns.lender == NULL && lock.turns.claimant == NULL);
    EXPLORE_CHECK(lock.mu.word == 0);
    for (int t = 0; t < THREADS_MAX; t++) {
        EXPLORE_CHECK(cells[t].ts.block.brk == (lock.owner == ((uintptr_t)&cells[t].ts | LEANS) ? 0 : _Gil_BRK_FENCED));
        EXPLORE_CHECK(cells[t].ts.block.st == _Gil_LAZY);
        EXPLORE_CHECK(!cells[t].ts.waiter.queued);
    }
}

/* Attach and release, twice. */
static void
body_exclusion(int self)
{
    for (int round = 0; round < 2; round++) {
        take(self);
        critical(self);
        leave(self);
    }
}

/* Attach, leave and return by the inline transitions so many times, release. */
static void
pairs(int self, int count)
{
    take(self);
    critical(self);
    while (count-- > 0) {
        begin(self);
        end(self);
        critical(self);
    }
    leave(self);
}

static void
body_pair(int self)
{
    pairs(self, 1);
}

/* Long enough to lean, be revoked, and lean again. */
static void
body_circle(int self)
{
    pairs(self, self == 0 ? 4 : 1);
}

/* Attach and release, once: for more threads. */
static void
body_once(int self)
{
    take(self);
    critical(self);
    leave(self);
}

/* Times that the lock became another's. */
static long
got_by_others(int self)
{
    long sum = 0;

    for (int t = 0; t < THREADS_MAX; t++)
        sum += t != self ? got[t] : 0;
    return sum;
}

/* A3: who finds its request accepted runs before the one that polled does. */
static void
poll_once(int self)
{
    uint32_t asked = cells[self].ts.block.brk & _Gil_BRK_PREEMPT;
    long before = got_by_others(self);

    critical(self);
    if (!(gil_load_relaxed(&cells[self].ts.block.brk) & _Gil_BRK_PREEMPT))
        return;
    EXPLORE_CHECK(gil_lock_poll(&lock, &cells[self].ts) == 0);
    if (asked && !claims_end)
        EXPLORE_CHECK(got_by_others(self) > before);
    EXPLORE_CHECK(gil_lock_is_owner(&lock, &cells[self].ts));
}

static void
body_poll(int self)
{
    take(self);
    poll_once(self);
    poll_once(self);
    leave(self);
}

/* Thread 0 is a hog that only polls, the others come for a moment. */
static void
body_hog(int self)
{
    if (self == 0)
        body_poll(self);
    else
        body_once(self);
}

/* Liveness: a holder that does nothing but wait for a request, which timers alone can bring, lets everybody in. */
static int
somebody_asks(void)
{
    return cells[0].ts.block.brk & _Gil_BRK_PREEMPT;
}

static void
body_patience(int self)
{
    if (self != 0) {
        body_once(self);
        return;
    }
    take(0);
    while (turns[1] == 0 || (others > 1 && turns[2] == 0)) {
        explore_until(somebody_asks);
        EXPLORE_CHECK(gil_lock_poll(&lock, &cells[0].ts) == 0);
    }
    leave(0);
}

/* The holder is there first, and its wait for a request can be served by the others alone. */
static int
hog_holds(void)
{
    return got[0] > 0;
}

static void
body_patience_start(int self)
{
    if (self != 0)
        explore_until(hog_holds);
    body_patience(self);
}

/* Whoever is outside keeps nobody out, however long it stays. */
static int
other_was_in(void)
{
    return turns[1] > 0;
}

static void
body_outside(int self)
{
    if (self != 0) {
        body_once(self);
        return;
    }
    take(0);
    critical(0);
    begin(0);
    explore_until(other_was_in);
    end(0);
    critical(0);
    leave(0);
}

/* Thread 0 does all that a holder may do, the other comes at any moment. */
static void
body_timing(int self)
{
    take(self);
    if (self == 0)
        gil_lock_set_timing(&lock, &cells[0].ts, 1);
    EXPLORE_CHECK(self != 0 || (cells[0].ts.block.brk & _Gil_BRK_FENCED));
    critical(self);
    begin(self);
    end(self);
    if (self == 0)
        gil_lock_set_timing(&lock, &cells[0].ts, 0);
    critical(self);
    leave(self);
}

/* Another layer asks thread 0 for a poll: that sends its transitions to the library, and changes nothing there. */
static void
body_asked(int self)
{
    if (self == 1)
        gil_fetch_or_seq_cst(&cells[0].ts.block.brk, _Gil_BRK_ASYNC);
    pairs(self, self == 0 ? 2 : 0);
}

static void
finish_asked(void)
{
    cells[0].ts.block.brk &= ~_Gil_BRK_ASYNC;
    all_is_quiet();
}

/* As the collector does: under the lock, whatever brought the thread here. */
static int
collect(GilThreadState *ts)
{
    gil_fetch_and_seq_cst(&ts->block.brk, ~_Gil_BRK_COLLECT);
    EXPLORE_CHECK(ts->block.st == _Gil_ATTACHED);
    critical((int)ts->id - 1);
    return 0;
}

static int
is_out(void)
{
    return got_out || turns[0] == 0;
}

/* Garbage is due for thread 0, which looks at its BEGIN: it stays once for that, and then leaves. */
static void
body_collect(int self)
{
    gil_state_hooks.collect = collect;
    if (self == 1)
        gil_fetch_or_seq_cst(&cells[0].ts.block.brk, _Gil_BRK_COLLECT);
    pairs(self, self == 0 ? 2 : 1);
}

/* The same, and thread 1 keeps the lock, once it has it, until thread 0 is outside: a BEGIN that waits waits for ever. */
static void
body_collect_beside(int self)
{
    gil_state_hooks.collect = collect;
    take(self);
    critical(self);
    if (self == 0) {
        gil_fetch_or_seq_cst(&cells[0].ts.block.brk, _Gil_BRK_COLLECT);
        begin(0);
        got_out = 1;
        end(0);
        critical(0);
    }
    else
        explore_until(is_out);
    leave(self);
}

static void
finish_collect(void)
{
    cells[0].ts.block.brk &= ~_Gil_BRK_COLLECT;
    all_is_quiet();
}

/* A block is given back, and nothing leans to it. */
static void
body_exit(int self)
{
    pairs(self, self == 0 ? 4 : 1);
    give_back(self);
}

/* Who is refused, be it on coming or in a poll, has the lock no more and must not leave it. */
static void
visit(int self)
{
    if (gil_lock_acquire(&lock, &cells[self].ts, "model") != GIL_LOCK_GOT) {
        refused[self] = 1;
        return;
    }
    EXPLORE_CHECK(!cells[self].ts.barred);
    critical(self);
    if (!(gil_load_relaxed(&cells[self].ts.block.brk) & _Gil_BRK_PREEMPT) || gil_lock_poll(&lock, &cells[self].ts) == GIL_LOCK_GOT)
        leave(self);
}

/* Two threads alone: the last gives back the lock. */
static void
setup_exit(void)
{
    setup_lean();
    lock.refs = 2;
}

static void
finish_exit(void)
{
    EXPLORE_CHECK(turns[0] == 5 && turns[1] == 2);
}

/* The same while others wait, who give back theirs in their turn. */
static void
body_exit_once(int self)
{
    body_once(self);
    give_back(self);
}

static void
setup_exit_once(void)
{
    setup_lean();
    lock.refs = 3;
}

static void
finish_exit_once(void)
{
    EXPLORE_CHECK(turns[0] == 1 && turns[1] == 1 && turns[2] == 1);
}

/* The list of states, from which an end bars: who gives a block back has left it. */
static struct gil_mutex states;
static int listed;

/* A5, A6: thread 0 ends the interpreter while others are between the word that let it in and the end of their release.
 * Thread 2 is of another interpreter, which goes on. */
static void
body_end(int self)
{
    if (self == 2) {
        body_exit_once(2);
        return;
    }
    if (self != 0) {
        visit(self);
        gil_mutex_lock(&states);
        listed = 0;
        gil_mutex_unlock(&states);
        give_back(self);
        return;
    }
    take(0);
    begin(0);
    end(0);
    gil_mutex_lock(&states);
    if (listed)
        gil_lock_bar(&lock, &cells[1].ts);
    gil_mutex_unlock(&states);
    critical(0);
    /* A finalizer leaves the lock and comes back. */
    leave(0);
    EXPLORE_CHECK(!gil_lock_is_owner(&lock, &cells[0].ts));
    take(0);
    critical(0);
    leave(0);
    EXPLORE_CHECK(!gil_lock_drop(&lock));
    give_back(0);
}

static void
setup_end(void)
{
    setup();
    lock.refs = 3; /* the interpreter's and two blocks' */
    gil_mutex_init(&states, GIL_RANK_STATES, "model");
    listed = 1;
}

/* One more block. */
static void
setup_end_of_two(void)
{
    setup_end();
    lock.refs++;
}

static void
setup_end_lean(void)
{
    setup_end();
    lock.may_lean = 1;
}

static void
finish_end(void)
{
    EXPLORE_CHECK(turns[0] == 2 && turns[1] + refused[1] == 1);
}

static void
finish_end_of_two(void)
{
    finish_end();
    EXPLORE_CHECK(turns[2] == 1);
}

/* Thread 0 computes, the others are known to want the lock for moments: they borrow. */
static void
setup_loan(void)
{
    setup();
    cells[0].ts.waiter.hold = (uint16_t)gil_log2(1000000);
    for (int t = 1; t < THREADS_MAX; t++)
        cells[t].ts.waiter.hold = (uint16_t)gil_log2(1000);
}

static void
setup_loan_of_two(void)
{
    setup_loan();
    others = 1;
}

/* The third wants a turn. */
static void
setup_loan_and_turn(void)
{
    setup_loan();
    cells[2].ts.waiter.hold = (uint16_t)gil_log2(1000000);
}

/* Thread 0 comes for moments, and ends the interpreter of thread 1, which computes and may be the lender. */
static void
setup_end_of_lender(void)
{
    setup_end();
    cells[0].ts.waiter.hold = (uint16_t)gil_log2(1000);
    cells[1].ts.waiter.hold = (uint16_t)gil_log2(1000000);
}

static void
setup_end_of_lender_of_two(void)
{
    setup_end_of_lender();
    lock.refs++;
}

/* The third and the fourth want turns. */
static void
setup_loan_and_turns(void)
{
    setup_loan_and_turn();
    cells[3].ts.waiter.hold = (uint16_t)gil_log2(1000000);
}

/* The fourth wants a turn: the lender, one that would borrow and that one wait while another borrows. */
static void
setup_lanes(void)
{
    setup_loan();
    cells[3].ts.waiter.hold = (uint16_t)gil_log2(1000000);
}

static void
setup_turns(void)
{
    setup_loan();
    cells[3].ts.waiter.hold = cells[4].ts.waiter.hold = (uint16_t)gil_log2(1000000);
}

static void
body_loan(int self)
{
    if (self == 0)
        body_poll(0);
    else
        body_exclusion(self);
}

/* The borrower polls, and may lose the lock to who waits for a turn. */
static void
body_greedy_borrower(int self)
{
    take(self);
    poll_once(self);
    leave(self);
}

/* Thread 0 gives nothing away but on request; thread 1 borrows from it, and keeps it until it is asked for it. */
static int
borrower_is_asked(void)
{
    return cells[1].ts.block.brk & _Gil_BRK_PREEMPT;
}

static void
body_term(int self)
{
    if (self != 0)
        explore_until(hog_holds);
    if (self != 1) {
        body_patience(self);
        return;
    }
    take(1);
    critical(1);
    if (lock.turns.lender != NULL) {
        explore_until(borrower_is_asked);
        EXPLORE_CHECK(gil_lock_poll(&lock, &cells[1].ts) == 0);
        critical(1);
    }
    leave(1);
}

/* The same, but the borrower leaves when it is asked, and thread 2 takes a turn and keeps it until it is asked: by the
 * lender, which is the only one that waits by then. */
static int
third_is_asked(void)
{
    return cells[2].ts.block.brk & _Gil_BRK_PREEMPT;
}

static void
body_resume(int self)
{
    if (self == 0) {
        take(0);
        explore_until(somebody_asks);
        EXPLORE_CHECK(gil_lock_poll(&lock, &cells[0].ts) == 0);
        leave(0);
        return;
    }
    explore_until(hog_holds);
    take(self);
    critical(self);
    if (self == 1 && lock.turns.lender != NULL)
        explore_until(borrower_is_asked);
    if (self == 2 && cells[0].ts.waiter.queued)
        explore_until(third_is_asked);
    leave(self);
}

/* Thread 0 does not listen to who would borrow, and keeps its whole turn. */
static int
turn_is_claimed(void)
{
    return lock.turns.claimant == &cells[2].ts;
}

static void
body_override(int self)
{
    if (self != 0) {
        explore_until(hog_holds);
        body_once(self);
        return;
    }
    take(0);
    explore_until(turn_is_claimed);
    EXPLORE_CHECK(gil_lock_poll(&lock, &cells[0].ts) == 0);
    EXPLORE_CHECK(turns[2] > 0);
    leave(0);
}

/* The first in the queue is stopped for ever, so the second has to claim on its behalf. */
static int
first_waits(void)
{
    return cells[1].ts.waiter.queued;
}

/* Thread 0 leaves to thread 1, which sleeps, comes back, and is the second if thread 2 was quicker than thread 1. */
static int
first_came(void)
{
    return first_waits() || got[1] > 0;
}

static void
body_again(int self)
{
    if (self != 0)
        explore_until(self == 1 ? hog_holds : first_came);
    take(self);
    critical(self);
    if (self == 0) {
        explore_until(first_came);
        leave(0);
        take(0);
        critical(0);
    }
    leave(self);
}

static void
body_numb(int self)
{
    if (self == 2)
        explore_until(first_waits);
    body_patience_start(self);
}

/* Threads 0 and 1 keep the lock until somebody's timer brings a request. */
static int
next_is_asked(void)
{
    return cells[1].ts.block.brk & _Gil_BRK_PREEMPT;
}

static void
body_relay(int self)
{
    if (self == 2)
        explore_until(first_waits);
    if (self != 1) {
        body_patience_start(self);
        return;
    }
    explore_until(hog_holds);
    take(1);
    critical(1);
    explore_until(next_is_asked);
    EXPLORE_CHECK(gil_lock_poll(&lock, &cells[1].ts) == 0);
    leave(1);
}

/* Thread 2 is stopped for ever, and thread 3 becomes the second only when thread 1 is gone. */
static int
second_waits(void)
{
    return cells[2].ts.waiter.queued;
}

static void
body_relay_to_numb(int self)
{
    if (self == 3) {
        explore_until(second_waits);
        body_once(3);
    }
    else
        body_relay(self);
}

/*
 * Thread 0 lends to thread 1, and threads 2 and 3 wait for turns. When the loan is over thread 2 may be quicker than the lender, which
 * the release told to look: then its turn is over, it looks for nobody, and thread 3 is the first.
 */
static int
all_of_them_wait(void)
{
    return first_waits() && second_waits() && cells[3].ts.waiter.queued;
}

static int
lender_sleeps(void)
{
    return cells[0].ts.waiter.queued && cells[0].ts.waiter.token == 0;
}

static void
body_overtaken(int self)
{
    if (self == 0) {
        take(0);
        explore_until(all_of_them_wait);
        EXPLORE_CHECK(gil_lock_poll(&lock, &cells[0].ts) == 0);
        leave(0);
        return;
    }
    explore_until(self == 1 ? hog_holds : self == 2 ? first_waits : second_waits);
    take(self);
    critical(self);
    if (self == 2 && cells[0].ts.waiter.queued && got[3] == 0)
        explore_until(lender_sleeps);
    leave(self);
}

/* Threads 3 and 4 wait for turns behind two that would borrow, to whom nobody listens. */
static int
both_wait(void)
{
    return cells[1].ts.waiter.queued && cells[2].ts.waiter.queued;
}

static int
third_waits(void)
{
    return cells[3].ts.waiter.queued;
}

static int
third_claims(void)
{
    return lock.turns.claimant == &cells[3].ts;
}

static int
fourth_claims(void)
{
    return lock.turns.claimant == &cells[4].ts;
}

static void
body_turns(int self)
{
    if (self != 0)
        explore_until(self == 3 ? both_wait : self == 4 ? third_waits : hog_holds);
    take(self);
    critical(self);
    if (self == 0 || self == 3) {
        explore_until(self == 0 ? third_claims : fourth_claims);
        EXPLORE_CHECK(gil_lock_poll(&lock, &cells[self].ts) == 0);
    }
    leave(self);
}

/* Giving way lets another run, if one waits. */
static void
body_yield(int self)
{
    take(self);
    critical(self);
    int somebody = (gil_load_relaxed(&lock.owner) & 1) != 0; /* queued, and has said so */
    long before = got_by_others(self);
    EXPLORE_CHECK(gil_lock_yield(&lock, &cells[self].ts) == GIL_LOCK_GOT);
    EXPLORE_CHECK(!somebody || got_by_others(self) > before);
    EXPLORE_CHECK(gil_lock_is_owner(&lock, &cells[self].ts));
    critical(self);
    leave(self);
}

/* A borrower gives way: to the lender. */
static void
body_borrower_yields(int self)
{
    if (self == 0)
        body_poll(0);
    else if (self == 1)
        body_yield(1);
    else
        body_once(self);
}

/* The others do not wait, or not for ever. */
static void
setup_timed(void)
{
    setup();
    claims_end = 1;
}

/* Who does not wait for ever may find the lock leaning, and revoke that, or come while another does. */
static void
setup_timed_lean(void)
{
    setup_lean();
    claims_end = 1;
}

/* Who does not wait for ever would borrow. */
static void
setup_timed_loan(void)
{
    setup_loan_and_turn();
    claims_end = 1;
}

static void
enter_within(int self, uint64_t limit)
{
    /* If the lock leaned to it, it waits until a revocation that is under way is over: it cannot know otherwise whether it has it. */
    tries[self] = limit == 0 && !cells[self].ts.leaning;
    int rc = gil_lock_acquire_until(&lock, &cells[self].ts, limit, "model");

    tries[self] = 0;
    EXPLORE_CHECK(rc == GIL_LOCK_GOT || rc == GIL_LOCK_LATE);
    EXPLORE_CHECK(gil_lock_is_owner(&lock, &cells[self].ts) == (rc == GIL_LOCK_GOT));
    EXPLORE_CHECK(gil_load_relaxed(&cells[self].ts.block.st) == (rc == GIL_LOCK_GOT ? _Gil_ATTACHED : _Gil_LAZY));
    if (rc == GIL_LOCK_LATE) {
        late[self]++;
        EXPLORE_CHECK(!cells[self].ts.waiter.queued);
        return;
    }
    critical(self);
    leave(self);
}

/* Thread 1 goes before its time has come, thread 2 is stopped for ever: thread 3, which had no timer behind these two, has to
 * look after them now. */
static int
first_came_or_went(void)
{
    return first_waits() || late[1] + got[1] > 0;
}

static int
second_came(void)
{
    return second_waits() || got[2] > 0;
}

static void
body_quits(int self)
{
    if (self != 0) {
        explore_until(self == 1 ? hog_holds : self == 2 ? first_came_or_went : second_came);
        if (self == 1)
            enter_within(1, 50);
        else
            body_once(self);
        return;
    }
    take(0);
    while (turns[2] == 0 || turns[3] == 0) {
        explore_until(somebody_asks);
        EXPLORE_CHECK(gil_lock_poll(&lock, &cells[0].ts) == GIL_LOCK_GOT);
    }
    leave(0);
}

static void
body_try(int self)
{
    if (self == 0) {
        pairs(0, 2);
        return;
    }
    if (self == 2) {
        body_once(2);
        return;
    }
    enter_within(self, 0);
    enter_within(self, 0);
}

static void
body_timed(int self)
{
    if (self == 0)
        body_poll(0);
    else if (self == 1) {
        enter_within(1, 50);
        enter_within(1, 150);
    }
    else
        body_once(self);
}

/* A thread that sleeps outside, as its call site says, gives the lock away. */
static void
body_blocking(int self)
{
    take(self);
    critical(self);
    _Gil_thread = &cells[self].ts.block;
    _GilEval_Leave(&sleeps);
    end(self);
    critical(self);
    leave(self);
}

/* Who stops listening to claims may destroy what the hook uses. */
static void
hook(void *data)
{
    explore_point("in the hook");
    EXPLORE_CHECK(*(int *)data == 1);
}

static void
body_hook(int self)
{
    if (self != 0) {
        body_once(self);
        return;
    }
    take(0);
    hook_data = 1;
    gil_lock_set_preempt_hook(&lock, &cells[0].ts, hook, &hook_data);
    poll_once(0);
    gil_lock_set_preempt_hook(&lock, &cells[0].ts, NULL, NULL);
    hook_data = 0;
    critical(0);
    leave(0);
}

/* A waiter that is owed the lock tells of a holder that goes on. */
static int
was_told(void)
{
    return reports > 0;
}

static void
long_hold(const GilLongHold *hold, void *data)
{
    explore_point("in the report");
    EXPLORE_CHECK(hold->holder == cells[0].ts.id && hold->waiter == cells[1].ts.id && hold->waiters == 1);
    EXPLORE_CHECK(!gil_lock_is_owner(&lock, &cells[1].ts));
    ++*(int *)data;
}

static void
body_watch(int self)
{
    if (self != 0) {
        explore_until(hog_holds);
        body_once(self);
        return;
    }
    take(0);
    gil_lock_set_long_hold(&lock, &(struct gil_long_hold){50, long_hold, &reports});
    explore_until(was_told);
    poll_once(0);
    leave(0);
}

/* Whose claim was left to it tells of the holder in its place. */
static int
is_claimed(void)
{
    return lock.turns.claimant != NULL;
}

static void
heir_tells(const GilLongHold *hold, void *data)
{
    if (hold->waiter == cells[2].ts.id)
        ++*(int *)data;
}

static void
body_heir(int self)
{
    if (self == 0) {
        take(0);
        gil_lock_set_long_hold(&lock, &(struct gil_long_hold){50, heir_tells, &reports});
        explore_until(was_told);
        EXPLORE_CHECK(late[1] == 1 && lock.turns.claimant == &cells[2].ts);
        poll_once(0);
        leave(0);
        return;
    }
    explore_until(self == 1 ? hog_holds : is_claimed);
    /* So late that the timer of the other has passed. */
    if (self == 1)
        enter_within(1, 1000);
    else
        body_once(2);
}

/* The mutex alone. */
static struct gil_mutex mutex;

static void
setup_mutex(void)
{
    gil_mutex_init(&mutex, GIL_RANK_LOCK, "model");
    inside = 0;
    written = entries = 0;
    memset(turns, 0, sizeof turns);
}

static int
of_interest_mutex(const void *address)
{
    return address == &mutex.word;
}

static void
body_mutex(int self)
{
    for (int round = 0; round < 2; round++) {
        gil_mutex_lock(&mutex);
        critical(self);
        gil_mutex_unlock(&mutex);
    }
}

static void
finish_mutex(void)
{
    EXPLORE_CHECK(mutex.word == 0);
}

/* The plain pair alone, from where it is plainest: the lock leans to a thread that is inside, and another comes. So small that
 * every order of its steps and stores can be had. */
static void
setup_fast(void)
{
    setup_lean();
    cells[0].ts.leaning = 1;
    cells[0].ts.block.brk = 0;
    cells[0].ts.block.st = _Gil_ATTACHED;
    lock.owner = (uintptr_t)&cells[0].ts | LEANS;
    lock.last = 1;
    lock.until_lean = 2;
}

/* The same by the word, from where a thread holds it. */
static void
setup_fast_word(void)
{
    setup();
    cells[0].ts.block.st = _Gil_ATTACHED;
    lock.owner = (uintptr_t)&cells[0].ts;
    lock.last = 1;
}

static void
body_fast(int self)
{
    if (self != 0) {
        body_once(self);
        return;
    }
    critical(0);
    begin(0);
    end(0);
    critical(0);
    leave(0);
}

static const struct model_run runs[] = {
    {{"mutex", 2, 0, setup_mutex, body_mutex, of_interest_mutex, NULL, finish_mutex}, {EXPLORE_ANY, 0, 2}, {EXPLORE_ANY, 0, 4}},
    {{"fast", 2, 0, setup_fast, body_fast, of_interest, wrote, all_is_quiet}, {EXPLORE_ANY, 0, 0}, {EXPLORE_ANY, 1, 1}},
    {{"fast_word", 2, 0, setup_fast_word, body_fast, of_interest, wrote, all_is_quiet}, {EXPLORE_ANY, 0, 0}, {EXPLORE_ANY, 1, 1}},
    {{"lean", 2, 0, setup_lean, body_pair, of_interest, wrote, all_is_quiet}, {3, 1, 1}, {4, 3, 2}},
    {{"reattach", 2, 0, setup_lean, body_exclusion, of_interest, wrote, all_is_quiet}, {3, 1, 0}, {4, 3, 2}},
    {{"outside", 2, 0, setup_lean, body_outside, of_interest, wrote, all_is_quiet}, {3, 1, 1}, {4, 3, 2}},
    {{"circle", 2, 0, setup_lean, body_circle, of_interest, wrote, all_is_quiet}, {3, 1, 0}, {4, 3, 2}},
    {{"lean_poll", 2, 0, setup_lean, body_poll, of_interest, wrote, all_is_quiet}, {3, 2, 0}, {4, 3, 1}},
    {{"timing", 2, 0, setup_lean, body_timing, of_interest, wrote, all_is_quiet}, {3, 1, 0}, {4, 3, 2}},
    {{"breaker", 2, 0, setup_lean, body_asked, of_interest, wrote, finish_asked}, {3, 1, 0}, {4, 3, 2}},
    {{"collect", 2, 0, setup_lean, body_collect, of_interest, wrote, finish_collect}, {3, 1, 0}, {4, 3, 2}},
    {{"collect_beside", 2, 0, setup_lean, body_collect_beside, of_interest, wrote, finish_collect}, {3, 1, 0}, {4, 3, 2}},
    {{"exit", 2, 0, setup_exit, body_exit, of_interest, wrote, finish_exit}, {3, 1, 0}, {4, 3, 2}},
    {{"lean_end", 2, 0, setup_end_lean, body_end, of_interest, wrote, finish_end}, {3, 1, 1}, {4, 3, 2}},
    {{"mutex", 3, 0, setup_mutex, body_mutex, of_interest_mutex, NULL, finish_mutex}, {3, 0, 1}, {4, 0, 2}},
    {{"exclusion", 2, 0, setup, body_exclusion, of_interest, wrote, all_is_quiet}, {3, 1, 1}, {4, 3, 2}},
    {{"exclusion", 3, 0, setup, body_once, of_interest, wrote, all_is_quiet}, {2, 2, 1}, {3, 2, 1}},
    {{"again", 3, 0, setup, body_again, of_interest, wrote, all_is_quiet}, {2, 1, 0}, {3, 2, 1}},
    {{"poll", 2, 0, setup, body_poll, of_interest, wrote, all_is_quiet}, {3, 3, 1}, {4, 3, 1}},
    {{"poll", 3, 0, setup, body_hog, of_interest, wrote, all_is_quiet}, {2, 3, 0}, {3, 3, 1}},
    {{"patience", 3, EXPLORE_ALL, setup, body_patience_start, of_interest, wrote, all_is_quiet}, {2, 1, 0}, {3, 2, 1}},
    {{"end", 2, 0, setup_end, body_end, of_interest, wrote, finish_end}, {3, 1, 1}, {4, 3, 2}},
    {{"loan", 2, 0, setup_loan, body_loan, of_interest, wrote, all_is_quiet}, {3, 2, 1}, {4, 3, 2}},
    {{"yield", 2, 0, setup, body_yield, of_interest, wrote, all_is_quiet}, {3, 2, 1}, {4, 3, 2}},
    {{"try", 2, 0, setup_lean, body_try, of_interest, wrote, all_is_quiet}, {3, 1, 0}, {4, 3, 2}},
    {{"timed", 2, 0, setup_timed, body_timed, of_interest, wrote, all_is_quiet}, {3, 3, 1}, {4, 4, 1}},
    {{"blocking", 2, 0, setup, body_blocking, of_interest, wrote, all_is_quiet}, {3, 1, 1}, {4, 3, 2}},
    {{"hook", 2, 0, setup, body_hook, of_interest, wrote, all_is_quiet}, {3, 1, 0}, {4, 3, 1}},
    {{"watch", 2, EXPLORE_ALL, setup, body_watch, of_interest, wrote, all_is_quiet}, {3, 1, 1}, {4, 3, 2}},
    {{"heir", 3, EXPLORE_ALL, setup_timed, body_heir, of_interest, wrote, all_is_quiet}, {2, 1, 0}, {3, 2, 1}},
    {{"term", 2, EXPLORE_ALL, setup_loan_of_two, body_term, of_interest, wrote, all_is_quiet}, {3, 1, 1}, {4, 3, 2}},
    {{"loan_yield", 2, 0, setup_loan, body_borrower_yields, of_interest, wrote, all_is_quiet}, {3, 2, 1}, {4, 3, 2}},
    {{"timed_loan", 2, 0, setup_timed_loan, body_timed, of_interest, wrote, all_is_quiet}, {3, 3, 1}, {4, 4, 1}},
    {{"end_lender", 2, 0, setup_end_of_lender, body_end, of_interest, wrote, finish_end}, {3, 1, 1}, {4, 3, 2}},
    {{"loan", 3, 0, setup_loan, body_hog, of_interest, wrote, all_is_quiet}, {2, 1, 0}, {3, 3, 1}},
    {{"loan_turn", 3, 0, setup_loan_and_turn, body_greedy_borrower, of_interest, wrote, all_is_quiet}, {2, 2, 0}, {3, 3, 1}},
    {{"yield", 3, 0, setup, body_yield, of_interest, wrote, all_is_quiet}, {2, 1, 0}, {3, 2, 1}},
    {{"timed", 3, 0, setup_timed, body_timed, of_interest, wrote, all_is_quiet}, {2, 2, 0}, {3, 3, 1}},
    {{"timed_loan", 3, 0, setup_timed_loan, body_timed, of_interest, wrote, all_is_quiet}, {2, 2, 0}, {3, 3, 1}},
    {{"term", 3, EXPLORE_ALL, setup_loan_and_turn, body_term, of_interest, wrote, all_is_quiet}, {2, 0, 0}, {3, 2, 1}},
    {{"resume", 3, EXPLORE_ALL, setup_loan_and_turn, body_resume, of_interest, wrote, all_is_quiet}, {2, 1, 0}, {3, 2, 1}},
    {{"override", 3, EXPLORE_ALL, setup_loan_and_turn, body_override, of_interest, wrote, all_is_quiet}, {2, 0, 0}, {3, 2, 1}},
    {{"numb", 3, ~(1u << 1), setup, body_numb, of_interest, wrote, all_is_quiet}, {2, 0, 0}, {3, 2, 1}},
    {{"relay", 3, ~(1u << 0), setup, body_relay, of_interest, wrote, all_is_quiet}, {2, 0, 0}, {3, 2, 1}},
    {{"loan_yield", 3, 0, setup_loan_and_turn, body_borrower_yields, of_interest, wrote, all_is_quiet}, {2, 1, 0}, {3, 3, 1}},
    {{"exit", 3, 0, setup_exit_once, body_exit_once, of_interest, wrote, finish_exit_once}, {2, 1, 0}, {3, 3, 1}},
    {{"end", 3, 0, setup_end_of_two, body_end, of_interest, wrote, finish_end_of_two}, {2, 0, 0}, {3, 2, 1}},
    {{"end_lender", 3, 0, setup_end_of_lender_of_two, body_end, of_interest, wrote, finish_end_of_two}, {2, 0, 0}, {3, 2, 1}},
    {{"overtaken", 4, 0, setup_loan_and_turns, body_overtaken, of_interest, wrote, all_is_quiet}, {1, 2, 0}, {2, 2, 0}},
    {{"lanes", 4, 0, setup_lanes, body_hog, of_interest, wrote, all_is_quiet}, {1, 2, 0}, {2, 3, 0}},
    {{"relay", 4, ~(1u << 0 | 1u << 2), setup, body_relay_to_numb, of_interest, wrote, all_is_quiet}, {1, 0, 0}, {2, 1, 0}},
    {{"quits", 4, ~(1u << 2), setup_timed, body_quits, of_interest, wrote, all_is_quiet}, {1, 0, 0}, {2, 1, 0}},
    {{"turns", 5, EXPLORE_ALL, setup_turns, body_turns, of_interest, wrote, all_is_quiet}, {0, 0, 0}, {1, 0, 0}},
    {{"try", 3, 0, setup_lean, body_try, of_interest, wrote, all_is_quiet}, {2, 1, 0}, {3, 2, 1}},
    {{"lean_timed", 2, 0, setup_timed_lean, body_timed, of_interest, wrote, all_is_quiet}, {3, 2, 0}, {4, 3, 1}},
    {{"lean_timed", 3, 0, setup_timed_lean, body_timed, of_interest, wrote, all_is_quiet}, {2, 1, 0}, {3, 2, 1}},
    {{"lean_yield", 2, 0, setup_lean, body_yield, of_interest, wrote, all_is_quiet}, {3, 1, 0}, {4, 3, 1}},
    {{"lean", 3, 0, setup_lean, body_pair, of_interest, wrote, all_is_quiet}, {2, 1, 0}, {3, 2, 1}},
    {{"lean_poll", 3, 0, setup_lean, body_hog, of_interest, wrote, all_is_quiet}, {2, 3, 0}, {3, 3, 1}},
};

/* How far each number of threads has to be searched in every check. */
static const int promised[THREADS_MAX + 1] = {0, 0, 3, 2, 1, 0};

int
main(int argc, char **argv)
{
    for (size_t i = 0; i < sizeof runs / sizeof runs[0]; i++)
        if (runs[i].quick.preemptions < promised[runs[i].scenario.threads]) {
            printf("Bail out! %s with %d threads is not searched as far as promised\n", runs[i].scenario.name,
                   runs[i].scenario.threads);
            return 1;
        }
    return model_main(argc, argv, runs, (int)(sizeof runs / sizeof runs[0]));
}
