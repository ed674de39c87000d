/* SPDX-License-Identifier: MIT */
/* Readers and writers: a word of flags and a count, and one queue for both. */
#include "sync/rwlock.h"

#include "base/panic.h"
#include "sync/machine.h"

#include <stddef.h>

/*
 * STATE. WRITER: one writes. The count: so many read. PARKED: somebody sleeps. At most one of the first two; and the
 * lock is never open while PARKED is set, because who leaves as the last hands it on: to the writer that is first in
 * the queue, or to all readers that stand before the first writer.
 *
 * LEGALITY. In the bucket PARKED is set exactly while the queue is not empty. Out of the bucket others may only lower
 * the count, and not to 0 while PARKED is set: the last reader goes to the bucket. While PARKED is set nobody enters
 * but from the queue, a reader beside readers neither: so a stream of readers passes no writer, and, since the queue
 * is in order of arrival, a stream of writers passes no reader.
 *
 * THE AWKWARD MOMENT. A writer that gives up may be all that kept the readers behind it from going in beside those that
 * read. It lets them in itself: they would wait until the present readers leave, and one of these may wait for them.
 *
 * THE CHILD OF A FORK has nobody in the queue (gil_parking_forget_all()), and PARKED where others waited. Who holds the lock there
 * and leaves finds an empty queue; but a reader that comes beside readers looks there first.
 *
 * Why the lock is handed on here, and left open by the mutex: readers that are woken to try would find that the first
 * of them has shut the others out again, if a writer waits behind. The price is that a holder may be a thread that
 * has yet to wake up, and to get its interpreter's lock; so this lock is for sections that are long and mostly read.
 */
#define WRITER GIL_RWLOCK_WRITER
#define PARKED GIL_RWLOCK_PARKED
#define READER GIL_RWLOCK_READER

enum { READ, WRITE };

static int
may_enter(uint32_t word, int wants)
{
    return wants == READ ? !(word & (WRITER | PARKED)) : word == 0;
}

static int
try(uint32_t *word, int wants)
{
    uint32_t seen = gil_load_relaxed(word);

    do {
        if (!may_enter(seen, wants))
            return 0;
        /* Acquire: pairs with the release of the unlocks. */
    } while (!gil_cas_acquire(word, &seen, wants == READ ? seen + READER : WRITER));
    return 1;
}

/* PARKED goes, if nobody sleeps. */
static void
settle(uint32_t *word)
{
    struct gil_bucket *bucket = gil_parking_lock(word);

    if (gil_parking_first(bucket, word) == NULL)
        gil_fetch_and_seq_cst(word, ~PARKED);
    gil_parking_unlock(bucket);
}

int
gil_rwlock_try_read(uint32_t *word)
{
    if (try(word, READ))
        return 1;
    if (!gil_parking_has_forgotten() || (gil_load_relaxed(word) & (WRITER | PARKED)) != PARKED)
        return 0;
    settle(word);
    return try(word, READ);
}

int
gil_rwlock_try_write(uint32_t *word)
{
    return try(word, WRITE);
}

/* In the bucket: sees to it that who leaves looks into the queue. 0: it can be entered. */
static int
mark(uint32_t *word, int wants)
{
    uint32_t seen = gil_load_relaxed(word);

    do {
        if (may_enter(seen, wants))
            return 0;
    } while (!gil_cas_acquire(word, &seen, seen | PARKED));
    return 1;
}

/* In the bucket: the readers at the head of the queue, removed, chained by next; how many is added to *count. */
static struct gil_parked *
take_readers(struct gil_bucket *bucket, const uint32_t *word, uint32_t *count)
{
    struct gil_parked *readers = NULL, **end = &readers;
    struct gil_parked *first;

    while ((first = gil_parking_first(bucket, word)) != NULL && first->wants == READ) {
        gil_parking_remove(bucket, first);
        *end = first;
        end = &first->next;
        ++*count;
    }
    return readers;
}

static uint32_t
parked_flag(struct gil_bucket *bucket, const uint32_t *word)
{
    return gil_parking_first(bucket, word) != NULL ? PARKED : 0;
}

/*
 * In the bucket, after one that waited has been removed: nobody is to wait for it any more. Returns those that can go
 * in now.
 */
static struct gil_parked *
close_gap(struct gil_bucket *bucket, uint32_t *word)
{
    struct gil_parked *readers = NULL;
    uint32_t seen = gil_load_relaxed(word), count = 0;

    /* Who writes hands on by itself, and a reader that leaves as the last one waits for the bucket. */
    if (!(seen & WRITER))
        readers = take_readers(bucket, word, &count);
    /* Release and acquire: the readers get what a last writer left by way of the present readers. */
    while (!gil_cas_acq_rel(word, &seen, ((seen & ~PARKED) + count * READER) | parked_flag(bucket, word)))
        continue;
    return readers;
}

static enum gil_waited
leave(uint32_t *word, struct gil_wait *wait)
{
    struct gil_bucket *bucket = gil_parking_lock(word);
    int left = gil_parking_leave(bucket, wait);
    struct gil_parked *readers = left ? close_gap(bucket, word) : NULL;

    gil_parking_unlock(bucket);
    gil_parking_wake(readers, 1);
    if (left)
        return gil_parking_reason(wait);
    gil_parking_await(wait);
    return GIL_WAITED_GOT;
}

static enum gil_waited
sleep_for(uint32_t *word, struct gil_wait *wait, int wants)
{
    struct gil_bucket *bucket = gil_parking_lock(word);
    int taken = mark(word, wants);

    if (taken) {
        wait->me.wants = (uint32_t)wants;
        gil_parking_add(bucket, &wait->me, word);
    }
    gil_parking_unlock(bucket);
    if (!taken)
        return GIL_WAITED_AGAIN;
    return gil_parking_sleep(wait) ? GIL_WAITED_GOT : leave(word, wait);
}

enum gil_waited
gil_rwlock_sleep_read(uint32_t *word, struct gil_wait *wait)
{
    return sleep_for(word, wait, READ);
}

enum gil_waited
gil_rwlock_sleep_write(uint32_t *word, struct gil_wait *wait)
{
    return sleep_for(word, wait, WRITE);
}

/* In the bucket, PARKED set, by the only one that holds the lock: nobody else changes the word. Returns whom to
 * wake. */
static struct gil_parked *
hand_on(struct gil_bucket *bucket, uint32_t *word)
{
    uint32_t count = 0;
    struct gil_parked *next = take_readers(bucket, word, &count);
    uint32_t is = count * READER;

    if (next == NULL) {
        next = gil_parking_take(bucket, word);
        is = next != NULL ? WRITER : 0;
    }
    /* Release: pairs with who enters, here by gil_parking_wake(), later by try(). From here on the lock may be gone. */
    gil_store_release(word, is | parked_flag(bucket, word));
    return next;
}

/* The last reader, or so it seemed: while it came to the bucket, a writer that gave up may have let others in. */
static void
unlock_last_read(uint32_t *word)
{
    struct gil_bucket *bucket = gil_parking_lock(word);
    struct gil_parked *next = NULL;
    /* Acquire: pairs with the release of readers that left before this one; the next writer comes after them, too. */
    uint32_t seen = gil_load_acquire(word);

    while (seen != (READER | PARKED) && !gil_cas_acq_rel(word, &seen, seen - READER))
        continue;
    if (seen == (READER | PARKED))
        next = hand_on(bucket, word);
    gil_parking_unlock(bucket);
    gil_parking_wake(next, 1);
}

int
gil_rwlock_unlock_read(uint32_t *word)
{
    uint32_t seen = gil_load_relaxed(word);

    do {
        if (seen < READER)
            return -1;
        if (seen == (READER | PARKED)) {
            unlock_last_read(word);
            return 0;
        }
        /* Release: what was read was read before the next writer's changes. */
    } while (!gil_cas_acq_rel(word, &seen, seen - READER));
    return 0;
}

int
gil_rwlock_unlock_write(uint32_t *word)
{
    uint32_t seen = gil_load_relaxed(word);

    do {
        if (!(seen & WRITER))
            return -1;
        if (seen & PARKED) {
            struct gil_bucket *bucket = gil_parking_lock(word);
            /* PARKED may have gone with one that gave up: then there is nobody to hand it to, and this stores 0. */
            struct gil_parked *next = hand_on(bucket, word);
            gil_parking_unlock(bucket);
            gil_parking_wake(next, 1);
            return 0;
        }
    } while (!gil_cas_acq_rel(word, &seen, 0));
    return 0;
}
