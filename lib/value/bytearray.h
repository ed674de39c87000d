/* SPDX-License-Identifier: MIT */
/* bytearray from inside. */
#ifndef GIL_VALUE_BYTEARRAY_H
#define GIL_VALUE_BYTEARRAY_H

#include "gilrt/bytearray.h"
#include "gilrt/typeobject.h"

/* [gil] all fields. */
struct gil_bytearray {
    GilObject_VAR_HEAD     /* ob_size: octets */
    char *data;            /* 16-byte aligned, a NUL behind the octets; heap block, or a shared empty one */
    Gil_ssize_t allocated; /* bytes of the block, NUL included; 0: the shared one. Above ob_size otherwise */
    Gil_ssize_t exports;   /* views alive; above 0 neither data nor ob_size changes */
};

/* Readies the type. 0, or -1: no memory. */
int gil_bytearray_start(void);

#endif
