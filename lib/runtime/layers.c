/* SPDX-License-Identifier: MIT */
/*
 * The one place that knows all layers.
 *
 * Two tables, both in the order of the layers. What a layer readies for the process (static types, a key) is readied at
 * the first start and stays; what it keeps for an interpreter is made at every start and taken away, in reverse, at
 * every stop. Between the module layer and the rest comes a step that belongs to no table: types that were made at
 * run time let go of what they hold, so that the value layer below finds no user of what it takes away.
 *
 * Stopping an interpreter, when no other thread gets its lock any more:
 *  1. Let go of what thread states hold, and collect: finalizers find all there is, modules included. Then clear modules
 *     and collect again: what they held in circles goes in good order. Only what still lives, because its references were
 *     lost, loses its types, and a last collection follows, for what they held. Finalizers run up to here.
 *  2. Take the value layer's pocket away, which holds objects of its own. What is tracked now was left by lost references.
 *     Count it.
 *  3. Take the other pockets away, top-down, then the heap with all that is in it.
 * Objects that are left are not destroyed one by one: their types are cleared already, and their finalizers would find
 * neither modules nor types. Nothing here asks for memory, so nothing can fail.
 */
#include "runtime/layers.h"

#include "base/mem.h"
#include "base/print.h"
#include "gc/collect.h"
#include "gc/start.h"
#include "gc/track.h"
#include "gilrt/error.h"
#include "module/start.h"
#include "object/async.h"
#include "object/error.h"
#include "object/start.h"
#include "object/type.h"
#include "protocol/start.h"
#include "runtime/event.h"
#include "runtime/signal.h"
#include "runtime/fork.h"
#include "state/gate.h"
#include "state/tstate.h"
#include "value/start.h"

#include <stdio.h>

static int (*const process_table[])(void) = {
    gil_state_start, gil_object_start, gil_gc_start, gil_protocol_start, gil_value_start, gil_module_start,
    gil_fork_start,
};
static size_t readied; /* [phase] entries of process_table that are done; whoever starts the runtime is alone */

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

static void
raise_end_request(GilThreadState *ts)
{
    (void)ts;
    GilErr_SetString(GilExc_SystemExit, "the interpreter is ending");
}

static void
raise_os_error(GilThreadState *ts)
{
    (void)ts;
    GilErr_SetFromErrno(GilExc_OSError);
}

int
gil_layers_ready_process(void)
{
    gil_state_hooks.clear_thread = gil_object_tstate_clear;
    gil_state_hooks.no_memory = raise_no_memory;
    gil_state_hooks.runtime_error = raise_runtime_error;
    gil_state_hooks.system_error = raise_system_error;
    gil_state_hooks.end_request = raise_end_request;
    gil_state_hooks.raise_async = gil_async_raise;
    gil_state_hooks.os_error = raise_os_error;
    gil_state_hooks.attend = gil_signal_attend;
    gil_state_hooks.late = gil_event_late;
    gil_state_hooks.collect = gil_gc_serve;
    for (; readied < sizeof(process_table) / sizeof(process_table[0]); readied++)
        if (process_table[readied]() != 0)
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

GilThreadState *
gil_layers_start(const struct gil_interp_config *config)
{
    GilThreadState *ts;

    if (gil_interp_new(config, &ts) < 0)
        return NULL;
    gil_tstate_attach(ts, __func__);
    for (int i = 0; i < ALL_LAYERS; i++) {
        if (interp_table[i].start(ts) == 0)
            continue;
        /* Nobody is inside, for nobody was ever let in. */
        gil_interp_close(ts);
        gil_interp_clear_threads(ts);
        stop_layers(ts, i, 0);
        gil_interp_delete(ts);
        return NULL;
    }
    gil_pending_open(ts->interp);
    return ts;
}

static void
print_left(const char *type, size_t count, size_t size, void *interp)
{
    long long id = ((GilInterpreterState *)interp)->id;
    char whose[40] = "";

    if (id != 0)
        (void)snprintf(whose, sizeof whose, " of interpreter %lld", id);
    gil_print_line("gilrt: left at the end%s: %zu of type %s, %zu bytes", whose, count, type, size);
}

void
gil_layers_stop(GilThreadState *ts, int print, struct gil_leftovers *left)
{
    struct gil_mem_stats heap;

    gil_interp_clear_threads(ts);
    gil_gc_collect_last(ts);
    stop_layers(ts, ALL_LAYERS, MODULE);
    gil_gc_collect_last(ts);
    gil_types_clear(ts);
    /* What finalizers left behind. */
    gil_interp_clear_threads(ts);
    gil_gc_collect_last(ts);
    stop_layers(ts, MODULE, VALUE);

    left->objects = gil_gc_count(ts);
    if (print)
        gil_gc_report(ts, print_left, ts->interp);
    stop_layers(ts, VALUE, OBJECT);
    gil_heap_stats(ts->heap, &heap);
    left->blocks = heap.blocks;
    left->bytes = heap.bytes;
    gil_interp_delete(ts);
}
