/* SPDX-License-Identifier: MIT */
/*
 * int: powers, powers to a modulus, and the quotient as a float.
 *
 * Powers are made by squaring, from the exponent's top bit down, on int objects. The quotient of two ints that doubles
 * hold exactly is the processor's, rounded as the host has set it. That of others is rounded once, to nearest: the
 * operands are scaled until their whole quotient has two or three bits more than a double keeps; what is lost on the way
 * is remembered in the lowest bit, which then decides ties.
 */
#include "gilrt/error.h"
#include "gilrt/float.h"
#include "value/long.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>

/* *acc = *acc * w, then modulo c unless that is NULL. 0, or -1 and *acc is as it was. */
static int
multiply_into(GilThreadState *ts, GilObject **acc, GilObject *w, const struct gil_long *c)
{
    GilObject *product = gil_long_mul(ts, gil_long(*acc), gil_long(w));
    if (product != NULL && c != NULL) {
        GilObject *rest = NULL;
        gil_long_divmod(ts, gil_long(product), c, NULL, &rest);
        Gil_SETREF(product, rest);
    }
    if (product == NULL)
        return -1;
    Gil_SETREF(*acc, product);
    return 0;
}

/* base to the power of |exponent|, modulo c unless that is NULL; base is reduced already. */
static GilObject *
power(GilThreadState *ts, GilObject *base, const struct gil_long *exponent, const struct gil_long *c)
{
    GilObject *result = gil_small_int(1);
    bool begun = false;

    for (size_t i = gil_long_limbs(exponent); i-- > 0;) {
        for (unsigned bit = GIL_LIMB_BITS; bit-- > 0;) {
            if (begun && multiply_into(ts, &result, result, c) < 0)
                goto fail;
            if (exponent->digit[i] >> bit & 1) {
                if (!begun)
                    Gil_SETREF(result, Gil_NewRef(base));
                else if (multiply_into(ts, &result, base, c) < 0)
                    goto fail;
                begun = true;
            }
        }
    }
    return result;
fail:
    Gil_DECREF(result);
    return NULL;
}

/* x = x - q * y, *x and *y then change places. */
static int
euclid_step(GilThreadState *ts, GilObject **x, GilObject **y, const struct gil_long *q)
{
    GilObject *product = gil_long_mul(ts, q, gil_long(*y));
    GilObject *next = product == NULL ? NULL : gil_long_add(ts, gil_long(*x), gil_long(product), 1);
    Gil_XDECREF(product);
    if (next == NULL)
        return -1;
    Gil_DECREF(*x);
    *x = *y;
    *y = next;
    return 0;
}

/* The number whose product with a is 1 modulo n > 1 (not reduced): the extended algorithm of Euclid. ValueError. */
static GilObject *
inverse(GilThreadState *ts, GilObject *a, GilObject *n)
{
    GilObject *b = gil_small_int(1), *c = gil_small_int(0), *x = Gil_NewRef(a), *y = Gil_NewRef(n), *q;
    int failed = 0;

    while (!failed && gil_long(y)->size != 0) {
        failed = gil_long_divmod(ts, gil_long(x), gil_long(y), &q, NULL) < 0;
        if (!failed) {
            failed = euclid_step(ts, &b, &c, gil_long(q)) < 0 || euclid_step(ts, &x, &y, gil_long(q)) < 0;
            Gil_DECREF(q);
        }
    }
    if (!failed && x != gil_small_int(1)) {
        GilErr_SetString(GilExc_ValueError, "base is not invertible for the given modulus");
        failed = 1;
    }
    Gil_DECREF(c);
    Gil_DECREF(x);
    Gil_DECREF(y);
    if (failed)
        Gil_CLEAR(b);
    return b;
}

/* v to the power of w modulo c, with c's sign. */
static GilObject *
power_modulo(GilThreadState *ts, GilObject *v, const struct gil_long *w, GilObject *c)
{
    GilObject *base = NULL, *result = NULL, *modulus = NULL;

    if (gil_long(c)->size == 0) {
        GilErr_SetString(GilExc_ValueError, "pow() 3rd argument cannot be 0");
        return NULL;
    }
    modulus = gil_long(c)->size < 0 ? gil_long_negate(c) : gil_long_exact(ts, gil_long(c));
    if (modulus == NULL)
        return NULL;
    if (modulus == gil_small_int(1))
        return gil_small_int(0);
    if (w->size < 0) {
        GilObject *inverted = inverse(ts, v, modulus);
        if (inverted != NULL)
            gil_long_divmod(ts, gil_long(inverted), gil_long(modulus), NULL, &base);
        Gil_XDECREF(inverted);
    }
    else
        gil_long_divmod(ts, gil_long(v), gil_long(modulus), NULL, &base);
    if (base != NULL)
        result = power(ts, base, w, gil_long(modulus));
    if (result != NULL && gil_long(c)->size < 0) {
        GilObject *rest = NULL;
        gil_long_divmod(ts, gil_long(result), gil_long(c), NULL, &rest);
        Gil_DECREF(result);
        result = rest;
    }
    Gil_XDECREF(base);
    Gil_DECREF(modulus);
    return result;
}

GilObject *
gil_long_pow(GilObject *v, GilObject *w, GilObject *x)
{
    GilThreadState *ts = gil_tstate_need(__func__);

    if (!gil_is_int(v) || !gil_is_int(w) || (x != Gil_None && !gil_is_int(x)))
        Gil_RETURN_NOTIMPLEMENTED;
    if (x != Gil_None)
        return power_modulo(ts, v, gil_long(w), x);
    if (gil_long(w)->size < 0)
        return GilFloat_Type.tp_as_number->nb_power(v, w, x);
    GilObject *base = gil_long_exact(ts, gil_long(v));
    if (base == NULL)
        return NULL;
    GilObject *result = power(ts, base, gil_long(w), NULL);
    Gil_DECREF(base);
    return result;
}

/*
 * |a| scaled by 2^-shift as a new magnitude of *n limbs from the heap, and whether bits were lost; NULL without an
 * error set when memory is lacking.
 */
static uint64_t *
scaled(GilThreadState *ts, const struct gil_long *a, int64_t shift, size_t *n, bool *lost)
{
    size_t an = gil_long_limbs(a), whole = (size_t)(shift < 0 ? -shift : shift) / GIL_LIMB_BITS;
    unsigned part = (unsigned)((shift < 0 ? -shift : shift) % GIL_LIMB_BITS);
    size_t count = shift < 0 ? an + whole + 1 : an;
    uint64_t *p = gil_heap_calloc(ts->heap, count, sizeof *p);

    *lost = false;
    if (p == NULL)
        return NULL;
    uint64_t *to = shift < 0 ? p + whole : p;
    const uint64_t *from = shift < 0 ? a->digit : a->digit + whole;
    size_t kept = shift < 0 ? an : an - whole;
    if (shift > 0)
        *lost = gil_limbs_size(a->digit, whole) > 0;
    for (size_t i = 0; i < kept; i++)
        to[i] = from[i];
    if (part > 0 && shift < 0)
        to[kept] = gil_limbs_lshift(to, to, kept, part);
    else if (part > 0)
        *lost |= gil_limbs_rshift(to, to, kept, part) != 0;
    *n = gil_limbs_size(p, count);
    return p;
}

/*
 * The quotient |a| / |b| / 2^shift rounded down, its lowest bit set where something was left. shift was chosen so that
 * it has at most 57 bits. 0, or -1 when memory is lacking.
 */
static int
scaled_quotient(GilThreadState *ts, const struct gil_long *a, const struct gil_long *b, int64_t shift,
                uint64_t *quotient)
{
    size_t n, bn = gil_long_limbs(b);
    bool lost;
    uint64_t *dividend = scaled(ts, a, shift, &n, &lost), *room;

    if (dividend == NULL)
        return -1;
    *quotient = 0;
    if (n < bn) {
        *quotient = 1;
        gil_heap_free(dividend);
        return 0;
    }
    room = gil_heap_malloc(ts->heap, (n + 1) * sizeof *room);
    if (room == NULL || gil_limbs_divrem(ts->heap, room, room + (n - bn + 1), dividend, n, b->digit, bn) < 0) {
        gil_heap_free(room);
        gil_heap_free(dividend);
        return -1;
    }
    lost |= gil_limbs_size(room + (n - bn + 1), bn) > 0;
    GIL_ASSERT(gil_limbs_size(room, n - bn + 1) <= 1);
    *quotient = room[0] | (uint64_t)lost;
    gil_heap_free(room);
    gil_heap_free(dividend);
    return 0;
}

/* q * 2^shift as a double, q of at least 55 bits or the result subnormal; ties to even. HUGE_VAL where it is too large.
 */
static double
round_scaled(uint64_t q, int64_t shift)
{
    int64_t bits = q == 0 ? 0 : (int64_t)gil_limb_bits(q);
    int64_t extra = Gil_MAX(bits, DBL_MIN_EXP - shift) - DBL_MANT_DIG;
    GIL_ASSERT(extra >= 1);
    uint64_t half = (uint64_t)1 << (extra - 1), low = q & (2 * half - 1);

    q &= ~(2 * half - 1);
    if (low > half || (low == half && (q & (2 * half)) != 0))
        q += 2 * half;
    return ldexp((double)q, (int)shift);
}

GilObject *
gil_long_true_divide(GilObject *v, GilObject *w)
{
    if (!gil_is_int(v) || !gil_is_int(w))
        Gil_RETURN_NOTIMPLEMENTED;
    GilThreadState *ts = gil_tstate_need(__func__);
    const struct gil_long *a = gil_long(v), *b = gil_long(w);
    int negative = (a->size < 0) != (b->size < 0);
    const uint64_t exact = (uint64_t)1 << DBL_MANT_DIG;
    double result;

    if (b->size == 0) {
        GilErr_SetString(GilExc_ZeroDivisionError, "division by zero");
        return NULL;
    }
    if (gil_long_is_short(a) && gil_long_is_short(b) && a->digit[0] <= exact && b->digit[0] <= exact) {
        result = (double)a->digit[0] / (double)b->digit[0];
        return GilFloat_FromDouble(negative ? -result : result);
    }
    if (a->size == 0)
        return GilFloat_FromDouble(negative ? -0.0 : 0.0);
    int64_t difference =
        (int64_t)gil_limbs_bits(a->digit, gil_long_limbs(a)) - (int64_t)gil_limbs_bits(b->digit, gil_long_limbs(b));
    if (difference < DBL_MIN_EXP - DBL_MANT_DIG - 1)
        return GilFloat_FromDouble(negative ? -0.0 : 0.0);
    if (difference <= DBL_MAX_EXP) {
        int64_t shift = Gil_MAX(difference, DBL_MIN_EXP) - DBL_MANT_DIG - 2;
        uint64_t quotient;
        if (scaled_quotient(ts, a, b, shift, &quotient) < 0)
            return GilErr_NoMemory();
        result = round_scaled(quotient, shift);
        if (!isinf(result))
            return GilFloat_FromDouble(negative ? -result : result);
    }
    GilErr_SetString(GilExc_OverflowError, "integer division result too large for a float");
    return NULL;
}
