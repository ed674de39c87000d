/* SPDX-License-Identifier: MIT */
/*
 * Printing errors, and what becomes of errors that nobody can be given.
 *
 * The text is put together first and written in one piece, so that threads and the host's own messages do not mix into
 * it. Whatever goes wrong on the way (an exception whose str fails, no memory) shortens the text and is dropped:
 * somebody is about to read this because something else went wrong already.
 */
#include "object/report.h"

#include "base/print.h"
#include "object/alloc.h"
#include "object/error.h"
#include "object/ops.h"
#include "object/recursion.h"
#include "object/type.h"

/* Causes that are followed: nobody reads more. */
#define CAUSES_MAX 1000

/* No encoding has surrogates: they are told by their numbers. Where memory lacks the text ends there. */
static void
escape_surrogates(struct gil_text *text)
{
    struct gil_text plain;

    if (text->len == 0 || gil_text_surrogate(text->data, text->len) == NULL)
        return;
    gil_text_init(&plain, text->heap);
    if (gil_text_append_escaped(&plain, text->data, text->len, 1) < 0)
        GilErr_Clear();
    gil_text_free(text);
    *text = plain;
}

void
gil_report_flush(struct gil_text *text)
{
    escape_surrogates(text);
    if (text->len > 0)
        gil_print(text->data, text->len);
    int number = errno;
    gil_text_free(text);
    errno = number;
}

/* "module.Class: text\n". */
static int
append_line(struct gil_text *text, GilObject *exc)
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

/* A part that is dropped where it fails: str, which this function takes, or NULL. */
static void
append_part(struct gil_text *text, GilObject *str)
{
    size_t before = text->len;

    if (str != NULL && gil_text_append_format(text, "%U", str) < 0)
        gil_text_cut(text, before);
    Gil_XDECREF(str);
    GilErr_Clear();
}

/* All of one exception; its line matters more than what is around it. */
static int
append_exception(struct gil_text *text, GilObject *exc)
{
    GilObject *traceback = NULL, *notes = NULL;

    gil_ops.exception_parts(exc, &traceback, &notes);
    append_part(text, traceback);
    int rc = append_line(text, exc);
    struct gil_indicator saved = gil_err_save(gil_tstate_attached());
    append_part(text, notes);
    gil_err_restore(gil_tstate_attached(), saved);
    return rc;
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

/* An exception that is being told, and those that it led to. */
struct told {
    GilObject *exc;
    const struct told *newer;
};

static int
is_told(const struct told *told, const GilObject *exc)
{
    while (told != NULL && told->exc != exc)
        told = told->newer;
    return told != NULL;
}

/* exc, after what led to it: so many of them, and each once, for they may stand in a circle. */
static int
append_chain(struct gil_text *text, GilObject *exc, const struct told *newer, int left)
{
    const struct told told = {exc, newer};
    GilObject *other = NULL;
    const char *between = "\nThe above exception was the direct cause of the following exception:\n\n";
    int rc = linked(exc, "__cause__", &other);

    if (rc == 0) {
        between = "\nDuring handling of the above exception, another exception occurred:\n\n";
        rc = context_is_hidden(exc);
        rc = rc == 0 ? linked(exc, "__context__", &other) : rc > 0 ? 0 : -1;
    }
    if (rc > 0) {
        if (!is_told(&told, other)) {
            rc = left > 0 && !gil_stack_is_low(gil_tstate_attached())
                     ? append_chain(text, other, &told, left - 1)
                     : gil_text_append_format(text, "[what led to it is left out]\n");
            if (rc == 0)
                rc = gil_text_append_format(text, "%s", between);
        }
        Gil_DECREF(other);
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
    append_chain(&text, exc, NULL, CAUSES_MAX);
    gil_err_clear(ts);
    if (text.len == 0 && Gil_TYPE(exc) != NULL)
        gil_print_line("%s", Gil_TYPE(exc)->tp_name); /* not even memory for one line */
    gil_report_flush(&text);
    Gil_DECREF(exc);
}

void
GilErr_Print(void)
{
    gil_tstate_need(__func__);
    GilErr_PrintEx(1);
}

/* --- errors that cannot be returned --- */

void
GilErr_SetUnraisableHook(GilErr_UnraisableHook hook, void *arg)
{
    struct gil_object_pocket *pocket = gil_object_pocket(gil_tstate_need(__func__));

    pocket->unraisable_hook = hook;
    pocket->unraisable_arg = arg;
}

/* "Exception ignored in: REPR", or the text that the caller has for it, and the exception below. */
static void
print_unraisable(GilThreadState *ts, const GilUnraisable *error)
{
    struct gil_text text;

    gil_text_init(&text, ts->heap);
    if (error->err_msg != NULL)
        gil_text_append_format(&text, "%s:\n", error->err_msg);
    else if (error->object != NULL && gil_text_append_format(&text, "Exception ignored in: %R\n", error->object) < 0) {
        gil_err_clear(ts);
        gil_text_cut(&text, 0);
        gil_text_append_format(&text, "Exception ignored in: <object repr() failed>\n");
    }
    gil_err_clear(ts);
    if (error->exc_value != NULL)
        append_exception(&text, error->exc_value);
    gil_err_clear(ts);
    gil_report_flush(&text);
}

/* Tell the interpreter's hook, or print. An error that the hook itself leaves is printed. */
static void
report_unraisable(GilThreadState *ts, GilUnraisable *error)
{
    struct gil_object_pocket *pocket = gil_object_pocket(ts);

    error->size = sizeof *error;
    if (pocket->unraisable_hook == NULL || gil_stack_is_low(ts)) {
        print_unraisable(ts, error);
        return;
    }
    ts->within++; /* it is come back to: the hook must not end the interpreter */
    pocket->unraisable_hook(error, pocket->unraisable_arg); /* may run anything */
    ts->within--;
    if (gil_err_pending(ts)) {
        GilUnraisable own = {.err_msg = "Exception ignored in the hook for unraisable errors"};
        own.exc_value = GilErr_GetRaisedException();
        print_unraisable(ts, &own);
        Gil_XDECREF(own.exc_value);
    }
}

void
GilErr_WriteUnraisable(GilObject *obj)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    GilUnraisable error = {.exc_value = GilErr_GetRaisedException(), .object = obj};

    report_unraisable(ts, &error);
    Gil_XDECREF(error.exc_value);
}

void
GilErr_FormatUnraisable(const char *format, ...)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    GilUnraisable error = {.exc_value = GilErr_GetRaisedException()};
    struct gil_text text;

    gil_text_init(&text, ts->heap);
    if (format != NULL) {
        va_list args;
        va_start(args, format);
        if (gil_format(&text, format, args) == 0 && text.len > 0) {
            escape_surrogates(&text);
            error.err_msg = text.data;
        }
        va_end(args);
        gil_err_clear(ts);
    }
    report_unraisable(ts, &error);
    gil_text_free(&text);
    Gil_XDECREF(error.exc_value);
}
