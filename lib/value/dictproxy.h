/* SPDX-License-Identifier: MIT */
/* Mapping proxies from inside: those of types, and their start. */
#ifndef GIL_VALUE_DICTPROXY_H
#define GIL_VALUE_DICTPROXY_H

#include "gilrt/dictproxy.h"
#include "gilrt/type.h"

/* gil_type_hooks.type_dict: a proxy of a dict of what type itself has, made anew. New reference, or NULL with MemoryError. */
GilObject *gil_type_dict(GilTypeObject *type);
/* Ready the type; once a process. 0, or -1: no memory. */
int gil_dictproxy_start(void);

#endif
