/* SPDX-License-Identifier: MIT */
/* Members: what the makers of types must know of them. */
#ifndef GIL_OBJECT_MEMBER_H
#define GIL_OBJECT_MEMBER_H

#include "object/attr.h"

/* Bytes of a field of type Gil_T_...; 0 when there is no such type. */
size_t gil_member_size(int type);

#endif
