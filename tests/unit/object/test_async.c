/* SPDX-License-Identifier: MIT */
/* Exceptions that other threads want raised, where memory lacks and where the lock changes hands. */
#include "node.h"

#include "object/async.h"
#include "state/tstate.h"

#include <pthread.h>
#include <sched.h>

static int
set_and_raise(void *unused)
{
    uint64_t id = GilThreadState_GetID(GilThreadState_Get());
    int rc = GilThreadState_SetAsyncExc(id, GilExc_ValueError);

    (void)unused;
    if (rc < 0) {
        ck_assert_int_eq(GilThreadState_HasAsyncExc(), 0);
        return -1;
    }
    ck_assert_int_eq(rc, 1);
    ck_assert_int_eq(Gil_Poll(), -1);
    if (!GilErr_ExceptionMatches(GilExc_ValueError))
        return -1;
    GilErr_Clear();
    return 0;
}

START_TEST(test_object_async__memory_may_lack_before_it_is_set_and_not_after)
{
    gil_test_oom_loop(set_and_raise, NULL);
}
END_TEST

static void
make_and_set(GilThreadState *ts)
{
    GilObject *exc = GilObject_CallOneArg(GilExc_KeyError, Gil_None);

    ck_assert_ptr_nonnull(exc);
    ck_assert_int_eq(GilThreadState_SetAsyncExc(ts->id, exc), 1);
    Gil_DECREF(exc);
}

START_TEST(test_object_async__what_is_not_raised_is_given_back)
{
    GilThreadState *here = gil_tstate_attached(), *ts = GilThreadState_New(here->interp);

    make_and_set(here);
    gil_async_drop(here);
    ck_assert_ptr_null(here->async);
    ck_assert_int_eq(here->block.brk & _Gil_BRK_ASYNC, 0);
    gil_async_drop(here);
    ck_assert_int_eq(Gil_Poll(), 0);
    /* One is left to the end of the state, another to that of the interpreter; the fixture looks for leftovers. */
    make_and_set(ts);
    GilThreadState_Delete(ts);
    ts = GilThreadState_New(here->interp);
    make_and_set(ts);
    make_and_set(here);
}
END_TEST

static GilInterpreterGuard *guard;
static uint64_t target; /* accessed by __atomic_*, as stop */
static int stop;

static void *
raise_and_catch(void *unused)
{
    GilThreadStateToken *token = GilThreadState_Ensure(guard);
    long *caught = unused;

    __atomic_store_n(&target, GilThreadState_GetID(GilThreadState_Get()), __ATOMIC_SEQ_CST);
    while (!__atomic_load_n(&stop, __ATOMIC_SEQ_CST)) {
        GilThreadState_MaskAsyncExc();
        ck_assert_int_eq(GilEval_Yield(), 0);
        GilThreadState_UnmaskAsyncExc();
        if (GilEval_Yield() < 0) {
            ck_assert(GilErr_ExceptionMatches(GilExc_KeyError));
            GilErr_Clear();
            ++*caught;
        }
    }
    GilThreadState_Release(token);
    return NULL;
}

START_TEST(test_object_async__each_is_raised_once_and_outside_of_masks)
{
    long sent = gil_test_plenty(2000), caught = 0, replaced = 0;
    pthread_t thread;
    uint64_t id;

    guard = GilInterpreterGuard_FromCurrent();
    ck_assert_int_eq(pthread_create(&thread, NULL, raise_and_catch, &caught), 0);
    while ((id = __atomic_load_n(&target, __ATOMIC_SEQ_CST)) == 0)
        ck_assert_int_eq(GilEval_Yield(), 0);
    for (long i = 0; i < sent; i++) {
        GilThreadState *ts = gil_tstate_attached();
        GilPendingNode *node = NULL;
        /* What it has not raised yet is taken back, which is as good. */
        ck_assert_int_eq(gil_pending_swap_async(ts, id, &node), 1);
        replaced += node != NULL;
        if (node != NULL)
            node->func(node->arg);
        ck_assert_int_eq(GilThreadState_SetAsyncExc(id, GilExc_KeyError), 1);
        ck_assert_int_eq(GilEval_Yield(), 0);
    }
    /* The last one. */
    while (caught + replaced < sent)
        ck_assert_int_eq(GilEval_Yield(), 0);
    __atomic_store_n(&stop, 1, __ATOMIC_SEQ_CST);
    Gil_BEGIN_ALLOW_THREADS
    pthread_join(thread, NULL);
    Gil_END_ALLOW_THREADS
    ck_assert_int_eq(caught + replaced, sent);
    GilInterpreterGuard_Close(guard);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("object/async");
    TCase *tc = tcase_create("async");

    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, test_object_async__memory_may_lack_before_it_is_set_and_not_after);
    tcase_add_test(tc, test_object_async__what_is_not_raised_is_given_back);
    tcase_add_test(tc, test_object_async__each_is_raised_once_and_outside_of_masks);
    suite_add_tcase(s, tc);
    return s;
}
