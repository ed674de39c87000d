/* SPDX-License-Identifier: MIT */
/* Iteration from inside. */
#ifndef GIL_PROTOCOL_ITER_H
#define GIL_PROTOCOL_ITER_H

#include "gilrt/iter.h"

/* Ready GilSeqIter_Type; once a process. 0, or -1: no memory. */
int gil_iter_start(void);
/* Ready GilCallIter_Type; once a process. 0, or -1: no memory. */
int gil_call_iter_start(void);

#endif
