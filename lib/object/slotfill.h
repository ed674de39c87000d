/* SPDX-License-Identifier: MIT */
/* Attributes that fill slots: what stands in a slot of a type made at run time, as its attributes come and go. */
#ifndef GIL_OBJECT_SLOTFILL_H
#define GIL_OBJECT_SLOTFILL_H

#include "object/alloc.h"
#include "object/type.h"

/*
 * Before an attribute of that name comes to type or leaves it: acquire what gil_slotfill_follow() needs. 0, or -1 with
 * MemoryError.
 */
int gil_slotfill_prepare(GilThreadState *ts, GilTypeObject *type, const char *name, size_t len);
/* After that: make the slots of type, and of what derives from it, agree with the tables. Runs nothing. */
void gil_slotfill_follow(GilTypeObject *type, const char *name, size_t len);

/* The same for all slots of a type that is being made, before its attributes come. */
void gil_slotfill_join(GilTypeObject *type);

/* Remember that type's spec gives the slot. */
void gil_slotfill_own(GilHeapTypeObject *ht, int id);
/* What stands in the slot, or would without the attributes that were set: never a function that asks attributes. */
void *gil_slotfill_native(const GilTypeObject *type, int id);

#endif
