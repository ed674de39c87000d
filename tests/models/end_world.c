/* SPDX-License-Identifier: MIT */
/* The rest of the library as the end of an interpreter finds it, but for thread states. */
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
#include "runtime/finalize.h"
#include "runtime/inside.h"
#include "runtime/layers.h"
#include "runtime/life.h"
#include "runtime/signal.h"
#include "state/closing.h"
#include "state/stable.h"

#include <setjmp.h>
#include <string.h>

/*
 * Memory that the shipped sources ask for lies in static variables, where states are told apart, and is poisoned when it is given
 * back. A thread state others may look at for ever (tstate.h): it is poisoned but for what they may look at, and then not given
 * out again, or it is given out again at once, as the pool does. Small blocks are given out again.
 */
#define STATES_MAX 7
#define SMALL_MAX 4
#define INTERPS_MAX 3 /* these, and one that is made meanwhile */

struct subject subjects[BOTH];
int told, waiting, late, heeded;
int retells;
int requests_left;
void (*on_busy)(enum which which);

static struct _gilis interps[INTERPS_MAX];
static struct gil_lock locks[INTERPS_MAX] __attribute__((aligned(64)));
static struct room {
    char memory[192] __attribute__((aligned(64))); /* a gate, and what its queue of calls needs */
} gates[INTERPS_MAX];
static struct cell {
    GilThreadState ts __attribute__((aligned(64)));
    enum { FRESH, GIVEN, BACK } is;
} cells[STATES_MAX];
static struct small {
    int used;
    void *memory[20];
} smalls[SMALL_MAX];
static int interps_given, locks_given, gates_given;
static int interps_back, locks_back, gates_back;
static int states_come_again, interps_come_again;
static jmp_buf home[THREADS_MAX];
static int may_be_late[THREADS_MAX];

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
make(enum which which, GilInterpreterState *share, unsigned how)
{
    struct gil_interp_config config = {.switch_interval = TURN, .fenced = !(how & WORLD_LEANS), .ender = which != MAIN, .share = share,
                                       .exit_leaves = (how & WORLD_EXIT_LEAVES) != 0};
    struct subject *subject = &subjects[which];

    EXPLORE_CHECK(gil_interp_new(&config, &subject->ts) == 0);
    subject->interp = subject->ts->interp;
    subject->gate = subject->interp->gate;
    subject->lock = subject->interp->lock;
    subject->interp->end_timeout = LIMIT;
    EXPLORE_CHECK(subject->interp->id == which);
}

GilThreadState *
begin_third(void)
{
    struct gil_interp_config config = {.switch_interval = TURN, .fenced = 1, .starting = 1, .ender = 1};
    GilThreadState *ts;

    EXPLORE_CHECK(gil_interp_new(&config, &ts) == 0 && ts->interp_id == BOTH);
    return ts;
}

void
open_third(GilThreadState *ts)
{
    gil_pending_open(ts->interp);
    gil_closing_give_up(ts->interp->gate, NULL);
}

void
end_third(GilThreadState *ts)
{
    gil_tstate_attach(ts, __func__);
    gil_gate_close(ts->interp->gate);
    gil_interp_close(ts);
    gil_interp_delete(ts);
}

void
setup_world_with(unsigned how)
{
    begin_anew();
    explore_locals = 1;
    states_come_again = (how & WORLD_STATES_AGAIN) != 0;
    interps_come_again = (how & WORLD_IN_ITS_PLACE) != 0;
    make(MAIN, NULL, how);
    make(OTHER, how & WORLD_SHARED ? subjects[MAIN].interp : NULL, how);
}

void
setup_world(void)
{
    setup_world_with(0);
}

void
setup_shared_world(void)
{
    setup_world_with(WORLD_SHARED);
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
is_late(void (*come)(GilThreadState *), GilThreadState *ts)
{
    int self = explore_self();

    may_be_late[self] = 1;
    if (_setjmp(home[self]) == 0) {
        come(ts);
        may_be_late[self] = 0;
        return 0;
    }
    /* It stands outside, and its state says so. */
    EXPLORE_CHECK(gil_load_relaxed(&ts->block.st) == _Gil_LAZY);
    _Gil_thread = NULL;
    return -1;
}

void
sleep_for_ever(const char *func)
{
    if (!may_be_late[explore_self()])
        explore_fail(func);
    late++;
    _longjmp(home[explore_self()], 1);
}

int
come_back(GilThreadState *ts)
{
    _Gil_thread = &ts->block;
    return is_late(_GilEval_Return, ts);
}

/* --- the end of it --- */

/* Blocks of memory that it leaves: not the same of both. */
static size_t
left_by(enum which which)
{
    return which == MAIN ? 1 : 2;
}

/* That it closes, and lets in again: by turns, by one thread at a time, and as long as it is there. */
static void
hear_of_admission(enum which which, int closes)
{
    struct subject *subject = &subjects[which];

    EXPLORE_CHECK(subject->telling++ == 0 && subject->closing == !closes && !subject->closed);
    (void)gil_gate_is_closing(subject->gate); /* others go on meanwhile */
    use(which);
    EXPLORE_CHECK(subject->telling-- == 1 && !subject->closed);
    subject->closing = closes;
}

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
        EXPLORE_CHECK(subject->closing && !subject->telling);
        subject->closed = 1;
        break;
    case GIL_LIFE_TEARDOWN:
        EXPLORE_CHECK(ts != NULL && ts->interp == subject->interp && subject->closed && !subject->torn);
        subject->torn = 1;
        subject->dropped = event->count;
        break;
    case GIL_LIFE_ENDED:
        EXPLORE_CHECK(ts == NULL && subject->torn && subject->ended && subject->reported);
        EXPLORE_CHECK(event->count == left_by(event->interp == MAIN ? MAIN : OTHER));
        break;
    default:
        EXPLORE_CHECK(event->kind == GIL_LIFE_CLOSING || event->kind == GIL_LIFE_OPENED);
        hear_of_admission(event->interp == MAIN ? MAIN : OTHER, event->kind == GIL_LIFE_CLOSING);
    }
    return 1;
}

int
gil_life_prints(void)
{
    return 0;
}

/* Once of each, when it is gone and before that is told. */
void
gil_life_report(const struct gil_ending *met)
{
    struct subject *subject = &subjects[met->left.blocks == left_by(MAIN) ? MAIN : OTHER];

    EXPLORE_CHECK(subject->ended && !subject->reported && met->dropped == subject->dropped);
    subject->rounds = met->rounds;
    subject->reported = 1;
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
    if (on_busy != NULL)
        on_busy(interp == subjects[MAIN].interp ? MAIN : OTHER);
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
    *left = (struct gil_leftovers){0, left_by(which), 0};
    EXPLORE_CHECK(subject->torn && !subject->ended && subject->holders == 0 && subject->users == 0);
    EXPLORE_CHECK(gil_gate_is_shut(subject->gate) && gil_gate_inside(subject->gate) == 0);
    /* Nobody is listed but who is just being refused. */
    EXPLORE_CHECK(subject->gate->passes == NULL || subject->gate->mu.word != 0);
    /* Everybody was asked to stop, and some have heeded it. */
    for (const GilThreadState *each = ts->interp->threads; each != NULL; each = each->next)
        EXPLORE_CHECK(each == ts || (each->block.brk & _Gil_BRK_ENDING) || each->orphan || heeded-- > 0);
    gil_interp_clear_threads(ts);
    use_attached(which);
    gil_tstate_detach(ts, __func__);
    gil_tstate_attach(ts, __func__);
    use_attached(which);
    subject->ended = 1;
    explore_poison(&subject->alive, sizeof subject->alive);
    gil_interp_delete(ts);
}

int
states_of(enum which which)
{
    int count = 0;

    for (int i = 0; i < STATES_MAX; i++)
        count += cells[i].is == GIVEN && cells[i].ts.interp_id == (int64_t)which;
    return count;
}

/* By the thread exits of those that came as guests, nothing is left of an interpreter that has ended. */
static void
give_back_states(enum which which)
{
    for (int i = 0; i < STATES_MAX; i++) {
        GilThreadState *ts = &cells[i].ts;
        if (cells[i].is != GIVEN || ts->interp_id != (int64_t)which || ts->id == 0)
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
    int ends = (which == BOTH ? 2 : 1) + (interps_given > BOTH);
    EXPLORE_CHECK(interps_back == ends && gates_back == ends && locks_back == ends - (locks_given < BOTH));
    EXPLORE_CHECK(gil_interp_first() == (which == BOTH ? NULL : subjects[MAIN].interp));
    EXPLORE_CHECK(GilInterpreterState_Main() == gil_interp_first() && gil_states_mutex.word == 0);
    for (int i = 0; i < SMALL_MAX; i++)
        EXPLORE_CHECK(!smalls[i].used);
    if (which == BOTH)
        return;
    /* What the ends of others went through is as it was. */
    EXPLORE_CHECK(subjects[MAIN].gate->word == 0 && subjects[MAIN].gate->passes == NULL && subjects[MAIN].gate->mu.word == 0);
}

/* --- memory --- */

void *
gil_raw_calloc(size_t count, size_t size)
{
    EXPLORE_CHECK(count == 1 && size == sizeof interps[0] && interps_given < INTERPS_MAX);
    if (interps_come_again && interps_back == 1) {
        interps_given++;
        return memset(&interps[OTHER], 0, sizeof interps[OTHER]);
    }
    return &interps[interps_given++];
}

int
lacks_memory(void)
{
    return requests_left > 0 && --requests_left == 0;
}

void *
gil_raw_malloc(size_t size)
{
    if (lacks_memory())
        return NULL;
    for (int i = 0; i < SMALL_MAX; i++)
        if (!smalls[i].used) {
            EXPLORE_CHECK(size <= sizeof smalls[i].memory);
            smalls[i].used = 1;
            return smalls[i].memory;
        }
    explore_fail("too many small blocks");
}

void
gil_raw_free(void *block)
{
    for (int i = 0; i < SMALL_MAX; i++)
        if (block == smalls[i].memory) {
            EXPLORE_CHECK(smalls[i].used);
            memset(&smalls[i], 0, sizeof smalls[i]);
            return;
        }
    EXPLORE_CHECK(block == &interps[0] || block == &interps[1] || block == &interps[2]);
    interps_back++;
    if (!interps_come_again)
        explore_poison(block, sizeof interps[0]);
}

_Static_assert(sizeof(GilThreadState) != sizeof(struct gil_lock), "pools are told apart by what they give out");

static void *
get_state(void)
{
    for (int i = 0; i < STATES_MAX; i++)
        if (cells[i].is == FRESH || (cells[i].is == BACK && states_come_again)) {
            cells[i].is = GIVEN;
            return &cells[i].ts;
        }
    explore_fail("too many thread states");
}

static void
poison_between(GilThreadState *ts, size_t from, size_t to)
{
    explore_poison((char *)ts + from, to - from);
}

/* What lies between these others may look at: who attached it last, and where it was left; and its queue, which whoever has just found
 * it by its number finds closed. */
static void
put_state(struct cell *cell)
{
    GilThreadState *ts = &cell->ts;

    EXPLORE_CHECK(cell->is == GIVEN && ts->id == 0 && ts->block.st == _Gil_LAZY && ts->calls.head == GIL_CALLS_CLOSED);
    cell->is = BACK;
    if (states_come_again)
        return;
    poison_between(ts, offsetof(struct _gilts, leaning), offsetof(struct _gilts, native));
    poison_between(ts, offsetof(struct _gilts, ensured), offsetof(struct _gilts, calls.head));
    poison_between(ts, offsetof(struct _gilts, calls.first), sizeof *ts);
}

void *
gil_stable_get(struct gil_stable *pool)
{
    if (lacks_memory())
        return NULL;
    if (pool->size == sizeof locks[0])
        return &locks[locks_given++];
    if (pool->size == sizeof cells[0].ts)
        return get_state();
    EXPLORE_CHECK(pool->size <= sizeof gates[0]);
    return &gates[gates_given++];
}

void
gil_stable_put(struct gil_stable *pool, void *block)
{
    if (pool->size == sizeof cells[0].ts) {
        put_state(block);
        return;
    }
    if (pool->size == sizeof locks[0])
        locks_back++;
    else
        gates_back++;
    explore_poison(block, pool->size);
}

size_t
gil_stable_in_use(struct gil_stable *pool)
{
    size_t count = 0;

    EXPLORE_CHECK(pool->size == sizeof cells[0].ts);
    for (int i = 0; i < STATES_MAX; i++)
        count += cells[i].is == GIVEN;
    return count;
}

const void *
gil_stable_look(const struct gil_stable *pool, struct gil_stable_look *look)
{
    return pool->size == sizeof cells[0].ts && look->block < STATES_MAX ? &cells[look->block++].ts : NULL;
}

struct gil_heap *
gil_heap_new(void)
{
    static EXPLORER_OWN struct gil_heap none;
    return &none;
}

struct _GilFreeList *const *
gil_heap_lists(const struct gil_heap *heap)
{
    (void)heap;
    return NULL;
}

size_t
gil_heap_destroy(struct gil_heap *heap)
{
    (void)heap;
    return 0;
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

/* Whose a state is: the lists, marks, places at the gate, and to what a list of states is closed. */
int
of_states(const void *address)
{
    for (int i = 0; i < STATES_MAX; i++)
        if (address == &cells[i].ts.left_by || address == &cells[i].ts.dead)
            return 1;
    return address == &gil_states_mutex.word || of_gates(address);
}

/* Which interpreter a state is of, and whether a thread keeps it: of a block that may be serving another by now. */
int
of_homes(const void *address)
{
    for (int i = 0; i < STATES_MAX; i++)
        if (address == &cells[i].ts.interp || address == &cells[i].ts.kept)
            return 1;
    return of_states(address);
}

int
of_who(const void *address)
{
    for (int i = 0; i < STATES_MAX; i++)
        if (address == &cells[i].ts.os_thread)
            return 1;
    return 0;
}

int
of_births(const void *address)
{
    for (int i = 0; i < STATES_MAX; i++)
        if (address == &cells[i].ts.gate)
            return 1;
    for (int i = 0; i < INTERPS_MAX; i++)
        if (address == &((const struct gil_gate *)(const void *)&gates[i])->calls.head)
            return 1;
    return address == &gil_states_mutex.word;
}

int
of_requests(const void *address)
{
    for (int i = 0; i < STATES_MAX; i++)
        if (address == &cells[i].ts.block.brk || address == &cells[i].ts.preempt_calls)
            return 1;
    return 0;
}

int
of_both(const void *address)
{
    return of_admission(address) || of_the_end(address);
}
