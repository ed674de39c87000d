/* SPDX-License-Identifier: MIT */
/*
 * Starting and stopping: the one place that knows all layers.
 *
 * Two tables, both in the order of the layers. What a layer readies for the process (static types, a key) is readied at
 * the first start and stays; what it keeps for an interpreter is made at every start and taken away, in reverse, at
 * every stop. Between the module layer and the rest comes a step that belongs to no table: types that were made at
 * run time let go of what they hold, so that the value layer below finds no user of what it takes away.
 *
 * The phase is one word. Who changes OFF to STARTING or ON to STOPPING by a compare-and-exchange has the start or stop
 * to himself; everybody else is told so and touches nothing. No mutex: stopping waits for guards, and user code runs
 * in it.
 *
 * Stopping, step by step.
 *  1. Refuse new guards, wait, detached, until none is open.
 *  2. Close the lock: no thread but this one gets it any more. Who comes back from BEGIN ... END now sleeps for ever: it
 *     held no guard, and there is nothing left for it to come back to.
 *  3. Let go of what thread states hold, and collect: finalizers find all there is, modules included. Then clear modules
 *     and collect again: what they held in circles goes in good order. Only what still lives, because its references were
 *     lost, loses its types, and a last collection follows, for what they held. Finalizers run up to here.
 *  4. Take the value layer's pocket away, which holds objects of its own. What is tracked now was left by lost references.
 *     Count it.
 *  5. Take the other pockets away, top-down, then the heap with all that is in it.
 * Objects that are left are not destroyed one by one: their types are cleared already, and their finalizers would find
 * neither modules nor types.
 */
#include "base/atomic.h"
#include "base/mem.h"
#include "gc/collect.h"
#include "gc/start.h"
#include "gc/track.h"
#include "gilrt/config.h"
#include "gilrt/error.h"
#include "gilrt/state.h"
#include "module/import.h"
#include "module/path.h"
#include "module/start.h"
#include "object/error.h"
#include "object/start.h"
#include "object/type.h"
#include "protocol/start.h"
#include "runtime/config.h"
#include "runtime/copies.h"
#include "state/guard.h"
#include "state/interp.h"
#include "value/start.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum phase { OFF, STARTING, ON, STOPPING };

static struct {
    uint32_t phase;        /* [atomic] enum phase; acq_rel: what the last start or stop did comes before the next */
    size_t readied;        /* [phase] entries of process_table that are done */
    pthread_t starter;     /* [phase] */
    GilThreadState *main;  /* [phase] the state that the starter got */
    int report_leaks;      /* [phase] */
    uint64_t stops;        /* [atomic] relaxed, as are those below: plain numbers for a report */
    uint64_t left_objects; /* [atomic] */
    uint64_t left_blocks;  /* [atomic] */
    uint64_t left_bytes;   /* [atomic] */
} runtime;

static int (*const process_table[])(void) = {
    gil_state_start, gil_object_start, gil_gc_start, gil_protocol_start, gil_value_start, gil_module_start,
};

enum layer { OBJECT, GC, VALUE, MODULE, ALL_LAYERS };
static const struct {
    int (*start)(GilThreadState *ts);
    void (*stop)(GilThreadState *ts);
} interp_table[ALL_LAYERS] = {
    [OBJECT] = {gil_object_interp_start, gil_object_interp_stop},
    [GC] = {gil_gc_interp_start, gil_gc_interp_stop},
    [VALUE] = {gil_value_interp_start, gil_value_interp_stop},
    [MODULE] = {gil_module_interp_start, gil_module_interp_stop},
};

static int
change_phase(enum phase from, enum phase to)
{
    uint32_t expected = from;
    return gil_cas_acq_rel(&runtime.phase, &expected, to);
}

static void
raise_no_memory(GilThreadState *ts)
{
    gil_err_no_memory(ts);
}

static void
raise_runtime_error(GilThreadState *ts, const char *why)
{
    (void)ts;
    GilErr_SetString(GilExc_RuntimeError, why);
}

static void
raise_system_error(GilThreadState *ts, const char *why)
{
    (void)ts;
    GilErr_SetString(GilExc_SystemError, why);
}

/* What the process keeps for ever. Goes on where an earlier attempt ran out of memory. */
static int
ready_process(void)
{
    gil_state_hooks.clear_thread = gil_object_tstate_clear;
    gil_state_hooks.no_memory = raise_no_memory;
    gil_state_hooks.runtime_error = raise_runtime_error;
    gil_state_hooks.system_error = raise_system_error;
    gil_state_hooks.collect = gil_gc_serve;
    for (; runtime.readied < sizeof(process_table) / sizeof(process_table[0]); runtime.readied++)
        if (process_table[runtime.readied]() != 0)
            return -1;
    return 0;
}

/* Stop the layers below from, the upper ones first, down to and with to. */
static void
stop_layers(GilThreadState *ts, int from, int to)
{
    while (from > to)
        interp_table[--from].stop(ts);
}

/* The last step, with all layers stopped: count what is left in the heap, and take it away. */
static void
end_interpreter(GilThreadState *ts)
{
    struct gil_mem_stats left;

    gil_heap_stats(ts->heap, &left);
    gil_store_relaxed(&runtime.left_blocks, left.blocks);
    gil_store_relaxed(&runtime.left_bytes, left.bytes);
    gil_interp_delete(ts);
}

/* The main interpreter, whole and attached, or NULL: no memory. */
static GilThreadState *
start_interpreter(const GilConfig *config)
{
    struct gil_interp_config interp_config = {
        .switch_interval = config->switch_interval_ns,
        .fenced = config->lock_mode == Gil_LOCK_MODE_FENCED,
    };
    GilThreadState *ts;

    if (gil_interp_new(&interp_config, &ts) < 0)
        return NULL;
    gil_tstate_attach(ts, __func__);
    for (int i = 0; i < ALL_LAYERS; i++) {
        if (interp_table[i].start(ts) == 0)
            continue;
        gil_guard_close_admission(ts->interp);
        gil_interp_close(ts);
        gil_interp_clear_threads(ts);
        stop_layers(ts, i, 0);
        end_interpreter(ts);
        return NULL;
    }
    return ts;
}

static GilStatus
start(const char *func, const GilConfig *config)
{
    struct gil_search_path path;

    if (gil_tstate_attached() != NULL || _Gil_thread != NULL)
        return gil_status_error(func, "the calling thread is in an interpreter of an earlier start");
    switch (gil_search_path_make(&path, config->module_search_path, config->ignore_environment)) {
    case GIL_PATH_OK:
        break;
    case GIL_PATH_NO_MEMORY:
        return gil_status_error(func, "memory allocation failed");
    case GIL_PATH_NO_DIRECTORY:
        return gil_status_error(func,
                                "module_search_path has a relative entry, and the current directory cannot be told");
    }
    if (gil_copies_claim() < 0) {
        gil_search_path_free(&path);
        return gil_status_error(func, "another copy of libgilrt is running in this process");
    }
    GilThreadState *ts = ready_process() == 0 ? start_interpreter(config) : NULL;
    if (ts == NULL) {
        gil_copies_unclaim();
        gil_search_path_free(&path);
        return gil_status_error(func, "memory allocation failed");
    }
    gil_import_set_path(ts, &path, config->strict_paths);
    runtime.starter = pthread_self();
    runtime.main = ts;
    runtime.report_leaks = config->report_leaks;
    return GilStatus_Ok();
}

GilStatus
Gil_InitializeFromConfig(const GilConfig *config)
{
    GilConfig read;

    GilStatus status = gil_config_read(__func__, config, &read);
    if (GilStatus_Exception(status))
        return status;
    if (!change_phase(OFF, STARTING)) {
        if (Gil_IsInitialized() && !Gil_IsFinalizing())
            return GilStatus_Ok();
        return gil_status_error(__func__, "the runtime is just being started or stopped");
    }
    status = start(__func__, &read);
    change_phase(STARTING, GilStatus_Exception(status) ? OFF : ON);
    return status;
}

int
Gil_Initialize(void)
{
    GilConfig config;

    GilConfig_Init(&config);
    return GilStatus_Exception(Gil_InitializeFromConfig(&config)) ? -1 : 0;
}

static void
print_left(const char *type, size_t count, size_t size, void *unused)
{
    char line[256];

    (void)unused;
    int len = snprintf(line, sizeof(line), "gilrt: left at the end: %zu of type %s, %zu bytes\n", count, type, size);
    if (len > 0) {
        size_t used = (size_t)len < sizeof(line) ? (size_t)len : sizeof(line) - 1;
        ssize_t written = write(STDERR_FILENO, line, used);
        (void)written; /* the report is a courtesy */
    }
}

/* Whether something of the runtime is active in the calling thread, which is attached with ts, and would miss its
 * ground. */
static int
is_inside(const GilThreadState *ts)
{
    return ts->dealloc_depth > 0 || ts->recursion > 0 || ts->ensured > 0 || gil_import_active(ts) ||
           gil_gc_is_active(ts);
}

static void
stop(GilThreadState *ts)
{
    gil_guard_close_admission(ts->interp);
    gil_guard_wait(ts);
    gil_interp_close(ts);

    gil_interp_clear_threads(ts);
    gil_gc_collect_last(ts);
    stop_layers(ts, ALL_LAYERS, MODULE);
    gil_gc_collect_last(ts);
    gil_types_clear(ts);
    /* What finalizers left behind. */
    gil_interp_clear_threads(ts);
    gil_gc_collect_last(ts);
    stop_layers(ts, MODULE, VALUE);

    gil_store_relaxed(&runtime.left_objects, gil_gc_count(ts));
    if (runtime.report_leaks)
        gil_gc_report(ts, print_left, NULL);
    runtime.main = NULL;
    stop_layers(ts, VALUE, OBJECT);
    end_interpreter(ts);
    gil_fetch_add_relaxed(&runtime.stops, 1);
    gil_copies_unclaim();
}

int
Gil_FinalizeEx(void)
{
    GilThreadState *ts = gil_tstate_attached();

    /* Acquire, as the exchange below: main and starter are those of the start that is seen. */
    if (gil_load_acquire(&runtime.phase) == OFF)
        return 0;
    if (ts == NULL || ts != runtime.main || !pthread_equal(runtime.starter, pthread_self()) || is_inside(ts))
        return -1;
    if (!change_phase(ON, STOPPING))
        return -1;
    stop(ts);
    change_phase(STOPPING, OFF);
    return 0;
}

int
Gil_IsInitialized(void)
{
    uint32_t phase = gil_load_acquire(&runtime.phase);
    return phase == ON || phase == STOPPING;
}

int
Gil_IsFinalizing(void)
{
    return gil_load_acquire(&runtime.phase) == STOPPING;
}

int
Gil_GetFinalizeReport(GilFinalizeReport *report)
{
    GilFinalizeReport known = {
        .stops = gil_load_relaxed(&runtime.stops),
        .objects = gil_load_relaxed(&runtime.left_objects),
        .blocks = gil_load_relaxed(&runtime.left_blocks),
        .bytes = gil_load_relaxed(&runtime.left_bytes),
    };

    if (report == NULL || report->size < sizeof(known))
        return -1;
    known.size = report->size;
    memset(report, 0, report->size);
    memcpy(report, &known, sizeof(known));
    return 0;
}
