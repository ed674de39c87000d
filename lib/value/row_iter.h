/* SPDX-License-Identifier: MIT */
/* Iterators over tuples and lists. */
#ifndef GIL_VALUE_ROW_ITER_H
#define GIL_VALUE_ROW_ITER_H

#include "object/alloc.h"
#include "value/row.h"

/* An iterator of type GilTupleIter_Type, GilListIter_Type or GilListRevIter_Type over row. New reference. */
GilObject *gil_row_iter_new(GilThreadState *ts, GilTypeObject *type, GilObject *row);

/* Readies the three types. 0, or -1: no memory. */
int gil_row_iter_start(void);

#endif
