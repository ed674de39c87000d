/* SPDX-License-Identifier: MIT */
/* Type-stable memory: blocks that are reused for the same kind of thing only and never unmapped. */
#ifndef GIL_STATE_STABLE_H
#define GIL_STATE_STABLE_H

#include "sync/mutex.h"

#include <stddef.h>

/*
 * For what a thread may still look at for a moment after another has ended it: lock objects and thread blocks. Such a late
 * look finds a thing of the same kind, marked dead or alive again, and the code that looks is written for both.
 *
 * Blocks are aligned to GIL_STABLE_ALIGN. They come in slabs of raw memory that stay with the pool for the life of the
 * process, so a pool is as large as the largest number of blocks that were ever in use at once.
 */
#define GIL_STABLE_ALIGN 64

struct gil_stable_slab;

struct gil_stable {
    struct gil_mutex mu;
    size_t size;                   /* [const] of a block, without what the pool adds */
    void **free;                   /* [mu] chain of free blocks, each link behind its block */
    struct gil_stable_slab *slabs; /* [mu] all of them, newest first; read by anyone: gil_stable_look() */
    size_t in_use;                 /* [mu] blocks given out */
};

#define GIL_STABLE_INIT(size, name) {GIL_MUTEX_INIT(GIL_RANK_STABLE, name), (size), NULL, NULL, 0}

/* A block with the contents it had when it was put back, zeros if it is new; NULL: no memory. */
void *gil_stable_get(struct gil_stable *pool);
void gil_stable_put(struct gil_stable *pool, void *block);
/* Blocks given out and not put back. */
size_t gil_stable_in_use(struct gil_stable *pool);

/* Where a walk over a pool is. */
struct gil_stable_look {
    const struct gil_stable_slab *slab;
    int block;
};
/*
 * One block after another, given out or not, zeros if it never was; look is zeros at first. NULL: that was all. Takes no mutex, so it
 * may be called in a signal handler, and in one that came while the pool was at work; blocks that come meanwhile may be missing.
 */
const void *gil_stable_look(const struct gil_stable *pool, struct gil_stable_look *look);

#endif
