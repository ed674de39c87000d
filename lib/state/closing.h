/* SPDX-License-Identifier: MIT */
/* Who ends an interpreter, who has asked for it, and who waits until it is gone. */
#ifndef GIL_STATE_CLOSING_H
#define GIL_STATE_CLOSING_H

#include "gilrt/base.h"

#include <stdint.h>

struct gil_gate;
struct gil_pass;

/* How it works: the essay in closing.c. The caller of each holds a reference to the gate, or keeps the interpreter alive. */

enum gil_closing {
    GIL_CLOSING_MINE,  /* the end is the caller's, who gives it up or carries it out; the gate is closing */
    GIL_CLOSING_TAKEN, /* it is another's */
    GIL_CLOSING_OPEN,  /* nobody asked for it */
    GIL_CLOSING_GONE   /* the interpreter has ended */
};

/* Take the end for oneself. *asked, unless asked is NULL: whether the gate was closing already, since somebody had asked. */
enum gil_closing gil_closing_take(struct gil_gate *gate, int *asked);
/* The same only if somebody has asked. */
enum gil_closing gil_closing_take_if_asked(struct gil_gate *gate);
/* Give up what was taken: the gate is as it was before, and requests that nobody heeded are taken back with that; unless somebody has
 * asked, and then untold, if not NULL, a state of the caller's there, is asked to stop, too. */
void gil_closing_give_up(struct gil_gate *gate, GilThreadState *untold);
/*
 * Ask for the end: from now on the gate lets nobody in, and all threads but ts, which may be NULL, are asked to come to an end. 1,
 * and then the caller is inside with pass, unless that is NULL, so that the end waits for what he has to tell of it; or 0 when it was
 * closing before; -1: the interpreter is gone.
 */
int gil_closing_ask(struct gil_gate *gate, const GilThreadState *ts, struct gil_pass *pass);
/* Take that back: MINE, and the caller is inside with pass, which is not NULL, to tell so; OPEN; or TAKEN or GONE, and nothing
 * happened. */
enum gil_closing gil_closing_unask(struct gil_gate *gate, struct gil_pass *pass);
/*
 * What is to be told of the gate, by a caller who has taken its end or is inside; mine: it has just told what was to be told before.
 * KNOWN: nothing, or another thread, which is just telling, will.
 */
enum gil_closing_news { GIL_CLOSING_KNOWN, GIL_CLOSING_CLOSES, GIL_CLOSING_OPENS };
enum gil_closing_news gil_closing_news(struct gil_gate *gate, int mine);

/* Whether the calling thread has taken it. */
int gil_closing_is_mine(struct gil_gate *gate);
/* Whether the interpreter has ended. */
int gil_closing_is_gone(struct gil_gate *gate);
/* A number that changes with each change of what is told here. */
uint32_t gil_closing_turn(const struct gil_gate *gate);
/* Wait, not attached, until it is another than turn, or the clock reaches limit: 1, 0. */
int gil_closing_wait(struct gil_gate *gate, uint32_t turn, uint64_t limit);

/* In the child of a fork: who was at it, or waited, is gone; and the interpreter, unless it lives on, with requests taken back, as
 * if nothing of them had been told. */
void gil_closing_fork_child(struct gil_gate *gate, int lives);
/* Under gil_states_mutex. The interpreter has ended. */
void gil_closing_set_gone(struct gil_gate *gate);
/* The same: have those who wait look again. */
void gil_closing_stir(struct gil_gate *gate);

#endif
