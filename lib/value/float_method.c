/* SPDX-License-Identifier: MIT */
/* float: the methods and attributes it shows, and making one from text. */
#include "gilrt/buffer.h"
#include "gilrt/error.h"
#include "gilrt/tuple.h"
#include "object/error.h"
#include "object/ops.h"
#include "object/type.h"
#include "value/float.h"
#include "value/float_text.h"
#include "value/format_object.h"
#include "value/long.h"
#include "value/unicode_codec.h"
#include "value/unicode_method.h"

#include <float.h>
#include <math.h>

double
GilFloat_GetMax(void)
{
    return DBL_MAX;
}

double
GilFloat_GetMin(void)
{
    return DBL_MIN;
}

static GilObject *
from_text(GilThreadState *ts, const char *text, size_t len, GilObject *shown)
{
    double v;
    int ok = gil_double_parse(ts, text, len, &v);

    if (ok == 0)
        GilErr_Format(GilExc_ValueError, "could not convert string to float: %R", shown);
    return ok > 0 ? GilFloat_FromDouble(v) : NULL;
}

GilObject *
GilFloat_FromString(GilObject *v)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    Gil_buffer view;
    size_t len;

    if (v == NULL)
        return gil_err_null(__func__);
    if (gil_is_str(v)) {
        GilObject *number = gil_unicode_number(ts, v), *result = NULL;
        const char *text = number == NULL ? NULL : gil_unicode_text(number, &len);
        if (text != NULL)
            result = from_text(ts, text, len, v);
        Gil_XDECREF(number);
        return result;
    }
    if (!GilObject_CheckBuffer(v))
        return GilErr_Format(GilExc_TypeError, "float() argument must be a string or a real number, not '%.200s'",
                             Gil_TYPE(v)->tp_name);
    if (GilObject_GetBuffer(v, &view, GilBUF_SIMPLE) < 0)
        return NULL;
    GilObject *result = from_text(ts, view.buf, (size_t)view.len, v);
    GilBuffer_Release(&view);
    return result;
}

static GilObject *
float_is_integer(GilObject *self, GilObject *Gil_UNUSED(args))
{
    double v = GilFloat_AS_DOUBLE(self);
    return _Gil_RichResult(isfinite(v) && v == floor(v));
}

static GilObject *
float_conjugate(GilObject *self, GilObject *Gil_UNUSED(args))
{
    return GilFloat_FromDouble(GilFloat_AS_DOUBLE(self));
}

/* The fraction v is exactly: a mantissa without zeros at its end, and a power of two on one side. */
static GilObject *
float_as_integer_ratio(GilObject *self, GilObject *Gil_UNUSED(args))
{
    GilThreadState *ts = gil_tstate_need(__func__);
    double v = GilFloat_AS_DOUBLE(self);
    int exponent;

    if (isinf(v)) {
        GilErr_SetString(GilExc_OverflowError, "cannot convert Infinity to integer ratio");
        return NULL;
    }
    if (isnan(v)) {
        GilErr_SetString(GilExc_ValueError, "cannot convert NaN to integer ratio");
        return NULL;
    }
    int64_t mantissa = (int64_t)ldexp(frexp(v, &exponent), DBL_MANT_DIG);
    for (exponent -= DBL_MANT_DIG; mantissa != 0 && mantissa % 2 == 0; exponent++)
        mantissa /= 2;
    if (mantissa == 0)
        exponent = 0;
    GilObject *above = gil_long_from_int64(ts, mantissa), *below = gil_small_int(1), *pair = NULL;
    if (above == NULL)
        return NULL;
    if (exponent > 0)
        Gil_SETREF(above, gil_long_lshift(ts, gil_long(above), (uint64_t)exponent));
    else
        below = gil_long_lshift(ts, gil_long(below), (uint64_t)-exponent);
    if (above != NULL && below != NULL)
        pair = GilTuple_Pack(2, above, below);
    Gil_XDECREF(above);
    Gil_XDECREF(below);
    return pair;
}

GilMethodDef gil_float_methods[] = {
    GIL_FORMAT_METHOD,
    {"as_integer_ratio", float_as_integer_ratio, GIL_METH_NOARGS,
     "as_integer_ratio($self, /)\n--\n\nThe pair of ints whose quotient the float is exactly."},
    {"conjugate", float_conjugate, GIL_METH_NOARGS, "conjugate($self, /)\n--\n\nThe float itself."},
    {"is_integer", float_is_integer, GIL_METH_NOARGS, "is_integer($self, /)\n--\n\nWhether it is a whole number."},
    {NULL, NULL, 0, NULL},
};

static GilObject *
get_real(GilObject *self, void *Gil_UNUSED(closure))
{
    return GilFloat_FromDouble(GilFloat_AS_DOUBLE(self));
}

static GilObject *
get_imag(GilObject *Gil_UNUSED(self), void *Gil_UNUSED(closure))
{
    return GilFloat_FromDouble(0.0);
}

GilGetSetDef gil_float_getset[] = {
    {"real", get_real, NULL, "the float itself", NULL},
    {"imag", get_imag, NULL, "0.0", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};
