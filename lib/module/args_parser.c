/* SPDX-License-Identifier: MIT */
/*
 * Arguments of GIL_METH_FASTCALL | GIL_METH_KEYWORDS put into the order of the parameters, and the checks that functions
 * do which convert their arguments themselves.
 *
 * A parser is constant: nothing is remembered in it, because it stands in an extension's static storage and serves all
 * interpreters at once, while a tuple of interned names, which is what CPython keeps there, would belong to one of them.
 * Names are compared with the text of the keyword instead. Callers give keywords in the order of the parameters more
 * often than not, so the search for the next begins behind the last one found: that is one comparison a keyword.
 *
 * What is wrong is said in the order in which CPython says it: too many, too few by position, a required one missing, and
 * only then a keyword that is none or was given by position as well.
 */
#include "gilrt/args.h"
#include "gilrt/dict.h"
#include "gilrt/tuple.h"
#include "gilrt/typeobject.h"
#include "object/error.h"
#include "value/row.h"
#include "value/unicode.h"
#include "value/unicode_codec.h"

#include <string.h>

/* A call under way. */
struct unpacking {
    const GilArg_Parser *parser;
    Gil_ssize_t nargs; /* by position */
    int positional;    /* parameters that are positional only: their names are "" */
    int count;         /* parameters */
    GilObject **buf;   /* room for count; NULL where none was given */
    int next;          /* where the search for a name begins */
    int strays;        /* keywords that met no free parameter */
};

/* "f" and "()", or "function" and "". */
#define WHO(fname) ((fname) == NULL ? "function" : (fname)), ((fname) == NULL ? "" : "()")

#define PLURAL(n) ((n) == 1 ? "" : "s")

static int
is_name(GilObject *key, const char *name)
{
    const char *text = _GilUnicode_DATA(key);

    if (GIL_UNLIKELY(!GilUnicode_IS_ASCII(key)))
        return gil_unicode_equal_utf8(key, name, strlen(name));
    Gil_ssize_t size = GilUnicode_GET_LENGTH(key);
    for (Gil_ssize_t i = 0; i < size; i++)
        if (name[i] != text[i] || name[i] == '\0')
            return 0;
    return name[size] == '\0';
}

/* Number of the parameter called key, or -1. */
static int
find_parameter(const struct unpacking *call, GilObject *key, int from)
{
    const char *const *names = call->parser->keywords;

    for (int i = from; i < call->count; i++)
        if (is_name(key, names[i]))
            return i;
    for (int i = call->positional; i < from; i++)
        if (is_name(key, names[i]))
            return i;
    return -1;
}

/* Enter one keyword argument. 0, or -1 with TypeError. */
static inline int
enter(struct unpacking *call, GilObject *key, GilObject *value)
{
    if (GIL_UNLIKELY(!gil_unicode_check(key))) {
        GilErr_SetString(GilExc_TypeError, "keywords must be strings");
        return -1;
    }
    int i = find_parameter(call, key, call->next);
    if (i < 0 || call->buf[i] != NULL) {
        call->strays++;
        return 0;
    }
    call->buf[i] = value;
    call->next = i + 1 < call->count ? i + 1 : call->positional;
    return 0;
}

static int
enter_all(struct unpacking *call, GilObject *const *values, GilObject *kwnames, GilObject *kwargs)
{
    GilObject *key, *value;
    Gil_ssize_t pos = 0;

    if (kwnames != NULL)
        for (Gil_ssize_t i = 0; i < GilTuple_GET_SIZE(kwnames); i++)
            if (enter(call, GilTuple_GET_ITEM(kwnames, i), values[i]) < 0)
                return -1;
    if (kwargs != NULL)
        while (GilDict_Next(kwargs, &pos, &key, &value))
            if (enter(call, key, value) < 0)
                return -1;
    return 0;
}

/* TypeError when there are too many arguments, or too few or too many by position. 0 or -1. */
static int
check_numbers(const struct unpacking *call, Gil_ssize_t keywords, int minpos, int maxpos)
{
    const char *fname = call->parser->fname;
    Gil_ssize_t given = call->nargs + keywords;
    int wanted = Gil_MIN(call->positional, minpos);

    if (given > call->count)
        GilErr_Format(GilExc_TypeError, "%.200s%s takes %s %d %sargument%s (%zd given)", WHO(fname),
                      minpos < call->count ? "at most" : "exactly", call->count, call->nargs == 0 ? "keyword " : "",
                      PLURAL(call->count), given);
    else if (call->nargs > maxpos && maxpos == 0)
        GilErr_Format(GilExc_TypeError, "%.200s%s takes no positional arguments", WHO(fname));
    else if (call->nargs > maxpos)
        GilErr_Format(GilExc_TypeError, "%.200s%s takes %s %d positional argument%s (%zd given)", WHO(fname),
                      minpos < maxpos ? "at most" : "exactly", maxpos, PLURAL(maxpos), call->nargs);
    else if (call->nargs < wanted)
        GilErr_Format(GilExc_TypeError, "%.200s%s takes %s %d positional argument%s (%zd given)", WHO(fname),
                      wanted < maxpos ? "at least" : "exactly", wanted, PLURAL(wanted), call->nargs);
    else
        return 0;
    return -1;
}

/* 0, or -1 with TypeError: a required parameter has nothing. */
static int
check_required(const struct unpacking *call, int minpos, int maxpos, int minkw)
{
    for (int i = (int)call->nargs; i < call->count; i++) {
        int required = i < minpos || (i >= maxpos && i < maxpos + minkw);
        if (required && call->buf[i] == NULL) {
            GilErr_Format(GilExc_TypeError, "%.200s%s missing required argument '%s' (pos %d)",
                          WHO(call->parser->fname), call->parser->keywords[i], i + 1);
            return -1;
        }
    }
    return 0;
}

/* Say what is wrong with key, if anything is: -1 with TypeError, or 0. */
static int
explain(const struct unpacking *call, GilObject *key)
{
    const char *fname = call->parser->fname;
    int i = find_parameter(call, key, call->positional);

    if (i < 0)
        GilErr_Format(GilExc_TypeError, "'%U' is an invalid keyword argument for %.200s%s", key,
                      fname == NULL ? "this function" : fname, fname == NULL ? "" : "()");
    else if (i < call->nargs)
        GilErr_Format(GilExc_TypeError, "argument for %.200s%s given by name ('%U') and position (%d)", WHO(fname), key,
                      i + 1);
    else
        return 0;
    return -1;
}

/* Some keyword met no free parameter: TypeError. */
static void
explain_strays(const struct unpacking *call, GilObject *kwnames, GilObject *kwargs)
{
    GilObject *key, *value;
    Gil_ssize_t pos = 0;

    for (Gil_ssize_t i = 0; kwnames != NULL && i < GilTuple_GET_SIZE(kwnames); i++)
        if (explain(call, GilTuple_GET_ITEM(kwnames, i)) < 0)
            return;
    while (kwargs != NULL && GilDict_Next(kwargs, &pos, &key, &value))
        if (explain(call, key) < 0)
            return;
    GilErr_SetString(GilExc_TypeError, "a keyword argument is given twice");
}

GilObject *const *
_GilArg_UnpackKeywords(GilObject *const *args, Gil_ssize_t nargs, GilObject *kwargs, GilObject *kwnames,
                       const GilArg_Parser *parser, int minpos, int maxpos, int minkw, GilObject **buf)
{
    struct unpacking call = {.parser = parser, .nargs = nargs, .buf = buf};
    Gil_ssize_t keywords = 0;

    gil_tstate_need(__func__);
    if (parser == NULL || parser->keywords == NULL || buf == NULL || nargs < 0 || (args == NULL && nargs > 0))
        return gil_err_null(__func__);
    if ((kwargs != NULL && !GilDict_Check(kwargs)) || (kwnames != NULL && !gil_tuple_check(kwnames)))
        return gil_err_bad_argument(__func__, "a dict or NULL, a tuple or NULL", kwargs != NULL ? kwargs : kwnames);
    if (kwnames != NULL)
        keywords += GilTuple_GET_SIZE(kwnames);
    if (kwargs != NULL)
        keywords += GilDict_Size(kwargs);
    while (parser->keywords[call.positional] != NULL && *parser->keywords[call.positional] == '\0')
        call.positional++;
    for (call.count = call.positional; parser->keywords[call.count] != NULL;)
        call.count++;
    if (GIL_UNLIKELY(nargs + keywords > call.count || nargs > maxpos || nargs < Gil_MIN(call.positional, minpos))
        && check_numbers(&call, keywords, minpos, maxpos) < 0)
        return NULL;
    for (Gil_ssize_t i = 0; i < call.count; i++)
        buf[i] = i < nargs ? args[i] : NULL;
    call.next = Gil_MIN(Gil_MAX((int)nargs, call.positional), call.count);
    if (keywords > 0 && enter_all(&call, args + nargs, kwnames, kwargs) < 0)
        return NULL;
    if (check_required(&call, minpos, maxpos, minkw) < 0)
        return NULL;
    if (GIL_UNLIKELY(call.strays > 0)) {
        explain_strays(&call, kwnames, kwargs);
        return NULL;
    }
    return buf;
}

int
_GilArg_CheckPositional(const char *name, Gil_ssize_t nargs, Gil_ssize_t min, Gil_ssize_t max)
{
    gil_tstate_need(__func__);
    if (min < 0 || max < min) {
        gil_err_bad_value(__func__, "0 <= min <= max");
        return 0;
    }
    if (nargs >= min && nargs <= max)
        return 1;
    const char *bound = min == max ? "" : nargs < min ? "at least " : "at most ";
    Gil_ssize_t wanted = nargs < min ? min : max;
    if (name != NULL)
        GilErr_Format(GilExc_TypeError, "%.200s expected %s%zd argument%s, got %zd", name, bound, wanted,
                      PLURAL(wanted), nargs);
    else
        GilErr_Format(GilExc_TypeError, "unpacked tuple should have %s%zd element%s, but has %zd", bound, wanted,
                      PLURAL(wanted), nargs);
    return 0;
}

void
GilArg_BadArgument(const char *fname, const char *displayname, const char *expected, GilObject *arg)
{
    gil_tstate_need(__func__);
    if (fname == NULL || displayname == NULL || expected == NULL || arg == NULL) {
        gil_err_null(__func__);
        return;
    }
    GilErr_Format(GilExc_TypeError, "%.200s() %.200s must be %.50s, not %.50s", fname, displayname, expected,
                  arg == Gil_None ? "None" : Gil_TYPE(arg)->tp_name);
}

int
GilArg_NoKeywords(const char *funcname, GilObject *kwargs)
{
    gil_tstate_need(__func__);
    if (kwargs == NULL)
        return 1;
    if (funcname == NULL) {
        gil_err_null(__func__);
        return 0;
    }
    if (!GilDict_Check(kwargs)) {
        gil_err_bad_argument(__func__, "a dict or NULL", kwargs);
        return 0;
    }
    if (GilDict_Size(kwargs) == 0)
        return 1;
    GilErr_Format(GilExc_TypeError, "%.200s() takes no keyword arguments", funcname);
    return 0;
}

int
GilArg_NoKwnames(const char *funcname, GilObject *kwnames)
{
    gil_tstate_need(__func__);
    if (kwnames == NULL)
        return 1;
    if (funcname == NULL) {
        gil_err_null(__func__);
        return 0;
    }
    if (!gil_tuple_check(kwnames)) {
        gil_err_bad_argument(__func__, "a tuple or NULL", kwnames);
        return 0;
    }
    if (GilTuple_GET_SIZE(kwnames) == 0)
        return 1;
    GilErr_Format(GilExc_TypeError, "%.200s() takes no keyword arguments", funcname);
    return 0;
}

int
GilArg_NoPositional(const char *funcname, GilObject *args)
{
    gil_tstate_need(__func__);
    if (args == NULL)
        return 1;
    if (funcname == NULL) {
        gil_err_null(__func__);
        return 0;
    }
    if (!gil_tuple_check(args)) {
        gil_err_bad_argument(__func__, "a tuple or NULL", args);
        return 0;
    }
    if (GilTuple_GET_SIZE(args) == 0)
        return 1;
    GilErr_Format(GilExc_TypeError, "%.200s() takes no positional arguments", funcname);
    return 0;
}
