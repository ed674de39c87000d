/* SPDX-License-Identifier: MIT */
/*
 * UTF-8 that is well-formed, read and written in bulk.
 *
 * Text is mostly ASCII with something else now and then, or mostly something else of one length. So each loop has a way
 * for eight bytes of ASCII at a time and one for each length of sequence, and looks at nothing twice. What is ill-formed
 * ends the first pass and is looked at by unicode_codec.c, which knows what to say of it.
 *
 * Words are loaded by memcpy(), which compilers turn into one instruction, at any alignment.
 */
#include "value/unicode_utf8.h"

#include "value/unicode_codec.h"

#include <string.h>

#define HIGH_BITS UINT64_C(0x8080808080808080)

static inline uint64_t
load(const void *p)
{
    uint64_t word;
    memcpy(&word, p, sizeof word);
    return word;
}

size_t
gil_ascii_prefix(const unsigned char *s, size_t size)
{
    size_t i = 0;

    for (; i + 32 <= size; i += 32)
        if (((load(s + i) | load(s + i + 8) | load(s + i + 16) | load(s + i + 24)) & HIGH_BITS) != 0)
            break;
    for (; i + 8 <= size; i += 8)
        if ((load(s + i) & HIGH_BITS) != 0)
            break;
    while (i < size && s[i] < 0x80)
        i++;
    return i;
}

static inline int
is_tail(unsigned char c)
{
    return (c & 0xc0) == 0x80;
}

/* How many bytes at the front of a word from memory are ASCII, given its high bits, which are not all 0. */
static inline size_t
ascii_bytes(uint64_t high)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    return (size_t)__builtin_ctzll(high) / 8;
#else
    return (size_t)__builtin_clzll(high) / 8;
#endif
}

static inline Gil_UCS4
two(const unsigned char *s)
{
    return (s[0] & 0x1fu) << 6 | (s[1] & 0x3fu);
}

static inline Gil_UCS4
three(const unsigned char *s)
{
    return (s[0] & 0x0fu) << 12 | (s[1] & 0x3fu) << 6 | (s[2] & 0x3fu);
}

static inline Gil_UCS4
four(const unsigned char *s)
{
    return (s[0] & 0x07u) << 18 | (s[1] & 0x3fu) << 12 | (s[2] & 0x3fu) << 6 | (s[3] & 0x3fu);
}

/* Bytes of the sequence of more than one byte at s, its code point in *ch; 0: ill-formed or cut off. */
static inline size_t
sequence(const unsigned char *s, const unsigned char *end, Gil_UCS4 *ch)
{
    unsigned char lead = s[0];

    if (lead < 0xe0) {
        if (lead < 0xc2 || end - s < 2 || !is_tail(s[1]))
            return 0;
        *ch = two(s);
        return 2;
    }
    if (lead < 0xf0) {
        if (end - s < 3 || (((s[1] ^ 0x80) | (s[2] ^ 0x80)) & 0xc0) != 0)
            return 0;
        *ch = three(s);
        return *ch >= 0x800 && !gil_is_surrogate(*ch) ? 3 : 0;
    }
    if (lead > 0xf4 || end - s < 4 || !is_tail(s[1]) || !is_tail(s[2]) || !is_tail(s[3]))
        return 0;
    *ch = four(s);
    return *ch >= 0x10000 && *ch <= GIL_MAX_CODE_POINT ? 4 : 0;
}

size_t
gil_utf8_scan(const unsigned char *text, size_t size, Gil_ssize_t *length, Gil_UCS4 *bits)
{
    const unsigned char *s = text, *end = text + size;
    Gil_UCS4 seen = 0;
    size_t count = 0;

    while (s < end) {
        if (*s < 0x80) {
            size_t run = 1;
            if (end - s >= 8) {
                uint64_t high = load(s) & HIGH_BITS;
                run = high == 0 ? 8 : ascii_bytes(high);
            }
            s += run;
            count += run;
            continue;
        }
        Gil_UCS4 ch = 0;
        size_t n = sequence(s, end, &ch);
        if (n == 0)
            break;
        seen |= ch;
        s += n;
        count++;
    }
    *length += (Gil_ssize_t)count;
    *bits |= seen;
    return (size_t)(s - text);
}

/* The code point at *s, which moves behind it. */
static inline Gil_UCS4
take(const unsigned char **s)
{
    const unsigned char *p = *s;

    if (p[0] < 0x80) {
        *s += 1;
        return p[0];
    }
    if (p[0] < 0xe0) {
        *s += 2;
        return two(p);
    }
    if (p[0] < 0xf0) {
        *s += 3;
        return three(p);
    }
    *s += 4;
    return four(p);
}

/* A loop for each form, which differ in the type they write alone. */
#define READ_INTO(type)                                                                         \
    do {                                                                                        \
        type *to = data, *end = to + length;                                                    \
        while (to < end) {                                                                      \
            if (*s < 0x80 && end - to >= 8) {                                                   \
                uint64_t high = load(s) & HIGH_BITS;                                            \
                size_t run = high == 0 ? 8 : ascii_bytes(high);                                 \
                for (int i = 0; i < 8; i++) /* what is not ASCII is written again */            \
                    to[i] = s[i];                                                               \
                s += run;                                                                       \
                to += run;                                                                      \
            }                                                                                   \
            else                                                                                \
                *to++ = (type)take(&s);                                                         \
        }                                                                                       \
    } while (0)

void
gil_utf8_read(GilObject *op, const unsigned char *s)
{
    void *data = _GilUnicode_DATA(op);
    Gil_ssize_t length = GilUnicode_GET_LENGTH(op);

    /* Eight code points that are to come are at least as many bytes: load() reads nothing beyond the text. */
    if (GilUnicode_KIND(op) == GilUnicode_1BYTE_KIND)
        READ_INTO(Gil_UCS1);
    else if (GilUnicode_KIND(op) == GilUnicode_2BYTE_KIND)
        READ_INTO(Gil_UCS2);
    else
        READ_INTO(Gil_UCS4);
}

/* A word of four times the same 16 bits. */
#define LANES(bits) (UINT64_C(0x0001000100010001) * (bits))

/* How many of its four lanes are not 0: a bit in each, summed up in the highest. */
static inline size_t
lanes_not_zero(uint64_t word)
{
    uint64_t ones = ((((word & LANES(0x7fff)) + LANES(0x7fff)) | word) >> 15) & LANES(1);
    return (size_t)(ones * LANES(1) >> 48);
}

Gil_ssize_t
gil_utf8_measure(int kind, const void *data, Gil_ssize_t length)
{
    size_t size = (size_t)length, surrogates = 0;

    if (length > GIL_SSIZE_T_MAX / 4)
        return -1;
    if (kind == GilUnicode_1BYTE_KIND) {
        const Gil_UCS1 *p = data;
        Gil_ssize_t i = 0;
        for (; i + 8 <= length; i += 8)
            size += (((load(p + i) & HIGH_BITS) >> 7) * (HIGH_BITS >> 7)) >> 56; /* the sum of its bytes */
        for (; i < length; i++)
            size += p[i] >> 7;
    }
    else if (kind == GilUnicode_2BYTE_KIND) {
        const Gil_UCS2 *p = data;
        Gil_ssize_t i = 0;
        for (; i + 4 <= length; i += 4) {
            uint64_t word = load(p + i), rest = (word & LANES(0xf800)) ^ LANES(0xd800);
            size += lanes_not_zero(word & LANES(0xff80)) + lanes_not_zero(word & LANES(0xf800));
            surrogates += 4 - lanes_not_zero(rest);
        }
        for (; i < length; i++) {
            size += (size_t)(p[i] >= 0x80) + (p[i] >= 0x800);
            surrogates += (p[i] & 0xf800u) == 0xd800u;
        }
    }
    else {
        const Gil_UCS4 *p = data;
        for (Gil_ssize_t i = 0; i < length; i++) {
            size += (size_t)(p[i] >= 0x80) + (p[i] >= 0x800) + (p[i] >= 0x10000);
            surrogates += gil_is_surrogate(p[i]);
        }
    }
    return surrogates > 0 ? -1 : (Gil_ssize_t)size;
}

static inline char *
put(char *to, Gil_UCS4 ch)
{
    if (ch < 0x80)
        *to++ = (char)ch;
    else if (ch < 0x800) {
        *to++ = (char)(0xc0 | ch >> 6);
        *to++ = (char)(0x80 | (ch & 0x3f));
    }
    else if (ch < 0x10000) {
        *to++ = (char)(0xe0 | ch >> 12);
        *to++ = (char)(0x80 | (ch >> 6 & 0x3f));
        *to++ = (char)(0x80 | (ch & 0x3f));
    }
    else {
        *to++ = (char)(0xf0 | ch >> 18);
        *to++ = (char)(0x80 | (ch >> 12 & 0x3f));
        *to++ = (char)(0x80 | (ch >> 6 & 0x3f));
        *to++ = (char)(0x80 | (ch & 0x3f));
    }
    return to;
}

char *
gil_utf8_write(char *to, int kind, const void *data, Gil_ssize_t length)
{
    Gil_ssize_t i = 0;

    if (kind == GilUnicode_1BYTE_KIND) {
        const Gil_UCS1 *p = data;
        while (i < length) {
            if (length - i >= 8 && p[i] < 0x80) {
                uint64_t high = load(p + i) & HIGH_BITS;
                size_t run = high == 0 ? 8 : ascii_bytes(high);
                memcpy(to, p + i, 8); /* what is not ASCII is written again: it takes more room than this */
                to += run;
                i += (Gil_ssize_t)run;
            }
            else
                to = put(to, p[i++]);
        }
    }
    else if (kind == GilUnicode_2BYTE_KIND)
        for (const Gil_UCS2 *p = data; i < length; i++)
            to = put(to, p[i]);
    else
        for (const Gil_UCS4 *p = data; i < length; i++)
            to = put(to, p[i]);
    return to;
}
