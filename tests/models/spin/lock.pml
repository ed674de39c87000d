/* SPDX-License-Identifier: MIT */
/* The lock's rules of who is next, for Spin: whoever asks for the lock gets it. */

/*
 * The rules are those of the essay in lib/state/lock.c: the word with QUEUED, WAKING and HANDOFF; a queue, first come
 * first served; barging; the timer of the first waiter, its demand, and the nudge by which the next one inherits the
 * timer.
 *
 * What is shown: in every run in which each thread that can go on for ever does go on some day (weak fairness), a
 * thread that asks for the lock holds it later. Threads come as often as they like or come no more, and hold the lock
 * for one poll or for ever so many; nothing is assumed about which of several threads wins a race, so barging may go
 * on for ever as far as the rules let it.
 *
 * What it abstracts from:
 * - Time. A turn that has begun ends at some moment; how long turns are, and so the accounts, do not matter.
 * - The mutex. What happens under it is one step here. That nothing goes wrong between these steps (a look, then a
 *   decision) is for the explorer to show on the shipped source, with its replay of every order up to a bound.
 * - Sleep and wake. A token that says something ends a sleep; that no wake is lost between look and sleep is for the
 *   explorer, too.
 * - Leaning. Nobody waits while the lock leans, and a revocation ends in one step: the lock is then held or stolen.
 * - Closing, giving blocks back, spurious ends of a sleep, weights. The memory is sequentially consistent.
 * - A fifth thread: N is 3, and 4 in one of the runs.
 * A thread that holds the lock and neither polls nor releases is not in the model: then nobody else gets it.
 *
 * Each of these, defined, breaks a rule, and Spin finds who waits for ever; see run.sh.
 *
 *     NO_NUDGE      who becomes the first waiter is not told, so it sets no timer
 *     NO_TIMER      the first waiter sleeps until it is woken
 *     NO_HANDOFF    the demand leaves the way free for others
 *     LIFO          last come, first served
 *     DEAF_POLL     a poll does not see the demand
 */
#ifndef N
#define N 3
#endif
#define NOBODY N

byte owner = NOBODY;
bool waking, handoff;   /* QUEUED is count > 0 */
byte queue[N], count;
bool nudged[N], granted[N], sleeps_with_timer[N];
bool asks[N];           /* wants the lock and does not hold it */
bool turn_over;         /* turn_end has passed */

inline enqueue(me)
{
    nudged[me] = false;
    granted[me] = false;
#ifdef LIFO
    for (i : 1 .. N - 1) {
        queue[N - i] = queue[N - i - 1]
    }
    queue[0] = me;
#else
    queue[count] = me;
#endif
    count++;
    if
    :: queue[0] == me -> turn_over = false
    :: else
    fi
}

/* Who is first afterwards is told. */
inline remove_first()
{
    for (i : 0 .. N - 2) {
        queue[i] = queue[i + 1]
    }
    queue[N - 1] = 0;
    count--;
    turn_over = false;
#ifndef NO_NUDGE
    if
    :: count > 0 -> nudged[queue[0]] = true
    :: else
    fi
#else
    skip
#endif
}

/* A waiter got the lock by itself. Only the first one tries: the others sleep until they are first. */
inline settle(me)
{
    owner = me;
    asks[me] = false;
    waking = false;
    handoff = false;
    remove_first()
}

/* The lock goes to the first waiter by one store. */
inline hand_over()
{
    owner = queue[0];
    asks[owner] = false;
    granted[owner] = true;
    waking = false;
    handoff = false;
    remove_first()
}

active [N] proctype thread()
{
    byte me = _pid, i;

outside:
    if
    :: goto gone
    :: skip
    fi;
    asks[me] = true;
    /* By the word alone, past the queue. */
    if
    :: atomic { owner == NOBODY -> owner = me; asks[me] = false; goto inside }
    :: skip
    fi;
    atomic {
        if
        :: owner == NOBODY && count == 0 -> owner = me; asks[me] = false; goto inside
        :: else -> enqueue(me)
        fi
    };

rest:
    /* Under the mutex: take it, or see to it that the holder comes by. */
    atomic {
        nudged[me] = false;
        if
        :: granted[me] -> granted[me] = false; goto inside
        :: else
        fi;
        if
        :: queue[0] == me && owner == NOBODY -> settle(me); goto inside
        :: queue[0] == me && owner != NOBODY ->
            waking = false;
            if
            :: turn_over ->
#ifdef NO_HANDOFF
                skip
#else
                handoff = true
#endif
            :: else
#ifndef NO_TIMER
                -> sleeps_with_timer[me] = true
#endif
            fi
        :: else
        fi
    };
    /* Asleep. */
    if
    :: atomic { granted[me] -> granted[me] = false; sleeps_with_timer[me] = false; goto inside }
    :: atomic { nudged[me] -> sleeps_with_timer[me] = false; goto rest }
    :: atomic { sleeps_with_timer[me] && turn_over -> sleeps_with_timer[me] = false; goto rest }
    fi;

inside:
    assert(owner == me && !asks[me]);
    do
    :: atomic {
            /* A poll. */
            if
#ifdef DEAF_POLL
            :: handoff
#else
            :: handoff -> hand_over(); asks[me] = true; enqueue(me); goto rest
#endif
            :: else
            fi
        }
    :: break
    od;
    /* A release, under the mutex or by the word. */
    atomic {
        if
        :: handoff -> hand_over()
        :: !handoff && count > 0 && !waking -> nudged[queue[0]] = true; waking = true; owner = NOBODY
        :: else -> owner = NOBODY
        fi
    };
    goto outside;

gone:
    skip
}

/* Turns end. */
active proctype clock()
{
    do
    :: atomic { count > 0 && !turn_over -> turn_over = true }
    od
}

ltl served { [] (asks[0] -> <> !asks[0]) }
