/* SPDX-License-Identifier: MIT */
/* UTF-8 in bulk against a slow reader and writer: every code point, every place in a word, every way to be wrong. */
#include "support/expect.h"
#include "support/support.h"

#include "value/unicode_codec.h"
#include "value/unicode_utf8.h"

#include <stdlib.h>

START_TEST(test_value_unicode_utf8__every_code_point_there_and_back)
{
    for (Gil_UCS4 ch = 0x80; ch <= GIL_MAX_CODE_POINT; ch += ch < 0x3000 ? 1 : 37) {
        char text[5] = "", back[5] = "";
        unsigned size = gil_utf8_put(text, ch);
        Gil_ssize_t length = 0;
        Gil_UCS4 bits = 0;
        size_t scanned = gil_utf8_scan((const unsigned char *)text, size, &length, &bits);
        if (gil_is_surrogate(ch)) {
            ck_assert_uint_eq(scanned, 0);
            ck_assert_int_eq(gil_utf8_measure(4, &ch, 1), -1);
            continue;
        }
        ck_assert_uint_eq(scanned, size);
        ck_assert_int_eq(length, 1);
        ck_assert_uint_eq(bits, ch);
        ck_assert_int_eq(gil_utf8_measure(4, &ch, 1), size);
        ck_assert_ptr_eq(gil_utf8_write(back, 4, &ch, 1), back + size);
        ck_assert_str_eq(back, text);
        for (unsigned cut = 1; cut < size; cut++)
            ck_assert_uint_eq(gil_utf8_scan((const unsigned char *)text, cut, &length, &bits), 0);
    }
}
END_TEST

/* length code points: ASCII but for one, at place at. */
static GilObject *
make(Gil_ssize_t length, Gil_ssize_t at, Gil_UCS4 other)
{
    GilObject *op = GilUnicode_New(length, other);

    for (Gil_ssize_t i = 0; i < length; i++)
        ck_assert_int_eq(GilUnicode_WriteChar(op, i, i == at ? other : 'a' + (Gil_UCS4)i % 26), 0);
    return op;
}

START_TEST(test_value_unicode_utf8__other_characters_in_every_place)
{
    static const Gil_UCS4 others[] = {0xe4, 0x20ac, 0x1f600};

    for (size_t k = 0; k < Gil_ARRAY_LENGTH(others); k++) {
        for (Gil_ssize_t length = 1; length < 40; length += 3) {
            for (Gil_ssize_t at = 0; at < length; at++) {
                GilObject *op = make(length, at, others[k]);
                Gil_ssize_t size, found = 0;
                const char *text = GilUnicode_AsUTF8AndSize(op, &size);
                Gil_UCS4 bits = 0;
                ck_assert_int_eq(size, length - 1 + (Gil_ssize_t)gil_utf8_size(others[k]));
                ck_assert_uint_eq(gil_ascii_prefix((const unsigned char *)text, (size_t)size), (size_t)at);
                ck_assert_uint_eq(gil_utf8_scan((const unsigned char *)text, (size_t)size, &found, &bits), (size_t)size);
                ck_assert_int_eq(found, length);
                GilObject *back = GilUnicode_FromStringAndSize(text, size);
                ck_assert_int_eq(GilUnicode_Equal(op, back), 1);
                Gil_DECREF(back);
                Gil_DECREF(op);
            }
        }
    }
}
END_TEST

START_TEST(test_value_unicode_utf8__what_is_wrong_ends_it)
{
    static const char *const bad[] = {
        "\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc2", "\xc2x", "\xdf\xc0", "\xe0\x80\x80", "\xe0\x9f\xbf", "\xe1\x80",
        "\xe1\x80x", "\xe1x\x80", "\xed\xa0\x80", "\xed\xbf\xbf", "\xf0\x80\x80\x80", "\xf0\x8f\xbf\xbf", "\xf1\x80\x80",
        "\xf1\x80\x80x", "\xf1\x80x\x80", "\xf1x\x80\x80", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff",
    };
    for (size_t k = 0; k < Gil_ARRAY_LENGTH(bad); k++) {
        for (size_t before = 0; before < 20; before++) {
            char text[64];
            Gil_ssize_t length = 0;
            Gil_UCS4 bits = 0;
            memset(text, 'x', sizeof text);
            memcpy(text + before, bad[k], strlen(bad[k]));
            size_t size = before + strlen(bad[k]) + (k % 2 ? 0 : 20);
            ck_assert_uint_eq(gil_utf8_scan((const unsigned char *)text, size, &length, &bits), before);
            ck_assert_int_eq(length, (Gil_ssize_t)before);
            ck_assert_uint_eq(bits, before > 0 ? (Gil_UCS4)'x' : 0);
        }
    }
}
END_TEST

/* Code points of a text, in runs of one class each: what a script looks like. Returns how many. */
static Gil_ssize_t
random_text(unsigned *seed, Gil_UCS4 *points, int classes)
{
    static const Gil_UCS4 from[] = {' ', 0x80, 0x100, 0x800, 0xe000, 0x10000};
    static const Gil_UCS4 to[] = {0x7f, 0xff, 0x7ff, 0xd7ff, 0xffff, 0x10ffff};
    Gil_ssize_t length = 0, wanted = 1 + rand_r(seed) % 60;

    while (length < wanted) {
        int class = rand_r(seed) % classes;
        for (int run = rand_r(seed) % 12; run >= 0 && length < wanted; run--)
            points[length++] = from[class] + (Gil_UCS4)rand_r(seed) % (to[class] - from[class] + 1);
    }
    return length;
}

/* Decode bytes at the very end of their block; they are text exactly when the slow reader says so. */
static void
decode_like_scan(const char *bytes, size_t size)
{
    unsigned char *copy = malloc(size);
    Gil_ssize_t length = 0, bits_length = 0;
    Gil_UCS4 bits = 0;

    memcpy(copy, bytes, size);
    int well_formed = gil_utf8_scan(copy, size, &length, &bits) == size;
    GilObject *op = GilUnicode_DecodeUTF8((char *)copy, (Gil_ssize_t)size, NULL);
    ck_assert_int_eq(op != NULL, well_formed);
    if (op == NULL)
        gil_expect_raised(GilExc_UnicodeDecodeError);
    else {
        const char *back = GilUnicode_AsUTF8AndSize(op, &bits_length);
        ck_assert_int_eq(bits_length, (Gil_ssize_t)size);
        ck_assert_mem_eq(back, copy, size);
        ck_assert_int_eq(GilUnicode_GET_LENGTH(op), length);
        Gil_DECREF(op);
    }
    free(copy);
}

START_TEST(test_value_unicode_utf8__random_texts_and_what_one_byte_breaks)
{
    unsigned seed = 4711;

    for (int round = 0; round < 3000; round++) {
        Gil_UCS4 points[80];
        char bytes[400];
        size_t size = 0;
        Gil_ssize_t length = random_text(&seed, points, 1 + round % 6);
        for (Gil_ssize_t i = 0; i < length; i++)
            size += gil_utf8_put(bytes + size, points[i]);
        GilObject *op = GilUnicode_FromKindAndData(GilUnicode_4BYTE_KIND, points, length);
        GilObject *encoded = GilUnicode_AsUTF8String(op);
        ck_assert_int_eq(GilBytes_GET_SIZE(encoded), (Gil_ssize_t)size);
        ck_assert_mem_eq(GilBytes_AS_STRING(encoded), bytes, size);
        ck_assert_int_eq(GilBytes_AS_STRING(encoded)[size], '\0');
        GilObject *decoded = GilUnicode_DecodeUTF8(bytes, (Gil_ssize_t)size, NULL);
        ck_assert_int_eq(GilUnicode_Equal(op, decoded), 1);
        Gil_DECREF(decoded);
        Gil_DECREF(encoded);
        Gil_DECREF(op);
        for (int k = 0; k < 8; k++) {
            static const unsigned char others[] = {0x80, 0xbf, 0xc1, 0xc3, 0xd0, 0xe0, 0xed, 0xf0, 0xf4, 0xf5, 0x41};
            size_t at = (size_t)rand_r(&seed) % size;
            char kept = bytes[at];
            bytes[at] = (char)others[(size_t)rand_r(&seed) % sizeof others];
            decode_like_scan(bytes, size);
            bytes[at] = kept;
            decode_like_scan(bytes, at);
        }
    }
}
END_TEST

START_TEST(test_value_unicode_utf8__sizes)
{
    static const Gil_UCS2 two[] = {'a', 0x7f, 0x80, 0x7ff, 0x800, 0xffff}, surrogate[] = {'a', 0xd800};
    static const Gil_UCS1 one[] = "abcdefg\x80\xff\x7f\xe4";

    ck_assert_int_eq(gil_utf8_measure(2, two, 6), 1 + 1 + 2 + 2 + 3 + 3);
    ck_assert_int_eq(gil_utf8_measure(2, surrogate, 2), -1);
    ck_assert_int_eq(gil_utf8_measure(1, one, 11), 14);
    ck_assert_int_eq(gil_utf8_measure(1, one, 0), 0);
    ck_assert_int_eq(gil_utf8_measure(1, one, GIL_SSIZE_T_MAX), -1);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("value/unicode_utf8");
    TCase *tc = tcase_create("utf8");

    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_value_unicode_utf8__every_code_point_there_and_back);
    tcase_add_test(tc, test_value_unicode_utf8__other_characters_in_every_place);
    tcase_add_test(tc, test_value_unicode_utf8__what_is_wrong_ends_it);
    tcase_add_test(tc, test_value_unicode_utf8__random_texts_and_what_one_byte_breaks);
    tcase_add_test(tc, test_value_unicode_utf8__sizes);
    suite_add_tcase(s, tc);
    return s;
}
