/* SPDX-License-Identifier: MIT */
/*
 * Debug builds: raw blocks that know that they are ones. What frees or resizes a block which is none, or is none any more, is
 * stopped, and so is who finds that something was written around a block or to one that was freed.
 *
 * In other builds, and with AddressSanitizer, which watches raw memory itself, a block is what the backend gave.
 */
#ifndef GIL_BASE_FENCE_H
#define GIL_BASE_FENCE_H

#include "base/mem.h"

#include <string.h>

#if defined(GIL_DEBUG) && !defined(GIL_HEAP_ASAN)
#define GIL_FENCED 1

/* A block is taken larger by that much than was asked for. */
#define GIL_FENCE ((size_t)40)

/* The block in the room that the backend gave for size bytes and the fence. */
void *gil_fence_put(void *room, size_t size);
/* How many bytes were asked for. Stops the process, in the name of func, where it is no block in use, or something was written
 * around it. */
size_t gil_fence_check(const char *func, const void *block);
/* Whether it is a raw block, in use or freed: of a block of a heap it never is. */
int gil_fence_is_raw(const void *block);
/* What the backend gave for it. */
void *gil_fence_room(void *block);
/* Instead of giving the room back: that is done when others have been freed after it. */
void gil_fence_free(void *block);
/* Block is left to another thread, with `next` kept in it meanwhile; and in use again: what was kept. */
void gil_fence_leave(void *block, void *next);
void *gil_fence_return(void *block);
/* Look at one of the freed blocks that are kept, the next each time; at all of them. */
void gil_fence_look(void);
void gil_fence_look_at_all(void);

#else

#define GIL_FENCE ((size_t)0)

static inline void *
gil_fence_put(void *room, size_t size)
{
    (void)size;
    return room;
}

static inline void
gil_fence_leave(void *block, void *next)
{
    memcpy(block, &next, sizeof(next));
}

static inline void *
gil_fence_return(void *block)
{
    void *next;
    memcpy(&next, block, sizeof(next));
    return next;
}

static inline size_t
gil_fence_check(const char *func, const void *block)
{
    (void)func;
    (void)block;
    return 0;
}

static inline int
gil_fence_is_raw(const void *block)
{
    (void)block;
    return 0;
}

static inline void *
gil_fence_room(void *block)
{
    return block;
}

static inline void
gil_fence_look(void)
{
}

static inline void
gil_fence_look_at_all(void)
{
}

#endif

#endif
