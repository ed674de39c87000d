/* SPDX-License-Identifier: MIT */
/* The public ways to wait for each other: condition, event, semaphore, barrier, once. */
#include "gilrt/sync.h"

#include "base/panic.h"
#include "state/locking.h"
#include "sync/barrier.h"
#include "sync/bytelock.h"
#include "sync/condition.h"
#include "sync/event.h"
#include "sync/machine.h"
#include "sync/once.h"
#include "sync/semaphore.h"

#include <pthread.h>
#include <stddef.h>

_Static_assert(sizeof(GilBarrier) == sizeof(struct gil_barrier), "the public barrier is the inner one");
_Static_assert(GIL_SEMAPHORE_PERMIT == 2u, "what GilSemaphore_INIT() multiplies by");
_Static_assert(GIL_ONCE_DONE == 4u, "what GilOnce_Call() compares with");

/* --- condition --- */

static int
try_nothing(void *unused)
{
    (void)unused;
    return 0;
}

static enum gil_waited
sleep_condition(void *c, struct gil_wait *wait)
{
    (void)c;
    return gil_parking_sleep_or_leave(wait);
}

/* Somebody else is to hear what this thread was told. */
static void
undo_condition(void *c)
{
    gil_condition_notify(&((GilCondition *)c)->_bits);
}

static const struct gil_waitable condition_kind = {try_nothing, sleep_condition, undo_condition, NULL};

/* The mutex again, by a thread that was told: if it is too late for that, somebody else is to hear it, whoever has the mutex then. */
struct told {
    GilCondition *c;
    GilMutex *m;
};

static int
try_again(void *told)
{
    return gil_bytelock_try(&((struct told *)told)->m->_bits);
}

static enum gil_waited
sleep_again(void *told, struct gil_wait *wait)
{
    return gil_bytelock_sleep(&((struct told *)told)->m->_bits, wait);
}

static void
undo_again(void *told)
{
    (void)gil_bytelock_unlock(&((struct told *)told)->m->_bits);
}

static void
late_again(void *told)
{
    undo_condition(((struct told *)told)->c);
}

static const struct gil_waitable again_kind = {try_again, sleep_again, undo_again, late_again};

static int
wait_condition(GilCondition *c, GilMutex *m, uint64_t ns, unsigned flags, const char *func)
{
    struct gil_waiting waiting;

    if (c == NULL)
        gil_panic(func, "the condition is NULL");
    if (m == NULL)
        gil_panic(func, "the mutex is NULL");
    if (!GilMutex_IsLocked(m))
        gil_panic(func, "the mutex is not locked");
    gil_waiting_begin(&waiting, ns, flags, func);
    gil_condition_enter(&c->_bits, &waiting.wait);
    GilMutex_Unlock(m);
    enum gil_waited how = gil_waiting_sleep(&waiting, &condition_kind, c);
    /* Attended to, and nothing raised: that may have been the condition itself, so it is for the caller to look. */
    int rc = how == GIL_WAITED_LATE ? 0 : how == GIL_WAITED_ROUSED && gil_waiting_attend(&waiting) < 0 ? -1 : 1;
    if (how == GIL_WAITED_GOT)
        gil_locking_lock(m, &again_kind, &(struct told){c, m}, func);
    else
        GilMutex_Lock(m);
    return rc;
}

void
GilCondition_Wait(GilCondition *c, GilMutex *m)
{
    (void)wait_condition(c, m, GIL_WAIT_FOREVER, 0, __func__);
}

int
GilCondition_WaitTimed(GilCondition *c, GilMutex *m, uint64_t ns, unsigned flags)
{
    return wait_condition(c, m, ns, flags, __func__);
}

void
GilCondition_Notify(GilCondition *c)
{
    GIL_REQUIRE(c != NULL, "the condition is NULL");
    gil_condition_notify(&c->_bits);
}

void
GilCondition_NotifyAll(GilCondition *c)
{
    GIL_REQUIRE(c != NULL, "the condition is NULL");
    gil_condition_notify_all(&c->_bits);
}

/* --- event --- */

/* A wait for it. It is over also when the event was set meanwhile, say in a call that was made within the wait, and is not any more. */
struct awaited {
    uint8_t *byte;
    uint8_t since; /* gil_event_times() when the wait began */
};

static int
try_event(void *awaited)
{
    const struct awaited *what = awaited;

    return gil_event_has_been(what->byte, what->since);
}

static enum gil_waited
sleep_event(void *awaited, struct gil_wait *wait)
{
    const struct awaited *what = awaited;

    return gil_event_sleep(what->byte, what->since, wait);
}

static const struct gil_waitable event_kind = {try_event, sleep_event, NULL, NULL};

int
GilEvent_IsSet(GilEvent *e)
{
    GIL_REQUIRE(e != NULL, "the event is NULL");
    return gil_event_is_set(&e->_bits);
}

void
GilEvent_Set(GilEvent *e)
{
    GIL_REQUIRE(e != NULL, "the event is NULL");
    gil_event_set(&e->_bits);
}

void
GilEvent_Clear(GilEvent *e)
{
    GIL_REQUIRE(e != NULL, "the event is NULL");
    gil_event_clear(&e->_bits);
}

static int
wait_event(GilEvent *e, uint64_t ns, unsigned flags, const char *func)
{
    struct awaited what = {&e->_bits, gil_event_times(&e->_bits)};

    return gil_wait_for(&event_kind, &what, ns, flags, func);
}

void
GilEvent_Wait(GilEvent *e)
{
    GIL_REQUIRE(e != NULL, "the event is NULL");
    (void)wait_event(e, GIL_WAIT_FOREVER, 0, __func__);
}

int
GilEvent_WaitTimed(GilEvent *e, uint64_t ns, unsigned flags)
{
    GIL_REQUIRE(e != NULL, "the event is NULL");
    return wait_event(e, ns, flags, __func__);
}

/* --- semaphore --- */

static int
try_semaphore(void *s)
{
    return gil_semaphore_try(&((GilSemaphore *)s)->_bits);
}

static enum gil_waited
sleep_semaphore(void *s, struct gil_wait *wait)
{
    return gil_semaphore_sleep(&((GilSemaphore *)s)->_bits, wait);
}

static void
undo_semaphore(void *s)
{
    (void)gil_semaphore_release(&((GilSemaphore *)s)->_bits, 1);
}

static const struct gil_waitable semaphore_kind = {try_semaphore, sleep_semaphore, undo_semaphore, NULL};

void
GilSemaphore_Acquire(GilSemaphore *s)
{
    GIL_REQUIRE(s != NULL, "the semaphore is NULL");
    (void)gil_wait_for(&semaphore_kind, s, GIL_WAIT_FOREVER, 0, __func__);
}

int
GilSemaphore_TryAcquire(GilSemaphore *s)
{
    GIL_REQUIRE(s != NULL, "the semaphore is NULL");
    return try_semaphore(s);
}

int
GilSemaphore_AcquireTimed(GilSemaphore *s, uint64_t ns, unsigned flags)
{
    GIL_REQUIRE(s != NULL, "the semaphore is NULL");
    return gil_wait_for(&semaphore_kind, s, ns, flags, __func__);
}

int
GilSemaphore_Release(GilSemaphore *s, uint32_t count)
{
    GIL_REQUIRE(s != NULL, "the semaphore is NULL");
    return gil_semaphore_release(&s->_bits, count);
}

/* --- barrier --- */

static struct gil_barrier *
inner(void *b)
{
    return b;
}

static enum gil_waited
sleep_barrier(void *b, struct gil_wait *wait)
{
    return gil_barrier_sleep(inner(b), wait);
}

static const struct gil_waitable barrier_kind = {try_nothing, sleep_barrier, NULL, NULL};

static int
wait_barrier(GilBarrier *b, uint64_t ns, unsigned flags, const char *func)
{
    struct gil_waiting waiting;
    enum gil_waited how;
    int rc = 2;

    if (b == NULL)
        gil_panic(func, "the barrier is NULL");
    if (b->_parties == 0)
        gil_panic(func, "the barrier is for nobody");
    gil_waiting_begin(&waiting, ns, flags, func);
    while (!gil_barrier_arrive(inner(b), &waiting.wait)) {
        how = gil_waiting_sleep(&waiting, &barrier_kind, b);
        rc = how == GIL_WAITED_GOT ? 1 : how == GIL_WAITED_LATE ? 0 : gil_waiting_attend(&waiting);
        if (how != GIL_WAITED_ROUSED || rc < 0)
            break;
        /* Not counted while it attended: once more. */
        rc = 2;
    }
    return rc;
}

int
GilBarrier_Wait(GilBarrier *b)
{
    return wait_barrier(b, GIL_WAIT_FOREVER, 0, __func__);
}

int
GilBarrier_WaitTimed(GilBarrier *b, uint64_t ns, unsigned flags)
{
    return wait_barrier(b, ns, flags, __func__);
}

/* --- once --- */

/* Done, or the caller's to do: in both cases the wait is over. */
static int
try_once(void *once)
{
    return gil_once_begin(&((GilOnce *)once)->_bits) != GIL_ONCE_FOUND_BUSY;
}

static enum gil_waited
sleep_once(void *once, struct gil_wait *wait)
{
    return gil_once_sleep(&((GilOnce *)once)->_bits, wait);
}

int
GilOnce_IsDone(GilOnce *once)
{
    GIL_REQUIRE(once != NULL, "the once is NULL");
    return gil_load_acquire(&once->_bits) == GIL_ONCE_DONE;
}

/* If the call of a thread that will never run again was to do it, the next one does. */
static void
undo_once(void *once)
{
    if (!GilOnce_IsDone(once))
        gil_once_end(&((GilOnce *)once)->_bits, 0);
}

static const struct gil_waitable once_kind = {try_once, sleep_once, undo_once, NULL};

int
_GilOnce_CallSlow(GilOnce *once, int (*func)(void *data), void *data)
{
    static const char name[] = "GilOnce_Call";
    uintptr_t self = (uintptr_t)gil_machine_thread() + 1;

    if (once == NULL)
        gil_panic(name, "the once is NULL");
    if (func == NULL)
        gil_panic(name, "the function is NULL");
    /* Relaxed: this thread's number is there only if this thread has put it there. */
    if (gil_load_relaxed(&once->_runner) == self)
        gil_panic(name, "called from within the function that it calls: it would wait for itself");
    (void)gil_wait_for(&once_kind, once, GIL_WAIT_FOREVER, 0, name);
    if (GilOnce_IsDone(once))
        return 0;
    gil_store_relaxed(&once->_runner, self);
    /* A thread that is cancelled there would be waited for by all others. */
    int cancel = 0;
    (void)pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel);
    int rc = func(data);
    gil_store_relaxed(&once->_runner, 0);
    gil_once_end(&once->_bits, rc == 0);
    (void)pthread_setcancelstate(cancel, &cancel);
    return rc;
}
