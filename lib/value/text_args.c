/* SPDX-License-Identifier: MIT */
/* Arguments of the methods of text and octets: how many, which part and which codec is meant. */
#include "value/text_args.h"

#include "gilrt/number.h"
#include "object/error.h"
#include "value/unicode.h"
#include "value/unicode_encoding.h"

int
gil_need_args(const char *name, Gil_ssize_t nargs, Gil_ssize_t min, Gil_ssize_t max)
{
    Gil_ssize_t bound = nargs < min ? min : max;

    if (nargs >= min && nargs <= max)
        return 0;
    GilErr_Format(GilExc_TypeError, "%s expected %s%zd argument%s, got %zd", name,
                  min == max      ? ""
                  : nargs < min   ? "at least "
                                  : "at most ",
                  bound, bound == 1 ? "" : "s", nargs);
    return -1;
}

int
gil_get_codec(const char *func, GilObject *const given[2], const char *names[2])
{
    for (int i = 0; i < 2; i++) {
        names[i] = NULL;
        if (given[i] == NULL)
            continue;
        if (!gil_unicode_check(given[i]))
            GilErr_Format(GilExc_TypeError, "%s() argument '%s' must be str, not %.50s", func, i == 0 ? "encoding" : "errors",
                          given[i] == Gil_None ? "None" : Gil_TYPE(given[i])->tp_name);
        else
            names[i] = gil_codec_name(given[i]);
        if (names[i] == NULL)
            return -1;
    }
    return 0;
}

int
gil_get_index(GilObject *arg, GilObject *class, Gil_ssize_t *value)
{
    *value = GilNumber_AsSsize_t(arg, class);
    return *value == -1 && GilErr_Occurred() != NULL ? -1 : 0;
}

/* A bound of a range, which stays what it is for None. */
static int
get_bound(GilObject *arg, Gil_ssize_t *bound)
{
    if (arg == Gil_None)
        return 0;
    if (GilIndex_Check(arg))
        return gil_get_index(arg, NULL, bound);
    GilErr_SetString(GilExc_TypeError, "slice indices must be integers or None or have an __index__ method");
    return -1;
}

int
gil_get_range(const char *name, Gil_ssize_t length, GilObject *const *args, Gil_ssize_t nargs, Gil_ssize_t *start,
              Gil_ssize_t *end)
{
    *start = 0;
    *end = GIL_SSIZE_T_MAX;
    if (gil_need_args(name, nargs, 1, 3) < 0 || (nargs > 1 && get_bound(args[1], start) < 0)
        || (nargs > 2 && get_bound(args[2], end) < 0))
        return -1;
    gil_unicode_clip(length, start, end);
    return 0;
}
