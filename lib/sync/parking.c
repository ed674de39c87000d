/* SPDX-License-Identifier: MIT */
/* The parking lot: a fixed number of queues, each under a short mutex, found by the address that is waited for. */
#include "sync/parking.h"

#include "base/panic.h"
#include "sync/machine.h"
#include "sync/mutex.h"

#include <stddef.h>

/*
 * STATE. A sleeper is in one of three places: in the queue of its bucket (queued), on its way out in the hands of a
 * waker that has removed it (not queued, WOKEN not set), or out (WOKEN). Only who has the bucket's mutex changes
 * queued; only a waker sets WOKEN, once, as the last thing it does to the sleeper's memory.
 *
 * Why WOKEN is set after the mutex is dropped: a waker of a thousand would keep the bucket, and with it strangers whose
 * address falls into the same one. So there is the place in between.
 *
 * THE AWKWARD MOMENT. A sleeper whose time is over takes the mutex to leave, and finds itself in a waker's hands.
 * Then it was woken, whatever the clock says: it waits, without a deadline, for the few instructions until WOKEN, and
 * takes what it was told. Were it to go, the waker would write into a stack frame that is no more, and a permit that
 * was handed to it would be lost.
 *
 * WHO MAY BE GONE. The wake uses the address of the sleeper's word after the store that lets it go, and nothing else:
 * a stray wake at worst (sync/machine.h).
 *
 * Why queues of our own and not a futex on the lock: a futex is four bytes, and its queue cannot tell the waker who
 * waits, nor how many, so that a lock could neither be handed over nor clear its mark when the last sleeper has gone.
 * Why a fixed number of buckets: they need no memory that may lack, and work before the runtime starts. Sleepers of
 * different addresses in one bucket cost each other a look at their addresses.
 */
#ifndef GIL_PARKING_BUCKETS
#define GIL_PARKING_BUCKETS 64 /* a power of two; the model takes fewer, so that addresses share one */
#endif

struct gil_bucket {
    struct gil_mutex mu;
    struct gil_parked *head, *tail; /* [mu] */
} __attribute__((aligned(64)));

static struct gil_bucket buckets[GIL_PARKING_BUCKETS] = {
    [0 ... GIL_PARKING_BUCKETS - 1] = {.mu = GIL_MUTEX_INIT(GIL_RANK_PARKING, "a bucket of the parking lot")},
};

static int forgotten; /* [const] in the child of a fork */

static struct gil_bucket *
bucket_of(const void *address)
{
    /* The golden ratio spreads neighbours; the high bits are the good ones. */
    uint64_t hash = (uint64_t)(uintptr_t)address * UINT64_C(0x9E3779B97F4A7C15);

    return &buckets[(hash >> 32) % GIL_PARKING_BUCKETS];
}

void
gil_parking_mutexes(void (*each)(struct gil_mutex *mutex))
{
    for (size_t i = 0; i < GIL_PARKING_BUCKETS; i++)
        each(&buckets[i].mu);
}

void
gil_parking_forget_all(void)
{
    for (size_t i = 0; i < GIL_PARKING_BUCKETS; i++) {
        gil_mutex_init(&buckets[i].mu, GIL_RANK_PARKING, "a bucket of the parking lot");
        buckets[i].head = buckets[i].tail = NULL;
    }
    forgotten = 1;
}

int
gil_parking_has_forgotten(void)
{
    return forgotten;
}

void
gil_wait_init(struct gil_wait *wait, uint64_t deadline)
{
    gil_wait_init_on(wait, deadline, &wait->me.state);
}

void
gil_wait_init_on(struct gil_wait *wait, uint64_t deadline, uint32_t *word)
{
    *wait = (struct gil_wait){.deadline = deadline, .me.word = word};
}

struct gil_bucket *
gil_parking_lock(const void *address)
{
    struct gil_bucket *bucket = bucket_of(address);

    gil_mutex_lock(&bucket->mu);
    return bucket;
}

void
gil_parking_unlock(struct gil_bucket *bucket)
{
    gil_mutex_unlock(&bucket->mu);
}

void
gil_parking_add(struct gil_bucket *bucket, struct gil_parked *me, const void *address)
{
    GIL_ASSERT(!me->queued);
    me->address = address;
    me->told = 0;
    me->queued = 1;
    me->next = NULL;
    me->prev = bucket->tail;
    if (me->prev != NULL)
        me->prev->next = me;
    else
        bucket->head = me;
    bucket->tail = me;
    /* Relaxed: nobody can find it before the mutex is dropped. ROUSED stays: it may be asked before it sleeps. */
    gil_fetch_and_seq_cst(me->word, ~GIL_PARKED_WOKEN);
}

/* From this one on, the first that waits at address. */
static struct gil_parked *
find(struct gil_parked *from, const void *address)
{
    while (from != NULL && from->address != address)
        from = from->next;
    return from;
}

struct gil_parked *
gil_parking_first(const struct gil_bucket *bucket, const void *address)
{
    return find(bucket->head, address);
}

struct gil_parked *
gil_parking_next(const struct gil_parked *parked)
{
    return find(parked->next, parked->address);
}

void
gil_parking_remove(struct gil_bucket *bucket, struct gil_parked *parked)
{
    GIL_ASSERT(parked->queued);
    if (parked->prev != NULL)
        parked->prev->next = parked->next;
    else
        bucket->head = parked->next;
    if (parked->next != NULL)
        parked->next->prev = parked->prev;
    else
        bucket->tail = parked->prev;
    parked->next = parked->prev = NULL;
    parked->queued = 0;
}

struct gil_parked *
gil_parking_take(struct gil_bucket *bucket, const void *address)
{
    struct gil_parked *first = gil_parking_first(bucket, address);

    if (first != NULL)
        gil_parking_remove(bucket, first);
    return first;
}

struct gil_parked *
gil_parking_take_all(struct gil_bucket *bucket, const void *address)
{
    struct gil_parked *all = NULL, **end = &all;
    struct gil_parked *next = gil_parking_first(bucket, address);

    while (next != NULL) {
        struct gil_parked *taken = next;
        next = gil_parking_next(taken);
        gil_parking_remove(bucket, taken);
        *end = taken;
        end = &taken->next;
    }
    return all;
}

void
gil_parking_wake(struct gil_parked *removed, uint32_t told)
{
    while (removed != NULL) {
        struct gil_parked *next = removed->next;
        uint32_t *word = removed->word;
        removed->told = told;
        /* Release: what was told, and all that was done before, is seen by who sees WOKEN. From here on the sleeper may
         * be gone. */
        gil_fetch_or_seq_cst(word, GIL_PARKED_WOKEN);
        gil_machine_unpark(word);
        removed = next;
    }
}

int
gil_parking_sleep(struct gil_wait *wait)
{
    uint32_t *word = wait->me.word;
    uint32_t state;

    gil_rank_parking(__func__);
    /* Acquire: pairs with gil_parking_wake(). */
    while ((state = gil_load_acquire(word)) == 0) {
        if (wait->deadline != GIL_MACHINE_NEVER && gil_machine_now() >= wait->deadline)
            return 0;
        gil_machine_park(word, 0, wait->deadline);
    }
    return (state & GIL_PARKED_WOKEN) != 0;
}

int
gil_parking_leave(struct gil_bucket *bucket, struct gil_wait *wait)
{
    if (!wait->me.queued)
        return 0;
    gil_parking_remove(bucket, &wait->me);
    return 1;
}

void
gil_parking_await(struct gil_wait *wait)
{
    uint32_t *word = wait->me.word;
    uint32_t state;

    /* Acquire: as in gil_parking_sleep(). */
    while (!((state = gil_load_acquire(word)) & GIL_PARKED_WOKEN))
        gil_machine_park(word, state, GIL_MACHINE_NEVER);
}

enum gil_waited
gil_parking_reason(const struct gil_wait *wait)
{
    return gil_load_relaxed(wait->me.word) & GIL_PARKED_ROUSED ? GIL_WAITED_ROUSED : GIL_WAITED_LATE;
}

enum gil_waited
gil_parking_sleep_or_leave(struct gil_wait *wait)
{
    if (!gil_parking_sleep(wait)) {
        struct gil_bucket *bucket = gil_parking_lock(wait->me.address);
        int left = gil_parking_leave(bucket, wait);
        gil_parking_unlock(bucket);
        if (left)
            return gil_parking_reason(wait);
        gil_parking_await(wait);
    }
    return wait->me.told != 0 ? GIL_WAITED_GOT : GIL_WAITED_AGAIN;
}

void
gil_parking_rouse(uint32_t *word)
{
    gil_fetch_or_seq_cst(word, GIL_PARKED_ROUSED);
    gil_machine_unpark(word);
}

void
gil_parking_calm(uint32_t *word)
{
    gil_fetch_and_seq_cst(word, ~GIL_PARKED_ROUSED);
}

void
gil_parking_spin(const uint8_t *byte, unsigned mask, unsigned unless)
{
    uint64_t limit = gil_machine_spin_ns();

    if (limit == 0)
        return;
    limit += gil_machine_now();
    do {
        for (int round = 0; round < GIL_MACHINE_SPIN_ROUNDS; round++) {
            unsigned seen = gil_load_relaxed(byte);
            if (!(seen & mask) || (seen & unless))
                return;
            gil_machine_relax();
        }
    } while (gil_machine_now() < limit);
}
