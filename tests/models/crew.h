/* SPDX-License-Identifier: MIT */
/* A lock and thread states without a runtime: all that lib/state/lock.c needs to be tried on another machine. */
#ifndef TESTS_MODELS_CREW_H
#define TESTS_MODELS_CREW_H

#include "state/lock.h"
#include "sync/machine.h"

#include <string.h>

#define CREW_MAX 256

static struct crew {
    struct gil_lock lock __attribute__((aligned(64)));
    /* As in the pool: the address of a state leaves bits free for flags. */
    struct {
        GilThreadState ts __attribute__((aligned(64)));
    } cell[CREW_MAX];
    uint64_t next_id; /* of the next state that is born */

    /* What only one thread at a time may touch. Plain on purpose: a second thread inside is a race that a
     * sanitizer sees. */
    int inside;        /* [gil] threads in the critical section */
    long entries;      /* [gil] times that somebody was in it */
    uint64_t last;     /* [gil] id of the state that was in it last; 0: none yet */
    uint64_t switches; /* [gil] times that this was another one than before */
} crew;

/* As the pool gives a state to a thread. */
static inline GilThreadState *
crew_birth(int i)
{
    GilThreadState *ts = &crew.cell[i].ts;

    memset(ts, 0, sizeof *ts);
    ts->block.brk = _Gil_BRK_FENCED;
    ts->lock = &crew.lock;
    ts->id = gil_fetch_add_relaxed(&crew.next_id, 1);
    return ts;
}

static inline void
crew_start(int threads, uint64_t interval, int may_lean)
{
    memset(&crew, 0, sizeof crew);
    crew.next_id = 1;
    gil_lock_init(&crew.lock, interval, may_lean);
    for (int i = 0; i < threads; i++) {
        crew_birth(i);
        gil_lock_hold(&crew.lock);
    }
}

/* Whether somebody is owed the lock that ts holds. */
static inline int
crew_is_asked(const GilThreadState *ts)
{
    return (gil_load_relaxed(&ts->block.brk) & _Gil_BRK_PREEMPT) != 0;
}

/* What a holder does: returns 0 when somebody else was inside. */
static inline int
crew_enter(const GilThreadState *ts)
{
    int alone = crew.inside == 0;

    crew.inside = 1;
    crew.entries++;
    if (crew.last != ts->id)
        crew.switches += crew.last != 0;
    crew.last = ts->id;
    return alone;
}

static inline int
crew_leave(const GilThreadState *ts)
{
    int alone = crew.inside == 1 && crew.last == ts->id;

    crew.inside = 0;
    return alone;
}

#endif
