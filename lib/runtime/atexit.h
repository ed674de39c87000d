/* SPDX-License-Identifier: MIT */
/* Calls that are made when an interpreter ends, and when the runtime has. */
#ifndef GIL_RUNTIME_ATEXIT_H
#define GIL_RUNTIME_ATEXIT_H

#include "gilrt/life.h"

#include <stddef.h>

/* Make the calls that are registered now, those of ts's interpreter, with ts attached. Returns how many it were. */
size_t gil_atexit_round(GilThreadState *ts);
/* No more are taken; what is registered still is dropped. Returns how many it were. */
size_t gil_atexit_over(GilThreadState *ts);
/* The calls of Gil_AtExit(), in rounds; what is left after so many is dropped. Returns how many that were. */
size_t gil_atexit_process(void);

#endif
