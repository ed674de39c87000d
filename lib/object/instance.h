/* SPDX-License-Identifier: MIT */
/* What instances of heap types are gone through and cleared by, where their types do not say. */
#ifndef GIL_OBJECT_INSTANCE_H
#define GIL_OBJECT_INSTANCE_H

#include "gilrt/typeobject.h"

/* tp_traverse and tp_clear of heap types with GC that give neither. */
int gil_heap_type_instance_traverse(GilObject *self, visitproc visit, void *arg);
int gil_heap_type_instance_clear(GilObject *self);

/*
 * Where self keeps a dict that its type, or one between that and base, brought; NULL: there is none, or base had it
 * already and looks after it.
 */
GilObject **gil_brought_dict(GilObject *self, const GilTypeObject *base);

#endif
