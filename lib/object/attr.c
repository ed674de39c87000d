/* SPDX-License-Identifier: MIT */
/*
 * Attribute access.
 *
 * Names are UTF-8 and are looked up in the name tables of the type and its bases; a str object is made only for types
 * with an access function of their own. An entry found is copied before it is used, because using it may run
 * anything, and that may change the table.
 *
 * Members and computed attributes are data descriptors: they win over all else. Instances have no dict of their own, so
 * what else a type's table has is next: methods are bound, values are handed out, by way of their tp_descr_get if they
 * have one. For a type as the object, the type's own tables stand between the data descriptors of its type and the
 * rest.
 */
#include "object/attr.h"

#include "object/descr.h"
#include "object/error.h"
#include "object/ops.h"

/* The UTF-8 form of an attribute's name; NULL with TypeError when it is no str. */
static const char *
name_text(GilObject *name, size_t *len)
{
    if (!gil_is_str(name)) {
        GilErr_Format(GilExc_TypeError, "attribute name must be string, not '%s'", Gil_TYPE(name)->tp_name);
        return NULL;
    }
    return gil_ops.str_utf8(name, len);
}

void
gil_attr_missing(GilObject *o, const char *name, size_t len)
{
    if (gil_is_type(o))
        GilErr_Format(GilExc_AttributeError, "type object '%s' has no attribute '%.*s'",
                      gil_type_short_name((GilTypeObject *)(void *)o), (int)len, name);
    else
        GilErr_Format(GilExc_AttributeError, "'%s' object has no attribute '%.*s'", Gil_TYPE(o)->tp_name,
                      (int)len, name);
}

static int
is_data(const struct gil_found *found)
{
    switch (found->entry.kind) {
    case GIL_NAME_MEMBER:
    case GIL_NAME_GETSET:
        return 1;
    case GIL_NAME_VALUE:
        return Gil_TYPE(found->entry.u.value)->tp_descr_set != NULL;
    default:
        return 0;
    }
}

/* A class attribute as seen from obj (NULL: from the class). */
static GilObject *
bind_value(GilObject *value, GilObject *obj, GilTypeObject *type)
{
    descrgetfunc get = Gil_TYPE(value)->tp_descr_get;

    Gil_INCREF(value);
    if (get == NULL)
        return value;
    GilObject *result = get(value, obj, (GilObject *)type); /* may run anything */
    Gil_DECREF(value);
    return result;
}

static GilObject *
bind_method(const struct gil_found *found, GilObject *o, GilTypeObject *type)
{
    GilMethodDef *def = found->entry.u.method;

    if (def->ml_flags & GIL_METH_STATIC)
        o = NULL;
    else if (def->ml_flags & GIL_METH_CLASS)
        o = (GilObject *)type;
    return gil_ops.bind_method(def, o, found->owner);
}

GilObject *
gil_attr_bind(GilThreadState *ts, const struct gil_found *found, GilObject *o)
{
    (void)ts;
    switch (found->entry.kind) {
    case GIL_NAME_METHOD:
        return bind_method(found, o, Gil_TYPE(o));
    case GIL_NAME_VALUE:
        return bind_value(found->entry.u.value, o, Gil_TYPE(o));
    default:
        return gil_descr_get(found, o);
    }
}

int
gil_attr_find(GilThreadState *ts, GilObject *o, const char *name, size_t len, GilObject **result)
{
    struct gil_found found;

    *result = NULL;
    if (!gil_type_find(Gil_TYPE(o), name, len, &found))
        return 0;
    *result = gil_attr_bind(ts, &found, o);
    return *result != NULL ? 1 : -1;
}

/* What an entry of type's own tables gives when type itself is asked. */
static GilObject *
bind_on_type(GilThreadState *ts, const struct gil_found *found, GilTypeObject *type)
{
    if (found->entry.kind == GIL_NAME_VALUE)
        return bind_value(found->entry.u.value, NULL, type);
    if (found->entry.kind == GIL_NAME_METHOD &&
        (found->entry.u.method->ml_flags & (GIL_METH_CLASS | GIL_METH_STATIC)) != 0)
        return bind_method(found, NULL, type);
    return gil_descr_new(ts, found);
}

int
gil_attr_find_on_type(GilThreadState *ts, GilTypeObject *type, const char *name, size_t len, GilObject **result)
{
    struct gil_found meta, own;
    int in_meta = gil_type_find(Gil_TYPE(type), name, len, &meta);

    *result = NULL;
    if (in_meta && is_data(&meta))
        *result = gil_attr_bind(ts, &meta, (GilObject *)type);
    else if (gil_type_find(type, name, len, &own))
        *result = bind_on_type(ts, &own, type);
    else if (in_meta)
        *result = gil_attr_bind(ts, &meta, (GilObject *)type);
    else
        return 0;
    return *result != NULL ? 1 : -1;
}

int
gil_attr_find_method(GilObject *o, const char *name, size_t len, struct gil_found *found)
{
    return Gil_TYPE(o)->tp_getattro == GilObject_GenericGetAttr && gil_type_find(Gil_TYPE(o), name, len, found) &&
           found->entry.kind == GIL_NAME_METHOD &&
           (found->entry.u.method->ml_flags & (GIL_METH_CLASS | GIL_METH_STATIC)) == 0;
}

int
gil_attr_set(GilThreadState *ts, GilObject *o, const char *name, size_t len, GilObject *value)
{
    struct gil_found found;
    (void)ts;

    if (!gil_type_find(Gil_TYPE(o), name, len, &found)) {
        GilErr_Format(GilExc_AttributeError,
                      "'%s' object has no attribute '%.*s' and no __dict__ for setting new attributes",
                      Gil_TYPE(o)->tp_name, (int)len, name);
        return -1;
    }
    if (!is_data(&found)) {
        GilErr_Format(GilExc_AttributeError, "'%s' object attribute '%.*s' is read-only", Gil_TYPE(o)->tp_name,
                      (int)len, name);
        return -1;
    }
    if (found.entry.kind != GIL_NAME_VALUE)
        return gil_descr_set(&found, o, value);
    GilObject *descr = Gil_NewRef(found.entry.u.value);
    int rc = Gil_TYPE(descr)->tp_descr_set(descr, o, value); /* may run anything */
    Gil_DECREF(descr);
    return rc;
}

static int
set_on_type(GilThreadState *ts, GilTypeObject *type, const char *name, size_t len, GilObject *value)
{
    struct gil_found meta;

    if (!gil_type_is_heap(type) || (type->tp_flags & Gil_TPFLAGS_IMMUTABLETYPE)) {
        GilErr_Format(GilExc_TypeError, "cannot set '%.*s' attribute of immutable type '%s'", (int)len, name,
                      type->tp_name);
        return -1;
    }
    if (gil_type_find(Gil_TYPE(type), name, len, &meta) && is_data(&meta))
        return gil_attr_set(ts, (GilObject *)type, name, len, value);
    if (value != NULL)
        return gil_type_set_value(ts, type, name, len, value);
    if (gil_names_remove(type->tp_names, name, len) < 0) {
        gil_attr_missing((GilObject *)type, name, len);
        return -1;
    }
    return 0;
}

GilObject *
gil_type_getattro(GilObject *type, GilObject *name)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    GilObject *result;
    size_t len;
    const char *text = name_text(name, &len);

    if (text != NULL && gil_attr_find_on_type(ts, (GilTypeObject *)(void *)type, text, len, &result) == 0)
        gil_attr_missing(type, text, len);
    return text != NULL ? result : NULL;
}

int
gil_type_setattro(GilObject *type, GilObject *name, GilObject *value)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    size_t len;
    const char *text = name_text(name, &len);

    return text != NULL ? set_on_type(ts, (GilTypeObject *)(void *)type, text, len, value) : -1;
}

GilObject *
GilObject_GenericGetAttr(GilObject *o, GilObject *name)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    GilObject *result;
    size_t len;

    if (o == NULL || name == NULL)
        return gil_err_null(__func__);
    const char *text = name_text(name, &len);
    if (text == NULL)
        return NULL;
    if (gil_attr_find(ts, o, text, len, &result) == 0)
        gil_attr_missing(o, text, len);
    return result;
}

int
GilObject_GenericSetAttr(GilObject *o, GilObject *name, GilObject *value)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    size_t len;

    if (o == NULL || name == NULL) {
        gil_err_null(__func__);
        return -1;
    }
    const char *text = name_text(name, &len);
    return text != NULL ? gil_attr_set(ts, o, text, len, value) : -1;
}

/* AttributeError becomes "not found". */
static int
forgive_missing(GilThreadState *ts)
{
    if (!GilErr_ExceptionMatches(GilExc_AttributeError))
        return -1;
    gil_err_clear(ts);
    return 0;
}

/*
 * The lookup behind all getters. The name is given as text, as str, or as both: 1, 0 or -1 as gil_attr_find(), but an
 * AttributeError of the type's own access function may stand for 0 (then it is pending, and -1 is returned).
 */
static int
get_attr(GilThreadState *ts, GilObject *o, GilObject *name, const char *text, size_t len, GilObject **result)
{
    GilTypeObject *type = Gil_TYPE(o);

    *result = NULL;
    if (text == NULL && (text = name_text(name, &len)) == NULL)
        return -1;
    if (type->tp_getattro == GilObject_GenericGetAttr)
        return gil_attr_find(ts, o, text, len, result);
    if (type->tp_getattro == gil_type_getattro)
        return gil_attr_find_on_type(ts, (GilTypeObject *)(void *)o, text, len, result);
    if (type->tp_getattro == NULL) {
        if (type->tp_getattr == NULL)
            return 0;
        *result = type->tp_getattr(o, (char *)(uintptr_t)text); /* may run anything */
        return *result != NULL ? 1 : -1;
    }
    GilObject *made = name != NULL ? NULL : gil_ops.str_from_utf8(text, len);
    if (name == NULL && made == NULL)
        return -1;
    *result = type->tp_getattro(o, name != NULL ? name : made); /* may run anything */
    Gil_XDECREF(made);
    return *result != NULL ? 1 : -1;
}

GilObject *
GilObject_GetAttr(GilObject *o, GilObject *name)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    GilObject *result;
    size_t len;

    if (o == NULL || name == NULL)
        return gil_err_null(__func__);
    const char *text = name_text(name, &len);
    if (text == NULL)
        return NULL;
    if (get_attr(ts, o, name, text, len, &result) == 0)
        gil_attr_missing(o, text, len);
    return result;
}

GilObject *
GilObject_GetAttrString(GilObject *o, const char *name)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    GilObject *result;

    if (o == NULL || name == NULL)
        return gil_err_null(__func__);
    if (get_attr(ts, o, NULL, name, strlen(name), &result) == 0)
        gil_attr_missing(o, name, strlen(name));
    return result;
}

int
GilObject_GetOptionalAttr(GilObject *o, GilObject *name, GilObject **result)
{
    GilThreadState *ts = gil_tstate_need(__func__);

    if (o == NULL || name == NULL || result == NULL) {
        gil_err_null(__func__);
        if (result != NULL)
            *result = NULL;
        return -1;
    }
    int rc = get_attr(ts, o, name, NULL, 0, result);
    return rc < 0 ? forgive_missing(ts) : rc;
}

int
GilObject_GetOptionalAttrString(GilObject *o, const char *name, GilObject **result)
{
    GilThreadState *ts = gil_tstate_need(__func__);

    if (o == NULL || name == NULL || result == NULL) {
        gil_err_null(__func__);
        if (result != NULL)
            *result = NULL;
        return -1;
    }
    int rc = get_attr(ts, o, NULL, name, strlen(name), result);
    return rc < 0 ? forgive_missing(ts) : rc;
}

int
GilObject_HasAttrWithError(GilObject *o, GilObject *name)
{
    GilObject *result;

    gil_tstate_need(__func__);
    if (o == NULL || name == NULL) {
        gil_err_null(__func__);
        return -1;
    }
    int rc = GilObject_GetOptionalAttr(o, name, &result);
    Gil_XDECREF(result);
    return rc;
}

int
GilObject_HasAttrStringWithError(GilObject *o, const char *name)
{
    GilObject *result;

    gil_tstate_need(__func__);
    if (o == NULL || name == NULL) {
        gil_err_null(__func__);
        return -1;
    }
    int rc = GilObject_GetOptionalAttrString(o, name, &result);
    Gil_XDECREF(result);
    return rc;
}

/* The name as in get_attr(). */
static int
set_attr(GilThreadState *ts, GilObject *o, GilObject *name, const char *text, size_t len, GilObject *value)
{
    GilTypeObject *type = Gil_TYPE(o);

    if (type->tp_setattro == GilObject_GenericSetAttr)
        return gil_attr_set(ts, o, text, len, value);
    if (type->tp_setattro == gil_type_setattro)
        return set_on_type(ts, (GilTypeObject *)(void *)o, text, len, value);
    if (type->tp_setattro == NULL && type->tp_setattr != NULL)
        return type->tp_setattr(o, (char *)(uintptr_t)text, value); /* may run anything */
    if (type->tp_setattro == NULL) {
        GilErr_Format(GilExc_TypeError, "'%s' object has only read-only attributes (%s .%.*s)", type->tp_name,
                      value != NULL ? "assign to" : "del", (int)len, text);
        return -1;
    }
    GilObject *made = name != NULL ? NULL : gil_ops.str_from_utf8(text, len);
    if (name == NULL && made == NULL)
        return -1;
    int rc = type->tp_setattro(o, name != NULL ? name : made, value); /* may run anything */
    Gil_XDECREF(made);
    return rc;
}

static int
set_by_str(const char *func, GilObject *o, GilObject *name, GilObject *value)
{
    GilThreadState *ts = gil_tstate_need(func);
    size_t len;

    if (o == NULL || name == NULL) {
        gil_err_null(func);
        return -1;
    }
    const char *text = name_text(name, &len);
    return text != NULL ? set_attr(ts, o, name, text, len, value) : -1;
}

static int
set_by_text(const char *func, GilObject *o, const char *name, GilObject *value)
{
    GilThreadState *ts = gil_tstate_need(func);

    if (o == NULL || name == NULL) {
        gil_err_null(func);
        return -1;
    }
    return set_attr(ts, o, NULL, name, strlen(name), value);
}

int
GilObject_SetAttr(GilObject *o, GilObject *name, GilObject *value)
{
    return set_by_str(__func__, o, name, value);
}

int
GilObject_SetAttrString(GilObject *o, const char *name, GilObject *value)
{
    return set_by_text(__func__, o, name, value);
}

int
GilObject_DelAttr(GilObject *o, GilObject *name)
{
    return set_by_str(__func__, o, name, NULL);
}

int
GilObject_DelAttrString(GilObject *o, const char *name)
{
    return set_by_text(__func__, o, name, NULL);
}
