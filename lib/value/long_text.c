/* SPDX-License-Identifier: MIT */
/*
 * int: as text in any base, and from text.
 *
 * In a base that is a power of two a digit is a fixed number of bits, and both ways take time in proportion to the
 * length. In other bases both take its square, so texts of more digits than the interpreter's limit are refused (a text
 * of a megabyte would otherwise hold the lock for seconds); as many digits as fit into a limb are treated at once.
 */
#include "gilrt/bytes.h"
#include "gilrt/error.h"
#include "gilrt/long.h"
#include "gilrt/unicode.h"
#include "object/error.h"
#include "object/ops.h"
#include "object/type.h"
#include "value/long.h"
#include "value/start.h"
#include "value/unicode_codec.h"
#include "value/unicode_method.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char digit_chars[] = "0123456789abcdefghijklmnopqrstuvwxyz";

/* White space of the C locale, whatever the process's locale is. */
static int
is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Value of a digit, or 99. */
static unsigned
digit_value(char c)
{
    if (c >= '0' && c <= '9')
        return (unsigned)(c - '0');
    if (c >= 'a' && c <= 'z')
        return (unsigned)(c - 'a') + 10;
    return c >= 'A' && c <= 'Z' ? (unsigned)(c - 'A') + 10 : 99;
}

/* Bits of a digit where base is a power of two, else 0. */
static unsigned
base_bits(unsigned base)
{
    return (base & (base - 1)) == 0 ? (unsigned)__builtin_ctz(base) : 0;
}

/* The largest power of base that fits into a limb, and its exponent. */
static uint64_t
base_power(unsigned base, unsigned *exponent)
{
    uint64_t power = base;
    for (*exponent = 1; power <= UINT64_MAX / base; ++*exponent)
        power *= base;
    return power;
}

/* --- to text --- */

/* Digits of v written so that they end before end; returns where they begin. */
static char *
write_bits(const struct gil_long *v, unsigned bits_each, char *end)
{
    size_t n = gil_long_limbs(v);
    uint64_t total = gil_limbs_bits(v->digit, n);

    for (uint64_t at = 0; at < total; at += bits_each) {
        size_t limb = at / GIL_LIMB_BITS;
        unsigned shift = at % GIL_LIMB_BITS;
        uint64_t digit = v->digit[limb] >> shift;
        if (shift + bits_each > GIL_LIMB_BITS && limb + 1 < n)
            digit |= v->digit[limb + 1] << (GIL_LIMB_BITS - shift);
        *--end = digit_chars[digit & ((1u << bits_each) - 1)];
    }
    return end;
}

/* The same for any base; the limbs are used up. */
static char *
write_divided(uint64_t *limbs, size_t n, unsigned base, char *end)
{
    unsigned exponent;
    uint64_t power = base_power(base, &exponent);

    while (n > 0) {
        uint64_t part = gil_limbs_divrem_1(limbs, limbs, n, power);
        n = gil_limbs_size(limbs, n);
        for (unsigned i = 0; n > 0 ? i < exponent : part > 0; i++) {
            *--end = digit_chars[part % base];
            part /= base;
        }
    }
    return end;
}

static char *
write_prefix_and_sign(char *at, int base, int prefix, int negative)
{
    if (prefix && (base == 2 || base == 8 || base == 16)) {
        *--at = base == 2 ? 'b' : base == 8 ? 'o' : 'x';
        *--at = '0';
    }
    if (negative)
        *--at = '-';
    return at;
}

/* Whether that many digits are too many, in a base that is no power of 2; then ValueError is set. */
static int
exceeds_limit(GilThreadState *ts, uint64_t digits, int known)
{
    int limit = gil_value_pocket(ts)->max_str_digits;
    char value[48] = "";

    if (limit == 0 || digits <= (uint64_t)limit)
        return 0;
    if (known)
        snprintf(value, sizeof value, ": value has %" PRIu64 " digits", digits);
    GilErr_Format(GilExc_ValueError,
                  "Exceeds the limit (%d digits) for integer string conversion%s; use GilLong_SetMaxStrDigits() to increase "
                  "the limit",
                  limit, value);
    return 1;
}

int
GilLong_SetMaxStrDigits(int maxdigits)
{
    GilThreadState *ts = gil_tstate_need(__func__);

    if (maxdigits != 0 && maxdigits < GIL_INT_MAX_STR_DIGITS_MIN) {
        GilErr_Format(GilExc_ValueError, "maxdigits must be 0 or larger than %d", GIL_INT_MAX_STR_DIGITS_MIN);
        return -1;
    }
    gil_value_pocket(ts)->max_str_digits = maxdigits;
    return 0;
}

int
GilLong_GetMaxStrDigits(void)
{
    return gil_value_pocket(gil_tstate_need(__func__))->max_str_digits;
}

/* Ints of one limb: no memory but the result's. */
static GilObject *
short_to_text(const struct gil_long *v, int base, int prefix)
{
    char buffer[GIL_LIMB_BITS + 3], *end = buffer + sizeof buffer, *at = end;
    uint64_t rest = v->digit[0];

    do {
        *--at = digit_chars[rest % (unsigned)base];
        rest /= (unsigned)base;
    } while (rest > 0);
    at = write_prefix_and_sign(at, base, prefix, v->size < 0);
    return gil_ops.str_from_utf8(at, (size_t)(end - at));
}

GilObject *
gil_long_to_text(GilThreadState *ts, const struct gil_long *v, int base, int prefix)
{
    size_t n = gil_long_limbs(v);
    unsigned bits_each = base_bits((unsigned)base);

    if (n <= 1)
        return short_to_text(v, base, prefix);
    uint64_t bits = gil_limbs_bits(v->digit, n);
    /* A digit of base 3 and more carries 1.5 bits at least, one of base 10 more than 3.32. */
    if (bits_each == 0 && exceeds_limit(ts, bits / 6, 0))
        return NULL;
    size_t size = (bits_each > 0 ? bits / bits_each : bits) + 4;
    uint64_t *limbs = NULL;
    char *text = gil_heap_malloc(ts->heap, size), *end = text + size, *at;
    if (text == NULL)
        return gil_err_no_memory(ts);
    if (bits_each > 0)
        at = write_bits(v, bits_each, end);
    else {
        limbs = gil_heap_malloc(ts->heap, n * sizeof *limbs);
        if (limbs == NULL) {
            gil_heap_free(text);
            return gil_err_no_memory(ts);
        }
        memcpy(limbs, v->digit, n * sizeof *limbs);
        at = write_divided(limbs, n, (unsigned)base, end);
    }
    GilObject *result = NULL;
    if (bits_each > 0 || !exceeds_limit(ts, (uint64_t)(end - at), 0)) {
        at = write_prefix_and_sign(at, base, prefix, v->size < 0);
        result = gil_ops.str_from_utf8(at, (size_t)(end - at));
    }
    gil_heap_free(limbs);
    gil_heap_free(text);
    return result;
}

/* --- from text --- */

/* A number as found in text: its digits, underscores among them, still to be evaluated. */
struct numeral {
    const char *begin, *end; /* of the digits */
    const char *stop;        /* the first character that was not used */
    size_t digits;
    unsigned base;
    int negative;
};

/* Sign and prefix, and with them the base. Returns where the digits begin; *zero_only: only zeros may follow. */
static const char *
scan_front(struct numeral *found, const char *at, const char *end, int base, int *zero_only)
{
    while (at < end && is_space(*at))
        at++;
    if (at < end && (*at == '+' || *at == '-'))
        found->negative = *at++ == '-';
    unsigned named = 0;
    if (end - at >= 2 && at[0] == '0')
        named = (at[1] | 0x20) == 'x' ? 16 : (at[1] | 0x20) == 'o' ? 8 : (at[1] | 0x20) == 'b' ? 2 : 0;
    /* In base 0 a leading zero without a prefix is no octal number, and no decimal one either unless it is zero. */
    *zero_only = base == 0 && named == 0 && at < end && *at == '0';
    found->base = base != 0 ? (unsigned)base : named != 0 ? named : 10;
    if (named != 0 && named == found->base) {
        at += 2;
        if (at < end && *at == '_')
            at++;
    }
    return at;
}

/* 0, or -1: not a number; stop says where that was seen. */
static int
scan(struct numeral *found, const char *text, const char *end, int base)
{
    int zero_only, nonzero = 0;
    const char *at = scan_front(found, text, end, base, &zero_only);

    found->begin = at;
    for (; at < end; at++) {
        if (*at == '_') {
            if (at == found->begin || at[-1] == '_')
                break;
            continue;
        }
        unsigned digit = digit_value(*at);
        if (digit >= found->base)
            break;
        nonzero |= digit != 0;
        found->digits++;
    }
    found->end = at;
    found->stop = at > found->begin && at[-1] == '_' ? at - 1 : at; /* which belongs to no number where no digit follows */
    if (found->digits == 0 || at[-1] == '_' || (zero_only && nonzero))
        return -1;
    while (at < end && is_space(*at))
        at++;
    found->stop = at;
    return at == end ? 0 : -1;
}

/* Digits in a base that is a power of two, from the last to the first. */
static void
gather_bits(struct gil_long *v, size_t n, const struct numeral *found, unsigned bits_each)
{
    size_t at = 0;

    GIL_ASSERT(bits_each < GIL_LIMB_BITS);
    memset(v->digit, 0, n * sizeof(uint64_t));
    for (const char *p = found->end; p > found->begin;) {
        if (*--p == '_')
            continue;
        uint64_t digit = digit_value(*p);
        unsigned shift = at % GIL_LIMB_BITS;
        v->digit[at / GIL_LIMB_BITS] |= digit << shift;
        if (shift + bits_each > GIL_LIMB_BITS)
            v->digit[at / GIL_LIMB_BITS + 1] |= digit >> (GIL_LIMB_BITS - shift);
        at += bits_each;
    }
}

/* Digits in any base, a limbful at a time; returns the limbs used. */
static size_t
gather_products(uint64_t *limbs, const struct numeral *found)
{
    unsigned exponent;
    size_t n = 0;

    base_power(found->base, &exponent);
    for (const char *p = found->begin; p < found->end;) {
        uint64_t part = 0, power = 1;
        for (unsigned i = 0; i < exponent && p < found->end; p++) {
            if (*p == '_')
                continue;
            part = part * found->base + digit_value(*p);
            power *= found->base;
            i++;
        }
        uint64_t carry = gil_limbs_muladd_1(limbs, n, power, part);
        if (carry != 0)
            limbs[n++] = carry;
    }
    return n;
}

static GilObject *
evaluate(GilThreadState *ts, const struct numeral *found)
{
    unsigned bits_each = base_bits(found->base), exponent;

    base_power(found->base, &exponent);
    if (found->digits <= exponent) {
        uint64_t limb = 0;
        gather_products(&limb, found);
        return gil_long_from_magnitude(ts, limb, found->negative);
    }
    if (bits_each == 0 && exceeds_limit(ts, found->digits, 1))
        return NULL;
    /* A digit of base 36 has less than 5.2 bits; one more limb for the carry. */
    unsigned bits_most = bits_each > 0 ? bits_each : gil_limb_bits(found->base);
    size_t n =
        found->digits / GIL_LIMB_BITS * bits_most + (found->digits % GIL_LIMB_BITS * bits_most) / GIL_LIMB_BITS + 2;
    struct gil_long *v = gil_long_new(ts, n);
    if (v == NULL)
        return NULL;
    if (bits_each > 0)
        gather_bits(v, n, found, bits_each);
    else
        n = gather_products(v->digit, found);
    return gil_long_finish(v, n, found->negative);
}

/* Text to int, *stop set in every case. shown NULL: the text itself stands in the message. */
static GilObject *
convert(GilThreadState *ts, const char *text, size_t len, int base, GilObject *shown, const char **stop)
{
    struct numeral found = {text, text, text, 0, 0, 0};

    *stop = text;
    if (base != 0 && (base < 2 || base > 36)) {
        GilErr_SetString(GilExc_ValueError, "int() arg 2 must be >= 2 and <= 36");
        return NULL;
    }
    int bad = scan(&found, text, text + len, base);
    *stop = found.stop;
    if (!bad)
        return evaluate(ts, &found);
    /* A text may be long: what the message shows of it is cut. */
    Gil_ssize_t cut = (Gil_ssize_t)Gil_MIN(len, 200);
    GilObject *quoted = shown == NULL               ? GilUnicode_DecodeUTF8(text, cut, "replace")
                        : gil_unicode_check(shown) ? Gil_NewRef(shown)
                                                   : GilBytes_FromStringAndSize(text, cut);
    if (quoted != NULL) {
        GilErr_Format(GilExc_ValueError, "invalid literal for int() with base %d: %.200R", base, quoted);
        Gil_DECREF(quoted);
    }
    return NULL;
}

GilObject *
gil_long_from_text(GilThreadState *ts, const char *text, size_t len, int base, GilObject *shown)
{
    const char *stop;
    return convert(ts, text, len, base, shown, &stop);
}

GilObject *
GilLong_FromString(const char *str, char **pend, int base)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    const char *stop;

    if (str == NULL)
        return gil_err_null(__func__);
    GilObject *result = convert(ts, str, strlen(str), base, NULL, &stop);
    if (pend != NULL)
        *pend = (char *)stop;
    return result;
}

GilObject *
GilLong_FromUnicodeObject(GilObject *u, int base)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    size_t len;

    if (u == NULL)
        return gil_err_null(__func__);
    if (!gil_is_str(u))
        return gil_err_type(__func__, "str", u);
    GilObject *number = gil_unicode_number(ts, u), *result = NULL;
    const char *text = number == NULL ? NULL : gil_unicode_text(number, &len);
    if (text != NULL)
        result = gil_long_from_text(ts, text, len, base, u);
    Gil_XDECREF(number);
    return result;
}
