/* SPDX-License-Identifier: MIT */
/*
 * Exceptions: what all of them have in common, and how errors become objects.
 *
 * An exception is made late: the object layer keeps a pending error as class and text, and asks for the object when
 * somebody takes it. One for a lack of memory exists beforehand, one an interpreter, for when nothing can be made.
 * Those who find no memory for one of their own share it, so it is given no context; and what one of them wrote on it
 * is wiped off before the next gets it, unless somebody has it still.
 *
 * Instance attributes live in a dict that most exceptions never need. The type says where it stands, so that a class
 * derived from it, which would else have one too, adds none.
 */
#include "value/exception.h"

#include "gilrt/dict.h"
#include "gilrt/gc.h"
#include "gilrt/list.h"
#include "gilrt/traceback.h"
#include "gilrt/unicode.h"
#include "object/error.h"
#include "object/type.h"
#include "value/row.h"
#include "value/start.h"
#include "value/tuple.h"

/* --- slots --- */

GilObject *
gil_exception_new(GilTypeObject *type, GilObject *args, GilObject *Gil_UNUSED(kwargs))
{
    GilThreadState *ts = gil_tstate_need(__func__);
    GilObject *op;
    if (type->tp_flags & Gil_TPFLAGS_STATIC_BUILTIN) {
        op = gil_object_alloc(ts, type, 0);
        if (op != NULL)
            memset(op + 1, 0, (size_t)type->tp_basicsize - sizeof *op);
    }
    else
        op = type->tp_alloc(type, 0);
    if (op == NULL)
        return NULL;
    gil_exception(op)->args = Gil_NewRef(args == NULL ? gil_tuple_empty() : args);
    if (!gil_gc_is_tracked(op))
        gil_object_track(ts, op);
    return op;
}

/* No keyword arguments: 0, or -1 with TypeError. */
static int
refuse_keywords(GilObject *op, GilObject *kwargs)
{
    if (kwargs == NULL || GilDict_Size(kwargs) == 0)
        return 0;
    GilErr_Format(GilExc_TypeError, "%.200s() takes no keyword arguments", gil_type_short_name(Gil_TYPE(op)));
    return -1;
}

int
gil_exception_init(GilObject *op, GilObject *args, GilObject *kwargs)
{
    if (refuse_keywords(op, kwargs) < 0)
        return -1;
    Gil_XSETREF(gil_exception(op)->args, Gil_NewRef(args)); /* may run anything */
    return 0;
}

int
gil_exception_traverse(GilObject *op, visitproc visit, void *arg)
{
    struct gil_exception *exc = gil_exception(op);
    Gil_VISIT(exc->args);
    Gil_VISIT(exc->dict);
    Gil_VISIT(exc->context);
    Gil_VISIT(exc->cause);
    return 0;
}

int
gil_exception_clear(GilObject *op)
{
    struct gil_exception *exc = gil_exception(op);
    Gil_CLEAR(exc->dict);
    Gil_XSETREF(exc->args, gil_tuple_empty());
    Gil_CLEAR(exc->context);
    Gil_CLEAR(exc->cause);
    Gil_CLEAR(exc->traceback);
    return 0;
}

void
gil_exception_dealloc(GilObject *op)
{
    struct gil_exception *exc = gil_exception(op);
    gil_object_untrack(op);
    Gil_XDECREF(exc->args); /* may run anything; nobody can reach the exception */
    Gil_XDECREF(exc->dict);
    Gil_XDECREF(exc->context);
    Gil_XDECREF(exc->cause);
    Gil_XDECREF(exc->traceback);
    gil_object_free(op);
}

GilObject *
gil_exception_str(GilObject *op)
{
    GilObject *args = Gil_NewRef(gil_exception(op)->args), *result;
    if (GilTuple_GET_SIZE(args) == 0)
        result = GilUnicode_FromString("");
    else
        result = GilObject_Str(GilTuple_GET_SIZE(args) == 1 ? GilTuple_GET_ITEM(args, 0) : args); /* may run anything */
    Gil_DECREF(args);
    return result;
}

static GilObject *
exception_repr(GilObject *op)
{
    const char *name = gil_type_short_name(Gil_TYPE(op));
    GilObject *args = Gil_NewRef(gil_exception(op)->args), *result;
    if (GilTuple_GET_SIZE(args) == 1)
        result = GilUnicode_FromFormat("%s(%R)", name, GilTuple_GET_ITEM(args, 0)); /* may run anything */
    else
        result = GilUnicode_FromFormat("%s%R", name, args);
    Gil_DECREF(args);
    return result;
}

/* --- attributes --- */

/* None for NULL, for attributes that may be missing. */
static GilObject *
or_none(GilObject *op)
{
    return Gil_NewRef(op == NULL ? Gil_None : op);
}

static GilObject *
get_args(GilObject *op, void *Gil_UNUSED(closure))
{
    return Gil_NewRef(gil_exception(op)->args);
}

/* What most setters below begin with: 0, or -1 with TypeError. */
static int
refuse_delete(const char *name, GilObject *value)
{
    if (value != NULL)
        return 0;
    GilErr_Format(GilExc_TypeError, "%s may not be deleted", name);
    return -1;
}

static int
set_args(GilObject *op, GilObject *value, void *Gil_UNUSED(closure))
{
    if (refuse_delete("args", value) < 0)
        return -1;
    GilObject *args = gil_tuple_from_iterable(value); /* may run anything */
    if (args == NULL)
        return -1;
    Gil_XSETREF(gil_exception(op)->args, args); /* may run anything */
    return 0;
}

static GilObject *
get_cause(GilObject *op, void *Gil_UNUSED(closure))
{
    return or_none(gil_exception(op)->cause);
}

static GilObject *
get_context(GilObject *op, void *Gil_UNUSED(closure))
{
    return or_none(gil_exception(op)->context);
}

/* An exception or None as an attribute: a new reference, or NULL for None, in *exc. 0, or -1 with TypeError. */
static int
link_of(const char *what, GilObject *value, GilObject **exc)
{
    *exc = NULL;
    if (Gil_IsNone(value))
        return 0;
    if (!gil_is_exception(value)) {
        GilErr_Format(GilExc_TypeError, "exception %s must be None or derive from BaseException", what);
        return -1;
    }
    *exc = Gil_NewRef(value);
    return 0;
}

static int
set_cause(GilObject *op, GilObject *value, void *Gil_UNUSED(closure))
{
    GilObject *cause;
    if (refuse_delete("__cause__", value) < 0 || link_of("cause", value, &cause) < 0)
        return -1;
    GilException_SetCause(op, cause);
    return 0;
}

static int
set_context(GilObject *op, GilObject *value, void *Gil_UNUSED(closure))
{
    GilObject *context;
    if (refuse_delete("__context__", value) < 0 || link_of("context", value, &context) < 0)
        return -1;
    GilException_SetContext(op, context);
    return 0;
}

static GilObject *
get_traceback(GilObject *op, void *Gil_UNUSED(closure))
{
    return or_none(gil_exception(op)->traceback);
}

static int
set_traceback(GilObject *op, GilObject *value, void *Gil_UNUSED(closure))
{
    return refuse_delete("__traceback__", value) < 0 ? -1 : GilException_SetTraceback(op, value);
}

static GilGetSetDef exception_getset[] = {
    {"args", get_args, set_args, "the arguments, as a tuple", NULL},
    {"__cause__", get_cause, set_cause, "what it was raised from on purpose, or None", NULL},
    {"__context__", get_context, set_context, "what was being handled when it was raised, or None", NULL},
    {"__traceback__", get_traceback, set_traceback, "where it passed, or None", NULL},
    {"__dict__", GilObject_GenericGetDict, GilObject_GenericSetDict, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static GilMemberDef exception_members[] = {
    {"__suppress_context__", Gil_T_BOOL, offsetof(struct gil_exception, suppress_context), 0,
     "whether the context is hidden when the exception is shown"},
    {NULL, 0, 0, 0, NULL},
};

/* Notes are an ordinary attribute: a list of str, made by the first. */
static GilObject *
add_note(GilObject *op, GilObject *note)
{
    GilObject *notes;
    if (!GilUnicode_Check(note))
        return GilErr_Format(GilExc_TypeError, "note must be a str, not '%.200s'", Gil_TYPE(note)->tp_name);
    int rc = GilObject_GetOptionalAttrString(op, "__notes__", &notes); /* may run anything */
    if (rc < 0)
        return NULL;
    if (rc == 0) {
        notes = GilList_New(0);
        if (notes == NULL || GilObject_SetAttrString(op, "__notes__", notes) < 0) {
            Gil_XDECREF(notes);
            return NULL;
        }
    }
    if (!GilList_Check(notes)) {
        GilErr_SetString(GilExc_TypeError, "Cannot add note: __notes__ is not a list");
        rc = -1;
    }
    else
        rc = GilList_Append(notes, note);
    Gil_DECREF(notes);
    return rc < 0 ? NULL : Gil_None;
}

static GilObject *
with_traceback(GilObject *op, GilObject *tb)
{
    return GilException_SetTraceback(op, tb) < 0 ? NULL : Gil_NewRef(op);
}

static GilMethodDef exception_methods[] = {
    {"add_note", add_note, GIL_METH_O, "add_note($self, note, /)\n--\n\nAdd a line to be shown below the exception."},
    {"with_traceback", with_traceback, GIL_METH_O,
     "with_traceback($self, tb, /)\n--\n\nSet the traceback, and return the exception."},
    {NULL, NULL, 0, NULL},
};

GilTypeObject gil_exception_base_type = {
    .ob_base = GilVarObject_HEAD_INIT(&GilType_Type, 0)
    .tp_name = "BaseException",
    .tp_basicsize = sizeof(struct gil_exception),
    .tp_dealloc = gil_exception_dealloc,
    .tp_repr = exception_repr,
    .tp_str = gil_exception_str,
    .tp_flags = Gil_TPFLAGS_STATIC_BUILTIN | Gil_TPFLAGS_HAVE_GC | Gil_TPFLAGS_BASETYPE | Gil_TPFLAGS_BASE_EXC_SUBCLASS,
    .tp_doc = "Common base class for all exceptions.",
    .tp_traverse = gil_exception_traverse,
    .tp_clear = gil_exception_clear,
    .tp_methods = exception_methods,
    .tp_members = exception_members,
    .tp_getset = exception_getset,
    .tp_dictoffset = offsetof(struct gil_exception, dict),
    .tp_init = gil_exception_init,
    .tp_new = gil_exception_new,
};

/* --- errors become objects --- */

/* A constructor failed without an error, or made op and left one, which becomes the cause. Takes op; always NULL. */
static GilObject *
bad_result(GilThreadState *ts, GilTypeObject *type, GilObject *op)
{
    if (op == NULL)
        return gil_err_system_from(ts, NULL, "%R returned NULL without setting an exception", type);
    GilObject *cause = GilErr_GetRaisedException();
    Gil_DECREF(op); /* may run anything */
    return gil_err_system_from(ts, cause, "%R returned a result with an exception set", type);
}

GilObject *
gil_exception_ops_make(GilTypeObject *type, GilObject *arg)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    GilObject *args;
    if (arg == NULL || Gil_IsNone(arg))
        args = gil_tuple_empty();
    else
        args = gil_tuple_check(arg) ? Gil_NewRef(arg) : gil_tuple_of1(ts, arg);
    /* Not through a call of the class: that counts levels of recursion, and this may report that there are too many. */
    GilObject *op = args == NULL ? NULL : type->tp_new(type, args, NULL); /* may run anything */
    if (op != NULL && !gil_is_exception(op)) {
        GilErr_Format(GilExc_TypeError, "calling %R should have returned an instance of BaseException, not %s", type,
                      Gil_TYPE(op)->tp_name);
        Gil_CLEAR(op);
    }
    if (op != NULL && !gil_err_pending(ts) && Gil_TYPE(op)->tp_init != NULL &&
        Gil_TYPE(op)->tp_init(op, args, NULL) < 0) /* may run anything */
        Gil_CLEAR(op);
    Gil_XDECREF(args);
    return GIL_LIKELY((op == NULL) == gil_err_pending(ts)) ? op : bad_result(ts, type, op);
}

GilObject *
gil_exception_ops_memory_error(void)
{
    GilObject *op = gil_value_pocket(gil_tstate_need(__func__))->memory_error;

    Gil_INCREF(op);
    if (Gil_REFCNT(op) == 2) {
        gil_exception(op)->suppress_context = 0;
        gil_exception_clear(op); /* may run anything */
    }
    return op;
}

static void
set_context_unless_circular(GilObject *value, GilObject *context)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    if (value == context || value == gil_value_pocket(ts)->memory_error)
        return;
    /*
     * A circle would make printing endless: where value already stands in the chain behind context, the chain is cut
     * before it. A chain that is a circle by itself, made through the attribute, is met a second time by the slower
     * walker.
     */
    GilObject *slow = context;
    int step = 0;
    for (GilObject *op = context; gil_exception(op)->context != NULL; op = gil_exception(op)->context) {
        if (gil_exception(op)->context == value) {
            Gil_CLEAR(gil_exception(op)->context); /* value is the caller's too: nothing dies */
            break;
        }
        if (step++ % 2 == 1)
            slow = gil_exception(slow)->context;
        if (gil_exception(op)->context == slow)
            break;
    }
    GilException_SetContext(value, Gil_NewRef(context));
}

void
gil_exception_ops_set_part(GilObject *exc, enum gil_exception_part part, GilObject *value)
{
    if (part == GIL_EXCEPTION_CONTEXT)
        set_context_unless_circular(exc, value);
    else
        gil_exception_set_subject(exc, value);
}

int
gil_exception_interp_start(GilThreadState *ts)
{
    GilObject *op = gil_exception_new((GilTypeObject *)(void *)GilExc_MemoryError, NULL, NULL);
    gil_value_pocket(ts)->memory_error = op;
    return op == NULL ? -1 : 0;
}

void
gil_exception_interp_stop(GilThreadState *ts)
{
    Gil_CLEAR(gil_value_pocket(ts)->memory_error);
}

/* --- public --- */

const char *
GilExceptionClass_Name(GilObject *exc_class)
{
    gil_tstate_need(__func__);
    if (exc_class == NULL || !gil_is_exception_class(exc_class))
        return gil_err_bad_argument(__func__, "an exception class", exc_class);
    return gil_type_short_name((GilTypeObject *)(void *)exc_class);
}

/* 0, or -1: SystemError for NULL, TypeError for what is no exception. */
static int
need_exception(const char *func, GilObject *ex)
{
    if (ex != NULL && gil_is_exception(ex))
        return 0;
    if (ex == NULL)
        gil_err_null(func);
    else
        gil_err_type(func, "an exception", ex);
    return -1;
}

GilObject *
GilException_GetArgs(GilObject *ex)
{
    gil_tstate_need(__func__);
    return need_exception(__func__, ex) < 0 ? NULL : Gil_NewRef(gil_exception(ex)->args);
}

int
GilException_SetArgs(GilObject *ex, GilObject *args)
{
    gil_tstate_need(__func__);
    if (need_exception(__func__, ex) < 0)
        return -1;
    if (args == NULL || !gil_tuple_check(args)) {
        if (args == NULL)
            gil_err_null(__func__);
        else
            gil_err_type(__func__, "tuple", args);
        return -1;
    }
    Gil_XSETREF(gil_exception(ex)->args, Gil_NewRef(args)); /* may run anything */
    return 0;
}

GilObject *
GilException_GetCause(GilObject *ex)
{
    gil_tstate_need(__func__);
    return need_exception(__func__, ex) < 0 ? NULL : Gil_XNewRef(gil_exception(ex)->cause);
}

void
GilException_SetCause(GilObject *ex, GilObject *cause)
{
    gil_tstate_need(__func__);
    if (need_exception(__func__, ex) < 0 || (cause != NULL && need_exception(__func__, cause) < 0)) {
        Gil_XDECREF(cause);
        return;
    }
    gil_exception(ex)->suppress_context = 1;
    Gil_XSETREF(gil_exception(ex)->cause, cause); /* may run anything */
}

GilObject *
GilException_GetContext(GilObject *ex)
{
    gil_tstate_need(__func__);
    return need_exception(__func__, ex) < 0 ? NULL : Gil_XNewRef(gil_exception(ex)->context);
}

void
GilException_SetContext(GilObject *ex, GilObject *context)
{
    gil_tstate_need(__func__);
    if (need_exception(__func__, ex) < 0 || (context != NULL && need_exception(__func__, context) < 0)) {
        Gil_XDECREF(context);
        return;
    }
    Gil_XSETREF(gil_exception(ex)->context, context); /* may run anything */
}

GilObject *
GilException_GetTraceback(GilObject *ex)
{
    gil_tstate_need(__func__);
    return need_exception(__func__, ex) < 0 ? NULL : Gil_XNewRef(gil_exception(ex)->traceback);
}

int
GilException_SetTraceback(GilObject *ex, GilObject *tb)
{
    gil_tstate_need(__func__);
    if (need_exception(__func__, ex) < 0)
        return -1;
    if (tb == NULL || (!Gil_IsNone(tb) && !GilTraceBack_Check(tb))) {
        GilErr_SetString(GilExc_TypeError, "__traceback__ must be a traceback or None");
        return -1;
    }
    Gil_XSETREF(gil_exception(ex)->traceback, Gil_IsNone(tb) ? NULL : Gil_NewRef(tb));
    return 0;
}
