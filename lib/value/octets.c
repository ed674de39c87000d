/* SPDX-License-Identifier: MIT */
/* What bytes and bytearray have in common: octets read, shown, compared and made from other objects. */
#include "value/octets.h"

#include "gilrt/buffer.h"
#include "gilrt/bytes.h"
#include "gilrt/iter.h"
#include "gilrt/number.h"
#include "gilrt/mapping.h"
#include "object/error.h"
#include "value/text_args.h"
#include "value/unicode.h"

#include <string.h>

static const char hex_digits[] = "0123456789abcdef";
static const char no_encoding[] = "string argument without an encoding";

/* --- shown --- */

/* The escape of one octet in text (4 bytes, no NUL), or the octet itself; returns its length. */
static int
escape(char *text, unsigned char c, char quote)
{
    int itself = c == '\\' || c == (unsigned char)quote;
    char letter = c == '\t' ? 't' : c == '\n' ? 'n' : c == '\r' ? 'r' : itself ? (char)c : '\0';

    if (letter != '\0') {
        text[0] = '\\';
        text[1] = letter;
        return 2;
    }
    if (c >= 0x20 && c < 0x7f) {
        text[0] = (char)c;
        return 1;
    }
    text[0] = '\\';
    text[1] = 'x';
    text[2] = hex_digits[c >> 4];
    text[3] = hex_digits[c & 15];
    return 4;
}

GilObject *
gil_octets_repr(const char *prefix, const char *data, Gil_ssize_t size, const char *suffix, int smart)
{
    GilThreadState *ts = gil_tstate_attached();
    size_t before = strlen(prefix), after = strlen(suffix), length = before + after + 3, n = (size_t)size;
    char quote = smart && memchr(data, '\'', n) != NULL && memchr(data, '"', n) == NULL ? '"' : '\'';
    char text[4];

    if (size > (GIL_SSIZE_T_MAX - (Gil_ssize_t)length) / (Gil_ssize_t)sizeof text) {
        GilErr_SetString(GilExc_OverflowError, "bytes object is too large to make repr");
        return NULL;
    }
    for (size_t i = 0; i < n; i++)
        length += (size_t)escape(text, (unsigned char)data[i], quote);
    GilObject *op = gil_unicode_alloc(ts, (Gil_ssize_t)length, 0x7f);
    if (op == NULL)
        return NULL;
    char *to = _GilUnicode_DATA(op);
    memcpy(to, prefix, before);
    to += before;
    *to++ = 'b';
    *to++ = quote;
    for (size_t i = 0; i < n; i++) {
        int escaped = escape(text, (unsigned char)data[i], quote);
        memcpy(to, text, (size_t)escaped);
        to += escaped;
    }
    *to++ = quote;
    memcpy(to, suffix, after);
    return op;
}

/* The separator of hex(): a str or bytes of one ASCII character, or -1 with the error set. May run anything. */
static int
read_separator(GilObject *sep)
{
    Gil_ssize_t n = GilObject_Size(sep);

    if (n != 1) {
        if (n >= 0)
            GilErr_SetString(GilExc_ValueError, "sep must be length 1.");
        return -1;
    }
    int text = gil_unicode_check(sep);
    if (!text && !GilBytes_Check(sep)) {
        GilErr_SetString(GilExc_TypeError, "sep must be str or bytes.");
        return -1;
    }
    Gil_UCS4 ch = text ? GilUnicode_READ_CHAR(sep, 0) : (unsigned char)*GilBytes_AS_STRING(sep);
    if (ch < 0x80)
        return (int)ch;
    GilErr_SetString(GilExc_ValueError, "sep must be ASCII.");
    return -1;
}

GilObject *
gil_octets_hex(const char *data, Gil_ssize_t size, GilObject *const *args, Gil_ssize_t nargs, GilObject *kwnames)
{
    GilThreadState *ts = gil_tstate_attached();
    Gil_ssize_t group = 1, gaps = 0;
    GilObject *given[2];
    int sep = 0;

    if (gil_take_args("022hex\0sep\0bytes_per_sep", args, nargs, NULL, kwnames, given) < 0
        || (given[1] != NULL && gil_get_index(given[1], GilExc_OverflowError, &group) < 0)
        || (given[0] != NULL && (sep = read_separator(given[0])) < 0))
        return NULL;
    if (size > GIL_SSIZE_T_MAX / 3)
        return gil_err_no_memory(ts);
    if (size == 0)
        return gil_unicode_empty();
    int from_left = group < 0;
    group = from_left && group != GIL_SSIZE_T_MIN ? -group : group;
    if (given[0] != NULL && group > 0)
        gaps = (size - 1) / group;
    GilObject *op = gil_unicode_alloc(ts, size * 2 + gaps, 0x7f);
    if (op == NULL)
        return NULL;
    char *to = _GilUnicode_DATA(op);
    for (Gil_ssize_t i = 0; i < size; i++) {
        if (gaps > 0 && i > 0 && (from_left ? i : size - i) % group == 0)
            *to++ = (char)sep;
        *to++ = hex_digits[(unsigned char)data[i] >> 4];
        *to++ = hex_digits[(unsigned char)data[i] & 15];
    }
    return op;
}

/* --- compared --- */

GilObject *
gil_octets_compare(const char *a, Gil_ssize_t a_size, const char *b, Gil_ssize_t b_size, int op)
{
    if ((op == Gil_EQ || op == Gil_NE) && a_size != b_size)
        return _Gil_RichResult(op == Gil_NE);
    int order = memcmp(a, b, (size_t)Gil_MIN(a_size, b_size));
    if (order == 0)
        order = (a_size > b_size) - (a_size < b_size);
    Gil_RETURN_RICHCOMPARE(order, 0, op);
}

int
gil_octets_from_int(GilObject *item, const char *what, unsigned char *octet)
{
    Gil_ssize_t value = GilNumber_AsSsize_t(item, NULL);

    if (value == -1 && GilErr_Occurred() != NULL)
        return -1;
    if (value < 0 || value > 255) {
        GilErr_Format(GilExc_ValueError, "%s must be in range(0, 256)", what);
        return -1;
    }
    *octet = (unsigned char)value;
    return 0;
}

int
gil_octets_contain(const char *data, Gil_ssize_t size, GilObject *item)
{
    Gil_buffer view;
    unsigned char octet;

    if (GilIndex_Check(item)) {
        if (gil_octets_from_int(item, "byte", &octet) < 0)
            return -1;
        return size > 0 && memchr(data, octet, (size_t)size) != NULL;
    }
    if (GilObject_GetBuffer(item, &view, GilBUF_SIMPLE) < 0)
        return -1;
    int found = view.len == 0 || memmem(data, (size_t)size, view.buf, (size_t)view.len) != NULL;
    GilBuffer_Release(&view);
    return found;
}

/* --- made --- */

/* Octets under construction. */
struct collector {
    GilObject *bytes; /* room; NULL after a failure */
    Gil_ssize_t used;
};

static int
collect_one(struct collector *to, GilObject *item)
{
    unsigned char octet;

    if (gil_octets_from_int(item, "bytes", &octet) < 0)
        return -1;
    if (to->used == GilBytes_GET_SIZE(to->bytes) && _GilBytes_Resize(&to->bytes, to->used + to->used / 2 + 16) < 0)
        return -1;
    GilBytes_AS_STRING(to->bytes)[to->used++] = (char)octet;
    return 0;
}

GilObject *
gil_octets_collect(GilThreadState *ts, GilObject *iterable, const char *kind)
{
    struct collector to = {NULL, 0};
    GilObject *item = NULL;
    int rc = -1;

    GilObject *it = gil_unicode_check(iterable) ? NULL : GilObject_GetIter(iterable);
    if (it == NULL) {
        if (!gil_err_pending(ts) || GilErr_ExceptionMatches(GilExc_TypeError))
            GilErr_Format(GilExc_TypeError, kind == NULL ? "can't extend bytearray with %.200s" : "cannot convert '%.200s' object to %s",
                          Gil_TYPE(iterable)->tp_name, kind);
        return NULL;
    }
    to.bytes = GilBytes_FromStringAndSize(NULL, 16);
    while (to.bytes != NULL && (rc = GilIter_NextItem(it, &item)) == 1) {
        rc = collect_one(&to, item); /* may run anything; nothing borrowed is kept */
        Gil_DECREF(item);
        if (rc < 0)
            break;
    }
    Gil_DECREF(it);
    if (rc < 0)
        Gil_CLEAR(to.bytes);
    else if (_GilBytes_Resize(&to.bytes, to.used) < 0)
        return NULL;
    return to.bytes;
}

/* (source, encoding, errors) of which the second or the third is given: the text encoded. */
static GilObject *
encoded_source(const char *kind, GilObject *const given[3])
{
    const char *names[2];
    int text = given[0] != NULL && gil_unicode_check(given[0]);

    if (gil_get_codec(kind, given + 1, names) < 0)
        return NULL;
    if (text && names[0] != NULL)
        return GilUnicode_AsEncodedString(given[0], names[0], names[1]);
    GilErr_SetString(GilExc_TypeError, names[0] != NULL ? "encoding without a string argument"
                                       : text           ? no_encoding
                                                        : "errors without a string argument");
    return NULL;
}

int
gil_octets_source(GilThreadState *ts, const char *kind, GilObject *const given[3], GilObject **source, Gil_ssize_t *zeros)
{
    GilObject *arg = given[0];

    *source = NULL;
    *zeros = 0;
    if (given[1] != NULL || given[2] != NULL)
        *source = encoded_source(kind, given);
    else if (arg == NULL)
        return 0;
    else if (gil_unicode_check(arg))
        GilErr_SetString(GilExc_TypeError, no_encoding);
    else if (GilIndex_Check(arg)) {
        *zeros = GilNumber_AsSsize_t(arg, GilExc_OverflowError);
        if (*zeros >= 0)
            return 0;
        if (*zeros != -1 || !gil_err_pending(ts))
            GilErr_SetString(GilExc_ValueError, "negative count");
    }
    else
        *source = GilObject_CheckBuffer(arg) ? Gil_NewRef(arg) : gil_octets_collect(ts, arg, kind);
    return *source == NULL ? -1 : 0;
}
