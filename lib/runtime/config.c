/* SPDX-License-Identifier: MIT */
/*
 * Statuses and configurations.
 *
 * A configuration is a struct of the program's, whose size says which version of the header the program was compiled
 * with. A smaller one is completed with defaults. Of a larger one the part that this version does not know must be
 * zero, as GilConfig_Init() left it: to ignore what a program asks for would be worse than to refuse it.
 */
#include "runtime/config.h"

#include "gilrt/lock.h"
#include "gilrt/long.h"

#include <string.h>

/* The first version of the struct, which all later ones begin with. */
#define FIRST_SIZE offsetof(GilConfig, finalize_timeout_ns)
/* No version will be as large; a size that was never set is likely to be. */
#define LARGEST_SIZE 4096

GilStatus
GilStatus_Ok(void)
{
    return (GilStatus){._type = _GilStatus_TYPE_OK};
}

GilStatus
GilStatus_Error(const char *err_msg)
{
    return (GilStatus){._type = _GilStatus_TYPE_ERROR, .err_msg = err_msg};
}

GilStatus
GilStatus_NoMemory(void)
{
    return GilStatus_Error("memory allocation failed");
}

GilStatus
GilStatus_Exit(int exitcode)
{
    return (GilStatus){._type = _GilStatus_TYPE_EXIT, .exitcode = exitcode};
}

int
GilStatus_Exception(GilStatus status)
{
    return status._type != _GilStatus_TYPE_OK;
}

int
GilStatus_IsError(GilStatus status)
{
    return status._type == _GilStatus_TYPE_ERROR;
}

int
GilStatus_IsExit(GilStatus status)
{
    return status._type == _GilStatus_TYPE_EXIT;
}

void
_GilConfig_InitSized(GilConfig *config, size_t size)
{
    if (config == NULL || size < sizeof config->size)
        return;
    /* All defaults are zero, those of later versions too. */
    memset(config, 0, size);
    config->size = size;
}

GilStatus
gil_status_error(const char *func, const char *message)
{
    return (GilStatus){._type = _GilStatus_TYPE_ERROR, .func = func, .err_msg = message};
}

const char *
gil_config_wrong_digits(int digits)
{
    return digits == 0 || digits == -1 || digits >= GIL_INT_MAX_STR_DIGITS_MIN
               ? NULL
               : "int_max_str_digits is neither -1 nor 0 nor from 640 up";
}

int
gil_config_digits(int digits)
{
    return digits == 0 ? GIL_INT_MAX_STR_DIGITS_DEFAULT : Gil_MAX(digits, 0);
}

GilStatus
gil_config_read(const char *func, const GilConfig *config, GilConfig *read)
{
    if (config == NULL)
        return gil_status_error(func, "the configuration is NULL");
    size_t size = config->size;
    if (size < FIRST_SIZE || size > LARGEST_SIZE)
        return gil_status_error(func, "the configuration was not filled by GilConfig_Init()");
    for (size_t i = sizeof(*read); i < size; i++)
        if (((const unsigned char *)config)[i] != 0)
            return gil_status_error(func, "the configuration sets a field that this version of libgilrt does not have");
    _GilConfig_InitSized(read, sizeof(*read));
    memcpy(read, config, size < sizeof(*read) ? size : sizeof(*read));
    read->size = sizeof(*read);

    if (read->lock_mode != Gil_LOCK_MODE_DEFAULT && read->lock_mode != Gil_LOCK_MODE_FENCED)
        return gil_status_error(func, "lock_mode is none of Gil_LOCK_MODE_DEFAULT and Gil_LOCK_MODE_FENCED");
    if (read->switch_interval_ns != 0 && (read->switch_interval_ns < GIL_SWITCH_INTERVAL_MIN ||
                                          read->switch_interval_ns > GIL_SWITCH_INTERVAL_MAX))
        return gil_status_error(func, "switch_interval_ns is neither 0 nor from 1 000 to 3 600 000 000 000");
    if (read->late_policy != Gil_LATE_SLEEP && read->late_policy != Gil_LATE_ABORT)
        return gil_status_error(func, "late_policy is none of Gil_LATE_SLEEP and Gil_LATE_ABORT");
    if (read->exit_policy != Gil_EXIT_ABORT && read->exit_policy != Gil_EXIT_RELEASE)
        return gil_status_error(func, "exit_policy is none of Gil_EXIT_ABORT and Gil_EXIT_RELEASE");
    if (gil_config_wrong_digits(read->int_max_str_digits) != NULL)
        return gil_status_error(func, gil_config_wrong_digits(read->int_max_str_digits));
    return GilStatus_Ok();
}
