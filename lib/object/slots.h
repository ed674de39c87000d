/* SPDX-License-Identifier: MIT */
/* Slot ids of types: where in a type each one stands. */
#ifndef GIL_OBJECT_SLOTS_H
#define GIL_OBJECT_SLOTS_H

#include "gilrt/typeobject.h"

#define GIL_TYPE_SLOT_MAX Gil_tp_token

enum gil_slot_part {
    GIL_SLOT_UNKNOWN,
    GIL_SLOT_TYPE,
    GIL_SLOT_NUMBER,
    GIL_SLOT_SEQUENCE,
    GIL_SLOT_MAPPING,
    GIL_SLOT_BUFFER
};

struct gil_slot_place {
    const char *name; /* "Gil_tp_init" */
    uint8_t part;
    uint16_t offset; /* in the part's struct */
};

/* The place of a slot, or NULL when there is no slot of that id. */
const struct gil_slot_place *gil_slot_place(int id);
/* The pointer that stands there; NULL also where the type lacks the part. */
void *gil_slot_read(const GilTypeObject *type, const struct gil_slot_place *place);
/* Put it there; the part must exist. */
void gil_slot_write(GilTypeObject *type, const struct gil_slot_place *place, void *value);

#endif
