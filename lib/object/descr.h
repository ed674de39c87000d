/* SPDX-License-Identifier: MIT */
/* Descriptors: what asking a type for a method, member or computed attribute gives. */
#ifndef GIL_OBJECT_DESCR_H
#define GIL_OBJECT_DESCR_H

#include "object/type.h"

extern GilTypeObject gil_method_descriptor_type;
extern GilTypeObject gil_classmethod_descriptor_type;
extern GilTypeObject gil_slot_descriptor_type;
extern GilTypeObject gil_member_descriptor_type;
extern GilTypeObject gil_getset_descriptor_type;

/* An object for an entry that is no value; new reference, or NULL with MemoryError. */
GilObject *gil_descr_new(GilThreadState *ts, const struct gil_found *found);
/* Read and write through an entry, checking that it may be: error texts as CPython's. o is an instance of the owner. */
GilObject *gil_descr_get(const struct gil_found *found, GilObject *o);
int gil_descr_set(const struct gil_found *found, GilObject *o, GilObject *value);

int gil_descr_start(void);

#endif
