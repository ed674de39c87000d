/* SPDX-License-Identifier: MIT */
/* Start and stop of the object layer. */
#include "object/start.h"

#include "object/alloc.h"
#include "object/async.h"
#include "object/dealloc.h"
#include "object/descr.h"
#include "object/error.h"
#include "object/lookup.h"
#include "object/method_wrapper.h"
#include "object/recursion.h"
#include "object/weakref.h"

/* Times that the errors of a thread state are given back, while what that runs leaves others. */
#define CLEAR_ROUNDS 8

int
gil_object_start(void)
{
    if (gil_type_ready(&GilBaseObject_Type) < 0 || gil_type_ready(&GilType_Type) < 0)
        return -1;
    if (gil_descr_start() < 0 || gil_method_wrapper_start() < 0)
        return -1;
    return gil_weakref_start();
}

int
gil_object_interp_start(GilThreadState *ts)
{
    struct gil_object_pocket *pocket = gil_heap_calloc(ts->heap, 1, sizeof *pocket);

    if (pocket == NULL)
        return -1;
    if (gil_lookup_start(ts, pocket) < 0) {
        gil_heap_free(pocket);
        return -1;
    }
    gil_gc_list_init(&pocket->tracked);
    ts->interp->pocket[GIL_POCKET_OBJECT] = pocket;
    return 0;
}

void
gil_object_interp_stop(GilThreadState *ts)
{
    gil_heap_free(gil_object_pocket(ts)->cache);
    gil_heap_free(gil_object_pocket(ts));
    ts->interp->pocket[GIL_POCKET_OBJECT] = NULL;
}

void
gil_object_tstate_clear(GilThreadState *ts)
{
    GIL_ASSERT(ts != NULL);
    /* A state may be cleared after the middle of a destructor: its thread left the lock in a finalizer, and exited there,
     * or has no guard and comes back to no interpreter. */
    if (ts != gil_tstate_attached() || ts->dealloc_depth == 0)
        gil_dealloc_put_off(ts);
    gil_async_drop(ts);
    /* What runs here may raise and handle anew; not for ever. */
    for (int round = 0; round < CLEAR_ROUNDS && (ts->handled != NULL || gil_err_pending(ts)); round++) {
        Gil_CLEAR(ts->handled); /* ts need not be the state that is attached */
        gil_err_clear(ts);
    }
    /* What is there still is lost, and told by the interpreter's end. */
    ts->handled = NULL;
    ts->err = (struct gil_indicator){0};
    gil_repr_clear(ts);
}
