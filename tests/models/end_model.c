/* SPDX-License-Identifier: MIT */
/* The end of interpreters under the explorer: finalize.c and all it stands on as they ship, every schedule up to a bound. */
#include "models/end_world.h"

#include "base/mem.h"
#include "gilrt/config.h"
#include "gilrt/interp.h"
#include "gilrt/life.h"
#include "gilrt/pending.h"
#include "module/import.h"
#include "object/error.h"
#include "runtime/finalize.h"
#include "runtime/layers.h"
#include "state/closing.h"
#include "sync/machine.h"

/*
 * WHAT IS SHIPPED HERE, from the public function down to the words of gates and locks: the order of the steps and the calls at exit
 * (lib/runtime/finalize.c, ending.c, atexit.c), interpreters from birth to deletion (lib/state/interp.c; lib/runtime/interp.c as far as
 * memory reaches), who ends them (closing.c), gates, pending calls, and the lock with its transitions.
 *
 * WHAT IS PLAYED (end_world.c): how a thread finds its state and keeps it (tstate.c, guard.c: here each has one); the phases of the
 * runtime around the two calls in end_runtime(), of which one thread is in at a time (life.c); what is taken away (layers.c) and
 * told (busy.c, event.c); memory. Threads leave native code by themselves: for unblock functions there is unblock_model.c.
 *
 * The main interpreter and another one, each with a lock of its own. Thread 0 is the one that ends something, if only one does.
 */
static GilThreadState *own[THREADS_MAX];       /* a state that thread has */
static enum which place[THREADS_MAX];          /* in there */
static GilInterpreterView *views[THREADS_MAX]; /* of that, or of what it ends */
static int entered, refused;
static int steps;                              /* what the threads of a scenario tell one another */
static int again;                              /* rounds of calls at exit that are to come */
static uint64_t kept_since;                    /* the lock of the other interpreter, by the clock */

static void
join(int self, enum which which)
{
    place[self] = which;
    own[self] = add_thread(which);
    views[self] = add_view(which);
}

static void
view_other(int self)
{
    views[self] = add_view(OTHER);
}

static struct gil_gate *
gate(enum which which)
{
    return subjects[which].gate;
}

/* Plainly: it is also asked by those who wait for it. */
static int
is_open(enum which which)
{
    return !(gate(which)->word & 0x80000000u);
}

static void
finish(void)
{
    check_ended(BOTH);
    EXPLORE_CHECK(entered + refused + late <= 2 * THREADS_MAX);
}

static void
finish_other(void)
{
    check_ended(OTHER);
}

/* Thread 0, attached to the main interpreter: as lib/runtime/life.c does. 0: all have ended; -1: as before. */
static int
end_runtime(uint64_t timeout)
{
    GilThreadState *ts = subjects[MAIN].ts;
    uint64_t limit = gil_limit_in(timeout);
    int told_before = told;
    long inside = gil_finalize_begin(ts, limit, "end_runtime");

    EXPLORE_CHECK(gil_tstate_attached() == ts && inside >= 0);
    if (inside != 0) {
        EXPLORE_CHECK(told == told_before + 1 && gil_machine_now() >= limit);
        EXPLORE_CHECK(is_open(MAIN) && gil_gate_inside(gate(MAIN)) <= THREADS_MAX);
        EXPLORE_CHECK(!subjects[MAIN].closed && !subjects[MAIN].closing);
        use_attached(MAIN);
        return -1;
    }
    EXPLORE_CHECK(gil_gate_is_shut(gate(MAIN)) && (subjects[OTHER].ended || gil_gate_is_shut(gate(OTHER))));
    gil_finalize_commit(ts, "end_runtime");
    EXPLORE_CHECK(subjects[MAIN].ended && subjects[OTHER].ended && gil_tstate_attached() == NULL);
    return 0;
}

static void
start_as_main(void)
{
    gil_tstate_attach(subjects[MAIN].ts, "start_as_main");
}

/* Thread 0 in most scenarios. */
static void
end_sooner_or_later(void)
{
    start_as_main();
    if (end_runtime(LIMIT) < 0)
        EXPLORE_CHECK(end_runtime(GIL_MACHINE_NEVER) == 0);
}

/* As GilThreadState_EnsureFromView() does: through the gate, then into the lock. Who is inside is never too late. */
static void
visit(int self)
{
    static struct _GilCallSite site = {"end_model.c", 1, _Gil_SITE_ALLOW, {0}};
    enum which which = place[self];

    if (gil_gate_enter(gate(which)) < 0) {
        refused++;
        return;
    }
    gil_tstate_attach(own[self], "visit");
    entered++;
    use_attached(which);
    _GilEval_Leave(&site);
    use(which); /* what it may touch without the lock is there */
    _GilEval_Return(own[self]);
    use_attached(which);
    gil_tstate_detach(own[self], "visit");
    gil_gate_leave(gate(which));
}

/* Through the gate only. */
static void
pass_through(int rc, enum which which)
{
    if (rc < 0) {
        refused++;
        return;
    }
    entered++;
    use(which);
    gil_gate_leave(gate(which));
}

/* --- the end of the runtime beside threads that come and go --- */

static void
setup_visit(void)
{
    setup_world();
    join(1, OTHER);
    join(2, MAIN);
}

static void
setup_shared(void)
{
    setup_shared_world();
    join(1, OTHER);
    join(2, MAIN);
}

static void
setup_visit_main(void)
{
    setup_world();
    join(1, MAIN);
}

static void
body_visit(int self)
{
    if (self == 0) {
        start_as_main();
        EXPLORE_CHECK(end_runtime(GIL_MACHINE_NEVER) == 0);
    }
    else
        visit(self);
}

/* Busy, and then again. */
static void
body_busy(int self)
{
    if (self == 0)
        end_sooner_or_later();
    else
        visit(self);
}

/* A thread without a guard comes back from BEGIN … END before, while and after: it is in, or it is late; and when it is in, the
 * interpreter is there. */
static void
body_late_end(int self)
{
    if (self != 1) {
        body_visit(self);
        return;
    }
    if (come_back(own[1]) < 0)
        return;
    use_attached(place[1]);
    gil_tstate_detach(own[1], "late_end");
}

/* A thread's exit comes while the gate is closing: it may clean up after itself, and that is waited for. Else it is refused. */
static int
other_closes(void)
{
    return !is_open(OTHER);
}

static void
body_late_attacher(int self)
{
    if (self == 0) {
        start_as_main();
        EXPLORE_CHECK(end_runtime(GIL_MACHINE_NEVER) == 0);
        return;
    }
    explore_until(other_closes);
    EXPLORE_CHECK(gil_gate_enter(gate(OTHER)) < 0);
    if (gil_gate_enter_late(gate(OTHER)) < 0) {
        refused++;
        return;
    }
    gil_tstate_attach(own[1], "late_attacher");
    entered++;
    use_attached(OTHER);
    gil_tstate_detach(own[1], "late_attacher");
    gil_gate_leave(gate(OTHER));
}

/* --- locks that are kept by threads without a guard --- */

/* Thread 1 has the other's lock in native code until the end was given up. */
static void
setup_kept(void)
{
    setup_world();
    join(1, OTHER);
    gil_tstate_attach(own[1], "kept");
    _Gil_thread = NULL;
}

static int
is_told(void)
{
    return told > 0;
}

static void
leave_when(int (*ready)(void), int self)
{
    _Gil_thread = &own[self]->block;
    use_attached(place[self]);
    explore_until(ready);
    use_attached(place[self]);
    gil_tstate_detach(own[self], "leave_when");
}

static void
body_kept(int self)
{
    if (self == 1) {
        leave_when(is_told, 1);
        return;
    }
    start_as_main();
    EXPLORE_CHECK(end_runtime(LIMIT) < 0 && subjects[OTHER].busy == 1 && subjects[MAIN].busy == 0);
    EXPLORE_CHECK(is_open(OTHER) && !subjects[OTHER].closed && gil_machine_now() < 2 * LIMIT);
    EXPLORE_CHECK(!subjects[OTHER].closing);
    EXPLORE_CHECK(end_runtime(GIL_MACHINE_NEVER) == 0);
}

/* Thread 1 is inside, and when that is closed takes the lock, which it keeps as a thread without a guard: until the end was given
 * up. */
static void
setup_kept_late(void)
{
    setup_world();
    join(1, OTHER);
    gate(OTHER)->word = 1;
}

static void
body_kept_late(int self)
{
    if (self != 1) {
        body_kept(self);
        return;
    }
    explore_until(other_closes);
    gil_tstate_attach(own[1], "kept_late");
    gil_gate_leave(gate(OTHER));
    leave_when(is_told, 1);
}

/* Its time may be over before the others have come so far, and what they wait for needs the next attempt to be in vain, too. */
static void
end_at_last(void)
{
    while (end_runtime(LIMIT) < 0)
        ;
}

/* Thread 1 is inside, and when the end waits for it takes the lock of the main interpreter, for another purpose; that it keeps until
 * somebody is let in again. */
static void
setup_kept_main(void)
{
    setup_world();
    join(1, MAIN);
    gate(MAIN)->word = 1;
}

static int
main_closes(void)
{
    return !is_open(MAIN);
}

static int
main_is_open(void)
{
    return is_open(MAIN) || subjects[MAIN].ended;
}

static void
take_and_leave_the_gate(void)
{
    explore_until(main_closes);
    gil_tstate_attach(own[1], "kept_main");
    steps = 1;
    gil_gate_leave(gate(MAIN));
}

static void
body_kept_main(int self)
{
    if (self == 1) {
        take_and_leave_the_gate();
        leave_when(main_is_open, 1);
        return;
    }
    start_as_main();
    EXPLORE_CHECK(end_runtime(LIMIT) < 0 && is_open(OTHER) && !subjects[OTHER].closing);
    end_at_last();
}

/* As that; and while the lock of the main interpreter is waited for, thread 2 takes that of the other, which was found to be left. */
static void
setup_kept_long(void)
{
    setup_kept_main();
    join(2, OTHER);
}

static int
main_is_kept(void)
{
    return steps >= 1;
}

static int
other_is_kept_for_long(void)
{
    return steps == 2 && gil_machine_now() >= kept_since + TURN;
}

static void
body_kept_long(int self)
{
    if (self == 1) {
        take_and_leave_the_gate();
        leave_when(other_is_kept_for_long, 1);
    }
    else if (self == 2) {
        explore_until(main_is_kept);
        gil_tstate_attach(own[2], "kept_long");
        steps = 2;
        kept_since = gil_machine_now();
        leave_when(is_told, 2);
    }
    else {
        start_as_main();
        EXPLORE_CHECK(end_runtime(LIMIT) < 0);
        end_at_last();
    }
}

/* --- two that end --- */

static void
setup_enders(void)
{
    setup_world();
    for (int t = 0; t < THREADS_MAX; t++)
        view_other(t);
}

/* The same one, by views: one of them does it. */
static void
body_enders(int self)
{
    int rc = GilInterpreterView_End(views[self], GIL_MACHINE_NEVER);

    EXPLORE_CHECK(rc == GIL_FINALIZE_BUSY || (rc == 0 && subjects[OTHER].ended));
}

/* The runtime, and the other interpreter beside it: that is waited for, or refused. */
static void
body_ends(int self)
{
    if (self == 0) {
        end_sooner_or_later();
        return;
    }
    int rc = GilInterpreterView_End(views[self], GIL_MACHINE_NEVER);
    EXPLORE_CHECK(rc == 0 ? subjects[OTHER].ended : rc == -1 || rc == GIL_FINALIZE_BUSY);
}

/* Asked for beside the end of the runtime, and taken back if that can be. */
static void
body_asks_beside(int self)
{
    if (self == 0) {
        end_sooner_or_later();
        return;
    }
    EXPLORE_CHECK(GilInterpreterView_RequestEnd(views[self]) == 0);
    int rc = GilInterpreterView_CancelEnd(views[self]);
    EXPLORE_CHECK(rc == 0 || (rc == -1 && subjects[OTHER].ended) || rc == GIL_FINALIZE_BUSY);
}

/* By its own thread, and from outside. */
static void
body_inside_and_outside(int self)
{
    GilThreadState *ts = subjects[OTHER].ts;

    if (self == 1) {
        int rc = GilInterpreterView_End(views[1], GIL_MACHINE_NEVER);
        EXPLORE_CHECK(rc == GIL_FINALIZE_BUSY || (rc == 0 && subjects[OTHER].ended));
        return;
    }
    if (come_back(ts) < 0)
        return;
    int rc = Gil_EndInterpreter(ts);
    EXPLORE_CHECK(rc == 0 ? subjects[OTHER].ended : rc == GIL_FINALIZE_BUSY && gil_tstate_attached() == ts);
    if (rc != 0)
        gil_tstate_detach(ts, "inside_and_outside");
}

/* By its own thread, which gives up because thread 1 is inside; that leaves then, and ends it from outside as soon as it can. */
static void
setup_goes_back(void)
{
    setup_enders();
    gate(OTHER)->word = 1;
}

static int
other_was_busy(void)
{
    return subjects[OTHER].busy > 0;
}

static int
other_is_open(void)
{
    return is_open(OTHER) || subjects[OTHER].ended;
}

static void
body_goes_back(int self)
{
    GilThreadState *ts = subjects[OTHER].ts;

    if (self == 1) {
        explore_until(other_was_busy);
        gil_gate_leave(gate(OTHER));
        explore_until(other_is_open);
        EXPLORE_CHECK(GilInterpreterView_End(views[1], GIL_MACHINE_NEVER) == 0 && subjects[OTHER].ended);
        return;
    }
    gil_tstate_attach(ts, "goes_back");
    EXPLORE_CHECK(Gil_EndInterpreter(ts) == GIL_FINALIZE_BUSY && gil_tstate_attached() == ts);
    use_attached(OTHER);
    gil_tstate_detach(ts, "goes_back");
}

/* The same, tried from outside: who gives up tells that it is open again, and then it may end. */
static void
body_gives_up_outside(int self)
{
    if (self == 1) {
        body_goes_back(1);
        return;
    }
    EXPLORE_CHECK(GilInterpreterView_End(views[0], LIMIT) == GIL_FINALIZE_BUSY && gil_tstate_attached() == NULL);
}

/* The runtime's end gives up because somebody is inside the other interpreter; thread 1 ends that as soon as both are open. */
static void
body_gives_up(int self)
{
    if (self == 1) {
        explore_until(other_was_busy);
        gil_gate_leave(gate(OTHER));
        explore_until(other_is_open);
        explore_until(main_is_open);
        int rc = GilInterpreterView_End(views[1], GIL_MACHINE_NEVER);
        EXPLORE_CHECK(rc == 0 || rc == -1 || rc == GIL_FINALIZE_BUSY);
        return;
    }
    start_as_main();
    EXPLORE_CHECK(end_runtime(LIMIT) < 0);
    EXPLORE_CHECK(end_runtime(GIL_MACHINE_NEVER) == 0);
}

/* --- one that makes another --- */

/* What the birth of an interpreter wants of other layers: it never comes so far as to have one. */
int
gil_search_path_copy(struct gil_search_path *path, const struct gil_search_path *from)
{
    (void)path;
    (void)from;
    return 0;
}

void
gil_search_path_free(struct gil_search_path *path)
{
    (void)path;
}

void
gil_import_set_path(GilThreadState *ts, struct gil_search_path *path, int strict)
{
    (void)ts;
    (void)path;
    (void)strict;
    explore_fail(__func__);
}

void *
gil_err_null(const char *func)
{
    explore_fail(func);
}

void
gil_heap_stats(const struct gil_heap *heap, struct gil_mem_stats *stats)
{
    (void)heap;
    (void)stats;
    explore_fail(__func__);
}

GilThreadState *
gil_layers_start(const struct gil_interp_config *config)
{
    EXPLORE_CHECK(gil_tstate_attached() == NULL && config->starting && gil_gate_inside(gate(MAIN)) > 0);
    explore_point("memory lacks");
    return NULL;
}

/* In the other interpreter and without a guard: it leaves that, and has a place inside the main one. It has given that back when it comes
 * to the other again, which may have ended, and the runtime may be about to. */
static void
make_in_vain(GilThreadState *ts)
{
    GilInterpreterConfig config;
    GilThreadState *made;

    GilInterpreterConfig_Init(&config);
    EXPLORE_CHECK(GilStatus_IsError(Gil_NewInterpreterFromConfig(&made, &config)));
    EXPLORE_CHECK(made == NULL && gil_tstate_attached() == ts);
    use_attached(OTHER);
    gil_tstate_detach(ts, "make_in_vain");
}

static void
setup_makes(void)
{
    setup_world();
    view_other(0);
    join(1, OTHER);
}

static void
body_makes(int self)
{
    if (self == 1) {
        if (come_back(own[1]) == 0)
            (void)is_late(make_in_vain, own[1]);
        return;
    }
    EXPLORE_CHECK(GilInterpreterView_End(views[0], GIL_MACHINE_NEVER) == 0);
    start_as_main();
    EXPLORE_CHECK(end_runtime(GIL_MACHINE_NEVER) == 0);
}

/* From outside, and the lock is kept: that is within the limit, too, and nothing has happened. */
static void
setup_kept_outside(void)
{
    setup_kept();
    view_other(0);
}

static void
body_kept_outside(int self)
{
    if (self == 1) {
        leave_when(is_told, 1);
        return;
    }
    EXPLORE_CHECK(GilInterpreterView_End(views[0], LIMIT) == GIL_FINALIZE_BUSY);
    EXPLORE_CHECK(is_open(OTHER) && !subjects[OTHER].closed && !subjects[OTHER].closing && subjects[OTHER].busy == 1);
    EXPLORE_CHECK(GilInterpreterView_End(views[0], GIL_MACHINE_NEVER) == 0);
}

/* --- asked for here, waited for there --- */

static void
setup_asked(void)
{
    setup_enders();
    join(2, OTHER);
}

/* Everybody was asked to stop: told by the one who never polls. */
static int
is_asked_to_stop(void)
{
    return (gil_load_relaxed(&subjects[OTHER].ts->block.brk) & _Gil_BRK_ENDING) != 0;
}

static void
ask(int self)
{
    EXPLORE_CHECK(GilInterpreterView_RequestEnd(views[self]) == 0);
    EXPLORE_CHECK(is_asked_to_stop());
}

static void
wait_for_end(int self)
{
    EXPLORE_CHECK(GilInterpreterView_WaitEnd(views[self], GIL_MACHINE_NEVER) == 0 && subjects[OTHER].ended);
}

/* One asks and goes away; another has been waiting. */
static void
body_asked(int self)
{
    if (self == 0)
        ask(0);
    else if (self == 1)
        wait_for_end(1);
    else
        pass_through(gil_gate_enter(gate(OTHER)), OTHER);
}

/* Thread 1 comes by a guard that is open, with a state of its own from then on, and goes when it is asked to. */
static void
setup_comes_late(void)
{
    setup_enders();
    gate(OTHER)->word = 1;
}

static int
newcomer_is_asked(void)
{
    return (gil_load_relaxed(&own[1]->block.brk) & _Gil_BRK_ENDING) != 0;
}

static void
body_comes_late(int self)
{
    if (self == 0) {
        ask(0);
        wait_for_end(0);
        return;
    }
    own[1] = gil_tstate_new(subjects[OTHER].interp);
    explore_until(newcomer_is_asked);
    pass_through(0, OTHER);
}

/* Its own thread tries to end it, in vain, and another asks for that before, meanwhile, or afterwards: so that one is asked to stop in the
 * end, which it has not been told of yet. */
static int
was_asked(void)
{
    return steps == 1;
}

static void
body_asked_in_vain(int self)
{
    GilThreadState *ts = subjects[OTHER].ts;

    if (self == 1) {
        EXPLORE_CHECK(GilInterpreterView_RequestEnd(views[1]) == 0);
        steps = 1;
        wait_for_end(1);
        return;
    }
    gil_tstate_attach(ts, "asked_in_vain");
    EXPLORE_CHECK(Gil_EndInterpreter(ts) == GIL_FINALIZE_BUSY && gil_tstate_attached() == ts);
    gil_tstate_detach(ts, "asked_in_vain");
    explore_until(was_asked);
    EXPLORE_CHECK(is_asked_to_stop());
    pass_through(0, OTHER);
}

static void
body_asked_by_all(int self)
{
    ask(self);
    EXPLORE_CHECK(gil_gate_enter(gate(OTHER)) < 0);
    wait_for_end(self);
}

/* Somebody is inside until thread 0 has no more time: thread 1 takes on what it gives up, or had it from the first. */
static void
setup_takes_on(void)
{
    setup_enders();
    gate(OTHER)->word = 1;
}

static int
hasty_is_gone(void)
{
    return steps == 1;
}

static void
body_takes_on(int self)
{
    if (self == 0) {
        ask(0);
        EXPLORE_CHECK(GilInterpreterView_WaitEnd(views[0], LIMIT) == GIL_FINALIZE_BUSY);
        EXPLORE_CHECK(gil_gate_enter(gate(OTHER)) < 0);
        steps = 1;
    }
    else if (self == 1)
        wait_for_end(1);
    else {
        explore_until(hasty_is_gone);
        pass_through(0, OTHER);
    }
}

/* One takes back what it asked for; another may be at it by then. */
static void
body_unasked(int self)
{
    if (self == 1) {
        int rc = GilInterpreterView_WaitEnd(views[1], LIMIT);
        EXPLORE_CHECK(rc == 0 || rc == GIL_FINALIZE_BUSY || rc == GIL_END_UNASKED);
        return;
    }
    if (self == 2) {
        pass_through(gil_gate_enter(gate(OTHER)), OTHER);
        return;
    }
    ask(0);
    if (GilInterpreterView_CancelEnd(views[0]) == 0) {
        EXPLORE_CHECK(gil_gate_enter(gate(OTHER)) == 0 && !is_asked_to_stop());
        pass_through(0, OTHER);
        ask(0);
    }
    wait_for_end(0);
}

/* Asked for and taken back by several, tried in vain, and carried out at last: whoever comes when a hook is told of one leaves to
 * that thread what is to be told then. */
static void
body_told(int self)
{
    if (self == 2) {
        int rc = GilInterpreterView_End(views[2], 0);
        EXPLORE_CHECK(rc == 0 || rc == GIL_FINALIZE_BUSY);
        return;
    }
    EXPLORE_CHECK(GilInterpreterView_RequestEnd(views[self]) == 0);
    int rc = GilInterpreterView_CancelEnd(views[self]);
    EXPLORE_CHECK(rc == 0 || rc == GIL_FINALIZE_BUSY || (rc == -1 && subjects[OTHER].ended));
    steps += self;
    if (self == 0) {
        /* Nobody takes it back any more. */
        explore_until(hasty_is_gone);
        EXPLORE_CHECK(GilInterpreterView_RequestEnd(views[0]) == 0);
        wait_for_end(0);
    }
}

/* Several were to be shut together, and another of them could not: this one is as it was before, or as it was asked to be meanwhile. */
static void
body_all_or_none(int self)
{
    int asked;

    if (self == 1) {
        /* Who has taken it asks the others to stop, if only in a moment. */
        EXPLORE_CHECK(GilInterpreterView_RequestEnd(views[1]) == 0);
        wait_for_end(1);
        return;
    }
    if (self == 2) {
        pass_through(gil_gate_enter_late(gate(OTHER)), OTHER);
        return;
    }
    if (gil_closing_take(gate(OTHER), &asked) != GIL_CLOSING_MINE)
        return;
    gil_mutex_lock(&gil_states_mutex);
    gil_interp_interrupt(subjects[OTHER].interp, NULL);
    gil_mutex_unlock(&gil_states_mutex);
    if (gil_gate_shut(gate(OTHER), GIL_MACHINE_NEVER) == 0)
        gil_closing_give_up(gate(OTHER), NULL);
}

/* Who waits for an end finds the main interpreter closed, because somebody wants to end the runtime, in vain; then it takes its
 * turn, and is not forgotten. */
static void
setup_stirred(void)
{
    setup_enders();
    gate(MAIN)->word = 1;
}

static int
other_has_ended(void)
{
    return subjects[OTHER].ended;
}

static void
body_stirred(int self)
{
    if (self == 1) {
        ask(1);
        wait_for_end(1);
        return;
    }
    start_as_main();
    EXPLORE_CHECK(end_runtime(LIMIT) < 0);
    gil_gate_leave(gate(MAIN)); /* whoever was inside */
    explore_until(other_has_ended);
    EXPLORE_CHECK(end_runtime(GIL_MACHINE_NEVER) == 0);
}

/* --- the last calls --- */

#define NODES 3
static GilPendingNode nodes[NODES];
static int accepted, made, exits;
static uint64_t number; /* of a state that calls are posted to */

/* A call: in the lock of an interpreter that is there, before its teardown. */
static int
is_made(void *unused)
{
    const GilThreadState *ts = gil_tstate_attached();

    (void)unused;
    EXPLORE_CHECK(ts != NULL && !subjects[ts->interp_id].ended);
    use_attached((enum which)ts->interp_id);
    made++;
    return 0;
}

/* One that leaves the lock in the middle. */
static int
leave_in_between(void *unused)
{
    GilThreadState *ts = gil_tstate_attached();

    is_made(unused);
    gil_tstate_detach(ts, "leave_in_between");
    gil_tstate_attach(ts, "leave_in_between");
    return 0;
}

static void
note(int rc)
{
    if (rc == 0)
        accepted++;
    else
        EXPLORE_CHECK(rc == GIL_PENDING_ENDED);
}

static void
setup_calls(void)
{
    setup_enders();
    gil_pending_open_main(subjects[MAIN].ts);
    for (int i = 0; i < NODES; i++)
        nodes[i] = (GilPendingNode)GIL_PENDING_NODE_INIT(is_made, NULL);
    nodes[0].func = leave_in_between;
    number = subjects[OTHER].ts->id;
}

/* To all targets: what is accepted is called. */
static void
body_last_calls(int self)
{
    if (self == 0) {
        start_as_main();
        EXPLORE_CHECK(end_runtime(GIL_MACHINE_NEVER) == 0);
    }
    else if (self == 1) {
        note(GilPending_Post(views[1], &nodes[0]));
        note(GilPending_PostToMain(&nodes[1]));
    }
    else
        note(GilPending_PostToThread(number, &nodes[2]));
}

static void
finish_calls(void)
{
    EXPLORE_CHECK(made == accepted);
    for (int i = 0; i < NODES; i++)
        EXPLORE_CHECK(nodes[i].state == 0);
    finish();
}

/* Calls at exit that bring up new ones, as many rounds as there are and one more; and they are still called in order with what is
 * posted meanwhile. */
#define ROUNDS 16

static void
go_round(void *unused)
{
    GilThreadState *ts = gil_tstate_attached();

    (void)unused;
    EXPLORE_CHECK(ts != NULL && !subjects[ts->interp_id].torn);
    use_attached((enum which)ts->interp_id);
    exits++;
    if (--again > 0)
        EXPLORE_CHECK(GilUnstable_AtExit(ts->interp, go_round, NULL) == 0);
}

static void
body_rounds(int self)
{
    if (self == 1) {
        note(GilPending_PostToMain(&nodes[1]));
        return;
    }
    start_as_main();
    again = ROUNDS;
    EXPLORE_CHECK(GilUnstable_AtExit(subjects[MAIN].interp, go_round, NULL) == 0);
    EXPLORE_CHECK(end_runtime(GIL_MACHINE_NEVER) == 0);
    EXPLORE_CHECK(exits == ROUNDS && subjects[MAIN].rounds == ROUNDS && subjects[MAIN].dropped == 0);
}

static void
body_too_many_rounds(int self)
{
    GilThreadState *ts = subjects[OTHER].ts;

    if (self == 1) {
        note(GilPending_Post(views[1], &nodes[1]));
        return;
    }
    gil_tstate_attach(ts, "too_many_rounds");
    again = ROUNDS + 1;
    EXPLORE_CHECK(GilUnstable_AtExit(subjects[OTHER].interp, go_round, NULL) == 0);
    EXPLORE_CHECK(Gil_EndInterpreter(ts) == 0);
    EXPLORE_CHECK(exits == ROUNDS && again == 1 && subjects[OTHER].rounds == ROUNDS && subjects[OTHER].dropped == 1);
}

static void
finish_too_many_rounds(void)
{
    EXPLORE_CHECK(made == accepted);
    finish_other();
}

/* Who carries out what another asks for, before or meanwhile, is not asked to stop in that. */
static void
is_asked_nothing(void *unused)
{
    (void)unused;
    EXPLORE_CHECK(gil_tstate_attached() == subjects[OTHER].ts && !is_asked_to_stop());
    exits++;
}

static void
body_carries_on(int self)
{
    GilThreadState *ts = subjects[OTHER].ts;

    if (self == 1) {
        EXPLORE_CHECK(GilInterpreterView_RequestEnd(views[1]) == 0);
        return;
    }
    gil_tstate_attach(ts, "carries_on");
    EXPLORE_CHECK(GilUnstable_AtExit(ts->interp, is_asked_nothing, NULL) == 0);
    EXPLORE_CHECK(Gil_EndInterpreter(ts) == 0 && exits == 1);
}

/* A call at exit waits for a thread without a guard: it comes in, for the interpreter is there still. */
static int
exit_has_begun(void)
{
    return steps >= 1;
}

static int
has_been_in(void)
{
    return steps == 2;
}

static void
wait_for_the_other(void *unused)
{
    GilThreadState *ts = gil_tstate_attached();

    (void)unused;
    steps = 1;
    gil_tstate_detach(ts, "wait_for_the_other");
    explore_until(has_been_in);
    gil_tstate_attach(ts, "wait_for_the_other");
    use_attached(MAIN);
    exits++;
}

static void
body_exit_waits(int self)
{
    if (self == 1) {
        explore_until(exit_has_begun);
        EXPLORE_CHECK(come_back(own[1]) == 0);
        use_attached(MAIN);
        steps = 2;
        gil_tstate_detach(own[1], "exit_waits");
        return;
    }
    start_as_main();
    EXPLORE_CHECK(GilUnstable_AtExit(subjects[MAIN].interp, wait_for_the_other, NULL) == 0);
    EXPLORE_CHECK(end_runtime(GIL_MACHINE_NEVER) == 0 && exits == 1);
}

/* --- a signal that comes while the end waits --- */

static uint32_t handled; /* [atomic] */
static uint32_t *asked;  /* of the main interpreter's first state, which is given back at the end */
static int raises;       /* its callback */

/* Nobody is ended yet, and the one inside is there still. */
static int
handle_signal(GilThreadState *ts, uint64_t Gil_UNUSED(limit))
{
    gil_fetch_and_seq_cst(&ts->block.brk, ~_Gil_BRK_SIGNAL);
    use_attached(MAIN);
    EXPLORE_CHECK(!subjects[MAIN].closed && !subjects[OTHER].closed && gil_gate_inside(gate(place[1])) == 1);
    gil_store_seq_cst(&handled, 1u);
    return -raises;
}

static int
is_handled(void)
{
    return handled != 0;
}

static int
of_signals(const void *address)
{
    return address == asked || address == &handled || of_the_end(address);
}

/* It is no wake for who waits, who has to look by himself. */
static void
expect_signal(void)
{
    handled = 0;
    raises = 0;
    retells = 1;
    asked = &subjects[MAIN].ts->block.brk;
    gil_state_hooks.attend = handle_signal;
}

static void
setup_signalled(void)
{
    setup_visit();
    expect_signal();
}

static void
setup_signalled_main(void)
{
    setup_visit_main();
    expect_signal();
}

static void
setup_called_off(void)
{
    setup_signalled();
    raises = 1;
}

/* Thread 1 leaves only when what it sent was handled. */
static void
send_from_inside(void)
{
    if (gil_gate_enter(gate(place[1])) < 0) {
        refused++;
        return;
    }
    entered++;
    gil_fetch_or_seq_cst(asked, _Gil_BRK_SIGNAL);
    explore_until(is_handled);
    use(place[1]);
    gil_gate_leave(gate(place[1]));
}

static void
body_signalled(int self)
{
    if (self == 1) {
        send_from_inside();
        return;
    }
    start_as_main();
    EXPLORE_CHECK(end_runtime(GIL_MACHINE_NEVER) == 0 && handled == (uint32_t)entered);
}

/* By an exception: everything is as before, whoever is inside still, and the next attempt finds no signal. */
static void
body_called_off(int self)
{
    if (self == 1) {
        send_from_inside();
        return;
    }
    start_as_main();
    long inside = gil_finalize_begin(subjects[MAIN].ts, GIL_MACHINE_NEVER, "called_off");
    EXPLORE_CHECK((inside != 0) == (entered != 0) && handled == (uint32_t)entered && told == entered);
    if (inside == 0) {
        gil_finalize_commit(subjects[MAIN].ts, "called_off");
        return;
    }
    EXPLORE_CHECK(is_open(MAIN) && is_open(OTHER) && !subjects[MAIN].closing && !subjects[OTHER].closing);
    use_attached(MAIN);
    EXPLORE_CHECK(end_runtime(GIL_MACHINE_NEVER) == 0);
}

/* What is posted to, too. */
static int
of_calls(const void *address)
{
    for (int i = 0; i < NODES; i++)
        if (address == &nodes[i].state)
            return 1;
    for (int i = 0; i < BOTH; i++)
        if (address == &subjects[i].gate->calls.head || address == &subjects[i].ts->calls.head)
            return 1;
    return address == &gil_main_calls.calls.head || of_admission(address);
}

#define ALL EXPLORE_ALL
static const struct model_run runs[] = {
    {{"visit", 2, 0, setup_visit, body_visit, of_the_end, NULL, finish}, {3, 1, 0}, {4, 1, 1}},
    {{"visit", 3, 0, setup_visit, body_visit, of_the_end, NULL, finish}, {2, 0, 0}, {3, 1, 0}},
    {{"shared", 2, 0, setup_shared, body_visit, of_the_end, NULL, finish}, {3, 1, 0}, {4, 1, 1}},
    {{"shared", 3, 0, setup_shared, body_visit, of_the_end, NULL, finish}, {2, 0, 0}, {3, 1, 0}},
    {{"shared_late", 2, 0, setup_shared, body_late_end, of_the_end, NULL, finish}, {3, 1, 0}, {4, 2, 1}},
    {{"visit_main", 2, 0, setup_visit_main, body_visit, of_the_end, NULL, finish}, {3, 1, 0}, {4, 1, 1}},
    {{"busy", 2, 0, setup_visit, body_busy, of_the_end, NULL, finish}, {3, 1, 0}, {4, 2, 1}},
    {{"busy_main", 2, 0, setup_visit_main, body_busy, of_the_end, NULL, finish}, {3, 1, 0}, {4, 2, 1}},
    {{"late_end", 2, 0, setup_visit, body_late_end, of_the_end, NULL, finish}, {3, 1, 0}, {4, 2, 1}},
    {{"late_end", 3, 0, setup_visit, body_late_end, of_the_end, NULL, finish}, {2, 0, 0}, {3, 1, 0}},
    {{"late_end_main", 2, 0, setup_visit_main, body_late_end, of_the_end, NULL, finish}, {3, 1, 0}, {4, 2, 1}},
    {{"late_attacher", 2, 0, setup_visit, body_late_attacher, of_the_end, NULL, finish}, {3, 0, 0}, {4, 1, 1}},
    {{"kept", 2, ALL, setup_kept, body_kept, of_the_end, NULL, finish}, {3, 0, 0}, {4, 2, 1}},
    {{"kept_late", 2, ALL, setup_kept_late, body_kept_late, of_the_end, NULL, finish}, {3, 0, 0}, {4, 2, 1}},
    {{"kept_main", 2, ALL, setup_kept_main, body_kept_main, of_the_end, NULL, finish}, {3, 0, 0}, {4, 1, 1}},
    {{"kept_long", 3, 1u, setup_kept_long, body_kept_long, of_the_end, NULL, finish}, {2, 0, 0}, {3, 1, 0}},
    {{"kept_outside", 2, ALL, setup_kept_outside, body_kept_outside, of_the_end, NULL, finish_other}, {3, 0, 0}, {4, 2, 1}},
    {{"enders", 2, 0, setup_enders, body_enders, of_both, NULL, finish_other}, {3, 0, 0}, {4, 1, 1}},
    {{"enders", 3, 0, setup_enders, body_enders, of_admission, NULL, finish_other}, {2, 0, 0}, {3, 0, 0}},
    {{"ends", 2, 0, setup_enders, body_ends, of_both, NULL, finish}, {3, 1, 0}, {4, 1, 1}},
    {{"asks_beside", 2, 0, setup_enders, body_asks_beside, of_both, NULL, finish}, {3, 1, 0}, {4, 1, 1}},
    {{"inside_and_outside", 2, 0, setup_enders, body_inside_and_outside, of_both, NULL, finish_other}, {3, 1, 0}, {4, 1, 1}},
    {{"goes_back", 2, ALL, setup_goes_back, body_goes_back, of_both, NULL, finish_other}, {3, 0, 0}, {4, 1, 0}},
    {{"gives_up_outside", 2, ALL, setup_goes_back, body_gives_up_outside, of_admission, NULL, finish_other}, {3, 0, 0}, {4, 1, 1}},
    {{"gives_up", 2, ALL, setup_goes_back, body_gives_up, of_both, NULL, finish}, {3, 0, 0}, {4, 1, 0}},
    {{"stirred", 2, ALL, setup_stirred, body_stirred, of_admission, NULL, finish}, {3, 0, 0}, {4, 2, 0}},
    {{"makes", 2, 0, setup_makes, body_makes, of_both, NULL, finish}, {3, 0, 0}, {4, 0, 1}},
    {{"asked", 2, 0, setup_asked, body_asked, of_admission, NULL, finish_other}, {4, 0, 1}, {6, 0, 2}},
    {{"asked", 3, 0, setup_asked, body_asked, of_admission, NULL, finish_other}, {2, 0, 0}, {3, 0, 1}},
    {{"comes_late", 2, 0, setup_comes_late, body_comes_late, of_admission, NULL, finish_other}, {4, 0, 1}, {6, 0, 2}},
    {{"asked_in_vain", 2, ALL, setup_comes_late, body_asked_in_vain, of_admission, NULL, finish_other}, {3, 0, 0}, {4, 1, 0}},
    {{"asked_by_all", 2, 0, setup_asked, body_asked_by_all, of_admission, NULL, finish_other}, {3, 0, 0}, {5, 0, 2}},
    {{"asked_by_all", 3, 0, setup_asked, body_asked_by_all, of_admission, NULL, finish_other}, {2, 0, 0}, {3, 0, 0}},
    {{"takes_on", 3, 1u, setup_takes_on, body_takes_on, of_admission, NULL, finish_other}, {2, 1, 0}, {3, 2, 0}},
    {{"unasked", 2, 0, setup_asked, body_unasked, of_admission, NULL, finish_other}, {3, 1, 0}, {4, 2, 1}},
    {{"unasked", 3, 0, setup_asked, body_unasked, of_admission, NULL, finish_other}, {2, 1, 0}, {3, 1, 0}},
    {{"told_by_turns", 2, 0, setup_enders, body_told, of_admission, NULL, finish_other}, {3, 0, 0}, {5, 0, 1}},
    {{"told_by_turns", 3, 0, setup_enders, body_told, of_admission, NULL, finish_other}, {2, 0, 0}, {3, 0, 0}},
    {{"all_or_none", 2, 0, setup_asked, body_all_or_none, of_admission, NULL, finish_other}, {3, 0, 0}, {5, 0, 1}},
    {{"all_or_none", 3, 0, setup_asked, body_all_or_none, of_admission, NULL, finish_other}, {2, 0, 0}, {3, 0, 0}},
    {{"last_calls", 2, 0, setup_calls, body_last_calls, of_calls, NULL, finish_calls}, {4, 0, 0}, {6, 0, 0}},
    {{"last_calls", 3, 0, setup_calls, body_last_calls, of_calls, NULL, finish_calls}, {2, 0, 0}, {3, 0, 0}},
    {{"rounds", 2, 0, setup_calls, body_rounds, of_calls, NULL, finish_calls}, {3, 0, 0}, {5, 0, 0}},
    {{"too_many_rounds", 2, 0, setup_calls, body_too_many_rounds, of_calls, NULL, finish_too_many_rounds}, {3, 0, 0}, {5, 0, 0}},
    {{"carries_on", 2, 0, setup_calls, body_carries_on, of_admission, NULL, finish_other}, {3, 0, 0}, {5, 0, 0}},
    {{"exit_waits", 2, 0, setup_visit_main, body_exit_waits, of_the_end, NULL, finish}, {3, 0, 0}, {4, 0, 1}},
    {{"signalled_end", 2, 1u, setup_signalled, body_signalled, of_signals, NULL, finish}, {3, 0, 0}, {4, 1, 0}},
    {{"called_off", 2, 1u, setup_called_off, body_called_off, of_signals, NULL, finish}, {3, 0, 0}, {4, 1, 0}},
    {{"signalled_main", 2, 1u, setup_signalled_main, body_signalled, of_signals, NULL, finish}, {3, 0, 0}, {4, 1, 0}},
};

int
main(int argc, char **argv)
{
    return model_main(argc, argv, runs, (int)(sizeof runs / sizeof runs[0]));
}
