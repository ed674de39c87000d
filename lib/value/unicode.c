/* SPDX-License-Identifier: MIT */
/*
 * str: allocation, reading and writing of code points, concatenation, and the type.
 *
 * A string is one block: head, code points in 1, 2 or 4 bytes each, and a zero of that width (PEP 393). Two heads
 * exist: ASCII text needs none of the fields that keep a UTF-8 form, because it is its own. Where the code points begin is
 * in the head: an instance of a subtype has the longer head, what the subtype adds to it, its dict and its list of weak
 * references, and behind these its code points, for which tp_alloc is asked as for items of one byte. A string is written only
 * by its maker. After that two fields still change, both caches that anybody may fill under the lock: hash and utf8.
 *
 * Equality compares forms first. That is right because every function here gives its result the narrowest form; who
 * makes a string with GilUnicode_New() promises the same by naming its largest code point.
 *
 * The empty string and those of one code point below 256 are process-wide: immortal, complete with hash and UTF-8 form
 * when gil_unicode_start() returns, and never stored to after that, so that all interpreters may share them.
 *
 * The other files of the topic: unicode_codec.c (bytes to text and back), unicode_compare.c (order and hash),
 * unicode_search.c (finding, splitting, replacing), unicode_intern.c (one object a text), unicode_method.c (what
 * attribute access finds, and repr).
 */
#include "value/unicode.h"

#include "gilrt/exception.h"
#include "gilrt/number.h"
#include "gilrt/slice.h"
#include "object/format.h"
#include "object/type.h"
#include "value/unicode_codec.h"
#include "value/unicode_encoding.h"
#include "value/unicode_format.h"
#include "value/unicode_intern.h"
#include "value/unicode_method.h"

#include <string.h>

/* Process-wide strings of one code point. Those below 128 have the short head, and room that its data needs. */
static struct {
    GilASCIIObject head;
    char data[8];
} ascii_chars[128];
static struct {
    GilCompactUnicodeObject head;
    Gil_UCS1 data[2];
    char utf8[3];
} latin1_chars[128];
static struct {
    GilASCIIObject head;
    char data[8];
} empty_string;

/* Every invariant of one string; debug builds ask before they hand one out. */
static int
unicode_check(const GilObject *op)
{
    const GilASCIIObject *head = (const GilASCIIObject *)op;
    int kind = GilUnicode_KIND(op);

    return gil_unicode_check(op) && head->length >= 0 && (kind == 1 || kind == 2 || kind == 4)
           && (kind == 1 || !GilUnicode_IS_ASCII(op))
           && _GilUnicode_READ(kind, _GilUnicode_DATA(op), head->length) == 0;
}

int
gil_unicode_need(const char *func, GilObject *op)
{
    if (GIL_UNLIKELY(op == NULL)) {
        gil_err_null(func);
        return -1;
    }
    if (GIL_UNLIKELY(!gil_unicode_check(op))) {
        gil_err_type(func, "str", op);
        return -1;
    }
    return 0;
}

GilObject *
gil_unicode_empty(void)
{
    return &empty_string.head.ob_base;
}

GilObject *
gil_unicode_latin1(Gil_UCS1 ch)
{
    return ch < 0x80 ? &ascii_chars[ch].head.ob_base : &latin1_chars[ch - 0x80].head._base.ob_base;
}

GilObject *
gil_unicode_alloc(GilThreadState *ts, Gil_ssize_t length, Gil_UCS4 maxchar)
{
    int ascii = maxchar < 0x80;
    int kind = gil_unicode_kind_for(maxchar);
    size_t head = ascii ? sizeof(GilASCIIObject) : sizeof(GilCompactUnicodeObject);

    if (GIL_UNLIKELY((size_t)length > ((size_t)GIL_SSIZE_T_MAX - head) / (size_t)kind - 1))
        return gil_err_no_memory(ts);
    GilObject *op = gil_object_alloc_plain(ts, &GilUnicode_Type, head + ((size_t)length + 1) * (size_t)kind);
    if (op == NULL)
        return NULL;
    GilASCIIObject *str = (GilASCIIObject *)(void *)op;
    str->length = length;
    str->hash = -1;
    str->state = (uint32_t)kind | (ascii ? _Gil_STR_ASCII : 0) | (uint32_t)head << _Gil_STR_DATA_SHIFT;
    if (!ascii) {
        ((GilCompactUnicodeObject *)str)->utf8 = NULL;
        ((GilCompactUnicodeObject *)str)->utf8_length = 0;
    }
    _GilUnicode_WRITE(kind, _GilUnicode_DATA(op), length, 0);
    GIL_ASSERT(unicode_check(op));
    return op;
}

/* gil_unicode_resize() without an error set on failure. */
static GilObject *
resize(GilThreadState *ts, GilObject *op, Gil_ssize_t length)
{
    size_t kind = (size_t)GilUnicode_KIND(op);
    size_t head = (size_t)((char *)_GilUnicode_DATA(op) - (char *)op);

    if (GIL_UNLIKELY((size_t)length > ((size_t)GIL_SSIZE_T_MAX - head) / kind - 1))
        return NULL;
    op = gil_heap_realloc(ts->heap, op, head + ((size_t)length + 1) * kind);
    if (op == NULL)
        return NULL;
    ((GilASCIIObject *)(void *)op)->length = length;
    _GilUnicode_WRITE((int)kind, _GilUnicode_DATA(op), length, 0);
    GIL_ASSERT(unicode_check(op));
    return op;
}

GilObject *
gil_unicode_resize(GilThreadState *ts, GilObject *op, Gil_ssize_t length)
{
    op = resize(ts, op, length);
    return op != NULL ? op : gil_err_no_memory(ts);
}

static void
unicode_dealloc(GilObject *op)
{
    const GilCompactUnicodeObject *str = (const GilCompactUnicodeObject *)(const void *)op;

    if (str->_base.state >> _Gil_STR_DATA_SHIFT != sizeof(GilASCIIObject))
        gil_heap_free(str->utf8);
    if (GIL_LIKELY(GilUnicode_CheckExact(op)))
        gil_object_free_plain(op);
    else
        Gil_TYPE(op)->tp_free(op);
}

int
gil_unicode_is_private(const GilObject *op)
{
    const GilASCIIObject *str = (const GilASCIIObject *)op;
    return op->ob_type == &GilUnicode_Type && op->ob_refcnt == 1 && str->hash == -1
           && (str->state & (_Gil_STR_INTERNED | _Gil_STR_STATIC)) == 0;
}

Gil_UCS4
gil_unicode_max(int kind, const void *data, Gil_ssize_t count)
{
    const char *p = data, *end = p + count * kind;
    uint64_t word, bits = 0; /* all code points or-ed: tells the form although not the largest */

    for (; end - p >= 8; p += 8) {
        memcpy(&word, p, 8);
        bits |= word;
    }
    if (p < end) { /* less than a word is left, whole code points of it */
        word = 0;
        memcpy(&word, p, (size_t)(end - p));
        bits |= word;
    }
    /* Fold the lanes of the word; a code point stands in its lane as memory has it. */
    bits |= bits >> 32;
    if (kind <= GilUnicode_2BYTE_KIND)
        bits |= bits >> 16;
    if (kind == GilUnicode_1BYTE_KIND)
        bits |= bits >> 8;
    Gil_UCS4 max = (Gil_UCS4)(kind == GilUnicode_1BYTE_KIND   ? bits & 0xff
                              : kind == GilUnicode_2BYTE_KIND ? bits & 0xffff
                                                              : bits & 0xffffffff);
    return max < 0x80 ? 0x7f : max < 0x100 ? 0xff : max < 0x10000 ? 0xffff : GIL_MAX_CODE_POINT;
}

/* A loop for each pair of forms. */
#define COPY_DATA(to_type, from_type)                   \
    for (Gil_ssize_t i = 0; i < count; i++)             \
    ((to_type *)to)[i] = (to_type)((const from_type *)from)[i]

void
gil_unicode_copy_data(int to_kind, void *to, int from_kind, const void *from, Gil_ssize_t count)
{
    if (to_kind == from_kind)
        memcpy(to, from, (size_t)count * (size_t)to_kind);
    else if (to_kind == GilUnicode_1BYTE_KIND && from_kind == GilUnicode_2BYTE_KIND)
        COPY_DATA(Gil_UCS1, Gil_UCS2);
    else if (to_kind == GilUnicode_1BYTE_KIND)
        COPY_DATA(Gil_UCS1, Gil_UCS4);
    else if (to_kind == GilUnicode_2BYTE_KIND && from_kind == GilUnicode_1BYTE_KIND)
        COPY_DATA(Gil_UCS2, Gil_UCS1);
    else if (to_kind == GilUnicode_2BYTE_KIND)
        COPY_DATA(Gil_UCS2, Gil_UCS4);
    else if (from_kind == GilUnicode_1BYTE_KIND)
        COPY_DATA(Gil_UCS4, Gil_UCS1);
    else
        COPY_DATA(Gil_UCS4, Gil_UCS2);
}

void
gil_unicode_copy(GilObject *to, Gil_ssize_t at, GilObject *from, Gil_ssize_t start, Gil_ssize_t count)
{
    int to_kind = GilUnicode_KIND(to), from_kind = GilUnicode_KIND(from);

    GIL_ASSERT(at >= 0 && count >= 0 && at + count <= GilUnicode_GET_LENGTH(to));
    GIL_ASSERT(start >= 0 && start + count <= GilUnicode_GET_LENGTH(from));
    gil_unicode_copy_data(to_kind, (char *)_GilUnicode_DATA(to) + at * to_kind, from_kind,
              (const char *)_GilUnicode_DATA(from) + start * from_kind, count);
}

/* count code points at data as a string in its narrowest form. */
static GilObject *
from_data(GilThreadState *ts, int kind, const void *data, Gil_ssize_t count)
{
    if (count == 0)
        return gil_unicode_empty();
    if (count == 1 && _GilUnicode_READ(kind, data, 0) < 0x100)
        return gil_unicode_latin1((Gil_UCS1)_GilUnicode_READ(kind, data, 0));
    GilObject *op = gil_unicode_alloc(ts, count, gil_unicode_max(kind, data, count));
    if (op != NULL)
        gil_unicode_copy_data(GilUnicode_KIND(op), _GilUnicode_DATA(op), kind, data, count);
    return op;
}

GilObject *
gil_unicode_narrow(GilThreadState *ts, GilObject *op)
{
    int kind = GilUnicode_KIND(op);
    const void *data = _GilUnicode_DATA(op);
    Gil_ssize_t length = GilUnicode_GET_LENGTH(op);

    if (length > 1 && gil_unicode_max(kind, data, length) == GilUnicode_MAX_CHAR_VALUE(op))
        return op;
    GilObject *narrow = from_data(ts, kind, data, length);
    Gil_DECREF(op);
    return narrow;
}

GilObject *
gil_unicode_from_ascii(GilThreadState *ts, const char *text, size_t size)
{
    if (size <= 1)
        return size == 0 ? gil_unicode_empty() : gil_unicode_latin1((Gil_UCS1)*text);
    GilObject *op = gil_unicode_alloc(ts, (Gil_ssize_t)size, 0x7f);
    if (op != NULL)
        memcpy(_GilUnicode_DATA(op), text, size);
    return op;
}

GilObject *
gil_unicode_slice(GilThreadState *ts, GilObject *str, Gil_ssize_t start, Gil_ssize_t end)
{
    int kind = GilUnicode_KIND(str);

    if (start == 0 && end == GilUnicode_GET_LENGTH(str) && GilUnicode_CheckExact(str))
        return Gil_NewRef(str);
    if (GilUnicode_IS_ASCII(str))
        return gil_unicode_from_ascii(ts, (const char *)_GilUnicode_DATA(str) + start, (size_t)(end - start));
    return from_data(ts, kind, (const char *)_GilUnicode_DATA(str) + start * kind, end - start);
}

void
gil_unicode_clip(Gil_ssize_t length, Gil_ssize_t *start, Gil_ssize_t *end)
{
    if (*end > length)
        *end = length;
    else if (*end < 0)
        *end = Gil_MAX(*end + length, 0);
    if (*start < 0)
        *start = Gil_MAX(*start + length, 0);
}

/* --- making --- */

GilObject *
GilUnicode_New(Gil_ssize_t size, Gil_UCS4 maxchar)
{
    GilThreadState *ts = gil_tstate_need(__func__);

    if (maxchar > GIL_MAX_CODE_POINT) {
        GilErr_SetString(GilExc_SystemError, "invalid maximum character passed to GilUnicode_New");
        return NULL;
    }
    if (size < 0) {
        GilErr_SetString(GilExc_SystemError, "Negative size passed to GilUnicode_New");
        return NULL;
    }
    return size == 0 ? gil_unicode_empty() : gil_unicode_alloc(ts, size, maxchar);
}

GilObject *
GilUnicode_FromString(const char *u)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    return u == NULL ? gil_err_null(__func__) : gil_unicode_decode_utf8(ts, u, strlen(u), NULL);
}

GilObject *
GilUnicode_FromStringAndSize(const char *str, Gil_ssize_t size)
{
    GilThreadState *ts = gil_tstate_need(__func__);

    if (size < 0) {
        GilErr_SetString(GilExc_SystemError, "Negative size passed to GilUnicode_FromStringAndSize");
        return NULL;
    }
    if (str == NULL && size > 0)
        return gil_err_null(__func__);
    return gil_unicode_decode_utf8(ts, str, (size_t)size, NULL);
}

GIL_COLD GilObject *
GilUnicode_FromFormatV(const char *format, va_list vargs)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    struct gil_text text;
    GilObject *op = NULL;

    if (format == NULL)
        return gil_err_null(__func__);
    gil_text_init(&text, ts->heap);
    if (gil_format(&text, format, vargs) == 0)
        op = gil_unicode_decode_utf8(ts, text.data, text.len, gil_surrogates_pass);
    gil_text_free(&text);
    return op;
}

GIL_COLD GilObject *
GilUnicode_FromFormat(const char *format, ...)
{
    va_list vargs;

    gil_tstate_need(__func__);
    if (format == NULL)
        return gil_err_null(__func__);
    va_start(vargs, format);
    GilObject *op = GilUnicode_FromFormatV(format, vargs);
    va_end(vargs);
    return op;
}

GilObject *
GilUnicode_FromKindAndData(int kind, const void *buffer, Gil_ssize_t size)
{
    GilThreadState *ts = gil_tstate_need(__func__);

    if (size < 0) {
        GilErr_SetString(GilExc_ValueError, "size must be positive");
        return NULL;
    }
    if (kind != GilUnicode_1BYTE_KIND && kind != GilUnicode_2BYTE_KIND && kind != GilUnicode_4BYTE_KIND) {
        GilErr_SetString(GilExc_SystemError, "invalid kind");
        return NULL;
    }
    if (buffer == NULL && size > 0)
        return gil_err_null(__func__);
    for (Gil_ssize_t i = 0; kind == GilUnicode_4BYTE_KIND && i < size; i++) {
        if (((const Gil_UCS4 *)buffer)[i] > GIL_MAX_CODE_POINT) {
            GilErr_Format(GilExc_ValueError, "character U+%x is not in range [U+0000; U+10ffff]",
                          ((const Gil_UCS4 *)buffer)[i]);
            return NULL;
        }
    }
    return from_data(ts, kind, buffer, size);
}

GilObject *
GilUnicode_FromOrdinal(int ordinal)
{
    GilThreadState *ts = gil_tstate_need(__func__);

    if (ordinal < 0 || ordinal > (int)GIL_MAX_CODE_POINT) {
        GilErr_SetString(GilExc_ValueError, "chr() arg not in range(0x110000)");
        return NULL;
    }
    Gil_UCS4 ch = (Gil_UCS4)ordinal;
    return from_data(ts, GilUnicode_4BYTE_KIND, &ch, 1);
}

GilObject *
GilUnicode_FromObject(GilObject *obj)
{
    GilThreadState *ts = gil_tstate_need(__func__);

    if (obj == NULL)
        return gil_err_null(__func__);
    if (!gil_unicode_check(obj)) {
        GilErr_Format(GilExc_TypeError, "Can't convert '%.100s' object to str implicitly", Gil_TYPE(obj)->tp_name);
        return NULL;
    }
    return gil_unicode_slice(ts, obj, 0, GilUnicode_GET_LENGTH(obj));
}

/* --- asking --- */

Gil_ssize_t
GilUnicode_GetLength(GilObject *unicode)
{
    gil_tstate_need(__func__);
    return gil_unicode_need(__func__, unicode) < 0 ? -1 : GilUnicode_GET_LENGTH(unicode);
}

Gil_UCS4
GilUnicode_ReadChar(GilObject *unicode, Gil_ssize_t index)
{
    gil_tstate_need(__func__);
    if (gil_unicode_need(__func__, unicode) < 0)
        return (Gil_UCS4)-1;
    if (index < 0 || index >= GilUnicode_GET_LENGTH(unicode)) {
        GilErr_SetString(GilExc_IndexError, "string index out of range");
        return (Gil_UCS4)-1;
    }
    return GilUnicode_READ_CHAR(unicode, index);
}

/* --- from strings --- */

GilObject *
GilUnicode_Substring(GilObject *str, Gil_ssize_t start, Gil_ssize_t end)
{
    GilThreadState *ts = gil_tstate_need(__func__);

    if (gil_unicode_need(__func__, str) < 0)
        return NULL;
    if (start < 0 || end < 0) {
        GilErr_SetString(GilExc_IndexError, "string index out of range");
        return NULL;
    }
    end = Gil_MIN(end, GilUnicode_GET_LENGTH(str));
    return start >= end ? gil_unicode_empty() : gil_unicode_slice(ts, str, start, end);
}

/* left + right, both str. */
static GilObject *
concat(GilThreadState *ts, GilObject *left, GilObject *right)
{
    Gil_ssize_t left_length = GilUnicode_GET_LENGTH(left), right_length = GilUnicode_GET_LENGTH(right);

    if (right_length == 0 && GilUnicode_CheckExact(left))
        return Gil_NewRef(left);
    if (left_length == 0 && GilUnicode_CheckExact(right))
        return Gil_NewRef(right);
    if (left_length > GIL_SSIZE_T_MAX - right_length) {
        GilErr_SetString(GilExc_OverflowError, "strings are too large to concat");
        return NULL;
    }
    Gil_UCS4 max_left = GilUnicode_MAX_CHAR_VALUE(left), max_right = GilUnicode_MAX_CHAR_VALUE(right);
    GilObject *op = gil_unicode_alloc(ts, left_length + right_length, Gil_MAX(max_left, max_right));
    if (op != NULL) {
        gil_unicode_copy(op, 0, left, 0, left_length);
        gil_unicode_copy(op, left_length, right, 0, right_length);
    }
    return op;
}

/* The sq_concat of str: user-level wording, the left operand is a str. */
static GilObject *
unicode_concat(GilObject *left, GilObject *right)
{
    if (!gil_unicode_check(right)) {
        GilErr_Format(GilExc_TypeError, "can only concatenate str (not \"%.200s\") to str", Gil_TYPE(right)->tp_name);
        return NULL;
    }
    return concat(gil_tstate_attached(), left, right);
}

GilObject *
GilUnicode_Concat(GilObject *left, GilObject *right)
{
    gil_tstate_need(__func__);
    if (gil_unicode_need(__func__, left) < 0)
        return NULL;
    return right == NULL ? gil_err_null(__func__) : unicode_concat(left, right);
}

/*
 * left + right in left's own block, which may move: only when nobody else has left and right fits its form. NULL
 * without an error when that cannot be done; left is then as before.
 */
static GilObject *
append_in_place(GilThreadState *ts, GilObject *left, GilObject *right)
{
    Gil_ssize_t length = GilUnicode_GET_LENGTH(left), more = GilUnicode_GET_LENGTH(right);

    if (left == right || !gil_unicode_is_private(left) ||
        GilUnicode_MAX_CHAR_VALUE(right) > GilUnicode_MAX_CHAR_VALUE(left) || more > GIL_SSIZE_T_MAX - length)
        return NULL;
    GilObject *op = resize(ts, left, length + more);
    if (op == NULL)
        return NULL;
    if (!GilUnicode_IS_ASCII(op)) { /* a UTF-8 form made before is that of the old text */
        GilCompactUnicodeObject *str = (GilCompactUnicodeObject *)(void *)op;
        gil_heap_free(str->utf8);
        str->utf8 = NULL;
        str->utf8_length = 0;
    }
    gil_unicode_copy(op, length, right, 0, more);
    return op;
}

/* Both forms of it, each under its own name. */
static void
append(GilObject **p_left, GilObject *right, const char *func)
{
    GilThreadState *ts = gil_tstate_need(func);

    if (p_left == NULL) {
        gil_err_null(func);
        return;
    }
    GilObject *left = *p_left;
    GilObject *joined = NULL;
    if (gil_unicode_need(func, left) == 0 && gil_unicode_need(func, right) == 0) {
        joined = append_in_place(ts, left, right);
        if (joined != NULL) {
            *p_left = joined;
            return;
        }
        joined = concat(ts, left, right);
    }
    *p_left = joined;
    Gil_XDECREF(left);
}

void
GilUnicode_Append(GilObject **p_left, GilObject *right)
{
    append(p_left, right, __func__);
}

void
GilUnicode_AppendAndDel(GilObject **p_left, GilObject *right)
{
    append(p_left, right, __func__);
    Gil_XDECREF(right);
}

/* --- the type --- */

static Gil_ssize_t
unicode_length(GilObject *self)
{
    return GilUnicode_GET_LENGTH(self);
}

static GilObject *
unicode_item(GilObject *self, Gil_ssize_t index)
{
    if (index < 0 || index >= GilUnicode_GET_LENGTH(self)) {
        GilErr_SetString(GilExc_IndexError, "string index out of range");
        return NULL;
    }
    return gil_unicode_slice(gil_tstate_attached(), self, index, index + 1);
}

/* self[start:stop:step] */
static GilObject *
unicode_subslice(GilObject *self, GilObject *slice)
{
    GilThreadState *ts = gil_tstate_attached();
    int kind = GilUnicode_KIND(self);
    const void *data = _GilUnicode_DATA(self);
    Gil_ssize_t start, stop, step, count;

    if (GilSlice_GetIndicesEx(slice, GilUnicode_GET_LENGTH(self), &start, &stop, &step, &count) < 0)
        return NULL;
    if (count == 0)
        return gil_unicode_empty();
    if (step == 1)
        return gil_unicode_slice(ts, self, start, start + count);
    Gil_UCS4 bits = 0;
    for (Gil_ssize_t i = 0; i < count; i++)
        bits |= _GilUnicode_READ(kind, data, start + i * step);
    GilObject *op = gil_unicode_alloc(ts, count, Gil_MIN(bits, GIL_MAX_CODE_POINT));
    if (op == NULL)
        return NULL;
    int to_kind = GilUnicode_KIND(op);
    for (Gil_ssize_t i = 0; i < count; i++)
        _GilUnicode_WRITE(to_kind, _GilUnicode_DATA(op), i, _GilUnicode_READ(kind, data, start + i * step));
    return op;
}

static GilObject *
unicode_subscript(GilObject *self, GilObject *key)
{
    if (GilSlice_Check(key))
        return unicode_subslice(self, key);
    if (!GilIndex_Check(key)) {
        GilErr_Format(GilExc_TypeError, "string indices must be integers, not '%.200s'", Gil_TYPE(key)->tp_name);
        return NULL;
    }
    Gil_ssize_t index = GilNumber_AsSsize_t(key, GilExc_IndexError);
    if (index == -1 && GilErr_Occurred() != NULL)
        return NULL;
    return unicode_item(self, index < 0 ? index + GilUnicode_GET_LENGTH(self) : index);
}

static GilObject *
unicode_repeat(GilObject *self, Gil_ssize_t count)
{
    Gil_ssize_t length = GilUnicode_GET_LENGTH(self);
    GilThreadState *ts = gil_tstate_attached();

    if (count < 1 || length == 0)
        return gil_unicode_empty();
    if (count == 1)
        return gil_unicode_slice(ts, self, 0, length);
    if (length > GIL_SSIZE_T_MAX / count) {
        GilErr_SetString(GilExc_OverflowError, "repeated string is too long");
        return NULL;
    }
    GilObject *op = gil_unicode_alloc(ts, length * count, GilUnicode_MAX_CHAR_VALUE(self));
    if (op == NULL)
        return NULL;
    for (Gil_ssize_t i = 0; i < count; i++)
        gil_unicode_copy(op, i * length, self, 0, length);
    return op;
}

static int
unicode_contains(GilObject *self, GilObject *item)
{
    if (!gil_unicode_check(item)) {
        GilErr_Format(GilExc_TypeError, "'in <string>' requires string as left operand, not %.100s",
                      Gil_TYPE(item)->tp_name);
        return -1;
    }
    return GilUnicode_Contains(self, item);
}

static GilObject *
unicode_str(GilObject *self)
{
    return gil_unicode_slice(gil_tstate_attached(), self, 0, GilUnicode_GET_LENGTH(self));
}

static GilSequenceMethods unicode_as_sequence = {
    .sq_length = unicode_length,
    .sq_concat = unicode_concat,
    .sq_repeat = unicode_repeat,
    .sq_item = unicode_item,
    .sq_contains = unicode_contains,
};

static GilMappingMethods unicode_as_mapping = {
    .mp_length = unicode_length,
    .mp_subscript = unicode_subscript,
};

static GilNumberMethods unicode_as_number = {
    .nb_remainder = gil_unicode_remainder,
};

GilTypeObject GilUnicode_Type = {
    .ob_base = GilVarObject_HEAD_INIT(&GilType_Type, 0)
    .tp_name = "str",
    .tp_basicsize = sizeof(GilCompactUnicodeObject),
    .tp_itemsize = 1,
    .tp_dealloc = unicode_dealloc,
    .tp_repr = gil_unicode_repr,
    .tp_as_number = &unicode_as_number,
    .tp_as_sequence = &unicode_as_sequence,
    .tp_as_mapping = &unicode_as_mapping,
    .tp_hash = gil_unicode_hash,
    .tp_str = unicode_str,
    .tp_flags = Gil_TPFLAGS_DEFAULT | Gil_TPFLAGS_STATIC_BUILTIN | Gil_TPFLAGS_IMMUTABLETYPE | Gil_TPFLAGS_BASETYPE
                | Gil_TPFLAGS_UNICODE_SUBCLASS,
    .tp_doc = GilDoc_STR("str(object='') -> text\n\nText, a sequence of Unicode code points."),
    .tp_richcompare = gil_unicode_richcompare,
    .tp_methods = gil_unicode_methods,
    .tp_alloc = gil_unicode_tp_alloc,
    .tp_new = gil_unicode_new,
};

GilObject *
gil_unicode_ops_from_utf8(const char *text, size_t len)
{
    return gil_unicode_decode_utf8(gil_tstate_attached(), text, len, gil_surrogates_pass);
}

const char *
gil_unicode_ops_utf8(GilObject *op, size_t *len)
{
    Gil_ssize_t size;
    const char *text = GilUnicode_AsUTF8AndSize(op, &size);

    *len = text == NULL ? 0 : (size_t)size;
    return text;
}

static void
init_static(GilASCIIObject *str, Gil_ssize_t length, uint32_t state)
{
    str->ob_base = (GilObject){_Gil_IMMORTAL_REFCNT, &GilUnicode_Type};
    str->length = length;
    size_t head = state & _Gil_STR_ASCII ? sizeof(GilASCIIObject) : sizeof(GilCompactUnicodeObject);
    str->state = GilUnicode_1BYTE_KIND | _Gil_STR_STATIC | state | (uint32_t)head << _Gil_STR_DATA_SHIFT;
    str->hash = -1;
    gil_unicode_hash(&str->ob_base);
}

int
gil_unicode_start(void)
{
    init_static(&empty_string.head, 0, _Gil_STR_ASCII);
    for (int i = 0; i < 128; i++) {
        ascii_chars[i].data[0] = (char)i;
        init_static(&ascii_chars[i].head, 1, _Gil_STR_ASCII);
    }
    for (int i = 0; i < 128; i++) {
        latin1_chars[i].data[0] = (Gil_UCS1)(0x80 + i);
        latin1_chars[i].head.utf8 = latin1_chars[i].utf8;
        latin1_chars[i].head.utf8_length = gil_utf8_put(latin1_chars[i].utf8, (Gil_UCS4)(0x80 + i));
        init_static(&latin1_chars[i].head._base, 1, 0);
    }
    return gil_type_ready(&GilUnicode_Type);
}

int
gil_unicode_interp_start(GilThreadState *ts)
{
    return gil_intern_start(ts);
}

void
gil_unicode_interp_stop(GilThreadState *ts)
{
    gil_intern_stop(ts);
}
