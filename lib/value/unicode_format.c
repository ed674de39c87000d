/* SPDX-License-Identifier: MIT */
/*
 * str.format(): templates with fields in braces (PEP 3101).
 *
 * A template is read once from left to right; what stands between fields is copied, a field is looked up, converted and
 * written by its specification. A specification may hold fields of its own, one level deep. The template is a str and
 * cannot change while objects in it are asked for their text, which may run anything.
 */
#include "value/unicode_format.h"

#include "gilrt/long.h"
#include "gilrt/mapping.h"
#include "gilrt/tuple.h"
#include "value/format_object.h"

/* Room that the first block of a result has beyond the length of the template. */
#define ROOM_FOR_FIELDS 40

/* How fields without a number and fields with one have been used. */
enum numbering { NOT_NUMBERED, AUTOMATIC, MANUAL };

/* A call: what fields are taken from. */
struct source {
    GilObject *args;    /* tuple; NULL: format_map() */
    GilObject *mapping; /* names; NULL: none */
    enum numbering numbering;
    Gil_ssize_t next; /* number of the next field without one */
};

/* A part of a template that is being read: positions in text. */
struct reader {
    GilObject *text;
    int kind;
    const void *data;
    Gil_ssize_t at, end;
};

/* A field as it stands in the template. */
struct field {
    Gil_ssize_t name, name_end;
    Gil_ssize_t spec, spec_end;
    Gil_UCS4 conversion; /* 0: none */
    int nested;          /* the specification has fields */
};

static struct reader
read_part(GilObject *text, Gil_ssize_t start, Gil_ssize_t end)
{
    return (struct reader){text, GilUnicode_KIND(text), _GilUnicode_DATA(text), start, end};
}

static inline Gil_UCS4
char_at(const struct reader *from, Gil_ssize_t at)
{
    return _GilUnicode_READ(from->kind, from->data, at);
}

static int
value_error(const char *text)
{
    GilErr_SetString(GilExc_ValueError, text);
    return -1;
}

/* --- names: "0.attribute[key]" --- */

/* The number that text[start:end] is, -1 when it is none, -2 with ValueError. */
static Gil_ssize_t
number_of(const struct reader *from, Gil_ssize_t start, Gil_ssize_t end)
{
    Gil_ssize_t value = 0;

    for (Gil_ssize_t i = start; i < end; i++) {
        Gil_UCS4 ch = char_at(from, i);
        if (ch < '0' || ch > '9')
            return -1;
        if (value > (GIL_SSIZE_T_MAX - 9) / 10) {
            value_error("Too many decimal digits in format string");
            return -2;
        }
        value = value * 10 + (Gil_ssize_t)(ch - '0');
    }
    return start < end ? value : -1;
}

/* Fields have numbers of their own, or none: the two do not mix. 0, or -1 with ValueError. */
static int
keep_numbering(struct source *source, enum numbering numbering)
{
    if (source->numbering == NOT_NUMBERED)
        source->numbering = numbering;
    if (source->numbering == numbering)
        return 0;
    return value_error(numbering == AUTOMATIC
                           ? "cannot switch from manual field specification to automatic field numbering"
                           : "cannot switch from automatic field numbering to manual field specification");
}

/* The first part of a name: an argument by number or by name. New reference. */
static GilObject *
find_argument(struct source *source, const struct reader *from, Gil_ssize_t start, Gil_ssize_t end)
{
    Gil_ssize_t number = number_of(from, start, end);

    if (number == -2)
        return NULL;
    if (number >= 0 || start == end) {
        if (keep_numbering(source, start == end ? AUTOMATIC : MANUAL) < 0)
            return NULL;
        if (start == end)
            number = source->next++;
        if (source->args == NULL) {
            value_error("Format string contains positional fields");
            return NULL;
        }
        if (number >= GilTuple_GET_SIZE(source->args)) {
            GilErr_Format(GilExc_IndexError, "Replacement index %zd out of range for positional args tuple", number);
            return NULL;
        }
        return Gil_NewRef(GilTuple_GET_ITEM(source->args, number));
    }
    GilObject *name = gil_unicode_slice(gil_tstate_attached(), from->text, start, end), *value = NULL;
    if (name == NULL)
        return NULL;
    if (source->mapping != NULL)
        value = GilObject_GetItem(source->mapping, name); /* may run anything */
    else
        GilErr_SetObject(GilExc_KeyError, name);
    Gil_DECREF(name);
    return value;
}

/* obj[text[start:end]], by number or by name. */
static GilObject *
get_item(GilObject *obj, const struct reader *from, Gil_ssize_t start, Gil_ssize_t end)
{
    Gil_ssize_t number = number_of(from, start, end);

    if (number == -2)
        return NULL;
    GilObject *key = number >= 0 ? GilLong_FromSsize_t(number)
                                 : gil_unicode_slice(gil_tstate_attached(), from->text, start, end);
    if (key == NULL)
        return NULL;
    GilObject *item = GilObject_GetItem(obj, key); /* may run anything */
    Gil_DECREF(key);
    return item;
}

static GilObject *
get_attribute(GilObject *obj, const struct reader *from, Gil_ssize_t start, Gil_ssize_t end)
{
    GilObject *name = gil_unicode_slice(gil_tstate_attached(), from->text, start, end);

    if (name == NULL)
        return NULL;
    GilObject *value = GilObject_GetAttr(obj, name); /* may run anything */
    Gil_DECREF(name);
    return value;
}

/* Position of the first of two characters in text[start:end], or end. */
static Gil_ssize_t
find_either(const struct reader *from, Gil_ssize_t start, Gil_ssize_t end, Gil_UCS4 a, Gil_UCS4 b)
{
    while (start < end && char_at(from, start) != a && char_at(from, start) != b)
        start++;
    return start;
}

/* One ".attribute" or "[key]" of obj, which is given back; *at moves behind it. New reference. */
static GilObject *
follow(GilObject *obj, const struct reader *from, Gil_ssize_t *at, Gil_ssize_t end)
{
    Gil_ssize_t start = *at + 1, stop;
    GilObject *part = NULL;

    if (char_at(from, *at) == '.') {
        stop = find_either(from, start, end, '.', '[');
        if (start < stop)
            part = get_attribute(obj, from, start, stop);
        else
            value_error("Empty attribute in format string");
        *at = stop;
    }
    else if (char_at(from, *at) == '[') {
        stop = find_either(from, start, end, ']', ']');
        GIL_ASSERT(stop < end); /* read_field() passed over it */
        if (start == stop)
            value_error("Empty attribute in format string");
        else
            part = get_item(obj, from, start, stop);
        *at = stop + 1;
    }
    else
        value_error("Only '.' or '[' may follow ']' in format field specifier");
    Gil_DECREF(obj);
    return part;
}

/* The object that a field names. New reference. */
static GilObject *
find_object(struct source *source, const struct reader *from, Gil_ssize_t start, Gil_ssize_t end)
{
    Gil_ssize_t at = find_either(from, start, end, '.', '[');
    GilObject *obj = find_argument(source, from, start, at);

    while (obj != NULL && at < end)
        obj = follow(obj, from, &at, end);
    return obj;
}

/* --- fields --- */

/* Read behind the name, up to and with the brace that ends the field. 0, or -1 with ValueError. */
static int
read_spec(struct reader *from, struct field *field)
{
    int depth = 1;

    field->spec = from->at;
    for (; from->at < from->end; from->at++) {
        Gil_UCS4 ch = char_at(from, from->at);
        if (ch == '{') {
            field->nested = 1;
            depth++;
        }
        else if (ch == '}' && --depth == 0) {
            field->spec_end = from->at++;
            return 0;
        }
    }
    return value_error("unmatched '{' in format spec");
}

static int
read_conversion(struct reader *from, struct field *field)
{
    if (from->at >= from->end)
        return value_error("end of string while looking for conversion specifier");
    field->conversion = char_at(from, from->at++);
    if (from->at < from->end) {
        Gil_UCS4 ch = char_at(from, from->at++);
        if (ch == '}')
            return 0;
        if (ch != ':')
            return value_error("expected ':' after conversion specifier");
    }
    return read_spec(from, field);
}

/* Read a field whose opening brace has been read. 0, or -1 with ValueError. */
static int
read_field(struct reader *from, struct field *field)
{
    Gil_UCS4 ch = 0;

    *field = (struct field){.name = from->at};
    while (from->at < from->end) {
        ch = char_at(from, from->at++);
        if (ch == '{')
            return value_error("unexpected '{' in field name");
        if (ch == '}' || ch == ':' || ch == '!')
            break;
        if (ch == '[') /* a key may hold anything but its bracket */
            from->at = find_either(from, from->at, from->end, ']', ']');
        ch = 0;
    }
    if (ch == 0)
        return value_error("expected '}' before end of string");
    field->name_end = from->at - 1;
    return ch == '}' ? 0 : ch == '!' ? read_conversion(from, field) : read_spec(from, field);
}

/* obj as !r, !s or !a want it; obj is given back. New reference. */
static GilObject *
convert(GilObject *obj, Gil_UCS4 conversion)
{
    GilObject *text = NULL;

    if (conversion == 'r')
        text = GilObject_Repr(obj);
    else if (conversion == 's')
        text = GilObject_Str(obj);
    else if (conversion == 'a')
        text = GilObject_ASCII(obj);
    else if (conversion > 32 && conversion < 127)
        GilErr_Format(GilExc_ValueError, "Unknown conversion specifier %c", (int)conversion);
    else
        GilErr_Format(GilExc_ValueError, "Unknown conversion specifier \\x%x", (unsigned)conversion);
    Gil_DECREF(obj);
    return text;
}

static int write_part(struct gil_writer *writer, struct source *source, struct reader *from, int levels);

static int
write_field(struct gil_writer *writer, struct source *source, const struct reader *from, const struct field *field,
            int levels)
{
    GilObject *obj = find_object(source, from, field->name, field->name_end);
    int rc = -1;

    if (obj != NULL && field->conversion != 0)
        obj = convert(obj, field->conversion);
    if (obj == NULL)
        return -1;
    if (!field->nested)
        rc = gil_format_write(writer, obj, from->text, field->spec, field->spec_end);
    else {
        struct reader part = read_part(from->text, field->spec, field->spec_end);
        struct gil_writer inner;
        gil_writer_init(&inner, writer->ts);
        if (write_part(&inner, source, &part, levels - 1) == 0) {
            GilObject *spec = gil_writer_finish(&inner);
            if (spec != NULL)
                rc = gil_format_write(writer, obj, spec, 0, GilUnicode_GET_LENGTH(spec));
            Gil_XDECREF(spec);
        }
        else
            gil_writer_drop(&inner);
    }
    Gil_DECREF(obj);
    return rc;
}

/* Copy what stands before the next field, doubled braces made one. 1 when a field follows, 0 at the end, -1: error. */
static int
write_plain(struct gil_writer *writer, struct reader *from)
{
    for (;;) {
        Gil_ssize_t stop = find_either(from, from->at, from->end, '{', '}');
        if (gil_writer_str(writer, from->text, from->at, stop) < 0)
            return -1;
        from->at = stop;
        if (stop == from->end)
            return 0;
        Gil_UCS4 brace = char_at(from, from->at++);
        int doubled = from->at < from->end && char_at(from, from->at) == brace;
        if (!doubled && brace == '}')
            return value_error("Single '}' encountered in format string");
        if (from->at == from->end)
            return value_error("Single '{' encountered in format string");
        if (!doubled)
            return 1;
        from->at++;
        if (gil_writer_char(writer, brace) < 0)
            return -1;
    }
}

/* A template, or a specification with fields; levels that may still be nested. 0, or -1 with the error set. */
static int
write_part(struct gil_writer *writer, struct source *source, struct reader *from, int levels)
{
    struct field field;
    int rc;

    if (levels <= 0)
        return value_error("Max string recursion exceeded");
    while ((rc = write_plain(writer, from)) == 1)
        if (read_field(from, &field) < 0 || write_field(writer, source, from, &field, levels) < 0)
            return -1;
    return rc;
}

static GilObject *
format(GilObject *self, struct source *source)
{
    struct reader from = read_part(self, 0, GilUnicode_GET_LENGTH(self));
    struct gil_writer writer;

    gil_writer_init(&writer, gil_tstate_attached());
    if (gil_writer_reserve(&writer, from.end + ROOM_FOR_FIELDS, 0x7f) == 0
        && write_part(&writer, source, &from, 2) == 0)
        return gil_writer_finish(&writer);
    gil_writer_drop(&writer);
    return NULL;
}

GilObject *
gil_unicode_format_method(GilObject *self, GilObject *args, GilObject *kwargs)
{
    struct source source = {.args = args, .mapping = kwargs};
    return format(self, &source);
}

GilObject *
gil_unicode_format_map(GilObject *self, GilObject *mapping)
{
    struct source source = {.mapping = mapping};
    return format(self, &source);
}
