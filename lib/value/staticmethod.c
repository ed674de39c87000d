/* SPDX-License-Identifier: MIT */
/*
 * Class methods and static methods: class attributes that hold a callable and say what it is bound to.
 *
 * What GIL_METH_CLASS and GIL_METH_STATIC are for C functions in a table of methods, these are for any callable: fetched
 * from a class or an instance, the one gives the callable bound to the class, the other the callable as it is.
 */
#include "gilrt/call.h"
#include "gilrt/dict.h"
#include "gilrt/gc.h"
#include "gilrt/tuple.h"
#include "gilrt/unicode.h"
#include "object/alloc.h"
#include "object/error.h"
#include "object/recursion.h"
#include "object/type.h"
#include "value/function.h"

struct holder {
    GilObject_HEAD
    GilObject *callable; /* [gil] strong; NULL: the collector cleared it, or a subtype has not called tp_init */
};

static struct holder *
holder_of(GilObject *op)
{
    return (struct holder *)(void *)op;
}

static int
holder_traverse(GilObject *op, visitproc visit, void *arg)
{
    Gil_VISIT(holder_of(op)->callable);
    return 0;
}

static int
holder_clear(GilObject *op)
{
    Gil_CLEAR(holder_of(op)->callable);
    return 0;
}

static void
holder_dealloc(GilObject *op)
{
    gil_object_untrack(op);
    Gil_XDECREF(holder_of(op)->callable); /* may run anything; nobody can reach the holder */
    Gil_TYPE(op)->tp_free(op);
}

/* Which of the two op is, or is an instance of a subtype of. */
static const char *
kind_of(GilObject *op)
{
    return GilObject_TypeCheck(op, &GilClassMethod_Type) ? "classmethod" : "staticmethod";
}

static GilObject *
holder_repr(GilObject *op)
{
    GilObject *callable = Gil_XNewRef(holder_of(op)->callable);
    GilObject *result = GilUnicode_FromFormat("<%s(%R)>", kind_of(op), callable); /* may run anything */

    Gil_XDECREF(callable);
    return result;
}

static GilObject *
holder_from(GilTypeObject *type, GilObject *callable)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    GilObject *op = gil_object_alloc(ts, type, 0);

    if (op == NULL)
        return NULL;
    holder_of(op)->callable = Gil_NewRef(callable);
    gil_object_track(ts, op);
    return op;
}

static int
holder_init(GilObject *op, GilObject *args, GilObject *kwargs)
{
    if (kwargs != NULL && GilDict_Size(kwargs) > 0) {
        GilErr_Format(GilExc_TypeError, "%s() takes no keyword arguments", kind_of(op));
        return -1;
    }
    if (GilTuple_GET_SIZE(args) != 1) {
        GilErr_Format(GilExc_TypeError, "%s expected 1 argument, got %zd", kind_of(op), GilTuple_GET_SIZE(args));
        return -1;
    }
    Gil_XSETREF(holder_of(op)->callable, Gil_NewRef(GilTuple_GET_ITEM(args, 0))); /* may run anything */
    return 0;
}

/* New reference to what op holds; NULL with RuntimeError. */
static GilObject *
held(GilObject *op)
{
    if (holder_of(op)->callable != NULL)
        return Gil_NewRef(holder_of(op)->callable);
    return GilErr_Format(GilExc_RuntimeError, "uninitialized %s object", kind_of(op));
}

static GilObject *
class_get(GilObject *op, GilObject *obj, GilObject *type)
{
    GilObject *callable = held(op);
    if (callable == NULL)
        return NULL;
    GilObject *result = GilMethod_New(callable, type != NULL ? type : (GilObject *)Gil_TYPE(obj));
    Gil_DECREF(callable);
    return result;
}

static GilObject *
static_get(GilObject *op, GilObject *Gil_UNUSED(obj), GilObject *Gil_UNUSED(type))
{
    return held(op);
}

static GilObject *
static_call(GilObject *op, GilObject *args, GilObject *kwargs)
{
    GilObject *callable = held(op);
    if (callable == NULL)
        return NULL;
    GilObject *result = GilObject_Call(callable, args, kwargs); /* may run anything */
    Gil_DECREF(callable);
    return result;
}

int
gil_ask_held(GilObject *callable, const char *name, GilObject **answer)
{
    GilThreadState *ts = gil_tstate_need(__func__);

    *answer = NULL;
    if (callable == NULL)
        return 0;
    if (gil_recursion_enter(ts, " while calling an object") < 0)
        return -1;
    Gil_INCREF(callable);
    int rc = GilObject_GetOptionalAttrString(callable, name, answer); /* may run anything */
    Gil_DECREF(callable);
    gil_recursion_leave(ts);
    return rc;
}

int
gil_is_abstract(GilObject *callable)
{
    GilObject *says;
    int rc = gil_ask_held(callable, "__isabstractmethod__", &says); /* may run anything */

    if (rc > 0)
        rc = GilObject_IsTrue(says);
    Gil_XDECREF(says);
    return rc;
}

static GilObject *
holder_is_abstract(GilObject *op, void *Gil_UNUSED(closure))
{
    int rc = gil_is_abstract(holder_of(op)->callable); /* may run anything */

    return rc < 0 ? NULL : _Gil_RichResult(rc);
}

static GilGetSetDef holder_getset[] = {
    {"__isabstractmethod__", holder_is_abstract, NULL, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static GilMemberDef holder_members[] = {
    {"__func__", _Gil_T_OBJECT, offsetof(struct holder, callable), Gil_READONLY, NULL},
    {"__wrapped__", _Gil_T_OBJECT, offsetof(struct holder, callable), Gil_READONLY, NULL},
    {NULL, 0, 0, 0, NULL},
};

GilTypeObject GilClassMethod_Type = {
    .ob_base = GilVarObject_HEAD_INIT(&GilType_Type, 0)
    .tp_name = "classmethod",
    .tp_basicsize = sizeof(struct holder),
    .tp_dealloc = holder_dealloc,
    .tp_repr = holder_repr,
    .tp_flags = Gil_TPFLAGS_STATIC_BUILTIN | Gil_TPFLAGS_IMMUTABLETYPE | Gil_TPFLAGS_HAVE_GC | Gil_TPFLAGS_BASETYPE,
    .tp_doc = "classmethod(callable)\n--\n\nA method that gets the class.",
    .tp_traverse = holder_traverse,
    .tp_clear = holder_clear,
    .tp_members = holder_members,
    .tp_getset = holder_getset,
    .tp_descr_get = class_get,
    .tp_init = holder_init,
    .tp_new = GilType_GenericNew,
};

GilTypeObject GilStaticMethod_Type = {
    .ob_base = GilVarObject_HEAD_INIT(&GilType_Type, 0)
    .tp_name = "staticmethod",
    .tp_basicsize = sizeof(struct holder),
    .tp_dealloc = holder_dealloc,
    .tp_repr = holder_repr,
    .tp_call = static_call,
    .tp_flags = Gil_TPFLAGS_STATIC_BUILTIN | Gil_TPFLAGS_IMMUTABLETYPE | Gil_TPFLAGS_HAVE_GC | Gil_TPFLAGS_BASETYPE,
    .tp_doc = "staticmethod(callable)\n--\n\nA method that gets neither instance nor class.",
    .tp_traverse = holder_traverse,
    .tp_clear = holder_clear,
    .tp_members = holder_members,
    .tp_getset = holder_getset,
    .tp_descr_get = static_get,
    .tp_init = holder_init,
    .tp_new = GilType_GenericNew,
};

GilObject *
GilClassMethod_New(GilObject *callable)
{
    gil_tstate_need(__func__);
    return callable != NULL ? holder_from(&GilClassMethod_Type, callable) : gil_err_null(__func__);
}

GilObject *
GilStaticMethod_New(GilObject *callable)
{
    gil_tstate_need(__func__);
    return callable != NULL ? holder_from(&GilStaticMethod_Type, callable) : gil_err_null(__func__);
}

int
gil_staticmethod_start(void)
{
    return gil_type_ready(&GilClassMethod_Type) < 0 ? -1 : gil_type_ready(&GilStaticMethod_Type);
}
