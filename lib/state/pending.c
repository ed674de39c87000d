/* SPDX-License-Identifier: MIT */
/* Calls into a running runtime: posted by anybody, in any place, made by attached threads at safe points. */
#include "state/pending.h"

#include "base/mem.h"
#include "gilrt/lock.h"
#include "gilrt/state.h"
#include "state/gate.h"
#include "state/interp.h"
#include "state/serving.h"
#include "state/stable.h"
#include "state/tstate.h"
#include "state/unblock.h"
#include "state/wait.h"
#include "sync/machine.h"

#include <errno.h>

/*
 * THE QUEUE of a target is one word, the top of a stack of nodes. Posting is a compare-and-exchange of that word. Who
 * makes the calls takes the whole stack by an exchange, so that no top can go and come back, and turns it round; what
 * it has turned round is a list under the interpreter's lock, which other threads of the interpreter go on with if a
 * call leaves that lock.
 *
 * Closing the queue is an exchange of the same word, for CLOSED: so a post comes before it, and is among what was
 * taken, or is refused. There is no third outcome, and no moment in which the end of an interpreter would have to
 * wait for posters.
 *
 * Three kinds of target: the main thread, whose queue is static, for whoever posts has nothing in his hands; an
 * interpreter, whose queue is in its gate, which views keep; a thread state. A view's holder needs no lock to post. A
 * thread state is found by its number under gil_states_mutex, under which it also ends.
 *
 * NODES. The state of a node says whether it is in a queue. Who changes IDLE to POSTED pushes it; who finds it POSTED
 * has nothing to do: the call will begin after that, because it begins with the exchange to IDLE. That is also where
 * a thread that found it posted meets the one that makes the call: what was written before such a post is seen by it.
 * After the exchange the library does not touch the node. Rings are such nodes, and need nothing else: one that is
 * IDLE is free.
 *
 * WAKING. After the push the poster sets a bit in brk of each thread that may make the call, and rouses it. The
 * thread takes the bit back, and looks at the queues then. So either it finds the node, or the bit comes after, and
 * the next safe point finds it. Only who found the stack empty does this: whoever pushes on top of something may
 * count on him. A thread that leaves calls for later asks itself, in the same two steps: it may be in the middle of a
 * wait, or in native code soon, with a descriptor that has just been drained. What it may not call yet, in a call or in a
 * signal's callback, it leaves in this sense too, and asks itself when that is over (gil_pending_remind()): if the bit
 * stayed, each region and each wait that the callback comes to would end at once.
 *
 * There are two bits. _Gil_BRK_CALLS is meant for that one thread, main or not, which is reached in native code too,
 * as far as it wants to be (unblock.c). _Gil_BRK_SHARED stands in all threads of an interpreter: which of them makes
 * the call is open, and that is no reason to disturb their native code. Who sets it walks through all thread blocks
 * there are (state/stable.h), without a mutex: they are never unmapped, and a bit too much costs one look. A thread
 * state that is made meanwhile is found by that walk, or finds the node itself (gil_tstate_get_block()): first it is
 * published, then it looks; first is pushed, then walked.
 *
 * SIGNAL HANDLERS may post to main and to an interpreter: what is done for that is atomic accesses of memory that
 * stays, and a wake. A handler that comes between two steps of a post in the same thread leaves both whole, since no
 * step waits for another.
 *
 * A safe point makes what it finds, SERVED_MAX of each queue at most; in a call no other is made by that thread, so
 * nothing nests. The call may have entered another interpreter: so who finds something to call looks whether another
 * state of its thread is in one, and tells that, which asks all of them anew when it is over. What is left over, or
 * came meanwhile, keeps the bit set. When a call raises, the safe point fails, and the rest waits for the next one.
 *
 * THE MAIN THREAD is a state of the main interpreter: the first one, until that ends; then there is none. In the child of a fork
 * it is one of the thread that is left (fork.c). If that has none there, or the library's only, the first of its own that comes
 * to a safe point becomes it, and looks then at what came before: who posts, or takes a signal, first leaves something to be
 * found and looks for the state then. Each state made meanwhile comes to a safe point at once.
 *
 * Calls to main are for the main interpreter, as its end shows, which makes and refuses them. If a fork has lost that, they go with it
 * in the child, and the queue is open for the interpreter that has its place.
 *
 * THE BIRTH. An interpreter that is being made has no objects yet, nor may it ever have: its queues are closed until then, those of
 * its states too. So a birth that fails leaves no call behind.
 *
 * THE END. A thread state that ends leaves its calls to its interpreter. The end of an interpreter closes all queues
 * of it under gil_states_mutex and chains what is left; the ending thread makes those calls. So none is lost, and
 * since no more are taken then, their number is bounded, whatever the calls do.
 *
 * What was rejected: a ring of function and argument without nodes, as in CPython, has to say "full" when its poster
 * can least use it. A mutex around a list is shorter, and forbids the handler. Waking one thread of an interpreter
 * instead of all would be cheaper, but that one may return from its wait and never come to a safe point.
 */
#define IDLE 0u
#define POSTED 1u

/* Calls of one queue that one safe point makes. */
#define SERVED_MAX 256

struct gil_call_ring gil_main_ring;
struct gil_main_calls gil_main_calls = {.calls = {.head = GIL_CALLS_CLOSED}};

static int
is_some(const GilPendingNode *head)
{
    return head != NULL && head != GIL_CALLS_CLOSED;
}

int
gil_calls_wait(const struct gil_calls *calls)
{
    return is_some(gil_load_seq_cst(&calls->head)) || gil_load_seq_cst(&calls->first) != NULL;
}

/* --- posting --- */

/* Something for this thread alone: also its native code is told. */
static void
ask(GilThreadState *ts, uint32_t bit)
{
    gil_fetch_or_seq_cst(&ts->block.brk, bit);
    gil_wait_rouse(ts);
}

/* Something for anyone, this one among them. Whoever set the bit wakes it. */
static void
ask_too(GilThreadState *ts)
{
    if (!(gil_fetch_or_seq_cst(&ts->block.brk, _Gil_BRK_SHARED) & _Gil_BRK_SHARED))
        gil_parking_rouse(&ts->park_word);
}

static void
ask_all(const struct gil_gate *gate)
{
    struct gil_stable_look look = {NULL, 0};
    const GilThreadState *each;

    while ((each = gil_tstate_look(&look)) != NULL)
        if (gil_load_seq_cst(&each->gate) == gate)
            ask_too((GilThreadState *)(uintptr_t)each);
}

/* Under gil_states_mutex: the state with that number, if its interpreter is alive. */
static GilThreadState *
find(uint64_t id)
{
    struct gil_stable_look look = {NULL, 0};
    const GilThreadState *each;

    while (id != 0 && (each = gil_tstate_look(&look)) != NULL)
        if (gil_load_relaxed(&each->id) == id)
            return (GilThreadState *)(uintptr_t)each;
    return NULL;
}

/* 1: it is the only one; 0: it lies on others; GIL_PENDING_ENDED. */
static int
push(struct gil_calls *calls, GilPendingNode *node)
{
    GilPendingNode *head = gil_load_relaxed(&calls->head);

    do {
        if (head == GIL_CALLS_CLOSED)
            return GIL_PENDING_ENDED;
        node->next = head;
    } while (!gil_cas_seq_cst(&calls->head, &head, node));
    return head == NULL;
}

/* push() of a node that is POSTED, which it is not if that is refused. */
static int
push_or_free(struct gil_calls *calls, GilPendingNode *node)
{
    int rc = push(calls, node);

    if (rc < 0)
        gil_store_release(&node->state, IDLE); /* release: pairs with the next post */
    return rc;
}

/* Whether it is the caller's to push. */
static int
claim(GilPendingNode *node)
{
    /* Both: what was written before a post is seen by the call that it finds waiting; see make(). */
    return gil_exchange_acq_rel(&node->state, POSTED) == IDLE;
}

static GilPendingNode *
claim_of_ring(struct gil_call_ring *ring, int (*func)(void *), void *arg)
{
    uint32_t start = gil_fetch_add_relaxed(&ring->next, 1); /* a hint: nothing depends on it */

    for (uint32_t i = 0; i < GIL_CALL_RING; i++) {
        GilPendingNode *node = &ring->nodes[(start + i) % GIL_CALL_RING];
        /* Relaxed: claim() decides. */
        if (gil_load_relaxed(&node->state) == IDLE && claim(node)) {
            node->func = func;
            node->arg = arg;
            return node;
        }
    }
    return NULL;
}

static int
push_to_main(GilPendingNode *node)
{
    int rc = push_or_free(&gil_main_calls.calls, node);
    GilThreadState *ts = gil_load_seq_cst(&gil_main_calls.ts);

    if (rc < 0)
        return rc;
    if (rc == 1 && ts != NULL)
        ask(ts, _Gil_BRK_CALLS);
    return 0;
}

static int
push_to_gate(struct gil_gate *gate, GilPendingNode *node)
{
    int rc = push_or_free(&gate->calls, node);

    if (rc < 0)
        return rc;
    if (rc == 1)
        ask_all(gate);
    return 0;
}

/* Give gil_states_mutex back; and if ts was asked for something, have what waits for it in native code called. */
static void
call_out(GilThreadState *ts, int asked)
{
    int is_out = asked && gil_unblock_claim(ts);
    GilThreadState *current = is_out ? gil_tstate_attached() : NULL;

    gil_mutex_unlock(&gil_states_mutex);
    if (!is_out)
        return;
    if (current != NULL)
        gil_tstate_detach(current, __func__);
    gil_unblock_call(ts);
    if (current != NULL)
        gil_tstate_attach(current, __func__);
}

static int
push_to_thread(uint64_t id, GilPendingNode *node)
{
    int saved = errno, rc = GIL_PENDING_ENDED;

    gil_mutex_lock(&gil_states_mutex);
    GilThreadState *ts = find(id);
    if (ts != NULL)
        rc = push(&ts->calls, node);
    if (rc == 1)
        ask(ts, _Gil_BRK_CALLS);
    else if (rc < 0)
        gil_store_release(&node->state, IDLE); /* release: as in push_or_free() */
    call_out(ts, rc == 1);
    errno = saved;
    return rc < 0 ? rc : 0;
}

static struct gil_gate *
gate_of(GilInterpreterView *view)
{
    return (struct gil_gate *)(void *)view;
}

int
GilPending_PostToMain(GilPendingNode *node)
{
    if (node == NULL || node->func == NULL)
        return GIL_PENDING_ENDED;
    return claim(node) ? push_to_main(node) : 1;
}

int
GilPending_Post(GilInterpreterView *view, GilPendingNode *node)
{
    if (view == NULL || node == NULL || node->func == NULL)
        return GIL_PENDING_ENDED;
    return claim(node) ? push_to_gate(gate_of(view), node) : 1;
}

int
GilPending_PostToThread(uint64_t id, GilPendingNode *node)
{
    if (node == NULL || node->func == NULL)
        return GIL_PENDING_ENDED;
    return claim(node) ? push_to_thread(id, node) : 1;
}

int
Gil_AddPendingCall(int (*func)(void *), void *arg)
{
    if (func == NULL || gil_load_relaxed(&gil_main_calls.calls.head) == GIL_CALLS_CLOSED)
        return GIL_PENDING_ENDED;
    GilPendingNode *node = claim_of_ring(&gil_main_ring, func, arg);
    return node != NULL ? push_to_main(node) : GIL_PENDING_FULL;
}

int
GilPending_Add(GilInterpreterView *view, int (*func)(void *), void *arg)
{
    if (view == NULL || func == NULL || gil_load_relaxed(&gate_of(view)->calls.head) == GIL_CALLS_CLOSED)
        return GIL_PENDING_ENDED;
    GilPendingNode *node = claim_of_ring(gate_of(view)->ring, func, arg);
    return node != NULL ? push_to_gate(gate_of(view), node) : GIL_PENDING_FULL;
}

/* A node in memory of its own, with what it is to call. */
struct lone_call {
    GilPendingNode node;
    int (*func)(void *arg);
    void *arg;
};

static int
make_lone_call(void *lone)
{
    struct lone_call call = *(struct lone_call *)lone;

    gil_raw_free(lone);
    return call.func(call.arg);
}

int
GilPending_AddToThread(uint64_t id, int (*func)(void *), void *arg)
{
    if (func == NULL)
        return GIL_PENDING_ENDED;
    int saved = errno;
    struct lone_call *call = gil_raw_malloc(sizeof *call);
    errno = saved;
    if (call == NULL)
        return GIL_PENDING_FULL;
    *call = (struct lone_call){{NULL, make_lone_call, call, POSTED}, func, arg};
    int rc = push_to_thread(id, &call->node);
    if (rc < 0)
        gil_raw_free(call);
    return rc;
}

/* --- making the calls --- */

/* Under the lock of the calls' interpreter, or nobody else looks. */
static void
append(struct gil_calls *calls, GilPendingNode *chain)
{
    GilPendingNode *last = calls->first;

    if (chain == NULL)
        return;
    while (last != NULL && last->next != NULL)
        last = last->next;
    if (last != NULL)
        last->next = chain;
    else
        gil_store_seq_cst(&calls->first, chain);
}

/* Take what was posted, and leave fresh instead. */
static void
turn_round(struct gil_calls *calls, GilPendingNode *fresh)
{
    GilPendingNode *node = (GilPendingNode *)gil_exchange_seq_cst(&calls->head, fresh), *chain = NULL;

    while (is_some(node)) {
        GilPendingNode *older = node->next;
        node->next = chain;
        chain = node;
        node = older;
    }
    append(calls, chain);
}

static void
look(struct gil_calls *calls)
{
    /* Only who has the lock closes it. */
    if (is_some(gil_load_relaxed(&calls->head)))
        turn_round(calls, NULL);
}

static int
make(GilThreadState *ts, GilPendingNode *node)
{
    int (*func)(void *) = node->func;
    void *arg = node->arg;

    /* Both: with claim(). From here on the node is its owner's. */
    (void)gil_exchange_acq_rel(&node->state, IDLE);
    uint32_t was = gil_serving_begin(ts);
    int rc = func(arg);
    gil_serving_end(ts, was);
    if (gil_tstate_attached() != ts)
        gil_panic("gilrt", "a pending call returned detached, or attached elsewhere");
    if (rc == 0 && ts->err.type == NULL)
        return 0;
    if (ts->err.type == NULL)
        gil_state_hooks.system_error(ts, "a pending call failed without setting an exception");
    return -1;
}

/* The next one, or NULL. */
static GilPendingNode *
next(struct gil_calls *calls)
{
    GilPendingNode *node = calls->first;

    if (node != NULL)
        gil_store_relaxed(&calls->first, node->next); /* relaxed: to see one that is no more does no harm */
    return node;
}

/* Those that were posted before this; 0, -1: one raised. */
static int
serve(GilThreadState *ts, struct gil_calls *calls)
{
    int looked = 0;

    for (int made = 0; made < SERVED_MAX; made++) {
        GilPendingNode *node = next(calls);
        if (node == NULL && !looked) {
            looked = 1;
            look(calls);
            node = next(calls);
        }
        if (node == NULL)
            return 0;
        if (make(ts, node) < 0)
            return -1;
    }
    return 0;
}

static int
is_main(const GilThreadState *ts)
{
    return ts == gil_load_relaxed(&gil_main_calls.ts); /* relaxed: it is this thread that opened it, or another's */
}

/* As a poster does, with the rouse: one that comes just now finds the bit set, or no empty queue, and leaves that to us. */
void
gil_pending_remind(GilThreadState *ts)
{
    if (gil_calls_wait(&ts->calls) || (is_main(ts) && gil_calls_wait(&gil_main_calls.calls)))
        ask(ts, _Gil_BRK_CALLS);
    if (gil_calls_wait(&ts->interp->gate->calls))
        ask_too(ts);
}

/* In the child of a fork: whether ts takes over as the main thread's state. */
static void
inherit(GilThreadState *ts)
{
    if (GIL_LIKELY(gil_load_relaxed(&gil_main_calls.heir) == 0) || gil_main_calls.heir != gil_machine_thread() ||
        ts->interp != GilInterpreterState_Main() || (gil_main_calls.ts != NULL && ts->kept))
        return;
    if (!ts->kept)
        gil_store_relaxed(&gil_main_calls.heir, 0);
    /* First known, then the look: at calls below, at signals in the same safe point. */
    gil_store_seq_cst(&gil_main_calls.ts, ts);
    gil_fetch_or_seq_cst(&ts->block.brk, _Gil_BRK_SIGNAL);
}

static int
has_calls(GilThreadState *ts)
{
    return gil_calls_wait(&ts->calls) || (is_main(ts) && gil_calls_wait(&gil_main_calls.calls)) ||
           gil_calls_wait(&ts->interp->gate->calls);
}

int
gil_pending_serve(GilThreadState *ts)
{
    struct gil_gate *gate = ts->interp->gate;
    GilThreadState *serving;

    inherit(ts);
    /* The bit stays: there will be another safe point. */
    if (ts->err.type != NULL && !ts->serving)
        return 0;
    /* First the bit, then the look. */
    gil_fetch_and_seq_cst(&ts->block.brk, ~(_Gil_BRK_CALLS | _Gil_BRK_SHARED));
    if (ts->serving || !has_calls(ts))
        return 0;
    if ((serving = gil_serving_find()) != NULL) {
        gil_serving_leave(serving);
        return 0;
    }
    int rc = serve(ts, &ts->calls);
    if (rc == 0 && is_main(ts))
        rc = serve(ts, &gil_main_calls.calls);
    if (rc == 0)
        rc = serve(ts, &gate->calls);
    gil_pending_remind(ts);
    /* This thread may not come to a safe point again; the others have perhaps taken the bit back already. */
    if (gate->calls.first != NULL)
        ask_all(gate);
    return rc;
}

int
Gil_MakePendingCalls(void)
{
    GilThreadState *ts = gil_tstate_need(__func__);

    int rc = ts->serving ? 0 : gil_pending_serve(ts);
    gil_unblock_drain(ts);
    return rc;
}

/* --- the ends of threads and interpreters --- */

void
gil_pending_open(GilInterpreterState *interp)
{
    gil_mutex_lock(&gil_states_mutex);
    for (GilThreadState *ts = interp->threads; ts != NULL; ts = ts->next)
        gil_store_seq_cst(&ts->calls.head, NULL);
    gil_store_seq_cst(&interp->gate->calls.head, NULL);
    gil_mutex_unlock(&gil_states_mutex);
}

void
gil_pending_open_main(GilThreadState *ts)
{
    gil_store_relaxed(&gil_main_calls.heir, 0);
    /* The queue may be found open only when its thread is known. */
    gil_store_seq_cst(&gil_main_calls.ts, ts);
    gil_store_seq_cst(&gil_main_calls.calls.head, NULL);
}

static size_t
drain(GilThreadState *ts, struct gil_calls *calls, void (*report)(GilObject *))
{
    GilPendingNode *node;
    size_t made = 0;

    look(calls);
    for (; (node = next(calls)) != NULL; made++)
        if (make(ts, node) < 0)
            report(NULL);
    return made;
}

size_t
gil_pending_drain(GilThreadState *ts, void (*report)(GilObject *))
{
    return drain(ts, &ts->calls, report) + (is_main(ts) ? drain(ts, &gil_main_calls.calls, report) : 0) +
           drain(ts, &ts->interp->gate->calls, report);
}

/* Close the queue and leave what is in it to another. */
static void
close_for(struct gil_calls *calls, struct gil_calls *heir)
{
    turn_round(calls, GIL_CALLS_CLOSED);
    GilPendingNode *chain = calls->first;
    gil_store_relaxed(&calls->first, NULL); /* relaxed: nobody of this thread looks any more */
    append(heir, chain);
}

static void
close_main_for(struct gil_calls *heir)
{
    close_for(&gil_main_calls.calls, heir);
    gil_store_relaxed(&gil_main_calls.ts, NULL); /* relaxed: who still sees it sets a bit too much */
    gil_store_relaxed(&gil_main_calls.heir, 0);
}

/* What a state was to raise is given back in a call. */
static GilPendingNode *
take_async(GilThreadState *ts)
{
    GilPendingNode *node = ts->async;

    ts->async = NULL;
    if (node != NULL) {
        node->next = NULL;
        gil_store_relaxed(&node->state, POSTED); /* relaxed: nobody else knows it */
    }
    return node;
}

void
gil_pending_close(GilThreadState *ts)
{
    struct gil_calls *calls = &ts->interp->gate->calls;

    GIL_ASSERT(gil_mutex_is_locked(&gil_states_mutex));
    turn_round(calls, GIL_CALLS_CLOSED);
    for (GilThreadState *each = ts->interp->threads; each != NULL; each = each->next) {
        close_for(&each->calls, calls);
        append(calls, take_async(each));
    }
    if (ts->interp == GilInterpreterState_Main())
        close_main_for(calls);
}

/* left: what ts leaves beside its own. */
static void
leave(GilThreadState *ts, struct gil_calls left)
{
    struct gil_gate *gate = ts->interp->gate;
    GilPendingNode *node;
    int some = 0;

    close_for(&ts->calls, &left);
    append(&left, take_async(ts));
    while ((node = next(&left)) != NULL) {
        /* Open: the end of the interpreter would have closed that of ts before. */
        int rc = push(&gate->calls, node);
        GIL_ASSERT(rc >= 0);
        some |= rc;
    }
    if (some)
        ask_all(gate);
}

void
gil_pending_leave(GilThreadState *ts)
{
    struct gil_calls left = {NULL, NULL};

    GIL_ASSERT(gil_mutex_is_locked(&gil_states_mutex));
    /* A host may end the state that it was given at the start. There is no main thread then. */
    if (is_main(ts))
        close_main_for(&left);
    leave(ts, left);
}

/* --- what a thread is to raise --- */

int
gil_pending_swap_async(GilThreadState *ts, uint64_t id, GilPendingNode **node)
{
    gil_mutex_lock(&gil_states_mutex);
    GilThreadState *other = find(id);
    int found = other != NULL && other->interp == ts->interp &&
                gil_load_relaxed(&other->calls.head) != GIL_CALLS_CLOSED;
    int raises = found && *node != NULL;
    if (found) {
        GilPendingNode *was = other->async;
        other->async = *node;
        *node = was;
        if (raises)
            ask(other, _Gil_BRK_ASYNC);
        else
            gil_fetch_and_seq_cst(&other->block.brk, ~_Gil_BRK_ASYNC);
    }
    call_out(other, raises);
    return found;
}

GilPendingNode *
gil_pending_take_async(GilThreadState *ts)
{
    GilPendingNode *node = ts->async;

    ts->async = NULL;
    gil_fetch_and_seq_cst(&ts->block.brk, ~_Gil_BRK_ASYNC);
    return node;
}

/* --- fork --- */

/* The nodes that are in no queue are free: their posters are no more. */
static void
repair(struct gil_calls *calls, struct gil_call_ring *ring)
{
    look(calls);
    for (size_t i = 0; i < GIL_CALL_RING; i++)
        gil_store_relaxed(&ring->nodes[i].state, IDLE);
    for (GilPendingNode *node = calls->first; node != NULL; node = node->next)
        gil_store_relaxed(&node->state, POSTED);
}

/* Empty the queue, and close it, or leave it open (NULL); who posted what was in it may post that elsewhere. */
static void
discard(struct gil_calls *calls, GilPendingNode *fresh)
{
    GilPendingNode *node;

    turn_round(calls, fresh);
    while ((node = next(calls)) != NULL)
        if (node->func == make_lone_call)
            gil_raw_free(node);
        else
            gil_store_relaxed(&node->state, IDLE); /* relaxed: there is one thread */
}

void
gil_pending_fork_lose(GilInterpreterState *interp)
{
    discard(&interp->gate->calls, GIL_CALLS_CLOSED);
    for (GilThreadState *each = interp->threads; each != NULL; each = each->next) {
        discard(&each->calls, GIL_CALLS_CLOSED);
        each->async = NULL; /* lost, with what it was to raise */
    }
    /* What came was for this one, and may have objects of it. Whoever has its place from now on is posted to by the same queue. */
    if (interp == GilInterpreterState_Main() && gil_main_calls.calls.head != GIL_CALLS_CLOSED)
        discard(&gil_main_calls.calls, NULL);
}

void
gil_pending_fork_interp(GilInterpreterState *interp)
{
    repair(&interp->gate->calls, interp->gate->ring);
    if (interp == GilInterpreterState_Main())
        repair(&gil_main_calls.calls, &gil_main_ring);
}

void
gil_pending_fork_state(GilThreadState *ts, int survives)
{
    if (!survives)
        leave(ts, (struct gil_calls){NULL, NULL});
    /* Who posted what is there may have asked nobody yet. */
    else if (has_calls(ts) || gil_load_relaxed(&gil_main_calls.heir) != 0)
        gil_fetch_or_seq_cst(&ts->block.brk, _Gil_BRK_SHARED);
}

void
gil_pending_fork_main(GilThreadState *ts)
{
    int is_open = gil_main_calls.calls.head != GIL_CALLS_CLOSED;

    gil_store_relaxed(&gil_main_calls.ts, is_open ? ts : NULL);
    gil_store_relaxed(&gil_main_calls.heir, is_open && (ts == NULL || ts->kept) ? gil_machine_thread() : 0);
}
