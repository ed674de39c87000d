/* SPDX-License-Identifier: MIT */
/* Floats as bytes and back, at the borders of each format. */
#include "support/expect.h"
#include "support/support.h"

#include <gilrt.h>
#include <math.h>
#include <string.h>

static void
expect_half(double x, unsigned code)
{
    char big[2], little[2];

    ck_assert_int_eq(GilFloat_Pack2(x, big, 0), 0);
    ck_assert_int_eq(GilFloat_Pack2(x, little, 1), 0);
    ck_assert_uint_eq((unsigned char)big[0] << 8 | (unsigned char)big[1], code);
    ck_assert(big[0] == little[1] && big[1] == little[0]);
}

START_TEST(test_value_float_pack__half)
{
    expect_half(1.0, 0x3c00);
    expect_half(-2.0, 0xc000);
    expect_half(65504.0, 0x7bff);
    expect_half(65519.99, 0x7bff);
    expect_half(0.0, 0);
    expect_half(-0.0, 0x8000);
    expect_half((double)INFINITY, 0x7c00);
    expect_half(1.0 + 0x1p-11, 0x3c00);     /* half-way, to even: down */
    expect_half(1.0 + 0x3p-11, 0x3c02);     /* half-way, to even: up */
    expect_half(2.0 - 0x1p-11, 0x4000);     /* carries into the exponent */
    expect_half(0x1p-14, 0x0400);
    expect_half(0x1p-14 - 0x1p-26, 0x0400); /* from the subnormal numbers too */
    expect_half(0x1p-24, 1);
    expect_half(0x1p-25, 0);
    expect_half(0x1.8p-25, 1);
    expect_half(5e-324, 0);

    char room[2];
    ck_assert_int_eq(GilFloat_Pack2(65520.0, room, 0), -1);
    gil_expect_error(GilExc_OverflowError, "float too large to pack with e format");
    ck_assert_int_eq(GilFloat_Pack2(1e300, room, 0), -1);
    gil_expect_error(GilExc_OverflowError, "float too large to pack with e format");
}
END_TEST

/* Every half goes to a double and back. */
START_TEST(test_value_float_pack__every_half_returns)
{
    for (unsigned code = 0; code < 0x10000; code++) {
        char bytes[2] = {(char)(code & 0xff), (char)(code >> 8)};
        double x = GilFloat_Unpack2(bytes, 1);
        if (isnan(x))
            ck_assert_uint_gt(code & 0x7fff, 0x7c00);
        else
            expect_half(x, code);
    }
}
END_TEST

START_TEST(test_value_float_pack__single_and_double)
{
    char bytes[8];

    ck_assert_int_eq(GilFloat_Pack4(1.5, bytes, 0), 0);
    ck_assert_mem_eq(bytes, "\x3f\xc0\0\0", 4);
    ck_assert(GilFloat_Unpack4(bytes, 0) == 1.5);
    ck_assert_int_eq(GilFloat_Pack4(-(double)INFINITY, bytes, 1), 0);
    ck_assert(isinf(GilFloat_Unpack4(bytes, 1)));
    ck_assert_int_eq(GilFloat_Pack4(1e39, bytes, 1), -1);
    gil_expect_error(GilExc_OverflowError, "float too large to pack with f format");
    ck_assert_int_eq(GilFloat_Pack8(-0.1, bytes, 0), 0);
    ck_assert_mem_eq(bytes, "\xbf\xb9\x99\x99\x99\x99\x99\x9a", 8);
    ck_assert(GilFloat_Unpack8(bytes, 0) == -0.1);
    ck_assert_int_eq(GilFloat_Pack8(-0.1, bytes, 1), 0);
    ck_assert_mem_eq(bytes, "\x9a\x99\x99\x99\x99\x99\xb9\xbf", 8);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("value/float_pack");
    TCase *tc = tcase_create("float_pack");

    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_value_float_pack__half);
    tcase_add_test(tc, test_value_float_pack__every_half_returns);
    tcase_add_test(tc, test_value_float_pack__single_and_double);
    suite_add_tcase(s, tc);
    return s;
}
