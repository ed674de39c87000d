/* SPDX-License-Identifier: MIT */
/*
 * Arguments by position and by name.
 *
 * Parameters are walked in order with the format beside them. One that was given is converted, one that was not is
 * passed over, so that the next unit meets its own variables. Names are compared as UTF-8, which makes no objects and
 * cannot fail; calls have few keywords, so looking through them beats building an index.
 *
 * A wrong call is explained only after the arguments that are right were converted: this is the order in which users
 * of CPython meet the errors.
 */
#include "module/args.h"

#include "gilrt/dict.h"
#include "gilrt/tuple.h"
#include "gilrt/typeobject.h"
#include "gilrt/unicode.h"
#include "module/args_quick.h"
#include "value/row.h"
#include "value/unicode.h"

/* A call with keywords under way. */
struct keyword_call {
    struct gil_args *args;
    struct gil_args_source from;
    GIL_CXX_CONST char *const *names;
    int count;     /* of names */
    int first;     /* names before it are "": positional only */
    int required;  /* units before '|'; INT_NOT_SEEN: no '|' yet */
    int positional; /* units before '$'; INT_NOT_SEEN: no '$' yet */
    Gil_ssize_t keywords;      /* keyword arguments given */
    Gil_ssize_t keywords_left; /* not yet met */
};

#define INT_NOT_SEEN 0x7fffffff /* larger than any number of parameters */

static int
raise_system(const char *text)
{
    GilErr_SetString(GilExc_SystemError, text);
    return -1;
}

/* Keyword argument number *pos of the call and its name, borrowed; 0 at the end. Both sources keep what they hold. */
static int
next_keyword(const struct gil_args_source *from, Gil_ssize_t *pos, GilObject **name, GilObject **value)
{
    if (from->kwnames != NULL) {
        if (*pos >= GilTuple_GET_SIZE(from->kwnames))
            return 0;
        *name = GilTuple_GET_ITEM(from->kwnames, *pos);
        *value = from->items[from->n + *pos];
        ++*pos;
        return 1;
    }
    return from->kwargs != NULL && GilDict_Next(from->kwargs, pos, name, value);
}

/* Value of a keyword argument, borrowed, or NULL. */
static GilObject *
find_keyword(const struct gil_args_source *from, const char *wanted)
{
    GilObject *name, *value;
    Gil_ssize_t pos = 0;

    while (next_keyword(from, &pos, &name, &value))
        if (gil_unicode_check(name) && GilUnicode_EqualToUTF8(name, wanted))
            return value;
    return NULL;
}

/* Count names, and those that are positional only. 0, or -1 with SystemError. */
static int
count_names(struct keyword_call *call)
{
    while (call->names[call->first] != NULL && *call->names[call->first] == '\0')
        call->first++;
    for (call->count = call->first; call->names[call->count] != NULL; call->count++)
        if (*call->names[call->count] == '\0')
            return raise_system("Empty keyword parameter name");
    return 0;
}

static int
check_total(const struct keyword_call *call)
{
    Gil_ssize_t given = call->from.n + call->keywords;

    if (given <= call->count)
        return 0;
    GilErr_Format(GilExc_TypeError, "%.200s%s takes at most %d %sargument%s (%zd given)", GIL_ARGS_WHO(call->args),
                  call->count, call->from.n == 0 ? "keyword " : "", call->count == 1 ? "" : "s", given);
    return -1;
}

/* Not as many positional arguments as are wanted, or may be there at most. Always -1, with TypeError. */
static int
wrong_number(const struct keyword_call *call, const char *bound, int wanted)
{
    GilErr_Format(GilExc_TypeError, wanted == 0 ? "%.200s%s takes no positional arguments"
                                                : "%.200s%s takes %s %d positional argument%s (%zd given)",
                  GIL_ARGS_WHO(call->args), bound, wanted, wanted == 1 ? "" : "s", call->from.n);
    return -1;
}

/* '|' and '$' before parameter i. 0, or -1 with the error set. */
static int
read_marks(struct keyword_call *call, int i)
{
    struct gil_args *args = call->args;

    if (*args->format == '|') {
        if (call->required != INT_NOT_SEEN)
            return raise_system("Invalid format string (| specified twice)");
        if (call->positional != INT_NOT_SEEN)
            return raise_system("Invalid format string ($ before |)");
        call->required = i;
        args->format++;
    }
    if (*args->format == '$') {
        if (call->positional != INT_NOT_SEEN)
            return raise_system("Invalid format string ($ specified twice)");
        if (i < call->first)
            return raise_system("Empty parameter name after $");
        call->positional = i;
        args->format++;
        if (call->positional < call->from.n)
            return wrong_number(call, call->required != INT_NOT_SEEN ? "at most" : "exactly", call->positional);
    }
    return 0;
}

/* The argument for parameter i, borrowed, or NULL when none was given. */
static GilObject *
argument_of(struct keyword_call *call, int i)
{
    if (i < call->from.n)
        return call->from.items[i];
    GilObject *value = call->keywords_left > 0 && i >= call->first ? find_keyword(&call->from, call->names[i]) : NULL;
    call->keywords_left -= value != NULL;
    return value;
}

/* Fewer positional-only arguments than required; end is the number of parameters. */
static int
positional_missing(const struct keyword_call *call, int end)
{
    int wanted = Gil_MIN(call->first, call->required), most = Gil_MIN(call->positional, end);

    return wrong_number(call, wanted < most ? "at least" : "exactly", wanted);
}

/* Convert what was given and pass over the rest. 0; 1 when the rest need not be looked at; -1 with the error set. */
static int
convert_all(struct keyword_call *call)
{
    struct gil_args *args = call->args;
    int missing = 0; /* a required positional-only argument; how many are required is known at '|' or the end */

    for (int i = 0; i < call->count; i++) {
        if (read_marks(call, i) < 0)
            return -1;
        if (gil_args_at_end(args)) {
            GilErr_Format(GilExc_SystemError, "More keyword list entries (%d) than format specifiers (%d)",
                          call->count, i);
            return -1;
        }
        GilObject *arg = missing ? NULL : argument_of(call, i);
        if (arg != NULL) {
            Gil_INCREF(arg); /* a conversion may run anything, and take the argument out of the dict */
            int rc = gil_args_convert(args, arg);
            if (rc < 0)
                gil_args_fail(args, i + 1);
            Gil_DECREF(arg);
            if (rc < 0)
                return -1;
            continue;
        }
        if (i < call->required && i < call->first)
            missing = 1;
        else if (i < call->required && !missing) {
            GilErr_Format(GilExc_TypeError, "%.200s%s missing required argument '%s' (pos %d)", GIL_ARGS_WHO(args),
                          call->names[i], i + 1);
            return -1;
        }
        if (call->keywords_left == 0 && !missing)
            return 1; /* only optional parameters are left, and none of them was given */
        const char *unit = args->format;
        if (gil_args_skip(args) < 0) {
            GilErr_Format(GilExc_SystemError, "%s: '%s'", args->why, unit);
            return -1;
        }
    }
    return missing ? positional_missing(call, call->count) : 0;
}

static int
is_parameter(const struct keyword_call *call, GilObject *name)
{
    for (int i = call->first; i < call->count; i++)
        if (GilUnicode_EqualToUTF8(name, call->names[i]))
            return 1;
    return 0;
}

/* Some keyword argument met no parameter: say which. Always -1. */
static int
explain_keyword(const struct keyword_call *call)
{
    const struct gil_args *args = call->args;
    GilObject *name, *value;
    Gil_ssize_t pos = 0;

    for (int i = call->first; i < call->from.n; i++) {
        if (find_keyword(&call->from, call->names[i]) != NULL) {
            GilErr_Format(GilExc_TypeError, "argument for %.200s%s given by name ('%s') and position (%d)",
                          GIL_ARGS_WHO(args), call->names[i], i + 1);
            return -1;
        }
    }
    while (next_keyword(&call->from, &pos, &name, &value)) {
        if (!gil_unicode_check(name)) {
            GilErr_SetString(GilExc_TypeError, "keywords must be strings");
            return -1;
        }
        if (!is_parameter(call, name)) {
            GilErr_Format(GilExc_TypeError, "'%U' is an invalid keyword argument for %.200s%s", name,
                          args->name == NULL ? "this function" : args->name, args->name == NULL ? "" : "()");
            return -1;
        }
    }
    return raise_system("a keyword argument is given twice");
}

static int
parse_keywords(struct gil_args *args, const struct gil_args_source *from, GIL_CXX_CONST char *const *names)
{
    struct keyword_call call = {.args = args, .from = *from, .names = names};

    call.required = call.positional = INT_NOT_SEEN;
    call.keywords = from->kwnames != NULL  ? GilTuple_GET_SIZE(from->kwnames)
                    : from->kwargs != NULL ? GilDict_Size(from->kwargs)
                                           : 0;
    call.keywords_left = call.keywords;
    if (count_names(&call) < 0 || check_total(&call) < 0)
        return 0;
    int rc = convert_all(&call);
    if (rc != 0)
        return rc > 0;
    if (!gil_args_at_end(args) && *args->format != '|' && *args->format != '$') {
        GilErr_Format(GilExc_SystemError,
                      "more argument specifiers than keyword list entries (remaining format:'%s')", args->format);
        return 0;
    }
    return call.keywords_left > 0 ? explain_keyword(&call) == 0 : 1;
}

/* --- public --- */

/* Whether a call's arguments are what they should be; else SystemError. */
static int
are_given(const char *func, GilObject *tuple, GilObject *kwargs, const char *format,
          GIL_CXX_CONST char *const *names)
{
    if (GIL_UNLIKELY(tuple == NULL || format == NULL || names == NULL)) {
        gil_err_null(func);
        return 0;
    }
    if (GIL_UNLIKELY(!gil_tuple_check(tuple) || (kwargs != NULL && !GilDict_Check(kwargs)))) {
        int bad_tuple = !gil_tuple_check(tuple);
        gil_err_bad_argument(func, bad_tuple ? "a tuple" : "a dict or NULL", bad_tuple ? tuple : kwargs);
        return 0;
    }
    return 1;
}

/* The general way. */
static __attribute__((noinline)) int
parse_source(GilThreadState *ts, const struct gil_args_source *from, const char *format,
             GIL_CXX_CONST char *const *names, va_list va)
{
    struct gil_args args;

    gil_args_open(&args, ts, format, va);
    return gil_args_close(&args, parse_keywords(&args, from, names));
}

int
GilArg_ParseTupleAndKeywords(GilObject *args, GilObject *kwargs, const char *format,
                             GIL_CXX_CONST char *const *keywords, ...)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    struct gil_args_vars vars;

    if (!are_given(__func__, args, kwargs, format, keywords))
        return 0;
    struct gil_args_source from = {((GilTupleObject *)(void *)args)->ob_item, GilTuple_GET_SIZE(args), kwargs, NULL};
    if (kwargs == NULL || GilDict_Size(kwargs) == 0) {
        va_start(vars.list, keywords);
        int ok = gil_args_quick_named(from.items, from.n, format, keywords, &vars);
        va_end(vars.list);
        if (GIL_LIKELY(ok))
            return 1;
    }
    va_start(vars.list, keywords);
    int ok = parse_source(ts, &from, format, keywords, vars.list);
    va_end(vars.list);
    return ok;
}

int
GilArg_VaParseTupleAndKeywords(GilObject *args, GilObject *kwargs, const char *format,
                               GIL_CXX_CONST char *const *keywords, va_list vargs)
{
    GilThreadState *ts = gil_tstate_need(__func__);

    if (!are_given(__func__, args, kwargs, format, keywords))
        return 0;
    struct gil_args_source from = {((GilTupleObject *)(void *)args)->ob_item, GilTuple_GET_SIZE(args), kwargs, NULL};
    return parse_source(ts, &from, format, keywords, vargs);
}

int
GilArg_ParseArrayAndKeywords(GilObject *const *args, Gil_ssize_t nargs, GilObject *kwnames, const char *format,
                             GIL_CXX_CONST char *const *keywords, ...)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    struct gil_args_source from = {args, nargs, NULL, kwnames};
    struct gil_args_vars vars;

    if (format == NULL || keywords == NULL || nargs < 0 || (args == NULL && nargs > 0)) {
        gil_err_null(__func__);
        return 0;
    }
    if (kwnames != NULL && !gil_tuple_check(kwnames)) {
        gil_err_bad_argument(__func__, "a tuple or NULL", kwnames);
        return 0;
    }
    if (kwnames == NULL || GilTuple_GET_SIZE(kwnames) == 0) {
        va_start(vars.list, keywords);
        int ok = gil_args_quick_named(args, nargs, format, keywords, &vars);
        va_end(vars.list);
        if (GIL_LIKELY(ok))
            return 1;
    }
    va_start(vars.list, keywords);
    int ok = parse_source(ts, &from, format, keywords, vars.list);
    va_end(vars.list);
    return ok;
}

int
GilArg_ValidateKeywordArguments(GilObject *kwargs)
{
    GilObject *name, *value;
    Gil_ssize_t pos = 0;

    gil_tstate_need(__func__);
    if (kwargs == NULL || !GilDict_Check(kwargs)) {
        if (kwargs == NULL)
            gil_err_null(__func__);
        else
            gil_err_bad_argument(__func__, "a dict", kwargs);
        return 0;
    }
    while (GilDict_Next(kwargs, &pos, &name, &value)) {
        if (!gil_unicode_check(name)) {
            GilErr_SetString(GilExc_TypeError, "keywords must be strings");
            return 0;
        }
    }
    return 1;
}
