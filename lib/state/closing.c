/* SPDX-License-Identifier: MIT */
/* Who ends an interpreter, who has asked for it, and who waits until it is gone. */
#include "state/closing.h"

#include "base/panic.h"
#include "state/gate.h"
#include "state/interp.h"
#include "state/tstate.h"
#include "sync/machine.h"

#include <stddef.h>

/*
 * A gate knows one closer and forgets him when it is opened again (gate.c). Here stands what lasts longer: that somebody asked for
 * the end and went away, that several wait for it, that it has come.
 *
 *     asked   the gate stays closing, whoever gives up, until the end, or until it is taken back
 *     taken   one thread, the taker, ends the interpreter, or tries to. It alone shuts the gate, and opens it again unless asked
 *     gone    the interpreter has ended; the gate is there for views
 *
 * All three under gil_states_mutex, under which the interpreter also leaves the registry: so while gone is not set, under that mutex,
 * gate->interp may be followed.
 *
 * Threads are asked to stop once: by who asks, or by who takes what nobody had asked for. The taker is not; if it gives up, and somebody has
 * asked, it is like any other, and is asked then: unless it had heard of that request before. It gives up and looks under one mutex, so no
 * request comes between.
 *
 * WHAT IS TOLD. That a gate closes, and that it lets in again, is told by turns, however many threads close and open it; and no
 * other step of the end is to be heard before the first. What was told last stands beside the gate (told), and one thread tells at a
 * time (telling): who closes or opens a gate compares the two, and either tells, or leaves that to the one who is just telling,
 * who compares again when he is done. Nobody waits for a hook. Closed and opened again meanwhile is not told at all.
 *     Who tells keeps the interpreter. He has taken its end, and then nobody else closes or opens the gate; or he is inside, from the
 * moment on in which he asked, gave up or took back: so whoever takes the end waits for him as for any other, and when the gate
 * is shut it was told to be closing. For the taker compares after he has closed it; if another is telling then, that one is inside
 * and compares once more before he leaves.
 *     A birth is told as such: its gate was never told to be closing. What a fork calls off stays told in the child, until that has been put
 * in order and the host's functions were called: then it is told to be open again, by who forked (lib/runtime/fork.c).
 *     Its maker is the taker until then. Who asks in that time finds it taken; the maker gives up as any other, inside, is asked to stop,
 * and tells of it when the birth is told.
 *
 * NOBODY WORKS IN THE DARK. There is no thread of the library that ends what was asked to end: finalizers would run where no host
 * expects them. The end is carried out by one of those who wait for it, the others sleep meanwhile. If its time is over before
 * theirs, it gives up, and the next of them takes it: therefore they sleep on a word that changes with each of these steps, and
 * look again; and all are woken, because which of them has time left only they know.
 */

static void
take(struct gil_gate *gate)
{
    gate->taken = 1;
    gate->taker = gil_machine_thread();
}

enum gil_closing
gil_closing_take(struct gil_gate *gate, int *asked)
{
    enum gil_closing found = GIL_CLOSING_MINE;

    gil_mutex_lock(&gil_states_mutex);
    if (asked != NULL)
        *asked = gate->asked;
    if (gate->gone || gate->taken)
        found = gate->gone ? GIL_CLOSING_GONE : GIL_CLOSING_TAKEN;
    else {
        take(gate);
        (void)gil_gate_close(gate);
    }
    gil_mutex_unlock(&gil_states_mutex);
    return found;
}

enum gil_closing
gil_closing_take_if_asked(struct gil_gate *gate)
{
    enum gil_closing found = GIL_CLOSING_MINE;

    gil_mutex_lock(&gil_states_mutex);
    if (gate->gone || gate->taken)
        found = gate->gone ? GIL_CLOSING_GONE : GIL_CLOSING_TAKEN;
    else if (gate->asked)
        take(gate);
    else
        found = GIL_CLOSING_OPEN;
    gil_mutex_unlock(&gil_states_mutex);
    return found;
}

static void
open_again(struct gil_gate *gate)
{
    gil_gate_reopen(gate);
    gil_interp_calm(gate->interp);
}

void
gil_closing_give_up(struct gil_gate *gate, GilThreadState *untold)
{
    gil_mutex_lock(&gil_states_mutex);
    gate->taken = 0;
    if (gate->asked) {
        gil_gate_unshut(gate);
        if (untold != NULL)
            gil_fetch_or_seq_cst(&untold->block.brk, _Gil_BRK_ENDING);
    }
    else
        open_again(gate);
    gil_closing_stir(gate);
    gil_mutex_unlock(&gil_states_mutex);
}

/* Under gil_states_mutex, and nobody has taken it: so it is not shut. */
static void
go_in(struct gil_gate *gate, struct gil_pass *pass)
{
    int rc = gil_gate_enter_late(gate);

    GIL_ASSERT(rc == 0);
    (void)rc;
    gil_gate_list(gate, pass);
}

int
gil_closing_ask(struct gil_gate *gate, const GilThreadState *ts, struct gil_pass *pass)
{
    int news = -1;

    gil_mutex_lock(&gil_states_mutex);
    if (!gate->gone) {
        news = !gate->asked && !gate->taken;
        gate->asked = 1;
        if (news) {
            (void)gil_gate_close(gate);
            gil_interp_interrupt(gate->interp, ts);
            if (pass != NULL)
                go_in(gate, pass);
        }
        gil_closing_stir(gate);
    }
    gil_mutex_unlock(&gil_states_mutex);
    return news;
}

enum gil_closing
gil_closing_unask(struct gil_gate *gate, struct gil_pass *pass)
{
    enum gil_closing found = GIL_CLOSING_OPEN;

    gil_mutex_lock(&gil_states_mutex);
    if (gate->gone)
        found = GIL_CLOSING_GONE;
    else if (gate->taken)
        found = GIL_CLOSING_TAKEN;
    else if (gate->asked) {
        gate->asked = 0;
        open_again(gate);
        if (pass != NULL) {
            go_in(gate, pass);
            found = GIL_CLOSING_MINE;
        }
        gil_closing_stir(gate);
    }
    gil_mutex_unlock(&gil_states_mutex);
    return found;
}

enum gil_closing_news
gil_closing_news(struct gil_gate *gate, int mine)
{
    enum gil_closing_news news = GIL_CLOSING_KNOWN;

    gil_mutex_lock(&gil_states_mutex);
    if (mine || !gate->telling) {
        int closing = gil_gate_is_closing(gate);
        gate->telling = closing != gate->told;
        gate->told = closing;
        if (gate->telling)
            news = closing ? GIL_CLOSING_CLOSES : GIL_CLOSING_OPENS;
    }
    gil_mutex_unlock(&gil_states_mutex);
    return news;
}

int
gil_closing_is_mine(struct gil_gate *gate)
{
    gil_mutex_lock(&gil_states_mutex);
    int mine = !gate->gone && gate->taken && gate->taker == gil_machine_thread();
    gil_mutex_unlock(&gil_states_mutex);
    return mine;
}

int
gil_closing_is_gone(struct gil_gate *gate)
{
    gil_mutex_lock(&gil_states_mutex);
    int gone = gate->gone;
    gil_mutex_unlock(&gil_states_mutex);
    return gone;
}

uint32_t
gil_closing_turn(const struct gil_gate *gate)
{
    /* Acquire: what is looked at afterwards is of this turn or a later one. */
    return gil_load_acquire(&gate->turn);
}

int
gil_closing_wait(struct gil_gate *gate, uint32_t turn, uint64_t limit)
{
    gil_mutex_lock(&gil_states_mutex);
    gate->waiters++;
    gil_mutex_unlock(&gil_states_mutex);
    while (gil_load_acquire(&gate->turn) == turn && (limit == GIL_MACHINE_NEVER || gil_machine_now() < limit))
        gil_machine_park(&gate->turn, turn, limit);
    gil_mutex_lock(&gil_states_mutex);
    gate->waiters--;
    int changed = gate->turn != turn;
    gil_mutex_unlock(&gil_states_mutex);
    return changed;
}

void
gil_closing_fork_child(struct gil_gate *gate, int lives)
{
    gate->asked = gate->taken = gate->telling = 0;
    gate->waiters = 0;
    gate->gone = !lives;
}

void
gil_closing_set_gone(struct gil_gate *gate)
{
    gate->gone = 1;
    gil_closing_stir(gate);
}

void
gil_closing_stir(struct gil_gate *gate)
{
    /* Release: pairs with gil_closing_turn(). Who is counted and does not sleep yet finds the word changed. */
    gil_store_release(&gate->turn, gate->turn + 1);
    for (uint32_t i = 0; i < gate->waiters; i++)
        gil_machine_unpark(&gate->turn);
}
