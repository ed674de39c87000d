/* SPDX-License-Identifier: MIT */
/* Values built by a format, for callers inside the library. */
#ifndef GIL_MODULE_BUILD_H
#define GIL_MODULE_BUILD_H

#include "gilrt/args.h"
#include "state/tstate.h"

/*
 * A tuple of arguments as GilObject_CallFunction() makes it: one item a unit, except that a single unit that makes a
 * tuple is the arguments itself. NULL format: none. NULL with the error set.
 */
GilObject *gil_build_arguments(GilThreadState *ts, const char *format, va_list va);

#endif
