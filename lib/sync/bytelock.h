/* SPDX-License-Identifier: MIT */
/* The mutex that users get: one byte, usable before the runtime starts, in memory of any kind. */
#ifndef GIL_SYNC_BYTELOCK_H
#define GIL_SYNC_BYTELOCK_H

#include "sync/machine.h"
#include "sync/parking.h"

#include <stdint.h>

/*
 * Bits of the byte. Its upper six are the mutex's rank, which never changes: 0 for one that is in no order
 * (sync/order.h). Public: 0 is an open mutex, and GilMutex_INIT_RANKED() shifts by two.
 */
#define GIL_BYTELOCK_LOCKED 1u
#define GIL_BYTELOCK_PARKED 2u
#define GIL_BYTELOCK_RANK_SHIFT 2

/* Who has waited so long, in ns, is handed the mutex. */
#define GIL_BYTELOCK_FAIR_NS 1000000u

/* Wait until it is worth trying again, or the mutex was handed over (GOT). wait is the same for all sleeps of one
 * wait. */
enum gil_waited gil_bytelock_sleep(uint8_t *byte, struct gil_wait *wait);
/* The half of gil_bytelock_unlock() for a byte in which LOCKED and PARKED are set. */
void gil_bytelock_unlock_parked(uint8_t *byte);
int gil_bytelock_is_locked(const uint8_t *byte);

/* 1: the mutex is the caller's. 0: somebody has it. */
static inline int
gil_bytelock_try(uint8_t *byte)
{
    uint8_t seen = gil_load_relaxed(byte);

    do {
        if (seen & GIL_BYTELOCK_LOCKED)
            return 0;
        /* Acquire: pairs with the release of gil_bytelock_unlock(). */
    } while (!gil_cas_acquire(byte, &seen, (uint8_t)(seen | GIL_BYTELOCK_LOCKED)));
    return 1;
}

/* 0; -1: nobody had it. After the store that opens the mutex its memory is not touched. */
static inline int
gil_bytelock_unlock(uint8_t *byte)
{
    uint8_t seen = gil_load_relaxed(byte);

    do {
        if (!(seen & GIL_BYTELOCK_LOCKED))
            return -1;
        if (seen & GIL_BYTELOCK_PARKED) {
            gil_bytelock_unlock_parked(byte);
            return 0;
        }
        /* Release: pairs with gil_bytelock_try(). */
    } while (!gil_cas_acq_rel(byte, &seen, (uint8_t)(seen & ~GIL_BYTELOCK_LOCKED)));
    return 0;
}

#endif
