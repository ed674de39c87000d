/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Thread states and interpreters: who runs where.
 *
 * A thread runs in an interpreter while a thread state of that interpreter is *attached* to it, which means that it
 * holds the interpreter's lock. A thread has at most one state attached. Foreign threads need not handle states: they
 * enter with GilThreadState_Ensure() (guard.h).
 */
#ifndef GILRT_STATE_H
#define GILRT_STATE_H

#include <gilrt/base.h>

GIL_BEGIN_DECLS

/** The attached state. Stops the process when there is none. Borrowed: it lives until deleted.
 *  @lock_held */
GIL_API GilThreadState *GilThreadState_Get(void);
/** The attached state, or NULL. Exact in every build.
 *  @lock_any @before_init @after_finalize @tls_destructor @signal_safe */
GIL_API GilThreadState *GilThreadState_GetUnchecked(void);
/** 1 when a state is attached to the calling thread, else 0. Exact in every build.
 *  @lock_any @before_init @after_finalize @tls_destructor @signal_safe */
GIL_API int GilThreadState_IsAttached(void);
/** The number of a thread state, from 1 on; never used again in the process. Stops the process on NULL.
 *  @lock_any */
GIL_API uint64_t GilThreadState_GetID(GilThreadState *ts);
/** The interpreter of a thread state. Stops the process on NULL.
 *  @lock_any */
GIL_API GilInterpreterState *GilThreadState_GetInterpreter(GilThreadState *ts);

/**
 * Make a thread state in a living interpreter, not attached. It is the caller's: GilThreadState_Clear() and
 * GilThreadState_Delete() end it; GilEval_RestoreThread() attaches it, in any thread, in one at a time.
 * @return the state; NULL, without an exception, when memory lacks or interp is NULL or no living interpreter.
 * @lock_any @before_init @after_finalize
 */
GIL_API GilThreadState *GilThreadState_New(GilInterpreterState *interp);
/**
 * Let go of every object that ts holds: the pending error, the exception being handled. The calling thread must be
 * attached to the interpreter of ts, with ts or another state; anything else stops the process.
 * @lock_held @reenters
 */
GIL_API void GilThreadState_Clear(GilThreadState *ts);
/** End a cleared state that is not attached; when another thread detached it, once that call has returned there. Stops the
 *  process when it is attached, holds objects still, or is NULL; when it stands between BEGIN and END; and when a
 *  GilThreadState_Release(), or a call of the library that it is in the middle of, comes back to it.
 *  @lock_any */
GIL_API void GilThreadState_Delete(GilThreadState *ts);
/** End the attached state, which must be cleared, and leave the lock. Stops the process when none is attached, and where
 *  GilThreadState_Delete() would for what comes back to it.
 *  @lock_held */
GIL_API void GilThreadState_DeleteCurrent(void);
/**
 * Detach what is attached, if anything, then attach ts, unless it is NULL.
 * @return what was attached, or NULL.
 * @lock_any @blocks
 */
GIL_API GilThreadState *GilThreadState_Swap(GilThreadState *ts);

/** The interpreter of the attached state. Stops the process when not attached.
 *  @lock_held */
GIL_API GilInterpreterState *GilInterpreterState_Get(void);
/** The main interpreter; NULL before initialization and after finalization.
 *  @lock_any @before_init @after_finalize @tls_destructor @signal_safe */
GIL_API GilInterpreterState *GilInterpreterState_Main(void);
/** The number of an interpreter: 0 for the main one, others count up and are never used again; -1 on NULL.
 *  @lock_any */
GIL_API int64_t GilInterpreterState_GetID(GilInterpreterState *interp);

GIL_END_DECLS

#endif
