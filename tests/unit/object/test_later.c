/* SPDX-License-Identifier: MIT */
/* References given back without the lock, when memory lacks in one way after another. */
#include "node.h"

#include "object/later.h"
#include "state/tstate.h"

#include <pthread.h>

static GilInterpreterView *view;
static GilInterpreterGuard *guard;
static GilTypeObject *type;
static GilObject *node;

static void *
run_detached(void *body)
{
    void (*function)(void) = *(void (**)(void))body;

    function();
    return NULL;
}

static void
in_thread(void (*body)(void))
{
    pthread_t thread;

    ck_assert_int_eq(pthread_create(&thread, NULL, run_detached, &body), 0);
    Gil_BEGIN_ALLOW_THREADS
    pthread_join(thread, NULL);
    Gil_END_ALLOW_THREADS
}

static void
setup(void)
{
    gil_test_start();
    view = GilInterpreterView_FromCurrent();
    guard = GilInterpreterGuard_FromCurrent();
    type = node_type(NULL, 0);
    node = node_new(type, NULL);
    for (int i = 0; i < 2 * GIL_PENDING_ROOM; i++)
        Gil_INCREF(node);
}

static void
teardown(void)
{
    Gil_DECREF(type);
    GilInterpreterGuard_Close(guard);
    GilInterpreterView_Close(view);
    gil_test_stop();
}

/* All nodes of the ring, and one more, for which the thread goes in: it has a state there. */
static void
give_back_without_memory(void)
{
    GilThreadState_Release(GilThreadState_Ensure(guard));
    gil_test_fail_alloc(1, 1);
    for (int i = 0; i < GIL_PENDING_ROOM; i++)
        ck_assert_int_eq(GilObject_DecrefLater(view, node), 0);
    ck_assert_int_eq(Gil_REFCNT(node), 2 * GIL_PENDING_ROOM + 1);
    ck_assert_int_eq(GilObject_DecrefLater(view, node), 0);
    ck_assert_int_eq(Gil_REFCNT(node), 2 * GIL_PENDING_ROOM);
    gil_test_fail_alloc_off();
}

START_TEST(test_object_later__without_memory_it_takes_a_ring_and_then_the_lock)
{
    in_thread(give_back_without_memory);
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_eq(Gil_REFCNT(node), GIL_PENDING_ROOM);
    while (Gil_REFCNT(node) > 1)
        Gil_DECREF(node);
    Gil_DECREF(node);
    ck_assert_int_eq(nodes_gone, 1);
}
END_TEST

static void
keep_what_nobody_takes(void)
{
    gil_test_fail_alloc(1, 1);
    for (int i = 0; i < GIL_PENDING_ROOM; i++)
        ck_assert_int_eq(GilObject_DecrefLater(view, node), 0);
    /* No state, and no memory for one; or there is a block in the pool. */
    GilThreadStateToken *token = GilThreadState_EnsureFromView(view);
    if (token != NULL)
        GilThreadState_Release(token);
    ck_assert_int_eq(GilObject_DecrefLater(view, node), token != NULL ? 0 : GIL_PENDING_FULL);
    gil_test_fail_alloc_off();
    ck_assert_int_eq(Gil_REFCNT(node), 2 * GIL_PENDING_ROOM + (token == NULL));
}

START_TEST(test_object_later__who_has_no_state_is_told)
{
    in_thread(keep_what_nobody_takes);
    ck_assert_int_eq(Gil_Poll(), 0);
    while (Gil_REFCNT(node) > 1)
        Gil_DECREF(node);
    /* Attached, it needs none of all that. */
    gil_test_fail_alloc(1, 1);
    for (int i = 0; i < GIL_PENDING_ROOM; i++) {
        Gil_INCREF(node);
        ck_assert_int_eq(GilObject_DecrefLater(view, node), 0);
    }
    ck_assert_int_eq(nodes_gone, 0);
    gil_test_fail_alloc_off();
    ck_assert_int_eq(Gil_Poll(), 0);
    gil_test_fail_alloc(1, 1);
    for (int i = 0; i < GIL_PENDING_ROOM; i++) {
        Gil_INCREF(node);
        ck_assert_int_eq(GilObject_DecrefLater(view, node), 0);
    }
    Gil_INCREF(node);
    ck_assert_int_eq(GilObject_DecrefLater(view, node), 0);
    ck_assert_int_eq(Gil_REFCNT(node), GIL_PENDING_ROOM + 1);
    gil_test_fail_alloc_off();
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_eq(GilObject_DecrefLater(view, node), 0);
    ck_assert_int_eq(nodes_gone, 0);
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_eq(nodes_gone, 1);
}
END_TEST

START_TEST(test_object_later__the_last_reference_runs_finalizers_at_a_safe_point)
{
    GilObject *chain = NULL;

    for (int i = 0; i < 1000; i++)
        chain = node_new(type, chain);
    ck_assert_int_eq(GilObject_DecrefLater(view, chain), 0);
    ck_assert_int_eq(nodes_gone, 0);
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_eq(nodes_gone, 1000);
    while (Gil_REFCNT(node) > 1)
        Gil_DECREF(node);
    Gil_DECREF(node);
}
END_TEST

static GilInterpreterView *other_view;
static GilObject *other_object;

static void
fill_the_ring(void)
{
    gil_test_fail_alloc(1, 1);
    for (int i = 0; i < GIL_PENDING_ROOM; i++)
        ck_assert_int_eq(GilObject_DecrefLater(other_view, other_object), 0);
    ck_assert_int_eq(GilObject_DecrefLater(other_view, other_object), GIL_PENDING_FULL);
    gil_test_fail_alloc_off();
}

/* No other thread may enter it, so one without memory is told; the one that has a state there goes in, from elsewhere. */
START_TEST(test_object_later__of_an_interpreter_for_one_thread)
{
    GilThreadState *own = GilThreadState_Get(), *ts;
    GilInterpreterConfig config;

    GilInterpreterConfig_Init(&config);
    config.forbid_threads = 1;
    ck_assert(!GilStatus_Exception(Gil_NewInterpreterFromConfig(&ts, &config)));
    other_view = GilInterpreterView_FromCurrent();
    other_object = GilList_New(0);
    for (int i = 0; i < GIL_PENDING_ROOM + 1; i++)
        Gil_INCREF(other_object);
    GilThreadState_Swap(own);

    in_thread(fill_the_ring);
    ck_assert_int_eq(Gil_REFCNT(other_object), GIL_PENDING_ROOM + 2);
    gil_test_fail_alloc(1, 1);
    ck_assert_int_eq(GilObject_DecrefLater(other_view, other_object), 0);
    gil_test_fail_alloc_off();

    GilThreadState_Swap(ts);
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_eq(Gil_REFCNT(other_object), 1);
    Gil_DECREF(other_object);
    GilInterpreterView_Close(other_view);
    ck_assert_int_eq(Gil_EndInterpreter(ts), 0);
    GilThreadState_Swap(own);
    while (Gil_REFCNT(node) > 1)
        Gil_DECREF(node);
    Gil_DECREF(node);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("object/later");
    TCase *tc = tcase_create("later");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, test_object_later__without_memory_it_takes_a_ring_and_then_the_lock);
    tcase_add_test(tc, test_object_later__who_has_no_state_is_told);
    tcase_add_test(tc, test_object_later__the_last_reference_runs_finalizers_at_a_safe_point);
    tcase_add_test(tc, test_object_later__of_an_interpreter_for_one_thread);
    suite_add_tcase(s, tc);
    return s;
}
