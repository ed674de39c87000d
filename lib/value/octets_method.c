/* SPDX-License-Identifier: MIT */
/*
 * The methods that bytes and bytearray share: finding, taking apart, replacing.
 *
 * A method opens its own octets first, before it looks at an argument: that is an export, and so a bytearray cannot be
 * resized by the code that an argument's index or buffer may run (it gets BufferError). Content may change under a
 * method's hands; sizes and addresses cannot. Results are of the type of self: bytearray makes a new object in every
 * case, bytes gives itself where all of it is the result.
 */
#include "value/octets_method.h"

#include "gilrt/bytearray.h"
#include "gilrt/list.h"
#include "gilrt/long.h"
#include "gilrt/number.h"
#include "gilrt/tuple.h"
#include "gilrt/unicodecodec.h"
#include "value/bytes.h"
#include "value/octets.h"
#include "value/text_args.h"

#include <string.h>

int
gil_octets_open(GilObject *op, struct gil_octets *octets)
{
    if (GilObject_GetBuffer(op, &octets->view, GilBUF_SIMPLE) < 0)
        return -1;
    octets->data = octets->view.len > 0 ? octets->view.buf : "";
    octets->size = octets->view.len;
    return 0;
}

int
gil_octets_open_item(GilObject *op, struct gil_octets *octets)
{
    if (GilObject_CheckBuffer(op))
        return gil_octets_open(op, octets);
    octets->view.obj = NULL; /* nothing to close */
    octets->data = &octets->one;
    octets->size = 1;
    if (GilIndex_Check(op))
        return gil_octets_from_int(op, "byte", (unsigned char *)&octets->one);
    GilErr_Format(GilExc_TypeError, "argument should be integer or bytes-like object, not '%.200s'",
                  Gil_TYPE(op)->tp_name);
    return -1;
}

void
gil_octets_close(struct gil_octets *octets)
{
    GilBuffer_Release(&octets->view);
}

GilObject *
gil_octets_make(GilTypeObject *type, const char *data, Gil_ssize_t size, char **to)
{
    int array = (type->tp_flags & Gil_TPFLAGS_BYTES_SUBCLASS) == 0;
    GilObject *op = array ? GilByteArray_FromStringAndSize(data, size) : GilBytes_FromStringAndSize(data, size);

    if (op != NULL && to != NULL)
        *to = array ? GilByteArray_AS_STRING(op) : GilBytes_AS_STRING(op);
    return op;
}

/* text[start:end], where text is self's. */
static GilObject *
slice(GilObject *self, const struct gil_octets *text, Gil_ssize_t start, Gil_ssize_t end)
{
    if (start == 0 && end == text->size && GilBytes_CheckExact(self))
        return Gil_NewRef(self);
    return gil_octets_make(Gil_TYPE(self), text->data + start, end - start, NULL);
}

/* --- finding --- */

/* The first (direction >= 0) or last place of sub in size octets, or -1; also for a size below 0. */
static Gil_ssize_t
find(const char *data, Gil_ssize_t size, const struct gil_octets *sub, int direction)
{
    const char *at = NULL;

    if (size < sub->size)
        return -1;
    if (sub->size == 0)
        return direction >= 0 ? 0 : size;
    if (direction >= 0)
        at = memmem(data, (size_t)size, sub->data, (size_t)sub->size);
    else
        for (size_t left = (size_t)(size - sub->size) + 1;
             (at = memrchr(data, sub->data[0], left)) != NULL && memcmp(at, sub->data, (size_t)sub->size) != 0;)
            left = (size_t)(at - data);
    return at == NULL ? -1 : at - data;
}

/* Occurrences that do not overlap, at most limit. */
static Gil_ssize_t
count(const char *data, Gil_ssize_t size, const struct gil_octets *sub, Gil_ssize_t limit)
{
    Gil_ssize_t n = 0, at;

    if (sub->size == 0)
        return size < 0 ? 0 : Gil_MIN(size + 1, limit);
    for (; n < limit && (at = find(data, size, sub, 1)) >= 0; n++) {
        data += at + sub->size;
        size -= at + sub->size;
    }
    return n;
}

enum search { FIND, INDEX, COUNT };

static GilObject *
search(const char *name, GilObject *self, GilObject *const *args, Gil_ssize_t nargs, int direction, enum search what)
{
    struct gil_octets text, sub;
    Gil_ssize_t start, end, result = -1;
    int rc = -1;

    if (gil_octets_open(self, &text) < 0)
        return NULL;
    if (gil_get_range(name, text.size, args, nargs, &start, &end) == 0 && gil_octets_open_item(args[0], &sub) == 0) {
        if (what == COUNT)
            result = count(text.data + start, end - start, &sub, GIL_SSIZE_T_MAX);
        else if ((result = find(text.data + start, end - start, &sub, direction)) >= 0)
            result += start;
        gil_octets_close(&sub);
        rc = 0;
    }
    gil_octets_close(&text);
    if (rc == 0 && what == INDEX && result < 0) {
        GilErr_SetString(GilExc_ValueError, "subsection not found");
        rc = -1;
    }
    return rc < 0 ? NULL : GilLong_FromSsize_t(result);
}

static GilObject *
octets_count(GilObject *self, GilObject *const *args, Gil_ssize_t nargs)
{
    return search("count", self, args, nargs, 1, COUNT);
}

static GilObject *
octets_find(GilObject *self, GilObject *const *args, Gil_ssize_t nargs)
{
    return search("find", self, args, nargs, 1, FIND);
}

static GilObject *
octets_index(GilObject *self, GilObject *const *args, Gil_ssize_t nargs)
{
    return search("index", self, args, nargs, 1, INDEX);
}

static GilObject *
octets_rfind(GilObject *self, GilObject *const *args, Gil_ssize_t nargs)
{
    return search("rfind", self, args, nargs, -1, FIND);
}

static GilObject *
octets_rindex(GilObject *self, GilObject *const *args, Gil_ssize_t nargs)
{
    return search("rindex", self, args, nargs, -1, INDEX);
}

/* Whether size octets begin (direction < 0) or end with those of sub: 1, 0, -1 with the error set. */
static int
match(const char *data, Gil_ssize_t size, GilObject *sub, int direction)
{
    struct gil_octets part;

    if (gil_octets_open(sub, &part) < 0)
        return -1;
    int same = size >= part.size
               && memcmp(direction < 0 ? data : data + size - part.size, part.data, (size_t)part.size) == 0;
    gil_octets_close(&part);
    return same;
}

/* startswith (direction < 0) and endswith: a buffer, or a tuple of them. */
static GilObject *
tailmatch(const char *name, GilObject *self, GilObject *const *args, Gil_ssize_t nargs, int direction)
{
    struct gil_octets text;
    Gil_ssize_t start, end;
    int same = -1;

    if (gil_octets_open(self, &text) < 0)
        return NULL;
    if (gil_get_range(name, text.size, args, nargs, &start, &end) < 0)
        ;
    else if (GilTuple_Check(args[0])) {
        same = 0;
        for (Gil_ssize_t i = 0; same == 0 && i < GilTuple_GET_SIZE(args[0]); i++)
            same = match(text.data + start, end - start, GilTuple_GET_ITEM(args[0], i), direction);
    }
    else if (GilObject_CheckBuffer(args[0]))
        same = match(text.data + start, end - start, args[0], direction);
    else
        GilErr_Format(GilExc_TypeError, "%s first arg must be bytes or a tuple of bytes, not %.100s", name,
                      Gil_TYPE(args[0])->tp_name);
    gil_octets_close(&text);
    return same < 0 ? NULL : _Gil_RichResult(same);
}

static GilObject *
octets_startswith(GilObject *self, GilObject *const *args, Gil_ssize_t nargs)
{
    return tailmatch("startswith", self, args, nargs, -1);
}

static GilObject *
octets_endswith(GilObject *self, GilObject *const *args, Gil_ssize_t nargs)
{
    return tailmatch("endswith", self, args, nargs, 1);
}

/* --- taking apart --- */

/* Self without affix at that side, where it stands there. */
static GilObject *
without(GilObject *self, GilObject *affix, int direction)
{
    struct gil_octets text, part;
    GilObject *op = NULL;

    if (gil_octets_open(self, &text) < 0)
        return NULL;
    if (gil_octets_open(affix, &part) == 0) {
        Gil_ssize_t rest = text.size - part.size, start = 0, end = text.size;
        if (rest >= 0 && memcmp(direction < 0 ? text.data : text.data + rest, part.data, (size_t)part.size) == 0) {
            start = direction < 0 ? part.size : 0;
            end = start + rest;
        }
        gil_octets_close(&part);
        op = slice(self, &text, start, end);
    }
    gil_octets_close(&text);
    return op;
}

static GilObject *
octets_removeprefix(GilObject *self, GilObject *prefix)
{
    return without(self, prefix, -1);
}

static GilObject *
octets_removesuffix(GilObject *self, GilObject *suffix)
{
    return without(self, suffix, 1);
}

#define STRIP_LEFT 1
#define STRIP_RIGHT 2

static GilObject *
strip(const char *name, GilObject *self, GilObject *const *args, Gil_ssize_t nargs, int sides)
{
    struct gil_octets text, chars = {.view.obj = NULL, .data = " \t\n\v\f\r", .size = 6};
    GilObject *op = NULL;

    if (gil_need_args(name, nargs, 0, 1) < 0 || gil_octets_open(self, &text) < 0)
        return NULL;
    if (nargs == 0 || args[0] == Gil_None || gil_octets_open(args[0], &chars) == 0) {
        Gil_ssize_t start = 0, end = text.size;
        while ((sides & STRIP_LEFT) != 0 && start < end
               && memchr(chars.data, text.data[start], (size_t)chars.size) != NULL)
            start++;
        while ((sides & STRIP_RIGHT) != 0 && end > start
               && memchr(chars.data, text.data[end - 1], (size_t)chars.size) != NULL)
            end--;
        gil_octets_close(&chars);
        op = slice(self, &text, start, end);
    }
    gil_octets_close(&text);
    return op;
}

static GilObject *
octets_strip(GilObject *self, GilObject *const *args, Gil_ssize_t nargs)
{
    return strip("strip", self, args, nargs, STRIP_LEFT | STRIP_RIGHT);
}

static GilObject *
octets_lstrip(GilObject *self, GilObject *const *args, Gil_ssize_t nargs)
{
    return strip("lstrip", self, args, nargs, STRIP_LEFT);
}

static GilObject *
octets_rstrip(GilObject *self, GilObject *const *args, Gil_ssize_t nargs)
{
    return strip("rstrip", self, args, nargs, STRIP_RIGHT);
}

/* Append text[start:end] to list. 0, or -1 with the error set. */
static int
add_part(GilObject *list, GilObject *self, const struct gil_octets *text, Gil_ssize_t start, Gil_ssize_t end)
{
    GilObject *part = slice(self, text, start, end);

    if (part == NULL)
        return -1;
    int rc = GilList_Append(list, part);
    Gil_DECREF(part);
    return rc;
}

/* The first or last whitespace. */
static Gil_ssize_t
find_space(const char *data, Gil_ssize_t size, int direction)
{
    for (Gil_ssize_t i = 0; i < size; i++) {
        Gil_ssize_t at = direction >= 0 ? i : size - 1 - i;
        if (gil_octet_is_space(data[at]))
            return at;
    }
    return -1;
}

/* The parts from one end on; sep NULL: whitespace, runs of which count as one. 0, or -1 with the error set. */
static int
split_text(GilObject *list, GilObject *self, const struct gil_octets *text, const struct gil_octets *sep,
           Gil_ssize_t maxsplit, int direction)
{
    const char *data = text->data;
    Gil_ssize_t low = 0, high = text->size, gap = sep == NULL ? 1 : sep->size; /* the rest is low..high */

    for (;;) {
        Gil_ssize_t at = -1;
        if (sep == NULL) {
            while (direction >= 0 && low < high && gil_octet_is_space(data[low]))
                low++;
            while (direction < 0 && low < high && gil_octet_is_space(data[high - 1]))
                high--;
            if (low == high)
                return 0;
        }
        if (maxsplit-- > 0)
            at = sep == NULL ? find_space(data + low, high - low, direction)
                             : find(data + low, high - low, sep, direction);
        if (at < 0)
            return add_part(list, self, text, low, high);
        if (add_part(list, self, text, direction >= 0 ? low : low + at + gap, direction >= 0 ? low + at : high) < 0)
            return -1;
        if (direction >= 0)
            low += at + gap;
        else
            high = low + at;
    }
}

static GilObject *
split(const char *takes, GilObject *self, GilObject *const *args, Gil_ssize_t nargs, GilObject *kwnames, int direction)
{
    struct gil_octets text, sep = {.view.obj = NULL, .size = 1};
    Gil_ssize_t maxsplit = -1;
    GilObject *list = NULL, *given[2];

    if (gil_take_args(takes, args, nargs, NULL, kwnames, given) < 0 || gil_octets_open(self, &text) < 0)
        return NULL;
    int spaces = given[0] == NULL || given[0] == Gil_None;
    if ((given[1] == NULL || gil_get_index(given[1], GilExc_OverflowError, &maxsplit) == 0)
        && (spaces || gil_octets_open(given[0], &sep) == 0)) {
        if (sep.size == 0)
            GilErr_SetString(GilExc_ValueError, "empty separator");
        else
            list = GilList_New(0);
        if (maxsplit < 0)
            maxsplit = GIL_SSIZE_T_MAX;
        if (list != NULL
            && (split_text(list, self, &text, spaces ? NULL : &sep, maxsplit, direction) < 0
                || (direction < 0 && GilList_Reverse(list) < 0)))
            Gil_CLEAR(list);
        gil_octets_close(&sep);
    }
    gil_octets_close(&text);
    return list;
}

static GilObject *
octets_split(GilObject *self, GilObject *const *args, Gil_ssize_t nargs, GilObject *kwnames)
{
    return split("022split\0sep\0maxsplit", self, args, nargs, kwnames, 1);
}

static GilObject *
octets_rsplit(GilObject *self, GilObject *const *args, Gil_ssize_t nargs, GilObject *kwnames)
{
    return split("022rsplit\0sep\0maxsplit", self, args, nargs, kwnames, -1);
}

static GilObject *
octets_splitlines(GilObject *self, GilObject *const *args, Gil_ssize_t nargs, GilObject *kwnames)
{
    struct gil_octets text;
    GilObject *given;
    int keepends = 0;

    if (gil_take_args("011splitlines\0keepends", args, nargs, NULL, kwnames, &given) < 0
        || (given != NULL && (keepends = GilObject_IsTrue(given)) < 0)
        || gil_octets_open(self, &text) < 0)
        return NULL;
    GilObject *list = GilList_New(0);
    for (Gil_ssize_t i = 0; list != NULL && i < text.size;) {
        Gil_ssize_t start = i;
        while (i < text.size && text.data[i] != '\n' && text.data[i] != '\r')
            i++;
        Gil_ssize_t end = i;
        if (i < text.size)
            i += text.data[i] == '\r' && i + 1 < text.size && text.data[i + 1] == '\n' ? 2 : 1;
        if (add_part(list, self, &text, start, keepends ? i : end) < 0)
            Gil_CLEAR(list);
    }
    gil_octets_close(&text);
    return list;
}

/* (head, sep, tail); without sep all is head, or tail from the other side. */
static GilObject *
partition(GilObject *self, GilObject *separator, int direction)
{
    struct gil_octets text, sep;
    GilObject *parts[3] = {NULL, NULL, NULL}, *tuple = NULL;

    if (gil_octets_open(self, &text) < 0)
        return NULL;
    if (gil_octets_open(separator, &sep) == 0) {
        Gil_ssize_t at = find(text.data, text.size, &sep, direction), gap = sep.size;
        if (at < 0) {
            at = direction >= 0 ? text.size : 0;
            gap = 0;
        }
        if (sep.size == 0)
            GilErr_SetString(GilExc_ValueError, "empty separator");
        else if ((parts[0] = slice(self, &text, 0, at)) != NULL
                 && (parts[1] = gap > 0 && gil_bytes_check(self) ? Gil_NewRef(separator)
                                                                 : gil_octets_make(Gil_TYPE(self), sep.data, gap, NULL)) != NULL
                 && (parts[2] = slice(self, &text, at + gap, text.size)) != NULL)
            tuple = GilTuple_FromArray(parts, 3);
        gil_octets_close(&sep);
    }
    for (int i = 0; i < 3; i++)
        Gil_XDECREF(parts[i]);
    gil_octets_close(&text);
    return tuple;
}

static GilObject *
octets_partition(GilObject *self, GilObject *separator)
{
    return partition(self, separator, 1);
}

static GilObject *
octets_rpartition(GilObject *self, GilObject *separator)
{
    return partition(self, separator, -1);
}

/* --- replacing --- */

/* text with its first n occurrences of old as new; an empty old stands before each octet and at the end. */
static GilObject *
replace(GilObject *self, const struct gil_octets *text, const struct gil_octets *old, const struct gil_octets *new,
        Gil_ssize_t n)
{
    const char *from = text->data, *end = from + text->size;
    Gil_ssize_t more = new->size - old->size;
    char *to;

    if (n == 0)
        return slice(self, text, 0, text->size);
    if (more > 0 && more > (GIL_SSIZE_T_MAX - text->size) / n) {
        GilErr_SetString(GilExc_OverflowError, "replace bytes is too long");
        return NULL;
    }
    GilObject *op = gil_octets_make(Gil_TYPE(self), NULL, text->size + more * n, &to);
    if (op == NULL || text->size + more * n == 0)
        return op;
    while (n-- > 0) {
        Gil_ssize_t at = find(from, end - from, old, 1);
        to = mempcpy(mempcpy(to, from, (size_t)at), new->data, (size_t)new->size);
        from += at + old->size;
        if (old->size == 0 && from < end)
            *to++ = *from++;
    }
    memcpy(to, from, (size_t)(end - from));
    return op;
}

static GilObject *
octets_replace(GilObject *self, GilObject *const *args, Gil_ssize_t nargs)
{
    struct gil_octets text, old, new;
    Gil_ssize_t limit = -1;
    GilObject *op = NULL;

    if (gil_need_args("replace", nargs, 2, 3) < 0 || gil_octets_open(self, &text) < 0)
        return NULL;
    if (gil_octets_open(args[0], &old) == 0) {
        if (gil_octets_open(args[1], &new) == 0) {
            if (nargs < 3 || gil_get_index(args[2], GilExc_OverflowError, &limit) == 0) {
                Gil_ssize_t n = count(text.data, text.size, &old, limit < 0 ? GIL_SSIZE_T_MAX : limit);
                op = replace(self, &text, &old, &new, n);
            }
            gil_octets_close(&new);
        }
        gil_octets_close(&old);
    }
    gil_octets_close(&text);
    return op;
}

/* What is not in drop, through table when there is one. */
static GilObject *
translate(GilObject *self, const struct gil_octets *text, const char *table, const struct gil_octets *drop)
{
    Gil_ssize_t size = text->size;
    char *to, dropped[256] = {0};

    for (Gil_ssize_t i = 0; i < drop->size; i++)
        dropped[(unsigned char)drop->data[i]] = 1;
    for (Gil_ssize_t i = 0; i < text->size; i++)
        size -= dropped[(unsigned char)text->data[i]];
    GilObject *op = gil_octets_make(Gil_TYPE(self), NULL, size, &to);
    for (Gil_ssize_t i = 0; op != NULL && i < text->size; i++) {
        unsigned char octet = (unsigned char)text->data[i];
        if (!dropped[octet])
            *to++ = table == NULL ? (char)octet : table[octet];
    }
    return op;
}

static GilObject *
octets_translate(GilObject *self, GilObject *const *args, Gil_ssize_t nargs, GilObject *kwnames)
{
    struct gil_octets text, table = {.view.obj = NULL, .size = 256}, drop = {.view.obj = NULL, .data = ""};
    GilObject *op = NULL, *given[2];

    if (gil_take_args("122translate\0\0delete", args, nargs, NULL, kwnames, given) < 0 || gil_octets_open(self, &text) < 0)
        return NULL;
    if (given[0] == Gil_None || gil_octets_open(given[0], &table) == 0) {
        if (table.size != 256)
            GilErr_SetString(GilExc_ValueError, "translation table must be 256 characters long");
        else if (given[1] == NULL || gil_octets_open(given[1], &drop) == 0) {
            op = translate(self, &text, table.data, &drop);
            gil_octets_close(&drop);
        }
        gil_octets_close(&table);
    }
    gil_octets_close(&text);
    return op;
}

static GilObject *
octets_maketrans(GilObject *Gil_UNUSED(type), GilObject *const *args, Gil_ssize_t nargs)
{
    struct gil_octets from, to;
    GilObject *op = NULL;
    char *table;

    if (gil_need_args("maketrans", nargs, 2, 2) < 0 || gil_octets_open(args[0], &from) < 0)
        return NULL;
    if (gil_octets_open(args[1], &to) == 0) {
        if (from.size != to.size)
            GilErr_SetString(GilExc_ValueError, "maketrans arguments must have same length");
        else
            op = gil_octets_make(&GilBytes_Type, NULL, 256, &table);
        for (int i = 0; op != NULL && i < 256; i++)
            table[i] = (char)i;
        for (Gil_ssize_t i = 0; op != NULL && i < from.size; i++)
            table[(unsigned char)from.data[i]] = to.data[i];
        gil_octets_close(&to);
    }
    gil_octets_close(&from);
    return op;
}

/* --- others --- */

static GilObject *
octets_decode(GilObject *self, GilObject *const *args, Gil_ssize_t nargs, GilObject *kwnames)
{
    struct gil_octets text;
    GilObject *given[2];
    const char *names[2];

    if (gil_take_args("022decode\0encoding\0errors", args, nargs, NULL, kwnames, given) < 0
        || gil_get_codec("decode", given, names) < 0 || gil_octets_open(self, &text) < 0)
        return NULL;
    GilObject *op = GilUnicode_Decode(text.data, text.size, names[0], names[1]);
    gil_octets_close(&text);
    return op;
}

static GilObject *
octets_hex(GilObject *self, GilObject *const *args, Gil_ssize_t nargs, GilObject *kwnames)
{
    struct gil_octets text;

    if (gil_octets_open(self, &text) < 0)
        return NULL;
    GilObject *op = gil_octets_hex(text.data, text.size, args, nargs, kwnames);
    gil_octets_close(&text);
    return op;
}

static GilObject *
octets_join(GilObject *self, GilObject *iterable)
{
    if (gil_bytes_check(self))
        return GilBytes_Join(self, iterable);
    GilObject *sep = GilBytes_FromObject(self), *array = NULL;
    GilObject *op = sep == NULL ? NULL : GilBytes_Join(sep, iterable);
    if (op != NULL)
        array = GilByteArray_FromObject(op);
    Gil_XDECREF(sep);
    Gil_XDECREF(op);
    return array;
}

GilMethodDef gil_octets_methods[GIL_OCTETS_METHODS + 1] = {
    {"count", _GilCFunction_CAST(octets_count), GIL_METH_FASTCALL, "count(sub[, start[, end]]) -> int"},
    {"decode", _GilCFunction_CAST(octets_decode), GIL_METH_FASTCALL | GIL_METH_KEYWORDS,
     "decode($self, /, encoding='utf-8', errors='strict')\n--\n\nThe octets as text."},
    {"endswith", _GilCFunction_CAST(octets_endswith), GIL_METH_FASTCALL, "endswith(suffix[, start[, end]]) -> bool"},
    {"find", _GilCFunction_CAST(octets_find), GIL_METH_FASTCALL, "find(sub[, start[, end]]) -> int"},
    {"hex", _GilCFunction_CAST(octets_hex), GIL_METH_FASTCALL | GIL_METH_KEYWORDS,
     "hex($self, /, sep=<unrepresentable>, bytes_per_sep=1)\n--\n\nTwo digits a byte, as str."},
    {"index", _GilCFunction_CAST(octets_index), GIL_METH_FASTCALL, "index(sub[, start[, end]]) -> int"},
    {"join", octets_join, GIL_METH_O, "join(iterable)"},
    {"lstrip", _GilCFunction_CAST(octets_lstrip), GIL_METH_FASTCALL, "lstrip([octets])"},
    {"maketrans", _GilCFunction_CAST(octets_maketrans), GIL_METH_FASTCALL | GIL_METH_STATIC,
     "maketrans(from, to) -> bytes"},
    {"partition", octets_partition, GIL_METH_O, "partition(sep) -> (head, sep, tail)"},
    {"removeprefix", octets_removeprefix, GIL_METH_O, "removeprefix(prefix)"},
    {"removesuffix", octets_removesuffix, GIL_METH_O, "removesuffix(suffix)"},
    {"replace", _GilCFunction_CAST(octets_replace), GIL_METH_FASTCALL, "replace(old, new[, count])"},
    {"rfind", _GilCFunction_CAST(octets_rfind), GIL_METH_FASTCALL, "rfind(sub[, start[, end]]) -> int"},
    {"rindex", _GilCFunction_CAST(octets_rindex), GIL_METH_FASTCALL, "rindex(sub[, start[, end]]) -> int"},
    {"rpartition", octets_rpartition, GIL_METH_O, "rpartition(sep) -> (head, sep, tail)"},
    {"rsplit", _GilCFunction_CAST(octets_rsplit), GIL_METH_FASTCALL | GIL_METH_KEYWORDS,
     "rsplit($self, /, sep=None, maxsplit=-1)\n--\n\nThe list of the parts, split from the end on."},
    {"rstrip", _GilCFunction_CAST(octets_rstrip), GIL_METH_FASTCALL, "rstrip([octets])"},
    {"split", _GilCFunction_CAST(octets_split), GIL_METH_FASTCALL | GIL_METH_KEYWORDS,
     "split($self, /, sep=None, maxsplit=-1)\n--\n\nThe list of the parts."},
    {"splitlines", _GilCFunction_CAST(octets_splitlines), GIL_METH_FASTCALL | GIL_METH_KEYWORDS,
     "splitlines($self, /, keepends=False)\n--\n\nThe list of the lines."},
    {"startswith", _GilCFunction_CAST(octets_startswith), GIL_METH_FASTCALL,
     "startswith(prefix[, start[, end]]) -> bool"},
    {"strip", _GilCFunction_CAST(octets_strip), GIL_METH_FASTCALL, "strip([octets])"},
    {"translate", _GilCFunction_CAST(octets_translate), GIL_METH_FASTCALL | GIL_METH_KEYWORDS,
     "translate($self, table, /, delete=b'')\n--\n\nThe octets that are not deleted, through the table."},
    GIL_OCTETS_CASE_METHODS,
    {NULL, NULL, 0, NULL},
};
