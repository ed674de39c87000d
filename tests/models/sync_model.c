/* SPDX-License-Identifier: MIT */
/* The locks of users under the explorer: lib/sync/ from the parking lot up, and lib/state/'s way to wait, as they
 * ship. */
#include "models/runner.h"

#include "models/machine_model.h"

#include "gilrt/mutex.h"
#include "gilrt/sync.h"
#include "state/lock.h"
#include "state/tstate.h"
#include "state/wait.h"
#include "sync/machine.h"
#include "sync/order.h"
#include "sync/parking.h"
#include "sync/rank.h"
#include "sync/rwlock.h"
#include "sync/semaphore.h"

#include <setjmp.h>
#include <string.h>

/*
 * The interpreter's lock is a plain mutex here. There is one thread-local storage for all threads, so they share a
 * thread state, where they are attached at all; who runs is told by the explorer.
 */
#define THREADS_MAX 4
#define SOON 50                          /* a deadline; the clock moves there and no further */
#define LONG (2 * UINT64_C(1000000))     /* beyond it, who sleeps is handed a mutex */

static GilMutex mutex;
static GilRecursiveMutex recursive;
static GilRWMutex rw;
static GilCondition condition;
static GilEvent event;
static GilSemaphore semaphore;
static GilBarrier barrier;
static GilOnce once;

static int inside, readers;       /* threads in the critical section, and of these those that may be several */
static uint32_t written, entries; /* what a lock protects, stored plainly; and what it has to be */
static int count[THREADS_MAX];    /* what became of each thread; its meaning is the scenario's */
static int items;                 /* what a condition is about, and other counts */
static int ended;                 /* the interpreter of thread 1 has */
static int may_raise;             /* what a thread is asked; else it is to make a call */
static int made_a_call;           /* it has begun to */
static void (*in_call)(void);     /* what it does there; NULL: nothing */
static int kept;                  /* what a call has taken it keeps */
static struct gil_mutex interpreter, foreign;
static GilThreadState attached;
static jmp_buf gone[THREADS_MAX]; /* where a thread goes that is to sleep for ever */
__thread struct _GilThreadBlock *_Gil_thread;

static void
setup(void)
{
    gil_parking_forget_all();
    memset(&mutex, 0, sizeof mutex);
    memset(&recursive, 0, sizeof recursive);
    memset(&rw, 0, sizeof rw);
    memset(&condition, 0, sizeof condition);
    memset(&event, 0, sizeof event);
    semaphore = (GilSemaphore)GilSemaphore_INIT(1);
    barrier = (GilBarrier)GilBarrier_INIT(2);
    memset(&once, 0, sizeof once);
    memset(&attached, 0, sizeof attached);
    memset(gone, 0, sizeof gone);
    memset(count, 0, sizeof count);
    gil_mutex_init(&interpreter, GIL_RANK_LOCK, "the interpreter");
    gil_mutex_init(&foreign, GIL_RANK_LOCK, "the foreign mutex");
    _Gil_thread = NULL;
    inside = readers = items = ended = made_a_call = kept = 0;
    in_call = NULL;
    may_raise = 1;
    written = entries = 0;
}

/* As above, and every thread is attached whenever it is not elsewhere. */
static void
setup_attached(void)
{
    setup();
    attached.block.st = _Gil_ATTACHED;
    _Gil_thread = &attached.block;
}

static int
of_interest(const void *address)
{
    (void)address;
    return 1;
}

/* --- what the sources expect of the rest of the library --- */

void
gil_tstate_detach(GilThreadState *ts, const char *func)
{
    (void)ts;
    (void)func;
    gil_mutex_unlock(&interpreter);
}

int
gil_tstate_attach_until(GilThreadState *ts, uint64_t limit, const char *func)
{
    (void)ts;
    (void)func;
    if (ended && explore_self() == 1)
        return -1;
    if (limit == 0)
        return gil_mutex_try(&interpreter);
    gil_mutex_lock(&interpreter);
    return 1;
}

void
gil_tstate_attach(GilThreadState *ts, const char *func)
{
    EXPLORE_CHECK(gil_tstate_attach_until(ts, GIL_LOCK_WAIT, func) == 1);
}

void
gil_tstate_too_late(GilThreadState *ts, const char *func)
{
    (void)ts;
    (void)func;
    _longjmp(gone[explore_self()], 1);
}

void
gil_tstate_panic_detached(const char *func)
{
    explore_fail(func);
}

/* There are no regions here, nor descriptors. */
void
gil_unblock_rouse(GilThreadState *ts)
{
    (void)ts;
}

/* What is asked raises, or is a call in which others do something. With an exception pending all but the collector waits. */
int
_GilEval_PollSlow(struct _GilThreadBlock *block)
{
    EXPLORE_CHECK(attached.err.type == NULL || (block->brk & _Gil_BRK_COLLECT));
    gil_fetch_and_seq_cst(&block->brk, ~(_Gil_BRK_ASYNC | _Gil_BRK_COLLECT));
    if (may_raise)
        return -1;
    made_a_call = 1;
    explore_point("in the call");
    if (in_call != NULL)
        in_call();
    return 0;
}

#ifdef GIL_DEBUG
void
gil_rank_parking(const char *func)
{
    (void)func;
}
void
gil_order_wants(const void *address, unsigned rank, const char *func)
{
    (void)address;
    (void)rank;
    (void)func;
}
void
gil_order_waits(const void *address, const char *func)
{
    (void)address;
    (void)func;
}
void
gil_order_waits_no_more(void)
{
}
void
gil_order_took(const void *address, unsigned rank)
{
    (void)address;
    (void)rank;
}
void
gil_order_gives(const void *address)
{
    (void)address;
}
#endif

/* --- what threads do --- */

static void
critical(void)
{
    EXPLORE_CHECK(inside == 0 && readers == 0);
    inside++;
    EXPLORE_CHECK(gil_load_relaxed(&written) == entries);
    gil_store_relaxed(&written, ++entries);
    explore_point("inside");
    EXPLORE_CHECK(inside == 1 && readers == 0);
    inside--;
}

/* Many at a time. */
static void
look(void)
{
    EXPLORE_CHECK(inside == 0);
    readers++;
    EXPLORE_CHECK(gil_load_relaxed(&written) == entries);
    explore_point("reading");
    EXPLORE_CHECK(inside == 0);
    readers--;
}

static void
body_byte(int self)
{
    (void)self;
    for (int round = 0; round < 2; round++) {
        GilMutex_Lock(&mutex);
        critical();
        GilMutex_Unlock(&mutex);
    }
}

static void
body_byte_once(int self)
{
    (void)self;
    GilMutex_Lock(&mutex);
    critical();
    GilMutex_Unlock(&mutex);
}

/* One that gives up, soon or so late that others are handed the mutex. */
static void
byte_within(uint64_t ns)
{
    if (GilMutex_LockTimed(&mutex, ns, 0) != 1)
        return;
    critical();
    GilMutex_Unlock(&mutex);
}

static void
body_byte_timed(int self)
{
    if (self == 0)
        byte_within(SOON);
    else
        body_byte_once(self);
}

static void
body_byte_fair(int self)
{
    if (self == 0)
        byte_within(LONG);
    else
        body_byte_once(self);
}

static void
body_byte_try(int self)
{
    if (self != 0)
        body_byte(self);
    else if (GilMutex_TryLock(&mutex)) {
        critical();
        GilMutex_Unlock(&mutex);
    }
}

static void
finish_byte(void)
{
    EXPLORE_CHECK(!(mutex._bits & 1));
}

static int
nobody_else_comes(void)
{
    return count[0] && count[1];
}

/* One gives up, and leaves its mark; who comes last frees the mutex, as soon as the one before has let it in. */
static void
body_byte_gone(int self)
{
    if (self == 0) {
        byte_within(SOON);
        count[0] = 1;
        return;
    }
    if (self == 2)
        explore_until(nobody_else_comes);
    GilMutex_Lock(&mutex);
    count[self] = 1;
    critical();
    GilMutex_Unlock(&mutex);
    if (self == 2)
        explore_poison(&mutex, sizeof mutex);
}

static void
body_recursive(int self)
{
    GilRecursiveMutex_Lock(&recursive);
    EXPLORE_CHECK(GilRecursiveMutex_LockTimed(&recursive, self == 0 ? 0 : GIL_WAIT_FOREVER, 0) == 1);
    critical();
    GilRecursiveMutex_Unlock(&recursive);
    EXPLORE_CHECK(GilRecursiveMutex_IsLockedByCurrentThread(&recursive));
    critical();
    GilRecursiveMutex_Unlock(&recursive);
    EXPLORE_CHECK(!GilRecursiveMutex_IsLockedByCurrentThread(&recursive));
}

static void
read_once(void)
{
    GilRWMutex_RLock(&rw);
    look();
    GilRWMutex_RUnlock(&rw);
}

static void
write_once(void)
{
    GilRWMutex_Lock(&rw);
    critical();
    GilRWMutex_Unlock(&rw);
}

/* Readers but for thread 0. */
static void
body_rw(int self)
{
    if (self == 0)
        write_once();
    else
        read_once();
}

static void
body_rw_writers(int self)
{
    if (self == 0)
        read_once();
    else
        write_once();
}

static void
write_within(uint64_t ns)
{
    if (GilRWMutex_LockTimed(&rw, ns, 0) != 1)
        return;
    critical();
    GilRWMutex_Unlock(&rw);
}

static void
body_rw_timed(int self)
{
    if (self == 0)
        write_within(SOON);
    else
        body_rw_writers(self - 1);
}

static void
body_rw_timed_readers(int self)
{
    if (self == 0)
        write_within(SOON);
    else
        read_once();
}

static void
body_rw_timed_read(int self)
{
    if (self != 0)
        body_rw_writers(self - 1);
    else if (GilRWMutex_RLockTimed(&rw, SOON, 0) == 1) {
        look();
        GilRWMutex_RUnlock(&rw);
    }
}

static void
finish_rw(void)
{
    EXPLORE_CHECK(rw._bits == 0);
}

static int
two_read(void)
{
    return items == 2;
}

/* Two readers that need each other, and between them a writer that gives up: it must not shut the second one out. */
static void
body_rw_between(int self)
{
    if (self == 0) {
        write_within(SOON);
        return;
    }
    GilRWMutex_RLock(&rw);
    items++;
    explore_until(two_read);
    GilRWMutex_RUnlock(&rw);
}

/* The child of a fork: thread 0 reads, and a writer waited for it that is not there any more. */
static void
setup_rw_child(void)
{
    setup();
    rw._bits = GIL_RWLOCK_READER | GIL_RWLOCK_PARKED;
    readers = 1;
    items = 2;
}

/* As above, and there is one writer in the child. */
static void
setup_rw_child_writer(void)
{
    setup_rw_child();
    items = 1;
}

static int
others_have_read(void)
{
    return count[1] + count[2] == items;
}

static void
body_rw_child(int self)
{
    if (self == 0) {
        /* A reader that was kept out would be waited for. */
        explore_until(others_have_read);
        readers--;
        GilRWMutex_RUnlock(&rw);
    }
    else if (self <= items) {
        read_once();
        count[self] = 1;
    }
    else
        write_within(SOON);
}

/* Thread 0 makes as many items as there are others, and tells each. */
static void
make_items(int how_many)
{
    GilMutex_Lock(&mutex);
    items += how_many;
    GilMutex_Unlock(&mutex);
    while (how_many-- > 0)
        GilCondition_Notify(&condition);
}

static void
take_item(int self)
{
    GilMutex_Lock(&mutex);
    while (items == 0)
        GilCondition_Wait(&condition, &mutex);
    items--;
    count[self] = 1;
    GilMutex_Unlock(&mutex);
}

static void
body_condition(int self)
{
    if (self == 0)
        make_items(2);
    else
        take_item(self);
}

static void
body_condition_pair(int self)
{
    if (self == 0)
        make_items(1);
    else
        take_item(self);
}

static void
body_condition_all(int self)
{
    if (self != 0) {
        take_item(self);
        return;
    }
    GilMutex_Lock(&mutex);
    items = 2;
    GilCondition_NotifyAll(&condition);
    GilMutex_Unlock(&mutex);
}

/* One item and one notification, and two that want it, of whom one may give up: that must not use the notification
 * up. */
static void
body_condition_timed(int self)
{
    if (self == 0)
        make_items(1);
    else if (self == 2)
        take_item(2);
    else {
        GilMutex_Lock(&mutex);
        int rc = items == 0 ? GilCondition_WaitTimed(&condition, &mutex, SOON, 0) : 1;
        GilMutex_Unlock(&mutex);
        /* Its own turn, of which it makes nothing, goes to the other. */
        if (rc == 1)
            GilCondition_Notify(&condition);
    }
}

static void
finish_condition(void)
{
    EXPLORE_CHECK(items == 0 && !(mutex._bits & 1));
}

static void
body_event(int self)
{
    if (self == 0) {
        gil_store_relaxed(&written, 1);
        GilEvent_Set(&event);
        return;
    }
    GilEvent_Wait(&event);
    EXPLORE_CHECK(gil_load_relaxed(&written) == 1);
}

/* Who waits for it frees it. */
static void
body_event_gone(int self)
{
    body_event(self);
    if (self == 1)
        explore_poison(&event, sizeof event);
}

/* Set twice, by two; one gives up. */
static void
body_event_timed(int self)
{
    if (self != 2) {
        body_event(self);
        return;
    }
    if (GilEvent_WaitTimed(&event, SOON, 0) == 1)
        EXPLORE_CHECK(gil_load_relaxed(&written) == 1);
}

static void
body_semaphore(int self)
{
    (void)self;
    GilSemaphore_Acquire(&semaphore);
    critical();
    EXPLORE_CHECK(GilSemaphore_Release(&semaphore, 1) == 0);
}

static void
body_semaphore_timed(int self)
{
    if (self != 0)
        body_semaphore(self);
    else if (GilSemaphore_AcquireTimed(&semaphore, SOON, 0) == 1) {
        critical();
        EXPLORE_CHECK(GilSemaphore_Release(&semaphore, 1) == 0);
    }
}

static void
finish_semaphore(void)
{
    EXPLORE_CHECK(semaphore._bits == GIL_SEMAPHORE_PERMIT);
}

static void
setup_semaphore_empty(void)
{
    setup();
    semaphore = (GilSemaphore)GilSemaphore_INIT(0);
}

/* Two permits at once. */
static void
body_semaphore_two(int self)
{
    if (self == 0)
        EXPLORE_CHECK(GilSemaphore_Release(&semaphore, 2) == 0);
    else
        GilSemaphore_Acquire(&semaphore);
}

static void
finish_semaphore_empty(void)
{
    EXPLORE_CHECK(semaphore._bits == 0);
}

static void
body_barrier(int self)
{
    for (int round = 1; round <= 2; round++) {
        count[self] = round;
        int rc = GilBarrier_Wait(&barrier);
        EXPLORE_CHECK(rc == 1 || rc == 2);
        items += rc == 2;
        EXPLORE_CHECK(count[1 - self] >= round);
    }
}

static void
finish_barrier(void)
{
    EXPLORE_CHECK(items == 2 && barrier._arrived == 0);
}

static void
setup_barrier_of_three(void)
{
    setup();
    barrier = (GilBarrier)GilBarrier_INIT(3);
}

static void
body_barrier_three(int self)
{
    count[self] = 1;
    items += GilBarrier_Wait(&barrier) == 2;
    EXPLORE_CHECK(count[0] && count[1] && count[2]);
}

static void
finish_barrier_three(void)
{
    EXPLORE_CHECK(items == 1 && barrier._arrived == 0);
}

/* It gives up, and comes again. */
static void
body_barrier_timed(int self)
{
    int rc = 1;

    if (self == 0)
        rc = GilBarrier_WaitTimed(&barrier, SOON, 0);
    if (self != 0 || rc == 0)
        rc = GilBarrier_Wait(&barrier);
    count[self] = 1;
    items += rc == 2;
}

static void
finish_barrier_timed(void)
{
    EXPLORE_CHECK(items == 1 && barrier._arrived == 0);
}

static int
do_once(void *fails)
{
    EXPLORE_CHECK(inside == 0);
    inside++;
    explore_point("doing it");
    inside--;
    if (*(int *)fails > 0) {
        --*(int *)fails;
        return -1;
    }
    gil_store_relaxed(&written, gil_load_relaxed(&written) + 1);
    return 0;
}

static void
body_once(int self)
{
    count[self] = GilOnce_Call(&once, do_once, &items);
    if (count[self] == 0)
        EXPLORE_CHECK(gil_load_relaxed(&written) == 1);
}

static void
finish_once(void)
{
    EXPLORE_CHECK(count[0] == 0 && count[1] == 0 && count[2] == 0 && GilOnce_IsDone(&once));
}

static void
setup_once_fails(void)
{
    setup();
    items = 1;
}

static void
finish_once_fails(void)
{
    EXPLORE_CHECK(count[0] + count[1] + count[2] == -1 && GilOnce_IsDone(&once));
}

/* --- beside the interpreter's lock --- */

static void
attach(void)
{
    gil_tstate_attach(&attached, "model");
}

static void
detach(void)
{
    gil_tstate_detach(&attached, "model");
}

/* A holder of the mutex loses the interpreter's lock and wants it back. */
static void
body_attached(int self)
{
    (void)self;
    attach();
    GilMutex_Lock(&mutex);
    critical();
    detach();
    attach();
    critical();
    GilMutex_Unlock(&mutex);
    detach();
}

/* The same with a mutex that is handed over: thread 2 moves the clock. */
static void
body_attached_fair(int self)
{
    if (self != 2) {
        body_attached(self);
        return;
    }
    attach();
    byte_within(LONG);
    detach();
}

static void
body_attached_rw(int self)
{
    attach();
    if (self == 0)
        write_once();
    else
        read_once();
    detach();
}

static int
foreign_try(void *lock)
{
    return !gil_mutex_try(lock);
}

static int
foreign_lock(void *lock)
{
    gil_mutex_lock(lock);
    return 0;
}

static int
foreign_unlock(void *lock)
{
    gil_mutex_unlock(lock);
    return 0;
}

static const GilForeignLock foreign_kind = {foreign_try, foreign_lock, foreign_unlock};

/* The last thread takes it plainly while it is attached; the others as it is to be done. */
static void
take_foreign(int plainly)
{
    attach();
    if (plainly)
        gil_mutex_lock(&foreign);
    else
        EXPLORE_CHECK(GilForeignLock_Lock(&foreign_kind, &foreign) == 0);
    critical();
    gil_mutex_unlock(&foreign);
    detach();
}

static void
body_foreign(int self)
{
    take_foreign(self == 1);
}

static void
body_foreign_three(int self)
{
    take_foreign(self == 2);
}

/* Thread 1 holds it while it waits for the interpreter's lock, and then takes it plainly while it is attached. */
static void
body_foreign_back(int self)
{
    if (self == 0) {
        take_foreign(0);
        return;
    }
    gil_mutex_lock(&foreign);
    attach();
    critical();
    gil_mutex_unlock(&foreign);
    gil_mutex_lock(&foreign);
    critical();
    gil_mutex_unlock(&foreign);
    detach();
}

/* Thread 0 waits for what nobody gives; thread 1 asks for its attention. */
static void
ask_for(uint32_t what)
{
    gil_fetch_or_seq_cst(&attached.block.brk, what);
    gil_wait_rouse(&attached);
}

static void
ask(void)
{
    ask_for(_Gil_BRK_ASYNC);
}

static void
setup_rouse(void)
{
    setup_attached();
    semaphore = (GilSemaphore)GilSemaphore_INIT(0);
}

static void
body_rouse(int self)
{
    if (self == 1) {
        ask();
        return;
    }
    attach();
    count[0] = GilSemaphore_AcquireTimed(&semaphore, GIL_WAIT_FOREVER, GIL_WAIT_INTERRUPTIBLE);
    detach();
}

static void
finish_rouse(void)
{
    EXPLORE_CHECK(count[0] == -1 && semaphore._bits <= 1);
    EXPLORE_CHECK(attached.block.brk == 0);
}

static void
body_rouse_condition(int self)
{
    if (self == 1) {
        ask();
        return;
    }
    attach();
    GilMutex_Lock(&mutex);
    count[0] = GilCondition_WaitTimed(&condition, &mutex, GIL_WAIT_FOREVER, GIL_WAIT_INTERRUPTIBLE);
    EXPLORE_CHECK(GilMutex_IsLocked(&mutex));
    GilMutex_Unlock(&mutex);
    detach();
}

/* Asked and given at once: it has one of the two, and the permit is not lost. */
static void
body_rouse_or_get(int self)
{
    if (self == 1)
        ask();
    else if (self == 2)
        EXPLORE_CHECK(GilSemaphore_Release(&semaphore, 1) == 0);
    else {
        attach();
        count[0] = GilSemaphore_AcquireTimed(&semaphore, GIL_WAIT_FOREVER, GIL_WAIT_INTERRUPTIBLE);
        detach();
    }
}

static void
finish_rouse_or_get(void)
{
    EXPLORE_CHECK(count[0] == 1 ? semaphore._bits == 0 : count[0] == -1 && semaphore._bits == GIL_SEMAPHORE_PERMIT);
}

/* The interpreter of thread 1 ends while it sleeps: what it is woken for goes to the next. Thread 0 has it at first. */
static void
body_ended(int self)
{
    if (self == 1 && (_setjmp(gone[1]) != 0 || gil_tstate_attach_until(&attached, GIL_LOCK_WAIT, "model") != 1))
        return;
    if (self != 1)
        attach();
    GilMutex_Lock(&mutex);
    critical();
    if (self == 0) {
        detach();
        ended = 1;
        GilMutex_Unlock(&mutex);
        return;
    }
    GilMutex_Unlock(&mutex);
    detach();
}

static void
body_ended_semaphore(int self)
{
    if (self == 0) {
        ended = 1;
        EXPLORE_CHECK(GilSemaphore_Release(&semaphore, 1) == 0);
        return;
    }
    if (self == 1 && (_setjmp(gone[1]) != 0 || gil_tstate_attach_until(&attached, GIL_LOCK_WAIT, "model") != 1))
        return;
    if (self != 1)
        attach();
    GilSemaphore_Acquire(&semaphore);
    critical();
    EXPLORE_CHECK(GilSemaphore_Release(&semaphore, 1) == 0);
    detach();
}

/* The interpreter of thread 1 ends when that was told, and wants the mutex: thread 2, which waits behind it, is told then. */
static void
body_ended_condition(int self)
{
    if (self == 1 && (_setjmp(gone[1]) != 0 || gil_tstate_attach_until(&attached, GIL_LOCK_WAIT, "model") != 1))
        return;
    if (self != 1)
        attach();
    GilMutex_Lock(&mutex);
    if (self == 0) {
        items = 1;
        GilCondition_Notify(&condition);
        detach();
        ended = 1;
        attach();
        GilMutex_Unlock(&mutex);
        detach();
        return;
    }
    while (items == 0 && !ended)
        GilCondition_Wait(&condition, &mutex);
    /* Thread 1 was in time, and leaves it to the other. */
    items = items != 0 && self == 1;
    GilMutex_Unlock(&mutex);
    GilCondition_Notify(&condition);
    detach();
}

static int
is_wanted(void)
{
    return (mutex._bits & 2) != 0;
}

/* The same, but thread 0 may have the mutex again before thread 1 looks for it. */
static void
body_ended_condition_taken(int self)
{
    if (self == 1 && (_setjmp(gone[1]) != 0 || gil_tstate_attach_until(&attached, GIL_LOCK_WAIT, "model") != 1))
        return;
    if (self != 1)
        attach();
    GilMutex_Lock(&mutex);
    if (self == 0) {
        items = 1;
        GilCondition_Notify(&condition);
        detach();
        explore_until(is_wanted);
        ended = 1;
        GilMutex_Unlock(&mutex);
        if (GilMutex_TryLock(&mutex))
            GilMutex_Unlock(&mutex);
        return;
    }
    while (items == 0 && !ended)
        GilCondition_Wait(&condition, &mutex);
    items = items != 0 && self == 1;
    GilMutex_Unlock(&mutex);
    GilCondition_Notify(&condition);
    detach();
}

static void
setup_call(void)
{
    setup_attached();
    may_raise = 0;
}

static int
has_made_a_call(void)
{
    return made_a_call;
}

/* It comes and goes while thread 0, which waits, makes a call, or before it sleeps again, or later. */
static void
body_event_in_a_call(int self)
{
    if (self == 1) {
        ask();
        explore_until(has_made_a_call);
        GilEvent_Set(&event);
        GilEvent_Clear(&event);
        return;
    }
    attach();
    count[0] = GilEvent_WaitTimed(&event, GIL_WAIT_FOREVER, GIL_WAIT_INTERRUPTIBLE);
    detach();
}

static void
finish_event_in_a_call(void)
{
    EXPLORE_CHECK(count[0] == 1 && !GilEvent_IsSet(&event));
}

/* A recursive mutex, which another thread has: what is called within the wait takes it and keeps it, and so the thread has it twice. */
static int
is_called_or_done(void)
{
    return made_a_call || count[0];
}

static void
keep_recursive(void)
{
    GilRecursiveMutex_Lock(&recursive);
    kept = 1;
}

static void
setup_recursive_call(void)
{
    setup_call();
    in_call = keep_recursive;
}

static void
have_until_the_call(void)
{
    attach();
    GilRecursiveMutex_Lock(&recursive);
    critical();
    detach();
    ask();
    explore_until(is_called_or_done);
    attach();
    GilRecursiveMutex_Unlock(&recursive);
    detach();
}

static void
take_recursive(int self)
{
    EXPLORE_CHECK(GilRecursiveMutex_LockTimed(&recursive, GIL_WAIT_FOREVER, GIL_WAIT_INTERRUPTIBLE) == 1);
    count[self] = 1;
    critical();
    if (kept) {
        GilRecursiveMutex_Unlock(&recursive);
        EXPLORE_CHECK(GilRecursiveMutex_IsLockedByCurrentThread(&recursive));
    }
    GilRecursiveMutex_Unlock(&recursive);
    EXPLORE_CHECK(!GilRecursiveMutex_IsLockedByCurrentThread(&recursive));
    detach();
}

static void
body_recursive_in_a_call(int self)
{
    if (self == 1) {
        have_until_the_call();
        return;
    }
    attach();
    take_recursive(0);
}

static void
finish_recursive(void)
{
    EXPLORE_CHECK(!(recursive._mutex._bits & 1) && recursive._level == 0);
}

/* And it is too late for its interpreter, then or within the call: what the call keeps is kept, and nothing else. */
static void
body_ended_recursive(int self)
{
    if (self == 1 && _setjmp(gone[1]) != 0) {
        EXPLORE_CHECK(GilRecursiveMutex_IsLockedByCurrentThread(&recursive) == kept && recursive._level == 0);
        count[1] = 2;
        return;
    }
    if (self == 1) {
        if (gil_tstate_attach_until(&attached, GIL_LOCK_WAIT, "model") == 1)
            take_recursive(1);
        count[0] = 1;
        return;
    }
    have_until_the_call();
    ended = 1;
}

static void
finish_ended_recursive(void)
{
    EXPLORE_CHECK((recursive._mutex._bits & 1) == (count[1] == 2 && kept));
}

/* An exception is pending: what is asked waits with it, and so does the thread, until it has what it waits for. */
static void
setup_error(void)
{
    setup_rouse();
    attached.err.type = (GilObject *)(uintptr_t)0x5000;
}

static void
body_asked_with_an_error(int self)
{
    if (self == 1)
        ask();
    else if (self == 2)
        EXPLORE_CHECK(GilSemaphore_Release(&semaphore, 1) == 0);
    else
        body_rouse(0);
}

static void
finish_asked_with_an_error(void)
{
    EXPLORE_CHECK(count[0] == 1 && semaphore._bits == 0 && attached.block.brk == _Gil_BRK_ASYNC);
}

/* The collector does not mind: who waits makes its call. */
static void
setup_error_collects(void)
{
    setup_error();
    may_raise = 0;
}

static void
body_collects_with_an_error(int self)
{
    if (self == 0) {
        body_rouse(0);
        return;
    }
    ask_for(_Gil_BRK_COLLECT);
    explore_until(has_made_a_call);
    EXPLORE_CHECK(GilSemaphore_Release(&semaphore, 1) == 0);
}

static void
finish_collects_with_an_error(void)
{
    EXPLORE_CHECK(count[0] == 1 && semaphore._bits == 0 && attached.block.brk == 0);
}

/* --- the child of a fork --- */

/* From here on thread 0 is alone. */
static void
fork_child(void)
{
    gil_parking_mutexes(gil_mutex_lock);
    explore_fork();
    gil_parking_mutexes(gil_mutex_unlock);
    gil_parking_forget_all();
}

/* Who comes alone to a barrier for two waits, whoever was there in the parent; and has left it when its time is over. */
static void
body_barrier_fork(int self)
{
    if (self != 0) {
        if (GilBarrier_WaitTimed(&barrier, SOON, 0) == 0)
            (void)GilBarrier_Wait(&barrier);
        return;
    }
    fork_child();
    for (int i = 0; i < 2; i++)
        EXPLORE_CHECK(GilBarrier_WaitTimed(&barrier, SOON, 0) == 0 && barrier._arrived == 0);
}

/* A reader reads on, and others with it, whoever wanted to write in the parent; and then one may write. */
static void
body_rw_fork(int self)
{
    if (self != 0) {
        GilRWMutex_Lock(&rw);
        GilRWMutex_Unlock(&rw);
        return;
    }
    GilRWMutex_RLock(&rw);
    fork_child();
    EXPLORE_CHECK(GilRWMutex_RLockTimed(&rw, SOON, 0) == 1);
    GilRWMutex_RUnlock(&rw);
    GilRWMutex_RUnlock(&rw);
    EXPLORE_CHECK(GilRWMutex_LockTimed(&rw, SOON, 0) == 1);
    GilRWMutex_Unlock(&rw);
}

/* Nobody waits for the condition, and none is told; a permit that is there is had. */
static void
body_condition_fork(int self)
{
    if (self != 0) {
        GilMutex_Lock(&mutex);
        count[self] = 1;
        GilCondition_Wait(&condition, &mutex);
        GilSemaphore_Acquire(&semaphore);
        return;
    }
    GilMutex_Lock(&mutex);
    GilCondition_Notify(&condition);
    fork_child();
    GilCondition_NotifyAll(&condition);
    EXPLORE_CHECK(GilCondition_WaitTimed(&condition, &mutex, SOON, 0) == 0 && GilMutex_IsLocked(&mutex));
    GilMutex_Unlock(&mutex);
    EXPLORE_CHECK(GilMutex_LockTimed(&mutex, SOON, 0) == 1);
    EXPLORE_CHECK(GilSemaphore_AcquireTimed(&semaphore, SOON, 0) == 1 || semaphore._bits < GIL_SEMAPHORE_PERMIT);
}

static const struct model_run runs[] = {
    {{"byte", 2, 0, setup, body_byte, of_interest, NULL, finish_byte}, {4, 0, 1}, {5, 0, 2}},
    {{"byte", 3, 0, setup, body_byte_once, of_interest, NULL, finish_byte}, {2, 0, 1}, {3, 0, 1}},
    {{"byte_gone", 3, 0, setup, body_byte_gone, of_interest, NULL, NULL}, {3, 1, 0}, {4, 1, 1}},
    {{"byte_try", 2, 0, setup, body_byte_try, of_interest, NULL, finish_byte}, {4, 0, 1}, {5, 0, 2}},
    {{"byte_timed", 2, 0, setup, body_byte_timed, of_interest, NULL, finish_byte}, {4, 1, 1}, {5, 1, 2}},
    {{"byte_timed", 3, 0, setup, body_byte_timed, of_interest, NULL, finish_byte}, {2, 1, 1}, {3, 1, 1}},
    {{"byte_fair", 3, 0, setup, body_byte_fair, of_interest, NULL, finish_byte}, {2, 1, 1}, {3, 1, 1}},
    {{"recursive", 2, 0, setup, body_recursive, of_interest, NULL, NULL}, {3, 0, 1}, {4, 0, 2}},
    {{"rw", 3, 0, setup, body_rw, of_interest, NULL, finish_rw}, {2, 0, 1}, {3, 0, 1}},
    {{"rw_writers", 3, 0, setup, body_rw_writers, of_interest, NULL, finish_rw}, {2, 0, 1}, {3, 0, 1}},
    {{"rw_timed", 3, 0, setup, body_rw_timed, of_interest, NULL, finish_rw}, {2, 1, 1}, {3, 1, 1}},
    {{"rw_timed_readers", 3, 0, setup, body_rw_timed_readers, of_interest, NULL, finish_rw}, {2, 1, 0}, {3, 1, 1}},
    {{"rw_timed_read", 3, 0, setup, body_rw_timed_read, of_interest, NULL, finish_rw}, {2, 1, 0}, {3, 1, 1}},
    {{"rw_between", 3, EXPLORE_ALL, setup, body_rw_between, of_interest, NULL, finish_rw}, {2, 1, 0}, {3, 1, 1}},
    {{"rw_child", 3, 0, setup_rw_child, body_rw_child, of_interest, NULL, finish_rw}, {2, 0, 1}, {3, 0, 1}},
    {{"rw_child_writer", 3, EXPLORE_ALL, setup_rw_child_writer, body_rw_child, of_interest, NULL, finish_rw}, {2, 1, 0}, {3, 1, 1}},
    {{"condition", 2, 0, setup, body_condition_pair, of_interest, NULL, finish_condition}, {4, 0, 1}, {5, 0, 2}},
    {{"condition", 3, 0, setup, body_condition, of_interest, NULL, finish_condition}, {2, 0, 0}, {3, 0, 1}},
    {{"condition_all", 3, 0, setup, body_condition_all, of_interest, NULL, finish_condition}, {2, 0, 0}, {3, 0, 1}},
    {{"condition_timed", 3, 1u << 1, setup, body_condition_timed, of_interest, NULL, finish_condition},
     {2, 1, 0}, {3, 1, 1}},
    {{"event", 3, 0, setup, body_event, of_interest, NULL, NULL}, {2, 0, 1}, {3, 0, 1}},
    {{"event_gone", 2, 0, setup, body_event_gone, of_interest, NULL, NULL}, {4, 0, 1}, {5, 0, 2}},
    {{"event_timed", 3, 0, setup, body_event_timed, of_interest, NULL, NULL}, {2, 1, 0}, {3, 1, 1}},
    {{"event_in_a_call", 2, 0, setup_call, body_event_in_a_call, of_interest, NULL, finish_event_in_a_call}, {4, 0, 1}, {5, 0, 2}},
    {{"semaphore", 3, 0, setup, body_semaphore, of_interest, NULL, finish_semaphore}, {2, 0, 1}, {3, 0, 1}},
    {{"semaphore_timed", 2, 0, setup, body_semaphore_timed, of_interest, NULL, finish_semaphore}, {4, 1, 1}, {5, 1, 2}},
    {{"semaphore_timed", 3, 0, setup, body_semaphore_timed, of_interest, NULL, finish_semaphore}, {2, 1, 0}, {3, 1, 1}},
    {{"semaphore_two", 3, 0, setup_semaphore_empty, body_semaphore_two, of_interest, NULL, finish_semaphore_empty},
     {2, 0, 0}, {3, 0, 1}},
    {{"barrier", 2, 0, setup, body_barrier, of_interest, NULL, finish_barrier}, {4, 0, 1}, {5, 0, 2}},
    {{"barrier", 3, 0, setup_barrier_of_three, body_barrier_three, of_interest, NULL, finish_barrier_three},
     {2, 0, 0}, {3, 0, 1}},
    {{"barrier_timed", 2, 0, setup, body_barrier_timed, of_interest, NULL, finish_barrier_timed}, {4, 1, 1}, {5, 1, 2}},
    {{"barrier_timed", 3, 0, setup_barrier_of_three, body_barrier_timed, of_interest, NULL, finish_barrier_timed},
     {2, 1, 0}, {3, 1, 1}},
    {{"once", 3, 0, setup, body_once, of_interest, NULL, finish_once}, {2, 0, 1}, {3, 0, 1}},
    {{"once_fails", 3, 0, setup_once_fails, body_once, of_interest, NULL, finish_once_fails}, {2, 0, 0}, {3, 0, 1}},
    {{"attached", 2, 0, setup_attached, body_attached, of_interest, NULL, finish_byte}, {4, 0, 1}, {5, 0, 2}},
    {{"attached_fair", 3, 0, setup_attached, body_attached_fair, of_interest, NULL, finish_byte}, {2, 1, 0}, {3, 1, 0}},
    {{"attached_rw", 3, 0, setup_attached, body_attached_rw, of_interest, NULL, finish_rw}, {2, 0, 1}, {3, 0, 0}},
    {{"foreign", 2, 0, setup_attached, body_foreign, of_interest, NULL, NULL}, {4, 0, 1}, {5, 0, 2}},
    {{"foreign", 3, 0, setup_attached, body_foreign_three, of_interest, NULL, NULL}, {2, 0, 1}, {3, 0, 0}},
    {{"foreign_back", 2, 0, setup_attached, body_foreign_back, of_interest, NULL, NULL}, {4, 0, 1}, {5, 0, 2}},
    {{"rouse", 2, 0, setup_rouse, body_rouse, of_interest, NULL, finish_rouse}, {4, 0, 1}, {5, 0, 2}},
    {{"rouse_condition", 2, 0, setup_rouse, body_rouse_condition, of_interest, NULL, finish_rouse},
     {4, 0, 1}, {5, 0, 2}},
    {{"rouse_or_get", 3, 0, setup_rouse, body_rouse_or_get, of_interest, NULL, finish_rouse_or_get},
     {2, 0, 1}, {3, 0, 1}},
    {{"recursive_in_a_call", 2, 0, setup_recursive_call, body_recursive_in_a_call, of_interest, NULL, finish_recursive},
     {3, 0, 1}, {4, 0, 2}},
    {{"ended_recursive", 2, 0, setup_recursive_call, body_ended_recursive, of_interest, NULL, finish_ended_recursive},
     {3, 0, 1}, {4, 0, 2}},
    {{"asked_with_an_error", 3, 0, setup_error, body_asked_with_an_error, of_interest, NULL, finish_asked_with_an_error},
     {2, 0, 0}, {3, 0, 1}},
    {{"collects_with_an_error", 2, 0, setup_error_collects, body_collects_with_an_error, of_interest, NULL, finish_collects_with_an_error},
     {4, 0, 1}, {5, 0, 2}},
    {{"barrier_fork", 2, EXPLORE_ALL, setup, body_barrier_fork, of_interest, NULL, NULL}, {3, 1, 1}, {4, 2, 1}},
    {{"rw_fork", 2, EXPLORE_ALL, setup, body_rw_fork, of_interest, NULL, NULL}, {3, 0, 1}, {4, 1, 1}},
    {{"rw_fork", 3, EXPLORE_ALL, setup, body_rw_fork, of_interest, NULL, NULL}, {2, 0, 0}, {3, 0, 1}},
    {{"condition_fork", 2, EXPLORE_ALL, setup, body_condition_fork, of_interest, NULL, NULL}, {3, 0, 1}, {4, 1, 1}},
    {{"ended", 3, 0, setup_attached, body_ended, of_interest, NULL, finish_byte}, {2, 0, 1}, {3, 0, 0}},
    {{"ended_semaphore", 3, 0, setup_rouse, body_ended_semaphore, of_interest, NULL, finish_semaphore},
     {2, 0, 1}, {3, 0, 0}},
    {{"ended_condition", 3, 0, setup_attached, body_ended_condition, of_interest, NULL, finish_condition},
     {2, 0, 1}, {3, 0, 0}},
    {{"ended_condition_taken", 3, 0, setup_attached, body_ended_condition_taken, of_interest, NULL, finish_condition},
     {2, 0, 1}, {3, 0, 0}},
};

int
main(int argc, char **argv)
{
    return model_main(argc, argv, runs, (int)(sizeof runs / sizeof runs[0]));
}
