/* SPDX-License-Identifier: MIT */
/* Leaning: how a thread that uses a lock alone comes to do without atomic instructions, and how another takes that back. */
#include "state/lean.h"

#include "sync/machine.h"

/*
 * A thread that took the lock many times with nobody else in between makes it lean to itself, under mu: from then on its
 * transitions leave the word alone. They store st, then load brk of the thread's own block: zero means done. No atomic
 * instruction, no fence. FENCED in brk is clear exactly on the thread to which a lock leans; any other thread
 * goes by the word. (A thread that finds other bits of brk, but not FENCED, is done as well: they ask for a poll.)
 *
 * REVOKING. Whoever else wants the lock finds LEANS and asks, under mu: set FENCED in that thread's brk; heavy fence, which makes every
 * thread pass a full fence; read its st. LAZY: it is outside, the lock is stolen. ATTACHED: it is inside, and
 * holds the lock by the word like any holder. One store to the word says which. Why that excludes: let the heavy fence
 * fall, in the other thread, before its load of brk: then that load sees FENCED. Or after it: then the store of st before that load
 * has reached memory, and the revoker sees it. So a thread that found brk zero on its way in is seen inside, and one that
 * is not seen inside finds FENCED on its way in. A thread that finds FENCED reads its fate from the word: another name
 * is final; its own counts once it has taken mu, that is, waited until the revocation is over. (Where there is no other thread, there is nobody to fence.)
 * Then it is a lock by the word, until a thread has used it alone again for so long that a heavy fence is worth it
 * (GIL_MACHINE_FENCE_WORTH): so leaning costs at most twice what the better of the two ways would have cost.
 */
#define LEANS GIL_LOCK_LEANS

static GilThreadState *
owner_of(uintptr_t word)
{
    return (GilThreadState *)(word & ~GIL_LOCK_FLAGS);
}

/* The bit is cleared before LEANS is set, so a revocation comes after. */
void
gil_lean(struct gil_lock *lock, GilThreadState *ts)
{
    gil_mutex_lock(&lock->mu);
    if (gil_load_relaxed(&lock->owner) == (uintptr_t)ts) {
        ts->leaning = 1;
        gil_fetch_and_seq_cst(&ts->block.brk, ~_Gil_BRK_FENCED);
        gil_store_relaxed(&lock->owner, (uintptr_t)ts | LEANS);
    }
    gil_mutex_unlock(&lock->mu);
}

/* One store decides, because a word that says "free" for a moment would be taken. */
int
gil_lean_revoke(struct gil_lock *lock, GilThreadState *ts)
{
    GilThreadState *other = owner_of(gil_load_relaxed(&lock->owner));

    gil_fetch_or_seq_cst(&other->block.brk, _Gil_BRK_FENCED);
    /* Of a state of the calling thread nothing is under way. */
    if (!gil_machine_is_alone()) {
        gil_machine_fence_all();
        gil_store_relaxed(&lock->fences, lock->fences + 1);
    }
    /* Acquire: pairs with the release of st by which the other left. */
    int outside = gil_load_acquire(&other->block.st) == _Gil_LAZY;
    gil_store_release(&lock->owner, (uintptr_t)(outside ? ts : other));
    if (outside && ts != NULL)
        gil_store_relaxed(&lock->stolen, lock->stolen + 1);
    return outside;
}

/* The lock is being revoked, or was. Whether ts came in time only the revoker knows, and says by the word. */
int
gil_lean_came_in_time(struct gil_lock *lock, GilThreadState *ts)
{
    ts->leaning = 0;
    if (owner_of(gil_load_relaxed(&lock->owner)) != ts)
        return 0;
    gil_mutex_lock(&lock->mu);
    int inside = owner_of(gil_load_relaxed(&lock->owner)) == ts;
    gil_mutex_unlock(&lock->mu);
    return inside;
}

void
gil_lean_upright(struct gil_lock *lock, const GilThreadState *holder)
{
    uintptr_t word = gil_load_relaxed(&lock->owner);

    if ((word & LEANS) && owner_of(word) != holder)
        (void)gil_lean_revoke(lock, NULL);
}

void
gil_lean_straighten(struct gil_lock *lock)
{
    uintptr_t word = gil_load_relaxed(&lock->owner);

    if (word & LEANS) {
        gil_fetch_or_seq_cst(&owner_of(word)->block.brk, _Gil_BRK_FENCED);
        gil_store_relaxed(&lock->owner, word & ~LEANS);
    }
}
