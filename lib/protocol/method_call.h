/* SPDX-License-Identifier: MIT */
/* Calls of C functions described by a GilMethodDef. */
#ifndef GIL_PROTOCOL_METHOD_CALL_H
#define GIL_PROTOCOL_METHOD_CALL_H

#include "object/recursion.h"
#include "protocol/call.h"

/*
 * Call def's function in the way its ml_flags say: self (NULL for static methods) is its first argument, cls the
 * defining class for GIL_METH_METHOD, args, nargsf and kwnames as for GilObject_Vectorcall(). TypeError where the
 * number of arguments does not fit, or keywords are given and not taken. New reference, or NULL with the error set. The
 * names of methods stay valid until the end of the call: self, and with it the type, must be held by the caller.
 */
GilObject *gil_call_cfunction(GilMethodDef *def, GilObject *self, GilTypeObject *cls, GilObject *const *args,
                              size_t nargsf, GilObject *kwnames);

/* gil_call_result() of def's function, and that in full. */
GilObject *gil_call_method_judge(GilThreadState *ts, const GilMethodDef *def, GilObject *result);
static inline GilObject *
gil_call_method_result(GilThreadState *ts, const GilMethodDef *def, GilObject *result)
{
    return GIL_LIKELY(gil_call_is_fine(ts, result)) ? result : gil_call_method_judge(ts, def, result);
}

/* The function of a definition in its real signature; the detour over void (*)(void) is how C allows it. */
#define GIL_METHOD_FUNCTION(type, def) ((type)(void (*)(void))(def)->ml_meth)

/*
 * The same for the commonest ways of being called, which the caller has found out: GIL_METH_FASTCALL alone; GIL_METH_NOARGS
 * (arg NULL) and GIL_METH_O, with the right number of arguments; and gil_recursion_may_enter().
 */
static inline GilObject *
gil_call_fastcall(GilThreadState *ts, GilMethodDef *def, GilObject *self, GilObject *const *args, Gil_ssize_t nargs)
{
    GIL_ASSERT(!gil_err_pending(ts));
    ts->recursion++;
    GilObject *result = GIL_METHOD_FUNCTION(GilCFunctionFast, def)(self, args, nargs);
    ts->recursion--;
    return gil_call_method_result(ts, def, result);
}

static inline GilObject *
gil_call_one(GilThreadState *ts, GilMethodDef *def, GilObject *self, GilObject *arg)
{
    GIL_ASSERT(!gil_err_pending(ts));
    ts->recursion++;
    GilObject *result = def->ml_meth(self, arg);
    ts->recursion--;
    return gil_call_method_result(ts, def, result);
}

#endif
