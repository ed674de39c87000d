/* SPDX-License-Identifier: MIT */
/* The public mutexes from inside: what a debug build says of the order in which they are taken. */
#include "unit/state/world.h"

#include "gilrt/mutex.h"
#include "state/wait.h"
#include "sync/bytelock.h"
#include "sync/order.h"

#include <pthread.h>

static GilMutex low = GilMutex_INIT_RANKED(3), high = GilMutex_INIT_RANKED(4);
static GilMutex inner = GilMutex_INIT_RANKED(GIL_ORDER_LOCK + 1);
static GilMutex mutex;

START_TEST(test_state_locking__ranks_in_order_pass_in_every_build)
{
    GilRecursiveMutex recursive = {._mutex = GilMutex_INIT_RANKED(9)};

    GilMutex_Lock(&low);
    GilMutex_Lock(&high);
    GilRecursiveMutex_Lock(&recursive);
    GilRecursiveMutex_Lock(&recursive);
    Gil_BEGIN_ALLOW_THREADS
    Gil_END_ALLOW_THREADS
    GilMutex_Lock(&inner);
    GilMutex_Unlock(&inner);
    GilRecursiveMutex_Unlock(&recursive);
    GilRecursiveMutex_Unlock(&recursive);
    GilMutex_Unlock(&low); /* in any order */
    GilMutex_Unlock(&high);
    /* Who only tries does not wait, and cannot be part of a ring. */
    GilMutex_Lock(&high);
    ck_assert_int_eq(GilMutex_TryLock(&low), 1);
    GilMutex_Unlock(&low);
    GilMutex_Unlock(&high);
}
END_TEST

#ifdef GIL_DEBUG
static void
falling(void *unused)
{
    (void)unused;
    GilMutex_Lock(&high);
    GilMutex_Lock(&low);
}

static void
falling_recursive(void *unused)
{
    GilRecursiveMutex recursive = {._mutex = GilMutex_INIT_RANKED(2)};

    (void)unused;
    GilMutex_Lock(&low);
    GilRecursiveMutex_Lock(&recursive);
}

static void
twice(void *unused)
{
    (void)unused;
    GilMutex_Lock(&mutex);
    GilMutex_Lock(&mutex);
}

static void
lock_inside(void *unused)
{
    GilThreadState *ts = world_ts;

    (void)unused;
    gil_tstate_detach(ts, "test");
    GilMutex_Lock(&inner);
    gil_tstate_attach(ts, "test");
}

START_TEST(test_state_locking__wrong_orders_stop_a_debug_build)
{
    gil_test_expect_abort(falling, NULL, "GilMutex_Lock: lock order: mutex");
    gil_test_expect_abort(falling_recursive, NULL, "GilRecursiveMutex_Lock: lock order: mutex");
    gil_test_expect_abort(twice, NULL, "GilMutex_Lock: mutex");
    gil_test_expect_abort(lock_inside, NULL, "the interpreter's lock (rank 32) is waited for while mutex");
}
END_TEST
#endif

/* --- misuse --- */

#define MISUSES(use)                                                                                        \
    use(mutex_lock_null, GilMutex_Lock(NULL), "GilMutex_Lock: the mutex is NULL")                           \
    use(mutex_timed_null, GilMutex_LockTimed(NULL, 1, 0), "GilMutex_LockTimed: the mutex is NULL")          \
    use(mutex_try_null, GilMutex_TryLock(NULL), "GilMutex_TryLock: the mutex is NULL")                      \
    use(mutex_unlock_null, GilMutex_Unlock(NULL), "GilMutex_Unlock: the mutex is NULL")                     \
    use(mutex_is_null, GilMutex_IsLocked(NULL), "GilMutex_IsLocked: the mutex is NULL")                     \
    use(mutex_unlock_free, GilMutex_Unlock(&mutex), "GilMutex_Unlock: the mutex is not locked")             \
    use(own_lock_null, GilRecursiveMutex_Lock(NULL), "GilRecursiveMutex_Lock: the mutex is NULL")           \
    use(own_timed_null, GilRecursiveMutex_LockTimed(NULL, 1, 0), "GilRecursiveMutex_LockTimed: the mutex is NULL") \
    use(own_try_null, GilRecursiveMutex_TryLock(NULL), "GilRecursiveMutex_TryLock: the mutex is NULL")      \
    use(own_unlock_null, GilRecursiveMutex_Unlock(NULL), "GilRecursiveMutex_Unlock: the mutex is NULL")     \
    use(own_is_null, GilRecursiveMutex_IsLockedByCurrentThread(NULL), "ByCurrentThread: the mutex is NULL") \
    use(own_unlock_free, GilRecursiveMutex_Unlock(&own), "the calling thread does not have the mutex")      \
    use(read_null, GilRWMutex_RLock(NULL), "GilRWMutex_RLock: the mutex is NULL")                           \
    use(read_try_null, GilRWMutex_TryRLock(NULL), "GilRWMutex_TryRLock: the mutex is NULL")                 \
    use(read_timed_null, GilRWMutex_RLockTimed(NULL, 1, 0), "GilRWMutex_RLockTimed: the mutex is NULL")     \
    use(read_unlock_null, GilRWMutex_RUnlock(NULL), "GilRWMutex_RUnlock: the mutex is NULL")                \
    use(read_unlock_free, GilRWMutex_RUnlock(&both), "GilRWMutex_RUnlock: nobody reads under the mutex")    \
    use(write_null, GilRWMutex_Lock(NULL), "GilRWMutex_Lock: the mutex is NULL")                            \
    use(write_try_null, GilRWMutex_TryLock(NULL), "GilRWMutex_TryLock: the mutex is NULL")                  \
    use(write_timed_null, GilRWMutex_LockTimed(NULL, 1, 0), "GilRWMutex_LockTimed: the mutex is NULL")      \
    use(write_unlock_null, GilRWMutex_Unlock(NULL), "GilRWMutex_Unlock: the mutex is NULL")                 \
    use(write_unlock_free, GilRWMutex_Unlock(&both), "GilRWMutex_Unlock: nobody writes under the mutex")

static GilRecursiveMutex own;
static GilRWMutex both;

#define DEFINE(name, call, message) \
    static void                     \
    name(void *unused)              \
    {                               \
        (void)unused;               \
        (void)(call);               \
    }
MISUSES(DEFINE)

START_TEST(test_state_locking__misuse_stops_the_process)
{
#define EXPECT(name, call, message) gil_test_expect_abort(name, NULL, message);
    MISUSES(EXPECT)
}
END_TEST

static void
lock_once_more(void *unused)
{
    (void)unused;
    GilRecursiveMutex_Lock(&own);
    own._level = UINT32_MAX;
    GilRecursiveMutex_Lock(&own);
}

static void
try_once_more(void *unused)
{
    (void)unused;
    GilRecursiveMutex_Lock(&own);
    own._level = UINT32_MAX;
    (void)GilRecursiveMutex_TryLock(&own);
}

/* Who wraps its count would leave a mutex that others have yet to leave. */
START_TEST(test_state_locking__a_recursion_without_end_stops_the_process)
{
    gil_test_expect_abort(lock_once_more, NULL, "GilRecursiveMutex_Lock: the mutex is taken too many times");
    gil_test_expect_abort(try_once_more, NULL, "GilRecursiveMutex_TryLock: the mutex is taken too many times");
}
END_TEST

static int
raise_an_error(GilThreadState *ts)
{
    gil_fetch_and_seq_cst(&ts->block.brk, ~_Gil_BRK_COLLECT);
    return -1;
}

START_TEST(test_state_locking__a_wait_without_limit_may_be_interruptible)
{
    gil_state_hooks.collect = raise_an_error;
    ck_assert_int_eq(GilMutex_LockTimed(&mutex, GIL_WAIT_FOREVER, GIL_WAIT_INTERRUPTIBLE), 1);
    gil_fetch_or_seq_cst(&world_ts->block.brk, _Gil_BRK_COLLECT);
    ck_assert_int_eq(GilMutex_LockTimed(&mutex, GIL_WAIT_FOREVER, GIL_WAIT_INTERRUPTIBLE), -1);
    GilMutex_Unlock(&mutex);
    ck_assert_int_eq(GilMutex_IsLocked(&mutex), 0);
}
END_TEST

static int step; /* [atomic] */

static void
await(int value)
{
    while (gil_load_acquire(&step) < value)
        sched_yield();
}

/* Another thread has it, asks who waits for it to make a call, and gives it back when that is made. */
static void *
keep_until_the_call(void *unused)
{
    GilRecursiveMutex_Lock(&own);
    gil_store_release(&step, 1);
    while (!(gil_load_acquire(&own._mutex._bits) & GIL_BYTELOCK_PARKED))
        sched_yield();
    gil_fetch_or_seq_cst(&world_ts->block.brk, _Gil_BRK_COLLECT);
    gil_wait_rouse(world_ts);
    await(2);
    GilRecursiveMutex_Unlock(&own);
    return unused;
}

static int
take_it(GilThreadState *ts)
{
    gil_fetch_and_seq_cst(&ts->block.brk, ~_Gil_BRK_COLLECT);
    gil_store_release(&step, 2);
    GilRecursiveMutex_Lock(&own);
    return 0;
}

/* What is called within the wait takes the mutex and keeps it: the thread has it, twice then. */
START_TEST(test_state_locking__a_recursive_mutex_that_a_call_in_the_wait_takes)
{
    gil_state_hooks.collect = take_it;
    pthread_t thread = world_thread(keep_until_the_call, NULL);
    await(1);
    ck_assert_int_eq(GilRecursiveMutex_LockTimed(&own, UINT64_C(2000000000), GIL_WAIT_INTERRUPTIBLE), 1);
    world_join(thread);
    GilRecursiveMutex_Unlock(&own);
    ck_assert_int_eq(GilRecursiveMutex_IsLockedByCurrentThread(&own), 1);
    GilRecursiveMutex_Unlock(&own);
    ck_assert_int_eq(GilMutex_IsLocked(&own._mutex), 0);
}
END_TEST

static GilRecursiveMutex deep = {._mutex = GilMutex_INIT_RANKED(GIL_ORDER_LOCK + 1)};

static void *
keep_until_somebody_sleeps(void *unused)
{
    GilRecursiveMutex_Lock(&deep);
    gil_store_release(&step, 1);
    while (!(gil_load_acquire(&deep._mutex._bits) & GIL_BYTELOCK_PARKED))
        sched_yield();
    GilRecursiveMutex_Unlock(&deep);
    return unused;
}

/* One that is never handed over: who is woken for it tries once more. */
START_TEST(test_state_locking__a_recursive_mutex_is_tried_after_a_wake)
{
    pthread_t thread = world_thread(keep_until_somebody_sleeps, NULL);

    await(1);
    ck_assert_int_eq(GilRecursiveMutex_LockTimed(&deep, GIL_WAIT_FOREVER, 0), 1);
    ck_assert_int_eq(GilRecursiveMutex_IsLockedByCurrentThread(&deep), 1);
    GilRecursiveMutex_Unlock(&deep);
    ck_assert_int_eq(GilMutex_IsLocked(&deep._mutex), 0);
    world_join(thread);
}
END_TEST

static int is_late; /* [atomic] */

static int
note_late(GilThreadState *ts, const char *func)
{
    (void)ts;
    ck_assert_str_eq(func, "GilRecursiveMutex_LockTimed");
    gil_store_release(&is_late, 1);
    return 1;
}

static void *
lock_in_what_will_end(void *ts)
{
    gil_tstate_attach(ts, "test");
    (void)GilRecursiveMutex_LockTimed(&own, GIL_WAIT_FOREVER, GIL_WAIT_INTERRUPTIBLE);
    ck_abort_msg("it came back");
    return NULL;
}

/* The thread comes too late for its interpreter, and nothing within the wait has taken the mutex: it goes to the next. */
START_TEST(test_state_locking__a_recursive_mutex_that_comes_too_late_is_given_back)
{
    GilThreadState *first = GilEval_SaveThread(), *second = world_interp_new();

    gil_state_hooks.late = note_late;
    GilRecursiveMutex_Lock(&own);
    pthread_t thread = world_thread(lock_in_what_will_end, gil_tstate_new(second->interp));
    while (!(gil_load_acquire(&own._mutex._bits) & GIL_BYTELOCK_PARKED))
        sched_yield();
    gil_tstate_attach(second, "test");
    ck_assert_uint_eq(world_interp_end(second), 0);
    GilRecursiveMutex_Unlock(&own);
    while (!gil_load_acquire(&is_late))
        sched_yield();
    ck_assert_int_eq(GilMutex_IsLocked(&own._mutex), 0);
    ck_assert_int_eq(pthread_detach(thread), 0);
    gil_tstate_attach(first, "test");
}
END_TEST

/* It returns when the lock is owed to another thread. */
static int
take_it_until_the_lock_is_claimed(GilThreadState *ts)
{
    take_it(ts);
    gil_store_release(&step, 3);
    while (!(gil_load_relaxed(&ts->block.brk) & _Gil_BRK_PREEMPT))
        sched_yield();
    return 0;
}

/* What is called within the wait takes the mutex, and the thread, which is too late then, has it for good: as one that is too late
 * after any other lock. */
START_TEST(test_state_locking__a_call_in_the_wait_has_it_though_the_interpreter_ends)
{
    GilThreadState *first = GilEval_SaveThread(), *second = world_interp_new(), *ts = gil_tstate_new(second->interp);

    gil_state_hooks.collect = take_it_until_the_lock_is_claimed;
    gil_state_hooks.late = note_late;
    GilRecursiveMutex_Lock(&own);
    pthread_t thread = world_thread(lock_in_what_will_end, ts);
    while (!(gil_load_acquire(&own._mutex._bits) & GIL_BYTELOCK_PARKED))
        sched_yield();
    gil_fetch_or_seq_cst(&ts->block.brk, _Gil_BRK_COLLECT);
    gil_wait_rouse(ts);
    await(2);
    GilRecursiveMutex_Unlock(&own);
    await(3);
    gil_tstate_attach(second, "test");
    ck_assert_uint_eq(world_interp_end(second), 0);
    while (!gil_load_acquire(&is_late))
        sched_yield();
    ck_assert_int_eq(GilMutex_IsLocked(&own._mutex), 1);
    ck_assert_int_eq(pthread_detach(thread), 0);
    gil_tstate_attach(first, "test");
}
END_TEST

static void *
count_up(void *counter)
{
    GilThreadStateToken *token = GilThreadState_Ensure(world_guard);

    ck_assert_ptr_nonnull(token);
    for (int i = 0; i < 5000; i++) {
        GilMutex_Lock(&mutex);
        gil_store_relaxed((long *)counter, gil_load_relaxed((long *)counter) + 1);
        if (i % 10 == 0) {
            /* A holder may lose the interpreter's lock and wants it back. */
            Gil_BEGIN_ALLOW_THREADS
            Gil_END_ALLOW_THREADS
        }
        GilMutex_Unlock(&mutex);
    }
    GilThreadState_Release(token);
    return NULL;
}

/* The rule that waiting for a mutex with the interpreter's lock in hand breaks: this would not end. */
START_TEST(test_L9_a_holder_of_a_mutex_gets_the_interpreters_lock)
{
    enum { THREADS = 4 };
    pthread_t threads[THREADS];
    long counter = 0;

    for (int i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, count_up, &counter), 0);
    Gil_BEGIN_BLOCKING_CALL
    for (int i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
    Gil_END_BLOCKING_CALL
    ck_assert_int_eq(counter, THREADS * 5000);
}
END_TEST

Suite *
suite(void)
{
    Suite *suite = suite_create("state/locking");
    TCase *tcase = tcase_create("locking"), *ending = tcase_create("ending");

    tcase_add_checked_fixture(tcase, world_start, world_stop);
    tcase_add_test(tcase, test_state_locking__ranks_in_order_pass_in_every_build);
#ifdef GIL_DEBUG
    tcase_add_test(tcase, test_state_locking__wrong_orders_stop_a_debug_build);
#endif
    tcase_add_test(tcase, test_state_locking__misuse_stops_the_process);
    tcase_add_test(tcase, test_state_locking__a_recursion_without_end_stops_the_process);
    tcase_add_test(tcase, test_state_locking__a_wait_without_limit_may_be_interruptible);
    tcase_add_test(tcase, test_state_locking__a_recursive_mutex_that_a_call_in_the_wait_takes);
    tcase_add_test(tcase, test_state_locking__a_recursive_mutex_is_tried_after_a_wake);
    tcase_add_test(tcase, test_L9_a_holder_of_a_mutex_gets_the_interpreters_lock);
    suite_add_tcase(suite, tcase);
    tcase_add_checked_fixture(ending, world_start, NULL);
    tcase_add_test(ending, test_state_locking__a_recursive_mutex_that_comes_too_late_is_given_back);
    tcase_add_test(ending, test_state_locking__a_call_in_the_wait_has_it_though_the_interpreter_ends);
    suite_add_tcase(suite, ending);
    return suite;
}
