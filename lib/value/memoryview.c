/* SPDX-License-Identifier: MIT */
/*
 * Memoryviews: who holds the buffer, and for how long.
 *
 * There are two kinds of objects. A managed buffer holds what an exporter lent, once. Memoryviews, any number, describe
 * parts of it in shape and strides of their own: slices, casts and copies of a view make further views of the same
 * managed buffer, so the exporter counts one export however many views there are. The managed buffer counts its views;
 * when the last one is released or dies, the exporter gets its memory back, at once and not when the objects
 * happen to go.
 *
 * A view is an exporter itself. While others have buffers of it (exports) it cannot be released, because
 * those point into its memory; the others hold the view, so it cannot die either.
 *
 * The awkward moment: index objects, slices and values that are written may be of anybody's making, and converting
 * them may release the very view. So each operation converts everything first, then asks once more whether the view was
 * released, and only then touches memory; between that and the last byte nothing runs.
 */
#include "value/memoryview.h"

#include "gilrt/bytes.h"
#include "gilrt/error.h"
#include "gilrt/gc.h"
#include "gilrt/weakref.h"
#include "object/error.h"
#include "object/type.h"

#include <string.h>

int
gil_memoryview_need(struct gil_memoryview *self)
{
    if (GIL_LIKELY(self->managed != NULL))
        return 0;
    GilErr_SetString(GilExc_ValueError, "operation forbidden on released memoryview object");
    return -1;
}

/* --- managed buffers --- */

static struct gil_managed_buffer *
managed_new(GilThreadState *ts)
{
    GilObject *op = gil_object_alloc_gc(ts, &gil_managed_buffer_type, sizeof(struct gil_managed_buffer));
    if (op == NULL)
        return NULL;
    struct gil_managed_buffer *managed = (struct gil_managed_buffer *)(void *)op;
    managed->views = 0;
    managed->master = (Gil_buffer){0};
    gil_object_track(ts, op);
    return managed;
}

static void
managed_dealloc(GilObject *op)
{
    gil_object_untrack(op);
    GilBuffer_Release(&((struct gil_managed_buffer *)(void *)op)->master); /* may run anything */
    gil_object_free_gc(op);
}

static int
managed_traverse(GilObject *op, visitproc visit, void *arg)
{
    Gil_VISIT(((struct gil_managed_buffer *)(void *)op)->master.obj);
    return 0;
}

GilTypeObject gil_managed_buffer_type = {
    .ob_base = GilVarObject_HEAD_INIT(&GilType_Type, 0)
    .tp_name = "managedbuffer",
    .tp_basicsize = sizeof(struct gil_managed_buffer),
    .tp_dealloc = managed_dealloc,
    .tp_flags = Gil_TPFLAGS_STATIC_BUILTIN | Gil_TPFLAGS_HAVE_GC | Gil_TPFLAGS_DISALLOW_INSTANTIATION,
    .tp_traverse = managed_traverse,
};

/* --- views --- */

/* The view's dimensions, from a buffer that may leave some of them out. */
static void
copy_dimensions(struct gil_memoryview *self, const Gil_buffer *src)
{
    Gil_buffer *view = &self->view;
    int n = src->ndim;

    if (n == 0) {
        view->shape = view->strides = view->suboffsets = NULL;
        return;
    }
    view->shape = self->room;
    view->strides = self->room + n;
    view->suboffsets = src->suboffsets != NULL ? self->room + 2 * n : NULL;
    if (src->shape != NULL)
        memcpy(view->shape, src->shape, (size_t)n * sizeof *view->shape);
    else
        view->shape[0] = src->itemsize > 0 ? src->len / src->itemsize : 0;
    if (src->strides != NULL)
        memcpy(view->strides, src->strides, (size_t)n * sizeof *view->strides);
    else
        GilBuffer_FillContiguousStrides(n, view->shape, view->strides, (int)view->itemsize, 'C');
    if (src->suboffsets != NULL)
        memcpy(view->suboffsets, src->suboffsets, (size_t)n * sizeof *view->suboffsets);
}

GilObject *
gil_memoryview_new(GilThreadState *ts, struct gil_managed_buffer *managed, const Gil_buffer *src)
{
    if (src->ndim < 0 || src->ndim > GilBUF_MAX_NDIM || (src->ndim > 1 && src->shape == NULL))
        return GilErr_Format(GilExc_ValueError, "memoryview: number of dimensions must not exceed %d", GilBUF_MAX_NDIM);
    Gil_ssize_t item_size;
    const char *format = gil_item_format(src->format, &item_size);
    size_t dimensions = 3 * (size_t)src->ndim * sizeof(Gil_ssize_t);
    size_t text = format == NULL ? strlen(src->format) + 1 : 0; /* of the exporter's, which a copy may outlive */
    struct gil_memoryview *self =
        gil_memoryview(gil_object_alloc_gc(ts, &GilMemoryView_Type, sizeof(struct gil_memoryview) + dimensions + text));
    if (self == NULL)
        return NULL;
    self->exports = 0;
    self->hash = -1;
    self->weaklist = NULL;
    self->view = *src;
    self->view.obj = managed->master.obj;
    self->view.format = format != NULL ? (char *)(uintptr_t)format
                                       : memcpy((char *)self->room + dimensions, src->format, text);
    self->view.internal = NULL;
    copy_dimensions(self, src);
    self->managed = managed;
    Gil_INCREF(managed);
    managed->views++;
    gil_object_track(ts, self);
    return &self->ob_base;
}

int
gil_memoryview_release(struct gil_memoryview *self)
{
    struct gil_managed_buffer *managed = self->managed;

    if (managed == NULL)
        return 0;
    if (self->exports > 0) {
        GilErr_Format(GilExc_BufferError, "memoryview has %zd exported buffer%s", self->exports,
                      self->exports == 1 ? "" : "s");
        return -1;
    }
    self->managed = NULL;
    self->view.obj = NULL;
    if (--managed->views == 0)
        GilBuffer_Release(&managed->master); /* may run anything; the view is released already */
    Gil_DECREF(managed);
    return 0;
}

void
gil_memoryview_dealloc(GilObject *op)
{
    struct gil_memoryview *self = gil_memoryview(op);

    GIL_ASSERT(self->exports == 0);
    gil_object_untrack(op);
    if (self->weaklist != NULL)
        GilObject_ClearWeakRefs(op);       /* may run anything */
    (void)gil_memoryview_release(self); /* may run anything; nobody can reach the view */
    gil_object_free_gc(op);
}

int
gil_memoryview_traverse(GilObject *op, visitproc visit, void *arg)
{
    Gil_VISIT(gil_memoryview(op)->managed);
    return 0;
}

/* A view that others have buffers of stays as it is: those go first, being garbage as well. */
int
gil_memoryview_tp_clear(GilObject *op)
{
    return gil_memoryview(op)->exports == 0 ? gil_memoryview_release(gil_memoryview(op)) : 0;
}

/* --- the view as exporter --- */

static int
refuse(const char *why)
{
    GilErr_Format(GilExc_BufferError, "memoryview: %s", why);
    return -1;
}

/* Whether the view can be lent as flags ask. 0, or -1 with BufferError. */
static int
can_lend(const Gil_buffer *view, int flags)
{
    if ((flags & GilBUF_WRITABLE) && view->readonly)
        return refuse("underlying buffer is not writable");
    if ((flags & GilBUF_C_CONTIGUOUS) == GilBUF_C_CONTIGUOUS && !GilBuffer_IsContiguous(view, 'C'))
        return refuse("underlying buffer is not C-contiguous");
    if ((flags & GilBUF_F_CONTIGUOUS) == GilBUF_F_CONTIGUOUS && !GilBuffer_IsContiguous(view, 'F'))
        return refuse("underlying buffer is not Fortran contiguous");
    if ((flags & GilBUF_ANY_CONTIGUOUS) == GilBUF_ANY_CONTIGUOUS && !GilBuffer_IsContiguous(view, 'A'))
        return refuse("underlying buffer is not contiguous");
    if ((flags & GilBUF_INDIRECT) != GilBUF_INDIRECT && view->suboffsets != NULL)
        return refuse("underlying buffer requires suboffsets");
    if ((flags & GilBUF_STRIDES) != GilBUF_STRIDES && !GilBuffer_IsContiguous(view, 'C'))
        return refuse("underlying buffer is not C-contiguous");
    if ((flags & GilBUF_ND) == 0 && (flags & GilBUF_FORMAT) != 0)
        return refuse("cannot cast to unsigned bytes if the format flag is present");
    return 0;
}

int
gil_memoryview_getbuffer(GilObject *op, Gil_buffer *view, int flags)
{
    struct gil_memoryview *self = gil_memoryview(op);

    view->obj = NULL;
    if (gil_memoryview_need(self) < 0 || can_lend(&self->view, flags) < 0)
        return -1;
    *view = self->view;
    if (!(flags & GilBUF_FORMAT))
        view->format = NULL;
    if ((flags & GilBUF_STRIDES) != GilBUF_STRIDES)
        view->strides = NULL;
    if (!(flags & GilBUF_ND)) {
        view->ndim = 1;
        view->shape = NULL;
    }
    view->obj = Gil_NewRef(op);
    self->exports++;
    return 0;
}

void
gil_memoryview_releasebuffer(GilObject *op, Gil_buffer *Gil_UNUSED(view))
{
    GIL_REQUIRE(gil_memoryview(op)->exports > 0,
                "a buffer of a memoryview is released more often than it was exported");
    gil_memoryview(op)->exports--;
}

/* --- the public functions --- */

/* A view of a managed buffer whose master is filled; takes the reference. */
static GilObject *
first_view(GilThreadState *ts, struct gil_managed_buffer *managed)
{
    GilObject *op = gil_memoryview_new(ts, managed, &managed->master);
    Gil_DECREF(managed); /* without a view it gives the buffer back */
    return op;
}

GilObject *
GilMemoryView_FromObject(GilObject *base)
{
    GilThreadState *ts = gil_err_begin(__func__, base != NULL);

    if (base == NULL)
        return gil_err_null(__func__);
    if (GilMemoryView_Check(base)) {
        struct gil_memoryview *self = gil_memoryview(base);
        return gil_memoryview_need(self) < 0 ? NULL : gil_memoryview_new(ts, self->managed, &self->view);
    }
    if (!GilObject_CheckBuffer(base))
        return GilErr_Format(GilExc_TypeError, "memoryview: a bytes-like object is required, not '%.200s'",
                             Gil_TYPE(base)->tp_name);
    struct gil_managed_buffer *managed = managed_new(ts);
    if (managed == NULL)
        return NULL;
    if (GilObject_GetBuffer(base, &managed->master, GilBUF_FULL_RO) < 0) { /* may run anything */
        Gil_DECREF(managed);
        return NULL;
    }
    return first_view(ts, managed);
}

GilObject *
GilMemoryView_FromMemory(char *mem, Gil_ssize_t size, int flags)
{
    GilThreadState *ts = gil_tstate_need(__func__);

    if (mem == NULL)
        return gil_err_null(__func__);
    if ((flags != GilBUF_READ && flags != GilBUF_WRITE) || size < 0)
        return GilErr_Format(GilExc_SystemError, "%s: bad argument (flags 0x%x, size %zd)", __func__, (unsigned)flags,
                             size);
    struct gil_managed_buffer *managed = managed_new(ts);
    if (managed == NULL)
        return NULL;
    (void)GilBuffer_FillInfo(&managed->master, NULL, mem, size, flags == GilBUF_READ, GilBUF_FULL_RO);
    return first_view(ts, managed);
}

GilObject *
GilMemoryView_FromBuffer(const Gil_buffer *info)
{
    GilThreadState *ts = gil_tstate_need(__func__);

    if (info == NULL)
        return gil_err_null(__func__);
    if (info->buf == NULL)
        return GilErr_Format(GilExc_ValueError, "%s: info->buf must not be NULL", __func__);
    struct gil_managed_buffer *managed = managed_new(ts);
    if (managed == NULL)
        return NULL;
    managed->master = *info;
    managed->master.obj = NULL; /* the buffer stays the caller's */
    return first_view(ts, managed);
}

/* A view of a copy of src's elements in that order, of the same format and shape. */
static GilObject *
view_of_copy(GilThreadState *ts, const Gil_buffer *src, char order)
{
    Gil_ssize_t strides[GilBUF_MAX_NDIM];
    GilObject *bytes = GilBytes_FromStringAndSize(NULL, src->len);
    struct gil_managed_buffer *managed = bytes != NULL ? managed_new(ts) : NULL;

    if (managed == NULL) {
        Gil_XDECREF(bytes);
        return NULL;
    }
    (void)GilBuffer_ToContiguous(GilBytes_AS_STRING(bytes), src, src->len, order);
    (void)GilObject_GetBuffer(bytes, &managed->master, GilBUF_FULL_RO); /* bytes never refuse to be read */
    Gil_DECREF(bytes);
    Gil_buffer copy = *src;
    copy.buf = managed->master.buf;
    copy.readonly = 1;
    copy.suboffsets = NULL;
    copy.strides = strides;
    GilBuffer_FillContiguousStrides(src->ndim, src->shape, strides, (int)src->itemsize, order == 'F' ? 'F' : 'C');
    GilObject *op = gil_memoryview_new(ts, managed, &copy);
    Gil_DECREF(managed);
    return op;
}

GilObject *
GilMemoryView_GetContiguous(GilObject *base, int buffertype, char order)
{
    GilThreadState *ts = gil_err_begin(__func__, base != NULL);

    if (base == NULL)
        return gil_err_null(__func__);
    if ((buffertype != GilBUF_READ && buffertype != GilBUF_WRITE) || (order != 'C' && order != 'F' && order != 'A'))
        return GilErr_Format(GilExc_SystemError, "%s: bad argument (buffertype 0x%x, order %d)", __func__,
                             (unsigned)buffertype, order);
    GilObject *op = GilMemoryView_FromObject(base), *result = NULL; /* may run anything */
    if (op == NULL)
        return NULL;
    const Gil_buffer *view = &gil_memoryview(op)->view;
    if (buffertype == GilBUF_WRITE && view->readonly)
        GilErr_SetString(GilExc_BufferError, "underlying buffer is not writable");
    else if (GilBuffer_IsContiguous(view, order))
        return op;
    else if (buffertype == GilBUF_WRITE)
        GilErr_SetString(GilExc_BufferError, "writable contiguous buffer requested for a non-contiguous object.");
    else
        result = view_of_copy(ts, view, order);
    Gil_DECREF(op);
    return result;
}

/* The view that is asked, or NULL with the error set. */
static struct gil_memoryview *
need_view(const char *func, GilObject *mview)
{
    if (mview == NULL)
        return gil_err_null(func);
    if (!GilMemoryView_Check(mview))
        return gil_err_type(func, "a memoryview", mview);
    return gil_memoryview_need(gil_memoryview(mview)) < 0 ? NULL : gil_memoryview(mview);
}

Gil_buffer *
_GilMemoryView_GetBuffer(GilObject *mview)
{
    gil_tstate_need(__func__);
    struct gil_memoryview *self = need_view(__func__, mview);
    return self != NULL ? &self->view : NULL;
}

GilObject *
_GilMemoryView_GetBase(GilObject *mview)
{
    gil_tstate_need(__func__);
    struct gil_memoryview *self = need_view(__func__, mview);
    return self != NULL ? self->view.obj : NULL;
}
