/* SPDX-License-Identifier: MIT */
/* Whole numbers as taught at school: digits, one after the other, with nothing clever anywhere. The model of int. */
#ifndef TESTS_FUZZ_SCHOOL_H
#define TESTS_FUZZ_SCHOOL_H

#include <stdint.h>

#define SCHOOL_DIGITS 2600 /* of base 65536; more than any test makes */

struct school {
    int negative; /* never where n is 0 */
    int n;        /* digits; the highest is not 0 */
    uint16_t digit[SCHOOL_DIGITS];
};

void school_set(struct school *r, int64_t value);
/* Of n bytes in two's complement, the lowest first. */
void school_from_bytes(struct school *r, const uint8_t *bytes, int n);
int school_compare(const struct school *a, const struct school *b);
int school_bits(const struct school *a); /* of the absolute value */
void school_add(struct school *r, const struct school *a, const struct school *b);
void school_subtract(struct school *r, const struct school *a, const struct school *b);
void school_multiply(struct school *r, const struct school *a, const struct school *b);
/* The remainder of the rounded-down quotient: 0, or of the sign of m. */
void school_modulo(struct school *r, const struct school *a, const struct school *m);
/* A multiplication by 2^by, rounded down. */
void school_shift(struct school *r, const struct school *a, int by);
/* Bit by bit over two's complement of any length: op is '&', '|' or '^'. */
void school_bitwise(struct school *r, char op, const struct school *a, const struct school *b);
/* Digits in base 2 to 36 with a '-' where it belongs; room for 17 * SCHOOL_DIGITS. */
void school_text(const struct school *a, int base, char *text);

#endif
