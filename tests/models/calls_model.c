/* SPDX-License-Identifier: MIT */
/* Pending calls under the explorer: lib/state/pending.c, and the wait that they wake, as they ship. */
#include "models/runner.h"

#include "models/machine_model.h"

#include "base/mem.h"
#include "gilrt/mutex.h"
#include "gilrt/state.h"
#include "state/gate.h"
#include "state/interp.h"
#include "state/pending.h"
#include "state/stable.h"
#include "state/tstate.h"
#include "state/wait.h"
#include "sync/machine.h"
#include "sync/parking.h"

#include <string.h>

/*
 * The interpreter's lock is a plain mutex here, and whoever holds it is attached. A thread that makes calls comes to
 * a safe point only when its bit is set, as a poll does, and goes home when it is not and nobody posts any more: so a
 * bit that is lost leaves a call unmade, which the end of each run looks for.
 *
 * A signal handler that posts is a thread here that posts. What it may do between two steps of the thread that it
 * came over, another thread may, too; and that it is over before that thread goes on is one of the schedules.
 */
#define THREADS_MAX 3
#define NODES 3

static struct gil_gate gate __attribute__((aligned(64)));
static struct gil_call_ring ring;
static struct _gilis interp;
static struct cell {
    GilThreadState ts __attribute__((aligned(64)));
} cells[THREADS_MAX];
/* Another interpreter, with a state of thread 0; and its lock, which no other thread wants, is none. */
static struct gil_gate other_gate __attribute__((aligned(64)));
static struct gil_call_ring other_ring;
static struct _gilis other_interp;
static const struct _gilis *not_main; /* the main one is the other one of the two */
static GilThreadState other_cell __attribute__((aligned(64)));
static struct gil_mutex lock;
struct gil_mutex gil_states_mutex;
static GilPendingNode nodes[NODES];
static uint32_t written[NODES]; /* what a poster has written before it posted */
static int seen[NODES];         /* and of it a call has seen */
static int accepted, made, fulls;
static int posting;             /* threads that may post still */
static int wanted;              /* calls that a sleeper waits for */
static int inside;              /* calls under way */
__thread struct _GilThreadBlock *_Gil_thread;

static int is_made(void *number);

static void
setup(void)
{
    gil_parking_forget_all();
    memset(&interp, 0, sizeof interp);
    memset(cells, 0, sizeof cells);
    memset(&ring, 0, sizeof ring);
    memset(&gil_main_calls, 0, sizeof gil_main_calls);
    memset(&gil_main_ring, 0, sizeof gil_main_ring);
    gil_main_calls.calls.head = GIL_CALLS_CLOSED;
    gil_gate_init(&gate, &interp);
    gate.ring = &ring;
    interp.gate = &gate;
    memset(&other_interp, 0, sizeof other_interp);
    memset(&other_cell, 0, sizeof other_cell);
    gil_gate_init(&other_gate, &other_interp);
    other_interp.gate = &other_gate;
    memset(&other_ring, 0, sizeof other_ring);
    other_gate.ring = &other_ring;
    not_main = &other_interp;
    other_cell.interp = &other_interp;
    other_cell.gate = &other_gate;
    other_cell.id = THREADS_MAX + 2;
    other_cell.os_thread = 2; /* thread 0's, too */
    gil_mutex_init(&lock, GIL_RANK_LOCK, "the interpreter");
    gil_mutex_init(&gil_states_mutex, GIL_RANK_STATES, "the registry");
    for (int t = THREADS_MAX - 1; t >= 0; t--) {
        GilThreadState *ts = &cells[t].ts;
        ts->interp = &interp;
        ts->gate = &gate;
        ts->id = (uint64_t)t + 1;
        ts->os_thread = (unsigned long)t + 2; /* as gil_machine_thread() says there */
        ts->next = interp.threads;
        interp.threads = ts;
    }
    for (int i = 0; i < NODES; i++)
        nodes[i] = (GilPendingNode)GIL_PENDING_NODE_INIT(is_made, &written[i]);
    memset(seen, 0, sizeof seen);
    memset(written, 0, sizeof written);
    accepted = made = fulls = wanted = inside = 0;
    posting = 1;
    _Gil_thread = NULL;
}

static void
setup_two_posters(void)
{
    setup();
    posting = 2;
}

static int
of_interest(const void *address)
{
    (void)address;
    return 1;
}

/* --- what the sources expect of the rest of the library --- */

struct gil_state_hooks gil_state_hooks;

static void
attach(GilThreadState *ts)
{
    if (ts != &other_cell)
        gil_mutex_lock(&lock);
    _Gil_thread = &ts->block;
    ts->block.st = _Gil_ATTACHED;
}

static void
detach(GilThreadState *ts)
{
    ts->block.st = _Gil_LAZY;
    _Gil_thread = NULL;
    if (ts != &other_cell)
        gil_mutex_unlock(&lock);
}

void
gil_tstate_detach(GilThreadState *ts, const char *func)
{
    (void)func;
    detach(ts);
}

void
gil_tstate_attach(GilThreadState *ts, const char *func)
{
    (void)func;
    attach(ts);
}

int
gil_tstate_attach_until(GilThreadState *ts, uint64_t limit, const char *func)
{
    (void)limit;
    (void)func;
    attach(ts);
    return 1;
}

void
gil_tstate_too_late(GilThreadState *ts, const char *func)
{
    (void)ts;
    explore_fail(func);
}

void
gil_tstate_panic_detached(const char *func)
{
    explore_fail(func);
}

#ifdef GIL_DEBUG
void
gil_rank_parking(const char *func)
{
    (void)func;
}
#endif

const GilThreadState *
gil_tstate_look(struct gil_stable_look *look)
{
    int i = look->block++;

    return i < THREADS_MAX ? &cells[i].ts : i == THREADS_MAX ? &other_cell : NULL;
}

int
_GilEval_PollSlow(struct _GilThreadBlock *block)
{
    return gil_pending_serve((GilThreadState *)(void *)block);
}

GilInterpreterState *
GilInterpreterState_Main(void)
{
    return not_main == &interp ? &other_interp : &interp;
}

void
gil_unblock_rouse(GilThreadState *ts)
{
    (void)ts;
}

int
gil_unblock_claim(GilThreadState *ts)
{
    (void)ts;
    return 0;
}

void
gil_unblock_call(GilThreadState *ts)
{
    (void)ts;
}

void
gil_unblock_drain(GilThreadState *ts)
{
    (void)ts;
}

/* Whoever needs memory has no place in a model. */
void *
gil_raw_malloc(size_t size)
{
    (void)size;
    return NULL;
}

void
gil_raw_free(void *block)
{
    (void)block;
    explore_fail("memory is given back");
}

/* --- calls, those who post them, and those who make them --- */

/* A call: within the lock, and it sees what its poster wrote. */
static int
is_made(void *number)
{
    EXPLORE_CHECK(_Gil_thread != NULL);
    EXPLORE_CHECK(inside == 0);
    if (number != NULL)
        EXPLORE_CHECK(gil_load_relaxed((uint32_t *)number) == 1);
    made++;
    return 0;
}

/* One that leaves the lock in the middle, where others may make theirs. */
static int
leave_in_between(void *number)
{
    GilThreadState *ts = (GilThreadState *)(void *)_Gil_thread;

    is_made(number);
    detach(ts);
    attach(ts);
    return 0;
}

static int
fail_once(void *number)
{
    is_made(number);
    return -1;
}

static void
raise(GilThreadState *ts, const char *why)
{
    (void)ts;
    (void)why;
}

static void
note(int rc)
{
    if (rc == 0)
        accepted++;
    else if (rc == GIL_PENDING_FULL)
        fulls++;
    else
        EXPLORE_CHECK(rc == 1 || rc == GIL_PENDING_ENDED);
}

/* View and gate are one. */
static GilInterpreterView *
view(void)
{
    return (GilInterpreterView *)(void *)&gate;
}

static void
post(int i)
{
    gil_store_relaxed(&written[i], 1);
    note(GilPending_Post(view(), &nodes[i]));
}

static void
post_to_thread(uint64_t id, int i)
{
    gil_store_relaxed(&written[i], 1);
    note(GilPending_PostToThread(id, &nodes[i]));
}

static void
post_to_main(int i)
{
    gil_store_relaxed(&written[i], 1);
    note(GilPending_PostToMain(&nodes[i]));
}

static int
asked(int t)
{
    return (cells[t].ts.block.brk & (_Gil_BRK_CALLS | _Gil_BRK_SHARED)) != 0;
}

static int
ready_0(void)
{
    return asked(0) || posting == 0;
}

static int
ready_2(void)
{
    return asked(2) || posting == 0;
}

/* A thread that polls as long as there may be something. */
static void
serve_until_quiet(int self)
{
    GilThreadState *ts = &cells[self].ts;

    for (;;) {
        explore_until(self == 0 ? ready_0 : ready_2);
        if (!asked(self))
            return;
        attach(ts);
        (void)Gil_PollThread(ts);
        detach(ts);
    }
}

/* Plainly: the run is over. */
static int
is_empty(const struct gil_calls *calls)
{
    return (calls->head == NULL || calls->head == GIL_CALLS_CLOSED) && calls->first == NULL;
}

static void
finish(void)
{
    EXPLORE_CHECK(made == accepted && inside == 0);
    EXPLORE_CHECK(is_empty(&gate.calls) && is_empty(&gil_main_calls.calls));
    for (int t = 0; t < THREADS_MAX; t++)
        EXPLORE_CHECK(is_empty(&cells[t].ts.calls) && cells[t].ts.block.brk == 0);
    for (int i = 0; i < NODES; i++)
        EXPLORE_CHECK(nodes[i].state == 0);
    for (int i = 0; i < GIL_CALL_RING; i++)
        EXPLORE_CHECK(ring.nodes[i].state == 0);
    EXPLORE_CHECK(gil_states_mutex.word == 0 && lock.word == 0);
}

/* Of several posters of one node; the other thread polls. */
static void
body_poll(int self)
{
    if (self == 0) {
        serve_until_quiet(0);
        return;
    }
    if (self == 1)
        post(0);
    post(1);
    posting--;
}

static void
finish_poll(void)
{
    /* The other threads have nobody who looks at their bit. */
    cells[1].ts.block.brk = cells[2].ts.block.brk = 0;
    finish();
}

/* Who finds the node posted may count on a call that begins after. */
static int
see(void *unused)
{
    for (int i = 1; i < NODES; i++)
        seen[i] |= (int)gil_load_relaxed(&written[i]);
    return is_made(unused);
}

static void
setup_again(void)
{
    setup_two_posters();
    nodes[0] = (GilPendingNode)GIL_PENDING_NODE_INIT(see, NULL);
}

static void
body_again(int self)
{
    if (self == 0) {
        serve_until_quiet(0);
        return;
    }
    gil_store_relaxed(&written[self], 1);
    note(GilPending_Post(view(), &nodes[0]));
    post(self);
    posting--;
}

static void
finish_again(void)
{
    EXPLORE_CHECK(seen[1] && seen[2]);
    finish_poll();
}

/* What is posted no longer is its owner's: here it is given back. */
static int
is_mine_again(void)
{
    return nodes[0].state == 0;
}

static void
body_node(int self)
{
    if (self == 0) {
        serve_until_quiet(0);
        return;
    }
    if (self == 2) {
        post(1);
        posting--;
        return;
    }
    post(0);
    explore_until(is_mine_again);
    EXPLORE_CHECK(!GilPendingNode_IsPosted(&nodes[0]));
    nodes[0].state = 0;
    explore_poison(&nodes[0], offsetof(GilPendingNode, state));
    posting--;
}

static void
finish_node(void)
{
    EXPLORE_CHECK(made == 2 && accepted == 2);
}

/* Main, and the bit that it is asked by. */
static void
body_main(int self)
{
    if (self == 0) {
        gil_pending_open_main(&cells[0].ts);
        serve_until_quiet(0);
        return;
    }
    post_to_main(0);
    post_to_main(1);
    note(Gil_AddPendingCall(is_made, NULL));
    posting--;
}

/* A thread is asleep in a wait until so many calls were made. */
static int
try_enough(void *unused)
{
    (void)unused;
    return made == wanted;
}

static enum gil_waited
sleep_for_enough(void *object, struct gil_wait *wait)
{
    struct gil_bucket *bucket = gil_parking_lock(object);
    int is_enough = made == wanted;

    if (!is_enough)
        gil_parking_add(bucket, &wait->me, object);
    gil_parking_unlock(bucket);
    return is_enough ? GIL_WAITED_AGAIN : gil_parking_sleep_or_leave(wait);
}

static const struct gil_waitable enough = {try_enough, sleep_for_enough, NULL, NULL};

static void
setup_sleep(void)
{
    setup();
    wanted = 2;
}

static void
sleep_until_made(int self)
{
    GilThreadState *ts = &cells[self].ts;

    attach(ts);
    EXPLORE_CHECK(gil_wait_for(&enough, &wanted, GIL_MACHINE_NEVER, GIL_WAIT_INTERRUPTIBLE, "model") == 1);
    detach(ts);
}

static void
body_sleep(int self)
{
    if (self == 0)
        sleep_until_made(0);
    else {
        post(0);
        post(1);
    }
}

static void
body_sleep_main(int self)
{
    if (self == 0)
        sleep_until_made(0);
    else {
        post_to_main(0);
        post_to_thread(1, 1);
    }
}

static void
setup_sleep_main(void)
{
    setup_sleep();
    gil_main_calls.ts = &cells[0].ts;
    gil_main_calls.calls.head = NULL;
}

static void
finish_sleep(void)
{
    cells[0].ts.block.brk = 0;
    finish_poll();
}

/* The main thread stays in native code, and comes out for what is meant for it alone: also for what a call that raised has left. */
static int
is_called_back(void)
{
    return (cells[0].ts.block.brk & _Gil_BRK_CALLS) != 0 || posting == 0;
}

static void
setup_native(void)
{
    setup_sleep_main();
    nodes[0].func = nodes[1].func = fail_once;
}

static void
body_native(int self)
{
    GilThreadState *ts = &cells[0].ts;

    if (self != 0) {
        post_to_main(0);
        post_to_thread(1, 1);
        post_to_main(2);
        posting--;
        return;
    }
    for (;;) {
        explore_until(is_called_back);
        if (!(ts->block.brk & _Gil_BRK_CALLS))
            return;
        attach(ts);
        (void)Gil_PollThread(ts);
        detach(ts);
    }
}

/* In the child of a fork: there is no main thread's state yet, and that of thread 1 becomes it. */
static int
ready_1(void)
{
    return asked(1) || posting == 0;
}

static void
setup_heir(void)
{
    setup();
    gil_main_calls.calls.head = NULL;
    gil_main_calls.heir = 1 + 2; /* thread 1, as gil_machine_thread() says there */
    cells[1].ts.block.brk = _Gil_BRK_SHARED; /* as at birth */
}

static void
body_heir(int self)
{
    if (self == 0) {
        post_to_main(0);
        post_to_main(1);
        posting--;
        return;
    }
    for (;;) {
        explore_until(ready_1);
        if (!asked(1))
            return;
        attach(&cells[1].ts);
        (void)Gil_PollThread(&cells[1].ts);
        detach(&cells[1].ts);
    }
}

static void
finish_heir(void)
{
    EXPLORE_CHECK(gil_main_calls.ts == &cells[1].ts && gil_main_calls.heir == 0);
    /* It looks for signals, too. */
    EXPLORE_CHECK(cells[1].ts.block.brk == _Gil_BRK_SIGNAL);
    finish_poll();
}

/* Two make the calls of one queue, each of which leaves the lock. */
static void
setup_servers(void)
{
    setup();
    nodes[0].func = nodes[1].func = leave_in_between;
}

static void
body_servers(int self)
{
    if (self != 1) {
        serve_until_quiet(self);
        return;
    }
    post(0);
    post(1);
    posting--;
}

static void
finish_servers(void)
{
    cells[1].ts.block.brk = 0;
    finish();
}

/* Within a call, polls make no other; those that were posted meanwhile are made after it. */
static int
other_is_posted(void)
{
    return asked(0) || posting == 0;
}

static int
poll_inside(void *number)
{
    GilThreadState *ts = &cells[0].ts;

    is_made(number);
    inside = 1;
    explore_until(other_is_posted);
    EXPLORE_CHECK(Gil_PollThread(ts) == 0);
    inside = 0;
    return 0;
}

static void
setup_inside(void)
{
    setup();
    nodes[0].func = poll_inside;
}

/* A call goes to another interpreter, and polls there: what that is to call waits until the call is over, whoever posts it, and is
 * not forgotten. */
static void
post_elsewhere(int i)
{
    gil_store_relaxed(&written[i], 1);
    note(GilPending_Post((GilInterpreterView *)(void *)&other_gate, &nodes[i]));
}

static int
go_elsewhere(void *number)
{
    is_made(number);
    inside = 1;
    detach(&cells[0].ts);
    attach(&other_cell);
    post_elsewhere(2);
    EXPLORE_CHECK(Gil_PollThread(&other_cell) == 0);
    detach(&other_cell);
    attach(&cells[0].ts);
    inside = 0;
    return 0;
}

static void
setup_elsewhere(void)
{
    setup();
    nodes[0].func = go_elsewhere;
}

static void
body_elsewhere(int self)
{
    if (self != 0) {
        post(0);
        post_elsewhere(1);
        posting--;
        return;
    }
    for (;;) {
        explore_until(ready_0);
        if (asked(0)) {
            attach(&cells[0].ts);
            (void)Gil_PollThread(&cells[0].ts);
            detach(&cells[0].ts);
        }
        else if (posting == 0)
            break;
    }
    /* The last look, by a thread that comes there when it is asked to. */
    if (other_cell.block.brk != 0) {
        attach(&other_cell);
        (void)Gil_PollThread(&other_cell);
        detach(&other_cell);
    }
}

static void
finish_elsewhere(void)
{
    EXPLORE_CHECK(is_empty(&other_gate.calls) && other_cell.block.brk == 0);
    finish_poll();
}

/* A call fails; its thread makes no more, and another one does. */
static void
setup_left(void)
{
    setup_two_posters(); /* who fails, asks others */
    nodes[0].func = nodes[1].func = fail_once;
}

static int
ready_or_alone(void)
{
    return asked(0) || posting == 1;
}

static void
body_left(int self)
{
    GilThreadState *ts = &cells[0].ts;

    if (self == 0) {
        explore_until(ready_or_alone);
        attach(ts);
        int before = made, rc = Gil_PollThread(ts);
        EXPLORE_CHECK(rc == (made > before ? -1 : 0) && made <= before + 1);
        detach(ts);
        posting--;
    }
    else
        body_servers(self);
}

static void
finish_left(void)
{
    cells[0].ts.block.brk = cells[1].ts.block.brk = 0;
    finish();
}

/* A ring says when it is full, and nothing else. */
static void
body_ring(int self)
{
    if (self == 0) {
        serve_until_quiet(0);
        return;
    }
    for (int i = 0; i < 2; i++)
        note(GilPending_Add(view(), is_made, NULL));
    posting--;
}

static void
finish_ring(void)
{
    EXPLORE_CHECK(made + fulls == 4);
    finish_poll();
}

/* --- ends --- */

/* The state of thread 0 ends with calls of its own, thread 2 makes them. */
static void
body_leave(int self)
{
    GilThreadState *ts = &cells[0].ts;

    if (self == 0) {
        gil_mutex_lock(&gil_states_mutex);
        gil_pending_leave(ts);
        gil_mutex_unlock(&gil_states_mutex);
        gil_store_relaxed(&ts->gate, NULL);
        gil_store_relaxed(&ts->id, 0);
        /* The block serves another state, which nobody has posted to. */
        gil_mutex_lock(&gil_states_mutex);
        gil_calls_init(&ts->calls);
        gil_store_relaxed(&ts->id, THREADS_MAX + 1);
        gil_mutex_unlock(&gil_states_mutex);
        return;
    }
    if (self == 2) {
        serve_until_quiet(2);
        return;
    }
    post_to_thread(1, 0);
    post_to_thread(1, 1);
    posting--;
}

/* It may end after the last post. */
static void
setup_leave(void)
{
    setup();
    posting = 2;
}

static void
body_leave_and_serve(int self)
{
    body_leave(self);
    if (self == 0)
        posting--;
}

static void
finish_leave(void)
{
    cells[0].ts.block.brk = cells[1].ts.block.brk = 0;
    finish();
}

/* A state is made while somebody posts: as in gil_tstate_get_block(). */
static void
setup_birth(void)
{
    setup_two_posters();
    cells[0].ts.gate = cells[1].ts.gate = cells[2].ts.gate = NULL;
}

static void
body_birth(int self)
{
    GilThreadState *ts = &cells[0].ts;

    if (self != 0) {
        post(self);
        posting--;
        return;
    }
    gil_store_seq_cst(&ts->gate, &gate);
    if (gil_calls_wait(&gate.calls))
        gil_fetch_or_seq_cst(&ts->block.brk, _Gil_BRK_SHARED);
    serve_until_quiet(0);
}

/* The same while another one makes calls, fails, and is gone. */
static void
setup_birth_left(void)
{
    setup_left();
    cells[2].ts.gate = NULL;
}

static void
body_birth_left(int self)
{
    GilThreadState *ts = &cells[2].ts;

    if (self == 2) {
        gil_store_seq_cst(&ts->gate, &gate);
        if (gil_calls_wait(&gate.calls))
            gil_fetch_or_seq_cst(&ts->block.brk, _Gil_BRK_SHARED);
    }
    body_left(self);
}

/* --- what a thread is to raise --- */

static int
is_raised(void)
{
    return (cells[0].ts.block.brk & _Gil_BRK_ASYNC) != 0;
}

static void
body_async(int self)
{
    GilThreadState *ts = &cells[self].ts;
    GilPendingNode *node = &nodes[0];

    if (self == 1) {
        attach(ts);
        accepted = gil_pending_swap_async(ts, 1, &node);
        EXPLORE_CHECK(node == (accepted ? NULL : &nodes[0]));
        detach(ts);
        posting--;
        return;
    }
    if (self == 2) {
        serve_until_quiet(2);
        return;
    }
    /* It ends; what it was to raise goes to thread 2 as a call. */
    if (is_raised())
        EXPLORE_CHECK(cells[0].ts.async == &nodes[0]);
    body_leave(0);
    posting--;
}

static void
setup_async(void)
{
    setup();
    posting = 2;
    written[0] = 1;
}

/* --- the child of a fork --- */

/*
 * As gil_fork_clean() has it: thread 0 forks, attached and with the mutex, and is the main thread then; what the others have posted or
 * taken is what the copy has. Whose post had returned is made, once; who was in the middle is gone, with his own node at worst.
 */
enum { TO_RING = NODES, TO_MAIN_RING, TARGETS };
static int times[TARGETS]; /* that it was called */
static int is_sure[TARGETS]; /* it was accepted */
static uint32_t numbers[TARGETS];
static GilPendingNode to_raise; /* in a state of an interpreter that is lost */

static int
count(void *number)
{
    EXPLORE_CHECK(gil_load_relaxed((uint32_t *)number) == 1);
    times[(uint32_t *)number - numbers]++;
    return is_made(NULL);
}

/* One within which the fork may come. */
static int
count_and_leave(void *number)
{
    (void)count(number);
    return leave_in_between(NULL);
}

static void
setup_fork(void)
{
    setup();
    memset(times, 0, sizeof times);
    memset(is_sure, 0, sizeof is_sure);
    memset(numbers, 0, sizeof numbers);
    gil_main_calls.ts = &cells[0].ts;
    gil_main_calls.calls.head = NULL;
    for (int i = 0; i < NODES; i++)
        nodes[i] = (GilPendingNode)GIL_PENDING_NODE_INIT(count, &numbers[i]);
    nodes[0].func = count_and_leave;
    to_raise = (GilPendingNode)GIL_PENDING_NODE_INIT(is_made, NULL);
}

/* The main thread was another one. */
static void
setup_fork_of_another(void)
{
    setup_fork();
    gil_main_calls.ts = &cells[1].ts;
}

static void
poll(GilThreadState *ts)
{
    while (ts->block.brk & (_Gil_BRK_CALLS | _Gil_BRK_SHARED))
        (void)Gil_PollThread(ts);
}

/* By one who may be gone in the middle. */
static void
post_and_say(int i)
{
    gil_store_relaxed(&numbers[i], 1);
    int rc = i == 0                ? GilPending_Post(view(), &nodes[0])
             : i == 1              ? GilPending_PostToMain(&nodes[1])
             : i == 2              ? GilPending_PostToThread(2, &nodes[2])
             : i == TO_RING        ? GilPending_Add(view(), count, &numbers[i])
                                   : Gil_AddPendingCall(count, &numbers[i]);
    EXPLORE_CHECK(rc == 0);
    is_sure[i] = 1;
}

/* As many as there is room for. */
static int
fill_rings(void)
{
    int added = 0;

    while (GilPending_Add(view(), is_made, NULL) == 0)
        added++;
    while (Gil_AddPendingCall(is_made, NULL) == 0)
        added++;
    return added;
}

/* What a child does with what it was left, and with the rings: what waits in them is not touched, and the rest is free. */
static void
use_the_child(GilThreadState *ts)
{
    EXPLORE_CHECK(fill_rings() >= 2 * GIL_CALL_RING - 2);
    poll(ts);
    for (int i = 0; i < TARGETS; i++)
        EXPLORE_CHECK(times[i] <= 1 && times[i] >= is_sure[i]);
    for (int i = 0; i < NODES; i++)
        EXPLORE_CHECK(nodes[i].state == 0 || (!times[i] && !is_sure[i]));
    EXPLORE_CHECK(fill_rings() == 2 * GIL_CALL_RING);
    int before = made;
    poll(ts);
    EXPLORE_CHECK(made == before + 2 * GIL_CALL_RING);
    EXPLORE_CHECK(is_empty(&gate.calls) && is_empty(&gil_main_calls.calls) && is_empty(&ts->calls));
}

static void
fork_here(GilThreadState *ts)
{
    attach(ts);
    gil_mutex_lock(&gil_states_mutex);
    explore_fork();
    gil_mutex_unlock(&gil_states_mutex);
}

static void
body_fork(int self)
{
    GilThreadState *ts = &cells[0].ts;

    if (self == 2) {
        serve_until_quiet(2);
        return;
    }
    if (self == 1) {
        for (int i = 0; i < TARGETS; i++)
            post_and_say(i);
        posting--;
        return;
    }
    fork_here(ts);
    gil_pending_fork_main(ts);
    gil_pending_fork_interp(&interp);
    for (GilThreadState *each = interp.threads; each != NULL; each = each->next)
        gil_pending_fork_state(each, each == ts);
    /* Also for a call whose poster had not come to asking yet. */
    EXPLORE_CHECK((is_empty(&gate.calls) && is_empty(&gil_main_calls.calls)) ||
                  (ts->block.brk & (_Gil_BRK_CALLS | _Gil_BRK_SHARED)) != 0);
    use_the_child(ts);
    detach(ts);
}

/* The child reads plainly what it has taken itself: nobody else takes anything here. */
static int
of_posting(const void *address)
{
    return address != &gate.calls.first && address != &cells[1].ts.calls.first && address != &gil_main_calls.calls.first;
}

/* Of an interpreter that is lost nothing is made: what lay there may be posted elsewhere, and nothing more is taken. Another one is the
 * main one then, and makes what is posted to main from then on, and not what the lost one was to make. */
static void
body_fork_lost(int self)
{
    GilThreadState *ts = &other_cell;

    if (self != 0) {
        for (int i = 0; i < NODES; i++)
            post_and_say(i);
        return;
    }
    cells[1].ts.async = &to_raise;
    fork_here(ts);
    gil_pending_fork_lose(&interp);
    not_main = &interp;
    gil_pending_fork_main(ts);
    gil_pending_fork_interp(&other_interp);
    gil_pending_fork_state(ts, 1);
    poll(ts);
    EXPLORE_CHECK(times[0] == 0 && times[1] == 0 && times[2] == 0);
    EXPLORE_CHECK(is_empty(&gate.calls) && is_empty(&cells[1].ts.calls) && is_empty(&gil_main_calls.calls));
    for (int i = 0; i < NODES; i += 2)
        if (is_sure[i])
            EXPLORE_CHECK(GilPending_Post((GilInterpreterView *)(void *)&other_gate, &nodes[i]) == 0);
    if (is_sure[1])
        EXPLORE_CHECK(GilPending_PostToMain(&nodes[1]) == 0);
    poll(ts);
    EXPLORE_CHECK(times[0] == is_sure[0] && times[1] == is_sure[1] && times[2] == is_sure[2]);
    GilPendingNode *node = &nodes[0];
    *node = (GilPendingNode)GIL_PENDING_NODE_INIT(is_made, NULL);
    EXPLORE_CHECK(GilPending_Post(view(), node) == GIL_PENDING_ENDED && GilPending_PostToThread(2, node) == GIL_PENDING_ENDED);
    EXPLORE_CHECK(GilPending_Add(view(), is_made, NULL) == GIL_PENDING_ENDED && node->state == 0);
    /* One of its states ends, and has nothing to leave. */
    gil_mutex_lock(&gil_states_mutex);
    gil_pending_leave(&cells[1].ts);
    gil_mutex_unlock(&gil_states_mutex);
    detach(ts);
}

static const struct model_run runs[] = {
    {{"calls_poll", 2, 0, setup, body_poll, of_interest, NULL, finish_poll}, {5, 0, 0}, {7, 0, 0}},
    {{"calls_poll", 3, 0, setup_two_posters, body_poll, of_interest, NULL, finish_poll}, {2, 0, 0}, {3, 0, 0}},
    {{"calls_again", 3, 0, setup_again, body_again, of_interest, NULL, finish_again}, {2, 0, 0}, {3, 0, 0}},
    {{"calls_node", 3, 0, setup_two_posters, body_node, of_interest, NULL, finish_node}, {2, 0, 0}, {4, 0, 0}},
    {{"calls_main", 2, 0, setup, body_main, of_interest, NULL, finish_poll}, {4, 0, 0}, {6, 0, 0}},
    {{"calls_sleep", 2, 0, setup_sleep, body_sleep, of_interest, NULL, finish_sleep}, {3, 0, 1}, {5, 0, 1}},
    {{"calls_sleep_main", 2, 0, setup_sleep_main, body_sleep_main, of_interest, NULL, finish_sleep},
     {3, 0, 1}, {5, 0, 1}},
    {{"calls_native", 2, 0, setup_native, body_native, of_interest, NULL, finish_poll}, {3, 0, 0}, {5, 0, 0}},
    {{"calls_heir", 2, 0, setup_heir, body_heir, of_interest, NULL, finish_heir}, {4, 0, 0}, {6, 0, 0}},
    {{"calls_servers", 3, 0, setup_servers, body_servers, of_interest, NULL, finish_servers}, {2, 0, 0}, {3, 0, 0}},
    {{"calls_inside", 2, 0, setup_inside, body_poll, of_interest, NULL, finish_poll}, {4, 0, 0}, {6, 0, 0}},
    {{"calls_elsewhere", 2, 0, setup_elsewhere, body_elsewhere, of_interest, NULL, finish_elsewhere}, {3, 0, 0}, {6, 0, 0}},
    {{"calls_left", 3, 0, setup_left, body_left, of_interest, NULL, finish_left}, {2, 0, 0}, {3, 0, 0}},
    {{"calls_ring", 3, 0, setup_two_posters, body_ring, of_interest, NULL, finish_ring}, {2, 0, 0}, {3, 0, 0}},
    {{"calls_leave", 3, 0, setup_leave, body_leave_and_serve, of_interest, NULL, finish_leave}, {2, 0, 0}, {4, 0, 0}},
    {{"calls_birth", 3, 0, setup_birth, body_birth, of_interest, NULL, finish_poll}, {2, 0, 0}, {4, 0, 0}},
    {{"calls_birth_left", 3, 0, setup_birth_left, body_birth_left, of_interest, NULL, finish_left},
     {2, 0, 0}, {3, 0, 0}},
    {{"calls_async", 3, 0, setup_async, body_async, of_interest, NULL, finish_leave}, {3, 0, 0}, {4, 0, 0}},
    {{"calls_fork", 2, 0, setup_fork, body_fork, of_interest, NULL, NULL}, {3, 0, 0}, {5, 0, 0}},
    {{"calls_fork", 3, 0, setup_fork_of_another, body_fork, of_interest, NULL, NULL}, {2, 0, 0}, {3, 0, 0}},
    {{"calls_fork_lost", 2, 0, setup_fork, body_fork_lost, of_posting, NULL, NULL}, {3, 0, 0}, {5, 0, 0}},
};

int
main(int argc, char **argv)
{
    gil_state_hooks.system_error = raise;
    return model_main(argc, argv, runs, (int)(sizeof runs / sizeof runs[0]));
}
