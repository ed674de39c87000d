/* SPDX-License-Identifier: MIT */
/* int: the type, the small ints, how every result is made, and the ways from and to C's long that programs go most. */
#include "value/long.h"

#include "gilrt/error.h"
#include "object/dealloc.h"
#include "object/type.h"

#include <limits.h>
#include <string.h>

struct gil_small_long gil_small_ints[GIL_SMALL_INT_MAX - GIL_SMALL_INT_MIN + 1];

#define LONG_HEAD offsetof(struct gil_long, digit)

struct gil_long *
gil_long_new(GilThreadState *ts, size_t n)
{
    if (n > (SIZE_MAX / 2 - LONG_HEAD) / sizeof(uint64_t)) {
        GilErr_SetString(GilExc_OverflowError, "too many digits in integer");
        return NULL;
    }
    size_t limbs = n == 0 ? 1 : n;
    struct gil_long *v = gil_long(gil_object_alloc_plain(ts, &GilLong_Type, LONG_HEAD + limbs * sizeof(uint64_t)));
    if (v == NULL)
        return NULL;
    v->size = (Gil_ssize_t)n;
    v->digit[0] = 0;
    return v;
}

GilObject *
gil_long_finish(struct gil_long *v, size_t n, int negative)
{
    n = gil_limbs_size(v->digit, n);
    uint64_t least = n == 0 ? 0 : v->digit[0];

    if (n <= 1 && least <= (negative ? (uint64_t)-GIL_SMALL_INT_MIN : (uint64_t)GIL_SMALL_INT_MAX)) {
        Gil_DECREF(v);
        return gil_small_int(negative ? -(int)least : (int)least);
    }
    v->size = negative ? -(Gil_ssize_t)n : (Gil_ssize_t)n;
    return &v->ob_base;
}

GilObject *
gil_long_from_int128(GilThreadState *ts, __int128 value)
{
    int negative = value < 0;
    unsigned __int128 magnitude = negative ? 0 - (unsigned __int128)value : (unsigned __int128)value;
    uint64_t high = (uint64_t)(magnitude >> GIL_LIMB_BITS);

    if (high == 0)
        return gil_long_from_magnitude(ts, (uint64_t)magnitude, negative);
    struct gil_long *v = gil_long_new(ts, 2);
    if (v == NULL)
        return NULL;
    v->digit[0] = (uint64_t)magnitude;
    v->digit[1] = high;
    v->size = negative ? -2 : 2;
    return &v->ob_base;
}

GilObject *
gil_long_exact(GilThreadState *ts, struct gil_long *v)
{
    if (Gil_IS_TYPE(&v->ob_base, &GilLong_Type))
        return Gil_NewRef(v);
    size_t n = gil_long_limbs(v);
    if (n <= 1)
        return gil_long_from_magnitude(ts, v->digit[0], v->size < 0);
    struct gil_long *copy = gil_long_new(ts, n);
    if (copy == NULL)
        return NULL;
    memcpy(copy->digit, v->digit, n * sizeof(uint64_t));
    copy->size = v->size;
    return &copy->ob_base;
}

GilObject *
gil_long_to_subtype(GilTypeObject *type, GilObject *x)
{
    struct gil_long *from = gil_long(x);
    size_t n = gil_long_limbs(from), limbs = n == 0 ? 1 : n;
    struct gil_long *v = gil_long(type->tp_alloc(type, (Gil_ssize_t)limbs));

    if (v != NULL) {
        memcpy(v->digit, from->digit, limbs * sizeof(uint64_t));
        v->size = from->size;
    }
    Gil_DECREF(x);
    return v == NULL ? NULL : &v->ob_base;
}

/* --- from and to C --- */

/* Where memory must be looked for: apart, so that the others need no frame. */
static __attribute__((noinline)) GilObject *
from_slow(GilThreadState *ts, int64_t value)
{
    return gil_long_from_int64(ts, value);
}

static inline GilObject *
from_signed(GilThreadState *ts, int64_t value)
{
    if (value >= GIL_SMALL_INT_MIN && value <= GIL_SMALL_INT_MAX)
        return gil_small_int((int)value);
    GilObject *op = gil_object_alloc_plain_quick(ts, &GilLong_Type, sizeof(struct gil_small_long));
    if (GIL_UNLIKELY(op == NULL))
        return from_slow(ts, value);
    struct gil_long *v = gil_long(op);
    v->size = value < 0 ? -1 : 1;
    v->digit[0] = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    return op;
}

GilObject *
GilLong_FromInt64(int64_t v)
{
    return from_signed(gil_tstate_need(__func__), v);
}

GIL_HOT GilObject *
GilLong_FromLong(long v)
{
    return from_signed(gil_tstate_need(__func__), v);
}

GilObject *
GilLong_FromLongLong(long long v)
{
    return from_signed(gil_tstate_need(__func__), v);
}

GilObject *
GilLong_FromSsize_t(Gil_ssize_t v)
{
    return from_signed(gil_tstate_need(__func__), v);
}

/* Whether op is an int as most are, whose value, below 2^63, is then in *value. */
static inline int
is_common(GilObject *op, int64_t *value)
{
    if (op == NULL || !GilLong_CheckExact(op) || !gil_long_is_short(gil_long(op)) ||
        gil_long(op)->digit[0] > INT64_MAX)
        return 0;
    *value = gil_long(op)->size * (int64_t)gil_long(op)->digit[0];
    return 1;
}

GIL_HOT long
GilLong_AsLong(GilObject *op)
{
    int64_t value;

    gil_tstate_need(__func__);
    return GIL_LIKELY(is_common(op, &value)) ? value : gil_long_as_signed(__func__, op, 1, LONG_MIN, LONG_MAX, "long");
}

long long
GilLong_AsLongLong(GilObject *op)
{
    int64_t value;

    gil_tstate_need(__func__);
    return GIL_LIKELY(is_common(op, &value)) ? value
                                             : gil_long_as_signed(__func__, op, 1, LLONG_MIN, LLONG_MAX, "long long");
}

Gil_ssize_t
GilLong_AsSsize_t(GilObject *op)
{
    int64_t value;

    gil_tstate_need(__func__);
    return GIL_LIKELY(is_common(op, &value))
               ? value
               : gil_long_as_signed(__func__, op, 0, GIL_SSIZE_T_MIN, GIL_SSIZE_T_MAX, "ssize_t");
}

static GilObject *
long_repr(GilObject *self)
{
    return gil_long_to_text(gil_tstate_need(__func__), gil_long(self), 10, 0);
}

/* For subtypes: zero, which has a limb too, and stays so where tp_new is overridden. */
static GilObject *
long_tp_alloc(GilTypeObject *type, Gil_ssize_t limbs)
{
    GilObject *op = GilType_GenericAlloc(type, limbs != 0 ? limbs : 1);

    if (op != NULL)
        gil_long(op)->size = 0;
    return op;
}

GilTypeObject GilLong_Type = {
    GilVarObject_HEAD_INIT(&GilType_Type, 0)
    .tp_name = "int",
    .tp_basicsize = LONG_HEAD,
    .tp_itemsize = sizeof(uint64_t),
    .tp_dealloc = gil_plain_dealloc,
    .tp_repr = long_repr,
    .tp_as_number = &gil_long_as_number,
    .tp_hash = gil_long_hash,
    .tp_flags = Gil_TPFLAGS_STATIC_BUILTIN | GIL_TPFLAGS_PLAIN | Gil_TPFLAGS_IMMUTABLETYPE | Gil_TPFLAGS_BASETYPE |
                Gil_TPFLAGS_LONG_SUBCLASS,
    .tp_doc = "int(x=0, /)\nint(text, /, base=10)\n\nA whole number of any size.",
    .tp_richcompare = gil_long_richcompare,
    .tp_methods = gil_long_methods,
    .tp_getset = gil_long_getset,
    .tp_alloc = long_tp_alloc,
    .tp_new = gil_long_tp_new,
};

int
gil_long_start(void)
{
    for (int i = GIL_SMALL_INT_MIN; i <= GIL_SMALL_INT_MAX; i++) {
        struct gil_small_long *v = &gil_small_ints[i - GIL_SMALL_INT_MIN];
        v->ob_base = (GilObject){_Gil_IMMORTAL_REFCNT, &GilLong_Type};
        v->size = (i > 0) - (i < 0);
        v->digit[0] = (uint64_t)(i < 0 ? -i : i);
    }
    return gil_type_ready(&GilLong_Type);
}
