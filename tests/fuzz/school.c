/* SPDX-License-Identifier: MIT */
/* Whole numbers as taught at school. Slow, and each function short enough to be seen right. */
#include "fuzz/school.h"

#include <stdlib.h>
#include <string.h>

static void
trim(struct school *r)
{
    while (r->n > 0 && r->digit[r->n - 1] == 0)
        r->n--;
    if (r->n == 0)
        r->negative = 0;
}

static unsigned
digit(const struct school *a, int i)
{
    return i < a->n ? a->digit[i] : 0;
}

static void
put(struct school *r, int i, unsigned value)
{
    if (i >= SCHOOL_DIGITS)
        abort();
    r->digit[i] = (uint16_t)value;
    r->n = i + 1 > r->n ? i + 1 : r->n;
}

void
school_set(struct school *r, int64_t value)
{
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;

    r->negative = value < 0;
    r->n = 0;
    for (int i = 0; i < 4; i++, rest >>= 16)
        put(r, i, rest & 0xffff);
    trim(r);
}

void
school_from_bytes(struct school *r, const uint8_t *bytes, int n)
{
    unsigned carry = 1;

    r->negative = n > 0 && bytes[n - 1] >= 0x80;
    r->n = 0;
    for (int i = 0; i < n; i += 2) {
        unsigned high = i + 1 < n ? bytes[i + 1] : r->negative ? 0xff : 0;
        unsigned value = bytes[i] | high << 8;
        if (r->negative) {
            value = (value ^ 0xffff) + carry;
            carry = value >> 16;
        }
        put(r, i / 2, value & 0xffff);
    }
    if (r->negative && carry)
        put(r, r->n, carry);
    trim(r);
}

static int
compare_absolute(const struct school *a, const struct school *b)
{
    for (int i = (a->n > b->n ? a->n : b->n) - 1; i >= 0; i--)
        if (digit(a, i) != digit(b, i))
            return digit(a, i) < digit(b, i) ? -1 : 1;
    return 0;
}

int
school_compare(const struct school *a, const struct school *b)
{
    if (a->negative != b->negative)
        return a->negative ? -1 : 1;
    return a->negative ? -compare_absolute(a, b) : compare_absolute(a, b);
}

int
school_bits(const struct school *a)
{
    int bits = 16 * a->n;

    while (bits > 0 && !(a->digit[(bits - 1) / 16] >> (bits - 1) % 16 & 1))
        bits--;
    return bits;
}

static void
add_absolute(struct school *r, const struct school *a, const struct school *b)
{
    int n = a->n > b->n ? a->n : b->n;
    unsigned carry = 0;

    r->n = 0;
    for (int i = 0; i < n + 1; i++) {
        unsigned sum = digit(a, i) + digit(b, i) + carry;
        put(r, i, sum & 0xffff);
        carry = sum >> 16;
    }
}

/* Of the larger a. */
static void
subtract_absolute(struct school *r, const struct school *a, const struct school *b)
{
    unsigned borrow = 0;

    r->n = 0;
    for (int i = 0; i < a->n; i++) {
        unsigned difference = 0x10000 + digit(a, i) - digit(b, i) - borrow;
        put(r, i, difference & 0xffff);
        borrow = difference < 0x10000;
    }
}

void
school_add(struct school *r, const struct school *a, const struct school *b)
{
    if (a->negative == b->negative) {
        add_absolute(r, a, b);
        r->negative = a->negative;
    }
    else if (compare_absolute(a, b) >= 0) {
        subtract_absolute(r, a, b);
        r->negative = a->negative;
    }
    else {
        subtract_absolute(r, b, a);
        r->negative = b->negative;
    }
    trim(r);
}

void
school_subtract(struct school *r, const struct school *a, const struct school *b)
{
    static struct school opposite;

    opposite = *b;
    opposite.negative = b->n > 0 && !b->negative;
    school_add(r, a, &opposite);
}

void
school_multiply(struct school *r, const struct school *a, const struct school *b)
{
    r->n = 0;
    r->negative = a->negative != b->negative;
    for (int i = 0; i < a->n + b->n; i++)
        put(r, i, 0);
    for (int i = 0; i < a->n; i++) {
        uint32_t carry = 0;
        for (int k = 0; k < b->n; k++) {
            uint32_t value = (uint32_t)a->digit[i] * b->digit[k] + r->digit[i + k] + carry;
            r->digit[i + k] = (uint16_t)value;
            carry = value >> 16;
        }
        r->digit[i + b->n] = (uint16_t)carry;
    }
    trim(r);
}

void
school_modulo(struct school *r, const struct school *a, const struct school *m)
{
    static struct school twice, next, rest;

    /* Bit by bit from the top: double, add the bit, take m away when there is enough. */
    memset(&rest, 0, sizeof rest);
    for (int bit = school_bits(a) - 1; bit >= 0; bit--) {
        add_absolute(&twice, &rest, &rest);
        twice.digit[0] |= a->digit[bit / 16] >> bit % 16 & 1;
        trim(&twice);
        if (compare_absolute(&twice, m) >= 0)
            subtract_absolute(&next, &twice, m);
        else
            next = twice;
        rest = next;
        trim(&rest);
    }
    if (rest.n > 0 && a->negative != m->negative) {
        next = rest;
        subtract_absolute(&rest, m, &next);
    }
    *r = rest;
    r->negative = m->negative;
    trim(r);
}

/* Bit i of a in two's complement without end; less_one is |a| - 1, of which a negative number is the inversion. */
static unsigned
bit_of(const struct school *a, const struct school *less_one, int i)
{
    const struct school *from = a->negative ? less_one : a;
    return (digit(from, i / 16) >> i % 16 & 1) ^ (unsigned)a->negative;
}

static void
less_one(struct school *r, const struct school *a)
{
    struct school *one = calloc(1, sizeof *one);

    school_set(one, 1);
    r->n = 0;
    if (a->negative)
        subtract_absolute(r, a, one);
    free(one);
}

/* r's digits are bits of two's complement: makes the number of them. */
static void
from_bits(struct school *r, int negative)
{
    static struct school one, inverted;

    r->negative = 0;
    if (!negative) {
        trim(r);
        return;
    }
    inverted = *r;
    for (int i = 0; i < inverted.n; i++)
        inverted.digit[i] ^= 0xffff;
    school_set(&one, 1);
    add_absolute(r, &inverted, &one);
    r->negative = 1;
    trim(r);
}

static void
set_bit(struct school *r, int i, unsigned bit)
{
    put(r, i / 16, (i / 16 < r->n ? r->digit[i / 16] : 0) | bit << i % 16);
}

void
school_shift(struct school *r, const struct school *a, int by)
{
    static struct school lower;
    int bits = 16 * (a->n + 1) + by;

    less_one(&lower, a);
    r->n = 0;
    for (int i = 0; i < bits || i % 16 != 0; i++)
        set_bit(r, i, i - by >= 0 ? bit_of(a, &lower, i - by) : 0);
    from_bits(r, a->negative);
}

void
school_bitwise(struct school *r, char op, const struct school *a, const struct school *b)
{
    static struct school lower[2];
    int bits = 16 * ((a->n > b->n ? a->n : b->n) + 1);

    less_one(&lower[0], a);
    less_one(&lower[1], b);
    r->n = 0;
    for (int i = 0; i < bits; i++) {
        unsigned x = bit_of(a, &lower[0], i), y = bit_of(b, &lower[1], i);
        set_bit(r, i, op == '&' ? x & y : op == '|' ? x | y : x ^ y);
    }
    from_bits(r, op == '&'   ? a->negative && b->negative
                 : op == '|' ? a->negative || b->negative
                             : a->negative != b->negative);
}

void
school_text(const struct school *a, int base, char *text)
{
    static struct school rest;
    char *start = text, *end;

    rest = *a;
    do {
        unsigned remainder = 0;
        for (int i = rest.n - 1; i >= 0; i--) {
            unsigned value = remainder << 16 | rest.digit[i];
            rest.digit[i] = (uint16_t)(value / (unsigned)base);
            remainder = value % (unsigned)base;
        }
        trim(&rest);
        *text++ = "0123456789abcdefghijklmnopqrstuvwxyz"[remainder];
    } while (rest.n > 0);
    if (a->negative)
        *text++ = '-';
    *text = '\0';
    for (end = text - 1; start < end; start++, end--) {
        char swap = *start;
        *start = *end;
        *end = swap;
    }
}
