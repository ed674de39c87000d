/* SPDX-License-Identifier: MIT */
/*
 * Magnitudes: arithmetic on arrays of 64-bit limbs, over the innermost loops of GMP.
 *
 * GMP's mpn functions work on arrays of the caller and are the fastest loops there are, but the larger of them ask
 * GMP's allocator for scratch, and that one ends the process when memory is lacking; others put some 6 KiB on the stack
 * (measured for mpn_mul() of 64 limbs). So only its loops over one operand stand here (add, subtract, shift, multiply
 * by a limb, divide by a limb), which do neither. tests/unit/value/test_limbs.c counts GMP's allocations and paints the
 * stack to show it.
 *
 * Products with a factor of at most GIL_LIMBS_DIRECT limbs are made row by row, larger ones by the method of Karatsuba
 * and Ofman (1962), quotients by Knuth's Algorithm D (The Art of Computer Programming, 4.3.1); the latter two with
 * scratch from the interpreter's heap, so that lack of memory is an error like any other. Algorithm D is quadratic at
 * any size. A faster division was left out: texts, the usual source of giant divisions, are limited to 4300 digits unless
 * the host wants more, and up to there it would not be faster.
 */
#include "value/limbs.h"

#include "base/mem.h"
#include "base/panic.h"

#include <gmp.h>
#include <string.h>

_Static_assert(sizeof(mp_limb_t) == sizeof(uint64_t) && GMP_NUMB_BITS == GIL_LIMB_BITS, "GMP's limbs are ours");

int
gil_limbs_cmp(const uint64_t *a, size_t an, const uint64_t *b, size_t bn)
{
    if (an != bn)
        return an < bn ? -1 : 1;
    int order = an == 0 ? 0 : mpn_cmp(a, b, (mp_size_t)an);
    return (order > 0) - (order < 0);
}

uint64_t
gil_limbs_add(uint64_t *r, const uint64_t *a, size_t an, const uint64_t *b, size_t bn)
{
    GIL_ASSERT(an >= bn);
    if (an == 0)
        return 0;
    uint64_t carry = bn == 0 ? 0 : mpn_add_n(r, a, b, (mp_size_t)bn);
    return an == bn ? carry : mpn_add_1(r + bn, a + bn, (mp_size_t)(an - bn), carry);
}

void
gil_limbs_sub(uint64_t *r, const uint64_t *a, size_t an, const uint64_t *b, size_t bn)
{
    GIL_ASSERT(an >= bn);
    uint64_t borrow = bn == 0 ? 0 : mpn_sub_n(r, a, b, (mp_size_t)bn);
    if (an > bn)
        borrow = mpn_sub_1(r + bn, a + bn, (mp_size_t)(an - bn), borrow);
    GIL_ASSERT(borrow == 0);
}

uint64_t
gil_limbs_add_1(uint64_t *p, size_t n, uint64_t x)
{
    return n == 0 ? x : mpn_add_1(p, p, (mp_size_t)n, x);
}

uint64_t
gil_limbs_muladd_1(uint64_t *p, size_t n, uint64_t x, uint64_t add)
{
    if (n == 0)
        return add;
    uint64_t carry = mpn_mul_1(p, p, (mp_size_t)n, x);
    return carry + mpn_add_1(p, p, (mp_size_t)n, add);
}

uint64_t
gil_limbs_divrem_1(uint64_t *q, const uint64_t *a, size_t n, uint64_t d)
{
    return n == 0 ? 0 : mpn_divrem_1(q, 0, a, (mp_size_t)n, d);
}

uint64_t
gil_limbs_lshift(uint64_t *r, const uint64_t *a, size_t n, unsigned bits)
{
    return n == 0 ? 0 : mpn_lshift(r, a, (mp_size_t)n, bits);
}

uint64_t
gil_limbs_rshift(uint64_t *r, const uint64_t *a, size_t n, unsigned bits)
{
    return n == 0 ? 0 : mpn_rshift(r, a, (mp_size_t)n, bits);
}

/* r = a * b, a row for each limb of b. */
static void
mul_rows(uint64_t *r, const uint64_t *a, size_t an, const uint64_t *b, size_t bn)
{
    r[an] = mpn_mul_1(r, a, (mp_size_t)an, b[0]);
    for (size_t i = 1; i < bn; i++)
        r[an + i] = mpn_addmul_1(r + i, a, (mp_size_t)an, b[i]);
}

/* r = |a - b| in an limbs, an == bn or an == bn + 1; returns 1 when a < b. */
static int
sub_abs(uint64_t *r, const uint64_t *a, size_t an, const uint64_t *b, size_t bn)
{
    if ((an > bn && a[an - 1] != 0) || mpn_cmp(a, b, (mp_size_t)bn) >= 0) {
        gil_limbs_sub(r, a, an, b, bn);
        return 0;
    }
    mpn_sub_n(r, b, a, (mp_size_t)bn);
    if (an > bn)
        r[an - 1] = 0;
    return 1;
}

/*
 * Scratch of karatsuba() for n limbs. A level uses 2h, h = ceil(n / 2), and passes the rest on: the h of all levels sum
 * up to n and one for each of at most 64 levels; the last level needs 2h + 1 more with h <= GIL_LIMBS_DIRECT.
 */
static size_t
karatsuba_scratch(size_t n)
{
    return 2 * (n + 64) + 2 * GIL_LIMBS_DIRECT + 1;
}

/* r = a * b, n limbs each. With a = a1 B + a0 and b = b1 B + b0, the middle is a0 b0 + a1 b1 - (a0 - a1)(b0 - b1). */
static void
karatsuba(uint64_t *r, const uint64_t *a, const uint64_t *b, size_t n, uint64_t *ws)
{
    if (n <= GIL_LIMBS_DIRECT) {
        mul_rows(r, a, n, b, n);
        return;
    }
    size_t h = (n + 1) / 2, l = n - h;
    uint64_t *rest = ws + 2 * h;

    int minus = sub_abs(r, a, h, a + h, l);
    minus ^= sub_abs(r + h, b, h, b + h, l);
    karatsuba(ws, r, r + h, h, rest);
    karatsuba(r, a, b, h, rest);
    karatsuba(r + 2 * h, a + h, b + h, l, rest);

    rest[2 * h] = gil_limbs_add(rest, r, 2 * h, r + 2 * h, 2 * l);
    if (minus)
        rest[2 * h] += mpn_add_n(rest, rest, ws, (mp_size_t)(2 * h));
    else
        rest[2 * h] -= mpn_sub_n(rest, rest, ws, (mp_size_t)(2 * h));
    uint64_t carry = gil_limbs_add(r + h, r + h, 2 * n - h, rest, gil_limbs_size(rest, 2 * h + 1));
    GIL_ASSERT(carry == 0);
    (void)carry;
}

/*
 * r = a * b with an >= bn > GIL_LIMBS_DIRECT: a is taken in blocks of the size of b, the last one perhaps shorter.
 * block gets one product and has room for 2 bn limbs.
 */
static void
mul_blocks(uint64_t *r, const uint64_t *a, size_t an, const uint64_t *b, size_t bn, uint64_t *block, uint64_t *ws)
{
    memset(r, 0, (an + bn) * sizeof *r);
    for (size_t done = 0; done < an; done += bn) {
        size_t n = an - done < bn ? an - done : bn;
        if (n == bn)
            karatsuba(block, a + done, b, bn, ws);
        else if (n <= GIL_LIMBS_DIRECT)
            mul_rows(block, b, bn, a + done, n);
        else
            mul_blocks(block, b, bn, a + done, n, ws, ws + 2 * n);
        uint64_t carry = gil_limbs_add(r + done, r + done, an + bn - done, block, n + bn);
        GIL_ASSERT(carry == 0);
        (void)carry;
    }
}

/* Room for mul_blocks(): its block, and those of each shorter remainder. Remainders follow as in Euclid's algorithm, so
 * that every second one is at most half of the one before: together they are below 4 bn. */
static size_t
mul_blocks_scratch(size_t bn)
{
    return 2 * bn + 2 * (4 * bn) + karatsuba_scratch(bn);
}

int
gil_limbs_mul(struct gil_heap *heap, uint64_t *r, const uint64_t *a, size_t an, const uint64_t *b, size_t bn)
{
    if (an < bn) {
        const uint64_t *p = a;
        size_t n = an;
        a = b, an = bn;
        b = p, bn = n;
    }
    GIL_ASSERT(bn >= 1);
    if (bn <= GIL_LIMBS_DIRECT) {
        mul_rows(r, a, an, b, bn);
        return 0;
    }
    uint64_t *ws = gil_heap_malloc(heap, mul_blocks_scratch(bn) * sizeof *ws);
    if (ws == NULL)
        return -1;
    if (an == bn)
        karatsuba(r, a, b, an, ws);
    else
        mul_blocks(r, a, an, b, bn, ws, ws + 2 * bn);
    gil_heap_free(ws);
    return 0;
}

/*
 * One limb of the quotient: u[n] u[n-1] … u[0] / v, n >= 2, v with its top bit set, u[n..1] <= v. The estimate from the
 * two top limbs of v is too large by at most one, seldom; then the subtraction borrows and v is added back.
 */
static uint64_t
divide_step(uint64_t *u, const uint64_t *v, size_t n)
{
    uint64_t q = UINT64_MAX;

    if (u[n] < v[n - 1]) {
        unsigned __int128 top = (unsigned __int128)u[n] << GIL_LIMB_BITS | u[n - 1];
        q = (uint64_t)(top / v[n - 1]);
        unsigned __int128 rest = top - (unsigned __int128)q * v[n - 1];
        while (rest >> GIL_LIMB_BITS == 0 && (unsigned __int128)q * v[n - 2] > (rest << GIL_LIMB_BITS | u[n - 2])) {
            q--;
            rest += v[n - 1];
        }
    }
    uint64_t borrow = mpn_submul_1(u, v, (mp_size_t)n, q);
    while (u[n] < borrow) {
        q--;
        borrow -= mpn_add_n(u, u, v, (mp_size_t)n);
    }
    u[n] -= borrow;
    GIL_ASSERT(u[n] == 0);
    return q;
}

int
gil_limbs_divrem(struct gil_heap *heap, uint64_t *q, uint64_t *r, const uint64_t *a, size_t an, const uint64_t *b,
                 size_t bn)
{
    GIL_ASSERT(an >= bn && bn >= 1 && b[bn - 1] != 0);
    unsigned shift = GIL_LIMB_BITS - gil_limb_bits(b[bn - 1]);
    uint64_t *u = gil_heap_malloc(heap, (an + 1 + bn) * sizeof *u), *v = u + an + 1;

    if (u == NULL)
        return -1;
    u[an] = 0;
    for (size_t i = 0; i < an; i++)
        u[i] = a[i];
    for (size_t i = 0; i < bn; i++)
        v[i] = b[i];
    if (shift > 0) {
        u[an] = gil_limbs_lshift(u, u, an, shift);
        gil_limbs_lshift(v, v, bn, shift);
    }
    if (bn == 1) {
        /* The shifted dividend has one limb more, which is less than the divisor: its quotient limb is 0. */
        r[0] = gil_limbs_divrem_1(u, u, an + 1, v[0]) >> shift;
        for (size_t i = 0; q != NULL && i < an; i++)
            q[i] = u[i];
        gil_heap_free(u);
        return 0;
    }
    for (size_t i = an - bn + 1; i-- > 0;) {
        uint64_t limb = divide_step(u + i, v, bn);
        if (q != NULL)
            q[i] = limb;
    }
    if (shift > 0)
        gil_limbs_rshift(u, u, bn, shift);
    for (size_t i = 0; i < bn; i++)
        r[i] = u[i];
    gil_heap_free(u);
    return 0;
}
