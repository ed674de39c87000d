/* SPDX-License-Identifier: MIT */
/*
 * The dict of an instance.
 *
 * A type gives its instances a dict in one of two ways. With a member __dictoffset__ the pointer is a field of the
 * type's own struct. With Gil_TPFLAGS_MANAGED_DICT the library finds the room: behind the struct, the place of a
 * derived type's being its own, so that no struct need know of it and bases that both have a dict do not contradict one
 * another. Either way tp_dictoffset says where; it is the only thing that the rest of the library asks.
 *
 * The pointer is NULL until the first attribute is stored, or somebody asks for __dict__: instances that never get an
 * attribute of their own cost no dict.
 *
 * Why the room stands behind the instance and not in front of it, as in CPython: there it would change where the block
 * of an object begins, which each destructor that frees an object must know; and only types whose instances have one
 * size can have such a dict there too, but for those made in Python.
 */
#include "object/instance_dict.h"

#include "object/error.h"
#include "object/ops.h"

/* The name as a str: new reference, or NULL with MemoryError. */
static GilObject *
name_as_str(const struct gil_name *name)
{
    return name->str != NULL ? Gil_NewRef(name->str) : gil_ops.str_from_utf8(name->text, name->len);
}

int
gil_instance_dict_get(GilObject *o, const struct gil_name *name, GilObject **result)
{
    GilObject *dict = gil_instance_dict(o);

    *result = NULL;
    if (dict == NULL)
        return 0;
    GilObject *str = name_as_str(name);
    if (str == NULL)
        return -1;
    Gil_INCREF(dict); /* o may get another one meanwhile */
    int rc = gil_type_hooks.dict_get(dict, str, result);
    Gil_DECREF(dict);
    Gil_DECREF(str);
    return rc;
}

/* o's dict, made where it has none yet; borrowed. NULL with MemoryError. */
static GilObject *
need_dict(GilObject **slot)
{
    if (*slot == NULL)
        *slot = gil_type_hooks.dict_new();
    return *slot;
}

int
gil_instance_dict_set(GilObject *o, const struct gil_name *name, GilObject *value)
{
    GilObject **slot = gil_instance_dict_slot(o), *dict = *slot;

    if (value == NULL && dict == NULL)
        return 1;
    GilObject *str = name_as_str(name);
    if (str == NULL)
        return -1;
    dict = need_dict(slot);
    int rc = -1;
    if (dict != NULL) {
        Gil_INCREF(dict); /* as above */
        rc = gil_type_hooks.dict_set(dict, str, value);
        Gil_DECREF(dict);
    }
    Gil_DECREF(str);
    return rc;
}

/* The slot, or NULL with AttributeError. */
static GilObject **
slot_or_error(GilObject *o)
{
    GilObject **slot = gil_instance_dict_slot(o);

    if (slot == NULL)
        GilErr_SetString(GilExc_AttributeError, "This object has no __dict__");
    return slot;
}

GilObject *
GilObject_GenericGetDict(GilObject *o, void *closure)
{
    gil_tstate_need(__func__);
    (void)closure;
    if (o == NULL)
        return gil_err_null(__func__);
    GilObject **slot = slot_or_error(o);
    return slot != NULL ? Gil_XNewRef(need_dict(slot)) : NULL;
}

int
GilObject_GenericSetDict(GilObject *o, GilObject *value, void *closure)
{
    gil_tstate_need(__func__);
    (void)closure;
    if (o == NULL) {
        gil_err_null(__func__);
        return -1;
    }
    GilObject **slot = slot_or_error(o);
    if (slot == NULL)
        return -1;
    if (value == NULL || gil_type_hooks.module_name(o) != NULL) { /* who asked a module for its dict may use that on */
        GilErr_SetString(GilExc_TypeError, value == NULL ? "cannot delete __dict__" : "cannot set the __dict__ of a module");
        return -1;
    }
    if (!(Gil_TYPE(value)->tp_flags & Gil_TPFLAGS_DICT_SUBCLASS)) {
        GilErr_Format(GilExc_TypeError, "__dict__ must be set to a dictionary, not a '%s'", Gil_TYPE(value)->tp_name);
        return -1;
    }
    Gil_XSETREF(*slot, Gil_NewRef(value)); /* may run anything */
    return 0;
}

int
GilObject_VisitManagedDict(GilObject *o, visitproc visit, void *arg)
{
    gil_tstate_need(__func__);
    if (o == NULL) {
        gil_err_null(__func__);
        return -1;
    }
    GilObject *dict = Gil_TYPE(o)->tp_flags & Gil_TPFLAGS_MANAGED_DICT ? gil_instance_dict(o) : NULL;
    return dict != NULL ? visit(dict, arg) : 0;
}

void
GilObject_ClearManagedDict(GilObject *o)
{
    gil_tstate_need(__func__);
    if (o == NULL) {
        gil_err_null(__func__);
        return;
    }
    GilObject **slot = Gil_TYPE(o)->tp_flags & Gil_TPFLAGS_MANAGED_DICT ? gil_instance_dict_slot(o) : NULL;
    if (slot != NULL)
        Gil_CLEAR(*slot); /* may run anything */
}
