/* SPDX-License-Identifier: MIT */
/* float from inside. */
#ifndef GIL_VALUE_FLOAT_H
#define GIL_VALUE_FLOAT_H

#include "gilrt/float.h"
#include "gilrt/typeobject.h"

/* The hash of a double; that of the int where it is a whole number. self is hashed in place of a NaN. */
Gil_hash_t gil_hash_double(GilObject *self, double v);
/* float_method.c. */
extern GilMethodDef gil_float_methods[];
extern GilGetSetDef gil_float_getset[];

/* Ready the type; once a process. 0, or -1: no memory. */
int gil_float_start(void);

#endif
