/* SPDX-License-Identifier: MIT */
/* The memory front: raw memory for any thread, and heaps of small blocks, one an interpreter. */
#ifndef GIL_BASE_MEM_H
#define GIL_BASE_MEM_H

#include "base/atomic.h"

#include <stddef.h>
#include <stdint.h>

/*
 * Two domains.
 *
 * Raw memory belongs to the process: any thread, no lock. It holds what outlives interpreters or is touched without
 * their lock: lock objects, thread blocks, registries.
 *
 * A heap belongs to one interpreter and is used only under its lock. Blocks up to GIL_HEAP_SMALL bytes come from
 * aligned slabs of one size class each; a slab's header names its heap and class, so that gil_heap_free() needs no
 * size. Larger blocks carry their size in a header of their own. Destroying a heap gives everything back at once,
 * whatever is still in use: with jemalloc a heap is an arena, otherwise the front keeps the lists itself.
 *
 * Every function returns NULL when memory is lacking, and touches nothing then; a request of 0 bytes is one of 1.
 * Blocks are aligned to 16 bytes. How it works is told in mem.c.
 */
#define GIL_HEAP_SMALL 8192
#define GIL_HEAP_FINE 512   /* up to here classes are 16 bytes apart, and the inline path serves them */
#define GIL_HEAP_CLASSES 48 /* 32 fine ones, then four to each doubling */
#define GIL_CHUNK 65536     /* size of a slab; alignment of slabs and of large blocks */

struct _GilFreeList;

/* The first bytes of a slab, 64 but in a debug build, and of the room of a large block. */
struct gil_chunk {
    void *free;                   /* [gil] free blocks, last freed first, linked (mem.c). A struct _GilFreeList */
    uint32_t frees_left;          /* [gil] until something must be done, see mem.c */
    uint16_t kind;                /* [gil] enum chunk_kind */
    uint16_t size_class;          /* [gil] of a slab */
    struct gil_heap *heap;        /* [const] */
    size_t size;                  /* [gil] bytes of each block */
    char *fresh, *end;            /* [gil] room of a slab that was never handed out */
    struct gil_chunk *next, *prev; /* [gil] place in the one list that it is in */
#ifdef GIL_DEBUG
    uint64_t guard[2]; /* [const] not to be written to by who has the first block */
#endif
};

/* Dead objects that a debug build keeps. */
#define GIL_GRAVES 64

/* What each allocation looks at does not come first: see "Cache lines" in doc/internals/memory.md. */
struct gil_heap {
    struct gil_chunk *partial[GIL_HEAP_CLASSES]; /* [gil] slabs with free room */
    struct gil_chunk *parked[GIL_HEAP_CLASSES];  /* [gil] slabs without */
    struct gil_chunk *current[GIL_HEAP_CLASSES]; /* [gil] the slab that serves; never NULL */
    struct gil_chunk *large;                     /* [gil] large blocks */
    struct gil_chunk *spare;                     /* [gil] empty slabs kept for any class */
    uint32_t spares;                             /* [gil] how many; at most MAX_SPARES */
    uint32_t arena;                              /* [const] what the allocator below calls it */
    size_t mapped;                               /* [gil] bytes taken from the allocator below */
    size_t most;                                 /* [gil] what mapped ever came to */
    size_t limit;                                /* [gil] what mapped may come to; 0: no limit */
    size_t low;                                  /* [gil] the least that mapped was since garbage was looked for; see mem.c */
    size_t mark;                                 /* [gil] where it is to be looked for again; SIZE_MAX: never */
    /* [gil] A call upwards: who takes chunks is the first who sees their end. NULL: there is nobody yet, or no limit. */
    void (*crowded)(void);
#ifdef GIL_DEBUG
    struct gil_grave {
        void *block; /* NULL: empty */
        size_t head, filled;
        char name[48];
    } graves[GIL_GRAVES]; /* [gil] see bury.c */
    uint32_t next_grave;
    size_t requests; /* [gil] blocks taken and given back so far: who says that he does neither is held to it */
#endif
};

void *gil_raw_malloc(size_t size);
void *gil_raw_calloc(size_t count, size_t size); /* NULL also when the product overflows */
void *gil_raw_realloc(void *block, size_t size); /* the old block stays valid on failure; block NULL: as malloc */
void gil_raw_free(void *block);                  /* NULL is let through */

struct gil_heap *gil_heap_new(void);
/* Gives back all that is left; returns how many blocks that was. */
size_t gil_heap_destroy(struct gil_heap *heap);

/*
 * Have crowded() called where a heap with a limit has used so much of its room that garbage should be looked for: in the
 * middle of an allocation, so all that it may do is to see that this is done soon. NULL: no longer. And say that all
 * garbage has been looked for.
 */
void gil_heap_watch(struct gil_heap *heap, void (*crowded)(void));
void gil_heap_collected(struct gil_heap *heap);
/* Whether it should be looked for still. */
static inline int
gil_heap_is_crowded(const struct gil_heap *heap)
{
    return heap->mapped >= heap->mark;
}

static inline void *gil_heap_malloc(struct gil_heap *heap, size_t size);
void *gil_heap_calloc(struct gil_heap *heap, size_t count, size_t size); /* NULL also when the product overflows */
/* block NULL: as malloc. The old block stays valid on failure; making a block smaller does not fail. */
void *gil_heap_realloc(struct gil_heap *heap, void *block, size_t size);
static inline void gil_heap_free(void *block); /* NULL is let through */
struct gil_heap *gil_heap_of(const void *block);

struct gil_mem_stats {
    size_t blocks; /* in use */
    size_t bytes;  /* in use, as rounded to size classes */
    size_t mapped; /* held from the system allocator, free room in slabs included */
};
void gil_heap_stats(const struct gil_heap *heap, struct gil_mem_stats *stats);
/* Raw blocks in use, all threads: exact when no other thread allocates. */
void gil_raw_stats(struct gil_mem_stats *stats);
/* Whether the calling thread has what the allocator keeps for a thread, without which it must not fork; 0: no memory for that. */
int gil_mem_come_in(void);
/* In the child of any fork. */
void gil_mem_in_child(void);
/* Panics when the heap's lists, counts and free blocks do not agree. */
void gil_heap_check(const struct gil_heap *heap);
/* Gives the memory back that destroyed heaps left for the next ones. Any thread. */
void gil_mem_trim(void);
/* Name and version of the allocator behind the front, for the build-info string. */
const char *gil_mem_backend(void);

/*
 * Fault injection, for tests: the nth request from now on (1 is the next) fails, once (again 0), or again and again: again 1
 * is every one from there, 2 every second. Counts raw and heap requests of the calling thread only; one thread at a time may
 * use it. 0 switches it off. gil_mem_fail_count() tells how many failures were delivered since the last call of
 * gil_mem_fail_nth().
 */
void gil_mem_fail_nth(long nth, int again);
long gil_mem_fail_count(void);

/*
 * The lists of free blocks of 16, 32, ... GIL_HEAP_FINE bytes, for paths that are inline in the programs of others: whoever finds
 * one not empty may take its first block. Good as long as the heap. Where every request is looked at, all are empty for ever,
 * and while fault injection is on, those that are asked for then.
 */
struct _GilFreeList *const *gil_heap_lists(const struct gil_heap *heap);

/* The rest is for the inline paths. */

/*
 * [atomic] The largest request that the inline path serves: GIL_HEAP_FINE, or 0 while fault injection is on, so that one
 * test asks for both.
 */
extern size_t gil_mem_inline __attribute__((visibility("hidden")));

void *gil_heap_malloc_slow(struct gil_heap *heap, size_t size);
/* The block has been put on its chunk's list, and frees_left has come to 0. */
void gil_heap_free_slow(struct gil_chunk *chunk);
/* In place of the inline path where every block is watched. */
void gil_heap_free_checked(void *block);

/* Debug builds and those with AddressSanitizer look at every request. */
#if defined(__SANITIZE_ADDRESS__)
#define GIL_HEAP_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define GIL_HEAP_ASAN 1
#endif
#endif
#if defined(GIL_DEBUG) || defined(GIL_HEAP_ASAN)
#define GIL_HEAP_CHECKED 1
#endif

static inline struct gil_chunk *
gil_chunk_of(const void *block)
{
    return (struct gil_chunk *)((uintptr_t)block & ~(uintptr_t)(GIL_CHUNK - 1));
}

/* A block where that needs no function to be called, else NULL: then gil_heap_malloc_slow() knows. */
static inline void *
gil_heap_malloc_quick(struct gil_heap *heap, size_t size)
{
#ifndef GIL_HEAP_CHECKED
    /* A size of 0 wraps round to a large one. Relaxed: the switch is only ever for the thread that throws it. */
    if (__builtin_expect(size - 1 < gil_load_relaxed(&gil_mem_inline), 1)) {
        struct gil_chunk *slab = heap->current[(size - 1) / 16];
        void *block = slab->free;
        if (__builtin_expect(block != NULL, 1)) {
            slab->free = *(void **)block;
            return block;
        }
    }
#else
    (void)heap;
    (void)size;
#endif
    return NULL;
}

static inline void *
gil_heap_malloc(struct gil_heap *heap, size_t size)
{
    void *block = gil_heap_malloc_quick(heap, size);
    return __builtin_expect(block != NULL, 1) ? block : gil_heap_malloc_slow(heap, size);
}

static inline void
gil_heap_free(void *block)
{
#ifdef GIL_HEAP_CHECKED
    gil_heap_free_checked(block);
#else
    if (block == NULL)
        return;
    struct gil_chunk *chunk = gil_chunk_of(block);
    *(void **)block = chunk->free;
    chunk->free = block;
    if (__builtin_expect(--chunk->frees_left == 0, 0))
        gil_heap_free_slow(chunk);
#endif
}

#endif
