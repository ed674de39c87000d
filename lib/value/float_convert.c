/* SPDX-License-Identifier: MIT */
/*
 * Doubles and text for C code: what strtod() and printf() give, whatever the locale says, and the shortest text besides.
 *
 * The text of a number ends where no number goes on; that far it is found here, and read as that of float(), whose white
 * space and underscores cannot occur in it.
 */
#include "gilrt/error.h"
#include "gilrt/float.h"
#include "gilrt/mem.h"
#include "object/error.h"
#include "object/format.h"
#include "value/float_text.h"
#include "value/format_number.h"

#include <math.h>
#include <string.h>

static const char *
skip_digits(const char *p)
{
    while (*p >= '0' && *p <= '9')
        p++;
    return p;
}

/* Where the number at s ends; s itself when there is none. */
static const char *
end_of_number(const char *s)
{
    const char *first = s + (*s == '+' || *s == '-'), *p, *e;
    size_t word = gil_double_word(first, strnlen(first, strlen("infinity")));

    if (word != 0)
        return first + word;
    p = skip_digits(first);
    ptrdiff_t digits = p - first;
    if (*p == '.') {
        const char *fraction = p + 1;
        p = skip_digits(fraction);
        digits += p - fraction;
    }
    if (digits == 0)
        return s;
    if (*p != 'e' && *p != 'E')
        return p;
    e = p + 1 + (p[1] == '+' || p[1] == '-');
    return skip_digits(e) > e ? skip_digits(e) : p;
}

double
GilOS_string_to_double(const char *s, char **endptr, GilObject *overflow_exception)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    double v = -1.0;

    if (s == NULL) {
        gil_err_null(__func__);
        return -1.0;
    }
    const char *end = end_of_number(s);
    if (endptr != NULL)
        *endptr = (char *)end;
    if (end == s || (endptr == NULL && *end != '\0'))
        GilErr_Format(GilExc_ValueError, "could not convert string to float: '%.200s'", s);
    else if (gil_double_parse(ts, s, (size_t)(end - s), &v) <= 0)
        return -1.0; /* MemoryError; the text is a number */
    else if (overflow_exception != NULL && isinf(v) && (end[-1] == '.' || (end[-1] >= '0' && end[-1] <= '9'))) {
        GilErr_Format(overflow_exception, "value too large to convert to float: '%.200s'", s);
        v = -1.0;
    }
    return v;
}

/* Append |val|; ".0" behind 'f' without a fraction too, where that is asked for. 0, or -1 with the error set. */
static int
write_digits(GilThreadState *ts, struct gil_text *text, double val, char format_code, int precision, int flags)
{
    int forms = (flags & Gil_DTSF_ALT ? GIL_DOUBLE_ALTERNATE : 0) | (flags & Gil_DTSF_ADD_DOT_0 ? GIL_DOUBLE_POINT_ZERO : 0);

    if (gil_double_write(ts, text, val, format_code, precision, forms) < 0)
        return -1;
    if (!(flags & Gil_DTSF_ADD_DOT_0) || !isfinite(val) || (format_code | 0x20) != 'f' || precision > 0)
        return 0;
    return flags & Gil_DTSF_ALT ? gil_text_append(text, "0", 1) : gil_text_append(text, ".0", 2);
}

char *
GilOS_double_to_string(double val, char format_code, int precision, int flags, int *ptype)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    int shortest = format_code == 'r';
    struct gil_text text;
    char *result = NULL;

    if (format_code == '\0' || strchr("eEfFgGr", format_code) == NULL || precision < 0 || (shortest && precision != 0))
        return gil_err_bad_value(__func__, "one of e E f F g G, or r and no precision");
    if (ptype != NULL)
        *ptype = isnan(val) ? Gil_DTST_NAN : isinf(val) ? Gil_DTST_INFINITE : Gil_DTST_FINITE;
    gil_text_init(&text, ts->heap);
    /* Room for the sign. */
    if (gil_text_append(&text, "+", 1) == 0 && write_digits(ts, &text, val, format_code, precision, flags) == 0) {
        char *from = text.data;
        if (shortest && !(flags & Gil_DTSF_ADD_DOT_0) && text.len > 3 && strcmp(from + text.len - 2, ".0") == 0)
            from[text.len -= flags & Gil_DTSF_ALT ? 1 : 2] = '\0';
        char behind = from[1 + strspn(from + 1, "0.")];
        int zero = behind == '\0' || behind == 'e' || behind == 'E';
        if (signbit(val) && !isnan(val) && !(zero && (flags & Gil_DTSF_NO_NEG_0)))
            *from = '-';
        else if (!(flags & Gil_DTSF_SIGN))
            from++;
        size_t size = text.len + 1 - (size_t)(from - text.data);
        result = GilMem_Malloc(size);
        if (result != NULL)
            memcpy(result, from, size);
        else
            gil_err_no_memory(ts);
    }
    gil_text_free(&text);
    return result;
}
