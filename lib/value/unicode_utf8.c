/* SPDX-License-Identifier: MIT */
/*
 * UTF-8 that is well-formed, read and written in bulk.
 *
 * Text is mostly ASCII with something else now and then, or mostly something else of one length. What costs time is not
 * to compute a character but to guess which kind comes next: a branch that is guessed wrong costs as much as ten
 * characters. So there are two passes, and both look at eight bytes or more at a time. The first asks only what the
 * allocation has to know, has no branch and trusts the text; the second checks each sequence while it writes, and ends
 * where one is wrong. Then unicode_codec.c throws the result away and goes over the text slowly, because it knows what
 * to say of it.
 *
 * A word holds lanes of 16 bits: two bytes of a sequence on one side, a code point on the other. Four of a kind are
 * converted at once; what does not come in fours goes one by one.
 *
 * The vectors are those of GNU C, which need no particular processor: of 16 bytes, or taken apart by the compiler.
 * Words are loaded by memcpy(), which compilers turn into one instruction, at any alignment.
 */
#include "value/unicode_utf8.h"

#include "value/unicode_codec.h"

#include <string.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the first byte of a word is its lowest");

#define HIGH_BITS UINT64_C(0x8080808080808080)
/* A word of four times the same 16 bits. */
#define LANES(bits) (UINT64_C(0x0001000100010001) * (bits))

typedef unsigned char vec8 __attribute__((vector_size(16)));
typedef uint16_t vec16 __attribute__((vector_size(16)));
typedef int32_t vec32 __attribute__((vector_size(16))); /* with a sign: that is what processors compare */

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

/* How many bytes at the front of a word are ASCII; the rest may be anything. */
static inline size_t
ascii_bytes(uint64_t word)
{
    uint64_t high = word & HIGH_BITS;
    return high == 0 ? 8 : (size_t)__builtin_ctzll(high) / 8;
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

/* The same of any sequence. */
static __attribute__((noinline)) size_t
any_sequence(const unsigned char *s, const unsigned char *end, Gil_UCS4 *ch)
{
    *ch = *s;
    return *s < 0x80 ? 1 : sequence(s, end, ch);
}

size_t
gil_utf8_scan(const unsigned char *text, size_t size, Gil_ssize_t *length, Gil_UCS4 *bits)
{
    const unsigned char *s = text, *end = text + size;

    while (s < end) {
        Gil_UCS4 ch;
        size_t n = any_sequence(s, end, &ch);
        if (n == 0)
            break;
        *bits |= ch;
        s += n;
        ++*length;
    }
    return (size_t)(s - text);
}

/* The sum of the lanes of a vector, which is below 65536. */
static inline size_t
sum16(vec16 counts)
{
    uint64_t half[2];
    memcpy(half, &counts, 16);
    return (size_t)((half[0] + half[1]) * LANES(1) >> 48);
}

static inline size_t
sum8(vec8 counts)
{
    return sum16(((vec16)counts & 0xff) + ((vec16)counts >> 8));
}

/* Whether a bit is set in a vector. */
static inline int
any_bit(vec8 bits)
{
    uint64_t half[2];
    memcpy(half, &bits, 16);
    return (half[0] | half[1]) != 0;
}

Gil_UCS4
gil_utf8_shape(const unsigned char *s, size_t size, Gil_ssize_t *length)
{
    size_t i = 0, tails = 0;
    vec8 two_bytes = {0}, four_bytes = {0}; /* some lead needs as many bytes a code point */
    int two = 0, four = 0;

    while (size - i >= 16) {
        vec8 sums = {0}, bytes;
        for (size_t stop = Gil_MIN(i + 16 * 127, size - 15); i < stop; i += 16) {
            memcpy(&bytes, s + i, 16);
            sums -= (vec8)((bytes & 0xc0) == 0x80);
            two_bytes |= (vec8)(bytes >= 0xc4);
            four_bytes |= (vec8)(bytes >= 0xf0);
        }
        tails += sum8(sums);
    }
    for (; i < size; i++) {
        tails += is_tail(s[i]);
        two |= s[i] >= 0xc4;
        four |= s[i] >= 0xf0;
    }
    *length = (Gil_ssize_t)(size - tails);
    return four || any_bit(four_bytes) ? GIL_MAX_CODE_POINT : two || any_bit(two_bytes) ? 0xffff : 0xff;
}

/* Eight bytes as a code point of the form each. */
static inline void
widen(void *to, int kind, uint64_t word)
{
    typedef unsigned char bytes8 __attribute__((vector_size(8)));
    typedef uint32_t vec32x8 __attribute__((vector_size(32)));
    bytes8 bytes;

    memcpy(&bytes, &word, 8);
    if (kind == 1)
        memcpy(to, &bytes, 8);
    else if (kind == 2) {
        vec16 points = __builtin_convertvector(bytes, vec16);
        memcpy(to, &points, 16);
    }
    else {
        vec32x8 points = __builtin_convertvector(bytes, vec32x8);
        memcpy(to, &points, 32);
    }
}

/* How many sequences of two bytes a word begins with, in *points as a code point each: 4, 1 or 0; 2 and 3 count as 1. */
static inline size_t
two_byte_lanes(uint64_t word, uint64_t *points)
{
    uint64_t wrong = (word & LANES(0xc0e0)) ^ LANES(0x80c0);

    wrong |= (LANES(0x8000) - (word & LANES(0x1e))) & LANES(0x8000); /* overlong: below 0x80 */
    *points = (word & LANES(0x1f)) << 6 | (word >> 8 & LANES(0x3f));
    return wrong == 0 ? 4 : (wrong & 0xffff) == 0;
}

/*
 * Reads into the form of kind, which is a constant in each call, up to the first ill-formed sequence or until to is
 * full; returns the byte where it ended. Each code point takes one byte that is no tail, and there are as many of these
 * as to has room for: so eight that are to come are at least eight bytes, and load() reads nothing beyond the text.
 */
static inline __attribute__((always_inline)) const unsigned char *
read_into(void *data, int kind, size_t room, const unsigned char *s, const unsigned char *end)
{
    char *to = data, *full = to + room * (size_t)kind;
    Gil_UCS4 ch;
    size_t n;

    while (full - to >= 8 * kind) {
        uint64_t word = load(s), points;
        if ((word & 0x80) == 0) {
            widen(to, kind, word);
            n = ascii_bytes(word);
            s += n;
            to += n * (size_t)kind;
        }
        else if (kind == 1) {
            if ((word & 0xc0fe) != 0x80c2)
                return s;
            *to++ = (char)((word & 3) << 6 | (word >> 8 & 0x3f));
            s += 2;
        }
        else if (kind == 2 && (n = two_byte_lanes(word, &points)) > 0) {
            memcpy(to, &points, 8); /* what is no code point is written again */
            s += 2 * n;
            to += 2 * n;
        }
        else if (kind == 2) {
            do { /* one of three bytes is seldom alone */
                ch = (word & 0x0f) << 12 | (word >> 2 & 0xfc0) | (word >> 16 & 0x3f);
                if ((word & 0xc0c0f0) != 0x8080e0 || ch < 0x800 || gil_is_surrogate(ch))
                    return s;
                _GilUnicode_WRITE(kind, to, 0, ch);
                s += 3;
                to += kind;
            } while (full - to >= 8 * kind && ((word = load(s)) & 0xf0) == 0xe0);
        }
        else {
            n = sequence(s, end, &ch);
            if (n == 0)
                return s;
            _GilUnicode_WRITE(kind, to, 0, ch);
            s += n;
            to += kind;
        }
    }
    for (; to < full && s < end; to += kind) {
        n = any_sequence(s, end, &ch);
        if (n == 0)
            break;
        _GilUnicode_WRITE(kind, to, 0, ch);
        s += n;
    }
    return s;
}

int
gil_utf8_read(GilObject *op, const unsigned char *s, size_t size)
{
    void *data = _GilUnicode_DATA(op);
    size_t room = (size_t)GilUnicode_GET_LENGTH(op);
    const unsigned char *end = s + size;

    switch (GilUnicode_KIND(op)) {
    case GilUnicode_1BYTE_KIND:
        return read_into(data, 1, room, s, end) == end;
    case GilUnicode_2BYTE_KIND:
        return read_into(data, 2, room, s, end) == end;
    default:
        return read_into(data, 4, room, s, end) == end;
    }
}

Gil_ssize_t
gil_utf8_measure(int kind, const void *data, Gil_ssize_t length)
{
    size_t size = (size_t)length, surrogates = 0;
    Gil_ssize_t i = 0;

    if (length > GIL_SSIZE_T_MAX / 4)
        return -1;
    if (kind == GilUnicode_1BYTE_KIND) {
        const Gil_UCS1 *p = data;
        while (length - i >= 16) {
            vec8 more = {0}, points;
            for (Gil_ssize_t stop = Gil_MIN(i + 16 * 127, length - 15); i < stop; i += 16) {
                memcpy(&points, p + i, 16);
                more -= (vec8)(points >= 0x80); /* true is -1 */
            }
            size += sum8(more);
        }
        for (; length - i >= 8; i += 8)
            size += (((load(p + i) & HIGH_BITS) >> 7) * (HIGH_BITS >> 7)) >> 56; /* the sum of its bytes */
        for (; i < length; i++)
            size += p[i] >> 7;
    }
    else if (kind == GilUnicode_2BYTE_KIND) {
        const Gil_UCS2 *p = data;
        while (length - i >= 8) {
            vec16 more = {0}, wrong = {0}, points;
            for (Gil_ssize_t stop = Gil_MIN(i + 8 * 127, length - 7); i < stop; i += 8) {
                memcpy(&points, p + i, 16);
                more += 2 + (vec16)((points & 0xff80) == 0) + (vec16)((points & 0xf800) == 0); /* true is -1 */
                wrong |= (vec16)((points & 0xf800) == 0xd800);
            }
            size += sum16(more);
            surrogates += (size_t)any_bit((vec8)wrong);
        }
        for (; i < length; i++) {
            size += (size_t)(p[i] >= 0x80) + (p[i] >= 0x800);
            surrogates += (p[i] & 0xf800u) == 0xd800u;
        }
    }
    else {
        const Gil_UCS4 *p = data;
        while (length - i >= 4) {
            vec32 more = {0}, wrong = {0}, points;
            for (Gil_ssize_t stop = Gil_MIN(i + 4 * 127, length - 3); i < stop; i += 4) {
                memcpy(&points, p + i, 16);
                /* true is -1 */
                more -= (points >= 0x80) + (points >= 0x800) + (points >= 0x10000);
                wrong |= (points & ~0x7ff) == 0xd800;
            }
            size += sum16((vec16)more);
            surrogates += (size_t)any_bit((vec8)wrong);
        }
        for (; i < length; i++) {
            size += (size_t)(p[i] >= 0x80) + (p[i] >= 0x800) + (p[i] >= 0x10000);
            surrogates += gil_is_surrogate(p[i]);
        }
    }
    return surrogates > 0 ? -1 : (Gil_ssize_t)size;
}

/* The UTF-8 form of a code point from 0x800 to 0xffff, and one byte more. Returns the byte behind the form. */
static inline char *
put_three(char *to, Gil_UCS4 ch)
{
    uint32_t form = 0x8080e0 | ch >> 12 | (ch & 0xfc0) << 2 | (ch & 0x3f) << 16;
    memcpy(to, &form, 4);
    return to + 3;
}

/* The same of any code point, and perhaps one byte more. */
static inline char *
put(char *to, Gil_UCS4 ch)
{
    uint32_t form;

    if (ch < 0x80) {
        *to = (char)ch;
        return to + 1;
    }
    if (ch < 0x800) {
        form = 0x80c0 | ch >> 6 | (ch & 0x3f) << 8;
        memcpy(to, &form, 2);
        return to + 2;
    }
    if (ch < 0x10000)
        return put_three(to, ch);
    form = 0x808080f0 | ch >> 18 | (ch >> 4 & 0x3f00) | (ch & 0xfc0) << 10 | (ch & 0x3f) << 24;
    memcpy(to, &form, 4);
    return to + 4;
}

/* Code points of one byte each. Eight that are to come take at least the room of eight bytes. */
static char *
write_narrow(char *to, const Gil_UCS1 *p, const Gil_UCS1 *end)
{
    while (p < end) {
        if (end - p >= 8) {
            uint64_t word = load(p);
            size_t run = ascii_bytes(word);
            memcpy(to, &word, 8);
            to += run;
            p += run;
            if (run == 8)
                continue;
        }
        to = put(to, *p++);
    }
    return to;
}

/* Code points of two bytes each. */
static char *
write_wide(char *to, const Gil_UCS2 *p, const Gil_UCS2 *end)
{
    while (end - p >= 4) {
        uint64_t word = load(p);
        if ((word & LANES(0xff80)) == 0) {
            word |= word >> 8;
            word = (word & 0xffff) | (word >> 16 & 0xffff0000u);
            memcpy(to, &word, 4);
            to += 4;
            p += 4;
        }
        else if ((word & LANES(0xf800)) == 0) { /* one byte or two: which is added up, not branched upon */
            uint64_t of_two = (word + LANES(0x7f80)) >> 15 & LANES(1), mask = of_two * 0xffff;
            uint64_t form = LANES(0x80c0) | (word >> 6 & LANES(0x1f)) | (word & LANES(0x3f)) << 8;
            form = (form & mask) | (word & ~mask);
            p += 4;
            if (~mask == 0) {
                memcpy(to, &form, 8);
                to += 8;
                continue;
            }
            for (int i = 0; i < 4; i++, form >>= 16, of_two >>= 16) {
                memcpy(to, &form, 2); /* the second byte is written again, or the NUL behind everything is */
                to += 1 + (of_two & 1);
            }
        }
        else {
            to = put(to, *p++);
            while (p < end && *p >= 0x800) /* one of three bytes is seldom alone */
                to = put_three(to, *p++);
        }
    }
    while (p < end)
        to = put(to, *p++);
    return to;
}

/* Code points of four bytes each. */
static char *
write_widest(char *to, const Gil_UCS4 *p, const Gil_UCS4 *end)
{
    while (p < end) {
        if (end - p >= 4) {
            uint64_t low = load(p), high = load(p + 2);
            if (((low | high) & ~UINT64_C(0x7f0000007f)) == 0) {
                uint32_t form = (uint32_t)(low | low >> 24 | high << 16 | high >> 8);
                memcpy(to, &form, 4);
                to += 4;
                p += 4;
                continue;
            }
        }
        to = put(to, *p++);
    }
    return to;
}

char *
gil_utf8_write(char *to, int kind, const void *data, Gil_ssize_t length)
{
    if (kind == GilUnicode_1BYTE_KIND)
        to = write_narrow(to, data, (const Gil_UCS1 *)data + length);
    else if (kind == GilUnicode_2BYTE_KIND)
        to = write_wide(to, data, (const Gil_UCS2 *)data + length);
    else
        to = write_widest(to, data, (const Gil_UCS4 *)data + length);
    *to = '\0';
    return to;
}
