/* SPDX-License-Identifier: MIT */
/*
 * Positional arguments: checking their number, converting each, reporting what is wrong.
 *
 * A call keeps its state in one struct gil_args on the stack. Units that acquire something (a buffer, memory,
 * whatever a converter stores) enter it in a list of undos: room in the list is found before the thing is acquired,
 * so that it can always be entered. When a later argument fails the list is worked off backwards; converters run then
 * with the error put aside, since they may run anything.
 *
 * All of this is for calls that the quick way (args_quick.c) did not get through. Units are in args_unit.c, keywords in
 * args_keywords.c.
 */
#include "module/args.h"

#include "base/mem.h"
#include "gilrt/buffer.h"
#include "gilrt/mem.h"
#include "gilrt/tuple.h"
#include "gilrt/typeobject.h"
#include "module/args_quick.h"
#include "value/row.h"

#include <stdio.h>
#include <string.h>

void
gil_args_open(struct gil_args *args, GilThreadState *ts, const char *format, va_list va)
{
    args->ts = ts;
    va_copy(args->va, va);
    args->format = format;
    args->name = args->message = NULL;
    args->depth = 0;
    args->why[0] = '\0';
    args->undo = args->undo_first;
    args->undos = 0;
    args->undo_room = Gil_ARRAY_LENGTH(args->undo_first);
    const char *tail = format;
    while (*tail != '\0' && *tail != ':' && *tail != ';') /* formats are short: strcspn() costs more */
        tail++;
    if (*tail == ':')
        args->name = tail + 1;
    else if (*tail == ';')
        args->message = tail + 1;
}

static void
undo_one(const struct gil_args_undo *undo)
{
    switch (undo->kind) {
    case GIL_ARGS_BUFFER:
        GilBuffer_Release(undo->target);
        break;
    case GIL_ARGS_MEMORY:
        GilMem_Free(*(char **)undo->target);
        *(char **)undo->target = NULL;
        break;
    case GIL_ARGS_CONVERTER:
        undo->converter(NULL, undo->target);
        break;
    }
}

int
gil_args_close(struct gil_args *args, int ok)
{
    if (!ok && args->undos > 0) {
        struct gil_indicator error = gil_err_save(args->ts);
        while (args->undos > 0)
            undo_one(&args->undo[--args->undos]);
        gil_err_restore(args->ts, error);
    }
    if (args->undo != args->undo_first)
        gil_heap_free(args->undo);
    va_end(args->va);
    return ok;
}

int
gil_args_fail(const struct gil_args *args, int position)
{
    char where[GIL_ARGS_NESTING * 12 + 32] = "argument";
    size_t used = strlen(where);

    if (gil_err_pending(args->ts))
        return 0;
    if (position > 0)
        used += (size_t)snprintf(where + used, sizeof where - used, " %d", position);
    for (int i = 0; i < args->depth; i++)
        used += (size_t)snprintf(where + used, sizeof where - used, ", item %d", args->path[i]);
    GilObject *type = args->why[0] == '(' ? GilExc_SystemError : GilExc_TypeError;
    if (args->message != NULL)
        GilErr_SetString(type, args->message);
    else
        GilErr_Format(type, "%.200s%s%s %s", args->name == NULL ? "" : args->name, args->name == NULL ? "" : "() ",
                      where, args->why);
    return 0;
}

/* How many units a format has, and how many of them come before '|'. 0, or -1 with SystemError. */
static int
count_units(const char *format, Gil_ssize_t *min, Gil_ssize_t *max)
{
    int depth = 0;

    *min = -1;
    *max = 0;
    for (const char *f = format; *f != '\0' && *f != ':' && *f != ';'; f++) {
        int letter = (*f >= 'a' && *f <= 'z') || (*f >= 'A' && *f <= 'Z');
        if (*f == ')' && --depth < 0) {
            GilErr_SetString(GilExc_SystemError, "excess ')' in getargs format");
            return -1;
        }
        if (depth == 0 && (letter || *f == '('))
            (*max)++;
        if (depth == 0 && *f == '|' && *min < 0)
            *min = *max;
        if (*f == '(' && ++depth > GIL_ARGS_NESTING) {
            GilErr_SetString(GilExc_SystemError, "too many tuple nesting levels in argument format string");
            return -1;
        }
        if (*f == 'e' && (f[1] == 's' || f[1] == 't'))
            f++;
    }
    if (depth != 0) {
        GilErr_SetString(GilExc_SystemError, "missing ')' in getargs format");
        return -1;
    }
    if (*min < 0)
        *min = *max;
    return 0;
}

/* 0, or -1 with TypeError. */
static int
check_number(const struct gil_args *args, Gil_ssize_t n, Gil_ssize_t min, Gil_ssize_t max)
{
    Gil_ssize_t bound = n < min ? min : max;

    if (n >= min && n <= max)
        return 0;
    if (args->message != NULL)
        GilErr_SetString(GilExc_TypeError, args->message);
    else
        GilErr_Format(GilExc_TypeError, "%.150s%s takes %s %zd argument%s (%zd given)", GIL_ARGS_WHO(args),
                      min == max ? "exactly" : n < min ? "at least" : "at most", bound, bound == 1 ? "" : "s", n);
    return -1;
}

/* After the last argument only a further unit may stand. 0, or -1 with SystemError. */
static int
check_rest(const struct gil_args *args, const char *format)
{
    char c = *args->format;

    if (gil_args_at_end(args) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '(' || c == '|')
        return 0;
    GilErr_Format(GilExc_SystemError, "bad format string: %.200s", format);
    return -1;
}

int
gil_args_positional(struct gil_args *args, GilObject *const *items, Gil_ssize_t n)
{
    const char *format = args->format;
    Gil_ssize_t min, max;

    if (count_units(format, &min, &max) < 0 || check_number(args, n, min, max) < 0)
        return 0;
    for (Gil_ssize_t i = 0; i < n; i++) {
        if (*args->format == '|')
            args->format++;
        if (gil_args_convert(args, items[i]) < 0)
            return gil_args_fail(args, (int)i + 1);
    }
    return check_rest(args, format) == 0;
}

/* --- public --- */

/* Whether arguments and format can be looked at; else SystemError. */
static inline int
are_given(const char *func, GilObject *tuple, const char *format)
{
    if (GIL_UNLIKELY(tuple == NULL || format == NULL)) {
        gil_err_null(func);
        return 0;
    }
    if (GIL_UNLIKELY((Gil_TYPE(tuple)->tp_flags & Gil_TPFLAGS_TUPLE_SUBCLASS) == 0)) {
        GilErr_SetString(GilExc_SystemError, "new style getargs format but argument is not a tuple");
        return 0;
    }
    return 1;
}

/* The general way, for items that need not be a tuple's. */
static __attribute__((noinline)) int
parse_items(GilThreadState *ts, GilObject *const *items, Gil_ssize_t n, const char *format, va_list va)
{
    struct gil_args args;

    gil_args_open(&args, ts, format, va);
    return gil_args_close(&args, gil_args_positional(&args, items, n));
}

int
GilArg_ParseTuple(GilObject *args, const char *format, ...)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    struct gil_args_vars vars;

    if (!are_given(__func__, args, format))
        return 0;
    GilObject *const *items = ((GilTupleObject *)(void *)args)->ob_item;
    Gil_ssize_t n = GilTuple_GET_SIZE(args);
    va_start(vars.list, format);
    int ok = gil_args_quick(items, n, format, &vars);
    va_end(vars.list);
    if (GIL_LIKELY(ok))
        return 1;
    va_start(vars.list, format);
    ok = parse_items(ts, items, n, format, vars.list);
    va_end(vars.list);
    return ok;
}

int
GilArg_VaParse(GilObject *args, const char *format, va_list vargs)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    struct gil_args_vars vars;

    if (!are_given(__func__, args, format))
        return 0;
    GilObject *const *items = ((GilTupleObject *)(void *)args)->ob_item;
    Gil_ssize_t n = GilTuple_GET_SIZE(args);
    va_copy(vars.list, vargs);
    int ok = gil_args_quick(items, n, format, &vars);
    va_end(vars.list);
    return ok || parse_items(ts, items, n, format, vargs);
}

/* The old convention: no tuple around a single argument. */
static int
parse_single(struct gil_args *args, GilObject *arg)
{
    Gil_ssize_t min, max;

    if (count_units(args->format, &min, &max) < 0)
        return 0;
    if (max == 0) {
        if (arg == NULL)
            return 1;
        GilErr_Format(GilExc_TypeError, "%.200s%s takes no arguments", GIL_ARGS_WHO(args));
        return 0;
    }
    if (min != 1 || max != 1) {
        GilErr_SetString(GilExc_SystemError, "old style getargs format uses new features");
        return 0;
    }
    if (arg == NULL) {
        GilErr_Format(GilExc_TypeError, "%.200s%s takes at least one argument", GIL_ARGS_WHO(args));
        return 0;
    }
    return gil_args_convert(args, arg) < 0 ? gil_args_fail(args, 0) : 1;
}

int
GilArg_Parse(GilObject *args, const char *format, ...)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    struct gil_args state;
    va_list va;

    if (format == NULL) {
        gil_err_null(__func__);
        return 0;
    }
    va_start(va, format);
    gil_args_open(&state, ts, format, va);
    int ok = gil_args_close(&state, parse_single(&state, args));
    va_end(va);
    return ok;
}

int
GilArg_ParseArray(GilObject *const *args, Gil_ssize_t nargs, const char *format, ...)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    struct gil_args_vars vars;

    if (format == NULL || nargs < 0 || (args == NULL && nargs > 0)) {
        gil_err_null(__func__);
        return 0;
    }
    va_start(vars.list, format);
    int ok = gil_args_quick(args, nargs, format, &vars);
    va_end(vars.list);
    if (GIL_LIKELY(ok))
        return 1;
    va_start(vars.list, format);
    ok = parse_items(ts, args, nargs, format, vars.list);
    va_end(vars.list);
    return ok;
}

int
GilArg_UnpackTuple(GilObject *args, const char *name, Gil_ssize_t min, Gil_ssize_t max, ...)
{
    va_list va;

    gil_tstate_need(__func__);
    if (args == NULL) {
        gil_err_null(__func__);
        return 0;
    }
    if (!gil_tuple_check(args)) {
        GilErr_SetString(GilExc_SystemError, "GilArg_UnpackTuple() argument list is not a tuple");
        return 0;
    }
    if (min < 0 || max < min) {
        gil_err_bad_value(__func__, "0 <= min <= max");
        return 0;
    }
    Gil_ssize_t n = GilTuple_GET_SIZE(args);
    if (!GilArg_CheckPositional(name, n, min, max))
        return 0;
    va_start(va, max);
    for (Gil_ssize_t i = 0; i < n; i++)
        *va_arg(va, GilObject **) = GilTuple_GET_ITEM(args, i);
    va_end(va);
    return 1;
}
