/* SPDX-License-Identifier: MIT */
/* Type-stable memory: free lists over slabs that are never given back. */
#include "state/stable.h"

#include "base/atomic.h"
#include "base/mem.h"

#include <stdint.h>

/* A slab serves this many blocks: a process with a few threads needs one slab, one with thousands few allocations. */
#define SLAB_BLOCKS 8

struct gil_stable_slab {
    struct gil_stable_slab *next;
};

static size_t
aligned(size_t size)
{
    return (size + GIL_STABLE_ALIGN - 1) / GIL_STABLE_ALIGN * GIL_STABLE_ALIGN;
}

/* From one block to the next. */
static size_t
stride_of(const struct gil_stable *pool)
{
    return aligned(pool->size + sizeof(void *));
}

/* The link is the last word before the next block: the block itself is not touched while it is free, because it may be
 * looked at. */
static void **
link_of(const struct gil_stable *pool, void *block)
{
    return (void **)(void *)((char *)block + stride_of(pool) - sizeof(void *));
}

static char *
first_block(const struct gil_stable_slab *slab)
{
    return (char *)aligned((uintptr_t)slab + sizeof *slab);
}

/* One more slab, its blocks put on the free list. */
static int
grow(struct gil_stable *pool)
{
    size_t stride = stride_of(pool);
    size_t head = aligned(sizeof(struct gil_stable_slab));
    struct gil_stable_slab *slab = gil_raw_calloc(1, GIL_STABLE_ALIGN + head + SLAB_BLOCKS * stride);

    if (slab == NULL)
        return -1;
    slab->next = pool->slabs;
    /* Before a block of it is given out, for who holds no mutex and looks: see gil_stable_look(), and state/pending.c. */
    gil_store_seq_cst(&pool->slabs, slab);
    char *first = first_block(slab);
    for (size_t i = 0; i < SLAB_BLOCKS; i++) {
        /* The last goes behind the others, for one of them is at the beginning of a page: see doc/internals/memory.md. */
        void *block = first + (i + SLAB_BLOCKS - 1) % SLAB_BLOCKS * stride;
        *link_of(pool, block) = pool->free;
        pool->free = block;
    }
    return 0;
}

void *
gil_stable_get(struct gil_stable *pool)
{
    gil_mutex_lock(&pool->mu);
    void *block = NULL;
    if (pool->free != NULL || grow(pool) == 0) {
        block = pool->free;
        pool->free = *link_of(pool, block);
        pool->in_use++;
    }
    gil_mutex_unlock(&pool->mu);
    return block;
}

void
gil_stable_put(struct gil_stable *pool, void *block)
{
    gil_mutex_lock(&pool->mu);
    *link_of(pool, block) = pool->free;
    pool->free = block;
    pool->in_use--;
    gil_mutex_unlock(&pool->mu);
}

size_t
gil_stable_in_use(struct gil_stable *pool)
{
    gil_mutex_lock(&pool->mu);
    size_t in_use = pool->in_use;
    gil_mutex_unlock(&pool->mu);
    return in_use;
}

const void *
gil_stable_look(const struct gil_stable *pool, struct gil_stable_look *look)
{
    if (look->block == SLAB_BLOCKS) {
        look->slab = look->slab->next;
        look->block = 0;
    }
    else if (look->slab == NULL)
        look->slab = gil_load_seq_cst(&pool->slabs);
    return look->slab != NULL ? first_block(look->slab) + (size_t)look->block++ * stride_of(pool) : NULL;
}
