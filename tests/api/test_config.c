/* SPDX-License-Identifier: MIT */
/* Starting and stopping as a host does it. */
#include "support/support.h"

#include <gilrt.h>

#include <string.h>

static GilStatus
start(const GilConfig *config)
{
    GilStatus status = Gil_InitializeFromConfig(config);
    if (!GilStatus_Exception(status))
        ck_assert_int_eq(GilThreadState_IsAttached(), 1);
    return status;
}

START_TEST(test_api_config__start_and_stop)
{
    GilConfig config;

    GilConfig_Init(&config);
    ck_assert_uint_eq(config.size, sizeof(config));
    for (int i = 0; i < 3; i++) {
        ck_assert(!GilStatus_Exception(start(&config)));
        ck_assert_int_eq(Gil_IsInitialized(), 1);
        ck_assert_int_eq(Gil_FinalizeEx(), 0);
        ck_assert_int_eq(Gil_IsInitialized(), 0);
    }
}
END_TEST

START_TEST(test_api_config__limit_on_digits)
{
    GilConfig config;

    GilConfig_Init(&config);
    config.int_max_str_digits = 641;
    ck_assert(!GilStatus_Exception(start(&config)));
    ck_assert_int_eq(GilLong_GetMaxStrDigits(), 641);
    ck_assert_int_eq(Gil_FinalizeEx(), 0);
    config.int_max_str_digits = -1;
    ck_assert(!GilStatus_Exception(start(&config)));
    ck_assert_int_eq(GilLong_GetMaxStrDigits(), 0);
    ck_assert_int_eq(Gil_FinalizeEx(), 0);
    ck_assert_int_eq(Gil_Initialize(), 0);
    ck_assert_int_eq(GilLong_GetMaxStrDigits(), GIL_INT_MAX_STR_DIGITS_DEFAULT);
    ck_assert_int_eq(Gil_FinalizeEx(), 0);
}
END_TEST

START_TEST(test_api_config__twice_is_once)
{
    GilConfig config;

    GilConfig_Init(&config);
    ck_assert_int_eq(Gil_FinalizeEx(), 0);
    ck_assert(!GilStatus_Exception(start(&config)));
    ck_assert(!GilStatus_Exception(start(&config)));
    ck_assert_int_eq(Gil_Initialize(), 0);
    ck_assert_int_eq(Gil_FinalizeEx(), 0);
    ck_assert_int_eq(Gil_FinalizeEx(), 0);
}
END_TEST

START_TEST(test_api_config__errors_name_the_function)
{
    GilStatus status = Gil_InitializeFromConfig(NULL);

    ck_assert(GilStatus_IsError(status));
    ck_assert_str_eq(status.func, "Gil_InitializeFromConfig");
    ck_assert_ptr_nonnull(status.err_msg);
    ck_assert_int_eq(Gil_IsInitialized(), 0);

    GilConfig config;
    memset(&config, 0, sizeof(config));
    status = Gil_InitializeFromConfig(&config);
    ck_assert_ptr_nonnull(strstr(status.err_msg, "GilConfig_Init"));
}
END_TEST

START_TEST(test_api_config__switch_interval_is_the_interpreters)
{
    GilConfig config;

    GilConfig_Init(&config);
    ck_assert(!GilStatus_Exception(start(&config)));
    ck_assert_uint_eq(GilInterpreterState_GetSwitchInterval(GilInterpreterState_Get()), 5000000);
    ck_assert_int_eq(Gil_FinalizeEx(), 0);
    config.switch_interval_ns = 123456;
    ck_assert(!GilStatus_Exception(start(&config)));
    ck_assert_uint_eq(GilInterpreterState_GetSwitchInterval(GilInterpreterState_Get()), 123456);
    ck_assert_int_eq(Gil_FinalizeEx(), 0);
}
END_TEST

START_TEST(test_api_config__pending_error_does_not_outlive_the_stop)
{
    GilFinalizeReport report;

    ck_assert_int_eq(Gil_Initialize(), 0);
    GilErr_SetString(GilExc_ValueError, "left alone");
    ck_assert_int_eq(Gil_FinalizeEx(), 0);
    GilFinalizeReport_Init(&report);
    ck_assert_int_eq(Gil_GetFinalizeReport(&report), 0);
    ck_assert_uint_eq(report.stops, 1);
    ck_assert_uint_eq(report.objects, 0);
    ck_assert_uint_eq(report.blocks, 0);
    ck_assert_int_eq(Gil_Initialize(), 0);
    ck_assert_ptr_null(GilErr_Occurred());
    ck_assert_int_eq(Gil_FinalizeEx(), 0);
}
END_TEST

/* Whatever the system allows, a host that asked for atomic instructions gets them. */
START_TEST(test_api_config__lock_mode_is_obeyed)
{
    GilLockInfo info;
    GilConfig config;

    GilConfig_Init(&config);
    config.lock_mode = Gil_LOCK_MODE_FENCED;
    ck_assert(!GilStatus_Exception(Gil_InitializeFromConfig(&config)));
    GilLockInfo_Init(&info);
    ck_assert_int_eq(GilLock_GetInfo(GilInterpreterState_Get(), &info), 0);
    ck_assert_uint_eq(info.mode, GIL_LOCK_FENCED);
    ck_assert_int_eq(Gil_FinalizeEx(), 0);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("api/config");
    TCase *tc = tcase_create("config");

    tcase_add_test(tc, test_api_config__start_and_stop);
    tcase_add_test(tc, test_api_config__limit_on_digits);
    tcase_add_test(tc, test_api_config__twice_is_once);
    tcase_add_test(tc, test_api_config__errors_name_the_function);
    tcase_add_test(tc, test_api_config__switch_interval_is_the_interpreters);
    tcase_add_test(tc, test_api_config__lock_mode_is_obeyed);
    tcase_add_test(tc, test_api_config__pending_error_does_not_outlive_the_stop);
    suite_add_tcase(s, tc);
    return s;
}
