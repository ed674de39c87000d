/* SPDX-License-Identifier: MIT */
/* Thread states as the end of an interpreter finds them: as lib/state/tstate.c has it, without what a thread keeps. */
#include "models/end_world.h"

#include "gilrt/lock.h"
#include "gilrt/state.h"
#include "state/fork.h"
#include "state/interrupt.h"
#include "state/stable.h"
#include "state/wait.h"
#include "sync/parking.h"

/* threads_model.c has the shipped ones in place of these. */
static struct gil_stable pool = GIL_STABLE_INIT(sizeof(GilThreadState), "the pool of thread states");
static uint64_t states_made;

__thread struct _GilThreadBlock *_Gil_thread;
struct gil_state_hooks gil_state_hooks;

GilThreadState *
gil_tstate_get_block(GilInterpreterState *interp)
{
    GilThreadState *ts = gil_stable_get(&pool);

    EXPLORE_CHECK(ts != NULL);
    ts->block.st = _Gil_LAZY;
    ts->block.brk = _Gil_BRK_FENCED;
    ts->interp = interp;
    ts->lock = interp->lock;
    ts->interp_id = interp->id;
    ts->id = ++states_made;
    gil_lock_hold(ts->lock);
    ts->next = interp->threads;
    if (ts->next != NULL)
        ts->next->prev = ts;
    interp->threads = ts;
    gil_calls_init(&ts->calls);
    ts->gate = interp->gate;
    return ts;
}

GilThreadState *
gil_tstate_new(GilInterpreterState *interp)
{
    gil_mutex_lock(&gil_states_mutex);
    EXPLORE_CHECK(gil_interp_is_alive(interp) && !interp->closed);
    GilThreadState *ts = gil_tstate_get_block(interp);
    if (gil_interp_asks(interp))
        gil_fetch_or_seq_cst(&ts->block.brk, _Gil_BRK_ENDING);
    gil_mutex_unlock(&gil_states_mutex);
    return ts;
}

void
gil_tstate_put_block(GilThreadState *ts)
{
    struct gil_lock *lock = ts->lock;

    gil_lock_forget(lock, ts);
    gil_store_relaxed(&ts->gate, NULL);
    gil_store_relaxed(&ts->id, 0);
    gil_stable_put(&pool, ts);
    gil_interp_put_lock(lock);
}

int
gil_tstate_holds_objects(const GilThreadState *ts)
{
    (void)ts;
    return 0;
}

int
gil_tstate_is_amid(const GilThreadState *ts)
{
    (void)ts;
    return 0;
}

const GilThreadState *
gil_tstate_look(struct gil_stable_look *look)
{
    return gil_stable_look(&pool, look);
}

void
gil_tstate_attach(GilThreadState *ts, const char *func)
{
    EXPLORE_CHECK(gil_tstate_attached() == NULL && ts->id != 0);
    if (gil_lock_acquire(ts->lock, ts, func) != GIL_LOCK_GOT)
        gil_tstate_too_late(ts, func);
    _Gil_thread = &ts->block;
}

int
gil_tstate_attach_until(GilThreadState *ts, uint64_t limit, const char *func)
{
    EXPLORE_CHECK(gil_tstate_attached() == NULL && ts->id != 0);
    int rc = gil_lock_acquire_until(ts->lock, ts, limit, func);
    if (rc != GIL_LOCK_GOT)
        return rc == GIL_LOCK_LATE ? 0 : -1;
    _Gil_thread = &ts->block;
    return 1;
}

void
gil_tstate_detach(GilThreadState *ts, const char *func)
{
    EXPLORE_CHECK(gil_tstate_attached() == ts);
    _Gil_thread = NULL;
    gil_lock_release(ts->lock, ts, func);
}

void
gil_tstate_too_late(GilThreadState *ts, const char *func)
{
    (void)ts;
    sleep_for_ever(func);
}

GilThreadState *
gil_tstate_left(void)
{
    EXPLORE_CHECK(!"forks");
    return NULL;
}

void
gil_tstate_panic_detached(const char *func)
{
    explore_fail(func);
}

void
_GilEval_LeaveMisuse(void)
{
    explore_fail("BEGIN finds the thread detached");
    __builtin_unreachable();
}

void
_GilEval_ReturnMisuse(struct _GilThreadBlock *block)
{
    (void)block;
    explore_fail("END finds the thread attached");
}

int
gil_fork_is_mine(const GilThreadState *ts)
{
    (void)ts;
    return 0;
}

/* --- nobody sleeps in a wait of the library here, nor in native code that could be reached --- */

void
gil_wait_rouse(GilThreadState *ts)
{
    (void)ts;
}

void
gil_parking_rouse(uint32_t *word)
{
    (void)word;
}

void
gil_unblock_all(GilInterpreterState *interp)
{
    (void)interp;
}

uint64_t
gil_unblock_pause(uint64_t *pause, uint64_t limit)
{
    uint64_t now = retells ? gil_machine_now() : LIMIT;

    (void)pause;
    /* Not for ever: then whoever is forgotten is found to be. */
    return now < LIMIT && limit > now + TURN ? now + TURN : limit;
}

int
gil_unblock_claim(GilThreadState *ts)
{
    (void)ts;
    return 0;
}

void
gil_unblock_call(GilThreadState *ts)
{
    (void)ts;
}

void
gil_unblock_drain(GilThreadState *ts)
{
    (void)ts;
}
