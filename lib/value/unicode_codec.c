/* SPDX-License-Identifier: MIT */
/*
 * Text to bytes and back: UTF-8, ASCII and Latin-1, with error handlers.
 *
 * Each direction goes over the input twice. The first pass finds the length and the widest code point, the second
 * writes; between them stands the one allocation, of exactly the right size. What turns out to be wrong is gone over once
 * more with the error handler, which is looked up when the first error is met, so that a name nobody needs is never
 * refused.
 *
 * UTF-8 is as RFC 3629 defines it: no overlong forms, no surrogates, nothing above 0x10FFFF.
 */
#include "value/unicode_codec.h"

#include "gilrt/buffer.h"
#include "gilrt/exception.h"
#include "gilrt/long.h"
#include "gilrt/mem.h"
#include "gilrt/tuple.h"
#include "value/bytes.h"
#include "value/unicode_utf8.h"

#include <string.h>

enum handler { HANDLER_NONE_YET, HANDLER_STRICT, HANDLER_REPLACE, HANDLER_IGNORE };

/* An encoding: its name in messages, and the first code point that it cannot express. */
struct codec {
    const char *name;
    Gil_UCS4 limit;
    const char *reason; /* why a code point cannot be encoded */
};

static const struct codec utf8_codec = {"utf-8", GIL_MAX_CODE_POINT + 1, "surrogates not allowed"};
static const struct codec ascii_codec = {"ascii", 0x80, "ordinal not in range(128)"};
static const struct codec latin1_codec = {"latin-1", 0x100, "ordinal not in range(256)"};

/* Other spellings, after lower-casing and '_' or ' ' to '-'. */
static const struct {
    const char *name;
    const struct codec *codec;
} codec_names[] = {
    {"utf-8", &utf8_codec},     {"utf8", &utf8_codec},       {"u8", &utf8_codec},         {"ascii", &ascii_codec},
    {"us-ascii", &ascii_codec}, {"646", &ascii_codec},       {"latin-1", &latin1_codec},  {"latin1", &latin1_codec},
    {"l1", &latin1_codec},      {"iso-8859-1", &latin1_codec}, {"iso8859-1", &latin1_codec}, {"8859", &latin1_codec},
    {"cp819", &latin1_codec},
};

/* NULL with LookupError for a name that means nothing here. */
static const struct codec *
find_codec(const char *encoding)
{
    char name[16]; /* longer than the longest we know */
    size_t i = 0;

    if (encoding == NULL)
        return &utf8_codec;
    for (; encoding[i] != '\0' && i < sizeof name - 1; i++) {
        char c = encoding[i];
        name[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c == '_' || c == ' ' ? '-' : c;
    }
    name[i] = '\0';
    for (size_t k = 0; encoding[i] == '\0' && k < Gil_ARRAY_LENGTH(codec_names); k++)
        if (strcmp(name, codec_names[k].name) == 0)
            return codec_names[k].codec;
    GilErr_Format(GilExc_LookupError, "unknown encoding: %.100s", encoding);
    return NULL;
}

/* 0, or -1 with LookupError. */
static int
find_handler(const char *errors, enum handler *handler)
{
    if (*handler != HANDLER_NONE_YET)
        return 0;
    if (errors == NULL || strcmp(errors, "strict") == 0)
        *handler = HANDLER_STRICT;
    else if (strcmp(errors, "replace") == 0)
        *handler = HANDLER_REPLACE;
    else if (strcmp(errors, "ignore") == 0)
        *handler = HANDLER_IGNORE;
    else {
        GilErr_Format(GilExc_LookupError, "unknown error handler name '%.400s'", errors);
        return -1;
    }
    return 0;
}

static void
raise_decode_error(const struct codec *codec, const char *text, size_t size, size_t start, size_t end,
                   const char *reason)
{
    GilObject *exc = GilUnicodeDecodeError_Create(codec->name, text, (Gil_ssize_t)size, (Gil_ssize_t)start,
                                                  (Gil_ssize_t)end, reason);
    if (exc != NULL)
        GilErr_SetRaisedException(exc);
}

/* The exception's five arguments as a tuple; NULL with the error set. */
static GilObject *
encode_error_args(const struct codec *codec, GilObject *op, Gil_ssize_t start, Gil_ssize_t end)
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
raise_encode_error(const struct codec *codec, GilObject *op, Gil_ssize_t start, Gil_ssize_t end)
{
    GilObject *args = encode_error_args(codec, op, start, end);

    if (args != NULL) {
        GilErr_SetObject(GilExc_UnicodeEncodeError, args);
        Gil_DECREF(args);
    }
}

/* --- UTF-8 to text --- */

/* What stands at the front of some bytes that claim to be UTF-8. */
struct utf8_step {
    Gil_UCS4 ch;
    unsigned size;      /* bytes of the character; of the ill-formed part when reason is set. 1 to 4 */
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

static struct utf8_step
ill_formed(const unsigned char *s, unsigned size, const unsigned char *end)
{
    const char *reason = s + size == end ? "unexpected end of data" : "invalid continuation byte";
    return (struct utf8_step){GIL_REPLACEMENT, size, reason};
}

/*
 * Read one step; s < end. An ill-formed part is the longest beginning of a well-formed sequence, or one byte: what
 * chapter 3 of the Unicode standard recommends to replace as one.
 */
static inline struct utf8_step
next_step(const unsigned char *s, const unsigned char *end)
{
    unsigned char lead = s[0];

    if (lead < 0x80)
        return (struct utf8_step){lead, 1, NULL};
    if (lead < 0xc2 || lead > 0xf4)
        return (struct utf8_step){GIL_REPLACEMENT, 1, "invalid start byte"};
    if (!is_second(lead, s + 1, end))
        return ill_formed(s, 1, end);
    if (lead < 0xe0)
        return (struct utf8_step){(Gil_UCS4)(lead & 0x1f) << 6 | (s[1] & 0x3fu), 2, NULL};
    if (!is_tail(s + 2, end))
        return ill_formed(s, 2, end);
    if (lead < 0xf0)
        return (struct utf8_step){(Gil_UCS4)(lead & 0x0f) << 12 | (s[1] & 0x3fu) << 6 | (s[2] & 0x3fu), 3, NULL};
    if (!is_tail(s + 3, end))
        return ill_formed(s, 3, end);
    return (struct utf8_step){
        (Gil_UCS4)(lead & 0x07) << 18 | (s[1] & 0x3fu) << 12 | (s[2] & 0x3fu) << 6 | (s[3] & 0x3fu), 4, NULL};
}

/* What the first pass over bytes finds out. */
struct decode_plan {
    Gil_ssize_t length;
    Gil_UCS4 bits; /* all code points or-ed */
    enum handler handler;
};

/* One ill-formed part, size bytes at position at. 0, or -1 with the error set. */
static int
plan_bad_part(struct decode_plan *plan, const struct codec *codec, const char *text, size_t size, size_t at,
              struct utf8_step step, const char *errors)
{
    if (find_handler(errors, &plan->handler) < 0)
        return -1;
    if (plan->handler == HANDLER_STRICT) {
        raise_decode_error(codec, text, size, at, at + step.size, step.reason);
        return -1;
    }
    if (plan->handler == HANDLER_REPLACE) {
        plan->length++;
        plan->bits |= GIL_REPLACEMENT;
    }
    return 0;
}

static int
plan_utf8(struct decode_plan *plan, const char *text, size_t size, const char *errors)
{
    const unsigned char *begin = (const unsigned char *)text, *end = begin + size;

    for (size_t at = 0;;) {
        at += gil_utf8_scan(begin + at, size - at, &plan->length, &plan->bits);
        if (at == size)
            return 0;
        struct utf8_step step = next_step(begin + at, end);
        GIL_ASSERT(step.reason != NULL);
        if (plan_bad_part(plan, &utf8_codec, text, size, at, step, errors) < 0)
            return -1;
        at += step.size;
    }
}

/* The slow way: for what is ill-formed, and for what need not be made. */
static GilObject *
decode_step_by_step(GilThreadState *ts, const char *text, size_t size, const char *errors)
{
    const unsigned char *s = (const unsigned char *)text, *end = s + size;
    struct decode_plan plan = {0, 0, HANDLER_NONE_YET};
    Gil_ssize_t i = 0;

    if (plan_utf8(&plan, text, size, errors) < 0)
        return NULL;
    if (plan.length == 0)
        return gil_unicode_empty();
    if (plan.length == 1 && plan.bits < 0x100)
        return gil_unicode_latin1((Gil_UCS1)plan.bits);
    GilObject *op = gil_unicode_alloc(ts, plan.length, Gil_MIN(plan.bits, GIL_MAX_CODE_POINT));
    while (op != NULL && s < end) {
        struct utf8_step step = next_step(s, end);
        if (step.reason == NULL || plan.handler == HANDLER_REPLACE)
            _GilUnicode_WRITE(GilUnicode_KIND(op), _GilUnicode_DATA(op), i++, step.ch);
        s += step.size;
    }
    return op;
}

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
    return decode_step_by_step(ts, text, size, errors);
}

GilObject *
GilUnicode_DecodeUTF8(const char *str, Gil_ssize_t size, const char *errors)
{
    GilThreadState *ts = gil_tstate_need(__func__);

    if (size < 0 || (str == NULL && size > 0))
        return size < 0 ? gil_err_bad_argument(__func__, "a size of 0 or more", NULL) : gil_err_null(__func__);
    return gil_unicode_decode_utf8(ts, str, (size_t)size, errors);
}

/* --- ASCII and Latin-1 to text --- */

static GilObject *
decode_ascii(GilThreadState *ts, const char *text, size_t size, const char *errors)
{
    struct decode_plan plan = {0, 0, HANDLER_NONE_YET};

    if (size == 0 || gil_ascii_prefix((const unsigned char *)text, size) == size)
        return gil_unicode_from_ascii(ts, text, size);
    for (size_t i = 0; i < size; i++) {
        struct utf8_step step = {GIL_REPLACEMENT, 1, ascii_codec.reason};
        if ((unsigned char)text[i] < 0x80)
            plan.length++;
        else if (plan_bad_part(&plan, &ascii_codec, text, size, i, step, errors) < 0)
            return NULL;
    }
    GilObject *op = plan.length == 0 ? gil_unicode_empty() : gil_unicode_alloc(ts, plan.length, plan.bits);
    if (op == NULL || plan.length == 0)
        return op;
    Gil_ssize_t at = 0;
    for (size_t i = 0; i < size; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c < 0x80 || plan.handler == HANDLER_REPLACE)
            _GilUnicode_WRITE(GilUnicode_KIND(op), _GilUnicode_DATA(op), at++, c < 0x80 ? c : GIL_REPLACEMENT);
    }
    return op;
}

GilObject *
GilUnicode_DecodeASCII(const char *str, Gil_ssize_t size, const char *errors)
{
    GilThreadState *ts = gil_tstate_need(__func__);

    if (size < 0 || (str == NULL && size > 0))
        return size < 0 ? gil_err_bad_argument(__func__, "a size of 0 or more", NULL) : gil_err_null(__func__);
    return decode_ascii(ts, str, (size_t)size, errors);
}

GilObject *
GilUnicode_DecodeLatin1(const char *str, Gil_ssize_t size, const char *errors)
{
    gil_tstate_need(__func__);
    (void)errors; /* every byte is a character */
    if (size < 0 || (str == NULL && size > 0))
        return size < 0 ? gil_err_bad_argument(__func__, "a size of 0 or more", NULL) : gil_err_null(__func__);
    return GilUnicode_FromKindAndData(GilUnicode_1BYTE_KIND, str, size);
}

GilObject *
GilUnicode_Decode(const char *str, Gil_ssize_t size, const char *encoding, const char *errors)
{
    gil_tstate_need(__func__);
    const struct codec *codec = find_codec(encoding);

    if (codec == NULL)
        return NULL;
    if (str == NULL && size > 0)
        return gil_err_null(__func__);
    return codec == &utf8_codec    ? GilUnicode_DecodeUTF8(str, size, errors)
           : codec == &ascii_codec ? GilUnicode_DecodeASCII(str, size, errors)
                                   : GilUnicode_DecodeLatin1(str, size, errors);
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

/* --- text to bytes --- */

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

static int
can_encode(const struct codec *codec, Gil_UCS4 ch)
{
    return ch < codec->limit && !(codec == &utf8_codec && gil_is_surrogate(ch));
}

/* Bytes that op takes in codec, or -1 with the error set; *handler tells what becomes of what it cannot express. UTF-8
 * of text without surrogates does not come here. */
static Gil_ssize_t
encoded_size(const struct codec *codec, GilObject *op, const char *errors, enum handler *handler)
{
    int kind = GilUnicode_KIND(op);
    const void *data = _GilUnicode_DATA(op);
    Gil_ssize_t length = GilUnicode_GET_LENGTH(op), size = 0;

    for (Gil_ssize_t i = 0; i < length; i++) {
        Gil_UCS4 ch = _GilUnicode_READ(kind, data, i);
        if (can_encode(codec, ch)) {
            size += codec == &utf8_codec ? (Gil_ssize_t)gil_utf8_size(ch) : 1;
            continue;
        }
        if (find_handler(errors, handler) < 0)
            return -1;
        if (*handler == HANDLER_STRICT) {
            Gil_ssize_t end = i + 1;
            while (end < length && !can_encode(codec, _GilUnicode_READ(kind, data, end)))
                end++;
            raise_encode_error(codec, op, i, end);
            return -1;
        }
        size += *handler == HANDLER_REPLACE;
    }
    return size;
}

static void
write_encoded(char *to, const struct codec *codec, GilObject *op, enum handler handler)
{
    int kind = GilUnicode_KIND(op);
    const void *data = _GilUnicode_DATA(op);
    Gil_ssize_t length = GilUnicode_GET_LENGTH(op);

    for (Gil_ssize_t i = 0; i < length; i++) {
        Gil_UCS4 ch = _GilUnicode_READ(kind, data, i);
        if (!can_encode(codec, ch)) {
            if (handler == HANDLER_REPLACE)
                *to++ = '?';
        }
        else if (codec == &utf8_codec)
            to += gil_utf8_put(to, ch);
        else
            *to++ = (char)ch;
    }
}

static GilObject *
encode(GilThreadState *ts, const struct codec *codec, GilObject *op, const char *errors)
{
    const GilCompactUnicodeObject *str = (const GilCompactUnicodeObject *)(void *)op;
    enum handler handler = HANDLER_NONE_YET;
    Gil_ssize_t length = GilUnicode_GET_LENGTH(op), size = -1;

    if (GilUnicode_IS_ASCII(op))
        return GilBytes_FromStringAndSize(_GilUnicode_DATA(op), length);
    if (codec == &utf8_codec && str->utf8 != NULL)
        return GilBytes_FromStringAndSize(str->utf8, str->utf8_length);
    if (codec == &utf8_codec)
        size = gil_utf8_measure(GilUnicode_KIND(op), _GilUnicode_DATA(op), length);
    if (size >= 0) {
        GilObject *bytes = gil_bytes_alloc(ts, size);
        if (bytes != NULL)
            gil_utf8_write(GilBytes_AS_STRING(bytes), GilUnicode_KIND(op), _GilUnicode_DATA(op), length);
        return bytes;
    }
    size = encoded_size(codec, op, errors, &handler);
    if (size < 0)
        return NULL;
    GilObject *bytes = GilBytes_FromStringAndSize(NULL, size);
    if (bytes != NULL)
        write_encoded(GilBytes_AS_STRING(bytes), codec, op, handler);
    return bytes;
}

GilObject *
GilUnicode_AsUTF8String(GilObject *unicode)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    return gil_unicode_need(__func__, unicode) < 0 ? NULL : encode(ts, &utf8_codec, unicode, NULL);
}

GilObject *
GilUnicode_AsASCIIString(GilObject *unicode)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    return gil_unicode_need(__func__, unicode) < 0 ? NULL : encode(ts, &ascii_codec, unicode, NULL);
}

GilObject *
GilUnicode_AsLatin1String(GilObject *unicode)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    return gil_unicode_need(__func__, unicode) < 0 ? NULL : encode(ts, &latin1_codec, unicode, NULL);
}

GilObject *
GilUnicode_AsEncodedString(GilObject *unicode, const char *encoding, const char *errors)
{
    GilThreadState *ts = gil_tstate_need(__func__);

    if (gil_unicode_need(__func__, unicode) < 0)
        return NULL;
    const struct codec *codec = find_codec(encoding);
    return codec == NULL ? NULL : encode(ts, codec, unicode, errors);
}

/* --- the cached UTF-8 form --- */

/* 0, or -1 with the error set. */
static int
make_utf8(GilThreadState *ts, GilCompactUnicodeObject *str)
{
    GilObject *op = &str->_base.ob_base;
    enum handler handler = HANDLER_NONE_YET;
    int kind = GilUnicode_KIND(op);
    const void *data = _GilUnicode_DATA(op);
    Gil_ssize_t length = GilUnicode_GET_LENGTH(op), size = gil_utf8_measure(kind, data, length);

    if (size < 0) { /* for the error that it raises */
        encoded_size(&utf8_codec, op, NULL, &handler);
        return -1;
    }
    char *text = gil_heap_malloc(ts->heap, (size_t)size + 1);
    if (text == NULL) {
        gil_err_no_memory(ts);
        return -1;
    }
    gil_utf8_write(text, kind, data, length);
    str->utf8 = text;
    str->utf8_length = size;
    return 0;
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
    if (str->utf8 == NULL && make_utf8(ts, str) < 0)
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

int
gil_unicode_equal_utf8(GilObject *op, const char *text, size_t size)
{
    const GilCompactUnicodeObject *str = (const GilCompactUnicodeObject *)(void *)op;
    int kind = GilUnicode_KIND(op);
    const void *data = _GilUnicode_DATA(op);
    Gil_ssize_t length = GilUnicode_GET_LENGTH(op);

    if (GilUnicode_IS_ASCII(op))
        return (size_t)length == size && memcmp(data, text, size) == 0;
    if (str->utf8 != NULL)
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
