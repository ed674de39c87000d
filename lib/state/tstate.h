/* SPDX-License-Identifier: MIT */
/* Thread states: one thread's standing in one interpreter. */
#ifndef GIL_STATE_TSTATE_H
#define GIL_STATE_TSTATE_H

#include "base/panic.h"
#include "gilrt/base.h"
#include "gilrt/lock.h"
#include "state/pending.h"
#include "state/turn.h"
#include "state/unblock.h"

struct gil_gate;
struct gil_heap;
struct gil_lock;
struct gil_mutex;

/*
 * The pending error of a thread. The state layer keeps the room and asserts that it is empty at the end; only
 * lib/object/error.c knows what stands in it.
 */
struct gil_indicator {
    GilObject *type;  /* [own] exception class, or NULL: nothing is pending. Immortal or a strong reference */
    GilObject *value; /* [own] exception instance or its argument, strong; with a text what that is about, or NULL */
    char *text;       /* [own] UTF-8 message, or NULL; a heap block unless text_fixed */
    size_t text_len;
    int text_fixed;   /* [own] text points to static storage */
    int normalized;   /* [own] value is an instance of type */
};

/* What a thread lived through with its lock. */
struct gil_lock_stats {
    uint64_t waits, wait_ns, wait_max;   /* times it had to wait; for how long together, and at most */
    uint64_t voluntary, forced, stolen;  /* how it came by the lock when another had it before */
    uint64_t given, lent;                /* times it gave the lock up in a poll; of these, as a loan */
    uint64_t held_ns;                    /* for how long it had it, as far as that was seen */
};

/* So many calls back, one within another, each made between BEGIN and END, find the place of that BEGIN again. */
#define GIL_TSTATE_PLACES 4

struct _gilts {
    struct _GilThreadBlock block; /* public: st, brk, site; first, its layout is ABI */

    /* Public, too, as far as struct _GilThreadLook goes; reset at birth, for its thread alone looks at it. */
    char *stack_limit;        /* [own] lowest address that native recursion may reach, or NULL: not known yet */
    int recursion;            /* [own] levels entered by Gil_EnterRecursiveCall(), and calls of C functions */
    int dealloc_depth;        /* [own] nested destructions now running */
    struct gil_indicator err; /* [own] */

    GilInterpreterState *interp; /* [const] while the state lives */
    struct gil_heap *heap;       /* [const] interp's, one load nearer */
    struct gil_lock *lock;       /* [const] interp's, one load nearer */
    uint64_t id;                 /* [const] never reused in the process; read by anyone */
    struct gil_gate *gate;       /* [atomic] interp's, for who looks at all states of an interpreter without a mutex; NULL: in none */
    uint32_t park_word;          /* [atomic] what its interruptible waits sleep on; whoever rouses it writes, too. See state/wait.c */
    uint32_t serving;            /* [atomic] it is in a pending call, or in a signal's callback: state/serving.h; its thread writes it */
    unsigned long os_thread;     /* [atomic] pthread_t of the thread that last attached it, which writes it; 0: nobody has yet */
    struct gil_unblock unblock;  /* what reaches it in native code; see state/unblock.c. Not reset at birth: its end leaves it empty */
    /* From interp up to here the block is written by atomic stores also at its birth: others may look at it, and ask, at any time. */
    int leaning;                 /* [own] the lock leaned to this state when it was last asked; see state/lean.c */

    GilThreadState *next, *prev; /* [states] interp's list of states */
    GilThreadState *shelf;       /* [own] the OS thread's next kept state (see state/tstate.c) */
    struct gil_waiter waiter;    /* the lock's */
    struct gil_lock_stats stats; /* [own] written by its thread while it holds the lock, read by anyone */
    int barred;                  /* [gil] its interpreter refuses it the lock */
    void (*preempt)(void *);     /* [mu] the lock's mutex: whom to call when the lock is claimed from it */
    void *preempt_data;          /* [mu] */
    uint32_t preempt_calls;      /* [atomic] such calls under way; counted up under mu */
    uint32_t native;             /* [atomic] the thread that last attached it, or waits to, as the kernel numbers it; 0: none yet */
    const char *left_in;         /* [atomic] the function that detached it last, unless block.site says more; static */
    uintptr_t left_by;           /* [atomic] mark of the thread that may find it again in Ensure; 0: none */
    int ensured;                 /* [own] depth of Ensure/Release */
    uint32_t visits;             /* [atomic] of these, how many are counted at the interpreter's gate; written by its thread */
    int64_t interp_id;           /* [const] but for a fork: interp's, for who must not follow it */
    int late_abort;              /* [const] interp's, which may be gone when it is asked for */
    int exit_leaves;             /* [const] interp's */
    int kept;                    /* [const] made by Ensure: belongs to its OS thread, which reclaims it at exit */
    int dead;                    /* [states] its interpreter came to its end; the block is type-stable. Read by its thread, too */
    int orphan;                  /* [states] its OS thread came to its end; the interpreter's end reclaims it */

    struct gil_calls calls;      /* what it is to call; see state/pending.c */
    GilPendingNode *async;       /* [gil], and without the lock [states]: holds what it is to raise; NULL: nothing */
    int masked;                  /* [own] depth of GilThreadState_MaskAsyncExc() */
    int within;                  /* [own] depth of collections, walks of objects, imports, hooks, and visits elsewhere that come back to it */
    GilThreadState *left_before; /* [own] of a kept one: what its thread had left when it came in by this one; see state/tstate.c */
    struct _GilCallSite *places[GIL_TSTATE_PLACES]; /* [own] where a BEGIN had left it, for each depth of Ensure that came in there */

    /* What the object layer keeps a thread; empty at birth and asserted empty at deletion. */
    GilObject *handled;        /* [own] exception being handled, strong, or NULL */
    GilObject *repr_list;      /* [own] objects being printed, chained by the object layer, or NULL */
    void *dealloc_later;       /* [own] dead objects waiting for the outermost _Gil_Dealloc() */
};

/*
 * What the layers above do for this one; all may run anything. Set once, by the runtime layer, before the first
 * interpreter; until then nothing is done.
 */
struct gil_state_hooks {
    void (*clear_thread)(GilThreadState *ts);                  /* let go of all objects that ts holds */
    void (*no_memory)(GilThreadState *ts);                     /* raise MemoryError */
    void (*runtime_error)(GilThreadState *ts, const char *why); /* raise RuntimeError */
    void (*system_error)(GilThreadState *ts, const char *why);  /* raise SystemError */
    void (*end_request)(GilThreadState *ts);                   /* raise SystemExit: the interpreter wants to end */
    void (*raise_async)(GilThreadState *ts, GilPendingNode *what); /* raise what another thread wants raised */
    void (*os_error)(GilThreadState *ts);                      /* raise OSError, from errno */
    /* _Gil_BRK_SIGNAL or _Gil_BRK_INTERRUPT is set: take it back, and do so; 0, or -1. The lock of another interpreter is waited for
     * until the clock reaches limit. */
    int (*attend)(GilThreadState *ts, uint64_t limit);
    int (*late)(GilThreadState *ts, const char *func); /* ts comes after its end: tell whoever wants to know; detached. 1: told */
    int (*collect)(GilThreadState *ts); /* _Gil_BRK_COLLECT is set: take it back and collect; 0. errno is kept */
};
extern struct gil_state_hooks gil_state_hooks;

/* Ready what the layer keeps a process. Idempotent; 0, or an errno: no thread key is left. */
int gil_state_start(void);

/*
 * Make a state, not attached. NULL: no memory, or interp is none of the living ones, or is ending. The first state of an
 * interpreter comes from gil_interp_new().
 */
GilThreadState *gil_tstate_new(GilInterpreterState *interp);
/* A state from the pool, in interp's list, unchecked, and under gil_states_mutex: so whoever has found a block by its id keeps it. */
GilThreadState *gil_tstate_get_block(GilInterpreterState *interp);
/*
 * Attach ts to the calling thread, which has none attached. Waits. errno is kept. When the interpreter has come to its
 * end, never returns: gil_tstate_too_late(). Misuse stops the process in the name of func.
 */
void gil_tstate_attach(GilThreadState *ts, const char *func);
/* The same until the clock reaches limit, in ns, 0: at once or not: 1 attached, 0 not, -1 the interpreter has come to its end. */
int gil_tstate_attach_until(GilThreadState *ts, uint64_t limit, const char *func);
/* The lock is barred to ts: tell so, and sleep for ever, or stop the process if the interpreter was made so. */
void gil_tstate_too_late(GilThreadState *ts, const char *func) __attribute__((noreturn, cold));
/* Detach the attached state. */
void gil_tstate_detach(GilThreadState *ts, const char *func);
/* End a state that is not attached and holds no object (asserted), and give its block back. */
void gil_tstate_delete(GilThreadState *ts);
/* Whether something of ts would find its interpreter gone, or itself doubled, when its thread comes back: a destruction, a call that the
 * runtime makes in between. */
int gil_tstate_is_served(const GilThreadState *ts) __attribute__((cold));
/* The same, or what may be forked from: a collection, an import, a recursion, GilThreadState_Ensure() in it or from it elsewhere. */
int gil_tstate_is_amid(const GilThreadState *ts) __attribute__((cold));
/* Whether the calling thread, the last to attach ts, has left it by a BEGIN whose END is to come: every other way leaves a mark. */
int gil_tstate_is_left_open(const GilThreadState *ts) __attribute__((cold));
/* Whether ts holds objects. */
int gil_tstate_holds_objects(const GilThreadState *ts);
/* The block of a state that is in no list any more: back to the pool, and the lock with it if it was the last. */
void gil_tstate_put_block(GilThreadState *ts);
/* Calls each for each mutex of this file: that of the pool. */
void gil_tstate_mutexes(void (*each)(struct gil_mutex *mutex));
/* Under gil_states_mutex, interp alive: out of its list. */
void gil_tstate_unlist(GilThreadState *ts);
/* What the calling thread, attached to nothing, has left and comes back to: by a BEGIN, or last in another way than by Release, and Ensure
 * would find that; NULL: nothing. It may be dead, or be attached or deleted by another thread just now. */
GilThreadState *gil_tstate_left(void) __attribute__((cold));
/* The calling thread exits: Ensure is not to look at the state that it left last. */
void gil_tstate_forget_left(void);
/* Thread blocks in use, of all interpreters. */
size_t gil_tstate_blocks(void);
/* gil_stable_look() over all blocks: those with an id are states. */
struct gil_stable_look;
const GilThreadState *gil_tstate_look(struct gil_stable_look *look);

/* GilThreadState_Ensure() and Release(), on an interpreter that is known to be alive. */
struct _giltoken *gil_tstate_ensure(GilInterpreterState *interp, const char *func);
/* The same on one that need not be: NULL also when its gate lets nobody in. The caller holds the gate's memory. */
struct _giltoken *gil_tstate_visit(struct gil_gate *gate, const char *func);
void gil_tstate_release(struct _giltoken *token, const char *func);

/* The calling thread's state if it is attached, else NULL. */
static inline GilThreadState *
gil_tstate_attached(void)
{
    struct _GilThreadBlock *block = _Gil_thread;
    return block != NULL && block->st == _Gil_ATTACHED ? (GilThreadState *)(void *)block : NULL;
}

void gil_tstate_panic_detached(const char *func) __attribute__((noreturn, cold));
/* Where the calling thread left the lock by a BEGIN whose END it has not passed; NULL: nowhere, or nobody knows. */
struct _GilCallSite *gil_tstate_open_region(void) __attribute__((cold));

/*
 * The first line of every exported function marked @lock_held: the calling thread's state; stops the process with a
 * sentence that names func when the thread is not attached.
 */
static inline GilThreadState *
gil_tstate_need(const char *func)
{
    GilThreadState *ts = gil_tstate_attached();
    if (__builtin_expect(ts == NULL, 0))
        gil_tstate_panic_detached(func);
    return ts;
}

#endif
