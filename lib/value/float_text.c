/* SPDX-License-Identifier: MIT */
/*
 * Doubles as text and from text, independent of the process's locale and of its rounding.
 *
 * To text: the free-format algorithm of Steele and White (1990) in the form of Burger and Dybvig, "Printing
 * Floating-Point Numbers Quickly and Accurately" (1996), on exact integers of at most 1200 bits. It stops at the first
 * digit at which what has been written can be mistaken for no other double; the last digit is the nearer one, ties to
 * even as in Gay's dtoa, so that the text is CPython's. Printing 17 digits by snprintf and cutting was rejected: it
 * takes the decimal comma of the host's locale, and trying 15, 16, 17 digits in turn misses texts at powers of two,
 * where the neighbour below is nearer than the one above.
 *
 * From text: the C library rounds correctly, so it does the work, but by strtod_l() in a locale object of our own that
 * nobody else sees, after the text was found to follow our grammar and not its wider one (hexadecimal, "nan(...)"). It
 * rounds as the host has set the processor; we want the nearest, whatever that is.
 */
#include "value/float_text.h"

#include "base/mem.h"
#include "object/error.h"
#include "value/limbs.h"

#include <float.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* --- to text --- */

/* Integers below 2^(64 * BIG). The largest is 2^1024 * 2^3 * 10, or 2^53 * 10^325 for the smallest doubles: 1133 bits.
 */
#define BIG 20

struct big {
    uint64_t limb[BIG];
    size_t n;
};

static void
big_set(struct big *x, uint64_t value, unsigned shift)
{
    size_t whole = shift / GIL_LIMB_BITS;
    unsigned part = shift % GIL_LIMB_BITS;

    memset(x, 0, sizeof *x);
    x->limb[whole] = value << part;
    x->limb[whole + 1] = part == 0 ? 0 : value >> (GIL_LIMB_BITS - part);
    x->n = gil_limbs_size(x->limb, whole + 2);
}

static void
big_mul(struct big *x, uint64_t factor)
{
    uint64_t carry = gil_limbs_muladd_1(x->limb, x->n, factor, 0);
    if (carry != 0)
        x->limb[x->n++] = carry;
}

static void
big_mul_pow10(struct big *x, int exponent)
{
    for (; exponent >= 19; exponent -= 19)
        big_mul(x, 10000000000000000000u);
    uint64_t rest = 1;
    for (; exponent > 0; exponent--)
        rest *= 10;
    big_mul(x, rest);
}

/* x + y against z: -1, 0, 1. */
static int
big_cmp_sum(const struct big *x, const struct big *y, const struct big *z)
{
    uint64_t sum[BIG + 1];
    const struct big *more = x->n >= y->n ? x : y, *less = x->n >= y->n ? y : x;

    sum[more->n] = gil_limbs_add(sum, more->limb, more->n, less->limb, less->n);
    return gil_limbs_cmp(sum, gil_limbs_size(sum, more->n + 1), z->limb, z->n);
}

static int
big_cmp(const struct big *x, const struct big *y)
{
    return gil_limbs_cmp(x->limb, x->n, y->limb, y->n);
}

/* *r / s, which is below 10; *r becomes the remainder. */
static unsigned
big_digit(struct big *r, const struct big *s)
{
    unsigned digit = 0;

    for (; big_cmp(r, s) >= 0; digit++) {
        gil_limbs_sub(r->limb, r->limb, r->n, s->limb, s->n);
        r->n = gil_limbs_size(r->limb, r->n);
    }
    return digit;
}

/*
 * What stands between a double and its neighbours: v = r / s, and everything from (r - low) / s to (r + high) / s reads
 * back as v, the bounds themselves where v's mantissa is even.
 */
struct interval {
    struct big r, s, low, high;
    int closed;
};

/* v = mantissa * 2^exponent. Below a power of two the neighbour is at half the distance. */
static void
interval_set(struct interval *in, uint64_t mantissa, int exponent)
{
    int narrow = mantissa == (uint64_t)1 << (DBL_MANT_DIG - 1) && exponent > DBL_MIN_EXP - DBL_MANT_DIG;
    unsigned up = exponent >= 0 ? (unsigned)exponent : 0, down = exponent < 0 ? (unsigned)-exponent : 0;

    big_set(&in->r, mantissa, up + 1 + (unsigned)narrow);
    big_set(&in->s, 1, down + 1 + (unsigned)narrow);
    big_set(&in->low, 1, up);
    big_set(&in->high, 1, up + (unsigned)narrow);
    in->closed = (mantissa & 1) == 0;
}

static void
interval_times_10(struct interval *in)
{
    big_mul(&in->r, 10);
    big_mul(&in->low, 10);
    big_mul(&in->high, 10);
}

/* Whether what lies above r is still v when the digit is rounded up. */
static int
reaches_up(const struct interval *in)
{
    int order = big_cmp_sum(&in->r, &in->high, &in->s);
    return order > 0 || (order == 0 && in->closed);
}

static int
reaches_down(const struct interval *in)
{
    int order = big_cmp(&in->r, &in->low);
    return order < 0 || (order == 0 && in->closed);
}

/* Shortest digits of v > 0, v = 0.DIGITS * 10^*point; returns how many (17 at most). */
static int
shortest_digits(double v, char *digits, int *point)
{
    struct interval in;
    int exponent, n = 0, up, down;
    uint64_t mantissa = (uint64_t)ldexp(frexp(v, &exponent), DBL_MANT_DIG);

    exponent -= DBL_MANT_DIG;
    for (; exponent < DBL_MIN_EXP - DBL_MANT_DIG; exponent++) /* a subnormal has fewer bits */
        mantissa >>= 1;
    interval_set(&in, mantissa, exponent);
    /* Never too large, at most one too small: put right by the comparison that follows. */
    int k = (int)ceil(log10(v) - 1e-10);
    if (k >= 0)
        big_mul_pow10(&in.s, k);
    else {
        big_mul_pow10(&in.r, -k);
        big_mul_pow10(&in.low, -k);
        big_mul_pow10(&in.high, -k);
    }
    if (reaches_up(&in))
        k++;
    else
        interval_times_10(&in);
    *point = k;
    for (;;) {
        digits[n] = (char)('0' + big_digit(&in.r, &in.s));
        down = reaches_down(&in);
        up = reaches_up(&in);
        if (down || up)
            break;
        n++;
        interval_times_10(&in);
    }
    if (down && up) {
        int half = big_cmp_sum(&in.r, &in.r, &in.s);
        up = half > 0 || (half == 0 && (digits[n] & 1) != 0);
    }
    digits[n] = (char)(digits[n] + up);
    return n + 1;
}

/* Digits of a whole number below 2^53, without the zeros at its end. */
static int
whole_digits(uint64_t v, char *digits, int *point)
{
    char reversed[20];
    int n = 0, kept;

    for (; v > 0; v /= 10)
        reversed[n++] = (char)('0' + v % 10);
    *point = n;
    for (kept = 0; kept < n; kept++)
        digits[kept] = reversed[n - 1 - kept];
    while (kept > 1 && digits[kept - 1] == '0')
        kept--;
    return kept;
}

/* Whether digits stand around the point, or an exponent is written; CPython's bounds for repr(). */
static int
is_positional(int point)
{
    return point > -4 && point <= 16;
}

static char *
write_positional(char *to, const char *digits, int n, int point)
{
    if (point <= 0) {
        *to++ = '0';
        *to++ = '.';
        for (int i = point; i < 0; i++)
            *to++ = '0';
        memcpy(to, digits, (size_t)n);
        return to + n;
    }
    for (int i = 0; i < point; i++)
        *to++ = i < n ? digits[i] : '0';
    *to++ = '.';
    if (n <= point)
        *to++ = '0';
    for (int i = point; i < n; i++)
        *to++ = digits[i];
    return to;
}

static char *
write_scientific(char *to, const char *digits, int n, int exponent)
{
    *to++ = digits[0];
    if (n > 1) {
        *to++ = '.';
        memcpy(to, digits + 1, (size_t)n - 1);
        to += n - 1;
    }
    *to++ = 'e';
    *to++ = exponent < 0 ? '-' : '+';
    if (exponent < 0)
        exponent = -exponent;
    if (exponent >= 100)
        *to++ = (char)('0' + exponent / 100);
    *to++ = (char)('0' + exponent / 10 % 10);
    *to++ = (char)('0' + exponent % 10);
    return to;
}

size_t
gil_double_repr(double v, char text[GIL_DOUBLE_REPR])
{
    char digits[24], *to = text;
    int point = 1, n = 1;

    if (isnan(v))
        return (size_t)(stpcpy(text, "nan") - text);
    if (signbit(v))
        *to++ = '-';
    v = fabs(v);
    if (isinf(v))
        return (size_t)(stpcpy(to, "inf") - text);
    if (v == 0)
        digits[0] = '0';
    else if (v < 0x1p53 && v == floor(v))
        n = whole_digits((uint64_t)v, digits, &point);
    else
        n = shortest_digits(v, digits, &point);
    to = is_positional(point) ? write_positional(to, digits, n, point) : write_scientific(to, digits, n, point - 1);
    *to = '\0';
    return (size_t)(to - text);
}

/* --- from text --- */

static locale_t c_locale; /* [const] after gil_double_text_start() */

int
gil_double_text_start(void)
{
    c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    return c_locale == (locale_t)0 ? -1 : 0;
}

static int
is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static int
is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Digits at *p, an underscore allowed between two; copied to *to without it. Returns how many. */
static size_t
take_digits(const char **p, const char *end, char **to)
{
    size_t n = 0;

    for (; *p < end; ++*p) {
        if (is_digit(**p)) {
            *(*to)++ = **p;
            n++;
        }
        else if (**p != '_' || n == 0 || (*p)[-1] == '_' || *p + 1 == end || !is_digit((*p)[1]))
            break;
    }
    return n;
}

/* Not strncasecmp(): in a Turkish locale the small letter of I is not i. */
size_t
gil_double_word(const char *text, size_t len)
{
    static const char words[][9] = {"infinity", "inf", "nan"};

    for (size_t w = 0; w < Gil_ARRAY_LENGTH(words); w++) {
        size_t n = 0;
        while (n < len && words[w][n] != '\0' && (text[n] | 0x20) == words[w][n])
            n++;
        if (words[w][n] == '\0')
            return n;
    }
    return 0;
}

/* Copies p to end to `to` in a form that strtod_l() reads as we do; 0 where it is no number. */
static int
normalise(const char *p, const char *end, char *to)
{
    if (p < end && (*p == '+' || *p == '-'))
        *to++ = *p++;
    if (p < end && gil_double_word(p, (size_t)(end - p)) == (size_t)(end - p)) {
        memcpy(to, p, 3);
        to[3] = '\0';
        return 1;
    }
    size_t digits = take_digits(&p, end, &to);
    if (p < end && *p == '.') {
        *to++ = *p++;
        digits += take_digits(&p, end, &to);
    }
    if (digits > 0 && p < end && (*p == 'e' || *p == 'E')) {
        *to++ = *p++;
        if (p < end && (*p == '+' || *p == '-'))
            *to++ = *p++;
        if (take_digits(&p, end, &to) == 0)
            return 0;
    }
    *to = '\0';
    return digits > 0 && p == end;
}

int
gil_double_parse(GilThreadState *ts, const char *text, size_t len, double *v)
{
    char small[64], *copy = small;
    const char *end = text + len;

    while (text < end && is_space(*text))
        text++;
    while (text < end && is_space(end[-1]))
        end--;
    if ((size_t)(end - text) >= sizeof small) {
        copy = gil_heap_malloc(ts->heap, (size_t)(end - text) + 1);
        if (copy == NULL) {
            gil_err_no_memory(ts);
            return -1;
        }
    }
    int ok = normalise(text, end, copy);
    if (ok) {
        int rounding = gil_round_to_nearest();
        *v = strtod_l(copy, NULL, c_locale);
        gil_round_as(rounding);
    }
    if (copy != small)
        gil_heap_free(copy);
    return ok;
}
