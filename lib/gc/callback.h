/* SPDX-License-Identifier: MIT */
/* Who wants to know of collections. */
#ifndef GIL_GC_CALLBACK_H
#define GIL_GC_CALLBACK_H

#include "gc/generation.h"

/* Tell all callbacks; an error that one leaves is reported as unraisable. Needs no memory. May run anything. */
void gil_gc_call_back(GilThreadState *ts, const GilGCInfo *info);
/* Forget them all, when the interpreter ends. Runs nothing. */
void gil_gc_callbacks_stop(GilThreadState *ts);

#endif
