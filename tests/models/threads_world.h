/* SPDX-License-Identifier: MIT */
/* A world in which thread states are as they ship, and what its threads do that several scenarios want; see threads_model.c. */
#ifndef TESTS_MODELS_THREADS_WORLD_H
#define TESTS_MODELS_THREADS_WORLD_H

#include "models/end_world.h"

#include "gilrt/guard.h"
#include "gilrt/lock.h"
#include "gilrt/state.h"
#include "runtime/finalize.h"
#include "sync/machine.h"

extern GilInterpreterView *views[THREADS_MAX]; /* of the other interpreter */
extern GilInterpreterView *main_view;          /* where it is wanted */
extern GilInterpreterGuard *guards[THREADS_MAX]; /* open when the threads begin, where they are wanted */
extern GilThreadState *own[THREADS_MAX];       /* made by GilThreadState_New(), in setup(); the same */
extern void (*at_exit)(int self);              /* called by gil_thread_exit(); NULL: nothing is */
extern void (*after_exit)(int self);           /* a destructor that comes after the library's; the same */
extern int entered, refused;                   /* by enter() */
extern int lines;                              /* that were printed */
extern int attempts;                           /* ends that were begun */
extern uint32_t said;                          /* what the threads of a scenario tell one another; a point */
extern struct _GilCallSite site;
#define THING ((GilObject *)(uintptr_t)0x5000) /* an object that nobody looks into */

/* --- what setup() is made of --- */

/* Both interpreters as setup_world_with() makes them, a view for each thread, and all hooks. */
void begin_threads(unsigned how);
void setup_threads(void);
/* Where blocks of states are given out again. */
void setup_threads_again(void);
void open_guard_for(int self);
/* A state that is nobody's until it is attached. */
void make_own(int self, enum which which);

/* --- what bodies are made of --- */

/* The other interpreter's end from outside: 0: it has ended; -1: as before. */
int end_other(uint64_t timeout);
/* With a limit, and if that was too short without one. */
void end_sooner_or_later(void);
/* By a view. */
GilThreadStateToken *enter(int self);
/* By a view, nested, also in a region: what was found outside is found again. The state, or NULL: refused. */
GilThreadState *stay(int self);
/* By a guard, and a state that holds something is left in the middle of BEGIN … END, without Release. 0: refused. */
int go_with_a_thing(int self);
/* With the state of one's own, without a guard; -1: too late, and the thread does nothing more. */
int come(int self);
/* The exit of the thread that calls this, which then does nothing more. */
void leave_thread(void);
/* For explore_until(): what was said is 1 or more; 2 or more. */
int is_left(void);
int is_taken(void);
/* The other interpreter has ended; and its gate says so. */
int is_ended(void);
int is_gone(void);

/* --- what finish() is made of --- */

/* How many states the list of an interpreter has, each once; by who is alone, or has gil_states_mutex. */
int listed(enum which which);
/* The other one has ended, and nothing is left but by threads that sleep for ever. */
void finish_threads(void);
/* Nobody has ended anything so far. */
void finish_alone(void);
/* As the first, and main_view is open. */
void finish_two(void);

/* --- where threads may meet: gates, lists, marks, and who has a lock; without that; what is asked; what is left for others --- */

int of_all(const void *address);
int of_marks(const void *address);
int of_leaning(const void *address);
int of_posting(const void *address);

#endif
