/* SPDX-License-Identifier: MIT */
/*
 * Hashing of bytes that others may have chosen: SipHash-1-3 with a random key a process.
 *
 * Who can foresee hashes can choose keys that collide, and turns a dict into a list. So the key must be unknown outside
 * the process, and it is the same for all its interpreters, because hashes of immortal objects are cached in them.
 *
 * Where the key comes from. getrandom(2), without waiting: at boot it may have nothing to give, and a library must not
 * hang there. Where it is refused or has nothing (a sandbox, an old kernel, early boot) the key is derived from the 16
 * random bytes that the kernel hands every program at exec (AT_RANDOM), mixed with the clock, the process id and an
 * address. They are run through SipHash as a key and never used as they are, because the C library takes its stack
 * canary from the same bytes. Nothing is opened: /dev/urandom may not be there (chroot) and would need a descriptor. A
 * constant key is never used.
 *
 * Ints, floats and hashes of containers are not hashed like bytes, because most tables of ints hold neighbours, which their
 * own value spreads best. Tables and containers mix them with a salt where it matters, see gil_hash_spread().
 *
 * The key is chosen at the first use, under pthread_once: every later use pays one load, which the acquire order of the
 * flag makes enough. After fork the child keeps the parent's key: it has inherited hashes.
 *
 * SipHash: J.-P. Aumasson and D. J. Bernstein, "SipHash: a fast short-input PRF", 2012. One round a word and three at
 * the end is the form that several language runtimes use for tables.
 */
#include "base/hash.h"

#include "base/atomic.h"
#include "base/clock.h"

#include <pthread.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <unistd.h>

static struct {
    uint64_t k0, k1; /* [const] once ready */
    uint32_t ready;  /* [atomic] 1 when the key is chosen; stored with release by choose_key(), partner: the load in
                        gil_hash_bytes() */
    pthread_once_t once;
} hash_key = {.once = PTHREAD_ONCE_INIT};

struct gil_hash_salt gil_hash_salt;

struct sip {
    uint64_t v0, v1, v2, v3;
};

static inline uint64_t
rotate(uint64_t x, int bits)
{
    return x << bits | x >> (64 - bits);
}

static inline void
sip_round(struct sip *s)
{
    s->v0 += s->v1;
    s->v2 += s->v3;
    s->v1 = rotate(s->v1, 13) ^ s->v0;
    s->v3 = rotate(s->v3, 16) ^ s->v2;
    s->v0 = rotate(s->v0, 32);
    s->v2 += s->v1;
    s->v0 += s->v3;
    s->v1 = rotate(s->v1, 17) ^ s->v2;
    s->v3 = rotate(s->v3, 21) ^ s->v0;
    s->v2 = rotate(s->v2, 32);
}

static inline uint64_t
little_endian(uint64_t x)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    return __builtin_bswap64(x);
#else
    return x;
#endif
}

uint64_t
gil_hash_siphash13(uint64_t key0, uint64_t key1, const void *data, size_t size)
{
    const unsigned char *p = data;
    struct sip s = {
        key0 ^ 0x736f6d6570736575u,
        key1 ^ 0x646f72616e646f6du,
        key0 ^ 0x6c7967656e657261u,
        key1 ^ 0x7465646279746573u,
    };
    uint64_t word;
    size_t left = size;

    for (; left >= 8; p += 8, left -= 8) {
        memcpy(&word, p, 8);
        word = little_endian(word);
        s.v3 ^= word;
        sip_round(&s);
        s.v0 ^= word;
    }
    /* The last word holds what is left and, in its highest byte, the length. */
    word = 0;
    if (left != 0)
        memcpy(&word, p, left);
    word = little_endian(word) | (uint64_t)size << 56;
    s.v3 ^= word;
    sip_round(&s);
    s.v0 ^= word;

    s.v2 ^= 0xff;
    sip_round(&s);
    sip_round(&s);
    sip_round(&s);
    return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}

/* getrandom() gave nothing: see the essay. */
static void
derive_key(uint64_t key[2])
{
    uint64_t seed[2] = {0, 0};
    const void *given = (const void *)getauxval(AT_RANDOM); /* NOLINT: the kernel hands an address as a number */
    if (given != NULL)
        memcpy(seed, given, sizeof(seed));

    uint64_t salt[4] = {gil_clock_ns(), (uint64_t)getpid(), (uint64_t)(uintptr_t)&seed, 0};
    key[0] = gil_hash_siphash13(seed[0], seed[1], salt, sizeof(salt));
    salt[3] = 1;
    key[1] = gil_hash_siphash13(seed[0], seed[1], salt, sizeof(salt));
}

static void
choose_key(void)
{
    uint64_t key[2];

    /* At most 256 bytes come whole or not at all. Not by getrandom(), in which a thread can be cancelled. */
    if (syscall(SYS_getrandom, key, sizeof(key), GRND_NONBLOCK) != (long)sizeof(key))
        derive_key(key);
    hash_key.k0 = key[0];
    hash_key.k1 = key[1];
    /* The salt comes out of the key by the one-way function: who learns one learns nothing of the other. */
    static const char names[2][8] = {"mask", "factor"};
    gil_hash_salt.mask = gil_hash_siphash13(key[0], key[1], names[0], sizeof names[0]);
    gil_hash_salt.factor = gil_hash_siphash13(key[0], key[1], names[1], sizeof names[1]) | 1;
    gil_store_release(&hash_key.ready, 1u);
}

uint64_t
gil_hash_bytes(const void *data, size_t size)
{
    /* Acquire: the key, which was written before the flag's release store, is read after it. */
    if (__builtin_expect(!gil_load_acquire(&hash_key.ready), 0))
        pthread_once(&hash_key.once, choose_key);
    return gil_hash_siphash13(hash_key.k0, hash_key.k1, data, size);
}
