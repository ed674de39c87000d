/* SPDX-License-Identifier: MIT */
/* A runtime around a test. */
#include "support/support.h"

#include <gilrt.h>

void
gil_test_start(void)
{
    GilConfig config;

    GilConfig_Init(&config);
    GilStatus status = Gil_InitializeFromConfig(&config);
    if (GilStatus_Exception(status))
        ck_abort_msg("%s: %s", status.func, status.err_msg);
}

void
gil_test_stop(void)
{
    ck_assert_int_eq(Gil_FinalizeEx(), 0);
}
