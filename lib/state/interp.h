/* SPDX-License-Identifier: MIT */
/* Interpreters: a lock, a heap, the threads under them, and a pocket for each layer above. */
#ifndef GIL_STATE_INTERP_H
#define GIL_STATE_INTERP_H

#include "gilrt/base.h"

struct gil_heap;
struct gil_lock;

/* What the layers above keep an interpreter: one pocket each, filled and emptied by that layer's interp_start/stop. */
enum gil_pocket {
    GIL_POCKET_OBJECT, /* types made, object counters */
    GIL_POCKET_GC,     /* tracked objects */
    GIL_POCKET_VALUE,  /* interned strings, MemoryError */
    GIL_POCKET_MODULE, /* import registry, search path */
    GIL_POCKETS
};

struct _gilis {
    int64_t id;                /* [const] 0 for the main interpreter; never reused */
    struct gil_lock *lock;     /* [const] */
    struct gil_heap *heap;     /* [const] used under the lock */
    GilThreadState *threads;   /* [mu] all states, newest first */
    void *pocket[GIL_POCKETS]; /* [gil] */
    uint32_t guards;           /* [atomic] open guards, and the bit that refuses new ones; see state/guard.c */
    GilInterpreterState *next; /* [mu] registry */
};

/* One load: the pocket of the calling thread's interpreter. */
#define GIL_POCKET(ts, which) ((ts)->interp->pocket[(which)])

#endif
