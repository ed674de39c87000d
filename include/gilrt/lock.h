/* SPDX-License-Identifier: MIT */
/**
 * @file
 * The interpreter's lock as users meet it: leaving it around long work, polling, and looking at it. A lock may serve several
 * interpreters (interp.h); what is set or told of it through one of them then holds for all.
 */
#ifndef GILRT_LOCK_H
#define GILRT_LOCK_H

#include <gilrt/base.h>

GIL_BEGIN_DECLS

/** The static record of one place that leaves the lock; its address travels with every transition (ABI). The runtime
 *  writes only @p learned, and only on slow paths. */
struct _GilCallSite {
    const char *file;
    uint32_t line;
    uint32_t kind;       /**< _Gil_SITE_… */
    uint64_t learned[4]; /**< the runtime's; zero at start */
};
/* learned[0]: logarithm of the typical time outside; learned[1]: how many were seen; the rest is 0. */
#define _Gil_SITE_ALLOW 0u
#define _Gil_SITE_BLOCKING 1u

/** Free blocks of one size, each of which begins with the address of the next (ABI). */
struct _GilFreeList {
    void *first; /**< the next to be taken; NULL: ask the library */
};

/** The frozen head of a thread state: what the inline paths work on. */
struct _GilThreadBlock {
    uint32_t st;  /**< _Gil_LAZY or _Gil_ATTACHED; stored by its own thread only */
    uint32_t brk; /**< requests; any bit set sends both transitions to their slow path */
    struct _GilCallSite *site; /**< last place that left the lock, NULL unknown */
    struct _GilFreeList *const *lists; /**< room for new objects: blocks of 16, 32, ... bytes; changes only while attached */
};
#define _Gil_LISTS 32u /* as many; each may be empty at any time */
#define _Gil_LAZY 0u
#define _Gil_ATTACHED 1u

/* Bits of brk, see doc/internals/locking.md. The low eight are the lock's own (0x02 and 0x08 are in use); the rest ask for a
 * poll. */
#define _Gil_BRK_PREEMPT 0x02u
#define _Gil_BRK_FENCED 0x08u
#define _Gil_BRK_CALLS 0x100u
#define _Gil_BRK_ASYNC 0x200u
#define _Gil_BRK_COLLECT 0x400u
#define _Gil_BRK_ENDING 0x1000u
#define _Gil_BRK_SIGNAL 0x2000u
#define _Gil_BRK_INTERRUPT 0x4000u
#define _Gil_BRK_SHARED 0x8000u
#define _Gil_BRK_POLL_MASK (_Gil_BRK_PREEMPT | 0xffffff00u)

/* Called through the table of addresses, not by way of a stub: where the lock goes by its word, the pair is two such calls. */
#if defined(__has_attribute)
#if __has_attribute(noplt)
#define _GIL_BY_ADDRESS noplt
#endif
#endif
#ifndef _GIL_BY_ADDRESS
#define _GIL_BY_ADDRESS visibility("default")
#endif

/** The calling thread's current block: attached, or left by a BEGIN whose END is to come; NULL: none. */
GIL_API extern __thread struct _GilThreadBlock *_Gil_thread __attribute__((tls_model("initial-exec")));

/** The library's half of leaving, when brk is not 0. ABI, not API, like the next four.
 *  @lock_held @blocks @reenters */
GIL_API void _GilEval_LeaveSlow(struct _GilThreadBlock *block) __attribute__((_GIL_BY_ADDRESS));
/** The library's half of returning, when brk is not 0.
 *  @lock_free @blocks */
GIL_API void _GilEval_ReturnSlow(struct _GilThreadBlock *block) __attribute__((_GIL_BY_ADDRESS));
/** The library's half of a poll, when something is asked. 0, or -1 with an exception set.
 *  @lock_held @blocks @reenters */
GIL_API int _GilEval_PollSlow(struct _GilThreadBlock *block);
/** BEGIN in a thread that is not attached: stops the process.
 *  @lock_any */
GIL_API void _GilEval_LeaveMisuse(void) __attribute__((noreturn, cold));
/** END in an unexpected state: stops the process, unless another state came and went in between.
 *  @lock_any */
GIL_API void _GilEval_ReturnMisuse(struct _GilThreadBlock *block) __attribute__((cold));

/* What Gil_BEGIN_ALLOW_THREADS and Gil_UNBLOCK_THREADS do. */
static inline GilThreadState *
_GilEval_Leave(struct _GilCallSite *site)
{
    struct _GilThreadBlock *block = _Gil_thread;

    if (GIL_UNLIKELY(block == NULL || __atomic_load_n(&block->st, __ATOMIC_RELAXED) != _Gil_ATTACHED))
        _GilEval_LeaveMisuse();
    /* Atomic, because a waiter may report it. */
    __atomic_store_n(&block->site, site, __ATOMIC_RELAXED);
    /* Release: whoever sees LAZY also sees what was done under the lock. The compiler must not move the load of brk up;
     * the processor may, and the other side's fence answers for that (doc/internals/locking.md). */
    __atomic_store_n(&block->st, _Gil_LAZY, __ATOMIC_RELEASE);
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    if (GIL_UNLIKELY(__atomic_load_n(&block->brk, __ATOMIC_RELAXED) != 0))
        _GilEval_LeaveSlow(block);
    return (GilThreadState *)(void *)block;
}

/* What Gil_END_ALLOW_THREADS and Gil_BLOCK_THREADS do. */
static inline void
_GilEval_Return(GilThreadState *save)
{
    struct _GilThreadBlock *block = (struct _GilThreadBlock *)(void *)save;

    if (GIL_UNLIKELY(block == NULL || _Gil_thread != block || __atomic_load_n(&block->st, __ATOMIC_RELAXED) != _Gil_LAZY))
        _GilEval_ReturnMisuse(block);
    __atomic_store_n(&block->st, _Gil_ATTACHED, __ATOMIC_RELAXED);
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    /* Acquire: pairs with whoever cleared the bits, so that what was done meanwhile is seen. */
    if (GIL_UNLIKELY(__atomic_load_n(&block->brk, __ATOMIC_ACQUIRE) != 0))
        _GilEval_ReturnSlow(block);
}

/**
 * Leave the lock around work that touches no object: between the two, other threads run.
 *
 *     Gil_BEGIN_ALLOW_THREADS
 *     sum = dot_product(x, y, n);
 *     Gil_END_ALLOW_THREADS
 *
 * The pair is a block of its own, with a hidden local `_save`; leaving it by `return`, `goto`, an exception or longjmp()
 * skips the END and is an error that is found at the next use of the lock. errno is kept by both. Stops the process, in every
 * build: BEGIN in a thread that is not attached, END in one that is.
 *
 * BEGIN is a safe point: a collection that is due runs there, with its finalizers, and attached. Borrowed pointers are dead
 * from there on. It waits for nobody else's hold of the lock: if another thread has taken it by then, the collection is left for the
 * next safe point.
 * @lock_held @blocks @reenters
 */
#define Gil_BEGIN_ALLOW_THREADS                                                                                  \
    {                                                                                                            \
        static struct _GilCallSite _gil_site = {__FILE__, __LINE__, _Gil_SITE_ALLOW, {0, 0, 0, 0}};              \
        GilThreadState *_save = _GilEval_Leave(&_gil_site);
/**
 * The end of Gil_BEGIN_ALLOW_THREADS: attached again. Waits for the lock as long as it takes and cannot fail; if the interpreter
 * came to its end meanwhile, the thread sleeps for ever after one line on standard error, or stops the process, as
 * GilConfig.late_policy says: enter through a guard (guard.h), which prevents that. No finalizer runs here.
 * @lock_free @blocks
 */
#define Gil_END_ALLOW_THREADS  \
        _GilEval_Return(_save); \
    }
/**
 * The pair for a call that will sleep: a read, a wait, a long computation elsewhere. As Gil_BEGIN_ALLOW_THREADS, but the lock goes
 * to the first waiter at once if that one computes, where that form lets whoever runs take it first. A waiter that holds the
 * lock for moments only is woken, and may find that another was faster. A call site of that form that shows to take long is
 * treated like this one.
 * @lock_held @blocks @reenters
 */
#define Gil_BEGIN_BLOCKING_CALL                                                                                  \
    {                                                                                                            \
        static struct _GilCallSite _gil_site = {__FILE__, __LINE__, _Gil_SITE_BLOCKING, {0, 0, 0, 0}};           \
        GilThreadState *_save = _GilEval_Leave(&_gil_site);
/** The end of Gil_BEGIN_BLOCKING_CALL: attached again, as Gil_END_ALLOW_THREADS.
 *  @lock_free @blocks */
#define Gil_END_BLOCKING_CALL   \
        _GilEval_Return(_save); \
    }
/**
 * Gil_BEGIN_ALLOW_THREADS if @p condition holds, else nothing: for work that is worth it only beyond some size. Ends with
 * Gil_END_ALLOW_THREADS_COND. The condition is evaluated once, attached.
 * @lock_held @blocks @reenters
 */
#define Gil_BEGIN_ALLOW_THREADS_COND(condition)                                                                  \
    {                                                                                                            \
        static struct _GilCallSite _gil_site = {__FILE__, __LINE__, _Gil_SITE_ALLOW, {0, 0, 0, 0}};              \
        GilThreadState *_save = (condition) ? _GilEval_Leave(&_gil_site) : NULL;
/** The end of Gil_BEGIN_ALLOW_THREADS_COND: attached, as before it.
 *  @lock_any @blocks */
#define Gil_END_ALLOW_THREADS_COND  \
        if (_save != NULL)          \
            _GilEval_Return(_save); \
    }
/** Inside the pair: attach for a moment, as Gil_END_ALLOW_THREADS does; Gil_UNBLOCK_THREADS leaves again. Where the pair is the
 *  conditional one and its condition did not hold, there is nothing to return to, and the process is stopped.
 *  @lock_free @blocks */
#define Gil_BLOCK_THREADS _GilEval_Return(_save);
/** After Gil_BLOCK_THREADS: leave again, as Gil_BEGIN_ALLOW_THREADS does.
 *  @lock_held @blocks @reenters */
#define Gil_UNBLOCK_THREADS _save = _GilEval_Leave(&_gil_site);

/**
 * What an evaluator calls at back-edges and calls: a safe point, one relaxed load when nothing is asked. When a waiter is
 * owed the lock, it runs before this returns. If the interpreter came to its end meanwhile, the thread goes the way of
 * Gil_END_ALLOW_THREADS. In a thread that is not attached: stops the process when something is asked, undefined
 * otherwise.
 * @return 0; -1 with an exception set when something that had to be done here failed. One that is pending stays, and what could
 *         raise another waits until it is gone.
 * @lock_held @blocks @reenters
 */
static inline int
Gil_PollThread(GilThreadState *ts)
{
    struct _GilThreadBlock *block = (struct _GilThreadBlock *)(void *)ts;

    if (GIL_UNLIKELY((__atomic_load_n(&block->brk, __ATOMIC_RELAXED) & _Gil_BRK_POLL_MASK) != 0))
        return _GilEval_PollSlow(block);
    return 0;
}

/** Gil_PollThread() for the calling thread; one thread-local load more.
 *  @lock_held @blocks @reenters */
static inline int
Gil_Poll(void)
{
    return Gil_PollThread((GilThreadState *)(void *)_Gil_thread);
}

/** For a host that counts its own instructions and wants to poll every so many of them. */
typedef struct {
    uint32_t left;  /**< calls until the next poll */
    uint32_t every; /**< calls between two polls, 1 or more */
} GilTicker;
/** A ticker that polls in every @p every calls. */
#define GIL_TICKER_INIT(every) {(every), (every)}

/** Gil_PollThread() in every ticker->every calls, else a decrement. @p ticker is the caller's, one a thread.
 *  @return as Gil_PollThread().
 *  @lock_held @blocks @reenters */
static inline int
Gil_PollTick(GilThreadState *ts, GilTicker *ticker)
{
    if (GIL_LIKELY(--ticker->left != 0))
        return 0;
    ticker->left = ticker->every;
    return Gil_PollThread(ts);
}

/**
 * Give way: if somebody waits for the lock, at least one waiter runs before this returns; else nothing happens. A safe point,
 * like Gil_Poll(), which gives way only to who is owed the lock. Stops the process when not attached.
 * @return as Gil_Poll().
 * @lock_held @blocks @reenters
 */
GIL_API int GilEval_Yield(void);

/**
 * Detach: the out-of-line form of Gil_BEGIN_ALLOW_THREADS, for pairs that are not braces. Unlike there the state may be
 * attached again by another thread, with GilEval_RestoreThread(). Until that one has it, GilThreadState_Ensure() in the calling
 * thread would take it, as the state that was left last. Stops the process when not attached. errno is kept.
 * @return the state that was attached, to be given to GilEval_RestoreThread().
 * @lock_held
 */
GIL_API GilThreadState *GilEval_SaveThread(void);
/**
 * Attach ts and wait for its lock as long as it takes. Stops the process when ts is NULL or deleted, when it is attached
 * already, here or in another thread, and when the calling thread has another state attached. If the interpreter has ended, the
 * thread goes the way of Gil_END_ALLOW_THREADS. errno is kept.
 * @lock_free @blocks
 */
GIL_API void GilEval_RestoreThread(GilThreadState *ts);
/** GilEval_RestoreThread() under the name that pairs with GilEval_ReleaseThread().
 *  @lock_free @blocks */
GIL_API void GilEval_AcquireThread(GilThreadState *ts);
/** GilEval_SaveThread() of a state that must be the attached one: anything else stops the process.
 *  @lock_held */
GIL_API void GilEval_ReleaseThread(GilThreadState *ts);

/**
 * GilEval_RestoreThread() if the lock can be had at once: no waiting for another thread's turn. Takes some microseconds, for the
 * fence, where one thread has used the lock alone and is outside. errno is kept. Misuse as there.
 * @return 1 attached; 0 somebody else has the lock, or is just changing who waits for it; -1 the interpreter has ended: ts will never be
 *         attached. No exception is set.
 * @lock_free
 */
GIL_API int GilEval_TryRestoreThread(GilThreadState *ts);
/**
 * GilEval_RestoreThread() that gives up after @p ns nanoseconds; 0 is GilEval_TryRestoreThread(), UINT64_MAX no limit. A thread
 * that gave up has lost its place in the queue. errno is kept. Misuse as there.
 * @return 1 attached; 0 the time is over; -1 the interpreter has ended: ts will never be attached. No exception is set.
 * @lock_free @blocks
 */
GIL_API int GilEval_TimedRestoreThread(GilThreadState *ts, uint64_t ns);

/** Every transition is an atomic read-modify-write; no fence reaches into other threads. */
#define GIL_LOCK_FENCED 1u
/** A lock that one thread uses alone is left and retaken by plain stores; the next thread that wants it issues a fence that
 *  reaches into all threads, once: membarrier(2). */
#define GIL_LOCK_ASYMMETRIC 2u

/** What GilLock_GetInfo() tells. Counts start at 0 with the lock; times are in nanoseconds. Begins with its size
 *  and may grow at its end: initialise with GilLockInfo_Init(). */
typedef struct {
    size_t size;
    uint32_t mode;               /**< GIL_LOCK_…: the best that is possible. One that is GIL_LOCK_ASYMMETRIC goes by atomic instructions, too, while
                                      threads compete for it: see leans_to */
    uint32_t timing;             /**< 1 in timing mode: held_ns and since_ns are exact; 0: they are lower bounds */
    uint64_t holder;             /**< GilThreadState_GetID() of the holder; 0: nobody */
    uint64_t waiters;            /**< threads that wait in the queue */
    uint64_t switches_voluntary; /**< times another thread got the lock because its holder had left it; exact */
    uint64_t switches_forced;    /**< times a holder gave it up in a poll, because a waiter was owed it, or in a yield; exact */
    uint64_t wait_ns;            /**< time that threads spent waiting for it until they got it, all together; exact */
    uint64_t held_ns;            /**< time it was held, as far as its beginning and its end were seen: see timing */
    uint64_t since_ns;           /**< since when the holder has it, on CLOCK_MONOTONIC; 0: not seen, see timing */
    uint64_t membarriers;        /**< fences that reached into other threads; none in fenced mode, but for those of a parent before a fork */
    uint64_t switches_stolen;    /**< of the voluntary ones: from a thread that used the lock alone and was outside; exact */
    uint64_t loans;              /**< of the forced ones: for a moment, within the turn of the holder; exact */
    uint64_t leans_to;           /**< GilThreadState_GetID() of the one that leaves and retakes it by plain stores now, inside or outside;
                                      0: everybody goes by atomic instructions */
} GilLockInfo;

/** Make info ready for GilLock_GetInfo(): its size, and zeros.
 *  @lock_any @before_init @after_finalize @tls_destructor @signal_safe */
static inline void
GilLockInfo_Init(GilLockInfo *info)
{
    __builtin_memset(info, 0, sizeof *info);
    info->size = sizeof *info;
}

/**
 * Look at the lock of a living interpreter. Fields are read one by one while others work, so they need not belong to the
 * same instant; each is right for some instant of the call.
 * What a caller of another version knows beyond this one is set to 0. held_ns and since_ns are read apart: a stretch that
 * ends in between may be missing or be counted twice in this answer, never in the next.
 * @return 0; -1 when an argument is NULL or info->size is smaller than any version of the structure. No exception is set.
 * @lock_any
 */
GIL_API int GilLock_GetInfo(GilInterpreterState *interp, GilLockInfo *info);

/**
 * Switch exact timing of the lock of the calling thread's interpreter on (1) or off (0), for all interpreters that share it. It
 * sends each transition through the slow path and a clock: for diagnosis, not while speed is measured. Held time counts from the
 * moment it is switched on.
 * @return 0; -1 with SystemError when interp is not the interpreter the thread is attached to.
 * @lock_held
 */
GIL_API int GilLock_SetTiming(GilInterpreterState *interp, int on);

/** What GilThreadState_GetLockStats() tells of one thread state. Counts start at 0 with it; times are in nanoseconds. Begins with
 *  its size and may grow at its end: initialise with GilLockStats_Init(). */
typedef struct {
    size_t size;
    uint32_t timing;             /**< 1 in timing mode: held_ns is exact; 0: it is a lower bound */
    uint64_t waits;              /**< times it waited for the lock and got it; exact. Waits that it gave up are not counted */
    uint64_t wait_ns;            /**< for how long, all together; exact */
    uint64_t wait_max_ns;        /**< for how long at most; exact */
    uint64_t switches_voluntary; /**< times it got the lock because another thread had left it, but for those stolen; exact */
    uint64_t switches_forced;    /**< times it got it because another gave it up in a poll or a yield; exact */
    uint64_t switches_stolen;    /**< times it took it from one that used it alone and was outside; exact */
    uint64_t given_up;           /**< times it gave the lock up in a poll or a yield; exact */
    uint64_t lent;               /**< of these, for a moment only; exact */
    uint64_t held_ns;            /**< for how long it had the lock, as far as that was seen: see timing */
} GilLockStats;

/** Make stats ready for GilThreadState_GetLockStats(): its size, and zeros.
 *  @lock_any @before_init @after_finalize @tls_destructor @signal_safe */
static inline void
GilLockStats_Init(GilLockStats *stats)
{
    __builtin_memset(stats, 0, sizeof *stats);
    stats->size = sizeof *stats;
}

/**
 * What a thread state lived through with its lock. Fields are read one by one, as in GilLock_GetInfo(). A state that another thread
 * may delete meanwhile is the caller's to keep.
 * @return 0; -1 when an argument is NULL or stats->size is smaller than any version of the structure. No exception is set.
 * @lock_any
 */
GIL_API int GilThreadState_GetLockStats(GilThreadState *ts, GilLockStats *stats);

/** What a long-hold function is told. Names and texts are valid during the call only. */
typedef struct {
    size_t size;                 /**< of this structure, as the library knows it */
    int64_t interp;              /**< GilInterpreterState_GetID() of the holder's, which may have come to its end by now */
    uint64_t holder;             /**< GilThreadState_GetID() of the holder */
    uint64_t waiter;             /**< of the waiter that tells, in whose thread the function runs */
    uint64_t waiters;            /**< threads that wait */
    uint64_t waited_ns;          /**< for how long that waiter has waited */
    uint64_t held_ns;            /**< for how long the holder has had the lock at least; 0: not seen */
    const char *file;            /**< where the holder left the lock last before this hold: file of that BEGIN; NULL: unknown */
    uint32_t line;               /**< and line */
} GilLongHold;
/** Told of a holder that neither polls nor leaves the lock. Runs in a waiting thread, which is not attached: it may call nothing of the
 *  library but what needs no attached state, and should be quick. */
typedef void (*GilLock_LongHoldFunc)(const GilLongHold *hold, void *data);

/**
 * Have @p func called when a holder keeps the lock of interp for @p ns nanoseconds after a waiter was owed it, and again each
 * time as long has passed. NULL: no more; a call that is under way may go on, so what @p data points to
 * is kept as long as threads may wait for that lock. There is no thread behind this: who waits tells.
 * @return 0; -1 when interp is NULL, or ns is 0 and func is not NULL. No exception is set.
 * @lock_any
 */
GIL_API int GilLock_SetLongHoldHook(GilInterpreterState *interp, uint64_t ns, GilLock_LongHoldFunc func, void *data);

/**
 * Have @p func called whenever the lock is claimed from the attached state, that is, when Gil_Poll() begins to have something to do: so
 * that a host can arm its own interrupt only then (a debug hook of its evaluator, a flag) instead of polling. NULL: no more.
 * func runs in the thread that claims, which is not attached, perhaps a moment after this thread has left the lock: it must
 * not call the library, nor wait. A claim that stands already is not told again: poll once after setting func. When this
 * function returns, no call with the former data is under way or will begin. The function stays set until it is taken back, the
 * outermost GilThreadState_Release() of a state that the library made, or the end of the thread state. errno is kept for the
 * thread that claims.
 * @return 0.
 * @lock_held @blocks
 */
GIL_API int GilThreadState_SetPreemptHook(void (*func)(void *data), void *data);

/** Learn from what the thread does: one that typically holds the lock for some microseconds gets it at once, within the turn of
 *  another. What a new thread state has. */
#define GIL_LATENCY_LEARNED 0
/** Get the lock as soon as another polls, however long it is held: for sound, or an event loop. The others keep most of their time. */
#define GIL_LATENCY_URGENT 1
/** Wait for a turn always: for work in the background. */
#define GIL_LATENCY_PATIENT (-1)

/**
 * Set how a thread state waits for its lock: GIL_LATENCY_… A wait that has begun keeps its place in the queue.
 * @return 0; -1 when ts is NULL or the value is none of these. No exception is set.
 * @lock_any
 */
GIL_API int GilThreadState_SetLatency(GilThreadState *ts, int latency);
/**
 * Set how long the turns of a thread state are while others wait, in percent of the switch interval: 10 to 1000, 100 unless set. Threads
 * that compute share the lock by weight. A turn that has begun keeps its length.
 * @return 0; -1 when ts is NULL or the value is out of range. No exception is set.
 * @lock_any
 */
GIL_API int GilThreadState_SetWeight(GilThreadState *ts, unsigned percent);

/** Bounds of the switch interval, in ns: 1 µs and 1 hour; and what it is unless set: 5 ms. */
#define GIL_SWITCH_INTERVAL_MIN UINT64_C(1000)
#define GIL_SWITCH_INTERVAL_MAX UINT64_C(3600000000000)
#define GIL_SWITCH_INTERVAL_DEFAULT UINT64_C(5000000)

/**
 * Set the length of a turn in nanoseconds: for so long a thread that computes keeps the interpreter's lock once others wait
 * for a turn, by its weight; one that had more than its share keeps it for less, 50 µs at least. Then it hands the lock over at
 * its next poll or release. Who wants a moment only may have it within a turn. Values outside [GIL_SWITCH_INTERVAL_MIN,
 * GIL_SWITCH_INTERVAL_MAX] are moved to the nearer bound. A turn that has begun keeps its length; the next is of the new one.
 * Interpreters made later inherit it.
 * @return 0; -1 when interp is NULL. No exception is set.
 * @lock_any
 */
GIL_API int GilInterpreterState_SetSwitchInterval(GilInterpreterState *interp, uint64_t ns);
/** The switch interval in nanoseconds; 0 when interp is NULL.
 *  @lock_any */
GIL_API uint64_t GilInterpreterState_GetSwitchInterval(GilInterpreterState *interp);

GIL_END_DECLS

#endif
