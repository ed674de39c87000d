/* SPDX-License-Identifier: MIT */
/* Iteration: asking for an iterator, asking it for items, and the iterator over anything that has items by number. */
#include "protocol/iter.h"

#include "gilrt/sequence.h"
#include "object/alloc.h"
#include "object/error.h"
#include "object/type.h"

/* An iterator over a sequence. */
struct seq_iter {
    GilObject_HEAD
    Gil_ssize_t index; /* [gil] of the next item */
    GilObject *seq;    /* [gil] strong; NULL at the end */
};

static struct seq_iter *
seq_iter(GilObject *op)
{
    return (struct seq_iter *)(void *)op;
}

static void
seq_iter_dealloc(GilObject *self)
{
    gil_object_untrack(self);
    Gil_XDECREF(seq_iter(self)->seq);
    gil_object_free(self);
}

static int
seq_iter_traverse(GilObject *self, visitproc visit, void *arg)
{
    GilObject *seq = seq_iter(self)->seq;
    return seq == NULL ? 0 : visit(seq, arg);
}

static GIL_COLD int
seq_iter_clear(GilObject *self)
{
    Gil_CLEAR(seq_iter(self)->seq);
    return 0;
}

static GilObject *
seq_iter_next(GilObject *self)
{
    struct seq_iter *it = seq_iter(self);
    GilObject *seq = it->seq;

    if (seq == NULL)
        return NULL;
    if (it->index == GIL_SSIZE_T_MAX) {
        GilErr_SetString(GilExc_OverflowError, "iter index too large");
        return NULL;
    }
    Gil_INCREF(seq); /* the item's getter may run anything, and end this iterator too */
    GilObject *item = GilSequence_GetItem(seq, it->index);
    if (item != NULL)
        it->index++;
    else if (GilErr_ExceptionMatches(GilExc_IndexError) || GilErr_ExceptionMatches(GilExc_StopIteration)) {
        GilErr_Clear();
        Gil_CLEAR(it->seq);
    }
    Gil_DECREF(seq);
    return item;
}

GilTypeObject GilSeqIter_Type = {
    GilVarObject_HEAD_INIT(&GilType_Type, 0)
    .tp_name = "iterator",
    .tp_basicsize = sizeof(struct seq_iter),
    .tp_dealloc = seq_iter_dealloc,
    .tp_flags = Gil_TPFLAGS_STATIC_BUILTIN | Gil_TPFLAGS_IMMUTABLETYPE | Gil_TPFLAGS_DISALLOW_INSTANTIATION |
                Gil_TPFLAGS_HAVE_GC,
    .tp_traverse = seq_iter_traverse,
    .tp_clear = seq_iter_clear,
    .tp_iter = GilObject_SelfIter,
    .tp_iternext = seq_iter_next,
};

int
gil_iter_start(void)
{
    return gil_type_ready(&GilSeqIter_Type);
}

GilObject *
GilObject_GetIter(GilObject *o)
{
    gil_err_begin(__func__, o != NULL);
    if (o == NULL)
        return gil_err_null(__func__);
    getiterfunc make = Gil_TYPE(o)->tp_iter;
    if (make == NULL) {
        if (GilSequence_Check(o))
            return GilSeqIter_New(o);
        return GilErr_Format(GilExc_TypeError, "'%.200s' object is not iterable", Gil_TYPE(o)->tp_name);
    }
    GilObject *it = make(o);
    if (it != NULL && !GilIter_Check(it)) {
        GilErr_Format(GilExc_TypeError, "%.200s.__iter__() must return an iterator, not %.200s", Gil_TYPE(o)->tp_name,
                      Gil_TYPE(it)->tp_name);
        Gil_CLEAR(it);
    }
    return it;
}

GIL_COLD GilObject *
GilObject_SelfIter(GilObject *o)
{
    gil_tstate_need(__func__);
    return o == NULL ? gil_err_null(__func__) : Gil_NewRef(o);
}

GIL_COLD int
GilIter_Check(GilObject *o)
{
    gil_tstate_need(__func__);
    return o != NULL && Gil_TYPE(o)->tp_iternext != NULL;
}

/* StopIteration says no more than an end without an error: it is dropped. */
static GilObject *
next_item(GilThreadState *ts, GilObject *iter)
{
    GilObject *item = Gil_TYPE(iter)->tp_iternext(iter);
    if (item == NULL && gil_err_pending(ts) && GilErr_ExceptionMatches(GilExc_StopIteration))
        GilErr_Clear();
    return item;
}

int
GilIter_NextItem(GilObject *iter, GilObject **item)
{
    GilThreadState *ts = gil_err_begin(__func__, iter != NULL);

    if (item != NULL)
        *item = NULL;
    if (iter == NULL || item == NULL) {
        gil_err_null(__func__);
        return -1;
    }
    if (Gil_TYPE(iter)->tp_iternext == NULL) {
        GilErr_Format(GilExc_TypeError, "expected an iterator, got '%T'", iter);
        return -1;
    }
    *item = next_item(ts, iter);
    return *item != NULL ? 1 : gil_err_pending(ts) ? -1 : 0;
}

GilObject *
GilIter_Next(GilObject *iter)
{
    GilObject *item;

    gil_err_begin(__func__, iter != NULL);
    if (iter == NULL)
        return gil_err_null(__func__);
    GilIter_NextItem(iter, &item);
    return item;
}

GIL_COLD GilObject *
GilSeqIter_New(GilObject *seq)
{
    GilThreadState *ts = gil_tstate_need(__func__);

    if (seq == NULL)
        return gil_err_null(__func__);
    if (!GilSequence_Check(seq))
        return gil_err_type(__func__, "a sequence", seq);
    GilObject *self = gil_object_alloc(ts, &GilSeqIter_Type, 0);
    if (self == NULL)
        return NULL;
    seq_iter(self)->index = 0;
    seq_iter(self)->seq = Gil_NewRef(seq);
    gil_object_track(ts, self);
    return self;
}
