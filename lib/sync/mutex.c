/* SPDX-License-Identifier: MIT */
/* The internal mutex: one word, parked on when it is taken. */
#include "sync/mutex.h"

#include "base/panic.h"
#include "sync/machine.h"

/*
 * The word is FREE, HELD, or CONTENDED. CONTENDED may stand though nobody sleeps; while somebody sleeps the word is
 * CONTENDED: a sleeper puts it there itself, in the same step in which it looks whether the mutex is free.
 *
 * The awkward moment: a thread that was woken cannot know whether others still sleep, so it takes the mutex as CONTENDED,
 * and its unlock wakes one for nothing at worst. Taking it as HELD would be the lost wake-up of the sleeper beside it.
 *
 * Why not pthread_mutex_t: the lock must not depend on libc, and its unlock may still read the mutex after the next holder
 * has destroyed it; here only the address is used by then.
 */
/* [atomic] The thread that holds all of them between GilOS_BeforeFork() and what follows, or 0: it would wait for itself. Relaxed: who
 * asks wrote it himself, or is another. */
static unsigned long holder_of_all;

#define FREE 0u
#define HELD 1u
#define CONTENDED 2u

void
gil_mutex_init(struct gil_mutex *mutex, enum gil_rank rank, const char *name)
{
    mutex->word = FREE;
    mutex->rank = rank;
    mutex->name = name;
}

void
gil_mutex_hold_all(unsigned long thread)
{
    gil_store_relaxed(&holder_of_all, thread);
}

int
gil_mutex_is_all_mine(void)
{
    unsigned long thread = gil_load_relaxed(&holder_of_all);

    return thread != 0 && thread == gil_machine_thread();
}

static __attribute__((noinline, cold)) void
check_not_mine(struct gil_mutex *mutex)
{
    if (gil_mutex_is_all_mine() && gil_mutex_is_locked(mutex))
        gil_panic("GilOS_BeforeFork", "the thread that called it calls into the runtime: it may call fork() and then "
                                      "GilOS_AfterFork_Parent() or GilOS_AfterFork_Child(), and nothing else in between");
}

void
gil_mutex_lock(struct gil_mutex *mutex)
{
    uint32_t seen = FREE;

    if (__builtin_expect(gil_load_relaxed(&holder_of_all) != 0, 0))
        check_not_mine(mutex);
    gil_rank_take(mutex);
    /* Acquire: pairs with the exchange of gil_mutex_unlock(), so that what the last holder wrote is seen. */
    if (gil_cas_acquire(&mutex->word, &seen, HELD))
        return;
    while (gil_exchange_acq_rel(&mutex->word, CONTENDED) != FREE)
        gil_machine_park(&mutex->word, CONTENDED, GIL_MACHINE_NEVER);
}

int
gil_mutex_try(struct gil_mutex *mutex)
{
    uint32_t seen = FREE;

    /* Acquire: as in gil_mutex_lock(). */
    if (!gil_cas_acquire(&mutex->word, &seen, HELD))
        return 0;
    gil_rank_take(mutex);
    return 1;
}

void
gil_mutex_unlock(struct gil_mutex *mutex)
{
    gil_rank_drop(mutex);
    uint32_t was = gil_exchange_acq_rel(&mutex->word, FREE);
    GIL_ASSERT(was != FREE);
    if (was == CONTENDED)
        gil_machine_unpark(&mutex->word);
}

int
gil_mutex_is_locked(struct gil_mutex *mutex)
{
    return gil_load_relaxed(&mutex->word) != FREE;
}
