/* SPDX-License-Identifier: MIT */
/*
 * Text under construction: a str that nobody has seen yet, with room at its end.
 *
 * The block is the final str's from the beginning, so finishing cuts off what was not needed and copies nothing. While it
 * is built its length field says how much room there is; that makes it a str that keeps every rule but one, its final
 * zero and length being set at the end. When a wider character comes the text moves to a block of the wider form: at most
 * three times, however long it gets. Form follows what was written, so the result is as narrow as it has to be.
 */
#include "value/unicode_writer.h"

#include "gilrt/mem.h"
#include "gilrt/unicodecodec.h"
#include "object/format.h"
#include "value/unicode_codec.h"

#include <string.h>

/* Room of the first block. */
#define ROOM_AT_FIRST 32

struct _GilUnicodeWriter {
    struct gil_writer writer;
};

void
gil_writer_init(struct gil_writer *writer, GilThreadState *ts)
{
    *writer = (struct gil_writer){.ts = ts};
}

void
gil_writer_drop(struct gil_writer *writer)
{
    Gil_CLEAR(writer->str);
    writer->length = writer->room = 0;
}

/* A block of the form for maxchar with that much room, and what was written in it. */
static int
move(struct gil_writer *writer, Gil_ssize_t room, Gil_UCS4 maxchar)
{
    GilObject *op = gil_unicode_alloc(writer->ts, room, maxchar);

    if (op == NULL)
        return -1;
    if (writer->length > 0)
        gil_unicode_copy(op, 0, writer->str, 0, writer->length);
    Gil_XSETREF(writer->str, op);
    writer->room = room;
    return 0;
}

int
gil_writer_reserve(struct gil_writer *writer, Gil_ssize_t count, Gil_UCS4 maxchar)
{
    Gil_UCS4 now = writer->str == NULL ? 0 : GilUnicode_MAX_CHAR_VALUE(writer->str);

    if (GIL_LIKELY(writer->str != NULL && maxchar <= now && count <= writer->room - writer->length))
        return 0;
    if (count == 0)
        return 0;
    if (count > GIL_SSIZE_T_MAX - writer->length) {
        GilErr_SetString(GilExc_OverflowError, "string is too long");
        return -1;
    }
    Gil_ssize_t room = writer->length + count;
    if (writer->str != NULL && room <= GIL_SSIZE_T_MAX / 2)
        room += room / 4 + ROOM_AT_FIRST; /* more will come */
    if (writer->str != NULL && maxchar <= now) {
        GilObject *op = gil_unicode_resize(writer->ts, writer->str, room);
        if (op == NULL)
            return -1;
        writer->str = op;
        writer->room = room;
        return 0;
    }
    return move(writer, Gil_MAX(room, writer->room), Gil_MAX(maxchar, now));
}

GilObject *
gil_writer_finish(struct gil_writer *writer)
{
    GilObject *op = writer->str;

    if (writer->length == 0) {
        gil_writer_drop(writer);
        return gil_unicode_empty();
    }
    if (writer->length == 1 && GilUnicode_READ_CHAR(op, 0) < 0x100) {
        Gil_UCS1 ch = (Gil_UCS1)GilUnicode_READ_CHAR(op, 0);
        gil_writer_drop(writer);
        return gil_unicode_latin1(ch);
    }
    if (writer->length < writer->room)
        op = gil_unicode_resize(writer->ts, op, writer->length);
    if (op == NULL)
        gil_writer_drop(writer);
    gil_writer_init(writer, writer->ts);
    return op;
}

int
gil_writer_char(struct gil_writer *writer, Gil_UCS4 ch)
{
    if (gil_writer_reserve(writer, 1, ch) < 0)
        return -1;
    _GilUnicode_WRITE(GilUnicode_KIND(writer->str), _GilUnicode_DATA(writer->str), writer->length++, ch);
    return 0;
}

int
gil_writer_fill(struct gil_writer *writer, Gil_UCS4 ch, Gil_ssize_t count)
{
    if (count <= 0)
        return 0;
    if (gil_writer_reserve(writer, count, ch) < 0)
        return -1;
    int kind = GilUnicode_KIND(writer->str);
    void *data = _GilUnicode_DATA(writer->str);
    for (Gil_ssize_t i = 0; i < count; i++)
        _GilUnicode_WRITE(kind, data, writer->length + i, ch);
    writer->length += count;
    return 0;
}

/* Write code points of which none is above maxchar. */
static int
write_up_to(struct gil_writer *writer, int kind, const void *data, Gil_ssize_t count, Gil_UCS4 maxchar)
{
    if (gil_writer_reserve(writer, count, maxchar) < 0)
        return -1;
    if (count == 0)
        return 0;
    int to_kind = GilUnicode_KIND(writer->str);
    char *to = (char *)_GilUnicode_DATA(writer->str) + writer->length * to_kind;
    gil_unicode_copy_data(to_kind, to, kind, data, count);
    writer->length += count;
    return 0;
}

int
gil_writer_data(struct gil_writer *writer, int kind, const void *data, Gil_ssize_t count)
{
    return write_up_to(writer, kind, data, count, gil_unicode_max(kind, data, count));
}

int
gil_writer_ascii(struct gil_writer *writer, const char *text, Gil_ssize_t size)
{
    return write_up_to(writer, GilUnicode_1BYTE_KIND, text, size, 0x7f);
}

int
gil_writer_str(struct gil_writer *writer, GilObject *str, Gil_ssize_t start, Gil_ssize_t end)
{
    int kind = GilUnicode_KIND(str);
    const char *data = (const char *)_GilUnicode_DATA(str) + start * kind;
    Gil_UCS4 maxchar = GilUnicode_MAX_CHAR_VALUE(str);

    GIL_ASSERT(0 <= start && start <= end && end <= GilUnicode_GET_LENGTH(str));
    if (maxchar > (writer->str == NULL ? 0x7f : GilUnicode_MAX_CHAR_VALUE(writer->str)))
        maxchar = gil_unicode_max(kind, data, end - start); /* a part may be narrower, and all that is written before */
    return write_up_to(writer, kind, data, end - start, maxchar);
}

/* --- public --- */

/* The calling thread goes on with writer to write what. 0, or -1 with SystemError for a NULL. */
static int
go_on(const char *func, GilUnicodeWriter *writer, const void *what)
{
    GilThreadState *ts = gil_tstate_need(func);

    if (writer == NULL || what == NULL) {
        gil_err_null(func);
        return -1;
    }
    writer->writer.ts = ts;
    return 0;
}

__attribute__((cold)) GilUnicodeWriter *
GilUnicodeWriter_Create(Gil_ssize_t length)
{
    GilThreadState *ts = gil_tstate_need(__func__);

    if (length < 0) {
        GilErr_SetString(GilExc_ValueError, "length must be positive");
        return NULL;
    }
    GilUnicodeWriter *public = GilMem_Malloc(sizeof *public);
    if (public == NULL)
        return gil_err_no_memory(ts);
    gil_writer_init(&public->writer, ts);
    if (length > 0 && gil_writer_reserve(&public->writer, length, 0x7f) < 0) {
        GilMem_Free(public);
        return NULL;
    }
    return public;
}

__attribute__((cold)) GilObject *
GilUnicodeWriter_Finish(GilUnicodeWriter *writer)
{
    if (go_on(__func__, writer, writer) < 0)
        return NULL;
    GilObject *op = gil_writer_finish(&writer->writer);
    GilMem_Free(writer);
    return op;
}

__attribute__((cold)) void
GilUnicodeWriter_Discard(GilUnicodeWriter *writer)
{
    gil_tstate_need(__func__);
    if (writer == NULL)
        return;
    gil_writer_drop(&writer->writer);
    GilMem_Free(writer);
}

int
GilUnicodeWriter_WriteChar(GilUnicodeWriter *writer, Gil_UCS4 ch)
{
    if (go_on(__func__, writer, writer) < 0)
        return -1;
    if (ch > GIL_MAX_CODE_POINT) {
        GilErr_SetString(GilExc_ValueError, "character must be in range(0x110000)");
        return -1;
    }
    return gil_writer_char(&writer->writer, ch);
}

/* Write a new str, which this function takes; NULL: it could not be made. */
static int
write_new(GilUnicodeWriter *writer, GilObject *str)
{
    if (str == NULL)
        return -1;
    int rc = gil_writer_str(&writer->writer, str, 0, GilUnicode_GET_LENGTH(str));
    Gil_DECREF(str);
    return rc;
}

int
GilUnicodeWriter_WriteUTF8(GilUnicodeWriter *writer, const char *str, Gil_ssize_t size)
{
    if (go_on(__func__, writer, str) < 0)
        return -1;
    return write_new(writer, gil_unicode_decode_utf8(writer->writer.ts, str, size < 0 ? strlen(str) : (size_t)size, NULL));
}

int
GilUnicodeWriter_WriteASCII(GilUnicodeWriter *writer, const char *str, Gil_ssize_t size)
{
    if (go_on(__func__, writer, str) < 0)
        return -1;
    return gil_writer_ascii(&writer->writer, str, size < 0 ? (Gil_ssize_t)strlen(str) : size);
}

__attribute__((cold)) int
GilUnicodeWriter_WriteUCS4(GilUnicodeWriter *writer, const Gil_UCS4 *str, Gil_ssize_t size)
{
    if (go_on(__func__, writer, str) < 0)
        return -1;
    if (size < 0) {
        GilErr_SetString(GilExc_ValueError, "size must be positive");
        return -1;
    }
    for (Gil_ssize_t i = 0; i < size; i++)
        if (str[i] > GIL_MAX_CODE_POINT) {
            GilErr_SetString(GilExc_ValueError, "character must be in range(0x110000)");
            return -1;
        }
    return gil_writer_data(&writer->writer, GilUnicode_4BYTE_KIND, str, size);
}

__attribute__((cold)) int
GilUnicodeWriter_WriteWideChar(GilUnicodeWriter *writer, const wchar_t *str, Gil_ssize_t size)
{
    return go_on(__func__, writer, str) < 0 ? -1 : write_new(writer, GilUnicode_FromWideChar(str, size));
}

__attribute__((cold)) int
GilUnicodeWriter_DecodeUTF8Stateful(GilUnicodeWriter *writer, const char *string, Gil_ssize_t length,
                                    const char *errors, Gil_ssize_t *consumed)
{
    Gil_ssize_t taken;

    if (go_on(__func__, writer, string) < 0)
        return -1;
    if (length < 0)
        length = (Gil_ssize_t)strlen(string);
    if (write_new(writer, GilUnicode_DecodeUTF8Stateful(string, length, errors, consumed != NULL ? &taken : NULL)) < 0)
        return -1;
    if (consumed != NULL)
        *consumed = taken;
    return 0;
}

int
GilUnicodeWriter_WriteStr(GilUnicodeWriter *writer, GilObject *obj)
{
    if (go_on(__func__, writer, obj) < 0)
        return -1;
    return write_new(writer, GilObject_Str(obj));
}

__attribute__((cold)) int
GilUnicodeWriter_WriteRepr(GilUnicodeWriter *writer, GilObject *obj)
{
    if (go_on(__func__, writer, obj) < 0)
        return -1;
    return write_new(writer, GilObject_Repr(obj));
}

__attribute__((cold)) int
GilUnicodeWriter_WriteSubstring(GilUnicodeWriter *writer, GilObject *str, Gil_ssize_t start, Gil_ssize_t end)
{
    if (go_on(__func__, writer, str) < 0 || gil_unicode_need(__func__, str) < 0)
        return -1;
    if (start < 0 || start > end || end > GilUnicode_GET_LENGTH(str)) {
        GilErr_SetString(GilExc_ValueError, "start and end must be 0 <= start <= end <= length");
        return -1;
    }
    return gil_writer_str(&writer->writer, str, start, end);
}

__attribute__((cold)) int
GilUnicodeWriter_Format(GilUnicodeWriter *writer, const char *format, ...)
{
    va_list args;

    if (go_on(__func__, writer, format) < 0)
        return -1;
    va_start(args, format);
    int rc = write_new(writer, GilUnicode_FromFormatV(format, args));
    va_end(args);
    return rc;
}
