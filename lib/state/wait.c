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
 * INTERRUPTION. Who sets a bit in brk then rouses the thread: sets ROUSED in the word of the thread state that its
 * interruptible waits sleep on, and wakes who sleeps there. A wait takes ROUSED back, and looks at brk then: so the bit is seen by
 * the look, or ROUSED comes after it, and ends the next sleep at once. What is run at a look may wait itself, interruptibly too,
 * and on the same word: the outer wait is in no queue meanwhile. What the inner one was asked and did not look at stays in the word.
 *
 * Why a word of the state, and not of the wait: the state's memory is type-stable, so whoever rouses takes no mutex, and a signal
 * handler may do it. A rouse that comes when nobody waits costs the next wait one look.
 *
 * Why the collector is not run here, as at the beginning of Gil_BEGIN_ALLOW_THREADS: a finalizer might want the very
 * mutex whose condition is waited for, or another that this thread holds.
 */

/* What a poll would do, but for giving way: who sleeps has given way. With an exception pending it does no more than collect, and what
 * else is asked stays: a wait that did not begin because of that would never begin. */
#define ASKED (_Gil_BRK_POLL_MASK & ~_Gil_BRK_PREEMPT)

static int
is_asked(GilThreadState *ts)
{
    return (gil_load_seq_cst(&ts->block.brk) & (ts->err.type != NULL ? _Gil_BRK_COLLECT : ASKED)) != 0;
}

/* Whether anything is asked. Who asks from now on ends the next sleep. */
static int
look(GilThreadState *ts)
{
    gil_parking_calm(&ts->park_word);
    return is_asked(ts);
}

void
gil_waiting_check(unsigned flags, const char *func)
{
    if ((flags & ~GIL_WAIT_INTERRUPTIBLE) != 0)
        gil_panic(func, "a flag is not known");
    if (flags != 0 && gil_tstate_attached() == NULL)
        gil_panic(func, "the calling thread is not attached to an interpreter, and an interruptible wait wants that");
}

void
gil_waiting_begin(struct gil_waiting *waiting, uint64_t ns, unsigned flags, const char *func)
{
    uint64_t now = gil_machine_now();
    uint64_t deadline = ns < GIL_MACHINE_NEVER - now ? now + ns : GIL_MACHINE_NEVER;

    gil_waiting_check(flags, func);
    waiting->ts = gil_tstate_attached();
    waiting->func = func;
    /* Who does not wait is not interrupted: what is asked is met at the next poll. */
    waiting->interruptible = flags != 0 && ns != 0;
    if (!waiting->interruptible) {
        gil_wait_init(&waiting->wait, deadline);
        return;
    }
    gil_wait_init_on(&waiting->wait, deadline, &waiting->ts->park_word);
    /* Asked before it began: nobody will come for that. */
    if (look(waiting->ts))
        gil_parking_rouse(&waiting->ts->park_word);
}

int
gil_waiting_attend(struct gil_waiting *waiting)
{
    return waiting->interruptible && look(waiting->ts) ? Gil_PollThread(waiting->ts) : 0;
}

void
gil_wait_rouse(GilThreadState *ts)
{
    gil_parking_rouse(&ts->park_word);
    gil_unblock_rouse(ts);
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
    if (what->late != NULL)
        what->late(object);
    gil_tstate_too_late(ts, waiting->func);
}

int
gil_wait_for(const struct gil_waitable *what, void *object, uint64_t ns, unsigned flags, const char *func)
{
    struct gil_waiting waiting;
    int rc;

    if (ns == 0 && flags == 0)
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
    return rc;
}
