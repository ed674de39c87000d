/* SPDX-License-Identifier: MIT */
/*
 * Format units: what one argument is converted to.
 *
 * A converter returns 0, or -1. When no error is set the reason stands in args->why and begins with a verb, so that
 * "argument 2 " goes before it; in parentheses it is the format's fault and not the argument's.
 */
#include "module/args.h"

#include "base/mem.h"
#include "gilrt/buffer.h"
#include "gilrt/bytearray.h"
#include "gilrt/bytes.h"
#include "gilrt/float.h"
#include "gilrt/list.h"
#include "gilrt/long.h"
#include "gilrt/mem.h"
#include "gilrt/number.h"
#include "gilrt/tuple.h"
#include "gilrt/typeobject.h"
#include "gilrt/unicode.h"
#include "value/long.h"
#include "value/row.h"
#include "value/unicode.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

typedef int (*converter)(GilObject *, void *);

static const char *
type_name(GilObject *arg)
{
    return arg == Gil_None ? "None" : Gil_TYPE(arg)->tp_name;
}

/* "must be WANTED, not TYPE". */
static int
wrong_type(struct gil_args *args, const char *wanted, GilObject *arg)
{
    snprintf(args->why, sizeof args->why, "must be %.50s, not %.50s", wanted, type_name(arg));
    return -1;
}

static int
wrong_format(struct gil_args *args, const char *what)
{
    snprintf(args->why, sizeof args->why, "(%s)", what);
    return -1;
}

static int
raise_text(GilObject *type, const char *text)
{
    GilErr_SetString(type, text);
    return -1;
}

/* The next character of the format, consumed when it is c. */
static int
follows(struct gil_args *args, char c)
{
    if (*args->format != c)
        return 0;
    args->format++;
    return 1;
}

/* Make room for one more undo. 0, or -1 with MemoryError. */
static int
reserve_undo(struct gil_args *args)
{
    if (args->undos < args->undo_room)
        return 0;
    size_t room = args->undo_room * 2, size = room * sizeof *args->undo;
    int first = args->undo == args->undo_first;
    struct gil_args_undo *undo = gil_heap_realloc(args->ts->heap, first ? NULL : args->undo, size);
    if (undo == NULL) {
        gil_err_no_memory(args->ts);
        return -1;
    }
    if (first)
        memcpy(undo, args->undo_first, sizeof args->undo_first);
    args->undo = undo;
    args->undo_room = room;
    return 0;
}

/* Enter what was acquired; room was reserved. */
static void
add_undo(struct gil_args *args, struct gil_args_undo undo)
{
    GIL_ASSERT(args->undos < args->undo_room);
    args->undo[args->undos++] = undo;
}

/* --- numbers --- */

static int
failed(struct gil_args *args)
{
    return gil_err_pending(args->ts);
}

/* A long from an int or by __index__; an int of one limb, the common case, without a call. 0, or -1: error set. */
static inline int
get_long(struct gil_args *args, GilObject *arg, long *value)
{
    if (GIL_LIKELY(gil_is_int(arg))) {
        const struct gil_long *v = gil_long(arg);
        if (GIL_LIKELY(gil_long_is_short(v) && v->digit[0] <= LONG_MAX)) {
            *value = (long)v->size * (long)v->digit[0];
            return 0;
        }
    }
    *value = GilLong_AsLong(arg);
    return *value == -1 && failed(args) ? -1 : 0;
}

/* b h i: range checked; what names the C type in messages. */
static int
get_ranged(struct gil_args *args, GilObject *arg, long min, long max, const char *what, long *value)
{
    if (get_long(args, arg, value) < 0)
        return -1;
    if (*value >= min && *value <= max)
        return 0;
    GilErr_Format(GilExc_OverflowError, "%s is %s", what, *value < min ? "less than minimum" : "greater than maximum");
    return -1;
}

/* B H I k K: the low bits of an int, no check. 0, or -1 with an error or a reason: CPython's k and K tell which argument it is. */
static int
get_mask(struct gil_args *args, char unit, GilObject *arg, unsigned long long *value)
{
    if ((unit | 0x20) == 'k' && !GilIndex_Check(arg))
        return wrong_type(args, "int", arg);
    *value = GilLong_AsUnsignedLongLongMask(arg);
    return *value == (unsigned long long)-1 && failed(args) ? -1 : 0;
}

static int
convert_int(struct gil_args *args, char unit, GilObject *arg)
{
    void *to = va_arg(args->va, void *);
    unsigned long long mask = 0;
    long value;

    switch (unit) {
    case 'b':
        if (get_ranged(args, arg, 0, UCHAR_MAX, "unsigned byte integer", &value) < 0)
            return -1;
        *(unsigned char *)to = (unsigned char)value;
        return 0;
    case 'h':
        if (get_ranged(args, arg, SHRT_MIN, SHRT_MAX, "signed short integer", &value) < 0)
            return -1;
        *(short *)to = (short)value;
        return 0;
    case 'i':
        if (get_ranged(args, arg, INT_MIN, INT_MAX, "signed integer", &value) < 0)
            return -1;
        *(int *)to = (int)value;
        return 0;
    case 'l':
        return get_long(args, arg, to);
    case 'L':
        *(long long *)to = GilLong_AsLongLong(arg);
        return *(long long *)to == -1 && failed(args) ? -1 : 0;
    case 'n':
        *(Gil_ssize_t *)to = GilNumber_AsSsize_t(arg, GilExc_OverflowError);
        return *(Gil_ssize_t *)to == -1 && failed(args) ? -1 : 0;
    default:
        break;
    }
    if (get_mask(args, unit, arg, &mask) < 0)
        return -1;
    switch (unit) {
    case 'B':
        *(unsigned char *)to = (unsigned char)mask;
        break;
    case 'H':
        *(unsigned short *)to = (unsigned short)mask;
        break;
    case 'I':
        *(unsigned int *)to = (unsigned int)mask;
        break;
    case 'k':
        *(unsigned long *)to = (unsigned long)mask;
        break;
    default: /* K */
        *(unsigned long long *)to = mask;
        break;
    }
    return 0;
}

static int
convert_real(struct gil_args *args, char unit, GilObject *arg)
{
    void *to = va_arg(args->va, void *);
    double value = GilFloat_AsDouble(arg);

    if (value == -1.0 && failed(args))
        return -1;
    if (unit == 'f')
        *(float *)to = (float)value;
    else
        *(double *)to = value;
    return 0;
}

static int
convert_bool(struct gil_args *args, GilObject *arg)
{
    int *to = va_arg(args->va, int *);
    int truth = GilObject_IsTrue(arg);

    if (truth < 0)
        return -1;
    *to = truth;
    return 0;
}

/* c: one octet of bytes or bytearray; C: one code point of str. */
static int
convert_char(struct gil_args *args, char unit, GilObject *arg)
{
    void *to = va_arg(args->va, void *);

    if (unit == 'C') {
        if (!gil_unicode_check(arg))
            return wrong_type(args, "a unicode character", arg);
        if (GilUnicode_GET_LENGTH(arg) != 1) {
            snprintf(args->why, sizeof args->why, "must be a unicode character, not a string of length %zd",
                     GilUnicode_GET_LENGTH(arg));
            return -1;
        }
        *(int *)to = (int)GilUnicode_READ_CHAR(arg, 0);
        return 0;
    }
    int is_bytes = GilBytes_Check(arg);
    if (!is_bytes && !GilByteArray_Check(arg))
        return wrong_type(args, "a byte string of length 1", arg);
    if (Gil_SIZE(arg) != 1) {
        snprintf(args->why, sizeof args->why, "must be a byte string of length 1, not a %.50s object of length %zd",
                 type_name(arg), Gil_SIZE(arg));
        return -1;
    }
    *(char *)to = is_bytes ? GilBytes_AS_STRING(arg)[0] : GilByteArray_AS_STRING(arg)[0];
    return 0;
}

/* --- text and octets --- */

/* A view of octets in a row, also of an exporter that looks at no flags. -1 with an error or a reason. */
static int
get_octets(struct gil_args *args, GilObject *arg, Gil_buffer *view, int flags)
{
    if (GilObject_GetBuffer(arg, view, flags) < 0)
        return -1;
    if (GilBuffer_IsContiguous(view, 'C'))
        return 0;
    GilBuffer_Release(view); /* may run anything */
    return wrong_type(args, "contiguous buffer", arg);
}

/* A view that the caller releases (s* z* y* w*), entered as an undo. */
static int
convert_view(struct gil_args *args, char unit, GilObject *arg)
{
    Gil_buffer *view = va_arg(args->va, Gil_buffer *);

    if (reserve_undo(args) < 0)
        return -1;
    if (unit == 'z' && arg == Gil_None) {
        if (GilBuffer_FillInfo(view, NULL, NULL, 0, 1, GilBUF_SIMPLE) < 0)
            return -1;
    }
    else if ((unit == 's' || unit == 'z') && gil_unicode_check(arg)) {
        Gil_ssize_t size;
        const char *text = GilUnicode_AsUTF8AndSize(arg, &size);
        if (text == NULL || GilBuffer_FillInfo(view, arg, (void *)(uintptr_t)text, size, 1, GilBUF_SIMPLE) < 0)
            return -1;
    }
    else if (get_octets(args, arg, view, unit == 'w' ? GilBUF_WRITABLE : GilBUF_SIMPLE) < 0) {
        if (unit != 'w' || !failed(args) || GilErr_ExceptionMatches(GilExc_MemoryError))
            return -1;
        GilErr_Clear();
        return wrong_type(args, "read-write bytes-like object", arg);
    }
    add_undo(args, (struct gil_args_undo){GIL_ARGS_BUFFER, view, NULL});
    return 0;
}

/*
 * Octets that stay in place without a view: only of objects that never change theirs, which are those that want no
 * release. size -1 with an error or a reason.
 */
static const char *
borrow_octets(struct gil_args *args, GilObject *arg, Gil_ssize_t *size)
{
    const GilBufferProcs *procs = Gil_TYPE(arg)->tp_as_buffer;
    Gil_buffer view;

    *size = -1;
    if (procs != NULL && procs->bf_releasebuffer != NULL) {
        wrong_type(args, "read-only bytes-like object", arg);
        return NULL;
    }
    if (get_octets(args, arg, &view, GilBUF_SIMPLE) < 0)
        return NULL;
    const char *octets = view.buf;
    *size = view.len;
    GilBuffer_Release(&view);
    return octets;
}

/* s# z# y#: a pointer and a length. */
static int
convert_sized(struct gil_args *args, char unit, GilObject *arg)
{
    const char **to = va_arg(args->va, const char **);
    Gil_ssize_t *to_size = va_arg(args->va, Gil_ssize_t *), size = 0;
    const char *text = NULL;

    if (unit != 'y' && gil_unicode_check(arg))
        text = GilUnicode_AsUTF8AndSize(arg, &size);
    else if (unit != 'z' || arg != Gil_None)
        text = borrow_octets(args, arg, &size);
    if (size < 0)
        return -1;
    *to = text;
    *to_size = size;
    return 0;
}

/* s z y: a pointer to text that ends with NUL and holds no other. */
static int
convert_text(struct gil_args *args, char unit, GilObject *arg)
{
    const char **to = va_arg(args->va, const char **);
    Gil_ssize_t size;
    const char *text;

    if (unit == 'y')
        text = borrow_octets(args, arg, &size);
    else if (unit == 'z' && arg == Gil_None) {
        *to = NULL;
        return 0;
    }
    else if (gil_unicode_check(arg))
        text = GilUnicode_AsUTF8AndSize(arg, &size);
    else
        return wrong_type(args, unit == 'z' ? "str or None" : "str", arg);
    if (size < 0)
        return -1;
    if (text == NULL || strlen(text) != (size_t)size)
        return raise_text(GilExc_ValueError, unit == 'y' ? "embedded null byte" : "embedded null character");
    *to = text;
    return 0;
}

static int
convert_string(struct gil_args *args, char unit, GilObject *arg)
{
    if (follows(args, '*'))
        return convert_view(args, unit, arg);
    return follows(args, '#') ? convert_sized(args, unit, arg) : convert_text(args, unit, arg);
}

/* es et: a str encoded as bytes (new reference); et lets bytes and bytearray through. */
static GilObject *
encode(struct gil_args *args, int pass_bytes, const char *encoding, GilObject *arg)
{
    if (pass_bytes && (GilBytes_Check(arg) || GilByteArray_Check(arg)))
        return GilBytes_FromObject(arg);
    if (gil_unicode_check(arg))
        return GilUnicode_AsEncodedString(arg, encoding, NULL);
    wrong_type(args, pass_bytes ? "str, bytes or bytearray" : "str", arg);
    return NULL;
}

/* Memory for size octets and a NUL at *to, entered as an undo. */
static int
allocate(struct gil_args *args, char **to, Gil_ssize_t size)
{
    if (reserve_undo(args) < 0)
        return -1;
    *to = GilMem_Malloc((size_t)size + 1);
    if (*to == NULL) {
        gil_err_no_memory(args->ts);
        return -1;
    }
    add_undo(args, (struct gil_args_undo){GIL_ARGS_MEMORY, to, NULL});
    return 0;
}

/* Put encoded octets where the caller wants them; to_size NULL: without '#'. */
static int
store_encoded(struct gil_args *args, GilObject *bytes, GilObject *arg, char **to, Gil_ssize_t *to_size)
{
    const char *octets = GilBytes_AS_STRING(bytes);
    Gil_ssize_t size = GilBytes_GET_SIZE(bytes);

    if (to_size == NULL && strlen(octets) != (size_t)size)
        return wrong_type(args, "encoded string without null bytes", arg);
    if (to_size != NULL && *to != NULL) {
        if (size + 1 > *to_size) {
            GilErr_Format(GilExc_ValueError, "encoded string too long (%zd, maximum length %zd)", size, *to_size - 1);
            return -1;
        }
    }
    else if (allocate(args, to, size) < 0)
        return -1;
    memcpy(*to, octets, (size_t)size + 1);
    if (to_size != NULL)
        *to_size = size;
    return 0;
}

static int
convert_encoded(struct gil_args *args, GilObject *arg)
{
    const char *encoding = va_arg(args->va, const char *);
    int pass_bytes = *args->format == 't';

    if (!follows(args, 's') && !follows(args, 't'))
        return wrong_format(args, "unknown parser marker combination");
    char **to = va_arg(args->va, char **);
    Gil_ssize_t *to_size = follows(args, '#') ? va_arg(args->va, Gil_ssize_t *) : NULL;
    if (to == NULL)
        return wrong_format(args, "buffer is NULL");
    GilObject *bytes = encode(args, pass_bytes, encoding, arg);
    if (bytes == NULL)
        return -1;
    int rc = store_encoded(args, bytes, arg, to, to_size);
    Gil_DECREF(bytes);
    return rc;
}

/* --- objects --- */

static int
convert_object(struct gil_args *args, GilObject *arg)
{
    if (follows(args, '&')) {
        converter convert = va_arg(args->va, converter);
        void *target = va_arg(args->va, void *);
        if (reserve_undo(args) < 0)
            return -1;
        int rc = convert(arg, target); /* may run anything */
        if (rc == 0)
            return failed(args) ? -1 : wrong_format(args, "unspecified");
        if (rc == Gil_CLEANUP_SUPPORTED)
            add_undo(args, (struct gil_args_undo){GIL_ARGS_CONVERTER, target, convert});
        return 0;
    }
    if (follows(args, '!')) {
        GilTypeObject *type = va_arg(args->va, GilTypeObject *);
        GilObject **to = va_arg(args->va, GilObject **);
        if (!GilObject_TypeCheck(arg, type))
            return wrong_type(args, type->tp_name, arg);
        *to = arg;
        return 0;
    }
    *va_arg(args->va, GilObject **) = arg;
    return 0;
}

static int
convert_typed(struct gil_args *args, GilObject *arg, int right, const char *wanted)
{
    GilObject **to = va_arg(args->va, GilObject **);

    if (!right)
        return wrong_type(args, wanted, arg);
    *to = arg;
    return 0;
}

/* Units of a level, up to its ')'. */
static Gil_ssize_t
count_items(const char *format)
{
    Gil_ssize_t n = 0;
    int depth = 0;

    for (; depth > 0 || *format != ')'; format++) {
        int letter = (*format >= 'a' && *format <= 'z') || (*format >= 'A' && *format <= 'Z');
        if (*format == '\0' || *format == ':' || *format == ';')
            return -1;
        n += depth == 0 && (letter || *format == '(');
        depth += (*format == '(') - (*format == ')');
        if (*format == 'e' && (format[1] == 's' || format[1] == 't'))
            format++;
    }
    return n;
}

/* (items): a tuple or a list of as many. Lists are read item by item, since a conversion may change them. */
static int
convert_items(struct gil_args *args, GilObject *arg)
{
    Gil_ssize_t n = count_items(args->format);

    if (n < 0 || args->depth == GIL_ARGS_NESTING)
        return wrong_format(args, "malformed tuple in format");
    if (!GilList_Check(arg) && !GilTuple_Check(arg)) {
        snprintf(args->why, sizeof args->why, "must be %zd-item tuple or list, not %.50s", n, type_name(arg));
        return -1;
    }
    if (Gil_SIZE(arg) != n) {
        snprintf(args->why, sizeof args->why, "must be sequence of length %zd, not %zd", n, Gil_SIZE(arg));
        return -1;
    }
    args->depth++;
    for (Gil_ssize_t i = 0; i < n; i++) {
        args->path[args->depth - 1] = (int)i;
        GilObject *item = gil_row_item(arg, i);
        if (item == NULL)
            return -1;
        int rc = gil_args_convert(args, item);
        Gil_DECREF(item);
        if (rc < 0)
            return -1;
    }
    args->depth--;
    return follows(args, ')') ? 0 : wrong_format(args, "malformed tuple in format");
}

int
gil_args_convert(struct gil_args *args, GilObject *arg)
{
    char unit = *args->format++;

    if (arg == NULL)
        return wrong_format(args, "was never set");
    switch (unit) {
    case 'b': case 'B': case 'h': case 'H': case 'i': case 'I': case 'l': case 'k': case 'L': case 'K': case 'n':
        return convert_int(args, unit, arg);
    case 'f': case 'd':
        return convert_real(args, unit, arg);
    case 'p':
        return convert_bool(args, arg);
    case 'c': case 'C':
        return convert_char(args, unit, arg);
    case 's': case 'z': case 'y':
        return convert_string(args, unit, arg);
    case 'w':
        return follows(args, '*') ? convert_view(args, unit, arg)
                                  : wrong_format(args, "invalid use of 'w' format character");
    case 'e':
        return convert_encoded(args, arg);
    case 'O':
        return convert_object(args, arg);
    case 'S':
        return convert_typed(args, arg, GilBytes_Check(arg), "bytes");
    case 'Y':
        return convert_typed(args, arg, GilByteArray_Check(arg), "bytearray");
    case 'U':
        return convert_typed(args, arg, gil_unicode_check(arg), "str");
    case '(':
        return convert_items(args, arg);
    default:
        return wrong_format(args, "impossible<bad format char>");
    }
}

/* --- passing over --- */

/* Variables of one unit, all of them pointers; the unit's own letters are consumed. -1: no such unit. */
static int
unit_pointers(struct gil_args *args)
{
    char unit = *args->format++;

    switch (unit) {
    case 'b': case 'B': case 'h': case 'H': case 'i': case 'I': case 'l': case 'k': case 'L': case 'K': case 'n':
    case 'f': case 'd': case 'p': case 'c': case 'C': case 'S': case 'Y': case 'U':
        return 1;
    case 's': case 'z': case 'y':
        return follows(args, '#') ? 2 : (follows(args, '*'), 1);
    case 'w':
        return follows(args, '*') ? 1 : -1;
    case 'e':
        if (!follows(args, 's') && !follows(args, 't'))
            return -1;
        return follows(args, '#') ? 3 : 2;
    case 'O':
        return follows(args, '&') || follows(args, '!') ? 2 : 1;
    default:
        return -1;
    }
}

int
gil_args_skip(struct gil_args *args)
{
    if (follows(args, '(')) {
        while (!follows(args, ')'))
            if (gil_args_at_end(args) || gil_args_skip(args) < 0)
                return args->why[0] == '(' ? -1 : wrong_format(args, "malformed tuple in format");
        return 0;
    }
    int n = unit_pointers(args);
    if (n < 0)
        return wrong_format(args, "impossible<bad format char>");
    while (n-- > 0)
        (void)va_arg(args->va, void *);
    return 0;
}
