/* SPDX-License-Identifier: MIT */
/* What instances of heap types are gone through and cleared by, where their types do not say. */
#ifndef GIL_OBJECT_INSTANCE_H
#define GIL_OBJECT_INSTANCE_H

#include "gilrt/typeobject.h"

/* tp_traverse and tp_clear of heap types with GC that give neither. */
int gil_heap_type_instance_traverse(GilObject *self, visitproc visit, void *arg);
int gil_heap_type_instance_clear(GilObject *self);

#endif
