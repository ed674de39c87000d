/* SPDX-License-Identifier: MIT */
/**
 * @file
 * The end of an interpreter, and of the runtime, as others may follow it: calls at exit, and the steps of the
 * end as events. The steps themselves are told at Gil_FinalizeEx() (config.h).
 */
#ifndef GILRT_LIFE_H
#define GILRT_LIFE_H

#include <gilrt/base.h>

GIL_BEGIN_DECLS

/** @name Calls at exit
 *  @{ */
/**
 * Have func(data) called when the interpreter ends, before anything of it is taken away: attached, in the
 * thread that ends it, last registered first. It may do whatever the interpreter offers, leave the lock, and
 * register more calls, which are made in the next round; after 16 rounds what is left is dropped and counted
 * (Gil_GetFinalizeReport()). It cannot open guards any more. An exception that it leaves behind is reported as
 * GilErr_WriteUnraisable() does. There may be any number; each registration is one call.
 * @param interp  that which the calling thread is attached to
 * @return 0; -1 with MemoryError, with RuntimeError when the calls at exit are over, with SystemError when
 *         interp is another interpreter or func is NULL.
 * @lock_held
 */
GIL_API int GilUnstable_AtExit(GilInterpreterState *interp, void (*func)(void *), void *data);
/**
 * Have func() called at the end of the next Gil_FinalizeEx() that succeeds, when there is no interpreter any
 * more: in the thread that called it, last registered first. It must not use the runtime, except to register
 * another, which is called, too, in the next round; after 16 rounds what is left is dropped and counted, as
 * above. There may be any number, registered at any time, also before the runtime is started.
 * @return 0; -1 when memory lacks or func is NULL.
 * @lock_any @before_init @after_finalize @tls_destructor
 */
GIL_API int Gil_AtExit(void (*func)(void));
/** @} */

/** @name Events
 *  @{ */
#define GIL_LIFE_STARTED 1  /**< the interpreter can be used; attached */
#define GIL_LIFE_CLOSING 2  /**< it lets nobody in any more, and no other step of its end comes before this was told;
                                 attached, but where the end is asked for or begun by a view, and, of interpreters that
                                 end with the runtime, where somebody inside the main one had to be waited for */
#define GIL_LIFE_BUSY 3     /**< who wants to end it has waited in vain (GIL_FINALIZE_BUSY); attached, but where
                                 it is ended by a view. Whether it lets in again is told by GIL_LIFE_OPENED */
#define GIL_LIFE_CLOSED 4   /**< nobody is inside: from here the end cannot be undone. Calls at exit follow; attached */
#define GIL_LIFE_TEARDOWN 5 /**< calls at exit are over, other threads do not get the lock any more; modules go
                                 next; attached */
#define GIL_LIFE_ENDED 6    /**< it is gone; not attached */
#define GIL_LIFE_LATE 7     /**< a thread comes back to it after its end, and will sleep or stop the process; in
                                 that thread, not attached */
#define GIL_LIFE_WAITING 8  /**< who ends it, or gave that up, has waited 0.2 s for its lock, and waits on; not
                                 attached. Told once a wait */
#define GIL_LIFE_OPENED 9   /**< what CLOSING told is taken back, and it lets in again: of each interpreter that had been
                                 told, when an end is given up or GilInterpreterView_CancelEnd() called. Of one whose
                                 end is asked for still it is not told. Not attached, but where it is taken back, and
                                 in the child of a fork that called an end off, after GilForkCalls.child.
                                 CLOSING and OPENED of an interpreter are told by turns, one at a time: if several
                                 threads close and open it at once, by that which is just telling */

/** A step in the life of an interpreter. Grows from version to version. */
typedef struct GilLifeEvent {
    size_t size;      /**< that of this version */
    int kind;         /**< GIL_LIFE_… */
    int64_t interp;   /**< number of the interpreter; of GIL_LIFE_LATE -1: it is not known any more */
    uint64_t count;   /**< of GIL_LIFE_BUSY: who is inside (GilInterpreterState_GetHolders()); of
                           GIL_LIFE_TEARDOWN: calls at exit that were dropped; of GIL_LIFE_ENDED: blocks of its
                           memory that were left, as in GilFinalizeReport; else 0 */
    uint64_t state;   /**< of GIL_LIFE_LATE: the number of the thread's state; of GIL_LIFE_WAITING: of the state
                           that has the lock; else 0 */
    const char *func; /**< of GIL_LIFE_LATE: the function that it comes by; of GIL_LIFE_WAITING: that waits;
                           else NULL. Static */
} GilLifeEvent;

/** What is called with each event. It must not raise, nor wait without a limit for the end of the interpreter that it is told of,
 *  and Gil_FinalizeEx() is -1 in it; where it is called attached it may leave the lock and retake it, and an exception that is
 *  pending in the thread is put aside meanwhile. */
typedef void (*GilLife_HookFunc)(const GilLifeEvent *event, void *data);

/**
 * Have func(event, data) called at each step of the life of every interpreter, from now on; NULL: nothing. One
 * hook a process; the new one takes the place of the old one, which may be running still in another thread, or
 * be about to, with its own data: nobody waits for that, as it may be waiting for the caller. So what data
 * points to is kept as long as any thread may make or end an interpreter, or come too late to one. While there
 * is one, who is late, who keeps the runtime busy and whose lock is waited for is told to it alone: not written
 * to standard error, nor given to Gil_SetErrorPrintHook(). It outlives the runtime's end.
 * @lock_any @before_init @after_finalize @tls_destructor
 */
GIL_API void Gil_SetLifeHook(GilLife_HookFunc func, void *data);
/** @} */

GIL_END_DECLS

#endif
