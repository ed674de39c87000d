/* SPDX-License-Identifier: MIT */
/* Order, equality and hash of strings. */
#include "support/expect.h"
#include "support/support.h"

#include "gilrt/long.h"
#include "value/unicode.h"

/* In ascending order, in all three forms. */
static const char *const ordered[] = {
    "", "a", "ab", "b", "\xc3\xa9", "\xc3\xa9\xc3\xa9", "\xc4\x80", "\xe2\x82\xac", "\xe2\x82\xac!", "\xef\xbf\xbf",
    "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf",
};

#define COUNT ((int)Gil_ARRAY_LENGTH(ordered))

static int
truth(GilObject *result)
{
    ck_assert(result == _Gil_RichResult(1) || result == _Gil_RichResult(0));
    return result == _Gil_RichResult(1);
}

START_TEST(test_value_unicode_compare__order_is_that_of_code_points)
{
    for (int i = 0; i < COUNT; i++) {
        for (int k = 0; k < COUNT; k++) {
            GilObject *a = GilUnicode_FromString(ordered[i]), *b = GilUnicode_FromString(ordered[k]);
            ck_assert_int_eq(GilUnicode_Compare(a, b), (i > k) - (i < k));
            ck_assert_int_eq(GilUnicode_Equal(a, b), i == k);
            ck_assert_int_eq(truth(GilUnicode_RichCompare(a, b, Gil_LT)), i < k);
            ck_assert_int_eq(truth(GilUnicode_RichCompare(a, b, Gil_LE)), i <= k);
            ck_assert_int_eq(truth(GilUnicode_RichCompare(a, b, Gil_EQ)), i == k);
            ck_assert_int_eq(truth(GilUnicode_RichCompare(a, b, Gil_NE)), i != k);
            ck_assert_int_eq(truth(GilUnicode_RichCompare(a, b, Gil_GT)), i > k);
            ck_assert_int_eq(truth(GilUnicode_RichCompare(a, b, Gil_GE)), i >= k);
            if (i == k)
                ck_assert_int_eq(GilObject_Hash(a), GilObject_Hash(b));
            Gil_DECREF(a);
            Gil_DECREF(b);
        }
    }
}
END_TEST

START_TEST(test_value_unicode_compare__with_c_strings)
{
    for (int i = 0; i < COUNT; i++) {
        GilObject *fresh = GilUnicode_FromString(ordered[i]), *kept = GilUnicode_FromString(ordered[i]);
        GilUnicode_AsUTF8(kept); /* the other path: the UTF-8 form is there already */
        for (int k = 0; k < COUNT; k++) {
            ck_assert_int_eq(GilUnicode_EqualToUTF8(fresh, ordered[k]), i == k);
            ck_assert_int_eq(GilUnicode_EqualToUTF8(kept, ordered[k]), i == k);
        }
        Gil_DECREF(fresh);
        Gil_DECREF(kept);
    }
    GilObject *op = GilUnicode_FromStringAndSize("a\0b", 3);
    ck_assert_int_eq(GilUnicode_EqualToUTF8(op, "a"), 0);
    ck_assert_int_eq(GilUnicode_EqualToUTF8AndSize(op, "a\0b", 3), 1);
    ck_assert_int_eq(GilUnicode_EqualToUTF8AndSize(op, "a\0b", 2), 0);
    ck_assert_int_eq(GilUnicode_CompareWithASCIIString(op, "a"), 1);
    ck_assert_int_eq(GilUnicode_CompareWithASCIIString(op, "b"), -1);
    ck_assert_int_eq(GilUnicode_CompareWithASCIIString(gil_unicode_empty(), ""), 0);
    ck_assert_int_eq(GilUnicode_EqualToUTF8(GilLong_FromLong(1), "1"), 0);
    ck_assert_ptr_null(GilErr_Occurred());
    Gil_DECREF(op);
}
END_TEST

START_TEST(test_value_unicode_compare__others_are_not_strings)
{
    GilObject *op = GilUnicode_FromString("12"), *n = GilLong_FromLong(12);

    ck_assert_ptr_eq(GilUnicode_RichCompare(op, n, Gil_EQ), Gil_NotImplemented);
    ck_assert_int_eq(GilUnicode_Compare(op, n), -1);
    gil_expect_error(GilExc_TypeError, "Can't compare str and int");
    ck_assert_int_eq(GilUnicode_Equal(n, op), -1);
    gil_expect_error(GilExc_TypeError, "first argument must be str, not int");
    ck_assert_int_eq(GilUnicode_Equal(op, n), -1);
    gil_expect_error(GilExc_TypeError, "second argument must be str, not int");
    Gil_DECREF(op);
}
END_TEST

START_TEST(test_value_unicode_compare__hash_is_kept)
{
    GilObject *op = GilUnicode_FromString("some text"), *other = GilUnicode_FromString("some texu");
    GilASCIIObject *str = (GilASCIIObject *)(void *)op;

    ck_assert_int_eq(str->hash, -1);
    Gil_hash_t hash = GilObject_Hash(op);
    ck_assert_int_ne(hash, -1);
    ck_assert_int_eq(str->hash, hash);
    ck_assert_int_ne(GilObject_Hash(other), hash);
    str->hash = 42;
    ck_assert_int_eq(GilObject_Hash(op), 42);
    Gil_DECREF(op);
    Gil_DECREF(other);
}
END_TEST

/* 2^BITS keys of which each part of two characters has two spellings that hashes without a key take for one: those of
 * Java, and the sums and products by 31 or 33 of many others. */
#define BITS 17

static void
collide(char *text, unsigned number)
{
    for (int i = 0; i < BITS; i++)
        memcpy(text + 2 * i, (number >> i & 1) != 0 ? "Aa" : "BB", 2);
}

/* How many of 2^(BITS + 1) places of a table are hit. */
static unsigned
places_hit(Gil_hash_t (*hash)(const char *, size_t))
{
    static unsigned char table[1 << (BITS + 1)];
    unsigned hit = 0;
    char text[2 * BITS];

    memset(table, 0, sizeof table);
    for (unsigned n = 0; n < 1u << BITS; n++) {
        collide(text, n);
        unsigned char *place = &table[(size_t)hash(text, sizeof text) & (sizeof table - 1)];
        hit += *place == 0;
        *place = 1;
    }
    return hit;
}

static Gil_hash_t
hash_of_str(const char *text, size_t size)
{
    GilObject *op = GilUnicode_FromStringAndSize(text, (Gil_ssize_t)size);
    Gil_hash_t hash = GilObject_Hash(op);
    Gil_DECREF(op);
    return hash;
}

static Gil_hash_t
hash_of_bytes(const char *text, size_t size)
{
    GilObject *op = GilBytes_FromStringAndSize(text, (Gil_ssize_t)size);
    Gil_hash_t hash = GilObject_Hash(op);
    Gil_DECREF(op);
    return hash;
}

/* Thrown at random 2^17 keys hit 103 149 of 2^18 places, give or take 170. */
START_TEST(test_H8_text_and_octets_made_to_collide_spread_as_random_ones)
{
    ck_assert_uint_gt(places_hit(hash_of_str), 101000);
    ck_assert_uint_gt(places_hit(hash_of_bytes), 101000);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("value/unicode_compare");
    TCase *tc = tcase_create("unicode_compare");

    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_value_unicode_compare__order_is_that_of_code_points);
    tcase_add_test(tc, test_value_unicode_compare__with_c_strings);
    tcase_add_test(tc, test_value_unicode_compare__others_are_not_strings);
    tcase_add_test(tc, test_value_unicode_compare__hash_is_kept);
    tcase_add_test(tc, test_H8_text_and_octets_made_to_collide_spread_as_random_ones);
    suite_add_tcase(s, tc);
    return s;
}
