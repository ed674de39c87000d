/* SPDX-License-Identifier: MIT */
/**
 * @file
 * range: the ints from a start up to, not including, a stop, a step apart. A range keeps the three numbers and computes
 * the rest, whatever their size.
 *
 * One is made by calling the type, as in `GilObject_CallFunction((GilObject *)&GilRange_Type, "ii", 0, 10)`.
 */
#ifndef GILRT_RANGE_H
#define GILRT_RANGE_H

#include <gilrt/type.h>

GIL_BEGIN_DECLS

GIL_API extern GilTypeObject GilRange_Type;
/** Iterator over a range whose numbers all fit into 64 bits; and over any other. */
GIL_API extern GilTypeObject GilRangeIter_Type;
GIL_API extern GilTypeObject GilLongRangeIter_Type;

#define GilRange_Check(op) Gil_IS_TYPE((op), &GilRange_Type)

GIL_END_DECLS

#endif
