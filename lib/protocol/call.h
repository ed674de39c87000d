/* SPDX-License-Identifier: MIT */
/* Calling from inside: the outcome of a call, and argument arrays. */
#ifndef GIL_PROTOCOL_CALL_H
#define GIL_PROTOCOL_CALL_H

#include "base/atomic.h"
#include "gc/collect.h"
#include "gilrt/call.h"
#include "gilrt/typeobject.h"
#include "object/error.h"
#include "state/tstate.h"

/* gil_call_result() in full. */
GilObject *gil_call_judge(GilThreadState *ts, GilObject *callable, const char *name, const void *code,
                          GilObject *result);

/* A result, the lock, and nothing else to be done. */
static inline int
gil_call_is_fine(const GilThreadState *ts, const GilObject *result)
{
    /* Relaxed: the thread asks itself. */
    return GIL_LIKELY(_Gil_thread == &ts->block) && GIL_LIKELY(ts->block.st == _Gil_ATTACHED) &&
           GIL_LIKELY(result != NULL) && GIL_LIKELY(!gil_err_pending(ts)) &&
           GIL_LIKELY((gil_load_relaxed(&ts->block.brk) & _Gil_BRK_COLLECT) == 0);
}

/*
 * What every call of foreign code passes on its way back: the thread is attached as before, and there is either a
 * result or an error. callable or name is for messages. A safe point: the callee could have run anything, so a collection
 * that is asked for may run too.
 */
static inline GilObject *
gil_call_result(GilThreadState *ts, GilObject *callable, const char *name, const void *code, GilObject *result)
{
    return GIL_LIKELY(gil_call_is_fine(ts, result)) ? result : gil_call_judge(ts, callable, name, code, result);
}

/* The function in op's vectorcall slot, or NULL. */
static inline vectorcallfunc
gil_vectorcall_of(GilObject *op)
{
    GilTypeObject *type = Gil_TYPE(op);
    if ((type->tp_flags & Gil_TPFLAGS_HAVE_VECTORCALL) == 0)
        return NULL;
    return *(vectorcallfunc *)(void *)((char *)op + type->tp_vectorcall_offset);
}

/* GilObject_Vectorcall() without its checks of arguments. */
GilObject *gil_vectorcall(GilThreadState *ts, GilObject *callable, GilObject *const *args, size_t nargsf,
                          GilObject *kwnames);

#endif
