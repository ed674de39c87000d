/* SPDX-License-Identifier: MIT */
/* str as its users see it: repr, str(), methods. */
#include "support/expect.h"
#include "support/support.h"

#include "gilrt/args.h"
#include "gilrt/bool.h"
#include "gilrt/bytearray.h"
#include "gilrt/call.h"
#include "gilrt/dict.h"
#include "gilrt/float.h"
#include "gilrt/function.h"
#include "gilrt/gc.h"
#include "gilrt/list.h"
#include "gilrt/long.h"
#include "gilrt/sequence.h"
#include "gilrt/set.h"
#include "gilrt/tuple.h"
#include "gilrt/weakref.h"
#include "value/unicode_method.h"

static GilObject *
text(const char *utf8)
{
    GilObject *op = GilUnicode_FromString(utf8);
    ck_assert_ptr_nonnull(op);
    return op;
}

START_TEST(test_value_unicode_method__repr)
{
    static const char *const table[][2] = {
        {"plain", "'plain'"},
        {"", "''"},
        {"it's", "\"it's\""},
        {"\"it's\"", "'\"it\\'s\"'"},
        {"back\\slash", "'back\\\\slash'"},
        {"\t\n\r\x01\x7f", "'\\t\\n\\r\\x01\\x7f'"},
        {"\xc2\xa0\xc2\xad\xc3\xa9", "'\\xa0\\xad\xc3\xa9'"},
        {"\xe2\x82\xac\xe2\x80\xa8\xef\xbf\xbf", "'\xe2\x82\xac\\u2028\\uffff'"},
        {"\xf0\x9f\x98\x80\xf3\xa0\x80\x81", "'\xf0\x9f\x98\x80\\U000e0001'"},
    };

    for (size_t i = 0; i < Gil_ARRAY_LENGTH(table); i++) {
        GilObject *op = text(table[i][0]);
        gil_expect_text(GilObject_Repr(op), table[i][1]);
        Gil_DECREF(op);
    }
    Gil_UCS2 lone[] = {0xdc80, 'x'};
    GilObject *op = GilUnicode_FromKindAndData(2, lone, 2);
    gil_expect_text(GilObject_Repr(op), "'\\udc80x'");
    Gil_DECREF(op);
}
END_TEST

/* The predicate holds for these count code points and for no other. */
static void
expect_set(int (*holds)(Gil_UCS4), const Gil_UCS4 *wanted, int count)
{
    int found = 0;

    for (Gil_UCS4 ch = 0; ch <= GIL_MAX_CODE_POINT; ch++)
        found += holds(ch);
    ck_assert_int_eq(found, count);
    for (int i = 0; i < count; i++)
        ck_assert_msg(holds(wanted[i]), "U+%04x", wanted[i]);
}

START_TEST(test_value_unicode_method__whitespace_and_line_ends)
{
    static const Gil_UCS4 space[] = {0x9,    0xa,    0xb,    0xc,    0xd,    0x1c,   0x1d,   0x1e,   0x1f,   0x20,
                                     0x85,   0xa0,   0x1680, 0x2000, 0x2001, 0x2002, 0x2003, 0x2004, 0x2005, 0x2006,
                                     0x2007, 0x2008, 0x2009, 0x200a, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000};
    static const Gil_UCS4 line_end[] = {0xa, 0xb, 0xc, 0xd, 0x1c, 0x1d, 0x1e, 0x85, 0x2028, 0x2029};

    expect_set(gil_is_space, space, (int)Gil_ARRAY_LENGTH(space));
    expect_set(gil_is_linebreak, line_end, (int)Gil_ARRAY_LENGTH(line_end));
}
END_TEST

START_TEST(test_value_unicode_method__constructor)
{
    GilObject *type = (GilObject *)&GilUnicode_Type, *bytes = GilBytes_FromString("\xe9");

    gil_expect_text(GilObject_CallNoArgs(type), "");
    gil_expect_text(GilObject_CallFunction(type, "i", 12), "12");
    gil_expect_text(GilObject_CallFunction(type, "s", "same"), "same");
    gil_expect_text(GilObject_CallFunction(type, "Os", bytes, "latin-1"), "\xc3\xa9");
    gil_expect_text(GilObject_CallFunction(type, "Oss", bytes, "ascii", "ignore"), "");
    ck_assert_ptr_null(GilObject_CallFunction(type, "Oi", bytes, 1));
    gil_expect_error(GilExc_TypeError, "str() argument 'encoding' must be str, not int");
    ck_assert_ptr_null(GilObject_CallFunction(type, "iiii", 1, 2, 3, 4));
    gil_expect_error(GilExc_TypeError, "str() takes at most 3 arguments (4 given)");
    Gil_DECREF(bytes);
}
END_TEST

START_TEST(test_value_unicode_method__finding)
{
    GilObject *op = text("banana");

    ck_assert_int_eq(GilLong_AsLong(GilObject_CallMethod(op, "find", "s", "an")), 1);
    ck_assert_int_eq(GilLong_AsLong(GilObject_CallMethod(op, "find", "si", "an", 2)), 3);
    ck_assert_int_eq(GilLong_AsLong(GilObject_CallMethod(op, "find", "sOi", "an", Gil_None, 2)), -1);
    ck_assert_int_eq(GilLong_AsLong(GilObject_CallMethod(op, "find", "si", "an", -3)), 3);
    ck_assert_int_eq(GilLong_AsLong(GilObject_CallMethod(op, "rfind", "s", "an")), 3);
    ck_assert_int_eq(GilLong_AsLong(GilObject_CallMethod(op, "index", "s", "n")), 2);
    ck_assert_int_eq(GilLong_AsLong(GilObject_CallMethod(op, "count", "s", "a")), 3);
    ck_assert_ptr_null(GilObject_CallMethod(op, "index", "s", "x"));
    gil_expect_error(GilExc_ValueError, "substring not found");
    ck_assert_ptr_null(GilObject_CallMethod(op, "rindex", "s", "x"));
    gil_expect_error(GilExc_ValueError, "substring not found");
    ck_assert_ptr_null(GilObject_CallMethod(op, "find", "i", 1));
    gil_expect_error(GilExc_TypeError, "find() argument 1 must be str, not int");
    ck_assert_ptr_null(GilObject_CallMethod(op, "find", NULL));
    gil_expect_error(GilExc_TypeError, "find expected at least 1 argument, got 0");
    ck_assert_ptr_null(GilObject_CallMethod(op, "find", "ss", "a", "b"));
    gil_expect_error(GilExc_TypeError, "slice indices must be integers or None or have an __index__ method");
    ck_assert_ptr_eq(GilObject_CallMethod(op, "startswith", "s", "ban"), Gil_True);
    ck_assert_ptr_eq(GilObject_CallMethod(op, "startswith", "si", "ban", 1), Gil_False);
    ck_assert_ptr_eq(GilObject_CallMethod(op, "endswith", "((ss))", "x", "ana"), Gil_True);
    ck_assert_ptr_null(GilObject_CallMethod(op, "endswith", "i", 1));
    gil_expect_error(GilExc_TypeError, "endswith first arg must be str or a tuple of str, not int");
    ck_assert_ptr_null(GilObject_CallMethod(op, "startswith", "((i))", 1));
    gil_expect_error(GilExc_TypeError, "tuple for startswith must only contain str, not int");
    Gil_DECREF(op);
}
END_TEST

START_TEST(test_value_unicode_method__changing)
{
    GilObject *op = text(" xMax\xc3\x89 "), *list;

    gil_expect_text(GilObject_CallMethod(op, "strip", NULL), "xMax\xc3\x89");
    gil_expect_text(GilObject_CallMethod(op, "lstrip", "s", " x"), "Max\xc3\x89 ");
    gil_expect_text(GilObject_CallMethod(op, "rstrip", "O", Gil_None), " xMax\xc3\x89");
    gil_expect_text(GilObject_CallMethod(op, "upper", NULL), " XMAX\xc3\x89 ");
    gil_expect_text(GilObject_CallMethod(op, "lower", NULL), " xmax\xc3\xa9 ");
    gil_expect_text(GilObject_CallMethod(op, "replace", "ss", "a", "oo"), " xMoox\xc3\x89 ");
    gil_expect_octets(GilObject_CallMethod(op, "encode", "ss", "ascii", "ignore"), " xMax ", 6);
    list = GilObject_CallMethod(op, "split", "s", "M");
    ck_assert_int_eq(GilList_GET_SIZE(list), 2);
    gil_expect_text(GilObject_CallMethod(op, "join", "O", list), " x xMax\xc3\x89 ax\xc3\x89 ");
    Gil_DECREF(list);
    list = GilObject_CallMethod(op, "splitlines", NULL);
    ck_assert_int_eq(GilList_GET_SIZE(list), 1);
    Gil_DECREF(list);
    ck_assert_ptr_null(GilObject_CallMethod(op, "strip", "i", 1));
    gil_expect_error(GilExc_TypeError, "strip arg must be None or str");
    ck_assert_ptr_null(GilObject_CallMethod(op, "split", "i", 1));
    gil_expect_error(GilExc_TypeError, "must be str or None, not int");
    ck_assert_ptr_null(GilObject_CallMethod(op, "replace", "s", "a"));
    gil_expect_error(GilExc_TypeError, "replace() takes at least 2 positional arguments (1 given)");
    Gil_DECREF(op);
}
END_TEST

START_TEST(test_value_unicode_method__identifier)
{
    static const char *const good[] = {"a", "_", "_9", "caf\xc3\xa9", "A1_b"};
    static const char *const bad[] = {"", "9a", "a b", "a-b", "\xe2\x82\xac", "a\xc2\xb1"};

    for (size_t i = 0; i < Gil_ARRAY_LENGTH(good); i++) {
        GilObject *op = text(good[i]);
        ck_assert_int_eq(GilUnicode_IsIdentifier(op), 1);
        Gil_DECREF(op);
    }
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(bad); i++) {
        GilObject *op = text(bad[i]);
        ck_assert_int_eq(GilUnicode_IsIdentifier(op), 0);
        Gil_DECREF(op);
    }
}
END_TEST

static int
step(void *arg)
{
    GilObject *repr = GilObject_Repr(arg), *upper = NULL;
    int rc = -1;

    if (repr != NULL && (upper = GilObject_CallMethod(repr, "upper", NULL)) != NULL)
        rc = 0;
    Gil_XDECREF(repr);
    Gil_XDECREF(upper);
    return rc;
}

START_TEST(test_value_unicode_method__every_allocation_may_fail)
{
    GilObject *op = text("some\ntext");

    gil_test_oom_loop(step, op);
    Gil_DECREF(op);
}
END_TEST

/* Every method counts its arguments and names what it cannot use. */
START_TEST(test_value_unicode_method__wrong_arguments_are_named)
{
    static const struct {
        const char *method, *format, *error;
    } table[] = {
        {"count", "", "count expected at least 1 argument, got 0"},
        {"count", "i", "count() argument 1 must be str, not int"},
        {"find", "iii", "find() argument 1 must be str, not int"},
        {"find", "iiii", "find expected at most 3 arguments, got 4"},
        {"startswith", "", "startswith expected at least 1 argument, got 0"},
        {"startswith", "i", "startswith first arg must be str or a tuple of str, not int"},
        {"strip", "ii", "strip expected at most 1 argument, got 2"},
        {"split", "iii", "split() takes at most 2 arguments (3 given)"},
        {"split", "i", "must be str or None, not int"},
        {"splitlines", "ii", "splitlines() takes at most 1 argument (2 given)"},
        {"replace", "i", "replace() takes at least 2 positional arguments (1 given)"},
        {"replace", "ii", "replace() argument 1 must be str, not int"},
        {"encode", "iii", "encode() takes at most 2 arguments (3 given)"},
        {"encode", "i", "encode() argument 'encoding' must be str, not int"},
        {"removeprefix", "i", "removeprefix() argument must be str, not int"},
        {"removesuffix", "i", "removesuffix() argument must be str, not int"},
    };
    GilObject *op = text("some text"), *x = text("x"), *far = GilLong_FromString("9999999999999999999999", NULL, 10);

    for (size_t i = 0; i < Gil_ARRAY_LENGTH(table); i++) {
        ck_assert_ptr_null(GilObject_CallMethod(op, table[i].method, table[i].format, 1, 2, 3, 4));
        gil_expect_error(GilExc_TypeError, table[i].error);
    }
    ck_assert_ptr_null(GilObject_CallMethod(op, "replace", "Oi", x, 1));
    gil_expect_error(GilExc_TypeError, "replace() argument 2 must be str, not int");
    ck_assert_ptr_null(GilObject_CallMethod(op, "removeprefix", "O", Gil_None));
    gil_expect_error(GilExc_TypeError, "removeprefix() argument must be str, not None");
    ck_assert_ptr_null(GilObject_CallMethod(op, "replace", "OOO", x, x, far));
    gil_expect_raised(GilExc_OverflowError);
    ck_assert_ptr_null(GilObject_CallMethod(op, "split", "OO", x, far));
    gil_expect_raised(GilExc_OverflowError);
    gil_expect_repr(GilObject_CallMethod(op, "split", "Oi", Gil_None, 0), "['some text']");
    gil_expect_text(GilObject_CallMethod(op, "replace", "ssi", "e", "E", 1), "somE text");
    Gil_DECREF(op);
    Gil_DECREF(x);
    Gil_DECREF(far);
}
END_TEST

/* A name of which only the beginning is one: with a NUL in it. */
START_TEST(test_value_unicode_method__names_without_nul)
{
    GilObject *op = text("abc"), *octets = GilBytes_FromString("abc"), *utf8 = text("utf-8"), *strict = text("strict");
    GilObject *name = GilUnicode_FromStringAndSize("utf-8\0x", 7), *handler = GilUnicode_FromStringAndSize("strict\0", 7);

    for (int i = 0; i < 8; i++) {
        GilObject *named = i % 2 == 0 ? name : utf8, *handled = i % 2 == 0 ? strict : handler;
        GilObject *result = i < 2   ? GilObject_CallMethod(op, "encode", "OO", named, handled)
                            : i < 4 ? GilObject_CallMethod(octets, "decode", "OO", named, handled)
                            : i < 6 ? GilObject_CallFunction((GilObject *)&GilUnicode_Type, "OOO", octets, named, handled)
                                    : GilObject_CallFunction((GilObject *)&GilBytes_Type, "OOO", op, named, handled);
        ck_assert_msg(result == NULL, "%d", i);
        gil_expect_error(GilExc_ValueError, "embedded null character");
    }
    Gil_DECREF(handler);
    Gil_DECREF(name);
    Gil_DECREF(strict);
    Gil_DECREF(utf8);
    Gil_DECREF(octets);
    Gil_DECREF(op);
}
END_TEST

START_TEST(test_value_unicode_method__constructor_names_what_is_wrong)
{
    GilObject *type = (GilObject *)&GilUnicode_Type, *none = GilTuple_New(0), *named = Gil_BuildValue("{sO}", "a", Gil_None);

    ck_assert_ptr_null(GilObject_Call(type, none, named));
    gil_expect_error(GilExc_TypeError, "'a' is an invalid keyword argument for str()");
    ck_assert_ptr_null(GilObject_CallFunction(type, "yi", "x", 1));
    gil_expect_error(GilExc_TypeError, "str() argument 'encoding' must be str, not int");
    ck_assert_ptr_null(GilObject_CallFunction(type, "ysi", "x", "ascii", 1));
    gil_expect_error(GilExc_TypeError, "str() argument 'errors' must be str, not int");
    ck_assert_ptr_null(GilObject_CallFunction(type, "yssi", "x", "ascii", "strict", 1));
    gil_expect_error(GilExc_TypeError, "str() takes at most 3 arguments (4 given)");
    Gil_DECREF(none);
    Gil_DECREF(named);
}
END_TEST

static GilObject *
subtype(GilObject *dict)
{
    GilObject *type = GilObject_CallFunction((GilObject *)&GilType_Type, "s(O)N", "Text", &GilUnicode_Type, dict);

    ck_assert_ptr_nonnull(type);
    return type;
}

/* Of each form, what is inside is where it is looked for, and no field of the subtype lies on it. */
START_TEST(test_value_unicode_method__a_subtype_of_each_form)
{
    static const char *const texts[] = {"", "a", "plain text", "\xc3\xa9", "caf\xc3\xa9", "\xe2\x82\xac uro", "\xf0\x9f\x98\x80"};
    GilObject *type = subtype(Gil_BuildValue("{}"));

    for (size_t i = 0; i < Gil_ARRAY_LENGTH(texts); i++) {
        GilObject *plain = text(texts[i]), *op = GilObject_CallOneArg(type, plain), *dict = GilDict_New(), *set = GilSet_New(NULL);
        ck_assert(GilUnicode_Check(op) && !GilUnicode_CheckExact(op));
        ck_assert_int_eq(GilObject_SetAttrString(op, "own", plain), 0);
        GilObject *ref = GilWeakref_NewRef(op, NULL);
        ck_assert_ptr_nonnull(ref);
        ck_assert_int_eq(GilUnicode_GET_LENGTH(op), GilUnicode_GET_LENGTH(plain));
        ck_assert_int_eq(GilUnicode_KIND(op), GilUnicode_KIND(plain));
        ck_assert_int_eq(GilUnicode_IS_ASCII(op), GilUnicode_IS_ASCII(plain));
        ck_assert_uint_eq((uintptr_t)GilUnicode_DATA(op) % 8, 0);
        ck_assert_str_eq(GilUnicode_AsUTF8(op), texts[i]);
        /* Equal both ways, of one hash, and one key in a dict and a set, whichever came first. */
        ck_assert_int_eq(GilObject_Hash(op), GilObject_Hash(plain));
        ck_assert_int_eq(GilObject_RichCompareBool(op, plain, Gil_EQ), 1);
        ck_assert_int_eq(GilObject_RichCompareBool(plain, op, Gil_EQ), 1);
        ck_assert_int_eq(GilDict_SetItem(dict, i % 2 ? op : plain, Gil_None), 0);
        ck_assert_int_eq(GilDict_Contains(dict, i % 2 ? plain : op), 1);
        ck_assert_int_eq(GilSet_Add(set, i % 2 ? op : plain), 0);
        ck_assert_int_eq(GilSet_Contains(set, i % 2 ? plain : op), 1);
        /* What is made of one is exactly a str. */
        GilObject *made[] = {GilObject_Str(op), GilUnicode_FromObject(op), GilObject_CallMethod(op, "strip", NULL),
                             GilSequence_Repeat(op, 1), GilUnicode_Concat(op, gil_unicode_empty()),
                             GilUnicode_FromFormat("%U", op), GilObject_Format(op, NULL)};
        for (size_t k = 0; k < Gil_ARRAY_LENGTH(made); k++) {
            ck_assert(GilUnicode_CheckExact(made[k]));
            ck_assert_int_eq(GilUnicode_Compare(made[k], plain), 0);
            Gil_DECREF(made[k]);
        }
        ck_assert_int_eq(GilObject_SetAttrString(op, "me", op), 0); /* a circle */
        GilObject *all[] = {ref, set, dict, op, plain};
        for (size_t k = 0; k < Gil_ARRAY_LENGTH(all); k++)
            Gil_DECREF(all[k]);
        ck_assert_int_ge(GilGC_Collect(), 1);
    }
    Gil_DECREF(type);
}
END_TEST

/* Instances that no constructor has filled are the empty one of their kind in every respect, also where the type names the
 * tp_alloc that types have by default. */
START_TEST(test_value_unicode_method__instances_that_nobody_filled)
{
    static const struct {
        GilTypeObject *base;
        int more; /* fields of the subtype, in bytes */
        unsigned long flags;
    } cases[] = {
        {&GilUnicode_Type, 0, 0},  {&GilUnicode_Type, 1, 0},  {&GilUnicode_Type, 24, Gil_TPFLAGS_MANAGED_WEAKREF},
        {&GilBytes_Type, 0, 0},    {&GilLong_Type, 0, 0},     {&GilFloat_Type, 0, 0},
        {&GilTuple_Type, 0, 0},    {&GilFrozenSet_Type, 0, 0}, {&GilSet_Type, 0, 0},    {&GilDict_Type, 0, 0},
        {&GilList_Type, 0, 0},     {&GilByteArray_Type, 0, 0},
    };

    for (size_t i = 0; i < Gil_ARRAY_LENGTH(cases); i++) {
        GilType_Slot slots[] = {{Gil_tp_new, (void *)GilType_GenericNew},
                                {_i == 0 ? 0 : Gil_tp_alloc, (void *)GilType_GenericAlloc},
                                {0, NULL}};
        GilType_Spec spec = {.name = "t.T", .basicsize = -cases[i].more, .flags = Gil_TPFLAGS_DEFAULT | (unsigned)cases[i].flags,
                             .slots = slots};
        GilObject *type = GilType_FromSpecWithBases(&spec, (GilObject *)cases[i].base);
        ck_assert_msg(type != NULL, "no type over %s", cases[i].base->tp_name);
        GilObject *op = GilObject_CallNoArgs(type), *plain = GilObject_CallNoArgs((GilObject *)cases[i].base);
        GilObject *shown[] = {GilObject_Repr(op), GilObject_Repr(plain)}, *set = GilSet_New(NULL);
        int named = GilAnySet_Check(op) || GilByteArray_Check(op), hashable = Gil_TYPE(plain)->tp_hash != GilObject_HashNotImplemented;
        ck_assert_ptr_eq(Gil_TYPE(op), (GilTypeObject *)(void *)type);
        ck_assert_msg(named || GilObject_RichCompareBool(shown[0], shown[1], Gil_EQ) == 1, "%s is shown as %s",
                      cases[i].base->tp_name, GilUnicode_AsUTF8(shown[0]));
        ck_assert_msg(!hashable || GilObject_Hash(op) == GilObject_Hash(plain), "%s has another hash", cases[i].base->tp_name);
        ck_assert_msg(GilObject_RichCompareBool(op, plain, Gil_EQ) == 1, "%s is not equal", cases[i].base->tp_name);
        ck_assert_int_eq(GilObject_RichCompareBool(plain, op, Gil_EQ), 1);
        if (hashable) {
            ck_assert_int_eq(GilSet_Add(set, plain), 0);
            ck_assert_int_eq(GilSet_Contains(set, op), 1);
        }
        if (GilUnicode_Check(op)) {
            ck_assert_int_eq(GilUnicode_KIND(op), GilUnicode_1BYTE_KIND);
            ck_assert(GilUnicode_IS_ASCII(op));
            ck_assert_str_eq(GilUnicode_AsUTF8(op), "");
            ck_assert_str_eq(GilUnicode_DATA(op), "");
            GilObject *joined = GilUnicode_Concat(op, shown[0]), *upper = GilObject_CallMethod(op, "upper", NULL);
            ck_assert_int_eq(GilUnicode_Compare(joined, shown[0]), 0);
            ck_assert_ptr_eq(upper, plain);
            Gil_DECREF(upper);
            Gil_DECREF(joined);
        }
        GilObject *all[] = {shown[0], shown[1], set, op, plain, type};
        for (size_t k = 0; k < Gil_ARRAY_LENGTH(all); k++)
            Gil_DECREF(all[k]);
    }
}
END_TEST

static GilObject *
say_other(GilObject *Gil_UNUSED(self), GilObject *Gil_UNUSED(args))
{
    return text("other");
}

static GilObject *
say_one(GilObject *Gil_UNUSED(self), GilObject *Gil_UNUSED(args))
{
    return GilLong_FromLong(1);
}

static GilMethodDef other_def = {"other", say_other, GIL_METH_VARARGS, NULL};
static GilMethodDef one_def = {"one", say_one, GIL_METH_VARARGS, NULL};

/* str(), format() and "%s" ask it, join(), concatenation and search see the text; a dict asks for hash and equality. */
START_TEST(test_value_unicode_method__a_subtype_that_says_otherwise)
{
    GilObject *other = GilCFunction_New(&other_def, NULL), *one = GilCFunction_New(&one_def, NULL), *dict = GilDict_New();
    GilObject *type = subtype(Gil_BuildValue("{sOsOsOsO}", "__str__", other, "__repr__", other, "__hash__", one, "__eq__", one));
    GilObject *op = GilObject_CallFunction(type, "s", "text"), *comma = text(","), *list = Gil_BuildValue("[OO]", op, op);
    GilObject *percent = text("%s|%r"), *pair = GilTuple_Pack(2, op, op), *braces = text("{}|{!r}"), *whole = text("a text");

    gil_expect_text(GilObject_Str(op), "other");
    gil_expect_text(GilObject_Repr(op), "other");
    gil_expect_text(GilObject_CallOneArg((GilObject *)&GilUnicode_Type, op), "other");
    gil_expect_text(GilUnicode_Format(percent, pair), "other|other");
    gil_expect_text(GilObject_CallMethod(braces, "format", "OO", op, op), "other|other");
    gil_expect_text(GilUnicode_FromFormat("%S|%U", op, op), "other|text");
    gil_expect_text(GilUnicode_Join(comma, list), "text,text");
    gil_expect_text(GilUnicode_Concat(op, comma), "text,");
    ck_assert_int_eq(GilUnicode_Contains(whole, op), 1);
    ck_assert_int_eq(GilObject_Hash(op), 1);
    GilObject *number = GilLong_FromLong(1), *text_of_number = text("x");
    ck_assert_int_eq(GilDict_SetItem(dict, op, Gil_None), 0);
    ck_assert_int_eq(GilDict_Contains(dict, number), 1); /* of that hash, and it says that it is equal */
    ck_assert_int_eq(GilDict_Contains(dict, text_of_number), 0);
    /* Not interned, since it is not the text alone. */
    GilObject *interned = Gil_NewRef(op);
    GilUnicode_InternInPlace(&interned);
    ck_assert_ptr_eq(interned, op);
    /* An attribute's name is its text. */
    ck_assert_int_eq(GilObject_HasAttrWithError(type, op), 0);
    GilObject *all[] = {interned, text_of_number, number, whole, braces, pair, percent, list, comma, op, type, dict, one, other};
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(all); i++)
        Gil_DECREF(all[i]);
}
END_TEST

struct wide_text {
    GilCompactUnicodeObject base;
    long number;
};

/* A spec may add fields, by a struct or behind the base; what is parsed as text may be of a subtype. */
START_TEST(test_value_unicode_method__a_subtype_with_fields)
{
    static GilMemberDef members[] = {{"number", Gil_T_LONG, offsetof(struct wide_text, number), 0, NULL}, {NULL, 0, 0, 0, NULL}};
    static GilType_Slot slots[] = {{Gil_tp_members, members}, {0, NULL}}, none[] = {{0, NULL}};
    GilType_Spec specs[] = {{"test.Wide", sizeof(struct wide_text), 0, Gil_TPFLAGS_BASETYPE, slots},
                            {"test.Behind", -(int)sizeof(long), 0, Gil_TPFLAGS_BASETYPE | Gil_TPFLAGS_MANAGED_WEAKREF, none},
                            {"test.Odd", sizeof(struct wide_text) + 1, 0, 0, slots}};

    for (size_t i = 0; i < Gil_ARRAY_LENGTH(specs); i++) {
        GilTypeObject *type = (GilTypeObject *)(void *)GilType_FromSpecWithBases(&specs[i], (GilObject *)&GilUnicode_Type);
        ck_assert_ptr_nonnull(type);
        GilObject *op = GilObject_CallFunction((GilObject *)type, "s", "caf\xc3\xa9"), *args = GilTuple_Pack(2, op, op), *got;
        long *number = i == 1 ? GilObject_GetTypeData(op, type) : &((struct wide_text *)(void *)op)->number;
        const char *utf8;
        ck_assert_int_eq(*number, 0);
        *number = -1;
        ck_assert_uint_eq((uintptr_t)GilUnicode_DATA(op) % 8, 0);
        ck_assert_int_eq(GilArg_ParseTuple(args, "sU", &utf8, &got), 1);
        ck_assert_str_eq(utf8, "caf\xc3\xa9");
        ck_assert_ptr_eq(got, op);
        ck_assert_int_eq(*number, -1);
        Gil_DECREF(args);
        Gil_DECREF(op);
        Gil_DECREF(type);
    }
    ck_assert_ptr_null(GilObject_CallFunction((GilObject *)&GilType_Type, "s(OO){}", "Both", &GilUnicode_Type, &GilLong_Type));
    gil_expect_error(GilExc_TypeError, "type 'Both': multiple bases have instance lay-out conflict");
    GilType_Spec huge = {"test.Huge", 1 << 24, 0, 0, none};
    GilObject *type = GilType_FromSpecWithBases(&huge, (GilObject *)&GilUnicode_Type);
    ck_assert_ptr_null(GilObject_CallNoArgs(type)); /* the head knows no such distance */
    gil_expect_raised(GilExc_MemoryError);
    Gil_DECREF(type);
}
END_TEST

static int
make_of_subtype(void *arg)
{
    GilObject *op = GilObject_CallFunction(arg, "s", "caf\xc3\xa9"), *copy = NULL;

    if (op != NULL && GilUnicode_AsUTF8(op) != NULL)
        copy = GilObject_Str(op);
    Gil_XDECREF(copy);
    Gil_XDECREF(op);
    return copy != NULL ? 0 : -1;
}

START_TEST(test_J1_text_of_a_subtype)
{
    GilObject *type = subtype(Gil_BuildValue("{}"));

    gil_test_oom_loop(make_of_subtype, type);
    Gil_DECREF(type);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("value/unicode_method");
    TCase *tc = tcase_create("unicode_method");

    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_value_unicode_method__repr);
    tcase_add_test(tc, test_value_unicode_method__whitespace_and_line_ends);
    tcase_add_test(tc, test_value_unicode_method__constructor);
    tcase_add_test(tc, test_value_unicode_method__wrong_arguments_are_named);
    tcase_add_test(tc, test_value_unicode_method__names_without_nul);
    tcase_add_test(tc, test_value_unicode_method__constructor_names_what_is_wrong);
    tcase_add_test(tc, test_value_unicode_method__finding);
    tcase_add_test(tc, test_value_unicode_method__changing);
    tcase_add_test(tc, test_value_unicode_method__identifier);
    tcase_add_test(tc, test_value_unicode_method__every_allocation_may_fail);
    tcase_add_loop_test(tc, test_value_unicode_method__instances_that_nobody_filled, 0, 2);
    tcase_add_test(tc, test_value_unicode_method__a_subtype_of_each_form);
    tcase_add_test(tc, test_value_unicode_method__a_subtype_that_says_otherwise);
    tcase_add_test(tc, test_value_unicode_method__a_subtype_with_fields);
    tcase_add_test(tc, test_J1_text_of_a_subtype);
    suite_add_tcase(s, tc);
    return s;
}
