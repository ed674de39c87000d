/* SPDX-License-Identifier: MIT */
/* The public transitions out of line, misuse of the inline ones, polls, and looking at the lock. */
#include "gilrt/lock.h"

#include "state/interp.h"
#include "state/interrupt.h"
#include "state/lock.h"
#include "state/tstate.h"
#include "state/unblock.h"
#include "sync/machine.h"

#include <string.h>

/* The structures of version 0.1; they never get smaller. */
#define INFO_SIZE_FIRST (offsetof(GilLockInfo, leans_to) + sizeof(uint64_t))
#define STATS_SIZE_FIRST (offsetof(GilLockStats, held_ns) + sizeof(uint64_t))

static GilThreadState *
state_of(struct _GilThreadBlock *block)
{
    return (GilThreadState *)(void *)block;
}

void
_GilEval_LeaveMisuse(void)
{
    gil_tstate_panic_detached("Gil_BEGIN_ALLOW_THREADS");
}

/*
 * What the inline END does not expect. Right is one case: inside the pair another state was attached and left again by the
 * out-of-line functions, which leave _Gil_thread empty.
 */
void
_GilEval_ReturnMisuse(struct _GilThreadBlock *block)
{
    static const char func[] = "Gil_END_ALLOW_THREADS";

    if (block == NULL)
        gil_panic(func, "there is no state to return to");
    if (gil_tstate_attached() != NULL)
        gil_panic(func, "the calling thread is attached already: END without BEGIN");
    if (_Gil_thread != NULL) {
        struct _GilCallSite *site = gil_tstate_open_region();
        gil_panic(func, "another BEGIN of the calling thread has had no END, at %s:%u", site != NULL ? site->file : "?",
                  site != NULL ? site->line : 0);
    }
    if (state_of(block)->id == 0)
        gil_panic(func, "the thread state is deleted");
    _Gil_thread = block;
}

/* The interpreter wants to end: told once, as an exception. Answers whether it was asked. */
static int
is_told_to_end(GilThreadState *ts)
{
    if (GIL_LIKELY(!(gil_load_relaxed(&ts->block.brk) & _Gil_BRK_ENDING)) || ts->err.type != NULL)
        return 0;
    gil_fetch_and_seq_cst(&ts->block.brk, ~_Gil_BRK_ENDING);
    gil_state_hooks.end_request(ts);
    return 1;
}

/* Another thread wants something raised. Answers whether it is. */
static int
is_told_to_raise(GilThreadState *ts)
{
    if (GIL_LIKELY(!(gil_load_relaxed(&ts->block.brk) & _Gil_BRK_ASYNC)))
        return 0;
    if (ts->masked > 0) {
        /* Until the mask falls, which sets it again. */
        gil_fetch_and_seq_cst(&ts->block.brk, ~_Gil_BRK_ASYNC);
        return 0;
    }
    if (ts->err.type != NULL)
        return 0;
    GilPendingNode *node = gil_pending_take_async(ts);
    if (node == NULL)
        return 0;
    gil_state_hooks.raise_async(ts, node);
    return 1;
}

/* Who fails leaves the rest for the next poll; and what could raise something waits while an exception is pending. */
static int
do_what_is_asked(GilThreadState *ts)
{
    if ((gil_load_relaxed(&ts->block.brk) & (_Gil_BRK_CALLS | _Gil_BRK_SHARED)) && gil_pending_serve(ts) < 0)
        return -1;
    if ((gil_load_relaxed(&ts->block.brk) & _Gil_BRK_COLLECT) && gil_state_hooks.collect(ts) < 0)
        return -1;
    if ((gil_load_relaxed(&ts->block.brk) & (_Gil_BRK_SIGNAL | _Gil_BRK_INTERRUPT)) && ts->err.type == NULL &&
        gil_state_hooks.attend(ts, GIL_LOCK_WAIT) < 0)
        return -1;
    return is_told_to_raise(ts) || is_told_to_end(ts) ? -1 : 0;
}

int
gil_eval_attend(GilThreadState *ts)
{
    int rc = do_what_is_asked(ts);

    gil_unblock_drain(ts);
    return rc;
}

int
_GilEval_PollSlow(struct _GilThreadBlock *block)
{
    static const char func[] = "Gil_Poll";
    GilThreadState *ts = state_of(block);

    if (gil_tstate_attached() != ts)
        gil_tstate_panic_detached(func);
    if ((gil_load_relaxed(&block->brk) & _Gil_BRK_PREEMPT) && gil_lock_poll(ts->lock, ts) != GIL_LOCK_GOT)
        gil_tstate_too_late(ts, func);
    return gil_eval_attend(ts);
}

GilThreadState *
GilEval_SaveThread(void)
{
    GilThreadState *ts = gil_tstate_need(__func__);

    gil_tstate_detach(ts, __func__);
    return ts;
}

/* By who may have caught what was thrown out of a region: its function's argument may be gone. */
static void
attach_out_of_a_region(GilThreadState *ts, const char *func)
{
    struct _GilRegion left;

    if (ts == NULL)
        gil_panic(func, "the thread state is NULL");
    gil_unblock_suspend(ts, &left);
    gil_tstate_attach(ts, func);
}

/* The same with a limit: 1. Not attached (0, -1): the region, if there is one, goes on. */
static int
attach_out_of_a_region_until(GilThreadState *ts, uint64_t limit, const char *func)
{
    struct _GilRegion left;

    gil_unblock_suspend(ts, &left);
    int rc = gil_tstate_attach_until(ts, limit, func);
    if (rc != 1)
        gil_unblock_resume(ts, &left);
    return rc;
}

void
GilEval_RestoreThread(GilThreadState *ts)
{
    attach_out_of_a_region(ts, __func__);
}

void
GilEval_AcquireThread(GilThreadState *ts)
{
    attach_out_of_a_region(ts, __func__);
}

void
GilEval_ReleaseThread(GilThreadState *ts)
{
    GIL_REQUIRE(ts != NULL && ts == gil_tstate_attached(), "the thread state is not the one that is attached");
    gil_tstate_detach(ts, __func__);
}

int
GilEval_TryRestoreThread(GilThreadState *ts)
{
    GIL_REQUIRE(ts != NULL, "the thread state is NULL");
    return attach_out_of_a_region_until(ts, 0, __func__);
}

int
GilEval_TimedRestoreThread(GilThreadState *ts, uint64_t ns)
{
    GIL_REQUIRE(ts != NULL, "the thread state is NULL");
    uint64_t now = gil_machine_now();
    uint64_t limit = ns == 0 ? 0 : ns < GIL_LOCK_WAIT - now ? now + ns : GIL_LOCK_WAIT;
    return attach_out_of_a_region_until(ts, limit, __func__);
}

int
GilEval_Yield(void)
{
    GilThreadState *ts = gil_tstate_need(__func__);

    if (gil_lock_yield(ts->lock, ts) != GIL_LOCK_GOT)
        gil_tstate_too_late(ts, __func__);
    return Gil_PollThread(ts);
}

/* What is known goes to a caller that may know more, or less. Each structure begins with its size. */
static void
copy_sized(void *to, size_t size, const void *known, size_t known_size)
{
    memset(to, 0, size);
    memcpy(to, known, size < known_size ? size : known_size);
    *(size_t *)to = size;
}

int
GilLock_GetInfo(GilInterpreterState *interp, GilLockInfo *info)
{
    GilLockInfo known = {.size = sizeof known};

    if (interp == NULL || info == NULL || info->size < INFO_SIZE_FIRST)
        return -1;
    gil_lock_info(interp->lock, &known);
    copy_sized(info, info->size, &known, sizeof known);
    return 0;
}

int
GilThreadState_GetLockStats(GilThreadState *ts, GilLockStats *stats)
{
    GilLockStats known = {.size = sizeof known};

    if (ts == NULL || stats == NULL || stats->size < STATS_SIZE_FIRST)
        return -1;
    gil_lock_stats(ts->lock, ts, &known);
    copy_sized(stats, stats->size, &known, sizeof known);
    return 0;
}

int
GilLock_SetLongHoldHook(GilInterpreterState *interp, uint64_t ns, GilLock_LongHoldFunc func, void *data)
{
    if (interp == NULL || (ns == 0 && func != NULL))
        return -1;
    gil_lock_set_long_hold(interp->lock, &(struct gil_long_hold){ns, func, data});
    return 0;
}

int
GilThreadState_SetPreemptHook(void (*func)(void *data), void *data)
{
    GilThreadState *ts = gil_tstate_need(__func__);

    gil_lock_set_preempt_hook(ts->lock, ts, func, data);
    return 0;
}

int
GilThreadState_SetLatency(GilThreadState *ts, int latency)
{
    if (ts == NULL || latency < GIL_LATENCY_PATIENT || latency > GIL_LATENCY_URGENT)
        return -1;
    gil_lock_set_latency(ts->lock, ts, latency);
    return 0;
}

int
GilThreadState_SetWeight(GilThreadState *ts, unsigned percent)
{
    if (ts == NULL || percent < 10 || percent > 1000)
        return -1;
    gil_lock_set_weight(ts->lock, ts, percent);
    return 0;
}

int
GilLock_SetTiming(GilInterpreterState *interp, int on)
{
    GilThreadState *ts = gil_tstate_need(__func__);

    if (interp != ts->interp) {
        gil_state_hooks.system_error(ts, "GilLock_SetTiming: not the interpreter that the thread is attached to");
        return -1;
    }
    gil_lock_set_timing(ts->lock, ts, on);
    return 0;
}

int
GilInterpreterState_SetSwitchInterval(GilInterpreterState *interp, uint64_t ns)
{
    if (interp == NULL)
        return -1;
    if (ns < GIL_SWITCH_INTERVAL_MIN)
        ns = GIL_SWITCH_INTERVAL_MIN;
    if (ns > GIL_SWITCH_INTERVAL_MAX)
        ns = GIL_SWITCH_INTERVAL_MAX;
    gil_lock_set_interval(interp->lock, ns);
    return 0;
}

uint64_t
GilInterpreterState_GetSwitchInterval(GilInterpreterState *interp)
{
    return interp != NULL ? gil_lock_interval(interp->lock) : 0;
}
