/* SPDX-License-Identifier: MIT */
/* A place where so many threads wait for each other. */
#ifndef GIL_SYNC_BARRIER_H
#define GIL_SYNC_BARRIER_H

#include "sync/parking.h"

#include <stdint.h>

struct gil_barrier {
    uint32_t parties; /* [const] how many it takes; 1 or more */
    uint32_t arrived; /* [mu] the bucket's: how many are there */
};

/* 1: all are there, this was the last, and the barrier is as new. 0: gil_barrier_sleep(). */
int gil_barrier_arrive(struct gil_barrier *barrier, struct gil_wait *wait);
/* GOT: all have come. Otherwise the caller has left again, as if it had never been there. */
enum gil_waited gil_barrier_sleep(struct gil_barrier *barrier, struct gil_wait *wait);

#endif
