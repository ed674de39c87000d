/* SPDX-License-Identifier: MIT */
/* Ints from and to C: the ends of every range, exact comparison with doubles, bytes in both orders. */
#include "support/expect.h"
#include "support/support.h"

#include "value/long.h"

#include <gilrt.h>
#include <float.h>
#include <limits.h>
#include <math.h>
#include <string.h>

static GilObject *
parse(const char *text)
{
    GilObject *op = GilLong_FromString(text, NULL, 0);
    ck_assert_ptr_nonnull(op);
    return op;
}

START_TEST(test_value_long_convert__ends_of_the_64_bit_ranges)
{
    int64_t signed64;
    uint64_t unsigned64;
    GilObject *op = GilLong_FromLongLong(LLONG_MIN);
    ck_assert_int_eq(GilLong_AsLongLong(op), LLONG_MIN);
    ck_assert_int_eq(GilLong_AsInt64(op, &signed64), 0);
    ck_assert_int_eq(signed64, INT64_MIN);
    gil_expect_repr(op, "-9223372036854775808");
    op = GilLong_FromUnsignedLongLong(ULLONG_MAX);
    ck_assert_uint_eq(GilLong_AsUnsignedLongLong(op), ULLONG_MAX);
    ck_assert_ptr_null(GilErr_Occurred());
    ck_assert_int_eq(GilLong_AsUInt64(op, &unsigned64), 0);
    ck_assert_uint_eq(unsigned64, UINT64_MAX);
    ck_assert_int_eq(GilLong_AsLongLong(op), -1);
    gil_expect_error(GilExc_OverflowError, "int too large to convert to C long long");
    gil_expect_repr(op, "18446744073709551615");
    op = parse("-9223372036854775809");
    ck_assert_int_eq(GilLong_AsSsize_t(op), -1);
    gil_expect_error(GilExc_OverflowError, "int too large to convert to C ssize_t");
    Gil_DECREF(op);
}
END_TEST

START_TEST(test_value_long_convert__smaller_ranges)
{
    int32_t i32 = 7;
    uint32_t u32 = 7;
    GilObject *op = GilLong_FromInt64((int64_t)INT_MAX + 1);
    ck_assert_int_eq(GilLong_AsInt(op), -1);
    gil_expect_error(GilExc_OverflowError, "int too large to convert to C int");
    ck_assert_int_eq(GilLong_AsInt32(op, &i32), -1);
    gil_expect_error(GilExc_OverflowError, "int too large to convert to C int32_t");
    ck_assert_int_eq(i32, 7);
    ck_assert_int_eq(GilLong_AsUInt32(op, &u32), 0);
    ck_assert_uint_eq(u32, (uint32_t)INT_MAX + 1);
    Gil_DECREF(op);
    op = GilLong_FromUInt64((uint64_t)UINT32_MAX + 1);
    ck_assert_int_eq(GilLong_AsUInt32(op, &u32), -1);
    gil_expect_error(GilExc_OverflowError, "int too large to convert to C uint32_t");
    Gil_DECREF(op);
    ck_assert_int_eq(GilLong_AsUInt32(GilLong_FromLong(-1), &u32), -1);
    gil_expect_error(GilExc_ValueError, "cannot convert negative int");
}
END_TEST

START_TEST(test_value_long_convert__unsigned_readers_refuse_what_is_below_zero)
{
    GilObject *minus = GilLong_FromLong(-1), *big = parse("0x10000000000000000");
    ck_assert_uint_eq(GilLong_AsUnsignedLong(minus), ULONG_MAX);
    gil_expect_error(GilExc_OverflowError, "can't convert negative value to unsigned long");
    ck_assert_uint_eq(GilLong_AsSize_t(big), SIZE_MAX);
    gil_expect_error(GilExc_OverflowError, "int too large to convert to C size_t");
    ck_assert_uint_eq(GilLong_AsUnsignedLongMask(minus), ULONG_MAX);
    ck_assert_ptr_null(GilErr_Occurred());
    Gil_DECREF(big);
    big = parse("-0x10000000000000005");
    ck_assert_uint_eq(GilLong_AsUnsignedLongLongMask(big), UINT64_MAX - 4);
    Gil_DECREF(big);
}
END_TEST

START_TEST(test_value_long_convert__overflow_is_reported_without_an_error)
{
    int overflow = 7;
    GilObject *big = parse("0x8000000000000000"), *small = parse("-0x8000000000000001");
    ck_assert_int_eq(GilLong_AsLongAndOverflow(big, &overflow), -1);
    ck_assert_int_eq(overflow, 1);
    ck_assert_int_eq(GilLong_AsLongLongAndOverflow(small, &overflow), -1);
    ck_assert_int_eq(overflow, -1);
    ck_assert_int_eq(GilLong_AsLongAndOverflow(Gil_True, &overflow), 1);
    ck_assert_int_eq(overflow, 0);
    ck_assert_ptr_null(GilErr_Occurred());
    Gil_DECREF(big);
    Gil_DECREF(small);
}
END_TEST

START_TEST(test_value_long_convert__doubles_to_ints)
{
    gil_expect_repr(GilLong_FromDouble(-2.9), "-2");
    gil_expect_repr(GilLong_FromDouble(0x1p63), "9223372036854775808");
    gil_expect_repr(GilLong_FromDouble(-0x1.8p64), "-27670116110564327424");
    gil_expect_repr(GilLong_FromDouble(1e22), "10000000000000000000000");
    gil_expect_failure(GilLong_FromDouble(HUGE_VAL), GilExc_OverflowError, "cannot convert float infinity to integer");
    gil_expect_failure(GilLong_FromDouble((double)NAN), GilExc_ValueError, "cannot convert float NaN to integer");
}
END_TEST

static void
expect_double(const char *text, double want)
{
    GilObject *op = parse(text);
    double got = GilLong_AsDouble(op);
    ck_assert_msg(got == want, "%s: %a, not %a", text, got, want);
    Gil_DECREF(op);
}

START_TEST(test_value_long_convert__ints_to_doubles_round_to_even)
{
    expect_double("9007199254740993", 9007199254740992.0);
    expect_double("-9007199254740995", -9007199254740996.0);
    expect_double("0xfffffffffffffbff", 0x1.fffffffffffffp63);
    expect_double("0xfffffffffffffc00", 0x1p64);
    expect_double("0x200000000000010000000000000000", 0x1.0p117);
    expect_double("0x200000000000010000000000000001", 0x1.0000000000001p117);
    GilObject *one = GilLong_FromLong(1), *n = GilLong_FromLong(1024), *big = GilNumber_Lshift(one, n);
    ck_assert(GilLong_AsDouble(big) == -1.0);
    gil_expect_error(GilExc_OverflowError, "int too large to convert to float");
    Gil_DECREF(big);
}
END_TEST

START_TEST(test_value_long_convert__comparison_with_doubles_is_exact)
{
    static const struct {
        const char *v;
        double f;
        int order;
    } cases[] = {
        {"0", 0.0, 0},
        {"0", -1e-300, 1},
        {"1", 1.5, -1},
        {"-1", -1.5, 1},
        {"9007199254740993", 9007199254740992.0, 1},
        {"-9007199254740993", -9007199254740992.0, -1},
        {"18446744073709551616", 0x1p64, 0},
        {"18446744073709551617", 0x1p64, 1},
        {"340282366920938463463374607431768211455", 0x1p128, -1},
        {"1", HUGE_VAL, -1},
        {"-1", -HUGE_VAL, 1},
        {"5", 0.25, 1},
    };
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(cases); i++) {
        GilObject *v = parse(cases[i].v);
        ck_assert_msg(gil_long_cmp_double(gil_long(v), cases[i].f) == cases[i].order, "%s, %a", cases[i].v, cases[i].f);
        Gil_DECREF(v);
    }
}
END_TEST

START_TEST(test_value_long_convert__native_bytes)
{
    static const struct {
        const char *v;
        Gil_ssize_t n, needed;
        int flags;
        const char *bytes;
    } cases[] = {
        {"0", 1, 1, Gil_ASNATIVEBYTES_BIG_ENDIAN, "\x00"},
        {"127", 1, 1, Gil_ASNATIVEBYTES_BIG_ENDIAN, "\x7f"},
        {"128", 1, 2, Gil_ASNATIVEBYTES_BIG_ENDIAN, "\x80"},
        {"128", 1, 1, Gil_ASNATIVEBYTES_BIG_ENDIAN | Gil_ASNATIVEBYTES_UNSIGNED_BUFFER, "\x80"},
        {"255", 1, 1, Gil_ASNATIVEBYTES_DEFAULTS, "\xff"},
        {"-128", 1, 1, Gil_ASNATIVEBYTES_BIG_ENDIAN, "\x80"},
        {"-129", 1, 2, Gil_ASNATIVEBYTES_BIG_ENDIAN, "\x7f"},
        {"258", 3, 2, Gil_ASNATIVEBYTES_BIG_ENDIAN, "\x00\x01\x02"},
        {"-2", 3, 1, Gil_ASNATIVEBYTES_LITTLE_ENDIAN, "\xfe\xff\xff"},
        {"0x0102030405060708090a", 10, 10, Gil_ASNATIVEBYTES_BIG_ENDIAN, "\1\2\3\4\5\6\7\10\11\12"},
        {"-0x100000000000000000000", 11, 11, Gil_ASNATIVEBYTES_LITTLE_ENDIAN, "\0\0\0\0\0\0\0\0\0\0\xff"},
    };
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(cases); i++) {
        unsigned char bytes[16];
        GilObject *v = parse(cases[i].v);
        ck_assert_msg(GilLong_AsNativeBytes(v, bytes, cases[i].n, cases[i].flags) == cases[i].needed, "case %zu", i);
        ck_assert_msg(memcmp(bytes, cases[i].bytes, (size_t)cases[i].n) == 0, "case %zu", i);
        if (cases[i].needed <= cases[i].n && cases[i].flags != Gil_ASNATIVEBYTES_DEFAULTS) {
            GilObject *back = GilLong_FromNativeBytes(bytes, (size_t)cases[i].n, cases[i].flags);
            ck_assert_int_eq(GilObject_RichCompareBool(back, v, Gil_EQ), 1);
            Gil_DECREF(back);
        }
        Gil_DECREF(v);
    }
    gil_expect_repr(GilLong_FromUnsignedNativeBytes("\xff\xff\xff\xff\xff\xff\xff\xff\xff", 9, 0),
                    "4722366482869645213695");
    gil_expect_repr(GilLong_FromNativeBytes("\xff\xff\xff\xff\xff\xff\xff\xff\xff", 9, 0), "-1");
    gil_expect_repr(GilLong_FromNativeBytes("", 0, 0), "0");
}
END_TEST

START_TEST(test_value_long_convert__native_bytes_flags)
{
    char byte;
    GilObject *minus = GilLong_FromLong(-1), *half = GilFloat_FromDouble(0.5);
    ck_assert_int_eq(GilLong_AsNativeBytes(minus, &byte, 1, Gil_ASNATIVEBYTES_REJECT_NEGATIVE), -1);
    gil_expect_error(GilExc_ValueError, "Cannot convert negative int");
    ck_assert_int_eq(GilLong_AsNativeBytes(half, &byte, 1, Gil_ASNATIVEBYTES_DEFAULTS), -1);
    gil_expect_error(GilExc_TypeError, "expect int, got float");
    ck_assert_int_eq(GilLong_AsNativeBytes(half, &byte, 1, Gil_ASNATIVEBYTES_ALLOW_INDEX), -1);
    gil_expect_error(GilExc_TypeError, "'float' object cannot be interpreted as an integer");
    ck_assert_int_eq(GilLong_AsNativeBytes(minus, NULL, 0, Gil_ASNATIVEBYTES_DEFAULTS), 1);
    Gil_DECREF(half);
}
END_TEST

START_TEST(test_value_long_convert__sign_and_pointers)
{
    int sign;
    ck_assert_int_eq(GilLong_GetSign(GilLong_FromLong(-3), &sign), 0);
    ck_assert_int_eq(sign, -1);
    ck_assert_int_eq(GilLong_IsZero(Gil_False), 1);
    ck_assert_int_eq(GilLong_IsPositive(Gil_True), 1);
    ck_assert_int_eq(GilLong_IsNegative(Gil_None), -1);
    gil_expect_error(GilExc_TypeError, "expected int, got NoneType");
    GilObject *address = GilLong_FromVoidPtr(&sign);
    ck_assert_ptr_eq(GilLong_AsVoidPtr(address), &sign);
    Gil_DECREF(address);
    static const char *const too_far[] = {"-10000000000000000000000", "-9223372036854775809", "18446744073709551616"};
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(too_far); i++) {
        address = GilLong_FromString(too_far[i], NULL, 10);
        ck_assert_ptr_null(GilLong_AsVoidPtr(address));
        gil_expect_raised(GilExc_OverflowError);
        Gil_DECREF(address);
    }
    address = GilLong_FromLong(-1);
    ck_assert_ptr_eq(GilLong_AsVoidPtr(address), (void *)UINTPTR_MAX);
    ck_assert_ptr_null(GilErr_Occurred());
    ck_assert_int_eq(GilLong_AsLong(Gil_None), -1);
    gil_expect_error(GilExc_TypeError, "'NoneType' object cannot be interpreted as an integer");
    ck_assert_int_eq(GilLong_AsSsize_t(Gil_None), -1);
    gil_expect_error(GilExc_TypeError, "an integer is required");
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("value/long_convert");
    TCase *tc = tcase_create("long_convert");

    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_value_long_convert__ends_of_the_64_bit_ranges);
    tcase_add_test(tc, test_value_long_convert__smaller_ranges);
    tcase_add_test(tc, test_value_long_convert__unsigned_readers_refuse_what_is_below_zero);
    tcase_add_test(tc, test_value_long_convert__overflow_is_reported_without_an_error);
    tcase_add_test(tc, test_value_long_convert__doubles_to_ints);
    tcase_add_test(tc, test_value_long_convert__ints_to_doubles_round_to_even);
    tcase_add_test(tc, test_value_long_convert__comparison_with_doubles_is_exact);
    tcase_add_test(tc, test_value_long_convert__native_bytes);
    tcase_add_test(tc, test_value_long_convert__native_bytes_flags);
    tcase_add_test(tc, test_value_long_convert__sign_and_pointers);
    suite_add_tcase(s, tc);
    return s;
}
