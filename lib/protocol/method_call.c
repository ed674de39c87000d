/* SPDX-License-Identifier: MIT */
/*
 * Calls of C functions described by a GilMethodDef: the boundary between the library and native code.
 *
 * On the way in, arguments are brought into the form that the function's flags name. On the way out two things are
 * checked in every build, both one load and one comparison: that the thread holds the lock again, in the thread state
 * in which it left, and that there is either a result or an error. A function that forgot the END of a BEGIN would
 * otherwise let two threads loose on the same objects, and the crash would come later and elsewhere.
 */
#include "protocol/method_call.h"

#include "object/alloc.h"
#include "object/ops.h"
#include "object/type.h"

#define CONVENTION \
    (GIL_METH_VARARGS | GIL_METH_KEYWORDS | GIL_METH_NOARGS | GIL_METH_O | GIL_METH_FASTCALL | GIL_METH_METHOD)

GilObject *
gil_call_method_judge(GilThreadState *ts, const GilMethodDef *def, GilObject *result)
{
    return gil_call_judge(ts, NULL, def->ml_name, (const void *)(uintptr_t)def->ml_meth, result);
}

/* TypeError about a call, with the function's name as it is known to its callers: "list.append()", "module.function()". */
static __attribute__((cold)) GilObject *
refuse(const GilMethodDef *def, GilObject *self, const char *why, Gil_ssize_t nargs)
{
    const char *owner = self != NULL ? gil_type_hooks.module_name(self) : "";

    if (owner != NULL && strcmp(owner, "builtins") == 0)
        owner = "";
    if (owner == NULL)
        owner = gil_type_short_name(gil_is_type(self) ? (GilTypeObject *)(void *)self : Gil_TYPE(self));
    GilErr_Format(GilExc_TypeError, nargs >= 0 ? "%.200s%s%.200s() takes %s (%zd given)" : "%.200s%s%.200s() takes %s",
                  owner, *owner != '\0' ? "." : "", def->ml_name, why, nargs);
    return NULL;
}

/* METH_VARARGS: a tuple, and with METH_KEYWORDS a dict or NULL. */
static GilObject *
call_with_tuple(GilThreadState *ts, GilMethodDef *def, GilObject *self, GilObject *const *args, Gil_ssize_t nargs,
                GilObject *kwnames)
{
    GilObject *kwargs = NULL, *result, *tuple = gil_ops.tuple_from_array(args, nargs);

    if (tuple == NULL)
        return NULL;
    if (kwnames != NULL) {
        kwargs = gil_ops.dict_from_kwnames(args + nargs, kwnames);
        if (kwargs == NULL) {
            Gil_DECREF(tuple);
            return NULL;
        }
    }
    if ((def->ml_flags & GIL_METH_KEYWORDS) != 0)
        result = GIL_METHOD_FUNCTION(GilCFunctionWithKeywords, def)(self, tuple, kwargs);
    else
        result = def->ml_meth(self, tuple);
    /* Not one step further without the lock: the tuple is an object. */
    result = gil_call_method_result(ts, def, result);
    Gil_DECREF(tuple);
    Gil_XDECREF(kwargs);
    return result;
}

static GilObject *
call_by_convention(GilThreadState *ts, GilMethodDef *def, GilObject *self, GilTypeObject *cls, GilObject *const *args,
                   Gil_ssize_t nargs, GilObject *kwnames)
{
    switch (def->ml_flags & CONVENTION) {
    case GIL_METH_NOARGS:
        return nargs == 0 ? def->ml_meth(self, NULL) : refuse(def, self, "no arguments", nargs);
    case GIL_METH_O:
        return nargs == 1 ? def->ml_meth(self, args[0]) : refuse(def, self, "exactly one argument", nargs);
    case GIL_METH_FASTCALL:
        return GIL_METHOD_FUNCTION(GilCFunctionFast, def)(self, args, nargs);
    case GIL_METH_FASTCALL | GIL_METH_KEYWORDS:
        return GIL_METHOD_FUNCTION(GilCFunctionFastWithKeywords, def)(self, args, nargs, kwnames);
    case GIL_METH_METHOD | GIL_METH_FASTCALL | GIL_METH_KEYWORDS:
        return GIL_METHOD_FUNCTION(GilCMethod, def)(self, cls, args, (size_t)nargs, kwnames);
    case GIL_METH_VARARGS:
    case GIL_METH_VARARGS | GIL_METH_KEYWORDS:
        return call_with_tuple(ts, def, self, args, nargs, kwnames);
    default:
        return GilErr_Format(GilExc_SystemError, "%.200s() method: bad call flags", def->ml_name);
    }
}

GilObject *
gil_call_cfunction(GilMethodDef *def, GilObject *self, GilTypeObject *cls, GilObject *const *args, size_t nargsf,
                   GilObject *kwnames)
{
    GilThreadState *ts = gil_tstate_need(__func__);

    GIL_ASSERT(!gil_err_pending(ts));
    if (kwnames != NULL) {
        GilObject **names;
        if (gil_ops.tuple_items(kwnames, &names) == 0)
            kwnames = NULL;
        else if ((def->ml_flags & GIL_METH_KEYWORDS) == 0)
            return refuse(def, self, "no keyword arguments", -1);
    }
    if (gil_recursion_enter(ts, " while calling an object") < 0)
        return NULL;
    GilObject *result = call_by_convention(ts, def, self, cls, args, GilVectorcall_NARGS(nargsf), kwnames);
    gil_recursion_leave(ts);
    return gil_call_method_result(ts, def, result);
}

GilObject *
gil_function_vectorcall(GilObject *op, GilObject *const *args, size_t nargsf, GilObject *kwnames)
{
    struct gil_function *f = (struct gil_function *)(void *)op;
    return gil_call_cfunction(f->def, f->self, gil_function_class(op), args, nargsf, kwnames);
}

/*
 * The short way; what is not as usual goes the long one, which says why. Nothing but the function itself is called, so what
 * stands in registers need not be saved. The inline GilObject_Vectorcall() does the same without coming here.
 */
GIL_HOT GilObject *
gil_function_fastcall(GilObject *op, GilObject *const *args, size_t nargsf, GilObject *kwnames)
{
    struct gil_function *f = (struct gil_function *)(void *)op;
    GilThreadState *ts = gil_tstate_need(__func__);
    if (GIL_UNLIKELY(kwnames != NULL || !gil_recursion_may_enter(ts)))
        return gil_function_vectorcall(op, args, nargsf, kwnames);
    return gil_call_fastcall(ts, f->def, f->self, args, GilVectorcall_NARGS(nargsf));
}
