/* SPDX-License-Identifier: MIT */
/* Thread states: one thread's standing in one interpreter. */
#ifndef GIL_STATE_TSTATE_H
#define GIL_STATE_TSTATE_H

#include "base/panic.h"
#include "gilrt/base.h"
#include "gilrt/lock.h"

struct gil_heap;
struct gil_lock;

/*
 * The pending error of a thread. The state layer keeps the room and asserts that it is empty at the end; only
 * lib/object/error.c knows what stands in it.
 */
struct gil_indicator {
    GilObject *type;  /* [own] exception class, or NULL: nothing is pending. Immortal or a strong reference */
    GilObject *value; /* [own] exception instance or its argument, strong; NULL while it exists as text only */
    char *text;       /* [own] UTF-8 message, or NULL; a heap block unless text_fixed */
    size_t text_len;
    int text_fixed;   /* [own] text points to static storage */
    int normalized;   /* [own] value is an instance of type */
};

/* Waiting for the lock; the lock's own, see state/lock.c. */
struct gil_waiter {
    struct gil_waiter *next, *prev; /* [mu] place in the queue */
    uint32_t token;                 /* [atomic] the word a waiter sleeps on */
    uint32_t queued;                /* [mu] 1 while in the queue */
    uint64_t since;                 /* [own] when it began to wait, ns */
};

struct _gilts {
    struct _GilThreadBlock block; /* public: st, brk, site; first, its layout is ABI */

    GilInterpreterState *interp; /* [const] while the state lives */
    struct gil_heap *heap;       /* [const] interp's, one load nearer */
    struct gil_lock *lock;       /* [const] interp's, one load nearer */
    uint64_t id;                 /* [const] never reused in the process */

    GilThreadState *next, *prev; /* [mu] interp's list of states */
    GilThreadState *shelf;       /* [own] the OS thread's next state in another interpreter (see state/tstate.c) */
    struct gil_waiter waiter;    /* see there */
    unsigned long os_thread;     /* [own] pthread_t of the thread that last attached it */
    int ensured;                 /* [own] depth of Ensure/Release */
    int generation_dead;         /* [mu] deleted; the memory stays type-stable */

    /* What the object layer keeps a thread; empty at birth and asserted empty at deletion. */
    struct gil_indicator err;  /* [own] */
    GilObject *handled;        /* [own] exception being handled, strong, or NULL */
    GilObject *repr_list;      /* [own] objects being printed, chained by the object layer, or NULL */
    void *dealloc_later;       /* [own] dead objects waiting for the outermost _Gil_Dealloc() */
    int dealloc_depth;         /* [own] nested destructions now running */
    int recursion;             /* [own] levels entered by Gil_EnterRecursiveCall() */
    char *stack_limit;         /* [own] lowest address that native recursion may reach, or NULL: not known yet */

    /* Counted by the lock; see GilThreadState_GetLockStats() and GilLock_GetInfo(). */
    uint64_t wait_ns;      /* [own] time spent waiting for the lock */
    uint64_t attached_ns;  /* [own] time attached, in timing mode */
    uint64_t attached_at;  /* [own] when it last attached, in timing mode */
};

/* The calling thread's state if it is attached, else NULL. */
static inline GilThreadState *
gil_tstate_attached(void)
{
    struct _GilThreadBlock *block = _Gil_thread;
    return block != NULL && block->st == _Gil_ATTACHED ? (GilThreadState *)(void *)block : NULL;
}

void gil_tstate_panic_detached(const char *func) __attribute__((noreturn, cold));

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
