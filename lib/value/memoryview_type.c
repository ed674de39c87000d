/* SPDX-License-Identifier: MIT */
/* Memoryviews: the type, its attributes and methods. */
#include "gilrt/bool.h"
#include "gilrt/bytes.h"
#include "gilrt/error.h"
#include "gilrt/gc.h"
#include "gilrt/long.h"
#include "gilrt/none.h"
#include "gilrt/number.h"
#include "gilrt/sequence.h"
#include "gilrt/tuple.h"
#include "gilrt/unicode.h"
#include "object/error.h"
#include "object/type.h"
#include "value/dict.h"
#include "value/memoryview.h"
#include "value/named_args.h"
#include "value/octets.h"

/* --- slots --- */

static GilObject *
memoryview_repr(GilObject *op)
{
    return GilUnicode_FromFormat(gil_memoryview(op)->managed != NULL ? "<memory at %p>" : "<released memory at %p>",
                                 (void *)op);
}

/* The elements as bytes, in order 'C', 'F' or 'A'. */
static GilObject *
to_bytes(struct gil_memoryview *self, char order)
{
    if (gil_memoryview_need(self) < 0)
        return NULL;
    GilObject *bytes = GilBytes_FromStringAndSize(NULL, self->view.len);
    if (bytes != NULL)
        (void)GilBuffer_ToContiguous(GilBytes_AS_STRING(bytes), &self->view, self->view.len, order);
    return bytes;
}

/* Equal views of bytes have the hash that the same bytes have. */
static Gil_hash_t
compute_hash(struct gil_memoryview *self)
{
    if (gil_memoryview_need(self) < 0)
        return -1;
    char code = gil_item_code(self->view.format);
    if (!self->view.readonly || (code != 'B' && code != 'b' && code != 'c')) {
        GilErr_SetString(GilExc_ValueError, self->view.readonly
                                                ? "memoryview: hashing is restricted to formats 'B', 'b' or 'c'"
                                                : "cannot hash writable memoryview object");
        return -1;
    }
    /* What cannot be hashed itself may change, whatever it says of its memory. Asking may release this view. */
    GilObject *base = Gil_XNewRef(self->view.obj);
    int hashable = base == NULL || GilObject_Hash(base) != -1;
    Gil_XDECREF(base);
    if (!hashable)
        return -1;
    GilObject *bytes = to_bytes(self, 'C');
    Gil_hash_t hash = bytes != NULL ? GilObject_Hash(bytes) : -1;
    Gil_XDECREF(bytes);
    return hash;
}

static Gil_hash_t
memoryview_hash(GilObject *op)
{
    struct gil_memoryview *self = gil_memoryview(op);
    if (self->hash == -1)
        self->hash = compute_hash(self);
    return self->hash;
}

/* 1, 0, -1, or 2: w is nothing to compare with. */
static int
equals(struct gil_memoryview *v, GilObject *w)
{
    Gil_buffer other;

    if (v->managed == NULL || (GilMemoryView_Check(w) && gil_memoryview(w)->managed == NULL))
        return &v->ob_base == w;
    if (GilMemoryView_Check(w))
        return gil_item_equal(&v->view, &gil_memoryview(w)->view);
    if (GilObject_GetBuffer(w, &other, GilBUF_FULL_RO) < 0) { /* may run anything */
        if (GilErr_ExceptionMatches(GilExc_MemoryError))
            return -1;
        GilErr_Clear();
        return 2;
    }
    Gil_ssize_t length = other.itemsize > 0 ? other.len / other.itemsize : 0;
    if (other.shape == NULL && other.ndim == 1)
        other.shape = &length;
    int equal = v->managed == NULL ? 0 : gil_item_equal(&v->view, &other);
    GilBuffer_Release(&other); /* may run anything */
    return equal;
}

static GilObject *
memoryview_richcompare(GilObject *v, GilObject *w, int op)
{
    if (op != Gil_EQ && op != Gil_NE)
        Gil_RETURN_NOTIMPLEMENTED;
    int equal = equals(gil_memoryview(v), w);
    if (equal == 2)
        Gil_RETURN_NOTIMPLEMENTED;
    return equal < 0 ? NULL : _Gil_RichResult(op == Gil_EQ ? equal : !equal);
}

static Gil_ssize_t
memoryview_length(GilObject *op)
{
    struct gil_memoryview *self = gil_memoryview(op);
    if (gil_memoryview_need(self) < 0)
        return -1;
    if (self->view.ndim > 0)
        return self->view.shape[0];
    GilErr_SetString(GilExc_TypeError, "0-dim memory has no length");
    return -1;
}

static GilObject *
memoryview_new(GilTypeObject *Gil_UNUSED(type), GilObject *args, GilObject *kwargs)
{
    GilObject *object;

    return gil_take_tuple("111memoryview\0object", args, kwargs, &object) < 0 ? NULL : GilMemoryView_FromObject(object);
}

/* --- methods --- */

static GilObject *
method_release(GilObject *op, GilObject *Gil_UNUSED(args))
{
    return gil_memoryview_release(gil_memoryview(op)) < 0 ? NULL : Gil_None;
}

static GilObject *
method_enter(GilObject *op, GilObject *Gil_UNUSED(args))
{
    return gil_memoryview_need(gil_memoryview(op)) < 0 ? NULL : Gil_NewRef(op);
}

static GilObject *
method_exit(GilObject *op, GilObject *Gil_UNUSED(args))
{
    return method_release(op, NULL);
}

static GilObject *
method_tobytes(GilObject *op, GilObject *const *args, Gil_ssize_t n, GilObject *kwnames)
{
    GilObject *given;
    char order = 'C';

    if (gil_take_args("011tobytes\0order", args, n, NULL, kwnames, &given) < 0)
        return NULL;
    if (given != NULL && given != Gil_None) {
        if (!GilUnicode_Check(given))
            return GilErr_Format(GilExc_TypeError, "tobytes() argument 'order' must be str or None, not %.50s",
                                 Gil_TYPE(given)->tp_name);
        const char *text = GilUnicode_AsUTF8(given);
        if (text == NULL)
            return NULL;
        if ((text[0] != 'C' && text[0] != 'F' && text[0] != 'A') || text[1] != '\0')
            return GilErr_Format(GilExc_ValueError, "order must be 'C', 'F' or 'A'");
        order = text[0];
    }
    return to_bytes(gil_memoryview(op), order);
}

static GilObject *
method_hex(GilObject *op, GilObject *const *args, Gil_ssize_t nargs, GilObject *kwnames)
{
    GilObject *bytes = to_bytes(gil_memoryview(op), 'C'), *text = NULL;

    if (bytes != NULL)
        text = gil_octets_hex(GilBytes_AS_STRING(bytes), GilBytes_GET_SIZE(bytes), args, nargs, kwnames);
    Gil_XDECREF(bytes);
    return text;
}

static GilObject *
method_tolist(GilObject *op, GilObject *Gil_UNUSED(args))
{
    return gil_memoryview_tolist(gil_memoryview(op));
}

static GilObject *
method_toreadonly(GilObject *op, GilObject *Gil_UNUSED(args))
{
    struct gil_memoryview *self = gil_memoryview(op);
    if (gil_memoryview_need(self) < 0)
        return NULL;
    Gil_buffer view = self->view;
    view.readonly = 1;
    return gil_memoryview_new(gil_tstate_need(__func__), self->managed, &view);
}

static GilObject *
method_cast(GilObject *op, GilObject *const *args, Gil_ssize_t n, GilObject *kwnames)
{
    GilObject *values[2];

    if (gil_take_args("122cast\0format\0shape", args, n, NULL, kwnames, values) < 0)
        return NULL;
    if (!GilUnicode_Check(values[0]))
        return GilErr_Format(GilExc_TypeError, "cast() argument 'format' must be str, not %.50s",
                             Gil_TYPE(values[0])->tp_name);
    return gil_memoryview_cast(gil_tstate_need(__func__), gil_memoryview(op), values[0], values[1]);
}

static GilObject *
method_count(GilObject *op, GilObject *value)
{
    Gil_ssize_t n = gil_memoryview_need(gil_memoryview(op)) < 0 ? -1 : GilSequence_Count(op, value); /* may run anything */
    return n < 0 ? NULL : GilLong_FromSsize_t(n);
}

/* A position given to index(): below zero counted from the end, cut to the view. 0, or -1. May run anything. */
static int
position(GilObject *arg, Gil_ssize_t length, Gil_ssize_t *result)
{
    *result = GilNumber_AsSsize_t(arg, NULL);
    if (*result == -1 && GilErr_Occurred())
        return -1;
    if (*result < 0)
        *result = Gil_MAX(*result + length, 0);
    return 0;
}

static GilObject *
method_index(GilObject *op, GilObject *const *args, Gil_ssize_t n)
{
    Gil_ssize_t start = 0, stop = GIL_SSIZE_T_MAX, length;
    if (n < 1 || n > 3)
        return GilErr_Format(GilExc_TypeError, "index expected at %s, got %zd", n < 1 ? "least 1 argument" : "most 3 arguments",
                             n);
    if ((length = memoryview_length(op)) < 0 || (n > 1 && position(args[1], length, &start) < 0) ||
        (n > 2 && position(args[2], length, &stop) < 0))
        return NULL;
    /* Comparing may release the view, which then has no items: its memory is asked anew each time. */
    for (Gil_ssize_t i = start; i < Gil_MIN(stop, length); i++) {
        GilObject *item = gil_memoryview_item(op, i);
        int equal = item == NULL ? -1 : GilObject_RichCompareBool(item, args[0], Gil_EQ); /* may run anything */
        Gil_XDECREF(item);
        if (equal != 0)
            return equal < 0 ? NULL : GilLong_FromSsize_t(i);
    }
    GilErr_SetString(GilExc_ValueError, "memoryview.index(x): x not found");
    return NULL;
}

static GilMethodDef memoryview_methods[] = {
    {"release", method_release, GIL_METH_NOARGS,
     "release($self, /)\n--\n\nGive the memory back; nothing else works then."},
    {"tobytes", _GilCFunction_CAST(method_tobytes), GIL_METH_FASTCALL | GIL_METH_KEYWORDS,
     "tobytes($self, /, order='C')\n--\n\nThe elements as bytes, in order 'C', 'F', or 'A' for that of the memory."},
    {"hex", _GilCFunction_CAST(method_hex), GIL_METH_FASTCALL | GIL_METH_KEYWORDS,
     "hex($self, /, sep=<unrepresentable>, bytes_per_sep=1)\n--\n\nTwo digits a byte, as str."},
    {"tolist", method_tolist, GIL_METH_NOARGS, "tolist($self, /)\n--\n\nThe elements as lists, one in another."},
    {"cast", _GilCFunction_CAST(method_cast), GIL_METH_FASTCALL | GIL_METH_KEYWORDS,
     "cast($self, /, format, shape=None)\n--\n\nA view of the same memory in another format or shape."},
    {"count", method_count, GIL_METH_O, "count($self, value, /)\n--\n\nNumber of elements equal to value."},
    {"index", _GilCFunction_CAST(method_index), GIL_METH_FASTCALL,
     "index($self, value, start=0, stop=sys.maxsize, /)\n--\n\nFirst index of value; ValueError when there is none."},
    {"toreadonly", method_toreadonly, GIL_METH_NOARGS, "toreadonly($self, /)\n--\n\nA view that cannot be written to."},
    {"__enter__", method_enter, GIL_METH_NOARGS, NULL},
    {"__exit__", method_exit, GIL_METH_VARARGS, NULL},
    {NULL, NULL, 0, NULL},
};

/* --- attributes --- */

static GilObject *
sizes(const Gil_ssize_t *items, int n)
{
    GilObject *tuple = GilTuple_New(items != NULL ? n : 0);
    for (int i = 0; tuple != NULL && items != NULL && i < n; i++) {
        GilObject *item = GilLong_FromSsize_t(items[i]);
        if (item == NULL)
            Gil_CLEAR(tuple);
        else
            GilTuple_SET_ITEM(tuple, i, item);
    }
    return tuple;
}

enum attribute { OBJ, NBYTES, READONLY, ITEMSIZE, FORMAT, NDIM, SHAPE, STRIDES, SUBOFFSETS, ORDER_C, ORDER_F, ORDER_A };
static const char attributes[] = {OBJ,   NBYTES,  READONLY,   ITEMSIZE, FORMAT,  NDIM,
                                  SHAPE, STRIDES, SUBOFFSETS, ORDER_C,  ORDER_F, ORDER_A};

static GilObject *
get(GilObject *op, void *closure)
{
    struct gil_memoryview *self = gil_memoryview(op);
    const Gil_buffer *view = &self->view;
    char which = *(const char *)closure;

    if (gil_memoryview_need(self) < 0)
        return NULL;
    switch ((enum attribute)which) {
    case OBJ:
        return Gil_NewRef(view->obj != NULL ? view->obj : Gil_None);
    case NBYTES:
        return GilLong_FromSsize_t(view->len);
    case READONLY:
        return GilBool_FromLong(view->readonly);
    case ITEMSIZE:
        return GilLong_FromSsize_t(view->itemsize);
    case FORMAT:
        return GilUnicode_FromString(view->format);
    case NDIM:
        return GilLong_FromLong(view->ndim);
    case SHAPE:
        return sizes(view->shape, view->ndim);
    case STRIDES:
        return sizes(view->strides, view->ndim);
    case SUBOFFSETS:
        return sizes(view->suboffsets, view->ndim);
    case ORDER_C:
    case ORDER_F:
    case ORDER_A:
        break;
    }
    return GilBool_FromLong(GilBuffer_IsContiguous(view, which == ORDER_C ? 'C' : which == ORDER_F ? 'F' : 'A'));
}

#define ATTRIBUTE(name, which, doc) {name, get, NULL, doc, (void *)(uintptr_t)&attributes[which]}

static GilGetSetDef memoryview_getset[] = {
    ATTRIBUTE("obj", OBJ, "the object whose memory it is"),
    ATTRIBUTE("nbytes", NBYTES, "bytes of all elements"),
    ATTRIBUTE("readonly", READONLY, "whether elements cannot be written"),
    ATTRIBUTE("itemsize", ITEMSIZE, "bytes of one element"),
    ATTRIBUTE("format", FORMAT, "type of the elements, in the notation of struct"),
    ATTRIBUTE("ndim", NDIM, "number of dimensions"),
    ATTRIBUTE("shape", SHAPE, "length of each dimension"),
    ATTRIBUTE("strides", STRIDES, "bytes from one element to the next, in each dimension"),
    ATTRIBUTE("suboffsets", SUBOFFSETS, "for memory behind pointers"),
    ATTRIBUTE("c_contiguous", ORDER_C, "whether it is one block, the last index fastest"),
    ATTRIBUTE("f_contiguous", ORDER_F, "whether it is one block, the first index fastest"),
    ATTRIBUTE("contiguous", ORDER_A, "whether it is one block"),
    {NULL, NULL, NULL, NULL, NULL},
};

static GilBufferProcs memoryview_as_buffer = {gil_memoryview_getbuffer, gil_memoryview_releasebuffer};
static GilSequenceMethods memoryview_as_sequence = {.sq_length = memoryview_length, .sq_item = gil_memoryview_item};
static GilMappingMethods memoryview_as_mapping = {
    .mp_length = memoryview_length,
    .mp_subscript = gil_memoryview_subscript,
    .mp_ass_subscript = gil_memoryview_ass_subscript,
};

GilTypeObject GilMemoryView_Type = {
    .ob_base = GilVarObject_HEAD_INIT(&GilType_Type, 0)
    .tp_name = "memoryview",
    .tp_basicsize = sizeof(struct gil_memoryview),
    .tp_dealloc = gil_memoryview_dealloc,
    .tp_repr = memoryview_repr,
    .tp_as_sequence = &memoryview_as_sequence,
    .tp_as_mapping = &memoryview_as_mapping,
    .tp_hash = memoryview_hash,
    .tp_as_buffer = &memoryview_as_buffer,
    .tp_flags = Gil_TPFLAGS_STATIC_BUILTIN | Gil_TPFLAGS_HAVE_GC | Gil_TPFLAGS_SEQUENCE,
    .tp_doc = "memoryview(object): the memory of an object, without a copy.",
    .tp_traverse = gil_memoryview_traverse,
    .tp_clear = gil_memoryview_tp_clear,
    .tp_richcompare = memoryview_richcompare,
    .tp_weaklistoffset = offsetof(struct gil_memoryview, weaklist),
    .tp_methods = memoryview_methods,
    .tp_getset = memoryview_getset,
    .tp_new = memoryview_new,
};

int
gil_memoryview_start(void)
{
    return gil_type_ready(&gil_managed_buffer_type) < 0 ? -1 : gil_type_ready(&GilMemoryView_Type);
}
