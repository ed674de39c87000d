/* SPDX-License-Identifier: MIT */
/*
 * dir(), the names of an object's attributes; and __dict__ of a type, which is made when somebody asks.
 *
 * They are collected as keys of a dict, so each is there once, whatever order the places come in. Making names and
 * storing them runs nothing, so the tables of types can be walked as they are; an object's own dict is copied first, for
 * its keys need not be str.
 */
#include "gilrt/call.h"
#include "gilrt/descr.h"
#include "gilrt/dict.h"
#include "gilrt/function.h"
#include "gilrt/list.h"
#include "gilrt/object.h"
#include "gilrt/sequence.h"
#include "gilrt/unicode.h"
#include "object/attr.h"
#include "object/descr.h"
#include "object/error.h"
#include "object/slotdef.h"
#include "protocol/kind.h"
#include "value/dictproxy.h"
#include "value/unicode.h"

static int
add_name(GilObject *names, const char *text, size_t len)
{
    GilObject *name = gil_unicode_ops_from_utf8(text, len);
    int rc = name != NULL ? GilDict_SetItem(names, name, Gil_None) : -1;

    Gil_XDECREF(name);
    return rc;
}

/* The tables of type and its bases, and the slots that they fill. */
static int
add_tables(GilObject *names, const GilTypeObject *type)
{
    const struct gil_name_entry *entry;

    for (Gil_ssize_t i = 0; i < type->tp_mro_count; i++) {
        const GilTypeObject *owner = type->tp_mro_items[i];
        for (size_t pos = 0; (entry = gil_names_next(owner->tp_names, &pos)) != NULL;)
            if (add_name(names, entry->name, entry->len) < 0)
                return -1;
        for (size_t pos = 0; (entry = gil_slot_entry_next(owner, &pos)) != NULL;)
            if (add_name(names, entry->name, entry->len) < 0)
                return -1;
    }
    return 0;
}

/* What a type itself has under a name, as its dict would hold it. New reference. */
static GilObject *
held_by(GilThreadState *ts, GilTypeObject *type, const struct gil_name_entry *entry)
{
    struct gil_found found = {.entry = *entry, .owner = type};

    if (entry->kind == GIL_NAME_VALUE)
        return Gil_NewRef(entry->u.value);
    if (entry->kind == GIL_NAME_DOC)
        return gil_type_doc(type);
    if (entry->kind != GIL_NAME_METHOD || !(entry->u.method->ml_flags & GIL_METH_STATIC))
        return gil_descr_new(ts, &found);
    GilObject *function = gil_attr_bind_on_type(ts, &found, type);
    if (function != NULL)
        Gil_SETREF(function, GilStaticMethod_New(function));
    return function;
}

static int
hold(GilThreadState *ts, GilObject *dict, GilTypeObject *type, const struct gil_name_entry *entry)
{
    GilObject *name = gil_unicode_ops_from_utf8(entry->name, entry->len);
    GilObject *value = name != NULL ? held_by(ts, type, entry) : NULL;
    int rc = value != NULL ? GilDict_SetDefaultRef(dict, name, value, NULL) : -1;

    Gil_XDECREF(value);
    Gil_XDECREF(name);
    return rc;
}

GilObject *
gil_type_dict(GilTypeObject *type)
{
    GilThreadState *ts = gil_tstate_attached();
    GilObject *dict = GilDict_New(), *proxy = NULL;
    const struct gil_name_entry *entry;
    int rc = dict != NULL ? 0 : -1;

    for (size_t pos = 0; rc >= 0 && (entry = gil_names_next(type->tp_names, &pos)) != NULL;)
        rc = hold(ts, dict, type, entry);
    for (size_t pos = 0; rc >= 0 && (entry = gil_slot_entry_next(type, &pos)) != NULL;)
        rc = hold(ts, dict, type, entry);
    if (rc >= 0)
        proxy = GilDictProxy_New(dict);
    Gil_XDECREF(dict);
    return proxy;
}

/* The str among the keys of o's dict, if it has one. */
static int
add_own(GilObject *names, GilObject *o)
{
    GilObject *dict, *key, *value;
    int rc = GilObject_GetOptionalAttrString(o, "__dict__", &dict); /* may run anything */

    if (rc > 0 && GilDict_Check(dict)) {
        Gil_SETREF(dict, GilDict_Copy(dict));
        rc = dict != NULL ? 0 : -1;
        for (Gil_ssize_t pos = 0; rc == 0 && GilDict_Next(dict, &pos, &key, &value);)
            if (GilUnicode_Check(key))
                rc = GilDict_SetItem(names, key, Gil_None);
    }
    Gil_XDECREF(dict);
    return rc < 0 ? -1 : 0;
}

/* Takes list, which may be NULL. */
static GilObject *
sorted(GilObject *list)
{
    if (list != NULL && GilList_Sort(list) < 0)
        Gil_CLEAR(list);
    return list;
}

static GilObject *
names_of(GilObject *o)
{
    GilObject *names = GilDict_New(), *result = NULL;

    if (names == NULL)
        return NULL;
    const GilTypeObject *type = GilType_Check(o) ? (const GilTypeObject *)(void *)o : Gil_TYPE(o);
    if ((GilType_Check(o) || add_own(names, o) == 0) && add_tables(names, type) == 0)
        result = sorted(GilDict_Keys(names));
    Gil_DECREF(names);
    return result;
}

GilObject *
GilObject_Dir(GilObject *o)
{
    GilThreadState *ts = gil_err_begin(__func__, o != NULL);
    GilObject *method;

    if (o == NULL)
        return gil_err_null(__func__);
    int rc = gil_find_hook(ts, o, "__dir__", 1, &method);
    if (rc <= 0)
        return rc < 0 ? NULL : names_of(o);
    GilObject *names = GilObject_CallNoArgs(method); /* may run anything */
    Gil_DECREF(method);
    if (names == NULL)
        return NULL;
    GilObject *list = GilSequence_List(names); /* may run anything */
    Gil_DECREF(names);
    return sorted(list);
}
