/* SPDX-License-Identifier: MIT */
/*
 * Building bytes: the public GilBytesWriter.
 *
 * The octets stand in a bytes object that nobody else has seen, longer than needed once something was added, so that
 * many small pieces cost a move only where it grows by half. Finishing cuts it to its length. The object is not there
 * before it is needed: a writer of nothing gives the empty bytes object.
 */
#include "gilrt/byteswriter.h"

#include "gilrt/mem.h"
#include "object/error.h"
#include "object/format.h"
#include "value/bytes.h"

#include <stdarg.h>
#include <string.h>

struct GilBytesWriter {
    GilObject *bytes; /* strong, of at least size octets; NULL: there is no room yet */
    Gil_ssize_t size;
};

static char *
data_of(const GilBytesWriter *w)
{
    static const char nothing[1];
    return w->bytes != NULL ? GilBytes_AS_STRING(w->bytes) : (char *)nothing; /* of which nobody may touch anything */
}

static int
value_error(const char *text)
{
    GilErr_SetString(GilExc_ValueError, text);
    return -1;
}

/* Have room for size octets, and for as many again in reserve, if there is to be some. 0, or -1. */
static int
make_room(GilThreadState *ts, GilBytesWriter *w, Gil_ssize_t size, int reserve)
{
    if (size == 0 || (w->bytes != NULL && size <= GilBytes_GET_SIZE(w->bytes)))
        return 0;
    Gil_ssize_t room = reserve && size <= GIL_SSIZE_T_MAX / 2 - 64 ? size + size / 2 + 16 : size;
    GilObject *grown = gil_bytes_alloc(ts, room);
    if (grown == NULL)
        return -1;
    memcpy(GilBytes_AS_STRING(grown), data_of(w), (size_t)w->size);
    Gil_XSETREF(w->bytes, grown);
    return 0;
}

/* The size with so much more, at most one that no bytes object has. */
static Gil_ssize_t
added(const GilBytesWriter *w, Gil_ssize_t size)
{
    return size > GIL_SSIZE_T_MAX - w->size ? GIL_SSIZE_T_MAX : w->size + size;
}

static int
set_size(GilThreadState *ts, GilBytesWriter *w, Gil_ssize_t size)
{
    if (make_room(ts, w, size, size > w->size && w->size > 0) < 0)
        return -1;
    w->size = size;
    return 0;
}

/* Whether there is a writer; SystemError if not. *ts is the calling thread's. */
static int
is_there(const char *func, const GilBytesWriter *w, const void *what, GilThreadState **ts)
{
    *ts = gil_tstate_need(func);
    if (w != NULL && what != NULL)
        return 1;
    gil_err_null(func);
    return 0;
}

static int
grow(GilThreadState *ts, GilBytesWriter *w, Gil_ssize_t size)
{
    if (size < -w->size)
        return value_error("invalid size");
    return set_size(ts, w, added(w, size));
}

/* The first size octets, and the end of the writer. */
static GilObject *
finish(GilBytesWriter *w, Gil_ssize_t size)
{
    GilObject *bytes = w->bytes;

    if (size < 0 || size > w->size) {
        value_error("invalid size");
        Gil_CLEAR(bytes);
    }
    else if (size == 0) {
        Gil_XDECREF(bytes);
        bytes = GilBytes_FromStringAndSize(NULL, 0);
    }
    else if (GilBytes_GET_SIZE(bytes) != size)
        _GilBytes_Resize(&bytes, size);
    GilMem_Free(w);
    return bytes;
}

GilBytesWriter *
GilBytesWriter_Create(Gil_ssize_t size)
{
    GilThreadState *ts = gil_tstate_need(__func__);

    if (size < 0) {
        value_error("size must be >= 0");
        return NULL;
    }
    GilBytesWriter *w = GilMem_Calloc(1, sizeof *w);
    if (w == NULL)
        return gil_err_no_memory(ts);
    if (set_size(ts, w, size) < 0) {
        GilMem_Free(w);
        return NULL;
    }
    return w;
}

void
GilBytesWriter_Discard(GilBytesWriter *writer)
{
    gil_tstate_need(__func__);
    if (writer == NULL)
        return;
    Gil_XDECREF(writer->bytes);
    GilMem_Free(writer);
}

GilObject *
GilBytesWriter_Finish(GilBytesWriter *writer)
{
    GilThreadState *ts;
    return is_there(__func__, writer, writer, &ts) ? finish(writer, writer->size) : NULL;
}

GilObject *
GilBytesWriter_FinishWithSize(GilBytesWriter *writer, Gil_ssize_t size)
{
    GilThreadState *ts;
    return is_there(__func__, writer, writer, &ts) ? finish(writer, size) : NULL;
}

/* Where buf stands in the data; -1 when it is NULL or elsewhere. */
static Gil_ssize_t
position(const GilBytesWriter *w, const void *buf)
{
    uintptr_t at = (uintptr_t)buf - (uintptr_t)data_of(w);
    return buf != NULL && at <= (uintptr_t)w->size ? (Gil_ssize_t)at : -1;
}

GilObject *
GilBytesWriter_FinishWithPointer(GilBytesWriter *writer, void *buf)
{
    GilThreadState *ts;
    return is_there(__func__, writer, writer, &ts) ? finish(writer, position(writer, buf)) : NULL;
}

void *
GilBytesWriter_GetData(GilBytesWriter *writer)
{
    GilThreadState *ts;
    return is_there(__func__, writer, writer, &ts) ? data_of(writer) : NULL;
}

Gil_ssize_t
GilBytesWriter_GetSize(GilBytesWriter *writer)
{
    GilThreadState *ts;
    return is_there(__func__, writer, writer, &ts) ? writer->size : -1;
}

int
GilBytesWriter_WriteBytes(GilBytesWriter *writer, const void *bytes, Gil_ssize_t size)
{
    GilThreadState *ts;

    if (!is_there(__func__, writer, bytes, &ts))
        return -1;
    if (size < 0)
        size = (Gil_ssize_t)strlen(bytes);
    Gil_ssize_t from = position(writer, bytes), at = writer->size; /* they may be the writer's own octets */
    if (make_room(ts, writer, added(writer, size), 1) < 0)
        return -1;
    memmove(data_of(writer) + at, from >= 0 ? data_of(writer) + from : bytes, (size_t)size);
    writer->size = at + size;
    return 0;
}

int
GilBytesWriter_Format(GilBytesWriter *writer, const char *format, ...)
{
    GilThreadState *ts;
    struct gil_text text;
    va_list args;

    if (!is_there(__func__, writer, format, &ts))
        return -1;
    gil_text_init(&text, ts->heap);
    text.octets = 1;
    va_start(args, format);
    int rc = gil_format(&text, format, args); /* may run anything */
    va_end(args);
    if (rc == 0 && text.len > 0)
        rc = GilBytesWriter_WriteBytes(writer, text.data, (Gil_ssize_t)text.len);
    gil_text_free(&text);
    return rc;
}

int
GilBytesWriter_Resize(GilBytesWriter *writer, Gil_ssize_t size)
{
    GilThreadState *ts;

    if (!is_there(__func__, writer, writer, &ts))
        return -1;
    return size < 0 ? value_error("size must be >= 0") : set_size(ts, writer, size);
}

int
GilBytesWriter_Grow(GilBytesWriter *writer, Gil_ssize_t size)
{
    GilThreadState *ts;
    return is_there(__func__, writer, writer, &ts) ? grow(ts, writer, size) : -1;
}

void *
GilBytesWriter_GrowAndUpdatePointer(GilBytesWriter *writer, Gil_ssize_t size, void *buf)
{
    GilThreadState *ts;

    if (!is_there(__func__, writer, buf, &ts))
        return NULL;
    Gil_ssize_t at = position(writer, buf);
    if (at < 0) {
        value_error("pointer outside of the data");
        return NULL;
    }
    return grow(ts, writer, size) == 0 ? data_of(writer) + at : NULL;
}
