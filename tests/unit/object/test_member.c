/* SPDX-License-Identifier: MIT */
/* C fields as attributes: every kind is read and written at its limits and refuses what does not fit. */
#include "node.h"

#include "object/member.h"

#include <limits.h>

struct fields {
    GilObject_HEAD
    short s;
    int i;
    long l;
    float f;
    double d;
    const char *text;
    GilObject *any, *ex;
    char c;
    signed char b;
    unsigned char ub;
    unsigned short us;
    unsigned int ui;
    unsigned long ul;
    char inplace[8];
    char flag;
    long long ll;
    unsigned long long ull;
    Gil_ssize_t size;
};

#define FIELD(name, kind, flags) {#name, kind, offsetof(struct fields, name), flags, NULL}
static GilMemberDef all[] = {
    FIELD(s, Gil_T_SHORT, 0),         FIELD(i, Gil_T_INT, 0),       FIELD(l, Gil_T_LONG, 0),
    FIELD(f, Gil_T_FLOAT, 0),         FIELD(d, Gil_T_DOUBLE, 0),    FIELD(text, Gil_T_STRING, 0),
    FIELD(any, _Gil_T_OBJECT, 0),     FIELD(ex, Gil_T_OBJECT_EX, 0), FIELD(c, Gil_T_CHAR, 0),
    FIELD(b, Gil_T_BYTE, 0),          FIELD(ub, Gil_T_UBYTE, 0),    FIELD(us, Gil_T_USHORT, 0),
    FIELD(ui, Gil_T_UINT, 0),         FIELD(ul, Gil_T_ULONG, 0),    FIELD(inplace, Gil_T_STRING_INPLACE, 0),
    FIELD(flag, Gil_T_BOOL, 0),       FIELD(ll, Gil_T_LONGLONG, 0), FIELD(ull, Gil_T_ULONGLONG, 0),
    FIELD(size, Gil_T_PYSSIZET, 0),   {0},
};

static GilObject *
new_fields(void)
{
    GilType_Slot slots[] = {{Gil_tp_members, all}, {0, NULL}};
    GilType_Spec spec = {.name = "test.Fields", .basicsize = sizeof(struct fields), .slots = slots};
    GilObject *type = GilType_FromSpec(&spec), *op = GilObject_CallNoArgs(type);

    ck_assert_ptr_nonnull(op);
    Gil_DECREF(type);
    return op;
}

/* Write value (taken), read it back, and compare. */
static void
round_trip(GilObject *op, const char *name, GilObject *value)
{
    ck_assert_msg(GilObject_SetAttrString(op, name, value) == 0, "%s", name);
    GilObject *back = GilObject_GetAttrString(op, name);
    ck_assert_msg(back != NULL && GilObject_RichCompareBool(back, value, Gil_EQ) == 1, "%s", name);
    Gil_DECREF(back);
    Gil_DECREF(value);
}

static void
too_large(GilObject *op, const char *name, GilObject *value)
{
    ck_assert_msg(GilObject_SetAttrString(op, name, value) == -1, "%s", name);
    ck_assert_msg(GilErr_ExceptionMatches(GilExc_OverflowError), "%s", name);
    GilErr_Clear();
    Gil_DECREF(value);
}

START_TEST(test_object_member__integers_up_to_their_limits)
{
    static const struct { const char *name; long long low, high; } ranges[] = {
        {"s", SHRT_MIN, SHRT_MAX}, {"i", INT_MIN, INT_MAX}, {"b", -128, 127}, {"ub", 0, 255},
        {"us", 0, USHRT_MAX}, {"ui", 0, UINT_MAX}, {"l", LONG_MIN, LONG_MAX}, {"ll", LLONG_MIN, LLONG_MAX},
        {"size", GIL_SSIZE_T_MIN, GIL_SSIZE_T_MAX}};
    GilObject *op = new_fields();

    for (size_t i = 0; i < Gil_ARRAY_LENGTH(ranges); i++) {
        round_trip(op, ranges[i].name, GilLong_FromLongLong(ranges[i].low));
        round_trip(op, ranges[i].name, GilLong_FromLongLong(ranges[i].high));
        round_trip(op, ranges[i].name, GilLong_FromLong(1));
        if (ranges[i].high == LLONG_MAX)
            too_large(op, ranges[i].name, GilLong_FromUnsignedLongLong((unsigned long long)LLONG_MAX + 1));
        else {
            too_large(op, ranges[i].name, GilLong_FromLongLong(ranges[i].low - 1));
            too_large(op, ranges[i].name, GilLong_FromLongLong(ranges[i].high + 1));
        }
    }
    round_trip(op, "ul", GilLong_FromUnsignedLongLong(ULONG_MAX));
    round_trip(op, "ull", GilLong_FromUnsignedLongLong(ULLONG_MAX));
    too_large(op, "ull", GilLong_FromLong(-1));
    ck_assert_int_eq(GilObject_SetAttrString(op, "i", Gil_None), -1);
    ck_assert_int_eq(GilErr_ExceptionMatches(GilExc_TypeError), 1);
    GilErr_Clear();
    ck_assert_int_eq(GilObject_DelAttrString(op, "i"), -1);
    expect_error(GilExc_TypeError, "can't delete numeric/char attribute");
    Gil_DECREF(op);
}
END_TEST

START_TEST(test_object_member__floats_and_truth)
{
    GilObject *op = new_fields();

    round_trip(op, "f", GilFloat_FromDouble(0.5));
    round_trip(op, "d", GilFloat_FromDouble(0.1));
    round_trip(op, "d", GilFloat_FromDouble(-1.0));
    ck_assert_int_eq(GilObject_SetAttrString(op, "d", Gil_None), -1);
    ck_assert_int_eq(GilErr_ExceptionMatches(GilExc_TypeError), 1);
    GilErr_Clear();
    round_trip(op, "flag", Gil_NewRef(Gil_True));
    round_trip(op, "flag", Gil_NewRef(Gil_False));
    ck_assert_int_eq(GilObject_SetAttrString(op, "flag", Gil_None), -1);
    expect_error(GilExc_TypeError, "attribute value type must be bool");
    Gil_DECREF(op);
}
END_TEST

START_TEST(test_object_member__texts)
{
    GilObject *op = new_fields(), *x = GilUnicode_FromString("xy");
    struct fields *fields = (struct fields *)op;

    GilObject *none = GilObject_GetAttrString(op, "text");
    ck_assert_ptr_eq(none, Gil_None);
    fields->text = "shown";
    memcpy(fields->inplace, "inside", 7);
    expect_text(GilObject_GetAttrString(op, "text"), "shown");
    expect_text(GilObject_GetAttrString(op, "inplace"), "inside");
    ck_assert_int_eq(GilObject_SetAttrString(op, "text", x), -1);
    expect_error(GilExc_TypeError, "readonly attribute");
    round_trip(op, "c", GilUnicode_FromString("q"));
    ck_assert_int_eq(GilObject_SetAttrString(op, "c", x), -1);
    expect_error(GilExc_TypeError, "member 'c' wants a str of one ASCII character");
    fields->c = (char)0xE9;
    ck_assert_ptr_null(GilObject_GetAttrString(op, "c"));
    expect_error(GilExc_ValueError, "member 'c' is no ASCII character");
    Gil_DECREF(x);
    Gil_DECREF(op);
}
END_TEST

START_TEST(test_object_member__objects_are_counted)
{
    GilObject *op = new_fields(), *value = GilList_New(0);

    GilObject *none = GilObject_GetAttrString(op, "any");
    ck_assert_ptr_eq(none, Gil_None);
    ck_assert_ptr_null(GilObject_GetAttrString(op, "ex"));
    expect_error(GilExc_AttributeError, "'test.Fields' object has no attribute 'ex'");
    ck_assert_int_eq(GilObject_SetAttrString(op, "any", value), 0);
    ck_assert_int_eq(GilObject_SetAttrString(op, "ex", value), 0);
    ck_assert_int_eq(Gil_REFCNT(value), 3);
    ck_assert_int_eq(GilObject_DelAttrString(op, "any"), 0);
    ck_assert_int_eq(Gil_REFCNT(value), 2);
    ck_assert_int_eq(GilObject_DelAttrString(op, "ex"), 0);
    ck_assert_int_eq(GilObject_DelAttrString(op, "ex"), -1);
    expect_error(GilExc_AttributeError, "'test.Fields' object has no attribute 'ex'");
    ck_assert_int_eq(Gil_REFCNT(value), 1);
    /* The default destructor gives OBJECT_EX members back. */
    ck_assert_int_eq(GilObject_SetAttrString(op, "ex", value), 0);
    Gil_DECREF(op);
    ck_assert_int_eq(Gil_REFCNT(value), 1);
    Gil_DECREF(value);
}
END_TEST

START_TEST(test_object_member__misuse)
{
    GilMemberDef relative = {"m", Gil_T_INT, 0, Gil_RELATIVE_OFFSET, NULL}, unknown = {"m", 42, 0, 0, NULL};
    GilMemberDef readonly = {"m", Gil_T_INT, 0, Gil_READONLY, NULL};
    char memory[64] = {0};

    ck_assert_ptr_null(GilMember_GetOne(NULL, &unknown));
    expect_error(GilExc_SystemError, "GilMember_GetOne: NULL argument");
    ck_assert_ptr_null(GilMember_GetOne(memory, &relative));
    expect_error(GilExc_SystemError, "GilMember_GetOne: member 'm' has a relative offset");
    ck_assert_ptr_null(GilMember_GetOne(memory, &unknown));
    expect_error(GilExc_SystemError, "GilMember_GetOne: member 'm' is of unknown type 42");
    ck_assert_int_eq(GilMember_SetOne(memory, NULL, Gil_None), -1);
    expect_error(GilExc_SystemError, "GilMember_SetOne: NULL argument");
    ck_assert_int_eq(GilMember_SetOne(memory, &relative, Gil_None), -1);
    expect_error(GilExc_SystemError, "GilMember_SetOne: member 'm' has a relative offset");
    ck_assert_int_eq(GilMember_SetOne(memory, &unknown, Gil_None), -1);
    expect_error(GilExc_SystemError, "GilMember_SetOne: member 'm' is of unknown type 42");
    ck_assert_int_eq(GilMember_SetOne(memory, &readonly, Gil_None), -1);
    expect_error(GilExc_AttributeError, "readonly attribute");
    ck_assert_uint_eq(gil_member_size(42), 0);
    ck_assert_uint_eq(gil_member_size(Gil_T_DOUBLE), 8);
}
END_TEST

Suite *
suite(void)
{
    static const TTest *tests[10];
    int n = 0;

    tests[n++] = test_object_member__integers_up_to_their_limits;
    tests[n++] = test_object_member__floats_and_truth;
    tests[n++] = test_object_member__texts;
    tests[n++] = test_object_member__objects_are_counted;
    tests[n++] = test_object_member__misuse;
    return suite_of_one("object/member", tests);
}
