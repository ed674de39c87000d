/* SPDX-License-Identifier: MIT */
/* Who gets the lock next, and when: the queue of waiters, their accounts, turns and loans. No atomics, no sleeping. */
#ifndef GIL_STATE_TURN_H
#define GIL_STATE_TURN_H

#include "gilrt/base.h"

#include <stdint.h>

/* No time: a waiter that has nothing to do until it is told. */
#define GIL_TURN_NEVER UINT64_MAX

/* What a thread waits for. The queue is sorted by it. */
enum gil_lane {
    GIL_LANE_LENDER,  /* to have its turn back, from a borrower */
    GIL_LANE_EXPRESS, /* for a moment, which it may borrow from another thread's turn */
    GIL_LANE_TURN,    /* for a turn of its own */
};

/* A thread's standing in the queue; part of its state. All of it is [mu], the mutex of its lock, but for what is marked. */
struct gil_waiter {
    GilThreadState *next, *prev; /* place in the queue */
    uint32_t token;              /* [atomic] the word a waiter sleeps on; stored under mu; see lock.c */
    uint8_t queued;              /* 1 while in the queue */
    uint8_t lane;                /* enum gil_lane, while queued */
    uint16_t hold;               /* how long it typically keeps the lock: gil_log2() of ns; 0: not known; read by anyone */
    uint32_t processor;          /* [atomic] where it was when it last got the lock after a wait */
    uint32_t passed;             /* how often others came to stand before it, this time */
    uint32_t weight;             /* percent of a turn it gets; 0: 100 */
    int latency;                 /* GIL_LATENCY_... */
    uint64_t used;               /* its account: time it had the lock, as far as charged, by weight, ns */
    uint64_t deadline;           /* while queued for a turn: its account when it will have had what it wants */
    uint64_t turn_began;         /* when its turn last began, ns */
    uint64_t asked_from;         /* while queued: it does not ask for a loan before, ns */
    uint64_t looks;              /* while queued: when it will look about by itself; 0: now */

    uint64_t since;      /* [own] when it began to wait, ns */
    uint64_t stamp;      /* [own] even: when it got the lock, ns; odd: when it left it; 0: a fast path did, unseen; read by anyone */
    uint64_t stretch;    /* [own] held before that, in the same turn, ns */
};

struct gil_turns {
    GilThreadState *head, *tail; /* who waits; the lender, then express, then those for a turn by deadline */
    GilThreadState *next;        /* the first that waits for a turn, or NULL */
    GilThreadState *lender;      /* whose turn somebody borrows; first in the queue; or NULL */
    GilThreadState *borrower;    /* who borrowed it last: a name */
    uint64_t borrower_id;        /* its number: the block may be another thread's by now */
    GilThreadState *claimant;    /* to whom the holder must give the lock, while HANDOFF stands; or NULL */
    uint64_t waiters;            /* how many; read by anyone */
    uint64_t turn_end;           /* from then on the next may claim its turn */
    uint64_t began;              /* when somebody last got the lock for a turn */
    uint64_t charged;            /* up to when the time that the lock was held is in an account */
    uint64_t most_used;          /* the highest account there ever was */
    uint64_t lent_at;            /* when the present loan began */
    uint64_t term;               /* how long it may last */
    uint64_t lend_from;          /* no loan before, so that the lender has most of its turn */
    uint64_t loans;              /* how many there were; read by anyone */
    uint64_t interval;           /* [atomic] length of a turn in ns */
};

void gil_turns_init(struct gil_turns *turns, uint64_t interval);

/* In which lane ts has to wait. */
enum gil_lane gil_turns_lane(const struct gil_turns *turns, const GilThreadState *ts);
/*
 * ts comes to the queue; holder has the lock, NULL: nobody, or nobody knows; since: from when on it certainly had it, now
 * if that is not known. What ts did not use while it was away is forgotten but for one interval.
 */
void gil_turns_join(struct gil_turns *turns, GilThreadState *ts, enum gil_lane lane, GilThreadState *holder, uint64_t since,
                    uint64_t now);
/* ts leaves the queue without the lock. Its claim to a turn goes to whose turn it is now, if anybody waits. */
void gil_turns_leave(struct gil_turns *turns, GilThreadState *ts);
/* ts leaves the queue with the lock, be it given or taken. */
void gil_turns_got(struct gil_turns *turns, GilThreadState *ts, uint64_t now);
/* The time since the last charge goes to the account of ts, which held the lock. */
void gil_turns_charge(struct gil_turns *turns, GilThreadState *ts, uint64_t now);

/* ts has been charged, and has learnt from its hold, by itself: if it borrowed, the lender need not. */
void gil_turns_booked(struct gil_turns *turns, const GilThreadState *ts);

/* When ts, queued, has to look about by itself: to claim the lock, or because who should might sleep. */
uint64_t gil_turns_when(const struct gil_turns *turns, const GilThreadState *ts);
/* How long ts, queued, may sleep: until then, or until it may expect to be second. */
uint64_t gil_turns_timer(const struct gil_turns *turns, const GilThreadState *ts, uint64_t now);
/* For whom ts, whose time that is, has to claim the lock: for itself, or for who should have looked before. */
GilThreadState *gil_turns_claimant(const struct gil_turns *turns, GilThreadState *ts, uint64_t now);
/* Whether what the claimant gets by a poll of the holder is a loan. */
int gil_turns_is_loan(const struct gil_turns *turns, uint64_t now);
/* from, which has the lock in its turn, lends it to the claimant, and stands first in the queue. */
void gil_turns_lend(struct gil_turns *turns, GilThreadState *from, uint64_t now);
/* Whether ts has to be told to look about earlier than it is going to. One that is awake is told at no price. */
int gil_turns_overslept(const struct gil_turns *turns, const GilThreadState *ts, int awake);

/* In the child of a fork: nobody waits, lends or borrows. Accounts and times stay. */
void gil_turns_forget(struct gil_turns *turns);

#ifdef GIL_DEBUG
void gil_turns_check(const struct gil_turns *turns);
#endif

#endif
