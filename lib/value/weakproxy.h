/* SPDX-License-Identifier: MIT */
/* Weak proxies: start of their types. */
#ifndef GIL_VALUE_WEAKPROXY_H
#define GIL_VALUE_WEAKPROXY_H

/* Ready the types. 0, or -1: no memory. */
int gil_weakproxy_start(void);

#endif
