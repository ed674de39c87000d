/* SPDX-License-Identifier: MIT */
/*
 * Text under construction, and the formatter behind GilErr_Format() and GilUnicode_FromFormat().
 *
 * The units are those of printf that CPython's formatter has, and its units for objects. It is our own and not the C
 * library's for three reasons: the units for objects; the C library counts width and precision of %s in bytes of a
 * locale that belongs to the host; and its result need not be UTF-8, whereas here every byte that goes in unchecked
 * is repaired.
 *
 * Width counts characters. Precision counts characters of objects but bytes of C strings, so that a string which is not
 * terminated can be shown; a character that the precision cuts in two is left out. In octets, width counts octets, and
 * nothing is left out of C strings.
 */
#include "object/format.h"

#include "base/mem.h"
#include "object/error.h"
#include "object/ops.h"
#include "object/type.h"

#include <string.h>

#define REPLACEMENT "\xEF\xBF\xBD"

/* Characters of a 64-bit number in octal, and a sign. */
#define DIGITS_MAX 24
/* Width and precision that are taken for a mistake. */
#define WIDTH_MAX ((Gil_ssize_t)1 << 30)

void
gil_text_init(struct gil_text *text, struct gil_heap *heap)
{
    *text = (struct gil_text){.heap = heap};
}

void
gil_text_init_fixed(struct gil_text *text, char *buffer, size_t size)
{
    *text = (struct gil_text){.data = buffer, .size = size};
    buffer[0] = '\0';
}

void
gil_text_free(struct gil_text *text)
{
    if (text->heap != NULL) {
        gil_heap_free(text->data);
        gil_text_init(text, text->heap);
    }
}

/* Room for len more bytes and NUL, in a growing text. */
static int
grow(struct gil_text *text, size_t len)
{
    size_t size = text->size < 64 ? 64 : text->size;

    if (len > (size_t)GIL_SSIZE_T_MAX / 4 - text->len) {
        gil_err_no_memory(gil_tstate_need(__func__));
        return -1;
    }
    while (size <= text->len + len)
        size *= 2;
    char *data = gil_heap_realloc(text->heap, text->data, size);
    if (data == NULL) {
        gil_err_no_memory(gil_tstate_need(__func__));
        return -1;
    }
    text->data = data;
    text->size = size;
    return 0;
}

char *
gil_text_take(struct gil_text *text)
{
    if (text->data == NULL && gil_text_append(text, "", 0) < 0)
        return NULL;
    char *data = text->data;
    gil_text_init(text, text->heap);
    return data;
}

void
gil_text_cut(struct gil_text *text, size_t len)
{
    GIL_ASSERT(len <= text->len);
    text->len = len;
    if (text->data != NULL)
        text->data[len] = '\0';
}

/* How many of len bytes of UTF-8 fit into room bytes without cutting a character. */
static size_t
whole_characters(const char *bytes, size_t len, size_t room)
{
    if (len <= room)
        return len;
    while (room > 0 && ((unsigned char)bytes[room] & 0xC0) == 0x80)
        room--;
    return room;
}

int
gil_text_append(struct gil_text *text, const char *bytes, size_t len)
{
    if (len >= text->size - text->len || text->data == NULL) {
        if (text->heap != NULL) {
            if (grow(text, len) < 0)
                return -1;
        }
        else {
            /* Full for good: a shorter piece that comes later must not follow the cut. */
            len = whole_characters(bytes, len, text->size - 1 - text->len);
            text->size = text->len + len + 1;
        }
    }
    GIL_ASSERT(text->data != NULL);
    memcpy(text->data + text->len, bytes, len);
    text->len += len;
    text->data[text->len] = '\0';
    return 0;
}

int
gil_text_append_char(struct gil_text *text, Gil_UCS4 c)
{
    char b[4];

    if (c < 0x80) {
        b[0] = (char)c;
        return gil_text_append(text, b, 1);
    }
    if (c < 0x800) {
        b[0] = (char)(0xC0 | c >> 6);
        b[1] = (char)(0x80 | (c & 0x3F));
        return gil_text_append(text, b, 2);
    }
    if (c < 0x10000) {
        b[0] = (char)(0xE0 | c >> 12);
        b[1] = (char)(0x80 | (c >> 6 & 0x3F));
        b[2] = (char)(0x80 | (c & 0x3F));
        return gil_text_append(text, b, 3);
    }
    b[0] = (char)(0xF0 | c >> 18);
    b[1] = (char)(0x80 | (c >> 12 & 0x3F));
    b[2] = (char)(0x80 | (c >> 6 & 0x3F));
    b[3] = (char)(0x80 | (c & 0x3F));
    return gil_text_append(text, b, 4);
}

const char *
gil_text_surrogate(const char *bytes, size_t len)
{
    const char *at = bytes, *end = bytes + len;

    while (at < end && (at = memchr(at, 0xED, (size_t)(end - at))) != NULL) {
        if (++at < end && (unsigned char)*at >= 0xA0)
            return at - 1;
    }
    return NULL;
}

int
gil_text_append_escaped(struct gil_text *text, const char *bytes, size_t len, int only_surrogates)
{
    const unsigned char *s = (const unsigned char *)bytes, *end = s + len;

    while (s < end) {
        const unsigned char *from = s;
        while (s < end && (only_surrogates ? *s != 0xED || s[1] < 0xA0 : *s < 0x80))
            s++;
        if (gil_text_append(text, (const char *)from, (size_t)(s - from)) < 0)
            return -1;
        if (s == end)
            break;
        int more = *s < 0xE0 ? 1 : *s < 0xF0 ? 2 : 3;
        unsigned c = *s++ & (0x3Fu >> more);
        for (; more > 0; more--)
            c = c << 6 | (*s++ & 0x3F);
        if (gil_text_append_format(text, c < 0x100 ? "\\x%02x" : c < 0x10000 ? "\\u%04x" : "\\U%08x", c) < 0)
            return -1;
    }
    return 0;
}

const char *
gil_text_of_str(GilObject *str, size_t *len)
{
    struct gil_name form;
    const char *text = gil_ops.str_utf8(str, len);

    if (text != NULL || !GilErr_ExceptionMatches(GilExc_UnicodeEncodeError))
        return text;
    GilErr_Clear();
    if (gil_ops.str_name(str, &form) < 0)
        return NULL;
    *len = form.len;
    return form.text;
}

/*
 * Length of the character at s, of which n bytes (at least one) are there, when it is well-formed: 1 to 4. Else minus
 * the length of the longest beginning of a well-formed one, at least 1: what one U+FFFD stands for (Unicode, 3.9,
 * "maximal subpart"). *cut is set when it is ill-formed only because the bytes end.
 */
static int
character_length(const unsigned char *s, size_t n, int *cut)
{
    unsigned char first = s[0], low = 0x80, high = 0xBF;
    int len;

    *cut = 0;
    if (first < 0x80)
        return 1;
    if (first < 0xC2 || first > 0xF4)
        return -1;
    if (first < 0xE0)
        len = 2;
    else if (first < 0xF0) {
        len = 3;
        low = first == 0xE0 ? 0xA0 : 0x80;  /* no overlong forms */
        high = first == 0xED ? 0x9F : 0xBF; /* no surrogates */
    }
    else {
        len = 4;
        low = first == 0xF0 ? 0x90 : 0x80;
        high = first == 0xF4 ? 0x8F : 0xBF; /* nothing beyond 0x10FFFF */
    }
    for (int i = 1; i < len; i++) {
        if ((size_t)i == n) {
            *cut = 1;
            return -i;
        }
        if (s[i] < low || s[i] > high)
            return -i;
        low = 0x80;
        high = 0xBF;
    }
    return len;
}

/* What becomes of an ill-formed part. */
enum repair {
    REPLACE,
    DROP_CUT, /* nothing, where it is ill-formed only because the bytes end; else as before */
    ESCAPE    /* a lone surrogate an octet */
};

static int
append_ill_formed(struct gil_text *text, const char *bytes, size_t len, enum repair repair)
{
    if (repair != ESCAPE)
        return gil_text_append(text, REPLACEMENT, 3);
    for (size_t i = 0; i < len; i++)
        if (gil_text_append_char(text, 0xDC00u + (unsigned char)bytes[i]) < 0)
            return -1;
    return 0;
}

static int
append_repaired(struct gil_text *text, const char *bytes, size_t len, enum repair repair)
{
    size_t good = 0, i = text->octets ? len : 0;
    int cut;

    while (i < len) {
        int step = character_length((const unsigned char *)bytes + i, len - i, &cut);
        if (step > 0) {
            i += (size_t)step;
            continue;
        }
        if (gil_text_append(text, bytes + good, i - good) < 0)
            return -1;
        if (!(cut && repair == DROP_CUT) && append_ill_formed(text, bytes + i, (size_t)-step, repair) < 0)
            return -1;
        i += (size_t)-step;
        good = i;
    }
    return gil_text_append(text, bytes + good, len - good);
}

int
gil_text_append_repaired(struct gil_text *text, const char *bytes, size_t len)
{
    return append_repaired(text, bytes, len, REPLACE);
}

int
gil_text_append_filename(struct gil_text *text, const char *bytes, size_t len)
{
    return append_repaired(text, bytes, len, ESCAPE);
}

/* A unit of a format, taken apart. */
struct unit {
    int left, zero, alternate;
    Gil_ssize_t width;     /* 0: none */
    Gil_ssize_t precision; /* negative: none, as from a star */
    char length;                  /* 'l', 'L' (ll), 'z', 't', 'j', or 0 */
    char conversion;
};

/* A va_list that can be handed on by address whatever its type is. */
struct arguments {
    va_list list;
};

/* A number or a star at *p into *n; 0 when there is neither. 0, or -1: too large. */
static int
read_number(const char **p, struct arguments *args, Gil_ssize_t *n)
{
    *n = 0;
    if (**p == '*') {
        ++*p;
        *n = va_arg(args->list, int);
        return 0;
    }
    while (**p >= '0' && **p <= '9') {
        *n = *n * 10 + (*(*p)++ - '0');
        if (*n > WIDTH_MAX)
            return -1;
    }
    return 0;
}

/* The unit after the per cent sign at p; NULL when it is malformed. */
static const char *
read_unit(const char *p, struct unit *unit, struct arguments *args)
{
    *unit = (struct unit){.precision = -1};
    for (;; p++) {
        if (*p == '-')
            unit->left = 1;
        else if (*p == '0')
            unit->zero = 1;
        else if (*p == '#')
            unit->alternate = 1;
        else
            break;
    }
    if (read_number(&p, args, &unit->width) < 0)
        return NULL;
    if (unit->width < 0) { /* a star's: to the left */
        unit->left = 1;
        unit->width = unit->width < -WIDTH_MAX ? WIDTH_MAX : -unit->width;
    }
    if (*p == '.') {
        p++;
        if (read_number(&p, args, &unit->precision) < 0)
            return NULL;
    }
    if (*p == 'l' && p[1] == 'l') {
        unit->length = 'L';
        p += 2;
    }
    else if (*p == 'l' || *p == 'z' || *p == 't' || *p == 'j')
        unit->length = *p++;
    unit->conversion = *p;
    return *p != '\0' ? p + 1 : NULL;
}

static int
append_repeated(struct gil_text *text, char c, Gil_ssize_t n)
{
    while (n-- > 0)
        if (gil_text_append(text, &c, 1) < 0)
            return -1;
    return 0;
}

static Gil_ssize_t
count_characters(const char *s, size_t len)
{
    Gil_ssize_t n = 0;

    for (size_t i = 0; i < len; i++)
        n += ((unsigned char)s[i] & 0xC0) != 0x80;
    return n;
}

/* What was appended since before gets blanks on one side, up to the unit's width. */
static int
pad(struct gil_text *text, const struct unit *unit, size_t before)
{
    size_t len = text->len - before;

    if (unit->width <= 0)
        return 0;
    Gil_ssize_t missing = unit->width - (text->octets ? (Gil_ssize_t)len : len > 0 ? count_characters(text->data + before, len) : 0);
    if (missing <= 0)
        return 0;
    if (append_repeated(text, ' ', missing) < 0)
        return -1;
    if (!unit->left) {
        size_t blanks = text->len - before - len; /* fewer than missing where a fixed buffer is full */
        memmove(text->data + before + blanks, text->data + before, len);
        memset(text->data + before, ' ', blanks);
    }
    return 0;
}

/* A C string of which at most precision bytes are looked at. */
static int
append_c_string(struct gil_text *text, const struct unit *unit, const char *s)
{
    size_t before = text->len;

    if (s == NULL)
        s = "(null)";
    size_t len = unit->precision >= 0 ? strnlen(s, (size_t)unit->precision) : strlen(s);
    if (append_repaired(text, s, len, unit->precision >= 0 ? DROP_CUT : REPLACE) < 0)
        return -1;
    return pad(text, unit, before);
}

/* A str, cut to precision characters. */
static int
append_str(struct gil_text *text, const struct unit *unit, GilObject *str)
{
    size_t before = text->len, len, n = 0;

    if (str == NULL)
        return append_c_string(text, unit, "<NULL>");
    const char *s = text->octets ? gil_ops.str_utf8(str, &len) : gil_text_of_str(str, &len);
    if (s == NULL)
        return -1;
    if (unit->precision >= 0) {
        for (Gil_ssize_t left = unit->precision; n < len; n++)
            if (((unsigned char)s[n] & 0xC0) != 0x80 && left-- == 0)
                break;
        len = n;
    }
    if (gil_text_append(text, s, len) < 0)
        return -1;
    return pad(text, unit, before);
}

/* The same for the result of a conversion, which it takes; NULL: the conversion failed. */
static int
append_new_str(struct gil_text *text, const struct unit *unit, GilObject *str)
{
    if (str == NULL)
        return -1;
    int rc = append_str(text, unit, str);
    Gil_DECREF(str);
    return rc;
}

/* Name of a type with its module: "module.Name", "module:Name" in the alternate form. */
static int
append_type_name(struct gil_text *text, const struct unit *unit, const GilTypeObject *type)
{
    size_t before = text->len;

    if (type == NULL)
        return append_c_string(text, unit, "<NULL>");
    if (gil_text_append(text, type->tp_name, strlen(type->tp_name)) < 0)
        return -1;
    const char *dot = strrchr(type->tp_name, '.');
    if (unit->alternate && dot != NULL && before + (size_t)(dot - type->tp_name) < text->len)
        text->data[before + (size_t)(dot - type->tp_name)] = ':';
    return pad(text, unit, before);
}

static int
append_digits(struct gil_text *text, const struct unit *unit, uint64_t value, int negative, const char *prefix)
{
    const char *set = unit->conversion == 'X' ? "0123456789ABCDEF" : "0123456789abcdef";
    unsigned base = unit->conversion == 'o' ? 8 : strchr("xXp", unit->conversion) != NULL ? 16 : 10;
    char digits[DIGITS_MAX];
    int n = 0;
    size_t before = text->len;

    do
        digits[DIGITS_MAX - ++n] = set[value % base];
    while ((value /= base) != 0);
    Gil_ssize_t zeros = unit->precision - n;
    if (unit->zero && !unit->left && unit->width - n - negative > zeros)
        zeros = unit->width - n - negative;
    if ((negative && gil_text_append(text, "-", 1) < 0) || gil_text_append(text, prefix, strlen(prefix)) < 0 ||
        append_repeated(text, '0', zeros) < 0 || gil_text_append(text, digits + DIGITS_MAX - n, (size_t)n) < 0)
        return -1;
    return pad(text, unit, before);
}

static int
append_signed(struct gil_text *text, const struct unit *unit, struct arguments *args)
{
    int64_t value;

    switch (unit->length) {
    case 'l':
        value = va_arg(args->list, long);
        break;
    case 'L':
        value = va_arg(args->list, long long);
        break;
    case 'z':
    case 't':
        value = va_arg(args->list, ptrdiff_t);
        break;
    case 'j':
        value = va_arg(args->list, intmax_t);
        break;
    default:
        value = va_arg(args->list, int);
    }
    return append_digits(text, unit, value < 0 ? 0 - (uint64_t)value : (uint64_t)value, value < 0, "");
}

static int
append_unsigned(struct gil_text *text, const struct unit *unit, struct arguments *args)
{
    uint64_t value;

    switch (unit->length) {
    case 'l':
        value = va_arg(args->list, unsigned long);
        break;
    case 'L':
        value = va_arg(args->list, unsigned long long);
        break;
    case 'z':
    case 't':
        value = va_arg(args->list, size_t);
        break;
    case 'j':
        value = va_arg(args->list, uintmax_t);
        break;
    default:
        value = va_arg(args->list, unsigned);
    }
    return append_digits(text, unit, value, 0, "");
}

static int
append_c(struct gil_text *text, const struct unit *unit, int c)
{
    size_t before = text->len;
    int limit = text->octets ? 0xFF : 0x10FFFF;
    char octet = (char)c;

    if (c < 0 || c > limit) {
        GilErr_Format(GilExc_OverflowError, "character argument not in range(0x%x)", limit + 1);
        return -1;
    }
    int rc = text->octets ? gil_text_append(text, &octet, 1) : gil_text_append_char(text, (Gil_UCS4)c);
    return rc < 0 ? -1 : pad(text, unit, before);
}

/* One unit; 1 when there is no such unit. */
static int
append_unit(struct gil_text *text, const struct unit *unit, struct arguments *args)
{
    GilObject *op;

    if (unit->length != 0 && strchr("diuoxX", unit->conversion) == NULL)
        return 1;
    switch (unit->conversion) {
    case '%':
        return gil_text_append(text, "%", 1);
    case 'c':
        return append_c(text, unit, va_arg(args->list, int));
    case 'd':
    case 'i':
        return append_signed(text, unit, args);
    case 'u':
    case 'o':
    case 'x':
    case 'X':
        return append_unsigned(text, unit, args);
    case 'p':
        return append_digits(text, unit, (uintptr_t)va_arg(args->list, void *), 0, "0x");
    case 's':
        return append_c_string(text, unit, va_arg(args->list, const char *));
    case 'U':
        return append_str(text, unit, va_arg(args->list, GilObject *));
    case 'V': {
        op = va_arg(args->list, GilObject *);
        const char *s = va_arg(args->list, const char *);
        return op != NULL ? append_str(text, unit, op) : append_c_string(text, unit, s);
    }
    case 'S':
        return append_new_str(text, unit, GilObject_Str(va_arg(args->list, GilObject *)));
    case 'R':
        return append_new_str(text, unit, GilObject_Repr(va_arg(args->list, GilObject *)));
    case 'A':
        return append_new_str(text, unit, GilObject_ASCII(va_arg(args->list, GilObject *)));
    case 'T':
        op = va_arg(args->list, GilObject *);
        return append_type_name(text, unit, op != NULL ? Gil_TYPE(op) : NULL);
    case 'N':
        return append_type_name(text, unit, va_arg(args->list, GilTypeObject *));
    default:
        return 1;
    }
}

int
gil_format(struct gil_text *text, const char *format, va_list list)
{
    struct arguments args;
    struct unit unit;
    int rc = 0;

    va_copy(args.list, list);
    for (const char *p = format; rc == 0 && *p != '\0';) {
        if (*p != '%') {
            size_t plain = strcspn(p, "%");
            rc = append_repaired(text, p, plain, REPLACE);
            p += plain;
            continue;
        }
        const char *end = read_unit(p + 1, &unit, &args);
        /* A per cent sign has neither width nor flags, but in bytes, where CPython passes over them. */
        int odd = end == NULL || (unit.conversion == '%' && end != p + 2 && !text->octets);
        rc = odd ? 1 : append_unit(text, &unit, &args);
        if (rc <= 0)
            p = end;
        else {
            /* The format is the program's own text and cannot be shown as a format again. */
            GilErr_Format(GilExc_SystemError, "invalid format string: %s", p);
            rc = -1;
        }
    }
    va_end(args.list);
    return rc;
}

int
gil_text_append_format(struct gil_text *text, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    int rc = gil_format(text, format, args);
    va_end(args);
    return rc;
}
