/* SPDX-License-Identifier: MIT */
/* Values built by a format, and calls whose arguments are. */
#include "support/expect.h"
#include "support/support.h"

#include "gilrt/args.h"
#include "gilrt/bool.h"
#include "gilrt/call.h"
#include "gilrt/dict.h"
#include "gilrt/float.h"
#include "gilrt/list.h"
#include "gilrt/long.h"
#include "gilrt/tuple.h"

#include <limits.h>

static GilObject *
text_of(void *arg)
{
    return GilUnicode_FromString(arg);
}

START_TEST(test_module_build__units)
{
    char text[] = "text";

    gil_expect_repr(Gil_BuildValue(""), "None");
    gil_expect_repr(Gil_BuildValue("s", "a"), "'a'");
    gil_expect_repr(Gil_BuildValue("z", (char *)NULL), "None");
    gil_expect_repr(Gil_BuildValue("U#", "abc", (Gil_ssize_t)2), "'ab'");
    gil_expect_repr(Gil_BuildValue("s#", (char *)NULL, (Gil_ssize_t)2), "None");
    gil_expect_repr(Gil_BuildValue("u", L"a\x20ac"), "'a\xe2\x82\xac'");
    gil_expect_repr(Gil_BuildValue("u#i", L"abc", (Gil_ssize_t)2, 7), "('ab', 7)");
    gil_expect_repr(Gil_BuildValue("u#i", (wchar_t *)NULL, (Gil_ssize_t)2, 7), "(None, 7)");
    gil_expect_repr(Gil_BuildValue("y", "a"), "b'a'");
    gil_expect_repr(Gil_BuildValue("y#", "a\0b", (Gil_ssize_t)3), "b'a\\x00b'");
    gil_expect_repr(Gil_BuildValue("bBhi", -1, 255, SHRT_MIN, INT_MIN), "(-1, 255, -32768, -2147483648)");
    gil_expect_repr(Gil_BuildValue("HI", 65535, UINT_MAX), "(65535, 4294967295)");
    gil_expect_repr(Gil_BuildValue("lk", LONG_MIN, ULONG_MAX), "(-9223372036854775808, 18446744073709551615)");
    gil_expect_repr(Gil_BuildValue("LK", LLONG_MAX, ULLONG_MAX), "(9223372036854775807, 18446744073709551615)");
    gil_expect_repr(Gil_BuildValue("n", (Gil_ssize_t)-1), "-1");
    gil_expect_repr(Gil_BuildValue("cC", 'x', 0x20ac), "(b'x', '\xe2\x82\xac')");
    gil_expect_repr(Gil_BuildValue("df", 0.5, 0.25), "(0.5, 0.25)");
    gil_expect_repr(Gil_BuildValue("pp", 5, 0), "(True, False)");
    gil_expect_repr(Gil_BuildValue("O&", text_of, text), "'text'");
    gil_expect_repr(Gil_BuildValue("OS", Gil_None, Gil_True), "(None, True)");
}
END_TEST

START_TEST(test_module_build__containers)
{
    gil_expect_repr(Gil_BuildValue("()"), "()");
    gil_expect_repr(Gil_BuildValue("(i)", 1), "(1,)");
    gil_expect_repr(Gil_BuildValue("i, i", 1, 2), "(1, 2)");
    gil_expect_repr(Gil_BuildValue("[i(ii)[]]", 1, 2, 3), "[1, (2, 3), []]");
    gil_expect_repr(Gil_BuildValue("{s:i, s:[s]}", "a", 1, "b", "c"), "{'a': 1, 'b': ['c']}");
    gil_expect_repr(Gil_BuildValue("{}"), "{}");
    gil_expect_repr(Gil_BuildValue("((ii)(i))", 1, 2, 3), "((1, 2), (3,))");
}
END_TEST

START_TEST(test_module_build__malformed_formats)
{
    static const struct {
        const char *format, *message;
    } table[] = {
        {"(i", "unmatched paren in format"},  {"[i)", "unmatched paren in format"},
        {"{i", "unmatched paren in format"},  {"{i}", "Bad dict format"},
        {"?", "bad format char passed to Gil_BuildValue"},
        {"i?", "bad format char passed to Gil_BuildValue"},
        {"{ii?i}", "bad format char passed to Gil_BuildValue"},
    };

    for (size_t i = 0; i < Gil_ARRAY_LENGTH(table); i++) {
        ck_assert_ptr_null(Gil_BuildValue(table[i].format, 1, 2, 3, 4));
        gil_expect_error(GilExc_SystemError, table[i].message);
    }
    ck_assert_ptr_null(Gil_BuildValue(NULL));
    gil_expect_raised(GilExc_SystemError);
}
END_TEST

START_TEST(test_module_build__null_object_keeps_its_error)
{
    ck_assert_ptr_null(Gil_BuildValue("O", (GilObject *)NULL));
    gil_expect_error(GilExc_SystemError, "NULL object passed to Gil_BuildValue");
    GilErr_SetString(GilExc_ValueError, "why it is NULL");
    ck_assert_ptr_null(Gil_BuildValue("iOi", 1, (GilObject *)NULL, 2));
    gil_expect_error(GilExc_ValueError, "why it is NULL");
}
END_TEST

START_TEST(test_module_build__n_is_given_back_when_another_part_fails)
{
    GilObject *list = GilList_New(0);

    for (int i = 0; i < 6; i++)
        Gil_INCREF(list);
    ck_assert_ptr_null(Gil_BuildValue("NO(N[N]){sN,NN}", list, NULL, list, list, "k", list, list, list));
    gil_expect_raised(GilExc_SystemError);
    ck_assert_int_eq(Gil_REFCNT(list), 1);
    Gil_INCREF(list);
    Gil_INCREF(list);
    ck_assert_ptr_null(Gil_BuildValue("{NN}", list, list)); /* a list is no key */
    gil_expect_raised(GilExc_TypeError);
    ck_assert_int_eq(Gil_REFCNT(list), 1);
    Gil_DECREF(list);
}
END_TEST

START_TEST(test_module_build__n_is_given_back_by_a_malformed_format)
{
    /* Each N is a reference; those behind a unit that is none are out of reach. */
    static const struct {
        const char *format;
        int references, lost;
    } table[] = {
        {"[N)", 1, 0},    {"(N", 1, 0},      {"N[N{NN)N", 5, 0}, {"([N)]N", 2, 0},     {"NN)N", 3, 0},
        {"{N}N", 2, 0},   {"(N,(N)", 2, 0},  {"NqN", 2, 1},      {"(N[NqN]){NN}", 5, 3}, {"[N)?N", 2, 1},
        {"(qN)N", 2, 2},  {"{Nq}", 1, 0},
    };
    GilObject *list = GilList_New(0);

    for (size_t i = 0; i < Gil_ARRAY_LENGTH(table); i++) {
        for (int n = 0; n < table[i].references; n++)
            Gil_INCREF(list);
        ck_assert_ptr_null(Gil_BuildValue(table[i].format, list, list, list, list, list));
        gil_expect_raised(GilExc_SystemError);
        ck_assert_msg(Gil_REFCNT(list) == 1 + table[i].lost, "\"%s\": %zd references", table[i].format, Gil_REFCNT(list));
        for (int n = 0; n < table[i].lost; n++)
            Gil_DECREF(list);
    }
    Gil_INCREF(list);
    Gil_INCREF(list);
    ck_assert_ptr_null(GilObject_CallFunction((GilObject *)&GilList_Type, "[N)N", list, list));
    gil_expect_raised(GilExc_SystemError);
    ck_assert_int_eq(Gil_REFCNT(list), 1);
    /* What follows a unit that is none is not taken for an argument of another kind. */
    ck_assert_ptr_null(Gil_BuildValue("(OqN)", list, 1LL, NULL));
    gil_expect_error(GilExc_SystemError, "bad format char passed to Gil_BuildValue");
    ck_assert_int_eq(Gil_REFCNT(list), 1);
    Gil_DECREF(list);
}
END_TEST

static GilObject *
give_arguments(GilObject *Gil_UNUSED(self), GilObject *args)
{
    return Gil_NewRef(args);
}

static GilMethodDef give_methods[] = {{"give", give_arguments, GIL_METH_VARARGS, NULL}, {NULL, NULL, 0, NULL}};
static GilType_Slot give_slots[] = {{Gil_tp_methods, give_methods}, {0, NULL}};
static GilType_Spec give_spec = {"test.Give", sizeof(GilObject), 0, Gil_TPFLAGS_DEFAULT, give_slots};

START_TEST(test_module_build__calls)
{
    GilObject *type = GilType_FromSpec(&give_spec), *obj = GilObject_CallNoArgs(type);
    GilObject *give = GilObject_GetAttrString(obj, "give");

    gil_expect_repr(GilObject_CallFunction(give, NULL), "()");
    gil_expect_repr(GilObject_CallFunction(give, ""), "()");
    gil_expect_repr(GilObject_CallFunction(give, "i", 1), "(1,)");
    gil_expect_repr(GilObject_CallFunction(give, "is", 1, "x"), "(1, 'x')");
    gil_expect_repr(GilObject_CallFunction(give, "(is)", 1, "x"), "(1, 'x')");
    gil_expect_repr(GilObject_CallFunction(give, "((is))", 1, "x"), "((1, 'x'),)");
    gil_expect_repr(GilObject_CallMethod(obj, "give", "[i]", 1), "([1],)");
    ck_assert_ptr_null(GilObject_CallMethod(obj, "take", NULL));
    gil_expect_raised(GilExc_AttributeError);
    ck_assert_ptr_null(GilObject_CallFunction(NULL, "i", 1));
    gil_expect_raised(GilExc_SystemError);
    ck_assert_ptr_null(GilObject_CallFunction(give, "(i", 1));
    gil_expect_error(GilExc_SystemError, "unmatched paren in format");
    ck_assert_ptr_null(GilObject_CallFunction(obj, "i", 1));
    gil_expect_error(GilExc_TypeError, "'test.Give' object is not callable");
    Gil_DECREF(give);
    Gil_DECREF(obj);
    Gil_DECREF(type);
}
END_TEST

static int
step(void *arg)
{
    GilObject *op = Gil_BuildValue("s[N(d)]{sKsN}", "text", Gil_NewRef(arg), 0.5, "key", 1ULL << 40, "more",
                                   Gil_NewRef(arg));
    if (op == NULL)
        return -1;
    Gil_DECREF(op);
    return 0;
}

START_TEST(test_module_build__every_allocation_may_fail)
{
    GilObject *list = GilList_New(0);

    gil_test_oom_loop(step, list);
    ck_assert_int_eq(Gil_REFCNT(list), 1);
    Gil_DECREF(list);
}
END_TEST

/* n brackets around an int. */
static GilObject *
nested(size_t n)
{
    static char format[200002];
    memset(format, '(', n);
    format[n] = 'i';
    memset(format + n + 1, ')', n);
    format[2 * n + 1] = '\0';
    return Gil_BuildValue(format, 7);
}

START_TEST(test_G5_formats_nest_so_deep)
{
    GilObject *op = nested(64);
    ck_assert_ptr_nonnull(op);
    Gil_DECREF(op);
    gil_expect_failure(nested(65), GilExc_SystemError, "more than 64 brackets inside each other in format");
    gil_expect_failure(nested(100000), GilExc_SystemError, "more than 64 brackets inside each other in format");
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("module/build");
    TCase *tc = tcase_create("build");

    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_module_build__units);
    tcase_add_test(tc, test_module_build__containers);
    tcase_add_test(tc, test_module_build__malformed_formats);
    tcase_add_test(tc, test_module_build__null_object_keeps_its_error);
    tcase_add_test(tc, test_module_build__n_is_given_back_by_a_malformed_format);
    tcase_add_test(tc, test_module_build__n_is_given_back_when_another_part_fails);
    tcase_add_test(tc, test_module_build__calls);
    tcase_add_test(tc, test_module_build__every_allocation_may_fail);
    tcase_add_test(tc, test_G5_formats_nest_so_deep);
    suite_add_tcase(s, tc);
    return s;
}
