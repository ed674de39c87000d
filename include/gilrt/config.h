/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Starting and stopping the runtime.
 *
 *     GilConfig config;
 *     GilConfig_Init(&config);
 *     config.module_search_path = "/opt/app/modules";
 *     GilStatus status = Gil_InitializeFromConfig(&config);
 *     if (GilStatus_Exception(status)) {
 *         fprintf(stderr, "%s: %s\n", status.func, status.err_msg);
 *         return 1;
 *     }
 *     ...
 *     return Gil_FinalizeEx() < 0;
 *
 * The thread that starts the runtime is attached to the main interpreter afterwards. It may be stopped and started
 * again any number of times.
 */
#ifndef GILRT_CONFIG_H
#define GILRT_CONFIG_H

#include <gilrt/base.h>

GIL_BEGIN_DECLS

/** @name Status
 *  What functions return that may be called while there is no interpreter to raise an exception in. Its layout is
 *  frozen.
 *  @{ */
typedef struct {
    enum {
        _GilStatus_TYPE_OK = 0,
        _GilStatus_TYPE_ERROR = 1,
        _GilStatus_TYPE_EXIT = 2
    } _type;
    const char *func;    /**< function that failed, or NULL; static */
    const char *err_msg; /**< a sentence for people, of an error; static */
    int exitcode;        /**< of an exit */
} GilStatus;

/** Success.
 *  @lock_any @before_init @after_finalize @tls_destructor @signal_safe */
GIL_API GilStatus GilStatus_Ok(void);
/** Failure; @p err_msg is not copied.
 *  @lock_any @before_init @after_finalize @tls_destructor @signal_safe */
GIL_API GilStatus GilStatus_Error(const char *err_msg);
/** Failure for lack of memory.
 *  @lock_any @before_init @after_finalize @tls_destructor @signal_safe */
GIL_API GilStatus GilStatus_NoMemory(void);
/** The wish that the program ends; the runtime itself never returns one.
 *  @lock_any @before_init @after_finalize @tls_destructor @signal_safe */
GIL_API GilStatus GilStatus_Exit(int exitcode);
/** 1 when @p status is a failure or an exit: what a caller checks.
 *  @lock_any @before_init @after_finalize @tls_destructor @signal_safe */
GIL_API int GilStatus_Exception(GilStatus status);
/** @lock_any @before_init @after_finalize @tls_destructor @signal_safe */
GIL_API int GilStatus_IsError(GilStatus status);
/** @lock_any @before_init @after_finalize @tls_destructor @signal_safe */
GIL_API int GilStatus_IsExit(GilStatus status);
/** @} */

/** @name Configuration
 *  @{ */
/** Values of GilConfig.lock_mode. */
#define Gil_LOCK_MODE_DEFAULT 0 /**< by plain stores where one thread uses the lock alone, where the system has
                                     membarrier(2) */
#define Gil_LOCK_MODE_FENCED 1  /**< without membarrier(2), for sandboxes that will forbid it later */

/** Values of GilConfig.late_policy. */
#define Gil_LATE_SLEEP 0 /**< it sleeps for ever: it may hold locks of the host */
#define Gil_LATE_ABORT 1 /**< the process is stopped, with a sentence: for hosts that rather end than leave a
                              thread behind */

/** Values of GilConfig.exit_policy. */
#define Gil_EXIT_ABORT 0   /**< the process is stopped, with a sentence */
#define Gil_EXIT_RELEASE 1 /**< the lock is left for it, and one line printed: for hosts that cannot see to all
                                their threads */

/** How long Gil_FinalizeEx() waits unless the configuration says otherwise, in ns. */
#define GIL_FINALIZE_TIMEOUT_DEFAULT UINT64_C(10000000000)

/**
 * How the runtime is to be. GilConfig_Init() first; then fields may be set. Texts are read by
 * Gil_InitializeFromConfig() and not kept. The struct grows from version to version: size says which one the program
 * was compiled with.
 */
typedef struct GilConfig {
    size_t size; /**< set by GilConfig_Init(); not to be changed */
    /** Directories where extension modules are looked for first, separated by colons; NULL: none. Relative ones are
     *  made absolute when the runtime starts; empty ones are skipped. After these come those of the environment
     *  variable GILRT_PATH (absolute ones only; see ignore_environment), and the module directory that the library
     *  was built with. */
    const char *module_search_path;
    /** Time after which a thread that wants the lock may ask for it, in ns; 0: 5 000 000. */
    uint64_t switch_interval_ns;
    int lock_mode;          /**< Gil_LOCK_MODE_… */
    int ignore_environment; /**< nonzero: no environment variable is read. They never are in a set-user-id program */
    /** Nonzero: a module is loaded only when its file, and every directory on the way there, can be changed by
     *  nobody but root and the effective user (a sticky directory such as /tmp passes). */
    int strict_paths;
    int report_leaks; /**< nonzero: the end of each interpreter, with the runtime or before it, writes a line for each type of
                       *   objects that were left to stderr; a debug build also for objects that the collector does not know */
    /** How long Gil_FinalizeEx() waits for guards and for threads that entered by a view, in ns; 0:
     *  GIL_FINALIZE_TIMEOUT_DEFAULT; UINT64_MAX: for ever. */
    uint64_t finalize_timeout_ns;
    /** What becomes of a thread that holds no guard and comes back from BEGIN … END, or from a poll, after its
     *  interpreter has ended: Gil_LATE_…. Functions that can fail say so and do neither. */
    int late_policy;
    /** What becomes of a thread that exits attached, so that nobody could take the lock again: Gil_EXIT_…. What
     *  it had open besides (guards, EnsureFromView without Release) stays open, and the end of the interpreter
     *  names it. */
    int exit_policy;
    /** GilLong_SetMaxStrDigits() of the main interpreter from its start; -1: no limit (CPython's 0); 0:
     *  GIL_INT_MAX_STR_DIGITS_DEFAULT. */
    int int_max_str_digits;
} GilConfig;

/** What GilConfig_Init() calls: fill the @p size bytes at @p config with default values, and write no byte beyond.
 *  Nothing is done when @p config is NULL, or no room for its size.
 *  @lock_any @before_init @after_finalize @tls_destructor @signal_safe */
GIL_API void _GilConfig_InitSized(GilConfig *config, size_t size);

/** Fill @p config with default values.
 *  @lock_any @before_init @after_finalize @tls_destructor @signal_safe */
static inline void
GilConfig_Init(GilConfig *config)
{
    _GilConfig_InitSized(config, sizeof(*config));
}
/** @} */

/** @name Life
 *  @{ */
/**
 * Start the runtime with default settings; does nothing when it is started.
 *
 * Differs from Py_Initialize() in that it returns: a library does not end its host because memory lacks. Who wants the
 * reason calls Gil_InitializeFromConfig().
 *
 * @return 0, or -1
 * @lock_any @before_init @after_finalize
 */
GIL_API int Gil_Initialize(void) GIL_MUST_USE;
/**
 * Start the runtime. Afterwards the calling thread is attached to the main interpreter. Does nothing when it is
 * started.
 *
 * @return an error when @p config is NULL or was not filled by GilConfig_Init(), when it sets fields that this version
 *         does not know, or values that it does not allow; when another copy of the library is started in the process;
 *         when memory or descriptors lack; when another thread is just starting or stopping the runtime
 * @lock_any @before_init @after_finalize
 */
GIL_API GilStatus Gil_InitializeFromConfig(const GilConfig *config);
/** What Gil_FinalizeEx() returns when it had to give up: below zero, as every failure is. */
#define GIL_FINALIZE_BUSY (-2)

/**
 * Stop the runtime. Must be called by the thread that started it, attached to the main interpreter with the thread state that it
 * got then, and with nothing else of the runtime active in it. If the host has ended that state, any other of the main interpreter
 * will do; in the child of a fork that by a thread with several there, the one that makes the calls to main (gilrt/fork.h).
 *
 * What can be undone comes first. No guard is given out any more and no thread enters by a view; other threads
 * of the interpreter are asked to come to an end (their next poll raises SystemExit, once); then those that
 * hold a guard or entered by a view are waited for, without the lock, and those that have the lock of an
 * interpreter. If the time that the configuration allows is over and somebody is inside still, or keeps such a
 * lock, all this is taken back, and the answer is GIL_FINALIZE_BUSY: the runtime works on, and the call may be
 * repeated. Signals that come meanwhile are handled by the waiting thread, attached, within 50 ms (gilrt/signal.h); if a callback
 * raises, the end is called off at once, with the same answer and that exception. While an exception is pending, and while only locks
 * are waited for, none is handled.
 * To return GIL_FINALIZE_BUSY it needs the main interpreter's lock, for which it waits as Gil_END_ALLOW_THREADS
 * does, however long another thread keeps that; admission is open by then. Who is inside is written to standard
 * error, unless the host has a hook for it (Gil_SetLifeHook()), and GilInterpreterState_GetHolders() tells it.
 *
 * From there on nothing fails. But a thread without a guard that takes the lock of another interpreter just
 * then, after it was seen to be left, and keeps it in native code is waited for without a limit:
 * GIL_LIFE_WAITING, or a line on standard error, tells which. The calls that GilUnstable_AtExit()
 * registered are made, in rounds until none registers another; an exception that the caller had pending was
 * dropped before. After that no other thread gets the lock any more: one that left it and comes back
 * without a guard sleeps for ever, or stops the process (late_policy). Then cycles are collected, modules
 * are cleared, and the types that are still held, in reverse order; what objects are left by lost
 * references is counted (Gil_GetFinalizeReport()) and given back with the interpreter's memory. Shared
 * objects of modules stay loaded. Last come the calls of Gil_AtExit().
 *
 * @return 0; also when the runtime is not started, and nothing happened. GIL_FINALIZE_BUSY, as said. -1, and
 *         nothing happened, when the calling thread is not the one that started it, or not attached with that state; when
 *         something of the runtime is active in it that would lose its ground, in whichever interpreter (a finalizer,
 *         an import, a call that the runtime makes in between, GilThreadState_Ensure(), a BEGIN that left another state and
 *         whose END is to come, a call at exit or a hook of another interpreter's end, a function of a fork); or when the
 *         runtime is just being stopped
 * @lock_any @before_init @after_finalize @tls_destructor
 * @blocks
 * @reenters  finalizers
 */
GIL_API int Gil_FinalizeEx(void);
/** Gil_FinalizeEx() with a time of its own, in ns: 0 does not wait at all, UINT64_MAX waits for ever.
 *  @return as Gil_FinalizeEx()
 *  @lock_any @before_init @after_finalize @tls_destructor
 *  @blocks
 *  @reenters  finalizers */
GIL_API int Gil_FinalizeTimed(uint64_t timeout_ns);
/** 1 from when Gil_InitializeFromConfig() is done until Gil_FinalizeEx() is.
 *  @lock_any @before_init @after_finalize @tls_destructor @signal_safe */
GIL_API int Gil_IsInitialized(void);
/** 1 while Gil_FinalizeEx() works.
 *  @lock_any @before_init @after_finalize @tls_destructor @signal_safe */
GIL_API int Gil_IsFinalizing(void);

/** What interpreters met at their end, and left over: all that ended since the runtime was started last, one by one or with it.
 *  What each of them left over is told by GIL_LIFE_ENDED (gilrt/life.h). Grows from version to version. */
typedef struct GilFinalizeReport {
    size_t size;        /**< set by GilFinalizeReport_Init() */
    uint64_t stops;     /**< times that the runtime was stopped in this process */
    uint64_t objects;   /**< objects that can be in cycles: their references were lost, or those of what holds them */
    uint64_t blocks;    /**< all blocks of their memory, those of these objects included */
    uint64_t bytes;     /**< their size */
    uint64_t holders;   /**< of a last attempt that ended in GIL_FINALIZE_BUSY: how many were inside; else 0 */
    uint64_t exit_rounds;  /**< rounds of exit calls that it took; of several interpreters the most */
    uint64_t exit_dropped; /**< exit calls, those of Gil_AtExit() too, that were not made: each round brought new ones */
} GilFinalizeReport;

/** Set the size, and everything else to 0.
 *  @lock_any @before_init @after_finalize @tls_destructor @signal_safe */
static inline void
GilFinalizeReport_Init(GilFinalizeReport *report)
{
    GilFinalizeReport empty = {sizeof(*report), 0, 0, 0, 0, 0, 0, 0};
    *report = empty;
}

/** Fill @p report; what the library does not know stays 0.
 *  @return 0, or -1 when @p report is NULL or smaller than any version of it
 *  @lock_any @before_init @after_finalize @tls_destructor @signal_safe */
GIL_API int Gil_GetFinalizeReport(GilFinalizeReport *report);
/** @} */

GIL_END_DECLS

#endif
