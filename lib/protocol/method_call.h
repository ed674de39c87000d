/* SPDX-License-Identifier: MIT */
/* Calls of C functions described by a GilMethodDef. */
#ifndef GIL_PROTOCOL_METHOD_CALL_H
#define GIL_PROTOCOL_METHOD_CALL_H

#include "object/recursion.h"
#include "protocol/call.h"

/* An instance of GilCFunction_Type: the value layer makes them, and looks after them. */
struct gil_function {
    GilObject_HEAD
    vectorcallfunc vectorcall; /* [const] */
    GilMethodDef *def;         /* [const] the maker's */
    GilObject *self;           /* [gil] strong or NULL */
    GilObject *module;         /* [gil] strong or NULL: what __module__ shows; methods have none */
    GilObject *weaklist;       /* [gil] its weak references, see object/weakref.h */
};

/* And of GilCMethod_Type. */
struct gil_cmethod {
    struct gil_function base;
    GilTypeObject *cls; /* [gil] strong: the defining class */
};

/* The defining class, or NULL. The types are not known here, and no other has these instances. */
static inline GilTypeObject *
gil_function_class(GilObject *op)
{
    return Gil_TYPE(op)->tp_basicsize == sizeof(struct gil_cmethod) ? ((struct gil_cmethod *)(void *)op)->cls : NULL;
}

/* The function in the vectorcall slot of a struct gil_function: for every convention, and for GIL_METH_FASTCALL alone. */
GilObject *gil_function_vectorcall(GilObject *op, GilObject *const *args, size_t nargsf, GilObject *kwnames);
GilObject *gil_function_fastcall(GilObject *op, GilObject *const *args, size_t nargsf, GilObject *kwnames);

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
