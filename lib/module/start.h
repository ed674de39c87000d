/* SPDX-License-Identifier: MIT */
/* Start and stop of the module layer. */
#ifndef GIL_MODULE_START_H
#define GIL_MODULE_START_H

#include "state/tstate.h"

/* Once a process, never undone. 0, or -1: no memory. */
int gil_module_start(void);
/* Makes the pocket of ts's interpreter, with an empty search path. 0, or -1: no memory, nothing is kept. */
int gil_module_interp_start(GilThreadState *ts);
/* Clears the modules, newest first, and gives the pocket back. May run anything. */
void gil_module_interp_stop(GilThreadState *ts);

#endif
