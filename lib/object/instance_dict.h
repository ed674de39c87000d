/* SPDX-License-Identifier: MIT */
/* The dict of an instance: where it stands, and attributes in it. */
#ifndef GIL_OBJECT_INSTANCE_DICT_H
#define GIL_OBJECT_INSTANCE_DICT_H

#include "object/type.h"

/* Where o keeps its dict, which may be NULL until something is stored; NULL: instances of its type have none. */
static inline GilObject **
gil_instance_dict_slot(GilObject *o)
{
    Gil_ssize_t offset = Gil_TYPE(o)->tp_dictoffset;
    return offset > 0 ? (GilObject **)(void *)((char *)o + offset) : NULL;
}

/* o's dict, borrowed; NULL: it has none, or none yet. */
static inline GilObject *
gil_instance_dict(GilObject *o)
{
    GilObject **slot = gil_instance_dict_slot(o);
    return slot != NULL ? *slot : NULL;
}

/*
 * What dict has under the name, where that is known without asking a key, which is so as a rule: 1 with a new reference in
 * *result, or 0. -1: gil_instance_dict_get() tells. Runs nothing.
 */
static inline int
gil_instance_dict_peek(GilObject *dict, const struct gil_name *name, GilObject **result)
{
    return name->str != NULL ? gil_type_hooks.dict_peek(dict, name->str, result) : -1;
}

/* 1 with a new reference in *result, 0 and NULL when it is not there, -1 with the error set. May run anything. */
int gil_instance_dict_get(GilObject *o, const struct gil_name *name, GilObject **result);
/* Store value, or delete for NULL. 0; 1 when there was nothing to delete; -1. May run anything. */
int gil_instance_dict_set(GilObject *o, const struct gil_name *name, GilObject *value);

#endif
