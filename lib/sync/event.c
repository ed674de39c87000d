/* SPDX-License-Identifier: MIT */
/* The event: SET or not, PARKED while somebody may sleep for it, and how often it was set. */
#include "sync/event.h"

#include "sync/machine.h"

#include <stddef.h>

/*
 * STATE. SET and PARKED are never set both. PARKED is set and cleared in the bucket; it may be set though nobody
 * sleeps (who gave up left it), and is never clear while somebody sleeps. SET is stored out of the bucket only where
 * PARKED is not set, by a compare-and-exchange that a sleeper's mark would make fail.
 *
 * Who sleeps when it is set goes on, though it be cleared before that thread runs: it is told, and does not look again.
 * Who waits and does not sleep, because it has yet to or because it makes a call within its wait, looks at the count of the
 * times that SET was stored anew: another one than when the wait began. The count is of six bits, so 64 times, or a multiple,
 * in one such call are missed. Why not an entry in the queue meanwhile, which would miss nothing: it would be on the stack of
 * a thread that runs anything, and may not come back; and whoever comes by a lock in the same memory would wake it.
 */
#define SET 1u
#define PARKED 2u
#define TIME 4u
#define TIMES_SHIFT 2

int
gil_event_is_set(const uint8_t *byte)
{
    /* Acquire: pairs with gil_event_set(). */
    return (gil_load_acquire(byte) & SET) != 0;
}

uint8_t
gil_event_times(const uint8_t *byte)
{
    return gil_load_relaxed(byte) >> TIMES_SHIFT;
}

int
gil_event_has_been(const uint8_t *byte, uint8_t since)
{
    /* Acquire: as above; who cleared it, or marked it since, has passed on what was released. */
    uint8_t seen = gil_load_acquire(byte);

    return (seen & SET) != 0 || seen >> TIMES_SHIFT != since;
}

static uint8_t
when_set(uint8_t seen)
{
    return seen & SET ? seen : (uint8_t)(((seen & ~PARKED) + TIME) | SET);
}

static void
set_and_wake(uint8_t *byte)
{
    struct gil_bucket *bucket = gil_parking_lock(byte);
    struct gil_parked *all = gil_parking_take_all(bucket, byte);
    uint8_t seen = gil_load_relaxed(byte);

    /* Release: pairs with gil_event_is_set(). From here on the event may be gone. */
    while (!gil_cas_acq_rel(byte, &seen, when_set(seen)))
        continue;
    gil_parking_unlock(bucket);
    gil_parking_wake(all, 1);
}

void
gil_event_set(uint8_t *byte)
{
    uint8_t seen = gil_load_relaxed(byte);

    do {
        if (seen & PARKED) {
            set_and_wake(byte);
            return;
        }
        /* Also where it is set already: what this thread did before is seen by who finds it set. */
    } while (!gil_cas_acq_rel(byte, &seen, when_set(seen)));
}

void
gil_event_clear(uint8_t *byte)
{
    gil_fetch_and_seq_cst(byte, (uint8_t)~SET);
}

/* In the bucket: sees to it that who sets it looks into the queue. 0: it is set, or was. */
static int
mark(uint8_t *byte, uint8_t since)
{
    uint8_t seen = gil_load_relaxed(byte);

    do {
        if ((seen & SET) || seen >> TIMES_SHIFT != since)
            return 0;
    } while (!(seen & PARKED) && !gil_cas_acquire(byte, &seen, (uint8_t)(seen | PARKED)));
    return 1;
}

enum gil_waited
gil_event_sleep(uint8_t *byte, uint8_t since, struct gil_wait *wait)
{
    struct gil_bucket *bucket = gil_parking_lock(byte);
    int missing = mark(byte, since);

    if (missing)
        gil_parking_add(bucket, &wait->me, byte);
    gil_parking_unlock(bucket);
    return missing ? gil_parking_sleep_or_leave(wait) : GIL_WAITED_AGAIN;
}
