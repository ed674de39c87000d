/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Objects that can take part in cycles, those of types with Gil_TPFLAGS_HAVE_GC, and the collector that finds them when
 * nothing but the cycle holds them.
 *
 * Such a type says by tp_traverse which objects its instances hold, each reference once, the instance's type included when
 * it was made at run time; and by tp_clear it lets go of them. A tp_traverse runs nothing, allocates nothing, and changes
 * nothing. An instance is tracked from when all its fields are valid (GilObject_GC_Track()) until its tp_dealloc begins to
 * take it apart (GilObject_GC_UnTrack()). A debug build stops the process, with the type's name, where a tp_traverse
 * visits what the object does not hold, or NULL, or forgets the type or what is in a member that programs can set (Gil_T_OBJECT_EX).
 * Another field that it forgets nobody can tell from one that belongs to somebody else: a cycle through it is a leak.
 *
 * Objects are tracked in the youngest of three generations; what survives a collection moves to the next. Collections run
 * finalizers, and therefore only at safe points, where the caller knows that anything may run: in Gil_Poll(), at
 * Gil_BEGIN_ALLOW_THREADS, when a call through the call protocol comes back, and in the functions below. Making an
 * object never collects; it only asks for a collection at the thread's next safe point. A program without any calls
 * GilGC_Collect() when it suits it.
 *
 * In an interpreter with a memory limit (GilInterpreterConfig.memory_limit) everything is collected, besides, when half
 * of the room is used that the last full collection left, but not before its memory has grown by a sixteenth; and after
 * an allocation was refused, if it has grown at all.
 */
#ifndef GILRT_GC_H
#define GILRT_GC_H

#include <gilrt/type.h>

GIL_BEGIN_DECLS

/** An instance of a type with GC, its fields not initialised, not tracked; ends in GilObject_GC_Del() by tp_dealloc.
 *  A type without GC is SystemError.
 *  @newref
 *  @lock_held */
GIL_API GIL_NOPLT GilObject *_GilObject_GC_New(GilTypeObject *type);
/** The same for @p size items.
 *  @newref
 *  @lock_held
 *  @return NULL with the error set */
GIL_API GilVarObject *_GilObject_GC_NewVar(GilTypeObject *type, Gil_ssize_t size);
/** Change the number of items of an untracked object that nobody else holds.
 *  @lock_held
 *  @return the object, perhaps moved, the old address being dead; NULL with MemoryError set, the object unchanged */
GIL_API GilVarObject *_GilObject_GC_Resize(GilVarObject *op, Gil_ssize_t size);

/* What GilObject_GC_New() does. The 16 bytes before the object are 0 as long as it was not tracked. */
static inline GilObject *
_GilObject_GC_Make(GilTypeObject *type)
{
    uintptr_t *head = (uintptr_t *)_GilType_Room(type, _Gil_TYPE_BARE | _Gil_TYPE_GC, 2 * sizeof(uintptr_t));

    if (GIL_UNLIKELY(head == NULL))
        return _GilObject_GC_New(type);
    head[0] = 0;
    __asm__("" : "+r"(head)); /* two stores, from which the library loads single words at once */
    head[1] = 0;
    GilObject *op = (GilObject *)(void *)(head + 2);
    op->ob_refcnt = 1;
    op->ob_type = type;
    Gil_INCREF(type);
    return op;
}

#define GilObject_GC_New(TYPE, typeobj) ((TYPE *)(void *)_GilObject_GC_Make(typeobj))
#define GilObject_GC_NewVar(TYPE, typeobj, n) ((TYPE *)(void *)_GilObject_GC_NewVar((typeobj), (n)))
#define GilObject_GC_Resize(TYPE, op, n) ((TYPE *)(void *)_GilObject_GC_Resize(_GilVarObject_CAST(op), (n)))

/** Make a complete object known to the collector. Tracking twice, and an object of a type without GC, stop the process.
 *  @lock_held */
GIL_API GIL_NOPLT void GilObject_GC_Track(void *op);
/** Undo GilObject_GC_Track(): the first step of a tp_dealloc. Harmless when the object is not tracked.
 *  @lock_held */
GIL_API GIL_NOPLT void GilObject_GC_UnTrack(void *op);

/* What the inline way reads and writes before an object: its neighbours among the tracked, next NULL when it is not one of them.
 * In the low four bits of prev the library keeps what it knows about the object; of these the lowest stays. */
struct _GilGCLook {
    struct _GilGCLook *next;
    uintptr_t prev;
} __attribute__((__may_alias__));

/* GilObject_GC_UnTrack() of an instance that is nothing but its block. */
static inline void
_GilObject_GC_UNTRACK(void *op)
{
    const struct _GilThreadBlock *block = _Gil_thread;
    const unsigned long flags = _Gil_TYPE_BARE | _Gil_TYPE_GC;

    if (GIL_UNLIKELY(block == NULL) || GIL_UNLIKELY(block->st != _Gil_ATTACHED) || GIL_UNLIKELY(op == NULL) ||
        GIL_UNLIKELY((((const struct _GilTypeLook *)(const void *)((GilObject *)op)->ob_type)->flags & flags) != flags)) {
        GilObject_GC_UnTrack(op);
        return;
    }
    struct _GilGCLook *head = (struct _GilGCLook *)op - 1;
    if (GIL_UNLIKELY(head->next == NULL))
        return;
    struct _GilGCLook *prev = (struct _GilGCLook *)(head->prev & ~(uintptr_t)15);
    prev->next = head->next;
    head->next->prev += (uintptr_t)prev - (uintptr_t)head; /* its bits stay */
    head->next = NULL;
    head->prev &= 1;
}
#define GilObject_GC_UnTrack(...) _GilObject_GC_UNTRACK(__VA_ARGS__) /* the argument may have commas */

/** Give the memory of an instance back: the last step of a tp_dealloc. Untracks. NULL is let through.
 *  @lock_held */
GIL_API GIL_NOPLT void GilObject_GC_Del(void *op);
/** 1 when @p op is tracked; 0 when not, or when its type has no GC.
 *  @lock_held */
GIL_API int GilObject_GC_IsTracked(GilObject *op);
/** 1 when tp_finalize of @p op, an object with GC, has run.
 *  @lock_held */
GIL_API int GilObject_GC_IsFinalized(GilObject *op);
/** 1 when @p op has the collector's prefix.
 *  @lock_any */
GIL_API int GilObject_IS_GC(GilObject *op);

/** @name Collecting
 *  Generations are numbered 0 (young), 1 and 2 (old). A generation is collected together with the younger ones.
 *  @{ */
/** Collect everything, if collections are enabled and none is running. The pending error stays as it is.
 *  @lock_held
 *  @reenters  finalizers and callbacks
 *  @return how many objects were found to be unreachable, the uncollectable included; 0 when it did not run */
GIL_API Gil_ssize_t GilGC_Collect(void);
/** Collect one generation, also while collections are disabled; not while one is running.
 *  @lock_held
 *  @reenters  finalizers and callbacks
 *  @return as GilGC_Collect(); -1 with ValueError when there is no such generation */
GIL_API Gil_ssize_t GilGC_CollectGeneration(int generation);
/** Let collections happen: those asked for at safe points, a memory limit's too, and GilGC_Collect(). They do from the
 *  beginning.
 *  @lock_held
 *  @return 1 when they did before, else 0 */
GIL_API int GilGC_Enable(void);
/** The opposite.
 *  @lock_held
 *  @return 1 when they happened before, else 0 */
GIL_API int GilGC_Disable(void);
/** @lock_held
 *  @return 1 when collections are enabled, else 0 */
GIL_API int GilGC_IsEnabled(void);
/** Set when a generation is collected by itself: 0 after so many objects were tracked (2 000 unless set); 1 and 2 after the
 *  next younger was collected so often (10), and 2 only when what came into it since is more than a quarter of what was
 *  there. 0 means never; for generation 0, that nothing is collected by itself.
 *  @lock_held
 *  @return 0, or -1 with ValueError when there is no such generation */
GIL_API int GilGC_SetThreshold(int generation, size_t threshold);
/** @lock_held
 *  @return the threshold, at most GIL_SSIZE_T_MAX; -1 with ValueError when there is no such generation */
GIL_API Gil_ssize_t GilGC_GetThreshold(int generation);
/** What is compared with the threshold: objects tracked, whether they live or not, or collections of the younger.
 *  @lock_held
 *  @return the count; -1 with ValueError when there is no such generation */
GIL_API Gil_ssize_t GilGC_GetCount(int generation);
/** Set all objects that are tracked now aside: they are not looked at any more until GilGC_Unfreeze(). For what lives as
 *  long as the program, and before a fork, so that the child does not copy what it only looks at.
 *  @lock_held */
GIL_API void GilGC_Freeze(void);
/** Move frozen objects into the oldest generation.
 *  @lock_held */
GIL_API void GilGC_Unfreeze(void);
/** @lock_held
 *  @return how many objects are frozen; counted one by one */
GIL_API Gil_ssize_t GilGC_GetFreezeCount(void);
/** @} */

/** @name Watching
 *  @{ */
#define GilGC_PHASE_START 1
#define GilGC_PHASE_STOP 2

/** What a callback is told. The structure may grow; size is that of the library. */
typedef struct {
    size_t size;
    int phase;                 /**< GilGC_PHASE_START or GilGC_PHASE_STOP */
    int generation;            /**< the oldest that is collected */
    Gil_ssize_t collected;     /**< objects found unreachable; 0 in the first phase, as are those below */
    Gil_ssize_t uncollectable; /**< objects that nothing outside holds, and that tp_del keeps from being collected */
    uint64_t duration_ns;      /**< how long it took, finalizers included, waiting for the lock included */
} GilGCInfo;

/** Called before and after each collection, attached, in the thread that collects. It may do anything; collections that it
 *  asks for are refused. An error that it leaves is reported as unraisable. */
typedef void (*GilGC_Callback)(const GilGCInfo *info, void *arg);

/** Call @p callback with @p arg around every collection, after those that were added before. One that a callback adds is not
 *  called in the phase that is on, but from the next on: one that removes and adds itself is called once a phase.
 *  @lock_held
 *  @return 0; -1 with MemoryError, or with SystemError when @p callback is NULL */
GIL_API int GilGC_AddCallback(GilGC_Callback callback, void *arg);
/** Undo one GilGC_AddCallback() with the same arguments.
 *  @lock_held
 *  @return 1, 0 when there was none, -1 with SystemError when @p callback is NULL */
GIL_API int GilGC_RemoveCallback(GilGC_Callback callback, void *arg);

/** Sums since the interpreter began; initialise with GilGCStats_Init(). May grow at its end. */
typedef struct {
    size_t size;
    struct {
        uint64_t collections;
        uint64_t collected;     /**< objects found unreachable */
        uint64_t uncollectable; /**< objects that tp_del kept */
    } generation[3];
    uint64_t looked_at;   /**< objects gone through, each as often as it was */
    uint64_t duration_ns; /**< time spent in collections */
    uint64_t longest_ns;  /**< the longest one */
} GilGCStats;

/** Make stats ready for GilGC_GetStats(): its size, and zeros.
 *  @lock_any @before_init @after_finalize @tls_destructor @signal_safe */
static inline void
GilGCStats_Init(GilGCStats *stats)
{
    __builtin_memset(stats, 0, sizeof *stats);
    stats->size = sizeof *stats;
}
/** Read the sums. What a caller of another version knows beyond this one is set to 0.
 *  @lock_held
 *  @return 0; -1 with SystemError when @p stats is NULL or smaller than any version of the structure */
GIL_API int GilGC_GetStats(GilGCStats *stats);
/** @} */

/** @name Looking at objects
 *  For debugging: each goes through all tracked objects, and may show some that are not complete.
 *  @{ */
/** The tracked objects of a generation, or with -1 of all three, as a list; frozen ones are left out.
 *  @newref
 *  @lock_held
 *  @return NULL with MemoryError, or ValueError when there is no such generation */
GIL_API GilObject *GilGC_GetObjects(int generation);
/** The tracked objects that hold one of those in the tuple @p objs, as a list; the tuple itself and frozen ones are left out.
 *  @newref
 *  @lock_held */
GIL_API GilObject *GilGC_GetReferrers(GilObject *objs);
/** What the objects in the tuple @p objs hold, by their tp_traverse, as a list; an object held twice is in it twice.
 *  @newref
 *  @lock_held */
GIL_API GilObject *GilGC_GetReferents(GilObject *objs);
/** Returns 1 to go on, 0 to stop. */
typedef int (*gcvisitobjects_t)(GilObject *op, void *arg);
/** Call @p callback with each tracked object, frozen ones included. Nothing is collected meanwhile: collections are
 *  disabled, and one that is asked for, by GilGC_CollectGeneration() too, is not run. Objects that the callback makes or
 *  destroys may be met or not; when it untracks the object that it is given, the rest of that generation is left out;
 *  when it calls GilGC_Freeze() or GilGC_Unfreeze(), objects may be met twice or left out.
 *  @lock_held
 *  @reenters  the callback */
GIL_API void GilUnstable_GC_VisitObjects(gcvisitobjects_t callback, void *arg);
/** @} */

/** In a tp_traverse with parameters named visit and arg: visit a member that may be NULL; returns from the function
 *  when visit asks to stop. */
#define Gil_VISIT(op)                                              \
    do {                                                           \
        if (op) {                                                  \
            int _gil_stop = visit(_GilObject_CAST(op), arg);       \
            if (_gil_stop)                                         \
                return _gil_stop;                                  \
        }                                                          \
    } while (0)

GIL_END_DECLS

#endif
