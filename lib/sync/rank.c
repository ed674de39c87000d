/* SPDX-License-Identifier: MIT */
/* The checker of the lock order: which mutexes each thread holds, in a debug build. */
#include "sync/rank.h"

#include "base/panic.h"
#include "sync/mutex.h"
#include "sync/order.h"

#include <stddef.h>

#ifdef GIL_DEBUG

/*
 * [own] One place a rank, for ranks rise strictly and so a thread holds at most one mutex of each. Small: a library
 * that comes by dlopen() shares what little thread-local storage is left with others.
 */
static __thread const struct gil_mutex *held[GIL_RANK_END - 1];

/* No mutex has the rank OUTSIDE: its place says whether the thread takes them all. */
static int
takes_all(void)
{
    return held[GIL_RANK_OUTSIDE - 1] != NULL;
}

static const struct gil_mutex **
place_of(const struct gil_mutex *mutex)
{
    return &held[mutex->rank - 1];
}

/* The one of the highest rank above floor that is held, or NULL. */
static const struct gil_mutex *
highest_above(int floor)
{
    for (int rank = GIL_RANK_END - 1; rank > floor; rank--)
        if (held[rank - 1] != NULL)
            return held[rank - 1];
    return NULL;
}

void
gil_rank_take(const struct gil_mutex *mutex)
{
    if (takes_all())
        return;
    const struct gil_mutex *other = highest_above((int)mutex->rank - 1);
    if (other != NULL)
        gil_panic(__func__, "lock order: %s (rank %d) is wanted while %s (rank %d) is held", mutex->name,
                  (int)mutex->rank, other->name, (int)other->rank);
    *place_of(mutex) = mutex;
}

void
gil_rank_drop(const struct gil_mutex *mutex)
{
    if (takes_all())
        return;
    if (*place_of(mutex) != mutex)
        gil_panic(__func__, "%s is dropped by a thread that does not hold it", mutex->name);
    *place_of(mutex) = NULL;
}

void
gil_rank_parking(const char *func)
{
    const struct gil_mutex *other = highest_above(GIL_RANK_OUTSIDE);

    if (other != NULL)
        gil_panic(func, "lock order: waiting while %s is held", other->name);
}

void
gil_rank_all(int begins)
{
    static const struct gil_mutex all = {.name = "all"};

    held[GIL_RANK_OUTSIDE - 1] = begins ? &all : NULL;
}

void
gil_rank_waiting(const char *func)
{
    gil_rank_parking(func);
    gil_order_waits_for_lock(func);
}

#endif
