/* SPDX-License-Identifier: MIT */
/*
 * The error indicator: the one pending error of each thread.
 *
 * It stands in the thread state (struct gil_indicator) and is touched by its own thread only, attached. Most errors are
 * raised, looked at by class, and dropped; so the exception object is made only when somebody takes it. Until then the
 * indicator holds the class and one of
 *
 *   text                 from GilErr_SetString() and GilErr_Format(): well-formed UTF-8 in a heap block. With it as value may
 *                        stand what a failed lookup was about, GIL_EXCEPTION_SUBJECT
 *   value, !normalized   from GilErr_SetObject(): the argument that the instance will get
 *   value, normalized    the instance itself
 *   neither              no argument
 *
 * The last makes raising "out of memory" need no memory. When that is taken there often is some, since the request was
 * too great, and it becomes an object of its own; without any, the one that exists beforehand, one an interpreter. That
 * is where every failure to make an exception ends.
 *
 * Two cases are made at once: while an exception is being handled, because it becomes the new one's context and may be
 * another by the time that somebody takes it; and with a tuple of arguments, because a class may choose another by them
 * (OSError does, by errno), and GilErr_ExceptionMatches() must see that one.
 *
 * Dropping an error may run anything. Therefore the new one is always in place before the old one is given back, and
 * what runs puts the pending error aside (gil_err_save()) if it may raise itself.
 */
#include "object/error.h"

#include "object/alloc.h"
#include "object/format.h"
#include "object/ops.h"
#include "object/recursion.h"
#include "object/type.h"

#include <string.h>

/* Attempts to make an exception whose constructor fails with yet another exception, before that becomes RecursionError. */
#define MAKE_ATTEMPTS 8

/* Levels that GilErr_GivenExceptionMatches() goes down: they fit into the margin of a small stack. */
#define TUPLES_IN_TUPLES 100

#define NOTHING ((struct gil_indicator){0})

/* Give back what an indicator holds that stands in no thread any more. May run anything. */
static void
drop(struct gil_indicator *old)
{
    if (!old->text_fixed)
        gil_heap_free(old->text);
    Gil_XDECREF(old->value);
    Gil_XDECREF(old->type);
}

static void
replace(GilThreadState *ts, struct gil_indicator fresh)
{
    struct gil_indicator old = ts->err;

    GIL_ASSERT(fresh.type == NULL || gil_is_exception_class(fresh.type));
    GIL_ASSERT(!fresh.normalized || (GilObject *)Gil_TYPE(fresh.value) == fresh.type);
    ts->err = fresh;
    if (old.type != NULL)
        drop(&old);
}

/* Takes the reference to exc. */
static struct gil_indicator
of_instance(GilObject *exc)
{
    return (struct gil_indicator){.type = Gil_NewRef(Gil_TYPE(exc)), .value = exc, .normalized = 1};
}

static struct gil_indicator
take(GilThreadState *ts)
{
    struct gil_indicator taken = ts->err;

    ts->err = NOTHING;
    return taken;
}

static int
is_bare_memory_error(const struct gil_indicator *ind)
{
    return ind->type == GilExc_MemoryError && ind->value == NULL && ind->text == NULL;
}

static GilObject *
make_once(const struct gil_indicator *ind)
{
    if (ind->text == NULL)
        return gil_ops.make_exception((GilTypeObject *)(void *)ind->type, ind->value);
    GilObject *text = gil_ops.str_from_utf8(ind->text, ind->text_len);
    if (text == NULL)
        return NULL;
    GilObject *exc = gil_ops.make_exception((GilTypeObject *)(void *)ind->type, text);
    Gil_DECREF(text);
    if (exc != NULL && ind->value != NULL)
        gil_ops.set_part(exc, GIL_EXCEPTION_SUBJECT, ind->value);
    return exc;
}

/* Whether making the pending error runs a constructor of others, for which there is no stack: one that makes another error of its
   class comes to this again and again. */
static int
is_too_deep(GilThreadState *ts)
{
    return ts->err.type != NULL && !ts->err.normalized &&
           !(((GilTypeObject *)(void *)ts->err.type)->tp_flags & Gil_TPFLAGS_STATIC_BUILTIN) && gil_stack_is_low(ts);
}

/* The pending error as an instance, a new reference; nothing is pending afterwards. There must be one. Cannot fail. */
static GilObject *
take_instance(GilThreadState *ts)
{
    for (int attempt = 0; attempt < MAKE_ATTEMPTS + 2; attempt++) {
        if (attempt == MAKE_ATTEMPTS || is_too_deep(ts)) /* a built-in one: making it can lack memory only */
            GilErr_SetString(GilExc_RecursionError, "maximum recursion depth exceeded while normalizing an exception");
        struct gil_indicator taken = take(ts);
        GilObject *exc;
        if (taken.normalized)
            exc = Gil_NewRef(taken.value);
        else if (taken.type == NULL)
            exc = gil_ops.memory_error();
        else
            exc = make_once(&taken); /* may run anything */
        if (exc == NULL && is_bare_memory_error(&taken))
            exc = gil_ops.memory_error();
        drop(&taken);
        if (exc != NULL) {
            gil_err_clear(ts);
            return exc;
        }
        /* Now the reason is pending: report that one. */
    }
    gil_err_clear(ts);
    return gil_ops.memory_error();
}

/* Put a new error in place; takes what fresh holds. */
static void
raise_now(GilThreadState *ts, struct gil_indicator fresh)
{
    replace(ts, fresh);
    if (GIL_LIKELY(ts->handled == NULL) || is_bare_memory_error(&fresh))
        return;
    GilObject *handled = Gil_NewRef(ts->handled);
    GilObject *exc = take_instance(ts);
    if (exc != handled)
        gil_ops.set_part(exc, GIL_EXCEPTION_CONTEXT, handled);
    Gil_DECREF(handled);
    replace(ts, of_instance(exc));
}

static void
raise_text(GilThreadState *ts, GilObject *exception, struct gil_text *text)
{
    size_t len = text->len;
    char *data = gil_text_take(text);

    if (data != NULL)
        raise_now(ts, (struct gil_indicator){.type = Gil_NewRef(exception), .text = data, .text_len = len});
}

/* Raise SystemError with a text of printf's units. */
static void
raise_system_error(GilThreadState *ts, const char *format, ...)
{
    struct gil_text text;
    va_list args;

    gil_text_init(&text, ts->heap);
    va_start(args, format);
    if (gil_format(&text, format, args) == 0)
        raise_text(ts, GilExc_SystemError, &text);
    else
        gil_text_free(&text);
    va_end(args);
}

static void *
raise_null(const char *func)
{
    raise_system_error(gil_tstate_need(func), "%s: NULL argument", func);
    return NULL;
}

/* Whether exception can be raised; else SystemError naming func. */
static int
can_be_raised(GilThreadState *ts, const char *func, GilObject *exception)
{
    if (exception == NULL) {
        raise_null(func);
        return 0;
    }
    if (!gil_is_exception_class(exception)) {
        raise_system_error(ts, "%s: exception of type %s is not a BaseException subclass", func,
                           Gil_TYPE(exception)->tp_name);
        return 0;
    }
    return 1;
}

void *
gil_err_no_memory(GilThreadState *ts)
{
    replace(ts, (struct gil_indicator){.type = GilExc_MemoryError}); /* immortal: needs no count */
    return NULL;
}

void *
gil_err_null(const char *func)
{
    /* As a rule it is the result of a call that failed, and the reason is pending. */
    return gil_err_pending(gil_tstate_need(func)) ? NULL : raise_null(func);
}

void *
gil_err_system_from(GilThreadState *ts, GilObject *cause, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    GilErr_FormatV(GilExc_SystemError, format, args);
    va_end(args);
    if (cause == NULL)
        return NULL;
    GilObject *raised = take_instance(ts);
    gil_ops.set_part(raised, GIL_EXCEPTION_CONTEXT, cause);
    if ((GilObject *)Gil_TYPE(raised) == GilExc_SystemError && /* no MemoryError that all share */
        GilObject_SetAttrString(raised, "__cause__", cause) < 0)
        gil_err_clear(ts);
    replace(ts, of_instance(raised));
    Gil_DECREF(cause);
    return NULL;
}

#ifdef GIL_DEBUG
void
gil_err_expect_none(const GilThreadState *ts, const char *func)
{
    if (gil_err_pending(ts))
        gil_panic(func, "called while an error is pending: %s", ((GilTypeObject *)(void *)ts->err.type)->tp_name);
}
#endif

void *
gil_err_bad_argument(const char *func, const char *wanted, GilObject *got)
{
    raise_system_error(gil_tstate_need(func), "%s: bad argument (expected %s, got %s)", func, wanted,
                       got != NULL ? Gil_TYPE(got)->tp_name : "NULL");
    return NULL;
}

void *
gil_err_bad_number(const char *func, const char *wanted, Gil_ssize_t got)
{
    raise_system_error(gil_tstate_need(func), "%s: bad argument (expected %s, got %zd)", func, wanted, got);
    return NULL;
}

void *
gil_err_bad_value(const char *func, const char *wanted)
{
    raise_system_error(gil_tstate_need(func), "%s: bad argument (expected %s)", func, wanted);
    return NULL;
}

void *
gil_err_type(const char *func, const char *wanted, GilObject *got)
{
    GilErr_Format(GilExc_TypeError, "%s: expected %s, got %s", func, wanted,
                  got != NULL ? Gil_TYPE(got)->tp_name : "NULL");
    return NULL;
}

void
gil_err_about(GilThreadState *ts, GilObject *about)
{
    if (ts->err.text != NULL) { /* until it becomes an object, which as a rule it does not */
        if (ts->err.value == NULL)
            ts->err.value = Gil_NewRef(about);
        return;
    }
    GilObject *exc = take_instance(ts); /* may run anything */
    gil_ops.set_part(exc, GIL_EXCEPTION_SUBJECT, about);
    replace(ts, of_instance(exc));
}

void
gil_err_clear(GilThreadState *ts)
{
    if (gil_err_pending(ts))
        replace(ts, NOTHING);
}

struct gil_indicator
gil_err_save(GilThreadState *ts)
{
    return take(ts);
}

void
gil_err_restore(GilThreadState *ts, struct gil_indicator saved)
{
    replace(ts, saved);
}

void
gil_err_drop(struct gil_indicator saved)
{
    if (saved.type != NULL)
        drop(&saved);
}

void
GilErr_SetString(GilObject *exception, const char *message)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    struct gil_text text;

    if (!can_be_raised(ts, __func__, exception))
        return;
    if (message == NULL) {
        raise_null(__func__);
        return;
    }
    gil_text_init(&text, ts->heap);
    if (gil_text_append_repaired(&text, message, strlen(message)) == 0)
        raise_text(ts, exception, &text);
    else
        gil_text_free(&text);
}

void
GilErr_SetObject(GilObject *exception, GilObject *value)
{
    GilThreadState *ts = gil_tstate_need(__func__);

    if (!can_be_raised(ts, __func__, exception))
        return;
    if (value == NULL || value == Gil_None) {
        raise_now(ts, (struct gil_indicator){.type = Gil_NewRef(exception)});
        return;
    }
    if (gil_is_exception(value) && GilType_IsSubtype(Gil_TYPE(value), (GilTypeObject *)(void *)exception)) {
        raise_now(ts, of_instance(Gil_NewRef(value)));
        return;
    }
    raise_now(ts, (struct gil_indicator){.type = Gil_NewRef(exception), .value = Gil_NewRef(value)});
    if (gil_is_tuple(value) && !ts->err.normalized && gil_err_pending(ts)) {
        GilObject *exc = take_instance(ts);
        replace(ts, of_instance(exc));
    }
}

void
GilErr_SetNone(GilObject *exception)
{
    GilThreadState *ts = gil_tstate_need(__func__);

    if (can_be_raised(ts, __func__, exception))
        raise_now(ts, (struct gil_indicator){.type = Gil_NewRef(exception)});
}

GilObject *
GilErr_FormatV(GilObject *exception, const char *format, va_list args)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    struct gil_text text;

    if (!can_be_raised(ts, __func__, exception))
        return NULL;
    if (format == NULL)
        return raise_null(__func__);
    /* Reprs of arguments must not run with an error pending, nor be taken for its cause. */
    gil_err_clear(ts);
    Gil_INCREF(exception);
    gil_text_init(&text, ts->heap);
    if (gil_format(&text, format, args) == 0)
        raise_text(ts, exception, &text);
    else
        gil_text_free(&text);
    Gil_DECREF(exception);
    return NULL;
}

GilObject *
GilErr_Format(GilObject *exception, const char *format, ...)
{
    va_list args;

    gil_tstate_need(__func__);
    if (exception == NULL || format == NULL)
        return raise_null(__func__);
    va_start(args, format);
    GilErr_FormatV(exception, format, args);
    va_end(args);
    return NULL;
}

GilObject *
GilErr_NoMemory(void)
{
    return gil_err_no_memory(gil_tstate_need(__func__));
}

int
GilErr_BadArgument(void)
{
    gil_tstate_need(__func__);
    GilErr_SetString(GilExc_TypeError, "bad argument type for built-in operation");
    return 0;
}

void
_GilErr_BadInternalCall(const char *file, int line, const char *func)
{
    raise_system_error(gil_tstate_need(__func__), "%s:%d: %s: bad argument to internal function", file, line, func);
}

/* strerror_r() returns the text in one C library and a code in another. */
static const char *
described_by_text(char *text, const char *buffer)
{
    (void)buffer;
    return text;
}

static const char *
described_by_code(int code, const char *buffer)
{
    return code == 0 ? buffer : "Unknown error";
}

static GilObject *
describe_errno(int number)
{
    char buffer[256] = "";
    struct gil_text text;
    char repaired[512];
    const char *told = _Generic(strerror_r(0, buffer, sizeof buffer), char *: described_by_text,
                                int: described_by_code)(strerror_r(number, buffer, sizeof buffer), buffer);

    gil_text_init_fixed(&text, repaired, sizeof repaired);
    if (gil_text_append_repaired(&text, number != 0 ? told : "Error", strlen(number != 0 ? told : "Error")) < 0)
        return NULL;
    return gil_ops.str_from_utf8(text.data, text.len);
}

GilObject *
GilErr_SetFromErrnoWithFilenameObjects(GilObject *type, GilObject *filename, GilObject *filename2)
{
    int number = errno;
    GilThreadState *ts = gil_tstate_need(__func__);
    GilObject *items[5] = {NULL}, *args = NULL;
    Gil_ssize_t n = 2;

    if (!can_be_raised(ts, __func__, type))
        return NULL;
    gil_err_clear(ts);
    items[0] = gil_ops.int_from_int64(number);
    items[1] = describe_errno(number);
    if (filename != NULL) {
        items[2] = Gil_NewRef(filename);
        n = 3;
        if (filename2 != NULL) {
            items[3] = Gil_NewRef(Gil_None); /* the place of another system's error number */
            items[4] = Gil_NewRef(filename2);
            n = 5;
        }
    }
    if (items[0] != NULL && items[1] != NULL)
        args = gil_ops.tuple_from_array(items, n);
    for (int i = 0; i < 5; i++)
        Gil_XDECREF(items[i]);
    if (args != NULL) {
        GilErr_SetObject(type, args);
        Gil_DECREF(args);
    }
    errno = number;
    return NULL;
}

GilObject *
GilErr_SetFromErrnoWithFilenameObject(GilObject *type, GilObject *filename)
{
    gil_tstate_need(__func__);
    if (type == NULL)
        return raise_null(__func__);
    return GilErr_SetFromErrnoWithFilenameObjects(type, filename, NULL);
}

GilObject *
GilErr_SetFromErrnoWithFilename(GilObject *type, const char *filename)
{
    int number = errno;
    GilThreadState *ts = gil_tstate_need(__func__);
    GilObject *name = NULL;

    if (type == NULL)
        return raise_null(__func__);
    if (filename != NULL) {
        struct gil_text text;
        gil_text_init(&text, ts->heap);
        if (gil_text_append_filename(&text, filename, strlen(filename)) == 0)
            name = gil_ops.str_from_utf8(text.data != NULL ? text.data : "", text.len);
        gil_text_free(&text);
        if (name == NULL)
            return NULL;
    }
    errno = number;
    GilErr_SetFromErrnoWithFilenameObjects(type, name, NULL);
    Gil_XDECREF(name);
    return NULL;
}

GilObject *
GilErr_SetFromErrno(GilObject *type)
{
    gil_tstate_need(__func__);
    if (type == NULL)
        return raise_null(__func__);
    return GilErr_SetFromErrnoWithFilenameObjects(type, NULL, NULL);
}

GilObject *
GilErr_SetImportError(GilObject *msg, GilObject *name, GilObject *path)
{
    GilThreadState *ts = gil_tstate_need(__func__);

    if (msg == NULL)
        return raise_null(__func__);
    GilErr_SetObject(GilExc_ImportError, msg);
    GilObject *exc = take_instance(ts);
    if (!GilErr_GivenExceptionMatches(exc, GilExc_ImportError)) {
        /* No memory for the instance: what was taken is a MemoryError. */
        replace(ts, of_instance(exc));
        return NULL;
    }
    if ((name != NULL && GilObject_SetAttrString(exc, "name", name) < 0) ||
        (path != NULL && GilObject_SetAttrString(exc, "path", path) < 0)) {
        Gil_DECREF(exc);
        return NULL;
    }
    replace(ts, of_instance(exc));
    return NULL;
}

GilObject *
GilErr_Occurred(void)
{
    return gil_tstate_need(__func__)->err.type;
}

/*
 * GilErr_GivenExceptionMatches() of what may stand in so many tuples more. They are counted apart from other levels, for
 * this is asked on the way out of an endless recursion too, when no level is left.
 */
static int
matches(GilObject *err, GilObject *exc, int tuples)
{
    if (err == NULL || exc == NULL)
        return 0;
    if (gil_is_tuple(exc)) {
        GilObject **items;
        Gil_ssize_t n = tuples > 0 ? gil_ops.tuple_items(exc, &items) : 0;
        for (Gil_ssize_t i = 0; i < n; i++)
            if (matches(err, items[i], tuples - 1))
                return 1;
        return 0;
    }
    if (gil_is_exception(err))
        err = (GilObject *)Gil_TYPE(err);
    if (gil_is_exception_class(err) && gil_is_exception_class(exc))
        return GilType_IsSubtype((GilTypeObject *)(void *)err, (GilTypeObject *)(void *)exc);
    return err == exc;
}

int
GilErr_GivenExceptionMatches(GilObject *err, GilObject *exc)
{
    gil_tstate_need(__func__);
    return matches(err, exc, TUPLES_IN_TUPLES);
}

int
GilErr_ExceptionMatches(GilObject *exc)
{
    return GilErr_GivenExceptionMatches(gil_tstate_need(__func__)->err.type, exc);
}

void
GilErr_Clear(void)
{
    gil_err_clear(gil_tstate_need(__func__));
}

GilObject *
GilErr_GetRaisedException(void)
{
    GilThreadState *ts = gil_tstate_need(__func__);

    return gil_err_pending(ts) ? take_instance(ts) : NULL;
}

void
GilErr_SetRaisedException(GilObject *exc)
{
    GilThreadState *ts = gil_tstate_need(__func__);

    if (exc == NULL)
        gil_err_clear(ts);
    else if (gil_is_exception(exc))
        replace(ts, of_instance(exc));
    else {
        raise_system_error(ts, "%s: object of type %s is not an exception", __func__, Gil_TYPE(exc)->tp_name);
        Gil_DECREF(exc);
    }
}

GilObject *
GilErr_GetHandledException(void)
{
    return Gil_XNewRef(gil_tstate_need(__func__)->handled);
}

void
GilErr_SetHandledException(GilObject *exc)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    GilObject *old = ts->handled;

    if (exc != NULL && exc != Gil_None && !gil_is_exception(exc)) {
        raise_system_error(ts, "%s: object of type %s is not an exception", __func__, Gil_TYPE(exc)->tp_name);
        return;
    }
    ts->handled = exc != NULL && exc != Gil_None ? Gil_NewRef(exc) : NULL;
    Gil_XDECREF(old);
}
