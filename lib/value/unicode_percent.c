/* SPDX-License-Identifier: MIT */
/*
 * Templates with the conversions of printf(): str % args, and what bytes % args shares with it.
 *
 * A conversion takes the next item of a tuple, the one argument that is no tuple, or, with a name in parentheses, the item
 * of a mapping. Each is held while it is asked for its text, which may run anything; the template cannot change.
 *
 * Octets are worked off as the characters of those numbers, and so are written: a result of octets is a str without
 * anything wider, which octets_percent.c turns into what was asked for. Only what %s, %b and %c take, and a few words of
 * errors, are not the same there.
 */
#include "value/unicode_percent.h"

#include "gilrt/bytes.h"
#include "gilrt/float.h"
#include "gilrt/long.h"
#include "gilrt/mapping.h"
#include "gilrt/number.h"
#include "gilrt/tuple.h"
#include "object/error.h"
#include "object/format.h"
#include "value/format_number.h"
#include "value/long.h"
#include "value/row.h"
#include "value/unicode_format.h"
#include "value/unicode_search.h"

#include <limits.h>
#include <math.h>
#include <string.h>

/* Room that the first block of a result has beyond the length of the template. */
#define ROOM_FOR_ARGUMENTS 40

/* A template being worked off. */
struct template {
    GilThreadState *ts;
    const struct gil_percent *of;
    int kind;
    const void *data;
    Gil_ssize_t at, end;
    GilObject *args;    /* strong: a tuple of arguments, or the only one */
    int several;        /* it is a tuple of them */
    Gil_ssize_t next;   /* arguments taken */
    GilObject *mapping; /* where names are looked up; borrowed from the caller, or NULL */
};

/* One conversion. */
struct conversion {
    int octets; /* the template is of octets */
    int minus, alternate, zero;
    char sign;                    /* '+', ' ', or 0 */
    Gil_ssize_t width, precision; /* -1: none */
    Gil_UCS4 type;
};

static __attribute__((cold)) int
type_error(const char *text)
{
    GilErr_SetString(GilExc_TypeError, text);
    return -1;
}

static __attribute__((cold)) int
value_error(const char *text)
{
    GilErr_SetString(GilExc_ValueError, text);
    return -1;
}

/* The next character, which is taken. 0, or -1 with ValueError at the end. */
static int
take(struct template *t, Gil_UCS4 *ch)
{
    if (t->at >= t->end)
        return value_error("incomplete format");
    *ch = _GilUnicode_READ(t->kind, t->data, t->at++);
    return 0;
}

/* The next argument, a new reference; NULL with the error set. */
static GilObject *
next_argument(struct template *t)
{
    if (t->next < (t->several ? GilTuple_GET_SIZE(t->args) : 1)) {
        t->next++;
        return t->several ? gil_row_item(t->args, t->next - 1) : Gil_NewRef(t->args);
    }
    type_error("not enough arguments for format string");
    return NULL;
}

/* Behind "(": the name up to its parenthesis. From here on that item is the only argument. */
static __attribute__((cold)) int
read_name(struct template *t)
{
    Gil_ssize_t start = t->at;

    if (t->mapping == NULL)
        return type_error("format requires a mapping");
    for (int depth = 1; depth > 0;) {
        if (t->at >= t->end)
            return value_error("incomplete format key");
        Gil_UCS4 ch = _GilUnicode_READ(t->kind, t->data, t->at++);
        depth += (ch == '(') - (ch == ')');
    }
    GilObject *name = t->of->text != NULL
                          ? gil_unicode_slice(t->ts, t->of->text, start, t->at - 1)
                          : GilBytes_FromStringAndSize((const char *)t->data + start, t->at - 1 - start);
    if (name == NULL)
        return -1;
    GilObject *value = GilObject_GetItem(t->mapping, name); /* may run anything */
    Gil_DECREF(name);
    if (value == NULL)
        return -1;
    Gil_SETREF(t->args, value);
    t->several = 0;
    t->next = 0;
    return 0;
}

/* '*': a width, or a precision, that is an argument. 0, or -1 with the error set. */
static __attribute__((cold)) int
take_star(struct template *t, Gil_ssize_t *value, int precision)
{
    GilObject *arg = next_argument(t);
    int rc = 0;

    if (arg == NULL)
        return -1;
    if (!gil_is_int(arg))
        rc = type_error("* wants int");
    else {
        *value = precision ? GilLong_AsInt(arg) : GilLong_AsSsize_t(arg);
        rc = *value == -1 && gil_err_pending(t->ts) ? -1 : 0;
    }
    Gil_DECREF(arg);
    return rc;
}

/* Digits, of which the first is in *ch, or none; *ch is then what follows. */
static int
read_digits(struct template *t, Gil_UCS4 *ch, Gil_ssize_t *value, Gil_ssize_t max, const char *too_big)
{
    while (*ch >= '0' && *ch <= '9') {
        if (*value > (max - (Gil_ssize_t)(*ch - '0')) / 10)
            return value_error(too_big);
        *value = Gil_MAX(*value, 0) * 10 + (Gil_ssize_t)(*ch - '0');
        if (take(t, ch) < 0)
            return -1;
    }
    return 0;
}

static int
read_flags(struct template *t, struct conversion *c, Gil_UCS4 *ch)
{
    for (;;) {
        if (take(t, ch) < 0)
            return -1;
        if (*ch == '-')
            c->minus = 1;
        else if (*ch == '+')
            c->sign = '+';
        else if (*ch == ' ')
            c->sign = c->sign == '+' ? '+' : ' ';
        else if (*ch == '#')
            c->alternate = 1;
        else if (*ch == '0')
            c->zero = 1;
        else
            return 0;
    }
}

/* Flags, width, precision, a length that means nothing, and the type. 0, or -1 with the error set. */
static int
read_conversion(struct template *t, struct conversion *c)
{
    Gil_UCS4 ch;

    *c = (struct conversion){.octets = t->of->text == NULL, .width = -1, .precision = -1};
    if (t->at < t->end && _GilUnicode_READ(t->kind, t->data, t->at) == '(') {
        t->at++;
        if (read_name(t) < 0)
            return -1;
    }
    if (read_flags(t, c, &ch) < 0)
        return -1;
    if (ch == '*') {
        if (take_star(t, &c->width, 0) < 0 || take(t, &ch) < 0)
            return -1;
        if (c->width < 0) { /* as printf() has it */
            c->minus = 1;
            c->width = c->width == GIL_SSIZE_T_MIN ? GIL_SSIZE_T_MAX : -c->width;
        }
    }
    else if (read_digits(t, &ch, &c->width, GIL_SSIZE_T_MAX, "width too big") < 0)
        return -1;
    if (ch == '.') {
        c->precision = 0;
        if (take(t, &ch) < 0)
            return -1;
        if (ch == '*') {
            if (take_star(t, &c->precision, 1) < 0 || take(t, &ch) < 0)
                return -1;
            c->precision = Gil_MAX(c->precision, 0);
        }
        else if (read_digits(t, &ch, &c->precision, INT_MAX, c->octets ? "prec too big" : "precision too big") < 0)
            return -1;
    }
    if ((ch == 'h' || ch == 'l' || ch == 'L') && take(t, &ch) < 0)
        return -1;
    c->type = ch;
    return 0;
}

/* Where a conversion puts what is shorter than its width. */
static struct gil_spec
layout(const struct conversion *c, int number)
{
    struct gil_spec spec;

    gil_spec_init(&spec, c->minus ? '<' : '>');
    spec.width = c->width;
    if (number && c->zero && !c->minus) {
        spec.fill = '0';
        spec.align = '=';
    }
    return spec;
}

static int
write_text(struct gil_writer *writer, const struct conversion *c, GilObject *str)
{
    int rc;

    if (str == NULL)
        return -1;
    Gil_ssize_t length = GilUnicode_GET_LENGTH(str);
    if (c->precision >= 0)
        length = Gil_MIN(length, c->precision);
    if (c->width <= length) /* nearly always: as it is */
        rc = gil_writer_str(writer, str, 0, length);
    else {
        struct gil_spec spec = layout(c, 0);
        rc = gil_spec_write_text(writer, &spec, str, length);
    }
    Gil_DECREF(str);
    return rc;
}

/* The int that arg is or can be made for this type of conversion; a new reference, NULL with the error set. */
static __attribute__((cold)) GilObject *
to_int(const struct conversion *c, GilObject *arg)
{
    int whole = c->type == 'o' || c->type == 'x' || c->type == 'X';
    GilObject *number = NULL;

    if (gil_is_int(arg))
        return Gil_NewRef(arg);
    if (whole || GilNumber_Check(arg)) {
        number = whole ? GilNumber_Index(arg) : GilNumber_Long(arg); /* may run anything */
        if (number != NULL || !GilErr_ExceptionMatches(GilExc_TypeError))
            return number;
    }
    GilErr_Format(GilExc_TypeError,
                  whole ? "%%%c format: an integer is required, not %.200s"
                        : "%%%c format: a real number is required, not %.200s",
                  (int)(c->octets && c->type == 'i' ? 'd' : c->type), Gil_TYPE(arg)->tp_name);
    return NULL;
}

/* The digits of text, at least precision of them. 0, or -1 with the error set. */
static __attribute__((cold)) int
write_digits(struct gil_writer *writer, const struct conversion *c, GilObject *text, const char *prefix)
{
    const char *digits = _GilUnicode_DATA(text);
    int negative = digits[0] == '-';
    size_t size = (size_t)GilUnicode_GET_LENGTH(text) - (size_t)negative;
    struct gil_spec spec = layout(c, 1);
    struct gil_number_text number = {.sign = negative ? '-' : c->sign, .prefix = prefix, .rest = "", .group = 3};
    struct gil_text padded;

    number.prefix_size = c->alternate ? strlen(prefix) : 0;
    if (c->precision <= (Gil_ssize_t)size && c->type != 'X') { /* nearly always: as they are */
        number.digits = digits + negative;
        number.digits_size = size;
        return gil_spec_write_number(writer, &spec, &number);
    }
    gil_text_init(&padded, writer->ts->heap);
    int rc = 0;
    if (c->precision > INT_MAX - 3) {
        GilErr_SetString(GilExc_OverflowError, "precision too large");
        rc = -1;
    }
    for (Gil_ssize_t i = (Gil_ssize_t)size; rc == 0 && i < c->precision; i++)
        rc = gil_text_append(&padded, "0", 1);
    if (rc == 0)
        rc = gil_text_append(&padded, digits + negative, size);
    for (size_t i = 0; rc == 0 && c->type == 'X' && i < padded.len; i++)
        if (padded.data[i] >= 'a')
            padded.data[i] = (char)(padded.data[i] - 0x20);
    if (rc == 0) {
        number.digits = padded.data;
        number.digits_size = padded.len;
        rc = gil_spec_write_number(writer, &spec, &number);
    }
    gil_text_free(&padded);
    return rc;
}

/* Digits as they are. */
static int
write_small(struct gil_writer *writer, uint64_t value)
{
    char text[20], *end = text + sizeof text, *at = end;

    do
        *--at = (char)('0' + value % 10);
    while ((value /= 10) > 0);
    return gil_writer_ascii(writer, at, end - at);
}

static int
write_int(struct gil_writer *writer, const struct conversion *c, GilObject *arg)
{
    int base = c->type == 'o' ? 8 : c->type == 'x' || c->type == 'X' ? 16 : 10, rc = -1;
    const char *prefix = c->type == 'o' ? "0o" : c->type == 'x' ? "0x" : c->type == 'X' ? "0X" : "";
    GilObject *number = to_int(c, arg);

    if (number == NULL)
        return -1;
    if (base == 10 && c->width <= 0 && c->precision <= 0 && c->sign == 0 && (size_t)gil_long(number)->size <= 1) {
        rc = write_small(writer, gil_long(number)->digit[0]);
        Gil_DECREF(number);
        return rc;
    }
    GilObject *text = gil_long_to_text(writer->ts, gil_long(number), base, 0);
    Gil_DECREF(number);
    if (text != NULL) {
        rc = write_digits(writer, c, text, prefix);
        Gil_DECREF(text);
    }
    return rc;
}

static __attribute__((cold)) int
write_float(struct gil_writer *writer, const struct conversion *c, GilObject *arg)
{
    double v = GilFloat_AsDouble(arg); /* may run anything */
    struct gil_spec spec = layout(c, 1);
    struct gil_text text;

    if (v == -1.0 && gil_err_pending(writer->ts)) {
        if (c->octets && (GilErr_ExceptionMatches(GilExc_TypeError) || GilErr_ExceptionMatches(GilExc_OverflowError)))
            GilErr_Format(GilExc_TypeError, "float argument required, not %.200s", Gil_TYPE(arg)->tp_name);
        return -1;
    }
    gil_text_init(&text, writer->ts->heap);
    int rc = gil_double_write(writer->ts, &text, v, (char)c->type, c->precision < 0 ? 6 : c->precision,
                              c->alternate ? GIL_DOUBLE_ALTERNATE : 0);
    if (rc == 0) {
        struct gil_number_text number = {.digits = text.data, .digits_size = text.len, .rest = "", .group = 3};
        number.sign = signbit(v) && !isnan(v) ? '-' : c->sign;
        rc = gil_spec_write_number(writer, &spec, &number);
    }
    gil_text_free(&text);
    return rc;
}

/* %c: an int, or a str of one character. */
static __attribute__((cold)) int
write_character(struct gil_writer *writer, const struct template *t, const struct conversion *c, GilObject *arg)
{
    struct conversion whole = *c;

    whole.precision = -1;
    if (c->octets)
        return write_text(writer, &whole, t->of->octet_of(arg));
    if (gil_unicode_check(arg)) {
        if (GilUnicode_GET_LENGTH(arg) != 1)
            return type_error("%c requires int or char");
        return write_text(writer, &whole, Gil_NewRef(arg));
    }
    GilObject *number = GilNumber_Index(arg); /* may run anything */
    if (number == NULL)
        return GilErr_ExceptionMatches(GilExc_TypeError) ? type_error("%c requires int or char") : -1;
    int overflow;
    long value = GilLong_AsLongAndOverflow(number, &overflow);
    Gil_DECREF(number);
    if (overflow != 0 || value < 0 || value > (long)GIL_MAX_CODE_POINT) {
        GilErr_SetString(GilExc_OverflowError, "%c arg not in range(0x110000)");
        return -1;
    }
    return write_text(writer, &whole, GilUnicode_FromOrdinal((int)value));
}

static __attribute__((cold)) int
unknown_type(const struct template *t, const struct conversion *c)
{
    GilErr_Format(GilExc_ValueError, "unsupported format character '%c' (0x%x) at index %zd",
                  c->type >= (c->octets ? 1 : 31) && c->type < 127 ? (int)c->type : '?', (unsigned)c->type, t->at - 1);
    return -1;
}

static int
write_argument(struct gil_writer *writer, const struct template *t, const struct conversion *c, GilObject *arg)
{
    switch (c->type) {
    case 's':
        return write_text(writer, c, c->octets ? t->of->octets_of(arg) : GilObject_Str(arg));
    case 'b':
        return c->octets ? write_text(writer, c, t->of->octets_of(arg)) : unknown_type(t, c);
    case 'r':
        return write_text(writer, c, c->octets ? GilObject_ASCII(arg) : GilObject_Repr(arg));
    case 'a':
        return write_text(writer, c, GilObject_ASCII(arg));
    case 'd': case 'i': case 'u': case 'o': case 'x': case 'X':
        return write_int(writer, c, arg);
    case 'e': case 'E': case 'f': case 'F': case 'g': case 'G':
        return write_float(writer, c, arg);
    case 'c':
        return write_character(writer, t, c, arg);
    default:
        return unknown_type(t, c);
    }
}

/* What follows a '%'. 0, or -1 with the error set. */
static int
write_conversion(struct gil_writer *writer, struct template *t)
{
    struct conversion c;

    if (t->at < t->end && _GilUnicode_READ(t->kind, t->data, t->at) == '%') {
        t->at++;
        return gil_writer_char(writer, '%');
    }
    if (read_conversion(t, &c) < 0)
        return -1;
    GilObject *arg = next_argument(t);
    if (arg == NULL)
        return -1;
    int rc = write_argument(writer, t, &c, arg);
    Gil_DECREF(arg);
    return rc;
}

static int
write_template(struct gil_writer *writer, struct template *t)
{
    while (t->at < t->end) {
        Gil_ssize_t start = t->at, next = gil_find_char(t->kind, t->data, '%', start, t->end, 1);
        t->at = next < 0 ? t->end : next;
        if (t->of->text != NULL ? gil_writer_str(writer, t->of->text, start, t->at)
                                : gil_writer_data(writer, t->kind, (const char *)t->data + start, t->at - start))
            return -1;
        if (t->at < t->end) {
            t->at++;
            if (write_conversion(writer, t) < 0)
                return -1;
        }
    }
    if (t->mapping == NULL && t->next < (t->several ? GilTuple_GET_SIZE(t->args) : 1))
        return type_error(t->of->text != NULL ? "not all arguments converted during string formatting"
                                              : "not all arguments converted during bytes formatting");
    return 0;
}

int
gil_percent_write(struct gil_writer *writer, const struct gil_percent *of, GilObject *args)
{
    struct template t = {writer->ts, of, 1, of->octets, 0, of->size, Gil_NewRef(args), gil_tuple_check(args), 0, NULL};

    if (of->text != NULL) {
        t.kind = GilUnicode_KIND(of->text);
        t.data = _GilUnicode_DATA(of->text);
        t.end = GilUnicode_GET_LENGTH(of->text);
    }
    if (!t.several && !gil_unicode_check(args) && (of->is_octets == NULL || !of->is_octets(args)) && GilMapping_Check(args))
        t.mapping = args;
    int rc = gil_writer_reserve(writer, t.end + ROOM_FOR_ARGUMENTS, 0x7f);
    if (rc == 0)
        rc = write_template(writer, &t);
    Gil_DECREF(t.args);
    return rc;
}

static GilObject *
format(GilThreadState *ts, GilObject *text, GilObject *args)
{
    struct gil_percent of = {.text = text};
    struct gil_writer writer;

    gil_writer_init(&writer, ts);
    if (gil_percent_write(&writer, &of, args) == 0)
        return gil_writer_finish(&writer);
    gil_writer_drop(&writer);
    return NULL;
}

GilObject *
GilUnicode_Format(GilObject *format_string, GilObject *args)
{
    GilThreadState *ts = gil_err_begin(__func__, format_string != NULL && args != NULL);

    if (gil_unicode_need(__func__, format_string) < 0)
        return NULL;
    return args == NULL ? gil_err_null(__func__) : format(ts, format_string, args);
}

GilObject *
gil_unicode_remainder(GilObject *left, GilObject *right)
{
    if (!gil_unicode_check(left))
        Gil_RETURN_NOTIMPLEMENTED;
    return format(gil_tstate_attached(), left, right);
}
