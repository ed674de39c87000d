/* SPDX-License-Identifier: MIT */
/* What keeps the calls of one thread from nesting. */
#include "state/serving.h"

#include "base/atomic.h"
#include "gilrt/lock.h"
#include "state/stable.h"
#include "state/tstate.h"
#include "state/wait.h"
#include "sync/machine.h"

/*
 * A call is of a thread, and what says that it is in one stands in a state: in that which makes the call. From there the thread may
 * go to another interpreter, by whatever function, and come to a safe point with another of its states, which knows nothing. So
 * that one, when it has found something to call, looks through all thread blocks, without a mutex (state/stable.h), for one of
 * its thread that is in a call; marks it; and leaves what it found. When the call is over the mark has all states of the thread
 * asked: which of them left something is not kept, a bit too much costs one look, and the interpreter of one may be gone.
 *
 * Why not a thread-local word: the library has two, and who has little room for such data counts on that. Why not hand
 * it on where a state is attached: each attach would pay for it.
 */

/* Whether ts is the calling thread's; an orphan was that of another with the same number, perhaps. */
static int
is_own(const GilThreadState *ts, unsigned long self)
{
    return gil_load_relaxed(&ts->os_thread) == self && gil_load_relaxed(&ts->id) != 0 && !gil_load_relaxed(&ts->dead) && !ts->orphan;
}

GilThreadState *
gil_serving_find(void)
{
    struct gil_stable_look look = {NULL, 0};
    const GilThreadState *each;
    unsigned long self = gil_machine_thread();

    while ((each = gil_tstate_look(&look)) != NULL)
        /* Acquire: pairs with gil_serving_begin(); whoever serves has said before whose the state is. */
        if (gil_load_acquire(&each->serving) && is_own(each, self))
            return (GilThreadState *)(uintptr_t)each;
    return NULL;
}

static void
ask(GilThreadState *ts)
{
    gil_fetch_or_seq_cst(&ts->block.brk, _Gil_BRK_CALLS | _Gil_BRK_SHARED);
    gil_wait_rouse(ts);
}

uint32_t
gil_serving_begin(GilThreadState *ts)
{
    uint32_t was = gil_load_relaxed(&ts->serving);

    gil_store_release(&ts->serving, was | GIL_SERVING);
    return was;
}

void
gil_serving_end(GilThreadState *ts, uint32_t was)
{
    struct gil_stable_look look = {NULL, 0};
    const GilThreadState *each;
    unsigned long self = gil_machine_thread();
    uint32_t left = gil_load_relaxed(&ts->serving) & GIL_SERVING_LEFT;

    gil_store_release(&ts->serving, was != 0 ? was | left : 0);
    if (left == 0 || was != 0)
        return;
    while ((each = gil_tstate_look(&look)) != NULL)
        if (gil_load_seq_cst(&each->os_thread) == self)
            ask((GilThreadState *)(uintptr_t)each);
}

void
gil_serving_leave(GilThreadState *serving)
{
    gil_store_release(&serving->serving, gil_load_relaxed(&serving->serving) | GIL_SERVING_LEFT);
}
