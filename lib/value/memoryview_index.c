/* SPDX-License-Identifier: MIT */
/*
 * Memoryviews: indexing, slicing, casting, and all elements as lists.
 *
 * A key that is an int, or a tuple of as many ints as there are dimensions, names an element; a slice makes a view of a
 * part of the first dimension. Keys are read completely before the memory is looked at: see memoryview.c.
 */
#include "gilrt/error.h"
#include "gilrt/list.h"
#include "gilrt/long.h"
#include "gilrt/none.h"
#include "gilrt/number.h"
#include "gilrt/slice.h"
#include "gilrt/tuple.h"
#include "gilrt/unicode.h"
#include "object/error.h"
#include "value/memoryview.h"
#include "value/row.h"

#include <string.h>

/* What a key says. */
enum key_kind { KEY_FAILED, KEY_ELEMENT, KEY_SLICE, KEY_SLICES, KEY_WHOLE, KEY_OTHER };

struct key {
    Gil_ssize_t n; /* indices of an element */
    Gil_ssize_t indices[GilBUF_MAX_NDIM];
    Gil_ssize_t start, stop, step; /* of a slice, not adjusted yet */
};

/* The items of a tuple: all ints, all slices, or neither. A tuple longer than any view is told by its length. */
static enum key_kind
read_tuple(GilObject *tuple, struct key *key)
{
    Gil_ssize_t n = GilTuple_GET_SIZE(tuple), ints = 0, slices = 0;

    key->n = n;
    for (Gil_ssize_t i = 0; i < n; i++) {
        GilObject *item = GilTuple_GET_ITEM(tuple, i);
        ints += GilIndex_Check(item);
        slices += GilSlice_Check(item);
    }
    if (slices == n && n > 0)
        return KEY_SLICES;
    if (ints != n)
        return KEY_OTHER;
    for (Gil_ssize_t i = 0; i < n && i < GilBUF_MAX_NDIM; i++) {
        key->indices[i] = GilNumber_AsSsize_t(GilTuple_GET_ITEM(tuple, i), GilExc_IndexError); /* may run anything */
        if (key->indices[i] == -1 && GilErr_Occurred() != NULL)
            return KEY_FAILED;
    }
    return KEY_ELEMENT;
}

static enum key_kind
read_key(GilObject *object, struct key *key)
{
    if (object == Gil_Ellipsis)
        return KEY_WHOLE;
    if (GilTuple_Check(object))
        return read_tuple(object, key);
    if (GilSlice_Check(object)) /* may run anything, as below */
        return GilSlice_Unpack(object, &key->start, &key->stop, &key->step) < 0 ? KEY_FAILED : KEY_SLICE;
    if (!GilIndex_Check(object))
        return KEY_OTHER;
    key->n = -1; /* a plain int, not a tuple of one */
    key->indices[0] = GilNumber_AsSsize_t(object, GilExc_IndexError); /* may run anything */
    return key->indices[0] == -1 && GilErr_Occurred() != NULL ? KEY_FAILED : KEY_ELEMENT;
}

/* Address of the element that key names, or NULL with the error set. */
static char *
locate(const Gil_buffer *view, struct key *key, const char *sub_views)
{
    Gil_ssize_t n = key->n < 0 ? 1 : key->n;

    if (view->ndim == 0 && key->n != 0) {
        GilErr_SetString(GilExc_TypeError, "invalid indexing of 0-dim memory");
        return NULL;
    }
    if (n < view->ndim) {
        GilErr_SetString(GilExc_NotImplementedError, key->n < 0 ? sub_views : "sub-views are not implemented");
        return NULL;
    }
    if (n > view->ndim) {
        GilErr_Format(GilExc_TypeError, "cannot index %d-dimension view with %zd-element tuple", view->ndim, n);
        return NULL;
    }
    for (int i = 0; i < view->ndim; i++) {
        if (key->indices[i] < 0)
            key->indices[i] += view->shape[i];
        if (key->indices[i] < 0 || key->indices[i] >= view->shape[i]) {
            GilErr_Format(GilExc_IndexError, "index out of bounds on dimension %d", i + 1);
            return NULL;
        }
    }
    return gil_item_need(view) < 0 ? NULL : GilBuffer_GetPointer(view, key->indices);
}

/* The part of view that the slice names: dimensions stands for view's shape and strides. */
static void
cut(const Gil_buffer *view, struct key *key, Gil_buffer *part, Gil_ssize_t *dimensions)
{
    int n = view->ndim;

    *part = *view;
    part->shape = memcpy(dimensions, view->shape, (size_t)n * sizeof *dimensions);
    part->strides = memcpy(dimensions + n, view->strides, (size_t)n * sizeof *dimensions);
    part->shape[0] = GilSlice_AdjustIndices(view->shape[0], &key->start, &key->stop, key->step);
    /* A step beyond all memory leaves one element at most, whose stride nobody follows: then it wraps, as in CPython. */
    (void)__builtin_mul_overflow(view->strides[0], key->step, &part->strides[0]);
    if (part->shape[0] > 0) /* else start is no element of it, and may lie outside of all memory */
        part->buf = (char *)view->buf + view->strides[0] * key->start;
    part->len = part->itemsize;
    for (int i = 0; i < n; i++)
        part->len *= part->shape[i];
}

GilObject *
gil_memoryview_subscript(GilObject *op, GilObject *object)
{
    struct gil_memoryview *self = gil_memoryview(op);
    Gil_ssize_t dimensions[2 * GilBUF_MAX_NDIM];
    Gil_buffer part;
    struct key key;

    if (gil_memoryview_need(self) < 0)
        return NULL;
    enum key_kind kind = read_key(object, &key); /* may run anything */
    if (kind == KEY_FAILED || gil_memoryview_need(self) < 0)
        return NULL;
    if (kind == KEY_ELEMENT) {
        char *at = locate(&self->view, &key, "multi-dimensional sub-views are not implemented");
        return at != NULL ? gil_item_unpack(self->view.format, at) : NULL;
    }
    if (self->view.ndim == 0)
        return kind == KEY_WHOLE ? Gil_NewRef(op)
                                 : GilErr_Format(GilExc_TypeError, "invalid indexing of 0-dim memory");
    if (kind == KEY_SLICES)
        return GilErr_Format(GilExc_NotImplementedError, "multi-dimensional slicing is not implemented");
    if (kind != KEY_SLICE)
        return GilErr_Format(GilExc_TypeError, "memoryview: invalid slice key");
    cut(&self->view, &key, &part, dimensions);
    return gil_memoryview_new(gil_tstate_need(__func__), self->managed, &part);
}

GilObject *
gil_memoryview_item(GilObject *op, Gil_ssize_t i)
{
    struct gil_memoryview *self = gil_memoryview(op);
    struct key key = {.n = -1, .indices = {i}};

    if (gil_memoryview_need(self) < 0)
        return NULL;
    char *at = locate(&self->view, &key, "multi-dimensional sub-views are not implemented");
    return at != NULL ? gil_item_unpack(self->view.format, at) : NULL;
}

/* --- writing --- */

static const char *
plain_format(const char *format)
{
    return format == NULL ? "B" : *format == '@' ? format + 1 : format;
}

/* Elements of one row become those of another of the same structure; the rows may overlap. Runs nothing. 0, -1. */
static int
copy_row(GilThreadState *ts, const Gil_buffer *to, const Gil_buffer *from)
{
    if (from->ndim != 1 || to->shape[0] != (from->shape != NULL ? from->shape[0] : from->len / from->itemsize) ||
        to->itemsize != from->itemsize || strcmp(plain_format(to->format), plain_format(from->format)) != 0) {
        GilErr_SetString(GilExc_ValueError, "memoryview assignment: lvalue and rvalue have different structures");
        return -1;
    }
    if (to->len == 0)
        return 0;
    if (GilBuffer_IsContiguous(to, 'C') && GilBuffer_IsContiguous(from, 'C')) {
        memmove(to->buf, from->buf, (size_t)to->len);
        return 0;
    }
    char *between = gil_heap_malloc(ts->heap, (size_t)to->len);
    if (between == NULL) {
        gil_err_no_memory(ts);
        return -1;
    }
    (void)GilBuffer_ToContiguous(between, from, from->len, 'C');
    (void)GilBuffer_FromContiguous(to, between, to->len, 'C');
    gil_heap_free(between);
    return 0;
}

static int
assign_slice(struct gil_memoryview *self, struct key *key, GilObject *value)
{
    Gil_ssize_t dimensions[2 * GilBUF_MAX_NDIM];
    Gil_buffer source, part;
    int rc = -1;

    if (self->view.ndim != 1) {
        GilErr_SetString(GilExc_NotImplementedError,
                         "memoryview slice assignments are currently restricted to ndim = 1");
        return -1;
    }
    if (GilObject_GetBuffer(value, &source, GilBUF_FULL_RO) < 0) /* may run anything */
        return -1;
    if (gil_memoryview_need(self) == 0) {
        cut(&self->view, key, &part, dimensions);
        rc = copy_row(gil_tstate_need(__func__), &part, &source);
    }
    GilBuffer_Release(&source); /* may run anything */
    return rc;
}

/* The element that key names becomes value. */
static int
assign_element(struct gil_memoryview *self, struct key *key, GilObject *value)
{
    char room[16]; /* for itemsize bytes: locate() has compared them with the format's */

    if (locate(&self->view, key, "sub-views are not implemented") == NULL ||
        gil_item_pack(self->view.format, value, room) < 0 || gil_memoryview_need(self) < 0) /* may run anything */
        return -1;
    memcpy(GilBuffer_GetPointer(&self->view, key->indices), room, (size_t)self->view.itemsize);
    return 0;
}

int
gil_memoryview_ass_subscript(GilObject *op, GilObject *object, GilObject *value)
{
    struct gil_memoryview *self = gil_memoryview(op);
    struct key key;

    if (gil_memoryview_need(self) < 0)
        return -1;
    if (self->view.readonly || value == NULL) {
        GilErr_SetString(GilExc_TypeError,
                         self->view.readonly ? "cannot modify read-only memory" : "cannot delete memory");
        return -1;
    }
    enum key_kind kind = read_key(object, &key); /* may run anything */
    if (kind == KEY_FAILED || gil_memoryview_need(self) < 0)
        return -1;
    if (kind == KEY_WHOLE && self->view.ndim == 0) {
        key.n = 0;
        kind = KEY_ELEMENT;
    }
    if (kind == KEY_ELEMENT)
        return assign_element(self, &key, value);
    if (self->view.ndim == 0)
        GilErr_SetString(GilExc_TypeError, "invalid indexing of 0-dim memory");
    else if (kind == KEY_SLICE)
        return assign_slice(self, &key, value);
    else if (kind == KEY_SLICES)
        GilErr_SetString(GilExc_NotImplementedError,
                         "memoryview slice assignments are currently restricted to ndim = 1");
    else
        GilErr_SetString(GilExc_TypeError, "memoryview: invalid slice key");
    return -1;
}

/* --- cast --- */

static GilObject *
refuse(GilObject *exception, const char *why)
{
    return GilErr_Format(exception, "memoryview: %s", why);
}

/* The lengths in a list or tuple into shape: how many, or -1 with the error set. Runs nothing: they are ints. */
static int
read_shape(GilObject *lengths, Gil_ssize_t *shape, Gil_ssize_t *product)
{
    Gil_ssize_t n = Gil_SIZE(lengths);

    if (n > GilBUF_MAX_NDIM) {
        GilErr_Format(GilExc_ValueError, "memoryview: number of dimensions must not exceed %d", GilBUF_MAX_NDIM);
        return -1;
    }
    for (Gil_ssize_t i = 0; i < n; i++) {
        GilObject *item = gil_row_items(lengths)[i];
        if (item == NULL || !GilLong_Check(item)) {
            GilErr_SetString(GilExc_TypeError, "memoryview.cast(): elements of shape must be integers");
            return -1;
        }
        shape[i] = GilLong_AsSsize_t(item);
        if (shape[i] == -1 && GilErr_Occurred() != NULL)
            return -1;
        if (shape[i] <= 0) {
            GilErr_SetString(GilExc_ValueError, "memoryview.cast(): elements of shape must be integers > 0");
            return -1;
        }
        if (__builtin_mul_overflow(*product, shape[i], product)) {
            GilErr_SetString(GilExc_ValueError, "memoryview.cast(): product(shape) > SSIZE_MAX");
            return -1;
        }
    }
    return (int)n;
}

static int
is_octet(const char *format)
{
    char code = gil_item_code(format);
    return code == 'B' || code == 'b' || code == 'c';
}

static int
has_zero(const Gil_buffer *view)
{
    for (int i = 0; i < view->ndim; i++)
        if (view->shape[i] == 0)
            return 1;
    return 0;
}

/* The format that view is cast to, and its size; NULL with the error set. */
static const char *
cast_format(const Gil_buffer *view, GilObject *format, Gil_ssize_t *size)
{
    const char *text = GilUnicode_AsUTF8(format);
    const char *native = text != NULL ? gil_item_format(text, size) : NULL;

    if (text == NULL)
        return NULL;
    if (gil_item_code(view->format) == '\0' || native == NULL)
        GilErr_Format(GilExc_ValueError, "memoryview: %s format must be a native single character format prefixed with "
                                         "an optional '@'", native == NULL ? "destination" : "source");
    else if (!is_octet(view->format) && !is_octet(native))
        refuse(GilExc_TypeError, "cannot cast between two non-byte formats");
    else if (view->len % *size != 0)
        refuse(GilExc_TypeError, "length is not a multiple of itemsize");
    else
        return native;
    return NULL;
}

GilObject *
gil_memoryview_cast(GilThreadState *ts, struct gil_memoryview *self, GilObject *format, GilObject *lengths)
{
    Gil_ssize_t shape[GilBUF_MAX_NDIM], size = 1, product;
    Gil_buffer cast;

    if (gil_memoryview_need(self) < 0)
        return NULL;
    cast = self->view;
    if (!GilBuffer_IsContiguous(&cast, 'C'))
        return refuse(GilExc_TypeError, "casts are restricted to C-contiguous views");
    if ((lengths != NULL || cast.ndim != 1) && has_zero(&cast))
        return refuse(GilExc_TypeError, "cannot cast view with zeros in shape or strides");
    if (lengths != NULL && !GilList_Check(lengths) && !GilTuple_Check(lengths))
        return GilErr_Format(GilExc_TypeError, "shape must be a list or a tuple");
    if (lengths != NULL && cast.ndim != 1 && Gil_SIZE(lengths) != 1 && Gil_SIZE(lengths) <= GilBUF_MAX_NDIM)
        return refuse(GilExc_TypeError, "cast must be 1D -> ND or ND -> 1D");
    const char *native = cast_format(&cast, format, &size);
    if (native == NULL)
        return NULL;
    product = size;
    int n = lengths != NULL ? read_shape(lengths, shape, &product) : 1;
    if (n < 0)
        return NULL;
    if (lengths != NULL && product != cast.len)
        return refuse(GilExc_TypeError, "product(shape) * itemsize != buffer size");
    if (lengths == NULL)
        shape[0] = cast.len / size;
    cast.format = (char *)(uintptr_t)native;
    cast.itemsize = size;
    cast.ndim = n;
    cast.shape = shape;
    cast.strides = cast.suboffsets = NULL;
    return gil_memoryview_new(ts, self->managed, &cast);
}

/* --- as lists --- */

/* Dimension dim and those below it, at the indices that stand in front. */
static GilObject *
list_of(const Gil_buffer *view, Gil_ssize_t *indices, int dim)
{
    if (dim == view->ndim)
        return gil_item_unpack(view->format, GilBuffer_GetPointer(view, indices));
    GilObject *list = GilList_New(view->shape[dim]);
    for (Gil_ssize_t i = 0; list != NULL && i < view->shape[dim]; i++) {
        indices[dim] = i;
        GilObject *item = list_of(view, indices, dim + 1);
        if (item == NULL)
            Gil_CLEAR(list);
        else
            GilList_SET_ITEM(list, i, item);
    }
    return list;
}

GilObject *
gil_memoryview_tolist(struct gil_memoryview *self)
{
    Gil_ssize_t indices[GilBUF_MAX_NDIM];

    return gil_memoryview_need(self) < 0 || gil_item_need(&self->view) < 0 ? NULL : list_of(&self->view, indices, 0);
}
