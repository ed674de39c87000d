/* SPDX-License-Identifier: MIT */
/* <gilrt/guard.h> as a host uses it: foreign threads. */
#include "support/support.h"

#include <gilrt.h>

#include <pthread.h>
#include <sched.h>
#include <string.h>

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

/* A callback that may come too late: it finds the interpreter, or that it is gone. */
static void *
call_back(void *view)
{
    for (int round = 0; round < 100; round++) {
        GilThreadStateToken *token = GilThreadState_EnsureFromView(view);
        ck_assert_ptr_nonnull(token);
        GilObject *number = GilLong_FromLong(1000000 + round);
        ck_assert_int_eq(GilLong_AsLong(number), 1000000 + round);
        Gil_DECREF(number);
        GilThreadState_Release(token);
    }
    return NULL;
}

START_TEST(test_api_guard__views_find_the_interpreter_or_that_it_is_gone)
{
    pthread_t thread;

    ck_assert_ptr_null(GilInterpreterView_FromMain());
    gil_test_start();
    GilInterpreterView *view = GilInterpreterView_FromMain();
    ck_assert_int_eq(GilInterpreterView_GetID(view), 0);
    ck_assert_int_eq(pthread_create(&thread, NULL, call_back, view), 0);
    Gil_BEGIN_ALLOW_THREADS
    pthread_join(thread, NULL);
    Gil_END_ALLOW_THREADS
    gil_test_stop();
    ck_assert_ptr_null(GilThreadState_EnsureFromView(view));
    ck_assert_ptr_null(GilInterpreterGuard_FromView(view));
    GilInterpreterView_Close(view);
}
END_TEST

static int
count_call(void *counter)
{
    ++*(int *)counter;
    return 0;
}

struct errand {
    GilInterpreterGuard *guard;
    GilObject *object;
    GilPendingNode node;
    GilInterpreterView *view;
};

/* A thread that has no more than a guard posts a call, and gives a reference back, without entering. */
static void *
run_errand(void *arg)
{
    struct errand *errand = arg;

    errand->view = GilInterpreterView_FromGuard(errand->guard);
    ck_assert_int_eq(GilInterpreterView_GetID(errand->view), 0);
    ck_assert_int_eq(GilPending_Post(errand->view, &errand->node), 0);
    ck_assert_int_eq(GilObject_DecrefLater(errand->view, errand->object), 0);
    ck_assert(!GilThreadState_IsAttached());
    GilInterpreterGuard_Close(errand->guard);
    return NULL;
}

START_TEST(test_api_guard__a_guard_names_its_interpreter)
{
    int calls = 0;
    struct errand errand = {NULL, NULL, GIL_PENDING_NODE_INIT(count_call, &calls), NULL};
    pthread_t thread;

    ck_assert_ptr_null(GilInterpreterView_FromGuard(NULL));
    gil_test_start();
    errand.guard = GilInterpreterGuard_FromCurrent();
    errand.object = GilList_New(0);
    Gil_INCREF(errand.object);
    ck_assert_int_eq(pthread_create(&thread, NULL, run_errand, &errand), 0);
    Gil_BEGIN_ALLOW_THREADS
    pthread_join(thread, NULL);
    Gil_END_ALLOW_THREADS
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_eq(calls, 1);
    ck_assert_int_eq((int)Gil_REFCNT(errand.object), 1);
    Gil_DECREF(errand.object);
    gil_test_stop();
    ck_assert_int_eq(GilPending_Post(errand.view, &errand.node), GIL_PENDING_ENDED);
    GilInterpreterView_Close(errand.view);
}
END_TEST

START_TEST(test_api_guard__a_leak_has_a_name)
{
    GilHolder holders[2];
    int line = __LINE__ + 1;
    GilInterpreterGuard *guard = GilInterpreterGuard_FromCurrent();

    ck_assert_uint_eq(GilInterpreterState_GetHolders(GilInterpreterState_Get(), holders, 2), 1);
    ck_assert_int_eq(holders[0].kind, GIL_HOLDER_GUARD);
    ck_assert_int_eq(holders[0].line, line);
    ck_assert_ptr_nonnull(strstr(holders[0].file, "test_guard.c"));
    GilInterpreterGuard_Close(guard);
    ck_assert_uint_eq(GilInterpreterState_GetHolders(GilInterpreterState_Get(), NULL, 0), 0);
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
    tcase_add_test(tcase, test_api_guard__a_leak_has_a_name);
    tcase_add_test(ended, test_api_guard__the_end_waits);
    tcase_add_test(ended, test_api_guard__views_find_the_interpreter_or_that_it_is_gone);
    tcase_add_test(ended, test_api_guard__a_guard_names_its_interpreter);
    suite_add_tcase(suite, tcase);
    suite_add_tcase(suite, ended);
    return suite;
}
