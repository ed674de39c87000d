/* SPDX-License-Identifier: MIT */
/* The public mutexes: of one byte, recursive, for readers and writers. */
#include "gilrt/mutex.h"

#include "base/panic.h"
#include "state/locking.h"
#include "sync/bytelock.h"
#include "sync/machine.h"
#include "sync/order.h"
#include "sync/rwlock.h"

#include <stddef.h>

/*
 * Out of line, all of it: an inline compare-and-exchange would save a call of two nanoseconds, and take from the
 * library the view of who holds what, which the checker of a debug build lives on (sync/order.h) without any
 * difference in the public header.
 */

static unsigned
rank_of(const GilMutex *m)
{
    /* The rank never changes, but it stands in a byte that does. */
    return gil_load_relaxed(&m->_bits) >> GIL_BYTELOCK_RANK_SHIFT;
}

static int
try_mutex(void *m)
{
    return gil_bytelock_try(&((GilMutex *)m)->_bits);
}

static enum gil_waited
sleep_mutex(void *m, struct gil_wait *wait)
{
    return gil_bytelock_sleep(&((GilMutex *)m)->_bits, wait);
}

static void
undo_mutex(void *m)
{
    (void)gil_bytelock_unlock(&((GilMutex *)m)->_bits);
}

static const struct gil_waitable mutex_kind = {try_mutex, sleep_mutex, undo_mutex, NULL};

/* kind NULL: that of a mutex, m itself. */
static int __attribute__((noinline))
lock_slow(GilMutex *m, const struct gil_waitable *kind, void *object, uint64_t ns, unsigned flags, const char *func)
{
    int for_ever = ns == GIL_WAIT_FOREVER && flags == 0;

    if (for_ever)
        gil_order_waits(m, func);
    int got = gil_wait_for(kind != NULL ? kind : &mutex_kind, kind != NULL ? object : m, ns, flags, func);
    if (for_ever)
        gil_order_waits_no_more();
    return got;
}

/* 1, 0 or -1, as the public forms. */
static inline int
lock(GilMutex *m, uint64_t ns, unsigned flags, const char *func)
{
    gil_order_wants(m, rank_of(m), func);
    int got = gil_bytelock_try(&m->_bits);
    if (GIL_UNLIKELY(!got))
        got = lock_slow(m, NULL, NULL, ns, flags, func);
    if (got == 1)
        gil_order_took(m, rank_of(m));
    return got;
}

static void
unlock(GilMutex *m, const char *func)
{
    gil_order_gives(m);
    if (gil_bytelock_unlock(&m->_bits) < 0)
        gil_panic(func, "the mutex is not locked");
}

void
gil_locking_lock(GilMutex *m, const struct gil_waitable *kind, void *object, const char *func)
{
    gil_order_wants(m, rank_of(m), func);
    (void)lock_slow(m, kind, object, GIL_WAIT_FOREVER, 0, func);
    gil_order_took(m, rank_of(m));
}

void
GilMutex_Lock(GilMutex *m)
{
    GIL_REQUIRE(m != NULL, "the mutex is NULL");
    (void)lock(m, GIL_WAIT_FOREVER, 0, __func__);
}

int
GilMutex_TryLock(GilMutex *m)
{
    GIL_REQUIRE(m != NULL, "the mutex is NULL");
    /* Out of order is no danger where nobody waits. */
    int got = try_mutex(m);
    if (got)
        gil_order_took(m, rank_of(m));
    return got;
}

int
GilMutex_LockTimed(GilMutex *m, uint64_t ns, unsigned flags)
{
    GIL_REQUIRE(m != NULL, "the mutex is NULL");
    gil_waiting_check(flags, __func__);
    return lock(m, ns, flags, __func__);
}

void
GilMutex_Unlock(GilMutex *m)
{
    GIL_REQUIRE(m != NULL, "the mutex is NULL");
    unlock(m, __func__);
}

int
GilMutex_IsLocked(GilMutex *m)
{
    GIL_REQUIRE(m != NULL, "the mutex is NULL");
    return gil_bytelock_is_locked(&m->_bits);
}

/* --- recursive --- */

/* The calling thread as an owner: never 0. */
static uintptr_t
self(void)
{
    return (uintptr_t)gil_machine_thread() + 1;
}

/* Relaxed: this thread's name is there only if this thread has put it there, and nobody else takes it away. */
static int
is_mine(const GilRecursiveMutex *m)
{
    return gil_load_relaxed(&m->_owner) == self();
}

static void
again(GilRecursiveMutex *m, const char *func)
{
    if (m->_level == UINT32_MAX)
        gil_panic(func, "the mutex is taken too many times");
    m->_level++;
}

/* The mutex that it begins with. In an interruptible wait the thread makes calls, and one of them may take it and keep it: then the
 * thread has it. */
static int
try_recursive(void *m)
{
    return is_mine(m) || try_mutex(&((GilRecursiveMutex *)m)->_mutex);
}

static enum gil_waited
sleep_recursive(void *m, struct gil_wait *wait)
{
    return is_mine(m) ? GIL_WAITED_AGAIN : sleep_mutex(&((GilRecursiveMutex *)m)->_mutex, wait);
}

/* What a call has taken and kept stays taken, as with any mutex whose holder comes too late. */
static void
undo_recursive(void *m)
{
    if (!is_mine(m))
        undo_mutex(&((GilRecursiveMutex *)m)->_mutex);
}

static const struct gil_waitable recursive_kind = {try_recursive, sleep_recursive, undo_recursive, NULL};

int
GilRecursiveMutex_LockTimed(GilRecursiveMutex *m, uint64_t ns, unsigned flags)
{
    GIL_REQUIRE(m != NULL, "the mutex is NULL");
    gil_waiting_check(flags, __func__);
    if (!is_mine(m)) {
        gil_order_wants(&m->_mutex, rank_of(&m->_mutex), __func__);
        int got = try_mutex(&m->_mutex);
        if (!got)
            got = lock_slow(&m->_mutex, &recursive_kind, m, ns, flags, __func__);
        if (got != 1)
            return got;
        if (!is_mine(m)) {
            gil_order_took(&m->_mutex, rank_of(&m->_mutex));
            gil_store_relaxed(&m->_owner, self());
            return 1;
        }
    }
    again(m, __func__);
    return 1;
}

void
GilRecursiveMutex_Lock(GilRecursiveMutex *m)
{
    GIL_REQUIRE(m != NULL, "the mutex is NULL");
    if (is_mine(m)) {
        again(m, __func__);
        return;
    }
    (void)lock(&m->_mutex, GIL_WAIT_FOREVER, 0, __func__);
    gil_store_relaxed(&m->_owner, self());
}

int
GilRecursiveMutex_TryLock(GilRecursiveMutex *m)
{
    GIL_REQUIRE(m != NULL, "the mutex is NULL");
    if (is_mine(m)) {
        again(m, __func__);
        return 1;
    }
    if (!GilMutex_TryLock(&m->_mutex))
        return 0;
    gil_store_relaxed(&m->_owner, self());
    return 1;
}

void
GilRecursiveMutex_Unlock(GilRecursiveMutex *m)
{
    GIL_REQUIRE(m != NULL, "the mutex is NULL");
    GIL_REQUIRE(is_mine(m), "the calling thread does not have the mutex");
    if (m->_level > 0) {
        m->_level--;
        return;
    }
    gil_store_relaxed(&m->_owner, 0);
    unlock(&m->_mutex, __func__);
}

int
GilRecursiveMutex_IsLockedByCurrentThread(GilRecursiveMutex *m)
{
    GIL_REQUIRE(m != NULL, "the mutex is NULL");
    return is_mine(m);
}

/* --- readers and writers --- */

static int
try_read(void *rw)
{
    return gil_rwlock_try_read(&((GilRWMutex *)rw)->_bits);
}

static enum gil_waited
sleep_read(void *rw, struct gil_wait *wait)
{
    return gil_rwlock_sleep_read(&((GilRWMutex *)rw)->_bits, wait);
}

static void
undo_read(void *rw)
{
    (void)gil_rwlock_unlock_read(&((GilRWMutex *)rw)->_bits);
}

static int
try_write(void *rw)
{
    return gil_rwlock_try_write(&((GilRWMutex *)rw)->_bits);
}

static enum gil_waited
sleep_write(void *rw, struct gil_wait *wait)
{
    return gil_rwlock_sleep_write(&((GilRWMutex *)rw)->_bits, wait);
}

static void
undo_write(void *rw)
{
    (void)gil_rwlock_unlock_write(&((GilRWMutex *)rw)->_bits);
}

static const struct gil_waitable read_kind = {try_read, sleep_read, undo_read, NULL};
static const struct gil_waitable write_kind = {try_write, sleep_write, undo_write, NULL};

void
GilRWMutex_RLock(GilRWMutex *rw)
{
    GIL_REQUIRE(rw != NULL, "the mutex is NULL");
    (void)gil_wait_for(&read_kind, rw, GIL_WAIT_FOREVER, 0, __func__);
}

int
GilRWMutex_TryRLock(GilRWMutex *rw)
{
    GIL_REQUIRE(rw != NULL, "the mutex is NULL");
    return try_read(rw);
}

int
GilRWMutex_RLockTimed(GilRWMutex *rw, uint64_t ns, unsigned flags)
{
    GIL_REQUIRE(rw != NULL, "the mutex is NULL");
    return gil_wait_for(&read_kind, rw, ns, flags, __func__);
}

void
GilRWMutex_RUnlock(GilRWMutex *rw)
{
    GIL_REQUIRE(rw != NULL, "the mutex is NULL");
    GIL_REQUIRE(gil_rwlock_unlock_read(&rw->_bits) == 0, "nobody reads under the mutex");
}

void
GilRWMutex_Lock(GilRWMutex *rw)
{
    GIL_REQUIRE(rw != NULL, "the mutex is NULL");
    (void)gil_wait_for(&write_kind, rw, GIL_WAIT_FOREVER, 0, __func__);
}

int
GilRWMutex_TryLock(GilRWMutex *rw)
{
    GIL_REQUIRE(rw != NULL, "the mutex is NULL");
    return try_write(rw);
}

int
GilRWMutex_LockTimed(GilRWMutex *rw, uint64_t ns, unsigned flags)
{
    GIL_REQUIRE(rw != NULL, "the mutex is NULL");
    return gil_wait_for(&write_kind, rw, ns, flags, __func__);
}

void
GilRWMutex_Unlock(GilRWMutex *rw)
{
    GIL_REQUIRE(rw != NULL, "the mutex is NULL");
    GIL_REQUIRE(gil_rwlock_unlock_write(&rw->_bits) == 0, "nobody writes under the mutex");
}
