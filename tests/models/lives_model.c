/* SPDX-License-Identifier: MIT */
/* The gate of an interpreter under the explorer: lib/state/gate.c as it ships, every schedule up to a bound. */
#include "models/runner.h"

#include "models/machine_model.h"

#include "state/gate.h"
#include "sync/machine.h"

#include <string.h>

/*
 * What an interpreter is here: a word of memory, poisoned at its end, so that whoever touches it afterwards is found. Thread 0 is
 * the one that ends it: closes, waits, and shuts, or reopens. The end as a whole is end_model.c's.
 */
#define THREADS_MAX 4
#define LIMIT 50 /* of a wait with a deadline; the clock moves there and no further */

static struct gil_gate gate __attribute__((aligned(64)));
static uint32_t interp;      /* what the interpreter is made of */
static int ended;            /* it is no more */
static int inside;           /* threads that use it */
static int entered, refused; /* what became of those that came */
static int busy;             /* waits that were in vain */
static int put_back;         /* the gate's last reference is gone */
static struct guard {
    struct gil_pass pass;
    int open;
} guards[THREADS_MAX];

static void
setup(void)
{
    gil_gate_init(&gate, NULL);
    memset(guards, 0, sizeof guards);
    interp = 0;
    ended = inside = 0;
    entered = refused = busy = put_back = 0;
}

static int
of_interest(const void *address)
{
    return address == &gate.word || address == &gate.refs || address == &gate.mu.word || address == &interp;
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
};

int
main(int argc, char **argv)
{
    return model_main(argc, argv, runs, (int)(sizeof runs / sizeof runs[0]));
}
