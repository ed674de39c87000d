/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Interpreters beside the main one: each with objects, modules and memory of its own, and a lock of its own
 * unless it is to share the main one's. All are equal, but that the main interpreter ends last, and all others
 * with it.
 *
 *     GilInterpreterConfig config;
 *     GilThreadState *ts, *before = GilThreadState_Get();
 *     GilInterpreterConfig_Init(&config);
 *     config.memory_limit = 64 << 20;
 *     GilStatus status = Gil_NewInterpreterFromConfig(&ts, &config);   // attached to ts now
 *     ...
 *     if (Gil_EndInterpreter(ts) == 0)                                 // attached to nothing now
 *         GilThreadState_Swap(before);
 */
#ifndef GILRT_INTERP_H
#define GILRT_INTERP_H

#include <gilrt/base.h>
#include <gilrt/config.h>
#include <gilrt/guard.h>

GIL_BEGIN_DECLS

/** @name Configuration
 *  @{ */
/** Values of GilInterpreterConfig.gil. */
#define GilInterpreterConfig_DEFAULT_GIL 0 /**< one of its own; CPython's default is to share */
#define GilInterpreterConfig_SHARED_GIL 1  /**< the main interpreter's: their threads exclude each other */
#define GilInterpreterConfig_OWN_GIL 2     /**< one of its own: they run in parallel */

/** How an interpreter is to be. GilInterpreterConfig_Init() first; then fields may be set. Grows from version
 *  to version. */
typedef struct GilInterpreterConfig {
    size_t size; /**< set by GilInterpreterConfig_Init(); not to be changed */
    int gil;     /**< GilInterpreterConfig_…_GIL */
    int lock_mode; /**< Gil_LOCK_MODE_…, of a lock of its own */
    uint64_t switch_interval_ns;  /**< of a lock of its own, as in GilConfig; 0: that of the calling thread's
                                       interpreter */
    uint64_t finalize_timeout_ns; /**< how long its end waits, as in GilConfig */
    int late_policy;              /**< Gil_LATE_… */
    /** Bytes that its objects may take from the system together; an allocation beyond raises MemoryError.
     *  Memory is taken by 64 KiB, so a limit below some of that is too little to start. As room goes to an end everything is
     *  collected, at a safe point and where collections are enabled (gilrt/gc.h). 0: no limit. */
    size_t memory_limit;
    int forbid_fork;    /**< nonzero: GilInterpreterState_May() says no to GIL_MAY_FORK, and so on */
    int forbid_exec;
    int forbid_threads;
    /** Nonzero: modules are loaded whatever they say of several interpreters (Gil_mod_multiple_interpreters). Only with
     *  GilInterpreterConfig_SHARED_GIL, where their code is never run by two threads at once. */
    int unchecked_modules;
    int exit_policy; /**< Gil_EXIT_…, as in GilConfig */
    int int_max_str_digits; /**< as in GilConfig */
} GilInterpreterConfig;

/** What GilInterpreterConfig_Init() calls: fill the @p size bytes at @p config with default values, and write
 *  no byte beyond. Nothing is done when @p config is NULL, or no room for its size.
 *  @lock_any @before_init @after_finalize @tls_destructor @signal_safe */
GIL_API void _GilInterpreterConfig_InitSized(GilInterpreterConfig *config, size_t size);

/** Fill @p config with default values.
 *  @lock_any @before_init @after_finalize @tls_destructor @signal_safe */
static inline void
GilInterpreterConfig_Init(GilInterpreterConfig *config)
{
    _GilInterpreterConfig_InitSized(config, sizeof(*config));
}
/** @} */

/** @name What its code may do
 *  To the process, which is the host's. Values of @p what, which may be joined.
 *  @{ */
#define GIL_MAY_FORK 1u    /**< fork */
#define GIL_MAY_EXEC 2u    /**< put another program in the place of this one */
/** Run in several threads. Where it is forbidden the interpreter has one thread state, which may be attached by
 *  one thread after the other: GilThreadState_New(), and GilThreadState_Ensure() in a thread that would need a
 *  state of its own, give NULL. */
#define GIL_MAY_THREADS 4u

/**
 * Whether the configuration of the interpreter, which must be alive, allows all of @p what. Everything is
 * allowed in the main one.
 * @return 1 or 0; 0 also when interp is NULL
 * @lock_any
 */
GIL_API int GilInterpreterState_May(GilInterpreterState *interp, unsigned what);
/**
 * The same for the interpreter that the calling thread is attached to, as a function of the host's asks it that
 * is about to do such a thing for the code of an interpreter: fork, execve(), pthread_create().
 * @return 0; -1 with RuntimeError, which names the interpreter and what it may not do
 * @lock_held
 */
GIL_API int GilInterpreterState_CheckMay(unsigned what);
/** @} */

/** @name Birth and end
 *  @{ */
/** What GilInterpreterView_WaitEnd() returns when it has waited in vain because nobody asked for the end. */
#define GIL_END_UNASKED (-3)
/**
 * Make an interpreter. On success the calling thread is attached to it, with the state in *ts, which is the
 * caller's; what was attached is left, for the caller to attach again. The state goes with the interpreter if
 * Gil_EndInterpreter() is given it; if the interpreter ends in any other way, in the same thread or another one, it
 * is the caller's to delete (GilThreadState_Delete()), and not to attach again. Modules are looked for where the main interpreter looks.
 * @return an error, with *ts NULL and what was attached attached still, when ts or config is NULL or config was
 *         not filled by GilInterpreterConfig_Init(), sets fields that this version does not know, or values
 *         that it does not allow; when the runtime is not started, or just being started or stopped; when
 *         memory lacks, the system's or that of the limit
 * @lock_any @before_init @after_finalize
 * @blocks
 */
GIL_API GilStatus Gil_NewInterpreterFromConfig(GilThreadState **ts, const GilInterpreterConfig *config);
/** Gil_NewInterpreterFromConfig() with default values.
 *  @return the state, attached; NULL on failure, without an exception and with what was attached attached still
 *  @lock_any @before_init @after_finalize
 *  @blocks */
GIL_API GilThreadState *Gil_NewInterpreter(void);
/**
 * End the interpreter of ts, which must be attached: anything else stops the process. Its steps are those of
 * Gil_FinalizeEx(): first what can be undone, until the time that the configuration of the interpreter allows
 * is over, then what cannot fail.
 * @return 0: it is gone, and ts with it, and the thread is attached to nothing. GIL_FINALIZE_BUSY: somebody
 *         stayed inside, or another thread is just ending it (GilInterpreterState_GetHolders() names them), or a
 *         signal's callback raised KeyboardInterrupt while it waited, which is set then (gilrt/signal.h);
 *         nothing happened, but if another thread has asked for the end (GilInterpreterView_RequestEnd()), this
 *         one is asked to come to an end like the others. -1 with SystemError, and nothing happened, when it is
 *         the main interpreter, when something of it is active in the calling thread, with this state or another
 *         one (a finalizer, an import, GilThreadState_Ensure() in it, or from it into another, a BEGIN that left another
 *         state of it and whose END is to come), or when the runtime is being stopped, which ends it.
 * @lock_held
 * @blocks
 * @reenters  finalizers
 */
GIL_API int Gil_EndInterpreter(GilThreadState *ts);
/**
 * End the interpreter that a view names, from any thread that is not inside it, and waiting for as long as is
 * said here. What the calling thread is attached to is left meanwhile, and attached again. Thread states that
 * somebody made or got by Gil_NewInterpreterFromConfig() stay theirs to delete.
 * @param timeout_ns  how long to wait for those inside; 0: not at all; UINT64_MAX: for ever
 * @return 0: it is gone; also when it was before. GIL_FINALIZE_BUSY as Gil_EndInterpreter(), or a thread did
 *         not leave its lock. -1, without an exception, and nothing happened, when view is NULL or names the
 *         main interpreter, when the calling thread is attached to it, or in the middle of something of it that
 *         it comes back to (a pending call, a finalizer, a poll whose signal's callback this is in, a stay in
 *         another interpreter that GilThreadState_Release() ends, a BEGIN that left it and whose END is to come, also with
 *         another state attached meanwhile), or between BEGIN and END, or when the runtime is being stopped, which ends it.
 * @lock_any @before_init @after_finalize @tls_destructor
 * @blocks
 * @reenters  finalizers
 */
GIL_API int GilInterpreterView_End(GilInterpreterView *view, uint64_t timeout_ns);
/**
 * Ask for the end of the interpreter that a view names, and do not wait for it: from any thread, also one of
 * its own, as often as one likes. From now on no guard of it is given out and no thread enters by a view; who
 * is inside goes on, also nested, and leaves when it is done. All its other threads are asked to come to an
 * end: their next poll at which no exception is pending raises SystemExit, once, however often the end is tried
 * then. So is who comes in later, by a guard that is open, with a new thread state; who asks, and who carries the end
 * out, is not: but one whose Gil_EndInterpreter() is in vain, and who has not been asked before, is then. It lasts until the interpreter ends, by GilInterpreterView_WaitEnd() or any other call, or
 * GilInterpreterView_CancelEnd().
 * @return 0, also when it was asked for before, or the interpreter is gone; -1, without an exception, when view
 *         is NULL or names the main interpreter, which ends with the runtime.
 * @lock_any @before_init @after_finalize @tls_destructor
 * @blocks
 * @reenters  the hook of Gil_SetLifeHook()
 */
GIL_API int GilInterpreterView_RequestEnd(GilInterpreterView *view);
/**
 * Wait for the end that somebody asked for, or is just carrying out, or asks for meanwhile. Any number of
 * threads may wait, each for its time: one of them carries the end out, which runs finalizers and calls at exit
 * in that thread, and the others wait for that; if its time is over, the next takes it on. What the calling
 * thread is attached to is left meanwhile, and attached again.
 * @param timeout_ns  how long to wait; 0: not at all; UINT64_MAX: for ever
 * @return 0: it is gone. GIL_FINALIZE_BUSY: it is there still: somebody stayed inside
 *         (GilInterpreterView_GetHolders()), or another is at it; what was asked for stays asked for.
 *         GIL_END_UNASKED: nobody has asked for it in that time, or it was taken back; nothing happened. -1,
 *         without an exception, as GilInterpreterView_End(), but the end of the runtime, when it comes, is
 *         waited for; and when the calling thread is just ending it, in a call at exit.
 * @lock_any @before_init @after_finalize @tls_destructor
 * @blocks
 * @reenters  finalizers
 */
GIL_API int GilInterpreterView_WaitEnd(GilInterpreterView *view, uint64_t timeout_ns);
/**
 * Take back what GilInterpreterView_RequestEnd() asked for: the interpreter lets in again, and requests that no
 * thread has heeded yet are dropped. GIL_LIFE_OPENED tells so.
 * @return 0, also when nothing was asked for. GIL_FINALIZE_BUSY: a thread is just waiting for those inside, or
 *         ending it; nothing happened. -1, without an exception: it is gone, or view is NULL.
 * @lock_any @before_init @after_finalize @tls_destructor
 * @blocks
 * @reenters  the hook of Gil_SetLifeHook()
 */
GIL_API int GilInterpreterView_CancelEnd(GilInterpreterView *view);
/** @} */

/** @name Looking at them
 *  @{ */
/**
 * Open a view of each living interpreter, newest first, the main one last: a snapshot. Each is to be closed by
 * GilInterpreterView_Close().
 * @param views  room for @p count of them; may be NULL if that is 0
 * @return how many are alive, which may be more than @p count: the rest has no view. 0 before initialization and after
 *         finalization.
 * @lock_any @before_init @after_finalize @tls_destructor
 */
GIL_API size_t GilInterpreterView_List(GilInterpreterView **views, size_t count);

/** A thread state, for who looks from outside. Grows from version to version. */
typedef struct GilThreadInfo {
    uint64_t state;  /**< its number, as GilThreadState_GetID() gives it: never used again */
    uint64_t thread; /**< pthread_t of the thread that attached it last, as a number; 0: none has yet */
    int attached;    /**< nonzero: it is attached */
    int inside;      /**< nonzero: its thread is inside GilThreadState_EnsureFromView() … GilThreadState_Release() */
} GilThreadInfo;

/** What GilInterpreterView_ListThreads() calls; @p size is that of the caller's GilThreadInfo.
 *  @lock_any @before_init @after_finalize @tls_destructor */
GIL_API size_t _GilInterpreterView_ListThreadsSized(GilInterpreterView *view, GilThreadInfo *threads, size_t count,
                                                    size_t size);

/**
 * Tell which thread states an interpreter has, newest first: a snapshot, which holds nothing and stays true to
 * what was. Attached and inside are as of the moment in which each was looked at.
 * @param threads  room for @p count of them; may be NULL if that is 0
 * @return how many there are, which may be more than @p count; 0 also when the interpreter is gone or view is NULL
 * @lock_any @before_init @after_finalize @tls_destructor
 */
static inline size_t
GilInterpreterView_ListThreads(GilInterpreterView *view, GilThreadInfo *threads, size_t count)
{
    return _GilInterpreterView_ListThreadsSized(view, threads, count, sizeof(GilThreadInfo));
}

/** The memory of an interpreter's objects. Grows from version to version. */
typedef struct GilMemoryStats {
    size_t size;     /**< set by GilMemoryStats_Init() */
    uint64_t blocks; /**< in use */
    uint64_t bytes;  /**< in use, as rounded to size classes */
    uint64_t mapped; /**< taken from the system, free room included */
    uint64_t limit;  /**< what mapped may come to; 0: no limit */
} GilMemoryStats;

/** Set the size, and everything else to 0.
 *  @lock_any @before_init @after_finalize @tls_destructor @signal_safe */
static inline void
GilMemoryStats_Init(GilMemoryStats *stats)
{
    GilMemoryStats empty = {sizeof(*stats), 0, 0, 0, 0};
    *stats = empty;
}

/** Fill @p stats; what the library does not know stays 0.
 *  @return 0; -1 with SystemError when stats is NULL or smaller than any version of it, or interp is not the
 *          interpreter that the calling thread is attached to
 *  @lock_held */
GIL_API int GilInterpreterState_GetMemoryStats(GilInterpreterState *interp, GilMemoryStats *stats);
/** @} */

GIL_END_DECLS

#endif
