/* SPDX-License-Identifier: MIT */
/* The barrier: a count, and a queue of those that are counted. */
#include "sync/barrier.h"

#include "base/panic.h"

#include <stddef.h>

/*
 * STATE. Under the bucket's mutex all of it: the queue of the barrier's address holds exactly those that have
 * arrived. The last one takes them out and sets the count to 0 in one step; so the next round begins with that step,
 * and a thread that comes for it cannot be mixed up with those of the round before, which no longer stand in the
 * queue.
 *
 * THE AWKWARD MOMENT. One gives up as the last arrives. Who has the bucket first decides: a thread that finds itself
 * in the last one's hands has passed, one that takes itself out is not counted.
 *
 * THE CHILD OF A FORK has nobody in the queue (gil_parking_forget_all()), and a count that may say otherwise: so the first that
 * comes begins at 0.
 *
 * There is no way through without the bucket, since each arrival has to be counted anyway.
 */

int
gil_barrier_arrive(struct gil_barrier *barrier, struct gil_wait *wait)
{
    struct gil_bucket *bucket = gil_parking_lock(barrier);
    struct gil_parked *all = NULL;

    if (gil_parking_first(bucket, barrier) == NULL)
        barrier->arrived = 0;
    int last = ++barrier->arrived >= barrier->parties;

    if (last) {
        all = gil_parking_take_all(bucket, barrier);
        barrier->arrived = 0;
    }
    else
        gil_parking_add(bucket, &wait->me, barrier);
    gil_parking_unlock(bucket);
    gil_parking_wake(all, 1);
    return last;
}

enum gil_waited
gil_barrier_sleep(struct gil_barrier *barrier, struct gil_wait *wait)
{
    if (gil_parking_sleep(wait))
        return GIL_WAITED_GOT;
    struct gil_bucket *bucket = gil_parking_lock(barrier);
    int left = gil_parking_leave(bucket, wait);
    if (left) {
        GIL_ASSERT(barrier->arrived > 0);
        barrier->arrived--;
    }
    gil_parking_unlock(bucket);
    if (left)
        return gil_parking_reason(wait);
    gil_parking_await(wait);
    return GIL_WAITED_GOT;
}
