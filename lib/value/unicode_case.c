/* SPDX-License-Identifier: MIT */
/*
 * Case of text, and what its characters are.
 *
 * Case is changed by the simple mappings, one character to one: the length stays, and no knowledge of languages is needed.
 * What CPython makes longer by the full mappings ("ß" to "SS") therefore stays as it is. A mapping may leave the form
 * of the text, up ("ÿ") and down (the sign of Kelvin), so results are made in the form that they need.
 */
#include "value/unicode_case.h"

#include "value/unicode_ctype.h"
#include "value/unicode_method.h"
#include "value/unicode_writer.h"

#include <string.h>

/* --- changed --- */

/* Every byte of a word. */
#define EACH(byte) (UINT64_C(0x0101010101010101) * (byte))

/* Letters of ASCII text: those from first to first + 25 change their bit 5. Eight at a time: a byte's bit 7, which ASCII
 * leaves free, tells whether it is one of them. */
static void
flip_ascii(char *to, const char *from, Gil_ssize_t size, char first)
{
    Gil_ssize_t i = 0;

    for (; i + 8 <= size; i += 8) {
        uint64_t word;
        memcpy(&word, from + i, 8);
        uint64_t at_least = word + EACH(0x80u - (unsigned)first), above = word + EACH(0x80u - (unsigned)first - 26u);
        word ^= (at_least & ~above & EACH(0x80u)) >> 2;
        memcpy(to + i, &word, 8);
    }
    for (; i < size; i++)
        to[i] = (char)(from[i] ^ ((unsigned char)(from[i] - first) < 26 ? 0x20 : 0));
}

/*
 * A copy in which each character is mapped; start and rest: by which mapping the first and the others. The form of the
 * text itself will nearly always do, so it is tried first.
 */
static GilObject *
map_text(GilObject *self, Gil_UCS4 (*start)(Gil_UCS4), Gil_UCS4 (*rest)(Gil_UCS4))
{
    GilThreadState *ts = gil_tstate_attached();
    Gil_ssize_t length = GilUnicode_GET_LENGTH(self);
    int kind = GilUnicode_KIND(self);
    const void *data = _GilUnicode_DATA(self);
    Gil_UCS4 max = GilUnicode_MAX_CHAR_VALUE(self), bits = 0;

    for (;;) {
        GilObject *op = gil_unicode_alloc(ts, length, max);
        if (op == NULL)
            return NULL;
        int to_kind = GilUnicode_KIND(op);
        void *to = _GilUnicode_DATA(op);
        for (Gil_ssize_t i = 0; i < length; i++) {
            Gil_UCS4 ch = _GilUnicode_READ(kind, data, i);
            ch = i == 0 ? start(ch) : rest(ch);
            bits |= ch;
            _GilUnicode_WRITE(to_kind, to, i, ch);
        }
        if (bits <= max)
            return gil_unicode_narrow(ts, op);
        Gil_DECREF(op); /* a character of a wider form: once more */
        max = Gil_MIN(bits, GIL_MAX_CODE_POINT);
    }
}

/* ASCII text with the letters from first on in their other case. */
static GilObject *
map_ascii(GilObject *self, char first)
{
    Gil_ssize_t length = GilUnicode_GET_LENGTH(self);

    if (length <= 1) {
        char text = 0;
        flip_ascii(&text, _GilUnicode_DATA(self), length, first);
        return length == 0 ? gil_unicode_empty() : gil_unicode_latin1((Gil_UCS1)text);
    }
    GilObject *op = gil_unicode_alloc(gil_tstate_attached(), length, 0x7f);
    if (op != NULL)
        flip_ascii(_GilUnicode_DATA(op), _GilUnicode_DATA(self), length, first);
    return op;
}

GilObject *
gil_unicode_upper(GilObject *self, GilObject *Gil_UNUSED(args))
{
    return GilUnicode_IS_ASCII(self) ? map_ascii(self, 'a') : map_text(self, gil_to_upper, gil_to_upper);
}

GilObject *
gil_unicode_lower(GilObject *self, GilObject *Gil_UNUSED(args))
{
    return GilUnicode_IS_ASCII(self) ? map_ascii(self, 'A') : map_text(self, gil_to_lower, gil_to_lower);
}

/* By the simple foldings: what differs in case alone becomes the same. Cherokee is folded to its capitals, which came
 * first; the dotless i is a letter of its own. */
static Gil_UCS4
fold(Gil_UCS4 ch)
{
    Gil_UCS4 upper = gil_to_upper(ch);

    return ch == 0x131 ? ch : upper >= 0x13a0 && upper <= 0x13f5 ? upper : gil_to_lower(upper);
}

GilObject *
gil_unicode_casefold(GilObject *self, GilObject *Gil_UNUSED(args))
{
    return GilUnicode_IS_ASCII(self) ? map_ascii(self, 'A') : map_text(self, fold, fold);
}

GilObject *
gil_unicode_capitalize(GilObject *self, GilObject *Gil_UNUSED(args))
{
    return map_text(self, gil_to_title, gil_to_lower);
}

static Gil_UCS4
swap(Gil_UCS4 ch)
{
    unsigned flags = gil_ctype(ch);
    return (flags & _Gil_CTYPE_UPPER) != 0 ? gil_to_lower(ch) : (flags & _Gil_CTYPE_LOWER) != 0 ? gil_to_upper(ch) : ch;
}

GilObject *
gil_unicode_swapcase(GilObject *self, GilObject *Gil_UNUSED(args))
{
    return map_text(self, swap, swap);
}

#define CASED (_Gil_CTYPE_UPPER | _Gil_CTYPE_LOWER | _Gil_CTYPE_TITLE)

GilObject *
gil_unicode_title(GilObject *self, GilObject *Gil_UNUSED(args))
{
    struct gil_writer writer;
    int within = 0; /* a word: the character before has case */

    gil_writer_init(&writer, gil_tstate_attached());
    for (Gil_ssize_t i = 0; i < GilUnicode_GET_LENGTH(self); i++) {
        Gil_UCS4 ch = GilUnicode_READ_CHAR(self, i);
        if (gil_writer_char(&writer, within ? gil_to_lower(ch) : gil_to_title(ch)) < 0) {
            gil_writer_drop(&writer);
            return NULL;
        }
        within = (gil_ctype(ch) & CASED) != 0;
    }
    return gil_writer_finish(&writer);
}

/* --- asked --- */

/* Whether there are characters and each has one of the flags. */
static GilObject *
all_have(GilObject *self, unsigned flags)
{
    Gil_ssize_t length = GilUnicode_GET_LENGTH(self), i = 0;

    while (i < length && (gil_ctype(GilUnicode_READ_CHAR(self, i)) & flags) != 0)
        i++;
    return _Gil_RichResult(length > 0 && i == length);
}

GilObject *
gil_unicode_isalnum(GilObject *self, GilObject *Gil_UNUSED(args))
{
    return all_have(self, _Gil_CTYPE_ALPHA | _Gil_CTYPE_NUMERIC);
}

GilObject *
gil_unicode_isalpha(GilObject *self, GilObject *Gil_UNUSED(args))
{
    return all_have(self, _Gil_CTYPE_ALPHA);
}

GilObject *
gil_unicode_isdecimal(GilObject *self, GilObject *Gil_UNUSED(args))
{
    return all_have(self, _Gil_CTYPE_DECIMAL);
}

GilObject *
gil_unicode_isdigit(GilObject *self, GilObject *Gil_UNUSED(args))
{
    return all_have(self, _Gil_CTYPE_DIGIT);
}

GilObject *
gil_unicode_isnumeric(GilObject *self, GilObject *Gil_UNUSED(args))
{
    return all_have(self, _Gil_CTYPE_NUMERIC);
}

GilObject *
gil_unicode_isascii(GilObject *self, GilObject *Gil_UNUSED(args))
{
    return _Gil_RichResult(GilUnicode_IS_ASCII(self));
}

GilObject *
gil_unicode_isprintable(GilObject *self, GilObject *Gil_UNUSED(args))
{
    for (Gil_ssize_t i = 0; i < GilUnicode_GET_LENGTH(self); i++)
        if ((gil_ctype(GilUnicode_READ_CHAR(self, i)) & GIL_CTYPE_HIDDEN) != 0)
            return _Gil_RichResult(0);
    return _Gil_RichResult(1);
}

GilObject *
gil_unicode_isspace(GilObject *self, GilObject *Gil_UNUSED(args))
{
    Gil_ssize_t length = GilUnicode_GET_LENGTH(self), i = 0;

    while (i < length && gil_is_space(GilUnicode_READ_CHAR(self, i)))
        i++;
    return _Gil_RichResult(length > 0 && i == length);
}

/* Whether there is a character that has wanted, and none that has one of the unwanted. */
static GilObject *
has_only(GilObject *self, unsigned wanted, unsigned unwanted)
{
    unsigned seen = 0;

    for (Gil_ssize_t i = 0; i < GilUnicode_GET_LENGTH(self); i++)
        seen |= gil_ctype(GilUnicode_READ_CHAR(self, i));
    return _Gil_RichResult((seen & wanted) != 0 && (seen & unwanted) == 0);
}

GilObject *
gil_unicode_islower(GilObject *self, GilObject *Gil_UNUSED(args))
{
    return has_only(self, _Gil_CTYPE_LOWER, _Gil_CTYPE_UPPER | _Gil_CTYPE_TITLE);
}

GilObject *
gil_unicode_isupper(GilObject *self, GilObject *Gil_UNUSED(args))
{
    return has_only(self, _Gil_CTYPE_UPPER, _Gil_CTYPE_LOWER | _Gil_CTYPE_TITLE);
}

GilObject *
gil_unicode_istitle(GilObject *self, GilObject *Gil_UNUSED(args))
{
    int within = 0, any = 0;

    for (Gil_ssize_t i = 0; i < GilUnicode_GET_LENGTH(self); i++) {
        unsigned flags = gil_ctype(GilUnicode_READ_CHAR(self, i));
        int capital = (flags & (_Gil_CTYPE_UPPER | _Gil_CTYPE_TITLE)) != 0, small = (flags & _Gil_CTYPE_LOWER) != 0;
        if ((capital && within) || (small && !capital && !within))
            return _Gil_RichResult(0);
        within = capital || small;
        any |= within;
    }
    return _Gil_RichResult(any);
}
