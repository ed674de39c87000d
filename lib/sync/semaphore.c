/* SPDX-License-Identifier: MIT */
/* The semaphore: permits that lie there, or sleepers that get them one by one. */
#include "sync/semaphore.h"

#include "sync/machine.h"

#include <stddef.h>

/*
 * STATE. Permits lie there, or PARKED is set: never both. PARKED changes in the bucket; it may be set though nobody
 * sleeps (who gave up left it), and is never clear while somebody sleeps. While it is set nobody changes the word out
 * of the bucket: there is no permit to take, and who gives goes to the bucket.
 *
 * Who gives hands each permit to the first sleeper, so that those are served in order of arrival and a permit wakes one
 * thread, which need not look again. A sleeper that was handed one as its time ran out has it, and says so.
 */
#define PARKED GIL_SEMAPHORE_PARKED
#define PERMIT GIL_SEMAPHORE_PERMIT

int
gil_semaphore_try(uint32_t *word)
{
    uint32_t seen = gil_load_relaxed(word);

    do {
        if (seen < PERMIT)
            return 0;
        /* Acquire: pairs with gil_semaphore_release(). */
    } while (!gil_cas_acquire(word, &seen, seen - PERMIT));
    return 1;
}

/* In the bucket: sees to it that who gives looks into the queue. 0: there is a permit. */
static int
mark(uint32_t *word)
{
    uint32_t seen = gil_load_relaxed(word);

    do {
        if (seen >= PERMIT)
            return 0;
    } while (!(seen & PARKED) && !gil_cas_acquire(word, &seen, PARKED));
    return 1;
}

enum gil_waited
gil_semaphore_sleep(uint32_t *word, struct gil_wait *wait)
{
    struct gil_bucket *bucket = gil_parking_lock(word);
    int none = mark(word);

    if (none)
        gil_parking_add(bucket, &wait->me, word);
    gil_parking_unlock(bucket);
    return none ? gil_parking_sleep_or_leave(wait) : GIL_WAITED_AGAIN;
}

/* In the bucket, PARKED set: up to count sleepers, removed, chained by next; the rest of the permits is laid down. */
static struct gil_parked *
hand_out(struct gil_bucket *bucket, uint32_t *word, uint32_t count)
{
    struct gil_parked *served = NULL, **end = &served;

    while (count > 0 && (*end = gil_parking_take(bucket, word)) != NULL) {
        end = &(*end)->next;
        count--;
    }
    *end = NULL;
    /* Release: pairs with gil_semaphore_try(). From here on the semaphore may be gone. */
    gil_store_release(word, gil_parking_first(bucket, word) != NULL ? PARKED : count * PERMIT);
    return served;
}

int
gil_semaphore_release(uint32_t *word, uint32_t count)
{
    uint32_t seen = gil_load_relaxed(word);

    if (count > GIL_SEMAPHORE_MAX)
        return -1;
    for (;;) {
        if (seen & PARKED) {
            struct gil_bucket *bucket = gil_parking_lock(word);
            struct gil_parked *served = NULL;
            seen = gil_load_relaxed(word);
            int parked = (seen & PARKED) != 0;
            if (parked)
                served = hand_out(bucket, word, count);
            gil_parking_unlock(bucket);
            gil_parking_wake(served, 1);
            if (parked)
                return 0;
        }
        if (count > GIL_SEMAPHORE_MAX - seen / PERMIT)
            return -1;
        if (!(seen & PARKED) && gil_cas_acq_rel(word, &seen, seen + count * PERMIT))
            return 0;
    }
}
