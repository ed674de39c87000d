/* SPDX-License-Identifier: MIT */
/* The order in which locks are taken, and its checker in a debug build. */
#ifndef GIL_SYNC_RANK_H
#define GIL_SYNC_RANK_H

struct gil_mutex;

/*
 * A thread takes mutexes in rising rank only. The interpreter's lock is not in the list: it is outermost but for START,
 * and a thread that waits for it holds no mutex at all but START. All ranks below are short: no user code, no waiting for
 * anything but a higher mutex while one is held.
 */
enum gil_rank {
    GIL_RANK_START = 1, /* the start of the runtime; taken before the interpreter's lock */
    GIL_RANK_OUTSIDE,   /* from here on the interpreter's lock must not be waited for */
    GIL_RANK_STATES,    /* the registry of interpreters and their lists of thread states */
    GIL_RANK_GATE,      /* who is in an interpreter */
    GIL_RANK_HOOK,      /* whom the host wants to be called; taken alone */
    GIL_RANK_STABLE,    /* a pool of memory that is never given back */
    GIL_RANK_LOCK,      /* the inside of an interpreter's lock: its queue */
    GIL_RANK_PARKING,   /* a bucket of the parking lot: who sleeps for what */
    GIL_RANK_KEYS,      /* the keys of thread-specific storage */
    GIL_RANK_ORDER,     /* the checker of the order of users' mutexes, in a debug build */
    GIL_RANK_END,       /* none: one more than the last */
};

/*
 * Kept in a debug build only, by gil_mutex_lock() and gil_mutex_unlock(): the list of mutexes that the calling thread
 * holds. A wrong order stops the process with both names.
 */
#ifdef GIL_DEBUG
void gil_rank_take(const struct gil_mutex *mutex);
void gil_rank_drop(const struct gil_mutex *mutex);
/* Before waiting for the interpreter's lock, or for anything that takes long: nothing beyond START may be held, nor, of users'
 * mutexes, one that is taken under the interpreter's lock (sync/order.h). */
void gil_rank_waiting(const char *func);
/* Before sleeping in the parking lot: the first half of that. */
void gil_rank_parking(const char *func);
/* The calling thread takes and gives back all mutexes there are, several of a rank, in the order of ranks: for a fork. */
void gil_rank_all(int begins);
#else
static inline void
gil_rank_take(const struct gil_mutex *mutex)
{
    (void)mutex;
}
static inline void
gil_rank_drop(const struct gil_mutex *mutex)
{
    (void)mutex;
}
static inline void
gil_rank_waiting(const char *func)
{
    (void)func;
}
static inline void
gil_rank_parking(const char *func)
{
    (void)func;
}
static inline void
gil_rank_all(int begins)
{
    (void)begins;
}
#endif

#endif
