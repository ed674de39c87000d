/* SPDX-License-Identifier: MIT */
/* Forking: what is done before, in the parent and in the child. */
#include "runtime/fork.h"

#include "base/hash.h"
#include "base/mem.h"
#include "base/panic.h"
#include "gc/collect.h"
#include "gilrt/error.h"
#include "gilrt/fork.h"
#include "gilrt/state.h"
#include "gilrt/version.h"
#include "module/import.h"
#include "runtime/event.h"
#include "runtime/finalize.h"
#include "runtime/inside.h"
#include "runtime/life.h"
#include "runtime/signal.h"
#include "state/fork.h"
#include "state/gate.h"
#include "state/interp.h"
#include "state/may.h"
#include "state/pending.h"
#include "state/shelf.h"
#include "state/tstate.h"
#include "state/unblock.h"
#include "sync/machine.h"
#include "sync/mutex.h"
#include "sync/order.h"
#include "sync/parking.h"
#include "sync/thread.h"

#include <errno.h>
#include <pthread.h>
#include <unistd.h>

/*
 * ORDER. One fork at a time: `mutex`, which is a public one, since who waits for it leaves the interpreter's lock. Then the
 * forking thread enters, if it is not attached; takes a place inside the main interpreter, and one inside its own, so that their end
 * does not pass the point of no return meanwhile; calls the host's functions; takes the host's locks; takes all mutexes of the
 * library. Then comes fork(), and each side undoes that backwards. A function of the host's may leave the interpreter's lock, and so
 * does the wait for one of his: without the places a thread that holds no guard might come back too late, and sleep for ever with the
 * mutex in hand.
 *
 * THE LIBRARY'S MUTEXES are all in `parts`, in rising rank. A thread holds at most one of each rank and waits for higher
 * ones only, so who takes all of a rank, in whatever order, before the first of the next waits for nobody who waits for him. In the child
 * the thread that took them gives them back; so what they protect is whole, and no list of them is needed there.
 * Where a mutex is shown to nobody (a lock or a gate whose interpreter is being made, or has ended) the child makes it anew.
 *
 * Between the halves of a fork that the host makes itself it may call nothing of the library: what takes a mutex would wait for
 * its own thread. gil_mutex_lock() knows that thread, and stops it with a sentence.
 *
 * THE HOST'S LOCKS may be held by threads that wait for the interpreter's lock, which the forking thread has. So none is waited for
 * with it in hand: if one is not free at once, all are given back and it is left. To wait for the busy one alone, and try again from the
 * start, would not do: while the forking thread has the interpreter's lock is just when the others stand before it with theirs in hand,
 * and that all of many are free at such a moment hardly ever happens. So they are waited for in rising rank, as the library's mutexes are,
 * each with those before it in hand, and then the interpreter's lock with all of them:
 *
 *     attached, all tried                                  got: done
 *     detached, all waited for in rising rank
 *     the interpreter's lock waited for until a limit      got: done
 *     all given back
 *     the interpreter's lock waited for, and from the top, with a longer limit
 *
 * Who holds one and waits for the interpreter's lock gets that, and gives his back. Who holds one and waits for another waits for one of a
 * higher rank, as the header wants it: the highest rank that anybody holds is not held by somebody who waits for one of them, so the
 * wait for them ends. It wants also that one whose holder waits for the interpreter's lock ranks below one that is waited for plainly
 * with that in hand: else the forking thread, with the one that is waited for, waits for the holder of the other, who waits for the
 * interpreter's lock: three for ever, as lock() knows no limit. The other way round there is one: with all in hand the forking thread
 * waits for who has the interpreter's lock and waits for one of these; that is what the limit is for. After it he gets what he waits
 * for, since the forking thread comes back only when he has left the interpreter's lock.
 *     If lock() fails it will fail again, and nobody knows what the lock protects: no fork. A mutex whose owner has died is got by who
 * takes it, and could be given back only by declaring it lost: it stays the caller's, who is told so. One that is registered twice is in
 * hand once: `taken` is set where it stands first. Where no runtime works there is nothing to leave and to come back to.
 *
 * WHY NOT pthread_atfork(): its functions run in every fork(), also in that of a host which calls exec a moment later, and for
 * which there is no reason to wait for anybody's lock; they cannot refuse; and their order is that in which libraries were
 * loaded. It is used for two things: to know a child that was not prepared, and to make keys of the system anew.
 *
 * A PLAIN FORK costs nothing before and in the parent. In the child there is one thread that might go on as if nothing had
 * happened. The transitions of the lock look at words that are there anyway: these are set so that each goes into a mutex that
 * is never free, and a thread that would sleep is stopped with a sentence (gil_fork_strand()). Objects can be used
 * until then; that shows in nothing but what the child does with the lock of an interpreter that others may have left.
 *     Of the child of _Fork() or clone(2) pthread_atfork() does not tell. There no word is set, and a transition that need not wait goes
 * on; but who would sleep finds out by himself (gil_machine_watch()), and is stopped with the same sentence.
 */
struct calls {
    struct calls *next; /* registered before this one; of locks: taken after this one */
    struct calls *prev;
    GilForkCalls calls;
    const GilForeignLock *how;
    int (*reset)(void *lock);
    void *data; /* or the lock */
    unsigned rank;
    int taken; /* [mutex] a lock: by this fork */
};

struct place {
    struct gil_gate *gate; /* NULL: none is taken */
    struct gil_pass pass;
};

static struct {
    GilMutex mutex;
    unsigned long thread;       /* [atomic] who forks; written under mutex; 0: nobody */
    int prepared;               /* [mutex] between GilOS_BeforeFork() and what follows */
    int host;                   /* [mutex] of gil_machine_enter_host(): who has the mutex is not cancelled in the host's functions */
    GilThreadState *ts;         /* [mutex] attached during the fork; NULL: the runtime does not work */
    GilThreadStateToken *token; /* [mutex] it was attached for the fork; or NULL */
    struct place main;          /* [mutex] the thread's, inside the main interpreter */
    struct place own;           /* [mutex] and inside its own, if that is another */
    struct calls *newest, *oldest; /* [mutex] functions */
    struct calls *first, *last;    /* [mutex] locks, by rank */
} forking;

/* --- the library's part --- */

/* One line for each file with mutexes, in rising rank. tests/meta/forklocks.sh looks for those that are missing. */
static void (*const parts[])(void (*each)(struct gil_mutex *mutex)) = {
    gil_life_mutexes,        /* START */
    gil_interp_mutexes,      /* STATES */
    gil_interp_gate_mutexes, /* GATE */
    gil_event_mutexes,       /* HOOK */
    gil_interp_pool_mutexes, /* STABLE */
    gil_tstate_mutexes,      /* STABLE */
    gil_import_mutexes,      /* STABLE */
    gil_interp_lock_mutexes, /* LOCK */
    gil_parking_mutexes,     /* PARKING */
    gil_thread_mutexes,      /* KEYS */
    gil_order_mutexes,       /* ORDER */
};
#define PARTS (sizeof parts / sizeof parts[0])

/* What is done in the child: see state/fork.h. */
static void (*const in_interp[])(GilInterpreterState *interp) = {
    gil_gc_fork_child,
    gil_import_fork_child,
    gil_pending_fork_interp,
    NULL,
};
static void (*const in_state[])(GilThreadState *ts, int survives) = {
    gil_shelf_fork_child,
    gil_pending_fork_state,
    gil_unblock_fork_child,
    gil_unblock_resend_in_child,
    gil_signal_fork_child,
    NULL,
};

/* In the middle of something that the child could not end well. */
static int
is_busy(const GilThreadState *ts)
{
    return gil_gc_is_active(ts) || gil_inside_served() || gil_inside_call(NULL);
}

void
gil_fork_mutexes(void (*each)(struct gil_mutex *mutex))
{
    for (size_t i = 0; i < PARTS; i++)
        parts[i](each);
}

static void
take_all(void)
{
    gil_rank_all(1);
    gil_fork_mutexes(gil_mutex_lock);
    gil_fork_prepare(forking.ts);
}

static void
give_all_back(void)
{
    for (size_t i = PARTS; i-- > 0;)
        parts[i](gil_mutex_unlock);
    gil_rank_all(0);
}

/* --- the host's part --- */

/* How long, in ns, the interpreter's lock is waited for with all of the host's in hand: at first, and what is not exceeded twice. Each time
 * it is twice as long, so that the turns of however many busy threads fit. */
#define FIRST_PATIENCE ((uint64_t)16 * 1000 * 1000)
#define MOST_PATIENCE ((uint64_t)1000 * 1000 * 1000)

/* Whether the lock was registered more than once, and stands earlier in the list: it is taken there. */
static int
is_taken_before(const struct calls *one)
{
    const struct calls *each = forking.first;

    while (each != one && each->data != one->data)
        each = each->next;
    return each != one;
}

/* Those that are taken; in the child, if they are to be made anew there, that instead. */
static void
give_back_locks(int child)
{
    for (struct calls *each = forking.last; each != NULL; each = each->prev) {
        if (!each->taken)
            continue;
        each->taken = 0;
        if (child && each->reset != NULL)
            (void)each->reset(each->data);
        else
            (void)each->how->unlock(each->data);
    }
}

/* At once: 0; EOWNERDEAD, and that one is the caller's; ENOTRECOVERABLE, it will be nobody's; EBUSY. None is taken but for 0. */
static int
try_locks(void)
{
    int rc = 0;

    for (struct calls *each = forking.first; rc == 0 && each != NULL; each = each->next)
        if (!is_taken_before(each)) {
            rc = each->how->try_lock(each->data);
            each->taken = rc == 0;
        }
    if (rc != 0)
        give_back_locks(0);
    return rc == 0 || rc == EOWNERDEAD || rc == ENOTRECOVERABLE ? rc : EBUSY;
}

/* Without the interpreter's lock, each waited for with those before it in hand: 0; what lock() returned, and none is taken. */
static int
wait_for_locks(void)
{
    int rc = 0;

    for (struct calls *each = forking.first; rc == 0 && each != NULL; each = each->next)
        if (!is_taken_before(each)) {
            rc = each->how->lock(each->data);
            each->taken = rc == 0;
        }
    if (rc != 0)
        give_back_locks(0);
    return rc;
}

/* Attach, with those in hand that are taken, if that goes in time: 1. Else they are given back first: 0. */
static int
come_back(uint64_t limit, const char *func)
{
    gil_order_limit(1);
    int back = gil_tstate_attach_until(forking.ts, limit, func);
    gil_order_limit(0);
    if (back == 1)
        return 1;
    give_back_locks(0);
    gil_tstate_attach(forking.ts, func);
    return 0;
}

/* 0; an errno, and none is taken. */
static int
take_locks(const char *func)
{
    uint64_t patience = FIRST_PATIENCE;
    int error;

    while ((error = try_locks()) == EBUSY) {
        if (forking.ts != NULL)
            gil_tstate_detach(forking.ts, func);
        error = wait_for_locks();
        if (forking.ts == NULL || come_back(gil_limit_in(patience), func) || error != 0)
            break;
        patience = patience < MOST_PATIENCE ? 2 * patience : patience;
    }
    return error < 0 ? ECANCELED : error;
}

/* After each function of the host's. */
static void
check_after_call(void)
{
    if (gil_tstate_attached() != forking.ts)
        gil_panic("GilOS_AtFork", "a function of a fork was called %s and returned %s",
                  forking.ts != NULL ? "attached" : "detached", forking.ts != NULL ? "detached or elsewhere" : "attached");
    if (forking.ts != NULL && GilErr_Occurred() != NULL)
        GilErr_WriteUnraisable(NULL);
}

/* One of the host's functions, which knows nothing of an exception that is pending in who forks. What `before` returned. */
static int
call(const struct calls *one, int (*before)(void *data), void (*after)(void *data))
{
    GilObject *pending = forking.ts != NULL ? GilErr_GetRaisedException() : NULL;
    int refused = 0;

    if (before != NULL)
        refused = before(one->data) != 0;
    else if (after != NULL)
        after(one->data);
    check_after_call();
    if (pending != NULL)
        GilErr_SetRaisedException(pending);
    return refused;
}

/* For those from the given one on, in the order of registration. */
static void
call_after(const struct calls *from, int child)
{
    for (; from != NULL; from = from->prev)
        call(from, NULL, child ? from->calls.child : from->calls.parent);
}

/* 0, or an errno, and those before were called off. */
static int
call_before(void)
{
    for (struct calls *each = forking.newest; each != NULL; each = each->next)
        if (call(each, each->calls.before, NULL)) {
            call_after(each->prev, 0);
            return ECANCELED;
        }
    return 0;
}

/* --- one fork --- */

static int
is_mine(void)
{
    return gil_load_relaxed(&forking.thread) == gil_machine_thread();
}

/* The mutex, for what does not go within a fork of the same thread: 0, or EDEADLK. */
static int
begin(void)
{
    if (is_mine())
        return EDEADLK;
    GilMutex_Lock(&forking.mutex);
    gil_store_relaxed(&forking.thread, gil_machine_thread());
    forking.host = gil_machine_enter_host();
    return 0;
}

static void
end(void)
{
    int before = forking.host;

    gil_store_relaxed(&forking.thread, 0);
    GilMutex_Unlock(&forking.mutex);
    gil_machine_leave_host(before);
}

/* Not attached: attach what the thread has left, or a state in the main interpreter. 0; an errno. */
static int
enter(const char *func)
{
    struct gil_gate *gate = gil_interp_hold_gate_left();

    if (gate == NULL)
        return 0;
    forking.token = gil_tstate_visit(gate, func);
    gil_interp_put_gate(gate);
    return forking.token != NULL ? 0 : EBUSY;
}

/* Take a place, with a reference to the gate: 0; an errno, and the reference is given back. */
static int
take_place(struct place *place, struct gil_gate *gate, const char *func)
{
    gil_pass_init(&place->pass, func);
    if (gil_gate_enter_with(gate, &place->pass) < 0) {
        gil_interp_put_gate(gate);
        return EBUSY;
    }
    place->gate = gate;
    return 0;
}

static int
take_places(const GilThreadState *ts, const char *func)
{
    struct gil_gate *own = ts->interp->gate;
    int error = take_place(&forking.main, gil_interp_hold_main_gate(), func);

    if (error != 0 || own == forking.main.gate)
        return error;
    gil_gate_hold(own);
    return take_place(&forking.own, own, func);
}

static void
give_place(struct place *place)
{
    if (place->gate == NULL)
        return;
    gil_gate_unlist(place->gate, &place->pass);
    gil_gate_leave(place->gate);
    gil_interp_put_gate(place->gate);
    place->gate = NULL;
}

static void
leave(void)
{
    give_place(&forking.own);
    give_place(&forking.main);
    if (forking.token != NULL)
        GilThreadState_Release(forking.token);
    forking.token = NULL;
    forking.ts = NULL;
}

/* What speaks against a fork by ts: an errno, or 0. */
static int
objection(const GilThreadState *ts)
{
    if (!gil_interp_may(ts->interp, GIL_MAY_FORK))
        return EPERM;
    return gil_gate_is_closing(ts->interp->gate) || is_busy(ts) ? EBUSY : 0;
}

/* Attached, with places inside the main interpreter and its own, or not attached and no interpreter there: 0; an errno. */
static int
arrive(const char *func)
{
    int error = gil_tstate_attached() == NULL ? enter(func) : 0;

    forking.ts = gil_tstate_attached();
    if (error == 0 && forking.ts != NULL)
        error = objection(forking.ts);
    if (error == 0 && forking.ts != NULL)
        error = take_places(forking.ts, func);
    if (error != 0)
        leave();
    return error;
}

/* After the functions before: 0; an errno, and the functions for the parent were called. */
static int
take_everything(const char *func)
{
    int error = take_locks(func);

    if (error == 0) {
        take_all();
        if (forking.ts != NULL || GilInterpreterState_Main() == NULL)
            return 0;
        /* It was started meanwhile. */
        give_all_back();
        give_back_locks(0);
        error = EBUSY;
    }
    call_after(forking.oldest, 0);
    return error;
}

/* One that was told to be closing when the fork called that off, with a reference; or NULL. */
static struct gil_gate *
hold_untold(void)
{
    struct gil_gate *gate = NULL;

    gil_mutex_lock(&gil_states_mutex);
    for (GilInterpreterState *each = gil_interp_first(); each != NULL && gate == NULL; each = each->next)
        if (each->gate->told && !each->gate->telling && !gil_gate_is_closing(each->gate))
            gate = each->gate;
    if (gate != NULL)
        gil_gate_hold(gate);
    gil_mutex_unlock(&gil_states_mutex);
    return gate;
}

/* In the child. Threads may have been started in a function for it; what one of those closes meanwhile is told by that one. */
static void
tell_of_opened(const char *func)
{
    struct gil_gate *gate;

    while ((gate = hold_untold()) != NULL) {
        struct place place = {.gate = NULL};
        if (take_place(&place, gate, func) == 0)
            gil_finalize_tell(gate);
        give_place(&place);
    }
}

/* Everything up to the fork: 0; an errno, and nothing has happened. */
static int
prepare(const char *func)
{
    /* The allocator's own functions of a fork are a call of it as well. */
    int error = gil_mem_come_in() ? begin() : ENOMEM;

    if (error != 0)
        return error;
    error = arrive(func);
    if (error == 0) {
        /* Made once a process: nobody is to be in the middle. */
        (void)gil_hash_bytes("", 0);
        (void)Gil_GetBuildInfo();
        error = call_before();
        if (error == 0)
            error = take_everything(func);
        if (error == 0) {
            forking.prepared = 1;
            gil_mutex_hold_all(gil_machine_thread());
            return 0;
        }
        leave();
    }
    end();
    return error;
}

int
GilOS_BeforeFork(void)
{
    int saved = errno, error = prepare(__func__);

    errno = error != 0 ? error : saved;
    return error != 0 ? -1 : 0;
}

/* The child is stranded until here, its parent is not: one that let go of its sleepers would never wake them. */
static void
require_prepared(const char *func, int child)
{
    int stranded = gil_machine_is_stranded();

    if (!is_mine() || !forking.prepared)
        gil_panic(func, "the calling thread has not called GilOS_BeforeFork()");
    if (stranded >= 0 && stranded != child)
        gil_panic(func, "%s", child ? "the process that forked calls it, and GilOS_AfterFork_Parent() is what it is to call"
                                    : "the child calls it, and GilOS_AfterFork_Child() is what it is to call");
    forking.prepared = 0;
    gil_mutex_hold_all(0);
}

void
GilOS_AfterFork_Parent(void)
{
    int saved = errno;

    require_prepared(__func__, 0);
    give_all_back();
    give_back_locks(0);
    call_after(forking.oldest, 0);
    leave();
    end();
    errno = saved;
}

void
GilOS_AfterFork_Child(void)
{
    static const struct gil_fork_calls calls = {in_interp, in_state};
    int saved = errno;

    require_prepared(__func__, 1);
    give_all_back();
    gil_fork_clean(forking.ts, &calls);
    gil_life_fork_child(forking.ts);
    gil_machine_strand(0);
    /* What was posted after its descriptor was made anew could not write to it. */
    if (forking.ts != NULL)
        gil_unblock_rouse(forking.ts);
    /* Of a main interpreter that did not live on: there is no place in it, and none in that which took its own. Callbacks of signals were
     * its own as well, with data that nobody can look at any more: whoever has its place watches anew, in a function of the host's at the
     * earliest. */
    if (forking.main.gate != NULL && gil_gate_is_shut(forking.main.gate)) {
        gil_signal_stop();
        gil_interp_put_gate(forking.main.gate);
        forking.main.gate = NULL;
    }
    gil_signal_after_fork();
    give_back_locks(1);
    call_after(forking.oldest, 1);
    tell_of_opened(__func__);
    leave();
    end();
    errno = saved;
}

pid_t
GilOS_Fork(void)
{
    if (GilOS_BeforeFork() < 0)
        return -1;
    pid_t child = fork();
    if (child == 0)
        GilOS_AfterFork_Child();
    else
        GilOS_AfterFork_Parent();
    return child;
}

/* In the child of every fork(). One in which no interpreter is may go on. */
static void
in_child(void)
{
    gil_mem_in_child();
    gil_shelf_in_child();
    if (gil_interp_first() == NULL) {
        gil_machine_watch(0);
        return;
    }
    gil_machine_strand(1);
    if (!is_mine() || !forking.prepared)
        gil_fork_strand();
}

int
gil_fork_start(void)
{
    return pthread_atfork(NULL, NULL, in_child) == 0 ? 0 : -1;
}

/* --- lists --- */

/* In front of `before` in the order in which next leads; NULL: last. */
static void
link_in(struct calls *new, struct calls *before, struct calls **head, struct calls **tail)
{
    new->next = before;
    new->prev = before != NULL ? before->prev : *tail;
    *(new->prev != NULL ? &new->prev->next : head) = new;
    *(before != NULL ? &before->prev : tail) = new;
}

static void
unlink_it(struct calls *old, struct calls **head, struct calls **tail)
{
    *(old->prev != NULL ? &old->prev->next : head) = old->next;
    *(old->next != NULL ? &old->next->prev : tail) = old->prev;
    gil_raw_free(old);
}

/* A copy, and the mutex. NULL with errno. */
static struct calls *
begin_with(const struct calls *what)
{
    int saved = errno;
    struct calls *new = gil_raw_malloc(sizeof *new);
    int error = new == NULL ? ENOMEM : begin();

    if (error != 0) {
        gil_raw_free(new);
        errno = error;
        return NULL;
    }
    errno = saved;
    *new = *what;
    return new;
}

int
GilOS_AtFork(const GilForkCalls *calls, void *data)
{
    struct calls *new = NULL;

    if (calls == NULL)
        errno = EINVAL;
    else
        new = begin_with(&(struct calls){.calls = *calls, .data = data});
    if (new == NULL)
        return -1;
    link_in(new, forking.newest, &forking.newest, &forking.oldest);
    end();
    return 0;
}

/* begin(), or -1. */
static int
begin_or_fail(void)
{
    int error = begin();

    if (error != 0)
        errno = error;
    return error != 0 ? -1 : 0;
}

int
GilOS_CancelAtFork(const GilForkCalls *calls, void *data)
{
    if (calls == NULL)
        return 0;
    if (begin_or_fail() < 0)
        return -1;
    struct calls *each = forking.newest;
    while (each != NULL && (each->calls.before != calls->before || each->calls.parent != calls->parent ||
                            each->calls.child != calls->child || each->data != data))
        each = each->next;
    if (each != NULL)
        unlink_it(each, &forking.newest, &forking.oldest);
    end();
    return each != NULL;
}

int
GilOS_RegisterForkLock(const GilForeignLock *how, int (*reset)(void *lock), void *lock, unsigned rank)
{
    struct calls *new = NULL;

    if (how == NULL || how->try_lock == NULL || how->lock == NULL || how->unlock == NULL || lock == NULL)
        errno = EINVAL;
    else
        new = begin_with(&(struct calls){.how = how, .reset = reset, .data = lock, .rank = rank});
    if (new == NULL)
        return -1;
    struct calls *before = forking.first;
    while (before != NULL && before->rank <= rank)
        before = before->next;
    link_in(new, before, &forking.first, &forking.last);
    end();
    return 0;
}

int
GilOS_UnregisterForkLock(void *lock)
{
    if (begin_or_fail() < 0)
        return -1;
    struct calls *each = forking.last;
    while (each != NULL && each->data != lock)
        each = each->prev;
    if (each != NULL)
        unlink_it(each, &forking.first, &forking.last);
    end();
    return each != NULL;
}
