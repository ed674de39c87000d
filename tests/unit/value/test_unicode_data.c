/* SPDX-License-Identifier: MIT */
/* The tables from the Unicode Character Database are in the order that their readers rely on. */
#include "support/support.h"

#include "value/unicode_ctype.h"

START_TEST(test_value_unicode_data__runs_ascend_and_differ)
{
    ck_assert_uint_eq(gil_ctype_runs[0] >> 11, 0);
    for (size_t i = 1; i < gil_ctype_runs_count; i++) {
        ck_assert_uint_lt(gil_ctype_runs[i - 1] >> 11, gil_ctype_runs[i] >> 11);
        ck_assert_uint_ne(gil_ctype_runs[i - 1] & 0x7ff, gil_ctype_runs[i] & 0x7ff);
    }
    ck_assert_uint_le(gil_ctype_runs[gil_ctype_runs_count - 1] >> 11, 0x10ffff);
}
END_TEST

START_TEST(test_value_unicode_data__both_tables_agree_on_latin1)
{
    for (Gil_UCS4 ch = 0; ch < 256; ch++)
        ck_assert_uint_eq(gil_ctype_find(ch), gil_ctype_latin1[ch]);
}
END_TEST

START_TEST(test_value_unicode_data__case_runs_are_apart)
{
    const struct gil_case_run *runs[] = {gil_case_upper, gil_case_lower, gil_case_title};
    size_t counts[] = {gil_case_upper_count, gil_case_lower_count, gil_case_title_count};

    for (int k = 0; k < 3; k++) {
        for (size_t i = 0; i < counts[k]; i++) {
            const struct gil_case_run *run = &runs[k][i];
            ck_assert_uint_le(run->first, run->last);
            ck_assert(run->step == 1 || run->step == 2);
            ck_assert_uint_eq((run->last - run->first) % (uint32_t)run->step, 0);
            ck_assert_int_ne(run->delta, 0);
            ck_assert(i == 0 || runs[k][i - 1].last < run->first);
        }
    }
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("value/unicode_data");
    TCase *tc = tcase_create("tables");

    tcase_add_test(tc, test_value_unicode_data__runs_ascend_and_differ);
    tcase_add_test(tc, test_value_unicode_data__both_tables_agree_on_latin1);
    tcase_add_test(tc, test_value_unicode_data__case_runs_are_apart);
    suite_add_tcase(s, tc);
    return s;
}
