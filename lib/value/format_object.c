/* SPDX-License-Identifier: MIT */
/*
 * format(): which way an object is formatted.
 *
 * The built-in kinds that know specifications, when exact, are written without a call; for everything else its type is
 * asked for a __format__. An object of a type without one is its str, and knows no specification but the empty one.
 */
#include "value/format_object.h"

#include "gilrt/call.h"
#include "gilrt/float.h"
#include "gilrt/long.h"
#include "object/error.h"
#include "protocol/kind.h"
#include "value/format_number.h"
#include "value/long.h"

/* The built-in ways. obj is an int, a float, a str, or of a subtype. */
static int
write_known(struct gil_writer *writer, GilObject *obj, GilObject *text, Gil_ssize_t start, Gil_ssize_t end)
{
    int is_str = gil_unicode_check(obj);
    struct gil_spec spec;

    gil_spec_init(&spec, is_str ? '<' : '>');
    if (gil_spec_parse(&spec, text, start, end, obj) < 0)
        return -1;
    return is_str               ? gil_format_str(writer, &spec, obj)
           : gil_is_int(obj)    ? gil_format_int(writer, &spec, obj)
                                : gil_format_float(writer, &spec, obj);
}

static int
is_known_exactly(GilObject *obj)
{
    return GilUnicode_CheckExact(obj) || GilLong_CheckExact(obj) || GilFloat_CheckExact(obj);
}

/* Write a new str, which this function takes; NULL: it could not be made. */
static int
write_new(struct gil_writer *writer, GilObject *str)
{
    if (str == NULL)
        return -1;
    int rc = gil_writer_str(writer, str, 0, GilUnicode_GET_LENGTH(str));
    Gil_DECREF(str);
    return rc;
}

/* What the __format__ of the object's type gives; without one, its str. A new reference to a str. */
static GilObject *
ask(GilObject *obj, GilObject *spec)
{
    GilObject *method;
    int rc = gil_find_hook(gil_tstate_attached(), obj, "__format__", 1, &method); /* may run anything */

    if (rc < 0)
        return NULL;
    if (rc == 0) {
        if (GilUnicode_GET_LENGTH(spec) == 0)
            return GilObject_Str(obj);
        return GilErr_Format(GilExc_TypeError, "unsupported format string passed to %.200s.__format__",
                             Gil_TYPE(obj)->tp_name);
    }
    GilObject *text = GilObject_CallOneArg(method, spec); /* may run anything */
    Gil_DECREF(method);
    if (text != NULL && !gil_unicode_check(text)) {
        GilErr_Format(GilExc_TypeError, "__format__ must return a str, not %.200s", Gil_TYPE(text)->tp_name);
        Gil_CLEAR(text);
    }
    return text;
}

int
gil_format_write(struct gil_writer *writer, GilObject *obj, GilObject *spec, Gil_ssize_t start, Gil_ssize_t end)
{
    if (is_known_exactly(obj)) {
        if (start < end)
            return write_known(writer, obj, spec, start, end);
        if (GilUnicode_CheckExact(obj))
            return gil_writer_str(writer, obj, 0, GilUnicode_GET_LENGTH(obj));
        return write_new(writer, GilObject_Str(obj));
    }
    GilObject *part = start < end ? gil_unicode_slice(writer->ts, spec, start, end) : gil_unicode_empty();
    if (part == NULL)
        return -1;
    int rc = write_new(writer, ask(obj, part));
    Gil_DECREF(part);
    return rc;
}

GilObject *
gil_format_method(GilObject *self, GilObject *spec)
{
    struct gil_writer writer;

    if (!gil_unicode_check(spec)) {
        GilErr_Format(GilExc_TypeError, "__format__() argument must be str, not %.50s", Gil_TYPE(spec)->tp_name);
        return NULL;
    }
    if (GilUnicode_GET_LENGTH(spec) == 0)
        return GilObject_Str(self); /* may run the str of a subtype */
    gil_writer_init(&writer, gil_tstate_attached());
    if (write_known(&writer, self, spec, 0, GilUnicode_GET_LENGTH(spec)) == 0)
        return gil_writer_finish(&writer);
    gil_writer_drop(&writer);
    return NULL;
}

GilObject *
GilObject_Format(GilObject *obj, GilObject *format_spec)
{
    GilThreadState *ts = gil_err_begin(__func__, obj != NULL);
    struct gil_writer writer;

    if (obj == NULL)
        return gil_err_null(__func__);
    if (format_spec != NULL && !gil_unicode_check(format_spec)) {
        GilErr_Format(GilExc_SystemError, "%s: Format specifier must be a string, not %.200s", __func__,
                      Gil_TYPE(format_spec)->tp_name);
        return NULL;
    }
    Gil_ssize_t length = format_spec == NULL ? 0 : GilUnicode_GET_LENGTH(format_spec);
    if (length == 0 && GilUnicode_CheckExact(obj))
        return Gil_NewRef(obj);
    if (!is_known_exactly(obj))
        return ask(obj, format_spec == NULL ? gil_unicode_empty() : format_spec);
    gil_writer_init(&writer, ts);
    if (gil_format_write(&writer, obj, format_spec, 0, length) == 0)
        return gil_writer_finish(&writer);
    gil_writer_drop(&writer);
    return NULL;
}
