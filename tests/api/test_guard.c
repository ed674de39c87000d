/* SPDX-License-Identifier: MIT */
/* <gilrt/guard.h> as a host uses it: foreign threads. */
#include "support/support.h"

#include <gilrt.h>

#include <pthread.h>
#include <sched.h>

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

static void *
make_objects(void *guard)
{
    for (int round = 0; round < 100; round++) {
        GilThreadStateToken *outer = GilThreadState_Ensure(guard);
        ck_assert_ptr_nonnull(outer);
        GilThreadStateToken *inner = GilThreadState_Ensure(guard);
        GilObject *number = GilLong_FromLong(1000000 + round);
        ck_assert_int_eq(GilLong_AsLong(number), 1000000 + round);
        Gil_DECREF(number);
        GilThreadState_Release(inner);
        /* An error that nobody takes goes with the stay. */
        ck_assert_ptr_null(GilErr_Occurred());
        GilErr_SetString(GilExc_ValueError, "nobody takes it");
        GilThreadState_Release(outer);
        ck_assert_int_eq(GilThreadState_IsAttached(), 0);
    }
    return NULL;
}

START_TEST(test_api_guard__foreign_threads_enter)
{
    enum { THREADS = 4 };
    pthread_t threads[THREADS];
    GilInterpreterGuard *guard = GilInterpreterGuard_FromCurrent();

    ck_assert_ptr_nonnull(guard);
    for (int i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, make_objects, guard), 0);
    Gil_BEGIN_ALLOW_THREADS
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    Gil_END_ALLOW_THREADS
    GilInterpreterGuard_Close(guard);
}
END_TEST

static int closed; /* written by the thread, read after the end */

/* The runtime is being finalized while this works; it ends when this lets it. */
static void *
hold_off_the_end(void *guard)
{
    reach(1);
    await(2);
    GilThreadStateToken *token = GilThreadState_Ensure(guard);
    GilObject *text = GilUnicode_FromString("still there");
    ck_assert_ptr_nonnull(text);
    Gil_DECREF(text);
    GilThreadState_Release(token);
    closed = 1;
    GilInterpreterGuard_Close(guard);
    return NULL;
}

START_TEST(test_api_guard__the_end_waits)
{
    pthread_t thread;

    gil_test_start();
    GilInterpreterGuard *guard = GilInterpreterGuard_FromCurrent();
    ck_assert_int_eq(pthread_create(&thread, NULL, hold_off_the_end, guard), 0);
    await(1);
    reach(2);
    gil_test_stop();
    ck_assert_int_eq(closed, 1);
    pthread_join(thread, NULL);
}
END_TEST

START_TEST(test_api_guard__many_in_one_thread)
{
    enum { MANY = 1000 };
    GilInterpreterGuard *guards[MANY];

    for (int i = 0; i < MANY; i++)
        ck_assert_ptr_nonnull(guards[i] = GilInterpreterGuard_FromCurrent());
    for (int i = 0; i < MANY; i++)
        GilInterpreterGuard_Close(guards[i]);
    GilInterpreterGuard_Close(NULL);
}
END_TEST

Suite *
suite(void)
{
    Suite *suite = suite_create("api/guard");
    TCase *tcase = tcase_create("guard"), *ended = tcase_create("ended");

    tcase_add_checked_fixture(tcase, gil_test_start, gil_test_stop);
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, test_api_guard__foreign_threads_enter);
    tcase_add_test(tcase, test_api_guard__many_in_one_thread);
    tcase_add_test(ended, test_api_guard__the_end_waits);
    suite_add_tcase(suite, tcase);
    suite_add_tcase(suite, ended);
    return suite;
}
