/* SPDX-License-Identifier: MIT */
/*
 * The iterator that calls: each item is what a callable gives, until that equals a sentinel.
 *
 * The call and the comparison may do anything, drive this very iterator to its end included; so both objects are held
 * for as long as they are used. Once at its end it stays there.
 */
#include "gilrt/call.h"
#include "gilrt/error.h"
#include "gilrt/gc.h"
#include "object/alloc.h"
#include "object/error.h"
#include "object/type.h"
#include "protocol/iter.h"

struct call_iter {
    GilObject_HEAD
    GilObject *callable; /* [gil] strong; NULL at the end */
    GilObject *sentinel; /* [gil] strong; NULL exactly when callable is */
};

static struct call_iter *
call_iter(GilObject *op)
{
    return (struct call_iter *)(void *)op;
}

static int
call_iter_traverse(GilObject *op, visitproc visit, void *arg)
{
    Gil_VISIT(call_iter(op)->callable);
    Gil_VISIT(call_iter(op)->sentinel);
    return 0;
}

/* At the end: lets go of both. May run anything. */
static int
call_iter_clear(GilObject *op)
{
    GilObject *callable = call_iter(op)->callable, *sentinel = call_iter(op)->sentinel;
    call_iter(op)->callable = call_iter(op)->sentinel = NULL;
    Gil_XDECREF(callable);
    Gil_XDECREF(sentinel);
    return 0;
}

static void
call_iter_dealloc(GilObject *op)
{
    gil_object_untrack(op);
    call_iter_clear(op);
    gil_object_free_gc(op);
}

static GilObject *
call_iter_next(GilObject *op)
{
    GilObject *callable = call_iter(op)->callable, *sentinel = call_iter(op)->sentinel;
    if (callable == NULL)
        return NULL;
    Gil_INCREF(callable);
    Gil_INCREF(sentinel);
    int at_end = 0;
    GilObject *item = GilObject_CallNoArgs(callable); /* may run anything */
    if (item != NULL) {
        at_end = GilObject_RichCompareBool(sentinel, item, Gil_EQ); /* may run anything */
        if (at_end != 0)
            Gil_CLEAR(item);
    }
    else if (GilErr_ExceptionMatches(GilExc_StopIteration)) {
        GilErr_Clear();
        at_end = 1;
    }
    Gil_DECREF(sentinel);
    Gil_DECREF(callable);
    if (at_end > 0)
        call_iter_clear(op);
    return item;
}

GilTypeObject GilCallIter_Type = {
    .ob_base = GilVarObject_HEAD_INIT(&GilType_Type, 0)
    .tp_name = "callable_iterator",
    .tp_basicsize = sizeof(struct call_iter),
    .tp_dealloc = call_iter_dealloc,
    .tp_flags = Gil_TPFLAGS_STATIC_BUILTIN | Gil_TPFLAGS_IMMUTABLETYPE | Gil_TPFLAGS_DISALLOW_INSTANTIATION |
                Gil_TPFLAGS_HAVE_GC,
    .tp_traverse = call_iter_traverse,
    .tp_clear = call_iter_clear,
    .tp_iter = GilObject_SelfIter,
    .tp_iternext = call_iter_next,
};

GilObject *
GilCallIter_New(GilObject *callable, GilObject *sentinel)
{
    GilThreadState *ts = gil_tstate_need(__func__);

    if (callable == NULL || sentinel == NULL)
        return gil_err_null(__func__);
    if (!GilCallable_Check(callable))
        return gil_err_type(__func__, "a callable", callable);
    GilObject *op = gil_object_alloc_gc(ts, &GilCallIter_Type, sizeof(struct call_iter));
    if (op == NULL)
        return NULL;
    call_iter(op)->callable = Gil_NewRef(callable);
    call_iter(op)->sentinel = Gil_NewRef(sentinel);
    gil_object_track(ts, op);
    return op;
}

int
gil_call_iter_start(void)
{
    return gil_type_ready(&GilCallIter_Type);
}
