/* SPDX-License-Identifier: MIT */
/* Cells from inside: their start. */
#ifndef GIL_VALUE_CELL_H
#define GIL_VALUE_CELL_H

#include "gilrt/cell.h"

/* Ready the type; once a process. 0, or -1: no memory. */
int gil_cell_start(void);

#endif
