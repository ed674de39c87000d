/* SPDX-License-Identifier: MIT */
/* Calls at exit: lists without a bound, one an interpreter and one for the process. */
#include "runtime/atexit.h"

#include "base/atomic.h"
#include "base/mem.h"
#include "base/panic.h"
#include "gilrt/error.h"
#include "object/error.h"
#include "state/interp.h"
#include "state/tstate.h"

/*
 * An interpreter's list is under its lock. A round takes the whole list first and then makes the calls one by one, each
 * forgotten before it is made: so a call that registers another, or that leaves the lock and lets another thread register one,
 * meets a list that is whole, and what it registers belongs to the next round. How many rounds there may be is the ending's
 * business.
 *
 * The list of the process is a stack that any thread pushes to without a lock. It is emptied by one thread at a time, which
 * takes all of it at once, so that the classic mishap of such stacks, a top that goes and comes back, cannot happen. It, too, gets
 * ROUNDS: a call may register itself.
 */
#define ROUNDS 16

struct gil_exit_call {
    struct gil_exit_call *next; /* registered before this one */
    void (*func)(void *);
    void *data;
};

struct process_call {
    struct process_call *next;
    void (*func)(void);
};
static struct process_call *process_calls; /* [atomic] */

int
GilUnstable_AtExit(GilInterpreterState *interp, void (*func)(void *), void *data)
{
    GilThreadState *ts = gil_tstate_need(__func__);

    if (interp != ts->interp || func == NULL) {
        GilErr_Format(GilExc_SystemError, "%s: %s", __func__,
                      func == NULL ? "the function is NULL" : "not the interpreter that the thread is attached to");
        return -1;
    }
    if (interp->exits_over) {
        GilErr_Format(GilExc_RuntimeError, "%s: the calls at exit are over", __func__);
        return -1;
    }
    struct gil_exit_call *call = gil_raw_malloc(sizeof *call);
    if (call == NULL) {
        gil_err_no_memory(ts);
        return -1;
    }
    *call = (struct gil_exit_call){interp->exit_calls, func, data};
    interp->exit_calls = call;
    return 0;
}

size_t
gil_atexit_round(GilThreadState *ts)
{
    struct gil_exit_call *calls = ts->interp->exit_calls;
    size_t made = 0;

    ts->interp->exit_calls = NULL;
    while (calls != NULL) {
        struct gil_exit_call call = *calls;
        gil_raw_free(calls);
        calls = call.next;
        made++;
        /* May run anything. */
        call.func(call.data);
        if (gil_tstate_attached() != ts)
            gil_panic("GilUnstable_AtExit", "a call at exit returned detached, or attached elsewhere");
        if (GilErr_Occurred() != NULL)
            GilErr_WriteUnraisable(NULL);
    }
    return made;
}

size_t
gil_atexit_over(GilThreadState *ts)
{
    struct gil_exit_call *call = ts->interp->exit_calls;
    size_t dropped = 0;

    ts->interp->exits_over = 1;
    ts->interp->exit_calls = NULL;
    for (; call != NULL; dropped++) {
        struct gil_exit_call *next = call->next;
        gil_raw_free(call);
        call = next;
    }
    return dropped;
}

int
Gil_AtExit(void (*func)(void))
{
    struct process_call *call = func != NULL ? gil_raw_malloc(sizeof *call) : NULL;

    if (call == NULL)
        return -1;
    call->func = func;
    call->next = gil_load_relaxed(&process_calls);
    /* Release: pairs with the exchange below. */
    while (!gil_cas_acq_rel(&process_calls, &call->next, call))
        ;
    return 0;
}

/* All that is registered, called or not. Returns how many it were. */
static size_t
process_round(int call_them)
{
    struct process_call *call = (struct process_call *)gil_exchange_acq_rel(&process_calls, NULL);
    size_t found = 0;

    for (; call != NULL; found++) {
        struct process_call *next = call->next;
        void (*func)(void) = call->func;
        gil_raw_free(call);
        if (call_them)
            func();
        call = next;
    }
    return found;
}

size_t
gil_atexit_process(void)
{
    for (int round = 0; round < ROUNDS; round++)
        if (process_round(1) == 0)
            return 0;
    return process_round(0);
}
