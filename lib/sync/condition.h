/* SPDX-License-Identifier: MIT */
/* Waiting for a condition that a mutex guards, and telling of it. */
#ifndef GIL_SYNC_CONDITION_H
#define GIL_SYNC_CONDITION_H

#include "sync/parking.h"

#include <stdint.h>

/* In the queue from here on: before the mutex is given back. Then gil_parking_sleep_or_leave(), and the mutex again. */
void gil_condition_enter(uint8_t *byte, struct gil_wait *wait);
/* Wake the first, or all. */
void gil_condition_notify(uint8_t *byte);
void gil_condition_notify_all(uint8_t *byte);

#endif
