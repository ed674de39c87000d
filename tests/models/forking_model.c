/* SPDX-License-Identifier: MIT */
/* What comes before a fork and after it in the parent, under the explorer: lib/runtime/fork.c as it ships, against ends and holders. */
#include "models/runner.h"

#include "models/machine_model.h"
#include "models/seen.h"
#include "models/snapshot.h"

#include "base/hash.h"
#include "base/mem.h"
#include "gc/collect.h"
#include "gilrt/error.h"
#include "gilrt/fork.h"
#include "gilrt/state.h"
#include "gilrt/version.h"
#include "module/import.h"
#include "runtime/event.h"
#include "runtime/inside.h"
#include "runtime/life.h"
#include "runtime/signal.h"
#include "state/fork.h"
#include "state/gate.h"
#include "state/interp.h"
#include "state/lock.h"
#include "state/pending.h"
#include "state/shelf.h"
#include "state/tstate.h"
#include "state/unblock.h"
#include "sync/machine.h"
#include "sync/order.h"
#include "sync/parking.h"
#include "sync/thread.h"

#include <errno.h>
#include <string.h>

/*
 * Two interpreters: the main one, and that of the threads. Thread 1 forks, without a guard: 0 would be taken for nobody. What it
 * goes through ships: the order, places, functions, locks of the host. The locks and gates are as they ship, too. That there is a
 * second process nobody here needs; its side is fork_model.c.
 */
enum { OTHER_THREAD, FORKER, THREADS };
enum { MAIN, OWN, BOTH };

static GilInterpreterState interps[BOTH];
static struct gil_lock locks[BOTH] __attribute__((aligned(64)));
static struct gil_gate gates[BOTH] __attribute__((aligned(64)));
static struct cell {
    GilThreadState ts __attribute__((aligned(64)));
} cells[THREADS]; /* all in OWN */
static struct gil_mutex host;  /* a lock of the host's */
static uint64_t memory[2][16]; /* of what is registered */
static int memory_used;
static int forks, ended, befores, parents;
struct gil_mutex gil_states_mutex;
struct gil_state_hooks gil_state_hooks;
__thread struct _GilThreadBlock *_Gil_thread;

/* --- the rest of the library --- */

void
gil_rank_all(int begins)
{
    (void)begins;
}

/* There is one fork at a time here: the mutex of forks is free. */
void
GilMutex_Lock(GilMutex *m)
{
    EXPLORE_CHECK(m->_bits == 0);
    m->_bits = 1;
}

void
GilMutex_Unlock(GilMutex *m)
{
    EXPLORE_CHECK(m->_bits == 1);
    m->_bits = 0;
}

/* Whoever is too late never returns: with the mutex of forks in hand, and a place inside the main interpreter. */
void
gil_tstate_attach(GilThreadState *ts, const char *func)
{
    int got = gil_lock_acquire(ts->lock, ts, func);

    EXPLORE_CHECK(got == GIL_LOCK_GOT && !ended);
    _Gil_thread = &ts->block;
}

void
gil_tstate_detach(GilThreadState *ts, const char *func)
{
    _Gil_thread = NULL;
    gil_lock_release(ts->lock, ts, func);
}

struct _giltoken *
gil_tstate_visit(struct gil_gate *gate, const char *func)
{
    (void)gate;
    (void)func;
    EXPLORE_CHECK(!"enters");
    return NULL;
}

void
GilThreadState_Release(GilThreadStateToken *token)
{
    (void)token;
    EXPLORE_CHECK(!"leaves");
}

int
gil_inside_served(void)
{
    return 0;
}

int
gil_inside_call(struct gil_gate *gate)
{
    (void)gate;
    return 0;
}

int
gil_gc_is_active(const GilThreadState *ts)
{
    (void)ts;
    return 0;
}

struct gil_gate *
gil_interp_hold_main_gate(void)
{
    gil_gate_hold(&gates[MAIN]);
    return &gates[MAIN];
}

struct gil_gate *
gil_interp_hold_gate_of(const GilThreadState *ts)
{
    (void)ts;
    EXPLORE_CHECK(!"enters");
    return NULL;
}

void
gil_interp_put_gate(struct gil_gate *gate)
{
    EXPLORE_CHECK(!gil_gate_drop(gate));
}

GilInterpreterState *
GilInterpreterState_Main(void)
{
    return &interps[MAIN];
}

GilInterpreterState *
gil_interp_first(void)
{
    return &interps[OWN];
}

void
gil_interp_mutexes(void (*each)(struct gil_mutex *mutex))
{
    each(&gil_states_mutex);
}

void
gil_interp_gate_mutexes(void (*each)(struct gil_mutex *mutex))
{
    for (int i = 0; i < BOTH; i++)
        each(&gates[i].mu);
}

void
gil_interp_lock_mutexes(void (*each)(struct gil_mutex *mutex))
{
    for (int i = 0; i < BOTH; i++)
        each(&locks[i].mu);
}

/* Files whose mutexes nobody here wants. */
#define NO_MUTEXES(name) \
    void name(void (*each)(struct gil_mutex *mutex)) { (void)each; }
NO_MUTEXES(gil_life_mutexes)
NO_MUTEXES(gil_event_mutexes)
NO_MUTEXES(gil_interp_pool_mutexes)
NO_MUTEXES(gil_tstate_mutexes)
NO_MUTEXES(gil_import_mutexes)
NO_MUTEXES(gil_parking_mutexes)
NO_MUTEXES(gil_thread_mutexes)
NO_MUTEXES(gil_order_mutexes)

void
gil_fork_prepare(const GilThreadState *ts)
{
    EXPLORE_CHECK(ts == gil_tstate_attached());
}

uint64_t
gil_hash_bytes(const void *bytes, size_t size)
{
    (void)bytes;
    return size;
}

const char *
Gil_GetBuildInfo(void)
{
    return "";
}

GilObject *
GilErr_Occurred(void)
{
    return NULL;
}

void
GilErr_WriteUnraisable(GilObject *op)
{
    (void)op;
}

void *
gil_raw_malloc(size_t size)
{
    EXPLORE_CHECK(memory_used < 2 && size <= sizeof memory[0]);
    return memory[memory_used++];
}

void
gil_raw_free(void *block)
{
    EXPLORE_CHECK(memory_used > 0 && block == memory[memory_used - 1]);
    memory_used--;
}

/* The child's side: nobody goes there. */
#define NOT_HERE(head, ...)       \
    void head                     \
    {                             \
        __VA_ARGS__;              \
        EXPLORE_CHECK(!"child");         \
    }
NOT_HERE(gil_gc_fork_child(GilInterpreterState *interp), (void)interp)
NOT_HERE(gil_import_fork_child(GilInterpreterState *interp), (void)interp)
NOT_HERE(gil_pending_fork_interp(GilInterpreterState *interp), (void)interp)
NOT_HERE(gil_pending_fork_state(GilThreadState *ts, int survives), (void)ts, (void)survives)
NOT_HERE(gil_shelf_fork_child(GilThreadState *ts, int survives), (void)ts, (void)survives)
NOT_HERE(gil_signal_fork_child(GilThreadState *ts, int survives), (void)ts, (void)survives)
NOT_HERE(gil_unblock_fork_child(GilThreadState *ts, int survives), (void)ts, (void)survives)
NOT_HERE(gil_life_fork_child(GilThreadState *ts), (void)ts)
NOT_HERE(gil_fork_clean(GilThreadState *ts, const struct gil_fork_calls *calls), (void)ts, (void)calls)
NOT_HERE(gil_fork_strand(void), (void)0)
NOT_HERE(gil_shelf_in_child(void), (void)0)
NOT_HERE(gil_machine_strand(int on), (void)on)

/* --- setting up --- */

static void
setup(void)
{
    static EXPLORER_OWN struct snapshot first;
    void *part;
    size_t size;

    /* What fork.c keeps is as it was at first. */
    if (first.count > 0)
        snapshot_restore(&first);
    for (int i = 0; first.count == i && (part = seen_program_part(i, &size)) != NULL; i++)
        snapshot_add(&first, part, size);
    explore_locals = 1;
    gil_mutex_init(&gil_states_mutex, GIL_RANK_STATES, "states");
    gil_mutex_init(&host, GIL_RANK_OUTSIDE, "the host's");
    for (int i = 0; i < BOTH; i++) {
        gil_lock_init(&locks[i], 100, 0);
        gil_gate_init(&gates[i], &interps[i]);
        interps[i].gate = &gates[i];
        interps[i].lock = &locks[i];
    }
    for (int t = 0; t < THREADS; t++) {
        GilThreadState *ts = &cells[t].ts;
        ts->block.brk = _Gil_BRK_FENCED;
        ts->lock = &locks[OWN];
        ts->interp = &interps[OWN];
        ts->id = (uint64_t)t + 1;
        ts->os_thread = (unsigned long)t + 2; /* as gil_machine_thread() says there */
    }
}

/* Not st: nothing leans here, and the sources look at their own without atomic steps. */
static int
of_interest(const void *address)
{
    if (address == &gil_states_mutex.word || address == &host.word)
        return 1;
    for (int i = 0; i < BOTH; i++)
        if (address == &locks[i].owner || address == &locks[i].mu.word || address == &gates[i].word ||
            address == &gates[i].mu.word)
            return 1;
    for (int t = 0; t < THREADS; t++) {
        const GilThreadState *ts = &cells[t].ts;
        if (address == &ts->block.brk || address == &ts->waiter.token)
            return 1;
    }
    return 0;
}

/* --- what the threads do --- */

/* 0: it is too late, and has nothing in hand. */
static int
come(int self)
{
    GilThreadState *ts = &cells[self].ts;

    if (gil_lock_acquire(&locks[OWN], ts, "model") != GIL_LOCK_GOT)
        return 0;
    _Gil_thread = &ts->block;
    return 1;
}

static void
go(int self)
{
    gil_tstate_detach(&cells[self].ts, "model");
}

/* As between BEGIN and END. */
static int
leave_and_come_back(void *unused)
{
    GilThreadState *ts = gil_tstate_attached();

    (void)unused;
    befores++;
    gil_tstate_detach(ts, "model");
    gil_tstate_attach(ts, "model");
    return 0;
}

static void
count_parent(void *unused)
{
    (void)unused;
    parents++;
    EXPLORE_CHECK(gil_tstate_attached() != NULL);
}

/* The parent's way through a fork, if it is not refused. */
static void
fork_here(void)
{
    GilThreadState *ts = gil_tstate_attached();

    if (GilOS_BeforeFork() == 0) {
        EXPLORE_CHECK(!ended && gil_gate_inside(&gates[MAIN]) == 1);
        explore_point("fork");
        GilOS_AfterFork_Parent();
        forks++;
    }
    else
        EXPLORE_CHECK(errno == EBUSY);
    EXPLORE_CHECK(gil_tstate_attached() == ts && !ended);
}

/* The interpreter that is forked from ends, and its threads are late, as in gil_interp_close(). */
static void
body_end(int self)
{
    static const GilForkCalls calls = {leave_and_come_back, count_parent, NULL};

    if (self == FORKER) {
        EXPLORE_CHECK(GilOS_AtFork(&calls, NULL) == 0);
        if (come(self)) {
            fork_here();
            go(self);
        }
        return;
    }
    EXPLORE_CHECK(gil_gate_close(&gates[OWN]) == 0 && gil_gate_shut(&gates[OWN], GIL_MACHINE_NEVER) == 0);
    EXPLORE_CHECK(come(self));
    gil_mutex_lock(&gil_states_mutex);
    gil_lock_bar(&locks[OWN], &cells[FORKER].ts);
    gil_mutex_unlock(&gil_states_mutex);
    ended = 1;
    go(self);
}

static void
finish(void)
{
    EXPLORE_CHECK(befores == forks && parents == forks && host.word == 0 && gil_states_mutex.word == 0);
    for (int i = 0; i < BOTH; i++)
        EXPLORE_CHECK(gil_gate_inside(&gates[i]) == 0 && gates[i].passes == NULL && gates[i].refs == 1 &&
                      gates[i].mu.word == 0 && locks[i].mu.word == 0);
}

/* Who has the host's lock wants the interpreter's. */
static int
try_host(void *lock)
{
    return !gil_mutex_try(lock);
}

static int
lock_host(void *lock)
{
    gil_mutex_lock(lock);
    return 0;
}

static int
unlock_host(void *lock)
{
    gil_mutex_unlock(lock);
    return 0;
}

static void
body_host(int self)
{
    static const GilForeignLock how = {try_host, lock_host, unlock_host};

    if (self == FORKER) {
        /* By two that share it. */
        EXPLORE_CHECK(GilOS_RegisterForkLock(&how, NULL, &host, 1) == 0 && GilOS_RegisterForkLock(&how, NULL, &host, 2) == 0);
        EXPLORE_CHECK(come(self));
        fork_here();
        go(self);
        return;
    }
    gil_mutex_lock(&host);
    EXPLORE_CHECK(come(self));
    go(self);
    gil_mutex_unlock(&host);
}

static void
finish_host(void)
{
    EXPLORE_CHECK(forks == 1);
    forks = 0;
    finish();
}

static const struct model_run runs[] = {
    {{"forking_end", 2, 0, setup, body_end, of_interest, NULL, finish}, {3, 0, 0}, {5, 0, 1}},
    {{"forking_host", 2, 0, setup, body_host, of_interest, NULL, finish_host}, {3, 0, 0}, {5, 0, 1}},
};

int
main(int argc, char **argv)
{
    return model_main(argc, argv, runs, (int)(sizeof runs / sizeof runs[0]));
}
