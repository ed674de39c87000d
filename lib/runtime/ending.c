/* SPDX-License-Identifier: MIT */
/*
 * The end of interpreters beside the main one, from inside and from outside.
 *
 * Whoever makes or ends one takes a place inside the main interpreter meanwhile, without being attached to it. So the main one is
 * alive, which lends its search path and perhaps its lock; the runtime's end waits for it, or it is told that the runtime ends; and
 * once the runtime's end has shut the main gate, the list of interpreters stands still (finalize.c). Who merely waits until another
 * has ended it takes no place, and holds nothing up.
 *
 * Two that want to end the same interpreter are told apart by state/closing.c. The thread that ends it needs a state there.
 * Gil_EndInterpreter() is given one; those who end it by a view, and the runtime's end, use the reserve that was made with the
 * interpreter, because what comes after the wait must not ask for memory. By a view the gate is shut first, and then the lock waited
 * for, both within the time that is given: so a thread that neither holds a guard nor leaves the lock makes the answer "busy", too.
 */
#include "runtime/ending.h"

#include "gilrt/error.h"
#include "gilrt/interp.h"
#include "gilrt/state.h"
#include "runtime/finalize.h"
#include "runtime/inside.h"
#include "state/closing.h"
#include "state/gate.h"
#include "state/interp.h"
#include "state/tstate.h"
#include "sync/machine.h"

struct gil_gate *
gil_main_enter(struct gil_pass *pass, const char *func)
{
    struct gil_gate *gate = gil_interp_hold_main_gate();

    gil_pass_init(pass, func);
    if (gate != NULL && gil_gate_enter_with(gate, pass) < 0) {
        gil_interp_put_gate(gate);
        gate = NULL;
    }
    /* Hooks, calls at exit, finalizers: a thread that is cancelled there would be inside for ever. */
    if (gate != NULL)
        pass->host = gil_machine_enter_host();
    return gate;
}

void
gil_main_leave(struct gil_gate *gate, struct gil_pass *pass)
{
    gil_gate_unlist(gate, pass);
    gil_gate_leave(gate);
    gil_interp_put_gate(gate);
    gil_machine_leave_host(pass->host);
}

/* Attached to ts, of another interpreter than the main one, and inside that. 0, GIL_FINALIZE_BUSY, and then ts is attached still. */
static int
end(GilThreadState *ts, uint64_t timeout, const char *func)
{
    if (gil_finalize_begin(ts, gil_limit_in(timeout), func) != 0)
        return GIL_FINALIZE_BUSY;
    gil_finalize_commit(ts, func);
    return 0;
}

int
Gil_EndInterpreter(GilThreadState *ts)
{
    GilThreadState *current = gil_tstate_need(__func__);

    GIL_REQUIRE(ts == current, "the thread state is not the one that is attached");
    const char *wrong = NULL;
    struct gil_gate *gate = NULL;
    struct gil_pass pass;
    if (ts->interp == GilInterpreterState_Main())
        wrong = "the main interpreter ends with the runtime";
    else if (gil_tstate_is_amid(ts) || gil_inside_interp(ts->interp->gate) || gil_inside_call(ts->interp->gate))
        wrong = "something of the interpreter is active in the calling thread";
    else if ((gate = gil_main_enter(&pass, __func__)) == NULL)
        wrong = "the runtime is being stopped, which ends it";
    if (wrong != NULL) {
        GilErr_Format(GilExc_SystemError, "%s: %s", __func__, wrong);
        return -1;
    }
    int rc = end(ts, ts->interp->end_timeout, __func__);
    gil_main_leave(gate, &pass);
    return rc;
}

/* The interpreter of a gate, whose end the caller has taken, by its reserve: nobody else uses that. */
static int
end_by_reserve(struct gil_gate *gate, uint64_t limit, int asked, const char *func)
{
    GilThreadState *ts = gate->interp->ender;

    if (gil_finalize_begin_outside(gate->interp, limit, asked, func) != 0)
        return GIL_FINALIZE_BUSY;
    gil_finalize_commit(ts, func);
    return 0;
}

/* Whether the calling thread may wait for the end of the interpreter that a view names, and does not come back to it. */
static int
may_wait(const struct gil_gate *gate)
{
    GilThreadState *current = gil_tstate_attached();

    if (gate == NULL || gate->id == 0)
        return 0;
    return (current != NULL ? current->interp->gate != gate : _Gil_thread == NULL) && !gil_inside_interp(gate);
}

static int
end_now(struct gil_gate *gate, uint64_t limit, const char *func)
{
    struct gil_pass pass;
    struct gil_gate *main_gate = gil_main_enter(&pass, func);
    int rc = -1, asked;

    if (main_gate == NULL)
        return gil_closing_is_gone(gate) ? 0 : -1;
    switch (gil_closing_take(gate, &asked)) {
    case GIL_CLOSING_MINE:
        rc = end_by_reserve(gate, limit, asked, func);
        break;
    case GIL_CLOSING_GONE:
        rc = 0;
        break;
    default:
        rc = GIL_FINALIZE_BUSY;
    }
    gil_main_leave(main_gate, &pass);
    return rc;
}

/* The end, if it was asked for and nobody else is at it; else wait for whatever comes. */
static int
wait_for_end(struct gil_gate *gate, uint64_t limit, const char *func)
{
    for (;;) {
        uint32_t turn = gil_closing_turn(gate);
        struct gil_pass pass;
        struct gil_gate *main_gate = gil_main_enter(&pass, func);
        enum gil_closing found = main_gate != NULL ? gil_closing_take_if_asked(gate) : GIL_CLOSING_TAKEN;
        int rc = found == GIL_CLOSING_MINE ? end_by_reserve(gate, limit, 1, func) : 0;
        if (main_gate != NULL)
            gil_main_leave(main_gate, &pass);
        if (found == GIL_CLOSING_MINE || found == GIL_CLOSING_GONE)
            return rc;
        /* The runtime's end takes a gate without a place in the main one, which lets nobody in then. */
        if (main_gate == NULL && gil_closing_is_gone(gate))
            return 0;
        if (!gil_closing_wait(gate, turn, limit))
            return found == GIL_CLOSING_OPEN ? GIL_END_UNASKED : GIL_FINALIZE_BUSY;
    }
}

/* What the calling thread is attached to is left meanwhile. */
static int
from_outside(GilInterpreterView *view, int (*func)(struct gil_gate *, uint64_t, const char *), uint64_t timeout, const char *name)
{
    struct gil_gate *gate = (struct gil_gate *)(void *)view;
    GilThreadState *current = gil_tstate_attached();

    if (!may_wait(gate))
        return -1;
    if (current != NULL)
        gil_tstate_detach(current, name);
    int rc = func(gate, gil_limit_in(timeout), name);
    if (current != NULL)
        gil_tstate_attach(current, name);
    return rc;
}

int
GilInterpreterView_End(GilInterpreterView *view, uint64_t timeout_ns)
{
    return from_outside(view, end_now, timeout_ns, __func__);
}

int
GilInterpreterView_RequestEnd(GilInterpreterView *view)
{
    struct gil_gate *gate = (struct gil_gate *)(void *)view;
    struct gil_pass pass;

    if (view == NULL || gate->id == 0)
        return -1;
    gil_pass_init(&pass, __func__);
    if (gil_closing_ask(gate, gil_tstate_attached(), &pass) != 1)
        return 0;
    /* Inside meanwhile: else another could end it before this is told. */
    gil_finalize_tell_and_leave(gate, &pass);
    return 0;
}

int
GilInterpreterView_WaitEnd(GilInterpreterView *view, uint64_t timeout_ns)
{
    /* In a call at exit, or a finalizer: it would wait for what comes after it. */
    if (view != NULL && gil_closing_is_mine((struct gil_gate *)(void *)view))
        return -1;
    return from_outside(view, wait_for_end, timeout_ns, __func__);
}

int
GilInterpreterView_CancelEnd(GilInterpreterView *view)
{
    struct gil_gate *gate = (struct gil_gate *)(void *)view;
    struct gil_pass pass;

    if (view == NULL)
        return -1;
    gil_pass_init(&pass, __func__);
    switch (gil_closing_unask(gate, &pass)) {
    case GIL_CLOSING_MINE:
        gil_finalize_tell_and_leave(gate, &pass);
        return 0;
    case GIL_CLOSING_OPEN:
        return 0;
    case GIL_CLOSING_TAKEN:
        return GIL_FINALIZE_BUSY;
    default:
        return -1;
    }
}
