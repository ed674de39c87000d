/* SPDX-License-Identifier: MIT */
/* References that are given back later, in a pending call. */
#ifndef GIL_OBJECT_LATER_H
#define GIL_OBJECT_LATER_H

#include "gilrt/object.h"
#include "gilrt/pending.h"

/* A node that holds object, whose reference it takes over: its call gives that back, and frees the node. NULL: no memory, and the
 * reference is the caller's. Needs no attached thread. */
GilPendingNode *gil_later_new(GilObject *object);
/* Free it, and have the reference, by an attached thread; node may be NULL, then so is what is returned. */
GilObject *gil_later_take(GilPendingNode *node);

#endif
