/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Waiting for each other: condition, event, semaphore, barrier, and what is to be done once.
 *
 * What <gilrt/mutex.h> says of mutexes holds here: any thread, attached or not; who waits leaves the interpreter's
 * lock; errno is kept; nothing needs an end. Waits with a time and flags return 1, 0 or -1 as GilMutex_LockTimed()
 * does.
 */
#ifndef GILRT_SYNC_H
#define GILRT_SYNC_H

#include <gilrt/mutex.h>

GIL_BEGIN_DECLS

/** Threads that wait for a change of what a mutex guards; `{0}` is one that nobody waits at. */
typedef struct {
    uint8_t _bits; /* lib/sync/condition.c */
} GilCondition;

/**
 * Give @p m back, wait to be notified, and take m again: in a loop, for the wait may end for no reason.
 *
 *     while (queue_is_empty(&queue))
 *         GilCondition_Wait(&filled, &mutex);
 *
 * Who notifies after m was given back finds the caller waiting. Stops the process when m is not locked.
 * @lock_any @before_init @after_finalize @tls_destructor @blocks
 */
GIL_API void GilCondition_Wait(GilCondition *c, GilMutex *m);
/**
 * GilCondition_Wait() for @p ns nanoseconds at most. m is taken again in each case, as long as that takes.
 * @return 1: notified, or for no reason; 0: the time is over; -1: interrupted, with an exception set. Whoever returns 0 or -1
 *         has used up no notification.
 * @lock_any @before_init @after_finalize @tls_destructor @blocks @reenters
 */
GIL_API int GilCondition_WaitTimed(GilCondition *c, GilMutex *m, uint64_t ns, unsigned flags);
/** Wake the thread that has waited longest, if there is one; m need not be held, but what was changed under it is
 *  then to have been changed before.
 *  @lock_any @before_init @after_finalize @tls_destructor */
GIL_API void GilCondition_Notify(GilCondition *c);
/** Wake all that wait.
 *  @lock_any @before_init @after_finalize @tls_destructor */
GIL_API void GilCondition_NotifyAll(GilCondition *c);

/** Something that has happened or not; `{0}` is: not yet. */
typedef struct {
    uint8_t _bits; /* lib/sync/event.c */
} GilEvent;

/** 1 when it has happened, else 0. Who finds 1 sees what was done before GilEvent_Set().
 *  @lock_any @before_init @after_finalize @tls_destructor @signal_safe */
GIL_API int GilEvent_IsSet(GilEvent *e);
/** It has happened: all that wait go on, also if it is cleared right after. A thread that makes a call within an interruptible wait
 *  meanwhile waits, too, and goes on then, unless the event is set and cleared 64 times, or a multiple of that, during the call.
 *  @lock_any @before_init @after_finalize @tls_destructor */
GIL_API void GilEvent_Set(GilEvent *e);
/** It has not happened.
 *  @lock_any @before_init @after_finalize @tls_destructor */
GIL_API void GilEvent_Clear(GilEvent *e);
/** Wait until it has happened.
 *  @lock_any @before_init @after_finalize @tls_destructor @blocks */
GIL_API void GilEvent_Wait(GilEvent *e);
/** As GilMutex_LockTimed(): 1 when it has happened.
 *  @lock_any @before_init @after_finalize @tls_destructor @blocks @reenters */
GIL_API int GilEvent_WaitTimed(GilEvent *e, uint64_t ns, unsigned flags);

/** Permits that are taken and given; `{0}` has none. */
typedef struct {
    uint32_t _bits; /* lib/sync/semaphore.h */
} GilSemaphore;

/** A semaphore with @p permits permits, a constant from 0 to 2^31 - 1. */
#define GilSemaphore_INIT(permits) {(uint32_t)(permits) * 2u}

/** Take a permit. Who waits gets one in order of arrival.
 *  @lock_any @before_init @after_finalize @tls_destructor @blocks */
GIL_API void GilSemaphore_Acquire(GilSemaphore *s);
/** Take a permit if there is one: 1, else 0.
 *  @lock_any @before_init @after_finalize @tls_destructor */
GIL_API int GilSemaphore_TryAcquire(GilSemaphore *s);
/** As GilMutex_LockTimed(): 1 when a permit is the caller's.
 *  @lock_any @before_init @after_finalize @tls_destructor @blocks @reenters */
GIL_API int GilSemaphore_AcquireTimed(GilSemaphore *s, uint64_t ns, unsigned flags);
/** Give @p count permits, by whichever thread.
 *  @return 0; -1 when there would be more than 2^31 - 1: then none was given. No exception is set.
 *  @lock_any @before_init @after_finalize @tls_destructor */
GIL_API int GilSemaphore_Release(GilSemaphore *s, uint32_t count);

/** A place where so many threads wait until all are there; then it begins anew. */
typedef struct {
    uint32_t _parties, _arrived; /* lib/sync/barrier.h */
} GilBarrier;

/** A barrier for @p parties threads, a constant of 1 or more. */
#define GilBarrier_INIT(parties) {(parties), 0}

/** Wait until all are there. Stops the process when the barrier is for nobody, as one that is `{0}`.
 *  @return 1; 2 in one of the threads, the last to come: for what is to be done once a round.
 *  @lock_any @before_init @after_finalize @tls_destructor @blocks */
GIL_API int GilBarrier_Wait(GilBarrier *b);
/** GilBarrier_Wait() that gives up: 0 or -1, as GilMutex_LockTimed(). Then the thread is not counted: the others wait
 *  for one more.
 *  @lock_any @before_init @after_finalize @tls_destructor @blocks @reenters */
GIL_API int GilBarrier_WaitTimed(GilBarrier *b, uint64_t ns, unsigned flags);

/** Something that is to be done once; `{0}` is: not yet. */
typedef struct {
    uint8_t _bits;     /* lib/sync/once.c */
    uintptr_t _runner; /* [atomic] who does it; 0: nobody */
} GilOnce;

/** GilOnce_Call() unless it is done.
 *  @lock_any @before_init @after_finalize @tls_destructor @blocks @reenters */
GIL_API int _GilOnce_CallSlow(GilOnce *once, int (*func)(void *data), void *data);

/**
 * Have @p func called by the first thread that comes here, and wait until it is done; later a load and a compare.
 * func runs as the caller is, attached or not, and may do anything but come here again, which stops the process.
 * Returning 0 it is done, for ever; anything else is returned to its caller, and the next thread does it. It must not
 * be left by longjmp(), an exception or pthread_exit(), and is called with cancellation disabled (gilrt/thread.h).
 *
 * This is what a static variable with an initializer in a function of C++ cannot be in an attached thread, nor
 * std::call_once: there the second thread waits for the first with the interpreter's lock in hand, and the first, if
 * it leaves that lock for a moment, waits for the second. Here the second leaves it.
 * @return 0: it is done; else what func returned in this thread.
 * @lock_any @before_init @after_finalize @tls_destructor @blocks @reenters
 */
static inline int
GilOnce_Call(GilOnce *once, int (*func)(void *data), void *data)
{
    /* Acquire: who finds it done sees what was done. 4 is DONE, see lib/sync/once.h. */
    if (GIL_LIKELY(once != NULL && __atomic_load_n(&once->_bits, __ATOMIC_ACQUIRE) == 4))
        return 0;
    return _GilOnce_CallSlow(once, func, data);
}
/** 1 when it is done, else 0.
 *  @lock_any @before_init @after_finalize @tls_destructor @signal_safe */
GIL_API int GilOnce_IsDone(GilOnce *once);

GIL_END_DECLS

#endif
