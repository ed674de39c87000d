/* SPDX-License-Identifier: MIT */
/* The machine under Linux: futexes, the monotonic clock, the number of processors. */
#include "sync/machine.h"

#include "base/clock.h"

#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* About the price of sleeping and being woken: spinning longer than that cannot win, spinning that long loses at most
 * a factor of two. */
#define SPIN_NS 10000u

static uint64_t spin_ns; /* [const] after gil_machine_start(), which may be repeated with the same result */

void
gil_machine_start(void)
{
    cpu_set_t allowed;

    CPU_ZERO(&allowed);
    /* Refused, or more processors than fit the set: then there are many. */
    int several = sched_getaffinity(0, sizeof allowed, &allowed) != 0 || CPU_COUNT(&allowed) > 1;
    gil_store_relaxed(&spin_ns, several ? SPIN_NS : 0);
}

void
gil_machine_park(uint32_t *word, uint32_t expected, uint64_t deadline)
{
    struct timespec until = {(time_t)(deadline / 1000000000u), (long)(deadline % 1000000000u)};
    int saved = errno;

    /* The BITSET form takes an absolute time on CLOCK_MONOTONIC. EINTR, EAGAIN, ETIMEDOUT: all "look again". */
    syscall(SYS_futex, word, FUTEX_WAIT_BITSET | FUTEX_PRIVATE_FLAG, expected,
            deadline == GIL_MACHINE_NEVER ? NULL : &until, NULL, FUTEX_BITSET_MATCH_ANY);
    errno = saved;
}

void
gil_machine_unpark(uint32_t *word)
{
    int saved = errno;

    syscall(SYS_futex, word, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 1, NULL, NULL, 0);
    errno = saved;
}

uint64_t
gil_machine_now(void)
{
    return gil_clock_ns();
}

unsigned long
gil_machine_thread(void)
{
    return (unsigned long)pthread_self();
}

uint64_t
gil_machine_spin_ns(void)
{
    return gil_load_relaxed(&spin_ns);
}
