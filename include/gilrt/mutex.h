/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Mutual exclusion for data that the interpreter's lock does not guard: a mutex of one byte, a recursive one, one for
 * readers and writers, and taking a lock of somebody else's.
 *
 *     static GilMutex mutex;                    // zero is an open mutex
 *
 *     GilMutex_Lock(&mutex);
 *     table_add(&table, entry);
 *     GilMutex_Unlock(&mutex);
 *
 * All of them may be used by any thread, attached or not, before the runtime starts and after it has ended. A thread
 * that has to wait leaves the interpreter's lock first, if it is attached, and has it back when it returns: so nobody
 * waits for a mutex with that lock in hand, and a holder that needs it can always get it. For the same reason other
 * threads may run in every call marked `@blocks`, and the end of the interpreter may come, as between
 * Gil_BEGIN_ALLOW_THREADS and its END. errno is kept.
 *
 * None is to be copied or moved while in use, and none needs an end: its memory may be freed once nobody uses it,
 * which for a mutex is as soon as the last unlock has let the one who frees it in.
 *
 * Waits that can end early take a time in nanoseconds and flags, and return 1, 0 or -1: see GIL_WAIT_FOREVER. None is a cancellation
 * point (gilrt/thread.h).
 */
#ifndef GILRT_MUTEX_H
#define GILRT_MUTEX_H

#include <gilrt/base.h>

#include <pthread.h>

GIL_BEGIN_DECLS

/** As a time: no limit. A time of 0 tries and does not wait. */
#define GIL_WAIT_FOREVER UINT64_MAX
/**
 * As a flag: the wait also ends when something asks for the thread's attention: what Gil_Poll() would run is run,
 * attached, and if that raises, the wait is over: -1, with the exception set. Otherwise it goes on. The calling
 * thread must be attached, or else the process is stopped, as by any other flag than this. With a time of 0 nothing is waited for, and so nothing run: what is
 * asked stays for the next poll or wait.
 */
#define GIL_WAIT_INTERRUPTIBLE 1u

/** A mutex of one byte; `{0}` is open. */
typedef struct {
    uint8_t _bits; /* lib/sync/bytelock.h */
} GilMutex;

/**
 * An open mutex with a place in an order: @p rank is 1 to 63, a constant. A thread takes ranked mutexes in rising
 * order. The interpreter's lock stands in the order as 32: who holds a mutex of a rank above must not wait for it,
 * that is, neither attach, nor poll, nor come back from Gil_BEGIN_ALLOW_THREADS; one of a lower rank may be held
 * meanwhile. A debug build (--enable-debug) stops the process, with both names, at the first breach: of the order of mutexes in
 * each GilMutex_Lock() and LockTimed(), and at the interpreter's lock no later than where the thread would have to wait for it;
 * an END that finds it free may pass. Others know nothing of ranks, but that a mutex above 32 is never handed to a waiter, see
 * GilMutex_Unlock().
 */
#define GilMutex_INIT_RANKED(rank) {(uint8_t)((rank) << 2)}

/**
 * Take a mutex, however long it takes. Not recursive: a thread that has it already waits for ever; a debug build
 * stops the process instead, as it does for threads that wait for each other in a ring.
 * @lock_any @before_init @after_finalize @tls_destructor @blocks
 */
GIL_API void GilMutex_Lock(GilMutex *m);
/** Take a mutex if nobody has it: 1, else 0.
 *  @lock_any @before_init @after_finalize @tls_destructor */
GIL_API int GilMutex_TryLock(GilMutex *m);
/**
 * Take a mutex within @p ns nanoseconds.
 * @param flags 0 or GIL_WAIT_INTERRUPTIBLE.
 * @return 1: it is the caller's; 0: not in time; -1: interrupted, with an exception set.
 * @lock_any @before_init @after_finalize @tls_destructor @blocks @reenters
 */
GIL_API int GilMutex_LockTimed(GilMutex *m, uint64_t ns, unsigned flags);
/**
 * Give a mutex back. It need not be the thread that took it; but nobody says so before, and the checker of a debug build takes it for
 * its taker's until then: a thread that takes it for another one to give back, and then waits for it, is stopped there. A waiter that
 * is woken tries again, beside whoever comes; one that has waited for 1 ms is handed it. Stops the process when the mutex is not locked.
 * @lock_any @before_init @after_finalize @tls_destructor
 */
GIL_API void GilMutex_Unlock(GilMutex *m);
/** 1 when somebody has it, else 0: for assertions.
 *  @lock_any @before_init @after_finalize @tls_destructor @signal_safe */
GIL_API int GilMutex_IsLocked(GilMutex *m);

/** A mutex that its holder may take again; `{0}` is open. */
typedef struct {
    GilMutex _mutex;
    uint32_t _level;  /* [_mutex] times taken beyond the first */
    uintptr_t _owner; /* [atomic] the holder; 0: nobody */
} GilRecursiveMutex;

/** Take it, or take it once more. Stops the process beyond 2^32 times.
 *  @lock_any @before_init @after_finalize @tls_destructor @blocks */
GIL_API void GilRecursiveMutex_Lock(GilRecursiveMutex *m);
/** Take it, if nobody else has it: 1, else 0.
 *  @lock_any @before_init @after_finalize @tls_destructor */
GIL_API int GilRecursiveMutex_TryLock(GilRecursiveMutex *m);
/** As GilMutex_LockTimed().
 *  @lock_any @before_init @after_finalize @tls_destructor @blocks @reenters */
GIL_API int GilRecursiveMutex_LockTimed(GilRecursiveMutex *m, uint64_t ns, unsigned flags);
/** Undo one taking; the last gives it back. Stops the process when the calling thread does not have it.
 *  @lock_any @before_init @after_finalize @tls_destructor */
GIL_API void GilRecursiveMutex_Unlock(GilRecursiveMutex *m);
/** 1 when the calling thread has it, else 0.
 *  @lock_any @before_init @after_finalize @tls_destructor @signal_safe */
GIL_API int GilRecursiveMutex_IsLockedByCurrentThread(GilRecursiveMutex *m);

/**
 * A lock that many threads hold to read, or one to write; `{0}` is open. It is handed on in order of arrival, to all
 * readers that stand before the next writer or to one writer: neither kind starves the other. So a thread that reads
 * must not begin to read a second time: a writer may stand between. It cannot be changed from one kind into the other
 * while it is held.
 */
typedef struct {
    uint32_t _bits; /* lib/sync/rwlock.h */
} GilRWMutex;

/** Take it to read.
 *  @lock_any @before_init @after_finalize @tls_destructor @blocks */
GIL_API void GilRWMutex_RLock(GilRWMutex *rw);
/** Take it to read if nobody writes or waits: 1, else 0.
 *  @lock_any @before_init @after_finalize @tls_destructor */
GIL_API int GilRWMutex_TryRLock(GilRWMutex *rw);
/** As GilMutex_LockTimed(), to read.
 *  @lock_any @before_init @after_finalize @tls_destructor @blocks @reenters */
GIL_API int GilRWMutex_RLockTimed(GilRWMutex *rw, uint64_t ns, unsigned flags);
/** Give it back after reading. Stops the process when nobody reads.
 *  @lock_any @before_init @after_finalize @tls_destructor */
GIL_API void GilRWMutex_RUnlock(GilRWMutex *rw);
/** Take it to write.
 *  @lock_any @before_init @after_finalize @tls_destructor @blocks */
GIL_API void GilRWMutex_Lock(GilRWMutex *rw);
/** Take it to write if nobody has it: 1, else 0.
 *  @lock_any @before_init @after_finalize @tls_destructor */
GIL_API int GilRWMutex_TryLock(GilRWMutex *rw);
/** As GilMutex_LockTimed(), to write.
 *  @lock_any @before_init @after_finalize @tls_destructor @blocks @reenters */
GIL_API int GilRWMutex_LockTimed(GilRWMutex *rw, uint64_t ns, unsigned flags);
/** Give it back after writing. Stops the process when nobody writes.
 *  @lock_any @before_init @after_finalize @tls_destructor */
GIL_API void GilRWMutex_Unlock(GilRWMutex *rw);

/** How a lock is used that is not the library's: a std::mutex, a lock of another library. Each function returns 0
 *  when it worked. EOWNERDEAD and ENOTRECOVERABLE mean what they mean of a robust pthread_mutex_t: the lock is the caller's, and
 *  what it protects may be broken; and nobody will get it again. */
typedef struct {
    int (*try_lock)(void *lock); /**< not 0 also when somebody has it */
    int (*lock)(void *lock);     /**< may wait; not 0: it failed, and will fail again */
    int (*unlock)(void *lock);
} GilForeignLock;

/**
 * Take a foreign lock from an attached thread without a deadlock, also beside code that takes it with the
 * interpreter's lock in hand, or waits for the interpreter's lock while holding it. The lock is tried; if somebody
 * has it, the interpreter's lock is left, and the foreign lock is waited for without it. Then the interpreter's lock
 * is tried, and if that cannot be had at once, the foreign lock is given back before it is waited for: never is one
 * of the two waited for by a caller of this who has the other. There is no order among those that wait. A thread that
 * is not attached calls how->lock().
 * @return 0, and the lock is the caller's, to be given back by its own means; EOWNERDEAD, and it is the caller's as well; ENOTRECOVERABLE;
 *         else what how->lock() returned. No exception is set.
 * @lock_any @before_init @after_finalize @tls_destructor @blocks
 */
GIL_API int GilForeignLock_Lock(const GilForeignLock *how, void *lock);
/**
 * GilForeignLock_Lock() for a pthread_mutex_t.
 * @return 0, or an error number of pthread_mutex_lock(). EOWNERDEAD of a robust mutex means, as there, that it is the caller's; the
 *         interpreter's lock is then waited for with it in hand, since it could be given back only by declaring it lost.
 * @lock_any @before_init @after_finalize @tls_destructor @blocks
 */
GIL_API int GilForeignLock_LockPthread(pthread_mutex_t *mutex);

/**
 * The critical sections of CPython: braces, as in its builds that have a lock. An attached thread is alone with the
 * objects of its interpreter until it calls something marked `@blocks` or `@reenters`; a critical section ends there,
 * too, where it is more than braces.
 */
#define Gil_BEGIN_CRITICAL_SECTION(op) {
#define Gil_END_CRITICAL_SECTION() }
#define Gil_BEGIN_CRITICAL_SECTION2(a, b) {
#define Gil_END_CRITICAL_SECTION2() }

GIL_END_DECLS

#endif
