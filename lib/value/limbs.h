/* SPDX-License-Identifier: MIT */
/* Magnitudes: arithmetic on arrays of 64-bit limbs, least significant first. */
#ifndef GIL_VALUE_LIMBS_H
#define GIL_VALUE_LIMBS_H

#include <stddef.h>
#include <stdint.h>

struct gil_heap;

#define GIL_LIMB_BITS 64

/* n less the zero limbs at the top. */
static inline size_t
gil_limbs_size(const uint64_t *p, size_t n)
{
    while (n > 0 && p[n - 1] == 0)
        n--;
    return n;
}

/* Bits of x without leading zeros; x is not 0. */
static inline unsigned
gil_limb_bits(uint64_t x)
{
    return GIL_LIMB_BITS - (unsigned)__builtin_clzll(x);
}

/* Bits of a magnitude without leading zeros; n limbs, the top one not 0; n may be 0. */
static inline uint64_t
gil_limbs_bits(const uint64_t *p, size_t n)
{
    return n == 0 ? 0 : (uint64_t)(n - 1) * GIL_LIMB_BITS + gil_limb_bits(p[n - 1]);
}

/* -1, 0 or 1; both without zero limbs at the top. */
int gil_limbs_cmp(const uint64_t *a, size_t an, const uint64_t *b, size_t bn);
/* r = a + b in an limbs, the carry returned; an >= bn. r may be a or b. */
uint64_t gil_limbs_add(uint64_t *r, const uint64_t *a, size_t an, const uint64_t *b, size_t bn);
/* r = a - b in an limbs; a >= b. r may be a or b. */
void gil_limbs_sub(uint64_t *r, const uint64_t *a, size_t an, const uint64_t *b, size_t bn);
/* p += x, the carry returned. */
uint64_t gil_limbs_add_1(uint64_t *p, size_t n, uint64_t x);
/* p = p * x + add, the carry returned. */
uint64_t gil_limbs_muladd_1(uint64_t *p, size_t n, uint64_t x, uint64_t add);
/* q = a / d in n limbs, the remainder returned. q may be a. */
uint64_t gil_limbs_divrem_1(uint64_t *q, const uint64_t *a, size_t n, uint64_t d);
/* Shifts by 0 < bits < 64; the bits shifted out are returned. Left: r at or above a; right: r at or below a. */
uint64_t gil_limbs_lshift(uint64_t *r, const uint64_t *a, size_t n, unsigned bits);
uint64_t gil_limbs_rshift(uint64_t *r, const uint64_t *a, size_t n, unsigned bits);

/*
 * r = a * b in an + bn limbs; an, bn >= 1; r apart from both. Scratch comes from the heap when both have more than
 * GIL_LIMBS_DIRECT limbs: below, the rows are faster. 0, or -1 when memory is lacking.
 */
#define GIL_LIMBS_DIRECT 32
int gil_limbs_mul(struct gil_heap *heap, uint64_t *r, const uint64_t *a, size_t an, const uint64_t *b, size_t bn);
/*
 * q = a / b in an - bn + 1 limbs (NULL: not wanted), r = a % b in bn limbs; an >= bn >= 1, the top limb of b not 0.
 * q and r apart from a, b and each other. 0, or -1 when memory is lacking.
 */
int gil_limbs_divrem(struct gil_heap *heap, uint64_t *q, uint64_t *r, const uint64_t *a, size_t an, const uint64_t *b,
                     size_t bn);

#endif
