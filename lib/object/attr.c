/* SPDX-License-Identifier: MIT */
/*
 * Attribute access.
 *
 * Names are UTF-8 and are looked up in the name tables of the type and its bases (lookup.c); a str object is made only
 * for types with an access function of their own, and to look into a dict. An entry found is copied before it is used,
 * because using it may run anything, and that may change the table.
 *
 * Members and computed attributes are data descriptors: they win over all else. Next comes the instance's dict, where
 * its type gives it one (instance_dict.c), then what else the type's table has: methods are bound, values are handed
 * out, by way of their tp_descr_get if they have one. For a type as the object, the type's own tables stand between the
 * data descriptors of its type and the rest.
 *
 * Looking into a dict may run anything, since its keys need not be str. As a rule nothing is run, and the dict says so
 * (gil_instance_dict_peek()); else what was found in the type before is looked up again after.
 */
#include "object/attr.h"

#include "object/descr.h"
#include "object/error.h"
#include "object/format.h"
#include "object/instance_dict.h"
#include "object/lookup.h"
#include "object/method_wrapper.h"
#include "object/ops.h"

/* An attribute's name as it is looked up. 0, or -1: TypeError when it is no str. */
static inline int
read_name(GilObject *str, struct gil_name *name)
{
    if (GIL_LIKELY(gil_is_str(str)))
        return gil_ops.str_name(str, name);
    GilErr_Format(GilExc_TypeError, "attribute name must be string, not '%s'", Gil_TYPE(str)->tp_name);
    return -1;
}

/* The text as a str where it has surrogates, which it would lose in a format, and a str does not; else NULL. */
static GilObject *
str_of_odd(const char *text, size_t len)
{
    return gil_text_surrogate(text, len) != NULL ? gil_ops.str_from_utf8(text, len) : NULL;
}

void
gil_attr_missing(GilObject *o, const char *name, size_t len)
{
    const char *module = gil_type_hooks.module_name(o);
    GilObject *str = str_of_odd(name, len), *module_str = module != NULL ? str_of_odd(module, strlen(module)) : NULL;

    if (gil_is_type(o))
        GilErr_Format(GilExc_AttributeError, "type object '%s' has no attribute '%.*V'",
                      gil_type_short_name((GilTypeObject *)(void *)o), (int)len, str, name);
    else if (module == NULL)
        GilErr_Format(GilExc_AttributeError, "'%s' object has no attribute '%.*V'", Gil_TYPE(o)->tp_name,
                      (int)len, str, name);
    else
        GilErr_Format(GilExc_AttributeError,
                      *module != '\0' ? "module '%V' has no attribute '%.*V'" : "module%V has no attribute '%.*V'",
                      module_str, module, (int)len, str, name);
    Gil_XDECREF(module_str);
    Gil_XDECREF(str);
}

/*
 * The end of a getter that has nothing, where an AttributeError may be pending or is still to be raised: it shall know name and
 * object. NULL with that error, or with MemoryError.
 */
static GIL_COLD GilObject *
fail(GilThreadState *ts, int is_missing, GilObject *o, const struct gil_name *name)
{
    if (is_missing)
        gil_attr_missing(o, name->text, name->len);
    if (!GilErr_ExceptionMatches(GilExc_AttributeError))
        return NULL;
    struct gil_indicator error = gil_err_save(ts);
    GilObject *str = name->str != NULL ? Gil_NewRef(name->str) : gil_ops.str_from_utf8(name->text, name->len), *about = NULL;
    if (str != NULL)
        about = gil_ops.tuple_from_array((GilObject *[]){str, o}, 2);
    Gil_XDECREF(str);
    if (about == NULL && GilErr_ExceptionMatches(GilExc_MemoryError)) {
        gil_err_drop(error);
        return NULL;
    }
    gil_err_restore(ts, error); /* over what a name that is no UTF-8 raised */
    if (about != NULL)
        gil_err_about(ts, about); /* may run anything */
    Gil_XDECREF(about);
    return NULL;
}

/* The name for a function that takes a C string, which is UTF-8 and has no surrogates; NULL with UnicodeEncodeError. */
static char *
name_as_text(const struct gil_name *name)
{
    size_t len;
    const char *text = name->str != NULL ? gil_ops.str_utf8(name->str, &len) : name->text;

    return (char *)(uintptr_t)text;
}

static inline int
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
    switch (found->entry.kind) {
    case GIL_NAME_METHOD:
        return bind_method(found, o, Gil_TYPE(o));
    case GIL_NAME_VALUE:
        return bind_value(found->entry.u.value, o, Gil_TYPE(o));
    case GIL_NAME_SLOT:
        return gil_method_wrapper_new(ts, &found->entry, found->owner, o);
    case GIL_NAME_DOC:
        return gil_type_doc(found->owner);
    default:
        return gil_descr_get(found, o);
    }
}

GIL_HOT int
gil_attr_lookup(GilThreadState *ts, GilObject *o, const struct gil_name *name, GilObject **result)
{
    GilObject *dict = gil_instance_dict(o);
    struct gil_found found;
    int in_type = gil_type_lookup(ts, Gil_TYPE(o), name, &found);

    *result = NULL;
    if (dict != NULL && !(in_type && is_data(&found))) {
        int rc = gil_instance_dict_peek(dict, name, result);
        if (GIL_UNLIKELY(rc < 0)) {
            rc = gil_instance_dict_get(o, name, result); /* may run anything */
            in_type = rc == 0 && gil_type_lookup(ts, Gil_TYPE(o), name, &found);
        }
        if (rc != 0)
            return rc;
    }
    if (!in_type)
        return 0;
    *result = gil_attr_bind(ts, &found, o);
    return *result != NULL ? 1 : -1;
}

int
gil_attr_find(GilThreadState *ts, GilObject *o, GilObject *name, GilObject **result)
{
    struct gil_name looked_up;

    return read_name(name, &looked_up) < 0 ? -1 : gil_attr_lookup(ts, o, &looked_up, result);
}

GilObject *
gil_attr_bind_on_type(GilThreadState *ts, const struct gil_found *found, GilTypeObject *type)
{
    if (found->entry.kind == GIL_NAME_VALUE)
        return bind_value(found->entry.u.value, NULL, type);
    if (found->entry.kind == GIL_NAME_METHOD &&
        (found->entry.u.method->ml_flags & (GIL_METH_CLASS | GIL_METH_STATIC)) != 0)
        return bind_method(found, NULL, type);
    return found->entry.kind == GIL_NAME_DOC ? gil_type_doc(found->owner) : gil_descr_new(ts, found);
}

/* gil_attr_lookup() for a type as the object asked: its own attributes and those of its type. */
static int
lookup_on_type(GilThreadState *ts, GilTypeObject *type, const struct gil_name *name, GilObject **result)
{
    struct gil_found meta, own;
    int in_meta = gil_type_lookup(ts, Gil_TYPE(type), name, &meta);

    *result = NULL;
    if (in_meta && is_data(&meta))
        *result = gil_attr_bind(ts, &meta, (GilObject *)type);
    else if (gil_type_lookup(ts, type, name, &own))
        *result = gil_attr_bind_on_type(ts, &own, type);
    else if (in_meta)
        *result = gil_attr_bind(ts, &meta, (GilObject *)type);
    else
        return 0;
    return *result != NULL ? 1 : -1;
}

int
gil_attr_find_method(GilThreadState *ts, GilObject *o, GilObject *name, struct gil_found *found)
{
    struct gil_name looked_up;
    GilObject *own;

    if (Gil_TYPE(o)->tp_getattro != GilObject_GenericGetAttr)
        return 0;
    if (gil_ops.str_name(name, &looked_up) < 0)
        return -1;
    GilObject *dict = gil_instance_dict(o);
    if (dict != NULL) {
        int rc = gil_instance_dict_peek(dict, &looked_up, &own);
        if (GIL_UNLIKELY(rc < 0))
            rc = gil_instance_dict_get(o, &looked_up, &own); /* may run anything */
        if (rc > 0)
            Gil_DECREF(own);
        if (rc != 0)
            return rc < 0 ? -1 : 0;
    }
    return gil_type_lookup(ts, Gil_TYPE(o), &looked_up, found) && found->entry.kind == GIL_NAME_METHOD &&
           (found->entry.u.method->ml_flags & (GIL_METH_CLASS | GIL_METH_STATIC)) == 0;
}

/* tp_setattro of ordinary objects; value NULL deletes. 0, or -1 with the error set. */
static int
set_on_object(GilThreadState *ts, GilObject *o, const struct gil_name *name, GilObject *value)
{
    struct gil_found found;
    int in_type = gil_type_lookup(ts, Gil_TYPE(o), name, &found);

    if (in_type && is_data(&found)) {
        if (found.entry.kind != GIL_NAME_VALUE)
            return gil_descr_set(&found, o, value);
        GilObject *descr = Gil_NewRef(found.entry.u.value);
        int rc = Gil_TYPE(descr)->tp_descr_set(descr, o, value); /* may run anything */
        Gil_DECREF(descr);
        return rc;
    }
    if (gil_instance_dict_slot(o) != NULL) {
        int rc = gil_instance_dict_set(o, name, value); /* may run anything */
        if (rc > 0)
            gil_attr_missing(o, name->text, name->len);
        return rc == 0 ? 0 : -1;
    }
    if (!in_type)
        GilErr_Format(GilExc_AttributeError,
                      "'%s' object has no attribute '%.*V' and no __dict__ for setting new attributes",
                      Gil_TYPE(o)->tp_name, (int)name->len, name->str, name->text);
    else
        GilErr_Format(GilExc_AttributeError, "'%s' object attribute '%.*V' is read-only", Gil_TYPE(o)->tp_name,
                      (int)name->len, name->str, name->text);
    return -1;
}

int
gil_attr_set(GilThreadState *ts, GilObject *o, const char *name, size_t len, GilObject *value)
{
    struct gil_name looked_up = gil_name_of_text(name, len);

    return set_on_object(ts, o, &looked_up, value);
}

/* tp_setattro of types. */
static int
set_on_type(GilThreadState *ts, GilTypeObject *type, const struct gil_name *name, GilObject *value)
{
    struct gil_found meta;

    if (!gil_type_is_heap(type) || (type->tp_flags & Gil_TPFLAGS_IMMUTABLETYPE)) {
        GilErr_Format(GilExc_TypeError, "cannot set '%.*V' attribute of immutable type '%s'", (int)name->len,
                      name->str, name->text, type->tp_name);
        return -1;
    }
    if (gil_type_lookup(ts, Gil_TYPE(type), name, &meta) && is_data(&meta))
        return set_on_object(ts, (GilObject *)type, name, value);
    if (value != NULL)
        return gil_type_set_value(ts, type, name->text, name->len, value);
    if (gil_type_remove_value(type, name->text, name->len))
        return 0;
    gil_attr_missing((GilObject *)type, name->text, name->len);
    return -1;
}

GilObject *
gil_type_getattro(GilObject *type, GilObject *name)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    struct gil_name looked_up;
    GilObject *result;

    if (read_name(name, &looked_up) < 0)
        return NULL;
    if (lookup_on_type(ts, (GilTypeObject *)(void *)type, &looked_up, &result) == 0)
        gil_attr_missing(type, looked_up.text, looked_up.len);
    return result;
}

int
gil_type_setattro(GilObject *type, GilObject *name, GilObject *value)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    struct gil_name looked_up;

    return read_name(name, &looked_up) < 0 ? -1 : set_on_type(ts, (GilTypeObject *)(void *)type, &looked_up, value);
}

GilObject *
GilObject_GenericGetAttr(GilObject *o, GilObject *name)
{
    GilThreadState *ts = gil_err_begin(__func__, o != NULL && name != NULL);
    struct gil_name looked_up;
    GilObject *result;

    if (o == NULL || name == NULL)
        return gil_err_null(__func__);
    if (read_name(name, &looked_up) < 0)
        return NULL;
    return gil_attr_lookup(ts, o, &looked_up, &result) != 0 ? result : fail(ts, 1, o, &looked_up);
}

int
GilObject_GenericSetAttr(GilObject *o, GilObject *name, GilObject *value)
{
    GilThreadState *ts = gil_err_begin(__func__, o != NULL && name != NULL);
    struct gil_name looked_up;

    if (o == NULL || name == NULL) {
        gil_err_null(__func__);
        return -1;
    }
    return read_name(name, &looked_up) < 0 ? -1 : set_on_object(ts, o, &looked_up, value);
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
 * The lookup behind all getters: 1, 0 or -1 as gil_attr_lookup(), but an AttributeError of the type's own access
 * function may stand for 0 (then it is pending, and -1 is returned).
 */
static int
get_attr(GilThreadState *ts, GilObject *o, const struct gil_name *name, GilObject **result)
{
    GilTypeObject *type = Gil_TYPE(o);

    if (type->tp_getattro == GilObject_GenericGetAttr)
        return gil_attr_lookup(ts, o, name, result);
    if (type->tp_getattro == gil_type_getattro)
        return lookup_on_type(ts, (GilTypeObject *)(void *)o, name, result);
    *result = NULL;
    if (type->tp_getattro == NULL) {
        if (type->tp_getattr == NULL)
            return 0;
        char *text = name_as_text(name);
        if (text != NULL)
            *result = type->tp_getattr(o, text); /* may run anything */
        return *result != NULL ? 1 : -1;
    }
    GilObject *str = name->str != NULL ? Gil_NewRef(name->str) : gil_ops.str_from_utf8(name->text, name->len);
    if (str == NULL)
        return -1;
    *result = type->tp_getattro(o, str); /* may run anything */
    Gil_DECREF(str);
    return *result != NULL ? 1 : -1;
}

GilObject *
GilObject_GetAttr(GilObject *o, GilObject *name)
{
    GilThreadState *ts = gil_err_begin(__func__, o != NULL && name != NULL);
    struct gil_name looked_up;
    GilObject *result;

    if (o == NULL || name == NULL)
        return gil_err_null(__func__);
    if (read_name(name, &looked_up) < 0)
        return NULL;
    int rc = get_attr(ts, o, &looked_up, &result);
    return GIL_LIKELY(rc > 0) ? result : fail(ts, rc == 0, o, &looked_up);
}

GilObject *
GilObject_GetAttrString(GilObject *o, const char *name)
{
    GilThreadState *ts = gil_err_begin(__func__, o != NULL && name != NULL);
    GilObject *result;

    if (o == NULL || name == NULL)
        return gil_err_null(__func__);
    struct gil_name looked_up = gil_name_of_text(name, strlen(name));
    int rc = get_attr(ts, o, &looked_up, &result);
    return GIL_LIKELY(rc > 0) ? result : fail(ts, rc == 0, o, &looked_up);
}

int
GilObject_GetOptionalAttr(GilObject *o, GilObject *name, GilObject **result)
{
    GilThreadState *ts = gil_err_begin(__func__, o != NULL && name != NULL);
    struct gil_name looked_up;

    if (result != NULL)
        *result = NULL;
    if (o == NULL || name == NULL || result == NULL) {
        gil_err_null(__func__);
        return -1;
    }
    if (read_name(name, &looked_up) < 0)
        return -1;
    int rc = get_attr(ts, o, &looked_up, result);
    return rc < 0 ? forgive_missing(ts) : rc;
}

int
GilObject_GetOptionalAttrString(GilObject *o, const char *name, GilObject **result)
{
    GilThreadState *ts = gil_err_begin(__func__, o != NULL && name != NULL);

    if (result != NULL)
        *result = NULL;
    if (o == NULL || name == NULL || result == NULL) {
        gil_err_null(__func__);
        return -1;
    }
    struct gil_name looked_up = gil_name_of_text(name, strlen(name));
    int rc = get_attr(ts, o, &looked_up, result);
    return rc < 0 ? forgive_missing(ts) : rc;
}

int
GilObject_HasAttrWithError(GilObject *o, GilObject *name)
{
    GilObject *result;

    gil_err_begin(__func__, o != NULL && name != NULL);
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

    gil_err_begin(__func__, o != NULL && name != NULL);
    if (o == NULL || name == NULL) {
        gil_err_null(__func__);
        return -1;
    }
    int rc = GilObject_GetOptionalAttrString(o, name, &result);
    Gil_XDECREF(result);
    return rc;
}

static int
set_attr(GilThreadState *ts, GilObject *o, const struct gil_name *name, GilObject *value)
{
    GilTypeObject *type = Gil_TYPE(o);

    if (type->tp_setattro == GilObject_GenericSetAttr)
        return set_on_object(ts, o, name, value);
    if (type->tp_setattro == gil_type_setattro)
        return set_on_type(ts, (GilTypeObject *)(void *)o, name, value);
    if (type->tp_setattro == NULL && type->tp_setattr != NULL) {
        char *text = name_as_text(name);
        return text == NULL ? -1 : type->tp_setattr(o, text, value); /* may run anything */
    }
    if (type->tp_setattro == NULL) {
        GilErr_Format(GilExc_TypeError, "'%s' object has only read-only attributes (%s .%.*V)", type->tp_name,
                      value != NULL ? "assign to" : "del", (int)name->len, name->str, name->text);
        return -1;
    }
    GilObject *str = name->str != NULL ? Gil_NewRef(name->str) : gil_ops.str_from_utf8(name->text, name->len);
    if (str == NULL)
        return -1;
    int rc = type->tp_setattro(o, str, value); /* may run anything */
    Gil_DECREF(str);
    return rc;
}

static int
set_by_str(const char *func, GilObject *o, GilObject *name, GilObject *value)
{
    GilThreadState *ts = gil_err_begin(func, o != NULL && name != NULL);
    struct gil_name looked_up;

    if (o == NULL || name == NULL) {
        gil_err_null(func);
        return -1;
    }
    return read_name(name, &looked_up) < 0 ? -1 : set_attr(ts, o, &looked_up, value);
}

static int
set_by_text(const char *func, GilObject *o, const char *name, GilObject *value)
{
    GilThreadState *ts = gil_err_begin(func, o != NULL && name != NULL);

    if (o == NULL || name == NULL) {
        gil_err_null(func);
        return -1;
    }
    struct gil_name looked_up = gil_name_of_text(name, strlen(name));
    return set_attr(ts, o, &looked_up, value);
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
