/* SPDX-License-Identifier: MIT */
/* The child of a fork: which interpreters and thread states go on, and what the others leave behind. */
#include "state/fork.h"

#include "base/print.h"
#include "gilrt/state.h"
#include "state/closing.h"
#include "state/gate.h"
#include "state/guard.h"
#include "state/interp.h"
#include "state/lean.h"
#include "state/lock.h"
#include "state/stable.h"
#include "state/tstate.h"
#include "state/unblock.h"
#include "sync/machine.h"
#include "sync/order.h"
#include "sync/parking.h"

/*
 * WHAT THE CHILD SEES is memory as it was at one moment, and one thread. What is under a mutex of the library is whole: the
 * forking thread holds them all (lib/runtime/fork.c). What is under an interpreter's lock is whole if nobody was changing
 * it, that is, if the forking thread had the lock, or nobody had.
 *
 * AN INTERPRETER LIVES ON in the child when no other thread was attached to it at that moment. So that of the forking
 * thread does, always; and the others as the host arranges it. Those that do not are lost: out of the registry, the gate
 * shut for ever, their states barred, and their memory, which nobody can read with any confidence, is left where it is. If the
 * main interpreter is among them, the forking thread's takes its place.
 * Why not wait until each lock is free: the holder may compute for as long as it likes, or wait for the very thread that
 * forks. Why not lose all but one: a pool of idle interpreters is what a server forks for.
 *
 * WHETHER A LOCK IS FREE the word says, in the child as well as anywhere, but where the lock leans: then st of the thread it
 * leans to decides, which may stand in a store buffer. So before the fork all locks but the forking thread's are made to lean to
 * nobody, which takes the heavy fence; and as each mutex is held, none begins to lean. Taking or leaving a lock by its word needs no
 * mutex and may happen until the last moment. The copy is a consistent cut: no thread's later store is in it without its
 * earlier ones.
 *
 * STATES. The forking thread's survive: those that it attached last, and those that nobody has attached yet. The others'
 * threads are gone; their blocks go back to the pool, at once, because nobody can look at them, also those of interpreters that
 * are lost or had ended. Objects that they held are
 * leaked: as are those that lay on their stacks, which nobody knows of. To run finalizers for some of them would be a surprise at
 * a bad moment, and none would be spared the other.
 *
 * THE MAIN THREAD of the child is the forking one. Which of its states in the main interpreter makes the calls to main and runs
 * signals' callbacks is chosen once, among those that it has attached: before any that Ensure lends it, the one attached now,
 * or else the one that did so in the parent. If there is none of its own, the first that it comes with will be (pending.c).
 *
 * GUARDS of other threads hold up no end any more: nobody may be there to close them. But the handles may be known to the
 * forking thread, so they stay valid: closing one is right, and entering by one is like entering by a view.
 *
 * THE AWKWARD MOMENT is an end or a start of an interpreter that another thread had begun. The forking thread has a place
 * inside the main interpreter, and one inside its own, so those two are at most asked to end: the request is taken back.
 * Another one, of which nothing irreversible has happened, is opened again; one half made, or past that point, is lost.
 */

/* Whose the locks seem to be in the child of a plain fork: nobody can take from it, nor be it. */
static GilThreadState nobody __attribute__((aligned(64)));

int
gil_fork_is_mine(const GilThreadState *ts)
{
    unsigned long thread = gil_load_relaxed(&ts->os_thread);

    /* That of a thread which has ended may be another's by now. */
    return thread == 0 || (thread == gil_machine_thread() && !ts->orphan);
}

void
gil_fork_prepare(const GilThreadState *ts)
{
    for (GilInterpreterState *each = gil_interp_first(); each != NULL; each = each->next)
        gil_lean_upright(each->lock, ts);
}

/* --- the child --- */

/* Of the pool, registered or not: who had the mutex or stood in the queue is gone. Who has the lock has it still. */
static void
empty_lock(struct gil_lock *lock)
{
    gil_mutex_init(&lock->mu, GIL_RANK_LOCK, "the inside of an interpreter's lock");
    gil_lock_fork_child(lock);
}

static void
empty_gate(struct gil_gate *gate)
{
    gil_mutex_init(&gate->mu, GIL_RANK_GATE, "the gate of an interpreter");
}

/* Whether the child can go on with it; ts is attached. */
static int
is_whole(const GilInterpreterState *interp, const GilThreadState *ts)
{
    GilThreadState *holder = gil_lock_holder(interp->lock);

    if (interp == ts->interp)
        return 1;
    if (holder != NULL && holder != ts)
        return 0;
    return !interp->closed && !gil_gate_is_shut(interp->gate) && interp->pocket[GIL_POCKETS - 1] != NULL;
}

/* Not queued, not asked for anything but what it is asked as a state of its own thread. */
static void
calm(GilThreadState *ts, int closing)
{
    struct gil_waiter *w = &ts->waiter;

    w->queued = 0;
    w->next = w->prev = NULL;
    gil_store_relaxed(&w->token, 0);
    gil_store_relaxed(&ts->preempt_calls, 0);
    gil_fetch_and_seq_cst(&ts->block.brk, ~(_Gil_BRK_PREEMPT | (closing ? _Gil_BRK_ENDING : 0)));
}

/* Returns how many of its visits go on. */
static uint32_t
clean_state(GilThreadState *ts, int closing, const struct gil_fork_calls *calls)
{
    int survives = gil_fork_is_mine(ts) || ts == ts->interp->ender;

    calm(ts, closing);
    for (size_t i = 0; calls->state[i] != NULL; i++)
        calls->state[i](ts, survives);
    if (survives)
        return ts->visits;
    ts->preempt = NULL;
    gil_tstate_delete(ts);
    return 0;
}

static void
clean_interp(GilInterpreterState *interp, const struct gil_fork_calls *calls)
{
    int closing = gil_gate_is_closing(interp->gate);
    uint32_t inside = gil_guard_fork_child(interp->gate, 1);

    for (size_t i = 0; calls->interp[i] != NULL; i++)
        calls->interp[i](interp);
    for (GilThreadState *each = interp->threads, *next; each != NULL; each = next) {
        next = each->next;
        inside += clean_state(each, closing, calls);
    }
    gil_closing_fork_child(interp->gate, 1);
    gil_gate_reset(interp->gate, inside);
}

/* Its states of the forking thread remain, to be told that they are too late; who goes to sleep for that would be the last thread. One of
 * them may have had the lock last, and would come in without a look at what it is (lock.c): so nobody is remembered there. */
static void
lose(GilInterpreterState *interp, GilThreadState *ts)
{
    gil_guard_fork_child(interp->gate, 0);
    gil_closing_fork_child(interp->gate, 0);
    gil_gate_reset(interp->gate, GIL_GATE_SHUT);
    interp->closed = 1;
    gil_pending_fork_lose(interp);
    interp->lock->last = interp->lock->again = 0;
    for (GilThreadState *each = interp->threads; each != NULL; each = each->next) {
        calm(each, 1);
        gil_fetch_or_seq_cst(&each->block.brk, _Gil_BRK_FENCED);
        each->barred = each->dead = each->late_abort = 1;
    }
    interp->threads = NULL;
    gil_interp_lose(interp, ts->interp);
}

/* States of interpreters that are no more: in no list, and only their threads could have put them back. None has its lock any longer, once
 * it is known which interpreters live on: that goes by who had it. */
static void
bury_the_dead(void)
{
    struct gil_stable_look look = {NULL, 0};
    const GilThreadState *each;

    while ((each = gil_tstate_look(&look)) != NULL) {
        GilThreadState *ts = (GilThreadState *)(uintptr_t)each;
        if (ts->id == 0 || !ts->dead)
            continue;
        gil_lock_forget(ts->lock, ts);
        if (gil_fork_is_mine(ts))
            continue;
        gil_unblock_fork_child(ts, 0);
        ts->preempt = NULL;
        gil_tstate_put_block(ts);
    }
}

/* NULL: it has none there. */
static GilThreadState *
choose_main(const GilThreadState *ts)
{
    const GilInterpreterState *interp = GilInterpreterState_Main();
    GilThreadState *best = NULL;
    int most = -1;

    for (GilThreadState *each = interp != NULL ? interp->threads : NULL; each != NULL; each = each->next) {
        int worth = (each->kept ? 0 : 4) + (each == ts ? 2 : 0) + (each == gil_main_calls.ts ? 1 : 0);
        if (!each->orphan && each->os_thread == gil_machine_thread() && worth > most) {
            best = each;
            most = worth;
        }
    }
    return best;
}

void
gil_fork_clean(GilThreadState *ts, const struct gil_fork_calls *calls)
{
    GilInterpreterState *next;

    gil_parking_forget_all();
    gil_order_fork_child();
    gil_print_fork_child();
    gil_machine_start();
    gil_interp_each_block(empty_lock, empty_gate);
    for (GilInterpreterState *each = gil_interp_first(); each != NULL; each = next) {
        next = each->next;
        if (!is_whole(each, ts))
            lose(each, ts);
    }
    bury_the_dead();
    gil_pending_fork_main(choose_main(ts));
    for (GilInterpreterState *each = gil_interp_first(); each != NULL; each = each->next)
        clean_interp(each, calls);
}

/* --- the child of a plain fork --- */

static void
strand_lock(struct gil_lock *lock)
{
    gil_lock_strand(lock, &nobody);
}

static void
leave_gate(struct gil_gate *gate)
{
    (void)gate;
}

void
gil_fork_strand(void)
{
    gil_rank_all(1);
    if (_Gil_thread != NULL)
        gil_fetch_or_seq_cst(&_Gil_thread->brk, _Gil_BRK_FENCED | _Gil_BRK_PREEMPT);
    gil_interp_each_block(strand_lock, leave_gate);
}
