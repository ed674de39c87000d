/* SPDX-License-Identifier: MIT */
/* Regions with an unblock function, and the cancel descriptor: what reaches a thread that is in native code. */
#include "state/unblock.h"

#include "base/panic.h"
#include "state/tstate.h"
#include "sync/machine.h"
#include "sync/parking.h"

#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

/*
 * THE REGION is one word in the thread state, and the function beside it:
 *
 *     OPEN     the thread is in a region. Set and cleared by that thread
 *     SAFE     with OPEN: the function may be called from a signal handler
 *     CALLING  one who asks is calling it. Set only together with OPEN still there, cleared by the one who has set it
 *     LEAVING  the thread has taken OPEN back, and sleeps on the word until CALLING goes
 *     WATCHED  with OPEN: somebody may sleep, in the parking lot, until the region is left
 *
 * Whoever wants to call sets CALLING by a compare-and-exchange of a word with OPEN; the thread leaves by taking OPEN back and then
 * waiting until CALLING is gone. So a call comes before the leaving, and is waited for, or does not come: the function is never
 * called when its region is over. A mutex around the call would show the same, but it would be held across the host's code, and a
 * signal handler could not take it. CALLING also keeps the thread state alive, because its thread cannot end while it
 * leaves.
 *
 * The function is written while neither OPEN nor CALLING is set, when nobody reads it.
 *
 * NOTHING ASKED IS LOST between those who ask (bit, then look at the region) and a thread that enters (region, then look at the bits):
 * of two such pairs one sees the other, as all four are sequentially consistent. What the thread finds asked when it has entered it
 * answers by calling its own function. And nothing is answered that was not asked: the bits are looked at once more
 * after CALLING is set, for the thread may have polled since, left, and be in another region.
 *
 * Being called once does not get a thread out of a system call that it has not yet come to. That is why there are watchers: they
 * sleep until the region is left or some time is over, and call again. There is no thread of the library for that: who asks
 * and does not wait has called once, and a function of the host's has to leave a trace (an eventfd stays readable).
 *
 * A SIGNAL leaves none: it may be spent on the way to the system call. But it comes to the very thread, and that sees to the rest: the
 * handler (interrupt.c) looks whether a region is open still and something asked, and if so has a timer of the system's send the
 * signal once more, a little later; and so on, until the region is left or nothing is asked, that is, until it was acknowledged. Whether
 * the first signal reached the system call need not be known. Nobody but the thread itself, and the handler in it, touches the timer:
 * the handler makes it and sets it, only while OPEN is there; who leaves the region takes OPEN back and deletes it, and a handler that
 * comes in between finds no OPEN. Then none of its signals is under way any more: timer_delete(2) waits for a timer that is just
 * running out, and what that has sent comes at the latest when the system call returns, unless the thread has it blocked. A region
 * that nobody asks costs one load. Where the system has no timer to give (RLIMIT_SIGPENDING) the signal is sent once.
 * Rejected: a timer that who asks sets, a thread's for its life: it would have to be kept from being deleted under him, and a
 * thread that was never interrupted would have one.
 *
 * THE DESCRIPTOR is counted, because its number may be another file's as soon as it is closed: who writes to it says so before,
 * in the word `cancel`, and finds HAVE there, or does not write; closing takes HAVE back and waits for those who came before.
 * The word outlives the state in its block, as a late one may still have to take back what it has counted.
 *
 * RAISED says that the descriptor may be readable. It is set after writing, and cleared before reading: so whatever is readable is
 * found by the next drain, which also looks at who is about to set it: nobody goes round and round for a mark that somebody else
 * is slow to set. A thread drains after it has met what was asked, and looks at the bits once more afterwards: a bit that was
 * set before the drain is seen, and for one that came later somebody writes later.
 * In the child of a fork it is one file with the parent's, until it is made anew there (gil_unblock_fork_child(), which writes if something
 * is asked by then). A handler that posts before that does not write: the parent would have it readable, and nothing to drain.
 */
#define OPEN 1u
#define SAFE 2u
#define CALLING 4u
#define LEAVING 8u
#define WATCHED 16u

#define HAVE 0x80000000u
#define RAISED 0x40000000u
#define USERS 0x3fffffffu

static int
is_asked(GilThreadState *ts)
{
    return (gil_load_seq_cst(&ts->block.brk) & _Gil_BRK_ASKED) != 0;
}

/* --- who asks --- */

/* need: OPEN, and SAFE if only such a function may be called. */
static int
claim(GilThreadState *ts, uint32_t need)
{
    uint32_t word = gil_load_seq_cst(&ts->unblock.word);

    do {
        /* Somebody else's call that is under way is as good as one's own, or is followed by one's next. */
        if ((word & (need | CALLING)) != need)
            return 0;
    } while (!gil_cas_seq_cst(&ts->unblock.word, &word, word | CALLING));
    return 1;
}

int
gil_unblock_claim(GilThreadState *ts)
{
    return claim(ts, OPEN);
}

void
gil_unblock_call(GilThreadState *ts)
{
    uint32_t *word = &ts->unblock.word;
    int before = gil_machine_enter_host();

    if (is_asked(ts))
        ts->unblock.func(ts->unblock.arg);
    gil_machine_leave_host(before);
    /* Release: what the function did comes before what follows the region. */
    if (gil_fetch_and_seq_cst(word, ~CALLING) & LEAVING)
        gil_machine_unpark(word);
}

void
gil_unblock_send(GilThreadState *ts)
{
    if (claim(ts, OPEN))
        gil_unblock_call(ts);
}

static void
raise_cancel(GilThreadState *ts)
{
    uint32_t *cancel = &ts->unblock.cancel;

    if (!(gil_load_seq_cst(cancel) & HAVE))
        return;
    if ((gil_fetch_add_seq_cst(cancel, 1) & HAVE) && is_asked(ts)) {
        gil_cancel_write(ts->unblock.fd);
        gil_fetch_or_seq_cst(cancel, RAISED);
    }
    if ((gil_fetch_sub_seq_cst(cancel, 1) & (HAVE | USERS)) == 1)
        gil_machine_unpark(cancel);
}

void
gil_unblock_rouse(GilThreadState *ts)
{
    if (claim(ts, OPEN | SAFE))
        gil_unblock_call(ts);
    if (gil_machine_is_stranded() <= 0)
        raise_cancel(ts);
}

int
gil_unblock_is_met(GilThreadState *ts)
{
    return !(gil_load_seq_cst(&ts->unblock.word) & OPEN) || !is_asked(ts);
}

/* In the bucket: sees to it that who leaves the region looks there. 0: it is left. */
static int
mark_watched(uint32_t *word)
{
    uint32_t seen = gil_load_relaxed(word);

    do {
        if (!(seen & OPEN))
            return 0;
    } while (!(seen & WATCHED) && !gil_cas_acq_rel(word, &seen, seen | WATCHED));
    return 1;
}

void
gil_unblock_watch(GilThreadState *ts, uint64_t deadline)
{
    struct gil_wait wait;
    uint32_t *word = &ts->unblock.word;
    struct gil_bucket *bucket = gil_parking_lock(word);
    int open = mark_watched(word);

    gil_wait_init(&wait, deadline);
    if (open)
        gil_parking_add(bucket, &wait.me, word);
    gil_parking_unlock(bucket);
    if (open)
        (void)gil_parking_sleep_or_leave(&wait);
}

/* --- the thread itself --- */

static void
wake_watchers(uint32_t *word)
{
    struct gil_bucket *bucket = gil_parking_lock(word);
    struct gil_parked *all = gil_parking_take_all(bucket, word);

    gil_parking_unlock(bucket);
    gil_parking_wake(all, 1);
}

/* When OPEN is gone: the handler sets the timer no more. */
static void
stop_sending(GilThreadState *ts)
{
    (void)syscall(SYS_timer_delete, gil_load_relaxed(&ts->unblock.timer) - 1);
    /* Release: pairs with is_wanted(), after which the signal would end the process. */
    gil_store_release(&ts->unblock.timer, 0);
}

/* Take the region back; what it was is the result: OPEN, SAFE, or neither. */
static uint32_t
shut(GilThreadState *ts)
{
    uint32_t *word = &ts->unblock.word;

    if (!(gil_load_relaxed(word) & OPEN))
        return 0;
    uint32_t was = gil_fetch_and_seq_cst(word, ~(OPEN | SAFE | WATCHED));
    if (was & WATCHED)
        wake_watchers(word);
    if (gil_load_relaxed(&ts->unblock.timer) != 0)
        stop_sending(ts);
    if (was & CALLING) {
        gil_fetch_or_seq_cst(word, LEAVING);
        /* Acquire: pairs with gil_unblock_call(). */
        while (gil_load_acquire(word) & CALLING)
            gil_machine_park(word, CALLING | LEAVING, GIL_MACHINE_NEVER);
        gil_fetch_and_seq_cst(word, ~LEAVING);
    }
    return was & (OPEN | SAFE);
}

static void
open_region(GilThreadState *ts, GilUnblock_Func func, void *arg, uint32_t bits)
{
    ts->unblock.func = func;
    ts->unblock.arg = arg;
    /* Release: who sets CALLING sees them. Sequentially consistent: see the essay. */
    gil_fetch_or_seq_cst(&ts->unblock.word, bits);
    if (is_asked(ts))
        gil_unblock_send(ts);
}

void
gil_unblock_suspend(GilThreadState *ts, struct _GilRegion *region)
{
    region->bits = shut(ts);
    region->func = ts->unblock.func;
    region->arg = ts->unblock.arg;
}

void
gil_unblock_resume(GilThreadState *ts, const struct _GilRegion *region)
{
    if (region->bits != 0)
        open_region(ts, region->func, region->arg, region->bits);
}

void
gil_unblock_enter(GilThreadState *ts, struct _GilRegion *outer, GilUnblock_Func func, void *arg, unsigned flags)
{
    gil_unblock_suspend(ts, outer);
    open_region(ts, func, arg, flags & GIL_UNBLOCK_SIGNAL_SAFE ? OPEN | SAFE : OPEN);
}

void
gil_unblock_leave(GilThreadState *ts, const struct _GilRegion *outer)
{
    (void)shut(ts);
    gil_unblock_resume(ts, outer);
}

/* --- the descriptor --- */

void
gil_unblock_give_fd(GilThreadState *ts, int fd)
{
    ts->unblock.fd = fd;
    gil_fetch_or_seq_cst(&ts->unblock.cancel, HAVE);
    /* Asked before: nobody will come for that. */
    raise_cancel(ts);
}

int
gil_unblock_fd(const GilThreadState *ts)
{
    return gil_load_relaxed(&ts->unblock.cancel) & HAVE ? ts->unblock.fd : -1;
}

int
gil_unblock_take_fd(GilThreadState *ts)
{
    uint32_t *cancel = &ts->unblock.cancel;
    uint32_t seen = gil_load_relaxed(cancel);

    if (!(seen & HAVE))
        return -1;
    gil_fetch_and_seq_cst(cancel, ~HAVE);
    /* Acquire: pairs with raise_cancel(). */
    while ((seen = gil_load_acquire(cancel)) & USERS)
        gil_machine_park(cancel, seen, GIL_MACHINE_NEVER);
    gil_fetch_and_seq_cst(cancel, ~RAISED);
    return ts->unblock.fd;
}

void
gil_unblock_drain(GilThreadState *ts)
{
    /* There is a descriptor, and RAISED, or somebody who may set it. */
    if (GIL_LIKELY(gil_load_relaxed(&ts->unblock.cancel) <= HAVE))
        return;
    gil_fetch_and_seq_cst(&ts->unblock.cancel, ~RAISED);
    gil_cancel_read(ts->unblock.fd);
    if (is_asked(ts))
        raise_cancel(ts);
}

void
gil_unblock_end(GilThreadState *ts)
{
    (void)shut(ts);
    int fd = gil_unblock_take_fd(ts);
    if (fd >= 0)
        gil_cancel_close(fd);
}

void
gil_unblock_fork_child(GilThreadState *ts, int survives)
{
    struct gil_unblock *unblock = &ts->unblock;

    /* Who was calling, watching or writing is not there any more. */
    unblock->word = survives ? unblock->word & (OPEN | SAFE) : 0;
    if (!survives)
        unblock->timer = 0;
    if (!(unblock->cancel & HAVE))
        unblock->cancel = 0;
    else if (survives && gil_cancel_renew(unblock->fd) == 0) {
        unblock->cancel = HAVE;
        raise_cancel(ts);
    }
    else {
        unblock->cancel = 0;
        if (!survives)
            gil_cancel_close(unblock->fd);
    }
}
