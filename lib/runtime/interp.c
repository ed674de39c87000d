/* SPDX-License-Identifier: MIT */
/*
 * Interpreters beside the main one: how they are to be, their birth, and what is seen of them. Their end: ending.c.
 *
 * Whoever makes one takes a place inside the main interpreter meanwhile, as who ends one does.
 */
#include "gilrt/interp.h"

#include "base/mem.h"
#include "gilrt/error.h"
#include "gilrt/lock.h"
#include "gilrt/state.h"
#include "module/import.h"
#include "object/error.h"
#include "runtime/config.h"
#include "runtime/ending.h"
#include "runtime/event.h"
#include "runtime/finalize.h"
#include "runtime/layers.h"
#include "state/closing.h"
#include "state/gate.h"
#include "state/lock.h"
#include "state/tstate.h"
#include "value/start.h"

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
    if (read->exit_policy != Gil_EXIT_ABORT && read->exit_policy != Gil_EXIT_RELEASE)
        return "exit_policy is none of Gil_EXIT_ABORT and Gil_EXIT_RELEASE";
    if (read->switch_interval_ns != 0 && (read->switch_interval_ns < GIL_SWITCH_INTERVAL_MIN ||
                                          read->switch_interval_ns > GIL_SWITCH_INTERVAL_MAX))
        return "switch_interval_ns is neither 0 nor from 1 000 to 3 600 000 000 000";
    if (read->unchecked_modules && read->gil != GilInterpreterConfig_SHARED_GIL)
        return "unchecked_modules is for interpreters that share the main one's lock";
    return gil_config_wrong_digits(read->int_max_str_digits);
}

static unsigned
forbidden(const GilInterpreterConfig *config)
{
    return (config->forbid_fork ? GIL_MAY_FORK : 0) | (config->forbid_exec ? GIL_MAY_EXEC : 0) |
           (config->forbid_threads ? GIL_MAY_THREADS : 0);
}

static uint64_t
interval_of(const GilInterpreterConfig *config, const GilThreadState *current)
{
    return config->switch_interval_ns != 0 || current == NULL ? config->switch_interval_ns : gil_lock_interval(current->lock);
}

/* A new interpreter, attached, that lets nobody in yet; NULL: no memory, and what was attached may have been left. */
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
        .exit_leaves = config->exit_policy == Gil_EXIT_RELEASE,
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
        return NULL;
    }
    gil_import_set_path(ts, &path, pocket->strict);
    gil_value_pocket(ts)->max_str_digits = gil_config_digits(config->int_max_str_digits);
    ts->interp->end_timeout =
        config->finalize_timeout_ns != 0 ? config->finalize_timeout_ns : GIL_FINALIZE_TIMEOUT_DEFAULT;
    return ts;
}

/* It lets in from now on, unless somebody has asked for its end already, since it is listed: of that the caller is to tell, and is
 * inside with pass for it. */
static void
admit(GilThreadState *ts, struct gil_pass *pass, const char *func)
{
    struct gil_gate *gate = ts->interp->gate;

    gil_pass_init(pass, func);
    (void)gil_gate_enter_late(gate);
    gil_gate_list(gate, pass);
    gil_closing_give_up(gate, ts);
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
    GilThreadState *current = gil_tstate_attached();
    struct gil_pass pass, own;
    struct gil_gate *gate = gil_main_enter(&pass, __func__);
    if (gate == NULL)
        return gil_status_error(__func__, "the runtime is not started, or is just being started or stopped");
    *ts = make(gate->interp, &read);
    if (*ts != NULL)
        admit(*ts, &own, __func__);
    gil_main_leave(gate, &pass);
    if (*ts == NULL) {
        /* Out of the main one by now: this thread may be too late for where it came from, and would hold up the end for ever. */
        if (current != NULL && gil_tstate_attached() == NULL)
            gil_tstate_attach(current, __func__);
        return gil_status_error(__func__, "memory allocation failed");
    }
    gil_event_step(GIL_LIFE_STARTED, (*ts)->interp->id);
    gil_finalize_tell_and_leave((*ts)->interp->gate, &own);
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
