/* SPDX-License-Identifier: MIT */
/**
 * @file
 * How a thread that the library did not start enters an interpreter, after PEP 788: it names the interpreter by
 * a guard, which also keeps the interpreter from ending meanwhile, or by a view, which does not, and may find
 * it gone.
 *
 *     GilInterpreterGuard *guard = GilInterpreterGuard_FromCurrent();   // in a thread that is attached
 *     ...                                                               // in the foreign thread:
 *     GilThreadStateToken *token = GilThreadState_Ensure(guard);
 *     if (token == NULL)
 *         return;                                                       // no memory
 *     ... call the interpreter ...
 *     GilThreadState_Release(token);
 *     GilInterpreterGuard_Close(guard);
 *
 * A callback that may come at any time, also never or too late, keeps a view instead:
 *
 *     GilThreadStateToken *token = GilThreadState_EnsureFromView(view);
 *     if (token == NULL)
 *         return;                                                       // the interpreter is ending or gone
 *     ... call the interpreter: it does not end before the Release ...
 *     GilThreadState_Release(token);
 */
#ifndef GILRT_GUARD_H
#define GILRT_GUARD_H

#include <gilrt/base.h>

GIL_BEGIN_DECLS

/** While one is open, its interpreter does not end. May be used by any thread, by several at once. */
typedef struct _gilguard GilInterpreterGuard;
/** A name of an interpreter that stays valid when the interpreter is gone. May be used by any thread, by several at
 *  once. A view that is never closed costs its memory, a kilobyte and a half, and holds nothing up. */
typedef struct _gilview GilInterpreterView;
/** What GilThreadState_Release() needs to undo one GilThreadState_Ensure(). */
typedef struct _giltoken GilThreadStateToken;

/** @name Guards
 *  @{ */
/**
 * Open a guard of the interpreter that the calling thread is attached to. Getting one and the interpreter's
 * decision to end exclude each other: who has a guard is waited for, up to the deadline of Gil_FinalizeEx().
 * The guard remembers where it was opened (see GilHolder).
 * @return the guard; NULL with RuntimeError when the interpreter is ending, MemoryError when memory lacks.
 * @lock_held
 */
GIL_API GilInterpreterGuard *GilInterpreterGuard_FromCurrent(void);
/**
 * The same through a view, without being attached.
 * @return the guard; NULL, without an exception, when the interpreter is ending or gone, memory lacks, or view is NULL.
 * @lock_any @before_init @after_finalize @tls_destructor
 */
GIL_API GilInterpreterGuard *GilInterpreterGuard_FromView(GilInterpreterView *view);
/** Close a guard: it is gone when this returns. Cannot fail; NULL is let through.
 *  @lock_any @before_init @after_finalize @tls_destructor */
GIL_API void GilInterpreterGuard_Close(GilInterpreterGuard *guard);

/** What the macro GilInterpreterGuard_FromCurrent() calls. The end of the file's name is copied; NULL: not known.
 *  @lock_held */
GIL_API GilInterpreterGuard *_GilInterpreterGuard_FromCurrentAt(const char *file, int line);
/** What the macro GilInterpreterGuard_FromView() calls.
 *  @lock_any @before_init @after_finalize @tls_destructor */
GIL_API GilInterpreterGuard *_GilInterpreterGuard_FromViewAt(GilInterpreterView *view, const char *file, int line);
#define GilInterpreterGuard_FromCurrent() _GilInterpreterGuard_FromCurrentAt(__FILE__, __LINE__)
#define GilInterpreterGuard_FromView(view) _GilInterpreterGuard_FromViewAt(view, __FILE__, __LINE__)
/** @} */

/** @name Views
 *  @{ */
/** A view of the interpreter that the calling thread is attached to. Never NULL: it takes no memory of its own.
 *  @lock_held */
GIL_API GilInterpreterView *GilInterpreterView_FromCurrent(void);
/** A view of the main interpreter. NULL, without an exception, before initialization and after finalization.
 *  @lock_any @before_init @after_finalize @tls_destructor */
GIL_API GilInterpreterView *GilInterpreterView_FromMain(void);
/** A view of the interpreter that an open guard keeps: for what takes a view (GilPending_Post(),
 *  GilObject_DecrefLater(), GilInterpreterView_GetHolders()) in a thread that has a guard. Takes no memory, and
 *  is closed like any other.
 *  @return NULL, without an exception, when guard is NULL
 *  @lock_any @before_init @after_finalize @tls_destructor @signal_safe */
GIL_API GilInterpreterView *GilInterpreterView_FromGuard(GilInterpreterGuard *guard);
/** The number of the interpreter, as GilInterpreterState_GetID() gives it, also when it is gone; -1 on NULL.
 *  Numbers are never used again, so two views with one number are of one interpreter; but the main one's is 0
 *  in each start of the runtime.
 *  @lock_any @before_init @after_finalize @tls_destructor @signal_safe */
GIL_API int64_t GilInterpreterView_GetID(GilInterpreterView *view);
/** Close a view: it is gone when this returns, the guards opened from it are not. Cannot fail; NULL is let through. Views of one
 *  interpreter are told apart by nothing but their number: to close one twice is to close another's, and the process is stopped when
 *  the last one of a living interpreter is closed once too often.
 *  @lock_any @before_init @after_finalize @tls_destructor */
GIL_API void GilInterpreterView_Close(GilInterpreterView *view);
/** @} */

/** @name Entering
 *  @{ */
/**
 * Attach the calling thread to the guard's interpreter, whatever it was doing. Uses the state that is attached if it is
 * of that interpreter; else the one that the thread left there last; else a new one, which the library keeps for the
 * thread until the thread exits. May be nested to any depth, also across interpreters: what was attached is left, and
 * attached again by the GilThreadState_Release() that belongs to it. errno is kept.
 * @return a token for GilThreadState_Release(); NULL, without an exception and with nothing changed, when
 *         memory lacks, or in a destructor of thread-specific data that runs after the library's own, when the
 *         thread has no state any more. Stops the process when guard is NULL.
 * @lock_any @tls_destructor @blocks
 */
GIL_API GilThreadStateToken *GilThreadState_Ensure(GilInterpreterGuard *guard);
/**
 * The same through a view. What a guard would do lasts until the GilThreadState_Release(): the interpreter does
 * not end. Costs two atomic steps more than GilThreadState_Ensure() with a guard that is kept; none inside
 * another pair of this function.
 * @return as GilThreadState_Ensure(); NULL also when the interpreter is ending or gone, unless this thread is
 *         in it by an outer pair of this function, which then succeeds. Stops the process when view is NULL.
 * @lock_any @after_finalize @tls_destructor @blocks
 */
GIL_API GilThreadStateToken *GilThreadState_EnsureFromView(GilInterpreterView *view);
/**
 * Undo the GilThreadState_Ensure() or GilThreadState_EnsureFromView() that gave the token, which must be the
 * last one not undone, in the same thread, with the state attached as it left it: anything else stops the
 * process. At the outermost Release of a state that the library made for the thread, an exception still pending is dropped, with what
 * else was for this stay; a state of the thread's own, which it has left by a BEGIN, keeps what it has. errno is kept.
 * @lock_held @blocks @reenters
 */
GIL_API void GilThreadState_Release(GilThreadStateToken *token);
/** @} */

/** @name Who keeps an interpreter from ending
 *  @{ */
#define GIL_HOLDER_GUARD 1 /**< an open guard */
#define GIL_HOLDER_VISIT 2 /**< a thread inside GilThreadState_EnsureFromView() … GilThreadState_Release(), or one that ended there */
#define GIL_HOLDER_CALL 3  /**< a thread inside a call of the library that makes or ends another interpreter, or
                                forks; or that could not end this one, and waits for its lock */
#define GIL_HOLDER_ENDER 4 /**< another thread is just ending it, or trying to */
/** A thread that has the interpreter's lock at this moment, and is neither inside by a view nor the calling
 *  one. An end from outside (GilInterpreterView_End()) waits until it leaves that, and so does one from within
 *  that had to wait for somebody else. */
#define GIL_HOLDER_LOCK 5
#define GIL_HOLDER_EXIT 6 /**< a thread that exits, and lets go of the objects that its state held: finalizers run */

/** Somebody whom the end of an interpreter has to wait for. Grows from version to version. */
typedef struct GilHolder {
    int kind;        /**< GIL_HOLDER_… */
    int line;        /**< of a guard: where it was opened; 0: not known */
    char file[48];   /**< of a guard: the same, the end of the name; "": not known; of a call: the function */
    uint64_t thread; /**< pthread_t of the thread that opened the guard, or of whom this tells, as a number */
    uint64_t state;  /**< number of the thread state that is inside by a view, or has the lock; of others 0 */
    uint64_t age_ns; /**< of a guard, a call and an exit: since when; of others 0 */
} GilHolder;

/** What GilInterpreterState_GetHolders() calls; @p size is that of the caller's GilHolder.
 *  @lock_any */
GIL_API size_t _GilInterpreterState_GetHoldersSized(GilInterpreterState *interp, GilHolder *holders, size_t count,
                                                    size_t size);

/**
 * Tell who keeps an interpreter, which must be alive, from ending. First, newest first, each open guard with
 * the place where it was opened, each call of the library, and each thread that exits; then each thread that is
 * inside by a view; last who is ending the interpreter, or else who has its lock. For a host that got
 * GIL_FINALIZE_BUSY, and for finding leaks before. Of others' guards and threads it is a snapshot.
 * @param holders  room for @p count of them; may be NULL if that is 0
 * @return how many there are, which may be more than @p count; 0 also when interp is NULL
 * @lock_any
 */
static inline size_t
GilInterpreterState_GetHolders(GilInterpreterState *interp, GilHolder *holders, size_t count)
{
    return _GilInterpreterState_GetHoldersSized(interp, holders, count, sizeof(GilHolder));
}

/** What GilInterpreterView_GetHolders() calls; @p size is that of the caller's GilHolder.
 *  @lock_any @after_finalize */
GIL_API size_t _GilInterpreterView_GetHoldersSized(GilInterpreterView *view, GilHolder *holders, size_t count,
                                                   size_t size);

/** GilInterpreterState_GetHolders() of the interpreter that a view names, which may be gone: then there are none.
 *  @lock_any @after_finalize */
static inline size_t
GilInterpreterView_GetHolders(GilInterpreterView *view, GilHolder *holders, size_t count)
{
    return _GilInterpreterView_GetHoldersSized(view, holders, count, sizeof(GilHolder));
}
/** @} */

GIL_END_DECLS

#endif
