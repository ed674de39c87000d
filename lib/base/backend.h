/* SPDX-License-Identifier: MIT */
/* The allocator below the memory front. For mem.c alone. */
#ifndef GIL_BASE_BACKEND_H
#define GIL_BASE_BACKEND_H

#include <stddef.h>
#include <stdint.h>

/*
 * Arenas: what a heap takes its chunks from. A chunk begins at a multiple of GIL_CHUNK. An arena is used by one thread at
 * a time, the holder of the heap's lock.
 */

/* 0 and the arena's number, or -1: there can be no more. */
int gil_backend_open(uint32_t *arena);
/* Whether gil_backend_close() gives back what is left; otherwise every chunk must be given back before. */
int gil_backend_close_discards(void);
/* most: what was taken from it at any one time. */
void gil_backend_close(uint32_t arena, size_t most);

void *gil_backend_take(uint32_t arena, size_t bytes);
/* NULL: no memory, and the chunk is as it was. */
void *gil_backend_resize(uint32_t arena, void *chunk, size_t old_bytes, size_t bytes);
void gil_backend_give(uint32_t arena, void *chunk, size_t bytes);
/* How much gil_backend_take(bytes) really gives; 0: too much to ask for, or gil_backend_come_in() is 0. */
size_t gil_backend_size(size_t bytes);

/* Whether the allocator has what it keeps for the calling thread; 0: no memory. What gives memory asks itself and is NULL then; a
 * thread for which the answer was 0 must not ask for the size of a block, nor resize one. */
int gil_backend_come_in(void);
/* In the child of any fork. */
void gil_backend_in_child(void);

/* Blocks for any thread, aligned to 16 bytes; sizes are of 16 bytes at least. */
void *gil_backend_raw_take(size_t size, int zero);
void *gil_backend_raw_resize(void *block, size_t size);
void gil_backend_raw_give(void *block);
size_t gil_backend_raw_size(void *block);

#endif
