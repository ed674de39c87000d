/* SPDX-License-Identifier: MIT */
/* <gilrt/mutex.h> as hosts and extensions use it: with a runtime and without, attached and not. */
#include "support/support.h"

#include <gilrt.h>

#include <pthread.h>
#include <sched.h>
#include <time.h>

static GilMutex mutex;
static GilRecursiveMutex recursive;
static GilRWMutex rw;
static int phase; /* accessed by __atomic_* */

static void
reach(int value)
{
    __atomic_store_n(&phase, value, __ATOMIC_RELEASE);
}

static void
await(int value)
{
    while (__atomic_load_n(&phase, __ATOMIC_ACQUIRE) < value)
        sched_yield();
}

static uint64_t
now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

START_TEST(test_api_mutex__works_without_a_runtime)
{
    ck_assert_uint_eq(sizeof(GilMutex), 1);
    ck_assert_int_eq(GilMutex_IsLocked(&mutex), 0);
    GilMutex_Lock(&mutex);
    ck_assert_int_eq(GilMutex_IsLocked(&mutex), 1);
    ck_assert_int_eq(GilMutex_TryLock(&mutex), 0);
    uint64_t before = now();
    ck_assert_int_eq(GilMutex_LockTimed(&mutex, 0, 0), 0);
    ck_assert_int_eq(GilMutex_LockTimed(&mutex, 2000000, 0), 0);
    ck_assert_uint_ge(now() - before, 2000000);
    GilMutex_Unlock(&mutex);
    ck_assert_int_eq(GilMutex_TryLock(&mutex), 1);
    GilMutex_Unlock(&mutex);
    ck_assert_int_eq(GilMutex_LockTimed(&mutex, GIL_WAIT_FOREVER, 0), 1);
    GilMutex_Unlock(&mutex);
}
END_TEST

static void *
unlock_it(void *unused)
{
    (void)unused;
    GilMutex_Unlock(&mutex);
    return NULL;
}

/* It is joined first: a debug build stops who waits for what it has itself, whoever else may give that back. */
START_TEST(test_api_mutex__another_thread_may_unlock)
{
    pthread_t thread;

    GilMutex_Lock(&mutex);
    ck_assert_int_eq(pthread_create(&thread, NULL, unlock_it, NULL), 0);
    pthread_join(thread, NULL);
    ck_assert_int_eq(GilMutex_IsLocked(&mutex), 0);
    GilMutex_Lock(&mutex);
    GilMutex_Unlock(&mutex);
}
END_TEST

static void *
enter_and_wait(void *guard)
{
    GilThreadStateToken *token = GilThreadState_Ensure(guard);

    ck_assert_ptr_nonnull(token);
    reach(1);
    GilMutex_Lock(&mutex);
    ck_assert_int_eq(GilThreadState_IsAttached(), 1);
    GilMutex_Unlock(&mutex);
    GilThreadState_Release(token);
    return NULL;
}

START_TEST(test_api_mutex__who_waits_leaves_the_interpreter)
{
    pthread_t thread;
    GilInterpreterGuard *guard = GilInterpreterGuard_FromCurrent();

    ck_assert_ptr_nonnull(guard);
    GilMutex_Lock(&mutex);
    Gil_BEGIN_ALLOW_THREADS
    ck_assert_int_eq(pthread_create(&thread, NULL, enter_and_wait, guard), 0);
    await(1);
    Gil_END_ALLOW_THREADS /* the other one is in, and has to come out */
    GilMutex_Unlock(&mutex);
    Gil_BEGIN_BLOCKING_CALL
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    Gil_END_BLOCKING_CALL
    GilInterpreterGuard_Close(guard);
}
END_TEST

START_TEST(test_api_mutex__interruptible_forms_want_an_attached_thread)
{
    ck_assert_int_eq(GilMutex_LockTimed(&mutex, GIL_WAIT_FOREVER, GIL_WAIT_INTERRUPTIBLE), 1);
    ck_assert_int_eq(GilMutex_LockTimed(&mutex, 1000000, GIL_WAIT_INTERRUPTIBLE), 0);
    ck_assert_int_eq(GilThreadState_IsAttached(), 1);
    GilMutex_Unlock(&mutex);
    ck_assert_int_eq(GilRWMutex_RLockTimed(&rw, 1000000, GIL_WAIT_INTERRUPTIBLE), 1);
    ck_assert_int_eq(GilRWMutex_LockTimed(&rw, 1000000, GIL_WAIT_INTERRUPTIBLE), 0);
    GilRWMutex_RUnlock(&rw);
}
END_TEST

static void *
try_recursive(void *unused)
{
    (void)unused;
    ck_assert_int_eq(GilRecursiveMutex_TryLock(&recursive), 0);
    ck_assert_int_eq(GilRecursiveMutex_IsLockedByCurrentThread(&recursive), 0);
    ck_assert_int_eq(GilRecursiveMutex_LockTimed(&recursive, 1000, 0), 0);
    return NULL;
}

START_TEST(test_api_mutex__a_recursive_one_is_taken_again_by_its_holder)
{
    pthread_t thread;

    GilRecursiveMutex_Lock(&recursive);
    GilRecursiveMutex_Lock(&recursive);
    ck_assert_int_eq(GilRecursiveMutex_TryLock(&recursive), 1);
    ck_assert_int_eq(GilRecursiveMutex_LockTimed(&recursive, 0, 0), 1);
    for (int i = 0; i < 4; i++) {
        ck_assert_int_eq(GilRecursiveMutex_IsLockedByCurrentThread(&recursive), 1);
        ck_assert_int_eq(pthread_create(&thread, NULL, try_recursive, NULL), 0);
        ck_assert_int_eq(pthread_join(thread, NULL), 0);
        GilRecursiveMutex_Unlock(&recursive);
    }
    ck_assert_int_eq(GilRecursiveMutex_IsLockedByCurrentThread(&recursive), 0);
    ck_assert_int_eq(GilRecursiveMutex_TryLock(&recursive), 1);
    GilRecursiveMutex_Unlock(&recursive);
    ck_assert_int_eq(GilRecursiveMutex_LockTimed(&recursive, GIL_WAIT_FOREVER, 0), 1);
    GilRecursiveMutex_Unlock(&recursive);
}
END_TEST

START_TEST(test_api_mutex__many_read_and_one_writes)
{
    GilRWMutex_RLock(&rw);
    ck_assert_int_eq(GilRWMutex_TryRLock(&rw), 1);
    ck_assert_int_eq(GilRWMutex_TryLock(&rw), 0);
    ck_assert_int_eq(GilRWMutex_LockTimed(&rw, 1000, 0), 0);
    ck_assert_int_eq(GilRWMutex_RLockTimed(&rw, 0, 0), 1);
    GilRWMutex_RUnlock(&rw);
    GilRWMutex_RUnlock(&rw);
    GilRWMutex_RUnlock(&rw);
    GilRWMutex_Lock(&rw);
    ck_assert_int_eq(GilRWMutex_TryRLock(&rw), 0);
    ck_assert_int_eq(GilRWMutex_RLockTimed(&rw, 1000, 0), 0);
    ck_assert_int_eq(GilRWMutex_TryLock(&rw), 0);
    GilRWMutex_Unlock(&rw);
    ck_assert_int_eq(GilRWMutex_TryLock(&rw), 1);
    GilRWMutex_Unlock(&rw);
}
END_TEST

static long first, second; /* [rw] */

static void *
read_or_write(void *guard)
{
    GilThreadStateToken *token = GilThreadState_Ensure(guard);

    ck_assert_ptr_nonnull(token);
    for (int i = 0; i < 2000; i++)
        if (i % 3 == 0) {
            GilRWMutex_Lock(&rw);
            first++;
            Gil_BEGIN_ALLOW_THREADS
            Gil_END_ALLOW_THREADS
            second++;
            GilRWMutex_Unlock(&rw);
        }
        else {
            GilRWMutex_RLock(&rw);
            ck_assert_int_eq(first, second);
            GilRWMutex_RUnlock(&rw);
        }
    GilThreadState_Release(token);
    return NULL;
}

START_TEST(test_api_mutex__attached_readers_and_writers)
{
    enum { THREADS = 3 };
    pthread_t threads[THREADS];
    GilInterpreterGuard *guard = GilInterpreterGuard_FromCurrent();

    ck_assert_ptr_nonnull(guard);
    for (int i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, read_or_write, guard), 0);
    Gil_BEGIN_BLOCKING_CALL
    for (int i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
    Gil_END_BLOCKING_CALL
    ck_assert_int_eq(first, THREADS * 667);
    GilInterpreterGuard_Close(guard);
}
END_TEST

START_TEST(test_api_mutex__a_critical_section_is_a_block)
{
    GilObject *object = Gil_NewRef(Gil_None);
    int inside = 0;

    Gil_BEGIN_CRITICAL_SECTION(object)
    inside++;
    Gil_END_CRITICAL_SECTION()
    Gil_BEGIN_CRITICAL_SECTION2(object, object)
    inside++;
    Gil_END_CRITICAL_SECTION2()
    ck_assert_int_eq(inside, 2);
    Gil_DECREF(object);
}
END_TEST

static pthread_mutex_t foreign = PTHREAD_MUTEX_INITIALIZER;

static void *
take_foreign(void *guard)
{
    for (int i = 0; i < 1000; i++) {
        pthread_mutex_lock(&foreign);
        GilThreadStateToken *token = GilThreadState_Ensure(guard);
        ck_assert_ptr_nonnull(token);
        GilThreadState_Release(token);
        pthread_mutex_unlock(&foreign);
    }
    reach(1);
    return NULL;
}

START_TEST(test_api_mutex__a_foreign_mutex_is_taken_attached)
{
    pthread_t thread;
    GilInterpreterGuard *guard = GilInterpreterGuard_FromCurrent();

    ck_assert_ptr_nonnull(guard);
    ck_assert_int_eq(pthread_create(&thread, NULL, take_foreign, guard), 0);
    while (__atomic_load_n(&phase, __ATOMIC_ACQUIRE) == 0) {
        ck_assert_int_eq(GilForeignLock_LockPthread(&foreign), 0);
        pthread_mutex_unlock(&foreign);
        Gil_BEGIN_ALLOW_THREADS
        Gil_END_ALLOW_THREADS
    }
    Gil_BEGIN_BLOCKING_CALL
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    Gil_END_BLOCKING_CALL
    GilInterpreterGuard_Close(guard);
}
END_TEST

/* --- misuse --- */

static void
unlock_open(void *unused)
{
    (void)unused;
    GilMutex_Unlock(&mutex);
}

static void
unlock_twice(void *unused)
{
    (void)unused;
    GilMutex_Lock(&mutex);
    GilMutex_Unlock(&mutex);
    GilMutex_Unlock(&mutex);
}

static void
unlock_recursive(void *unused)
{
    (void)unused;
    GilRecursiveMutex_Unlock(&recursive);
}

static void
unlock_read(void *unused)
{
    (void)unused;
    GilRWMutex_Lock(&rw);
    GilRWMutex_RUnlock(&rw);
}

static void
unlock_write(void *unused)
{
    (void)unused;
    GilRWMutex_RLock(&rw);
    GilRWMutex_Unlock(&rw);
}

static void
interruptible_outside(void *unused)
{
    (void)unused;
    (void)GilMutex_LockTimed(&mutex, 1, GIL_WAIT_INTERRUPTIBLE);
}

static void
recursive_outside(void *unused)
{
    (void)unused;
    (void)GilRecursiveMutex_LockTimed(&recursive, 1, GIL_WAIT_INTERRUPTIBLE);
}

static void
unknown_flag(void *unused)
{
    (void)unused;
    (void)GilRWMutex_RLockTimed(&rw, 0, GIL_WAIT_INTERRUPTIBLE << 3);
}

START_TEST(test_api_mutex__misuse_stops_the_process)
{
    gil_test_expect_abort(unlock_open, NULL, "GilMutex_Unlock: the mutex is not locked");
    gil_test_expect_abort(unlock_twice, NULL, "GilMutex_Unlock: the mutex is not locked");
    gil_test_expect_abort(unlock_recursive, NULL, "GilRecursiveMutex_Unlock: the calling thread does not have the mutex");
    gil_test_expect_abort(unlock_read, NULL, "GilRWMutex_RUnlock: nobody reads under the mutex");
    gil_test_expect_abort(unlock_write, NULL, "GilRWMutex_Unlock: nobody writes under the mutex");
    /* Also where nothing has to be waited for. */
    gil_test_expect_abort(interruptible_outside, NULL, "GilMutex_LockTimed: the calling thread is not attached");
    gil_test_expect_abort(recursive_outside, NULL, "GilRecursiveMutex_LockTimed: the calling thread is not attached");
    gil_test_expect_abort(unknown_flag, NULL, "GilRWMutex_RLockTimed: a flag is not known");
}
END_TEST

Suite *
suite(void)
{
    Suite *suite = suite_create("api/mutex");
    TCase *tcase = tcase_create("mutex");
    TCase *running = tcase_create("running");

    tcase_add_test(tcase, test_api_mutex__works_without_a_runtime);
    tcase_add_test(tcase, test_api_mutex__another_thread_may_unlock);
    tcase_add_test(tcase, test_api_mutex__a_recursive_one_is_taken_again_by_its_holder);
    tcase_add_test(tcase, test_api_mutex__many_read_and_one_writes);
    tcase_add_test(tcase, test_api_mutex__misuse_stops_the_process);
    suite_add_tcase(suite, tcase);
    tcase_add_checked_fixture(running, gil_test_start, gil_test_stop);
    tcase_add_test(running, test_api_mutex__who_waits_leaves_the_interpreter);
    tcase_add_test(running, test_api_mutex__interruptible_forms_want_an_attached_thread);
    tcase_add_test(running, test_api_mutex__attached_readers_and_writers);
    tcase_add_test(running, test_api_mutex__a_critical_section_is_a_block);
    tcase_add_test(running, test_api_mutex__a_foreign_mutex_is_taken_attached);
    suite_add_tcase(suite, running);
    return suite;
}
