/* SPDX-License-Identifier: MIT */
/* bytes % args and bytearray % args. */
#ifndef GIL_VALUE_OCTETS_PERCENT_H
#define GIL_VALUE_OCTETS_PERCENT_H

#include "gilrt/typeobject.h"

/* Of bytes and of bytearray. */
extern GilNumberMethods gil_octets_as_number;

#endif
