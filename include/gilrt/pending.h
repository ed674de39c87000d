/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Calls into a running runtime: have a function called, an exception raised, or a reference given back, by a thread
 * that is attached, at its next safe point.
 *
 *     static int reload(void *arg);                                 // runs attached: it may use objects
 *     static GilPendingNode node = GIL_PENDING_NODE_INIT(reload, NULL);
 *     ...
 *     GilPending_PostToMain(&node);                                 // from any thread, from a signal handler
 *
 * A safe point is Gil_Poll(), GilEval_Yield(), and a wait of the library with GIL_WAIT_INTERRUPTIBLE, which is woken
 * for that. A thread between Gil_BEGIN_ALLOW_THREADS and Gil_END_ALLOW_THREADS is not: it comes to its calls at the
 * first safe point after the END. No call is made while an exception is pending in the thread, nor within another
 * pending call or a signal's callback of the same thread, also where that has entered another interpreter.
 *
 * A call returns 0, or -1 with an exception set. That exception is what the safe point fails with; the calls after it
 * are made at the next one. Calls to one target begin in the order in which they were accepted. A safe point makes
 * the calls that it finds, and not those that they post.
 *
 * WHAT IS ACCEPTED IS CALLED, once. At its end an interpreter makes what is left, in the thread that ends it, whatever
 * call of another interpreter that is in, and from then on refuses: GIL_PENDING_ENDED. A call to a thread whose state
 * ends before is made by another thread of its interpreter. An exception that a call raises at the end is reported as
 * GilErr_WriteUnraisable() does.
 */
#ifndef GILRT_PENDING_H
#define GILRT_PENDING_H

#include <gilrt/base.h>
#include <gilrt/guard.h>

GIL_BEGIN_DECLS

/** There is no such target, or it is just being made, or has ended; nothing was accepted. */
#define GIL_PENDING_ENDED (-1)
/** The target has no room at present, or memory lacks; nothing was accepted. */
#define GIL_PENDING_FULL (-2)
/** So many calls of Gil_AddPendingCall(), and of GilPending_Add() for each interpreter, may wait at once. */
#define GIL_PENDING_ROOM 32

/** @name Nodes
 *  @{ */
/** A call, in memory of the caller's: so there is nothing that posting it could lack. Initialised once; it may be
 *  posted again and again, to different targets, but is in one queue at most. It must stay where it is while it is
 *  posted; from the beginning of its call on it is the caller's again, who may post it, change it, or free it
 *  there. */
typedef struct GilPendingNode {
    struct GilPendingNode *next; /**< the library's */
    int (*func)(void *arg);      /**< what is to be called; not changed while it is posted */
    void *arg;                   /**< with what */
    uint32_t state;              /**< the library's */
} GilPendingNode;
/** A node that is not posted. */
#define GIL_PENDING_NODE_INIT(func, arg) {NULL, (func), (arg), 0}

/** Make @p node ready. Not while it is posted.
 *  @lock_any @before_init @after_finalize @tls_destructor @signal_safe */
static inline void
GilPendingNode_Init(GilPendingNode *node, int (*func)(void *arg), void *arg)
{
    node->next = NULL;
    node->func = func;
    node->arg = arg;
    __atomic_store_n(&node->state, 0u, __ATOMIC_RELAXED);
}
/** Whether the call of @p node was posted and has not begun. If not, the library does not touch it any more.
 *  @lock_any @before_init @after_finalize @tls_destructor @signal_safe */
static inline int
GilPendingNode_IsPosted(const GilPendingNode *node)
{
    return __atomic_load_n(&node->state, __ATOMIC_ACQUIRE) != 0;
}

/**
 * Have the call made by the thread that started the runtime, with the state that it was given there, in the main
 * interpreter; in the child of a fork by the thread that forked, if that interpreter goes on (gilrt/fork.h). Async-signal-safe and lock-free. errno is kept.
 * @return 0; 1: the node is posted already, or another thread is just posting it, and its answer holds for both:
 *         there will be one call, and it begins after this; GIL_PENDING_ENDED before the start of the runtime, from
 *         the end of the main interpreter on, after the host has ended that state, and when node or its function is NULL.
 *         No exception is set.
 * @lock_any @before_init @after_finalize @tls_destructor @signal_safe
 */
GIL_API int GilPending_PostToMain(GilPendingNode *node);
/**
 * Have the call made by any thread of the view's interpreter, by the first that comes to a safe point. Those asleep
 * in an interruptible wait are woken for it; native code of theirs is not told, as it is of a call to main or to its
 * thread (gilrt/unblock.h): another thread may make the call. Async-signal-safe and lock-free; takes longer with many
 * threads in the process if nothing was waiting. errno is kept.
 * @return as GilPending_PostToMain(); GIL_PENDING_ENDED also when view is NULL.
 * @lock_any @before_init @after_finalize @tls_destructor @signal_safe
 */
GIL_API int GilPending_Post(GilInterpreterView *view, GilPendingNode *node);
/**
 * Have the call made by the thread state with that number (GilThreadState_GetID()), of any interpreter. The thread is
 * woken as by GilThreadState_SetAsyncExc(): its unblock function is called here, and what the calling thread is attached to is
 * left meanwhile. Takes a mutex: not from a signal handler. errno is kept.
 * @return as GilPending_PostToMain(); GIL_PENDING_ENDED when there is no such thread state.
 * @lock_any @before_init @after_finalize @tls_destructor @blocks
 */
GIL_API int GilPending_PostToThread(uint64_t id, GilPendingNode *node);
/** @} */

/** @name Calls that bring no memory
 *  @{ */
/**
 * GilPending_PostToMain() with a node of the library's, of which there are GIL_PENDING_ROOM. Unlike in CPython it may
 * be called in a signal handler.
 * @return 0; GIL_PENDING_FULL: as many wait already, try again; GIL_PENDING_ENDED as there, and when func is NULL. No
 *         exception is set.
 * @lock_any @before_init @after_finalize @tls_destructor @signal_safe
 */
GIL_API int Gil_AddPendingCall(int (*func)(void *arg), void *arg);
/** The same for GilPending_Post(): each interpreter has GIL_PENDING_ROOM nodes. Async-signal-safe.
 *  @return as Gil_AddPendingCall(); GIL_PENDING_ENDED also when view is NULL.
 *  @lock_any @before_init @after_finalize @tls_destructor @signal_safe */
GIL_API int GilPending_Add(GilInterpreterView *view, int (*func)(void *arg), void *arg);
/** The same for GilPending_PostToThread(). Takes memory, and so any number may wait; not from a signal handler.
 *  @return 0; GIL_PENDING_FULL: no memory; GIL_PENDING_ENDED when there is no such thread state or func is NULL. No
 *  exception is set.
 *  @lock_any @before_init @after_finalize @tls_destructor @blocks */
GIL_API int GilPending_AddToThread(uint64_t id, int (*func)(void *arg), void *arg);
/**
 * Make the calls that a safe point would make: a host without polls may do so wherever it likes. In a pending call,
 * and while an exception is pending, nothing is done.
 * @return 0; -1 with the exception of a call.
 * @lock_held @blocks @reenters
 */
GIL_API int Gil_MakePendingCalls(void);
/** @} */

/** @name Exceptions for other threads
 *  @{ */
/**
 * Have the thread state with that number raise @p exc, a class or an instance, at its next safe point (see above).
 * One exception waits at most: this takes the place of an earlier one; NULL: none is to be raised. The thread must be
 * of the calling thread's interpreter; it may be the calling one. It is woken from an interruptible wait, which then
 * fails; END_ALLOW_THREADS, which cannot fail, leaves the exception to the safe point after it. A thread between
 * BEGIN_ALLOW_THREADS and END is not interrupted, unless it has an unblock function. What waits is dropped when the
 * state is cleared or ends, and at the outermost GilThreadState_Release() of one that the library made.
 * @return 1; 0: there is no such thread state; -1 with TypeError when exc is no exception, MemoryError when memory
 * lacks.
 * @lock_held @blocks @reenters
 */
GIL_API int GilThreadState_SetAsyncExc(uint64_t id, GilObject *exc);
/**
 * From here on no exception of GilThreadState_SetAsyncExc() is raised in the calling thread, until as many
 * GilThreadState_UnmaskAsyncExc() as this: for what must not be left half done. What comes meanwhile waits. Pending
 * calls are made all the same.
 * @lock_held
 */
GIL_API void GilThreadState_MaskAsyncExc(void);
/** Undo one GilThreadState_MaskAsyncExc(); without one the process stops. What has waited is raised by the next safe
 * point.
 *  @lock_held */
GIL_API void GilThreadState_UnmaskAsyncExc(void);
/** Whether an exception waits for the calling thread, masked or not: for native code that runs long and wants to know.
 *  @lock_held */
GIL_API int GilThreadState_HasAsyncExc(void);
/** @} */

/** @name References held by threads that are not attached
 *  @{ */
/**
 * Give a reference back without being attached, where Gil_DECREF() is misuse: a thread of the view's interpreter does
 * it at its next safe point, or the end of the interpreter does. Mostly takes memory; when there is none, a node as
 * of GilPending_Add(); when there is none of these either, the calling thread enters the interpreter and does it
 * itself, which waits for the lock. Not from a signal handler. errno is kept.
 * @param object  of the view's interpreter; NULL is let through
 * @return 0; GIL_PENDING_ENDED when view is NULL or the interpreter makes no more calls: the object goes with it;
 *         GIL_PENDING_FULL when all of the above failed: the reference is still the caller's. No exception is set.
 * @lock_any @before_init @after_finalize @tls_destructor @blocks @reenters
 */
GIL_API int GilObject_DecrefLater(GilInterpreterView *view, GilObject *object);
/** @} */

GIL_END_DECLS

#endif
