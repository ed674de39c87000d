/* SPDX-License-Identifier: MIT */
/*
 * Properties: attributes computed by callables.
 *
 * What Gil_tp_getset is for C functions, property is for objects: a class attribute whose getter, setter and deleter are
 * called with the instance. It serves languages above, which have callables of their own and no C functions at hand.
 */
#include "gilrt/call.h"
#include "gilrt/dict.h"
#include "gilrt/gc.h"
#include "gilrt/tuple.h"
#include "gilrt/unicode.h"
#include "object/alloc.h"
#include "object/error.h"
#include "object/type.h"
#include "value/function.h"

#include <string.h>

enum part { FGET, FSET, FDEL, DOC, PARTS };

static const char *const part_names[PARTS] = {"fget", "fset", "fdel", "doc"};

struct property {
    GilObject_HEAD
    GilObject *part[PARTS]; /* [gil] strong; NULL: none */
};

static struct property *
property_of(GilObject *op)
{
    return (struct property *)(void *)op;
}

static int
property_traverse(GilObject *op, visitproc visit, void *arg)
{
    for (int i = 0; i < PARTS; i++)
        Gil_VISIT(property_of(op)->part[i]);
    return 0;
}

static int
property_clear(GilObject *op)
{
    for (int i = 0; i < PARTS; i++)
        Gil_CLEAR(property_of(op)->part[i]); /* may run anything */
    return 0;
}

static void
property_dealloc(GilObject *op)
{
    gil_object_untrack(op);
    property_clear(op); /* may run anything; nobody can reach the property */
    gil_object_free_gc(op);
}

/* Takes no reference of the parts; NULL and None are the same. */
static GilObject *
property_from(GilObject *const *parts)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    GilObject *op = gil_object_alloc(ts, &GilProperty_Type, 0);

    if (op == NULL)
        return NULL;
    for (int i = 0; i < PARTS; i++)
        property_of(op)->part[i] = Gil_XNewRef(parts[i] != Gil_None ? parts[i] : NULL);
    gil_object_track(ts, op);
    return op;
}

/* Which part a keyword names; PARTS: none. */
static int
part_named(GilObject *key)
{
    int i = 0;

    while (i < PARTS && !GilUnicode_EqualToUTF8(key, part_names[i]))
        i++;
    return i;
}

/* property(fget=None, fset=None, fdel=None, doc=None) */
static GilObject *
property_new(GilTypeObject *Gil_UNUSED(type), GilObject *args, GilObject *kwargs)
{
    GilObject *parts[PARTS] = {NULL}, *key, *value;
    Gil_ssize_t n = GilTuple_GET_SIZE(args), pos = 0;

    if (n > PARTS)
        return GilErr_Format(GilExc_TypeError, "property expected at most %d arguments, got %zd", PARTS, n);
    for (Gil_ssize_t i = 0; i < n; i++)
        parts[i] = GilTuple_GET_ITEM(args, i);
    while (kwargs != NULL && GilDict_Next(kwargs, &pos, &key, &value)) {
        int i = GilUnicode_Check(key) ? part_named(key) : PARTS;
        if (i == PARTS)
            return GilErr_Format(GilExc_TypeError, "property() got an unexpected keyword argument %R", key);
        if (parts[i] != NULL)
            return GilErr_Format(GilExc_TypeError, "property() got multiple values for argument '%s'", part_names[i]);
        parts[i] = value;
    }
    return property_from(parts);
}

/* The property with one part exchanged: a new one, for the class that has this one may share it. */
static GilObject *
with_part(GilObject *op, enum part which, GilObject *value)
{
    GilObject *parts[PARTS];

    memcpy(parts, property_of(op)->part, sizeof parts);
    parts[which] = value;
    return property_from(parts);
}

static GilObject *
with_getter(GilObject *op, GilObject *value)
{
    return with_part(op, FGET, value);
}

static GilObject *
with_setter(GilObject *op, GilObject *value)
{
    return with_part(op, FSET, value);
}

static GilObject *
with_deleter(GilObject *op, GilObject *value)
{
    return with_part(op, FDEL, value);
}

static GilObject *
no_part(GilObject *obj, const char *what)
{
    return GilErr_Format(GilExc_AttributeError, "property of '%s' object has no %s", Gil_TYPE(obj)->tp_name, what);
}

static GilObject *
property_get(GilObject *op, GilObject *obj, GilObject *Gil_UNUSED(type))
{
    if (obj == NULL || obj == Gil_None)
        return Gil_NewRef(op);
    GilObject *get = property_of(op)->part[FGET];
    if (get == NULL)
        return no_part(obj, "getter");
    Gil_INCREF(get);
    GilObject *result = GilObject_CallOneArg(get, obj); /* may run anything */
    Gil_DECREF(get);
    return result;
}

static int
property_set(GilObject *op, GilObject *obj, GilObject *value)
{
    GilObject *function = property_of(op)->part[value != NULL ? FSET : FDEL];

    if (function == NULL) {
        no_part(obj, value != NULL ? "setter" : "deleter");
        return -1;
    }
    Gil_INCREF(function);
    GilObject *result = GilObject_CallFunctionObjArgs(function, obj, value, NULL); /* may run anything */
    Gil_DECREF(function);
    Gil_XDECREF(result);
    return result != NULL ? 0 : -1;
}

/* The property's own text, or its getter's. */
static GilObject *
get_doc(GilObject *op, void *Gil_UNUSED(closure))
{
    struct property *property = property_of(op);

    if (property->part[DOC] != NULL)
        return Gil_NewRef(property->part[DOC]);
    if (property->part[FGET] == NULL)
        return Gil_NewRef(Gil_None);
    GilObject *get = Gil_NewRef(property->part[FGET]), *doc;
    int rc = GilObject_GetOptionalAttrString(get, "__doc__", &doc); /* may run anything */
    Gil_DECREF(get);
    return rc != 0 ? doc : Gil_NewRef(Gil_None);
}

static GilGetSetDef property_getset[] = {
    {"__doc__", get_doc, NULL, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static GilMemberDef property_members[] = {
    {"fget", _Gil_T_OBJECT, offsetof(struct property, part) + FGET * sizeof(GilObject *), Gil_READONLY, NULL},
    {"fset", _Gil_T_OBJECT, offsetof(struct property, part) + FSET * sizeof(GilObject *), Gil_READONLY, NULL},
    {"fdel", _Gil_T_OBJECT, offsetof(struct property, part) + FDEL * sizeof(GilObject *), Gil_READONLY, NULL},
    {NULL, 0, 0, 0, NULL},
};

static GilMethodDef property_methods[] = {
    {"getter", with_getter, GIL_METH_O, "The property with another getter."},
    {"setter", with_setter, GIL_METH_O, "The property with another setter."},
    {"deleter", with_deleter, GIL_METH_O, "The property with another deleter."},
    {NULL, NULL, 0, NULL},
};

GilTypeObject GilProperty_Type = {
    .ob_base = GilVarObject_HEAD_INIT(&GilType_Type, 0)
    .tp_name = "property",
    .tp_basicsize = sizeof(struct property),
    .tp_dealloc = property_dealloc,
    .tp_flags = Gil_TPFLAGS_STATIC_BUILTIN | Gil_TPFLAGS_IMMUTABLETYPE | Gil_TPFLAGS_HAVE_GC,
    .tp_doc = "property(fget=None, fset=None, fdel=None, doc=None)\n--\n\nA computed attribute.",
    .tp_traverse = property_traverse,
    .tp_clear = property_clear,
    .tp_methods = property_methods,
    .tp_members = property_members,
    .tp_getset = property_getset,
    .tp_descr_get = property_get,
    .tp_descr_set = property_set,
    .tp_new = property_new,
};

int
gil_property_start(void)
{
    return gil_type_ready(&GilProperty_Type);
}
