/* SPDX-License-Identifier: MIT */
/*
 * enumerate: what an iterable yields, numbered.
 *
 * The number is an exact int of any size. The one after the next is made before the pair is, so an error at the last
 * step loses an item of the iterable, as any error in the middle of an iteration does, but never a number.
 */
#include "value/enumerate.h"

#include "gilrt/error.h"
#include "gilrt/gc.h"
#include "gilrt/number.h"
#include "object/alloc.h"
#include "object/error.h"
#include "object/recursion.h"
#include "object/type.h"
#include "value/long.h"
#include "value/named_args.h"
#include "value/tuple.h"

struct enumerate {
    GilObject_HEAD
    GilObject *it;     /* [const] strong; NULL only when the collector cleared it */
    GilObject *number; /* [gil] strong, an exact int: the next one; NULL only before it was made */
};

static struct enumerate *
enumerate(GilObject *op)
{
    return (struct enumerate *)(void *)op;
}

static int
enumerate_traverse(GilObject *op, visitproc visit, void *arg)
{
    Gil_VISIT(enumerate(op)->it);
    Gil_VISIT(enumerate(op)->number);
    return 0;
}

static int
enumerate_clear(GilObject *op)
{
    Gil_CLEAR(enumerate(op)->it);
    return 0;
}

static void
enumerate_dealloc(GilObject *op)
{
    gil_object_untrack(op);
    Gil_XDECREF(enumerate(op)->it); /* may run anything */
    Gil_XDECREF(enumerate(op)->number);
    Gil_TYPE(op)->tp_free(op);
}

static GilObject *
enumerate_next(GilObject *op)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    GilObject *it = enumerate(op)->it, *item, *pair = NULL;
    if (it == NULL)
        return NULL;
    if (gil_recursion_enter(ts, " in an iterator") < 0) /* it may be another, and so on */
        return NULL;
    Gil_INCREF(it);
    int rc = GilIter_NextItem(it, &item); /* may run anything */
    Gil_DECREF(it);
    gil_recursion_leave(ts);
    if (rc <= 0)
        return NULL;
    GilObject *number = enumerate(op)->number;
    GilObject *after = gil_long_add(ts, gil_long(number), gil_long(gil_small_int(1)), 0);
    if (after != NULL && (pair = gil_tuple_of2(ts, number, item)) != NULL) {
        enumerate(op)->number = after;
        after = number;
    }
    Gil_XDECREF(after);
    Gil_DECREF(item);
    return pair;
}

static GilObject *
enumerate_new(GilTypeObject *type, GilObject *args, GilObject *kwargs)
{
    GilObject *given[2];
    if (gil_take_tuple("122enumerate\0iterable\0start", args, kwargs, given) < 0)
        return NULL;
    GilObject *number = given[1] == NULL ? gil_small_int(0) : GilNumber_Index(given[1]); /* may run anything */
    GilObject *it = number == NULL ? NULL : GilObject_GetIter(given[0]);                 /* may run anything */
    GilObject *op = it == NULL ? NULL : type->tp_alloc(type, 0);
    if (op == NULL) {
        Gil_XDECREF(it);
        Gil_XDECREF(number);
        return NULL;
    }
    enumerate(op)->it = it;
    enumerate(op)->number = number;
    return op;
}

GilTypeObject GilEnum_Type = {
    .ob_base = GilVarObject_HEAD_INIT(&GilType_Type, 0)
    .tp_name = "enumerate",
    .tp_basicsize = sizeof(struct enumerate),
    .tp_dealloc = enumerate_dealloc,
    .tp_flags = Gil_TPFLAGS_STATIC_BUILTIN | Gil_TPFLAGS_IMMUTABLETYPE | Gil_TPFLAGS_HAVE_GC | Gil_TPFLAGS_BASETYPE,
    .tp_doc = "enumerate(iterable, start=0)\n--\n\nPairs of a number, counted from start, and an item.",
    .tp_traverse = enumerate_traverse,
    .tp_clear = enumerate_clear,
    .tp_iter = GilObject_SelfIter,
    .tp_iternext = enumerate_next,
    .tp_new = enumerate_new,
};

int
gil_enumerate_start(void)
{
    return gil_type_ready(&GilEnum_Type);
}
