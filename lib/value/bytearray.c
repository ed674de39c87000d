/* SPDX-License-Identifier: MIT */
/*
 * bytearray: octets that can be written and resized.
 *
 * The octets are a block of the interpreter's heap, larger than needed by an eighth after it has grown, so that
 * appending costs constant time. One rule keeps views right: while exports is above 0 neither the block nor the size
 * changes; whoever would change them gets BufferError. Everything that may run code of users (an index, a buffer
 * export) is done before size and address are read, never between reading and using them.
 */
#include "value/bytearray.h"

#include "gilrt/buffer.h"
#include "gilrt/bytes.h"
#include "gilrt/iter.h"
#include "gilrt/long.h"
#include "gilrt/number.h"
#include "gilrt/slice.h"
#include "object/alloc.h"
#include "object/error.h"
#include "object/type.h"
#include "value/octets.h"
#include "value/octets_method.h"
#include "value/octets_percent.h"
#include "value/text_args.h"
#include "value/unicode.h"

#include <string.h>

/* What bytearrays without a block point to: never written, its one octet is the NUL. */
static const char no_octets[16] __attribute__((aligned(16))) = "";

static struct gil_bytearray *
cast(GilObject *op)
{
    return (struct gil_bytearray *)(void *)op;
}

static char *
octets(GilObject *op)
{
    char *data = cast(op)->data;
    return data != NULL ? data : (char *)(uintptr_t)no_octets; /* a subtype may have a tp_new that knows nothing of ours */
}

/* Every invariant of one bytearray. */
static int
bytearray_check(GilObject *op)
{
    const struct gil_bytearray *self = cast(op);
    Gil_ssize_t size = Gil_SIZE(op);

    return size >= 0 && self->exports >= 0 && ((uintptr_t)self->data & 15) == 0 && self->data[size] == '\0'
           && (self->allocated == 0 ? size == 0 && self->data == no_octets : self->allocated > size);
}

/* 0 when op is a bytearray; else -1 with SystemError (NULL) or TypeError. */
static int
need_bytearray(const char *func, GilObject *op)
{
    if (op != NULL && GilByteArray_Check(op))
        return 0;
    if (op == NULL)
        gil_err_null(func);
    else
        gil_err_type(func, "bytearray", op);
    return -1;
}

/* The fields of an empty one, but for its head; op may be NULL. */
static GilObject *
make_empty(GilObject *op)
{
    if (op == NULL)
        return NULL;
    Gil_SET_SIZE(op, 0);
    cast(op)->data = (char *)(uintptr_t)no_octets;
    cast(op)->allocated = 0;
    cast(op)->exports = 0;
    return op;
}

/* An empty one of exactly the type; NULL with MemoryError. */
static GilObject *
new_empty(GilThreadState *ts)
{
    return make_empty(gil_object_alloc(ts, &GilByteArray_Type, 0));
}

/* Bytes to ask for when size octets and their NUL no longer fit, or fill less than half. */
static size_t
room_for(Gil_ssize_t size, Gil_ssize_t allocated)
{
    size_t want = (size_t)size + 1;

    if (size < allocated / 2 || size > allocated + allocated / 8) /* a jump: exactly what is asked for */
        return want;
    return want + want / 8 + (want < 9 ? 3 : 6);
}

/* 0, or -1 with BufferError. */
static int
need_unexported(GilObject *op)
{
    if (cast(op)->exports == 0)
        return 0;
    GilErr_SetString(GilExc_BufferError, "Existing exports of data: object cannot be re-sized");
    return -1;
}

/* Change the size; octets that are new are uninitialised. 0, or -1 with the error set and nothing changed. */
static int
resize(GilThreadState *ts, GilObject *op, Gil_ssize_t size)
{
    struct gil_bytearray *self = cast(op);

    if (size == Gil_SIZE(op))
        return 0;
    if (need_unexported(op) < 0)
        return -1;
    if (size >= self->allocated || size < self->allocated / 2) {
        size_t room = room_for(size, self->allocated);
        char *block = NULL;
        if (room <= (size_t)GIL_SSIZE_T_MAX)
            block = gil_heap_realloc(ts->heap, self->allocated > 0 ? self->data : NULL, room);
        if (block == NULL) { /* never when it becomes smaller */
            gil_err_no_memory(ts);
            return -1;
        }
        self->data = block;
        self->allocated = (Gil_ssize_t)room;
    }
    Gil_SET_SIZE(op, size);
    self->data[size] = '\0';
    GIL_ASSERT(bytearray_check(op));
    return 0;
}

/* --- making --- */

GilObject *
GilByteArray_FromStringAndSize(const char *bytes, Gil_ssize_t len)
{
    GilThreadState *ts = gil_tstate_need(__func__);

    if (len < 0) {
        GilErr_SetString(GilExc_SystemError, "Negative size passed to GilByteArray_FromStringAndSize");
        return NULL;
    }
    GilObject *op = new_empty(ts);
    if (op == NULL || len == 0)
        return op;
    if (resize(ts, op, len) < 0) {
        Gil_DECREF(op);
        return NULL;
    }
    if (bytes != NULL)
        memcpy(octets(op), bytes, (size_t)len);
    else
        memset(octets(op), 0, (size_t)len);
    return op;
}

static GilObject *
from_buffer(GilThreadState *ts, GilObject *o)
{
    Gil_buffer view;

    if (GilObject_GetBuffer(o, &view, GilBUF_FULL_RO) < 0)
        return NULL;
    GilObject *op = new_empty(ts);
    if (op != NULL && (resize(ts, op, view.len) < 0
                       || (view.len > 0 && GilBuffer_ToContiguous(octets(op), &view, view.len, 'C') < 0)))
        Gil_CLEAR(op);
    GilBuffer_Release(&view);
    return op;
}

GilObject *
GilByteArray_FromObject(GilObject *o)
{
    GilThreadState *ts = gil_tstate_need(__func__);

    if (o == NULL)
        return gil_err_null(__func__);
    if (GilObject_CheckBuffer(o))
        return from_buffer(ts, o);
    GilObject *bytes = gil_octets_collect(ts, o, "bytearray");
    if (bytes == NULL)
        return NULL;
    GilObject *op = GilByteArray_FromStringAndSize(GilBytes_AS_STRING(bytes), GilBytes_GET_SIZE(bytes));
    Gil_DECREF(bytes);
    return op;
}

/* Append the octets that self itself has: a view of it would forbid the change. */
static int
append_self(GilThreadState *ts, GilObject *self)
{
    Gil_ssize_t size = Gil_SIZE(self);

    if (size > GIL_SSIZE_T_MAX / 2 - 1) {
        gil_err_no_memory(ts);
        return -1;
    }
    if (resize(ts, self, size * 2) < 0)
        return -1;
    memcpy(octets(self) + size, octets(self), (size_t)size);
    return 0;
}

/* Append the octets of a buffer. 0, or -1 with the error set and nothing changed. */
static int
append_buffer(GilThreadState *ts, GilObject *self, GilObject *other)
{
    Gil_buffer view;
    int rc = -1;

    if (other == self)
        return append_self(ts, self);
    if (!GilObject_CheckBuffer(other)) {
        GilErr_Format(GilExc_TypeError, "can't concat %.100s to %.100s", Gil_TYPE(other)->tp_name,
                      Gil_TYPE(self)->tp_name);
        return -1;
    }
    if (GilObject_GetBuffer(other, &view, GilBUF_SIMPLE) < 0)
        return -1;
    Gil_ssize_t size = Gil_SIZE(self); /* as it is after the export, which may run anything */
    if (view.len > GIL_SSIZE_T_MAX - size - 1)
        gil_err_no_memory(ts);
    else
        rc = resize(ts, self, size + view.len);
    if (rc == 0 && view.len > 0)
        memcpy(octets(self) + size, view.buf, (size_t)view.len);
    GilBuffer_Release(&view);
    return rc;
}

GilObject *
GilByteArray_Concat(GilObject *a, GilObject *b)
{
    GilThreadState *ts = gil_tstate_need(__func__);

    if (a == NULL || b == NULL)
        return gil_err_null(__func__);
    if (!GilObject_CheckBuffer(a) || !GilObject_CheckBuffer(b)) {
        GilErr_Format(GilExc_TypeError, "can't concat %.100s to %.100s", Gil_TYPE(b)->tp_name, Gil_TYPE(a)->tp_name);
        return NULL;
    }
    GilObject *op = from_buffer(ts, a);
    if (op != NULL && append_buffer(ts, op, b) < 0)
        Gil_CLEAR(op);
    return op;
}

/* --- reading, resizing --- */

Gil_ssize_t
GilByteArray_Size(GilObject *bytearray)
{
    gil_tstate_need(__func__);
    return need_bytearray(__func__, bytearray) < 0 ? -1 : Gil_SIZE(bytearray);
}

char *
GilByteArray_AsString(GilObject *bytearray)
{
    gil_tstate_need(__func__);
    return need_bytearray(__func__, bytearray) < 0 ? NULL : octets(bytearray);
}

int
GilByteArray_Resize(GilObject *bytearray, Gil_ssize_t len)
{
    GilThreadState *ts = gil_tstate_need(__func__);

    if (need_bytearray(__func__, bytearray) < 0)
        return -1;
    if (len < 0) {
        GilErr_Format(GilExc_ValueError, "Can only resize to positive sizes, got %zd", len);
        return -1;
    }
    Gil_ssize_t size = Gil_SIZE(bytearray);
    if (resize(ts, bytearray, len) < 0)
        return -1;
    if (len > size)
        memset(octets(bytearray) + size, 0, (size_t)(len - size));
    return 0;
}

/* --- items and slices --- */

static Gil_ssize_t
bytearray_length(GilObject *self)
{
    return Gil_SIZE(self);
}

static GilObject *
bytearray_item(GilObject *self, Gil_ssize_t index)
{
    if (index < 0 || index >= Gil_SIZE(self)) {
        GilErr_SetString(GilExc_IndexError, "bytearray index out of range");
        return NULL;
    }
    return GilLong_FromLong((unsigned char)octets(self)[index]);
}

/* Replace count octets at start by size octets at data, which is not in self. 0, or -1 with nothing changed. */
static int
splice(GilThreadState *ts, GilObject *self, Gil_ssize_t start, Gil_ssize_t count, const char *data, Gil_ssize_t size)
{
    Gil_ssize_t old = Gil_SIZE(self), tail = old - start - count;

    if (size > GIL_SSIZE_T_MAX - 1 - old) {
        gil_err_no_memory(ts);
        return -1;
    }
    if (size != count && need_unexported(self) < 0)
        return -1;
    if (size > count && resize(ts, self, old - count + size) < 0)
        return -1;
    memmove(octets(self) + start + size, octets(self) + start + count, (size_t)tail);
    if (size > 0)
        memcpy(octets(self) + start, data, (size_t)size);
    return size < count ? resize(ts, self, old - count + size) : 0;
}

static int
bytearray_ass_item(GilObject *self, Gil_ssize_t index, GilObject *value)
{
    unsigned char octet = 0;

    if (value != NULL && gil_octets_from_int(value, "byte", &octet) < 0)
        return -1;
    if (index < 0 || index >= Gil_SIZE(self)) { /* the size as it is after __index__ has run */
        GilErr_SetString(GilExc_IndexError, "bytearray index out of range");
        return -1;
    }
    if (value == NULL)
        return splice(gil_tstate_attached(), self, index, 1, NULL, 0);
    octets(self)[index] = (char)octet;
    return 0;
}

/* Delete the count octets at start, start + step, … */
static int
delete_steps(GilThreadState *ts, GilObject *self, Gil_ssize_t start, Gil_ssize_t step, Gil_ssize_t count)
{
    Gil_ssize_t size = Gil_SIZE(self);

    if (count == 0)
        return 0;
    if (need_unexported(self) < 0)
        return -1;
    if (step < 0) {
        start += step * (count - 1);
        step = -step;
    }
    char *data = octets(self);
    Gil_ssize_t to = start;
    for (Gil_ssize_t from = start; from < size; from++)
        if ((from - start) % step != 0 || (from - start) / step >= count)
            data[to++] = data[from];
    return resize(ts, self, to);
}

/* self[slice] = size octets at data, which is not in self; data NULL deletes, and so does nothing in place of every
 * step-th octet, as in CPython. */
static int
assign_slice(GilThreadState *ts, GilObject *self, GilObject *slice, const char *data, Gil_ssize_t size)
{
    Gil_ssize_t start, stop, step;

    if (GilSlice_Unpack(slice, &start, &stop, &step) < 0)
        return -1;
    Gil_ssize_t count = GilSlice_AdjustIndices(Gil_SIZE(self), &start, &stop, step);
    if (step == 1)
        return splice(ts, self, start, count, data, size);
    if (data == NULL || size == 0)
        return delete_steps(ts, self, start, step, count);
    if (size != count) {
        GilErr_Format(GilExc_ValueError, "attempt to assign bytes of size %zd to extended slice of size %zd", size,
                      count);
        return -1;
    }
    for (Gil_ssize_t i = 0; i < count; i++)
        octets(self)[start + i * step] = data[i];
    return 0;
}

/* value as octets that are not self's: a view of bytes or of another bytearray, or of a copy, for any other exporter, a
 * subtype's among them, may lend on what is self's. 0, or -1 with the error set. */
static int
get_values(GilObject *self, GilObject *value, Gil_buffer *view)
{
    GilObject *copy = NULL;

    if (value == self || (!GilBytes_CheckExact(value) && !GilByteArray_CheckExact(value))) {
        if (!GilObject_CheckBuffer(value) && (GilIndex_Check(value) || gil_unicode_check(value))) {
            GilErr_SetString(GilExc_TypeError,
                             "can assign only bytes, buffers, or iterables of ints in range(0, 256)");
            return -1;
        }
        copy = GilBytes_FromObject(value);
        if (copy == NULL)
            return -1;
        value = copy;
    }
    int rc = GilObject_GetBuffer(value, view, GilBUF_SIMPLE);
    Gil_XDECREF(copy);
    return rc;
}

static int
bytearray_ass_subscript(GilObject *self, GilObject *key, GilObject *value)
{
    GilThreadState *ts = gil_tstate_attached();
    Gil_buffer view;

    if (GilSlice_Check(key)) {
        if (value == NULL)
            return assign_slice(ts, self, key, NULL, 0);
        if (get_values(self, value, &view) < 0)
            return -1;
        int rc = assign_slice(ts, self, key, view.buf != NULL ? view.buf : no_octets, view.len);
        GilBuffer_Release(&view);
        return rc;
    }
    if (!GilIndex_Check(key)) {
        GilErr_Format(GilExc_TypeError, "bytearray indices must be integers or slices, not %.200s",
                      Gil_TYPE(key)->tp_name);
        return -1;
    }
    Gil_ssize_t index = GilNumber_AsSsize_t(key, GilExc_IndexError);
    if (index == -1 && gil_err_pending(ts))
        return -1;
    return bytearray_ass_item(self, index < 0 ? index + Gil_SIZE(self) : index, value);
}

static GilObject *
bytearray_subscript(GilObject *self, GilObject *key)
{
    Gil_ssize_t start, stop, step;

    if (GilSlice_Check(key)) {
        if (GilSlice_Unpack(key, &start, &stop, &step) < 0)
            return NULL;
        Gil_ssize_t count = GilSlice_AdjustIndices(Gil_SIZE(self), &start, &stop, step);
        GilObject *op = GilByteArray_FromStringAndSize(step == 1 ? octets(self) + start : NULL, count);
        for (Gil_ssize_t i = 0; op != NULL && step != 1 && i < count; i++)
            octets(op)[i] = octets(self)[start + i * step];
        return op;
    }
    if (!GilIndex_Check(key)) {
        GilErr_Format(GilExc_TypeError, "bytearray indices must be integers or slices, not %.200s",
                      Gil_TYPE(key)->tp_name);
        return NULL;
    }
    Gil_ssize_t index = GilNumber_AsSsize_t(key, GilExc_IndexError);
    if (index == -1 && GilErr_Occurred() != NULL)
        return NULL;
    return bytearray_item(self, index < 0 ? index + Gil_SIZE(self) : index);
}

/* --- as a sequence --- */

static GilObject *
bytearray_inplace_concat(GilObject *self, GilObject *other)
{
    return append_buffer(gil_tstate_attached(), self, other) < 0 ? NULL : Gil_NewRef(self);
}

/* self times count into op, which holds self's octets already and has room for the rest. */
static void
fill_repeat(GilObject *op, Gil_ssize_t size, Gil_ssize_t count)
{
    for (Gil_ssize_t i = 1; size > 0 && i < count; i++)
        memcpy(octets(op) + i * size, octets(op), (size_t)size);
}

static GilObject *
bytearray_inplace_repeat(GilObject *self, Gil_ssize_t count)
{
    GilThreadState *ts = gil_tstate_attached();
    Gil_ssize_t size = Gil_SIZE(self);

    count = Gil_MAX(count, 0);
    if (count > 0 && size > (GIL_SSIZE_T_MAX - 1) / count)
        return gil_err_no_memory(ts);
    if (resize(ts, self, size * count) < 0)
        return NULL;
    fill_repeat(self, size, count);
    return Gil_NewRef(self);
}

static GilObject *
bytearray_repeat(GilObject *self, Gil_ssize_t count)
{
    GilObject *op = GilByteArray_FromStringAndSize(octets(self), Gil_SIZE(self));

    if (op == NULL)
        return NULL;
    GilObject *same = bytearray_inplace_repeat(op, count);
    Gil_DECREF(op);
    return same;
}

static int
bytearray_contains(GilObject *self, GilObject *item)
{
    /* The item's index or buffer export may run anything: a view keeps the octets in place meanwhile. */
    cast(self)->exports++;
    int found = gil_octets_contain(octets(self), Gil_SIZE(self), item);
    cast(self)->exports--;
    return found;
}

/* --- methods --- */

static GilObject *
bytearray_append(GilObject *self, GilObject *item)
{
    unsigned char octet;

    if (gil_octets_from_int(item, "byte", &octet) < 0)
        return NULL;
    char c = (char)octet;
    if (Gil_SIZE(self) == GIL_SSIZE_T_MAX - 1)
        return gil_err_no_memory(gil_tstate_attached());
    if (splice(gil_tstate_attached(), self, Gil_SIZE(self), 0, &c, 1) < 0)
        return NULL;
    Gil_RETURN_NONE;
}

static GilObject *
bytearray_extend(GilObject *self, GilObject *source)
{
    GilThreadState *ts = gil_tstate_attached();
    int rc = -1;

    if (GilObject_CheckBuffer(source))
        rc = append_buffer(ts, self, source);
    else {
        GilObject *bytes = gil_octets_collect(ts, source, NULL);
        if (bytes != NULL) {
            rc = append_buffer(ts, self, bytes);
            Gil_DECREF(bytes);
        }
    }
    if (rc < 0)
        return NULL;
    Gil_RETURN_NONE;
}

static GilObject *
bytearray_clear(GilObject *self, GilObject *Gil_UNUSED(args))
{
    if (resize(gil_tstate_attached(), self, 0) < 0)
        return NULL;
    Gil_RETURN_NONE;
}

/* insert(index, int), where any index is cut to what there is. */
static GilObject *
bytearray_insert(GilObject *self, GilObject *const *args, Gil_ssize_t nargs)
{
    Gil_ssize_t at;
    unsigned char octet;

    if (gil_need_args("insert", nargs, 2, 2) < 0 || gil_get_index(args[0], GilExc_OverflowError, &at) < 0
        || gil_octets_from_int(args[1], "byte", &octet) < 0)
        return NULL;
    Gil_ssize_t size = Gil_SIZE(self); /* as it is after __index__ has run */
    char c = (char)octet;
    at = at < 0 ? Gil_MAX(at + size, 0) : Gil_MIN(at, size);
    if (splice(gil_tstate_attached(), self, at, 0, &c, 1) < 0)
        return NULL;
    Gil_RETURN_NONE;
}

static GilObject *
bytearray_pop(GilObject *self, GilObject *const *args, Gil_ssize_t nargs)
{
    Gil_ssize_t at = -1;

    if (gil_need_args("pop", nargs, 0, 1) < 0 || (nargs > 0 && gil_get_index(args[0], GilExc_IndexError, &at) < 0))
        return NULL;
    Gil_ssize_t size = Gil_SIZE(self);
    at += at < 0 ? size : 0;
    if (at < 0 || at >= size) {
        GilErr_SetString(GilExc_IndexError, size == 0 ? "pop from empty bytearray" : "pop index out of range");
        return NULL;
    }
    unsigned char octet = (unsigned char)octets(self)[at];
    return splice(gil_tstate_attached(), self, at, 1, NULL, 0) < 0 ? NULL : GilLong_FromLong(octet);
}

static GilObject *
bytearray_remove(GilObject *self, GilObject *item)
{
    unsigned char octet;

    if (gil_octets_from_int(item, "byte", &octet) < 0)
        return NULL;
    const char *at = memchr(octets(self), octet, (size_t)Gil_SIZE(self));
    if (at == NULL) {
        GilErr_SetString(GilExc_ValueError, "value not found in bytearray");
        return NULL;
    }
    if (splice(gil_tstate_attached(), self, at - octets(self), 1, NULL, 0) < 0)
        return NULL;
    Gil_RETURN_NONE;
}

static GilObject *
bytearray_reverse(GilObject *self, GilObject *Gil_UNUSED(args))
{
    char *low = octets(self), *high = low + Gil_SIZE(self);

    while (low < high) {
        char c = *low;
        *low++ = *--high;
        *high = c;
    }
    Gil_RETURN_NONE;
}

static GilObject *
bytearray_copy(GilObject *self, GilObject *Gil_UNUSED(args))
{
    return GilByteArray_FromStringAndSize(octets(self), Gil_SIZE(self));
}

/* --- the type --- */

static void
bytearray_dealloc(GilObject *op)
{
    GIL_REQUIRE(cast(op)->exports == 0,
                "a bytearray is destroyed while %zd of its buffers are exported: a reference was given back too often",
                cast(op)->exports);
    if (cast(op)->allocated > 0)
        gil_heap_free(cast(op)->data);
    Gil_TYPE(op)->tp_free(op);
}

static GilObject *
bytearray_repr(GilObject *self)
{
    GilObject *text = gil_octets_repr("", octets(self), Gil_SIZE(self), "", 1);

    if (text != NULL)
        Gil_SETREF(text, GilUnicode_FromFormat("%s(%U)", gil_type_short_name(Gil_TYPE(self)), text));
    return text;
}

/* 0; -1 with MemoryError; or 1: it lends none, or none in one piece, and is to be asked itself. May run anything. */
static int
get_octets(GilObject *op, Gil_buffer *view)
{
    if (GilObject_CheckBuffer(op) && GilObject_GetBuffer(op, view, GilBUF_SIMPLE) == 0)
        return 0;
    if (GilErr_Occurred() != NULL && GilErr_ExceptionMatches(GilExc_MemoryError))
        return -1;
    GilErr_Clear();
    return 1;
}

static GilObject *
bytearray_richcompare(GilObject *a, GilObject *b, int op)
{
    Gil_buffer left, right;
    GilObject *result;
    int rc = get_octets(a, &left);

    if (rc != 0)
        return rc < 0 ? NULL : Gil_NewRef(Gil_NotImplemented);
    rc = get_octets(b, &right);
    if (rc != 0)
        result = rc < 0 ? NULL : Gil_NewRef(Gil_NotImplemented);
    else {
        result = gil_octets_compare(left.len > 0 ? left.buf : no_octets, left.len,
                                    right.len > 0 ? right.buf : no_octets, right.len, op);
        GilBuffer_Release(&right);
    }
    GilBuffer_Release(&left);
    return result;
}

static int
bytearray_getbuffer(GilObject *self, Gil_buffer *view, int flags)
{
    if (GilBuffer_FillInfo(view, self, octets(self), Gil_SIZE(self), 0, flags) < 0)
        return -1;
    cast(self)->exports++;
    return 0;
}

static void
bytearray_releasebuffer(GilObject *self, Gil_buffer *Gil_UNUSED(view))
{
    GIL_REQUIRE(cast(self)->exports > 0, "a buffer of a bytearray is released more often than it was exported");
    cast(self)->exports--;
}

static GilObject *
bytearray_new(GilTypeObject *type, GilObject *Gil_UNUSED(args), GilObject *Gil_UNUSED(kwargs))
{
    return make_empty(type->tp_alloc(type, 0));
}

/* Another one is made of the arguments, which may run anything; then the two exchange their octets. */
static int
bytearray_init(GilObject *self, GilObject *args, GilObject *kwargs)
{
    GilObject *given[3], *source;
    Gil_ssize_t zeros;

    if (gil_take_tuple("033bytearray" GIL_OCTETS_SOURCE, args, kwargs, given) < 0
        || gil_octets_source(gil_tstate_attached(), "bytearray", given, &source, &zeros) < 0)
        return -1;
    GilObject *made = source == NULL ? GilByteArray_FromStringAndSize(NULL, zeros) : GilByteArray_FromObject(source);
    int changes = made != NULL && (Gil_SIZE(self) > 0 || Gil_SIZE(made) > 0);
    int rc = made == NULL ? -1 : changes ? need_unexported(self) : 0;
    if (rc == 0 && changes) {
        struct gil_bytearray *to = cast(self), *from = cast(made), old = *to;
        to->data = from->data;
        to->allocated = from->allocated;
        Gil_SET_SIZE(to, Gil_SIZE(from));
        from->data = old.data;
        from->allocated = old.allocated;
        Gil_SET_SIZE(from, Gil_SIZE(&old));
    }
    Gil_XDECREF(made);
    Gil_XDECREF(source);
    return rc;
}

/* What only a bytearray can do. */
static const GilMethodDef own_methods[] = {
    {"append", bytearray_append, GIL_METH_O, "append(int)"},
    {"clear", bytearray_clear, GIL_METH_NOARGS, "clear()"},
    {"copy", bytearray_copy, GIL_METH_NOARGS, "copy() -> bytearray"},
    {"extend", bytearray_extend, GIL_METH_O, "extend(buffer or iterable of ints)"},
    {"insert", _GilCFunction_CAST(bytearray_insert), GIL_METH_FASTCALL, "insert(index, int)"},
    {"pop", _GilCFunction_CAST(bytearray_pop), GIL_METH_FASTCALL, "pop([index]) -> int"},
    {"remove", bytearray_remove, GIL_METH_O, "remove(int)"},
    {"reverse", bytearray_reverse, GIL_METH_NOARGS, "reverse()"},
};

/* These and the methods of bytes, put together when the library starts. */
static GilMethodDef bytearray_methods[Gil_ARRAY_LENGTH(own_methods) + GIL_OCTETS_METHODS + 1];

static GilSequenceMethods bytearray_as_sequence = {
    .sq_length = bytearray_length,
    .sq_concat = GilByteArray_Concat,
    .sq_repeat = bytearray_repeat,
    .sq_item = bytearray_item,
    .sq_ass_item = bytearray_ass_item,
    .sq_contains = bytearray_contains,
    .sq_inplace_concat = bytearray_inplace_concat,
    .sq_inplace_repeat = bytearray_inplace_repeat,
};

static GilMappingMethods bytearray_as_mapping = {
    .mp_length = bytearray_length,
    .mp_subscript = bytearray_subscript,
    .mp_ass_subscript = bytearray_ass_subscript,
};

static GilBufferProcs bytearray_as_buffer = {
    .bf_getbuffer = bytearray_getbuffer,
    .bf_releasebuffer = bytearray_releasebuffer,
};

GilTypeObject GilByteArray_Type = {
    .ob_base = GilVarObject_HEAD_INIT(&GilType_Type, 0)
    .tp_name = "bytearray",
    .tp_basicsize = sizeof(struct gil_bytearray),
    .tp_dealloc = bytearray_dealloc,
    .tp_repr = bytearray_repr,
    .tp_as_number = &gil_octets_as_number,
    .tp_as_sequence = &bytearray_as_sequence,
    .tp_as_mapping = &bytearray_as_mapping,
    .tp_hash = GilObject_HashNotImplemented,
    .tp_as_buffer = &bytearray_as_buffer,
    .tp_flags = Gil_TPFLAGS_DEFAULT | Gil_TPFLAGS_STATIC_BUILTIN | Gil_TPFLAGS_IMMUTABLETYPE | Gil_TPFLAGS_BASETYPE,
    .tp_doc = GilDoc_STR("bytearray([source[, encoding[, errors]]]) -> octets that can be written"),
    .tp_richcompare = bytearray_richcompare,
    .tp_methods = bytearray_methods,
    .tp_init = bytearray_init,
    .tp_new = bytearray_new,
};

int
gil_bytearray_start(void)
{
    memcpy(bytearray_methods, own_methods, sizeof own_methods);
    memcpy(bytearray_methods + Gil_ARRAY_LENGTH(own_methods), gil_octets_methods, sizeof gil_octets_methods);
    return gil_type_ready(&GilByteArray_Type);
}
