/* SPDX-License-Identifier: MIT */
/* Hashing of bytes that others may have chosen. */
#ifndef GIL_BASE_HASH_H
#define GIL_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

/* SipHash-1-3 of size bytes under the key of this process, see hash.c. Any thread, any time. */
uint64_t gil_hash_bytes(const void *data, size_t size);

/* The same under a key of the caller's: for tests against published vectors, and for deriving keys. */
uint64_t gil_hash_siphash13(uint64_t key0, uint64_t key1, const void *data, size_t size);

/* [const] Once a hash of bytes was taken, which starting the library does. */
extern struct gil_hash_salt {
    uint64_t mask, factor; /* random; factor is odd */
} gil_hash_salt;

/*
 * A hash that others may have chosen, mixed so that nobody outside the process can tell where it comes to: both halves of a
 * product with a secret factor. Weaker than gil_hash_bytes(), and a handful of instructions: for who shows the result to
 * nobody but a table.
 */
static inline uint64_t
gil_hash_spread(uint64_t hash)
{
    unsigned __int128 product = (unsigned __int128)(hash ^ gil_hash_salt.mask) * gil_hash_salt.factor;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

#endif
