/* SPDX-License-Identifier: MIT */
/* <gilrt/unicodectype.h> as an extension uses it. */
#include "support/support.h"

#include <gilrt.h>

START_TEST(test_api_unicodectype__macros_ask_and_map)
{
    ck_assert(Gil_UNICODE_ISSPACE(' ') && Gil_UNICODE_ISLINEBREAK('\n') && !Gil_UNICODE_ISSPACE('a'));
    ck_assert(Gil_UNICODE_ISALPHA('a') && Gil_UNICODE_ISALNUM('1') && !Gil_UNICODE_ISALPHA('1'));
    ck_assert(Gil_UNICODE_ISDECIMAL('1') && Gil_UNICODE_ISDIGIT(0xb2) && Gil_UNICODE_ISNUMERIC(0xbd));
    ck_assert(Gil_UNICODE_ISUPPER('A') && Gil_UNICODE_ISLOWER('a') && Gil_UNICODE_ISTITLE(0x1c5));
    ck_assert(Gil_UNICODE_ISPRINTABLE('a') && !Gil_UNICODE_ISPRINTABLE(7) && !Gil_UNICODE_ISPRINTABLE(0x110000));
    ck_assert(Gil_UNICODE_TOUPPER(0xff) == 0x178 && Gil_UNICODE_TOLOWER('A') == 'a' && Gil_UNICODE_TOTITLE('a') == 'A');
}
END_TEST

START_TEST(test_api_unicodectype__surrogates)
{
    ck_assert(Gil_UNICODE_IS_SURROGATE(0xd800) && !Gil_UNICODE_IS_SURROGATE(0xe000));
    ck_assert(Gil_UNICODE_IS_HIGH_SURROGATE(0xdbff) && Gil_UNICODE_IS_LOW_SURROGATE(0xdc00));
    ck_assert_uint_eq(Gil_UNICODE_HIGH_SURROGATE(0x1f600), 0xd83d);
    ck_assert_uint_eq(Gil_UNICODE_LOW_SURROGATE(0x1f600), 0xde00);
    ck_assert_uint_eq(Gil_UNICODE_JOIN_SURROGATES(0xd83d, 0xde00), 0x1f600);
}
END_TEST

START_TEST(test_api_unicodectype__macros_evaluate_their_argument_once)
{
    Gil_UCS4 text[] = {'a', '\n'}, *p = text;

    ck_assert_int_eq(Gil_UNICODE_ISPRINTABLE(*p++) != 0, 1);
    ck_assert_int_eq(Gil_UNICODE_ISPRINTABLE(*p++) != 0, 0);
    ck_assert_ptr_eq(p, text + 2);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("api/unicodectype");
    TCase *tc = tcase_create("unicodectype");

    tcase_add_test(tc, test_api_unicodectype__macros_ask_and_map);
    tcase_add_test(tc, test_api_unicodectype__surrogates);
    tcase_add_test(tc, test_api_unicodectype__macros_evaluate_their_argument_once);
    suite_add_tcase(s, tc);
    return s;
}
