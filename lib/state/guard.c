/* SPDX-License-Identifier: MIT */
/* Guards and views: an interpreter's gate as handles of the public. */
#include "gilrt/guard.h"

#include "base/mem.h"
#include "gilrt/interp.h"
#include "gilrt/state.h"
#include "state/gate.h"
#include "state/guard.h"
#include "state/interp.h"
#include "state/lock.h"
#include "state/stable.h"
#include "state/tstate.h"
#include "sync/machine.h"

#include <errno.h>
#include <string.h>

/*
 * A guard is memory of its own, because it says where it was opened. The file's name is copied: it may lie in a plug-in that the
 * host unloads, and a guard that outlives its plug-in is just what the report is about.
 *
 * A view is the gate itself, counted: so making one cannot fail, and there is nothing to leak but the gate's memory.
 */
struct _gilguard {
    struct gil_pass pass;   /* first: the gate lists it */
    GilInterpreterState *interp; /* [const] alive, because this guard is open; NULL: a fork has made it a view */
    struct gil_gate *gate;  /* [const] its; of such a view a reference */
    int line;               /* [const] */
    char file[sizeof ((GilHolder *)NULL)->file]; /* [const] */
};

/* What a block is filled with when it is freed, in a debug build. */
#define CLOSED ((struct gil_gate *)0xDDDDDDDDDDDDDDDDU)

static struct gil_gate *
gate_of(GilInterpreterView *view)
{
    return (struct gil_gate *)(void *)view;
}

static GilInterpreterView *
view_of(struct gil_gate *gate)
{
    return (GilInterpreterView *)(void *)gate;
}

/* The end of a name that is too long says more than its beginning. */
static void
copy_end(char *to, size_t room, const char *name)
{
    size_t length = name != NULL ? strlen(name) : 0;

    if (length >= room) {
        name += length - (room - 1);
        length = room - 1;
    }
    if (length > 0)
        memcpy(to, name, length);
    to[length] = '\0';
}

/* 0: no memory; else *guard is the guard, or NULL: refused. */
static int
open_guard(struct gil_gate *gate, const char *file, int line, GilInterpreterGuard **guard)
{
    GilInterpreterGuard *new = gil_raw_malloc(sizeof *new);

    *guard = NULL;
    if (new == NULL)
        return 0;
    new->interp = gate->interp;
    new->gate = gate;
    gil_pass_init(&new->pass, NULL);
    new->line = line;
    copy_end(new->file, sizeof new->file, file);
    if (gil_gate_enter_with(gate, &new->pass) == 0)
        *guard = new;
    else
        gil_raw_free(new);
    return 1;
}

GilInterpreterGuard *
_GilInterpreterGuard_FromCurrentAt(const char *file, int line)
{
    static const char func[] = "GilInterpreterGuard_FromCurrent";
    GilThreadState *ts = gil_tstate_need(func);
    GilInterpreterGuard *guard;

    if (!open_guard(ts->interp->gate, file, line, &guard))
        gil_state_hooks.no_memory(ts);
    else if (guard == NULL)
        gil_state_hooks.runtime_error(ts, "GilInterpreterGuard_FromCurrent: the interpreter is ending");
    return guard;
}

GilInterpreterGuard *
_GilInterpreterGuard_FromViewAt(GilInterpreterView *view, const char *file, int line)
{
    GilInterpreterGuard *guard = NULL;
    int saved = errno;

    if (view != NULL)
        open_guard(gate_of(view), file, line, &guard);
    errno = saved;
    return guard;
}

#undef GilInterpreterGuard_FromCurrent
GilInterpreterGuard *
GilInterpreterGuard_FromCurrent(void)
{
    return _GilInterpreterGuard_FromCurrentAt(NULL, 0);
}

#undef GilInterpreterGuard_FromView
GilInterpreterGuard *
GilInterpreterGuard_FromView(GilInterpreterView *view)
{
    return _GilInterpreterGuard_FromViewAt(view, NULL, 0);
}

void
GilInterpreterGuard_Close(GilInterpreterGuard *guard)
{
    if (guard == NULL)
        return;
    /* Going out is last: the guard's memory is counted while the interpreter's end is waited for. */
    struct gil_gate *gate = guard->gate;
    int is_view = guard->interp == NULL;
    /* Seen as long as the block is nobody else's: the count of the gate tells only that there is one too many. */
    GIL_REQUIRE(gate != CLOSED, "the guard was closed before");
    guard->gate = CLOSED;
    if (!is_view)
        gil_gate_unlist(gate, &guard->pass);
    gil_raw_free(guard);
    if (is_view)
        gil_interp_put_gate(gate);
    else
        gil_gate_leave(gate);
}

uint32_t
gil_guard_fork_child(struct gil_gate *gate, int lives)
{
    uint32_t left = 0;

    for (struct gil_pass *pass = gate->passes, *next; pass != NULL; pass = next) {
        GilInterpreterGuard *guard = (GilInterpreterGuard *)(void *)pass;
        next = pass->next;
        if (lives && pass->thread == gil_machine_thread()) {
            left++;
            continue;
        }
        gil_gate_unlist(gate, pass);
        if (pass->func != NULL)
            continue;
        guard->interp = NULL;
        gil_gate_hold(gate);
    }
    return left;
}

GilInterpreterView *
GilInterpreterView_FromCurrent(void)
{
    struct gil_gate *gate = gil_tstate_need(__func__)->interp->gate;

    gil_gate_hold(gate);
    return view_of(gate);
}

GilInterpreterView *
GilInterpreterView_FromMain(void)
{
    return view_of(gil_interp_hold_main_gate());
}

GilInterpreterView *
GilInterpreterView_FromGuard(GilInterpreterGuard *guard)
{
    if (guard == NULL)
        return NULL;
    gil_gate_hold(guard->gate);
    return view_of(guard->gate);
}

int64_t
GilInterpreterView_GetID(GilInterpreterView *view)
{
    return view != NULL ? gate_of(view)->id : -1;
}

void
GilInterpreterView_Close(GilInterpreterView *view)
{
    struct gil_gate *gate = gate_of(view);

    if (gate == NULL)
        return;
    /* As long as the interpreter lives one reference is its own. Acquire: who finds that it is not has seen it go. */
    uint32_t refs = gil_load_acquire(&gate->refs);
    GIL_REQUIRE(refs > 1 || (refs == 1 && gate->gone), "the view is not open");
    gil_interp_put_gate(gate);
}

GilThreadStateToken *
GilThreadState_Ensure(GilInterpreterGuard *guard)
{
    GIL_REQUIRE(guard != NULL, "the guard is NULL");
    if (GIL_UNLIKELY(guard->interp == NULL))
        return gil_tstate_visit(guard->gate, __func__);
    return gil_tstate_ensure(guard->interp, __func__);
}

GilThreadStateToken *
GilThreadState_EnsureFromView(GilInterpreterView *view)
{
    GIL_REQUIRE(view != NULL, "the view is NULL");
    return gil_tstate_visit(gate_of(view), __func__);
}

void
GilThreadState_Release(GilThreadStateToken *token)
{
    gil_tstate_release(token, __func__);
}

/* --- who is inside, and who could be --- */

/* The first versions of the structs, which all later ones begin with. */
#define HOLDER_SIZE_FIRST sizeof(GilHolder)
#define THREAD_SIZE_FIRST sizeof(GilThreadInfo)

struct listing {
    void *room;           /* for count entries, as large as the caller knows them */
    size_t count, size, found;
    uint64_t now;
    int last;             /* where there is no room for all, the last that are found are wanted, not the first */
};

static void
list(struct listing *listing, const void *entry, size_t known)
{
    char *room = listing->room;
    size_t size = listing->size, at = listing->found;

    if (listing->last && at >= listing->count) {
        GIL_ASSERT(listing->count > 0);
        at = listing->count - 1;
        memmove(room, room + size, at * size);
    }
    if (at < listing->count) {
        char *to = room + at * size;
        memset(to, 0, size);
        memcpy(to, entry, size < known ? size : known);
    }
    listing->found++;
}

static void
list_pass(const struct gil_pass *pass, void *data)
{
    const GilInterpreterGuard *guard = (const GilInterpreterGuard *)(const void *)pass;
    struct listing *listing = data;
    GilHolder holder = {.kind = GIL_HOLDER_CALL, .thread = pass->thread};

    /* Opened while this was on its way here, perhaps. */
    holder.age_ns = listing->now > pass->since ? listing->now - pass->since : 0;
    copy_end(holder.file, sizeof holder.file, pass->func != NULL ? pass->func : guard->file);
    if (pass->func == NULL) {
        holder.kind = GIL_HOLDER_GUARD;
        holder.line = guard->line;
    }
    else if (pass->func[0] == '\0')
        holder.kind = GIL_HOLDER_EXIT;
    list(listing, &holder, sizeof holder);
}

/* A thread that is another than the calling one. */
static void
list_thread(struct listing *listing, int kind, unsigned long thread, uint64_t state)
{
    GilHolder holder = {.kind = kind, .thread = thread, .state = state};

    if (thread != gil_machine_thread())
        list(listing, &holder, sizeof holder);
}

/* Who has the lock that an end from outside asks for: unless it was told already, and whatever interpreter it is in. */
static void
list_lock_holder(const GilInterpreterState *interp, struct listing *listing)
{
    struct gil_stable_look at = {NULL, 0};
    const GilThreadState *ts;
    GilLockInfo info;

    gil_lock_info(interp->lock, &info);
    while (info.holder != 0 && (ts = gil_tstate_look(&at)) != NULL)
        if (gil_load_relaxed(&ts->id) == info.holder &&
            (gil_load_relaxed(&ts->gate) != interp->gate || gil_load_relaxed(&ts->visits) == 0))
            list_thread(listing, GIL_HOLDER_LOCK, gil_load_relaxed(&ts->os_thread), info.holder);
}

static __attribute__((noinline)) void
list_visits(const struct gil_gate *gate, struct listing *listing)
{
    for (GilThreadState *ts = gate->interp->threads; ts != NULL; ts = ts->next)
        if (gil_load_relaxed(&ts->visits) != 0) {
            GilHolder holder = {.kind = GIL_HOLDER_VISIT, .thread = gil_load_relaxed(&ts->os_thread), .state = ts->id};
            list(listing, &holder, sizeof holder);
        }
}

/* Under gil_states_mutex. A pair that leaves while this looks is found or not. The lists have the newest first; where the last that are
 * found are wanted, what says since when it is there has to come last. */
static void
list_holders(struct gil_gate *gate, struct listing *listing)
{
    const GilInterpreterState *main_interp = GilInterpreterState_Main();
    /* Who ends the runtime ends them all. */
    const struct gil_gate *ends = gate->taken ? gate : main_interp != NULL && main_interp->gate->taken ? main_interp->gate : NULL;

    if (listing->last)
        list_visits(gate, listing);
    gil_gate_visit(gate, list_pass, listing);
    if (!listing->last)
        list_visits(gate, listing);
    if (ends != NULL && ends->taker != gil_machine_thread())
        list_thread(listing, GIL_HOLDER_ENDER, ends->taker, 0);
    else
        list_lock_holder(gate->interp, listing);
}

/* The same. The reserve for the end is nobody's. */
static void
list_threads(struct gil_gate *gate, struct listing *listing)
{
    for (GilThreadState *ts = gate->interp->threads; ts != NULL; ts = ts->next)
        if (ts != gate->interp->ender) {
            GilThreadInfo info = {.state = ts->id,
                                  .thread = gil_load_relaxed(&ts->os_thread),
                                  .attached = gil_load_relaxed(&ts->block.st) == _Gil_ATTACHED,
                                  .inside = gil_load_relaxed(&ts->visits) != 0};
            list(listing, &info, sizeof info);
        }
}

/* Of a gate that the caller holds. Its interpreter may be gone. */
static size_t
look(struct gil_gate *gate, void (*each)(struct gil_gate *, struct listing *), struct listing listing)
{
    listing.now = gil_machine_now();
    if (listing.room == NULL)
        listing.count = 0;
    gil_mutex_lock(&gil_states_mutex);
    if (!gate->gone)
        each(gate, &listing);
    gil_mutex_unlock(&gil_states_mutex);
    return listing.found;
}

size_t
_GilInterpreterState_GetHoldersSized(GilInterpreterState *interp, GilHolder *holders, size_t count, size_t size)
{
    if (interp == NULL || size < HOLDER_SIZE_FIRST)
        return 0;
    return look(interp->gate, list_holders, (struct listing){holders, count, size, 0, 0, 0});
}

size_t
gil_guard_oldest(GilInterpreterState *interp, GilHolder *holders, size_t count)
{
    return look(interp->gate, list_holders, (struct listing){holders, count, sizeof *holders, 0, 0, 1});
}

size_t
_GilInterpreterView_GetHoldersSized(GilInterpreterView *view, GilHolder *holders, size_t count, size_t size)
{
    if (view == NULL || size < HOLDER_SIZE_FIRST)
        return 0;
    return look(gate_of(view), list_holders, (struct listing){holders, count, size, 0, 0, 0});
}

size_t
_GilInterpreterView_ListThreadsSized(GilInterpreterView *view, GilThreadInfo *threads, size_t count, size_t size)
{
    if (view == NULL || size < THREAD_SIZE_FIRST)
        return 0;
    return look(gate_of(view), list_threads, (struct listing){threads, count, size, 0, 0, 0});
}
