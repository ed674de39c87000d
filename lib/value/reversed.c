/* SPDX-License-Identifier: MIT */
/*
 * reversed: the items of a sequence from the last to the first.
 *
 * A type that knows its own way back says so by a method __reversed__, and calling the type returns what that gives.
 * For the rest the sequence is asked for its length once and for items by number after; one that became shorter ends
 * the iteration, as its IndexError says. At the end the sequence is let go.
 */
#include "gilrt/call.h"
#include "gilrt/error.h"
#include "gilrt/gc.h"
#include "gilrt/long.h"
#include "gilrt/sequence.h"
#include "gilrt/tuple.h"
#include "object/alloc.h"
#include "object/error.h"
#include "object/ops.h"
#include "object/type.h"
#include "protocol/kind.h"
#include "value/enumerate.h"

struct reversed {
    GilObject_HEAD
    Gil_ssize_t index; /* [gil] of the next item */
    GilObject *seq;    /* [gil] strong; NULL at the end */
};

static struct reversed *
reversed(GilObject *op)
{
    return (struct reversed *)(void *)op;
}

static int
reversed_traverse(GilObject *op, visitproc visit, void *arg)
{
    Gil_VISIT(reversed(op)->seq);
    return 0;
}

static int
reversed_clear(GilObject *op)
{
    Gil_CLEAR(reversed(op)->seq);
    return 0;
}

static void
reversed_dealloc(GilObject *op)
{
    gil_object_untrack(op);
    Gil_XDECREF(reversed(op)->seq); /* may run anything */
    Gil_TYPE(op)->tp_free(op);
}

static GilObject *
reversed_next(GilObject *op)
{
    GilObject *seq = reversed(op)->seq, *item = NULL;
    if (seq == NULL)
        return NULL;
    Gil_INCREF(seq);
    if (reversed(op)->index >= 0 && (item = GilSequence_GetItem(seq, reversed(op)->index)) != NULL) /* may run anything */
        reversed(op)->index--;
    else if (!GilErr_Occurred() || GilErr_ExceptionMatches(GilExc_IndexError) ||
             GilErr_ExceptionMatches(GilExc_StopIteration)) {
        GilErr_Clear();
        Gil_CLEAR(reversed(op)->seq);
    }
    Gil_DECREF(seq);
    return item;
}

static GilObject *
reversed_length_hint(GilObject *op, GilObject *Gil_UNUSED(args))
{
    GilObject *seq = Gil_XNewRef(reversed(op)->seq);
    if (seq == NULL)
        return GilLong_FromLong(0);
    Gil_ssize_t length = GilSequence_Size(seq); /* may run anything */
    Gil_DECREF(seq);
    if (length < 0)
        return NULL;
    return GilLong_FromSsize_t(reversed(op)->index < length ? reversed(op)->index + 1 : 0);
}

/* What the __reversed__ of seq's type gives: 1 and a new reference, 0 when it has none, -1 with the error set. */
static int
ask_sequence(GilObject *seq, GilObject **result)
{
    GilObject *method;
    int rc = gil_find_hook(gil_tstate_attached(), seq, "__reversed__", 1, &method); /* may run anything */
    if (rc <= 0)
        return rc;
    if (Gil_IsNone(method)) {
        GilErr_Format(GilExc_TypeError, "'%.200s' object is not reversible", Gil_TYPE(seq)->tp_name);
        *result = NULL;
    }
    else
        *result = GilObject_CallNoArgs(method); /* may run anything */
    Gil_DECREF(method);
    return *result == NULL ? -1 : 1;
}

static GilObject *
reversed_new(GilTypeObject *type, GilObject *args, GilObject *kwargs)
{
    GilObject *result;
    if (type == &GilReversed_Type && kwargs != NULL && gil_ops.dict_size(kwargs) > 0)
        return GilErr_Format(GilExc_TypeError, "reversed() takes no keyword arguments");
    if (GilTuple_GET_SIZE(args) != 1)
        return GilErr_Format(GilExc_TypeError, "reversed expected 1 argument, got %zd", GilTuple_GET_SIZE(args));
    GilObject *seq = GilTuple_GET_ITEM(args, 0);
    int rc = ask_sequence(seq, &result);
    if (rc != 0)
        return rc < 0 ? NULL : result;
    if (!GilSequence_Check(seq))
        return GilErr_Format(GilExc_TypeError, "'%.200s' object is not reversible", Gil_TYPE(seq)->tp_name);
    Gil_ssize_t length = GilSequence_Size(seq); /* may run anything */
    GilObject *op = length < 0 ? NULL : type->tp_alloc(type, 0);
    if (op == NULL)
        return NULL;
    reversed(op)->index = length - 1;
    reversed(op)->seq = Gil_NewRef(seq);
    return op;
}

static GilMethodDef reversed_methods[] = {
    {"__length_hint__", reversed_length_hint, GIL_METH_NOARGS, "How many items are to come, as it looks now."},
    {NULL, NULL, 0, NULL},
};

GilTypeObject GilReversed_Type = {
    .ob_base = GilVarObject_HEAD_INIT(&GilType_Type, 0)
    .tp_name = "reversed",
    .tp_basicsize = sizeof(struct reversed),
    .tp_dealloc = reversed_dealloc,
    .tp_flags = Gil_TPFLAGS_STATIC_BUILTIN | Gil_TPFLAGS_IMMUTABLETYPE | Gil_TPFLAGS_HAVE_GC | Gil_TPFLAGS_BASETYPE,
    .tp_doc = "reversed(sequence, /)\n--\n\nThe items of sequence from the last to the first.",
    .tp_traverse = reversed_traverse,
    .tp_clear = reversed_clear,
    .tp_iter = GilObject_SelfIter,
    .tp_iternext = reversed_next,
    .tp_methods = reversed_methods,
    .tp_new = reversed_new,
};

int
gil_reversed_start(void)
{
    return gil_type_ready(&GilReversed_Type);
}
