/* SPDX-License-Identifier: MIT */
/* Memoryviews from inside: layout, and what the files of the topic share. */
#ifndef GIL_VALUE_MEMORYVIEW_H
#define GIL_VALUE_MEMORYVIEW_H

#include "gilrt/memoryview.h"
#include "gilrt/typeobject.h"
#include "object/alloc.h"

/* An exporter's buffer, shared by the views of it. See memoryview.c. */
struct gil_managed_buffer {
    GilObject_HEAD
    Gil_ssize_t views; /* [gil] that are not released; none: master was given back */
    Gil_buffer master; /* [gil] */
};

struct gil_memoryview {
    GilObject_HEAD
    struct gil_managed_buffer *managed; /* [gil] strong; NULL: released */
    Gil_ssize_t exports;                /* [gil] buffers of this view that others hold */
    Gil_hash_t hash;                    /* [gil] or -1: nobody asked */
    Gil_buffer view;                    /* [const] obj is managed's; shape and strides stand in room, if ndim > 0 */
    GilObject *weaklist;                /* [gil] its weak references, see object/weakref.h */
    Gil_ssize_t room[];                 /* [const] 3 * ndim: shape, strides, suboffsets */
};

static inline struct gil_memoryview *
gil_memoryview(GilObject *op)
{
    return (struct gil_memoryview *)(void *)op;
}

/* 0, or -1 with ValueError when the view was released. */
int gil_memoryview_need(struct gil_memoryview *self);
/* A new view of managed's buffer; src says of which part. */
GilObject *gil_memoryview_new(GilThreadState *ts, struct gil_managed_buffer *managed, const Gil_buffer *src);
/* Give the buffer back, with the last view. 0, or -1 with BufferError: others have buffers of this view. */
int gil_memoryview_release(struct gil_memoryview *self);

/* Slots of the type that stand in memoryview.c. */
void gil_memoryview_dealloc(GilObject *op);
int gil_memoryview_traverse(GilObject *op, visitproc visit, void *arg);
int gil_memoryview_tp_clear(GilObject *op);
int gil_memoryview_getbuffer(GilObject *op, Gil_buffer *view, int flags);
void gil_memoryview_releasebuffer(GilObject *op, Gil_buffer *view);
/* The type of managed buffers, which nobody outside sees. */
extern GilTypeObject gil_managed_buffer_type;

/* --- memoryview_item.c: elements --- */

/* Whether the view's elements can be read and written: their format is native, and of the view's itemsize. 0, or -1 with
 * NotImplementedError. */
int gil_item_need(const Gil_buffer *view);
/* The code of a native format, '\0' for others. NULL is "B". */
char gil_item_code(const char *format);
/* The same format as a constant, and bytes of an element; NULL for formats that are not native. NULL is "B". */
const char *gil_item_format(const char *format, Gil_ssize_t *size);
/* The element at that address, or NULL with NotImplementedError or MemoryError. */
GilObject *gil_item_unpack(const char *format, const char *at);
/* item in that format into room (16 bytes). 0, or -1 with TypeError, ValueError or NotImplementedError. May run
 * anything. */
int gil_item_pack(const char *format, GilObject *item, char *room);
/* Whether all elements are equal, shapes included: 1, 0, -1. Runs nothing. */
int gil_item_equal(const Gil_buffer *a, const Gil_buffer *b);

/* --- memoryview_index.c: v[key], v[key] = value, cast, tolist --- */
GilObject *gil_memoryview_subscript(GilObject *op, GilObject *key);
int gil_memoryview_ass_subscript(GilObject *op, GilObject *key, GilObject *value);
GilObject *gil_memoryview_item(GilObject *op, Gil_ssize_t i);
GilObject *gil_memoryview_cast(GilThreadState *ts, struct gil_memoryview *self, GilObject *format, GilObject *shape);
GilObject *gil_memoryview_tolist(struct gil_memoryview *self);

/* --- memoryview_type.c --- */

/* Ready the types. 0, or -1: no memory. */
int gil_memoryview_start(void);

#endif
