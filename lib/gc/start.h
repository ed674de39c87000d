/* SPDX-License-Identifier: MIT */
/* Start and stop of the collector's layer. */
#ifndef GIL_GC_START_H
#define GIL_GC_START_H

#include "state/tstate.h"

/* Nothing a process keeps; 0. */
int gil_gc_start(void);
/* 0, or -1: no memory. */
int gil_gc_interp_start(GilThreadState *ts);
/* Counts what was left tracked; see gil_gc_left(). */
void gil_gc_interp_stop(GilThreadState *ts);
/* Objects that interpreters ended so far left behind in cycles or by lost references. Any thread. */
size_t gil_gc_left(void);

#endif
