/* SPDX-License-Identifier: MIT */
/* bytes from inside. */
#ifndef GIL_VALUE_BYTES_H
#define GIL_VALUE_BYTES_H

#include "gilrt/bytes.h"
#include "gilrt/typeobject.h"
#include "object/alloc.h"

static inline int
gil_bytes_check(const GilObject *op)
{
    return op->ob_type == &GilBytes_Type || (op->ob_type->tp_flags & Gil_TPFLAGS_BYTES_SUBCLASS) != 0;
}

/* size octets, uninitialised, the NUL behind them in place; a new object for size 0 too. NULL with the error set. */
GilObject *gil_bytes_alloc(GilThreadState *ts, Gil_ssize_t size);

/* Readies the type and the process-wide objects. 0, or -1: no memory. */
int gil_bytes_start(void);

#endif
