/* SPDX-License-Identifier: MIT */
/*
 * Debug builds: which blocks of a heap are objects, so that a report of what was left can name those that the collector does
 * not know. A block's record (base/zone.h) says whether it holds one, and how far into it.
 */
#ifndef GIL_BASE_CENSUS_H
#define GIL_BASE_CENSUS_H

#include "base/mem.h"

#ifdef GIL_DEBUG

/* The block holds an object, prefix bytes from its start: 0 or 16. */
void gil_census_enter(void *block, size_t prefix);
/* It holds none any more. */
void gil_census_leave(void *block);
/* Call visit for each object. It must neither take nor give back memory. */
void gil_census_take(const struct gil_heap *heap, void (*visit)(void *op, void *arg), void *arg);

#else

static inline void
gil_census_enter(void *block, size_t prefix)
{
    (void)block;
    (void)prefix;
}

#endif

#endif
