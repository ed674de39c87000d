/* SPDX-License-Identifier: MIT */
/* Thread states: made, attached, nested, kept, reclaimed. */
#include "unit/state/world.h"

#include "base/mem.h"
#include "gilrt/pending.h"
#include "gilrt/print.h"
#include "gilrt/thread.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

START_TEST(test_state_tstate__static_tls_is_two_words)
{
    /* A dlopen'ed library must fit into the reserve that others leave; see the essay of tstate.c. */
    ck_assert_uint_eq(sizeof _Gil_thread, 8);
    ck_assert_ptr_eq(_Gil_thread, &world_ts->block);
}
END_TEST

START_TEST(test_B1_a_state_for_a_dead_interpreter_is_refused)
{
    GilThreadState *ts = world_interp_new();
    GilInterpreterState *dead = ts->interp;

    gil_tstate_detach(world_ts, "test");
    gil_tstate_attach(ts, "test");
    ck_assert_uint_eq(world_interp_end(ts), 0);
    gil_tstate_attach(world_ts, "test");
    ck_assert_ptr_null(GilThreadState_New(dead));
    ck_assert_ptr_null(GilThreadState_New(NULL));
}
END_TEST

/* The memory of the dead one serves the next. A pointer cannot tell them apart; a view has the number of its interpreter, and so
 * has a guard, which therefore keeps it alive. */
START_TEST(test_B1_a_view_does_not_mean_the_next_in_the_same_place)
{
    GilThreadState *ts = world_interp_new(), *next = NULL;
    GilInterpreterState *dead = ts->interp;
    int64_t id = dead->id;

    GilThreadState_Swap(ts);
    GilInterpreterView *view = GilInterpreterView_FromCurrent();
    ck_assert_uint_eq(world_interp_end(ts), 0);
    GilThreadState_Swap(world_ts);
    next = world_interp_new();
    ck_assert_int_ne(next->interp->id, id);
    ck_assert_int_eq(GilInterpreterView_GetID(view), id);
    ck_assert_ptr_null(GilThreadState_EnsureFromView(view));
    ck_assert_ptr_null(GilInterpreterGuard_FromView(view));
    ck_assert_ptr_eq(gil_tstate_attached(), world_ts);
    GilInterpreterView_Close(view);
    GilThreadState_Swap(next);
    ck_assert_uint_eq(world_interp_end(next), 0);
    GilThreadState_Swap(world_ts);
}
END_TEST

START_TEST(test_B1_a_state_for_an_ending_interpreter_is_refused)
{
    GilThreadState *ts = world_interp_new();

    gil_tstate_detach(world_ts, "test");
    gil_tstate_attach(ts, "test");
    gil_gate_close(ts->interp->gate);
    gil_interp_close(ts);
    ck_assert_ptr_null(GilThreadState_New(ts->interp));
    gil_interp_delete(ts);
    gil_tstate_attach(world_ts, "test");
}
END_TEST

/* --- Ensure and Release --- */

static GilInterpreterGuard *other_guard;

/* Outside, main, main, other, main, and back. */
static void *
nest(void *unused)
{
    (void)unused;
    GilThreadStateToken *a = GilThreadState_Ensure(world_guard);
    GilThreadState *first = GilThreadState_Get();
    GilThreadStateToken *b = GilThreadState_Ensure(world_guard);
    ck_assert_ptr_eq(GilThreadState_Get(), first);
    GilThreadStateToken *c = GilThreadState_Ensure(other_guard);
    ck_assert_ptr_ne(GilInterpreterState_Get(), first->interp);
    GilThreadState *second = GilThreadState_Get();
    GilThreadStateToken *d = GilThreadState_Ensure(world_guard);
    ck_assert_ptr_eq(GilThreadState_Get(), first);
    GilThreadState_Release(d);
    ck_assert_ptr_eq(GilThreadState_Get(), second);
    GilThreadState_Release(c);
    ck_assert_ptr_eq(GilThreadState_Get(), first);
    GilThreadState_Release(b);
    ck_assert_ptr_eq(GilThreadState_Get(), first);
    GilThreadState_Release(a);
    ck_assert_int_eq(GilThreadState_IsAttached(), 0);
    return NULL;
}

START_TEST(test_B2_nested_ensure_restores_the_exact_state)
{
    GilThreadState *other = world_interp_new();

    GilThreadState_Swap(other);
    other_guard = GilInterpreterGuard_FromCurrent();
    GilThreadState_Swap(world_ts);
    world_join(world_thread(nest, NULL));
    GilThreadState_Swap(other);
    GilInterpreterGuard_Close(other_guard);
    world_interp_end(other);
    GilThreadState_Swap(world_ts);
}
END_TEST

/* A callback thread that nobody in the process knows. */
static void *
enter_where_it_was_told(void *guard)
{
    static GilInterpreterState *last;
    GilThreadStateToken *token = GilThreadState_Ensure(guard);

    ck_assert_ptr_nonnull(token);
    GilInterpreterState *here = GilInterpreterState_Get();
    ck_assert_ptr_ne(here, last);
    last = here;
    GilThreadState_Release(token);
    return here;
}

/* Which interpreter was made first, is the main one, or was entered last means nothing: what counts is the guard. */
START_TEST(test_B6_a_foreign_thread_is_in_the_interpreter_of_its_guard)
{
    GilThreadState *other = world_interp_new();
    void *entered = NULL;

    GilThreadState_Swap(other);
    other_guard = GilInterpreterGuard_FromCurrent();
    GilThreadState_Swap(world_ts);
    for (int i = 0; i < 4; i++) {
        pthread_t thread = world_thread(enter_where_it_was_told, i % 2 ? world_guard : other_guard);
        Gil_BEGIN_ALLOW_THREADS
        ck_assert_int_eq(pthread_join(thread, &entered), 0);
        Gil_END_ALLOW_THREADS
        ck_assert_ptr_eq(entered, i % 2 ? world_ts->interp : other->interp);
    }
    GilThreadState_Swap(other);
    GilInterpreterGuard_Close(other_guard);
    world_interp_end(other);
    GilThreadState_Swap(world_ts);
}
END_TEST

static void
leave_and_return(void)
{
    Gil_BEGIN_ALLOW_THREADS
    ck_assert_int_eq(GilThreadState_IsAttached(), 0);
    Gil_END_ALLOW_THREADS
}

START_TEST(test_B2_a_callback_inside_allow_threads_restores_it)
{
    Gil_BEGIN_ALLOW_THREADS
    GilThreadStateToken *token = GilThreadState_Ensure(world_guard);
    ck_assert_ptr_eq(GilThreadState_Get(), world_ts);
    leave_and_return();
    GilThreadState_Release(token);
    ck_assert_int_eq(GilThreadState_IsAttached(), 0);
    Gil_END_ALLOW_THREADS
    ck_assert_ptr_eq(GilThreadState_Get(), world_ts);
}
END_TEST

START_TEST(test_state_tstate__ensure_finds_the_state_that_was_left)
{
    GilThreadState *saved = GilEval_SaveThread();
    GilThreadStateToken *token = GilThreadState_Ensure(world_guard);

    ck_assert_ptr_eq(GilThreadState_Get(), saved);
    GilThreadState_Release(token);
    GilEval_RestoreThread(saved);
}
END_TEST

static void *
attach_for_another(void *ts)
{
    GilEval_RestoreThread(ts);
    ck_assert_ptr_eq(GilThreadState_Get(), ts);
    ck_assert_ptr_eq(GilEval_SaveThread(), ts);
    return NULL;
}

/* Attaches a state of its own, which another thread uses then; what Ensure finds is another. */
static void *
lend(void *mine)
{
    ck_assert_ptr_null(GilThreadState_Swap(mine));
    ck_assert_ptr_eq(GilThreadState_Swap(NULL), mine);
    pthread_t thread = world_thread(attach_for_another, mine);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    GilThreadStateToken *token = GilThreadState_Ensure(world_guard);
    ck_assert_ptr_ne(GilThreadState_Get(), mine);
    GilThreadState_Release(token);
    return NULL;
}

START_TEST(test_state_tstate__a_state_used_by_another_thread_is_not_found)
{
    GilThreadState *mine = GilThreadState_New(world_ts->interp);

    world_join(world_thread(lend, mine));
    GilThreadState_Clear(mine);
    GilThreadState_Delete(mine);
}
END_TEST

/* --- errno --- */

START_TEST(test_B9_errno_survives_every_transition)
{
    errno = EDOM;
    Gil_BEGIN_ALLOW_THREADS
    ck_assert_int_eq(errno, EDOM);
    Gil_BLOCK_THREADS
    Gil_UNBLOCK_THREADS
    GilThreadState_Release(GilThreadState_Ensure(world_guard));
    ck_assert_int_eq(errno, EDOM);
    Gil_END_ALLOW_THREADS
    GilThreadState *ts = GilEval_SaveThread();
    GilEval_RestoreThread(ts);
    GilEval_ReleaseThread(ts);
    GilEval_AcquireThread(ts);
    ck_assert_int_eq(GilEval_TryRestoreThread(GilEval_SaveThread()), 1);
    ck_assert_int_eq(GilEval_TimedRestoreThread(GilEval_SaveThread(), 1000), 1);
    Gil_BEGIN_BLOCKING_CALL
    ck_assert_int_eq(errno, EDOM);
    Gil_END_BLOCKING_CALL
    Gil_BEGIN_ALLOW_THREADS_COND(1)
    ck_assert_int_eq(errno, EDOM);
    Gil_END_ALLOW_THREADS_COND
    ck_assert_int_eq(GilEval_Yield(), 0);
    GilThreadState *other = GilThreadState_New(ts->interp);
    GilThreadState_Swap(GilThreadState_Swap(other));
    GilThreadState_Delete(other);
    ck_assert_int_eq(errno, EDOM);
}
END_TEST

static void *
ensure_without_memory(void *errno_after)
{
    errno = EDOM;
    gil_mem_fail_nth(1, 1);
    GilThreadStateToken *token = GilThreadState_Ensure(world_guard);
    *(int *)errno_after = errno;
    if (token != NULL)
        GilThreadState_Release(token);
    gil_mem_fail_nth(0, 0);
    return token;
}

START_TEST(test_B12_a_state_without_memory_leaves_nothing_behind)
{
    enum { MANY = 64 };
    GilThreadState *states[MANY];
    int made = 0, errno_after = 0;
    void *token = &made;
    size_t before = gil_tstate_blocks();

    /* Until the pool is empty. */
    gil_mem_fail_nth(1, 1);
    while (made < MANY && (states[made] = GilThreadState_New(world_ts->interp)) != NULL)
        made++;
    gil_mem_fail_nth(0, 0);
    ck_assert_int_lt(made, MANY);
    ck_assert_uint_eq(gil_tstate_blocks(), before + (size_t)made);

    pthread_t thread = world_thread(ensure_without_memory, &errno_after);
    ck_assert_int_eq(pthread_join(thread, &token), 0);
    ck_assert_ptr_null(token);
    ck_assert_int_eq(errno_after, EDOM);
    ck_assert_uint_eq(gil_tstate_blocks(), before + (size_t)made);
    while (made > 0)
        GilThreadState_Delete(states[--made]);
    ck_assert_uint_eq(gil_tstate_blocks(), before);
}
END_TEST

/* --- what stops the process --- */

static int in_region;

static void
attach_twice(void *unused)
{
    (void)unused;
    pthread_t thread;
    /* The other thread wants the state that this one has attached. */
    ck_assert_int_eq(pthread_create(&thread, NULL, attach_for_another, world_ts), 0);
    pthread_join(thread, NULL);
}

static void *
attach_and_stay(void *ts)
{
    GilEval_RestoreThread(ts);
    gil_store_release(&in_region, 1);
    while (gil_load_acquire(&in_region))
        sched_yield();
    return NULL;
}

/* This thread wants the state that the other one has attached. */
static void
attach_what_another_has(void *unused)
{
    GilThreadState *ts = GilThreadState_New(world_ts->interp);

    (void)unused;
    (void)GilEval_SaveThread();
    (void)world_thread(attach_and_stay, ts);
    world_until(&in_region, 1);
    GilEval_RestoreThread(ts);
}

START_TEST(test_B7_one_state_on_two_threads_stops_the_process_with_both_named)
{
    char needle[128];

    snprintf(needle, sizeof needle, "holds the lock already, for thread %#lx, and thread", world_ts->os_thread);
    gil_test_expect_abort(attach_twice, NULL, needle);
    snprintf(needle, sizeof needle, ", and thread %#lx", world_ts->os_thread);
    gil_test_expect_abort(attach_what_another_has, NULL, needle);
}
END_TEST

static void
restore_deleted(void *unused)
{
    (void)unused;
    GilThreadState *ts = GilThreadState_New(world_ts->interp);
    GilThreadState_Delete(ts);
    GilThreadState_Swap(ts);
}

static void
delete_twice(void *unused)
{
    (void)unused;
    GilThreadState *ts = GilThreadState_New(world_ts->interp);
    GilThreadState_Delete(ts);
    GilThreadState_Delete(ts);
}

static void
attach_deleted(void *unused)
{
    (void)unused;
    GilThreadState *ts = GilThreadState_New(world_ts->interp);
    GilThreadState_Delete(ts);
    (void)GilEval_SaveThread();
    GilEval_RestoreThread(ts);
}

static void
delete_the_librarys(void *unused)
{
    (void)unused;
    (void)GilEval_SaveThread();
    GilThreadStateToken *token = GilThreadState_Ensure(world_guard);
    GilThreadState *kept = GilThreadState_Get();
    GilThreadState_Release(token);
    kept->kept = 1; /* as the one that Ensure makes for a thread which has none */
    GilThreadState_Delete(kept);
}

static void
delete_what_holds_objects(void *unused)
{
    (void)unused;
    GilThreadState *ts = GilThreadState_New(world_ts->interp);
    ts->handled = (GilObject *)(void *)ts;
    GilThreadState_Delete(ts);
}

static void
delete_between_begin_and_end(void *unused)
{
    (void)unused;
    Gil_BEGIN_ALLOW_THREADS
    GilThreadState_Delete(world_ts);
    Gil_END_ALLOW_THREADS
}

static void
delete_what_is_attached(void *unused)
{
    (void)unused;
    GilThreadState_Delete(world_ts);
}

/* Attached to another interpreter, from which a Release comes back to world_ts. */
static void
visit_another(void)
{
    GilThreadState *other = world_interp_new();

    (void)GilThreadState_Swap(other);
    GilInterpreterGuard *guard = GilInterpreterGuard_FromCurrent();
    (void)GilThreadState_Swap(world_ts);
    (void)GilThreadState_Ensure(guard);
}

static void
delete_what_a_release_comes_back_to(void *unused)
{
    (void)unused;
    visit_another();
    GilThreadState_Delete(world_ts);
}

static void
delete_current_that_a_release_comes_back_to(void *unused)
{
    (void)unused;
    visit_another();
    (void)GilThreadState_Swap(world_ts);
    GilThreadState_DeleteCurrent();
}

/* The Release comes back to the region, and its END to the state. */
static void
delete_elsewhere_between_begin_and_end(void *unused)
{
    GilThreadState *other = world_interp_new();

    (void)unused;
    (void)GilThreadState_Swap(other);
    GilInterpreterGuard *guard = GilInterpreterGuard_FromCurrent();
    (void)GilThreadState_Swap(world_ts);
    Gil_BEGIN_ALLOW_THREADS
    (void)GilThreadState_Ensure(guard);
    GilThreadState_Delete(world_ts);
    Gil_END_ALLOW_THREADS
}

static int
delete_who_makes_the_call(void *unused)
{
    (void)unused;
    GilThreadState_DeleteCurrent();
    return 0;
}

static void
delete_in_a_call(void *unused)
{
    GilPendingNode node = {.func = delete_who_makes_the_call};

    (void)unused;
    (void)GilPending_PostToThread(GilThreadState_GetID(world_ts), &node);
    (void)Gil_Poll();
}

static void
clear_in_another_interpreter(void *unused)
{
    (void)unused;
    (void)GilThreadState_Swap(world_interp_new());
    GilThreadState_Clear(world_ts);
}

#define TAKES_A_STATE(use)                                                                            \
    use(id_null, GilThreadState_GetID(NULL), "GilThreadState_GetID: the thread state is NULL")        \
    use(interp_null, GilThreadState_GetInterpreter(NULL), "GetInterpreter: the thread state is NULL") \
    use(clear_null, GilThreadState_Clear(NULL), "GilThreadState_Clear: the thread state is NULL")     \
    use(delete_null, GilThreadState_Delete(NULL), "GilThreadState_Delete: the thread state is NULL")

#define DEFINE(name, call, message) \
    static void                     \
    name(void *unused)              \
    {                               \
        (void)unused;               \
        (void)(call);               \
    }
TAKES_A_STATE(DEFINE)

#define COMES_BACK "thread state 1 is one that a GilThreadState_Release() or a call of the library comes back to"

START_TEST(test_state_tstate__misuse_stops_the_process)
{
#define EXPECT(name, call, message) gil_test_expect_abort(name, NULL, message);
    TAKES_A_STATE(EXPECT)
    gil_test_expect_abort(delete_the_librarys, NULL, "is the library's: GilThreadState_Release() leaves it");
    gil_test_expect_abort(delete_what_holds_objects, NULL, "is not cleared");
    gil_test_expect_abort(delete_between_begin_and_end, NULL, "is between BEGIN and END");
    gil_test_expect_abort(delete_what_is_attached, NULL, "is attached");
    gil_test_expect_abort(delete_what_a_release_comes_back_to, NULL, "GilThreadState_Delete: " COMES_BACK);
    gil_test_expect_abort(delete_current_that_a_release_comes_back_to, NULL, "GilThreadState_DeleteCurrent: " COMES_BACK);
    gil_test_expect_abort(delete_elsewhere_between_begin_and_end, NULL, "GilThreadState_Delete: " COMES_BACK);
    gil_test_expect_abort(delete_in_a_call, NULL, "GilThreadState_DeleteCurrent: " COMES_BACK);
    gil_test_expect_abort(clear_in_another_interpreter, NULL, "is of another interpreter");
}
END_TEST

/* What a Release has come back to, by each of its ways, is like any other. */
START_TEST(test_state_tstate__what_a_release_has_come_back_to_can_be_deleted)
{
    GilThreadState *ts = GilThreadState_New(world_ts->interp), *other = world_interp_new();

    (void)GilThreadState_Swap(other);
    GilInterpreterGuard *guard = GilInterpreterGuard_FromCurrent();
    (void)GilThreadState_Swap(ts);
    GilThreadStateToken *token = GilThreadState_Ensure(guard);
    ck_assert_int_eq(ts->within, 1);
    GilThreadState_Release(token);
    ck_assert_ptr_eq(GilThreadState_Get(), ts);
    ck_assert_int_eq(ts->within, 0);
    Gil_BEGIN_ALLOW_THREADS
    token = GilThreadState_Ensure(guard);
    ck_assert_int_eq(ts->within, 1);
    GilThreadState_Release(token);
    ck_assert_int_eq(ts->within, 0);
    /* Its own interpreter's: it comes back to nothing else. */
    token = GilThreadState_Ensure(world_guard);
    ck_assert_ptr_eq(GilThreadState_Get(), ts);
    ck_assert_int_eq(ts->within, 0);
    GilThreadState_Release(token);
    Gil_END_ALLOW_THREADS
    GilThreadState_DeleteCurrent();
    (void)GilThreadState_Swap(other);
    GilInterpreterGuard_Close(guard);
    ck_assert_uint_eq(world_interp_end(other), 0);
    (void)GilThreadState_Swap(world_ts);
}
END_TEST

START_TEST(test_B8_the_pointer_to_a_deleted_state_stops_the_process)
{
    gil_test_expect_abort(attach_deleted, NULL, "GilEval_RestoreThread: the thread state is deleted");
    gil_test_expect_abort(restore_deleted, NULL, "GilThreadState_Swap: the thread state is deleted");
    gil_test_expect_abort(delete_twice, NULL, "GilThreadState_Delete: the thread state is deleted");
}
END_TEST

static int calls;

static int
note_call(void *unused)
{
    (void)unused;
    return ++calls;
}

/* The block of a deleted state serves the next one, and a pointer cannot tell them apart; the number can, which is never used
 * again: what is asked of the old one is an error, and the next one knows nothing of it. */
START_TEST(test_B8_the_number_of_a_deleted_state_means_no_other)
{
    GilPendingNode node = {.func = note_call};
    GilThreadState *ts = GilThreadState_New(world_ts->interp);
    uint64_t id = GilThreadState_GetID(ts);

    GilThreadState_Delete(ts);
    ck_assert_int_eq(GilPending_PostToThread(id, &node), GIL_PENDING_ENDED);
    GilThreadState *next = GilThreadState_New(world_ts->interp);
    ck_assert_ptr_eq(next, ts);
    ck_assert_uint_gt(GilThreadState_GetID(next), id);
    ck_assert_int_eq(GilPending_PostToThread(id, &node), GIL_PENDING_ENDED);
    GilThreadState_Swap(next);
    ck_assert_int_eq(Gil_Poll(), 0);
    GilThreadState_Swap(world_ts);
    ck_assert_int_eq(calls, 0);
    GilThreadState_Delete(next);
}
END_TEST

/* --- the end of the interpreter --- */

static int may_return;

static void *
come_back_too_late(void *ts)
{
    GilEval_RestoreThread(ts);
    Gil_BEGIN_ALLOW_THREADS
    gil_store_release(&in_region, 1);
    world_until(&may_return, 1);
    Gil_END_ALLOW_THREADS
    abort();
}

/* The interpreter ends while the thread is inside; what it writes when it finds out. */
static void
expect_too_late(void *(*body)(void *), const char *func)
{
    char line[256];
    int ends[2];

    ck_assert_int_eq(pipe(ends), 0);
    int saved = dup(STDERR_FILENO);
    dup2(ends[1], STDERR_FILENO);
    world_thread(body, GilThreadState_New(world_ts->interp));
    Gil_BEGIN_ALLOW_THREADS
    world_until(&in_region, 1);
    Gil_END_ALLOW_THREADS
    GilInterpreterGuard_Close(world_guard);
    world_interp_end(world_ts);
    gil_store_release(&may_return, 1);

    ssize_t length = read(ends[0], line, sizeof line - 1);
    dup2(saved, STDERR_FILENO);
    ck_assert_int_gt(length, 0);
    line[length] = '\0';
    ck_assert_ptr_nonnull(strstr(line, func));
    ck_assert_ptr_nonnull(strstr(line, "comes back after its interpreter has ended, and sleeps for ever\n"));
}

START_TEST(test_state_tstate__a_late_thread_tells_and_sleeps)
{
    expect_too_late(come_back_too_late, "gilrt: Gil_END_ALLOW_THREADS: thread ");
}
END_TEST

static void *
poll_for_ever(void *ts)
{
    GilEval_RestoreThread(ts);
    gil_store_release(&in_region, 1);
    do
        ck_assert_int_eq(Gil_Poll(), 0);
    while (GilThreadState_IsAttached());
    abort();
}

START_TEST(test_state_tstate__a_thread_that_polls_too_late_tells_and_sleeps)
{
    expect_too_late(poll_for_ever, "gilrt: Gil_Poll: thread ");
}
END_TEST

static void *
yield_for_ever(void *ts)
{
    GilEval_RestoreThread(ts);
    gil_store_release(&in_region, 1);
    do {
        /* Whoever ends the interpreter is to get the lock by the yield, and not by the poll that follows it. */
        GilLockInfo info = {.size = sizeof info};
        do
            ck_assert_int_eq(GilLock_GetInfo(world_ts->interp, &info), 0);
        while (info.waiters == 0);
        ck_assert_int_eq(GilEval_Yield(), 0);
    } while (GilThreadState_IsAttached());
    abort();
}

START_TEST(test_state_tstate__a_thread_that_yields_too_late_tells_and_sleeps)
{
    expect_too_late(yield_for_ever, "gilrt: GilEval_Yield: thread ");
}
END_TEST

static int try_result = 2;

static void *
try_too_late(void *ts)
{
    GilEval_RestoreThread(ts);
    (void)GilEval_SaveThread();
    gil_store_release(&in_region, 1);
    world_until(&may_return, 1);
    ck_assert_int_eq(GilEval_TimedRestoreThread(ts, UINT64_MAX), -1);
    ck_assert_int_eq(GilEval_TryRestoreThread(ts), -1);
    ck_assert_int_eq(GilThreadState_IsAttached(), 0);
    gil_store_release(&try_result, -1);
    return NULL;
}

/* It goes on: what it holds of the host can be given back. */
START_TEST(test_state_tstate__a_thread_that_tries_too_late_is_told_and_goes_on)
{
    pthread_t thread = world_thread(try_too_late, GilThreadState_New(world_ts->interp));

    Gil_BEGIN_ALLOW_THREADS
    world_until(&in_region, 1);
    Gil_END_ALLOW_THREADS
    GilInterpreterGuard_Close(world_guard);
    world_interp_end(world_ts);
    gil_store_release(&may_return, 1);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    ck_assert_int_eq(try_result, -1);
}
END_TEST

/* --- weight, latency and hook belong to the state --- */

static void
do_nothing(void *unused)
{
    (void)unused;
}

START_TEST(test_state_tstate__a_new_state_knows_nothing_of_the_last_one_in_its_block)
{
    GilThreadState *ts = GilThreadState_New(world_ts->interp);
    GilLockStats stats;

    ck_assert_int_eq(GilThreadState_SetWeight(ts, 200), 0);
    ck_assert_int_eq(GilThreadState_SetLatency(ts, GIL_LATENCY_URGENT), 0);
    GilThreadState_Swap(ts);
    ck_assert_int_eq(GilThreadState_SetPreemptHook(do_nothing, NULL), 0);
    GilThreadState_Swap(world_ts);
    uint64_t id = ts->id;
    GilThreadState_Delete(ts);

    GilThreadState *next = GilThreadState_New(world_ts->interp);
    ck_assert_ptr_eq(next, ts);
    ck_assert_uint_gt(next->id, id);
    ck_assert_uint_eq(next->waiter.weight, 0); /* which is 100 */
    ck_assert_int_eq(next->waiter.latency, GIL_LATENCY_LEARNED);
    ck_assert_ptr_null(next->preempt);
    GilLockStats_Init(&stats);
    ck_assert_int_eq(GilThreadState_GetLockStats(next, &stats), 0);
    ck_assert_uint_eq(stats.switches_voluntary, 0);
    GilThreadState_Delete(next);
}
END_TEST

Suite *
suite(void)
{
    Suite *suite = suite_create("state/tstate");
    TCase *tcase = tcase_create("tstate"), *ended = tcase_create("ended");

    tcase_add_checked_fixture(tcase, world_start, world_stop);
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, test_state_tstate__static_tls_is_two_words);
    tcase_add_test(tcase, test_B1_a_state_for_a_dead_interpreter_is_refused);
    tcase_add_test(tcase, test_B1_a_state_for_an_ending_interpreter_is_refused);
    tcase_add_test(tcase, test_B1_a_view_does_not_mean_the_next_in_the_same_place);
    tcase_add_test(tcase, test_B6_a_foreign_thread_is_in_the_interpreter_of_its_guard);
    tcase_add_test(tcase, test_B2_nested_ensure_restores_the_exact_state);
    tcase_add_test(tcase, test_B2_a_callback_inside_allow_threads_restores_it);
    tcase_add_test(tcase, test_state_tstate__ensure_finds_the_state_that_was_left);
    tcase_add_test(tcase, test_state_tstate__a_state_used_by_another_thread_is_not_found);
    tcase_add_test(tcase, test_B9_errno_survives_every_transition);
    tcase_add_test(tcase, test_B12_a_state_without_memory_leaves_nothing_behind);
    tcase_add_test(tcase, test_B7_one_state_on_two_threads_stops_the_process_with_both_named);
    tcase_add_test(tcase, test_state_tstate__what_a_release_has_come_back_to_can_be_deleted);
    tcase_add_test(tcase, test_B8_the_pointer_to_a_deleted_state_stops_the_process);
    tcase_add_test(tcase, test_state_tstate__misuse_stops_the_process);
    tcase_add_test(tcase, test_B8_the_number_of_a_deleted_state_means_no_other);
    tcase_add_test(tcase, test_state_tstate__a_new_state_knows_nothing_of_the_last_one_in_its_block);
    tcase_add_checked_fixture(ended, world_start, NULL);
    tcase_add_test(ended, test_state_tstate__a_thread_that_yields_too_late_tells_and_sleeps);
    tcase_add_test(ended, test_state_tstate__a_thread_that_tries_too_late_is_told_and_goes_on);
    tcase_add_test(ended, test_state_tstate__a_late_thread_tells_and_sleeps);
    tcase_add_test(ended, test_state_tstate__a_thread_that_polls_too_late_tells_and_sleeps);
    suite_add_tcase(suite, tcase);
    suite_add_tcase(suite, ended);
    return suite;
}
