/* SPDX-License-Identifier: MIT */
/*
 * Iterators over ranges: one that counts in 64 bits, and one for ranges that do not fit there.
 *
 * The narrow one keeps the next number and how many are left. It serves a range whose first and last number and step
 * fit; the number after the last may not, and is never computed.
 */
#include "gilrt/error.h"
#include "gilrt/iter.h"
#include "object/error.h"
#include "object/type.h"
#include "value/range.h"

struct narrow_iter {
    GilObject_HEAD
    int64_t next, step;
    uint64_t left; /* [gil] numbers to come; next means nothing when it is 0 */
};

struct wide_iter {
    GilObject_HEAD
    GilObject *next, *step, *left; /* [gil] strong, exact ints */
};

static int
fits(GilObject *number, int64_t *value)
{
    int overflow;
    *value = GilLong_AsLongLongAndOverflow(number, &overflow);
    return overflow == 0;
}

/* The narrow iterator if first + (length - 1) * step does not leave 64 bits; NULL without an error if it may. */
static GilObject *
narrow_new(GilThreadState *ts, GilObject *first, GilObject *step, GilObject *length)
{
    int64_t next, by, n, way, last;
    if (!fits(first, &next) || !fits(step, &by) || !fits(length, &n))
        return NULL;
    if (n > 0 && (__builtin_mul_overflow(n - 1, by, &way) || __builtin_add_overflow(next, way, &last)))
        return NULL;
    GilObject *op = gil_object_alloc_plain(ts, &GilRangeIter_Type, sizeof(struct narrow_iter));
    if (op == NULL)
        return NULL;
    struct narrow_iter *it = (struct narrow_iter *)op;
    it->next = next;
    it->step = by;
    it->left = (uint64_t)n;
    return op;
}

static GilObject *
wide_new(GilThreadState *ts, GilObject *first, GilObject *step, GilObject *length)
{
    GilObject *op = gil_object_alloc_plain(ts, &GilLongRangeIter_Type, sizeof(struct wide_iter));
    if (op == NULL)
        return NULL;
    struct wide_iter *it = (struct wide_iter *)op;
    it->next = Gil_NewRef(first);
    it->step = Gil_NewRef(step);
    it->left = Gil_NewRef(length);
    return op;
}

GilObject *
gil_range_iter(GilThreadState *ts, const struct gil_range *r, int backward)
{
    GilObject *first = NULL, *step = NULL, *it = NULL;
    if (backward) {
        GilObject *last = gil_long_add(ts, gil_long(r->length), gil_long(gil_small_int(1)), 1);
        first = last == NULL ? NULL : gil_range_at(ts, r, last);
        Gil_XDECREF(last);
        step = first == NULL ? NULL : gil_long_negate(r->step);
    }
    else {
        first = Gil_NewRef(r->start);
        step = Gil_NewRef(r->step);
    }
    if (step != NULL && (it = narrow_new(ts, first, step, r->length)) == NULL && !gil_err_pending(ts))
        it = wide_new(ts, first, step, r->length);
    Gil_XDECREF(step);
    Gil_XDECREF(first);
    return it;
}

static GilObject *
narrow_next(GilObject *op)
{
    struct narrow_iter *it = (struct narrow_iter *)op;
    if (it->left == 0)
        return NULL;
    GilObject *number = gil_long_from_int64(gil_tstate_need(__func__), it->next);
    if (number != NULL && --it->left > 0)
        it->next += it->step;
    return number;
}

static GilObject *
narrow_length_hint(GilObject *op, GilObject *Gil_UNUSED(args))
{
    return GilLong_FromUInt64(((struct narrow_iter *)op)->left);
}

static void
narrow_dealloc(GilObject *op)
{
    gil_object_free_plain(op);
}

static GilObject *
wide_next(GilObject *op)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    struct wide_iter *it = (struct wide_iter *)op;
    if (gil_long(it->left)->size == 0)
        return NULL;
    GilObject *left = gil_long_add(ts, gil_long(it->left), gil_long(gil_small_int(1)), 1);
    GilObject *next = left == NULL ? NULL : gil_long_add(ts, gil_long(it->next), gil_long(it->step), 0);
    if (next == NULL) {
        Gil_XDECREF(left);
        return NULL;
    }
    GilObject *number = it->next;
    it->next = next;
    Gil_SETREF(it->left, left);
    return number;
}

static GilObject *
wide_length_hint(GilObject *op, GilObject *Gil_UNUSED(args))
{
    return Gil_NewRef(((struct wide_iter *)op)->left);
}

static void
wide_dealloc(GilObject *op)
{
    struct wide_iter *it = (struct wide_iter *)op;
    Gil_DECREF(it->next);
    Gil_DECREF(it->step);
    Gil_DECREF(it->left);
    gil_object_free_plain(op);
}

static GilMethodDef narrow_methods[] = {
    {"__length_hint__", narrow_length_hint, GIL_METH_NOARGS, "How many numbers are to come."},
    {NULL, NULL, 0, NULL},
};

static GilMethodDef wide_methods[] = {
    {"__length_hint__", wide_length_hint, GIL_METH_NOARGS, "How many numbers are to come."},
    {NULL, NULL, 0, NULL},
};

GilTypeObject GilRangeIter_Type = {
    .ob_base = GilVarObject_HEAD_INIT(&GilType_Type, 0)
    .tp_name = "range_iterator",
    .tp_basicsize = sizeof(struct narrow_iter),
    .tp_dealloc = narrow_dealloc,
    .tp_flags = Gil_TPFLAGS_STATIC_BUILTIN | Gil_TPFLAGS_IMMUTABLETYPE | Gil_TPFLAGS_DISALLOW_INSTANTIATION,
    .tp_iter = GilObject_SelfIter,
    .tp_iternext = narrow_next,
    .tp_methods = narrow_methods,
};

GilTypeObject GilLongRangeIter_Type = {
    .ob_base = GilVarObject_HEAD_INIT(&GilType_Type, 0)
    .tp_name = "longrange_iterator",
    .tp_basicsize = sizeof(struct wide_iter),
    .tp_dealloc = wide_dealloc,
    .tp_flags = Gil_TPFLAGS_STATIC_BUILTIN | Gil_TPFLAGS_IMMUTABLETYPE | Gil_TPFLAGS_DISALLOW_INSTANTIATION,
    .tp_iter = GilObject_SelfIter,
    .tp_iternext = wide_next,
    .tp_methods = wide_methods,
};

int
gil_range_iter_start(void)
{
    return gil_type_ready(&GilRangeIter_Type) < 0 ? -1 : gil_type_ready(&GilLongRangeIter_Type);
}
