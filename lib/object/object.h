/* SPDX-License-Identifier: MIT */
/* What the root type does for all that do not say otherwise. */
#ifndef GIL_OBJECT_OBJECT_H
#define GIL_OBJECT_OBJECT_H

#include "gilrt/typeobject.h"

/* "<vector.Scale object at 0x7f...>" */
GilObject *gil_object_default_repr(GilObject *self);
/* From the address: its low bits, always zero, go to the top. Never -1. */
Gil_hash_t gil_object_hash_identity(GilObject *self);

#endif
