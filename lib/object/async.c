/* SPDX-License-Identifier: MIT */
/* Exceptions that one thread has another raise, and the mask that puts them off. */
#include "object/async.h"

#include "object/error.h"
#include "object/later.h"
#include "object/type.h"
#include "state/wait.h"

/*
 * What is to be raised waits in the thread state as a node that holds it: whoever sets it, replaces it or raises it
 * holds the interpreter's lock. But a state may end without that lock, and then the node is the pending call that
 * gives the reference back (state/pending.c), so that the end of a state, which cannot fail, needs no memory.
 *
 * A mask is the thread's own count. The bit in brk, by which a safe point notices, is taken back by one that finds
 * the mask, and set again when the mask falls: a thread that is masked for long would go the slow way at each
 * transition otherwise.
 */

int
GilThreadState_SetAsyncExc(uint64_t id, GilObject *exc)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    GilPendingNode *node = NULL;

    if (exc != NULL && !gil_is_exception_class(exc) &&
        !GilType_FastSubclass(Gil_TYPE(exc), Gil_TPFLAGS_BASE_EXC_SUBCLASS)) {
        gil_err_type(__func__, "an exception", exc);
        return -1;
    }
    if (exc != NULL) {
        node = gil_later_new(exc);
        if (node == NULL) {
            gil_err_no_memory(ts);
            return -1;
        }
        Gil_INCREF(exc);
    }
    int found = gil_pending_swap_async(ts, id, &node);
    /* What was there before, or, if there is no such state, what would have been there. */
    Gil_XDECREF(gil_later_take(node));
    return found;
}

void
gil_async_raise(GilThreadState *ts, GilPendingNode *node)
{
    GilObject *exc = gil_later_take(node);

    GIL_ASSERT(!gil_err_pending(ts));
    (void)ts;
    if (gil_is_exception_class(exc))
        GilErr_SetNone(exc);
    else
        GilErr_SetObject((GilObject *)Gil_TYPE(exc), exc);
    Gil_DECREF(exc);
}

void
gil_async_drop(GilThreadState *ts)
{
    Gil_XDECREF(gil_later_take(gil_pending_take_async(ts)));
}

void
GilThreadState_MaskAsyncExc(void)
{
    gil_tstate_need(__func__)->masked++;
}

void
GilThreadState_UnmaskAsyncExc(void)
{
    GilThreadState *ts = gil_tstate_need(__func__);

    if (ts->masked <= 0)
        gil_panic(__func__, "there is no GilThreadState_MaskAsyncExc() to undo");
    if (--ts->masked == 0 && ts->async != NULL) {
        gil_fetch_or_seq_cst(&ts->block.brk, _Gil_BRK_ASYNC);
        gil_wait_rouse(ts); /* this may be a call in the middle of a wait */
    }
}

int
GilThreadState_HasAsyncExc(void)
{
    return gil_tstate_need(__func__)->async != NULL;
}
