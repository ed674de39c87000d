/* SPDX-License-Identifier: MIT */
/* A slot of a type bound to an instance: what fetching `__len__` from an object gives. */
#ifndef GIL_OBJECT_METHOD_WRAPPER_H
#define GIL_OBJECT_METHOD_WRAPPER_H

#include "object/type.h"

extern GilTypeObject gil_method_wrapper_type;

/* entry is a GIL_NAME_SLOT of owner, self an instance of that; new reference, or NULL with MemoryError. */
GilObject *gil_method_wrapper_new(GilThreadState *ts, const struct gil_name_entry *entry, GilTypeObject *owner,
                                  GilObject *self);

int gil_method_wrapper_start(void);

#endif
