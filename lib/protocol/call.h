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

/* The slow end of gil_call_result(): SystemError that names the callable, or name where that is NULL. Always NULL. */
GilObject *gil_call_bad_result(GilThreadState *ts, GilObject *callable, const char *name, GilObject *result);
/* Native code came back without the lock, or in another thread state: stops the process. code: an address within it. */
void gil_call_panic_unbalanced(const char *name, const void *code) __attribute__((noreturn, cold));

/*
 * What every call of foreign code passes on its way back: the thread is attached as before, and there is either a
 * result or an error. callable or name is for messages. A safe point: the callee could have run anything, so a collection
 * that is asked for may run too.
 */
static inline GilObject *
gil_call_result(GilThreadState *ts, GilObject *callable, const char *name, const void *code, GilObject *result)
{
    if (GIL_UNLIKELY(gil_tstate_attached() != ts))
        gil_call_panic_unbalanced(name, code);
    if (GIL_UNLIKELY((result != NULL) == gil_err_pending(ts)))
        return gil_call_bad_result(ts, callable, name, result);
    /* Relaxed: the thread asks itself. */
    if (GIL_UNLIKELY(gil_load_relaxed(&ts->block.brk) & _Gil_BRK_COLLECT))
        gil_gc_serve(ts); /* may run anything */
    return result;
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
