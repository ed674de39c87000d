/* SPDX-License-Identifier: MIT */
/* bool from inside. */
#ifndef GIL_VALUE_BOOL_H
#define GIL_VALUE_BOOL_H

#include "gilrt/bool.h"

/* Ready the type, after int's; once a process. 0, or -1: no memory. */
int gil_bool_start(void);

#endif
