/* SPDX-License-Identifier: MIT */
/* The rest of the library as the end of an interpreter finds it. */
#include "models/end_world.h"

#include "models/seen.h"
#include "models/snapshot.h"

#include "base/mem.h"
#include "gilrt/error.h"
#include "gilrt/interp.h"
#include "gilrt/lock.h"
#include "gilrt/state.h"
#include "module/import.h"
#include "gc/collect.h"
#include "object/error.h"
#include "runtime/busy.h"
#include "runtime/event.h"
#include "runtime/inside.h"
#include "runtime/layers.h"
#include "runtime/signal.h"
#include "state/fork.h"
#include "state/interrupt.h"
#include "state/stable.h"
#include "state/wait.h"
#include "sync/parking.h"

#include <setjmp.h>
#include <string.h>

/*
 * Memory that the shipped sources ask for lies in static variables, where states are told apart, and is poisoned when it is given
 * back; but for thread blocks, which others may look at for ever.
 */
#define STATES_MAX 6
#define EXIT_CALLS_MAX 4

struct subject subjects[BOTH];
int told, waiting, late;

static struct _gilis interps[BOTH];
static struct gil_lock locks[BOTH] __attribute__((aligned(64)));
static struct room {
    char memory[512] __attribute__((aligned(64))); /* a gate, and what its queue of calls needs */
} gates[BOTH];
static struct cell {
    GilThreadState ts __attribute__((aligned(64)));
} cells[STATES_MAX];
static struct exit_call {
    int used;
    void *memory[3];
} exit_calls[EXIT_CALLS_MAX];
static int interps_given, locks_given, gates_given, states_given;
static int interps_back, locks_back, gates_back;
static jmp_buf home[THREADS_MAX];
static int may_be_late[THREADS_MAX];

__thread struct _GilThreadBlock *_Gil_thread;
struct gil_state_hooks gil_state_hooks;

/* --- the beginning --- */

/* What the sources keep in static variables of their own is as at the first time. */
static void
begin_anew(void)
{
    static EXPLORER_OWN struct snapshot first;
    void *part;
    size_t size;

    if (first.count > 0)
        snapshot_restore(&first);
    for (int i = 0; first.count == i && (part = seen_program_part(i, &size)) != NULL; i++)
        snapshot_add(&first, part, size);
}

static void
make(enum which which, GilInterpreterState *share)
{
    struct gil_interp_config config = {.switch_interval = TURN, .fenced = 1, .ender = which != MAIN, .share = share};
    struct subject *subject = &subjects[which];

    EXPLORE_CHECK(gil_interp_new(&config, &subject->ts) == 0);
    subject->interp = subject->ts->interp;
    subject->gate = subject->interp->gate;
    subject->lock = subject->interp->lock;
    subject->interp->end_timeout = LIMIT;
    EXPLORE_CHECK(subject->interp->id == which);
}

static void
begin_both(int shared)
{
    begin_anew();
    explore_word = (void **)(void *)&_Gil_thread;
    make(MAIN, NULL);
    make(OTHER, shared ? subjects[MAIN].interp : NULL);
}

void
setup_world(void)
{
    begin_both(0);
}

void
setup_shared_world(void)
{
    begin_both(1);
}

GilThreadState *
add_thread(enum which which)
{
    add_view(which);
    return gil_tstate_get_block(subjects[which].interp);
}

GilInterpreterView *
add_view(enum which which)
{
    gil_gate_hold(subjects[which].gate);
    subjects[which].views++;
    return (GilInterpreterView *)(void *)subjects[which].gate;
}

/* --- what goes on in an interpreter --- */

static enum which
which_of(const GilThreadState *ts)
{
    return ts->interp_id == MAIN ? MAIN : OTHER;
}

void
use(enum which which)
{
    struct subject *subject = &subjects[which];

    EXPLORE_CHECK(!subject->ended);
    subject->users++;
    gil_store_relaxed(&subject->alive, gil_load_relaxed(&subject->alive) + 1);
    EXPLORE_CHECK(!subject->ended);
    subject->users--;
}

void
use_attached(enum which which)
{
    struct subject *subject = &subjects[which];

    EXPLORE_CHECK(gil_tstate_attached() != NULL && which_of(gil_tstate_attached()) == which);
    EXPLORE_CHECK(subject->holders++ == 0);
    use(which);
    EXPLORE_CHECK(--subject->holders == 0);
}

int
come_back(GilThreadState *ts)
{
    int self = explore_self();

    _Gil_thread = &ts->block;
    may_be_late[self] = 1;
    if (_setjmp(home[self]) == 0) {
        _GilEval_Return(ts);
        may_be_late[self] = 0;
        return 0;
    }
    /* It stands outside, and its state says so. */
    EXPLORE_CHECK(gil_load_relaxed(&ts->block.st) == _Gil_LAZY);
    _Gil_thread = NULL;
    return -1;
}

/* --- the end of it --- */

/* The steps in which it is told. Attached until nothing is left; whoever is inside then was not waited for. */
int
gil_event_tell(const GilLifeEvent *event)
{
    struct subject *subject = &subjects[event->interp];
    const GilThreadState *ts = gil_tstate_attached();

    EXPLORE_CHECK(event->interp == MAIN || event->interp == OTHER);
    switch (event->kind) {
    case GIL_LIFE_CLOSED:
        EXPLORE_CHECK(ts != NULL && ts->interp == subject->interp && gil_gate_is_shut(subject->gate));
        EXPLORE_CHECK(gil_gate_inside(subject->gate) == 0 && !subject->closed);
        EXPLORE_CHECK(event->interp == OTHER || subjects[OTHER].ended);
        subject->closed = 1;
        break;
    case GIL_LIFE_TEARDOWN:
        EXPLORE_CHECK(ts != NULL && ts->interp == subject->interp && subject->closed && !subject->torn);
        subject->torn = 1;
        subject->dropped = event->count;
        break;
    case GIL_LIFE_ENDED:
        EXPLORE_CHECK(ts == NULL && subject->torn && subject->ended);
        break;
    default:
        EXPLORE_CHECK(event->kind == GIL_LIFE_CLOSING && !subject->closed);
    }
    return 1;
}

/* Nobody here is in a hook, or in the middle of anything. */
int
gil_inside_call(struct gil_gate *gate)
{
    (void)gate;
    return 0;
}

int
gil_inside_interp(const struct gil_gate *gate)
{
    (void)gate;
    return 0;
}

void
gil_event_step(int kind, int64_t interp)
{
    gil_event_tell(&(GilLifeEvent){.size = sizeof(GilLifeEvent), .kind = kind, .interp = interp});
}

void
gil_busy_find(struct gil_busy *busy, GilInterpreterState *interp)
{
    struct subject *subject = &subjects[interp == subjects[MAIN].interp ? MAIN : OTHER];

    /* It is the caller's to give up, still. */
    EXPLORE_CHECK(interp->gate == subject->gate && subject->gate->taken && gil_gate_is_closing(subject->gate));
    EXPLORE_CHECK(gil_tstate_attached() == NULL);
    busy->interp = interp->id;
    busy->inside = 1;
    subject->busy++;
}

long
gil_busy_tell(const struct gil_busy *busy, const char *func)
{
    (void)func;
    told++;
    return (long)busy->inside;
}

void
gil_busy_tell_waiting(const GilThreadState *ts, uint64_t holder, const char *func)
{
    (void)func;
    EXPLORE_CHECK(gil_tstate_attached() == NULL && holder != 0 && holder != ts->id);
    waiting++;
}

/* The teardown may leave the lock and take it again: nobody else gets it. */
void
gil_layers_stop(GilThreadState *ts, int print, struct gil_leftovers *left)
{
    enum which which = which_of(ts);
    struct subject *subject = &subjects[which];

    (void)print;
    *left = (struct gil_leftovers){0, 0, 0};
    EXPLORE_CHECK(subject->torn && !subject->ended && subject->holders == 0 && subject->users == 0);
    EXPLORE_CHECK(gil_gate_is_shut(subject->gate) && gil_gate_inside(subject->gate) == 0);
    /* Nobody is listed but who is just being refused. */
    EXPLORE_CHECK(subject->gate->passes == NULL || subject->gate->mu.word != 0);
    /* Everybody was asked to stop. */
    for (const GilThreadState *each = ts->interp->threads; each != NULL; each = each->next)
        EXPLORE_CHECK(each == ts || (each->block.brk & _Gil_BRK_ENDING) || each->orphan);
    use_attached(which);
    gil_tstate_detach(ts, __func__);
    gil_tstate_attach(ts, __func__);
    use_attached(which);
    subject->ended = 1;
    explore_poison(&subject->alive, sizeof subject->alive);
    gil_interp_delete(ts);
}

/* By the thread exits of those that came as guests, nothing is left of an interpreter that has ended. */
static void
give_back_states(enum which which)
{
    for (int i = 0; i < states_given; i++) {
        GilThreadState *ts = &cells[i].ts;
        if (ts->interp_id != (int64_t)which || ts->id == 0)
            continue;
        EXPLORE_CHECK(ts->dead && ts->block.st == _Gil_LAZY);
        gil_tstate_put_block(ts);
    }
}

void
check_ended(enum which which)
{
    for (enum which each = which == BOTH ? MAIN : which; each < BOTH; each++) {
        const struct subject *subject = &subjects[each];
        EXPLORE_CHECK(subject->ended && subject->users == 0 && subject->holders == 0);
        give_back_states(each);
        for (int i = 0; i < subject->views; i++)
            gil_interp_put_gate(subject->gate);
    }
    int ends = which == BOTH ? 2 : 1;
    EXPLORE_CHECK(interps_back == ends && gates_back == ends && locks_back == ends - (locks_given < BOTH));
    EXPLORE_CHECK(gil_interp_first() == (which == BOTH ? NULL : subjects[MAIN].interp));
    EXPLORE_CHECK(GilInterpreterState_Main() == gil_interp_first() && gil_states_mutex.word == 0);
    for (int i = 0; i < EXIT_CALLS_MAX; i++)
        EXPLORE_CHECK(!exit_calls[i].used);
    if (which == BOTH)
        return;
    /* What the ends of others went through is as it was. */
    EXPLORE_CHECK(subjects[MAIN].gate->word == 0 && subjects[MAIN].gate->passes == NULL && subjects[MAIN].gate->mu.word == 0);
}

/* --- memory --- */

void *
gil_raw_calloc(size_t count, size_t size)
{
    EXPLORE_CHECK(count == 1 && size == sizeof interps[0] && interps_given < BOTH);
    return &interps[interps_given++];
}

void *
gil_raw_malloc(size_t size)
{
    for (int i = 0; i < EXIT_CALLS_MAX; i++)
        if (!exit_calls[i].used) {
            EXPLORE_CHECK(size <= sizeof exit_calls[i].memory);
            exit_calls[i].used = 1;
            return exit_calls[i].memory;
        }
    return NULL;
}

void
gil_raw_free(void *block)
{
    for (int i = 0; i < EXIT_CALLS_MAX; i++)
        if (block == exit_calls[i].memory) {
            memset(&exit_calls[i], 0, sizeof exit_calls[i]);
            return;
        }
    EXPLORE_CHECK(block == &interps[0] || block == &interps[1]);
    interps_back++;
    explore_poison(block, sizeof interps[0]);
}

void *
gil_stable_get(struct gil_stable *pool)
{
    if (pool->size == sizeof locks[0])
        return &locks[locks_given++];
    EXPLORE_CHECK(pool->size <= sizeof gates[0]);
    return &gates[gates_given++];
}

void
gil_stable_put(struct gil_stable *pool, void *block)
{
    if (pool->size == sizeof locks[0])
        locks_back++;
    else
        gates_back++;
    explore_poison(block, pool->size);
}

const void *
gil_stable_look(const struct gil_stable *pool, struct gil_stable_look *look)
{
    (void)pool;
    (void)look;
    return NULL;
}

struct gil_heap *
gil_heap_new(void)
{
    static EXPLORER_OWN struct gil_heap none;
    return &none;
}

size_t
gil_heap_destroy(struct gil_heap *heap)
{
    (void)heap;
    return 0;
}

/* --- thread states: as lib/state/tstate.c has it, without what a thread keeps --- */

GilThreadState *
gil_tstate_get_block(GilInterpreterState *interp)
{
    EXPLORE_CHECK(states_given < STATES_MAX);
    GilThreadState *ts = &cells[states_given++].ts;
    ts->block.st = _Gil_LAZY;
    ts->block.brk = _Gil_BRK_FENCED;
    ts->interp = interp;
    ts->lock = interp->lock;
    ts->interp_id = interp->id;
    ts->id = (uint64_t)states_given;
    gil_lock_hold(ts->lock);
    ts->next = interp->threads;
    if (ts->next != NULL)
        ts->next->prev = ts;
    interp->threads = ts;
    gil_calls_init(&ts->calls);
    ts->gate = interp->gate;
    return ts;
}

GilThreadState *
gil_tstate_new(GilInterpreterState *interp)
{
    gil_mutex_lock(&gil_states_mutex);
    EXPLORE_CHECK(gil_interp_is_alive(interp) && !interp->closed);
    GilThreadState *ts = gil_tstate_get_block(interp);
    if (gil_interp_asks(interp))
        gil_fetch_or_seq_cst(&ts->block.brk, _Gil_BRK_ENDING);
    gil_mutex_unlock(&gil_states_mutex);
    return ts;
}

void
gil_tstate_put_block(GilThreadState *ts)
{
    struct gil_lock *lock = ts->lock;

    gil_lock_forget(lock, ts);
    gil_store_relaxed(&ts->gate, NULL);
    gil_store_relaxed(&ts->id, 0);
    gil_interp_put_lock(lock);
}

int
gil_tstate_holds_objects(const GilThreadState *ts)
{
    (void)ts;
    return 0;
}

const GilThreadState *
gil_tstate_look(struct gil_stable_look *look)
{
    return look->block < states_given ? &cells[look->block++].ts : NULL;
}

void
gil_tstate_attach(GilThreadState *ts, const char *func)
{
    EXPLORE_CHECK(gil_tstate_attached() == NULL && ts->id != 0);
    if (gil_lock_acquire(ts->lock, ts, func) != GIL_LOCK_GOT)
        gil_tstate_too_late(ts, func);
    _Gil_thread = &ts->block;
}

int
gil_tstate_attach_until(GilThreadState *ts, uint64_t limit, const char *func)
{
    EXPLORE_CHECK(gil_tstate_attached() == NULL && ts->id != 0);
    int rc = gil_lock_acquire_until(ts->lock, ts, limit, func);
    if (rc != GIL_LOCK_GOT)
        return rc == GIL_LOCK_LATE ? 0 : -1;
    _Gil_thread = &ts->block;
    return 1;
}

void
gil_tstate_detach(GilThreadState *ts, const char *func)
{
    EXPLORE_CHECK(gil_tstate_attached() == ts);
    _Gil_thread = NULL;
    gil_lock_release(ts->lock, ts, func);
}

/* It would sleep for ever. */
void
gil_tstate_too_late(GilThreadState *ts, const char *func)
{
    (void)ts;
    if (!may_be_late[explore_self()])
        explore_fail(func);
    late++;
    _longjmp(home[explore_self()], 1);
}

void
gil_tstate_panic_detached(const char *func)
{
    explore_fail(func);
}

void
_GilEval_LeaveMisuse(void)
{
    explore_fail("BEGIN finds the thread detached");
    __builtin_unreachable();
}

void
_GilEval_ReturnMisuse(struct _GilThreadBlock *block)
{
    (void)block;
    explore_fail("END finds the thread attached");
}

int
gil_fork_is_mine(const GilThreadState *ts)
{
    (void)ts;
    return 0;
}

/* --- nobody sleeps in a wait of the library here, nor in native code that could be reached --- */

void
gil_wait_rouse(GilThreadState *ts)
{
    (void)ts;
}

void
gil_parking_rouse(uint32_t *word)
{
    (void)word;
}

void
gil_unblock_all(GilInterpreterState *interp)
{
    (void)interp;
}

uint64_t
gil_unblock_pause(uint64_t *pause, uint64_t limit)
{
    (void)pause;
    return limit;
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

/* --- the layers above --- */

GilObject *GilExc_SystemError, *GilExc_RuntimeError;

GilObject *
GilErr_Format(GilObject *exception, const char *format, ...)
{
    (void)exception;
    explore_fail(format);
}

GilObject *
GilErr_Occurred(void)
{
    return NULL;
}

void
GilErr_Clear(void)
{
}

void
GilErr_WriteUnraisable(GilObject *object)
{
    (void)object;
}

void *
gil_err_no_memory(GilThreadState *ts)
{
    (void)ts;
    explore_fail("there is no memory");
}

int
gil_import_active(const GilThreadState *ts)
{
    (void)ts;
    return 0;
}

int
gil_gc_is_active(const GilThreadState *ts)
{
    (void)ts;
    return 0;
}

void
gil_signal_stop(void)
{
}

/* --- where threads may meet --- */

static int
of_gates(const void *address)
{
    for (int i = 0; i < BOTH; i++)
        if (address == &((const struct gil_gate *)(const void *)&gates[i])->word || address == &subjects[i].alive)
            return 1;
    return 0;
}

int
of_admission(const void *address)
{
    for (int i = 0; i < BOTH; i++)
        if (address == &((const struct gil_gate *)(const void *)&gates[i])->turn)
            return 1;
    return address == &gil_states_mutex.word || of_gates(address);
}

/* Who has a lock and who waits for it. What the lock does inside is lock_model.c's: its mutex is no point here, nor is brk; and st is
 * none, which each thread reads of its own block plainly. */
int
of_the_end(const void *address)
{
    for (int i = 0; i < BOTH; i++)
        if (address == &locks[i].owner)
            return 1;
    for (int i = 0; i < STATES_MAX; i++)
        if (address == &cells[i].ts.waiter.token)
            return 1;
    return of_gates(address);
}

int
of_both(const void *address)
{
    return of_admission(address) || of_the_end(address);
}
