/* SPDX-License-Identifier: MIT */
/*
 * Starting and stopping the runtime.
 *
 * The phase is one word. Who changes OFF to STARTING or ON to STOPPING by a compare-and-exchange has the start or stop
 * to himself; everybody else is told so and touches nothing. No mutex: stopping waits for guards, and user code runs
 * in it; but a start runs none, and has one, so that no fork comes in the middle. A stop that gives up goes back to ON. What an
 * interpreter's end is made of stands in finalize.c, what its layers are in layers.c.
 */
#include "base/atomic.h"
#include "gilrt/config.h"
#include "gilrt/state.h"
#include "module/import.h"
#include "module/path.h"
#include "runtime/atexit.h"
#include "runtime/config.h"
#include "runtime/copies.h"
#include "runtime/event.h"
#include "runtime/finalize.h"
#include "runtime/inside.h"
#include "runtime/layers.h"
#include "runtime/signal.h"
#include "runtime/life.h"
#include "state/closing.h"
#include "state/interp.h"
#include "state/tstate.h"
#include "value/start.h"
#include "sync/machine.h"
#include "sync/mutex.h"

#include <pthread.h>
#include <string.h>

/* The first version of GilFinalizeReport, which all later ones begin with. */
#define REPORT_SIZE_FIRST (offsetof(GilFinalizeReport, bytes) + sizeof(uint64_t))

enum phase { OFF, STARTING, ON, STOPPING };

static struct {
    uint32_t phase;        /* [atomic] enum phase; acq_rel: what the last start or stop did comes before the next */
    pthread_t starter;     /* [phase] */
    int report_leaks;      /* [phase] read by whoever ends an interpreter: the main one lets nobody in before it is written */
    uint64_t timeout;      /* [phase] ns that a stop waits */
    uint64_t stops;        /* [atomic] relaxed, as are those below: plain numbers for a report */
    uint64_t left_objects; /* [atomic] of all that ended since the start, as are those below but holders */
    uint64_t left_blocks;  /* [atomic] */
    uint64_t left_bytes;   /* [atomic] */
    uint64_t holders;      /* [atomic] */
    uint64_t exit_rounds;  /* [atomic] the most of one */
    uint64_t exit_dropped; /* [atomic] */
} runtime;

static struct gil_mutex starting = GIL_MUTEX_INIT(GIL_RANK_START, "the start of the runtime");

void
gil_life_mutexes(void (*each)(struct gil_mutex *mutex))
{
    each(&starting);
}

static int
change_phase(enum phase from, enum phase to)
{
    uint32_t expected = from;
    return gil_cas_acq_rel(&runtime.phase, &expected, to);
}

/* Nothing has ended since this start. */
static void
forget_the_last(void)
{
    uint64_t *const counts[] = {&runtime.left_objects, &runtime.left_blocks, &runtime.left_bytes, &runtime.exit_rounds,
                                &runtime.exit_dropped};

    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++)
        gil_store_relaxed(counts[i], 0);
}

static GilStatus
start(const char *func, const GilConfig *config)
{
    struct gil_interp_config interp_config = {
        .switch_interval = config->switch_interval_ns,
        .fenced = config->lock_mode == Gil_LOCK_MODE_FENCED,
        .late_abort = config->late_policy == Gil_LATE_ABORT,
        .exit_leaves = config->exit_policy == Gil_EXIT_RELEASE,
        .starting = 1,
    };
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
    GilThreadState *ts = gil_layers_ready_process() == 0 ? gil_layers_start(&interp_config) : NULL;
    if (ts == NULL) {
        gil_copies_unclaim();
        gil_search_path_free(&path);
        return gil_status_error(func, "memory allocation failed");
    }
    gil_import_set_path(ts, &path, config->strict_paths);
    gil_value_pocket(ts)->max_str_digits = gil_config_digits(config->int_max_str_digits);
    gil_signal_start();
    runtime.starter = pthread_self();
    gil_pending_open_main(ts);
    runtime.report_leaks = config->report_leaks;
    forget_the_last();
    runtime.timeout = config->finalize_timeout_ns != 0 ? config->finalize_timeout_ns : GIL_FINALIZE_TIMEOUT_DEFAULT;
    gil_machine_watch(1);
    gil_closing_give_up(ts->interp->gate, NULL);
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
    gil_mutex_lock(&starting);
    status = start(__func__, &read);
    change_phase(STARTING, GilStatus_Exception(status) ? OFF : ON);
    gil_mutex_unlock(&starting);
    if (!GilStatus_Exception(status))
        gil_event_step(GIL_LIFE_STARTED, 0);
    return status;
}

int
Gil_Initialize(void)
{
    GilConfig config;

    GilConfig_Init(&config);
    return GilStatus_Exception(Gil_InitializeFromConfig(&config)) ? -1 : 0;
}

int
gil_life_prints(void)
{
    return runtime.report_leaks;
}

void
gil_life_report(const struct gil_ending *met)
{
    uint64_t most = gil_load_relaxed(&runtime.exit_rounds);

    gil_fetch_add_relaxed(&runtime.left_objects, met->left.objects);
    gil_fetch_add_relaxed(&runtime.left_blocks, met->left.blocks);
    gil_fetch_add_relaxed(&runtime.left_bytes, met->left.bytes);
    gil_fetch_add_relaxed(&runtime.exit_dropped, met->dropped);
    while (most < met->rounds && !gil_cas_acq_rel(&runtime.exit_rounds, &most, met->rounds))
        ;
}

static int
stop(GilThreadState *ts, uint64_t timeout, const char *func)
{
    /* Nobody else can end the main interpreter: the phase says so. */
    long holders = gil_finalize_begin(ts, gil_limit_in(timeout), func);
    gil_store_relaxed(&runtime.holders, (uint64_t)holders);
    if (holders != 0)
        return GIL_FINALIZE_BUSY;
    gil_finalize_commit(ts, func);
    gil_fetch_add_relaxed(&runtime.stops, 1);
    gil_fetch_add_relaxed(&runtime.exit_dropped, gil_atexit_process());
    gil_copies_unclaim();
    gil_machine_watch(0);
    return 0;
}

/* Whether ts, of the starter, may end the runtime. Any state of the main interpreter may when the host has ended the one that it got
 * by the start, and after a fork by a thread that had no state of its own there: one that Ensure lends it may end nothing. */
static int
is_main_state(const GilThreadState *ts)
{
    const GilThreadState *main_ts = gil_load_relaxed(&gil_main_calls.ts); /* relaxed: that is the starter's doing */

    return main_ts == NULL || main_ts->kept ? ts->interp == GilInterpreterState_Main() : ts == main_ts;
}

void
gil_life_fork_child(GilThreadState *ts)
{
    uint32_t phase = gil_load_relaxed(&runtime.phase);

    /* In the last calls of all, by the thread that goes on with them here. */
    if (phase == STOPPING && ts == NULL && pthread_equal(runtime.starter, pthread_self()))
        return;
    gil_store_relaxed(&runtime.phase, GilInterpreterState_Main() != NULL ? ON : OFF);
    if (GilInterpreterState_Main() == NULL) {
        gil_machine_watch(0);
        gil_copies_unclaim();
    }
    runtime.starter = pthread_self();
}

/* timeout NULL: that of the configuration. */
static int
finalize(const uint64_t *timeout, const char *func)
{
    GilThreadState *ts = gil_tstate_attached();

    /* Acquire, as the exchange below: the starter is that of the start that is seen. */
    if (gil_load_acquire(&runtime.phase) == OFF)
        return 0;
    if (ts == NULL || !pthread_equal(runtime.starter, pthread_self()) || !is_main_state(ts) || gil_inside_anything() ||
        gil_inside_call(NULL))
        return -1;
    if (!change_phase(ON, STOPPING))
        return -1;
    /* A thread that is cancelled in a hook, a call at exit or a finalizer would be stopping for ever. */
    int before = gil_machine_enter_host();
    int rc = stop(ts, timeout != NULL ? *timeout : runtime.timeout, func);
    change_phase(STOPPING, rc == 0 ? OFF : ON);
    gil_machine_leave_host(before);
    return rc;
}

int
Gil_FinalizeEx(void)
{
    return finalize(NULL, __func__);
}

int
Gil_FinalizeTimed(uint64_t timeout_ns)
{
    return finalize(&timeout_ns, __func__);
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
        .holders = gil_load_relaxed(&runtime.holders),
        .exit_rounds = gil_load_relaxed(&runtime.exit_rounds),
        .exit_dropped = gil_load_relaxed(&runtime.exit_dropped),
    };

    if (report == NULL || report->size < REPORT_SIZE_FIRST)
        return -1;
    size_t size = report->size;
    known.size = size;
    memset(report, 0, size);
    memcpy(report, &known, size < sizeof(known) ? size : sizeof(known));
    return 0;
}
