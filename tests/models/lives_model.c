/* SPDX-License-Identifier: MIT */
/* The end of an interpreter under the explorer: gate, closing and lock as they ship in lib/state/, every schedule up to a bound. */
#include "models/runner.h"

#include "models/machine_model.h"

#include "state/closing.h"
#include "state/gate.h"
#include "state/interp.h"
#include "state/lock.h"
#include "sync/machine.h"

#include <string.h>

/*
 * What an interpreter is here: a word of memory, poisoned at its end, so that whoever touches it afterwards is found. Thread 0 is
 * the one that ends it, as lib/runtime/finalize.c does: close, wait, and bar the lock to others, or reopen.
 */
#define THREADS_MAX 4
#define LIMIT 50 /* of a wait with a deadline; the clock moves there and no further */

static struct gil_gate gate __attribute__((aligned(64)));
static struct gil_lock lock __attribute__((aligned(64)));
/* As in the pool: the address leaves bits free for flags. */
static struct cell {
    GilThreadState ts __attribute__((aligned(64)));
} cells[THREADS_MAX];
static uint32_t interp;            /* what the interpreter is made of */
static int ended;                  /* it is no more */
static int inside;                 /* threads that use it */
static int holding;                /* threads in its lock */
static int entered, refused, late; /* what became of those that came */
static int busy;                   /* waits that were in vain */
static int put_back;               /* the gate's last reference is gone */
static struct guard {
    struct gil_pass pass;
    int open;
} guards[THREADS_MAX];
static int asked_to_stop; /* the threads of the interpreter are */
static int hasty_gone;    /* thread 0 has waited as long as it wanted to */
static struct _GilCallSite site;
struct gil_mutex gil_states_mutex = GIL_MUTEX_INIT(GIL_RANK_STATES, "the registry");
__thread struct _GilThreadBlock *_Gil_thread;

static void
setup(void)
{
    gil_gate_init(&gate, NULL);
    memset(cells, 0, sizeof cells);
    memset(guards, 0, sizeof guards);
    interp = 0;
    ended = inside = holding = 0;
    entered = refused = late = busy = put_back = 0;
    asked_to_stop = hasty_gone = 0;
    gil_mutex_init(&gil_states_mutex, GIL_RANK_STATES, "the registry");
    gate.waiters = gate.turn = 0;
    site = (struct _GilCallSite){"model", 1, _Gil_SITE_ALLOW, {0}};
    _Gil_thread = NULL;
    gil_lock_init(&lock, 100, 0);
    for (int t = 0; t < THREADS_MAX; t++) {
        cells[t].ts.block.brk = _Gil_BRK_FENCED;
        cells[t].ts.lock = &lock;
        cells[t].ts.id = (uint64_t)t + 1;
        lock.refs++;
    }
}

static int
of_interest(const void *address)
{
    if (address == &gate.word || address == &gate.refs || address == &gate.mu.word || address == &interp)
        return 1;
    if (address == &gate.turn || address == &gil_states_mutex.word)
        return 1;
    if (address == &lock.owner || address == &lock.mu.word)
        return 1;
    for (int t = 0; t < THREADS_MAX; t++)
        if (address == &cells[t].ts.block.brk || address == &cells[t].ts.block.st || address == &cells[t].ts.waiter.token)
            return 1;
    return 0;
}

/* Use the interpreter, which must be alive. */
static void
use(void)
{
    EXPLORE_CHECK(!ended);
    inside++;
    gil_store_relaxed(&interp, gil_load_relaxed(&interp) + 1);
    EXPLORE_CHECK(!ended);
    inside--;
}

/* After the gate was shut. */
static void
end_interp(void)
{
    EXPLORE_CHECK(inside == 0 && !ended);
    ended = 1;
    explore_poison(&interp, sizeof interp);
}

static void
visit(int rc)
{
    if (rc < 0) {
        refused++;
        return;
    }
    entered++;
    use();
    gil_gate_leave(&gate);
}

static void
close_for_good(void)
{
    EXPLORE_CHECK(gil_gate_close(&gate) == 0);
    EXPLORE_CHECK(gil_gate_shut(&gate, GIL_MACHINE_NEVER) == 0);
    end_interp();
}

/* Whoever was in had left, and nobody is let in any more. */
static void
finish_shut(void)
{
    EXPLORE_CHECK(ended && inside == 0 && gil_gate_inside(&gate) == 0);
    EXPLORE_CHECK(gate.mu.word == 0 && gate.passes == NULL);
}

/* --- the gate alone --- */

/* Each comes twice: what it did once does not protect it. */
static void
body_gate(int self)
{
    if (self == 0) {
        close_for_good();
        return;
    }
    visit(gil_gate_enter(&gate));
    visit(gil_gate_enter(&gate));
}

/* Thread 2 is one of those that leave soon: it may come in while the gate is closing, and is waited for. */
static int
is_closing(void)
{
    return (gate.word & 0x80000000u) != 0;
}

static void
body_late(int self)
{
    if (self != 2) {
        body_gate(self);
        return;
    }
    explore_until(is_closing);
    EXPLORE_CHECK(gil_gate_enter(&gate) < 0);
    visit(gil_gate_enter_late(&gate));
}

/* As long as somebody is inside a closing gate, who leaves soon is let in. */
static void
setup_soon(void)
{
    setup();
    gate.word = 1; /* thread 1 */
}

static int
came_in(void)
{
    return entered > 0;
}

static void
body_soon(int self)
{
    if (self == 0) {
        close_for_good();
        return;
    }
    explore_until(self == 1 ? came_in : is_closing);
    if (self == 2)
        EXPLORE_CHECK(gil_gate_enter_late(&gate) == 0);
    visit(0);
}

/* Of two that want to end it, one may. */
static int winners;

static void
setup_closers(void)
{
    setup();
    winners = 0;
}

static void
body_closers(int self)
{
    if (self == 2) {
        visit(gil_gate_enter(&gate));
        return;
    }
    if (gil_gate_close(&gate) < 0)
        return;
    EXPLORE_CHECK(++winners == 1);
    EXPLORE_CHECK(gil_gate_shut(&gate, GIL_MACHINE_NEVER) == 0);
    end_interp();
}

/* A wait with a deadline: either it was shut, or all is as before, and whoever comes afterwards comes in. */
static int
was_busy(void)
{
    return busy > 0;
}

static void
try_to_close(void)
{
    EXPLORE_CHECK(gil_gate_close(&gate) == 0);
    if (gil_gate_shut(&gate, LIMIT) == 0) {
        end_interp();
        return;
    }
    EXPLORE_CHECK(gil_machine_now() >= LIMIT);
    gil_gate_reopen(&gate);
    busy++;
    /* Open again, at once. */
    EXPLORE_CHECK(gil_gate_enter(&gate) == 0);
    visit(0);
    close_for_good();
}

static void
body_deadline(int self)
{
    if (self == 0)
        try_to_close();
    else {
        visit(gil_gate_enter(&gate));
        visit(gil_gate_enter(&gate));
    }
}

/* One who was there first stays until the other has given up: the deadline ends the wait, and nothing else can. */
static void
setup_stays(void)
{
    setup();
    gate.word = 1;
}

static void
body_was_there(int self)
{
    if (self == 0) {
        try_to_close();
        EXPLORE_CHECK(busy == 1);
        return;
    }
    explore_until(was_busy);
    use();
    gil_gate_leave(&gate);
}

/* Shut and open again: another gate of the same end was not shut in time. */
static void
body_reopen(int self)
{
    if (self != 0) {
        visit(gil_gate_enter(&gate));
        visit(gil_gate_enter_late(&gate));
        return;
    }
    EXPLORE_CHECK(gil_gate_close(&gate) == 0);
    EXPLORE_CHECK(gil_gate_shut(&gate, GIL_MACHINE_NEVER) == 0);
    EXPLORE_CHECK(inside == 0);
    gil_gate_reopen(&gate);
    visit(gil_gate_enter(&gate));
    EXPLORE_CHECK(entered > 0);
    close_for_good();
}

/* --- guards and views --- */

static void
look(const struct gil_pass *pass, void *seen)
{
    const struct guard *guard = (const struct guard *)(const void *)pass;

    EXPLORE_CHECK(guard->open);
    EXPLORE_CHECK(gil_gate_inside(&gate) > 0);
    ++*(int *)seen;
}

static void
guard_once(int self)
{
    struct guard *guard = &guards[self];

    guard->open = 1;
    if (gil_gate_enter_with(&gate, &guard->pass) < 0) {
        guard->open = 0;
        refused++;
        return;
    }
    use();
    gil_gate_unlist(&gate, &guard->pass);
    guard->open = 0;
    gil_gate_leave(&gate);
}

/* Who ends it looks who is inside: every guard that it finds is open, and counted. */
static void
body_guards(int self)
{
    int seen = 0;

    if (self != 0) {
        guard_once(self);
        return;
    }
    EXPLORE_CHECK(gil_gate_close(&gate) == 0);
    if (gil_gate_shut(&gate, LIMIT) < 0) {
        gil_gate_visit(&gate, look, &seen);
        EXPLORE_CHECK(gil_gate_shut(&gate, GIL_MACHINE_NEVER) == 0);
    }
    gil_gate_visit(&gate, look, &seen);
    end_interp();
}

/* Views outlive the interpreter; the last reference puts the gate back, and nobody touches it then. */
static void
drop_gate(void)
{
    if (gil_gate_drop(&gate)) {
        EXPLORE_CHECK(!put_back);
        put_back = 1;
        explore_poison(&gate, sizeof gate);
    }
}

static void
setup_view(void)
{
    setup();
    gate.refs = 2; /* the interpreter's, and thread 1's view */
}

static void
body_view(int self)
{
    if (self == 0) {
        close_for_good();
        drop_gate();
        return;
    }
    if (self == 1) {
        visit(gil_gate_enter(&gate));
        drop_gate();
        return;
    }
    /* Entered by what is no view: inside, it needs none. */
    visit(0);
}

static void
setup_view_of_two(void)
{
    setup_view();
    gate.word = 1; /* thread 2 is inside */
}

static void
finish_view(void)
{
    EXPLORE_CHECK(ended && inside == 0 && put_back);
}

/* --- asked for here, waited for there --- */

void
gil_interp_interrupt(GilInterpreterState *unused, const GilThreadState *ts)
{
    (void)unused;
    (void)ts;
    EXPLORE_CHECK(!ended && gil_mutex_is_locked(&gil_states_mutex));
    asked_to_stop = 1;
}

void
gil_interp_calm(GilInterpreterState *unused)
{
    (void)unused;
    EXPLORE_CHECK(!ended && gil_mutex_is_locked(&gil_states_mutex));
    asked_to_stop = 0;
}

static void
end_taken(void)
{
    end_interp();
    gil_mutex_lock(&gil_states_mutex);
    gil_closing_set_gone(&gate);
    gil_mutex_unlock(&gil_states_mutex);
}

/* As lib/runtime/ending.c does: 0: it is gone. */
static int
wait_for_end(uint64_t limit)
{
    for (;;) {
        uint32_t turn = gil_closing_turn(&gate);
        enum gil_closing found = gil_closing_take_if_asked(&gate);
        if (found == GIL_CLOSING_GONE)
            return 0;
        if (found == GIL_CLOSING_MINE) {
            EXPLORE_CHECK(asked_to_stop);
            if (gil_gate_shut(&gate, limit) == 0) {
                end_taken();
                return 0;
            }
            EXPLORE_CHECK(gil_machine_now() >= limit);
            gil_closing_give_up(&gate);
            busy++;
            return -1;
        }
        if (!gil_closing_wait(&gate, turn, limit)) {
            EXPLORE_CHECK(gil_machine_now() >= limit);
            return -1;
        }
    }
}

/* One asks and goes away; another has been waiting. */
static void
body_asked(int self)
{
    if (self == 0)
        EXPLORE_CHECK(gil_closing_ask(&gate, NULL) == 1);
    else if (self == 1) {
        EXPLORE_CHECK(wait_for_end(GIL_MACHINE_NEVER) == 0);
        EXPLORE_CHECK(ended);
    }
    else
        visit(gil_gate_enter(&gate));
}

static void
body_asked_by_all(int self)
{
    (void)self;
    EXPLORE_CHECK(gil_closing_ask(&gate, NULL) <= 1);
    EXPLORE_CHECK(gil_gate_enter(&gate) < 0);
    EXPLORE_CHECK(wait_for_end(GIL_MACHINE_NEVER) == 0 && ended);
}

/* Somebody is inside until thread 0 has no more time: thread 1 takes on what it gives up, or had it from the first. */
static int
hasty_is_gone(void)
{
    return hasty_gone;
}

static void
body_takes_on(int self)
{
    if (self == 0) {
        EXPLORE_CHECK(gil_closing_ask(&gate, NULL) == 1);
        EXPLORE_CHECK(wait_for_end(LIMIT) < 0);
        EXPLORE_CHECK(gil_gate_enter(&gate) < 0);
        hasty_gone = 1;
    }
    else if (self == 1) {
        EXPLORE_CHECK(wait_for_end(GIL_MACHINE_NEVER) == 0);
    }
    else {
        explore_until(hasty_is_gone);
        visit(0);
    }
}

/* One takes back what it asked for; another may be at it by then. */
static void
body_unasked(int self)
{
    if (self == 1) {
        (void)wait_for_end(LIMIT);
        return;
    }
    if (self == 2) {
        visit(gil_gate_enter(&gate));
        return;
    }
    EXPLORE_CHECK(gil_closing_ask(&gate, NULL) == 1);
    if (gil_closing_unask(&gate) == GIL_CLOSING_OPEN) {
        EXPLORE_CHECK(gil_gate_enter(&gate) == 0 && !asked_to_stop);
        visit(0);
        EXPLORE_CHECK(gil_closing_ask(&gate, NULL) == 1);
    }
    EXPLORE_CHECK(wait_for_end(GIL_MACHINE_NEVER) == 0);
}

/* Several were to be shut together, and another of them could not: this one is as it was before, or as it was asked to be meanwhile. */
static void
body_all_or_none(int self)
{
    int asked;

    if (self == 1) {
        (void)gil_closing_ask(&gate, NULL);
        EXPLORE_CHECK(wait_for_end(GIL_MACHINE_NEVER) == 0);
        return;
    }
    if (self == 2) {
        visit(gil_gate_enter_late(&gate));
        return;
    }
    if (gil_closing_take(&gate, &asked) != GIL_CLOSING_MINE)
        return;
    gil_mutex_lock(&gil_states_mutex);
    gil_interp_interrupt(NULL, NULL);
    gil_mutex_unlock(&gil_states_mutex);
    if (gil_gate_shut(&gate, GIL_MACHINE_NEVER) == 0)
        gil_closing_give_up(&gate);
}

/* --- the gate and the lock --- */

void
_GilEval_LeaveSlow(struct _GilThreadBlock *block)
{
    GilThreadState *ts = (GilThreadState *)(void *)block;
    gil_lock_leave(ts->lock, ts, "model");
}

void
_GilEval_ReturnSlow(struct _GilThreadBlock *block)
{
    GilThreadState *ts = (GilThreadState *)(void *)block;
    /* In the library this thread would sleep for ever; here it goes home. */
    late += gil_lock_return(ts->lock, ts, "model") != GIL_LOCK_GOT;
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

static void
use_attached(void)
{
    EXPLORE_CHECK(holding++ == 0);
    use();
    EXPLORE_CHECK(--holding == 0);
}

/* Thread 0, attached: the end as the library does it. 0: it happened; else it was busy. */
static int
finalize(uint64_t limit)
{
    GilThreadState *ts = &cells[0].ts;

    EXPLORE_CHECK(gil_gate_close(&gate) == 0);
    if (gil_gate_shut(&gate, 0) < 0) {
        gil_lock_release(&lock, ts, "model");
        int rc = gil_gate_shut(&gate, limit);
        EXPLORE_CHECK(gil_lock_acquire(&lock, ts, "model") == GIL_LOCK_GOT);
        if (rc < 0) {
            gil_gate_reopen(&gate);
            busy++;
            use_attached();
            return -1;
        }
    }
    use_attached(); /* calls at exit */
    for (int t = 1; t < THREADS_MAX; t++)
        gil_lock_bar(&lock, &cells[t].ts);
    end_interp();
    /* The teardown may leave the lock and take it again: nobody else gets it. */
    gil_lock_release(&lock, ts, "model");
    EXPLORE_CHECK(gil_lock_acquire(&lock, ts, "model") == GIL_LOCK_GOT);
    gil_lock_release(&lock, ts, "model");
    return 0;
}

/* Ensure from a view: through the gate, then into the lock. Who is inside is never too late. */
static void
enter_and_leave(int self)
{
    GilThreadState *ts = &cells[self].ts;

    if (gil_gate_enter(&gate) < 0) {
        refused++;
        return;
    }
    EXPLORE_CHECK(gil_lock_acquire(&lock, ts, "model") == GIL_LOCK_GOT);
    entered++;
    use_attached();
    _Gil_thread = &ts->block;
    _GilEval_Leave(&site);
    use(); /* what it may touch without the lock is alive */
    _Gil_thread = &ts->block;
    _GilEval_Return(ts);
    EXPLORE_CHECK(late == 0);
    use_attached();
    gil_lock_release(&lock, ts, "model");
    gil_gate_leave(&gate);
}

static void
body_visit(int self)
{
    if (self != 0) {
        enter_and_leave(self);
        return;
    }
    EXPLORE_CHECK(gil_lock_acquire(&lock, &cells[0].ts, "model") == GIL_LOCK_GOT);
    EXPLORE_CHECK(finalize(GIL_MACHINE_NEVER) == 0);
}

static void
body_busy(int self)
{
    if (self != 0) {
        enter_and_leave(self);
        return;
    }
    EXPLORE_CHECK(gil_lock_acquire(&lock, &cells[0].ts, "model") == GIL_LOCK_GOT);
    if (finalize(LIMIT) < 0)
        EXPLORE_CHECK(finalize(GIL_MACHINE_NEVER) == 0);
}

/* A thread without a guard comes back from BEGIN … END before, while and after: it is in, or it is late, and sleeps; and
 * when it is in, the interpreter is there. */
static void
setup_late_end(void)
{
    setup();
    /* It is between BEGIN and END. */
    cells[1].ts.block.st = _Gil_LAZY;
}

static void
body_late_end(int self)
{
    GilThreadState *ts = &cells[self].ts;

    if (self == 0) {
        EXPLORE_CHECK(gil_lock_acquire(&lock, ts, "model") == GIL_LOCK_GOT);
        EXPLORE_CHECK(finalize(GIL_MACHINE_NEVER) == 0);
        return;
    }
    if (self == 2) {
        enter_and_leave(2);
        return;
    }
    _Gil_thread = &ts->block;
    _GilEval_Return(ts);
    if (late) {
        /* Told, it stands outside: its state says so. */
        EXPLORE_CHECK(gil_load_relaxed(&ts->block.st) == _Gil_LAZY);
        return;
    }
    use_attached();
    gil_lock_release(&lock, ts, "model");
}

static const struct model_run runs[] = {
    {{"gate", 2, 0, setup, body_gate, of_interest, NULL, finish_shut}, {4, 0, 2}, {8, 0, 4}},
    {{"gate", 3, 0, setup, body_gate, of_interest, NULL, finish_shut}, {3, 0, 1}, {5, 0, 2}},
    {{"gate_late", 3, 0, setup, body_late, of_interest, NULL, finish_shut}, {3, 0, 1}, {5, 0, 2}},
    {{"gate_soon", 3, 0, setup_soon, body_soon, of_interest, NULL, finish_shut}, {3, 0, 1}, {5, 0, 2}},
    {{"gate_closers", 3, 0, setup_closers, body_closers, of_interest, NULL, finish_shut}, {3, 0, 1}, {5, 0, 2}},
    {{"gate_deadline", 2, 0, setup, body_deadline, of_interest, NULL, finish_shut}, {4, 1, 1}, {6, 2, 2}},
    {{"gate_deadline", 3, 0, setup, body_deadline, of_interest, NULL, finish_shut}, {2, 1, 1}, {4, 1, 1}},
    {{"gate_stays", 2, EXPLORE_ALL, setup_stays, body_was_there, of_interest, NULL, finish_shut}, {3, 1, 1}, {5, 2, 2}},
    {{"gate_reopen", 2, 0, setup, body_reopen, of_interest, NULL, finish_shut}, {4, 0, 1}, {6, 0, 2}},
    {{"gate_guards", 2, 0, setup, body_guards, of_interest, NULL, finish_shut}, {4, 1, 1}, {6, 2, 2}},
    {{"gate_guards", 3, 0, setup, body_guards, of_interest, NULL, finish_shut}, {2, 1, 0}, {4, 1, 1}},
    {{"gate_view", 2, 0, setup_view, body_view, of_interest, NULL, finish_view}, {4, 0, 1}, {8, 0, 2}},
    {{"gate_view", 3, 0, setup_view_of_two, body_view, of_interest, NULL, finish_view}, {3, 0, 1}, {5, 0, 2}},
    {{"asked", 2, 0, setup, body_asked, of_interest, NULL, finish_shut}, {4, 0, 1}, {6, 0, 2}},
    {{"asked", 3, 0, setup, body_asked, of_interest, NULL, finish_shut}, {2, 0, 0}, {3, 0, 1}},
    {{"asked_by_all", 2, 0, setup, body_asked_by_all, of_interest, NULL, finish_shut}, {3, 0, 1}, {5, 0, 2}},
    {{"asked_by_all", 3, 0, setup, body_asked_by_all, of_interest, NULL, finish_shut}, {2, 0, 0}, {3, 0, 0}},
    {{"takes_on", 3, 1u, setup_soon, body_takes_on, of_interest, NULL, finish_shut}, {2, 1, 0}, {3, 2, 0}},
    {{"unasked", 2, 0, setup, body_unasked, of_interest, NULL, finish_shut}, {3, 1, 0}, {4, 2, 1}},
    {{"unasked", 3, 0, setup, body_unasked, of_interest, NULL, finish_shut}, {2, 1, 0}, {3, 1, 0}},
    {{"all_or_none", 2, 0, setup, body_all_or_none, of_interest, NULL, finish_shut}, {3, 0, 0}, {5, 0, 1}},
    {{"all_or_none", 3, 0, setup, body_all_or_none, of_interest, NULL, finish_shut}, {2, 0, 0}, {3, 0, 0}},
    {{"visit", 2, 0, setup, body_visit, of_interest, NULL, finish_shut}, {3, 1, 0}, {4, 1, 1}},
    {{"visit", 3, 0, setup, body_visit, of_interest, NULL, finish_shut}, {2, 0, 0}, {3, 1, 0}},
    {{"busy", 2, 0, setup, body_busy, of_interest, NULL, finish_shut}, {3, 1, 0}, {4, 2, 1}},
    {{"late_end", 2, 0, setup_late_end, body_late_end, of_interest, NULL, finish_shut}, {3, 1, 0}, {4, 2, 1}},
    {{"late_end", 3, 0, setup_late_end, body_late_end, of_interest, NULL, finish_shut}, {2, 0, 0}, {3, 1, 0}},
};

int
main(int argc, char **argv)
{
    return model_main(argc, argv, runs, (int)(sizeof runs / sizeof runs[0]));
}
