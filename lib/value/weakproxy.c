/* SPDX-License-Identifier: MIT */
/*
 * Weak proxies: weak references that stand for their referent.
 *
 * Every slot takes a strong reference to the referent, or raises ReferenceError, and asks it in the proxy's place. The
 * operands of binary slots may be proxies on either side, and both are looked through, so no operation sees a proxy.
 * Only repr and hash are the proxy's own: it shows what it is, and cannot be a key, since what it equals may die.
 */
#include "value/weakproxy.h"

#include "gilrt/call.h"
#include "gilrt/error.h"
#include "gilrt/gc.h"
#include "gilrt/iter.h"
#include "gilrt/mapping.h"
#include "gilrt/number.h"
#include "gilrt/sequence.h"
#include "gilrt/unicode.h"
#include "object/error.h"
#include "object/type.h"
#include "object/weakref.h"

/* What op stands for, or op itself when it is no proxy. New reference, or NULL with ReferenceError. */
static GilObject *
unwrap(GilObject *op)
{
    if (!GilWeakref_CheckProxy(op))
        return Gil_NewRef(op);
    GilObject *ob = gil_weakref_get(gil_weakref(op));
    if (ob == NULL)
        GilErr_SetString(GilExc_ReferenceError, "weakly-referenced object no longer exists");
    return ob;
}

/* f of the referent; and of two operands. */
static GilObject *
one(GilObject *op, unaryfunc f)
{
    GilObject *ob = unwrap(op);
    GilObject *result = ob != NULL ? f(ob) : NULL; /* may run anything, as all below */
    Gil_XDECREF(ob);
    return result;
}

static GilObject *
two(GilObject *v, GilObject *w, binaryfunc f)
{
    GilObject *a = unwrap(v), *b = a != NULL ? unwrap(w) : NULL;
    GilObject *result = b != NULL ? f(a, b) : NULL;
    Gil_XDECREF(b);
    Gil_XDECREF(a);
    return result;
}

static GilObject *
three(GilObject *u, GilObject *v, GilObject *w, ternaryfunc f)
{
    GilObject *a = unwrap(u), *b = a != NULL ? unwrap(v) : NULL, *c = b != NULL ? unwrap(w) : NULL;
    GilObject *result = c != NULL ? f(a, b, c) : NULL;
    Gil_XDECREF(c);
    Gil_XDECREF(b);
    Gil_XDECREF(a);
    return result;
}

#define UNARY(name, function)          \
    static GilObject *                 \
    name(GilObject *op)                \
    {                                  \
        return one(op, function);      \
    }
#define BINARY(name, function)            \
    static GilObject *                    \
    name(GilObject *v, GilObject *w)      \
    {                                     \
        return two(v, w, function);       \
    }
#define TERNARY(name, function)                           \
    static GilObject *                                    \
    name(GilObject *u, GilObject *v, GilObject *w)        \
    {                                                     \
        return three(u, v, w, function);                  \
    }

UNARY(proxy_str, GilObject_Str)
UNARY(proxy_iter, GilObject_GetIter)
UNARY(proxy_negative, GilNumber_Negative)
UNARY(proxy_positive, GilNumber_Positive)
UNARY(proxy_absolute, GilNumber_Absolute)
UNARY(proxy_invert, GilNumber_Invert)
UNARY(proxy_int, GilNumber_Long)
UNARY(proxy_float, GilNumber_Float)
UNARY(proxy_index, GilNumber_Index)
BINARY(proxy_getattro, GilObject_GetAttr)
BINARY(proxy_subscript, GilObject_GetItem)
BINARY(proxy_add, GilNumber_Add)
BINARY(proxy_subtract, GilNumber_Subtract)
BINARY(proxy_multiply, GilNumber_Multiply)
BINARY(proxy_remainder, GilNumber_Remainder)
BINARY(proxy_divmod, GilNumber_Divmod)
BINARY(proxy_lshift, GilNumber_Lshift)
BINARY(proxy_rshift, GilNumber_Rshift)
BINARY(proxy_and, GilNumber_And)
BINARY(proxy_xor, GilNumber_Xor)
BINARY(proxy_or, GilNumber_Or)
BINARY(proxy_floor_divide, GilNumber_FloorDivide)
BINARY(proxy_true_divide, GilNumber_TrueDivide)
BINARY(proxy_matrix_multiply, GilNumber_MatrixMultiply)
BINARY(proxy_iadd, GilNumber_InPlaceAdd)
BINARY(proxy_isubtract, GilNumber_InPlaceSubtract)
BINARY(proxy_imultiply, GilNumber_InPlaceMultiply)
BINARY(proxy_iremainder, GilNumber_InPlaceRemainder)
BINARY(proxy_ilshift, GilNumber_InPlaceLshift)
BINARY(proxy_irshift, GilNumber_InPlaceRshift)
BINARY(proxy_iand, GilNumber_InPlaceAnd)
BINARY(proxy_ixor, GilNumber_InPlaceXor)
BINARY(proxy_ior, GilNumber_InPlaceOr)
BINARY(proxy_ifloor_divide, GilNumber_InPlaceFloorDivide)
BINARY(proxy_itrue_divide, GilNumber_InPlaceTrueDivide)
BINARY(proxy_imatrix_multiply, GilNumber_InPlaceMatrixMultiply)
TERNARY(proxy_power, GilNumber_Power)
TERNARY(proxy_ipower, GilNumber_InPlacePower)

/* proxy(...): the arguments are the callee's and stay as they are. */
static GilObject *
proxy_call(GilObject *op, GilObject *args, GilObject *kwargs)
{
    GilObject *ob = unwrap(op);
    GilObject *result = ob != NULL ? GilObject_Call(ob, args, kwargs) : NULL;
    Gil_XDECREF(ob);
    return result;
}

static GilObject *
proxy_repr(GilObject *op)
{
    GilObject *ob = gil_weakref_get(gil_weakref(op));
    GilObject *result = ob == NULL
                            ? GilUnicode_FromFormat("<weakproxy at %p; dead>", (void *)op)
                            : GilUnicode_FromFormat("<weakproxy at %p; to '%T' at %p>", (void *)op, ob, (void *)ob);
    Gil_XDECREF(ob);
    return result;
}

static int
proxy_setattro(GilObject *op, GilObject *name, GilObject *value)
{
    GilObject *ob = unwrap(op);
    int rc = ob != NULL ? GilObject_SetAttr(ob, name, value) : -1;
    Gil_XDECREF(ob);
    return rc;
}

static GilObject *
proxy_richcompare(GilObject *v, GilObject *w, int op)
{
    GilObject *a = unwrap(v), *b = a != NULL ? unwrap(w) : NULL;
    GilObject *result = b != NULL ? GilObject_RichCompare(a, b, op) : NULL;
    Gil_XDECREF(b);
    Gil_XDECREF(a);
    return result;
}

static GilObject *
proxy_iternext(GilObject *op)
{
    GilObject *ob = unwrap(op), *result = NULL;
    if (ob == NULL)
        return NULL;
    if (GilIter_Check(ob))
        result = GilIter_Next(ob);
    else
        GilErr_Format(GilExc_TypeError, "Weakref proxy referenced a non-iterator '%.200s' object",
                      Gil_TYPE(ob)->tp_name);
    Gil_DECREF(ob);
    return result;
}

static int
proxy_bool(GilObject *op)
{
    GilObject *ob = unwrap(op);
    int truth = ob != NULL ? GilObject_IsTrue(ob) : -1;
    Gil_XDECREF(ob);
    return truth;
}

static Gil_ssize_t
proxy_length(GilObject *op)
{
    GilObject *ob = unwrap(op);
    Gil_ssize_t length = ob != NULL ? GilObject_Size(ob) : -1;
    Gil_XDECREF(ob);
    return length;
}

static int
proxy_contains(GilObject *op, GilObject *value)
{
    GilObject *ob = unwrap(op);
    int rc = ob != NULL ? GilSequence_Contains(ob, value) : -1;
    Gil_XDECREF(ob);
    return rc;
}

static int
proxy_ass_subscript(GilObject *op, GilObject *key, GilObject *value)
{
    GilObject *ob = unwrap(op);
    int rc = ob == NULL ? -1 : value != NULL ? GilObject_SetItem(ob, key, value) : GilObject_DelItem(ob, key);
    Gil_XDECREF(ob);
    return rc;
}

static GilNumberMethods proxy_as_number = {
    .nb_add = proxy_add,
    .nb_subtract = proxy_subtract,
    .nb_multiply = proxy_multiply,
    .nb_remainder = proxy_remainder,
    .nb_divmod = proxy_divmod,
    .nb_power = proxy_power,
    .nb_negative = proxy_negative,
    .nb_positive = proxy_positive,
    .nb_absolute = proxy_absolute,
    .nb_bool = proxy_bool,
    .nb_invert = proxy_invert,
    .nb_lshift = proxy_lshift,
    .nb_rshift = proxy_rshift,
    .nb_and = proxy_and,
    .nb_xor = proxy_xor,
    .nb_or = proxy_or,
    .nb_int = proxy_int,
    .nb_float = proxy_float,
    .nb_inplace_add = proxy_iadd,
    .nb_inplace_subtract = proxy_isubtract,
    .nb_inplace_multiply = proxy_imultiply,
    .nb_inplace_remainder = proxy_iremainder,
    .nb_inplace_power = proxy_ipower,
    .nb_inplace_lshift = proxy_ilshift,
    .nb_inplace_rshift = proxy_irshift,
    .nb_inplace_and = proxy_iand,
    .nb_inplace_xor = proxy_ixor,
    .nb_inplace_or = proxy_ior,
    .nb_floor_divide = proxy_floor_divide,
    .nb_true_divide = proxy_true_divide,
    .nb_inplace_floor_divide = proxy_ifloor_divide,
    .nb_inplace_true_divide = proxy_itrue_divide,
    .nb_index = proxy_index,
    .nb_matrix_multiply = proxy_matrix_multiply,
    .nb_inplace_matrix_multiply = proxy_imatrix_multiply,
};

static GilSequenceMethods proxy_as_sequence = {.sq_length = proxy_length, .sq_contains = proxy_contains};

static GilMappingMethods proxy_as_mapping = {
    .mp_length = proxy_length,
    .mp_subscript = proxy_subscript,
    .mp_ass_subscript = proxy_ass_subscript,
};

#define PROXY_TYPE(name, call)                                                                                   \
    {                                                                                                            \
        .ob_base = GilVarObject_HEAD_INIT(&GilType_Type, 0) .tp_name = (name),                                  \
        .tp_basicsize = sizeof(struct gil_weakref), .tp_dealloc = gil_weakref_dealloc, .tp_repr = proxy_repr,    \
        .tp_as_number = &proxy_as_number, .tp_as_sequence = &proxy_as_sequence,                                  \
        .tp_as_mapping = &proxy_as_mapping, .tp_hash = GilObject_HashNotImplemented, .tp_call = (call),          \
        .tp_str = proxy_str, .tp_getattro = proxy_getattro, .tp_setattro = proxy_setattro,                       \
        .tp_flags = Gil_TPFLAGS_STATIC_BUILTIN | Gil_TPFLAGS_HAVE_GC | Gil_TPFLAGS_DISALLOW_INSTANTIATION,       \
        .tp_traverse = gil_weakref_traverse, .tp_clear = gil_weakref_tp_clear,                                   \
        .tp_richcompare = proxy_richcompare, .tp_iter = proxy_iter, .tp_iternext = proxy_iternext                \
    }

GilTypeObject _GilWeakref_ProxyType = PROXY_TYPE("weakref.ProxyType", NULL);
GilTypeObject _GilWeakref_CallableProxyType = PROXY_TYPE("weakref.CallableProxyType", proxy_call);

GilObject *
GilWeakref_NewProxy(GilObject *ob, GilObject *callback)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    if (ob == NULL)
        return gil_err_null(__func__);
    GilTypeObject *type = GilCallable_Check(ob) ? &_GilWeakref_CallableProxyType : &_GilWeakref_ProxyType;
    return gil_weakref_new(ts, ob, type, callback);
}

int
gil_weakproxy_start(void)
{
    return gil_type_ready(&_GilWeakref_ProxyType) < 0 ? -1 : gil_type_ready(&_GilWeakref_CallableProxyType);
}
