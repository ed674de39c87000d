/* SPDX-License-Identifier: MIT */
/* The type of types: its slots, and the interpreter's list of types. */
#ifndef GIL_OBJECT_METATYPE_H
#define GIL_OBJECT_METATYPE_H

#include "object/type.h"

/* Enter a complete heap type into its interpreter's list; from now on its destructor takes it out. */
void gil_type_link(GilThreadState *ts, GilHeapTypeObject *ht);

/* Whether o, whose type does not derive from type, says by its attribute __class__ that it is of it: 1, 0, -1. */
int gil_type_claimed_by(GilTypeObject *type, GilObject *o);

#endif
