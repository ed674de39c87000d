/* SPDX-License-Identifier: MIT */
/* What stands round thread states that the shipped sources play: the system's keys, the layers, threads that come and go. */
#include "models/threads_world.h"

#include "base/print.h"
#include "gilrt/thread.h"
#include "runtime/atexit.h"
#include "state/closing.h"
#include "state/interrupt.h"
#include "sync/thread.h"

#include <errno.h>

GilInterpreterView *views[THREADS_MAX], *main_view;
GilInterpreterGuard *guards[THREADS_MAX];
GilThreadState *own[THREADS_MAX];
void (*at_exit)(int self), (*after_exit)(int self);
int entered, refused, lines, attempts;
uint32_t said;
struct _GilCallSite site;
static void *values[THREADS_MAX + 1];  /* of the key; those of setup() and finish() first */
static int has_value[THREADS_MAX + 1]; /* or had one */
static void (*destructor)(void *value);
static int told_of[16];                /* requests to end, by the number of the state that heeded them */

/* --- what the sources expect of the rest of the library --- */

int
model_key_create(pthread_key_t *key, void (*func)(void *value))
{
    destructor = func;
    *key = 0;
    return 0;
}

void *
model_getspecific(pthread_key_t key)
{
    (void)key;
    return values[explore_self() + 1];
}

/* As the system does: only the first value of a thread can want memory. */
int
model_setspecific(pthread_key_t key, const void *value)
{
    int self = explore_self() + 1;

    (void)key;
    if (!has_value[self] && lacks_memory())
        return ENOMEM;
    has_value[self] = 1;
    values[self] = (void *)(uintptr_t)value;
    return 0;
}

unsigned long
GilThread_get_thread_native_id(void)
{
    return 100 + gil_machine_thread();
}

void
gil_thread_exit(void)
{
    if (at_exit != NULL)
        at_exit(explore_self());
}

void
gil_thread_renew_key(pthread_key_t *key, void (*func)(void *value))
{
    (void)key;
    (void)func;
    explore_fail("nobody forks here");
}

#ifdef GIL_DEBUG
void
gil_rank_parking(const char *func)
{
    (void)func;
}
#endif

void
gil_print_line(const char *format, ...)
{
    (void)format;
    lines++;
}

size_t
gil_atexit_round(GilThreadState *ts)
{
    (void)ts;
    return 0;
}

size_t
gil_atexit_over(GilThreadState *ts)
{
    (void)ts;
    return 0;
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

/* There is no cancel descriptor here. */
void
gil_cancel_close(int fd)
{
    (void)fd;
    explore_fail(__func__);
}

void
gil_cancel_write(int fd)
{
    gil_cancel_close(fd);
}

void
gil_cancel_read(int fd)
{
    gil_cancel_close(fd);
}

int
gil_cancel_renew(int fd)
{
    gil_cancel_close(fd);
    return -1;
}

int
gil_machine_is_stranded(void)
{
    return 0;
}

/* --- what the layers above do for the sources --- */

static int
late_hook(GilThreadState *ts, const char *func)
{
    EXPLORE_CHECK(subjects[OTHER].closed && ts->interp_id == OTHER);
    sleep_for_ever(func);
}

/* A finalizer runs, attached to the interpreter of ts. */
static void
clear_hook(GilThreadState *ts)
{
    EXPLORE_CHECK(gil_tstate_attached() != NULL && gil_tstate_attached()->interp == ts->interp);
    EXPLORE_CHECK(ts->handled == THING);
    ts->handled = NULL;
    use_attached(ts->interp_id == MAIN ? MAIN : OTHER);
}

static void
end_hook(GilThreadState *ts)
{
    EXPLORE_CHECK(ts == gil_tstate_attached() && ts->id < sizeof told_of / sizeof told_of[0]);
    EXPLORE_CHECK(++told_of[ts->id] <= attempts);
    heeded++;
}

static void
no_error_hook(GilThreadState *ts, const char *why)
{
    (void)ts;
    explore_fail(why);
}

/* --- the frame --- */

void
begin_threads(unsigned how)
{
    setup_world_with(how);
    EXPLORE_CHECK(gil_state_start() == 0);
    gil_state_hooks.late = late_hook;
    gil_state_hooks.clear_thread = clear_hook;
    gil_state_hooks.end_request = end_hook;
    gil_state_hooks.runtime_error = gil_state_hooks.system_error = no_error_hook;
    site = (struct _GilCallSite){"threads_model.c", 1, _Gil_SITE_ALLOW, {0}};
    for (int t = 0; t < THREADS_MAX; t++)
        views[t] = add_view(OTHER);
}

void
setup_threads(void)
{
    begin_threads(0);
}

void
setup_threads_again(void)
{
    begin_threads(WORLD_STATES_AGAIN);
}

void
open_guard_for(int self)
{
    guards[self] = _GilInterpreterGuard_FromViewAt(views[self], "threads_model.c", 1);
    EXPLORE_CHECK(guards[self] != NULL);
}

void
make_own(int self, enum which which)
{
    own[self] = GilThreadState_New(subjects[which].interp);
    EXPLORE_CHECK(own[self] != NULL);
}

int
of_all(const void *address)
{
    return address == &said || of_states(address) || of_the_end(address);
}

int
of_leaning(const void *address)
{
    return address == &said || of_the_end(address) || of_requests(address);
}

int
of_posting(const void *address)
{
    return address == &said || of_births(address) || of_requests(address);
}

int
of_marks(const void *address)
{
    return address == &said || of_states(address);
}

int
listed(enum which which)
{
    const GilThreadState *before = NULL;
    int count = 0;

    for (const GilThreadState *ts = subjects[which].interp->threads; ts != NULL; before = ts, ts = ts->next) {
        EXPLORE_CHECK(ts->prev == before && ts->id != 0 && !ts->dead && ts->interp == subjects[which].interp);
        EXPLORE_CHECK(++count <= states_of(which));
    }
    return count;
}

void
leave_thread(void)
{
    void **mine = &values[explore_self() + 1], *value;

    for (int round = 0; round < 4 && (value = *mine) != NULL; round++) {
        *mine = NULL;
        destructor(value);
        EXPLORE_CHECK(_Gil_thread == NULL);
        if (after_exit != NULL)
            after_exit(explore_self());
    }
}

int
end_other(uint64_t timeout)
{
    struct subject *other = &subjects[OTHER];
    uint64_t limit = gil_limit_in(timeout);
    int asked, busy = other->busy;

    attempts++;
    EXPLORE_CHECK(gil_closing_take(other->gate, &asked) == GIL_CLOSING_MINE && !asked);
    if (gil_finalize_begin_outside(other->interp, limit, asked, __func__) != 0) {
        EXPLORE_CHECK(other->busy == busy + 1 && gil_machine_now() >= limit && !other->closed);
        EXPLORE_CHECK(!(gil_load_relaxed(&other->gate->word) & 0x80000000u) && !other->interp->closed);
        return -1;
    }
    gil_finalize_commit(other->interp->ender, __func__);
    EXPLORE_CHECK(other->ended && gil_tstate_attached() == NULL && other->gate->gone);
    return 0;
}

void
end_sooner_or_later(void)
{
    if (end_other(LIMIT) < 0)
        EXPLORE_CHECK(end_other(GIL_MACHINE_NEVER) == 0);
}

/* What is left when all has ended: the first state of the other interpreter, which is nobody's, and so many of others. */
static void
check_left(int others)
{
    EXPLORE_CHECK(states_of(OTHER) == 1 + others);
    check_ended(OTHER);
    EXPLORE_CHECK(states_of(OTHER) == 0 && states_of(MAIN) == listed(MAIN) && gil_tstate_blocks() == (size_t)states_of(MAIN) && lines == 0);
}

/* States of threads that sleep for ever are never given back. */
void
finish_threads(void)
{
    check_left(late);
    EXPLORE_CHECK(states_of(MAIN) == 1);
}

void
finish_alone(void)
{
    EXPLORE_CHECK(listed(OTHER) == 2 && states_of(OTHER) == 2 && gil_gate_inside(subjects[OTHER].gate) == 0);
    EXPLORE_CHECK(end_other(GIL_MACHINE_NEVER) == 0);
    finish_threads();
}

/* With a view of the main interpreter. */
void
finish_two(void)
{
    GilInterpreterView_Close(main_view);
    finish_threads();
}

int
is_ended(void)
{
    return subjects[OTHER].ended;
}

int
is_gone(void)
{
    return subjects[OTHER].gate->gone;
}

GilThreadStateToken *
enter(int self)
{
    GilThreadStateToken *token = GilThreadState_EnsureFromView(views[self]);

    *(token != NULL ? &entered : &refused) += 1;
    return token;
}

/* Nested by a view, and then as before; what was found outside is found again. The state, or NULL: refused. */
GilThreadState *
stay(int self)
{
    GilThreadStateToken *outer = enter(self), *inner;

    if (outer == NULL)
        return NULL;
    GilThreadState *ts = GilThreadState_Get();
    EXPLORE_CHECK(ts->kept && ts->ensured == 1 && ts->visits == 1 && ts->interp == subjects[OTHER].interp);
    use_attached(OTHER);
    inner = GilThreadState_EnsureFromView(views[self]);
    EXPLORE_CHECK(inner != NULL && GilThreadState_Get() == ts && ts->ensured == 2 && ts->visits == 1);
    GilThreadState_Release(inner);
    EXPLORE_CHECK(GilThreadState_Get() == ts);
    EXPLORE_CHECK(_GilEval_Leave(&site) == ts);
    inner = GilThreadState_EnsureFromView(views[self]);
    EXPLORE_CHECK(inner != NULL && GilThreadState_Get() == ts && ts->ensured == 2 && ts->visits == 1);
    use_attached(OTHER);
    GilThreadState_Release(inner);
    EXPLORE_CHECK(_Gil_thread == &ts->block && !GilThreadState_IsAttached() && ts->ensured == 1);
    _GilEval_Return(ts);
    GilThreadState_Release(outer);
    EXPLORE_CHECK(_Gil_thread == NULL);
    return ts;
}

int
is_left(void)
{
    return said >= 1;
}

int
is_taken(void)
{
    return said >= 2;
}

/* By a guard, and it goes in the middle of BEGIN … END, without Release: its state holds something. */
int
go_with_a_thing(int self)
{
    GilInterpreterGuard *guard = _GilInterpreterGuard_FromViewAt(views[self], "threads_model.c", 1);

    if (guard == NULL)
        return 0;
    GilThreadStateToken *token = GilThreadState_Ensure(guard);
    EXPLORE_CHECK(token != NULL);
    GilThreadState_Get()->handled = THING;
    EXPLORE_CHECK(_GilEval_Leave(&site) == (GilThreadState *)(void *)_Gil_thread);
    GilInterpreterGuard_Close(guard);
    return 1;
}

int
come(int self)
{
    if (is_late(GilEval_AcquireThread, own[self]) < 0)
        return -1;
    use_attached(OTHER);
    return 0;
}
