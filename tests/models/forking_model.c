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
#include "runtime/finalize.h"
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
 * goes through ships: the order, places, functions, locks of the host. The locks and gates are as they ship, too. Of the files whose
 * mutexes a fork takes there are these mutexes, one a file or as many as it has pools: all ranks there are. What becomes of
 * interpreters and states in the child is fork_model.c's.
 */
enum { OTHER_THREAD, FORKER, THIRD_THREAD, THREADS };
enum { MAIN, OWN, BOTH };

static GilInterpreterState interps[BOTH];
static struct gil_lock locks[BOTH] __attribute__((aligned(64)));
static struct gil_gate gates[BOTH] __attribute__((aligned(64)));
static struct cell {
    GilThreadState ts __attribute__((aligned(64)));
} cells[THREADS]; /* all in OWN */
static struct gil_mutex host;  /* a lock of the host's */
static uint64_t memory[3][16]; /* of what is registered */
static int memory_used;
static int forks, ended, befores, parents, is_child, stranded, roused;
/* Of files that are not here. */
static struct gil_mutex starting, hook, pools[4], bucket, keys, order;
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

int
gil_tstate_attach_until(GilThreadState *ts, uint64_t limit, const char *func)
{
    int got = gil_lock_acquire_until(ts->lock, ts, limit, func);

    EXPLORE_CHECK((got == GIL_LOCK_GOT || got == GIL_LOCK_LATE) && !ended);
    if (got == GIL_LOCK_GOT)
        _Gil_thread = &ts->block;
    return got == GIL_LOCK_GOT;
}

uint64_t
gil_limit_in(uint64_t ns)
{
    return gil_machine_now() + ns;
}

void
gil_tstate_detach(GilThreadState *ts, const char *func)
{
    _Gil_thread = NULL;
    gil_lock_release(ts->lock, ts, func);
}

void
gil_signal_stop(void)
{
    EXPLORE_CHECK(!"in the child");
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
gil_mem_come_in(void)
{
    return 1;
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
gil_interp_hold_gate_left(void)
{
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

void
gil_interp_pool_mutexes(void (*each)(struct gil_mutex *mutex))
{
    each(&pools[0]);
    each(&pools[1]);
}

#define MUTEX_OF(name, its_own) \
    void name(void (*each)(struct gil_mutex *mutex)) { each(&(its_own)); }
MUTEX_OF(gil_life_mutexes, starting)
MUTEX_OF(gil_event_mutexes, hook)
MUTEX_OF(gil_tstate_mutexes, pools[2])
MUTEX_OF(gil_import_mutexes, pools[3])
MUTEX_OF(gil_parking_mutexes, bucket)
MUTEX_OF(gil_thread_mutexes, keys)
MUTEX_OF(gil_order_mutexes, order)

void
gil_order_limit(int Gil_UNUSED(begins))
{
}

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

GilObject *
GilErr_GetRaisedException(void)
{
    return NULL;
}

void
GilErr_SetRaisedException(GilObject *exc)
{
    EXPLORE_CHECK(exc != NULL);
}

void
GilErr_WriteUnraisable(GilObject *op)
{
    (void)op;
}

void *
gil_raw_malloc(size_t size)
{
    EXPLORE_CHECK(memory_used < 3 && size <= sizeof memory[0]);
    return memory[memory_used++];
}

void
gil_raw_free(void *block)
{
    EXPLORE_CHECK(memory_used > 0 && block == memory[memory_used - 1]);
    memory_used--;
}

/* The child's side, by which time all mutexes are free again. */
static void check_mutexes_in_child(void);

void
gil_fork_clean(GilThreadState *ts, const struct gil_fork_calls *calls)
{
    EXPLORE_CHECK(is_child && ts == gil_tstate_attached() && calls->interp[0] != NULL && calls->state[0] != NULL);
    check_mutexes_in_child();
}

void
gil_life_fork_child(GilThreadState *ts)
{
    EXPLORE_CHECK(is_child && ts == gil_tstate_attached());
}

void
gil_machine_strand(int on)
{
    EXPLORE_CHECK(is_child && !on);
    stranded = 0;
}

/* What has come meanwhile is handled when all is in order. */
void
gil_signal_after_fork(void)
{
    EXPLORE_CHECK(is_child && !stranded);
}

int
gil_machine_is_stranded(void)
{
    return stranded;
}

/* What is done with each interpreter and state there, and in the child of a plain fork: nobody goes there. */
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
NOT_HERE(gil_unblock_resend_in_child(GilThreadState *ts, int survives), (void)ts, (void)survives)
NOT_HERE(gil_fork_strand(void), (void)0)

/* What was posted while it was stranded made no descriptor readable. */
void
gil_unblock_rouse(GilThreadState *ts)
{
    EXPLORE_CHECK(is_child && !stranded && ts == gil_tstate_attached());
    roused = 1;
}

NOT_HERE(gil_machine_watch(int on), (void)on)
NOT_HERE(gil_finalize_tell(struct gil_gate *gate), (void)gate)
NOT_HERE(gil_shelf_in_child(void), (void)0)
NOT_HERE(gil_mem_in_child(void), (void)0)

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
    gil_mutex_init(&starting, GIL_RANK_START, "start");
    gil_mutex_init(&hook, GIL_RANK_HOOK, "hook");
    for (int i = 0; i < 4; i++)
        gil_mutex_init(&pools[i], GIL_RANK_STABLE, "pool");
    gil_mutex_init(&bucket, GIL_RANK_PARKING, "bucket");
    gil_mutex_init(&keys, GIL_RANK_KEYS, "keys");
    gil_mutex_init(&order, GIL_RANK_ORDER, "order");
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

static int has_host; /* who forks */

/* None is tried that is in hand, though it is registered twice. */
static int
try_host(void *lock)
{
    EXPLORE_CHECK(lock != &host || !has_host);
    int got = gil_mutex_try(lock);
    has_host |= lock == &host && got;
    return !got;
}

static int
lock_host(void *lock)
{
    gil_mutex_lock(lock);
    has_host |= lock == &host;
    return 0;
}

static int
unlock_host(void *lock)
{
    if (lock == &host)
        has_host = 0;
    gil_mutex_unlock(lock);
    return 0;
}

/* Who has the host's lock wants the interpreter's. */
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

/* --- a fork at each lock --- */

/* Those of the host first, then of each rank; in the order in which threads take them, where they want several. */
#define HOSTS 2
static struct gil_mutex hosts[HOSTS];
static struct gil_mutex *const every[] = {
    &hosts[0],         &hosts[1],         &starting,  &gil_states_mutex, &gates[MAIN].mu, &gates[OWN].mu, &hook, &pools[0],
    &pools[1],         &pools[2],         &pools[3],  &locks[MAIN].mu,   &locks[OWN].mu,  &bucket,        &keys, &order,
};
#define EVERY ((int)(sizeof every / sizeof every[0]))
static uint32_t pairs[sizeof every / sizeof every[0]][2]; /* what is whole when both are the same: under each of these */
static int children, resets;

static void
setup_at(void)
{
    unsigned ranks = 0;

    setup();
    for (int i = 0; i < HOSTS; i++)
        gil_mutex_init(&hosts[i], GIL_RANK_OUTSIDE, "one of the host's");
    for (int i = 0; i < EVERY; i++)
        ranks |= 1u << every[i]->rank;
    for (unsigned rank = GIL_RANK_START; rank < GIL_RANK_END; rank++)
        EXPLORE_CHECK(ranks >> rank & 1);
}

static int
of_every(const void *address)
{
    const char *p = address;

    if (p >= (const char *)pairs && p < (const char *)pairs + sizeof pairs)
        return 1;
    for (int i = 0; i < EVERY; i++)
        if (address == &every[i]->word)
            return 1;
    return 0;
}

/* In two steps. */
static void
change(int which)
{
    uint32_t n = gil_load_relaxed(&pairs[which][0]) + 1;

    gil_store_relaxed(&pairs[which][0], n);
    gil_store_relaxed(&pairs[which][1], n);
}

static int
is_whole(int which)
{
    return gil_load_relaxed(&pairs[which][0]) == gil_load_relaxed(&pairs[which][1]);
}

/* Each by itself, and with the next one inside if that has a higher rank: a thread that is anywhere. */
static void
go_through_all(void)
{
    for (int i = 0; i < EVERY; i++) {
        int next = i + 1 < EVERY && (i + 1 < HOSTS || every[i + 1]->rank > every[i]->rank);
        gil_mutex_lock(every[i]);
        change(i);
        if (next) {
            gil_mutex_lock(every[i + 1]);
            change(i + 1);
            gil_mutex_unlock(every[i + 1]);
        }
        gil_mutex_unlock(every[i]);
    }
}

/* Free, and nobody was in the middle; those of the host are the thread's still. */
static void
check_mutexes_in_child(void)
{
    for (int i = 0; i < EVERY; i++) {
        EXPLORE_CHECK(is_whole(i) && gil_mutex_is_locked(every[i]) == (i < HOSTS));
        if (i < HOSTS)
            continue;
        gil_mutex_lock(every[i]);
        gil_mutex_unlock(every[i]);
    }
}

static int
reset_host(void *lock)
{
    EXPLORE_CHECK(is_child);
    resets++;
    gil_mutex_init(lock, GIL_RANK_OUTSIDE, "one of the host's");
    return 0;
}

/* Of the first one the child makes a new one, of the other the thread has it and gives it back; then the functions are called. */
static void
count_child(void *unused)
{
    (void)unused;
    EXPLORE_CHECK(is_child && resets == 1 && gil_tstate_attached() != NULL);
    for (int i = 0; i < HOSTS; i++)
        EXPLORE_CHECK(!gil_mutex_is_locked(&hosts[i]));
    children++;
}

static int
count_before(void *unused)
{
    (void)unused;
    befores++;
    return 0;
}

static void
register_all(void)
{
    static const GilForeignLock how = {try_host, lock_host, unlock_host};
    static const GilForkCalls calls = {count_before, count_parent, count_child};

    EXPLORE_CHECK(GilOS_AtFork(&calls, NULL) == 0 && GilOS_RegisterForkLock(&how, NULL, &hosts[1], 2) == 0);
    EXPLORE_CHECK(GilOS_RegisterForkLock(&how, reset_host, &hosts[0], 1) == 0);
}

static void
body_at(int self)
{
    if (self != FORKER) {
        go_through_all();
        return;
    }
    register_all();
    EXPLORE_CHECK(come(self) && GilOS_BeforeFork() == 0);
    explore_fork();
    is_child = stranded = 1;
    roused = 0;
    GilOS_AfterFork_Child();
    EXPLORE_CHECK(roused);
    go(self);
    forks++;
}

static void
finish_at(void)
{
    EXPLORE_CHECK(forks == 1 && befores == 1 && parents == 0 && children == 1);
    befores = parents = 1;
    finish();
}

/* The parent notices nothing. */
static void
body_past(int self)
{
    if (self != FORKER) {
        go_through_all();
        return;
    }
    register_all();
    EXPLORE_CHECK(come(self));
    fork_here();
    go(self);
}

static void
finish_past(void)
{
    EXPLORE_CHECK(forks == 1 && children == 0 && resets == 0);
    for (int i = 0; i < EVERY; i++)
        EXPLORE_CHECK(is_whole(i) && pairs[i][0] != 0 && every[i]->word == 0);
    finish();
}

/* --- several locks of the host --- */

static int
of_hosts(const void *address)
{
    return of_interest(address) || address == &hosts[0].word || address == &hosts[1].word;
}

/* All of them are in hand at the fork. */
static void
fork_with_hosts(void)
{
    static const GilForeignLock how = {try_host, lock_host, unlock_host};

    for (int i = 0; i < HOSTS; i++)
        EXPLORE_CHECK(GilOS_RegisterForkLock(&how, NULL, &hosts[i], (unsigned)i) == 0);
    EXPLORE_CHECK(come(FORKER) && GilOS_BeforeFork() == 0);
    EXPLORE_CHECK(gil_mutex_is_locked(&hosts[0]) && gil_mutex_is_locked(&hosts[1]));
    explore_point("fork");
    GilOS_AfterFork_Parent();
    forks++;
    go(FORKER);
}

/* Wants the interpreter's lock with one of them in hand. */
static void
enter_with(int self, struct gil_mutex *one)
{
    gil_mutex_lock(one);
    EXPLORE_CHECK(come(self));
    go(self);
    gil_mutex_unlock(one);
}

/* Each has a holder who wants the interpreter's lock. */
static void
body_holders(int self)
{
    if (self == FORKER)
        fork_with_hosts();
    else
        enter_with(self, &hosts[self == OTHER_THREAD ? 0 : 1]);
}

/* The lower has a holder who wants the interpreter's lock. For the other waits who has that, and another time one who has not. */
static void
body_plain(int self)
{
    if (self == FORKER)
        fork_with_hosts();
    else if (self == THIRD_THREAD)
        enter_with(self, &hosts[0]);
    else {
        gil_mutex_lock(&hosts[1]);
        gil_mutex_unlock(&hosts[1]);
        EXPLORE_CHECK(come(self));
        gil_mutex_lock(&hosts[1]);
        gil_mutex_unlock(&hosts[1]);
        go(self);
    }
}

static void
finish_hosts(void)
{
    EXPLORE_CHECK(!gil_mutex_is_locked(&hosts[0]) && !gil_mutex_is_locked(&hosts[1]));
    finish_host();
}

#define BY_LIMIT (1u << FORKER) /* the only timer that may be needed */

static const struct model_run runs[] = {
    {{"forking_end", 2, 0, setup, body_end, of_interest, NULL, finish}, {3, 0, 0}, {5, 0, 1}},
    {{"forking_host", 2, 0, setup, body_host, of_interest, NULL, finish_host}, {3, 0, 0}, {5, 0, 1}},
    {{"forking_at", 2, 0, setup_at, body_at, of_every, NULL, finish_at}, {3, 0, 0}, {4, 0, 1}},
    {{"forking_past", 2, 0, setup_at, body_past, of_every, NULL, finish_past}, {3, 0, 0}, {4, 0, 1}},
    {{"forking_holders", 3, 0, setup_at, body_holders, of_hosts, NULL, finish_hosts}, {2, 1, 0}, {3, 1, 0}},
    {{"forking_plain", 3, BY_LIMIT, setup_at, body_plain, of_hosts, NULL, finish_hosts}, {2, 1, 0}, {3, 1, 0}},
};

int
main(int argc, char **argv)
{
    return model_main(argc, argv, runs, (int)(sizeof runs / sizeof runs[0]));
}
