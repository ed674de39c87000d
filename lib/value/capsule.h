/* SPDX-License-Identifier: MIT */
/* Capsules from inside: their start. */
#ifndef GIL_VALUE_CAPSULE_H
#define GIL_VALUE_CAPSULE_H

#include "gilrt/capsule.h"

/* Readies the type. 0, or -1: no memory. */
int gil_capsule_start(void);

#endif
