/* SPDX-License-Identifier: MIT */
/* The version as text, as number and as the functions tell it, is one and the same. */
#include "support/support.h"

#include "base/mem.h"
#include "gilrt/version.h"

#include <stdio.h>
#include <string.h>

START_TEST(test_runtime_version__function_tells_the_header_it_was_built_with)
{
    ck_assert_str_eq(Gil_GetVersion(), GILRT_VERSION);
}
END_TEST

START_TEST(test_runtime_version__text_and_number_agree)
{
    unsigned hex = GILRT_VERSION_HEX;
    char text[32];

    snprintf(text, sizeof text, "%u.%u.%u", hex >> 24, hex >> 16 & 0xff, hex >> 8 & 0xff);
    ck_assert_str_eq(text, GILRT_VERSION);
    ck_assert_uint_eq(hex & 0xff, 0xf0);
}
END_TEST

START_TEST(test_runtime_version__build_info_names_version_allocator_and_checks)
{
    const char *info = Gil_GetBuildInfo();

    ck_assert_ptr_nonnull(strstr(info, "libgilrt " GILRT_VERSION " ("));
    ck_assert_ptr_nonnull(strstr(info, gil_mem_backend()));
#ifdef GIL_DEBUG
    ck_assert_ptr_nonnull(strstr(info, "; debug checks)"));
#else
    ck_assert_ptr_nonnull(strstr(info, "; release)"));
#endif
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("runtime/version");
    TCase *tc = tcase_create("version");

    tcase_add_test(tc, test_runtime_version__function_tells_the_header_it_was_built_with);
    tcase_add_test(tc, test_runtime_version__text_and_number_agree);
    tcase_add_test(tc, test_runtime_version__build_info_names_version_allocator_and_checks);
    suite_add_tcase(s, tc);
    return s;
}
