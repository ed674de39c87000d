/* SPDX-License-Identifier: MIT */
/*
 * Encodings by their names, and what is wrong in them: error handlers.
 *
 * Here text is read and written character by character. What is well-formed UTF-8, ASCII or Latin-1 does not come here.
 * A handler is looked up when the first error is met, so that a name nobody needs is never refused.
 *
 * surrogateescape keeps octets that are no text as surrogates, 0xdc80 to 0xdcff, which no encoding can express
 * otherwise, and writes them as they were: that is how names of files go there and back whatever is in them.
 */
#include "value/unicode_encoding.h"

#include "gilrt/buffer.h"
#include "gilrt/exception.h"
#include "gilrt/long.h"
#include "gilrt/mem.h"
#include "gilrt/tuple.h"
#include "gilrt/unicodecodec.h"
#include "value/bytes.h"
#include "value/unicode_codec.h"
#include "value/unicode_utf8.h"
#include "value/unicode_writer.h"

#include <string.h>

/* An encoding. */
struct gil_codec {
    char name[10];       /* in messages */
    unsigned char width; /* bytes of a unit; 1, 2 or 4 */
    signed char order;   /* of more than one: -1 lowest first, 1 highest first, 0 as a mark in front tells */
    Gil_UCS4 limit;      /* the first code point that it cannot express */
    const char *reason;  /* why a code point cannot be encoded */
};

enum { UTF8, ASCII, LATIN1, UTF16, UTF16_LE, UTF16_BE, UTF32, UTF32_LE, UTF32_BE };

static const struct gil_codec codecs[] = {
    [UTF8] = {"utf-8", 1, 0, GIL_MAX_CODE_POINT + 1, "surrogates not allowed"},
    [ASCII] = {"ascii", 1, 0, 0x80, "ordinal not in range(128)"},
    [LATIN1] = {"latin-1", 1, 0, 0x100, "ordinal not in range(256)"},
    [UTF16] = {"utf-16", 2, 0, GIL_MAX_CODE_POINT + 1, "surrogates not allowed"},
    [UTF16_LE] = {"utf-16-le", 2, -1, GIL_MAX_CODE_POINT + 1, "surrogates not allowed"},
    [UTF16_BE] = {"utf-16-be", 2, 1, GIL_MAX_CODE_POINT + 1, "surrogates not allowed"},
    [UTF32] = {"utf-32", 4, 0, GIL_MAX_CODE_POINT + 1, "surrogates not allowed"},
    [UTF32_LE] = {"utf-32-le", 4, -1, GIL_MAX_CODE_POINT + 1, "surrogates not allowed"},
    [UTF32_BE] = {"utf-32-be", 4, 1, GIL_MAX_CODE_POINT + 1, "surrogates not allowed"},
};
const struct gil_codec *const gil_utf8_codec = &codecs[UTF8];

/* Spellings, in small letters and without what stands between their parts. */
static const struct {
    char name[13];
    unsigned char codec;
} codec_names[] = {
    {"utf8", UTF8},         {"u8", UTF8},           {"utf", UTF8},          {"cp65001", UTF8},
    {"ascii", ASCII},       {"usascii", ASCII},     {"us", ASCII},          {"646", ASCII},     {"ansix3.41968", ASCII},
    {"latin", LATIN1},      {"iso8859", LATIN1},
    {"latin1", LATIN1},     {"l1", LATIN1},         {"iso88591", LATIN1},   {"8859", LATIN1},   {"cp819", LATIN1},
    {"utf16", UTF16},       {"u16", UTF16},         {"utf16le", UTF16_LE},  {"utf16be", UTF16_BE},
    {"utf32", UTF32},       {"u32", UTF32},         {"utf32le", UTF32_LE},  {"utf32be", UTF32_BE},
};

/* NULL with LookupError for a name that means nothing here. */
static const struct gil_codec *
find_codec(const char *encoding)
{
    char name[sizeof codec_names[0].name + 1] = ""; /* longer than the longest we know */
    size_t n = 0;

    if (encoding == NULL)
        return gil_utf8_codec;
    for (const char *c = encoding; *c != '\0' && n < sizeof name - 1; c++)
        if (*c != '-' && *c != '_' && *c != ' ')
            name[n++] = *c >= 'A' && *c <= 'Z' ? (char)(*c - 'A' + 'a') : *c;
    for (size_t k = 0; k < Gil_ARRAY_LENGTH(codec_names); k++)
        if (strncmp(name, codec_names[k].name, sizeof codec_names[k].name) == 0)
            return &codecs[codec_names[k].codec];
    GilErr_Format(GilExc_LookupError, "unknown encoding: %.100s", encoding);
    return NULL;
}

const char *
gil_codec_name(GilObject *str)
{
    Gil_ssize_t size;
    const char *name = GilUnicode_AsUTF8AndSize(str, &size);

    if (name == NULL || strlen(name) == (size_t)size)
        return name;
    GilErr_SetString(GilExc_ValueError, "embedded null character");
    return NULL;
}

/* --- what is wrong --- */

enum handler { HANDLER_NONE_YET, HANDLER_STRICT, HANDLER_REPLACE, HANDLER_IGNORE, HANDLER_SURROGATEESCAPE };

const char gil_surrogates_pass[] = "strict";

/* 0, or -1 with LookupError. */
static int
find_handler(const char *errors, enum handler *handler)
{
    static const char names[][16] = {"strict", "replace", "ignore", "surrogateescape"};

    for (int i = 0; *handler == HANDLER_NONE_YET && i < 4; i++)
        if (strcmp(errors == NULL ? "strict" : errors, names[i]) == 0)
            *handler = (enum handler)(HANDLER_STRICT + i);
    if (*handler != HANDLER_NONE_YET)
        return 0;
    GilErr_Format(GilExc_LookupError, "unknown error handler name '%.400s'", errors);
    return -1;
}

static void
raise_decode_error(const struct gil_codec *codec, const char *text, size_t size, size_t start, size_t end,
                   const char *reason)
{
    GilObject *exc = GilUnicodeDecodeError_Create(codec->name, text, (Gil_ssize_t)size, (Gil_ssize_t)start,
                                                  (Gil_ssize_t)end, reason);
    if (exc != NULL)
        GilErr_SetRaisedException(exc);
}

/* The exception's five arguments as a tuple; NULL with the error set. */
static GilObject *
encode_error_args(const struct gil_codec *codec, GilObject *op, Gil_ssize_t start, Gil_ssize_t end)
{
    GilObject *args = GilTuple_New(5);

    if (args == NULL)
        return NULL;
    GilTuple_SET_ITEM(args, 0, GilUnicode_FromString(codec->name));
    GilTuple_SET_ITEM(args, 1, Gil_NewRef(op));
    GilTuple_SET_ITEM(args, 2, GilLong_FromSsize_t(start));
    GilTuple_SET_ITEM(args, 3, GilLong_FromSsize_t(end));
    GilTuple_SET_ITEM(args, 4, GilUnicode_FromString(codec->reason));
    for (Gil_ssize_t i = 0; i < 5; i++) {
        if (GilTuple_GET_ITEM(args, i) == NULL) {
            Gil_DECREF(args);
            return NULL;
        }
    }
    return args;
}

static void
raise_encode_error(const struct gil_codec *codec, GilObject *op, Gil_ssize_t start, Gil_ssize_t end)
{
    GilObject *args = encode_error_args(codec, op, start, end);

    if (args != NULL) {
        GilErr_SetObject(GilExc_UnicodeEncodeError, args);
        Gil_DECREF(args);
    }
}

/* --- octets to text --- */

/* What stands at the front of some octets. */
struct step {
    Gil_UCS4 ch;
    unsigned size;      /* octets of the character; of the ill-formed part when reason is set. 1 to 4 */
    const char *reason; /* NULL: a character */
};

static inline int
is_tail(const unsigned char *s, const unsigned char *end)
{
    return s < end && (*s & 0xc0) == 0x80;
}

/*
 * Beyond the form of the bytes, four lead bytes narrow what may follow: E0 and F0 exclude overlong forms, ED
 * surrogates, F4 what lies above 0x10FFFF.
 */
static inline int
is_second(unsigned char lead, const unsigned char *s, const unsigned char *end)
{
    if (!is_tail(s, end))
        return 0;
    switch (lead) {
    case 0xe0:
        return *s >= 0xa0;
    case 0xed:
        return *s < 0xa0;
    case 0xf0:
        return *s >= 0x90;
    case 0xf4:
        return *s < 0x90;
    default:
        return 1;
    }
}

/* What might go on: a part, when more is to come, is left for then. */
static const char cut_off[] = "unexpected end of data", truncated[] = "truncated data";

static struct step
ill_formed(const unsigned char *s, unsigned size, const unsigned char *end)
{
    const char *reason = s + size == end ? cut_off : "invalid continuation byte";
    return (struct step){GIL_REPLACEMENT, size, reason};
}

/*
 * Read one step; s < end. An ill-formed part is the longest beginning of a well-formed sequence, or one byte: what
 * chapter 3 of the Unicode standard recommends to replace as one.
 */
static struct step
next_utf8(const unsigned char *s, const unsigned char *end)
{
    unsigned char lead = s[0];

    if (lead < 0x80)
        return (struct step){lead, 1, NULL};
    if (lead < 0xc2 || lead > 0xf4)
        return (struct step){GIL_REPLACEMENT, 1, "invalid start byte"};
    if (!is_second(lead, s + 1, end))
        return ill_formed(s, 1, end);
    if (lead < 0xe0)
        return (struct step){(Gil_UCS4)(lead & 0x1f) << 6 | (s[1] & 0x3fu), 2, NULL};
    if (!is_tail(s + 2, end))
        return ill_formed(s, 2, end);
    if (lead < 0xf0)
        return (struct step){(Gil_UCS4)(lead & 0x0f) << 12 | (s[1] & 0x3fu) << 6 | (s[2] & 0x3fu), 3, NULL};
    if (!is_tail(s + 3, end))
        return ill_formed(s, 3, end);
    return (struct step){
        (Gil_UCS4)(lead & 0x07) << 18 | (s[1] & 0x3fu) << 12 | (s[2] & 0x3fu) << 6 | (s[3] & 0x3fu), 4, NULL};
}

/* Whether a surrogate stands there in three octets, which is no UTF-8. */
static int
is_surrogate_form(const unsigned char *s, const unsigned char *end)
{
    return s[0] == 0xed && is_tail(s + 1, end) && s[1] >= 0xa0 && is_tail(s + 2, end);
}

/* A unit of that many octets. */
static Gil_UCS4
read_unit(const unsigned char *s, int width, int order)
{
    Gil_UCS4 unit = 0;

    for (int i = 0; i < width; i++)
        unit = unit << 8 | s[order > 0 ? i : width - 1 - i];
    return unit;
}

static struct step
next_utf16(const unsigned char *s, const unsigned char *end, int order)
{
    Gil_UCS4 high = end - s < 2 ? 0 : read_unit(s, 2, order);

    if (end - s < 2)
        return (struct step){GIL_REPLACEMENT, 1, truncated};
    if (!gil_is_surrogate(high))
        return (struct step){high, 2, NULL};
    if (high >= 0xdc00)
        return (struct step){GIL_REPLACEMENT, 2, "illegal encoding"};
    if (end - s < 4)
        return (struct step){GIL_REPLACEMENT, (unsigned)(end - s), cut_off};
    Gil_UCS4 low = read_unit(s + 2, 2, order);
    if (low < 0xdc00 || low > 0xdfff)
        return (struct step){GIL_REPLACEMENT, 2, "illegal UTF-16 surrogate"};
    return (struct step){0x10000 + ((high & 0x3ff) << 10 | (low & 0x3ff)), 4, NULL};
}

static struct step
next_utf32(const unsigned char *s, const unsigned char *end, int order)
{
    if (end - s < 4)
        return (struct step){GIL_REPLACEMENT, (unsigned)(end - s), truncated};
    Gil_UCS4 ch = read_unit(s, 4, order);
    return (struct step){ch, 4,
                         ch > GIL_MAX_CODE_POINT  ? "code point not in range(0x110000)"
                         : gil_is_surrogate(ch) ? "code point in surrogate code point range(0xd800, 0xe000)"
                                                : NULL};
}

/* Read one step; s < end. */
static struct step
next_step(const struct gil_codec *codec, const unsigned char *s, const unsigned char *end, int order)
{
    if (codec->width == 2)
        return next_utf16(s, end, order);
    if (codec->width == 4)
        return next_utf32(s, end, order);
    if (codec == gil_utf8_codec)
        return next_utf8(s, end);
    return (struct step){*s, 1, *s < codec->limit ? NULL : codec->reason};
}

/* Write what the handler makes of the octets at start to end. 0, or -1 with the error set. */
static int
handle_octets(struct gil_writer *writer, const struct gil_codec *codec, const char *text, size_t size, size_t start,
              struct step step, enum handler handler)
{
    if (handler == HANDLER_IGNORE)
        return 0;
    if (handler == HANDLER_REPLACE)
        return gil_writer_char(writer, GIL_REPLACEMENT);
    int escapes = handler == HANDLER_SURROGATEESCAPE;
    for (unsigned i = 0; i < step.size; i++)
        escapes &= (unsigned char)text[start + i] >= 0x80;
    if (!escapes) {
        raise_decode_error(codec, text, size, start, start + step.size, step.reason);
        return -1;
    }
    for (unsigned i = 0; i < step.size; i++)
        if (gil_writer_char(writer, 0xdc00 + (Gil_UCS4)(unsigned char)text[start + i]) < 0)
            return -1;
    return 0;
}

/* The order of the units, *at behind the mark that tells it. */
static int
read_mark(const struct gil_codec *codec, const char *text, size_t size, size_t *at)
{
    size_t width = (size_t)codec->width;

    if (codec->order != 0 || width == 1 || size < width)
        return codec->order;
    for (int order = -1; order <= 1; order += 2) {
        if (read_unit((const unsigned char *)text, (int)width, order) == 0xfeff) {
            *at = width;
            return order;
        }
    }
    return 0;
}

/* gil_unicode_decode(), and in *order what the mark tells. */
static GilObject *
decode(GilThreadState *ts, const struct gil_codec *codec, const char *text, size_t size, const char *errors,
       Gil_ssize_t *consumed, int *order)
{
    const unsigned char *begin = (const unsigned char *)text, *end = begin + size;
    enum handler handler = HANDLER_NONE_YET;
    struct gil_writer writer;
    size_t at = 0;
    int rc = 0;

    *order = read_mark(codec, text, size, &at);
    if (codec->width > 1 && codec->order == 0)
        codec += *order > 0 ? 2 : 1; /* what errors are to name */
    gil_writer_init(&writer, ts);
    while (rc == 0 && at < size) {
        struct step step = next_step(codec, begin + at, end, *order);
        if (errors == gil_surrogates_pass && step.reason != NULL && is_surrogate_form(begin + at, end))
            step = (struct step){0xd000 | (begin[at + 1] & 0x3fu) << 6 | (begin[at + 2] & 0x3fu), 3, NULL};
        if (step.reason == NULL)
            rc = gil_writer_char(&writer, step.ch);
        else if (consumed != NULL && (step.reason == cut_off || step.reason == truncated))
            break;
        else if ((rc = find_handler(errors, &handler)) == 0)
            rc = handle_octets(&writer, codec, text, size, at, step, handler);
        at += step.size;
    }
    if (consumed != NULL)
        *consumed = (Gil_ssize_t)at;
    if (rc == 0)
        return gil_writer_finish(&writer);
    gil_writer_drop(&writer);
    return NULL;
}

GilObject *
gil_unicode_decode(GilThreadState *ts, const struct gil_codec *codec, const char *text, size_t size, const char *errors,
                   Gil_ssize_t *consumed)
{
    int order;
    return decode(ts, codec, text, size, errors, consumed, &order);
}

int
gil_need_octets(const char *func, const char *text, Gil_ssize_t size)
{
    if (size >= 0 && (text != NULL || size == 0))
        return 0;
    if (size < 0)
        gil_err_bad_number(func, "a size of 0 or more", size);
    else
        gil_err_null(func);
    return -1;
}

/* size octets in an encoding by the quickest way. */
static GilObject *
decode_quickly(GilThreadState *ts, const struct gil_codec *codec, const char *text, Gil_ssize_t length,
               const char *errors)
{
    size_t size = (size_t)length;

    if (codec == gil_utf8_codec)
        return gil_unicode_decode_utf8(ts, text, size, errors);
    if (codec == &codecs[LATIN1]) /* every octet is a character */
        return GilUnicode_FromKindAndData(GilUnicode_1BYTE_KIND, text, length);
    if (codec == &codecs[ASCII] && (size == 0 || gil_ascii_prefix((const unsigned char *)text, size) == size))
        return gil_unicode_from_ascii(ts, text, size);
    return gil_unicode_decode(ts, codec, text, size, errors, NULL);
}

GilObject *
GilUnicode_DecodeASCII(const char *str, Gil_ssize_t size, const char *errors)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    return gil_need_octets(__func__, str, size) < 0 ? NULL : decode_quickly(ts, &codecs[ASCII], str, size, errors);
}

GilObject *
GilUnicode_DecodeLatin1(const char *str, Gil_ssize_t size, const char *errors)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    return gil_need_octets(__func__, str, size) < 0 ? NULL : decode_quickly(ts, &codecs[LATIN1], str, size, errors);
}

GilObject *
GilUnicode_Decode(const char *str, Gil_ssize_t size, const char *encoding, const char *errors)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    const struct gil_codec *codec = find_codec(encoding);

    if (codec == NULL || gil_need_octets(__func__, str, size) < 0)
        return NULL;
    return decode_quickly(ts, codec, str, size, errors);
}

GilObject *
GilUnicode_DecodeUTF8Stateful(const char *str, Gil_ssize_t size, const char *errors, Gil_ssize_t *consumed)
{
    GilThreadState *ts = gil_tstate_need(__func__);

    if (gil_need_octets(__func__, str, size) < 0)
        return NULL;
    size_t whole = (size_t)size; /* without a beginning at the end */
    if (consumed != NULL)
        for (unsigned n = 1; n < 4 && n <= (size_t)size; n++)
            if (next_utf8((const unsigned char *)str + size - n, (const unsigned char *)str + size).reason == cut_off)
                whole = (size_t)size - n;
    GilObject *op = gil_unicode_decode_utf8(ts, str, whole, errors);
    if (op == NULL && whole < (size_t)size && GilErr_ExceptionMatches(GilExc_UnicodeDecodeError)) {
        Gil_ssize_t unused;
        GilErr_Clear(); /* once more: the error is to tell of all the octets */
        return gil_unicode_decode(ts, gil_utf8_codec, str, (size_t)size, errors, &unused);
    }
    if (op != NULL && consumed != NULL)
        *consumed = (Gil_ssize_t)whole;
    return op;
}

/* UTF-16 (codec UTF16) and UTF-32 (UTF32), in the order that *byteorder says and then tells. */
static GilObject *
decode_units(const char *func, int codec, const char *str, Gil_ssize_t size, const char *errors, int *byteorder,
             Gil_ssize_t *consumed)
{
    GilThreadState *ts = gil_tstate_need(func);
    int order = byteorder == NULL ? 0 : *byteorder;

    if (gil_need_octets(func, str, size) < 0)
        return NULL;
    codec += order < 0 ? 1 : order > 0 ? 2 : 0;
    GilObject *op = decode(ts, &codecs[codec], str, (size_t)size, errors, consumed, &order);
    if (op != NULL && byteorder != NULL)
        *byteorder = order;
    return op;
}

GilObject *
GilUnicode_DecodeUTF16(const char *str, Gil_ssize_t size, const char *errors, int *byteorder)
{
    return decode_units(__func__, UTF16, str, size, errors, byteorder, NULL);
}

GilObject *
GilUnicode_DecodeUTF16Stateful(const char *str, Gil_ssize_t size, const char *errors, int *byteorder,
                               Gil_ssize_t *consumed)
{
    return decode_units(__func__, UTF16, str, size, errors, byteorder, consumed);
}

GilObject *
GilUnicode_DecodeUTF32(const char *str, Gil_ssize_t size, const char *errors, int *byteorder)
{
    return decode_units(__func__, UTF32, str, size, errors, byteorder, NULL);
}

GilObject *
GilUnicode_DecodeUTF32Stateful(const char *str, Gil_ssize_t size, const char *errors, int *byteorder,
                               Gil_ssize_t *consumed)
{
    return decode_units(__func__, UTF32, str, size, errors, byteorder, consumed);
}

GilObject *
GilUnicode_FromEncodedObject(GilObject *obj, const char *encoding, const char *errors)
{
    Gil_buffer view;

    gil_tstate_need(__func__);
    if (obj == NULL)
        return gil_err_null(__func__);
    if (gil_unicode_check(obj)) {
        GilErr_SetString(GilExc_TypeError, "decoding str is not supported");
        return NULL;
    }
    if (!GilObject_CheckBuffer(obj)) {
        GilErr_Format(GilExc_TypeError, "decoding to str: need a bytes-like object, %.80s found",
                      Gil_TYPE(obj)->tp_name);
        return NULL;
    }
    if (GilObject_GetBuffer(obj, &view, GilBUF_SIMPLE) < 0)
        return NULL;
    GilObject *op = GilUnicode_Decode(view.buf, view.len, encoding, errors);
    GilBuffer_Release(&view);
    return op;
}

/* --- text to octets --- */

static int
can_encode(const struct gil_codec *codec, Gil_UCS4 ch)
{
    return ch < codec->limit && (codec->limit <= 0x100 || !gil_is_surrogate(ch));
}

/* Write one code point; returns the octet behind. */
static char *
put(char *to, const struct gil_codec *codec, Gil_UCS4 ch)
{
    int width = codec->width;

    if (codec == gil_utf8_codec)
        return to + gil_utf8_put(to, ch);
    if (width == 2 && ch > 0xffff) {
        to = put(to, codec, 0xd800 + ((ch - 0x10000) >> 10));
        ch = 0xdc00 + (ch & 0x3ff);
    }
    for (int i = 0; i < width; i++)
        to[codec->order > 0 ? width - 1 - i : i] = (char)(ch >> 8 * i);
    return to + width;
}

/* Encode into room that is large enough; returns the octet behind, NULL with the error set. */
static char *
write_encoded(char *to, const struct gil_codec *codec, GilObject *op, const char *errors)
{
    int kind = GilUnicode_KIND(op);
    const void *data = _GilUnicode_DATA(op);
    Gil_ssize_t length = GilUnicode_GET_LENGTH(op);
    enum handler handler = HANDLER_NONE_YET;

    if (codec->width > 1 && codec->order == 0)
        to = put(to, codec, 0xfeff);
    for (Gil_ssize_t i = 0; i < length; i++) {
        Gil_UCS4 ch = _GilUnicode_READ(kind, data, i);
        if (can_encode(codec, ch))
            to = put(to, codec, ch);
        else if (find_handler(errors, &handler) < 0)
            return NULL;
        else if (handler == HANDLER_REPLACE)
            to = put(to, codec, '?');
        else if (handler == HANDLER_SURROGATEESCAPE && codec->width == 1 && ch >= 0xdc80 && ch <= 0xdcff)
            *to++ = (char)(ch & 0xff);
        else if (handler != HANDLER_IGNORE) {
            Gil_ssize_t end = i + 1;
            while (end < length && codec->width == 1 && !can_encode(codec, _GilUnicode_READ(kind, data, end)))
                end++;
            raise_encode_error(codec, op, i, end);
            return NULL;
        }
    }
    return to;
}

GilObject *
gil_unicode_encode(GilThreadState *ts, const struct gil_codec *codec, GilObject *op, const char *errors)
{
    Gil_ssize_t length = GilUnicode_GET_LENGTH(op), most = codec->limit <= 0x100 ? 1 : 4;

    if (length > GIL_SSIZE_T_MAX / 4 - 64)
        return gil_err_no_memory(ts);
    GilObject *bytes = gil_bytes_alloc(ts, length * most + most);
    if (bytes == NULL)
        return NULL;
    char *end = write_encoded(GilBytes_AS_STRING(bytes), codec, op, errors);
    if (end == NULL)
        Gil_CLEAR(bytes);
    else
        _GilBytes_Resize(&bytes, end - GilBytes_AS_STRING(bytes));
    return bytes;
}

/* By the quickest way. */
static GilObject *
encode_quickly(GilThreadState *ts, const struct gil_codec *codec, GilObject *op, const char *errors)
{
    if (codec->width == 1 && (GilUnicode_IS_ASCII(op) || (codec == &codecs[LATIN1] && GilUnicode_KIND(op) == 1)))
        return GilBytes_FromStringAndSize(_GilUnicode_DATA(op), GilUnicode_GET_LENGTH(op));
    if (codec == gil_utf8_codec)
        return gil_unicode_encode_utf8(ts, op, errors);
    return gil_unicode_encode(ts, codec, op, errors);
}

/* The bytes of a str in an encoding, strict. */
static GilObject *
as_string(const char *func, GilObject *unicode, const struct gil_codec *codec)
{
    GilThreadState *ts = gil_tstate_need(func);
    return gil_unicode_need(func, unicode) < 0 ? NULL : encode_quickly(ts, codec, unicode, NULL);
}

GilObject *
GilUnicode_AsASCIIString(GilObject *unicode)
{
    return as_string(__func__, unicode, &codecs[ASCII]);
}

GilObject *
GilUnicode_AsLatin1String(GilObject *unicode)
{
    return as_string(__func__, unicode, &codecs[LATIN1]);
}

GilObject *
GilUnicode_AsUTF16String(GilObject *unicode)
{
    return as_string(__func__, unicode, &codecs[UTF16]);
}

GilObject *
GilUnicode_AsUTF32String(GilObject *unicode)
{
    return as_string(__func__, unicode, &codecs[UTF32]);
}

GilObject *
GilUnicode_AsEncodedString(GilObject *unicode, const char *encoding, const char *errors)
{
    GilThreadState *ts = gil_tstate_need(__func__);

    if (gil_unicode_need(__func__, unicode) < 0)
        return NULL;
    const struct gil_codec *codec = find_codec(encoding);
    return codec == NULL ? NULL : encode_quickly(ts, codec, unicode, errors);
}

/* --- code points as an array --- */

Gil_UCS4 *
GilUnicode_AsUCS4(GilObject *unicode, Gil_UCS4 *buffer, Gil_ssize_t buflen, int copy_null)
{
    gil_tstate_need(__func__);
    if (gil_unicode_need(__func__, unicode) < 0)
        return NULL;
    if (buffer == NULL || buflen < 0)
        return gil_err_null(__func__);
    Gil_ssize_t length = GilUnicode_GET_LENGTH(unicode);
    if (buflen < length || (copy_null && buflen == length)) {
        if (buflen > 0 && copy_null)
            buffer[0] = 0;
        GilErr_SetString(GilExc_SystemError, "string is longer than the buffer");
        return NULL;
    }
    for (Gil_ssize_t i = 0; i < length; i++)
        buffer[i] = GilUnicode_READ_CHAR(unicode, i);
    if (copy_null)
        buffer[length] = 0;
    return buffer;
}

Gil_UCS4 *
GilUnicode_AsUCS4Copy(GilObject *unicode)
{
    GilThreadState *ts = gil_tstate_need(__func__);

    if (gil_unicode_need(__func__, unicode) < 0)
        return NULL;
    Gil_ssize_t length = GilUnicode_GET_LENGTH(unicode);
    if ((size_t)length > (size_t)GIL_SSIZE_T_MAX / sizeof(Gil_UCS4) - 1)
        return gil_err_no_memory(ts);
    Gil_UCS4 *buffer = GilMem_Malloc(((size_t)length + 1) * sizeof(Gil_UCS4));
    if (buffer == NULL)
        return gil_err_no_memory(ts);
    return GilUnicode_AsUCS4(unicode, buffer, length + 1, 1);
}
