/* SPDX-License-Identifier: MIT */
/* The checker of the lock order: which mutexes each thread holds, in a debug build. */
#include "sync/rank.h"

#include "base/panic.h"
#include "sync/mutex.h"

#include <stddef.h>

#ifdef GIL_DEBUG

/* More than there are ranks: ranks rise strictly, so a thread cannot hold more. */
#define HELD_MAX 8

static __thread struct {
    const struct gil_mutex *mutex[HELD_MAX];
    int count;
} held; /* [own] in the order of taking */

void
gil_rank_take(const struct gil_mutex *mutex)
{
    const struct gil_mutex *last = held.count > 0 ? held.mutex[held.count - 1] : NULL;

    if (last != NULL && last->rank >= mutex->rank)
        gil_panic(__func__, "lock order: %s (rank %d) is wanted while %s (rank %d) is held", mutex->name,
                  (int)mutex->rank, last->name, (int)last->rank);
    held.mutex[held.count++] = mutex;
}

void
gil_rank_drop(const struct gil_mutex *mutex)
{
    int at = held.count - 1;

    while (at >= 0 && held.mutex[at] != mutex)
        at--;
    if (at < 0)
        gil_panic(__func__, "%s is dropped by a thread that does not hold it", mutex->name);
    held.count--;
    for (; at < held.count; at++)
        held.mutex[at] = held.mutex[at + 1];
}

void
gil_rank_waiting(const char *func)
{
    for (int at = 0; at < held.count; at++)
        if (held.mutex[at]->rank > GIL_RANK_OUTSIDE)
            gil_panic(func, "lock order: waiting while %s is held", held.mutex[at]->name);
}

#endif
