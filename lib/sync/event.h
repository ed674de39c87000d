/* SPDX-License-Identifier: MIT */
/* Something that has happened, or not yet. */
#ifndef GIL_SYNC_EVENT_H
#define GIL_SYNC_EVENT_H

#include "sync/parking.h"

#include <stdint.h>

int gil_event_is_set(const uint8_t *byte);
/* How often it has happened anew, modulo 64. */
uint8_t gil_event_times(const uint8_t *byte);
/* Whether it has happened, or had since gil_event_times() said `since`. */
int gil_event_has_been(const uint8_t *byte, uint8_t since);
/* It has happened: all that wait go on. After the store that says so its memory is not touched. */
void gil_event_set(uint8_t *byte);
/* It has not happened. */
void gil_event_clear(uint8_t *byte);
/* GOT: it happened while this slept. AGAIN: gil_event_has_been(). */
enum gil_waited gil_event_sleep(uint8_t *byte, uint8_t since, struct gil_wait *wait);

#endif
