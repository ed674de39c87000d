/* SPDX-License-Identifier: MIT */
/*
 * range: an arithmetic progression of ints.
 *
 * The numbers are exact ints of any size, and every answer is computed from start, step and length. Foreign code runs
 * only where a caller's object is made an int (before anything is looked at), and where something that is no int is
 * searched for: that is compared with the numbers one by one.
 */
#include "value/range.h"

#include "gilrt/bool.h"
#include "gilrt/error.h"
#include "gilrt/number.h"
#include "gilrt/tuple.h"
#include "gilrt/unicode.h"
#include "object/error.h"
#include "object/ops.h"
#include "object/type.h"
#include "protocol/number.h"
#include "protocol/sequence.h"
#include "value/slice.h"

static int
is_negative(GilObject *number)
{
    return gil_long(number)->size < 0;
}

static int
is_zero(GilObject *number)
{
    return gil_long(number)->size == 0;
}

static int
compare(GilObject *a, GilObject *b)
{
    return gil_long_cmp(gil_long(a), gil_long(b));
}

static GilObject *
sum(GilThreadState *ts, GilObject *a, GilObject *b)
{
    return gil_long_add(ts, gil_long(a), gil_long(b), 0);
}

static GilObject *
difference(GilThreadState *ts, GilObject *a, GilObject *b)
{
    return gil_long_add(ts, gil_long(a), gil_long(b), 1);
}

/* How many steps from start stay before stop. */
static GilObject *
count_steps(GilThreadState *ts, GilObject *start, GilObject *stop, GilObject *step)
{
    if (is_negative(step) ? compare(start, stop) <= 0 : compare(start, stop) >= 0)
        return gil_small_int(0);
    /* With steps down the distance counts down too: (distance + 1) / step + 1 is the same formula on both sides of 0. */
    GilObject *count = NULL, *distance = difference(ts, stop, start), *whole = NULL;
    GilObject *one = gil_small_int(is_negative(step) ? -1 : 1);
    GilObject *last = distance == NULL ? NULL : difference(ts, distance, one);
    if (last != NULL && gil_long_divmod(ts, gil_long(last), gil_long(step), &whole, NULL) == 0) {
        count = sum(ts, whole, gil_small_int(1));
        Gil_DECREF(whole);
    }
    Gil_XDECREF(last);
    Gil_XDECREF(distance);
    return count;
}

/* A range of exact ints; takes references. */
static GilObject *
make(GilThreadState *ts, GilObject *start, GilObject *stop, GilObject *step)
{
    GilObject *length = count_steps(ts, start, stop, step);
    if (length == NULL)
        return NULL;
    GilObject *op = gil_object_alloc_plain(ts, &GilRange_Type, sizeof(struct gil_range));
    if (op == NULL) {
        Gil_DECREF(length);
        return NULL;
    }
    struct gil_range *r = gil_range(op);
    r->start = Gil_NewRef(start);
    r->stop = Gil_NewRef(stop);
    r->step = Gil_NewRef(step);
    r->length = length;
    return op;
}

static void
range_dealloc(GilObject *op)
{
    struct gil_range *r = gil_range(op);
    Gil_DECREF(r->start);
    Gil_DECREF(r->stop);
    Gil_DECREF(r->step);
    Gil_DECREF(r->length);
    gil_object_free_plain(op);
}

static GilObject *
range_new(GilTypeObject *Gil_UNUSED(type), GilObject *args, GilObject *kwargs)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    Gil_ssize_t n = GilTuple_GET_SIZE(args);
    GilObject *number[3] = {gil_small_int(0), NULL, gil_small_int(1)}, *result = NULL; /* start, stop, step */

    if (kwargs != NULL && gil_ops.dict_size(kwargs) > 0)
        return GilErr_Format(GilExc_TypeError, "range() takes no keyword arguments");
    if (n < 1 || n > 3)
        return GilErr_Format(GilExc_TypeError, "range expected at %s, got %zd",
                             n < 1 ? "least 1 argument" : "most 3 arguments", n);
    for (Gil_ssize_t i = 0, at = n == 1; i < n; i++, at++)
        if ((number[at] = GilNumber_Index(GilTuple_GET_ITEM(args, i))) == NULL) /* may run anything */
            goto done;
    if (is_zero(number[2]))
        GilErr_SetString(GilExc_ValueError, "range() arg 3 must not be zero");
    else
        result = make(ts, number[0], number[1], number[2]);
done:
    /* What was not given is a small int, and those are not counted. */
    for (int i = 0; i < 3; i++)
        Gil_XDECREF(number[i]);
    return result;
}

static GilObject *
range_repr(GilObject *op)
{
    const struct gil_range *r = gil_range(op);
    if (r->step == gil_small_int(1))
        return GilUnicode_FromFormat("range(%R, %R)", r->start, r->stop);
    return GilUnicode_FromFormat("range(%R, %R, %R)", r->start, r->stop, r->step);
}

static Gil_ssize_t
range_length(GilObject *op)
{
    return GilLong_AsSsize_t(gil_range(op)->length);
}

static int
range_bool(GilObject *op)
{
    return !is_zero(gil_range(op)->length);
}

/* --- items --- */

GilObject *
gil_range_at(GilThreadState *ts, const struct gil_range *r, GilObject *i)
{
    GilObject *way = gil_long_mul(ts, gil_long(i), gil_long(r->step));
    GilObject *item = way == NULL ? NULL : sum(ts, r->start, way);
    Gil_XDECREF(way);
    return item;
}

/* Item i, an exact int that counts from the end below 0. */
static GilObject *
item_at(GilThreadState *ts, const struct gil_range *r, GilObject *i)
{
    GilObject *from_start = is_negative(i) ? sum(ts, i, r->length) : Gil_NewRef(i), *item = NULL;
    if (from_start == NULL)
        return NULL;
    if (is_negative(from_start) || compare(from_start, r->length) >= 0)
        GilErr_SetString(GilExc_IndexError, "range object index out of range");
    else
        item = gil_range_at(ts, r, from_start);
    Gil_DECREF(from_start);
    return item;
}

static GilObject *
range_item(GilObject *op, Gil_ssize_t i)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    GilObject *number = gil_long_from_int64(ts, i);
    GilObject *item = number == NULL ? NULL : item_at(ts, gil_range(op), number);
    Gil_XDECREF(number);
    return item;
}

static GilObject *
range_slice(GilThreadState *ts, const struct gil_range *r, GilObject *slice)
{
    GilObject *index[3], *start = NULL, *stop = NULL, *step = NULL, *result = NULL;
    if (gil_slice_fit(ts, slice, r->length, index) < 0) /* may run anything */
        return NULL;
    if ((start = gil_range_at(ts, r, index[0])) != NULL && (stop = gil_range_at(ts, r, index[1])) != NULL &&
        (step = gil_long_mul(ts, gil_long(r->step), gil_long(index[2]))) != NULL)
        result = make(ts, start, stop, step);
    Gil_XDECREF(step);
    Gil_XDECREF(stop);
    Gil_XDECREF(start);
    for (int i = 0; i < 3; i++)
        Gil_DECREF(index[i]);
    return result;
}

static GilObject *
range_subscript(GilObject *op, GilObject *key)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    if (GilSlice_Check(key))
        return range_slice(ts, gil_range(op), key);
    if (!gil_has_index(key))
        return GilErr_Format(GilExc_TypeError, "range indices must be integers or slices, not %.200s",
                             Gil_TYPE(key)->tp_name);
    GilObject *i = GilNumber_Index(key); /* may run anything */
    GilObject *item = i == NULL ? NULL : item_at(ts, gil_range(op), i);
    Gil_XDECREF(i);
    return item;
}

/* --- searching --- */

/* Whether value is exactly an int or a bool: then nobody has to be asked. */
static int
is_plain(GilObject *value)
{
    return GilLong_CheckExact(value) || value == Gil_True || value == Gil_False;
}

/* Position of a plain number, a new reference: 1, 0 it is not in the range, -1 with the error set. */
static int
position(GilThreadState *ts, const struct gil_range *r, GilObject *value, GilObject **at)
{
    int before = is_negative(r->step) ? compare(value, r->start) > 0 : compare(value, r->start) < 0;
    int behind = is_negative(r->step) ? compare(value, r->stop) <= 0 : compare(value, r->stop) >= 0;
    GilObject *rest = NULL;
    if (before || behind)
        return 0;
    GilObject *way = difference(ts, value, r->start);
    int rc = way == NULL ? -1 : gil_long_divmod(ts, gil_long(way), gil_long(r->step), at, &rest);
    Gil_XDECREF(way);
    if (rc < 0)
        return -1;
    if (is_zero(rest))
        rc = 1;
    else
        Gil_DECREF(*at);
    Gil_DECREF(rest);
    return rc;
}

static int
range_contains(GilObject *op, GilObject *value)
{
    GilObject *at;
    if (!is_plain(value))
        return gil_sequence_find(op, value); /* may run anything */
    int rc = position(gil_tstate_need(__func__), gil_range(op), value, &at);
    if (rc == 1)
        Gil_DECREF(at);
    return rc;
}

static GilObject *
range_index(GilObject *op, GilObject *value)
{
    GilObject *at;
    if (!is_plain(value)) {
        Gil_ssize_t i = GilSequence_Index(op, value); /* may run anything */
        return i < 0 ? NULL : GilLong_FromSsize_t(i);
    }
    int rc = position(gil_tstate_need(__func__), gil_range(op), value, &at);
    if (rc == 0)
        GilErr_Format(GilExc_ValueError, "%R is not in range", value);
    return rc == 1 ? at : NULL;
}

static GilObject *
range_count(GilObject *op, GilObject *value)
{
    if (is_plain(value)) {
        int rc = range_contains(op, value);
        return rc < 0 ? NULL : gil_small_int(rc);
    }
    Gil_ssize_t n = GilSequence_Count(op, value); /* may run anything */
    return n < 0 ? NULL : GilLong_FromSsize_t(n);
}

/* --- as a value: two ranges are the same when they stand for the same numbers --- */

static int
same_numbers(const struct gil_range *v, const struct gil_range *w)
{
    if (compare(v->length, w->length) != 0)
        return 0;
    if (is_zero(v->length))
        return 1;
    if (compare(v->start, w->start) != 0)
        return 0;
    return v->length == gil_small_int(1) || compare(v->step, w->step) == 0;
}

static GilObject *
range_richcompare(GilObject *v, GilObject *w, int op)
{
    if (!GilRange_Check(w) || (op != Gil_EQ && op != Gil_NE))
        Gil_RETURN_NOTIMPLEMENTED;
    int same = v == w || same_numbers(gil_range(v), gil_range(w));
    return _Gil_RichResult(op == Gil_EQ ? same : !same);
}

static Gil_hash_t
range_hash(GilObject *op)
{
    const struct gil_range *r = gil_range(op);
    int empty = is_zero(r->length), single = r->length == gil_small_int(1);
    GilObject *tuple = GilTuple_Pack(3, r->length, empty ? Gil_None : r->start, empty || single ? Gil_None : r->step);
    if (tuple == NULL)
        return -1;
    Gil_hash_t hash = GilObject_Hash(tuple);
    Gil_DECREF(tuple);
    return hash;
}

static GilObject *
range_iter(GilObject *op)
{
    return gil_range_iter(gil_tstate_need(__func__), gil_range(op), 0);
}

static GilObject *
range_reversed(GilObject *op, GilObject *Gil_UNUSED(args))
{
    return gil_range_iter(gil_tstate_need(__func__), gil_range(op), 1);
}

static GilMethodDef range_methods[] = {
    {"count", range_count, GIL_METH_O, "count($self, value, /)\n--\n\nNumber of items equal to value."},
    {"index", range_index, GIL_METH_O, "index($self, value, /)\n--\n\nPosition of value; ValueError when it is not there."},
    {"__reversed__", range_reversed, GIL_METH_NOARGS, "An iterator from the last number to the first."},
    {NULL, NULL, 0, NULL},
};

static GilMemberDef range_members[] = {
    {"start", _Gil_T_OBJECT, offsetof(struct gil_range, start), Gil_READONLY, NULL},
    {"stop", _Gil_T_OBJECT, offsetof(struct gil_range, stop), Gil_READONLY, NULL},
    {"step", _Gil_T_OBJECT, offsetof(struct gil_range, step), Gil_READONLY, NULL},
    {NULL, 0, 0, 0, NULL},
};

static GilNumberMethods range_as_number = {.nb_bool = range_bool};

static GilSequenceMethods range_as_sequence = {
    .sq_length = range_length,
    .sq_item = range_item,
    .sq_contains = range_contains,
};

static GilMappingMethods range_as_mapping = {.mp_length = range_length, .mp_subscript = range_subscript};

GilTypeObject GilRange_Type = {
    .ob_base = GilVarObject_HEAD_INIT(&GilType_Type, 0)
    .tp_name = "range",
    .tp_basicsize = sizeof(struct gil_range),
    .tp_dealloc = range_dealloc,
    .tp_repr = range_repr,
    .tp_as_number = &range_as_number,
    .tp_as_sequence = &range_as_sequence,
    .tp_as_mapping = &range_as_mapping,
    .tp_hash = range_hash,
    .tp_flags = Gil_TPFLAGS_STATIC_BUILTIN | Gil_TPFLAGS_IMMUTABLETYPE | Gil_TPFLAGS_SEQUENCE,
    .tp_doc = "range(stop)\nrange(start, stop[, step])\n\nThe ints from start up to, not including, stop.",
    .tp_richcompare = range_richcompare,
    .tp_iter = range_iter,
    .tp_methods = range_methods,
    .tp_members = range_members,
    .tp_new = range_new,
};

int
gil_range_start(void)
{
    return gil_type_ready(&GilRange_Type);
}
