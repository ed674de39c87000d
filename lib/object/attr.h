/* SPDX-License-Identifier: MIT */
/* Attribute access by UTF-8 name, without a str object. */
#ifndef GIL_OBJECT_ATTR_H
#define GIL_OBJECT_ATTR_H

#include "object/type.h"

/*
 * What tp_getattro of ordinary objects does: 1 with a new reference in *result, 0 when there is no such attribute (no
 * error set), -1 with the error set. The reader of instance attributes for types with a dict of their own (modules,
 * exceptions): call this first or last, as the type's rules want.
 */
int gil_attr_lookup(GilThreadState *ts, GilObject *o, const struct gil_name *name, GilObject **result);
/* The same for a name as an object; -1 with TypeError also when that is no str. */
int gil_attr_find(GilThreadState *ts, GilObject *o, GilObject *name, GilObject **result);
/* What an entry found in type(o) gives for o: a new reference, or NULL with the error set. */
GilObject *gil_attr_bind(GilThreadState *ts, const struct gil_found *found, GilObject *o);
/* What an entry found in type, or in a base of it, gives when type itself is asked. */
GilObject *gil_attr_bind_on_type(GilThreadState *ts, const struct gil_found *found, GilTypeObject *type);

/* tp_setattro of ordinary objects; value NULL deletes. 0, or -1 with the error set. */
int gil_attr_set(GilThreadState *ts, GilObject *o, const char *name, size_t len, GilObject *value);

/*
 * For calls of methods that want to spare the bound method: 1 when o's attribute is an ordinary method, then *found
 * says which; 0 when it must be asked for in the usual way; -1 with the error set. name is a str. May run anything when
 * o has a dict.
 */
int gil_attr_find_method(GilThreadState *ts, GilObject *o, GilObject *name, struct gil_found *found);

/* tp_getattro and tp_setattro of types. */
GilObject *gil_type_getattro(GilObject *type, GilObject *name);
int gil_type_setattro(GilObject *type, GilObject *name, GilObject *value);

/* AttributeError "'vector.Scale' object has no attribute 'x'" (for a type as o: "type object 'Scale' has ..."). */
void gil_attr_missing(GilObject *o, const char *name, size_t len);

#endif
