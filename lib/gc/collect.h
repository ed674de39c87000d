/* SPDX-License-Identifier: MIT */
/* The collector: one collection from beginning to end, and when it runs. */
#ifndef GIL_GC_COLLECT_H
#define GIL_GC_COLLECT_H

#include "gc/generation.h"

/*
 * Collect a generation with the younger ones, unless a collection is running. Returns how many objects were unreachable;
 * 0 when it did not run. The pending error stays as it is. May run anything; needs no memory.
 */
size_t gil_gc_collect(GilThreadState *ts, unsigned generation);
/* gil_state_hooks.collect: what a safe point does when _Gil_BRK_COLLECT is set. Always 0. errno is kept. */
int gil_gc_serve(GilThreadState *ts);
/* In the child of a fork: a collection of a thread that is no more is over. Its garbage is found again. */
void gil_gc_fork_child(GilInterpreterState *interp);
/* What took gc->collector for itself is over: others may collect. */
void gil_gc_leave(GilThreadState *ts);
/* Whether ts is in the middle of a collection. */
int gil_gc_is_active(const GilThreadState *ts);

/*
 * The interpreter ends, and no other thread gets the lock any more: collect until nothing is found, within reason. The
 * objects of a collection in which another thread was stopped are taken over first.
 */
void gil_gc_collect_last(GilThreadState *ts);

#endif
