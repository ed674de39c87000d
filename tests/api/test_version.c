/* SPDX-License-Identifier: MIT */
/* The version, as a program sees it. */
#include "support/support.h"

#include <gilrt.h>

#include <string.h>

START_TEST(test_api_version__library_and_header_are_of_one_version)
{
    ck_assert_str_eq(Gil_GetVersion(), GILRT_VERSION);
    ck_assert_int_ge(GILRT_VERSION_HEX, 0x000100F0);
}
END_TEST

START_TEST(test_api_version__build_info_needs_no_runtime_and_is_one_line)
{
    const char *info = Gil_GetBuildInfo();

    ck_assert_ptr_nonnull(info);
    ck_assert_ptr_null(strchr(info, '\n'));
    ck_assert_ptr_eq(info, Gil_GetBuildInfo());
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("version");
    TCase *tc = tcase_create("version");

    tcase_add_test(tc, test_api_version__library_and_header_are_of_one_version);
    tcase_add_test(tc, test_api_version__build_info_needs_no_runtime_and_is_one_line);
    suite_add_tcase(s, tc);
    return s;
}
