/* SPDX-License-Identifier: MIT */
/* Built-in functions and methods: a GilMethodDef and the object it is called with. */
#include "value/function.h"

#include "gilrt/call.h"
#include "gilrt/gc.h"
#include "gilrt/unicode.h"
#include "gilrt/weakref.h"
#include "object/alloc.h"
#include "object/error.h"
#include "object/type.h"
#include "protocol/method_call.h"

static struct gil_function *
function_of(GilObject *op)
{
    return (struct gil_function *)(void *)op;
}

/* The short ways, beside gil_function_fastcall(); what is not as usual goes the long one, which says why. */
static GIL_HOT GilObject *
vectorcall_noargs(GilObject *op, GilObject *const *args, size_t nargsf, GilObject *kwnames)
{
    struct gil_function *f = function_of(op);
    GilThreadState *ts = gil_tstate_need(__func__);
    if (GIL_UNLIKELY(kwnames != NULL || GilVectorcall_NARGS(nargsf) != 0 || !gil_recursion_may_enter(ts)))
        return gil_function_vectorcall(op, args, nargsf, kwnames);
    return gil_call_one(ts, f->def, f->self, NULL);
}

static GIL_HOT GilObject *
vectorcall_one(GilObject *op, GilObject *const *args, size_t nargsf, GilObject *kwnames)
{
    struct gil_function *f = function_of(op);
    GilThreadState *ts = gil_tstate_need(__func__);
    if (GIL_UNLIKELY(kwnames != NULL || GilVectorcall_NARGS(nargsf) != 1 || !gil_recursion_may_enter(ts)))
        return gil_function_vectorcall(op, args, nargsf, kwnames);
    return gil_call_one(ts, f->def, f->self, args[0]);
}

static vectorcallfunc
vectorcall_for(int flags)
{
    switch (flags & ~(GIL_METH_CLASS | GIL_METH_STATIC | GIL_METH_COEXIST)) {
    case GIL_METH_FASTCALL:
        return gil_function_fastcall;
    case GIL_METH_NOARGS:
        return vectorcall_noargs;
    case GIL_METH_O:
        return vectorcall_one;
    default:
        return gil_function_vectorcall;
    }
}

static void
function_dealloc(GilObject *op)
{
    GilTypeObject *cls = gil_function_class(op);
    gil_object_untrack_last(op);
    if (function_of(op)->weaklist != NULL)
        GilObject_ClearWeakRefs(op); /* may run anything */
    Gil_XDECREF(function_of(op)->self); /* may run anything; nobody can reach the function */
    Gil_XDECREF(function_of(op)->module);
    gil_object_free_gc(op);
    Gil_XDECREF(cls);
}

static int
function_traverse(GilObject *op, visitproc visit, void *arg)
{
    Gil_VISIT(function_of(op)->self);
    Gil_VISIT(function_of(op)->module);
    Gil_VISIT(gil_function_class(op));
    return 0;
}

/* Not self: the function may be called yet, by what dies before it. Every cycle over self has another object to begin
 * with, for self cannot be set; only __module__ can. */
static int
function_clear(GilObject *op)
{
    Gil_CLEAR(function_of(op)->module);
    return 0;
}

/* Whether it shows as a function and not as somebody's method. */
static int
is_plain(const struct gil_function *f)
{
    return f->self == NULL || f->module != NULL;
}

static GilObject *
function_repr(GilObject *op)
{
    struct gil_function *f = function_of(op);
    if (is_plain(f))
        return GilUnicode_FromFormat("<built-in function %s>", f->def->ml_name);
    return GilUnicode_FromFormat("<built-in method %s of %s object at %p>", f->def->ml_name, Gil_TYPE(f->self)->tp_name,
                                 (void *)f->self);
}

/* A method is asked for anew at each use, so two of them are equal when they would do the same. */
static GilObject *
function_richcompare(GilObject *v, GilObject *w, int op)
{
    if ((op != Gil_EQ && op != Gil_NE) || !GilCFunction_Check(v) || !GilCFunction_Check(w))
        Gil_RETURN_NOTIMPLEMENTED;
    struct gil_function *a = function_of(v), *b = function_of(w);
    int equal = a->self == b->self && a->def->ml_meth == b->def->ml_meth;
    return _Gil_RichResult(op == Gil_EQ ? equal : !equal);
}

static Gil_hash_t
function_hash(GilObject *op)
{
    uintptr_t self = (uintptr_t)function_of(op)->self, code = (uintptr_t)function_of(op)->def->ml_meth;
    Gil_hash_t hash = (Gil_hash_t)((self >> 4 | self << 60) ^ code);
    return hash == -1 ? -2 : hash;
}

static GilObject *
get_name(GilObject *op, void *Gil_UNUSED(closure))
{
    return GilUnicode_FromString(function_of(op)->def->ml_name);
}

static GilObject *
get_qualname(GilObject *op, void *closure)
{
    struct gil_function *f = function_of(op);
    if (is_plain(f))
        return get_name(op, closure);
    GilTypeObject *type = GilType_Check(f->self) ? (GilTypeObject *)(void *)f->self : Gil_TYPE(f->self);
    GilObject *owner = GilType_GetQualName(type);
    GilObject *result = owner == NULL ? NULL : GilUnicode_FromFormat("%U.%s", owner, f->def->ml_name);
    Gil_XDECREF(owner);
    return result;
}

static GilObject *
get_doc(GilObject *op, void *Gil_UNUSED(closure))
{
    struct gil_function *f = function_of(op);
    const char *doc = gil_doc_text(f->def->ml_name, f->def->ml_doc);
    return doc == NULL ? Gil_None : GilUnicode_FromString(doc);
}

static GilObject *
get_text_signature(GilObject *op, void *Gil_UNUSED(closure))
{
    const GilMethodDef *def = function_of(op)->def;
    return gil_doc_signature(def->ml_name, def->ml_doc);
}

static GilObject *
get_self(GilObject *op, void *Gil_UNUSED(closure))
{
    GilObject *self = function_of(op)->self;
    return Gil_NewRef(self == NULL ? Gil_None : self);
}

static GilGetSetDef function_getset[] = {
    {"__name__", get_name, NULL, NULL, NULL},
    {"__qualname__", get_qualname, NULL, NULL, NULL},
    {"__doc__", get_doc, NULL, NULL, NULL},
    {"__self__", get_self, NULL, NULL, NULL},
    {"__text_signature__", get_text_signature, NULL, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static GilMemberDef function_members[] = {
    {"__module__", _Gil_T_OBJECT, offsetof(struct gil_function, module), 0, NULL},
    {NULL, 0, 0, 0, NULL},
};

/* A debug build has all calls come to the library, which asserts more. */
#ifdef GIL_DEBUG
#define FAST 0
#else
#define FAST GIL_TPFLAGS_FUNCTION
#endif

GilTypeObject GilCFunction_Type = {
    .ob_base = GilVarObject_HEAD_INIT(&GilType_Type, 0)
    .tp_name = "builtin_function_or_method",
    .tp_basicsize = sizeof(struct gil_function),
    .tp_dealloc = function_dealloc,
    .tp_vectorcall_offset = offsetof(struct gil_function, vectorcall),
    .tp_repr = function_repr,
    .tp_hash = function_hash,
    .tp_call = GilVectorcall_Call,
    .tp_flags = Gil_TPFLAGS_STATIC_BUILTIN | FAST | Gil_TPFLAGS_HAVE_GC |
                Gil_TPFLAGS_HAVE_VECTORCALL | Gil_TPFLAGS_DISALLOW_INSTANTIATION,
    .tp_traverse = function_traverse,
    .tp_clear = function_clear,
    .tp_richcompare = function_richcompare,
    .tp_weaklistoffset = offsetof(struct gil_function, weaklist),
    .tp_members = function_members,
    .tp_getset = function_getset,
};

GilTypeObject GilCMethod_Type = {
    .ob_base = GilVarObject_HEAD_INIT(&GilType_Type, 0)
    .tp_name = "builtin_method",
    .tp_basicsize = sizeof(struct gil_cmethod),
    .tp_dealloc = function_dealloc,
    .tp_vectorcall_offset = offsetof(struct gil_function, vectorcall),
    .tp_call = GilVectorcall_Call,
    .tp_flags = Gil_TPFLAGS_STATIC_BUILTIN | FAST | Gil_TPFLAGS_HAVE_GC |
                Gil_TPFLAGS_HAVE_VECTORCALL | Gil_TPFLAGS_DISALLOW_INSTANTIATION,
    .tp_traverse = function_traverse,
    .tp_clear = function_clear,
    .tp_base = &GilCFunction_Type,
};

static GilObject *
function_new(GilThreadState *ts, GilMethodDef *ml, GilObject *self, GilObject *module, GilTypeObject *cls)
{
    GilTypeObject *type = cls != NULL ? &GilCMethod_Type : &GilCFunction_Type;
    GilObject *op = gil_object_alloc_gc(ts, type, (size_t)type->tp_basicsize);
    if (op == NULL)
        return NULL;
    struct gil_function *f = function_of(op);
    f->weaklist = NULL;
    f->vectorcall = vectorcall_for(ml->ml_flags);
    f->def = ml;
    f->self = Gil_XNewRef(self);
    f->module = Gil_XNewRef(module);
    if (cls != NULL)
        ((struct gil_cmethod *)(void *)op)->cls = (GilTypeObject *)(void *)Gil_NewRef(cls);
    gil_object_track(ts, op);
    return op;
}

GilObject *
gil_function_ops_bind(GilMethodDef *def, GilObject *self, GilTypeObject *cls)
{
    return function_new(gil_tstate_need(__func__), def, self, NULL, def->ml_flags & GIL_METH_METHOD ? cls : NULL);
}

GilObject *
GilCFunction_New(GilMethodDef *ml, GilObject *self)
{
    gil_tstate_need(__func__);
    return GilCMethod_New(ml, self, NULL, NULL);
}

GilObject *
GilCFunction_NewEx(GilMethodDef *ml, GilObject *self, GilObject *module)
{
    gil_tstate_need(__func__);
    return GilCMethod_New(ml, self, module, NULL);
}

GilObject *
GilCMethod_New(GilMethodDef *ml, GilObject *self, GilObject *module, GilTypeObject *cls)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    if (ml == NULL || ml->ml_name == NULL || ml->ml_meth == NULL)
        return gil_err_null(__func__);
    if (!gil_method_flags_valid(ml->ml_flags))
        return GilErr_Format(GilExc_SystemError, "%s() method: bad call flags", ml->ml_name);
    if ((ml->ml_flags & GIL_METH_METHOD) != 0 && cls == NULL)
        return GilErr_Format(GilExc_SystemError, "%s() method: GIL_METH_METHOD without a class", ml->ml_name);
    if ((ml->ml_flags & GIL_METH_METHOD) == 0 && cls != NULL)
        return GilErr_Format(GilExc_SystemError, "%s() method: a class without GIL_METH_METHOD", ml->ml_name);
    return function_new(ts, ml, self, module, cls);
}

/* 0, or -1 with SystemError. */
static int
need_function(const char *func, GilObject *op)
{
    if (op != NULL && GilCFunction_Check(op))
        return 0;
    gil_err_bad_argument(func, "a built-in function", op);
    return -1;
}

GilCFunction
GilCFunction_GetFunction(GilObject *func)
{
    gil_tstate_need(__func__);
    return need_function(__func__, func) < 0 ? NULL : function_of(func)->def->ml_meth;
}

GilObject *
GilCFunction_GetSelf(GilObject *func)
{
    gil_tstate_need(__func__);
    if (need_function(__func__, func) < 0)
        return NULL;
    return function_of(func)->def->ml_flags & GIL_METH_STATIC ? NULL : function_of(func)->self;
}

int
GilCFunction_GetFlags(GilObject *func)
{
    gil_tstate_need(__func__);
    return need_function(__func__, func) < 0 ? -1 : function_of(func)->def->ml_flags;
}

int
gil_function_start(void)
{
    if (gil_type_ready(&GilCFunction_Type) < 0)
        return -1;
    return gil_type_ready(&GilCMethod_Type);
}
