/* SPDX-License-Identifier: MIT */
/* What an object is an instance of, and hooks that are looked up in its type. */
#ifndef GIL_PROTOCOL_KIND_H
#define GIL_PROTOCOL_KIND_H

#include "object/type.h"

/*
 * The method that o's type has under that name, bound to o: 1 with a new reference in *method, 0 when there is none (or
 * only that of a built-in type, with builtin 0), -1 with the error set. An attribute of o itself is no hook.
 */
int gil_find_hook(GilThreadState *ts, GilObject *o, const char *name, int builtin, GilObject **method);

#endif
