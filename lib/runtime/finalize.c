/* SPDX-License-Identifier: MIT */
/*
 * The end of an interpreter.
 *
 * FIRST WHAT CAN BE UNDONE. The gate closes, so that nobody new comes in; evaluators are asked to stop; those
 * inside are waited for, without the lock. Past the limit the gate opens again, requests that nobody has heeded
 * are taken back, and the caller learns who is inside. An interpreter that came to this is as good as before,
 * but for threads that heeded the request; and the call may be repeated.
 *
 * THEN WHAT CANNOT FAIL, in this order:
 *  1. Calls at exit, in rounds, until a round has nothing to do. All of the interpreter is there; threads
 *     without a guard that come back from BEGIN … END still find it. A host whose calls register calls for ever
 *     gets ROUNDS rounds.
 *  2. The lock is barred to all states but this one. Who comes back now is late: it held no guard, and there is
 *     nothing left for it to come back to.
 *  3. The layers, top-down (layers.c).
 * The other order, calls at exit while the gate is open still, was considered: such a call could hand work to a
 * thread that is yet to come in. But it would have happened, for good, when the wait after it fails; the caller
 * of an attempt that ends in "busy" must find everything as it was. Who needs threads in his last step keeps a
 * guard and closes it afterwards.
 *
 * The end of the main interpreter is that of all, and follows the same rule: all are shut before the first of
 * them is ended. Making an interpreter, and ending one, takes a place inside the main one; so once that is shut
 * the list of the others stands still.
 *
 * THE LOCKS. Being shut says nothing of threads without a guard, and one of these may keep the lock of its
 * interpreter, in native code, perhaps until somebody is let in again: then the end would begin and stand
 * before that one. So when all are shut the lock of each is taken and left again, the caller's last, which it
 * keeps; all within the limit, and no lock is waited for with another in hand. What was seen before a long wait
 * may be true no more: so all are passed over again, until in one pass no lock was waited for longer than SOON.
 * That there was no wait at all is more than can be asked for where threads without a guard come and go; they
 * leave a lock in a few turns, and will leave it to the end, too. What remains is a thread without a guard that
 * takes a lock between this pass and the end of that interpreter, and keeps it in native code: the end has
 * begun, and waits for it, without a limit, but not in silence (attach()). One that runs code which polls was
 * asked to end, and gives the lock to the reserve at its next poll. To keep all the locks instead would let a
 * call at exit of the one wait for a thread of the other that wants in once more, and that for the end.
 *
 * SIGNALS. Who waits for those inside, in the main thread, handles what comes meanwhile: it attaches its state, runs
 * the callbacks and is out again. To them it is as in a call at exit, but nothing has happened yet: so one that raises
 * calls the end off, as if the time were over. What is slept on is the gate, and a signal rouses the state
 * (state/wait.c): it is no wake for this sleep, which ends by itself within 50 ms, to tell those inside anew, and looks
 * then (gil_interp_shut()). A flag in the gate's word, for a handler to raise, would save these, at the price of one
 * more thing to mind wherever that word is compared. While locks are passed over none is handled: the lock to handle it
 * with may be the one that is waited for.
 *
 * Whoever waits here holds no lock of the library. It is woken by the last to leave (state/gate.c), so it does
 * not matter who that is, nor whether it exits by itself.
 *
 * THE CUT. Here stands the order of the steps, and nothing that a step is made of; so the explorer runs it as it
 * ships (tests/models/end_model.c), down to the words of gates and locks.
 *   State: none. What was decided lies where others find it: in the word of a gate (gate.c), in who has taken it
 *     (closing.c), in the locks, in two lists of calls (atexit.c, pending.c). Between two steps there is only, on the
 *     ender's stack, what it ends and until when.
 *   Owner: who has taken the end of an interpreter; of all others who has taken that of the main one.
 *   The awkward moment: the end is given up, the lock is another's, and the interpreter open, so that others may
 *     end it (go_back()).
 *   Outwards go: what is told (busy.c, event.c, the report of life.c), what is taken away (layers.c, signal.c), the calls that are made.
 */
#include "runtime/finalize.h"

#include "gilrt/error.h"
#include "gilrt/guard.h"
#include "gilrt/state.h"
#include "runtime/atexit.h"
#include "runtime/busy.h"
#include "runtime/event.h"
#include "runtime/life.h"
#include "runtime/signal.h"
#include "state/closing.h"
#include "state/gate.h"
#include "state/lock.h"
#include "state/tstate.h"
#include "state/unblock.h"
#include "sync/machine.h"

/* Calls that bring up new ones may be a loop. Real ones need two or three rounds. */
#define ROUNDS 16
/* Who waits longer for a lock than this, in ns, says for whom. */
#define PATIENCE UINT64_C(200000000)
/* A lock that was had in this time, in ns, is given up by whoever takes it: ten turns. */
#define SOON UINT64_C(50000000)

uint64_t
gil_limit_in(uint64_t ns)
{
    uint64_t now = gil_machine_now();
    return ns < GIL_MACHINE_NEVER - now ? now + ns : GIL_MACHINE_NEVER;
}

void
gil_finalize_tell(struct gil_gate *gate)
{
    enum gil_closing_news news;

    for (int mine = 0; (news = gil_closing_news(gate, mine)) != GIL_CLOSING_KNOWN; mine = 1)
        gil_event_step(news == GIL_CLOSING_CLOSES ? GIL_LIFE_CLOSING : GIL_LIFE_OPENED, gate->id);
}

void
gil_finalize_tell_and_leave(struct gil_gate *gate, struct gil_pass *pass)
{
    gil_finalize_tell(gate);
    gil_gate_unlist(gate, pass);
    gil_gate_leave(gate);
}

/* asked: the threads were told already, and are told once. Returns ts if a request that stands when this is given up would be
 * news for it, else NULL. */
static GilThreadState *
begin_to_close(GilInterpreterState *interp, GilThreadState *ts, int asked)
{
    gil_finalize_tell(interp->gate);
    /* The caller carries out what it was told of. */
    if (asked)
        return ts != NULL && (gil_fetch_and_seq_cst(&ts->block.brk, ~_Gil_BRK_ENDING) & _Gil_BRK_ENDING) ? ts : NULL;
    gil_mutex_lock(&gil_states_mutex);
    gil_interp_interrupt(interp, ts);
    gil_mutex_unlock(&gil_states_mutex);
    return ts;
}

/* Whether the lock of an interpreter that is shut can be had in time. It is not kept: a thread has one lock (essay). */
static int
lock_is_left(const GilInterpreterState *interp, uint64_t limit, const char *func)
{
    GilThreadState *ender = interp->ender;

    if (interp->shares_lock)
        return 1;
    /* Not by gil_tstate_attach_until(): the reserve would be the state that this thread has left last, for
     * Ensure to find. */
    if (gil_lock_acquire_until(ender->lock, ender, limit, func) != GIL_LOCK_GOT)
        return 0;
    gil_lock_release(ender->lock, ender, func);
    return 1;
}

/* Attach ts, however long that takes, but not in silence. */
static void
attach(GilThreadState *ts, const char *func)
{
    GilLockInfo info = {0};
    int rc;

    /* A lock that is just handed on is nobody's. */
    while ((rc = gil_tstate_attach_until(ts, gil_limit_in(PATIENCE), func)) == 0 && info.holder == 0)
        gil_lock_info(ts->lock, &info);
    if (rc == 1)
        return;
    if (rc == 0)
        gil_busy_tell_waiting(ts, info.holder, func);
    gil_tstate_attach(ts, func);
}

/* Signals that came to ts meanwhile, which is left again. -1: a callback has raised, or its lock was not to be had. */
static int
attend(GilThreadState *ts, uint64_t limit, const char *func)
{
    if (gil_tstate_attach_until(ts, limit, func) != 1)
        return -1;
    int rc = gil_state_hooks.attend(ts, limit);
    gil_unblock_drain(ts);
    gil_tstate_detach(ts, func);
    return rc;
}

/* Wait until nobody is inside, and shut the gate. Mostly nobody is; else ts is left for the wait, and stays so.
 * 0, or -1. */
static int
shut(GilThreadState *ts, GilInterpreterState *interp, uint64_t limit, const char *func)
{
    int rc;

    if (gil_gate_shut(interp->gate, 0) == 0)
        return 0;
    if (gil_tstate_attached() == ts)
        gil_tstate_detach(ts, func);
    while ((rc = gil_interp_shut(interp, ts, limit)) > 0)
        if (attend(ts, limit, func) < 0)
            return -1;
    return rc;
}

/*
 * The main interpreter is shut, so that no other is made or ended any more: that takes a place inside it. Shut
 * them all, from the newest on; those inside them do not wait for one another, so they are closed first and
 * waited for then. Returns the one that did not become empty, and then ts is not attached; or NULL.
 */
static GilInterpreterState *
shut_others(GilThreadState *ts, GilInterpreterState *newest, uint64_t limit, const char *func)
{
    for (GilInterpreterState *each = newest; each != ts->interp; each = each->next) {
        int asked;
        (void)gil_closing_take(each->gate, &asked);
        (void)begin_to_close(each, ts, asked);
    }
    for (GilInterpreterState *each = newest; each != ts->interp; each = each->next)
        if (shut(ts, each, limit, func) < 0)
            return each;
    return NULL;
}

/* The first of the others whose lock cannot be had in time; NULL: none. longest: what one of them was waited for. */
static GilInterpreterState *
find_kept(const GilThreadState *ts, GilInterpreterState *newest, uint64_t limit, uint64_t *longest, const char *func)
{
    uint64_t before = gil_machine_now();

    *longest = 0;
    for (GilInterpreterState *each = newest; each != ts->interp; each = each->next) {
        if (!lock_is_left(each, limit, func))
            return each;
        uint64_t now = gil_machine_now();
        *longest = now - before > *longest ? now - before : *longest;
        before = now;
    }
    return NULL;
}

/*
 * All are shut. See that the lock of each other can be had, the newest first, and attach ts, if it is not, in
 * one pass without a long wait (essay). Returns the one whose lock is kept, and then ts is not attached; or
 * NULL.
 */
static GilInterpreterState *
pass_locks(GilThreadState *ts, GilInterpreterState *newest, uint64_t limit, const char *func)
{
    uint64_t longest, before;

    do {
        if (gil_tstate_attached() == ts) {
            if (find_kept(ts, newest, 0, &longest, func) == NULL)
                return NULL;
            gil_tstate_detach(ts, func);
        }
        GilInterpreterState *kept = find_kept(ts, newest, limit, &longest, func);
        if (kept != NULL)
            return kept;
        before = gil_machine_now();
        if (gil_tstate_attach_until(ts, limit, func) != 1)
            return ts->interp;
    } while (longest > SOON || gil_machine_now() - before > SOON);
    return NULL;
}

/* Into one that the caller has taken and is to give up: so that it is there for what is to be told of it. */
static void
go_in(struct gil_gate *gate, struct gil_pass *pass, const char *func)
{
    gil_pass_init(pass, func);
    gil_gate_unshut(gate);
    (void)gil_gate_enter_late(gate);
    gil_gate_list(gate, pass);
}

/* One that is not the caller's own. It may be gone then. */
static void
give_up_other(struct gil_gate *gate, const char *func)
{
    struct gil_pass pass;

    go_in(gate, &pass, func);
    gil_closing_give_up(gate, NULL);
    gil_finalize_tell_and_leave(gate, &pass);
}

/* All that were taken, from newest on, are given up, that of the caller last: then those may go on who wait to
 * be let into it. Until then no other ends, whatever is done by a hook that is told of one. */
static void
give_up(GilInterpreterState *interp, GilInterpreterState *newest, GilThreadState *untold, const char *func)
{
    int is_main = interp->id == 0;

    for (GilInterpreterState *each = newest; each != interp; each = each->next)
        give_up_other(each->gate, func);
    gil_closing_give_up(interp->gate, untold);
    if (is_main)
        gil_interp_stir();
    gil_finalize_tell(interp->gate);
}

/*
 * Back to ts, which is not attached, with nothing of the end left. The interpreters work on before the lock is
 * waited for, whoever has it for how long: that one may wait to be let in, and to hear that it is. Another
 * thread could end that of ts as soon as it is open, and ts with it; so this one is inside meanwhile.
 */
static void
go_back(GilThreadState *ts, GilInterpreterState *newest, GilThreadState *untold, const char *func)
{
    struct gil_gate *gate = ts->interp->gate;
    struct gil_pass pass;

    go_in(gate, &pass, func);
    give_up(ts->interp, newest, untold, func);
    attach(ts, func);
    gil_gate_unlist(gate, &pass);
    gil_gate_leave(gate);
}

long
gil_finalize_begin(GilThreadState *ts, uint64_t limit, const char *func)
{
    GilInterpreterState *interp = ts->interp, *newest = interp, *kept = interp;
    struct gil_busy busy;
    int asked;

    if (gil_closing_take(interp->gate, &asked) != GIL_CLOSING_MINE)
        return -1;
    GilThreadState *untold = begin_to_close(interp, ts, asked);
    if (shut(ts, interp, limit, func) == 0) {
        if (interp->id == 0)
            newest = gil_interp_newest();
        kept = shut_others(ts, newest, limit, func);
        if (kept == NULL)
            kept = pass_locks(ts, newest, limit, func);
    }
    if (kept == NULL)
        return 0;
    gil_busy_find(&busy, kept);
    go_back(ts, newest, untold, func);
    return gil_busy_tell(&busy, func);
}

long
gil_finalize_begin_outside(GilInterpreterState *interp, uint64_t limit, int asked, const char *func)
{
    struct gil_busy busy;

    (void)begin_to_close(interp, NULL, asked);
    if (gil_interp_shut(interp, NULL, limit) == 0 && gil_tstate_attach_until(interp->ender, limit, func) == 1)
        return 0;
    gil_busy_find(&busy, interp);
    give_up_other(interp->gate, func);
    return gil_busy_tell(&busy, func);
}

/* What is to be called, and what it brings up is the next round's. Returns how many it were. */
static size_t
one_round(GilThreadState *ts)
{
    return gil_pending_drain(ts, GilErr_WriteUnraisable) + gil_atexit_round(ts);
}

/* The end of one. It stands in the report before the last step is told. */
static void
commit(GilThreadState *ts)
{
    int64_t id = ts->interp->id;
    GilLifeEvent step = {.size = sizeof step, .kind = GIL_LIFE_TEARDOWN, .interp = id};
    struct gil_ending met = {.rounds = 0};

    gil_event_step(GIL_LIFE_CLOSED, id);
    /* The host's own, from before: no call is made with one. */
    GilErr_Clear();
    while (met.rounds < ROUNDS && one_round(ts) > 0)
        met.rounds++;
    step.count = met.dropped = gil_atexit_over(ts);
    if (id == 0)
        gil_signal_stop();
    gil_interp_close(ts);
    /* Accepted is accepted; no more are from here on. */
    gil_pending_drain(ts, GilErr_WriteUnraisable);
    gil_event_tell(&step);
    gil_layers_stop(ts, gil_life_prints(), &met.left);
    gil_life_report(&met);
    step.kind = GIL_LIFE_ENDED;
    step.count = met.left.blocks;
    gil_event_tell(&step);
}

void
gil_finalize_commit(GilThreadState *ts, const char *func)
{
    GilInterpreterState *other;

    if (ts->interp == GilInterpreterState_Main())
        while ((other = gil_interp_newest()) != ts->interp) {
            /* Its reserve: to make a state now could fail. */
            GilThreadState *ender = other->ender;
            gil_tstate_detach(ts, func);
            attach(ender, func);
            commit(ender);
            attach(ts, func);
        }
    commit(ts);
}
