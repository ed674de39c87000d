/* SPDX-License-Identifier: MIT */
/*
 * int, float and str as text, laid out by a format specification.
 *
 * Doubles are rounded by the C library, which is exact. Its decimal point is the locale's; what it gives is therefore read
 * as digits with something between them, and the point is put where it belongs. An int's presentation as a float goes
 * through a double, as in CPython.
 */
#include "value/format_number.h"

#include "gilrt/float.h"
#include "gilrt/long.h"
#include "object/format.h"
#include "value/float_text.h"
#include "value/long.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- doubles --- */

static int
is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* What printf() makes of a finite v, its decimal point one dot, which with alternate is there in any case; a heap block, or
 * NULL with MemoryError. */
static char *
print_double(GilThreadState *ts, double v, char type, int precision, int alternate)
{
    size_t room = (size_t)precision + 400; /* 309 digits before the point, some bytes of point, an exponent */
    char *text = gil_heap_malloc(ts->heap, room);

    if (text == NULL)
        return gil_err_no_memory(ts);
    int rounding = gil_round_to_nearest();
    int size = type == 'e' ? snprintf(text, room, "%.*e", precision, v) : snprintf(text, room, "%.*f", precision, v);
    gil_round_as(rounding);
    if (size < 0) { /* the C library had no memory */
        gil_heap_free(text);
        return gil_err_no_memory(ts);
    }
    char *point = text, *rest;
    while (is_digit(*point))
        point++;
    for (rest = point; *rest != '\0' && *rest != 'e' && !is_digit(*rest);)
        rest++;
    if (rest > point || alternate) {
        memmove(point + 1, rest, strlen(rest) + 1);
        *point = '.';
    }
    return text;
}

/* |v| in the form of %g, from its digits in the form of %e, which are text. */
static int
append_general(struct gil_text *text, char *digits, int precision, int flags)
{
    char *exponent = strchr(digits, 'e');
    int power = atoi(exponent + 1), alternate = flags & GIL_DOUBLE_ALTERNATE;
    int dot_zero = (flags & GIL_DOUBLE_POINT_ZERO) != 0;
    size_t n = (size_t)(exponent - digits);

    if (n > 1) { /* without the point */
        memmove(digits + 1, digits + 2, n - 2);
        n--;
    }
    while (!alternate && n > 1 && digits[n - 1] == '0')
        n--;
    if (power < -4 || power >= precision - dot_zero) {
        int rc = gil_text_append(text, digits, 1);
        if (rc == 0 && (n > 1 || alternate))
            rc = gil_text_append(text, ".", 1);
        if (rc == 0)
            rc = gil_text_append(text, digits + 1, n - 1);
        return rc < 0 ? -1 : gil_text_append(text, exponent, strlen(exponent));
    }
    int rc = power < 0 ? gil_text_append(text, "0.000", (size_t)(1 - power)) : 0;
    size_t whole = power < 0 ? 0 : (size_t)power + 1;
    if (rc == 0)
        rc = gil_text_append(text, digits, Gil_MIN(whole, n));
    for (size_t i = n; rc == 0 && i < whole; i++)
        rc = gil_text_append(text, "0", 1);
    if (rc == 0 && power >= 0 && (n > whole || alternate || dot_zero))
        rc = gil_text_append(text, ".", 1);
    if (rc == 0 && n > whole)
        rc = gil_text_append(text, digits + whole, n - whole);
    else if (rc == 0 && dot_zero)
        rc = gil_text_append(text, "0", 1);
    return rc;
}

/* The shortest form, with the point that '#' wants in "1e+16". */
static int
append_shortest(struct gil_text *text, double v, int flags)
{
    char repr[GIL_DOUBLE_REPR];
    size_t size = gil_double_repr(v, repr);
    const char *exponent = memchr(repr, 'e', size);

    if ((flags & GIL_DOUBLE_ALTERNATE) == 0 || exponent == NULL || memchr(repr, '.', size) != NULL)
        return gil_text_append(text, repr, size);
    size_t mantissa = (size_t)(exponent - repr);
    if (gil_text_append(text, repr, mantissa) < 0 || gil_text_append(text, ".", 1) < 0)
        return -1;
    return gil_text_append(text, exponent, size - mantissa);
}

int
gil_double_write(GilThreadState *ts, struct gil_text *text, double v, char type, Gil_ssize_t precision, int flags)
{
    size_t before = text->len;
    int upper = type >= 'A' && type <= 'Z', rc;
    char form = (char)(type | 0x20);

    v = fabs(v);
    if (precision > INT_MAX - 1024) {
        GilErr_SetString(GilExc_ValueError, "precision too big");
        return -1;
    }
    if (!isfinite(v))
        rc = gil_text_append(text, isnan(v) ? "nan" : "inf", 3);
    else if (form == 'r')
        rc = append_shortest(text, v, flags);
    else {
        int digits = form == 'g' ? (int)Gil_MAX(precision, 1) - 1 : (int)precision;
        int point = form != 'g' && (flags & GIL_DOUBLE_ALTERNATE);
        char *printed = print_double(ts, v, form == 'f' ? 'f' : 'e', digits, point);
        if (printed == NULL)
            return -1;
        rc = form == 'g' ? append_general(text, printed, digits + 1, flags)
                         : gil_text_append(text, printed, strlen(printed));
        gil_heap_free(printed);
    }
    for (size_t i = before; rc == 0 && upper && i < text->len; i++)
        if (text->data[i] >= 'a' && text->data[i] <= 'z')
            text->data[i] = (char)(text->data[i] - 0x20);
    return rc;
}

/* Whether text is a zero: no digit but 0 before an exponent. */
static int
shows_zero(const struct gil_text *text)
{
    for (size_t i = 0; i < text->len && text->data[i] != 'e' && text->data[i] != 'E'; i++)
        if (text->data[i] != '0' && text->data[i] != '.' && text->data[i] != '%')
            return 0;
    return 1;
}

static char
sign_of(const struct gil_spec *spec, int negative)
{
    return negative ? '-' : spec->sign == '+' || spec->sign == ' ' ? spec->sign : 0;
}

static int
write_double(struct gil_writer *writer, const struct gil_spec *spec, double v)
{
    Gil_ssize_t precision = spec->precision;
    int flags = spec->alternate ? GIL_DOUBLE_ALTERNATE : 0, negative = signbit(v) && !isnan(v);
    char type = (char)spec->type;
    struct gil_text text;

    if (spec->type == 0) {
        type = precision < 0 ? 'r' : 'g';
        flags |= GIL_DOUBLE_POINT_ZERO;
    }
    else if (spec->type == 'n')
        type = 'g';
    else if (spec->type == '%') {
        type = 'f';
        v *= 100;
    }
    if (precision < 0)
        precision = 6;
    gil_text_init(&text, writer->ts->heap);
    int rc = gil_double_write(writer->ts, &text, v, type, precision, flags);
    if (rc == 0 && spec->type == '%')
        rc = gil_text_append(&text, "%", 1);
    if (rc == 0) {
        struct gil_number_text number = {.digits = text.data, .group = 3};
        while (number.digits_size < text.len && is_digit(text.data[number.digits_size]))
            number.digits_size++;
        number.rest = text.data + number.digits_size;
        number.rest_size = text.len - number.digits_size;
        number.sign = sign_of(spec, negative && !(spec->no_minus_zero && shows_zero(&text)));
        rc = gil_spec_write_number(writer, spec, &number);
    }
    gil_text_free(&text);
    return rc;
}

int
gil_format_float(struct gil_writer *writer, struct gil_spec *spec, GilObject *obj)
{
    switch (spec->type) {
    case 0: case 'e': case 'E': case 'f': case 'F': case 'g': case 'G': case 'n': case '%':
        return write_double(writer, spec, GilFloat_AS_DOUBLE(obj));
    default:
        return gil_spec_unknown(spec, obj);
    }
}

/* --- ints --- */

static int
value_error(const char *text)
{
    GilErr_SetString(GilExc_ValueError, text);
    return -1;
}

/* 'c': the character of that number. */
static int
write_character(struct gil_writer *writer, struct gil_spec *spec, GilObject *obj)
{
    if (spec->sign != 0)
        return value_error("Sign not allowed with integer format specifier 'c'");
    if (spec->alternate)
        return value_error("Alternate form (#) not allowed with integer format specifier 'c'");
    long value = GilLong_AsLong(obj);
    if (value == -1 && GilErr_Occurred() != NULL)
        return -1;
    if (value < 0 || value > (long)GIL_MAX_CODE_POINT) {
        GilErr_SetString(GilExc_OverflowError, "%c arg not in range(0x110000)");
        return -1;
    }
    GilObject *ch = GilUnicode_FromOrdinal((int)value);
    if (ch == NULL)
        return -1;
    int rc = gil_spec_write_text(writer, spec, ch, 1);
    Gil_DECREF(ch);
    return rc;
}

static int
write_int(struct gil_writer *writer, const struct gil_spec *spec, GilObject *obj, int base, const char *prefix)
{
    GilObject *text = gil_long_to_text(writer->ts, gil_long(obj), base, 0);

    if (text == NULL)
        return -1;
    char *digits = _GilUnicode_DATA(text);
    int negative = digits[0] == '-';
    struct gil_number_text number = {
        .sign = sign_of(spec, negative),
        .prefix = prefix,
        .prefix_size = spec->alternate ? strlen(prefix) : 0,
        .digits = digits + negative,
        .digits_size = (size_t)GilUnicode_GET_LENGTH(text) - (size_t)negative,
        .rest = "",
        .group = base == 10 ? 3 : 4,
    };
    char *upper = NULL;
    if (spec->type == 'X') { /* the digits may be those of a str that all share */
        upper = gil_heap_malloc(writer->ts->heap, number.digits_size);
        if (upper == NULL) {
            Gil_DECREF(text);
            gil_err_no_memory(writer->ts);
            return -1;
        }
        for (size_t i = 0; i < number.digits_size; i++)
            upper[i] = (char)(number.digits[i] >= 'a' ? number.digits[i] - 0x20 : number.digits[i]);
        number.digits = upper;
    }
    int rc = gil_spec_write_number(writer, spec, &number);
    gil_heap_free(upper);
    Gil_DECREF(text);
    return rc;
}

int
gil_format_int(struct gil_writer *writer, struct gil_spec *spec, GilObject *obj)
{
    switch (spec->type) {
    case 'e': case 'E': case 'f': case 'F': case 'g': case 'G': case '%': {
        double v = GilLong_AsDouble(obj);
        if (v == -1.0 && gil_err_pending(writer->ts))
            return -1;
        return write_double(writer, spec, v);
    }
    case 0: case 'b': case 'c': case 'd': case 'n': case 'o': case 'x': case 'X':
        break;
    default:
        return gil_spec_unknown(spec, obj);
    }
    if (spec->precision >= 0)
        return value_error("Precision not allowed in integer format specifier");
    if (spec->no_minus_zero)
        return value_error("Negative zero coercion (z) not allowed in integer format specifier");
    switch (spec->type) {
    case 'b':
        return write_int(writer, spec, obj, 2, "0b");
    case 'c':
        return write_character(writer, spec, obj);
    case 'o':
        return write_int(writer, spec, obj, 8, "0o");
    case 'x':
        return write_int(writer, spec, obj, 16, "0x");
    case 'X':
        return write_int(writer, spec, obj, 16, "0X");
    default:
        return write_int(writer, spec, obj, 10, "");
    }
}

/* --- text --- */

int
gil_format_str(struct gil_writer *writer, struct gil_spec *spec, GilObject *obj)
{
    Gil_ssize_t length = GilUnicode_GET_LENGTH(obj);

    if (spec->type != 0 && spec->type != 's')
        return gil_spec_unknown(spec, obj);
    if (spec->sign != 0)
        return value_error(spec->sign == ' ' ? "Space not allowed in string format specifier"
                                             : "Sign not allowed in string format specifier");
    if (spec->no_minus_zero)
        return value_error("Negative zero coercion (z) not allowed in string format specifier");
    if (spec->alternate)
        return value_error("Alternate form (#) not allowed in string format specifier");
    if (spec->align == '=')
        return value_error("'=' alignment not allowed in string format specifier");
    if (spec->precision >= 0)
        length = Gil_MIN(length, spec->precision);
    return gil_spec_write_text(writer, spec, obj, length);
}
