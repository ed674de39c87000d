/* SPDX-License-Identifier: MIT */
/*
 * float: a C double, its arithmetic with floats and ints, its order and its hash.
 *
 * Comparisons with ints are exact, without converting either: 2**53 + 1 is more than 2.0**53. A float that equals an int
 * has its hash.
 */
#include "value/float.h"

#include "base/hash.h"
#include "gilrt/error.h"
#include "gilrt/tuple.h"
#include "object/alloc.h"
#include "object/dealloc.h"
#include "object/error.h"
#include "object/ops.h"
#include "object/type.h"
#include "protocol/number.h"
#include "value/float_text.h"
#include "value/long.h"

#include <math.h>

/* Where memory must be looked for: apart, so that GilFloat_FromDouble() needs no frame. */
static __attribute__((noinline)) GilObject *
from_double_slow(GilThreadState *ts, double v)
{
    GilObject *self = gil_object_alloc_size(ts, &GilFloat_Type, sizeof(GilFloatObject));
    if (self != NULL)
        ((GilFloatObject *)(void *)self)->ob_fval = v;
    return self;
}

GIL_HOT GilObject *
(GilFloat_FromDouble)(double v)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    GilObject *self = gil_object_alloc_plain_quick(ts, &GilFloat_Type, sizeof(GilFloatObject));
    if (GIL_UNLIKELY(self == NULL))
        return from_double_slow(ts, v);
    ((GilFloatObject *)(void *)self)->ob_fval = v;
    return self;
}

static int
is_float(GilObject *op)
{
    return GilFloat_CheckExact(op) || GilType_IsSubtype(Gil_TYPE(op), &GilFloat_Type);
}

int
gil_float_ask(GilObject *op, double *v)
{
    GilObject *result = Gil_TYPE(op)->tp_as_number->nb_float(op);
    if (result == NULL)
        return -1;
    if (!is_float(result)) {
        GilErr_Format(GilExc_TypeError, "%.50s.__float__() must return a float, not %.50s", Gil_TYPE(op)->tp_name,
                      Gil_TYPE(result)->tp_name);
        Gil_DECREF(result);
        return -1;
    }
    *v = GilFloat_AS_DOUBLE(result);
    Gil_DECREF(result);
    return 0;
}

double
GilFloat_AsDouble(GilObject *op)
{
    double v = -1.0;

    gil_tstate_need(__func__);
    if (op == NULL) {
        gil_err_null(__func__);
        return -1.0;
    }
    if (is_float(op))
        return GilFloat_AS_DOUBLE(op);
    const GilNumberMethods *nb = Gil_TYPE(op)->tp_as_number;
    if (nb != NULL && nb->nb_float != NULL)
        return gil_float_ask(op, &v) < 0 ? -1.0 : v;
    if (!gil_has_index(op)) {
        GilErr_Format(GilExc_TypeError, "must be real number, not %.50s", Gil_TYPE(op)->tp_name);
        return -1.0;
    }
    GilObject *number = gil_number_index(op);
    if (number == NULL)
        return -1.0;
    v = GilLong_AsDouble(number);
    Gil_DECREF(number);
    return v;
}

/* --- arithmetic --- */

/* An operand as a double: 1, 0 where it is neither float nor int, -1 with the error set. */
static int
operand(GilObject *op, double *v)
{
    if (is_float(op)) {
        *v = GilFloat_AS_DOUBLE(op);
        return 1;
    }
    if (!gil_is_int(op))
        return 0;
    *v = GilLong_AsDouble(op);
    return *v == -1.0 && GilErr_Occurred() != NULL ? -1 : 1;
}

/* Both operands. 1; else *result is what the slot returns: NotImplemented, or NULL with the error set. */
static int
operands(GilObject *v, GilObject *w, double *a, double *b, GilObject **result)
{
    int rc = operand(v, a);
    if (rc > 0)
        rc = operand(w, b);
    *result = rc == 0 ? Gil_NotImplemented : NULL;
    return rc > 0;
}

static GilObject *
divided_by_zero(void)
{
    GilErr_SetString(GilExc_ZeroDivisionError, "division by zero");
    return NULL;
}

static GilObject *
float_add(GilObject *v, GilObject *w)
{
    GilObject *result;
    double a, b;
    return operands(v, w, &a, &b, &result) ? GilFloat_FromDouble(a + b) : result;
}

static GilObject *
float_subtract(GilObject *v, GilObject *w)
{
    GilObject *result;
    double a, b;
    return operands(v, w, &a, &b, &result) ? GilFloat_FromDouble(a - b) : result;
}

static GilObject *
float_multiply(GilObject *v, GilObject *w)
{
    GilObject *result;
    double a, b;
    return operands(v, w, &a, &b, &result) ? GilFloat_FromDouble(a * b) : result;
}

static GilObject *
float_true_divide(GilObject *v, GilObject *w)
{
    GilObject *result;
    double a, b;
    if (!operands(v, w, &a, &b, &result))
        return result;
    return b == 0.0 ? divided_by_zero() : GilFloat_FromDouble(a / b);
}

/* a // b and a % b for b not 0: the remainder has b's sign, and the quotient is the whole number nearest to what makes
 * both fit. */
static void
divide(double a, double b, double *quotient, double *rest)
{
    double mod = fmod(a, b), div = (a - mod) / b;

    if (mod == 0.0)
        mod = copysign(0.0, b);
    else if ((b < 0) != (mod < 0)) {
        mod += b;
        div -= 1.0;
    }
    *rest = mod;
    *quotient = div == 0.0 ? copysign(0.0, a / b) : floor(div);
    if (div - *quotient > 0.5)
        *quotient += 1.0;
}

static GilObject *
float_floor_divide(GilObject *v, GilObject *w)
{
    GilObject *result;
    double a, b, quotient, rest;
    if (!operands(v, w, &a, &b, &result))
        return result;
    if (b == 0.0)
        return divided_by_zero();
    divide(a, b, &quotient, &rest);
    return GilFloat_FromDouble(quotient);
}

static GilObject *
float_remainder(GilObject *v, GilObject *w)
{
    GilObject *result;
    double a, b, quotient, rest;
    if (!operands(v, w, &a, &b, &result))
        return result;
    if (b == 0.0)
        return divided_by_zero();
    divide(a, b, &quotient, &rest);
    return GilFloat_FromDouble(rest);
}

static GilObject *
float_divmod(GilObject *v, GilObject *w)
{
    GilObject *q, *r, *pair = NULL;
    double a, b, quotient, rest;
    if (!operands(v, w, &a, &b, &pair))
        return pair;
    if (b == 0.0)
        return divided_by_zero();
    divide(a, b, &quotient, &rest);
    q = GilFloat_FromDouble(quotient);
    r = q == NULL ? NULL : GilFloat_FromDouble(rest);
    if (r != NULL)
        pair = GilTuple_Pack(2, q, r);
    Gil_XDECREF(q);
    Gil_XDECREF(r);
    return pair;
}

static GilObject *
float_power(GilObject *v, GilObject *w, GilObject *z)
{
    GilObject *result;
    double a, b;

    if (z != Gil_None) {
        GilErr_SetString(GilExc_TypeError, "pow() 3rd argument not allowed unless all arguments are integers");
        return NULL;
    }
    if (!operands(v, w, &a, &b, &result))
        return result;
    if (a == 0.0 && b < 0.0 && isfinite(b)) { /* to -inf it is inf, as pow() says */
        GilErr_SetString(GilExc_ZeroDivisionError, "zero to a negative power");
        return NULL;
    }
    if (a < 0.0 && isfinite(a) && isfinite(b) && b != floor(b)) {
        GilErr_SetString(GilExc_ValueError, "negative number cannot be raised to a fractional power");
        return NULL;
    }
    double power = pow(a, b);
    if (isinf(power) && isfinite(a) && isfinite(b)) {
        GilErr_SetString(GilExc_OverflowError, "Numerical result out of range");
        return NULL;
    }
    return GilFloat_FromDouble(power);
}

static GilObject *
float_negative(GilObject *op)
{
    return GilFloat_FromDouble(-GilFloat_AS_DOUBLE(op));
}

/* Itself where it is exactly a float: it cannot change. */
static GilObject *
float_positive(GilObject *op)
{
    return GilFloat_CheckExact(op) ? Gil_NewRef(op) : GilFloat_FromDouble(GilFloat_AS_DOUBLE(op));
}

static GilObject *
float_absolute(GilObject *op)
{
    return GilFloat_FromDouble(fabs(GilFloat_AS_DOUBLE(op)));
}

static int
float_bool(GilObject *op)
{
    return GilFloat_AS_DOUBLE(op) != 0.0;
}

static GilObject *
float_int(GilObject *op)
{
    return GilLong_FromDouble(GilFloat_AS_DOUBLE(op));
}

static GilNumberMethods float_as_number = {
    .nb_add = float_add,
    .nb_subtract = float_subtract,
    .nb_multiply = float_multiply,
    .nb_remainder = float_remainder,
    .nb_divmod = float_divmod,
    .nb_power = float_power,
    .nb_negative = float_negative,
    .nb_positive = float_positive,
    .nb_absolute = float_absolute,
    .nb_bool = float_bool,
    .nb_int = float_int,
    .nb_float = float_positive,
    .nb_floor_divide = float_floor_divide,
    .nb_true_divide = float_true_divide,
};

/* --- order, hash, text --- */

static GilObject *
float_richcompare(GilObject *v, GilObject *w, int op)
{
    double a = GilFloat_AS_DOUBLE(v);

    if (is_float(w))
        Gil_RETURN_RICHCOMPARE(a, GilFloat_AS_DOUBLE(w), op);
    if (!gil_is_int(w))
        Gil_RETURN_NOTIMPLEMENTED;
    if (isnan(a))
        return _Gil_RichResult(op == Gil_NE);
    Gil_RETURN_RICHCOMPARE(0, gil_long_cmp_double(gil_long(w), a), op);
}

/* Whole numbers below 2^60 hash as the ints that they equal, which are their own hashes; all others by their bits. */
Gil_hash_t
gil_hash_double(GilObject *self, double v)
{
    Gil_hash_t hash;

    if (fabs(v) < 0x1p60 && v == (double)(int64_t)v)
        hash = (int64_t)v;
    else if (isnan(v))
        /* NaNs are not equal, so they need no common hash; one for all would make a chain of them in a dict. */
        hash = (Gil_hash_t)((uintptr_t)self >> 4);
    else
        hash = (Gil_hash_t)gil_hash_bytes(&v, sizeof v);
    return hash != -1 ? hash : -2;
}

static Gil_hash_t
float_hash(GilObject *self)
{
    return gil_hash_double(self, GilFloat_AS_DOUBLE(self));
}

static GilObject *
float_repr(GilObject *self)
{
    char text[GIL_DOUBLE_REPR];
    size_t len = gil_double_repr(GilFloat_AS_DOUBLE(self), text);
    return gil_ops.str_from_utf8(text, len);
}

/* --- making --- */

static GilObject *
float_new(GilTypeObject *type, GilObject *args, GilObject *kwargs)
{
    GilObject *x, *number;

    if (kwargs != NULL && gil_ops.dict_size(kwargs) > 0)
        return GilErr_Format(GilExc_TypeError, "float() takes no keyword arguments");
    Gil_ssize_t n = GilTuple_GET_SIZE(args);
    if (n > 1)
        return GilErr_Format(GilExc_TypeError, "float expected at most 1 argument, got %zd", n);
    x = n == 0 ? NULL : GilTuple_GET_ITEM(args, 0);
    number = x == NULL ? GilFloat_FromDouble(0.0) : GilNumber_Float(x);
    if (number == NULL || type == &GilFloat_Type)
        return number;
    GilObject *self = type->tp_alloc(type, 0);
    if (self != NULL)
        ((GilFloatObject *)(void *)self)->ob_fval = GilFloat_AS_DOUBLE(number);
    Gil_DECREF(number);
    return self;
}

GilTypeObject GilFloat_Type = {
    GilVarObject_HEAD_INIT(&GilType_Type, 0)
    .tp_name = "float",
    .tp_basicsize = sizeof(GilFloatObject),
    .tp_dealloc = gil_plain_dealloc,
    .tp_repr = float_repr,
    .tp_as_number = &float_as_number,
    .tp_hash = float_hash,
    .tp_flags = Gil_TPFLAGS_STATIC_BUILTIN | GIL_TPFLAGS_PLAIN | Gil_TPFLAGS_IMMUTABLETYPE | Gil_TPFLAGS_BASETYPE,
    .tp_doc = "float(x=0, /)\n--\n\nA number with a fraction: a C double.",
    .tp_richcompare = float_richcompare,
    .tp_methods = gil_float_methods,
    .tp_getset = gil_float_getset,
    .tp_new = float_new,
};

int
gil_float_start(void)
{
    return gil_double_text_start() < 0 ? -1 : gil_type_ready(&GilFloat_Type);
}
