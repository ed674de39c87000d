/* SPDX-License-Identifier: MIT */
/* <gilrt/thread.h> as hosts and extensions use it. */
#include "support/support.h"

#include <gilrt.h>

#include <pthread.h>
#include <string.h>
#include <unistd.h>

static Gil_tss_t key = Gil_tss_NEEDS_INIT;
static int calls;

static void
join_detached(pthread_t thread)
{
    Gil_BEGIN_BLOCKING_CALL
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    Gil_END_BLOCKING_CALL
}

static void *
set_own(void *value)
{
    ck_assert_ptr_null(GilThread_tss_get(&key));
    ck_assert_int_eq(GilThread_tss_set(&key, value), 0);
    ck_assert_ptr_eq(GilThread_tss_get(&key), value);
    return NULL;
}

START_TEST(test_api_thread__each_thread_has_its_value)
{
    pthread_t thread;

    ck_assert_int_eq(GilThread_tss_is_created(&key), 0);
    ck_assert_int_eq(GilThread_tss_create(&key), 0);
    ck_assert_int_eq(GilThread_tss_create(&key), 0);
    ck_assert_int_ne(GilThread_tss_is_created(&key), 0);
    ck_assert_int_eq(GilThread_tss_set(&key, &calls), 0);
    ck_assert_int_eq(pthread_create(&thread, NULL, set_own, &key), 0);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    ck_assert_ptr_eq(GilThread_tss_get(&key), &calls);
    GilThread_tss_delete(&key);
    ck_assert_int_eq(GilThread_tss_is_created(&key), 0);
}
END_TEST

START_TEST(test_api_thread__a_key_may_be_allocated)
{
    Gil_tss_t *made = GilThread_tss_alloc();

    ck_assert_ptr_nonnull(made);
    ck_assert_int_eq(GilThread_tss_is_created(made), 0);
    ck_assert_int_eq(GilThread_tss_create(made), 0);
    ck_assert_int_eq(GilThread_tss_set(made, made), 0);
    GilThread_tss_free(made);
    GilThread_tss_free(NULL);
}
END_TEST

/* What the value's destructor needs to enter; the guard is closed when all is done. */
struct held {
    GilInterpreterGuard *guard;
    GilObject *object;
};

static void
let_go(void *arg)
{
    struct held *held = arg;

    ck_assert_int_eq(GilThreadState_IsAttached(), 0);
    GilThreadStateToken *token = GilThreadState_Ensure(held->guard);
    ck_assert_ptr_nonnull(token);
    Gil_CLEAR(held->object);
    calls++;
    GilThreadState_Release(token);
}

/* The thread has been in the interpreter, or has not; and its value is an object. */
static void *
hold_an_object(void *arg)
{
    struct held *held = arg;
    GilThreadStateToken *token = GilThreadState_Ensure(held->guard);

    ck_assert_ptr_nonnull(token);
    held->object = GilLong_FromLong(123456789);
    GilThreadState_Release(token);
    ck_assert_int_eq(GilThread_tss_set(&key, held), 0);
    return NULL;
}

static void *
take_an_object_with_it(void *arg)
{
    ck_assert_int_eq(GilThread_AtExit(let_go, arg), 0);
    return NULL;
}

static void *
enter_first(void *arg)
{
    hold_an_object(arg);
    ck_assert_int_eq(GilThread_AtExit(let_go, arg), 0);
    return NULL;
}

START_TEST(test_B14_destructors_and_exit_callbacks_of_ours_may_enter)
{
    struct held held = {GilInterpreterGuard_FromCurrent(), NULL};
    pthread_t thread;

    ck_assert_ptr_nonnull(held.guard);
    ck_assert_int_eq(GilThread_tss_create_with_destructor(&key, let_go), 0);
    ck_assert_int_eq(pthread_create(&thread, NULL, hold_an_object, &held), 0);
    join_detached(thread);
    ck_assert_int_eq(calls, 1);
    ck_assert_ptr_null(held.object);
    /* A thread that enters for the first time as it ends leaves no state either. */
    ck_assert_int_eq(pthread_create(&thread, NULL, take_an_object_with_it, &held), 0);
    join_detached(thread);
    ck_assert_int_eq(calls, 2);
    ck_assert_int_eq(pthread_create(&thread, NULL, enter_first, &held), 0);
    join_detached(thread);
    ck_assert_int_eq(calls, 4);
    GilThread_tss_delete(&key);
    GilInterpreterGuard_Close(held.guard);
}
END_TEST

static void
count(void *unused)
{
    (void)unused;
    calls++;
}

static void *
end_early(void *unused)
{
    ck_assert_int_eq(GilThread_AtExit(count, unused), 0);
    ck_assert_int_eq(GilThread_AtExit(count, &calls), 0);
    ck_assert_int_eq(GilThread_CancelAtExit(count, &calls), 1);
    pthread_exit(NULL);
}

START_TEST(test_api_thread__exit_callbacks_are_called_by_pthread_exit)
{
    pthread_t thread;

    ck_assert_int_eq(pthread_create(&thread, NULL, end_early, NULL), 0);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    ck_assert_int_eq(calls, 1);
    ck_assert_int_eq(GilThread_AtExit(NULL, NULL), -1);
}
END_TEST

START_TEST(test_api_thread__numbers_and_names)
{
    char name[GIL_THREAD_NAME_MAX];

    ck_assert_uint_eq(GilThread_get_thread_ident(), (unsigned long)pthread_self());
    ck_assert_uint_eq(GilThread_get_thread_native_id(), (unsigned long)getpid());
    ck_assert_int_eq(GilThread_SetName("conductor"), 0);
    ck_assert_int_eq(GilThread_GetName(name, sizeof name), 0);
    ck_assert_str_eq(name, "conductor");
}
END_TEST

Suite *
suite(void)
{
    Suite *suite = suite_create("api/thread");
    TCase *tcase = tcase_create("thread");
    TCase *running = tcase_create("running");

    tcase_add_test(tcase, test_api_thread__each_thread_has_its_value);
    tcase_add_test(tcase, test_api_thread__a_key_may_be_allocated);
    tcase_add_test(tcase, test_api_thread__exit_callbacks_are_called_by_pthread_exit);
    tcase_add_test(tcase, test_api_thread__numbers_and_names);
    suite_add_tcase(suite, tcase);
    tcase_add_checked_fixture(running, gil_test_start, gil_test_stop);
    tcase_add_test(running, test_B14_destructors_and_exit_callbacks_of_ours_may_enter);
    suite_add_tcase(suite, running);
    return suite;
}
