/* SPDX-License-Identifier: MIT */
/* Calls of C functions described by a GilMethodDef. */
#ifndef GIL_PROTOCOL_METHOD_CALL_H
#define GIL_PROTOCOL_METHOD_CALL_H

#include "gilrt/call.h"

/*
 * Call def's function in the way its ml_flags say: self (NULL for static methods) is its first argument, cls the
 * defining class for GIL_METH_METHOD, args, nargsf and kwnames as for GilObject_Vectorcall(). TypeError where the
 * number of arguments does not fit, or keywords are given and not taken. New reference, or NULL with the error set. The
 * names of methods stay valid until the end of the call: self, and with it the type, must be held by the caller.
 */
GilObject *gil_call_cfunction(GilMethodDef *def, GilObject *self, GilTypeObject *cls, GilObject *const *args,
                              size_t nargsf, GilObject *kwnames);

#endif
