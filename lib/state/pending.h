/* SPDX-License-Identifier: MIT */
/* Calls into a running runtime: queues that anybody posts to, and the attached threads that make the calls. */
#ifndef GIL_STATE_PENDING_H
#define GIL_STATE_PENDING_H

#include "gilrt/pending.h"
#include "sync/machine.h"

#include <stddef.h>
#include <stdint.h>

struct gil_gate;

/* How it works: the essay in pending.c. */
struct gil_calls {
    GilPendingNode *head;  /* [atomic] posted and not looked at, the newest first; or GIL_CALLS_CLOSED */
    GilPendingNode *first; /* [gil] looked at, in the order of their calls. Read by anyone */
};
/* The head of a queue that takes no more. */
#define GIL_CALLS_CLOSED ((GilPendingNode *)(uintptr_t)1)

/* Nodes for who has none. A node that is not posted is free. */
#ifndef GIL_CALL_RING
#define GIL_CALL_RING GIL_PENDING_ROOM /* the model has less */
#endif
struct gil_call_ring {
    uint32_t next; /* [atomic] where to look first */
    GilPendingNode nodes[GIL_CALL_RING];
};

/* The queue of the main thread, which whoever posts to it has no handle of; and its ring. */
extern struct gil_call_ring gil_main_ring;
extern struct gil_main_calls {
    struct gil_calls calls;
    GilThreadState *ts; /* [atomic] who makes the calls, and runs signals' callbacks; a block of that kind at any time, or NULL */
    unsigned long heir; /* [atomic] the thread whose first own state in the main interpreter takes the place of ts; 0: none does */
    uint32_t signals;   /* [atomic] some have come that nobody has looked at; see runtime/signal.c */
} gil_main_calls;

/* Open: nobody posts yet. */
static inline void
gil_calls_init(struct gil_calls *calls)
{
    calls->head = calls->first = NULL;
}

/* Whether somebody waits, or is just looked after. */
int gil_calls_wait(const struct gil_calls *calls);

/* The layers of interp are there: from now on calls to it and its states are taken. */
void gil_pending_open(GilInterpreterState *interp);
/* From now on calls to main are made by ts, the runtime's first state. */
void gil_pending_open_main(GilThreadState *ts);
/*
 * The calls of ts, which is attached: 0, or -1 with the exception of one. What a safe point does when _Gil_BRK_CALLS
 * is set. Runs anything.
 */
int gil_pending_serve(GilThreadState *ts);
/* What waits for ts is asked for anew, by ts itself: it could make no calls for a while, and may have been asked then. */
void gil_pending_remind(GilThreadState *ts);
/*
 * All calls that wait for ts, by the thread that ends its interpreter; report is told of each that raises. Returns
 * how many it made.
 */
size_t gil_pending_drain(GilThreadState *ts, void (*report)(GilObject *));
/*
 * The beginning of the end of ts's interpreter: no queue of it takes a call any more, and what waited in any of them
 * is left to gil_pending_drain(). Under gil_states_mutex, ts attached.
 */
void gil_pending_close(GilThreadState *ts);
/* The state ts ends, its interpreter need not: others make its calls. Under gil_states_mutex, ts in no list any more
 * and not attached. */
void gil_pending_leave(GilThreadState *ts);
/*
 * In the child of a fork, where what waits is called: for each interpreter that is lost, whose calls nobody makes, nor those to main if
 * it was that; who makes the
 * calls to main, NULL: the thread has no state there yet; for each interpreter that lives on, then for each state of these; not
 * survives: its thread is no more. No memory is asked for, and no object code used.
 */
void gil_pending_fork_lose(GilInterpreterState *interp);
void gil_pending_fork_main(GilThreadState *ts);
void gil_pending_fork_interp(GilInterpreterState *interp);
void gil_pending_fork_state(GilThreadState *ts, int survives);

/*
 * What the state with that number, of ts's interpreter, is to raise: node takes the place of what is there, which is
 * returned in *node. 0: there is no such state, and nothing was exchanged. ts is attached.
 */
int gil_pending_swap_async(GilThreadState *ts, uint64_t id, GilPendingNode **node);
/* Take out what the attached state ts is to raise, or NULL. */
GilPendingNode *gil_pending_take_async(GilThreadState *ts);

#endif
