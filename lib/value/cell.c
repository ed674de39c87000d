/* SPDX-License-Identifier: MIT */
/* Cells: one reference that can be exchanged. */
#include "value/cell.h"

#include "gilrt/error.h"
#include "gilrt/gc.h"
#include "gilrt/tuple.h"
#include "gilrt/unicode.h"
#include "object/alloc.h"
#include "object/error.h"
#include "object/ops.h"
#include "object/type.h"

struct cell {
    GilObject_HEAD
    GilObject *content; /* [gil] strong; NULL: empty */
};

static struct cell *
cell_of(GilObject *op)
{
    return (struct cell *)(void *)op;
}

static int
cell_traverse(GilObject *op, visitproc visit, void *arg)
{
    Gil_VISIT(cell_of(op)->content);
    return 0;
}

static int
cell_clear(GilObject *op)
{
    Gil_CLEAR(cell_of(op)->content);
    return 0;
}

static void
cell_dealloc(GilObject *op)
{
    gil_object_untrack(op);
    Gil_XDECREF(cell_of(op)->content); /* may run anything */
    gil_object_free_gc(op);
}

static GilObject *
cell_repr(GilObject *op)
{
    GilObject *content = cell_of(op)->content;
    if (content == NULL)
        return GilUnicode_FromFormat("<cell at %p: empty>", (void *)op);
    return GilUnicode_FromFormat("<cell at %p: %.80s object at %p>", (void *)op, Gil_TYPE(content)->tp_name,
                                 (void *)content);
}

/* By content; an empty cell comes before any other. */
static GilObject *
cell_richcompare(GilObject *v, GilObject *w, int op)
{
    if (!GilCell_Check(w))
        Gil_RETURN_NOTIMPLEMENTED;
    GilObject *a = Gil_XNewRef(cell_of(v)->content), *b = Gil_XNewRef(cell_of(w)->content), *result;
    if (a != NULL && b != NULL)
        result = GilObject_RichCompare(a, b, op); /* may run anything */
    else {
        int left = a != NULL, right = b != NULL;
        result = _Gil_RichResult(op == Gil_EQ   ? left == right
                                 : op == Gil_NE ? left != right
                                 : op == Gil_LT ? left < right
                                 : op == Gil_LE ? left <= right
                                 : op == Gil_GT ? left > right
                                                : left >= right);
    }
    Gil_XDECREF(a);
    Gil_XDECREF(b);
    return result;
}

static GilObject *
get_contents(GilObject *op, void *Gil_UNUSED(closure))
{
    if (cell_of(op)->content == NULL)
        GilErr_SetString(GilExc_ValueError, "cell is empty");
    return Gil_XNewRef(cell_of(op)->content);
}

static int
set_contents(GilObject *op, GilObject *value, void *Gil_UNUSED(closure))
{
    Gil_XSETREF(cell_of(op)->content, Gil_XNewRef(value)); /* may run anything */
    return 0;
}

static GilObject *
cell_new(GilTypeObject *Gil_UNUSED(type), GilObject *args, GilObject *kwargs)
{
    if (kwargs != NULL && gil_ops.dict_size(kwargs) > 0)
        return GilErr_Format(GilExc_TypeError, "cell() takes no keyword arguments");
    if (GilTuple_GET_SIZE(args) > 1)
        return GilErr_Format(GilExc_TypeError, "cell expected at most 1 argument, got %zd", GilTuple_GET_SIZE(args));
    return GilCell_New(GilTuple_GET_SIZE(args) == 0 ? NULL : GilTuple_GET_ITEM(args, 0));
}

static GilGetSetDef cell_getset[] = {
    {"cell_contents", get_contents, set_contents, "what the cell holds; ValueError when it is empty", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

GilTypeObject GilCell_Type = {
    .ob_base = GilVarObject_HEAD_INIT(&GilType_Type, 0)
    .tp_name = "cell",
    .tp_basicsize = sizeof(struct cell),
    .tp_dealloc = cell_dealloc,
    .tp_repr = cell_repr,
    .tp_hash = GilObject_HashNotImplemented,
    .tp_flags = Gil_TPFLAGS_STATIC_BUILTIN | Gil_TPFLAGS_IMMUTABLETYPE | Gil_TPFLAGS_HAVE_GC,
    .tp_doc = "cell(contents=<unrepresentable>, /)\n--\n\nHolds an object, or nothing.",
    .tp_traverse = cell_traverse,
    .tp_clear = cell_clear,
    .tp_richcompare = cell_richcompare,
    .tp_getset = cell_getset,
    .tp_new = cell_new,
};

GilObject *
GilCell_New(GilObject *ob)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    GilObject *op = gil_object_alloc_gc(ts, &GilCell_Type, sizeof(struct cell));
    if (op == NULL)
        return NULL;
    cell_of(op)->content = Gil_XNewRef(ob);
    gil_object_track(ts, op);
    return op;
}

GilObject *
GilCell_Get(GilObject *cell)
{
    gil_tstate_need(__func__);
    if (cell == NULL)
        return gil_err_null(__func__);
    return GilCell_Check(cell) ? Gil_XNewRef(cell_of(cell)->content) : gil_err_type(__func__, "a cell", cell);
}

int
GilCell_Set(GilObject *cell, GilObject *value)
{
    gil_tstate_need(__func__);
    if (cell == NULL || !GilCell_Check(cell)) {
        if (cell == NULL)
            gil_err_null(__func__);
        else
            gil_err_type(__func__, "a cell", cell);
        return -1;
    }
    return set_contents(cell, value, NULL);
}

int
gil_cell_start(void)
{
    return gil_type_ready(&GilCell_Type);
}
