/* SPDX-License-Identifier: MIT */
/*
 * Octets as ASCII: their case, what they are, padding, and from hexadecimal digits.
 *
 * What is above 0x7f is no letter and no digit, and is left as it is.
 */
#include "value/octets_method.h"

#include "gilrt/bool.h"
#include "gilrt/bytearray.h"
#include "gilrt/bytes.h"
#include "gilrt/call.h"
#include "object/error.h"
#include "value/text_args.h"
#include "value/unicode.h"

#include <string.h>

#define UPPER 1u
#define LOWER 2u
#define DIGIT 4u
#define SPACE 8u
#define OTHER 16u
#define BEYOND 32u

static unsigned
class(char c)
{
    if (c >= 'A' && c <= 'Z')
        return UPPER;
    if (c >= 'a' && c <= 'z')
        return LOWER;
    if (c >= '0' && c <= '9')
        return DIGIT;
    return gil_octet_is_space(c) ? SPACE : (unsigned char)c < 0x80 ? OTHER : BEYOND;
}

/* --- asked --- */

/* Whether there are octets of the wanted classes, and none of the unwanted. */
static GilObject *
has_only(GilObject *self, unsigned wanted, unsigned unwanted)
{
    struct gil_octets text;
    unsigned seen = 0;

    if (gil_octets_open(self, &text) < 0)
        return NULL;
    for (Gil_ssize_t i = 0; i < text.size; i++)
        seen |= class(text.data[i]);
    gil_octets_close(&text);
    return _Gil_RichResult((seen & wanted) != 0 && (seen & unwanted) == 0);
}

GilObject *
gil_octets_isalnum(GilObject *self, GilObject *Gil_UNUSED(args))
{
    return has_only(self, UPPER | LOWER | DIGIT, SPACE | OTHER | BEYOND);
}

GilObject *
gil_octets_isalpha(GilObject *self, GilObject *Gil_UNUSED(args))
{
    return has_only(self, UPPER | LOWER, DIGIT | SPACE | OTHER | BEYOND);
}

GilObject *
gil_octets_isascii(GilObject *self, GilObject *Gil_UNUSED(args))
{
    GilObject *beyond = has_only(self, BEYOND, 0);
    return beyond == NULL ? NULL : _Gil_RichResult(beyond == Gil_False);
}

GilObject *
gil_octets_isdigit(GilObject *self, GilObject *Gil_UNUSED(args))
{
    return has_only(self, DIGIT, ~DIGIT);
}

GilObject *
gil_octets_islower(GilObject *self, GilObject *Gil_UNUSED(args))
{
    return has_only(self, LOWER, UPPER);
}

GilObject *
gil_octets_isspace(GilObject *self, GilObject *Gil_UNUSED(args))
{
    return has_only(self, SPACE, ~SPACE);
}

GilObject *
gil_octets_isupper(GilObject *self, GilObject *Gil_UNUSED(args))
{
    return has_only(self, UPPER, LOWER);
}

GilObject *
gil_octets_istitle(GilObject *self, GilObject *Gil_UNUSED(args))
{
    struct gil_octets text;
    unsigned before = 0, seen = 0; /* before: the case of the letter before, 0 where none stands there */
    int title = 1;

    if (gil_octets_open(self, &text) < 0)
        return NULL;
    for (Gil_ssize_t i = 0; title && i < text.size; i++) {
        unsigned now = class(text.data[i]) & (UPPER | LOWER);
        title = now == 0 || (now == UPPER) == (before == 0);
        seen |= before = now;
    }
    gil_octets_close(&text);
    return _Gil_RichResult(title && seen != 0);
}

/* --- changed --- */

enum change { TO_LOWER, TO_UPPER, SWAP, CAPITALIZE, TITLE };

static GilObject *
change_case(GilObject *self, enum change change)
{
    struct gil_octets text;
    int within = 0; /* a word: the octet before is a letter */
    char *to;

    if (gil_octets_open(self, &text) < 0)
        return NULL;
    GilObject *op = gil_octets_make(Gil_TYPE(self), NULL, text.size, &to);
    for (Gil_ssize_t i = 0; op != NULL && i < text.size; i++) {
        unsigned now = class(text.data[i]) & (UPPER | LOWER);
        int up = change == TO_UPPER || (change == SWAP && now == LOWER) || (change == CAPITALIZE && i == 0)
                 || (change == TITLE && !within);
        to[i] = (char)(now == 0 ? text.data[i] : up ? text.data[i] & ~0x20 : text.data[i] | 0x20);
        within = now != 0;
    }
    gil_octets_close(&text);
    return op;
}

GilObject *
gil_octets_lower(GilObject *self, GilObject *Gil_UNUSED(args))
{
    return change_case(self, TO_LOWER);
}

GilObject *
gil_octets_upper(GilObject *self, GilObject *Gil_UNUSED(args))
{
    return change_case(self, TO_UPPER);
}

GilObject *
gil_octets_swapcase(GilObject *self, GilObject *Gil_UNUSED(args))
{
    return change_case(self, SWAP);
}

GilObject *
gil_octets_capitalize(GilObject *self, GilObject *Gil_UNUSED(args))
{
    return change_case(self, CAPITALIZE);
}

GilObject *
gil_octets_title(GilObject *self, GilObject *Gil_UNUSED(args))
{
    return change_case(self, TITLE);
}

/* --- padded --- */

/* text between left and right times fill. Text that needs no padding is the result as it is. */
static GilObject *
pad(GilObject *self, const struct gil_octets *text, Gil_ssize_t left, Gil_ssize_t right, char fill)
{
    char *to;

    if (left + right == 0 && GilBytes_CheckExact(self))
        return Gil_NewRef(self);
    GilObject *op = gil_octets_make(Gil_TYPE(self), NULL, left + text->size + right, &to);
    if (op == NULL || left + text->size + right == 0)
        return op;
    memset(to, fill, (size_t)left);
    memcpy(to + left, text->data, (size_t)text->size);
    memset(to + left + text->size, fill, (size_t)right);
    return op;
}

/* Arguments (width[, fill]). side: where the text stands, left -1, right 1, or in the middle. */
static GilObject *
justify(const char *name, GilObject *self, GilObject *const *args, Gil_ssize_t nargs, int side)
{
    struct gil_octets text, fill = {.view.obj = NULL, .data = " ", .size = 1};
    Gil_ssize_t width;
    GilObject *op = NULL;

    if (gil_need_args(name, nargs, 1, 2) < 0 || gil_get_index(args[0], GilExc_OverflowError, &width) < 0
        || gil_octets_open(self, &text) < 0)
        return NULL;
    int known = nargs < 2 || GilBytes_Check(args[1]) || GilByteArray_Check(args[1]);
    if (known && nargs > 1 && gil_octets_open(args[1], &fill) < 0)
        goto done;
    if (!known || fill.size != 1)
        GilErr_Format(GilExc_TypeError, "%s() argument 2 must be a byte string of length 1, not %.50s", name,
                      Gil_TYPE(args[1])->tp_name);
    else {
        Gil_ssize_t room = Gil_MAX(width, text.size) - text.size;
        Gil_ssize_t left = side < 0 ? 0 : side > 0 ? room : room / 2 + (room & width & 1);
        op = pad(self, &text, left, room - left, *fill.data);
    }
    gil_octets_close(&fill);
done:
    gil_octets_close(&text);
    return op;
}

GilObject *
gil_octets_ljust(GilObject *self, GilObject *const *args, Gil_ssize_t nargs)
{
    return justify("ljust", self, args, nargs, -1);
}

GilObject *
gil_octets_rjust(GilObject *self, GilObject *const *args, Gil_ssize_t nargs)
{
    return justify("rjust", self, args, nargs, 1);
}

GilObject *
gil_octets_center(GilObject *self, GilObject *const *args, Gil_ssize_t nargs)
{
    return justify("center", self, args, nargs, 0);
}

GilObject *
gil_octets_zfill(GilObject *self, GilObject *arg)
{
    struct gil_octets text;
    Gil_ssize_t width;

    if (gil_get_index(arg, GilExc_OverflowError, &width) < 0 || gil_octets_open(self, &text) < 0)
        return NULL;
    Gil_ssize_t zeros = Gil_MAX(width, text.size) - text.size;
    GilObject *op = pad(self, &text, zeros, 0, '0');
    if (op != NULL && zeros > 0 && text.size > 0 && (text.data[0] == '+' || text.data[0] == '-')) {
        char *to = GilBytes_Check(op) ? GilBytes_AS_STRING(op) : GilByteArray_AS_STRING(op);
        to[zeros] = '0';
        to[0] = text.data[0];
    }
    gil_octets_close(&text);
    return op;
}

/* Octets that text takes with its tabs as spaces; written when to is not NULL. -1: more than an object can have. */
static Gil_ssize_t
expand(const struct gil_octets *text, Gil_ssize_t tab, char *to)
{
    Gil_ssize_t size = 0, column = 0;

    for (Gil_ssize_t i = 0; i < text->size; i++) {
        char c = text->data[i];
        Gil_ssize_t n = c != '\t' ? 1 : tab > 0 ? tab - column % tab : 0;
        if (n > GIL_SSIZE_T_MAX - size)
            return -1;
        if (to != NULL)
            memset(to + size, c == '\t' ? ' ' : c, (size_t)n);
        size += n;
        column = c == '\n' || c == '\r' ? 0 : column + n;
    }
    return size;
}

GilObject *
gil_octets_expandtabs(GilObject *self, GilObject *const *args, Gil_ssize_t nargs, GilObject *kwnames)
{
    struct gil_octets text;
    Gil_ssize_t tab = 8;
    GilObject *op = NULL, *given;
    char *to;

    if (gil_take_args("011expandtabs\0tabsize", args, nargs, NULL, kwnames, &given) < 0
        || (given != NULL && gil_get_index(given, GilExc_OverflowError, &tab) < 0) || gil_octets_open(self, &text) < 0)
        return NULL;
    Gil_ssize_t size = expand(&text, tab, NULL);
    if (size < 0)
        GilErr_SetString(GilExc_OverflowError, "result too long");
    else if ((op = gil_octets_make(Gil_TYPE(self), NULL, size, &to)) != NULL)
        expand(&text, tab, to);
    gil_octets_close(&text);
    return op;
}

/* --- from hexadecimal digits --- */

/* The value of a digit, or -1. */
static int
digit(Gil_UCS4 ch)
{
    unsigned letter = (ch | 0x20) - 'a';

    return ch - '0' < 10 ? (int)(ch - '0') : ch < 0x80 && letter < 6 ? (int)letter + 10 : -1;
}

/* Octets that the digits of text, of length characters, stand for, at to. Their number, or -1 with *wrong the place of
 * what is no digit. */
static Gil_ssize_t
read_hex(GilObject *text, Gil_ssize_t length, char *to, Gil_ssize_t *wrong)
{
    Gil_ssize_t size = 0, i = 0;

    while (i < length) {
        Gil_UCS4 ch = GilUnicode_READ_CHAR(text, i);
        if (ch < 0x80 && gil_octet_is_space((char)ch)) {
            i++;
            continue;
        }
        for (int k = 0; k < 2; k++, i++) {
            int value = i < length ? digit(GilUnicode_READ_CHAR(text, i)) : -1;
            if (value < 0) {
                *wrong = i;
                return -1;
            }
            to[size] = (char)(k == 0 ? value << 4 : to[size] | value);
        }
        size++;
    }
    return size;
}

GilObject *
gil_octets_fromhex(GilObject *type, GilObject *text)
{
    Gil_ssize_t wrong = 0;

    if (!gil_unicode_check(text)) {
        GilErr_Format(GilExc_TypeError, "fromhex() argument must be str, not %.50s", Gil_TYPE(text)->tp_name);
        return NULL;
    }
    Gil_ssize_t length = GilUnicode_GET_LENGTH(text);
    GilObject *room = GilBytes_FromStringAndSize(NULL, length / 2 + 1);
    if (room == NULL)
        return NULL;
    Gil_ssize_t size = read_hex(text, length, GilBytes_AS_STRING(room), &wrong);
    GilObject *op = NULL;
    if (size < 0)
        GilErr_Format(GilExc_ValueError, "non-hexadecimal number found in fromhex() arg at position %zd", wrong);
    else
        op = gil_octets_make((GilTypeObject *)(void *)type, GilBytes_AS_STRING(room), size, NULL);
    Gil_DECREF(room);
    if (op != NULL && type != (GilObject *)Gil_TYPE(op)) /* of a subtype: may run anything */
        Gil_SETREF(op, GilObject_CallOneArg(type, op));
    return op;
}
