/* SPDX-License-Identifier: MIT */
/* The states that a thread keeps, and what becomes of its states when it exits. */
#include "unit/state/world.h"

#include "base/mem.h"
#include "gilrt/pending.h"
#include "gilrt/print.h"
#include "gilrt/thread.h"
#include "gilrt/unblock.h"
#include "state/fork.h"
#include "state/shelf.h"
#include "support/child.h"

#include <errno.h>
#include <string.h>

static uint64_t kept_id[2];

static void *
ensure_twice(void *unused)
{
    (void)unused;
    for (int i = 0; i < 2; i++) {
        GilThreadStateToken *token = GilThreadState_Ensure(world_guard);
        kept_id[i] = GilThreadState_GetID(GilThreadState_Get());
        GilThreadState_Release(token);
    }
    return NULL;
}

START_TEST(test_state_shelf__a_foreign_thread_keeps_its_state)
{
    world_join(world_thread(ensure_twice, NULL));
    ck_assert_uint_ne(kept_id[0], 0);
    ck_assert_uint_eq(kept_id[0], kept_id[1]);
}
END_TEST

/* What a dump says of each state: with and without a kept one, in a thread that may stand where another one stood. */
static void *
has_its_own_number(void *unused)
{
    uint32_t native = (uint32_t)GilThread_get_thread_native_id();

    (void)unused;
    for (int i = 0; i < 2; i++) {
        GilThreadState *made = GilThreadState_New(world_ts->interp);
        ck_assert_uint_eq(made->native, 0);
        GilEval_AcquireThread(made);
        ck_assert_uint_eq(made->native, native);
        GilThreadState_DeleteCurrent();
        GilThreadStateToken *token = GilThreadState_Ensure(world_guard);
        ck_assert_uint_eq(GilThreadState_Get()->native, native);
        GilThreadState_Release(token);
    }
    return NULL;
}

START_TEST(test_state_shelf__a_state_knows_its_thread_as_the_kernel_does)
{
    for (int i = 0; i < 3; i++)
        world_join(world_thread(has_its_own_number, NULL));
}
END_TEST

/* --- exits --- */

START_TEST(test_B5_states_of_threads_that_exit_are_reclaimed)
{
    size_t before = gil_tstate_blocks();
    struct gil_mem_stats first, last;

    world_join(world_thread(ensure_twice, NULL));
    gil_raw_stats(&first);
    for (long i = gil_test_plenty(10000); i > 0; i--)
        world_join(world_thread(ensure_twice, NULL));
    gil_raw_stats(&last);
    ck_assert_uint_eq(gil_tstate_blocks(), before);
    ck_assert_uint_eq(last.blocks, first.blocks);
    ck_assert_ptr_eq(world_ts->interp->threads, world_ts);
    ck_assert_ptr_null(world_ts->next);
}
END_TEST

static void *
exit_between_begin_and_end(void *ts)
{
    GilEval_RestoreThread(ts);
    Gil_BEGIN_ALLOW_THREADS
    pthread_exit(NULL);
    Gil_END_ALLOW_THREADS
    return NULL;
}

START_TEST(test_B5_a_state_left_between_begin_and_end_is_reclaimed)
{
    size_t before = gil_tstate_blocks();

    world_join(world_thread(exit_between_begin_and_end, GilThreadState_New(world_ts->interp)));
    ck_assert_uint_eq(gil_tstate_blocks(), before);
}
END_TEST

enum { COMERS = 40 };
static int step; /* [atomic] odd: the visitor's move */
static GilInterpreterGuard *next_guard;

static void *
visit_each(void *unused)
{
    for (int i = 0; i < COMERS; i++) {
        world_until(&step, 2 * i + 1);
        GilThreadStateToken *token = GilThreadState_Ensure(next_guard);
        ck_assert_ptr_nonnull(token);
        GilThreadState_Release(token);
        gil_store_release(&step, 2 * i + 2);
    }
    return unused;
}

/* A thread that stays while interpreters come and go keeps no more than the last one's state. */
START_TEST(test_state_shelf__of_dead_interpreters_nothing_is_kept)
{
    pthread_t thread = world_thread(visit_each, NULL);
    size_t before = gil_tstate_blocks();

    for (int i = 0; i < COMERS; i++) {
        GilThreadState *ts = world_interp_new();
        (void)GilThreadState_Swap(ts);
        next_guard = GilInterpreterGuard_FromCurrent();
        (void)GilThreadState_Swap(NULL);
        gil_store_release(&step, 2 * i + 1);
        world_until(&step, 2 * i + 2);
        (void)GilThreadState_Swap(ts);
        GilInterpreterGuard_Close(next_guard);
        ck_assert_uint_eq(world_interp_end(ts), 0);
        ck_assert_uint_le(gil_tstate_blocks(), before + 1);
        (void)GilThreadState_Swap(world_ts);
    }
    world_join(thread);
    ck_assert_uint_eq(gil_tstate_blocks(), before);
}
END_TEST

static int cleared;

static void
clear_handled(GilThreadState *ts)
{
    cleared++;
    ck_assert_ptr_eq(gil_tstate_attached(), ts);
    ts->handled = NULL;
}

static void *
exit_holding_an_object(void *unused)
{
    (void)unused;
    (void)GilThreadState_Ensure(world_guard);
    /* Anything that is not NULL: only the hook above looks at it. */
    GilThreadState_Get()->handled = (GilObject *)(void *)&cleared;
    (void)GilEval_SaveThread();
    return NULL;
}

START_TEST(test_B5_objects_of_a_thread_that_exits_are_let_go_under_the_lock)
{
    size_t before = gil_tstate_blocks();

    gil_state_hooks.clear_thread = clear_handled;
    world_join(world_thread(exit_holding_an_object, NULL));
    ck_assert_int_eq(cleared, 1);
    ck_assert_uint_eq(gil_tstate_blocks(), before);
    ck_assert_uint_eq(gil_gate_inside(world_ts->interp->gate), 1);
}
END_TEST

START_TEST(test_state_shelf__release_drops_what_the_stay_left_behind)
{
    gil_state_hooks.clear_thread = clear_handled;
    GilThreadState *saved = GilThreadState_Swap(NULL);
    GilThreadState *explicit_state = GilThreadState_New(saved->interp);
    GilThreadStateToken *token = GilThreadState_Ensure(world_guard);

    ck_assert_ptr_eq(GilThreadState_Get(), saved); /* the caller's own: kept as it is */
    saved->handled = (GilObject *)(void *)&cleared;
    ck_assert_int_eq(GilThreadState_Interrupt(saved, 0), 1);
    GilThreadState_Release(token);
    ck_assert_int_eq(cleared, 0);
    GilEval_RestoreThread(saved);
    ck_assert_int_eq(GilErr_AreSignalsPending(saved), 1);
    gil_fetch_and_seq_cst(&saved->block.brk, ~_Gil_BRK_INTERRUPT);
    saved->handled = NULL;
    GilThreadState_Delete(explicit_state);
}
END_TEST

static void
clear_and_spoil_errno(GilThreadState *ts)
{
    clear_handled(ts);
    errno = EIO;
}

static void *
leave_an_object_behind(void *unused)
{
    GilThreadStateToken *token = GilThreadState_Ensure(world_guard);

    GilThreadState_Get()->handled = (GilObject *)(void *)&cleared;
    errno = ERANGE;
    GilThreadState_Release(token);
    ck_assert_int_eq(errno, ERANGE);
    ck_assert_int_eq(cleared, 1);
    return unused;
}

START_TEST(test_state_shelf__release_keeps_errno_though_a_destructor_runs)
{
    gil_state_hooks.clear_thread = clear_and_spoil_errno;
    world_join(world_thread(leave_an_object_behind, NULL));
}
END_TEST

static Gil_tss_t own_key = Gil_tss_NEEDS_INIT;
static int ends;

static void
set_again(void *value)
{
    ends++;
    (void)GilThread_tss_set(&own_key, value);
}

static void
exit_again(void *unused)
{
    ends++;
    (void)GilThread_AtExit(exit_again, unused);
}

static void *
visit_and_set(void *is_call)
{
    GilThreadState_Release(GilThreadState_Ensure(world_guard));
    ck_assert_int_eq(is_call != NULL ? GilThread_AtExit(exit_again, NULL) : GilThread_tss_set(&own_key, &own_key), 0);
    return NULL;
}

/* As often as in a thread that was never inside: four times, and calls four times in each of these rounds. */
START_TEST(test_state_shelf__what_a_thread_wants_at_its_end_has_no_more_rounds_than_in_others)
{
    ck_assert_int_eq(GilThread_tss_create_with_destructor(&own_key, set_again), 0);
    world_join(world_thread(visit_and_set, NULL));
    ck_assert_int_eq(ends, 4);
    world_join(world_thread(visit_and_set, &own_key));
    ck_assert_int_eq(ends, 4 + 16);
    GilThread_tss_delete(&own_key);
}
END_TEST

static void
set_its_value(GilThreadState *ts)
{
    clear_handled(ts);
    ck_assert_int_eq(GilThread_tss_set(&own_key, &own_key), 0);
}

static void
note_the_end(void *value)
{
    ck_assert_ptr_eq(value, &own_key);
    ends++;
}

/* A finalizer runs after the thread's destructors, and they run once more for it. */
START_TEST(test_state_shelf__a_value_that_a_finalizer_sets_at_the_threads_end_is_destroyed)
{
    gil_state_hooks.clear_thread = set_its_value;
    ck_assert_int_eq(GilThread_tss_create_with_destructor(&own_key, note_the_end), 0);
    world_join(world_thread(exit_holding_an_object, NULL));
    ck_assert_int_eq(cleared, 1);
    ck_assert_int_eq(ends, 1);
    GilThread_tss_delete(&own_key);
}
END_TEST

/* Of a state that is not attached, by who ends its interpreter. */
static void
clear_handled_of_another(GilThreadState *ts)
{
    cleared++;
    ts->handled = NULL;
}

static GilThreadState *cleared_as;

/* What a finalizer may do: enter as if from outside. */
static void
clear_by_a_visitor(GilThreadState *ts)
{
    GilThreadStateToken *token = GilThreadState_Ensure(world_guard);
    cleared_as = GilThreadState_Get();
    ck_assert_ptr_eq(cleared_as, ts);
    GilThreadState_Release(token);
    ts->handled = NULL;
}

START_TEST(test_B11_a_finalizer_that_enters_again_gets_the_dying_state)
{
    size_t before = gil_tstate_blocks();

    gil_state_hooks.clear_thread = clear_by_a_visitor;
    world_join(world_thread(exit_holding_an_object, NULL));
    ck_assert_ptr_nonnull(cleared_as);
    ck_assert_uint_eq(gil_tstate_blocks(), before);
}
END_TEST

/* --- exits while an interpreter ends --- */

static GilInterpreterGuard *other_guard;
static int region_calls; /* [atomic] of the function of a region whose thread has come to its end */

static void
count_call(void *unused)
{
    (void)unused;
    gil_fetch_add_seq_cst(&region_calls, 1);
}

static void
ask_and_come_in(void *ts)
{
    ck_assert_int_eq(GilThreadState_Interrupt(ts, 0), 1);
    GilThreadState_Release(GilThreadState_Ensure(world_guard));
    ck_assert_int_eq(GilThreadState_Interrupt(ts, 0), 1);
}

static void *
exit_in_a_region(void *unused)
{
    (void)GilThreadState_Ensure(world_guard);
    ck_assert_int_eq(GilThread_AtExit(ask_and_come_in, GilThreadState_Get()), 0);
    Gil_BEGIN_BLOCKING_CALL_UBF(count_call, NULL)
    pthread_exit(NULL);
    Gil_END_BLOCKING_CALL_UBF
    return unused;
}

/* Already in what is called at the thread's end: the stack that the function knows of is no more. */
START_TEST(test_B5_a_region_is_left_by_the_end_of_its_thread)
{
    size_t before = gil_tstate_blocks();

    world_join(world_thread(exit_in_a_region, NULL));
    ck_assert_int_eq(region_calls, 0);
    ck_assert_uint_eq(gil_tstate_blocks(), before);
}
END_TEST

static GilInterpreterView *world_view;
static uint64_t visitor; /* the state of a thread that exits inside */

static void *
exit_inside(void *detached)
{
    (void)GilThreadState_EnsureFromView(world_view);
    visitor = GilThreadState_GetID(GilThreadState_Get());
    if (detached == NULL)
        return NULL;
    Gil_BEGIN_ALLOW_THREADS
    pthread_exit(NULL);
    Gil_END_ALLOW_THREADS
    return NULL;
}

static void
print_nothing(const char *text, size_t size, void *unused)
{
    (void)text, (void)size, (void)unused;
}

static int
never_called(void *unused)
{
    (void)unused;
    return 0;
}

/* The place at the gate is never given back: so it is to be told whose it was. */
START_TEST(test_B5_a_thread_that_exits_inside_by_a_view_is_named)
{
    GilPendingNode node = GIL_PENDING_NODE_INIT(never_called, NULL);
    GilHolder holders[3];
    GilThreadInfo threads[3];

    world_view = GilInterpreterView_FromCurrent();
    world_ts->interp->exit_leaves = 1;
    Gil_SetErrorPrintHook(print_nothing, NULL);
    world_join(world_thread(exit_inside, _i ? &visitor : NULL));
    GilInterpreterGuard_Close(world_guard);
    ck_assert_uint_eq(gil_gate_inside(world_ts->interp->gate), 1);
    ck_assert_uint_eq(GilInterpreterState_GetHolders(world_ts->interp, holders, 3), 1);
    ck_assert_int_eq(holders[0].kind, GIL_HOLDER_VISIT);
    ck_assert_uint_eq(holders[0].state, visitor);
    ck_assert_uint_eq(GilInterpreterView_ListThreads(world_view, threads, 3), 2);
    ck_assert_int_eq(threads[0].inside, 1);
    /* Nobody will make a call for it. */
    ck_assert_int_eq(GilPending_PostToThread(visitor, &node), GIL_PENDING_ENDED);
    /* Who has the number of that thread now is another one, also in a fork. */
    GilThreadState *ts = world_ts->interp->threads;
    ck_assert_uint_eq(ts->id, visitor);
    if (!_i)
        ck_assert_str_eq(ts->left_in, "its thread's exit");
    ts->os_thread = gil_machine_thread();
    ck_assert_int_eq(gil_fork_is_mine(ts), 0);
    GilInterpreterView_Close(world_view);
}
END_TEST

static GilObject *held; /* what the thread's state holds when it exits */
static int visited, may_exit; /* [atomic] */

static void *
visit_and_exit_later(void *unused)
{
    GilThreadStateToken *token = GilThreadState_Ensure(other_guard);
    GilThreadState *ts = GilThreadState_Get();

    GilThreadState_Release(token);
    ts->handled = held;
    gil_store_release(&visited, 1);
    world_until(&may_exit, 1);
    return unused;
}

/* The thread exits once the interpreter lets nobody in, or bars its states from the lock: its end sees to the state then. */
static void
exit_while_it_ends(int closed)
{
    size_t before = gil_tstate_blocks();
    GilThreadState *ts = world_interp_new();

    gil_state_hooks.clear_thread = clear_handled_of_another;
    (void)GilThreadState_Swap(ts);
    other_guard = GilInterpreterGuard_FromCurrent();
    pthread_t thread = world_thread(visit_and_exit_later, NULL);
    Gil_BEGIN_ALLOW_THREADS
    world_until(&visited, 1);
    Gil_END_ALLOW_THREADS
    GilInterpreterGuard_Close(other_guard);
    ck_assert_int_eq(gil_gate_close(ts->interp->gate), 0);
    world_shut(ts);
    if (closed)
        gil_interp_close(ts);
    gil_store_release(&may_exit, 1);
    world_join(thread);
    ck_assert_uint_eq(gil_tstate_blocks(), before + 2);
    if (!closed)
        gil_interp_close(ts);
    ck_assert_int_eq(cleared, 0);
    gil_interp_clear_threads(ts);
    ck_assert_int_eq(cleared, held != NULL);
    ck_assert_uint_eq(gil_interp_delete(ts), 0);
    ck_assert_uint_eq(gil_tstate_blocks(), before);
    (void)GilThreadState_Swap(world_ts);
}

START_TEST(test_B5_a_state_of_a_thread_that_exits_late_goes_with_the_interpreter)
{
    exit_while_it_ends(1);
}
END_TEST

START_TEST(test_B5_objects_of_a_thread_that_exits_late_go_with_the_interpreter)
{
    held = (GilObject *)(void *)&held;
    exit_while_it_ends(_i);
}
END_TEST

static uint64_t late_id;
static int late_calls;

static int
count_it(void *unused)
{
    (void)unused;
    late_calls++;
    return 0;
}

static void *
visit_and_have_a_call(void *unused)
{
    GilThreadStateToken *token = GilThreadState_Ensure(other_guard);

    late_id = GilThreadState_GetID(GilThreadState_Get());
    GilThreadState_Release(token);
    ck_assert_int_eq(GilPending_AddToThread(late_id, count_it, NULL), 0);
    return visit_and_exit_later(unused);
}

static GilThreadState *
state_left_by_it(GilInterpreterState *interp)
{
    GilThreadState *ts = interp->threads;

    while (GilThreadState_GetID(ts) != late_id)
        ts = ts->next;
    return ts;
}

/* The thread exits while nobody is let in, and then the end is given up: others make its calls and let its objects go. Its state
 * is not the newest; or there is none any more, as in the child of a fork, but the call for it still is. */
START_TEST(test_B5_a_thread_that_exits_while_an_end_is_given_up_leaves_nothing)
{
    size_t before = gil_tstate_blocks();
    GilThreadState *ts = world_interp_new(), *newest;

    held = (GilObject *)(void *)&held;
    gil_state_hooks.clear_thread = clear_handled_of_another;
    gil_pending_open(ts->interp);
    (void)GilThreadState_Swap(ts);
    other_guard = GilInterpreterGuard_FromCurrent();
    pthread_t thread = world_thread(visit_and_have_a_call, NULL);
    Gil_BEGIN_ALLOW_THREADS
    world_until(&visited, 1);
    Gil_END_ALLOW_THREADS
    GilInterpreterGuard_Close(other_guard);
    ck_assert_int_eq(gil_gate_close(ts->interp->gate), 0);
    world_shut(ts);
    gil_store_release(&may_exit, 1);
    world_join(thread);
    ck_assert_int_eq(GilPending_AddToThread(late_id, count_it, NULL), GIL_PENDING_ENDED);
    gil_gate_reopen(ts->interp->gate);
    newest = gil_tstate_new(ts->interp);
    ck_assert_int_eq(cleared, 0);
    if (_i)
        gil_tstate_delete(state_left_by_it(ts->interp));
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_eq(late_calls, 1);
    ck_assert_int_eq(cleared, !_i);
    gil_tstate_delete(newest);
    ck_assert_uint_eq(gil_tstate_blocks(), before + 1);
    ck_assert_uint_eq(world_interp_end(ts), 0);
    (void)GilThreadState_Swap(world_ts);
}
END_TEST

/* A state that a pair of this thread has yet to leave stays on the shelf, though its interpreter is gone. */
static void *
keep_what_is_in_use(void *unused)
{
    GilThreadStateToken *token = GilThreadState_Ensure(other_guard);
    GilThreadState *ts = GilThreadState_Get();
    size_t blocks;

    GilThreadState_Release(token);
    gil_store_release(&visited, 1);
    world_until(&may_exit, 1);
    blocks = gil_tstate_blocks();
    ts->ensured = 1;
    GilThreadState_Release(GilThreadState_Ensure(world_guard));
    ck_assert_uint_eq(gil_tstate_blocks(), blocks + 1);
    ts->ensured = 0;
    return unused;
}

START_TEST(test_state_shelf__of_dead_interpreters_a_state_in_use_is_kept)
{
    size_t before = gil_tstate_blocks();
    GilThreadState *ts = world_interp_new();

    (void)GilThreadState_Swap(ts);
    other_guard = GilInterpreterGuard_FromCurrent();
    pthread_t thread = world_thread(keep_what_is_in_use, NULL);
    Gil_BEGIN_ALLOW_THREADS
    world_until(&visited, 1);
    Gil_END_ALLOW_THREADS
    GilInterpreterGuard_Close(other_guard);
    ck_assert_uint_eq(world_interp_end(ts), 0);
    (void)GilThreadState_Swap(world_ts);
    gil_store_release(&may_exit, 1);
    world_join(thread);
    ck_assert_uint_eq(gil_tstate_blocks(), before);
}
END_TEST

static GilInterpreterGuard *further_guard;

/* The same of one that it has attached itself, outside of any pair, and left by a BEGIN. */
static void *
keep_what_was_left_by_a_region(void *unused)
{
    GilThreadStateToken *token = GilThreadState_Ensure(other_guard);
    GilThreadState *ts = GilThreadState_Get();
    uint64_t id = GilThreadState_GetID(ts);

    GilThreadState_Release(token);
    GilEval_RestoreThread(ts);
    Gil_BEGIN_ALLOW_THREADS
    gil_store_release(&visited, 1);
    world_until(&may_exit, 1);
    GilThreadState_Release(GilThreadState_Ensure(world_guard));
    ck_assert_uint_eq(GilThreadState_GetID(ts), id);
    /* Nor is it where the region lies further out. */
    token = GilThreadState_Ensure(world_guard);
    ck_assert_ptr_nonnull(token);
    GilThreadStateToken *further = GilThreadState_Ensure(further_guard);
    ck_assert_uint_eq(GilThreadState_GetID(ts), id);
    GilThreadState_Release(further);
    GilThreadState_Release(token);
    return unused;
    Gil_END_ALLOW_THREADS
}

START_TEST(test_state_shelf__of_dead_interpreters_a_state_left_by_a_region_is_kept)
{
    size_t before = gil_tstate_blocks();
    GilThreadState *ts = world_interp_new(), *further = world_interp_new();

    (void)GilThreadState_Swap(further);
    further_guard = GilInterpreterGuard_FromCurrent();
    (void)GilThreadState_Swap(ts);
    other_guard = GilInterpreterGuard_FromCurrent();
    pthread_t thread = world_thread(keep_what_was_left_by_a_region, NULL);
    Gil_BEGIN_ALLOW_THREADS
    world_until(&visited, 1);
    Gil_END_ALLOW_THREADS
    GilInterpreterGuard_Close(other_guard);
    ck_assert_uint_eq(world_interp_end(ts), 0);
    (void)GilThreadState_Swap(world_ts);
    gil_store_release(&may_exit, 1);
    world_join(thread);
    (void)GilThreadState_Swap(further);
    GilInterpreterGuard_Close(further_guard);
    ck_assert_uint_eq(world_interp_end(further), 0);
    (void)GilThreadState_Swap(world_ts);
    ck_assert_uint_eq(gil_tstate_blocks(), before);
}
END_TEST

static pthread_key_t foreign_key;
static int rounds, entered, refused;

/* The thread's number is asked of the kernel where no shelf knows it: before the first visit, and after the last. */
static void
ask_for_the_number(void *asked)
{
    ck_assert_uint_eq(gil_shelf_native(), (uint32_t)GilThread_get_thread_native_id());
    gil_fetch_add_seq_cst((int *)asked, 1);
    if (*(int *)asked < 3)
        ck_assert_int_eq(pthread_setspecific(foreign_key, asked), 0);
}

static void *
ask_early_and_late(void *asked)
{
    ck_assert_uint_eq(gil_shelf_native(), (uint32_t)GilThread_get_thread_native_id());
    GilThreadState_Release(GilThreadState_Ensure(world_guard));
    ck_assert_uint_eq(gil_shelf_native(), (uint32_t)GilThread_get_thread_native_id());
    ck_assert_int_eq(pthread_setspecific(foreign_key, asked), 0);
    return NULL;
}

START_TEST(test_state_shelf__a_thread_has_its_number_before_and_after_it_has_a_shelf)
{
    int asked = 0;

    ck_assert_int_eq(pthread_key_create(&foreign_key, ask_for_the_number), 0);
    world_join(world_thread(ask_early_and_late, &asked));
    ck_assert_int_eq(gil_load_acquire(&asked), 3);
}
END_TEST

/* --- forks --- */

enum child_gets { A_STATE, NO_STATE, NO_KEY };

/* What the library does in a child: the kernel has given the thread another number there. */
static void
fork_here(enum child_gets gets)
{
    pid_t child = fork();

    if (child == 0) {
        alarm(20);
        gil_shelf_in_child();
        /* Without a key there is no state, and nobody asks; the number that its variable has is another library's key. */
        CHILD_CHECK(gets == NO_KEY || gil_shelf_native() == (uint32_t)GilThread_get_thread_native_id());
        CHILD_CHECK(gets == NO_KEY || (gil_shelf_open() == 0) == (gets == A_STATE));
        CHILD_LEAVES(0);
        _exit(0);
    }
    ck_assert_int_gt(child, 0);
    ck_assert_int_eq(child_status(child), 0);
}

static void *
fork_with_and_without_a_shelf(void *unused)
{
    fork_here(A_STATE);
    GilThreadState_Release(GilThreadState_Ensure(world_guard));
    fork_here(A_STATE);
    GilThreadState_Release(GilThreadState_Ensure(other_guard));
    fork_here(A_STATE);
    return unused;
}

START_TEST(test_state_shelf__a_child_of_a_fork_has_its_own_number)
{
    GilThreadState *ts = world_interp_new();

    fork_here(A_STATE);
    (void)GilThreadState_Swap(ts);
    other_guard = GilInterpreterGuard_FromCurrent();
    world_join(world_thread(fork_with_and_without_a_shelf, NULL));
    GilInterpreterGuard_Close(other_guard);
    ck_assert_uint_eq(world_interp_end(ts), 0);
    (void)GilThreadState_Swap(world_ts);
}
END_TEST

static void
fork_when_it_is_over(void *forks)
{
    fork_here(NO_STATE);
    gil_fetch_add_seq_cst((int *)forks, 1);
}

static void *
fork_at_its_end(void *forks)
{
    GilThreadState_Release(GilThreadState_Ensure(world_guard));
    ck_assert_int_eq(pthread_setspecific(foreign_key, forks), 0);
    return NULL;
}

START_TEST(test_state_shelf__a_fork_at_a_threads_end_finds_no_shelf)
{
    int forks = 0;

    ck_assert_int_eq(pthread_key_create(&foreign_key, fork_when_it_is_over), 0);
    world_join(world_thread(fork_at_its_end, &forks));
    ck_assert_int_eq(gil_load_acquire(&forks), 1);
}
END_TEST

START_TEST(test_state_shelf__a_fork_before_the_start_finds_no_shelf)
{
    fork_here(NO_KEY);
}
END_TEST

static void *
enter_without_a_key(void *token)
{
    *(GilThreadStateToken **)token = GilThreadState_Ensure(world_guard);
    return NULL;
}

/* What stands for a system that has no room for the value. A thread whose exit would not be seen gets no state. */
START_TEST(test_state_shelf__without_a_destructor_there_is_no_state)
{
    GilThreadStateToken *token = (GilThreadStateToken *)(void *)&visited;
    size_t before = gil_tstate_blocks();

    ck_assert_int_eq(gil_shelf_start(), 0); /* has been made: nothing to do */
    ck_assert_int_eq(pthread_key_delete(gil_shelf_key), 0);
    world_join(world_thread(enter_without_a_key, &token));
    ck_assert_ptr_null(token);
    ck_assert_uint_eq(gil_tstate_blocks(), before);
}
END_TEST

/* Another library's destructor, which comes back until it is not called any more. */
static void
enter_from_destructor(void *value)
{
    GilThreadStateToken *token = GilThreadState_Ensure(world_guard);

    entered += token != NULL;
    refused += token == NULL;
    if (token != NULL)
        GilThreadState_Release(token);
    pthread_setspecific(foreign_key, value);
    /* Last, and acquired below, though the join orders all: for ThreadSanitizer a thread ends before its last round. */
    gil_fetch_add_acq_rel(&rounds, 1);
}

static void *
visit_with_a_destructor(void *unused)
{
    (void)unused;
    GilThreadState_Release(GilThreadState_Ensure(world_guard));
    ck_assert_int_eq(pthread_setspecific(foreign_key, &rounds), 0);
    return NULL;
}

START_TEST(test_B14_entering_from_a_later_destructor_is_refused)
{
    size_t before = gil_tstate_blocks();

    /* Made after the library's, so it runs after it in each round. */
    ck_assert_int_eq(pthread_key_create(&foreign_key, enter_from_destructor), 0);
    world_join(world_thread(visit_with_a_destructor, NULL));
    ck_assert_int_ge(gil_load_acquire(&rounds), 4);
    ck_assert_int_eq(entered, 0);
    ck_assert_int_eq(refused, rounds);
    ck_assert_uint_eq(gil_tstate_blocks(), before);
}
END_TEST

static void *
body_exit_attached(void *unused)
{
    (void)unused;
    (void)GilThreadState_Ensure(world_guard);
    return NULL;
}

static void
exit_attached(void *unused)
{
    (void)unused;
    world_join(world_thread(body_exit_attached, NULL));
}

/* Its state made by Ensure, and one that was made for it. */
static void *
body_exit_attached_by_hand(void *made)
{
    GilEval_AcquireThread(made);
    return NULL;
}

static void
note_print(const char *text, size_t size, void *noted)
{
    strncat(noted, text, size);
}

START_TEST(test_B4_the_lock_is_left_for_a_thread_that_exits_attached_if_so_configured)
{
    char noted[1024] = "";
    size_t before = gil_tstate_blocks();
    GilThreadState *made = GilThreadState_New(world_ts->interp);

    ck_assert_ptr_nonnull(made);
    world_ts->interp->exit_leaves = made->exit_leaves = 1;
    Gil_SetErrorPrintHook(note_print, noted);
    world_join(world_thread(body_exit_attached, NULL));
    ck_assert_ptr_nonnull(strstr(noted, "exits while thread state"));
    ck_assert_ptr_nonnull(strstr(noted, "is attached to it: the lock is left for it\n"));
    world_join(world_thread(body_exit_attached_by_hand, made));
    Gil_SetErrorPrintHook(NULL, NULL);
    ck_assert_uint_eq(gil_tstate_blocks(), before);
}
END_TEST

START_TEST(test_B4_a_thread_that_exits_attached_stops_the_process)
{
    gil_test_expect_abort(exit_attached, NULL, "exits while thread state");
}
END_TEST

Suite *
suite(void)
{
    Suite *suite = suite_create("state/shelf");
    TCase *tcase = tcase_create("shelf");

    tcase_add_checked_fixture(tcase, world_start, world_stop);
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, test_state_shelf__a_foreign_thread_keeps_its_state);
    tcase_add_test(tcase, test_state_shelf__a_state_knows_its_thread_as_the_kernel_does);
    tcase_add_test(tcase, test_state_shelf__of_dead_interpreters_nothing_is_kept);
    tcase_add_test(tcase, test_B5_states_of_threads_that_exit_are_reclaimed);
    tcase_add_test(tcase, test_B5_a_state_left_between_begin_and_end_is_reclaimed);
    tcase_add_test(tcase, test_B5_a_region_is_left_by_the_end_of_its_thread);
    tcase_add_test(tcase, test_B5_objects_of_a_thread_that_exits_are_let_go_under_the_lock);
    tcase_add_test(tcase, test_state_shelf__release_drops_what_the_stay_left_behind);
    tcase_add_test(tcase, test_state_shelf__release_keeps_errno_though_a_destructor_runs);
    tcase_add_test(tcase, test_state_shelf__what_a_thread_wants_at_its_end_has_no_more_rounds_than_in_others);
    tcase_add_test(tcase, test_state_shelf__a_value_that_a_finalizer_sets_at_the_threads_end_is_destroyed);
    tcase_add_test(tcase, test_B11_a_finalizer_that_enters_again_gets_the_dying_state);
    tcase_add_test(tcase, test_B14_entering_from_a_later_destructor_is_refused);
    tcase_add_test(tcase, test_B4_the_lock_is_left_for_a_thread_that_exits_attached_if_so_configured);
    tcase_add_test(tcase, test_B4_a_thread_that_exits_attached_stops_the_process);
    tcase_add_loop_test(tcase, test_B5_a_thread_that_exits_while_an_end_is_given_up_leaves_nothing, 0, 2);
    tcase_add_test(tcase, test_B5_a_state_of_a_thread_that_exits_late_goes_with_the_interpreter);
    tcase_add_loop_test(tcase, test_B5_objects_of_a_thread_that_exits_late_go_with_the_interpreter, 0, 2);
    tcase_add_test(tcase, test_state_shelf__of_dead_interpreters_a_state_in_use_is_kept);
    tcase_add_test(tcase, test_state_shelf__of_dead_interpreters_a_state_left_by_a_region_is_kept);
    tcase_add_test(tcase, test_state_shelf__a_thread_has_its_number_before_and_after_it_has_a_shelf);
    tcase_add_test(tcase, test_state_shelf__a_child_of_a_fork_has_its_own_number);
    tcase_add_test(tcase, test_state_shelf__a_fork_at_a_threads_end_finds_no_shelf);
    suite_add_tcase(suite, tcase);
    tcase = tcase_create("no end");
    tcase_add_checked_fixture(tcase, world_start, NULL);
    tcase_add_loop_test(tcase, test_B5_a_thread_that_exits_inside_by_a_view_is_named, 0, 2);
    tcase_add_test(tcase, test_state_shelf__without_a_destructor_there_is_no_state);
    suite_add_tcase(suite, tcase);
    tcase = tcase_create("before");
    tcase_add_test(tcase, test_state_shelf__a_fork_before_the_start_finds_no_shelf);
    suite_add_tcase(suite, tcase);
    return suite;
}
