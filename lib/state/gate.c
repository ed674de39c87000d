/* SPDX-License-Identifier: MIT */
/*
 * Gates: one word that says how many are inside an interpreter and whether anybody is let in still.
 *
 *     count   those inside: open guards, threads that entered by a view, threads of the library
 *     CLOSING nobody new is let in, but who leaves soon (gil_gate_enter_late()). May be taken back. Set by one thread, the
 *             closer, which alone takes it back or goes on to SHUT
 *     SHUT    only together with CLOSING and with a count of 0: nobody at all is let in. Still the closer may take both back
 *
 * Entering is a compare-and-exchange of the whole word, so that it comes either before CLOSING, and is waited for, or finds
 * it. A flag beside the count would leave a gap between the look and the step, in which the interpreter ends. For the same reason
 * shutting is one exchange of "closing, nobody inside" for "shut": a thread that is let in late comes before it, and is waited for,
 * or finds it.
 *
 * The closer sleeps on the word, with the count that it saw. Whoever makes the count 0 while the gate is closing wakes it, by
 * the word's address alone: after the count went down the interpreter may end, its gate be put back, and the memory serve another
 * gate, whose closer then looks once too often. There is one closer, so one wake is enough. No wake is lost: the sleep begins only if
 * the word is still what the closer saw, and each change of it on the way to 0 makes it another.
 *
 * Past its limit the closer tries once more, and only if somebody is inside even then says so. It has not taken CLOSING back by that:
 * several gates may be closing together, and all or none are to be shut; gil_gate_reopen() undoes it.
 *
 * PASSES. A count cannot say who is inside, which is what one wants to know of a guard that was forgotten, and of a call of the
 * library that holds up the end (it ends another interpreter, or forks). So these are listed as well, under a mutex in which they
 * are also counted: whoever looks at the list sees none that was refused. A pass leaves the list before the count, because with its
 * place in the count ends its right to touch the gate, and the mutex in it. Threads that enter by a view are in a hurry, and are not
 * listed: their thread states tell.
 *
 * REFERENCES. Views outlive the interpreter, and so does its gate, which answers them: the last reference puts it back. A number of
 * the interpreter in the word instead, to tell a gate that serves another, would have to share its bits with the count.
 */
#include "state/gate.h"

#include "base/panic.h"
#include "sync/machine.h"

#define CLOSING 0x80000000u
#define SHUT 0x40000000u
#define COUNT 0x3fffffffu

void
gil_gate_init(struct gil_gate *gate, GilInterpreterState *interp)
{
    gate->word = 0;
    gate->refs = 1;
    gil_mutex_init(&gate->mu, GIL_RANK_GATE, "the gate of an interpreter");
    gate->interp = interp;
    gate->id = -1;
    gate->passes = NULL;
    gate->ring = NULL;
    gil_calls_init(&gate->calls);
    gate->asked = gate->taken = gate->gone = gate->told = gate->telling = 0;
    gate->taker = 0;
}

void
gil_gate_hold(struct gil_gate *gate)
{
    gil_fetch_add_relaxed(&gate->refs, 1);
}

int
gil_gate_drop(struct gil_gate *gate)
{
    /* Both: what any holder did with the gate comes before the last puts it back. */
    uint32_t was = gil_fetch_sub_acq_rel(&gate->refs, 1);
    GIL_REQUIRE(was != 0, "a view is closed that is not open");
    return was == 1;
}

/* Go in unless one of the flags is up. */
static int
enter_unless(struct gil_gate *gate, uint32_t flags)
{
    uint32_t word = gil_load_relaxed(&gate->word);

    do {
        if (word & flags)
            return -1;
        GIL_REQUIRE((word & COUNT) != COUNT, "too many guards are open");
        /* Acquire: pairs with gil_gate_reopen(). */
    } while (!gil_cas_acq_rel(&gate->word, &word, word + 1));
    return 0;
}

int
gil_gate_enter(struct gil_gate *gate)
{
    return enter_unless(gate, CLOSING);
}

int
gil_gate_enter_late(struct gil_gate *gate)
{
    return enter_unless(gate, SHUT);
}

void
gil_gate_leave(struct gil_gate *gate)
{
    uint32_t *word = &gate->word;

    /* Release: what was done inside comes before the end that waits for it. */
    uint32_t was = gil_fetch_sub_acq_rel(word, 1);
    GIL_REQUIRE((was & COUNT) != 0, "a guard is closed that is not open");
    if (was == (CLOSING | 1))
        gil_machine_unpark(word);
}

void
gil_pass_init(struct gil_pass *pass, const char *func)
{
    pass->func = func;
    pass->thread = gil_machine_thread();
    pass->since = gil_machine_now();
}

/* Under mu. */
static void
unlist(struct gil_gate *gate, struct gil_pass *pass)
{
    if (pass->prev != NULL)
        pass->prev->next = pass->next;
    else
        gate->passes = pass->next;
    if (pass->next != NULL)
        pass->next->prev = pass->prev;
}

/* Under mu. */
static void
list(struct gil_gate *gate, struct gil_pass *pass)
{
    pass->prev = NULL;
    pass->next = gate->passes;
    if (pass->next != NULL)
        pass->next->prev = pass;
    gate->passes = pass;
}

int
gil_gate_enter_with(struct gil_gate *gate, struct gil_pass *pass)
{
    gil_mutex_lock(&gate->mu);
    list(gate, pass);
    int rc = gil_gate_enter(gate);
    if (rc < 0)
        unlist(gate, pass);
    gil_mutex_unlock(&gate->mu);
    return rc;
}

void
gil_gate_list(struct gil_gate *gate, struct gil_pass *pass)
{
    gil_mutex_lock(&gate->mu);
    list(gate, pass);
    gil_mutex_unlock(&gate->mu);
}

void
gil_gate_unlist(struct gil_gate *gate, struct gil_pass *pass)
{
    gil_mutex_lock(&gate->mu);
    unlist(gate, pass);
    gil_mutex_unlock(&gate->mu);
}

int
gil_gate_close(struct gil_gate *gate)
{
    return gil_fetch_or_seq_cst(&gate->word, CLOSING) & CLOSING ? -1 : 0;
}

int
gil_gate_shut(struct gil_gate *gate, uint64_t limit)
{
    for (;;) {
        /* The clock first: who is found inside after the limit was inside at the limit, or let in late. */
        int late = limit != GIL_MACHINE_NEVER && gil_machine_now() >= limit;
        uint32_t seen = CLOSING;
        /* Acquire: pairs with gil_gate_leave(). */
        if (gil_cas_acq_rel(&gate->word, &seen, CLOSING | SHUT))
            return 0;
        GIL_ASSERT((seen & (CLOSING | SHUT)) == CLOSING);
        if (late)
            return -1;
        gil_machine_park(&gate->word, seen, limit);
    }
}

void
gil_gate_reopen(struct gil_gate *gate)
{
    GIL_ASSERT(gil_load_relaxed(&gate->word) & CLOSING);
    gil_fetch_and_seq_cst(&gate->word, COUNT);
}

void
gil_gate_unshut(struct gil_gate *gate)
{
    GIL_ASSERT(gil_load_relaxed(&gate->word) & CLOSING);
    gil_fetch_and_seq_cst(&gate->word, ~SHUT);
}

void
gil_gate_reset(struct gil_gate *gate, uint32_t inside)
{
    gil_store_relaxed(&gate->word, inside == GIL_GATE_SHUT ? CLOSING | SHUT : inside);
}

int
gil_gate_is_shut(const struct gil_gate *gate)
{
    return (gil_load_relaxed(&gate->word) & SHUT) != 0;
}

uint32_t
gil_gate_inside(const struct gil_gate *gate)
{
    return gil_load_relaxed(&gate->word) & COUNT;
}

int
gil_gate_is_closing(const struct gil_gate *gate)
{
    return (gil_load_relaxed(&gate->word) & CLOSING) != 0;
}

void
gil_gate_visit(struct gil_gate *gate, void (*func)(const struct gil_pass *pass, void *data), void *data)
{
    gil_mutex_lock(&gate->mu);
    for (const struct gil_pass *pass = gate->passes; pass != NULL; pass = pass->next)
        func(pass, data);
    gil_mutex_unlock(&gate->mu);
}
