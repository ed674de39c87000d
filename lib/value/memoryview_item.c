/* SPDX-License-Identifier: MIT */
/*
 * Memoryviews: elements.
 *
 * Formats are those of struct that consist of one native code, with or without "@". An element is loaded and
 * stored by its bytes, because nothing promises that an exporter's memory is aligned.
 */
#include "gilrt/bytes.h"
#include "gilrt/bool.h"
#include "gilrt/error.h"
#include "gilrt/float.h"
#include "gilrt/long.h"
#include "gilrt/number.h"
#include "object/error.h"
#include "value/memoryview.h"

#include <string.h>

/* How the bytes of a code are to be read. */
enum kind { SIGNED, UNSIGNED, REAL, TRUTH, OCTET };

struct code {
    char format[3]; /* "@i" */
    uint8_t kind, size;
};

static const struct code codes[] = {
    {"@B", UNSIGNED, 1},
    {"@b", SIGNED, 1},
    {"@c", OCTET, 1},
    {"@h", SIGNED, sizeof(short)},
    {"@H", UNSIGNED, sizeof(short)},
    {"@i", SIGNED, sizeof(int)},
    {"@I", UNSIGNED, sizeof(int)},
    {"@l", SIGNED, sizeof(long)},
    {"@L", UNSIGNED, sizeof(long)},
    {"@q", SIGNED, sizeof(long long)},
    {"@Q", UNSIGNED, sizeof(long long)},
    {"@n", SIGNED, sizeof(Gil_ssize_t)},
    {"@N", UNSIGNED, sizeof(size_t)},
    {"@P", UNSIGNED, sizeof(void *)},
    {"@e", REAL, 2},
    {"@f", REAL, sizeof(float)},
    {"@d", REAL, sizeof(double)},
    {"@?", TRUTH, sizeof(_Bool)},
};

static const struct code *
find(const char *format)
{
    if (format == NULL)
        return &codes[0];
    const char *code = *format == '@' ? format + 1 : format;
    if (code[0] == '\0' || code[1] != '\0')
        return NULL;
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(codes); i++)
        if (codes[i].format[1] == *code)
            return &codes[i];
    return NULL;
}

static const struct code *
need(const char *format)
{
    const struct code *code = find(format);
    if (code == NULL)
        GilErr_Format(GilExc_NotImplementedError, "memoryview: format %s not supported", format);
    return code;
}

int
gil_item_need(const Gil_buffer *view)
{
    const struct code *code = need(view->format);

    if (code == NULL || code->size == view->itemsize)
        return code != NULL ? 0 : -1;
    GilErr_Format(GilExc_NotImplementedError, "memoryview: format %s with items of %zd bytes not supported", view->format,
                  view->itemsize);
    return -1;
}

char
gil_item_code(const char *format)
{
    const struct code *code = find(format);
    return code != NULL ? code->format[1] : '\0';
}

const char *
gil_item_format(const char *format, Gil_ssize_t *size)
{
    const struct code *code = find(format);
    if (code == NULL)
        return NULL;
    *size = code->size;
    return format != NULL && *format == '@' ? code->format : code->format + 1;
}

/* The bytes of an int of that size, extended to 64 bits. */
static uint64_t
load(const struct code *code, const char *at)
{
    uint8_t u8;
    uint16_t u16;
    uint32_t u32;
    uint64_t u64;
    int negative = code->kind == SIGNED;

    switch (code->size) {
    case 1:
        memcpy(&u8, at, 1);
        return negative ? (uint64_t)(int8_t)u8 : u8;
    case 2:
        memcpy(&u16, at, 2);
        return negative ? (uint64_t)(int16_t)u16 : u16;
    case 4:
        memcpy(&u32, at, 4);
        return negative ? (uint64_t)(int32_t)u32 : u32;
    default:
        memcpy(&u64, at, 8);
        return u64;
    }
}

static void
store(const struct code *code, char *at, uint64_t value)
{
    uint8_t u8 = (uint8_t)value;
    uint16_t u16 = (uint16_t)value;
    uint32_t u32 = (uint32_t)value;
    const void *from = &value;

    if (code->size < sizeof value)
        from = code->size == 1 ? (void *)&u8 : code->size == 2 ? (void *)&u16 : (void *)&u32;
    memcpy(at, from, code->size);
}

static double
load_real(const struct code *code, const char *at)
{
    float f;
    double d;

    if (code->size == 2)
        return GilFloat_Unpack2(at, __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__);
    if (code->size == sizeof f) {
        memcpy(&f, at, sizeof f);
        return f;
    }
    memcpy(&d, at, sizeof d);
    return d;
}

GilObject *
gil_item_unpack(const char *format, const char *at)
{
    const struct code *code = need(format);

    if (code == NULL)
        return NULL;
    switch ((enum kind)code->kind) {
    case SIGNED:
        return GilLong_FromInt64((int64_t)load(code, at));
    case UNSIGNED:
        return GilLong_FromUInt64(load(code, at));
    case REAL:
        return GilFloat_FromDouble(load_real(code, at));
    case TRUTH:
        return GilBool_FromLong(load(code, at) != 0);
    case OCTET:
        break;
    }
    return GilBytes_FromStringAndSize(at, 1);
}

/* An error about the value becomes one about the format. Always -1. */
static int
refuse(const char *format)
{
    if (GilErr_ExceptionMatches(GilExc_TypeError))
        GilErr_Format(GilExc_TypeError, "memoryview: invalid type for format '%s'", format);
    else if (GilErr_ExceptionMatches(GilExc_OverflowError) || GilErr_ExceptionMatches(GilExc_ValueError))
        GilErr_Format(GilExc_ValueError, "memoryview: invalid value for format '%s'", format);
    return -1;
}

static int
pack_int(const struct code *code, GilObject *item, char *room)
{
    unsigned bits = code->size * 8u;
    int64_t value = 0;
    uint64_t magnitude = 0;
    GilObject *index = GilNumber_Index(item); /* may run anything */
    int rc = index == NULL             ? -1
             : code->kind == SIGNED ? GilLong_AsInt64(index, &value)
                                     : GilLong_AsUInt64(index, &magnitude);

    Gil_XDECREF(index);
    if (rc < 0)
        return -1;
    if (code->kind == SIGNED)
        magnitude = (uint64_t)value;
    if (bits < 64 && (code->kind == SIGNED ? value < -((int64_t)1 << (bits - 1)) || value >= (int64_t)1 << (bits - 1)
                                           : magnitude >> bits != 0)) {
        GilErr_SetString(GilExc_ValueError, "");
        return -1;
    }
    store(code, room, magnitude);
    return 0;
}

static int
pack_real(const struct code *code, GilObject *item, char *room)
{
    double value = GilFloat_AsDouble(item); /* may run anything */
    float narrow = (float)value;

    if (value == -1.0 && GilErr_Occurred() != NULL)
        return -1;
    if (code->size == 2)
        return GilFloat_Pack2(value, room, __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__);
    memcpy(room, code->size == sizeof narrow ? (void *)&narrow : (void *)&value, code->size);
    return 0;
}

static int
pack_octet(const char *format, GilObject *item, char *room)
{
    if (!GilBytes_Check(item)) {
        GilErr_Format(GilExc_TypeError, "memoryview: invalid type for format '%s'", format);
        return -1;
    }
    if (GilBytes_GET_SIZE(item) != 1) {
        GilErr_Format(GilExc_ValueError, "memoryview: invalid value for format '%s'", format);
        return -1;
    }
    *room = *GilBytes_AS_STRING(item);
    return 0;
}

int
gil_item_pack(const char *format, GilObject *item, char *room)
{
    const struct code *code = need(format);
    int truth;

    if (code == NULL)
        return -1;
    switch ((enum kind)code->kind) {
    case SIGNED:
    case UNSIGNED:
        return pack_int(code, item, room) < 0 ? refuse(format) : 0;
    case REAL:
        return pack_real(code, item, room) < 0 ? refuse(format) : 0;
    case TRUTH:
        truth = GilObject_IsTrue(item); /* may run anything */
        store(code, room, (uint64_t)truth);
        return truth < 0 ? -1 : 0;
    case OCTET:
        break;
    }
    return pack_octet(format, item, room);
}

/* --- equality --- */

static int
items_equal(const struct code *a, const char *at, const struct code *b, const char *bt)
{
    if (a == b && a->kind != REAL && a->kind != TRUTH)
        return memcmp(at, bt, a->size) == 0;
    if (a->kind == REAL && b->kind == REAL)
        return load_real(a, at) == load_real(b, bt);
    GilObject *v = gil_item_unpack(a->format, at), *w = v != NULL ? gil_item_unpack(b->format, bt) : NULL;
    int equal = w != NULL ? GilObject_RichCompareBool(v, w, Gil_EQ) : -1; /* numbers and bytes: runs nothing */
    Gil_XDECREF(v);
    Gil_XDECREF(w);
    return equal;
}

/* The next element, last index fastest; 0 after the last. */
static int
advance(const Gil_buffer *view, Gil_ssize_t *indices)
{
    for (int i = view->ndim - 1; i >= 0; i--) {
        if (++indices[i] < view->shape[i])
            return 1;
        indices[i] = 0;
    }
    return 0;
}

int
gil_item_equal(const Gil_buffer *a, const Gil_buffer *b)
{
    const struct code *of_a = find(a->format), *of_b = find(b->format);
    Gil_ssize_t indices[GilBUF_MAX_NDIM] = {0};
    int equal = 1;

    if (a->ndim != b->ndim)
        return 0;
    for (int i = 0; i < a->ndim; i++)
        if (a->shape[i] != b->shape[i])
            return 0;
    for (int i = 0; i < a->ndim; i++)
        if (a->shape[i] == 0)
            return 1;
    if (of_a == NULL || of_b == NULL || of_a->size != a->itemsize || of_b->size != b->itemsize)
        return 0;
    do
        equal = items_equal(of_a, GilBuffer_GetPointer(a, indices), of_b, GilBuffer_GetPointer(b, indices));
    while (equal > 0 && advance(a, indices));
    return equal;
}
