/* SPDX-License-Identifier: MIT */
/*
 * The arguments of a call in the order of the parameters: what the public keyword parser does, and what built-in functions
 * take theirs by.
 *
 * Names are compared as text. Callers give keywords in the order of the parameters more often than not, so the search for the
 * next begins behind the last one found: that is one comparison a keyword.
 *
 * What is wrong is said in the order in which CPython says it: too many, too few by position, a required one missing, and
 * only then a keyword that is none or was given by position as well.
 */
#include "value/named_args.h"

#include "gilrt/dict.h"
#include "gilrt/error.h"
#include "value/row.h"
#include "value/unicode.h"
#include "value/unicode_codec.h"

#include <string.h>

/* A call under way. */
struct unpacking {
    const char *const *names; /* of the parameters, ended by NULL */
    const char *fname;        /* the function's, or NULL */
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
    const char *const *names = call->names;

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
static __attribute__((cold)) int
check_numbers(const struct unpacking *call, Gil_ssize_t keywords, int minpos, int maxpos)
{
    const char *fname = call->fname;
    Gil_ssize_t given = call->nargs + keywords;
    int wanted = Gil_MIN(call->positional, minpos);

    if (given > call->count)
        GilErr_Format(GilExc_TypeError, "%.200s%s takes at most %d %sargument%s (%zd given)", WHO(fname), call->count,
                      call->nargs == 0 ? "keyword " : "", PLURAL(call->count), given);
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

static __attribute__((cold)) void
tell_missing(const struct unpacking *call, int i)
{
    GilErr_Format(GilExc_TypeError, "%.200s%s missing required argument '%s' (pos %d)", WHO(call->fname), call->names[i], i + 1);
}

/* 0, or -1 with TypeError: a required parameter has nothing. */
static int
check_required(const struct unpacking *call, int minpos, int maxpos, int minkw)
{
    for (int i = (int)call->nargs; i < call->count; i++) {
        int required = i < minpos || (i >= maxpos && i < maxpos + minkw);
        if (required && call->buf[i] == NULL) {
            tell_missing(call, i);
            return -1;
        }
    }
    return 0;
}

/* Say that key is given by position as well, or when that is asked, that it is none: -1 with TypeError, or 0. */
static __attribute__((cold)) int
explain(const struct unpacking *call, GilObject *key, int unknown)
{
    const char *fname = call->fname;
    int i = find_parameter(call, key, call->positional);

    if (unknown && i < 0)
        GilErr_Format(GilExc_TypeError, "'%U' is an invalid keyword argument for %.200s%s", key,
                      fname == NULL ? "this function" : fname, fname == NULL ? "" : "()");
    else if (i >= 0 && i < call->nargs)
        GilErr_Format(GilExc_TypeError, "argument for %.200s%s given by name ('%U') and position (%d)", WHO(fname), key,
                      i + 1);
    else
        return 0;
    return -1;
}

/* Some keyword met no free parameter: TypeError. */
static __attribute__((cold)) void
explain_strays(const struct unpacking *call, GilObject *kwnames, GilObject *kwargs)
{
    GilObject *key, *value;

    for (int unknown = 0; unknown < 2; unknown++) {
        Gil_ssize_t pos = 0;
        for (Gil_ssize_t i = 0; kwnames != NULL && i < GilTuple_GET_SIZE(kwnames); i++)
            if (explain(call, GilTuple_GET_ITEM(kwnames, i), unknown) < 0)
                return;
        while (kwargs != NULL && GilDict_Next(kwargs, &pos, &key, &value))
            if (explain(call, key, unknown) < 0)
                return;
    }
    GilErr_SetString(GilExc_TypeError, "a keyword argument is given twice");
}

GilObject *const *
gil_named_args(GilObject *const *args, Gil_ssize_t nargs, GilObject *kwargs, GilObject *kwnames, const char *const *names,
               const char *fname, int minpos, int maxpos, int minkw, GilObject **buf)
{
    struct unpacking call = {.names = names, .fname = fname, .nargs = nargs, .buf = buf};
    Gil_ssize_t keywords = 0;

    if (kwnames != NULL)
        keywords += GilTuple_GET_SIZE(kwnames);
    if (kwargs != NULL)
        keywords += GilDict_Size(kwargs);
    while (names[call.positional] != NULL && *names[call.positional] == '\0')
        call.positional++;
    for (call.count = call.positional; names[call.count] != NULL;)
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
gil_take_args(const char *takes, GilObject *const *args, Gil_ssize_t nargs, GilObject *kwargs, GilObject *kwnames,
              GilObject **buf)
{
    int least = takes[0] - '0', most = takes[1] - '0', count = takes[2] - '0';
    const char *fname = takes + 3, *name = fname, *names[GIL_TAKES_MAX + 1] = {NULL};

    if (kwargs == NULL && kwnames == NULL && nargs >= least && nargs <= most) {
        for (int i = 0; i < count; i++)
            buf[i] = i < nargs ? args[i] : NULL;
        return 0;
    }
    for (int i = 0; i < count; i++)
        names[i] = name += strlen(name) + 1;
    return gil_named_args(args, nargs, kwargs, kwnames, names, fname, least, most, 0, buf) == NULL ? -1 : 0;
}

int
gil_take_tuple(const char *takes, GilObject *args, GilObject *kwargs, GilObject **buf)
{
    return gil_take_args(takes, gil_row_items(args), GilTuple_GET_SIZE(args), kwargs, NULL, buf);
}
