/* SPDX-License-Identifier: MIT */
/* The quick way through a format, tried before the general one. */
#ifndef GIL_MODULE_ARGS_QUICK_H
#define GIL_MODULE_ARGS_QUICK_H

#include "gilrt/args.h"

#include <stdarg.h>

/* The variables of a call. In a struct because a va_list cannot be handed on by address everywhere. */
struct gil_args_vars {
    va_list list;
};

/*
 * Positional arguments. 1: all are converted. 0: begin again in the general way, with the variables from the first; no
 * error is set, nothing was run or acquired.
 */
int gil_args_quick(GilObject *const *items, Gil_ssize_t n, const char *format, struct gil_args_vars *vars);
/* The same for a function with parameter names that got positional arguments only. */
int gil_args_quick_named(GilObject *const *items, Gil_ssize_t n, const char *format, GIL_CXX_CONST char *const *names,
                         struct gil_args_vars *vars);

#endif
