/* SPDX-License-Identifier: MIT */
/* Interpreters: their registry, their birth and their end. */
#include "state/interp.h"

#include "base/mem.h"
#include "gilrt/state.h"
#include "state/closing.h"
#include "state/gate.h"
#include "state/interrupt.h"
#include "state/lock.h"
#include "state/stable.h"
#include "state/tstate.h"
#include "state/wait.h"
#include "sync/machine.h"

#include <string.h>

/*
 * The registry lists the living interpreters; a handle is looked up there before it is followed where a caller may hold a
 * stale one. An interpreter ends in three steps, so that the layers above can take theirs in between:
 *
 * 1. gil_interp_close(): the lock refuses everybody but the ending thread. Threads that hold guards were waited for before;
 *    one without a guard that comes back from BEGIN … END now, sleeps for ever.
 * 2. gil_interp_clear_threads(), and the layers' own teardown: user code may run, and may leave and retake the lock.
 * 3. gil_interp_delete(): heap, states, registry entry.
 *
 * A state has two owners then: the interpreter, and the OS thread that last attached it and may be about to look at it.
 * Whichever comes last puts the block back: the interpreter marks `dead` what a living thread still keeps, the thread's exit
 * marks `orphan` what an ending interpreter still lists. Both under gil_states_mutex.
 */
struct gil_mutex gil_states_mutex = GIL_MUTEX_INIT(GIL_RANK_STATES, "the registry of interpreters");

static GilInterpreterState *registry; /* [states] */
static int64_t next_id = 1;           /* [states] */
static GilInterpreterState *main_interp; /* [states] read by anyone */
static struct gil_stable lock_pool = GIL_STABLE_INIT(sizeof(struct gil_lock), "the pool of locks");
/* A gate with what its queue of calls needs. */
struct gate_block {
    struct gil_gate gate; /* first: one stands for the other */
    struct gil_call_ring ring;
};
static struct gil_stable gate_pool = GIL_STABLE_INIT(sizeof(struct gate_block), "the pool of gates");

int
gil_interp_is_alive(const GilInterpreterState *interp)
{
    GIL_ASSERT(gil_mutex_is_locked(&gil_states_mutex));
    for (GilInterpreterState *each = registry; each != NULL; each = each->next)
        if (each == interp)
            return 1;
    return 0;
}

void
gil_interp_put_lock(struct gil_lock *lock)
{
    if (gil_lock_drop(lock))
        gil_stable_put(&lock_pool, lock);
}

void
gil_interp_put_gate(struct gil_gate *gate)
{
    if (gil_gate_drop(gate))
        gil_stable_put(&gate_pool, gate);
}

struct gil_gate *
gil_interp_hold_main_gate(void)
{
    struct gil_gate *gate = NULL;

    gil_mutex_lock(&gil_states_mutex);
    if (main_interp != NULL) {
        gate = main_interp->gate;
        gil_gate_hold(gate);
    }
    gil_mutex_unlock(&gil_states_mutex);
    return gate;
}

GilInterpreterState *
gil_interp_newest(void)
{
    gil_mutex_lock(&gil_states_mutex);
    GilInterpreterState *newest = registry;
    gil_mutex_unlock(&gil_states_mutex);
    return newest;
}

size_t
gil_interp_hold_gates(struct gil_gate **gates, size_t count)
{
    size_t found = 0;

    gil_mutex_lock(&gil_states_mutex);
    for (GilInterpreterState *each = registry; each != NULL; each = each->next, found++)
        if (found < count) {
            gates[found] = each->gate;
            gil_gate_hold(each->gate);
        }
    gil_mutex_unlock(&gil_states_mutex);
    return found;
}

static void
enlist(GilInterpreterState *interp)
{
    gil_mutex_lock(&gil_states_mutex);
    if (main_interp == NULL) {
        interp->id = 0;
        gil_store_release(&main_interp, interp);
    }
    else
        interp->id = next_id++;
    interp->gate->id = interp->id;
    for (GilThreadState *ts = interp->threads; ts != NULL; ts = ts->next)
        ts->interp_id = interp->id;
    interp->next = registry;
    registry = interp;
    gil_mutex_unlock(&gil_states_mutex);
}

/* Under gil_states_mutex. */
static void
delist(GilInterpreterState *interp)
{
    GilInterpreterState **link = &registry;

    while (*link != interp)
        link = &(*link)->next;
    *link = interp->next;
    if (main_interp == interp)
        gil_store_release(&main_interp, NULL);
}

/* --- a fork --- */

static GilInterpreterState *lost; /* [states] what forks have left behind, so that nothing looks leaked */

void
gil_interp_mutexes(void (*each)(struct gil_mutex *mutex))
{
    each(&gil_states_mutex);
}

void
gil_interp_gate_mutexes(void (*each)(struct gil_mutex *mutex))
{
    for (GilInterpreterState *interp = registry; interp != NULL; interp = interp->next)
        each(&interp->gate->mu);
}

void
gil_interp_lock_mutexes(void (*each)(struct gil_mutex *mutex))
{
    for (GilInterpreterState *interp = registry; interp != NULL; interp = interp->next)
        if (!interp->shares_lock)
            each(&interp->lock->mu);
}

void
gil_interp_pool_mutexes(void (*each)(struct gil_mutex *mutex))
{
    each(&lock_pool.mu);
    each(&gate_pool.mu);
}

GilInterpreterState *
gil_interp_first(void)
{
    return registry;
}

/* Under gil_states_mutex: whether ts is a state of a living interpreter. Another thread may have deleted it just now: by the number,
 * for another interpreter may be where its own was. */
static int
has_interp(const GilThreadState *ts)
{
    return !ts->dead && gil_interp_is_alive(ts->interp) && ts->interp->id == ts->interp_id;
}

struct gil_gate *
gil_interp_hold_gate_left(void)
{
    gil_mutex_lock(&gil_states_mutex);
    /* Asked in here, where no block becomes another state: what is left stays the calling thread's, or of its interpreter. */
    const GilThreadState *ts = gil_tstate_left();
    GilInterpreterState *interp = ts != NULL && has_interp(ts) ? ts->interp : main_interp;
    if (interp != NULL)
        gil_gate_hold(interp->gate);
    gil_mutex_unlock(&gil_states_mutex);
    return interp != NULL ? interp->gate : NULL;
}

void
gil_interp_each_block(void (*lock)(struct gil_lock *lock), void (*gate)(struct gil_gate *gate))
{
    struct gil_stable_look at = {0};
    void *block;

    while ((block = (void *)gil_stable_look(&lock_pool, &at)) != NULL)
        lock(block);
    at = (struct gil_stable_look){0};
    while ((block = (void *)gil_stable_look(&gate_pool, &at)) != NULL)
        gate(block);
}

void
gil_interp_lose(GilInterpreterState *interp, GilInterpreterState *heir)
{
    delist(interp);
    interp->next = lost;
    lost = interp;
    if (main_interp != NULL)
        return;
    heir->id = heir->gate->id = 0;
    for (GilThreadState *ts = heir->threads; ts != NULL; ts = ts->next)
        ts->interp_id = 0;
    gil_store_release(&main_interp, heir);
}

static uint64_t
first_interval(const struct gil_interp_config *config)
{
    GilThreadState *ts = gil_tstate_attached();

    if (config->switch_interval != 0)
        return config->switch_interval;
    return ts != NULL ? gil_lock_interval(ts->lock) : GIL_SWITCH_INTERVAL_DEFAULT;
}

/* The lock of a new interpreter: another's, or a new one; NULL: no memory. */
static struct gil_lock *
get_lock(const struct gil_interp_config *config)
{
    struct gil_lock *lock = config->share != NULL ? config->share->lock : gil_stable_get(&lock_pool);

    if (config->share != NULL)
        gil_lock_hold(lock);
    else if (lock != NULL) {
        /* Asked anew: the process may have entered a sandbox since an earlier interpreter began. */
        gil_machine_start();
        gil_lock_init(lock, first_interval(config), !config->fenced && gil_machine_can_fence_all());
    }
    return lock;
}

static struct gil_gate *
get_gate(GilInterpreterState *interp, int starting)
{
    struct gate_block *block = gil_stable_get(&gate_pool);

    if (block == NULL)
        return NULL;
    struct gil_gate *gate = &block->gate;
    gil_gate_init(gate, interp);
    memset(&block->ring, 0, sizeof block->ring);
    gate->ring = &block->ring;
    if (starting) {
        gate->taken = 1;
        gate->taker = gil_machine_thread();
        gil_gate_close(gate);
        gate->calls.head = GIL_CALLS_CLOSED;
    }
    return gate;
}

/* Under the mutex, though nobody knows interp yet: the block may have been another's, which is being asked for by its number. */
static GilThreadState *
get_first_block(GilInterpreterState *interp)
{
    gil_mutex_lock(&gil_states_mutex);
    GilThreadState *ts = gil_tstate_get_block(interp);
    gil_mutex_unlock(&gil_states_mutex);
    return ts;
}

/* A state that nobody has: an orphan from birth, so that it goes with the interpreter, whoever ends that. */
static int
keep_ender(GilInterpreterState *interp, int wanted)
{
    if (!wanted)
        return 0;
    interp->ender = get_first_block(interp);
    if (interp->ender == NULL)
        return -1;
    interp->ender->orphan = 1;
    return 0;
}

int
gil_interp_new(const struct gil_interp_config *config, GilThreadState **ts)
{
    GilInterpreterState *interp = gil_raw_calloc(1, sizeof *interp);

    if (interp == NULL)
        return -1;
    interp->late_abort = config->late_abort;
    interp->exit_leaves = config->exit_leaves;
    interp->forbidden = config->forbidden;
    interp->unchecked_modules = config->unchecked_modules;
    interp->shares_lock = config->share != NULL;
    interp->gate = get_gate(interp, config->starting);
    if (interp->gate == NULL)
        goto no_gate;
    interp->lock = get_lock(config);
    if (interp->lock == NULL)
        goto no_lock;
    interp->heap = gil_heap_new();
    if (interp->heap == NULL)
        goto no_heap;
    interp->heap->limit = config->memory_limit;
    if (keep_ender(interp, config->ender) < 0)
        goto no_ender;
    *ts = get_first_block(interp);
    if (*ts != NULL) {
        enlist(interp);
        return 0;
    }
    if (interp->ender != NULL)
        gil_tstate_put_block(interp->ender);
no_ender:
    gil_heap_destroy(interp->heap);
no_heap:
    gil_interp_put_lock(interp->lock);
no_lock:
    gil_interp_put_gate(interp->gate);
no_gate:
    gil_raw_free(interp);
    return -1;
}

void
gil_interp_interrupt(GilInterpreterState *interp, const GilThreadState *ts)
{
    GIL_ASSERT(gil_mutex_is_locked(&gil_states_mutex));
    for (GilThreadState *each = interp->threads; each != NULL; each = each->next)
        if (each == ts)
            gil_fetch_and_seq_cst(&each->block.brk, ~_Gil_BRK_ENDING);
        else if (each != interp->ender) {
            gil_fetch_or_seq_cst(&each->block.brk, _Gil_BRK_ENDING);
            gil_wait_rouse(each);
        }
}

int
gil_interp_asks(const GilInterpreterState *interp)
{
    const struct gil_gate *gate = interp->gate;

    GIL_ASSERT(gil_mutex_is_locked(&gil_states_mutex));
    return gil_gate_is_closing(gate) && !(gate->taken && gate->taker == gil_machine_thread());
}

void
gil_interp_calm(GilInterpreterState *interp)
{
    GIL_ASSERT(gil_mutex_is_locked(&gil_states_mutex));
    for (GilThreadState *each = interp->threads; each != NULL; each = each->next)
        gil_fetch_and_seq_cst(&each->block.brk, ~_Gil_BRK_ENDING);
}

void
gil_interp_stir(void)
{
    gil_mutex_lock(&gil_states_mutex);
    for (GilInterpreterState *each = registry; each != NULL; each = each->next)
        gil_closing_stir(each->gate);
    gil_mutex_unlock(&gil_states_mutex);
}

/* While an exception is pending nobody would be called. */
static int
has_signal(const GilThreadState *ts)
{
    return ts != NULL && ts->err.type == NULL && (gil_load_relaxed(&ts->block.brk) & _Gil_BRK_SIGNAL) != 0;
}

int
gil_interp_shut(GilInterpreterState *interp, const GilThreadState *ts, uint64_t limit)
{
    /* Who is in native code is told again and again. */
    uint64_t pause = 0, until;
    int rc;
    do {
        gil_unblock_all(interp);
        until = gil_unblock_pause(&pause, limit);
        rc = gil_gate_shut(interp->gate, until);
    } while (rc < 0 && until != limit && !has_signal(ts));
    return rc < 0 && until != limit ? 1 : rc;
}

void
gil_interp_close(GilThreadState *ts)
{
    GIL_ASSERT(ts != NULL && ts == gil_tstate_attached() && gil_gate_is_closing(ts->interp->gate));
    gil_mutex_lock(&gil_states_mutex);
    ts->interp->closed = 1;
    gil_pending_close(ts);
    for (GilThreadState *each = ts->interp->threads; each != NULL; each = each->next)
        if (each != ts)
            gil_lock_bar(ts->lock, each);
    gil_mutex_unlock(&gil_states_mutex);
}

void
gil_interp_clear_threads(GilThreadState *ts)
{
    /* No state is made any more, and none but ts can be attached; a thread's exit may take its own out of the list while
     * a finalizer runs, so after each the walk starts again. */
    for (;;) {
        gil_mutex_lock(&gil_states_mutex);
        GilThreadState *each = ts->interp->threads;
        while (each != NULL && !gil_tstate_holds_objects(each))
            each = each->next;
        gil_mutex_unlock(&gil_states_mutex);
        if (each == NULL)
            return;
        gil_state_hooks.clear_thread(each);
    }
}

/* Under gil_states_mutex: every state leaves the interpreter; those whose thread is gone, and ts, go to the pool. */
static void
disown_threads(GilThreadState *ts)
{
    GilThreadState *each = ts->interp->threads;

    ts->interp->threads = NULL;
    while (each != NULL) {
        GilThreadState *next = each->next;
        GIL_ASSERT(!gil_tstate_holds_objects(each));
        gil_store_relaxed(&each->dead, 1);
        if (each == ts ? !each->kept : each->orphan)
            gil_tstate_put_block(each);
        each = next;
    }
}

size_t
gil_interp_delete(GilThreadState *ts)
{
    GilInterpreterState *interp = ts->interp;
    struct gil_lock *lock = ts->lock;

    GIL_ASSERT(ts == gil_tstate_attached() && interp->closed);
    size_t left = gil_heap_destroy(interp->heap);
    gil_tstate_detach(ts, __func__);

    gil_mutex_lock(&gil_states_mutex);
    delist(interp);
    disown_threads(ts);
    gil_closing_set_gone(interp->gate);
    gil_mutex_unlock(&gil_states_mutex);
    gil_interp_put_lock(lock);
    gil_interp_put_gate(interp->gate);
    gil_raw_free(interp);
    return left;
}

GilInterpreterState *
GilInterpreterState_Get(void)
{
    return gil_tstate_need(__func__)->interp;
}

GilInterpreterState *
GilInterpreterState_Main(void)
{
    /* Acquire: pairs with enlist(). */
    return gil_load_acquire(&main_interp);
}

int64_t
GilInterpreterState_GetID(GilInterpreterState *interp)
{
    return interp != NULL ? interp->id : -1;
}
