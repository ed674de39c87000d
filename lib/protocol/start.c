/* SPDX-License-Identifier: MIT */
/* Starts the protocol layer. */
#include "protocol/start.h"

#include "object/type.h"
#include "protocol/class.h"
#include "protocol/iter.h"
#include "protocol/slotattr.h"

int
gil_protocol_start(void)
{
    gil_type_hooks.class_new = gil_class_new;
    gil_type_hooks.attribute_slots = gil_attribute_slots;
    return gil_iter_start() < 0 ? -1 : gil_call_iter_start();
}
