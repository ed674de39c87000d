/* SPDX-License-Identifier: MIT */
/*
 * str for its users: repr, the constructor, and the methods that attribute access finds.
 *
 * Case and the like are in unicode_case.c, templates in unicode_format.c.
 */
#include "value/unicode_method.h"

#include "gilrt/long.h"
#include "gilrt/tuple.h"
#include "value/format_object.h"
#include "value/text_args.h"
#include "value/unicode_case.h"
#include "value/unicode_ctype.h"
#include "value/unicode_encoding.h"
#include "value/unicode_format.h"
#include "value/unicode_pad.h"
#include "value/unicode_search.h"

/* --- characters --- */

int
gil_is_wide_space(Gil_UCS4 ch)
{
    return ch == 0x85 || ch == 0xa0 || ch == 0x1680 || (ch >= 0x2000 && ch <= 0x200a) || ch == 0x2028 || ch == 0x2029
           || ch == 0x202f || ch == 0x205f || ch == 0x3000;
}

int
gil_is_linebreak(Gil_UCS4 ch)
{
    return (ch >= 0x0a && ch <= 0x0d) || (ch >= 0x1c && ch <= 0x1e) || ch == 0x85 || ch == 0x2028 || ch == 0x2029;
}

/* --- repr --- */

/* The quote: single, unless the text has some of these and no double ones. */
static char
choose_quote(GilObject *self)
{
    int single = 0;

    for (Gil_ssize_t i = 0; i < GilUnicode_GET_LENGTH(self); i++) {
        Gil_UCS4 ch = GilUnicode_READ_CHAR(self, i);
        if (ch == '"')
            return '\'';
        single |= ch == '\'';
    }
    return single ? '"' : '\'';
}

/* The escape of one code point in text (10 bytes, no NUL); returns its length, or 0 when it stands for itself. */
static int
escape(char *text, Gil_UCS4 ch, char quote)
{
    static const char digits[] = "0123456789abcdef";
    int width;

    text[0] = '\\';
    switch (ch) {
    case '\\':
        text[1] = '\\';
        return 2;
    case '\t':
        text[1] = 't';
        return 2;
    case '\n':
        text[1] = 'n';
        return 2;
    case '\r':
        text[1] = 'r';
        return 2;
    default:
        break;
    }
    if (ch == (unsigned char)quote) {
        text[1] = quote;
        return 2;
    }
    if ((gil_ctype(ch) & GIL_CTYPE_HIDDEN) == 0)
        return 0;
    text[1] = ch < 0x100 ? 'x' : ch < 0x10000 ? 'u' : 'U';
    width = ch < 0x100 ? 2 : ch < 0x10000 ? 4 : 8;
    for (int i = width; i > 0; i--, ch >>= 4)
        text[1 + i] = digits[ch & 15];
    return 2 + width;
}

GilObject *
gil_unicode_repr(GilObject *self)
{
    GilThreadState *ts = gil_tstate_attached();
    Gil_ssize_t length = GilUnicode_GET_LENGTH(self);
    char quote = choose_quote(self), text[10];
    Gil_ssize_t size = 2, at = 0;
    Gil_UCS4 bits = 0;

    if (length > (GIL_SSIZE_T_MAX - 2) / (Gil_ssize_t)sizeof text) {
        GilErr_SetString(GilExc_OverflowError, "string is too long to generate repr");
        return NULL;
    }
    for (Gil_ssize_t i = 0; i < length; i++) {
        Gil_UCS4 ch = GilUnicode_READ_CHAR(self, i);
        int escaped = escape(text, ch, quote);
        size += escaped > 0 ? escaped : 1;
        bits |= escaped > 0 ? 0 : ch;
    }
    GilObject *op = gil_unicode_alloc(ts, size, Gil_MIN(bits, GIL_MAX_CODE_POINT));
    if (op == NULL)
        return NULL;
    int kind = GilUnicode_KIND(op);
    void *data = _GilUnicode_DATA(op);
    _GilUnicode_WRITE(kind, data, at++, (Gil_UCS4)quote);
    for (Gil_ssize_t i = 0; i < length; i++) {
        Gil_UCS4 ch = GilUnicode_READ_CHAR(self, i);
        int escaped = escape(text, ch, quote);
        for (int k = 0; k < escaped; k++)
            _GilUnicode_WRITE(kind, data, at++, (Gil_UCS4)text[k]);
        if (escaped == 0)
            _GilUnicode_WRITE(kind, data, at++, ch);
    }
    _GilUnicode_WRITE(kind, data, at, (Gil_UCS4)quote);
    return op;
}

/* --- the constructor --- */

/* Where the code points of a subtype's instance begin; *items is how many bytes behind its fields that is, and those. */
static size_t
data_of(const GilTypeObject *type, size_t bytes, Gil_ssize_t *items)
{
    size_t end = gil_object_size(type, 0), data = (end + 7) & ~(size_t)7;

    *items = data >> (32 - _Gil_STR_DATA_SHIFT) == 0 ? (Gil_ssize_t)(data - end + bytes) : -1;
    return data;
}

static void
set_head(GilObject *op, const GilASCIIObject *from, size_t data)
{
    GilASCIIObject *to = (GilASCIIObject *)(void *)op;

    to->length = from->length;
    to->hash = from->hash;
    to->state = (from->state & (_Gil_STR_KIND_MASK | _Gil_STR_ASCII)) | (uint32_t)data << _Gil_STR_DATA_SHIFT;
}

size_t
gil_unicode_size(const GilObject *op)
{
    size_t head = (size_t)((const char *)_GilUnicode_DATA(op) - (const char *)op);

    return head + ((size_t)GilUnicode_GET_LENGTH(op) + 1) * (size_t)GilUnicode_KIND(op);
}

GilObject *
gil_unicode_tp_alloc(GilTypeObject *type, Gil_ssize_t nitems)
{
    Gil_ssize_t least;
    size_t data = data_of(type, 1, &least);
    GilObject *op = GilType_GenericAlloc(type, least < 0 ? -1 : Gil_MAX(nitems, least));

    if (op != NULL)
        set_head(op, (const GilASCIIObject *)(void *)gil_unicode_empty(), data);
    return op;
}

GilObject *
gil_unicode_to_subtype(GilTypeObject *type, GilObject *str)
{
    if (str == NULL)
        return NULL;
    size_t size = ((size_t)GilUnicode_GET_LENGTH(str) + 1) * (size_t)GilUnicode_KIND(str);
    Gil_ssize_t items;
    size_t data = data_of(type, size, &items);
    GilObject *op = items >= 0 ? type->tp_alloc(type, items) : gil_err_no_memory(gil_tstate_attached());
    if (op != NULL) {
        GilCompactUnicodeObject *to = (GilCompactUnicodeObject *)(void *)op;
        set_head(op, (const GilASCIIObject *)(void *)str, data);
        to->utf8_length = 0;
        to->utf8 = NULL;
        memcpy(_GilUnicode_DATA(op), _GilUnicode_DATA(str), size);
    }
    Gil_DECREF(str);
    return op;
}

/* str(object), str(octets, encoding, errors), of exactly the type as a rule: __str__ may give an instance of a subtype. */
static GilObject *
make(GilObject *args, GilObject *kwargs)
{
    GilObject *given[3];
    const char *names[2];

    if (gil_take_tuple("033str\0object\0encoding\0errors", args, kwargs, given) < 0 || gil_get_codec("str", given + 1, names) < 0)
        return NULL;
    if (given[0] == NULL)
        return gil_unicode_empty();
    if (given[1] == NULL && given[2] == NULL)
        return GilObject_Str(given[0]);
    return GilUnicode_FromEncodedObject(given[0], names[0], names[1]);
}

GilObject *
gil_unicode_new(GilTypeObject *type, GilObject *args, GilObject *kwargs)
{
    GilObject *str = make(args, kwargs);

    return type == &GilUnicode_Type ? str : gil_unicode_to_subtype(type, str);
}

/* 28 to 31, which are white space for str.strip(), are none for int() and float(). */
static int
surrounds_number(Gil_UCS4 ch)
{
    return gil_is_space(ch) && (ch < 28 || ch > 31);
}

GilObject *
gil_unicode_number(GilThreadState *ts, GilObject *str)
{
    Gil_ssize_t start = 0, end = GilUnicode_GET_LENGTH(str);

    if (GilUnicode_IS_ASCII(str))
        return Gil_NewRef(str);
    while (start < end && surrounds_number(GilUnicode_READ_CHAR(str, start)))
        start++;
    while (end > start && surrounds_number(GilUnicode_READ_CHAR(str, end - 1)))
        end--;
    return gil_unicode_slice(ts, str, start, end);
}

/* --- methods --- */

/* A str among the arguments, the only one where position is 0; or -1 with TypeError. */
static int
need_str(const char *name, int position, GilObject *arg)
{
    if (gil_unicode_check(arg))
        return 0;
    const char *which = position == 0 ? "" : position == 1 ? " 1" : " 2";
    GilErr_Format(GilExc_TypeError, "%s() argument%s must be str, not %.50s", name, which,
                  arg == Gil_None ? "None" : Gil_TYPE(arg)->tp_name);
    return -1;
}

/* find, rfind, index, rindex up to what to do with -1; -2 with the error set. */
static Gil_ssize_t
find_args(const char *name, GilObject *self, GilObject *const *args, Gil_ssize_t nargs, int direction)
{
    Gil_ssize_t start, end;

    if (gil_get_range(name, GilUnicode_GET_LENGTH(self), args, nargs, &start, &end) < 0
        || need_str(name, 1, args[0]) < 0)
        return -2;
    return gil_unicode_find(self, args[0], start, end, direction);
}

static GilObject *
unicode_find(GilObject *self, GilObject *const *args, Gil_ssize_t nargs)
{
    Gil_ssize_t at = find_args("find", self, args, nargs, 1);
    return at == -2 ? NULL : GilLong_FromSsize_t(at);
}

static GilObject *
unicode_rfind(GilObject *self, GilObject *const *args, Gil_ssize_t nargs)
{
    Gil_ssize_t at = find_args("rfind", self, args, nargs, -1);
    return at == -2 ? NULL : GilLong_FromSsize_t(at);
}

static GilObject *
found_or_error(Gil_ssize_t at)
{
    if (at == -1)
        GilErr_SetString(GilExc_ValueError, "substring not found");
    return at < 0 ? NULL : GilLong_FromSsize_t(at);
}

static GilObject *
unicode_index(GilObject *self, GilObject *const *args, Gil_ssize_t nargs)
{
    return found_or_error(find_args("index", self, args, nargs, 1));
}

static GilObject *
unicode_rindex(GilObject *self, GilObject *const *args, Gil_ssize_t nargs)
{
    return found_or_error(find_args("rindex", self, args, nargs, -1));
}

static GilObject *
unicode_count(GilObject *self, GilObject *const *args, Gil_ssize_t nargs)
{
    Gil_ssize_t start, end;

    if (gil_get_range("count", GilUnicode_GET_LENGTH(self), args, nargs, &start, &end) < 0
        || need_str("count", 1, args[0]) < 0)
        return NULL;
    Gil_ssize_t n = GilUnicode_Count(self, args[0], start, end);
    return n < 0 ? NULL : GilLong_FromSsize_t(n);
}

/* startswith (direction < 0) and endswith: a str, or a tuple of them. */
static GilObject *
tailmatch(const char *name, GilObject *self, GilObject *const *args, Gil_ssize_t nargs, int direction)
{
    Gil_ssize_t start, end;

    if (gil_get_range(name, GilUnicode_GET_LENGTH(self), args, nargs, &start, &end) < 0)
        return NULL;
    int several = GilTuple_Check(args[0]);
    Gil_ssize_t n = several ? GilTuple_GET_SIZE(args[0]) : 1;
    for (Gil_ssize_t i = 0; i < n; i++) {
        GilObject *sub = several ? GilTuple_GET_ITEM(args[0], i) : args[0];
        if (!gil_unicode_check(sub)) {
            GilErr_Format(GilExc_TypeError,
                          several ? "tuple for %s must only contain str, not %.100s"
                                  : "%s first arg must be str or a tuple of str, not %.100s",
                          name, Gil_TYPE(sub)->tp_name);
            return NULL;
        }
        Gil_ssize_t length = GilUnicode_GET_LENGTH(sub);
        if (end - start >= length && gil_unicode_match(self, direction < 0 ? start : end - length, sub))
            return _Gil_RichResult(1);
    }
    return _Gil_RichResult(0);
}

static GilObject *
unicode_startswith(GilObject *self, GilObject *const *args, Gil_ssize_t nargs)
{
    return tailmatch("startswith", self, args, nargs, -1);
}

static GilObject *
unicode_endswith(GilObject *self, GilObject *const *args, Gil_ssize_t nargs)
{
    return tailmatch("endswith", self, args, nargs, 1);
}

#define STRIP_LEFT 1
#define STRIP_RIGHT 2

/* Whether ch is to be stripped: in chars, or whitespace when that is NULL. */
static int
strips(GilObject *chars, Gil_UCS4 ch)
{
    return chars == NULL ? gil_is_space(ch) : GilUnicode_FindChar(chars, ch, 0, GIL_SSIZE_T_MAX, 1) >= 0;
}

static GilObject *
strip(const char *name, GilObject *self, GilObject *const *args, Gil_ssize_t nargs, int sides)
{
    Gil_ssize_t start = 0, end = GilUnicode_GET_LENGTH(self);

    if (gil_need_args(name, nargs, 0, 1) < 0)
        return NULL;
    GilObject *chars = nargs == 0 || args[0] == Gil_None ? NULL : args[0];
    if (chars != NULL && !gil_unicode_check(chars)) {
        GilErr_Format(GilExc_TypeError, "%s arg must be None or str", name);
        return NULL;
    }
    while ((sides & STRIP_LEFT) != 0 && start < end && strips(chars, GilUnicode_READ_CHAR(self, start)))
        start++;
    while ((sides & STRIP_RIGHT) != 0 && end > start && strips(chars, GilUnicode_READ_CHAR(self, end - 1)))
        end--;
    return gil_unicode_slice(gil_tstate_attached(), self, start, end);
}

static GilObject *
unicode_strip(GilObject *self, GilObject *const *args, Gil_ssize_t nargs)
{
    return strip("strip", self, args, nargs, STRIP_LEFT | STRIP_RIGHT);
}

static GilObject *
unicode_lstrip(GilObject *self, GilObject *const *args, Gil_ssize_t nargs)
{
    return strip("lstrip", self, args, nargs, STRIP_LEFT);
}

static GilObject *
unicode_rstrip(GilObject *self, GilObject *const *args, Gil_ssize_t nargs)
{
    return strip("rstrip", self, args, nargs, STRIP_RIGHT);
}

static GilObject *
unicode_join(GilObject *self, GilObject *iterable)
{
    return GilUnicode_Join(self, iterable);
}

static GilObject *
split(const char *takes, GilObject *self, GilObject *const *args, Gil_ssize_t nargs, GilObject *kwnames,
      GilObject *(*function)(GilObject *, GilObject *, Gil_ssize_t))
{
    GilObject *given[2];
    Gil_ssize_t maxsplit = -1;

    if (gil_take_args(takes, args, nargs, NULL, kwnames, given) < 0
        || (given[1] != NULL && gil_get_index(given[1], GilExc_OverflowError, &maxsplit) < 0))
        return NULL;
    GilObject *sep = given[0] == Gil_None ? NULL : given[0];
    if (sep != NULL && !gil_unicode_check(sep)) {
        GilErr_Format(GilExc_TypeError, "must be str or None, not %.100s", Gil_TYPE(sep)->tp_name);
        return NULL;
    }
    return function(self, sep, maxsplit);
}

static GilObject *
unicode_split(GilObject *self, GilObject *const *args, Gil_ssize_t nargs, GilObject *kwnames)
{
    return split("022split\0sep\0maxsplit", self, args, nargs, kwnames, GilUnicode_Split);
}

static GilObject *
unicode_rsplit(GilObject *self, GilObject *const *args, Gil_ssize_t nargs, GilObject *kwnames)
{
    return split("022rsplit\0sep\0maxsplit", self, args, nargs, kwnames, GilUnicode_RSplit);
}

/* The one argument of a method that takes a str. */
static int
need_text(GilObject *arg)
{
    if (gil_unicode_check(arg))
        return 0;
    GilErr_Format(GilExc_TypeError, "must be str, not %.100s", Gil_TYPE(arg)->tp_name);
    return -1;
}

static GilObject *
unicode_partition(GilObject *self, GilObject *sep)
{
    return need_text(sep) < 0 ? NULL : GilUnicode_Partition(self, sep);
}

static GilObject *
unicode_rpartition(GilObject *self, GilObject *sep)
{
    return need_text(sep) < 0 ? NULL : GilUnicode_RPartition(self, sep);
}

static GilObject *
unicode_removeprefix(GilObject *self, GilObject *prefix)
{
    if (need_str("removeprefix", 0, prefix) < 0)
        return NULL;
    Gil_ssize_t length = GilUnicode_GET_LENGTH(self), cut = GilUnicode_GET_LENGTH(prefix);
    int match = cut <= length && gil_unicode_match(self, 0, prefix);
    return gil_unicode_slice(gil_tstate_attached(), self, match ? cut : 0, length);
}

static GilObject *
unicode_removesuffix(GilObject *self, GilObject *suffix)
{
    if (need_str("removesuffix", 0, suffix) < 0)
        return NULL;
    Gil_ssize_t length = GilUnicode_GET_LENGTH(self), cut = GilUnicode_GET_LENGTH(suffix);
    int match = cut <= length && gil_unicode_match(self, length - cut, suffix);
    return gil_unicode_slice(gil_tstate_attached(), self, 0, match ? length - cut : length);
}

static GilObject *
unicode_splitlines(GilObject *self, GilObject *const *args, Gil_ssize_t nargs, GilObject *kwnames)
{
    GilObject *given;
    if (gil_take_args("011splitlines\0keepends", args, nargs, NULL, kwnames, &given) < 0)
        return NULL;
    int keepends = given == NULL ? 0 : GilObject_IsTrue(given);
    return keepends < 0 ? NULL : GilUnicode_Splitlines(self, keepends);
}

static GilObject *
unicode_replace(GilObject *self, GilObject *const *args, Gil_ssize_t nargs, GilObject *kwnames)
{
    GilObject *given[3];
    Gil_ssize_t maxcount = -1;

    if (gil_take_args("233replace\0\0\0count", args, nargs, NULL, kwnames, given) < 0 || need_str("replace", 1, given[0]) < 0
        || need_str("replace", 2, given[1]) < 0)
        return NULL;
    if (given[2] != NULL && gil_get_index(given[2], GilExc_OverflowError, &maxcount) < 0)
        return NULL;
    return GilUnicode_Replace(self, given[0], given[1], maxcount);
}

static GilObject *
unicode_encode(GilObject *self, GilObject *const *args, Gil_ssize_t nargs, GilObject *kwnames)
{
    GilObject *given[2];
    const char *names[2];

    if (gil_take_args("022encode\0encoding\0errors", args, nargs, NULL, kwnames, given) < 0
        || gil_get_codec("encode", given, names) < 0)
        return NULL;
    return GilUnicode_AsEncodedString(self, names[0], names[1]);
}

int
GilUnicode_IsIdentifier(GilObject *unicode)
{
    gil_tstate_need(__func__);
    if (unicode == NULL || !gil_unicode_check(unicode) || GilUnicode_GET_LENGTH(unicode) == 0)
        return 0;
    for (Gil_ssize_t i = 0; i < GilUnicode_GET_LENGTH(unicode); i++) {
        Gil_UCS4 ch = GilUnicode_READ_CHAR(unicode, i);
        if (ch != '_' && (gil_ctype(ch) & (i == 0 ? GIL_CTYPE_XID_START : GIL_CTYPE_XID_GO_ON)) == 0)
            return 0;
    }
    return 1;
}

static GilObject *
unicode_isidentifier(GilObject *self, GilObject *Gil_UNUSED(args))
{
    return _Gil_RichResult(GilUnicode_IsIdentifier(self));
}

GilMethodDef gil_unicode_methods[] = {
    GIL_FORMAT_METHOD,
    {"count", _GilCFunction_CAST(unicode_count), GIL_METH_FASTCALL, "count(sub[, start[, end]]) -> int"},
    {"encode", _GilCFunction_CAST(unicode_encode), GIL_METH_FASTCALL | GIL_METH_KEYWORDS,
     "encode($self, /, encoding='utf-8', errors='strict')\n--\n\nThe text as bytes."},
    {"endswith", _GilCFunction_CAST(unicode_endswith), GIL_METH_FASTCALL, "endswith(suffix[, start[, end]]) -> bool"},
    {"format", _GilCFunction_CAST(gil_unicode_format_method), GIL_METH_VARARGS | GIL_METH_KEYWORDS,
     "format(*args, **kwargs) -> str"},
    {"format_map", gil_unicode_format_map, GIL_METH_O, "format_map(mapping) -> str"},
    {"find", _GilCFunction_CAST(unicode_find), GIL_METH_FASTCALL, "find(sub[, start[, end]]) -> int"},
    {"index", _GilCFunction_CAST(unicode_index), GIL_METH_FASTCALL, "index(sub[, start[, end]]) -> int"},
    {"isidentifier", unicode_isidentifier, GIL_METH_NOARGS, "isidentifier() -> bool"},
    {"join", unicode_join, GIL_METH_O, "join(iterable) -> str"},
    {"lstrip", _GilCFunction_CAST(unicode_lstrip), GIL_METH_FASTCALL, "lstrip([chars]) -> str"},
    {"partition", unicode_partition, GIL_METH_O, "partition(sep) -> (head, sep, tail)"},
    {"removeprefix", unicode_removeprefix, GIL_METH_O, "removeprefix(prefix) -> str"},
    {"removesuffix", unicode_removesuffix, GIL_METH_O, "removesuffix(suffix) -> str"},
    {"replace", _GilCFunction_CAST(unicode_replace), GIL_METH_FASTCALL | GIL_METH_KEYWORDS,
     "replace($self, old, new, /, count=-1)\n--\n\nThe text with old as new, count times at most."},
    {"rfind", _GilCFunction_CAST(unicode_rfind), GIL_METH_FASTCALL, "rfind(sub[, start[, end]]) -> int"},
    {"rindex", _GilCFunction_CAST(unicode_rindex), GIL_METH_FASTCALL, "rindex(sub[, start[, end]]) -> int"},
    {"rpartition", unicode_rpartition, GIL_METH_O, "rpartition(sep) -> (head, sep, tail)"},
    {"rsplit", _GilCFunction_CAST(unicode_rsplit), GIL_METH_FASTCALL | GIL_METH_KEYWORDS,
     "rsplit($self, /, sep=None, maxsplit=-1)\n--\n\nThe list of the parts, split from the end on."},
    {"rstrip", _GilCFunction_CAST(unicode_rstrip), GIL_METH_FASTCALL, "rstrip([chars]) -> str"},
    {"split", _GilCFunction_CAST(unicode_split), GIL_METH_FASTCALL | GIL_METH_KEYWORDS,
     "split($self, /, sep=None, maxsplit=-1)\n--\n\nThe list of the parts."},
    {"splitlines", _GilCFunction_CAST(unicode_splitlines), GIL_METH_FASTCALL | GIL_METH_KEYWORDS,
     "splitlines($self, /, keepends=False)\n--\n\nThe list of the lines."},
    {"startswith", _GilCFunction_CAST(unicode_startswith), GIL_METH_FASTCALL,
     "startswith(prefix[, start[, end]]) -> bool"},
    {"strip", _GilCFunction_CAST(unicode_strip), GIL_METH_FASTCALL, "strip([chars]) -> str"},
    GIL_UNICODE_CASE_METHODS,
    GIL_UNICODE_PAD_METHODS,
    {NULL, NULL, 0, NULL},
};
