/* SPDX-License-Identifier: MIT */
/* Memory of objects: from the interpreter's heap, with the collector's prefix where the type has one. */
#ifndef GIL_OBJECT_ALLOC_H
#define GIL_OBJECT_ALLOC_H

#include "base/bury.h"
#include "base/census.h"
#include "base/mem.h"
#include "gilrt/warnings.h"
#include "object/error.h"
#include "object/gchead.h"
#include "state/interp.h"
#include "state/tstate.h"

/*
 * Marks the few functions that programs call most: they begin with a cache line. A call costs up to a third more where a
 * function shares its line, and so the place in the branch predictor, with the branches of another.
 */
#define GIL_HOT __attribute__((aligned(64)))
/* And functions beside such that no loop runs through: compiled for size. lib/local.mk names whole files of them. */
#define GIL_COLD __attribute__((cold))

/* [gil] The object layer's pocket (GIL_POCKET_OBJECT); see object/alloc.c. */
struct gil_object_pocket {
    GilTypeObject *types; /* heap types, newest first; see object/type.c */
    size_t types_made;
    /* What the host wants to be told; see <gilrt/warnings.h> and <gilrt/error.h>. */
    GilErr_WarningHook warning_hook;
    void *warning_arg;
    GilErr_UnraisableHook unraisable_hook;
    void *unraisable_arg;
    struct gil_attr_slot *cache; /* what lookups of attributes found, see object/lookup.c */
    uint32_t next_version;       /* of types */
    /* In another cache line than the head of the slab: see doc/internals/memory.md. */
    struct gil_gc_head tracked; /* the youngest generation: objects tracked since the last collection */
    /* Between the two that tracking an object writes: side by side they would be written as one, by way of a vector. */
    size_t quota_full; /* what quota begins with; set by the collector, as are these */
    size_t quota;      /* objects until a collection is asked for; 0 is the most there can be */
    size_t quotas;     /* how many were spent */
#ifdef GIL_DEBUG
    /* A call upwards: who tracks an object is the first who can say that it is not complete. NULL: nobody asks. */
    void (*spent)(GilThreadState *ts);
#endif
};

static inline struct gil_object_pocket *
gil_object_pocket(const GilThreadState *ts)
{
    return ts->interp->pocket[GIL_POCKET_OBJECT];
}

/*
 * Uninitialised memory for an instance of type with nitems items, ob_type and ob_refcnt (1) set, the reference to a heap
 * type taken, not tracked. NULL with MemoryError set. For types of fixed size nitems is 0.
 */
GilObject *gil_object_alloc(GilThreadState *ts, GilTypeObject *type, Gil_ssize_t nitems);
/* As above for a caller that computed the size itself (compact strings). size is that of the object, prefix not counted. */
GilObject *gil_object_alloc_size(GilThreadState *ts, GilTypeObject *type, size_t size);
/* Memory only: the destructor's last step. Untracks. Does not touch the type's count. */
void gil_object_free(GilObject *op);
/* The same as a slot: tp_free of every type that does not say otherwise. */
void gil_object_tp_free(void *op);
/* Bytes of an instance with nitems items, prefix not counted, or 0 when that is more than memory can hold. */
size_t gil_object_size(const GilTypeObject *type, Gil_ssize_t nitems);

/*
 * A flag of types, found when one is complete: instances have neither a list of weak references nor a dict, one without items
 * is a block of tp_basicsize bytes, and whether there is a prefix the type says alone. So memory is had and given back, and
 * objects are untracked, after one look at the flags.
 */
#define GIL_TPFLAGS_BARE _Gil_TYPE_BARE

#ifdef GIL_DEBUG
/* Stops the process if op, which ends, came from another interpreter's heap than that of the calling thread. */
void gil_object_check_home(const GilObject *op, const void *block);
#endif

/* The last step of an object's end: block is op's memory, with the prefix. */
static inline void
gil_object_give(GilObject *op, void *block)
{
#ifdef GIL_DEBUG
    gil_object_check_home(op, block);
#endif
#ifdef GIL_BURIES
    gil_heap_bury(block, (size_t)((char *)op - (char *)block), Gil_TYPE(op)->tp_name);
#else
    (void)op;
    gil_heap_free(block);
#endif
}

/*
 * The short ways, for the built-in types: memory for an instance of size bytes, its head set, not tracked; NULL with
 * MemoryError set. And the end of such an object: memory only, and with GC not tracked. The constant conditions that
 * the long way looks up (does the type have GC, is it immortal) are the caller's. Those that end in _quick give NULL, and
 * no error, where a function must be called: whoever then calls one as its last step needs no frame before.
 */
static inline GilObject *
gil_object_alloc_plain_quick(GilThreadState *ts, GilTypeObject *type, size_t size)
{
    GIL_ASSERT(!gil_type_has_gc(type) && (type->tp_flags & Gil_TPFLAGS_STATIC_BUILTIN));
    GilObject *op = gil_heap_malloc_quick(ts->heap, size);
    if (__builtin_expect(op == NULL, 0))
        return NULL;
    op->ob_refcnt = 1;
    op->ob_type = type;
    return op;
}

static inline GilObject *
gil_object_alloc_plain(GilThreadState *ts, GilTypeObject *type, size_t size)
{
    GilObject *op = gil_object_alloc_plain_quick(ts, type, size);
    return __builtin_expect(op != NULL, 1) ? op : gil_object_alloc_size(ts, type, size);
}

static inline void
gil_object_free_plain(void *op)
{
    GIL_ASSERT(!gil_type_has_gc(Gil_TYPE(op)));
    gil_object_give(op, op);
}

/* The same with GC. */
static inline GilObject *
gil_object_alloc_gc_quick(GilThreadState *ts, GilTypeObject *type, size_t size)
{
    GIL_ASSERT(gil_type_has_gc(type) && (type->tp_flags & Gil_TPFLAGS_STATIC_BUILTIN));
    struct gil_gc_head *head = gil_heap_malloc_quick(ts->heap, sizeof *head + size);
    if (__builtin_expect(head == NULL, 0))
        return NULL;
    head->next = NULL;
    head->prev = 0;
    GilObject *op = gil_gc_object(head);
    op->ob_refcnt = 1;
    op->ob_type = type;
    return op;
}

static inline GilObject *
gil_object_alloc_gc(GilThreadState *ts, GilTypeObject *type, size_t size)
{
    GilObject *op = gil_object_alloc_gc_quick(ts, type, size);
    return __builtin_expect(op != NULL, 1) ? op : gil_object_alloc_size(ts, type, size);
}

/* Untracks, for a tp_dealloc: the prefix has no meaning any more, and gil_object_free_gc() follows. */
static inline void
gil_object_untrack_last(void *op)
{
#ifdef GIL_DEBUG
    gil_gc_unlink(op);
#else
    gil_gc_unlink_last(op);
#endif
}

static inline void
gil_object_free_gc(void *op)
{
    GIL_ASSERT(!gil_gc_is_tracked(op));
    gil_object_give(op, gil_gc_head(op));
}

/*
 * Frees op where its type has GC and nothing asks for more than that: it is bare, and tracked no more. 1 done, 0 not: then
 * gil_object_free() knows.
 */
static inline int
gil_object_free_gc_quick(GilObject *op)
{
    unsigned long needed = Gil_TPFLAGS_HAVE_GC | GIL_TPFLAGS_BARE;
    if (__builtin_expect((Gil_TYPE(op)->tp_flags & needed) != needed || gil_gc_is_tracked(op), 0))
        return 0;
    gil_object_give(op, gil_gc_head(op));
    return 1;
}

/*
 * Memory for an instance of any type, its head set, not tracked, where that needs no function to be called; else NULL:
 * then gil_object_alloc() knows. gc is whether the type has it, a constant where it can be.
 */
static inline GilObject *
gil_object_alloc_quick(GilThreadState *ts, GilTypeObject *type, int gc)
{
    if (__builtin_expect((type->tp_flags & GIL_TPFLAGS_BARE) == 0, 0))
        return NULL;
    size_t prefix = gc ? sizeof(struct gil_gc_head) : 0;
    char *block = gil_heap_malloc_quick(ts->heap, prefix + (size_t)type->tp_basicsize);
    if (__builtin_expect(block == NULL, 0))
        return NULL;
    GilObject *op = (GilObject *)(void *)(block + prefix);
    if (gc) {
        gil_gc_head(op)->next = NULL;
        gil_gc_head(op)->prev = 0;
    }
    op->ob_refcnt = 1;
    op->ob_type = type;
    Gil_INCREF(type); /* no store for the built-in ones, which are immortal */
    return op;
}

/*
 * Asks for a collection at the thread's next safe point when it is time. In line, and without a call: one that is never made
 * would still cost every caller the saving of its registers.
 */
static inline void
gil_object_count_tracked(GilThreadState *ts, struct gil_object_pocket *pocket)
{
    if (__builtin_expect(--pocket->quota == 0, 0)) {
        pocket->quota = pocket->quota_full;
        pocket->quotas++;
        gil_fetch_or_seq_cst(&ts->block.brk, _Gil_BRK_COLLECT);
#ifdef GIL_DEBUG
        if (pocket->spent != NULL)
            pocket->spent(ts);
#endif
    }
}

static inline void
gil_object_track(GilThreadState *ts, void *op)
{
    struct gil_object_pocket *pocket = gil_object_pocket(ts);

    GIL_ASSERT(!gil_gc_is_tracked(op));
    gil_gc_link(&pocket->tracked, op);
    gil_object_count_tracked(ts, pocket);
}

/* For an object that nothing happened to since it was allocated. */
static inline void
gil_object_track_new(GilThreadState *ts, void *op)
{
    struct gil_object_pocket *pocket = gil_object_pocket(ts);

    GIL_ASSERT(!gil_gc_is_tracked(op) && gil_gc_head(op)->prev == 0);
    gil_gc_link_new(&pocket->tracked, op);
    gil_object_count_tracked(ts, pocket);
}

static inline void
gil_object_untrack(void *op)
{
    gil_gc_unlink(op);
}

#endif
