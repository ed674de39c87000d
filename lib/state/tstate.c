/* SPDX-License-Identifier: MIT */
/* Thread states: made, attached, kept for their thread, reclaimed when it exits. */
#include "state/tstate.h"

#include "base/mem.h"
#include "base/print.h"
#include "gilrt/interp.h"
#include "gilrt/state.h"
#include "state/gate.h"
#include "state/interp.h"
#include "state/lock.h"
#include "state/may.h"
#include "state/shelf.h"
#include "state/stable.h"
#include "sync/machine.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>

/*
 * WHERE A THREAD'S STATES ARE. Two thread-local words, 16 bytes, all that the library takes of static TLS:
 *
 *     _Gil_thread   the block that is attached, or was left by a BEGIN whose END is to come. So "attached" is: not NULL,
 *                   and its st says so; exact, because no other thread may attach a block that stands here as LAZY by a BEGIN.
 *     last_left     the state that this thread detached last in another way: where Ensure looks first. It may have been
 *                   deleted, or attached elsewhere, since; it counts only while its left_by marks this thread. Reading it
 *                   is safe because blocks are type-stable.
 *
 * The states that Ensure made for a thread, one an interpreter, are kept on its shelf until it exits (state/shelf.c), so that a
 * callback thread pays for a state once. A pair of Ensure and Release that is over has left nothing that the thread comes back
 * to, but it overwrites last_left: so a kept state remembers what had been left when the thread came in by it (left_before), and
 * who asks from where the thread came (a fork) looks behind those that are not in use.
 *
 * A state that GilThreadState_New() made belongs to whoever made it, may move between threads, and is not reclaimed,
 * unless the thread exits in the middle of BEGIN … END with it: nobody else can know of it then.
 *
 * Why not one state a thread for all interpreters: its objects belong to one. Why not delete at the outermost Release, as
 * CPython does: its documentation advises to keep a state oneself, because that is slow.
 */
__thread struct _GilThreadBlock *_Gil_thread __attribute__((tls_model("initial-exec")));
static __thread GilThreadState *last_left __attribute__((tls_model("initial-exec")));

static void
no_thread_hook(GilThreadState *ts)
{
    (void)ts;
}

static void
no_error_hook(GilThreadState *ts, const char *why)
{
    (void)ts;
    (void)why;
}

static void
no_async_hook(GilThreadState *ts, GilPendingNode *what)
{
    (void)ts;
    (void)what;
}

static int
no_signal(GilThreadState *ts, uint64_t limit)
{
    (void)ts;
    (void)limit;
    return 0;
}

static int
no_collection(GilThreadState *ts)
{
    (void)ts;
    return 0;
}

static int
no_late_hook(GilThreadState *ts, const char *func)
{
    (void)ts;
    (void)func;
    return 0;
}

struct gil_state_hooks gil_state_hooks = {
    .clear_thread = no_thread_hook,
    .no_memory = no_thread_hook,
    .runtime_error = no_error_hook,
    .system_error = no_error_hook,
    .end_request = no_thread_hook,
    .raise_async = no_async_hook,
    .os_error = no_thread_hook,
    .attend = no_signal,
    .late = no_late_hook,
    .collect = no_collection,
};

static uint64_t next_id = 1;  /* [atomic] */
static struct gil_stable pool = GIL_STABLE_INIT(sizeof(GilThreadState), "the pool of thread states");

_Static_assert(sizeof(struct _GilThreadBlock) == 24 && offsetof(struct _gilts, block) == 0, "the head is ABI");

/* Kept states that one may have to look behind for what a thread has left; pairs that are not nested may lead in a circle. */
#define LEFT_MAX 8

static GilThreadState *
state_of(struct _GilThreadBlock *block)
{
    return (GilThreadState *)(void *)block;
}

static unsigned long
this_thread(void)
{
    return (unsigned long)pthread_self();
}

/* The same as a mark in left_by, without a call: an address of its own that every living thread has. */
static uintptr_t
this_mark(void)
{
    return GIL_MACHINE_MARK(last_left);
}

int
gil_state_start(void)
{
    gil_machine_start();
    return gil_shelf_start();
}

void
gil_tstate_panic_detached(const char *func)
{
    struct _GilCallSite *site = gil_tstate_open_region();

    if (site != NULL)
        gil_panic(func, "the calling thread is not attached to an interpreter: it left the lock at %s:%u and has not come back "
                        "(its END is yet to come, is missing, or was skipped by return, longjmp() or an exception)",
                  site->file, site->line);
    gil_panic(func, "the calling thread is not attached to an interpreter");
}

struct _GilCallSite *
gil_tstate_open_region(void)
{
    return _Gil_thread != NULL && _Gil_thread->st == _Gil_LAZY ? _Gil_thread->site : NULL;
}

/* --- birth and end --- */

/* What its own thread alone looks at; the rest of a block is stored to field by field. */
static void
forget_the_past(GilThreadState *ts)
{
    const size_t own = offsetof(struct _gilts, stack_limit), shared = offsetof(struct _gilts, interp);
    const size_t rest = offsetof(struct _gilts, leaning);

    memset((char *)ts + own, 0, shared - own);
    memset((char *)ts + rest, 0, sizeof *ts - rest);
}

GilThreadState *
gil_tstate_get_block(GilInterpreterState *interp)
{
    GIL_ASSERT(gil_mutex_is_locked(&gil_states_mutex));
    GilThreadState *ts = gil_stable_get(&pool);

    if (ts == NULL)
        return NULL;
    forget_the_past(ts);
    gil_store_relaxed(&ts->block.st, _Gil_LAZY);
    gil_store_relaxed(&ts->block.brk, _Gil_BRK_FENCED);
    gil_store_relaxed(&ts->block.site, NULL);
    gil_store_relaxed(&ts->park_word, 0);
    gil_store_relaxed(&ts->serving, 0);
    gil_store_relaxed(&ts->os_thread, 0);
    /* Release: who finds this one there has seen the end of what the block was before. See is_left(). */
    gil_store_release(&ts->interp, interp);
    ts->heap = interp->heap;
    ts->block.lists = gil_heap_lists(ts->heap);
    ts->lock = interp->lock;
    ts->interp_id = interp->id;
    ts->late_abort = interp->late_abort;
    ts->exit_leaves = interp->exit_leaves;
    gil_lock_hold(ts->lock);
    gil_store_relaxed(&ts->id, gil_fetch_add_relaxed(&next_id, 1));
    ts->next = interp->threads;
    if (ts->next != NULL)
        ts->next->prev = ts;
    interp->threads = ts;
    gil_calls_init(&ts->calls);
    if (gil_load_relaxed(&interp->gate->calls.head) == GIL_CALLS_CLOSED)
        ts->calls.head = GIL_CALLS_CLOSED; /* until gil_pending_open() */
    /* First published, then the look: see state/pending.c. */
    gil_store_seq_cst(&ts->gate, interp->gate);
    if (gil_calls_wait(&interp->gate->calls) || gil_load_relaxed(&gil_main_calls.heir) != 0)
        gil_fetch_or_seq_cst(&ts->block.brk, _Gil_BRK_SHARED);
    return ts;
}

/* Under gil_states_mutex. Where threads are forbidden there is one state, beside the reserve for the end. */
static int
may_have_another(const GilInterpreterState *interp)
{
    const GilThreadState *ts = interp->threads;

    if (gil_interp_may(interp, GIL_MAY_THREADS))
        return 1;
    while (ts != NULL && ts == interp->ender)
        ts = ts->next;
    return ts == NULL;
}

GilThreadState *
gil_tstate_new(GilInterpreterState *interp)
{
    GilThreadState *ts = NULL;

    gil_mutex_lock(&gil_states_mutex);
    if (gil_interp_is_alive(interp) && !interp->closed && may_have_another(interp))
        ts = gil_tstate_get_block(interp);
    /* Who comes later than the request is asked, too: it may have come in by a guard that is open. */
    if (ts != NULL && gil_interp_asks(interp))
        gil_fetch_or_seq_cst(&ts->block.brk, _Gil_BRK_ENDING);
    gil_mutex_unlock(&gil_states_mutex);
    return ts;
}

int
gil_tstate_is_served(const GilThreadState *ts)
{
    return ts->dealloc_depth > 0 || ts->serving;
}

int
gil_tstate_is_amid(const GilThreadState *ts)
{
    return gil_tstate_is_served(ts) || ts->recursion > 0 || ts->ensured > 0 || ts->within > 0;
}

int
gil_tstate_is_left_open(const GilThreadState *ts)
{
    return gil_load_relaxed(&ts->block.st) == _Gil_LAZY && gil_load_relaxed(&ts->left_by) == 0;
}

int
gil_tstate_holds_objects(const GilThreadState *ts)
{
    return ts->err.type != NULL || ts->err.value != NULL || ts->err.text != NULL || ts->handled != NULL ||
           ts->repr_list != NULL || ts->dealloc_later != NULL;
}

void
gil_tstate_put_block(GilThreadState *ts)
{
    struct gil_lock *lock = ts->lock;

    gil_unblock_end(ts);
    gil_lock_forget(lock, ts);
    if (ts->preempt != NULL)
        gil_lock_set_preempt_hook(lock, ts, NULL, NULL);
    gil_store_relaxed(&ts->left_by, 0);
    gil_store_relaxed(&ts->gate, NULL);
    gil_store_relaxed(&ts->id, 0);
    gil_stable_put(&pool, ts);
    gil_interp_put_lock(lock);
}

void
gil_tstate_unlist(GilThreadState *ts)
{
    gil_pending_leave(ts);
    if (ts->prev != NULL)
        ts->prev->next = ts->next;
    else
        ts->interp->threads = ts->next;
    if (ts->next != NULL)
        ts->next->prev = ts->prev;
}

void
gil_tstate_delete(GilThreadState *ts)
{
    gil_mutex_lock(&gil_states_mutex);
    if (!ts->dead)
        gil_tstate_unlist(ts);
    gil_mutex_unlock(&gil_states_mutex);
    gil_tstate_put_block(ts);
}

void
gil_tstate_mutexes(void (*each)(struct gil_mutex *mutex))
{
    each(&pool.mu);
}

size_t
gil_tstate_blocks(void)
{
    return gil_stable_in_use(&pool);
}

const GilThreadState *
gil_tstate_look(struct gil_stable_look *look)
{
    return gil_stable_look(&pool, look);
}

/* --- attaching --- */

/* A thread without a guard came back to an interpreter that is no more. It cannot go on, and must not be killed: it may
 * hold locks of the host. It holds none of the library's (checked), or else others would hang with it. */
void
gil_tstate_too_late(GilThreadState *ts, const char *func)
{
    uint32_t never = 0;

    gil_rank_waiting(func);
    int told = gil_state_hooks.late(ts, func);
    if (ts->late_abort)
        gil_panic(func, "thread state %llu comes back after its interpreter has ended", (unsigned long long)ts->id);
    if (!told)
        gil_print_line("gilrt: %s: thread %#lx (state %llu) comes back after its interpreter has ended, and sleeps for ever", func,
                       this_thread(), (unsigned long long)ts->id);
    for (;;)
        gil_machine_park(&never, 0, GIL_MACHINE_NEVER);
}

/* The inside of attaching; the caller sees to _Gil_thread. */
static inline __attribute__((always_inline)) void
enter(GilThreadState *ts, const char *func)
{
    gil_rank_waiting(func); /* also where the lock is free and nobody will wait */
    if (gil_lock_acquire(ts->lock, ts, func) != GIL_LOCK_GOT)
        gil_tstate_too_late(ts, func);
}

static void
require_detached(const char *func)
{
    GilThreadState *current = gil_tstate_attached();

    if (__builtin_expect(current != NULL, 0))
        gil_panic(func, "thread state %llu is attached to the calling thread already", (unsigned long long)current->id);
}

/* Before a wait for the lock, so that a dump can tell who waits. Returns the thread, for settle_on_thread(). */
static unsigned long
announce_thread(GilThreadState *ts)
{
    unsigned long self = this_thread();

    if (ts->os_thread != self)
        gil_store_relaxed(&ts->native, gil_shelf_native());
    return self;
}

/* The state is this thread's from now on. First said, then the look: who brings a signal looks for the main thread's states. */
static void
give_to(GilThreadState *ts, unsigned long self)
{
    gil_store_seq_cst(&ts->os_thread, self);
    if (gil_load_seq_cst(&gil_main_calls.signals))
        gil_fetch_or_seq_cst(&ts->block.brk, _Gil_BRK_SIGNAL);
}

/* What it knew of another one's stack is no longer true. */
static void
settle_on_thread(GilThreadState *ts, unsigned long self)
{
    if (ts->os_thread != self) {
        give_to(ts, self);
        ts->stack_limit = NULL;
    }
}

/* Before an attach: what could be wrong with it. */
static void
prepare_to_attach(const GilThreadState *ts, const char *func)
{
    require_detached(func);
    if (ts->id == 0)
        gil_panic(func, "the thread state is deleted");
    /* Without memory for the key only what its destructor would find is lost, and attaching cannot fail. */
    int saved = errno;
    (void)gil_shelf_register();
    errno = saved;
}

static void
attached(GilThreadState *ts, unsigned long self)
{
    gil_store_relaxed(&ts->left_by, 0);
    settle_on_thread(ts, self);
    _Gil_thread = &ts->block;
}

void
gil_tstate_attach(GilThreadState *ts, const char *func)
{
    prepare_to_attach(ts, func);
    unsigned long self = announce_thread(ts);
    enter(ts, func);
    attached(ts, self);
}

int
gil_tstate_attach_until(GilThreadState *ts, uint64_t limit, const char *func)
{
    prepare_to_attach(ts, func);
    unsigned long self = announce_thread(ts);
    int rc = gil_lock_acquire_until(ts->lock, ts, limit, func);
    if (rc != GIL_LOCK_GOT)
        return rc == GIL_LOCK_LATE ? 0 : -1;
    attached(ts, self);
    return 1;
}

void
gil_tstate_forget_left(void)
{
    last_left = NULL;
}

void
gil_tstate_detach(GilThreadState *ts, const char *func)
{
    GIL_ASSERT(ts == gil_tstate_attached());
    gil_store_relaxed(&ts->block.site, NULL);
    gil_store_relaxed(&ts->left_in, func);
    gil_store_relaxed(&ts->left_by, this_mark());
    last_left = ts;
    _Gil_thread = NULL;
    gil_lock_release(ts->lock, ts, func);
}

/* --- Ensure and Release --- */

/*
 * A token is what _Gil_thread was before, with the way back, the depth, and whether a place at the interpreter's gate goes with
 * it, in the six bits that a block's alignment leaves free: so it needs no memory, and a Release out of order is noticed. It is
 * never NULL.
 */
enum {
    BACK_NOTHING = 1, /* the state was attached already */
    BACK_LEAVE,       /* detach; what was before was no attached state */
    BACK_SWITCH,      /* detach, and attach what was before */
};
#define BACK_MASK ((uintptr_t)3)
#define VISIT ((uintptr_t)4)
#define DEPTH_SHIFT 3
#define DEPTH_MASK ((uintptr_t)7)
_Static_assert(GIL_STABLE_ALIGN == 64, "six bits of a token");

static struct _giltoken *
make_token(struct _GilThreadBlock *before, uintptr_t back, int depth)
{
    return (struct _giltoken *)((uintptr_t)before | ((uintptr_t)depth & DEPTH_MASK) << DEPTH_SHIFT | back);
}

/*
 * Whether ts is still the state that this thread has left there: asked after what was read of it, never before. A state that its thread
 * gave away may be deleted by another one, and its block serve a third in another interpreter, at any moment; left_by goes before the
 * block does, and no other thread writes this one's mark: so if it is there afterwards, what was read was of that life. Whoever gives a
 * state away does not enter its interpreter meanwhile, for he might be first and have it; so what find() has found stays.
 */
static inline int
is_left(const GilThreadState *ts)
{
    return gil_load_acquire(&ts->left_by) == this_mark();
}

/* What this thread has left by other means than BEGIN and Release, last; NULL: nothing. */
static __attribute__((noinline)) GilThreadState *
last_but_visits(void)
{
    GilThreadState *ts = last_left;

    for (int i = 0; i < LEFT_MAX && ts != NULL; i++) {
        /* Acquire: before the look at the mark. A kept state with this thread's mark is its own, and stays. */
        int visits = gil_load_acquire(&ts->kept);
        if (!is_left(ts))
            return NULL;
        if (!visits || ts->ensured > 0)
            return ts;
        ts = ts->left_before;
    }
    return NULL;
}

GilThreadState *
gil_tstate_left(void)
{
    if (_Gil_thread != NULL)
        return state_of(_Gil_thread);
    GilThreadState *ts = last_but_visits();
    /* It is the one that Ensure finds. */
    if (ts != NULL)
        last_left = ts;
    return ts;
}

static __attribute__((noinline)) GilThreadState *
find_on_shelf(const GilInterpreterState *interp)
{
    GilThreadState *ts = gil_shelf_find(interp);

    if (ts != NULL && ts->ensured == 0)
        ts->left_before = last_but_visits();
    return ts;
}

/* This thread's state in interp, of those that are not attached; NULL: none yet. */
static inline __attribute__((always_inline)) GilThreadState *
find(const GilInterpreterState *interp)
{
    GilThreadState *ts = _Gil_thread != NULL ? state_of(_Gil_thread) : NULL;

    if (ts != NULL && ts->interp == interp && !gil_load_relaxed(&ts->dead))
        return ts;
    /* Acquire: before the look at the mark. */
    ts = last_left;
    if (ts != NULL && gil_load_acquire(&ts->interp) == interp && !gil_load_acquire(&ts->dead) && is_left(ts))
        return ts;
    return find_on_shelf(interp);
}

/* A new state, on the shelf. */
static GilThreadState *
make(GilInterpreterState *interp)
{
    /* Before the shelf is cleared: that may take away what leads there. */
    GilThreadState *left = last_but_visits();

    if (gil_shelf_open() < 0)
        return NULL;
    GilThreadState *ts = gil_tstate_new(interp);
    if (ts == NULL)
        return NULL;
    gil_store_relaxed(&ts->kept, 1);
    give_to(ts, this_thread());
    gil_store_relaxed(&ts->native, gil_shelf_native());
    if (gil_shelf_put(ts) != 0) {
        gil_tstate_delete(ts);
        return NULL;
    }
    ts->left_before = left;
    return ts;
}

/* Whether the Release of a pair that attached ts comes back to another state: one that was attached, or that a BEGIN had left. */
static inline int
comes_back(const struct _GilThreadBlock *before, const GilThreadState *ts)
{
    return before != NULL && before != &ts->block;
}

/* A call back between BEGIN and END: the place of the BEGIN, which the detach of its Release forgets, and a BEGIN of its own
 * overwrites, is where the thread is again afterwards. It is for who looks, so what is nested deeper goes without. */
static __attribute__((noinline)) void
keep_place(GilThreadState *ts)
{
    if (ts->ensured < GIL_TSTATE_PLACES)
        ts->places[ts->ensured] = ts->block.site;
}

static __attribute__((noinline)) void
put_place_back(GilThreadState *ts)
{
    if (ts->ensured < GIL_TSTATE_PLACES)
        gil_store_relaxed(&ts->block.site, ts->places[ts->ensured]);
}

/* visit: VISIT if the caller has gone in at the gate for this pair alone, else 0. A constant in both callers, and one of them is the
 * way of each foreign thread into the interpreter: so it is compiled into them. */
static inline __attribute__((always_inline)) struct _giltoken *
ensure(GilInterpreterState *interp, uintptr_t visit, const char *func)
{
    struct _GilThreadBlock *before = _Gil_thread;
    GilThreadState *current = gil_tstate_attached();
    uintptr_t back = BACK_NOTHING;

    if (current == NULL || current->interp != interp) {
        GilThreadState *ts = find(interp);
        if (ts == NULL) {
            int saved = errno;
            ts = make(interp);
            errno = saved;
            if (ts == NULL)
                return NULL;
        }
        /* Before the wait for the lock: whoever waits for the visit finds it. */
        if (visit)
            gil_store_relaxed(&ts->visits, ts->visits + 1);
        back = current != NULL ? BACK_SWITCH : BACK_LEAVE;
        if (comes_back(before, ts))
            state_of(before)->within++;
        else if (before != NULL)
            keep_place(ts);
        if (current != NULL)
            gil_tstate_detach(current, func);
        unsigned long self = announce_thread(ts);
        enter(ts, func);
        gil_store_relaxed(&ts->left_by, 0);
        settle_on_thread(ts, self);
        _Gil_thread = &ts->block;
        current = ts;
    }
    else if (visit)
        gil_store_relaxed(&current->visits, current->visits + 1);
    return make_token(before, back | visit, ++current->ensured);
}

struct _giltoken *
gil_tstate_ensure(GilInterpreterState *interp, const char *func)
{
    return ensure(interp, 0, func);
}

struct _giltoken *
gil_tstate_visit(struct gil_gate *gate, const char *func)
{
    /* The interpreter may be gone, and another stand in its place: it is not followed before that is known. */
    GilThreadState *ts = find(gate->interp);

    /* Who is inside by an outer pair of this thread stays as long as this one, also while the gate is closing. */
    if (ts != NULL && ts->visits > 0 && ts->interp->gate == gate)
        return ensure(ts->interp, 0, func);
    if (gil_gate_enter(gate) < 0)
        return NULL;
    struct _giltoken *token = ensure(gate->interp, VISIT, func);
    if (token == NULL)
        gil_gate_leave(gate);
    return token;
}

/* The outermost Release of a kept state: as if it were deleted, nothing of this stay is found in the next. */
static void
tidy(GilThreadState *ts)
{
    ts->masked = 0;
    if (ts->preempt != NULL)
        gil_lock_set_preempt_hook(ts->lock, ts, NULL, NULL);
    /* An interrupt was for this stay. */
    if (gil_load_relaxed(&ts->block.brk) & _Gil_BRK_INTERRUPT) {
        gil_fetch_and_seq_cst(&ts->block.brk, ~_Gil_BRK_INTERRUPT);
        gil_unblock_drain(ts);
    }
    if (gil_tstate_holds_objects(ts) || ts->async != NULL) {
        int saved = errno;
        gil_state_hooks.clear_thread(ts);
        errno = saved;
    }
}

/* The end of a pair with a place at the gate. Not by ts->interp afterwards: who is out must not follow it. */
static __attribute__((noinline)) void
end_visit(GilThreadState *ts, uintptr_t back, const char *func)
{
    struct gil_gate *gate = ts->interp->gate;

    gil_store_relaxed(&ts->visits, ts->visits - 1);
    if (back != BACK_NOTHING)
        gil_tstate_detach(ts, func);
    gil_gate_leave(gate);
}

void
gil_tstate_release(struct _giltoken *token, const char *func)
{
    GilThreadState *ts = gil_tstate_need(func);
    uintptr_t word = (uintptr_t)token;
    uintptr_t depth = word >> DEPTH_SHIFT & DEPTH_MASK;
    struct _GilThreadBlock *before = (struct _GilThreadBlock *)(word & ~(uintptr_t)(GIL_STABLE_ALIGN - 1));

    if (ts->ensured <= 0)
        gil_panic(func, "there is no GilThreadState_Ensure() to undo in thread state %llu", (unsigned long long)ts->id);
    if ((word & BACK_MASK) == 0 || depth != ((uintptr_t)ts->ensured & DEPTH_MASK))
        gil_panic(func, "the token is not that of the last GilThreadState_Ensure() of thread state %llu",
                  (unsigned long long)ts->id);
    if (ts->ensured == 1 && ts->kept)
        tidy(ts);
    ts->ensured--;
    uintptr_t back = word & BACK_MASK;
    if (word & VISIT)
        end_visit(ts, back, func);
    else if (back != BACK_NOTHING)
        gil_tstate_detach(ts, func);
    if (back == BACK_NOTHING)
        return;
    if (back == BACK_SWITCH)
        enter(state_of(before), func);
    if (comes_back(before, ts))
        state_of(before)->within--;
    else if (before != NULL)
        put_place_back(ts);
    if (before != NULL)
        gil_store_relaxed(&state_of(before)->left_by, 0); /* attached, or as a BEGIN left it: see gil_tstate_is_left_open() */
    _Gil_thread = before;
}

/* --- the public side --- */

GilThreadState *
GilThreadState_Get(void)
{
    return gil_tstate_need(__func__);
}

GilThreadState *
GilThreadState_GetUnchecked(void)
{
    return gil_tstate_attached();
}

int
GilThreadState_IsAttached(void)
{
    return gil_tstate_attached() != NULL;
}

uint64_t
GilThreadState_GetID(GilThreadState *ts)
{
    GIL_REQUIRE(ts != NULL, "the thread state is NULL");
    return ts->id;
}

GilInterpreterState *
GilThreadState_GetInterpreter(GilThreadState *ts)
{
    GIL_REQUIRE(ts != NULL, "the thread state is NULL");
    return ts->interp;
}

GilThreadState *
GilThreadState_New(GilInterpreterState *interp)
{
    int saved = errno;
    GilThreadState *ts = gil_tstate_new(interp);
    errno = saved;
    return ts;
}

/* Once in the life of a state. */
__attribute__((cold)) void
GilThreadState_Clear(GilThreadState *ts)
{
    GilThreadState *current = gil_tstate_need(__func__);

    GIL_REQUIRE(ts != NULL, "the thread state is NULL");
    GIL_REQUIRE(current->interp == ts->interp, "thread state %llu is of another interpreter", (unsigned long long)ts->id);
    if (gil_tstate_holds_objects(ts) || ts->async != NULL)
        gil_state_hooks.clear_thread(ts);
}

/* What Delete and DeleteCurrent ask of a state. */
static __attribute__((cold)) void
require_deletable(const GilThreadState *ts, const char *func)
{
    if (ts == NULL)
        gil_panic(func, "the thread state is NULL");
    if (ts->id == 0)
        gil_panic(func, "the thread state is deleted");
    if (ts->kept)
        gil_panic(func, "thread state %llu is the library's: GilThreadState_Release() leaves it",
                  (unsigned long long)ts->id);
    if (ts->ensured > 0)
        gil_panic(func, "thread state %llu is inside GilThreadState_Ensure(): its Release is yet to come, or was skipped",
                  (unsigned long long)ts->id);
    if (gil_tstate_is_amid(ts))
        gil_panic(func, "thread state %llu is one that a GilThreadState_Release() or a call of the library comes back to",
                  (unsigned long long)ts->id);
    if (gil_tstate_holds_objects(ts))
        gil_panic(func, "thread state %llu is not cleared", (unsigned long long)ts->id);
}

void
GilThreadState_Delete(GilThreadState *ts)
{
    require_deletable(ts, __func__);
    if (gil_lock_is_owner(ts->lock, ts))
        gil_panic(__func__, "thread state %llu is attached", (unsigned long long)ts->id);
    if (_Gil_thread == &ts->block)
        gil_panic(__func__, "thread state %llu is between BEGIN and END", (unsigned long long)ts->id);
    gil_tstate_delete(ts);
}

void
GilThreadState_DeleteCurrent(void)
{
    GilThreadState *ts = gil_tstate_need(__func__);

    require_deletable(ts, __func__);
    gil_tstate_detach(ts, __func__);
    gil_tstate_delete(ts);
}

GilThreadState *
GilThreadState_Swap(GilThreadState *ts)
{
    GilThreadState *before = gil_tstate_attached();

    if (before == ts)
        return before;
    if (before != NULL)
        gil_tstate_detach(before, __func__);
    if (ts != NULL)
        gil_tstate_attach(ts, __func__);
    return before;
}
