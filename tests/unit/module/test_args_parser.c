/* SPDX-License-Identifier: MIT */
/* Arguments in the order of the parameters, and what is said about calls that do not fit. */
#include "support/expect.h"
#include "support/support.h"

#include "gilrt/args.h"
#include "gilrt/dict.h"
#include "gilrt/long.h"
#include "gilrt/tuple.h"

#include <stdarg.h>

#define ROOM 8

/* A call: up to ROOM ints, the first nargs by position, the others by the names that follow; 1 for the first. */
struct call {
    GilObject *values[ROOM], *buf[ROOM], *kwnames, *kwargs;
    GilObject *const *result;
    Gil_ssize_t nargs;
};

/* names, ended by NULL, of the keyword arguments; in a dict when dict is set. */
static void
make_call(struct call *call, int dict, Gil_ssize_t nargs, ...)
{
    Gil_ssize_t n = nargs, given = 0;
    GilObject *names[ROOM];
    va_list va;

    *call = (struct call){.nargs = nargs};
    memset(call->buf, 0x55, sizeof call->buf); /* what is there before must not matter */
    va_start(va, nargs);
    for (const char *name; (name = va_arg(va, const char *)) != NULL; n++)
        names[given++] = GilUnicode_FromString(name);
    va_end(va);
    for (Gil_ssize_t i = 0; i < n; i++)
        call->values[i] = GilLong_FromSsize_t(i + 1);
    if (dict)
        call->kwargs = GilDict_New();
    else if (given > 0)
        call->kwnames = GilTuple_New(given);
    for (Gil_ssize_t i = 0; i < given; i++) {
        if (dict) {
            ck_assert_int_eq(GilDict_SetItem(call->kwargs, names[i], call->values[nargs + i]), 0);
            Gil_DECREF(names[i]);
        }
        else
            GilTuple_SET_ITEM(call->kwnames, i, names[i]);
    }
}

static void
end_call(struct call *call)
{
    for (int i = 0; i < ROOM; i++)
        Gil_CLEAR(call->values[i]);
    Gil_CLEAR(call->kwnames);
    Gil_CLEAR(call->kwargs);
}

/* The values as digits, '-' for what was not given. */
static void
expect_result(struct call *call, const char *wanted)
{
    char text[ROOM + 1] = "";

    ck_assert_msg(call->result != NULL, "an error where %s was expected", wanted);
    for (size_t i = 0; wanted[i] != '\0'; i++)
        text[i] = call->result[i] == NULL ? '-' : (char)('0' + GilLong_AsLong(call->result[i]));
    ck_assert_str_eq(text, wanted);
    ck_assert_ptr_null(GilErr_Occurred());
    end_call(call);
}

static void
expect_message(struct call *call, const char *message)
{
    ck_assert_ptr_null(call->result);
    gil_expect_error(GilExc_TypeError, message);
    end_call(call);
}

/* f(first, /, alpha, beta=, gamma=, *, delta, epsilon=) and the like: */
static const char *const names[] = {"", "alpha", "beta", "gamma", NULL};
static const GilArg_Parser parser = {names, "f"};
static const GilArg_Parser nameless = {names, NULL};

#define UNPACK(call, parser, minpos, maxpos, minkw)                                                                   \
    ((call)->result = GilArg_UnpackKeywords((call)->values, (call)->nargs, (call)->kwargs, (call)->kwnames, (parser), \
                                            (minpos), (maxpos), (minkw), (call)->buf))

START_TEST(test_module_args_parser__positional_only_calls_keep_their_array)
{
    struct call call;

    make_call(&call, 0, 4, NULL);
    UNPACK(&call, &parser, 2, 4, 0);
    ck_assert_ptr_eq(call.result, call.values);
    expect_result(&call, "1234");
    make_call(&call, 0, 2, NULL);
    UNPACK(&call, &parser, 2, 4, 0);
    ck_assert_ptr_eq(call.result, call.buf);
    expect_result(&call, "12--");
}
END_TEST

START_TEST(test_module_args_parser__names_in_any_order)
{
    struct call call;

    for (int dict = 0; dict < 2; dict++) {
        make_call(&call, dict, 1, "alpha", "beta", "gamma", NULL);
        UNPACK(&call, &parser, 2, 4, 0);
        expect_result(&call, "1234");
        make_call(&call, dict, 1, "gamma", "beta", "alpha", NULL);
        UNPACK(&call, &parser, 2, 4, 0);
        expect_result(&call, "1432");
        make_call(&call, dict, 2, "gamma", NULL);
        UNPACK(&call, &parser, 2, 4, 0);
        expect_result(&call, "12-3");
        make_call(&call, dict, 1, "gamma", "alpha", NULL);
        UNPACK(&call, &parser, 2, 4, 0);
        expect_result(&call, "13-2");
        make_call(&call, dict, 2, "gamma", NULL);
        UNPACK(&call, &parser, 2, 2, 0);
        expect_result(&call, "12-3");
        make_call(&call, dict, 2, "beta", NULL);
        UNPACK(&call, &parser, 2, 2, 1);
        expect_result(&call, "123-");
    }
}
END_TEST

START_TEST(test_module_args_parser__names_beyond_ascii)
{
    static const char *const umlauts[] = {"\xc3\xa4", "\xe2\x82\xac", NULL};
    static const GilArg_Parser wide = {umlauts, "w"};
    struct call call;

    make_call(&call, 0, 0, "\xe2\x82\xac", "\xc3\xa4", NULL);
    UNPACK(&call, &wide, 2, 2, 0);
    expect_result(&call, "21");
    make_call(&call, 0, 1, "\xc3\xb6", NULL);
    UNPACK(&call, &wide, 1, 2, 0);
    expect_message(&call, "'\xc3\xb6' is an invalid keyword argument for w()");
}
END_TEST

START_TEST(test_module_args_parser__a_name_is_compared_whole)
{
    static const char *const prefixes[] = {"a", "ab", "abc", NULL};
    static const GilArg_Parser similar = {prefixes, "s"};
    GilObject *value = GilLong_FromLong(1), *buf[3];
    struct call call;

    make_call(&call, 0, 0, "abc", "a", "ab", NULL);
    UNPACK(&call, &similar, 0, 3, 0);
    expect_result(&call, "231");
    make_call(&call, 0, 0, "abcd", NULL);
    UNPACK(&call, &similar, 0, 3, 0);
    expect_message(&call, "'abcd' is an invalid keyword argument for s()");

    /* A NUL in the keyword does not end it. */
    GilObject *kwnames = Gil_BuildValue("(s#)", "a\0b", (Gil_ssize_t)3);
    ck_assert_ptr_null(GilArg_UnpackKeywords(&value, 0, NULL, kwnames, &similar, 0, 3, 0, buf));
    gil_expect_raised(GilExc_TypeError);
    Gil_DECREF(kwnames);
    Gil_DECREF(value);
}
END_TEST

START_TEST(test_module_args_parser__too_many_and_too_few)
{
    struct call call;

    make_call(&call, 0, 5, NULL);
    UNPACK(&call, &parser, 2, 4, 0);
    expect_message(&call, "f() takes at most 4 arguments (5 given)");
    make_call(&call, 0, 5, NULL);
    UNPACK(&call, &nameless, 4, 4, 0);
    expect_message(&call, "function takes at most 4 arguments (5 given)");
    make_call(&call, 0, 0, "a", "b", "c", "d", "e", NULL);
    UNPACK(&call, &parser, 2, 4, 0);
    expect_message(&call, "f() takes at most 4 keyword arguments (5 given)");
    make_call(&call, 0, 3, NULL);
    UNPACK(&call, &parser, 2, 2, 1);
    expect_message(&call, "f() takes exactly 2 positional arguments (3 given)");
    make_call(&call, 0, 4, NULL);
    UNPACK(&call, &parser, 2, 3, 0);
    expect_message(&call, "f() takes at most 3 positional arguments (4 given)");
    make_call(&call, 0, 2, NULL);
    UNPACK(&call, &parser, 0, 0, 1);
    expect_message(&call, "f() takes no positional arguments");
    make_call(&call, 0, 0, "alpha", NULL);
    UNPACK(&call, &parser, 2, 4, 0);
    expect_message(&call, "f() takes at least 1 positional argument (0 given)");
    make_call(&call, 0, 0, NULL);
    UNPACK(&call, &nameless, 1, 1, 0);
    expect_message(&call, "function takes exactly 1 positional argument (0 given)");
}
END_TEST

START_TEST(test_module_args_parser__required_ones_are_missed_in_order)
{
    struct call call;

    make_call(&call, 0, 1, NULL);
    UNPACK(&call, &parser, 2, 4, 0);
    expect_message(&call, "f() missing required argument 'alpha' (pos 2)");
    make_call(&call, 0, 1, "beta", "nonsense", NULL);
    UNPACK(&call, &nameless, 2, 4, 0);
    expect_message(&call, "function missing required argument 'alpha' (pos 2)");
    make_call(&call, 0, 2, "gamma", NULL);
    UNPACK(&call, &parser, 2, 2, 1);
    expect_message(&call, "f() missing required argument 'beta' (pos 3)");
    make_call(&call, 0, 2, NULL);
    UNPACK(&call, &parser, 2, 3, 1);
    expect_message(&call, "f() missing required argument 'gamma' (pos 4)");
}
END_TEST

START_TEST(test_module_args_parser__strange_keywords)
{
    GilObject *value = GilLong_FromLong(1), *buf[ROOM], *both[2] = {value, value};
    struct call call;

    for (int dict = 0; dict < 2; dict++) {
        make_call(&call, dict, 2, "nonsense", NULL);
        UNPACK(&call, &parser, 2, 4, 0);
        expect_message(&call, "'nonsense' is an invalid keyword argument for f()");
        make_call(&call, dict, 2, "gamma", "nonsense", NULL);
        UNPACK(&call, &nameless, 2, 4, 0);
        expect_message(&call, "'nonsense' is an invalid keyword argument for this function");
        make_call(&call, dict, 2, "alpha", NULL);
        UNPACK(&call, &parser, 2, 4, 0);
        expect_message(&call, "argument for f() given by name ('alpha') and position (2)");
        make_call(&call, dict, 2, "gamma", "alpha", NULL);
        UNPACK(&call, &nameless, 2, 4, 0);
        expect_message(&call, "argument for function given by name ('alpha') and position (2)");
        make_call(&call, dict, 2, "", NULL);
        UNPACK(&call, &parser, 2, 4, 0);
        expect_message(&call, "'' is an invalid keyword argument for f()");
    }
    GilObject *twice = Gil_BuildValue("(ss)", "beta", "beta");
    ck_assert_ptr_null(GilArg_UnpackKeywords(both, 0, NULL, twice, &parser, 0, 4, 0, buf));
    gil_expect_error(GilExc_TypeError, "a keyword argument is given twice");
    GilObject *ints = Gil_BuildValue("(i)", 1), *dict = Gil_BuildValue("{i:i}", 1, 2);
    ck_assert_ptr_null(GilArg_UnpackKeywords(both, 0, NULL, ints, &parser, 0, 4, 0, buf));
    gil_expect_error(GilExc_TypeError, "keywords must be strings");
    ck_assert_ptr_null(GilArg_UnpackKeywords(both, 0, dict, NULL, &parser, 0, 4, 0, buf));
    gil_expect_error(GilExc_TypeError, "keywords must be strings");
    Gil_DECREF(twice);
    Gil_DECREF(ints);
    Gil_DECREF(dict);
    Gil_DECREF(value);
}
END_TEST

START_TEST(test_module_args_parser__calls_that_are_none)
{
    GilObject *value = GilLong_FromLong(1), *buf[ROOM];
    static const GilArg_Parser empty = {NULL, "f"};

    ck_assert_ptr_null(_GilArg_UnpackKeywords(&value, 1, NULL, NULL, NULL, 1, 1, 0, buf));
    gil_expect_raised(GilExc_SystemError);
    ck_assert_ptr_null(_GilArg_UnpackKeywords(&value, 1, NULL, NULL, &empty, 1, 1, 0, buf));
    gil_expect_raised(GilExc_SystemError);
    ck_assert_ptr_null(_GilArg_UnpackKeywords(&value, 1, NULL, NULL, &parser, 1, 1, 0, NULL));
    gil_expect_raised(GilExc_SystemError);
    ck_assert_ptr_null(_GilArg_UnpackKeywords(&value, -1, NULL, NULL, &parser, 1, 1, 0, buf));
    gil_expect_raised(GilExc_SystemError);
    ck_assert_ptr_null(_GilArg_UnpackKeywords(NULL, 1, NULL, NULL, &parser, 1, 1, 0, buf));
    gil_expect_raised(GilExc_SystemError);
    ck_assert_ptr_null(_GilArg_UnpackKeywords(&value, 1, value, NULL, &parser, 1, 1, 0, buf));
    gil_expect_raised(GilExc_SystemError);
    ck_assert_ptr_null(_GilArg_UnpackKeywords(&value, 1, NULL, value, &parser, 1, 1, 0, buf));
    gil_expect_raised(GilExc_SystemError);
    Gil_DECREF(value);
}
END_TEST

START_TEST(test_module_args_parser__numbers_of_positional_arguments)
{
    ck_assert_int_eq(GilArg_CheckPositional("f", 2, 1, 3), 1);
    ck_assert_int_eq(_GilArg_CheckPositional("f", 2, 1, 3), 1);
    ck_assert_int_eq(GilArg_CheckPositional("f", 0, 1, 3), 0);
    gil_expect_error(GilExc_TypeError, "f expected at least 1 argument, got 0");
    ck_assert_int_eq(GilArg_CheckPositional("f", 4, 1, 3), 0);
    gil_expect_error(GilExc_TypeError, "f expected at most 3 arguments, got 4");
    ck_assert_int_eq(GilArg_CheckPositional("f", 4, 2, 2), 0);
    gil_expect_error(GilExc_TypeError, "f expected 2 arguments, got 4");
    ck_assert_int_eq(GilArg_CheckPositional(NULL, 4, 1, 1), 0);
    gil_expect_error(GilExc_TypeError, "unpacked tuple should have 1 element, but has 4");
    ck_assert_int_eq(GilArg_CheckPositional(NULL, 1, 2, 3), 0);
    gil_expect_error(GilExc_TypeError, "unpacked tuple should have at least 2 elements, but has 1");
    ck_assert_int_eq(GilArg_CheckPositional("f", 4, 3, 2), 0);
    gil_expect_raised(GilExc_SystemError);
    ck_assert_int_eq(_GilArg_CheckPositional("f", 0, -1, 2), 0);
    gil_expect_raised(GilExc_SystemError);
}
END_TEST

START_TEST(test_module_args_parser__refusals)
{
    GilObject *none = GilTuple_New(0), *some = Gil_BuildValue("(s)", "x"), *dict = GilDict_New();

    GilArg_BadArgument("f", "argument 2", "str", Gil_None);
    gil_expect_error(GilExc_TypeError, "f() argument 2 must be str, not None");
    GilArg_BadArgument("f", "argument 'x'", "str", none);
    gil_expect_error(GilExc_TypeError, "f() argument 'x' must be str, not tuple");
    ck_assert_int_eq(GilArg_NoKeywords("f", NULL), 1);
    ck_assert_int_eq(GilArg_NoKeywords("f", dict), 1);
    ck_assert_int_eq(GilArg_NoKwnames("f", NULL), 1);
    ck_assert_int_eq(GilArg_NoKwnames("f", none), 1);
    ck_assert_int_eq(GilArg_NoPositional("f", NULL), 1);
    ck_assert_int_eq(GilArg_NoPositional("f", none), 1);
    ck_assert_int_eq(GilDict_SetItemString(dict, "k", none), 0);
    ck_assert_int_eq(GilArg_NoKeywords("f", dict), 0);
    gil_expect_error(GilExc_TypeError, "f() takes no keyword arguments");
    ck_assert_int_eq(GilArg_NoKwnames("f", some), 0);
    gil_expect_error(GilExc_TypeError, "f() takes no keyword arguments");
    ck_assert_int_eq(GilArg_NoPositional("f", some), 0);
    gil_expect_error(GilExc_TypeError, "f() takes no positional arguments");
    Gil_DECREF(some);
    Gil_DECREF(dict);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("args_parser");
    TCase *tc = tcase_create("args_parser");

    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_module_args_parser__positional_only_calls_keep_their_array);
    tcase_add_test(tc, test_module_args_parser__names_in_any_order);
    tcase_add_test(tc, test_module_args_parser__names_beyond_ascii);
    tcase_add_test(tc, test_module_args_parser__a_name_is_compared_whole);
    tcase_add_test(tc, test_module_args_parser__too_many_and_too_few);
    tcase_add_test(tc, test_module_args_parser__required_ones_are_missed_in_order);
    tcase_add_test(tc, test_module_args_parser__strange_keywords);
    tcase_add_test(tc, test_module_args_parser__calls_that_are_none);
    tcase_add_test(tc, test_module_args_parser__numbers_of_positional_arguments);
    tcase_add_test(tc, test_module_args_parser__refusals);
    suite_add_tcase(s, tc);
    return s;
}
