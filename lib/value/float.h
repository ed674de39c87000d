/* SPDX-License-Identifier: MIT */
/* float from inside. */
#ifndef GIL_VALUE_FLOAT_H
#define GIL_VALUE_FLOAT_H

#include "gilrt/float.h"
#include "gilrt/typeobject.h"

/* The hash of a double; that of the int where it is a whole number. self is hashed in place of a NaN. */
Gil_hash_t gil_hash_double(GilObject *self, double v);
/* nb_float of an object whose type has it, of a subclass of float too. 0 and *v, or -1 with the error set. */
int gil_float_ask(GilObject *op, double *v);
/* float_method.c. */
extern GilMethodDef gil_float_methods[];
extern GilGetSetDef gil_float_getset[];

/* Ready the type; once a process. 0, or -1: no memory. */
int gil_float_start(void);

#endif
