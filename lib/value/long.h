/* SPDX-License-Identifier: MIT */
/* int from inside: its layout, how results are made, and the operations that other kinds use. */
#ifndef GIL_VALUE_LONG_H
#define GIL_VALUE_LONG_H

#include "gilrt/long.h"
#include "gilrt/typeobject.h"
#include "object/alloc.h"
#include "value/limbs.h"

/*
 * Sign and magnitude. The sign of size is that of the number, its absolute value the number of limbs; the top limb is
 * not 0. Zero has size 0, and its digit[0] exists and is 0: so size * digit[0] is the value whenever |size| <= 1. size
 * stands where GilVarObject has ob_size. An int never changes once it was handed out.
 */
struct gil_long {
    GilObject_HEAD
    Gil_ssize_t size;
    uint64_t digit[];
};

/* Ints that exist once a process, immortal: [const] after gil_long_start(). */
#define GIL_SMALL_INT_MIN (-5)
#define GIL_SMALL_INT_MAX 1024
struct gil_small_long {
    GilObject_HEAD
    Gil_ssize_t size;
    uint64_t digit[1];
};
extern struct gil_small_long gil_small_ints[GIL_SMALL_INT_MAX - GIL_SMALL_INT_MIN + 1];

static inline GilObject *
gil_small_int(int value)
{
    return &gil_small_ints[value - GIL_SMALL_INT_MIN].ob_base;
}

static inline int
gil_is_int(GilObject *op)
{
    return (Gil_TYPE(op)->tp_flags & Gil_TPFLAGS_LONG_SUBCLASS) != 0;
}

static inline struct gil_long *
gil_long(GilObject *op)
{
    return (struct gil_long *)(void *)op;
}

static inline size_t
gil_long_limbs(const struct gil_long *v)
{
    return (size_t)(v->size < 0 ? -v->size : v->size);
}

/* Whether the value is size * digit[0]. */
static inline int
gil_long_is_short(const struct gil_long *v)
{
    return (size_t)(v->size + 1) <= 2;
}

static inline __int128
gil_long_short_value(const struct gil_long *v)
{
    return (__int128)v->size * v->digit[0];
}

/* Whether |v| is a power of two. */
static inline int
gil_long_is_power_of_two(const struct gil_long *v)
{
    size_t n = gil_long_limbs(v);
    return n > 0 && (v->digit[n - 1] & (v->digit[n - 1] - 1)) == 0 && gil_limbs_size(v->digit, n - 1) == 0;
}

/* An int of one limb, not one of the small ones; NULL with MemoryError. */
static inline GilObject *
gil_long_new_short(GilThreadState *ts, uint64_t magnitude, int negative)
{
    struct gil_long *v = gil_long(gil_object_alloc_plain(ts, &GilLong_Type, sizeof(struct gil_small_long)));
    if (v == NULL)
        return NULL;
    v->size = negative ? -1 : 1;
    v->digit[0] = magnitude;
    return &v->ob_base;
}

/* The int of that magnitude; a new reference, or NULL with MemoryError. */
static inline GilObject *
gil_long_from_magnitude(GilThreadState *ts, uint64_t magnitude, int negative)
{
    if (magnitude <= (negative ? (uint64_t)-GIL_SMALL_INT_MIN : (uint64_t)GIL_SMALL_INT_MAX))
        return gil_small_int(negative ? -(int)magnitude : (int)magnitude);
    return gil_long_new_short(ts, magnitude, negative);
}

static inline GilObject *
gil_long_from_int64(GilThreadState *ts, int64_t value)
{
    return gil_long_from_magnitude(ts, value < 0 ? 0 - (uint64_t)value : (uint64_t)value, value < 0);
}

/*
 * The common body of the signed readers: op's value where it lies between min and max, or -1 with the error set.
 * indexed: nb_index is asked where op is no int, and it may run anything.
 */
int64_t gil_long_as_signed(const char *func, GilObject *op, int indexed, int64_t min, int64_t max, const char *ctype);

GilObject *gil_long_from_int128(GilThreadState *ts, __int128 value);

/*
 * Making one of any size: room for n limbs (uninitialised, n may be 0), the limbs filled in, then finished. new: NULL
 * with MemoryError, or OverflowError where no memory could ever hold n limbs. finish: cuts leading zeros, sets the
 * sign, gives a small int where it is one; steals v, cannot fail.
 */
struct gil_long *gil_long_new(GilThreadState *ts, size_t n);
GilObject *gil_long_finish(struct gil_long *v, size_t n, int negative);
/* An int of exactly this type that equals v; v itself (a new reference) when it is one already. */
GilObject *gil_long_exact(GilThreadState *ts, struct gil_long *v);
/* What `type(x)` makes of an exact int x when type is a subclass; steals x. */
GilObject *gil_long_to_subtype(GilTypeObject *type, GilObject *x);

/* long_arith.c. Operands are ints; results new references, or NULL with the error set. */
GilObject *gil_long_add(GilThreadState *ts, const struct gil_long *a, const struct gil_long *b, int subtract);
GilObject *gil_long_mul(GilThreadState *ts, const struct gil_long *a, const struct gil_long *b);
/* Rounded down; ZeroDivisionError. Either result may be NULL: not wanted. 0, or -1 and neither is set. */
int gil_long_divmod(GilThreadState *ts, const struct gil_long *a, const struct gil_long *b, GilObject **q,
                    GilObject **r);
GilObject *gil_long_lshift(GilThreadState *ts, const struct gil_long *a, uint64_t bits);
int gil_long_cmp(const struct gil_long *a, const struct gil_long *b); /* -1, 0, 1 */
Gil_hash_t gil_long_hash(GilObject *op);
GilObject *gil_long_richcompare(GilObject *v, GilObject *w, int op);
GilObject *gil_long_negate(GilObject *op);
extern GilNumberMethods gil_long_as_number;

/* long_pow.c: nb_power, and nb_true_divide of ints. */
GilObject *gil_long_pow(GilObject *v, GilObject *w, GilObject *x);
GilObject *gil_long_true_divide(GilObject *v, GilObject *w);

/* long_convert.c. */
/* |v| = *fraction * 2^*exponent with 0.5 <= *fraction < 1, rounded to nearest, ties to even. v is not 0. */
void gil_long_frexp(const struct gil_long *v, double *fraction, int64_t *exponent);
/* -1, 0, 1 as v is below, equal to or above f, exactly; f is no NaN. */
int gil_long_cmp_double(const struct gil_long *v, double f);
/* Two's complement, cut or sign-extended to n bytes. */
void gil_long_to_bytes(const struct gil_long *v, unsigned char *bytes, size_t n, int little_endian);
GilObject *gil_long_from_bytes(GilThreadState *ts, const unsigned char *bytes, size_t n, int little_endian,
                               int is_signed);

/* long_text.c. */
/* base 2 to 36; prefix: "0b", "0o", "0x" where the base has one. A str, or NULL with the error set. */
GilObject *gil_long_to_text(GilThreadState *ts, const struct gil_long *v, int base, int prefix);
/* As GilLong_FromString() for len bytes; shown is what the error message shows, or NULL: the text. */
GilObject *gil_long_from_text(GilThreadState *ts, const char *text, size_t len, int base, GilObject *shown);

/* long_method.c. */
extern GilMethodDef gil_long_methods[];
extern GilGetSetDef gil_long_getset[];
/* What int() makes of its arguments; type is GilLong_Type or a subclass. */
GilObject *gil_long_tp_new(GilTypeObject *type, GilObject *args, GilObject *kwargs);

/* Ready the type and the small ints; once a process. 0, or -1: no memory. */
int gil_long_start(void);

#endif
