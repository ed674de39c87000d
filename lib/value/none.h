/* SPDX-License-Identifier: MIT */
/* The singletons from inside. */
#ifndef GIL_VALUE_NONE_H
#define GIL_VALUE_NONE_H

#include "gilrt/none.h"

/* Ready the types of None, NotImplemented and Ellipsis; once a process. 0, or -1: no memory. */
int gil_none_start(void);

#endif
