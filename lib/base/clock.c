/* SPDX-License-Identifier: MIT */
/* The one clock of the library. */
#include "base/clock.h"

#include "base/panic.h"

#include <time.h>

uint64_t
gil_clock_ns(void)
{
    struct timespec now;

    /* CLOCK_MONOTONIC always exists on Linux; only a sandbox without vDSO that forbids the call makes this fail, and
     * then no deadline means anything. */
    if (clock_gettime(CLOCK_MONOTONIC, &now) != 0)
        gil_panic(__func__, "clock_gettime(CLOCK_MONOTONIC) is refused; a sandbox must allow it");
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

uint64_t
gil_clock_deadline(uint64_t ns)
{
    uint64_t now = gil_clock_ns();
    return ns > UINT64_MAX - now ? UINT64_MAX : now + ns;
}
