/* SPDX-License-Identifier: MIT */
/* slice from inside. */
#ifndef GIL_VALUE_SLICE_H
#define GIL_VALUE_SLICE_H

#include "gilrt/slice.h"
#include "state/tstate.h"

/*
 * GilSlice_GetIndicesEx() for lengths of any size: length is exactly an int, not negative. index gets start, stop and
 * step as exact ints, new references. 0, or -1 with the error set and nothing in index. May run anything.
 */
int gil_slice_fit(GilThreadState *ts, GilObject *slice, GilObject *length, GilObject *index[3]);

/* Ready the type; once a process. 0, or -1: no memory. */
int gil_slice_start(void);

#endif
