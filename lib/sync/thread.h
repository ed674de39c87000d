/* SPDX-License-Identifier: MIT */
/* What the library keeps for a thread, whoever started it: values of its own and what to call at its end. */
#ifndef GIL_SYNC_THREAD_H
#define GIL_SYNC_THREAD_H

#include <pthread.h>

/*
 * Call what the calling thread has asked for at its end, then the destructors of its values; forget both. For a
 * destructor of thread-specific data that must come after these; otherwise it happens by itself. Runs anything.
 */
void gil_thread_exit(void);
/* Calls each for each mutex of this file. What other threads had is lost in the child of a fork: no destructor runs for it. */
struct gil_mutex;
void gil_thread_mutexes(void (*each)(struct gil_mutex *mutex));
/* In the child of any fork: a key of the system becomes another one, with the calling thread's value and nobody else's. */
void gil_thread_renew_key(pthread_key_t *key, void (*destructor)(void *value));

#endif
