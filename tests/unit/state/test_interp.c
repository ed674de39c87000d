/* SPDX-License-Identifier: MIT */
/* Interpreters: numbers, registry, memory, end. */
#include "unit/state/world.h"

#include "base/mem.h"

START_TEST(test_state_interp__the_first_alive_is_main)
{
    ck_assert_ptr_null(GilInterpreterState_Main());
    ck_assert_int_eq(GilInterpreterState_GetID(NULL), -1);
    for (int round = 0; round < 3; round++) {
        world_start();
        ck_assert_ptr_eq(GilInterpreterState_Main(), world_ts->interp);
        ck_assert_ptr_eq(GilInterpreterState_Get(), world_ts->interp);
        ck_assert_int_eq(GilInterpreterState_GetID(world_ts->interp), 0);
        world_stop();
        ck_assert_ptr_null(GilInterpreterState_Main());
    }
}
END_TEST

/* Nor are those of states: more of both than fit 16 bits. */
START_TEST(test_state_interp__numbers_are_never_reused)
{
    int64_t last = 0;
    uint64_t last_state = 0;

    world_start();
    for (long i = gil_test_plenty(70000); i > 0; i--) {
        GilThreadState *ts = world_interp_new();
        ck_assert_int_gt(ts->interp->id, last);
        ck_assert_int_eq(ts->interp_id, ts->interp->id);
        ck_assert_uint_gt(ts->id, last_state);
        last = ts->interp->id;
        last_state = ts->id;
        gil_tstate_detach(world_ts, "test");
        gil_tstate_attach(ts, "test");
        world_interp_end(ts);
        gil_tstate_attach(world_ts, "test");
    }
    world_stop();
}
END_TEST

START_TEST(test_state_interp__leftover_memory_is_counted_and_freed)
{
    struct gil_mem_stats before, after;

    world_start();
    world_stop();
    gil_raw_stats(&before);
    world_start();
    ck_assert_ptr_nonnull(gil_heap_malloc(world_ts->heap, 40));
    ck_assert_ptr_nonnull(gil_heap_malloc(world_ts->heap, 100000));
    GilInterpreterGuard_Close(world_guard);
    ck_assert_uint_eq(world_interp_end(world_ts), 2);
    gil_raw_stats(&after);
    ck_assert_uint_eq(after.blocks, before.blocks);
}
END_TEST

START_TEST(test_state_interp__each_lack_of_memory_leaves_nothing)
{
    struct gil_interp_config config = {0};
    struct gil_mem_stats before, after;
    GilThreadState *ts;
    int rc = -1;

    world_start();
    world_stop();
    gil_raw_stats(&before);
    for (long nth = 1; rc < 0; nth++) {
        gil_mem_fail_nth(nth, 0);
        rc = gil_interp_new(&config, &ts);
        ck_assert(rc == 0 || gil_mem_fail_count() > 0);
        gil_mem_fail_nth(0, 0);
        if (rc < 0) {
            gil_raw_stats(&after);
            ck_assert_uint_eq(after.blocks, before.blocks);
            ck_assert_ptr_null(GilInterpreterState_Main());
            ck_assert_uint_eq(gil_tstate_blocks(), 0);
        }
        ck_assert_int_lt(nth, 100);
    }
    gil_tstate_attach(ts, "test");
    world_interp_end(ts);
}
END_TEST

START_TEST(test_A12_a_new_interpreter_inherits_the_interval)
{
    struct gil_interp_config config = {.switch_interval = 7000000};
    GilThreadState *inherits, *own;

    world_start();
    GilInterpreterState_SetSwitchInterval(world_ts->interp, 3000000);
    inherits = world_interp_new();
    ck_assert_int_eq(gil_interp_new(&config, &own), 0);
    ck_assert_uint_eq(GilInterpreterState_GetSwitchInterval(inherits->interp), 3000000);
    ck_assert_uint_eq(GilInterpreterState_GetSwitchInterval(own->interp), 7000000);
    GilThreadState_Swap(inherits);
    world_interp_end(inherits);
    GilThreadState_Swap(own);
    world_interp_end(own);
    GilThreadState_Swap(world_ts);
    world_stop();
}
END_TEST

static void
forget(GilThreadState *ts)
{
    ts->handled = NULL;
}

START_TEST(test_state_interp__objects_of_states_left_behind_are_let_go)
{
    world_start();
    gil_state_hooks.clear_thread = forget;
    GilThreadState *left = GilThreadState_New(world_ts->interp);
    left->handled = (GilObject *)(void *)left;
    GilInterpreterGuard_Close(world_guard);
    world_interp_end(world_ts);
    ck_assert_ptr_null(left->handled);
    /* The state outlives its interpreter until its owner ends it. */
    ck_assert_uint_eq(gil_tstate_blocks(), 1);
    GilThreadState_Delete(left);
    ck_assert_uint_eq(gil_tstate_blocks(), 0);
}
END_TEST

static int inside, may_exit;

static void *
stay_detached(void *unused)
{
    (void)unused;
    GilThreadStateToken *token = GilThreadState_Ensure(world_guard);
    GilThreadState_Release(token);
    gil_store_release(&inside, 1);
    world_until(&may_exit, 1);
    return NULL;
}

START_TEST(test_A5_a_kept_state_outlives_its_interpreter_until_its_thread_exits)
{
    world_start();
    pthread_t thread = world_thread(stay_detached, NULL);
    Gil_BEGIN_ALLOW_THREADS
    world_until(&inside, 1);
    Gil_END_ALLOW_THREADS
    GilInterpreterGuard_Close(world_guard);
    world_interp_end(world_ts);
    ck_assert_uint_eq(gil_tstate_blocks(), 1);
    gil_store_release(&may_exit, 1);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    ck_assert_uint_eq(gil_tstate_blocks(), 0);
}
END_TEST

/* --- one lock for two interpreters --- */

static GilThreadState *
sharing_interp(void)
{
    struct gil_interp_config config = {.share = world_ts->interp};
    GilThreadState *ts = NULL;

    ck_assert_int_eq(gil_interp_new(&config, &ts), 0);
    return ts;
}

START_TEST(test_state_interp__two_may_share_a_lock)
{
    GilThreadState *ts = sharing_interp();
    GilLockInfo info;

    ck_assert_ptr_eq(ts->lock, world_ts->lock);
    ck_assert_ptr_ne(ts->heap, world_ts->heap);
    GilLockInfo_Init(&info);
    ck_assert_int_eq(GilLock_GetInfo(ts->interp, &info), 0);
    ck_assert_uint_eq(info.holder, world_ts->id);
    ck_assert_int_eq(gil_lock_acquire_until(ts->lock, ts, 0, "test"), GIL_LOCK_LATE);
    ck_assert_ptr_eq(GilThreadState_Swap(ts), world_ts);
    ck_assert_int_eq(gil_lock_acquire_until(ts->lock, world_ts, 0, "test"), GIL_LOCK_LATE);
    world_interp_end(ts);
    gil_tstate_attach(world_ts, "test");
}
END_TEST

static int passed;

/* Holds the lock of the other interpreter, and then this one's, in turn with it. */
static void *
run_in_world(void *rounds)
{
    GilThreadStateToken *token = GilThreadState_Ensure(world_guard);

    for (int i = 0; i < *(int *)rounds; i++) {
        gil_store_relaxed(&passed, gil_load_relaxed(&passed) + 1); /* two steps, on purpose */
        ck_assert_int_eq(GilEval_Yield(), 0);
    }
    GilThreadState_Release(token);
    return NULL;
}

START_TEST(test_state_interp__a_shared_lock_excludes_across_interpreters)
{
    GilThreadState *ts = sharing_interp();
    int rounds = 20000;
    pthread_t thread = world_thread(run_in_world, &rounds);

    GilThreadState_Swap(ts);
    for (int i = 0; i < rounds; i++) {
        gil_store_relaxed(&passed, gil_load_relaxed(&passed) + 1);
        ck_assert_int_eq(GilEval_Yield(), 0);
    }
    world_interp_end(ts);
    gil_tstate_attach(world_ts, "test");
    world_join(thread);
    ck_assert_int_eq(passed, 2 * rounds);
}
END_TEST

/* The end of one bars its own states, also one that waits, and no other. */
START_TEST(test_state_interp__the_end_of_one_leaves_a_shared_lock_to_the_other)
{
    GilThreadState *ts = sharing_interp(), *late = gil_tstate_new(ts->interp), *other = gil_tstate_new(world_ts->interp);

    GilThreadState_Swap(ts);
    ck_assert_int_eq(gil_gate_close(ts->interp->gate), 0);
    gil_interp_close(ts);
    gil_lock_release(ts->lock, ts, "test");
    ck_assert_int_eq(gil_lock_acquire(ts->lock, late, "test"), GIL_LOCK_BARRED);
    ck_assert_int_eq(gil_lock_acquire(ts->lock, other, "test"), GIL_LOCK_GOT);
    gil_lock_release(ts->lock, other, "test");
    ck_assert_int_eq(gil_lock_acquire(ts->lock, ts, "test"), GIL_LOCK_GOT);
    ck_assert_uint_eq(gil_interp_delete(ts), 0);
    /* Its block outlived its interpreter, and keeps the lock. */
    ck_assert_int_eq(gil_lock_acquire(late->lock, late, "test"), GIL_LOCK_BARRED);
    gil_tstate_delete(late);
    gil_tstate_delete(other);
    gil_tstate_attach(world_ts, "test");
}
END_TEST

static int
do_nothing(void *unused)
{
    (void)unused;
    return 0;
}

/* Until it has its layers it takes no calls, by whatever way: a birth that fails could not make them. */
START_TEST(test_state_interp__takes_no_calls_while_it_is_made)
{
    struct gil_interp_config config = {.starting = 1, .ender = 1};
    GilPendingNode node;
    GilThreadState *ts;

    GilPendingNode_Init(&node, do_nothing, NULL);
    ck_assert_int_eq(gil_interp_new(&config, &ts), 0);
    GilThreadState_Swap(ts);
    GilInterpreterView *view = GilInterpreterView_FromCurrent();
    for (int opened = 0; opened < 2; opened++) {
        int wanted = opened ? 0 : GIL_PENDING_ENDED;
        ck_assert_int_eq(GilPending_Add(view, do_nothing, NULL), wanted);
        ck_assert_int_eq(GilPending_Post(view, &node), wanted);
        ck_assert_int_eq(GilPendingNode_IsPosted(&node), opened);
        ck_assert_int_eq(GilPending_AddToThread(ts->id, do_nothing, NULL), wanted);
        ck_assert_int_eq(GilPending_AddToThread(ts->interp->ender->id, do_nothing, NULL), wanted);
        if (!opened)
            gil_pending_open(ts->interp);
    }
    ck_assert_uint_eq(gil_pending_drain(ts, NULL), 3);
    GilInterpreterView_Close(view);
    ck_assert_int_eq(gil_gate_shut(ts->interp->gate, 0), 0);
    gil_interp_close(ts);
    ck_assert_uint_eq(gil_pending_drain(ts, NULL), 1);
    gil_interp_delete(ts);
    gil_tstate_attach(world_ts, "test");
}
END_TEST

Suite *
suite(void)
{
    Suite *suite = suite_create("state/interp");
    TCase *tcase = tcase_create("interp");

    tcase_add_test(tcase, test_state_interp__the_first_alive_is_main);
    tcase_add_test(tcase, test_state_interp__numbers_are_never_reused);
    tcase_add_test(tcase, test_state_interp__leftover_memory_is_counted_and_freed);
    tcase_add_test(tcase, test_state_interp__each_lack_of_memory_leaves_nothing);
    tcase_add_test(tcase, test_A12_a_new_interpreter_inherits_the_interval);
    tcase_add_test(tcase, test_state_interp__objects_of_states_left_behind_are_let_go);
    tcase_add_test(tcase, test_A5_a_kept_state_outlives_its_interpreter_until_its_thread_exits);
    suite_add_tcase(suite, tcase);
    tcase = tcase_create("shared");
    tcase_add_checked_fixture(tcase, world_start, world_stop);
    tcase_add_test(tcase, test_state_interp__takes_no_calls_while_it_is_made);
    tcase_add_test(tcase, test_state_interp__two_may_share_a_lock);
    tcase_add_test(tcase, test_state_interp__a_shared_lock_excludes_across_interpreters);
    tcase_add_test(tcase, test_state_interp__the_end_of_one_leaves_a_shared_lock_to_the_other);
    suite_add_tcase(suite, tcase);
    return suite;
}
