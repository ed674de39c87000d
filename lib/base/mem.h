/* SPDX-License-Identifier: MIT */
/* The memory front: raw memory for any thread, and heaps of small blocks, one an interpreter. */
#ifndef GIL_BASE_MEM_H
#define GIL_BASE_MEM_H

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
 * Blocks are aligned to 16 bytes.
 */
struct gil_heap;

void *gil_raw_malloc(size_t size);
void *gil_raw_calloc(size_t count, size_t size); /* NULL also when the product overflows */
void *gil_raw_realloc(void *block, size_t size); /* the old block stays valid on failure */
void gil_raw_free(void *block);                  /* NULL is let through */

struct gil_heap *gil_heap_new(void);
/* Gives back all that is left; returns how many blocks that was. */
size_t gil_heap_destroy(struct gil_heap *heap);

void *gil_heap_malloc(struct gil_heap *heap, size_t size);
void *gil_heap_calloc(struct gil_heap *heap, size_t count, size_t size);
void *gil_heap_realloc(struct gil_heap *heap, void *block, size_t size); /* block NULL: as malloc */
void gil_heap_free(void *block);                                        /* NULL is let through */
struct gil_heap *gil_heap_of(const void *block);

struct gil_mem_stats {
    size_t blocks; /* in use */
    size_t bytes;  /* in use, as rounded to size classes */
    size_t mapped; /* held from the system allocator, free room in slabs included */
};
void gil_heap_stats(const struct gil_heap *heap, struct gil_mem_stats *stats);
/* Raw blocks in use, all threads: exact when no other thread allocates. */
void gil_raw_stats(struct gil_mem_stats *stats);
/* Name and version of the allocator behind the front, for the build-info string. */
const char *gil_mem_backend(void);

/*
 * Fault injection, for tests: the nth request from now on (1 is the next) fails, once or for ever. Counts raw and heap
 * requests of the calling thread only. 0 switches it off. gil_mem_fail_count() tells how many failures were delivered
 * since the last call of gil_mem_fail_nth().
 */
void gil_mem_fail_nth(long nth, int forever);
long gil_mem_fail_count(void);

#endif
