/* SPDX-License-Identifier: MIT */
/* Start and stop of the object layer. */
#ifndef GIL_OBJECT_START_H
#define GIL_OBJECT_START_H

#include "state/tstate.h"

/* Ready the layer's own types, once a process, before all other types. 0, or -1: no memory. */
int gil_object_start(void);
/* Make the layer's pocket in ts's interpreter. 0, or -1: no memory. */
int gil_object_interp_start(GilThreadState *ts);
/* Last step before the heap goes: takes the pocket away. What is still tracked then was leaked, see gc/track.h. */
void gil_object_interp_stop(GilThreadState *ts);
/* Give back what a thread state holds, before the state layer deletes it: error, handled exception. Runs finalizers. */
void gil_object_tstate_clear(GilThreadState *ts);

#endif
