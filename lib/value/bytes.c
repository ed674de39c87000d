/* SPDX-License-Identifier: MIT */
/*
 * bytes: immutable octets in one block with the head.
 *
 * The head takes 32 bytes and blocks are aligned to 16, so the payload is too. It is followed by a NUL that the size
 * does not count. The maker may write to an object, and resize it, until somebody else has it; the hash is a cache.
 *
 * The empty object and the 256 of one octet are process-wide: immortal, their hash computed at start, never stored to.
 */
#include "value/bytes.h"

#include "base/hash.h"
#include "gilrt/buffer.h"
#include "gilrt/call.h"
#include "gilrt/dict.h"
#include "gilrt/long.h"
#include "gilrt/number.h"
#include "gilrt/sequence.h"
#include "gilrt/slice.h"
#include "gilrt/tuple.h"
#include "gilrt/unicodecodec.h"
#include "object/dealloc.h"
#include "object/error.h"
#include "object/format.h"
#include "object/ops.h"
#include "object/type.h"
#include "protocol/kind.h"
#include "value/named_args.h"
#include "value/octets.h"
#include "value/octets_method.h"
#include "value/octets_percent.h"

#include <stddef.h>
#include <string.h>

#define HEAD offsetof(GilBytesObject, ob_sval)

_Static_assert(HEAD == 32, "the payload of bytes stands at offset 32");

/* As GilBytesObject with room for one octet and its NUL. */
struct static_bytes {
    GilObject_VAR_HEAD
    Gil_hash_t ob_shash;
    char ob_sval[2];
};
static struct static_bytes single_bytes[256];
static struct static_bytes empty_bytes;

static GilObject *
empty(void)
{
    return &empty_bytes.ob_base.ob_base;
}

static GilObject *
single(unsigned char c)
{
    return &single_bytes[c].ob_base.ob_base;
}

GilObject *
gil_bytes_alloc(GilThreadState *ts, Gil_ssize_t size)
{
    if (size > GIL_SSIZE_T_MAX - (Gil_ssize_t)HEAD - 1) {
        GilErr_SetString(GilExc_OverflowError, "byte string is too large");
        return NULL;
    }
    GilObject *op = gil_object_alloc_plain(ts, &GilBytes_Type, HEAD + (size_t)size + 1);
    if (op == NULL)
        return NULL;
    Gil_SET_SIZE(op, size);
    ((GilBytesObject *)(void *)op)->ob_shash = -1;
    GilBytes_AS_STRING(op)[size] = '\0';
    return op;
}

static GilObject *
from_data(GilThreadState *ts, const char *data, Gil_ssize_t size)
{
    if (size <= 1)
        return size == 0 ? empty() : single((unsigned char)*data);
    GilObject *op = gil_bytes_alloc(ts, size);
    if (op != NULL)
        memcpy(GilBytes_AS_STRING(op), data, (size_t)size);
    return op;
}

/* 0 when op is bytes; else -1 with SystemError (NULL) or TypeError. */
static int
need_bytes(const char *func, GilObject *op)
{
    if (op != NULL && gil_bytes_check(op))
        return 0;
    if (op == NULL)
        gil_err_null(func);
    else
        gil_err_type(func, "bytes", op);
    return -1;
}

/* --- making --- */

GilObject *
GilBytes_FromString(const char *v)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    return v == NULL ? gil_err_null(__func__) : from_data(ts, v, (Gil_ssize_t)strlen(v));
}

GilObject *
GilBytes_FromStringAndSize(const char *v, Gil_ssize_t len)
{
    GilThreadState *ts = gil_tstate_need(__func__);

    if (len < 0) {
        GilErr_SetString(GilExc_SystemError, "Negative size passed to GilBytes_FromStringAndSize");
        return NULL;
    }
    if (len == 0)
        return empty();
    return v == NULL ? gil_bytes_alloc(ts, len) : from_data(ts, v, len);
}

GilObject *
GilBytes_FromFormatV(const char *format, va_list vargs)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    struct gil_text text;
    GilObject *op = NULL;

    if (format == NULL)
        return gil_err_null(__func__);
    gil_text_init(&text, ts->heap);
    text.octets = 1;
    if (gil_format(&text, format, vargs) == 0)
        op = from_data(ts, text.data, (Gil_ssize_t)text.len);
    gil_text_free(&text);
    return op;
}

GilObject *
GilBytes_FromFormat(const char *format, ...)
{
    va_list vargs;

    gil_tstate_need(__func__);
    if (format == NULL)
        return gil_err_null(__func__);
    va_start(vargs, format);
    GilObject *op = GilBytes_FromFormatV(format, vargs);
    va_end(vargs);
    return op;
}

static GilObject *
from_buffer(GilThreadState *ts, GilObject *o)
{
    Gil_buffer view;

    if (GilObject_GetBuffer(o, &view, GilBUF_FULL_RO) < 0)
        return NULL;
    GilObject *op = view.len == 0 ? empty() : gil_bytes_alloc(ts, view.len);
    if (op != NULL && view.len > 0 && GilBuffer_ToContiguous(GilBytes_AS_STRING(op), &view, view.len, 'C') < 0)
        Gil_CLEAR(op);
    GilBuffer_Release(&view);
    return op;
}

GilObject *
GilBytes_FromObject(GilObject *o)
{
    GilThreadState *ts = gil_tstate_need(__func__);

    if (o == NULL)
        return gil_err_null(__func__);
    if (GilBytes_CheckExact(o))
        return Gil_NewRef(o);
    return GilObject_CheckBuffer(o) ? from_buffer(ts, o) : gil_octets_collect(ts, o, "bytes");
}

/* What o makes of itself as octets: 1 and a new reference, 0 when its type has no __bytes__, -1 with the error set. */
static int
ask_bytes(GilThreadState *ts, GilObject *o, GilObject **op)
{
    GilObject *hook;
    int rc = gil_find_hook(ts, o, "__bytes__", 1, &hook); /* may run anything */

    if (rc <= 0)
        return rc;
    *op = GilObject_CallNoArgs(hook); /* may run anything */
    Gil_DECREF(hook);
    if (*op == NULL || gil_bytes_check(*op))
        return *op == NULL ? -1 : 1;
    GilErr_Format(GilExc_TypeError, "__bytes__ returned non-bytes (type %.200s)", Gil_TYPE(*op)->tp_name);
    Gil_CLEAR(*op);
    return -1;
}

GilObject *
GilObject_Bytes(GilObject *o)
{
    GilThreadState *ts = gil_err_begin(__func__, o != NULL);
    GilObject *op = NULL;

    if (o == NULL)
        return GilBytes_FromString("<NULL>");
    if (GilBytes_CheckExact(o))
        return Gil_NewRef(o);
    int rc = ask_bytes(ts, o, &op);
    return rc == 0 ? GilBytes_FromObject(o) : op;
}

/* --- reading --- */

Gil_ssize_t
GilBytes_Size(GilObject *o)
{
    gil_tstate_need(__func__);
    return need_bytes(__func__, o) < 0 ? -1 : GilBytes_GET_SIZE(o);
}

char *
GilBytes_AsString(GilObject *o)
{
    gil_tstate_need(__func__);
    return need_bytes(__func__, o) < 0 ? NULL : GilBytes_AS_STRING(o);
}

int
GilBytes_AsStringAndSize(GilObject *o, char **buffer, Gil_ssize_t *length)
{
    gil_tstate_need(__func__);
    if (buffer == NULL) {
        gil_err_null(__func__);
        return -1;
    }
    if (need_bytes(__func__, o) < 0)
        return -1;
    if (length == NULL && memchr(GilBytes_AS_STRING(o), '\0', (size_t)GilBytes_GET_SIZE(o)) != NULL) {
        GilErr_SetString(GilExc_ValueError, "embedded null byte");
        return -1;
    }
    *buffer = GilBytes_AS_STRING(o);
    if (length != NULL)
        *length = GilBytes_GET_SIZE(o);
    return 0;
}

GilObject *
GilBytes_Repr(GilObject *o, int smartquotes)
{
    gil_tstate_need(__func__);
    if (need_bytes(__func__, o) < 0)
        return NULL;
    return gil_octets_repr("", GilBytes_AS_STRING(o), GilBytes_GET_SIZE(o), "", smartquotes);
}

/* --- joining --- */

/* Copy what a view shows; an exporter of nothing may show NULL, which memcpy() must not see. Returns the octet
 * behind. */
static char *
put_view(char *to, const Gil_buffer *view)
{
    if (view->len > 0)
        memcpy(to, view->buf, (size_t)view->len);
    return to + view->len;
}

/* The octets of two buffers, one after the other. */
static GilObject *
concat_views(GilThreadState *ts, const Gil_buffer *a, const Gil_buffer *b)
{
    if (a->len > GIL_SSIZE_T_MAX - b->len)
        return gil_err_no_memory(ts);
    if (a->len + b->len == 0)
        return empty();
    GilObject *op = gil_bytes_alloc(ts, a->len + b->len);
    if (op != NULL)
        put_view(put_view(GilBytes_AS_STRING(op), a), b);
    return op;
}

/* Whether a + b can be; else TypeError. */
static int
need_buffers(GilObject *a, GilObject *b)
{
    if (GilObject_CheckBuffer(a) && GilObject_CheckBuffer(b))
        return 0;
    GilErr_Format(GilExc_TypeError, "can't concat %.100s to %.100s", Gil_TYPE(b)->tp_name, Gil_TYPE(a)->tp_name);
    return -1;
}

/* The sq_concat. */
static GilObject *
bytes_concat(GilObject *a, GilObject *b)
{
    Gil_buffer left, right;
    GilObject *op = NULL;

    if (need_buffers(a, b) < 0 || GilObject_GetBuffer(a, &left, GilBUF_SIMPLE) < 0)
        return NULL;
    if (GilObject_GetBuffer(b, &right, GilBUF_SIMPLE) == 0) {
        op = concat_views(gil_tstate_attached(), &left, &right);
        GilBuffer_Release(&right);
    }
    GilBuffer_Release(&left);
    return op;
}

void
GilBytes_Concat(GilObject **bytes, GilObject *newpart)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    Gil_buffer right;

    if (bytes == NULL) {
        gil_err_null(__func__);
        return;
    }
    GilObject *old = *bytes;
    if (old == NULL)
        return;
    *bytes = NULL;
    if (newpart != NULL && need_bytes(__func__, old) == 0 && need_buffers(old, newpart) == 0
        && GilObject_GetBuffer(newpart, &right, GilBUF_SIMPLE) == 0) {
        Gil_buffer left = {.buf = GilBytes_AS_STRING(old), .len = GilBytes_GET_SIZE(old)};
        /* Where nobody else has it, not even the view, it grows, in its place if it can: n times one octet would take the
         * square of n otherwise. */
        if (GilBytes_CheckExact(old) && Gil_REFCNT(old) == 1 && right.len <= GIL_SSIZE_T_MAX - left.len) {
            if (_GilBytes_Resize(&old, left.len + right.len) == 0)
                put_view(GilBytes_AS_STRING(old) + left.len, &right);
            *bytes = old;
            old = NULL;
        }
        else
            *bytes = concat_views(ts, &left, &right);
        GilBuffer_Release(&right);
    }
    Gil_XDECREF(old);
}

void
GilBytes_ConcatAndDel(GilObject **bytes, GilObject *newpart)
{
    gil_tstate_need(__func__);
    if (bytes == NULL)
        gil_err_null(__func__);
    else
        GilBytes_Concat(bytes, newpart);
    Gil_XDECREF(newpart);
}

/* Take the buffers of n items; on failure those taken are released. 0, or -1 with the error set. */
static int
get_views(GilObject *tuple, Gil_buffer *views, Gil_ssize_t n)
{
    for (Gil_ssize_t i = 0; i < n; i++) {
        GilObject *item = GilTuple_GET_ITEM(tuple, i);
        int rc = -1;
        if (item == NULL)
            GilErr_Format(GilExc_SystemError, "sequence item %zd was never set", i);
        else if (!GilObject_CheckBuffer(item))
            GilErr_Format(GilExc_TypeError, "sequence item %zd: expected a bytes-like object, %.80s found", i,
                          Gil_TYPE(item)->tp_name);
        else
            rc = GilObject_GetBuffer(item, &views[i], GilBUF_SIMPLE);
        if (rc < 0) {
            while (i-- > 0)
                GilBuffer_Release(&views[i]);
            return -1;
        }
    }
    return 0;
}

static GilObject *
join_views(GilThreadState *ts, GilObject *sep, const Gil_buffer *views, Gil_ssize_t n)
{
    Gil_ssize_t gap = GilBytes_GET_SIZE(sep), size = 0;

    for (Gil_ssize_t i = 0; i < n; i++) {
        if (views[i].len > GIL_SSIZE_T_MAX - size - gap) {
            GilErr_SetString(GilExc_OverflowError, "join() result is too long");
            return NULL;
        }
        size += views[i].len + (i > 0 ? gap : 0);
    }
    GilObject *op = size == 0 ? empty() : gil_bytes_alloc(ts, size);
    if (op == NULL || size == 0)
        return op;
    char *to = GilBytes_AS_STRING(op);
    for (Gil_ssize_t i = 0; i < n; i++) {
        if (i > 0) {
            memcpy(to, GilBytes_AS_STRING(sep), (size_t)gap);
            to += gap;
        }
        to = put_view(to, &views[i]);
    }
    return op;
}

static GilObject *
join_tuple(GilThreadState *ts, GilObject *sep, GilObject *tuple)
{
    Gil_ssize_t n = GilTuple_GET_SIZE(tuple);
    GilObject *op = NULL;

    if (n == 1 && GilBytes_CheckExact(GilTuple_GET_ITEM(tuple, 0)))
        return Gil_NewRef(GilTuple_GET_ITEM(tuple, 0));
    Gil_buffer *views = gil_heap_calloc(ts->heap, (size_t)n, sizeof *views);
    if (views == NULL)
        return gil_err_no_memory(ts);
    if (get_views(tuple, views, n) == 0) {
        op = join_views(ts, sep, views, n);
        for (Gil_ssize_t i = 0; i < n; i++)
            GilBuffer_Release(&views[i]);
    }
    gil_heap_free(views);
    return op;
}

GilObject *
GilBytes_Join(GilObject *sep, GilObject *iterable)
{
    GilThreadState *ts = gil_tstate_need(__func__);

    if (sep == NULL || iterable == NULL)
        return gil_err_null(__func__);
    if (!gil_bytes_check(sep)) {
        GilErr_Format(GilExc_TypeError, "sep: expected bytes, got %.100s", Gil_TYPE(sep)->tp_name);
        return NULL;
    }
    GilObject *fast = GilSequence_Fast(iterable, "can only join an iterable");
    if (fast == NULL)
        return NULL;
    /* A list could be changed while its items export their buffers; a tuple cannot. */
    GilObject *tuple = GilSequence_Tuple(fast);
    Gil_DECREF(fast);
    if (tuple == NULL)
        return NULL;
    GilObject *op = join_tuple(ts, sep, tuple);
    Gil_DECREF(tuple);
    return op;
}

int
_GilBytes_Resize(GilObject **bytes, Gil_ssize_t newsize)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    GilObject *old = bytes == NULL ? NULL : *bytes;

    if (need_bytes(__func__, old) < 0 || newsize < 0) {
        if (old != NULL && newsize < 0)
            gil_err_bad_number(__func__, "a size of 0 or more", newsize);
        goto fail;
    }
    Gil_ssize_t size = GilBytes_GET_SIZE(old);
    if (size == newsize)
        return 0;
    if (newsize == 0 || size == 0) {
        *bytes = newsize == 0 ? empty() : gil_bytes_alloc(ts, newsize);
        Gil_DECREF(old);
        return *bytes == NULL ? -1 : 0;
    }
    if (Gil_REFCNT(old) != 1 || !GilBytes_CheckExact(old)) {
        gil_err_bad_argument(__func__, "an object that nobody else has", old);
        goto fail;
    }
    if (newsize > GIL_SSIZE_T_MAX - (Gil_ssize_t)HEAD - 1) {
        gil_err_no_memory(ts);
        goto fail;
    }
    GilObject *op = gil_heap_realloc(ts->heap, old, HEAD + (size_t)newsize + 1);
    if (op == NULL) {
        gil_err_no_memory(ts);
        goto fail;
    }
    Gil_SET_SIZE(op, newsize);
    ((GilBytesObject *)(void *)op)->ob_shash = -1;
    GilBytes_AS_STRING(op)[newsize] = '\0';
    *bytes = op;
    return 0;
fail:
    if (old != NULL) {
        *bytes = NULL;
        Gil_DECREF(old);
    }
    return -1;
}

/* --- the type --- */

static Gil_hash_t
bytes_hash(GilObject *self)
{
    GilBytesObject *op = (GilBytesObject *)(void *)self;

    if (op->ob_shash == -1) {
        Gil_hash_t hash = (Gil_hash_t)gil_hash_bytes(op->ob_sval, (size_t)GilBytes_GET_SIZE(self));
        op->ob_shash = hash == -1 ? -2 : hash;
    }
    return op->ob_shash;
}

static GilObject *
bytes_repr(GilObject *self)
{
    return GilBytes_Repr(self, 1);
}

static GilObject *
bytes_richcompare(GilObject *a, GilObject *b, int op)
{
    if (!gil_bytes_check(a) || !gil_bytes_check(b))
        Gil_RETURN_NOTIMPLEMENTED;
    return gil_octets_compare(GilBytes_AS_STRING(a), GilBytes_GET_SIZE(a), GilBytes_AS_STRING(b), GilBytes_GET_SIZE(b),
                              op);
}

static Gil_ssize_t
bytes_length(GilObject *self)
{
    return GilBytes_GET_SIZE(self);
}

static GilObject *
bytes_item(GilObject *self, Gil_ssize_t index)
{
    if (index < 0 || index >= GilBytes_GET_SIZE(self)) {
        GilErr_SetString(GilExc_IndexError, "index out of range");
        return NULL;
    }
    return GilLong_FromLong((unsigned char)GilBytes_AS_STRING(self)[index]);
}

static GilObject *
bytes_repeat(GilObject *self, Gil_ssize_t count)
{
    Gil_ssize_t size = GilBytes_GET_SIZE(self);

    if (count < 1 || size == 0)
        return empty();
    if (count == 1 && GilBytes_CheckExact(self))
        return Gil_NewRef(self);
    if (size > GIL_SSIZE_T_MAX / count) {
        GilErr_SetString(GilExc_OverflowError, "repeated bytes are too long");
        return NULL;
    }
    GilObject *op = gil_bytes_alloc(gil_tstate_attached(), size * count);
    for (Gil_ssize_t i = 0; op != NULL && i < count; i++)
        memcpy(GilBytes_AS_STRING(op) + i * size, GilBytes_AS_STRING(self), (size_t)size);
    return op;
}

static int
bytes_contains(GilObject *self, GilObject *item)
{
    return gil_octets_contain(GilBytes_AS_STRING(self), GilBytes_GET_SIZE(self), item);
}

static GilObject *
bytes_subslice(GilObject *self, GilObject *slice)
{
    GilThreadState *ts = gil_tstate_attached();
    const char *data = GilBytes_AS_STRING(self);
    Gil_ssize_t start, stop, step, count;

    if (GilSlice_GetIndicesEx(slice, GilBytes_GET_SIZE(self), &start, &stop, &step, &count) < 0)
        return NULL;
    if (count == GilBytes_GET_SIZE(self) && step == 1 && GilBytes_CheckExact(self))
        return Gil_NewRef(self);
    if (count <= 1 || step == 1)
        return from_data(ts, data + start, count);
    GilObject *op = gil_bytes_alloc(ts, count);
    for (Gil_ssize_t i = 0; op != NULL && i < count; i++)
        GilBytes_AS_STRING(op)[i] = data[start + i * step];
    return op;
}

static GilObject *
bytes_subscript(GilObject *self, GilObject *key)
{
    if (GilSlice_Check(key))
        return bytes_subslice(self, key);
    if (!GilIndex_Check(key)) {
        GilErr_Format(GilExc_TypeError, "byte indices must be integers or slices, not %.200s", Gil_TYPE(key)->tp_name);
        return NULL;
    }
    Gil_ssize_t index = GilNumber_AsSsize_t(key, GilExc_IndexError);
    if (index == -1 && GilErr_Occurred() != NULL)
        return NULL;
    return bytes_item(self, index < 0 ? index + GilBytes_GET_SIZE(self) : index);
}

static int
bytes_getbuffer(GilObject *self, Gil_buffer *view, int flags)
{
    return GilBuffer_FillInfo(view, self, GilBytes_AS_STRING(self), GilBytes_GET_SIZE(self), 1, flags);
}

/* bytes(source, encoding, errors), of exactly the type as a rule: __bytes__ may give an instance of a subtype. */
static GilObject *
make(GilObject *args, GilObject *kwargs)
{
    GilThreadState *ts = gil_tstate_attached();
    GilObject *given[3], *source, *op = NULL;
    Gil_ssize_t zeros;

    if (gil_take_tuple("033bytes" GIL_OCTETS_SOURCE, args, kwargs, given) < 0)
        return NULL;
    if (given[0] != NULL && given[1] == NULL && given[2] == NULL && ask_bytes(ts, given[0], &op) != 0)
        return op;
    if (gil_octets_source(ts, "bytes", given, &source, &zeros) < 0)
        return NULL;
    if (source != NULL) {
        op = GilBytes_FromObject(source);
        Gil_DECREF(source);
        return op;
    }
    op = zeros == 0 ? empty() : gil_bytes_alloc(ts, zeros);
    if (op != NULL && zeros > 0)
        memset(GilBytes_AS_STRING(op), 0, (size_t)zeros);
    return op;
}

/* For subtypes: without a hash, also where tp_new is overridden. */
static GilObject *
bytes_tp_alloc(GilTypeObject *type, Gil_ssize_t nitems)
{
    GilObject *op = GilType_GenericAlloc(type, nitems);

    if (op != NULL)
        ((GilBytesObject *)(void *)op)->ob_shash = -1;
    return op;
}

/* For a subtype the octets are copied into an instance of it. */
static GilObject *
bytes_new(GilTypeObject *type, GilObject *args, GilObject *kwargs)
{
    GilObject *from = make(args, kwargs);

    if (from == NULL || type == &GilBytes_Type)
        return from;
    Gil_ssize_t size = GilBytes_GET_SIZE(from);
    GilObject *op = type->tp_alloc(type, size);
    if (op != NULL) {
        ((GilBytesObject *)(void *)op)->ob_shash = -1; /* a subtype may have a tp_alloc of its own */
        memcpy(GilBytes_AS_STRING(op), GilBytes_AS_STRING(from), (size_t)size + 1);
    }
    Gil_DECREF(from);
    return op;
}

static GilSequenceMethods bytes_as_sequence = {
    .sq_length = bytes_length,
    .sq_concat = bytes_concat,
    .sq_repeat = bytes_repeat,
    .sq_item = bytes_item,
    .sq_contains = bytes_contains,
};

static GilMappingMethods bytes_as_mapping = {
    .mp_length = bytes_length,
    .mp_subscript = bytes_subscript,
};

static GilBufferProcs bytes_as_buffer = {
    .bf_getbuffer = bytes_getbuffer,
};

GilTypeObject GilBytes_Type = {
    .ob_base = GilVarObject_HEAD_INIT(&GilType_Type, 0)
    .tp_name = "bytes",
    .tp_basicsize = HEAD + 1,
    .tp_itemsize = 1,
    .tp_dealloc = gil_plain_dealloc,
    .tp_repr = bytes_repr,
    .tp_as_number = &gil_octets_as_number,
    .tp_as_sequence = &bytes_as_sequence,
    .tp_as_mapping = &bytes_as_mapping,
    .tp_hash = bytes_hash,
    .tp_as_buffer = &bytes_as_buffer,
    .tp_flags = Gil_TPFLAGS_STATIC_BUILTIN | GIL_TPFLAGS_PLAIN | Gil_TPFLAGS_IMMUTABLETYPE | Gil_TPFLAGS_BASETYPE
                | Gil_TPFLAGS_BYTES_SUBCLASS,
    .tp_doc = GilDoc_STR("bytes([source[, encoding[, errors]]]) -> immutable octets"),
    .tp_richcompare = bytes_richcompare,
    .tp_methods = gil_octets_methods,
    .tp_alloc = bytes_tp_alloc,
    .tp_new = bytes_new,
};

static void
init_static(struct static_bytes *op, Gil_ssize_t size)
{
    op->ob_base = (GilVarObject){{_Gil_IMMORTAL_REFCNT, &GilBytes_Type}, size};
    op->ob_shash = -1;
    bytes_hash(&op->ob_base.ob_base);
}

int
gil_bytes_start(void)
{
    init_static(&empty_bytes, 0);
    for (int i = 0; i < 256; i++) {
        single_bytes[i].ob_sval[0] = (char)i;
        init_static(&single_bytes[i], 1);
    }
    return gil_type_ready(&GilBytes_Type);
}
