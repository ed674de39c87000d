/* SPDX-License-Identifier: MIT */
/*
 * The end of an interpreter.
 *
 * FIRST WHAT CAN BE UNDONE. The gate closes, so that nobody new comes in; evaluators are asked to stop; those inside are waited
 * for, without the lock. Past the limit the gate opens again, requests that nobody has heeded are taken back, and the caller
 * learns who is inside. An interpreter that came to this is as good as before, but for threads that heeded the request; and the call
 * may be repeated.
 *
 * THEN WHAT CANNOT FAIL, in this order:
 *  1. Calls at exit, in rounds, until a round has nothing to do. All of the interpreter is there; threads without a guard that
 *     come back from BEGIN … END still find it. A host whose calls register calls for ever gets ROUNDS rounds.
 *  2. The lock is barred to all states but this one. Who comes back now is late: it held no guard, and there is nothing left for it
 *     to come back to.
 *  3. The layers, top-down (layers.c).
 * The other order, calls at exit while the gate is open still, was considered: such a call could hand work to a thread that is
 * yet to come in. But it would have happened, for good, when the wait after it fails; the caller of an attempt that ends in "busy"
 * must find everything as it was. Who needs threads in his last step keeps a guard and closes it afterwards.
 *
 * Whoever waits here holds no lock of the library. It is woken by the last to leave (state/gate.c), so it does not matter who that
 * is, nor whether it exits by itself.
 */
#include "runtime/finalize.h"

#include "gilrt/guard.h"
#include "runtime/atexit.h"
#include "runtime/event.h"
#include "state/gate.h"
#include "state/tstate.h"
#include "sync/machine.h"

#include <stdio.h>
#include <unistd.h>

/* Calls that bring up new ones may be a loop. Real ones need two or three rounds. */
#define ROUNDS 16
/* Of those who are inside, so many are written to standard error. */
#define PRINTED 8

uint64_t
gil_limit_in(uint64_t ns)
{
    uint64_t now = gil_machine_now();
    return ns < GIL_MACHINE_NEVER - now ? now + ns : GIL_MACHINE_NEVER;
}

static void
print_holder(const GilHolder *holder, int64_t id, const char *func)
{
    char line[320];
    int len;

    if (holder->kind == GIL_HOLDER_GUARD)
        len = snprintf(line, sizeof line,
                       "gilrt: %s: interpreter %lld does not end: a guard is open for %.3f s, opened by thread %#llx at %s:%d\n",
                       func, (long long)id, (double)holder->age_ns / 1e9, (unsigned long long)holder->thread,
                       holder->line > 0 ? holder->file : "an unknown place", holder->line);
    else
        len = snprintf(line, sizeof line,
                       "gilrt: %s: interpreter %lld does not end: thread %#llx is inside by a view (state %llu)\n", func,
                       (long long)id, (unsigned long long)holder->thread, (unsigned long long)holder->state);
    if (len > 0) {
        ssize_t written = write(STDERR_FILENO, line, (size_t)len < sizeof line ? (size_t)len : sizeof line - 1);
        (void)written; /* who wants to be sure asks for the holders */
    }
}

/* The wait was in vain, and the gate is closing still. Returns how many are inside, at least 1: the last may have left just
 * now, but too late. */
static size_t
open_again(GilInterpreterState *interp, const char *func)
{
    GilHolder holders[PRINTED];
    size_t inside = GilInterpreterState_GetHolders(interp, holders, PRINTED);
    GilLifeEvent event = {.size = sizeof event, .kind = GIL_LIFE_BUSY, .interp = interp->id, .count = inside > 0 ? inside : 1};

    gil_gate_reopen(interp->gate);
    gil_interp_calm(interp);
    if (!gil_event_tell(&event))
        for (size_t i = 0; i < inside && i < PRINTED; i++)
            print_holder(&holders[i], interp->id, func);
    return event.count;
}

size_t
gil_finalize_begin(GilThreadState *ts, uint64_t limit, const char *func)
{
    GilInterpreterState *interp = ts->interp;

    gil_gate_close(interp->gate);
    gil_event_step(GIL_LIFE_CLOSING, interp->id);
    gil_interp_interrupt(ts);
    return gil_interp_shut(ts, interp, limit) == 0 ? 0 : open_again(interp, func);
}

void
gil_finalize_commit(GilThreadState *ts, struct gil_ending *ending)
{
    int64_t id = ts->interp->id;
    GilLifeEvent teardown = {.size = sizeof teardown, .kind = GIL_LIFE_TEARDOWN, .interp = id};

    gil_event_step(GIL_LIFE_CLOSED, id);
    for (ending->rounds = 0; ending->rounds < ROUNDS && gil_atexit_round(ts) > 0; ending->rounds++)
        ;
    ending->dropped = gil_atexit_over(ts);
    gil_interp_close(ts);
    teardown.count = ending->dropped;
    gil_event_tell(&teardown);
    gil_layers_stop(ts, ending->print, &ending->left);
    gil_event_step(GIL_LIFE_ENDED, id);
}
