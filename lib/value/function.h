/* SPDX-License-Identifier: MIT */
/* Functions from inside: binding for the object layer, and the start. */
#ifndef GIL_VALUE_FUNCTION_H
#define GIL_VALUE_FUNCTION_H

#include "gilrt/function.h"

/* gil_ops.bind_method: def bound to self (NULL: static). cls: the defining class, for GIL_METH_METHOD. */
GilObject *gil_function_ops_bind(GilMethodDef *def, GilObject *self, GilTypeObject *cls);

/*
 * The attribute of a callable that another holds, which may be NULL: 1; 0 with answer NULL, there is none; -1 with the error set. It
 * may hold one in turn, or the one that asks: RecursionError. May run anything.
 */
int gil_ask_held(GilObject *callable, const char *name, GilObject **answer);

/* Whether callable, which may be NULL, says by __isabstractmethod__ that it is to be replaced: 1, 0, or -1 with the error set.
 * May run anything. */
int gil_is_abstract(GilObject *callable);

/* Readies the types. 0, or -1: no memory. */
int gil_function_start(void);
int gil_method_start(void);
int gil_property_start(void);
int gil_staticmethod_start(void);

#endif
