/* SPDX-License-Identifier: MIT */
/* Mapping proxies from inside: their start. */
#ifndef GIL_VALUE_DICTPROXY_H
#define GIL_VALUE_DICTPROXY_H

#include "gilrt/dictproxy.h"

/* Ready the type; once a process. 0, or -1: no memory. */
int gil_dictproxy_start(void);

#endif
