/* SPDX-License-Identifier: MIT */
/*
 * enumerate: what an iterable yields, numbered.
 *
 * The number is an exact int of any size. The one after the next is made before the pair is, so an error at the last
 * step loses an item of the iterable, as any error in the middle of an iteration does, but never a number.
 */
#include "value/enumerate.h"

#include "gilrt/dict.h"
#include "gilrt/error.h"
#include "gilrt/gc.h"
#include "gilrt/number.h"
#include "gilrt/unicode.h"
#include "object/alloc.h"
#include "object/error.h"
#include "object/recursion.h"
#include "object/type.h"
#include "value/long.h"
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

/* The arguments iterable and start, borrowed; start NULL where it is not given. 0, or -1 with TypeError. */
static int
arguments(GilObject *args, GilObject *kwargs, GilObject **iterable, GilObject **start)
{
    Gil_ssize_t n = GilTuple_GET_SIZE(args), pos = 0;
    GilObject *name, *value;
    if (n > 2) {
        GilErr_Format(GilExc_TypeError, "enumerate() takes at most 2 arguments (%zd given)", n);
        return -1;
    }
    *iterable = n > 0 ? GilTuple_GET_ITEM(args, 0) : NULL;
    *start = n > 1 ? GilTuple_GET_ITEM(args, 1) : NULL;
    while (kwargs != NULL && GilDict_Next(kwargs, &pos, &name, &value)) {
        GilObject **at = !gil_is_str(name)                           ? NULL
                         : GilUnicode_EqualToUTF8(name, "iterable") ? iterable
                         : GilUnicode_EqualToUTF8(name, "start")    ? start
                                                                    : NULL;
        if (at == NULL || *at != NULL) {
            GilErr_Format(GilExc_TypeError, "enumerate() got %s argument '%S'",
                          at == NULL ? "an unexpected keyword" : "more than one", name);
            return -1;
        }
        *at = value;
    }
    if (*iterable != NULL)
        return 0;
    GilErr_SetString(GilExc_TypeError, "enumerate() missing required argument 'iterable'");
    return -1;
}

static GilObject *
enumerate_new(GilTypeObject *type, GilObject *args, GilObject *kwargs)
{
    GilObject *iterable, *start;
    if (arguments(args, kwargs, &iterable, &start) < 0)
        return NULL;
    GilObject *number = start == NULL ? gil_small_int(0) : GilNumber_Index(start); /* may run anything */
    GilObject *it = number == NULL ? NULL : GilObject_GetIter(iterable);           /* may run anything */
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
