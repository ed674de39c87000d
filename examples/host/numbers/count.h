/* SPDX-License-Identifier: MIT */
/* The arithmetic of the textbook examples, in plain C: no runtime, no lock, any number of threads. */
#ifndef NUMBERS_COUNT_H
#define NUMBERS_COUNT_H

#include <stdint.h>

/* No n may be larger: a square below it still fits 64 bits, and a call still ends in this life. */
#define COUNT_MAX UINT32_C(4000000000)
/* Room for the longest result in decimal and its NUL. */
#define COUNT_TEXT 40

/* 0² + 1² + ... + (n-1)², exactly, in decimal: the sum passes 64 bits at n = 3 810 779. */
void sum_of_squares(uint32_t n, char text[COUNT_TEXT]);
/* How many primes are below n, in decimal. */
void count_primes(uint32_t n, char text[COUNT_TEXT]);

#endif
