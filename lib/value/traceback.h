/* SPDX-License-Identifier: MIT */
/* Tracebacks from inside. */
#ifndef GIL_VALUE_TRACEBACK_H
#define GIL_VALUE_TRACEBACK_H

#include "gilrt/traceback.h"

/* gil_ops.exception_parts: what is printed above and below an exception's own line, as new references to str, or NULL:
 * nothing, or it failed, without an error set. */
void gil_traceback_ops_parts(GilObject *exc, GilObject **traceback, GilObject **notes);

int gil_traceback_start(void);

#endif
