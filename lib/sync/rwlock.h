/* SPDX-License-Identifier: MIT */
/* The lock that many may hold to read and one to write. */
#ifndef GIL_SYNC_RWLOCK_H
#define GIL_SYNC_RWLOCK_H

#include "sync/parking.h"

#include <stdint.h>

/* The word: 0 is open. */
#define GIL_RWLOCK_WRITER 1u
#define GIL_RWLOCK_PARKED 2u
#define GIL_RWLOCK_READER 4u /* so much a reader */

/* 1: the lock is the caller's. 0: it must wait. */
int gil_rwlock_try_read(uint32_t *word);
int gil_rwlock_try_write(uint32_t *word);
/* Wait until it is the caller's (GOT), or worth trying again. */
enum gil_waited gil_rwlock_sleep_read(uint32_t *word, struct gil_wait *wait);
enum gil_waited gil_rwlock_sleep_write(uint32_t *word, struct gil_wait *wait);
/* 0; -1: nobody had it so. After the store that lets others in its memory is not touched. */
int gil_rwlock_unlock_read(uint32_t *word);
int gil_rwlock_unlock_write(uint32_t *word);

#endif
