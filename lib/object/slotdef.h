/* SPDX-License-Identifier: MIT */
/* Slots as attributes: the names that operators and other slots have, and what calling them does. */
#ifndef GIL_OBJECT_SLOTDEF_H
#define GIL_OBJECT_SLOTDEF_H

#include "object/type.h"

/*
 * The entry that stands for a slot which type, and none of its bases, fills: as if it stood in type's table. NULL: the
 * name is none of a slot, or type has nothing of its own there. `__doc__` is each type's own.
 */
const struct gil_name_entry *gil_slot_entry(const GilTypeObject *type, const struct gil_name *name);
/* All such entries of type: *pos begins at 0; NULL at the end. */
const struct gil_name_entry *gil_slot_entry_next(const GilTypeObject *type, size_t *pos);

/* The slots that an attribute of that name fills, two at the most: how many. 0: the name is none of a slot. */
#define GIL_SLOTS_OF_NAME_MAX 2
size_t gil_slots_of_name(const char *name, size_t len, uint8_t slots[GIL_SLOTS_OF_NAME_MAX]);
/* The names whose attributes fill a slot: *pos begins at 0; NULL at the end. */
const struct gil_name_entry *gil_slot_name_next(int slot, size_t *pos);

/* Call the slot of owner that entry is for, with self, an instance of owner; args is a tuple, kwargs a dict or NULL. */
GilObject *gil_slot_call(const struct gil_name_entry *entry, const GilTypeObject *owner, GilObject *self,
                         GilObject *args, GilObject *kwargs);

#endif
