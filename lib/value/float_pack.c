/* SPDX-License-Identifier: MIT */
/* Floats as bytes: the formats binary16, binary32 and binary64 of IEEE 754, in either order. */
#include "gilrt/error.h"
#include "gilrt/float.h"
#include "object/error.h"

#include <math.h>
#include <string.h>

#define HALF_INF 0x7c00u
#define HALF_NAN 0x7e00u
#define HALF_DIGITS 10      /* of the fraction */
#define HALF_LEAST (-14)    /* exponent of the least normal number */

/* The lowest n bytes of bits to p, or the other way round. */
static void
put_bytes(char *p, uint64_t bits, int n, int le)
{
    for (int i = 0; i < n; i++)
        p[le ? i : n - 1 - i] = (char)(bits >> 8 * i & 0xff);
}

static uint64_t
get_bytes(const char *p, int n, int le)
{
    uint64_t bits = 0;

    for (int i = 0; i < n; i++)
        bits |= (uint64_t)(unsigned char)p[le ? i : n - 1 - i] << 8 * i;
    return bits;
}

static int
too_large(const char *format)
{
    GilErr_Format(GilExc_OverflowError, "float too large to pack with %s format", format);
    return -1;
}

/* x, small enough, as a whole number; halves to the even one, whatever the rounding mode. */
static uint32_t
round_to_even(double x)
{
    uint32_t whole = (uint32_t)x;
    double rest = x - whole;

    return whole + (rest > 0.5 || (rest == 0.5 && (whole & 1) != 0));
}

/*
 * The code of a finite x >= 0, HALF_INF or more where it has none. Codes of neighbours are neighbours, so a fraction
 * that is rounded up to a power of two carries into the exponent by itself, also from the subnormal numbers.
 */
static uint32_t
half_of(double x)
{
    int exponent;

    frexp(x, &exponent);
    exponent--;
    if (exponent > 15)
        return HALF_INF;
    if (exponent < HALF_LEAST || x == 0.0)
        return round_to_even(ldexp(x, HALF_DIGITS - HALF_LEAST));
    return round_to_even(ldexp(x, HALF_DIGITS - exponent)) + ((uint32_t)(exponent - HALF_LEAST) << HALF_DIGITS);
}

int
GilFloat_Pack2(double x, char *p, int le)
{
    uint32_t code = signbit(x) ? 0x8000 : 0;

    gil_tstate_need(__func__);
    if (p == NULL) {
        gil_err_null(__func__);
        return -1;
    }
    if (isnan(x))
        code |= HALF_NAN;
    else if (isinf(x))
        code |= HALF_INF;
    else {
        uint32_t magnitude = half_of(fabs(x));
        if (magnitude >= HALF_INF)
            return too_large("e");
        code |= magnitude;
    }
    put_bytes(p, code, 2, le);
    return 0;
}

int
GilFloat_Pack4(double x, char *p, int le)
{
    float y = (float)x;
    uint32_t bits;

    gil_tstate_need(__func__);
    if (p == NULL) {
        gil_err_null(__func__);
        return -1;
    }
    if (isinf(y) && !isinf(x))
        return too_large("f");
    memcpy(&bits, &y, sizeof bits);
    put_bytes(p, bits, 4, le);
    return 0;
}

int
GilFloat_Pack8(double x, char *p, int le)
{
    uint64_t bits;

    gil_tstate_need(__func__);
    if (p == NULL) {
        gil_err_null(__func__);
        return -1;
    }
    memcpy(&bits, &x, sizeof bits);
    put_bytes(p, bits, 8, le);
    return 0;
}

double
GilFloat_Unpack2(const char *p, int le)
{
    gil_tstate_need(__func__);
    if (p == NULL) {
        gil_err_null(__func__);
        return -1.0;
    }
    uint32_t code = (uint32_t)get_bytes(p, 2, le), fraction = code & ((1u << HALF_DIGITS) - 1);
    int exponent = (int)(code >> HALF_DIGITS & 0x1f);
    double x;
    if (exponent == 0x1f)
        x = fraction != 0 ? (double)NAN : (double)INFINITY;
    else if (exponent == 0)
        x = ldexp(fraction, HALF_LEAST - HALF_DIGITS);
    else
        x = ldexp(fraction + (1u << HALF_DIGITS), exponent - 1 + HALF_LEAST - HALF_DIGITS);
    return code & 0x8000 ? -x : x;
}

double
GilFloat_Unpack4(const char *p, int le)
{
    float x;

    gil_tstate_need(__func__);
    if (p == NULL) {
        gil_err_null(__func__);
        return -1.0;
    }
    uint32_t bits = (uint32_t)get_bytes(p, 4, le);
    memcpy(&x, &bits, sizeof x);
    return x;
}

double
GilFloat_Unpack8(const char *p, int le)
{
    double x;

    gil_tstate_need(__func__);
    if (p == NULL) {
        gil_err_null(__func__);
        return -1.0;
    }
    uint64_t bits = get_bytes(p, 8, le);
    memcpy(&x, &bits, sizeof x);
    return x;
}
