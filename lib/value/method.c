/* SPDX-License-Identifier: MIT */
/* Bound methods: any callable, and the object that is put before its arguments. */
#include "gilrt/call.h"
#include "gilrt/gc.h"
#include "gilrt/tuple.h"
#include "gilrt/unicode.h"
#include "gilrt/weakref.h"
#include "object/alloc.h"
#include "object/attr.h"
#include "object/error.h"
#include "protocol/call.h"
#include "value/function.h"

#include <string.h>

/* Arguments up to this number are laid out on the stack. */
#define FEW 6

struct method {
    GilObject_HEAD
    vectorcallfunc vectorcall; /* [const] */
    GilObject *func;           /* [gil] strong; NULL only when the collector cleared it */
    GilObject *self;           /* [gil] strong, as func */
    GilObject *weaklist;       /* [gil] its weak references, see object/weakref.h */
};

static struct method *
method_of(GilObject *op)
{
    return (struct method *)(void *)op;
}

/* func(self, *args): args in an array of their own. */
static GilObject *
call_copied(GilThreadState *ts, GilObject *func, GilObject *self, GilObject *const *args, Gil_ssize_t nargs,
            GilObject *kwnames)
{
    Gil_ssize_t total = nargs + (kwnames == NULL ? 0 : GilTuple_GET_SIZE(kwnames));
    GilObject *few[FEW + 1], **array = few;
    if (total > FEW && (array = gil_heap_malloc(ts->heap, (size_t)(total + 1) * sizeof *array)) == NULL)
        return gil_err_no_memory(ts);
    array[0] = self;
    if (total > 0)
        memcpy(array + 1, args, (size_t)total * sizeof *args);
    GilObject *result = gil_vectorcall(ts, func, array, (size_t)nargs + 1, kwnames);
    if (array != few)
        gil_heap_free(array);
    return result;
}

static GilObject *
method_vectorcall(GilObject *op, GilObject *const *args, size_t nargsf, GilObject *kwnames)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    struct method *m = method_of(op);
    if (GIL_UNLIKELY(m->func == NULL))
        return GilErr_Format(GilExc_RuntimeError, "the method's function is gone");
    int nested = GilMethod_Check(m->func); /* and so on: nobody else on the way counts levels */
    if (GIL_UNLIKELY(nested) && Gil_EnterRecursiveCall(" while calling a method") < 0)
        return NULL;
    GilObject *func = Gil_NewRef(m->func), *self = Gil_NewRef(m->self), *result;
    if (nargsf & GIL_VECTORCALL_ARGUMENTS_OFFSET) {
        /* The caller lends the place before the arguments. */
        GilObject **array = (GilObject **)(uintptr_t)args - 1, *there = array[0];
        array[0] = self;
        result = gil_vectorcall(ts, func, array, (size_t)GilVectorcall_NARGS(nargsf) + 1, kwnames);
        array[0] = there;
    }
    else
        result = call_copied(ts, func, self, args, GilVectorcall_NARGS(nargsf), kwnames);
    if (GIL_UNLIKELY(nested))
        Gil_LeaveRecursiveCall();
    Gil_DECREF(func);
    Gil_DECREF(self);
    return result;
}

static void
method_dealloc(GilObject *op)
{
    gil_object_untrack(op);
    if (method_of(op)->weaklist != NULL)
        GilObject_ClearWeakRefs(op); /* may run anything */
    Gil_XDECREF(method_of(op)->func); /* may run anything; nobody can reach the method */
    Gil_XDECREF(method_of(op)->self);
    gil_object_free(op);
}

static int
method_traverse(GilObject *op, visitproc visit, void *arg)
{
    Gil_VISIT(method_of(op)->func);
    Gil_VISIT(method_of(op)->self);
    return 0;
}

static int
method_clear(GilObject *op)
{
    Gil_CLEAR(method_of(op)->func);
    Gil_CLEAR(method_of(op)->self);
    return 0;
}

/* What is no attribute of the method is one of its function. */
static GilObject *
method_getattro(GilObject *op, GilObject *name)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    GilObject *result = NULL, *func = method_of(op)->func;

    if (func == NULL)
        return GilObject_GenericGetAttr(op, name);
    if (gil_attr_find(ts, op, name, &result) != 0)
        return result;
    if (Gil_EnterRecursiveCall(" while asking a method") == 0) { /* its function may be another method */
        result = GilObject_GetAttr(func, name);
        Gil_LeaveRecursiveCall();
    }
    return result;
}

static GilObject *
method_repr(GilObject *op)
{
    GilObject *func = Gil_XNewRef(method_of(op)->func), *self = Gil_XNewRef(method_of(op)->self), *name = NULL;
    GilObject *result = NULL;
    int rc = func == NULL ? 0 : GilObject_GetOptionalAttrString(func, "__qualname__", &name); /* may run anything */
    if (rc == 0 && func != NULL)
        rc = GilObject_GetOptionalAttrString(func, "__name__", &name); /* may run anything */
    if (rc >= 0)
        result = GilUnicode_FromFormat("<bound method %V of %R>", name != NULL && GilUnicode_Check(name) ? name : NULL,
                                       "?", self); /* may run anything */
    Gil_XDECREF(name);
    Gil_XDECREF(func);
    Gil_XDECREF(self);
    return result;
}

static GilObject *
method_richcompare(GilObject *v, GilObject *w, int op)
{
    if ((op != Gil_EQ && op != Gil_NE) || !GilMethod_Check(v) || !GilMethod_Check(w))
        Gil_RETURN_NOTIMPLEMENTED;
    struct method *a = method_of(v), *b = method_of(w);
    if (a->self != b->self)
        return _Gil_RichResult(op == Gil_NE);
    GilObject *left = Gil_XNewRef(a->func), *right = Gil_XNewRef(b->func);
    int equal = GilObject_RichCompareBool(left, right, Gil_EQ); /* may run anything */
    Gil_XDECREF(left);
    Gil_XDECREF(right);
    return equal < 0 ? NULL : _Gil_RichResult(op == Gil_EQ ? equal : !equal);
}

static Gil_hash_t
method_hash(GilObject *op)
{
    uintptr_t self = (uintptr_t)method_of(op)->self;
    if (Gil_EnterRecursiveCall(" while hashing a method") < 0)
        return -1;
    Gil_hash_t func = GilObject_Hash(method_of(op)->func); /* may run anything */
    Gil_LeaveRecursiveCall();
    if (func == -1)
        return -1;
    Gil_hash_t hash = (Gil_hash_t)((self >> 4 | self << 60) ^ (uintptr_t)func);
    return hash == -1 ? -2 : hash;
}

/* Found in a class it stays bound to what it is bound to. */
static GilObject *
method_descr_get(GilObject *op, GilObject *Gil_UNUSED(obj), GilObject *Gil_UNUSED(type))
{
    return Gil_NewRef(op);
}

/* What the function says: else it would be the type's own text that is found. */
static GilObject *
get_doc(GilObject *op, void *Gil_UNUSED(closure))
{
    while (op != NULL && Gil_IS_TYPE(op, &GilMethod_Type))
        op = method_of(op)->func;
    GilObject *func = Gil_XNewRef(op);
    GilObject *doc = func != NULL ? GilObject_GetAttrString(func, "__doc__") : Gil_NewRef(Gil_None); /* may run anything */

    Gil_XDECREF(func);
    return doc;
}

static GilMemberDef method_members[] = {
    {"__func__", _Gil_T_OBJECT, offsetof(struct method, func), Gil_READONLY, "the function that is called"},
    {"__self__", _Gil_T_OBJECT, offsetof(struct method, self), Gil_READONLY, "its first argument"},
    {NULL, 0, 0, 0, NULL},
};

static GilGetSetDef method_getset[] = {
    {"__doc__", get_doc, NULL, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

GilTypeObject GilMethod_Type = {
    .ob_base = GilVarObject_HEAD_INIT(&GilType_Type, 0)
    .tp_name = "method",
    .tp_basicsize = sizeof(struct method),
    .tp_dealloc = method_dealloc,
    .tp_vectorcall_offset = offsetof(struct method, vectorcall),
    .tp_repr = method_repr,
    .tp_hash = method_hash,
    .tp_call = GilVectorcall_Call,
    .tp_getattro = method_getattro,
    .tp_flags = Gil_TPFLAGS_STATIC_BUILTIN | Gil_TPFLAGS_HAVE_GC | Gil_TPFLAGS_HAVE_VECTORCALL |
                Gil_TPFLAGS_DISALLOW_INSTANTIATION,
    .tp_doc = "A function and its first argument.",
    .tp_traverse = method_traverse,
    .tp_clear = method_clear,
    .tp_richcompare = method_richcompare,
    .tp_weaklistoffset = offsetof(struct method, weaklist),
    .tp_members = method_members,
    .tp_getset = method_getset,
    .tp_descr_get = method_descr_get,
};

GilObject *
GilMethod_New(GilObject *func, GilObject *self)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    if (func == NULL || self == NULL)
        return gil_err_null(__func__);
    GilObject *op = gil_object_alloc(ts, &GilMethod_Type, 0);
    if (op == NULL)
        return NULL;
    method_of(op)->vectorcall = method_vectorcall;
    method_of(op)->func = Gil_NewRef(func);
    method_of(op)->self = Gil_NewRef(self);
    gil_object_track(ts, op);
    return op;
}

GilObject *
GilMethod_Function(GilObject *method)
{
    gil_tstate_need(__func__);
    if (method == NULL || !GilMethod_Check(method))
        return gil_err_bad_argument(__func__, "a bound method", method);
    return method_of(method)->func;
}

GilObject *
GilMethod_Self(GilObject *method)
{
    gil_tstate_need(__func__);
    if (method == NULL || !GilMethod_Check(method))
        return gil_err_bad_argument(__func__, "a bound method", method);
    return method_of(method)->self;
}

int
gil_method_start(void)
{
    return gil_type_ready(&GilMethod_Type);
}
