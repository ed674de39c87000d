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
 * BEGIN is a safe point, so that a host that never polls has its garbage collected. END is none: there the thread may hold a mutex that
 * a finalizer wants. What was put up for others by the store of LAZY is taken back for it; the lock is not left and taken again, for
 * then BEGIN would wait for another thread's hold, which may last until this thread has done what it leaves the lock for.
 *
 * Out of line, like all that is rare here, so that the two functions which the macros call need no frame: a register that is
 * saved is a store, for which the next locked instruction waits.
 */
static void __attribute__((noinline))
collect_and_leave(GilThreadState *ts)
{
    struct _GilCallSite *site = ts->block.site;
    int before = gil_machine_enter_host();

    /* Nobody may have to wait for others on the way out. If the lock was taken already, the bit is for the next safe point. */
    if (gil_lock_stay(ts->lock, ts)) {
        gil_state_hooks.collect(ts);
        gil_store_relaxed(&ts->block.site, site);
        gil_store_release(&ts->block.st, _Gil_LAZY); /* as in _GilEval_Leave() */
        gil_compiler_barrier();
        gil_lock_leave(ts->lock, ts, "Gil_BEGIN_ALLOW_THREADS");
    }
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
