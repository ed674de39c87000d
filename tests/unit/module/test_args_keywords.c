/* SPDX-License-Identifier: MIT */
/* Arguments by position and by name: from a dict and from the array of a vectorcall. */
#include "support/expect.h"
#include "support/support.h"

#include "gilrt/args.h"
#include "gilrt/dict.h"
#include "gilrt/long.h"
#include "gilrt/tuple.h"

/* A call as each of the two forms sees it. */
struct call {
    const char *args, *names[4]; /* args: one digit a positional argument; names of keyword arguments, NULL-ended */
    const char *format;
    GIL_CXX_CONST char *keywords[4];
    const char *error; /* NULL: it works, and a, b are set as told */
    int a, b;
};

#define SYSTEM "SystemError: " /* errors without it are TypeErrors */

/* Keyword argument number k has the value 10 + k. */
static struct call calls[] = {
    {"12", {NULL}, "ii:f", {"a", "b"}, NULL, 1, 2},
    {"1", {"b"}, "ii:f", {"a", "b"}, NULL, 1, 10},
    {"", {"b", "a"}, "ii:f", {"a", "b"}, NULL, 11, 10},
    {"1", {NULL}, "i|i:f", {"a", "b"}, NULL, 1, 0},
    {"", {"b"}, "|ii:f", {"a", "b"}, NULL, 0, 10},
    {"1", {"b"}, "i$i:f", {"a", "b"}, NULL, 1, 10},
    {"1", {"b"}, "i|$i:f", {"a", "b"}, NULL, 1, 10},
    {"1", {"b"}, "ii:f", {"", "b"}, NULL, 1, 10},
    {"1", {NULL}, "ii", {"a", "b"}, "function missing required argument 'b' (pos 2)", 0, 0},
    {"1", {NULL}, "ii:f", {"a", "b"}, "f() missing required argument 'b' (pos 2)", 0, 0},
    {"", {"b"}, "i|i:f", {"a", "b"}, "f() missing required argument 'a' (pos 1)", 0, 0},
    {"1", {"a"}, "i|i:f", {"a", "b"}, "argument for f() given by name ('a') and position (1)", 0, 0},
    {"1", {"y"}, "i|i:f", {"a", "b"}, "'y' is an invalid keyword argument for f()", 0, 0},
    {"1", {"y"}, "i|i", {"a", "b"}, "'y' is an invalid keyword argument for this function", 0, 0},
    {"123", {NULL}, "i|i:f", {"a", "b"}, "f() takes at most 2 arguments (3 given)", 0, 0},
    {"", {"x", "y", "z"}, "i|i:f", {"a", "b"}, "f() takes at most 2 keyword arguments (3 given)", 0, 0},
    {"12", {NULL}, "i$i:f", {"a", "b"}, "f() takes exactly 1 positional argument (2 given)", 0, 0},
    {"12", {NULL}, "i|$i:f", {"a", "b"}, "f() takes at most 1 positional argument (2 given)", 0, 0},
    {"", {NULL}, "ii:f", {"", "b"}, "f() takes at least 1 positional argument (0 given)", 0, 0},
    {"", {"b"}, "ii:f", {"", "b"}, "f() takes at least 1 positional argument (0 given)", 0, 0},
    {"", {NULL}, "ii:f", {"", ""}, "f() takes exactly 2 positional arguments (0 given)", 0, 0},
    {"", {NULL}, "i$i:f", {"", "b"}, "f() takes exactly 1 positional argument (0 given)", 0, 0},
    {"", {"b"}, "i$i:f", {"", "b"}, "f() takes exactly 1 positional argument (0 given)", 0, 0},
    {"", {NULL}, "i|$i:f", {"", "b"}, "f() takes exactly 1 positional argument (0 given)", 0, 0},
    {"1", {NULL}, "$ii:f", {"a", "b"}, "f() takes no positional arguments", 0, 0},
    {"1", {NULL}, "|$ii", {"a", "b"}, "function takes no positional arguments", 0, 0},
    {"1", {"a"}, "i|i:f", {"", "b"}, "'a' is an invalid keyword argument for f()", 0, 0},
    {"1", {NULL}, ":f", {NULL}, "f() takes at most 0 arguments (1 given)", 0, 0},
    {"", {"a"}, ":f", {NULL}, "f() takes at most 0 keyword arguments (1 given)", 0, 0},
    {"", {NULL}, "ii:f", {"b", ""}, SYSTEM "Empty keyword parameter name", 0, 0},
    {"1", {"b"}, "i:f", {"a", "b"}, SYSTEM "More keyword list entries (2) than format specifiers (1)", 0, 0},
    {"1", {NULL}, "ii:f", {"a"}, SYSTEM "more argument specifiers than keyword list entries (remaining format:'i:f')",
     0, 0},
    {"", {"b"}, "|i|i:f", {"a", "b"}, SYSTEM "Invalid format string (| specified twice)", 0, 0},
    {"1", {NULL}, "|i|i:f", {"a", "b"}, SYSTEM "Invalid format string (| specified twice)", 0, 0},
    {"12", {NULL}, "|i|i:f", {"a", "b"}, SYSTEM "Invalid format string (| specified twice)", 0, 0},
    {"", {"b", "a"}, "$i$i:f", {"a", "b"}, SYSTEM "Invalid format string ($ specified twice)", 0, 0},
    {"", {"a", "b"}, "$i|i:f", {"a", "b"}, SYSTEM "Invalid format string ($ before |)", 0, 0},
    {"", {"b"}, "|qi:f", {"a", "b"}, SYSTEM "(impossible<bad format char>): 'qi:f'", 0, 0},
};

static void
check(const struct call *call, int ok, int a, int b)
{
    if (call->error == NULL) {
        ck_assert_msg(ok == 1, "%s did not work", call->format);
        ck_assert_int_eq(a, call->a);
        ck_assert_int_eq(b, call->b);
        return;
    }
    int is_system = strncmp(call->error, SYSTEM, strlen(SYSTEM)) == 0;
    ck_assert_int_eq(ok, 0);
    gil_expect_error(is_system ? GilExc_SystemError : GilExc_TypeError, call->error + (is_system ? strlen(SYSTEM) : 0));
}

START_TEST(test_module_args_keywords__from_tuple_and_dict)
{
    const struct call *call = &calls[_i];
    Gil_ssize_t n = (Gil_ssize_t)strlen(call->args);
    GilObject *tuple = GilTuple_New(n), *dict = GilDict_New();
    int a = 0, b = 0;

    for (Gil_ssize_t i = 0; i < n; i++)
        GilTuple_SET_ITEM(tuple, i, GilLong_FromLong(call->args[i] - '0'));
    for (int i = 0; i < 4 && call->names[i] != NULL; i++)
        GilDict_SetItemString(dict, call->names[i], GilLong_FromLong(10 + i));
    int ok = GilArg_ParseTupleAndKeywords(tuple, dict, call->format, call->keywords, &a, &b);
    check(call, ok, a, b);
    Gil_DECREF(tuple);
    Gil_DECREF(dict);
}
END_TEST

START_TEST(test_module_args_keywords__from_array)
{
    const struct call *call = &calls[_i];
    GilObject *items[8], *names = NULL;
    Gil_ssize_t n = 0, keywords = 0;
    int a = 0, b = 0;

    for (; call->args[n] != '\0'; n++)
        items[n] = GilLong_FromLong(call->args[n] - '0');
    while (keywords < 4 && call->names[keywords] != NULL)
        keywords++;
    if (keywords > 0)
        names = GilTuple_New(keywords);
    for (Gil_ssize_t i = 0; i < keywords; i++) {
        GilTuple_SET_ITEM(names, i, GilUnicode_FromString(call->names[i]));
        items[n + i] = GilLong_FromLong(10 + (long)i);
    }
    int ok = GilArg_ParseArrayAndKeywords(items, n, names, call->format, call->keywords, &a, &b);
    check(call, ok, a, b);
    Gil_XDECREF(names);
}
END_TEST

START_TEST(test_module_args_keywords__passed_over_units_take_their_variables)
{
    static GIL_CXX_CONST char *keywords[] = {"a", "b", "c", "d", "e", "last", NULL};
    GilObject *none = GilTuple_New(0), *dict = GilDict_New();
    const char *text = NULL;
    Gil_ssize_t size = 0;
    GilObject *op = NULL;
    char *copy = NULL;
    int x = 0, y = 0, last = 0;

    GilDict_SetItemString(dict, "last", GilLong_FromLong(99));
    ck_assert_int_eq(GilArg_ParseTupleAndKeywords(none, dict, "|s#O!es#O&(ii)i:f", keywords, &text, &size, &GilLong_Type,
                                                  &op, NULL, &copy, &size, NULL, NULL, &x, &y, &last),
                     1);
    ck_assert_int_eq(last, 99);
    Gil_DECREF(dict);
}
END_TEST

START_TEST(test_module_args_keywords__keys_must_be_text)
{
    static GIL_CXX_CONST char *keywords[] = {"a", NULL};
    GilObject *none = GilTuple_New(0), *dict = GilDict_New(), *n = GilLong_FromLong(1);
    int a;

    ck_assert_int_eq(GilArg_ValidateKeywordArguments(dict), 1);
    GilDict_SetItem(dict, n, n);
    ck_assert_int_eq(GilArg_ParseTupleAndKeywords(none, dict, "|i:f", keywords, &a), 0);
    gil_expect_error(GilExc_TypeError, "keywords must be strings");
    ck_assert_int_eq(GilArg_ValidateKeywordArguments(dict), 0);
    gil_expect_error(GilExc_TypeError, "keywords must be strings");
    ck_assert_int_eq(GilArg_ValidateKeywordArguments(n), 0);
    gil_expect_raised(GilExc_SystemError);
    ck_assert_int_eq(GilArg_ParseTupleAndKeywords(none, n, "|i:f", keywords, &a), 0);
    gil_expect_raised(GilExc_SystemError);
    ck_assert_int_eq(GilArg_ParseTupleAndKeywords(none, NULL, "|i:f", NULL, &a), 0);
    gil_expect_raised(GilExc_SystemError);
    Gil_DECREF(dict);
}
END_TEST

START_TEST(test_module_args_keywords__message_names_the_argument)
{
    static GIL_CXX_CONST char *keywords[] = {"a", "b", NULL};
    GilObject *none = GilTuple_New(0), *dict = Gil_BuildValue("{s:i}", "b", 1);
    const char *a, *b;

    ck_assert_int_eq(GilArg_ParseTupleAndKeywords(none, dict, "|ss:f", keywords, &a, &b), 0);
    gil_expect_error(GilExc_TypeError, "f() argument 2 must be str, not int");
    ck_assert_int_eq(GilArg_ParseTupleAndKeywords(none, dict, "|ss;mine", keywords, &a, &b), 0);
    gil_expect_error(GilExc_TypeError, "mine");
    Gil_DECREF(dict);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("module/args_keywords");
    TCase *tc = tcase_create("args_keywords");

    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_loop_test(tc, test_module_args_keywords__from_tuple_and_dict, 0, (int)Gil_ARRAY_LENGTH(calls));
    tcase_add_loop_test(tc, test_module_args_keywords__from_array, 0, (int)Gil_ARRAY_LENGTH(calls));
    tcase_add_test(tc, test_module_args_keywords__passed_over_units_take_their_variables);
    tcase_add_test(tc, test_module_args_keywords__keys_must_be_text);
    tcase_add_test(tc, test_module_args_keywords__message_names_the_argument);
    suite_add_tcase(s, tc);
    return s;
}
