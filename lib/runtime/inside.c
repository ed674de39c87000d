/* SPDX-License-Identifier: MIT */
/* What the calling thread is in the middle of: its states, and its places inside interpreters. */
#include "runtime/inside.h"

#include "state/gate.h"
#include "state/interp.h"
#include "state/tstate.h"
#include "sync/machine.h"

/* Whether a state of this thread is so, in the interpreter of that gate; NULL: in any. An orphan has its number, perhaps, but is of
 * another, which has ended. */
static int
any_state(int (*is)(const GilThreadState *ts), const struct gil_gate *gate)
{
    int found = 0;

    gil_mutex_lock(&gil_states_mutex);
    for (GilInterpreterState *interp = gil_interp_first(); interp != NULL; interp = interp->next)
        for (GilThreadState *ts = interp->threads; ts != NULL; ts = ts->next)
            if ((gate == NULL || interp->gate == gate) && !ts->orphan && gil_load_relaxed(&ts->os_thread) == gil_machine_thread())
                found |= is(ts);
    gil_mutex_unlock(&gil_states_mutex);
    return found;
}

int
gil_inside_served(void)
{
    return any_state(gil_tstate_is_served, NULL);
}

static int
is_amid(const GilThreadState *ts)
{
    return gil_tstate_is_amid(ts) || gil_tstate_is_left_open(ts);
}

int
gil_inside_anything(void)
{
    return any_state(is_amid, NULL);
}

int
gil_inside_interp(const struct gil_gate *gate)
{
    return any_state(is_amid, gate);
}

static void
look(const struct gil_pass *pass, void *found)
{
    *(int *)found |= pass->func != NULL && pass->thread == gil_machine_thread();
}

int
gil_inside_call(struct gil_gate *gate)
{
    int found = 0;

    gil_mutex_lock(&gil_states_mutex);
    for (GilInterpreterState *interp = gil_interp_first(); interp != NULL; interp = interp->next)
        if (gate == NULL || interp->gate == gate)
            gil_gate_visit(interp->gate, look, &found);
    gil_mutex_unlock(&gil_states_mutex);
    return found;
}
