/* SPDX-License-Identifier: MIT */
/* The slow halves of the inline transitions: what BEGIN and END call when brk is not zero. */
#include "sync/machine.h" /* first: END is called here, and compiled for a model's machine too */

#include "gilrt/lock.h"
#include "state/lock.h"
#include "state/tstate.h"

static GilThreadState *
state_of(struct _GilThreadBlock *block)
{
    return (GilThreadState *)(void *)block;
}

static int
is_collection_due(const struct _GilThreadBlock *block)
{
    return (gil_load_relaxed(&block->brk) & _Gil_BRK_COLLECT) != 0;
}

/*
 * Between BEGIN and END other threads may do anything; so this one may collect there too, and a host that never polls
 * has its garbage collected. At the beginning: at the end the thread may hold a mutex that a finalizer wants.
 *
 * Out of line, like all that is rare here, so that the two functions which the macros call need no frame: a register that is
 * saved is a store, for which the next locked instruction waits.
 */
static void __attribute__((noinline))
collect_and_leave(GilThreadState *ts)
{
    static const char func[] = "Gil_BEGIN_ALLOW_THREADS";
    struct _GilCallSite *site = ts->block.site;
    int before = gil_machine_enter_host();

    gil_lock_leave(ts->lock, ts, func);
    _GilEval_Return(ts);
    gil_state_hooks.collect(ts);
    gil_store_relaxed(&ts->block.site, site);
    gil_store_release(&ts->block.st, _Gil_LAZY); /* as in _GilEval_Leave() */
    gil_compiler_barrier();
    gil_lock_leave(ts->lock, ts, func);
    gil_machine_leave_host(before);
}

void
_GilEval_LeaveSlow(struct _GilThreadBlock *block)
{
    GilThreadState *ts = state_of(block);

    if (GIL_UNLIKELY(is_collection_due(block)))
        collect_and_leave(ts);
    else
        gil_lock_leave(ts->lock, ts, "Gil_BEGIN_ALLOW_THREADS");
}

static void __attribute__((noinline))
return_slow(GilThreadState *ts, int found)
{
    static const char func[] = "Gil_END_ALLOW_THREADS";

    if (gil_lock_return_slow(ts->lock, ts, found, func) != GIL_LOCK_GOT)
        gil_tstate_too_late(ts, func);
}

void
_GilEval_ReturnSlow(struct _GilThreadBlock *block)
{
    GilThreadState *ts = state_of(block);

    if (!(gil_load_acquire(&block->brk) & _Gil_BRK_FENCED))
        return;
    int found = gil_lock_take_free(ts->lock, ts);
    if (GIL_UNLIKELY(found != GIL_LOCK_GOT))
        return_slow(ts, found);
}
