/* SPDX-License-Identifier: MIT */
/* The functions that stand in slots which attributes fill. */
#ifndef GIL_PROTOCOL_SLOTATTR_H
#define GIL_PROTOCOL_SLOTATTR_H

/* By id of the slot; NULL: attributes do not fill it. For gil_type_hooks.attribute_slots. */
extern void *const gil_attribute_slots[];

#endif
