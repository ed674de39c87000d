/* SPDX-License-Identifier: MIT */
/* slice from inside. */
#ifndef GIL_VALUE_SLICE_H
#define GIL_VALUE_SLICE_H

#include "gilrt/slice.h"

/* Ready the type; once a process. 0, or -1: no memory. */
int gil_slice_start(void);

#endif
