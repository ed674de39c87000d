/* SPDX-License-Identifier: MIT */
/* Threads inside an interpreter under the explorer: guarded, looked at, refused, asked; the sources of threads_model.c as they ship. */
#include "models/threads_world.h"

#include "gilrt/interp.h"
#include "gilrt/pending.h"
#include "state/closing.h"
#include "state/pending.h"
#include "state/stable.h"

#include <string.h>

/*
 * The world and its rules are told in threads_model.c. What is looked at here is not whose a state is, but what others may know of it, and
 * ask of it: who is told to be inside is there; who is inside is not missing; whoever is refused hears so, by a status or by the late hook, and
 * has nothing in hand; and of what is asked of a state nothing is lost, and nothing comes after its end.
 */

/* --- guards against the end --- */

/* Whoever is told of is there, and nobody is missing who has a guard for sure. */
static void
look_at_holders(enum which which)
{
    GilHolder holders[4];
    size_t count = GilInterpreterView_GetHolders(views[0], holders, 4);

    EXPLORE_CHECK(which == OTHER && count <= 4);
    for (size_t i = 0; i < count; i++) {
        EXPLORE_CHECK(holders[i].thread >= 3 && holders[i].thread <= 4);
        EXPLORE_CHECK(holders[i].kind == GIL_HOLDER_GUARD ? holders[i].line == (int)holders[i].thread : holders[i].state != 0);
        EXPLORE_CHECK(holders[i].kind != GIL_HOLDER_GUARD || strcmp(holders[i].file, "threads_model.c") == 0);
    }
}

static void
setup_guards(void)
{
    begin_threads(0);
    on_busy = look_at_holders;
}

static void
body_open(int self)
{
    if (self == 0) {
        end_sooner_or_later();
        EXPLORE_CHECK(GilInterpreterView_GetHolders(views[0], NULL, 0) == 0);
        return;
    }
    GilInterpreterGuard *guard = _GilInterpreterGuard_FromViewAt(views[self], "threads_model.c", (int)gil_machine_thread());
    if (guard == NULL) {
        refused++;
        return;
    }
    GilThreadStateToken *token = GilThreadState_Ensure(guard);
    EXPLORE_CHECK(token != NULL && GilThreadState_Get()->visits == 0);
    use_attached(OTHER);
    GilThreadState_Release(token);
    use(OTHER);
    GilInterpreterView *view = GilInterpreterView_FromGuard(guard);
    GilInterpreterGuard_Close(guard);
    GilInterpreterView_Close(view);
    leave_thread();
}

/* A visitor waits for the lock, which a thread without a guard keeps: the end, which waits for the visitor, is told so. */
static int
visitor_waits(void)
{
    return subjects[OTHER].lock->turns.waiters != 0;
}

static void
look_for_the_visitor(enum which which)
{
    GilHolder holders[3];
    size_t count = GilInterpreterView_GetHolders(views[0], holders, 3);

    EXPLORE_CHECK(which == OTHER && count == 2);
    EXPLORE_CHECK(holders[0].kind == GIL_HOLDER_VISIT && holders[0].thread == 4 && holders[1].kind == GIL_HOLDER_LOCK);
    EXPLORE_CHECK(holders[1].thread == 3 && holders[1].state == own[1]->id);
    gil_store_seq_cst(&said, 2);
}

static void
setup_visit_waits(void)
{
    begin_threads(0);
    make_own(1, OTHER);
    on_busy = look_for_the_visitor;
}

static void
body_visit_waits(int self)
{
    if (self == 0) {
        explore_until(visitor_waits);
        EXPLORE_CHECK(end_other(LIMIT) < 0 && end_other(GIL_MACHINE_NEVER) == 0);
    }
    else if (self == 1) {
        EXPLORE_CHECK(come(1) == 0);
        gil_store_seq_cst(&said, 1);
        explore_until(is_taken);
        GilThreadState_DeleteCurrent();
        leave_thread();
    }
    else {
        explore_until(is_left);
        EXPLORE_CHECK(stay(2) != NULL);
        leave_thread();
    }
}

/* --- looking at states that come and go --- */

static int
of_looking(const void *address)
{
    return of_marks(address) || of_who(address);
}

static void
setup_looks(void)
{
    begin_threads(0);
    make_own(1, OTHER);
}

static void
body_looks(int self)
{
    if (self == 0) {
        GilThreadInfo infos[5];
        size_t count = GilInterpreterView_ListThreads(views[0], infos, 5);
        EXPLORE_CHECK(count >= 1 && count <= 4);
        for (size_t i = 0; i < count; i++)
            EXPLORE_CHECK(infos[i].state != 0 && (i == 0 || infos[i].state < infos[i - 1].state));
        EXPLORE_CHECK(infos[count - 1].state == subjects[OTHER].ts->id);
        return;
    }
    if (self == 1)
        GilThreadState_Delete(own[1]);
    else
        (void)stay(self);
    leave_thread();
}

/* The same beside the end. */
static void
body_looks_late(int self)
{
    if (self == 0) {
        EXPLORE_CHECK(end_other(GIL_MACHINE_NEVER) == 0);
        return;
    }
    if (self == 1)
        GilThreadState_Delete(own[1]);
    else {
        GilThreadInfo infos[3];
        GilHolder holders[3];
        size_t count = GilInterpreterView_ListThreads(views[2], infos, 3);
        EXPLORE_CHECK(count <= 2 && (count == 0 || infos[count - 1].state == subjects[OTHER].ts->id));
        EXPLORE_CHECK(GilInterpreterView_GetHolders(views[2], holders, 3) <= 3);
    }
    leave_thread();
}

/* --- coming too late --- */

static void
setup_late(void)
{
    begin_threads(0);
    make_own(1, OTHER);
}

static void
setup_late_both(void)
{
    setup_late();
    make_own(2, OTHER);
}

/* Without a guard: by END, and by what can say so. */
static void
body_late_states(int self)
{
    GilThreadState *ts = own[self];

    if (self == 0) {
        EXPLORE_CHECK(end_other(GIL_MACHINE_NEVER) == 0);
        return;
    }
    if (self == 1) {
        if (come(1) < 0)
            return;
        EXPLORE_CHECK(_GilEval_Leave(&site) == ts);
        if (is_late(_GilEval_Return, ts) < 0)
            return;
        use_attached(OTHER);
        GilThreadState_DeleteCurrent();
        leave_thread();
        return;
    }
    int rc = GilEval_TryRestoreThread(ts);
    if (rc == 0)
        rc = GilEval_TimedRestoreThread(ts, LIMIT);
    EXPLORE_CHECK(rc >= 0 || subjects[OTHER].closed);
    if (rc == 1) {
        use_attached(OTHER);
        GilEval_ReleaseThread(ts);
    }
    EXPLORE_CHECK(_Gil_thread == NULL);
    GilThreadState_Delete(ts);
    leave_thread();
}

/* It keeps the lock until the end asks for it, and polls: the lock goes to the end, and never comes back. */
static int
is_asked_for(void)
{
    return (own[1]->block.brk & _Gil_BRK_PREEMPT) != 0;
}

static void
poll(GilThreadState *ts)
{
    (void)Gil_PollThread(ts);
}

static void
body_late_poll(int self)
{
    if (self == 0) {
        explore_until(is_left);
        EXPLORE_CHECK(end_other(GIL_MACHINE_NEVER) == 0);
        return;
    }
    EXPLORE_CHECK(come(1) == 0);
    gil_store_seq_cst(&said, 1);
    explore_until(is_asked_for);
    if (is_late(poll, own[1]) < 0)
        return;
    use_attached(OTHER);
    GilThreadState_DeleteCurrent();
    leave_thread();
}

/* Who comes by a guard that is open, comes beside the end too: asked to stop, whether its state was there before or not. */
static void
setup_asked(void)
{
    begin_threads(0);
    open_guard_for(1);
}

static void
setup_asked_both(void)
{
    setup_asked();
    open_guard_for(2);
}

static void
body_asked_to_end(int self)
{
    if (self == 0) {
        end_sooner_or_later();
        return;
    }
    GilThreadStateToken *token = GilThreadState_Ensure(guards[self]);
    EXPLORE_CHECK(token != NULL);
    use_attached(OTHER);
    int asked = (gil_load_relaxed(&GilThreadState_Get()->block.brk) & _Gil_BRK_ENDING) != 0, before = heeded;
    int rc = self == 1 ? Gil_Poll() : 0;
    EXPLORE_CHECK(rc == 0 ? heeded == before : heeded == before + 1);
    EXPLORE_CHECK(self != 1 || !asked || rc < 0 || attempts > 1 || subjects[OTHER].busy > 0);
    GilThreadState_Release(token);
    GilInterpreterGuard_Close(guards[self]);
    leave_thread();
}

/* Who is inside is told of an end when that is asked for, and not again by each attempt to carry it out. */
static GilThreadState *insider;
static int is_heeded;

static int
insider_is_asked(void)
{
    return insider != NULL && (insider->block.brk & _Gil_BRK_ENDING) != 0;
}

static int
insider_was_told(void)
{
    return is_heeded;
}

static int
end_was_in_vain(void)
{
    return subjects[OTHER].busy > 0;
}

static void
setup_told_once(void)
{
    setup_asked();
    insider = NULL;
    is_heeded = 0;
}

static void
carry_out(uint64_t timeout)
{
    struct subject *other = &subjects[OTHER];
    int asked;

    EXPLORE_CHECK(gil_closing_take(other->gate, &asked) == GIL_CLOSING_MINE && asked);
    if (gil_finalize_begin_outside(other->interp, gil_limit_in(timeout), asked, __func__) == 0)
        gil_finalize_commit(other->interp->ender, __func__);
    else
        EXPLORE_CHECK(timeout != GIL_MACHINE_NEVER);
}

static void
body_told_once(int self)
{
    if (self == 0) {
        attempts++;
        EXPLORE_CHECK(gil_closing_ask(subjects[OTHER].gate, NULL, NULL) >= 0);
        explore_until(insider_was_told);
        carry_out(LIMIT);
        carry_out(GIL_MACHINE_NEVER);
        return;
    }
    GilThreadStateToken *token = GilThreadState_Ensure(guards[1]);
    insider = GilThreadState_Get();
    explore_until(insider_is_asked);
    EXPLORE_CHECK(Gil_Poll() == -1 && heeded == 1);
    (void)_GilEval_Leave(&site);
    is_heeded = 1;
    explore_until(end_was_in_vain);
    _GilEval_Return(insider);
    EXPLORE_CHECK(Gil_Poll() == 0 && heeded == 1);
    GilThreadState_Release(token);
    GilInterpreterGuard_Close(guards[1]);
    leave_thread();
}

/* A state that is made on the interpreter's last legs is refused, or comes to its end with it. */
static GilInterpreterState *interp_of_other;

static void
setup_births(void)
{
    begin_threads(0);
    interp_of_other = subjects[OTHER].interp;
}

static void
body_births(int self)
{
    if (self == 0) {
        EXPLORE_CHECK(end_other(GIL_MACHINE_NEVER) == 0);
        return;
    }
    GilThreadState *ts = GilThreadState_New(interp_of_other);
    if (ts == NULL) {
        EXPLORE_CHECK(subjects[OTHER].closed);
        return;
    }
    int over = is_gone(), rc = GilEval_TimedRestoreThread(ts, LIMIT);
    EXPLORE_CHECK(rc == -1 ? subjects[OTHER].closed : !over);
    if (rc == 1) {
        use_attached(OTHER);
        GilEval_ReleaseThread(ts);
    }
    GilThreadState_Delete(ts);
    leave_thread();
}

/* --- what is asked of a state that goes away --- */

static GilPendingNode node;
static int raised, given_back;
static uint64_t asked_id;

static int
give_node_back(void *arg)
{
    (void)arg;
    given_back++;
    return 0;
}

static void
raise_hook(GilThreadState *ts, GilPendingNode *what)
{
    EXPLORE_CHECK(ts == gil_tstate_attached() && ts->id == asked_id && what == &node && ts->masked == 0);
    raised++;
}

static void
begin_raise(unsigned how)
{
    begin_threads(how);
    gil_pending_open(subjects[OTHER].interp);
    node = (GilPendingNode)GIL_PENDING_NODE_INIT(give_node_back, NULL);
    raised = given_back = 0;
    make_own(0, OTHER);
    make_own(1, OTHER);
    asked_id = own[1]->id;
    gil_state_hooks.raise_async = raise_hook;
}

static void
setup_raise(void)
{
    begin_raise(0);
}

static void
setup_raise_again(void)
{
    begin_raise(WORLD_STATES_AGAIN);
}

/* What is found by its number is asked, also when its block is just being put back: its queue, which is closed by then, says so. */
static int
of_queue(const void *address)
{
    return address == &own[1]->calls.head;
}

static int
of_raising(const void *address)
{
    return of_queue(address) || of_all(address);
}

static int
of_raising_marks(const void *address)
{
    return of_queue(address) || of_marks(address);
}

static void
body_raise(int self)
{
    GilThreadState *ts = own[self];

    if (self == 2) {
        (void)stay(2);
        leave_thread();
        return;
    }
    GilEval_AcquireThread(ts);
    use_attached(OTHER);
    if (self == 0) {
        GilPendingNode *mine = &node;
        EXPLORE_CHECK(gil_pending_swap_async(ts, asked_id, &mine) ? mine == NULL : mine == &node);
        if (mine != NULL)
            given_back++;
    }
    else {
        (void)Gil_PollThread(ts);
        GilEval_ReleaseThread(ts);
        GilEval_AcquireThread(ts);
        ts->masked = 1;
        EXPLORE_CHECK(Gil_PollThread(ts) == 0 && !(gil_load_relaxed(&ts->block.brk) & _Gil_BRK_ASYNC));
    }
    GilThreadState_DeleteCurrent();
    leave_thread();
}

static void
finish_raise(void)
{
    finish_alone();
    EXPLORE_CHECK(raised + given_back == 1);
}

/* A third interpreter is made meanwhile, and its first states may have the block of the one that is asked. */
static GilThreadState *third;
static int maker;

static void
setup_third(void)
{
    begin_raise(WORLD_STATES_AGAIN);
    maker = 1;
}

static void
setup_third_apart(void)
{
    setup_third();
    maker = 2;
}

static int
of_third(const void *address)
{
    return of_queue(address) || of_births(address);
}

static void
delete_asked_and_make_third(int self)
{
    if (self == 1)
        GilThreadState_Delete(own[1]);
    if (self == maker) {
        third = begin_third();
        open_third(third);
    }
    leave_thread();
}

static void
body_third_posted(int self)
{
    if (self != 0) {
        delete_asked_and_make_third(self);
        return;
    }
    given_back += GilPending_PostToThread(asked_id, &node) != 0;
    GilThreadState_Delete(own[0]);
    leave_thread();
}

static void
body_third_raised(int self)
{
    GilPendingNode *mine = &node;

    if (self != 0) {
        delete_asked_and_make_third(self);
        return;
    }
    GilEval_AcquireThread(own[0]);
    EXPLORE_CHECK(gil_pending_swap_async(own[0], asked_id, &mine) ? mine == NULL : mine == &node);
    given_back += mine != NULL;
    GilThreadState_DeleteCurrent();
    leave_thread();
}

/* It was asked for nothing. */
static void
finish_third(void)
{
    for (const GilThreadState *ts = third->interp->threads; ts != NULL; ts = ts->next)
        EXPLORE_CHECK(ts->calls.head == NULL && ts->async == NULL && !(ts->block.brk & (_Gil_BRK_CALLS | _Gil_BRK_ASYNC)));
    end_third(third);
    finish_raise();
}

/* Whoever leaves a call for it has the function of its region called, or not; but not when the thread is on its way out. */
static int out;

static void
unblock(void *arg)
{
    EXPLORE_CHECK(arg == &out && !out);
    explore_point("in the region's function");
    EXPLORE_CHECK(!out);
}

static void
is_out(int self)
{
    (void)self;
    out = 1;
    explore_point("at the exit");
}

static void
setup_exit_region(void)
{
    setup_raise();
    at_exit = is_out;
}

static int
of_regions(const void *address)
{
    return of_posting(address) || of_queue(address) || address == &own[1]->unblock.word;
}

static void
body_exit_region(int self)
{
    struct _GilRegion outer;

    if (self == 0) {
        given_back += GilPending_PostToThread(asked_id, &node) != 0;
        (void)stay(0);
        at_exit = NULL;
        GilThreadState_Delete(own[0]);
    }
    else {
        GilEval_AcquireThread(own[1]);
        EXPLORE_CHECK(_GilEval_Leave(&site) == own[1]);
        gil_unblock_enter(own[1], &outer, unblock, &out, 0);
    }
    leave_thread();
}

/* --- a poll gives way; a hook is of one stay --- */

static void
setup_polls(void)
{
    begin_threads(0);
    make_own(0, OTHER);
}

static int
is_claimed(void)
{
    return (own[0]->block.brk & _Gil_BRK_PREEMPT) != 0;
}

static void
body_polls(int self)
{
    if (self != 0) {
        explore_until(is_left);
        EXPLORE_CHECK(stay(self) != NULL);
        leave_thread();
        return;
    }
    GilEval_AcquireThread(own[0]);
    gil_store_seq_cst(&said, 1);
    explore_until(is_claimed);
    gil_fetch_or_seq_cst(&own[0]->block.brk, _Gil_BRK_ENDING);
    attempts++;
    int before = entered;
    EXPLORE_CHECK(Gil_PollThread(own[0]) == -1 && heeded == 1);
    EXPLORE_CHECK(entered > before && GilThreadState_Get() == own[0]);
    EXPLORE_CHECK(!(gil_load_relaxed(&own[0]->block.brk) & _Gil_BRK_ENDING));
    GilThreadState_DeleteCurrent();
    leave_thread();
}

static int hook_is_set[THREADS_MAX];

static void
preempt_hook(void *data)
{
    EXPLORE_CHECK(*(int *)data);
}

static void
body_hooks(int self)
{
    GilThreadStateToken *token = enter(self);

    hook_is_set[self] = 1;
    EXPLORE_CHECK(token != NULL && GilThreadState_SetPreemptHook(preempt_hook, &hook_is_set[self]) == 0);
    use_attached(OTHER);
    GilThreadState *ts = GilThreadState_Get();
    GilThreadState_Release(token);
    hook_is_set[self] = 0;
    EXPLORE_CHECK(ts->preempt == NULL);
    token = enter(self);
    use_attached(OTHER);
    GilThreadState_Release(token);
    leave_thread();
}

/* When a state is deleted nobody is in its hook any more. */
static void
slow_hook(void *data)
{
    EXPLORE_CHECK(*(int *)data);
    explore_point("in the hook");
    EXPLORE_CHECK(*(int *)data);
}

static void
body_hook_exit(int self)
{
    if (self != 0) {
        explore_until(is_left);
        EXPLORE_CHECK(stay(self) != NULL);
        leave_thread();
        return;
    }
    GilEval_AcquireThread(own[0]);
    hook_is_set[0] = 1;
    EXPLORE_CHECK(GilThreadState_SetPreemptHook(slow_hook, &hook_is_set[0]) == 0);
    gil_store_seq_cst(&said, 1);
    explore_until(is_claimed);
    GilThreadState_DeleteCurrent();
    hook_is_set[0] = 0;
    leave_thread();
}

/* Told of an end and asked for a call at once: neither is lost. */
static void
setup_told(void)
{
    begin_threads(0);
    gil_pending_open(subjects[OTHER].interp);
    node = (GilPendingNode)GIL_PENDING_NODE_INIT(give_node_back, NULL);
    make_own(0, OTHER);
}

static void
body_told(int self)
{
    if (self != 0) {
        EXPLORE_CHECK(GilPending_Post(views[1], &node) == 0);
        gil_store_seq_cst(&said, 1);
        (void)stay(1);
        leave_thread();
        return;
    }
    GilEval_AcquireThread(own[0]);
    attempts++;
    gil_fetch_or_seq_cst(&own[0]->block.brk, _Gil_BRK_ENDING);
    EXPLORE_CHECK(Gil_PollThread(own[0]) == -1 && heeded == 1);
    explore_until(is_left);
    EXPLORE_CHECK(Gil_PollThread(own[0]) == 0 && heeded == 1 && given_back == 1);
    GilThreadState_DeleteCurrent();
    leave_thread();
}

/* A state that is made just when a call is left for anybody: it is asked, or finds the call. The first state is nobody's. */
static void
setup_posted(void)
{
    begin_threads(0);
    gil_pending_open(subjects[OTHER].interp);
    node = (GilPendingNode)GIL_PENDING_NODE_INIT(give_node_back, NULL);
}

static void
body_posted(int self)
{
    if (self != 0) {
        EXPLORE_CHECK(GilPending_Post(views[1], &node) == 0);
        gil_store_seq_cst(&said, 1);
        (void)stay(1);
        leave_thread();
        return;
    }
    GilThreadState *ts = GilThreadState_New(subjects[OTHER].interp);
    GilEval_AcquireThread(ts);
    explore_until(is_left);
    EXPLORE_CHECK(Gil_PollThread(ts) == 0 && given_back == 1);
    GilThreadState_DeleteCurrent();
    leave_thread();
}

/* A third interpreter, whose birth fails: whoever has found it in time, or its states, is refused, for nobody would make the call. */
static int
post_to_unborn(GilInterpreterView *view)
{
    GilThreadInfo infos[2];

    if (GilPending_Post(view, &node) == 0)
        return 0;
    for (size_t i = GilInterpreterView_ListThreads(view, infos, 2); i > 0; i--)
        if (GilPending_PostToThread(infos[i - 1].state, &node) == 0)
            return 0;
    return GIL_PENDING_ENDED;
}

static void
body_unborn(int self)
{
    GilInterpreterView *found[3];

    if (self == 1) {
        end_third(begin_third());
        leave_thread();
        return;
    }
    size_t count = gil_interp_hold_gates((struct gil_gate **)(void *)found, 3);
    /* The newest comes first. */
    EXPLORE_CHECK(count == 2 || count == 3);
    if (count == 3)
        EXPLORE_CHECK(post_to_unborn(found[0]) == GIL_PENDING_ENDED);
    for (size_t i = 0; i < count; i++)
        GilInterpreterView_Close(found[i]);
}

/* In the child of a fork the main thread has no state yet: the first that is made comes to a safe point at once, and makes what was left
 * for main. */
static void
setup_heir_born(void)
{
    setup_posted();
    gil_main_calls.calls.head = NULL;
    gil_main_calls.heir = 0 + 2; /* as gil_machine_thread() says there */
}

static void
body_heir_born(int self)
{
    if (self != 0) {
        EXPLORE_CHECK(GilPending_PostToMain(&node) == 0);
        gil_store_seq_cst(&said, 1);
        (void)stay(1);
        leave_thread();
        return;
    }
    GilThreadState *ts = GilThreadState_New(subjects[MAIN].interp);
    GilEval_AcquireThread(ts);
    explore_until(is_left);
    EXPLORE_CHECK(Gil_PollThread(ts) == 0 && gil_main_calls.ts == ts && given_back == 1);
    GilThreadState_DeleteCurrent();
    leave_thread();
}

/* A signal comes, as runtime/signal.c brings it, when the main thread is just about to attach another state: that is found, or it finds
 * the signal. */
static int
of_signals(const void *address)
{
    return of_who(address) || of_requests(address) || address == &said || address == &gil_main_calls.signals;
}

static void
bring_signal(unsigned long thread)
{
    struct gil_stable_look look = {NULL, 0};
    const GilThreadState *each;

    gil_store_seq_cst(&gil_main_calls.signals, 1);
    while ((each = gil_tstate_look(&look)) != NULL)
        if (gil_load_seq_cst(&each->os_thread) == thread)
            gil_fetch_or_seq_cst(&((GilThreadState *)(uintptr_t)each)->block.brk, _Gil_BRK_SIGNAL);
}

static int
attend_hook(GilThreadState *ts, uint64_t Gil_UNUSED(limit))
{
    gil_fetch_and_seq_cst(&ts->block.brk, ~_Gil_BRK_SIGNAL);
    raised++;
    return 0;
}

static void
setup_signalled(void)
{
    begin_threads(0);
    raised = 0;
    gil_state_hooks.attend = attend_hook;
    make_own(0, OTHER);
}

static void
body_signalled(int self)
{
    if (self != 0) {
        bring_signal(0 + 2); /* as gil_machine_thread() says there */
        gil_store_seq_cst(&said, 1);
        (void)stay(1);
        leave_thread();
        return;
    }
    GilEval_AcquireThread(own[0]);
    explore_point("attached, and some stores are on their way");
    explore_until(is_left);
    EXPLORE_CHECK(Gil_PollThread(own[0]) == 0 && raised == 1);
    GilThreadState_DeleteCurrent();
    leave_thread();
}

/* The same of one that Ensure makes. */
static void
body_signalled_visit(int self)
{
    if (self != 0) {
        body_signalled(self);
        return;
    }
    GilThreadState_Delete(own[0]);
    GilThreadStateToken *token = enter(0);
    explore_until(is_left);
    EXPLORE_CHECK(Gil_PollThread(GilThreadState_Get()) == 0 && raised == 1);
    GilThreadState_Release(token);
    leave_thread();
}

static const struct model_run runs[] = {
    {{"guarded", 2, 0, setup_guards, body_open, of_all, NULL, finish_threads}, {3, 1, 1}, {5, 1, 0}},
    {{"guarded", 3, 0, setup_guards, body_open, of_marks, NULL, finish_threads}, {2, 1, 0}, {3, 1, 0}},
    {{"visitor_waits", 3, EXPLORE_ALL, setup_visit_waits, body_visit_waits, of_the_end, NULL, finish_threads}, {2, 1, 0}, {3, 1, 0}},
    {{"looks", 2, 0, setup_looks, body_looks, of_looking, NULL, finish_alone}, {3, 0, 0}, {5, 0, 0}},
    {{"looks", 3, 0, setup_looks, body_looks, of_looking, NULL, finish_alone}, {2, 0, 0}, {3, 0, 0}},
    {{"looks_late", 3, 0, setup_looks, body_looks_late, of_looking, NULL, finish_threads}, {2, 0, 0}, {3, 0, 0}},
    {{"too_late", 2, 0, setup_late, body_late_states, of_all, NULL, finish_threads}, {3, 0, 1}, {5, 0, 0}},
    {{"too_late", 3, EXPLORE_ALL, setup_late_both, body_late_states, of_the_end, NULL, finish_threads}, {2, 1, 0}, {3, 1, 0}},
    {{"late_poll", 2, EXPLORE_ALL, setup_late, body_late_poll, of_all, NULL, finish_threads}, {3, 1, 0}, {5, 1, 0}},
    {{"asked_to_end", 2, 0, setup_asked, body_asked_to_end, of_all, NULL, finish_threads}, {3, 1, 0}, {5, 1, 0}},
    {{"asked_to_end", 3, 0, setup_asked_both, body_asked_to_end, of_marks, NULL, finish_threads}, {2, 1, 0}, {3, 1, 0}},
    {{"told_once", 2, EXPLORE_ALL, setup_told_once, body_told_once, of_leaning, NULL, finish_threads}, {3, 1, 0}, {5, 1, 0}},
    {{"births", 2, EXPLORE_ALL, setup_births, body_births, of_all, NULL, finish_threads}, {3, 1, 0}, {5, 1, 0}},
    {{"raises", 2, 0, setup_raise, body_raise, of_raising, NULL, finish_raise}, {3, 0, 0}, {5, 0, 0}},
    {{"raises", 3, 0, setup_raise_again, body_raise, of_raising_marks, NULL, finish_raise}, {2, 0, 0}, {3, 0, 0}},
    {{"third_posted", 2, 0, setup_third, body_third_posted, of_third, NULL, finish_third}, {3, 0, 0}, {5, 0, 0}},
    {{"third_posted", 3, 0, setup_third_apart, body_third_posted, of_third, NULL, finish_third}, {2, 0, 0}, {3, 0, 0}},
    {{"third_raised", 2, 0, setup_third, body_third_raised, of_third, NULL, finish_third}, {3, 0, 0}, {5, 0, 0}},
    {{"unborn", 2, 0, setup_posted, body_unborn, of_posting, NULL, finish_alone}, {3, 0, 0}, {5, 0, 0}},
    {{"exit_region", 2, 0, setup_exit_region, body_exit_region, of_regions, NULL, finish_raise}, {3, 0, 0}, {5, 0, 0}},
    {{"gives_way", 2, EXPLORE_ALL, setup_polls, body_polls, of_all, NULL, finish_alone}, {3, 1, 0}, {5, 1, 0}},
    {{"hook_exit", 2, EXPLORE_ALL, setup_polls, body_hook_exit, of_leaning, NULL, finish_alone}, {3, 2, 0}, {5, 2, 0}},
    {{"told", 2, 0, setup_told, body_told, of_leaning, NULL, finish_alone}, {3, 0, 0}, {5, 0, 0}},
    {{"posted_at_birth", 2, 0, setup_posted, body_posted, of_posting, NULL, finish_alone}, {3, 0, 0}, {5, 0, 0}},
    {{"heir_born", 2, 0, setup_heir_born, body_heir_born, of_posting, NULL, finish_alone}, {3, 0, 0}, {5, 0, 0}},
    {{"signalled", 2, 0, setup_signalled, body_signalled, of_signals, NULL, finish_alone}, {3, 0, 0}, {5, 0, 0}},
    {{"signalled_visit", 2, 0, setup_signalled, body_signalled_visit, of_signals, NULL, finish_alone}, {3, 0, 0}, {5, 0, 0}},
    {{"own_hooks", 2, EXPLORE_ALL, setup_threads, body_hooks, of_leaning, NULL, finish_alone}, {3, 2, 0}, {5, 2, 0}},
};

int
main(int argc, char **argv)
{
    return model_main(argc, argv, runs, (int)(sizeof runs / sizeof runs[0]));
}
