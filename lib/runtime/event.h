/* SPDX-License-Identifier: MIT */
/* Telling the host what happens in the life of interpreters. */
#ifndef GIL_RUNTIME_EVENT_H
#define GIL_RUNTIME_EVENT_H

#include "gilrt/life.h"

struct gil_mutex;

/* Call the host's hook, which may run anything: 1; 0 when there is none. No mutex is held. errno is kept. */
int gil_event_tell(const GilLifeEvent *event);
/* The same for an event that is no more than its kind. */
void gil_event_step(int kind, int64_t interp);
/* Calls each for each mutex of this file. */
void gil_event_mutexes(void (*each)(struct gil_mutex *mutex));
/* gil_state_hooks.late. */
int gil_event_late(GilThreadState *ts, const char *func);

#endif
