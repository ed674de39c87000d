/* SPDX-License-Identifier: MIT */
/* A sum in 128 bits, and a sieve that goes through the numbers in blocks that fit a first-level cache. */
#include "count.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* ISO C has no integer type that wide; gcc and clang have it on every 64-bit machine. */
__extension__ typedef unsigned __int128 wide;

/* The largest power of ten below 2^64: a wide is printed as two pieces of at most this many. */
#define PIECE UINT64_C(1000000000000000000)

void
sum_of_squares(uint32_t n, char text[COUNT_TEXT])
{
    wide sum = 0;

    for (uint64_t i = 0; i < n; i++)
        sum += i * i;
    /* Below 2^95, so that the upper piece fits 64 bits with ease. */
    if (sum < PIECE)
        snprintf(text, COUNT_TEXT, "%" PRIu64, (uint64_t)sum);
    else
        snprintf(text, COUNT_TEXT, "%" PRIu64 "%018" PRIu64, (uint64_t)(sum / PIECE), (uint64_t)(sum % PIECE));
}

/* Every composite number below COUNT_MAX has a prime factor below this; so many primes are that small. */
#define ROOT 65536
#define ROOT_PRIMES 6542
/* Odd numbers in a block, one byte each; the first block, which finds the small primes, reaches ROOT. */
#define BLOCK (ROOT / 2)

/* The odd primes below ROOT into `primes`; returns how many. In `composite`, [i] stands for 2i + 1. */
static int
small_primes(uint16_t primes[ROOT_PRIMES], unsigned char composite[BLOCK])
{
    int count = 0;

    memset(composite, 0, BLOCK);
    for (uint32_t i = 1; i < BLOCK; i++) {
        if (composite[i])
            continue;
        primes[count++] = (uint16_t)(2 * i + 1);
        for (uint32_t j = 2 * i * (i + 1); j < BLOCK; j += 2 * i + 1)
            composite[j] = 1;
    }
    return count;
}

void
count_primes(uint32_t n, char text[COUNT_TEXT])
{
    uint16_t primes[ROOT_PRIMES];
    unsigned char composite[BLOCK];             /* here [i] stands for first + 2i */
    int known = small_primes(primes, composite);
    uint64_t count = n > 2;                     /* the one even prime */

    for (uint64_t first = 3; first < n; first += 2 * BLOCK) {
        uint64_t end = first + 2 * BLOCK < n ? first + 2 * BLOCK : n;
        size_t size = (size_t)((end - first + 1) / 2);

        memset(composite, 0, size);
        for (int i = 0; i < known && (uint64_t)primes[i] * primes[i] < end; i++) {
            uint64_t step = primes[i];
            /* The first odd multiple of the prime, from its square on, that is in the block. */
            uint64_t multiple = step * step;
            if (multiple < first)
                multiple = first + (step - first % step) % step;
            if (multiple % 2 == 0)
                multiple += step;
            for (uint64_t j = (multiple - first) / 2; j < size; j += step)
                composite[j] = 1;
        }
        for (size_t i = 0; i < size; i++)
            count += !composite[i];
    }
    snprintf(text, COUNT_TEXT, "%" PRIu64, count);
}
