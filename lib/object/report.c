/* SPDX-License-Identifier: MIT */
/*
 * Printing errors to file descriptor 2.
 *
 * The text is put together first and written in one piece, so that threads and the host's own messages do not mix into
 * it. Whatever goes wrong on the way (an exception whose str fails, no memory) shortens the text and is dropped:
 * somebody is about to read this because something else went wrong already.
 */
#include "object/error.h"
#include "object/format.h"
#include "object/ops.h"
#include "object/type.h"

#include <unistd.h>

/* Causes that are followed: more is a circle, or nobody reads it. */
#define CAUSES_MAX 16

static void
write_all(const char *text, size_t len)
{
    while (len > 0) {
        ssize_t n = write(STDERR_FILENO, text, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return;
        text += n;
        len -= (size_t)n;
    }
}

/* Write what there is, and give the memory back. errno stays as it was. */
static void
flush(struct gil_text *text)
{
    int number = errno;

    if (text->len > 0)
        write_all(text->data, text->len);
    gil_text_free(text);
    errno = number;
}

/* "module.Class: text\n". */
static int
append_exception(struct gil_text *text, GilObject *exc)
{
    if (gil_text_append_format(text, "%s", Gil_TYPE(exc)->tp_name) < 0)
        return -1;
    size_t before = text->len;
    if (gil_text_append_format(text, ": %S", exc) < 0) {
        GilErr_Clear();
        gil_text_cut(text, before);
        return gil_text_append_format(text, ": <exception str() failed>\n");
    }
    if (text->len == before + 2)
        gil_text_cut(text, before); /* no colon before nothing */
    return gil_text_append(text, "\n", 1);
}

/* The exception in attribute name of exc: 1 with a new reference, 0 there is none, -1 with the error set. */
static int
linked(GilObject *exc, const char *name, GilObject **other)
{
    int rc = GilObject_GetOptionalAttrString(exc, name, other);

    if (rc > 0 && !gil_is_exception(*other)) {
        Gil_DECREF(*other);
        rc = 0;
    }
    return rc;
}

static int
context_is_hidden(GilObject *exc)
{
    GilObject *flag;
    int rc = GilObject_GetOptionalAttrString(exc, "__suppress_context__", &flag);

    if (rc > 0) {
        rc = GilObject_IsTrue(flag);
        Gil_DECREF(flag);
    }
    return rc;
}

/* exc, after what led to it. */
static int
append_chain(struct gil_text *text, GilObject *exc, int depth)
{
    GilObject *other = NULL;
    const char *between = "\nThe above exception was the direct cause of the following exception:\n\n";
    int rc = depth < CAUSES_MAX ? linked(exc, "__cause__", &other) : 0;

    if (rc == 0 && depth < CAUSES_MAX) {
        between = "\nDuring handling of the above exception, another exception occurred:\n\n";
        rc = context_is_hidden(exc);
        rc = rc == 0 ? linked(exc, "__context__", &other) : rc > 0 ? 0 : -1;
    }
    if (rc > 0) {
        rc = append_chain(text, other, depth + 1);
        Gil_DECREF(other);
        if (rc == 0)
            rc = gil_text_append_format(text, "%s", between);
    }
    if (rc < 0)
        GilErr_Clear(); /* the exception itself matters more than its causes */
    return append_exception(text, exc);
}

void
GilErr_PrintEx(int set_sys_last_vars)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    struct gil_text text;
    (void)set_sys_last_vars;

    GilObject *exc = GilErr_GetRaisedException();
    if (exc == NULL)
        return;
    gil_text_init(&text, ts->heap);
    append_chain(&text, exc, 0);
    gil_err_clear(ts);
    if (text.len == 0 && Gil_TYPE(exc) != NULL) {
        /* Not even memory for one line. */
        write_all(Gil_TYPE(exc)->tp_name, strlen(Gil_TYPE(exc)->tp_name));
        write_all("\n", 1);
    }
    flush(&text);
    Gil_DECREF(exc);
}

void
GilErr_Print(void)
{
    gil_tstate_need(__func__);
    GilErr_PrintEx(1);
}

/* The pending error below what text already says; clears it. */
static void
finish_unraisable(GilThreadState *ts, struct gil_text *text, GilObject *exc)
{
    if (exc != NULL)
        append_exception(text, exc);
    gil_err_clear(ts);
    flush(text);
    Gil_XDECREF(exc);
}

void
GilErr_WriteUnraisable(GilObject *obj)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    struct gil_text text;
    GilObject *exc = GilErr_GetRaisedException();

    gil_text_init(&text, ts->heap);
    if (obj != NULL && gil_text_append_format(&text, "Exception ignored in: %R\n", obj) < 0) {
        gil_err_clear(ts);
        gil_text_cut(&text, 0);
        gil_text_append_format(&text, "Exception ignored in: <object repr() failed>\n");
        gil_err_clear(ts);
    }
    finish_unraisable(ts, &text, exc);
}

void
GilErr_FormatUnraisable(const char *format, ...)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    struct gil_text text;
    GilObject *exc = GilErr_GetRaisedException();

    gil_text_init(&text, ts->heap);
    if (format != NULL) {
        va_list args;
        va_start(args, format);
        if (gil_format(&text, format, args) == 0)
            gil_text_append(&text, ":\n", 2);
        va_end(args);
        gil_err_clear(ts);
    }
    finish_unraisable(ts, &text, exc);
}
