/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Getting a thread out of what it waits for: unblock functions of blocking calls, a descriptor that native code can poll, and
 * the questions that it asks on its way.
 *
 * Something may be asked of a thread while it is in native code: an interrupt, a signal to be handled, a pending call, an
 * asynchronous exception, the end of its interpreter. A thread that computes looks at its next Gil_Poll(), one in an interruptible
 * wait of the library is woken; but one that sleeps in a system call, or in somebody else's library, has to be told in a way that
 * only the code around that call knows. That is the region's unblock function:
 *
 *     Gil_BEGIN_BLOCKING_CALL_UBF(GilUnblock_Eventfd, &wake)
 *     while (!GilErr_AreSignalsPending(NULL) && (n = wait_for_data(fd, wake)) == 0)
 *         continue;
 *     Gil_END_BLOCKING_CALL_UBF
 *     if (Gil_Poll() < 0)
 *         return NULL;
 *
 * The function is to make what the region does return soon, whenever it is called between the two. It may be called any number
 * of times, also before the region has come to its system call, which is why whoever wants the thread calls it again until the
 * thread has left the region or does what it was asked. It is never called after the END has begun to return, nor twice at once.
 *
 * Who calls it, and when:
 * - GilThreadState_Interrupt() and GilThreadState_Unblock(), at once and, as long as they wait, after 1 ms, 2 ms and so on, every
 *   50 ms at last;
 * - the end of an interpreter, while it waits for those inside, in the same manner;
 * - whoever posts a pending call or an asynchronous exception to the thread, once;
 * - the thread itself, once, where something is asked already when the region begins;
 * - a signal handler (gilrt/signal.h), once, if the function is safe there: the ready ones are.
 *
 * Once is enough for a function whose effect stays until the thread finds it: an eventfd or a pipe that is readable, a socket that
 * is shut down, a flag beside a condition under its mutex. It is enough for the ready functions, GilUnblock_Signal() included, whose
 * signal is sent again until the thread has come out. A function of the host's whose effect may be lost on a thread that has not come to
 * its call yet (a condition signalled without a flag, pthread_kill()) calls GilUnblock_Signal() as well, or the call has a time limit
 * and is repeated while !GilErr_AreSignalsPending(NULL), or who asks waits.
 *
 * In which state: in the thread that asks, or in the thread itself, not attached, with no mutex of the library held, except that one
 * that is safe in a signal handler may be called in any state. It must not wait for the thread that it is to wake, nor for
 * the interpreter's lock, must return, and should be quick: the region's END waits for the end of a call.
 *
 * A thread that ends within its region, by pthread_exit() or by being cancelled, leaves it when the library's destructor of
 * thread-specific data runs, after its stack was unwound. The function may still be called until then: what it uses lives as long, and
 * is not on that stack, or the thread disables cancellation in the region. In C++ the region is left when its scope is unwound
 * (gil::interruptible_call).
 */
#ifndef GILRT_UNBLOCK_H
#define GILRT_UNBLOCK_H

#include <gilrt/lock.h>

GIL_BEGIN_DECLS

/** @name Blocking calls that can be interrupted
 *  @{ */
/** Makes the region that it was given with come to an end; see the head of this file. */
typedef void (*GilUnblock_Func)(void *arg);

/** Flag of a region: the function may be called from a signal handler, and by who holds mutexes of the library. */
#define GIL_UNBLOCK_SIGNAL_SAFE 1u

/** What a region keeps on its stack: the one around it. ABI. */
struct _GilRegion {
    GilUnblock_Func func;
    void *arg;
    uint32_t bits;
};

/** What Gil_BEGIN_BLOCKING_CALL_UBF_EX does. ABI, not API, like the next.
 *  @lock_held */
GIL_API GilThreadState *_GilEval_LeaveRegion(struct _GilCallSite *site, struct _GilRegion *region, GilUnblock_Func func,
                                             void *arg, unsigned flags);
/** What Gil_END_BLOCKING_CALL_UBF does.
 *  @lock_free @blocks */
GIL_API void _GilEval_ReturnRegion(GilThreadState *save, struct _GilRegion *region);

/** Gil_BEGIN_BLOCKING_CALL with an unblock function, called as func(arg): see the head of this file. Regions may be nested, by way
 *  of a callback: the innermost counts. Leaving it by `return`, `goto`, an exception or longjmp() is an error, as there. errno is
 *  kept. Stops the process when func is NULL. */
#define Gil_BEGIN_BLOCKING_CALL_UBF(func, arg) Gil_BEGIN_BLOCKING_CALL_UBF_EX(func, arg, 0)
/** The same with GIL_UNBLOCK_SIGNAL_SAFE, or 0. The ready functions are safe with either. */
#define Gil_BEGIN_BLOCKING_CALL_UBF_EX(func, arg, flags)                                                         \
    {                                                                                                            \
        static struct _GilCallSite _gil_site = {__FILE__, __LINE__, _Gil_SITE_BLOCKING, {0, 0, 0, 0}};           \
        struct _GilRegion _gil_region;                                                                           \
        GilThreadState *_save = _GilEval_LeaveRegion(&_gil_site, &_gil_region, (func), (arg), (flags));
/** The end of both: waits until a call of the function that is under way is over, and is attached again. */
#define Gil_END_BLOCKING_CALL_UBF                \
        _GilEval_ReturnRegion(_save, &_gil_region); \
    }
/** @} */

/** @name Ready unblock functions
 *  Both may be called from signal handlers, and keep errno.
 *  @{ */
/** Write to an eventfd, which the region waits for beside its own descriptors, and drains. @p arg: an int, the descriptor.
 *  @lock_any @before_init @after_finalize @tls_destructor @signal_safe */
GIL_API void GilUnblock_Eventfd(void *arg);

/** The calling thread as GilUnblock_Signal() finds it. */
typedef struct {
    long _process, _thread; /* lib/state/interrupt.c */
} GilUnblockSelf;
/**
 * Say which signal GilUnblock_Signal() sends: the library reserves none by itself. Its action becomes an empty handler without
 * SA_RESTART, so that system calls end with EINTR; 0 gives the signal up and restores what was there. What has been sent and has not come
 * is discarded, by ignoring the signal for a moment: also what somebody else has sent, which would have done nothing.
 * @return 0; -1 when the number is none that can be caught, when the signal has a handler or is ignored, or when another one was given
 *         before; with 0, when a thread is yet to come out of a region that it was asked to leave, with whatever function: then it
 *         stays as it is. No exception is set.
 * @lock_any @before_init @after_finalize @tls_destructor
 */
GIL_API int GilUnblock_UseSignal(int signum);
/** Fill @p self with the calling thread, for a region that begins next.
 *  @return 0; -1 when self is NULL, no signal was given (GilUnblock_UseSignal()), or the thread has it blocked: then
 *          GilUnblock_Signal() could not wake it. No exception is set.
 *  @lock_any @before_init @after_finalize @tls_destructor */
GIL_API int GilUnblockSelf_Init(GilUnblockSelf *self);
/** Send that signal to a thread. @p arg: the GilUnblockSelf that it has filled. It reaches a system call that sleeps, and is lost on
 *  one that has not begun: the next sending reaches that. It is sent again by a timer of the system's (timer_create(2)), after 1 ms and
 *  then every 20 ms, as long as the thread has a region open and something is asked of it, so more than one system call may
 *  end with EINTR; where there is no timer to be had (RLIMIT_SIGPENDING), by who asks again. In the child of a fork it is sent to the
 *  thread that forked.
 *  @lock_any @before_init @after_finalize @tls_destructor @signal_safe */
GIL_API void GilUnblock_Signal(void *arg);
/** @} */

/** @name Asking
 *  @{ */
/**
 * Interrupt a thread: its next poll raises KeyboardInterrupt, once however often it was asked; a request that a thread has not met
 * is dropped at its outermost GilThreadState_Release(), if the library made the state for it. It is woken from an
 * interruptible wait, its cancel descriptor becomes readable, and if it is in a region its unblock function is called; again and
 * again, as long as this call waits, which it does detached.
 * @param ts  any living thread state; a pointer to one that is gone is noticed, unless another stands in its place
 * @param ns  for how long to wait at most until the thread is in no region, or has polled; 0: not at all. A thread that
 *            asks itself does not wait
 * @return 1 when it is in none; 0 when it is still: the request stands; -1 when ts is NULL or none of the living. No
 *         exception is set.
 * @lock_any @before_init @after_finalize @tls_destructor @blocks
 */
GIL_API int GilThreadState_Interrupt(GilThreadState *ts, uint64_t ns);
/** The same without a request of its own: for something else that was asked of the thread, such as an asynchronous exception. A
 *  thread of which nothing is asked is left alone.
 *  @return as GilThreadState_Interrupt()
 *  @lock_any @before_init @after_finalize @tls_destructor @blocks */
GIL_API int GilThreadState_Unblock(GilThreadState *ts, uint64_t ns);
/** @} */

/** @name Being asked
 *  @{ */
/* The bits of brk that say that something is asked; not that the lock is wanted, nor that a collection is due. */
#define _Gil_BRK_ASKED \
    (_Gil_BRK_POLL_MASK & ~(_Gil_BRK_PREEMPT | _Gil_BRK_COLLECT | _Gil_BRK_SHARED))

/** Whether something is asked of a thread: a look, without the lock, at what GilErr_CheckSignals() would meet. @p ts: a state of
 *  the calling thread, attached or left; NULL: the current one, left by a BEGIN macro or attached.
 *  @return 1 or 0; 0 also where ts is NULL and there is no current one.
 *  @lock_any @before_init @after_finalize @tls_destructor @signal_safe */
static inline int
GilErr_AreSignalsPending(GilThreadState *ts)
{
    struct _GilThreadBlock *block = ts != NULL ? (struct _GilThreadBlock *)(void *)ts : _Gil_thread;

    return block != NULL && (__atomic_load_n(&block->brk, __ATOMIC_RELAXED) & _Gil_BRK_ASKED) != 0;
}

/**
 * Do what is asked of the calling thread: run signal callbacks (in the main thread of the main interpreter), raise what was sent to
 * it, make pending calls, collect if that is due. What Gil_Poll() does, but for giving way to others.
 * @return 0; -1 with an exception set.
 * @lock_held @blocks @reenters
 */
GIL_API int GilErr_CheckSignals(void);
/**
 * GilErr_CheckSignals() from between a BEGIN and its END: attaches if anything is asked, does it, and is detached again. Costs one
 * look otherwise. In a region the unblock function is not called meanwhile.
 * @param ts  the state that was left; NULL: that which a BEGIN macro of the calling thread left
 * @return 0; -1 with an exception set, which is there after the END, or without one when the interpreter has ended, and an END
 *         would not return. Stops the process when the thread is attached, or ts is NULL and it has left none.
 * @lock_free @blocks @reenters
 */
GIL_API int GilErr_CheckSignalsDetached(GilThreadState *ts);
/**
 * A descriptor that is readable while something is asked of the calling thread: for poll(2) and epoll(7) beside one's own. It
 * is made at the first call and belongs to the thread state, which closes it at its end; the caller only waits for it, and neither
 * reads nor closes it. What clears it is GilErr_CheckSignals(), the form of it for detached threads, Gil_MakePendingCalls() where
 * calls are all that is asked, or Gil_Poll(). It may be readable though nothing is asked any more (the end of an interpreter was
 * taken back): the first three of these clear it then. In the child of GilOS_Fork() the same number is a descriptor of the child's
 * own, also where no other descriptor is left; an epoll set has to be told of it again. Only where none can be made at all (by
 * memory, or a limit below that number) it is closed there, and the next call of this function in the child tries anew.
 * @return the descriptor, with FD_CLOEXEC; -1 with OSError
 * @lock_held
 */
GIL_API int GilThreadState_GetCancelFD(void);
/** @} */

GIL_END_DECLS

#endif
