/* SPDX-License-Identifier: MIT */
/*
 * The fence of raw blocks.
 *
 * In front of a block stand two words that are its address in disguise, so that no other block has them: the outer one says
 * that it is raw memory, the inner one whether it is in use. Behind it stands a zone as behind blocks of heaps (zone.h). Where
 * one of the two words is right and the other not, something was written before the beginning of the block. In front of a
 * block of a heap there is always memory too (what stands behind its neighbour, or the head of its chunk), so that any may
 * be asked.
 *
 * Freed blocks are kept, filled, until others have been freed after them: KEPT small ones, and of large ones a few, whose
 * beginning alone is filled. Whoever takes or frees raw memory looks at one of them, and the end of a heap at all: nobody may have
 * written there.
 *
 * Any thread frees, without any lock. A block among the kept belongs to whoever took it out of its place by an exchange, which
 * finds what the one that put it there wrote; who finds the place taken when putting a block back gives it to the backend
 * instead. A thread that a fork leaves behind may have one in hand: its memory is lost to the child, which does not matter.
 */
#include "base/fence.h"

#ifdef GIL_FENCED

#include "base/backend.h"
#include "base/panic.h"
#include "base/zone.h"

#include <stdint.h>
#include <string.h>

#define KEPT_SMALL 64
#define KEPT_LARGE 4
/* What is filled, and what is small. */
#define FILLED ((size_t)4096)
/* As free blocks of a heap are. */
#define FILL_FREE 0xDD

#define IS_RAW ((uint64_t)0x7a1e0f3d5ac4b269)
#define IN_USE ((uint64_t)0x3b92d68ce51f7047)
#define IS_FREE ((uint64_t)0xc46d29731ae08fb8)

struct fence {
    uint64_t outer, inner;
};

_Static_assert(sizeof(struct fence) + GIL_ZONE + sizeof(uint64_t) == GIL_FENCE, "what stands before and behind, and is cut off");
_Static_assert(sizeof(struct fence) % 16 == 0, "blocks are aligned to 16 bytes");

/* [atomic] acq_rel: of one who takes a block out with the one who put it there. */
static void *kept[KEPT_SMALL + KEPT_LARGE];
/* [atomic] Relaxed: any order will do. Where the next small one goes, the next large one, and what is looked at next. */
static unsigned next_small, next_large, next_look;

static struct fence *
fence_of(const void *block)
{
    return (struct fence *)(uintptr_t)block - 1;
}

void *
gil_fence_room(void *block)
{
    return fence_of(block);
}

/* Not in the block, which may be shorter. Whoever frees it once more meanwhile is told that something was written before it. */
void
gil_fence_leave(void *block, void *next)
{
    fence_of(block)->inner = (uintptr_t)next;
}

void *
gil_fence_return(void *block)
{
    struct fence *fence = fence_of(block);
    void *next = (void *)(uintptr_t)fence->inner;

    fence->inner = IN_USE ^ (uintptr_t)block;
    return next;
}

/* From the beginning of the block to the end of what the backend gave, in words: some give bytes. */
static size_t
room_of(const void *block)
{
    return (gil_backend_raw_size(fence_of(block)) - sizeof(struct fence)) & ~(sizeof(uint64_t) - 1);
}

void *
gil_fence_put(void *room, size_t size)
{
    struct fence *fence = room;
    void *block = fence + 1;

    *fence = (struct fence){IS_RAW ^ (uintptr_t)block, IN_USE ^ (uintptr_t)block};
    gil_zone_write(block, size, room_of(block));
    return block;
}

int
gil_fence_is_raw(const void *block)
{
    return (uintptr_t)block % 16 == 0 && fence_of(block)->outer == (IS_RAW ^ (uintptr_t)block);
}

size_t
gil_fence_check(const char *func, const void *block)
{
    uint64_t address = (uintptr_t)block, inner = address % 16 == 0 ? fence_of(block)->inner ^ address : 0;
    int is_raw = gil_fence_is_raw(block);

    if (is_raw && inner == IN_USE) /* a thread that could not come in may not ask for its size, nor needs it */
        return gil_backend_come_in() ? gil_zone_check(func, block, room_of(block)) : 0;
    if (inner == IS_FREE)
        gil_panic(func, "the block at %p was freed before", block);
    if (is_raw || inner == IN_USE)
        gil_panic(func, "something was written before the beginning of the block at %p", block);
    gil_panic(func, "%p is no raw memory in use: it is an interpreter's, was freed long ago, or is not the start of a block",
              block);
}

static size_t
filled_of(const void *block)
{
    size_t room = room_of(block);
    return room < FILLED ? room : FILLED;
}

/* A block that was freed, and is nobody's but the caller's. */
static void
check_untouched(const void *block)
{
    const unsigned char *bytes = block;
    size_t at = 0, filled = filled_of(block);

    while (at < filled && bytes[at] == FILL_FREE)
        at++;
    if (at < filled || !gil_fence_is_raw(block) || fence_of(block)->inner != (IS_FREE ^ (uintptr_t)block))
        gil_panic("GilMem_RawFree", "the block at %p was written to after it was freed", block);
}

static void
give_back(void *block)
{
    check_untouched(block);
    gil_backend_raw_give(fence_of(block));
}

static void
look_at(unsigned place)
{
    void *none = NULL, *block = gil_exchange_acq_rel(&kept[place], NULL);

    if (block == NULL)
        return;
    check_untouched(block);
    if (!gil_cas_acq_rel(&kept[place], &none, block))
        give_back(block);
}

void
gil_fence_look(void)
{
    look_at(gil_fetch_add_relaxed(&next_look, 1) % (KEPT_SMALL + KEPT_LARGE));
}

void
gil_fence_free(void *block)
{
    unsigned place = room_of(block) > FILLED ? KEPT_SMALL + gil_fetch_add_relaxed(&next_large, 1) % KEPT_LARGE
                                             : gil_fetch_add_relaxed(&next_small, 1) % KEPT_SMALL;

    memset(block, FILL_FREE, filled_of(block));
    fence_of(block)->inner = IS_FREE ^ (uintptr_t)block;
    void *older = gil_exchange_acq_rel(&kept[place], block);
    if (older != NULL)
        give_back(older);
    gil_fence_look();
}

void
gil_fence_look_at_all(void)
{
    if (!gil_backend_come_in())
        return;
    for (unsigned place = 0; place < KEPT_SMALL + KEPT_LARGE; place++)
        look_at(place);
}

#endif
