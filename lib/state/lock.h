/* SPDX-License-Identifier: MIT */
/* The interpreter's lock: exclusive, in turns, with a bound on how long anybody is passed over. */
#ifndef GIL_STATE_LOCK_H
#define GIL_STATE_LOCK_H

#include "base/atomic.h"
#include "sync/machine.h"
#include "sync/mutex.h"
#include "state/tstate.h"
#include "state/turn.h"

#include <stdint.h>

/*
 * How it works: the essay in lock.c. All functions work on memory that the caller provides, type-stable
 * (state/stable.h), and allocate nothing. A thread is named by its thread state. One lock may serve several interpreters.
 */
struct gil_long_hold {
    uint64_t ns; /* how long is long */
    GilLock_LongHoldFunc func;
    void *data;
};

struct gil_lock {
    /* One cache line, which is all that a transition by the word touches of the lock. */
    uintptr_t owner;           /* [atomic] who holds it, or to whom it leans, and flags: what lock.c is about */
    uint64_t last;             /* [gil] number of the thread state that held it last; 0: nobody yet */
    uint64_t again;            /* [gil] the same if there is nothing to do when that one takes it again; else 0 */
    uint64_t switches_left;    /* [gil] written by the holder, read by anyone: it came free, and another thread got it */
    uint64_t switches_forced;  /* [gil] the same: given up in a poll, on request */
    uint64_t wait_ns;          /* [gil] the same */
    uint64_t held_ns;          /* [gil] the same; up to the last release that was seen */
    uint32_t timing;           /* [gil] the same */
    uint32_t until_lean;       /* [gil] times that the thread named in last must still take it before it may lean there */

    uint64_t held_since;       /* [gil] written by the holder, read by anyone: when it took it, 0 outside timing mode */

    struct gil_mutex mu __attribute__((aligned(64))); /* the inside */
    struct gil_turns turns;      /* [mu] who waits, and for how long */
    uint64_t fences;             /* [mu] heavy fences issued; read by anyone */
    uint64_t stolen;             /* [mu] times it was taken from a thread to which it leaned; read by anyone */
    struct gil_long_hold watch;  /* [mu] whom to tell of long holds */
    int may_lean;                /* [const] there is a heavy fence, and it is wanted */
    uint32_t refs;               /* [atomic] the interpreters, and each thread block that points here */
};

/* How the functions that may not get the lock tell it. */
enum {
    GIL_LOCK_GOT = 0,
    GIL_LOCK_BARRED = -1, /* the thread state's interpreter has ended: it will never get it */
    GIL_LOCK_LATE = 1,    /* the time is over, or another has it */
    GIL_LOCK_TAKEN = 2,   /* it has it, but has not come in yet: between gil_lock_take_free() and gil_lock_return_slow() */
};
/* No limit to a wait. */
#define GIL_LOCK_WAIT GIL_TURN_NEVER

/* may_lean: whether the lock may lean to a thread; else it issues no heavy fence. */
void gil_lock_init(struct gil_lock *lock, uint64_t interval, int may_lean);

/* The rest of leaving: somebody else wants the lock, or there is something to count. */
void gil_lock_release_slow(struct gil_lock *lock, GilThreadState *ts, const char *func);

void gil_lock_twice(const GilThreadState *ts, const char *func) __attribute__((noreturn, cold));

/*
 * The second halves of the functions below, and of the inline transitions of <gilrt/lock.h>: st is stored already, and
 * something is set in brk.
 */

/* Takes the lock if it is free. Anything but GIL_LOCK_GOT goes on in gil_lock_return_slow(). */
static inline int
gil_lock_take_free(struct gil_lock *lock, GilThreadState *ts)
{
    uintptr_t word = 0;

    /* Acquire: pairs with the release that freed the word. Release: publishes ts, which may be new, to who claims. */
    if (__builtin_expect(!gil_cas_acq_rel(&lock->owner, &word, (uintptr_t)ts), 0))
        return GIL_LOCK_LATE;
    /* No store where none is needed: the next locked instruction would wait for it. */
    return __builtin_expect(lock->again == ts->id && ts->waiter.stamp == 0, 1) ? GIL_LOCK_GOT : GIL_LOCK_TAKEN;
}

/* After gil_lock_take_free() said so: wait for the lock, or enter it properly. GIL_LOCK_GOT or GIL_LOCK_BARRED. */
int gil_lock_return_slow(struct gil_lock *lock, GilThreadState *ts, int found, const char *func);

static inline int
gil_lock_return(struct gil_lock *lock, GilThreadState *ts, const char *func)
{
    if (!(gil_load_acquire(&ts->block.brk) & _Gil_BRK_FENCED))
        return GIL_LOCK_GOT;
    int found = gil_lock_take_free(lock, ts);
    return __builtin_expect(found == GIL_LOCK_GOT, 1) ? GIL_LOCK_GOT : gil_lock_return_slow(lock, ts, found, func);
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
 * Take it for ts, waiting as long as it takes: GIL_LOCK_GOT or GIL_LOCK_BARRED. Stops the process when
 * ts holds it or waits for it already, naming func. While it waits, st says LAZY; afterwards it says what is true.
 */
static inline int
gil_lock_acquire(struct gil_lock *lock, GilThreadState *ts, const char *func)
{
    if (__builtin_expect(gil_load_relaxed(&ts->block.st) == _Gil_ATTACHED, 0))
        gil_lock_twice(ts, func);
    gil_store_relaxed(&ts->block.st, _Gil_ATTACHED);
    gil_compiler_barrier();
    return gil_lock_return(lock, ts, func);
}

/*
 * st says LAZY, and gil_lock_leave() was not called yet: take that back. 1: ts holds the lock as before. 0: it leant, and was taken from
 * outside by then; st stays LAZY, and there is nothing left to leave. Waits for nobody's hold.
 */
int gil_lock_stay(struct gil_lock *lock, GilThreadState *ts) GIL_MUST_USE;

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

/* The same, but until the clock reaches limit, in ns: GIL_LOCK_LATE, and nothing has changed. limit 0: without any wait. */
int gil_lock_acquire_until(struct gil_lock *lock, GilThreadState *ts, uint64_t limit, const char *func) GIL_MUST_USE;

/* Let the claimant have it, and come back when it is ts's turn again: GIL_LOCK_GOT; GIL_LOCK_BARRED: ts has it no more. */
int gil_lock_poll(struct gil_lock *lock, GilThreadState *ts) GIL_MUST_USE;
/* Let the first waiter have it, whatever the time, and come back: the same results. */
int gil_lock_yield(struct gil_lock *lock, GilThreadState *ts) GIL_MUST_USE;

/* By the holder, another than ts: refuse the lock to ts from now on, also if it waits. */
void gil_lock_bar(struct gil_lock *lock, GilThreadState *ts);

/* The block of ts is to be given back: the lock must not lean to it any more, nor a lender look at it. ts is detached, or had the lock
 * when the process was forked, and its thread is gone: then it is free. */
void gil_lock_forget(struct gil_lock *lock, GilThreadState *ts);

/* Weight and latency class of a thread, as in <gilrt/state.h>; what it waits for already is not changed. */
void gil_lock_set_weight(struct gil_lock *lock, GilThreadState *ts, uint32_t weight);
void gil_lock_set_latency(struct gil_lock *lock, GilThreadState *ts, int latency);
/* Call func(data) whenever ts is asked to give the lock up; NULL: no more, and no call is under way any longer. */
void gil_lock_set_preempt_hook(struct gil_lock *lock, GilThreadState *ts, void (*func)(void *), void *data);
/* Tell func of holds longer than ns while others wait; NULL: nobody. */
void gil_lock_set_long_hold(struct gil_lock *lock, const struct gil_long_hold *watch);

static inline void
gil_lock_hold(struct gil_lock *lock)
{
    gil_fetch_add_relaxed(&lock->refs, 1);
}

/* 1 when that was the last: the memory may be put back. */
static inline int
gil_lock_drop(struct gil_lock *lock)
{
    /* Acquire and release: what each user did to the lock comes before its next life. */
    return gil_fetch_sub_acq_rel(&lock->refs, 1) == 1;
}

/* --- looking at it: lock_info.c --- */

/* Exact timing on or off, by the holder. */
void gil_lock_set_timing(struct gil_lock *lock, GilThreadState *ts, int on);
/* In ns, 1 or more; the turn that has begun keeps its length. */
void gil_lock_set_interval(struct gil_lock *lock, uint64_t interval);
uint64_t gil_lock_interval(struct gil_lock *lock);
/* Fills all fields but size. */
void gil_lock_info(struct gil_lock *lock, GilLockInfo *info);
void gil_lock_stats(struct gil_lock *lock, GilThreadState *ts, GilLockStats *stats);
/* Whether ts holds it; exact for the thread that ts belongs to. */
int gil_lock_is_owner(struct gil_lock *lock, const GilThreadState *ts);

/* --- a fork: lock_fork.c --- */

/* Who has the lock, or to whom it leans; NULL: nobody. Of a lock that others may take and leave: a moment ago. */
GilThreadState *gil_lock_holder(const struct gil_lock *lock);
/* In the child: nobody waits for it. Who has it has it still, be it a thread that is gone. */
void gil_lock_fork_child(struct gil_lock *lock);
/* In the child of a plain fork: nobody gets or leaves it without mu, which is never free again. nobody: a state that is none. */
void gil_lock_strand(struct gil_lock *lock, GilThreadState *nobody);

/* What lock.c, lean.c, lock_info.c and habit.c share. */
#define GIL_LOCK_LEANS ((uintptr_t)16)
#define GIL_LOCK_FLAGS ((uintptr_t)31)
/* Under mu, ts the claimant: what there is to tell of the holder, which cannot leave meanwhile. */
void gil_lock_describe_hold(struct gil_lock *lock, GilThreadState *ts, uint64_t now, GilLongHold *report);
/* The holder leaves in timing mode, or timing ends: charge the time held. */
void gil_lock_count_held(struct gil_lock *lock, GilThreadState *ts);

#endif
