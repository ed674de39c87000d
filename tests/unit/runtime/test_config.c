/* SPDX-License-Identifier: MIT */
/* Configurations of other versions, and statuses. */
#include "support/support.h"

#include "runtime/config.h"

#include <stddef.h>
#include <string.h>

/* A configuration as a later version might have it. */
struct later_config {
    GilConfig known;
    uint64_t later[2];
};

START_TEST(test_runtime_config__init_writes_its_size_and_no_byte_beyond)
{
    struct later_config config;

    memset(&config, 0xff, sizeof(config));
    GilConfig_Init(&config.known);
    ck_assert_uint_eq(config.known.size, sizeof(GilConfig));
    ck_assert_ptr_null(config.known.module_search_path);
    ck_assert_uint_eq(config.known.switch_interval_ns, 0);
    ck_assert_uint_eq(config.later[0], UINT64_MAX);

    memset(&config, 0xff, sizeof(config));
    _GilConfig_InitSized(&config.known, offsetof(GilConfig, strict_paths));
    ck_assert_int_eq(config.known.lock_mode, 0);
    ck_assert_int_eq(config.known.strict_paths, -1);
}
END_TEST

START_TEST(test_runtime_config__read_fills_a_copy)
{
    GilConfig config, read;

    GilConfig_Init(&config);
    config.module_search_path = "/a";
    config.switch_interval_ns = 1000000;
    config.lock_mode = Gil_LOCK_MODE_FENCED;
    ck_assert(!GilStatus_Exception(gil_config_read("here", &config, &read)));
    ck_assert_str_eq(read.module_search_path, "/a");
    ck_assert_uint_eq(read.switch_interval_ns, 1000000);
    ck_assert_int_eq(read.lock_mode, Gil_LOCK_MODE_FENCED);
}
END_TEST

START_TEST(test_runtime_config__later_version_is_read_when_it_asks_for_nothing_new)
{
    struct later_config config;
    GilConfig read;

    _GilConfig_InitSized(&config.known, sizeof(config));
    ck_assert_uint_eq(config.later[1], 0);
    ck_assert(!GilStatus_Exception(gil_config_read("here", &config.known, &read)));
    ck_assert_uint_eq(read.size, sizeof(GilConfig));
    config.later[1] = 1;
    GilStatus status = gil_config_read("here", &config.known, &read);
    ck_assert(GilStatus_IsError(status));
    ck_assert_str_eq(status.func, "here");
    ck_assert_ptr_nonnull(strstr(status.err_msg, "does not have"));
}
END_TEST

static void
check_refused(const GilConfig *config, const char *needle)
{
    GilConfig read;
    GilStatus status = gil_config_read("here", config, &read);
    ck_assert(GilStatus_Exception(status));
    ck_assert_ptr_nonnull(strstr(status.err_msg, needle));
}

START_TEST(test_runtime_config__bad_values_are_refused)
{
    GilConfig config;

    check_refused(NULL, "NULL");
    memset(&config, 0, sizeof(config));
    check_refused(&config, "GilConfig_Init");
    config.size = SIZE_MAX;
    check_refused(&config, "GilConfig_Init");
    GilConfig_Init(&config);
    config.lock_mode = 2;
    check_refused(&config, "lock_mode");
    GilConfig_Init(&config);
    config.exit_policy = -1;
    check_refused(&config, "exit_policy");
    GilConfig_Init(&config);
    config.int_max_str_digits = 639;
    check_refused(&config, "int_max_str_digits");
    config.int_max_str_digits = -2;
    check_refused(&config, "int_max_str_digits");
    GilConfig_Init(&config);
    config.switch_interval_ns = 999;
    check_refused(&config, "switch_interval_ns");
    config.switch_interval_ns = UINT64_MAX;
    check_refused(&config, "switch_interval_ns");
}
END_TEST

START_TEST(test_runtime_config__statuses)
{
    ck_assert(!GilStatus_Exception(GilStatus_Ok()));
    ck_assert(!GilStatus_IsError(GilStatus_Ok()));
    ck_assert(GilStatus_Exception(GilStatus_Error("why")));
    ck_assert(GilStatus_IsError(GilStatus_NoMemory()));
    ck_assert_str_eq(GilStatus_Error("why").err_msg, "why");
    ck_assert(GilStatus_Exception(GilStatus_Exit(3)));
    ck_assert(GilStatus_IsExit(GilStatus_Exit(3)));
    ck_assert(!GilStatus_IsError(GilStatus_Exit(3)));
    ck_assert_int_eq(GilStatus_Exit(3).exitcode, 3);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("runtime/config");
    TCase *tc = tcase_create("config");

    tcase_add_test(tc, test_runtime_config__init_writes_its_size_and_no_byte_beyond);
    tcase_add_test(tc, test_runtime_config__read_fills_a_copy);
    tcase_add_test(tc, test_runtime_config__later_version_is_read_when_it_asks_for_nothing_new);
    tcase_add_test(tc, test_runtime_config__bad_values_are_refused);
    tcase_add_test(tc, test_runtime_config__statuses);
    suite_add_tcase(s, tc);
    return s;
}
