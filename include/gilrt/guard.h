/* SPDX-License-Identifier: MIT */
/**
 * @file
 * How a thread that the library did not start enters an interpreter, after PEP 788: it names the interpreter by a guard,
 * which also keeps the interpreter from ending meanwhile.
 *
 *     GilInterpreterGuard *guard = GilInterpreterGuard_FromCurrent();   // in a thread that is attached
 *     ...                                                               // in the foreign thread:
 *     GilThreadStateToken *token = GilThreadState_Ensure(guard);
 *     if (token == NULL)
 *         return;                                                       // no memory
 *     ... call the interpreter ...
 *     GilThreadState_Release(token);
 *     GilInterpreterGuard_Close(guard);
 */
#ifndef GILRT_GUARD_H
#define GILRT_GUARD_H

#include <gilrt/base.h>

GIL_BEGIN_DECLS

/** While one is open, its interpreter does not end. May be used by any thread, by several at once. */
typedef struct _gilguard GilInterpreterGuard;
/** What GilThreadState_Release() needs to undo one GilThreadState_Ensure(). */
typedef struct _giltoken GilThreadStateToken;

/**
 * Open a guard of the interpreter that the calling thread is attached to. Getting one and the interpreter's decision to
 * end exclude each other: who has a guard is waited for.
 * @return the guard; NULL with RuntimeError when the interpreter is ending, MemoryError when memory lacks.
 * @lock_held
 */
GIL_API GilInterpreterGuard *GilInterpreterGuard_FromCurrent(void);
/** Close a guard: it is gone when this returns. Cannot fail; NULL is let through.
 *  @lock_any */
GIL_API void GilInterpreterGuard_Close(GilInterpreterGuard *guard);

/**
 * Attach the calling thread to the guard's interpreter, whatever it was doing. Uses the state that is attached if it is
 * of that interpreter; else the one that the thread left there last; else a new one, which the library keeps for the
 * thread until the thread exits. May be nested to any depth, also across interpreters: what was attached is left, and
 * attached again by the GilThreadState_Release() that belongs to it. errno is kept.
 * @return a token for GilThreadState_Release(); NULL, without an exception and with nothing changed, when memory lacks, or
 *         in a destructor of thread-specific data that runs after the library's own, when the thread has no state any
 *         more. Stops the process when guard is NULL.
 * @lock_any @blocks
 */
GIL_API GilThreadStateToken *GilThreadState_Ensure(GilInterpreterGuard *guard);
/**
 * Undo the GilThreadState_Ensure() that gave the token, which must be the last one not undone, in the same thread, with
 * the state attached as it left it: anything else stops the process. An exception still pending when a thread leaves by its
 * outermost Release is dropped. errno is kept.
 * @lock_held @blocks @reenters
 */
GIL_API void GilThreadState_Release(GilThreadStateToken *token);

GIL_END_DECLS

#endif
