/* SPDX-License-Identifier: MIT */
/* What the code of an interpreter may do to the process: asked, and refused with a sentence. */
#include "state/may.h"

#include "state/tstate.h"

#include <stdio.h>

/* The first of what is refused, in words. */
static const char *
in_words(unsigned refused)
{
    if (refused & GIL_MAY_FORK)
        return "fork";
    return refused & GIL_MAY_EXEC ? "execute another program" : "run in several threads";
}

int
gil_may(GilThreadState *ts, unsigned what, const char *func)
{
    char why[160];

    if (gil_interp_may(ts->interp, what))
        return 0;
    (void)snprintf(why, sizeof why, "%s: interpreter %lld may not %s", func, (long long)ts->interp->id,
                   in_words(ts->interp->forbidden & what));
    gil_state_hooks.runtime_error(ts, why);
    return -1;
}

int
GilInterpreterState_May(GilInterpreterState *interp, unsigned what)
{
    return interp != NULL && gil_interp_may(interp, what);
}

int
GilInterpreterState_CheckMay(unsigned what)
{
    return gil_may(gil_tstate_need(__func__), what, __func__);
}
