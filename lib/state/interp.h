/* SPDX-License-Identifier: MIT */
/* Interpreters: a lock, a heap, the threads under them, and a pocket for each layer above. */
#ifndef GIL_STATE_INTERP_H
#define GIL_STATE_INTERP_H

#include "gilrt/base.h"

#include <stddef.h>
#include <stdint.h>

struct gil_exit_call;
struct gil_gate;
struct gil_heap;
struct gil_lock;
struct gil_mutex;

/* What the layers above keep an interpreter: one pocket each, filled and emptied by that layer's interp_start/stop. */
enum gil_pocket {
    GIL_POCKET_OBJECT, /* types made, object counters */
    GIL_POCKET_GC,     /* tracked objects */
    GIL_POCKET_VALUE,  /* interned strings, MemoryError */
    GIL_POCKET_MODULE, /* import registry, search path */
    GIL_POCKETS
};

struct _gilis {
    int64_t id;                /* [const] 0 for the main interpreter; never reused */
    struct gil_lock *lock;     /* [const] */
    struct gil_heap *heap;     /* [const] used under the lock */
    GilThreadState *threads;   /* [states] all states, newest first */
    struct gil_gate *gate;     /* [const] who is waited for before the end; outlives the interpreter if views do */
    int closed;                /* [states] no new thread states */
    int shares_lock;           /* [const] the lock is that of an older interpreter */
    int late_abort;            /* [const] what comes back after the end stops the process, and does not sleep */
    int exit_leaves;           /* [const] for a thread that exits attached the lock is left; else it stops the process */
    unsigned forbidden;        /* [const] GIL_MAY_…: what its code may not do */
    int unchecked_modules;     /* [const] modules are loaded whatever they say of several interpreters */
    struct gil_exit_call *exit_calls; /* [gil] the runtime layer's: what is to be called before the end, last first */
    int exits_over;            /* [gil] they were, and no more are taken */
    GilThreadState *ender;     /* [closer] a state for who ends the interpreter and has none; NULL: none was wanted */
    uint64_t end_timeout;      /* [const] ns that its end waits for those inside */
    GilInterpreterState *next; /* [states] registry, newest first */
    void *pocket[GIL_POCKETS]; /* [gil] not in the first cache line: see doc/internals/memory.md */
};

/* [states]: under this mutex, which guards the registry and the lists of states. */
extern struct gil_mutex gil_states_mutex;

struct gil_interp_config {
    uint64_t switch_interval; /* ns, within the public bounds; 0: that of the calling thread's interpreter, or the default */
    int fenced;               /* nonzero: the lock is to issue no membarrier */
    size_t memory_limit;      /* bytes that the heap may take from the system; 0: no limit */
    int ender;                /* nonzero: keep a state in reserve, for whoever ends it without one of its own */
    int late_abort;           /* nonzero: a thread that comes back after the end stops the process */
    int exit_leaves;          /* nonzero: for a thread that exits attached the lock is left; else it stops the process */
    unsigned forbidden;       /* GIL_MAY_…: what its code may not do */
    int unchecked_modules;    /* nonzero: modules are loaded whatever they say of several interpreters */
    int starting;             /* nonzero: its end is taken from birth, by whoever makes it, until gil_closing_give_up(); and calls are refused
                                 until gil_pending_open() */
    GilInterpreterState *share; /* alive, and stays so meanwhile: its lock serves the new one too, as it is; NULL: a lock of its own */
};

/*
 * Make an interpreter with a heap, a lock and one thread state, which is not attached. The first one alive is
 * the main one. 0 and the state in *ts; -1: no memory, nothing is left.
 */
int gil_interp_new(const struct gil_interp_config *config, GilThreadState **ts);
/*
 * Ask all threads of interp to come to an end of what they do: their next poll raises SystemExit. Once each. But not ts, which ends
 * it, or asks for the end, and may be of another or NULL: what was asked of that before is taken back, and the reserve
 * is never asked, for what they have to do is the end itself. gil_interp_calm() takes back what was not heeded yet. All
 * under gil_states_mutex.
 */
void gil_interp_interrupt(GilInterpreterState *interp, const GilThreadState *ts);
/* Whether a state that the calling thread makes now is to be asked, too: the end is under way, and not in the hands of this thread. */
int gil_interp_asks(const GilInterpreterState *interp);
void gil_interp_calm(GilInterpreterState *interp);
/* Have those who wait for the end of an interpreter look again: the main one lets in. */
void gil_interp_stir(void);
/*
 * By a thread that is attached to nothing: wait until nobody is inside interp, whose gate the caller has closed, and shut it: 0; or
 * until the clock reaches limit: -1, and the gate is closing as before; or until ts, that thread's, has a signal to handle:
 * 1, within 50 ms of its coming, and the gate as before. ts is NULL where none is to be handled.
 */
int gil_interp_shut(GilInterpreterState *interp, const GilThreadState *ts, uint64_t limit);
/*
 * The beginning of the end, by the attached state ts, after the gate was shut: from here no other thread
 * gets the lock, those that wait for it or come later sleep for ever, and no state can be made. ts goes on as before and
 * may still leave and retake the lock.
 */
void gil_interp_close(GilThreadState *ts);
/* Let go of the objects that all states hold; ts attached, after gil_interp_close(). Runs anything. */
void gil_interp_clear_threads(GilThreadState *ts);
/* The end: destroys the heap and ts, which is attached and cleared, and detaches. Returns the heap blocks left in use. */
size_t gil_interp_delete(GilThreadState *ts);
/* One user of a lock less; the last puts it back. */
void gil_interp_put_lock(struct gil_lock *lock);
/* One reference to a gate less; the last puts it back. */
void gil_interp_put_gate(struct gil_gate *gate);
/* A reference to the main interpreter's gate; NULL: there is no main interpreter. */
struct gil_gate *gil_interp_hold_main_gate(void);
/* The interpreter made last, of those alive; interp->next leads to older ones. For who keeps others from coming and going. */
GilInterpreterState *gil_interp_newest(void);
/* References to the gates of at most count living interpreters, newest first. Returns how many are alive. */
size_t gil_interp_hold_gates(struct gil_gate **gates, size_t count);
/* --- a fork --- */

/* Call each for each mutex: of the registry; of the gates and of the locks in it; of the pools. Those of gates and locks under the
 * first. */
void gil_interp_mutexes(void (*each)(struct gil_mutex *mutex));
void gil_interp_gate_mutexes(void (*each)(struct gil_mutex *mutex));
void gil_interp_lock_mutexes(void (*each)(struct gil_mutex *mutex));
void gil_interp_pool_mutexes(void (*each)(struct gil_mutex *mutex));
/* gil_interp_newest(), under gil_states_mutex or alone in the process. */
GilInterpreterState *gil_interp_first(void);
/* A reference to the gate of the interpreter that gil_tstate_left() is a state of, if both are alive, else to that of the main one;
 * NULL: none. */
struct gil_gate *gil_interp_hold_gate_left(void);
/* Alone in the process: for each block of the pools, given out or not. */
void gil_interp_each_block(void (*lock)(struct gil_lock *lock), void (*gate)(struct gil_gate *gate));
/* Alone in the process: interp is no more, but its memory stays. If it was the main one, heir is, from now on, with its number. */
void gil_interp_lose(GilInterpreterState *interp, GilInterpreterState *heir);

/* Whether the pointer is a living interpreter, without following it. Under gil_states_mutex. */
int gil_interp_is_alive(const GilInterpreterState *interp);

/* One load: the pocket of the calling thread's interpreter. */
#define GIL_POCKET(ts, which) ((ts)->interp->pocket[(which)])

#endif
