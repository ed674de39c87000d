/* SPDX-License-Identifier: MIT */
/* Reading a configuration of any version. */
#ifndef GIL_RUNTIME_CONFIG_H
#define GIL_RUNTIME_CONFIG_H

#include "gilrt/config.h"

/* An error status in the name of func. */
GilStatus gil_status_error(const char *func, const char *message);
/* Copy config, which may be of an older or newer version, and judge it. The status names func. */
GilStatus gil_config_read(const char *func, const GilConfig *config, GilConfig *read);
/* What is wrong with the field int_max_str_digits, or NULL; and the limit that it asks for, 0: none. */
const char *gil_config_wrong_digits(int digits);
int gil_config_digits(int digits);

#endif
