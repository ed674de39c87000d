/* SPDX-License-Identifier: MIT */
/* The condition variable: a queue in the parking lot, and a byte that says whether it is worth a look. */
#include "sync/condition.h"

#include "sync/machine.h"

#include <stddef.h>

/*
 * STATE. The byte is PARKED or 0. PARKED may be set though nobody sleeps (who gave up left it); it is never clear while
 * somebody sleeps, and changes in the bucket only.
 *
 * THE AWKWARD MOMENT lies between giving the mutex back and sleeping. A waiter is in the queue before it gives the
 * mutex back; so whoever changes the condition under the mutex after that finds it there, or finds PARKED, and who is
 * told of the condition is always one that waited when it was told, never one that came later.
 *
 * The look at the byte without the bucket needs no order of its own: who told after it had the mutex sees what a waiter
 * did before it gave the mutex back; who tells without ever taking the mutex has no claim on waiters of that moment.
 *
 * Why telling all wakes all, and does not move them to the mutex's queue: that wants two buckets at once, in an order
 * of their own, and the mutex of all waiters to be the same. Those that find the mutex locked sleep in its queue by
 * themselves.
 */
#define PARKED 1u

void
gil_condition_enter(uint8_t *byte, struct gil_wait *wait)
{
    struct gil_bucket *bucket = gil_parking_lock(byte);

    gil_store_relaxed(byte, PARKED);
    gil_parking_add(bucket, &wait->me, byte);
    gil_parking_unlock(bucket);
}

void
gil_condition_notify(uint8_t *byte)
{
    if (gil_load_relaxed(byte) == 0)
        return;
    struct gil_bucket *bucket = gil_parking_lock(byte);
    struct gil_parked *first = gil_parking_take(bucket, byte);
    if (gil_parking_first(bucket, byte) == NULL)
        gil_store_relaxed(byte, 0);
    gil_parking_unlock(bucket);
    gil_parking_wake(first, 1);
}

void
gil_condition_notify_all(uint8_t *byte)
{
    if (gil_load_relaxed(byte) == 0)
        return;
    struct gil_bucket *bucket = gil_parking_lock(byte);
    struct gil_parked *all = gil_parking_take_all(bucket, byte);
    gil_store_relaxed(byte, 0);
    gil_parking_unlock(bucket);
    gil_parking_wake(all, 1);
}
