/* SPDX-License-Identifier: MIT */
/* The event: SET or not, and PARKED while somebody may sleep for it. */
#include "sync/event.h"

#include "sync/machine.h"

#include <stddef.h>

/*
 * STATE. SET and PARKED are never set both. PARKED is set and cleared in the bucket; it may be set though nobody
 * sleeps (who gave up left it), and is never clear while somebody sleeps. SET is stored out of the bucket only where
 * PARKED is not set, by a compare-and-exchange that a sleeper's mark would make fail.
 *
 * Who sleeps when it is set goes on, though it be cleared before that thread runs: it is told, and does not look again.
 */
#define SET 1u
#define PARKED 2u

int
gil_event_is_set(const uint8_t *byte)
{
    /* Acquire: pairs with gil_event_set(). */
    return (gil_load_acquire(byte) & SET) != 0;
}

void
gil_event_set(uint8_t *byte)
{
    uint8_t seen = gil_load_relaxed(byte);

    do {
        if (seen & PARKED) {
            struct gil_bucket *bucket = gil_parking_lock(byte);
            struct gil_parked *all = gil_parking_take_all(bucket, byte);
            /* Release: pairs with gil_event_is_set(). From here on the event may be gone. */
            gil_store_release(byte, SET);
            gil_parking_unlock(bucket);
            gil_parking_wake(all, 1);
            return;
        }
        /* Also where it is set already: what this thread did before is seen by who finds it set. */
    } while (!gil_cas_acq_rel(byte, &seen, SET));
}

void
gil_event_clear(uint8_t *byte)
{
    gil_fetch_and_seq_cst(byte, (uint8_t)~SET);
}

/* In the bucket: sees to it that who sets it looks into the queue. 0: it is set. */
static int
mark(uint8_t *byte)
{
    uint8_t seen = gil_load_relaxed(byte);

    do {
        if (seen & SET)
            return 0;
    } while (!(seen & PARKED) && !gil_cas_acquire(byte, &seen, PARKED));
    return 1;
}

enum gil_waited
gil_event_sleep(uint8_t *byte, struct gil_wait *wait)
{
    struct gil_bucket *bucket = gil_parking_lock(byte);
    int missing = mark(byte);

    if (missing)
        gil_parking_add(bucket, &wait->me, byte);
    gil_parking_unlock(bucket);
    return missing ? gil_parking_sleep_or_leave(wait) : GIL_WAITED_AGAIN;
}
