/* SPDX-License-Identifier: MIT */
/* The layers of an interpreter, started bottom-up and stopped top-down. */
#ifndef GIL_RUNTIME_LAYERS_H
#define GIL_RUNTIME_LAYERS_H

#include "gilrt/base.h"
#include "state/interp.h"

/* Ready what the process keeps for ever. 0, or -1: no memory; the next call goes on where this one failed. */
int gil_layers_ready_process(void);

/*
 * Make an interpreter with all its layers, its state attached to the calling thread, which has none attached. Its gate is
 * closing still, if config->starting says so. NULL: no memory, nothing is left.
 */
GilThreadState *gil_layers_start(const struct gil_interp_config *config);

/* What lost references left behind in an interpreter. */
struct gil_leftovers {
    size_t objects;       /* of those that can be in cycles */
    size_t blocks, bytes; /* of all memory */
};
/*
 * Take the interpreter of ts away, after gil_interp_close(); ts is attached and goes with it. print: write a line to standard
 * error, with the number of another interpreter than the main one, for each type of objects that are left. Cannot fail. Runs finalizers.
 */
void gil_layers_stop(GilThreadState *ts, int print, struct gil_leftovers *left);

#endif
