/* SPDX-License-Identifier: MIT */
/*
 * Members: C fields of objects as attributes.
 *
 * Fields are copied by memcpy(), so that packed structs work. A number that the field cannot hold is refused with
 * OverflowError (CPython truncates some of them with a warning); the range is checked on the 64-bit value, once, by the
 * table of integer kinds.
 */
#include "object/member.h"

#include "object/error.h"
#include "object/ops.h"

/* The integer kinds: width in bytes, and whether there is a sign. Width 0: another kind. */
static const struct {
    uint8_t size;
    uint8_t is_signed;
    const char *name;
} integers[] = {
    [Gil_T_SHORT] = {sizeof(short), 1, "short"},
    [Gil_T_INT] = {sizeof(int), 1, "int"},
    [Gil_T_LONG] = {sizeof(long), 1, "long"},
    [Gil_T_BYTE] = {1, 1, "signed char"},
    [Gil_T_UBYTE] = {1, 0, "unsigned char"},
    [Gil_T_USHORT] = {sizeof(short), 0, "unsigned short"},
    [Gil_T_UINT] = {sizeof(int), 0, "unsigned int"},
    [Gil_T_ULONG] = {sizeof(long), 0, "unsigned long"},
    [Gil_T_LONGLONG] = {sizeof(long long), 1, "long long"},
    [Gil_T_ULONGLONG] = {sizeof(long long), 0, "unsigned long long"},
    [Gil_T_PYSSIZET] = {sizeof(Gil_ssize_t), 1, "Gil_ssize_t"},
};

static int
is_integer(int type)
{
    return type >= 0 && (size_t)type < Gil_ARRAY_LENGTH(integers) && integers[type].size != 0;
}

size_t
gil_member_size(int type)
{
    if (is_integer(type))
        return integers[type].size;
    switch (type) {
    case Gil_T_FLOAT:
        return sizeof(float);
    case Gil_T_DOUBLE:
        return sizeof(double);
    case Gil_T_STRING:
    case _Gil_T_OBJECT:
    case Gil_T_OBJECT_EX:
        return sizeof(void *);
    case Gil_T_CHAR:
    case Gil_T_BOOL:
    case Gil_T_STRING_INPLACE:
        return 1;
    default:
        return 0;
    }
}

static GilObject *
get_integer(const char *field, int type)
{
    uint64_t bits = 0;
    unsigned unused = 64 - 8u * integers[type].size;

    memcpy(&bits, field, integers[type].size); /* least significant byte first, see below */
    if (!integers[type].is_signed)
        return gil_ops.int_from_uint64(bits);
    return gil_ops.int_from_int64((int64_t)(bits << unused) >> unused);
}

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "get_integer() reads narrow fields into the low bytes");

static GilObject *
get_text(const char *text, size_t len)
{
    return gil_ops.str_from_utf8(text, len);
}

GilObject *
GilMember_GetOne(const char *obj_addr, GilMemberDef *m)
{
    gil_tstate_need(__func__);
    if (obj_addr == NULL || m == NULL)
        return gil_err_null(__func__);
    if (m->flags & Gil_RELATIVE_OFFSET) {
        GilErr_Format(GilExc_SystemError, "%s: member '%s' has a relative offset", __func__, m->name);
        return NULL;
    }
    const char *field = obj_addr + m->offset;
    if (is_integer(m->type))
        return get_integer(field, m->type);

    union {
        float f;
        double d;
        const char *s;
        GilObject *op;
    } value;
    switch (m->type) {
    case Gil_T_FLOAT:
        memcpy(&value.f, field, sizeof value.f);
        return gil_ops.float_from_double(value.f);
    case Gil_T_DOUBLE:
        memcpy(&value.d, field, sizeof value.d);
        return gil_ops.float_from_double(value.d);
    case Gil_T_BOOL:
        return _Gil_RichResult(*field != 0);
    case Gil_T_CHAR:
        if ((unsigned char)*field < 0x80)
            return get_text(field, 1);
        GilErr_Format(GilExc_ValueError, "member '%s' is no ASCII character", m->name);
        return NULL;
    case Gil_T_STRING:
        memcpy(&value.s, field, sizeof value.s);
        return value.s != NULL ? get_text(value.s, strlen(value.s)) : Gil_NewRef(Gil_None);
    case Gil_T_STRING_INPLACE:
        return get_text(field, strlen(field));
    case _Gil_T_OBJECT:
        memcpy(&value.op, field, sizeof value.op);
        return Gil_NewRef(value.op != NULL ? value.op : Gil_None);
    case Gil_T_OBJECT_EX:
        memcpy(&value.op, field, sizeof value.op);
        if (value.op != NULL)
            return Gil_NewRef(value.op);
        gil_attr_missing((GilObject *)(uintptr_t)obj_addr, m->name, strlen(m->name));
        return NULL;
    default:
        GilErr_Format(GilExc_SystemError, "%s: member '%s' is of unknown type %d", __func__, m->name, m->type);
        return NULL;
    }
}

static int
out_of_range(const GilMemberDef *m)
{
    GilErr_Format(GilExc_OverflowError, "value does not fit member '%s' of type %s", m->name, integers[m->type].name);
    return -1;
}

static int
set_integer(char *field, const GilMemberDef *m, GilObject *o)
{
    unsigned bits = 8u * integers[m->type].size;
    int64_t s;
    uint64_t u;

    if (integers[m->type].is_signed) {
        if (gil_ops.int_as_int64(o, &s) < 0)
            return -1;
        int64_t top = INT64_MAX >> (64 - bits);
        if (s > top || s < -top - 1)
            return out_of_range(m);
        u = (uint64_t)s;
    }
    else {
        if (gil_ops.int_as_uint64(o, &u) < 0)
            return GilErr_ExceptionMatches(GilExc_ValueError) ? out_of_range(m) : -1; /* a negative number */
        if (u > UINT64_MAX >> (64 - bits))
            return out_of_range(m);
    }
    memcpy(field, &u, integers[m->type].size);
    return 0;
}

static int
set_object(char *field, const char *obj_addr, const GilMemberDef *m, GilObject *o)
{
    GilObject *old;

    memcpy(&old, field, sizeof old);
    if (o == NULL && old == NULL && m->type == Gil_T_OBJECT_EX) {
        gil_attr_missing((GilObject *)(uintptr_t)obj_addr, m->name, strlen(m->name));
        return -1;
    }
    Gil_XINCREF(o);
    memcpy(field, &o, sizeof o);
    Gil_XDECREF(old); /* may run anything */
    return 0;
}

static int
set_char(char *field, const GilMemberDef *m, GilObject *o)
{
    size_t len;
    const char *text = gil_is_str(o) ? gil_ops.str_utf8(o, &len) : NULL;

    if (text == NULL || len != 1) {
        GilErr_Format(GilExc_TypeError, "member '%s' wants a str of one ASCII character", m->name);
        return -1;
    }
    *field = *text;
    return 0;
}

int
GilMember_SetOne(char *obj_addr, GilMemberDef *m, GilObject *o)
{
    GilThreadState *ts = gil_tstate_need(__func__);

    if (obj_addr == NULL || m == NULL) {
        gil_err_null(__func__);
        return -1;
    }
    if (m->flags & Gil_RELATIVE_OFFSET) {
        GilErr_Format(GilExc_SystemError, "%s: member '%s' has a relative offset", __func__, m->name);
        return -1;
    }
    char *field = obj_addr + m->offset;
    if (m->flags & Gil_READONLY) {
        GilErr_SetString(GilExc_AttributeError, "readonly attribute");
        return -1;
    }
    if (m->type == _Gil_T_OBJECT || m->type == Gil_T_OBJECT_EX)
        return set_object(field, obj_addr, m, o);
    if (o == NULL) {
        GilErr_SetString(GilExc_TypeError, "can't delete numeric/char attribute");
        return -1;
    }
    if (is_integer(m->type))
        return set_integer(field, m, o);

    double d;
    float f;
    switch (m->type) {
    case Gil_T_FLOAT:
    case Gil_T_DOUBLE:
        d = gil_ops.float_as_double(o);
        if (d == -1.0 && gil_err_pending(ts))
            return -1;
        f = (float)d;
        if (m->type == Gil_T_FLOAT)
            memcpy(field, &f, sizeof f);
        else
            memcpy(field, &d, sizeof d);
        return 0;
    case Gil_T_BOOL:
        if (o != _Gil_RichResult(0) && o != _Gil_RichResult(1)) {
            GilErr_SetString(GilExc_TypeError, "attribute value type must be bool");
            return -1;
        }
        *field = o == _Gil_RichResult(1);
        return 0;
    case Gil_T_CHAR:
        return set_char(field, m, o);
    case Gil_T_STRING:
    case Gil_T_STRING_INPLACE:
        GilErr_SetString(GilExc_TypeError, "readonly attribute");
        return -1;
    default:
        GilErr_Format(GilExc_SystemError, "%s: member '%s' is of unknown type %d", __func__, m->name, m->type);
        return -1;
    }
}
