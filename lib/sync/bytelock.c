/* SPDX-License-Identifier: MIT */
/* The mutex of one byte: LOCKED and PARKED, and a queue in the parking lot. */
#include "sync/bytelock.h"

#include "sync/machine.h"
#include "sync/order.h"

#include <stddef.h>

/*
 * STATE. LOCKED: somebody has it. PARKED: somebody may sleep for it. LOCKED is changed by a compare-and-exchange,
 * PARKED only by who has the bucket of the byte's address; and while both are set, by that one alone is anything
 * changed: so there a plain store will do.
 *
 * LEGALITY. PARKED may be set though nobody sleeps (who gave up left it): the next unlock looks into the queue for
 * nothing and clears it. PARKED is never clear while somebody sleeps, since it is set before, in the bucket, with the
 * look whether the mutex is locked; and it is cleared in the bucket, when the queue is seen to be empty.
 *
 * ORDER. An open mutex goes to who comes first, the one that was woken for it included: handing it over each time
 * would cost two switches a turn. But a sleeper that has waited for 1 ms is handed it: the unlock leaves LOCKED and
 * tells so. Then the mutex is held by a thread that does not run yet, and that may have to wait for its interpreter's
 * lock first. So a mutex whose holder must not do that (GIL_ORDER_LOCK and above) is never handed over.
 *
 * THE AWKWARD MOMENT. Between the look that found the mutex locked and the sleep its holder may unlock it: both look
 * again in the bucket, and PARKED makes the holder go there.
 *
 * Why not four bytes and a futex: a byte fits into objects that have one to spare, and each of a million objects can
 * have a mutex. Why not spin for longer: the holder may need the processor, or the interpreter's lock; the caller has
 * left the latter before it comes here.
 */

/* In the bucket: sees to it that who unlocks looks into the queue. 0: the mutex is open. */
static int
mark(uint8_t *byte)
{
    uint8_t seen = gil_load_relaxed(byte);

    do {
        if (!(seen & GIL_BYTELOCK_LOCKED))
            return 0;
        /* Relaxed would do: the bucket's mutex orders the queue, and the byte's own order the mark. */
    } while (!(seen & GIL_BYTELOCK_PARKED) && !gil_cas_acquire(byte, &seen, (uint8_t)(seen | GIL_BYTELOCK_PARKED)));
    return 1;
}

enum gil_waited
gil_bytelock_sleep(uint8_t *byte, struct gil_wait *wait)
{
    gil_parking_spin(byte, GIL_BYTELOCK_LOCKED, GIL_BYTELOCK_PARKED);
    if (wait->me.fair == 0)
        wait->me.fair = gil_machine_now() + GIL_BYTELOCK_FAIR_NS;
    struct gil_bucket *bucket = gil_parking_lock(byte);
    int locked = mark(byte);
    if (locked)
        gil_parking_add(bucket, &wait->me, byte);
    gil_parking_unlock(bucket);
    return locked ? gil_parking_sleep_or_leave(wait) : GIL_WAITED_AGAIN;
}

/* Whether the sleeper is to be handed the mutex. */
static int
is_due(const struct gil_parked *first, uint8_t byte)
{
    return (byte >> GIL_BYTELOCK_RANK_SHIFT) < GIL_ORDER_LOCK && gil_machine_now() >= first->fair;
}

void
gil_bytelock_unlock_parked(uint8_t *byte)
{
    struct gil_bucket *bucket = gil_parking_lock(byte);
    uint8_t rank = gil_load_relaxed(byte) & (uint8_t)~(GIL_BYTELOCK_LOCKED | GIL_BYTELOCK_PARKED);
    struct gil_parked *first = gil_parking_take(bucket, byte);
    int handed = first != NULL && is_due(first, rank);
    unsigned left = gil_parking_first(bucket, byte) != NULL ? GIL_BYTELOCK_PARKED : 0;

    /* Release: pairs with gil_bytelock_try(). From here on the mutex may be gone. */
    gil_store_release(byte, (uint8_t)(rank | left | (handed ? GIL_BYTELOCK_LOCKED : 0)));
    gil_parking_unlock(bucket);
    gil_parking_wake(first, handed);
}

int
gil_bytelock_is_locked(const uint8_t *byte)
{
    return (gil_load_relaxed(byte) & GIL_BYTELOCK_LOCKED) != 0;
}
