/* SPDX-License-Identifier: MIT */
/* The interpreter's lock: exclusive, in turns, with a bound on how long anybody is passed over. */
#ifndef GIL_STATE_LOCK_H
#define GIL_STATE_LOCK_H

#include "base/atomic.h"
#include "sync/machine.h"
#include "sync/mutex.h"
#include "state/tstate.h"

#include <stdint.h>

/*
 * How it works: the essay in lock.c. All functions work on memory that the caller provides, type-stable
 * (state/stable.h), and allocate nothing. A thread is named by its thread state.
 */
struct gil_lock {
    /* One cache line that every transition touches. */
    uintptr_t owner;           /* [atomic] who holds it, or to whom it leans, and flags: what lock.c is about */
    uint64_t last;             /* [gil] number of the thread state that held it last; 0: nobody yet */
    uint64_t switches_left;    /* [gil] written by the holder, read by anyone: switches to another thread, but forced */
    uint64_t switches_forced;  /* [gil] the same: in a poll, on request */
    uint64_t wait_ns;          /* [gil] the same */
    uint64_t held_ns;          /* [gil] the same; up to the last release */
    uint64_t held_since;       /* [gil] the same; when the holder took it, 0 outside timing mode */
    uint32_t timing;           /* [gil] the same */
    uint32_t until_lean;       /* [gil] times that the thread named in last must still take it before it may lean there */

    struct gil_mutex mu __attribute__((aligned(64))); /* the inside */
    GilThreadState *head, *tail; /* [mu] who waits, first come first */
    uint64_t waiters;            /* [mu] how many; read by anyone */
    uint64_t turn_end;           /* [mu] when the first waiter may demand the lock; counts while someone waits */
    uint64_t charged;            /* [mu] up to when the holder's time is in its account */
    uint64_t most_used;          /* [mu] the highest account there ever was */
    GilThreadState *closer;      /* [mu] the one thread that may still take a closed lock */
    uint64_t interval;           /* [atomic] length of a turn in ns */
    uint64_t fences;             /* [mu] heavy fences issued; read by anyone */
    int may_lean;                /* [const] there is a heavy fence, and it is wanted */
    uint32_t refs;               /* [atomic] the interpreter, and each thread block that points here */
};

/* may_lean: whether the lock may lean to a thread; else it issues no heavy fence. */
void gil_lock_init(struct gil_lock *lock, uint64_t interval, int may_lean);

/* The rest of the functions below: somebody else has, or wants, the lock; or there is something to count. */
int gil_lock_acquire_slow(struct gil_lock *lock, GilThreadState *ts, const char *func);
void gil_lock_release_slow(struct gil_lock *lock, GilThreadState *ts, const char *func);
void gil_lock_entered(struct gil_lock *lock, GilThreadState *ts);

void gil_lock_twice(struct gil_lock *lock, GilThreadState *ts, const char *func) __attribute__((noreturn, cold));

/*
 * The second halves of the two functions below, and of the inline transitions of <gilrt/lock.h>: st is stored already, and
 * something is set in brk.
 */
static inline int
gil_lock_return(struct gil_lock *lock, GilThreadState *ts, const char *func)
{
    uintptr_t word = 0;

    if (!(gil_load_acquire(&ts->block.brk) & _Gil_BRK_FENCED))
        return 0;
    /* Acquire: pairs with the release that freed the word. Release: publishes ts, which may be new, to who demands. */
    if (__builtin_expect(!gil_cas_acq_rel(&lock->owner, &word, (uintptr_t)ts), 0))
        return gil_lock_acquire_slow(lock, ts, func);
    if (__builtin_expect(lock->last != ts->id || lock->timing || --lock->until_lean == 0, 0))
        gil_lock_entered(lock, ts);
    return 0;
}

static inline void
gil_lock_leave(struct gil_lock *lock, GilThreadState *ts, const char *func)
{
    uintptr_t word = (uintptr_t)ts;

    if (!(gil_load_relaxed(&ts->block.brk) & _Gil_BRK_FENCED))
        return;
    /* Release: pairs with the acquire of whoever takes the lock next. */
    if (__builtin_expect(gil_load_relaxed(&lock->timing) || !gil_cas_acq_rel(&lock->owner, &word, 0), 0))
        gil_lock_release_slow(lock, ts, func);
}

/*
 * Take it for ts, waiting as long as it takes; 0, or -1 when it was closed: ts will never get it. Stops the process when
 * ts holds it or waits for it already, naming func. While it waits, st says LAZY; afterwards it says what is true.
 */
static inline int
gil_lock_acquire(struct gil_lock *lock, GilThreadState *ts, const char *func)
{
    if (__builtin_expect(gil_load_relaxed(&ts->block.st) == _Gil_ATTACHED, 0))
        gil_lock_twice(lock, ts, func);
    gil_store_relaxed(&ts->block.st, _Gil_ATTACHED);
    gil_compiler_barrier();
    return gil_lock_return(lock, ts, func);
}

/* Leave it. Stops the process when ts does not hold it, naming func. After the word that lets the next one in, touches
 * nothing but the lock, and of ts what its own thread may touch until it returns. */
static inline void
gil_lock_release(struct gil_lock *lock, GilThreadState *ts, const char *func)
{
    /* Release: whoever sees LAZY also sees what was done under the lock. */
    gil_store_release(&ts->block.st, _Gil_LAZY);
    gil_compiler_barrier();
    gil_lock_leave(lock, ts, func);
}

/* Let the first waiter have it if it is owed it, and come back when it is ts's turn again: 0; -1 when it was closed
 * meanwhile, and ts has it no more. */
int gil_lock_poll(struct gil_lock *lock, GilThreadState *ts) GIL_MUST_USE;

/* Refuse it to everybody but ts, who holds it: waiters and those who come later get -1. */
void gil_lock_close(struct gil_lock *lock, GilThreadState *ts);

/* The block of ts is to be given back: the lock must not lean to it any more. ts is detached. */
void gil_lock_forget(struct gil_lock *lock, GilThreadState *ts);

void gil_lock_hold(struct gil_lock *lock);
/* 1 when that was the last: the memory may be put back. */
int gil_lock_drop(struct gil_lock *lock);

/* Exact timing on or off, by the holder. */
void gil_lock_set_timing(struct gil_lock *lock, int on);
/* In ns, 1 or more; the turn that has begun keeps its length. */
void gil_lock_set_interval(struct gil_lock *lock, uint64_t interval);
uint64_t gil_lock_interval(struct gil_lock *lock);
/* Fills all fields but size. */
void gil_lock_info(struct gil_lock *lock, GilLockInfo *info);
/* Whether ts holds it; exact for the thread that ts belongs to. */
int gil_lock_is_owner(struct gil_lock *lock, const GilThreadState *ts);

#endif
