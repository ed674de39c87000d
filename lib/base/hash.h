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

#endif
