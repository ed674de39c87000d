/* SPDX-License-Identifier: MIT */
/* The arguments of a call in the order of the parameters. */
#ifndef GIL_VALUE_NAMED_ARGS_H
#define GIL_VALUE_NAMED_ARGS_H

#include "gilrt/object.h"

/* GilArg_UnpackKeywords() of checked arguments: names and fname are a parser's. Gives buf, or NULL with TypeError. */
GilObject *const *gil_named_args(GilObject *const *args, Gil_ssize_t nargs, GilObject *kwargs, GilObject *kwnames,
                                 const char *const *names, const char *fname, int minpos, int maxpos, int minkw,
                                 GilObject **buf);

#define GIL_TAKES_MAX 4 /* parameters of a built-in function */

/*
 * The same for a built-in function, which says in one text what it takes, and so has no table of addresses: three digits (how
 * many arguments it needs, how many may be given by position, how many parameters there are), then its name and theirs, each
 * ended by NUL: "022split\0sep\0maxsplit". A name "" is positional only. buf gets an argument for each parameter (borrowed),
 * NULL for what is not given. 0, or -1 with TypeError.
 */
int gil_take_args(const char *takes, GilObject *const *args, Gil_ssize_t nargs, GilObject *kwargs, GilObject *kwnames,
                  GilObject **buf);
/* For tp_new and tp_init. */
int gil_take_tuple(const char *takes, GilObject *args, GilObject *kwargs, GilObject **buf);

#endif
