/* SPDX-License-Identifier: MIT */
/* Integer arithmetic against a model that adds and multiplies byte by byte, and the corners where rules differ. */
#include "support/expect.h"
#include "support/support.h"

#include "value/long.h"

#include <gilrt.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* --- a model: sign and bytes, least significant first; slow and plain --- */

#define ROOM 256

struct model {
    int negative;
    unsigned char byte[ROOM];
};

static int
model_cmp(const struct model *a, const struct model *b)
{
    for (int i = ROOM; i-- > 0;)
        if (a->byte[i] != b->byte[i])
            return a->byte[i] < b->byte[i] ? -1 : 1;
    return 0;
}

static void
model_add(struct model *r, const struct model *a, const struct model *b)
{
    struct model sum = {a->negative, {0}};
    int carry = 0;

    if (a->negative != b->negative && model_cmp(a, b) < 0) {
        const struct model *more = b;
        b = a;
        a = more;
        sum.negative = a->negative;
    }
    for (int i = 0; i < ROOM; i++) {
        carry += a->byte[i] + (a->negative == b->negative ? b->byte[i] : -b->byte[i]);
        sum.byte[i] = (unsigned char)carry;
        carry >>= 8;
    }
    *r = sum;
}

static void
model_mul(struct model *r, const struct model *a, const struct model *b)
{
    struct model product = {a->negative != b->negative, {0}};

    for (int i = 0; i < ROOM; i++) {
        int carry = 0;
        for (int k = 0; k + i < ROOM; k++) {
            carry += a->byte[i] * b->byte[k] + product.byte[i + k];
            product.byte[i + k] = (unsigned char)carry;
            carry >>= 8;
        }
    }
    *r = product;
}

/* The model's number, written in hexadecimal and read by the library. */
static GilObject *
model_int(const struct model *m)
{
    char text[2 * ROOM + 2], *to = text;

    if (m->negative)
        *to++ = '-';
    for (int i = ROOM; i-- > 0;)
        to += sprintf(to, "%02x", m->byte[i]);
    GilObject *op = GilLong_FromString(text, NULL, 16);
    ck_assert_ptr_nonnull(op);
    return op;
}

static uint64_t random_state = 88172645463325252u;

static uint64_t
random_bits(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    return random_state ^= random_state << 17;
}

/* Up to ROOM / 2 bytes, among them runs of 0x00 and 0xff. */
static void
model_random(struct model *m)
{
    size_t n = random_bits() % 3 == 0 ? random_bits() % 17 : random_bits() % (ROOM / 2);

    memset(m, 0, sizeof *m);
    m->negative = random_bits() % 2;
    for (size_t i = 0; i < n; i++)
        m->byte[i] = random_bits() % 4 == 0 ? 0xff : random_bits() % 4 == 0 ? 0 : (unsigned char)random_bits();
}

/* op equals the model's number; gives the reference back. */
static void
expect_model(GilObject *op, const struct model *m)
{
    GilObject *want = model_int(m);
    ck_assert_ptr_nonnull(op);
    ck_assert(GilLong_CheckExact(op));
    ck_assert_int_eq(GilObject_RichCompareBool(op, want, Gil_EQ), 1);
    Gil_DECREF(want);
    Gil_DECREF(op);
}

START_TEST(test_value_long_arith__sums_and_products_equal_the_models)
{
    struct model a, b, r;
    for (int i = 0; i < 1500; i++) {
        model_random(&a);
        model_random(&b);
        GilObject *x = model_int(&a), *y = model_int(&b);
        model_add(&r, &a, &b);
        expect_model(GilNumber_Add(x, y), &r);
        model_mul(&r, &a, &b);
        expect_model(GilNumber_Multiply(x, y), &r);
        b.negative = !b.negative;
        model_add(&r, &a, &b);
        expect_model(GilNumber_Subtract(x, y), &r);
        Gil_DECREF(x);
        Gil_DECREF(y);
    }
}
END_TEST

static int
compare(GilObject *a, GilObject *b, int op)
{
    return GilObject_RichCompareBool(a, b, op);
}

START_TEST(test_value_long_arith__floor_division_keeps_its_promise)
{
    struct model a, b;
    for (int i = 0; i < 3000; i++) {
        model_random(&a);
        model_random(&b);
        GilObject *x = model_int(&a), *y = model_int(&b);
        if (gil_long(y)->size != 0) {
            GilObject *q = GilNumber_FloorDivide(x, y), *r = GilNumber_Remainder(x, y);
            GilObject *product = GilNumber_Multiply(q, y), *sum = GilNumber_Add(product, r);
            ck_assert_int_eq(compare(sum, x, Gil_EQ), 1);
            ck_assert_int_eq(compare(r, y, gil_long(y)->size > 0 ? Gil_LT : Gil_GT), 1);
            ck_assert(gil_long(r)->size == 0 || (gil_long(r)->size > 0) == (gil_long(y)->size > 0));
            GilObject *pair = GilNumber_Divmod(x, y);
            ck_assert_int_eq(compare(GilTuple_GET_ITEM(pair, 0), q, Gil_EQ), 1);
            ck_assert_int_eq(compare(GilTuple_GET_ITEM(pair, 1), r, Gil_EQ), 1);
            Gil_DECREF(pair);
            Gil_DECREF(sum);
            Gil_DECREF(product);
            Gil_DECREF(r);
            Gil_DECREF(q);
        }
        Gil_DECREF(x);
        Gil_DECREF(y);
    }
}
END_TEST

/* Bit i of the two's complement of a model's number. */
static int
model_bit(const struct model *m, int i)
{
    int carry = m->negative, byte = 0;
    for (int k = 0; k <= i / 8; k++) {
        carry += m->negative ? 0xff ^ m->byte[k] : m->byte[k];
        byte = carry & 0xff;
        carry >>= 8;
    }
    return byte >> (i % 8) & 1;
}

/* Bit i of an int's two's complement, through a shift. */
static int
int_bit(GilObject *op, int i)
{
    GilObject *n = GilLong_FromLong(i), *shifted = GilNumber_Rshift(op, n), *one = GilLong_FromLong(1);
    GilObject *bit = GilNumber_And(shifted, one);
    int result = (int)GilLong_AsLong(bit);
    Gil_DECREF(shifted);
    Gil_DECREF(bit);
    return result;
}

START_TEST(test_value_long_arith__bits_equal_the_models)
{
    struct model a, b;
    for (int i = 0; i < 60; i++) {
        model_random(&a);
        model_random(&b);
        GilObject *x = model_int(&a), *y = model_int(&b);
        GilObject *and = GilNumber_And(x, y), * or = GilNumber_Or(x, y), *xor = GilNumber_Xor(x, y),
                  *not = GilNumber_Invert(x);
        for (int k = 0; k < 8 * ROOM / 2 + 70; k += 5) {
            ck_assert_int_eq(int_bit(and, k), model_bit(&a, k) & model_bit(&b, k));
            ck_assert_int_eq(int_bit(or, k), model_bit(&a, k) | model_bit(&b, k));
            ck_assert_int_eq(int_bit(xor, k), model_bit(&a, k) ^ model_bit(&b, k));
            ck_assert_int_eq(int_bit(not, k), !model_bit(&a, k));
        }
        Gil_DECREF(and);
        Gil_DECREF(or);
        Gil_DECREF(xor);
        Gil_DECREF(not );
        Gil_DECREF(x);
        Gil_DECREF(y);
    }
}
END_TEST

START_TEST(test_value_long_arith__shifts_round_down_and_undo_each_other)
{
    struct model a;
    for (long bits = 0; bits < 400; bits += 1 + bits / 30) {
        model_random(&a);
        GilObject *x = model_int(&a), *n = GilLong_FromLong(bits), *left = GilNumber_Lshift(x, n);
        GilObject *back = GilNumber_Rshift(left, n);
        ck_assert_int_eq(compare(back, x, Gil_EQ), 1);
        GilObject *one = GilLong_FromLong(1), *power = GilNumber_Lshift(one, n), *q = GilNumber_FloorDivide(x, power);
        GilObject *shifted = GilNumber_Rshift(x, n);
        ck_assert_int_eq(compare(q, shifted, Gil_EQ), 1);
        GilObject *product = GilNumber_Multiply(x, power);
        ck_assert_int_eq(compare(product, left, Gil_EQ), 1);
        Gil_DECREF(product);
        Gil_DECREF(shifted);
        Gil_DECREF(q);
        Gil_DECREF(power);
        Gil_DECREF(back);
        Gil_DECREF(left);
        Gil_DECREF(x);
    }
}
END_TEST

/* The function on the ints of two texts gives this text. */
static void
expect_op(binaryfunc fn, const char *a, const char *b, const char *want)
{
    GilObject *x = GilLong_FromString(a, NULL, 0), *y = GilLong_FromString(b, NULL, 0);
    gil_expect_repr(fn(x, y), want);
    Gil_DECREF(x);
    Gil_DECREF(y);
}

START_TEST(test_value_long_arith__corners)
{
    expect_op(GilNumber_Add, "0xffffffffffffffff", "1", "18446744073709551616");
    expect_op(GilNumber_Subtract, "-0xffffffffffffffff", "1", "-18446744073709551616");
    expect_op(GilNumber_Multiply, "0xffffffffffffffff", "-0xffffffffffffffff",
              "-340282366920938463426481119284349108225");
    expect_op(GilNumber_FloorDivide, "-0x8000000000000000", "-1", "9223372036854775808");
    expect_op(GilNumber_FloorDivide, "-0xffffffffffffffff", "2", "-9223372036854775808");
    expect_op(GilNumber_FloorDivide, "-7", "18446744073709551616", "-1");
    expect_op(GilNumber_Remainder, "-7", "18446744073709551616", "18446744073709551609");
    expect_op(GilNumber_Remainder, "7", "-3", "-2");
    expect_op(GilNumber_Rshift, "-1", "1000000000000000000000", "-1");
    expect_op(GilNumber_Rshift, "5", "1000000000000000000000", "0");
    expect_op(GilNumber_Rshift, "-18446744073709551617", "64", "-2");
    expect_op(GilNumber_Lshift, "0", "1000000000000000000000", "0");
    expect_op(GilNumber_And, "-1", "-18446744073709551616", "-18446744073709551616");
    expect_op(GilNumber_Xor, "-1", "18446744073709551615", "-18446744073709551616");
}
END_TEST

START_TEST(test_value_long_arith__errors)
{
    GilObject *one = GilLong_FromLong(1), *zero = GilLong_FromLong(0), *minus = GilLong_FromLong(-1);
    GilObject *huge = GilLong_FromString("1000000000000000000000", NULL, 10);
    gil_expect_failure(GilNumber_FloorDivide(one, zero), GilExc_ZeroDivisionError, "division by zero");
    gil_expect_failure(GilNumber_Remainder(one, zero), GilExc_ZeroDivisionError, "division by zero");
    gil_expect_failure(GilNumber_Divmod(one, zero), GilExc_ZeroDivisionError, "division by zero");
    gil_expect_failure(GilNumber_Lshift(one, minus), GilExc_ValueError, "negative shift count");
    gil_expect_failure(GilNumber_Rshift(one, minus), GilExc_ValueError, "negative shift count");
    gil_expect_failure(GilNumber_Lshift(one, huge), GilExc_OverflowError, "too many digits in integer");
    gil_expect_failure(GilNumber_Lshift(minus, huge), GilExc_OverflowError, "too many digits in integer");
    Gil_DECREF(huge);
}
END_TEST

START_TEST(test_value_long_arith__sum_of_squares_is_exact)
{
    GilObject *sum = GilLong_FromLong(0);
    for (long i = 0; i < 10000000; i++) {
        GilObject *n = GilLong_FromLong(i), *square = GilNumber_Multiply(n, n), *next = GilNumber_Add(sum, square);
        Gil_DECREF(n);
        Gil_DECREF(square);
        Gil_SETREF(sum, next);
    }
    gil_expect_repr(sum, "333333283333335000000");
}
END_TEST

/* Of those that fit in 60 bits the number itself; of all others such that nobody outside can choose equal ones. */
START_TEST(test_value_long_arith__hash_is_the_number_or_keyed)
{
    GilObject *prime = GilLong_FromInt64(((int64_t)1 << 61) - 1), *big = Gil_NewRef(prime);

    ck_assert_int_ne(GilObject_Hash(prime), 0);
    ck_assert_int_eq(GilObject_Hash(GilLong_FromLong(-1)), -2);
    ck_assert_int_eq(GilObject_Hash(GilLong_FromLong(-(1L << 60) + 1)), -(1L << 60) + 1);
    /* Multiples of the prime by which CPython takes remainders, and their negatives: one hash each, and the same one again. */
    Gil_hash_t seen[64];
    for (int i = 0; i < 32; i++) {
        GilObject *minus = GilNumber_Negative(big), *again = GilNumber_Negative(minus);
        seen[2 * i] = GilObject_Hash(big);
        seen[2 * i + 1] = GilObject_Hash(minus);
        ck_assert_int_eq(GilObject_Hash(again), seen[2 * i]);
        ck_assert_int_ne(seen[2 * i], seen[2 * i + 1]);
        for (int j = 0; j < 2 * i; j++)
            ck_assert(seen[j] != seen[2 * i] && seen[j] != seen[2 * i + 1]);
        Gil_DECREF(minus);
        Gil_DECREF(again);
        Gil_SETREF(big, GilNumber_Add(big, prime));
    }
    Gil_DECREF(big);
    Gil_DECREF(prime);
}
END_TEST

/* An int that is exactly a double hashes as that one does, wherever its bits stand; its neighbours do not. */
START_TEST(test_value_long_arith__hash_is_that_of_an_equal_float)
{
    const double mantissas[] = {1, 3, 0x1.fffffffffffffp52, 0x1.0000000000001p52, 0x1.8p1};

    for (size_t i = 0; i < Gil_ARRAY_LENGTH(mantissas); i++)
        for (int e = 0; e < 960; e += 31)
            for (int sign = -1; sign <= 1; sign += 2) {
                GilObject *f = GilFloat_FromDouble(sign * ldexp(mantissas[i], e)), *v = GilNumber_Long(f);
                GilObject *one = GilLong_FromLong(1), *next = GilNumber_Add(v, one);
                ck_assert_int_eq(GilObject_Hash(v), GilObject_Hash(f));
                ck_assert_int_ne(GilObject_Hash(next), GilObject_Hash(v));
                Gil_DECREF(next);
                Gil_DECREF(one);
                Gil_DECREF(v);
                Gil_DECREF(f);
            }
}
END_TEST

/* All operations on two ints of many limbs. */
static int
all_operations(void *arg)
{
    static const binaryfunc functions[] = {
        GilNumber_Add, GilNumber_Subtract, GilNumber_Multiply, GilNumber_Divmod, GilNumber_And, GilNumber_TrueDivide,
    };
    GilObject **pair = arg;
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(functions); i++) {
        GilObject *result = functions[i](pair[0], pair[1]);
        if (result == NULL)
            return -1;
        Gil_DECREF(result);
    }
    return 0;
}

START_TEST(test_value_long_arith__lack_of_memory_is_an_error)
{
    GilObject *one = GilLong_FromLong(1), *a = GilLong_FromLong(6000), *b = GilLong_FromLong(5500);
    GilObject *pair[2] = {GilNumber_Lshift(one, a), GilNumber_Lshift(one, b)};
    gil_test_oom_loop(all_operations, pair);
    Gil_DECREF(pair[0]);
    Gil_DECREF(pair[1]);
    Gil_DECREF(a);
    Gil_DECREF(b);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("value/long_arith");
    TCase *tc = tcase_create("long_arith");

    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, test_value_long_arith__sums_and_products_equal_the_models);
    tcase_add_test(tc, test_value_long_arith__floor_division_keeps_its_promise);
    tcase_add_test(tc, test_value_long_arith__bits_equal_the_models);
    tcase_add_test(tc, test_value_long_arith__shifts_round_down_and_undo_each_other);
    tcase_add_test(tc, test_value_long_arith__corners);
    tcase_add_test(tc, test_value_long_arith__errors);
    tcase_add_test(tc, test_value_long_arith__sum_of_squares_is_exact);
    tcase_add_test(tc, test_value_long_arith__hash_is_the_number_or_keyed);
    tcase_add_test(tc, test_value_long_arith__hash_is_that_of_an_equal_float);
    tcase_add_test(tc, test_value_long_arith__lack_of_memory_is_an_error);
    suite_add_tcase(s, tc);
    return s;
}
