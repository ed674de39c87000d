/* SPDX-License-Identifier: MIT */
/*
 * int: sums, products, quotients, shifts, bits, order and hash.
 *
 * Each operation begins with the case of two operands of at most one limb, which fits into 128-bit arithmetic and needs
 * no loop; the general case works on sign and magnitude. Quotients are rounded down and remainders have the divisor's
 * sign. Bits are those of an infinitely long two's complement, made limb by limb while they are combined.
 */
#include "base/hash.h"
#include "gilrt/error.h"
#include "gilrt/float.h"
#include "gilrt/tuple.h"
#include "value/float.h"
#include "value/long.h"

#include <math.h>
#include <string.h>

int
gil_long_cmp(const struct gil_long *a, const struct gil_long *b)
{
    if (a->size != b->size)
        return a->size < b->size ? -1 : 1;
    int order = gil_limbs_cmp(a->digit, gil_long_limbs(a), b->digit, gil_long_limbs(b));
    return a->size < 0 ? -order : order;
}

GilObject *
gil_long_richcompare(GilObject *v, GilObject *w, int op)
{
    if (!gil_is_int(v) || !gil_is_int(w))
        Gil_RETURN_NOTIMPLEMENTED;
    int order = v == w ? 0 : gil_long_cmp(gil_long(v), gil_long(w));
    Gil_RETURN_RICHCOMPARE(order, 0, op);
}

/* Whether v is exactly a double: no more than 53 bits from the highest to the lowest that is set, below 2^1024. */
static int
as_exact_double(const struct gil_long *v, double *result)
{
    size_t n = gil_long_limbs(v), low = 0;

    while (v->digit[low] == 0)
        low++;
    size_t bits = n * GIL_LIMB_BITS - (size_t)__builtin_clzll(v->digit[n - 1]);
    size_t zeros = low * GIL_LIMB_BITS + (size_t)__builtin_ctzll(v->digit[low]);
    if (bits > 1024 || bits - zeros > 53)
        return 0;
    uint64_t odd = v->digit[low] >> zeros % GIL_LIMB_BITS;
    if (low + 1 < n && zeros % GIL_LIMB_BITS != 0)
        odd |= v->digit[low + 1] << (GIL_LIMB_BITS - zeros % GIL_LIMB_BITS);
    *result = ldexp((double)odd, (int)zeros);
    if (v->size < 0)
        *result = -*result;
    return 1;
}

/*
 * Up to 60 bits an int is its own hash. Greater ones hash as the float that they equal, and where there is none their
 * limbs are hashed as bytes, under the process's key: a remainder, as CPython takes, lets everybody choose numbers that
 * have it.
 */
Gil_hash_t
gil_long_hash(GilObject *op)
{
    const struct gil_long *v = gil_long(op);
    double exact;

    if (gil_long_is_short(v) && v->digit[0] >> 60 == 0)
        return v->size * (Gil_hash_t)v->digit[0] != -1 ? v->size * (Gil_hash_t)v->digit[0] : -2;
    if (as_exact_double(v, &exact))
        return gil_hash_double(op, exact);
    uint64_t hash = gil_hash_bytes(v->digit, gil_long_limbs(v) * sizeof v->digit[0]);
    if (v->size < 0)
        hash = ~hash;
    return (Gil_hash_t)hash != -1 ? (Gil_hash_t)hash : -2;
}

/* |a| + |b| */
static GilObject *
add_magnitudes(GilThreadState *ts, const struct gil_long *a, const struct gil_long *b, int negative)
{
    if (gil_long_limbs(a) < gil_long_limbs(b)) {
        const struct gil_long *less = a;
        a = b;
        b = less;
    }
    size_t an = gil_long_limbs(a);
    struct gil_long *sum = gil_long_new(ts, an + 1);
    if (sum == NULL)
        return NULL;
    sum->digit[an] = gil_limbs_add(sum->digit, a->digit, an, b->digit, gil_long_limbs(b));
    return gil_long_finish(sum, an + 1, negative);
}

/* |a| - |b|, negated where asked. */
static GilObject *
sub_magnitudes(GilThreadState *ts, const struct gil_long *a, const struct gil_long *b, int negative)
{
    int order = gil_limbs_cmp(a->digit, gil_long_limbs(a), b->digit, gil_long_limbs(b));
    if (order == 0)
        return gil_small_int(0);
    if (order < 0) {
        const struct gil_long *more = b;
        b = a;
        a = more;
        negative = !negative;
    }
    size_t an = gil_long_limbs(a);
    struct gil_long *difference = gil_long_new(ts, an);
    if (difference == NULL)
        return NULL;
    gil_limbs_sub(difference->digit, a->digit, an, b->digit, gil_long_limbs(b));
    return gil_long_finish(difference, an, negative);
}

GilObject *
gil_long_add(GilThreadState *ts, const struct gil_long *a, const struct gil_long *b, int subtract)
{
    if (GIL_LIKELY(gil_long_is_short(a) && gil_long_is_short(b))) {
        __int128 x = gil_long_short_value(a), y = gil_long_short_value(b);
        return gil_long_from_int128(ts, subtract ? x - y : x + y);
    }
    int a_negative = a->size < 0, b_negative = (b->size < 0) != subtract;
    if (a_negative == b_negative)
        return add_magnitudes(ts, a, b, a_negative);
    return sub_magnitudes(ts, a, b, a_negative);
}

GilObject *
gil_long_mul(GilThreadState *ts, const struct gil_long *a, const struct gil_long *b)
{
    size_t an = gil_long_limbs(a), bn = gil_long_limbs(b);
    int negative = (a->size < 0) != (b->size < 0);

    if (an == 0 || bn == 0)
        return gil_small_int(0);
    if (GIL_LIKELY(an == 1 && bn == 1)) {
        unsigned __int128 product = (unsigned __int128)a->digit[0] * b->digit[0];
        if (product >> GIL_LIMB_BITS == 0)
            return gil_long_from_magnitude(ts, (uint64_t)product, negative);
    }
    struct gil_long *product = gil_long_new(ts, an + bn);
    if (product == NULL)
        return NULL;
    if (gil_limbs_mul(ts->heap, product->digit, a->digit, an, b->digit, bn) < 0) {
        Gil_DECREF(product);
        return GilErr_NoMemory();
    }
    return gil_long_finish(product, an + bn, negative);
}

/* The case of one limb each; b is not 0. */
static int
divmod_short(GilThreadState *ts, const struct gil_long *a, const struct gil_long *b, GilObject **q, GilObject **r)
{
    uint64_t quotient = a->digit[0] / b->digit[0], rest = a->digit[0] % b->digit[0];
    int differ = (a->size < 0) != (b->size < 0);

    if (differ && rest != 0) {
        quotient++; /* cannot wrap: with divisor 1 the rest is 0 */
        rest = b->digit[0] - rest;
    }
    if (q != NULL && (*q = gil_long_from_magnitude(ts, quotient, differ)) == NULL)
        return -1;
    if (r != NULL && (*r = gil_long_from_magnitude(ts, rest, b->size < 0)) == NULL) {
        if (q != NULL)
            Gil_CLEAR(*q);
        return -1;
    }
    return 0;
}

/* |a| < |b|, a not 0. */
static int
divmod_small_by_large(GilThreadState *ts, const struct gil_long *a, const struct gil_long *b, GilObject **q,
                      GilObject **r)
{
    int differ = (a->size < 0) != (b->size < 0);

    if (r != NULL) {
        *r = gil_long_add(ts, a, differ ? b : gil_long(gil_small_int(0)), 0);
        if (*r == NULL)
            return -1;
    }
    if (q != NULL)
        *q = gil_small_int(differ ? -1 : 0);
    return 0;
}

int
gil_long_divmod(GilThreadState *ts, const struct gil_long *a, const struct gil_long *b, GilObject **q, GilObject **r)
{
    size_t an = gil_long_limbs(a), bn = gil_long_limbs(b);

    if (bn == 0) {
        GilErr_SetString(GilExc_ZeroDivisionError, "division by zero");
        return -1;
    }
    if (GIL_LIKELY(an <= 1 && bn == 1))
        return divmod_short(ts, a, b, q, r);
    if (gil_limbs_cmp(a->digit, an, b->digit, bn) < 0) {
        if (an == 0) {
            if (q != NULL)
                *q = gil_small_int(0);
            if (r != NULL)
                *r = gil_small_int(0);
            return 0;
        }
        return divmod_small_by_large(ts, a, b, q, r);
    }

    struct gil_long *quotient = gil_long_new(ts, an - bn + 2);
    struct gil_long *rest = quotient == NULL ? NULL : gil_long_new(ts, bn);
    if (rest == NULL) {
        Gil_XDECREF(quotient);
        return -1;
    }
    if (gil_limbs_divrem(ts->heap, quotient->digit, rest->digit, a->digit, an, b->digit, bn) < 0) {
        Gil_DECREF(quotient);
        Gil_DECREF(rest);
        GilErr_NoMemory();
        return -1;
    }
    quotient->digit[an - bn + 1] = 0;
    int differ = (a->size < 0) != (b->size < 0);
    if (differ && gil_limbs_size(rest->digit, bn) > 0) {
        gil_limbs_add_1(quotient->digit, an - bn + 2, 1);
        gil_limbs_sub(rest->digit, b->digit, bn, rest->digit, bn);
    }
    GilObject *whole = gil_long_finish(quotient, an - bn + 2, differ);
    GilObject *part = gil_long_finish(rest, bn, b->size < 0);
    if (q != NULL)
        *q = whole;
    else
        Gil_DECREF(whole);
    if (r != NULL)
        *r = part;
    else
        Gil_DECREF(part);
    return 0;
}

GilObject *
gil_long_lshift(GilThreadState *ts, const struct gil_long *a, uint64_t bits)
{
    size_t an = gil_long_limbs(a), whole = bits / GIL_LIMB_BITS;
    unsigned part = bits % GIL_LIMB_BITS;

    if (an == 0)
        return gil_small_int(0);
    if (an == 1 && part == bits && a->digit[0] >> (GIL_LIMB_BITS - 1 - part) <= 1)
        return gil_long_from_magnitude(ts, a->digit[0] << part, a->size < 0);
    struct gil_long *v = gil_long_new(ts, an + whole + 1);
    if (v == NULL)
        return NULL;
    memset(v->digit, 0, whole * sizeof(uint64_t));
    if (part > 0)
        v->digit[an + whole] = gil_limbs_lshift(v->digit + whole, a->digit, an, part);
    else {
        memcpy(v->digit + whole, a->digit, an * sizeof(uint64_t));
        v->digit[an + whole] = 0;
    }
    return gil_long_finish(v, an + whole + 1, a->size < 0);
}

/* a >> bits, rounded down: what was shifted out of a negative number makes it one less. */
static GilObject *
shift_right(GilThreadState *ts, const struct gil_long *a, uint64_t bits)
{
    size_t an = gil_long_limbs(a), whole = bits / GIL_LIMB_BITS;
    unsigned part = bits % GIL_LIMB_BITS;

    if (whole >= an)
        return gil_small_int(a->size < 0 ? -1 : 0);
    size_t n = an - whole;
    struct gil_long *v = gil_long_new(ts, n + 1);
    if (v == NULL)
        return NULL;
    uint64_t lost = gil_limbs_size(a->digit, whole);
    if (part > 0)
        lost |= gil_limbs_rshift(v->digit, a->digit + whole, n, part);
    else
        memcpy(v->digit, a->digit + whole, n * sizeof(uint64_t));
    v->digit[n] = 0;
    if (a->size < 0 && lost != 0)
        gil_limbs_add_1(v->digit, n + 1, 1);
    return gil_long_finish(v, n + 1, a->size < 0);
}

GilObject *
gil_long_negate(GilObject *op)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    const struct gil_long *v = gil_long(op);
    if (gil_long_is_short(v))
        return gil_long_from_magnitude(ts, v->digit[0], v->size > 0);
    return gil_long_add(ts, gil_long(gil_small_int(0)), v, 1);
}

/* The limbs of a number's two's complement, asked for one after the other. */
struct complement {
    const struct gil_long *v;
    size_t n, next;
    uint64_t sign;  /* all ones below zero */
    uint64_t carry; /* of adding one to the complement */
};

static struct complement
complement_of(const struct gil_long *v)
{
    int negative = v->size < 0;
    return (struct complement){v, gil_long_limbs(v), 0, negative ? UINT64_MAX : 0, (uint64_t)negative};
}

static uint64_t
next_limb(struct complement *c)
{
    uint64_t limb = ((c->next < c->n ? c->v->digit[c->next] : 0) ^ c->sign) + c->carry;
    c->carry &= limb == 0;
    c->next++;
    return limb;
}

static uint64_t
combine(uint64_t a, uint64_t b, int op)
{
    return op == '&' ? (a & b) : op == '|' ? (a | b) : (a ^ b);
}

static GilObject *
bitwise(GilObject *v, GilObject *w, int op)
{
    if (!gil_is_int(v) || !gil_is_int(w))
        Gil_RETURN_NOTIMPLEMENTED;
    GilThreadState *ts = gil_tstate_need(__func__);
    struct complement a = complement_of(gil_long(v)), b = complement_of(gil_long(w));
    uint64_t sign = combine(a.sign, b.sign, op);

    if (a.n <= 1 && b.n <= 1) {
        uint64_t limb = combine(next_limb(&a), next_limb(&b), op);
        return gil_long_from_int128(
            ts, (__int128)((unsigned __int128)combine(next_limb(&a), next_limb(&b), op) << GIL_LIMB_BITS | limb));
    }
    size_t n = Gil_MAX(a.n, b.n) + 1;
    struct gil_long *result = gil_long_new(ts, n);
    if (result == NULL)
        return NULL;
    uint64_t carry = sign & 1;
    for (size_t i = 0; i < n; i++) {
        uint64_t limb = (combine(next_limb(&a), next_limb(&b), op) ^ sign) + carry;
        carry &= limb == 0;
        result->digit[i] = limb;
    }
    return gil_long_finish(result, n, sign != 0);
}

/* --- slots --- */

static GilObject *
long_add(GilObject *v, GilObject *w)
{
    if (!gil_is_int(v) || !gil_is_int(w))
        Gil_RETURN_NOTIMPLEMENTED;
    return gil_long_add(gil_tstate_need(__func__), gil_long(v), gil_long(w), 0);
}

static GilObject *
long_subtract(GilObject *v, GilObject *w)
{
    if (!gil_is_int(v) || !gil_is_int(w))
        Gil_RETURN_NOTIMPLEMENTED;
    return gil_long_add(gil_tstate_need(__func__), gil_long(v), gil_long(w), 1);
}

static GilObject *
long_multiply(GilObject *v, GilObject *w)
{
    if (!gil_is_int(v) || !gil_is_int(w))
        Gil_RETURN_NOTIMPLEMENTED;
    return gil_long_mul(gil_tstate_need(__func__), gil_long(v), gil_long(w));
}

static GilObject *
long_floor_divide(GilObject *v, GilObject *w)
{
    GilObject *q = NULL;
    if (!gil_is_int(v) || !gil_is_int(w))
        Gil_RETURN_NOTIMPLEMENTED;
    gil_long_divmod(gil_tstate_need(__func__), gil_long(v), gil_long(w), &q, NULL);
    return q;
}

static GilObject *
long_remainder(GilObject *v, GilObject *w)
{
    GilObject *r = NULL;
    if (!gil_is_int(v) || !gil_is_int(w))
        Gil_RETURN_NOTIMPLEMENTED;
    gil_long_divmod(gil_tstate_need(__func__), gil_long(v), gil_long(w), NULL, &r);
    return r;
}

static GilObject *
long_divmod(GilObject *v, GilObject *w)
{
    GilObject *q, *r, *pair;
    if (!gil_is_int(v) || !gil_is_int(w))
        Gil_RETURN_NOTIMPLEMENTED;
    if (gil_long_divmod(gil_tstate_need(__func__), gil_long(v), gil_long(w), &q, &r) < 0)
        return NULL;
    pair = GilTuple_Pack(2, q, r);
    Gil_DECREF(q);
    Gil_DECREF(r);
    return pair;
}

static GilObject *
long_and(GilObject *v, GilObject *w)
{
    return bitwise(v, w, '&');
}

static GilObject *
long_or(GilObject *v, GilObject *w)
{
    return bitwise(v, w, '|');
}

static GilObject *
long_xor(GilObject *v, GilObject *w)
{
    return bitwise(v, w, '^');
}

/* A shift count: 0 and *bits; UINT64_MAX stands for all that is more. -1 with ValueError below zero. */
static int
shift_count(const struct gil_long *w, uint64_t *bits)
{
    if (w->size < 0) {
        GilErr_SetString(GilExc_ValueError, "negative shift count");
        return -1;
    }
    *bits = w->size > 1 ? UINT64_MAX : w->digit[0];
    return 0;
}

static GilObject *
long_lshift(GilObject *v, GilObject *w)
{
    uint64_t bits;
    if (!gil_is_int(v) || !gil_is_int(w))
        Gil_RETURN_NOTIMPLEMENTED;
    if (shift_count(gil_long(w), &bits) < 0)
        return NULL;
    if (GIL_UNLIKELY(bits == UINT64_MAX) && gil_long(v)->size != 0)
        return GilErr_Format(GilExc_OverflowError, "too many digits in integer");
    return gil_long_lshift(gil_tstate_need(__func__), gil_long(v), bits);
}

static GilObject *
long_rshift(GilObject *v, GilObject *w)
{
    uint64_t bits;
    if (!gil_is_int(v) || !gil_is_int(w))
        Gil_RETURN_NOTIMPLEMENTED;
    if (shift_count(gil_long(w), &bits) < 0)
        return NULL;
    return shift_right(gil_tstate_need(__func__), gil_long(v), bits);
}

static GilObject *
long_positive(GilObject *op)
{
    return gil_long_exact(gil_tstate_need(__func__), gil_long(op));
}

static GilObject *
long_absolute(GilObject *op)
{
    return gil_long(op)->size < 0 ? gil_long_negate(op) : long_positive(op);
}

/* ~v is -1 - v. */
static GilObject *
long_invert(GilObject *op)
{
    return gil_long_add(gil_tstate_need(__func__), gil_long(gil_small_int(-1)), gil_long(op), 1);
}

static int
long_bool(GilObject *op)
{
    return gil_long(op)->size != 0;
}

static GilObject *
long_float(GilObject *op)
{
    double value = GilLong_AsDouble(op);
    if (value == -1.0 && GilErr_Occurred() != NULL)
        return NULL;
    return GilFloat_FromDouble(value);
}

GilNumberMethods gil_long_as_number = {
    .nb_add = long_add,
    .nb_subtract = long_subtract,
    .nb_multiply = long_multiply,
    .nb_remainder = long_remainder,
    .nb_divmod = long_divmod,
    .nb_power = gil_long_pow,
    .nb_negative = gil_long_negate,
    .nb_positive = long_positive,
    .nb_absolute = long_absolute,
    .nb_bool = long_bool,
    .nb_invert = long_invert,
    .nb_lshift = long_lshift,
    .nb_rshift = long_rshift,
    .nb_and = long_and,
    .nb_xor = long_xor,
    .nb_or = long_or,
    .nb_int = long_positive,
    .nb_float = long_float,
    .nb_floor_divide = long_floor_divide,
    .nb_true_divide = gil_long_true_divide,
    .nb_index = long_positive,
};
