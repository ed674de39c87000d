/* SPDX-License-Identifier: MIT */
/* Taking a public mutex as part of something else. */
#ifndef GIL_STATE_LOCKING_H
#define GIL_STATE_LOCKING_H

#include "gilrt/mutex.h"
#include "state/wait.h"

/* GilMutex_Lock() by a way of the caller's to try m, to sleep for it, and, for a thread that is too late to have it, to give it
 * back. */
void gil_locking_lock(GilMutex *m, const struct gil_waitable *kind, void *object, const char *func);

#endif
