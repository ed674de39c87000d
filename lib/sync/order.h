/* SPDX-License-Identifier: MIT */
/* The order of users' mutexes, and its checker in a debug build. */
#ifndef GIL_SYNC_ORDER_H
#define GIL_SYNC_ORDER_H

/*
 * A mutex may have a rank, 1 to GIL_ORDER_MAX, beside LOCKED and PARKED in its byte; a thread takes those that have
 * one in rising order. The interpreter's lock is in that order too, as GIL_ORDER_LOCK: who holds a mutex of a higher
 * rank does not wait for it. A mutex of a lower rank may be held meanwhile, since whoever waits for one does so
 * without the interpreter's lock.
 */
#define GIL_ORDER_LOCK 32
#define GIL_ORDER_MAX 63

struct gil_mutex;

/*
 * Kept in a debug build only. What is wrong stops the process with a sentence:
 * - a mutex is wanted while one of the same or a higher rank is held,
 * - a mutex is wanted by the thread that holds it,
 * - threads wait for each other in a ring, each holding what the next one wants,
 * - the interpreter's lock is waited for while a mutex is held whose rank is higher.
 * Nothing is known of a mutex that was destroyed while locked, but that it was locked.
 */
#ifdef GIL_DEBUG
/* Before the mutex at address is tried; waiting: it will be waited for, without a deadline. */
void gil_order_wants(const void *address, unsigned rank, const char *func);
void gil_order_waits(const void *address, const char *func);
void gil_order_waits_no_more(void);
void gil_order_took(const void *address, unsigned rank);
/* Before it is given back, by whichever thread. */
void gil_order_gives(const void *address);
/* Before waiting for the interpreter's lock. */
void gil_order_waits_for_lock(const char *func);
/* The calling thread, one at a time, waits for the interpreter's lock within a limit, and gives back what it holds when that is over: no
 * ring lasts, whatever its order. */
void gil_order_limit(int begins);
/* Calls each for each mutex of the checker's own. */
void gil_order_mutexes(void (*each)(struct gil_mutex *mutex));
/* In the child of a fork: nobody waits. What other threads held is held still. */
void gil_order_fork_child(void);
#else
static inline void
gil_order_wants(const void *address, unsigned rank, const char *func)
{
    (void)address;
    (void)rank;
    (void)func;
}
static inline void
gil_order_waits(const void *address, const char *func)
{
    (void)address;
    (void)func;
}
static inline void
gil_order_waits_no_more(void)
{
}
static inline void
gil_order_took(const void *address, unsigned rank)
{
    (void)address;
    (void)rank;
}
static inline void
gil_order_gives(const void *address)
{
    (void)address;
}
static inline void
gil_order_limit(int begins)
{
    (void)begins;
}
static inline void
gil_order_mutexes(void (*each)(struct gil_mutex *mutex))
{
    (void)each;
}
static inline void
gil_order_fork_child(void)
{
}
#endif

#endif
