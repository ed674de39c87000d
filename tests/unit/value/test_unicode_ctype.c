/* SPDX-License-Identifier: MIT */
/* Properties and case of characters, at the edges of runs and beyond the last. */
#include "support/support.h"

#include "value/unicode_ctype.h"

START_TEST(test_value_unicode_ctype__properties)
{
    static const struct {
        Gil_UCS4 ch;
        unsigned flags;
    } cases[] = {
        {'a', _Gil_CTYPE_ALPHA | _Gil_CTYPE_LOWER | GIL_CTYPE_XID_START | GIL_CTYPE_XID_GO_ON},
        {'7', _Gil_CTYPE_DECIMAL | _Gil_CTYPE_DIGIT | _Gil_CTYPE_NUMERIC | GIL_CTYPE_XID_GO_ON},
        {' ', 0},
        {0x7f, GIL_CTYPE_HIDDEN},
        {0xb2, _Gil_CTYPE_DIGIT | _Gil_CTYPE_NUMERIC},                   /* superscript two */
        {0xbd, _Gil_CTYPE_NUMERIC},                                      /* one half */
        {0x1c5, _Gil_CTYPE_ALPHA | _Gil_CTYPE_TITLE | GIL_CTYPE_XID_START | GIL_CTYPE_XID_GO_ON}, /* Dz, caron */
        {0x391, _Gil_CTYPE_ALPHA | _Gil_CTYPE_UPPER | GIL_CTYPE_XID_START | GIL_CTYPE_XID_GO_ON},
        {0x2028, GIL_CTYPE_HIDDEN},
        {0x3000, GIL_CTYPE_HIDDEN},
        {0x4e00, _Gil_CTYPE_ALPHA | _Gil_CTYPE_NUMERIC | GIL_CTYPE_XID_START | GIL_CTYPE_XID_GO_ON}, /* one */
        {0xd800, GIL_CTYPE_HIDDEN},
        {0xe000, GIL_CTYPE_HIDDEN},
        {0x1f600, 0},
        {0x10ffff, GIL_CTYPE_HIDDEN},
        {0x110000, 0},
        {0xffffffff, 0},
    };
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(cases); i++)
        ck_assert_msg(gil_ctype(cases[i].ch) == cases[i].flags, "U+%04X: %x", cases[i].ch, gil_ctype(cases[i].ch));
}
END_TEST

START_TEST(test_value_unicode_ctype__case)
{
    static const struct {
        Gil_UCS4 ch, upper, lower, title;
    } cases[] = {
        {'a', 'A', 'a', 'A'},         {'Z', 'Z', 'z', 'Z'},         {'@', '@', '@', '@'},
        {'{', '{', '{', '{'},         {0xe4, 0xc4, 0xe4, 0xc4},     {0xdf, 0xdf, 0xdf, 0xdf},
        {0xff, 0x178, 0xff, 0x178},   {0xb5, 0x39c, 0xb5, 0x39c},   {0x100, 0x100, 0x101, 0x100},
        {0x101, 0x100, 0x101, 0x100}, {0x1c4, 0x1c4, 0x1c6, 0x1c5}, {0x1c5, 0x1c4, 0x1c6, 0x1c5},
        {0x1c6, 0x1c4, 0x1c6, 0x1c5}, {0x212a, 0x212a, 'k', 0x212a}, {0x1f80, 0x1f88, 0x1f80, 0x1f88},
        {0x10d0, 0x1c90, 0x10d0, 0x10d0}, {0x10400, 0x10400, 0x10428, 0x10400}, {0x4e00, 0x4e00, 0x4e00, 0x4e00},
        {0x10ffff, 0x10ffff, 0x10ffff, 0x10ffff},
    };
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(cases); i++) {
        ck_assert_uint_eq(gil_to_upper(cases[i].ch), cases[i].upper);
        ck_assert_uint_eq(gil_to_lower(cases[i].ch), cases[i].lower);
        ck_assert_uint_eq(gil_to_title(cases[i].ch), cases[i].title);
    }
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("value/unicode_ctype");
    TCase *tc = tcase_create("ctype");

    tcase_add_test(tc, test_value_unicode_ctype__properties);
    tcase_add_test(tc, test_value_unicode_ctype__case);
    suite_add_tcase(s, tc);
    return s;
}
