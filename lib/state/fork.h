/* SPDX-License-Identifier: MIT */
/* What a fork does to the lock, thread states, interpreters and guards. */
#ifndef GIL_STATE_FORK_H
#define GIL_STATE_FORK_H

#include "gilrt/base.h"

struct gil_gate;

/*
 * What others do in the child, each a list that ends with NULL. There is one thread, every mutex is free, and nothing may be
 * allocated nor any object's code run.
 */
struct gil_fork_calls {
    void (*const *interp)(GilInterpreterState *interp);     /* for each interpreter that lives on, while all its states exist */
    void (*const *state)(GilThreadState *ts, int survives); /* for each state of it; 0: its thread is gone, the block goes next */
};

/* Whether ts is the calling thread's, which last attached it, or nobody's yet: then it survives a fork of this thread. */
int gil_fork_is_mine(const GilThreadState *ts);
/* Before a fork, all mutexes held, by the thread that has ts attached; NULL: none: no lock leans to another thread from here on. */
void gil_fork_prepare(const GilThreadState *ts);
/* In the child, with the mutexes given back: what is left is what the forking thread can go on with; ts as before. */
void gil_fork_clean(GilThreadState *ts, const struct gil_fork_calls *calls);
/* In the child of a fork that nobody prepared: whoever enters or leaves an interpreter goes into a mutex and sleeps, which
 * gil_machine_strand() makes a stop with a sentence. */
void gil_fork_strand(void);

#endif
