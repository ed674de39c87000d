/* SPDX-License-Identifier: MIT */
/* Subscripts and lengths of any object, and the mapping protocol as far as it makes no lists (value/collect.c does). */
#include "gilrt/mapping.h"

#include "gilrt/call.h"
#include "gilrt/number.h"
#include "gilrt/sequence.h"
#include "object/alloc.h"
#include "object/error.h"
#include "object/ops.h"
#include "object/type.h"
#include "protocol/kind.h"
#include "protocol/number.h"

#include <string.h>

/* TypeError "'TYPE' WHAT". */
static GIL_COLD void
refuse(GilObject *o, const char *what)
{
    GilErr_Format(GilExc_TypeError, "'%.200s' %s", Gil_TYPE(o)->tp_name, what);
}

static GIL_COLD GilObject *
key_of(const char *key)
{
    return gil_ops.str_from_utf8(key, strlen(key));
}

/* The index for a sequence: 0 and *i, or -1 with the error set; no wider than Gil_ssize_t: IndexError. */
static int
sequence_index(GilObject *key, Gil_ssize_t *i)
{
    if (!gil_has_index(key)) {
        GilErr_Format(GilExc_TypeError, "sequence index must be integer, not '%.200s'", Gil_TYPE(key)->tp_name);
        return -1;
    }
    *i = GilNumber_AsSsize_t(key, GilExc_IndexError);
    return *i == -1 && GilErr_Occurred() != NULL ? -1 : 0;
}

GilObject *
GilObject_GetItem(GilObject *o, GilObject *key)
{
    Gil_ssize_t i;

    gil_err_begin(__func__, o != NULL && key != NULL);
    if (o == NULL || key == NULL)
        return gil_err_null(__func__);
    const GilTypeObject *type = Gil_TYPE(o);
    if (type->tp_as_mapping != NULL && type->tp_as_mapping->mp_subscript != NULL)
        return type->tp_as_mapping->mp_subscript(o, key);
    if (type->tp_as_sequence != NULL && type->tp_as_sequence->sq_item != NULL)
        return sequence_index(key, &i) < 0 ? NULL : GilSequence_GetItem(o, i);
    refuse(o, "object is not subscriptable");
    return NULL;
}

/* o[key] = value, or del o[key] with value NULL. */
static int
assign(GilObject *o, GilObject *key, GilObject *value)
{
    const GilTypeObject *type = Gil_TYPE(o);
    const GilSequenceMethods *sq = type->tp_as_sequence;
    Gil_ssize_t i;

    if (type->tp_as_mapping != NULL && type->tp_as_mapping->mp_ass_subscript != NULL)
        return type->tp_as_mapping->mp_ass_subscript(o, key, value);
    if (sq != NULL && (sq->sq_ass_item != NULL || gil_has_index(key))) { /* the latter for the error's words only */
        if (sequence_index(key, &i) < 0)
            return -1;
        return value != NULL ? GilSequence_SetItem(o, i, value) : GilSequence_DelItem(o, i);
    }
    refuse(o, value != NULL ? "object does not support item assignment" : "object does not support item deletion");
    return -1;
}

int
GilObject_SetItem(GilObject *o, GilObject *key, GilObject *value)
{
    gil_err_begin(__func__, o != NULL && key != NULL && value != NULL);
    if (o == NULL || key == NULL || value == NULL) {
        gil_err_null(__func__);
        return -1;
    }
    return assign(o, key, value);
}

GIL_COLD int
GilObject_DelItem(GilObject *o, GilObject *key)
{
    gil_err_begin(__func__, o != NULL && key != NULL);
    if (o == NULL || key == NULL) {
        gil_err_null(__func__);
        return -1;
    }
    return assign(o, key, NULL);
}

/* assign() with a key in UTF-8. */
static GIL_COLD int
assign_string(const char *func, GilObject *o, const char *key, GilObject *value)
{
    if (o == NULL || key == NULL) {
        gil_err_null(func);
        return -1;
    }
    GilObject *name = key_of(key);
    if (name == NULL)
        return -1;
    int rc = assign(o, name, value);
    Gil_DECREF(name);
    return rc;
}

GIL_COLD int
GilObject_DelItemString(GilObject *o, const char *key)
{
    gil_err_begin(__func__, o != NULL && key != NULL);
    return assign_string(__func__, o, key, NULL);
}

/* --- lengths --- */

Gil_ssize_t
GilObject_Size(GilObject *o)
{
    gil_err_begin(__func__, o != NULL);
    if (o == NULL) {
        gil_err_null(__func__);
        return -1;
    }
    const GilTypeObject *type = Gil_TYPE(o);
    if (type->tp_as_sequence != NULL && type->tp_as_sequence->sq_length != NULL)
        return type->tp_as_sequence->sq_length(o);
    return GilMapping_Size(o);
}

Gil_ssize_t
GilObject_Length(GilObject *o)
{
    gil_err_begin(__func__, o != NULL);
    if (o == NULL) {
        gil_err_null(__func__);
        return -1;
    }
    return GilObject_Size(o);
}

static GIL_COLD int
has_length(GilObject *o)
{
    const GilTypeObject *type = Gil_TYPE(o);
    return (type->tp_as_sequence != NULL && type->tp_as_sequence->sq_length != NULL) ||
           (type->tp_as_mapping != NULL && type->tp_as_mapping->mp_length != NULL);
}

/* What the method __length_hint__ said: the number, defaultvalue where it does not know, -1 with the error set. */
static GIL_COLD Gil_ssize_t
read_hint(GilObject *hint, Gil_ssize_t defaultvalue)
{
    int64_t value;

    if (hint == Gil_NotImplemented)
        return defaultvalue;
    if ((Gil_TYPE(hint)->tp_flags & Gil_TPFLAGS_LONG_SUBCLASS) == 0) {
        GilErr_Format(GilExc_TypeError, "__length_hint__ must be an integer, not %.100s", Gil_TYPE(hint)->tp_name);
        return -1;
    }
    if (gil_ops.int_as_int64(hint, &value) < 0)
        return -1;
    if (value < 0) {
        GilErr_SetString(GilExc_ValueError, "__length_hint__() should return >= 0");
        return -1;
    }
    return value;
}

GIL_COLD Gil_ssize_t
GilObject_LengthHint(GilObject *o, Gil_ssize_t defaultvalue)
{
    GilThreadState *ts = gil_err_begin(__func__, o != NULL);
    GilObject *method, *hint;

    if (o == NULL) {
        gil_err_null(__func__);
        return -1;
    }
    if (has_length(o)) {
        Gil_ssize_t size = GilObject_Size(o);
        if (size >= 0 || !gil_err_pending(ts) || !GilErr_ExceptionMatches(GilExc_TypeError))
            return size;
        GilErr_Clear();
    }
    int found = gil_find_hook(ts, o, "__length_hint__", 1, &method);
    if (found <= 0)
        return found < 0 ? -1 : defaultvalue;
    hint = GilObject_CallNoArgs(method);
    Gil_DECREF(method);
    if (hint == NULL) {
        if (!GilErr_ExceptionMatches(GilExc_TypeError))
            return -1;
        GilErr_Clear();
        return defaultvalue;
    }
    Gil_ssize_t size = read_hint(hint, defaultvalue);
    Gil_DECREF(hint);
    return size;
}

/* --- mappings --- */

GIL_COLD int
GilMapping_Check(GilObject *o)
{
    gil_tstate_need(__func__);
    return o != NULL && Gil_TYPE(o)->tp_as_mapping != NULL && Gil_TYPE(o)->tp_as_mapping->mp_subscript != NULL;
}

Gil_ssize_t
GilMapping_Size(GilObject *o)
{
    gil_err_begin(__func__, o != NULL);
    if (o == NULL) {
        gil_err_null(__func__);
        return -1;
    }
    const GilTypeObject *type = Gil_TYPE(o);
    if (type->tp_as_mapping != NULL && type->tp_as_mapping->mp_length != NULL)
        return type->tp_as_mapping->mp_length(o);
    if (type->tp_as_sequence != NULL && type->tp_as_sequence->sq_length != NULL)
        GilErr_Format(GilExc_TypeError, "%.200s is not a mapping", type->tp_name);
    else
        GilErr_Format(GilExc_TypeError, "object of type '%.200s' has no len()", type->tp_name);
    return -1;
}

GIL_COLD Gil_ssize_t
GilMapping_Length(GilObject *o)
{
    gil_err_begin(__func__, o != NULL);
    if (o == NULL) {
        gil_err_null(__func__);
        return -1;
    }
    return GilMapping_Size(o);
}

GIL_COLD GilObject *
GilMapping_GetItemString(GilObject *o, const char *key)
{
    gil_err_begin(__func__, o != NULL && key != NULL);
    if (o == NULL || key == NULL)
        return gil_err_null(__func__);
    GilObject *name = key_of(key);
    if (name == NULL)
        return NULL;
    GilObject *item = GilObject_GetItem(o, name);
    Gil_DECREF(name);
    return item;
}

int
GilMapping_GetOptionalItem(GilObject *o, GilObject *key, GilObject **result)
{
    gil_err_begin(__func__, o != NULL && key != NULL);
    if (result != NULL)
        *result = NULL;
    if (o == NULL || key == NULL || result == NULL) {
        gil_err_null(__func__);
        return -1;
    }
    *result = GilObject_GetItem(o, key);
    if (*result != NULL)
        return 1;
    if (!GilErr_ExceptionMatches(GilExc_KeyError))
        return -1;
    GilErr_Clear();
    return 0;
}

GIL_COLD int
GilMapping_GetOptionalItemString(GilObject *o, const char *key, GilObject **result)
{
    gil_err_begin(__func__, o != NULL && key != NULL);
    if (result != NULL)
        *result = NULL;
    if (o == NULL || key == NULL || result == NULL) {
        gil_err_null(__func__);
        return -1;
    }
    GilObject *name = key_of(key);
    if (name == NULL)
        return -1;
    int found = GilMapping_GetOptionalItem(o, name, result);
    Gil_DECREF(name);
    return found;
}

GIL_COLD int
GilMapping_SetItemString(GilObject *o, const char *key, GilObject *value)
{
    gil_err_begin(__func__, o != NULL && key != NULL && value != NULL);
    if (value == NULL) {
        gil_err_null(__func__);
        return -1;
    }
    return assign_string(__func__, o, key, value);
}

GIL_COLD int
GilMapping_DelItem(GilObject *o, GilObject *key)
{
    gil_err_begin(__func__, o != NULL && key != NULL);
    if (o == NULL || key == NULL) {
        gil_err_null(__func__);
        return -1;
    }
    return GilObject_DelItem(o, key);
}

GIL_COLD int
GilMapping_DelItemString(GilObject *o, const char *key)
{
    gil_err_begin(__func__, o != NULL && key != NULL);
    return assign_string(__func__, o, key, NULL);
}

int
GilMapping_HasKeyWithError(GilObject *o, GilObject *key)
{
    GilObject *item;
    gil_err_begin(__func__, o != NULL && key != NULL);
    if (o == NULL || key == NULL) {
        gil_err_null(__func__);
        return -1;
    }
    int found = GilMapping_GetOptionalItem(o, key, &item);
    Gil_XDECREF(item);
    return found;
}

GIL_COLD int
GilMapping_HasKeyStringWithError(GilObject *o, const char *key)
{
    GilObject *item;
    gil_err_begin(__func__, o != NULL && key != NULL);
    if (o == NULL || key == NULL) {
        gil_err_null(__func__);
        return -1;
    }
    int found = GilMapping_GetOptionalItemString(o, key, &item);
    Gil_XDECREF(item);
    return found;
}
