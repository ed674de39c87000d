/* SPDX-License-Identifier: MIT */
/* Gates: who is in an interpreter that it must wait for, and whether anybody is let in still. */
#ifndef GIL_STATE_GATE_H
#define GIL_STATE_GATE_H

#include "gilrt/base.h"
#include "state/pending.h"
#include "sync/mutex.h"

#include <stdint.h>

/*
 * How it works: the essay in gate.c. A gate is type-stable memory that the caller provides (state/stable.h); nothing is
 * allocated here.
 */

/* Somebody inside who is to be found by name. */
struct gil_pass {
    struct gil_pass *next, *prev; /* [mu] the gate's list */
    const char *func;             /* [const] the function of the library that is inside while it is at work; NULL: a guard (guard.c);
                                     "": a thread's exit (shelf.c) */
    unsigned long thread;         /* [const] that went in */
    uint64_t since;               /* [const] by the clock */
    int host;                     /* [own] of gil_machine_enter_host(), where the call is long and runs functions of the host's */
};

struct gil_gate {
    uint32_t word;               /* [atomic] how many are inside, and what gate.c says of its flags */
    uint32_t refs;               /* [atomic] the interpreter, and each view */
    int64_t id;                  /* [const] the interpreter's */
    GilInterpreterState *interp; /* [const] to be followed by who is inside, and by nobody else */
    struct gil_mutex mu;
    struct gil_pass *passes;     /* [mu] those inside that have a pass, newest first */
    struct gil_calls calls;      /* what any thread of the interpreter is to call; see state/pending.c */
    struct gil_call_ring *ring;  /* [const] nodes for that, in memory that is the gate's */
    int asked, taken, gone;      /* [states] see state/closing.c */
    int told, telling;           /* [states] the same: whether it was told to be closing, last; a thread is just telling */
    unsigned long taker;         /* [states] the thread that has taken it */
    uint32_t waiters;            /* [states] who waits there for the end */
    uint32_t turn;               /* [atomic] what they sleep on; written under states */
};

/* Open, with one reference. */
void gil_gate_init(struct gil_gate *gate, GilInterpreterState *interp);
void gil_gate_hold(struct gil_gate *gate);
/* 1 when that was the last reference: the memory may be put back. */
int gil_gate_drop(struct gil_gate *gate);

/* Go in: 0, or -1 when the gate is closing or shut. Who is inside keeps the interpreter alive. */
int gil_gate_enter(struct gil_gate *gate);
/* The same for one who will be out soon, and whom a closing gate lets through: -1 only when it is shut. */
int gil_gate_enter_late(struct gil_gate *gate);
/* Go out. The interpreter, and the gate with it, may be gone when this returns. */
void gil_gate_leave(struct gil_gate *gate);
/* The pass of the calling thread, as of now. */
void gil_pass_init(struct gil_pass *pass, const char *func);
/* gil_gate_enter() with a pass, which others may look at (gil_gate_visit()) until it is taken off the list, before leaving. */
int gil_gate_enter_with(struct gil_gate *gate, struct gil_pass *pass);
/* The same for one who is inside already. */
void gil_gate_list(struct gil_gate *gate, struct gil_pass *pass);
void gil_gate_unlist(struct gil_gate *gate, struct gil_pass *pass);

/* Let nobody in any more: 0, or -1 when another thread has done so. What follows is for who got the 0. */
int gil_gate_close(struct gil_gate *gate);
/* After gil_gate_close(), not attached: wait until nobody is inside, and shut the gate: 0. Or until the clock reaches limit: -1;
 * then it is closing as before. */
int gil_gate_shut(struct gil_gate *gate, uint64_t limit);
/* Back from shut to closing; nothing on a gate that is merely closing. */
void gil_gate_unshut(struct gil_gate *gate);
/* Let everybody in again, as if gil_gate_close() had not been called. */
void gil_gate_reopen(struct gil_gate *gate);

/* In the child of a fork: so many are inside, and the gate is open; or GIL_GATE_SHUT: it is shut for ever. */
void gil_gate_reset(struct gil_gate *gate, uint32_t inside);
#define GIL_GATE_SHUT UINT32_MAX
/* Whether gil_gate_shut() has been. */
int gil_gate_is_shut(const struct gil_gate *gate);

/* How many are inside. */
uint32_t gil_gate_inside(const struct gil_gate *gate);
/* Whether nobody is let in at present. */
int gil_gate_is_closing(const struct gil_gate *gate);
/* Call func for each pass, newest first. Under mu: func takes no mutex and waits for nothing. */
void gil_gate_visit(struct gil_gate *gate, void (*func)(const struct gil_pass *pass, void *data), void *data);

#endif
