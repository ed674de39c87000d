/* SPDX-License-Identifier: MIT */
/* The loop of all waits: try, leave the interpreter's lock, sleep, have the lock back, try again. */
#include "state/wait.h"

#include "gilrt/lock.h"
#include "gilrt/mutex.h"
#include "state/lock.h"
#include "state/tstate.h"
#include "sync/machine.h"

#include <stddef.h>

/*
 * ORDER. What is waited for is tried with the interpreter's lock in hand, and slept for without it. A sleeper that is
 * woken takes the interpreter's lock first and tries then: so it does not keep a mutex while it waits for a turn.
 * What is handed over it has from the moment of the wake; that this cannot end in a deadlock rests on everybody's
 * leaving the interpreter's lock before sleeping, here.
 *
 * A wake is a duty: others may be asleep behind the woken one, and only who tries passes it on. So between a wake
 * (AGAIN) and the end of the wait there is always a try; if it fails, somebody else has what is waited for, and his
 * giving it back wakes the next. The same for a thread whose interpreter has ended while it slept: before it goes to
 * sleep for ever, it takes what it was woken for and gives it back.
 *
 * INTERRUPTION. Who sets a bit in brk then rouses the thread's interruptible wait, which is found in its state, in
 * the bucket of that state's address. The wait stands there from before its look at brk until it is over: so the bit
 * is seen by the look, or the rouse finds the wait and stays in it (GIL_PARKED_ROUSED) until the next look. What is
 * run then may wait itself, interruptibly too: an inner wait stands before the outer one, and passes on at its end
 * what it was asked and did not look at.
 *
 * Why the collector is not run here, as at the beginning of Gil_BEGIN_ALLOW_THREADS: a finalizer might want the very
 * mutex whose condition is waited for, or another that this thread holds.
 */

/* What a poll would do, but for giving way: who sleeps has given way. */
#define ASKED (_Gil_BRK_POLL_MASK & ~_Gil_BRK_PREEMPT)

static int
is_asked(GilThreadState *ts)
{
    return (gil_load_seq_cst(&ts->block.brk) & ASKED) != 0;
}

static void
set_sleeping(GilThreadState *ts, struct gil_waiting *waiting)
{
    struct gil_bucket *bucket = gil_parking_lock(ts);

    ts->sleeping = waiting;
    gil_parking_unlock(bucket);
}

void
gil_waiting_begin(struct gil_waiting *waiting, uint64_t ns, unsigned flags, const char *func)
{
    uint64_t now = gil_machine_now();

    gil_wait_init(&waiting->wait, ns < GIL_MACHINE_NEVER - now ? now + ns : GIL_MACHINE_NEVER);
    waiting->ts = gil_tstate_attached();
    waiting->func = func;
    waiting->interruptible = (flags & GIL_WAIT_INTERRUPTIBLE) != 0;
    waiting->outer = NULL;
    if (!waiting->interruptible)
        return;
    if (waiting->ts == NULL)
        gil_panic(func, "the calling thread is not attached to an interpreter, and an interruptible wait wants that");
    waiting->outer = waiting->ts->sleeping;
    set_sleeping(waiting->ts, waiting);
    /* Asked before it began: nobody will come for that. */
    if (is_asked(waiting->ts))
        gil_parking_rouse(&waiting->wait);
}

void
gil_waiting_end(struct gil_waiting *waiting)
{
    if (!waiting->interruptible)
        return;
    set_sleeping(waiting->ts, waiting->outer);
    if (waiting->outer != NULL && gil_parking_roused(&waiting->wait))
        gil_parking_rouse(&waiting->outer->wait);
}

int
gil_waiting_attend(struct gil_waiting *waiting)
{
    if (!waiting->interruptible)
        return 0;
    (void)gil_parking_roused(&waiting->wait);
    return is_asked(waiting->ts) ? Gil_PollThread(waiting->ts) : 0;
}

void
gil_wait_rouse(GilThreadState *ts)
{
    struct gil_bucket *bucket = gil_parking_lock(ts);

    if (ts->sleeping != NULL)
        gil_parking_rouse(&ts->sleeping->wait);
    gil_parking_unlock(bucket);
}

enum gil_waited
gil_waiting_sleep(struct gil_waiting *waiting, const struct gil_waitable *what, void *object)
{
    GilThreadState *ts = waiting->ts;

    if (ts == NULL)
        return what->sleep(object, &waiting->wait);
    gil_tstate_detach(ts, waiting->func);
    enum gil_waited how = what->sleep(object, &waiting->wait);
    if (GIL_LIKELY(gil_tstate_attach_until(ts, GIL_LOCK_WAIT, waiting->func) == 1))
        return how;
    if (what->undo != NULL && (how == GIL_WAITED_GOT || (how == GIL_WAITED_AGAIN && what->try(object))))
        what->undo(object);
    gil_tstate_too_late(ts, waiting->func);
}

int
gil_wait_for(const struct gil_waitable *what, void *object, uint64_t ns, unsigned flags, const char *func)
{
    struct gil_waiting waiting;
    int rc;

    if (ns == 0 && !(flags & GIL_WAIT_INTERRUPTIBLE))
        return what->try(object);
    gil_waiting_begin(&waiting, ns, flags, func);
    for (;;) {
        enum gil_waited how;
        if ((rc = what->try(object)) == 1 || ns == 0)
            break;
        if ((rc = gil_waiting_attend(&waiting)) < 0)
            break;
        how = gil_waiting_sleep(&waiting, what, object);
        rc = how == GIL_WAITED_GOT;
        if (rc == 1 || how == GIL_WAITED_LATE)
            break;
    }
    gil_waiting_end(&waiting);
    return rc;
}
