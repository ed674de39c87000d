/* SPDX-License-Identifier: MIT */
/*
 * Properties: attributes computed by callables.
 *
 * What Gil_tp_getset is for C functions, property is for objects: a class attribute whose getter, setter and deleter are
 * called with the instance. It serves languages above, which have callables of their own and no C functions at hand.
 */
#include "gilrt/call.h"
#include "gilrt/gc.h"
#include "gilrt/unicode.h"
#include "object/alloc.h"
#include "object/error.h"
#include "object/type.h"
#include "value/function.h"
#include "value/named_args.h"

/* The name is what the class that the property stands in calls it. */
enum part { FGET, FSET, FDEL, DOC, NAME, PARTS };
#define ARGUMENTS NAME /* those before it */

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
    Gil_TYPE(op)->tp_free(op);
}

/* The property's own text, or its getter's. */
static GilObject *
get_doc(GilObject *op, void *Gil_UNUSED(closure))
{
    struct property *property = property_of(op);
    GilObject *doc;

    if (property->part[DOC] != NULL)
        return Gil_NewRef(property->part[DOC]);
    return gil_ask_held(property->part[FGET], "__doc__", &doc) != 0 ? doc : Gil_NewRef(Gil_None); /* may run anything */
}

/* One that was taken away is None, not the getter's. */
static int
set_doc(GilObject *op, GilObject *value, void *Gil_UNUSED(closure))
{
    Gil_XSETREF(property_of(op)->part[DOC], Gil_NewRef(value != NULL ? value : Gil_None)); /* may run anything */
    return 0;
}

/*
 * A subtype has a text, which stands before what property computes. So an instance of it gets its own as an attribute, or none
 * where it has no dict: that is no reason to have no property.
 */
static int
keep_doc(GilObject *op)
{
    GilObject *doc = get_doc(op, NULL); /* may run anything */
    int rc = doc != NULL ? GilObject_SetAttrString(op, "__doc__", doc) : -1; /* may run anything */

    Gil_XDECREF(doc);
    if (rc == 0 || doc == NULL || !GilErr_ExceptionMatches(GilExc_AttributeError))
        return rc;
    GilErr_Clear();
    return 0;
}

static int
property_init(GilObject *op, GilObject *args, GilObject *kwargs)
{
    GilObject *parts[PARTS] = {NULL};

    if (gil_take_tuple("044property\0fget\0fset\0fdel\0doc", args, kwargs, parts) < 0)
        return -1;
    for (int i = 0; i < PARTS; i++) {
        GilObject *old = property_of(op)->part[i];
        property_of(op)->part[i] = Gil_XNewRef(parts[i] != Gil_None ? parts[i] : NULL);
        parts[i] = old;
    }
    for (int i = 0; i < PARTS; i++)
        Gil_XDECREF(parts[i]); /* may run anything */
    return Gil_IS_TYPE(op, &GilProperty_Type) ? 0 : keep_doc(op);
}

/* The property with one part exchanged: a new one of its type, for the class that has this one may share it. */
static GilObject *
with_part(GilObject *op, enum part which, GilObject *value)
{
    GilObject *parts[PARTS];

    for (int i = 0; i < PARTS; i++) {
        GilObject *part = i == (int)which ? value : property_of(op)->part[i];
        parts[i] = Gil_NewRef(part != NULL ? part : Gil_None); /* the call may run anything */
    }
    GilObject *made = GilObject_Vectorcall((GilObject *)Gil_TYPE(op), parts, ARGUMENTS, NULL);
    if (made != NULL && GilObject_TypeCheck(made, &GilProperty_Type))
        Gil_XSETREF(property_of(made)->part[NAME], Gil_XNewRef(property_of(op)->part[NAME]));
    for (int i = 0; i < PARTS; i++)
        Gil_DECREF(parts[i]);
    return made;
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
no_part(GilObject *op, GilObject *obj, const char *what)
{
    GilObject *name = Gil_XNewRef(property_of(op)->part[NAME]), *type = GilType_GetQualName(Gil_TYPE(obj));

    if (type != NULL && name != NULL) /* may run anything */
        GilErr_Format(GilExc_AttributeError, "property %R of %R object has no %s", name, type, what);
    else if (type != NULL)
        GilErr_Format(GilExc_AttributeError, "property of %R object has no %s", type, what);
    Gil_XDECREF(type);
    Gil_XDECREF(name);
    return NULL;
}

/* A class tells under which name it has the property. */
static GilObject *
set_name(GilObject *op, GilObject *const *args, Gil_ssize_t nargs)
{
    if (nargs != 2)
        return GilErr_Format(GilExc_TypeError, "__set_name__() takes 2 positional arguments but %zd were given", nargs);
    Gil_XSETREF(property_of(op)->part[NAME], Gil_NewRef(args[1])); /* may run anything */
    Gil_RETURN_NONE;
}

static GilObject *
property_get(GilObject *op, GilObject *obj, GilObject *Gil_UNUSED(type))
{
    if (obj == NULL || obj == Gil_None)
        return Gil_NewRef(op);
    GilObject *get = property_of(op)->part[FGET];
    if (get == NULL)
        return no_part(op, obj, "getter");
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
        no_part(op, obj, value != NULL ? "setter" : "deleter");
        return -1;
    }
    Gil_INCREF(function);
    GilObject *result = GilObject_CallFunctionObjArgs(function, obj, value, NULL); /* may run anything */
    Gil_DECREF(function);
    Gil_XDECREF(result);
    return result != NULL ? 0 : -1;
}

static GilObject *
get_abstract(GilObject *op, void *Gil_UNUSED(closure))
{
    int rc = 0;

    for (int i = FGET; i <= FDEL && rc == 0; i++)
        rc = gil_is_abstract(property_of(op)->part[i]); /* may run anything */
    return rc < 0 ? NULL : _Gil_RichResult(rc);
}

static GilGetSetDef property_getset[] = {
    {"__doc__", get_doc, set_doc, NULL, NULL},
    {"__isabstractmethod__", get_abstract, NULL, NULL, NULL},
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
    {"__set_name__", _GilCFunction_CAST(set_name), GIL_METH_FASTCALL, "The name in the class."},
    {NULL, NULL, 0, NULL},
};

GilTypeObject GilProperty_Type = {
    .ob_base = GilVarObject_HEAD_INIT(&GilType_Type, 0)
    .tp_name = "property",
    .tp_basicsize = sizeof(struct property),
    .tp_dealloc = property_dealloc,
    .tp_flags = Gil_TPFLAGS_STATIC_BUILTIN | Gil_TPFLAGS_IMMUTABLETYPE | Gil_TPFLAGS_HAVE_GC | Gil_TPFLAGS_BASETYPE,
    .tp_doc = "property(fget=None, fset=None, fdel=None, doc=None)\n--\n\nA computed attribute.",
    .tp_traverse = property_traverse,
    .tp_clear = property_clear,
    .tp_methods = property_methods,
    .tp_members = property_members,
    .tp_getset = property_getset,
    .tp_descr_get = property_get,
    .tp_descr_set = property_set,
    .tp_init = property_init,
    .tp_new = GilType_GenericNew,
};

int
gil_property_start(void)
{
    return gil_type_ready(&GilProperty_Type);
}
