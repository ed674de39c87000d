/* SPDX-License-Identifier: MIT */
/*
 * OSError: an error number, its text, and the files it was about.
 *
 * OSError(errno, strerror[, filename[, None[, filename2]]]) makes an instance of the subclass for that number, so which
 * class it is must be settled in tp_new, and everything is taken from the arguments there. A subclass that gives a
 * tp_init of its own and no tp_new chooses its arguments itself and hands on what it likes: then tp_init takes them.
 */
#include "gilrt/dict.h"
#include "gilrt/long.h"
#include "gilrt/number.h"
#include "gilrt/unicode.h"
#include "object/error.h"
#include "object/type.h"
#include "value/exception.h"
#include "value/tuple.h"

#include <errno.h>

enum { OS_ERRNO, OS_STRERROR, OS_FILENAME, OS_FILENAME2 };

GilTypeObject *
gil_exception_for_errno(int number)
{
    GilObject *exc;
    switch (number) {
    case EAGAIN:
    case EALREADY:
    case EINPROGRESS:
#if EWOULDBLOCK != EAGAIN
    case EWOULDBLOCK:
#endif
        exc = GilExc_BlockingIOError;
        break;
    case EPIPE:
    case ESHUTDOWN:
        exc = GilExc_BrokenPipeError;
        break;
    case ECHILD:
        exc = GilExc_ChildProcessError;
        break;
    case ECONNABORTED:
        exc = GilExc_ConnectionAbortedError;
        break;
    case ECONNREFUSED:
        exc = GilExc_ConnectionRefusedError;
        break;
    case ECONNRESET:
        exc = GilExc_ConnectionResetError;
        break;
    case EEXIST:
        exc = GilExc_FileExistsError;
        break;
    case ENOENT:
        exc = GilExc_FileNotFoundError;
        break;
    case EISDIR:
        exc = GilExc_IsADirectoryError;
        break;
    case ENOTDIR:
        exc = GilExc_NotADirectoryError;
        break;
    case EINTR:
        exc = GilExc_InterruptedError;
        break;
    case EACCES:
    case EPERM:
        exc = GilExc_PermissionError;
        break;
    case ESRCH:
        exc = GilExc_ProcessLookupError;
        break;
    case ETIMEDOUT:
        exc = GilExc_TimeoutError;
        break;
    default:
        exc = GilExc_OSError;
        break;
    }
    return (GilTypeObject *)(void *)exc;
}

static GilObject *os_new(GilTypeObject *type, GilObject *args, GilObject *kwargs);
static int os_init(GilObject *op, GilObject *args, GilObject *kwargs);

/* Whether tp_init takes the arguments, see above. */
static int
init_takes_arguments(const GilTypeObject *type)
{
    return type->tp_init != os_init && type->tp_new == os_new;
}

static int
refuse_keywords(const GilTypeObject *type, GilObject *kwargs)
{
    if (kwargs == NULL || GilDict_Size(kwargs) == 0)
        return 0;
    GilErr_Format(GilExc_TypeError, "%.200s() takes no keyword arguments", gil_type_short_name(type));
    return -1;
}

/* characters_written: start, where end says that it is set. 0, or -1 with TypeError or ValueError. */
static int
take_written(GilObject *op, GilObject *value)
{
    Gil_ssize_t written = GilNumber_AsSsize_t(value, GilExc_ValueError); /* may run anything */
    if (written == -1 && GilErr_Occurred())
        return -1;
    gil_exception_wide(op)->start = written;
    gil_exception_wide(op)->end = written != -1; /* for CPython a sign of its own */
    return 0;
}

/* Arguments to fields. With a file name args keeps only number and text, as it did before there were file names. */
static int
take_arguments(GilThreadState *ts, GilObject *op, GilObject *args)
{
    Gil_ssize_t n = GilTuple_GET_SIZE(args);
    if (n < 2 || n > 5)
        return 0;
    gil_exception_set_field(op, OS_ERRNO, GilTuple_GET_ITEM(args, 0));
    gil_exception_set_field(op, OS_STRERROR, GilTuple_GET_ITEM(args, 1));
    if (n == 2 || Gil_IsNone(GilTuple_GET_ITEM(args, 2)))
        return 0;
    if (Gil_IS_TYPE(op, (GilTypeObject *)(void *)GilExc_BlockingIOError) && GilNumber_Check(GilTuple_GET_ITEM(args, 2)))
        return take_written(op, GilTuple_GET_ITEM(args, 2)); /* in place of the name; args keeps it */
    GilObject *two = gil_tuple_of2(ts, GilTuple_GET_ITEM(args, 0), GilTuple_GET_ITEM(args, 1));
    if (two == NULL)
        return -1;
    gil_exception_set_field(op, OS_FILENAME, GilTuple_GET_ITEM(args, 2));
    if (n == 5 && !Gil_IsNone(GilTuple_GET_ITEM(args, 4)))
        gil_exception_set_field(op, OS_FILENAME2, GilTuple_GET_ITEM(args, 4));
    Gil_XSETREF(gil_exception(op)->args, two); /* may run anything */
    return 0;
}

static GilObject *
os_new(GilTypeObject *type, GilObject *args, GilObject *kwargs)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    int taken_later = init_takes_arguments(type);
    if (!taken_later && refuse_keywords(type, kwargs) < 0)
        return NULL;
    Gil_ssize_t n = GilTuple_GET_SIZE(args);
    if (!taken_later && type == (GilTypeObject *)(void *)GilExc_OSError && n >= 2 && n <= 5) {
        int32_t number;
        GilObject *first = GilTuple_GET_ITEM(args, 0);
        if (GilLong_Check(first)) {
            if (GilLong_AsInt32(first, &number) == 0)
                type = gil_exception_for_errno(number);
            else
                gil_err_clear(ts); /* no number of this system */
        }
    }
    GilObject *op = gil_exception_new(type, taken_later ? NULL : args, NULL);
    if (op != NULL && !taken_later && take_arguments(ts, op, args) < 0)
        Gil_CLEAR(op);
    return op;
}

static int
os_init(GilObject *op, GilObject *args, GilObject *kwargs)
{
    if (!init_takes_arguments(Gil_TYPE(op)))
        return 0;
    if (refuse_keywords(Gil_TYPE(op), kwargs) < 0 || gil_exception_init(op, args, NULL) < 0)
        return -1;
    return take_arguments(gil_tstate_need(__func__), op, args);
}

static GilObject *
os_str(GilObject *op)
{
    GilObject *field[GIL_EXCEPTION_FIELDS], *result;
    for (int i = 0; i < GIL_EXCEPTION_FIELDS; i++)
        field[i] = Gil_XNewRef(gil_exception_wide(op)->field[i]);
    GilObject *number = field[OS_ERRNO] != NULL ? field[OS_ERRNO] : Gil_None;
    GilObject *text = field[OS_STRERROR] != NULL ? field[OS_STRERROR] : Gil_None;
    if (field[OS_FILENAME] != NULL && field[OS_FILENAME2] != NULL)
        result = GilUnicode_FromFormat("[Errno %S] %S: %R -> %R", number, text, field[OS_FILENAME],
                                       field[OS_FILENAME2]);
    else if (field[OS_FILENAME] != NULL)
        result = GilUnicode_FromFormat("[Errno %S] %S: %R", number, text, field[OS_FILENAME]);
    else if (field[OS_ERRNO] != NULL && field[OS_STRERROR] != NULL)
        result = GilUnicode_FromFormat("[Errno %S] %S", number, text);
    else
        result = gil_exception_str(op);
    for (int i = 0; i < GIL_EXCEPTION_FIELDS; i++)
        Gil_XDECREF(field[i]);
    return result;
}

/* Whether it is set; else AttributeError. */
static int
was_written(GilObject *op)
{
    if (!gil_exception_wide(op)->end)
        GilErr_SetString(GilExc_AttributeError, "characters_written");
    return gil_exception_wide(op)->end != 0;
}

static GilObject *
get_written(GilObject *op, void *Gil_UNUSED(closure))
{
    return was_written(op) ? GilLong_FromSsize_t(gil_exception_wide(op)->start) : NULL;
}

static int
set_written(GilObject *op, GilObject *value, void *Gil_UNUSED(closure))
{
    if (value != NULL)
        return take_written(op, value);
    if (!was_written(op))
        return -1;
    gil_exception_wide(op)->end = 0;
    return 0;
}

static GilGetSetDef os_getset[] = {
    {"characters_written", get_written, set_written, "what was written before it would have blocked", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static GilMemberDef os_members[] = {
    GIL_EXCEPTION_FIELD("errno", OS_ERRNO, "the error number"),
    GIL_EXCEPTION_FIELD("strerror", OS_STRERROR, "its text"),
    GIL_EXCEPTION_FIELD("filename", OS_FILENAME, "the file"),
    GIL_EXCEPTION_FIELD("filename2", OS_FILENAME2, "the second file"),
    {NULL, 0, 0, 0, NULL},
};

const struct gil_exception_class gil_exception_os = {os_new, os_init, os_str, os_members, os_getset};
