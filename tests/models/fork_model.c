/* SPDX-License-Identifier: MIT */
/* A fork under the explorer: the lock, gates, the parking lot and what the child does to them as they ship, at every moment. */
#include "models/runner.h"

#include "models/machine_model.h"

#include "base/print.h"
#include "gilrt/state.h"
#include "state/closing.h"
#include "state/fork.h"
#include "state/gate.h"
#include "state/guard.h"
#include "state/interp.h"
#include "state/lock.h"
#include "state/stable.h"
#include "sync/bytelock.h"
#include "sync/machine.h"
#include "sync/order.h"
#include "sync/parking.h"

#include <string.h>

/*
 * Two interpreters, each with a lock, a gate, and something that its lock protects. Thread 0 forks, attached to the first. What
 * is locked for it is locked in the order of lib/runtime/fork.c, and the child is put in order as there; what other files of the library do
 * is played here. A third lock is of no interpreter any more.
 */
#define THREADS 3
enum { HERE, THERE, GONE, LOCKS };

static struct gil_lock locks[LOCKS] __attribute__((aligned(64)));
static struct gil_gate gates[LOCKS - 1] __attribute__((aligned(64)));
static GilInterpreterState interps[LOCKS - 1];
/* Of each thread in each interpreter. */
static struct cell {
    GilThreadState ts __attribute__((aligned(64)));
} cells[LOCKS][THREADS];
static uint32_t pairs[LOCKS + 1][2]; /* what is whole when both are the same: under each lock, and under the mutex */
static uint8_t byte;                 /* a mutex of a user */
static GilInterpreterState *registry, *main_one;
static int forker;                   /* the thread that forks */
static GilThreadState *chosen;       /* makes the calls to main in the child */
struct gil_main_calls gil_main_calls;
static struct gil_pass pass;
static int forked, done, ended_states, buried_states, refused_calls;
struct gil_mutex gil_states_mutex;
__thread struct _GilThreadBlock *_Gil_thread;

/* --- the rest of the library --- */

void
gil_rank_parking(const char *func)
{
    (void)func;
}

void
gil_rank_all(int begins)
{
    (void)begins;
}

void
gil_order_fork_child(void)
{
}

void
gil_print_fork_child(void)
{
}

GilInterpreterState *
gil_interp_first(void)
{
    return registry;
}

void
gil_interp_lose(GilInterpreterState *interp, GilInterpreterState *heir)
{
    EXPLORE_CHECK(registry == interp && interp->next == heir);
    registry = heir;
    if (main_one == interp)
        main_one = heir;
}

GilInterpreterState *
GilInterpreterState_Main(void)
{
    return main_one;
}

void
gil_pending_fork_main(GilThreadState *ts)
{
    EXPLORE_CHECK(forked && ended_states == 0);
    chosen = ts;
}

/* Once for each interpreter that is lost, while its states are known. */
void
gil_pending_fork_lose(GilInterpreterState *interp)
{
    EXPLORE_CHECK(forked && interp == registry && interp->closed && interp->threads != NULL);
    refused_calls++;
}

const GilThreadState *
gil_tstate_look(struct gil_stable_look *look)
{
    int i = look->block++;

    return i < LOCKS * THREADS ? &cells[i / THREADS][i % THREADS].ts : NULL;
}

void
gil_unblock_fork_child(GilThreadState *ts, int survives)
{
    EXPLORE_CHECK(ts->dead && !survives);
}

void
gil_tstate_put_block(GilThreadState *ts)
{
    gil_lock_forget(ts->lock, ts);
    ts->id = 0;
    buried_states++;
}

void
gil_interp_each_block(void (*lock)(struct gil_lock *lock), void (*gate)(struct gil_gate *gate))
{
    for (int i = 0; i < LOCKS; i++)
        lock(&locks[i]);
    for (int i = 0; i < LOCKS - 1; i++)
        gate(&gates[i]);
}

void
gil_closing_fork_child(struct gil_gate *gate, int lives)
{
    (void)gate;
    (void)lives;
}

uint32_t
gil_guard_fork_child(struct gil_gate *gate, int lives)
{
    (void)lives;
    while (gate->passes != NULL)
        gil_gate_unlist(gate, gate->passes);
    return 0;
}

void
gil_tstate_delete(GilThreadState *ts)
{
    gil_lock_forget(ts->lock, ts);
    ended_states++;
}

/* --- setting up --- */

static int may_lean, refused; /* the child gets no heavy fence */

static void
setup(void)
{
    gil_parking_forget_all();
    gil_mutex_init(&gil_states_mutex, GIL_RANK_STATES, "states");
    memset(cells, 0, sizeof cells);
    memset(pairs, 0, sizeof pairs);
    memset(interps, 0, sizeof interps);
    byte = 0;
    forked = done = ended_states = buried_states = refused_calls = refused = forker = 0;
    chosen = gil_main_calls.ts = NULL;
    for (int i = 0; i < LOCKS; i++) {
        gil_lock_init(&locks[i], 100, may_lean);
        for (int t = 0; t < THREADS; t++) {
            GilThreadState *ts = &cells[i][t].ts;
            ts->block.brk = _Gil_BRK_FENCED;
            ts->lock = &locks[i];
            ts->interp = &interps[i < GONE ? i : HERE];
            ts->id = (uint64_t)(i * THREADS + t) + 1;
            ts->os_thread = (unsigned long)t + 2; /* as gil_machine_thread() says there */
            ts->dead = i == GONE;
        }
    }
    for (int i = 0; i < GONE; i++) {
        gil_gate_init(&gates[i], &interps[i]);
        interps[i].gate = &gates[i];
        interps[i].lock = &locks[i];
        interps[i].pocket[GIL_POCKETS - 1] = &interps[i];
        for (int t = THREADS - 1; t >= 0; t--) {
            cells[i][t].ts.next = interps[i].threads;
            interps[i].threads = &cells[i][t].ts;
        }
    }
    interps[THERE].next = &interps[HERE];
    registry = &interps[THERE];
    main_one = &interps[HERE];
}

static void
setup_plain(void)
{
    may_lean = 0;
    setup();
}

static void
setup_leaning(void)
{
    may_lean = 1;
    setup();
}

static void
setup_refused(void)
{
    setup_leaning();
    refused = 1;
}

static int
of_interest(const void *address)
{
    const char *p = address;

    if (p >= (const char *)pairs && p < (const char *)pairs + sizeof pairs)
        return 1;
    if (address == &byte || address == &gil_states_mutex.word)
        return 1;
    for (int i = 0; i < LOCKS; i++) {
        if (address == &locks[i].owner || address == &locks[i].mu.word)
            return 1;
        if (i < GONE && (address == &gates[i].word || address == &gates[i].mu.word))
            return 1;
        for (int t = 0; t < THREADS; t++) {
            const GilThreadState *ts = &cells[i][t].ts;
            if (address == &ts->block.brk || address == &ts->block.st || address == &ts->waiter.token)
                return 1;
        }
    }
    return 0;
}

/* --- what the threads do --- */

/* Changes what is protected, in two steps. */
static void
change(int which)
{
    uint32_t n = gil_load_relaxed(&pairs[which][0]) + 1;

    gil_store_relaxed(&pairs[which][0], n);
    gil_store_relaxed(&pairs[which][1], n);
}

static int
is_done(void)
{
    return done;
}

static int
is_whole(int which)
{
    return gil_load_relaxed(&pairs[which][0]) == gil_load_relaxed(&pairs[which][1]);
}

static void
come(int which, int self)
{
    EXPLORE_CHECK(gil_lock_acquire(&locks[which], &cells[which][self].ts, "model") == GIL_LOCK_GOT);
}

static void
go(int which, int self)
{
    gil_lock_release(&locks[which], &cells[which][self].ts, "model");
}

static void
come_and_go(int which, int self)
{
    come(which, self);
    EXPLORE_CHECK(is_whole(which));
    change(which);
    go(which, self);
}

/* As lib/runtime/fork.c: each file's mutexes in rising rank. */
static void
each_mutex(void (*func)(struct gil_mutex *mutex))
{
    func(&gil_states_mutex);
    for (int i = 0; i < GONE; i++)
        func(&gates[i].mu);
    for (int i = 0; i < GONE; i++)
        func(&locks[i].mu);
    gil_parking_mutexes(func);
}

static void
each_mutex_back(void (*func)(struct gil_mutex *mutex))
{
    gil_parking_mutexes(func);
    for (int i = GONE; i-- > 0;)
        func(&locks[i].mu);
    for (int i = GONE; i-- > 0;)
        func(&gates[i].mu);
    func(&gil_states_mutex);
}

static void
prepare(void)
{
    each_mutex(gil_mutex_lock);
    gil_fork_prepare(&cells[HERE][forker].ts);
}

/* The forker, attached: from here on this is the child. */
static void
fork_child(void)
{
    static void (*const no_interp[])(GilInterpreterState *) = {NULL};
    static void (*const no_state[])(GilThreadState *, int) = {NULL};
    static const struct gil_fork_calls calls = {no_interp, no_state};
    GilThreadState *ts = &cells[HERE][forker].ts;

    prepare();
    explore_fork();
    forked = 1;
    if (refused)
        explore_refuse_fences();
    each_mutex_back(gil_mutex_unlock);
    gil_fork_clean(ts, &calls);
}

/* All of the interpreter that was forked from: its data are whole, it has one thread, and that can do everything. */
static void
check_here(void)
{
    GilThreadState *ts = &cells[HERE][0].ts;

    EXPLORE_CHECK(is_whole(HERE));
    EXPLORE_CHECK(gil_lock_holder(&locks[HERE]) == ts && locks[HERE].turns.head == NULL && locks[HERE].turns.claimant == NULL);
    EXPLORE_CHECK((ts->block.brk & ~_Gil_BRK_FENCED) == 0 && ts->block.st == _Gil_ATTACHED);
    EXPLORE_CHECK(gil_lock_poll(&locks[HERE], ts) == GIL_LOCK_GOT);
    go(HERE, 0);
    come_and_go(HERE, 0);
    come_and_go(HERE, 0);
    EXPLORE_CHECK(gil_load_relaxed(&locks[HERE].owner) == 0 || may_lean);
}

/* The other one: either it goes on, and is whole, or nobody of this thread comes in. */
static int
check_there(void)
{
    GilThreadState *ts = &cells[THERE][0].ts;

    if (registry == &interps[THERE]) {
        EXPLORE_CHECK(is_whole(THERE));
        come_and_go(THERE, 0);
        come_and_go(THERE, 0);
        return 1;
    }
    EXPLORE_CHECK(gil_lock_holder(&locks[THERE]) == NULL);
    EXPLORE_CHECK(gil_lock_acquire_until(&locks[THERE], ts, 0, "model") == GIL_LOCK_BARRED);
    EXPLORE_CHECK(gil_lock_acquire(&locks[THERE], ts, "model") == GIL_LOCK_BARRED);
    EXPLORE_CHECK(gil_gate_enter(&gates[THERE]) < 0 && gil_gate_enter_late(&gates[THERE]) < 0);
    EXPLORE_CHECK(refused_calls == 1 && buried_states == 2 * (THREADS - 1));
    return 0;
}

/* --- the lock of this interpreter --- */

static void
body_waits(int self)
{
    if (self != 0) {
        come_and_go(HERE, self);
        come_and_go(HERE, self);
        return;
    }
    come(HERE, 0);
    change(HERE);
    fork_child();
    check_here();
    int lost = registry != &interps[THERE];
    EXPLORE_CHECK(ended_states == (2 - lost) * (THREADS - 1) && buried_states == (1 + lost) * (THREADS - 1) && refused_calls == lost);
}

/* A child that gets no heavy fence goes by the word: nothing leans, whatever leaned when it was made, nor ever will. */
static void
body_refused(int self)
{
    if (self != 0) {
        come_and_go(HERE, self);
        come_and_go(THERE, self);
        return;
    }
    come_and_go(HERE, 0);
    come_and_go(HERE, 0);
    come(HERE, 0);
    fork_child();
    for (int i = 0; i < 4; i++) {
        EXPLORE_CHECK((cells[HERE][0].ts.block.brk & _Gil_BRK_FENCED) && !(locks[HERE].owner & GIL_LOCK_LEANS));
        go(HERE, 0);
        EXPLORE_CHECK(locks[HERE].owner == 0);
        come(HERE, 0);
    }
    if (registry == &interps[THERE])
        for (int i = 0; i < 4; i++) {
            come_and_go(THERE, 0);
            EXPLORE_CHECK(locks[THERE].owner == 0);
        }
}

/* One of those that wait has claimed the lock. */
static int
is_claimed(void)
{
    return (cells[HERE][0].ts.block.brk & _Gil_BRK_PREEMPT) != 0;
}

static void
body_claim(int self)
{
    if (self != 0) {
        explore_until(is_done);
        come_and_go(HERE, self);
        return;
    }
    come(HERE, 0);
    done = 1;
    explore_until(is_claimed);
    fork_child();
    check_here();
}

/* The parent: everything goes on. */
static void
body_parent(int self)
{
    if (self != 0) {
        come_and_go(self == 1 ? HERE : THERE, self);
        come_and_go(self == 1 ? HERE : THERE, self);
        return;
    }
    come(HERE, 0);
    change(HERE);
    prepare();
    explore_point("fork");
    each_mutex_back(gil_mutex_unlock);
    change(HERE);
    go(HERE, 0);
    come_and_go(HERE, 0);
}

static void
finish_parent(void)
{
    EXPLORE_CHECK(pairs[HERE][0] == 5 && pairs[HERE][1] == 5 && pairs[THERE][0] == 2 && pairs[THERE][1] == 2);
    EXPLORE_CHECK(gil_states_mutex.word == 0);
}

static void
finish_parent_of_one(void)
{
    EXPLORE_CHECK(pairs[HERE][0] == 5 && pairs[HERE][1] == 5);
}

/* --- the lock of the other one --- */

static void
body_other(int self)
{
    if (self != 0) {
        come_and_go(THERE, self);
        come_and_go(THERE, self);
        return;
    }
    /* Where it goes by the word, both want it. */
    if (!may_lean && gil_lock_acquire_until(&locks[THERE], &cells[THERE][0].ts, 0, "model") == GIL_LOCK_GOT)
        go(THERE, 0);
    come(HERE, 0);
    fork_child();
    (void)check_there();
    check_here();
}

/* It is idle, though its lock may lean to one that was there: so it goes on. */
static void
body_idle(int self)
{
    come_and_go(HERE, self);
    if (self != 0) {
        come_and_go(THERE, self);
        done = 1;
        return;
    }
    explore_until(is_done);
    come(HERE, 0);
    fork_child();
    EXPLORE_CHECK(check_there());
}

/* It is busy for certain, and in a mutex perhaps: it is lost. */
static void
body_busy(int self)
{
    if (self != 0) {
        come(THERE, self);
        done = 1;
        gil_mutex_lock(&gil_states_mutex);
        change(THERE);
        gil_mutex_unlock(&gil_states_mutex);
        change(THERE);
        return;
    }
    come(HERE, 0);
    explore_until(is_done);
    fork_child();
    EXPLORE_CHECK(!check_there());
}

/* It is the main one, if it lives on. Who makes the calls to main is a state of the forking thread there, not one that nobody has
 * attached yet, and not one that is lent to it if it has another. */
static void
setup_main(void)
{
    setup_plain();
    forker = 1;
    for (int i = 0; i < LOCKS; i++)
        cells[i][0].ts.os_thread = 0; /* nobody has attached these */
    main_one = &interps[THERE];
    gil_main_calls.ts = &cells[THERE][0].ts;
    cells[HERE][1].ts.kept = 1;
    cells[HERE][2].ts.os_thread = cells[HERE][1].ts.os_thread;
}

static void
body_main(int self)
{
    if (self != forker) {
        come_and_go(HERE, self);
        come_and_go(THERE, self);
        return;
    }
    come(HERE, self);
    fork_child();
    EXPLORE_CHECK(chosen == (registry == &interps[THERE] ? &cells[THERE][self].ts : &cells[HERE][2].ts));
}

/* Its end, or its beginning, was under way. */
static void
setup_shut(void)
{
    setup_plain();
    gates[THERE].word = 0x80000000u; /* closing */
}

static void
body_shut(int self)
{
    if (self != 0) {
        come_and_go(HERE, self);
        EXPLORE_CHECK(gil_gate_shut(&gates[THERE], GIL_MACHINE_NEVER) == 0);
        interps[THERE].closed = 1;
        return;
    }
    come_and_go(THERE, 0); /* perhaps the last who did */
    come(HERE, 0);
    fork_child();
    if (check_there())
        EXPLORE_CHECK(!interps[THERE].closed && gil_gate_enter(&gates[THERE]) == 0);
    check_here();
}

/* --- other mutexes --- */

/* The lock of no interpreter, in which somebody may stand still. */
static void
body_gone(int self)
{
    if (self != 0) {
        come_and_go(GONE, self);
        return;
    }
    come(HERE, 0);
    fork_child();
    gil_lock_bar(&locks[GONE], &cells[GONE][0].ts);
    gil_lock_forget(&locks[GONE], &cells[GONE][0].ts);
    check_here();
}

/* What is under a mutex is whole, whoever had it; with one inside of another. */
static void
body_mutex(int self)
{
    if (self != 0) {
        gil_mutex_lock(&gil_states_mutex);
        change(LOCKS);
        gil_mutex_lock(&gates[HERE].mu);
        change(THERE);
        gil_mutex_unlock(&gates[HERE].mu);
        gil_mutex_unlock(&gil_states_mutex);
        return;
    }
    come(HERE, 0);
    fork_child();
    EXPLORE_CHECK(is_whole(LOCKS) && is_whole(THERE));
    each_mutex(gil_mutex_lock);
    each_mutex_back(gil_mutex_unlock);
    check_here();
}

/* --- gates --- */

static void
body_gate(int self)
{
    if (self == 1) {
        if (gil_gate_enter(&gates[HERE]) == 0)
            gil_gate_leave(&gates[HERE]);
        return;
    }
    if (self == 2) {
        if (gil_gate_enter_with(&gates[HERE], &pass) == 0) {
            gil_gate_unlist(&gates[HERE], &pass);
            gil_gate_leave(&gates[HERE]);
        }
        return;
    }
    come(HERE, 0);
    fork_child();
    EXPLORE_CHECK(gates[HERE].passes == NULL && gil_gate_inside(&gates[HERE]) == 0);
    EXPLORE_CHECK(gil_gate_enter_with(&gates[HERE], &pass) == 0);
    gil_gate_unlist(&gates[HERE], &pass);
    gil_gate_leave(&gates[HERE]);
    EXPLORE_CHECK(gil_gate_close(&gates[HERE]) == 0 && gil_gate_shut(&gates[HERE], GIL_MACHINE_NEVER) == 0);
}

/* --- the parking lot --- */

static void
take_byte(void)
{
    struct gil_wait wait;

    gil_wait_init(&wait, GIL_MACHINE_NEVER);
    while (!gil_bytelock_try(&byte))
        if (gil_bytelock_sleep(&byte, &wait) == GIL_WAITED_GOT)
            return;
}

static int
somebody_is_queued(void)
{
    struct gil_bucket *bucket = gil_parking_lock(&byte);
    int found = gil_parking_first(bucket, &byte) != NULL;

    gil_parking_unlock(bucket);
    return found;
}

/* A mutex that the forking thread has, and for which others wait: in the child nobody waits, and whoever comes gets it. An entry
 * of a thread that is gone would be woken some day, on a stack that may be something else by then. */
static void
body_parked(int self)
{
    if (self != 0) {
        take_byte();
        EXPLORE_CHECK(gil_bytelock_unlock(&byte) == 0);
        return;
    }
    come(HERE, 0);
    take_byte();
    fork_child();
    EXPLORE_CHECK(!somebody_is_queued());
    for (int i = 0; i < 2; i++) {
        EXPLORE_CHECK(gil_bytelock_is_locked(&byte));
        EXPLORE_CHECK(gil_bytelock_unlock(&byte) == 0);
        EXPLORE_CHECK(!gil_bytelock_is_locked(&byte));
        take_byte();
    }
}

static void
finish_child(void)
{
    EXPLORE_CHECK(forked);
}

static const struct model_run runs[] = {
    {{"fork_waits", 2, 0, setup_plain, body_waits, of_interest, NULL, finish_child}, {3, 0, 0}, {5, 1, 1}},
    {{"fork_waits", 3, 0, setup_plain, body_waits, of_interest, NULL, finish_child}, {2, 0, 0}, {3, 0, 0}},
    {{"fork_leans", 2, 0, setup_leaning, body_waits, of_interest, NULL, finish_child}, {3, 0, 0}, {5, 1, 0}},
    {{"fork_refused", 2, 0, setup_refused, body_refused, of_interest, NULL, finish_child}, {3, 0, 0}, {5, 0, 1}},
    {{"fork_claim", 2, EXPLORE_ALL, setup_plain, body_claim, of_interest, NULL, finish_child}, {3, 1, 0}, {4, 2, 1}},
    {{"fork_parent", 2, 0, setup_plain, body_parent, of_interest, NULL, finish_parent_of_one}, {3, 0, 0}, {4, 1, 0}},
    {{"fork_parent", 3, 0, setup_leaning, body_parent, of_interest, NULL, finish_parent}, {2, 0, 0}, {3, 0, 0}},
    {{"fork_other", 2, 0, setup_plain, body_other, of_interest, NULL, finish_child}, {3, 0, 0}, {5, 0, 1}},
    {{"fork_other_leans", 2, 0, setup_leaning, body_other, of_interest, NULL, finish_child}, {3, 0, 0}, {5, 0, 1}},
    {{"fork_other", 3, 0, setup_leaning, body_other, of_interest, NULL, finish_child}, {2, 0, 0}, {3, 0, 0}},
    {{"fork_idle", 2, 0, setup_leaning, body_idle, of_interest, NULL, finish_child}, {3, 0, 0}, {5, 0, 1}},
    {{"fork_busy", 2, 0, setup_leaning, body_busy, of_interest, NULL, finish_child}, {3, 0, 0}, {5, 0, 1}},
    {{"fork_main", 2, 0, setup_main, body_main, of_interest, NULL, finish_child}, {3, 0, 0}, {5, 0, 1}},
    {{"fork_shut", 2, 0, setup_shut, body_shut, of_interest, NULL, finish_child}, {3, 0, 1}, {5, 0, 2}},
    {{"fork_gone", 3, 0, setup_plain, body_gone, of_interest, NULL, finish_child}, {2, 0, 0}, {3, 0, 0}},
    {{"fork_mutex", 2, 0, setup_plain, body_mutex, of_interest, NULL, finish_child}, {4, 0, 0}, {6, 0, 1}},
    {{"fork_mutex", 3, 0, setup_plain, body_mutex, of_interest, NULL, finish_child}, {2, 0, 0}, {3, 0, 0}},
    {{"fork_gate", 3, 0, setup_plain, body_gate, of_interest, NULL, finish_child}, {2, 0, 0}, {4, 0, 0}},
    {{"fork_parked", 2, 0, setup_plain, body_parked, of_interest, NULL, finish_child}, {4, 0, 0}, {5, 0, 1}},
    {{"fork_parked", 3, 0, setup_plain, body_parked, of_interest, NULL, finish_child}, {2, 0, 0}, {3, 0, 0}},
};

int
main(int argc, char **argv)
{
    return model_main(argc, argv, runs, (int)(sizeof runs / sizeof runs[0]));
}
