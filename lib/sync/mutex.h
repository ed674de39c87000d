/* SPDX-License-Identifier: MIT */
/* The internal mutex: short sections, ranked, no libc. */
#ifndef GIL_SYNC_MUTEX_H
#define GIL_SYNC_MUTEX_H

#include "sync/rank.h"

#include <stdint.h>

struct gil_mutex {
    uint32_t word;      /* [atomic] see mutex.c */
    enum gil_rank rank; /* [const] */
    const char *name;   /* [const] for the checker's sentence */
};

#define GIL_MUTEX_INIT(rank, name) {0, (rank), (name)}

void gil_mutex_init(struct gil_mutex *mutex, enum gil_rank rank, const char *name);
void gil_mutex_lock(struct gil_mutex *mutex);
/* 1, or 0 when another thread has it. */
int gil_mutex_try(struct gil_mutex *mutex);
/*
 * After the store that frees the mutex only its address is used, for the wake: the next holder may give the memory to
 * another user, as long as it stays memory in which a stray wake does no harm.
 */
void gil_mutex_unlock(struct gil_mutex *mutex);
/* That thread, gil_machine_thread(), holds every one of them for a fork; 0: nobody any more. If it locks one, the process is stopped. */
void gil_mutex_hold_all(unsigned long thread);
/* Whether that is the calling thread. */
int gil_mutex_is_all_mine(void);
/* Whether anybody holds it: for assertions. */
int gil_mutex_is_locked(struct gil_mutex *mutex);

#endif
