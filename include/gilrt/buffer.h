/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Buffers: an object lends its memory, with shape, strides and format (PEP 3118).
 *
 * Whoever gets a buffer owns the view until GilBuffer_Release(): the exporter stays alive and its memory in place for
 * as long. That is what makes it right to work on the memory with the lock dropped; what several threads then do to the
 * same bytes is theirs to order.
 *
 *     Gil_buffer view;
 *     if (GilObject_GetBuffer(obj, &view, GilBUF_SIMPLE) < 0)
 *         return NULL;
 *     Gil_BEGIN_ALLOW_THREADS
 *     crunch(view.buf, view.len);
 *     Gil_END_ALLOW_THREADS
 *     GilBuffer_Release(&view);
 */
#ifndef GILRT_BUFFER_H
#define GILRT_BUFFER_H

#include <gilrt/type.h>

GIL_BEGIN_DECLS

/** One view of an exporter's memory. Fields beyond @p readonly are filled as far as the request asks for them. */
typedef struct _gilbuffer {
    void *buf;               /**< first element; with strides below zero not the lowest address */
    GilObject *obj;          /**< exporter, a reference of the view's own; NULL: released, or memory of nobody */
    Gil_ssize_t len;         /**< bytes: product of shape and itemsize, as if it were contiguous */
    Gil_ssize_t itemsize;    /**< bytes of one element */
    int readonly;            /**< 1: must not be written */
    int ndim;                /**< number of dimensions, 0 (one element) to GilBUF_MAX_NDIM */
    char *format;            /**< element type in the notation of struct; NULL means "B" */
    Gil_ssize_t *shape;      /**< ndim lengths, or NULL: one dimension of len bytes */
    Gil_ssize_t *strides;    /**< ndim steps in bytes, or NULL: C-contiguous */
    Gil_ssize_t *suboffsets; /**< ndim offsets after a dereference (negative: none), or NULL */
    void *internal;          /**< the exporter's own */
} Gil_buffer;

#define GilBUF_MAX_NDIM 64

/* What a consumer asks for; each says what it can cope with. */
#define GilBUF_SIMPLE 0        /**< contiguous bytes */
#define GilBUF_WRITABLE 0x0001 /**< refuse read-only memory */
#define GilBUF_WRITEABLE GilBUF_WRITABLE
#define GilBUF_FORMAT 0x0004 /**< fill format */
#define GilBUF_ND 0x0008     /**< fill shape */
#define GilBUF_STRIDES (0x0010 | GilBUF_ND)
#define GilBUF_C_CONTIGUOUS (0x0020 | GilBUF_STRIDES)
#define GilBUF_F_CONTIGUOUS (0x0040 | GilBUF_STRIDES)
#define GilBUF_ANY_CONTIGUOUS (0x0080 | GilBUF_STRIDES)
#define GilBUF_INDIRECT (0x0100 | GilBUF_STRIDES)
#define GilBUF_CONTIG (GilBUF_ND | GilBUF_WRITABLE)
#define GilBUF_CONTIG_RO (GilBUF_ND)
#define GilBUF_STRIDED (GilBUF_STRIDES | GilBUF_WRITABLE)
#define GilBUF_STRIDED_RO (GilBUF_STRIDES)
#define GilBUF_RECORDS (GilBUF_STRIDES | GilBUF_WRITABLE | GilBUF_FORMAT)
#define GilBUF_RECORDS_RO (GilBUF_STRIDES | GilBUF_FORMAT)
#define GilBUF_FULL (GilBUF_INDIRECT | GilBUF_WRITABLE | GilBUF_FORMAT)
#define GilBUF_FULL_RO (GilBUF_INDIRECT | GilBUF_FORMAT)
/* For functions that make views, never for GilObject_GetBuffer(). */
#define GilBUF_READ 0x100
#define GilBUF_WRITE 0x200

/** 1 when @p obj lends its memory, else 0; cannot fail.
 *  @lock_held */
GIL_API int GilObject_CheckBuffer(GilObject *obj);
/** Fill @p view from @p exporter.
 *  @lock_held
 *  @reenters the exporter
 *  @return 0, or -1 with view->obj NULL: TypeError where the object lends nothing, BufferError where it cannot do as
 *          asked, ValueError for flags that mean nothing */
GIL_API int GilObject_GetBuffer(GilObject *exporter, Gil_buffer *view, int flags);
/** End the view. A second release does nothing; NULL is let through.
 *  @lock_held
 *  @reenters the exporter */
GIL_API void GilBuffer_Release(Gil_buffer *view);
/** What an exporter of plain bytes does in its getbuffer: fill @p view with @p len bytes at @p buf as far as @p flags
 *  ask.
 *  @p exporter may be NULL: memory of nobody.
 *  @lock_held
 *  @return 0, or -1 with BufferError (writable asked, memory read-only) or ValueError (@p len negative) */
GIL_API int GilBuffer_FillInfo(Gil_buffer *view, GilObject *exporter, void *buf, Gil_ssize_t len, int readonly,
                               int flags);
/** 1 when the elements lie in one block in order 'C' (last index fastest), 'F' (first index fastest) or 'A' (either).
 *  @lock_held */
GIL_API int GilBuffer_IsContiguous(const Gil_buffer *view, char order);
/** Address of the element at @p indices (view->ndim of them, each within shape: unchecked).
 *  @lock_held */
GIL_API void *GilBuffer_GetPointer(const Gil_buffer *view, const Gil_ssize_t *indices);
/** Fill @p strides for a contiguous array of @p ndims lengths @p shape; @p order 'C' or 'F'. Lengths are trusted.
 *  @lock_held */
GIL_API void GilBuffer_FillContiguousStrides(int ndims, Gil_ssize_t *shape, Gil_ssize_t *strides, int itemsize,
                                             char order);
/** Bytes of one element of struct format @p format ("@", "=", "<", ">", "!" prefixes, counts and alignment included).
 *  @lock_held
 *  @return the size, or -1 with ValueError */
GIL_API Gil_ssize_t GilBuffer_SizeFromFormat(const char *format);
/** Copy all elements of @p src to @p len bytes at @p buf, as a contiguous array in order 'C', 'F' or 'A'.
 *  @lock_held
 *  @return 0, or -1: ValueError where @p len is not src->len */
GIL_API int GilBuffer_ToContiguous(void *buf, const Gil_buffer *src, Gil_ssize_t len, char order);
/** The reverse: at most @p len bytes of a contiguous array at @p buf become the elements of @p view.
 *  @lock_held
 *  @return 0, or -1: BufferError where @p view is read-only */
GIL_API int GilBuffer_FromContiguous(const Gil_buffer *view, const void *buf, Gil_ssize_t len, char order);

GIL_END_DECLS

#endif
