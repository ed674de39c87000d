/* SPDX-License-Identifier: MIT */
/* Thread states under the explorer: made, attached, kept, left behind; tstate.c, shelf.c, guard.c and eval.c as they ship. */
#include "models/threads_world.h"

#include "gilrt/pending.h"

/*
 * WHAT IS SHIPPED HERE. From the public function down: Ensure and Release, Save and Restore, New and Delete, the inline BEGIN and END
 * and polls (lib/state/tstate.c, eval.c, transition.c); what a thread keeps, and its exit (shelf.c); guards, views, and looking at who
 * is inside (guard.c). Below them the gate, the lock with turns and leaning, regions, pending calls, the parking lot; beside them
 * interpreters from birth to deletion, and their end in the order of finalize.c.
 *
 * STATE. A thread state has two owners, its interpreter, which lists it, and a thread, which has it on its shelf, or in hand; the one
 * that comes last puts it back (interp.c). Its marks are looked at by others: left_by, whose thread may find it again; dead;
 * visits, whom an end waits for; brk, what is asked.
 *
 * OWNER. Lists, dead and orphan are gil_states_mutex's; left_by and visits are written by the thread that attaches or detaches; the shelf
 * and the two thread-local words are their thread's alone. The explorer gives each thread its own of these, and tells addresses of them
 * apart by GIL_MACHINE_MARK().
 *
 * ORDER. Gate, then visits, then lock; on the way out visits, lock, gate. Whoever exits decides under gil_states_mutex what becomes of a
 * state, and touches the interpreter after that only with a place at its gate. A mark of who left a state is taken back before the state is
 * another's, or nobody's.
 *
 * WHAT IS PLAYED (threads_world.c), and why that is enough.
 *   Thread-specific data (model_getspecific()): a value a thread, and rounds of the destructor when it exits, four at most, as the
 *     system has them. What other destructors do between the rounds is after_exit.
 *   gil_thread_exit(): what the thread wants called at its end is at_exit.
 *   The pools (end_world.c): no list of free blocks, but the blocks of a state that was given back are poisoned, or given out again at once
 *     (WORLD_STATES_AGAIN); the list itself is under a mutex of its own and has tests/unit/state/test_stable.c.
 *   The layers above and below (end_world.c): as in end_model.c, which also has what this one has not: two that want the same
 *     end, calls at exit, locks that are kept.
 *   Whoever comes too late would sleep for ever: the hook that is told of it ends the thread instead (sleep_for_ever()).
 *   interrupt.c: nobody is told again and again in native code; unblock_model.c has that.
 *
 * WHAT IS NO POINT HERE. st and visits, which their own thread reads plainly: their stores are seen at once. The lock's inside, which is
 * lock_model.c's. That model gives its threads bare blocks, which it takes back in its own way: it knows no interpreters, which
 * gil_tstate_put_block() wants. The shipped way to give a block back, to a lock that leans to it and goes with its last user, is here:
 * `lean_exit`.
 *
 * NOT SHOWN. A state that one thread attaches or deletes at the moment in which another enters its interpreter, and finds it as the one
 * that it left last: "in one at a time" is the host's to see to. So who hands a state on (`moves`) says so, and enters that interpreter
 * after the other has it; another interpreter at any moment (`reborn_abroad`).
 *
 * A shelf is never full: it is a chain of any length, from which states of interpreters that are no more come off (`two_kept`).
 *
 * Here are the states and their threads; inside_model.c, of the same sources, has guards against the end, who looks, who comes too late, and
 * what is asked.
 *
 * Thread 0 is the one that ends the other interpreter, where one ends.
 */

/* --- attaching --- */

static void
leave_and_return(GilThreadState *ts)
{
    EXPLORE_CHECK(_GilEval_Leave(&site) == ts && !GilThreadState_IsAttached());
    use(OTHER);
    _GilEval_Return(ts);
    EXPLORE_CHECK(GilThreadState_Get() == ts);
}

/* A state of one's own, from birth to deletion. */
static void
body_attach(int self)
{
    GilThreadState *ts = GilThreadState_New(subjects[OTHER].interp);

    (void)self;
    GilEval_AcquireThread(ts);
    EXPLORE_CHECK(GilThreadState_Get() == ts);
    use_attached(OTHER);
    GilEval_ReleaseThread(ts);
    EXPLORE_CHECK(_Gil_thread == NULL);
    GilEval_RestoreThread(ts);
    use_attached(OTHER);
    GilThreadState_DeleteCurrent();
    EXPLORE_CHECK(_Gil_thread == NULL);
    leave_thread();
}

/* What a thread has kept it finds again, and leaves with its exit. */
static void
body_found_again(int self)
{
    if (self == 0) {
        EXPLORE_CHECK(end_other(GIL_MACHINE_NEVER) == 0);
        return;
    }
    GilThreadState *first = stay(self), *second = stay(self);
    EXPLORE_CHECK(first != NULL ? second == NULL || second == first : second == NULL);
    leave_thread();
}

/* The same beside an end that gives up. */
static void
body_comes_and_goes(int self)
{
    if (self == 0)
        end_sooner_or_later();
    else {
        (void)stay(self);
        leave_thread();
    }
}

/* From a state of the one interpreter into the other, and back to exactly that. */
static void
setup_across(void)
{
    begin_threads(0);
    make_own(1, MAIN);
    make_own(2, OTHER);
    main_view = GilInterpreterView_FromMain();
}

static void
cross(int self, GilInterpreterView *view, enum which from, enum which to)
{
    GilThreadState *ts = own[self];

    GilEval_AcquireThread(ts);
    use_attached(from);
    GilThreadStateToken *token = GilThreadState_EnsureFromView(view);
    if (token != NULL) {
        EXPLORE_CHECK(GilThreadState_Get() != ts && ts->block.st == _Gil_LAZY);
        use_attached(to);
        GilThreadState_Release(token);
    }
    EXPLORE_CHECK(GilThreadState_Get() == ts);
    use_attached(from);
    GilThreadState_DeleteCurrent();
    leave_thread();
}

static void
body_across(int self)
{
    if (self == 0)
        cross(1, views[1], MAIN, OTHER);
    else
        cross(2, main_view, OTHER, MAIN);
}

static void
finish_across(void)
{
    GilInterpreterView_Close(main_view);
    finish_alone();
}

/* BEGIN, another state comes and goes by the functions out of line, END. */
static void
body_inner(int self)
{
    GilThreadState *ts = GilThreadState_New(subjects[OTHER].interp), *inner = GilThreadState_New(subjects[OTHER].interp);

    (void)self;
    GilEval_AcquireThread(ts);
    EXPLORE_CHECK(_GilEval_Leave(&site) == ts);
    EXPLORE_CHECK(GilThreadState_Swap(inner) == NULL && GilThreadState_Get() == inner);
    use_attached(OTHER);
    EXPLORE_CHECK(GilThreadState_Swap(NULL) == inner && _Gil_thread == NULL);
    _GilEval_Return(ts);
    EXPLORE_CHECK(GilThreadState_Get() == ts);
    use_attached(OTHER);
    GilThreadState_Delete(inner);
    GilThreadState_DeleteCurrent();
    leave_thread();
}

/* --- a state goes from hand to hand --- */

static void
setup_moves(void)
{
    begin_threads(WORLD_STATES_AGAIN);
    make_own(0, OTHER);
}

/* Thread 0 leaves it, thread 1 takes it, thread 0 comes in meanwhile: not by that one. Then it is deleted, and the block serves others. */
static void
body_moves(int self)
{
    if (self == 0) {
        GilEval_AcquireThread(own[0]);
        GilEval_ReleaseThread(own[0]);
        gil_store_seq_cst(&said, 1);
        explore_until(is_taken);
    }
    else if (self == 1) {
        explore_until(is_left);
        GilEval_AcquireThread(own[0]);
        gil_store_seq_cst(&said, 2);
        use_attached(OTHER);
        GilThreadState_DeleteCurrent();
    }
    (void)stay(self);
    leave_thread();
}

/* It is deleted by another, and thread 0 finds it no more. */
static void
body_deleted(int self)
{
    if (self == 1) {
        explore_until(is_left);
        GilThreadState_Delete(own[0]);
        gil_store_seq_cst(&said, 2);
    }
    else if (self == 0) {
        GilEval_AcquireThread(own[0]);
        GilEval_ReleaseThread(own[0]);
        gil_store_seq_cst(&said, 1);
        explore_until(is_taken);
    }
    (void)stay(self);
    leave_thread();
}

/* Thread 0 gives its state in one interpreter away, and goes into the other, where the block serves thread 1 by then, or just now. */
static void
setup_reborn_abroad(void)
{
    begin_threads(WORLD_STATES_AGAIN);
    make_own(0, MAIN);
}

static int
of_homes_and_words(const void *address)
{
    return address == &said || of_homes(address);
}

static void
body_reborn_abroad(int self)
{
    if (self == 0) {
        GilEval_AcquireThread(own[0]);
        GilEval_ReleaseThread(own[0]);
        gil_store_seq_cst(&said, 1);
    }
    else {
        explore_until(is_left);
        GilThreadState_Delete(own[0]);
        GilThreadState *ts = GilThreadState_New(subjects[OTHER].interp);
        GilEval_AcquireThread(ts);
        use_attached(OTHER);
        GilThreadState_DeleteCurrent();
    }
    (void)stay(self);
    leave_thread();
}

/* --- a thread exits --- */

/* Its exit lets go of that, or the end of the interpreter does: once. */
static void
body_exit_holding(int self)
{
    if (self == 0) {
        end_sooner_or_later();
        return;
    }
    if (self == 1)
        entered += go_with_a_thing(self);
    else
        (void)stay(self);
    leave_thread();
}

/* The end gives up, or comes late: whoever exits meanwhile leaves nothing behind. */
static void
setup_exit_busy(void)
{
    setup_threads();
    open_guard_for(1);
}

static void
body_exit_busy(int self)
{
    if (self == 0) {
        (void)end_other(LIMIT);
        return;
    }
    if (self == 1) {
        explore_until(is_left);
        GilInterpreterGuard_Close(guards[1]);
        return;
    }
    entered += go_with_a_thing(self);
    leave_thread();
    gil_store_seq_cst(&said, 1);
}

static void
finish_perhaps(void)
{
    if (is_ended())
        finish_threads();
    else
        finish_alone();
}

/* An end has shut the gate, and waits for the lock in vain: who exits then is not let in, and leaves what it holds, and what it was to
 * call, to others. Thread 1 has the lock until the end is given up. */
static GilPendingNode left_call;
static int made_left_call, is_kept_shut, is_gone_by_now;

static int
make_left_call(void *unused)
{
    (void)unused;
    made_left_call++;
    return 0;
}

static void
setup_exit_shut(void)
{
    setup_threads();
    make_own(1, OTHER);
    made_left_call = is_kept_shut = is_gone_by_now = 0;
    left_call = (GilPendingNode)GIL_PENDING_NODE_INIT(make_left_call, NULL);
}

static int
is_given_up(void)
{
    return subjects[OTHER].busy > 0 && !(subjects[OTHER].gate->word & 0x80000000u);
}

static int
lock_is_kept(void)
{
    return is_kept_shut;
}

static int
other_has_gone(void)
{
    return is_gone_by_now;
}

static void
body_exit_shut(int self)
{
    if (self == 0) {
        explore_until(lock_is_kept);
        EXPLORE_CHECK(end_other(LIMIT) < 0);
    }
    else if (self == 1) {
        explore_until(is_left);
        EXPLORE_CHECK(come(1) == 0);
        is_kept_shut = 1;
        explore_until(is_given_up);
        GilEval_ReleaseThread(own[1]);
        explore_until(other_has_gone);
        GilEval_AcquireThread(own[1]);
        if (Gil_PollThread(own[1]) < 0)
            EXPLORE_CHECK(heeded == 1 && Gil_PollThread(own[1]) == 0);
        GilThreadState_DeleteCurrent();
        leave_thread();
    }
    else {
        EXPLORE_CHECK(go_with_a_thing(2));
        EXPLORE_CHECK(GilPending_PostToThread(((GilThreadState *)(void *)_Gil_thread)->id, &left_call) == 0);
        gil_store_seq_cst(&said, 1);
        leave_thread();
        is_gone_by_now = 1;
    }
}

static void
finish_exit_shut(void)
{
    EXPLORE_CHECK(made_left_call == 1 && left_call.state == 0);
    finish_alone();
}

/* It goes from within a visit: its place is taken for ever, and the state says whose it was. */
static uint64_t state_inside;

static void
look_who_stays(enum which which)
{
    GilHolder holders[3];
    int gone = is_left();
    size_t count = GilInterpreterView_GetHolders(views[0], holders, 3);

    EXPLORE_CHECK(which == OTHER && count <= 3);
    EXPLORE_CHECK(!gone || (count == 1 && holders[0].kind == GIL_HOLDER_VISIT && holders[0].state == state_inside));
}

static void
finds_nothing(int self)
{
    EXPLORE_CHECK(GilThreadState_EnsureFromView(views[self]) == NULL && _Gil_thread == NULL);
}

static void
setup_exit_inside(void)
{
    begin_threads(0);
    after_exit = finds_nothing;
    on_busy = look_who_stays;
    left_call = (GilPendingNode)GIL_PENDING_NODE_INIT(make_left_call, NULL);
}

static void
body_exit_inside(int self)
{
    if (self == 0) {
        (void)end_other(LIMIT);
        return;
    }
    if (enter(self) == NULL)
        return;
    GilThreadState *ts = GilEval_SaveThread();
    ts->handled = THING;
    state_inside = ts->id;
    /* A call that is left for it is left to others with its exit. */
    EXPLORE_CHECK(GilPending_PostToThread(state_inside, &left_call) == 0);
    leave_thread();
    EXPLORE_CHECK(subjects[OTHER].gate->calls.head == &left_call);
    gil_store_seq_cst(&said, 1);
}

static void
finish_exit_inside(void)
{
    if (entered == 0) {
        finish_threads();
        return;
    }
    EXPLORE_CHECK(!is_ended() && gil_gate_inside(subjects[OTHER].gate) == 1 && listed(OTHER) == 3);
}

/* In the middle of BEGIN … END, with a state of its own; or attached, and the lock is left for it. */
static void
setup_exit_open(void)
{
    begin_threads(WORLD_EXIT_LEAVES);
    make_own(1, OTHER);
}

static void
setup_exit_open_both(void)
{
    setup_exit_open();
    make_own(2, OTHER);
}

static void
body_exit_open(int self)
{
    if (self == 0) {
        EXPLORE_CHECK(end_other(GIL_MACHINE_NEVER) == 0);
        return;
    }
    if (come(self) < 0)
        return;
    EXPLORE_CHECK(_GilEval_Leave(&site) == own[self]);
    leave_thread();
}

static void
body_exit_attached(int self)
{
    if (self == 0) {
        EXPLORE_CHECK(end_other(GIL_MACHINE_NEVER) == 0);
        return;
    }
    if (come(self) < 0)
        return;
    leave_thread();
    lines--;
}

/* What a thread wants called at its end may come in still, and a destructor that comes after the library's may not. */
static void
visits_at_exit(int self)
{
    (void)stay(self);
}

static void
setup_exit_visits(void)
{
    begin_threads(0);
    main_view = GilInterpreterView_FromMain();
    at_exit = visits_at_exit;
    after_exit = finds_nothing;
}

/* Its first state is of the main interpreter. */
static void
body_exit_visits(int self)
{
    if (self == 0) {
        end_sooner_or_later();
        return;
    }
    GilThreadStateToken *token = GilThreadState_EnsureFromView(main_view);
    use_attached(MAIN);
    GilThreadState_Release(token);
    leave_thread();
}

/* The block of what one kept serves another at once, and with nothing in it of what was. */
static void
body_reborn(int self)
{
    if (self == 0)
        EXPLORE_CHECK(go_with_a_thing(self));
    else
        EXPLORE_CHECK(stay(self) != NULL);
    leave_thread();
}

/* --- who keeps states of two interpreters --- */

static void
setup_two(void)
{
    begin_threads(0);
    main_view = GilInterpreterView_FromMain();
}

static void
body_two(int self)
{
    if (self == 0) {
        EXPLORE_CHECK(end_other(GIL_MACHINE_NEVER) == 0);
        return;
    }
    /* Thread 2 never leaves the first of its two pairs: that state stays, dead or not. */
    const GilThreadState *kept = self == 1 ? stay(self) : NULL;
    const struct _GilThreadBlock *region = self == 2 && go_with_a_thing(self) ? _Gil_thread : NULL;
    int over = is_gone();
    GilThreadStateToken *token = GilThreadState_EnsureFromView(main_view);
    EXPLORE_CHECK(token != NULL);
    use_attached(MAIN);
    /* What is of an interpreter that is no more has come off the shelf. */
    EXPLORE_CHECK(!over || kept == NULL || kept->id == 0);
    GilThreadState_Release(token);
    EXPLORE_CHECK(_Gil_thread == region && (region == NULL || ((const GilThreadState *)(const void *)region)->id != 0));
    leave_thread();
}

/* The end of the runtime, which is that of both. */
static void
setup_runtime(void)
{
    begin_threads(0);
    main_view = add_view(MAIN);
}

static void
body_runtime(int self)
{
    if (self == 0) {
        GilThreadState *ts = subjects[MAIN].ts;
        gil_tstate_attach(ts, __func__);
        EXPLORE_CHECK(gil_finalize_begin(ts, GIL_MACHINE_NEVER, __func__) == 0);
        gil_finalize_commit(ts, __func__);
        EXPLORE_CHECK(subjects[MAIN].ended && subjects[OTHER].ended && gil_tstate_attached() == NULL);
        return;
    }
    (void)stay(self);
    GilThreadStateToken *token = GilThreadState_EnsureFromView(main_view);
    if (token != NULL) {
        use_attached(MAIN);
        GilThreadState_Release(token);
    }
    leave_thread();
}

static void
finish_runtime(void)
{
    EXPLORE_CHECK(states_of(OTHER) == 1 && states_of(MAIN) == 0);
    check_ended(BOTH);
    EXPLORE_CHECK(gil_tstate_blocks() == 0 && lines == 0);
}

/* One lock serves both, and goes on when the one ends. */
static void
setup_one_lock(void)
{
    begin_threads(WORLD_SHARED);
    main_view = GilInterpreterView_FromMain();
}

static void
body_one_lock(int self)
{
    if (self == 0) {
        EXPLORE_CHECK(end_other(GIL_MACHINE_NEVER) == 0);
        return;
    }
    if (self == 1)
        (void)stay(self);
    else {
        GilThreadStateToken *token = GilThreadState_EnsureFromView(main_view);
        EXPLORE_CHECK(token != NULL);
        use_attached(MAIN);
        GilThreadState_Release(token);
    }
    leave_thread();
}

static void
finish_one_lock(void)
{
    finish_two();
    /* The main interpreter, and its first state. */
    EXPLORE_CHECK(subjects[MAIN].lock->refs == 2);
}

/* --- a lock that leans --- */

static void
setup_leans(void)
{
    begin_threads(WORLD_LEANS);
    make_own(0, OTHER);
    make_own(1, OTHER);
}

/* The lock leans to one that goes away. */
static void
body_leans(int self)
{
    GilThreadState *ts = own[self];

    GilEval_AcquireThread(ts);
    use_attached(OTHER);
    for (int i = 0; self == 0 && i < 3; i++)
        leave_and_return(ts);
    use_attached(OTHER);
    if (self == 0) {
        EXPLORE_CHECK(_GilEval_Leave(&site) == ts);
        leave_thread();
        return;
    }
    GilThreadState_DeleteCurrent();
    leave_thread();
}

/* --- no memory --- */

static void
body_memory(int self)
{
    if (self == 0) {
        EXPLORE_CHECK(end_other(GIL_MACHINE_NEVER) == 0);
        return;
    }
    if (self == 2) {
        explore_point("the next request for memory is refused");
        requests_left = 1;
        return;
    }
    (void)stay(1);
    EXPLORE_CHECK(_Gil_thread == NULL);
    GilInterpreterGuard *guard = _GilInterpreterGuard_FromViewAt(views[1], "threads_model.c", 1);
    if (guard != NULL) {
        GilThreadStateToken *token = GilThreadState_Ensure(guard);
        if (token != NULL) {
            use_attached(OTHER);
            GilThreadState_Release(token);
        }
        GilInterpreterGuard_Close(guard);
    }
    leave_thread();
}

/* --- another interpreter is made where one has ended --- */

static GilThreadState *third;

static void
setup_in_its_place(void)
{
    begin_threads(WORLD_IN_ITS_PLACE);
    third = NULL;
}

/* Thread 1 has a state of the one, and left it last, and enters the other: by a state of that. */
static void
body_in_its_place(int self)
{
    if (self == 0) {
        const GilInterpreterState *where = subjects[OTHER].interp;
        EXPLORE_CHECK(end_other(GIL_MACHINE_NEVER) == 0);
        third = begin_third();
        EXPLORE_CHECK(third->interp == where);
        open_third(third);
        gil_store_seq_cst(&said, 1);
        return;
    }
    const GilThreadState *kept = stay(self);
    explore_until(is_left);
    EXPLORE_CHECK(kept == NULL || kept->dead);
    struct _giltoken *token = gil_tstate_visit(third->interp->gate, __func__);
    GilThreadState *ts = GilThreadState_Get();
    EXPLORE_CHECK(token != NULL && ts != kept && !ts->dead && ts->interp_id == BOTH && ts->interp == third->interp);
    gil_tstate_release(token, __func__);
    leave_thread();
}

static void
finish_in_its_place(void)
{
    EXPLORE_CHECK(gil_gate_inside(third->interp->gate) == 0);
    end_third(third);
    finish_threads();
}

static const struct model_run runs[] = {
    {{"attach", 2, 0, setup_threads, body_attach, of_all, NULL, finish_alone}, {3, 0, 1}, {5, 0, 1}},
    {{"attach", 3, 0, setup_threads_again, body_attach, of_all, NULL, finish_alone}, {2, 0, 0}, {3, 0, 0}},
    {{"found_again", 2, 0, setup_threads, body_found_again, of_all, NULL, finish_threads}, {3, 0, 1}, {5, 0, 1}},
    {{"found_again", 3, 0, setup_threads, body_found_again, of_marks, NULL, finish_threads}, {2, 0, 0}, {3, 0, 0}},
    {{"comes_and_goes", 2, 0, setup_threads, body_comes_and_goes, of_all, NULL, finish_threads}, {3, 1, 0}, {5, 1, 1}},
    {{"comes_and_goes", 3, 0, setup_threads_again, body_comes_and_goes, of_marks, NULL, finish_threads}, {2, 1, 0}, {3, 1, 0}},
    {{"across", 2, 0, setup_across, body_across, of_all, NULL, finish_across}, {3, 0, 0}, {5, 0, 0}},
    {{"inner", 2, 0, setup_threads, body_inner, of_all, NULL, finish_alone}, {3, 0, 0}, {5, 0, 0}},
    {{"moves", 2, 0, setup_moves, body_moves, of_marks, NULL, finish_alone}, {3, 0, 0}, {5, 0, 0}},
    {{"moves", 3, 0, setup_moves, body_moves, of_marks, NULL, finish_alone}, {2, 0, 0}, {3, 0, 0}},
    {{"deleted", 2, 0, setup_moves, body_deleted, of_marks, NULL, finish_alone}, {3, 0, 0}, {5, 0, 0}},
    {{"deleted", 3, 0, setup_moves, body_deleted, of_marks, NULL, finish_alone}, {2, 0, 0}, {3, 0, 0}},
    {{"reborn_abroad", 2, 0, setup_reborn_abroad, body_reborn_abroad, of_homes_and_words, NULL, finish_alone}, {3, 0, 0}, {5, 0, 0}},
    {{"exit_holding", 2, 0, setup_threads, body_exit_holding, of_all, NULL, finish_threads}, {3, 1, 0}, {5, 1, 0}},
    {{"exit_holding", 3, 0, setup_threads, body_exit_holding, of_marks, NULL, finish_threads}, {2, 1, 0}, {3, 1, 0}},
    {{"exit_busy", 3, EXPLORE_ALL, setup_exit_busy, body_exit_busy, of_all, NULL, finish_perhaps}, {2, 1, 0}, {3, 1, 0}},
    {{"exit_shut", 3, EXPLORE_ALL, setup_exit_shut, body_exit_shut, of_all, NULL, finish_exit_shut}, {2, 1, 0}, {3, 1, 0}},
    {{"exit_inside", 2, EXPLORE_ALL, setup_exit_inside, body_exit_inside, of_all, NULL, finish_exit_inside}, {3, 1, 0}, {5, 1, 0}},
    {{"exit_open", 2, 0, setup_exit_open, body_exit_open, of_all, NULL, finish_threads}, {3, 0, 1}, {5, 0, 0}},
    {{"exit_open", 3, 0, setup_exit_open_both, body_exit_open, of_all, NULL, finish_threads}, {2, 0, 0}, {3, 0, 0}},
    {{"exit_attached", 3, 0, setup_exit_open_both, body_exit_attached, of_all, NULL, finish_threads}, {2, 0, 0}, {3, 0, 0}},
    {{"exit_visits", 2, 0, setup_exit_visits, body_exit_visits, of_marks, NULL, finish_two}, {3, 1, 0}, {5, 1, 0}},
    {{"reborn", 2, 0, setup_threads_again, body_reborn, of_all, NULL, finish_alone}, {3, 0, 0}, {5, 0, 0}},
    {{"two_kept", 2, 0, setup_two, body_two, of_marks, NULL, finish_two}, {3, 0, 0}, {5, 0, 0}},
    {{"two_kept", 3, 0, setup_two, body_two, of_marks, NULL, finish_two}, {2, 0, 0}, {3, 0, 0}},
    {{"in_its_place", 2, 0, setup_in_its_place, body_in_its_place, of_marks, NULL, finish_in_its_place}, {3, 0, 0}, {5, 0, 0}},
    {{"runtime_ends", 2, 0, setup_runtime, body_runtime, of_marks, NULL, finish_runtime}, {3, 0, 0}, {5, 0, 0}},
    {{"one_lock", 3, 0, setup_one_lock, body_one_lock, of_the_end, NULL, finish_one_lock}, {2, 0, 0}, {3, 0, 0}},
    {{"lean_exit", 2, 0, setup_leans, body_leans, of_leaning, NULL, finish_alone}, {3, 0, 0}, {5, 0, 0}},
    {{"no_memory", 3, 0, setup_threads, body_memory, of_marks, NULL, finish_threads}, {2, 0, 0}, {3, 0, 0}},
};

int
main(int argc, char **argv)
{
    return model_main(argc, argv, runs, (int)(sizeof runs / sizeof runs[0]));
}
