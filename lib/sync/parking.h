/* SPDX-License-Identifier: MIT */
/* The parking lot: threads that sleep until something about an address changes. */
#ifndef GIL_SYNC_PARKING_H
#define GIL_SYNC_PARKING_H

#include <stdint.h>

/*
 * What lets a lock be a byte: who waits for it is not kept in it but here, in a queue found by its address. How a lock
 * uses this, its word being `word`:
 *
 *     sleeper                                          waker
 *     bucket = gil_parking_lock(&word)                 bucket = gil_parking_lock(&word)
 *     look at word, mark it; or give up the plan       first = gil_parking_take(bucket, &word)
 *     gil_parking_add(bucket, &wait->me, &word)        change word
 *     gil_parking_unlock(bucket)                       gil_parking_unlock(bucket)
 *     gil_parking_sleep(wait)                          gil_parking_wake(first, told)
 *
 * Look and sleep are one step for the waker, because of the bucket's mutex. Between lock and unlock of a bucket nothing
 * is waited for. After its last change of word the waker touches memory of its own and the bucket only: the lock may be
 * gone by then.
 */

struct gil_bucket;
struct gil_mutex;

/* A thread in the parking lot. In memory of its own, which is to stay until it is out. */
struct gil_parked {
    uint32_t *word;                /* [const] what it sleeps on: GIL_PARKED_... , atomic; state, or one that is to outlive it */
    uint32_t state;                /* [atomic] */
    uint32_t queued;               /* [mu] the bucket's */
    uint32_t told;                 /* [const] once WOKEN is seen: what its waker had to say */
    uint32_t wants;                /* [mu] the lock's own: what it waits for */
    uint64_t fair;                 /* [mu] the lock's own: since when it has waited long enough */
    const void *address;           /* [mu] */
    struct gil_parked *next, *prev; /* [mu] the bucket's queue, first come first */
};
#define GIL_PARKED_WOKEN 1u  /* taken out of its queue by a waker who has no more to do with it */
#define GIL_PARKED_ROUSED 2u /* asked to leave by itself; stays set until taken back */

/* One wait, from the first look to the end, of a thread that may sleep several times. */
struct gil_wait {
    uint64_t deadline; /* GIL_MACHINE_NEVER, or when to give up */
    struct gil_parked me;
};

/* How a sleep ended. The last two: the thread has left the queue by itself. */
enum gil_waited {
    GIL_WAITED_AGAIN,  /* what was waited for may be there: try again */
    GIL_WAITED_GOT,    /* it is the caller's */
    GIL_WAITED_LATE,   /* the deadline is over */
    GIL_WAITED_ROUSED, /* somebody asked */
};

/* Calls each for each mutex: that of every bucket. */
void gil_parking_mutexes(void (*each)(struct gil_mutex *mutex));
/*
 * In the child of a fork: nobody sleeps, and nobody has a bucket. What the locks' words say of sleepers they may say
 * though there are none; who the locks' holders were in the parent they hold still.
 */
void gil_parking_forget_all(void);
/* Whether that was: there may be a lock whose word says so. */
int gil_parking_has_forgotten(void);

/* A wait that has not begun. */
void gil_wait_init(struct gil_wait *wait, uint64_t deadline);
/* The same on a word that is not part of it, so that it can be roused by who does not know whether it is there still. Waits of one
 * thread may follow one another on a word; none of them begins while another is in a queue. */
void gil_wait_init_on(struct gil_wait *wait, uint64_t deadline, uint32_t *word);

struct gil_bucket *gil_parking_lock(const void *address);
void gil_parking_unlock(struct gil_bucket *bucket);
/* The rest of these is for who has the bucket of that address. */
void gil_parking_add(struct gil_bucket *bucket, struct gil_parked *me, const void *address);
/* The first that waits at address, or NULL. */
struct gil_parked *gil_parking_first(const struct gil_bucket *bucket, const void *address);
/* The next one behind it that waits for the same, or NULL. */
struct gil_parked *gil_parking_next(const struct gil_parked *parked);
void gil_parking_remove(struct gil_bucket *bucket, struct gil_parked *parked);
/* The first, removed; or NULL. */
struct gil_parked *gil_parking_take(struct gil_bucket *bucket, const void *address);
/* All, removed, chained by next; or NULL. */
struct gil_parked *gil_parking_take_all(struct gil_bucket *bucket, const void *address);

/* Let those go that were removed, chained by next. Without the bucket. Told is not 0, or the sleeper is to try
 * again. */
void gil_parking_wake(struct gil_parked *removed, uint32_t told);

/*
 * Sleep, after gil_parking_add() and gil_parking_unlock(). WOKEN: 1 and what was told in me.told. 0: the deadline is
 * over or the sleeper was roused, and it is still queued, for all that is known.
 */
int gil_parking_sleep(struct gil_wait *wait);
/* After a 0 of gil_parking_sleep(), with the bucket: removes the sleeper if it is queued still; 0: somebody has taken
 * it, and the wake is to be awaited, without the bucket, by gil_parking_await(). */
int gil_parking_leave(struct gil_bucket *bucket, struct gil_wait *wait);
void gil_parking_await(struct gil_wait *wait);
/* Why gil_parking_sleep() ended with 0: LATE or ROUSED. */
enum gil_waited gil_parking_reason(const struct gil_wait *wait);

/* The whole of it for locks in which who gives up leaves nothing behind: sleep, and leave if it comes to that. GOT
 * if told is not 0. */
enum gil_waited gil_parking_sleep_or_leave(struct gil_wait *wait);

/* Ask a thread to leave, now or when it next sleeps on word. From a signal handler, too. */
void gil_parking_rouse(uint32_t *word);
/* Take that back. By the thread itself. */
void gil_parking_calm(uint32_t *word);

/* Turn in a loop until *byte & mask is 0 or it is no longer worth it, unless *byte & unless. */
void gil_parking_spin(const uint8_t *byte, unsigned mask, unsigned unless);

#endif
