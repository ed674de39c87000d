/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Memoryviews: a buffer as an object, to be indexed, sliced, cast and handed on without a copy.
 *
 * All views that were made from one another share one buffer of the exporter, which is given back when the last of
 * them is released or dies. A view that others have buffers of cannot be released. After its release a view raises
 * ValueError whatever it is asked.
 *
 * Elements are read and written in native single-character formats (`b B h H i I l L q Q n N ? c e f d P`, with or
 * without `@`); views of other formats can be sliced, copied as bytes and handed on.
 */
#ifndef GILRT_MEMORYVIEW_H
#define GILRT_MEMORYVIEW_H

#include <gilrt/buffer.h>

GIL_BEGIN_DECLS

GIL_API extern GilTypeObject GilMemoryView_Type;

#define GilMemoryView_Check(op) Gil_IS_TYPE((op), &GilMemoryView_Type)

/** A view of an object that lends its memory; of a memoryview: one more view of the same buffer.
 *  @newref
 *  @lock_held
 *  @reenters  the exporter
 *  @return NULL with TypeError where the object lends nothing, ValueError for a released memoryview, or what the
 *          exporter raises */
GIL_API GilObject *GilMemoryView_FromObject(GilObject *base);
/** A view of @p size bytes at @p mem, which must stay valid until the view and all made from it are gone. @p flags:
 *  GilBUF_READ or GilBUF_WRITE.
 *  @newref
 *  @lock_held
 *  @return NULL with SystemError or MemoryError */
GIL_API GilObject *GilMemoryView_FromMemory(char *mem, Gil_ssize_t size, int flags);
/** A view of what @p info describes. The buffer is not released by it; format, shape, strides and suboffsets are
 *  copied, the memory must outlive the view. ValueError where info->buf is NULL or it has more than GilBUF_MAX_NDIM
 *  dimensions. Elements can be read and written only where info->itemsize is the size of info->format, in which NULL
 *  means "B": NotImplementedError otherwise, until the view is cast.
 *  @newref
 *  @lock_held */
GIL_API GilObject *GilMemoryView_FromBuffer(const Gil_buffer *info);
/** A view of memory in one block in @p order ('C', 'F' or 'A'): of the object's own, else, with @p buffertype
 *  GilBUF_READ, of a copy. GilBUF_WRITE is BufferError where the object's own cannot serve.
 *  @newref
 *  @lock_held
 *  @reenters  the exporter */
GIL_API GilObject *GilMemoryView_GetContiguous(GilObject *base, int buffertype, char order);

/** The view's buffer, to be read only; valid until it is released. NULL with TypeError for anything but a memoryview,
 *  with ValueError for a released one.
 *  @lock_held */
GIL_API Gil_buffer *_GilMemoryView_GetBuffer(GilObject *mview);
#define GilMemoryView_GET_BUFFER(op) _GilMemoryView_GetBuffer(_GilObject_CAST(op))
/** The exporter of the buffer; NULL for memory of nobody (no error set), else as above.
 *  @borrowed  lives as long as the view is not released
 *  @lock_held */
GIL_API GilObject *_GilMemoryView_GetBase(GilObject *mview);
#define GilMemoryView_GET_BASE(op) _GilMemoryView_GetBase(_GilObject_CAST(op))

GIL_END_DECLS

#endif
