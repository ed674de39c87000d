/* SPDX-License-Identifier: MIT */
/* Format specifications taken apart (PEP 3101, PEP 378, PEP 515, PEP 682), and text laid out by them. */
#include "value/format_spec.h"

/* Text of a specification being read. */
struct reader {
    int kind;
    const void *data;
    Gil_ssize_t at, end;
};

static Gil_UCS4
look(const struct reader *from, Gil_ssize_t ahead)
{
    return from->at + ahead < from->end ? _GilUnicode_READ(from->kind, from->data, from->at + ahead) : 0;
}

/* The next character if it is ch. */
static int
take(struct reader *from, Gil_UCS4 ch)
{
    if (from->at >= from->end || look(from, 0) != ch)
        return 0;
    from->at++;
    return 1;
}

static int
is_align(Gil_UCS4 ch)
{
    return ch == '<' || ch == '>' || ch == '=' || ch == '^';
}

static int
value_error(const char *text)
{
    GilErr_SetString(GilExc_ValueError, text);
    return -1;
}

/* A number, or -1 where there is none, in *value. 0, or -1 with ValueError. */
static int
take_number(struct reader *from, Gil_ssize_t *value)
{
    *value = -1;
    for (Gil_UCS4 ch; (ch = look(from, 0)) >= '0' && ch <= '9'; from->at++) {
        Gil_ssize_t so_far = Gil_MAX(*value, 0);
        if (so_far > (GIL_SSIZE_T_MAX - 9) / 10)
            return value_error("Too many decimal digits in format string");
        *value = so_far * 10 + (Gil_ssize_t)(ch - '0');
    }
    return 0;
}

void
gil_spec_init(struct gil_spec *spec, char align)
{
    *spec = (struct gil_spec){.fill = ' ', .align = align, .width = -1, .precision = -1};
}

/* "[[fill]align][sign][z][#][0]". */
static void
parse_looks(struct gil_spec *spec, struct reader *from)
{
    int aligned = 0, filled = 0;

    if (from->end - from->at >= 2 && is_align(look(from, 1))) {
        spec->fill = look(from, 0);
        spec->align = (char)look(from, 1);
        filled = aligned = 1;
        from->at += 2;
    }
    else if (is_align(look(from, 0))) {
        spec->align = (char)look(from, 0);
        aligned = 1;
        from->at++;
    }
    Gil_UCS4 sign = look(from, 0);
    if (sign == '+' || sign == '-' || sign == ' ') {
        spec->sign = (char)sign;
        from->at++;
    }
    spec->no_minus_zero = take(from, 'z');
    spec->alternate = take(from, '#');
    if (!filled && look(from, 0) == '0') {
        spec->fill = '0';
        if (!aligned && spec->align == '>')
            spec->align = '=';
        from->at++;
    }
}

/* Which types of presentation a grouping goes with. 0, or -1 with ValueError. */
static int
check_grouping(const struct gil_spec *spec)
{
    switch (spec->type) {
    case 'd': case 'e': case 'f': case 'g': case 'E': case 'G': case '%': case 'F': case 0:
        return 0;
    case 'b': case 'o': case 'x': case 'X':
        if (spec->grouping == '_')
            return 0;
        break;
    default:
        break;
    }
    if (spec->type > 32 && spec->type < 128)
        GilErr_Format(GilExc_ValueError, "Cannot specify '%c' with '%c'.", spec->grouping, (int)spec->type);
    else
        GilErr_Format(GilExc_ValueError, "Cannot specify '%c' with '\\x%x'.", spec->grouping, (unsigned)spec->type);
    return -1;
}

int
gil_spec_parse(struct gil_spec *spec, GilObject *text, Gil_ssize_t start, Gil_ssize_t end, GilObject *obj)
{
    struct reader from = {GilUnicode_KIND(text), _GilUnicode_DATA(text), start, end};

    parse_looks(spec, &from);
    if (take_number(&from, &spec->width) < 0)
        return -1;
    if (take(&from, ','))
        spec->grouping = ',';
    if (take(&from, '_')) {
        if (spec->grouping != 0)
            return value_error("Cannot specify both ',' and '_'.");
        spec->grouping = '_';
    }
    if (spec->grouping == '_' && look(&from, 0) == ',')
        return value_error("Cannot specify both ',' and '_'.");
    if (take(&from, '.')) {
        if (take_number(&from, &spec->precision) < 0)
            return -1;
        if (spec->precision < 0)
            return value_error("Format specifier missing precision");
    }
    if (from.end - from.at > 1) {
        GilObject *shown = gil_unicode_slice(gil_tstate_attached(), text, start, end);
        if (shown != NULL)
            GilErr_Format(GilExc_ValueError, "Invalid format specifier '%U' for object of type '%.200s'", shown,
                          Gil_TYPE(obj)->tp_name);
        Gil_XDECREF(shown);
        return -1;
    }
    if (from.end > from.at)
        spec->type = look(&from, 0);
    else if (spec->grouping == 0)
        return 0;
    else if (gil_unicode_check(obj))
        spec->type = 's'; /* named in the error below */
    if (from.end > from.at && spec->type == 0)
        return gil_spec_unknown(spec, obj); /* a NUL is no type; 0 means that there is none */
    return spec->grouping == 0 ? 0 : check_grouping(spec);
}

int
gil_spec_unknown(const struct gil_spec *spec, GilObject *obj)
{
    if (spec->type > 32 && spec->type < 128)
        GilErr_Format(GilExc_ValueError, "Unknown format code '%c' for object of type '%.200s'", (int)spec->type,
                      Gil_TYPE(obj)->tp_name);
    else
        GilErr_Format(GilExc_ValueError, "Unknown format code '\\x%x' for object of type '%.200s'",
                      (unsigned)spec->type, Gil_TYPE(obj)->tp_name);
    return -1;
}

/* --- laid out --- */

/* How many of pad characters stand before what is aligned. */
static Gil_ssize_t
pad_before(char align, Gil_ssize_t pad)
{
    return align == '>' ? pad : align == '^' ? pad / 2 : 0;
}

/*
 * Digits in groups, padded with zeros to at least min characters, a group never beginning with its separator; so the
 * result may be one longer than min. They are written so that they end before end; NULL: nothing is written. Returns
 * how many characters that is.
 */
static Gil_ssize_t
write_groups(const struct gil_number_text *number, char separator, Gil_ssize_t min, char *end)
{
    Gil_ssize_t left = (Gil_ssize_t)number->digits_size, count = 0;

    for (;;) {
        Gil_ssize_t size = Gil_MIN(number->group, Gil_MAX(Gil_MAX(left, min), 1));
        for (Gil_ssize_t i = 0; i < size; i++, count++, left--)
            if (end != NULL)
                *--end = left > 0 ? number->digits[left - 1] : '0';
        left = Gil_MAX(left, 0);
        min -= size;
        if (left <= 0 && min <= 0)
            break;
        count++;
        min--;
        if (end != NULL)
            *--end = separator;
    }
    return count;
}

/* The digits of a number, count characters. */
static int
write_digits(struct gil_writer *writer, const struct gil_spec *spec, const struct gil_number_text *number,
             Gil_ssize_t min, Gil_ssize_t count)
{
    if (count == (Gil_ssize_t)number->digits_size)
        return gil_writer_ascii(writer, number->digits, count);
    if (spec->grouping == 0) {
        if (gil_writer_fill(writer, '0', count - (Gil_ssize_t)number->digits_size) < 0)
            return -1;
        return gil_writer_ascii(writer, number->digits, (Gil_ssize_t)number->digits_size);
    }
    char *text = gil_heap_malloc(writer->ts->heap, (size_t)count);
    if (text == NULL) {
        gil_err_no_memory(writer->ts);
        return -1;
    }
    write_groups(number, spec->grouping, min, text + count);
    int rc = gil_writer_ascii(writer, text, count);
    gil_heap_free(text);
    return rc;
}

int
gil_spec_write_number(struct gil_writer *writer, const struct gil_spec *spec, const struct gil_number_text *number)
{
    Gil_ssize_t around = (number->sign != 0) + (Gil_ssize_t)(number->prefix_size + number->rest_size);
    Gil_ssize_t count = (Gil_ssize_t)number->digits_size, min = 0;

    if (spec->fill == '0' && spec->align == '=' && number->digits_size > 0)
        min = Gil_MAX(spec->width - around, 0);
    if (spec->grouping != 0 && number->digits_size > 0)
        count = write_groups(number, spec->grouping, min, NULL);
    else
        count = Gil_MAX(count, min);
    Gil_ssize_t pad = Gil_MAX(spec->width - around - count, 0), before = pad_before(spec->align, pad);
    Gil_ssize_t inside = spec->align == '=' ? pad : 0;
    if (gil_writer_fill(writer, spec->fill, before) < 0 || (number->sign != 0 && gil_writer_char(writer, (Gil_UCS4)number->sign) < 0)
        || gil_writer_ascii(writer, number->prefix, (Gil_ssize_t)number->prefix_size) < 0
        || gil_writer_fill(writer, spec->fill, inside) < 0 || write_digits(writer, spec, number, min, count) < 0
        || gil_writer_ascii(writer, number->rest, (Gil_ssize_t)number->rest_size) < 0)
        return -1;
    return gil_writer_fill(writer, spec->fill, pad - before - inside);
}

int
gil_spec_write_text(struct gil_writer *writer, const struct gil_spec *spec, GilObject *str, Gil_ssize_t length)
{
    Gil_ssize_t pad = Gil_MAX(spec->width - length, 0);
    /* A character has no sign to pad behind: '=' is '>'. */
    Gil_ssize_t before = pad_before(spec->align == '=' ? '>' : spec->align, pad);

    if (gil_writer_fill(writer, spec->fill, before) < 0 || gil_writer_str(writer, str, 0, length) < 0)
        return -1;
    return gil_writer_fill(writer, spec->fill, pad - before);
}
