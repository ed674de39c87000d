/* SPDX-License-Identifier: MIT */
/* Pending calls from inside: bounds, memory, ends, forks. The order of steps is the explorer's (tests/models/calls_model.c). */
#include "unit/state/world.h"

#include "state/pending.h"

#define MANY 300 /* more than one safe point makes of a queue, less than two */

static GilPendingNode nodes[MANY];
static int made;
static int in_order;

static int
count(void *unused)
{
    (void)unused;
    made++;
    return 0;
}

/* arg is the node itself. */
static int
check_order(void *arg)
{
    const GilPendingNode *node = arg;

    in_order &= node - nodes == made;
    return count(NULL);
}

static void
post_many(void)
{
    made = 0;
    in_order = 1;
    for (int i = 0; i < MANY; i++) {
        GilPendingNode_Init(&nodes[i], check_order, &nodes[i]);
        ck_assert_int_eq(GilPending_PostToThread(world_ts->id, &nodes[i]), 0);
    }
}

static int
is_asked(const GilThreadState *ts, uint32_t bit)
{
    return (ts->block.brk & bit) != 0;
}

START_TEST(test_state_pending__a_safe_point_is_bounded_and_keeps_the_order)
{
    post_many();
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_gt(made, 0);
    ck_assert_int_lt(made, MANY);
    /* Posted later, made later. */
    GilPendingNode last = GIL_PENDING_NODE_INIT(count, NULL);
    ck_assert_int_eq(GilPending_PostToThread(world_ts->id, &last), 0);
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_eq(made, MANY + 1);
    ck_assert(in_order);
    ck_assert(!is_asked(world_ts, _Gil_BRK_CALLS | _Gil_BRK_SHARED));
}
END_TEST

static int
fail_anyhow(void *unused)
{
    (void)count(unused);
    return -1;
}

/* What a call that fails leaves is meant for that thread as before: its native code is told, too. */
START_TEST(test_E2_what_a_failing_call_leaves_is_asked_for_alike)
{
    GilPendingNode first = GIL_PENDING_NODE_INIT(fail_anyhow, NULL), second = GIL_PENDING_NODE_INIT(count, NULL), third = second;

    gil_pending_open_main(world_ts);
    for (int main = 0; main < 2; main++) {
        ck_assert_int_eq(main ? GilPending_PostToMain(&first) : GilPending_PostToThread(world_ts->id, &first), 0);
        ck_assert_int_eq(main ? GilPending_PostToMain(&second) : GilPending_PostToThread(world_ts->id, &second), 0);
        ck_assert_int_eq(Gil_Poll(), -1);
        ck_assert(is_asked(world_ts, _Gil_BRK_CALLS) && !is_asked(world_ts, _Gil_BRK_SHARED));
        ck_assert_int_eq(Gil_Poll(), 0);
        ck_assert(!is_asked(world_ts, _Gil_BRK_CALLS));
    }
    ck_assert_int_eq(made, 4);
    /* What anybody may make is not. */
    GilInterpreterView *view = GilInterpreterView_FromCurrent();
    ck_assert_int_eq(GilPending_Post(view, &first), 0);
    ck_assert_int_eq(GilPending_Post(view, &third), 0);
    ck_assert_int_eq(Gil_Poll(), -1);
    ck_assert(!is_asked(world_ts, _Gil_BRK_CALLS) && is_asked(world_ts, _Gil_BRK_SHARED));
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_eq(made, 6);
    GilInterpreterView_Close(view);
}
END_TEST

START_TEST(test_state_pending__without_memory_a_call_to_a_thread_is_refused)
{
    gil_test_fail_alloc(1, 1);
    ck_assert_int_eq(GilPending_AddToThread(world_ts->id, count, NULL), GIL_PENDING_FULL);
    GilPendingNode node = GIL_PENDING_NODE_INIT(count, NULL);
    ck_assert_int_eq(GilPending_PostToThread(world_ts->id, &node), 0);
    gil_test_fail_alloc_off();
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_eq(made, 1);
}
END_TEST

START_TEST(test_state_pending__a_state_that_is_made_finds_what_waits)
{
    GilInterpreterView *view = GilInterpreterView_FromCurrent();

    GilThreadState *before = gil_tstate_new(world_ts->interp);
    ck_assert(!is_asked(before, _Gil_BRK_SHARED));
    ck_assert_int_eq(GilPending_Add(view, count, NULL), 0);
    GilThreadState *after = gil_tstate_new(world_ts->interp);
    ck_assert(is_asked(before, _Gil_BRK_SHARED) && is_asked(after, _Gil_BRK_SHARED));
    ck_assert(!is_asked(after, _Gil_BRK_CALLS));
    GilInterpreterView_Close(view);
    gil_tstate_delete(before);
    gil_tstate_delete(after);
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_eq(made, 1);
}
END_TEST

/* The calls of one interpreter are no business of another. */
START_TEST(test_state_pending__interpreters_are_asked_apart)
{
    GilInterpreterView *view = GilInterpreterView_FromCurrent();
    GilThreadState *other = world_interp_new();

    ck_assert_int_eq(GilPending_Add(view, count, NULL), 0);
    ck_assert(is_asked(world_ts, _Gil_BRK_SHARED) && !is_asked(other, _Gil_BRK_SHARED));
    ck_assert_int_eq(GilPending_AddToThread(other->id, count, NULL), 0);
    ck_assert(is_asked(other, _Gil_BRK_CALLS) && !is_asked(world_ts, _Gil_BRK_CALLS));
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_eq(made, 1);
    gil_tstate_detach(world_ts, "test");
    gil_tstate_attach(other, "test");
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_eq(made, 2);
    ck_assert_uint_eq(world_interp_end(other), 0);
    gil_tstate_attach(world_ts, "test");
    GilInterpreterView_Close(view);
}
END_TEST

static int
give_back(void *unused)
{
    (void)unused;
    made += 100;
    return 0;
}

START_TEST(test_state_pending__what_is_to_be_raised_is_found_by_number)
{
    GilThreadState *ts = gil_tstate_new(world_ts->interp), *other = world_interp_new();
    GilPendingNode one = GIL_PENDING_NODE_INIT(give_back, NULL), two = one;
    GilPendingNode *node = &one;

    ck_assert_int_eq(gil_pending_swap_async(world_ts, ts->id, &node), 1);
    ck_assert_ptr_null(node);
    ck_assert(is_asked(ts, _Gil_BRK_ASYNC));
    node = &two;
    ck_assert_int_eq(gil_pending_swap_async(world_ts, ts->id, &node), 1);
    ck_assert_ptr_eq(node, &one);
    node = NULL;
    ck_assert_int_eq(gil_pending_swap_async(world_ts, ts->id, &node), 1);
    ck_assert_ptr_eq(node, &two);
    ck_assert(!is_asked(ts, _Gil_BRK_ASYNC));
    /* Of another interpreter; of none. */
    ck_assert_int_eq(gil_pending_swap_async(world_ts, other->id, &node), 0);
    ck_assert_int_eq(gil_pending_swap_async(world_ts, other->id + 1, &node), 0);
    ck_assert_int_eq(gil_pending_swap_async(world_ts, 0, &node), 0);
    ck_assert_ptr_eq(node, &two);
    /* With a state that ends it becomes a call. */
    ck_assert_int_eq(gil_pending_swap_async(world_ts, ts->id, &node), 1);
    gil_tstate_delete(ts);
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_eq(made, 100);
    gil_tstate_detach(world_ts, "test");
    gil_tstate_attach(other, "test");
    ck_assert_uint_eq(world_interp_end(other), 0);
    gil_tstate_attach(world_ts, "test");
}
END_TEST

static void
no_report(GilObject *unused)
{
    (void)unused;
    made += 1000;
}

static int
break_down(void *unused)
{
    count(unused);
    return -1;
}

START_TEST(test_state_pending__the_end_leaves_nothing_and_takes_nothing)
{
    GilInterpreterView *view = GilInterpreterView_FromCurrent();
    GilThreadState *ts = gil_tstate_new(world_ts->interp);
    GilPendingNode node = GIL_PENDING_NODE_INIT(give_back, NULL), *async = &node;

    post_many();
    ck_assert_int_eq(GilPending_AddToThread(ts->id, break_down, NULL), 0);
    ck_assert_int_eq(GilPending_Add(view, break_down, NULL), 0);
    ck_assert_int_eq(gil_pending_swap_async(world_ts, ts->id, &async), 1);
    gil_mutex_lock(&gil_states_mutex);
    gil_pending_close(world_ts);
    gil_mutex_unlock(&gil_states_mutex);
    ck_assert_int_eq(GilPending_AddToThread(ts->id, count, NULL), GIL_PENDING_ENDED);
    ck_assert_int_eq(GilPending_Add(view, count, NULL), GIL_PENDING_ENDED);
    async = &node;
    ck_assert_int_eq(gil_pending_swap_async(world_ts, ts->id, &async), 0);
    ck_assert_uint_eq(gil_pending_drain(world_ts, no_report), MANY + 3);
    ck_assert_int_eq(made, MANY + 2 + 100 + 2000);
    ck_assert_uint_eq(gil_pending_drain(world_ts, no_report), 0);
    GilInterpreterView_Close(view);
    gil_tstate_delete(ts);
}
END_TEST

/* What a fork finds in the middle of a post by another thread, which is no more. */
START_TEST(test_state_pending__a_fork_frees_the_nodes_of_lost_posts)
{
    GilInterpreterView *view = GilInterpreterView_FromCurrent();
    GilThreadState *gone = gil_tstate_new(world_ts->interp);

    gil_pending_open_main(world_ts);
    ck_assert_int_eq(GilPending_Add(view, count, NULL), 0);
    ck_assert_int_eq(Gil_AddPendingCall(count, NULL), 0);
    ck_assert_int_eq(GilPending_AddToThread(gone->id, count, NULL), 0);
    for (int i = 0; i < GIL_CALL_RING; i++) {
        world_ts->interp->gate->ring->nodes[i].state = 1;
        gil_main_ring.nodes[i].state = 1;
    }
    world_ts->block.brk &= ~(_Gil_BRK_CALLS | _Gil_BRK_SHARED);
    gil_pending_fork_interp(world_ts->interp);
    gil_pending_fork_state(gone, 0);
    gil_pending_fork_state(world_ts, 1);
    for (int i = 1; i < GIL_PENDING_ROOM; i++) {
        ck_assert_int_eq(GilPending_Add(view, count, NULL), 0);
        ck_assert_int_eq(Gil_AddPendingCall(count, NULL), 0);
    }
    ck_assert_int_eq(GilPending_Add(view, count, NULL), GIL_PENDING_FULL);
    ck_assert_int_eq(Gil_AddPendingCall(count, NULL), GIL_PENDING_FULL);
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_eq(made, 2 * GIL_PENDING_ROOM + 1);
    GilInterpreterView_Close(view);
    gil_tstate_delete(gone);
}
END_TEST

/* An interpreter that the child has not got takes nothing; what waited is its owner's, and what was to be raised is lost. */
START_TEST(test_state_pending__what_a_fork_has_lost_takes_nothing_and_hands_nothing_on)
{
    GilThreadState *ts = gil_tstate_new(world_ts->interp);
    GilPendingNode node = GIL_PENDING_NODE_INIT(count, NULL), raises = GIL_PENDING_NODE_INIT(count, NULL), *async = &raises;

    ck_assert_int_eq(gil_pending_swap_async(world_ts, ts->id, &async), 1);
    ck_assert_int_eq(GilPending_PostToThread(ts->id, &node), 0);
    ck_assert_int_eq(GilPending_PostToThread(ts->id, &node), 1);
    gil_pending_fork_lose(world_ts->interp);
    ck_assert_int_eq(GilPending_PostToThread(ts->id, &node), GIL_PENDING_ENDED);
    /* As the end of its thread does, from the middle of a visit. */
    gil_mutex_lock(&gil_states_mutex);
    gil_pending_leave(ts);
    gil_mutex_unlock(&gil_states_mutex);
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_eq(made, 0);
    gil_tstate_delete(ts);
}
END_TEST

/* The main thread is the one that forked. */
START_TEST(test_state_pending__a_fork_makes_another_thread_the_main_one)
{
    GilThreadState *gone = gil_tstate_new(world_ts->interp);

    gone->os_thread = 1;
    gil_pending_open_main(gone);
    ck_assert_int_eq(Gil_AddPendingCall(count, NULL), 0);
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_eq(made, 0);
    gil_pending_fork_main(world_ts);
    gil_pending_fork_interp(world_ts->interp);
    gil_pending_fork_state(world_ts, 1);
    gil_pending_fork_state(gone, 0);
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_eq(made, 1);
    ck_assert_int_eq(Gil_AddPendingCall(count, NULL), 0);
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_eq(made, 2);
    gil_tstate_delete(gone);
}
END_TEST

/* The thread that forked has no state of its own in the main interpreter yet: the first becomes it, and one that is lent to it makes
 * the calls until then. */
START_TEST(test_state_pending__the_main_thread_of_a_child_may_come_later)
{
    GilThreadState *other = world_interp_new(), *lent = gil_tstate_new(world_ts->interp), *own;

    gil_pending_open_main(world_ts);
    gil_pending_fork_main(NULL);
    ck_assert_int_eq(Gil_AddPendingCall(count, NULL), 0);
    gil_tstate_detach(world_ts, "test");
    gil_tstate_attach(other, "test");
    gil_pending_fork_state(other, 1);
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_eq(made, 0);
    gil_tstate_detach(other, "test");
    lent->kept = 1;
    gil_pending_fork_state(lent, 1);
    gil_tstate_attach(lent, "test");
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_eq(made, 1);
    ck_assert_int_eq(Gil_AddPendingCall(count, NULL), 0);
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_eq(made, 2);
    gil_tstate_detach(lent, "test");
    own = gil_tstate_new(world_ts->interp);
    gil_tstate_attach(own, "test");
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_eq(Gil_AddPendingCall(count, NULL), 0);
    ck_assert(is_asked(own, _Gil_BRK_CALLS) && !is_asked(lent, _Gil_BRK_CALLS));
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_eq(made, 3);
    gil_tstate_detach(own, "test");
    /* Nobody after that. */
    GilThreadState *next = gil_tstate_new(world_ts->interp);
    ck_assert(!is_asked(next, _Gil_BRK_SHARED));
    gil_tstate_delete(next);
    gil_tstate_delete(lent);
    gil_tstate_attach(other, "test");
    ck_assert_uint_eq(world_interp_end(other), 0);
    gil_tstate_attach(world_ts, "test");
    gil_tstate_delete(own);
    ck_assert_int_eq(Gil_AddPendingCall(count, NULL), GIL_PENDING_ENDED);
}
END_TEST

/* The host ends the state that it was given at the start, and goes on. */
START_TEST(test_state_pending__without_its_state_there_is_no_main_thread)
{
    GilThreadState *first = gil_tstate_new(world_ts->interp);

    gil_pending_open_main(first);
    ck_assert_int_eq(Gil_AddPendingCall(count, NULL), 0);
    ck_assert_int_eq(GilPending_AddToThread(first->id, count, NULL), 0);
    gil_tstate_delete(first);
    ck_assert_int_eq(Gil_AddPendingCall(count, NULL), GIL_PENDING_ENDED);
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_eq(made, 2);
}
END_TEST

/* Threads post to everything, and threads come and go; some make the calls. */
enum { POSTERS = 2, ROUNDS = 20000 };
static GilInterpreterView *stress_view;
static long stress_accepted, stress_made, posters;

static int
count_all(void *unused)
{
    (void)unused;
    gil_fetch_add_relaxed(&stress_made, 1);
    return 0;
}

static void *
post_everywhere(void *guard)
{
    GilPendingNode mine[3];
    long rounds = gil_test_plenty(ROUNDS);

    for (int i = 0; i < 3; i++)
        GilPendingNode_Init(&mine[i], count_all, NULL);
    for (long i = 0; i < rounds; i++) {
        int rc = i % 3 == 0   ? GilPending_Post(stress_view, &mine[0])
                 : i % 3 == 1 ? GilPending_PostToMain(&mine[1])
                              : GilPending_PostToThread(world_ts->id + (uint64_t)i % 64, &mine[2]);
        gil_fetch_add_relaxed(&stress_accepted, rc == 0);
        if (GilPending_Add(stress_view, count_all, NULL) == 0)
            gil_fetch_add_relaxed(&stress_accepted, 1);
        if (i % 16 == 0) {
            struct _giltoken *token = gil_tstate_ensure(world_ts->interp, "test");
            ck_assert_int_eq(Gil_Poll(), 0);
            gil_tstate_release(token, "test");
        }
    }
    for (int i = 0; i < 3; i++)
        while (GilPendingNode_IsPosted(&mine[i]))
            sched_yield();
    gil_fetch_add_seq_cst(&posters, -1);
    return guard;
}

START_TEST(test_E2_what_is_accepted_among_many_threads_is_called)
{
    pthread_t threads[POSTERS];

    stress_view = GilInterpreterView_FromCurrent();
    gil_pending_open_main(world_ts);
    posters = POSTERS;
    for (int i = 0; i < POSTERS; i++)
        threads[i] = world_thread(post_everywhere, world_guard);
    while (gil_load_acquire(&posters) > 0) {
        GilThreadState *ts = gil_tstate_new(world_ts->interp);
        ck_assert_int_eq(GilEval_Yield(), 0);
        gil_tstate_delete(ts);
    }
    for (int i = 0; i < POSTERS; i++)
        world_join(threads[i]);
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_eq(stress_made, stress_accepted);
    GilInterpreterView_Close(stress_view);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("state/pending");
    TCase *tc = tcase_create("pending");

    tcase_add_checked_fixture(tc, world_start, world_stop);
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, test_state_pending__a_safe_point_is_bounded_and_keeps_the_order);
    tcase_add_test(tc, test_E2_what_a_failing_call_leaves_is_asked_for_alike);
    tcase_add_test(tc, test_state_pending__without_memory_a_call_to_a_thread_is_refused);
    tcase_add_test(tc, test_state_pending__a_state_that_is_made_finds_what_waits);
    tcase_add_test(tc, test_state_pending__interpreters_are_asked_apart);
    tcase_add_test(tc, test_state_pending__what_is_to_be_raised_is_found_by_number);
    tcase_add_test(tc, test_state_pending__the_end_leaves_nothing_and_takes_nothing);
    tcase_add_test(tc, test_state_pending__a_fork_frees_the_nodes_of_lost_posts);
    tcase_add_test(tc, test_state_pending__what_a_fork_has_lost_takes_nothing_and_hands_nothing_on);
    tcase_add_test(tc, test_state_pending__a_fork_makes_another_thread_the_main_one);
    tcase_add_test(tc, test_state_pending__the_main_thread_of_a_child_may_come_later);
    tcase_add_test(tc, test_state_pending__without_its_state_there_is_no_main_thread);
    tcase_add_test(tc, test_E2_what_is_accepted_among_many_threads_is_called);
    suite_add_tcase(s, tc);
    return s;
}
