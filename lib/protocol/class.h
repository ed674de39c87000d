/* SPDX-License-Identifier: MIT */
/* Classes made by a call of a metatype. */
#ifndef GIL_PROTOCOL_CLASS_H
#define GIL_PROTOCOL_CLASS_H

#include "object/type.h"

/* metatype(name, bases, dict, **kwargs): tp_new of types, for gil_type_hooks.class_new. May run anything. */
GilObject *gil_class_new(GilTypeObject *metatype, GilObject *args, GilObject *kwargs);

#endif
