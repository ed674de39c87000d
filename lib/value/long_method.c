/* SPDX-License-Identifier: MIT */
/* int: what int() makes of its arguments, and the methods and attributes an int shows. */
#include "gilrt/buffer.h"
#include "gilrt/bytes.h"
#include "gilrt/call.h"
#include "gilrt/error.h"
#include "gilrt/number.h"
#include "gilrt/tuple.h"
#include "gilrt/unicode.h"
#include "object/error.h"
#include "object/ops.h"
#include "object/type.h"
#include "value/format_object.h"
#include "value/long.h"
#include "value/text_args.h"
#include "value/unicode_codec.h"

#include <string.h>

/* --- int() --- */

/* int(x, base): x must be text. */
static GilObject *
from_text_in_base(GilThreadState *ts, GilObject *x, GilObject *base)
{
    Gil_buffer view;
    Gil_ssize_t radix = GilNumber_AsSsize_t(base, NULL);

    if (radix == -1 && GilErr_Occurred() != NULL)
        return NULL;
    if ((radix != 0 && radix < 2) || radix > 36) {
        GilErr_SetString(GilExc_ValueError, "int() base must be >= 2 and <= 36, or 0");
        return NULL;
    }
    if (gil_is_str(x))
        return GilLong_FromUnicodeObject(x, (int)radix);
    if (!GilObject_CheckBuffer(x)) {
        GilErr_SetString(GilExc_TypeError, "int() can't convert non-string with explicit base");
        return NULL;
    }
    if (GilObject_GetBuffer(x, &view, GilBUF_SIMPLE) < 0)
        return NULL;
    GilObject *result = gil_long_from_text(ts, view.buf, (size_t)view.len, (int)radix, x);
    GilBuffer_Release(&view);
    return result;
}

GilObject *
gil_long_tp_new(GilTypeObject *type, GilObject *args, GilObject *kwargs)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    GilObject *given[2], *number;

    if (gil_take_tuple("022int\0\0base", args, kwargs, given) < 0)
        return NULL;
    if (given[0] == NULL && given[1] != NULL)
        return GilErr_Format(GilExc_TypeError, "int() missing string argument");
    if (given[0] == NULL)
        number = gil_small_int(0);
    else if (given[1] == NULL)
        number = GilNumber_Long(given[0]);
    else
        number = from_text_in_base(ts, given[0], given[1]);
    return number == NULL || type == &GilLong_Type ? number : gil_long_to_subtype(type, number);
}

/* --- methods --- */

static GilObject *
long_conjugate(GilObject *self, GilObject *Gil_UNUSED(args))
{
    return gil_long_exact(gil_tstate_need(__func__), gil_long(self));
}

static GilObject *
long_is_integer(GilObject *Gil_UNUSED(self), GilObject *Gil_UNUSED(args))
{
    return _Gil_RichResult(1);
}

static GilObject *
long_bit_length(GilObject *self, GilObject *Gil_UNUSED(args))
{
    const struct gil_long *v = gil_long(self);
    return GilLong_FromUInt64(gil_limbs_bits(v->digit, gil_long_limbs(v)));
}

static GilObject *
long_bit_count(GilObject *self, GilObject *Gil_UNUSED(args))
{
    const struct gil_long *v = gil_long(self);
    uint64_t count = 0;

    for (size_t i = 0; i < gil_long_limbs(v); i++)
        count += (uint64_t)__builtin_popcountll(v->digit[i]);
    return GilLong_FromUInt64(count);
}

static GilObject *
long_as_integer_ratio(GilObject *self, GilObject *Gil_UNUSED(args))
{
    GilObject *above = gil_long_exact(gil_tstate_need(__func__), gil_long(self));
    if (above == NULL)
        return NULL;
    GilObject *pair = GilTuple_Pack(2, above, gil_small_int(1));
    Gil_DECREF(above);
    return pair;
}

#define BYTEORDER "\0byteorder\0signed"

/* Arguments byteorder='big' and signed=False of to_bytes() and from_bytes(). 0, or -1 with the error set. */
static int
read_byteorder(const char *func, GilObject *const given[2], int *little_endian, int *is_signed)
{
    size_t len = 3;
    const char *text = "big";

    *is_signed = given[1] != NULL ? GilObject_IsTrue(given[1]) : 0;
    if (*is_signed < 0)
        return -1;
    if (given[0] != NULL) {
        if (!gil_is_str(given[0])) {
            GilErr_Format(GilExc_TypeError, "%s() argument 'byteorder' must be str, not %.50s", func,
                          given[0] == Gil_None ? "None" : Gil_TYPE(given[0])->tp_name);
            return -1;
        }
        text = gil_unicode_text(given[0], &len);
    }
    if (text == NULL)
        return -1;
    *little_endian = len == 6 && memcmp(text, "little", 6) == 0;
    if (*little_endian || (len == 3 && memcmp(text, "big", 3) == 0))
        return 0;
    GilErr_SetString(GilExc_ValueError, "byteorder must be either 'little' or 'big'");
    return -1;
}

/* Whether v fits into n bytes; OverflowError otherwise. */
static int
check_fit(const struct gil_long *v, Gil_ssize_t n, int is_signed)
{
    if (v->size < 0 && !is_signed) {
        GilErr_SetString(GilExc_OverflowError, "can't convert negative int to unsigned");
        return -1;
    }
    uint64_t bits = gil_limbs_bits(v->digit, gil_long_limbs(v));
    if (is_signed && bits > 0)
        bits += !(v->size < 0 && gil_long_is_power_of_two(v));
    int is_minus_one = v->size < 0 && bits == 1; /* that fits into no octets at all, in CPython */
    if ((bits + 7) / 8 > (uint64_t)n && !is_minus_one) {
        GilErr_SetString(GilExc_OverflowError, "int too big to convert");
        return -1;
    }
    return 0;
}

static GilObject *
long_to_bytes(GilObject *self, GilObject *const *args, Gil_ssize_t nargs, GilObject *kwnames)
{
    GilObject *given[3];
    Gil_ssize_t n = 1;
    int little_endian, is_signed;

    if (gil_take_args("023to_bytes\0length" BYTEORDER, args, nargs, NULL, kwnames, given) < 0
        || (given[0] != NULL && gil_get_index(given[0], GilExc_OverflowError, &n) < 0)
        || read_byteorder("to_bytes", given + 1, &little_endian, &is_signed) < 0)
        return NULL;
    if (n < 0) {
        GilErr_SetString(GilExc_ValueError, "length argument must be non-negative");
        return NULL;
    }
    if (check_fit(gil_long(self), n, is_signed) < 0)
        return NULL;
    GilObject *bytes = GilBytes_FromStringAndSize(NULL, n);
    if (bytes != NULL)
        gil_long_to_bytes(gil_long(self), (unsigned char *)GilBytes_AsString(bytes), (size_t)n, little_endian);
    return bytes;
}

static GilObject *
long_from_bytes(GilObject *type, GilObject *const *args, Gil_ssize_t nargs, GilObject *kwnames)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    GilObject *given[3];
    Gil_buffer view;
    int little_endian, is_signed;

    if (gil_take_args("123from_bytes\0bytes" BYTEORDER, args, nargs, NULL, kwnames, given) < 0
        || read_byteorder("from_bytes", given + 1, &little_endian, &is_signed) < 0)
        return NULL;
    GilObject *bytes = GilObject_Bytes(given[0]); /* __bytes__, buffers, iterables of ints */
    if (bytes == NULL)
        return NULL;
    GilObject *number = NULL;
    if (GilObject_GetBuffer(bytes, &view, GilBUF_SIMPLE) == 0) {
        number = gil_long_from_bytes(ts, view.buf, (size_t)view.len, little_endian, is_signed);
        GilBuffer_Release(&view);
    }
    Gil_DECREF(bytes);
    if (number == NULL || type == (GilObject *)&GilLong_Type)
        return number;
    GilObject *result = GilObject_CallOneArg(type, number);
    Gil_DECREF(number);
    return result;
}

GilMethodDef gil_long_methods[] = {
    GIL_FORMAT_METHOD,
    {"as_integer_ratio", long_as_integer_ratio, GIL_METH_NOARGS,
     "as_integer_ratio($self, /)\n--\n\nThe pair of the int and 1."},
    {"bit_count", long_bit_count, GIL_METH_NOARGS, "bit_count($self, /)\n--\n\nNumber of ones in the absolute value."},
    {"bit_length", long_bit_length, GIL_METH_NOARGS,
     "bit_length($self, /)\n--\n\nBits of the absolute value, without zeros in front."},
    {"conjugate", long_conjugate, GIL_METH_NOARGS, "conjugate($self, /)\n--\n\nThe int itself."},
    {"from_bytes", _GilCFunction_CAST(long_from_bytes), GIL_METH_FASTCALL | GIL_METH_KEYWORDS | GIL_METH_CLASS,
     "from_bytes($type, /, bytes, byteorder='big', *, signed=False)\n--\n\nThe int that bytes stand for."},
    {"is_integer", long_is_integer, GIL_METH_NOARGS, "is_integer($self, /)\n--\n\nTrue."},
    {"to_bytes", _GilCFunction_CAST(long_to_bytes), GIL_METH_FASTCALL | GIL_METH_KEYWORDS,
     "to_bytes($self, /, length=1, byteorder='big', *, signed=False)\n--\n\nThe int as that many bytes."},
    {NULL, NULL, 0, NULL},
};

static GilObject *
get_self(GilObject *self, void *Gil_UNUSED(closure))
{
    return long_conjugate(self, NULL);
}

/* closure: NULL for 0, else 1. */
static GilObject *
get_constant(GilObject *Gil_UNUSED(self), void *closure)
{
    return gil_small_int(closure != NULL);
}

GilGetSetDef gil_long_getset[] = {
    {"real", get_self, NULL, "the int itself", NULL},
    {"imag", get_constant, NULL, "0", NULL},
    {"numerator", get_self, NULL, "the int itself", NULL},
    {"denominator", get_constant, NULL, "1", gil_long_methods},
    {NULL, NULL, NULL, NULL, NULL},
};
