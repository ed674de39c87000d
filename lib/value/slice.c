/* SPDX-License-Identifier: MIT */
/* slice: start, stop and step; fitting them to a length; and the sequence functions that make slices. */
#include "value/slice.h"

#include "gilrt/error.h"
#include "gilrt/mapping.h"
#include "gilrt/number.h"
#include "gilrt/sequence.h"
#include "gilrt/tuple.h"
#include "gilrt/unicode.h"
#include "object/alloc.h"
#include "object/error.h"
#include "object/ops.h"
#include "object/type.h"
#include "protocol/number.h"
#include "value/long.h"

struct gil_slice {
    GilObject_HEAD
    GilObject *start, *stop, *step; /* [const] strong */
};

static struct gil_slice *
slice_of(GilObject *op)
{
    return (struct gil_slice *)(void *)op;
}

GilObject *
GilSlice_New(GilObject *start, GilObject *stop, GilObject *step)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    GilObject *self = gil_object_alloc(ts, &GilSlice_Type, 0);

    if (self == NULL)
        return NULL;
    slice_of(self)->start = Gil_NewRef(start != NULL ? start : Gil_None);
    slice_of(self)->stop = Gil_NewRef(stop != NULL ? stop : Gil_None);
    slice_of(self)->step = Gil_NewRef(step != NULL ? step : Gil_None);
    gil_object_track(ts, self);
    return self;
}

/* An index, clipped; what is None leaves *value as it is. */
static int
read_index(GilObject *op, Gil_ssize_t *value)
{
    if (op == Gil_None)
        return 0;
    if (!gil_has_index(op)) {
        GilErr_SetString(GilExc_TypeError, "slice indices must be integers or None or have an __index__ method");
        return -1;
    }
    *value = GilNumber_AsSsize_t(op, NULL);
    return *value == -1 && GilErr_Occurred() != NULL ? -1 : 0;
}

int
GilSlice_Unpack(GilObject *slice, Gil_ssize_t *start, Gil_ssize_t *stop, Gil_ssize_t *step)
{
    gil_tstate_need(__func__);
    if (slice == NULL || start == NULL || stop == NULL || step == NULL) {
        gil_err_null(__func__);
        return -1;
    }
    if (!GilSlice_Check(slice)) {
        gil_err_type(__func__, "a slice", slice);
        return -1;
    }
    *step = 1;
    if (read_index(slice_of(slice)->step, step) < 0)
        return -1;
    if (*step == 0) {
        GilErr_SetString(GilExc_ValueError, "slice step cannot be zero");
        return -1;
    }
    if (*step < -GIL_SSIZE_T_MAX) /* so that -step can be had */
        *step = -GIL_SSIZE_T_MAX;
    *start = *step < 0 ? GIL_SSIZE_T_MAX : 0;
    *stop = *step < 0 ? GIL_SSIZE_T_MIN : GIL_SSIZE_T_MAX;
    return read_index(slice_of(slice)->start, start) < 0 || read_index(slice_of(slice)->stop, stop) < 0 ? -1 : 0;
}

/* An index into a sequence of length items, below zero counted from the end, cut to first … last. */
static Gil_ssize_t
cut(Gil_ssize_t index, Gil_ssize_t length, Gil_ssize_t first, Gil_ssize_t last)
{
    if (index < 0) {
        index += length;
        return index < 0 ? first : index;
    }
    return index >= length ? last : index;
}

Gil_ssize_t
GilSlice_AdjustIndices(Gil_ssize_t length, Gil_ssize_t *start, Gil_ssize_t *stop, Gil_ssize_t step)
{
    Gil_ssize_t first = step < 0 ? -1 : 0, last = step < 0 ? length - 1 : length;

    *start = cut(*start, length, first, last);
    *stop = cut(*stop, length, first, last);
    if (step < 0)
        return *stop < *start ? (*start - *stop - 1) / -step + 1 : 0;
    return *start < *stop ? (*stop - *start - 1) / step + 1 : 0;
}

int
GilSlice_GetIndicesEx(GilObject *slice, Gil_ssize_t length, Gil_ssize_t *start, Gil_ssize_t *stop, Gil_ssize_t *step,
                      Gil_ssize_t *slicelength)
{
    gil_tstate_need(__func__);
    if (slice == NULL || start == NULL || stop == NULL || step == NULL || slicelength == NULL) {
        gil_err_null(__func__);
        return -1;
    }
    if (GilSlice_Unpack(slice, start, stop, step) < 0)
        return -1;
    *slicelength = GilSlice_AdjustIndices(length, start, stop, *step);
    return 0;
}

/* op as an exact int; what is None is 1, the step. NULL with the error set. May run anything. */
static GilObject *
exact_index(GilObject *op)
{
    if (op == Gil_None)
        return gil_small_int(1);
    if (gil_has_index(op))
        return GilNumber_Index(op);
    GilErr_SetString(GilExc_TypeError, "slice indices must be integers or None or have an __index__ method");
    return NULL;
}

/* A bound, below zero counted from the end, cut to first … last; otherwise where it is None. New reference. */
static GilObject *
exact_bound(GilThreadState *ts, GilObject *op, GilObject *length, GilObject *first, GilObject *last,
            GilObject *otherwise)
{
    if (op == Gil_None)
        return Gil_NewRef(otherwise);
    GilObject *bound = exact_index(op);
    if (bound != NULL && gil_long(bound)->size < 0)
        Gil_SETREF(bound, gil_long_add(ts, gil_long(bound), gil_long(length), 0));
    if (bound == NULL)
        return NULL;
    if (gil_long_cmp(gil_long(bound), gil_long(first)) < 0)
        Gil_SETREF(bound, Gil_NewRef(first));
    else if (gil_long_cmp(gil_long(bound), gil_long(last)) > 0)
        Gil_SETREF(bound, Gil_NewRef(last));
    return bound;
}

int
gil_slice_fit(GilThreadState *ts, GilObject *slice, GilObject *length, GilObject *index[3])
{
    GilObject *start = NULL, *stop = NULL, *step = exact_index(slice_of(slice)->step);

    if (step == NULL)
        return -1;
    if (gil_long(step)->size == 0)
        GilErr_SetString(GilExc_ValueError, "slice step cannot be zero");
    else {
        int down = gil_long(step)->size < 0;
        GilObject *first = gil_small_int(down ? -1 : 0);
        GilObject *last = gil_long_add(ts, gil_long(length), gil_long(first), 0);
        if (last != NULL)
            start = exact_bound(ts, slice_of(slice)->start, length, first, last, down ? last : first);
        if (start != NULL)
            stop = exact_bound(ts, slice_of(slice)->stop, length, first, last, down ? first : last);
        Gil_XDECREF(last);
    }
    if (stop == NULL) {
        Gil_XDECREF(start);
        Gil_DECREF(step);
        return -1;
    }
    index[0] = start;
    index[1] = stop;
    index[2] = step;
    return 0;
}

/* --- the type --- */

static void
slice_dealloc(GilObject *self)
{
    gil_object_untrack(self);
    Gil_XDECREF(slice_of(self)->start);
    Gil_XDECREF(slice_of(self)->stop);
    Gil_XDECREF(slice_of(self)->step);
    gil_object_free(self);
}

static int
slice_traverse(GilObject *self, visitproc visit, void *arg)
{
    const struct gil_slice *s = slice_of(self);
    int rc = visit(s->start, arg);
    if (rc == 0)
        rc = visit(s->stop, arg);
    return rc != 0 ? rc : visit(s->step, arg);
}

static GilObject *
slice_repr(GilObject *self)
{
    const struct gil_slice *s = slice_of(self);
    return GilUnicode_FromFormat("slice(%R, %R, %R)", s->start, s->stop, s->step);
}

static GilObject *
as_tuple(GilObject *self)
{
    return GilTuple_Pack(3, slice_of(self)->start, slice_of(self)->stop, slice_of(self)->step);
}

static GilObject *
slice_richcompare(GilObject *v, GilObject *w, int op)
{
    if (!GilSlice_Check(v) || !GilSlice_Check(w))
        Gil_RETURN_NOTIMPLEMENTED;
    GilObject *a = as_tuple(v), *b = a == NULL ? NULL : as_tuple(w);
    GilObject *result = b == NULL ? NULL : GilObject_RichCompare(a, b, op);
    Gil_XDECREF(a);
    Gil_XDECREF(b);
    return result;
}

static Gil_hash_t
slice_hash(GilObject *self)
{
    GilObject *tuple = as_tuple(self);
    if (tuple == NULL)
        return -1;
    Gil_hash_t hash = GilObject_Hash(tuple);
    Gil_DECREF(tuple);
    return hash;
}

static GilObject *
slice_new(GilTypeObject *Gil_UNUSED(type), GilObject *args, GilObject *kwargs)
{
    Gil_ssize_t n = GilTuple_GET_SIZE(args);

    if (kwargs != NULL && gil_ops.dict_size(kwargs) > 0)
        return GilErr_Format(GilExc_TypeError, "slice() takes no keyword arguments");
    if (n < 1 || n > 3)
        return GilErr_Format(GilExc_TypeError, "slice expected %s argument%s, got %zd",
                             n < 1 ? "at least 1" : "at most 3", n < 1 ? "" : "s", n);
    if (n == 1)
        return GilSlice_New(NULL, GilTuple_GET_ITEM(args, 0), NULL);
    return GilSlice_New(GilTuple_GET_ITEM(args, 0), GilTuple_GET_ITEM(args, 1),
                        n == 3 ? GilTuple_GET_ITEM(args, 2) : NULL);
}

/* slice.indices(length), for lengths of any size. */
static GilObject *
slice_indices(GilObject *self, GilObject *arg)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    GilObject *index[3], *tuple = NULL, *length = GilNumber_Index(arg);

    if (length == NULL)
        return NULL;
    if (gil_long(length)->size < 0)
        GilErr_SetString(GilExc_ValueError, "length should not be negative");
    else if (gil_slice_fit(ts, self, length, index) == 0) {
        tuple = GilTuple_Pack(3, index[0], index[1], index[2]);
        for (int i = 0; i < 3; i++)
            Gil_DECREF(index[i]);
    }
    Gil_DECREF(length);
    return tuple;
}

static GilMethodDef slice_methods[] = {
    {"indices", slice_indices, GIL_METH_O,
     "indices($self, length, /)\n--\n\nStart, stop and step as they fit a sequence of that length."},
    {NULL, NULL, 0, NULL},
};

static GilMemberDef slice_members[] = {
    {"start", _Gil_T_OBJECT, offsetof(struct gil_slice, start), Gil_READONLY, NULL},
    {"stop", _Gil_T_OBJECT, offsetof(struct gil_slice, stop), Gil_READONLY, NULL},
    {"step", _Gil_T_OBJECT, offsetof(struct gil_slice, step), Gil_READONLY, NULL},
    {NULL, 0, 0, 0, NULL},
};

GilTypeObject GilSlice_Type = {
    GilVarObject_HEAD_INIT(&GilType_Type, 0)
    .tp_name = "slice",
    .tp_basicsize = sizeof(struct gil_slice),
    .tp_dealloc = slice_dealloc,
    .tp_repr = slice_repr,
    .tp_hash = slice_hash,
    .tp_flags = Gil_TPFLAGS_STATIC_BUILTIN | Gil_TPFLAGS_IMMUTABLETYPE | Gil_TPFLAGS_HAVE_GC,
    .tp_doc = "slice(stop)\nslice(start, stop[, step])\n\nWhat o[start:stop:step] hands to a subscript.",
    .tp_traverse = slice_traverse,
    .tp_richcompare = slice_richcompare,
    .tp_methods = slice_methods,
    .tp_members = slice_members,
    .tp_new = slice_new,
};

int
gil_slice_start(void)
{
    return gil_type_ready(&GilSlice_Type);
}

/* --- o[i1:i2] --- */

static GilObject *
slice_between(Gil_ssize_t i1, Gil_ssize_t i2)
{
    GilObject *start = GilLong_FromSsize_t(i1), *stop = start == NULL ? NULL : GilLong_FromSsize_t(i2);
    GilObject *slice = stop == NULL ? NULL : GilSlice_New(start, stop, NULL);
    Gil_XDECREF(start);
    Gil_XDECREF(stop);
    return slice;
}

GilObject *
GilSequence_GetSlice(GilObject *o, Gil_ssize_t i1, Gil_ssize_t i2)
{
    gil_err_begin(__func__, o != NULL);
    if (o == NULL)
        return gil_err_null(__func__);
    const GilMappingMethods *mp = Gil_TYPE(o)->tp_as_mapping;
    if (mp == NULL || mp->mp_subscript == NULL)
        return GilErr_Format(GilExc_TypeError, "'%.200s' object is unsliceable", Gil_TYPE(o)->tp_name);
    GilObject *slice = slice_between(i1, i2);
    if (slice == NULL)
        return NULL;
    GilObject *result = mp->mp_subscript(o, slice);
    Gil_DECREF(slice);
    return result;
}

/* o[i1:i2] = value; value NULL deletes. */
static int
assign_slice(GilObject *o, Gil_ssize_t i1, Gil_ssize_t i2, GilObject *value)
{
    const GilMappingMethods *mp = Gil_TYPE(o)->tp_as_mapping;

    if (mp == NULL || mp->mp_ass_subscript == NULL) {
        GilErr_Format(GilExc_TypeError, "'%.200s' object doesn't support slice %s", Gil_TYPE(o)->tp_name,
                      value != NULL ? "assignment" : "deletion");
        return -1;
    }
    GilObject *slice = slice_between(i1, i2);
    if (slice == NULL)
        return -1;
    int rc = mp->mp_ass_subscript(o, slice, value);
    Gil_DECREF(slice);
    return rc;
}

int
GilSequence_SetSlice(GilObject *o, Gil_ssize_t i1, Gil_ssize_t i2, GilObject *v)
{
    gil_err_begin(__func__, o != NULL && v != NULL);
    if (o == NULL || v == NULL) {
        gil_err_null(__func__);
        return -1;
    }
    return assign_slice(o, i1, i2, v);
}

int
GilSequence_DelSlice(GilObject *o, Gil_ssize_t i1, Gil_ssize_t i2)
{
    gil_err_begin(__func__, o != NULL);
    if (o == NULL) {
        gil_err_null(__func__);
        return -1;
    }
    return assign_slice(o, i1, i2, NULL);
}
