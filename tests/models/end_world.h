/* SPDX-License-Identifier: MIT */
/* The rest of the library as the end of an interpreter finds it: two interpreters, their threads, and what is told. */
#ifndef TESTS_MODELS_END_WORLD_H
#define TESTS_MODELS_END_WORLD_H

#include "models/runner.h"

#include "models/machine_model.h"

#include "state/gate.h"
#include "state/interp.h"
#include "state/lock.h"
#include "state/tstate.h"

/* Turns of the lock, and how long an end waits, in ns by the model's clock: it moves only when a timer fires. A turn is longer than
 * what an end calls soon, its limit longer than its patience (finalize.c). */
#define TURN UINT64_C(60000000)
#define LIMIT UINT64_C(1000000000)

enum which { MAIN, OTHER, BOTH };
#define THREADS_MAX 3

/* What there is to one interpreter; the shipped sources see the first five. */
extern struct subject {
    GilInterpreterState *interp; /* poisoned when it is given back */
    struct gil_gate *gate;       /* the same; views are references to it */
    struct gil_lock *lock;       /* the same; the other one may have the main one's */
    GilThreadState *ts;          /* its first state */
    int views;                   /* that finish_ended() closes */
    uint32_t alive;              /* poisoned at its end: whoever uses it then, is found */
    int ended, users, holders;   /* it is no more; threads that use it; of these, those that hold its lock */
    int closing, telling;        /* as the host heard last; a hook is told of that */
    int closed, torn;            /* its end cannot be undone any more; other threads do not get the lock */
    uint64_t dropped, rounds;    /* calls at exit, as the event says; rounds of them, as the report does */
    int reported;                /* its end stands in the report */
    int busy;                    /* ends of it that were in vain, as they found out */
} subjects[BOTH];
extern int told;    /* ends that were in vain, as the host heard */
extern int waiting; /* times that the host heard of a wait for a lock */
extern int late;    /* threads that came back after the end: theirs is over */
extern int heeded;  /* states whose threads were told of an end, and took the request back */
extern int retells;   /* who waits for those inside wakes now and then, to tell them anew; else it sleeps to its limit */
extern int requests_left; /* for memory, until one is refused, the last of so many; 0: none is */
extern void (*on_busy)(enum which which); /* called when an end has been in vain, before it is given up; NULL: nobody looks */

/* What setup() of each scenario begins with: memory as it was at the beginning, and in it both interpreters, attached to nothing. */
void setup_world(void);
/* The same, but both under one lock. */
void setup_shared_world(void);
/* Both worlds, and what else there may be. */
#define WORLD_SHARED 1u       /* one lock */
#define WORLD_LEANS 2u        /* locks lean */
#define WORLD_EXIT_LEAVES 4u  /* the lock of a thread that exits attached is left */
#define WORLD_STATES_AGAIN 8u /* a state that was given back is given out again; else it is poisoned */
#define WORLD_IN_ITS_PLACE 16u /* a third interpreter is made where the other one was */
void setup_world_with(unsigned how);
/* A state of its own in one of them for a thread, not attached, and a view. */
GilThreadState *add_thread(enum which which);
/* A view alone. */
GilInterpreterView *add_view(enum which which);
/* A third interpreter, as the runtime makes one: first it lets nobody in, and no call, and then it does. Its first state. */
GilThreadState *begin_third(void);
void open_third(GilThreadState *ts);
/* Its end, with nobody in it; also of one that was not opened. */
void end_third(GilThreadState *ts);
/* What finish() ends with: that one has ended, or both, and nothing of it is left. */
void check_ended(enum which which);

/* Use an interpreter, which must be alive: without its lock; with it. */
void use(enum which which);
void use_attached(enum which which);
/* Gil_END_ALLOW_THREADS by a thread without a guard, detached by BEGIN: 0; -1: it was late, and its interpreter is no more. */
int come_back(GilThreadState *ts);
/* The same of any way to attach ts. */
int is_late(void (*come)(GilThreadState *), GilThreadState *ts);
/* What becomes of a thread that is late: it goes on in is_late(). */
void sleep_for_ever(const char *func) __attribute__((noreturn));
/* States of an interpreter, or of what was one, that were not given back. */
int states_of(enum which which);
/* Whether a request for memory is to be refused. */
int lacks_memory(void);

/* Where threads meet at an end: gates, and who has a lock; of admission: gates, who has taken an end, and who waits for it; of states:
 * the lists, whose a state is. */
int of_the_end(const void *address);
int of_admission(const void *address);
int of_states(const void *address);
/* The same, and which interpreter a state is of, and whether a thread keeps it. */
int of_homes(const void *address);
/* Besides: who has a state; of which interpreter it is, and what is left for that one; what is asked of it, and its hook. */
int of_who(const void *address);
int of_births(const void *address);
int of_requests(const void *address);
int of_both(const void *address);

#endif
