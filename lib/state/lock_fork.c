/* SPDX-License-Identifier: MIT */
/* An interpreter's lock in a process whose other threads are gone. */
#include "state/lock.h"

#include "sync/machine.h"

GilThreadState *
gil_lock_holder(const struct gil_lock *lock)
{
    return (GilThreadState *)(gil_load_relaxed(&lock->owner) & ~GIL_LOCK_FLAGS);
}

void
gil_lock_fork_child(struct gil_lock *lock)
{
    GilThreadState *holder = gil_lock_holder(lock);

    gil_turns_forget(&lock->turns);
    /* The registration may have been lost, or a sandbox may refuse it now. */
    lock->may_lean = lock->may_lean && gil_machine_can_fence_all();
    if (holder != NULL && lock->may_lean && gil_load_relaxed(&lock->owner) == ((uintptr_t)holder | GIL_LOCK_LEANS))
        return;
    if (holder != NULL)
        gil_fetch_or_seq_cst(&holder->block.brk, _Gil_BRK_FENCED);
    gil_store_release(&lock->owner, (uintptr_t)holder);
}

void
gil_lock_strand(struct gil_lock *lock, GilThreadState *nobody)
{
    uintptr_t word = gil_load_relaxed(&lock->owner);
    GilThreadState *holder = gil_lock_holder(lock);

    if (word & GIL_LOCK_LEANS)
        gil_fetch_or_seq_cst(&holder->block.brk, _Gil_BRK_FENCED);
    /* With flags that no way in or out passes without the mutex, which is taken for ever. */
    gil_store_release(&lock->owner, (uintptr_t)(holder != NULL ? holder : nobody) | (GIL_LOCK_FLAGS & ~GIL_LOCK_LEANS));
    (void)gil_mutex_try(&lock->mu);
}
