/* SPDX-License-Identifier: MIT */
/*
 * Arguments of GIL_METH_FASTCALL | GIL_METH_KEYWORDS put into the order of the parameters, and the checks that functions
 * do which convert their arguments themselves.
 *
 * A parser is constant: nothing is remembered in it, because it stands in an extension's static storage and serves all
 * interpreters at once, while a tuple of interned names, which is what CPython keeps there, would belong to one of them.
 * Names are compared with the text of the keyword instead, see value/named_args.c.
 */
#include "gilrt/args.h"
#include "gilrt/dict.h"
#include "gilrt/tuple.h"
#include "gilrt/typeobject.h"
#include "object/error.h"
#include "value/named_args.h"
#include "value/row.h"

#define PLURAL(n) ((n) == 1 ? "" : "s")

GilObject *const *
_GilArg_UnpackKeywords(GilObject *const *args, Gil_ssize_t nargs, GilObject *kwargs, GilObject *kwnames,
                       const GilArg_Parser *parser, int minpos, int maxpos, int minkw, GilObject **buf)
{
    gil_tstate_need(__func__);
    if (parser == NULL || parser->keywords == NULL || buf == NULL || nargs < 0 || (args == NULL && nargs > 0))
        return gil_err_null(__func__);
    if ((kwargs != NULL && !GilDict_Check(kwargs)) || (kwnames != NULL && !gil_tuple_check(kwnames)))
        return gil_err_bad_argument(__func__, "a dict or NULL, a tuple or NULL", kwargs != NULL ? kwargs : kwnames);
    return gil_named_args(args, nargs, kwargs, kwnames, parser->keywords, parser->fname, minpos, maxpos, minkw, buf);
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
