/* SPDX-License-Identifier: MIT */
/*
 * The quick way through a format: calls in which everything is as expected.
 *
 * Nearly every call gives each unit an argument of exactly the kind that it asks for, and then one pass over the format is
 * enough: no state is set up, nothing is counted beforehand, nothing has to be undone. Here stand the conversions that
 * are a check and a store. They run no code of users, acquire nothing and raise nothing, so whatever does not fit, be it
 * a conversion with more to it, a wrong argument or a malformed format, ends the attempt, and the call is parsed from
 * its beginning by the general way, which does the whole and finds the words for what is wrong.
 *
 * The only trace of an attempt that ended is variables written, which a failing parse may leave as well.
 */
#include "module/args_quick.h"

#include "gilrt/bool.h"
#include "gilrt/bytearray.h"
#include "gilrt/bytes.h"
#include "gilrt/float.h"
#include "gilrt/unicode.h"
#include "object/alloc.h"
#include "value/long.h"
#include "value/unicode.h"

#include <limits.h>
#include <string.h>

/* Whether size bytes at text hold a NUL. Texts are short: a call of the C library costs more than looking. */
static inline int
holds_nul(const char *text, size_t size)
{
    const uint64_t low = UINT64_C(0x0101010101010101);

    if (size > 64)
        return memchr(text, '\0', size) != NULL;
    for (; size >= 8; text += 8, size -= 8) {
        uint64_t word;
        memcpy(&word, text, 8);
        if (((word - low) & ~word & low << 7) != 0)
            return 1;
    }
    for (; size > 0; size--)
        if (*text++ == '\0')
            return 1;
    return 0;
}

/* UTF-8 of a str without making it: NULL when there is none yet. */
static inline const char *
ready_utf8(const GilObject *arg, Gil_ssize_t *size)
{
    const GilCompactUnicodeObject *str = (const GilCompactUnicodeObject *)(const void *)arg;

    if (GilUnicode_IS_ASCII(arg)) {
        *size = GilUnicode_GET_LENGTH(arg);
        return (const char *)((const GilASCIIObject *)arg + 1);
    }
    *size = str->utf8_length;
    return *size < 0 ? NULL : str->utf8;
}

/* s z y, with the '#' that may follow at *f. */
static inline int
quick_text(GilObject *arg, char unit, const char **f, struct gil_args_vars *vars)
{
    const char *text;
    Gil_ssize_t size;

    if (unit != 'y' && Gil_IS_TYPE(arg, &GilUnicode_Type))
        text = ready_utf8(arg, &size);
    else if ((unit == 'y' || **f == '#') && Gil_IS_TYPE(arg, &GilBytes_Type)) {
        text = GilBytes_AS_STRING(arg);
        size = GilBytes_GET_SIZE(arg);
    }
    else if (unit == 'z' && arg == Gil_None) {
        text = NULL;
        size = 0;
    }
    else
        return 0;
    if (text == NULL && arg != Gil_None)
        return 0;
    if (**f == '#') {
        ++*f;
        *va_arg(vars->list, const char **) = text;
        *va_arg(vars->list, Gil_ssize_t *) = size;
        return 1;
    }
    if (**f == '*' || (text != NULL && holds_nul(text, (size_t)size)))
        return 0;
    *va_arg(vars->list, const char **) = text;
    return 1;
}

/* The value of an int of one limb that is between min and max. */
static inline int
is_between(GilObject *arg, long min, long max, long *value)
{
    const struct gil_long *v = gil_long(arg);

    if (!gil_is_int(arg) || !gil_long_is_short(v) || v->digit[0] > LONG_MAX)
        return 0;
    *value = (long)v->size * (long)v->digit[0];
    return *value >= min && *value <= max;
}

/* The units that check the range. */
static inline int
quick_int(GilObject *arg, char unit, struct gil_args_vars *vars)
{
    static const struct {
        long min, max;
    } ranges[] = {['i' - 'b'] = {INT_MIN, INT_MAX}, ['h' - 'b'] = {SHRT_MIN, SHRT_MAX}, ['b' - 'b'] = {0, UCHAR_MAX}};
    long value;

    if (!is_between(arg, ranges[unit - 'b'].min, ranges[unit - 'b'].max, &value))
        return 0;
    if (unit == 'i')
        *va_arg(vars->list, int *) = (int)value;
    else if (unit == 'h')
        *va_arg(vars->list, short *) = (short)value;
    else
        *va_arg(vars->list, unsigned char *) = (unsigned char)value;
    return 1;
}

/* The units of 64 bits; the types have one size and one form. */
static inline int
quick_long(GilObject *arg, struct gil_args_vars *vars)
{
    long value;

    if (!is_between(arg, LONG_MIN, LONG_MAX, &value))
        return 0;
    *va_arg(vars->list, long *) = value;
    return 1;
}

/* The units that take the low bits. */
static inline int
quick_mask(GilObject *arg, char unit, struct gil_args_vars *vars)
{
    const struct gil_long *v = gil_long(arg);

    if (!gil_is_int(arg) || !gil_long_is_short(v))
        return 0;
    unsigned long mask = (unsigned long)v->size * v->digit[0];
    if (unit == 'B')
        *va_arg(vars->list, unsigned char *) = (unsigned char)mask;
    else if (unit == 'H')
        *va_arg(vars->list, unsigned short *) = (unsigned short)mask;
    else if (unit == 'I')
        *va_arg(vars->list, unsigned *) = (unsigned)mask;
    else
        *va_arg(vars->list, unsigned long *) = mask;
    return 1;
}

static inline int
quick_float(GilObject *arg, char unit, struct gil_args_vars *vars)
{
    if (!GilFloat_CheckExact(arg))
        return 0;
    if (unit == 'd')
        *va_arg(vars->list, double *) = GilFloat_AS_DOUBLE(arg);
    else
        *va_arg(vars->list, float *) = (float)GilFloat_AS_DOUBLE(arg);
    return 1;
}

static inline int
quick_bool(GilObject *arg, struct gil_args_vars *vars)
{
    if (arg != Gil_True && arg != Gil_False)
        return 0;
    *va_arg(vars->list, int *) = arg == Gil_True;
    return 1;
}

/* What is stored as it is, if it is of the right kind. */
static inline int
quick_kind(GilObject *arg, int right, struct gil_args_vars *vars)
{
    if (right)
        *va_arg(vars->list, GilObject **) = arg;
    return right;
}

/* O and O!; O& may run anything. */
static inline int
quick_object(GilObject *arg, const char **f, struct gil_args_vars *vars)
{
    if (**f == '!') {
        GilTypeObject *type = va_arg(vars->list, GilTypeObject *);
        if (!GilObject_TypeCheck(arg, type))
            return 0;
        ++*f;
    }
    else if (**f == '&')
        return 0;
    *va_arg(vars->list, GilObject **) = arg;
    return 1;
}

/* One argument by the unit at *f, which moves behind it. 1, or 0: not by the quick way. */
static inline __attribute__((always_inline)) int
quick_convert(GilObject *arg, const char **f, struct gil_args_vars *vars)
{
    char unit = *(*f)++;

    switch (unit) {
    case 'O':
        return quick_object(arg, f, vars);
    case 'i': case 'h': case 'b':
        return quick_int(arg, unit, vars);
    case 'l': case 'n': case 'L':
        return quick_long(arg, vars);
    case 'B': case 'H': case 'I': case 'k': case 'K':
        return quick_mask(arg, unit, vars);
    case 's': case 'z': case 'y':
        return quick_text(arg, unit, f, vars);
    case 'd': case 'f':
        return quick_float(arg, unit, vars);
    case 'p':
        return quick_bool(arg, vars);
    case 'U':
        return quick_kind(arg, gil_unicode_check(arg), vars);
    case 'S':
        return quick_kind(arg, GilBytes_Check(arg), vars);
    case 'Y':
        return quick_kind(arg, GilByteArray_Check(arg), vars);
    default:
        return 0;
    }
}

/* Whether the format may end here: at its end, or before optional units that need no second look. */
static inline int
may_end(const char *f, int optional)
{
    if (*f == '|') {
        f++;
        optional = 1;
    }
    while (*f != '\0' && *f != ':' && *f != ';') {
        char letter = *f++ | 0x20;
        if (!optional || letter < 'a' || letter > 'z')
            return 0;
    }
    return 1;
}

GIL_HOT int
gil_args_quick(GilObject *const *items, Gil_ssize_t n, const char *format, struct gil_args_vars *vars)
{
    const char *f = format;
    int optional = 0;

    for (Gil_ssize_t i = 0; i < n; i++) {
        if (*f == '|') {
            f++;
            optional = 1;
        }
        if (GIL_UNLIKELY(items[i] == NULL) || !quick_convert(items[i], &f, vars))
            return 0;
    }
    return may_end(f, optional);
}

#ifdef GIL_DEBUG
/* Whether the list may be right: names "" come first and none of them behind '$', and f, behind n units, goes on where names
 * do. What is wrong is told by the general way. A release does not look: a list is a constant, and a program is run in a debug
 * build once. */
static int
list_may_fit(const char *f, GIL_CXX_CONST char *const *names, Gil_ssize_t n)
{
    int named = 0, at_end = *f == '\0' || *f == ':' || *f == ';';
    Gil_ssize_t i;

    for (i = 0; names[i] != NULL; i++) {
        if (*names[i] == '\0' && (named || (i >= n && strchr(f, '$') != NULL)))
            return 0;
        named |= *names[i] != '\0';
    }
    return !at_end || i == n;
}
#else
#define list_may_fit(f, names, n) 1
#endif

int
gil_args_quick_named(GilObject *const *items, Gil_ssize_t n, const char *format, GIL_CXX_CONST char *const *names,
                     struct gil_args_vars *vars)
{
    const char *f = format;
    int optional = 0;

    for (Gil_ssize_t i = 0; i < n; i++) {
        if (*f == '|' && !optional) { /* a second one is no unit: the general way tells it */
            f++;
            optional = 1;
        }
        if (names[i] == NULL || GIL_UNLIKELY(items[i] == NULL) || !quick_convert(items[i], &f, vars))
            return 0;
    }
    if (!list_may_fit(f, names, n))
        return 0;
    if (*f == '|')
        optional = !optional;
    return names[n] != NULL ? optional : may_end(f, 0);
}
