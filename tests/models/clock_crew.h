/* SPDX-License-Identifier: MIT */
/* Threads that share a lock on the machine whose time is made up: what they do, and what they saw. */
#ifndef TESTS_MODELS_CLOCK_CREW_H
#define TESTS_MODELS_CLOCK_CREW_H

#include "models/crew.h"
#include "support/support.h"

/* As ck_assert(), which writes to a pipe each time that it is passed. */
#define must(condition) ((condition) ? (void)0 : ck_abort_msg("%s", #condition))

#define US UINT64_C(1000)
#define MS UINT64_C(1000000)
#define HOUR UINT64_C(3600000000000)
#define INTERVAL (5 * MS)
#define BEGIN (HOUR)

/* One thread: what it does, and what it saw. */
struct player {
    GilThreadState *ts;
    uint64_t step;     /* it works for so long between two polls, or in one visit */
    uint64_t apart;    /* between two visits */
    uint64_t until;    /* it stops at the first chance from then on */
    int visits;
    uint64_t got_at;   /* when it first had the lock */
    uint64_t held;     /* how long it had the lock, all together */
    uint64_t longest;  /* wait */
    uint64_t first;    /* wait of these in which it had given the lock up */
    uint64_t asked_at; /* when it first found itself asked to */
    long passed;       /* entries of others, at most, while it waited */
    int place;         /* it was the first, second, ... to get the lock */
    int asked;         /* times that it was asked to give the lock up */
};

static struct player player[CREW_MAX];
static int players, places;

static inline void
start_at(uint64_t now, uint64_t interval, int may_lean)
{
    clock_start(now, 0);
    crew_start(CREW_MAX, interval, may_lean);
    memset(player, 0, sizeof player);
    players = places = 0;
}

/* One more thread, which begins so much later. */
static inline struct player *
add(void (*body)(void *), struct player template, uint64_t later)
{
    struct player *p = &player[players];

    *p = template;
    p->ts = &crew.cell[players++].ts;
    clock_thread(body, p, gil_machine_now() + later);
    return p;
}

static inline void
take(struct player *p)
{
    uint64_t since = gil_machine_now();
    long entries = crew.entries;

    must(gil_lock_acquire(&crew.lock, p->ts, "test") == 0);
    must(crew_enter(p->ts));
    uint64_t now = gil_machine_now();
    if (p->place == 0) {
        p->place = ++places;
        p->got_at = now;
    }
    if (p->longest < now - since)
        p->longest = now - since;
    if (p->passed < crew.entries - entries - 1)
        p->passed = crew.entries - entries - 1;
}

static inline void
give(struct player *p)
{
    must(crew_leave(p->ts));
    gil_lock_release(&crew.lock, p->ts, "test");
}

/* Works under the lock for a step, and polls. */
static inline void
step(struct player *p)
{
    clock_spend(p->step);
    p->held += p->step;
    if (!crew_is_asked(p->ts))
        return;
    uint64_t since = gil_machine_now();
    long entries = crew.entries;
    if (p->asked++ == 0)
        p->asked_at = since;
    must(crew_leave(p->ts));
    must(gil_lock_poll(&crew.lock, p->ts) == 0);
    must(crew_enter(p->ts));
    uint64_t waited = gil_machine_now() - since;
    if (p->asked == 1)
        p->first = waited;
    if (p->longest < waited)
        p->longest = waited;
    if (p->passed < crew.entries - entries - 1)
        p->passed = crew.entries - entries - 1;
}

/* Wants the lock all the time. */
static inline void
hog(void *arg)
{
    struct player *p = (struct player *)arg;

    take(p);
    while (gil_machine_now() < p->until)
        step(p);
    give(p);
}

/* Wants it now and then, for one step that it does not poll in. */
static inline void
visitor(void *arg)
{
    struct player *p = (struct player *)arg;

    for (int i = 0; i < p->visits; i++) {
        take(p);
        clock_spend(p->step);
        p->held += p->step;
        give(p);
        clock_spend(p->apart);
    }
}

static inline GilLockInfo
info(void)
{
    GilLockInfo result;

    gil_lock_info(&crew.lock, &result);
    return result;
}

#endif
