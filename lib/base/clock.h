/* SPDX-License-Identifier: MIT */
/* The one clock of the library: monotonic, in nanoseconds. */
#ifndef GIL_BASE_CLOCK_H
#define GIL_BASE_CLOCK_H

#include <stdint.h>

/* Time since some fixed point of the past. Not touched by changes of the wall clock; stands still while the machine
 * sleeps. Lasts 584 years. */
uint64_t gil_clock_ns(void);
/* gil_clock_ns() + ns; UINT64_MAX, which means never, instead of an overflow. */
uint64_t gil_clock_deadline(uint64_t ns);

#endif
