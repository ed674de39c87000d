/* SPDX-License-Identifier: MIT */
/* Regions and the cancel descriptor of one thread state, step by step; what threads do to each other is in the model. */
#include "unit/state/world.h"

#include "state/unblock.h"
#include "sync/machine.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>

static int calls;   /* [atomic] of a function */
static int release; /* [atomic] the function may return */

static void
count(void *arg)
{
    gil_fetch_add_seq_cst((int *)arg, 1);
    errno = EIO;
}

static void
ask(GilThreadState *ts)
{
    gil_fetch_or_seq_cst(&ts->block.brk, _Gil_BRK_INTERRUPT);
}

static void
calm(GilThreadState *ts)
{
    gil_fetch_and_seq_cst(&ts->block.brk, ~_Gil_BRK_ASKED);
}

static int
is_readable(int fd)
{
    struct pollfd look = {.fd = fd, .events = POLLIN};

    return poll(&look, 1, 0) == 1;
}

START_TEST(test_state_unblock__a_function_is_called_in_its_region_and_for_a_reason)
{
    struct _GilRegion saved;
    GilThreadState *ts = GilEval_SaveThread();

    gil_unblock_send(ts);
    gil_unblock_enter(ts, &saved, count, &calls, 0);
    gil_unblock_send(ts);
    ck_assert_int_eq(calls, 0);
    ck_assert_int_eq(gil_unblock_is_met(ts), 1);
    ask(ts);
    ck_assert_int_eq(gil_unblock_is_met(ts), 0);
    errno = ERANGE;
    gil_unblock_send(ts);
    gil_unblock_send(ts);
    ck_assert_int_eq(calls, 2);
    ck_assert_int_eq(errno, ERANGE);
    /* Not one for any state: left alone by who may be in a handler. */
    gil_unblock_rouse(ts);
    ck_assert_int_eq(calls, 2);
    gil_unblock_leave(ts, &saved);
    ck_assert_int_eq(gil_unblock_is_met(ts), 1);
    gil_unblock_send(ts);
    ck_assert_int_eq(calls, 2);
    calm(ts);
    GilEval_RestoreThread(ts);
}
END_TEST

static void
restore(GilThreadState *ts)
{
    GilEval_RestoreThread(ts);
}

static void
acquire(GilThreadState *ts)
{
    GilEval_AcquireThread(ts);
}

static void
try(GilThreadState *ts)
{
    ck_assert_int_eq(GilEval_TryRestoreThread(ts), 1);
}

static void
restore_timed(GilThreadState *ts)
{
    ck_assert_int_eq(GilEval_TimedRestoreThread(ts, UINT64_MAX), 1);
}

/* Who catches what flew out of the region goes back by another way in. */
START_TEST(test_state_unblock__a_region_that_was_left_by_an_exception_is_over)
{
    static void (*const ways[])(GilThreadState *ts) = {restore, acquire, try, restore_timed};
    struct _GilRegion lost;
    GilThreadState *ts = GilEval_SaveThread();

    gil_unblock_enter(ts, &lost, count, &calls, 0);
    ways[_i](ts);
    ask(ts);
    gil_unblock_send(ts);
    ck_assert_int_eq(calls, 0);
    calm(ts);
}
END_TEST

/* Has the lock until it is told to stop. */
static void *
have_the_lock(void *go)
{
    GilThreadStateToken *token = GilThreadState_Ensure(world_guard);

    gil_store_release((int *)go, 1);
    while (gil_load_acquire((int *)go) < 2)
        sched_yield();
    GilThreadState_Release(token);
    return NULL;
}

/* Who did not come in is in his region as before. */
START_TEST(test_state_unblock__a_region_goes_on_where_the_lock_is_not_had)
{
    struct _GilRegion outer;
    GilThreadState *ts = GilEval_SaveThread();
    pthread_t thread;
    int go = 0;

    ck_assert_int_eq(pthread_create(&thread, NULL, have_the_lock, &go), 0);
    while (gil_load_acquire(&go) < 1)
        sched_yield();
    gil_unblock_enter(ts, &outer, count, &calls, 0);
    ck_assert_int_eq(GilEval_TryRestoreThread(ts), 0);
    ask(ts);
    gil_unblock_send(ts);
    ck_assert_int_eq(calls, 1);
    gil_store_release(&go, 2);
    pthread_join(thread, NULL);
    gil_unblock_leave(ts, &outer);
    calm(ts);
    GilEval_RestoreThread(ts);
}
END_TEST

START_TEST(test_state_unblock__what_was_asked_before_is_answered_at_once)
{
    struct _GilRegion saved;
    GilThreadState *ts = GilEval_SaveThread();

    ask(ts);
    gil_unblock_enter(ts, &saved, count, &calls, GIL_UNBLOCK_SIGNAL_SAFE);
    ck_assert_int_eq(calls, 1);
    gil_unblock_rouse(ts);
    ck_assert_int_eq(calls, 2);
    gil_unblock_leave(ts, &saved);
    calm(ts);
    GilEval_RestoreThread(ts);
}
END_TEST

START_TEST(test_state_unblock__the_innermost_region_counts)
{
    struct _GilRegion saved, saved_inner, suspended;
    GilThreadState *ts = GilEval_SaveThread();
    int inner = 0;

    gil_unblock_enter(ts, &saved, count, &calls, 0);
    gil_unblock_enter(ts, &saved_inner, count, &inner, 0);
    ask(ts);
    gil_unblock_send(ts);
    ck_assert_int_eq(calls, 0);
    ck_assert_int_eq(inner, 1);
    gil_unblock_suspend(ts, &suspended);
    gil_unblock_send(ts);
    ck_assert_int_eq(inner, 1);
    gil_unblock_resume(ts, &suspended);
    ck_assert_int_eq(inner, 2);
    /* The request stands, so the outer one is told. */
    gil_unblock_leave(ts, &saved_inner);
    ck_assert_int_eq(calls, 1);
    gil_unblock_leave(ts, &saved);
    ck_assert_uint_eq(ts->unblock.word, 0);
    calm(ts);
    GilEval_RestoreThread(ts);
}
END_TEST

static void
count_and_wait(void *arg)
{
    count(arg);
    while (!gil_load_acquire(&release))
        sched_yield();
}

static void *
send(void *ts)
{
    gil_unblock_send(ts);
    return NULL;
}

static void *
let_go(void *unused)
{
    while (!(gil_load_acquire(&world_ts->unblock.word) & 8u))
        sched_yield();
    gil_store_release(&release, 1);
    return unused;
}

START_TEST(test_state_unblock__leaving_waits_for_a_call_under_way)
{
    struct _GilRegion saved;
    GilThreadState *ts = GilEval_SaveThread();
    pthread_t caller, helper;

    gil_unblock_enter(ts, &saved, count_and_wait, &calls, 0);
    ask(ts);
    ck_assert_int_eq(pthread_create(&caller, NULL, send, ts), 0);
    while (!gil_load_acquire(&calls))
        sched_yield();
    /* One at a time. */
    ck_assert_int_eq(gil_unblock_claim(ts), 0);
    ck_assert_int_eq(pthread_create(&helper, NULL, let_go, NULL), 0);
    gil_unblock_leave(ts, &saved);
    ck_assert_int_eq(gil_load_acquire(&release), 1);
    ck_assert_uint_eq(ts->unblock.word, 0);
    ck_assert_int_eq(pthread_join(caller, NULL), 0);
    ck_assert_int_eq(pthread_join(helper, NULL), 0);
    calm(ts);
    GilEval_RestoreThread(ts);
}
END_TEST

static void *
watch(void *ts)
{
    gil_unblock_watch(ts, GIL_MACHINE_NEVER);
    return NULL;
}

START_TEST(test_state_unblock__who_leaves_wakes_all_that_watch)
{
    struct _GilRegion saved;
    GilThreadState *ts = GilEval_SaveThread();
    pthread_t threads[3];

    gil_unblock_enter(ts, &saved, count, &calls, 0);
    gil_unblock_watch(ts, gil_machine_now() + 1000);
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, watch, ts), 0);
    sched_yield();
    gil_unblock_leave(ts, &saved);
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
    /* Nobody is in a region: no wait. */
    gil_unblock_watch(ts, GIL_MACHINE_NEVER);
    GilEval_RestoreThread(ts);
}
END_TEST

START_TEST(test_state_unblock__the_descriptor_tells_what_is_asked)
{
    int fd = gil_cancel_open();

    ck_assert_int_eq(gil_unblock_fd(world_ts), -1);
    ask(world_ts);
    gil_unblock_give_fd(world_ts, fd);
    ck_assert_int_eq(gil_unblock_fd(world_ts), fd);
    ck_assert_int_eq(is_readable(fd), 1);
    /* Not met yet. */
    gil_unblock_drain(world_ts);
    ck_assert_int_eq(is_readable(fd), 1);
    calm(world_ts);
    gil_unblock_drain(world_ts);
    ck_assert_int_eq(is_readable(fd), 0);
    /* Rousing a thread for nothing does not show. */
    gil_unblock_rouse(world_ts);
    ck_assert_int_eq(is_readable(fd), 0);
    ask(world_ts);
    gil_unblock_rouse(world_ts);
    ck_assert_int_eq(is_readable(fd), 1);
    calm(world_ts);
    gil_unblock_end(world_ts);
    ck_assert_int_eq(fcntl(fd, F_GETFD), -1);
    ck_assert_int_eq(gil_unblock_fd(world_ts), -1);
    ck_assert_int_eq(gil_unblock_take_fd(world_ts), -1);
    gil_unblock_drain(world_ts);
}
END_TEST

static void *
have_descriptor(void *fd)
{
    GilThreadStateToken *token = GilThreadState_Ensure(world_guard);

    *(int *)fd = gil_cancel_open();
    gil_unblock_give_fd(GilThreadState_Get(), *(int *)fd);
    GilThreadState_Release(token);
    return NULL;
}

START_TEST(test_state_unblock__the_descriptor_goes_with_its_thread)
{
    pthread_t thread;
    int fd = -1;
    GilThreadState *ts = GilEval_SaveThread();

    ck_assert_int_eq(pthread_create(&thread, NULL, have_descriptor, &fd), 0);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(fcntl(fd, F_GETFD), -1);
    GilEval_RestoreThread(ts);
}
END_TEST

START_TEST(test_state_unblock__the_descriptor_goes_with_a_state_that_is_deleted)
{
    GilThreadState *ts = GilThreadState_New(world_ts->interp);
    int fd = gil_cancel_open();

    ck_assert_ptr_eq(GilThreadState_Swap(ts), world_ts);
    gil_unblock_give_fd(ts, fd);
    GilThreadState_DeleteCurrent();
    ck_assert_int_eq(fcntl(fd, F_GETFD), -1);
    GilEval_RestoreThread(world_ts);
}
END_TEST

/* What another thread had in hand when the fork came is over in the child; what the survivor is in goes on. */
START_TEST(test_D4_a_child_forgets_who_was_calling)
{
    struct _GilRegion saved;
    GilThreadState *ts = GilEval_SaveThread();
    int fd = gil_cancel_open();

    gil_unblock_give_fd(ts, fd);
    gil_unblock_enter(ts, &saved, count, &calls, GIL_UNBLOCK_SIGNAL_SAFE);
    ts->unblock.word |= 4u | 16u;
    ts->unblock.cancel += 1;
    gil_unblock_fork_child(ts, 1);
    ask(ts);
    gil_unblock_rouse(ts);
    ck_assert_int_eq(calls, 1);
    ck_assert_int_eq(is_readable(fd), 1);
    gil_unblock_leave(ts, &saved);
    ck_assert_uint_eq(ts->unblock.word, 0);
    gil_unblock_enter(ts, &saved, count, &calls, 0);
    gil_unblock_fork_child(ts, 0);
    ck_assert_uint_eq(ts->unblock.word, 0);
    ck_assert_int_eq(gil_unblock_fd(ts), -1);
    ck_assert_int_eq(fcntl(fd, F_GETFD), -1);
    calm(ts);
    GilEval_RestoreThread(ts);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("unblock");
    TCase *tcase = tcase_create("unblock");

    tcase_add_checked_fixture(tcase, world_start, world_stop);
    tcase_add_test(tcase, test_state_unblock__a_function_is_called_in_its_region_and_for_a_reason);
    tcase_add_loop_test(tcase, test_state_unblock__a_region_that_was_left_by_an_exception_is_over, 0, 4);
    tcase_add_test(tcase, test_state_unblock__a_region_goes_on_where_the_lock_is_not_had);
    tcase_add_test(tcase, test_state_unblock__what_was_asked_before_is_answered_at_once);
    tcase_add_test(tcase, test_state_unblock__the_innermost_region_counts);
    tcase_add_test(tcase, test_state_unblock__leaving_waits_for_a_call_under_way);
    tcase_add_test(tcase, test_state_unblock__who_leaves_wakes_all_that_watch);
    tcase_add_test(tcase, test_state_unblock__the_descriptor_tells_what_is_asked);
    tcase_add_test(tcase, test_state_unblock__the_descriptor_goes_with_its_thread);
    tcase_add_test(tcase, test_state_unblock__the_descriptor_goes_with_a_state_that_is_deleted);
    tcase_add_test(tcase, test_D4_a_child_forgets_who_was_calling);
    suite_add_tcase(s, tcase);
    return s;
}
