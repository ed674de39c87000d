/* SPDX-License-Identifier: MIT */
/*
 * The probe sequence, and keys that were made to collide: how many slots are looked at, counted, for time proves nothing.
 *
 * The keys are what an attacker can work out who knows everything but the key of the process. Each set is put into a
 * dict and into a set; afterwards the way to each key is walked again, by the table's own steps.
 */
#include "support/support.h"
#include "value/dict.h"
#include "value/probe.h"
#include "value/set.h"

#include <gilrt.h>
#include <math.h>

#define KEYS 20000
#define MANY ((size_t)1 << 17) /* of the kind that is easiest to make */
#define PAIRS 2000 /* they would all have one hash, and each be compared with all */

/* Slots that are looked at to find every key once. */
static size_t
probes_of_dict(struct gil_dict *d)
{
    size_t count = 0;
    Gil_ssize_t pos = 0;

    for (const struct gil_dict_entry *e; (e = gil_dict_walk(d, &pos)) != NULL;) {
        struct gil_probe p = gil_probe_begin((uint64_t)e->hash, ((size_t)1 << d->table->log2_slots) - 1);
        for (count++; gil_dict_index(d->table, p.slot) != e - gil_dict_entries(d->table); count++)
            gil_probe_next(&p);
    }
    return count;
}

static size_t
probes_of_set(const struct gil_set *s)
{
    size_t count = 0;

    for (size_t i = 0; i <= s->mask; i++) {
        if (s->table[i].key == NULL)
            continue;
        struct gil_probe p = gil_probe_begin((uint64_t)s->table[i].hash, s->mask);
        for (count++; p.slot != i; count++)
            gil_probe_next(&p);
    }
    return count;
}

typedef GilObject *(*maker)(uint64_t i);

/* At random it is about two a key, in a table that is two thirds full; at three times that the test fails. */
static void
expect_few_probes(maker make, size_t keys)
{
    GilObject *dict = GilDict_New(), *set = GilSet_New(NULL);

    for (uint64_t i = 0; i < keys; i++) {
        GilObject *key = make(i);
        ck_assert_ptr_nonnull(key);
        ck_assert_int_eq(GilDict_SetItem(dict, key, Gil_None), 0);
        ck_assert_int_eq(GilSet_Add(set, key), 0);
        Gil_DECREF(key);
    }
    ck_assert_uint_eq((size_t)GilDict_Size(dict), keys);
    size_t of_dict = probes_of_dict(gil_dict(dict)), of_set = probes_of_set(gil_set(set));
    ck_assert_msg(of_dict < 6 * keys, "%zu probes for %zu keys of a dict", of_dict, keys);
    ck_assert_msg(of_set < 6 * keys, "%zu probes for %zu keys of a set", of_set, keys);
    Gil_DECREF(dict);
    Gil_DECREF(set);
}

static GilObject *
multiple_of_great_power(uint64_t i)
{
    return GilLong_FromUInt64(i << 40);
}

static GilObject *
multiple_of_mask(uint64_t i)
{
    return GilLong_FromUInt64(i << 20);
}

/*
 * All keys come to the same slot when an unkeyed perturbation has run out, and meet on the way there: with h the number and
 * 15 bits of slots, the slot after k steps is a sum that can be solved for the low bits. Here: numbers whose sequences under
 * the old rule (perturb = hash) pass ten slots of a small region.
 */
static GilObject *
worked_out(uint64_t i)
{
    static uint64_t candidate = 1;
    const size_t mask = ((size_t)1 << 15) - 1;

    (void)i;
    for (;; candidate++) {
        uint64_t hash = candidate * 0x9e3779b97f4a7c15 >> 5, perturb = hash;
        size_t slot = hash & mask;
        int inside = slot < mask / 2;
        for (int k = 0; k < 3 && inside; k++) {
            perturb >>= 5;
            slot = (slot * 5 + perturb + 1) & mask;
            inside = slot < mask / 2;
        }
        if (inside) {
            candidate++;
            return GilLong_FromUInt64(hash);
        }
    }
}

/* CPython's hash of all of these is 5. */
static GilObject *
multiple_of_prime(uint64_t i)
{
    GilObject *prime = GilLong_FromUInt64(((uint64_t)1 << 61) - 1), *n = GilLong_FromUInt64(i + 1);
    GilObject *product = GilNumber_Multiply(prime, n), *five = GilLong_FromLong(5), *sum = GilNumber_Add(product, five);

    Gil_DECREF(prime);
    Gil_DECREF(n);
    Gil_DECREF(product);
    Gil_DECREF(five);
    return sum;
}

/* Under CPython's rule, a remainder by 2^61 - 1, sixteen each have one hash: 2^61 leaves 1. */
static GilObject *
rotated_float(uint64_t i)
{
    return GilFloat_FromDouble(ldexp((double)(i / 16 + 1), 61 * (int)(i % 16)));
}

/* xxHash's round without a key: the second item, which is its own hash, cancels what the first one changed. */
static GilObject *
pair_that_cancels(uint64_t i)
{
    static uint64_t first;
    const uint64_t p1 = 11400714785074694791u, p2 = 14029467366897019727u, p5 = 2870177450012600261u;
    uint64_t inverse = p2, acc, second;

    (void)i;
    for (int k = 0; k < 6; k++)
        inverse *= 2 - p2 * inverse;
    do {
        acc = p5 + ++first * p2;
        acc = (acc << 31 | acc >> 33) * p1;
        second = (0x123456789abcdefu - acc) * inverse;
    } while (second >> 60 != 0);
    return Gil_BuildValue("(KK)", (unsigned long long)first, (unsigned long long)second);
}

START_TEST(test_H8_ints_made_to_collide_are_found_as_random_ones)
{
    expect_few_probes(multiple_of_great_power, KEYS);
    expect_few_probes(multiple_of_mask, KEYS);
    expect_few_probes(worked_out, KEYS);
    expect_few_probes(multiple_of_prime, KEYS);
}
END_TEST

START_TEST(test_H8_many_ints_made_to_collide_are_found_as_few)
{
    expect_few_probes(multiple_of_great_power, MANY);
}
END_TEST

START_TEST(test_H8_floats_and_tuples_made_to_collide_are_found_as_random_ones)
{
    expect_few_probes(rotated_float, KEYS);
    expect_few_probes(pair_that_cancels, PAIRS);
}
END_TEST

/* The hash of a tuple of ints must not be what can be worked out. */
START_TEST(test_H8_hashes_of_tuples_of_ints_are_keyed)
{
    const uint64_t p1 = 11400714785074694791u, p2 = 14029467366897019727u, p5 = 2870177450012600261u;
    uint64_t acc = p5 + 7 * p2;
    acc = (acc << 31 | acc >> 33) * p1;
    acc += 1 ^ (p5 ^ 3527539u);
    GilObject *seven = Gil_BuildValue("(i)", 7);

    ck_assert_int_ne(GilObject_Hash(seven), (Gil_hash_t)acc);
    Gil_DECREF(seven);
}
END_TEST

/* Each sequence passes every slot. */
START_TEST(test_value_probe__every_slot_is_passed)
{
    for (unsigned log2 = 0; log2 <= 10; log2++)
        for (uint64_t hash = 1; hash < 1000; hash = hash * 3 + 1) {
            uint8_t seen[1024] = {0};
            size_t slots = (size_t)1 << log2, passed = 0, steps = 0;
            for (struct gil_probe p = gil_probe_begin(hash << 32 | hash, slots - 1); passed < slots; gil_probe_next(&p)) {
                passed += !seen[p.slot];
                seen[p.slot] = 1;
                ck_assert_uint_lt(steps++, 13 + 2 * slots);
            }
        }
}
END_TEST

START_TEST(test_value_probe__neighbours_stand_side_by_side)
{
    GilObject *dict = GilDict_New();

    for (int i = 0; i < 1000; i++) {
        GilObject *key = GilLong_FromLong(i);
        GilDict_SetItem(dict, key, key);
        Gil_DECREF(key);
    }
    ck_assert_uint_eq(probes_of_dict(gil_dict(dict)), 1000);
    Gil_DECREF(dict);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("value/probe");
    TCase *tc = tcase_create("probe");

    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_value_probe__every_slot_is_passed);
    tcase_add_test(tc, test_value_probe__neighbours_stand_side_by_side);
    tcase_add_test(tc, test_H8_ints_made_to_collide_are_found_as_random_ones);
    tcase_add_test(tc, test_H8_many_ints_made_to_collide_are_found_as_few);
    tcase_add_test(tc, test_H8_floats_and_tuples_made_to_collide_are_found_as_random_ones);
    tcase_add_test(tc, test_H8_hashes_of_tuples_of_ints_are_keyed);
    suite_add_tcase(s, tc);
    return s;
}
