/* SPDX-License-Identifier: MIT */
/* UnicodeDecodeError and UnicodeEncodeError: which bytes or characters were wrong, and why. */
#include "gilrt/buffer.h"
#include "gilrt/bytes.h"
#include "gilrt/long.h"
#include "gilrt/unicode.h"
#include "object/error.h"
#include "value/exception.h"
#include "value/tuple.h"

#include <stdio.h>

enum { CODEC, OBJECT, REASON };

static int
want(GilObject *arg, int number, int is_right, const char *wanted)
{
    if (is_right)
        return 0;
    GilErr_Format(GilExc_TypeError, "argument %d must be %s, not %T", number, wanted, arg);
    return -1;
}

static int
position(GilObject *arg, Gil_ssize_t *value)
{
    *value = GilLong_AsSsize_t(arg);
    return *value == -1 && GilErr_Occurred() ? -1 : 0;
}

/* (encoding, object, start, end, reason); object_right: it is of the right type, named wanted. */
static int
take_arguments(GilObject *op, GilObject *args, GilObject *object, int object_right, const char *wanted)
{
    GilObject *codec = GilTuple_GET_ITEM(args, 0), *reason = GilTuple_GET_ITEM(args, 4);
    Gil_ssize_t start, end;
    if (want(codec, 1, GilUnicode_Check(codec), "str") < 0 || want(object, 2, object_right, wanted) < 0 ||
        position(GilTuple_GET_ITEM(args, 2), &start) < 0 || position(GilTuple_GET_ITEM(args, 3), &end) < 0 ||
        want(reason, 5, GilUnicode_Check(reason), "str") < 0)
        return -1;
    gil_exception_wide(op)->start = start;
    gil_exception_wide(op)->end = end;
    gil_exception_set_field(op, CODEC, codec);
    gil_exception_set_field(op, OBJECT, object);
    gil_exception_set_field(op, REASON, reason);
    return 0;
}

static int
five(GilObject *op, GilObject *args, GilObject *kwargs)
{
    if (gil_exception_init(op, args, kwargs) < 0)
        return -1;
    if (GilTuple_GET_SIZE(args) == 5)
        return 0;
    GilErr_Format(GilExc_TypeError, "function takes exactly 5 arguments (%zd given)", GilTuple_GET_SIZE(args));
    return -1;
}

static int
decode_init(GilObject *op, GilObject *args, GilObject *kwargs)
{
    if (five(op, args, kwargs) < 0)
        return -1;
    GilObject *object = GilTuple_GET_ITEM(args, 1), *bytes;
    if (!GilObject_CheckBuffer(object))
        return want(object, 2, 0, "a bytes-like object");
    bytes = GilBytes_Check(object) ? Gil_NewRef(object) : GilBytes_FromObject(object); /* may run anything */
    if (bytes == NULL)
        return -1;
    int rc = take_arguments(op, args, bytes, 1, "bytes");
    Gil_DECREF(bytes);
    return rc;
}

static int
encode_init(GilObject *op, GilObject *args, GilObject *kwargs)
{
    if (five(op, args, kwargs) < 0)
        return -1;
    GilObject *object = GilTuple_GET_ITEM(args, 1);
    return take_arguments(op, args, object, GilUnicode_Check(object), "str");
}

/* Both positions cut to an object of that length: at least one unit, unless there is none. */
static void
cut(const struct gil_exception_wide *exc, Gil_ssize_t length, Gil_ssize_t *start, Gil_ssize_t *end)
{
    *start = exc->start < 0 ? 0 : exc->start >= length ? length - (length > 0) : exc->start;
    *end = exc->end < 1 ? 1 : exc->end;
    *end = *end > length ? length : *end;
}

/* The message; one is the single unit that was wrong, or NULL: a range. */
static GilObject *
describe(const struct gil_exception_wide *exc, const char *action, const char *unit, const char *one)
{
    GilObject *codec = Gil_XNewRef(exc->field[CODEC]), *reason = Gil_XNewRef(exc->field[REASON]), *result;
    if (one != NULL)
        result = GilUnicode_FromFormat("'%S' codec can't %s %s %s in position %zd: %S", codec, action, unit, one,
                                       exc->start, reason); /* may run anything: attributes can be anything */
    else
        result = GilUnicode_FromFormat("'%S' codec can't %s %ss in position %zd-%zd: %S", codec, action, unit,
                                       exc->start, (Gil_ssize_t)((size_t)exc->end - 1), reason); /* it may be any number */
    Gil_XDECREF(codec);
    Gil_XDECREF(reason);
    return result;
}

static GilObject *
decode_str(GilObject *op)
{
    struct gil_exception_wide *exc = gil_exception_wide(op);
    GilObject *object = exc->field[OBJECT];
    char one[8];
    if (object == NULL)
        return GilUnicode_FromString(""); /* never initialised */
    int single = GilBytes_Check(object) && exc->start >= 0 && exc->start < GilBytes_GET_SIZE(object) &&
                 exc->end == exc->start + 1;
    if (single)
        snprintf(one, sizeof one, "0x%02x", (unsigned)(unsigned char)GilBytes_AS_STRING(object)[exc->start]);
    return describe(exc, "decode", "byte", single ? one : NULL);
}

static GilObject *
encode_str(GilObject *op)
{
    struct gil_exception_wide *exc = gil_exception_wide(op);
    GilObject *object = exc->field[OBJECT];
    char one[16];
    if (object == NULL)
        return GilUnicode_FromString(""); /* never initialised */
    int single = GilUnicode_Check(object) && exc->start >= 0 && exc->start < GilUnicode_GET_LENGTH(object) &&
                 exc->end == exc->start + 1;
    if (single) {
        unsigned ch = GilUnicode_READ_CHAR(object, exc->start);
        snprintf(one, sizeof one, ch <= 0xff ? "'\\x%02x'" : ch <= 0xffff ? "'\\u%04x'" : "'\\U%08x'", ch);
    }
    return describe(exc, "encode", "character", single ? one : NULL);
}

static GilMemberDef members[] = {
    GIL_EXCEPTION_FIELD("encoding", CODEC, "name of the encoding"),
    GIL_EXCEPTION_FIELD("object", OBJECT, "what was to be decoded or encoded"),
    GIL_EXCEPTION_FIELD("reason", REASON, "why it could not be"),
    {"start", Gil_T_PYSSIZET, offsetof(struct gil_exception_wide, start), 0, "first position that was wrong"},
    {"end", Gil_T_PYSSIZET, offsetof(struct gil_exception_wide, end), 0, "the position behind the last that was wrong"},
    {NULL, 0, 0, 0, NULL},
};

const struct gil_exception_class gil_exception_decode = {
    .tp_init = decode_init,
    .tp_str = decode_str,
    .members = members,
};
const struct gil_exception_class gil_exception_encode = {
    .tp_init = encode_init,
    .tp_str = encode_str,
    .members = members,
};

/* --- public --- */

GilObject *
GilUnicodeDecodeError_Create(const char *encoding, const char *object, Gil_ssize_t length, Gil_ssize_t start,
                             Gil_ssize_t end, const char *reason)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    if (encoding == NULL || reason == NULL || (object == NULL && length > 0))
        return gil_err_null(__func__);
    GilObject *items[5] = {NULL};
    int complete = (items[0] = GilUnicode_FromString(encoding)) != NULL &&
                   (items[1] = GilBytes_FromStringAndSize(object, length)) != NULL &&
                   (items[2] = GilLong_FromSsize_t(start)) != NULL && (items[3] = GilLong_FromSsize_t(end)) != NULL &&
                   (items[4] = GilUnicode_FromString(reason)) != NULL;
    GilObject *args = complete ? gil_tuple_from_array(ts, items, 5) : NULL;
    for (int i = 0; i < 5; i++)
        Gil_XDECREF(items[i]);
    GilObject *op = NULL;
    if (args != NULL)
        op = gil_exception_ops_make((GilTypeObject *)(void *)GilExc_UnicodeDecodeError, args);
    Gil_XDECREF(args);
    return op;
}

/* Whether the object is of the type that belongs to class: it can be set to anything, or not at all. */
static int
has_object(GilObject *exc, GilObject *class)
{
    GilObject *object = gil_exception_wide(exc)->field[OBJECT];
    if (object == NULL)
        return 0;
    return class == GilExc_UnicodeDecodeError ? GilBytes_Check(object) : GilUnicode_Check(object);
}

/* 0, or -1 with the error set: exc is an initialised instance of class. */
static int
need(const char *func, GilObject *exc, GilObject *class)
{
    if (exc == NULL)
        gil_err_null(func);
    else if (!GilObject_TypeCheck(exc, (GilTypeObject *)(void *)class))
        gil_err_type(func, ((GilTypeObject *)(void *)class)->tp_name, exc);
    else if (!has_object(exc, class))
        GilErr_SetString(GilExc_TypeError, "object attribute must be bytes or str, as the exception's class demands");
    else
        return 0;
    return -1;
}

static GilObject *
field(const char *func, GilObject *exc, GilObject *class, int number)
{
    return need(func, exc, class) < 0 ? NULL : Gil_XNewRef(gil_exception_wide(exc)->field[number]);
}

/* Both positions; either may be NULL. */
static int
positions(const char *func, GilObject *exc, GilObject *class, Gil_ssize_t *start, Gil_ssize_t *end)
{
    Gil_ssize_t unused;
    if (need(func, exc, class) < 0)
        return -1;
    if (start == NULL && end == NULL) {
        gil_err_null(func);
        return -1;
    }
    GilObject *object = gil_exception_wide(exc)->field[OBJECT];
    Gil_ssize_t length = GilBytes_Check(object) ? GilBytes_GET_SIZE(object) : GilUnicode_GET_LENGTH(object);
    cut(gil_exception_wide(exc), length, start == NULL ? &unused : start, end == NULL ? &unused : end);
    return 0;
}

GilObject *
GilUnicodeDecodeError_GetEncoding(GilObject *exc)
{
    gil_tstate_need(__func__);
    return field(__func__, exc, GilExc_UnicodeDecodeError, CODEC);
}

GilObject *
GilUnicodeEncodeError_GetEncoding(GilObject *exc)
{
    gil_tstate_need(__func__);
    return field(__func__, exc, GilExc_UnicodeEncodeError, CODEC);
}

GilObject *
GilUnicodeDecodeError_GetObject(GilObject *exc)
{
    gil_tstate_need(__func__);
    return field(__func__, exc, GilExc_UnicodeDecodeError, OBJECT);
}

GilObject *
GilUnicodeEncodeError_GetObject(GilObject *exc)
{
    gil_tstate_need(__func__);
    return field(__func__, exc, GilExc_UnicodeEncodeError, OBJECT);
}

int
GilUnicodeDecodeError_GetStart(GilObject *exc, Gil_ssize_t *start)
{
    gil_tstate_need(__func__);
    return positions(__func__, exc, GilExc_UnicodeDecodeError, start, NULL);
}

int
GilUnicodeEncodeError_GetStart(GilObject *exc, Gil_ssize_t *start)
{
    gil_tstate_need(__func__);
    return positions(__func__, exc, GilExc_UnicodeEncodeError, start, NULL);
}

int
GilUnicodeDecodeError_GetEnd(GilObject *exc, Gil_ssize_t *end)
{
    gil_tstate_need(__func__);
    return positions(__func__, exc, GilExc_UnicodeDecodeError, NULL, end);
}

int
GilUnicodeEncodeError_GetEnd(GilObject *exc, Gil_ssize_t *end)
{
    gil_tstate_need(__func__);
    return positions(__func__, exc, GilExc_UnicodeEncodeError, NULL, end);
}

GilObject *
GilUnicodeDecodeError_GetReason(GilObject *exc)
{
    gil_tstate_need(__func__);
    return field(__func__, exc, GilExc_UnicodeDecodeError, REASON);
}

GilObject *
GilUnicodeEncodeError_GetReason(GilObject *exc)
{
    gil_tstate_need(__func__);
    return field(__func__, exc, GilExc_UnicodeEncodeError, REASON);
}
