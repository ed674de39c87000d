/* SPDX-License-Identifier: MIT */
/* Guards: a count that one thread waits for, and the public form of it. */
#include "state/guard.h"

#include "base/mem.h"
#include "state/tstate.h"
#include "sync/machine.h"

#include <errno.h>

/*
 * One word an interpreter: how many guards are open, and a bit that refuses new ones. Taking a guard is a
 * compare-and-exchange of the whole word, so it either comes before the bit, and is waited for, or finds it. A flag beside the
 * count would leave a gap between the look and the step, in which the interpreter ends.
 *
 * The thread that drops the last guard wakes the waiting one by the word's address alone: the interpreter, and the word
 * with it, may be gone by then. A stray wake at worst.
 */
#define REFUSE 0x80000000u

struct _gilguard {
    GilInterpreterState *interp; /* [const] alive, because this guard is open */
};

int
gil_guard_take(GilInterpreterState *interp)
{
    uint32_t word = gil_load_relaxed(&interp->guards);

    do {
        if (word & REFUSE)
            return -1;
        GIL_REQUIRE(word != REFUSE - 1, "too many guards are open");
    } while (!gil_cas_acq_rel(&interp->guards, &word, word + 1));
    return 0;
}

void
gil_guard_drop(GilInterpreterState *interp)
{
    uint32_t *word = &interp->guards;

    /* Release: what was done under the guard comes before the end that waits for it. */
    uint32_t was = gil_fetch_sub_acq_rel(word, 1);
    GIL_REQUIRE((was & ~REFUSE) != 0, "a guard is closed that is not open");
    if (was == (REFUSE | 1))
        gil_machine_unpark(word);
}

void
gil_guard_close_admission(GilInterpreterState *interp)
{
    gil_fetch_or_seq_cst(&interp->guards, REFUSE);
}

void
gil_guard_wait(GilThreadState *ts)
{
    uint32_t *word = &ts->interp->guards;
    uint32_t seen = gil_load_acquire(word);

    GIL_ASSERT(seen & REFUSE);
    if (seen == REFUSE)
        return;
    gil_tstate_detach(ts, __func__);
    /* Acquire: pairs with gil_guard_drop(). */
    while ((seen = gil_load_acquire(word)) != REFUSE)
        gil_machine_park(word, seen, GIL_MACHINE_NEVER);
    gil_tstate_attach(ts, __func__);
}

uint32_t
gil_guard_count(GilInterpreterState *interp)
{
    return gil_load_relaxed(&interp->guards) & ~REFUSE;
}

GilInterpreterGuard *
GilInterpreterGuard_FromCurrent(void)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    GilInterpreterGuard *guard = gil_raw_malloc(sizeof *guard);

    if (guard == NULL) {
        gil_state_hooks.no_memory(ts);
        return NULL;
    }
    if (gil_guard_take(ts->interp) < 0) {
        gil_raw_free(guard);
        gil_state_hooks.runtime_error(ts, "GilInterpreterGuard_FromCurrent: the interpreter is ending");
        return NULL;
    }
    guard->interp = ts->interp;
    return guard;
}

void
GilInterpreterGuard_Close(GilInterpreterGuard *guard)
{
    if (guard == NULL)
        return;
    GilInterpreterState *interp = guard->interp;
    gil_raw_free(guard);
    gil_guard_drop(interp);
}

GilThreadStateToken *
GilThreadState_Ensure(GilInterpreterGuard *guard)
{
    GIL_REQUIRE(guard != NULL, "the guard is NULL");
    return gil_tstate_ensure(guard->interp, __func__);
}

void
GilThreadState_Release(GilThreadStateToken *token)
{
    gil_tstate_release(token, __func__);
}
