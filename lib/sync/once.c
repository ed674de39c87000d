/* SPDX-License-Identifier: MIT */
/* Once: NEW, RUNNING, DONE, and PARKED beside RUNNING while somebody may sleep. */
#include "sync/once.h"

#include "sync/machine.h"

#include <stddef.h>

/*
 * STATE. NEW (0) becomes RUNNING by the compare-and-exchange of the thread that does it; RUNNING becomes DONE, for
 * ever, or NEW again if it failed. PARKED stands beside RUNNING only; it changes in the bucket, may be set though
 * nobody sleeps, and is never clear while somebody sleeps.
 *
 * A failure wakes all: the first of them to look does it next, the others sleep again. To wake one would need a mark
 * beside NEW for those that sleep on, and one more way to lose them.
 */
#define RUNNING 1u
#define PARKED 2u

enum gil_once_found
gil_once_begin(uint8_t *byte)
{
    /* Acquire: pairs with gil_once_end(). */
    uint8_t seen = gil_load_acquire(byte);

    if (seen == GIL_ONCE_DONE)
        return GIL_ONCE_FOUND_DONE;
    if (seen == 0 && gil_cas_acq_rel(byte, &seen, RUNNING))
        return GIL_ONCE_FOUND_MINE;
    return seen == GIL_ONCE_DONE ? GIL_ONCE_FOUND_DONE : GIL_ONCE_FOUND_BUSY;
}

/* In the bucket: sees to it that who ends looks into the queue. 0: nobody does it now. */
static int
mark(uint8_t *byte)
{
    uint8_t seen = gil_load_relaxed(byte);

    do {
        if (!(seen & RUNNING))
            return 0;
    } while (!(seen & PARKED) && !gil_cas_acquire(byte, &seen, RUNNING | PARKED));
    return 1;
}

enum gil_waited
gil_once_sleep(uint8_t *byte, struct gil_wait *wait)
{
    struct gil_bucket *bucket = gil_parking_lock(byte);
    int busy = mark(byte);

    if (busy)
        gil_parking_add(bucket, &wait->me, byte);
    gil_parking_unlock(bucket);
    return busy ? gil_parking_sleep_or_leave(wait) : GIL_WAITED_AGAIN;
}

void
gil_once_end(uint8_t *byte, int done)
{
    uint8_t seen = RUNNING, is = done ? GIL_ONCE_DONE : 0;

    /* Release: what was done is seen by who finds it done. */
    if (gil_cas_acq_rel(byte, &seen, is))
        return;
    struct gil_bucket *bucket = gil_parking_lock(byte);
    struct gil_parked *all = gil_parking_take_all(bucket, byte);
    gil_store_release(byte, is);
    gil_parking_unlock(bucket);
    gil_parking_wake(all, 0);
}
