/* SPDX-License-Identifier: MIT */
/*
 * Text to UTF-8 and back: the ways that a host runs through.
 *
 * Each direction goes over the input twice. The first pass finds the length and the widest code point, the second
 * writes; between them stands the one allocation, of exactly the right size. What turns out to be wrong is gone over
 * once more by unicode_encoding.c, which knows error handlers and the other encodings.
 *
 * UTF-8 is as RFC 3629 defines it: no overlong forms, no surrogates, nothing above 0x10FFFF.
 */
#include "value/unicode_codec.h"

#include "value/bytes.h"
#include "value/unicode_encoding.h"
#include "value/unicode_utf8.h"

#include <string.h>

/* --- UTF-8 to text --- */

GilObject *
gil_unicode_decode_utf8(GilThreadState *ts, const char *text, size_t size, const char *errors)
{
    const unsigned char *s = (const unsigned char *)text;
    size_t ascii = size == 0 ? 0 : gil_ascii_prefix(s, size);
    Gil_ssize_t length;

    if (ascii == size)
        return gil_unicode_from_ascii(ts, text, size);
    Gil_UCS4 maxchar = gil_utf8_shape(s + ascii, size - ascii, &length);
    length += (Gil_ssize_t)ascii;
    if (length > 1) {
        GilObject *op = gil_unicode_alloc(ts, length, maxchar);
        if (op == NULL || gil_utf8_read(op, s, size))
            return op;
        Gil_DECREF(op);
    }
    return gil_unicode_decode(ts, gil_utf8_codec, text, size, errors, NULL);
}

GilObject *
GilUnicode_DecodeUTF8(const char *str, Gil_ssize_t size, const char *errors)
{
    GilThreadState *ts = gil_tstate_need(__func__);

    return gil_need_octets(__func__, str, size) < 0 ? NULL : gil_unicode_decode_utf8(ts, str, (size_t)size, errors);
}

/* --- text to UTF-8 --- */

unsigned
gil_utf8_put(char *to, Gil_UCS4 ch)
{
    unsigned size = gil_utf8_size(ch);

    switch (size) {
    case 1:
        to[0] = (char)ch;
        break;
    case 2:
        to[0] = (char)(0xc0 | ch >> 6);
        break;
    case 3:
        to[0] = (char)(0xe0 | ch >> 12);
        break;
    default:
        to[0] = (char)(0xf0 | ch >> 18);
        break;
    }
    for (unsigned i = size - 1; i > 0; i--, ch >>= 6)
        to[i] = (char)(0x80 | (ch & 0x3f));
    return size;
}

GilObject *
gil_unicode_encode_utf8(GilThreadState *ts, GilObject *op, const char *errors)
{
    const GilCompactUnicodeObject *str = (const GilCompactUnicodeObject *)(void *)op;
    Gil_ssize_t length = GilUnicode_GET_LENGTH(op);

    if (GilUnicode_IS_ASCII(op))
        return GilBytes_FromStringAndSize(_GilUnicode_DATA(op), length);
    if (str->utf8 != NULL && str->utf8_length >= 0)
        return GilBytes_FromStringAndSize(str->utf8, str->utf8_length);
    Gil_ssize_t size = gil_utf8_measure(GilUnicode_KIND(op), _GilUnicode_DATA(op), length);
    if (size < 0)
        return gil_unicode_encode(ts, gil_utf8_codec, op, errors);
    GilObject *bytes = gil_bytes_alloc(ts, size);
    if (bytes != NULL)
        gil_utf8_write(GilBytes_AS_STRING(bytes), GilUnicode_KIND(op), _GilUnicode_DATA(op), length);
    return bytes;
}

GilObject *
GilUnicode_AsUTF8String(GilObject *unicode)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    return gil_unicode_need(__func__, unicode) < 0 ? NULL : gil_unicode_encode_utf8(ts, unicode, NULL);
}

/*
 * --- the cached UTF-8 form ---
 *
 * Text with surrogates has none. For what the library itself looks up and puts together it has one all the same, where a
 * surrogate takes three bytes as other code points of that size do; its negative length keeps it from everybody else.
 */

/* Write the form of text with surrogates, or with to NULL nothing. Returns its bytes. */
static GIL_COLD Gil_ssize_t
write_with_surrogates(char *to, int kind, const void *data, Gil_ssize_t length)
{
    Gil_ssize_t size = 0;
    char form[4];

    for (Gil_ssize_t i = 0; i < length; i++)
        size += gil_utf8_put(to != NULL ? to + size : form, _GilUnicode_READ(kind, data, i));
    return size;
}

/* 0, or -1 with the error set. */
static int
make_utf8(GilThreadState *ts, GilCompactUnicodeObject *str, int surrogates_pass)
{
    GilObject *op = &str->_base.ob_base;
    int kind = GilUnicode_KIND(op);
    const void *data = _GilUnicode_DATA(op);
    Gil_ssize_t length = GilUnicode_GET_LENGTH(op), size = gil_utf8_measure(kind, data, length);

    if (size < 0 && !surrogates_pass) { /* for the error that it raises */
        Gil_XDECREF(gil_unicode_encode(ts, gil_utf8_codec, op, NULL));
        return -1;
    }
    if (size < 0)
        size = -write_with_surrogates(NULL, kind, data, length);
    char *text = gil_heap_malloc(ts->heap, (size_t)(size < 0 ? -size : size) + 1);
    if (text == NULL) {
        gil_err_no_memory(ts);
        return -1;
    }
    if (size < 0)
        text[write_with_surrogates(text, kind, data, length)] = '\0';
    else
        gil_utf8_write(text, kind, data, length);
    str->utf8 = text;
    str->utf8_length = size;
    return 0;
}

const char *
gil_unicode_text(GilObject *op, size_t *size)
{
    GilCompactUnicodeObject *str = (GilCompactUnicodeObject *)(void *)op;

    if (GilUnicode_IS_ASCII(op)) {
        *size = (size_t)GilUnicode_GET_LENGTH(op);
        return _GilUnicode_DATA(op);
    }
    if (str->utf8 == NULL && make_utf8(gil_tstate_attached(), str, 1) < 0)
        return NULL;
    *size = (size_t)(str->utf8_length < 0 ? -str->utf8_length : str->utf8_length);
    return str->utf8;
}

const char *
GilUnicode_AsUTF8AndSize(GilObject *unicode, Gil_ssize_t *size)
{
    GilThreadState *ts = gil_tstate_need(__func__);

    if (size != NULL)
        *size = -1;
    if (gil_unicode_need(__func__, unicode) < 0)
        return NULL;
    if (GilUnicode_IS_ASCII(unicode)) {
        if (size != NULL)
            *size = GilUnicode_GET_LENGTH(unicode);
        return _GilUnicode_DATA(unicode);
    }
    GilCompactUnicodeObject *str = (GilCompactUnicodeObject *)(void *)unicode;
    if ((str->utf8 == NULL || str->utf8_length < 0) && make_utf8(ts, str, 0) < 0)
        return NULL;
    if (size != NULL)
        *size = str->utf8_length;
    return str->utf8;
}

const char *
GilUnicode_AsUTF8(GilObject *unicode)
{
    gil_tstate_need(__func__);
    return gil_unicode_need(__func__, unicode) < 0 ? NULL : GilUnicode_AsUTF8AndSize(unicode, NULL);
}

__attribute__((cold)) int
gil_unicode_equal_utf8(GilObject *op, const char *text, size_t size)
{
    const GilCompactUnicodeObject *str = (const GilCompactUnicodeObject *)(void *)op;
    int kind = GilUnicode_KIND(op);
    const void *data = _GilUnicode_DATA(op);
    Gil_ssize_t length = GilUnicode_GET_LENGTH(op);

    if (GilUnicode_IS_ASCII(op))
        return (size_t)length == size && memcmp(data, text, size) == 0;
    if (str->utf8 != NULL && str->utf8_length >= 0)
        return (size_t)str->utf8_length == size && memcmp(str->utf8, text, size) == 0;
    for (Gil_ssize_t i = 0; i < length; i++) {
        char form[4];
        Gil_UCS4 ch = _GilUnicode_READ(kind, data, i);
        unsigned n = gil_utf8_put(form, ch);
        if (gil_is_surrogate(ch) || n > size || memcmp(text, form, n) != 0)
            return 0;
        text += n;
        size -= n;
    }
    return size == 0;
}
