/* SPDX-License-Identifier: MIT */
/* What is learnt of threads and call sites: how long they hold the lock, how long they leave it. */
#ifndef GIL_STATE_HABIT_H
#define GIL_STATE_HABIT_H

#include "base/atomic.h"
#include "gilrt/base.h"

#include <stdint.h>

struct gil_lock;

/* A counter with one writer and readers that hold nothing. */
static inline void
gil_count(uint64_t *counter, uint64_t by)
{
    gil_store_relaxed(counter, *counter + by);
}

/* Binary logarithm in 256ths, of 1 and more; 0 for 0. */
unsigned gil_log2(uint64_t ns);
/* *average, of logarithms, moves towards that of sample; the first counts whole. */
void gil_log2_learn(uint16_t *average, uint64_t sample);

/* For how long the thread typically holds the lock, ns; UINT64_MAX: nobody knows. */
uint64_t gil_habit_typical(const GilThreadState *ts);
/* Whether that is known to be a moment only; known to be longer, which any thread may ask. */
int gil_habit_is_brief(const GilThreadState *ts);
int gil_habit_is_long(const GilThreadState *ts);

/* From when on holder, which holds the lock, has held it without leaving it, ns; 0: nobody knows. Any thread. */
uint64_t gil_habit_known_since(const GilThreadState *holder);
/* The stamp of a thread that gets the lock at now, or leaves it. */
static inline uint64_t
gil_habit_got_at(uint64_t now)
{
    return now & ~UINT64_C(1);
}

static inline uint64_t
gil_habit_left_at(uint64_t now)
{
    return now | 1;
}

/* Under the lock's mutex, ts the holder: it leaves the lock, having had what it wanted. */
void gil_habit_released(struct gil_lock *lock, GilThreadState *ts, uint64_t now);
/* The same, but it did not have enough: it was asked to give way, over: to the next turn, else for a moment. */
void gil_habit_interrupted(struct gil_lock *lock, GilThreadState *ts, int over, uint64_t now);
/* ts comes back from outside: its call site learns for how long it was there. */
void gil_habit_came_back(GilThreadState *ts, uint64_t now);
/* Whether ts leaves in order to sleep, as its call site says or has shown. */
int gil_habit_leaves_for_long(const GilThreadState *ts);

#endif
