/* SPDX-License-Identifier: MIT */
/* Signals, from the handler to the callback. */
#ifndef GIL_RUNTIME_SIGNAL_H
#define GIL_RUNTIME_SIGNAL_H

#include "gilrt/base.h"

/* The runtime is started by the calling thread, whose state gil_pending_open_main() gets. */
void gil_signal_start(void);
/* It ends, or a fork has lost the main interpreter, whose callbacks they are: no signal is watched, and the actions are back that were there
 * before. */
void gil_signal_stop(void);
/* Do what _Gil_BRK_SIGNAL and _Gil_BRK_INTERRUPT ask of ts, attached; 0, or -1 with an exception. The main interpreter's lock, where
 * callbacks are made, is waited for until the clock reaches limit (GIL_LOCK_WAIT: as long as it takes); then they wait. */
int gil_signal_attend(GilThreadState *ts, uint64_t limit);
/* In the child of a fork: the main thread is the one that is left. */
void gil_signal_fork_child(GilThreadState *ts, int survives);
/* There, when all is in order: what has come since the fork is handled. */
void gil_signal_after_fork(void);

#endif
