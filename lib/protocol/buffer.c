/* SPDX-License-Identifier: MIT */
/* Buffers: lending memory, finding one's way in it, and copying between scattered and contiguous elements. */
#include "gilrt/buffer.h"

#include "gilrt/typeobject.h"
#include "object/error.h"

#include <string.h>

/* All bits that a request may have. */
#define REQUEST_BITS                                                                                       \
    (GilBUF_WRITABLE | GilBUF_FORMAT | GilBUF_C_CONTIGUOUS | GilBUF_F_CONTIGUOUS | GilBUF_ANY_CONTIGUOUS | \
     GilBUF_INDIRECT)

/* Whether flags can be a request: known bits only, and what stands on strides comes with them. GilBUF_READ and
 * GilBUF_WRITE, which belong to other functions, fail here. */
static int
valid_request(int flags)
{
    int on_strides = flags & REQUEST_BITS & ~(GilBUF_WRITABLE | GilBUF_FORMAT | GilBUF_ND);
    return (flags & ~REQUEST_BITS) == 0 && (on_strides == 0 || (flags & GilBUF_STRIDES) == GilBUF_STRIDES);
}

static const GilBufferProcs *
procs_of(GilObject *obj)
{
    const GilBufferProcs *procs = Gil_TYPE(obj)->tp_as_buffer;
    return procs != NULL && procs->bf_getbuffer != NULL ? procs : NULL;
}

int
GilObject_CheckBuffer(GilObject *obj)
{
    gil_tstate_need(__func__);
    return obj != NULL && procs_of(obj) != NULL;
}

int
GilObject_GetBuffer(GilObject *exporter, Gil_buffer *view, int flags)
{
    GilThreadState *ts = gil_err_begin(__func__, exporter != NULL);

    if (view != NULL)
        view->obj = NULL;
    if (exporter == NULL || view == NULL) {
        gil_err_null(__func__);
        return -1;
    }
    const GilBufferProcs *procs = procs_of(exporter);
    if (procs == NULL) {
        GilErr_Format(GilExc_TypeError, "a bytes-like object is required, not '%.100s'", Gil_TYPE(exporter)->tp_name);
        return -1;
    }
    if (!valid_request(flags)) {
        GilErr_Format(GilExc_ValueError, "%s: invalid flags 0x%x", __func__, (unsigned)flags);
        return -1;
    }
    int rc = procs->bf_getbuffer(exporter, view, flags);
    GIL_ASSERT(rc < 0 ? gil_err_pending(ts) : !gil_err_pending(ts));
    GIL_ASSERT(rc < 0 || (view->ndim >= 0 && view->ndim <= GilBUF_MAX_NDIM && view->len >= 0));
    (void)ts;
    if (rc < 0)
        view->obj = NULL;
    return rc;
}

void
GilBuffer_Release(Gil_buffer *view)
{
    gil_tstate_need(__func__);
    if (view == NULL || view->obj == NULL)
        return;
    GilObject *obj = view->obj;
    const GilBufferProcs *procs = Gil_TYPE(obj)->tp_as_buffer;
    if (procs != NULL && procs->bf_releasebuffer != NULL)
        procs->bf_releasebuffer(obj, view);
    view->obj = NULL;
    Gil_DECREF(obj);
}

int
GilBuffer_FillInfo(Gil_buffer *view, GilObject *exporter, void *buf, Gil_ssize_t len, int readonly, int flags)
{
    gil_tstate_need(__func__);
    if (view == NULL) {
        GilErr_SetString(GilExc_BufferError, "GilBuffer_FillInfo: view==NULL argument is obsolete");
        return -1;
    }
    view->obj = NULL;
    if (len < 0 || !valid_request(flags)) {
        GilErr_Format(GilExc_ValueError, len < 0 ? "%s: negative length" : "%s: invalid flags", __func__);
        return -1;
    }
    if ((flags & GilBUF_WRITABLE) != 0 && readonly) {
        GilErr_SetString(GilExc_BufferError, "Object is not writable.");
        return -1;
    }
    view->obj = Gil_XNewRef(exporter);
    view->buf = buf;
    view->len = len;
    view->readonly = readonly != 0;
    view->itemsize = 1;
    view->ndim = 1;
    view->format = (flags & GilBUF_FORMAT) != 0 ? (char *)"B" : NULL;
    view->shape = (flags & GilBUF_ND) != 0 ? &view->len : NULL;
    view->strides = (flags & GilBUF_STRIDES) == GilBUF_STRIDES ? &view->itemsize : NULL;
    view->suboffsets = NULL;
    view->internal = NULL;
    return 0;
}

/* --- layout --- */

/* Whether strides are those of a contiguous array; the fastest index comes first or last. Lengths 0 and 1 step nowhere.
 */
static int
strides_fit(const Gil_buffer *view, int first_fastest)
{
    Gil_ssize_t step = view->itemsize;

    for (int k = 0; k < view->ndim; k++) {
        int i = first_fastest ? k : view->ndim - 1 - k;
        if (view->shape[i] > 1 && view->strides[i] != step)
            return 0;
        step *= view->shape[i];
    }
    return 1;
}

static int
is_c_contiguous(const Gil_buffer *view)
{
    return view->len == 0 || view->strides == NULL || view->shape == NULL || strides_fit(view, 0);
}

static int
is_fortran_contiguous(const Gil_buffer *view)
{
    if (view->len == 0)
        return 1;
    if (view->strides != NULL && view->shape != NULL)
        return strides_fit(view, 1);
    /* C-contiguous: the same in both orders where there is no more than one dimension longer than 1. */
    int longer = 0;
    for (int i = 0; view->shape != NULL && i < view->ndim; i++)
        longer += view->shape[i] > 1;
    return longer <= 1;
}

int
GilBuffer_IsContiguous(const Gil_buffer *view, char order)
{
    gil_tstate_need(__func__);
    if (view == NULL || view->suboffsets != NULL)
        return 0;
    if (order == 'C')
        return is_c_contiguous(view);
    if (order == 'F')
        return is_fortran_contiguous(view);
    return order == 'A' && (is_c_contiguous(view) || is_fortran_contiguous(view));
}

void
GilBuffer_FillContiguousStrides(int ndims, Gil_ssize_t *shape, Gil_ssize_t *strides, int itemsize, char order)
{
    Gil_ssize_t step = itemsize;

    gil_tstate_need(__func__);
    for (int k = 0; shape != NULL && strides != NULL && k < ndims; k++) {
        int i = order == 'F' ? k : ndims - 1 - k;
        strides[i] = step;
        step *= shape[i];
    }
}

/* Address of an element; steps says how far each index goes. */
static char *
element_at(const Gil_buffer *view, const Gil_ssize_t *steps, const Gil_ssize_t *indices)
{
    char *at = view->buf;

    for (int i = 0; i < view->ndim; i++) {
        at += steps[i] * indices[i];
        if (view->suboffsets != NULL && view->suboffsets[i] >= 0)
            at = *(char **)(void *)at + view->suboffsets[i];
    }
    return at;
}

/* The view's strides, or those it leaves out, made in room. */
static const Gil_ssize_t *
steps_of(const Gil_buffer *view, Gil_ssize_t room[GilBUF_MAX_NDIM])
{
    if (view->strides != NULL || view->ndim == 0)
        return view->strides;
    if (view->shape != NULL) {
        GilBuffer_FillContiguousStrides(view->ndim, view->shape, room, (int)view->itemsize, 'C');
        return room;
    }
    /* One row, of however many dimensions it was: the last index alone goes anywhere. */
    memset(room, 0, (size_t)view->ndim * sizeof(room[0]));
    room[view->ndim - 1] = view->itemsize;
    return room;
}

void *
GilBuffer_GetPointer(const Gil_buffer *view, const Gil_ssize_t *indices)
{
    Gil_ssize_t room[GilBUF_MAX_NDIM];

    gil_tstate_need(__func__);
    if (view == NULL || indices == NULL)
        return gil_err_null(__func__);
    return element_at(view, steps_of(view, room), indices);
}

/* --- copying --- */

/* The next element in order 'F' (first index fastest) or any other (last index fastest). */
static void
next_index(const Gil_buffer *view, Gil_ssize_t *indices, char order)
{
    for (int k = 0; k < view->ndim; k++) {
        int i = order == 'F' ? k : view->ndim - 1 - k;
        if (++indices[i] < view->shape[i])
            return;
        indices[i] = 0;
    }
}

/* len bytes between the elements of view and a contiguous array, whole elements only. */
static void
copy_elements(const Gil_buffer *view, char *array, Gil_ssize_t len, char order, int to_view)
{
    Gil_ssize_t indices[GilBUF_MAX_NDIM] = {0}, room[GilBUF_MAX_NDIM];
    const Gil_ssize_t *steps = steps_of(view, room);
    size_t size = (size_t)view->itemsize;

    for (Gil_ssize_t left = len / view->itemsize; left > 0; left--) {
        char *element = element_at(view, steps, indices);
        memcpy(to_view ? element : array, to_view ? array : element, size);
        array += size;
        next_index(view, indices, order);
    }
}

static void
copy(const Gil_buffer *view, char *array, Gil_ssize_t len, char order, int to_view)
{
    if (len <= 0)
        return;
    if (GilBuffer_IsContiguous(view, order))
        memcpy(to_view ? view->buf : array, to_view ? array : view->buf, (size_t)len);
    else
        copy_elements(view, array, len, order, to_view);
}

int
GilBuffer_ToContiguous(void *buf, const Gil_buffer *src, Gil_ssize_t len, char order)
{
    gil_tstate_need(__func__);
    if (buf == NULL || src == NULL) {
        gil_err_null(__func__);
        return -1;
    }
    if (len != src->len) {
        GilErr_SetString(GilExc_ValueError, "GilBuffer_ToContiguous: len != view->len");
        return -1;
    }
    copy(src, buf, len, order, 0);
    return 0;
}

int
GilBuffer_FromContiguous(const Gil_buffer *view, const void *buf, Gil_ssize_t len, char order)
{
    gil_tstate_need(__func__);
    if (view == NULL || buf == NULL) {
        gil_err_null(__func__);
        return -1;
    }
    if (view->readonly) {
        GilErr_SetString(GilExc_BufferError, "Object is not writable.");
        return -1;
    }
    copy(view, (char *)(uintptr_t)buf, Gil_MIN(len, view->len), order, 1);
    return 0;
}

/* --- formats --- */

/* An element type in the notation of struct: its size alone, and as the C type with its alignment. */
struct code {
    char code;
    unsigned char standard; /* bytes after "=", "<", ">", "!"; 0: not to be had there */
    unsigned char native;
    unsigned char align;
};

#define NATIVE(type) sizeof(type), _Alignof(type)

static const struct code codes[] = {
    {'x', 1, 1, 1},
    {'c', 1, 1, 1},
    {'b', 1, 1, 1},
    {'B', 1, 1, 1},
    {'?', 1, NATIVE(_Bool)},
    {'s', 1, 1, 1},
    {'p', 1, 1, 1},
    {'h', 2, NATIVE(short)},
    {'H', 2, NATIVE(short)},
    {'i', 4, NATIVE(int)},
    {'I', 4, NATIVE(int)},
    {'l', 4, NATIVE(long)},
    {'L', 4, NATIVE(long)},
    {'q', 8, NATIVE(long long)},
    {'Q', 8, NATIVE(long long)},
    {'n', 0, NATIVE(Gil_ssize_t)},
    {'N', 0, NATIVE(Gil_ssize_t)},
    {'P', 0, NATIVE(void *)},
    {'e', 2, 2, 2},
    {'f', 4, NATIVE(float)},
    {'d', 8, NATIVE(double)},
};

static const struct code *
find_code(char c)
{
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(codes); i++)
        if (codes[i].code == c)
            return &codes[i];
    return NULL;
}

/* A repeat count at *p; 1 where there is none, -1 where it is too large. */
static Gil_ssize_t
read_count(const char **p)
{
    Gil_ssize_t count = 0;

    if (**p < '0' || **p > '9')
        return 1;
    for (; **p >= '0' && **p <= '9'; ++*p)
        if (__builtin_mul_overflow(count, 10, &count) || __builtin_add_overflow(count, **p - '0', &count))
            return -1;
    return count;
}

/* The size, or -1: malformed or too large. */
static Gil_ssize_t
format_size(const char *p)
{
    int native = 1;
    Gil_ssize_t total = 0, bytes;

    if (*p != '\0' && strchr("@=<>!", *p) != NULL)
        native = *p++ == '@';
    while (*p != '\0') {
        if (*p == ' ' || (*p >= '\t' && *p <= '\r')) {
            p++;
            continue;
        }
        Gil_ssize_t count = read_count(&p);
        const struct code *code = *p == '\0' ? NULL : find_code(*p++);
        if (code == NULL || count < 0 || (!native && code->standard == 0))
            return -1;
        if (native && __builtin_add_overflow(total, -total & (code->align - 1), &total))
            return -1;
        if (__builtin_mul_overflow(count, native ? code->native : code->standard, &bytes) ||
            __builtin_add_overflow(total, bytes, &total))
            return -1;
    }
    return total;
}

Gil_ssize_t
GilBuffer_SizeFromFormat(const char *format)
{
    gil_tstate_need(__func__);
    if (format == NULL) {
        gil_err_null(__func__);
        return -1;
    }
    Gil_ssize_t size = format_size(format);
    if (size < 0)
        GilErr_Format(GilExc_ValueError, "bad format '%.100s'", format);
    return size;
}
