/* SPDX-License-Identifier: MIT */
/* Methods of str that pad text, or send each character through a table. */
#include "value/unicode_pad.h"

#include "gilrt/dict.h"
#include "gilrt/exception.h"
#include "gilrt/long.h"
#include "gilrt/mapping.h"
#include "value/text_args.h"
#include "value/unicode_writer.h"

#include <string.h>

/* --- padded --- */

/* The result of what was written, or of what failed. */
static GilObject *
finish(struct gil_writer *writer, int rc)
{
    if (rc == 0)
        return gil_writer_finish(writer);
    gil_writer_drop(writer);
    return NULL;
}

/* self, from character at on, between left and right times fill; sign, unless it is 0, comes first. */
static GilObject *
pad(GilObject *self, Gil_UCS4 sign, Gil_ssize_t left, Gil_ssize_t right, Gil_UCS4 fill)
{
    GilThreadState *ts = gil_tstate_attached();
    Gil_ssize_t length = GilUnicode_GET_LENGTH(self), start = sign != 0;
    struct gil_writer writer;

    if (left + right == 0)
        return gil_unicode_slice(ts, self, 0, length);
    gil_writer_init(&writer, ts);
    int rc = sign != 0 ? gil_writer_char(&writer, sign) : 0;
    if (rc == 0)
        rc = gil_writer_fill(&writer, fill, left);
    if (rc == 0)
        rc = gil_writer_str(&writer, self, start, length);
    if (rc == 0)
        rc = gil_writer_fill(&writer, fill, right);
    return finish(&writer, rc);
}

/* Arguments (width[, fill]). side: where the text stands, left -1, right 1, or in the middle. */
static GilObject *
justify(const char *name, GilObject *self, GilObject *const *args, Gil_ssize_t nargs, int side)
{
    Gil_ssize_t width;
    Gil_UCS4 fill = ' ';

    if (gil_need_args(name, nargs, 1, 2) < 0 || gil_get_index(args[0], GilExc_OverflowError, &width) < 0)
        return NULL;
    if (nargs > 1) {
        if (!gil_unicode_check(args[1]))
            return GilErr_Format(GilExc_TypeError, "The fill character must be a unicode character, not %.100s",
                                 Gil_TYPE(args[1])->tp_name);
        if (GilUnicode_GET_LENGTH(args[1]) != 1)
            return GilErr_Format(GilExc_TypeError, "The fill character must be exactly one character long");
        fill = GilUnicode_READ_CHAR(args[1], 0);
    }
    Gil_ssize_t length = GilUnicode_GET_LENGTH(self), room = Gil_MAX(width, length) - length;
    Gil_ssize_t left = side < 0 ? 0 : side > 0 ? room : room / 2 + (room & width & 1);
    return pad(self, 0, left, room - left, fill);
}

GilObject *
gil_unicode_ljust(GilObject *self, GilObject *const *args, Gil_ssize_t nargs)
{
    return justify("ljust", self, args, nargs, -1);
}

GilObject *
gil_unicode_rjust(GilObject *self, GilObject *const *args, Gil_ssize_t nargs)
{
    return justify("rjust", self, args, nargs, 1);
}

GilObject *
gil_unicode_center(GilObject *self, GilObject *const *args, Gil_ssize_t nargs)
{
    return justify("center", self, args, nargs, 0);
}

GilObject *
gil_unicode_zfill(GilObject *self, GilObject *arg)
{
    Gil_ssize_t width, length = GilUnicode_GET_LENGTH(self);

    if (gil_get_index(arg, GilExc_OverflowError, &width) < 0)
        return NULL;
    Gil_UCS4 first = length > 0 ? GilUnicode_READ_CHAR(self, 0) : 0;
    return pad(self, first == '+' || first == '-' ? first : 0, Gil_MAX(width, length) - length, 0, '0');
}

GilObject *
gil_unicode_expandtabs(GilObject *self, GilObject *const *args, Gil_ssize_t nargs, GilObject *kwnames)
{
    Gil_ssize_t tab = 8, column = 0;
    struct gil_writer writer;
    GilObject *given;
    int rc = 0;

    if (gil_take_args("011expandtabs\0tabsize", args, nargs, NULL, kwnames, &given) < 0
        || (given != NULL && gil_get_index(given, GilExc_OverflowError, &tab) < 0))
        return NULL;
    gil_writer_init(&writer, gil_tstate_attached());
    for (Gil_ssize_t i = 0; rc == 0 && i < GilUnicode_GET_LENGTH(self); i++) {
        Gil_UCS4 ch = GilUnicode_READ_CHAR(self, i);
        Gil_ssize_t count = ch != '\t' ? 1 : tab > 0 ? tab - column % tab : 0;
        rc = gil_writer_fill(&writer, ch == '\t' ? ' ' : ch, count);
        column = ch == '\n' || ch == '\r' ? 0 : column + count;
    }
    return finish(&writer, rc);
}

/* --- through a table --- */

/* What becomes of a character for which a table has None. */
enum lost { LOST_IS_LEFT_OUT, LOST_IS_REPLACED, LOST_IS_REFUSED };

/* Write what table has for ch, at that place: an int or a str, what becomes of a lost one for None, ch itself where it has
 * nothing. 0, or -1. */
static int
translate_one(struct gil_writer *writer, GilObject *table, Gil_UCS4 ch, Gil_ssize_t place, enum lost lost)
{
    GilObject *key = GilLong_FromLong((long)ch), *value = key == NULL ? NULL : GilObject_GetItem(table, key);
    int rc = -1, overflow;

    Gil_XDECREF(key);
    if (value == NULL) {
        if (!gil_err_pending(writer->ts) || !GilErr_ExceptionMatches(GilExc_LookupError))
            return -1;
        GilErr_Clear();
        return gil_writer_char(writer, ch);
    }
    if (value == Gil_None && lost == LOST_IS_REFUSED)
        GilErr_Format(GilExc_UnicodeError, "can't translate character '\\x%x' in position %zd: character maps to <undefined>",
                      (unsigned)ch, place);
    else if (value == Gil_None)
        rc = lost == LOST_IS_REPLACED ? gil_writer_char(writer, 0xfffd) : 0;
    else if (gil_unicode_check(value))
        rc = gil_writer_str(writer, value, 0, GilUnicode_GET_LENGTH(value));
    else if (GilLong_Check(value)) {
        long point = GilLong_AsLongAndOverflow(value, &overflow);
        if (overflow == 0 && point >= 0 && point <= (long)GIL_MAX_CODE_POINT)
            rc = gil_writer_char(writer, (Gil_UCS4)point);
        else
            GilErr_Format(GilExc_ValueError, "character mapping must be in range(0x%x)", GIL_MAX_CODE_POINT + 1);
    }
    else
        GilErr_SetString(GilExc_TypeError, "character mapping must return integer, None or str");
    Gil_DECREF(value);
    return rc;
}

static GilObject *
translate(GilObject *self, GilObject *table, enum lost lost)
{
    struct gil_writer writer;
    int rc = 0;

    gil_writer_init(&writer, gil_tstate_attached());
    for (Gil_ssize_t i = 0; rc == 0 && i < GilUnicode_GET_LENGTH(self); i++)
        /* May run anything; self cannot change. */
        rc = translate_one(&writer, table, GilUnicode_READ_CHAR(self, i), i, lost);
    return finish(&writer, rc);
}

GilObject *
gil_unicode_translate(GilObject *self, GilObject *table)
{
    return translate(self, table, LOST_IS_LEFT_OUT);
}

GilObject *
GilUnicode_Translate(GilObject *str, GilObject *table, const char *errors)
{
    gil_tstate_need(__func__);
    if (gil_unicode_need(__func__, str) < 0)
        return NULL;
    if (table == NULL)
        return gil_err_null(__func__);
    if (errors == NULL || strcmp(errors, "strict") == 0)
        return translate(str, table, LOST_IS_REFUSED);
    if (strcmp(errors, "ignore") == 0 || strcmp(errors, "replace") == 0)
        return translate(str, table, *errors == 'i' ? LOST_IS_LEFT_OUT : LOST_IS_REPLACED);
    return GilErr_Format(GilExc_LookupError, "unknown error handler name '%.400s'", errors);
}

/* dict[ch] = value, a new reference that is taken; NULL: it could not be made. */
static int
set_item(GilObject *dict, Gil_UCS4 ch, GilObject *value)
{
    GilObject *key = value == NULL ? NULL : GilLong_FromLong((long)ch);
    int rc = key == NULL ? -1 : GilDict_SetItem(dict, key, value);

    Gil_XDECREF(key);
    Gil_XDECREF(value);
    return rc;
}

/* A table from a dict whose keys are ints or characters. 0, or -1 with the error set. */
static int
copy_table(GilObject *dict, GilObject *from)
{
    GilObject *key, *value;
    Gil_ssize_t at = 0;

    while (GilDict_Next(from, &at, &key, &value)) {
        int rc = -1;
        Gil_INCREF(key); /* hash and comparison of a key may run anything, and change from */
        Gil_INCREF(value);
        if (GilLong_Check(key))
            rc = GilDict_SetItem(dict, key, value);
        else if (!gil_unicode_check(key))
            GilErr_SetString(GilExc_TypeError, "keys in translate table must be strings or integers");
        else if (GilUnicode_GET_LENGTH(key) != 1)
            GilErr_SetString(GilExc_ValueError, "string keys in translate table must be of length 1");
        else
            rc = set_item(dict, GilUnicode_READ_CHAR(key, 0), Gil_NewRef(value));
        Gil_DECREF(key);
        Gil_DECREF(value);
        if (rc < 0)
            return -1;
    }
    return 0;
}

/* A table from texts: the characters of from become those of to, and those of drop, which may be NULL, nothing. */
static int
fill_table(GilObject *dict, GilObject *from, GilObject *to, GilObject *drop)
{
    int rc = 0;

    if (GilUnicode_GET_LENGTH(from) != GilUnicode_GET_LENGTH(to)) {
        GilErr_SetString(GilExc_ValueError, "the first two maketrans arguments must have equal length");
        return -1;
    }
    for (Gil_ssize_t i = 0; rc == 0 && i < GilUnicode_GET_LENGTH(from); i++)
        rc = set_item(dict, GilUnicode_READ_CHAR(from, i), GilLong_FromLong((long)GilUnicode_READ_CHAR(to, i)));
    for (Gil_ssize_t i = 0; rc == 0 && drop != NULL && i < GilUnicode_GET_LENGTH(drop); i++)
        rc = set_item(dict, GilUnicode_READ_CHAR(drop, i), Gil_NewRef(Gil_None));
    return rc;
}

GilObject *
gil_unicode_maketrans(GilObject *Gil_UNUSED(type), GilObject *const *args, Gil_ssize_t nargs)
{
    if (gil_need_args("maketrans", nargs, 1, 3) < 0)
        return NULL;
    if (nargs == 1 && !GilDict_CheckExact(args[0]))
        return GilErr_Format(GilExc_TypeError, "if you give only one argument to maketrans it must be a dict");
    for (Gil_ssize_t i = 1; i < nargs; i++)
        if (!gil_unicode_check(args[i]))
            return GilErr_Format(GilExc_TypeError, "maketrans() argument %zd must be str, not %.50s", i + 1,
                                 args[i] == Gil_None ? "None" : Gil_TYPE(args[i])->tp_name);
    if (nargs > 1 && !gil_unicode_check(args[0]))
        return GilErr_Format(GilExc_TypeError, "first maketrans argument must be a string if there is a second argument");
    GilObject *dict = GilDict_New();
    if (dict == NULL)
        return NULL;
    if ((nargs == 1 ? copy_table(dict, args[0]) : fill_table(dict, args[0], args[1], nargs > 2 ? args[2] : NULL)) < 0)
        Gil_CLEAR(dict);
    return dict;
}
