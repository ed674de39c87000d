/* SPDX-License-Identifier: MIT */
/*
 * Interpreters beside the main one.
 *
 * Whoever makes or ends one takes a place inside the main interpreter meanwhile, without being attached to it. So the main one is
 * alive, which lends its search path and perhaps its lock; the runtime's end waits for it, or it is told that the runtime ends; and
 * once the runtime's end has shut the main gate, the list of interpreters stands still (finalize.c).
 *
 * Two that want to end the same interpreter are told apart by state/closing.c. The thread that ends it needs a state there.
 * Gil_EndInterpreter() is given one; those who end it by a view, and the runtime's end, use the reserve that was made with the
 * interpreter, because what comes after the wait must not ask for memory. By a view the gate is shut first, and then the lock waited
 * for, both within the time that is given: so a thread that neither holds a guard nor leaves the lock makes the answer "busy", too.
 */
#include "gilrt/interp.h"

#include "base/mem.h"
#include "gilrt/error.h"
#include "gilrt/lock.h"
#include "gilrt/state.h"
#include "module/import.h"
#include "object/error.h"
#include "runtime/config.h"
#include "runtime/event.h"
#include "runtime/finalize.h"
#include "runtime/layers.h"
#include "state/closing.h"
#include "state/gate.h"
#include "state/lock.h"
#include "state/tstate.h"

#include <string.h>

/* The first versions of the structs, which all later ones begin with. */
#define CONFIG_SIZE_FIRST offsetof(GilInterpreterConfig, forbid_fork)
#define STATS_SIZE_FIRST sizeof(GilMemoryStats)
/* No version will be as large; a size that was never set is likely to be. */
#define CONFIG_SIZE_LARGEST 4096

void
_GilInterpreterConfig_InitSized(GilInterpreterConfig *config, size_t size)
{
    if (config == NULL || size < sizeof config->size)
        return;
    /* All defaults are zero, those of later versions too. */
    memset(config, 0, size);
    config->size = size;
}

/* Copy a configuration, which may be of an older or newer version. Returns what is wrong with it, or NULL. */
static const char *
read_config(const GilInterpreterConfig *config, GilInterpreterConfig *read)
{
    if (config == NULL)
        return "the configuration is NULL";
    size_t size = config->size;
    if (size < CONFIG_SIZE_FIRST || size > CONFIG_SIZE_LARGEST)
        return "the configuration was not filled by GilInterpreterConfig_Init()";
    for (size_t i = sizeof *read; i < size; i++)
        if (((const unsigned char *)config)[i] != 0)
            return "the configuration sets a field that this version of libgilrt does not have";
    GilInterpreterConfig_Init(read);
    memcpy(read, config, size < sizeof *read ? size : sizeof *read);
    if (read->gil < GilInterpreterConfig_DEFAULT_GIL || read->gil > GilInterpreterConfig_OWN_GIL)
        return "gil is none of GilInterpreterConfig_DEFAULT_GIL, _SHARED_GIL and _OWN_GIL";
    if (read->lock_mode != Gil_LOCK_MODE_DEFAULT && read->lock_mode != Gil_LOCK_MODE_FENCED)
        return "lock_mode is none of Gil_LOCK_MODE_DEFAULT and Gil_LOCK_MODE_FENCED";
    if (read->late_policy != Gil_LATE_SLEEP && read->late_policy != Gil_LATE_ABORT)
        return "late_policy is none of Gil_LATE_SLEEP and Gil_LATE_ABORT";
    if (read->switch_interval_ns != 0 && (read->switch_interval_ns < GIL_SWITCH_INTERVAL_MIN ||
                                          read->switch_interval_ns > GIL_SWITCH_INTERVAL_MAX))
        return "switch_interval_ns is neither 0 nor from 1 000 to 3 600 000 000 000";
    if (read->unchecked_modules && read->gil != GilInterpreterConfig_SHARED_GIL)
        return "unchecked_modules is for interpreters that share the main one's lock";
    return NULL;
}

static unsigned
forbidden(const GilInterpreterConfig *config)
{
    return (config->forbid_fork ? GIL_MAY_FORK : 0) | (config->forbid_exec ? GIL_MAY_EXEC : 0) |
           (config->forbid_threads ? GIL_MAY_THREADS : 0);
}

/* A place inside the main interpreter, and a reference to its gate; NULL: it is not there, or lets nobody in. */
static struct gil_gate *
enter_main(void)
{
    struct gil_gate *gate = gil_interp_hold_main_gate();

    if (gate != NULL && gil_gate_enter(gate) < 0) {
        gil_interp_put_gate(gate);
        gate = NULL;
    }
    return gate;
}

static void
leave_main(struct gil_gate *gate)
{
    gil_gate_leave(gate);
    gil_interp_put_gate(gate);
}

static uint64_t
interval_of(const GilInterpreterConfig *config, const GilThreadState *current)
{
    return config->switch_interval_ns != 0 || current == NULL ? config->switch_interval_ns : gil_lock_interval(current->lock);
}

/* A new interpreter, attached, that lets nobody in yet; NULL: no memory, and what was attached is. */
static GilThreadState *
make(GilInterpreterState *main_interp, const GilInterpreterConfig *config)
{
    const struct gil_module_pocket *pocket = main_interp->pocket[GIL_POCKET_MODULE];
    GilThreadState *current = gil_tstate_attached();
    struct gil_search_path path;
    struct gil_interp_config wanted = {
        .switch_interval = interval_of(config, current),
        .fenced = config->lock_mode == Gil_LOCK_MODE_FENCED,
        .memory_limit = config->memory_limit,
        .late_abort = config->late_policy == Gil_LATE_ABORT,
        .forbidden = forbidden(config),
        .unchecked_modules = config->unchecked_modules,
        .share = config->gil == GilInterpreterConfig_SHARED_GIL ? main_interp : NULL,
        .starting = 1,
        .ender = 1,
    };

    /* The path is not changed after the start of the main interpreter. */
    if (gil_search_path_copy(&path, &pocket->path) < 0)
        return NULL;
    if (current != NULL)
        gil_tstate_detach(current, "Gil_NewInterpreterFromConfig");
    GilThreadState *ts = gil_layers_start(&wanted);
    if (ts == NULL) {
        gil_search_path_free(&path);
        if (current != NULL)
            gil_tstate_attach(current, "Gil_NewInterpreterFromConfig");
        return NULL;
    }
    gil_import_set_path(ts, &path, pocket->strict);
    ts->interp->end_timeout =
        config->finalize_timeout_ns != 0 ? config->finalize_timeout_ns : GIL_FINALIZE_TIMEOUT_DEFAULT;
    return ts;
}

GilStatus
Gil_NewInterpreterFromConfig(GilThreadState **ts, const GilInterpreterConfig *config)
{
    if (ts == NULL)
        return gil_status_error(__func__, "the place for the thread state is NULL");
    GilInterpreterConfig read;
    *ts = NULL;
    const char *wrong = read_config(config, &read);
    if (wrong != NULL)
        return gil_status_error(__func__, wrong);
    if (_Gil_thread != NULL && gil_tstate_attached() == NULL)
        return gil_status_error(__func__, "the calling thread is between BEGIN and END");
    struct gil_gate *gate = enter_main();
    if (gate == NULL)
        return gil_status_error(__func__, "the runtime is not started, or is just being started or stopped");
    *ts = make(gate->interp, &read);
    if (*ts != NULL)
        gil_closing_give_up((*ts)->interp->gate);
    leave_main(gate);
    if (*ts == NULL)
        return gil_status_error(__func__, "memory allocation failed");
    gil_event_step(GIL_LIFE_STARTED, (*ts)->interp->id);
    return GilStatus_Ok();
}

GilThreadState *
Gil_NewInterpreter(void)
{
    GilInterpreterConfig config;
    GilThreadState *ts;

    GilInterpreterConfig_Init(&config);
    (void)Gil_NewInterpreterFromConfig(&ts, &config);
    return ts;
}

/* Attached to ts, of another interpreter than the main one, and inside that. 0, GIL_FINALIZE_BUSY, and then ts is attached still. */
static int
end(GilThreadState *ts, uint64_t timeout, const char *func)
{
    struct gil_ending ending = {0};

    if (gil_finalize_begin(ts, gil_limit_in(timeout), func) != 0)
        return GIL_FINALIZE_BUSY;
    gil_finalize_commit(ts, &ending);
    return 0;
}

int
Gil_EndInterpreter(GilThreadState *ts)
{
    GilThreadState *current = gil_tstate_need(__func__);

    GIL_REQUIRE(ts == current, "the thread state is not the one that is attached");
    const char *wrong = NULL;
    struct gil_gate *gate = NULL;
    if (ts->interp == GilInterpreterState_Main())
        wrong = "the main interpreter ends with the runtime";
    else if (gil_finalize_is_inside(ts))
        wrong = "something of the interpreter is active in the calling thread";
    else if ((gate = enter_main()) == NULL)
        wrong = "the runtime is being stopped, which ends it";
    if (wrong != NULL) {
        GilErr_Format(GilExc_SystemError, "%s: %s", __func__, wrong);
        return -1;
    }
    int rc = end(ts, ts->interp->end_timeout, __func__);
    leave_main(gate);
    return rc;
}

/* The interpreter of a gate, whose end the caller has taken, by its reserve: nobody else uses that. */
static int
end_by_reserve(struct gil_gate *gate, uint64_t limit, int asked, const char *func)
{
    struct gil_ending ending = {0};
    GilThreadState *ts = gate->interp->ender;

    if (gil_finalize_begin_outside(gate->interp, limit, asked, func) != 0)
        return GIL_FINALIZE_BUSY;
    gil_finalize_commit(ts, &ending);
    return 0;
}

/* Whether the calling thread may wait for the end of the interpreter that a view names. */
static int
may_wait(const struct gil_gate *gate)
{
    GilThreadState *current = gil_tstate_attached();

    if (gate == NULL || gate->id == 0)
        return 0;
    return current != NULL ? current->interp->gate != gate : _Gil_thread == NULL;
}

static int
end_now(struct gil_gate *gate, uint64_t limit, const char *func)
{
    struct gil_gate *main_gate = enter_main();
    int rc = -1, asked;

    if (main_gate == NULL)
        return gil_closing_is_gone(gate) ? 0 : -1;
    switch (gil_closing_take(gate, &asked)) {
    case GIL_CLOSING_MINE:
        rc = end_by_reserve(gate, limit, asked, func);
        break;
    case GIL_CLOSING_GONE:
        rc = 0;
        break;
    default:
        rc = GIL_FINALIZE_BUSY;
    }
    leave_main(main_gate);
    return rc;
}

/* The end, if it was asked for and nobody else is at it; else wait for whatever comes. */
static int
wait_for_end(struct gil_gate *gate, uint64_t limit, const char *func)
{
    for (;;) {
        uint32_t turn = gil_closing_turn(gate);
        struct gil_gate *main_gate = enter_main();
        enum gil_closing found = main_gate != NULL ? gil_closing_take_if_asked(gate) : GIL_CLOSING_TAKEN;
        int rc = found == GIL_CLOSING_MINE ? end_by_reserve(gate, limit, 1, func) : 0;
        if (main_gate != NULL)
            leave_main(main_gate);
        if (found == GIL_CLOSING_MINE || found == GIL_CLOSING_GONE)
            return rc;
        /* The runtime's end takes a gate without a place in the main one, which lets nobody in then. */
        if (main_gate == NULL && gil_closing_is_gone(gate))
            return 0;
        if (!gil_closing_wait(gate, turn, limit))
            return GIL_FINALIZE_BUSY;
    }
}

/* What the calling thread is attached to is left meanwhile. */
static int
from_outside(GilInterpreterView *view, int (*func)(struct gil_gate *, uint64_t, const char *), uint64_t timeout, const char *name)
{
    struct gil_gate *gate = (struct gil_gate *)(void *)view;
    GilThreadState *current = gil_tstate_attached();

    if (!may_wait(gate))
        return -1;
    if (current != NULL)
        gil_tstate_detach(current, name);
    int rc = func(gate, gil_limit_in(timeout), name);
    if (current != NULL)
        gil_tstate_attach(current, name);
    return rc;
}

int
GilInterpreterView_End(GilInterpreterView *view, uint64_t timeout_ns)
{
    return from_outside(view, end_now, timeout_ns, __func__);
}

int
GilInterpreterView_RequestEnd(GilInterpreterView *view)
{
    struct gil_gate *gate = (struct gil_gate *)(void *)view;

    if (view == NULL || gate->id == 0)
        return -1;
    if (gil_closing_ask(gate, gil_tstate_attached()) == 1)
        gil_event_step(GIL_LIFE_CLOSING, gate->id);
    return 0;
}

int
GilInterpreterView_WaitEnd(GilInterpreterView *view, uint64_t timeout_ns)
{
    return from_outside(view, wait_for_end, timeout_ns, __func__);
}

int
GilInterpreterView_CancelEnd(GilInterpreterView *view)
{
    enum gil_closing found = view != NULL ? gil_closing_unask((struct gil_gate *)(void *)view) : GIL_CLOSING_GONE;

    if (found == GIL_CLOSING_TAKEN)
        return GIL_FINALIZE_BUSY;
    return found == GIL_CLOSING_GONE ? -1 : 0;
}

size_t
GilInterpreterView_List(GilInterpreterView **views, size_t count)
{
    /* A view is a reference to a gate. */
    return gil_interp_hold_gates((struct gil_gate **)(void *)views, views != NULL ? count : 0);
}

int
GilInterpreterState_GetMemoryStats(GilInterpreterState *interp, GilMemoryStats *stats)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    struct gil_mem_stats heap;

    if (stats == NULL) {
        gil_err_null(__func__);
        return -1;
    }
    if (interp != ts->interp || stats->size < STATS_SIZE_FIRST) {
        GilErr_Format(GilExc_SystemError, "%s: %s", __func__,
                      interp != ts->interp ? "not the interpreter that the thread is attached to"
                                           : "the statistics were not prepared by GilMemoryStats_Init()");
        return -1;
    }
    gil_heap_stats(ts->heap, &heap);
    size_t size = stats->size;
    memset(stats, 0, size);
    *stats = (GilMemoryStats){size, heap.blocks, heap.bytes, heap.mapped, ts->heap->limit};
    return 0;
}
