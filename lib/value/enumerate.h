/* SPDX-License-Identifier: MIT */
/* Enumerate and reversed from inside: their start. */
#ifndef GIL_VALUE_ENUMERATE_H
#define GIL_VALUE_ENUMERATE_H

#include "gilrt/iter.h"

/* Ready the types; once a process. 0, or -1: no memory. */
int gil_enumerate_start(void);
int gil_reversed_start(void);

#endif
