/* SPDX-License-Identifier: MIT */
/*
 * Gil_BuildValue() and the calls that take a format.
 *
 * After a part has failed the rest of the format is still walked: each further part is built and dropped, with the
 * error put aside, because `N` hands over references that nobody else would give back. So it is after a bracket that does
 * not fit, for brackets take no argument; but a unit that is none of ours ends it, for nobody knows what it was to take.
 */
#include "module/build.h"

#include "gilrt/bool.h"
#include "gilrt/bytes.h"
#include "gilrt/call.h"
#include "gilrt/dict.h"
#include "gilrt/float.h"
#include "gilrt/list.h"
#include "gilrt/long.h"
#include "gilrt/tuple.h"
#include "gilrt/unicode.h"
#include "gilrt/unicodecodec.h"
#include "object/error.h"

#include <string.h>

/* Levels of a format, each of which takes some hundred bytes of the stack. */
#define BRACKETS 64

/* [own] a format being worked off. */
struct build {
    GilThreadState *ts;
    const char *format;
    va_list va;
    int over; /* nothing more can be taken */
};

static GilObject *build_one(struct build *b);

static int
is_separator(char c)
{
    return c == ',' || c == ':' || c == ' ' || c == '\t';
}

/* Build what is left of a malformed format only to drop it, whatever level it is in; the error that is set stays. */
static void
ignore_rest(struct build *b)
{
    struct gil_indicator error = gil_err_save(b->ts);

    while (*b->format != '\0' && !b->over) {
        if (is_separator(*b->format) || strchr("()[]{}", *b->format) != NULL)
            b->format++;
        else
            Gil_XDECREF(build_one(b));
        gil_err_clear(b->ts);
    }
    b->over = 1;
    gil_err_restore(b->ts, error);
}

/* Units before the closing character of this level, or -1 with SystemError. */
static Gil_ssize_t
count_units(const char *format, char close)
{
    Gil_ssize_t count = 0;
    int depth = 0;

    for (; depth > 0 || *format != close; format++) {
        switch (*format) {
        case '\0':
            GilErr_SetString(GilExc_SystemError, "unmatched paren in format");
            return -1;
        case '(': case '[': case '{':
            count += depth++ == 0;
            if (depth > BRACKETS) {
                GilErr_Format(GilExc_SystemError, "more than %d brackets inside each other in format", BRACKETS);
                return -1;
            }
            break;
        case ')': case ']': case '}':
            depth--;
            break;
        case '#': case '&':
            break;
        default:
            count += depth == 0 && !is_separator(*format);
        }
    }
    return count;
}

/* The same of the level that begins here; on failure all the rest of the format is taken and dropped. */
static Gil_ssize_t
count(struct build *b, char close)
{
    Gil_ssize_t n = count_units(b->format, close);

    if (n < 0)
        ignore_rest(b);
    return n;
}

/* Pass the closing character of a level. 0, or -1: something else stands there; no error is set. */
static int
pass_close(struct build *b, char close)
{
    while (is_separator(*b->format))
        b->format++;
    if (*b->format != close)
        return -1;
    b->format += close != '\0';
    return 0;
}

/* Build the n parts that are left of a level only to drop them, and pass its end; the error that is set stays. */
static void
ignore(struct build *b, Gil_ssize_t n, char close)
{
    struct gil_indicator error = gil_err_save(b->ts);

    while (n-- > 0 && !b->over) {
        GilObject *part = build_one(b);
        Gil_XDECREF(part);
        gil_err_clear(b->ts);
    }
    pass_close(b, close);
    gil_err_restore(b->ts, error);
}

/* The end of a level whose parts are all in container: that, or NULL with SystemError and the reference given back. */
static GilObject *
finish(struct build *b, GilObject *container, char close)
{
    if (pass_close(b, close) < 0) {
        GilErr_SetString(GilExc_SystemError, "Unmatched paren in format");
        ignore_rest(b);
        Gil_CLEAR(container);
    }
    return container;
}

/* n parts into container, whose reference passes to this function; NULL, then or on failure, with the error set. */
static GilObject *
fill(struct build *b, GilObject *container, Gil_ssize_t n, char close,
     void (*set)(GilObject *, Gil_ssize_t, GilObject *))
{
    if (container == NULL) {
        ignore(b, n, close);
        return NULL;
    }
    for (Gil_ssize_t i = 0; i < n; i++) {
        GilObject *part = build_one(b);
        if (part == NULL) {
            ignore(b, n - i - 1, close);
            Gil_DECREF(container);
            return NULL;
        }
        set(container, i, part);
    }
    return finish(b, container, close);
}

static void
set_tuple(GilObject *tuple, Gil_ssize_t i, GilObject *part)
{
    GilTuple_SET_ITEM(tuple, i, part);
}

static void
set_list(GilObject *list, Gil_ssize_t i, GilObject *part)
{
    GilList_SET_ITEM(list, i, part);
}

static GilObject *
build_tuple(struct build *b, Gil_ssize_t n, char close)
{
    return n < 0 ? NULL : fill(b, GilTuple_New(n), n, close, set_tuple);
}

static GilObject *
build_list(struct build *b)
{
    Gil_ssize_t n = count(b, ']');
    return n < 0 ? NULL : fill(b, GilList_New(n), n, ']', set_list);
}

/* One key and its value into dict; *left counts the parts that are still to come. 0, or -1 with the error set. */
static int
build_item(struct build *b, GilObject *dict, Gil_ssize_t *left)
{
    GilObject *key = build_one(b), *value = NULL;
    int rc = -1;

    --*left;
    if (key != NULL) {
        value = build_one(b);
        --*left;
    }
    if (value != NULL)
        rc = GilDict_SetItem(dict, key, value);
    Gil_XDECREF(key);
    Gil_XDECREF(value);
    return rc;
}

static GilObject *
build_dict(struct build *b)
{
    Gil_ssize_t left = count(b, '}');
    GilObject *dict = NULL;

    if (left < 0)
        return NULL;
    if (left % 2 != 0)
        GilErr_SetString(GilExc_SystemError, "Bad dict format");
    else
        dict = GilDict_New();
    while (dict != NULL && left > 0)
        if (build_item(b, dict, &left) < 0)
            Gil_CLEAR(dict);
    if (dict != NULL)
        return finish(b, dict, '}');
    ignore(b, left, '}');
    return NULL;
}

/* s z U y, and u of wide characters, with an optional length; NULL gives None. */
static GilObject *
build_string(struct build *b, char unit)
{
    const wchar_t *wide = unit == 'u' ? va_arg(b->va, const wchar_t *) : NULL;
    const char *text = unit == 'u' ? NULL : va_arg(b->va, const char *);
    Gil_ssize_t size = -1;

    if (*b->format == '#') {
        b->format++;
        size = va_arg(b->va, Gil_ssize_t);
    }
    if (wide != NULL)
        return GilUnicode_FromWideChar(wide, size < 0 ? -1 : size);
    if (text == NULL)
        return Gil_NewRef(Gil_None);
    if (size < 0)
        size = (Gil_ssize_t)strlen(text);
    return unit == 'y' ? GilBytes_FromStringAndSize(text, size) : GilUnicode_FromStringAndSize(text, size);
}

/* O S N, and O&. */
static GilObject *
build_object(struct build *b, char unit)
{
    if (*b->format == '&') {
        b->format++;
        GilObject *(*convert)(void *) = va_arg(b->va, GilObject *(*)(void *));
        void *arg = va_arg(b->va, void *);
        return convert(arg); /* may run anything */
    }
    GilObject *op = va_arg(b->va, GilObject *);
    if (op == NULL) {
        if (!gil_err_pending(b->ts))
            GilErr_SetString(GilExc_SystemError, "NULL object passed to Gil_BuildValue");
        return NULL;
    }
    return unit == 'N' ? op : Gil_NewRef(op);
}

static GilObject *
build_one(struct build *b)
{
    while (is_separator(*b->format))
        b->format++;
    char unit = *b->format;
    b->format += unit != '\0';

    switch (unit) {
    case '(':
        return build_tuple(b, count(b, ')'), ')');
    case '[':
        return build_list(b);
    case '{':
        return build_dict(b);
    case 'b': case 'B': case 'h': case 'i':
        return GilLong_FromLong(va_arg(b->va, int));
    case 'H': case 'I':
        return GilLong_FromUnsignedLong(va_arg(b->va, unsigned int));
    case 'n':
        return GilLong_FromSsize_t(va_arg(b->va, Gil_ssize_t));
    case 'l':
        return GilLong_FromLong(va_arg(b->va, long));
    case 'k':
        return GilLong_FromUnsignedLong(va_arg(b->va, unsigned long));
    case 'L':
        return GilLong_FromLongLong(va_arg(b->va, long long));
    case 'K':
        return GilLong_FromUnsignedLongLong(va_arg(b->va, unsigned long long));
    case 'p':
        return GilBool_FromLong(va_arg(b->va, int));
    case 'd': case 'f':
        return GilFloat_FromDouble(va_arg(b->va, double));
    case 'c': {
        char c = (char)va_arg(b->va, int);
        return GilBytes_FromStringAndSize(&c, 1);
    }
    case 'C':
        return GilUnicode_FromOrdinal(va_arg(b->va, int));
    case 's': case 'z': case 'U': case 'y': case 'u':
        return build_string(b, unit);
    case 'O': case 'S': case 'N':
        return build_object(b, unit);
    default:
        b->over = 1;
        GilErr_SetString(GilExc_SystemError, "bad format char passed to Gil_BuildValue");
        return NULL;
    }
}

GilObject *
Gil_VaBuildValue(const char *format, va_list vargs)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    struct build b = {.ts = ts, .format = format};

    if (format == NULL)
        return gil_err_null(__func__);
    va_copy(b.va, vargs);
    Gil_ssize_t n = count(&b, '\0');
    GilObject *op = n == 0 ? Gil_NewRef(Gil_None) : n == 1 ? build_one(&b) : build_tuple(&b, n, '\0');
    va_end(b.va);
    return op;
}

GilObject *
Gil_BuildValue(const char *format, ...)
{
    va_list va;

    gil_tstate_need(__func__);
    if (format == NULL)
        return gil_err_null(__func__);
    va_start(va, format);
    GilObject *op = Gil_VaBuildValue(format, va);
    va_end(va);
    return op;
}

/* --- calls --- */

GilObject *
gil_build_arguments(GilThreadState *ts, const char *format, va_list va)
{
    struct build b = {.ts = ts, .format = format == NULL ? "" : format};

    va_copy(b.va, va);
    Gil_ssize_t n = count(&b, '\0');
    GilObject *args = build_tuple(&b, n, '\0');
    va_end(b.va);
    if (args != NULL && n == 1 && GilTuple_Check(GilTuple_GET_ITEM(args, 0)))
        Gil_SETREF(args, Gil_NewRef(GilTuple_GET_ITEM(args, 0)));
    return args;
}

GilObject *
GilObject_CallFunction(GilObject *callable, const char *format, ...)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    va_list va;

    if (callable == NULL) /* often the result of a call that failed */
        return gil_err_pending(ts) ? NULL : gil_err_null(__func__);
    va_start(va, format);
    GilObject *args = gil_build_arguments(ts, format, va);
    va_end(va);
    if (args == NULL) /* "N" and NULL: the error that is pending is that of the argument */
        return NULL;
    gil_err_expect_none(ts, __func__);
    GilObject *result = GilObject_CallObject(callable, args);
    Gil_DECREF(args);
    return result;
}

GilObject *
GilObject_CallMethod(GilObject *obj, const char *name, const char *format, ...)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    va_list va;

    if (obj == NULL || name == NULL)
        return gil_err_pending(ts) ? NULL : gil_err_null(__func__);
    va_start(va, format);
    GilObject *args = gil_build_arguments(ts, format, va); /* first: so what is given away by "N" is taken in any case */
    va_end(va);
    if (args == NULL)
        return NULL;
    gil_err_expect_none(ts, __func__);
    GilObject *method = GilObject_GetAttrString(obj, name);
    GilObject *result = method == NULL ? NULL : GilObject_CallObject(method, args);
    Gil_XDECREF(method);
    Gil_DECREF(args);
    return result;
}
