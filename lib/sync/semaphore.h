/* SPDX-License-Identifier: MIT */
/* Permits: so many may be out at a time. */
#ifndef GIL_SYNC_SEMAPHORE_H
#define GIL_SYNC_SEMAPHORE_H

#include "sync/parking.h"

#include <stdint.h>

/* The word: permits, shifted by one, and PARKED. */
#define GIL_SEMAPHORE_PARKED 1u
#define GIL_SEMAPHORE_PERMIT 2u
#define GIL_SEMAPHORE_MAX 0x7fffffffu

/* 1: a permit is the caller's. 0: there is none. */
int gil_semaphore_try(uint32_t *word);
enum gil_waited gil_semaphore_sleep(uint32_t *word, struct gil_wait *wait);
/* Give so many: 0; -1: there would be more than GIL_SEMAPHORE_MAX, and none was given. */
int gil_semaphore_release(uint32_t *word, uint32_t count);

#endif
