/* SPDX-License-Identifier: MIT */
/* int: from and to the integers, doubles, pointers and bytes of C. The commonest of these ways stand in long.c. */
#include "gilrt/error.h"
#include "object/error.h"
#include "protocol/number.h"
#include "value/long.h"

#include <float.h>
#include <limits.h>
#include <math.h>
#include <string.h>

_Static_assert(sizeof(long) == 8 && sizeof(long long) == 8 && sizeof(size_t) == 8,
               "long, long long and size_t have 64 bits");

/* --- from C --- */

GilObject *
GilLong_FromUInt64(uint64_t v)
{
    return gil_long_from_magnitude(gil_tstate_need(__func__), v, 0);
}

GilObject *
GilLong_FromInt32(int32_t v)
{
    return gil_long_from_int64(gil_tstate_need(__func__), v);
}

GilObject *
GilLong_FromUInt32(uint32_t v)
{
    return gil_long_from_magnitude(gil_tstate_need(__func__), v, 0);
}

GilObject *
GilLong_FromUnsignedLong(unsigned long v)
{
    return gil_long_from_magnitude(gil_tstate_need(__func__), v, 0);
}

GilObject *
GilLong_FromUnsignedLongLong(unsigned long long v)
{
    return gil_long_from_magnitude(gil_tstate_need(__func__), v, 0);
}

GilObject *
GilLong_FromSize_t(size_t v)
{
    return gil_long_from_magnitude(gil_tstate_need(__func__), v, 0);
}

GilObject *
GilLong_FromVoidPtr(void *p)
{
    return gil_long_from_magnitude(gil_tstate_need(__func__), (uint64_t)(uintptr_t)p, 0);
}

GilObject *
GilLong_FromDouble(double v)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    int exponent;

    if (isinf(v)) {
        GilErr_SetString(GilExc_OverflowError, "cannot convert float infinity to integer");
        return NULL;
    }
    if (isnan(v)) {
        GilErr_SetString(GilExc_ValueError, "cannot convert float NaN to integer");
        return NULL;
    }
    if (fabs(v) < 0x1p63)
        return gil_long_from_int64(ts, (int64_t)v);
    /* The mantissa is a whole number here: 53 bits, shifted left by what remains of the exponent. */
    uint64_t mantissa = (uint64_t)ldexp(frexp(fabs(v), &exponent), DBL_MANT_DIG);
    struct gil_small_long whole = {GilObject_HEAD_INIT(&GilLong_Type) v < 0 ? -1 : 1, {mantissa}};
    return gil_long_lshift(ts, gil_long(&whole.ob_base), (uint64_t)(exponent - DBL_MANT_DIG));
}

/* --- to C --- */

/* op as an int in *v, *owned the reference to give back (or NULL). indexed: nb_index is asked too. 0, or -1. */
static int
get_int(const char *func, GilObject *op, int indexed, const struct gil_long **v, GilObject **owned)
{
    *owned = NULL;
    if (op == NULL) {
        gil_err_null(func);
        return -1;
    }
    if (!gil_is_int(op)) {
        if (!indexed) {
            GilErr_SetString(GilExc_TypeError, "an integer is required");
            return -1;
        }
        op = *owned = gil_number_index(op);
        if (op == NULL)
            return -1;
    }
    *v = gil_long(op);
    return 0;
}

/* The value where it lies between min and max: 0 and *out; else 1 (too large) or -1 (too small). */
static int
fit_signed(const struct gil_long *v, int64_t min, int64_t max, int64_t *out)
{
    *out = -1;
    if (!gil_long_is_short(v))
        return v->size < 0 ? -1 : 1;
    __int128 value = gil_long_short_value(v);
    if (value < min || value > max)
        return value < 0 ? -1 : 1;
    *out = (int64_t)value;
    return 0;
}

int64_t
gil_long_as_signed(const char *func, GilObject *op, int indexed, int64_t min, int64_t max, const char *ctype)
{
    const struct gil_long *v;
    GilObject *owned;
    int64_t value;

    if (get_int(func, op, indexed, &v, &owned) < 0)
        return -1;
    if (fit_signed(v, min, max, &value) != 0)
        GilErr_Format(GilExc_OverflowError, "int too large to convert to C %s", ctype);
    Gil_XDECREF(owned);
    return value;
}

/* The same for unsigned ones: UINT64_MAX on error. */
static uint64_t
as_unsigned(const char *func, GilObject *op, const char *ctype)
{
    const struct gil_long *v;
    GilObject *owned;

    if (get_int(func, op, 0, &v, &owned) < 0)
        return UINT64_MAX;
    if (v->size < 0) {
        GilErr_Format(GilExc_OverflowError, "can't convert negative value to %s", ctype);
        return UINT64_MAX;
    }
    if (v->size > 1) {
        GilErr_Format(GilExc_OverflowError, "int too large to convert to C %s", ctype);
        return UINT64_MAX;
    }
    return v->digit[0];
}

/* The value modulo 2^64. */
static uint64_t
as_mask(const char *func, GilObject *op)
{
    const struct gil_long *v;
    GilObject *owned;

    if (get_int(func, op, 1, &v, &owned) < 0)
        return UINT64_MAX;
    uint64_t value = v->size < 0 ? 0 - v->digit[0] : v->digit[0];
    Gil_XDECREF(owned);
    return value;
}

static int64_t
as_signed_and_overflow(const char *func, GilObject *op, int *overflow)
{
    const struct gil_long *v;
    GilObject *owned;
    int64_t value;

    *overflow = 0;
    if (get_int(func, op, 1, &v, &owned) < 0)
        return -1;
    *overflow = fit_signed(v, INT64_MIN, INT64_MAX, &value);
    Gil_XDECREF(owned);
    return value;
}

int
GilLong_AsInt(GilObject *op)
{
    gil_tstate_need(__func__);
    return (int)gil_long_as_signed(__func__, op, 1, INT_MIN, INT_MAX, "int");
}

long
GilLong_AsLongAndOverflow(GilObject *op, int *overflow)
{
    gil_tstate_need(__func__);
    if (overflow == NULL) {
        gil_err_null(__func__);
        return -1;
    }
    return as_signed_and_overflow(__func__, op, overflow);
}

long long
GilLong_AsLongLongAndOverflow(GilObject *op, int *overflow)
{
    gil_tstate_need(__func__);
    if (overflow == NULL) {
        gil_err_null(__func__);
        return -1;
    }
    return as_signed_and_overflow(__func__, op, overflow);
}

size_t
GilLong_AsSize_t(GilObject *op)
{
    gil_tstate_need(__func__);
    return as_unsigned(__func__, op, "size_t");
}

unsigned long
GilLong_AsUnsignedLong(GilObject *op)
{
    gil_tstate_need(__func__);
    return as_unsigned(__func__, op, "unsigned long");
}

unsigned long long
GilLong_AsUnsignedLongLong(GilObject *op)
{
    gil_tstate_need(__func__);
    return as_unsigned(__func__, op, "unsigned long long");
}

unsigned long
GilLong_AsUnsignedLongMask(GilObject *op)
{
    gil_tstate_need(__func__);
    return as_mask(__func__, op);
}

unsigned long long
GilLong_AsUnsignedLongLongMask(GilObject *op)
{
    gil_tstate_need(__func__);
    return as_mask(__func__, op);
}

/* A signed value between min and max into *out, which is set only on success. */
static int
into_signed(const char *func, GilObject *op, int64_t min, int64_t max, const char *ctype, int64_t *out)
{
    int64_t value = gil_long_as_signed(func, op, 1, min, max, ctype);
    if (value == -1 && GilErr_Occurred() != NULL)
        return -1;
    *out = value;
    return 0;
}

static int
into_unsigned(const char *func, GilObject *op, uint64_t max, const char *ctype, uint64_t *out)
{
    const struct gil_long *v;
    GilObject *owned;
    int failed = 1;

    if (get_int(func, op, 1, &v, &owned) < 0)
        return -1;
    if (v->size < 0)
        GilErr_SetString(GilExc_ValueError, "cannot convert negative int");
    else if (v->size > 1 || v->digit[0] > max)
        GilErr_Format(GilExc_OverflowError, "int too large to convert to C %s", ctype);
    else {
        *out = v->digit[0];
        failed = 0;
    }
    Gil_XDECREF(owned);
    return -failed;
}

int
GilLong_AsInt32(GilObject *op, int32_t *value)
{
    int64_t wide = 0;
    gil_tstate_need(__func__);
    if (value == NULL) {
        gil_err_null(__func__);
        return -1;
    }
    if (into_signed(__func__, op, INT32_MIN, INT32_MAX, "int32_t", &wide) < 0)
        return -1;
    *value = (int32_t)wide;
    return 0;
}

int
GilLong_AsUInt32(GilObject *op, uint32_t *value)
{
    uint64_t wide = 0;
    gil_tstate_need(__func__);
    if (value == NULL) {
        gil_err_null(__func__);
        return -1;
    }
    if (into_unsigned(__func__, op, UINT32_MAX, "uint32_t", &wide) < 0)
        return -1;
    *value = (uint32_t)wide;
    return 0;
}

int
GilLong_AsInt64(GilObject *op, int64_t *value)
{
    gil_tstate_need(__func__);
    if (value == NULL) {
        gil_err_null(__func__);
        return -1;
    }
    return into_signed(__func__, op, INT64_MIN, INT64_MAX, "int64_t", value);
}

int
GilLong_AsUInt64(GilObject *op, uint64_t *value)
{
    gil_tstate_need(__func__);
    if (value == NULL) {
        gil_err_null(__func__);
        return -1;
    }
    return into_unsigned(__func__, op, UINT64_MAX, "uint64_t", value);
}

void *
GilLong_AsVoidPtr(GilObject *op)
{
    gil_tstate_need(__func__);
    uint64_t value = op != NULL && gil_is_int(op) && gil_long(op)->size < 0
                         ? (uint64_t)gil_long_as_signed(__func__, op, 0, INT64_MIN, INT64_MAX, "pointer")
                         : as_unsigned(__func__, op, "pointer");
    return value == UINT64_MAX && GilErr_Occurred() != NULL ? NULL : (void *)(uintptr_t)value;
}

/*
 * The 64 bits below the top one set to 0.sss…, rounded here and not by the processor, whose rounding mode is the
 * host's: to 53 bits, ties to even, what stands below the 64 bits decides whether there is a tie.
 */
void
gil_long_frexp(const struct gil_long *v, double *fraction, int64_t *exponent)
{
    size_t n = gil_long_limbs(v);
    uint64_t top = v->digit[n - 1];
    unsigned free_bits = GIL_LIMB_BITS - gil_limb_bits(top);
    int below = n > 1 && gil_limbs_size(v->digit, n - 1) > 0;

    if (free_bits > 0) {
        top <<= free_bits;
        if (n > 1) {
            top |= v->digit[n - 2] >> (GIL_LIMB_BITS - free_bits);
            below = v->digit[n - 2] << free_bits != 0 || gil_limbs_size(v->digit, n - 2) > 0;
        }
    }
    const unsigned extra = GIL_LIMB_BITS - DBL_MANT_DIG;
    const uint64_t half = (uint64_t)1 << (extra - 1);
    uint64_t kept = top >> extra, rest = top & (2 * half - 1);
    if (rest > half || (rest == half && (below || (kept & 1))))
        kept++;
    *exponent = (int64_t)gil_limbs_bits(v->digit, n);
    *fraction = ldexp((double)kept, -DBL_MANT_DIG);
    if (*fraction == 1.0) {
        *fraction = 0.5;
        ++*exponent;
    }
    if (v->size < 0)
        *fraction = -*fraction;
}

double
GilLong_AsDouble(GilObject *op)
{
    double fraction;
    int64_t exponent;

    gil_tstate_need(__func__);
    if (op == NULL) {
        gil_err_null(__func__);
        return -1.0;
    }
    if (!gil_is_int(op)) {
        GilErr_SetString(GilExc_TypeError, "an integer is required");
        return -1.0;
    }
    const struct gil_long *v = gil_long(op);
    if (gil_long_is_short(v) && v->digit[0] <= (uint64_t)1 << DBL_MANT_DIG)
        return (double)(v->size * (int64_t)v->digit[0]);
    gil_long_frexp(v, &fraction, &exponent);
    if (exponent > DBL_MAX_EXP) {
        GilErr_SetString(GilExc_OverflowError, "int too large to convert to float");
        return -1.0;
    }
    return ldexp(fraction, (int)exponent);
}

/* The magnitudes as 0.xxx * 2^e with e the number of bits: first e decides, then the 64 bits after the point. A double
 * has no more than 53 of them, so bits of the int further down can only make it the larger one. */
static int
cmp_magnitude(const struct gil_long *v, double f)
{
    size_t n = gil_long_limbs(v);
    int exponent;
    uint64_t bits = gil_limbs_bits(v->digit, n), mantissa = (uint64_t)ldexp(frexp(f, &exponent), GIL_LIMB_BITS);

    if (exponent <= 0 || bits != (uint64_t)exponent)
        return exponent > 0 && bits < (uint64_t)exponent ? -1 : 1;
    unsigned free_bits = GIL_LIMB_BITS - gil_limb_bits(v->digit[n - 1]);
    uint64_t top = v->digit[n - 1] << free_bits;
    int below = n > 1 && gil_limbs_size(v->digit, n - 1) > 0;
    if (n > 1 && free_bits > 0) {
        top |= v->digit[n - 2] >> (GIL_LIMB_BITS - free_bits);
        below = v->digit[n - 2] << free_bits != 0 || gil_limbs_size(v->digit, n - 2) > 0;
    }
    if (top != mantissa)
        return top < mantissa ? -1 : 1;
    return below;
}

int
gil_long_cmp_double(const struct gil_long *v, double f)
{
    int v_sign = (v->size > 0) - (v->size < 0), f_sign = (f > 0) - (f < 0);

    if (v_sign != f_sign)
        return v_sign < f_sign ? -1 : 1;
    if (v_sign == 0)
        return 0;
    int order = isinf(f) ? -1 : cmp_magnitude(v, fabs(f));
    return v_sign * order;
}

/* --- bytes --- */

void
gil_long_to_bytes(const struct gil_long *v, unsigned char *bytes, size_t n, int little_endian)
{
    size_t limbs = gil_long_limbs(v);
    uint64_t sign = v->size < 0 ? UINT64_MAX : 0, carry = sign & 1, limb = 0;

    for (size_t i = 0; i < n; i++) {
        if (i % 8 == 0) {
            limb = ((i / 8 < limbs ? v->digit[i / 8] : 0) ^ sign) + carry;
            carry &= limb == 0;
        }
        bytes[little_endian ? i : n - 1 - i] = (unsigned char)(limb >> (i % 8 * 8));
    }
}

GilObject *
gil_long_from_bytes(GilThreadState *ts, const unsigned char *bytes, size_t n, int little_endian, int is_signed)
{
    size_t limbs = n / 8 + 1;
    int negative = is_signed && n > 0 && bytes[little_endian ? n - 1 : 0] >= 0x80;
    uint64_t carry = (uint64_t)negative;
    struct gil_long *v = gil_long_new(ts, limbs);

    if (v == NULL)
        return NULL;
    for (size_t k = 0; k < limbs; k++) {
        uint64_t limb = 0;
        for (size_t i = 0; i < 8; i++) {
            size_t at = k * 8 + i;
            uint64_t byte = at < n ? bytes[little_endian ? at : n - 1 - at] : negative ? 0xff : 0;
            limb |= byte << (i * 8);
        }
        if (negative) {
            limb = ~limb + carry;
            carry &= limb == 0;
        }
        v->digit[k] = limb;
    }
    return gil_long_finish(v, limbs, negative);
}

/* Whether flags ask for little-endian bytes. Bit 1 says: native order, whatever bit 0 is. */
static int
is_little_endian(int flags)
{
    if (flags == Gil_ASNATIVEBYTES_DEFAULTS || (flags & 2) != 0)
        return __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__;
    return flags & Gil_ASNATIVEBYTES_LITTLE_ENDIAN;
}

Gil_ssize_t
GilLong_AsNativeBytes(GilObject *op, void *buffer, Gil_ssize_t n_bytes, int flags)
{
    gil_tstate_need(__func__);
    int defaults = flags == Gil_ASNATIVEBYTES_DEFAULTS;
    const struct gil_long *v;
    GilObject *owned;

    if (n_bytes < 0 || (buffer == NULL && n_bytes > 0)) {
        gil_err_bad_value(__func__, "a buffer and its size");
        return -1;
    }
    if (op != NULL && !gil_is_int(op) && (defaults || !(flags & Gil_ASNATIVEBYTES_ALLOW_INDEX))) {
        GilErr_Format(GilExc_TypeError, "expect int, got %T", op);
        return -1;
    }
    if (get_int(__func__, op, 1, &v, &owned) < 0)
        return -1;
    Gil_ssize_t needed = -1;
    if (v->size < 0 && !defaults && (flags & Gil_ASNATIVEBYTES_REJECT_NEGATIVE))
        GilErr_SetString(GilExc_ValueError, "Cannot convert negative int");
    else {
        if (n_bytes > 0)
            gil_long_to_bytes(v, buffer, (size_t)n_bytes, is_little_endian(flags));
        /* A bit for the sign; not where the sign is told by the buffer's top bit alone, or where there is none. */
        uint64_t bits = gil_limbs_bits(v->digit, gil_long_limbs(v)) + 1;
        if (v->size < 0
                ? gil_long_is_power_of_two(v)
                : (Gil_ssize_t)(bits / 8) == n_bytes && (defaults || (flags & Gil_ASNATIVEBYTES_UNSIGNED_BUFFER)))
            bits--;
        needed = (Gil_ssize_t)((bits + 7) / 8);
    }
    Gil_XDECREF(owned);
    return needed;
}

GilObject *
GilLong_FromNativeBytes(const void *buffer, size_t n_bytes, int flags)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    if (buffer == NULL)
        return gil_err_null(__func__);
    int is_signed = flags == Gil_ASNATIVEBYTES_DEFAULTS || !(flags & Gil_ASNATIVEBYTES_UNSIGNED_BUFFER);
    return gil_long_from_bytes(ts, buffer, n_bytes, is_little_endian(flags), is_signed);
}

GilObject *
GilLong_FromUnsignedNativeBytes(const void *buffer, size_t n_bytes, int flags)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    if (buffer == NULL)
        return gil_err_null(__func__);
    return gil_long_from_bytes(ts, buffer, n_bytes, is_little_endian(flags), 0);
}

/* --- sign --- */

/* -1, 0 or 1; 2 with TypeError set. */
static int
sign_of(const char *func, GilObject *op)
{
    if (op == NULL) {
        gil_err_null(func);
        return 2;
    }
    if (!gil_is_int(op)) {
        GilErr_Format(GilExc_TypeError, "expected int, got %T", op);
        return 2;
    }
    Gil_ssize_t size = gil_long(op)->size;
    return (size > 0) - (size < 0);
}

int
GilLong_GetSign(GilObject *op, int *sign)
{
    gil_tstate_need(__func__);
    int found = sign == NULL ? (gil_err_null(__func__), 2) : sign_of(__func__, op);
    if (found == 2)
        return -1;
    *sign = found;
    return 0;
}

int
GilLong_IsPositive(GilObject *op)
{
    gil_tstate_need(__func__);
    int sign = sign_of(__func__, op);
    return sign == 2 ? -1 : sign > 0;
}

int
GilLong_IsNegative(GilObject *op)
{
    gil_tstate_need(__func__);
    int sign = sign_of(__func__, op);
    return sign == 2 ? -1 : sign < 0;
}

int
GilLong_IsZero(GilObject *op)
{
    gil_tstate_need(__func__);
    int sign = sign_of(__func__, op);
    return sign == 2 ? -1 : sign == 0;
}
