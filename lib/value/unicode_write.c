/* SPDX-License-Identifier: MIT */
/*
 * Writing to a str that only its maker has: one character, a run of the same, part of another str.
 *
 * Nothing may have been derived from the text yet, and nobody else may have seen it; that is asked of the object, since
 * a str that was hashed, interned or given away is written to by mistake, and not rarely.
 */
#include "gilrt/error.h"
#include "object/error.h"
#include "value/unicode.h"

#include <string.h>

/* May the caller still write to it? A UTF-8 form would stay that of the old text. 0, or -1 with SystemError. */
static int
need_private(const GilObject *op)
{
    if (gil_unicode_is_private(op) &&
        (GilUnicode_IS_ASCII(op) || ((const GilCompactUnicodeObject *)(const void *)op)->utf8 == NULL))
        return 0;
    GilErr_SetString(GilExc_SystemError, "Cannot modify a string currently used");
    return -1;
}

/* 0 when at lies from 0 to end; or -1 with IndexError. */
static int
need_place(Gil_ssize_t at, Gil_ssize_t end)
{
    if (at >= 0 && at <= end)
        return 0;
    GilErr_SetString(GilExc_IndexError, "string index out of range");
    return -1;
}

/* 0 when the character fits the form of the string; or -1 with ValueError. */
static int
need_room(GilObject *op, Gil_UCS4 character, const char *why)
{
    if (character <= GilUnicode_MAX_CHAR_VALUE(op))
        return 0;
    GilErr_SetString(GilExc_ValueError, why);
    return -1;
}

int
GilUnicode_WriteChar(GilObject *unicode, Gil_ssize_t index, Gil_UCS4 character)
{
    gil_tstate_need(__func__);
    if (gil_unicode_need(__func__, unicode) < 0 || need_place(index, GilUnicode_GET_LENGTH(unicode) - 1) < 0 ||
        need_private(unicode) < 0 || need_room(unicode, character, "character out of range") < 0)
        return -1;
    _GilUnicode_WRITE(GilUnicode_KIND(unicode), _GilUnicode_DATA(unicode), index, character);
    return 0;
}

Gil_ssize_t
GilUnicode_Fill(GilObject *unicode, Gil_ssize_t start, Gil_ssize_t length, Gil_UCS4 fill_char)
{
    gil_tstate_need(__func__);
    if (gil_unicode_need(__func__, unicode) < 0 || need_private(unicode) < 0 ||
        need_room(unicode, fill_char, "fill character is bigger than the string maximum character") < 0 ||
        need_place(start, GIL_SSIZE_T_MAX) < 0)
        return -1;
    length = Gil_MIN(length, GilUnicode_GET_LENGTH(unicode) - start);
    for (Gil_ssize_t i = 0; i < length; i++)
        _GilUnicode_WRITE(GilUnicode_KIND(unicode), _GilUnicode_DATA(unicode), start + i, fill_char);
    return Gil_MAX(length, 0);
}

Gil_ssize_t
GilUnicode_CopyCharacters(GilObject *to, Gil_ssize_t to_start, GilObject *from, Gil_ssize_t from_start,
                          Gil_ssize_t how_many)
{
    gil_tstate_need(__func__);
    if (gil_unicode_need(__func__, to) < 0 || gil_unicode_need(__func__, from) < 0 ||
        need_place(from_start, GilUnicode_GET_LENGTH(from)) < 0 || need_place(to_start, GilUnicode_GET_LENGTH(to)) < 0)
        return -1;
    if (how_many < 0) {
        GilErr_SetString(GilExc_SystemError, "how_many cannot be negative");
        return -1;
    }
    how_many = Gil_MIN(how_many, GilUnicode_GET_LENGTH(from) - from_start);
    if (how_many > GilUnicode_GET_LENGTH(to) - to_start) {
        GilErr_Format(GilExc_SystemError, "Cannot write %zd characters at %zd in a string of %zd characters", how_many,
                      to_start, GilUnicode_GET_LENGTH(to));
        return -1;
    }
    if (how_many == 0)
        return 0;
    const char *data = (const char *)_GilUnicode_DATA(from) + from_start * GilUnicode_KIND(from);
    if (need_private(to) < 0 || need_room(to, gil_unicode_max(GilUnicode_KIND(from), data, how_many),
                                          "a character to be copied is bigger than the string maximum character") < 0)
        return -1;
    char *place = (char *)_GilUnicode_DATA(to) + to_start * GilUnicode_KIND(to);
    if (to == from)
        memmove(place, data, (size_t)how_many * (size_t)GilUnicode_KIND(to));
    else
        gil_unicode_copy_data(GilUnicode_KIND(to), place, GilUnicode_KIND(from), data, how_many);
    return how_many;
}
