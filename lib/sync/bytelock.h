/* SPDX-License-Identifier: MIT */
/* The mutex that users get: one byte, usable before the runtime starts, in memory of any kind. */
#ifndef GIL_SYNC_BYTELOCK_H
#define GIL_SYNC_BYTELOCK_H

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

/* 1: the mutex is the caller's. 0: somebody has it. */
int gil_bytelock_try(uint8_t *byte);
/* Wait until it is worth trying again, or the mutex was handed over (GOT). wait is the same for all sleeps of one
 * wait. */
enum gil_waited gil_bytelock_sleep(uint8_t *byte, struct gil_wait *wait);
/* 0; -1: nobody had it. After the store that opens the mutex its memory is not touched. */
int gil_bytelock_unlock(uint8_t *byte);
int gil_bytelock_is_locked(const uint8_t *byte);

#endif
