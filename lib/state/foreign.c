/* SPDX-License-Identifier: MIT */
/* Taking a lock of somebody else's from an attached thread. */
#include "base/panic.h"
#include "gilrt/mutex.h"
#include "state/lock.h"
#include "state/tstate.h"

#include <errno.h>
#include <pthread.h>
#include <stddef.h>
#include <time.h>

/*
 * Two locks, the foreign one and the interpreter's, that others take in any order: some hold the foreign one and come
 * back from Gil_BEGIN_ALLOW_THREADS, some are attached and take it. Neither can be changed. What can be seen to is
 * that a caller of this never stands in such a ring: it waits for one of the two only while it has nothing of the
 * other.
 *
 *     attached, the foreign lock tried         got: done
 *     detached, the foreign lock waited for
 *     the interpreter's lock tried             got: done
 *     the foreign lock given back
 *     the interpreter's lock waited for, and from the top
 *
 * THE PRICE is that a caller may go round for as long as others take what it has just given back: nothing says how
 * often. It is the same with std::lock(). A queue for the foreign lock is not ours to have.
 *
 * Why not simply wait for both, the foreign one first: its holder, attached code that takes it plainly, would be
 * waited for by the thread that waits for the interpreter's lock with it in hand.
 */

/* Not pthread_mutex_trylock(): in glibc 2.36 that leaves a robust mutex which cannot be recovered taken when it says so (ENOTRECOVERABLE), and
 * whoever locks it next waits for ever. A time that is past waits for nobody. */
static int
try_pthread(void *mutex)
{
    static const struct timespec past = {0, 0};

    return pthread_mutex_timedlock(mutex, &past);
}

static int
lock_pthread(void *mutex)
{
    return pthread_mutex_lock(mutex);
}

static int
unlock_pthread(void *mutex)
{
    return pthread_mutex_unlock(mutex);
}

static const GilForeignLock pthread_kind = {try_pthread, lock_pthread, unlock_pthread};

/* Whether there is nothing to give back and nothing to wait for: it is the caller's to the end (EOWNERDEAD: giving it back would declare it
 * lost), or will be nobody's. */
static int
is_settled(int rc)
{
    return rc == EOWNERDEAD || rc == ENOTRECOVERABLE;
}

static int
take(GilThreadState *ts, const GilForeignLock *how, void *lock, const char *func)
{
    for (;;) {
        int rc = how->try_lock(lock);
        if (rc == 0 || is_settled(rc))
            return rc;
        gil_tstate_detach(ts, func);
        rc = how->lock(lock);
        if (rc != 0)
            gil_tstate_attach(ts, func);
        else if (gil_tstate_attach_until(ts, 0, func) != 1) {
            (void)how->unlock(lock);
            gil_tstate_attach(ts, func);
            continue;
        }
        return rc;
    }
}

int
GilForeignLock_Lock(const GilForeignLock *how, void *lock)
{
    GIL_REQUIRE(how != NULL && how->try_lock != NULL && how->lock != NULL && how->unlock != NULL,
                "a function of the foreign lock is NULL");
    GilThreadState *ts = gil_tstate_attached();
    return ts != NULL ? take(ts, how, lock, __func__) : how->lock(lock);
}

int
GilForeignLock_LockPthread(pthread_mutex_t *mutex)
{
    GIL_REQUIRE(mutex != NULL, "the mutex is NULL");
    GilThreadState *ts = gil_tstate_attached();
    return ts != NULL ? take(ts, &pthread_kind, mutex, __func__) : pthread_mutex_lock(mutex);
}
