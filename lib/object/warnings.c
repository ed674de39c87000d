/* SPDX-License-Identifier: MIT */
/*
 * Warnings on their way to the interpreter's hook, or to file descriptor 2.
 *
 * The hook is code of the host and may do anything, even set another hook, or warn; what it was given is held until it returns.
 * One that warns is called by its own warning, until the stack is low: that warning is printed.
 */
#include "gilrt/warnings.h"

#include "object/alloc.h"
#include "object/error.h"
#include "object/format.h"
#include "object/ops.h"
#include "object/recursion.h"
#include "object/report.h"
#include "object/type.h"

void
GilErr_SetWarningHook(GilErr_WarningHook hook, void *arg)
{
    struct gil_object_pocket *pocket = gil_object_pocket(gil_tstate_need(__func__));

    pocket->warning_hook = hook;
    pocket->warning_arg = arg;
}

/* Categories that only those want to see who set a hook for them. */
static int
is_for_developers(GilObject *category)
{
    return GilErr_GivenExceptionMatches(category, GilExc_DeprecationWarning)
           || GilErr_GivenExceptionMatches(category, GilExc_PendingDeprecationWarning)
           || GilErr_GivenExceptionMatches(category, GilExc_ImportWarning)
           || GilErr_GivenExceptionMatches(category, GilExc_ResourceWarning);
}

/* "FILE:LINE: Category: text". Nobody can be told that this failed. */
static void
print_warning(GilThreadState *ts, const GilWarning *warning)
{
    struct gil_text text;
    int rc = 0;

    if (is_for_developers(warning->category))
        return;
    gil_text_init(&text, ts->heap);
    if (warning->filename != NULL)
        rc = gil_text_append_format(&text, "%s:%d: ", warning->filename, warning->lineno);
    if (rc == 0
        && gil_text_append_format(&text, "%s: %S\n", ((GilTypeObject *)(void *)warning->category)->tp_name,
                                  warning->message) == 0)
        gil_report_flush(&text);
    else
        gil_text_free(&text);
    gil_err_clear(ts);
}

/* Hand the warning on; an error that was pending before is pending after, unless another takes its place. */
static int
deliver(GilThreadState *ts, GilWarning *warning)
{
    struct gil_object_pocket *pocket = gil_object_pocket(ts);
    struct gil_indicator saved = gil_err_save(ts);
    int rc = 0;

    warning->size = sizeof *warning;
    if (pocket->warning_hook == NULL || gil_stack_is_low(ts))
        print_warning(ts, warning);
    else {
        ts->within++; /* it is come back to: the hook must not end the interpreter */
        rc = pocket->warning_hook(warning, pocket->warning_arg); /* may run anything */
        ts->within--;
    }
    if (rc < 0) {
        if (!gil_err_pending(ts))
            GilErr_SetString(GilExc_SystemError, "a warning hook failed without an error");
        gil_err_drop(saved);
        return -1;
    }
    gil_err_clear(ts); /* a hook that is satisfied has no error to tell */
    gil_err_restore(ts, saved);
    return 0;
}

/* The category, RuntimeWarning for NULL; NULL with TypeError. */
static GilObject *
find_category(GilObject *category)
{
    if (category == NULL)
        return GilExc_RuntimeWarning;
    if (gil_is_exception_class(category) && GilErr_GivenExceptionMatches(category, GilExc_Warning))
        return category;
    GilErr_Format(GilExc_TypeError, "category must be a Warning subclass, not '%s'", Gil_TYPE(category)->tp_name);
    return NULL;
}

/* Deliver a warning with that text, which this function ends. */
static int
deliver_text(GilThreadState *ts, GilWarning *warning, struct gil_text *text)
{
    warning->message = gil_ops.str_from_utf8(text->len > 0 ? text->data : "", text->len);
    gil_text_free(text);
    if (warning->message == NULL)
        return -1;
    Gil_INCREF(warning->category);
    Gil_XINCREF(warning->source);
    int rc = deliver(ts, warning);
    Gil_XDECREF(warning->source);
    Gil_DECREF(warning->category);
    Gil_DECREF(warning->message);
    return rc;
}

static int
warn_formatted(GilThreadState *ts, GilWarning *warning, const char *format, va_list args)
{
    struct gil_text text;

    warning->category = find_category(warning->category);
    if (warning->category == NULL)
        return -1;
    gil_text_init(&text, ts->heap);
    struct gil_indicator saved = gil_err_save(ts); /* reprs run, and must not see it */
    int rc = gil_format(&text, format, args);
    if (rc < 0) {
        gil_text_free(&text);
        gil_err_drop(saved);
        return -1;
    }
    gil_err_restore(ts, saved);
    return deliver_text(ts, warning, &text);
}

int
GilErr_WarnFormat(GilObject *category, Gil_ssize_t stack_level, const char *format, ...)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    GilWarning warning = {.category = category};
    va_list args;
    (void)stack_level;

    if (format == NULL) {
        gil_err_null(__func__);
        return -1;
    }
    va_start(args, format);
    int rc = warn_formatted(ts, &warning, format, args);
    va_end(args);
    return rc;
}

int
GilErr_ResourceWarning(GilObject *source, Gil_ssize_t stack_level, const char *format, ...)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    GilWarning warning = {.category = GilExc_ResourceWarning, .source = source};
    va_list args;
    (void)stack_level;

    if (format == NULL) {
        gil_err_null(__func__);
        return -1;
    }
    va_start(args, format);
    int rc = warn_formatted(ts, &warning, format, args);
    va_end(args);
    return rc;
}

/* Deliver a warning with a C string. */
static int
warn_string(GilThreadState *ts, GilWarning *warning, const char *message)
{
    struct gil_text text;

    warning->category = find_category(warning->category);
    if (warning->category == NULL)
        return -1;
    gil_text_init(&text, ts->heap);
    if (gil_text_append_repaired(&text, message, strlen(message)) == 0)
        return deliver_text(ts, warning, &text);
    gil_text_free(&text);
    return -1;
}

int
GilErr_WarnEx(GilObject *category, const char *message, Gil_ssize_t stack_level)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    GilWarning warning = {.category = category};
    (void)stack_level;

    if (message == NULL) {
        gil_err_null(__func__);
        return -1;
    }
    return warn_string(ts, &warning, message);
}

int
GilErr_WarnExplicit(GilObject *category, const char *message, const char *filename, int lineno, const char *module,
                    GilObject *registry)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    GilWarning warning = {.category = category, .filename = filename, .lineno = lineno, .module = module};
    (void)registry;

    if (message == NULL || filename == NULL) {
        gil_err_null(__func__);
        return -1;
    }
    return warn_string(ts, &warning, message);
}

/* UTF-8 of a str that must be there. 0, or -1 with the error set. */
static int
text_of(GilObject *op, const char **text)
{
    size_t len;

    *text = gil_ops.str_utf8(op, &len);
    return *text == NULL ? -1 : 0;
}

int
GilErr_WarnExplicitObject(GilObject *category, GilObject *message, GilObject *filename, int lineno, GilObject *module,
                          GilObject *registry)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    GilWarning warning = {.message = message, .lineno = lineno};
    (void)registry;

    if (message == NULL || filename == NULL) {
        gil_err_null(__func__);
        return -1;
    }
    if (text_of(filename, &warning.filename) < 0 || (module != NULL && text_of(module, &warning.module) < 0))
        return -1;
    if (gil_is_exception(message)) /* its class goes before the one that is named, as in CPython */
        category = (GilObject *)Gil_TYPE(message);
    warning.category = find_category(category);
    if (warning.category == NULL)
        return -1;
    GilObject *held[] = {warning.category, message, filename, module};
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(held); i++)
        Gil_XINCREF(held[i]);
    int rc = deliver(ts, &warning);
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(held); i++)
        Gil_XDECREF(held[i]);
    return rc;
}
