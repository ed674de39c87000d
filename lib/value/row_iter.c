/* SPDX-License-Identifier: MIT */
/*
 * Iterators over tuples and lists: a row and the next position.
 *
 * They ask for the length at each step, so a list may change meanwhile: items that come are met, items that went are
 * not. An iterator that once said "end" lets go of its row and says "end" for ever.
 */
#include "value/row_iter.h"

#include "gilrt/gc.h"
#include "gilrt/iter.h"
#include "gilrt/long.h"
#include "object/type.h"

struct row_iter {
    GilObject_HEAD
    Gil_ssize_t next; /* [gil] position of the item to give next */
    GilObject *row;   /* [gil] strong; NULL: at the end */
};

GilObject *
gil_row_iter_new(GilThreadState *ts, GilTypeObject *type, GilObject *row)
{
    GilObject *op = gil_object_alloc_gc(ts, type, sizeof(struct row_iter));
    if (op == NULL)
        return NULL;
    struct row_iter *it = (struct row_iter *)op;
    it->next = type == &GilListRevIter_Type ? Gil_SIZE(row) - 1 : 0;
    it->row = Gil_NewRef(row);
    gil_object_track(ts, op);
    return op;
}

static void
row_iter_dealloc(GilObject *op)
{
    gil_object_untrack(op);
    Gil_XDECREF(((struct row_iter *)op)->row); /* may run anything */
    gil_object_free_gc(op);
}

static int
row_iter_traverse(GilObject *op, visitproc visit, void *arg)
{
    Gil_VISIT(((struct row_iter *)op)->row);
    return 0;
}

static int
row_iter_clear(GilObject *op)
{
    Gil_CLEAR(((struct row_iter *)op)->row);
    return 0;
}

static GilObject *
forward_next(GilObject *op)
{
    struct row_iter *it = (struct row_iter *)op;
    if (it->row == NULL)
        return NULL;
    if (it->next < Gil_SIZE(it->row))
        return gil_row_item(it->row, it->next++);
    Gil_CLEAR(it->row); /* may run anything */
    return NULL;
}

static GilObject *
backward_next(GilObject *op)
{
    struct row_iter *it = (struct row_iter *)op;
    if (it->row == NULL)
        return NULL;
    if (it->next >= 0 && it->next < Gil_SIZE(it->row))
        return gil_row_item(it->row, it->next--);
    Gil_CLEAR(it->row); /* may run anything */
    return NULL;
}

static GilObject *
row_iter_length_hint(GilObject *op, GilObject *Gil_UNUSED(args))
{
    struct row_iter *it = (struct row_iter *)op;
    if (it->row == NULL)
        return GilLong_FromSsize_t(0);
    if (Gil_IS_TYPE(op, &GilListRevIter_Type))
        return GilLong_FromSsize_t(it->next < Gil_SIZE(it->row) ? it->next + 1 : 0);
    return GilLong_FromSsize_t(it->next < Gil_SIZE(it->row) ? Gil_SIZE(it->row) - it->next : 0);
}

static GilMethodDef row_iter_methods[] = {
    {"__length_hint__", row_iter_length_hint, GIL_METH_NOARGS, "How many items are to come, as it looks now."},
    {NULL, NULL, 0, NULL},
};

#define ROW_ITER_TYPE(name, iternext)                                                     \
    {                                                                                     \
        .ob_base = GilVarObject_HEAD_INIT(&GilType_Type, 0) .tp_name = (name),            \
        .tp_basicsize = sizeof(struct row_iter), .tp_dealloc = row_iter_dealloc,           \
        .tp_flags = Gil_TPFLAGS_STATIC_BUILTIN | Gil_TPFLAGS_HAVE_GC | Gil_TPFLAGS_DISALLOW_INSTANTIATION, \
        .tp_traverse = row_iter_traverse, .tp_clear = row_iter_clear, .tp_iter = GilObject_SelfIter,      \
        .tp_iternext = (iternext), .tp_methods = row_iter_methods                          \
    }

GilTypeObject GilTupleIter_Type = ROW_ITER_TYPE("tuple_iterator", forward_next);
GilTypeObject GilListIter_Type = ROW_ITER_TYPE("list_iterator", forward_next);
GilTypeObject GilListRevIter_Type = ROW_ITER_TYPE("list_reverseiterator", backward_next);

int
gil_row_iter_start(void)
{
    if (gil_type_ready(&GilTupleIter_Type) < 0 || gil_type_ready(&GilListIter_Type) < 0)
        return -1;
    return gil_type_ready(&GilListRevIter_Type);
}
