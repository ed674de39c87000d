/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Forking a process in which the runtime works.
 *
 * A fork() copies the memory of all threads, and one thread. What the others were in the middle of stays so for ever in the
 * child: locks that they held, lists half changed. GilOS_Fork() makes a child in which the runtime works on; a plain fork()
 * makes one that may call exec or _exit, and nothing else of the runtime, and that is stopped with a sentence when it tries.
 * vfork(), posix_spawn(), system() and popen() need none of this, and none of this is done for them.
 *
 * In the child, which has the forking thread alone:
 * - The interpreter that the thread is attached to goes on as if nothing had happened. So do the others that no other thread was
 *   attached to at that moment, nor to one that shares its lock. The rest has ended: views and guards of it refuse, and a thread
 *   state of it stops the process.
 *   Was the main one among them, then the attached one takes its place and number. Signals that it watched are not watched any
 *   more (GilSignal_Unwatch()): a function for the child may do so anew.
 * - Thread states that another thread attached last are deleted, without any finalizer: what they held is leaked, as is what
 *   those threads had on their stacks. Those that nobody has attached yet stay.
 * - Calls (gilrt/pending.h) that wait for what goes on are made there, too. Those for what has ended are not: their nodes can be posted
 *   elsewhere, and it takes no more. Calls to main are for the main interpreter: if that has ended, they are not made, and what is
 *   posted to main from then on is for the one that has its place. A node that another thread was just about to post, or to call, stays posted for ever.
 * - Guards that another thread opened keep nothing from ending any more; they are still to be closed, and
 *   GilThreadState_Ensure() treats them as GilThreadState_EnsureFromView() treats views. Views stay what they are.
 * - An end that another thread had begun is called off. The forking thread may stop the runtime.
 * - It is the main thread: it makes the calls to main and runs signals' callbacks, with a state that it has attached in the main
 *   interpreter. Of several that is the one attached now, or the one that did so in the parent; one that Ensure lends it, if there is
 *   no other. If it has none of its own there, the first that it attaches and polls with is it, and what came before waits for that.
 * - A GilMutex, or anything of the host's, that another thread held is held still: GilOS_RegisterForkLock().
 */
#ifndef GILRT_FORK_H
#define GILRT_FORK_H

#include <gilrt/base.h>
#include <gilrt/mutex.h>
#include <sys/types.h>

GIL_BEGIN_DECLS

/** @name Forking
 *  @{ */
/**
 * fork() with everything around it. First the functions before (GilOS_AtFork()), then the registered locks, then all locks of the
 * library; after the fork the same backwards, on both sides. If the runtime works, all of it happens attached: a thread that is
 * not enters for so long, and leaves again on both sides: as by END, or as by GilEval_RestoreThread() with the state that it left last
 * (GilEval_SaveThread(), GilEval_ReleaseThread(), GilThreadState_Swap()), or by a view of the main interpreter if it has left none,
 * or that one's interpreter has ended. What a pair of GilThreadState_Ensure() and GilThreadState_Release() has left does not count.
 * @return as fork(): the number of the child, in it 0. -1 with errno, and nothing happened: that of fork(), EAGAIN or ENOMEM; EPERM
 *         when the interpreter forbids it (GilInterpreterConfig.forbid_fork), also one that the thread has left so; ECANCELED when a
 *         function before said no; EDEADLK when called by a function of a fork that is under way; EBUSY when called in a finalizer, a
 *         collection or a call that the runtime makes in between (gilrt/pending.h), in a call at exit or a hook while this thread ends
 *         or makes an interpreter, of whichever of its interpreters that is, while the interpreter or the runtime is coming to its
 *         end, or when the thread cannot enter; what lock() of a registered lock returned, ECANCELED if that was below 0. No exception
 *         is set.
 * @lock_any @before_init @after_finalize
 * @blocks
 * @reenters  the functions before and after
 */
GIL_API pid_t GilOS_Fork(void);
/**
 * The first half of GilOS_Fork(), for a host that calls fork() or clone() itself. Afterwards this thread calls fork(), then
 * GilOS_AfterFork_Parent() or GilOS_AfterFork_Child(), and nothing else of the runtime in between: one that would
 * wait for itself there is stopped with a sentence. A child may call exec or _exit instead. Differs from CPython in that it may refuse.
 * @return 0; -1 with errno, and nothing happened, as GilOS_Fork()
 * @lock_any @before_init @after_finalize
 * @blocks
 * @reenters  the functions before
 */
GIL_API int GilOS_BeforeFork(void) GIL_MUST_USE;
/** In the parent after GilOS_BeforeFork(), also when fork() failed. Stops the process when that was not called by this thread,
 *  and the child of one in which the runtime works. errno is kept.
 *  @lock_any @before_init @after_finalize
 *  @reenters  the functions for the parent */
GIL_API void GilOS_AfterFork_Parent(void);
/** In the child after GilOS_BeforeFork(). Stops the process when that was not called by this thread, and
 *  where the runtime works also the process that forked. errno is kept.
 *  @lock_any @before_init @after_finalize
 *  @reenters  the functions for the child */
GIL_API void GilOS_AfterFork_Child(void);
/** @} */

/** @name Around each fork
 *  @{ */
/** What is to be called around a fork, each with the data that it was registered with; each may be NULL. Attached, if the runtime
 *  works, to the interpreter that is forked from; an exception left behind is reported as GilErr_WriteUnraisable() does, and one
 *  that was pending before is put aside and pending again afterwards, on both sides. */
typedef struct GilForkCalls {
    int (*before)(void *data);  /**< before anything else; last registered first. Other than 0: no fork */
    void (*parent)(void *data); /**< after the fork, also after one that failed or was refused; in the order of registration */
    void (*child)(void *data);  /**< the same in the child, where the runtime works already */
} GilForkCalls;

/**
 * Have @p calls made around each fork from now on. They are copied. If a function before refuses, those of its kind registered
 * earlier are not called, and the functions for the parent are called of those that were, but not its own.
 * @return 0; -1 with errno: EINVAL when calls is NULL, ENOMEM, EDEADLK within such a call. No exception is set.
 * @lock_any @before_init @after_finalize
 * @blocks  while a fork is under way
 */
GIL_API int GilOS_AtFork(const GilForkCalls *calls, void *data);
/** Take back the latest GilOS_AtFork() with these functions and this data.
 *  @return 1; 0: there is none; -1 with errno EDEADLK within such a call
 *  @lock_any @before_init @after_finalize
 *  @blocks  while a fork is under way */
GIL_API int GilOS_CancelAtFork(const GilForkCalls *calls, void *data);

/**
 * Have a lock of the host held by the forking thread during each fork from now on, so that what it protects is whole in the child,
 * and the lock free. Locks are taken in the order of @p rank, after the functions before. If one is busy, they are waited for without the
 * interpreter's lock, each with those of lower ranks in hand, and then the interpreter's lock with all of them, for a limited time: who
 * holds one may wait for the interpreter's lock, and who has that may wait for one of them. What has to be kept is their order:
 * - A thread that takes several of them takes them in the order of their ranks.
 * - One that is held by a thread which waits for the interpreter's lock has a lower rank than one that is waited for with that in
 *   hand. GilForeignLock_Lock() and what waits as it does (gilrt/mutex.h) do not count: they leave it for the wait.
 *
 * Else a fork may wait for ever. The lock must not be held by the thread that forks: that is a deadlock, or, if how->lock() says
 * so, no fork (EDEADLK, say). Whatever else that returns calls the fork off, too, and so does what try_lock() says of a robust lock:
 * of EOWNERDEAD the lock is the forking thread's then, to be made consistent and given back; of ENOTRECOVERABLE it is nobody's.
 *
 * A thread that holds a registered lock must call none of GilOS_Fork(), GilOS_AtFork(), GilOS_RegisterForkLock() and what takes these
 * back: they wait for a fork that is under way, which may be waiting for that very lock. They cannot do without: once a lock is
 * unregistered it may be freed, and until then a fork may be about to take it. So give the lock back first, then unregister it.
 *
 * A lock may be registered more than once, by two that share it, say: it is taken once, in the place of the lowest rank, by the
 * functions given there; and it is to be unregistered as often.
 * @param how    its functions; kept, not copied
 * @param reset  what to call in the child instead of how->unlock(), for a lock that remembers its holder by a number that the
 *               child does not have (an error-checking or recursive pthread_mutex_t does); NULL: unlock
 * @param rank   any number; of one rank they are taken in the order of registration
 * @return 0; -1 with errno: EINVAL when how, one of its functions or lock is NULL, ENOMEM, EDEADLK within a fork's call
 * @lock_any @before_init @after_finalize
 * @blocks  while a fork is under way
 */
GIL_API int GilOS_RegisterForkLock(const GilForeignLock *how, int (*reset)(void *lock), void *lock, unsigned rank);
/** Take back the latest GilOS_RegisterForkLock() of this lock.
 *  @return 1; 0: there is none; -1 with errno EDEADLK within a fork's call
 *  @lock_any @before_init @after_finalize
 *  @blocks  while a fork is under way */
GIL_API int GilOS_UnregisterForkLock(void *lock);
/** @} */

GIL_END_DECLS

#endif
