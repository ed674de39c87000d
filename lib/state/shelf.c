/* SPDX-License-Identifier: MIT */
/* The states that a thread keeps, and what its exit does with its states. */
#include "state/shelf.h"

#include "base/panic.h"
#include "base/print.h"
#include "gilrt/pending.h"
#include "gilrt/thread.h"
#include "state/gate.h"
#include "state/interp.h"
#include "sync/machine.h"
#include "sync/thread.h"

/*
 * The value of the thread key is the shelf: the states that Ensure made for this thread, one an interpreter, chained. The
 * key's destructor reclaims them; it also finds a thread that exits attached, which would hold the lock for ever, and stops the
 * process, or leaves the lock for it.
 *
 * A thread may outlive many interpreters: before a state is put on the shelf, those of dead ones come off. Why not when
 * the interpreter ends: the shelf is its thread's alone.
 *
 * A shelf ends in a mark and never in NULL, which would mean that the thread wants no destructor. The mark has a bit that no
 * address has, and above it the thread as the kernel numbers it, which would cost each new state a system call. GONE is the
 * whole shelf of a thread whose destructor has run: it gets no state any more, because the last round of destructors may be
 * over before that could be reclaimed.
 */
#define END ((uintptr_t)1)
#define GONE ((GilThreadState *)END)

pthread_key_t gil_shelf_key;
static int key_made; /* [start] */

static void at_thread_exit(void *shelf);
static void reclaim(GilThreadState *ts);

int
gil_shelf_start(void)
{
    if (key_made)
        return 0;
    int rc = pthread_key_create(&gil_shelf_key, at_thread_exit);
    key_made = rc == 0;
    return rc;
}

static int
is_end(const GilThreadState *shelf)
{
    return shelf == NULL || ((uintptr_t)shelf & END) != 0;
}

static GilThreadState *
end_of_shelf(unsigned long native)
{
    return (GilThreadState *)((uintptr_t)native << 1 | END);
}

int
gil_shelf_begin(void)
{
    return pthread_setspecific(gil_shelf_key, end_of_shelf(GilThread_get_thread_native_id())) == 0 ? 0 : -1;
}

int
gil_shelf_open(void)
{
    return gil_shelf_register() < 0 || pthread_getspecific(gil_shelf_key) == GONE ? -1 : 0;
}

/* Whether a pair of this thread has yet to leave ts, or to come back to it, or an END does. */
static int
is_come_back_to(const GilThreadState *ts)
{
    return ts->ensured > 0 || ts->within > 0 || &ts->block == _Gil_thread;
}

/* Those of interpreters that are no more, and that nothing of this thread comes back to, come off the shelf. Returns what remains. */
static GilThreadState *
cleared_shelf(void)
{
    GilThreadState *shelf = pthread_getspecific(gil_shelf_key), **link = &shelf;

    while (!is_end(*link)) {
        GilThreadState *ts = *link;
        if (gil_load_relaxed(&ts->dead) && !is_come_back_to(ts)) {
            *link = ts->shelf;
            reclaim(ts);
        }
        else
            link = &ts->shelf;
    }
    /* Cannot fail: what was found has its place there, and nothing at all, as in a child without memory for it
     * (gil_thread_renew_key()), needs none. */
    (void)pthread_setspecific(gil_shelf_key, shelf);
    return shelf;
}

int
gil_shelf_put(GilThreadState *ts)
{
    ts->shelf = cleared_shelf();
    return pthread_setspecific(gil_shelf_key, ts);
}

GilThreadState *
gil_shelf_find(const GilInterpreterState *interp)
{
    for (GilThreadState *ts = pthread_getspecific(gil_shelf_key); !is_end(ts); ts = ts->shelf)
        if (ts->interp == interp && !gil_load_relaxed(&ts->dead))
            return ts;
    return NULL;
}

uint32_t
gil_shelf_native(void)
{
    const GilThreadState *shelf = pthread_getspecific(gil_shelf_key);

    while (!is_end(shelf))
        shelf = shelf->shelf;
    if (shelf == NULL || shelf == GONE)
        return (uint32_t)GilThread_get_thread_native_id();
    return (uint32_t)((uintptr_t)shelf >> 1);
}

void
gil_shelf_in_child(void)
{
    if (!key_made)
        return;
    gil_thread_renew_key(&gil_shelf_key, at_thread_exit);
    GilThreadState *shelf = pthread_getspecific(gil_shelf_key);
    if (shelf == NULL || shelf == GONE)
        return;
    GilThreadState *end = end_of_shelf(GilThread_get_thread_native_id());
    if (is_end(shelf)) {
        (void)pthread_setspecific(gil_shelf_key, end);
        return;
    }
    while (!is_end(shelf->shelf))
        shelf = shelf->shelf;
    shelf->shelf = end;
}

void
gil_shelf_fork_child(GilThreadState *ts, int survives)
{
    if (survives && gil_load_relaxed(&ts->os_thread) == gil_machine_thread())
        gil_store_relaxed(&ts->native, gil_shelf_native());
}

/* --- the thread's exit --- */

/* A state that holds objects, of an interpreter that a guard keeps alive. Calls that the thread's exit cut short, a
 * destructor's too, are over: what they put off is destroyed now. */
static void
clear_and_delete(GilThreadState *ts)
{
    ts->dealloc_depth = 0;
    ts->recursion = 0;
    gil_tstate_attach(ts, __func__);
    gil_state_hooks.clear_thread(ts);
    gil_tstate_detach(ts, __func__);
    gil_tstate_delete(ts);
}

/* A call of the interpreter's, if that goes on: what the state with that number holds is destroyed, by whichever thread. The state
 * has gone in the child of a fork, and no other gets its number. */
static int
clear_what_was_left(void *number)
{
    GilThreadState *current = gil_tstate_need(__func__);

    gil_mutex_lock(&gil_states_mutex);
    GilThreadState *ts = current->interp->threads;
    while (ts != NULL && ts->id != (uintptr_t)number)
        ts = ts->next;
    gil_mutex_unlock(&gil_states_mutex);
    if (ts == NULL)
        return 0;
    gil_state_hooks.clear_thread(ts);
    gil_tstate_delete(ts);
    return 0;
}

/* The gate is shut for an end that may yet be given up: then the others make the calls of the state, and clear it. If there is no
 * room for that call, the end does, whenever that is. */
static void
leave_to_others(GilThreadState *ts)
{
    gil_pending_leave(ts);
    (void)GilPending_Add((GilInterpreterView *)(void *)ts->interp->gate, clear_what_was_left, (void *)(uintptr_t)ts->id);
}

static void
reclaim(GilThreadState *ts)
{
    GilInterpreterState *interp = ts->interp;
    struct gil_gate *gate = NULL;
    struct gil_pass pass;
    enum { PUT, CLEAR, LEAVE } what = PUT;

    /* Its region is over with its thread, and whoever is in a call for it may want the mutex. */
    gil_unblock_end(ts);
    gil_mutex_lock(&gil_states_mutex);
    if (ts->visits > 0) {
        /* Its place at the gate stays taken for ever, and the state says whose it is: there is an end that waits for it, and none that
         * could take it away. Calls for it go to the others. */
        what = LEAVE;
        gil_pending_leave(ts);
    }
    else if (!ts->dead && (interp->closed || gil_tstate_holds_objects(ts))) {
        /* Not admitted: the interpreter ends, and its end sees to the objects and to the block. */
        what = interp->closed || gil_gate_enter_late(interp->gate) < 0 ? LEAVE : CLEAR;
        if (what == LEAVE && !interp->closed)
            leave_to_others(ts);
    }
    if (what == CLEAR) {
        /* Whoever ends the interpreter waits for what finalizers do here: he finds the thread. */
        gate = interp->gate;
        gil_pass_init(&pass, "");
        gil_gate_list(gate, &pass);
    }
    if (what == LEAVE)
        ts->orphan = 1;
    if (what == PUT && !ts->dead)
        gil_tstate_unlist(ts);
    gil_mutex_unlock(&gil_states_mutex);

    if (what == PUT)
        gil_tstate_put_block(ts);
    if (what == CLEAR) {
        clear_and_delete(ts);
        gil_gate_unlist(gate, &pass);
        gil_gate_leave(gate);
    }
}

/* The state between whose BEGIN and END the thread ends, or NULL. */
static GilThreadState *
state_left_behind(void)
{
    GilThreadState *left = (GilThreadState *)(void *)_Gil_thread;

    if (left == NULL || left->block.st != _Gil_ATTACHED)
        return left;
    if (!left->exit_leaves)
        gil_panic("gilrt", "thread %#lx exits while thread state %llu is attached to it: nobody could take the lock again",
                  gil_machine_thread(), (unsigned long long)left->id);
    gil_print_line("gilrt: thread %#lx exits while thread state %llu is attached to it: the lock is left for it",
                   gil_machine_thread(), (unsigned long long)left->id);
    gil_tstate_detach(left, "its thread's exit"); /* so a dump says: "in its thread's exit" */
    _Gil_thread = &left->block; /* as after Gil_BEGIN_ALLOW_THREADS */
    return left;
}

static void
at_thread_exit(void *shelf)
{
    int cancel;

    /* For good: the thread is ending, and one that has returned could be cancelled here in a function of the host's. */
    (void)pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel);
    GilThreadState *left = state_left_behind();
    /* What its region's function uses may have been on the stack. */
    if (left != NULL)
        gil_unblock_suspend(left, &(struct _GilRegion){0});
    /* What the thread wants called at its end may enter, and finds the shelf as it was. */
    if (shelf != GONE) {
        /* Cannot fail: the system found it in that place. A key whose value could not be renewed brings nobody here. */
        (void)pthread_setspecific(gil_shelf_key, shelf);
        gil_thread_exit();
        shelf = pthread_getspecific(gil_shelf_key);
    }
    GilThreadState *ts = shelf;
    left = state_left_behind();
    _Gil_thread = NULL;
    gil_tstate_forget_left();
    if (left != NULL && !left->kept)
        reclaim(left);
    while (!is_end(ts)) {
        GilThreadState *next = ts->shelf;
        reclaim(ts);
        ts = next;
    }
    /* This brings the destructor back in each round that is left: harmless, and the mark stays until the last. */
    (void)pthread_setspecific(gil_shelf_key, GONE);
}
